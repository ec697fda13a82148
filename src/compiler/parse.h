/* parse.h: source text -> AST. The public entry of the front end. */
#ifndef COMPILER_PARSE_H
#define COMPILER_PARSE_H

#include "compiler/ast.h"

enum ParseMode { PARSE_FILE, PARSE_SINGLE, PARSE_EVAL, PARSE_FUNC_TYPE };

enum ParseFlags { /* CPython's PyCF_*, those that the front end looks at */
    PARSE_SOURCE_IS_UTF8 = 0x0100,
    PARSE_DONT_IMPLY_DEDENT = 0x0200,
    PARSE_ONLY_AST = 0x0400,
    PARSE_IGNORE_COOKIE = 0x0800, /* the text is UTF-8 whatever a coding line says (it comes from a str) */
    PARSE_TYPE_COMMENTS = 0x1000,
    PARSE_ALLOW_TOP_LEVEL_AWAIT = 0x2000,
    PARSE_ALLOW_INCOMPLETE_INPUT = 0x4000,
    PARSE_FROM_FILE = 0x10000000, /* ours: a program's file, which must be UTF-8 unless it says otherwise */
    PARSE_BARRY_AS_BDFL = 0x400000, /* CO_FUTURE_BARRY_AS_BDFL: <> instead of != */
};

/* The tree of `source` (size bytes, raw: a BOM and a coding line are honoured unless PARSE_IGNORE_COOKIE), owned by the
 * arena. NULL: SyntaxError, IndentationError or TabError (or MemoryError …) is set. */
NULLABLE Mod *parse_source(Value filename, const char *source, ssize_t size, enum ParseMode mode, int flags,
                           AstArena *arena) NODISCARD;

/* The same for the Python of an earlier minor version: what it did not have is a SyntaxError. */
enum { PARSE_LATEST_VERSION = 11 };
NULLABLE Mod *parse_source_of_version(Value filename, const char *source, ssize_t size, enum ParseMode mode, int flags,
                                      int minor_version, AstArena *arena) NODISCARD;

/* For a prompt: is the text of one statement complete? 1: yes, or it is wrong and more lines do not help; 0: more lines
 * may complete it; -1: some other error. No exception is left behind for 0 and 1. */
int parse_is_complete(Value filename, const char *source, ssize_t size, int flags) NODISCARD;

#endif

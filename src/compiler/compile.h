/* compile.h: source text or tree -> code object: the front end from one end to the other. */
#ifndef COMPILER_COMPILE_H
#define COMPILER_COMPILE_H

#include "compiler/parse.h"
#include "objects/code.h"

/* The CO_FUTURE_* flags that compile() and exec() pass on from the calling code. */
enum {
    COMPILE_FUTURE_FLAGS = CO_FUTURE_DIVISION | CO_FUTURE_ABSOLUTE_IMPORT | CO_FUTURE_WITH_STATEMENT |
                           CO_FUTURE_PRINT_FUNCTION | CO_FUTURE_UNICODE_LITERALS | CO_FUTURE_BARRY_AS_BDFL |
                           CO_FUTURE_GENERATOR_STOP | CO_FUTURE_ANNOTATIONS
};

/* The code object (owned), or no value with an exception. `flags`: enum ParseFlags and CO_FUTURE_*. `optimize`: 0, 1
 * (-O) or 2 (-OO). PARSE_ONLY_AST is the caller's business: use parse_source. */
Value compile_source(const char *source, ssize_t size, Value filename, enum ParseMode mode, int flags,
                     int optimize) NODISCARD;
/* The tree is changed (constant folding); it stays owned by the arena. */
Value compile_ast(Mod *mod, Value filename, int flags, int optimize, AstArena *arena) NODISCARD;

#endif

/* lexer.h: source text -> tokens, one at a time, as the parser asks for them: errors then come in CPython's order. */
#ifndef COMPILER_LEXER_H
#define COMPILER_LEXER_H

#include "objects/object.h"

enum TokenType {
#define TOKEN(name) TOKEN_##name,
#define OPERATOR(name, text) TOKEN_##name,
#define KEYWORD(name, text) TOKEN_##name,
#include "compiler/token.def"
#undef TOKEN
#undef OPERATOR
#undef KEYWORD
    TOKEN_TYPE_COUNT
};

struct Memo;

typedef struct Token {
    uint8_t type;          /* enum TokenType */
    uint8_t level;         /* open brackets before it */
    const char *start, *end;
    int lineno, col_offset, end_lineno, end_col_offset; /* columns in bytes; -1: none (INDENT, DEDENT, END) */
    struct Memo *memo;     /* what the parser's second pass remembers about this place */
} Token;

/* Why the lexer stopped. */
enum LexerState {
    LEXER_OK,
    LEXER_EOF,           /* no more lines */
    LEXER_EOF_IN_STRING, /* inside a triple-quoted string */
    LEXER_EOL_IN_STRING, /* the source ends inside a plain string */
    LEXER_DEDENT,        /* unindent does not match any outer indentation level */
    LEXER_TABSPACE,      /* inconsistent use of tabs and spaces in indentation */
    LEXER_TOO_DEEP,      /* too many levels of indentation */
    LEXER_LINE_CONTINUATION, /* something follows a backslash */
    LEXER_FAILED,        /* an exception is set */
};

enum { LEXER_MAX_BRACKETS = 200, LEXER_MAX_INDENTS = 100 };

typedef struct Lexer {
    const char *text;     /* whole source: UTF-8, \n line ends, a final 0 */
    const char *text_end;
    const char *at;       /* next byte */
    const char *line_end; /* behind the \n of the current line: fetching more starts a new line */
    const char *line_start;
    const char *piece;    /* start of the current line, or of the line in which the current token began */
    const char *token_start; /* NULL between tokens */
    const char *multi_line_start; /* line_start at the start of the current string */
    int lineno, first_lineno;
    enum LexerState state;
    bool at_line_start, has_type_comments, is_single; /* is_single: an unfinished last line may go on */
    bool barry_as_bdfl;
    bool has_encoding;    /* columns in errors are characters; else (f-strings, bytes of unknown encoding) bytes */
    int pending_indents;  /* > 0: INDENTs, < 0: DEDENTs still to be given */
    int indent;           /* index of the top of the stacks */
    int indent_columns[LEXER_MAX_INDENTS], alternate_columns[LEXER_MAX_INDENTS]; /* tabs to 8, and tabs to 1 */
    bool continued_line;  /* a backslash was before this line */
    int level;            /* open brackets */
    char brackets[LEXER_MAX_BRACKETS];
    int bracket_lines[LEXER_MAX_BRACKETS], bracket_columns[LEXER_MAX_BRACKETS];
    Value filename;       /* borrowed */
} Lexer;

void lexer_init(Lexer *lexer, const char *text, const char *text_end, Value filename);
/* Fills type, level, start and end. TOKEN_ERROR: see state. */
void lexer_next(Lexer *lexer, Token *token);

#endif

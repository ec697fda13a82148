/* lexer.c: cuts UTF-8 source into tokens.
 *
 * The lexer sees one line at a time: `at` moves to `line_end`, and only next_char() steps into the next line and counts
 * it. That `lineno` is the line *fetched last* matters: positions and texts in SyntaxErrors are made from it, and must
 * be CPython's. Errors that have a text of their own are raised here (LEXER_FAILED); the others are states, which the
 * parser turns into exceptions (syntax_error.c).
 *
 * Indentation is measured twice, with tabs to multiples of 8 and with tabs of width 1: a line whose depth compares
 * differently under the two is inconsistent. */
#include "compiler/lexer.h"

#include <stdio.h>

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/unicode.h"

enum { END_OF_TEXT = -1, TAB_SIZE = 8 };

enum CharClass { CHAR_START = 1, CHAR_PART = 2, CHAR_DIGIT = 4 }; /* of identifiers; decimal digit */

static const uint8_t char_classes[256] = {
    ['a' ... 'z'] = CHAR_START | CHAR_PART, ['A' ... 'Z'] = CHAR_START | CHAR_PART, ['_'] = CHAR_START | CHAR_PART,
    ['0' ... '9'] = CHAR_PART | CHAR_DIGIT, [128 ... 255] = CHAR_START | CHAR_PART,
};

static bool is_identifier_start(int c)
{
    return c >= 0 && (char_classes[c] & CHAR_START);
}

static bool is_identifier_part(int c)
{
    return c >= 0 && (char_classes[c] & CHAR_PART);
}

static bool is_digit(int c)
{
    return c >= 0 && (char_classes[c] & CHAR_DIGIT);
}

static bool is_hex_digit(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void lexer_init(Lexer *lexer, const char *text, const char *text_end, Value filename)
{
    memset(lexer, 0, offsetof(Lexer, indent_columns));
    lexer->indent_columns[0] = lexer->alternate_columns[0] = 0;
    lexer->continued_line = false;
    lexer->level = 0;
    lexer->text = lexer->at = lexer->line_end = lexer->line_start = lexer->piece = text;
    lexer->text_end = text_end;
    lexer->at_line_start = true;
    lexer->has_encoding = true;
    lexer->filename = filename;
}

/* --- characters --- */

static COLD int next_line_char(Lexer *lexer)
{
    if (lexer->state != LEXER_OK) return END_OF_TEXT;
    if (lexer->line_end == lexer->text_end) {
        lexer->state = LEXER_EOF;
        return END_OF_TEXT;
    }
    if (!lexer->token_start) lexer->piece = lexer->at;
    const char *newline = memchr(lexer->line_end, '\n', (size_t)(lexer->text_end - lexer->line_end));
    lexer->line_start = lexer->at;
    lexer->line_end = newline ? newline + 1 : lexer->text_end;
    lexer->lineno++;
    return (unsigned char)*lexer->at++;
}

static inline int next_char(Lexer *lexer)
{
    if (LIKELY(lexer->at != lexer->line_end)) return (unsigned char)*lexer->at++;
    return next_line_char(lexer);
}

static inline void back_up(Lexer *lexer, int c)
{
    if (c != END_OF_TEXT) lexer->at--;
}

/* --- errors --- */

static Value decode_lossy(const char *text, ssize_t size)
{
    return str_decode(text, size, "utf-8", "replace");
}

/* Raises SyntaxError at columns [start, end] of the current line, 1-based; start -1: at the current character. */
static void fail_range(Lexer *lexer, STEALS Value message, int start, int end)
{
    lexer->state = LEXER_FAILED;
    ssize_t done = lexer->at - lexer->line_start;
    ssize_t size = (ssize_t)strcspn(lexer->line_start, "\n");
    Value text = VALUE_NULL, details = VALUE_NULL, args = VALUE_NULL;
    if (value_is_null(message)) return;
    if (start == -1) {
        Value before = decode_lossy(lexer->line_start, done);
        if (value_is_null(before)) goto finish;
        start = (int)str_length(before);
        value_decref(before);
    }
    text = decode_lossy(lexer->line_start, size);
    if (value_is_null(text)) goto finish;
    Value lineno = value_from_small_int(lexer->lineno);
    details = tuple_pack(6, lexer->filename, lineno, value_from_small_int(start), text, lineno,
                         value_from_small_int(end == -1 ? start : end));
    if (value_is_null(details)) goto finish;
    args = tuple_pack(2, message, details);
    if (!value_is_null(args)) error_set_value(&type_SyntaxError, args);
finish:
    value_xdecref(args);
    value_xdecref(details);
    value_xdecref(text);
    value_decref(message);
}

#define fail(lexer, ...) fail_range(lexer, str_format(__VA_ARGS__), -1, -1)

static int warn(Lexer *lexer, const char *format, const char *what)
{
    Value message = str_format(format, what);
    if (value_is_null(message)) return -1;
    int result = warn_explicit(&type_SyntaxWarning, message, lexer->filename, lexer->lineno, VALUE_NULL);
    value_decref(message);
    if (result == 0) return 0;
    /* The warning became an exception: say it as a syntax error, at the right place. */
    if (error_catch(&type_SyntaxWarning)) fail(lexer, format, what);
    lexer->state = LEXER_FAILED;
    return -1;
}

/* --- identifiers --- */

/* Length of the longest beginning of s that an identifier can have. */
static ssize_t identifier_prefix(Value s)
{
    for (ssize_t n = 1; n <= str_length(s); n++) {
        Value prefix = str_slice(s, 0, n);
        if (value_is_null(prefix)) return -1;
        bool valid = str_is_identifier(prefix);
        value_decref(prefix);
        if (!valid) return n - 1;
    }
    return str_length(s);
}

static void fail_character(Lexer *lexer, uint32_t c)
{
    char hex[9];
    snprintf(hex, sizeof hex, "%04X", (unsigned)c);
    if (unicode_is_printable(c))
        fail(lexer, "invalid character '%c' (U+%s)", (int)c, hex);
    else
        fail(lexer, "invalid non-printable character U+%s", hex);
}

static size_t utf8_length(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/* token_start … at has characters beyond ASCII: is it an identifier? */
static bool check_identifier(Lexer *lexer)
{
    Value s = str_from_utf8(lexer->token_start, lexer->at - lexer->token_start);
    if (value_is_null(s)) {
        lexer->state = LEXER_FAILED;
        return false;
    }
    bool valid = str_is_identifier(s);
    ssize_t good = valid ? 0 : identifier_prefix(s);
    if (good < 0) {
        lexer->state = LEXER_FAILED;
    } else if (!valid) {
        uint32_t bad = str_char(as_str(s), good);
        size_t offset = utf8_length(bad);
        for (ssize_t i = 0; i < good; i++) offset += utf8_length(str_char(as_str(s), i));
        lexer->at = lexer->token_start + offset;
        fail_character(lexer, bad);
    }
    value_decref(s);
    return valid;
}

static enum TokenType keyword_or_name(const char *start, size_t length)
{
    static const struct {
        char text[9];
        uint8_t type;
    } keywords[] = {
#define TOKEN(name)
#define OPERATOR(name, text)
#define KEYWORD(name, text) {text, TOKEN_##name},
#include "compiler/token.def"
#undef TOKEN
#undef OPERATOR
#undef KEYWORD
    };
    /* first keyword of each length 0 … 9 */
    static const uint8_t first[] = {0, 0, 0, 5, 11, 18, 26, 32, 33, COUNT_OF(keywords)};
    static_assert(COUNT_OF(keywords) == 35, "keep `first` in step with token.def");
    if (length < 2 || length > 8) return TOKEN_NAME;
    for (int i = first[length]; i < first[length + 1]; i++)
        if (keywords[i].text[0] == start[0] && memcmp(keywords[i].text, start, length) == 0) return keywords[i].type;
    return TOKEN_NAME;
}

/* --- strings --- */

static enum TokenType lex_string(Lexer *lexer, int quote)
{
    int size = 1, end_run = 0, c;
    lexer->first_lineno = lexer->lineno;
    lexer->multi_line_start = lexer->line_start;
    c = next_char(lexer);
    if (c == quote) {
        c = next_char(lexer);
        if (c == quote)
            size = 3;
        else
            end_run = 1; /* the empty string */
    }
    if (c != quote) back_up(lexer, c);
    while (end_run != size) {
        c = next_char(lexer);
        if (c == END_OF_TEXT || (size == 1 && c == '\n')) {
            int last_line = lexer->lineno;
            lexer->at = lexer->token_start + 1;
            lexer->line_start = lexer->multi_line_start;
            lexer->lineno = lexer->first_lineno;
            if (size == 3)
                fail(lexer, "unterminated triple-quoted string literal (detected at line %d)", last_line);
            else
                fail(lexer, "unterminated string literal (detected at line %d)", last_line);
            if (c != '\n') lexer->state = size == 3 ? LEXER_EOF_IN_STRING : LEXER_EOL_IN_STRING;
            return TOKEN_ERROR;
        }
        if (c == quote) {
            end_run++;
        } else {
            end_run = 0;
            if (c == '\\') next_char(lexer);
        }
    }
    return TOKEN_STRING;
}

/* A name, a keyword, or a string with a prefix (any order and case of b, r, u, f that is allowed). */
static enum TokenType lex_name(Lexer *lexer, int c)
{
    const char *start = lexer->at - 1;
    bool saw_b = false, saw_r = false, saw_u = false, saw_f = false;
    for (;;) {
        if (!(saw_b || saw_u || saw_f) && (c == 'b' || c == 'B'))
            saw_b = true;
        else if (!(saw_b || saw_u || saw_r || saw_f) && (c == 'u' || c == 'U'))
            saw_u = true;
        else if (!(saw_r || saw_u) && (c == 'r' || c == 'R'))
            saw_r = true;
        else if (!(saw_f || saw_b || saw_u) && (c == 'f' || c == 'F'))
            saw_f = true;
        else
            break;
        c = next_char(lexer);
        if (c == '"' || c == '\'') return lex_string(lexer, c);
    }
    bool has_non_ascii = false;
    while (is_identifier_part(c)) {
        if (c >= 128) has_non_ascii = true;
        c = next_char(lexer);
    }
    back_up(lexer, c);
    if (has_non_ascii) return check_identifier(lexer) ? TOKEN_NAME : TOKEN_ERROR;
    return keyword_or_name(start, (size_t)(lexer->at - start));
}

/* --- numbers --- */

/* Is c followed by `rest`, and that by no identifier character? */
static bool followed_by(Lexer *lexer, const char *rest)
{
    size_t length = strlen(rest);
    return strncmp(lexer->at, rest, length) == 0 && !is_identifier_part((unsigned char)lexer->at[length]);
}

/* c, already read, follows a number. A keyword is still allowed there ("1if x else y"), another name is not. */
static bool check_number_end(Lexer *lexer, int c, const char *kind)
{
    bool keyword = (c == 'a' && followed_by(lexer, "nd")) || (c == 'e' && followed_by(lexer, "lse")) ||
                   (c == 'f' && followed_by(lexer, "or")) || (c == 'o' && followed_by(lexer, "r")) ||
                   (c == 'n' && followed_by(lexer, "ot")) ||
                   (c == 'i' && (*lexer->at == 'f' || *lexer->at == 'n' || *lexer->at == 's'));
    if (keyword) {
        back_up(lexer, c);
        if (warn(lexer, "invalid %s literal", kind) < 0) return false;
        next_char(lexer);
    } else if (is_identifier_part(c)) {
        back_up(lexer, c);
        fail(lexer, "invalid %s literal", kind);
        return false;
    }
    return true;
}

/* Digits with single underscores between them; gives the character behind them, -2 after an error. */
static int decimal_tail(Lexer *lexer)
{
    for (;;) {
        int c;
        do c = next_char(lexer);
        while (is_digit(c));
        if (c != '_') return c;
        c = next_char(lexer);
        if (!is_digit(c)) {
            back_up(lexer, c);
            fail(lexer, "invalid decimal literal");
            return -2;
        }
    }
}

static enum TokenType finish_number(Lexer *lexer, int c, const char *kind)
{
    if (!check_number_end(lexer, c, kind)) return TOKEN_ERROR;
    back_up(lexer, c);
    return TOKEN_NUMBER;
}

static enum TokenType finish_imaginary(Lexer *lexer)
{
    return finish_number(lexer, next_char(lexer), "imaginary");
}

/* Behind 0x, 0o or 0b. */
static enum TokenType lex_radix(Lexer *lexer, int base, const char *kind)
{
    int c = next_char(lexer);
    do {
        if (c == '_') c = next_char(lexer);
        bool valid = base == 16 ? is_hex_digit(c) : c >= '0' && c < '0' + base;
        if (!valid) {
            if (is_digit(c)) {
                fail(lexer, "invalid digit '%c' in %s literal", c, kind);
            } else {
                back_up(lexer, c);
                fail(lexer, "invalid %s literal", kind);
            }
            return TOKEN_ERROR;
        }
        do c = next_char(lexer);
        while (base == 16 ? is_hex_digit(c) : c >= '0' && c < '0' + base);
    } while (c == '_');
    if (is_digit(c)) {
        fail(lexer, "invalid digit '%c' in %s literal", c, kind);
        return TOKEN_ERROR;
    }
    return finish_number(lexer, c, kind);
}

/* c is the character behind the digits of the exponent's mantissa: 'e' or 'E'. */
static enum TokenType lex_exponent(Lexer *lexer, int e)
{
    int c = next_char(lexer);
    if (c == '+' || c == '-') {
        c = next_char(lexer);
        if (!is_digit(c)) {
            back_up(lexer, c);
            fail(lexer, "invalid decimal literal");
            return TOKEN_ERROR;
        }
    } else if (!is_digit(c)) {
        back_up(lexer, c);
        if (!check_number_end(lexer, e, "decimal")) return TOKEN_ERROR;
        back_up(lexer, e);
        return TOKEN_NUMBER;
    }
    c = decimal_tail(lexer);
    if (c == -2) return TOKEN_ERROR;
    if (c == 'j' || c == 'J') return finish_imaginary(lexer);
    return finish_number(lexer, c, "decimal");
}

/* Behind the decimal point. */
static enum TokenType lex_fraction(Lexer *lexer)
{
    int c = next_char(lexer);
    if (is_digit(c)) {
        c = decimal_tail(lexer);
        if (c == -2) return TOKEN_ERROR;
    }
    if (c == 'e' || c == 'E') return lex_exponent(lexer, c);
    if (c == 'j' || c == 'J') return finish_imaginary(lexer);
    return finish_number(lexer, c, "decimal");
}

/* What may follow the integer part: c is the character behind it. */
static enum TokenType lex_decimal_rest(Lexer *lexer, int c)
{
    if (c == '.') return lex_fraction(lexer);
    if (c == 'e' || c == 'E') return lex_exponent(lexer, c);
    if (c == 'j' || c == 'J') return finish_imaginary(lexer);
    return finish_number(lexer, c, "decimal");
}

/* Zeros: 0, 00, 0_0; other digits only in front of a point, an exponent or a j. */
static enum TokenType lex_zeros(Lexer *lexer, int c)
{
    bool has_nonzero = false;
    for (;;) {
        if (c == '_') {
            c = next_char(lexer);
            if (!is_digit(c)) {
                back_up(lexer, c);
                fail(lexer, "invalid decimal literal");
                return TOKEN_ERROR;
            }
        }
        if (c != '0') break;
        c = next_char(lexer);
    }
    const char *zeros_end = lexer->at;
    if (is_digit(c)) {
        has_nonzero = true;
        c = decimal_tail(lexer);
        if (c == -2) return TOKEN_ERROR;
    }
    if (c == '.' || c == 'e' || c == 'E' || c == 'j' || c == 'J' || !has_nonzero) return lex_decimal_rest(lexer, c);
    back_up(lexer, c);
    fail_range(lexer,
               str_from_cstr("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
                             "integers"),
               (int)(lexer->token_start + 1 - lexer->line_start), (int)(zeros_end - lexer->line_start));
    return TOKEN_ERROR;
}

static enum TokenType lex_number(Lexer *lexer, int c)
{
    if (c == '0') {
        c = next_char(lexer);
        if (c == 'x' || c == 'X') return lex_radix(lexer, 16, "hexadecimal");
        if (c == 'o' || c == 'O') return lex_radix(lexer, 8, "octal");
        if (c == 'b' || c == 'B') return lex_radix(lexer, 2, "binary");
        return lex_zeros(lexer, c);
    }
    c = decimal_tail(lexer);
    return c == -2 ? TOKEN_ERROR : lex_decimal_rest(lexer, c);
}

/* --- indentation --- */

static bool push_indent(Lexer *lexer, int column, int alternate)
{
    if (lexer->indent + 1 >= LEXER_MAX_INDENTS) {
        lexer->state = LEXER_TOO_DEEP;
        lexer->at = lexer->line_end;
        return false;
    }
    if (alternate <= lexer->alternate_columns[lexer->indent]) goto inconsistent;
    lexer->pending_indents++;
    lexer->indent_columns[++lexer->indent] = column;
    lexer->alternate_columns[lexer->indent] = alternate;
    return true;
inconsistent:
    lexer->state = LEXER_TABSPACE;
    lexer->at = lexer->line_end;
    return false;
}

static bool pop_indents(Lexer *lexer, int column, int alternate)
{
    while (lexer->indent > 0 && column < lexer->indent_columns[lexer->indent]) {
        lexer->pending_indents--;
        lexer->indent--;
    }
    if (column != lexer->indent_columns[lexer->indent]) {
        lexer->state = LEXER_DEDENT;
        lexer->at = lexer->line_end;
        return false;
    }
    if (alternate == lexer->alternate_columns[lexer->indent]) return true;
    lexer->state = LEXER_TABSPACE;
    lexer->at = lexer->line_end;
    return false;
}

/* Behind a backslash: the end of the line must follow. Gives the first character of the next line, -2 on error. */
static int continue_line(Lexer *lexer)
{
    int c = next_char(lexer);
    if (c != '\n') {
        lexer->state = LEXER_LINE_CONTINUATION;
        return -2;
    }
    c = next_char(lexer);
    if (c == END_OF_TEXT) {
        lexer->state = LEXER_EOF;
        lexer->at = lexer->line_end;
        return -2;
    }
    return c;
}

/* At the start of a line: measures it and sets pending_indents. False: error. *is_blank: nothing on it. */
static bool lex_indentation(Lexer *lexer, bool *is_blank)
{
    int column = 0, alternate = 0, continued_column = 0, c;
    lexer->at_line_start = false;
    for (;;) {
        c = next_char(lexer);
        if (c == ' ') {
            column++;
            alternate++;
        } else if (c == '\t') {
            column = (column / TAB_SIZE + 1) * TAB_SIZE;
            alternate++;
        } else if (c == '\f') {
            column = alternate = 0;
        } else if (c == '\\') {
            /* An indented line that is only a backslash: the next line's own indentation does not count. */
            continued_column = continued_column ? continued_column : column;
            c = continue_line(lexer);
            if (c == -2) return false;
            back_up(lexer, c);
        } else {
            break;
        }
    }
    back_up(lexer, c);
    *is_blank = c == '#' || c == '\n';
    if (*is_blank || lexer->level > 0) return true;
    if (continued_column) column = alternate = continued_column;
    int top = lexer->indent_columns[lexer->indent];
    if (column > top) return push_indent(lexer, column, alternate);
    if (column < top) return pop_indents(lexer, column, alternate);
    if (alternate == lexer->alternate_columns[lexer->indent]) return true;
    lexer->state = LEXER_TABSPACE;
    lexer->at = lexer->line_end;
    return false;
}

/* --- brackets and operators --- */

static enum TokenType open_bracket(Lexer *lexer, int c)
{
    if (lexer->level >= LEXER_MAX_BRACKETS) {
        fail(lexer, "too many nested parentheses");
        return TOKEN_ERROR;
    }
    lexer->brackets[lexer->level] = (char)c;
    lexer->bracket_lines[lexer->level] = lexer->lineno;
    lexer->bracket_columns[lexer->level] = (int)(lexer->token_start - lexer->line_start);
    lexer->level++;
    return c == '(' ? TOKEN_LPAREN : c == '[' ? TOKEN_LBRACKET : TOKEN_LBRACE;
}

static enum TokenType close_bracket(Lexer *lexer, int c)
{
    if (lexer->level == 0) {
        fail(lexer, "unmatched '%c'", c);
        return TOKEN_ERROR;
    }
    lexer->level--;
    int open = lexer->brackets[lexer->level];
    if (!((open == '(' && c == ')') || (open == '[' && c == ']') || (open == '{' && c == '}'))) {
        int line = lexer->bracket_lines[lexer->level];
        if (line != lexer->lineno)
            fail(lexer, "closing parenthesis '%c' does not match opening parenthesis '%c' on line %d", c, open, line);
        else
            fail(lexer, "closing parenthesis '%c' does not match opening parenthesis '%c'", c, open);
        return TOKEN_ERROR;
    }
    return c == ')' ? TOKEN_RPAREN : c == ']' ? TOKEN_RBRACKET : TOKEN_RBRACE;
}

static inline bool accept(Lexer *lexer, char c)
{
    if (lexer->at == lexer->line_end || *lexer->at != c) return false;
    lexer->at++;
    return true;
}

/* An operator is known only with the character behind it: at the very end, looking for that meets the end. */
static inline void note_end(Lexer *lexer)
{
    if (UNLIKELY(lexer->at == lexer->text_end) && lexer->state == LEXER_OK) lexer->state = LEXER_EOF;
}

/* c, or c= */
static enum TokenType or_assign(Lexer *lexer, enum TokenType plain, enum TokenType assign)
{
    return accept(lexer, '=') ? assign : plain;
}

static enum TokenType lex_operator(Lexer *lexer, int c)
{
    note_end(lexer);
    switch (c) {
    case '(':
    case '[':
    case '{': return open_bracket(lexer, c);
    case ')':
    case ']':
    case '}': return close_bracket(lexer, c);
    case ':': return or_assign(lexer, TOKEN_COLON, TOKEN_WALRUS);
    case ',': return TOKEN_COMMA;
    case ';': return TOKEN_SEMICOLON;
    case '~': return TOKEN_TILDE;
    case '=': return or_assign(lexer, TOKEN_ASSIGN, TOKEN_EQUAL);
    case '!': return or_assign(lexer, TOKEN_STRAY, TOKEN_NOT_EQUAL);
    case '+': return or_assign(lexer, TOKEN_PLUS, TOKEN_PLUS_ASSIGN);
    case '-': return accept(lexer, '>') ? TOKEN_ARROW : or_assign(lexer, TOKEN_MINUS, TOKEN_MINUS_ASSIGN);
    case '|': return or_assign(lexer, TOKEN_BAR, TOKEN_BAR_ASSIGN);
    case '&': return or_assign(lexer, TOKEN_AMPERSAND, TOKEN_AMPERSAND_ASSIGN);
    case '^': return or_assign(lexer, TOKEN_CARET, TOKEN_CARET_ASSIGN);
    case '%': return or_assign(lexer, TOKEN_PERCENT, TOKEN_PERCENT_ASSIGN);
    case '@': return or_assign(lexer, TOKEN_AT, TOKEN_AT_ASSIGN);
    case '*':
        if (accept(lexer, '*')) return or_assign(lexer, TOKEN_DOUBLE_STAR, TOKEN_DOUBLE_STAR_ASSIGN);
        return or_assign(lexer, TOKEN_STAR, TOKEN_STAR_ASSIGN);
    case '/':
        if (accept(lexer, '/')) return or_assign(lexer, TOKEN_DOUBLE_SLASH, TOKEN_DOUBLE_SLASH_ASSIGN);
        return or_assign(lexer, TOKEN_SLASH, TOKEN_SLASH_ASSIGN);
    case '<':
        if (accept(lexer, '<')) return or_assign(lexer, TOKEN_LEFT_SHIFT, TOKEN_LEFT_SHIFT_ASSIGN);
        if (accept(lexer, '>')) return TOKEN_NOT_EQUAL;
        return or_assign(lexer, TOKEN_LESS, TOKEN_LESS_EQUAL);
    case '>':
        if (accept(lexer, '>')) return or_assign(lexer, TOKEN_RIGHT_SHIFT, TOKEN_RIGHT_SHIFT_ASSIGN);
        return or_assign(lexer, TOKEN_GREATER, TOKEN_GREATER_EQUAL);
    case '$':
    case '?':
    case '`': return TOKEN_STRAY;
    default: fail_character(lexer, (uint32_t)c); return TOKEN_ERROR;
    }
}

/* Behind a point. */
static enum TokenType lex_dot(Lexer *lexer)
{
    note_end(lexer);
    if (lexer->at != lexer->line_end && is_digit((unsigned char)*lexer->at)) return lex_fraction(lexer);
    if (lexer->line_end - lexer->at >= 2 && lexer->at[0] == '.' && lexer->at[1] == '.') {
        lexer->at += 2;
        return TOKEN_ELLIPSIS;
    }
    return TOKEN_DOT;
}

/* --- comments --- */

/* `at` is behind "#"; skips the comment. True: it is a type comment and *token describes it. */
static bool lex_comment(Lexer *lexer, Token *token)
{
    const char *comment = lexer->at - 1, *end = comment;
    while (end < lexer->line_end && *end != '\n') end++;
    lexer->at = end;
    if (!lexer->has_type_comments) return false;
    const char *p = comment + 1;
    while (*p == ' ' || *p == '\t') p++;
    if (strncmp(p, "type:", 5) != 0) return false;
    p += 5;
    while (*p == ' ' || *p == '\t') p++;
    const char *ignore_end = p + 6;
    /* "# type: ignore" and what follows it, if that is no letter */
    bool is_ignore = end >= ignore_end && memcmp(p, "ignore", 6) == 0 &&
                     !(end > ignore_end && ((unsigned char)*ignore_end >= 128 ||
                                            (is_identifier_part((unsigned char)*ignore_end) && *ignore_end != '_')));
    token->type = is_ignore ? TOKEN_TYPE_IGNORE : TOKEN_TYPE_COMMENT;
    token->start = is_ignore ? ignore_end : p;
    token->end = end;
    return true;
}

/* --- the next token --- */

static enum TokenType finish_token(Lexer *lexer, Token *token, enum TokenType type)
{
    if (type != TOKEN_ERROR) {
        token->start = lexer->token_start;
        token->end = lexer->at;
    }
    return type;
}

/* What stands where no token is pending; TOKEN_NEWLINE of a blank line is skipped by the caller. */
static enum TokenType lex_token(Lexer *lexer, Token *token, bool is_blank)
{
    for (;;) {
        int c;
        lexer->token_start = NULL;
        do c = next_char(lexer);
        while (c == ' ' || c == '\t' || c == '\f');
        if (c != END_OF_TEXT) lexer->token_start = lexer->at - 1;
        if (c == '#' && lex_comment(lexer, token)) {
            /* "# type: ignore" alone on its line is not part of the statement before it */
            if (token->type == TOKEN_TYPE_IGNORE && is_blank) lexer->at_line_start = true;
            return token->type;
        }
        if (c == '#') c = next_char(lexer);
        if (c == END_OF_TEXT) return lexer->level || lexer->state != LEXER_EOF ? TOKEN_ERROR : TOKEN_END;
        if (is_identifier_start(c)) return finish_token(lexer, token, lex_name(lexer, c));
        if (c == '\n') {
            lexer->at_line_start = true;
            if (is_blank || lexer->level > 0) return TOKEN_TYPE_COUNT;
            token->start = lexer->token_start;
            token->end = lexer->at - 1; /* leaves the \n out */
            return TOKEN_NEWLINE;
        }
        if (c == '.') return finish_token(lexer, token, lex_dot(lexer));
        if (is_digit(c)) return finish_token(lexer, token, lex_number(lexer, c));
        if (c == '\'' || c == '"') return finish_token(lexer, token, lex_string(lexer, c));
        if (c == '\\') {
            c = continue_line(lexer);
            if (c == -2) return TOKEN_ERROR;
            back_up(lexer, c);
            lexer->continued_line = true;
            continue;
        }
        return finish_token(lexer, token, lex_operator(lexer, c));
    }
}

void lexer_next(Lexer *lexer, Token *token)
{
    enum TokenType type;
    token->start = token->end = NULL;
    do {
        bool is_blank = false;
        lexer->token_start = NULL;
        if (lexer->at_line_start && !lex_indentation(lexer, &is_blank)) {
            type = TOKEN_ERROR;
            break;
        }
        if (UNLIKELY(lexer->pending_indents != 0)) {
            type = lexer->pending_indents < 0 ? TOKEN_DEDENT : TOKEN_INDENT;
            lexer->pending_indents += lexer->pending_indents < 0 ? 1 : -1;
            break;
        }
        type = lex_token(lexer, token, is_blank);
    } while (type == TOKEN_TYPE_COUNT);
    token->type = (uint8_t)type;
    token->level = (uint8_t)lexer->level;
}

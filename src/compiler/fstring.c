/* fstring.c: the inside of f-strings as Python 3.11 reads them: the literal is scanned for braces, and each
 * expression's text, put in parentheses, goes through a parser of its own, whose positions are shifted to where the
 * text stands. */
#include "compiler/parser.h"

#include <ctype.h>

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

#define FAIL(p, ...) raise_at_last_token(p, &type_SyntaxError, __VA_ARGS__)

bool joiner_add_value(StringJoiner *joiner, Expr *value);

/* --- literal text --- */

enum LiteralEnd { LITERAL_FAILED, LITERAL_AT_BRACE, LITERAL_CONTINUES };

/* Finds the end of the text in front of an expression or of the end; doubled braces end a piece, too. */
static enum LiteralEnd scan_literal(Parser *p, const char **at, const char **piece_end, const char *end, bool is_raw,
                                    int level, int token)
{
    const char *s = *at;
    while (s < end) {
        char c = *s++;
        if (c == '\\' && !is_raw && s < end) {
            c = *s++;
            if (c == 'N') {
                if (s < end && *s++ == '{')
                    while (s < end && *s++ != '}') {}
                continue;
            }
            if (c == '{' && warn_invalid_escape(p, s - 1, token) < 0) return LITERAL_FAILED;
        }
        if (c != '{' && c != '}') continue;
        if (level == 0) {
            if (s < end && *s == c) {
                *piece_end = s;
                *at = s + 1;
                return LITERAL_CONTINUES;
            }
            if (c == '}') {
                FAIL(p, "f-string: single '}' is not allowed");
                return LITERAL_FAILED;
            }
        }
        s--;
        break;
    }
    *piece_end = *at = s;
    return LITERAL_AT_BRACE;
}

/* --- expressions --- */

static void *parse_fstring_start(Parser *p)
{
    return parse_star_expressions(p);
}

static bool is_blank(const char *start, const char *end)
{
    for (; start < end; start++)
        if (*start != ' ' && *start != '\t' && *start != '\n' && *start != '\f') return false;
    return true;
}

/* Line and column at which the brace `open` of the literal `token` stands. */
static void locate_expression(const Token *token, const char *open, int *lineno, int *column)
{
    int lines = 0, columns = 0;
    for (const char *s = token->start; s < open; s++)
        if (*s == '\n') lines++;
    const char *next = open + 1;
    while (*next == ' ' || *next == '\t' || *next == '\f') next++;
    if (*next != '\n') {
        const char *line = open;
        while (line > token->start && *line != '\n') line--;
        columns = (int)(open - line);
        if (*line == '\n') columns--;
    }
    *lineno = token->lineno + lines;
    *column = lines ? columns : token->col_offset + columns;
}

static Expr *parse_embedded(Parser *p, const char *start, const char *end, int token)
{
    if (is_blank(start, end)) {
        if (*end == '!' || *end == ':' || *end == '=')
            return FAIL(p, "f-string: expression required before '%c'", *end);
        return FAIL(p, "f-string: empty expression not allowed");
    }
    size_t length = (size_t)(end - start);
    char *text = arena_alloc(p->arena, length + 4);
    if (!text) {
        p->failed = true;
        return NULL;
    }
    text[0] = '(';
    memcpy(text + 1, start, length);
    text[length + 1] = ')';
    text[length + 2] = '\n';
    Parser inner;
    if (!parser_init(&inner, text, text + length + 3, p->filename, p->mode, p->flags, p->arena, p)) {
        p->failed = true;
        return NULL;
    }
    inner.is_fstring = true;
    inner.lexer.has_encoding = false;
    inner.lexer.has_type_comments = false;
    locate_expression(&p->tokens[token], start - 1, &inner.starting_lineno, &inner.starting_col_offset);
    inner.lexer.lineno = inner.starting_lineno - 1;
    Expr *result = parser_run(&inner, parse_fstring_start);
    parser_finish(&inner);
    if (!result) p->failed = true;
    return result;
}

/* What is open while an expression's end is looked for. */
typedef struct Scan {
    char brackets[LEXER_MAX_BRACKETS];
    int depth;
    char quote; /* 0: not inside a string */
    int quote_size;
} Scan;

static bool is_triple(const char *s, const char *end)
{
    return end - s >= 3 && s[1] == s[0] && s[2] == s[0];
}

static const char *scan_quote(Scan *scan, const char *s, const char *end)
{
    if (scan->quote) {
        if (*s != scan->quote) return s;
        if (scan->quote_size == 3) {
            if (!is_triple(s, end)) return s;
            s += 2;
        }
        scan->quote = 0;
        return s;
    }
    scan->quote = *s;
    scan->quote_size = is_triple(s, end) ? 3 : 1;
    return s + scan->quote_size - 1;
}

static bool scan_closing(Parser *p, Scan *scan, char c)
{
    if (scan->depth == 0) return FAIL(p, "f-string: unmatched '%c'", c);
    char open = scan->brackets[--scan->depth];
    if ((open == '(' && c == ')') || (open == '[' && c == ']') || (open == '{' && c == '}')) return true;
    return FAIL(p, "f-string: closing parenthesis '%c' does not match opening parenthesis '%c'", c, open);
}

/* !, :, }, =, <, > outside of brackets: does the expression end here? *skip: the operator has two characters. */
static bool ends_expression(const char *s, const char *end, bool *skip)
{
    char c = *s, next = s + 1 < end ? s[1] : 0;
    *skip = next == '=' && (c == '!' || c == '=' || c == '<' || c == '>');
    return !*skip && c != '<' && c != '>';
}

/* The end of the expression that starts at s; NULL: raised. */
static const char *scan_expression(Parser *p, const char *s, const char *end)
{
    Scan scan = {.depth = 0, .quote = 0};
    for (; s < end; s++) {
        char c = *s;
        if (c == '\\') return FAIL(p, "f-string expression part cannot include a backslash");
        if (scan.quote || c == '\'' || c == '"') {
            s = scan_quote(&scan, s, end);
            continue;
        }
        if (c == '[' || c == '{' || c == '(') {
            if (scan.depth >= LEXER_MAX_BRACKETS) return FAIL(p, "f-string: too many nested parenthesis");
            scan.brackets[scan.depth++] = c;
            continue;
        }
        if (c == '#') return FAIL(p, "f-string expression part cannot include '#'");
        if (scan.depth == 0 && (c == '!' || c == ':' || c == '}' || c == '=' || c == '>' || c == '<')) {
            bool skip;
            if (ends_expression(s, end, &skip)) break;
            if (skip) s++;
            continue;
        }
        if ((c == ']' || c == '}' || c == ')') && !scan_closing(p, &scan, c)) return NULL;
    }
    if (scan.quote) return FAIL(p, "f-string: unterminated string");
    if (scan.depth) return FAIL(p, "f-string: unmatched '%c'", scan.brackets[scan.depth - 1]);
    if (s >= end) return FAIL(p, "f-string: expecting '}'");
    return s;
}

/* "!r" and the like; -1: there is none, 0: raised. */
static int parse_conversion(Parser *p, const char **at, const char *end)
{
    if (**at != '!') return -1;
    if (*at + 1 >= end) return FAIL(p, "f-string: expecting '}'"), 0;
    int conversion = (unsigned char)(*at)[1];
    *at += 2;
    if (conversion == 's' || conversion == 'r' || conversion == 'a') return conversion;
    FAIL(p, "f-string: invalid conversion character: expected 's', 'r', or 'a'");
    return 0;
}

static Expr *parse_format_spec(StringJoiner *joiner, const char **at, const char *end, bool is_raw, int level,
                               int token)
{
    StringJoiner spec = *joiner;
    nodes_init(&spec.values);
    spec.text = VALUE_NULL;
    spec.is_fstring = true;
    if (!fstring_parse(&spec, at, end, is_raw, level, token)) {
        value_xdecref(spec.text);
        return NULL;
    }
    /* CPython gives the spec, and the text at its end, the place of this literal alone. */
    spec.location = location_of_token(&joiner->p->tokens[token]);
    return joiner_finish(&spec);
}

/* At "{". */
static bool parse_replacement(StringJoiner *joiner, const char **at, const char *end, bool is_raw, int level, int token)
{
    Parser *p = joiner->p;
    if (level >= 2) return FAIL(p, "f-string: expressions nested too deeply");
    const char *start = *at + 1;
    const char *s = scan_expression(p, start, end);
    if (!s) return false;
    Expr *value = parse_embedded(p, start, s, token), *spec = NULL;
    if (!value) return false;
    bool shows_text = *s == '=';
    if (shows_text) {
        if (!check_version(p, 8, "f-string: self documenting expressions are")) return false;
        do s++;
        while (isspace((unsigned char)*s));
        if (s >= end) return FAIL(p, "f-string: expecting '}'");
        if (!joiner_add_text(joiner, str_from_utf8(start, s - start))) return false;
    }
    int conversion = parse_conversion(p, &s, end);
    if (conversion == 0) return false;
    if (s >= end) return FAIL(p, "f-string: expecting '}'");
    if (*s == ':') {
        s++;
        if (s >= end) return FAIL(p, "f-string: expecting '}'");
        spec = parse_format_spec(joiner, &s, end, is_raw, level + 1, token);
        if (!spec) return false;
    }
    if (s >= end || *s != '}') return FAIL(p, "f-string: expecting '}'");
    *at = s + 1;
    if (shows_text && !spec && conversion == -1) conversion = 'r';
    Expr *formatted = ast_FormattedValue(p->arena, value, conversion, spec, joiner->location);
    return formatted && joiner_add_value(joiner, formatted);
}

bool fstring_parse(StringJoiner *joiner, const char **at, const char *end, bool is_raw, int level, int token)
{
    Parser *p = joiner->p;
    for (;;) {
        const char *start = *at, *piece_end;
        enum LiteralEnd result = scan_literal(p, at, &piece_end, end, is_raw, level, token);
        if (result == LITERAL_FAILED) return false;
        if (piece_end > start && !joiner_add_text(joiner, literal_decode(p, start, piece_end, is_raw, token)))
            return false;
        if (result == LITERAL_CONTINUES) continue;
        if (*at >= end || **at == '}') break;
        if (!parse_replacement(joiner, at, end, is_raw, level, token)) return false;
    }
    if (level > 0 && (*at >= end || **at != '}')) return FAIL(p, "f-string: expecting '}'");
    return true;
}

/* string_literal.c: string tokens -> values: prefixes, escapes, bytes, and literals side by side. */
#include "compiler/parser.h"

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

/* --- escapes --- */

/* escape: behind the backslash; three octal digits or one character. */
int warn_invalid_escape(Parser *p, const char *escape, int token)
{
    if (p->tries_invalid) return 0; /* the first pass has warned */
    bool is_octal = *escape >= '4' && *escape <= '7';
    Value message = is_octal ? str_format("invalid octal escape sequence '\\%.3s'", escape)
                             : str_format("invalid escape sequence '\\%c'", *escape);
    if (value_is_null(message)) return -1;
    int result = warn_explicit(&type_DeprecationWarning, message, p->filename, p->tokens[token].lineno, VALUE_NULL);
    if (result < 0 && error_catch(&type_DeprecationWarning)) raise_at_token(p, &p->tokens[token], "%U", message);
    value_decref(message);
    if (result == 0) return 0;
    p->failed = true;
    return -1;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The simple escapes; 0: none. */
static int simple_escape(char c)
{
    switch (c) {
    case '\\': return '\\';
    case '\'': return '\'';
    case '"': return '"';
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return 0;
    }
}

/* Up to three octal digits, the first of which has been read. */
static uint32_t read_octal(const char **at, const char *end, char first)
{
    uint32_t value = (uint32_t)(first - '0');
    for (int i = 0; i < 2 && *at < end && **at >= '0' && **at <= '7'; i++)
        value = value * 8 + (uint32_t)(*(*at)++ - '0');
    return value;
}

/* Positions in errors count as if each character beyond ASCII were written \UXXXXXXXX. */
static ssize_t escaped_offset(const char *start, const char *at)
{
    ssize_t offset = 0;
    for (; start < at; start++) {
        unsigned char c = (unsigned char)*start;
        if (c < 0x80)
            offset++;
        else if (c >= 0xc0)
            offset += 10;
    }
    return offset;
}

/* Raises UnicodeDecodeError for the escape from `escape` to `at`. */
static void fail_escape(const char *start, const char *end, const char *escape, const char *at, const char *reason)
{
    Value exception = unicode_decode_error_new("unicodeescape", start, end - start, escaped_offset(start, escape),
                                               escaped_offset(start, at), reason);
    if (!value_is_null(exception)) error_raise(exception);
}

/* Behind \x, \u, \U: exactly `digits` digits. */
static bool read_hex(StrBuilder *out, const char *start, const char **at, const char *end, int digits)
{
    const char *escape = *at - 2;
    uint32_t value = 0;
    int n = 0;
    for (; n < digits && *at < end && hex_value(**at) >= 0; n++, (*at)++)
        value = value * 16 + (uint32_t)hex_value(**at);
    if (n < digits) {
        const char *reason = digits == 2   ? "truncated \\xXX escape"
                             : digits == 4 ? "truncated \\uXXXX escape"
                                           : "truncated \\UXXXXXXXX escape";
        fail_escape(start, end, escape, *at, reason);
        return false;
    }
    if (value > 0x10ffff) {
        fail_escape(start, end, escape, *at, "illegal Unicode character");
        return false;
    }
    return str_builder_add_char(out, value) == 0;
}

static Value look_up_name(const char *name, size_t length)
{
    Value lookup = import_attr("unicodedata", "lookup");
    if (value_is_null(lookup)) {
        if (error_catch(&type_ImportError))
            error_set(&type_UnicodeError, "\\N escapes not supported (can't load unicodedata module)");
        return VALUE_NULL;
    }
    Value text = str_from_utf8(name, (ssize_t)length);
    Value result = value_is_null(text) ? VALUE_NULL : call_1(lookup, text);
    value_xdecref(text);
    value_decref(lookup);
    return result;
}

/* Behind \N: {NAME} */
static bool read_named(StrBuilder *out, const char *start, const char **at, const char *end)
{
    const char *escape = *at - 2;
    const char *close = *at < end && **at == '{' ? memchr(*at, '}', (size_t)(end - *at)) : NULL;
    if (!close || close == *at + 1) {
        const char *stop = *at < end && **at == '{' ? (close ? close + 1 : end) : *at;
        fail_escape(start, end, escape, stop, "malformed \\N character escape");
        return false;
    }
    Value character = look_up_name(*at + 1, (size_t)(close - *at - 1));
    if (value_is_null(character) || str_length(character) != 1) {
        bool is_unknown = !value_is_null(character) || error_catch(&type_KeyError);
        value_xdecref(character);
        if (is_unknown) fail_escape(start, end, escape, close + 1, "unknown Unicode character name");
        return false;
    }
    *at = close + 1;
    bool good = str_builder_add_str(out, character) == 0;
    value_decref(character);
    return good;
}

/* Only the first bad escape of a literal is reported. */
static bool warn_once(Parser *p, const char *escape, int token, bool *has_warned)
{
    if (*has_warned) return true;
    *has_warned = true;
    return warn_invalid_escape(p, escape, token) == 0;
}

/* At a backslash. */
static bool decode_escape(Parser *p, StrBuilder *out, const char *start, const char **at, const char *end, int token,
                          bool *has_warned)
{
    if (*at + 1 == end) { /* in front of a brace of an f-string */
        ++*at;
        return str_builder_add_char(out, '\\') == 0;
    }
    char c = (*at)[1];
    *at += 2;
    int simple = simple_escape(c);
    if (simple) return str_builder_add_char(out, (uint32_t)simple) == 0;
    switch (c) {
    case '\n': return true;
    case '0' ... '7': {
        const char *digits = *at - 1;
        uint32_t value = read_octal(at, end, c);
        return (value < 0400 || warn_once(p, digits, token, has_warned)) && str_builder_add_char(out, value) == 0;
    }
    case 'x': return read_hex(out, start, at, end, 2);
    case 'u': return read_hex(out, start, at, end, 4);
    case 'U': return read_hex(out, start, at, end, 8);
    case 'N': return read_named(out, start, at, end);
    default: break;
    }
    (*at)--; /* the character stands for itself, and so does the backslash */
    if (str_builder_add_char(out, '\\') < 0) return false;
    return (unsigned char)c >= 0x80 || warn_once(p, *at, token, has_warned);
}

Value literal_decode(Parser *p, const char *start, const char *end, bool is_raw, int token)
{
    const char *backslash = is_raw ? NULL : memchr(start, '\\', (size_t)(end - start));
    if (!backslash) return str_from_utf8(start, end - start);
    StrBuilder out;
    str_builder_init(&out);
    bool has_warned = false;
    const char *at = start;
    while (at < end) {
        backslash = memchr(at, '\\', (size_t)(end - at));
        const char *stop = backslash ? backslash : end;
        if (stop > at) {
            Value piece = str_from_utf8(at, stop - at);
            if (value_is_null(piece)) goto failed;
            int result = str_builder_add_str(&out, piece);
            value_decref(piece);
            if (result < 0) goto failed;
        }
        at = stop;
        if (backslash && !decode_escape(p, &out, start, &at, end, token, &has_warned)) goto failed;
    }
    return str_builder_finish(&out);
failed:
    str_builder_discard(&out);
    return VALUE_NULL;
}

/* --- bytes --- */

static Value decode_bytes(Parser *p, const char *start, const char *end, bool is_raw, int token)
{
    if (is_raw || !memchr(start, '\\', (size_t)(end - start))) return bytes_new(start, end - start);
    char *buffer = arena_alloc(p->arena, (size_t)(end - start));
    if (!buffer) return VALUE_NULL;
    ssize_t n = 0;
    bool has_warned = false;
    for (const char *at = start; at < end;) {
        char c = *at++;
        if (c != '\\') {
            buffer[n++] = c;
            continue;
        }
        c = *at++;
        int simple = simple_escape(c);
        if (simple) {
            buffer[n++] = (char)simple;
        } else if (c == '\n') {
            continue;
        } else if (c >= '0' && c <= '7') {
            const char *digits = at - 1;
            uint32_t value = read_octal(&at, end, c);
            if (value > 0377 && !warn_once(p, digits, token, &has_warned)) return VALUE_NULL;
            buffer[n++] = (char)value;
        } else if (c == 'x') {
            if (end - at < 2 || hex_value(at[0]) < 0 || hex_value(at[1]) < 0) {
                return error_format(&type_ValueError, "invalid \\x escape at position %zd", at - 2 - start);
            }
            buffer[n++] = (char)(hex_value(at[0]) * 16 + hex_value(at[1]));
            at += 2;
        } else {
            buffer[n++] = '\\';
            at--;
            if (!warn_once(p, at, token, &has_warned)) return VALUE_NULL;
        }
    }
    return bytes_new(buffer, n);
}

/* --- one literal --- */

typedef struct Literal {
    const char *start, *end; /* without prefix and quotes */
    bool is_bytes, is_raw, is_fstring, is_unicode;
} Literal;

static Literal split_literal(const Token *token)
{
    Literal literal = {token->start, token->end, false, false, false, false};
    for (; *literal.start != '\'' && *literal.start != '"'; literal.start++) {
        switch (*literal.start | 0x20) {
        case 'b': literal.is_bytes = true; break;
        case 'r': literal.is_raw = true; break;
        case 'f': literal.is_fstring = true; break;
        default: literal.is_unicode = *literal.start == 'u'; break; /* U says nothing to the tree */
        }
    }
    const char *q = literal.start;
    int quotes = literal.end - q >= 6 && q[1] == q[0] && q[2] == q[0] ? 3 : 1;
    literal.start += quotes;
    literal.end -= quotes;
    return literal;
}

static bool is_ascii(const char *start, const char *end)
{
    for (; start < end; start++)
        if ((unsigned char)*start >= 0x80) return false;
    return true;
}

/* --- literals side by side --- */

static AstLocation location_of_literals(Parser *p, int first, int count)
{
    return location_between(location_of_token(&p->tokens[first]), location_of_token(&p->tokens[first + count - 1]));
}

static Expr *fail_literal(Parser *p)
{
    if (!p->failed) raise_literal_problem(p);
    return NULL;
}

/* The bytes of one literal; no value: failed. */
static Value bytes_of_literal(Parser *p, const Literal *literal, int token)
{
    if (!is_ascii(literal->start, literal->end)) {
        raise_at_last_token(p, &type_SyntaxError, "bytes can only contain ASCII literal characters");
        return VALUE_NULL;
    }
    return decode_bytes(p, literal->start, literal->end, literal->is_raw, token);
}

/* Literals of the other sort than the first one: what is wrong inside the literal goes before that. */
static void raise_mixed(Parser *p, const Literal *literal, int token)
{
    Value value = VALUE_NONE;
    if (literal->is_bytes)
        value = bytes_of_literal(p, literal, token);
    else if (!literal->is_fstring)
        value = literal_decode(p, literal->start, literal->end, literal->is_raw, token);
    if (value_is_null(value)) {
        fail_literal(p);
        return;
    }
    value_decref(value);
    raise_at_last_token(p, &type_SyntaxError, "cannot mix bytes and nonbytes literals");
}

static Expr *concatenate_bytes(Parser *p, int first, int count)
{
    Value result = VALUE_NULL;
    for (int i = first; i < first + count; i++) {
        Literal literal = split_literal(&p->tokens[i]);
        if (!literal.is_bytes) {
            value_xdecref(result);
            raise_mixed(p, &literal, i);
            return NULL;
        }
        Value piece = bytes_of_literal(p, &literal, i);
        if (!value_is_null(piece) && !value_is_null(result)) {
            Value joined = sequence_concat(result, piece);
            value_decref(piece);
            piece = joined;
        }
        value_xdecref(result);
        result = piece;
        if (value_is_null(result)) return fail_literal(p);
    }
    if (value_is_null(parser_keep(p, result))) return NULL;
    return ast_Constant(p->arena, result, VALUE_NULL, location_of_literals(p, first, count));
}

bool joiner_add_text(StringJoiner *joiner, STEALS NULLABLE Value text)
{
    if (value_is_null(text)) return false;
    if (value_is_null(joiner->text)) {
        joiner->text = text;
        return true;
    }
    str_append(&joiner->text, text);
    value_decref(text);
    return !value_is_null(joiner->text);
}

static Expr *joiner_take_constant(StringJoiner *joiner)
{
    Parser *p = joiner->p;
    Value text = value_is_null(joiner->text) ? str_empty() : joiner->text;
    joiner->text = VALUE_NULL;
    if (value_is_null(parser_keep(p, text))) return NULL;
    return ast_Constant(p->arena, text, joiner->kind, joiner->location);
}

/* Moves the pending text among the values. */
static bool joiner_flush(StringJoiner *joiner)
{
    if (value_is_null(joiner->text)) return true;
    if (str_length(joiner->text) == 0) {
        value_clear(&joiner->text);
        return true;
    }
    Expr *constant = joiner_take_constant(joiner);
    return constant && nodes_add(joiner->p, &joiner->values, constant);
}

bool joiner_add_value(StringJoiner *joiner, Expr *value)
{
    return joiner_flush(joiner) && nodes_add(joiner->p, &joiner->values, value);
}

Expr *joiner_finish(StringJoiner *joiner)
{
    Parser *p = joiner->p;
    if (!joiner->is_fstring) return joiner_take_constant(joiner);
    if (!joiner_flush(joiner)) return NULL;
    ExprSeq *values = joiner->values.count ? nodes_finish(p, &joiner->values) : NULL;
    return p->failed ? NULL : ast_JoinedStr(p->arena, values, joiner->location);
}

static bool joiner_add_literal(StringJoiner *joiner, int token)
{
    Parser *p = joiner->p;
    Literal literal = split_literal(&p->tokens[token]);
    if (literal.is_bytes) {
        raise_mixed(p, &literal, token);
        return false;
    }
    if (!literal.is_fstring)
        return joiner_add_text(joiner, literal_decode(p, literal.start, literal.end, literal.is_raw, token));
    joiner->is_fstring = true;
    if (!check_version(p, 6, "Format strings are")) return false;
    return fstring_parse(joiner, &literal.start, literal.end, literal.is_raw, 0, token);
}

Expr *strings_concatenate(Parser *p, int first, int count)
{
    Literal literal = split_literal(&p->tokens[first]);
    if (literal.is_bytes) return concatenate_bytes(p, first, count);
    StringJoiner joiner;
    joiner.p = p;
    nodes_init(&joiner.values);
    joiner.text = joiner.kind = VALUE_NULL;
    joiner.is_fstring = false;
    joiner.location = location_of_literals(p, first, count);
    if (literal.is_unicode) joiner.kind = identifier_new(p, "u", 1);
    for (int i = first; i < first + count && !p->failed; i++) {
        if (joiner_add_literal(&joiner, i)) continue;
        value_xdecref(joiner.text);
        return fail_literal(p);
    }
    return p->failed ? NULL : joiner_finish(&joiner);
}

/* fold_format.c: see fold_format.h. */
#include "compiler/fold_format.h"

#include <stdio.h>

#include "objects/error.h"
#include "objects/str.h"

enum { MAX_DIGITS = 3 };

typedef struct FormatReader {
    Value format;
    ssize_t at;
    AstArena *arena;
    bool failed; /* MemoryError */
} FormatReader;

static bool at_end(const FormatReader *r)
{
    return r->at >= str_length(r->format);
}

static uint32_t peek(const FormatReader *r)
{
    return str_char(as_str(r->format), r->at);
}

static Expr *new_constant(FormatReader *r, STEALS Value text, AstLocation location)
{
    Expr *node = NULL;
    if (!value_is_null(text) && arena_own_value(r->arena, text) == 0) node = arena_alloc(r->arena, sizeof *node);
    if (!node) {
        r->failed = true;
        return NULL;
    }
    node->kind = EXPR_Constant;
    node->location = location;
    node->v.Constant.value = text;
    node->v.Constant.kind = VALUE_NULL;
    return node;
}

/* The text up to the next conversion, %% read as %; NULL when there is none. */
static NULLABLE Expr *read_literal(FormatReader *r)
{
    ssize_t start = r->at;
    StrBuilder text;
    str_builder_init(&text);
    while (!at_end(r)) {
        uint32_t c = peek(r);
        if (c == '%') {
            if (r->at + 1 >= str_length(r->format) || str_char(as_str(r->format), r->at + 1) != '%') break;
            r->at++;
        }
        if (str_builder_add_char(&text, c) < 0) break;
        r->at++;
    }
    if (r->at == start) {
        str_builder_discard(&text);
        return NULL;
    }
    static const AstLocation nowhere = {-1, -1, -1, -1};
    return new_constant(r, str_builder_finish(&text), nowhere);
}

/* Reads up to MAX_DIGITS - 1 digits; false at the end of the format or when there are more. */
static bool read_number(FormatReader *r, int *number)
{
    *number = 0;
    for (int digits = 0;; digits++) {
        if (at_end(r) || digits >= MAX_DIGITS) return false;
        uint32_t c = peek(r);
        if (c < '0' || c > '9') return true;
        *number = *number * 10 + (int)(c - '0');
        r->at++;
    }
}

/* The conversion after a '%': its letter and the format spec in `spec`; 0 when it is not a simple one. */
static uint32_t read_conversion(FormatReader *r, char *spec, size_t spec_size)
{
    bool is_left = false;
    int width = -1, precision = -1;
    for (; !at_end(r) && peek(r) < 128 && strchr("-+ #0", (int)peek(r)); r->at++)
        if (peek(r) == '-') is_left = true;
    if (at_end(r)) return 0;
    if (peek(r) >= '0' && peek(r) <= '9' && !read_number(r, &width)) return 0;
    if (peek(r) == '.') {
        r->at++;
        if (!read_number(r, &precision)) return 0;
    }
    uint32_t letter = peek(r);
    r->at++;
    if (letter != 's' && letter != 'r' && letter != 'a') return 0;
    char *out = spec, *end = spec + spec_size;
    if (!is_left && width > 0) *out++ = '>';
    if (width >= 0) out += snprintf(out, (size_t)(end - out), "%d", width);
    if (precision >= 0) out += snprintf(out, (size_t)(end - out), ".%d", precision);
    *out = 0;
    return letter;
}

static NULLABLE Expr *read_value(FormatReader *r, Expr *argument)
{
    char spec[16];
    uint32_t letter = read_conversion(r, spec, sizeof spec);
    if (!letter) return NULL;
    Expr *format_spec = *spec ? new_constant(r, str_from_cstr(spec), argument->location) : NULL;
    Expr *node = r->failed ? NULL : arena_alloc(r->arena, sizeof *node);
    if (!node) {
        r->failed = true;
        return NULL;
    }
    node->kind = EXPR_FormattedValue;
    node->location = argument->location;
    node->v.FormattedValue.value = argument;
    node->v.FormattedValue.conversion = (int)letter;
    node->v.FormattedValue.format_spec = format_spec;
    return node;
}

bool fold_format(Expr *node, Value format, ExprSeq *elements, AstArena *arena)
{
    ssize_t count = seq_count(elements), used = 0, pieces = 0;
    for (ssize_t i = 0; i < count; i++)
        if (elements->items[i]->kind == EXPR_Starred) return true;
    FormatReader r = {format, 0, arena, false};
    ExprSeq *values = arena_seq(arena, count * 2 + 1);
    if (!values) return false;
    for (;;) {
        Expr *literal = read_literal(&r);
        if (r.failed) return false;
        if (literal) values->items[pieces++] = literal;
        if (at_end(&r)) break;
        if (used >= count) return true;
        r.at++;
        Expr *value = read_value(&r, elements->items[used++]);
        if (!value) return !r.failed;
        values->items[pieces++] = value;
    }
    if (used < count) return true;
    values->count = pieces;
    node->kind = EXPR_JoinedStr;
    node->v.JoinedStr.values = values;
    return true;
}

/* str_format: the printf of the C side (CPython's PyUnicode_FromFormat), used by every error message. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <string.h>

#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str_internal.h"

typedef struct Directive {
    bool is_zero_padded, is_left;
    ssize_t width, precision; /* -1: not given */
    enum { SIZE_INT, SIZE_LONG, SIZE_SSIZE, SIZE_MAX_INT } size;
    char conversion;
} Directive;

static const char *parse_number(const char *p, ssize_t *number)
{
    *number = 0;
    while (*p >= '0' && *p <= '9') *number = *number * 10 + (*p++ - '0');
    return p;
}

static const char *parse_directive(const char *p, Directive *d, va_list *args)
{
    *d = (Directive){.width = -1, .precision = -1};
    for (;; p++) {
        if (*p == '0')
            d->is_zero_padded = true;
        else if (*p == '-')
            d->is_left = true;
        else
            break;
    }
    if (*p == '*') {
        d->width = va_arg(*args, int);
        p++;
    } else if (*p >= '1' && *p <= '9') {
        p = parse_number(p, &d->width);
    }
    if (*p == '.') {
        p++;
        if (*p == '*') {
            d->precision = va_arg(*args, int);
            p++;
        } else {
            p = parse_number(p, &d->precision);
        }
    }
    if (*p == 'l') {
        d->size = SIZE_LONG;
        p += p[1] == 'l' ? 2 : 1;
    } else if (*p == 'z' || *p == 't') {
        d->size = SIZE_SSIZE;
        p++;
    } else if (*p == 'j') {
        d->size = SIZE_MAX_INT;
        p++;
    }
    d->conversion = *p;
    return *p ? p + 1 : p;
}

static int add_padded(StrBuilder *out, const Directive *d, const char *text, ssize_t length)
{
    ssize_t fill = d->width - length;
    if (fill > 0 && !d->is_left) {
        if (d->is_zero_padded && *text == '-') {
            str_builder_add_char(out, '-');
            text++;
            length--;
        }
        str_builder_add_fill(out, d->is_zero_padded ? '0' : ' ', fill);
    }
    str_builder_add_ascii(out, text, length);
    return d->is_left ? str_builder_add_fill(out, ' ', fill) : 0;
}

static int add_signed(StrBuilder *out, const Directive *d, long long n)
{
    char text[48];
    int precision = (int)MIN(MAX(d->precision, 1), 40);
    return add_padded(out, d, text, snprintf(text, sizeof text, "%.*lld", precision, n));
}

static int add_unsigned(StrBuilder *out, const Directive *d, unsigned long long n)
{
    char text[48], format[8] = {'%', '.', '*', 'l', 'l', d->conversion == 'i' ? 'd' : d->conversion, 0};
    int precision = (int)MIN(MAX(d->precision, 1), 40);
    return add_padded(out, d, text, snprintf(text, sizeof text, format, precision, n));
}

/* A str cut to the precision and padded to the width. */
static int add_value(StrBuilder *out, const Directive *d, Value v)
{
    ssize_t length = str_length(v);
    if (d->precision >= 0 && d->precision < length) length = d->precision;
    if (!d->is_left) str_builder_add_fill(out, ' ', d->width - length);
    int result = str_builder_add_slice(out, v, 0, length);
    return d->is_left ? str_builder_add_fill(out, ' ', d->width - length) : result;
}

static int add_owned(StrBuilder *out, const Directive *d, STEALS Value v)
{
    if (value_is_null(v)) return -1;
    int result = add_value(out, d, v);
    value_decref(v);
    return result;
}

/* A C string; bytes that are not UTF-8 become U+FFFD: a message must not fail because of what it quotes. */
static int add_cstr(StrBuilder *out, const Directive *d, const char *text)
{
    if (!text) text = "(null)";
    size_t size = d->precision >= 0 ? strnlen(text, (size_t)d->precision) : strlen(text);
    return add_owned(out, d, str_decode(text, (ssize_t)size, "utf-8", "replace"));
}

static int add_type_name(StrBuilder *out, const Directive *d, const Type *type)
{
    const char *dot = type_has_flag(type, TYPE_HEAP) ? NULL : strrchr(type->name, '.');
    return add_cstr(out, d, dot ? dot + 1 : type->name);
}

static long long next_signed(const Directive *d, va_list *args)
{
    if (d->size == SIZE_LONG) return va_arg(*args, long);
    if (d->size == SIZE_SSIZE) return va_arg(*args, ssize_t);
    return d->size == SIZE_MAX_INT ? va_arg(*args, intmax_t) : va_arg(*args, int);
}

static unsigned long long next_unsigned(const Directive *d, va_list *args)
{
    if (d->size == SIZE_LONG) return va_arg(*args, unsigned long);
    if (d->size == SIZE_SSIZE) return va_arg(*args, size_t);
    return d->size == SIZE_MAX_INT ? va_arg(*args, uintmax_t) : va_arg(*args, unsigned);
}

static int add_pointer(StrBuilder *out, const Directive *d, const void *pointer)
{
    char text[32];
    return add_padded(out, d, text, snprintf(text, sizeof text, "0x%llx", (unsigned long long)(uintptr_t)pointer));
}

static int add_char(StrBuilder *out, const Directive *d, int c)
{
    if (c < 0 || c > 0x10ffff) {
        error_set(&type_OverflowError, "character argument not in range(0x110000)");
        return -1;
    }
    if (!d->is_left) str_builder_add_fill(out, ' ', d->width - 1);
    return str_builder_add_char(out, (uint32_t)c);
}

static int add_directive(StrBuilder *out, const Directive *d, va_list *args)
{
    switch (d->conversion) {
    case '%': return str_builder_add_char(out, '%');
    case 'c': return add_char(out, d, va_arg(*args, int));
    case 'd':
    case 'i': return add_signed(out, d, next_signed(d, args));
    case 'u':
    case 'o':
    case 'x':
    case 'X': return add_unsigned(out, d, next_unsigned(d, args));
    case 'p': return add_pointer(out, d, va_arg(*args, const void *));
    case 's': return add_cstr(out, d, va_arg(*args, const char *));
    case 'S': return add_owned(out, d, value_str(va_arg(*args, Value)));
    case 'R': return add_owned(out, d, value_repr(va_arg(*args, Value)));
    case 'A': return add_owned(out, d, value_ascii(va_arg(*args, Value)));
    case 'U': return add_value(out, d, va_arg(*args, Value));
    case 'V': { /* a str, or the C string that follows when there is none */
        Value v = va_arg(*args, Value);
        const char *fallback = va_arg(*args, const char *);
        return value_is_null(v) ? add_cstr(out, d, fallback) : add_value(out, d, v);
    }
    case 'T': return add_cstr(out, d, type_of(va_arg(*args, Value))->name);
    case 'N': return add_type_name(out, d, va_arg(*args, const Type *));
    default: error_format(&type_SystemError, "invalid format string: %%%c", d->conversion); return -1;
    }
}

Value str_format_va(const char *format, va_list args_in)
{
    va_list args;
    va_copy(args, args_in);
    StrBuilder out;
    str_builder_init(&out);
    int status = 0;
    for (const char *p = format; *p && status == 0;) {
        const char *percent = strchrnul(p, '%');
        if (percent > p) {
            Value literal = str_from_utf8(p, percent - p);
            Directive plain = {.width = -1, .precision = -1};
            status = add_owned(&out, &plain, literal);
            p = percent;
            continue;
        }
        Directive directive;
        p = parse_directive(p + 1, &directive, &args);
        status = add_directive(&out, &directive, &args);
    }
    va_end(args);
    if (status < 0 || out.failed) {
        str_builder_discard(&out);
        return VALUE_NULL;
    }
    return str_builder_finish(&out);
}

Value str_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Value result = str_format_va(format, args);
    va_end(args);
    return result;
}

/* str_percent: the % operator of str and bytes. One walk over the format serves both: it collects pieces of text, and
 * at the end bytes are made from the (Latin-1) text when the format was bytes. Conversions of numbers are those of
 * format() where they can be. */
#include <stdio.h>

#include "objects/abstract.h"
#include "objects/bytes_internal.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/format_spec.h"
#include "objects/int.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

enum { FLAG_LEFT = 1, FLAG_SIGN = 2, FLAG_BLANK = 4, FLAG_ALTERNATE = 8, FLAG_ZERO = 16 };

typedef struct Percent {
    bool is_bytes;
    const void *format; /* characters of the format */
    int kind;
    ssize_t length, at;
    StrBuilder out;
    Value args;                  /* the right operand, or what the last %(key) has selected */
    ssize_t arg_count, arg_next; /* of a tuple; count -1, next -2: a single object, not used yet; next -1: used */
    NULLABLE Value mapping;      /* the right operand when it can be one */
    NULLABLE Value key_value;    /* owns what %(key) has selected */
    /* the directive */
    int flags;
    ssize_t width, precision; /* -1: not given */
    uint32_t conversion;
} Percent;

static int type_error(const char *message)
{
    error_set(&type_TypeError, message);
    return -1;
}

static uint32_t peek(const Percent *p)
{
    return char_at(p->format, p->kind, p->at);
}

/* --- arguments --- */

/* Borrowed. */
static Value next_argument(Percent *p)
{
    if (p->arg_count >= 0) {
        if (p->arg_next < p->arg_count) return tuple_item_borrow(p->args, p->arg_next++);
    } else if (p->arg_next == -2) {
        p->arg_next = -1;
        return p->args;
    }
    return error_set(&type_TypeError, "not enough arguments for format string");
}

static Value take_key(Percent *p, ssize_t low, ssize_t high)
{
    Value key;
    if (p->is_bytes)
        key = bytes_new((const char *)p->format + low, high - low);
    else
        key = str_from_kind(p->kind, (const char *)p->format + low * p->kind, high - low);
    if (value_is_null(key)) return key;
    Value found = get_item(p->mapping, key);
    value_decref(key);
    return found;
}

/* "(key)": parentheses nest. */
static int parse_key(Percent *p)
{
    if (value_is_null(p->mapping)) return type_error("format requires a mapping");
    ssize_t low = ++p->at, depth = 1;
    while (p->at < p->length && depth > 0) {
        uint32_t c = peek(p);
        if (c == ')')
            depth--;
        else if (c == '(')
            depth++;
        p->at++;
    }
    if (depth > 0) {
        error_set(&type_ValueError, "incomplete format key");
        return -1;
    }
    Value found = take_key(p, low, p->at - 1);
    if (value_is_null(found)) return -1;
    value_xdecref(p->key_value);
    p->key_value = p->args = found;
    p->arg_count = -1;
    p->arg_next = -2;
    return 0;
}

static int star_number(Percent *p, ssize_t *number)
{
    Value v = next_argument(p);
    if (value_is_null(v)) return -1;
    if (!is_int(v)) return type_error("* wants int");
    return arg_as_ssize(v, number) ? 0 : -1;
}

static int incomplete(void)
{
    error_set(&type_ValueError, "incomplete format");
    return -1;
}

static int parse_digits(Percent *p, ssize_t *number, const char *too_big)
{
    for (*number = 0; p->at < p->length && peek(p) >= '0' && peek(p) <= '9'; p->at++) {
        ssize_t digit = (ssize_t)peek(p) - '0';
        if (*number > (INT_MAX - digit) / 10) {
            error_set(&type_ValueError, too_big);
            return -1;
        }
        *number = *number * 10 + digit;
    }
    return 0;
}

static int parse_flags(Percent *p)
{
    for (; p->at < p->length; p->at++) {
        switch (peek(p)) {
        case '-': p->flags |= FLAG_LEFT; break;
        case '+': p->flags |= FLAG_SIGN; break;
        case ' ': p->flags |= FLAG_BLANK; break;
        case '#': p->flags |= FLAG_ALTERNATE; break;
        case '0': p->flags |= FLAG_ZERO; break;
        default: return 0;
        }
    }
    return 0;
}

static int parse_width(Percent *p)
{
    if (p->at >= p->length) return 0;
    if (peek(p) == '*') {
        p->at++;
        if (star_number(p, &p->width) < 0) return -1;
        if (p->width < 0) {
            p->flags |= FLAG_LEFT;
            p->width = -p->width;
        }
        return 0;
    }
    if (peek(p) < '0' || peek(p) > '9') return 0;
    return parse_digits(p, &p->width, "width too big");
}

static int parse_precision(Percent *p)
{
    if (p->at >= p->length || peek(p) != '.') return 0;
    p->at++;
    p->precision = 0;
    if (p->at < p->length && peek(p) == '*') {
        p->at++;
        if (star_number(p, &p->precision) < 0) return -1;
        if (p->precision < 0) p->precision = 0;
        if (p->precision > INT_MAX) {
            error_set(&type_OverflowError, "Python int too large to convert to C int");
            return -1;
        }
        return 0;
    }
    return parse_digits(p, &p->precision, p->is_bytes ? "prec too big" : "precision too big");
}

/* Everything between the % and the conversion character, and that one. */
static int parse_directive(Percent *p)
{
    p->flags = 0;
    p->width = p->precision = -1;
    if (p->at < p->length && peek(p) == '(' && parse_key(p) < 0) return -1;
    if (parse_flags(p) < 0 || parse_width(p) < 0 || parse_precision(p) < 0) return -1;
    if (p->at < p->length && (peek(p) == 'h' || peek(p) == 'l' || peek(p) == 'L')) p->at++;
    if (p->at >= p->length) return incomplete();
    p->conversion = peek(p);
    p->at++;
    return 0;
}

/* --- output --- */

static int pad_text(Percent *p, Value text)
{
    ssize_t length = str_length(text);
    if (p->precision >= 0 && p->precision < length) length = p->precision;
    ssize_t fill = p->width > length ? p->width - length : 0;
    if (!(p->flags & FLAG_LEFT)) str_builder_add_fill(&p->out, ' ', fill);
    str_builder_add_slice(&p->out, text, 0, length);
    return str_builder_add_fill(&p->out, ' ', p->flags & FLAG_LEFT ? fill : 0);
}

/* A number's text (ASCII): sign, prefix (0x…) and padding after them when filled with zeros. */
static int pad_number(Percent *p, const char *text, ssize_t length, uint32_t fill_char)
{
    char sign = 0;
    if (*text == '-' || *text == '+') {
        sign = *text++;
        length--;
    } else if (p->flags & FLAG_SIGN) {
        sign = '+';
    } else if (p->flags & FLAG_BLANK) {
        sign = ' ';
    }
    ssize_t prefix = (p->flags & FLAG_ALTERNATE) && strchr("xXo", (int)p->conversion) && *text == '0' && length > 1 &&
                             strchr("xXo", text[1])
                         ? 2
                         : 0;
    ssize_t total = length + (sign ? 1 : 0), fill = p->width > total ? p->width - total : 0;
    bool is_left = p->flags & FLAG_LEFT;
    if (fill_char == ' ' && !is_left) str_builder_add_fill(&p->out, ' ', fill);
    if (sign) str_builder_add_char(&p->out, (uint8_t)sign);
    str_builder_add_ascii(&p->out, text, prefix);
    if (fill_char == '0' && !is_left) str_builder_add_fill(&p->out, '0', fill);
    str_builder_add_ascii(&p->out, text + prefix, length - prefix);
    return str_builder_add_fill(&p->out, ' ', is_left ? fill : 0);
}

/* --- numbers --- */

/* The digits widened to the precision: "0x" and sign stay in front. Owned. */
static Value widen_digits(STEALS Value text, ssize_t precision, bool has_prefix)
{
    if (value_is_null(text)) return text;
    const char *s = as_str(text)->data;
    ssize_t skip = (*s == '-') + (has_prefix ? 2 : 0), digits = str_length(text) - skip;
    if (digits >= precision) return text;
    if (precision > INT_MAX - 3) {
        value_decref(text);
        return error_set(&type_ValueError, "precision too large");
    }
    StrBuilder out;
    str_builder_init(&out);
    str_builder_add_ascii(&out, s, skip);
    str_builder_add_fill(&out, '0', precision - digits);
    str_builder_add_ascii(&out, s + skip, digits);
    value_decref(text);
    return str_builder_finish(&out);
}

static Value integer_text(Percent *p, Value n)
{
    bool is_decimal = p->conversion == 'd';
    int base = is_decimal ? 10 : p->conversion == 'o' ? 8 : 16;
    Value text = int_to_str(n, base);
    if (value_is_null(text)) return text;
    bool has_prefix = !is_decimal && (p->flags & FLAG_ALTERNATE);
    if (!is_decimal && !has_prefix) { /* int_to_str has written "0x" */
        const char *s = as_str(text)->data;
        bool is_negative = *s == '-';
        StrBuilder out;
        str_builder_init(&out);
        if (is_negative) str_builder_add_char(&out, '-');
        str_builder_add_ascii(&out, s + is_negative + 2, str_length(text) - is_negative - 2);
        value_decref(text);
        text = str_builder_finish(&out);
        if (value_is_null(text)) return text;
    }
    text = widen_digits(text, p->precision, has_prefix);
    if (value_is_null(text) || p->conversion != 'X') return text;
    StrBuilder upper;
    str_builder_init(&upper);
    for (ssize_t i = 0; i < str_length(text); i++) {
        uint32_t c = str_char(as_str(text), i);
        str_builder_add_char(&upper, c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    value_decref(text);
    return str_builder_finish(&upper);
}

static Value not_a_number(uint32_t conversion, Value v, bool needs_integer)
{
    return error_format(&type_TypeError, "%%%c format: %s is required, not %.200s", (int)conversion,
                        needs_integer ? "an integer" : "a real number", type_of(v)->name);
}

/* v as an int (owned), as %d and %x understand it. */
static Value as_integer(uint32_t conversion, Value v)
{
    bool needs_index = conversion == 'x' || conversion == 'X' || conversion == 'o';
    if (is_int(v)) return value_incref(v);
    bool is_number = needs_index
                         ? has_index(v)
                         : has_index(v) || is_float(v) || type_of(v)->number.to_int || type_of(v)->number.to_float;
    if (is_float(v) && needs_index) is_number = false;
    if (!is_number || type_of(v) == &type_complex) return not_a_number(conversion, v, needs_index);
    Value n = needs_index ? number_index(v) : number_to_int(v);
    if (value_is_null(n) && error_catch(&type_TypeError)) return not_a_number(conversion, v, needs_index);
    return n;
}

static int add_integer(Percent *p, Value v)
{
    uint32_t given = p->conversion;
    if (given == 'i' || given == 'u') p->conversion = 'd';
    Value n = as_integer(given, v);
    if (value_is_null(n)) return -1;
    Value text = integer_text(p, n);
    value_decref(n);
    if (value_is_null(text)) return -1;
    int status = pad_number(p, as_str(text)->data, str_length(text), p->flags & FLAG_ZERO ? '0' : ' ');
    value_decref(text);
    return status;
}

/* The text comes from format(): a spec with precision and type. */
static int add_float(Percent *p, Value v)
{
    double d = number_as_double(v);
    if (d == -1.0 && error_occurred()) {
        if (!is_bytes(v) && !p->is_bytes) return -1;
        if (p->is_bytes && error_catch(&type_TypeError))
            error_format(&type_TypeError, "float argument required, not %.200s", type_of(v)->name);
        return -1;
    }
    Value number = value_from_double(d), text = VALUE_NULL;
    if (value_is_null(number)) return -1;
    Value spec = str_format("%s.%zd%c", p->flags & FLAG_ALTERNATE ? "#" : "", p->precision < 0 ? 6 : p->precision,
                            (int)p->conversion);
    if (!value_is_null(spec)) text = format_float(number, spec);
    value_xdecref(spec);
    value_decref(number);
    if (value_is_null(text)) return -1;
    const char *s = as_str(text)->data;
    int status = pad_number(p, s, str_length(text), p->flags & FLAG_ZERO ? '0' : ' ');
    value_decref(text);
    return status;
}

/* --- characters and objects --- */

static int add_char(Percent *p, Value v)
{
    Value text;
    if (is_str(v)) {
        if (str_length(v) != 1) return type_error("%c requires int or char");
        text = value_incref(v);
    } else {
        Value n = has_index(v) ? number_index(v) : VALUE_NULL;
        int64_t c;
        if (value_is_null(n)) {
            if (!error_occurred() || error_catch(&type_TypeError)) return type_error("%c requires int or char");
            return -1;
        }
        bool fits = int_fits_int64(n, &c) && c >= 0 && c <= 0x10ffff;
        value_decref(n);
        if (!fits) {
            error_set(&type_OverflowError, "%c arg not in range(0x110000)");
            return -1;
        }
        text = str_from_char((uint32_t)c);
    }
    if (value_is_null(text)) return -1;
    p->precision = -1;
    int status = pad_text(p, text);
    value_decref(text);
    return status;
}

static int add_byte(Percent *p, Value v)
{
    int byte = -1;
    if (is_bytes(v) || is_bytearray(v)) {
        if (byte_span(v).length == 1) byte = (uint8_t)byte_span(v).data[0];
    } else if (has_index(v)) {
        ssize_t n = number_as_ssize(v, NULL);
        if (n == -1 && error_occurred()) return -1;
        if (n < 0 || n > 255) {
            error_set(&type_OverflowError, "%c arg not in range(256)");
            return -1;
        }
        byte = (int)n;
    }
    if (byte < 0) return type_error("%c requires an integer in range(256) or a single byte");
    Value text = str_from_char((uint32_t)byte);
    p->precision = -1;
    int status = pad_text(p, text);
    value_decref(text);
    return status;
}

/* What %b and %s of bytes take: a buffer, or something with __bytes__. As Latin-1 text. */
static Value bytes_text(Value v)
{
    Buffer view;
    if (!supports_buffer(v)) {
        Value bytes = call_special(v, ID(__bytes__), NULL, 0);
        if (value_is_null(bytes)) {
            if (error_occurred()) return VALUE_NULL;
            return error_format(
                &type_TypeError,
                "%%b requires a bytes-like object, or an object that implements __bytes__, not '%.100s'",
                type_of(v)->name);
        }
        if (!is_bytes(bytes)) {
            error_format(&type_TypeError, "__bytes__ returned non-bytes (type %.200s)", type_of(bytes)->name);
            value_decref(bytes);
            return VALUE_NULL;
        }
        Value text = str_from_latin1(as_bytes(bytes)->data, as_bytes(bytes)->length);
        value_decref(bytes);
        return text;
    }
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value text = str_from_latin1(view.data, view.length);
    buffer_release(&view);
    return text;
}

static int add_object(Percent *p, Value v)
{
    Value text;
    if (p->is_bytes && (p->conversion == 's' || p->conversion == 'b'))
        text = bytes_text(v);
    else if (p->conversion == 's')
        text = value_str(v);
    else if (p->conversion == 'r' && !p->is_bytes)
        text = value_repr(v);
    else
        text = value_ascii(v);
    if (value_is_null(text)) return -1;
    int status = pad_text(p, text);
    value_decref(text);
    return status;
}

static int unsupported(Percent *p)
{
    uint32_t c = p->conversion;
    error_format(&type_ValueError, "unsupported format character '%c' (0x%x) at index %zd",
                 c > 31 && c < 127 ? (int)c : '?', c, p->at - 1);
    return -1;
}

static int convert(Percent *p)
{
    Value v = next_argument(p);
    if (value_is_null(v)) return -1;
    switch (p->conversion) {
    case 's':
    case 'r':
    case 'a': return add_object(p, v);
    case 'b': return p->is_bytes ? add_object(p, v) : unsupported(p);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X': return add_integer(p, v);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': return add_float(p, v);
    case 'c': return p->is_bytes ? add_byte(p, v) : add_char(p, v);
    default: return unsupported(p);
    }
}

static int run(Percent *p)
{
    while (p->at < p->length) {
        ssize_t low = p->at;
        while (p->at < p->length && peek(p) != '%') p->at++;
        if (p->at > low &&
            str_builder_add_kind(&p->out, p->kind, (const char *)p->format + low * p->kind, p->at - low) < 0)
            return -1;
        if (p->at == p->length) break;
        p->at++;
        if (p->at < p->length && peek(p) == '%') { /* with anything between the two it is a conversion, and unknown */
            if (str_builder_add_char(&p->out, '%') < 0) return -1;
            p->at++;
            continue;
        }
        if (parse_directive(p) < 0 || convert(p) < 0) return -1;
    }
    bool is_left = p->arg_count >= 0 ? p->arg_next < p->arg_count : p->arg_next == -2;
    if (is_left && value_is_null(p->mapping))
        return type_error(p->is_bytes ? "not all arguments converted during bytes formatting"
                                      : "not all arguments converted during string formatting");
    return 0;
}

static void begin(Percent *p, Value args)
{
    p->args = args;
    str_builder_init(&p->out);
    if (is_tuple(args)) {
        p->arg_count = tuple_length(args);
        p->arg_next = 0;
    } else {
        p->arg_count = -1;
        p->arg_next = -2;
    }
    bool can_map = type_of(args)->mapping.subscript != NULL && !is_tuple(args);
    bool is_text = p->is_bytes ? is_bytes(args) || is_bytearray(args) : is_str(args);
    if (can_map && !is_text) p->mapping = args;
}

static Value finish(Percent *p)
{
    int status = run(p);
    value_xdecref(p->key_value);
    if (status == 0) return str_builder_finish(&p->out);
    str_builder_discard(&p->out);
    return VALUE_NULL;
}

Value str_percent_format(Value format, Value args)
{
    const Str *s = as_str(format);
    Percent p = {.format = s->data, .kind = s->kind, .length = s->length};
    begin(&p, args);
    return finish(&p);
}

Value bytes_percent_format(Value format, Value args)
{
    ByteSpan s = byte_span(format);
    Percent p = {.is_bytes = true, .format = s.data, .kind = 1, .length = s.length};
    begin(&p, args);
    Value text = finish(&p);
    if (value_is_null(text)) return text;
    Value result = bytes_new_like(format, as_str(text)->data, str_length(text));
    value_decref(text);
    return result;
}

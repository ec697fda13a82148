/* format_spec.c: the format mini-language
 *
 *     [[fill]align][sign][z][#][0][width][grouping][.precision][type]
 *
 * A number is laid out as  padding sign prefix padding grouped-digits point rest padding ; `rest` is what follows the
 * point (fraction digits, exponent, '%'), or the one character of the int format 'c'. Zero padding of grouped digits
 * inserts separators among the zeros too, so the padding of '=' with '0' is part of the digits. */
#include "objects/format_spec.h"

#include <ctype.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"

typedef struct Spec {
    uint32_t fill, align, sign, type;
    bool alternate, no_negative_zero;
    ssize_t width, precision; /* -1: not given */
    uint32_t grouping;        /* ',', '_', 'n' (by locale) or 0 */
} Spec;

/* --- parsing --- */

static bool is_align(uint32_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '^';
}

/* Reads digits at *at: -1 with an error, 0 none, 1 read. */
static int read_number(const Str *text, ssize_t *at, ssize_t *number)
{
    ssize_t start = *at, n = 0;
    for (; *at < text->length; ++*at) {
        uint32_t c = str_char(text, *at);
        if (c < '0' || c > '9') break;
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (ssize_t)(c - '0'), &n)) {
            error_set(&type_ValueError, "Too many decimal digits in format string");
            return -1;
        }
    }
    if (*at == start) return 0;
    *number = n;
    return 1;
}

/* Fill and alignment; true when the fill was given. */
static bool read_alignment(const Str *text, ssize_t *at, Spec *spec, bool *align_given)
{
    *align_given = true;
    if (text->length - *at >= 2 && is_align(str_char(text, *at + 1))) {
        spec->fill = str_char(text, *at);
        spec->align = str_char(text, *at + 1);
        *at += 2;
        return true;
    }
    if (text->length - *at >= 1 && is_align(str_char(text, *at))) {
        spec->align = str_char(text, (*at)++);
        return false;
    }
    *align_given = false;
    return false;
}

static bool accept(const Str *text, ssize_t *at, const char *allowed, uint32_t *found)
{
    if (*at >= text->length) return false;
    uint32_t c = str_char(text, *at);
    while (*allowed && (uint8_t)*allowed != c) allowed++; /* a few characters: no call */
    if (!*allowed) return false;
    *found = c;
    ++*at;
    return true;
}

static bool read_grouping(const Str *text, ssize_t *at, Spec *spec)
{
    uint32_t other;
    if (!accept(text, at, ",", &spec->grouping) && !accept(text, at, "_", &spec->grouping)) return true;
    if (spec->grouping == ',' && accept(text, at, ",", &other)) {
        error_set(&type_ValueError, "Cannot specify ',' with ','.");
        return false;
    }
    if (accept(text, at, spec->grouping == ',' ? "_" : ",", &other)) {
        error_set(&type_ValueError, "Cannot specify both ',' and '_'.");
        return false;
    }
    if (accept(text, at, "_", &other)) {
        error_set(&type_ValueError, "Cannot specify '_' with '_'.");
        return false;
    }
    return true;
}

static bool check_grouping(const Spec *spec)
{
    if (!spec->grouping || spec->type == 0) return true;
    if (spec->type < 128 && strchr("defgEG%F", (int)spec->type)) return true;
    if (spec->grouping == '_' && spec->type < 128 && strchr("boxX", (int)spec->type)) return true;
    if (spec->type > 32 && spec->type < 128)
        error_format(&type_ValueError, "Cannot specify '%c' with '%c'.", (int)spec->grouping, (int)spec->type);
    else
        error_format(&type_ValueError, "Cannot specify '%c' with '\\x%x'.", (int)spec->grouping, (unsigned)spec->type);
    return false;
}

static bool parse_spec(Value v, Value spec_text, uint32_t default_type, uint32_t default_align, Spec *spec)
{
    const Str *text = as_str(spec_text);
    ssize_t at = 0;
    bool align_given;
    uint32_t found;
    *spec = (Spec){.fill = ' ', .align = default_align, .type = default_type, .width = -1, .precision = -1};
    bool fill_given = read_alignment(text, &at, spec, &align_given);
    accept(text, &at, " +-", &spec->sign);
    spec->no_negative_zero = accept(text, &at, "z", &found);
    spec->alternate = accept(text, &at, "#", &found);
    if (!fill_given && accept(text, &at, "0", &found)) {
        spec->fill = '0';
        if (!align_given && default_align == '>') spec->align = '=';
    }
    if (read_number(text, &at, &spec->width) < 0) return false;
    if (!read_grouping(text, &at, spec)) return false;
    if (accept(text, &at, ".", &found)) {
        int status = read_number(text, &at, &spec->precision);
        if (status == 0) error_set(&type_ValueError, "Format specifier missing precision");
        if (status <= 0) return false;
    }
    if (text->length - at > 1) {
        error_format(&type_ValueError, "Invalid format specifier '%U' for object of type '%.200T'", spec_text, v);
        return false;
    }
    if (at < text->length) spec->type = str_char(text, at);
    return check_grouping(spec);
}

static Value unknown_code(const Spec *spec, Value v)
{
    if (spec->type > 32 && spec->type < 128)
        return error_format(&type_ValueError, "Unknown format code '%c' for object of type '%.200T'", (int)spec->type,
                            v);
    return error_format(&type_ValueError, "Unknown format code '\\x%x' for object of type '%.200T'",
                        (unsigned)spec->type, v);
}

/* --- writing --- */

typedef struct Writer {
    Str *target;
    ssize_t at;
} Writer;

ALWAYS_INLINE void put(Writer *writer, uint32_t c)
{
    void *data = writer->target->data;
    ssize_t at = writer->at++;
    if (LIKELY(writer->target->kind == 1))
        ((uint8_t *)data)[at] = (uint8_t)c;
    else if (writer->target->kind == 2)
        ((uint16_t *)data)[at] = (uint16_t)c;
    else
        ((uint32_t *)data)[at] = c;
}

static void put_times(Writer *writer, uint32_t c, ssize_t times)
{
    while (times-- > 0) put(writer, c);
}

static void put_ascii(Writer *writer, const char *text, ssize_t length)
{
    for (ssize_t i = 0; i < length; i++) put(writer, (uint8_t)text[i]);
}

static void put_str(Writer *writer, const Str *text, ssize_t length)
{
    for (ssize_t i = 0; i < length; i++) put(writer, str_char(text, i));
}

/* How the padding is shared out. */
typedef struct Padding {
    ssize_t left, inner, right;
} Padding;

static Padding share_padding(const Spec *spec, ssize_t length)
{
    ssize_t total = MAX(spec->width - length, 0);
    switch (spec->align) {
    case '<': return (Padding){0, 0, total};
    case '^': return (Padding){total / 2, 0, total - total / 2};
    case '=': return (Padding){0, total, 0};
    default: return (Padding){total, 0, 0};
    }
}

/* --- separators --- */

/* What stands between digits; texts may be several characters in some locales. */
typedef struct Separators {
    Value point, thousands; /* owned strs, or no value for '.' and the one character below */
    char plain;             /* ',' or '_', or 0 */
    const char *grouping;   /* as in struct lconv: sizes of groups from the right, 0: repeat the last */
} Separators;

static bool separators_for(const Spec *spec, Separators *result)
{
    *result = (Separators){VALUE_NULL, VALUE_NULL, 0, ""};
    if (spec->grouping == ',') {
        result->plain = ',';
        result->grouping = "\3";
    } else if (spec->grouping == '_') {
        result->plain = '_';
        result->grouping = spec->type < 128 && spec->type && strchr("boxX", (int)spec->type) ? "\4" : "\3";
    } else if (spec->grouping == 'n') {
        const struct lconv *locale = localeconv();
        result->point = str_decode(locale->decimal_point, (ssize_t)strlen(locale->decimal_point), "utf-8", "replace");
        if (value_is_null(result->point)) return false;
        ssize_t length = (ssize_t)strlen(locale->thousands_sep);
        result->thousands = str_decode(locale->thousands_sep, length, "utf-8", "replace");
        result->grouping = locale->grouping;
        if (value_is_null(result->thousands)) {
            value_decref(result->point);
            return false;
        }
    }
    return true;
}

static void separators_release(Separators *separators)
{
    value_xdecref(separators->point);
    value_xdecref(separators->thousands);
}

static ssize_t separator_length(const Separators *separators)
{
    return value_is_null(separators->thousands) ? separators->plain != 0 : str_length(separators->thousands);
}

static uint32_t widest_char(Value text)
{
    uint32_t widest = 127;
    if (!value_is_null(text))
        for (ssize_t i = 0; i < str_length(text); i++) widest = MAX(widest, str_char(as_str(text), i));
    return widest;
}

/* Walks the groups from the right: gives the number of characters of `digits` digits zero-padded to `width`. When
 * `cuts` is not NULL, cuts[i] is set for each digit position i (from the right, zeros included) that has a separator
 * on its left. *total: digits and zeros. */
static ssize_t group_digits(const Separators *separators, ssize_t digits, ssize_t width, uint8_t *cuts, ssize_t *total)
{
    const char *grouping = separators->grouping;
    ssize_t separator = separator_length(separators), length = 0, position = 0, remaining = digits;
    ssize_t size = 0;
    for (;;) {
        if (*grouping == CHAR_MAX)
            size = 0; // no further grouping
        else if (*grouping)
            size = *grouping++;
        ssize_t wanted = MAX(MAX(remaining, width), 1);
        ssize_t group = size == 0 || !separator ? wanted : MIN(size, wanted);
        if (position > 0) {
            if (cuts) cuts[position - 1] = 1;
            length += separator;
        }
        position += group;
        length += group;
        remaining -= MIN(remaining, group);
        width -= group;
        if (remaining <= 0 && width <= 0) break;
        width -= separator;
    }
    *total = position;
    return length;
}

/* --- numbers --- */

typedef struct NumberText {
    char sign; /* '-', '+', ' ' or 0 */
    const char *prefix;
    ssize_t prefix_length;
    const char *digits;
    ssize_t digit_count;
    bool has_point;
    const char *rest;
    ssize_t rest_length;
    bool has_character; /* the int format 'c': instead of digits */
    uint32_t character;
} NumberText;

static char shown_sign(const Spec *spec, bool is_negative)
{
    if (is_negative) return '-';
    return spec->sign == '+' ? '+' : spec->sign == ' ' ? ' ' : 0;
}

static void put_digits(Writer *writer, const NumberText *number, const Separators *separators, const uint8_t *cuts,
                       ssize_t total)
{
    for (ssize_t i = total - 1; i >= 0; i--) {
        put(writer, i < number->digit_count ? (uint8_t)number->digits[number->digit_count - 1 - i] : '0');
        if (i == 0 || !cuts || !cuts[i - 1]) continue;
        if (value_is_null(separators->thousands))
            put(writer, (uint8_t)separators->plain);
        else
            put_str(writer, as_str(separators->thousands), str_length(separators->thousands));
    }
}

static Value lay_out_grouped(const Spec *spec, const NumberText *number, const Separators *separators)
{
    ssize_t point_length = !number->has_point                 ? 0
                           : value_is_null(separators->point) ? 1
                                                              : str_length(separators->point);
    ssize_t fixed =
        (number->sign != 0) + number->prefix_length + point_length + number->rest_length + number->has_character;
    ssize_t digit_width = spec->fill == '0' && spec->align == '=' ? MAX(spec->width - fixed, 0) : 0;
    ssize_t total = 0, grouped = 0;
    uint8_t *cuts = NULL;
    if (number->digit_count) {
        if (separator_length(separators) && *separators->grouping) {
            cuts = raw_calloc((size_t)MAX(number->digit_count, digit_width) + 2, 1);
            if (!cuts) return error_no_memory();
        }
        grouped = group_digits(separators, number->digit_count, digit_width, cuts, &total);
    }
    Padding padding = share_padding(spec, fixed + grouped);
    bool is_padded = padding.left + padding.inner + padding.right > 0;
    uint32_t widest = MAX(is_padded ? spec->fill : 127, number->character);
    widest = MAX(widest, MAX(widest_char(separators->thousands), widest_char(separators->point)));
    Value result = str_new(fixed + grouped + padding.left + padding.inner + padding.right, MAX(widest, 127));
    if (!value_is_null(result)) {
        Writer writer = {as_str(result), 0};
        put_times(&writer, spec->fill, padding.left);
        if (number->sign) put(&writer, (uint8_t)number->sign);
        put_ascii(&writer, number->prefix, number->prefix_length);
        put_times(&writer, spec->fill, padding.inner);
        put_digits(&writer, number, separators, cuts, total);
        if (number->has_character) put(&writer, number->character);
        if (point_length && value_is_null(separators->point))
            put(&writer, '.');
        else if (point_length)
            put_str(&writer, as_str(separators->point), point_length);
        put_ascii(&writer, number->rest, number->rest_length);
        put_times(&writer, spec->fill, padding.right);
    }
    raw_free(cuts);
    return result;
}

static Value lay_out(const Spec *spec, const NumberText *number)
{
    Separators separators;
    if (!separators_for(spec, &separators)) return VALUE_NULL;
    Value result = lay_out_grouped(spec, number, &separators);
    separators_release(&separators);
    return result;
}

/* --- int --- */

static Value format_character(const Spec *spec, Value v)
{
    int64_t c;
    if (spec->sign) return error_set(&type_ValueError, "Sign not allowed with integer format specifier 'c'");
    if (spec->alternate)
        return error_set(&type_ValueError, "Alternate form (#) not allowed with integer format specifier 'c'");
    if (!int_fits_int64(v, &c)) return error_set(&type_OverflowError, "Python int too large to convert to C long");
    if (c < 0 || c > 0x10ffff) return error_set(&type_OverflowError, "%c arg not in range(0x110000)");
    NumberText number = {.has_character = true, .character = (uint32_t)c};
    return lay_out(spec, &number);
}

static Value format_integer(Spec *spec, Value v)
{
    if (spec->precision >= 0) return error_set(&type_ValueError, "Precision not allowed in integer format specifier");
    if (spec->no_negative_zero)
        return error_set(&type_ValueError, "Negative zero coercion (z) not allowed in integer format specifier");
    if (spec->type == 'c') return format_character(spec, v);
    int base = spec->type == 'b' ? 2 : spec->type == 'o' ? 8 : (spec->type | 0x20) == 'x' ? 16 : 10;
    size_t length;
    char *text = int_to_text(v, base, &length);
    if (!text) return VALUE_NULL;
    bool is_negative = text[0] == '-', is_upper = spec->type == 'X';
    if (is_upper)
        for (char *at = text; *at; at++) *at = (char)toupper((unsigned char)*at);
    char prefix[] = {'0', (char)spec->type, 0};
    if (spec->type == 'n') spec->grouping = 'n';
    NumberText number = {
        .sign = shown_sign(spec, is_negative),
        .prefix = prefix,
        .prefix_length = spec->alternate && base != 10 ? 2 : 0,
        .digits = text + is_negative,
        .digit_count = (ssize_t)length - is_negative,
    };
    Value result = lay_out(spec, &number);
    raw_free(text);
    return result;
}

/* --- float --- */

typedef struct FloatStyle {
    char code;
    int precision, flags;
    bool is_percent;
} FloatStyle;

static bool float_style(const Spec *spec, FloatStyle *style)
{
    *style = (FloatStyle){.precision = 6};
    if (spec->alternate) style->flags |= DOUBLE_ALTERNATE;
    if (spec->no_negative_zero) style->flags |= DOUBLE_NO_NEG_0;
    if (spec->precision > INT_MAX) {
        error_set(&type_ValueError, "precision too big");
        return false;
    }
    if (spec->type == 0) {
        style->flags |= DOUBLE_ADD_DOT_0;
        style->code = spec->precision >= 0 ? 'g' : 'r';
        style->precision = 0;
    } else {
        style->is_percent = spec->type == '%';
        style->code = spec->type == 'n' ? 'g' : style->is_percent ? 'f' : (char)spec->type;
    }
    if (spec->precision >= 0) style->precision = (int)spec->precision;
    return true;
}

/* Cuts the text of a float into sign, digits and what follows. */
static NumberText split_float(const Spec *spec, const char *text, size_t length)
{
    NumberText number = {0};
    const char *end = text + length;
    bool is_negative = *text == '-';
    number.sign = shown_sign(spec, is_negative);
    text += is_negative;
    number.digits = text;
    while (text < end && isdigit((unsigned char)*text)) text++;
    number.digit_count = text - number.digits;
    number.has_point = text < end && *text == '.';
    text += number.has_point;
    number.rest = text;
    number.rest_length = end - text;
    return number;
}

static Value format_double(Spec *spec, double d)
{
    FloatStyle style;
    size_t length;
    if (!float_style(spec, &style)) return VALUE_NULL;
    if (style.is_percent) d *= 100;
    char *text = double_format(d, style.code, style.precision, style.flags, &length);
    if (!text) return error_no_memory();
    if (style.is_percent) text[length++] = '%'; // double_format leaves room behind its final 0
    if (spec->type == 'n') spec->grouping = 'n';
    NumberText number = split_float(spec, text, length);
    Value result = lay_out(spec, &number);
    raw_free(text);
    return result;
}

/* --- complex --- */

static Value complex_part(const Spec *spec, const FloatStyle *style, double d, uint32_t sign)
{
    size_t length;
    char *text = double_format(d, style->code, style->precision, style->flags, &length);
    if (!text) return error_no_memory();
    Spec part = *spec;
    part.sign = sign;
    part.width = -1;
    part.fill = ' ';
    part.align = '<';
    if (spec->type == 'n') part.grouping = 'n';
    NumberText number = split_float(&part, text, length);
    Value result = lay_out(&part, &number);
    raw_free(text);
    return result;
}

static Value join_complex(const Spec *spec, NULLABLE Value real, Value imag, bool has_brackets)
{
    ssize_t real_length = value_is_null(real) ? 0 : str_length(real);
    Padding padding = share_padding(spec, real_length + str_length(imag) + 1 + 2 * has_brackets);
    StrBuilder builder;
    str_builder_init(&builder);
    while (padding.left-- > 0) str_builder_add_char(&builder, spec->fill);
    if (has_brackets) str_builder_add_char(&builder, '(');
    if (real_length) str_builder_add_str(&builder, real);
    str_builder_add_str(&builder, imag);
    str_builder_add_char(&builder, 'j');
    if (has_brackets) str_builder_add_char(&builder, ')');
    while (padding.right-- > 0) str_builder_add_char(&builder, spec->fill);
    return str_builder_finish(&builder);
}

static Value format_complex_parts(Spec *spec, double real, double imag)
{
    FloatStyle style;
    if (spec->fill == '0')
        return error_set(&type_ValueError, "Zero padding is not allowed in complex format specifier");
    if (spec->align == '=')
        return error_set(&type_ValueError, "'=' alignment flag is not allowed in complex format specifier");
    if (!float_style(spec, &style)) return VALUE_NULL;
    style.flags &= ~DOUBLE_ADD_DOT_0;
    bool is_default = spec->type == 0, shows_real = !is_default || real != 0.0 || signbit(real);
    Value real_text = VALUE_NULL;
    if (shows_real) {
        real_text = complex_part(spec, &style, real, spec->sign);
        if (value_is_null(real_text)) return VALUE_NULL;
    }
    Value result = VALUE_NULL, imag_text = complex_part(spec, &style, imag, shows_real ? '+' : spec->sign);
    if (!value_is_null(imag_text)) {
        result = join_complex(spec, real_text, imag_text, is_default && shows_real);
        value_decref(imag_text);
    }
    value_xdecref(real_text);
    return result;
}

/* --- str --- */

static Value format_text(const Spec *spec, Value v)
{
    if (spec->sign)
        return error_set(&type_ValueError, spec->sign == ' ' ? "Space not allowed in string format specifier"
                                                             : "Sign not allowed in string format specifier");
    if (spec->no_negative_zero)
        return error_set(&type_ValueError, "Negative zero coercion (z) not allowed in string format specifier");
    if (spec->alternate)
        return error_set(&type_ValueError, "Alternate form (#) not allowed in string format specifier");
    if (spec->align == '=') return error_set(&type_ValueError, "'=' alignment not allowed in string format specifier");
    ssize_t length = str_length(v);
    if ((spec->width == -1 || spec->width <= length) && (spec->precision == -1 || spec->precision >= length))
        return is_exact_str(v) ? value_incref(v) : str_slice(v, 0, length);
    if (spec->precision >= 0) length = MIN(length, spec->precision);
    Padding padding = share_padding(spec, length);
    uint32_t widest = padding.left + padding.right > 0 ? spec->fill : 0;
    for (ssize_t i = 0; i < length; i++) widest = MAX(widest, str_char(as_str(v), i));
    Value result = str_new(padding.left + length + padding.right, widest);
    if (value_is_null(result)) return VALUE_NULL;
    Writer writer = {as_str(result), 0};
    put_times(&writer, spec->fill, padding.left);
    put_str(&writer, as_str(v), length);
    put_times(&writer, spec->fill, padding.right);
    return result;
}

/* --- the entries --- */

static bool is_one_of(uint32_t type, const char *codes)
{
    return type < 128 && type != 0 && strchr(codes, (int)type);
}

Value format_int(Value v, Value spec_text)
{
    Spec spec;
    if (str_length(spec_text) == 0) return is_exact_int(v) ? int_to_str(v, 10) : value_str(v);
    if (!parse_spec(v, spec_text, 'd', '>', &spec)) return VALUE_NULL;
    if (is_one_of(spec.type, "bcdoxXn")) return format_integer(&spec, v);
    if (!is_one_of(spec.type, "eEfFgG%")) return unknown_code(&spec, v);
    double d = int_as_double(v);
    if (d == -1.0 && error_occurred()) return VALUE_NULL;
    return format_double(&spec, d);
}

Value format_float(Value v, Value spec_text)
{
    Spec spec;
    if (str_length(spec_text) == 0) return value_str(v);
    if (!parse_spec(v, spec_text, 0, '>', &spec)) return VALUE_NULL;
    if (spec.type != 0 && !is_one_of(spec.type, "eEfFgGn%")) return unknown_code(&spec, v);
    return format_double(&spec, float_as_double(v));
}

Value format_complex(Value v, Value spec_text)
{
    Spec spec;
    if (str_length(spec_text) == 0) return value_str(v);
    if (!parse_spec(v, spec_text, 0, '>', &spec)) return VALUE_NULL;
    if (spec.type != 0 && !is_one_of(spec.type, "eEfFgGn")) return unknown_code(&spec, v);
    const Complex *c = (const Complex *)value_as_object(v);
    return format_complex_parts(&spec, c->real, c->imag);
}

Value format_str(Value v, Value spec_text)
{
    Spec spec;
    if (str_length(spec_text) == 0) return is_exact_str(v) ? value_incref(v) : value_str(v);
    if (!parse_spec(v, spec_text, 's', '<', &spec)) return VALUE_NULL;
    if (spec.type != 's') return unknown_code(&spec, v);
    return format_text(&spec, v);
}

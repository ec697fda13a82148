/* float_methods.c: float.__new__, reading text, and the methods of float. */
#define _GNU_SOURCE // strtod_l
#include "objects/float_methods.h"

#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/dtoa.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/format_spec.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- text to float --- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies without underscores; false when one is not between two digits. */
static bool drop_underscores(const char *text, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '_') {
            *out++ = text[i];
        } else if (i == 0 || i + 1 == length || !isdigit((unsigned char)text[i - 1]) ||
                   !isdigit((unsigned char)text[i + 1])) {
            return false;
        }
    }
    *out = 0;
    return true;
}

bool double_from_text(const char *text, size_t length, double *result)
{
    while (length && is_blank(*text)) text++, length--;
    while (length && is_blank(text[length - 1])) length--;
    char buffer[64], *copy = length < sizeof buffer ? buffer : raw_alloc(length + 1);
    if (!copy) {
        error_no_memory();
        return false;
    }
    const char *end = copy;
    bool is_valid = length > 0 && drop_underscores(text, length, copy);
    if (is_valid) {
        *result = double_parse(copy, &end);
        is_valid = end > copy && *end == 0 && !memchr(text, 0, length);
    }
    if (copy != buffer) raw_free(copy);
    return is_valid;
}

static Value malformed(Value v)
{
    if (error_occurred()) return VALUE_NULL;
    return error_format(&type_ValueError, "could not convert string to float: %R", v);
}

Value float_from_text(const char *text, size_t length)
{
    double d;
    if (double_from_text(text, length, &d)) return value_from_double(d);
    if (error_occurred()) return VALUE_NULL;
    Value shown = str_decode(text, (ssize_t)length, "utf-8", "replace");
    if (value_is_null(shown)) return VALUE_NULL;
    malformed(shown);
    value_decref(shown);
    return VALUE_NULL;
}

Value float_from_str(Value str)
{
    ssize_t length;
    double d;
    char *text = str_as_ascii_digits(str, &length);
    if (!text) return VALUE_NULL;
    bool is_valid = double_from_text(text, (size_t)length, &d);
    if (text != as_str(str)->data) raw_free(text);
    return is_valid ? value_from_double(d) : malformed(str);
}

static Value float_from_buffer(Value v)
{
    Buffer view;
    double d;
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    bool is_valid = double_from_text(view.data, (size_t)view.length, &d);
    if (!is_valid) malformed(v);
    buffer_release(&view);
    return is_valid ? value_from_double(d) : VALUE_NULL;
}

Value float_from_value(Value v)
{
    if (is_exact_float(v)) return v.bits & 2 ? v : value_incref(v);
    UnarySlot to_float = type_of(v)->number.to_float;
    if (to_float && !is_exact_int(v)) { // a subclass of float may define __float__, too
        double d = checked_float(v, to_float(v));
        return d == -1.0 && error_occurred() ? VALUE_NULL : value_from_double(d);
    }
    if (is_int(v) || has_index(v)) {
        double d = number_as_double(v);
        return d == -1.0 && error_occurred() ? VALUE_NULL : value_from_double(d);
    }
    if (is_str(v)) return float_from_str(v);
    if (supports_buffer(v)) return float_from_buffer(v);
    return error_format(&type_TypeError, "float() argument must be a string or a real number, not '%.200T'", v);
}

Value float_new_instance(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    bool takes_keywords = type != &type_float && type->init != type_float.init; // for an __init__ of its own
    if (!takes_keywords && !args_no_keywords("float", kwnames)) return VALUE_NULL;
    if (!args_count("float", nargs, 0, 1)) return VALUE_NULL;
    Value number = nargs ? float_from_value(args[0]) : value_from_double(0.0);
    if (type == &type_float || value_is_null(number)) return number;
    Float *self = object_alloc_zeroed(type, type->instance_size);
    if (self) {
        self->value = float_as_double(number);
    }
    value_decref(number);
    return value_from_object(self);
}

/* --- rounding --- */

static Value round_to_int(double d)
{
    double rounded = round(d);
    if (fabs(d - rounded) == 0.5) rounded = 2.0 * round(d / 2.0);
    return int_from_double(rounded);
}

/* |d| rounded to a multiple of 10^places, which is greater than |d|: that or zero. A tie goes to zero, the even one. */
static double round_to_zero_or_power(double d, int places)
{
    mpz_t half;
    mpz_init(half);
    mpz_ui_pow_ui(half, 10, (unsigned long)places - 1);
    mpz_mul_ui(half, half, 5);
    int order = mpz_cmp_d(half, d);
    mpz_clear(half);
    return order < 0 ? pow(10.0, places) : 0.0;
}

/* |d| rounded at the digit 10^-digits, half to even on the exact value, with the C library's exact printf. */
static double round_magnitude(double d, int digits)
{
    static locale_t c_locale;
    char text[800];
    if (digits >= 0) {
        snprintf(text, sizeof text, "%.*f", digits, d);
    } else {
        DecimalDigits shortest;
        double_shortest(d, &shortest);
        int count = shortest.point + digits; // digits that are kept
        if (count < 0) return 0.0;
        if (count == 0) return round_to_zero_or_power(d, -digits);
        snprintf(text, sizeof text, "%.*e", count - 1, d);
    }
    if (!c_locale) c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    for (char *at = text; *at; at++)
        if (*at != '.' && *at != 'e' && *at != '+' && *at != '-' && !isdigit((unsigned char)*at)) *at = '.';
    return strtod_l(text, NULL, c_locale);
}

Value float_round(double d, ssize_t digits)
{
    enum { MOST = (int)((DBL_MANT_DIG - DBL_MIN_EXP) * 0.30103), LEAST = -(int)((DBL_MAX_EXP + 1) * 0.30103) };
    if (!isfinite(d) || digits > MOST || d == 0) return value_from_double(d);
    if (digits < LEAST) return value_from_double(0.0 * d);
    double rounded = round_magnitude(fabs(d), (int)digits);
    if (isinf(rounded)) return error_set(&type_OverflowError, "rounded value too large to represent");
    return value_from_double(copysign(rounded, d));
}

static Value round_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    double d = float_as_double(self);
    if (nargs == 0 || value_is_none(args[0])) return round_to_int(d);
    ssize_t digits = number_as_ssize(args[0], NULL);
    if (digits == -1 && error_occurred()) return VALUE_NULL;
    return float_round(d, digits);
}

static Value trunc_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_double(float_as_double(self));
}

static Value floor_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_double(floor(float_as_double(self)));
}

static Value ceil_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_double(ceil(float_as_double(self)));
}

static Value is_integer_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    double d = float_as_double(self);
    return value_from_bool(isfinite(d) && floor(d) == d);
}

/* --- hexadecimal --- */

static Value hex_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    double d = float_as_double(self);
    if (!isfinite(d)) return float_repr(d);
    const char *sign = signbit(d) ? "-" : "";
    if (d == 0) return str_format("%s0x0.0p+0", sign);
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    char text[64];
    int length = snprintf(text, sizeof text, "%s0x%d.%013llxp%+d", sign, exponent != 0,
                          (unsigned long long)(bits & ((UINT64_C(1) << 52) - 1)), exponent ? exponent - 1023 : -1022);
    return str_from_latin1(text, length);
}

/* significand * 2^exponent, `is_inexact`: and a little more; rounded half to even, to the precision of a subnormal number
 * where the result is one. */
static double scale_exactly(uint64_t significand, bool is_inexact, int64_t exponent)
{
    if (significand == 0) return 0.0;
    int bits = 64 - __builtin_clzll(significand);
    if (exponent + bits > 1024) return INFINITY;
    if (exponent + bits < -1080) return 0.0;
    int drop = MAX(bits - 53, (int)(-1074 - exponent));
    if (drop > 63) return 0.0;
    if (drop > 0) {
        uint64_t half = UINT64_C(1) << (drop - 1), rest = significand & (2 * half - 1);
        significand >>= drop;
        if (rest > half || (rest == half && (is_inexact || (significand & 1)))) significand++;
        exponent += drop;
    }
    return ldexp((double)significand, (int)exponent);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A decimal exponent with a sign, kept within bounds that no sane number reaches. False when there are no digits. */
static bool read_exponent(const char **at, const char *end, int64_t *exponent)
{
    bool is_negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+')) ++*at;
    const char *digits = *at;
    int64_t n = 0;
    for (; *at < end && isdigit((unsigned char)**at); ++*at) n = MIN(n * 10 + (**at - '0'), INT64_C(1) << 60);
    *exponent += is_negative ? -n : n;
    return *at > digits;
}

/* [sign][0x]digits[.digits][p[sign]digits]; false when it is something else. */
static bool parse_hex(const char *at, const char *end, double *result)
{
    bool is_negative = at < end && *at == '-', point_seen = false, is_inexact = false;
    if (at < end && (*at == '+' || *at == '-')) at++;
    if (end - at >= 2 && at[0] == '0' && (at[1] | 0x20) == 'x') at += 2;
    uint64_t significand = 0;
    int64_t exponent = 0;
    size_t digits = 0;
    for (; at < end; at++) {
        int digit = hex_digit(*at);
        if (*at == '.' && !point_seen) {
            point_seen = true;
            continue;
        }
        if (digit < 0) break;
        digits++;
        if (significand >> 59 == 0) {
            significand = significand << 4 | (unsigned)digit;
            exponent -= point_seen ? 4 : 0;
        } else { // 60 bits are enough; the rest only says on which side of a tie it is
            is_inexact |= digit != 0;
            exponent += point_seen ? 0 : 4;
        }
    }
    if (digits == 0) return false;
    if (at < end && (*at | 0x20) == 'p') {
        at++;
        if (!read_exponent(&at, end, &exponent)) return false;
    }
    if (at != end) return false;
    *result = scale_exactly(significand, is_inexact, exponent);
    if (is_negative) *result = -*result;
    return true;
}

/* inf, infinity, nan with a sign. */
static bool parse_special(const char *at, size_t length, double *result)
{
    bool is_negative = length && *at == '-';
    if (length && (*at == '+' || *at == '-')) at++, length--;
    if ((length == 3 && strncasecmp(at, "inf", 3) == 0) || (length == 8 && strncasecmp(at, "infinity", 8) == 0))
        *result = INFINITY;
    else if (length == 3 && strncasecmp(at, "nan", 3) == 0)
        *result = NAN;
    else
        return false;
    if (is_negative) *result = -*result;
    return true;
}

static Value fromhex_method(Value type, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t length;
    if (!is_str(args[0])) return error_bad_argument("fromhex", 0, "str", args[0]);
    const char *text = str_as_utf8(args[0], &length);
    if (!text) return VALUE_NULL;
    while (length && is_blank(*text)) text++, length--;
    while (length && is_blank(text[length - 1])) length--;
    double d;
    if (!parse_special(text, (size_t)length, &d)) {
        if (!parse_hex(text, text + length, &d))
            return error_set(&type_ValueError, "invalid hexadecimal floating-point string");
        if (isinf(d)) return error_set(&type_OverflowError, "hexadecimal value too large to represent as a float");
    }
    Value number = value_from_double(d);
    if (value_is_null(number) || value_as_object(type) == &type_float.head) return number;
    Value result = call_1(type, number);
    value_decref(number);
    return result;
}

/* --- the rest --- */

static Value as_integer_ratio_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    double d = float_as_double(self);
    if (isinf(d)) return error_set(&type_OverflowError, "cannot convert Infinity to integer ratio");
    if (isnan(d)) return error_set(&type_ValueError, "cannot convert NaN to integer ratio");
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(d, &exponent), 53);
    exponent -= 53;
    if (mantissa == 0) exponent = 0;
    while (exponent < 0 && (mantissa & 1) == 0) {
        mantissa /= 2;
        exponent++;
    }
    Value numerator = int_lshift(value_from_small_int(mantissa), value_from_small_int(MAX(exponent, 0)));
    if (value_is_null(numerator)) return VALUE_NULL;
    Value denominator = int_lshift(value_from_small_int(1), value_from_small_int(MAX(-exponent, 0)));
    if (value_is_null(denominator)) {
        value_decref(numerator);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){numerator, denominator}, 2);
}

static Value exact_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return float_exact(self);
}

static Value getnewargs_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value number = float_exact(self);
    if (value_is_null(number)) return VALUE_NULL;
    return tuple_from_array_steal(&number, 1);
}

static Value format_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_bad_argument("__format__", 0, "str", args[0]);
    return format_float(self, args[0]);
}

static Value getformat_method(Value type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_bad_argument("__getformat__", 0, "str", args[0]);
    if (!str_equal_cstr(args[0], "double") && !str_equal_cstr(args[0], "float"))
        return error_set(&type_ValueError, "__getformat__() argument 1 must be 'double' or 'float'");
    const uint16_t probe = 1;
    return str_from_cstr(*(const uint8_t *)&probe ? "IEEE, little-endian" : "IEEE, big-endian");
}

static Value get_real(Value self, void *closure)
{
    return float_exact(self);
}

static Value get_imag(Value self, void *closure)
{
    return value_from_double(0.0);
}

const NativeGetSet float_getsets[] = {
    {"real", get_real, NULL, "the real part of a complex number", NULL},
    {"imag", get_imag, NULL, "the imaginary part of a complex number", NULL},
    {NULL},
};

const NativeMethod float_methods[] = {
    {"fromhex", fromhex_method, 1, 1, NATIVE_CLASS,
     "fromhex($type, string, /)\n--\n\nCreate a floating-point number from a hexadecimal string.\n\n"
     ">>> float.fromhex('0x1.ffffp10')\n2047.984375\n>>> float.fromhex('-0x1p-1074')\n-5e-324"},
    {"conjugate", exact_method, 0, 0, 0, "conjugate($self, /)\n--\n\nReturn self, the complex conjugate of any float."},
    {"__trunc__", trunc_method, 0, 0, 0,
     "__trunc__($self, /)\n--\n\nReturn the Integral closest to x between 0 and x."},
    {"__floor__", floor_method, 0, 0, 0, "__floor__($self, /)\n--\n\nReturn the floor as an Integral."},
    {"__ceil__", ceil_method, 0, 0, 0, "__ceil__($self, /)\n--\n\nReturn the ceiling as an Integral."},
    {"__round__", round_method, 0, 1, 0,
     "__round__($self, ndigits=None, /)\n--\n\nReturn the Integral closest to x, rounding half toward even.\n\n"
     "When an argument is passed, work like built-in round(x, ndigits)."},
    {"as_integer_ratio", as_integer_ratio_method, 0, 0, 0,
     "as_integer_ratio($self, /)\n--\n\nReturn integer ratio.\n\n"
     "Return a pair of integers, whose ratio is exactly equal to the original float\n"
     "and with a positive denominator.\n\n"
     "Raise OverflowError on infinities and a ValueError on NaNs.\n\n"
     ">>> (10.0).as_integer_ratio()\n(10, 1)\n>>> (0.0).as_integer_ratio()\n(0, 1)\n"
     ">>> (-.25).as_integer_ratio()\n(-1, 4)"},
    {"hex", hex_method, 0, 0, 0,
     "hex($self, /)\n--\n\nReturn a hexadecimal representation of a floating-point number.\n\n"
     ">>> (-0.1).hex()\n'-0x1.999999999999ap-4'\n>>> 3.14159.hex()\n'0x1.921f9f01b866ep+1'"},
    {"is_integer", is_integer_method, 0, 0, 0, "is_integer($self, /)\n--\n\nReturn True if the float is an integer."},
    {"__getnewargs__", getnewargs_method, 0, 0, 0, "__getnewargs__($self, /)\n--\n\n"},
    {"__getformat__", getformat_method, 1, 1, NATIVE_CLASS,
     "__getformat__($type, typestr, /)\n--\n\nYou probably don't want to use this function.\n\n"
     "  typestr\n    Must be 'double' or 'float'.\n\n"
     "It exists mainly to be used in Python's test suite.\n\n"
     "This function returns whichever of 'unknown', 'IEEE, big-endian' or 'IEEE,\n"
     "little-endian' best describes the format of floating point numbers used by the\nC type named by typestr."},
    {"__format__", format_method, 1, 1, 0,
     "__format__($self, format_spec, /)\n--\n\nFormats the float according to format_spec."},
    {NULL},
};

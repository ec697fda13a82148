/* int_methods.c: int.__new__ and the methods of int. */
#include <stdlib.h>

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/format_spec.h"
#include "objects/int_internal.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- int(…) --- */

static Value int_from_bytes_like(Value v, const char *data, ssize_t length, int base)
{
    Value result;
    int status = int_parse(data, (size_t)length, base, &result);
    if (status > 0) return result;
    if (status == 0) error_format(&type_ValueError, "invalid literal for int() with base %d: %.200R", base, v);
    return VALUE_NULL;
}

static Value int_with_base(Value x, Value base_value)
{
    ssize_t base = number_as_ssize(base_value, NULL);
    if (base == -1 && error_occurred()) return VALUE_NULL;
    if ((base != 0 && base < 2) || base > 36)
        return error_set(&type_ValueError, "int() base must be >= 2 and <= 36, or 0");
    if (is_str(x)) return int_from_str(x, (int)base);
    if (is_bytes(x)) return int_from_bytes_like(x, as_bytes(x)->data, as_bytes(x)->length, (int)base);
    if (is_bytearray(x)) {
        ByteArray *array = as_bytearray(x);
        return int_from_bytes_like(x, array->start ? array->start : "", array->length, (int)base);
    }
    return error_set(&type_TypeError, "int() can't convert non-string with explicit base");
}

/* An instance of a subclass with the value of `number` (stolen). */
static Value subclass_instance(Type *type, STEALS Value number)
{
    if (value_is_null(number)) return VALUE_NULL;
    Int *self = int_reserve_bits(int_bit_length(number)) ? object_alloc_zeroed(type, type->instance_size) : NULL;
    if (self) {
        IntScratch scratch;
        int_forget_shortage();
        mpz_init_set(self->z, int_as_mpz(number, &scratch));
    }
    value_decref(number);
    if (!self || int_has_its_memory()) return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

Value int_new_instance(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"", "base", NULL};
    static const ArgSpec spec = {"int", names, 0, 2, 0};
    Value out[2], number;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (value_is_null(out[0])) {
        if (!value_is_null(out[1])) return error_set(&type_TypeError, "int() missing string argument");
        number = value_from_small_int(0);
    } else if (value_is_null(out[1])) {
        number = number_to_int(out[0]);
    } else {
        number = int_with_base(out[0], out[1]);
    }
    return type == &type_int ? number : subclass_instance(type, number);
}

/* --- bytes --- */

Value int_from_bytes(const uint8_t *bytes, size_t length, bool little_endian, bool is_signed)
{
    if (length <= 8) {
        uint64_t n = 0;
        for (size_t i = 0; i < length; i++) n = n << 8 | bytes[little_endian ? length - 1 - i : i];
        if (!is_signed || length == 0) return int_from_uint64(n);
        return int_from_int64((int64_t)(n << (64 - 8 * length)) >> (64 - 8 * length));
    }
    if (!int_reserve_bits(length * 8)) return VALUE_NULL;
    Int *number = int_alloc();
    if (!number) return VALUE_NULL;
    mpz_import(number->z, length, little_endian ? -1 : 1, 1, 0, 0, bytes);
    if (is_signed && bytes[little_endian ? length - 1 : 0] & 0x80) { // subtract 2^(8 * length)
        mpz_t modulus;
        mpz_init(modulus);
        mpz_setbit(modulus, length * 8);
        mpz_sub(number->z, number->z, modulus);
        mpz_clear(modulus);
    }
    return int_finish(number);
}

int int_to_bytes(Value v, uint8_t *bytes, size_t length, bool little_endian, bool is_signed)
{
    IntScratch scratch;
    mpz_srcptr z = int_as_mpz(v, &scratch);
    bool is_negative = mpz_sgn(z) < 0;
    if (is_negative && !is_signed) {
        error_set(&type_OverflowError, "can't convert negative int to unsigned");
        return -1;
    }
    if (!int_reserve_bits(int_bit_length(v))) return -1;
    mpz_t image; // the bits of the two's complement: z, or ~z to be inverted afterwards
    mpz_init(image);
    if (is_negative)
        mpz_com(image, z);
    else
        mpz_set(image, z);
    size_t bits = mpz_sgn(image) ? mpz_sizeinbase(image, 2) : 0, count = (bits + 7) / 8;
    bool fits = bits + is_signed <= length * 8 || bits == 0; // -1 in no bytes too, as in CPython
    if (fits) {
        memset(bytes, 0, length);
        mpz_export(little_endian ? bytes : bytes + (length - count), NULL, little_endian ? -1 : 1, 1, 0, 0, image);
        if (is_negative)
            for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)~bytes[i];
    } else {
        error_set(&type_OverflowError, "int too big to convert");
    }
    mpz_clear(image);
    return fits ? 0 : -1;
}

static bool parse_byte_order(Value order, bool *little_endian)
{
    *little_endian = false;
    if (value_is_null(order)) return true;
    if (!is_str(order)) {
        error_format(&type_TypeError, "%s() argument 'byteorder' must be str, not %T", "to_bytes", order);
        return false;
    }
    *little_endian = str_equal_cstr(order, "little");
    if (*little_endian || str_equal_cstr(order, "big")) return true;
    error_set(&type_ValueError, "byteorder must be either 'little' or 'big'");
    return false;
}

static bool parse_signed(Value v, bool *is_signed)
{
    *is_signed = false;
    return value_is_null(v) || arg_as_bool(v, is_signed);
}

static Value to_bytes_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"length", "byteorder", "signed", NULL};
    static const ArgSpec spec = {"to_bytes", names, 0, 2, 0};
    Value out[3];
    ssize_t length = 1;
    bool little_endian, is_signed;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!value_is_null(out[0]) && !arg_as_ssize(out[0], &length)) return VALUE_NULL;
    if (!parse_byte_order(out[1], &little_endian) || !parse_signed(out[2], &is_signed)) return VALUE_NULL;
    if (length < 0) return error_set(&type_ValueError, "length argument must be non-negative");
    Value result = bytes_new(NULL, length);
    if (value_is_null(result)) return VALUE_NULL;
    if (int_to_bytes(self, (uint8_t *)as_bytes(result)->data, (size_t)length, little_endian, is_signed) < 0)
        value_clear(&result);
    return result;
}

static Value from_bytes_method(Value type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"bytes", "byteorder", "signed", NULL};
    static const ArgSpec spec = {"from_bytes", names, 1, 2, 0};
    Value out[3];
    bool little_endian, is_signed;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!parse_byte_order(out[1], &little_endian) || !parse_signed(out[2], &is_signed)) return VALUE_NULL;
    if (is_str(out[0]) || is_int(out[0]))
        return error_format(&type_TypeError, "cannot convert '%.200T' object to bytes", out[0]);
    Value bytes = value_bytes(out[0]);
    if (value_is_null(bytes)) return VALUE_NULL;
    Value number = int_from_bytes((const uint8_t *)as_bytes(bytes)->data, (size_t)as_bytes(bytes)->length,
                                  little_endian, is_signed);
    value_decref(bytes);
    if (value_is_null(number) || value_as_object(type) == &type_int.head) return number;
    Value result = call_1(type, number);
    value_decref(number);
    return result;
}

/* --- bits --- */

static Value bit_length_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int((int64_t)int_bit_length(self));
}

static Value bit_count_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    IntScratch scratch;
    mpz_srcptr z = int_as_mpz(self, &scratch);
    return value_from_small_int(mpz_size(z) ? (int64_t)mpn_popcount(mpz_limbs_read(z), (mp_size_t)mpz_size(z)) : 0);
}

/* --- numbers --- */

static Value exact_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_exact(self);
}

static Value as_integer_ratio_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value number = int_exact(self);
    if (value_is_null(number)) return VALUE_NULL;
    return tuple_from_array_steal((Value[]){number, value_from_small_int(1)}, 2);
}

/* round(n, -d): n minus its remainder to the nearest multiple of 10 ** d. */
static Value round_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs == 0) return int_exact(self);
    Value digits = number_index(args[0]);
    if (value_is_null(digits)) return VALUE_NULL;
    if (int_sign(digits) >= 0) {
        value_decref(digits);
        return int_exact(self);
    }
    Value places = int_negative(digits), power = VALUE_NULL, result = VALUE_NULL, quotient, remainder;
    value_decref(digits);
    if (value_is_null(places)) return VALUE_NULL;
    power = int_power(value_from_small_int(10), places, VALUE_NONE);
    value_decref(places);
    if (value_is_null(power)) return VALUE_NULL;
    if (int_divmod_near(self, power, &quotient, &remainder) == 0) {
        result = int_subtract(self, remainder);
        value_decref(quotient);
        value_decref(remainder);
    }
    value_decref(power);
    return result;
}

static Value format_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_bad_argument("__format__", 0, "str", args[0]);
    return format_int(self, args[0]);
}

static Value getnewargs_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value number = int_exact(self);
    if (value_is_null(number)) return VALUE_NULL;
    return tuple_from_array_steal(&number, 1);
}

/* What the number would take in CPython's layout: 24 bytes and 4 for each 30 bits. */
static Value sizeof_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(24 + 4 * (int64_t)((int_bit_length(self) + 29) / 30));
}

static Value get_exact(Value self, void *closure)
{
    return int_exact(self);
}

static Value get_constant(Value self, void *closure)
{
    return value_from_small_int((intptr_t)closure);
}

const NativeGetSet int_getsets[] = {
    {"real", get_exact, NULL, "the real part of a complex number", NULL},
    {"imag", get_constant, NULL, "the imaginary part of a complex number", (void *)0},
    {"numerator", get_exact, NULL, "the numerator of a rational number in lowest terms", NULL},
    {"denominator", get_constant, NULL, "the denominator of a rational number in lowest terms", (void *)1},
    {NULL},
};

const NativeMethod int_methods[] = {
    {"conjugate", exact_method, 0, 0, 0, "Returns self, the complex conjugate of any int."},
    {"bit_length", bit_length_method, 0, 0, 0,
     "bit_length($self, /)\n--\n\nNumber of bits necessary to represent self in binary.\n\n"
     ">>> bin(37)\n'0b100101'\n>>> (37).bit_length()\n6"},
    {"bit_count", bit_count_method, 0, 0, 0,
     "bit_count($self, /)\n--\n\nNumber of ones in the binary representation of the absolute value of self.\n\n"
     "Also known as the population count.\n\n>>> bin(13)\n'0b1101'\n>>> (13).bit_count()\n3"},
    {"to_bytes", to_bytes_method, 0, -1, NATIVE_KEYWORDS,
     "to_bytes($self, /, length=1, byteorder=\'big\', *, signed=False)\n--\n\n"
     "Return an array of bytes representing an integer.\n\n"
     "  length\n    Length of bytes object to use.  An OverflowError is raised if the\n"
     "    integer is not representable with the given number of bytes.  Default\n    is length 1.\n"
     "  byteorder\n    The byte order used to represent the integer.  If byteorder is \'big\',\n"
     "    the most significant byte is at the beginning of the byte array.  If\n"
     "    byteorder is \'little\', the most significant byte is at the end of the\n"
     "    byte array.  To request the native byte order of the host system, use\n"
     "    `sys.byteorder\' as the byte order value.  Default is to use \'big\'.\n"
     "  signed\n    Determines whether two\'s complement is used to represent the integer.\n"
     "    If signed is False and a negative integer is given, an OverflowError\n    is raised."},
    {"from_bytes", from_bytes_method, 0, -1, NATIVE_KEYWORDS | NATIVE_CLASS,
     "from_bytes($type, /, bytes, byteorder=\'big\', *, signed=False)\n--\n\n"
     "Return the integer represented by the given array of bytes.\n\n"
     "  bytes\n    Holds the array of bytes to convert.  The argument must either\n"
     "    support the buffer protocol or be an iterable object producing bytes.\n"
     "    Bytes and bytearray are examples of built-in objects that support the\n    buffer protocol.\n"
     "  byteorder\n    The byte order used to represent the integer.  If byteorder is \'big\',\n"
     "    the most significant byte is at the beginning of the byte array.  If\n"
     "    byteorder is \'little\', the most significant byte is at the end of the\n"
     "    byte array.  To request the native byte order of the host system, use\n"
     "    `sys.byteorder\' as the byte order value.  Default is to use \'big\'.\n"
     "  signed\n    Indicates whether two\'s complement is used to represent the integer."},
    {"as_integer_ratio", as_integer_ratio_method, 0, 0, 0,
     "as_integer_ratio($self, /)\n--\n\nReturn integer ratio.\n\n"
     "Return a pair of integers, whose ratio is exactly equal to the original int\n"
     "and with a positive denominator.\n\n>>> (10).as_integer_ratio()\n(10, 1)\n"
     ">>> (-10).as_integer_ratio()\n(-10, 1)\n>>> (0).as_integer_ratio()\n(0, 1)"},
    {"__trunc__", exact_method, 0, 0, 0, "Truncating an Integral returns itself."},
    {"__floor__", exact_method, 0, 0, 0, "Flooring an Integral returns itself."},
    {"__ceil__", exact_method, 0, 0, 0, "Ceiling of an Integral returns itself."},
    {"__round__", round_method, 0, 1, 0,
     "Rounding an Integral returns itself.\n\nRounding with an ndigits argument also returns an integer."},
    {"__getnewargs__", getnewargs_method, 0, 0, 0, "__getnewargs__($self, /)\n--\n\n"},
    {"__format__", format_method, 1, 1, 0, "__format__($self, format_spec, /)\n--\n\n"},
    {"__sizeof__", sizeof_method, 0, 0, 0, "__sizeof__($self, /)\n--\n\nReturns size in memory, in bytes."},
    {NULL},
};

/* int.c: arithmetic on ints, and the type.
 *
 * Every operation begins with the case of two immediates, which touches no memory. The rest reads its operands as GMP
 * integers (int_as_mpz makes one on the stack for an immediate) and finishes a fresh heap int with int_finish.
 *
 * N1  An exact int that fits an immediate is an immediate. So two exact ints of different representation differ, and
 *     comparison of heap ints needs no case for small values; instances of subclasses may hold any value.
 * N2  GMP aborts when it cannot allocate or when a number exceeds its limit (int_memory.c). Whoever lets it work on
 *     numbers of any size asks int_reserve_bits first, and whoever keeps a number that it made asks int_has_its_memory. */
#include "objects/int_internal.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- memory --- */

Int *int_alloc(void)
{
    Int *number = object_alloc(&type_int, sizeof(Int));
    if (LIKELY(number)) mpz_init(number->z);
    int_forget_shortage();
    return number;
}

static bool mpz_fits_small(mpz_srcptr z)
{
    return z->_mp_size == 0 || ((z->_mp_size == 1 || z->_mp_size == -1) && small_int_fits(mpz_get_si(z)) &&
                                z->_mp_d[0] <= (uint64_t)1 << 61);
}

static void int_destroy(Object *self)
{
    mpz_clear(((Int *)self)->z);
    object_free(self, self->type->instance_size);
}

/* A heap int that does not fit an immediate. */
static Value finish_large(STEALS Int *number)
{
    if (LIKELY(int_has_its_memory())) return value_from_object(number);
    int_destroy(&number->head);
    return VALUE_NULL;
}

Value int_finish(Int *number)
{
    if (UNLIKELY(!number)) return VALUE_NULL;
    if (mpz_fits_small(number->z)) {
        int64_t n = mpz_get_si(number->z);
        int_destroy(&number->head);
        return value_from_small_int(n);
    }
    return finish_large(number);
}

/* --- reading --- */

/* The value of an immediate int or a bool. */
ALWAYS_INLINE bool small_value(Value v, int64_t *n)
{
    if (LIKELY(value_is_small_int(v))) {
        *n = value_as_small_int(v);
        return true;
    }
    *n = v.bits == VALUE_TRUE.bits;
    return value_is_bool(v);
}

ALWAYS_INLINE mpz_srcptr heap_mpz(Value v)
{
    return ((Int *)value_as_object(v))->z;
}

mpz_srcptr int_as_mpz(Value v, IntScratch *scratch)
{
    int64_t n;
    if (!small_value(v, &n)) return heap_mpz(v);
    scratch->limb[0] = n < 0 ? -(uint64_t)n : (uint64_t)n;
    return mpz_roinit_n(scratch->z, scratch->limb, n < 0 ? -1 : 1);
}

bool int_fits_int64(Value v, int64_t *result)
{
    if (LIKELY(small_value(v, result))) return true;
    mpz_srcptr z = heap_mpz(v);
    if (!mpz_fits_slong_p(z)) return false;
    *result = mpz_get_si(z);
    return true;
}

bool int_fits_uint64(Value v, uint64_t *result)
{
    int64_t n;
    if (LIKELY(small_value(v, &n))) {
        *result = (uint64_t)n;
        return n >= 0;
    }
    mpz_srcptr z = heap_mpz(v);
    *result = mpz_get_ui(z);
    return mpz_fits_ulong_p(z);
}

uint64_t int_as_uint64_mask(Value v)
{
    int64_t n;
    if (LIKELY(small_value(v, &n))) return (uint64_t)n;
    mpz_srcptr z = heap_mpz(v);
    return mpz_sgn(z) < 0 ? -mpz_get_ui(z) : mpz_get_ui(z);
}

int int_sign(Value v)
{
    int64_t n;
    if (small_value(v, &n)) return (n > 0) - (n < 0);
    return mpz_sgn(heap_mpz(v));
}

size_t int_bit_length(Value v)
{
    int64_t n;
    if (small_value(v, &n)) return n ? 64 - (size_t)__builtin_clzll(n < 0 ? -(uint64_t)n : (uint64_t)n) : 0;
    mpz_srcptr z = heap_mpz(v);
    return mpz_sgn(z) ? mpz_sizeinbase(z, 2) : 0;
}

double int_frexp(Value v, int64_t *exponent)
{
    IntScratch scratch;
    mpz_srcptr z = int_as_mpz(v, &scratch);
    size_t bits = int_bit_length(v);
    *exponent = 0;
    if (bits == 0) return 0.0;
    uint64_t top;
    if (bits <= 64) {
        top = mpz_get_ui(z) << (64 - bits);
    } else { // the top 64 bits; the lowest of them also stands for all that were cut off
        size_t shift = bits - 64, limb = shift / 64, offset = shift % 64;
        top = z->_mp_d[limb] >> offset;
        if (offset) top |= z->_mp_d[limb + 1] << (64 - offset);
        if (mpz_scan1(z, 0) < shift) top |= 1;
    }
    *exponent = (int64_t)bits;
    double fraction = ldexp((double)top, -64); // 1.0 when the rounding carried out
    if (fraction == 1.0) {
        fraction = 0.5;
        ++*exponent;
    }
    return mpz_sgn(z) < 0 ? -fraction : fraction;
}

double int_as_double(Value v)
{
    int64_t n, exponent;
    if (LIKELY(small_value(v, &n))) return (double)n;
    double fraction = int_frexp(v, &exponent);
    if (exponent > 1024) {
        error_set(&type_OverflowError, "int too large to convert to float");
        return -1.0;
    }
    return ldexp(fraction, (int)exponent);
}

int64_t int_hash(Value v)
{
    int64_t n;
    if (LIKELY(small_value(v, &n))) {
        if (LIKELY(n > -(int64_t)HASH_MODULUS && n < (int64_t)HASH_MODULUS)) return n == -1 ? -2 : n;
        n %= (int64_t)HASH_MODULUS;
    } else {
        mpz_srcptr z = heap_mpz(v);
        n = (int64_t)mpz_tdiv_ui(z, HASH_MODULUS);
        if (mpz_sgn(z) < 0) n = -n;
    }
    return n == -1 ? -2 : n;
}

static int64_t int_hash_slot(Value self)
{
    return int_hash(self);
}

int int_compare(Value a, Value b)
{
    int64_t x, y;
    if (LIKELY(small_value(a, &x) && small_value(b, &y))) return (x > y) - (x < y);
    IntScratch scratch_a, scratch_b;
    return mpz_cmp(int_as_mpz(a, &scratch_a), int_as_mpz(b, &scratch_b));
}

/* --- making --- */

Value int_from_int64(int64_t n)
{
    if (LIKELY(small_int_fits(n))) return value_from_small_int(n);
    Int *number = int_alloc();
    if (!number) return VALUE_NULL;
    mpz_set_si(number->z, n);
    return finish_large(number);
}

Value int_from_uint64(uint64_t n)
{
    if (LIKELY(n <= (uint64_t)SMALL_INT_MAX)) return value_from_small_int((int64_t)n);
    Int *number = int_alloc();
    if (!number) return VALUE_NULL;
    mpz_set_ui(number->z, n);
    return finish_large(number);
}

Value int_from_mpz(const mpz_t z)
{
    if (mpz_fits_small(z)) return value_from_small_int(mpz_get_si(z));
    if (!int_reserve_bits(mpz_size(z) * 64)) return VALUE_NULL;
    Int *number = int_alloc();
    if (!number) return VALUE_NULL;
    mpz_set(number->z, z);
    return finish_large(number);
}

Value int_from_double(double d)
{
    if (LIKELY(d > (double)SMALL_INT_MIN && d < (double)SMALL_INT_MAX)) return value_from_small_int((int64_t)d);
    if (isinf(d)) return error_set(&type_OverflowError, "cannot convert float infinity to integer");
    if (isnan(d)) return error_set(&type_ValueError, "cannot convert float NaN to integer");
    Int *number = int_alloc();
    if (number) mpz_set_d(number->z, d);
    return int_finish(number);
}

Value int_exact(Value v)
{
    if (is_exact_int(v)) return value_incref(v);
    if (value_is_bool(v)) return value_from_small_int(v.bits == VALUE_TRUE.bits);
    return int_from_mpz(heap_mpz(v));
}

/* --- arithmetic --- */

typedef void (*MpzBinary)(mpz_ptr, mpz_srcptr, mpz_srcptr);

static NOINLINE Value big_binary(MpzBinary operation, Value a, Value b)
{
    IntScratch scratch_a, scratch_b;
    if (!int_reserve_bits(int_bit_length(a) + int_bit_length(b))) return VALUE_NULL;
    Int *result = int_alloc();
    if (!result) return VALUE_NULL;
    operation(result->z, int_as_mpz(a, &scratch_a), int_as_mpz(b, &scratch_b));
    return int_finish(result);
}

Value int_add(Value a, Value b)
{
    int64_t x, y;
    if (LIKELY(small_value(a, &x) && small_value(b, &y))) return int_from_int64(x + y);
    return big_binary(mpz_add, a, b);
}

Value int_subtract(Value a, Value b)
{
    int64_t x, y;
    if (LIKELY(small_value(a, &x) && small_value(b, &y))) return int_from_int64(x - y);
    return big_binary(mpz_sub, a, b);
}

Value int_multiply(Value a, Value b)
{
    int64_t x, y, product;
    if (LIKELY(small_value(a, &x) && small_value(b, &y) && !__builtin_mul_overflow(x, y, &product)))
        return int_from_int64(product);
    return big_binary(mpz_mul, a, b);
}

static Value zero_division(const char *message)
{
    return error_set(&type_ZeroDivisionError, message);
}

ALWAYS_INLINE int64_t floor_quotient(int64_t x, int64_t y)
{
    int64_t q = x / y;
    return q - (x % y != 0 && (x ^ y) < 0);
}

ALWAYS_INLINE int64_t floor_remainder(int64_t x, int64_t y)
{
    int64_t r = x % y;
    return r != 0 && (r ^ y) < 0 ? r + y : r;
}

Value int_floor_divide(Value a, Value b)
{
    int64_t x, y;
    bool is_small = small_value(b, &y);
    if (UNLIKELY(is_small && y == 0)) return zero_division("integer division or modulo by zero");
    if (LIKELY(is_small && small_value(a, &x))) return int_from_int64(floor_quotient(x, y));
    if (int_sign(b) == 0) return zero_division("integer division or modulo by zero");
    return big_binary(mpz_fdiv_q, a, b);
}

Value int_remainder(Value a, Value b)
{
    int64_t x, y;
    bool is_small = small_value(b, &y);
    if (UNLIKELY(is_small && y == 0)) return zero_division("integer modulo by zero");
    if (LIKELY(is_small && small_value(a, &x))) return value_from_small_int(floor_remainder(x, y));
    if (int_sign(b) == 0) return zero_division("integer modulo by zero");
    return big_binary(mpz_fdiv_r, a, b);
}

/* Both steal; either may be an error already. */
static Value pair(Value first, Value second)
{
    if (value_is_null(first) || value_is_null(second)) {
        value_xdecref(first);
        value_xdecref(second);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){first, second}, 2);
}

Value int_divmod(Value a, Value b)
{
    int64_t x, y;
    if (int_sign(b) == 0) return zero_division("integer division or modulo by zero");
    if (LIKELY(small_value(a, &x) && small_value(b, &y)))
        return pair(int_from_int64(floor_quotient(x, y)), value_from_small_int(floor_remainder(x, y)));
    IntScratch scratch_a, scratch_b;
    if (!int_reserve_bits(int_bit_length(a) + int_bit_length(b))) return VALUE_NULL;
    Int *quotient = int_alloc(), *remainder = quotient ? int_alloc() : NULL;
    if (!remainder) {
        value_xdecref(value_from_object(quotient));
        return VALUE_NULL;
    }
    mpz_fdiv_qr(quotient->z, remainder->z, int_as_mpz(a, &scratch_a), int_as_mpz(b, &scratch_b));
    return pair(int_finish(quotient), int_finish(remainder));
}

/* |a|/|b| for numbers that a double does not hold exactly: a quotient of 55 bits or more with a sticky bit is rounded
 * once, by ldexp for subnormal results and by the conversion for the others. */
static Value big_true_divide(Value a, Value b)
{
    bool is_negative = (int_sign(a) < 0) != (int_sign(b) < 0);
    if (int_sign(a) == 0) return value_from_double(is_negative ? -0.0 : 0.0);
    int64_t difference = (int64_t)int_bit_length(a) - (int64_t)int_bit_length(b);
    if (difference > 1025) return error_set(&type_OverflowError, "integer division result too large for a float");
    if (difference < -1080) return value_from_double(is_negative ? -0.0 : 0.0);
    // the quotient shall have 55 or 56 bits; fewer when the result is subnormal, so that it is rounded once
    int64_t shift = MAX(difference, -1021) - 55;
    if (!int_reserve_bits(int_bit_length(a) + int_bit_length(b))) return VALUE_NULL;
    IntScratch scratch_a, scratch_b;
    mpz_t numerator, divisor, remainder;
    mpz_init(numerator);
    mpz_init(divisor);
    mpz_init(remainder);
    mpz_abs(numerator, int_as_mpz(a, &scratch_a));
    mpz_abs(divisor, int_as_mpz(b, &scratch_b));
    if (shift < 0)
        mpz_mul_2exp(numerator, numerator, (mp_bitcnt_t)-shift);
    else
        mpz_mul_2exp(divisor, divisor, (mp_bitcnt_t)shift);
    mpz_tdiv_qr(numerator, remainder, numerator, divisor);
    uint64_t quotient = mpz_get_ui(numerator) << 2 | (mpz_sgn(remainder) != 0);
    mpz_clear(numerator);
    mpz_clear(divisor);
    mpz_clear(remainder);
    // Round to 53 bits, or to the bits that a subnormal has, half to even.
    int bits = 64 - __builtin_clzll(quotient);
    int64_t exponent = shift - 2;
    int drop = MAX(bits - 53, (int)(-1074 - exponent));
    if (drop > 0) {
        uint64_t half = UINT64_C(1) << (drop - 1), rest = quotient & (2 * half - 1);
        quotient >>= drop;
        quotient += rest > half || (rest == half && (quotient & 1));
        exponent += drop;
    }
    double result = ldexp((double)quotient, (int)exponent);
    if (isinf(result)) return error_set(&type_OverflowError, "integer division result too large for a float");
    return value_from_double(is_negative ? -result : result);
}

Value int_true_divide(Value a, Value b)
{
    static const int64_t exact = INT64_C(1) << 53;
    int64_t x, y;
    if (int_sign(b) == 0) return zero_division("division by zero");
    if (LIKELY(small_value(a, &x) && small_value(b, &y) && x >= -exact && x <= exact && y >= -exact && y <= exact))
        return value_from_double((double)x / (double)y);
    return big_true_divide(a, b);
}

/* --- powers --- */

/* base ** exponent in 64 bits; false when it does not fit. */
static bool small_power(int64_t base, int64_t exponent, int64_t *result)
{
    int64_t power = 1;
    for (;;) {
        if ((exponent & 1) && __builtin_mul_overflow(power, base, &power)) return false;
        exponent >>= 1;
        if (exponent == 0) break;
        if (__builtin_mul_overflow(base, base, &base)) return false;
    }
    *result = power;
    return true;
}

static Value plain_power(Value a, Value b)
{
    int64_t x, y, power;
    bool is_small = small_value(a, &x);
    if (!int_fits_int64(b, &y)) {
        if (is_small && (x == 0 || x == 1)) return value_from_small_int(x);
        if (is_small && x == -1) return value_from_small_int((int_as_uint64_mask(b) & 1) ? -1 : 1);
        return error_no_memory();
    }
    if (is_small && (x == 0 || x == 1 || y == 0)) return value_from_small_int(y == 0 ? 1 : x);
    if (is_small && x == -1) return value_from_small_int((y & 1) ? -1 : 1);
    if (is_small && small_power(x, y, &power)) return int_from_int64(power);
    size_t bits;
    if (__builtin_mul_overflow(int_bit_length(a), (size_t)y, &bits)) return error_no_memory();
    if (!int_reserve_bits(bits)) return VALUE_NULL;
    IntScratch scratch;
    Int *result = int_alloc();
    if (result) mpz_pow_ui(result->z, int_as_mpz(a, &scratch), (unsigned long)y);
    return int_finish(result);
}

static Value modular_power(Value a, Value b, Value modulus)
{
    if (int_sign(modulus) == 0) return error_set(&type_ValueError, "pow() 3rd argument cannot be 0");
    IntScratch scratch_a, scratch_b, scratch_m;
    mpz_srcptr base = int_as_mpz(a, &scratch_a), exponent = int_as_mpz(b, &scratch_b);
    mpz_srcptr m = int_as_mpz(modulus, &scratch_m);
    if (mpz_cmpabs_ui(m, 1) == 0) return value_from_small_int(0);
    /* GMP keeps a table of powers of the base, of a size that grows with the exponent */
    size_t table = 1 + int_bit_length(b) / 16;
    if (!int_reserve_bits(int_bit_length(a) + int_bit_length(modulus) * MIN(table, (size_t)256))) return VALUE_NULL;
    Int *result = int_alloc();
    if (!result) return VALUE_NULL;
    if (mpz_sgn(exponent) < 0 && !mpz_invert(result->z, base, m)) {
        object_decref(&result->head);
        return error_set(&type_ValueError, "base is not invertible for the given modulus");
    }
    mpz_powm(result->z, base, exponent, m);
    if (mpz_sgn(m) < 0 && mpz_sgn(result->z) > 0) mpz_add(result->z, result->z, m); // the sign is the modulus's
    return int_finish(result);
}

Value int_power(Value a, Value b, Value modulus)
{
    if (!value_is_none(modulus)) return modular_power(a, b, modulus);
    if (int_sign(b) >= 0) return plain_power(a, b);
    double x = int_as_double(a);
    if (x == -1.0 && error_occurred()) return VALUE_NULL;
    double y = int_as_double(b);
    if (y == -1.0 && error_occurred()) return VALUE_NULL;
    return float_power(x, y);
}

/* --- bits --- */

static Value shift_out(Value a)
{
    return value_from_small_int(int_sign(a) < 0 ? -1 : 0);
}

Value int_lshift(Value a, Value b)
{
    int64_t x, count;
    if (int_sign(b) < 0) return error_set(&type_ValueError, "negative shift count");
    if (int_sign(a) == 0) return value_from_small_int(0);
    if (!int_fits_int64(b, &count)) return error_no_memory();
    if (LIKELY(count < 62 && small_value(a, &x))) {
        int64_t shifted = (int64_t)((uint64_t)x << count);
        if (shifted >> count == x) return int_from_int64(shifted);
    }
    size_t bits = int_bit_length(a) + (size_t)count;
    if (!int_reserve_bits(bits)) return VALUE_NULL;
    IntScratch scratch;
    Int *result = int_alloc();
    if (result) mpz_mul_2exp(result->z, int_as_mpz(a, &scratch), (mp_bitcnt_t)count);
    return int_finish(result);
}

Value int_rshift(Value a, Value b)
{
    int64_t x, count;
    if (int_sign(b) < 0) return error_set(&type_ValueError, "negative shift count");
    if (!int_fits_int64(b, &count)) return shift_out(a);
    if (LIKELY(small_value(a, &x))) return value_from_small_int(x >> MIN(count, 63));
    if (!int_reserve_bits(int_bit_length(a))) return VALUE_NULL;
    IntScratch scratch;
    Int *result = int_alloc();
    if (result) mpz_fdiv_q_2exp(result->z, int_as_mpz(a, &scratch), (mp_bitcnt_t)count);
    return int_finish(result);
}

Value int_and(Value a, Value b)
{
    int64_t x, y;
    if (LIKELY(small_value(a, &x) && small_value(b, &y))) return value_from_small_int(x & y);
    return big_binary(mpz_and, a, b);
}

Value int_or(Value a, Value b)
{
    int64_t x, y;
    if (LIKELY(small_value(a, &x) && small_value(b, &y))) return value_from_small_int(x | y);
    return big_binary(mpz_ior, a, b);
}

Value int_xor(Value a, Value b)
{
    int64_t x, y;
    if (LIKELY(small_value(a, &x) && small_value(b, &y))) return value_from_small_int(x ^ y);
    return big_binary(mpz_xor, a, b);
}

/* --- unary --- */

Value int_negative(Value v)
{
    int64_t n;
    if (LIKELY(small_value(v, &n))) return int_from_int64(-n);
    if (!int_reserve_bits(int_bit_length(v))) return VALUE_NULL;
    Int *result = int_alloc();
    if (result) mpz_neg(result->z, heap_mpz(v));
    return int_finish(result);
}

Value int_absolute(Value v)
{
    return int_sign(v) < 0 ? int_negative(v) : int_exact(v);
}

Value int_invert(Value v)
{
    int64_t n;
    if (LIKELY(small_value(v, &n))) return value_from_small_int(~n);
    if (!int_reserve_bits(int_bit_length(v))) return VALUE_NULL;
    Int *result = int_alloc();
    if (result) mpz_com(result->z, heap_mpz(v));
    return int_finish(result);
}

Value int_gcd(Value a, Value b)
{
    int64_t x, y;
    if (LIKELY(small_value(a, &x) && small_value(b, &y))) {
        uint64_t m = (uint64_t)llabs(x), n = (uint64_t)llabs(y);
        while (n) {
            uint64_t rest = m % n;
            m = n;
            n = rest;
        }
        return int_from_uint64(m);
    }
    return big_binary(mpz_gcd, a, b);
}

int int_divmod_near(Value a, Value b, Value *quotient, Value *remainder)
{
    IntScratch scratch_a, scratch_b;
    mpz_srcptr divisor = int_as_mpz(b, &scratch_b);
    if (!int_reserve_bits(int_bit_length(a) + int_bit_length(b))) return -1;
    Int *q = int_alloc(), *r = q ? int_alloc() : NULL;
    if (!r) {
        value_xdecref(value_from_object(q));
        return -1;
    }
    mpz_fdiv_qr(q->z, r->z, int_as_mpz(a, &scratch_a), divisor);
    mpz_t twice;
    mpz_init(twice);
    mpz_mul_2exp(twice, r->z, 1);
    int order = mpz_cmpabs(twice, divisor);
    mpz_clear(twice);
    if (order > 0 || (order == 0 && mpz_odd_p(q->z))) {
        mpz_add_ui(q->z, q->z, 1);
        mpz_sub(r->z, r->z, divisor);
    }
    *quotient = int_finish(q);
    *remainder = int_finish(r);
    if (!value_is_null(*quotient) && !value_is_null(*remainder)) return 0;
    value_xdecref(*quotient);
    value_xdecref(*remainder);
    return -1;
}

/* --- the slots --- */

#define BINARY_SLOT(name, operation)                                                                                   \
    static Value name(Value left, Value right)                                                                         \
    {                                                                                                                  \
        if (UNLIKELY(!is_int(left) || !is_int(right))) return VALUE_NOT_IMPLEMENTED;                                   \
        return operation(left, right);                                                                                 \
    }

BINARY_SLOT(add_slot, int_add)
BINARY_SLOT(subtract_slot, int_subtract)
BINARY_SLOT(multiply_slot, int_multiply)
BINARY_SLOT(floor_divide_slot, int_floor_divide)
BINARY_SLOT(true_divide_slot, int_true_divide)
BINARY_SLOT(remainder_slot, int_remainder)
BINARY_SLOT(divmod_slot, int_divmod)
BINARY_SLOT(lshift_slot, int_lshift)
BINARY_SLOT(rshift_slot, int_rshift)
BINARY_SLOT(and_slot, int_and)
BINARY_SLOT(or_slot, int_or)
BINARY_SLOT(xor_slot, int_xor)

static Value power_slot(Value a, Value b, Value modulus)
{
    if (!is_int(a) || !is_int(b) || !(value_is_none(modulus) || is_int(modulus))) return VALUE_NOT_IMPLEMENTED;
    return int_power(a, b, modulus);
}

static int truth_slot(Value self)
{
    return int_sign(self) != 0;
}

static Value to_float_slot(Value self)
{
    double d = int_as_double(self);
    if (d == -1.0 && error_occurred()) return VALUE_NULL;
    return value_from_double(d);
}

static Value compare_slot(Value left, Value right, CompareOp op)
{
    if (!is_int(left) || !is_int(right)) return VALUE_NOT_IMPLEMENTED;
    int order = int_compare(left, right);
    switch (op) {
    case CMP_LT: return value_from_bool(order < 0);
    case CMP_LE: return value_from_bool(order <= 0);
    case CMP_EQ: return value_from_bool(order == 0);
    case CMP_NE: return value_from_bool(order != 0);
    case CMP_GT: return value_from_bool(order > 0);
    default: return value_from_bool(order >= 0);
    }
}

static Value repr_slot(Value self)
{
    return int_to_str(self, 10);
}

Type type_int = {
    .head = TYPE_HEAD,
    .name = "int",
    .doc = "int([x]) -> integer\nint(x, base=10) -> integer\n\n"
           "Convert a number or string to an integer, or return 0 if no arguments\n"
           "are given.  If x is a number, return x.__int__().  For floating point\n"
           "numbers, this truncates towards zero.\n\n"
           "If x is not a number or if base is given, then x must be a string,\n"
           "bytes, or bytearray instance representing an integer literal in the\n"
           "given base.  The literal can be preceded by '+' or '-' and be surrounded\n"
           "by whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\n"
           "Base 0 means to interpret the base from the string as an integer literal.\n"
           ">>> int('0b100', base=0)\n4",
    .instance_size = sizeof(Int),
    .flags = TYPE_BASE | TYPE_IS_INT | TYPE_IMMUTABLE | TYPE_MATCH_SELF | TYPE_QUIET_DESTROY,
    .base = &type_object,
    .destroy = int_destroy,
    .new_instance = int_new_instance,
    .repr = repr_slot,
    .hash = int_hash_slot,
    .compare = compare_slot,
    .number =
        {
            .add = add_slot,
            .subtract = subtract_slot,
            .multiply = multiply_slot,
            .remainder = remainder_slot,
            .divmod = divmod_slot,
            .power = power_slot,
            .negative = int_negative,
            .positive = int_exact,
            .absolute = int_absolute,
            .truth = truth_slot,
            .invert = int_invert,
            .lshift = lshift_slot,
            .rshift = rshift_slot,
            .and_ = and_slot,
            .xor_ = xor_slot,
            .or_ = or_slot,
            .to_int = int_exact,
            .to_float = to_float_slot,
            .floor_divide = floor_divide_slot,
            .true_divide = true_divide_slot,
            .index = int_exact,
        },
    .methods = int_methods,
    .getsets = int_getsets,
};

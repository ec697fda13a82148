/* integer.c: math's functions on ints: gcd, lcm, factorial, comb, perm, isqrt. GMP does the work. */
#include <limits.h>

#include "modules/math/math_internal.h"

static Value fold(Value (*operation)(Value, Value), int64_t identity, const Value *args, ssize_t nargs)
{
    Value result = value_from_small_int(identity);
    for (ssize_t i = 0; i < nargs; i++) {
        Value number = number_index(args[i]);
        if (value_is_null(number)) {
            value_decref(result);
            return VALUE_NULL;
        }
        Value next = operation(result, number);
        value_decref(number);
        value_decref(result);
        if (value_is_null(next)) return VALUE_NULL;
        result = next;
    }
    return result;
}

static Value lcm(Value a, Value b)
{
    if (int_sign(a) == 0 || int_sign(b) == 0) return value_from_small_int(0);
    Value divisor = int_gcd(a, b);
    if (value_is_null(divisor)) return VALUE_NULL;
    Value part = int_floor_divide(a, divisor);
    value_decref(divisor);
    if (value_is_null(part)) return VALUE_NULL;
    Value product = int_multiply(part, b);
    value_decref(part);
    if (value_is_null(product)) return VALUE_NULL;
    Value result = int_absolute(product);
    value_decref(product);
    return result;
}

FUNCTION(math_gcd)
{
    return fold(int_gcd, 0, args, nargs);
}

FUNCTION(math_lcm)
{
    return fold(lcm, 1, args, nargs);
}

FUNCTION(math_isqrt)
{
    Value n = number_index(args[0]);
    if (value_is_null(n)) return VALUE_NULL;
    Int *root = NULL;
    IntScratch scratch;
    if (int_sign(n) < 0)
        error_set(&type_ValueError, "isqrt() argument must be nonnegative");
    else if (int_reserve_bits(int_bit_length(n)) && (root = int_alloc()))
        mpz_sqrt(root->z, int_as_mpz(n, &scratch));
    value_decref(n);
    return int_finish(root);
}

FUNCTION(math_factorial)
{
    Value n = number_index(args[0]);
    if (value_is_null(n)) return VALUE_NULL;
    int64_t count;
    bool fits = int_fits_int64(n, &count);
    int sign = int_sign(n);
    value_decref(n);
    if (sign < 0) return error_set(&type_ValueError, "factorial() not defined for negative values");
    if (!fits) return error_format(&type_OverflowError, "factorial() argument should not exceed %ld", LONG_MAX);
    size_t bits;
    if (__builtin_mul_overflow((size_t)count, 64 - (size_t)__builtin_clzll((uint64_t)count | 1), &bits) ||
        !int_reserve_bits(bits))
        return error_occurred() ? VALUE_NULL : error_no_memory();
    Int *result = int_alloc();
    if (result) mpz_fac_ui(result->z, (unsigned long)count);
    return int_finish(result);
}

/* n and k as nonnegative ints; false with an error, or with *is_zero when k > n. */
static bool counts(const Value *args, Value *n, Value *k, bool *is_zero)
{
    *is_zero = false;
    *n = number_index(args[0]);
    if (value_is_null(*n)) return false;
    *k = number_index(args[1]);
    if (value_is_null(*k)) {
        value_decref(*n);
        return false;
    }
    const char *wrong = int_sign(*n) < 0   ? "n must be a non-negative integer"
                        : int_sign(*k) < 0 ? "k must be a non-negative integer"
                                           : NULL;
    if (wrong)
        error_set(&type_ValueError, wrong);
    else if (int_compare(*k, *n) > 0)
        *is_zero = true;
    else
        return true;
    value_decref(*n);
    value_decref(*k);
    return false;
}

/* n! / (n - k)! by halves, so that the factors multiplied are of like size. */
static void falling_product(mpz_ptr result, mpz_srcptr n, uint64_t from, uint64_t to)
{
    if (to - from <= 8) {
        mpz_t factor;
        mpz_init(factor);
        mpz_set_ui(result, 1);
        for (uint64_t i = from; i < to; i++) {
            mpz_sub_ui(factor, n, i);
            mpz_mul(result, result, factor);
        }
        mpz_clear(factor);
        return;
    }
    uint64_t middle = from + (to - from) / 2;
    mpz_t right;
    mpz_init(right);
    falling_product(result, n, from, middle);
    falling_product(right, n, middle, to);
    mpz_mul(result, result, right);
    mpz_clear(right);
}

static bool reserve_product(Value n, uint64_t k)
{
    size_t bits;
    if (!__builtin_mul_overflow(int_bit_length(n), k, &bits)) return int_reserve_bits(bits);
    error_no_memory();
    return false;
}

FUNCTION(math_perm)
{
    if (nargs == 1 || value_is_none(args[1])) return math_factorial(self, args, 1, VALUE_NULL);
    Value n, k;
    bool is_zero;
    int64_t count;
    if (!counts(args, &n, &k, &is_zero)) return is_zero ? value_from_small_int(0) : VALUE_NULL;
    Int *result = NULL;
    IntScratch scratch;
    if (!int_fits_int64(k, &count))
        error_format(&type_OverflowError, "k must not exceed %lld", LLONG_MAX);
    else if (reserve_product(n, (uint64_t)count) && (result = int_alloc()))
        falling_product(result->z, int_as_mpz(n, &scratch), 0, (uint64_t)count);
    value_decref(n);
    value_decref(k);
    return int_finish(result);
}

FUNCTION(math_comb)
{
    Value n, k;
    bool is_zero;
    int64_t count;
    if (!counts(args, &n, &k, &is_zero)) return is_zero ? value_from_small_int(0) : VALUE_NULL;
    Int *result = NULL;
    IntScratch scratch;
    Value other = int_subtract(n, k);
    if (!value_is_null(other)) {
        Value least = int_compare(other, k) < 0 ? other : k;
        if (!int_fits_int64(least, &count))
            error_format(&type_OverflowError, "min(n - k, k) must not exceed %lld", LLONG_MAX);
        else if (reserve_product(n, (uint64_t)count) && (result = int_alloc()))
            mpz_bin_ui(result->z, int_as_mpz(n, &scratch), (unsigned long)count);
        value_decref(other);
    }
    value_decref(n);
    value_decref(k);
    return int_finish(result);
}

static const NativeMethod methods[] = {
    {"gcd", math_gcd, 0, -1, 0, "gcd($module, *integers)\n--\n\nGreatest Common Divisor."},
    {"lcm", math_lcm, 0, -1, 0, "lcm($module, *integers)\n--\n\nLeast Common Multiple."},
    {"isqrt", math_isqrt, 1, 1, 0,
     "isqrt($module, n, /)\n--\n\nReturn the integer part of the square root of the input."},
    {"factorial", math_factorial, 1, 1, 0,
     "factorial($module, n, /)\n--\n\nFind n!.\n\nRaise a ValueError if x is negative or non-integral."},
    {"perm", math_perm, 1, 2, 0,
     "perm($module, n, k=None, /)\n--\n\n"
     "Number of ways to choose k items from n items without repetition and with order."},
    {"comb", math_comb, 2, 2, 0,
     "comb($module, n, k, /)\n--\n\n"
     "Number of ways to choose k items from n items without repetition and without order."},
    {NULL},
};

int math_integer_exec(Value module)
{
    return math_add_functions(module, methods);
}

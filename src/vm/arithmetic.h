/* arithmetic.h: operators on immediate ints and floats, inline. No value: not such operands, or the result does not
 * fit; then nothing has happened. */
#ifndef VM_ARITHMETIC_H
#define VM_ARITHMETIC_H

#include "objects/value.h"

ALWAYS_INLINE bool is_number_pair(Value a, Value b, double *x, double *y)
{
    if (values_are_immediate_floats(a, b)) {
        *x = value_as_immediate_float(a);
        *y = value_as_immediate_float(b);
        return true;
    }
    if (value_is_immediate_float(a) && value_is_small_int(b)) {
        *x = value_as_immediate_float(a);
        *y = (double)value_as_small_int(b);
        return true;
    }
    if (value_is_small_int(a) && value_is_immediate_float(b)) {
        *x = (double)value_as_small_int(a);
        *y = value_as_immediate_float(b);
        return true;
    }
    return false;
}

ALWAYS_INLINE Value immediate_or_none(double d)
{
    Value v = value_try_float(d);
    return value_is_immediate_float(v) ? v : VALUE_NULL;
}

#define FAST_FLOAT_OPERATION(expression)                                                                               \
    double x, y;                                                                                                       \
    return is_number_pair(a, b, &x, &y) ? immediate_or_none(expression) : VALUE_NULL

ALWAYS_INLINE Value fast_ADD(Value a, Value b)
{
    if (values_are_small_ints(a, b)) {
        int64_t r;
        return __builtin_add_overflow((int64_t)a.bits, (int64_t)(b.bits - 1), &r) ? VALUE_NULL : (Value){(uint64_t)r};
    }
    FAST_FLOAT_OPERATION(x + y);
}

ALWAYS_INLINE Value fast_SUB(Value a, Value b)
{
    if (values_are_small_ints(a, b)) {
        int64_t r;
        return __builtin_sub_overflow((int64_t)a.bits, (int64_t)(b.bits - 1), &r) ? VALUE_NULL : (Value){(uint64_t)r};
    }
    FAST_FLOAT_OPERATION(x - y);
}

ALWAYS_INLINE Value fast_MUL(Value a, Value b)
{
    if (values_are_small_ints(a, b)) {
        int64_t r;
        return __builtin_mul_overflow((int64_t)(a.bits - 1), value_as_small_int(b), &r) ? VALUE_NULL
                                                                                        : (Value){(uint64_t)r + 1};
    }
    FAST_FLOAT_OPERATION(x * y);
}

ALWAYS_INLINE Value fast_DIV(Value a, Value b)
{
    double x, y;
    if (is_number_pair(a, b, &x, &y)) return y != 0.0 ? immediate_or_none(x / y) : VALUE_NULL;
    if (!values_are_small_ints(a, b)) return VALUE_NULL;
    int64_t m = value_as_small_int(a), n = value_as_small_int(b), limit = INT64_C(1) << 53;
    if (n == 0 || m > limit || m < -limit || n > limit || n < -limit) return VALUE_NULL;
    return immediate_or_none((double)m / (double)n);
}

ALWAYS_INLINE Value fast_FLOORDIV(Value a, Value b)
{
    if (!values_are_small_ints(a, b)) return VALUE_NULL;
    int64_t m = value_as_small_int(a), n = value_as_small_int(b);
    if (n <= 0) return VALUE_NULL;
    int64_t q = m / n;
    return value_from_small_int(q - (m % n < 0));
}

ALWAYS_INLINE Value fast_MOD(Value a, Value b)
{
    if (!values_are_small_ints(a, b)) return VALUE_NULL;
    int64_t m = value_as_small_int(a), n = value_as_small_int(b);
    if (n <= 0) return VALUE_NULL;
    int64_t r = m % n;
    return value_from_small_int(r < 0 ? r + n : r);
}

ALWAYS_INLINE Value fast_AND(Value a, Value b)
{
    return values_are_small_ints(a, b) ? (Value){a.bits & b.bits} : VALUE_NULL;
}

ALWAYS_INLINE Value fast_OR(Value a, Value b)
{
    return values_are_small_ints(a, b) ? (Value){a.bits | b.bits} : VALUE_NULL;
}

ALWAYS_INLINE Value fast_XOR(Value a, Value b)
{
    return values_are_small_ints(a, b) ? (Value){(a.bits ^ b.bits) | 1} : VALUE_NULL;
}

ALWAYS_INLINE Value fast_LSHIFT(Value a, Value b)
{
    if (!values_are_small_ints(a, b)) return VALUE_NULL;
    int64_t m = value_as_small_int(a), n = value_as_small_int(b);
    if (n < 0 || n > 60) return VALUE_NULL;
    int64_t r = (int64_t)((uint64_t)m << n);
    return r >> n == m && small_int_fits(r) ? value_from_small_int(r) : VALUE_NULL;
}

ALWAYS_INLINE Value fast_RSHIFT(Value a, Value b)
{
    if (!values_are_small_ints(a, b)) return VALUE_NULL;
    int64_t n = value_as_small_int(b);
    if (n < 0) return VALUE_NULL;
    return value_from_small_int(value_as_small_int(a) >> (n > 63 ? 63 : n));
}

/* 1, 0, or -1: not two ints or two floats. */
#define FAST_COMPARE(a, b, operator)                                                                                   \
    (values_are_small_ints(a, b)         ? (int64_t)(a).bits operator(int64_t)(b).bits                                 \
     : values_are_immediate_floats(a, b) ? value_as_immediate_float(a) operator value_as_immediate_float(b)            \
                                         : -1)

#endif

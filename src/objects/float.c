/* float.c: arithmetic on floats, and the type.
 *
 * Immediates come first everywhere; value_from_double makes a heap float for the few exponents that do not fit. The
 * semantics of %, // and ** for zeros, infinities and nans are written out, as the C library's differ from Python's. */
#include "objects/float.h"

#include <errno.h>
#include <math.h>

#include "base/dtoa.h"
#include "base/hash.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float_methods.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

Value float_new_heap(double d)
{
    Float *self = object_alloc(&type_float, sizeof(Float));
    if (self) self->value = d;
    return value_from_object(self);
}

static void float_destroy(Object *self)
{
    object_free(self, self->type->instance_size);
}

/* --- conversion --- */

/* The result of __float__, stolen, as a double. */
double checked_float(Value v, Value result)
{
    if (value_is_null(result)) return -1.0;
    double d = -1.0;
    if (!is_float(result)) {
        error_format(&type_TypeError, "%.50T.__float__ returned non-float (type %.50T)", v, result);
    } else if (is_exact_float(result) ||
               warn_format(&type_DeprecationWarning, 1,
                           "%.50T.__float__ returned non-float (type %.50T).  The ability to return an instance of a "
                           "strict subclass of float is deprecated, and may not be supported in a future version of "
                           "Python.",
                           v, result) == 0) {
        d = float_as_double(result);
    }
    value_decref(result);
    return d;
}

double number_as_double(Value v)
{
    if (LIKELY(is_float(v))) return float_as_double(v);
    if (is_exact_int(v)) return int_as_double(v);
    UnarySlot to_float = type_of(v)->number.to_float;
    if (to_float) return checked_float(v, to_float(v));
    if (!has_index(v)) {
        error_format(&type_TypeError, "must be real number, not %.50T", v);
        return -1.0;
    }
    Value index = number_index(v);
    if (value_is_null(index)) return -1.0;
    double d = int_as_double(index);
    value_decref(index);
    return d;
}

/* An operand: 1 with *d, 0 when it is no float or int, -1 with an error. */
ALWAYS_INLINE int operand(Value v, double *d)
{
    if (LIKELY(is_float(v))) {
        *d = float_as_double(v);
        return 1;
    }
    if (!is_int(v)) return 0;
    *d = int_as_double(v);
    return UNLIKELY(*d == -1.0 && error_occurred()) ? -1 : 1;
}

/* 1: both are numbers; else the slot's result is in *result. */
static NOINLINE bool operands_slow(Value left, Value right, double *x, double *y, Value *result)
{
    int status = operand(left, x);
    if (status > 0) status = operand(right, y);
    if (status > 0) return true;
    *result = status == 0 ? VALUE_NOT_IMPLEMENTED : VALUE_NULL;
    return false;
}

ALWAYS_INLINE bool operands(Value left, Value right, double *x, double *y, Value *result)
{
    if (LIKELY(values_are_immediate_floats(left, right))) {
        *x = value_as_immediate_float(left);
        *y = value_as_immediate_float(right);
        return true;
    }
    return operands_slow(left, right, x, y, result);
}

/* --- arithmetic --- */

#define ARITHMETIC_SLOT(name, expression)                                                                              \
    static Value name(Value left, Value right)                                                                         \
    {                                                                                                                  \
        double x, y;                                                                                                   \
        Value result;                                                                                                  \
        if (UNLIKELY(!operands(left, right, &x, &y, &result))) return result;                                          \
        return value_from_double(expression);                                                                          \
    }

ARITHMETIC_SLOT(add_slot, x + y)
ARITHMETIC_SLOT(subtract_slot, x - y)
ARITHMETIC_SLOT(multiply_slot, x *y)

double float_modulo(double x, double y)
{
    double rest = fmod(x, y);
    if (rest == 0) return copysign(0.0, y);
    return (y < 0) != (rest < 0) ? rest + y : rest;
}

/* The quotient that goes with float_modulo: (x - x % y) / y, which is nearly an integer, made one. */
double float_floor_quotient(double x, double y)
{
    double rest = fmod(x, y), quotient = (x - rest) / y;
    if (rest != 0 && (y < 0) != (rest < 0)) quotient -= 1.0;
    if (quotient == 0) return copysign(0.0, x / y);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

#define DIVISION_SLOT(name, message, expression)                                                                       \
    static Value name(Value left, Value right)                                                                         \
    {                                                                                                                  \
        double x, y;                                                                                                   \
        Value result;                                                                                                  \
        if (UNLIKELY(!operands(left, right, &x, &y, &result))) return result;                                          \
        if (UNLIKELY(y == 0)) return error_set(&type_ZeroDivisionError, message);                                      \
        return expression;                                                                                             \
    }

DIVISION_SLOT(true_divide_slot, "float division by zero", value_from_double(x / y))
DIVISION_SLOT(floor_divide_slot, "float floor division by zero", value_from_double(float_floor_quotient(x, y)))
DIVISION_SLOT(remainder_slot, "float modulo", value_from_double(float_modulo(x, y)))
DIVISION_SLOT(divmod_slot, "float divmod()", float_divmod(x, y))

Value float_divmod(double x, double y)
{
    Value quotient = value_from_double(float_floor_quotient(x, y));
    if (value_is_null(quotient)) return VALUE_NULL;
    Value rest = value_from_double(float_modulo(x, y));
    if (value_is_null(rest)) {
        value_decref(quotient);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){quotient, rest}, 2);
}

static Value range_error(void)
{
    Value text = str_from_cstr("Numerical result out of range");
    if (value_is_null(text)) return VALUE_NULL;
    Value args = tuple_from_array_steal((Value[]){value_from_small_int(ERANGE), text}, 2);
    if (value_is_null(args)) return VALUE_NULL;
    error_set_value(&type_OverflowError, args);
    value_decref(args);
    return VALUE_NULL;
}

static bool is_odd(double y)
{
    return fmod(fabs(y), 2.0) == 1.0;
}

/* x ** y where one of them is not finite. */
static double special_power(double x, double y)
{
    if (isnan(x)) return x;
    if (isnan(y)) return x == 1.0 ? 1.0 : y;
    if (isinf(y)) {
        x = fabs(x);
        if (x == 1.0) return 1.0;
        return (y > 0.0) == (x > 1.0) ? fabs(y) : 0.0;
    }
    if (y > 0.0) return is_odd(y) ? x : fabs(x);
    return is_odd(y) ? copysign(0.0, x) : 0.0;
}

Value float_power(double x, double y)
{
    if (y == 0) return value_from_double(1.0);
    if (!isfinite(x) || !isfinite(y)) return value_from_double(special_power(x, y));
    if (x == 0.0) {
        if (y < 0.0) return error_set(&type_ZeroDivisionError, "0.0 cannot be raised to a negative power");
        return value_from_double(is_odd(y) ? x : 0.0);
    }
    bool is_negative = false;
    if (x < 0.0) {
        if (y != floor(y)) return complex_power(x, 0.0, y, 0.0);
        x = -x;
        is_negative = is_odd(y);
    }
    if (x == 1.0) return value_from_double(is_negative ? -1.0 : 1.0);
    double power = pow(x, y);
    if (isinf(power)) return range_error();
    return value_from_double(is_negative ? -power : power);
}

static Value power_slot(Value base, Value exponent, Value modulus)
{
    double x, y;
    Value result;
    if (!value_is_none(modulus))
        return error_set(&type_TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
    if (!operands(base, exponent, &x, &y, &result)) return result;
    return float_power(x, y);
}

static Value negative_slot(Value self)
{
    return value_from_double(-float_as_double(self));
}

static Value absolute_slot(Value self)
{
    return value_from_double(fabs(float_as_double(self)));
}

Value float_exact(Value self)
{
    return is_exact_float(self) ? value_incref(self) : value_from_double(float_as_double(self));
}

static int truth_slot(Value self)
{
    return float_as_double(self) != 0.0;
}

static Value to_int_slot(Value self)
{
    return int_from_double(float_as_double(self));
}

/* --- comparison and hash --- */

/* -1, 0, 1; 2: unordered. Exact: an int is not converted unless nothing is lost. */
static int compare_with_int(double x, Value n)
{
    static const int64_t exact = INT64_C(1) << 53;
    if (isnan(x)) return 2;
    int64_t small;
    if (LIKELY(int_fits_int64(n, &small) && small >= -exact && small <= exact))
        return (x > (double)small) - (x < (double)small);
    IntScratch scratch;
    int order = mpz_cmp_d(int_as_mpz(n, &scratch), x);
    return order > 0 ? -1 : order < 0;
}

static Value compare_slot(Value left, Value right, CompareOp op)
{
    double x = float_as_double(left);
    int order;
    if (LIKELY(is_float(right))) {
        double y = float_as_double(right);
        order = x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
    } else if (is_int(right)) {
        order = compare_with_int(x, right);
    } else {
        return VALUE_NOT_IMPLEMENTED;
    }
    switch (op) {
    case CMP_LT: return value_from_bool(order == -1);
    case CMP_LE: return value_from_bool(order <= 0);
    case CMP_EQ: return value_from_bool(order == 0);
    case CMP_NE: return value_from_bool(order != 0);
    case CMP_GT: return value_from_bool(order == 1);
    default: return value_from_bool(order == 0 || order == 1);
    }
}

/* A nan hashes by identity, so that a set full of nans does not degenerate. */
int64_t double_hash(double d, Value self)
{
    if (LIKELY(!isnan(d))) return hash_double(d);
    return hash_pointer((const void *)self.bits);
}

static int64_t hash_slot(Value self)
{
    return double_hash(float_as_double(self), self);
}

Value float_repr(double d)
{
    char text[DOUBLE_REPR_MAX];
    size_t length = double_repr(d, text);
    return str_from_latin1(text, (ssize_t)length);
}

static Value repr_slot(Value self)
{
    return float_repr(float_as_double(self));
}

Type type_float = {
    .head = TYPE_HEAD,
    .name = "float",
    .doc = "float(x=0, /)\n--\n\nConvert a string or number to a floating point number, if possible.",
    .instance_size = sizeof(Float),
    .flags = TYPE_BASE | TYPE_IS_FLOAT | TYPE_IMMUTABLE | TYPE_MATCH_SELF | TYPE_QUIET_DESTROY,
    .base = &type_object,
    .destroy = float_destroy,
    .new_instance = float_new_instance,
    .repr = repr_slot,
    .hash = hash_slot,
    .compare = compare_slot,
    .number =
        {
            .add = add_slot,
            .subtract = subtract_slot,
            .multiply = multiply_slot,
            .remainder = remainder_slot,
            .divmod = divmod_slot,
            .power = power_slot,
            .negative = negative_slot,
            .positive = float_exact,
            .absolute = absolute_slot,
            .truth = truth_slot,
            .to_int = to_int_slot,
            .to_float = float_exact,
            .floor_divide = floor_divide_slot,
            .true_divide = true_divide_slot,
        },
    .methods = float_methods,
    .getsets = float_getsets,
};

/* math.c: the module math: the functions of one or two floats.
 *
 * The C library's functions follow C99 Annex F; here its special results become exceptions: a nan from numbers is
 * "math domain error", an infinity from finite numbers "math range error" where the function can overflow, else a
 * domain error (a pole). */
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>

#include "modules/math/math_internal.h"
#include "objects/call.h"

static Value domain_error(void)
{
    return error_set(&type_ValueError, "math domain error");
}

static Value range_error(void)
{
    return error_set(&type_OverflowError, "math range error");
}

ALWAYS_INLINE bool get_double(Value v, double *x)
{
    if (LIKELY(value_is_immediate_float(v))) {
        *x = value_as_immediate_float(v);
        return true;
    }
    *x = number_as_double(v);
    return *x != -1.0 || !error_occurred();
}

/* --- one argument --- */

ALWAYS_INLINE Value call_1_double(double (*function)(double), Value v, bool can_overflow)
{
    double x;
    if (UNLIKELY(!get_double(v, &x))) return VALUE_NULL;
    double result = function(x);
    if (UNLIKELY(!isfinite(result))) {
        if (isnan(result) && !isnan(x)) return domain_error();
        if (isinf(result) && isfinite(x)) return can_overflow ? range_error() : domain_error();
    }
    return value_from_double(result);
}

#define FUNCTION_1(name, can_overflow)                                                                                 \
    FUNCTION(math_##name)                                                                                              \
    {                                                                                                                  \
        return call_1_double(name, args[0], can_overflow);                                                             \
    }

FUNCTION_1(acos, false)
FUNCTION_1(acosh, false)
FUNCTION_1(asin, false)
FUNCTION_1(asinh, false)
FUNCTION_1(atan, false)
FUNCTION_1(atanh, false)
FUNCTION_1(cbrt, false)
FUNCTION_1(cos, false)
FUNCTION_1(cosh, true)
FUNCTION_1(exp, true)
FUNCTION_1(exp2, true)
FUNCTION_1(expm1, true)
FUNCTION_1(fabs, false)
FUNCTION_1(log1p, false)
FUNCTION_1(sin, false)
FUNCTION_1(sinh, true)
FUNCTION_1(sqrt, false)
FUNCTION_1(tan, false)
FUNCTION_1(tanh, false)
FUNCTION_1(erf, false)
FUNCTION_1(erfc, false)

/* For functions that tell their failures by errno. */
static Value call_with_errno(double (*function)(double), Value v)
{
    double x;
    if (!get_double(v, &x)) return VALUE_NULL;
    errno = 0;
    double result = function(x);
    if (errno == EDOM) return domain_error();
    if (errno == ERANGE && fabs(result) >= 1.5) return range_error(); // an underflow is no error
    return value_from_double(result);
}

FUNCTION(math_gamma_)
{
    return call_with_errno(math_gamma, args[0]);
}

FUNCTION(math_lgamma_)
{
    return call_with_errno(math_lgamma, args[0]);
}

/* --- logarithms --- */

/* log(x) for a float; a pole or a negative number is a domain error. */
static Value log_of_double(double (*function)(double), double x)
{
    if (isnan(x)) return value_from_double(x);
    if (x <= 0.0) return domain_error();
    return value_from_double(function(x));
}

static Value log_of(double (*function)(double), Value v)
{
    double x;
    if (!is_int(v)) return get_double(v, &x) ? log_of_double(function, x) : VALUE_NULL;
    if (int_sign(v) <= 0) return domain_error();
    int64_t exponent;
    double fraction = int_frexp(v, &exponent);
    if (exponent <= 1024) {
        x = ldexp(fraction, (int)exponent);
        if (isfinite(x)) return value_from_double(function(x));
    }
    return value_from_double(function(fraction) + function(2.0) * (double)exponent);
}

FUNCTION(math_log)
{
    Value number = log_of(log, args[0]);
    if (nargs == 1 || value_is_null(number)) return number;
    Value base = log_of(log, args[1]);
    if (value_is_null(base)) {
        value_decref(number);
        return VALUE_NULL;
    }
    Value result = number_true_divide(number, base);
    value_decref(number);
    value_decref(base);
    return result;
}

FUNCTION(math_log2)
{
    return log_of(log2, args[0]);
}

FUNCTION(math_log10)
{
    return log_of(log10, args[0]);
}

/* --- to int --- */

static Value to_int_by(Value v, double (*function)(double), Value name)
{
    if (!is_exact_float(v)) {
        Value result = call_special(v, name, NULL, 0);
        if (!value_is_null(result) || error_occurred()) return result;
    }
    double x;
    return get_double(v, &x) ? int_from_double(function(x)) : VALUE_NULL;
}

FUNCTION(math_ceil)
{
    return to_int_by(args[0], ceil, ID(__ceil__));
}

FUNCTION(math_floor)
{
    return to_int_by(args[0], floor, ID(__floor__));
}

FUNCTION(math_trunc)
{
    if (is_exact_float(args[0])) return int_from_double(float_as_double(args[0]));
    Value result = call_special(args[0], ID(__trunc__), NULL, 0);
    if (value_is_null(result) && !error_occurred())
        error_format(&type_TypeError, "type %.100T doesn't define __trunc__ method", args[0]);
    return result;
}

/* --- parts of a float --- */

static Value pair(double first, Value second)
{
    Value value = value_from_double(first);
    if (value_is_null(value) || value_is_null(second)) {
        value_xdecref(value);
        value_xdecref(second);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){value, second}, 2);
}

FUNCTION(math_frexp)
{
    double x;
    int exponent = 0;
    if (!get_double(args[0], &x)) return VALUE_NULL;
    if (isfinite(x) && x != 0) x = frexp(x, &exponent);
    return pair(x, value_from_small_int(exponent));
}

FUNCTION(math_modf)
{
    double x, whole;
    if (!get_double(args[0], &x)) return VALUE_NULL;
    if (isinf(x)) return pair(copysign(0.0, x), value_from_double(x));
    if (isnan(x)) return pair(x, value_from_double(x));
    double fraction = modf(x, &whole);
    return pair(fraction, value_from_double(whole));
}

FUNCTION(math_ldexp)
{
    double x;
    if (!get_double(args[0], &x)) return VALUE_NULL;
    if (!is_int(args[1])) return error_set(&type_TypeError, "Expected an int as second argument to ldexp.");
    int64_t exponent;
    if (!int_fits_int64(args[1], &exponent)) exponent = int_sign(args[1]) < 0 ? INT64_MIN : INT64_MAX;
    if (x == 0.0 || !isfinite(x)) return value_from_double(x);
    if (exponent > INT_MAX) return range_error();
    if (exponent < INT_MIN) return value_from_double(copysign(0.0, x));
    double result = ldexp(x, (int)exponent);
    return isinf(result) ? range_error() : value_from_double(result);
}

FUNCTION(math_ulp)
{
    double x;
    if (!get_double(args[0], &x)) return VALUE_NULL;
    x = fabs(x);
    if (!isfinite(x)) return value_from_double(x);
    double above = nextafter(x, INFINITY);
    if (isinf(above)) return value_from_double(x - nextafter(x, -INFINITY)); // the largest float
    return value_from_double(above - x);
}

FUNCTION(math_degrees)
{
    double x;
    return get_double(args[0], &x) ? value_from_double(x * (180.0 / M_PI)) : VALUE_NULL;
}

FUNCTION(math_radians)
{
    double x;
    return get_double(args[0], &x) ? value_from_double(x * (M_PI / 180.0)) : VALUE_NULL;
}

FUNCTION(math_isfinite)
{
    double x;
    return get_double(args[0], &x) ? value_from_bool(isfinite(x)) : VALUE_NULL;
}

FUNCTION(math_isinf)
{
    double x;
    return get_double(args[0], &x) ? value_from_bool(isinf(x) != 0) : VALUE_NULL;
}

FUNCTION(math_isnan)
{
    double x;
    return get_double(args[0], &x) ? value_from_bool(isnan(x)) : VALUE_NULL;
}

/* --- two arguments --- */

ALWAYS_INLINE bool get_doubles(const Value *args, double *x, double *y)
{
    return get_double(args[0], x) && get_double(args[1], y);
}

#define FUNCTION_2(name)                                                                                               \
    FUNCTION(math_##name)                                                                                              \
    {                                                                                                                  \
        double x, y;                                                                                                   \
        return get_doubles(args, &x, &y) ? value_from_double(name(x, y)) : VALUE_NULL;                                 \
    }

FUNCTION_2(atan2)
FUNCTION_2(copysign)
FUNCTION_2(nextafter)

static Value divide_result(double (*function)(double, double), const Value *args)
{
    double x, y;
    if (!get_doubles(args, &x, &y)) return VALUE_NULL;
    double result = function(x, y);
    return isnan(result) && !isnan(x) && !isnan(y) ? domain_error() : value_from_double(result);
}

FUNCTION(math_fmod)
{
    return divide_result(fmod, args);
}

FUNCTION(math_remainder)
{
    return divide_result(remainder, args);
}

FUNCTION(math_pow)
{
    double x, y;
    if (!get_doubles(args, &x, &y)) return VALUE_NULL;
    double result = pow(x, y);
    if (isfinite(x) && isfinite(y)) {
        if (isnan(result)) return domain_error();
        if (isinf(result)) return x == 0.0 ? domain_error() : range_error();
    }
    return value_from_double(result);
}

FUNCTION(math_isclose)
{
    ARGUMENTS("isclose", 2, 2, "a", "b", "rel_tol", "abs_tol");
    double a, b, relative = 1e-9, absolute = 0.0;
    if (!get_double(out[0], &a) || !get_double(out[1], &b) || (is_given(out[2]) && !get_double(out[2], &relative)) ||
        (is_given(out[3]) && !get_double(out[3], &absolute)))
        return VALUE_NULL;
    if (relative < 0.0 || absolute < 0.0) return error_set(&type_ValueError, "tolerances must be non-negative");
    if (a == b) return VALUE_TRUE;
    if (isinf(a) || isinf(b)) return VALUE_FALSE;
    double difference = fabs(b - a);
    return value_from_bool(difference <= fabs(relative * b) || difference <= fabs(relative * a) ||
                           difference <= absolute);
}

#define METHOD_1(name, text)                                                                                           \
    {                                                                                                                  \
#name, math_##name, 1, 1, 0, #name "($module, x, /)\n--\n\n" text                                              \
    }
#define METHOD_2(name, text)                                                                                           \
    {                                                                                                                  \
#name, math_##name, 2, 2, 0, #name "($module, x, y, /)\n--\n\n" text                                           \
    }

static const NativeMethod methods[] = {
    METHOD_1(acos, "Return the arc cosine (measured in radians) of x."),
    METHOD_1(acosh, "Return the inverse hyperbolic cosine of x."),
    METHOD_1(asin, "Return the arc sine (measured in radians) of x."),
    METHOD_1(asinh, "Return the inverse hyperbolic sine of x."),
    METHOD_1(atan, "Return the arc tangent (measured in radians) of x."),
    {"atan2", math_atan2, 2, 2, 0,
     "atan2($module, y, x, /)\n--\n\nReturn the arc tangent (measured in radians) of y/x."},
    METHOD_1(atanh, "Return the inverse hyperbolic tangent of x."),
    METHOD_1(cbrt, "Return the cube root of x."),
    METHOD_1(ceil, "Return the ceiling of x as an Integral."),
    METHOD_2(copysign, "Return a float with the magnitude (absolute value) of x but the sign of y."),
    METHOD_1(cos, "Return the cosine of x (measured in radians)."),
    METHOD_1(cosh, "Return the hyperbolic cosine of x."),
    METHOD_1(degrees, "Convert angle x from radians to degrees."),
    METHOD_1(erf, "Error function at x."),
    METHOD_1(erfc, "Complementary error function at x."),
    METHOD_1(exp, "Return e raised to the power of x."),
    METHOD_1(exp2, "Return 2 raised to the power of x."),
    METHOD_1(expm1, "Return exp(x)-1."),
    METHOD_1(fabs, "Return the absolute value of the float x."),
    METHOD_1(floor, "Return the floor of x as an Integral."),
    METHOD_2(fmod, "Return fmod(x, y), according to platform C."),
    METHOD_1(frexp, "Return the mantissa and exponent of x, as pair (m, e)."),
    {"gamma", math_gamma_, 1, 1, 0, "gamma($module, x, /)\n--\n\nGamma function at x."},
    {"isclose", math_isclose, 0, -1, NATIVE_KEYWORDS,
     "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\n"
     "Determine whether two floating point numbers are close in value."},
    METHOD_1(isfinite, "Return True if x is neither an infinity nor a NaN, and False otherwise."),
    METHOD_1(isinf, "Return True if x is a positive or negative infinity, and False otherwise."),
    METHOD_1(isnan, "Return True if x is a NaN (not a number), and False otherwise."),
    {"ldexp", math_ldexp, 2, 2, 0, "ldexp($module, x, i, /)\n--\n\nReturn x * (2**i)."},
    {"lgamma", math_lgamma_, 1, 1, 0,
     "lgamma($module, x, /)\n--\n\nNatural logarithm of absolute value of Gamma function at x."},
    {"log", math_log, 1, 2, 0, "log(x, [base=math.e])\nReturn the logarithm of x to the given base."},
    METHOD_1(log10, "Return the base 10 logarithm of x."),
    METHOD_1(log1p, "Return the natural logarithm of 1+x (base e)."),
    METHOD_1(log2, "Return the base 2 logarithm of x."),
    METHOD_1(modf, "Return the fractional and integer parts of x."),
    METHOD_2(nextafter, "Return the next floating-point value after x towards y."),
    METHOD_2(pow, "Return x**y (x to the power of y)."),
    METHOD_1(radians, "Convert angle x from degrees to radians."),
    METHOD_2(remainder, "Difference between x and the closest integer multiple of y."),
    METHOD_1(sin, "Return the sine of x (measured in radians)."),
    METHOD_1(sinh, "Return the hyperbolic sine of x."),
    METHOD_1(sqrt, "Return the square root of x."),
    METHOD_1(tan, "Return the tangent of x (measured in radians)."),
    METHOD_1(tanh, "Return the hyperbolic tangent of x."),
    METHOD_1(trunc, "Truncates the Real x to the nearest Integral toward 0."),
    METHOD_1(ulp, "Return the value of the least significant bit of the float x."),
    {NULL},
};

int math_add_functions(Value module, const NativeMethod *table)
{
    for (; table->name; table++)
        if (module_add(module, table->name, native_function_new(table, module, ID(math))) < 0) return -1;
    return 0;
}

static int exec(Value module)
{
    const struct {
        const char *name;
        double value;
    } constants[] = {{"pi", M_PI}, {"e", M_E}, {"tau", 2 * M_PI}, {"inf", INFINITY}, {"nan", NAN}};
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add(module, constants[i].name, value_from_double(constants[i].value)) < 0) return -1;
    return math_integer_exec(module) < 0 ? -1 : math_sum_exec(module);
}

NATIVE_MODULE(math) = {
    .name = "math",
    .doc = "This module provides access to the mathematical functions\ndefined by the C standard.",
    .methods = methods,
    .exec = exec,
};

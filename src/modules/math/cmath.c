/* cmath.c: the module cmath. The C library's complex functions follow C99 Annex G in their special values, as CPython's
 * tables do; here a nan or infinity that comes from finite numbers becomes an exception. */
#include <complex.h>
#include <errno.h>
#include <math.h>

#include "modules/math/math_internal.h"

#undef I

typedef double complex Z;

static bool is_finite(Z z)
{
    return isfinite(creal(z)) && isfinite(cimag(z));
}

static bool has_infinity(Z z)
{
    return isinf(creal(z)) || isinf(cimag(z));
}

static bool has_nan(Z z)
{
    return isnan(creal(z)) || isnan(cimag(z));
}

static bool get_complex(Value v, Z *z)
{
    double real, imag;
    if (!number_as_complex(v, &real, &imag)) return false;
    *z = CMPLX(real, imag);
    return true;
}

static Value domain_error(void)
{
    return error_set(&type_ValueError, "math domain error");
}

static Value range_error(void)
{
    return error_set(&type_OverflowError, "math range error");
}

static Value complex_value(Z z)
{
    return complex_new(creal(z), cimag(z));
}

/* The rule for functions without poles: finite in, infinite out is an overflow; an invalid operation (an infinite
 * argument of a periodic part) a domain error. */
static Value call(Z (*function)(Z), Value v, bool (*is_invalid)(Z))
{
    Z z;
    if (!get_complex(v, &z)) return VALUE_NULL;
    if (is_invalid && is_invalid(z)) return domain_error();
    Z result = function(z);
    if (is_finite(z) && has_nan(result)) return domain_error();
    if (is_finite(z) && has_infinity(result)) return range_error();
    return complex_value(result);
}

/* exp, cosh, sinh: the angle (imaginary part) is infinite, unless the result is zero anyhow. */
static bool exp_is_invalid(Z z)
{
    return isinf(cimag(z)) && (isfinite(creal(z)) || (isinf(creal(z)) && creal(z) > 0));
}

static bool cosh_is_invalid(Z z)
{
    return isinf(cimag(z)) && !isnan(creal(z));
}

static bool tanh_is_invalid(Z z)
{
    return isinf(cimag(z)) && isfinite(creal(z));
}

/* cos(z) = cosh(iz), so the real part is the angle. */
static bool cos_is_invalid(Z z)
{
    return isinf(creal(z)) && !isnan(cimag(z));
}

static bool tan_is_invalid(Z z)
{
    return isinf(creal(z)) && isfinite(cimag(z));
}

static bool atanh_is_invalid(Z z)
{
    return cimag(z) == 0 && fabs(creal(z)) == 1; // the poles
}

static bool atan_is_invalid(Z z)
{
    return creal(z) == 0 && fabs(cimag(z)) == 1;
}

/* Annex G leaves these half a number, where CPython makes them a nan throughout. */
static Z acosh_like_python(Z z)
{
    return creal(z) == 0 && isnan(cimag(z)) ? CMPLX(NAN, NAN) : cacosh(z);
}

static Z tanh_like_python(Z z)
{
    return creal(z) == 0 && isnan(cimag(z)) ? CMPLX(NAN, NAN) : ctanh(z);
}

static Z tan_like_python(Z z)
{
    return cimag(z) == 0 && isnan(creal(z)) ? CMPLX(NAN, NAN) : ctan(z);
}

FUNCTION(cmath_tanh)
{
    return call(tanh_like_python, args[0], tanh_is_invalid);
}

FUNCTION(cmath_tan)
{
    return call(tan_like_python, args[0], tan_is_invalid);
}

FUNCTION(cmath_acosh)
{
    return call(acosh_like_python, args[0], NULL);
}

#define FUNCTION_1(name, invalid)                                                                                      \
    FUNCTION(cmath_##name)                                                                                             \
    {                                                                                                                  \
        return call(c##name, args[0], invalid);                                                                        \
    }

FUNCTION_1(acos, NULL)
FUNCTION_1(asin, NULL)
FUNCTION_1(asinh, NULL)
FUNCTION_1(atan, atan_is_invalid)
FUNCTION_1(atanh, atanh_is_invalid)
FUNCTION_1(cos, cos_is_invalid)
FUNCTION_1(cosh, cosh_is_invalid)
FUNCTION_1(exp, exp_is_invalid)
FUNCTION_1(sin, cos_is_invalid)
FUNCTION_1(sinh, cosh_is_invalid)
FUNCTION_1(sqrt, NULL)

/* --- logarithms --- */

/* log|z| with care where |z| is near 1, too large or too small. */
static double log_magnitude(double x, double y)
{
    x = fabs(x);
    y = fabs(y);
    if (x > 8.98846567431158e307 / 2 || y > 8.98846567431158e307 / 2) return log(hypot(x / 2, y / 2)) + M_LN2;
    if (x < 2.2250738585072014e-308 && y < 2.2250738585072014e-308)
        return log(hypot(ldexp(x, 53), ldexp(y, 53))) - 53 * M_LN2;
    double magnitude = hypot(x, y);
    if (magnitude < 0.71 || magnitude > 1.73) return log(magnitude);
    double larger = fmax(x, y), smaller = fmin(x, y);
    return log1p((larger - 1) * (larger + 1) + smaller * smaller) / 2;
}

static bool log_of(Z z, Z *result)
{
    if (creal(z) == 0 && cimag(z) == 0) return false;
    *result = CMPLX(is_finite(z) ? log_magnitude(creal(z), cimag(z)) : creal(clog(z)), atan2(cimag(z), creal(z)));
    if (!is_finite(z)) *result = clog(z);
    return true;
}

FUNCTION(cmath_log)
{
    Z z, base, x, y;
    if (!get_complex(args[0], &z)) return VALUE_NULL;
    if (!log_of(z, &x)) return domain_error();
    if (nargs == 1) return complex_value(x);
    if (!get_complex(args[1], &base)) return VALUE_NULL;
    if (!log_of(base, &y)) return domain_error();
    if (creal(y) == 0 && cimag(y) == 0) return domain_error();
    Value numerator = complex_value(x), denominator = complex_value(y), result = VALUE_NULL;
    if (!value_is_null(numerator) && !value_is_null(denominator)) result = number_true_divide(numerator, denominator);
    value_xdecref(numerator);
    value_xdecref(denominator);
    return result;
}

FUNCTION(cmath_log10)
{
    Z z, x;
    if (!get_complex(args[0], &z)) return VALUE_NULL;
    if (!log_of(z, &x)) return domain_error();
    return complex_new(creal(x) / M_LN10, cimag(x) / M_LN10);
}

/* --- polar coordinates --- */

static bool magnitude_of(Z z, double *magnitude)
{
    *magnitude = hypot(creal(z), cimag(z));
    if (!isinf(*magnitude) || !is_finite(z)) return true;
    error_set(&type_OverflowError, "math range error");
    return false;
}

FUNCTION(cmath_phase)
{
    Z z;
    return get_complex(args[0], &z) ? value_from_double(atan2(cimag(z), creal(z))) : VALUE_NULL;
}

FUNCTION(cmath_polar)
{
    Z z;
    double magnitude;
    if (!get_complex(args[0], &z) || !magnitude_of(z, &magnitude)) return VALUE_NULL;
    Value first = value_from_double(magnitude);
    if (value_is_null(first)) return VALUE_NULL;
    Value second = value_from_double(atan2(cimag(z), creal(z)));
    if (value_is_null(second)) {
        value_decref(first);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){first, second}, 2);
}

FUNCTION(cmath_rect)
{
    double r = number_as_double(args[0]);
    if (r == -1.0 && error_occurred()) return VALUE_NULL;
    double angle = number_as_double(args[1]);
    if (angle == -1.0 && error_occurred()) return VALUE_NULL;
    if (isfinite(r) && isfinite(angle)) {
        if (angle == 0.0) return complex_new(r, r * angle); // keeps the signs of zeros
        return complex_new(r * cos(angle), r * sin(angle));
    }
    if (isinf(angle) && !isnan(r) && r != 0.0) return domain_error();
    if (isinf(angle) && r == 0.0) return complex_new(0.0, 0.0);
    if (isinf(r) && isfinite(angle)) {
        if (angle == 0.0) return complex_new(r, r > 0 ? angle : -angle);
        double sign = r > 0 ? 1.0 : -1.0;
        return complex_new(copysign(INFINITY, sign * cos(angle)), copysign(INFINITY, sign * sin(angle)));
    }
    if (r == 0.0) return complex_new(0.0, 0.0);
    if (isinf(r)) return complex_new(INFINITY, NAN);
    return angle == 0.0 ? complex_new(NAN, angle) : complex_new(NAN, NAN);
}

/* --- tests --- */

FUNCTION(cmath_isfinite)
{
    Z z;
    return get_complex(args[0], &z) ? value_from_bool(is_finite(z)) : VALUE_NULL;
}

FUNCTION(cmath_isinf)
{
    Z z;
    return get_complex(args[0], &z) ? value_from_bool(has_infinity(z)) : VALUE_NULL;
}

FUNCTION(cmath_isnan)
{
    Z z;
    return get_complex(args[0], &z) ? value_from_bool(has_nan(z)) : VALUE_NULL;
}

FUNCTION(cmath_isclose)
{
    ARGUMENTS("isclose", 2, 2, "a", "b", "rel_tol", "abs_tol");
    Z a, b;
    double relative = 1e-9, absolute = 0.0;
    if (!get_complex(out[0], &a) || !get_complex(out[1], &b) ||
        (is_given(out[2]) && !arg_as_double(out[2], &relative)) ||
        (is_given(out[3]) && !arg_as_double(out[3], &absolute)))
        return VALUE_NULL;
    if (relative < 0.0 || absolute < 0.0) return error_set(&type_ValueError, "tolerances must be non-negative");
    if (creal(a) == creal(b) && cimag(a) == cimag(b)) return VALUE_TRUE;
    if (has_infinity(a) || has_infinity(b)) return VALUE_FALSE;
    double difference = cabs(a - b);
    return value_from_bool(difference <= relative * cabs(b) || difference <= relative * cabs(a) ||
                           difference <= absolute);
}

#define METHOD(name, text)                                                                                             \
    {                                                                                                                  \
#name, cmath_##name, 1, 1, 0, #name "($module, z, /)\n--\n\n" text                                             \
    }

static const NativeMethod methods[] = {
    METHOD(acos, "Return the arc cosine of z."),
    METHOD(acosh, "Return the inverse hyperbolic cosine of z."),
    METHOD(asin, "Return the arc sine of z."),
    METHOD(asinh, "Return the inverse hyperbolic sine of z."),
    METHOD(atan, "Return the arc tangent of z."),
    METHOD(atanh, "Return the inverse hyperbolic tangent of z."),
    METHOD(cos, "Return the cosine of z."),
    METHOD(cosh, "Return the hyperbolic cosine of z."),
    METHOD(exp, "Return the exponential value e**z."),
    METHOD(sin, "Return the sine of z."),
    METHOD(sinh, "Return the hyperbolic sine of z."),
    METHOD(sqrt, "Return the square root of z."),
    METHOD(tan, "Return the tangent of z."),
    METHOD(tanh, "Return the hyperbolic tangent of z."),
    {"log", cmath_log, 1, 2, 0,
     "log($module, z, base=<unrepresentable>, /)\n--\n\nlog(z[, base]) -> the logarithm of z to the given base."},
    METHOD(log10, "Return the base-10 logarithm of z."),
    METHOD(phase, "Return argument, also known as the phase angle, of a complex."),
    METHOD(polar, "Convert a complex from rectangular coordinates to polar coordinates."),
    {"rect", cmath_rect, 2, 2, 0,
     "rect($module, r, phi, /)\n--\n\nConvert from polar coordinates to rectangular coordinates."},
    METHOD(isfinite, "Return True if both the real and imaginary parts of z are finite, else False."),
    METHOD(isinf, "Checks if the real or imaginary part of z is infinite."),
    METHOD(isnan, "Checks if the real or imaginary part of z not a number (NaN)."),
    {"isclose", cmath_isclose, 0, -1, NATIVE_KEYWORDS,
     "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\n"
     "Determine whether two complex numbers are close in value."},
    {NULL},
};

static int exec(Value module)
{
    const struct {
        const char *name;
        double value;
    } constants[] = {{"pi", M_PI}, {"e", M_E}, {"tau", 2 * M_PI}, {"inf", INFINITY}, {"nan", NAN}};
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add(module, constants[i].name, value_from_double(constants[i].value)) < 0) return -1;
    if (module_add(module, "infj", complex_new(0.0, INFINITY)) < 0) return -1;
    return module_add(module, "nanj", complex_new(0.0, NAN));
}

NATIVE_MODULE(cmath) = {
    .name = "cmath",
    .doc = "This module provides access to mathematical functions for complex\nnumbers.",
    .methods = methods,
    .exec = exec,
};

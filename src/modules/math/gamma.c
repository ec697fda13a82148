/* gamma.c: gamma and lgamma by Lanczos' approximation with g = 6.0246800407767296 and 13 terms, the parameters that
 * CPython uses, so that both give the same bits. */
#include <errno.h>
#include <math.h>

#include "modules/math/math_internal.h"

enum { TERMS = 13 };
static const double lanczos_g = 6.024680040776729583740234375;
static const double lanczos_g_minus_half = 5.524680040776729583740234375;
static const double log_pi = 1.144729885849400174143427351353058711647;

static const double numerator[TERMS] = {
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408};

/* x(x+1)…(x+11) expanded. */
static const double denominator[TERMS] = {0.0,        39916800.0, 120543840.0, 150917976.0, 105258076.0,
                                          45995730.0, 13339535.0, 2637558.0,   357423.0,    32670.0,
                                          1925.0,     66.0,       1.0};

static double lanczos_sum(double x)
{
    double num = 0.0, den = 0.0;
    if (x < 5.0) {
        for (int i = TERMS; --i >= 0;) {
            num = num * x + numerator[i];
            den = den * x + denominator[i];
        }
    } else { // in 1/x, so that nothing overflows
        for (int i = 0; i < TERMS; i++) {
            num = num / x + numerator[i];
            den = den / x + denominator[i];
        }
    }
    return num / den;
}

/* sin(pi * x), exact at multiples of 1/2. */
static double sin_pi(double x)
{
    double y = fmod(fabs(x), 2.0), result;
    switch ((int)round(2.0 * y)) {
    case 0: result = sin(M_PI * y); break;
    case 1: result = cos(M_PI * (y - 0.5)); break;
    case 2: result = sin(M_PI * (1.0 - y)); break;
    case 3: result = -cos(M_PI * (y - 1.5)); break;
    default: result = sin(M_PI * (y - 2.0)); break;
    }
    return copysign(1.0, x) * result;
}

static double factorial_below(double x)
{
    double result = 1.0;
    for (double n = 2.0; n < x; n++) result *= n; // exact: 22! has fewer than 53 significant bits
    return result;
}

/* The error of x + lanczos_g_minus_half, the base of the power, as a relative correction. */
static double power_correction(double x, double y)
{
    double z;
    if (x > lanczos_g_minus_half)
        z = y - x - lanczos_g_minus_half;
    else
        z = y - lanczos_g_minus_half - x;
    return z * lanczos_g / y;
}

static double positive_gamma(double x, double y)
{
    double result = lanczos_sum(x) / exp(y);
    result += power_correction(x, y) * result;
    if (x < 140.0) return result * pow(y, x - 0.5);
    double root = pow(y, x / 2.0 - 0.25); // the power alone would overflow
    return result * root * root;
}

static double reflected_gamma(double x, double y)
{
    double result = -M_PI / sin_pi(x) / x * exp(y) / lanczos_sum(x);
    result -= power_correction(x, y) * result;
    if (x < 140.0) return result / pow(y, x - 0.5);
    double root = pow(y, x / 2.0 - 0.25);
    return result / root / root;
}

static double domain_error(double result)
{
    errno = EDOM;
    return result;
}

double math_gamma(double x)
{
    if (isnan(x) || x == INFINITY) return x;
    if (x == -INFINITY) return domain_error(NAN);
    if (x == 0.0) return domain_error(copysign(INFINITY, x));
    if (x == floor(x)) {
        if (x < 0.0) return domain_error(NAN);
        if (x <= 23) return factorial_below(x);
    }
    double magnitude = fabs(x), result;
    if (magnitude < 1e-20) {
        result = 1.0 / x;
    } else if (magnitude > 200.0) {
        if (x < 0.0) return 0.0 / sin_pi(x);
        result = INFINITY;
    } else {
        double y = magnitude + lanczos_g_minus_half;
        result = x < 0.0 ? reflected_gamma(magnitude, y) : positive_gamma(magnitude, y);
    }
    if (isinf(result)) errno = ERANGE;
    return result;
}

double math_lgamma(double x)
{
    if (!isfinite(x)) return isnan(x) ? x : INFINITY;
    if (x == floor(x) && x <= 2.0) return x <= 0.0 ? domain_error(INFINITY) : 0.0;
    double magnitude = fabs(x);
    if (magnitude < 1e-20) return -log(magnitude);
    double result = log(lanczos_sum(magnitude)) - lanczos_g;
    result += (magnitude - 0.5) * (log(magnitude + lanczos_g - 0.5) - 1);
    if (x < 0.0) result = log_pi - log(fabs(sin_pi(magnitude))) - log(magnitude) - result;
    if (isinf(result)) errno = ERANGE;
    return result;
}

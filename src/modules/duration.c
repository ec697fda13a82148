/* duration.c: see duration.h. */
#include "modules/duration.h"

#include <math.h>

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/native.h"

enum { BILLION = 1000000000 };

static double round_double(double d, enum Rounding rounding)
{
    switch (rounding) {
    case ROUND_FLOOR: return floor(d);
    case ROUND_CEILING: return ceil(d);
    case ROUND_UP: return d >= 0 ? ceil(d) : floor(d);
    default: return nearbyint(d);
    }
}

static bool out_of_range(void)
{
    error_set(&type_OverflowError, "timestamp out of range for platform time_t");
    return false;
}

static bool not_a_number(double d)
{
    if (isnan(d)) error_set(&type_ValueError, "Invalid value NaN (not a number)");
    return isnan(d);
}

static bool fits_int64(double d)
{
    return d >= -9223372036854775808.0 && d < 9223372036854775808.0;
}

bool duration_from_seconds(Value v, enum Rounding rounding, int64_t *nanoseconds)
{
    if (is_float(v)) {
        double d = float_as_double(v);
        if (not_a_number(d)) return false;
        d = round_double(d * BILLION, rounding);
        if (!fits_int64(d)) return out_of_range();
        *nanoseconds = (int64_t)d;
        return true;
    }
    int64_t seconds;
    bool fits = arg_as_int64(v, &seconds);
    if (fits && !__builtin_mul_overflow(seconds, (int64_t)BILLION, nanoseconds)) return true;
    if (fits || error_catch(&type_OverflowError))
        error_set(&type_OverflowError, "timestamp too large to convert to C _PyTime_t");
    return false;
}

bool time_from_seconds(Value v, enum Rounding rounding, struct timespec *time)
{
    if (!is_float(v)) {
        int64_t seconds;
        if (arg_as_int64(v, &seconds)) {
            *time = (struct timespec){seconds, 0};
            return true;
        }
        if (error_catch(&type_OverflowError)) out_of_range();
        return false;
    }
    double whole, fraction = modf(float_as_double(v), &whole);
    if (not_a_number(whole)) return false;
    fraction = round_double(fraction * BILLION, rounding);
    if (fraction >= BILLION) {
        fraction -= BILLION;
        whole += 1;
    } else if (fraction < 0) {
        fraction += BILLION;
        whole -= 1;
    }
    if (!fits_int64(whole)) return out_of_range();
    *time = (struct timespec){(time_t)whole, (long)fraction};
    return true;
}

double duration_as_seconds(int64_t nanoseconds)
{
    if (nanoseconds % BILLION == 0) return (double)(nanoseconds / BILLION);
    return (double)nanoseconds / BILLION;
}

int64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * BILLION + now.tv_nsec;
}

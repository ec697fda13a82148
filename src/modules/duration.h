/* duration.h: numbers of seconds from Python to nanoseconds, rounded in a given direction. */
#ifndef MODULES_DURATION_H
#define MODULES_DURATION_H

#include <time.h>

#include "objects/object.h"

enum Rounding {
    ROUND_FLOOR,
    ROUND_CEILING,
    ROUND_HALF_EVEN,
    ROUND_UP, /* away from zero: a timeout is never shorter than asked for */
};

/* An int or float of seconds. False with OverflowError or ValueError (nan). */
bool duration_from_seconds(Value v, enum Rounding rounding, int64_t *nanoseconds) NODISCARD;
/* The same for a point in time: only whole seconds must fit. */
bool time_from_seconds(Value v, enum Rounding rounding, struct timespec *time) NODISCARD;
double duration_as_seconds(int64_t nanoseconds);
int64_t monotonic_nanoseconds(void);

ALWAYS_INLINE struct timespec duration_as_timespec(int64_t nanoseconds)
{
    return (struct timespec){nanoseconds / 1000000000, nanoseconds % 1000000000};
}

#endif

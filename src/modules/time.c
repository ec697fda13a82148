/* time.c: the module time. Clocks are read in nanoseconds; struct tm is made and checked as CPython does. */
#define _GNU_SOURCE
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>

#include "modules/arguments.h"
#include "modules/duration.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Type *struct_time_type;

/* --- clocks --- */

static Value os_error(void)
{
    return error_os(&type_OSError, errno, VALUE_NULL);
}

static int64_t clock_nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

#define CLOCK_FUNCTIONS(name, clock)                                                                                   \
    FUNCTION(time_##name)                                                                                              \
    {                                                                                                                  \
        return value_from_double(duration_as_seconds(clock_nanoseconds(clock)));                                       \
    }                                                                                                                  \
    FUNCTION(time_##name##_ns)                                                                                         \
    {                                                                                                                  \
        return int_from_int64(clock_nanoseconds(clock));                                                               \
    }

CLOCK_FUNCTIONS(time, CLOCK_REALTIME)
CLOCK_FUNCTIONS(monotonic, CLOCK_MONOTONIC)
CLOCK_FUNCTIONS(process_time, CLOCK_PROCESS_CPUTIME_ID)
CLOCK_FUNCTIONS(thread_time, CLOCK_THREAD_CPUTIME_ID)

static bool read_clock(Value v, struct timespec *now)
{
    int clock;
    if (!arg_as_int(v, &clock)) return false;
    if (clock_gettime(clock, now) == 0) return true;
    os_error();
    return false;
}

FUNCTION(time_clock_gettime)
{
    struct timespec now;
    if (!read_clock(args[0], &now)) return VALUE_NULL;
    return value_from_double(duration_as_seconds(now.tv_sec * INT64_C(1000000000) + now.tv_nsec));
}

FUNCTION(time_clock_gettime_ns)
{
    struct timespec now;
    if (!read_clock(args[0], &now)) return VALUE_NULL;
    return int_from_int64(now.tv_sec * INT64_C(1000000000) + now.tv_nsec);
}

FUNCTION(time_clock_getres)
{
    int clock;
    struct timespec step;
    if (!arg_as_int(args[0], &clock)) return VALUE_NULL;
    if (clock_getres(clock, &step) < 0) return os_error();
    return value_from_double((double)step.tv_sec + (double)step.tv_nsec * 1e-9);
}

static Value set_clock(int clock, int64_t nanoseconds)
{
    struct timespec now = duration_as_timespec(nanoseconds);
    if (now.tv_nsec < 0) now = (struct timespec){now.tv_sec - 1, now.tv_nsec + 1000000000};
    return clock_settime(clock, &now) < 0 ? os_error() : VALUE_NONE;
}

FUNCTION(time_clock_settime)
{
    int clock;
    int64_t nanoseconds;
    if (!arg_as_int(args[0], &clock) || !duration_from_seconds(args[1], ROUND_FLOOR, &nanoseconds)) return VALUE_NULL;
    return set_clock(clock, nanoseconds);
}

FUNCTION(time_clock_settime_ns)
{
    int clock;
    int64_t nanoseconds;
    if (!arg_as_int(args[0], &clock) || !arg_as_int64(args[1], &nanoseconds)) return VALUE_NULL;
    return set_clock(clock, nanoseconds);
}

FUNCTION(time_pthread_getcpuclockid)
{
    uint64_t thread;
    clockid_t clock;
    if (!arg_as_uint64(args[0], &thread)) return VALUE_NULL;
    int error = pthread_getcpuclockid((pthread_t)thread, &clock);
    errno = error;
    return error ? os_error() : value_from_small_int(clock);
}

static const struct ClockInfo {
    const char *name, *implementation;
    clockid_t clock;
    bool is_monotonic;
} clock_infos[] = {
    {"time", "clock_gettime(CLOCK_REALTIME)", CLOCK_REALTIME, false},
    {"monotonic", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true},
    {"perf_counter", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true},
    {"process_time", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", CLOCK_PROCESS_CPUTIME_ID, true},
    {"thread_time", "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", CLOCK_THREAD_CPUTIME_ID, true},
};

static Value clock_info(const struct ClockInfo *info)
{
    struct timespec step = {0, 1};
    clock_getres(info->clock, &step);
    Value dict = dict_new(), name = str_from_cstr(info->implementation), result = VALUE_NULL;
    Value resolution = value_from_double((double)step.tv_sec + (double)step.tv_nsec * 1e-9);
    if (!value_is_null(dict) && !value_is_null(name) && dict_set(dict, ID(implementation), name) == 0 &&
        dict_set(dict, ID(monotonic), value_from_bool(info->is_monotonic)) == 0 &&
        dict_set(dict, ID(adjustable), value_from_bool(!info->is_monotonic)) == 0 &&
        dict_set(dict, ID(resolution), resolution) == 0)
        result = simple_namespace_new(dict);
    value_xdecref(dict);
    value_xdecref(name);
    return result;
}

FUNCTION(time_get_clock_info)
{
    if (!is_str(args[0])) return error_bad_argument("get_clock_info", 1, "str", args[0]);
    for (size_t i = 0; i < COUNT_OF(clock_infos); i++)
        if (str_equal_cstr(args[0], clock_infos[i].name)) return clock_info(&clock_infos[i]);
    return error_set(&type_ValueError, "unknown clock");
}

FUNCTION(time_sleep)
{
    int64_t nanoseconds;
    if (!duration_from_seconds(args[0], ROUND_UP, &nanoseconds)) return VALUE_NULL;
    if (nanoseconds < 0) return error_set(&type_ValueError, "sleep length must be non-negative");
    int64_t deadline;
    if (__builtin_add_overflow(monotonic_nanoseconds(), nanoseconds, &deadline)) deadline = INT64_MAX;
    struct timespec until = duration_as_timespec(deadline);
    for (;;) {
        int error;
        BLOCKING_BEGIN
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        BLOCKING_END
        if (error == 0) return VALUE_NONE;
        if (error != EINTR) {
            errno = error;
            return os_error();
        }
        if (signals_check() < 0) return VALUE_NULL;
    }
}

/* --- struct_time --- */

static const StructSeqField struct_time_fields[] = {
    {"tm_year", "year, for example, 1993"},
    {"tm_mon", "month of year, range [1, 12]"},
    {"tm_mday", "day of month, range [1, 31]"},
    {"tm_hour", "hours, range [0, 23]"},
    {"tm_min", "minutes, range [0, 59]"},
    {"tm_sec", "seconds, range [0, 61])"},
    {"tm_wday", "day of week, range [0, 6], Monday is 0"},
    {"tm_yday", "day of year, range [1, 366]"},
    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"},
    {"tm_zone", "abbreviation of timezone name"},
    {"tm_gmtoff", "offset from UTC in seconds"},
    {NULL, NULL},
};

static const StructSeqDef struct_time_definition = {
    "time.struct_time",
    "The time value as returned by gmtime(), localtime(), and strptime(), and\n"
    " accepted by asctime(), mktime() and strftime().  May be considered as a\n"
    " sequence of 9 integers.\n\n"
    " Note that several fields' values are not the same as those defined by\n"
    " the C language standard for struct tm.  For example, the value of the\n"
    " field tm_year is the actual year, not year - 1900.  See individual\n"
    " fields' descriptions for details.",
    struct_time_fields, 9};

static Value struct_time_from_tm(const struct tm *tm)
{
    const char *zone = tm->tm_zone ? tm->tm_zone : "";
    Value name = str_decode(zone, (ssize_t)strlen(zone), "utf-8", "surrogateescape");
    if (value_is_null(name)) return VALUE_NULL;
    return structseq_new(struct_time_type,
                         (Value[]){value_from_small_int((int64_t)tm->tm_year + 1900),
                                   value_from_small_int(tm->tm_mon + 1), value_from_small_int(tm->tm_mday),
                                   value_from_small_int(tm->tm_hour), value_from_small_int(tm->tm_min),
                                   value_from_small_int(tm->tm_sec), value_from_small_int((tm->tm_wday + 6) % 7),
                                   value_from_small_int(tm->tm_yday + 1), value_from_small_int(tm->tm_isdst), name,
                                   value_from_small_int(tm->tm_gmtoff)});
}

/* The seconds given, or now. */
static bool seconds_argument(const Value *args, ssize_t nargs, time_t *seconds)
{
    if (nargs == 0 || value_is_none(args[0])) {
        *seconds = time(NULL);
        return true;
    }
    struct timespec when;
    if (!time_from_seconds(args[0], ROUND_FLOOR, &when)) return false;
    *seconds = when.tv_sec;
    return true;
}

static bool break_down(bool is_local, time_t seconds, struct tm *tm)
{
    errno = 0;
    if (is_local ? localtime_r(&seconds, tm) : gmtime_r(&seconds, tm)) return true;
    if (errno == 0) errno = EINVAL;
    os_error();
    return false;
}

FUNCTION(time_gmtime)
{
    time_t seconds;
    struct tm tm;
    if (!seconds_argument(args, nargs, &seconds) || !break_down(false, seconds, &tm)) return VALUE_NULL;
    return struct_time_from_tm(&tm);
}

FUNCTION(time_localtime)
{
    time_t seconds;
    struct tm tm;
    if (!seconds_argument(args, nargs, &seconds) || !break_down(true, seconds, &tm)) return VALUE_NULL;
    return struct_time_from_tm(&tm);
}

/* A tuple or struct_time as a struct tm; `function` for the message. tm_zone points into the tuple's string. */
static bool tm_from_value(Value v, const char *function, struct tm *tm)
{
    int fields[9];
    memset(tm, 0, sizeof *tm);
    bool is_struct = type_of(v) == struct_time_type;
    if (!is_tuple(v)) {
        error_set(&type_TypeError, "Tuple or struct_time argument required");
        return false;
    }
    if (!is_struct && tuple_length(v) != 9) {
        error_format(&type_TypeError, "%s(): illegal time tuple argument", function);
        return false;
    }
    for (int i = 0; i < 9; i++)
        if (!arg_as_int(tuple_item_borrow(v, i), &fields[i])) return false;
    if (fields[0] < INT_MIN + 1900) {
        error_set(&type_OverflowError, "year out of range");
        return false;
    }
    tm->tm_year = fields[0] - 1900;
    tm->tm_mon = (int)((unsigned)fields[1] - 1);
    tm->tm_mday = fields[2];
    tm->tm_hour = fields[3];
    tm->tm_min = fields[4];
    tm->tm_sec = fields[5];
    tm->tm_wday = (int)(((unsigned)fields[6] + 1) % 7);
    if (fields[6] < -1) tm->tm_wday = -1;
    tm->tm_yday = (int)((unsigned)fields[7] - 1);
    tm->tm_isdst = fields[8];
    if (!is_struct) return true;
    Value zone = get_attr(v, ID(tm_zone)), offset = VALUE_NULL;
    if (!value_is_null(zone)) offset = get_attr(v, ID(tm_gmtoff));
    bool done = !value_is_null(offset);
    if (done && is_str(zone)) tm->tm_zone = str_as_utf8(zone, NULL);
    int64_t seconds;
    if (done && !value_is_none(offset)) {
        done = arg_as_int64(offset, &seconds);
        if (done) tm->tm_gmtoff = seconds;
    }
    value_xdecref(zone); // the tuple keeps it
    value_xdecref(offset);
    return done;
}

static bool in_range(int *field, int zero_for, int replacement, int low, int high, const char *complaint)
{
    if (*field == zero_for) *field = replacement;
    if (*field >= low && *field <= high) return true;
    error_set(&type_ValueError, complaint);
    return false;
}

static bool check_tm(struct tm *tm)
{
    return in_range(&tm->tm_mon, -1, 0, 0, 11, "month out of range") &&
           in_range(&tm->tm_mday, 0, 1, 0, 31, "day of month out of range") &&
           in_range(&tm->tm_hour, 0, 0, 0, 23, "hour out of range") &&
           in_range(&tm->tm_min, 0, 0, 0, 59, "minute out of range") &&
           in_range(&tm->tm_sec, 0, 0, 0, 61, "seconds out of range") &&
           in_range(&tm->tm_wday, 0, 0, 0, 6, "day of week out of range") &&
           in_range(&tm->tm_yday, -1, 0, 0, 365, "day of year out of range");
}

/* --- text --- */

static Value asctime_text(const struct tm *tm)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    int length = snprintf(text, sizeof text, "%s %s%3d %.2d:%.2d:%.2d %lld", days[tm->tm_wday], months[tm->tm_mon],
                          tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, (long long)tm->tm_year + 1900);
    return str_from_latin1(text, length);
}

FUNCTION(time_asctime)
{
    struct tm tm;
    if (nargs == 0) {
        if (!break_down(true, time(NULL), &tm)) return VALUE_NULL;
    } else if (!tm_from_value(args[0], "asctime", &tm) || !check_tm(&tm)) {
        return VALUE_NULL;
    }
    return asctime_text(&tm);
}

FUNCTION(time_ctime)
{
    time_t seconds;
    struct tm tm;
    if (!seconds_argument(args, nargs, &seconds) || !break_down(true, seconds, &tm)) return VALUE_NULL;
    return asctime_text(&tm);
}

FUNCTION(time_mktime)
{
    struct tm tm;
    if (!tm_from_value(args[0], "mktime", &tm)) return VALUE_NULL;
    tm.tm_wday = -1; // stays so only when mktime fails
    time_t seconds = mktime(&tm);
    if (seconds == (time_t)-1 && tm.tm_wday == -1)
        return error_set(&type_OverflowError, "mktime argument out of range");
    return value_from_double((double)seconds);
}

static Value format_wide(const wchar_t *format, size_t format_length, const struct tm *tm)
{
    for (size_t room = 1024;; room += room) {
        wchar_t *text = raw_alloc(room * sizeof(wchar_t));
        if (!text) return error_no_memory();
        size_t length = wcsftime(text, room, format, tm);
        bool done = length > 0 || room >= 256 * format_length; // some formats give nothing, "%Z" for one
        Value result = done ? str_from_kind(4, text, (ssize_t)length) : VALUE_NULL;
        raw_free(text);
        if (done) return result;
    }
}

FUNCTION(time_strftime)
{
    struct tm tm;
    if (!is_str(args[0])) return error_bad_argument("strftime", 1, "str", args[0]);
    if (nargs == 1) {
        if (!break_down(true, time(NULL), &tm)) return VALUE_NULL;
    } else if (!tm_from_value(args[1], "strftime", &tm) || !check_tm(&tm)) {
        return VALUE_NULL;
    }
    tm.tm_isdst = MAX(MIN(tm.tm_isdst, 1), -1);
    ssize_t length = str_length(args[0]);
    wchar_t *format = raw_alloc(((size_t)length + 1) * sizeof(wchar_t));
    if (!format) return error_no_memory();
    Value result = VALUE_NULL;
    for (ssize_t i = 0; i < length; i++) {
        format[i] = (wchar_t)str_char(as_str(args[0]), i);
        if (format[i]) continue;
        error_set(&type_ValueError, "embedded null character");
        goto done;
    }
    format[length] = 0;
    result = format_wide(format, (size_t)length, &tm);
done:
    raw_free(format);
    return result;
}

FUNCTION(time_strptime)
{
    Value function = import_attr("_strptime", "_strptime_time");
    if (value_is_null(function)) return VALUE_NULL;
    Value result = call_vector(function, args, nargs, VALUE_NULL);
    value_decref(function);
    return result;
}

/* --- the time zone --- */

/* The offset of the zone at `seconds`, in seconds west of UTC, and its name. */
static long zone_at(time_t seconds, char name[10])
{
    struct tm tm;
    memset(name, 0, 10);
    if (!localtime_r(&seconds, &tm)) return 0;
    strncpy(name, tm.tm_zone ? tm.tm_zone : "   ", 9);
    return -tm.tm_gmtoff;
}

/* timezone, altzone, daylight, tzname: from what January and July of this year have. */
static int set_zone(Value module)
{
    enum { YEAR = (365 * 24 + 6) * 3600 };
    char january_name[10], july_name[10];
    time_t january = time(NULL) / YEAR * YEAR, july = january + YEAR / 2;
    long january_zone = zone_at(january, january_name), july_zone = zone_at(july, july_name);
    bool is_southern = january_zone < july_zone; // daylight saving in January
    long standard = is_southern ? july_zone : january_zone, summer = is_southern ? january_zone : july_zone;
    const char *first = is_southern ? july_name : january_name, *second = is_southern ? january_name : july_name;
    Value names[2] = {str_decode(first, (ssize_t)strlen(first), "utf-8", "surrogateescape"),
                      str_decode(second, (ssize_t)strlen(second), "utf-8", "surrogateescape")};
    if (value_is_null(names[0]) || value_is_null(names[1])) {
        value_xdecref(names[0]);
        value_xdecref(names[1]);
        return -1;
    }
    if (module_add_int(module, "timezone", standard) < 0 || module_add_int(module, "altzone", summer) < 0 ||
        module_add_int(module, "daylight", january_zone != july_zone) < 0)
        return -1;
    return module_add(module, "tzname", tuple_from_array_steal(names, 2));
}

FUNCTION(time_tzset)
{
    tzset();
    return set_zone(self) < 0 ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod methods[] = {
    {"time", time_time, 0, 0, 0,
     "time() -> floating point number\n\nReturn the current time in seconds since the Epoch."},
    {"time_ns", time_time_ns, 0, 0, 0, "time_ns() -> int\n\nReturn the current time in nanoseconds since the Epoch."},
    {"clock_gettime", time_clock_gettime, 1, 1, 0, "clock_gettime(clk_id) -> float\n\nReturn the time of a clock."},
    {"clock_gettime_ns", time_clock_gettime_ns, 1, 1, 0,
     "clock_gettime_ns(clk_id) -> int\n\nReturn the time of a clock as nanoseconds."},
    {"clock_settime", time_clock_settime, 2, 2, 0, "clock_settime(clk_id, time)\n\nSet the time of a clock."},
    {"clock_settime_ns", time_clock_settime_ns, 2, 2, 0,
     "clock_settime_ns(clk_id, time)\n\nSet the time of a clock with nanoseconds."},
    {"clock_getres", time_clock_getres, 1, 1, 0,
     "clock_getres(clk_id) -> floating point number\n\nReturn the resolution (precision) of a clock."},
    {"pthread_getcpuclockid", time_pthread_getcpuclockid, 1, 1, 0,
     "pthread_getcpuclockid(thread_id) -> int\n\nReturn the clk_id of a thread's CPU time clock."},
    {"sleep", time_sleep, 1, 1, 0,
     "sleep(seconds)\n\nDelay execution for a given number of seconds.  The argument may be\n"
     "a floating point number for subsecond precision."},
    {"gmtime", time_gmtime, 0, 1, 0,
     "gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,\n"
     "                       tm_sec, tm_wday, tm_yday, tm_isdst)\n\nConvert seconds to a time tuple of UTC."},
    {"localtime", time_localtime, 0, 1, 0,
     "localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,\n"
     "                          tm_sec,tm_wday,tm_yday,tm_isdst)\n\nConvert seconds to a time tuple of local time."},
    {"asctime", time_asctime, 0, 1, 0,
     "asctime([tuple]) -> string\n\nConvert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'."},
    {"ctime", time_ctime, 0, 1, 0,
     "ctime(seconds) -> string\n\nConvert a time in seconds since the Epoch to a string in local time."},
    {"mktime", time_mktime, 1, 1, 0,
     "mktime(tuple) -> floating point number\n\nConvert a time tuple in local time to seconds since the Epoch."},
    {"strftime", time_strftime, 1, 2, 0,
     "strftime(format[, tuple]) -> string\n\nConvert a time tuple to a string according to a format specification."},
    {"strptime", time_strptime, 0, -1, 0,
     "strptime(string, format) -> struct_time\n\nParse a string to a time tuple according to a format specification."},
    {"tzset", time_tzset, 0, 0, 0,
     "tzset()\n\nInitialize, or reinitialize, the local timezone to the value stored in\nos.environ['TZ']."},
    {"monotonic", time_monotonic, 0, 0, 0, "monotonic() -> float\n\nMonotonic clock, cannot go backward."},
    {"monotonic_ns", time_monotonic_ns, 0, 0, 0,
     "monotonic_ns() -> int\n\nMonotonic clock, cannot go backward, as nanoseconds."},
    {"process_time", time_process_time, 0, 0, 0,
     "process_time() -> float\n\nProcess time for profiling: sum of the kernel and user-space CPU time."},
    {"process_time_ns", time_process_time_ns, 0, 0, 0,
     "process_time_ns() -> int\n\nProcess time for profiling as nanoseconds."},
    {"thread_time", time_thread_time, 0, 0, 0,
     "thread_time() -> float\n\nThread time for profiling: sum of the kernel and user-space CPU time."},
    {"thread_time_ns", time_thread_time_ns, 0, 0, 0,
     "thread_time_ns() -> int\n\nThread time for profiling as nanoseconds."},
    {"perf_counter", time_monotonic, 0, 0, 0, "perf_counter() -> float\n\nPerformance counter for benchmarking."},
    {"perf_counter_ns", time_monotonic_ns, 0, 0, 0,
     "perf_counter_ns() -> int\n\nPerformance counter for benchmarking as nanoseconds."},
    {"get_clock_info", time_get_clock_info, 1, 1, 0,
     "get_clock_info(name: str) -> dict\n\nGet information of the specified clock."},
    {NULL},
};

static const struct {
    const char *name;
    int value;
} constants[] = {
    {"CLOCK_REALTIME", CLOCK_REALTIME},
    {"CLOCK_MONOTONIC", CLOCK_MONOTONIC},
    {"CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
    {"CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID},
    {"CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID},
    {"CLOCK_BOOTTIME", CLOCK_BOOTTIME},
    {"CLOCK_TAI", CLOCK_TAI},
    {"_STRUCT_TM_ITEMS", 11},
};

static int exec(Value module)
{
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add_int(module, constants[i].name, constants[i].value) < 0) return -1;
    if (!struct_time_type) struct_time_type = structseq_type_new(&struct_time_definition);
    if (!struct_time_type) return -1;
    if (module_add(module, "struct_time", value_incref(value_from_object(struct_time_type))) < 0) return -1;
    return set_zone(module);
}

NATIVE_MODULE(time) = {
    .name = "time",
    .doc = "This module provides various functions to manipulate time values.\n\n"
           "There are two standard representations of time.  One is the number\n"
           "of seconds since the Epoch, in UTC (a.k.a. GMT).  The other is a tuple\n"
           "of 9 integers giving local time.",
    .methods = methods,
    .exec = exec,
};

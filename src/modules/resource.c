/* resource.c: the module resource: limits and use of the system's resources. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/tuple.h"

static Type *rusage_type;

static const StructSeqField rusage_fields[] = {
    {"ru_utime", "user time used"},
    {"ru_stime", "system time used"},
    {"ru_maxrss", "max. resident set size"},
    {"ru_ixrss", "shared memory size"},
    {"ru_idrss", "unshared data size"},
    {"ru_isrss", "unshared stack size"},
    {"ru_minflt", "page faults not requiring I/O"},
    {"ru_majflt", "page faults requiring I/O"},
    {"ru_nswap", "number of swap outs"},
    {"ru_inblock", "block input operations"},
    {"ru_oublock", "block output operations"},
    {"ru_msgsnd", "IPC messages sent"},
    {"ru_msgrcv", "IPC messages received"},
    {"ru_nsignals", "signals received"},
    {"ru_nvcsw", "voluntary context switches"},
    {"ru_nivcsw", "involuntary context switches"},
    {NULL, NULL},
};
static const StructSeqDef rusage_definition = {
    "resource.struct_rusage",
    "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n"
    "    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n"
    "    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\n"
    "or via the attributes ru_utime, ru_stime, ru_maxrss, and so on.",
    rusage_fields, 16};

static Value os_error(void)
{
    return error_os(&type_OSError, errno, VALUE_NULL);
}

static Value seconds(struct timeval time)
{
    return value_from_double((double)time.tv_sec + (double)time.tv_usec * 1e-6);
}

FUNCTION(resource_getrusage)
{
    int who;
    struct rusage usage;
    if (!arg_as_int(args[0], &who)) return VALUE_NULL;
    if (getrusage(who, &usage) < 0)
        return errno == EINVAL ? error_set(&type_ValueError, "invalid who parameter") : os_error();
    const long counts[] = {usage.ru_maxrss, usage.ru_ixrss,    usage.ru_idrss,   usage.ru_isrss,   usage.ru_minflt,
                           usage.ru_majflt, usage.ru_nswap,    usage.ru_inblock, usage.ru_oublock, usage.ru_msgsnd,
                           usage.ru_msgrcv, usage.ru_nsignals, usage.ru_nvcsw,   usage.ru_nivcsw};
    Value fields[2 + COUNT_OF(counts)] = {seconds(usage.ru_utime), seconds(usage.ru_stime)};
    for (size_t i = 0; i < COUNT_OF(counts); i++) fields[2 + i] = value_from_small_int(counts[i]);
    return structseq_new(rusage_type, fields);
}

static Value limit_value(rlim_t limit)
{
    return limit == RLIM_INFINITY ? value_from_small_int(-1) : int_from_uint64(limit);
}

static Value limits_tuple(const struct rlimit *limits)
{
    return tuple_from_array_steal((Value[]){limit_value(limits->rlim_cur), limit_value(limits->rlim_max)}, 2);
}

static bool resource_number(Value v, int *resource)
{
    if (!arg_as_int(v, resource)) return false;
    if (*resource >= 0 && *resource < RLIM_NLIMITS) return true;
    error_set(&type_ValueError, "invalid resource specified");
    return false;
}

static bool limit_argument(Value v, rlim_t *limit)
{
    int64_t n;
    if (!arg_as_int64(v, &n)) return false;
    *limit = n == -1 ? RLIM_INFINITY : (rlim_t)n;
    return true;
}

static bool limits_argument(Value v, struct rlimit *limits)
{
    Value pair = tuple_from_iterable(v);
    if (value_is_null(pair)) return false;
    bool done = tuple_length(pair) == 2;
    if (!done)
        error_set(&type_ValueError, "expected a tuple of 2 integers");
    else
        done = limit_argument(tuple_item_borrow(pair, 0), &limits->rlim_cur) &&
               limit_argument(tuple_item_borrow(pair, 1), &limits->rlim_max);
    value_decref(pair);
    return done;
}

FUNCTION(resource_getrlimit)
{
    int resource;
    struct rlimit limits;
    if (!resource_number(args[0], &resource)) return VALUE_NULL;
    return getrlimit((__rlimit_resource_t)resource, &limits) < 0 ? os_error() : limits_tuple(&limits);
}

static Value limit_error(void)
{
    if (errno == EINVAL) return error_set(&type_ValueError, "current limit exceeds maximum limit");
    if (errno == EPERM) return error_set(&type_ValueError, "not allowed to raise maximum limit");
    return os_error();
}

FUNCTION(resource_setrlimit)
{
    int resource;
    struct rlimit limits;
    if (!resource_number(args[0], &resource) || !limits_argument(args[1], &limits)) return VALUE_NULL;
    return setrlimit((__rlimit_resource_t)resource, &limits) < 0 ? limit_error() : VALUE_NONE;
}

FUNCTION(resource_prlimit)
{
    int pid, resource;
    struct rlimit limits, old;
    if (!arg_as_int(args[0], &pid) || !resource_number(args[1], &resource)) return VALUE_NULL;
    bool sets = nargs > 2 && !value_is_none(args[2]);
    if (sets && !limits_argument(args[2], &limits)) return VALUE_NULL;
    if (prlimit(pid, (__rlimit_resource_t)resource, sets ? &limits : NULL, &old) < 0)
        return errno == EINVAL ? limit_error() : os_error();
    return limits_tuple(&old);
}

FUNCTION(resource_getpagesize)
{
    return value_from_small_int(sysconf(_SC_PAGESIZE));
}

static const NativeMethod methods[] = {
    {"getrusage", resource_getrusage, 1, 1, 0, "getrusage($module, who, /)\n--\n\n"},
    {"getrlimit", resource_getrlimit, 1, 1, 0, "getrlimit($module, resource, /)\n--\n\n"},
    {"setrlimit", resource_setrlimit, 2, 2, 0, "setrlimit($module, resource, limits, /)\n--\n\n"},
    {"prlimit", resource_prlimit, 2, 3, 0, "prlimit(pid, resource, [limits])"},
    {"getpagesize", resource_getpagesize, 0, 0, 0, "getpagesize($module, /)\n--\n\n"},
    {NULL},
};

#define CONSTANTS(X)                                                                                                   \
    X(RLIMIT_CPU)                                                                                                      \
    X(RLIMIT_FSIZE) X(RLIMIT_DATA) X(RLIMIT_STACK) X(RLIMIT_CORE) X(RLIMIT_NOFILE) X(RLIMIT_OFILE) X(RLIMIT_AS)        \
        X(RLIMIT_RSS) X(RLIMIT_NPROC) X(RLIMIT_MEMLOCK) X(RLIMIT_MSGQUEUE) X(RLIMIT_NICE) X(RLIMIT_RTPRIO)             \
            X(RLIMIT_RTTIME) X(RLIMIT_SIGPENDING) X(RUSAGE_SELF) X(RUSAGE_CHILDREN) X(RUSAGE_THREAD)

static int exec(Value module)
{
#define ADD(name)                                                                                                      \
    if (module_add_int(module, #name, (int64_t)(name)) < 0) return -1;
    CONSTANTS(ADD)
#undef ADD
    if (!rusage_type) rusage_type = structseq_type_new(&rusage_definition);
    if (!rusage_type || module_add_int(module, "RLIM_INFINITY", -1) < 0 ||
        module_add(module, "error", value_incref(value_from_object(&type_OSError))) < 0)
        return -1;
    return module_add(module, "struct_rusage", value_incref(value_from_object(rusage_type)));
}

NATIVE_MODULE(resource) = {
    .name = "resource",
    .doc = "Limits and use of the system's resources.",
    .methods = methods,
    .exec = exec,
};

/* sched.c: scheduling policies and processor affinity. */
#include "modules/posix/posix.h"

#include <sched.h>

#include "objects/set.h"

static Type *param_type;

static const StructSeqField param_fields[] = {{"sched_priority", "the scheduling priority"}, {NULL, NULL}};
static const StructSeqDef param_definition = {
    "posix.sched_param",
    "Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.", param_fields, 1};

static Value param_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("sched_param", 1, 1, "sched_priority");
    return structseq_new(type, (Value[]){value_incref(out[0])});
}

static bool arg_as_param(Value v, struct sched_param *param)
{
    if (type_of(v) != param_type) {
        error_set(&type_TypeError, "must have a sched_param object");
        return false;
    }
    int64_t priority;
    if (!arg_as_int64(tuple_item_borrow(v, 0), &priority)) return false;
    if (priority > INT32_MAX || priority < INT32_MIN) {
        error_set(&type_OverflowError, "sched_priority out of range");
        return false;
    }
    param->sched_priority = (int)priority;
    return true;
}

static Value priority_of(int (*call)(int), Value policy_value)
{
    int policy;
    if (!arg_as_int(policy_value, &policy)) return VALUE_NULL;
    int priority = call(policy);
    return priority < 0 ? posix_error() : value_from_small_int(priority);
}

FUNCTION(os_sched_get_priority_max)
{
    ARGUMENTS("sched_get_priority_max", 1, 1, "policy");
    return priority_of(sched_get_priority_max, out[0]);
}

FUNCTION(os_sched_get_priority_min)
{
    ARGUMENTS("sched_get_priority_min", 1, 1, "policy");
    return priority_of(sched_get_priority_min, out[0]);
}

FUNCTION(os_sched_getscheduler)
{
    pid_t pid;
    if (!arg_as_pid(args[0], &pid)) return VALUE_NULL;
    int policy = sched_getscheduler(pid);
    return policy < 0 ? posix_error() : value_from_small_int(policy);
}

FUNCTION(os_sched_setscheduler)
{
    pid_t pid;
    int policy;
    struct sched_param param;
    if (!arg_as_pid(args[0], &pid) || !arg_as_int(args[1], &policy) || !arg_as_param(args[2], &param))
        return VALUE_NULL;
    return posix_none(sched_setscheduler(pid, policy, &param));
}

FUNCTION(os_sched_getparam)
{
    pid_t pid;
    struct sched_param param;
    if (!arg_as_pid(args[0], &pid)) return VALUE_NULL;
    if (sched_getparam(pid, &param) < 0) return posix_error();
    return structseq_new(param_type, (Value[]){value_from_small_int(param.sched_priority)});
}

FUNCTION(os_sched_setparam)
{
    pid_t pid;
    struct sched_param param;
    if (!arg_as_pid(args[0], &pid) || !arg_as_param(args[1], &param)) return VALUE_NULL;
    return posix_none(sched_setparam(pid, &param));
}

FUNCTION(os_sched_rr_get_interval)
{
    pid_t pid;
    struct timespec interval;
    if (!arg_as_pid(args[0], &pid)) return VALUE_NULL;
    if (sched_rr_get_interval(pid, &interval) < 0) return posix_error();
    return value_from_double((double)interval.tv_sec + 1e-9 * (double)interval.tv_nsec);
}

FUNCTION(os_sched_yield)
{
    int status;
    BLOCKING_BEGIN
    status = sched_yield();
    BLOCKING_END
    return posix_none(status);
}

/* Grows the set until the kernel's fits. */
FUNCTION(os_sched_getaffinity)
{
    pid_t pid;
    if (!arg_as_pid(args[0], &pid)) return VALUE_NULL;
    for (int count = 1024;; count *= 2) {
        cpu_set_t *mask = CPU_ALLOC(count);
        size_t size = CPU_ALLOC_SIZE(count);
        if (!mask) return error_no_memory();
        if (sched_getaffinity(pid, size, mask) == 0) {
            Value result = set_new(VALUE_NULL);
            for (int i = 0; !value_is_null(result) && i < count; i++)
                if (CPU_ISSET_S(i, size, mask) && set_add(result, value_from_small_int(i)) < 0) value_clear(&result);
            CPU_FREE(mask);
            return result;
        }
        CPU_FREE(mask);
        if (errno != EINVAL || count > 1 << 24) return posix_error();
    }
}

static bool fill_mask(Value iterable, cpu_set_t *mask, size_t size, int count)
{
    Value iterator = get_iter(iterable), item;
    if (value_is_null(iterator)) return false;
    bool done = true;
    while (done && !value_is_null(item = iter_next(iterator))) {
        int64_t cpu;
        if (!is_int(item)) {
            error_format(&type_TypeError, "expected an iterator of ints, but iterator yielded %R",
                         value_from_object(type_of(item)));
            done = false;
        } else if (!arg_as_int64(item, &cpu)) {
            done = false;
        } else if (cpu < 0) {
            error_set(&type_ValueError, "negative CPU number");
            done = false;
        } else if (cpu >= count) {
            error_set(&type_OverflowError, "CPU number too large");
            done = false;
        } else {
            CPU_SET_S((size_t)cpu, size, mask);
        }
        value_decref(item);
    }
    value_decref(iterator);
    return done && !error_occurred();
}

FUNCTION(os_sched_setaffinity)
{
    enum { COUNT = 1 << 16 };
    pid_t pid;
    if (!arg_as_pid(args[0], &pid)) return VALUE_NULL;
    cpu_set_t *mask = CPU_ALLOC(COUNT);
    size_t size = CPU_ALLOC_SIZE(COUNT);
    if (!mask) return error_no_memory();
    CPU_ZERO_S(size, mask);
    Value result = fill_mask(args[1], mask, size, COUNT) ? posix_none(sched_setaffinity(pid, size, mask)) : VALUE_NULL;
    CPU_FREE(mask);
    return result;
}

static const NativeMethod methods[] = {
    {"sched_get_priority_max", os_sched_get_priority_max, 0, -1, NATIVE_KEYWORDS,
     "sched_get_priority_max($module, /, policy)\n--\n\nGet the maximum scheduling priority for policy."},
    {"sched_get_priority_min", os_sched_get_priority_min, 0, -1, NATIVE_KEYWORDS,
     "sched_get_priority_min($module, /, policy)\n--\n\nGet the minimum scheduling priority for policy."},
    {"sched_getscheduler", os_sched_getscheduler, 1, 1, 0,
     "sched_getscheduler($module, pid, /)\n--\n\nGet the scheduling policy for the process identified by pid."},
    {"sched_setscheduler", os_sched_setscheduler, 3, 3, 0,
     "sched_setscheduler($module, pid, policy, param, /)\n--\n\nSet the scheduling policy of a process."},
    {"sched_getparam", os_sched_getparam, 1, 1, 0,
     "sched_getparam($module, pid, /)\n--\n\nReturns scheduling parameters for the process identified by pid."},
    {"sched_setparam", os_sched_setparam, 2, 2, 0,
     "sched_setparam($module, pid, param, /)\n--\n\nSet scheduling parameters for the process identified by pid."},
    {"sched_rr_get_interval", os_sched_rr_get_interval, 1, 1, 0,
     "sched_rr_get_interval($module, pid, /)\n--\n\nReturn the round-robin quantum, in seconds."},
    {"sched_yield", os_sched_yield, 0, 0, 0, "sched_yield($module, /)\n--\n\nVoluntarily relinquish the CPU."},
    {"sched_getaffinity", os_sched_getaffinity, 1, 1, 0,
     "sched_getaffinity($module, pid, /)\n--\n\nReturn the affinity of the process identified by pid."},
    {"sched_setaffinity", os_sched_setaffinity, 2, 2, 0,
     "sched_setaffinity($module, pid, mask, /)\n--\n\nSet the CPU affinity of the process identified by pid to mask."},
    {NULL},
};

int posix_sched_exec(Value module)
{
    if (!param_type) param_type = structseq_type_new(&param_definition);
    if (param_type) param_type->new_instance = param_new;
    if (!param_type || module_add(module, "sched_param", value_incref(value_from_object(param_type))) < 0) return -1;
    return posix_add_functions(module, methods);
}

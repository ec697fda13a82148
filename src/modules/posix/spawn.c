/* spawn.c: posix_spawn and posix_spawnp. */
#include "modules/posix/posix.h"

#include <sched.h>
#include <signal.h>
#include <spawn.h>

#include "modules/posix/environment.h"

enum { SPAWN_OPEN, SPAWN_CLOSE, SPAWN_DUP2 };

/* A set of signal numbers from an iterable. */
static bool arg_as_signal_set(Value iterable, sigset_t *set)
{
    sigemptyset(set);
    Value iterator = get_iter(iterable), item;
    if (value_is_null(iterator)) return false;
    bool done = true;
    while (done && !value_is_null(item = iter_next(iterator))) {
        int64_t number = 0;
        done = arg_as_int64(item, &number) || error_catch(&type_OverflowError);
        value_decref(item);
        if (done && (number < 1 || number >= NSIG)) {
            error_format(&type_ValueError, "signal number %ld out of range [1; %i]", (long)number, NSIG - 1);
            done = false;
        }
        if (done) sigaddset(set, (int)number);
    }
    value_decref(iterator);
    return done && !error_occurred();
}

static bool add_file_action(Value action, posix_spawn_file_actions_t *actions, Value keep)
{
    int64_t tag;
    if (!is_tuple(action) || tuple_length(action) == 0) {
        error_set(&type_TypeError, "Each file_actions element must be a non-empty tuple");
        return false;
    }
    const Value *items = as_tuple(action)->items;
    ssize_t count = tuple_length(action);
    int fd, fd2, flags, mode;
    if (!arg_as_int64(items[0], &tag)) return false;
    int error = 0;
    if (tag == SPAWN_OPEN && count == 5) {
        if (!arg_as_int(items[1], &fd) || !arg_as_int(items[3], &flags) || !arg_as_int(items[4], &mode)) return false;
        Value path = str_encode_fs(items[2]); // glibc copies it, older systems did not: kept for the call
        if (value_is_null(path) || list_append_steal(keep, path) < 0) return false;
        error = posix_spawn_file_actions_addopen(actions, fd, as_bytes(path)->data, flags, (mode_t)mode);
    } else if (tag == SPAWN_CLOSE && count == 2) {
        if (!arg_as_int(items[1], &fd)) return false;
        error = posix_spawn_file_actions_addclose(actions, fd);
    } else if (tag == SPAWN_DUP2 && count == 3) {
        if (!arg_as_int(items[1], &fd) || !arg_as_int(items[2], &fd2)) return false;
        error = posix_spawn_file_actions_adddup2(actions, fd, fd2);
    } else if (tag == SPAWN_OPEN || tag == SPAWN_CLOSE || tag == SPAWN_DUP2) {
        const char *shape = tag == SPAWN_OPEN    ? "A open file_action tuple must have 5 elements"
                            : tag == SPAWN_CLOSE ? "A close file_action tuple must have 2 elements"
                                                 : "A dup2 file_action tuple must have 3 elements";
        error_set(&type_TypeError, shape);
        return false;
    } else {
        error_set(&type_TypeError, "Unknown file_actions identifier");
        return false;
    }
    errno = error;
    if (error) posix_error();
    return error == 0;
}

static bool add_file_actions(Value sequence, posix_spawn_file_actions_t *actions, Value keep)
{
    Value items = sequence_fast(sequence, "file_actions must be a sequence or None");
    if (value_is_null(items)) return false;
    bool done = true;
    for (ssize_t i = 0; done && i < sequence_fast_length(items); i++)
        done = add_file_action(sequence_fast_items(items)[i], actions, keep);
    value_decref(items);
    return done;
}

static bool set_scheduler(Value scheduler, posix_spawnattr_t *attributes, short *flags, const char *function)
{
    if (value_is_null(scheduler) || value_is_none(scheduler)) return true;
    if (!is_tuple(scheduler) || tuple_length(scheduler) != 2) {
        error_format(&type_TypeError, "%s: scheduler must be a tuple or None", function);
        return false;
    }
    const Value *items = as_tuple(scheduler)->items;
    struct sched_param param;
    if (!value_is_none(items[0])) {
        int policy;
        if (!arg_as_int(items[0], &policy)) return false;
        posix_spawnattr_setschedpolicy(attributes, policy);
        *flags |= POSIX_SPAWN_SETSCHEDULER;
    }
    if (!is_tuple(items[1]) || !arg_as_int(tuple_item_borrow(items[1], 0), &param.sched_priority)) {
        if (!error_occurred()) error_set(&type_TypeError, "must have a sched_param object");
        return false;
    }
    posix_spawnattr_setschedparam(attributes, &param);
    *flags |= POSIX_SPAWN_SETSCHEDPARAM;
    return true;
}

enum {
    ARG_PATH,
    ARG_ARGV,
    ARG_ENV,
    ARG_ACTIONS,
    ARG_GROUP,
    ARG_RESET_IDS,
    ARG_SID,
    ARG_MASK,
    ARG_DEFAULT,
    ARG_SCHEDULER
};

static bool set_attributes(const Value *out, posix_spawnattr_t *attributes, const char *function)
{
    short flags = 0;
    int resets = 0, makes_session = 0;
    sigset_t set;
    if (is_given(out[ARG_GROUP])) {
        pid_t group;
        if (!arg_as_pid(out[ARG_GROUP], &group)) return false;
        posix_spawnattr_setpgroup(attributes, group);
        flags |= POSIX_SPAWN_SETPGROUP;
    }
    if (!optional_int(out[ARG_RESET_IDS], &resets) || !optional_int(out[ARG_SID], &makes_session)) return false;
    if (resets) flags |= POSIX_SPAWN_RESETIDS;
    if (makes_session) flags |= POSIX_SPAWN_SETSID;
    if (is_given(out[ARG_MASK])) {
        if (!arg_as_signal_set(out[ARG_MASK], &set)) return false;
        posix_spawnattr_setsigmask(attributes, &set);
        flags |= POSIX_SPAWN_SETSIGMASK;
    }
    if (is_given(out[ARG_DEFAULT])) {
        if (!arg_as_signal_set(out[ARG_DEFAULT], &set)) return false;
        posix_spawnattr_setsigdefault(attributes, &set);
        flags |= POSIX_SPAWN_SETSIGDEF;
    }
    if (!set_scheduler(out[ARG_SCHEDULER], attributes, &flags, function)) return false;
    posix_spawnattr_setflags(attributes, flags);
    return true;
}

static Value spawn_prepared(const char *function, Path *path, const Value *out, char **argv, char **env)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    Value result = VALUE_NULL, keep = list_new(0);
    if (value_is_null(keep)) return VALUE_NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    bool has_actions = is_given(out[ARG_ACTIONS]) && !value_is_none(out[ARG_ACTIONS]);
    if ((!has_actions || add_file_actions(out[ARG_ACTIONS], &actions, keep)) &&
        set_attributes(out, &attributes, function)) {
        pid_t pid;
        int error = strcmp(function, "posix_spawnp") == 0
                        ? posix_spawnp(&pid, path->text, &actions, &attributes, argv, env)
                        : posix_spawn(&pid, path->text, &actions, &attributes, argv, env);
        errno = error;
        result = error ? path_error(path) : value_from_small_int(pid);
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    value_decref(keep);
    return result;
}

static Value spawn(const char *function, const Value *out)
{
    Path path = PATH(function, "path");
    Value result = VALUE_NULL;
    if (!path_convert(out[ARG_PATH], &path)) return VALUE_NULL;
    char **argv = argument_vector(function, out[ARG_ARGV]), **env = NULL;
    if (argv && !is_mapping(out[ARG_ENV]))
        error_format(&type_TypeError, "%s: environment must be a mapping object", function);
    else if (argv)
        env = environment_vector(out[ARG_ENV]);
    if (env) result = spawn_prepared(function, &path, out, argv, env);
    vector_free(argv);
    vector_free(env);
    path_release(&path);
    return result;
}

FUNCTION(os_posix_spawn)
{
    ARGUMENTS("posix_spawn", 3, 3, "", "", "", "file_actions", "setpgroup", "resetids", "setsid", "setsigmask",
              "setsigdef", "scheduler");
    return spawn("posix_spawn", out);
}

FUNCTION(os_posix_spawnp)
{
    ARGUMENTS("posix_spawnp", 3, 3, "", "", "", "file_actions", "setpgroup", "resetids", "setsid", "setsigmask",
              "setsigdef", "scheduler");
    return spawn("posix_spawnp", out);
}

#define SPAWN_SIGNATURE                                                                                                \
    "($module, path, argv, env, /, *, file_actions=(),\n            setpgroup=<unrepresentable>, resetids=False, "     \
    "setsid=False,\n            setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)\n--\n\n"

static const NativeMethod methods[] = {
    {"posix_spawn", os_posix_spawn, 0, -1, NATIVE_KEYWORDS,
     "posix_spawn" SPAWN_SIGNATURE "Execute the program specified by path in a new process."},
    {"posix_spawnp", os_posix_spawnp, 0, -1, NATIVE_KEYWORDS,
     "posix_spawnp" SPAWN_SIGNATURE "Execute the program specified by path, searched on PATH, in a new process."},
    {NULL},
};

int posix_spawn_exec(Value module)
{
    if (module_add_int(module, "POSIX_SPAWN_OPEN", SPAWN_OPEN) < 0 ||
        module_add_int(module, "POSIX_SPAWN_CLOSE", SPAWN_CLOSE) < 0 ||
        module_add_int(module, "POSIX_SPAWN_DUP2", SPAWN_DUP2) < 0)
        return -1;
    return posix_add_functions(module, methods);
}

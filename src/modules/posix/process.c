/* process.c: making processes, waiting for them, and ending this one. */
#include "modules/posix/posix.h"

#include <limits.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <utmp.h>

#include "modules/posix/environment.h"
#include "vm/import.h"

/* --- ends --- */

FUNCTION(os_exit)
{
    ARGUMENTS("_exit", 1, 1, "status");
    int status;
    if (!arg_as_int(out[0], &status)) return VALUE_NULL;
    _exit(status);
}

FUNCTION(os_abort)
{
    abort();
}

FUNCTION(os_kill)
{
    pid_t pid;
    int number;
    if (!arg_as_pid(args[0], &pid) || !arg_as_int(args[1], &number)) return VALUE_NULL;
    if (kill(pid, number) < 0) return posix_error();
    return signals_check() < 0 ? VALUE_NULL : VALUE_NONE; // it may have been for us
}

FUNCTION(os_killpg)
{
    pid_t group;
    int number;
    if (!arg_as_pid(args[0], &group) || !arg_as_int(args[1], &number)) return VALUE_NULL;
    if (killpg(group, number) < 0) return posix_error();
    return signals_check() < 0 ? VALUE_NULL : VALUE_NONE;
}

/* --- fork --- */

static Value fork_hooks[3]; /* owned lists: before, after in the parent, after in the child */

static int add_hook(int which, Value hook, const char *name)
{
    if (value_is_null(hook)) return 0;
    if (!is_callable(hook)) {
        error_format(&type_TypeError, "'%s' must be callable, not %.200T", name, hook);
        return -1;
    }
    if (value_is_null(fork_hooks[which])) fork_hooks[which] = list_new(0);
    return value_is_null(fork_hooks[which]) ? -1 : list_append(fork_hooks[which], hook);
}

FUNCTION(os_register_at_fork)
{
    ARGUMENTS("register_at_fork", 0, 0, "before", "after_in_child", "after_in_parent");
    if (value_is_null(out[0]) && value_is_null(out[1]) && value_is_null(out[2]))
        return error_set(&type_TypeError, "At least one argument is required.");
    if (add_hook(0, out[0], "before") < 0 || add_hook(2, out[1], "after_in_child") < 0 ||
        add_hook(1, out[2], "after_in_parent") < 0)
        return VALUE_NULL;
    return VALUE_NONE;
}

static void run_hooks(int which, bool backwards)
{
    if (value_is_null(fork_hooks[which])) return;
    ssize_t count = list_length(fork_hooks[which]);
    for (ssize_t i = 0; i < count && i < list_length(fork_hooks[which]); i++) {
        Value hook = value_incref(list_item_borrow(fork_hooks[which], backwards ? count - 1 - i : i));
        Value result = call_0(hook);
        if (value_is_null(result))
            error_write_unraisable(hook, NULL);
        else
            value_decref(result);
        value_decref(hook);
    }
}

void fork_before(void)
{
    run_hooks(0, true);
    import_lock_acquire();
}

void fork_after_parent(void)
{
    import_lock_release();
    run_hooks(1, false);
}

void fork_after_child(void)
{
    if (threads_after_fork_hook) threads_after_fork_hook();
    import_lock_release();
    if (signals_after_fork_hook) signals_after_fork_hook();
    run_hooks(2, false);
}

static Value fork_with(pid_t (*call)(int *fd), int *fd)
{
    fork_before();
    pid_t pid = call(fd);
    int error = errno;
    if (pid == 0)
        fork_after_child();
    else
        fork_after_parent();
    errno = error;
    return pid < 0 ? posix_error() : value_from_small_int(pid);
}

static pid_t plain_fork(int *fd)
{
    return fork();
}

static pid_t pty_fork(int *fd)
{
    return forkpty(fd, NULL, NULL, NULL);
}

FUNCTION(os_fork)
{
    return fork_with(plain_fork, NULL);
}

FUNCTION(os_forkpty)
{
    int fd = -1;
    Value pid = fork_with(pty_fork, &fd);
    if (value_is_null(pid)) return VALUE_NULL;
    return tuple_from_array_steal((Value[]){pid, value_from_small_int(fd)}, 2);
}

FUNCTION(os_openpty)
{
    int master, slave;
    if (openpty(&master, &slave, NULL, NULL, NULL) < 0) return posix_error();
    fcntl(master, F_SETFD, FD_CLOEXEC);
    fcntl(slave, F_SETFD, FD_CLOEXEC);
    return tuple_from_array_steal((Value[]){value_from_small_int(master), value_from_small_int(slave)}, 2);
}

FUNCTION(os_login_tty)
{
    int fd;
    if (!arg_as_fd(args[0], &fd)) return VALUE_NULL;
    return posix_none(login_tty(fd));
}

/* --- exec --- */

char **argument_vector(const char *function, Value argv)
{
    if (!is_list(argv) && !is_tuple(argv)) {
        error_format(&type_TypeError,
                     strncmp(function, "execve", 6) == 0 || strncmp(function, "posix", 5) == 0
                         ? "%s: argv must be a tuple or list"
                         : "%s() arg 2 must be a tuple or list",
                     function);
        return NULL;
    }
    bool is_execv = strcmp(function, "execv") == 0;
    ssize_t count = value_length(argv);
    if (count < 1) {
        error_format(&type_ValueError, is_execv ? "%s() arg 2 must not be empty" : "%s: argv must not be empty",
                     function);
        return NULL;
    }
    char **vector = encoded_vector(argv);
    if (vector && vector[0][0] == 0) {
        vector_free(vector);
        error_format(&type_ValueError,
                     is_execv ? "%s() arg 2 first element cannot be empty" : "%s: argv first element cannot be empty",
                     function);
        return NULL;
    }
    return vector;
}

FUNCTION(os_execv)
{
    Path path = PATH("execv", "path");
    if (!path_convert(args[0], &path)) return VALUE_NULL;
    char **argv = argument_vector("execv", args[1]);
    if (argv) {
        execv(path.text, argv);
        posix_error();
        vector_free(argv);
    }
    path_release(&path);
    return VALUE_NULL;
}

FUNCTION(os_execve)
{
    ARGUMENTS("execve", 3, 3, "path", "argv", "env");
    Path path = PATH_OR_FD("execve", "path");
    if (!path_convert(out[0], &path)) return VALUE_NULL;
    char **argv = argument_vector("execve", out[1]), **env = NULL;
    if (argv && !is_mapping(out[2]))
        error_set(&type_TypeError, "execve: environment must be a mapping object");
    else if (argv)
        env = environment_vector(out[2]);
    if (env) {
        if (path.text)
            execve(path.text, argv, env);
        else
            fexecve(path.fd, argv, env);
        path_error(&path);
    }
    vector_free(argv);
    vector_free(env);
    path_release(&path);
    return VALUE_NULL;
}

FUNCTION(os_system)
{
    ARGUMENTS("system", 1, 1, "command");
    Value command = str_encode_fs(out[0]);
    if (value_is_null(command)) return VALUE_NULL;
    const char *text = as_bytes(command)->data;
    int status;
    BLOCKING_BEGIN
    status = system(text);
    BLOCKING_END
    value_decref(command);
    return value_from_small_int(status);
}

/* --- wait --- */

static Type *waitid_type, *times_type;

static Value pid_and_status(pid_t pid, int status)
{
    return tuple_from_array_steal((Value[]){value_from_small_int(pid), value_from_small_int(status)}, 2);
}

FUNCTION(os_wait)
{
    int status = 0;
    pid_t pid;
    if (RETRY(pid, wait(&status))) return VALUE_NULL;
    return pid < 0 ? posix_error() : pid_and_status(pid, status);
}

FUNCTION(os_waitpid)
{
    pid_t wanted, pid;
    int options, status = 0;
    if (!arg_as_pid(args[0], &wanted) || !arg_as_int(args[1], &options)) return VALUE_NULL;
    if (RETRY(pid, waitpid(wanted, &status, options))) return VALUE_NULL;
    return pid < 0 ? posix_error() : pid_and_status(pid, status);
}

static Value timeval_value(struct timeval time)
{
    return value_from_double((double)time.tv_sec + (double)time.tv_usec * 1e-6);
}

/* resource.struct_rusage of the module resource. */
static Value rusage_value(const struct rusage *usage)
{
    Value type = import_attr("resource", "struct_rusage");
    if (value_is_null(type)) return VALUE_NULL;
    const long counts[] = {usage->ru_maxrss, usage->ru_ixrss,    usage->ru_idrss,   usage->ru_isrss,   usage->ru_minflt,
                           usage->ru_majflt, usage->ru_nswap,    usage->ru_inblock, usage->ru_oublock, usage->ru_msgsnd,
                           usage->ru_msgrcv, usage->ru_nsignals, usage->ru_nvcsw,   usage->ru_nivcsw};
    Value result = VALUE_NULL, fields = tuple_new(2 + COUNT_OF(counts));
    if (!value_is_null(fields)) {
        as_tuple(fields)->items[0] = timeval_value(usage->ru_utime);
        as_tuple(fields)->items[1] = timeval_value(usage->ru_stime);
        for (size_t i = 0; i < COUNT_OF(counts); i++) as_tuple(fields)->items[2 + i] = int_from_int64(counts[i]);
        result = call_1(type, fields);
        value_decref(fields);
    }
    value_decref(type);
    return result;
}

static Value wait_with_usage(pid_t wanted, int options)
{
    int status = 0;
    pid_t pid;
    struct rusage usage = {0};
    if (RETRY(pid, wait4(wanted, &status, options, &usage))) return VALUE_NULL;
    if (pid < 0) return posix_error();
    Value usage_value = rusage_value(&usage);
    if (value_is_null(usage_value)) return VALUE_NULL;
    return tuple_from_array_steal((Value[]){value_from_small_int(pid), value_from_small_int(status), usage_value}, 3);
}

FUNCTION(os_wait3)
{
    ARGUMENTS("wait3", 1, 1, "options");
    int options;
    return arg_as_int(out[0], &options) ? wait_with_usage(-1, options) : VALUE_NULL;
}

FUNCTION(os_wait4)
{
    ARGUMENTS("wait4", 2, 2, "pid", "options");
    pid_t pid;
    int options;
    return arg_as_pid(out[0], &pid) && arg_as_int(out[1], &options) ? wait_with_usage(pid, options) : VALUE_NULL;
}

FUNCTION(os_waitid)
{
    int kind, options, status;
    pid_t id;
    siginfo_t info = {0};
    if (!arg_as_int(args[0], &kind) || !arg_as_pid(args[1], &id) || !arg_as_int(args[2], &options)) return VALUE_NULL;
    if (RETRY(status, waitid((idtype_t)kind, (id_t)id, &info, options))) return VALUE_NULL;
    if (status < 0) return posix_error();
    if (info.si_pid == 0) return VALUE_NONE;
    return structseq_new(waitid_type,
                         (Value[]){value_from_small_int(info.si_pid), uid_value(info.si_uid),
                                   value_from_small_int(info.si_signo), value_from_small_int(info.si_status),
                                   value_from_small_int(info.si_code)});
}

FUNCTION(os_pidfd_open)
{
    ARGUMENTS("pidfd_open", 1, 2, "pid", "flags");
    pid_t pid;
    int flags = 0;
    if (!arg_as_pid(out[0], &pid) || !optional_int(out[1], &flags)) return VALUE_NULL;
    int fd = (int)syscall(SYS_pidfd_open, pid, (unsigned)flags);
    return fd < 0 ? posix_error() : value_from_small_int(fd);
}

/* --- wait statuses --- */

static bool status_argument(const char *function, const Value *args, ssize_t nargs, Value kwnames, int *status)
{
    static const char *const names[] = {"status", NULL};
    const ArgSpec spec = {function, names, 1, 1, 0};
    Value out[1];
    return args_parse(&spec, args, nargs, kwnames, out) && arg_as_int(out[0], status);
}

#define STATUS_TEST(name, make_value)                                                                                  \
    FUNCTION(os_##name)                                                                                                \
    {                                                                                                                  \
        int status;                                                                                                    \
        if (!status_argument(#name, args, nargs, kwnames, &status)) return VALUE_NULL;                                 \
        return make_value(name(status));                                                                               \
    }

STATUS_TEST(WIFCONTINUED, value_from_bool)
STATUS_TEST(WIFSTOPPED, value_from_bool)
STATUS_TEST(WIFSIGNALED, value_from_bool)
STATUS_TEST(WIFEXITED, value_from_bool)
STATUS_TEST(WEXITSTATUS, value_from_small_int)
STATUS_TEST(WTERMSIG, value_from_small_int)
STATUS_TEST(WSTOPSIG, value_from_small_int)

FUNCTION(os_WCOREDUMP)
{
    int status;
    return arg_as_int(args[0], &status) ? value_from_bool(WCOREDUMP(status)) : VALUE_NULL;
}

FUNCTION(os_waitstatus_to_exitcode)
{
    int status;
    if (!status_argument("waitstatus_to_exitcode", args, nargs, kwnames, &status)) return VALUE_NULL;
    if (WIFEXITED(status)) return value_from_small_int(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) return value_from_small_int(-WTERMSIG(status));
    if (WIFSTOPPED(status))
        return error_format(&type_ValueError, "process stopped by delivery of signal %i", WSTOPSIG(status));
    return error_format(&type_ValueError, "invalid wait status: %i", status);
}

FUNCTION(os_times)
{
    struct tms used;
    clock_t elapsed = times(&used);
    double tick = (double)sysconf(_SC_CLK_TCK);
    const double seconds[] = {(double)used.tms_utime / tick, (double)used.tms_stime / tick,
                              (double)used.tms_cutime / tick, (double)used.tms_cstime / tick, (double)elapsed / tick};
    Value fields[5];
    for (int i = 0; i < 5; i++) fields[i] = value_from_double(seconds[i]);
    return structseq_new(times_type, fields);
}

static const StructSeqField waitid_fields[] = {
    {"si_pid", ""}, {"si_uid", ""}, {"si_signo", ""}, {"si_status", ""}, {"si_code", ""}, {NULL, NULL},
};
static const StructSeqDef waitid_definition = {"posix.waitid_result", "waitid_result: Result from waitid.",
                                               waitid_fields, 5};
static const StructSeqField times_fields[] = {
    {"user", "user time"},
    {"system", "system time"},
    {"children_user", "user time of children"},
    {"children_system", "system time of children"},
    {"elapsed", "elapsed time since an arbitrary point in the past"},
    {NULL, NULL},
};
static const StructSeqDef times_definition = {
    "posix.times_result",
    "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n"
    "  (user, system, children_user, children_system, elapsed),\n"
    "or via the attributes user, system, children_user, children_system,\nand elapsed.\n\nSee os.times for more "
    "information.",
    times_fields, 5};

static const NativeMethod methods[] = {
    {"_exit", os_exit, 0, -1, NATIVE_KEYWORDS,
     "_exit($module, /, status)\n--\n\nExit to the system with specified status, without normal exit processing."},
    {"abort", os_abort, 0, 0, 0, "abort($module, /)\n--\n\nAbort the interpreter immediately."},
    {"kill", os_kill, 2, 2, 0, "kill($module, pid, signal, /)\n--\n\nKill a process with a signal."},
    {"killpg", os_killpg, 2, 2, 0, "killpg($module, pgid, signal, /)\n--\n\nKill a process group with a signal."},
    {"fork", os_fork, 0, 0, 0, "fork($module, /)\n--\n\nFork a child process.  Return 0 to child process."},
    {"forkpty", os_forkpty, 0, 0, 0,
     "forkpty($module, /)\n--\n\nFork a new process with a new pseudo-terminal as controlling tty."},
    {"openpty", os_openpty, 0, 0, 0, "openpty($module, /)\n--\n\nOpen a pseudo-terminal."},
    {"login_tty", os_login_tty, 1, 1, 0,
     "login_tty($module, fd, /)\n--\n\nMake a tty the controlling one of a new session, and its standard streams."},
    {"register_at_fork", os_register_at_fork, 0, -1, NATIVE_KEYWORDS,
     "register_at_fork($module, /, *, before=<unrepresentable>,\n"
     "                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)\n--\n\n"
     "Register callables to be called when forking a new process."},
    {"execv", os_execv, 2, 2, 0,
     "execv($module, path, argv, /)\n--\n\nExecute an executable path with arguments, replacing current process."},
    {"execve", os_execve, 0, -1, NATIVE_KEYWORDS,
     "execve($module, /, path, argv, env)\n--\n\nExecute a path with arguments and environment."},
    {"system", os_system, 0, -1, NATIVE_KEYWORDS,
     "system($module, /, command)\n--\n\nExecute the command in a subshell."},
    {"wait", os_wait, 0, 0, 0, "wait($module, /)\n--\n\nWait for completion of a child process."},
    {"waitpid", os_waitpid, 2, 2, 0,
     "waitpid($module, pid, options, /)\n--\n\nWait for completion of a given child process: (pid, status)."},
    {"wait3", os_wait3, 0, -1, NATIVE_KEYWORDS,
     "wait3($module, /, options)\n--\n\nWait for completion of a child process: (pid, status, rusage)."},
    {"wait4", os_wait4, 0, -1, NATIVE_KEYWORDS,
     "wait4($module, /, pid, options)\n--\n\nWait for completion of a specific child process."},
    {"waitid", os_waitid, 3, 3, 0,
     "waitid($module, idtype, id, options, /)\n--\n\nReturns the result of waiting for a process or processes."},
    {"pidfd_open", os_pidfd_open, 0, -1, NATIVE_KEYWORDS,
     "pidfd_open($module, /, pid, flags=0)\n--\n\nReturn a file descriptor referring to the process *pid*."},
    {"WIFCONTINUED", os_WIFCONTINUED, 0, -1, NATIVE_KEYWORDS, "WIFCONTINUED($module, /, status)\n--\n\n"},
    {"WIFSTOPPED", os_WIFSTOPPED, 0, -1, NATIVE_KEYWORDS, "WIFSTOPPED($module, /, status)\n--\n\n"},
    {"WIFSIGNALED", os_WIFSIGNALED, 0, -1, NATIVE_KEYWORDS, "WIFSIGNALED($module, /, status)\n--\n\n"},
    {"WIFEXITED", os_WIFEXITED, 0, -1, NATIVE_KEYWORDS, "WIFEXITED($module, /, status)\n--\n\n"},
    {"WEXITSTATUS", os_WEXITSTATUS, 0, -1, NATIVE_KEYWORDS, "WEXITSTATUS($module, /, status)\n--\n\n"},
    {"WTERMSIG", os_WTERMSIG, 0, -1, NATIVE_KEYWORDS, "WTERMSIG($module, /, status)\n--\n\n"},
    {"WSTOPSIG", os_WSTOPSIG, 0, -1, NATIVE_KEYWORDS, "WSTOPSIG($module, /, status)\n--\n\n"},
    {"WCOREDUMP", os_WCOREDUMP, 1, 1, 0, "WCOREDUMP($module, status, /)\n--\n\n"},
    {"waitstatus_to_exitcode", os_waitstatus_to_exitcode, 0, -1, NATIVE_KEYWORDS,
     "waitstatus_to_exitcode($module, /, status)\n--\n\nConvert a wait status to an exit code."},
    {"times", os_times, 0, 0, 0, "times($module, /)\n--\n\nReturn a collection containing process timing information."},
    {NULL},
};

static int add_type(Value module, const char *name, const StructSeqDef *definition, Type **type)
{
    if (!*type) *type = structseq_type_new(definition);
    return *type ? module_add(module, name, value_incref(value_from_object(*type))) : -1;
}

int posix_process_exec(Value module)
{
    if (add_type(module, "waitid_result", &waitid_definition, &waitid_type) < 0 ||
        add_type(module, "times_result", &times_definition, &times_type) < 0)
        return -1;
    return posix_add_functions(module, methods);
}

/* subprocess.c: the module _posixsubprocess: fork and exec in one step.
 *
 * Everything that needs memory or the interpreter is done before the fork. Between fork and exec only async-signal-safe
 * calls are made, unless there is a preexec_fn. The child reports a failure through a pipe as "ExceptionName:errno in
 * hexadecimal:text", which subprocess.py reads. */
#include "modules/posix/posix.h"

#include <dirent.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "modules/posix/environment.h"

typedef struct Spawn {
    char **argv, **env, **executables;
    NULLABLE Value cwd_bytes; /* owned */
    int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write;
    bool closes_fds, restores_signals, starts_session;
    pid_t group; /* -1: as it is */
    int *kept;   /* sorted, raw block */
    ssize_t kept_count;
    bool has_gid, has_uid, has_groups;
    gid_t gid, *groups;
    size_t group_count;
    uid_t uid;
    int umask;
    NULLABLE Value preexec; /* borrowed */
} Spawn;

/* --- in the child --- */

static void close_range_simply(int low, int high)
{
    if (low > high) return;
    if (close_range((unsigned)low, (unsigned)high, 0) == 0) return;
    long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = low; fd <= high && fd < limit; fd++) close(fd);
}

static void close_others(const Spawn *spawn)
{
    int low = 3;
    for (ssize_t i = 0; i < spawn->kept_count; i++) {
        if (spawn->kept[i] < low) continue;
        close_range_simply(low, spawn->kept[i] - 1);
        low = spawn->kept[i] + 1;
    }
    close_range_simply(low, INT32_MAX);
}

static bool keeps_open(int fd)
{
    int flags = fcntl(fd, F_GETFD);
    return flags >= 0 && (fd == 0 || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) == 0);
}

/* Puts `fd` at `target`, inherited. */
static bool place_fd(int fd, int target)
{
    if (fd == target) return keeps_open(fd);
    return fd < 0 || dup2(fd, target) >= 0;
}

static bool set_streams(Spawn *spawn)
{
    if (spawn->p2cwrite >= 0 && close(spawn->p2cwrite) < 0) return false;
    if (spawn->c2pread >= 0 && close(spawn->c2pread) < 0) return false;
    if (spawn->errread >= 0 && close(spawn->errread) < 0) return false;
    if (close(spawn->errpipe_read) < 0) return false;
    // a descriptor in the way of a standard stream moves up
    if (spawn->c2pwrite == 0 && (spawn->c2pwrite = dup(spawn->c2pwrite)) < 0) return false;
    while (spawn->errwrite == 0 || spawn->errwrite == 1)
        if ((spawn->errwrite = dup(spawn->errwrite)) < 0) return false;
    return place_fd(spawn->p2cread, 0) && place_fd(spawn->c2pwrite, 1) && place_fd(spawn->errwrite, 2);
}

/* The descriptors that the program is to have; the pipe for errors is not one of them. */
static bool keep_descriptors(const Spawn *spawn)
{
    for (ssize_t i = 0; i < spawn->kept_count; i++) {
        int fd = spawn->kept[i];
        if (fd == spawn->errpipe_write) continue;
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0 && (flags & FD_CLOEXEC) && fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) < 0) return false;
    }
    return true;
}

static bool set_identity(const Spawn *spawn)
{
    if (spawn->umask >= 0) umask((mode_t)spawn->umask);
    if (spawn->restores_signals) {
        signal(SIGPIPE, SIG_DFL);
        signal(SIGXFSZ, SIG_DFL);
    }
    if (spawn->starts_session) setsid();
    if (spawn->group >= 0 && setpgid(0, spawn->group) < 0) return false;
    // the raw system calls: the C library's would wake the threads that are not here
    if (spawn->has_groups && syscall(SYS_setgroups, spawn->group_count, spawn->groups) < 0) return false;
    if (spawn->has_gid && syscall(SYS_setregid, spawn->gid, spawn->gid) < 0) return false;
    return !spawn->has_uid || syscall(SYS_setreuid, spawn->uid, spawn->uid) >= 0;
}

static void execute(const Spawn *spawn)
{
    int saved = 0;
    for (char **path = spawn->executables; *path; path++) {
        if (spawn->env)
            execve(*path, spawn->argv, spawn->env);
        else
            execv(*path, spawn->argv);
        if (errno != ENOENT && errno != ENOTDIR && saved == 0) saved = errno;
    }
    if (saved) errno = saved;
}

static void report(const Spawn *spawn, const char *text)
{
    char number[16], *at = number + sizeof number;
    int error = errno;
    if (error == 0) {
        (void)!write(spawn->errpipe_write, "SubprocessError:0:", 18);
    } else {
        for (; error; error /= 16) *--at = "0123456789ABCDEF"[error % 16];
        (void)!write(spawn->errpipe_write, "OSError:", 8);
        (void)!write(spawn->errpipe_write, at, (size_t)(number + sizeof number - at));
        (void)!write(spawn->errpipe_write, ":", 1);
    }
    (void)!write(spawn->errpipe_write, text, strlen(text));
}

static NORETURN void run_child(Spawn *spawn)
{
    const char *text = "noexec";
    if (!keep_descriptors(spawn) || !set_streams(spawn)) goto failed;
    if (!value_is_null(spawn->cwd_bytes) && chdir(as_bytes(spawn->cwd_bytes)->data) < 0) goto failed;
    if (!set_identity(spawn)) goto failed;
    text = "";
    if (!value_is_null(spawn->preexec)) {
        Value result = call_0(spawn->preexec);
        if (value_is_null(result)) {
            errno = 0;
            text = "Exception occurred in preexec_fn.";
            goto failed;
        }
        value_decref(result);
    }
    if (spawn->closes_fds) close_others(spawn);
    execute(spawn);
failed:
    report(spawn, text);
    _exit(255);
}

/* --- in the parent --- */

static int compare_fds(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static bool read_kept(Spawn *spawn, Value fds)
{
    if (!is_tuple(fds)) {
        error_format(&type_TypeError, "fork_exec() argument 4 must be tuple, not %.200T", fds);
        return false;
    }
    ssize_t count = tuple_length(fds);
    spawn->kept = raw_alloc(sizeof(int) * (size_t)MAX(count, 1));
    if (!spawn->kept) {
        error_no_memory();
        return false;
    }
    for (ssize_t i = 0; i < count; i++) {
        int64_t fd;
        Value item = tuple_item_borrow(fds, i);
        bool is_valid = is_int(item) && int_fits_int64(item, &fd) && fd >= 0 && fd <= INT32_MAX &&
                        (i == 0 || fd > spawn->kept[i - 1]);
        if (!is_valid) {
            error_set(&type_ValueError, "bad value(s) in fds_to_keep");
            return false;
        }
        spawn->kept[spawn->kept_count++] = (int)fd;
    }
    qsort(spawn->kept, (size_t)count, sizeof(int), compare_fds);
    return true;
}

static bool read_groups(Spawn *spawn, Value groups)
{
    if (value_is_none(groups)) return true;
    if (!is_list(groups)) {
        error_set(&type_TypeError, "setgroups argument must be a list");
        return false;
    }
    ssize_t count = list_length(groups);
    if (count > 65536) {
        error_set(&type_ValueError, "too many groups");
        return false;
    }
    spawn->groups = raw_alloc(sizeof(gid_t) * (size_t)MAX(count, 1));
    if (!spawn->groups) {
        error_no_memory();
        return false;
    }
    for (ssize_t i = 0; i < count; i++) {
        Value item = list_item_borrow(groups, i);
        if (!is_int(item)) {
            error_set(&type_TypeError, "groups must be integers");
            return false;
        }
        if (!arg_as_gid(item, &spawn->groups[i])) {
            error_set(&type_ValueError, "invalid group id");
            return false;
        }
    }
    spawn->has_groups = true;
    spawn->group_count = (size_t)count;
    return true;
}

static NULLABLE char **vector_of_sequence(Value v, const char *complaint)
{
    Value items = sequence_fast(v, complaint);
    if (value_is_null(items)) return NULL;
    char **vector = encoded_vector(items);
    value_decref(items);
    return vector;
}

/* The environment is a list of bytes "KEY=value" already. */
static bool read_vectors(Spawn *spawn, const Value *args)
{
    spawn->executables = vector_of_sequence(args[1], "executable_list must be a sequence");
    if (!spawn->executables) return false;
    spawn->argv = vector_of_sequence(args[0], "argv must be a tuple or list");
    if (!spawn->argv) return false;
    if (!value_is_none(args[5])) {
        spawn->env = vector_of_sequence(args[5], "env must be a sequence");
        if (!spawn->env) return false;
    }
    if (value_is_none(args[4])) return true;
    spawn->cwd_bytes = str_encode_fs(args[4]);
    return !value_is_null(spawn->cwd_bytes);
}

enum { ARGUMENT_COUNT = 23 };

static bool read_arguments(Spawn *spawn, const Value *args)
{
    int *const fds[] = {&spawn->p2cread, &spawn->p2cwrite, &spawn->c2pread,      &spawn->c2pwrite,
                        &spawn->errread, &spawn->errwrite, &spawn->errpipe_read, &spawn->errpipe_write};
    if (!arg_as_bool(args[2], &spawn->closes_fds) || !read_kept(spawn, args[3])) return false;
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        if (!arg_as_int(args[6 + i], fds[i])) return false;
    if (!arg_as_bool(args[14], &spawn->restores_signals) || !arg_as_bool(args[15], &spawn->starts_session) ||
        !arg_as_pid(args[16], &spawn->group))
        return false;
    if (!value_is_none(args[17])) {
        if (!arg_as_gid(args[17], &spawn->gid)) return false;
        spawn->has_gid = true;
    }
    if (!read_groups(spawn, args[18])) return false;
    if (!value_is_none(args[19])) {
        if (!arg_as_uid(args[19], &spawn->uid)) return false;
        spawn->has_uid = true;
    }
    if (!arg_as_int(args[20], &spawn->umask)) return false;
    spawn->preexec = value_is_none(args[21]) ? VALUE_NULL : args[21];
    if (spawn->closes_fds && spawn->errpipe_write < 3) {
        error_set(&type_ValueError, "errpipe_write must be >= 3");
        return false;
    }
    return read_vectors(spawn, args);
}

static pid_t spawn_child(Spawn *spawn)
{
    bool runs_python = !value_is_null(spawn->preexec);
    sigset_t all, old;
    if (runs_python) fork_before();
    sigfillset(&all);
    if (!runs_python) pthread_sigmask(SIG_BLOCK, &all, &old); // no handler of ours shall run in the child
    pid_t pid = fork();
    if (pid == 0) {
        if (runs_python)
            fork_after_child();
        else {
            for (int number = 1; number < NSIG; number++) {
                struct sigaction action;
                if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
                    action.sa_handler != SIG_DFL)
                    signal(number, SIG_DFL);
            }
            pthread_sigmask(SIG_SETMASK, &old, NULL);
        }
        run_child(spawn);
    }
    int error = errno;
    if (!runs_python) pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (runs_python) fork_after_parent();
    errno = error;
    return pid;
}

FUNCTION(subprocess_fork_exec)
{
    Spawn spawn = {0};
    Value result = VALUE_NULL;
    if (read_arguments(&spawn, args)) {
        pid_t pid = spawn_child(&spawn);
        result = pid < 0 ? posix_error() : value_from_small_int(pid);
    }
    vector_free(spawn.argv);
    vector_free(spawn.env);
    vector_free(spawn.executables);
    value_xdecref(spawn.cwd_bytes);
    raw_free(spawn.kept);
    raw_free(spawn.groups);
    return result;
}

static const NativeMethod methods[] = {
    {"fork_exec", subprocess_fork_exec, ARGUMENT_COUNT, ARGUMENT_COUNT, 0,
     "fork_exec(args, executable_list, close_fds, pass_fds, cwd, env,\n"
     "          p2cread, p2cwrite, c2pread, c2pwrite,\n          errread, errwrite, errpipe_read, errpipe_write,\n"
     "          restore_signals, call_setsid, pgid_to_set,\n          gid, groups_list, uid,\n"
     "          preexec_fn)\n\nForks a child process, closes parent file descriptors as appropriate in the\n"
     "child and dups the few that are needed before calling exec() in the child\nprocess."},
    {NULL},
};

NATIVE_MODULE(_posixsubprocess) = {
    .name = "_posixsubprocess",
    .doc = "A POSIX helper for the subprocess module.",
    .methods = methods,
};

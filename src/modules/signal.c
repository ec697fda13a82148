/* signal.c: the module _signal.
 *
 * The C handler only notes that a signal came (S1), asks for a safepoint and writes to the wake-up descriptor. The
 * Python handlers run in the main thread, at its next safepoint or when a blocking call was interrupted (S2).
 *  S1  `tripped[n]` is set before `any_tripped`; delivery clears them in the opposite order, so that no signal is lost.
 *  S2  handlers[n].function is what signal.getsignal gives: a callable, or the ints SIG_DFL and SIG_IGN, or None for a
 *      handler that was not set from Python. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "modules/arguments.h"
#include "modules/duration.h"
#include "modules/exception_class.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/frame.h"

static struct {
    volatile sig_atomic_t tripped;
    Value function; /* owned */
} handlers[NSIG];

static volatile sig_atomic_t any_tripped;
static Value default_handler; /* owned: default_int_handler */
static Type *siginfo_type;
static Value itimer_error; /* owned */
static pthread_t main_thread;

static struct {
    int fd; /* -1: none */
    bool warns_when_full;
    volatile sig_atomic_t error; /* errno of a failed write, to be reported */
} wakeup = {.fd = -1, .warns_when_full = true};

static Value os_error(void)
{
    return error_os(&type_OSError, errno, VALUE_NULL);
}

/* --- arrival --- */

static void write_wakeup(int number)
{
    uint8_t byte = (uint8_t)number;
    ssize_t written;
    do written = write(wakeup.fd, &byte, 1);
    while (written < 0 && errno == EINTR);
    if (written < 0 && (wakeup.warns_when_full || (errno != EWOULDBLOCK && errno != EAGAIN))) wakeup.error = errno;
}

static void on_signal(int number)
{
    int saved_errno = errno;
    handlers[number].tripped = 1;
    any_tripped = 1;
    safepoint_request(BREAK_SIGNALS);
    if (wakeup.fd >= 0) write_wakeup(number);
    errno = saved_errno;
}

/* As if the signal had arrived, unless its action is one that Python does not handle (_thread.interrupt_main). */
int signal_simulate(int number)
{
    Value function = handlers[number].function;
    if (!value_is_null(function) && !value_is_none(function) && !value_is_small_int(function)) on_signal(number);
    return 0;
}

/* --- delivery --- */

static void report_wakeup_error(void)
{
    int error = wakeup.error;
    wakeup.error = 0;
    Value saved = error_fetch();
    error_os(&type_OSError, error, VALUE_NULL);
    error_write_unraisable(VALUE_NULL, "when trying to write to the signal wakeup fd");
    error_restore(saved);
}

static int call_handler(int number)
{
    Value function = handlers[number].function;
    if (value_is_null(function) || value_is_none(function) || value_is_small_int(function)) return 0; // reset meanwhile
    FrameObject *object = current_thread->frame ? frame_object(frame_shown(current_thread->frame)) : NULL;
    if (!object && error_occurred()) return -1;
    Value frame = object ? value_incref(value_from_object(object)) : VALUE_NONE;
    value_incref(function);
    Value result = call_2(function, value_from_small_int(number), frame);
    value_decref(function);
    value_decref(frame);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static int deliver(void)
{
    if (!any_tripped || !pthread_equal(pthread_self(), main_thread)) return 0;
    any_tripped = 0;
    if (wakeup.error) report_wakeup_error();
    for (int number = 1; number < NSIG; number++) {
        if (!handlers[number].tripped) continue;
        handlers[number].tripped = 0;
        if (call_handler(number) == 0) continue;
        any_tripped = 1; // the others have their turn at the next safepoint
        safepoint_request(BREAK_SIGNALS);
        return -1;
    }
    return 0;
}

static void after_fork(void)
{
    main_thread = pthread_self();
    any_tripped = 0;
    for (int number = 1; number < NSIG; number++) handlers[number].tripped = 0;
}

/* --- setting handlers --- */

FUNCTION(signal_default_int_handler)
{
    return error_set_none(&type_KeyboardInterrupt);
}

static bool signal_number(Value v, int *number)
{
    if (!arg_as_int(v, number)) return false;
    if (*number >= 1 && *number < NSIG) return true;
    error_set(&type_ValueError, "signal number out of range");
    return false;
}

static int install(int number, void (*function)(int))
{
    struct sigaction action = {.sa_handler = function};
    sigemptyset(&action.sa_mask);
    if (function == on_signal) action.sa_flags = SA_ONSTACK;
    return sigaction(number, &action, NULL);
}

/* SIG_DFL and SIG_IGN come as ints or members of signal.Handlers. */
static bool is_number(Value v, int64_t n)
{
    int64_t number;
    return is_int(v) && int_fits_int64(v, &number) && number == n;
}

FUNCTION(signal_signal)
{
    int number;
    if (!arg_as_int(args[0], &number)) return VALUE_NULL;
    Value handler = args[1];
    if (!pthread_equal(pthread_self(), main_thread))
        return error_set(&type_ValueError, "signal only works in main thread of the main interpreter");
    if (number < 1 || number >= NSIG) return error_set(&type_ValueError, "signal number out of range");
    void (*function)(int) = on_signal;
    if (is_number(handler, 0))
        function = SIG_DFL;
    else if (is_number(handler, 1))
        function = SIG_IGN;
    else if (!is_callable(handler))
        return error_set(&type_TypeError,
                         "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
    if (signals_check() < 0) return VALUE_NULL; // those that came before belong to the old handler
    if (install(number, function) < 0) return os_error();
    Value old = handlers[number].function;
    handlers[number].function = value_incref(handler);
    return value_is_null(old) ? VALUE_NONE : old;
}

FUNCTION(signal_getsignal)
{
    int number;
    if (!signal_number(args[0], &number)) return VALUE_NULL;
    Value function = handlers[number].function;
    return value_is_null(function) ? VALUE_NONE : value_incref(function);
}

FUNCTION(signal_siginterrupt)
{
    int number, interrupts;
    struct sigaction action;
    if (!arg_as_int(args[0], &number) || !arg_as_int(args[1], &interrupts)) return VALUE_NULL;
    if (number < 1 || number >= NSIG) return error_set(&type_ValueError, "signal number out of range");
    sigaction(number, NULL, &action);
    if (interrupts)
        action.sa_flags &= ~SA_RESTART;
    else
        action.sa_flags |= SA_RESTART;
    return sigaction(number, &action, NULL) < 0 ? os_error() : VALUE_NONE;
}

FUNCTION(signal_set_wakeup_fd)
{
    ARGUMENTS("set_wakeup_fd", 1, 1, "", "warn_on_full_buffer");
    int fd;
    bool warns = true;
    struct stat st;
    if (!arg_as_int(out[0], &fd) || !optional_bool(out[1], &warns)) return VALUE_NULL;
    if (!pthread_equal(pthread_self(), main_thread))
        return error_set(&type_ValueError, "set_wakeup_fd only works in main thread of the main interpreter");
    if (fd != -1) {
        if (fstat(fd, &st) < 0) return os_error();
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0) return os_error();
        if (!(flags & O_NONBLOCK)) return error_format(&type_ValueError, "the fd %i must be in non-blocking mode", fd);
    }
    int old = wakeup.fd;
    wakeup.fd = fd;
    wakeup.warns_when_full = warns;
    return value_from_small_int(old);
}

/* --- sending --- */

FUNCTION(signal_raise_signal)
{
    int number, status;
    if (!arg_as_int(args[0], &number)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = raise(number);
    BLOCKING_END
    if (status) return os_error();
    return signals_check() < 0 ? VALUE_NULL : VALUE_NONE;
}

FUNCTION(signal_pthread_kill)
{
    uint64_t thread;
    int number;
    if (!arg_as_uint64(args[0], &thread) || !arg_as_int(args[1], &number)) return VALUE_NULL;
    int error = pthread_kill((pthread_t)thread, number);
    errno = error;
    if (error) return os_error();
    return signals_check() < 0 ? VALUE_NULL : VALUE_NONE;
}

FUNCTION(signal_pidfd_send_signal)
{
    int fd, number, flags = 0;
    if (!arg_as_int(args[0], &fd) || !arg_as_int(args[1], &number)) return VALUE_NULL;
    if (nargs > 3 && !arg_as_int(args[3], &flags)) return VALUE_NULL;
    if (nargs > 2 && !value_is_none(args[2])) return error_set(&type_TypeError, "siginfo must be None");
    return syscall(SYS_pidfd_send_signal, fd, number, NULL, flags) < 0 ? os_error() : VALUE_NONE;
}

FUNCTION(signal_pause)
{
    BLOCKING_BEGIN
    pause();
    BLOCKING_END
    return signals_check() < 0 ? VALUE_NULL : VALUE_NONE;
}

/* --- timers --- */

FUNCTION(signal_alarm)
{
    int seconds;
    if (!arg_as_int(args[0], &seconds)) return VALUE_NULL;
    return value_from_small_int(alarm((unsigned)seconds));
}

static bool timeval_from_value(Value v, struct timeval *time)
{
    int64_t nanoseconds;
    if (!duration_from_seconds(v, ROUND_CEILING, &nanoseconds)) return false;
    int64_t microseconds = nanoseconds / 1000 + (nanoseconds % 1000 > 0);
    *time = (struct timeval){microseconds / 1000000, microseconds % 1000000};
    return true;
}

static Value itimer_value(const struct itimerval *timer)
{
    Value first = value_from_double((double)timer->it_value.tv_sec + (double)timer->it_value.tv_usec * 1e-6);
    Value second = value_from_double((double)timer->it_interval.tv_sec + (double)timer->it_interval.tv_usec * 1e-6);
    return tuple_from_array_steal((Value[]){first, second}, 2);
}

static Value itimer_failure(void)
{
    return error_os((Type *)value_as_object(itimer_error), errno, VALUE_NULL);
}

FUNCTION(signal_setitimer)
{
    int which;
    struct itimerval timer = {0}, old;
    if (!arg_as_int(args[0], &which) || !timeval_from_value(args[1], &timer.it_value)) return VALUE_NULL;
    if (nargs > 2 && !timeval_from_value(args[2], &timer.it_interval)) return VALUE_NULL;
    if (setitimer((__itimer_which_t)which, &timer, &old) < 0) return itimer_failure();
    return itimer_value(&old);
}

FUNCTION(signal_getitimer)
{
    int which;
    struct itimerval timer;
    if (!arg_as_int(args[0], &which)) return VALUE_NULL;
    if (getitimer((__itimer_which_t)which, &timer) < 0) return itimer_failure();
    return itimer_value(&timer);
}

/* --- sets of signals --- */

static bool arg_as_set(Value iterable, sigset_t *set)
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
        if (done) sigaddset(set, (int)number); // fails for the two that the C library keeps for itself
    }
    value_decref(iterator);
    return done && !error_occurred();
}

static Value set_value(const sigset_t *set)
{
    Value result = set_new(VALUE_NULL);
    for (int number = 1; !value_is_null(result) && number < NSIG; number++)
        if (sigismember(set, number) == 1 && set_add(result, value_from_small_int(number)) < 0) value_clear(&result);
    return result;
}

FUNCTION(signal_pthread_sigmask)
{
    int how;
    sigset_t mask, old;
    if (!arg_as_int(args[0], &how) || !arg_as_set(args[1], &mask)) return VALUE_NULL;
    int error = pthread_sigmask(how, &mask, &old);
    errno = error;
    if (error) return os_error();
    if (signals_check() < 0) return VALUE_NULL; // those that were just unblocked
    return set_value(&old);
}

FUNCTION(signal_sigpending)
{
    sigset_t set;
    return sigpending(&set) < 0 ? os_error() : set_value(&set);
}

FUNCTION(signal_valid_signals)
{
    sigset_t set;
    return sigfillset(&set) < 0 ? os_error() : set_value(&set);
}

FUNCTION(signal_sigwait)
{
    sigset_t set;
    int number, error;
    if (!arg_as_set(args[0], &set)) return VALUE_NULL;
    BLOCKING_BEGIN
    error = sigwait(&set, &number);
    BLOCKING_END
    errno = error;
    return error ? os_error() : value_from_small_int(number);
}

static Value siginfo_value(const siginfo_t *info)
{
    return structseq_new(siginfo_type,
                         (Value[]){value_from_small_int(info->si_signo), value_from_small_int(info->si_code),
                                   value_from_small_int(info->si_errno), value_from_small_int(info->si_pid),
                                   value_from_small_int(info->si_uid), value_from_small_int(info->si_status),
                                   int_from_int64(info->si_band)});
}

FUNCTION(signal_sigwaitinfo)
{
    sigset_t set;
    siginfo_t info;
    if (!arg_as_set(args[0], &set)) return VALUE_NULL;
    for (;;) {
        int number;
        BLOCKING_BEGIN
        number = sigwaitinfo(&set, &info);
        BLOCKING_END
        if (number >= 0) return siginfo_value(&info);
        if (errno != EINTR) return os_error();
        if (signals_check() < 0) return VALUE_NULL;
    }
}

FUNCTION(signal_sigtimedwait)
{
    sigset_t set;
    siginfo_t info;
    int64_t left;
    if (!duration_from_seconds(args[1], ROUND_CEILING, &left) || !arg_as_set(args[0], &set)) return VALUE_NULL;
    if (left < 0) return error_set(&type_ValueError, "timeout must be non-negative");
    int64_t deadline = monotonic_nanoseconds() + left;
    for (;;) {
        int number;
        struct timespec timeout = duration_as_timespec(left);
        BLOCKING_BEGIN
        number = sigtimedwait(&set, &info, &timeout);
        BLOCKING_END
        if (number >= 0) return siginfo_value(&info);
        if (errno == EAGAIN) return VALUE_NONE;
        if (errno != EINTR) return os_error();
        if (signals_check() < 0) return VALUE_NULL;
        left = deadline - monotonic_nanoseconds();
        if (left < 0) return VALUE_NONE;
    }
}

FUNCTION(signal_strsignal)
{
    int number;
    if (!signal_number(args[0], &number)) return VALUE_NULL;
    const char *text = strsignal(number);
    if (!text || strncmp(text, "Unknown signal", 14) == 0) return VALUE_NONE;
    return str_from_cstr(text);
}

/* --- the module --- */

static const StructSeqField siginfo_fields[] = {
    {"si_signo", "signal number"},
    {"si_code", "signal code"},
    {"si_errno", "errno associated with this signal"},
    {"si_pid", "sending process ID"},
    {"si_uid", "real user ID of sending process"},
    {"si_status", "exit value or signal"},
    {"si_band", "band event for SIGPOLL"},
    {NULL, NULL},
};
static const StructSeqDef siginfo_definition = {"signal.struct_siginfo",
                                                "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\n"
                                                "This object may be accessed either as a tuple of\n"
                                                "(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\n"
                                                "or via the attributes si_signo, si_code, and so on.",
                                                siginfo_fields, 7};

static const NativeMethod methods[] = {
    {"default_int_handler", signal_default_int_handler, 2, 2, 0,
     "default_int_handler($module, signalnum, frame, /)\n--\n\n"
     "The default handler for SIGINT installed by Python.\n\nIt raises KeyboardInterrupt."},
    {"signal", signal_signal, 2, 2, 0,
     "signal($module, signalnum, handler, /)\n--\n\nSet the action for the given signal.  Returns the previous one."},
    {"getsignal", signal_getsignal, 1, 1, 0,
     "getsignal($module, signalnum, /)\n--\n\nReturn the current action for the given signal."},
    {"siginterrupt", signal_siginterrupt, 2, 2, 0,
     "siginterrupt($module, signalnum, flag, /)\n--\n\nChange system call restart behaviour."},
    {"set_wakeup_fd", signal_set_wakeup_fd, 0, -1, NATIVE_KEYWORDS,
     "set_wakeup_fd(fd, *, warn_on_full_buffer=True) -> fd\n\n"
     "Sets the fd to be written to (with the signal number) when a signal comes in."},
    {"raise_signal", signal_raise_signal, 1, 1, 0,
     "raise_signal($module, signalnum, /)\n--\n\nSend a signal to the executing process."},
    {"pthread_kill", signal_pthread_kill, 2, 2, 0,
     "pthread_kill($module, thread_id, signalnum, /)\n--\n\nSend a signal to a thread."},
    {"pidfd_send_signal", signal_pidfd_send_signal, 2, 4, 0,
     "pidfd_send_signal($module, pidfd, signalnum, siginfo=None, flags=0, /)\n--\n\n"
     "Send a signal to a process referred to by a pid file descriptor."},
    {"pause", signal_pause, 0, 0, 0, "pause($module, /)\n--\n\nWait until a signal arrives."},
    {"alarm", signal_alarm, 1, 1, 0, "alarm($module, seconds, /)\n--\n\nArrange for SIGALRM to arrive after seconds."},
    {"setitimer", signal_setitimer, 2, 3, 0,
     "setitimer($module, which, seconds, interval=0.0, /)\n--\n\nSets given itimer to fire after value seconds."},
    {"getitimer", signal_getitimer, 1, 1, 0,
     "getitimer($module, which, /)\n--\n\nReturns current value of given itimer."},
    {"pthread_sigmask", signal_pthread_sigmask, 2, 2, 0,
     "pthread_sigmask($module, how, mask, /)\n--\n\nFetch and/or change the signal mask of the calling thread."},
    {"sigpending", signal_sigpending, 0, 0, 0, "sigpending($module, /)\n--\n\nExamine pending signals."},
    {"valid_signals", signal_valid_signals, 0, 0, 0,
     "valid_signals($module, /)\n--\n\nReturn a set of valid signal numbers on this platform."},
    {"sigwait", signal_sigwait, 1, 1, 0, "sigwait($module, sigset, /)\n--\n\nWait for a signal."},
    {"sigwaitinfo", signal_sigwaitinfo, 1, 1, 0,
     "sigwaitinfo($module, sigset, /)\n--\n\nWait synchronously until one of the signals in *sigset* is delivered."},
    {"sigtimedwait", signal_sigtimedwait, 2, 2, 0,
     "sigtimedwait($module, sigset, timeout, /)\n--\n\nLike sigwaitinfo(), but with a timeout."},
    {"strsignal", signal_strsignal, 1, 1, 0,
     "strsignal($module, signalnum, /)\n--\n\nReturn the system description of the given signal."},
    {NULL},
};

#define SIGNALS(X)                                                                                                     \
    X(SIGHUP)                                                                                                          \
    X(SIGINT) X(SIGQUIT) X(SIGILL) X(SIGTRAP) X(SIGIOT) X(SIGABRT) X(SIGFPE) X(SIGKILL) X(SIGBUS) X(SIGSEGV) X(SIGSYS) \
        X(SIGPIPE) X(SIGALRM) X(SIGTERM) X(SIGUSR1) X(SIGUSR2) X(SIGCLD) X(SIGCHLD) X(SIGPWR) X(SIGIO) X(SIGURG)       \
            X(SIGWINCH) X(SIGPOLL) X(SIGSTOP) X(SIGTSTP) X(SIGCONT) X(SIGTTIN) X(SIGTTOU) X(SIGVTALRM) X(SIGPROF)      \
                X(SIGXCPU) X(SIGXFSZ) X(SIGRTMIN) X(SIGRTMAX) X(SIGSTKFLT) X(SIG_BLOCK) X(SIG_UNBLOCK) X(SIG_SETMASK)  \
                    X(ITIMER_REAL) X(ITIMER_VIRTUAL) X(ITIMER_PROF) X(NSIG)

static int add_constants(Value module)
{
#define ADD(name)                                                                                                      \
    if (module_add_int(module, #name, name) < 0) return -1;
    SIGNALS(ADD)
#undef ADD
    return module_add_int(module, "SIG_DFL", 0) < 0 ? -1 : module_add_int(module, "SIG_IGN", 1);
}

/* What the process has been given: SIG_DFL and SIG_IGN are known to Python, anything else is None. */
static void read_dispositions(void)
{
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        Value function = VALUE_NONE;
        if (sigaction(number, NULL, &action) == 0) {
            if (action.sa_handler == SIG_DFL)
                function = value_from_small_int(0);
            else if (action.sa_handler == SIG_IGN)
                function = value_from_small_int(1);
        }
        handlers[number].function = function;
    }
}

static int exec(Value module)
{
    if (add_constants(module) < 0) return -1;
    if (!siginfo_type) siginfo_type = structseq_type_new(&siginfo_definition);
    if (!siginfo_type || module_add(module, "struct_siginfo", value_incref(value_from_object(siginfo_type))) < 0)
        return -1;
    if (value_is_null(itimer_error)) itimer_error = exception_class_new("signal.itimer_error", &type_OSError);
    if (value_is_null(itimer_error) || module_add(module, "ItimerError", value_incref(itimer_error)) < 0) return -1;
    bool failed;
    default_handler = get_attr_optional(module, ID(default_int_handler), &failed);
    if (value_is_null(default_handler)) return -1;
    main_thread = pthread_self();
    signals_deliver_hook = deliver;
    signals_after_fork_hook = after_fork;
    // SIGINT becomes KeyboardInterrupt; a closed pipe and a full file system are errors of the call, not of the process
    install(SIGPIPE, SIG_IGN);
    install(SIGXFSZ, SIG_IGN);
    read_dispositions();
    if (value_is(handlers[SIGINT].function, value_from_small_int(0))) {
        value_replace(&handlers[SIGINT].function, value_incref(default_handler));
        install(SIGINT, on_signal);
    }
    return 0;
}

NATIVE_MODULE(_signal) = {
    .name = "_signal",
    .doc = "This module provides mechanisms to use signal handlers in Python.",
    .methods = methods,
    .exec = exec,
};

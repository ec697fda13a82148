/* faulthandler.c: the module `faulthandler`: writes the Python frames of all threads when the process is about to die,
 * after a time, or on a signal.
 *
 * Everything below write_traceback runs inside a signal handler or beside the threads it looks at: it allocates
 * nothing, takes no lock, calls write(2) only, and stops after MAX_FRAMES frames, MAX_THREADS threads and MAX_TEXT
 * characters, so that a damaged chain ends as well. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/frame.h"
#include "vm/lock.h"
#include "vm/runtime.h"

enum { MAX_FRAMES = 100, MAX_THREADS = 100, MAX_TEXT = 500, ALT_STACK_SIZE = 64 * 1024 };

/* --- writing --- */

static void write_text(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t done = write(fd, text, left);
        if (done < 0 && errno != EINTR) return;
        if (done > 0) {
            text += done;
            left -= (size_t)done;
        }
    }
}

static void write_number(int fd, uint64_t n, unsigned base, int width)
{
    char digits[24];
    int at = sizeof digits - 1;
    digits[at] = 0;
    do {
        digits[--at] = "0123456789abcdef"[n % base];
        n /= base;
    } while (n || (int)sizeof digits - 1 - at < width);
    write_text(fd, digits + at);
}

/* Printable ASCII as it is, the rest escaped. */
static void write_str(int fd, Value v)
{
    const Str *s = as_str(v);
    ssize_t shown = MIN(s->length, MAX_TEXT);
    for (ssize_t i = 0; i < shown; i++) {
        uint32_t c = str_char(s, i);
        if (c >= ' ' && c < 127) {
            char text[2] = {(char)c, 0};
            write_text(fd, text);
        } else {
            write_text(fd, c < 256 ? "\\x" : c < 65536 ? "\\u" : "\\U");
            write_number(fd, c, 16, c < 256 ? 2 : c < 65536 ? 4 : 8);
        }
    }
    if (shown < s->length) write_text(fd, "...");
}

static void write_frames(int fd, const Thread *thread)
{
    const Frame *frame = thread->frame;
    if (!frame) {
        write_text(fd, "  <no Python frame>\n");
        return;
    }
    for (int depth = 0; frame; frame = frame->previous, depth++) {
        if (depth >= MAX_FRAMES) {
            write_text(fd, "  ...\n");
            return;
        }
        if (!frame->code) return;
        write_text(fd, "  File \"");
        write_str(fd, frame->code->filename);
        write_text(fd, "\", line ");
        int line = frame_line(frame);
        if (line >= 0)
            write_number(fd, (uint64_t)line, 10, 1);
        else
            write_text(fd, "???");
        write_text(fd, " in ");
        write_str(fd, frame->code->name);
        write_text(fd, "\n");
    }
}

static void write_thread(int fd, const Thread *thread, bool is_current)
{
    write_text(fd, is_current ? "Current thread 0x" : "Thread 0x");
    write_number(fd, thread->id, 16, 16);
    write_text(fd, " (most recent call first):\n");
    if (is_current && gc_is_collecting) write_text(fd, "  Garbage-collecting\n");
    write_frames(fd, thread);
}

static NULLABLE const Thread *thread_of_caller(void)
{
    uint64_t self = (uint64_t)pthread_self();
    int seen = 0;
    for (const Thread *thread = runtime.main_thread; thread && seen < MAX_THREADS; thread = thread->next, seen++)
        if (thread->id == self) return thread;
    return NULL;
}

static void write_traceback(int fd, bool all_threads, NULLABLE const Thread *current)
{
    if (!all_threads) {
        if (!current) return;
        write_text(fd, "Stack (most recent call first):\n");
        write_frames(fd, current);
        return;
    }
    const Thread *last = runtime.main_thread;
    int seen = 0;
    while (last && last->next && seen++ < MAX_THREADS) last = last->next;
    for (const Thread *thread = last; thread; thread = thread->previous) { /* the main thread comes last */
        write_thread(fd, thread, thread == current);
        if (thread->previous) write_text(fd, "\n");
    }
}

/* --- the `file` argument --- */

/* Its descriptor; -1 on error. *file becomes the object to keep alive, owned, or no value for a number. */
static int descriptor_of(NULLABLE Value argument, Value *file)
{
    *file = VALUE_NULL;
    if (value_is_null(argument) || value_is_none(argument)) {
        argument = import_attr("sys", "stderr");
        if (value_is_null(argument)) {
            error_clear();
            error_set(&type_RuntimeError, "unable to get sys.stderr");
            return -1;
        }
        if (value_is_none(argument)) {
            error_set(&type_RuntimeError, "sys.stderr is None");
            return -1;
        }
        *file = argument;
    } else if (value_is_small_int(argument)) {
        int fd;
        if (!arg_as_int(argument, &fd)) return -1;
        if (fd >= 0) return fd;
        error_set(&type_ValueError, "file is not a valid file descripter");
        return -1;
    } else {
        *file = value_incref(argument);
    }
    Value number = call_method_0(argument, ID(fileno));
    int fd = -1;
    if (!value_is_null(number)) {
        if (value_is_small_int(number)) fd = (int)value_as_small_int(number);
        value_decref(number);
        if (fd < 0) error_set(&type_RuntimeError, "file.fileno() is not a valid file descriptor");
    }
    if (fd < 0) {
        value_clear(file);
        return -1;
    }
    Value flushed = call_method_0(argument, ID(flush));
    if (value_is_null(flushed))
        error_clear();
    else
        value_decref(flushed);
    return fd;
}

/* --- dump_traceback --- */

static NATIVE(faulthandler_dump_traceback)
{
    static const char *const names[] = {"file", "all_threads", NULL};
    static const ArgSpec spec = {.function = "dump_traceback", .names = names, .positional = 2};
    Value out[2], file;
    bool all_threads = true;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!value_is_null(out[1]) && !arg_as_bool(out[1], &all_threads)) return VALUE_NULL;
    int fd = descriptor_of(out[0], &file);
    if (fd < 0) return VALUE_NULL;
    write_traceback(fd, all_threads, current_thread);
    value_xdecref(file);
    return VALUE_NONE;
}

/* --- fatal signals --- */

typedef struct FatalSignal {
    int number;
    const char *name;
    struct sigaction previous;
} FatalSignal;

static FatalSignal fatal_signals[] = {
    {.number = SIGBUS, .name = "Bus error"},
    {.number = SIGILL, .name = "Illegal instruction"},
    {.number = SIGFPE, .name = "Floating point exception"},
    {.number = SIGABRT, .name = "Aborted"},
    {.number = SIGSEGV, .name = "Segmentation fault"},
};

static struct {
    bool is_enabled, all_threads;
    int fd;
    NULLABLE Value file;
} fatal;

static void restore_signal(FatalSignal *signal)
{
    sigaction(signal->number, &signal->previous, NULL);
}

static void handle_fatal(int number)
{
    int saved_errno = errno;
    if (!fatal.is_enabled) return;
    for (size_t i = 0; i < COUNT_OF(fatal_signals); i++) {
        if (fatal_signals[i].number != number) continue;
        restore_signal(&fatal_signals[i]);
        write_text(fatal.fd, "Fatal Python error: ");
        write_text(fatal.fd, fatal_signals[i].name);
        write_text(fatal.fd, "\n\n");
    }
    write_traceback(fatal.fd, fatal.all_threads, thread_of_caller());
    errno = saved_errno;
    raise(number); /* dies of it as it would have without this handler */
}

static int use_alternate_stack(void)
{
    static void *stack;
    if (stack) return 0;
    stack = malloc(ALT_STACK_SIZE);
    if (!stack) return -1;
    stack_t alternate = {.ss_sp = stack, .ss_size = ALT_STACK_SIZE};
    return sigaltstack(&alternate, NULL);
}

static int install_fatal_handlers(void)
{
    if (fatal.is_enabled) return 0;
    bool has_stack = use_alternate_stack() == 0;
    fatal.is_enabled = true;
    for (size_t i = 0; i < COUNT_OF(fatal_signals); i++) {
        struct sigaction action = {.sa_handler = handle_fatal, .sa_flags = SA_NODEFER | (has_stack ? SA_ONSTACK : 0)};
        sigemptyset(&action.sa_mask);
        if (sigaction(fatal_signals[i].number, &action, &fatal_signals[i].previous) != 0) {
            error_os(&type_OSError, errno, VALUE_NULL);
            return -1;
        }
    }
    return 0;
}

static NATIVE(faulthandler_enable)
{
    static const char *const names[] = {"file", "all_threads", NULL};
    static const ArgSpec spec = {.function = "enable", .names = names, .positional = 2};
    Value out[2], file;
    bool all_threads = true;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!value_is_null(out[1]) && !arg_as_bool(out[1], &all_threads)) return VALUE_NULL;
    int fd = descriptor_of(out[0], &file);
    if (fd < 0) return VALUE_NULL;
    value_replace(&fatal.file, file);
    fatal.fd = fd;
    fatal.all_threads = all_threads;
    return install_fatal_handlers() < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(faulthandler_disable)
{
    bool was_enabled = fatal.is_enabled;
    if (was_enabled) {
        fatal.is_enabled = false;
        for (size_t i = 0; i < COUNT_OF(fatal_signals); i++) restore_signal(&fatal_signals[i]);
        value_clear(&fatal.file);
    }
    return value_from_bool(was_enabled);
}

static NATIVE(faulthandler_is_enabled)
{
    return value_from_bool(fatal.is_enabled);
}

/* --- after a time: a thread waits, and is told to stop by `cancel` --- */

static struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_running, is_cancelled, repeat, exit;
    int fd;
    NULLABLE Value file;
    int64_t timeout_us;
    char header[64];
} later = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void add_microseconds(struct timespec *when, int64_t microseconds)
{
    int64_t nanoseconds = when->tv_nsec + microseconds % 1000000 * 1000;
    when->tv_sec += microseconds / 1000000 + nanoseconds / 1000000000;
    when->tv_nsec = nanoseconds % 1000000000;
}

static void *watch_clock(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pthread_mutex_lock(&later.lock);
    do {
        struct timespec when;
        clock_gettime(CLOCK_MONOTONIC, &when);
        add_microseconds(&when, later.timeout_us);
        int status = 0;
        while (!later.is_cancelled && status != ETIMEDOUT)
            status = pthread_cond_timedwait(&later.wake, &later.lock, &when);
        if (later.is_cancelled) break;
        write_text(later.fd, later.header);
        write_traceback(later.fd, true, NULL);
        if (later.exit) _exit(1);
    } while (later.repeat);
    pthread_mutex_unlock(&later.lock);
    return unused;
}

static void cancel_later(void)
{
    if (!later.is_running) return;
    pthread_mutex_lock(&later.lock);
    later.is_cancelled = true;
    pthread_cond_signal(&later.wake);
    pthread_mutex_unlock(&later.lock);
    pthread_join(later.thread, NULL);
    pthread_cond_destroy(&later.wake);
    later.is_running = false;
    value_clear(&later.file);
}

static void format_header(int64_t microseconds)
{
    long long seconds = microseconds / 1000000, fraction = microseconds % 1000000;
    int length = snprintf(later.header, sizeof later.header, "Timeout (%lld:%02lld:%02lld", seconds / 3600,
                          seconds / 60 % 60, seconds % 60);
    if (fraction) length += snprintf(later.header + length, sizeof later.header - (size_t)length, ".%06lld", fraction);
    snprintf(later.header + length, sizeof later.header - (size_t)length, ")!\n");
}

static NATIVE(faulthandler_dump_traceback_later)
{
    static const char *const names[] = {"timeout", "repeat", "file", "exit", NULL};
    static const ArgSpec spec = {.function = "dump_traceback_later", .names = names, .required = 1, .positional = 4};
    Value out[4], file;
    double seconds;
    bool repeat = false, exit = false;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !arg_as_double(out[0], &seconds)) return VALUE_NULL;
    if (!value_is_null(out[1]) && !arg_as_bool(out[1], &repeat)) return VALUE_NULL;
    if (!value_is_null(out[3]) && !arg_as_bool(out[3], &exit)) return VALUE_NULL;
    if (seconds * 1e6 < 1) return error_set(&type_ValueError, "timeout must be greater than 0");
    if (seconds > 9e12) return error_set(&type_OverflowError, "timeout value is too large");
    int fd = descriptor_of(out[2], &file);
    if (fd < 0) return VALUE_NULL;
    cancel_later();
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&later.wake, &attributes);
    pthread_condattr_destroy(&attributes);
    later.is_cancelled = false;
    later.repeat = repeat;
    later.exit = exit;
    later.fd = fd;
    later.file = file;
    later.timeout_us = (int64_t)(seconds * 1e6);
    format_header(later.timeout_us);
    if (pthread_create(&later.thread, NULL, watch_clock, NULL) != 0) {
        value_clear(&later.file);
        return error_set(&type_RuntimeError, "unable to start watchdog thread");
    }
    later.is_running = true;
    return VALUE_NONE;
}

static NATIVE(faulthandler_cancel_dump_traceback_later)
{
    cancel_later();
    return VALUE_NONE;
}

/* --- on a signal of the user's choice --- */

typedef struct UserSignal {
    bool is_registered, all_threads, chain;
    int fd;
    NULLABLE Value file;
    struct sigaction previous;
} UserSignal;

static UserSignal user_signals[NSIG];

static void handle_user(int number);

static int install_user_handler(int number, NULLABLE struct sigaction *previous)
{
    bool chain = user_signals[number].chain;
    struct sigaction action = {.sa_handler = handle_user, .sa_flags = chain ? SA_NODEFER : SA_RESTART};
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, previous);
}

static void handle_user(int number)
{
    UserSignal *user = &user_signals[number];
    if (!user->is_registered) return;
    int saved_errno = errno;
    write_traceback(user->fd, user->all_threads, thread_of_caller());
    if (user->chain) {
        sigaction(number, &user->previous, NULL);
        errno = saved_errno;
        raise(number);
        saved_errno = errno;
        (void)install_user_handler(number, NULL);
    }
    errno = saved_errno;
}

static bool signal_number(Value v, int *number)
{
    if (!arg_as_int(v, number)) return false;
    for (size_t i = 0; i < COUNT_OF(fatal_signals); i++) {
        if (fatal_signals[i].number != *number) continue;
        error_format(&type_RuntimeError, "signal %i cannot be registered, use enable() instead", *number);
        return false;
    }
    if (*number >= 1 && *number < NSIG) return true;
    error_set(&type_ValueError, "signal number out of range");
    return false;
}

static NATIVE(faulthandler_register)
{
    static const char *const names[] = {"signum", "file", "all_threads", "chain", NULL};
    static const ArgSpec spec = {.function = "register", .names = names, .required = 1, .positional = 4};
    Value out[4], file;
    int number;
    bool all_threads = true, chain = false;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !signal_number(out[0], &number)) return VALUE_NULL;
    if (!value_is_null(out[2]) && !arg_as_bool(out[2], &all_threads)) return VALUE_NULL;
    if (!value_is_null(out[3]) && !arg_as_bool(out[3], &chain)) return VALUE_NULL;
    int fd = descriptor_of(out[1], &file);
    if (fd < 0) return VALUE_NULL;
    UserSignal *user = &user_signals[number];
    struct sigaction previous;
    user->chain = chain;
    if (!user->is_registered) {
        if (install_user_handler(number, &previous) != 0) {
            value_xdecref(file);
            return error_os(&type_OSError, errno, VALUE_NULL);
        }
        user->previous = previous;
    }
    value_replace(&user->file, file);
    user->fd = fd;
    user->all_threads = all_threads;
    user->is_registered = true;
    return VALUE_NONE;
}

static NATIVE(faulthandler_unregister)
{
    int number;
    if (!signal_number(args[0], &number)) return VALUE_NULL;
    UserSignal *user = &user_signals[number];
    if (!user->is_registered) return VALUE_FALSE;
    user->is_registered = false;
    sigaction(number, &user->previous, NULL);
    value_clear(&user->file);
    return VALUE_TRUE;
}

/* --- for tests: dying on purpose --- */

static NATIVE(faulthandler_sigsegv)
{
    raise(SIGSEGV);
    return VALUE_NONE;
}

static NATIVE(faulthandler_sigabrt)
{
    abort();
}

static NATIVE(faulthandler_sigfpe)
{
    raise(SIGFPE);
    return VALUE_NONE;
}

static NATIVE(faulthandler_read_null)
{
    volatile int *nowhere = NULL;
    return value_from_small_int(*nowhere);
}

static const NativeMethod faulthandler_methods[] = {
    {"enable", faulthandler_enable, 0, 2, NATIVE_KEYWORDS,
     "enable($module, /, file=sys.stderr, all_threads=True)\n--\n\nEnable the fault handler."},
    {"disable", faulthandler_disable, 0, 0, 0, "disable($module, /)\n--\n\nDisable the fault handler."},
    {"is_enabled", faulthandler_is_enabled, 0, 0, 0, "is_enabled($module, /)\n--\n\nCheck if the handler is enabled."},
    {"dump_traceback", faulthandler_dump_traceback, 0, 2, NATIVE_KEYWORDS,
     "dump_traceback($module, /, file=sys.stderr, all_threads=True)\n--\n\n"
     "Dump the traceback of the current thread, or of all threads if all_threads is True, into file."},
    {"dump_traceback_later", faulthandler_dump_traceback_later, 1, 4, NATIVE_KEYWORDS,
     "dump_traceback_later($module, /, timeout, repeat=False, file=sys.stderr, exit=False)\n--\n\n"
     "Dump the traceback of all threads in timeout seconds,\nor each timeout seconds if repeat is True. "
     "If exit is True, call _exit(1) which is not safe."},
    {"cancel_dump_traceback_later", faulthandler_cancel_dump_traceback_later, 0, 0, 0,
     "cancel_dump_traceback_later($module, /)\n--\n\nCancel the previous call to dump_traceback_later()."},
    {"register", faulthandler_register, 1, 4, NATIVE_KEYWORDS,
     "register($module, /, signum, file=sys.stderr, all_threads=True, chain=False)\n--\n\n"
     "Register a handler for the signal 'signum': dump the traceback of the current\n"
     "thread, or of all threads if all_threads is True, into file."},
    {"unregister", faulthandler_unregister, 1, 1, 0,
     "unregister($module, signum, /)\n--\n\n"
     "Unregister the handler of the signal 'signum' registered by register()."},
    {"_sigsegv", faulthandler_sigsegv, 0, 1, 0, "Raise a SIGSEGV signal."},
    {"_sigabrt", faulthandler_sigabrt, 0, 0, 0, "Raise a SIGABRT signal."},
    {"_sigfpe", faulthandler_sigfpe, 0, 0, 0, "Raise a SIGFPE signal."},
    {"_read_null", faulthandler_read_null, 0, 0, 0, "Read from NULL: raises SIGSEGV."},
    {NULL},
};

NATIVE_MODULE(faulthandler) = {
    .name = "faulthandler",
    .doc = "faulthandler module.",
    .methods = faulthandler_methods,
};

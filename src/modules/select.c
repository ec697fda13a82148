/* select.c: the module select: select, poll and epoll. Interrupted waits run the signal handlers and go on with what is
 * left of the time. */
#define _GNU_SOURCE
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

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
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Value os_error(void)
{
    return error_os(&type_OSError, errno, VALUE_NULL);
}

/* The descriptor of an int or of an object with fileno(). */
static bool descriptor_of(Value v, int *fd)
{
    Value number;
    if (is_int(v)) {
        number = value_incref(v);
    } else {
        bool failed;
        Value method = get_attr_optional(v, ID(fileno), &failed);
        if (failed) return false;
        if (value_is_null(method)) {
            error_set(&type_TypeError, "argument must be an int, or have a fileno() method.");
            return false;
        }
        number = call_0(method);
        value_decref(method);
        if (value_is_null(number)) return false;
        if (!is_int(number)) {
            value_decref(number);
            error_set(&type_TypeError, "fileno() returned a non-integer");
            return false;
        }
    }
    bool done = arg_as_int(number, fd);
    value_decref(number);
    if (done && *fd < 0) {
        error_format(&type_ValueError, "file descriptor cannot be a negative integer (%i)", *fd);
        return false;
    }
    return done;
}

/* How long a wait may last. */
typedef struct Deadline {
    bool is_limited;
    int64_t nanoseconds, at;
} Deadline;

static void deadline_start(Deadline *deadline)
{
    if (!deadline->is_limited) return;
    if (__builtin_add_overflow(monotonic_nanoseconds(), deadline->nanoseconds, &deadline->at)) deadline->at = INT64_MAX;
}

/* After an interruption: what is left; false when nothing is. */
static bool deadline_remains(Deadline *deadline)
{
    if (!deadline->is_limited) return true;
    deadline->nanoseconds = deadline->at - monotonic_nanoseconds();
    return deadline->nanoseconds >= 0;
}

/* --- select --- */

typedef struct SelectSet {
    Value objects; /* owned: a fast sequence */
    int *fds;      /* raw block */
    ssize_t count;
    fd_set set;
} SelectSet;

static bool select_set_fill(SelectSet *set, Value v, int *highest)
{
    FD_ZERO(&set->set);
    set->objects = sequence_fast(v, "arguments 1-3 must be sequences");
    if (value_is_null(set->objects)) return false;
    set->fds = raw_alloc(sizeof(int) * (size_t)MAX(sequence_fast_length(set->objects), 1));
    if (!set->fds) {
        error_no_memory();
        return false;
    }
    ssize_t room = sequence_fast_length(set->objects);
    for (; set->count < room && set->count < sequence_fast_length(set->objects); set->count++) {
        int fd;
        if (!descriptor_of(sequence_fast_items(set->objects)[set->count], &fd)) return false;
        if (fd >= FD_SETSIZE) {
            error_set(&type_ValueError, "filedescriptor out of range in select()");
            return false;
        }
        set->fds[set->count] = fd;
        FD_SET(fd, &set->set);
        *highest = MAX(*highest, fd);
    }
    return true;
}

static Value select_set_ready(const SelectSet *set, const fd_set *ready)
{
    Value list = list_new(0);
    for (ssize_t i = 0; !value_is_null(list) && i < set->count && i < sequence_fast_length(set->objects); i++)
        if (FD_ISSET(set->fds[i], ready) && list_append(list, sequence_fast_items(set->objects)[i]) < 0)
            value_clear(&list);
    return list;
}

static Value select_results(const SelectSet sets[3], const fd_set ready[3])
{
    Value lists[3];
    for (int i = 0; i < 3; i++) {
        lists[i] = select_set_ready(&sets[i], &ready[i]);
        if (!value_is_null(lists[i])) continue;
        while (i-- > 0) value_decref(lists[i]);
        return VALUE_NULL;
    }
    return tuple_from_array_steal(lists, 3);
}

static Value select_wait(const SelectSet sets[3], int highest, Deadline *deadline)
{
    fd_set ready[3];
    deadline_start(deadline);
    for (;;) {
        int count;
        struct timeval left = {deadline->nanoseconds / 1000000000, (deadline->nanoseconds % 1000000000 + 999) / 1000};
        if (left.tv_usec >= 1000000) left = (struct timeval){left.tv_sec + 1, 0};
        for (int i = 0; i < 3; i++) ready[i] = sets[i].set;
        BLOCKING_BEGIN
        count = select(highest + 1, &ready[0], &ready[1], &ready[2], deadline->is_limited ? &left : NULL);
        BLOCKING_END
        if (count > 0) return select_results(sets, ready);
        if (count < 0 && errno != EINTR) return os_error();
        if (count == 0) break;
        if (signals_check() < 0) return VALUE_NULL;
        if (!deadline_remains(deadline)) break;
    }
    for (int i = 0; i < 3; i++) FD_ZERO(&ready[i]);
    return select_results(sets, ready);
}

FUNCTION(select_select)
{
    Deadline deadline = {0};
    if (nargs > 3 && !value_is_none(args[3])) {
        if (!is_float(args[3]) && !has_index(args[3]))
            return error_set(&type_TypeError, "timeout must be a float or None");
        deadline.is_limited = true;
        if (!duration_from_seconds(args[3], ROUND_UP, &deadline.nanoseconds)) return VALUE_NULL;
        if (deadline.nanoseconds < 0) return error_set(&type_ValueError, "timeout must be non-negative");
    }
    SelectSet sets[3];
    memset(sets, 0, sizeof sets);
    int highest = -1;
    bool done = true;
    for (int i = 0; done && i < 3; i++) done = select_set_fill(&sets[i], args[i], &highest);
    Value result = done ? select_wait(sets, highest, &deadline) : VALUE_NULL;
    for (int i = 0; i < 3; i++) {
        value_xdecref(sets[i].objects);
        raw_free(sets[i].fds);
    }
    return result;
}

/* --- poll --- */

typedef struct Poll {
    Object head;
    Value events; /* owned dict: fd -> mask */
    bool is_running;
} Poll;

static Poll *as_poll(Value v)
{
    return (Poll *)value_as_object(v);
}

static void poll_destroy(Object *self)
{
    value_xdecref(((Poll *)self)->events);
    object_free(self, sizeof(Poll));
}

static bool arg_as_mask(Value v, unsigned short *mask)
{
    int64_t n;
    if (!arg_as_int64(v, &n)) return false;
    if (n < 0 || n > USHRT_MAX) {
        error_set(n < 0 ? &type_ValueError : &type_OverflowError,
                  n < 0 ? "value must be positive" : "Python int too large for C unsigned short");
        return false;
    }
    *mask = (unsigned short)n;
    return true;
}

static Value poll_put(Value self, int fd, unsigned short mask)
{
    if (dict_set(as_poll(self)->events, value_from_small_int(fd), value_from_small_int(mask)) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

FUNCTION(poll_register)
{
    int fd;
    unsigned short mask = POLLIN | POLLPRI | POLLOUT;
    if (!descriptor_of(args[0], &fd) || (nargs > 1 && !arg_as_mask(args[1], &mask))) return VALUE_NULL;
    return poll_put(self, fd, mask);
}

FUNCTION(poll_modify)
{
    int fd;
    unsigned short mask;
    if (!descriptor_of(args[0], &fd) || !arg_as_mask(args[1], &mask)) return VALUE_NULL;
    int known = dict_contains(as_poll(self)->events, value_from_small_int(fd));
    if (known < 0) return VALUE_NULL;
    if (!known) {
        errno = ENOENT;
        return os_error();
    }
    return poll_put(self, fd, mask);
}

FUNCTION(poll_unregister)
{
    int fd;
    if (!descriptor_of(args[0], &fd)) return VALUE_NULL;
    return dict_delete(as_poll(self)->events, value_from_small_int(fd)) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value pair_of_ints(int64_t a, int64_t b)
{
    return tuple_from_array_steal((Value[]){value_from_small_int(a), value_from_small_int(b)}, 2);
}

static Value poll_results(const struct pollfd *fds, size_t count)
{
    Value list = list_new(0);
    for (size_t i = 0; !value_is_null(list) && i < count; i++) {
        if (!fds[i].revents) continue;
        Value item = pair_of_ints(fds[i].fd, (unsigned short)fds[i].revents);
        if (value_is_null(item) || list_append_steal(list, item) < 0) value_clear(&list);
    }
    return list;
}

/* Milliseconds from an argument: None and negative numbers wait for ever. */
static bool milliseconds_argument(Value v, Deadline *deadline)
{
    if (value_is_none(v)) return true;
    if (!is_float(v) && !has_index(v)) {
        error_set(&type_TypeError, "timeout must be an integer or None");
        return false;
    }
    Value thousandth;
    if (is_float(v)) {
        thousandth = value_from_double(float_as_double(v) / 1000);
    } else {
        int64_t milliseconds;
        if (!arg_as_int64(v, &milliseconds)) return false;
        if (milliseconds > INT_MAX || milliseconds < INT_MIN) {
            error_set(&type_OverflowError, "timeout is too large");
            return false;
        }
        deadline->is_limited = milliseconds >= 0;
        deadline->nanoseconds = milliseconds * 1000000;
        return true;
    }
    bool done = duration_from_seconds(thousandth, ROUND_UP, &deadline->nanoseconds);
    value_decref(thousandth);
    if (done && deadline->nanoseconds / 1000000 > INT_MAX) {
        error_set(&type_OverflowError, "timeout is too large");
        return false;
    }
    deadline->is_limited = deadline->nanoseconds >= 0;
    return done;
}

static int whole_milliseconds(const Deadline *deadline)
{
    return deadline->is_limited ? (int)((deadline->nanoseconds + 999999) / 1000000) : -1;
}

static Value poll_wait(Poll *self, struct pollfd *fds, size_t count, Deadline *deadline)
{
    deadline_start(deadline);
    for (;;) {
        int ready;
        self->is_running = true;
        BLOCKING_BEGIN
        ready = poll(fds, count, whole_milliseconds(deadline));
        BLOCKING_END
        self->is_running = false;
        if (ready >= 0) return poll_results(fds, count);
        if (errno != EINTR) return os_error();
        if (signals_check() < 0) return VALUE_NULL;
        if (!deadline_remains(deadline)) return list_new(0);
    }
}

FUNCTION(poll_poll)
{
    Poll *poller = as_poll(self);
    Deadline deadline = {0};
    if (nargs && !milliseconds_argument(args[0], &deadline)) return VALUE_NULL;
    if (poller->is_running) return error_set(&type_RuntimeError, "concurrent poll() invocation");
    size_t count = (size_t)dict_length(poller->events), i = 0;
    struct pollfd *fds = raw_alloc(sizeof *fds * MAX(count, 1));
    if (!fds) return error_no_memory();
    Value key, mask;
    for (ssize_t position = 0; i < count && dict_next(poller->events, &position, &key, &mask); i++)
        fds[i] = (struct pollfd){(int)value_as_small_int(key), (short)value_as_small_int(mask), 0};
    Value result = poll_wait(poller, fds, i, &deadline);
    raw_free(fds);
    return result;
}

static const NativeMethod poll_methods[] = {
    {"register", poll_register, 1, 2, 0,
     "register($self, fd, eventmask=select.POLLIN|select.POLLPRI|select.POLLOUT, /)\n--\n\n"
     "Register a file descriptor with the polling object."},
    {"modify", poll_modify, 2, 2, 0,
     "modify($self, fd, eventmask, /)\n--\n\nModify an already registered file descriptor."},
    {"unregister", poll_unregister, 1, 1, 0,
     "unregister($self, fd, /)\n--\n\nRemove a file descriptor being tracked by the polling object."},
    {"poll", poll_poll, 0, 1, 0,
     "poll($self, timeout=None, /)\n--\n\nPolls the set of registered file descriptors: a list of (fd, event) pairs."},
    {NULL},
};

static Type poll_type = {
    .head = TYPE_HEAD,
    .name = "select.poll",
    .instance_size = sizeof(Poll),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = poll_destroy,
    .methods = poll_methods,
};

FUNCTION(select_poll)
{
    Poll *poller = object_alloc_zeroed(&poll_type, sizeof(Poll));
    if (!poller) return VALUE_NULL;
    poller->events = dict_new();
    if (!value_is_null(poller->events)) return value_from_object(poller);
    object_decref(&poller->head);
    return VALUE_NULL;
}

/* --- epoll --- */

typedef struct Epoll {
    Object head;
    int fd; /* -1: closed */
} Epoll;

static Type epoll_type;

static Epoll *as_epoll(Value v)
{
    return (Epoll *)value_as_object(v);
}

static int epoll_close_fd(Epoll *self)
{
    int fd = self->fd, status = 0;
    self->fd = -1;
    if (fd < 0) return 0;
    BLOCKING_BEGIN
    status = close(fd);
    BLOCKING_END
    return status;
}

static void epoll_destroy(Object *self)
{
    epoll_close_fd((Epoll *)self);
    object_free(self, self->type->instance_size);
}

static Value closed_error(void)
{
    return error_set(&type_ValueError, "I/O operation on closed epoll object");
}

static Value epoll_from_fd(Type *type, int fd)
{
    Epoll *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    self->fd = fd >= 0 ? fd : epoll_create1(EPOLL_CLOEXEC);
    if (self->fd >= 0) return value_from_object(self);
    os_error();
    object_decref(&self->head);
    return VALUE_NULL;
}

static Value epoll_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"sizehint", "flags", NULL};
    static const ArgSpec spec = {"epoll", names, 0, 2, 0};
    Value out[2];
    int size = -1, flags = 0;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !optional_int(out[0], &size) || !optional_int(out[1], &flags))
        return VALUE_NULL;
    if (size == -1) size = FD_SETSIZE - 1;
    if (size <= 0) return error_set(&type_ValueError, "negative sizehint");
    if (flags && flags != EPOLL_CLOEXEC) return error_set(&type_OSError, "invalid flags");
    return epoll_from_fd(type, -1);
}

FUNCTION(epoll_fromfd)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    return epoll_from_fd((Type *)value_as_object(self), fd);
}

FUNCTION(epoll_close)
{
    return epoll_close_fd(as_epoll(self)) < 0 ? os_error() : VALUE_NONE;
}

FUNCTION(epoll_fileno)
{
    return as_epoll(self)->fd < 0 ? closed_error() : value_from_small_int(as_epoll(self)->fd);
}

static Value control(Value self, int operation, Value target, unsigned mask)
{
    int fd, status;
    struct epoll_event event = {.events = mask};
    if (as_epoll(self)->fd < 0) return closed_error();
    if (!descriptor_of(target, &fd)) return VALUE_NULL;
    event.data.fd = fd;
    int epfd = as_epoll(self)->fd;
    BLOCKING_BEGIN
    status = epoll_ctl(epfd, operation, fd, &event);
    BLOCKING_END
    return status < 0 ? os_error() : VALUE_NONE;
}

static bool arg_as_events(Value v, unsigned *mask)
{
    uint64_t n;
    if (!arg_as_uint64(v, &n)) return false;
    *mask = (unsigned)n;
    return true;
}

FUNCTION(epoll_register)
{
    ARGUMENTS("register", 1, 2, "fd", "eventmask");
    unsigned mask = EPOLLIN | EPOLLPRI | EPOLLOUT;
    if (is_given(out[1]) && !arg_as_events(out[1], &mask)) return VALUE_NULL;
    return control(self, EPOLL_CTL_ADD, out[0], mask);
}

FUNCTION(epoll_modify)
{
    ARGUMENTS("modify", 2, 2, "fd", "eventmask");
    unsigned mask;
    return arg_as_events(out[1], &mask) ? control(self, EPOLL_CTL_MOD, out[0], mask) : VALUE_NULL;
}

FUNCTION(epoll_unregister)
{
    ARGUMENTS("unregister", 1, 1, "fd");
    return control(self, EPOLL_CTL_DEL, out[0], 0);
}

static Value epoll_results(const struct epoll_event *events, int count)
{
    Value list = list_new(count);
    for (int i = 0; !value_is_null(list) && i < count; i++) {
        Value item = pair_of_ints(events[i].data.fd, events[i].events);
        as_list(list)->items[i] = item;
        if (value_is_null(item)) value_clear(&list);
    }
    return list;
}

static Value epoll_wait_events(Epoll *self, struct epoll_event *events, int room, Deadline *deadline)
{
    int fd = self->fd;
    deadline_start(deadline);
    for (;;) {
        int count;
        BLOCKING_BEGIN
        count = epoll_wait(fd, events, room, whole_milliseconds(deadline));
        BLOCKING_END
        if (count >= 0) return epoll_results(events, count);
        if (errno != EINTR) return os_error();
        if (signals_check() < 0) return VALUE_NULL;
        if (!deadline_remains(deadline)) return list_new(0);
    }
}

FUNCTION(epoll_poll)
{
    ARGUMENTS("poll", 0, 2, "timeout", "maxevents");
    Deadline deadline = {0};
    int room = -1;
    if (as_epoll(self)->fd < 0) return closed_error();
    if (is_given(out[0]) && !value_is_none(out[0])) {
        if (!duration_from_seconds(out[0], ROUND_UP, &deadline.nanoseconds)) return VALUE_NULL;
        if (deadline.nanoseconds / 1000000 > INT_MAX) return error_set(&type_OverflowError, "timeout is too large");
        deadline.is_limited = deadline.nanoseconds >= 0;
    }
    if (!optional_int(out[1], &room)) return VALUE_NULL;
    if (room == -1)
        room = FD_SETSIZE - 1;
    else if (room < 1)
        return error_format(&type_ValueError, "maxevents must be greater than 0, got %d", room);
    struct epoll_event *events = raw_alloc(sizeof *events * (size_t)room);
    if (!events) return error_no_memory();
    Value result = epoll_wait_events(as_epoll(self), events, room, &deadline);
    raw_free(events);
    return result;
}

FUNCTION(epoll_enter)
{
    return as_epoll(self)->fd < 0 ? closed_error() : value_incref(self);
}

FUNCTION(epoll_exit)
{
    Value result = call_method_0(self, ID(close));
    return result;
}

static Value get_closed(Value self, void *closure)
{
    return value_from_bool(as_epoll(self)->fd < 0);
}

static const NativeGetSet epoll_getsets[] = {
    {"closed", get_closed, NULL, "True if the epoll handler is closed", NULL},
    {NULL},
};

static const NativeMethod epoll_methods[] = {
    {"fromfd", epoll_fromfd, 1, 1, NATIVE_CLASS,
     "fromfd($type, fd, /)\n--\n\nCreate an epoll object from a given control fd."},
    {"close", epoll_close, 0, 0, 0, "close($self, /)\n--\n\nClose the epoll control file descriptor."},
    {"fileno", epoll_fileno, 0, 0, 0, "fileno($self, /)\n--\n\nReturn the epoll control file descriptor."},
    {"register", epoll_register, 0, -1, NATIVE_KEYWORDS,
     "register($self, /, fd, eventmask=select.EPOLLIN|select.EPOLLPRI|select.EPOLLOUT)\n--\n\n"
     "Registers a new fd or raises an OSError if the fd is already registered."},
    {"modify", epoll_modify, 0, -1, NATIVE_KEYWORDS,
     "modify($self, /, fd, eventmask)\n--\n\nModify event mask for a registered file descriptor."},
    {"unregister", epoll_unregister, 0, -1, NATIVE_KEYWORDS,
     "unregister($self, /, fd)\n--\n\nRemove a registered file descriptor from the epoll object."},
    {"poll", epoll_poll, 0, -1, NATIVE_KEYWORDS,
     "poll($self, /, timeout=None, maxevents=-1)\n--\n\nWait for events on the epoll file descriptor."},
    {"__enter__", epoll_enter, 0, 0, 0, "__enter__($self, /)\n--\n\n"},
    {"__exit__", epoll_exit, 0, 3, 0, "__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)\n--\n\n"},
    {NULL},
};

static Type epoll_type = {
    .head = TYPE_HEAD,
    .name = "select.epoll",
    .doc = "select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object.",
    .instance_size = sizeof(Epoll),
    .flags = TYPE_IMMUTABLE,
    .destroy = epoll_destroy,
    .new_instance = epoll_new,
    .methods = epoll_methods,
    .getsets = epoll_getsets,
};

/* --- the module --- */

static const NativeMethod methods[] = {
    {"select", select_select, 3, 4, 0,
     "select($module, rlist, wlist, xlist, timeout=None, /)\n--\n\n"
     "Wait until one or more file descriptors are ready for some kind of I/O."},
    {"poll", select_poll, 0, 0, 0, "poll($module, /)\n--\n\nReturns a polling object."},
    {NULL},
};

#define CONSTANTS(X)                                                                                                   \
    X(PIPE_BUF)                                                                                                        \
    X(POLLIN) X(POLLPRI) X(POLLOUT) X(POLLERR) X(POLLHUP) X(POLLNVAL) X(POLLRDNORM) X(POLLRDBAND) X(POLLWRNORM)        \
        X(POLLWRBAND) X(POLLMSG) X(POLLRDHUP) X(EPOLLIN) X(EPOLLOUT) X(EPOLLPRI) X(EPOLLERR) X(EPOLLHUP) X(EPOLLRDHUP) \
            X(EPOLLET) X(EPOLLONESHOT) X(EPOLLEXCLUSIVE) X(EPOLLRDNORM) X(EPOLLRDBAND) X(EPOLLWRNORM) X(EPOLLWRBAND)   \
                X(EPOLLMSG) X(EPOLL_CLOEXEC)

static int exec(Value module)
{
#define ADD(name)                                                                                                      \
    if (module_add_int(module, #name, (int64_t)(name)) < 0) return -1;
    CONSTANTS(ADD)
#undef ADD
    if (type_ready(&poll_type) < 0 || module_add_type(module, &epoll_type) < 0) return -1;
    return module_add(module, "error", value_incref(value_from_object(&type_OSError)));
}

NATIVE_MODULE(select) = {
    .name = "select",
    .doc = "This module supports asynchronous I/O on multiple file descriptors.",
    .methods = methods,
    .exec = exec,
};

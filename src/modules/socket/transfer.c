/* transfer.c: the methods of sockets that talk: accept, connect, the recv and send families.
 *
 * A socket with a timeout is non-blocking for the system; attempt() waits with poll until the deadline and tries again.
 * Interruptions run the signal handlers and go on with what is left of the time. */
#include "modules/socket/socket.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "modules/duration.h"

int64_t socket_deadline(const Socket *self)
{
    return self->timeout > 0 ? monotonic_nanoseconds() + self->timeout : -1;
}

Value socket_timed_out(void)
{
    return error_set(&type_TimeoutError, "timed out");
}

int socket_wait(int fd, bool for_writing, int64_t deadline)
{
    struct pollfd poller = {fd, for_writing ? POLLOUT : POLLIN, 0};
    int milliseconds = -1, status;
    if (deadline >= 0) {
        int64_t left = deadline - monotonic_nanoseconds();
        if (left < 0) return 0;
        milliseconds = (int)MIN((left + 999999) / 1000000, INT_MAX);
    }
    BLOCKING_BEGIN
    status = poll(&poller, 1, milliseconds);
    BLOCKING_END
    return status;
}

/* One system call on a socket: a result >= 0, or -1 with errno. */
typedef ssize_t (*Operation)(Socket *self, void *data);

/* Performs it with the socket's timeout: -1 with an exception. deadline: of a series of calls, else socket_deadline. */
static ssize_t attempt(Socket *self, bool for_writing, Operation operation, void *data, int64_t deadline)
{
    for (;;) {
        if (self->timeout > 0) {
            int ready = socket_wait(self->fd, for_writing, deadline);
            if (ready == 0) {
                socket_timed_out();
                return -1;
            }
            if (ready < 0 && errno != EINTR) {
                socket_os_error();
                return -1;
            }
            if (ready < 0) {
                if (signals_check() < 0) return -1;
                continue;
            }
        }
        ssize_t result;
        do {
            BLOCKING_BEGIN
            result = operation(self, data);
            BLOCKING_END
            if (result < 0 && errno == EINTR && signals_check() < 0) return -1;
        } while (result < 0 && errno == EINTR);
        if (result >= 0) return result;
        bool would_wait = errno == EWOULDBLOCK || errno == EAGAIN;
        if (self->timeout > 0 && would_wait) continue; // poll's answer was stale
        socket_os_error();
        return -1;
    }
}

/* --- connections --- */

typedef struct Accepting {
    Address address;
    socklen_t length;
} Accepting;

static ssize_t do_accept(Socket *self, void *data)
{
    Accepting *accepting = data;
    accepting->length = sizeof accepting->address;
    return accept4(self->fd, &accepting->address.any, &accepting->length, SOCK_CLOEXEC);
}

FUNCTION(socket_accept)
{
    Accepting accepting = {0};
    int fd = (int)attempt(as_socket(self), false, do_accept, &accepting, socket_deadline(as_socket(self)));
    if (fd < 0) return VALUE_NULL;
    Value address = address_value(&accepting.address, accepting.length, as_socket(self)->protocol);
    if (!value_is_null(address)) return tuple_from_array_steal((Value[]){value_from_small_int(fd), address}, 2);
    close(fd);
    return VALUE_NULL;
}

/* Waits for a connection that is under way: 0, or errno; -1 with an exception. */
static int finish_connect(Socket *self)
{
    int64_t deadline = socket_deadline(self);
    for (;;) {
        int ready = socket_wait(self->fd, true, deadline), error = 0;
        socklen_t size = sizeof error;
        if (ready == 0) return EWOULDBLOCK;
        if (ready < 0 && errno != EINTR) return errno;
        if (ready < 0) {
            if (signals_check() < 0) return -1;
            continue;
        }
        return getsockopt(self->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
    }
}

Value socket_connect_to(Socket *self, const Address *address, socklen_t length, bool raises)
{
    int status, error = 0;
    BLOCKING_BEGIN
    status = connect(self->fd, &address->any, length);
    BLOCKING_END
    if (status < 0) {
        error = errno;
        bool waits = error == EINTR ? self->timeout != 0 : self->timeout > 0 && error == EINPROGRESS;
        if (error == EINTR && signals_check() < 0) return VALUE_NULL;
        if (waits) {
            error = finish_connect(self);
            if (error < 0) return VALUE_NULL;
            if (error == EWOULDBLOCK && raises) return socket_timed_out();
        }
    }
    if (!raises) return value_from_small_int(error);
    errno = error;
    return error ? socket_os_error() : VALUE_NONE;
}

static Value connect_value(Value self, Value v, const char *function, bool raises)
{
    Address address;
    socklen_t length;
    if (!address_parse(as_socket(self), v, function, &address, &length)) return VALUE_NULL;
    return socket_connect_to(as_socket(self), &address, length, raises);
}

FUNCTION(socket_connect)
{
    return connect_value(self, args[0], "connect", true);
}

FUNCTION(socket_connect_ex)
{
    return connect_value(self, args[0], "connect_ex", false);
}

/* --- receiving --- */

typedef struct Transfer {
    void *data;
    size_t size;
    int flags;
    Address address;
    socklen_t length; /* of the address; on sending 0: none */
} Transfer;

static ssize_t do_recv(Socket *self, void *data)
{
    Transfer *transfer = data;
    return recv(self->fd, transfer->data, transfer->size, transfer->flags);
}

static ssize_t do_recvfrom(Socket *self, void *data)
{
    Transfer *transfer = data;
    transfer->length = sizeof transfer->address;
    memset(&transfer->address, 0, sizeof transfer->address);
    return recvfrom(self->fd, transfer->data, transfer->size, transfer->flags, &transfer->address.any,
                    &transfer->length);
}

static bool flags_argument(const Value *args, ssize_t nargs, ssize_t index, int *flags)
{
    *flags = 0;
    return nargs <= index || arg_as_int(args[index], flags);
}

/* Received bytes as an object; *transfer has the sender when `operation` asks for it. */
static Value receive_bytes(Value self, Operation operation, ssize_t size, Transfer *transfer)
{
    Value result = bytes_new(NULL, size);
    if (value_is_null(result)) return VALUE_NULL;
    transfer->data = as_bytes(result)->data;
    transfer->size = (size_t)size;
    ssize_t got = size == 0 && operation == do_recv
                      ? 0
                      : attempt(as_socket(self), false, operation, transfer, socket_deadline(as_socket(self)));
    if (got < 0)
        value_clear(&result);
    else if (got != size && bytes_resize(&result, got) < 0)
        return VALUE_NULL;
    return result;
}

FUNCTION(socket_recv)
{
    ssize_t size;
    Transfer transfer = {0};
    if (!arg_as_ssize(args[0], &size) || !flags_argument(args, nargs, 1, &transfer.flags)) return VALUE_NULL;
    if (size < 0) return error_set(&type_ValueError, "negative buffersize in recv");
    return receive_bytes(self, do_recv, size, &transfer);
}

static Value with_sender(Value self, STEALS Value first, const Transfer *transfer)
{
    if (value_is_null(first)) return VALUE_NULL;
    Value sender = address_value(&transfer->address, transfer->length, as_socket(self)->protocol);
    if (!value_is_null(sender)) return tuple_from_array_steal((Value[]){first, sender}, 2);
    value_decref(first);
    return VALUE_NULL;
}

FUNCTION(socket_recvfrom)
{
    ssize_t size;
    Transfer transfer = {0};
    if (!arg_as_ssize(args[0], &size) || !flags_argument(args, nargs, 1, &transfer.flags)) return VALUE_NULL;
    if (size < 0) return error_set(&type_ValueError, "negative buffersize in recvfrom");
    return with_sender(self, receive_bytes(self, do_recvfrom, size, &transfer), &transfer);
}

static Value receive_into(Value self, const Value *out, const char *function, Operation operation, Transfer *transfer)
{
    Buffer view;
    ssize_t size = 0;
    if ((is_given(out[1]) && !arg_as_ssize(out[1], &size)) || !optional_int(out[2], &transfer->flags))
        return VALUE_NULL;
    if (buffer_get(out[0], &view, BUFFER_WRITABLE) < 0) {
        if (error_catch(&type_BufferError))
            error_format(&type_TypeError, "%s() argument 1 must be read-write bytes-like object, not %T", function,
                         out[0]);
        return VALUE_NULL;
    }
    Value result = VALUE_NULL;
    if (size < 0) {
        error_format(&type_ValueError, "negative buffersize in %s", function);
    } else if (size > view.length) {
        error_set(&type_ValueError, operation == do_recv ? "buffer too small for requested bytes"
                                                         : "nbytes is greater than the length of the buffer");
    } else {
        transfer->data = view.data;
        transfer->size = (size_t)(size ? size : view.length);
        ssize_t got = attempt(as_socket(self), false, operation, transfer, socket_deadline(as_socket(self)));
        if (got >= 0) result = value_from_small_int(got);
    }
    buffer_release(&view);
    return result;
}

FUNCTION(socket_recv_into)
{
    ARGUMENTS("recv_into", 1, 3, "buffer", "nbytes", "flags");
    Transfer transfer = {0};
    return receive_into(self, out, "recv_into", do_recv, &transfer);
}

FUNCTION(socket_recvfrom_into)
{
    ARGUMENTS("recvfrom_into", 1, 3, "buffer", "nbytes", "flags");
    Transfer transfer = {0};
    return with_sender(self, receive_into(self, out, "recvfrom_into", do_recvfrom, &transfer), &transfer);
}

/* --- sending --- */

static ssize_t do_send(Socket *self, void *data)
{
    Transfer *transfer = data;
    return send(self->fd, transfer->data, transfer->size, transfer->flags);
}

static ssize_t do_sendto(Socket *self, void *data)
{
    Transfer *transfer = data;
    return sendto(self->fd, transfer->data, transfer->size, transfer->flags, &transfer->address.any, transfer->length);
}

static Value send_buffer(Value self, Value data, Operation operation, Transfer *transfer)
{
    Buffer view;
    if (buffer_get(data, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    transfer->data = view.data;
    transfer->size = (size_t)view.length;
    ssize_t sent = attempt(as_socket(self), true, operation, transfer, socket_deadline(as_socket(self)));
    buffer_release(&view);
    return sent < 0 ? VALUE_NULL : value_from_small_int(sent);
}

FUNCTION(socket_send)
{
    Transfer transfer = {0};
    if (!flags_argument(args, nargs, 1, &transfer.flags)) return VALUE_NULL;
    return send_buffer(self, args[0], do_send, &transfer);
}

FUNCTION(socket_sendall)
{
    Transfer transfer = {0};
    Buffer view;
    if (!flags_argument(args, nargs, 1, &transfer.flags) || buffer_get(args[0], &view, BUFFER_SIMPLE) < 0)
        return VALUE_NULL;
    int64_t deadline = socket_deadline(as_socket(self)); // one for all the pieces
    transfer.data = view.data;
    transfer.size = (size_t)view.length;
    ssize_t sent = 0;
    while (transfer.size > 0) {
        sent = attempt(as_socket(self), true, do_send, &transfer, deadline);
        if (sent < 0 || signals_check() < 0) {
            sent = -1;
            break;
        }
        transfer.data = (char *)transfer.data + sent;
        transfer.size -= (size_t)sent;
    }
    buffer_release(&view);
    return sent < 0 ? VALUE_NULL : VALUE_NONE;
}

FUNCTION(socket_sendto)
{
    Transfer transfer = {0};
    if (nargs < 2 || nargs > 3)
        return error_format(&type_TypeError, "sendto() takes 2 or 3 arguments (%zd given)", nargs);
    if (nargs == 3 && !arg_as_int(args[1], &transfer.flags)) return VALUE_NULL;
    Buffer view;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    buffer_release(&view); // data first, then the address, as CPython checks them
    if (!address_parse(as_socket(self), args[nargs - 1], "sendto", &transfer.address, &transfer.length))
        return VALUE_NULL;
    return send_buffer(self, args[0], do_sendto, &transfer);
}

/* --- messages with ancillary data --- */

typedef struct Message {
    struct msghdr header;
    Address address;
    int flags;
    struct iovec *iov; /* raw block */
    Buffer *views;     /* raw block */
    ssize_t view_count;
} Message;

static ssize_t do_recvmsg(Socket *self, void *data)
{
    Message *message = data;
    message->header.msg_namelen = sizeof message->address;
    return recvmsg(self->fd, &message->header, message->flags);
}

static ssize_t do_sendmsg(Socket *self, void *data)
{
    Message *message = data;
    return sendmsg(self->fd, &message->header, message->flags);
}

static void message_release(Message *message)
{
    for (ssize_t i = 0; i < message->view_count; i++) buffer_release(&message->views[i]);
    raw_free(message->views);
    raw_free(message->iov);
    raw_free(message->header.msg_control);
}

/* The buffers of a sequence as the message's vector. */
static bool message_buffers(Message *message, Value buffers, int flags, const char *complaint)
{
    Value items = sequence_fast(buffers, complaint);
    if (value_is_null(items)) return false;
    ssize_t count = sequence_fast_length(items);
    message->iov = raw_calloc((size_t)MAX(count, 1), sizeof(struct iovec));
    message->views = raw_calloc((size_t)MAX(count, 1), sizeof(Buffer));
    bool done = message->iov && message->views;
    if (!done) error_no_memory();
    for (ssize_t i = 0; done && i < count; i++) {
        done = buffer_get(sequence_fast_items(items)[i], &message->views[i], flags) == 0;
        if (!done && error_catch(&type_BufferError))
            error_set(&type_TypeError,
                      "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers");
        if (!done) break;
        message->iov[i] = (struct iovec){message->views[i].data, (size_t)message->views[i].length};
        message->view_count++;
    }
    value_decref(items);
    message->header.msg_iov = message->iov;
    message->header.msg_iovlen = (size_t)message->view_count;
    return done;
}

/* [(level, type, data), …] of what came with the message. */
static Value ancillary_list(struct msghdr *header)
{
    Value list = list_new(0);
    if (header->msg_controllen == 0) return list;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); !value_is_null(list) && c; c = CMSG_NXTHDR(header, c)) {
        char *end = (char *)header->msg_control + header->msg_controllen;
        ssize_t length = MIN((char *)c + c->cmsg_len, end) - (char *)CMSG_DATA(c);
        Value data = bytes_new((char *)CMSG_DATA(c), MAX(length, 0)), item = VALUE_NULL;
        if (!value_is_null(data))
            item = tuple_from_array_steal(
                (Value[]){value_from_small_int(c->cmsg_level), value_from_small_int(c->cmsg_type), data}, 3);
        if (value_is_null(item) || list_append_steal(list, item) < 0) value_clear(&list);
    }
    return list;
}

/* Receives; (first, ancillary, flags, sender), `first` is made from the count by the caller: here the count itself. */
static Value receive_message(Value self, Message *message, ssize_t control_size, ssize_t *got)
{
    message->header.msg_name = &message->address;
    if (control_size > 0) {
        message->header.msg_control = raw_calloc(1, (size_t)control_size);
        if (!message->header.msg_control) return error_no_memory();
        message->header.msg_controllen = (size_t)control_size;
    }
    *got = attempt(as_socket(self), false, do_recvmsg, message, socket_deadline(as_socket(self)));
    if (*got < 0) return VALUE_NULL;
    return ancillary_list(&message->header);
}

static Value message_tuple(Value self, STEALS Value first, STEALS Value ancillary, const Message *message)
{
    Value sender = VALUE_NULL;
    if (!value_is_null(first) && !value_is_null(ancillary))
        sender = address_value(&message->address, message->header.msg_namelen, as_socket(self)->protocol);
    if (!value_is_null(sender))
        return tuple_from_array_steal(
            (Value[]){first, ancillary, value_from_small_int(message->header.msg_flags), sender}, 4);
    value_xdecref(first);
    value_xdecref(ancillary);
    return VALUE_NULL;
}

static bool control_size_argument(const Value *args, ssize_t nargs, const char *function, ssize_t *size)
{
    *size = 0;
    if (nargs > 1 && !arg_as_ssize(args[1], size)) return false;
    if (*size >= 0 && *size <= INT_MAX) return true;
    error_format(&type_ValueError, "invalid ancillary data buffer length");
    return false;
}

FUNCTION(socket_recvmsg)
{
    ssize_t size, control, got;
    Message message = {0};
    if (!arg_as_ssize(args[0], &size)) return VALUE_NULL;
    if (size < 0) return error_set(&type_ValueError, "negative buffer size in recvmsg()");
    if (!control_size_argument(args, nargs, "recvmsg", &control) || !flags_argument(args, nargs, 2, &message.flags))
        return VALUE_NULL;
    Value data = bytes_new(NULL, size);
    if (value_is_null(data)) return VALUE_NULL;
    struct iovec vector = {as_bytes(data)->data, (size_t)size};
    message.header.msg_iov = &vector;
    message.header.msg_iovlen = 1;
    Value ancillary = receive_message(self, &message, control, &got);
    if (value_is_null(ancillary))
        value_clear(&data);
    else if (got != size && bytes_resize(&data, got) < 0)
        data = VALUE_NULL;
    Value result = message_tuple(self, data, ancillary, &message);
    message_release(&message);
    return result;
}

FUNCTION(socket_recvmsg_into)
{
    ssize_t control, got;
    Message message = {0};
    if (!control_size_argument(args, nargs, "recvmsg_into", &control) ||
        !flags_argument(args, nargs, 2, &message.flags))
        return VALUE_NULL;
    Value result = VALUE_NULL;
    if (message_buffers(&message, args[0], BUFFER_WRITABLE, "recvmsg_into() argument 1 must be an iterable")) {
        Value ancillary = receive_message(self, &message, control, &got);
        result = message_tuple(self, value_from_small_int(got), ancillary, &message);
    }
    message_release(&message);
    return result;
}

/* Appends the control messages of [(level, type, data), …] to the header's block. */
static bool add_ancillary(Message *message, Value items)
{
    size_t total = 0;
    ssize_t count = sequence_fast_length(items);
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1 && total) {
            message->header.msg_control = raw_calloc(1, total);
            if (!message->header.msg_control) {
                error_no_memory();
                return false;
            }
            message->header.msg_controllen = total;
        }
        struct cmsghdr *place = pass == 1 && total ? CMSG_FIRSTHDR(&message->header) : NULL;
        for (ssize_t i = 0; i < count && i < sequence_fast_length(items); i++) {
            int level, type;
            Buffer view;
            Value item = sequence_fast(sequence_fast_items(items)[i],
                                       "[sendmsg() ancillary data items]() argument must be sequence");
            if (value_is_null(item)) return false;
            const Value *parts = sequence_fast_items(item);
            bool done = sequence_fast_length(item) == 3 && arg_as_int(parts[0], &level) &&
                        arg_as_int(parts[1], &type) && buffer_get(parts[2], &view, BUFFER_SIMPLE) == 0;
            if (sequence_fast_length(item) != 3)
                error_set(&type_TypeError, "sendmsg() ancillary data items must be 3-tuples");
            value_decref(item);
            if (!done) return false;
            size_t size = (size_t)view.length;
            if (pass == 0) {
                total += CMSG_SPACE(size);
            } else if (place) {
                place->cmsg_level = level;
                place->cmsg_type = type;
                place->cmsg_len = CMSG_LEN(size);
                memcpy(CMSG_DATA(place), view.data, size);
                place = CMSG_NXTHDR(&message->header, place);
            }
            buffer_release(&view);
        }
    }
    return true;
}

static bool fill_message(Value self, Message *message, const Value *args, ssize_t nargs)
{
    if (!message_buffers(message, args[0], BUFFER_SIMPLE, "sendmsg() argument 1 must be an iterable")) return false;
    if (!flags_argument(args, nargs, 2, &message->flags)) return false;
    if (nargs > 3 && !value_is_none(args[3])) {
        socklen_t length;
        if (!address_parse(as_socket(self), args[3], "sendmsg", &message->address, &length)) return false;
        message->header.msg_name = &message->address;
        message->header.msg_namelen = length;
    }
    if (nargs < 2) return true;
    Value items = sequence_fast(args[1], "sendmsg() argument 2 must be an iterable");
    if (value_is_null(items)) return false;
    bool done = add_ancillary(message, items);
    value_decref(items);
    return done;
}

FUNCTION(socket_sendmsg)
{
    Message message = {0};
    Value result = VALUE_NULL;
    if (fill_message(self, &message, args, nargs)) {
        ssize_t sent = attempt(as_socket(self), true, do_sendmsg, &message, socket_deadline(as_socket(self)));
        if (sent >= 0) result = value_from_small_int(sent);
    }
    message_release(&message);
    return result;
}

/* --- addresses, options, state --- */

FUNCTION(socket_bind)
{
    Address address;
    socklen_t length;
    int status;
    if (!address_parse(as_socket(self), args[0], "bind", &address, &length)) return VALUE_NULL;
    int fd = as_socket(self)->fd;
    BLOCKING_BEGIN
    status = bind(fd, &address.any, length);
    BLOCKING_END
    return status < 0 ? socket_os_error() : VALUE_NONE;
}

FUNCTION(socket_listen)
{
    int backlog = MIN(SOMAXCONN, 128);
    if (nargs && !arg_as_int(args[0], &backlog)) return VALUE_NULL;
    return listen(as_socket(self)->fd, MAX(backlog, 0)) < 0 ? socket_os_error() : VALUE_NONE;
}

FUNCTION(socket_shutdown)
{
    int how;
    if (!arg_as_int(args[0], &how)) return VALUE_NULL;
    return shutdown(as_socket(self)->fd, how) < 0 ? socket_os_error() : VALUE_NONE;
}

static Value name_of(Value self, int (*call)(int, struct sockaddr *, socklen_t *))
{
    Address address = {0};
    socklen_t length = sizeof address;
    if (call(as_socket(self)->fd, &address.any, &length) < 0) return socket_os_error();
    return address_value(&address, length, as_socket(self)->protocol);
}

static int call_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    return getsockname(fd, address, length);
}

static int call_getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
    return getpeername(fd, address, length);
}

FUNCTION(socket_getsockname)
{
    return name_of(self, call_getsockname);
}

FUNCTION(socket_getpeername)
{
    return name_of(self, call_getpeername);
}

FUNCTION(socket_setsockopt)
{
    int level, option, number, status, fd = as_socket(self)->fd;
    if (!arg_as_int(args[0], &level) || !arg_as_int(args[1], &option)) return VALUE_NULL;
    if (nargs == 4) {
        int length;
        if (!value_is_none(args[2])) return error_format(&type_TypeError, "setsockopt() argument 3 must be None");
        if (!arg_as_int(args[3], &length)) return VALUE_NULL;
        status = setsockopt(fd, level, option, NULL, (socklen_t)length);
    } else if (is_int(args[2])) {
        if (!arg_as_int(args[2], &number)) return VALUE_NULL;
        status = setsockopt(fd, level, option, &number, sizeof number);
    } else {
        Buffer view;
        if (value_is_none(args[2]))
            return error_set(&type_TypeError, "setsockopt() takes exactly 4 arguments (3 given)");
        if (buffer_get(args[2], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
        status = setsockopt(fd, level, option, view.data, (socklen_t)view.length);
        buffer_release(&view);
    }
    return status < 0 ? socket_os_error() : VALUE_NONE;
}

FUNCTION(socket_getsockopt)
{
    int level, option, length = 0, number = 0, fd = as_socket(self)->fd;
    if (!arg_as_int(args[0], &level) || !arg_as_int(args[1], &option)) return VALUE_NULL;
    if (nargs > 2 && !arg_as_int(args[2], &length)) return VALUE_NULL;
    if (length == 0) {
        socklen_t size = sizeof number;
        if (getsockopt(fd, level, option, &number, &size) < 0) return socket_os_error();
        return value_from_small_int(number);
    }
    if (length < 0 || length > 1024) return error_set(&type_OSError, "getsockopt buflen out of range");
    Value data = bytes_new(NULL, length);
    if (value_is_null(data)) return VALUE_NULL;
    socklen_t size = (socklen_t)length;
    if (getsockopt(fd, level, option, as_bytes(data)->data, &size) < 0) {
        value_decref(data);
        return socket_os_error();
    }
    if ((int)size != length && bytes_resize(&data, (ssize_t)size) < 0) return VALUE_NULL;
    return data;
}

static Value set_timeout(Socket *self, int64_t timeout)
{
    int flags = fcntl(self->fd, F_GETFL);
    if (flags < 0) return socket_os_error();
    int wanted = timeout >= 0 ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (wanted != flags && fcntl(self->fd, F_SETFL, wanted) < 0) return socket_os_error();
    self->timeout = timeout;
    return VALUE_NONE;
}

FUNCTION(socket_setblocking)
{
    bool blocks;
    return arg_as_bool(args[0], &blocks) ? set_timeout(as_socket(self), blocks ? -1 : 0) : VALUE_NULL;
}

FUNCTION(socket_getblocking)
{
    return value_from_bool(as_socket(self)->timeout != 0);
}

FUNCTION(socket_settimeout)
{
    int64_t timeout;
    return socket_timeout_argument(args[0], &timeout) ? set_timeout(as_socket(self), timeout) : VALUE_NULL;
}

FUNCTION(socket_gettimeout)
{
    int64_t timeout = as_socket(self)->timeout;
    return timeout < 0 ? VALUE_NONE : value_from_double(duration_as_seconds(timeout));
}

FUNCTION(socket_fileno)
{
    return value_from_small_int(as_socket(self)->fd);
}

FUNCTION(socket_detach)
{
    int fd = as_socket(self)->fd;
    as_socket(self)->fd = -1;
    return value_from_small_int(fd);
}

FUNCTION(socket_close)
{
    int fd = as_socket(self)->fd, status;
    if (fd == -1) return VALUE_NONE;
    as_socket(self)->fd = -1;
    BLOCKING_BEGIN
    status = close(fd);
    BLOCKING_END
    return status < 0 && errno != ECONNRESET ? socket_os_error() : VALUE_NONE;
}

const NativeMethod socket_methods[] = {
    {"_accept", socket_accept, 0, 0, 0, "_accept() -> (integer, address info)\n\nWait for an incoming connection."},
    {"bind", socket_bind, 1, 1, 0, "bind(address)\n\nBind the socket to a local address."},
    {"close", socket_close, 0, 0, 0, "close()\n\nClose the socket.  It cannot be used after this call."},
    {"connect", socket_connect, 1, 1, 0, "connect(address)\n\nConnect the socket to a remote address."},
    {"connect_ex", socket_connect_ex, 1, 1, 0,
     "connect_ex(address) -> errno\n\nLike connect(address), but returns an error code instead of raising."},
    {"detach", socket_detach, 0, 0, 0, "detach()\n\nClose the socket object without closing the file descriptor."},
    {"fileno", socket_fileno, 0, 0, 0, "fileno() -> integer\n\nReturn the integer file descriptor of the socket."},
    {"getblocking", socket_getblocking, 0, 0, 0, "getblocking()\n\nReturns True if socket is in blocking mode."},
    {"getpeername", socket_getpeername, 0, 0, 0,
     "getpeername() -> address info\n\nReturn the address of the remote endpoint."},
    {"getsockname", socket_getsockname, 0, 0, 0,
     "getsockname() -> address info\n\nReturn the address of the local endpoint."},
    {"getsockopt", socket_getsockopt, 2, 3, 0, "getsockopt(level, option[, buffersize]) -> value\n\nGet an option."},
    {"gettimeout", socket_gettimeout, 0, 0, 0, "gettimeout() -> timeout\n\nReturns the timeout in seconds or None."},
    {"listen", socket_listen, 0, 1, 0, "listen([backlog])\n\nEnable a server to accept connections."},
    {"recv", socket_recv, 1, 2, 0, "recv(buffersize[, flags]) -> data\n\nReceive up to buffersize bytes."},
    {"recv_into", socket_recv_into, 0, -1, NATIVE_KEYWORDS,
     "recv_into(buffer, [nbytes[, flags]]) -> nbytes_read\n\nA version of recv() that stores its data into a buffer."},
    {"recvfrom", socket_recvfrom, 1, 2, 0,
     "recvfrom(buffersize[, flags]) -> (data, address info)\n\nLike recv, but also return the sender's address."},
    {"recvfrom_into", socket_recvfrom_into, 0, -1, NATIVE_KEYWORDS,
     "recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)\n\nLike recv_into, with the sender's "
     "address."},
    {"recvmsg", socket_recvmsg, 1, 3, 0,
     "recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)\n\nReceive data and ancillary "
     "data."},
    {"recvmsg_into", socket_recvmsg_into, 1, 3, 0,
     "recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)\n\nReceive into buffers."},
    {"send", socket_send, 1, 2, 0, "send(data[, flags]) -> count\n\nSend a data string to the socket."},
    {"sendall", socket_sendall, 1, 2, 0, "sendall(data[, flags])\n\nSend all of the data."},
    {"sendmsg", socket_sendmsg, 1, 4, 0,
     "sendmsg(buffers[, ancdata[, flags[, address]]]) -> count\n\nSend normal and ancillary data."},
    {"sendto", socket_sendto, 0, -1, 0, "sendto(data[, flags], address) -> count\n\nLike send(), to an address."},
    {"setblocking", socket_setblocking, 1, 1, 0,
     "setblocking(flag)\n\nSet the socket to blocking (flag is true) or non-blocking (false)."},
    {"setsockopt", socket_setsockopt, 3, 4, 0, "setsockopt(level, option, value)\n\nSet a socket option."},
    {"settimeout", socket_settimeout, 1, 1, 0, "settimeout(timeout)\n\nSet a timeout on socket operations."},
    {"shutdown", socket_shutdown, 1, 1, 0, "shutdown(flag)\n\nShut down one or both directions of the connection."},
    {NULL},
};

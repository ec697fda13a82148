/* socket.c: the type _socket.socket, and the module. */
#include "modules/socket/socket.h"

#include <fcntl.h>
#include <unistd.h>

#include "modules/duration.h"
#include "modules/exception_class.h"
#include "objects/weakref.h"

Value socket_gaierror, socket_herror;
int64_t socket_default_timeout = -1;

bool socket_timeout_argument(Value v, int64_t *timeout)
{
    *timeout = -1;
    if (value_is_none(v)) return true;
    if (!duration_from_seconds(v, ROUND_UP, timeout)) return false;
    if (*timeout >= 0) return true;
    error_set(&type_ValueError, "Timeout value out of range");
    return false;
}

static bool set_up(Socket *self, int fd, int family, int type, int protocol)
{
    self->fd = fd;
    self->family = family;
    self->type = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    self->protocol = protocol;
    self->timeout = type & SOCK_NONBLOCK ? 0 : socket_default_timeout;
    if (self->timeout < 0 || type & SOCK_NONBLOCK) return true;
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) >= 0) return true;
    socket_os_error();
    return false;
}

/* What an open descriptor is; -1 in the arguments stands for "ask the system". */
static bool describe_fd(int fd, int *family, int *type, int *protocol)
{
    Address address = {0};
    socklen_t length = sizeof address, size = sizeof(int);
    if (getsockname(fd, &address.any, &length) < 0) {
        if (*family == -1 || errno == EBADF || errno == ENOTSOCK) {
            socket_os_error();
            return false;
        }
    } else if (*family == -1) {
        *family = address.any.sa_family;
    }
    if (*type == -1 && getsockopt(fd, SOL_SOCKET, SO_TYPE, type, &size) < 0) {
        socket_os_error();
        return false;
    }
    size = sizeof(int);
    if (*protocol == -1 && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, protocol, &size) < 0) {
        socket_os_error();
        return false;
    }
    return true;
}

static Value socket_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Socket *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    self->fd = -1;
    self->timeout = socket_default_timeout;
    return value_from_object(self);
}

static int socket_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"family", "type", "proto", "fileno", NULL};
    static const ArgSpec spec = {"socket", names, 0, 4, 0};
    Value out[4];
    int family = -1, type = -1, protocol = -1, fd;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !optional_int(out[0], &family) ||
        !optional_int(out[1], &type) || !optional_int(out[2], &protocol))
        return -1;
    if (is_given(out[3]) && !value_is_none(out[3])) {
        if (!arg_as_int(out[3], &fd)) return -1;
        if (fd < 0) {
            error_set(&type_ValueError, "negative file descriptor");
            return -1;
        }
        if (!describe_fd(fd, &family, &type, &protocol)) return -1;
    } else {
        if (family == -1) family = AF_INET;
        if (type == -1) type = SOCK_STREAM;
        if (protocol == -1) protocol = 0;
        BLOCKING_BEGIN
        fd = socket(family, type | SOCK_CLOEXEC, protocol);
        BLOCKING_END
        if (fd < 0) {
            socket_os_error();
            return -1;
        }
    }
    return set_up(as_socket(self), fd, family, type, protocol) ? 0 : -1;
}

static void socket_finalize(Value self)
{
    Socket *socket = as_socket(self);
    if (socket->fd < 0) return;
    Value saved = error_fetch();
    if (warn_format(&type_ResourceWarning, 1, "unclosed %R", self) < 0) {
        if (error_matches(&type_Warning)) error_write_unraisable(self, NULL);
        error_clear();
    }
    error_restore(saved);
    int fd = socket->fd;
    socket->fd = -1;
    BLOCKING_BEGIN
    close(fd);
    BLOCKING_END
}

static void socket_destroy(Object *object)
{
    Socket *self = (Socket *)object;
    object->refcount++; // alive for the warning's sake
    socket_finalize(value_from_object(object));
    if (--object->refcount > 0) return;
    if (!value_is_null(self->weaklist)) weakref_clear_all(object);
    object_free(object, object->type->instance_size);
}

static Value socket_repr(Value self)
{
    const Socket *socket = as_socket(self);
    return str_format("<socket object, fd=%ld, family=%d, type=%d, proto=%d>", (long)socket->fd, socket->family,
                      socket->type, socket->protocol);
}

static Value get_timeout(Value self, void *closure)
{
    int64_t timeout = as_socket(self)->timeout;
    return timeout < 0 ? VALUE_NONE : value_from_double(duration_as_seconds(timeout));
}

static const NativeMember members[] = {
    {"family", MEMBER_INT, offsetof(Socket, family), true, "the socket family"},
    {"type", MEMBER_INT, offsetof(Socket, type), true, "the socket type"},
    {"proto", MEMBER_INT, offsetof(Socket, protocol), true, "the socket protocol"},
    {NULL},
};

static const NativeGetSet getsets[] = {
    {"timeout", get_timeout, NULL, "the socket timeout", NULL},
    {NULL},
};

Type socket_type = {
    .head = TYPE_HEAD,
    .name = "_socket.socket",
    .doc = "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\n"
           "socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\n"
           "Open a socket of the given type.",
    .instance_size = sizeof(Socket),
    .flags = TYPE_BASE | TYPE_IMMUTABLE,
    .destroy = socket_destroy,
    .finalize = socket_finalize,
    .new_instance = socket_new,
    .init = socket_init,
    .repr = socket_repr,
    .methods = socket_methods,
    .members = members,
    .getsets = getsets,
};

int socket_add_functions(Value module, const NativeMethod *methods)
{
    for (; methods->name; methods++)
        if (module_add(module, methods->name, native_function_new(methods, module, ID(_socket))) < 0) return -1;
    return 0;
}

static int add_class(Value module, const char *name, const char *qualified_name, Value *place)
{
    if (value_is_null(*place)) *place = exception_class_new(qualified_name, &type_OSError);
    return value_is_null(*place) ? -1 : module_add(module, name, value_incref(*place));
}

static int exec(Value module)
{
    if (module_add_type(module, &socket_type) < 0 ||
        module_add(module, "SocketType", value_incref(value_from_object(&socket_type))) < 0 ||
        module_add(module, "error", value_incref(value_from_object(&type_OSError))) < 0 ||
        module_add(module, "timeout", value_incref(value_from_object(&type_TimeoutError))) < 0 ||
        add_class(module, "gaierror", "socket.gaierror", &socket_gaierror) < 0 ||
        add_class(module, "herror", "socket.herror", &socket_herror) < 0)
        return -1;
    return socket_resolve_exec(module) < 0 ? -1 : socket_constants_exec(module);
}

NATIVE_MODULE(_socket) = {
    .name = "_socket",
    .doc = "Implementation module for socket operations.\n\nSee the socket module for documentation.",
    .exec = exec,
};

/* address.c: socket addresses to Python and back: (host, port), (host, port, flowinfo, scope), paths. */
#include "modules/socket/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>

Value socket_os_error(void)
{
    return error_os(&type_OSError, errno, VALUE_NULL);
}

static Value error_with_code(Value class, int code, const char *text)
{
    Value message = str_from_cstr(text);
    if (value_is_null(message)) return VALUE_NULL;
    Value args = tuple_from_array_steal((Value[]){value_from_small_int(code), message}, 2);
    if (value_is_null(args)) return VALUE_NULL;
    error_set_value((Type *)value_as_object(class), args);
    value_decref(args);
    return VALUE_NULL;
}

Value socket_gai_error(int code)
{
    return code == EAI_SYSTEM ? socket_os_error() : error_with_code(socket_gaierror, code, gai_strerror(code));
}

/* --- hosts --- */

const char *host_text(Value v, Value *keep)
{
    const char *text;
    ssize_t length;
    *keep = VALUE_NULL;
    if (is_str(v)) {
        *keep = as_str(v)->is_ascii ? str_encode(v, "ascii", "strict") : str_encode(v, "idna", "strict");
        if (value_is_null(*keep)) return NULL;
        text = as_bytes(*keep)->data;
        length = as_bytes(*keep)->length;
    } else if (is_bytes(v)) {
        *keep = value_incref(v);
        text = as_bytes(v)->data;
        length = as_bytes(v)->length;
    } else if (is_bytearray(v)) {
        *keep = bytes_new(as_bytearray(v)->start, as_bytearray(v)->length);
        if (value_is_null(*keep)) return NULL;
        text = as_bytes(*keep)->data;
        length = as_bytes(*keep)->length;
    } else {
        error_format(&type_TypeError, "str, bytes or bytearray expected, not %T", v);
        return NULL;
    }
    if (strlen(text) == (size_t)length) return text;
    value_clear(keep);
    error_set(&type_TypeError, "host name must not contain null character");
    return NULL;
}

static bool look_up(const char *name, int family, int flags, Address *address, socklen_t *length)
{
    struct addrinfo hints = {.ai_family = family, .ai_flags = flags, .ai_socktype = SOCK_DGRAM}, *found;
    int code;
    BLOCKING_BEGIN
    code = getaddrinfo(name, name ? NULL : "0", &hints, &found);
    BLOCKING_END
    if (code) {
        socket_gai_error(code);
        return false;
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *length = found->ai_addrlen;
    bool is_single = found->ai_next == NULL;
    freeaddrinfo(found);
    if (name || is_single) return true;
    error_set(&type_OSError, "wildcard resolved to multiple address");
    return false;
}

bool host_resolve(const char *name, int family, Address *address, socklen_t *length)
{
    memset(address, 0, sizeof *address);
    if (*name == 0) return look_up(NULL, family, AI_PASSIVE, address, length);
    bool is_broadcast = strcmp(name, "<broadcast>") == 0 || strcmp(name, "255.255.255.255") == 0;
    if (family != AF_INET6 && (is_broadcast || inet_pton(AF_INET, name, &address->in.sin_addr) == 1)) {
        if (is_broadcast) address->in.sin_addr.s_addr = INADDR_BROADCAST;
        address->in.sin_family = AF_INET;
        *length = sizeof address->in;
        return true;
    }
    if (is_broadcast) {
        error_set(&type_OSError, "address family mismatched");
        return false;
    }
    if (family != AF_INET && !strchr(name, '%') && inet_pton(AF_INET6, name, &address->in6.sin6_addr) == 1) {
        address->in6.sin6_family = AF_INET6;
        *length = sizeof address->in6;
        return true;
    }
    return look_up(name, family, 0, address, length);
}

Value host_value(const Address *address, socklen_t length)
{
    char text[INET6_ADDRSTRLEN]; // without the scope, which has a place of its own in the tuple
    bool is_v6 = address->any.sa_family == AF_INET6;
    const void *number = is_v6 ? (const void *)&address->in6.sin6_addr : &address->in.sin_addr;
    return inet_ntop(address->any.sa_family, number, text, sizeof text) ? str_from_cstr(text) : socket_os_error();
}

/* --- from Python --- */

static bool port_argument(Value v, const char *function, uint16_t *port)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    int64_t n;
    bool fits = int_fits_int64(index, &n) && n >= 0 && n <= 0xffff;
    value_decref(index);
    if (fits)
        *port = htons((uint16_t)n);
    else
        error_format(&type_OverflowError, "%s(): port must be 0-65535.", function);
    return fits;
}

static bool set_host(Value v, int family, Address *address, socklen_t *length)
{
    Value keep;
    const char *name = host_text(v, &keep);
    if (!name) return false;
    bool done = host_resolve(name, family, address, length);
    value_xdecref(keep);
    return done;
}

static bool parse_inet(Value v, const char *function, Address *address, socklen_t *length)
{
    uint16_t port;
    if (!is_tuple(v)) {
        error_format(&type_TypeError, "%s(): AF_INET address must be tuple, not %.500T", function, v);
        return false;
    }
    if (tuple_length(v) != 2) {
        error_set(&type_TypeError, "AF_INET address must be a pair (host, port)");
        return false;
    }
    if (!port_argument(tuple_item_borrow(v, 1), function, &port)) return false;
    if (!set_host(tuple_item_borrow(v, 0), AF_INET, address, length)) return false;
    address->in.sin_port = port;
    return true;
}

static bool parse_inet6(Value v, const char *function, Address *address, socklen_t *length)
{
    uint16_t port;
    uint64_t flow = 0, scope = 0;
    if (!is_tuple(v)) {
        error_format(&type_TypeError, "%s(): AF_INET6 address must be tuple, not %.500T", function, v);
        return false;
    }
    ssize_t count = tuple_length(v);
    if (count < 2 || count > 4) {
        error_set(&type_TypeError, "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])");
        return false;
    }
    if (!port_argument(tuple_item_borrow(v, 1), function, &port)) return false;
    if (count > 2 && !arg_as_uint64(tuple_item_borrow(v, 2), &flow)) return false;
    if (count > 3 && !arg_as_uint64(tuple_item_borrow(v, 3), &scope)) return false;
    if (flow > 0xfffff) {
        error_format(&type_OverflowError, "%s(): flowinfo must be 0-1048575.", function);
        return false;
    }
    if (!set_host(tuple_item_borrow(v, 0), AF_INET6, address, length)) return false;
    address->in6.sin6_port = port;
    address->in6.sin6_flowinfo = htonl((uint32_t)flow);
    if (count > 3 || !address->in6.sin6_scope_id) address->in6.sin6_scope_id = (uint32_t)scope;
    return true;
}

/* A path, or in Linux's abstract namespace a name that begins with a zero byte. */
static bool parse_unix(Value v, Address *address, socklen_t *length)
{
    Buffer view;
    Value encoded = VALUE_NULL;
    if (is_str(v)) {
        encoded = str_encode(v, "utf-8", "surrogateescape");
        if (value_is_null(encoded)) return false;
        v = encoded;
    }
    int status = buffer_get(v, &view, BUFFER_SIMPLE);
    if (status == 0) {
        size_t room = sizeof address->un.sun_path, size = (size_t)view.length;
        bool is_abstract = size > 0 && *(char *)view.data == 0;
        if (size > room || (!is_abstract && size == room)) {
            error_set(&type_OSError, "AF_UNIX path too long");
            status = -1;
        } else {
            memset(address, 0, sizeof *address);
            address->un.sun_family = AF_UNIX;
            memcpy(address->un.sun_path, view.data, size);
            *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (is_abstract || size == 0 ? 0 : 1));
        }
        buffer_release(&view);
    }
    value_xdecref(encoded);
    return status == 0;
}

bool address_parse(const Socket *socket, Value v, const char *function, Address *address, socklen_t *length)
{
    memset(address, 0, sizeof *address);
    switch (socket->family) {
    case AF_INET: return parse_inet(v, function, address, length);
    case AF_INET6: return parse_inet6(v, function, address, length);
    case AF_UNIX: return parse_unix(v, address, length);
    default: error_format(&type_OSError, "%s(): bad family", function); return false;
    }
}

/* --- to Python --- */

static Value unix_value(const struct sockaddr_un *un, socklen_t length)
{
    ssize_t size = (ssize_t)length - (ssize_t)offsetof(struct sockaddr_un, sun_path);
    if (size > 0 && un->sun_path[0] == 0) return bytes_new(un->sun_path, size);
    return str_decode_fs(un->sun_path, size > 0 ? (ssize_t)strnlen(un->sun_path, (size_t)size) : 0);
}

Value address_value(const Address *address, socklen_t length, int protocol)
{
    if (length == 0) return VALUE_NONE; // a connected stream has no sender to name
    if (address->any.sa_family == AF_UNIX) return unix_value(&address->un, length);
    if (address->any.sa_family != AF_INET && address->any.sa_family != AF_INET6) {
        Value data = bytes_new(address->any.sa_data, (ssize_t)length - (ssize_t)offsetof(struct sockaddr, sa_data));
        if (value_is_null(data)) return VALUE_NULL;
        return tuple_from_array_steal((Value[]){value_from_small_int(address->any.sa_family), data}, 2);
    }
    Value host = host_value(address, length);
    if (value_is_null(host)) return VALUE_NULL;
    if (address->any.sa_family == AF_INET)
        return tuple_from_array_steal((Value[]){host, value_from_small_int(ntohs(address->in.sin_port))}, 2);
    return tuple_from_array_steal((Value[]){host, value_from_small_int(ntohs(address->in6.sin6_port)),
                                            value_from_small_int(ntohl(address->in6.sin6_flowinfo)),
                                            value_from_small_int(address->in6.sin6_scope_id)},
                                  4);
}

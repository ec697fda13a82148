/* resolve.c: the functions of the module _socket: names, services, byte orders, interfaces, pairs. */
#include "modules/socket/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <unistd.h>

#include "modules/duration.h"

/* --- getaddrinfo and getnameinfo --- */

/* None, str (idna) or bytes; *text NULL for None. */
static bool name_argument(Value v, const char **text, Value *keep)
{
    *keep = VALUE_NULL;
    *text = NULL;
    if (value_is_none(v)) return true;
    if (is_str(v))
        *keep = str_encode(v, "idna", "strict");
    else if (is_bytes(v))
        *keep = value_incref(v);
    else
        error_set(&type_TypeError, "getaddrinfo() argument 1 must be string or None");
    if (value_is_null(*keep)) return false;
    *text = as_bytes(*keep)->data;
    return true;
}

static bool port_argument(Value v, const char **text, char number[24], Value *keep)
{
    *keep = VALUE_NULL;
    *text = NULL;
    if (value_is_none(v)) return true;
    if (is_int(v)) {
        int64_t n;
        if (!arg_as_int64(v, &n)) return false;
        snprintf(number, 24, "%lld", (long long)n);
        *text = number;
        return true;
    }
    if (is_str(v))
        *keep = str_encode(v, "utf-8", "strict");
    else if (is_bytes(v))
        *keep = value_incref(v);
    else
        error_set(&type_OSError, "Int or String expected");
    if (value_is_null(*keep)) return false;
    *text = as_bytes(*keep)->data;
    return true;
}

static Value info_tuple(const struct addrinfo *info)
{
    Address address = {0};
    memcpy(&address, info->ai_addr, MIN(info->ai_addrlen, sizeof address));
    Value name = str_from_cstr(info->ai_canonname ? info->ai_canonname : "");
    Value where = value_is_null(name) ? VALUE_NULL : address_value(&address, info->ai_addrlen, -1);
    if (value_is_null(where)) {
        value_xdecref(name);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){value_from_small_int(info->ai_family),
                                            value_from_small_int(info->ai_socktype),
                                            value_from_small_int(info->ai_protocol), name, where},
                                  5);
}

FUNCTION(socket_getaddrinfo)
{
    ARGUMENTS("getaddrinfo", 2, 6, "host", "port", "family", "type", "proto", "flags");
    struct addrinfo hints = {0}, *found = NULL;
    const char *host, *port;
    char number[24];
    Value host_keep, port_keep, list = VALUE_NULL;
    if (!optional_int(out[2], &hints.ai_family) || !optional_int(out[3], &hints.ai_socktype) ||
        !optional_int(out[4], &hints.ai_protocol) || !optional_int(out[5], &hints.ai_flags))
        return VALUE_NULL;
    if (!name_argument(out[0], &host, &host_keep)) return VALUE_NULL;
    if (port_argument(out[1], &port, number, &port_keep)) {
        int code;
        BLOCKING_BEGIN
        code = getaddrinfo(host, port, &hints, &found);
        BLOCKING_END
        if (code)
            socket_gai_error(code);
        else
            list = list_new(0);
        for (struct addrinfo *info = found; !value_is_null(list) && info; info = info->ai_next) {
            Value item = info_tuple(info);
            if (value_is_null(item) || list_append_steal(list, item) < 0) value_clear(&list);
        }
        if (found) freeaddrinfo(found);
    }
    value_xdecref(host_keep);
    value_xdecref(port_keep);
    return list;
}

FUNCTION(socket_getnameinfo)
{
    int flags, port, code;
    uint64_t flow = 0, scope = 0;
    char host[NI_MAXHOST], service[NI_MAXSERV], number[24];
    if (!is_tuple(args[0])) return error_set(&type_TypeError, "getnameinfo() argument 1 must be a tuple");
    if (!arg_as_int(args[1], &flags)) return VALUE_NULL;
    ssize_t count = tuple_length(args[0]);
    const Value *items = as_tuple(args[0])->items;
    if (count < 2 || count > 4 || !is_str(items[0]))
        return error_set(&type_TypeError, "getnameinfo(): illegal sockaddr argument");
    const char *name = str_as_utf8(items[0], NULL);
    if (!name || !arg_as_int(items[1], &port) || (count > 2 && !arg_as_uint64(items[2], &flow)) ||
        (count > 3 && !arg_as_uint64(items[3], &scope)))
        return VALUE_NULL;
    if (flow > 0xfffff) return error_set(&type_OverflowError, "getnameinfo(): flowinfo must be 0-1048575.");
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST}, *found;
    snprintf(number, sizeof number, "%d", port);
    BLOCKING_BEGIN
    code = getaddrinfo(name, number, &hints, &found);
    BLOCKING_END
    if (code) return socket_gai_error(code);
    bool is_ambiguous = found->ai_next != NULL, is_short = found->ai_family == AF_INET && count != 2;
    if (found->ai_family == AF_INET6) {
        ((struct sockaddr_in6 *)found->ai_addr)->sin6_flowinfo = htonl((uint32_t)flow);
        ((struct sockaddr_in6 *)found->ai_addr)->sin6_scope_id = (uint32_t)scope;
    }
    if (is_ambiguous || is_short) {
        freeaddrinfo(found);
        return error_set(&type_OSError,
                         is_ambiguous ? "sockaddr resolved to multiple addresses" : "IPv4 sockaddr must be 2 tuple");
    }
    BLOCKING_BEGIN
    code = getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof host, service, sizeof service, flags);
    BLOCKING_END
    freeaddrinfo(found);
    if (code) return socket_gai_error(code);
    Value host_text_ = str_from_cstr(host);
    if (value_is_null(host_text_)) return VALUE_NULL;
    Value service_text = str_from_cstr(service);
    if (value_is_null(service_text)) {
        value_decref(host_text_);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){host_text_, service_text}, 2);
}

/* --- hosts --- */

FUNCTION(socket_gethostname)
{
    char name[1024];
    if (gethostname(name, sizeof name - 1) < 0) return socket_os_error();
    name[sizeof name - 1] = 0;
    return str_decode_fs(name, (ssize_t)strlen(name));
}

FUNCTION(socket_sethostname)
{
    Value name = str_encode_fs(args[0]);
    if (value_is_null(name)) return VALUE_NULL;
    int status = sethostname(as_bytes(name)->data, (size_t)as_bytes(name)->length);
    value_decref(name);
    return status < 0 ? socket_os_error() : VALUE_NONE;
}

static bool resolve_argument(Value v, int family, Address *address, socklen_t *length)
{
    Value keep;
    const char *name = host_text(v, &keep);
    if (!name) return false;
    bool done = host_resolve(name, family, address, length);
    value_xdecref(keep);
    return done;
}

FUNCTION(socket_gethostbyname)
{
    Address address;
    socklen_t length;
    return resolve_argument(args[0], AF_INET, &address, &length) ? host_value(&address, length) : VALUE_NULL;
}

static Value names_list(char **names)
{
    Value list = list_new(0);
    for (; names && *names && !value_is_null(list); names++) {
        Value name = str_from_cstr(*names);
        if (value_is_null(name) || list_append_steal(list, name) < 0) value_clear(&list);
    }
    return list;
}

static Value addresses_list(const struct hostent *entry)
{
    char text[INET6_ADDRSTRLEN];
    Value list = list_new(0);
    for (char **at = entry->h_addr_list; *at && !value_is_null(list); at++) {
        Value address = VALUE_NULL;
        if (inet_ntop(entry->h_addrtype, *at, text, sizeof text))
            address = str_from_cstr(text);
        else
            socket_os_error();
        if (value_is_null(address) || list_append_steal(list, address) < 0) value_clear(&list);
    }
    return list;
}

/* (name, aliases, addresses); no entry: herror. */
static Value host_tuple(const struct hostent *entry, int error)
{
    if (!entry) {
        Value message = str_from_cstr(hstrerror(error));
        if (value_is_null(message)) return VALUE_NULL;
        Value args = tuple_from_array_steal((Value[]){value_from_small_int(error), message}, 2);
        if (value_is_null(args)) return VALUE_NULL;
        error_set_value((Type *)value_as_object(socket_herror), args);
        value_decref(args);
        return VALUE_NULL;
    }
    Value parts[3] = {str_from_cstr(entry->h_name), names_list(entry->h_aliases), addresses_list(entry)};
    if (!value_is_null(parts[0]) && !value_is_null(parts[1]) && !value_is_null(parts[2]))
        return tuple_from_array_steal(parts, 3);
    for (int i = 0; i < 3; i++) value_xdecref(parts[i]);
    return VALUE_NULL;
}

FUNCTION(socket_gethostbyname_ex)
{
    Address address;
    socklen_t length;
    Value keep;
    struct hostent entry, *found = NULL;
    char buffer[16384];
    int error = 0;
    if (!resolve_argument(args[0], AF_INET, &address, &length)) return VALUE_NULL;
    const char *name = host_text(args[0], &keep);
    if (!name) return VALUE_NULL;
    BLOCKING_BEGIN
    gethostbyname_r(name, &entry, buffer, sizeof buffer, &found, &error);
    BLOCKING_END
    value_xdecref(keep);
    return host_tuple(found, error);
}

FUNCTION(socket_gethostbyaddr)
{
    Address address;
    socklen_t length;
    struct hostent entry, *found = NULL;
    char buffer[16384];
    int error = 0;
    if (!resolve_argument(args[0], AF_UNSPEC, &address, &length)) return VALUE_NULL;
    bool is_v6 = address.any.sa_family == AF_INET6;
    const void *number = is_v6 ? (const void *)&address.in6.sin6_addr : &address.in.sin_addr;
    BLOCKING_BEGIN
    gethostbyaddr_r(number, is_v6 ? 16 : 4, address.any.sa_family, &entry, buffer, sizeof buffer, &found, &error);
    BLOCKING_END
    return host_tuple(found, error);
}

/* --- services and protocols --- */

static bool text_argument(const Value *args, ssize_t nargs, ssize_t index, const char **text)
{
    *text = NULL;
    if (nargs <= index) return true;
    if (!is_str(args[index])) {
        error_format(&type_TypeError, "argument %zd must be str, not %T", index + 1, args[index]);
        return false;
    }
    *text = str_as_utf8(args[index], NULL);
    return *text != NULL;
}

FUNCTION(socket_getservbyname)
{
    const char *name, *protocol;
    struct servent *entry;
    if (!text_argument(args, nargs, 0, &name) || !text_argument(args, nargs, 1, &protocol)) return VALUE_NULL;
    BLOCKING_BEGIN
    entry = getservbyname(name, protocol);
    BLOCKING_END
    if (!entry) return error_set(&type_OSError, "service/proto not found");
    return value_from_small_int(ntohs((uint16_t)entry->s_port));
}

FUNCTION(socket_getservbyport)
{
    int port;
    const char *protocol;
    struct servent *entry;
    if (!arg_as_int(args[0], &port) || !text_argument(args, nargs, 1, &protocol)) return VALUE_NULL;
    if (port < 0 || port > 0xffff) return error_set(&type_OverflowError, "getservbyport: port must be 0-65535.");
    BLOCKING_BEGIN
    entry = getservbyport(htons((uint16_t)port), protocol);
    BLOCKING_END
    return entry ? str_from_cstr(entry->s_name) : error_set(&type_OSError, "port/proto not found");
}

FUNCTION(socket_getprotobyname)
{
    const char *name;
    struct protoent *entry;
    if (!text_argument(args, nargs, 0, &name)) return VALUE_NULL;
    BLOCKING_BEGIN
    entry = getprotobyname(name);
    BLOCKING_END
    return entry ? value_from_small_int(entry->p_proto) : error_set(&type_OSError, "protocol not found");
}

/* --- byte orders and numeric addresses --- */

static bool short_argument(Value v, const char *function, uint16_t *result)
{
    int64_t n;
    if (!is_int(v)) {
        error_format(&type_TypeError, "expected int, %T found", v);
        return false;
    }
    bool fits = int_fits_int64(v, &n) && n >= 0 && n <= 0xffff;
    if (!fits && int_sign(v) < 0)
        error_format(&type_OverflowError, "%s: can't convert negative Python int to C 16-bit unsigned integer",
                     function);
    else if (!fits)
        error_format(&type_OverflowError, "%s: Python int too large to convert to C 16-bit unsigned integer", function);
    *result = (uint16_t)n;
    return fits;
}

FUNCTION(socket_htons)
{
    uint16_t n;
    return short_argument(args[0], "htons", &n) ? value_from_small_int(htons(n)) : VALUE_NULL;
}

FUNCTION(socket_ntohs)
{
    uint16_t n;
    return short_argument(args[0], "ntohs", &n) ? value_from_small_int(ntohs(n)) : VALUE_NULL;
}

static Value swap_long(Value v)
{
    uint64_t n;
    if (!is_int(v)) return error_format(&type_TypeError, "expected int, %T found", v);
    if (!int_fits_uint64(v, &n)) {
        if (int_sign(v) < 0) return error_set(&type_OverflowError, "can't convert negative value to unsigned int");
        return error_set(&type_OverflowError, "int larger than 32 bits");
    }
    if (n > UINT32_MAX) return error_set(&type_OverflowError, "int larger than 32 bits");
    return value_from_small_int(htonl((uint32_t)n));
}

FUNCTION(socket_htonl)
{
    return swap_long(args[0]);
}

FUNCTION(socket_inet_aton)
{
    const char *text;
    struct in_addr address;
    if (!text_argument(args, nargs, 0, &text)) return VALUE_NULL;
    if (!inet_aton(text, &address)) return error_set(&type_OSError, "illegal IP address string passed to inet_aton");
    return bytes_new((const char *)&address, sizeof address);
}

FUNCTION(socket_inet_ntoa)
{
    Buffer view;
    char text[INET_ADDRSTRLEN];
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    bool fits = view.length == 4;
    if (fits) inet_ntop(AF_INET, view.data, text, sizeof text);
    buffer_release(&view);
    return fits ? str_from_cstr(text) : error_set(&type_OSError, "packed IP wrong length for inet_ntoa");
}

FUNCTION(socket_inet_pton)
{
    int family;
    const char *text;
    char packed[16];
    if (!arg_as_int(args[0], &family) || !text_argument(args, nargs, 1, &text)) return VALUE_NULL;
    int status = inet_pton(family, text, packed);
    if (status < 0) return socket_os_error();
    if (status == 0) return error_set(&type_OSError, "illegal IP address string passed to inet_pton");
    return bytes_new(packed, family == AF_INET ? 4 : 16);
}

FUNCTION(socket_inet_ntop)
{
    int family;
    Buffer view;
    char text[INET6_ADDRSTRLEN];
    if (!arg_as_int(args[0], &family) || buffer_get(args[1], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result;
    if (family != AF_INET && family != AF_INET6)
        result = error_format(&type_ValueError, "unknown address family %d", family);
    else if (view.length != (family == AF_INET ? 4 : 16))
        result = error_set(&type_ValueError, "invalid length of packed IP address string");
    else
        result = inet_ntop(family, view.data, text, sizeof text) ? str_from_cstr(text) : socket_os_error();
    buffer_release(&view);
    return result;
}

/* --- interfaces --- */

FUNCTION(socket_if_nameindex)
{
    struct if_nameindex *names = if_nameindex();
    if (!names) return socket_os_error();
    Value list = list_new(0);
    for (struct if_nameindex *at = names; at->if_index && !value_is_null(list); at++) {
        Value name = str_decode_fs(at->if_name, (ssize_t)strlen(at->if_name)), item = VALUE_NULL;
        if (!value_is_null(name)) item = tuple_from_array_steal((Value[]){value_from_small_int(at->if_index), name}, 2);
        if (value_is_null(item) || list_append_steal(list, item) < 0) value_clear(&list);
    }
    if_freenameindex(names);
    return list;
}

FUNCTION(socket_if_nametoindex)
{
    Value name = str_encode_fs(args[0]);
    if (value_is_null(name)) return VALUE_NULL;
    unsigned index = if_nametoindex(as_bytes(name)->data);
    value_decref(name);
    return index ? value_from_small_int(index) : error_set(&type_OSError, "no interface with this name");
}

FUNCTION(socket_if_indextoname)
{
    uint64_t index;
    char name[IF_NAMESIZE];
    if (!arg_as_uint64(args[0], &index)) return VALUE_NULL;
    if (!if_indextoname((unsigned)index, name)) return socket_os_error();
    return str_decode_fs(name, (ssize_t)strlen(name));
}

/* --- descriptors, timeouts, control messages --- */

static Value socket_from_fd(int fd, int family, int type, int protocol)
{
    Value args[4] = {value_from_small_int(family), value_from_small_int(type), value_from_small_int(protocol),
                     value_from_small_int(fd)};
    Value result = call_vector(value_from_object(&socket_type), args, 4, VALUE_NULL);
    if (value_is_null(result)) close(fd);
    return result;
}

FUNCTION(socket_socketpair)
{
    int family = AF_UNIX, type = SOCK_STREAM, protocol = 0, fds[2];
    if ((nargs > 0 && !arg_as_int(args[0], &family)) || (nargs > 1 && !arg_as_int(args[1], &type)) ||
        (nargs > 2 && !arg_as_int(args[2], &protocol)))
        return VALUE_NULL;
    if (socketpair(family, type | SOCK_CLOEXEC, protocol, fds) < 0) return socket_os_error();
    Value first = socket_from_fd(fds[0], family, type, protocol);
    if (value_is_null(first)) {
        close(fds[1]);
        return VALUE_NULL;
    }
    Value second = socket_from_fd(fds[1], family, type, protocol);
    if (value_is_null(second)) {
        value_decref(first);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){first, second}, 2);
}

FUNCTION(socket_close_fd)
{
    int fd, status;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = close(fd);
    BLOCKING_END
    return status < 0 && errno != ECONNRESET ? socket_os_error() : VALUE_NONE;
}

FUNCTION(socket_dup)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? socket_os_error() : value_from_small_int(copy);
}

FUNCTION(socket_getdefaulttimeout)
{
    if (socket_default_timeout < 0) return VALUE_NONE;
    return value_from_double(duration_as_seconds(socket_default_timeout));
}

FUNCTION(socket_setdefaulttimeout)
{
    return socket_timeout_argument(args[0], &socket_default_timeout) ? VALUE_NONE : VALUE_NULL;
}

static Value control_length(Value v, bool is_space, const char *function)
{
    int64_t length;
    if (!arg_as_int64(v, &length)) return VALUE_NULL;
    int64_t total = -1;
    if (length >= 0 && length <= INT32_MAX)
        total = (int64_t)(is_space ? CMSG_SPACE((size_t)length) : CMSG_LEN((size_t)length));
    int64_t most = INT32_MAX - (int64_t)(is_space ? CMSG_SPACE(1) : CMSG_LEN(0));
    if (total < 0 || length > most) return error_format(&type_OverflowError, "%s() argument out of range", function);
    return value_from_small_int(total);
}

FUNCTION(socket_CMSG_LEN)
{
    return control_length(args[0], false, "CMSG_LEN");
}

FUNCTION(socket_CMSG_SPACE)
{
    return control_length(args[0], true, "CMSG_SPACE");
}

static const NativeMethod methods[] = {
    {"getaddrinfo", socket_getaddrinfo, 0, -1, NATIVE_KEYWORDS,
     "getaddrinfo(host, port [, family, type, proto, flags])\n    -> list of (family, type, proto, canonname, "
     "sockaddr)"},
    {"getnameinfo", socket_getnameinfo, 2, 2, 0, "getnameinfo(sockaddr, flags) --> (host, port)"},
    {"gethostname", socket_gethostname, 0, 0, 0, "gethostname() -> string\n\nReturn the current host name."},
    {"sethostname", socket_sethostname, 1, 1, 0, "sethostname(name)\n\nSets the hostname to name."},
    {"gethostbyname", socket_gethostbyname, 1, 1, 0,
     "gethostbyname(host) -> address\n\nReturn the IP address for a host."},
    {"gethostbyname_ex", socket_gethostbyname_ex, 1, 1, 0,
     "gethostbyname_ex(host) -> (name, aliaslist, addresslist)\n\nReturn the true host name, aliases, and addresses."},
    {"gethostbyaddr", socket_gethostbyaddr, 1, 1, 0,
     "gethostbyaddr(host) -> (name, aliaslist, addresslist)\n\nReturn the true host name, aliases, and addresses."},
    {"getservbyname", socket_getservbyname, 1, 2, 0,
     "getservbyname(servicename[, protocolname]) -> integer\n\nReturn a port number from a service name."},
    {"getservbyport", socket_getservbyport, 1, 2, 0,
     "getservbyport(port[, protocolname]) -> string\n\nReturn the service name from a port number."},
    {"getprotobyname", socket_getprotobyname, 1, 1, 0,
     "getprotobyname(name) -> integer\n\nReturn the protocol number for the named protocol."},
    {"htons", socket_htons, 1, 1, 0, "htons(integer) -> integer\n\nConvert from host to network byte order."},
    {"ntohs", socket_ntohs, 1, 1, 0, "ntohs(integer) -> integer\n\nConvert from network to host byte order."},
    {"htonl", socket_htonl, 1, 1, 0, "htonl(integer) -> integer\n\nConvert from host to network byte order."},
    {"ntohl", socket_htonl, 1, 1, 0, "ntohl(integer) -> integer\n\nConvert from network to host byte order."},
    {"inet_aton", socket_inet_aton, 1, 1, 0, "inet_aton(string) -> bytes giving packed 32-bit IP representation"},
    {"inet_ntoa", socket_inet_ntoa, 1, 1, 0, "inet_ntoa(packed_ip) -> ip_address_string"},
    {"inet_pton", socket_inet_pton, 2, 2, 0, "inet_pton(af, ip) -> packed IP address string"},
    {"inet_ntop", socket_inet_ntop, 2, 2, 0, "inet_ntop(af, packed_ip) -> string formatted IP address"},
    {"if_nameindex", socket_if_nameindex, 0, 0, 0,
     "if_nameindex()\n\nA list of network interface (index, name) tuples."},
    {"if_nametoindex", socket_if_nametoindex, 1, 1, 0, "if_nametoindex(if_name)\n\nThe interface index for the name."},
    {"if_indextoname", socket_if_indextoname, 1, 1, 0, "if_indextoname(if_index)\n\nThe interface name for the index."},
    {"socketpair", socket_socketpair, 0, 3, 0,
     "socketpair([family[, type [, proto]]]) -> (socket object, socket object)\n\nA pair of connected sockets."},
    {"close", socket_close_fd, 1, 1, 0, "close(integer) -> None\n\nClose an integer socket file descriptor."},
    {"dup", socket_dup, 1, 1, 0, "dup(integer) -> integer\n\nDuplicate an integer socket file descriptor."},
    {"getdefaulttimeout", socket_getdefaulttimeout, 0, 0, 0,
     "getdefaulttimeout() -> timeout\n\nThe default timeout in seconds for new sockets, or None."},
    {"setdefaulttimeout", socket_setdefaulttimeout, 1, 1, 0,
     "setdefaulttimeout(timeout)\n\nSet the default timeout in seconds for new sockets."},
    {"CMSG_LEN", socket_CMSG_LEN, 1, 1, 0, "CMSG_LEN(length) -> control message length"},
    {"CMSG_SPACE", socket_CMSG_SPACE, 1, 1, 0, "CMSG_SPACE(length) -> buffer size"},
    {NULL},
};

int socket_resolve_exec(Value module)
{
    return socket_add_functions(module, methods);
}

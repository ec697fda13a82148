/* socket.h: the parts of the module _socket. */
#ifndef MODULES_SOCKET_SOCKET_H
#define MODULES_SOCKET_SOCKET_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct Socket {
    Object head;
    int fd; /* -1: closed */
    int family, type, protocol;
    int64_t timeout; /* nanoseconds; 0: never waits; -1: waits for ever */
    NULLABLE Value weaklist;
} Socket;

ALWAYS_INLINE Socket *as_socket(Value v)
{
    return (Socket *)value_as_object(v);
}

typedef union Address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
    struct sockaddr_storage storage;
} Address;

extern Type socket_type;
extern Value socket_gaierror, socket_herror; /* owned classes */
extern int64_t socket_default_timeout;

Value socket_os_error(void);                 /* OSError of errno */
Value socket_gai_error(int code);            /* of getaddrinfo's result */
/* None, float seconds or int as a timeout. */
bool socket_timeout_argument(Value v, int64_t *timeout);

/* --- address.c --- */
/* `function` is for messages. False with an error. */
bool address_parse(const Socket *socket, Value v, const char *function, Address *address, socklen_t *length) NODISCARD;
Value address_value(const Address *address, socklen_t length, int protocol) NODISCARD;
/* The host's address: numeric or looked up. */
bool host_resolve(const char *name, int family, Address *address, socklen_t *length) NODISCARD;
/* A host argument as C text: *keep is what owns it. */
NULLABLE const char *host_text(Value v, Value *keep);
Value host_value(const Address *address, socklen_t length) NODISCARD; /* the number as text */

/* --- transfer.c --- */
extern const NativeMethod socket_methods[];
/* Waits until fd is ready: 1 ready, 0 time is up, -1 interrupted or failed (errno). deadline < 0: for ever. */
int socket_wait(int fd, bool for_writing, int64_t deadline);
Value socket_connect_to(Socket *self, const Address *address, socklen_t length, bool raises);
int64_t socket_deadline(const Socket *self);
Value socket_timed_out(void);

int socket_add_functions(Value module, const NativeMethod *methods);
int socket_resolve_exec(Value module);
int socket_constants_exec(Value module);

#endif

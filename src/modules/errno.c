/* errno.c: the module errno: the system's error numbers by name, and their names by number. */
#include <errno.h>

#include "objects/dict.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/str.h"

#define ERROR_NAMES(X)                                                                                                 \
    X(E2BIG)                                                                                                           \
    X(EACCES) X(EADDRINUSE) X(EADDRNOTAVAIL) X(EADV) X(EAFNOSUPPORT) X(EAGAIN) X(EALREADY) X(EBADE) X(EBADF) X(EBADFD) \
        X(EBADMSG) X(EBADR) X(EBADRQC) X(EBADSLT) X(EBFONT) X(EBUSY) X(ECANCELED) X(ECHILD) X(ECHRNG) X(ECOMM)         \
            X(ECONNABORTED) X(ECONNREFUSED) X(ECONNRESET) X(EDEADLK) X(EDEADLOCK) X(EDESTADDRREQ) X(EDOM) X(EDOTDOT)   \
                X(EDQUOT) X(EEXIST) X(EFAULT) X(EFBIG) X(EHOSTDOWN) X(EHOSTUNREACH) X(EIDRM) X(EILSEQ) X(EINPROGRESS)  \
                    X(EINTR) X(EINVAL) X(EIO) X(EISCONN) X(EISDIR) X(EISNAM) X(EKEYEXPIRED) X(EKEYREJECTED)            \
                        X(EKEYREVOKED) X(EL2HLT) X(EL2NSYNC) X(EL3HLT) X(EL3RST) X(ELIBACC) X(ELIBBAD) X(ELIBEXEC)     \
                            X(ELIBMAX) X(ELIBSCN) X(ELNRNG) X(ELOOP) X(EMEDIUMTYPE) X(EMFILE) X(EMLINK) X(EMSGSIZE)    \
                                X(EMULTIHOP) X(ENAMETOOLONG) X(ENAVAIL) X(ENETDOWN) X(ENETRESET) X(ENETUNREACH)        \
                                    X(ENFILE) X(ENOANO) X(ENOBUFS) X(ENOCSI) X(ENODATA) X(ENODEV) X(ENOENT) X(ENOEXEC) \
                                        X(ENOKEY) X(ENOLCK) X(ENOLINK) X(ENOMEDIUM) X(ENOMEM) X(ENOMSG) X(ENONET)      \
                                            X(ENOPKG) X(ENOPROTOOPT) X(ENOSPC) X(ENOSR) X(ENOSTR) X(ENOSYS) X(ENOTBLK) \
                                                X(ENOTCONN) X(ENOTDIR) X(ENOTEMPTY) X(ENOTNAM) X(ENOTRECOVERABLE)      \
                                                    X(ENOTSOCK) X(ENOTSUP) X(ENOTTY) X(ENOTUNIQ) X(ENXIO)              \
                                                        X(EOPNOTSUPP) X(EOVERFLOW) X(EOWNERDEAD) X(EPERM)              \
                                                            X(EPFNOSUPPORT) X(EPIPE) X(EPROTO) X(EPROTONOSUPPORT)      \
                                                                X(EPROTOTYPE) X(ERANGE) X(EREMCHG) X(EREMOTE)          \
                                                                    X(EREMOTEIO) X(ERESTART) X(ERFKILL) X(EROFS)       \
                                                                        X(ESHUTDOWN) X(ESOCKTNOSUPPORT) X(ESPIPE)      \
                                                                            X(ESRCH) X(ESRMNT) X(ESTALE) X(ESTRPIPE)   \
                                                                                X(ETIME) X(ETIMEDOUT) X(ETOOMANYREFS)  \
                                                                                    X(ETXTBSY) X(EUCLEAN) X(EUNATCH)   \
                                                                                        X(EUSERS) X(EWOULDBLOCK)       \
                                                                                            X(EXDEV) X(EXFULL)

static const struct {
    const char *name;
    int number;
} errors[] = {
#define ROW(name) {#name, name},
    ERROR_NAMES(ROW)
#undef ROW
};

static int add_name(Value codes, int number, const char *name)
{
    Value text = str_intern_cstr(name);
    if (value_is_null(text)) return -1;
    int status = dict_set(codes, value_from_small_int(number), text);
    value_decref(text);
    return status;
}

static int exec(Value module)
{
    Value codes = dict_new();
    if (value_is_null(codes) || module_add(module, "errorcode", codes) < 0) return -1;
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        if (module_add_int(module, errors[i].name, errors[i].number) < 0) return -1;
        bool is_alias = strcmp(errors[i].name, "EDEADLK") == 0 || strcmp(errors[i].name, "EOPNOTSUPP") == 0 ||
                        strcmp(errors[i].name, "EWOULDBLOCK") == 0;
        if (!is_alias && add_name(codes, errors[i].number, errors[i].name) < 0) return -1;
    }
    return 0;
}

NATIVE_MODULE(errno) = {
    .name = "errno",
    .doc = "This module makes available standard errno system symbols.\n\n"
           "The value of each symbol is the corresponding integer value,\n"
           "e.g., on most systems, errno.ENOENT equals the integer 2.\n\n"
           "The dictionary errno.errorcode maps numeric codes to symbol names,\n"
           "e.g., errno.errorcode[2] could be the string 'ENOENT'.\n\n"
           "Symbols that are not relevant to the underlying system are not defined.\n\n"
           "To map error codes to error messages, use the function os.strerror(),\n"
           "e.g. os.strerror(2) could return 'No such file or directory'.",
    .exec = exec,
};

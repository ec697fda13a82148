/* fcntl.c: the module fcntl: file control, ioctl, and file locks. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "modules/posix/posix.h"

enum { BUFFER_MAX = 1024 };

/* fcntl(fd, cmd, bytes): the structure goes in and comes back. */
static Value fcntl_with_bytes(int fd, int command, Value argument)
{
    char buffer[BUFFER_MAX + 8] = {0};
    Buffer view;
    ssize_t length = 0;
    if (is_str(argument)) {
        const char *text = str_as_utf8(argument, &length);
        if (!text) return VALUE_NULL;
        if (length <= BUFFER_MAX) memcpy(buffer, text, (size_t)length);
    } else {
        if (buffer_get(argument, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
        length = view.length;
        if (length <= BUFFER_MAX) memcpy(buffer, view.data, (size_t)length);
        buffer_release(&view);
    }
    if (length > BUFFER_MAX) return error_set(&type_ValueError, "fcntl string arg too long");
    int status;
    if (RETRY(status, fcntl(fd, command, buffer))) return VALUE_NULL;
    return status < 0 ? posix_error() : bytes_new(buffer, length);
}

static bool arg_as_unsigned_mask(Value v, unsigned *result)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    *result = (unsigned)int_as_uint64_mask(index);
    value_decref(index);
    return true;
}

FUNCTION(fcntl_fcntl)
{
    int fd, command, status;
    unsigned argument = 0;
    if (!arg_as_fd(args[0], &fd) || !arg_as_int(args[1], &command)) return VALUE_NULL;
    if (nargs > 2 && (is_str(args[2]) || (!is_int(args[2]) && supports_buffer(args[2]))))
        return fcntl_with_bytes(fd, command, args[2]);
    if (nargs > 2 && !arg_as_unsigned_mask(args[2], &argument)) return VALUE_NULL;
    if (RETRY(status, fcntl(fd, command, (int)argument))) return VALUE_NULL;
    return status < 0 ? posix_error() : value_from_small_int(status);
}

/* A writable buffer is changed in place when mutate_flag says so; else a copy goes in and comes back as bytes. */
static Value ioctl_with_buffer(int fd, unsigned long request, Value argument, bool mutates)
{
    Buffer view;
    char buffer[BUFFER_MAX + 8] = {0};
    bool is_writable = mutates && buffer_get(argument, &view, BUFFER_WRITABLE) == 0;
    if (!is_writable) {
        error_clear();
        if (buffer_get(argument, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    }
    Value result = VALUE_NULL;
    int status;
    bool uses_copy = !is_writable || view.length <= BUFFER_MAX;
    if (!is_writable && view.length > BUFFER_MAX) {
        error_set(&type_ValueError, "ioctl string arg too long");
        goto done;
    }
    if (uses_copy) memcpy(buffer, view.data, (size_t)view.length);
    void *place = uses_copy ? buffer : view.data;
    BLOCKING_BEGIN
    status = ioctl(fd, request, place);
    BLOCKING_END
    if (is_writable && uses_copy) memcpy(view.data, buffer, (size_t)view.length);
    if (status < 0)
        posix_error();
    else
        result = is_writable ? value_from_small_int(status) : bytes_new(buffer, view.length);
done:
    buffer_release(&view);
    return result;
}

FUNCTION(fcntl_ioctl)
{
    int fd, status;
    unsigned request, argument = 0;
    bool mutates = true;
    if (!arg_as_fd(args[0], &fd) || !arg_as_unsigned_mask(args[1], &request)) return VALUE_NULL;
    if (nargs > 3 && !arg_as_bool(args[3], &mutates)) return VALUE_NULL;
    if (nargs > 2 && !is_int(args[2]) && supports_buffer(args[2]))
        return ioctl_with_buffer(fd, request, args[2], mutates);
    if (nargs > 2 && !arg_as_unsigned_mask(args[2], &argument)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = ioctl(fd, request, (unsigned long)argument);
    BLOCKING_END
    return status < 0 ? posix_error() : value_from_small_int(status);
}

FUNCTION(fcntl_flock)
{
    int fd, operation, status;
    if (!arg_as_fd(args[0], &fd) || !arg_as_int(args[1], &operation)) return VALUE_NULL;
    return RETRY(status, flock(fd, operation)) ? VALUE_NULL : posix_none(status);
}

FUNCTION(fcntl_lockf)
{
    int fd, operation, whence = 0, status;
    struct flock lock = {0};
    if (!arg_as_fd(args[0], &fd) || !arg_as_int(args[1], &operation)) return VALUE_NULL;
    if (nargs > 4 && !arg_as_int(args[4], &whence)) return VALUE_NULL;
    if (operation == LOCK_UN)
        lock.l_type = F_UNLCK;
    else if (operation & LOCK_SH)
        lock.l_type = F_RDLCK;
    else if (operation & LOCK_EX)
        lock.l_type = F_WRLCK;
    else
        return error_set(&type_ValueError, "unrecognized lockf argument");
    if (nargs > 3 && !arg_as_offset(args[3], &lock.l_start)) return VALUE_NULL;
    if (nargs > 2 && !arg_as_offset(args[2], &lock.l_len)) return VALUE_NULL;
    lock.l_whence = (short)whence;
    if (RETRY(status, fcntl(fd, operation & LOCK_NB ? F_SETLK : F_SETLKW, &lock))) return VALUE_NULL;
    return posix_none(status);
}

static const NativeMethod methods[] = {
    {"fcntl", fcntl_fcntl, 2, 3, 0,
     "fcntl($module, fd, cmd, arg=0, /)\n--\n\nPerform the operation `cmd` on file descriptor fd."},
    {"ioctl", fcntl_ioctl, 2, 4, 0,
     "ioctl($module, fd, request, arg=0, mutate_flag=True, /)\n--\n\nPerform the operation request on a descriptor."},
    {"flock", fcntl_flock, 2, 2, 0,
     "flock($module, fd, operation, /)\n--\n\nPerform the lock operation `operation` on file descriptor `fd`."},
    {"lockf", fcntl_lockf, 2, 5, 0,
     "lockf($module, fd, cmd, len=0, start=0, whence=0, /)\n--\n\nA wrapper around the fcntl() locking calls."},
    {NULL},
};

#define CONSTANTS(X)                                                                                                   \
    X(LOCK_SH)                                                                                                         \
    X(LOCK_EX) X(LOCK_NB) X(LOCK_UN) X(LOCK_MAND) X(LOCK_READ) X(LOCK_WRITE) X(LOCK_RW) X(F_DUPFD) X(F_DUPFD_CLOEXEC)  \
        X(F_GETFD) X(F_SETFD) X(F_GETFL) X(F_SETFL) X(F_GETLK) X(F_SETLK) X(F_SETLKW) X(F_OFD_GETLK) X(F_OFD_SETLK)    \
            X(F_OFD_SETLKW) X(F_GETOWN) X(F_SETOWN) X(F_GETSIG) X(F_SETSIG) X(F_RDLCK) X(F_WRLCK) X(F_UNLCK)           \
                X(F_EXLCK) X(F_SHLCK) X(F_GETLK64) X(F_SETLK64) X(F_SETLKW64) X(FASYNC) X(F_SETLEASE) X(F_GETLEASE)    \
                    X(F_NOTIFY) X(DN_ACCESS) X(DN_MODIFY) X(DN_CREATE) X(DN_DELETE) X(DN_RENAME) X(DN_ATTRIB)          \
                        X(DN_MULTISHOT) X(FD_CLOEXEC) X(F_SETPIPE_SZ) X(F_GETPIPE_SZ) X(F_ADD_SEALS) X(F_GET_SEALS)    \
                            X(F_SEAL_SEAL) X(F_SEAL_SHRINK) X(F_SEAL_GROW) X(F_SEAL_WRITE)

static int exec(Value module)
{
#define ADD(name)                                                                                                      \
    if (module_add_int(module, #name, (int64_t)(name)) < 0) return -1;
    CONSTANTS(ADD)
#undef ADD
    return 0;
}

NATIVE_MODULE(fcntl) = {
    .name = "fcntl",
    .doc = "This module performs file control and I/O control on file\ndescriptors.",
    .methods = methods,
    .exec = exec,
};

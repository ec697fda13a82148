/* io.c: posix's functions on file descriptors: opening, reading, writing, positions, pipes. */
#include "modules/posix/posix.h"

#include <limits.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

FUNCTION(os_open)
{
    ARGUMENTS("open", 2, 3, "path", "flags", "mode", "dir_fd");
    Path path = PATH("open", "path");
    int flags, mode = 0777, dir_fd, fd;
    if (!arg_as_int(out[1], &flags) || !optional_int(out[2], &mode) || !arg_as_dir_fd(out[3], &dir_fd))
        return VALUE_NULL;
    if (!path_convert(out[0], &path)) return VALUE_NULL;
    bool raised = RETRY(fd, openat(dir_fd, path.text, flags | O_CLOEXEC, mode));
    Value result = raised ? VALUE_NULL : fd < 0 ? path_error(&path) : value_from_small_int(fd);
    path_release(&path);
    return result;
}

FUNCTION(os_close)
{
    ARGUMENTS("close", 1, 1, "fd");
    int fd, status;
    if (!arg_as_int(out[0], &fd)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = close(fd);
    BLOCKING_END
    return status < 0 && errno != EINTR ? posix_error() : VALUE_NONE; // Linux has closed it also when interrupted
}

FUNCTION(os_closerange)
{
    int low, high;
    if (!arg_as_int(args[0], &low) || !arg_as_int(args[1], &high)) return VALUE_NULL;
    if (high > low) {
        BLOCKING_BEGIN
        if (close_range((unsigned)MAX(low, 0), (unsigned)(high - 1), 0) < 0)
            for (int fd = MAX(low, 0); fd < high; fd++) close(fd);
        BLOCKING_END
    }
    return VALUE_NONE;
}

/* Reads up to `length` bytes, at an offset if it is not negative. */
static Value read_bytes(int fd, ssize_t length, off_t offset)
{
    if (length < 0) {
        errno = EINVAL;
        return posix_error();
    }
    length = MIN(length, (ssize_t)INT_MAX & ~4095);
    Value buffer = bytes_new(NULL, length);
    if (value_is_null(buffer)) return VALUE_NULL;
    char *data = as_bytes(buffer)->data;
    ssize_t got;
    bool raised = RETRY(got, offset < 0 ? read(fd, data, (size_t)length) : pread(fd, data, (size_t)length, offset));
    if (raised || got < 0) {
        if (!raised) posix_error();
        value_decref(buffer);
        return VALUE_NULL;
    }
    if (got != length && bytes_resize(&buffer, got) < 0) return VALUE_NULL;
    return buffer;
}

FUNCTION(os_read)
{
    int fd;
    ssize_t length;
    if (!arg_as_int(args[0], &fd) || !arg_as_ssize(args[1], &length)) return VALUE_NULL;
    return read_bytes(fd, length, -1);
}

FUNCTION(os_pread)
{
    int fd, length;
    off_t offset;
    if (!arg_as_int(args[0], &fd) || !arg_as_int(args[1], &length) || !arg_as_offset(args[2], &offset))
        return VALUE_NULL;
    if (offset < 0) {
        errno = EINVAL;
        return posix_error();
    }
    return read_bytes(fd, length, offset);
}

static Value write_buffer(int fd, Value data, bool has_offset, off_t offset)
{
    Buffer view;
    ssize_t written;
    if (buffer_get(data, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    size_t length = (size_t)MIN(view.length, (ssize_t)INT_MAX & ~4095);
    bool raised = RETRY(written, has_offset ? pwrite(fd, view.data, length, offset) : write(fd, view.data, length));
    Value result = raised ? VALUE_NULL : written < 0 ? posix_error() : value_from_small_int(written);
    buffer_release(&view);
    return result;
}

FUNCTION(os_write)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    return write_buffer(fd, args[1], false, 0);
}

FUNCTION(os_pwrite)
{
    int fd;
    off_t offset;
    if (!arg_as_int(args[0], &fd) || !arg_as_offset(args[2], &offset)) return VALUE_NULL;
    return write_buffer(fd, args[1], true, offset);
}

/* --- vectors of buffers --- */

typedef struct Vectors {
    Value items; /* owned: keeps the sequence's items alive */
    struct iovec *iov;
    Buffer *views;
    ssize_t count, filled;
} Vectors;

static void vectors_release(Vectors *vectors)
{
    for (ssize_t i = 0; i < vectors->filled; i++) buffer_release(&vectors->views[i]);
    raw_free(vectors->iov);
    raw_free(vectors->views);
    value_xdecref(vectors->items);
}

static bool vectors_get(Value buffers, int flags, const char *complaint, Vectors *vectors)
{
    *vectors = (Vectors){.items = VALUE_NULL};
    if (!is_sequence(buffers)) {
        error_set(&type_TypeError, complaint);
        return false;
    }
    vectors->items = sequence_fast(buffers, complaint);
    if (value_is_null(vectors->items)) return false;
    vectors->count = sequence_fast_length(vectors->items);
    vectors->iov = raw_alloc(sizeof(struct iovec) * (size_t)MAX(vectors->count, 1));
    vectors->views = raw_alloc(sizeof(Buffer) * (size_t)MAX(vectors->count, 1));
    if (!vectors->iov || !vectors->views) {
        error_no_memory();
        vectors_release(vectors);
        return false;
    }
    for (; vectors->filled < vectors->count; vectors->filled++) {
        Buffer *view = &vectors->views[vectors->filled];
        if (buffer_get(sequence_fast_items(vectors->items)[vectors->filled], view, flags) < 0) {
            vectors_release(vectors);
            return false;
        }
        vectors->iov[vectors->filled] = (struct iovec){view->data, (size_t)view->length};
    }
    return true;
}

typedef ssize_t (*VectorCall)(int fd, const struct iovec *iov, int count, off_t offset, int flags);

static ssize_t call_readv(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    return readv(fd, iov, count);
}

static ssize_t call_writev(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    return writev(fd, iov, count);
}

static Value transfer(VectorCall call, bool writes, const char *function, const Value *args, ssize_t nargs)
{
    int fd, flags = 0;
    off_t offset = 0;
    char complaint[64];
    Vectors vectors;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    if (nargs > 2 && !arg_as_offset(args[2], &offset)) return VALUE_NULL;
    if (nargs > 3 && !arg_as_int(args[3], &flags)) return VALUE_NULL;
    strcpy(stpcpy(complaint, function), "() arg 2 must be a sequence");
    if (!vectors_get(args[1], writes ? BUFFER_SIMPLE : BUFFER_WRITABLE, complaint, &vectors)) return VALUE_NULL;
    ssize_t moved;
    bool raised = RETRY(moved, call(fd, vectors.iov, (int)vectors.count, offset, flags));
    int error = errno;
    vectors_release(&vectors);
    errno = error;
    return raised ? VALUE_NULL : moved < 0 ? posix_error() : value_from_small_int(moved);
}

FUNCTION(os_readv)
{
    return transfer(call_readv, false, "readv", args, nargs);
}

FUNCTION(os_writev)
{
    return transfer(call_writev, true, "writev", args, nargs);
}

FUNCTION(os_preadv)
{
    return transfer(preadv2, false, "preadv", args, nargs);
}

FUNCTION(os_pwritev)
{
    return transfer(pwritev2, true, "pwritev", args, nargs);
}

/* --- positions and sizes --- */

FUNCTION(os_lseek)
{
    int fd, whence;
    off_t position, result;
    if (!arg_as_int(args[0], &fd) || !arg_as_offset(args[1], &position) || !arg_as_int(args[2], &whence))
        return VALUE_NULL;
    BLOCKING_BEGIN
    result = lseek(fd, position, whence);
    BLOCKING_END
    return result < 0 ? posix_error() : int_from_int64(result);
}

FUNCTION(os_ftruncate)
{
    int fd, status;
    off_t length;
    if (!arg_as_int(args[0], &fd) || !arg_as_offset(args[1], &length)) return VALUE_NULL;
    return RETRY(status, ftruncate(fd, length)) ? VALUE_NULL : posix_none(status);
}

FUNCTION(os_truncate)
{
    ARGUMENTS("truncate", 2, 2, "path", "length");
    Path path = PATH_OR_FD("truncate", "path");
    off_t length;
    int status;
    if (!arg_as_offset(out[1], &length) || !path_convert(out[0], &path)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = path.fd >= 0 ? ftruncate(path.fd, length) : truncate(path.text, length);
    BLOCKING_END
    return path_none(status, &path);
}

FUNCTION(os_posix_fallocate)
{
    int fd, error;
    off_t offset, length;
    if (!arg_as_int(args[0], &fd) || !arg_as_offset(args[1], &offset) || !arg_as_offset(args[2], &length))
        return VALUE_NULL;
    do {
        BLOCKING_BEGIN
        error = posix_fallocate(fd, offset, length);
        BLOCKING_END
        if (error == EINTR && signals_check() < 0) return VALUE_NULL;
    } while (error == EINTR);
    errno = error;
    return error ? posix_error() : VALUE_NONE;
}

FUNCTION(os_posix_fadvise)
{
    int fd, advice, error;
    off_t offset, length;
    if (!arg_as_int(args[0], &fd) || !arg_as_offset(args[1], &offset) || !arg_as_offset(args[2], &length) ||
        !arg_as_int(args[3], &advice))
        return VALUE_NULL;
    do {
        BLOCKING_BEGIN
        error = posix_fadvise(fd, offset, length, advice);
        BLOCKING_END
        if (error == EINTR && signals_check() < 0) return VALUE_NULL;
    } while (error == EINTR);
    errno = error;
    return error ? posix_error() : VALUE_NONE;
}

static Value sync_fd(int (*call)(int), Value v)
{
    int fd, status;
    if (!arg_as_fd(v, &fd)) return VALUE_NULL;
    return RETRY(status, call(fd)) ? VALUE_NULL : posix_none(status);
}

FUNCTION(os_fsync)
{
    ARGUMENTS("fsync", 1, 1, "fd");
    return sync_fd(fsync, out[0]);
}

FUNCTION(os_fdatasync)
{
    ARGUMENTS("fdatasync", 1, 1, "fd");
    return sync_fd(fdatasync, out[0]);
}

FUNCTION(os_sync)
{
    BLOCKING_BEGIN
    sync();
    BLOCKING_END
    return VALUE_NONE;
}

FUNCTION(os_lockf)
{
    int fd, command, status;
    off_t length;
    if (!arg_as_int(args[0], &fd) || !arg_as_int(args[1], &command) || !arg_as_offset(args[2], &length))
        return VALUE_NULL;
    BLOCKING_BEGIN
    status = lockf(fd, command, length);
    BLOCKING_END
    return posix_none(status);
}

/* --- descriptors --- */

FUNCTION(os_dup)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return fd < 0 ? posix_error() : value_from_small_int(fd);
}

FUNCTION(os_dup2)
{
    ARGUMENTS("dup2", 2, 3, "fd", "fd2", "inheritable");
    int fd, fd2, result;
    bool is_inheritable = true;
    if (!arg_as_int(out[0], &fd) || !arg_as_int(out[1], &fd2) || !optional_bool(out[2], &is_inheritable))
        return VALUE_NULL;
    if (fd < 0 || fd2 < 0) {
        errno = EBADF;
        return posix_error();
    }
    BLOCKING_BEGIN
    result = is_inheritable || fd == fd2 ? dup2(fd, fd2) : dup3(fd, fd2, O_CLOEXEC);
    BLOCKING_END
    return result < 0 ? posix_error() : value_from_small_int(result);
}

FUNCTION(os_isatty)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    return value_from_bool(isatty(fd));
}

static Value pair_of_fds(const int fds[2])
{
    return tuple_from_array_steal((Value[]){value_from_small_int(fds[0]), value_from_small_int(fds[1])}, 2);
}

FUNCTION(os_pipe)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0) return posix_error();
    return pair_of_fds(fds);
}

FUNCTION(os_pipe2)
{
    int fds[2], flags;
    if (!arg_as_int(args[0], &flags)) return VALUE_NULL;
    if (pipe2(fds, flags) < 0) return posix_error();
    return pair_of_fds(fds);
}

FUNCTION(os_get_inheritable)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? posix_error() : value_from_bool(!(flags & FD_CLOEXEC));
}

FUNCTION(os_set_inheritable)
{
    int fd, is_inheritable;
    if (!arg_as_int(args[0], &fd) || !arg_as_int(args[1], &is_inheritable)) return VALUE_NULL;
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0) return posix_error();
    return posix_none(fcntl(fd, F_SETFD, is_inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC));
}

FUNCTION(os_get_blocking)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? posix_error() : value_from_bool(!(flags & O_NONBLOCK));
}

FUNCTION(os_set_blocking)
{
    int fd;
    bool blocks;
    if (!arg_as_int(args[0], &fd) || !arg_as_bool(args[1], &blocks)) return VALUE_NULL;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return posix_error();
    return posix_none(fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK));
}

/* --- copying between descriptors --- */

static bool optional_offset(Value v, off_t *offset, off_t **place)
{
    *place = NULL;
    if (value_is_null(v) || value_is_none(v)) return true;
    *place = offset;
    return arg_as_offset(v, offset);
}

FUNCTION(os_sendfile)
{
    ARGUMENTS("sendfile", 4, 4, "out_fd", "in_fd", "offset", "count");
    int target, source;
    off_t offset, *place;
    ssize_t count, sent;
    if (!arg_as_int(out[0], &target) || !arg_as_int(out[1], &source) || !optional_offset(out[2], &offset, &place) ||
        !arg_as_ssize(out[3], &count))
        return VALUE_NULL;
    if (RETRY(sent, sendfile(target, source, place, (size_t)count))) return VALUE_NULL;
    return sent < 0 ? posix_error() : value_from_small_int(sent);
}

FUNCTION(os_copy_file_range)
{
    ARGUMENTS("copy_file_range", 3, 5, "src", "dst", "count", "offset_src", "offset_dst");
    int source, target;
    off_t source_offset, target_offset, *source_place, *target_place;
    ssize_t count, copied;
    if (!arg_as_int(out[0], &source) || !arg_as_int(out[1], &target) || !arg_as_ssize(out[2], &count) ||
        !optional_offset(out[3], &source_offset, &source_place) ||
        !optional_offset(out[4], &target_offset, &target_place))
        return VALUE_NULL;
    if (count < 0) return error_set(&type_ValueError, "negative value for 'count' not allowed");
    if (RETRY(copied, copy_file_range(source, source_place, target, target_place, (size_t)count, 0))) return VALUE_NULL;
    return copied < 0 ? posix_error() : value_from_small_int(copied);
}

FUNCTION(os_splice)
{
    ARGUMENTS("splice", 3, 6, "src", "dst", "count", "offset_src", "offset_dst", "flags");
    int source, target, flags = 0;
    off_t source_offset, target_offset, *source_place, *target_place;
    ssize_t count, moved;
    if (!arg_as_int(out[0], &source) || !arg_as_int(out[1], &target) || !arg_as_ssize(out[2], &count) ||
        !optional_offset(out[3], &source_offset, &source_place) ||
        !optional_offset(out[4], &target_offset, &target_place) || !optional_int(out[5], &flags))
        return VALUE_NULL;
    if (count < 0) return error_set(&type_ValueError, "negative value for 'count' not allowed");
    if (RETRY(moved, splice(source, source_place, target, target_place, (size_t)count, (unsigned)flags)))
        return VALUE_NULL;
    return moved < 0 ? posix_error() : value_from_small_int(moved);
}

/* --- special files in memory --- */

FUNCTION(os_memfd_create)
{
    ARGUMENTS("memfd_create", 1, 2, "name", "flags");
    int flags = MFD_CLOEXEC;
    if (!optional_int(out[1], &flags)) return VALUE_NULL;
    Value name = str_encode_fs(out[0]);
    if (value_is_null(name)) return VALUE_NULL;
    int fd = memfd_create(as_bytes(name)->data, (unsigned)flags);
    value_decref(name);
    return fd < 0 ? posix_error() : value_from_small_int(fd);
}

FUNCTION(os_eventfd)
{
    ARGUMENTS("eventfd", 1, 2, "initval", "flags");
    int64_t initial;
    int flags = EFD_CLOEXEC;
    if (!arg_as_int64(out[0], &initial) || !optional_int(out[1], &flags)) return VALUE_NULL;
    int fd = eventfd((unsigned)initial, flags);
    return fd < 0 ? posix_error() : value_from_small_int(fd);
}

FUNCTION(os_eventfd_read)
{
    ARGUMENTS("eventfd_read", 1, 1, "fd");
    int fd, status;
    eventfd_t value;
    if (!arg_as_fd(out[0], &fd)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = eventfd_read(fd, &value);
    BLOCKING_END
    return status < 0 ? posix_error() : int_from_uint64(value);
}

FUNCTION(os_eventfd_write)
{
    ARGUMENTS("eventfd_write", 2, 2, "fd", "value");
    int fd, status;
    uint64_t value;
    if (!arg_as_fd(out[0], &fd) || !arg_as_uint64(out[1], &value)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = eventfd_write(fd, value);
    BLOCKING_END
    return posix_none(status);
}

FUNCTION(os_device_encoding)
{
    ARGUMENTS("device_encoding", 1, 1, "fd");
    int fd;
    if (!arg_as_int(out[0], &fd)) return VALUE_NULL;
    return isatty(fd) ? str_from_cstr("UTF-8") : VALUE_NONE;
}

static const NativeMethod methods[] = {
    {"open", os_open, 0, -1, NATIVE_KEYWORDS,
     "open($module, /, path, flags, mode=511, *, dir_fd=None)\n--\n\nOpen a file for low level IO."},
    {"close", os_close, 0, -1, NATIVE_KEYWORDS, "close($module, /, fd)\n--\n\nClose a file descriptor."},
    {"closerange", os_closerange, 2, 2, 0,
     "closerange($module, fd_low, fd_high, /)\n--\n\nClose all file descriptors in [fd_low, fd_high), ignoring "
     "errors."},
    {"read", os_read, 2, 2, 0,
     "read($module, fd, length, /)\n--\n\nRead from a file descriptor.  Returns a bytes object."},
    {"pread", os_pread, 3, 3, 0, "pread($module, fd, length, offset, /)\n--\n\nRead bytes starting at an offset."},
    {"write", os_write, 2, 2, 0, "write($module, fd, data, /)\n--\n\nWrite a bytes object to a file descriptor."},
    {"pwrite", os_pwrite, 3, 3, 0,
     "pwrite($module, fd, buffer, offset, /)\n--\n\nWrite bytes to a file descriptor starting at an offset."},
    {"readv", os_readv, 2, 2, 0, "readv($module, fd, buffers, /)\n--\n\nRead into a sequence of mutable buffers."},
    {"writev", os_writev, 2, 2, 0,
     "writev($module, fd, buffers, /)\n--\n\nWrite the contents of a sequence of buffers."},
    {"preadv", os_preadv, 3, 4, 0,
     "preadv($module, fd, buffers, offset, flags=0, /)\n--\n\nRead from an offset into a sequence of mutable buffers."},
    {"pwritev", os_pwritev, 3, 4, 0,
     "pwritev($module, fd, buffers, offset, flags=0, /)\n--\n\nWrite a sequence of buffers at an offset."},
    {"lseek", os_lseek, 3, 3, 0,
     "lseek($module, fd, position, whence, /)\n--\n\nSet the position of a file descriptor.  Return the new position."},
    {"ftruncate", os_ftruncate, 2, 2, 0, "ftruncate($module, fd, length, /)\n--\n\nTruncate a file to a length."},
    {"truncate", os_truncate, 0, -1, NATIVE_KEYWORDS,
     "truncate($module, /, path, length)\n--\n\nTruncate a file, by path or descriptor, to a length."},
    {"posix_fallocate", os_posix_fallocate, 3, 3, 0,
     "posix_fallocate($module, fd, offset, length, /)\n--\n\nEnsure that disk space is allocated for a file."},
    {"posix_fadvise", os_posix_fadvise, 4, 4, 0,
     "posix_fadvise($module, fd, offset, length, advice, /)\n--\n\nAnnounce how a file will be accessed."},
    {"fsync", os_fsync, 0, -1, NATIVE_KEYWORDS, "fsync($module, /, fd)\n--\n\nForce write of fd to disk."},
    {"fdatasync", os_fdatasync, 0, -1, NATIVE_KEYWORDS,
     "fdatasync($module, /, fd)\n--\n\nForce write of fd to disk without forcing update of metadata."},
    {"sync", os_sync, 0, 0, 0, "sync($module, /)\n--\n\nForce write of everything to disk."},
    {"lockf", os_lockf, 3, 3, 0,
     "lockf($module, fd, command, length, /)\n--\n\nApply, test or remove a POSIX lock on an open file."},
    {"dup", os_dup, 1, 1, 0, "dup($module, fd, /)\n--\n\nReturn a duplicate of a file descriptor."},
    {"dup2", os_dup2, 0, -1, NATIVE_KEYWORDS,
     "dup2($module, /, fd, fd2, inheritable=True)\n--\n\nDuplicate fd to fd2."},
    {"isatty", os_isatty, 1, 1, 0, "isatty($module, fd, /)\n--\n\nReturn True if the fd is connected to a terminal."},
    {"pipe", os_pipe, 0, 0, 0, "pipe($module, /)\n--\n\nCreate a pipe: (read_fd, write_fd)."},
    {"pipe2", os_pipe2, 1, 1, 0, "pipe2($module, flags, /)\n--\n\nCreate a pipe with flags set atomically."},
    {"get_inheritable", os_get_inheritable, 1, 1, 0,
     "get_inheritable($module, fd, /)\n--\n\nGet the close-on-exec flag of the specified file descriptor."},
    {"set_inheritable", os_set_inheritable, 2, 2, 0,
     "set_inheritable($module, fd, inheritable, /)\n--\n\nSet the inheritable flag of the specified file descriptor."},
    {"get_blocking", os_get_blocking, 1, 1, 0,
     "get_blocking($module, fd, /)\n--\n\nGet the blocking mode of the file descriptor."},
    {"set_blocking", os_set_blocking, 2, 2, 0,
     "set_blocking($module, fd, blocking, /)\n--\n\nSet the blocking mode of the specified file descriptor."},
    {"sendfile", os_sendfile, 0, -1, NATIVE_KEYWORDS,
     "sendfile($module, /, out_fd, in_fd, offset, count)\n--\n\nCopy count bytes from in_fd to out_fd."},
    {"copy_file_range", os_copy_file_range, 0, -1, NATIVE_KEYWORDS,
     "copy_file_range($module, /, src, dst, count, offset_src=None,\n                offset_dst=None)\n--\n\n"
     "Copy count bytes from one file descriptor to another."},
    {"splice", os_splice, 0, -1, NATIVE_KEYWORDS,
     "splice($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)\n--\n\n"
     "Transfer count bytes from one pipe to a descriptor or vice versa."},
    {"memfd_create", os_memfd_create, 0, -1, NATIVE_KEYWORDS,
     "memfd_create($module, /, name, flags=MFD_CLOEXEC)\n--\n\nCreate an anonymous file in memory."},
    {"eventfd", os_eventfd, 0, -1, NATIVE_KEYWORDS,
     "eventfd($module, /, initval, flags=EFD_CLOEXEC)\n--\n\nCreate and return an event notification descriptor."},
    {"eventfd_read", os_eventfd_read, 0, -1, NATIVE_KEYWORDS,
     "eventfd_read($module, /, fd)\n--\n\nRead eventfd value."},
    {"eventfd_write", os_eventfd_write, 0, -1, NATIVE_KEYWORDS,
     "eventfd_write($module, /, fd, value)\n--\n\nWrite eventfd value."},
    {"device_encoding", os_device_encoding, 0, -1, NATIVE_KEYWORDS,
     "device_encoding($module, /, fd)\n--\n\nReturn the encoding of a terminal's file descriptor, or None."},
    {NULL},
};

int posix_io_exec(Value module)
{
    return posix_add_functions(module, methods);
}

/* file_io: FileIO: system calls on a file descriptor. EINTR is retried after the signal handlers have run (PEP 475);
 * EAGAIN gives None. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gc/gc.h"
#include "modules/io/io.h"
#include "objects/blocking.h"
#include "objects/float.h"
#include "objects/int.h"

typedef struct FileIO {
    IO_FIELDS
    int fd; /* -1: closed */
    bool is_created, is_readable, is_writable, is_appending, closes_fd, is_finalizing;
    int8_t seekable; /* -1: not known yet */
    unsigned block_size;
} FileIO;

enum { MAX_TRANSFER = 0x7ffff000, SMALL_CHUNK = 8192 };

static FileIO *as_file(Value v)
{
    return (FileIO *)value_as_object(v);
}

bool io_file_is_exact(Value stream)
{
    return object_has_type(stream, &type_io_file);
}

bool io_file_is_closed(Value stream)
{
    return as_file(stream)->fd < 0;
}

static Value closed_error(void)
{
    return error_set(&type_ValueError, "I/O operation on closed file");
}

static Value mode_error(const char *action)
{
    char message[64] = "File not open for ";
    return io_unsupported(strcat(message, action));
}

/* --- system calls --- */

/* After a failed call: 0 to try again, -1 with an error. */
static int after_error(void)
{
    if (errno == EINTR) return signals_check();
    error_os(&type_OSError, errno, VALUE_NULL);
    return -1;
}

ssize_t io_file_read(Value stream, void *data, ssize_t size)
{
    int fd = as_file(stream)->fd;
    for (;;) {
        ssize_t got;
        errno = 0;
        BLOCKING_BEGIN
        got = read(fd, data, (size_t)MIN(size, MAX_TRANSFER));
        BLOCKING_END
        if (got >= 0) return got;
        if (errno == EAGAIN) return IO_WOULD_BLOCK;
        if (after_error() < 0) return -1;
    }
}

ssize_t io_file_write(Value stream, const void *data, ssize_t size)
{
    int fd = as_file(stream)->fd;
    for (;;) {
        ssize_t put;
        errno = 0;
        BLOCKING_BEGIN
        put = write(fd, data, (size_t)MIN(size, MAX_TRANSFER));
        BLOCKING_END
        if (put >= 0) return put;
        if (errno == EAGAIN) return IO_WOULD_BLOCK;
        if (after_error() < 0) return -1;
    }
}

/* --- opening --- */

static bool bad_mode(void)
{
    error_set(&type_ValueError, "Must have exactly one of create/read/write/append mode and at most one plus");
    return false;
}

/* Sets the file's abilities and *flags for open(). */
static bool parse_mode(FileIO *f, const char *mode, int *flags)
{
    bool has_main = false, has_plus = false;
    *flags = 0;
    for (const char *c = mode; *c; c++) {
        switch (*c) {
        case 'x':
            if (has_main) return bad_mode();
            has_main = f->is_created = f->is_writable = true;
            *flags |= O_EXCL | O_CREAT;
            break;
        case 'r':
            if (has_main) return bad_mode();
            has_main = f->is_readable = true;
            break;
        case 'w':
            if (has_main) return bad_mode();
            has_main = f->is_writable = true;
            *flags |= O_CREAT | O_TRUNC;
            break;
        case 'a':
            if (has_main) return bad_mode();
            has_main = f->is_writable = f->is_appending = true;
            *flags |= O_APPEND | O_CREAT;
            break;
        case 'b': break;
        case '+':
            if (has_plus) return bad_mode();
            has_plus = f->is_readable = f->is_writable = true;
            break;
        default: error_format(&type_ValueError, "invalid mode: %.200s", mode); return false;
        }
    }
    if (!has_main) return bad_mode();
    *flags |= (f->is_readable && f->is_writable ? O_RDWR : f->is_readable ? O_RDONLY : O_WRONLY) | O_CLOEXEC;
    return true;
}

static int open_path(Value path, const char *name, int flags)
{
    for (;;) {
        int fd;
        errno = 0;
        BLOCKING_BEGIN
        fd = open(name, flags, 0666);
        BLOCKING_END
        if (fd >= 0) return fd;
        if (errno != EINTR) {
            error_os(&type_OSError, errno, path);
            return -1;
        }
        if (signals_check() < 0) return -1;
    }
}

static int open_with(Value opener, Value path, int flags)
{
    Value result = call_2(opener, path, value_from_small_int(flags));
    if (value_is_null(result)) return -1;
    if (!is_int(result)) {
        value_decref(result);
        error_set(&type_TypeError, "expected integer from opener");
        return -1;
    }
    int fd;
    bool is_good = arg_as_int(result, &fd);
    value_decref(result);
    if (!is_good) return -1;
    if (fd < 0) {
        error_format(&type_ValueError, "opener returned %d", fd);
        return -1;
    }
    int old = fcntl(fd, F_GETFD);
    if (old < 0 || fcntl(fd, F_SETFD, old | FD_CLOEXEC) < 0) {
        error_os(&type_OSError, errno, VALUE_NULL);
        close(fd);
        return -1;
    }
    return fd;
}

static int close_fd(FileIO *f)
{
    int fd = f->fd, status;
    f->fd = -1;
    if (fd < 0) return 0;
    BLOCKING_BEGIN
    status = close(fd);
    BLOCKING_END
    if (status == 0) return 0;
    error_os(&type_OSError, errno, VALUE_NULL);
    return -1;
}

/* The descriptor for the argument: a number, or a path that is opened. -1 with an error. */
static int open_argument(FileIO *f, Value file, int flags, Value opener)
{
    if (has_index(file) && !is_str(file)) {
        int fd;
        Value n = number_index(file);
        if (value_is_null(n)) return -1;
        bool is_good = arg_as_int(n, &fd);
        value_decref(n);
        if (!is_good) return -1;
        if (fd < 0) error_set(&type_ValueError, "negative file descriptor");
        return fd < 0 ? -1 : fd;
    }
    Value path = str_encode_fs(file);
    if (value_is_null(path)) return -1;
    int fd = -1;
    if (!f->closes_fd) {
        error_set(&type_ValueError, "Cannot use closefd=False with file name");
    } else {
        fd = value_is_none(opener) ? open_path(file, as_bytes(path)->data, flags) : open_with(opener, file, flags);
    }
    value_decref(path);
    return fd;
}

/* A directory is not a file; the block size is good to know. */
static int inspect(FileIO *f, Value name)
{
    struct stat status;
    int result;
    BLOCKING_BEGIN
    result = fstat(f->fd, &status);
    BLOCKING_END
    if (result < 0) {
        if (errno != EBADF) return 0;
        error_os(&type_OSError, errno, VALUE_NULL);
        return -1;
    }
    if (S_ISDIR(status.st_mode)) {
        error_os(&type_OSError, EISDIR, name);
        return -1;
    }
    if (status.st_blksize > 1) f->block_size = (unsigned)status.st_blksize;
    return 0;
}

static int open_file(Value self, Value file, const char *mode, bool closes_fd, Value opener)
{
    FileIO *f = as_file(self);
    if (f->fd >= 0) {
        if (f->closes_fd && close_fd(f) < 0) return -1;
        f->fd = -1;
    }
    f->is_created = f->is_readable = f->is_writable = f->is_appending = false;
    f->seekable = -1;
    f->closes_fd = closes_fd;
    f->block_size = IO_BUFFER_SIZE;
    int flags;
    if (!parse_mode(f, mode, &flags)) return -1;
    bool is_own = !has_index(file) || is_str(file);
    f->fd = open_argument(f, file, flags, opener);
    if (f->fd < 0) return -1;
    if (inspect(f, file) < 0 || set_attr(self, ID(name), file) < 0) {
        Value pending = error_fetch();
        if (is_own) close_fd(f);
        f->fd = -1;
        error_restore(pending);
        return -1;
    }
    if (f->is_appending && lseek(f->fd, 0, SEEK_END) < 0 && errno != ESPIPE) {
        error_os(&type_OSError, errno, VALUE_NULL);
        return -1;
    }
    return 0;
}

static Value file_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = object_alloc_zeroed(type, type->instance_size);
    if (!f) return VALUE_NULL;
    f->fd = -1;
    f->seekable = -1;
    f->closes_fd = true;
    f->block_size = IO_BUFFER_SIZE;
    if (!gc_is_tracked(f)) gc_track(f);
    return value_from_object(f);
}

static int file_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"file", "mode", "closefd", "opener", NULL};
    static const ArgSpec spec = {"FileIO", names, 1, 4, 0};
    Value given[4];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return -1;
    const char *mode = "r";
    bool closes_fd = true;
    if (is_float(given[0])) {
        error_set(&type_TypeError, "integer argument expected, got float");
        return -1;
    }
    if (!value_is_null(given[1])) {
        if (!is_str(given[1])) {
            error_format(&type_TypeError, "FileIO() argument 'mode' must be str, not %.50s",
                         value_is_none(given[1]) ? "None" : type_of(given[1])->name);
            return -1;
        }
        ssize_t size;
        mode = str_as_utf8(given[1], &size);
        if (!mode) return -1;
        if ((size_t)size != strlen(mode)) {
            error_set(&type_ValueError, "embedded null character");
            return -1;
        }
    }
    if (!value_is_null(given[2]) && !arg_as_bool(given[2], &closes_fd)) return -1;
    return open_file(self, given[0], mode, closes_fd, value_is_null(given[3]) ? VALUE_NONE : given[3]);
}

/* --- closing --- */

/* `source` is the stream that the program has forgotten: this file, or what wraps it. */
static Value warn_unclosed(FileIO *f, Value source)
{
    if (f->fd >= 0 && f->closes_fd) {
        Value pending = error_fetch();
        if (warn_format(&type_ResourceWarning, 1, "unclosed file %R", source) < 0) {
            if (error_matches(&type_Warning))
                error_write_unraisable(source, NULL);
            else
                error_clear();
        }
        error_restore(pending);
    }
    return VALUE_NONE;
}

static Value method_dealloc_warn(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return warn_unclosed(as_file(self), nargs ? args[0] : self);
}

static Value method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    Value method = type_lookup_borrow(&type_io_raw_base, ID(close));
    if (!f->closes_fd) {
        Value result = call_1(method, self);
        f->fd = -1;
        return result;
    }
    if (f->is_finalizing) value_decref(warn_unclosed(f, self));
    Value result = call_1(method, self); /* flushes: a subclass may do something there */
    Value pending = error_fetch();
    if (f->fd >= 0 && close_fd(f) < 0) {
        if (!value_is_null(pending)) error_set_context(pending);
        value_xdecref(result);
        return VALUE_NULL;
    }
    error_restore(pending);
    return result;
}

static void file_destroy(Object *object)
{
    if (io_finalize(object)) return;
    io_destroy_fields(object, sizeof(FileIO));
}

static void file_clear(Object *object)
{
    value_clear(&((FileIO *)object)->dict);
}

/* --- reading --- */

static bool ready_to_read(FileIO *f)
{
    if (f->fd < 0)
        closed_error();
    else if (!f->is_readable)
        mode_error("reading");
    else
        return true;
    return false;
}

/* Doubles up to a point, then grows by fixed steps. */
static ssize_t next_size(ssize_t size)
{
    return size + (size > 65536 ? MIN(size >> 3, 1 << 26) : 256 + size) + 256;
}

static Value method_readall(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    if (f->fd < 0) return closed_error();
    struct stat status;
    off_t position = lseek(f->fd, 0, SEEK_CUR), end = fstat(f->fd, &status) == 0 ? status.st_size : -1;
    ssize_t capacity = SMALL_CHUNK, got = 0;
    if (end > 0 && position >= 0 && end >= position && end - position < SSIZE_MAX)
        capacity = (ssize_t)(end - position) + 1; /* one more, to see the end of the file */
    Value data = bytes_new(NULL, capacity);
    while (!value_is_null(data)) {
        if (got >= capacity) {
            capacity = next_size(got);
            if (bytes_resize(&data, capacity) < 0) return VALUE_NULL;
        }
        ssize_t n = io_file_read(self, as_bytes(data)->data + got, capacity - got);
        if (n == 0) break;
        if (n == IO_WOULD_BLOCK) {
            if (got > 0) break;
            value_decref(data);
            return VALUE_NONE;
        }
        if (n < 0) {
            value_decref(data);
            return VALUE_NULL;
        }
        got += n;
    }
    if (!value_is_null(data) && bytes_resize(&data, got) < 0) return VALUE_NULL;
    return data;
}

static Value method_read(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t size = -1;
    FileIO *f = as_file(self);
    if (nargs && !io_size_argument(args[0], &size)) return VALUE_NULL;
    if (!ready_to_read(f)) return VALUE_NULL;
    if (size < 0) return method_readall(self, NULL, 0, VALUE_NULL);
    size = MIN(size, MAX_TRANSFER);
    Value data = bytes_new(NULL, size);
    if (value_is_null(data)) return data;
    ssize_t got = io_file_read(self, as_bytes(data)->data, size);
    if (got < 0) {
        value_decref(data);
        return got == IO_WOULD_BLOCK ? VALUE_NONE : VALUE_NULL;
    }
    return bytes_resize(&data, got) < 0 ? VALUE_NULL : data;
}

static Value transfer_result(ssize_t count)
{
    return count == -1 ? VALUE_NULL : count == IO_WOULD_BLOCK ? VALUE_NONE : value_from_small_int(count);
}

static Value method_readinto(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffer view;
    if (!ready_to_read(as_file(self))) return VALUE_NULL;
    if (buffer_get(args[0], &view, BUFFER_WRITABLE) < 0) {
        error_clear();
        return error_format(&type_TypeError, "readinto() argument must be read-write bytes-like object, not %.50s",
                            value_is_none(args[0]) ? "None" : type_of(args[0])->name);
    }
    ssize_t got = io_file_read(self, view.data, view.length);
    buffer_release(&view);
    return transfer_result(got);
}

static Value method_write(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    Buffer view;
    if (f->fd < 0) return closed_error();
    if (!f->is_writable) return mode_error("writing");
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    ssize_t put = io_file_write(self, view.data, view.length);
    buffer_release(&view);
    return transfer_result(put);
}

/* --- position --- */

static bool offset_argument(Value v, off_t *offset)
{
    int64_t n;
    if (!has_index(v)) {
        error_format(&type_TypeError, "'%.200s' object cannot be interpreted as an integer", type_of(v)->name);
        return false;
    }
    if (!arg_as_int64(v, &n)) return false;
    *offset = n;
    return true;
}

static Value seek_to(FileIO *f, off_t offset, int whence)
{
    off_t result;
    BLOCKING_BEGIN
    result = lseek(f->fd, offset, whence);
    BLOCKING_END
    if (f->seekable < 0) f->seekable = result >= 0;
    if (result < 0) return error_os(&type_OSError, errno, VALUE_NULL);
    return int_from_int64(result);
}

static Value method_seek(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    int whence = SEEK_SET;
    off_t offset;
    if (nargs > 1 && !arg_as_int(args[1], &whence)) return VALUE_NULL;
    if (f->fd < 0) return closed_error();
    return offset_argument(args[0], &offset) ? seek_to(f, offset, whence) : VALUE_NULL;
}

static Value method_tell(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    return f->fd < 0 ? closed_error() : seek_to(f, 0, SEEK_CUR);
}

static Value method_truncate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    if (f->fd < 0) return closed_error();
    if (!f->is_writable) return mode_error("writing");
    Value position = nargs && !value_is_none(args[0]) ? value_incref(args[0]) : seek_to(f, 0, SEEK_CUR);
    if (value_is_null(position)) return position;
    off_t length;
    if (!offset_argument(position, &length)) {
        value_decref(position);
        return VALUE_NULL;
    }
    int status;
    BLOCKING_BEGIN
    errno = 0;
    status = ftruncate(f->fd, length);
    BLOCKING_END
    if (status < 0) {
        value_decref(position);
        return error_os(&type_OSError, errno, VALUE_NULL);
    }
    return position;
}

/* --- questions --- */

static Value method_seekable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    if (f->fd < 0) return closed_error();
    if (f->seekable < 0) {
        Value position = seek_to(f, 0, SEEK_CUR);
        if (value_is_null(position))
            error_clear();
        else
            value_decref(position);
    }
    return value_from_bool(f->seekable > 0);
}

static Value method_readable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    return f->fd < 0 ? closed_error() : value_from_bool(f->is_readable);
}

static Value method_writable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    return f->fd < 0 ? closed_error() : value_from_bool(f->is_writable);
}

static Value method_fileno(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    return f->fd < 0 ? closed_error() : value_from_small_int(f->fd);
}

static Value method_isatty(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FileIO *f = as_file(self);
    return f->fd < 0 ? closed_error() : value_from_bool(isatty(f->fd) != 0);
}

static const char *mode_text(const FileIO *f)
{
    if (f->is_created) return f->is_readable ? "xb+" : "xb";
    if (f->is_appending) return f->is_readable ? "ab+" : "ab";
    if (f->is_readable) return f->is_writable ? "rb+" : "rb";
    return "wb";
}

static Value get_mode(Value self, void *closure)
{
    return str_from_cstr(mode_text(as_file(self)));
}

static Value get_closed(Value self, void *closure)
{
    return value_from_bool(as_file(self)->fd < 0);
}

static Value get_closefd(Value self, void *closure)
{
    return value_from_bool(as_file(self)->closes_fd);
}

static Value file_repr(Value self)
{
    FileIO *f = as_file(self);
    if (f->fd < 0) return str_from_cstr("<_io.FileIO [closed]>");
    const char *closes = f->closes_fd ? "True" : "False";
    bool failed;
    Value name = get_attr_optional(self, ID(name), &failed);
    if (value_is_null(name)) {
        if (failed) return VALUE_NULL;
        return str_format("<_io.FileIO fd=%d mode='%s' closefd=%s>", f->fd, mode_text(f), closes);
    }
    Value result = VALUE_NULL;
    if (recursion_enter(" while getting the repr of an object")) {
        result = str_format("<_io.FileIO name=%R mode='%s' closefd=%s>", name, mode_text(f), closes);
        recursion_leave();
    }
    value_decref(name);
    return result;
}

static const NativeMethod file_methods[] = {
    {"read", method_read, 0, 1, 0,
     "read($self, size=-1, /)\n--\n\nRead at most size bytes, returned as bytes.\n\n"
     "Only makes one system call, so less data may be returned than requested.\n"
     "In non-blocking mode, returns None if no data is available.\n"
     "Return an empty bytes object at EOF."},
    {"readall", method_readall, 0, 0, 0,
     "readall($self, /)\n--\n\nRead all data from the file, returned as bytes.\n\n"
     "In non-blocking mode, returns as much as is immediately available,\n"
     "or None if no data is available.  Return an empty bytes object at EOF."},
    {"readinto", method_readinto, 1, 1, 0, "readinto($self, buffer, /)\n--\n\nSame as RawIOBase.readinto()."},
    {"write", method_write, 1, 1, 0,
     "write($self, b, /)\n--\n\nWrite buffer b to file, return number of bytes written.\n\n"
     "Only makes one system call, so not all of the data may be written.\n"
     "The number of bytes actually written is returned.  In non-blocking mode,\n"
     "returns None if the write would block."},
    {"seek", method_seek, 1, 2, 0,
     "seek($self, pos, whence=0, /)\n--\n\nMove to new file position and return the file position."},
    {"tell", method_tell, 0, 0, 0,
     "tell($self, /)\n--\n\nCurrent file position.\n\nCan raise OSError for non seekable "
     "files."},
    {"truncate", method_truncate, 0, 1, 0,
     "truncate($self, size=None, /)\n--\n\nTruncate the file to at most size bytes and return the truncated size."},
    {"close", method_close, 0, 0, 0, "close($self, /)\n--\n\nClose the file."},
    {"seekable", method_seekable, 0, 0, 0, "seekable($self, /)\n--\n\nTrue if file supports random-access."},
    {"readable", method_readable, 0, 0, 0, "readable($self, /)\n--\n\nTrue if file was opened in a read mode."},
    {"writable", method_writable, 0, 0, 0, "writable($self, /)\n--\n\nTrue if file was opened in a write mode."},
    {"fileno", method_fileno, 0, 0, 0, "fileno($self, /)\n--\n\nReturn the underlying file descriptor (an integer)."},
    {"isatty", method_isatty, 0, 0, 0, "isatty($self, /)\n--\n\nTrue if the file is connected to a TTY device."},
    {"_dealloc_warn", method_dealloc_warn, 0, 1, 0, NULL},
    {NULL}};

static const NativeGetSet file_getsets[] = {
    IO_DICT_GETSET,
    {"closed", get_closed, NULL, "True if the file is closed", NULL},
    {"closefd", get_closefd, NULL, "True if the file descriptor will be closed by close().", NULL},
    {"mode", get_mode, NULL, "String giving the file mode", NULL},
    {NULL}};

static const NativeMember file_members[] = {{"_blksize", MEMBER_UINT, offsetof(FileIO, block_size), false, NULL},
                                            {"_finalizing", MEMBER_BOOL, offsetof(FileIO, is_finalizing), false, NULL},
                                            {NULL}};

Type type_io_file = {
    TYPE_HEAD,
    .name = "_io.FileIO",
    .doc = "FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nOpen a file.\n\n"
           "The mode can be 'r' (default), 'w', 'x' or 'a' for reading,\n"
           "writing, exclusive creation or appending.  The file will be created if it\n"
           "doesn't exist when opened for writing or appending; it will be truncated\n"
           "when opened for writing.  A FileExistsError will be raised if it already\n"
           "exists when opened for creating. Opening a file for creating implies\n"
           "writing so this mode behaves in a similar way to 'w'.Add a '+' to the mode\n"
           "to allow simultaneous reading and writing. A custom opener can be used by\n"
           "passing a callable as *opener*. The underlying file descriptor for the file\n"
           "object is then obtained by calling opener with (*name*, *flags*).\n"
           "*opener* must return an open file descriptor (passing os.open as *opener*\n"
           "results in functionality similar to passing None).",
    .base = &type_io_raw_base,
    .instance_size = sizeof(FileIO),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(FileIO, dict),
    .weaklist_offset = offsetof(FileIO, weaklist),
    .destroy = file_destroy,
    .traverse = io_traverse_fields,
    .clear = file_clear,
    .new_instance = file_new,
    .init = file_init,
    .repr = file_repr,
    .methods = file_methods,
    .getsets = file_getsets,
    .members = file_members,
};

/* exception_os.c: OSError, whose constructor picks a subclass by errno.
 *
 * The arguments are read in __new__ when the class does not override __init__ (or overrides both), else in __init__: so
 * that a subclass with its own __init__ may take other arguments (CPython's oserror_use_init). */
#include <errno.h>

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception_internal.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

ALWAYS_INLINE OSErrorObject *as_os_error(Value v)
{
    return (OSErrorObject *)value_as_object(v);
}

static int os_error_init(Value self, const Value *args, ssize_t nargs, Value kwnames);
static Value os_error_new(Type *type, const Value *args, ssize_t nargs, Value kwnames);

static bool reads_arguments_in_init(const Type *type)
{
    return type->init != os_error_init && type->new_instance == os_error_new;
}

static Type *class_of_errno(int number)
{
    switch (number) {
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS: return &type_BlockingIOError;
    case EPIPE:
    case ESHUTDOWN: return &type_BrokenPipeError;
    case ECHILD: return &type_ChildProcessError;
    case ECONNABORTED: return &type_ConnectionAbortedError;
    case ECONNREFUSED: return &type_ConnectionRefusedError;
    case ECONNRESET: return &type_ConnectionResetError;
    case EEXIST: return &type_FileExistsError;
    case ENOENT: return &type_FileNotFoundError;
    case EISDIR: return &type_IsADirectoryError;
    case ENOTDIR: return &type_NotADirectoryError;
    case EINTR: return &type_InterruptedError;
    case EACCES:
    case EPERM: return &type_PermissionError;
    case ESRCH: return &type_ProcessLookupError;
    case ETIMEDOUT: return &type_TimeoutError;
    default: return NULL;
    }
}

/* (errno, strerror[, filename[, winerror[, filename2]]]): all borrowed. */
typedef struct OSErrorArguments {
    NULLABLE Value number, strerror, filename, filename2;
} OSErrorArguments;

static OSErrorArguments read_arguments(const Value *args, ssize_t nargs)
{
    OSErrorArguments read = {0};
    if (nargs < 2 || nargs > 5) return read;
    read.number = args[0];
    read.strerror = args[1];
    if (nargs >= 3) read.filename = args[2];
    if (nargs >= 5) read.filename2 = args[4];
    return read;
}

static int fill(Value self, const Value *args, ssize_t nargs, const OSErrorArguments *read)
{
    OSErrorObject *e = as_os_error(self);
    ssize_t kept = nargs;
    if (!value_is_null(read->filename) && !value_is_none(read->filename)) {
        if (type_of(self) == &type_BlockingIOError && type_of(read->filename)->number.index) {
            e->written = number_as_ssize(read->filename, &type_ValueError);
            if (e->written == -1 && error_occurred()) return -1;
        } else {
            e->filename = value_incref(read->filename);
            if (!value_is_null(read->filename2) && !value_is_none(read->filename2))
                e->filename2 = value_incref(read->filename2);
            kept = 2; /* args keeps (errno, strerror) for those who unpack it */
        }
    }
    e->errno_value = value_xincref(read->number);
    e->strerror = value_xincref(read->strerror);
    return exception_set_args(self, args, kept);
}

static Value os_error_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    OSErrorArguments read = {0};
    bool reads_here = !reads_arguments_in_init(type);
    if (reads_here) {
        if (!args_no_keywords(type->name, kwnames)) return VALUE_NULL;
        read = read_arguments(args, nargs);
        int64_t number;
        if (type == &type_OSError && !value_is_null(read.number) && is_int(read.number) &&
            int_fits_int64(read.number, &number) && number == (int)number) {
            Type *subclass = class_of_errno((int)number);
            if (subclass) type = subclass;
        }
    }
    OSErrorObject *e = object_alloc_zeroed(type, type->instance_size);
    if (!e) return VALUE_NULL;
    e->written = -1;
    gc_track(e);
    Value self = value_from_object(e);
    if (reads_here ? fill(self, args, nargs, &read) < 0 : exception_set_args(self, NULL, 0) < 0) value_clear(&self);
    return self;
}

static int os_error_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!reads_arguments_in_init(type_of(self))) return 0;
    if (!args_no_keywords(type_of(self)->name, kwnames)) return -1;
    OSErrorArguments read = read_arguments(args, nargs);
    return fill(self, args, nargs, &read);
}

static Value or_none(NULLABLE Value v)
{
    return value_is_null(v) ? VALUE_NONE : v;
}

static Value os_error_str(Value self)
{
    OSErrorObject *e = as_os_error(self);
    if (!value_is_null(e->filename)) {
        if (!value_is_null(e->filename2))
            return str_format("[Errno %S] %S: %R -> %R", or_none(e->errno_value), or_none(e->strerror), e->filename,
                              e->filename2);
        return str_format("[Errno %S] %S: %R", or_none(e->errno_value), or_none(e->strerror), e->filename);
    }
    if (!value_is_null(e->errno_value) && !value_is_null(e->strerror))
        return str_format("[Errno %S] %S", e->errno_value, e->strerror);
    return exception_str(self);
}

/* args lost the file names: pickling needs them back. */
static Value os_error_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    OSErrorObject *e = as_os_error(self);
    Value full = VALUE_NULL;
    if (tuple_length(e->args) == 2 && !value_is_null(e->filename)) {
        Value a = tuple_item_borrow(e->args, 0), b = tuple_item_borrow(e->args, 1);
        full = value_is_null(e->filename2) ? tuple_pack(3, a, b, e->filename)
                                           : tuple_pack(5, a, b, e->filename, VALUE_NONE, e->filename2);
        if (value_is_null(full)) return VALUE_NULL;
    } else {
        full = value_incref(e->args);
    }
    Value state = instance_dict_copy(self), result = VALUE_NULL, type = value_from_type(type_of(self));
    if (!value_is_null(state))
        result = dict_length(state) ? tuple_pack(3, type, full, state) : tuple_pack(2, type, full);
    value_xdecref(state);
    value_decref(full);
    return result;
}

static Value get_written(Value self, void *closure)
{
    ssize_t written = as_os_error(self)->written;
    if (written == -1) return error_set_value(&type_AttributeError, ID(characters_written));
    return int_from_int64(written);
}

static int set_written(Value self, NULLABLE Value value, void *closure)
{
    OSErrorObject *e = as_os_error(self);
    if (value_is_null(value)) {
        if (e->written == -1) {
            error_set_value(&type_AttributeError, ID(characters_written));
            return -1;
        }
        e->written = -1;
        return 0;
    }
    ssize_t n = number_as_ssize(value, &type_ValueError);
    if (n == -1 && error_occurred()) return -1;
    e->written = n;
    return 0;
}

static const NativeMember os_error_members[] = {
    {"errno", MEMBER_VALUE, offsetof(OSErrorObject, errno_value), false, "POSIX exception code"},
    {"strerror", MEMBER_VALUE, offsetof(OSErrorObject, strerror), false, "exception strerror"},
    {"filename", MEMBER_VALUE, offsetof(OSErrorObject, filename), false, "exception filename"},
    {"filename2", MEMBER_VALUE, offsetof(OSErrorObject, filename2), false, "second exception filename"},
    {NULL}};
static const NativeMethod os_error_methods[] = {{"__reduce__", os_error_reduce, 0, 0, 0, NULL}, {NULL}};
static const NativeGetSet os_error_getsets[] = {{"characters_written", get_written, set_written, NULL, NULL}, {NULL}};

EXCEPTION_TYPE(OSError, &type_Exception, OSErrorObject, "Base class for I/O related errors.",
               .new_instance = os_error_new, .init = os_error_init, .str = os_error_str, .members = os_error_members,
               .methods = os_error_methods, .getsets = os_error_getsets);

#define OS_ERROR(name, base, doc) EXCEPTION_TYPE(name, &type_##base, OSErrorObject, doc, .new_instance = os_error_new)
OS_ERROR(BlockingIOError, OSError, "I/O operation would block.");
OS_ERROR(ConnectionError, OSError, "Connection error.");
OS_ERROR(ChildProcessError, OSError, "Child process error.");
OS_ERROR(BrokenPipeError, ConnectionError, "Broken pipe.");
OS_ERROR(ConnectionAbortedError, ConnectionError, "Connection aborted.");
OS_ERROR(ConnectionRefusedError, ConnectionError, "Connection refused.");
OS_ERROR(ConnectionResetError, ConnectionError, "Connection reset.");
OS_ERROR(FileExistsError, OSError, "File already exists.");
OS_ERROR(FileNotFoundError, OSError, "File not found.");
OS_ERROR(IsADirectoryError, OSError, "Operation doesn't work on directories.");
OS_ERROR(NotADirectoryError, OSError, "Operation only works on directories.");
OS_ERROR(InterruptedError, OSError, "Interrupted by signal.");
OS_ERROR(PermissionError, OSError, "Not enough permissions.");
OS_ERROR(ProcessLookupError, OSError, "Process not found.");
OS_ERROR(TimeoutError, OSError, "Timeout expired.");

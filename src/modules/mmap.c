/* mmap.c: the module mmap: files mapped into memory, as mutable sequences of bytes with a position.
 *
 * M1  While `exports` > 0 (a memoryview looks at the map) it is neither closed nor resized. */
#define _GNU_SOURCE // memmem, mremap
#include <sys/mman.h>
#include <sys/stat.h>

#include "modules/posix/posix.h"
#include "objects/slice.h"
#include "objects/weakref.h"

enum Access { ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY };

typedef struct Map {
    Object head;
    NULLABLE char *data; /* NULL: closed */
    ssize_t size, position, exports;
    off_t offset;
    int fd; /* our own copy; -1: anonymous memory */
    enum Access access;
    NULLABLE Value weaklist;
} Map;

static Type map_type;

static Map *as_map(Value v)
{
    return (Map *)value_as_object(v);
}

static Map *open_map(Value v)
{
    if (as_map(v)->data) return as_map(v);
    error_set(&type_ValueError, "mmap closed or invalid");
    return NULL;
}

static Map *writable_map(Value v)
{
    Map *self = open_map(v);
    if (!self || self->access != ACCESS_READ) return self;
    error_set(&type_TypeError, "mmap can't modify a readonly memory map.");
    return NULL;
}

static void release_memory(Map *self)
{
    if (self->data) munmap(self->data, (size_t)self->size);
    if (self->fd >= 0) close(self->fd);
    self->data = NULL;
    self->fd = -1;
}

static void map_destroy(Object *object)
{
    Map *self = (Map *)object;
    if (!value_is_null(self->weaklist)) weakref_clear_all(object);
    release_memory(self);
    object_free(object, object->type->instance_size);
}

/* --- making --- */

static bool resolve_access(int access, bool has_flags, bool has_protection, int *flags, int *protection)
{
    if (access != ACCESS_DEFAULT && (has_flags || (has_protection && *protection != (PROT_READ | PROT_WRITE)))) {
        error_set(&type_ValueError, "mmap can't specify both access and flags, prot.");
        return false;
    }
    switch (access) {
    case ACCESS_READ:
        *flags = MAP_SHARED;
        *protection = PROT_READ;
        return true;
    case ACCESS_WRITE:
        *flags = MAP_SHARED;
        *protection = PROT_READ | PROT_WRITE;
        return true;
    case ACCESS_COPY:
        *flags = MAP_PRIVATE;
        *protection = PROT_READ | PROT_WRITE;
        return true;
    case ACCESS_DEFAULT: return true;
    default: error_set(&type_ValueError, "mmap invalid access parameter."); return false;
    }
}

/* The length asked for against what the file has; 0 means all that is behind the offset. */
static bool check_length(int fd, off_t offset, ssize_t *length)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) return true;
    if (*length == 0) {
        if (st.st_size == 0)
            error_set(&type_ValueError, "cannot mmap an empty file");
        else if (offset >= st.st_size)
            error_set(&type_ValueError, "mmap offset is greater than file size");
        else
            *length = st.st_size - offset;
        return *length > 0;
    }
    if (offset <= st.st_size && st.st_size - offset >= *length) return true;
    error_set(&type_ValueError, "mmap length is greater than file size");
    return false;
}

static Value map_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("mmap", 2, 6, "fileno", "length", "flags", "prot", "access", "offset");
    int fd, flags = MAP_SHARED, protection = PROT_READ | PROT_WRITE, access = ACCESS_DEFAULT;
    ssize_t length;
    off_t offset = 0;
    if (!arg_as_int(out[0], &fd) || !arg_as_ssize(out[1], &length) || !optional_int(out[2], &flags) ||
        !optional_int(out[3], &protection) || !optional_int(out[4], &access) ||
        (is_given(out[5]) && !arg_as_offset(out[5], &offset)))
        return VALUE_NULL;
    if (length < 0) return error_set(&type_OverflowError, "memory mapped length must be positive");
    if (offset < 0) return error_set(&type_OverflowError, "memory mapped offset must be positive");
    if (!resolve_access(access, is_given(out[2]) && flags != MAP_SHARED, is_given(out[3]), &flags, &protection) ||
        !check_length(fd, offset, &length))
        return VALUE_NULL;
    if (access == ACCESS_DEFAULT && (protection & (PROT_READ | PROT_WRITE)) != (PROT_READ | PROT_WRITE))
        access = protection & PROT_WRITE ? ACCESS_WRITE : ACCESS_READ;
    Map *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    self->fd = -1;
    self->size = length;
    self->offset = offset;
    self->access = (enum Access)access;
    if (fd == -1) {
        flags |= MAP_ANONYMOUS;
    } else {
        self->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (self->fd < 0) {
            posix_error();
            object_decref(&self->head);
            return VALUE_NULL;
        }
    }
    void *data = mmap(NULL, (size_t)length, protection, flags, fd, offset);
    if (data != MAP_FAILED) {
        self->data = data;
        return value_from_object(self);
    }
    posix_error();
    object_decref(&self->head);
    return VALUE_NULL;
}

/* --- reading and writing at the position --- */

static ssize_t remaining(const Map *self)
{
    return self->position < self->size ? self->size - self->position : 0;
}

FUNCTION(map_read)
{
    Map *map = open_map(self);
    ssize_t count = -1;
    if (!map || (nargs && !value_is_none(args[0]) && !arg_as_ssize(args[0], &count))) return VALUE_NULL;
    if (count < 0 || count > remaining(map)) count = remaining(map);
    Value result = bytes_new(map->data + map->position, count);
    if (!value_is_null(result)) map->position += count;
    return result;
}

FUNCTION(map_read_byte)
{
    Map *map = open_map(self);
    if (!map) return VALUE_NULL;
    if (map->position >= map->size) return error_set(&type_ValueError, "read byte out of range");
    return value_from_small_int((uint8_t)map->data[map->position++]);
}

FUNCTION(map_readline)
{
    Map *map = open_map(self);
    if (!map) return VALUE_NULL;
    const char *start = map->data + map->position;
    const char *newline = memchr(start, '\n', (size_t)remaining(map));
    ssize_t count = newline ? newline + 1 - start : remaining(map);
    Value result = bytes_new(start, count);
    if (!value_is_null(result)) map->position += count;
    return result;
}

FUNCTION(map_write)
{
    Map *map = open_map(self);
    Buffer view;
    if (!map || buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (!writable_map(self)) {
        result = VALUE_NULL;
    } else if (map->position > map->size || map->size - map->position < view.length) {
        error_set(&type_ValueError, "data out of range");
    } else {
        memcpy(map->data + map->position, view.data, (size_t)view.length);
        map->position += view.length;
        result = value_from_small_int(view.length);
    }
    buffer_release(&view);
    return result;
}

static bool byte_argument(Value v, char *byte)
{
    int64_t n;
    if (!arg_as_int64(v, &n)) return false;
    if (n >= 0 && n <= 255) {
        *byte = (char)n;
        return true;
    }
    error_set(&type_OverflowError,
              n < 0 ? "unsigned byte integer is less than minimum" : "unsigned byte integer is greater than maximum");
    return false;
}

FUNCTION(map_write_byte)
{
    char byte;
    Map *map = open_map(self);
    if (!map || !byte_argument(args[0], &byte) || !writable_map(self)) return VALUE_NULL;
    if (map->position >= map->size) return error_set(&type_ValueError, "write byte out of range");
    map->data[map->position++] = byte;
    return VALUE_NONE;
}

FUNCTION(map_seek)
{
    Map *map = open_map(self);
    ssize_t distance, base;
    int whence = SEEK_SET;
    if (!map || !arg_as_ssize(args[0], &distance) || (nargs > 1 && !arg_as_int(args[1], &whence))) return VALUE_NULL;
    switch (whence) {
    case SEEK_SET: base = 0; break;
    case SEEK_CUR: base = map->position; break;
    case SEEK_END: base = map->size; break;
    default: return error_set(&type_ValueError, "unknown seek type");
    }
    if (__builtin_add_overflow(base, distance, &base) || base < 0 || base > map->size)
        return error_set(&type_ValueError, "seek out of range");
    map->position = base;
    return VALUE_NONE;
}

FUNCTION(map_tell)
{
    Map *map = open_map(self);
    return map ? value_from_small_int(map->position) : VALUE_NULL;
}

/* --- searching --- */

static Value search(Value self, const Value *args, ssize_t nargs, bool backwards)
{
    Map *map = open_map(self);
    if (!map) return VALUE_NULL;
    ssize_t start = backwards ? map->position : map->position, end = map->size;
    Buffer view;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    bool done = (nargs < 2 || arg_as_ssize(args[1], &start)) && (nargs < 3 || arg_as_ssize(args[2], &end));
    ssize_t found = -1;
    if (done && (map = open_map(self))) {
        if (start < 0) start = MAX(start + map->size, 0);
        if (end < 0) end = MAX(end + map->size, 0);
        start = MIN(start, map->size);
        end = MIN(end, map->size);
        ssize_t last = end - view.length;
        if (!backwards) {
            const char *at =
                last >= start ? memmem(map->data + start, (size_t)(end - start), view.data, (size_t)view.length) : NULL;
            if (at) found = at - map->data;
        } else {
            for (ssize_t i = last; i >= start && found < 0; i--)
                if (memcmp(map->data + i, view.data, (size_t)view.length) == 0) found = i;
        }
    }
    buffer_release(&view);
    return error_occurred() ? VALUE_NULL : value_from_small_int(found);
}

FUNCTION(map_find)
{
    return search(self, args, nargs, false);
}

FUNCTION(map_rfind)
{
    return search(self, args, nargs, true);
}

/* --- the map as a whole --- */

FUNCTION(map_close)
{
    Map *map = as_map(self);
    if (map->exports > 0) return error_set(&type_BufferError, "cannot close exported pointers exist");
    release_memory(map);
    return VALUE_NONE;
}

FUNCTION(map_size_method)
{
    Map *map = open_map(self);
    struct stat st;
    if (!map) return VALUE_NULL;
    if (map->fd < 0) {
        errno = EBADF;
        return posix_error();
    }
    return fstat(map->fd, &st) < 0 ? posix_error() : int_from_int64(st.st_size);
}

FUNCTION(map_flush)
{
    Map *map = open_map(self);
    ssize_t offset = 0;
    if (!map || (nargs > 0 && !arg_as_ssize(args[0], &offset))) return VALUE_NULL;
    ssize_t size = map->size;
    if (nargs > 1 && !arg_as_ssize(args[1], &size)) return VALUE_NULL;
    if (size + offset > map->size || size + offset < 0 || offset < 0)
        return error_set(&type_ValueError, "flush values out of range");
    if (map->access == ACCESS_READ || map->access == ACCESS_COPY) return VALUE_NONE;
    return posix_none(msync(map->data + offset, (size_t)size, MS_SYNC));
}

FUNCTION(map_move)
{
    ssize_t target, source, count;
    if (!open_map(self) || !arg_as_ssize(args[0], &target) || !arg_as_ssize(args[1], &source) ||
        !arg_as_ssize(args[2], &count) || !writable_map(self))
        return VALUE_NULL;
    Map *map = as_map(self);
    if (target < 0 || source < 0 || count < 0 || map->size - target < count || map->size - source < count)
        return error_set(&type_ValueError, "source, destination, or count out of range");
    memmove(map->data + target, map->data + source, (size_t)count);
    return VALUE_NONE;
}

FUNCTION(map_resize)
{
    Map *map = open_map(self);
    ssize_t size;
    if (!map || !arg_as_ssize(args[0], &size)) return VALUE_NULL;
    if (size < 0 || INT64_MAX - map->offset < size) return error_set(&type_ValueError, "new size out of range");
    if (map->exports > 0) return error_set(&type_BufferError, "mmap can't resize with extant pointers exported.");
    if (map->access != ACCESS_WRITE && map->access != ACCESS_DEFAULT)
        return error_set(&type_TypeError, "mmap can't resize a readonly or copy-on-write memory map.");
    if (map->fd >= 0 && ftruncate(map->fd, map->offset + size) < 0) return posix_error();
    void *moved = mremap(map->data, (size_t)map->size, (size_t)size, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) return posix_error();
    map->data = moved;
    map->size = size;
    return VALUE_NONE;
}

FUNCTION(map_madvise)
{
    Map *map = open_map(self);
    int advice;
    ssize_t start = 0, length;
    if (!map || !arg_as_int(args[0], &advice) || (nargs > 1 && !arg_as_ssize(args[1], &start))) return VALUE_NULL;
    length = map->size;
    if (nargs > 2 && !arg_as_ssize(args[2], &length)) return VALUE_NULL;
    if (start < 0 || start >= map->size) return error_set(&type_ValueError, "madvise start out of bounds");
    if (length < 0) return error_set(&type_ValueError, "madvise length invalid");
    if (PTRDIFF_MAX - start < length) return error_set(&type_OverflowError, "madvise length too large");
    if (start + length > map->size) length = map->size - start;
    return posix_none(madvise(map->data + start, (size_t)length, advice));
}

FUNCTION(map_enter)
{
    return open_map(self) ? value_incref(self) : VALUE_NULL;
}

FUNCTION(map_exit)
{
    return map_close(self, NULL, 0, VALUE_NULL);
}

FUNCTION(map_sizeof)
{
    return value_from_small_int((int64_t)sizeof(Map));
}

/* --- as a sequence --- */

static ssize_t length_slot(Value self)
{
    Map *map = open_map(self);
    return map ? map->size : -1;
}

static bool item_index(Map *map, Value key, ssize_t *index)
{
    *index = number_as_ssize(key, &type_IndexError);
    if (*index == -1 && error_occurred()) return false;
    if (*index < 0) *index += map->size;
    if (*index >= 0 && *index < map->size) return true;
    error_set(&type_IndexError, "mmap index out of range");
    return false;
}

static Value item_slot(Value self, ssize_t index)
{
    Map *map = open_map(self);
    if (!map) return VALUE_NULL;
    if (index < 0 || index >= map->size) return error_set(&type_IndexError, "mmap index out of range");
    return bytes_new(map->data + index, 1);
}

static Value subscript_slot(Value self, Value key)
{
    Map *map = open_map(self);
    ssize_t start, stop, step;
    if (!map) return VALUE_NULL;
    if (has_index(key)) {
        if (!item_index(map, key, &start) || !open_map(self)) return VALUE_NULL;
        return value_from_small_int((uint8_t)map->data[start]);
    }
    if (!is_slice(key)) return error_set(&type_TypeError, "mmap indices must be integers");
    if (slice_unpack(key, &start, &stop, &step) < 0 || !open_map(self)) return VALUE_NULL;
    ssize_t count = slice_adjust(map->size, &start, &stop, step);
    Value result = bytes_new(NULL, count);
    for (ssize_t i = 0; !value_is_null(result) && i < count; i++, start += step)
        as_bytes(result)->data[i] = map->data[start];
    return result;
}

static int set_slice(Value self, Value key, Value value)
{
    Map *map = as_map(self);
    Buffer view;
    ssize_t start, stop, step;
    if (slice_unpack(key, &start, &stop, &step) < 0 || buffer_get(value, &view, BUFFER_SIMPLE) < 0) return -1;
    int status = -1;
    if (open_map(self)) {
        ssize_t count = slice_adjust(map->size, &start, &stop, step);
        if (view.length != count) {
            error_set(&type_IndexError, "mmap slice assignment is wrong size");
        } else {
            for (ssize_t i = 0; i < count; i++, start += step) map->data[start] = ((const char *)view.data)[i];
            status = 0;
        }
    }
    buffer_release(&view);
    return status;
}

static int set_subscript_slot(Value self, Value key, Value value)
{
    Map *map = writable_map(self);
    ssize_t index;
    if (!map) return -1;
    if (!has_index(key) && !is_slice(key)) {
        error_set(&type_TypeError, "mmap indices must be integers");
        return -1;
    }
    if (value_is_null(value)) {
        error_set(&type_TypeError,
                  is_slice(key) ? "mmap object doesn't support slice deletion" : "mmap doesn't support item deletion");
        return -1;
    }
    if (is_slice(key)) return set_slice(self, key, value);
    if (!item_index(map, key, &index)) return -1;
    if (!has_index(value)) {
        error_set(&type_TypeError, "mmap item value must be an int");
        return -1;
    }
    ssize_t byte = number_as_ssize(value, &type_TypeError);
    if (byte == -1 && error_occurred()) return -1;
    if (byte < 0 || byte > 255) {
        error_set(&type_ValueError, "mmap item value must be in range(0, 256)");
        return -1;
    }
    if (!open_map(self)) return -1;
    map->data[index] = (char)byte;
    return 0;
}

static int buffer_get_slot(Value self, Buffer *view, int flags)
{
    Map *map = open_map(self);
    if (!map) return -1;
    bool is_readonly = map->access == ACCESS_READ;
    if ((flags & BUFFER_WRITABLE) && is_readonly) {
        error_set(&type_BufferError, "Object is not writable.");
        return -1;
    }
    *view = (Buffer){.data = map->data,
                     .owner = value_incref(self),
                     .length = map->size,
                     .item_size = 1,
                     .is_readonly = is_readonly,
                     .dimensions = 1};
    if (flags & BUFFER_FORMAT) view->format = "B";
    if (flags & BUFFER_ND) view->shape = &view->length;
    if ((flags & BUFFER_STRIDES) == BUFFER_STRIDES) view->strides = &view->item_size;
    map->exports++;
    return 0;
}

static void buffer_release_slot(Value self, Buffer *view)
{
    as_map(self)->exports--;
}

static Value repr_slot(Value self)
{
    static const char *const names[] = {"ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};
    const Map *map = as_map(self);
    const Type *type = type_of(self);
    if (!map->data) return str_format("<%s closed=True>", type->name);
    return str_format("<%s closed=False, access=%s, length=%zd, pos=%zd, offset=%zd>", type->name, names[map->access],
                      map->size, map->position, (ssize_t)map->offset);
}

static Value get_closed(Value self, void *closure)
{
    return value_from_bool(!as_map(self)->data);
}

static const NativeGetSet getsets[] = {{"closed", get_closed, NULL, NULL, NULL}, {NULL}};

static const NativeMethod map_methods[] = {
    {"close", map_close, 0, 0, 0, NULL},
    {"find", map_find, 1, 3, 0, NULL},
    {"rfind", map_rfind, 1, 3, 0, NULL},
    {"flush", map_flush, 0, 2, 0, NULL},
    {"madvise", map_madvise, 1, 3, 0, NULL},
    {"move", map_move, 3, 3, 0, NULL},
    {"read", map_read, 0, 1, 0, NULL},
    {"read_byte", map_read_byte, 0, 0, 0, NULL},
    {"readline", map_readline, 0, 0, 0, NULL},
    {"resize", map_resize, 1, 1, 0, NULL},
    {"seek", map_seek, 1, 2, 0, NULL},
    {"size", map_size_method, 0, 0, 0, NULL},
    {"tell", map_tell, 0, 0, 0, NULL},
    {"write", map_write, 1, 1, 0, NULL},
    {"write_byte", map_write_byte, 1, 1, 0, NULL},
    {"__enter__", map_enter, 0, 0, 0, NULL},
    {"__exit__", map_exit, 0, -1, 0, NULL},
    {"__sizeof__", map_sizeof, 0, 0, 0, NULL},
    {NULL},
};

static Type map_type = {
    .head = TYPE_HEAD,
    .name = "mmap.mmap",
    .doc = "mmap(fileno, length[, flags[, prot[, access[, offset]]]])\n\n"
           "Maps length bytes from the file specified by the file descriptor fileno,\nand returns a mmap object.",
    .instance_size = sizeof(Map),
    .flags = TYPE_BASE | TYPE_IMMUTABLE,
    .weaklist_offset = offsetof(Map, weaklist),
    .destroy = map_destroy,
    .new_instance = map_new,
    .repr = repr_slot,
    .sequence = {.length = length_slot, .item = item_slot},
    .mapping = {.length = length_slot, .subscript = subscript_slot, .set_subscript = set_subscript_slot},
    .buffer = {buffer_get_slot, buffer_release_slot},
    .methods = map_methods,
    .getsets = getsets,
};

#define CONSTANTS(X)                                                                                                   \
    X(PROT_EXEC)                                                                                                       \
    X(PROT_READ) X(PROT_WRITE) X(MAP_SHARED) X(MAP_PRIVATE) X(MAP_DENYWRITE) X(MAP_EXECUTABLE) X(MAP_ANON)             \
        X(MAP_ANONYMOUS) X(MAP_POPULATE) X(MAP_STACK) X(ACCESS_DEFAULT) X(ACCESS_READ) X(ACCESS_WRITE) X(ACCESS_COPY)  \
            X(MADV_NORMAL) X(MADV_RANDOM) X(MADV_SEQUENTIAL) X(MADV_WILLNEED) X(MADV_DONTNEED) X(MADV_REMOVE)          \
                X(MADV_DONTFORK) X(MADV_DOFORK) X(MADV_HWPOISON) X(MADV_MERGEABLE) X(MADV_UNMERGEABLE)                 \
                    X(MADV_HUGEPAGE) X(MADV_NOHUGEPAGE) X(MADV_DONTDUMP) X(MADV_DODUMP) X(MADV_FREE)

static int exec(Value module)
{
#define ADD(name)                                                                                                      \
    if (module_add_int(module, #name, (int64_t)(name)) < 0) return -1;
    CONSTANTS(ADD)
#undef ADD
    long page = sysconf(_SC_PAGESIZE);
    if (module_add_int(module, "PAGESIZE", page) < 0 || module_add_int(module, "ALLOCATIONGRANULARITY", page) < 0 ||
        module_add(module, "error", value_incref(value_from_object(&type_OSError))) < 0)
        return -1;
    return module_add_type(module, &map_type);
}

NATIVE_MODULE(mmap) = {.name = "mmap", .exec = exec};

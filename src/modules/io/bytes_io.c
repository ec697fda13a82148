/* bytes_io: BytesIO: a stream over a bytes object in memory.
 *
 * `data` is a bytes object that may be longer than the contents (`size`). It is shared with the caller of the
 * constructor or of getvalue() until the next change, which copies it when its count is above one. While a buffer from
 * getbuffer() is out, nothing may change the size. */
#include "gc/gc.h"
#include "modules/io/io.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/tuple.h"

typedef struct BytesIO {
    IO_FIELDS
    NULLABLE Value data; /* bytes; no value: closed */
    ssize_t position, size;
    ssize_t exports;
} BytesIO;

/* What getbuffer() gives a memoryview of: lends the stream's block. */
typedef struct BytesIOBuffer {
    Object head;
    Value stream;
} BytesIOBuffer;

static BytesIO *as_bytes_io(Value v)
{
    return (BytesIO *)value_as_object(v);
}

static bool is_open(const BytesIO *io)
{
    if (!value_is_null(io->data)) return true;
    error_set(&type_ValueError, "I/O operation on closed file.");
    return false;
}

static bool is_resizable(const BytesIO *io)
{
    if (io->exports == 0) return true;
    error_set(&type_BufferError, "Existing exports of data: object cannot be re-sized");
    return false;
}

/* Makes `data` the stream's own, with room for `capacity` bytes. */
static int make_room(BytesIO *io, ssize_t capacity)
{
    ssize_t have = as_bytes(io->data)->length;
    bool is_shared = value_as_object(io->data)->refcount > 1;
    if (!is_shared && capacity <= have && capacity >= have / 2) return 0;
    if (!is_shared && capacity > have) capacity += (capacity >> 3) + (capacity < 9 ? 3 : 6);
    if (!is_shared) {
        if (bytes_resize(&io->data, MAX(capacity, 1)) == 0) return 0;
        io->data = bytes_new(NULL, 0);
        io->size = 0;
        return -1;
    }
    Value copy = bytes_new(NULL, MAX(capacity, 2));
    if (value_is_null(copy)) return -1;
    memcpy(as_bytes(copy)->data, as_bytes(io->data)->data, (size_t)MIN(io->size, capacity));
    value_replace(&io->data, copy);
    return 0;
}

static ssize_t write_bytes(BytesIO *io, const char *data, ssize_t length)
{
    if (length == 0) return 0;
    if (io->position > SSIZE_MAX - length) {
        error_set(&type_OverflowError, "new buffer size too large");
        return -1;
    }
    ssize_t end = io->position + length;
    bool is_shared = value_as_object(io->data)->refcount > 1;
    if ((end > as_bytes(io->data)->length || is_shared) && make_room(io, MAX(end, io->size)) < 0) return -1;
    as_bytes(io->data)->hash = -1; /* it may have been outside and come back */
    char *block = as_bytes(io->data)->data;
    if (io->position > io->size) memset(block + io->size, 0, (size_t)(io->position - io->size));
    memcpy(block + io->position, data, (size_t)length);
    io->position = end;
    if (end > io->size) io->size = end;
    return length;
}

/* --- reading --- */

static ssize_t available(const BytesIO *io, ssize_t limit)
{
    ssize_t left = io->position < io->size ? io->size - io->position : 0;
    return limit < 0 || limit > left ? left : limit;
}

static Value take(BytesIO *io, ssize_t count)
{
    if (count > 1 && io->position == 0 && count == as_bytes(io->data)->length && count == io->size &&
        io->exports == 0) {
        io->position += count;
        return value_incref(io->data);
    }
    Value result = bytes_new(as_bytes(io->data)->data + (count ? io->position : 0), count);
    if (!value_is_null(result)) io->position += count;
    return result;
}

static ssize_t line_length(const BytesIO *io, ssize_t limit)
{
    ssize_t count = available(io, limit);
    if (count == 0) return 0;
    const char *start = as_bytes(io->data)->data + io->position, *end = memchr(start, '\n', (size_t)count);
    return end ? end - start + 1 : count;
}

static Value method_read(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t limit;
    BytesIO *io = as_bytes_io(self);
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &limit) || !is_open(io)) return VALUE_NULL;
    return take(io, available(io, limit));
}

static Value method_readline(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t limit;
    BytesIO *io = as_bytes_io(self);
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &limit) || !is_open(io)) return VALUE_NULL;
    return take(io, line_length(io, limit));
}

static Value method_readlines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t limit = 0, total = 0;
    BytesIO *io = as_bytes_io(self);
    if (!is_open(io)) return VALUE_NULL;
    if (nargs && !value_is_none(args[0])) {
        if (!is_int(args[0]))
            return error_format(&type_TypeError, "integer argument expected, got '%s'", type_of(args[0])->name);
        if (!arg_as_ssize(args[0], &limit)) return VALUE_NULL;
    }
    Value lines = list_new(0);
    for (ssize_t n; !value_is_null(lines) && (n = line_length(io, -1)) > 0;) {
        Value line = take(io, n);
        if (value_is_null(line) || list_append_steal(lines, line) < 0) {
            value_clear(&lines);
            break;
        }
        total += n;
        if (limit > 0 && total >= limit) break;
    }
    return lines;
}

static Value method_readinto(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    Buffer view;
    if (buffer_get(args[0], &view, BUFFER_WRITABLE) < 0) {
        error_clear();
        return error_format(&type_TypeError, "readinto() argument must be read-write bytes-like object, not %.50s",
                            value_is_none(args[0]) ? "None" : type_of(args[0])->name);
    }
    Value result = VALUE_NULL;
    if (is_open(io)) {
        ssize_t count = available(io, view.length);
        memcpy(view.data, as_bytes(io->data)->data + (count ? io->position : 0), (size_t)count);
        io->position += count;
        result = value_from_small_int(count);
    }
    buffer_release(&view);
    return result;
}

static Value bytes_io_next(Value self)
{
    BytesIO *io = as_bytes_io(self);
    if (!is_open(io)) return VALUE_NULL;
    ssize_t count = line_length(io, -1);
    return count ? take(io, count) : VALUE_NULL;
}

static Value bytes_io_iter(Value self)
{
    return is_open(as_bytes_io(self)) ? value_incref(self) : VALUE_NULL;
}

/* --- writing --- */

static Value method_write(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    Buffer view;
    if (!is_open(io) || !is_resizable(io)) return VALUE_NULL;
    if (buffer_get(args[0], &view, BUFFER_FULL_RO & ~BUFFER_FORMAT) < 0) return VALUE_NULL;
    ssize_t put = -1;
    if (!buffer_is_contiguous(&view, 'C')) {
        error_set(&type_BufferError, "memoryview: underlying buffer is not C-contiguous");
    } else if (is_open(io)) {
        put = write_bytes(io, view.data, view.length);
    }
    buffer_release(&view);
    return put < 0 ? VALUE_NULL : value_from_small_int(put);
}

static Value method_writelines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_open(as_bytes_io(self))) return VALUE_NULL;
    Value iterator = get_iter(args[0]);
    if (value_is_null(iterator)) return iterator;
    for (Value line; !value_is_null(line = iter_next(iterator));) {
        Value result = method_write(self, &line, 1, VALUE_NULL);
        value_decref(line);
        if (value_is_null(result)) break;
    }
    value_decref(iterator);
    return error_occurred() ? VALUE_NULL : VALUE_NONE;
}

static Value method_truncate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    if (!is_open(io) || !is_resizable(io)) return VALUE_NULL;
    ssize_t size = io->position;
    if (nargs && !value_is_none(args[0])) {
        size = number_as_ssize(args[0], &type_OverflowError);
        if (size == -1 && error_occurred()) return VALUE_NULL;
    }
    if (size < 0) return error_format(&type_ValueError, "negative size value %zd", size);
    if (size < io->size) {
        io->size = size;
        if (make_room(io, size) < 0) return VALUE_NULL;
    }
    return int_from_int64(size);
}

/* --- position --- */

static Value method_seek(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    ssize_t position;
    int whence = 0;
    if (!arg_as_ssize(args[0], &position) || (nargs > 1 && !arg_as_int(args[1], &whence)) || !is_open(io))
        return VALUE_NULL;
    if (position < 0 && whence == 0) return error_format(&type_ValueError, "negative seek value %zd", position);
    if (whence < 0 || whence > 2)
        return error_format(&type_ValueError, "invalid whence (%i, should be 0, 1 or 2)", whence);
    ssize_t base = whence == 0 ? 0 : whence == 1 ? io->position : io->size;
    if (position > SSIZE_MAX - base) return error_set(&type_OverflowError, "new position too large");
    io->position = MAX(0, base + position);
    return int_from_int64(io->position);
}

static Value method_tell(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    return is_open(io) ? int_from_int64(io->position) : VALUE_NULL;
}

/* --- the whole --- */

static Value method_getvalue(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    if (!is_open(io)) return VALUE_NULL;
    if (io->size < 2 || io->exports > 0) return bytes_new(as_bytes(io->data)->data, io->size);
    if (io->size != as_bytes(io->data)->length) {
        if (value_as_object(io->data)->refcount > 1) return bytes_new(as_bytes(io->data)->data, io->size);
        if (bytes_resize(&io->data, io->size) < 0) {
            io->size = 0;
            return VALUE_NULL;
        }
    }
    return value_incref(io->data);
}

static Value method_getbuffer(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_open(as_bytes_io(self))) return VALUE_NULL;
    BytesIOBuffer *lender = object_alloc(&type_io_bytes_buffer, sizeof *lender);
    if (!lender) return VALUE_NULL;
    lender->stream = value_incref(self);
    gc_track(lender);
    Value view = memoryview_from_value(value_from_object(lender));
    object_decref(&lender->head);
    return view;
}

static Value method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    if (!is_resizable(io)) return VALUE_NULL;
    value_clear(&io->data);
    return VALUE_NONE;
}

static Value method_true(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return is_open(as_bytes_io(self)) ? VALUE_TRUE : VALUE_NULL;
}

static Value method_false(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return is_open(as_bytes_io(self)) ? VALUE_FALSE : VALUE_NULL;
}

static Value method_flush(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return is_open(as_bytes_io(self)) ? VALUE_NONE : VALUE_NULL;
}

static Value method_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    Value initial = method_getvalue(self, NULL, 0, VALUE_NULL);
    if (value_is_null(initial)) return initial;
    Value dict = value_is_null(io->dict) ? VALUE_NONE : dict_copy(io->dict), result = VALUE_NULL;
    if (!value_is_null(dict)) result = tuple_pack(3, initial, value_from_small_int(io->position), dict);
    value_decref(initial);
    value_xdecref(dict);
    return result;
}

static Value method_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    if (!is_tuple(args[0]) || tuple_length(args[0]) < 3)
        return error_format(&type_TypeError, "%.200s.__setstate__ argument should be 3-tuple, got %.200s",
                            type_of(self)->name, type_of(args[0])->name);
    if (!is_resizable(io)) return VALUE_NULL;
    Value initial = tuple_item_borrow(args[0], 0), position = tuple_item_borrow(args[0], 1);
    Value dict = tuple_item_borrow(args[0], 2);
    io->size = io->position = 0;
    Value written = method_write(self, &initial, 1, VALUE_NULL);
    if (value_is_null(written)) return written;
    if (!is_int(position))
        return error_format(&type_TypeError, "second item of state must be an integer, not %.200s",
                            type_of(position)->name);
    ssize_t n;
    if (!arg_as_ssize(position, &n)) return VALUE_NULL;
    if (n < 0) return error_set(&type_ValueError, "position value cannot be negative");
    io->position = n;
    if (value_is_none(dict)) return VALUE_NONE;
    if (!is_dict(dict))
        return error_format(&type_TypeError, "third item of state should be a dict, got a %.200s", type_of(dict)->name);
    if (!value_is_null(io->dict)) return dict_update(io->dict, dict) < 0 ? VALUE_NULL : VALUE_NONE;
    io->dict = value_incref(dict);
    return VALUE_NONE;
}

static Value method_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = as_bytes_io(self);
    int64_t size = (int64_t)type_of(self)->instance_size;
    if (!value_is_null(io->data) && value_as_object(io->data)->refcount == 1)
        size += (int64_t)var_object_size(&type_bytes, as_bytes(io->data)->length);
    return int_from_int64(size);
}

static Value get_closed(Value self, void *closure)
{
    return value_from_bool(value_is_null(as_bytes_io(self)->data));
}

/* --- life --- */

static Value bytes_io_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIO *io = object_alloc_zeroed(type, type->instance_size);
    if (!io) return VALUE_NULL;
    if (!gc_is_tracked(io)) gc_track(io);
    io->data = bytes_new(NULL, 0);
    return value_from_object(io);
}

static int bytes_io_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"initial_bytes", NULL};
    static const ArgSpec spec = {"BytesIO", names, 0, 1, 0};
    Value given[1];
    BytesIO *io = as_bytes_io(self);
    if (!args_parse(&spec, args, nargs, kwnames, given)) return -1;
    if (!is_resizable(io)) return -1;
    io->size = io->position = 0;
    Value initial = given[0];
    if (value_is_null(initial) || value_is_none(initial)) {
        if (value_is_null(io->data)) io->data = bytes_new(NULL, 0);
        return 0;
    }
    if (object_has_type(initial, &type_bytes)) {
        value_replace(&io->data, value_incref(initial));
        io->size = as_bytes(initial)->length;
        return 0;
    }
    if (value_is_null(io->data)) io->data = bytes_new(NULL, 0);
    Value written = method_write(self, &initial, 1, VALUE_NULL);
    if (value_is_null(written)) return -1;
    io->position = 0;
    return 0;
}

static void bytes_io_destroy(Object *object)
{
    BytesIO *io = (BytesIO *)object;
    gc_untrack(object);
    value_xdecref(io->data);
    io_destroy_fields(object, sizeof *io);
}

static void bytes_io_clear(Object *object)
{
    value_clear(&((BytesIO *)object)->dict);
}

/* BytesIO has nothing to close when it dies: no finalizer that a subclass did not write. */
static const NativeMethod bytes_io_methods[] = {
    {"readable", method_true, 0, 0, 0, "readable($self, /)\n--\n\nReturns True if the IO object can be read."},
    {"seekable", method_true, 0, 0, 0, "seekable($self, /)\n--\n\nReturns True if the IO object can be seeked."},
    {"writable", method_true, 0, 0, 0, "writable($self, /)\n--\n\nReturns True if the IO object can be written."},
    {"close", method_close, 0, 0, 0, "close($self, /)\n--\n\nDisable all I/O operations."},
    {"flush", method_flush, 0, 0, 0, "flush($self, /)\n--\n\nDoes nothing."},
    {"isatty", method_false, 0, 0, 0,
     "isatty($self, /)\n--\n\nAlways returns False.\n\nBytesIO objects are not connected to a TTY-like device."},
    {"tell", method_tell, 0, 0, 0, "tell($self, /)\n--\n\nCurrent file position, an integer."},
    {"write", method_write, 1, 1, 0,
     "write($self, b, /)\n--\n\nWrite bytes to file.\n\nReturn the number of bytes written."},
    {"writelines", method_writelines, 1, 1, 0, "writelines($self, lines, /)\n--\n\nWrite lines to the file."},
    {"read1", method_read, 0, 1, 0,
     "read1($self, size=-1, /)\n--\n\nRead at most size bytes, returned as a bytes object."},
    {"readinto", method_readinto, 1, 1, 0, "readinto($self, buffer, /)\n--\n\nRead bytes into buffer."},
    {"readline", method_readline, 0, 1, 0,
     "readline($self, size=-1, /)\n--\n\nNext line from the file, as a bytes object."},
    {"readlines", method_readlines, 0, 1, 0,
     "readlines($self, size=None, /)\n--\n\nList of bytes objects, each a line from the file."},
    {"read", method_read, 0, 1, 0,
     "read($self, size=-1, /)\n--\n\nRead at most size bytes, returned as a bytes object."},
    {"getbuffer", method_getbuffer, 0, 0, 0,
     "getbuffer($self, /)\n--\n\nGet a read-write view over the contents of the BytesIO object."},
    {"getvalue", method_getvalue, 0, 0, 0,
     "getvalue($self, /)\n--\n\nRetrieve the entire contents of the BytesIO object."},
    {"seek", method_seek, 1, 2, 0, "seek($self, pos, whence=0, /)\n--\n\nChange stream position."},
    {"truncate", method_truncate, 0, 1, 0,
     "truncate($self, size=None, /)\n--\n\nTruncate the file to at most size bytes."},
    {"__getstate__", method_getstate, 0, 0, 0, NULL},
    {"__setstate__", method_setstate, 1, 1, 0, NULL},
    {"__sizeof__", method_sizeof, 0, 0, 0, NULL},
    {NULL}};

static const NativeGetSet bytes_io_getsets[] = {
    IO_DICT_GETSET, {"closed", get_closed, NULL, "True if the file is closed.", NULL}, {NULL}};

Type type_io_bytes = {
    TYPE_HEAD,
    .name = "_io.BytesIO",
    .doc = "BytesIO(initial_bytes=b'')\n--\n\nBuffered I/O implementation using an in-memory bytes buffer.",
    .base = &type_io_buffered_base,
    .instance_size = sizeof(BytesIO),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(BytesIO, dict),
    .weaklist_offset = offsetof(BytesIO, weaklist),
    .destroy = bytes_io_destroy,
    .traverse = io_traverse_fields,
    .clear = bytes_io_clear,
    .new_instance = bytes_io_new,
    .init = bytes_io_init,
    .iter = bytes_io_iter,
    .iternext = bytes_io_next,
    .methods = bytes_io_methods,
    .getsets = bytes_io_getsets,
};

/* --- the lender behind getbuffer() --- */

static int lender_get(Value self, Buffer *view, int flags)
{
    BytesIO *io = as_bytes_io(((BytesIOBuffer *)value_as_object(self))->stream);
    view->owner = VALUE_NULL;
    bool is_shared = value_as_object(io->data)->refcount > 1;
    if ((is_shared || as_bytes(io->data)->length < 2) && io->exports == 0 && make_room(io, MAX(io->size, 2)) < 0)
        return -1;
    as_bytes(io->data)->hash = -1;
    if (buffer_fill(view, self, as_bytes(io->data)->data, io->size, false, flags) < 0) return -1;
    io->exports++;
    return 0;
}

static void lender_release(Value self, Buffer *view)
{
    as_bytes_io(((BytesIOBuffer *)value_as_object(self))->stream)->exports--;
}

static void lender_destroy(Object *object)
{
    gc_untrack(object);
    value_decref(((BytesIOBuffer *)object)->stream);
    object_free(object, sizeof(BytesIOBuffer));
}

static int lender_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((BytesIOBuffer *)object)->stream);
    return 0;
}

Type type_io_bytes_buffer = {
    TYPE_HEAD,
    .name = "_io._BytesIOBuffer",
    .instance_size = sizeof(BytesIOBuffer),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = lender_destroy,
    .traverse = lender_traverse,
    .buffer = {.get = lender_get, .release = lender_release},
};

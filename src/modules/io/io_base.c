/* io_base: the abstract classes of _io, and what every stream needs. */
#include "gc/gc.h"
#include "modules/io/io.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/shape.h"
#include "objects/weakref.h"

Value io_unsupported_class;

Value io_unsupported(const char *message)
{
    Value text = str_from_cstr(message);
    if (value_is_null(text)) return text;
    Value error = call_1(io_unsupported_class, text);
    value_decref(text);
    return value_is_null(error) ? error : error_raise(error);
}

Value io_get_dict(Value self, void *closure)
{
    return instance_dict(self);
}

int io_set_dict(Value self, Value value, void *closure)
{
    if (value_is_null(value)) {
        error_set(&type_TypeError, "cannot delete __dict__");
        return -1;
    }
    return instance_set_dict(self, value);
}

/* --- questions --- */

int io_is_closed(Value stream)
{
    Value closed = get_attr(stream, ID(closed));
    if (value_is_null(closed)) return -1;
    int truth = is_true(closed);
    value_decref(closed);
    return truth;
}

bool io_check_closed(Value stream)
{
    int closed = io_is_closed(stream);
    if (closed > 0) error_set(&type_ValueError, "I/O operation on closed file.");
    return closed != 0;
}

int io_ask(Value stream, Value method_name)
{
    Value answer = call_method_0(stream, method_name);
    if (value_is_null(answer)) return -1;
    int truth = is_true(answer);
    value_decref(answer);
    return truth;
}

static bool check_capability(Value stream, Value method_name, const char *message)
{
    Value answer = call_method_0(stream, method_name);
    if (value_is_null(answer)) return false;
    bool is_able = value_is(answer, VALUE_TRUE);
    value_decref(answer);
    if (!is_able) io_unsupported(message);
    return is_able;
}

bool io_check_readable(Value stream)
{
    return check_capability(stream, ID(readable), "File or stream is not readable.");
}

bool io_check_writable(Value stream)
{
    return check_capability(stream, ID(writable), "File or stream is not writable.");
}

bool io_check_seekable(Value stream)
{
    return check_capability(stream, ID(seekable), "File or stream is not seekable.");
}

bool io_size_argument(Value v, ssize_t *size)
{
    *size = -1;
    if (value_is_null(v) || value_is_none(v)) return true;
    if (!has_index(v)) {
        error_format(&type_TypeError, "argument should be integer or None, not '%.200s'", type_of(v)->name);
        return false;
    }
    *size = number_as_ssize(v, &type_ValueError);
    return *size != -1 || !error_occurred();
}

int io_close_after(Value stream, Value method_name)
{
    Value pending = error_fetch();
    Value result = call_method_0(stream, method_name);
    if (value_is_null(result)) {
        if (!value_is_null(pending)) error_set_context(pending);
        return -1;
    }
    value_decref(result);
    if (value_is_null(pending)) return 0;
    error_restore(pending);
    return -1;
}

/* --- life --- */

/* What _IOBase.__del__ does: closes the stream, silently. */
static void base_finalize(Value self)
{
    Value pending = error_fetch();
    bool failed;
    Value closed_value = get_attr_optional(self, ID(closed), &failed);
    int closed = value_is_null(closed_value) ? -1 : is_true(closed_value);
    value_xdecref(closed_value);
    if (closed < 0) error_clear();
    if (closed == 0) {
        if (set_attr(self, ID(_finalizing), VALUE_TRUE) < 0) error_clear();
        Value result = call_method_0(self, ID(close));
        if (value_is_null(result)) error_clear(); /* CPython reports it in development mode only */
        value_xdecref(result);
    }
    error_restore(pending);
}

bool io_finalize(Object *object)
{
    gc_untrack(object);
    if (!gc_is_finalized(object)) {
        object->refcount = 1;
        gc_track(object);
        base_finalize(value_from_object(object));
        gc_set_finalized(object);
        if (--object->refcount > 0) return true;
        gc_untrack(object);
    }
    return false;
}

void io_destroy_fields(Object *object, size_t size)
{
    IoBase *io = (IoBase *)object;
    if (!value_is_null(io->weaklist)) weakref_clear_all(object);
    value_xdecref(io->dict);
    object_free(object, object->type->flags & TYPE_HEAP ? object->type->instance_size : size);
}

int io_traverse_fields(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((IoBase *)object)->dict);
    return 0;
}

static void base_destroy(Object *object)
{
    if (io_finalize(object)) return;
    io_destroy_fields(object, sizeof(IoBase));
}

static void base_clear(Object *object)
{
    value_clear(&((IoBase *)object)->dict);
}

static Value base_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    IoBase *io = object_alloc_zeroed(type, type->instance_size);
    if (io && !gc_is_tracked(io)) gc_track(io);
    return value_from_object(io);
}

/* --- _IOBase --- */

static Value base_seek(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_unsupported("seek");
}

static Value base_truncate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_unsupported("truncate");
}

static Value base_fileno(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_unsupported("fileno");
}

static Value base_tell(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return call_method_2(self, ID(seek), value_from_small_int(0), value_from_small_int(1));
}

/* Closed by _IOBase.close: the mark in the instance's dict. */
static int has_closed_mark(Value self)
{
    return has_attr(self, ID(__IOBase_closed));
}

static Value base_flush(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int closed = has_closed_mark(self);
    if (closed > 0) return error_set(&type_ValueError, "I/O operation on closed file.");
    return closed < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value base_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int closed = has_closed_mark(self);
    if (closed) return closed < 0 ? VALUE_NULL : VALUE_NONE;
    Value result = call_method_0(self, ID(flush));
    Value pending = error_fetch();
    int status = set_attr(self, ID(__IOBase_closed), VALUE_TRUE);
    if (!value_is_null(pending)) {
        if (status < 0)
            error_set_context(pending);
        else
            error_restore(pending);
    }
    if (status < 0 || value_is_null(result)) {
        value_xdecref(result);
        return VALUE_NULL;
    }
    value_decref(result);
    return VALUE_NONE;
}

static Value base_false(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_check_closed(self) ? VALUE_NULL : VALUE_FALSE;
}

static Value base_plain_false(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return VALUE_FALSE;
}

static Value base_check_closed(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_check_closed(self) ? VALUE_NULL : VALUE_NONE;
}

static Value base_check_seekable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_check_seekable(self) ? VALUE_TRUE : VALUE_NULL;
}

static Value base_check_readable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_check_readable(self) ? VALUE_TRUE : VALUE_NULL;
}

static Value base_check_writable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_check_writable(self) ? VALUE_TRUE : VALUE_NULL;
}

static Value base_enter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_check_closed(self) ? VALUE_NULL : value_incref(self);
}

static Value base_exit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return call_method_0(self, ID(close));
}

static Value base_iter(Value self)
{
    return io_check_closed(self) ? VALUE_NULL : value_incref(self);
}

static Value base_next(Value self)
{
    Value line = call_method_0(self, ID(readline));
    if (value_is_null(line)) return line;
    ssize_t length = value_length(line);
    if (length > 0) return line;
    value_decref(line);
    return VALUE_NULL;
}

/* How many bytes to read at once: up to the line end that peek() shows, else one. -1 with an error. */
static ssize_t peek_line(Value self, bool has_peek, ssize_t limit, ssize_t have)
{
    if (!has_peek) return 1;
    Value shown = call_method_1(self, ID(peek), value_from_small_int(1));
    if (value_is_null(shown)) {
        if (error_matches(&type_InterruptedError)) {
            error_clear();
            return 0;
        }
        return -1;
    }
    if (!is_bytes(shown)) {
        error_format(&type_OSError, "peek() should have returned a bytes object, not '%.200s'", type_of(shown)->name);
        value_decref(shown);
        return -1;
    }
    ssize_t count = as_bytes(shown)->length;
    if (count > 0) {
        if (limit >= 0) count = MIN(count, limit - have);
        const char *end = memchr(as_bytes(shown)->data, '\n', (size_t)count);
        if (end) count = end - as_bytes(shown)->data + 1;
    } else {
        count = 1;
    }
    value_decref(shown);
    return count;
}

static Value base_readline(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t limit;
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &limit)) return VALUE_NULL;
    int has_peek = has_attr(self, ID(peek));
    if (has_peek < 0) return VALUE_NULL;
    BytesBuilder line;
    bytes_builder_init(&line);
    while (limit < 0 || line.length < limit) {
        ssize_t want = peek_line(self, has_peek, limit, line.length);
        if (want < 0) goto fail;
        if (want == 0) continue;
        Value piece = call_method_1(self, ID(read), value_from_small_int(want));
        if (value_is_null(piece)) {
            if (!error_matches(&type_InterruptedError)) goto fail;
            error_clear();
            continue;
        }
        if (!is_bytes(piece)) {
            error_format(&type_OSError, "read() should have returned a bytes object, not '%.200s'",
                         type_of(piece)->name);
            value_decref(piece);
            goto fail;
        }
        ssize_t size = as_bytes(piece)->length;
        bool is_end = size == 0 || as_bytes(piece)->data[size - 1] == '\n';
        int status = bytes_builder_add(&line, as_bytes(piece)->data, size);
        value_decref(piece);
        if (status < 0) goto fail;
        if (is_end) break;
    }
    return bytes_builder_finish(&line);
fail:
    bytes_builder_discard(&line);
    return VALUE_NULL;
}

static Value base_readlines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t hint, total = 0;
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &hint)) return VALUE_NULL;
    if (hint <= 0) return list_from_iterable(self);
    Value lines = list_new(0), iterator = get_iter(self);
    if (value_is_null(lines) || value_is_null(iterator)) goto fail;
    for (Value line; !value_is_null(line = iter_next(iterator));) {
        ssize_t length = value_length(line);
        if (list_append_steal(lines, line) < 0 || length < 0) goto fail;
        if (length > hint - total) break;
        total += length;
    }
    if (error_occurred()) goto fail;
    value_decref(iterator);
    return lines;
fail:
    value_xdecref(lines);
    value_xdecref(iterator);
    return VALUE_NULL;
}

static Value base_writelines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (io_check_closed(self)) return VALUE_NULL;
    Value iterator = get_iter(args[0]);
    if (value_is_null(iterator)) return iterator;
    for (Value line; !value_is_null(line = iter_next(iterator));) {
        Value result;
        do result = call_method_1(self, ID(write), line);
        while (value_is_null(result) && error_catch(&type_InterruptedError));
        value_decref(line);
        if (value_is_null(result)) break;
        value_decref(result);
    }
    value_decref(iterator);
    return error_occurred() ? VALUE_NULL : VALUE_NONE;
}

static Value base_get_closed(Value self, void *closure)
{
    int closed = has_closed_mark(self);
    return closed < 0 ? VALUE_NULL : value_from_bool(closed);
}

static const NativeMethod base_methods[] = {
    {"seek", base_seek, 0, -1, 0, "Change stream position."},
    {"tell", base_tell, 0, 0, 0, "tell($self, /)\n--\n\nReturn current stream position."},
    {"truncate", base_truncate, 0, -1, 0, "Truncate file to size bytes."},
    {"flush", base_flush, 0, 0, 0,
     "flush($self, /)\n--\n\nFlush write buffers, if applicable.\n\n"
     "This is not implemented for read-only and non-blocking streams."},
    {"close", base_close, 0, 0, 0,
     "close($self, /)\n--\n\nFlush and close the IO object.\n\nThis method has no effect if the file is already "
     "closed."},
    {"seekable", base_plain_false, 0, 0, 0,
     "seekable($self, /)\n--\n\nReturn whether object supports random access.\n\n"
     "If False, seek(), tell() and truncate() will raise OSError.\nThis method may need to do a test seek()."},
    {"readable", base_plain_false, 0, 0, 0,
     "readable($self, /)\n--\n\nReturn whether object was opened for reading.\n\nIf False, read() will raise OSError."},
    {"writable", base_plain_false, 0, 0, 0,
     "writable($self, /)\n--\n\nReturn whether object was opened for writing.\n\nIf False, write() will raise "
     "OSError."},
    {"_checkClosed", base_check_closed, 0, -1, 0, NULL},
    {"_checkSeekable", base_check_seekable, 0, -1, 0, NULL},
    {"_checkReadable", base_check_readable, 0, -1, 0, NULL},
    {"_checkWritable", base_check_writable, 0, -1, 0, NULL},
    {"fileno", base_fileno, 0, 0, 0,
     "fileno($self, /)\n--\n\nReturns underlying file descriptor if one exists.\n\n"
     "OSError is raised if the IO object does not use a file descriptor."},
    {"isatty", base_false, 0, 0, 0,
     "isatty($self, /)\n--\n\nReturn whether this is an 'interactive' stream.\n\nReturn False if it can't be "
     "determined."},
    {"__enter__", base_enter, 0, 0, 0, NULL},
    {"__exit__", base_exit, 0, -1, 0, NULL},
    {"readline", base_readline, 0, 1, 0,
     "readline($self, size=-1, /)\n--\n\nRead and return a line from the stream.\n\n"
     "If size is specified, at most size bytes will be read.\n\n"
     "The line terminator is always b'\\n' for binary files; for text\n"
     "files, the newlines argument to open can be used to select the line\nterminator(s) recognized."},
    {"readlines", base_readlines, 0, 1, 0,
     "readlines($self, hint=-1, /)\n--\n\nReturn a list of lines from the stream.\n\n"
     "hint can be specified to control the number of lines read: no more\n"
     "lines will be read if the total size (in bytes/characters) of all\nlines so far exceeds hint."},
    {"writelines", base_writelines, 1, 1, 0,
     "writelines($self, lines, /)\n--\n\nWrite a list of lines to stream.\n\n"
     "Line separators are not added, so it is usual for each of the\nlines provided to have a line separator at the "
     "end."},
    {NULL}};

static const NativeGetSet base_getsets[] = {IO_DICT_GETSET, {"closed", base_get_closed, NULL, NULL, NULL}, {NULL}};

Type type_io_base = {
    TYPE_HEAD,
    .name = "_io._IOBase",
    .doc = "The abstract base class for all I/O classes.\n\n"
           "This class provides dummy implementations for many methods that\n"
           "derived classes can override selectively; the default implementations\n"
           "represent a file that cannot be read, written or seeked.\n",
    .instance_size = sizeof(IoBase),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(IoBase, dict),
    .weaklist_offset = offsetof(IoBase, weaklist),
    .destroy = base_destroy,
    .traverse = io_traverse_fields,
    .clear = base_clear,
    .finalize = base_finalize,
    .new_instance = base_new,
    .iter = base_iter,
    .iternext = base_next,
    .methods = base_methods,
    .getsets = base_getsets,
};

/* --- _RawIOBase --- */

static Value raw_read(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t size = -1;
    if (nargs && !io_size_argument(args[0], &size)) return VALUE_NULL;
    if (size < 0) return call_method_0(self, ID(readall));
    Value buffer = bytearray_new(NULL, size);
    if (value_is_null(buffer)) return buffer;
    Value count = call_method_1(self, ID(readinto), buffer);
    if (!value_is_null(count) && !value_is_none(count)) {
        ssize_t n = number_as_ssize(count, &type_ValueError);
        value_decref(count);
        if (n == -1 && error_occurred())
            count = VALUE_NULL;
        else if (n < 0 || n > size)
            count = error_format(&type_ValueError, "readinto() returned %zd outside buffer size %zd", n, size);
        else
            count = bytes_new(as_bytearray(buffer)->start, n);
    }
    value_decref(buffer);
    return count;
}

static Value raw_readall(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesBuilder all;
    bytes_builder_init(&all);
    for (;;) {
        Value data = call_method_1(self, ID(read), value_from_small_int(IO_BUFFER_SIZE));
        if (value_is_null(data)) {
            if (error_catch(&type_InterruptedError)) continue;
            bytes_builder_discard(&all);
            return VALUE_NULL;
        }
        if (value_is_none(data)) {
            if (all.length == 0) {
                bytes_builder_discard(&all);
                return data;
            }
            break;
        }
        if (!is_bytes(data)) {
            value_decref(data);
            bytes_builder_discard(&all);
            return error_set(&type_TypeError, "read() should return bytes");
        }
        bool is_end = as_bytes(data)->length == 0;
        int status = bytes_builder_add(&all, as_bytes(data)->data, as_bytes(data)->length);
        value_decref(data);
        if (is_end || status < 0) break;
    }
    return bytes_builder_finish(&all);
}

static const NativeMethod raw_methods[] = {
    {"read", raw_read, 0, 1, 0, "read($self, size=-1, /)\n--\n\n"},
    {"readall", raw_readall, 0, 0, 0, "readall($self, /)\n--\n\nRead until EOF, using multiple read() call."},
    {NULL}};

Type type_io_raw_base = {
    TYPE_HEAD,
    .name = "_io._RawIOBase",
    .doc = "Base class for raw binary I/O.",
    .base = &type_io_base,
    .instance_size = sizeof(IoBase),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(IoBase, dict),
    .weaklist_offset = offsetof(IoBase, weaklist),
    .destroy = base_destroy,
    .traverse = io_traverse_fields,
    .clear = base_clear,
    .finalize = base_finalize,
    .methods = raw_methods,
};

/* --- _BufferedIOBase --- */

/* readinto by way of read: copies what it gives. */
static Value read_into(Value self, Value target, Value method)
{
    Buffer view;
    if (buffer_get(target, &view, BUFFER_WRITABLE) < 0) {
        error_clear();
        return error_format(&type_TypeError, "%s() argument must be read-write bytes-like object, not %.50s",
                            value_is(method, ID(read)) ? "readinto" : "readinto1",
                            value_is_none(target) ? "None" : type_of(target)->name);
    }
    Value data = call_method_1(self, method, value_from_small_int(view.length)), result = VALUE_NULL;
    if (value_is_null(data)) {
        /* the error is passed on */
    } else if (!is_bytes(data)) {
        error_set(&type_TypeError, "read() should return bytes");
    } else if (as_bytes(data)->length > view.length) {
        error_format(&type_ValueError, "read() returned too much data: %zd bytes requested, %zd returned", view.length,
                     as_bytes(data)->length);
    } else {
        memcpy(view.data, as_bytes(data)->data, (size_t)as_bytes(data)->length);
        result = value_from_small_int(as_bytes(data)->length);
    }
    value_xdecref(data);
    buffer_release(&view);
    return result;
}

static Value buffered_readinto(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return read_into(self, args[0], ID(read));
}

static Value buffered_readinto1(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return read_into(self, args[0], ID(read1));
}

#define UNSUPPORTED(function, name)                                                                                    \
    static Value function(Value self, const Value *args, ssize_t nargs, Value kwnames)                                 \
    {                                                                                                                  \
        return io_unsupported(name);                                                                                   \
    }
UNSUPPORTED(unsupported_detach, "detach")
UNSUPPORTED(unsupported_read, "read")
UNSUPPORTED(unsupported_read1, "read1")
UNSUPPORTED(unsupported_readline, "readline")
UNSUPPORTED(unsupported_write, "write")

static const NativeMethod buffered_methods[] = {
    {"detach", unsupported_detach, 0, 0, 0,
     "detach($self, /)\n--\n\nDisconnect this buffer from its underlying raw stream and return it.\n\n"
     "After the raw stream has been detached, the buffer is in an unusable\nstate."},
    {"read", unsupported_read, 0, -1, 0, "Read and return up to n bytes."},
    {"read1", unsupported_read1, 0, -1, 0, "Read and return up to n bytes, with at most one read() call"},
    {"readinto", buffered_readinto, 1, 1, 0, "readinto($self, buffer, /)\n--\n\n"},
    {"readinto1", buffered_readinto1, 1, 1, 0, "readinto1($self, buffer, /)\n--\n\n"},
    {"write", unsupported_write, 0, -1, 0, "Write the given buffer to the IO stream."},
    {NULL}};

Type type_io_buffered_base = {
    TYPE_HEAD,
    .name = "_io._BufferedIOBase",
    .doc = "Base class for buffered IO objects.\n\n"
           "The main difference with RawIOBase is that the read() method\n"
           "supports omitting the size argument, and does not have a default\n"
           "implementation that defers to readinto().\n\n"
           "In addition, read(), readinto() and write() may raise\n"
           "BlockingIOError if the underlying raw stream is in non-blocking\n"
           "mode and not ready; unlike their raw counterparts, they will never\n"
           "return None.\n\n"
           "A typical implementation should not inherit from a RawIOBase\n"
           "implementation, but wrap one.\n",
    .base = &type_io_base,
    .instance_size = sizeof(IoBase),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(IoBase, dict),
    .weaklist_offset = offsetof(IoBase, weaklist),
    .destroy = base_destroy,
    .traverse = io_traverse_fields,
    .clear = base_clear,
    .finalize = base_finalize,
    .methods = buffered_methods,
};

/* --- _TextIOBase --- */

static Value text_get_none(Value self, void *closure)
{
    return VALUE_NONE;
}

static const NativeMethod text_methods[] = {
    {"detach", unsupported_detach, 0, 0, 0,
     "Separate the underlying buffer from the TextIOBase and return it.\n\n"
     "After the underlying buffer has been detached, the TextIO is in an\nunusable state.\n"},
    {"read", unsupported_read, 0, -1, 0, "Read at most n characters from stream."},
    {"readline", unsupported_readline, 0, -1, 0, "Read until newline or EOF."},
    {"write", unsupported_write, 0, -1, 0, "Write string to stream."},
    {NULL}};

static const NativeGetSet text_getsets[] = {
    {"encoding", text_get_none, NULL, "Encoding of the text stream.", NULL},
    {"newlines", text_get_none, NULL, "Line endings translated so far.", NULL},
    {"errors", text_get_none, NULL, "The error setting of the decoder or encoder.", NULL},
    {NULL}};

Type type_io_text_base = {
    TYPE_HEAD,
    .name = "_io._TextIOBase",
    .doc = "Base class for text I/O.\n\n"
           "This class provides a character and line based interface to stream\n"
           "I/O. There is no readinto method because Python's character strings\n"
           "are immutable.\n",
    .base = &type_io_base,
    .instance_size = sizeof(IoBase),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(IoBase, dict),
    .weaklist_offset = offsetof(IoBase, weaklist),
    .destroy = base_destroy,
    .traverse = io_traverse_fields,
    .clear = base_clear,
    .finalize = base_finalize,
    .methods = text_methods,
    .getsets = text_getsets,
};

/* string_io: StringIO: a text stream in memory.
 *
 * While a program only writes at the end, the text is kept in a StrBuilder; anything else turns it into an array of
 * 32-bit characters, as CPython does, so that seeking and overwriting are simple. */
#include "gc/gc.h"
#include "modules/io/io.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

typedef struct StringIO {
    IO_FIELDS
    bool is_ready, is_closed;
    bool is_accumulating; /* the text is in `builder`, the position is at its end */
    StrBuilder builder;
    uint32_t *characters;
    ssize_t position, size, capacity;
    LineRule rule;
    NULLABLE Value write_newline; /* what "\n" becomes; no value: itself */
    NULLABLE Value decoder;       /* IncrementalNewlineDecoder, when newlines are universal */
} StringIO;

static StringIO *as_string_io(Value v)
{
    return (StringIO *)value_as_object(v);
}

static bool is_usable(const StringIO *io)
{
    if (!io->is_ready)
        error_set(&type_ValueError, "I/O operation on uninitialized object");
    else if (io->is_closed)
        error_set(&type_ValueError, "I/O operation on closed file");
    else
        return true;
    return false;
}

/* --- the text --- */

static int make_room(StringIO *io, ssize_t size)
{
    if (size <= io->capacity) return 0;
    ssize_t capacity = size + size / 8 + 16;
    uint32_t *grown = size < SSIZE_MAX / 16 ? raw_realloc(io->characters, (size_t)capacity * sizeof *grown) : NULL;
    if (!grown) {
        error_no_memory();
        return -1;
    }
    io->characters = grown;
    io->capacity = capacity;
    return 0;
}

/* From the builder to the array. */
static int realize(StringIO *io)
{
    if (!io->is_accumulating) return 0;
    if (make_room(io, io->builder.length) < 0) return -1;
    io->is_accumulating = false;
    io->size = io->builder.length;
    if (io->size) str_copy_chars(io->characters, 4, io->builder.data, io->builder.kind, io->size);
    str_builder_discard(&io->builder);
    return 0;
}

static int put(StringIO *io, Value text)
{
    const Str *s = as_str(text);
    if (io->is_accumulating) {
        if (io->position == io->builder.length) {
            if (str_builder_add_str(&io->builder, text) < 0) return -1;
            io->position += s->length;
            return 0;
        }
        if (realize(io) < 0) return -1;
    }
    if (io->position > SSIZE_MAX / 16 - s->length) {
        error_set(&type_OverflowError, "new position too large");
        return -1;
    }
    ssize_t end = io->position + s->length;
    if (make_room(io, MAX(end, io->size)) < 0) return -1;
    for (ssize_t i = io->size; i < io->position; i++) io->characters[i] = 0;
    if (s->length) str_copy_chars(io->characters + io->position, 4, s->data, s->kind, s->length);
    io->position = end;
    if (end > io->size) io->size = end;
    return 0;
}

/* Decodes and translates line ends, then writes. */
static int write_text(StringIO *io, Value text)
{
    Value decoded = value_is_null(io->decoder) ? value_incref(text) : io_newline_decode(io->decoder, text, true);
    if (value_is_null(decoded)) return -1;
    if (!value_is_null(io->write_newline)) {
        Value lf = str_from_char('\n');
        Value translated = str_replace_all(decoded, lf, io->write_newline, -1);
        value_decref(lf);
        value_decref(decoded);
        if (value_is_null(translated)) return -1;
        decoded = translated;
    }
    int status = put(io, decoded);
    value_decref(decoded);
    return status;
}

static Value slice_value(StringIO *io, ssize_t low, ssize_t high)
{
    if (low >= high) return str_empty();
    if (io->is_accumulating)
        return str_from_kind(io->builder.kind, (char *)io->builder.data + low * io->builder.kind, high - low);
    return str_from_kind(4, io->characters + low, high - low);
}

static ssize_t size_of(const StringIO *io)
{
    return io->is_accumulating ? io->builder.length : io->size;
}

/* --- methods --- */

static Value method_getvalue(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    return is_usable(io) ? slice_value(io, 0, size_of(io)) : VALUE_NULL;
}

static Value method_tell(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    return is_usable(io) ? int_from_int64(io->position) : VALUE_NULL;
}

static Value method_read(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    ssize_t limit;
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &limit) || !is_usable(io)) return VALUE_NULL;
    ssize_t left = MAX(size_of(io) - io->position, 0), count = limit < 0 || limit > left ? left : limit;
    Value text = slice_value(io, io->position, io->position + count);
    if (!value_is_null(text)) io->position += count;
    return text;
}

/* The line at the position: its characters are searched in place, in the array. */
static Value read_line(StringIO *io, ssize_t limit)
{
    if (realize(io) < 0) return VALUE_NULL;
    if (io->position >= io->size) return str_empty();
    ssize_t count = io->size - io->position;
    if (limit >= 0 && limit < count) count = limit;
    Str view = {.length = io->size, .kind = 4, .data = io->characters};
    Value text = value_from_object(&view); /* never leaves this function */
    ssize_t consumed, end;
    end = io_find_line_end(&io->rule, text, io->position, io->position + count, &consumed);
    if (end < 0) end = io->position + count;
    Value line = slice_value(io, io->position, end);
    if (!value_is_null(line)) io->position = end;
    return line;
}

static Value method_readline(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    ssize_t limit;
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &limit) || !is_usable(io)) return VALUE_NULL;
    return read_line(io, limit);
}

static Value string_io_next(Value self)
{
    StringIO *io = as_string_io(self);
    if (!is_usable(io)) return VALUE_NULL;
    Value line;
    if (object_has_type(self, &type_io_string)) {
        line = read_line(io, -1);
    } else {
        line = call_method_0(self, ID(readline));
        if (!value_is_null(line) && !is_str(line)) {
            error_format(&type_OSError, "readline() should have returned a str object, not '%.200s'",
                         type_of(line)->name);
            value_decref(line);
            return VALUE_NULL;
        }
    }
    if (value_is_null(line) || str_length(line) > 0) return line;
    value_decref(line);
    return VALUE_NULL;
}

static Value string_io_iter(Value self)
{
    return is_usable(as_string_io(self)) ? value_incref(self) : VALUE_NULL;
}

static Value method_write(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    if (!is_str(args[0]))
        return error_format(&type_TypeError, "string argument expected, got '%s'", type_of(args[0])->name);
    if (!is_usable(io)) return VALUE_NULL;
    ssize_t length = str_length(args[0]);
    if (length > 0 && write_text(io, args[0]) < 0) return VALUE_NULL;
    return value_from_small_int(length);
}

static Value method_truncate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    if (!is_usable(io)) return VALUE_NULL;
    ssize_t size = io->position;
    if (nargs && !value_is_none(args[0])) {
        size = number_as_ssize(args[0], &type_OverflowError);
        if (size == -1 && error_occurred()) return VALUE_NULL;
    }
    if (size < 0) return error_format(&type_ValueError, "Negative size value %zd", size);
    if (size < size_of(io)) {
        if (realize(io) < 0) return VALUE_NULL;
        io->size = size;
    }
    return int_from_int64(size);
}

static Value method_seek(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    ssize_t position;
    int whence = 0;
    if (!arg_as_ssize(args[0], &position) || (nargs > 1 && !arg_as_int(args[1], &whence)) || !is_usable(io))
        return VALUE_NULL;
    if (whence != 0 && whence != 1 && whence != 2)
        return error_format(&type_ValueError, "Invalid whence (%i, should be 0, 1 or 2)", whence);
    if (position < 0 && whence == 0) return error_format(&type_ValueError, "Negative seek position %zd", position);
    if (whence != 0 && position != 0) return error_set(&type_OSError, "Can't do nonzero cur-relative seeks");
    if (whence == 1)
        position = io->position;
    else if (whence == 2)
        position = size_of(io);
    io->position = position;
    return int_from_int64(position);
}

static Value method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    io->is_closed = true;
    str_builder_discard(&io->builder);
    raw_free(io->characters);
    io->characters = NULL;
    io->capacity = io->size = 0;
    io->is_accumulating = false;
    return VALUE_NONE;
}

static Value method_true(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return is_usable(as_string_io(self)) ? VALUE_TRUE : VALUE_NULL;
}

static Value get_closed(Value self, void *closure)
{
    StringIO *io = as_string_io(self);
    if (!io->is_ready) return error_set(&type_ValueError, "I/O operation on uninitialized object");
    return value_from_bool(io->is_closed);
}

static Value get_line_buffering(Value self, void *closure)
{
    return is_usable(as_string_io(self)) ? VALUE_FALSE : VALUE_NULL;
}

static Value get_newlines(Value self, void *closure)
{
    StringIO *io = as_string_io(self);
    if (!is_usable(io)) return VALUE_NULL;
    return value_is_null(io->decoder) ? VALUE_NONE : get_attr(io->decoder, ID(newlines));
}

/* --- state --- */

static Value newline_value(const StringIO *io)
{
    if (!value_is_null(io->rule.newline)) return value_incref(io->rule.newline);
    return io->rule.is_translated ? VALUE_NONE : str_empty();
}

static Value method_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    if (!is_usable(io)) return VALUE_NULL;
    Value items[4] = {slice_value(io, 0, size_of(io)), newline_value(io), int_from_int64(io->position),
                      value_is_null(io->dict) ? VALUE_NONE : dict_copy(io->dict)};
    for (int i = 0; i < 4; i++) {
        if (!value_is_null(items[i])) continue;
        for (int k = 0; k < 4; k++) value_xdecref(items[k]);
        return VALUE_NULL;
    }
    return tuple_from_array_steal(items, 4);
}

static int string_io_init(Value self, const Value *args, ssize_t nargs, Value kwnames);

static Value method_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = as_string_io(self);
    if (io->is_closed) return error_set(&type_ValueError, "I/O operation on closed file");
    if (!is_tuple(args[0]) || tuple_length(args[0]) < 4)
        return error_format(&type_TypeError, "%.200s.__setstate__ argument should be 4-tuple, got %.200s",
                            type_of(self)->name, type_of(args[0])->name);
    const Value *items = as_tuple(args[0])->items;
    if (string_io_init(self, items, 2, VALUE_NULL) < 0) return VALUE_NULL;
    if (!is_str(items[0]))
        return error_format(&type_TypeError, "first item of state must be a str, not %.200s", type_of(items[0])->name);
    /* the text is restored as it was, without translation */
    if (realize(io) < 0) return VALUE_NULL;
    io->position = io->size = 0;
    if (put(io, items[0]) < 0) return VALUE_NULL;
    if (!is_int(items[2]))
        return error_format(&type_TypeError, "third item of state must be an integer, got %.200s",
                            type_of(items[2])->name);
    ssize_t position;
    if (!arg_as_ssize(items[2], &position)) return VALUE_NULL;
    if (position < 0) return error_set(&type_ValueError, "position value cannot be negative");
    io->position = position;
    if (value_is_none(items[3])) return VALUE_NONE;
    if (!is_dict(items[3]))
        return error_format(&type_TypeError, "fourth item of state should be a dict, got a %.200s",
                            type_of(items[3])->name);
    if (!value_is_null(io->dict)) return dict_update(io->dict, items[3]) < 0 ? VALUE_NULL : VALUE_NONE;
    io->dict = value_incref(items[3]);
    return VALUE_NONE;
}

/* --- life --- */

static Value string_io_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    StringIO *io = object_alloc_zeroed(type, type->instance_size);
    if (!io) return VALUE_NULL;
    str_builder_init(&io->builder);
    if (!gc_is_tracked(io)) gc_track(io);
    return value_from_object(io);
}

/* newline: None (universal, translated), "" (universal), "\n", "\r" or "\r\n". */
static int set_newline(StringIO *io, Value newline)
{
    bool is_none = value_is_none(newline);
    if (!is_none && !is_str(newline)) {
        error_format(&type_TypeError, "newline must be str or None, not %.200s", type_of(newline)->name);
        return -1;
    }
    if (!is_none && str_length(newline) && !str_equal_cstr(newline, "\n") && !str_equal_cstr(newline, "\r") &&
        !str_equal_cstr(newline, "\r\n")) {
        error_format(&type_ValueError, "illegal newline value: %R", newline);
        return -1;
    }
    bool is_universal = is_none || str_length(newline) == 0;
    io->rule = (LineRule){is_universal, is_none, VALUE_NULL};
    value_clear(&io->write_newline);
    if (!is_universal) {
        io->rule.newline = value_incref(newline);
        if (str_char(as_str(newline), 0) == '\r') io->write_newline = value_incref(newline);
        return 0;
    }
    io->decoder = io_newline_decoder_new(VALUE_NULL, is_none);
    return value_is_null(io->decoder) ? -1 : 0;
}

static int string_io_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"initial_value", "newline", NULL};
    static const ArgSpec spec = {"StringIO", names, 0, 2, 0};
    Value given[2];
    StringIO *io = as_string_io(self);
    if (!args_parse(&spec, args, nargs, kwnames, given)) return -1;
    Value initial = given[0], newline = given[1];
    bool has_initial = !value_is_null(initial) && !value_is_none(initial);
    if (has_initial && !is_str(initial)) {
        error_format(&type_TypeError, "initial_value must be str or None, not %.200s", type_of(initial)->name);
        return -1;
    }
    io->is_ready = false;
    value_clear(&io->rule.newline);
    value_clear(&io->decoder);
    str_builder_discard(&io->builder);
    io->size = io->position = 0;
    Value lf = str_from_char('\n');
    int status = set_newline(io, value_is_null(newline) ? lf : newline);
    value_decref(lf);
    if (status < 0) return -1;
    io->is_ready = true;
    io->is_closed = false;
    io->is_accumulating = true;
    if (has_initial && str_length(initial)) {
        if (write_text(io, initial) < 0) return -1;
        io->position = 0;
        if (realize(io) < 0) return -1;
    }
    io->position = 0;
    return 0;
}

static void string_io_destroy(Object *object)
{
    StringIO *io = (StringIO *)object;
    gc_untrack(object);
    str_builder_discard(&io->builder);
    raw_free(io->characters);
    value_xdecref(io->rule.newline);
    value_xdecref(io->write_newline);
    value_xdecref(io->decoder);
    io_destroy_fields(object, sizeof *io);
}

static int string_io_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((StringIO *)object)->decoder);
    return io_traverse_fields(object, visit, argument);
}

static void string_io_clear(Object *object)
{
    value_clear(&((StringIO *)object)->dict);
}

static const NativeMethod string_io_methods[] = {
    {"close", method_close, 0, 0, 0, "close($self, /)\n--\n\nClose the IO object."},
    {"getvalue", method_getvalue, 0, 0, 0, "getvalue($self, /)\n--\n\nRetrieve the entire contents of the object."},
    {"read", method_read, 0, 1, 0,
     "read($self, size=-1, /)\n--\n\nRead at most size characters, returned as a string."},
    {"readline", method_readline, 0, 1, 0, "readline($self, size=-1, /)\n--\n\nRead until newline or EOF."},
    {"tell", method_tell, 0, 0, 0, "tell($self, /)\n--\n\nTell the current file position."},
    {"truncate", method_truncate, 0, 1, 0, "truncate($self, pos=None, /)\n--\n\nTruncate size to pos."},
    {"seek", method_seek, 1, 2, 0, "seek($self, pos, whence=0, /)\n--\n\nChange stream position."},
    {"write", method_write, 1, 1, 0, "write($self, s, /)\n--\n\nWrite string to file."},
    {"seekable", method_true, 0, 0, 0, "seekable($self, /)\n--\n\nReturns True if the IO object can be seeked."},
    {"readable", method_true, 0, 0, 0, "readable($self, /)\n--\n\nReturns True if the IO object can be read."},
    {"writable", method_true, 0, 0, 0, "writable($self, /)\n--\n\nReturns True if the IO object can be written."},
    {"__getstate__", method_getstate, 0, 0, 0, NULL},
    {"__setstate__", method_setstate, 1, 1, 0, NULL},
    {NULL}};

static const NativeGetSet string_io_getsets[] = {IO_DICT_GETSET,
                                                 {"closed", get_closed, NULL, NULL, NULL},
                                                 {"newlines", get_newlines, NULL, NULL, NULL},
                                                 {"line_buffering", get_line_buffering, NULL, NULL, NULL},
                                                 {NULL}};

Type type_io_string = {
    TYPE_HEAD,
    .name = "_io.StringIO",
    .doc = "StringIO(initial_value='', newline='\\n')\n--\n\n"
           "Text I/O implementation using an in-memory buffer.\n\n"
           "The initial_value argument sets the value of object.  The newline\n"
           "argument is like the one of TextIOWrapper's constructor.",
    .base = &type_io_text_base,
    .instance_size = sizeof(StringIO),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(StringIO, dict),
    .weaklist_offset = offsetof(StringIO, weaklist),
    .destroy = string_io_destroy,
    .traverse = string_io_traverse,
    .clear = string_io_clear,
    .new_instance = string_io_new,
    .init = string_io_init,
    .iter = string_io_iter,
    .iternext = string_io_next,
    .methods = string_io_methods,
    .getsets = string_io_getsets,
};

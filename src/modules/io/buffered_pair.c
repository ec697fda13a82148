/* buffered_pair: BufferedRWPair: a reader and a writer in one object, for pipes and sockets. */
#include "gc/gc.h"
#include "modules/io/io.h"

typedef struct Pair {
    IO_FIELDS
    NULLABLE Value reader, writer;
} Pair;

static Pair *as_pair(Value v)
{
    return (Pair *)value_as_object(v);
}

static Value pair_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Pair *p = object_alloc_zeroed(type, type->instance_size);
    if (p && !gc_is_tracked(p)) gc_track(p);
    return value_from_object(p);
}

static int pair_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Pair *p = as_pair(self);
    ssize_t size = IO_BUFFER_SIZE;
    if (!args_no_keywords("BufferedRWPair", kwnames) || !args_count("BufferedRWPair", nargs, 2, 3)) return -1;
    if (nargs > 2 && !arg_as_ssize(args[2], &size)) return -1;
    if (!io_check_readable(args[0]) || !io_check_writable(args[1])) return -1;
    Value reader = call_2(value_from_object(&type_io_reader), args[0], value_from_small_int(size));
    if (value_is_null(reader)) return -1;
    Value writer = call_2(value_from_object(&type_io_writer), args[1], value_from_small_int(size));
    if (value_is_null(writer)) {
        value_decref(reader);
        return -1;
    }
    value_replace(&p->reader, reader);
    value_replace(&p->writer, writer);
    return 0;
}

static Value forward(Value target, Value name, const Value *args, ssize_t nargs)
{
    if (value_is_null(target)) return error_set(&type_ValueError, "I/O operation on uninitialized object");
    return call_method(target, name, args, nargs, VALUE_NULL);
}

#define FORWARD(function, name, side)                                                                                  \
    static Value function(Value self, const Value *args, ssize_t nargs, Value kwnames)                                 \
    {                                                                                                                  \
        return forward(as_pair(self)->side, name, args, nargs);                                                        \
    }
FORWARD(method_read, ID(read), reader)
FORWARD(method_peek, ID(peek), reader)
FORWARD(method_read1, ID(read1), reader)
FORWARD(method_readinto, ID(readinto), reader)
FORWARD(method_readinto1, ID(readinto1), reader)
FORWARD(method_readable, ID(readable), reader)
FORWARD(method_write, ID(write), writer)
FORWARD(method_flush, ID(flush), writer)
FORWARD(method_writable, ID(writable), writer)

static Value method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Pair *p = as_pair(self);
    Value result = forward(p->writer, ID(close), NULL, 0);
    value_xdecref(result);
    if (value_is_null(p->reader)) return VALUE_NULL;
    return io_close_after(p->reader, ID(close)) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value method_isatty(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Pair *p = as_pair(self);
    Value result = forward(p->writer, ID(isatty), NULL, 0);
    if (!value_is(result, VALUE_FALSE)) return result;
    return forward(p->reader, ID(isatty), NULL, 0);
}

static Value get_closed(Value self, void *closure)
{
    Pair *p = as_pair(self);
    if (value_is_null(p->writer))
        return error_set(&type_RuntimeError, "the BufferedRWPair object is being garbage-collected");
    return get_attr(p->writer, ID(closed));
}

static void pair_destroy(Object *object)
{
    Pair *p = (Pair *)object;
    if (io_finalize(object)) return;
    value_xdecref(p->reader);
    value_xdecref(p->writer);
    io_destroy_fields(object, sizeof *p);
}

static int pair_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Pair *)object)->reader);
    GC_VISIT(((Pair *)object)->writer);
    return io_traverse_fields(object, visit, argument);
}

static void pair_clear(Object *object)
{
    value_clear(&((Pair *)object)->reader);
    value_clear(&((Pair *)object)->writer);
    value_clear(&((Pair *)object)->dict);
}

static const NativeMethod pair_methods[] = {
    {"read", method_read, 0, -1, 0, NULL},           {"peek", method_peek, 0, -1, 0, NULL},
    {"read1", method_read1, 0, -1, 0, NULL},         {"readinto", method_readinto, 0, -1, 0, NULL},
    {"readinto1", method_readinto1, 0, -1, 0, NULL}, {"write", method_write, 0, -1, 0, NULL},
    {"flush", method_flush, 0, -1, 0, NULL},         {"readable", method_readable, 0, -1, 0, NULL},
    {"writable", method_writable, 0, -1, 0, NULL},   {"close", method_close, 0, -1, 0, NULL},
    {"isatty", method_isatty, 0, -1, 0, NULL},       {NULL}};

static const NativeGetSet pair_getsets[] = {IO_DICT_GETSET, {"closed", get_closed, NULL, NULL, NULL}, {NULL}};

Type type_io_pair = {
    TYPE_HEAD,
    .name = "_io.BufferedRWPair",
    .doc = "BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)\n--\n\n"
           "A buffered reader and writer object together.\n\n"
           "A buffered reader object and buffered writer object put together to\n"
           "form a sequential IO object that can read and write. This is typically\n"
           "used with a socket or two-way pipe.\n\n"
           "reader and writer are RawIOBase objects that are readable and\n"
           "writeable respectively. If the buffer_size is omitted it defaults to\nDEFAULT_BUFFER_SIZE.",
    .base = &type_io_buffered_base,
    .instance_size = sizeof(Pair),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(Pair, dict),
    .weaklist_offset = offsetof(Pair, weaklist),
    .destroy = pair_destroy,
    .traverse = pair_traverse,
    .clear = pair_clear,
    .new_instance = pair_new,
    .init = pair_init,
    .methods = pair_methods,
    .getsets = pair_getsets,
};

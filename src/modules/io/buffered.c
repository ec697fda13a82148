/* buffered: what the three buffered streams share: life, position, flushing, and their types. */
#include "modules/io/buffered.h"

#include <pthread.h>
#include <time.h>

#include "gc/gc.h"
#include "objects/blocking.h"
#include "objects/int.h"

/* --- one thread at a time --- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static int waiting; /* changes under the interpreter lock, as every `owner` does */

static void wait_a_moment(void)
{
    struct timespec until;
    waiting++;
    BLOCKING_BEGIN
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5000000; /* a wake-up that comes before the wait costs no more than this */
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&gate);
    pthread_cond_timedwait(&left, &gate, &until);
    pthread_mutex_unlock(&gate);
    BLOCKING_END
    waiting--;
}

bool buffered_enter(Buffered *b)
{
    if (UNLIKELY(b->owner == current_thread)) {
        error_format(&type_RuntimeError, "reentrant call inside %R", value_from_object(b));
        return false;
    }
    while (UNLIKELY(b->owner != NULL)) wait_a_moment();
    b->owner = current_thread;
    return true;
}

void buffered_leave(Buffered *b)
{
    b->owner = NULL;
    if (waiting) pthread_cond_broadcast(&left);
}

/* --- checks --- */

bool buffered_check(Buffered *b)
{
    if (LIKELY(b->is_ready)) return true;
    error_set(&type_ValueError,
              b->is_detached ? "raw stream has been detached" : "I/O operation on uninitialized object");
    return false;
}

static int is_closed(Buffered *b)
{
    if (!buffered_check(b)) return -1;
    if (b->is_direct) return io_file_is_closed(b->raw);
    return io_is_closed(b->raw);
}

int buffered_is_closed(Value stream)
{
    bool is_usual = object_has_type(stream, &type_io_writer) || object_has_type(stream, &type_io_reader) ||
                    object_has_type(stream, &type_io_random);
    if (!is_usual || !as_buffered(stream)->is_ready || !as_buffered(stream)->is_direct) return io_is_closed(stream);
    return io_file_is_closed(as_buffered(stream)->raw);
}

bool buffered_check_open(Buffered *b, const char *message)
{
    int closed = !b->buffer ? 1 : is_closed(b);
    if (closed > 0) error_set(&type_ValueError, message);
    return closed == 0;
}

/* --- the raw stream's position --- */

static int64_t as_offset(STEALS Value v)
{
    if (value_is_null(v)) return -1;
    Value n = number_index(v);
    value_decref(v);
    if (value_is_null(n)) return -1;
    int64_t offset;
    bool fits = int_fits_int64(n, &offset);
    value_decref(n);
    if (!fits) {
        error_set(&type_OverflowError, "Python int too large to convert to C long");
        return -1;
    }
    return offset;
}

int64_t buffered_raw_tell(Buffered *b)
{
    int64_t n = as_offset(call_method_0(b->raw, ID(tell)));
    if (n < 0) {
        if (!error_occurred()) error_format(&type_OSError, "Raw stream returned invalid position %lld", (long long)n);
        return -1;
    }
    b->absolute = n;
    return n;
}

int64_t buffered_raw_seek(Buffered *b, int64_t target, int whence)
{
    Value offset = int_from_int64(target);
    if (value_is_null(offset)) return -1;
    int64_t n = as_offset(call_method_2(b->raw, ID(seek), offset, value_from_small_int(whence)));
    value_decref(offset);
    if (n < 0) {
        if (!error_occurred()) error_format(&type_OSError, "Raw stream returned invalid position %lld", (long long)n);
        return -1;
    }
    b->absolute = n;
    return n;
}

int buffered_flush_and_rewind(Buffered *b)
{
    if (buffered_flush_writes(b) < 0) return -1;
    if (!b->is_readable) return 0;
    int64_t offset = buffered_raw_offset(b);
    buffered_reset_reads(b);
    /* the raw stream steps back over what was read ahead */
    return offset && buffered_raw_seek(b, -offset, 1) < 0 ? -1 : 0;
}

static Value method_tell(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    if (!buffered_check(b)) return VALUE_NULL;
    int64_t position = buffered_raw_tell(b);
    if (position < 0) return VALUE_NULL;
    position -= buffered_raw_offset(b);
    return int_from_int64(MAX(position, 0));
}

/* Within what has been read ahead, seeking costs nothing: 1 done, 0 not so, -1. */
static int seek_in_buffer(Buffered *b, int64_t target, int whence, int64_t *result)
{
    if (whence == 2 || !b->is_readable) return 0;
    int64_t current = b->absolute != -1 ? b->absolute : buffered_raw_tell(b);
    if (current < 0) return -1;
    if (buffered_available(b) <= 0) return 0;
    int64_t program = current - buffered_raw_offset(b);
    int64_t offset = whence == 0 ? target - program : target;
    if (offset < -b->position || offset > buffered_available(b)) return 0;
    b->position += (ssize_t)offset;
    *result = program + offset;
    return 1;
}

static Value method_seek(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    int whence = 0;
    if (nargs > 1 && !arg_as_int(args[1], &whence)) return VALUE_NULL;
    if (!buffered_check(b)) return VALUE_NULL;
    if (whence < 0 || whence > 4) return error_format(&type_ValueError, "whence value %d unsupported", whence);
    if (!buffered_check_open(b, "seek of closed file") || !io_check_seekable(b->raw)) return VALUE_NULL;
    int64_t target = as_offset(value_incref(args[0])), result;
    if (target == -1 && error_occurred()) return VALUE_NULL;
    int status = whence <= 2 ? seek_in_buffer(b, target, whence, &result) : 0;
    if (status) return status < 0 ? VALUE_NULL : int_from_int64(result);
    if (!buffered_enter(b)) return VALUE_NULL;
    result = -1;
    if (!b->is_writable || buffered_flush_writes(b) == 0) {
        if (whence == 1) target -= buffered_raw_offset(b);
        result = buffered_raw_seek(b, target, whence);
        if (result >= 0) {
            b->raw_position = -1;
            if (b->is_readable) buffered_reset_reads(b);
        }
    }
    buffered_leave(b);
    return result < 0 ? VALUE_NULL : int_from_int64(result);
}

static Value method_truncate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    if (!buffered_check(b)) return VALUE_NULL;
    if (!buffered_check_open(b, "truncate of closed file")) return VALUE_NULL;
    if (!b->is_writable) return io_unsupported("truncate");
    if (!buffered_enter(b)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (buffered_flush_and_rewind(b) == 0) {
        result = call_method_1(b->raw, ID(truncate), nargs ? args[0] : VALUE_NONE);
        if (!value_is_null(result) && buffered_raw_tell(b) < 0) error_clear();
    }
    buffered_leave(b);
    return result;
}

/* --- flush and close --- */

/* BufferedReader.flush: passes the call on. */
static Value method_simple_flush(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    return buffered_check(b) ? call_method_0(b->raw, ID(flush)) : VALUE_NULL;
}

static Value method_flush(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    if (!buffered_check(b) || !buffered_check_open(b, "flush of closed file") || !buffered_enter(b)) return VALUE_NULL;
    int status = buffered_flush_and_rewind(b);
    buffered_leave(b);
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

static void warn_unclosed(Buffered *b, Value source)
{
    if (!b->is_ready || value_is_null(b->raw)) return;
    Value result = call_method_1(b->raw, ID(_dealloc_warn), source);
    if (value_is_null(result)) error_clear();
    value_xdecref(result);
}

static Value method_dealloc_warn(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    warn_unclosed(as_buffered(self), args[0]);
    return VALUE_NONE;
}

/* The raw stream's part of close(); `b` is held, so that no other thread writes into a stream that is half closed. */
static int close_raw(Buffered *b)
{
    int status = io_close_after(b->raw, ID(close));
    raw_free(b->buffer);
    b->buffer = NULL;
    if (b->is_readable) buffered_reset_reads(b);
    if (b->is_writable) buffered_reset_writes(b);
    return status;
}

static Value method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    if (!buffered_check(b) || !buffered_enter(b)) return VALUE_NULL;
    int closed = is_closed(b);
    if (closed) {
        buffered_leave(b);
        return closed < 0 ? VALUE_NULL : VALUE_NONE;
    }
    if (b->is_finalizing) warn_unclosed(b, self);
    buffered_leave(b); /* flush() takes it itself */
    Value flushed = call_method_0(self, ID(flush)), pending = error_fetch();
    value_xdecref(flushed);
    if (!buffered_enter(b)) {
        value_xdecref(pending);
        return VALUE_NULL;
    }
    error_restore(pending);
    int status = close_raw(b);
    buffered_leave(b);
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value method_detach(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    if (!buffered_check(b)) return VALUE_NULL;
    Value flushed = call_method_0(self, ID(flush));
    if (value_is_null(flushed)) return flushed;
    value_decref(flushed);
    Value raw = b->raw;
    b->raw = VALUE_NULL;
    b->is_detached = true;
    b->is_ready = false;
    return raw;
}

/* --- questions passed on to the raw stream --- */

#define PASS_ON(function, name)                                                                                        \
    static Value function(Value self, const Value *args, ssize_t nargs, Value kwnames)                                 \
    {                                                                                                                  \
        Buffered *b = as_buffered(self);                                                                               \
        return buffered_check(b) ? call_method_0(b->raw, name) : VALUE_NULL;                                           \
    }
PASS_ON(method_seekable, ID(seekable))
PASS_ON(method_readable, ID(readable))
PASS_ON(method_writable, ID(writable))
PASS_ON(method_fileno, ID(fileno))
PASS_ON(method_isatty, ID(isatty))

static Value get_closed(Value self, void *closure)
{
    Buffered *b = as_buffered(self);
    return buffered_check(b) ? get_attr(b->raw, ID(closed)) : VALUE_NULL;
}

static Value get_name(Value self, void *closure)
{
    Buffered *b = as_buffered(self);
    return buffered_check(b) ? get_attr(b->raw, ID(name)) : VALUE_NULL;
}

static Value get_mode(Value self, void *closure)
{
    Buffered *b = as_buffered(self);
    return buffered_check(b) ? get_attr(b->raw, ID(mode)) : VALUE_NULL;
}

static Value buffered_repr(Value self)
{
    bool failed;
    Value name = get_attr_optional(self, ID(name), &failed);
    if (value_is_null(name)) {
        if (failed && !error_catch(&type_ValueError)) return VALUE_NULL;
        return str_format("<%s>", type_of(self)->name);
    }
    Value result = VALUE_NULL;
    if (recursion_enter(" while getting the repr of an object")) {
        result = str_format("<%s name=%R>", type_of(self)->name, name);
        recursion_leave();
    }
    value_decref(name);
    return result;
}

static Value method_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    return int_from_int64((int64_t)type_of(self)->instance_size + (b->buffer ? b->buffer_size : 0));
}

static Value method_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_format(&type_TypeError, "cannot pickle '%s' object", type_of(self)->name);
}

/* --- life --- */

static Value buffered_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = object_alloc_zeroed(type, type->instance_size);
    if (!b) return VALUE_NULL;
    b->read_end = b->write_end = -1;
    if (!gc_is_tracked(b)) gc_track(b);
    return value_from_object(b);
}

static int init(Value self, Value raw, ssize_t buffer_size, bool is_readable, bool is_writable, const Type *exact)
{
    Buffered *b = as_buffered(self);
    b->is_ready = b->is_detached = false;
    if (buffer_size <= 0) {
        error_set(&type_ValueError, "buffer size must be strictly positive");
        return -1;
    }
    char *buffer = raw_alloc((size_t)buffer_size);
    if (!buffer) {
        error_no_memory();
        return -1;
    }
    raw_free(b->buffer);
    b->buffer = buffer;
    b->buffer_size = buffer_size;
    b->is_readable = is_readable;
    b->is_writable = is_writable;
    value_replace(&b->raw, value_incref(raw));
    b->position = b->raw_position = 0;
    b->absolute = -1;
    buffered_reset_reads(b);
    buffered_reset_writes(b);
    b->owner = NULL;
    b->is_direct = value_has_type(self, exact) && io_file_is_exact(raw);
    b->is_ready = true;
    if (buffered_raw_tell(b) < 0) error_clear(); /* the stream may not be able to tell */
    return 0;
}

static bool parse_init(const ArgSpec *spec, const Value *args, ssize_t nargs, Value kwnames, Value *raw, ssize_t *size)
{
    Value given[2];
    *size = IO_BUFFER_SIZE;
    if (!args_parse(spec, args, nargs, kwnames, given)) return false;
    *raw = given[0];
    return value_is_null(given[1]) || arg_as_ssize(given[1], size);
}

static const char *const init_names[] = {"raw", "buffer_size", NULL};

static int reader_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"BufferedReader", init_names, 1, 2, 0};
    Value raw;
    ssize_t size;
    as_buffered(self)->is_ready = as_buffered(self)->is_detached = false;
    if (!parse_init(&spec, args, nargs, kwnames, &raw, &size) || !io_check_readable(raw)) return -1;
    return init(self, raw, size, true, false, &type_io_reader);
}

static int writer_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"BufferedWriter", init_names, 1, 2, 0};
    Value raw;
    ssize_t size;
    as_buffered(self)->is_ready = as_buffered(self)->is_detached = false;
    if (!parse_init(&spec, args, nargs, kwnames, &raw, &size) || !io_check_writable(raw)) return -1;
    return init(self, raw, size, false, true, &type_io_writer);
}

static int random_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"BufferedRandom", init_names, 1, 2, 0};
    Value raw;
    ssize_t size;
    as_buffered(self)->is_ready = as_buffered(self)->is_detached = false;
    if (!parse_init(&spec, args, nargs, kwnames, &raw, &size)) return -1;
    if (!io_check_seekable(raw) || !io_check_readable(raw) || !io_check_writable(raw)) return -1;
    return init(self, raw, size, true, true, &type_io_random);
}

static void buffered_destroy(Object *object)
{
    Buffered *b = (Buffered *)object;
    b->is_finalizing = true;
    if (io_finalize(object)) return;
    b->is_ready = false;
    raw_free(b->buffer);
    value_xdecref(b->raw);
    io_destroy_fields(object, sizeof *b);
}

static int buffered_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Buffered *)object)->raw);
    return io_traverse_fields(object, visit, argument);
}

static void buffered_clear(Object *object)
{
    Buffered *b = (Buffered *)object;
    b->is_ready = false;
    value_clear(&b->raw);
    value_clear(&b->dict);
}

/* --- the types --- */

#define SHARED_METHODS                                                                                                 \
    {"detach", method_detach, 0, 0, 0, NULL}, {"close", method_close, 0, 0, 0, NULL},                                  \
        {"seekable", method_seekable, 0, 0, 0, NULL}, {"fileno", method_fileno, 0, 0, 0, NULL},                        \
        {"isatty", method_isatty, 0, 0, 0, NULL}, {"_dealloc_warn", method_dealloc_warn, 1, 1, 0, NULL},               \
        {"tell", method_tell, 0, 0, 0, "tell($self, /)\n--\n\n"},                                                      \
        {"truncate", method_truncate, 0, 1, 0, "truncate($self, pos=None, /)\n--\n\n"},                                \
        {"__sizeof__", method_sizeof, 0, 0, 0, NULL}, {"__reduce__", method_getstate, 0, 0, 0, NULL},                  \
        {"__reduce_ex__", method_getstate, 1, 1, 0, NULL},                                                             \
    {                                                                                                                  \
        "seek", method_seek, 1, 2, 0, "seek($self, target, whence=0, /)\n--\n\n"                                       \
    }

#define READ_METHODS                                                                                                   \
    {"read", buffered_read, 0, 1, 0, "read($self, size=-1, /)\n--\n\n"},                                               \
        {"peek", buffered_peek, 0, 1, 0, "peek($self, size=0, /)\n--\n\n"},                                            \
        {"read1", buffered_read1, 0, 1, 0, "read1($self, size=-1, /)\n--\n\n"},                                        \
        {"readinto", buffered_readinto, 1, 1, 0, "readinto($self, buffer, /)\n--\n\n"},                                \
        {"readinto1", buffered_readinto1, 1, 1, 0, "readinto1($self, buffer, /)\n--\n\n"},                             \
    {                                                                                                                  \
        "readline", buffered_readline, 0, 1, 0, "readline($self, size=-1, /)\n--\n\n"                                  \
    }

static const NativeMethod reader_methods[] = {SHARED_METHODS,
                                              READ_METHODS,
                                              {"flush", method_simple_flush, 0, 0, 0, NULL},
                                              {"readable", method_readable, 0, 0, 0, NULL},
                                              {NULL}};

static const NativeMethod writer_methods[] = {SHARED_METHODS,
                                              {"write", buffered_write, 1, 1, 0, "write($self, buffer, /)\n--\n\n"},
                                              {"flush", method_flush, 0, 0, 0, "flush($self, /)\n--\n\n"},
                                              {"writable", method_writable, 0, 0, 0, NULL},
                                              {NULL}};

static const NativeMethod random_methods[] = {SHARED_METHODS,
                                              READ_METHODS,
                                              {"write", buffered_write, 1, 1, 0, "write($self, buffer, /)\n--\n\n"},
                                              {"flush", method_flush, 0, 0, 0, "flush($self, /)\n--\n\n"},
                                              {"readable", method_readable, 0, 0, 0, NULL},
                                              {"writable", method_writable, 0, 0, 0, NULL},
                                              {NULL}};

static const NativeGetSet buffered_getsets[] = {IO_DICT_GETSET,
                                                {"closed", get_closed, NULL, NULL, NULL},
                                                {"name", get_name, NULL, NULL, NULL},
                                                {"mode", get_mode, NULL, NULL, NULL},
                                                {NULL}};

static const NativeMember buffered_members[] = {
    {"raw", MEMBER_VALUE, offsetof(Buffered, raw), true, NULL},
    {"_finalizing", MEMBER_BOOL, offsetof(Buffered, is_finalizing), false, NULL},
    {NULL}};

#define BUFFERED_TYPE_FIELDS                                                                                           \
    .base = &type_io_buffered_base, .instance_size = sizeof(Buffered),                                                 \
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC, .dict_offset = offsetof(Buffered, dict),                        \
    .weaklist_offset = offsetof(Buffered, weaklist), .destroy = buffered_destroy, .traverse = buffered_traverse,       \
    .clear = buffered_clear, .new_instance = buffered_new, .repr = buffered_repr, .getsets = buffered_getsets,         \
    .members = buffered_members

Type type_io_reader = {
    TYPE_HEAD,
    .name = "_io.BufferedReader",
    .doc = "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\n"
           "Create a new buffered reader using the given readable raw IO object.",
    BUFFERED_TYPE_FIELDS,
    .init = reader_init,
    .iternext = buffered_next,
    .methods = reader_methods,
};

Type type_io_writer = {
    TYPE_HEAD,
    .name = "_io.BufferedWriter",
    .doc = "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\n"
           "A buffer for a writeable sequential RawIO object.\n\n"
           "The constructor creates a BufferedWriter for the given writeable raw\n"
           "stream. If the buffer_size is not given, it defaults to\nDEFAULT_BUFFER_SIZE.",
    BUFFERED_TYPE_FIELDS,
    .init = writer_init,
    .methods = writer_methods,
};

Type type_io_random = {
    TYPE_HEAD,
    .name = "_io.BufferedRandom",
    .doc = "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\n"
           "A buffered interface to random access streams.\n\n"
           "The constructor creates a reader and writer for a seekable stream,\n"
           "raw, given in the first argument. If the buffer_size is omitted it\ndefaults to DEFAULT_BUFFER_SIZE.",
    BUFFERED_TYPE_FIELDS,
    .init = random_init,
    .iternext = buffered_next,
    .methods = random_methods,
};

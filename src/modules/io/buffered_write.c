/* buffered_write: the writing side of the buffered streams. */
#include "modules/io/buffered.h"
#include "objects/blocking.h"

void buffered_reset_writes(Buffered *b)
{
    b->write_start = 0;
    b->write_end = -1;
}

static void set_blocking_error(const char *message, ssize_t written)
{
    Value args[3] = {value_from_small_int(EAGAIN), str_from_cstr(message), value_from_small_int(written)};
    if (value_is_null(args[1])) return;
    Value error = call_vector(value_from_object(&type_BlockingIOError), args, 3, VALUE_NULL);
    value_decref(args[1]);
    if (!value_is_null(error)) error_raise(error);
}

/* Bytes written; -1 with an error; IO_WOULD_BLOCK. */
static ssize_t raw_write_slow(Buffered *b, const char *data, ssize_t size)
{
    Value view = memoryview_from_memory((char *)data, size, true);
    if (value_is_null(view)) return -1;
    Value count;
    do {
        errno = 0;
        count = call_method_1(b->raw, ID(write), view);
    } while (value_is_null(count) && error_catch(&type_InterruptedError));
    value_decref(view);
    if (value_is_null(count)) return -1;
    if (value_is_none(count)) return IO_WOULD_BLOCK;
    ssize_t n = number_as_ssize(count, &type_ValueError);
    value_decref(count);
    if (n == -1 && error_occurred()) return -1;
    if (n < 0 || n > size) {
        error_format(&type_OSError, "raw write() returned invalid length %zd (should have been between 0 and %zd)", n,
                     size);
        return -1;
    }
    return n;
}

static ssize_t raw_write(Buffered *b, const char *data, ssize_t size)
{
    ssize_t n =
        b->is_direct && !io_file_is_closed(b->raw) ? io_file_write(b->raw, data, size) : raw_write_slow(b, data, size);
    if (n > 0 && b->absolute != -1) b->absolute += n;
    return n;
}

int buffered_flush_writes(Buffered *b)
{
    if (!buffered_has_writes(b) || b->write_start == b->write_end) {
        buffered_reset_writes(b);
        return 0;
    }
    /* bytes may have been read ahead of the place where the writes belong */
    int64_t rewind = buffered_raw_offset(b) + (b->position - b->write_start);
    if (rewind != 0) {
        if (buffered_raw_seek(b, -rewind, 1) < 0) return -1;
        b->raw_position -= (ssize_t)rewind;
    }
    while (b->write_start < b->write_end) {
        ssize_t n = raw_write(b, b->buffer + b->write_start, b->write_end - b->write_start);
        if (n == -1) return -1;
        if (n == IO_WOULD_BLOCK) {
            set_blocking_error("write could not complete without blocking", 0);
            return -1;
        }
        b->write_start += n;
        b->raw_position = b->write_start;
        if (signals_check() < 0) return -1;
    }
    buffered_reset_writes(b);
    return 0;
}

/* Copies into the buffer at the position; there must be room. */
static void put(Buffered *b, const char *data, ssize_t size)
{
    if (!buffered_has_writes(b) || b->write_start > b->position) b->write_start = b->position;
    memcpy(b->buffer + b->position, data, (size_t)size);
    b->position += size;
    if (b->write_end < b->position) b->write_end = b->position;
    if (buffered_has_reads(b) && b->read_end < b->position) b->read_end = b->position;
}

/* The buffer could not be passed on: keeps what fits. Bytes taken; -1 with BlockingIOError saying how many. */
static ssize_t write_blocked(Buffered *b, const char *data, ssize_t size)
{
    if (buffered_has_reads(b)) buffered_reset_reads(b);
    memmove(b->buffer, b->buffer + b->write_start, (size_t)(b->write_end - b->write_start));
    b->write_end -= b->write_start;
    b->raw_position -= b->write_start;
    b->position -= b->write_start;
    b->write_start = 0;
    ssize_t room = b->buffer_size - b->write_end;
    ssize_t taken = MIN(size, room);
    memcpy(b->buffer + b->write_end, data, (size_t)taken);
    b->write_end += taken;
    b->position += taken;
    if (taken == size) {
        error_clear();
        return size;
    }
    error_clear();
    set_blocking_error("write could not complete without blocking", taken);
    return -1;
}

/* More than the buffer has room for. */
static ssize_t write_large(Buffered *b, const char *data, ssize_t size)
{
    if (buffered_flush_writes(b) < 0) {
        if (!error_matches(&type_BlockingIOError)) return -1;
        return write_blocked(b, data, size);
    }
    /* the raw stream stands behind what was read ahead: back to the program's place */
    int64_t offset = buffered_raw_offset(b);
    if (offset != 0) {
        if (buffered_raw_seek(b, -offset, 1) < 0) return -1;
        b->raw_position -= (ssize_t)offset;
    }
    ssize_t written = 0, remaining = size;
    while (remaining > b->buffer_size) {
        ssize_t n = raw_write(b, data + written, remaining);
        if (n == -1) return -1;
        if (n == IO_WOULD_BLOCK) {
            if (remaining > b->buffer_size) { /* even the buffer cannot hold it: keep what fits, say the rest */
                memcpy(b->buffer, data + written, (size_t)b->buffer_size);
                b->raw_position = 0;
                b->position = b->buffer_size;
                b->write_start = 0;
                b->write_end = b->buffer_size;
                set_blocking_error("write could not complete without blocking", written + b->buffer_size);
                return -1;
            }
            break;
        }
        written += n;
        remaining -= n;
        if (signals_check() < 0) return -1;
    }
    if (buffered_has_reads(b)) buffered_reset_reads(b);
    b->position = 0;
    b->raw_position = 0;
    if (remaining > 0) {
        memcpy(b->buffer, data + written, (size_t)remaining);
        written += remaining;
    }
    b->write_start = 0;
    b->write_end = remaining;
    b->position = remaining;
    return written;
}

Value buffered_write(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    Buffer view;
    if (!buffered_check(b)) return VALUE_NULL;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (buffered_enter(b)) {
        if (buffered_check_open(b, "write to closed file")) {
            if (!buffered_has_reads(b) && !buffered_has_writes(b)) {
                b->position = 0;
                b->raw_position = 0;
            }
            ssize_t n = view.length;
            if (n <= b->buffer_size - b->position)
                put(b, view.data, n);
            else
                n = write_large(b, view.data, n);
            if (n >= 0) result = value_from_small_int(n);
        }
        buffered_leave(b);
    }
    buffer_release(&view);
    return result;
}

/* buffered_read: the reading side of the buffered streams. */
#include "modules/io/buffered.h"
#include "objects/list.h"

void buffered_reset_reads(Buffered *b)
{
    b->read_end = -1;
}

/* --- the raw stream --- */

/* Bytes read, 0 at the end, -1 with an error, IO_WOULD_BLOCK. */
static ssize_t raw_read_slow(Buffered *b, char *start, ssize_t size)
{
    Value view = memoryview_from_memory(start, size, false);
    if (value_is_null(view)) return -1;
    Value count;
    do count = call_method_1(b->raw, ID(readinto), view);
    while (value_is_null(count) && error_catch(&type_InterruptedError));
    Value released = VALUE_NULL;
    if (!value_is_null(count))
        released = call_method_0(view, ID(release)); /* the memory is not ours to lend for long */
    if (value_is_null(released)) error_occurred();
    value_xdecref(released);
    value_decref(view);
    if (value_is_null(count)) return -1;
    if (value_is_none(count)) return IO_WOULD_BLOCK;
    ssize_t n = number_as_ssize(count, &type_ValueError);
    value_decref(count);
    if (n == -1 && error_occurred()) {
        error_format_from_cause(&type_OSError, "raw readinto() failed");
        return -1;
    }
    if (n < 0 || n > size) {
        error_format(&type_OSError, "raw readinto() returned invalid length %zd (should have been between 0 and %zd)",
                     n, size);
        return -1;
    }
    return n;
}

static ssize_t raw_read(Buffered *b, char *start, ssize_t size)
{
    ssize_t n =
        b->is_direct && !io_file_is_closed(b->raw) ? io_file_read(b->raw, start, size) : raw_read_slow(b, start, size);
    if (n > 0 && b->absolute != -1) b->absolute += n;
    return n;
}

static ssize_t fill_buffer(Buffered *b)
{
    ssize_t start = buffered_has_reads(b) ? b->read_end : 0;
    ssize_t n = raw_read(b, b->buffer + start, b->buffer_size - start);
    if (n > 0) b->read_end = b->raw_position = start + n;
    return n;
}

/* --- read --- */

static Value join_chunks(STEALS Value chunks, STEALS NULLABLE Value last)
{
    Value result = VALUE_NULL, empty = bytes_new(NULL, 0);
    if (!value_is_null(last) && list_append_steal(chunks, last) == 0 && !value_is_null(empty))
        result = bytes_join_array(empty, as_list(chunks)->items, list_length(chunks));
    value_xdecref(empty);
    value_decref(chunks);
    return result;
}

static Value take_buffered(Buffered *b)
{
    ssize_t size = buffered_available(b);
    Value data = bytes_new(b->buffer + (size ? b->position : 0), size);
    if (!value_is_null(data)) b->position += size;
    return data;
}

/* Reads until raw.read() gives no more; None when there is nothing yet. */
static Value read_all_chunks(Buffered *b, STEALS Value first)
{
    Value chunks = list_new(0);
    if (value_is_null(chunks) || list_append(chunks, first) < 0) goto fail;
    ssize_t total = as_bytes(first)->length;
    for (;;) {
        Value chunk;
        do chunk = call_method_0(b->raw, ID(read));
        while (value_is_null(chunk) && error_catch(&type_InterruptedError));
        if (value_is_null(chunk)) goto fail;
        if (!value_is_none(chunk) && !is_bytes(chunk)) {
            value_decref(chunk);
            error_set(&type_TypeError, "read() should return bytes");
            goto fail;
        }
        if (value_is_none(chunk) || as_bytes(chunk)->length == 0) {
            if (total == 0) {
                value_decref(chunks);
                value_decref(first);
                return chunk;
            }
            value_decref(chunk);
            value_decref(first);
            return join_chunks(chunks, bytes_new(NULL, 0));
        }
        total += as_bytes(chunk)->length;
        if (b->absolute != -1) b->absolute += as_bytes(chunk)->length;
        if (list_append_steal(chunks, chunk) < 0) goto fail;
    }
fail:
    value_xdecref(chunks);
    value_decref(first);
    return VALUE_NULL;
}

static Value read_all(Buffered *b)
{
    Value data = take_buffered(b);
    if (value_is_null(data)) return data;
    if (b->is_writable && buffered_flush_and_rewind(b) < 0) {
        value_decref(data);
        return VALUE_NULL;
    }
    buffered_reset_reads(b);
    bool failed;
    Value readall = get_attr_optional(b->raw, ID(readall), &failed);
    if (failed) {
        value_decref(data);
        return VALUE_NULL;
    }
    if (value_is_null(readall)) return read_all_chunks(b, data);
    Value rest = call_0(readall);
    value_decref(readall);
    if (value_is_null(rest)) {
        value_decref(data);
        return VALUE_NULL;
    }
    if (value_is_none(rest)) {
        if (as_bytes(data)->length == 0) {
            value_decref(data);
            return rest;
        }
        return data;
    }
    if (!is_bytes(rest)) {
        value_decref(data);
        value_decref(rest);
        return error_set(&type_TypeError, "readall() should return bytes");
    }
    if (b->absolute != -1) b->absolute += as_bytes(rest)->length;
    if (as_bytes(data)->length == 0) {
        value_decref(data);
        return rest;
    }
    Value whole = sequence_concat(data, rest);
    value_decref(data);
    value_decref(rest);
    return whole;
}

/* Exactly `size` bytes unless the stream ends or would block. */
static Value read_exactly(Buffered *b, ssize_t size)
{
    ssize_t have = buffered_available(b);
    if (size <= have) { /* all in the buffer */
        Value data = bytes_new(b->buffer + b->position, size);
        if (!value_is_null(data)) b->position += size;
        return data;
    }
    Value result = bytes_new(NULL, size);
    if (value_is_null(result)) return result;
    char *out = as_bytes(result)->data;
    ssize_t written = have, remaining = size - have;
    if (have) {
        memcpy(out, b->buffer + b->position, (size_t)have);
        b->position += have;
    }
    if (b->is_writable && buffered_flush_and_rewind(b) < 0) goto fail;
    buffered_reset_reads(b);
    while (remaining > 0) {
        /* whole blocks go straight into the result */
        ssize_t blocks = remaining / b->buffer_size * b->buffer_size;
        if (blocks == 0) break;
        ssize_t n = raw_read(b, out + written, blocks);
        if (n == -1) goto fail;
        if (n == 0 || n == IO_WOULD_BLOCK) {
            if (n == 0 || written > 0) goto done;
            value_decref(result);
            return VALUE_NONE;
        }
        remaining -= n;
        written += n;
    }
    b->position = 0;
    b->raw_position = 0;
    b->read_end = 0;
    while (remaining > 0 && b->read_end < b->buffer_size) {
        ssize_t n = fill_buffer(b);
        if (n == -1) goto fail;
        if (n == 0 || n == IO_WOULD_BLOCK) {
            if (n == 0 || written > 0) goto done;
            value_decref(result);
            return VALUE_NONE;
        }
        n = MIN(n, remaining);
        memcpy(out + written, b->buffer + b->position, (size_t)n);
        written += n;
        b->position += n;
        remaining -= n;
    }
done:
    return bytes_resize(&result, written) < 0 ? VALUE_NULL : result;
fail:
    value_decref(result);
    return VALUE_NULL;
}

Value buffered_read(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    ssize_t size;
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &size) || !buffered_check(b)) return VALUE_NULL;
    if (size < -1) return error_set(&type_ValueError, "read length must be non-negative or -1");
    if (!buffered_check_open(b, "read of closed file")) return VALUE_NULL;
    if (size >= 0 && size <= buffered_available(b) && !b->owner) {
        Value data = bytes_new(b->buffer + b->position, size);
        if (!value_is_null(data)) b->position += size;
        return data;
    }
    if (!buffered_enter(b)) return VALUE_NULL;
    Value result = size == -1 ? read_all(b) : read_exactly(b, size);
    buffered_leave(b);
    return result;
}

Value buffered_read1(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    ssize_t size = -1;
    if (nargs && !arg_as_ssize(args[0], &size)) return VALUE_NULL;
    if (!buffered_check(b)) return VALUE_NULL;
    if (size < 0) size = b->buffer_size;
    if (!buffered_check_open(b, "read of closed file")) return VALUE_NULL;
    if (size == 0) return bytes_new(NULL, 0);
    ssize_t have = buffered_available(b);
    if (have > 0) {
        size = MIN(have, size);
        Value data = bytes_new(b->buffer + b->position, size);
        if (!value_is_null(data)) b->position += size;
        return data;
    }
    Value result = bytes_new(NULL, size);
    if (value_is_null(result)) return result;
    if (!buffered_enter(b)) {
        value_decref(result);
        return VALUE_NULL;
    }
    buffered_reset_reads(b);
    ssize_t n = raw_read(b, as_bytes(result)->data, size);
    buffered_leave(b);
    if (n == -1) {
        value_decref(result);
        return VALUE_NULL;
    }
    return bytes_resize(&result, n == IO_WOULD_BLOCK ? 0 : n) < 0 ? VALUE_NULL : result;
}

/* --- readinto --- */

/* Bytes that `out` then holds, `written` before included; -1 with an error; IO_WOULD_BLOCK when nothing came. */
static ssize_t read_into(Buffered *b, char *out, ssize_t written, ssize_t size, bool once)
{
    if (b->is_writable && buffered_has_writes(b) && buffered_flush_and_rewind(b) < 0) return -1;
    buffered_reset_reads(b);
    b->position = 0;
    for (ssize_t n = 0; size > 0; size -= n, written += n) {
        if (size > b->buffer_size) {
            n = raw_read(b, out + written, size);
        } else if (!(once && written)) { /* less than a buffer: by way of the buffer */
            n = fill_buffer(b);
            if (n > 0) {
                n = MIN(n, size);
                memcpy(out + written, b->buffer + b->position, (size_t)n);
                b->position += n;
            }
        } else {
            n = 0;
        }
        if (n == 0 || (n == IO_WOULD_BLOCK && written > 0)) break;
        if (n < 0) return n;
        if (once) return written + n;
    }
    return written;
}

static Value read_into_argument(Value self, Value target, bool once)
{
    Buffered *b = as_buffered(self);
    Buffer view;
    if (!buffered_check(b)) return VALUE_NULL;
    if (buffer_get(target, &view, BUFFER_WRITABLE) < 0) {
        error_clear();
        return error_format(&type_TypeError, "%s() argument must be read-write bytes-like object, not %.50s",
                            once ? "readinto1" : "readinto", value_is_none(target) ? "None" : type_of(target)->name);
    }
    Value result = VALUE_NULL;
    if (buffered_check_open(b, "readinto of closed file")) {
        ssize_t have = MIN(buffered_available(b), view.length);
        memcpy(view.data, b->buffer + (have ? b->position : 0), (size_t)have);
        b->position += have;
        if (have == view.length) {
            result = value_from_small_int(have);
        } else if (buffered_enter(b)) {
            ssize_t n = read_into(b, view.data, have, view.length - have, once);
            buffered_leave(b);
            if (n == IO_WOULD_BLOCK)
                result = VALUE_NONE;
            else if (n >= 0)
                result = value_from_small_int(n);
        }
    }
    buffer_release(&view);
    return result;
}

Value buffered_readinto(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return read_into_argument(self, args[0], false);
}

Value buffered_readinto1(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return read_into_argument(self, args[0], true);
}

/* --- lines --- */

/* The line in the buffer, if all of it is there and fits the limit. */
static Value line_in_buffer(Buffered *b, ssize_t limit, bool *is_found)
{
    ssize_t size = buffered_available(b);
    if (limit >= 0 && size > limit) size = limit;
    const char *start = b->buffer + b->position, *end = size ? memchr(start, '\n', (size_t)size) : NULL;
    *is_found = end || size == limit;
    if (!*is_found) return VALUE_NULL;
    if (end) size = end - start + 1;
    Value line = bytes_new(size ? start : NULL, size);
    if (!value_is_null(line)) b->position += size;
    return line;
}

static Value read_line_slowly(Buffered *b, ssize_t limit)
{
    BytesBuilder line;
    bytes_builder_init(&line);
    ssize_t size = buffered_available(b);
    if (size > 0) {
        bytes_builder_add(&line, b->buffer + b->position, size);
        b->position += size;
        if (limit >= 0) limit -= size;
    }
    if (b->is_writable && buffered_flush_and_rewind(b) < 0) goto fail;
    for (;;) {
        buffered_reset_reads(b);
        ssize_t n = fill_buffer(b);
        if (n == -1) goto fail;
        if (n <= 0) break;
        if (limit >= 0 && n > limit) n = limit;
        const char *end = memchr(b->buffer, '\n', (size_t)n);
        ssize_t used = end ? end - b->buffer + 1 : n;
        bytes_builder_add(&line, b->buffer, used);
        b->position = used;
        if (end || n == limit) break;
        if (limit >= 0) limit -= n;
        b->position = n;
    }
    return bytes_builder_finish(&line);
fail:
    bytes_builder_discard(&line);
    return VALUE_NULL;
}

static Value read_line(Buffered *b, ssize_t limit)
{
    if (!buffered_check_open(b, "readline of closed file")) return VALUE_NULL;
    bool is_found;
    Value line = line_in_buffer(b, limit, &is_found);
    if (is_found) return line;
    if (!buffered_enter(b)) return VALUE_NULL;
    line = read_line_slowly(b, limit);
    buffered_leave(b);
    return line;
}

Value buffered_readline(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    ssize_t limit;
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &limit) || !buffered_check(b)) return VALUE_NULL;
    return read_line(b, limit);
}

Value buffered_next(Value self)
{
    Buffered *b = as_buffered(self);
    if (!buffered_check(b)) return VALUE_NULL;
    bool is_exact = object_has_type(self, &type_io_reader) || object_has_type(self, &type_io_random);
    Value line = is_exact ? read_line(b, -1) : call_method_0(self, ID(readline));
    if (value_is_null(line)) return line;
    if (!is_exact && !is_bytes(line)) {
        error_format(&type_OSError, "readline() should have returned a bytes object, not '%.200s'",
                     type_of(line)->name);
        value_decref(line);
        return VALUE_NULL;
    }
    if (as_bytes(line)->length > 0) return line;
    value_decref(line);
    return VALUE_NULL;
}

Value buffered_peek(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffered *b = as_buffered(self);
    ssize_t ignored;
    if (nargs && !arg_as_ssize(args[0], &ignored)) return VALUE_NULL;
    if (!buffered_check(b) || !buffered_check_open(b, "peek of closed file") || !buffered_enter(b)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (!b->is_writable || buffered_flush_and_rewind(b) == 0) {
        ssize_t have = buffered_available(b), n = 0;
        if (have == 0) {
            buffered_reset_reads(b);
            n = fill_buffer(b);
            b->position = 0;
            have = n > 0 ? n : 0;
        }
        if (n != -1) result = bytes_new(b->buffer + (have ? b->position : 0), have);
    }
    buffered_leave(b);
    return result;
}

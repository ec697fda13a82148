/* text_seek: positions in decoded text. A position is opaque: it packs the byte offset of a safe starting point, the
 * decoder's flags there, how many bytes to feed and how many characters to skip after that. */
#include "modules/io/text_io.h"
#include "objects/int.h"
#include "objects/tuple.h"

typedef struct Cookie {
    int64_t start;
    int32_t flags, bytes_to_feed, chars_to_skip;
    bool needs_eof;
} Cookie;

enum { COOKIE_SIZE = 21 };

static Value pack_cookie(const Cookie *c)
{
    uint8_t bytes[COOKIE_SIZE];
    memcpy(bytes, &c->start, 8);
    memcpy(bytes + 8, &c->flags, 4);
    memcpy(bytes + 12, &c->bytes_to_feed, 4);
    memcpy(bytes + 16, &c->chars_to_skip, 4);
    bytes[20] = c->needs_eof;
    return int_from_bytes(bytes, COOKIE_SIZE, true, false);
}

static int unpack_cookie(Value v, Cookie *c)
{
    uint8_t bytes[COOKIE_SIZE];
    if (int_to_bytes(v, bytes, COOKIE_SIZE, true, false) < 0) return -1;
    memcpy(&c->start, bytes, 8);
    memcpy(&c->flags, bytes + 8, 4);
    memcpy(&c->bytes_to_feed, bytes + 12, 4);
    memcpy(&c->chars_to_skip, bytes + 16, 4);
    c->needs_eof = bytes[20] != 0;
    return 0;
}

static int set_decoder_state(TextIO *t, const Cookie *c)
{
    Value result;
    if (c->start == 0 && c->flags == 0) {
        result = call_method_0(t->decoder, ID(reset));
    } else {
        Value empty = bytes_new(NULL, 0), state = VALUE_NULL;
        if (!value_is_null(empty)) state = tuple_pack(2, empty, value_from_small_int(c->flags));
        result = value_is_null(state) ? state : call_method_1(t->decoder, ID(setstate), state);
        value_xdecref(empty);
        value_xdecref(state);
    }
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

/* How many characters the decoder makes of these bytes; -1 with an error. */
static ssize_t count_decoded(TextIO *t, const char *data, ssize_t size, bool is_final)
{
    Value bytes = bytes_new(data, size);
    if (value_is_null(bytes)) return -1;
    Value text = io_decode(t->decoder, bytes, is_final);
    value_decref(bytes);
    if (value_is_null(text)) return -1;
    ssize_t length = str_length(text);
    value_decref(text);
    return length;
}

/* Length of what the decoder holds back, and its flags. */
static ssize_t held_back(TextIO *t, int *flags)
{
    Value bytes, flags_value;
    if (text_decoder_state(t, &bytes, &flags_value) < 0) return -1;
    ssize_t length = as_bytes(bytes)->length;
    bool is_good = arg_as_int(flags_value, flags);
    value_decref(bytes);
    value_decref(flags_value);
    return is_good ? length : -1;
}

/* Guesses a safe starting point near the position and goes back from there, twice as far each time. */
static ssize_t find_safe_point(TextIO *t, Cookie *c, const char *input, ssize_t *to_skip)
{
    ssize_t skip = (ssize_t)(t->bytes_per_char * (double)*to_skip), back = 1;
    skip = MIN(skip, as_bytes(t->snapshot_input)->length);
    while (skip > 0) {
        if (set_decoder_state(t, c) < 0) return -1;
        ssize_t chars = count_decoded(t, input, skip, false);
        if (chars < 0) return -1;
        if (chars <= *to_skip) {
            int flags;
            ssize_t held = held_back(t, &flags);
            if (held < 0) return -1;
            if (held == 0) {
                c->flags = flags;
                *to_skip -= chars;
                return skip;
            }
            skip -= held;
            back = 1;
        } else {
            skip -= back;
            back *= 2;
        }
    }
    return set_decoder_state(t, c) < 0 ? -1 : 0;
}

/* From the safe point on, byte by byte. */
static int count_bytes(TextIO *t, Cookie *c, const char *input, const char *end, ssize_t to_skip)
{
    ssize_t chars = 0;
    for (; input < end; input++) {
        ssize_t n = count_decoded(t, input, 1, false);
        int flags;
        ssize_t held = n < 0 ? -1 : held_back(t, &flags);
        if (held < 0) return -1;
        chars += n;
        c->bytes_to_feed++;
        if (held == 0 && chars <= to_skip) { /* another safe point */
            c->start += c->bytes_to_feed;
            to_skip -= chars;
            c->flags = flags;
            c->bytes_to_feed = 0;
            chars = 0;
        }
        if (chars >= to_skip) break;
    }
    if (input == end) {
        ssize_t n = count_decoded(t, "", 0, true);
        if (n < 0) return -1;
        chars += n;
        c->needs_eof = true;
        if (chars < to_skip) {
            error_set(&type_OSError, "can't reconstruct logical file position");
            return -1;
        }
    }
    c->chars_to_skip = (int32_t)to_skip;
    return 0;
}

static int locate(TextIO *t, Cookie *c)
{
    const char *input = as_bytes(t->snapshot_input)->data, *end = input + as_bytes(t->snapshot_input)->length;
    ssize_t to_skip = t->used;
    ssize_t skip = find_safe_point(t, c, input, &to_skip);
    if (skip < 0) return -1;
    c->start += skip;
    c->chars_to_skip = (int32_t)to_skip;
    return to_skip == 0 ? 0 : count_bytes(t, c, input + skip, end, to_skip);
}

Value text_tell(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    if (!text_check_open(t)) return VALUE_NULL;
    if (!t->is_seekable) return io_unsupported("underlying stream is not seekable");
    if (!t->is_telling) return error_set(&type_OSError, "telling position disabled by next() call");
    if (text_flush_pending(t) < 0) return VALUE_NULL;
    Value flushed = call_method_0(self, ID(flush));
    if (value_is_null(flushed)) return flushed;
    value_decref(flushed);
    Value position = call_method_0(t->buffer, ID(tell));
    if (value_is_null(position) || value_is_null(t->decoder) || value_is_null(t->snapshot_input)) return position;
    Cookie c = {0};
    bool is_good = arg_as_int64(position, &c.start) && arg_as_int(t->snapshot_flags, &c.flags);
    value_decref(position);
    if (!is_good) return VALUE_NULL;
    c.start -= as_bytes(t->snapshot_input)->length;
    if (value_is_null(t->decoded) || t->used == 0) return pack_cookie(&c);
    Value state = call_method_0(t->decoder, ID(getstate));
    if (value_is_null(state)) return state;
    int status = locate(t, &c);
    Value pending = error_fetch();
    Value restored = call_method_1(t->decoder, ID(setstate), state);
    value_decref(state);
    if (!value_is_null(pending)) {
        if (value_is_null(restored))
            error_set_context(pending);
        else
            error_restore(pending);
    }
    if (value_is_null(restored)) return VALUE_NULL;
    value_decref(restored);
    return status < 0 ? VALUE_NULL : pack_cookie(&c);
}

/* --- seek --- */

static int call_and_drop(STEALS Value result)
{
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static Value seek_end(Value self, TextIO *t)
{
    if (call_and_drop(call_method_0(self, ID(flush))) < 0) return VALUE_NULL;
    text_set_decoded(t, VALUE_NULL);
    text_clear_snapshot(t);
    if (!value_is_null(t->decoder) && call_and_drop(call_method_0(t->decoder, ID(reset))) < 0) return VALUE_NULL;
    Value position = call_method_2(t->buffer, ID(seek), value_from_small_int(0), value_from_small_int(2));
    if (value_is_null(position)) return position;
    int is_start = rich_compare_bool(position, value_from_small_int(0), CMP_EQ);
    if (is_start < 0 || text_reset_encoder(t, is_start) < 0) {
        value_decref(position);
        return VALUE_NULL;
    }
    return position;
}

/* Feeds the decoder what stood between the safe point and the position. */
static int replay(TextIO *t, const Cookie *c)
{
    Value input = c->chars_to_skip ? call_method_1(t->buffer, ID(read), value_from_small_int(c->bytes_to_feed))
                                   : bytes_new(NULL, 0);
    if (value_is_null(input)) return -1;
    if (!is_bytes(input)) {
        error_format(&type_TypeError, "underlying read() should have returned a bytes object, not '%.200s'",
                     type_of(input)->name);
        value_decref(input);
        return -1;
    }
    text_clear_snapshot(t);
    t->snapshot_flags = value_from_small_int(c->flags);
    t->snapshot_input = input;
    if (!c->chars_to_skip) return 0;
    Value decoded = io_decode(t->decoder, input, c->needs_eof);
    if (value_is_null(decoded)) return -1;
    ssize_t length = str_length(decoded);
    text_set_decoded(t, decoded);
    if (length < c->chars_to_skip) {
        error_set(&type_OSError, "can't restore logical file position");
        return -1;
    }
    t->used = c->chars_to_skip;
    return 0;
}

static Value seek_cookie(Value self, TextIO *t, Value cookie_value)
{
    int is_negative = rich_compare_bool(cookie_value, value_from_small_int(0), CMP_LT);
    if (is_negative < 0) return VALUE_NULL;
    if (is_negative) return error_format(&type_ValueError, "negative seek position %R", cookie_value);
    if (call_and_drop(call_method_0(self, ID(flush))) < 0) return VALUE_NULL;
    Cookie c;
    Value number = number_index(cookie_value);
    if (value_is_null(number)) return number;
    int status = unpack_cookie(number, &c);
    value_decref(number);
    if (status < 0) return VALUE_NULL;
    Value start = int_from_int64(c.start);
    if (value_is_null(start)) return start;
    status = call_and_drop(call_method_1(t->buffer, ID(seek), start));
    value_decref(start);
    if (status < 0) return VALUE_NULL;
    text_set_decoded(t, VALUE_NULL);
    text_clear_snapshot(t);
    if (!value_is_null(t->decoder) && set_decoder_state(t, &c) < 0) return VALUE_NULL;
    if (!value_is_null(t->decoder) && replay(t, &c) < 0) return VALUE_NULL;
    if (text_reset_encoder(t, c.start == 0 && c.flags == 0) < 0) return VALUE_NULL;
    return value_incref(cookie_value);
}

Value text_seek(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    int whence = 0;
    if (nargs > 1 && !arg_as_int(args[1], &whence)) return VALUE_NULL;
    if (!text_check_open(t)) return VALUE_NULL;
    if (!t->is_seekable) return io_unsupported("underlying stream is not seekable");
    if (whence == 0) return seek_cookie(self, t, args[0]);
    if (whence != 1 && whence != 2)
        return error_format(&type_ValueError, "invalid whence (%d, should be %d, %d or %d)", whence, 0, 1, 2);
    int is_zero = rich_compare_bool(args[0], value_from_small_int(0), CMP_EQ);
    if (is_zero < 0) return VALUE_NULL;
    if (!is_zero)
        return io_unsupported(whence == 1 ? "can't do nonzero cur-relative seeks"
                                          : "can't do nonzero end-relative seeks");
    if (whence == 2) return seek_end(self, t);
    Value here = call_method_0(self, ID(tell)); /* to where it is: brings the buffer in step with the decoder */
    if (value_is_null(here)) return here;
    Value result = seek_cookie(self, t, here);
    value_decref(here);
    return result;
}

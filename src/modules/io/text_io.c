/* text_io: TextIOWrapper: characters over a buffered stream of bytes.
 *
 * Writing: the text is encoded at once, by a C codec for the usual encodings, and collected in `pending` until a chunk
 * is full or a flush is due. Reading: chunks are decoded into `decoded`, from which lines and pieces are cut;
 * `snapshot` remembers the decoder's state before the chunk so that tell() can say where a character came from. */
#include "modules/io/text_io.h"

#include "modules/io/buffered.h"

#include <langinfo.h>

#include "gc/gc.h"
#include "objects/int.h"
#include "objects/search.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"
#include "vm/runtime.h"

enum { CHUNK_SIZE = 8192 };

/* --- checks --- */

bool text_check(TextIO *t)
{
    if (LIKELY(t->is_ready && !t->is_detached)) return true;
    error_set(&type_ValueError,
              t->is_detached ? "underlying buffer has been detached" : "I/O operation on uninitialized object");
    return false;
}

bool text_check_open(TextIO *t)
{
    if (!text_check(t)) return false;
    if (value_has_type(value_from_object(t), &type_io_text)) {
        int closed = buffered_is_closed(t->buffer);
        if (closed > 0) error_set(&type_ValueError, "I/O operation on closed file.");
        return closed == 0;
    }
    return !io_check_closed(value_from_object(t));
}

/* --- encoding and decoding --- */

static int is_text_codec(Value codec)
{
    if (is_exact_tuple(codec)) return 1;
    bool failed;
    Value flag = get_attr_optional(codec, ID(_is_text_encoding), &failed);
    if (value_is_null(flag)) return failed ? -1 : 1;
    int truth = is_true(flag);
    value_decref(flag);
    return truth;
}

/* In development mode an unknown error handler is refused at once. */
static bool handler_is_known(TextIO *t)
{
    const char *errors = codecs_check_names ? str_as_utf8(t->errors, NULL) : NULL;
    if (!errors) return !error_occurred();
    Value handler = codecs_lookup_error(errors);
    value_xdecref(handler);
    return !value_is_null(handler);
}

/* The CodecInfo of an encoding that is for text. */
static Value look_up_codec(const char *encoding)
{
    Value codec = codecs_lookup(encoding);
    if (value_is_null(codec)) return codec;
    int is_text = is_text_codec(codec);
    if (is_text > 0) return codec;
    value_decref(codec);
    if (is_text < 0) return VALUE_NULL;
    return error_format(&type_LookupError,
                        "'%.400s' is not a text encoding; use codecs.open() to handle arbitrary codecs", encoding);
}

static Value make_incremental(Value codec, Value attribute, Value errors)
{
    Value factory = get_attr(codec, attribute);
    if (value_is_null(factory)) return factory;
    Value result = call_1(factory, errors);
    value_decref(factory);
    return result;
}

/* Decoder and encoder for what the buffer can do. */
static int set_codecs(TextIO *t, const char *encoding)
{
    int readable = io_ask(t->buffer, ID(readable)), writable = readable < 0 ? -1 : io_ask(t->buffer, ID(writable));
    if (readable < 0 || writable < 0) return -1;
    t->fast = codec_by_name(encoding);
    if (t->fast != CODEC_UTF8 && t->fast != CODEC_ASCII && t->fast != CODEC_LATIN1) t->fast = CODEC_OTHER;
    t->can_write = writable;
    value_clear(&t->decoder);
    value_clear(&t->encoder);
    Value codec = VALUE_NULL, decoder = VALUE_NULL;
    if (t->fast == CODEC_OTHER) {
        codec = look_up_codec(encoding);
        if (value_is_null(codec)) return -1;
    }
    int status = -1;
    if (readable) {
        decoder = t->fast == CODEC_OTHER ? make_incremental(codec, ID(incrementaldecoder), t->errors)
                                         : io_fast_decoder_new(encoding, t->errors);
        if (!value_is_null(decoder) && t->rule.is_universal) {
            Value outer = io_newline_decoder_new(decoder, t->rule.is_translated);
            value_decref(decoder);
            decoder = outer;
        }
        if (value_is_null(decoder)) goto done;
        t->decoder = decoder;
    }
    if (writable && t->fast == CODEC_OTHER) {
        t->encoder = make_incremental(codec, ID(incrementalencoder), t->errors);
        if (value_is_null(t->encoder)) goto done;
    }
    status = 0;
done:
    value_xdecref(codec);
    return status;
}

int text_reset_encoder(TextIO *t, bool is_start)
{
    t->is_start_of_stream = is_start;
    if (value_is_null(t->encoder)) return 0;
    Value result = is_start ? call_method_0(t->encoder, ID(reset))
                            : call_method_1(t->encoder, ID(setstate), value_from_small_int(0));
    value_xdecref(result);
    return value_is_null(result) ? -1 : 0;
}

int text_decoder_state(TextIO *t, Value *bytes, Value *flags)
{
    Value state = call_method_0(t->decoder, ID(getstate));
    if (value_is_null(state)) return -1;
    if (!is_tuple(state) || tuple_length(state) != 2) {
        error_set(&type_TypeError, "illegal decoder state");
    } else if (!is_bytes(tuple_item_borrow(state, 0))) {
        error_format(&type_TypeError, "illegal decoder state: the first item should be a bytes object, not '%.200s'",
                     type_of(tuple_item_borrow(state, 0))->name);
    } else if (!is_int(tuple_item_borrow(state, 1))) {
        error_set(&type_TypeError, "illegal decoder state");
    } else {
        *bytes = value_incref(tuple_item_borrow(state, 0));
        *flags = value_incref(tuple_item_borrow(state, 1));
        value_decref(state);
        return 0;
    }
    value_decref(state);
    return -1;
}

/* --- the state of reading --- */

void text_set_decoded(TextIO *t, STEALS Value decoded)
{
    value_replace(&t->decoded, decoded);
    t->used = 0;
}

void text_clear_snapshot(TextIO *t)
{
    value_clear(&t->snapshot_flags);
    value_clear(&t->snapshot_input);
}

/* The next n decoded characters (all for n < 0) that are there. */
static Value take_decoded(TextIO *t, ssize_t n)
{
    if (value_is_null(t->decoded)) return str_empty();
    ssize_t left = str_length(t->decoded) - t->used;
    if (n < 0 || n > left) n = left;
    Value text = str_slice(t->decoded, t->used, t->used + n);
    if (!value_is_null(text)) t->used += n;
    return text;
}

/* Bytes from the buffer. */
static Value read_bytes(TextIO *t, ssize_t size)
{
    Value bytes = call_method_1(t->buffer, t->has_read1 ? ID(read1) : ID(read), value_from_small_int(size));
    if (value_is_null(bytes) || supports_buffer(bytes)) return bytes;
    error_format(&type_TypeError, "underlying %s() should have returned a bytes-like object, not '%.200s'",
                 t->has_read1 ? "read1" : "read", type_of(bytes)->name);
    value_decref(bytes);
    return VALUE_NULL;
}

static ssize_t buffer_length(Value v)
{
    if (is_bytes(v)) return as_bytes(v)->length;
    Buffer view;
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return -1;
    ssize_t length = view.length;
    buffer_release(&view);
    return length;
}

static int take_snapshot(TextIO *t, STEALS Value held, STEALS Value flags, Value input)
{
    Value all;
    if (as_bytes(held)->length == 0 && is_bytes(input)) {
        all = value_incref(input);
    } else {
        all = sequence_concat(held, input);
    }
    value_decref(held);
    if (value_is_null(all)) {
        value_decref(flags);
        return -1;
    }
    value_replace(&t->snapshot_flags, flags);
    value_replace(&t->snapshot_input, all);
    return 0;
}

/* Reads and decodes one chunk: 1, 0 at the end, -1. */
static int read_chunk(TextIO *t, ssize_t size_hint)
{
    if (value_is_null(t->decoder)) {
        io_unsupported("not readable");
        return -1;
    }
    Value held = VALUE_NULL, flags = VALUE_NULL;
    if (t->is_telling && text_decoder_state(t, &held, &flags) < 0) return -1;
    if (size_hint > 0) size_hint = (ssize_t)(t->bytes_per_char * (double)MAX(size_hint, 1));
    Value input = read_bytes(t, MAX(t->chunk_size, size_hint));
    ssize_t size = value_is_null(input) ? -1 : buffer_length(input);
    Value decoded = size < 0 ? VALUE_NULL : io_decode(t->decoder, input, size == 0);
    if (value_is_null(decoded)) {
        value_xdecref(input);
        value_xdecref(held);
        value_xdecref(flags);
        return -1;
    }
    ssize_t length = str_length(decoded);
    text_set_decoded(t, decoded);
    t->bytes_per_char = length > 0 ? (double)size / (double)length : 0.0;
    int status = size > 0 || length > 0;
    if (t->is_telling && take_snapshot(t, held, flags, input) < 0) status = -1;
    value_decref(input);
    return status;
}

/* --- writing --- */

int text_flush_pending(TextIO *t)
{
    if (t->pending.length == 0) return 0;
    Value bytes = bytes_builder_finish(&t->pending);
    if (value_is_null(bytes)) return -1;
    Value result;
    do result = call_method_1(t->buffer, ID(write), bytes);
    while (value_is_null(result) && error_catch(&type_InterruptedError));
    value_decref(bytes);
    value_xdecref(result);
    return value_is_null(result) ? -1 : 0;
}

static Value encode_fast(TextIO *t, Value text)
{
    const char *errors = str_as_utf8(t->errors, NULL);
    if (!errors) return VALUE_NULL;
    if (t->fast == CODEC_UTF8) return codec_utf8_encode(text, errors);
    return t->fast == CODEC_ASCII ? codec_ascii_encode(text, errors) : codec_latin1_encode(text, errors);
}

/* Encodes into `pending`; -1 with an error. */
static int add_encoded(TextIO *t, Value text)
{
    const Str *s = as_str(text);
    if (t->fast != CODEC_OTHER && s->is_ascii) {
        t->is_start_of_stream = false;
        if (t->pending.length + s->length > t->chunk_size && text_flush_pending(t) < 0) return -1;
        return bytes_builder_add(&t->pending, s->data, s->length);
    }
    Value bytes = t->fast != CODEC_OTHER ? encode_fast(t, text) : call_method_1(t->encoder, ID(encode), text);
    if (value_is_null(bytes)) return -1;
    t->is_start_of_stream = false;
    int status = -1;
    if (!is_bytes(bytes)) {
        error_format(&type_TypeError, "encoder should return a bytes object, not '%.200s'", type_of(bytes)->name);
    } else if (t->pending.length + as_bytes(bytes)->length <= t->chunk_size || text_flush_pending(t) == 0) {
        status = bytes_builder_add(&t->pending, as_bytes(bytes)->data, as_bytes(bytes)->length);
    }
    value_decref(bytes);
    return status;
}

static bool has_char(const Str *s, uint32_t c)
{
    return search_char(s->data, s->kind, s->length, c, 1) >= 0;
}

/* After a write, reading goes on with what the buffer then gives. */
static int forget_reads(TextIO *t)
{
    if (!value_is_null(t->decoded)) text_set_decoded(t, VALUE_NULL);
    text_clear_snapshot(t);
    if (value_is_null(t->decoder)) return 0;
    Value result = call_method_0(t->decoder, ID(reset));
    value_xdecref(result);
    return value_is_null(result) ? -1 : 0;
}

static Value text_write(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    if (!is_str(args[0]))
        return error_format(&type_TypeError, "write() argument must be str, not %.50s",
                            value_is_none(args[0]) ? "None" : type_of(args[0])->name);
    if (!text_check_open(t)) return VALUE_NULL;
    if (!t->can_write) return io_unsupported("not writable");
    const Str *s = as_str(args[0]);
    bool has_lf = (!value_is_null(t->write_newline) || t->line_buffering) && has_char(s, '\n');
    bool must_flush = t->line_buffering && (has_lf || has_char(s, '\r'));
    Value text = value_incref(args[0]);
    if (has_lf && !value_is_null(t->write_newline)) {
        Value lf = str_from_char('\n');
        Value translated = str_replace_all(text, lf, t->write_newline, -1);
        value_decref(lf);
        value_decref(text);
        if (value_is_null(translated)) return translated;
        text = translated;
    }
    int status = add_encoded(t, text);
    value_decref(text);
    if (status < 0) return VALUE_NULL;
    if ((t->pending.length >= t->chunk_size || must_flush || t->write_through) && text_flush_pending(t) < 0)
        return VALUE_NULL;
    if (must_flush) {
        Value result = call_method_0(t->buffer, ID(flush));
        if (value_is_null(result)) return result;
        value_decref(result);
    }
    if (forget_reads(t) < 0) return VALUE_NULL;
    return value_from_small_int(str_length(args[0]));
}

/* --- reading --- */

static Value read_all(TextIO *t)
{
    Value bytes = call_method_0(t->buffer, ID(read));
    if (value_is_null(bytes)) return bytes;
    if (value_is_none(bytes)) {
        value_decref(bytes);
        return error_format(&type_BlockingIOError,
                            "underlying read() should have returned a bytes-like object, not None");
    }
    Value rest = io_decode(t->decoder, bytes, true);
    value_decref(bytes);
    if (value_is_null(rest)) return rest;
    Value text = take_decoded(t, -1);
    if (!value_is_null(text)) str_append(&text, rest);
    value_decref(rest);
    text_set_decoded(t, VALUE_NULL);
    text_clear_snapshot(t);
    return text;
}

static Value text_read(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    ssize_t size;
    if (!io_size_argument(nargs ? args[0] : VALUE_NULL, &size) || !text_check_open(t)) return VALUE_NULL;
    if (value_is_null(t->decoder)) return io_unsupported("not readable");
    if (text_flush_pending(t) < 0) return VALUE_NULL;
    if (size < 0) return read_all(t);
    Value text = take_decoded(t, size);
    while (!value_is_null(text) && str_length(text) < size) {
        int status = read_chunk(t, size - str_length(text));
        if (status < 0) {
            if (error_catch(&type_InterruptedError)) continue;
            value_decref(text);
            return VALUE_NULL;
        }
        if (status == 0) break;
        Value more = take_decoded(t, size - str_length(text));
        if (value_is_null(more)) {
            value_decref(text);
            return VALUE_NULL;
        }
        str_append(&text, more);
        value_decref(more);
    }
    return text;
}

/* Makes sure that there are decoded characters: 1, 0 at the end, -1. */
static int have_decoded(TextIO *t)
{
    while (value_is_null(t->decoded) || t->used >= str_length(t->decoded)) {
        int status = read_chunk(t, 0);
        if (status < 0 && error_catch(&type_InterruptedError)) continue;
        if (status <= 0) return status;
    }
    return 1;
}

/* Goes on with a line whose end is not in what has been decoded. */
static Value continue_line(TextIO *t, STEALS Value line, ssize_t consumed, ssize_t limit)
{
    ssize_t scan_from = consumed;
    while (!value_is_null(line)) {
        if (limit >= 0 && str_length(line) >= limit) break;
        int status = have_decoded(t);
        if (status < 0) {
            value_decref(line);
            return VALUE_NULL;
        }
        if (status == 0) {
            text_set_decoded(t, VALUE_NULL);
            text_clear_snapshot(t);
            break;
        }
        ssize_t before = str_length(line), start = t->used;
        Value more = take_decoded(t, -1);
        if (value_is_null(more))
            value_clear(&line);
        else
            str_append(&line, more);
        value_xdecref(more);
        if (value_is_null(line)) break;
        ssize_t end = io_find_line_end(&t->rule, line, scan_from, str_length(line), &scan_from);
        bool is_found = end >= 0;
        if (!is_found) end = str_length(line);
        if (limit >= 0 && end > limit) {
            end = limit;
            is_found = true;
        }
        if (is_found) { /* what is too much is given back */
            Value exact = str_slice(line, 0, end);
            t->used = start + (end - before);
            value_decref(line);
            return exact;
        }
    }
    return line;
}

static Value read_line(TextIO *t, ssize_t limit)
{
    if (text_flush_pending(t) < 0) return VALUE_NULL;
    int status = have_decoded(t);
    if (status < 0) return VALUE_NULL;
    if (status == 0) {
        text_set_decoded(t, VALUE_NULL);
        text_clear_snapshot(t);
        return str_empty();
    }
    ssize_t start = t->used, length = str_length(t->decoded), consumed;
    ssize_t end = io_find_line_end(&t->rule, t->decoded, start, length, &consumed);
    bool is_complete = end >= 0;
    if (!is_complete) end = length;
    if (limit >= 0 && end - start >= limit) {
        end = start + limit;
        is_complete = true;
    }
    Value line = str_slice(t->decoded, start, end);
    if (value_is_null(line)) return line;
    t->used = end;
    return is_complete ? line : continue_line(t, line, consumed - start, limit);
}

static Value text_readline(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    ssize_t limit = -1;
    if (nargs && !arg_as_ssize(args[0], &limit)) return VALUE_NULL;
    if (!text_check_open(t)) return VALUE_NULL;
    return read_line(t, limit);
}

static Value text_next(Value self)
{
    TextIO *t = as_text(self);
    if (!text_check(t)) return VALUE_NULL;
    t->is_telling = false;
    Value line;
    if (object_has_type(self, &type_io_text)) {
        if (!text_check_open(t)) return VALUE_NULL;
        line = read_line(t, -1);
    } else {
        line = call_method_0(self, ID(readline));
        if (!value_is_null(line) && !is_str(line)) {
            error_format(&type_OSError, "readline() should have returned a str object, not '%.200s'",
                         type_of(line)->name);
            value_decref(line);
            return VALUE_NULL;
        }
    }
    if (value_is_null(line)) return line;
    if (str_length(line) > 0) return line;
    value_decref(line);
    text_clear_snapshot(t);
    t->is_telling = t->is_seekable;
    return VALUE_NULL;
}

/* --- flush, close, detach --- */

static Value text_flush(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    if (!text_check_open(t)) return VALUE_NULL;
    t->is_telling = t->is_seekable;
    if (text_flush_pending(t) < 0) return VALUE_NULL;
    return call_method_0(t->buffer, ID(flush));
}

static Value text_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    if (!text_check(t)) return VALUE_NULL;
    int closed = io_is_closed(self);
    if (closed) return closed < 0 ? VALUE_NULL : VALUE_NONE;
    if (t->is_finalizing) {
        Value result = call_method_1(t->buffer, ID(_dealloc_warn), self);
        if (value_is_null(result)) error_clear();
        value_xdecref(result);
    }
    Value flushed = call_method_0(self, ID(flush));
    value_xdecref(flushed);
    return io_close_after(t->buffer, ID(close)) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value text_detach(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    if (!text_check(t)) return VALUE_NULL;
    Value flushed = call_method_0(self, ID(flush));
    if (value_is_null(flushed)) return flushed;
    value_decref(flushed);
    Value buffer = t->buffer;
    t->buffer = VALUE_NULL;
    t->is_detached = true;
    return buffer;
}

static Value text_truncate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    if (!text_check(t)) return VALUE_NULL;
    Value flushed = call_method_0(self, ID(flush));
    if (value_is_null(flushed)) return flushed;
    value_decref(flushed);
    return call_method_1(t->buffer, ID(truncate), nargs ? args[0] : VALUE_NONE);
}

/* --- life --- */

static bool is_legal_newline(const char *newline)
{
    return !newline || !*newline || strcmp(newline, "\n") == 0 || strcmp(newline, "\r") == 0 ||
           strcmp(newline, "\r\n") == 0;
}

static int set_newline(TextIO *t, const char *newline)
{
    value_clear(&t->rule.newline);
    value_clear(&t->write_newline);
    t->rule.is_universal = !newline || !*newline;
    t->rule.is_translated = !newline;
    if (newline && *newline) {
        t->rule.newline = str_from_cstr(newline);
        if (value_is_null(t->rule.newline)) return -1;
        if (*newline == '\r') t->write_newline = value_incref(t->rule.newline);
    }
    return 0;
}

Value io_locale_encoding(void)
{
    const char *name = nl_langinfo(CODESET);
    bool is_unset = options.utf8_mode || !name || !*name || strcmp(name, "ANSI_X3.4-1968") == 0;
    return str_from_cstr(is_unset ? "utf-8" : name);
}

/* The arguments of the constructor, converted. */
typedef struct TextOptions {
    Value buffer, encoding, errors;
    const char *newline;
    bool line_buffering, write_through;
} TextOptions;

static bool text_argument(Value v, const char *name, const char **text)
{
    *text = NULL;
    if (value_is_null(v) || value_is_none(v)) return true;
    if (!is_str(v)) {
        error_format(&type_TypeError, "TextIOWrapper() argument '%s' must be str or None, not %.50s", name,
                     type_of(v)->name);
        return false;
    }
    ssize_t size;
    *text = str_as_utf8(v, &size);
    if (*text && (size_t)size != strlen(*text)) {
        error_set(&type_ValueError, "embedded null character");
        return false;
    }
    return *text != NULL;
}

static bool parse_options(const Value *args, ssize_t nargs, Value kwnames, TextOptions *o, const char **encoding)
{
    static const char *const names[] = {"buffer",         "encoding",      "errors", "newline",
                                        "line_buffering", "write_through", NULL};
    static const ArgSpec spec = {"TextIOWrapper", names, 1, 6, 0};
    Value given[6];
    const char *errors;
    *o = (TextOptions){0};
    if (!args_parse(&spec, args, nargs, kwnames, given)) return false;
    o->buffer = given[0];
    o->encoding = given[1];
    o->errors = given[2];
    if (!text_argument(given[1], "encoding", encoding) || !text_argument(given[2], "errors", &errors) ||
        !text_argument(given[3], "newline", &o->newline))
        return false;
    if (!value_is_null(given[4]) && !arg_as_bool(given[4], &o->line_buffering)) return false;
    if (!value_is_null(given[5]) && !arg_as_bool(given[5], &o->write_through)) return false;
    if (!is_legal_newline(o->newline)) {
        error_format(&type_ValueError, "illegal newline value: %s", o->newline);
        return false;
    }
    return true;
}

/* Where something has been written already, no byte order mark is due. */
static int start_encoder(TextIO *t)
{
    t->is_start_of_stream = true;
    if (!t->is_seekable || !t->can_write) return 0;
    Value position = call_method_0(t->buffer, ID(tell));
    if (value_is_null(position)) return -1;
    int is_start = rich_compare_bool(position, value_from_small_int(0), CMP_EQ);
    value_decref(position);
    if (is_start < 0) return -1;
    return is_start ? 0 : text_reset_encoder(t, false);
}

static int start_positions(TextIO *t)
{
    int seekable = io_ask(t->buffer, ID(seekable));
    if (seekable < 0) return -1;
    t->is_seekable = t->is_telling = seekable;
    return start_encoder(t);
}

static int text_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = as_text(self);
    TextOptions o;
    const char *encoding;
    t->is_ready = t->is_detached = false;
    if (!parse_options(args, nargs, kwnames, &o, &encoding)) return -1;
    value_clear(&t->decoder);
    value_clear(&t->encoder);
    text_set_decoded(t, VALUE_NULL);
    text_clear_snapshot(t);
    bytes_builder_discard(&t->pending);
    if (!encoding && options.warn_default_encoding &&
        warn_format(&type_EncodingWarning, 1, "'encoding' argument not specified") < 0)
        return -1;
    Value encoding_value =
        encoding && strcmp(encoding, "locale") != 0 ? value_incref(o.encoding) : io_locale_encoding();
    if (value_is_null(encoding_value)) return -1;
    value_replace(&t->encoding, encoding_value);
    bool has_errors = !value_is_null(o.errors) && !value_is_none(o.errors);
    value_replace(&t->errors, has_errors ? value_incref(o.errors) : str_from_cstr("strict"));
    if (!handler_is_known(t) || set_newline(t, o.newline) < 0) return -1;
    t->line_buffering = o.line_buffering;
    t->write_through = o.write_through;
    t->chunk_size = CHUNK_SIZE;
    t->bytes_per_char = 0.0;
    value_replace(&t->buffer, value_incref(o.buffer));
    if (set_codecs(t, str_as_utf8(t->encoding, NULL)) < 0) return -1;
    int has_read1 = has_attr(t->buffer, ID(read1));
    if (has_read1 < 0) return -1;
    t->has_read1 = has_read1;
    if (start_positions(t) < 0) return -1;
    t->is_ready = true;
    return 0;
}

static Value text_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    TextIO *t = object_alloc_zeroed(type, type->instance_size);
    if (!t) return VALUE_NULL;
    bytes_builder_init(&t->pending);
    if (!gc_is_tracked(t)) gc_track(t);
    return value_from_object(t);
}

static void clear_values(TextIO *t)
{
    Value *places[] = {&t->buffer,        &t->encoding, &t->errors,         &t->encoder,        &t->decoder,
                       &t->write_newline, &t->decoded,  &t->snapshot_flags, &t->snapshot_input, &t->rule.newline};
    for (size_t i = 0; i < COUNT_OF(places); i++) value_clear(places[i]);
}

static void text_destroy(Object *object)
{
    TextIO *t = (TextIO *)object;
    t->is_finalizing = true;
    if (io_finalize(object)) return;
    t->is_ready = false;
    bytes_builder_discard(&t->pending);
    clear_values(t);
    io_destroy_fields(object, sizeof *t);
}

static int text_traverse(Object *object, GcVisit visit, void *argument)
{
    TextIO *t = (TextIO *)object;
    GC_VISIT(t->buffer);
    GC_VISIT(t->encoder);
    GC_VISIT(t->decoder);
    return io_traverse_fields(object, visit, argument);
}

static void text_clear(Object *object)
{
    TextIO *t = (TextIO *)object;
    t->is_ready = false;
    clear_values(t);
    value_clear(&t->dict);
}

/* --- reconfigure --- */

static int convert_flag(Value v, bool *flag)
{
    if (value_is_null(v) || value_is_none(v)) return 0;
    int truth = is_true(v);
    if (truth >= 0) *flag = truth;
    return truth < 0 ? -1 : 0;
}

/* errors without an encoding keep the encoding; an encoding without errors means strict. */
static int change_encoding(TextIO *t, Value encoding, Value errors, bool newline_changed)
{
    bool has_encoding = !value_is_null(encoding) && !value_is_none(encoding);
    bool has_errors = !value_is_null(errors) && !value_is_none(errors);
    if (!has_encoding && !has_errors && !newline_changed) return 0;
    if (!has_errors) errors = has_encoding ? ID(strict) : t->errors;
    Value name = has_encoding ? value_incref(encoding) : value_incref(t->encoding);
    if (has_encoding && str_equal_cstr(encoding, "locale")) value_replace(&name, io_locale_encoding());
    Value old_errors = value_incref(t->errors);
    value_replace(&t->errors, value_incref(errors));
    const char *text = value_is_null(name) ? NULL : str_as_utf8(name, NULL);
    if (!text || set_codecs(t, text) < 0) {
        value_replace(&t->errors, old_errors);
        value_xdecref(name);
        return -1;
    }
    value_decref(old_errors);
    value_replace(&t->encoding, name);
    return start_encoder(t);
}

static Value text_reconfigure(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"encoding", "errors", "newline", "line_buffering", "write_through", NULL};
    static const ArgSpec spec = {"reconfigure", names, 0, 0, 0};
    Value given[5];
    TextIO *t = as_text(self);
    if (!args_parse(&spec, args, nargs, kwnames, given) || !text_check(t)) return VALUE_NULL;
    bool has_newline = !value_is_null(given[2]) && !value_is(given[2], VALUE_ELLIPSIS);
    bool changes_coding = has_newline || (!value_is_null(given[0]) && !value_is_none(given[0])) ||
                          (!value_is_null(given[1]) && !value_is_none(given[1]));
    if (!value_is_null(t->decoded) && changes_coding)
        return io_unsupported("It is not possible to set the encoding or newline of stream after the first read");
    for (int i = 0; i < 2; i++)
        if (!value_is_null(given[i]) && !value_is_none(given[i]) && !is_str(given[i]))
            return error_format(&type_TypeError, "reconfigure() argument '%s' must be str or None, not %.50s", names[i],
                                type_of(given[i])->name);
    const char *newline = NULL;
    if (has_newline && !value_is_none(given[2])) {
        if (!is_str(given[2]))
            return error_format(&type_TypeError, "reconfigure() argument 'newline' must be str or None, not %.50s",
                                type_of(given[2])->name);
        newline = str_as_utf8(given[2], NULL);
        if (!newline) return VALUE_NULL;
        if (!is_legal_newline(newline)) return error_format(&type_ValueError, "illegal newline value: %s", newline);
    }
    bool line_buffering = t->line_buffering, write_through = t->write_through;
    if (convert_flag(given[3], &line_buffering) < 0 || convert_flag(given[4], &write_through) < 0) return VALUE_NULL;
    Value flushed = call_method_0(self, ID(flush));
    if (value_is_null(flushed)) return flushed;
    value_decref(flushed);
    text_set_decoded(t, VALUE_NULL);
    if (has_newline && set_newline(t, newline) < 0) return VALUE_NULL;
    if (change_encoding(t, given[0], given[1], has_newline) < 0) return VALUE_NULL;
    t->line_buffering = line_buffering;
    t->write_through = write_through;
    return VALUE_NONE;
}

/* --- attributes --- */

#define PASS_ON(function, name)                                                                                        \
    static Value function(Value self, const Value *args, ssize_t nargs, Value kwnames)                                 \
    {                                                                                                                  \
        TextIO *t = as_text(self);                                                                                     \
        return text_check(t) ? call_method_0(t->buffer, name) : VALUE_NULL;                                            \
    }
PASS_ON(text_fileno, ID(fileno))
PASS_ON(text_seekable, ID(seekable))
PASS_ON(text_readable, ID(readable))
PASS_ON(text_writable, ID(writable))
PASS_ON(text_isatty, ID(isatty))

static Value get_name(Value self, void *closure)
{
    TextIO *t = as_text(self);
    return text_check(t) ? get_attr(t->buffer, ID(name)) : VALUE_NULL;
}

static Value get_closed(Value self, void *closure)
{
    TextIO *t = as_text(self);
    return text_check(t) ? get_attr(t->buffer, ID(closed)) : VALUE_NULL;
}

static Value get_newlines(Value self, void *closure)
{
    TextIO *t = as_text(self);
    if (!text_check(t)) return VALUE_NULL;
    if (value_is_null(t->decoder)) return VALUE_NONE;
    bool failed;
    Value newlines = get_attr_optional(t->decoder, ID(newlines), &failed);
    return value_is_null(newlines) && !failed ? VALUE_NONE : newlines;
}

static Value get_errors(Value self, void *closure)
{
    TextIO *t = as_text(self);
    if (!t->is_ready) return error_set(&type_ValueError, "I/O operation on uninitialized object");
    return value_incref(t->errors);
}

static Value get_chunk_size(Value self, void *closure)
{
    TextIO *t = as_text(self);
    return text_check(t) ? value_from_small_int(t->chunk_size) : VALUE_NULL;
}

static int set_chunk_size(Value self, Value value, void *closure)
{
    TextIO *t = as_text(self);
    if (!text_check(t)) return -1;
    if (value_is_null(value)) {
        error_set(&type_AttributeError, "cannot delete attribute");
        return -1;
    }
    ssize_t n = number_as_ssize(value, &type_ValueError);
    if (n == -1 && error_occurred()) return -1;
    if (n <= 0) {
        error_set(&type_ValueError, "a strictly positive integer is required");
        return -1;
    }
    t->chunk_size = n;
    return 0;
}

/* " name=…" when there is such an attribute, "" otherwise. */
static Value repr_part(Value self, Value name, const char *format)
{
    bool failed;
    Value v = get_attr_optional(self, name, &failed);
    if (value_is_null(v)) {
        if (failed && !error_catch(&type_ValueError)) return VALUE_NULL;
        return str_empty();
    }
    Value text = str_format(format, v);
    value_decref(v);
    return text;
}

static Value text_repr(Value self)
{
    TextIO *t = as_text(self);
    if (!t->is_ready) return error_set(&type_ValueError, "I/O operation on uninitialized object");
    if (!recursion_enter(" while getting the repr of an object")) return VALUE_NULL;
    Value name = repr_part(self, ID(name), " name=%R"), result = VALUE_NULL;
    Value mode = value_is_null(name) ? name : repr_part(self, ID(mode), " mode=%R");
    if (!value_is_null(mode)) result = str_format("<_io.TextIOWrapper%U%U encoding=%R>", name, mode, t->encoding);
    value_xdecref(name);
    value_xdecref(mode);
    recursion_leave();
    return result;
}

static Value text_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_format(&type_TypeError, "cannot pickle '%s' object", type_of(self)->name);
}

static const NativeMethod text_methods[] = {
    {"detach", text_detach, 0, 0, 0, "detach($self, /)\n--\n\n"},
    {"reconfigure", text_reconfigure, 0, -1, NATIVE_KEYWORDS,
     "reconfigure($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)\n"
     "--\n\nReconfigure the text stream with new parameters.\n\nThis also does an implicit stream flush."},
    {"write", text_write, 1, 1, 0, "write($self, text, /)\n--\n\n"},
    {"read", text_read, 0, 1, 0, "read($self, size=-1, /)\n--\n\n"},
    {"readline", text_readline, 0, 1, 0, "readline($self, size=-1, /)\n--\n\n"},
    {"flush", text_flush, 0, 0, 0, "flush($self, /)\n--\n\n"},
    {"close", text_close, 0, 0, 0, "close($self, /)\n--\n\n"},
    {"fileno", text_fileno, 0, 0, 0, "fileno($self, /)\n--\n\n"},
    {"seekable", text_seekable, 0, 0, 0, "seekable($self, /)\n--\n\n"},
    {"readable", text_readable, 0, 0, 0, "readable($self, /)\n--\n\n"},
    {"writable", text_writable, 0, 0, 0, "writable($self, /)\n--\n\n"},
    {"isatty", text_isatty, 0, 0, 0, "isatty($self, /)\n--\n\n"},
    {"seek", text_seek, 1, 2, 0, "seek($self, cookie, whence=0, /)\n--\n\n"},
    {"tell", text_tell, 0, 0, 0, "tell($self, /)\n--\n\n"},
    {"truncate", text_truncate, 0, 1, 0, "truncate($self, pos=None, /)\n--\n\n"},
    {"__reduce__", text_getstate, 0, 0, 0, NULL},
    {"__reduce_ex__", text_getstate, 1, 1, 0, NULL},
    {NULL}};

static const NativeGetSet text_getsets[] = {IO_DICT_GETSET,
                                            {"name", get_name, NULL, NULL, NULL},
                                            {"closed", get_closed, NULL, NULL, NULL},
                                            {"newlines", get_newlines, NULL, NULL, NULL},
                                            {"errors", get_errors, NULL, NULL, NULL},
                                            {"_CHUNK_SIZE", get_chunk_size, set_chunk_size, NULL, NULL},
                                            {NULL}};

static const NativeMember text_members[] = {
    {"encoding", MEMBER_VALUE, offsetof(TextIO, encoding), true, NULL},
    {"buffer", MEMBER_VALUE, offsetof(TextIO, buffer), true, NULL},
    {"line_buffering", MEMBER_BOOL, offsetof(TextIO, line_buffering), true, NULL},
    {"write_through", MEMBER_BOOL, offsetof(TextIO, write_through), true, NULL},
    {"_finalizing", MEMBER_BOOL, offsetof(TextIO, is_finalizing), false, NULL},
    {NULL}};

Type type_io_text = {
    TYPE_HEAD,
    .name = "_io.TextIOWrapper",
    .doc =
        "TextIOWrapper(buffer, encoding=None, errors=None, newline=None,\n"
        "              line_buffering=False, write_through=False)\n--\n\n"
        "Character and line based layer over a BufferedIOBase object, buffer.\n\n"
        "encoding gives the name of the encoding that the stream will be\n"
        "decoded or encoded with. It defaults to locale.getencoding().\n\n"
        "errors determines the strictness of encoding and decoding (see\n"
        "help(codecs.Codec) or the documentation for codecs.register) and\ndefaults to \"strict\".\n\n"
        "newline controls how line endings are handled. It can be None, '',\n'\\n', '\\r', and '\\r\\n'.  It works as "
        "follows:\n\n"
        "* On input, if newline is None, universal newlines mode is\n"
        "  enabled. Lines in the input can end in '\\n', '\\r', or '\\r\\n', and\n"
        "  these are translated into '\\n' before being returned to the\n"
        "  caller. If it is '', universal newline mode is enabled, but line\n"
        "  endings are returned to the caller untranslated. If it has any of\n"
        "  the other legal values, input lines are only terminated by the given\n"
        "  string, and the line ending is returned to the caller untranslated.\n\n"
        "* On output, if newline is None, any '\\n' characters written are\n"
        "  translated to the system default line separator, os.linesep. If\n"
        "  newline is '' or '\\n', no translation takes place. If newline is any\n"
        "  of the other legal values, any '\\n' characters written are translated\n  to the given string.\n\n"
        "If line_buffering is True, a call to flush is implied when a call to\nwrite contains a newline character.",
    .base = &type_io_text_base,
    .instance_size = sizeof(TextIO),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .dict_offset = offsetof(TextIO, dict),
    .weaklist_offset = offsetof(TextIO, weaklist),
    .destroy = text_destroy,
    .traverse = text_traverse,
    .clear = text_clear,
    .new_instance = text_new,
    .init = text_init,
    .repr = text_repr,
    .iternext = text_next,
    .methods = text_methods,
    .getsets = text_getsets,
    .members = text_members,
};

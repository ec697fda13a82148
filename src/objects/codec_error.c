/* codec_error: what a codec does with input that it cannot handle. The usual policies are done here without making an
 * exception object; the others go through the handler that codecs.register_error knows. */
#include <stdio.h>

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

enum ErrorPolicy codec_error_policy(const char *errors)
{
    static const char *const names[] = {"strict",         "ignore", "replace", "backslashreplace", "xmlcharrefreplace",
                                        "surrogateescape"};
    if (!errors) return ERRORS_STRICT;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(errors, names[i]) == 0) return (enum ErrorPolicy)i;
    return ERRORS_CALLBACK;
}

/* Calls the handler, which must give (replacement, position). The pair comes back owned, the position resolved against
 * the length of the exception's object, which the handler may have replaced. */
static Value call_handler(Value *handler, const char *errors, Value exception)
{
    if (value_is_null(*handler)) {
        *handler = codecs_lookup_error(errors);
        if (value_is_null(*handler)) return VALUE_NULL;
    }
    return call_1(*handler, exception);
}

static bool unpack_answer(Value answer, bool is_decoding, Value *replacement, ssize_t *position)
{
    bool is_good = is_tuple(answer) && tuple_length(answer) == 2;
    if (is_good) {
        Value first = tuple_item_borrow(answer, 0);
        is_good = is_str(first) || (!is_decoding && is_bytes(first));
    }
    if (!is_good || !is_int(tuple_item_borrow(answer, 1))) {
        error_set(&type_TypeError, is_decoding ? "decoding error handler must return (str, int) tuple"
                                               : "encoding error handler must return (str/bytes, int) tuple");
        return false;
    }
    *replacement = tuple_item_borrow(answer, 0);
    return arg_as_ssize(tuple_item_borrow(answer, 1), position);
}

static ssize_t resolve_position(ssize_t position, ssize_t length)
{
    ssize_t resolved = position < 0 ? position + length : position;
    if (resolved < 0 || resolved > length) {
        error_format(&type_IndexError, "position %zd from error handler out of bounds", resolved);
        return -1;
    }
    return resolved;
}

/* --- decoding --- */

void decoder_init(Decoder *d, const char *encoding, const char *errors, const char *data, ssize_t size)
{
    *d = (Decoder){.encoding = encoding, .errors = errors, .data = data, .size = size};
    d->policy = codec_error_policy(errors);
    str_builder_init(&d->out);
}

static void decoder_release(Decoder *d)
{
    value_xdecref(d->handler);
    value_xdecref(d->exception);
    value_xdecref(d->input);
}

Value decoder_finish(Decoder *d)
{
    decoder_release(d);
    return str_builder_finish(&d->out);
}

Value decoder_abort(Decoder *d)
{
    decoder_release(d);
    str_builder_discard(&d->out);
    return VALUE_NULL;
}

static int set_exception_range(Decoder *d, ssize_t start, ssize_t end, const char *reason)
{
    if (value_is_null(d->exception)) {
        d->exception = unicode_decode_error_new(d->encoding, d->data, d->size, start, end, reason);
        return value_is_null(d->exception) ? -1 : 0;
    }
    UnicodeErrorObject *error = (UnicodeErrorObject *)value_as_object(d->exception);
    Value text = str_from_cstr(reason);
    if (value_is_null(text)) return -1;
    value_replace(&error->reason, text);
    error->start = start;
    error->end = end;
    return 0;
}

/* The handler may have put another bytes object into the exception: decoding goes on in that one. */
static int take_input(Decoder *d)
{
    UnicodeErrorObject *error = (UnicodeErrorObject *)value_as_object(d->exception);
    if (value_is_null(error->object) || !is_bytes(error->object)) {
        error_set(&type_TypeError, "exception attribute object must be bytes");
        return -1;
    }
    value_replace(&d->input, value_incref(error->object));
    d->data = as_bytes(d->input)->data;
    d->size = as_bytes(d->input)->length;
    return 0;
}

static ssize_t ask_decode_handler(Decoder *d, ssize_t start, ssize_t end, const char *reason)
{
    if (set_exception_range(d, start, end, reason) < 0) return -1;
    Value answer = call_handler(&d->handler, d->errors, d->exception), replacement;
    if (value_is_null(answer)) return -1;
    ssize_t position = -1;
    if (unpack_answer(answer, true, &replacement, &position) && take_input(d) == 0) {
        position = resolve_position(position, d->size);
        if (position >= 0 && str_builder_add_str(&d->out, replacement) < 0) position = -1;
    } else {
        position = -1;
    }
    value_decref(answer);
    return position;
}

static ssize_t raise_decode_error(Decoder *d, ssize_t start, ssize_t end, const char *reason)
{
    if (set_exception_range(d, start, end, reason) == 0) error_raise(value_incref(d->exception));
    return -1;
}

/* Bytes 0x80..0xff become lone surrogates; an ASCII byte ends the run. */
static ssize_t escape_bytes(Decoder *d, ssize_t start, ssize_t end, const char *reason)
{
    ssize_t at = start;
    for (; at < end && at < start + 4; at++) {
        uint8_t byte = (uint8_t)d->data[at];
        if (byte < 0x80) break;
        if (str_builder_add_char(&d->out, 0xdc00 + byte) < 0) return -1;
    }
    return at > start ? at : raise_decode_error(d, start, end, reason);
}

ssize_t decoder_error(Decoder *d, ssize_t start, ssize_t end, const char *reason)
{
    switch (d->policy) {
    case ERRORS_STRICT: return raise_decode_error(d, start, end, reason);
    case ERRORS_IGNORE: return end;
    case ERRORS_REPLACE: return str_builder_add_char(&d->out, 0xfffd) < 0 ? -1 : end;
    case ERRORS_SURROGATEESCAPE: return escape_bytes(d, start, end, reason);
    case ERRORS_BACKSLASHREPLACE:
        for (ssize_t i = start; i < end; i++) {
            char text[8];
            snprintf(text, sizeof text, "\\x%02x", (uint8_t)d->data[i]);
            if (str_builder_add_ascii(&d->out, text, 4) < 0) return -1;
        }
        return end;
    default: return ask_decode_handler(d, start, end, reason);
    }
}

/* --- encoding --- */

Value unicode_encode_error_new(const char *encoding, Value text, ssize_t start, ssize_t end, const char *reason)
{
    Value args[5] = {str_from_cstr(encoding), text, value_from_small_int(start), value_from_small_int(end),
                     str_from_cstr(reason)};
    Value result = VALUE_NULL;
    if (!value_is_null(args[0]) && !value_is_null(args[4]))
        result = call_vector(value_from_object(&type_UnicodeEncodeError), args, 5, VALUE_NULL);
    value_xdecref(args[0]);
    value_xdecref(args[4]);
    return result;
}

void encoder_init(Encoder *e, const char *encoding, const char *errors, Value text)
{
    *e = (Encoder){.encoding = encoding, .errors = errors, .policy = codec_error_policy(errors), .text = text};
    bytes_builder_init(&e->out);
}

static void encoder_release(Encoder *e)
{
    value_xdecref(e->handler);
    value_xdecref(e->exception);
}

Value encoder_finish(Encoder *e)
{
    encoder_release(e);
    return bytes_builder_finish(&e->out);
}

Value encoder_abort(Encoder *e)
{
    encoder_release(e);
    bytes_builder_discard(&e->out);
    return VALUE_NULL;
}

static int set_encode_exception(Encoder *e, ssize_t start, ssize_t end, const char *reason)
{
    if (value_is_null(e->exception)) {
        e->exception = unicode_encode_error_new(e->encoding, e->text, start, end, reason);
        return value_is_null(e->exception) ? -1 : 0;
    }
    UnicodeErrorObject *error = (UnicodeErrorObject *)value_as_object(e->exception);
    Value text = str_from_cstr(reason);
    if (value_is_null(text)) return -1;
    value_replace(&error->reason, text);
    error->start = start;
    error->end = end;
    return 0;
}

Value encoder_raise(Encoder *e, ssize_t start, ssize_t end, const char *reason)
{
    if (set_encode_exception(e, start, end, reason) == 0) error_raise(value_incref(e->exception));
    return VALUE_NULL;
}

static ssize_t ask_encode_handler(Encoder *e, ssize_t start, ssize_t end, const char *reason, Value *replacement)
{
    if (set_encode_exception(e, start, end, reason) < 0) return -1;
    Value answer = call_handler(&e->handler, e->errors, e->exception), text;
    if (value_is_null(answer)) return -1;
    ssize_t position = -1;
    if (unpack_answer(answer, false, &text, &position)) {
        position = resolve_position(position, str_length(e->text));
        if (position < 0) goto done;
        if (is_bytes(text)) {
            if (bytes_builder_add(&e->out, as_bytes(text)->data, as_bytes(text)->length) < 0) position = -1;
        } else {
            *replacement = value_incref(text);
        }
    } else {
        position = -1;
    }
done:
    value_decref(answer);
    return position;
}

static int add_escape(Encoder *e, uint32_t c)
{
    char text[16];
    const char *format = e->policy == ERRORS_XMLCHARREFREPLACE ? "&#%u;"
                         : c < 0x100                           ? "\\x%02x"
                         : c < 0x10000                         ? "\\u%04x"
                                                               : "\\U%08x";
    return bytes_builder_add(&e->out, text, snprintf(text, sizeof text, format, c));
}

static ssize_t unescape_surrogates(Encoder *e, ssize_t start, ssize_t end, const char *reason)
{
    ssize_t at = start;
    for (; at < end; at++) {
        uint32_t c = str_char(as_str(e->text), at);
        if (c < 0xdc80 || c > 0xdcff) {
            encoder_raise(e, at, end, reason);
            return -1;
        }
        if (bytes_builder_add_byte(&e->out, (int)(c - 0xdc00)) < 0) return -1;
    }
    return end;
}

ssize_t encoder_error(Encoder *e, ssize_t start, ssize_t end, const char *reason, Value *replacement)
{
    *replacement = VALUE_NULL;
    switch (e->policy) {
    case ERRORS_STRICT: encoder_raise(e, start, end, reason); return -1;
    case ERRORS_IGNORE: return end;
    case ERRORS_SURROGATEESCAPE: return unescape_surrogates(e, start, end, reason);
    case ERRORS_REPLACE:
        for (ssize_t i = start; i < end; i++)
            if (bytes_builder_add_byte(&e->out, '?') < 0) return -1;
        return end;
    case ERRORS_BACKSLASHREPLACE:
    case ERRORS_XMLCHARREFREPLACE:
        for (ssize_t i = start; i < end; i++)
            if (add_escape(e, str_char(as_str(e->text), i)) < 0) return -1;
        return end;
    default: return ask_encode_handler(e, start, end, reason, replacement);
    }
}

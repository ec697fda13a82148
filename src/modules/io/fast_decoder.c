/* fast_decoder: incremental decoders of utf-8, ascii and latin-1 with the protocol of codecs.IncrementalDecoder, so
 * that a text stream in the usual encodings needs nothing of the package encodings. */
#include "modules/io/io.h"
#include "objects/codecs.h"
#include "objects/tuple.h"

typedef struct FastDecoder {
    Object head;
    enum FastCodec codec;
    Value errors; /* str */
    int pending_length;
    char pending[8]; /* the beginning of a character whose end has not come yet */
} FastDecoder;

static FastDecoder *as_fast(Value v)
{
    return (FastDecoder *)value_as_object(v);
}

Value io_fast_decoder_new(const char *encoding, Value errors)
{
    enum FastCodec codec = codec_by_name(encoding);
    if (codec != CODEC_UTF8 && codec != CODEC_ASCII && codec != CODEC_LATIN1) return VALUE_NONE;
    FastDecoder *d = object_alloc_zeroed(&type_io_fast_decoder, sizeof *d);
    if (!d) return VALUE_NULL;
    d->codec = codec;
    d->errors = value_incref(errors);
    return value_from_object(d);
}

static Value decode_utf8(FastDecoder *d, const char *data, ssize_t size, bool is_final)
{
    const char *errors = str_as_utf8(d->errors, NULL);
    if (!errors) return VALUE_NULL;
    char *joined = NULL;
    if (d->pending_length) {
        joined = raw_alloc((size_t)(size + d->pending_length));
        if (!joined) return error_no_memory();
        memcpy(joined, d->pending, (size_t)d->pending_length);
        memcpy(joined + d->pending_length, data, (size_t)size);
        data = joined;
        size += d->pending_length;
    }
    ssize_t consumed = size;
    Value text = codec_utf8_decode(data, size, errors, is_final ? NULL : &consumed);
    if (!value_is_null(text)) {
        d->pending_length = (int)(size - consumed);
        memcpy(d->pending, data + consumed, (size_t)(size - consumed));
    }
    raw_free(joined);
    return text;
}

static Value decode(FastDecoder *d, Value input, bool is_final)
{
    Buffer view;
    if (buffer_get(input, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value text;
    const char *errors = str_as_utf8(d->errors, NULL);
    if (!errors)
        text = VALUE_NULL;
    else if (d->codec == CODEC_UTF8)
        text = decode_utf8(d, view.data, view.length, is_final);
    else if (d->codec == CODEC_ASCII)
        text = codec_ascii_decode(view.data, view.length, errors);
    else
        text = str_from_latin1(view.data, view.length);
    buffer_release(&view);
    return text;
}

Value io_decode(Value decoder, Value bytes, bool is_final)
{
    Value text;
    if (object_has_type(decoder, &type_io_fast_decoder)) return decode(as_fast(decoder), bytes, is_final);
    if (object_has_type(decoder, &type_io_newline_decoder)) {
        text = io_newline_decode(decoder, bytes, is_final);
    } else {
        text = call_method_2(decoder, ID(decode), bytes, value_from_bool(is_final));
    }
    if (value_is_null(text) || is_str(text)) return text;
    error_format(&type_TypeError, "decoder should return a string result, not '%.200s'", type_of(text)->name);
    value_decref(text);
    return VALUE_NULL;
}

static Value method_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"input", "final", NULL};
    static const ArgSpec spec = {"decode", names, 1, 2, 0};
    Value given[2];
    bool is_final = false;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !arg_as_bool(given[1], &is_final)) return VALUE_NULL;
    return decode(as_fast(self), given[0], is_final);
}

static Value method_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FastDecoder *d = as_fast(self);
    Value pending = bytes_new(d->pending, d->pending_length);
    if (value_is_null(pending)) return pending;
    Value state = tuple_pack(2, pending, value_from_small_int(0));
    value_decref(pending);
    return state;
}

static Value method_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    FastDecoder *d = as_fast(self);
    Value state = args[0];
    if (!is_tuple(state) || tuple_length(state) != 2 || !is_bytes(tuple_item_borrow(state, 0)))
        return error_set(&type_TypeError, "state argument must be a tuple");
    const Bytes *pending = as_bytes(tuple_item_borrow(state, 0));
    d->pending_length = (int)MIN(pending->length, (ssize_t)sizeof d->pending);
    memcpy(d->pending, pending->data, (size_t)d->pending_length);
    return VALUE_NONE;
}

static Value method_reset(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    as_fast(self)->pending_length = 0;
    return VALUE_NONE;
}

static void fast_destroy(Object *object)
{
    value_decref(((FastDecoder *)object)->errors);
    object_free(object, sizeof(FastDecoder));
}

static const NativeMethod fast_methods[] = {{"decode", method_decode, 0, -1, NATIVE_KEYWORDS, NULL},
                                            {"getstate", method_getstate, 0, 0, 0, NULL},
                                            {"setstate", method_setstate, 1, 1, 0, NULL},
                                            {"reset", method_reset, 0, 0, 0, NULL},
                                            {NULL}};

Type type_io_fast_decoder = {
    TYPE_HEAD,
    .name = "_io._FastDecoder",
    .instance_size = sizeof(FastDecoder),
    .flags = TYPE_NO_NEW,
    .destroy = fast_destroy,
    .methods = fast_methods,
};

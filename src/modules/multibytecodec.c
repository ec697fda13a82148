/* multibytecodec: the East Asian encodings, by way of the C library's iconv. One codec object serves each encoding; the
 * modules _codecs_jp, _codecs_cn, … give them by name, and _multibytecodec has the classes that `encodings` builds its
 * incremental codecs and streams on.
 *
 * iconv converts runs of text; it stops where something cannot be converted, and the error machinery of codec_error.c
 * takes over for that place. Incomplete input at the end of a piece is kept for the next one. */
#include <errno.h>
#include <iconv.h>

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

enum { PENDING_MAX = 8, CHUNK = 512 };

typedef struct CodecName {
    const char *name, *iconv_name;
} CodecName;

typedef struct MultibyteCodec {
    Object head;
    const CodecName *names;
} MultibyteCodec;

static Type type_codec;

static MultibyteCodec *as_codec_object(Value v)
{
    return (MultibyteCodec *)value_as_object(v);
}

static bool open_iconv(iconv_t *cd, const char *to, const char *from)
{
    *cd = iconv_open(to, from);
    if (*cd != (iconv_t)-1) return true;
    error_format(&type_LookupError, "encoding is not supported by the C library: %s", to);
    return false;
}

/* --- decoding --- */

/* Decodes what it can; the rest, fewer than PENDING_MAX bytes, is what an incomplete character has left. `cd` keeps
 * the shift state from piece to piece. */
static Value decode_bytes(iconv_t cd, const CodecName *names, const char *data, ssize_t size, const char *errors,
                          NULLABLE ssize_t *consumed)
{
    Decoder d;
    decoder_init(&d, names->name, errors, data, size);
    ssize_t at = 0;
    while (at >= 0 && at < d.size) {
        uint32_t chars[CHUNK];
        char *in = (char *)d.data + at, *out = (char *)chars;
        size_t in_left = (size_t)(d.size - at), out_left = sizeof chars;
        errno = 0;
        size_t status = iconv(cd, &in, &in_left, &out, &out_left);
        int reason = errno;
        if (str_builder_add_kind(&d.out, 4, chars, (uint32_t *)out - chars) < 0)
            at = -1;
        else
            at = in - d.data;
        if (at < 0 || status != (size_t)-1 || reason == E2BIG) continue;
        if (reason == EINVAL && consumed) break;
        at = reason == EINVAL ? decoder_error(&d, at, d.size, "incomplete multibyte sequence")
                              : decoder_error(&d, at, at + 1, "illegal multibyte sequence");
    }
    if (at < 0) return decoder_abort(&d);
    if (consumed) *consumed = at;
    return decoder_finish(&d);
}

/* --- encoding --- */

static int put_run(Encoder *e, iconv_t cd, const uint32_t *chars, ssize_t count, ssize_t *used)
{
    char *in = (char *)chars;
    size_t in_left = (size_t)count * 4;
    for (;;) {
        char *start = bytes_builder_reserve(&e->out, CHUNK), *out = start;
        if (!start) return -1;
        size_t out_left = CHUNK;
        errno = 0;
        size_t status = iconv(cd, &in, &in_left, &out, &out_left);
        e->out.length += out - start;
        *used = (const uint32_t *)in - chars;
        if (status != (size_t)-1) return 0;
        if (errno != E2BIG) return 1; /* the character at *used cannot be encoded */
    }
}

/* Writes the sequence that brings the encoding back to its initial state. */
static int put_reset(Encoder *e, iconv_t cd)
{
    char *out = bytes_builder_reserve(&e->out, 32), *start = out;
    size_t left = 32;
    if (!out) return -1;
    iconv(cd, NULL, NULL, &out, &left);
    e->out.length += out - start;
    return 0;
}

static int put_replacement(Encoder *e, iconv_t cd, STEALS Value text, ssize_t start, ssize_t end)
{
    if (value_is_null(text)) return 0;
    const Str *s = as_str(text);
    int status = 0;
    for (ssize_t i = 0; i < s->length && status == 0; i++) {
        uint32_t c = str_char(s, i);
        ssize_t used;
        status = put_run(e, cd, &c, 1, &used);
        if (status > 0) encoder_raise(e, start, end, "illegal multibyte sequence");
    }
    value_decref(text);
    return status ? -1 : 0;
}

static Value encode_text(const CodecName *names, Value text, const char *errors, bool resets)
{
    const Str *s = as_str(text);
    iconv_t cd;
    uint32_t *chars = raw_alloc((size_t)MAX(s->length, 1) * 4);
    if (!chars) return error_no_memory();
    if (!open_iconv(&cd, names->iconv_name, "UTF-32LE")) {
        raw_free(chars);
        return VALUE_NULL;
    }
    str_copy_chars(chars, 4, s->data, s->kind, s->length);
    Encoder e;
    encoder_init(&e, names->name, errors, text);
    int status = 0;
    for (ssize_t at = 0; at < s->length && status >= 0;) {
        ssize_t used;
        status = put_run(&e, cd, chars + at, s->length - at, &used);
        at += used;
        if (status <= 0) break;
        Value replacement;
        ssize_t next = encoder_error(&e, at, at + 1, "illegal multibyte sequence", &replacement);
        status = next < 0 ? -1 : put_replacement(&e, cd, replacement, at, at + 1);
        at = next;
    }
    if (status == 0 && resets) status = put_reset(&e, cd);
    iconv_close(cd);
    raw_free(chars);
    return status < 0 ? encoder_abort(&e) : encoder_finish(&e);
}

/* --- codec objects --- */

static bool errors_text(Value v, const char **errors)
{
    *errors = NULL;
    if (value_is_null(v) || value_is_none(v)) return true;
    if (!is_str(v)) {
        error_format(&type_TypeError, "errors must be str or None, not %.50s", type_of(v)->name);
        return false;
    }
    *errors = str_as_utf8(v, NULL);
    return *errors != NULL;
}

static Value pair(STEALS Value result, ssize_t used)
{
    if (value_is_null(result)) return result;
    Value tuple = tuple_pack(2, result, value_from_small_int(used));
    value_decref(result);
    return tuple;
}

static const char *const coding_names[] = {"input", "errors", NULL};

static Value codec_encode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"encode", coding_names, 1, 2, 0};
    Value given[2];
    const char *errors;
    if (!args_parse(&spec, args, nargs, kwnames, given) || !errors_text(given[1], &errors)) return VALUE_NULL;
    if (!is_str(given[0])) return error_set(&type_TypeError, "couldn't convert the object to unicode.");
    return pair(encode_text(as_codec_object(self)->names, given[0], errors, true), str_length(given[0]));
}

static Value codec_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"decode", coding_names, 1, 2, 0};
    Value given[2];
    const char *errors;
    Buffer view;
    if (!args_parse(&spec, args, nargs, kwnames, given) || !errors_text(given[1], &errors)) return VALUE_NULL;
    if (buffer_get(given[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    ssize_t size = view.length;
    const CodecName *names = as_codec_object(self)->names;
    iconv_t cd;
    Value text = VALUE_NULL;
    if (open_iconv(&cd, "UTF-32LE", names->iconv_name)) {
        text = decode_bytes(cd, names, view.data, size, errors, NULL);
        iconv_close(cd);
    }
    buffer_release(&view);
    return pair(text, size);
}

static void codec_destroy(Object *object)
{
    object_free(object, sizeof(MultibyteCodec));
}

static const NativeMethod codec_methods[] = {
    {"encode", codec_encode, 0, -1, NATIVE_KEYWORDS, "encode($self, /, input, errors=None)\n--\n\n"},
    {"decode", codec_decode, 0, -1, NATIVE_KEYWORDS, "decode($self, /, input, errors=None)\n--\n\n"},
    {NULL}};

static Type type_codec = {
    TYPE_HEAD,
    .name = "_multibytecodec.MultibyteCodec",
    .instance_size = sizeof(MultibyteCodec),
    .flags = TYPE_NO_NEW | TYPE_IMMUTABLE,
    .destroy = codec_destroy,
    .methods = codec_methods,
};

/* --- incremental codecs and streams: one layout --- */

typedef struct Incremental {
    Object head;
    const CodecName *names;
    Value errors;          /* str */
    NULLABLE Value stream; /* of readers and writers */
    bool has_cd;           /* of decoders, from the first piece on */
    iconv_t cd;
    int pending_length;
    char pending[PENDING_MAX];
} Incremental;

static Type type_encoder, type_decoder, type_reader, type_writer;

static Incremental *as_incremental(Value v)
{
    return (Incremental *)value_as_object(v);
}

/* The class attribute `codec` says which encoding it is. */
static Value incremental_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const plain_names[] = {"errors", NULL}, *const stream_names[] = {"stream", "errors", NULL};
    static const ArgSpec plain = {"MultibyteIncrementalCodec", plain_names, 0, 1, 0};
    static const ArgSpec streamed = {"MultibyteStream", stream_names, 1, 2, 0};
    bool has_stream = type_is_subtype(type, &type_reader) || type_is_subtype(type, &type_writer);
    Value given[2] = {VALUE_NULL, VALUE_NULL};
    if (!args_parse(has_stream ? &streamed : &plain, args, nargs, kwnames, given)) return VALUE_NULL;
    Value codec = get_attr(value_from_object(type), ID(codec));
    if (value_is_null(codec)) return codec;
    bool is_codec = object_has_type(codec, &type_codec);
    const CodecName *names = is_codec ? as_codec_object(codec)->names : NULL;
    value_decref(codec);
    if (!is_codec) return error_set(&type_TypeError, "codec is unexpected type");
    Incremental *x = object_alloc_zeroed(type, type->instance_size);
    if (!x) return VALUE_NULL;
    x->names = names;
    Value errors = given[has_stream ? 1 : 0];
    x->errors = value_is_null(errors) ? str_from_cstr("strict") : value_incref(errors);
    x->stream = has_stream ? value_incref(given[0]) : VALUE_NULL;
    if (!gc_is_tracked(x)) gc_track(x);
    return value_from_object(x);
}

static int incremental_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return 0;
}

static void incremental_destroy(Object *object)
{
    Incremental *x = (Incremental *)object;
    gc_untrack(object);
    value_xdecref(x->errors);
    value_xdecref(x->stream);
    if (x->has_cd) iconv_close(x->cd);
    object_free(object, object->type->flags & TYPE_HEAP ? object->type->instance_size : sizeof *x);
}

static int incremental_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Incremental *)object)->stream);
    return 0;
}

static Value encode_piece(Incremental *x, Value text, bool is_final)
{
    const char *errors = str_as_utf8(x->errors, NULL);
    if (!errors) return VALUE_NULL;
    if (!is_str(text)) return error_set(&type_TypeError, "couldn't convert the object to unicode.");
    return encode_text(x->names, text, errors, true);
}

static Value decode_piece(Incremental *x, Value input, bool is_final)
{
    Buffer view;
    const char *errors = str_as_utf8(x->errors, NULL);
    if (!errors) return VALUE_NULL;
    if (!x->has_cd) x->has_cd = open_iconv(&x->cd, "UTF-32LE", x->names->iconv_name);
    if (!x->has_cd || buffer_get(input, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    ssize_t size = x->pending_length + view.length, consumed = size;
    char *joined = raw_alloc((size_t)MAX(size, 1));
    Value text = VALUE_NULL;
    if (!joined) {
        error_no_memory();
    } else {
        memcpy(joined, x->pending, (size_t)x->pending_length);
        memcpy(joined + x->pending_length, view.data, (size_t)view.length);
        text = decode_bytes(x->cd, x->names, joined, size, errors, is_final ? NULL : &consumed);
    }
    if (!value_is_null(text)) {
        x->pending_length = (int)MIN(size - consumed, PENDING_MAX);
        memcpy(x->pending, joined + consumed, (size_t)x->pending_length);
    }
    raw_free(joined);
    buffer_release(&view);
    return text;
}

static bool parse_piece(const char *function, const Value *args, ssize_t nargs, Value kwnames, Value *input,
                        bool *is_final)
{
    static const char *const names[] = {"input", "final", NULL};
    ArgSpec spec = {function, names, 1, 2, 0};
    Value given[2];
    *is_final = false;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return false;
    *input = given[0];
    return value_is_null(given[1]) || arg_as_bool(given[1], is_final);
}

static Value method_encode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value input;
    bool is_final;
    return parse_piece("encode", args, nargs, kwnames, &input, &is_final)
               ? encode_piece(as_incremental(self), input, is_final)
               : VALUE_NULL;
}

static Value method_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value input;
    bool is_final;
    return parse_piece("decode", args, nargs, kwnames, &input, &is_final)
               ? decode_piece(as_incremental(self), input, is_final)
               : VALUE_NULL;
}

static Value method_reset(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Incremental *x = as_incremental(self);
    x->pending_length = 0;
    if (x->has_cd) iconv(x->cd, NULL, NULL, NULL, NULL);
    return VALUE_NONE;
}

static Value encoder_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(0); /* each piece ends in the initial state */
}

static Value encoder_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (is_int(args[0])) return VALUE_NONE;
    return error_format(&type_TypeError, "setstate() argument must be int, not %.50s", type_of(args[0])->name);
}

static Value decoder_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Incremental *x = as_incremental(self);
    return pair(bytes_new(x->pending, x->pending_length), 0);
}

static Value decoder_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Incremental *x = as_incremental(self);
    Value state = args[0];
    if (!is_tuple(state) || tuple_length(state) != 2 || !is_bytes(tuple_item_borrow(state, 0)))
        return error_set(&type_TypeError, "setstate() argument must be a tuple of bytes and an int");
    const Bytes *pending = as_bytes(tuple_item_borrow(state, 0));
    if (pending->length > PENDING_MAX) return error_set(&type_UnicodeError, "pending buffer too large");
    x->pending_length = (int)pending->length;
    memcpy(x->pending, pending->data, (size_t)pending->length);
    return VALUE_NONE;
}

static Value get_errors(Value self, void *closure)
{
    return value_incref(as_incremental(self)->errors);
}

static int set_errors(Value self, Value value, void *closure)
{
    if (value_is_null(value)) {
        error_set(&type_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (!is_str(value)) {
        error_set(&type_TypeError, "errors must be a string");
        return -1;
    }
    value_replace(&as_incremental(self)->errors, value_incref(value));
    return 0;
}

static Value get_stream(Value self, void *closure)
{
    return value_incref(as_incremental(self)->stream);
}

static const NativeGetSet incremental_getsets[] = {{"errors", get_errors, set_errors, "how to treat errors", NULL},
                                                   {NULL}};
static const NativeGetSet stream_getsets[] = {
    {"errors", get_errors, set_errors, "how to treat errors", NULL}, {"stream", get_stream, NULL, NULL, NULL}, {NULL}};

static const NativeMethod encoder_methods[] = {{"encode", method_encode, 0, -1, NATIVE_KEYWORDS, NULL},
                                               {"getstate", encoder_getstate, 0, 0, 0, NULL},
                                               {"setstate", encoder_setstate, 1, 1, 0, NULL},
                                               {"reset", method_reset, 0, 0, 0, NULL},
                                               {NULL}};
static const NativeMethod decoder_methods[] = {{"decode", method_decode, 0, -1, NATIVE_KEYWORDS, NULL},
                                               {"getstate", decoder_getstate, 0, 0, 0, NULL},
                                               {"setstate", decoder_setstate, 1, 1, 0, NULL},
                                               {"reset", method_reset, 0, 0, 0, NULL},
                                               {NULL}};

/* Reads with the stream's `method` until there is at least one character, or the end. */
static Value read_stream(Value self, Value method, const Value *args, ssize_t nargs)
{
    Incremental *x = as_incremental(self);
    Value size = nargs && !value_is_none(args[0]) ? args[0] : value_from_small_int(-1);
    for (;;) {
        Value data = call_method_1(x->stream, method, size);
        if (value_is_null(data)) return data;
        if (!is_bytes(data)) {
            error_format(&type_TypeError, "stream function returned a non-bytes object (%.100s)", type_of(data)->name);
            value_decref(data);
            return VALUE_NULL;
        }
        bool is_end = as_bytes(data)->length == 0 || value_is(size, value_from_small_int(-1));
        Value text = decode_piece(x, data, is_end);
        value_decref(data);
        if (value_is_null(text) || is_end || str_length(text) > 0) return text;
        value_decref(text);
        size = value_from_small_int(1); /* an incomplete character: one byte more */
    }
}

static Value reader_read(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return read_stream(self, ID(read), args, nargs);
}

static Value reader_readline(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return read_stream(self, ID(readline), args, nargs);
}

static Value reader_readlines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value text = read_stream(self, ID(read), args, nargs);
    if (value_is_null(text)) return text;
    Value keep = VALUE_TRUE;
    Value lines = call_method_1(text, ID(splitlines), keep);
    value_decref(text);
    return lines;
}

static Value writer_write(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value bytes = encode_piece(as_incremental(self), args[0], false);
    if (value_is_null(bytes)) return bytes;
    Value result = call_method_1(as_incremental(self)->stream, ID(write), bytes);
    value_decref(bytes);
    if (value_is_null(result)) return result;
    value_decref(result);
    return VALUE_NONE;
}

static Value writer_writelines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value iterator = get_iter(args[0]);
    if (value_is_null(iterator)) return iterator;
    for (Value line; !value_is_null(line = iter_next(iterator));) {
        Value result = writer_write(self, &line, 1, VALUE_NULL);
        value_decref(line);
        if (value_is_null(result)) break;
    }
    value_decref(iterator);
    return error_occurred() ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod reader_methods[] = {{"read", reader_read, 0, 1, 0, NULL},
                                              {"readline", reader_readline, 0, 1, 0, NULL},
                                              {"readlines", reader_readlines, 0, 1, 0, NULL},
                                              {"reset", method_reset, 0, 0, 0, NULL},
                                              {NULL}};
static const NativeMethod writer_methods[] = {{"write", writer_write, 1, 1, 0, NULL},
                                              {"writelines", writer_writelines, 1, 1, 0, NULL},
                                              {"reset", method_reset, 0, 0, 0, NULL},
                                              {NULL}};

#define INCREMENTAL_FIELDS                                                                                             \
    .instance_size = sizeof(Incremental), .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IMMUTABLE,                           \
    .destroy = incremental_destroy, .traverse = incremental_traverse, .new_instance = incremental_new,                 \
    .init = incremental_init

static Type type_encoder = {TYPE_HEAD, .name = "_multibytecodec.MultibyteIncrementalEncoder", INCREMENTAL_FIELDS,
                            .methods = encoder_methods, .getsets = incremental_getsets};
static Type type_decoder = {TYPE_HEAD, .name = "_multibytecodec.MultibyteIncrementalDecoder", INCREMENTAL_FIELDS,
                            .methods = decoder_methods, .getsets = incremental_getsets};
static Type type_reader = {TYPE_HEAD, .name = "_multibytecodec.MultibyteStreamReader", INCREMENTAL_FIELDS,
                           .methods = reader_methods, .getsets = stream_getsets};
static Type type_writer = {TYPE_HEAD, .name = "_multibytecodec.MultibyteStreamWriter", INCREMENTAL_FIELDS,
                           .methods = writer_methods, .getsets = stream_getsets};

/* --- the modules --- */

static const CodecName jp_names[] = {{"shift_jis", "SJIS"},
                                     {"cp932", "CP932"},
                                     {"euc_jp", "EUC-JP"},
                                     {"shift_jis_2004", "SHIFT_JISX0213"},
                                     {"euc_jis_2004", "EUC-JISX0213"},
                                     {"shift_jisx0213", "SHIFT_JISX0213"},
                                     {"euc_jisx0213", "EUC-JISX0213"},
                                     {NULL}};
static const CodecName cn_names[] = {{"gb2312", "EUC-CN"}, {"gbk", "GBK"}, {"gb18030", "GB18030"}, {NULL}};
static const CodecName hk_names[] = {{"big5hkscs", "BIG5-HKSCS"}, {NULL}};
static const CodecName tw_names[] = {{"big5", "BIG5"}, {"cp950", "CP950"}, {NULL}};
static const CodecName kr_names[] = {{"euc_kr", "EUC-KR"}, {"cp949", "UHC"}, {"johab", "JOHAB"}, {NULL}};
static const CodecName iso2022_names[] = {{"iso2022_jp", "ISO-2022-JP"},
                                          {"iso2022_jp_2", "ISO-2022-JP-2"},
                                          {"iso2022_jp_3", "ISO-2022-JP-3"},
                                          {"iso2022_kr", "ISO-2022-KR"},
                                          {NULL}};

static Value get_codec(const CodecName *names, Value name)
{
    if (!is_str(name)) return error_set(&type_TypeError, "encoding name must be a string.");
    for (; names->name; names++) {
        if (!str_equal_cstr(name, names->name)) continue;
        if (type_ready(&type_codec) < 0) return VALUE_NULL;
        MultibyteCodec *codec = object_alloc(&type_codec, sizeof *codec);
        if (codec) codec->names = names;
        return value_from_object(codec);
    }
    return error_set(&type_LookupError, "no such codec is supported.");
}

#define CODEC_MODULE(suffix)                                                                                           \
    static Value suffix##_getcodec(Value module, const Value *args, ssize_t nargs, Value kwnames)                      \
    {                                                                                                                  \
        return get_codec(suffix##_names, args[0]);                                                                     \
    }                                                                                                                  \
    static const NativeMethod suffix##_methods[] = {{"getcodec", suffix##_getcodec, 1, 1, 0, ""}, {NULL}};
CODEC_MODULE(jp)
CODEC_MODULE(cn)
CODEC_MODULE(hk)
CODEC_MODULE(tw)
CODEC_MODULE(kr)
CODEC_MODULE(iso2022)

NATIVE_MODULE(_codecs_jp) = {.name = "_codecs_jp", .methods = jp_methods};
NATIVE_MODULE(_codecs_cn) = {.name = "_codecs_cn", .methods = cn_methods};
NATIVE_MODULE(_codecs_hk) = {.name = "_codecs_hk", .methods = hk_methods};
NATIVE_MODULE(_codecs_tw) = {.name = "_codecs_tw", .methods = tw_methods};
NATIVE_MODULE(_codecs_kr) = {.name = "_codecs_kr", .methods = kr_methods};
NATIVE_MODULE(_codecs_iso2022) = {.name = "_codecs_iso2022", .methods = iso2022_methods};

static int exec(Value module)
{
    if (module_add_type(module, &type_encoder) < 0 || module_add_type(module, &type_decoder) < 0 ||
        module_add_type(module, &type_reader) < 0)
        return -1;
    return module_add_type(module, &type_writer);
}

NATIVE_MODULE(_multibytecodec) = {.name = "_multibytecodec", .exec = exec};

/* codecs: the registry of codecs and error handlers, and the way from the name of an encoding to the function that does
 * the work. utf-8, ascii, latin-1, utf-16 and utf-32 by their usual names never touch the registry, which only comes to
 * life (and imports `encodings`) when another name is asked for. */
#include "objects/codecs.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/codec_handlers.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

static Value search_path;  /* list of search functions */
static Value search_cache; /* normalised name -> CodecInfo */
static Value error_handlers;

static int registry_init(void)
{
    if (!value_is_null(search_path)) return 0;
    Value path = list_new(0), cache = dict_new();
    if (value_is_null(path) || value_is_null(cache)) {
        value_xdecref(path);
        value_xdecref(cache);
        return -1;
    }
    search_path = path;
    search_cache = cache;
    Value encodings = import_module("encodings"); /* registers its search function */
    if (value_is_null(encodings)) {
        value_clear(&search_path);
        value_clear(&search_cache);
        return -1;
    }
    value_decref(encodings);
    return 0;
}

/* Lower case; each run of other characters than letters, digits and dots becomes one underscore; none at the ends. */
static bool normalize_name(const char *name, char *out, size_t capacity)
{
    size_t n = 0;
    bool is_gap = false;
    for (; *name; name++) {
        char c = *name;
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.') {
            if (is_gap && n) {
                if (n + 1 >= capacity) return false;
                out[n++] = '_';
            }
            is_gap = false;
            if (n + 1 >= capacity) return false;
            out[n++] = c;
        } else {
            is_gap = true;
        }
    }
    out[n] = 0;
    return true;
}

enum FastCodec codec_by_name(const char *encoding)
{
    static const struct {
        const char *name;
        enum FastCodec codec;
    } known[] = {{"utf_8", CODEC_UTF8},       {"utf8", CODEC_UTF8},         {"ascii", CODEC_ASCII},
                 {"us_ascii", CODEC_ASCII},   {"latin_1", CODEC_LATIN1},    {"latin1", CODEC_LATIN1},
                 {"iso8859_1", CODEC_LATIN1}, {"iso_8859_1", CODEC_LATIN1}, {"utf_16", CODEC_UTF16},
                 {"utf16", CODEC_UTF16},      {"utf_32", CODEC_UTF32},      {"utf32", CODEC_UTF32}};
    char name[16];
    if (strcmp(encoding, "utf-8") == 0) return CODEC_UTF8;
    if (!normalize_name(encoding, name, sizeof name)) return CODEC_OTHER;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strcmp(name, known[i].name) == 0) return known[i].codec;
    return CODEC_OTHER;
}

/* --- the registry --- */

int codecs_register(Value search_function)
{
    if (registry_init() < 0) return -1;
    if (!is_callable(search_function)) {
        error_set(&type_TypeError, "argument must be callable");
        return -1;
    }
    return list_append(search_path, search_function);
}

int codecs_unregister(Value search_function)
{
    if (value_is_null(search_path)) return 0;
    for (ssize_t i = 0; i < list_length(search_path); i++) {
        if (!value_is(list_item_borrow(search_path, i), search_function)) continue;
        dict_clear(search_cache);
        return list_assign_slice(search_path, i, i + 1, VALUE_NULL);
    }
    return 0;
}

/* Asks the search functions in turn. */
static Value search_codec(Value name, const char *encoding)
{
    for (ssize_t i = 0; i < list_length(search_path); i++) {
        Value search = value_incref(list_item_borrow(search_path, i));
        Value found = call_1(search, name);
        value_decref(search);
        if (value_is_null(found)) return VALUE_NULL;
        if (value_is_none(found)) continue;
        if (is_tuple(found) && tuple_length(found) == 4) return found;
        value_decref(found);
        return error_set(&type_TypeError, "codec search functions must return 4-tuples");
    }
    return error_format(&type_LookupError, "unknown encoding: %s", encoding);
}

Value codecs_lookup(const char *encoding)
{
    if (registry_init() < 0) return VALUE_NULL;
    size_t capacity = strlen(encoding) + 1;
    char *text = raw_alloc(capacity);
    if (!text) return error_no_memory();
    normalize_name(encoding, text, capacity);
    Value name = str_from_cstr(text);
    raw_free(text);
    if (value_is_null(name)) return VALUE_NULL;
    str_intern(&name);
    Value codec = value_xincref(dict_get_borrow(search_cache, name));
    if (value_is_null(codec) && !error_occurred()) {
        codec = search_codec(name, encoding);
        if (!value_is_null(codec) && dict_set(search_cache, name, codec) < 0) value_clear(&codec);
    }
    value_decref(name);
    return codec;
}

static int handlers_init(void)
{
    if (!value_is_null(error_handlers)) return 0;
    Value handlers = dict_new();
    if (value_is_null(handlers)) return -1;
    for (const NativeMethod *m = codec_handlers; m->name; m++) {
        /* the dictionary's key is the policy's name: "strict_errors" without its end */
        Value name = str_from_utf8(m->name, (ssize_t)(strlen(m->name) - strlen("_errors")));
        Value handler = native_function_new(m, VALUE_NULL, VALUE_NULL);
        int status = -1;
        if (!value_is_null(name) && !value_is_null(handler)) status = dict_set(handlers, name, handler);
        value_xdecref(name);
        value_xdecref(handler);
        if (status < 0) {
            value_decref(handlers);
            return -1;
        }
    }
    error_handlers = handlers;
    return 0;
}

int codecs_register_error(const char *name, Value handler)
{
    if (handlers_init() < 0) return -1;
    if (!is_callable(handler)) {
        error_set(&type_TypeError, "handler must be callable");
        return -1;
    }
    Value key = str_from_cstr(name);
    if (value_is_null(key)) return -1;
    int status = dict_set(error_handlers, key, handler);
    value_decref(key);
    return status;
}

Value codecs_lookup_error(const char *name)
{
    if (handlers_init() < 0) return VALUE_NULL;
    Value key = str_from_cstr(name ? name : "strict");
    if (value_is_null(key)) return VALUE_NULL;
    Value handler = value_xincref(dict_get_borrow(error_handlers, key));
    value_decref(key);
    if (value_is_null(handler) && !error_occurred())
        return error_format(&type_LookupError, "unknown error handler name '%.400s'", name);
    return handler;
}

/* --- encoding and decoding by name --- */

enum { CODEC_INFO_ENCODE = 0, CODEC_INFO_DECODE = 1 };

/* Says which codec failed, where that can be added without losing anything: the exception is of a plain class (no
 * constructor of its own, no attributes) with at most one argument, a str. */
static void name_codec_in_error(const char *operation, const char *encoding)
{
    Value error = error_fetch();
    const Type *type = type_of(error);
    Exception *e = as_exception(error);
    bool is_plain = type->new_instance == type_BaseException.new_instance && type->init == type_BaseException.init &&
                    type->instance_size <= type_Exception.instance_size + 2 * sizeof(Value);
    ssize_t count = is_plain && is_tuple(e->args) ? tuple_length(e->args) : 2;
    if (is_plain && (type->attrs_offset || type->dict_offset)) {
        Value attributes = instance_dict(error);
        if (value_is_null(attributes)) error_clear();
        else is_plain = dict_length(attributes) == 0;
        value_xdecref(attributes);
    }
    if (!is_plain || count > 1 || (count == 1 && !is_str(tuple_item_borrow(e->args, 0)))) {
        error_restore(error);
        return;
    }
    error_restore(value_incref(error));
    error_format_from_cause(type_of(error), "%s with '%s' codec failed (%N: %S)", operation, encoding, type, error);
    value_decref(error);
}

/* Calls one of the four functions of a CodecInfo and checks what it gives: (object, length). */
static Value call_codec(Value codec, int which, Value object, const char *encoding, const char *errors)
{
    Value function = tuple_item_borrow(codec, which), result;
    if (errors) {
        Value errors_value = str_from_cstr(errors);
        if (value_is_null(errors_value)) return VALUE_NULL;
        result = call_2(function, object, errors_value);
        value_decref(errors_value);
    } else {
        result = call_1(function, object);
    }
    if (value_is_null(result)) {
        name_codec_in_error(which == CODEC_INFO_ENCODE ? "encoding" : "decoding", encoding);
        return VALUE_NULL;
    }
    if (!is_tuple(result) || tuple_length(result) != 2) {
        value_decref(result);
        return error_set(&type_TypeError, which == CODEC_INFO_ENCODE ? "encoder must return a tuple (object, integer)"
                                                                     : "decoder must return a tuple (object,integer)");
    }
    Value first = value_incref(tuple_item_borrow(result, 0));
    value_decref(result);
    return first;
}

Value codecs_encode(Value object, const char *encoding, const char *errors)
{
    if (!encoding) encoding = "utf-8";
    Value codec = codecs_lookup(encoding);
    if (value_is_null(codec)) return VALUE_NULL;
    Value result = call_codec(codec, CODEC_INFO_ENCODE, object, encoding, errors);
    value_decref(codec);
    return result;
}

Value codecs_decode(Value object, const char *encoding, const char *errors)
{
    if (!encoding) encoding = "utf-8";
    Value codec = codecs_lookup(encoding);
    if (value_is_null(codec)) return VALUE_NULL;
    Value result = call_codec(codec, CODEC_INFO_DECODE, object, encoding, errors);
    value_decref(codec);
    return result;
}

/* The codec, unless it says that it is not one between text and bytes (rot13, zlib, …). */
Value codecs_lookup_text(const char *encoding, const char *alternative)
{
    Value codec = codecs_lookup(encoding);
    if (value_is_null(codec) || is_exact_tuple(codec)) return codec;
    bool failed;
    Value flag = get_attr_optional(codec, ID(_is_text_encoding), &failed);
    int is_text = value_is_null(flag) ? (failed ? -1 : 1) : is_true(flag);
    value_xdecref(flag);
    if (is_text > 0) return codec;
    value_decref(codec);
    if (is_text < 0) return VALUE_NULL;
    return error_format(&type_LookupError, "'%.400s' is not a text encoding; use %s to handle arbitrary codecs",
                        encoding, alternative);
}

static Value encode_registered(Value text, const char *encoding, const char *errors)
{
    Value codec = codecs_lookup_text(encoding, "codecs.encode()");
    if (value_is_null(codec)) return VALUE_NULL;
    Value result = call_codec(codec, CODEC_INFO_ENCODE, text, encoding, errors);
    value_decref(codec);
    if (value_is_null(result) || is_bytes(result)) return result;
    if (is_bytearray(result)) {
        Value copy = VALUE_NULL;
        if (warn_format(&type_RuntimeWarning, 1,
                        "encoder %s returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary "
                        "types",
                        encoding) == 0)
            copy = bytes_new(as_bytearray(result)->start, as_bytearray(result)->length);
        value_decref(result);
        return copy;
    }
    error_format(&type_TypeError,
                 "'%.400s' encoder returned '%.400s' instead of 'bytes'; use codecs.encode() to encode to arbitrary "
                 "types",
                 encoding, type_of(result)->name);
    value_decref(result);
    return VALUE_NULL;
}

bool codecs_check_names;

/* False with LookupError. */
static bool names_are_known(const char *encoding, const char *errors)
{
    if (LIKELY(!codecs_check_names) || value_is_null(search_path)) return true;
    if (encoding && codec_by_name(encoding) == CODEC_OTHER) {
        Value codec = codecs_lookup(encoding);
        if (value_is_null(codec)) return false;
        value_decref(codec);
    }
    if (errors && codec_error_policy(errors) == ERRORS_CALLBACK) {
        Value handler = codecs_lookup_error(errors);
        if (value_is_null(handler)) return false;
        value_decref(handler);
    }
    return true;
}

Value codecs_encode_text(Value text, const char *encoding, const char *errors)
{
    if (!names_are_known(encoding, errors)) return VALUE_NULL;
    int native_order = 0;
    switch (encoding ? codec_by_name(encoding) : CODEC_UTF8) {
    case CODEC_UTF8: return codec_utf8_encode(text, errors);
    case CODEC_ASCII: return codec_ascii_encode(text, errors);
    case CODEC_LATIN1: return codec_latin1_encode(text, errors);
    case CODEC_UTF16: return codec_utf16_encode(text, errors, native_order);
    case CODEC_UTF32: return codec_utf32_encode(text, errors, native_order);
    default: return encode_registered(text, encoding, errors);
    }
}

static Value decode_registered(Value object, const char *encoding, const char *errors)
{
    Value codec = codecs_lookup_text(encoding, "codecs.decode()");
    if (value_is_null(codec)) return VALUE_NULL;
    Value result = call_codec(codec, CODEC_INFO_DECODE, object, encoding, errors);
    value_decref(codec);
    if (value_is_null(result) || is_str(result)) return result;
    error_format(&type_TypeError,
                 "'%.400s' decoder returned '%.400s' instead of 'str'; use codecs.decode() to decode to arbitrary "
                 "types",
                 encoding, type_of(result)->name);
    value_decref(result);
    return VALUE_NULL;
}

/* Decodes with one of the C codecs; false when the encoding is none of them. */
static bool decode_fast(const char *data, ssize_t size, const char *encoding, const char *errors, Value *result)
{
    int byte_order = 0;
    switch (encoding ? codec_by_name(encoding) : CODEC_UTF8) {
    case CODEC_UTF8: *result = codec_utf8_decode(data, size, errors, NULL); return true;
    case CODEC_ASCII: *result = codec_ascii_decode(data, size, errors); return true;
    case CODEC_LATIN1: *result = str_from_latin1(data, size); return true;
    case CODEC_UTF16: *result = codec_utf16_decode(data, size, errors, &byte_order, NULL); return true;
    case CODEC_UTF32: *result = codec_utf32_decode(data, size, errors, &byte_order, NULL); return true;
    default: return false;
    }
}

Value codecs_decode_text(Value object, const char *encoding, const char *errors)
{
    Buffer view;
    if (!names_are_known(encoding, errors)) return VALUE_NULL;
    if (buffer_get(object, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result;
    bool is_done = decode_fast(view.data, view.length, encoding, errors, &result);
    buffer_release(&view);
    if (is_done) return result;
    Value memory = memoryview_from_value(object);
    if (value_is_null(memory)) return VALUE_NULL;
    result = decode_registered(memory, encoding, errors);
    value_decref(memory);
    return result;
}

Value str_encode(Value v, const char *encoding, const char *errors)
{
    return codecs_encode_text(v, encoding, errors);
}

Value str_decode(const char *data, ssize_t size, const char *encoding, const char *errors)
{
    Value result;
    if (decode_fast(data, size, encoding, errors, &result)) return result;
    Value bytes = bytes_new(data, size);
    if (value_is_null(bytes)) return VALUE_NULL;
    result = codecs_decode_text(bytes, encoding, errors);
    value_decref(bytes);
    return result;
}

/* --- file names --- */

Value str_decode_fs(const char *data, ssize_t size)
{
    return codec_utf8_decode(data, size, "surrogateescape", NULL);
}

/* str, bytes or what __fspath__ gives. */
static Value path_text(Value path)
{
    if (is_str(path) || is_bytes(path)) return value_incref(path);
    Value text = call_special(path, ID(__fspath__), NULL, 0);
    if (value_is_null(text)) {
        if (error_occurred()) return VALUE_NULL;
        return error_format(&type_TypeError, "expected str, bytes or os.PathLike object, not %.200s",
                            type_of(path)->name);
    }
    if (is_str(text) || is_bytes(text)) return text;
    error_format(&type_TypeError, "expected %.200s.__fspath__() to return str or bytes, not %.200s",
                 type_of(path)->name, type_of(text)->name);
    value_decref(text);
    return VALUE_NULL;
}

Value str_encode_fs(Value path)
{
    Value text = path_text(path);
    if (value_is_null(text)) return VALUE_NULL;
    Value bytes = is_bytes(text) ? value_incref(text) : codec_utf8_encode(text, "surrogateescape");
    value_decref(text);
    if (value_is_null(bytes)) return VALUE_NULL;
    if (memchr(as_bytes(bytes)->data, 0, (size_t)as_bytes(bytes)->length)) {
        value_decref(bytes);
        return error_set(&type_ValueError, "embedded null byte");
    }
    return bytes;
}

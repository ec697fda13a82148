/* codecs_module: the module _codecs: the registry's functions, and each C codec as a pair of functions that give
 * (result, length used). */
#include "objects/abstract.h"
#include "objects/bytes_internal.h"
#include "objects/call.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

static Value pair(STEALS Value result, ssize_t used)
{
    if (value_is_null(result)) return result;
    Value tuple = tuple_pack(2, result, value_from_small_int(used));
    value_decref(result);
    return tuple;
}

static bool need_str(Value v, const char *function, int index)
{
    if (is_str(v)) return true;
    error_format(&type_TypeError, "%s() argument %d must be str, not %.50s", function, index,
                 value_is_none(v) ? "None" : type_of(v)->name);
    return false;
}

/* Optional `errors` at args[index]: NULL when missing or None. */
static bool errors_argument(const char *function, const Value *args, ssize_t nargs, int index, const char **errors)
{
    *errors = NULL;
    if (nargs <= index || value_is_none(args[index])) return true;
    if (!is_str(args[index])) {
        error_format(&type_TypeError, "%s() argument %d must be str or None, not %.50s", function, index + 1,
                     type_of(args[index])->name);
        return false;
    }
    ssize_t size;
    *errors = str_as_utf8(args[index], &size);
    if (*errors && (size_t)size != strlen(*errors)) {
        error_set(&type_ValueError, "embedded null character");
        return false;
    }
    return *errors != NULL;
}

/* --- the registry --- */

static Value codecs_register_function(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return codecs_register(args[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value codecs_unregister_function(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return codecs_unregister(args[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static const char *name_argument(const char *function, Value v)
{
    if (!is_str(v)) {
        error_format(&type_TypeError, "%s() argument must be str, not %.50s", function,
                     value_is_none(v) ? "None" : type_of(v)->name);
        return NULL;
    }
    ssize_t size;
    const char *text = str_as_utf8(v, &size);
    if (text && (size_t)size != strlen(text)) {
        error_set(&type_ValueError, "embedded null character");
        return NULL;
    }
    return text;
}

static Value lookup(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *name = name_argument("lookup", args[0]);
    return name ? codecs_lookup(name) : VALUE_NULL;
}

static Value lookup_error(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *name = name_argument("lookup_error", args[0]);
    return name ? codecs_lookup_error(name) : VALUE_NULL;
}

static Value register_error(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!need_str(args[0], "register_error", 1)) return VALUE_NULL;
    const char *name = str_as_utf8(args[0], NULL);
    return !name || codecs_register_error(name, args[1]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static bool parse_coding(const char *function, const Value *args, ssize_t nargs, Value kwnames, Value *object,
                         const char *text[2])
{
    static const char *const names[] = {"obj", "encoding", "errors", NULL};
    ArgSpec spec = {function, names, 1, 3, 0};
    Value given[3];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return false;
    *object = given[0];
    for (int i = 0; i < 2; i++) {
        text[i] = NULL;
        if (value_is_null(given[i + 1])) continue;
        if (!is_str(given[i + 1])) {
            error_format(&type_TypeError, "%s() argument '%s' must be str, not %.50s", function, names[i + 1],
                         value_is_none(given[i + 1]) ? "None" : type_of(given[i + 1])->name);
            return false;
        }
        text[i] = str_as_utf8(given[i + 1], NULL);
        if (!text[i]) return false;
    }
    return true;
}

static Value encode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value object;
    const char *text[2];
    if (!parse_coding("encode", args, nargs, kwnames, &object, text)) return VALUE_NULL;
    return codecs_encode(object, text[0], text[1]);
}

static Value decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value object;
    const char *text[2];
    if (!parse_coding("decode", args, nargs, kwnames, &object, text)) return VALUE_NULL;
    return codecs_decode(object, text[0], text[1]);
}

/* --- decoders: (data, errors, final) --- */

typedef Value StreamDecoder(const char *data, ssize_t size, const char *errors, ssize_t *consumed);

static bool final_argument(const Value *args, ssize_t nargs, int index, bool *is_final)
{
    return nargs <= index || arg_as_bool(args[index], is_final);
}

/* For data that may also be given as a str (its UTF-8). */
static bool get_text_or_buffer(Value v, Buffer *view)
{
    if (!is_str(v)) return buffer_get(v, view, BUFFER_SIMPLE) == 0;
    ssize_t size;
    const char *text = str_as_utf8(v, &size);
    return text && buffer_fill(view, v, (void *)text, size, true, BUFFER_SIMPLE) == 0;
}

static void release_text_or_buffer(Value v, Buffer *view)
{
    if (is_str(v))
        value_clear(&view->owner);
    else
        buffer_release(view);
}

static Value decode_stream(const char *name, StreamDecoder *decoder, const Value *args, ssize_t nargs, bool is_final,
                           bool takes_str)
{
    const char *errors;
    Buffer view;
    if (!errors_argument(name, args, nargs, 1, &errors) || !final_argument(args, nargs, 2, &is_final))
        return VALUE_NULL;
    if (takes_str ? !get_text_or_buffer(args[0], &view) : buffer_get(args[0], &view, BUFFER_SIMPLE) < 0)
        return VALUE_NULL;
    ssize_t consumed = view.length;
    Value text = decoder(view.data, view.length, errors, is_final ? NULL : &consumed);
    if (takes_str)
        release_text_or_buffer(args[0], &view);
    else
        buffer_release(&view);
    return pair(text, consumed);
}

static Value utf_8_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return decode_stream("utf_8_decode", codec_utf8_decode, args, nargs, false, false);
}

static Value utf_7_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return decode_stream("utf_7_decode", codec_utf7_decode, args, nargs, false, false);
}

static Value raw_unicode_escape_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return decode_stream("raw_unicode_escape_decode", codec_raw_unicode_escape_decode, args, nargs, true, true);
}

static int warn_escape(const InvalidEscape *e)
{
    if (!e->text[0]) return 0;
    if (e->text[1]) return warn_format(&type_DeprecationWarning, 1, "invalid octal escape sequence '\\%s'", e->text);
    return warn_format(&type_DeprecationWarning, 1, "invalid escape sequence '\\%c'", (uint8_t)e->text[0]);
}

static Value unicode_escape_stream(const char *data, ssize_t size, const char *errors, ssize_t *consumed)
{
    InvalidEscape invalid;
    Value text = codec_unicode_escape_decode(data, size, errors, consumed, &invalid);
    if (!value_is_null(text) && warn_escape(&invalid) < 0) value_clear(&text);
    return text;
}

static Value unicode_escape_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return decode_stream("unicode_escape_decode", unicode_escape_stream, args, nargs, true, true);
}

static Value escape_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *errors;
    InvalidEscape invalid;
    Buffer view;
    if (!errors_argument("escape_decode", args, nargs, 1, &errors) || !get_text_or_buffer(args[0], &view))
        return VALUE_NULL;
    ssize_t size = view.length;
    Value bytes = codec_escape_decode(view.data, size, errors, &invalid);
    if (!value_is_null(bytes) && warn_escape(&invalid) < 0) value_clear(&bytes);
    release_text_or_buffer(args[0], &view);
    return pair(bytes, size);
}

static Value latin1_whole(const char *data, ssize_t size, const char *errors)
{
    return str_from_latin1(data, size);
}

static Value decode_whole(const char *name, Value (*decoder)(const char *, ssize_t, const char *), const Value *args,
                          ssize_t nargs)
{
    const char *errors;
    Buffer view;
    if (!errors_argument(name, args, nargs, 1, &errors) || buffer_get(args[0], &view, BUFFER_SIMPLE) < 0)
        return VALUE_NULL;
    ssize_t size = view.length;
    Value text = decoder(view.data, size, errors);
    buffer_release(&view);
    return pair(text, size);
}

static Value ascii_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return decode_whole("ascii_decode", codec_ascii_decode, args, nargs);
}

static Value latin_1_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return decode_whole("latin_1_decode", latin1_whole, args, nargs);
}

static Value charmap_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *errors;
    Buffer view;
    if (!errors_argument("charmap_decode", args, nargs, 1, &errors) || buffer_get(args[0], &view, BUFFER_SIMPLE) < 0)
        return VALUE_NULL;
    ssize_t size = view.length;
    Value mapping = nargs > 2 && !value_is_none(args[2]) ? args[2] : VALUE_NULL;
    Value text = codec_charmap_decode(view.data, size, mapping, errors);
    buffer_release(&view);
    return pair(text, size);
}

typedef Value WideDecoder(const char *data, ssize_t size, const char *errors, int *byte_order, ssize_t *consumed);

static Value decode_wide(const char *name, WideDecoder *decoder, int byte_order, const Value *args, ssize_t nargs,
                         bool is_extended)
{
    const char *errors;
    Buffer view;
    bool is_final = false;
    if (!errors_argument(name, args, nargs, 1, &errors)) return VALUE_NULL;
    if (is_extended && nargs > 2 && !arg_as_int(args[2], &byte_order)) return VALUE_NULL;
    if (!final_argument(args, nargs, is_extended ? 3 : 2, &is_final)) return VALUE_NULL;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    ssize_t consumed = view.length;
    Value text = decoder(view.data, view.length, errors, &byte_order, is_final ? NULL : &consumed);
    buffer_release(&view);
    if (!is_extended || value_is_null(text)) return pair(text, consumed);
    Value result = tuple_pack(3, text, value_from_small_int(consumed), value_from_small_int(byte_order));
    value_decref(text);
    return result;
}

#define WIDE_DECODER(name, decoder, order, extended)                                                                   \
    static Value name(Value self, const Value *args, ssize_t nargs, Value kwnames)                                     \
    {                                                                                                                  \
        return decode_wide(#name, decoder, order, args, nargs, extended);                                              \
    }
WIDE_DECODER(utf_16_decode, codec_utf16_decode, 0, false)
WIDE_DECODER(utf_16_le_decode, codec_utf16_decode, -1, false)
WIDE_DECODER(utf_16_be_decode, codec_utf16_decode, 1, false)
WIDE_DECODER(utf_16_ex_decode, codec_utf16_decode, 0, true)
WIDE_DECODER(utf_32_decode, codec_utf32_decode, 0, false)
WIDE_DECODER(utf_32_le_decode, codec_utf32_decode, -1, false)
WIDE_DECODER(utf_32_be_decode, codec_utf32_decode, 1, false)
WIDE_DECODER(utf_32_ex_decode, codec_utf32_decode, 0, true)

/* --- encoders: (str, errors) --- */

static Value encode_str(const char *name, Value (*encoder)(Value, const char *), const Value *args, ssize_t nargs)
{
    const char *errors;
    if (!need_str(args[0], name, 1) || !errors_argument(name, args, nargs, 1, &errors)) return VALUE_NULL;
    return pair(encoder(args[0], errors), str_length(args[0]));
}

static Value unicode_escape_whole(Value text, const char *errors)
{
    return codec_unicode_escape_encode(text);
}

static Value raw_unicode_escape_whole(Value text, const char *errors)
{
    return codec_raw_unicode_escape_encode(text);
}

#define ENCODER(name, encoder)                                                                                         \
    static Value name(Value self, const Value *args, ssize_t nargs, Value kwnames)                                     \
    {                                                                                                                  \
        return encode_str(#name, encoder, args, nargs);                                                                \
    }
ENCODER(utf_8_encode, codec_utf8_encode)
ENCODER(utf_7_encode, codec_utf7_encode)
ENCODER(ascii_encode, codec_ascii_encode)
ENCODER(latin_1_encode, codec_latin1_encode)
ENCODER(unicode_escape_encode, unicode_escape_whole)
ENCODER(raw_unicode_escape_encode, raw_unicode_escape_whole)

static Value encode_wide(const char *name, Value (*encoder)(Value, const char *, int), int byte_order,
                         const Value *args, ssize_t nargs)
{
    const char *errors;
    if (!need_str(args[0], name, 1) || !errors_argument(name, args, nargs, 1, &errors)) return VALUE_NULL;
    if (nargs > 2 && !arg_as_int(args[2], &byte_order)) return VALUE_NULL;
    return pair(encoder(args[0], errors, byte_order), str_length(args[0]));
}

#define WIDE_ENCODER(name, encoder, order)                                                                             \
    static Value name(Value self, const Value *args, ssize_t nargs, Value kwnames)                                     \
    {                                                                                                                  \
        return encode_wide(#name, encoder, order, args, nargs);                                                        \
    }
WIDE_ENCODER(utf_16_encode, codec_utf16_encode, 0)
WIDE_ENCODER(utf_16_le_encode, codec_utf16_encode, -1)
WIDE_ENCODER(utf_16_be_encode, codec_utf16_encode, 1)
WIDE_ENCODER(utf_32_encode, codec_utf32_encode, 0)
WIDE_ENCODER(utf_32_le_encode, codec_utf32_encode, -1)
WIDE_ENCODER(utf_32_be_encode, codec_utf32_encode, 1)

static Value charmap_encode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *errors;
    if (!need_str(args[0], "charmap_encode", 1) || !errors_argument("charmap_encode", args, nargs, 1, &errors))
        return VALUE_NULL;
    Value mapping = nargs > 2 && !value_is_none(args[2]) ? args[2] : VALUE_NULL;
    return pair(codec_charmap_encode(args[0], mapping, errors), str_length(args[0]));
}

static Value charmap_build(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_format(&type_TypeError, "charmap_build() argument must be str, not %T", args[0]);
    return codec_charmap_build(args[0]);
}

static Value escape_encode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *errors;
    if (!is_bytes(args[0]))
        return error_format(&type_TypeError, "escape_encode() argument 1 must be bytes, not %.50s",
                            value_is_none(args[0]) ? "None" : type_of(args[0])->name);
    if (!errors_argument("escape_encode", args, nargs, 1, &errors)) return VALUE_NULL;
    Value text = bytes_repr(args[0], false); /* what stands between the quotes */
    if (value_is_null(text)) return text;
    Value bytes = bytes_new((const char *)as_str(text)->data + 2, str_length(text) - 3);
    value_decref(text);
    return pair(bytes, as_bytes(args[0])->length);
}

static Value readbuffer_encode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *errors;
    Buffer view;
    if (!errors_argument("readbuffer_encode", args, nargs, 1, &errors) || !get_text_or_buffer(args[0], &view))
        return VALUE_NULL;
    ssize_t size = view.length;
    Value bytes = bytes_new(view.data, size);
    release_text_or_buffer(args[0], &view);
    return pair(bytes, size);
}

#define TWO(name, signature)                                                                                           \
    {                                                                                                                  \
#name, name, 1, 2, 0, #name signature "\n--\n\n"                                                               \
    }
#define THREE(name, signature)                                                                                         \
    {                                                                                                                  \
#name, name, 1, 3, 0, #name signature "\n--\n\n"                                                               \
    }
static const NativeMethod methods[] = {
    {"register", codecs_register_function, 1, 1, 0,
     "register($module, search_function, /)\n--\n\nRegister a codec search function.\n\n"
     "Search functions are expected to take one argument, the encoding name in\n"
     "all lower case letters, and either return None, or a tuple of functions\n"
     "(encoder, decoder, stream_reader, stream_writer) (or a CodecInfo object)."},
    {"unregister", codecs_unregister_function, 1, 1, 0,
     "unregister($module, search_function, /)\n--\n\nUnregister a codec search function and clear the registry's "
     "cache.\n\nIf the search function is not registered, do nothing."},
    {"lookup", lookup, 1, 1, 0,
     "lookup($module, encoding, /)\n--\n\nLooks up a codec tuple in the Python codec registry and returns a CodecInfo "
     "object."},
    {"encode", encode, 0, -1, NATIVE_KEYWORDS,
     "encode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\n"
     "Encodes obj using the codec registered for encoding.\n\n"
     "The default encoding is 'utf-8'.  errors may be given to set a\n"
     "different error handling scheme.  Default is 'strict' meaning that encoding\n"
     "errors raise a ValueError.  Other possible values are 'ignore', 'replace'\n"
     "and 'backslashreplace' as well as any other name registered with\n"
     "codecs.register_error that can handle ValueErrors."},
    {"decode", decode, 0, -1, NATIVE_KEYWORDS,
     "decode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\n"
     "Decodes obj using the codec registered for encoding.\n\n"
     "Default encoding is 'utf-8'.  errors may be given to set a\n"
     "different error handling scheme.  Default is 'strict' meaning that encoding\n"
     "errors raise a ValueError.  Other possible values are 'ignore', 'replace'\n"
     "and 'backslashreplace' as well as any other name registered with\n"
     "codecs.register_error that can handle ValueErrors."},
    {"register_error", register_error, 2, 2, 0,
     "register_error($module, errors, handler, /)\n--\n\nRegister the specified error handler under the name "
     "errors.\n\n"
     "handler must be a callable object, that\n"
     "will be called with an exception instance containing\n"
     "information about the location of the encoding/decoding\n"
     "error and must return a (replacement, new position) tuple."},
    {"lookup_error", lookup_error, 1, 1, 0,
     "lookup_error($module, name, /)\n--\n\nlookup_error(errors) -> handler\n\n"
     "Return the error handler for the specified error handling name or raise a\n"
     "LookupError, if no handler exists under this name."},
    TWO(escape_encode, "($module, data, errors=None, /)"),
    TWO(escape_decode, "($module, data, errors=None, /)"),
    TWO(utf_8_encode, "($module, str, errors=None, /)"),
    THREE(utf_8_decode, "($module, data, errors=None, final=False, /)"),
    TWO(utf_7_encode, "($module, str, errors=None, /)"),
    THREE(utf_7_decode, "($module, data, errors=None, final=False, /)"),
    THREE(utf_16_encode, "($module, str, errors=None, byteorder=0, /)"),
    TWO(utf_16_le_encode, "($module, str, errors=None, /)"),
    TWO(utf_16_be_encode, "($module, str, errors=None, /)"),
    THREE(utf_16_decode, "($module, data, errors=None, final=False, /)"),
    THREE(utf_16_le_decode, "($module, data, errors=None, final=False, /)"),
    THREE(utf_16_be_decode, "($module, data, errors=None, final=False, /)"),
    {"utf_16_ex_decode", utf_16_ex_decode, 1, 4, 0,
     "utf_16_ex_decode($module, data, errors=None, byteorder=0, final=False,\n                 /)\n--\n\n"},
    THREE(utf_32_encode, "($module, str, errors=None, byteorder=0, /)"),
    TWO(utf_32_le_encode, "($module, str, errors=None, /)"),
    TWO(utf_32_be_encode, "($module, str, errors=None, /)"),
    THREE(utf_32_decode, "($module, data, errors=None, final=False, /)"),
    THREE(utf_32_le_decode, "($module, data, errors=None, final=False, /)"),
    THREE(utf_32_be_decode, "($module, data, errors=None, final=False, /)"),
    {"utf_32_ex_decode", utf_32_ex_decode, 1, 4, 0,
     "utf_32_ex_decode($module, data, errors=None, byteorder=0, final=False,\n                 /)\n--\n\n"},
    TWO(unicode_escape_encode, "($module, str, errors=None, /)"),
    THREE(unicode_escape_decode, "($module, data, errors=None, final=True, /)"),
    TWO(raw_unicode_escape_encode, "($module, str, errors=None, /)"),
    THREE(raw_unicode_escape_decode, "($module, data, errors=None, final=True, /)"),
    TWO(latin_1_encode, "($module, str, errors=None, /)"),
    TWO(latin_1_decode, "($module, data, errors=None, /)"),
    TWO(ascii_encode, "($module, str, errors=None, /)"),
    TWO(ascii_decode, "($module, data, errors=None, /)"),
    THREE(charmap_encode, "($module, str, errors=None, mapping=None, /)"),
    THREE(charmap_decode, "($module, data, errors=None, mapping=None, /)"),
    {"charmap_build", charmap_build, 1, 1, 0, "charmap_build($module, map, /)\n--\n\n"},
    TWO(readbuffer_encode, "($module, data, errors=None, /)"),
    {NULL}};

NATIVE_MODULE(_codecs) = {.name = "_codecs", .methods = methods};

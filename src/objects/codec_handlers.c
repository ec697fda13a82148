/* codec_handlers: the built-in error handlers as functions of an exception: what codecs.lookup_error gives, and what
 * codecs call when they do not treat a policy themselves. Each gives (replacement, position to go on at). */
#include "objects/codec_handlers.h"

#include <stdio.h>

#include "base/utf8.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

/* What an exception says, clipped as its attributes are. */
typedef struct Failure {
    UnicodeErrorObject *error;
    bool is_decoding;
    ssize_t start, end;
} Failure;

static Value wrong_type(Value exception)
{
    return error_format(&type_TypeError, "don't know how to handle %.200s in error callback", type_of(exception)->name);
}

/* False with an error. Decoding errors hold bytes, the others a str. */
static bool read_failure(Value exception, Failure *f)
{
    if (!is_exception(exception) || !type_is_subtype(type_of(exception), &type_UnicodeError)) {
        wrong_type(exception);
        return false;
    }
    const Type *type = type_of(exception);
    f->is_decoding = type_is_subtype(type, &type_UnicodeDecodeError);
    if (!f->is_decoding && !type_is_subtype(type, &type_UnicodeEncodeError) &&
        !type_is_subtype(type, &type_UnicodeTranslateError)) {
        wrong_type(exception);
        return false;
    }
    f->error = (UnicodeErrorObject *)value_as_object(exception);
    Value object = f->error->object;
    if (value_is_null(object)) {
        error_set(&type_TypeError, "object attribute not set");
        return false;
    }
    if (f->is_decoding ? !is_bytes(object) : !is_str(object)) {
        error_format(&type_TypeError, "%.200s attribute must be %s", "object", f->is_decoding ? "bytes" : "unicode");
        return false;
    }
    ssize_t length = f->is_decoding ? as_bytes(object)->length : str_length(object);
    f->start = MAX(0, MIN(f->error->start, length - 1));
    f->end = MIN(MAX(f->error->end, 1), length);
    if (f->start < 0) f->start = 0;
    return true;
}

static Value answer(STEALS Value replacement, ssize_t position)
{
    if (value_is_null(replacement)) return VALUE_NULL;
    Value result = tuple_pack(2, replacement, value_from_small_int(position));
    value_decref(replacement);
    return result;
}

static bool is_translating(const Failure *f)
{
    return type_is_subtype(f->error->head.type, &type_UnicodeTranslateError);
}

static Value strict_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (is_exception(args[0])) return error_raise(value_incref(args[0]));
    return error_set(&type_TypeError, "codec must pass exception instance");
}

static Value ignore_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Failure f;
    if (!read_failure(args[0], &f)) return VALUE_NULL;
    return answer(str_empty(), f.end);
}

static Value replace_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Failure f;
    if (!read_failure(args[0], &f)) return VALUE_NULL;
    if (f.is_decoding) return answer(str_from_char(0xfffd), f.end);
    StrBuilder out;
    str_builder_init(&out);
    str_builder_add_fill(&out, is_translating(&f) ? 0xfffd : '?', f.end - f.start);
    return answer(str_builder_finish(&out), f.end);
}

static Value xmlcharrefreplace_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Failure f;
    if (!is_exception(args[0]) || !type_is_subtype(type_of(args[0]), &type_UnicodeEncodeError))
        return wrong_type(args[0]);
    if (!read_failure(args[0], &f)) return VALUE_NULL;
    StrBuilder out;
    str_builder_init(&out);
    for (ssize_t i = f.start; i < f.end; i++) {
        char text[16];
        ssize_t size = snprintf(text, sizeof text, "&#%u;", str_char(as_str(f.error->object), i));
        str_builder_add_ascii(&out, text, size);
    }
    return answer(str_builder_finish(&out), f.end);
}

static void add_escape(StrBuilder *out, uint32_t c)
{
    char text[16];
    const char *format = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
    str_builder_add_ascii(out, text, snprintf(text, sizeof text, format, c));
}

static Value backslashreplace_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Failure f;
    if (!read_failure(args[0], &f)) return VALUE_NULL;
    StrBuilder out;
    str_builder_init(&out);
    for (ssize_t i = f.start; i < f.end; i++)
        add_escape(&out,
                   f.is_decoding ? (uint8_t)as_bytes(f.error->object)->data[i] : str_char(as_str(f.error->object), i));
    return answer(str_builder_finish(&out), f.end);
}

static Value namereplace_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Failure f;
    if (!is_exception(args[0]) || !type_is_subtype(type_of(args[0]), &type_UnicodeEncodeError))
        return wrong_type(args[0]);
    if (!read_failure(args[0], &f)) return VALUE_NULL;
    Value name_function = import_attr("unicodedata", "name");
    if (value_is_null(name_function)) return VALUE_NULL;
    StrBuilder out;
    str_builder_init(&out);
    for (ssize_t i = f.start; i < f.end && !out.failed; i++) {
        uint32_t c = str_char(as_str(f.error->object), i);
        Value character = str_from_char(c);
        Value name = value_is_null(character) ? character : call_2(name_function, character, VALUE_NONE);
        value_xdecref(character);
        if (value_is_null(name)) {
            str_builder_discard(&out);
            value_decref(name_function);
            return VALUE_NULL;
        }
        if (is_str(name)) {
            str_builder_add_ascii(&out, "\\N{", 3);
            str_builder_add_str(&out, name);
            str_builder_add_char(&out, '}');
        } else {
            add_escape(&out, c);
        }
        value_decref(name);
    }
    value_decref(name_function);
    return answer(str_builder_finish(&out), f.end);
}

/* --- surrogatepass --- */

enum SurrogateForm { FORM_OTHER, FORM_UTF8, FORM_UTF16LE, FORM_UTF16BE, FORM_UTF32LE, FORM_UTF32BE };

static enum SurrogateForm form_of_encoding(Value encoding)
{
    static const struct {
        const char *name;
        enum SurrogateForm form;
    } forms[] = {{"utf8", FORM_UTF8},       {"cp65001", FORM_UTF8},    {"utf16", FORM_UTF16LE},
                 {"utf16le", FORM_UTF16LE}, {"utf16be", FORM_UTF16BE}, {"utf32", FORM_UTF32LE},
                 {"utf32le", FORM_UTF32LE}, {"utf32be", FORM_UTF32BE}};
    if (value_is_null(encoding) || !is_str(encoding) || !as_str(encoding)->is_ascii) return FORM_OTHER;
    char name[16];
    size_t n = 0;
    for (const char *c = as_str(encoding)->data; *c && n < sizeof name - 1; c++)
        if (*c != '-' && *c != '_') name[n++] = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    name[n] = 0;
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (strcmp(name, forms[i].name) == 0) return forms[i].form;
    return FORM_OTHER;
}

static int form_width(enum SurrogateForm form)
{
    return form == FORM_UTF8 ? 3 : form <= FORM_UTF16BE ? 2 : 4;
}

static void put_surrogate(char *out, enum SurrogateForm form, uint32_t c)
{
    switch (form) {
    case FORM_UTF8: utf8_put(out, c); return;
    case FORM_UTF16LE: out[0] = (char)c, out[1] = (char)(c >> 8); return;
    case FORM_UTF16BE: out[0] = (char)(c >> 8), out[1] = (char)c; return;
    case FORM_UTF32LE: out[0] = (char)c, out[1] = (char)(c >> 8), out[2] = out[3] = 0; return;
    default: out[0] = out[1] = 0, out[2] = (char)(c >> 8), out[3] = (char)c;
    }
}

static uint32_t get_surrogate(const unsigned char *s, enum SurrogateForm form)
{
    switch (form) {
    case FORM_UTF8:
        if ((s[0] & 0xf0) != 0xe0 || (s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80) return 0;
        return (uint32_t)(s[0] & 0xf) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
    case FORM_UTF16LE: return (uint32_t)s[1] << 8 | s[0];
    case FORM_UTF16BE: return (uint32_t)s[0] << 8 | s[1];
    case FORM_UTF32LE: return (uint32_t)s[3] << 24 | (uint32_t)s[2] << 16 | (uint32_t)s[1] << 8 | s[0];
    default: return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3];
    }
}

static bool is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

static Value surrogatepass_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Failure f;
    if (!read_failure(args[0], &f)) return VALUE_NULL;
    if (is_translating(&f)) return wrong_type(args[0]);
    enum SurrogateForm form = form_of_encoding(f.error->encoding);
    if (form == FORM_OTHER) return error_raise(value_incref(args[0]));
    int width = form_width(form);
    if (f.is_decoding) {
        const Bytes *input = as_bytes(f.error->object);
        uint32_t c = 0;
        if (input->length - f.start >= width) c = get_surrogate((const unsigned char *)input->data + f.start, form);
        if (!is_surrogate(c)) return error_raise(value_incref(args[0]));
        return answer(str_from_char(c), f.start + width);
    }
    Value result = bytes_new(NULL, (f.end - f.start) * width);
    if (value_is_null(result)) return VALUE_NULL;
    for (ssize_t i = f.start; i < f.end; i++) {
        uint32_t c = str_char(as_str(f.error->object), i);
        if (!is_surrogate(c)) {
            value_decref(result);
            return error_raise(value_incref(args[0]));
        }
        put_surrogate(as_bytes(result)->data + (i - f.start) * width, form, c);
    }
    return answer(result, f.end);
}

/* --- surrogateescape --- */

static Value surrogateescape_errors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Failure f;
    if (!read_failure(args[0], &f)) return VALUE_NULL;
    if (is_translating(&f)) return wrong_type(args[0]);
    if (!f.is_decoding) {
        Value result = bytes_new(NULL, f.end - f.start);
        if (value_is_null(result)) return VALUE_NULL;
        for (ssize_t i = f.start; i < f.end; i++) {
            uint32_t c = str_char(as_str(f.error->object), i);
            if (c < 0xdc80 || c > 0xdcff) {
                value_decref(result);
                return error_raise(value_incref(args[0]));
            }
            as_bytes(result)->data[i - f.start] = (char)(c - 0xdc00);
        }
        return answer(result, f.end);
    }
    const uint8_t *input = (const uint8_t *)as_bytes(f.error->object)->data;
    uint16_t escaped[4];
    ssize_t n = 0;
    while (n < 4 && n < f.end - f.start && input[f.start + n] >= 0x80) {
        escaped[n] = (uint16_t)(0xdc00 + input[f.start + n]);
        n++;
    }
    if (n == 0) return error_raise(value_incref(args[0]));
    return answer(str_from_kind(2, escaped, n), f.start + n);
}

const NativeMethod codec_handlers[] = {
    {"strict_errors", strict_errors, 1, 1, 0,
     "Implements the 'strict' error handling, which raises a UnicodeError on coding errors."},
    {"ignore_errors", ignore_errors, 1, 1, 0,
     "Implements the 'ignore' error handling, which ignores malformed data and continues."},
    {"replace_errors", replace_errors, 1, 1, 0,
     "Implements the 'replace' error handling, which replaces malformed data with a replacement marker."},
    {"xmlcharrefreplace_errors", xmlcharrefreplace_errors, 1, 1, 0,
     "Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate "
     "XML character reference."},
    {"backslashreplace_errors", backslashreplace_errors, 1, 1, 0,
     "Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape "
     "sequence."},
    {"namereplace_errors", namereplace_errors, 1, 1, 0,
     "Implements the 'namereplace' error handling, which replaces an unencodable character with a \\N{...} escape "
     "sequence."},
    {"surrogatepass_errors", surrogatepass_errors, 1, 1, 0, NULL},
    {"surrogateescape_errors", surrogateescape_errors, 1, 1, 0, NULL},
    {NULL}};

/* exception_unicode.c: UnicodeError and its three subclasses. */
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception_internal.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

ALWAYS_INLINE UnicodeErrorObject *as_unicode_error(Value v)
{
    return (UnicodeErrorObject *)value_as_object(v);
}

static bool check_str(int index, Value v)
{
    if (is_str(v)) return true;
    error_format(&type_TypeError, "argument %d must be str, not %s", index,
                 value_is_none(v) ? "None" : type_of(v)->name);
    return false;
}

static bool take_range(UnicodeErrorObject *e, const Value *args)
{
    return arg_as_ssize(args[0], &e->start) && arg_as_ssize(args[1], &e->end);
}

static int encode_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (exception_init(self, args, nargs, kwnames) < 0) return -1;
    if (nargs != 5) {
        error_format(&type_TypeError, "function takes exactly 5 arguments (%zd given)", nargs);
        return -1;
    }
    UnicodeErrorObject *e = as_unicode_error(self);
    if (!check_str(1, args[0]) || !check_str(2, args[1]) || !take_range(e, args + 2) || !check_str(5, args[4]))
        return -1;
    value_replace(&e->encoding, value_incref(args[0]));
    value_replace(&e->object, value_incref(args[1]));
    value_replace(&e->reason, value_incref(args[4]));
    return 0;
}

static int decode_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (exception_init(self, args, nargs, kwnames) < 0) return -1;
    if (nargs != 5) {
        error_format(&type_TypeError, "function takes exactly 5 arguments (%zd given)", nargs);
        return -1;
    }
    UnicodeErrorObject *e = as_unicode_error(self);
    if (!check_str(1, args[0]) || !take_range(e, args + 2) || !check_str(5, args[4])) return -1;
    Value object = VALUE_NULL;
    if (is_bytes(args[1])) {
        object = value_incref(args[1]);
    } else {
        Buffer view;
        if (buffer_get(args[1], &view, BUFFER_SIMPLE) < 0) return -1;
        object = bytes_new(view.data, view.length);
        buffer_release(&view);
        if (value_is_null(object)) return -1;
    }
    value_replace(&e->encoding, value_incref(args[0]));
    value_replace(&e->object, object);
    value_replace(&e->reason, value_incref(args[4]));
    return 0;
}

static int translate_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (exception_init(self, args, nargs, kwnames) < 0) return -1;
    if (nargs != 4) {
        error_format(&type_TypeError, "function takes exactly 4 arguments (%zd given)", nargs);
        return -1;
    }
    UnicodeErrorObject *e = as_unicode_error(self);
    if (!check_str(1, args[0]) || !take_range(e, args + 1) || !check_str(4, args[3])) return -1;
    value_replace(&e->object, value_incref(args[0]));
    value_replace(&e->reason, value_incref(args[3]));
    return 0;
}

/* "'\xff'" and so on. */
static Value character_text(uint32_t c)
{
    if (c <= 0xff) return str_format("'\\x%02x'", c);
    if (c <= 0xffff) return str_format("'\\u%04x'", c);
    return str_format("'\\U%08x'", c);
}

/* The message, with `what` ("can't encode character") between the encoding and the place. */
static Value describe(UnicodeErrorObject *e, const char *one, const char *many)
{
    ssize_t length = is_str(e->object) ? str_length(e->object) : as_bytes(e->object)->length;
    Value reason = value_str(e->reason), encoding = VALUE_NULL, text = VALUE_NULL, what = VALUE_NULL;
    if (value_is_null(reason)) return VALUE_NULL;
    encoding = value_is_null(e->encoding) ? str_empty() : value_str(e->encoding);
    if (value_is_null(encoding)) goto done;
    if (e->start >= 0 && e->start < length && e->end == e->start + 1) {
        what = is_str(e->object) ? character_text(str_char(as_str(e->object), e->start))
                                 : str_format("0x%02x", (unsigned)(uint8_t)as_bytes(e->object)->data[e->start]);
        if (value_is_null(what)) goto done;
        if (value_is_null(e->encoding))
            text = str_format("%s %U in position %zd: %U", one, what, e->start, reason);
        else
            text = str_format("'%U' codec %s %U in position %zd: %U", encoding, one, what, e->start, reason);
    } else if (value_is_null(e->encoding)) {
        text = str_format("%s in position %zd-%zd: %U", many, e->start, e->end - 1, reason);
    } else {
        text = str_format("'%U' codec %s in position %zd-%zd: %U", encoding, many, e->start, e->end - 1, reason);
    }
done:
    value_xdecref(what);
    value_xdecref(encoding);
    value_decref(reason);
    return text;
}

static Value encode_str(Value self)
{
    if (value_is_null(as_unicode_error(self)->object)) return str_empty();
    return describe(as_unicode_error(self), "can't encode character", "can't encode characters");
}

static Value decode_str(Value self)
{
    if (value_is_null(as_unicode_error(self)->object)) return str_empty();
    return describe(as_unicode_error(self), "can't decode byte", "can't decode bytes");
}

static Value translate_str(Value self)
{
    if (value_is_null(as_unicode_error(self)->object)) return str_empty();
    return describe(as_unicode_error(self), "can't translate character", "can't translate characters");
}

#define MEMBER(name, kind, field, doc)                                                                                 \
    {                                                                                                                  \
        name, kind, offsetof(UnicodeErrorObject, field), false, doc                                                    \
    }
static const NativeMember unicode_members[] = {MEMBER("encoding", MEMBER_VALUE, encoding, "exception encoding"),
                                               MEMBER("object", MEMBER_VALUE, object, "exception object"),
                                               MEMBER("start", MEMBER_SSIZE, start, "exception start"),
                                               MEMBER("end", MEMBER_SSIZE, end, "exception end"),
                                               MEMBER("reason", MEMBER_VALUE, reason, "exception reason"),
                                               {NULL}};

EXCEPTION_TYPE(UnicodeError, &type_ValueError, Exception, "Unicode related error.",
               .new_instance = exception_new_instance);
EXCEPTION_TYPE(UnicodeEncodeError, &type_UnicodeError, UnicodeErrorObject, "Unicode encoding error.",
               .new_instance = exception_new_instance, .init = encode_init, .str = encode_str,
               .members = unicode_members);
EXCEPTION_TYPE(UnicodeDecodeError, &type_UnicodeError, UnicodeErrorObject, "Unicode decoding error.",
               .new_instance = exception_new_instance, .init = decode_init, .str = decode_str,
               .members = unicode_members);
EXCEPTION_TYPE(UnicodeTranslateError, &type_UnicodeError, UnicodeErrorObject, "Unicode translation error.",
               .new_instance = exception_new_instance, .init = translate_init, .str = translate_str,
               .members = unicode_members);

Value unicode_decode_error_new(const char *encoding, const char *object, ssize_t length, ssize_t start, ssize_t end,
                               const char *reason)
{
    Value encoding_text = str_from_cstr(encoding), bytes = bytes_new(object, length),
          reason_text = str_from_cstr(reason);
    Value args = VALUE_NULL, error = VALUE_NULL;
    if (!value_is_null(encoding_text) && !value_is_null(bytes) && !value_is_null(reason_text))
        args = tuple_pack(5, encoding_text, bytes, value_from_small_int(start), value_from_small_int(end), reason_text);
    if (!value_is_null(args)) error = exception_new(&type_UnicodeDecodeError, args);
    value_xdecref(args);
    value_xdecref(encoding_text);
    value_xdecref(bytes);
    value_xdecref(reason_text);
    return error;
}

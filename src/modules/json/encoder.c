/* encoder.c: writing JSON. The whole text grows in one StrBuilder; json.encoder remains the specification. */
#include <math.h>

#include "modules/json/json.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/tuple.h"

/* --- strings --- */

static int append_hex(StrBuilder *builder, uint32_t unit)
{
    char text[6] = {'\\', 'u'};
    for (int i = 0; i < 4; i++) text[2 + i] = "0123456789abcdef"[unit >> (12 - 4 * i) & 15];
    return str_builder_add_ascii(builder, text, sizeof text);
}

static int append_escaped(StrBuilder *builder, uint32_t c)
{
    switch (c) {
    case '\\': return str_builder_add_ascii(builder, "\\\\", 2);
    case '"': return str_builder_add_ascii(builder, "\\\"", 2);
    case '\b': return str_builder_add_ascii(builder, "\\b", 2);
    case '\f': return str_builder_add_ascii(builder, "\\f", 2);
    case '\n': return str_builder_add_ascii(builder, "\\n", 2);
    case '\r': return str_builder_add_ascii(builder, "\\r", 2);
    case '\t': return str_builder_add_ascii(builder, "\\t", 2);
    default:
        if (c < 0x10000) return append_hex(builder, c);
        c -= 0x10000;
        if (append_hex(builder, 0xd800 + (c >> 10)) < 0) return -1;
        return append_hex(builder, 0xdc00 + (c & 0x3ff));
    }
}

int json_append_string(StrBuilder *builder, Value text, bool is_ascii)
{
    const Str *s = as_str(text);
    ssize_t plain = 0; // start of the run that needs no escape
    if (str_builder_add_char(builder, '"') < 0) return -1;
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        if (c >= 0x20 && c != '"' && c != '\\' && (c < 0x7f || !is_ascii)) continue;
        if (i > plain && str_builder_add_slice(builder, text, plain, i) < 0) return -1;
        if (append_escaped(builder, c) < 0) return -1;
        plain = i + 1;
    }
    if (s->length > plain && str_builder_add_slice(builder, text, plain, s->length) < 0) return -1;
    return str_builder_add_char(builder, '"');
}

static Value encode_string(Value v, bool is_ascii)
{
    if (!is_str(v)) return error_format(&type_TypeError, "first argument must be a string, not %.80T", v);
    StrBuilder builder;
    str_builder_init(&builder);
    json_append_string(&builder, v, is_ascii);
    return str_builder_finish(&builder);
}

Value json_encode_basestring(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return encode_string(args[0], false);
}

Value json_encode_basestring_ascii(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return encode_string(args[0], true);
}

/* --- the encoder --- */

typedef struct Encoder {
    Object head;
    Value markers, default_function, encoder, indent, key_separator, item_separator; /* owned */
    bool sort_keys, skip_keys, allows_nan;
    enum { ENCODE_BY_CALL, ENCODE_PLAIN, ENCODE_ASCII } string_mode; /* of `encoder`, when it is one of ours */
} Encoder;

static int append_value(const Encoder *self, StrBuilder *builder, Value v);

static int append_str(const Encoder *self, StrBuilder *builder, Value text)
{
    if (self->string_mode != ENCODE_BY_CALL)
        return json_append_string(builder, text, self->string_mode == ENCODE_ASCII);
    Value encoded = call_1(self->encoder, text);
    if (value_is_null(encoded)) return -1;
    int status = -1;
    if (is_str(encoded))
        status = str_builder_add_str(builder, encoded);
    else
        error_format(&type_TypeError, "encoder() must return a string, not %.80T", encoded);
    value_decref(encoded);
    return status;
}

/* The text of a float, as a str. */
static Value float_text(const Encoder *self, Value v)
{
    double d = float_as_double(v);
    if (isfinite(d)) return float_repr(d);
    if (!self->allows_nan) return error_set(&type_ValueError, "Out of range float values are not JSON compliant");
    return str_from_cstr(isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
}

static int append_owned(StrBuilder *builder, STEALS Value text)
{
    if (value_is_null(text)) return -1;
    int status = str_builder_add_str(builder, text);
    value_decref(text);
    return status;
}

static const char *constant_text(Value v)
{
    return value_is_none(v) ? "null" : value_is(v, VALUE_TRUE) ? "true" : value_is(v, VALUE_FALSE) ? "false" : NULL;
}

/* Notes that v is being written: 1 noted, 0 not needed, -1 it is already (a cycle) or an error. */
static int mark(const Encoder *self, Value v, Value *identity)
{
    if (value_is_none(self->markers)) return 0;
    *identity = int_from_uint64(v.bits);
    if (value_is_null(*identity)) return -1;
    int known = dict_contains(self->markers, *identity);
    if (known > 0) error_set(&type_ValueError, "Circular reference detected");
    if (known == 0 && dict_set(self->markers, *identity, v) == 0) return 1;
    value_decref(*identity);
    return -1;
}

static int unmark(const Encoder *self, STEALS Value identity)
{
    int status = dict_delete(self->markers, identity);
    value_decref(identity);
    return status;
}

static int append_items(const Encoder *self, StrBuilder *builder, Value items)
{
    if (str_builder_add_char(builder, '[') < 0) return -1;
    for (ssize_t i = 0; i < sequence_fast_length(items); i++) {
        if (i && str_builder_add_str(builder, self->item_separator) < 0) return -1;
        Value item = value_incref(sequence_fast_items(items)[i]);
        int status = append_value(self, builder, item);
        value_decref(item);
        if (status < 0) return -1;
    }
    return str_builder_add_char(builder, ']');
}

/* The str that stands for a key: 1, or 0 when the key is to be skipped. */
static int key_text(const Encoder *self, Value key, Value *text)
{
    const char *constant = constant_text(key);
    if (is_str(key))
        *text = value_incref(key);
    else if (constant)
        *text = str_from_cstr(constant);
    else if (is_float(key))
        *text = float_text(self, key);
    else if (is_int(key))
        *text = int_to_str(key, 10);
    else if (self->skip_keys)
        return 0;
    else {
        error_format(&type_TypeError, "keys must be str, int, float, bool or None, not %.100T", key);
        return -1;
    }
    return value_is_null(*text) ? -1 : 1;
}

static int append_member(const Encoder *self, StrBuilder *builder, Value key, Value value, bool *is_first)
{
    Value text;
    int status = key_text(self, key, &text);
    if (status <= 0) return status;
    status = *is_first ? 0 : str_builder_add_str(builder, self->item_separator);
    *is_first = false;
    if (status == 0) status = append_str(self, builder, text);
    value_decref(text);
    if (status < 0 || str_builder_add_str(builder, self->key_separator) < 0) return -1;
    return append_value(self, builder, value);
}

static int append_members(const Encoder *self, StrBuilder *builder, Value dict)
{
    if (is_dict(dict) && dict_length(dict) == 0) return str_builder_add_ascii(builder, "{}", 2);
    Value items = mapping_items(dict);
    if (value_is_null(items)) return -1;
    bool is_first = true;
    int status = self->sort_keys ? list_sort(items, VALUE_NULL, false) : 0;
    if (status == 0) status = str_builder_add_char(builder, '{');
    for (ssize_t i = 0; status >= 0 && i < list_length(items); i++) {
        Value item = list_item_borrow(items, i);
        if (!is_tuple(item) || tuple_length(item) != 2) {
            error_set(&type_ValueError, "items must return 2-tuples");
            status = -1;
            break;
        }
        status = append_member(self, builder, tuple_item_borrow(item, 0), tuple_item_borrow(item, 1), &is_first);
    }
    value_decref(items);
    return status < 0 ? -1 : str_builder_add_char(builder, '}');
}

static int append_list(const Encoder *self, StrBuilder *builder, Value v)
{
    if (sequence_fast_length(v) == 0) return str_builder_add_ascii(builder, "[]", 2);
    return append_items(self, builder, v);
}

static int append_default(const Encoder *self, StrBuilder *builder, Value v)
{
    Value replacement = call_1(self->default_function, v);
    if (value_is_null(replacement)) return -1;
    int status = append_value(self, builder, replacement);
    value_decref(replacement);
    return status;
}

static int append_nested(const Encoder *self, StrBuilder *builder, Value v,
                         int (*append)(const Encoder *, StrBuilder *, Value))
{
    Value identity;
    if (!recursion_enter(" while encoding a JSON object")) return -1;
    int marked = mark(self, v, &identity), status = marked;
    if (marked >= 0) {
        status = append(self, builder, v);
        if (marked && status == 0)
            status = unmark(self, identity);
        else if (marked)
            value_decref(identity);
    }
    recursion_leave();
    return status;
}

static int append_value(const Encoder *self, StrBuilder *builder, Value v)
{
    const char *constant = constant_text(v);
    if (constant) return str_builder_add_ascii(builder, constant, -1);
    if (is_str(v)) return append_str(self, builder, v);
    if (is_int(v)) return append_owned(builder, int_to_str(v, 10));
    if (is_float(v)) return append_owned(builder, float_text(self, v));
    if (is_list(v) || is_tuple(v)) return append_nested(self, builder, v, append_list);
    if (is_dict(v)) return append_nested(self, builder, v, append_members);
    return append_nested(self, builder, v, append_default);
}

static Value encoder_call(Value v, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("_iterencode", 2, 2, "obj", "_current_indent_level");
    ssize_t ignored;
    if (!arg_as_ssize(out[1], &ignored)) return VALUE_NULL;
    StrBuilder builder;
    str_builder_init(&builder);
    if (append_value((const Encoder *)value_as_object(v), &builder, out[0]) < 0) {
        str_builder_discard(&builder);
        return VALUE_NULL;
    }
    Value text = str_builder_finish(&builder);
    return value_is_null(text) ? VALUE_NULL : tuple_from_array_steal(&text, 1);
}

/* --- the type --- */

static void encoder_destroy(Object *object)
{
    Encoder *self = (Encoder *)object;
    gc_untrack(object);
    Value *const fields[] = {&self->markers, &self->default_function, &self->encoder,
                             &self->indent,  &self->key_separator,    &self->item_separator};
    for (size_t i = 0; i < COUNT_OF(fields); i++) value_xdecref(*fields[i]);
    object_free(object, sizeof(Encoder));
}

static int encoder_traverse(Object *object, GcVisit visit, void *argument)
{
    Encoder *self = (Encoder *)object;
    GC_VISIT(self->markers);
    GC_VISIT(self->default_function);
    GC_VISIT(self->encoder);
    GC_VISIT(self->indent);
    GC_VISIT(self->key_separator);
    GC_VISIT(self->item_separator);
    return 0;
}

static void encoder_clear(Object *object)
{
    Encoder *self = (Encoder *)object;
    value_clear(&self->markers);
    value_clear(&self->default_function);
    value_clear(&self->encoder);
    value_clear(&self->indent);
    value_clear(&self->key_separator);
    value_clear(&self->item_separator);
}

static NativeFunction native_of(Value v)
{
    if (!object_has_type(v, &type_native_function)) return NULL;
    return ((NativeFunctionObject *)value_as_object(v))->method->function;
}

static Value encoder_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    enum { MARKERS, DEFAULT, ENCODER, INDENT, KEY_SEPARATOR, ITEM_SEPARATOR, SORT_KEYS, SKIP_KEYS, ALLOW_NAN };
    ARGUMENTS("make_encoder", 9, 9, "markers", "default", "encoder", "indent", "key_separator", "item_separator",
              "sort_keys", "skipkeys", "allow_nan");
    bool sorts, skips, allows_nan;
    if (!is_str(out[KEY_SEPARATOR]) || !is_str(out[ITEM_SEPARATOR]))
        return error_format(&type_TypeError, "make_encoder() argument %d must be str, not %T",
                            is_str(out[KEY_SEPARATOR]) ? 6 : 5,
                            is_str(out[KEY_SEPARATOR]) ? out[ITEM_SEPARATOR] : out[KEY_SEPARATOR]);
    if (!arg_as_bool(out[SORT_KEYS], &sorts) || !arg_as_bool(out[SKIP_KEYS], &skips) ||
        !arg_as_bool(out[ALLOW_NAN], &allows_nan))
        return VALUE_NULL;
    if (!value_is_none(out[MARKERS]) && !is_dict(out[MARKERS]))
        return error_format(&type_TypeError, "make_encoder() argument 1 must be dict or None, not %.200T",
                            out[MARKERS]);
    Encoder *self = object_alloc_zeroed(type, sizeof(Encoder));
    if (!self) return VALUE_NULL;
    self->markers = value_incref(out[MARKERS]);
    self->default_function = value_incref(out[DEFAULT]);
    self->encoder = value_incref(out[ENCODER]);
    self->indent = value_incref(out[INDENT]);
    self->key_separator = value_incref(out[KEY_SEPARATOR]);
    self->item_separator = value_incref(out[ITEM_SEPARATOR]);
    self->sort_keys = sorts;
    self->skip_keys = skips;
    self->allows_nan = allows_nan;
    NativeFunction native = native_of(out[ENCODER]);
    if (native == json_encode_basestring_ascii)
        self->string_mode = ENCODE_ASCII;
    else if (native == json_encode_basestring)
        self->string_mode = ENCODE_PLAIN;
    gc_track(self);
    return value_from_object(self);
}

static const NativeMember members[] = {
    {"markers", MEMBER_VALUE, offsetof(Encoder, markers), true, "markers"},
    {"default", MEMBER_VALUE, offsetof(Encoder, default_function), true, "default"},
    {"encoder", MEMBER_VALUE, offsetof(Encoder, encoder), true, "encoder"},
    {"indent", MEMBER_VALUE, offsetof(Encoder, indent), true, "indent"},
    {"key_separator", MEMBER_VALUE, offsetof(Encoder, key_separator), true, "key_separator"},
    {"item_separator", MEMBER_VALUE, offsetof(Encoder, item_separator), true, "item_separator"},
    {"sort_keys", MEMBER_BOOL, offsetof(Encoder, sort_keys), true, "sort_keys"},
    {"skipkeys", MEMBER_BOOL, offsetof(Encoder, skip_keys), true, "skipkeys"},
    {NULL},
};

Type json_encoder_type = {
    .head = TYPE_HEAD,
    .name = "_json.Encoder",
    .doc = "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    .instance_size = sizeof(Encoder),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE,
    .destroy = encoder_destroy,
    .traverse = encoder_traverse,
    .clear = encoder_clear,
    .new_instance = encoder_new,
    .call = encoder_call,
    .members = members,
};

/* --- the module --- */

static const NativeMethod methods[] = {
    {"encode_basestring", json_encode_basestring, 1, 1, 0,
     "encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string"},
    {"encode_basestring_ascii", json_encode_basestring_ascii, 1, 1, 0,
     "encode_basestring_ascii(string) -> string\n\nReturn an ASCII-only JSON representation of a Python string"},
    {"scanstring", json_scanstring, 2, 3, 0,
     "scanstring(string, end, strict=True) -> (string, end)\n\n"
     "Scan the string s for a JSON string. End is the index of the\n"
     "character in s after the quote that started the JSON string."},
    {NULL},
};

static int exec(Value module)
{
    if (type_ready(&json_scanner_type) < 0 || type_ready(&json_encoder_type) < 0) return -1;
    if (module_add(module, "make_scanner", value_incref(value_from_object(&json_scanner_type))) < 0) return -1;
    return module_add(module, "make_encoder", value_incref(value_from_object(&json_encoder_type)));
}

NATIVE_MODULE(_json) = {
    .name = "_json",
    .doc = "json speedups\n",
    .methods = methods,
    .exec = exec,
};

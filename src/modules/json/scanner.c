/* scanner.c: reading JSON: strings, numbers, arrays, objects. The grammar, the messages and their positions are those
 * of json.decoder and json.scanner, which remain the specification. */
#include "modules/json/json.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/tuple.h"

Value json_decode_error(const char *message, Value text, ssize_t position)
{
    Value type = import_attr("json.decoder", "JSONDecodeError");
    if (value_is_null(type)) return VALUE_NULL;
    Value message_text = str_from_cstr(message), error = VALUE_NULL;
    if (!value_is_null(message_text)) {
        error = call_3(type, message_text, text, value_from_small_int(position));
        value_decref(message_text);
    }
    value_decref(type);
    return value_is_null(error) ? VALUE_NULL : error_raise(error);
}

/* --- strings --- */

static bool read_hex(const Str *text, ssize_t start, uint32_t *code)
{
    *code = 0;
    for (ssize_t i = start; i < start + 4; i++) {
        uint32_t c = str_char(text, i), digit = c | 0x20;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (digit >= 'a' && digit <= 'f')
            digit -= 'a' - 10;
        else
            return false;
        *code = *code << 4 | digit;
    }
    return true;
}

/* A \uXXXX escape whose digits begin at `digits`; takes the second half of a surrogate pair too. *next is behind it. */
static bool read_unicode_escape(Value v, ssize_t digits, uint32_t *c, ssize_t *next)
{
    const Str *text = as_str(v);
    ssize_t end = digits + 4;
    uint32_t low;
    if (end >= text->length || !read_hex(text, digits, c)) {
        json_decode_error("Invalid \\uXXXX escape", v, digits - 1);
        return false;
    }
    *next = end;
    bool may_pair = *c >= 0xd800 && *c < 0xdc00 && end + 6 < text->length && str_char(text, end) == '\\' &&
                    str_char(text, end + 1) == 'u';
    if (!may_pair) return true;
    if (!read_hex(text, end + 2, &low)) {
        json_decode_error("Invalid \\uXXXX escape", v, end + 1);
        return false;
    }
    if (low >= 0xdc00 && low < 0xe000) {
        *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
        *next = end + 6;
    }
    return true;
}

/* The escape behind the backslash at `at - 1`. */
static bool read_escape(Value v, ssize_t at, uint32_t *c, ssize_t *next)
{
    *next = at + 1;
    switch (str_char(as_str(v), at)) {
    case '"': *c = '"'; return true;
    case '\\': *c = '\\'; return true;
    case '/': *c = '/'; return true;
    case 'b': *c = '\b'; return true;
    case 'f': *c = '\f'; return true;
    case 'n': *c = '\n'; return true;
    case 'r': *c = '\r'; return true;
    case 't': *c = '\t'; return true;
    case 'u': return read_unicode_escape(v, at + 1, c, next);
    default: json_decode_error("Invalid \\escape", v, at - 1); return false;
    }
}

/* Where the quote or backslash is that ends the run of plain characters at `from`; -1 with an error. */
static ssize_t plain_end(Value v, ssize_t start, ssize_t from, bool is_strict)
{
    const Str *text = as_str(v);
    for (ssize_t i = from; i < text->length; i++) {
        uint32_t c = str_char(text, i);
        if (c == '"' || c == '\\') return i;
        if (c <= 0x1f && is_strict) {
            json_decode_error("Invalid control character at", v, i);
            return -1;
        }
    }
    json_decode_error("Unterminated string starting at", v, start - 1);
    return -1;
}

Value json_scan_string(Value v, ssize_t start, bool is_strict, ssize_t *end)
{
    const Str *text = as_str(v);
    ssize_t stop = plain_end(v, start, start, is_strict);
    if (stop < 0) return VALUE_NULL;
    if (str_char(text, stop) == '"') { // nothing to unescape
        *end = stop + 1;
        return str_slice(v, start, stop);
    }
    StrBuilder builder;
    str_builder_init(&builder);
    for (ssize_t from = start;;) {
        if (stop > from) str_builder_add_slice(&builder, v, from, stop);
        if (str_char(text, stop) == '"') break;
        uint32_t c;
        if (stop + 1 == text->length) {
            json_decode_error("Unterminated string starting at", v, start - 1);
            goto failed;
        }
        if (!read_escape(v, stop + 1, &c, &from)) goto failed;
        str_builder_add_char(&builder, c);
        stop = plain_end(v, start, from, is_strict);
        if (stop < 0) goto failed;
    }
    *end = stop + 1;
    return str_builder_finish(&builder);
failed:
    str_builder_discard(&builder);
    return VALUE_NULL;
}

Value json_scanstring(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t start, end;
    bool is_strict = true;
    if (!arg_as_ssize(args[1], &start) || (nargs > 2 && !arg_as_bool(args[2], &is_strict))) return VALUE_NULL;
    if (!is_str(args[0])) return error_format(&type_TypeError, "first argument must be a string, not %.80T", args[0]);
    if (start < 0 || start > str_length(args[0])) return error_set(&type_ValueError, "end is out of bounds");
    Value string = json_scan_string(args[0], start, is_strict, &end);
    if (value_is_null(string)) return VALUE_NULL;
    return tuple_from_array_steal((Value[]){string, value_from_small_int(end)}, 2);
}

/* --- the scanner --- */

typedef struct Scanner {
    Object head;
    Value strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant; /* owned */
    bool is_strict;
} Scanner;

/* One call: the text, and the keys that were seen, so that equal ones are one object. */
typedef struct Scan {
    const Scanner *scanner;
    Value text;
    ssize_t length;
    Value memo; /* owned dict */
} Scan;

static Value scan_value(Scan *scan, ssize_t at, ssize_t *next);

ALWAYS_INLINE uint32_t char_at(const Scan *scan, ssize_t at)
{
    return at < scan->length ? str_char(as_str(scan->text), at) : 0;
}

static ssize_t skip_blanks(const Scan *scan, ssize_t at)
{
    for (;; at++) {
        uint32_t c = char_at(scan, at);
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return at;
    }
}

/* There is no value here: what json.scanner tells by StopIteration(position). */
static Value no_value(ssize_t at)
{
    return error_stop_iteration(value_from_small_int(at));
}

static bool matches(const Scan *scan, ssize_t at, const char *word, ssize_t length)
{
    if (scan->length - at < length) return false;
    for (ssize_t i = 0; i < length; i++)
        if (str_char(as_str(scan->text), at + i) != (uint8_t)word[i]) return false;
    return true;
}

static Value constant(const Scan *scan, const char *name, ssize_t at, ssize_t *next)
{
    Value text = str_from_cstr(name);
    if (value_is_null(text)) return VALUE_NULL;
    Value result = call_1(scan->scanner->parse_constant, text);
    *next = at + str_length(text);
    value_decref(text);
    return result;
}

static ssize_t skip_digits(const Scan *scan, ssize_t at)
{
    while (char_at(scan, at) >= '0' && char_at(scan, at) <= '9') at++;
    return at;
}

/* Where the number at `at` ends; `at` when there is none. */
static ssize_t number_end(const Scan *scan, ssize_t at, bool *is_float)
{
    ssize_t digits = char_at(scan, at) == '-' ? at + 1 : at;
    ssize_t end = char_at(scan, digits) == '0' ? digits + 1 : skip_digits(scan, digits);
    *is_float = false;
    if (end == digits) return at;
    if (char_at(scan, end) == '.' && skip_digits(scan, end + 1) > end + 1) {
        *is_float = true;
        end = skip_digits(scan, end + 1);
    }
    if ((char_at(scan, end) | 0x20) == 'e') {
        ssize_t exponent = end + 1;
        if (char_at(scan, exponent) == '+' || char_at(scan, exponent) == '-') exponent++;
        if (skip_digits(scan, exponent) > exponent) {
            *is_float = true;
            end = skip_digits(scan, exponent);
        }
    }
    return end;
}

static Value scan_number(Scan *scan, ssize_t at, ssize_t *next)
{
    bool is_float;
    ssize_t end = number_end(scan, at, &is_float);
    if (end == at) return no_value(at);
    *next = end;
    Value parse = is_float ? scan->scanner->parse_float : scan->scanner->parse_int;
    if (!is_float && end - at <= 18 && value_as_object(parse) == &type_int.head) { // fits an immediate
        bool is_negative = char_at(scan, at) == '-';
        int64_t n = 0;
        for (ssize_t i = at + is_negative; i < end; i++) n = n * 10 + (char_at(scan, i) - '0');
        return value_from_small_int(is_negative ? -n : n);
    }
    Value text = str_slice(scan->text, at, end);
    if (value_is_null(text)) return VALUE_NULL;
    Value result;
    if (value_is_object(parse) && value_as_object(parse) == &type_float.head)
        result = float_from_str(text);
    else if (value_is_object(parse) && value_as_object(parse) == &type_int.head)
        result = int_from_str(text, 10);
    else
        result = call_1(parse, text);
    value_decref(text);
    return result;
}

static Value scan_array(Scan *scan, ssize_t at, ssize_t *next)
{
    Value list = list_new(0);
    if (value_is_null(list)) return VALUE_NULL;
    at = skip_blanks(scan, at);
    if (char_at(scan, at) == ']') {
        *next = at + 1;
        return list;
    }
    for (;;) {
        Value item = scan_value(scan, at, &at);
        if (value_is_null(item) || list_append_steal(list, item) < 0) break;
        at = skip_blanks(scan, at);
        if (char_at(scan, at) == ']') {
            *next = at + 1;
            return list;
        }
        if (char_at(scan, at) != ',') {
            json_decode_error("Expecting ',' delimiter", scan->text, at);
            break;
        }
        at = skip_blanks(scan, at + 1);
    }
    value_decref(list);
    return VALUE_NULL;
}

/* The key at `at`, the one object for all equal keys. */
static Value scan_key(Scan *scan, ssize_t at, ssize_t *next)
{
    if (char_at(scan, at) != '"')
        return json_decode_error("Expecting property name enclosed in double quotes", scan->text, at);
    Value key = json_scan_string(scan->text, at + 1, scan->scanner->is_strict, next);
    if (value_is_null(key)) return VALUE_NULL;
    Value known = dict_set_default(scan->memo, key, key);
    value_decref(key);
    return known;
}

/* One "key: value" into the dict or the list of pairs. */
static bool scan_member(Scan *scan, Value into, bool has_pairs_hook, ssize_t *at)
{
    Value key = scan_key(scan, *at, at);
    if (value_is_null(key)) return false;
    bool done = false;
    *at = skip_blanks(scan, *at);
    if (char_at(scan, *at) != ':') {
        json_decode_error("Expecting ':' delimiter", scan->text, *at);
    } else {
        *at = skip_blanks(scan, *at + 1);
        Value value = scan_value(scan, *at, at);
        if (!value_is_null(value)) {
            if (has_pairs_hook) {
                Value pair = tuple_pack(2, key, value);
                done = !value_is_null(pair) && list_append_steal(into, pair) == 0;
            } else {
                done = dict_set(into, key, value) == 0;
            }
            value_decref(value);
        }
    }
    value_decref(key);
    return done;
}

static bool scan_members(Scan *scan, Value into, bool has_pairs_hook, ssize_t at, ssize_t *next)
{
    at = skip_blanks(scan, at);
    if (char_at(scan, at) != '}') {
        for (;;) {
            if (!scan_member(scan, into, has_pairs_hook, &at)) return false;
            at = skip_blanks(scan, at);
            if (char_at(scan, at) == '}') break;
            if (char_at(scan, at) != ',') {
                json_decode_error("Expecting ',' delimiter", scan->text, at);
                return false;
            }
            at = skip_blanks(scan, at + 1);
        }
    }
    *next = at + 1;
    return true;
}

static Value scan_object(Scan *scan, ssize_t at, ssize_t *next)
{
    const Scanner *scanner = scan->scanner;
    bool has_pairs_hook = !value_is_none(scanner->object_pairs_hook);
    Value result = has_pairs_hook ? list_new(0) : dict_new();
    if (value_is_null(result)) return VALUE_NULL;
    if (!scan_members(scan, result, has_pairs_hook, at, next)) {
        value_decref(result);
        return VALUE_NULL;
    }
    Value hook = has_pairs_hook ? scanner->object_pairs_hook : scanner->object_hook;
    if (value_is_none(hook)) return result;
    Value hooked = call_1(hook, result);
    value_decref(result);
    return hooked;
}

static Value scan_nested(Scan *scan, Value (*scan_container)(Scan *, ssize_t, ssize_t *), const char *where, ssize_t at,
                         ssize_t *next)
{
    if (!recursion_enter(where)) return VALUE_NULL;
    Value result = scan_container(scan, at + 1, next);
    recursion_leave();
    return result;
}

static Value scan_value(Scan *scan, ssize_t at, ssize_t *next)
{
    switch (char_at(scan, at)) {
    case '"': return json_scan_string(scan->text, at + 1, scan->scanner->is_strict, next);
    case '{': return scan_nested(scan, scan_object, " while decoding a JSON object from a unicode string", at, next);
    case '[': return scan_nested(scan, scan_array, " while decoding a JSON array from a unicode string", at, next);
    case 'n':
        if (!matches(scan, at, "null", 4)) break;
        *next = at + 4;
        return VALUE_NONE;
    case 't':
        if (!matches(scan, at, "true", 4)) break;
        *next = at + 4;
        return VALUE_TRUE;
    case 'f':
        if (!matches(scan, at, "false", 5)) break;
        *next = at + 5;
        return VALUE_FALSE;
    case 'N':
        if (matches(scan, at, "NaN", 3)) return constant(scan, "NaN", at, next);
        break;
    case 'I':
        if (matches(scan, at, "Infinity", 8)) return constant(scan, "Infinity", at, next);
        break;
    case '-':
        if (matches(scan, at, "-Infinity", 9)) return constant(scan, "-Infinity", at, next);
        break;
    default: break;
    }
    return scan_number(scan, at, next);
}

/* --- the type --- */

static void scanner_destroy(Object *object)
{
    Scanner *self = (Scanner *)object;
    gc_untrack(object);
    Value *const fields[] = {&self->strict,      &self->object_hook, &self->object_pairs_hook,
                             &self->parse_float, &self->parse_int,   &self->parse_constant};
    for (size_t i = 0; i < COUNT_OF(fields); i++) value_xdecref(*fields[i]);
    object_free(object, sizeof(Scanner));
}

static int scanner_traverse(Object *object, GcVisit visit, void *argument)
{
    Scanner *self = (Scanner *)object;
    GC_VISIT(self->strict);
    GC_VISIT(self->object_hook);
    GC_VISIT(self->object_pairs_hook);
    GC_VISIT(self->parse_float);
    GC_VISIT(self->parse_int);
    GC_VISIT(self->parse_constant);
    return 0;
}

static void scanner_clear(Object *object)
{
    Scanner *self = (Scanner *)object;
    value_clear(&self->strict);
    value_clear(&self->object_hook);
    value_clear(&self->object_pairs_hook);
    value_clear(&self->parse_float);
    value_clear(&self->parse_int);
    value_clear(&self->parse_constant);
}

static Value scanner_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("make_scanner", 1, 1, "context");
    Scanner *self = object_alloc_zeroed(type, sizeof(Scanner));
    if (!self) return VALUE_NULL;
    const struct {
        Value *field;
        const char *name;
    } fields[] = {{&self->strict, "strict"},
                  {&self->object_hook, "object_hook"},
                  {&self->object_pairs_hook, "object_pairs_hook"},
                  {&self->parse_float, "parse_float"},
                  {&self->parse_int, "parse_int"},
                  {&self->parse_constant, "parse_constant"}};
    bool done = true;
    for (size_t i = 0; done && i < COUNT_OF(fields); i++) {
        *fields[i].field = get_attr_cstr(out[0], fields[i].name);
        done = !value_is_null(*fields[i].field);
    }
    int truth = done ? is_true(self->strict) : -1;
    self->is_strict = truth > 0;
    gc_track(self);
    if (truth >= 0) return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

static Value scanner_call(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("scan_once", 2, 2, "string", "idx");
    ssize_t at, next = -1;
    if (!is_str(out[0])) return error_format(&type_TypeError, "first argument must be a string, not %.80T", out[0]);
    if (!arg_as_ssize(out[1], &at)) return VALUE_NULL;
    if (at < 0) return error_set(&type_ValueError, "idx cannot be negative");
    Scan scan = {.scanner = (const Scanner *)value_as_object(self), .text = out[0], .length = str_length(out[0])};
    if (at >= scan.length) return no_value(at);
    scan.memo = dict_new();
    if (value_is_null(scan.memo)) return VALUE_NULL;
    Value result = scan_value(&scan, at, &next);
    value_decref(scan.memo);
    if (value_is_null(result)) return VALUE_NULL;
    return tuple_from_array_steal((Value[]){result, value_from_small_int(next)}, 2);
}

static const NativeMember members[] = {
    {"strict", MEMBER_BOOL, offsetof(Scanner, is_strict), true, "strict"},
    {"object_hook", MEMBER_VALUE, offsetof(Scanner, object_hook), true, "object_hook"},
    {"object_pairs_hook", MEMBER_VALUE, offsetof(Scanner, object_pairs_hook), true, NULL},
    {"parse_float", MEMBER_VALUE, offsetof(Scanner, parse_float), true, "parse_float"},
    {"parse_int", MEMBER_VALUE, offsetof(Scanner, parse_int), true, "parse_int"},
    {"parse_constant", MEMBER_VALUE, offsetof(Scanner, parse_constant), true, "parse_constant"},
    {NULL},
};

Type json_scanner_type = {
    .head = TYPE_HEAD,
    .name = "_json.Scanner",
    .doc = "JSON scanner object",
    .instance_size = sizeof(Scanner),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE,
    .destroy = scanner_destroy,
    .traverse = scanner_traverse,
    .clear = scanner_clear,
    .new_instance = scanner_new,
    .call = scanner_call,
    .members = members,
};

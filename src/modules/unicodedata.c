/* unicodedata: the Unicode character database for programs. The object ucd_3_2_0 is the same data without the
 * characters that are younger than version 3.2, which is what IDNA needs. */
#include <stdio.h>
#include <strings.h>

#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/native.h"
#include "objects/str_internal.h"
#include "objects/unicode.h"
#include "objects/unicode_db.h"
#include "objects/unicode_names.h"

static Type type_ucd;

/* self is the module, or the UCD object of version 3.2. */
static bool is_old(Value self)
{
    return object_has_type(self, &type_ucd);
}

static bool char_argument(const char *function, Value v, uint32_t *c)
{
    if (is_str(v) && str_length(v) == 1) {
        *c = str_char(as_str(v), 0);
        return true;
    }
    error_format(&type_TypeError, "%s() argument must be a unicode character, not %.50s", function,
                 value_is_none(v) ? "None" : type_of(v)->name);
    return false;
}

static bool char_argument_1(const char *function, Value v, uint32_t *c)
{
    if (is_str(v) && str_length(v) == 1) {
        *c = str_char(as_str(v), 0);
        return true;
    }
    error_format(&type_TypeError, "%s() argument 1 must be a unicode character, not %.50s", function,
                 value_is_none(v) ? "None" : type_of(v)->name);
    return false;
}

static const UnicodeDbRecord *record_for(Value self, uint32_t c)
{
    static const UnicodeDbRecord unassigned = {0};
    const UnicodeDbRecord *r = unicode_db_record(c);
    return is_old(self) && !r->is_in_3_2 ? &unassigned : r;
}

/* --- numbers --- */

static Value missing(const Value *args, ssize_t nargs, const char *message)
{
    return nargs > 1 ? value_incref(args[1]) : error_set(&type_ValueError, message);
}

static Value method_decimal(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    if (!char_argument_1("decimal", args[0], &c)) return VALUE_NULL;
    int n = is_old(self) && !unicode_db_record(c)->is_in_3_2 ? -1 : unicode_decimal(c);
    return n < 0 ? missing(args, nargs, "not a decimal") : value_from_small_int(n);
}

static Value method_digit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    if (!char_argument_1("digit", args[0], &c)) return VALUE_NULL;
    int n = unicode_digit(c);
    return n < 0 ? missing(args, nargs, "not a digit") : value_from_small_int(n);
}

static Value method_numeric(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    if (!char_argument_1("numeric", args[0], &c)) return VALUE_NULL;
    bool has = unicode_has(c, UNICODE_NUMERIC) && !(is_old(self) && !unicode_db_record(c)->is_in_3_2);
    return has ? value_from_double(unicode_numeric(c)) : missing(args, nargs, "not a numeric character");
}

/* --- properties --- */

static Value method_category(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = UNICODE_CATEGORY_NAMES;
    uint32_t c;
    return char_argument("category", args[0], &c) ? str_intern_cstr(names[record_for(self, c)->category]) : VALUE_NULL;
}

static Value method_bidirectional(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = UNICODE_BIDI_NAMES;
    uint32_t c;
    return char_argument("bidirectional", args[0], &c) ? str_intern_cstr(names[record_for(self, c)->bidi]) : VALUE_NULL;
}

static Value method_combining(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    return char_argument("combining", args[0], &c) ? value_from_small_int(record_for(self, c)->combining) : VALUE_NULL;
}

static Value method_mirrored(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    return char_argument("mirrored", args[0], &c) ? value_from_small_int(record_for(self, c)->is_mirrored) : VALUE_NULL;
}

static Value method_east_asian_width(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = UNICODE_WIDTH_NAMES;
    uint32_t c;
    if (!char_argument("east_asian_width", args[0], &c)) return VALUE_NULL;
    return str_intern_cstr(names[record_for(self, c)->width]);
}

/* --- decomposition --- */

static const UnicodeDecomposition *find_decomposition(uint32_t c)
{
    size_t low = 0, high = unicode_decomposition_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unicode_decompositions[middle].c < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == unicode_decomposition_count || unicode_decompositions[low].c != c) return NULL;
    return &unicode_decompositions[low];
}

static Value method_decomposition(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const tags[] = UNICODE_TAG_NAMES;
    uint32_t c;
    if (!char_argument("decomposition", args[0], &c)) return VALUE_NULL;
    const UnicodeDecomposition *d = find_decomposition(c);
    if (!d || (is_old(self) && !unicode_db_record(c)->is_in_3_2)) return str_empty();
    StrBuilder out;
    str_builder_init(&out);
    str_builder_add_ascii(&out, tags[d->tag], -1);
    for (int i = 0; i < d->length; i++) {
        char text[12];
        if (out.length) str_builder_add_char(&out, ' ');
        str_builder_add_ascii(&out, text,
                              snprintf(text, sizeof text, "%04X", unicode_decomposition_data[d->place + i]));
    }
    return str_builder_finish(&out);
}

/* --- normalisation --- */

enum {
    S_BASE = 0xac00,
    L_BASE = 0x1100,
    V_BASE = 0x1161,
    T_BASE = 0x11a7,
    L_COUNT = 19,
    V_COUNT = 21,
    T_COUNT = 28,
    S_COUNT = L_COUNT * V_COUNT * T_COUNT
};

typedef struct CharVector {
    uint32_t *items;
    ssize_t length, capacity;
} CharVector;

static int push(CharVector *v, uint32_t c)
{
    if (v->length == v->capacity) {
        ssize_t capacity = v->capacity ? v->capacity * 2 : 64;
        uint32_t *grown = raw_realloc(v->items, (size_t)capacity * sizeof *grown);
        if (!grown) {
            error_no_memory();
            return -1;
        }
        v->items = grown;
        v->capacity = capacity;
    }
    v->items[v->length++] = c;
    return 0;
}

static uint32_t correction_for(uint32_t c)
{
    for (size_t i = 0; i < unicode_correction_count; i++)
        if (unicode_corrections[i].first == c) return unicode_corrections[i].second;
    return 0;
}

static int decompose(CharVector *out, uint32_t c, bool compatibility, bool old)
{
    if (c < 0x80) return push(out, c);
    if (c >= S_BASE && c < S_BASE + S_COUNT) {
        uint32_t n = c - S_BASE, t = n % T_COUNT;
        if (push(out, L_BASE + n / (V_COUNT * T_COUNT)) < 0 || push(out, V_BASE + n / T_COUNT % V_COUNT) < 0) return -1;
        return t ? push(out, T_BASE + t) : 0;
    }
    if (old && !unicode_db_record(c)->is_in_3_2) return push(out, c);
    uint32_t corrected = old ? correction_for(c) : 0;
    if (corrected) return push(out, corrected);
    const UnicodeDecomposition *d = find_decomposition(c);
    if (!d || (d->tag && !compatibility)) return push(out, c);
    for (int i = 0; i < d->length; i++)
        if (decompose(out, unicode_decomposition_data[d->place + i], compatibility, old) < 0) return -1;
    return 0;
}

/* Combining characters in a row go by their class; the order of equals stays. */
static void sort_combining(CharVector *v)
{
    for (ssize_t i = 1; i < v->length; i++) {
        uint32_t c = v->items[i];
        uint8_t class = unicode_db_record(c)->combining;
        if (class == 0) continue;
        ssize_t k = i;
        while (k > 0 && unicode_db_record(v->items[k - 1])->combining > class) {
            v->items[k] = v->items[k - 1];
            k--;
        }
        v->items[k] = c;
    }
}

static uint32_t compose_pair(uint32_t a, uint32_t b)
{
    if (a >= L_BASE && a < L_BASE + L_COUNT && b >= V_BASE && b < V_BASE + V_COUNT)
        return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
    if (a >= S_BASE && a < S_BASE + S_COUNT && (a - S_BASE) % T_COUNT == 0 && b > T_BASE && b < T_BASE + T_COUNT)
        return a + (b - T_BASE);
    size_t low = 0, high = unicode_pair_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const UnicodePair *p = &unicode_pairs[middle];
        if (p->first < a || (p->first == a && p->second < b))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == unicode_pair_count || unicode_pairs[low].first != a || unicode_pairs[low].second != b) return 0;
    return unicode_pairs[low].composed;
}

static void compose(CharVector *v, bool old)
{
    ssize_t starter = -1, n = 0;
    int last_class = -1; /* of what stands between the starter and here; -1: nothing */
    for (ssize_t i = 0; i < v->length; i++) {
        uint32_t c = v->items[i];
        int class = unicode_db_record(c)->combining;
        if (starter >= 0 && last_class < class) {
            uint32_t composed = compose_pair(v->items[starter], c);
            if (composed && !(old && !unicode_db_record(composed)->is_in_3_2)) {
                v->items[starter] = composed;
                continue;
            }
        }
        if (class == 0) {
            starter = n;
            last_class = -1;
        } else {
            last_class = class;
        }
        v->items[n++] = c;
    }
    v->length = n;
}

typedef struct Form {
    bool composes, is_compatible;
} Form;

static bool parse_form(Value name, Form *form)
{
    static const char *const names[] = {"NFC", "NFKC", "NFD", "NFKD"};
    for (int i = 0; i < 4; i++) {
        if (!str_equal_cstr(name, names[i])) continue;
        *form = (Form){i < 2, i & 1};
        return true;
    }
    error_set(&type_ValueError, "invalid normalization form");
    return false;
}

static Value normalize(Value text, Form form, bool old)
{
    const Str *s = as_str(text);
    if (s->is_ascii || s->length == 0) return value_incref(text);
    CharVector v = {0};
    int status = 0;
    for (ssize_t i = 0; i < s->length && status == 0; i++)
        status = decompose(&v, str_char(s, i), form.is_compatible, old);
    Value result = VALUE_NULL;
    if (status == 0) {
        sort_combining(&v);
        if (form.composes) compose(&v, old);
        result = str_from_kind(4, v.items, v.length);
    }
    raw_free(v.items);
    if (!value_is_null(result) && str_equal(result, text)) value_replace(&result, value_incref(text));
    return result;
}

static bool parse_normalize(const char *function, const Value *args, Form *form)
{
    for (int i = 0; i < 2; i++) {
        if (is_str(args[i])) continue;
        error_format(&type_TypeError, "%s() argument %d must be str, not %.50s", function, i + 1,
                     value_is_none(args[i]) ? "None" : type_of(args[i])->name);
        return false;
    }
    return parse_form(args[0], form);
}

static Value method_normalize(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Form form;
    if (is_str(args[0]) && is_str(args[1]) && str_length(args[1]) == 0) return value_incref(args[1]);
    return parse_normalize("normalize", args, &form) ? normalize(args[1], form, is_old(self)) : VALUE_NULL;
}

static Value method_is_normalized(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Form form;
    if (is_str(args[0]) && is_str(args[1]) && str_length(args[1]) == 0) return VALUE_TRUE;
    if (!parse_normalize("is_normalized", args, &form)) return VALUE_NULL;
    Value normal = normalize(args[1], form, is_old(self));
    if (value_is_null(normal)) return normal;
    bool equal = str_equal(normal, args[1]);
    value_decref(normal);
    return value_from_bool(equal);
}

/* --- names --- */

static Value method_name(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    char text[UNICODE_NAME_MAX];
    if (!char_argument_1("name", args[0], &c)) return VALUE_NULL;
    int n = is_old(self) && !unicode_db_record(c)->is_in_3_2 ? 0 : unicode_name(c, text);
    return n ? str_from_latin1(text, n) : missing(args, nargs, "no such name");
}

/* Version 3.2 has neither aliases nor younger characters. */
static bool is_name_in_3_2(uint32_t c, const char *name, ssize_t size)
{
    char text[UNICODE_NAME_MAX];
    return unicode_db_record(c)->is_in_3_2 && unicode_name(c, text) == size &&
           strncasecmp(text, name, (size_t)size) == 0;
}

static Value method_lookup(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c, sequence[4];
    ssize_t size;
    if (!is_str(args[0]))
        return error_format(&type_TypeError, "lookup() argument must be str, not %.50s",
                            value_is_none(args[0]) ? "None" : type_of(args[0])->name);
    const char *name = str_as_utf8(args[0], &size);
    if (!name) return VALUE_NULL;
    if (size > UNICODE_NAME_MAX) return error_set(&type_KeyError, "name too long");
    if (unicode_from_name(name, size, &c) && (!is_old(self) || is_name_in_3_2(c, name, size))) return str_from_char(c);
    int n = is_old(self) ? 0 : unicode_sequence_from_name(name, size, sequence);
    if (n) return str_from_kind(4, sequence, n);
    return error_format(&type_KeyError, "undefined character name '%s'", name);
}

static const NativeMethod methods[] = {
    {"decimal", method_decimal, 1, 2, 0,
     "decimal($self, chr, default=<unrepresentable>, /)\n--\n\nConverts a Unicode character into its equivalent "
     "decimal "
     "value.\n\nReturns the decimal value assigned to the character chr as integer.\n"
     "If no such value is defined, default is returned, or, if not given,\nValueError is raised."},
    {"digit", method_digit, 1, 2, 0,
     "digit($self, chr, default=<unrepresentable>, /)\n--\n\nConverts a Unicode character into its equivalent digit "
     "value."},
    {"numeric", method_numeric, 1, 2, 0,
     "numeric($self, chr, default=<unrepresentable>, /)\n--\n\nConverts a Unicode character into its equivalent "
     "numeric value."},
    {"category", method_category, 1, 1, 0,
     "category($self, chr, /)\n--\n\nReturns the general category assigned to the character chr as string."},
    {"bidirectional", method_bidirectional, 1, 1, 0,
     "bidirectional($self, chr, /)\n--\n\nReturns the bidirectional class assigned to the character chr as string."},
    {"combining", method_combining, 1, 1, 0,
     "combining($self, chr, /)\n--\n\nReturns the canonical combining class assigned to the character chr as integer."},
    {"mirrored", method_mirrored, 1, 1, 0,
     "mirrored($self, chr, /)\n--\n\nReturns the mirrored property assigned to the character chr as integer."},
    {"east_asian_width", method_east_asian_width, 1, 1, 0,
     "east_asian_width($self, chr, /)\n--\n\nReturns the east asian width assigned to the character chr as string."},
    {"decomposition", method_decomposition, 1, 1, 0,
     "decomposition($self, chr, /)\n--\n\nReturns the character decomposition mapping assigned to the character chr as "
     "string."},
    {"name", method_name, 1, 2, 0,
     "name($self, chr, default=<unrepresentable>, /)\n--\n\nReturns the name assigned to the character chr as a "
     "string."},
    {"lookup", method_lookup, 1, 1, 0,
     "lookup($self, name, /)\n--\n\nLook up character by name.\n\n"
     "If a character with the given name is found, return the\n"
     "corresponding character.  If not found, KeyError is raised."},
    {"is_normalized", method_is_normalized, 2, 2, 0,
     "is_normalized($self, form, unistr, /)\n--\n\nReturn whether the Unicode string unistr is in the normal form "
     "'form'.\n\nValid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'."},
    {"normalize", method_normalize, 2, 2, 0,
     "normalize($self, form, unistr, /)\n--\n\nReturn the normal form 'form' for the Unicode string unistr.\n\n"
     "Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'."},
    {NULL}};

static void ucd_destroy(Object *object)
{
    object_free(object, sizeof(Object));
}

static Value ucd_get_version(Value self, void *closure)
{
    return str_from_cstr("3.2.0");
}

static const NativeGetSet ucd_getsets[] = {{"unidata_version", ucd_get_version, NULL, NULL, NULL}, {NULL}};

static Type type_ucd = {
    TYPE_HEAD,
    .name = "unicodedata.UCD",
    .instance_size = sizeof(Object),
    .flags = TYPE_NO_NEW | TYPE_IMMUTABLE,
    .destroy = ucd_destroy,
    .methods = methods,
    .getsets = ucd_getsets,
};

static int exec(Value module)
{
    if (module_add_type(module, &type_ucd) < 0) return -1;
    if (module_add_cstr(module, "unidata_version", "14.0.0") < 0) return -1;
    return module_add(module, "ucd_3_2_0", value_from_object(object_alloc(&type_ucd, sizeof(Object))));
}

NATIVE_MODULE(unicodedata) = {
    .name = "unicodedata",
    .doc = "This module provides access to the Unicode Character Database which\n"
           "defines character properties for all Unicode characters. The data in\n"
           "this database is based on the UnicodeData.txt file version\n"
           "14.0.0 which is publicly available from the Unicode Consortium.\n\n"
           "The module uses the same names and symbols as defined by the\n"
           "UnicodeData File Format 14.0.0.",
    .methods = methods,
    .exec = exec,
};

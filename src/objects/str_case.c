/* str_case: case conversion and the questions about characters (isalpha, isupper, …). */
#include "objects/error.h"
#include "objects/str_parts.h"
#include "objects/unicode.h"

/* --- conversion --- */

typedef int FullMapping(uint32_t c, uint32_t out[3]);

/* The Greek final sigma: a sigma after a cased letter and not before one, ignorable characters aside. */
static uint32_t lower_sigma(const Str *s, ssize_t at)
{
    ssize_t i = at - 1;
    while (i >= 0 && unicode_has(str_char(s, i), UNICODE_CASE_IGNORABLE)) i--;
    if (i < 0 || !unicode_has(str_char(s, i), UNICODE_CASED)) return 0x3c3;
    for (i = at + 1; i < s->length && unicode_has(str_char(s, i), UNICODE_CASE_IGNORABLE);) i++;
    return i < s->length && unicode_has(str_char(s, i), UNICODE_CASED) ? 0x3c3 : 0x3c2;
}

static int lower_at(const Str *s, ssize_t i, uint32_t out[3])
{
    uint32_t c = str_char(s, i);
    if (c != 0x3a3) return unicode_full_lower(c, out);
    out[0] = lower_sigma(s, i);
    return 1;
}

static void add_all(StrBuilder *out, const uint32_t *chars, int count)
{
    for (int i = 0; i < count; i++) str_builder_add_char(out, chars[i]);
}

static Value map_full(Value self, FullMapping *mapping)
{
    const Str *s = as_str(self);
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length, 0x7f);
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t mapped[3];
        int n = mapping ? mapping(str_char(s, i), mapped) : lower_at(s, i, mapped);
        add_all(&out, mapped, n);
    }
    return str_builder_finish(&out);
}

static inline uint8_t ascii_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static inline uint8_t ascii_upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? c & (uint8_t)~0x20 : c;
}

static Value new_ascii(const Str *s, uint8_t **out)
{
    if (s->length == 1) { /* one-character strings are shared: they must not be written to */
        *out = NULL;
        return VALUE_NULL;
    }
    Value v = str_new(s->length, 0x7f);
    *out = value_is_null(v) ? NULL : as_str(v)->data;
    return v;
}

static Value map_ascii(Value self, bool to_upper)
{
    const Str *s = as_str(self);
    const uint8_t *in = s->data;
    if (s->length == 1) return str_from_char(to_upper ? ascii_upper(*in) : ascii_lower(*in));
    uint8_t *out;
    Value v = new_ascii(s, &out);
    if (value_is_null(v)) return v;
    if (to_upper)
        for (ssize_t i = 0; i < s->length; i++) out[i] = ascii_upper(in[i]);
    else
        for (ssize_t i = 0; i < s->length; i++) out[i] = ascii_lower(in[i]);
    return v;
}

Value str_method_lower(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return as_str(self)->is_ascii ? map_ascii(self, false) : map_full(self, NULL);
}

Value str_method_upper(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return as_str(self)->is_ascii ? map_ascii(self, true) : map_full(self, unicode_full_upper);
}

Value str_method_casefold(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return as_str(self)->is_ascii ? map_ascii(self, false) : map_full(self, unicode_full_fold);
}

Value str_method_swapcase(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length, 0x7f);
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i), mapped[3] = {c};
        int n = 1;
        if (unicode_has(c, UNICODE_UPPER))
            n = lower_at(s, i, mapped);
        else if (unicode_has(c, UNICODE_LOWER))
            n = unicode_full_upper(c, mapped);
        add_all(&out, mapped, n);
    }
    return str_builder_finish(&out);
}

Value str_method_capitalize(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    if (s->length == 0) return str_exact(self);
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length, 0x7f);
    uint32_t mapped[3];
    int n = unicode_full_title(str_char(s, 0), mapped);
    add_all(&out, mapped, n);
    for (ssize_t i = 1; i < s->length; i++) {
        n = lower_at(s, i, mapped);
        add_all(&out, mapped, n);
    }
    return str_builder_finish(&out);
}

Value str_method_title(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length, 0x7f);
    bool after_cased = false;
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i), mapped[3];
        int n = after_cased ? lower_at(s, i, mapped) : unicode_full_title(c, mapped);
        add_all(&out, mapped, n);
        after_cased = unicode_has(c, UNICODE_CASED);
    }
    return str_builder_finish(&out);
}

/* --- questions --- */

/* At least one character, and all have one of the flags. */
static Value all_have(Value self, uint32_t flags)
{
    const Str *s = as_str(self);
    for (ssize_t i = 0; i < s->length; i++)
        if (!unicode_has(str_char(s, i), flags)) return VALUE_FALSE;
    return value_from_bool(s->length > 0);
}

Value str_method_isalpha(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_have(self, UNICODE_ALPHA);
}

Value str_method_isalnum(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_have(self, UNICODE_ALPHA | UNICODE_DECIMAL | UNICODE_DIGIT | UNICODE_NUMERIC);
}

Value str_method_isdecimal(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_have(self, UNICODE_DECIMAL);
}

Value str_method_isdigit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_have(self, UNICODE_DIGIT);
}

Value str_method_isnumeric(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_have(self, UNICODE_NUMERIC);
}

Value str_method_isspace(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_have(self, UNICODE_SPACE);
}

Value str_method_isprintable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return str_length(self) == 0 ? VALUE_TRUE : all_have(self, UNICODE_PRINTABLE);
}

Value str_method_isascii(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(as_str(self)->is_ascii);
}

/* Some cased character, and none of the other case or title case. */
static Value all_cased(Value self, uint32_t wanted, uint32_t unwanted)
{
    const Str *s = as_str(self);
    bool has_cased = false;
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t flags = unicode_record(str_char(s, i))->flags;
        if (flags & unwanted) return VALUE_FALSE;
        has_cased |= (flags & wanted) != 0;
    }
    return value_from_bool(has_cased);
}

Value str_method_islower(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_cased(self, UNICODE_LOWER, UNICODE_UPPER | UNICODE_TITLE);
}

Value str_method_isupper(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_cased(self, UNICODE_UPPER, UNICODE_LOWER | UNICODE_TITLE);
}

Value str_method_istitle(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    bool has_cased = false, after_cased = false;
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t flags = unicode_record(str_char(s, i))->flags;
        if (flags & (UNICODE_UPPER | UNICODE_TITLE)) {
            if (after_cased) return VALUE_FALSE;
            has_cased = after_cased = true;
        } else if (flags & UNICODE_LOWER) {
            if (!after_cased) return VALUE_FALSE;
        } else {
            after_cased = false;
        }
    }
    return value_from_bool(has_cased);
}

bool str_is_identifier(Value v)
{
    const Str *s = as_str(v);
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        bool is_good = c == '_' || unicode_has(c, i ? UNICODE_XID_CONTINUE : UNICODE_XID_START);
        if (!is_good) return false;
    }
    return s->length > 0;
}

Value str_method_isidentifier(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(str_is_identifier(self));
}

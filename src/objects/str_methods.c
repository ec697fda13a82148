/* str_methods: searching, replacing, padding and the method table of str. Case is in str_case.c, splitting in
 * str_split.c, translate in str_translate.c, format in str_template.c. */
#include "objects/abstract.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/format_spec.h"
#include "objects/int.h"
#include "objects/search.h"
#include "objects/str_parts.h"
#include "objects/tuple.h"

/* --- finding --- */

static bool get_bounds(const Value *args, ssize_t nargs, ssize_t length, ssize_t *low, ssize_t *high)
{
    *low = 0;
    *high = SSIZE_MAX;
    if (nargs > 1 && !arg_as_slice_index(args[1], low)) return false;
    if (nargs > 2 && !arg_as_slice_index(args[2], high)) return false;
    if (*high > length) *high = length;
    if (*high < 0) *high = MAX(0, *high + length);
    if (*low < 0) *low = MAX(0, *low + length);
    return true;
}

bool check_find_count(const char *function, ssize_t nargs)
{
    if (nargs >= 1 && nargs <= 3) return true;
    error_format(&type_TypeError,
                 nargs < 1 ? "%s() takes at least 1 argument (%zd given)"
                           : "%s() takes at most 3 arguments (%zd given)",
                 function, nargs);
    return false;
}

static bool need_str(Value v)
{
    if (is_str(v)) return true;
    error_format(&type_TypeError, "must be str, not %.100s", value_is_none(v) ? "NoneType" : type_of(v)->name);
    return false;
}

/* -1 nowhere, -2 with an error. */
static ssize_t find_argument(const char *name, Value self, const Value *args, ssize_t nargs, int direction)
{
    ssize_t low, high;
    if (!check_find_count(name, nargs) || !need_str(args[0]) || !get_bounds(args, nargs, str_length(self), &low, &high))
        return -2;
    return str_find(self, args[0], low, high, direction);
}

static Value find_result(ssize_t at)
{
    return at == -2 ? VALUE_NULL : value_from_small_int(at);
}

static Value index_result(ssize_t at)
{
    return at == -1 ? error_set(&type_ValueError, "substring not found") : find_result(at);
}

static Value method_find(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return find_result(find_argument("find", self, args, nargs, 1));
}

static Value method_rfind(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return find_result(find_argument("rfind", self, args, nargs, -1));
}

static Value method_index(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return index_result(find_argument("index", self, args, nargs, 1));
}

static Value method_rindex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return index_result(find_argument("rindex", self, args, nargs, -1));
}

static Value method_count(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t low, high;
    const Str *s = as_str(self);
    if (!check_find_count("count", nargs) || !need_str(args[0])) return VALUE_NULL;
    if (!get_bounds(args, nargs, s->length, &low, &high)) return VALUE_NULL;
    if (low > high) return value_from_small_int(0);
    const Str *sub = as_str(args[0]);
    return value_from_small_int(
        search_count(str_at(s, low), s->kind, high - low, sub->data, sub->kind, sub->length, SSIZE_MAX));
}

static bool matches_at(const Str *s, const Str *part, ssize_t low, ssize_t high, bool at_end)
{
    if (high - low < part->length || part->kind > s->kind) return false;
    ssize_t from = at_end ? high - part->length : low;
    if (part->kind == s->kind) return memcmp(str_at(s, from), part->data, (size_t)part->length * part->kind) == 0;
    for (ssize_t i = 0; i < part->length; i++)
        if (str_char(s, from + i) != str_char(part, i)) return false;
    return true;
}

static Value test_ends(Value self, const Value *args, ssize_t nargs, const char *name, bool at_end)
{
    ssize_t low, high;
    const Str *s = as_str(self);
    if (!check_find_count(name, nargs) || !get_bounds(args, nargs, s->length, &low, &high)) return VALUE_NULL;
    if (is_tuple(args[0])) {
        for (ssize_t i = 0; i < tuple_length(args[0]); i++) {
            Value part = tuple_item_borrow(args[0], i);
            if (!is_str(part))
                return error_format(&type_TypeError, "tuple for %s must only contain str, not %.100s", name,
                                    type_of(part)->name);
            if (matches_at(s, as_str(part), low, high, at_end)) return VALUE_TRUE;
        }
        return VALUE_FALSE;
    }
    if (!is_str(args[0]))
        return error_format(&type_TypeError, "%s first arg must be str or a tuple of str, not %.100s", name,
                            type_of(args[0])->name);
    return value_from_bool(matches_at(s, as_str(args[0]), low, high, at_end));
}

static Value method_startswith(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return test_ends(self, args, nargs, "startswith", false);
}

static Value method_endswith(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return test_ends(self, args, nargs, "endswith", true);
}

static bool check_affix(Value v, const char *method)
{
    if (is_str(v)) return true;
    error_format(&type_TypeError, "%s() argument must be str, not %.50s", method,
                 value_is_none(v) ? "None" : type_of(v)->name);
    return false;
}

static Value method_removeprefix(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    if (!check_affix(args[0], "removeprefix")) return VALUE_NULL;
    if (!matches_at(s, as_str(args[0]), 0, s->length, false)) return str_exact(self);
    return str_slice(self, str_length(args[0]), s->length);
}

static Value method_removesuffix(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    if (!check_affix(args[0], "removesuffix")) return VALUE_NULL;
    if (!matches_at(s, as_str(args[0]), 0, s->length, true)) return str_exact(self);
    return str_slice(self, 0, s->length - str_length(args[0]));
}

/* --- replacing --- */

/* The new text between all characters, at most `count` times. */
static Value interleave(Value self, Value new_text, ssize_t count)
{
    const Str *s = as_str(self);
    StrBuilder out;
    str_builder_init(&out);
    for (ssize_t i = 0; i <= s->length && !out.failed; i++) {
        if (count-- > 0)
            str_builder_add_str(&out, new_text);
        else {
            str_builder_add_slice(&out, self, i, s->length);
            break;
        }
        if (i < s->length) str_builder_add_char(&out, str_char(s, i));
    }
    return str_builder_finish(&out);
}

static Value replace_counted(Value self, const Str *old, Value new_text, ssize_t count)
{
    const Str *s = as_str(self), *new = as_str(new_text);
    if (new->length > old->length &&new->length - old->length > (SSIZE_MAX / 8 - s->length) / count)
        return error_set(&type_OverflowError, "replace string is too long");
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length + count * (new->length - old->length), 0x7f);
    ssize_t at = 0;
    while (count-- > 0) {
        ssize_t found = search_find(str_at(s, at), s->kind, s->length - at, old->data, old->kind, old->length, 1);
        str_builder_add_slice(&out, self, at, at + found);
        str_builder_add_str(&out, new_text);
        at += found + old->length;
    }
    str_builder_add_slice(&out, self, at, s->length);
    return str_builder_finish(&out);
}

Value str_replace_all(Value v, Value old_text, Value new_text, ssize_t max_count)
{
    const Str *s = as_str(v), *old = as_str(old_text);
    if (max_count < 0) max_count = SSIZE_MAX;
    if (old->length > s->length || str_equal(old_text, new_text)) return str_exact(v);
    ssize_t count = search_count(s->data, s->kind, s->length, old->data, old->kind, old->length, max_count);
    if (count == 0) return str_exact(v);
    return old->length == 0 ? interleave(v, new_text, count) : replace_counted(v, old, new_text, count);
}

static Value method_replace(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t count = -1;
    for (ssize_t i = 0; i < 2; i++)
        if (!is_str(args[i]))
            return error_format(&type_TypeError, "replace() argument %zd must be str, not %.50s", i + 1,
                                value_is_none(args[i]) ? "None" : type_of(args[i])->name);
    if (nargs > 2 && !arg_as_ssize(args[2], &count)) return VALUE_NULL;
    return str_replace_all(self, args[0], args[1], count);
}

/* --- padding --- */

static bool get_padding(const Value *args, ssize_t nargs, ssize_t *width, uint32_t *fill)
{
    *fill = ' ';
    if (!arg_as_ssize(args[0], width)) return false;
    if (nargs < 2) return true;
    if (!is_str(args[1])) {
        error_format(&type_TypeError, "The fill character must be a unicode character, not %.100s",
                     type_of(args[1])->name);
        return false;
    }
    if (str_length(args[1]) != 1) {
        error_set(&type_TypeError, "The fill character must be exactly one character long");
        return false;
    }
    *fill = str_char(as_str(args[1]), 0);
    return true;
}

static Value pad(Value self, ssize_t left, ssize_t right, uint32_t fill)
{
    if (left <= 0 && right <= 0) return str_exact(self);
    ssize_t length = str_length(self);
    if (left > SSIZE_MAX / 8 - length || right > SSIZE_MAX / 8 - left - length)
        return error_set(&type_OverflowError, "padded string is too long");
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, left + length + right, fill);
    str_builder_add_fill(&out, fill, left);
    str_builder_add_str(&out, self);
    str_builder_add_fill(&out, fill, right);
    return str_builder_finish(&out);
}

static Value method_ljust(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    uint32_t fill;
    if (!get_padding(args, nargs, &width, &fill)) return VALUE_NULL;
    return pad(self, 0, width > str_length(self) ? width - str_length(self) : 0, fill);
}

static Value method_rjust(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    uint32_t fill;
    if (!get_padding(args, nargs, &width, &fill)) return VALUE_NULL;
    return pad(self, width > str_length(self) ? width - str_length(self) : 0, 0, fill);
}

static Value method_center(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    uint32_t fill;
    if (!get_padding(args, nargs, &width, &fill)) return VALUE_NULL;
    ssize_t margin = width > str_length(self) ? width - str_length(self) : 0;
    ssize_t left = margin / 2 + (margin & width & 1);
    return pad(self, left, margin - left, fill);
}

static Value method_zfill(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    if (!arg_as_ssize(args[0], &width)) return VALUE_NULL;
    const Str *s = as_str(self);
    ssize_t fill = width > s->length ? width - s->length : 0;
    if (fill == 0) return str_exact(self);
    uint32_t sign = s->length ? str_char(s, 0) : 0;
    if (sign != '+' && sign != '-') return pad(self, fill, 0, '0');
    StrBuilder out;
    str_builder_init(&out);
    str_builder_add_char(&out, sign);
    str_builder_add_fill(&out, '0', fill);
    str_builder_add_slice(&out, self, 1, s->length);
    return str_builder_finish(&out);
}

static Value expand_tabs(Value self, int tab_size)
{
    const Str *s = as_str(self);
    StrBuilder out;
    str_builder_init(&out);
    ssize_t column = 0;
    for (ssize_t i = 0; i < s->length && !out.failed; i++) {
        uint32_t c = str_char(s, i);
        if (c == '\t') {
            ssize_t spaces = tab_size > 0 ? tab_size - column % tab_size : 0;
            if (out.length > SSIZE_MAX / 8 - spaces) {
                str_builder_discard(&out);
                return error_set(&type_OverflowError, "new string is too long");
            }
            str_builder_add_fill(&out, ' ', spaces);
            column += spaces;
        } else {
            str_builder_add_char(&out, c);
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
    }
    return str_builder_finish(&out);
}

static Value method_expandtabs(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"tabsize", NULL};
    static const ArgSpec spec = {"expandtabs", names, 0, 1, 0};
    Value given[1];
    int tab_size = 8;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[0]) && !arg_as_int(given[0], &tab_size)) return VALUE_NULL;
    const Str *s = as_str(self);
    if (search_char(s->data, s->kind, s->length, '\t', 1) < 0) return str_exact(self);
    return expand_tabs(self, tab_size);
}

/* --- the rest --- */

static Value method_join(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return str_join(self, args[0]);
}

static Value method_encode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"encoding", "errors", NULL};
    static const ArgSpec spec = {"encode", names, 0, 2, 0};
    Value given[2];
    const char *text[2] = {NULL, NULL};
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    for (int i = 0; i < 2; i++) {
        if (value_is_null(given[i])) continue;
        ssize_t size;
        if (!is_str(given[i]))
            return error_format(&type_TypeError, "encode() argument '%s' must be str, not %.50s", names[i],
                                value_is_none(given[i]) ? "None" : type_of(given[i])->name);
        text[i] = str_as_utf8(given[i], &size);
        if (!text[i]) return VALUE_NULL;
        if (strlen(text[i]) != (size_t)size) return error_set(&type_ValueError, "embedded null character");
    }
    return codecs_encode_text(self, text[0], text[1]);
}

static Value method_dunder_format(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0]))
        return error_format(&type_TypeError, "__format__() argument must be str, not %.50s",
                            value_is_none(args[0]) ? "None" : type_of(args[0])->name);
    if (str_length(args[0]) == 0) return value_str(self);
    return format_str(self, args[0]);
}

static Value method_getnewargs(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    Value copy = str_from_kind(s->kind, s->data, s->length);
    if (value_is_null(copy)) return copy;
    Value result = tuple_pack(1, copy);
    value_decref(copy);
    return result;
}

static Value method_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    int64_t size = (int64_t)sizeof(Str) + (s->length + 1) * s->kind;
    if (!is_exact_str(self)) size += (int64_t)(type_of(self)->instance_size - sizeof(Str));
    const Utf8Text *cached = str_cached_utf8(s);
    if (cached) size += cached->length + 1;
    return int_from_int64(size);
}

const NativeMethod str_methods[] = {
    {"capitalize", str_method_capitalize, 0, 0, 0,
     "capitalize($self, /)\n"
     "--\n"
     "\n"
     "Return a capitalized version of the string.\n"
     "\n"
     "More specifically, make the first character have upper case and the rest lower\n"
     "case."},
    {"casefold", str_method_casefold, 0, 0, 0,
     "casefold($self, /)\n"
     "--\n"
     "\n"
     "Return a version of the string suitable for caseless comparisons."},
    {"center", method_center, 1, 2, 0,
     "center($self, width, fillchar=' ', /)\n"
     "--\n"
     "\n"
     "Return a centered string of length width.\n"
     "\n"
     "Padding is done using the specified fill character (default is a space)."},
    {"count", method_count, 0, -1, 0,
     "S.count(sub[, start[, end]]) -> int\n"
     "\n"
     "Return the number of non-overlapping occurrences of substring sub in\n"
     "string S[start:end].  Optional arguments start and end are\n"
     "interpreted as in slice notation."},
    {"encode", method_encode, 0, -1, NATIVE_KEYWORDS,
     "encode($self, /, encoding='utf-8', errors='strict')\n"
     "--\n"
     "\n"
     "Encode the string using the codec registered for encoding.\n"
     "\n"
     "  encoding\n"
     "    The encoding in which to encode the string.\n"
     "  errors\n"
     "    The error handling scheme to use for encoding errors.\n"
     "    The default is 'strict' meaning that encoding errors raise a\n"
     "    UnicodeEncodeError.  Other possible values are 'ignore', 'replace' and\n"
     "    'xmlcharrefreplace' as well as any other name registered with\n"
     "    codecs.register_error that can handle UnicodeEncodeErrors."},
    {"endswith", method_endswith, 0, -1, 0,
     "S.endswith(suffix[, start[, end]]) -> bool\n"
     "\n"
     "Return True if S ends with the specified suffix, False otherwise.\n"
     "With optional start, test S beginning at that position.\n"
     "With optional end, stop comparing S at that position.\n"
     "suffix can also be a tuple of strings to try."},
    {"expandtabs", method_expandtabs, 0, -1, NATIVE_KEYWORDS,
     "expandtabs($self, /, tabsize=8)\n"
     "--\n"
     "\n"
     "Return a copy where all tab characters are expanded using spaces.\n"
     "\n"
     "If tabsize is not given, a tab size of 8 characters is assumed."},
    {"find", method_find, 0, -1, 0,
     "S.find(sub[, start[, end]]) -> int\n"
     "\n"
     "Return the lowest index in S where substring sub is found,\n"
     "such that sub is contained within S[start:end].  Optional\n"
     "arguments start and end are interpreted as in slice notation.\n"
     "\n"
     "Return -1 on failure."},
    {"format", str_method_format, 0, -1, NATIVE_KEYWORDS,
     "S.format(*args, **kwargs) -> str\n"
     "\n"
     "Return a formatted version of S, using substitutions from args and kwargs.\n"
     "The substitutions are identified by braces ('{' and '}')."},
    {"format_map", str_method_format_map, 1, 1, 0,
     "S.format_map(mapping) -> str\n"
     "\n"
     "Return a formatted version of S, using substitutions from mapping.\n"
     "The substitutions are identified by braces ('{' and '}')."},
    {"index", method_index, 0, -1, 0,
     "S.index(sub[, start[, end]]) -> int\n"
     "\n"
     "Return the lowest index in S where substring sub is found,\n"
     "such that sub is contained within S[start:end].  Optional\n"
     "arguments start and end are interpreted as in slice notation.\n"
     "\n"
     "Raises ValueError when the substring is not found."},
    {"isalnum", str_method_isalnum, 0, 0, 0,
     "isalnum($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is an alpha-numeric string, False otherwise.\n"
     "\n"
     "A string is alpha-numeric if all characters in the string are alpha-numeric and\n"
     "there is at least one character in the string."},
    {"isalpha", str_method_isalpha, 0, 0, 0,
     "isalpha($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is an alphabetic string, False otherwise.\n"
     "\n"
     "A string is alphabetic if all characters in the string are alphabetic and there\n"
     "is at least one character in the string."},
    {"isascii", str_method_isascii, 0, 0, 0,
     "isascii($self, /)\n"
     "--\n"
     "\n"
     "Return True if all characters in the string are ASCII, False otherwise.\n"
     "\n"
     "ASCII characters have code points in the range U+0000-U+007F.\n"
     "Empty string is ASCII too."},
    {"isdecimal", str_method_isdecimal, 0, 0, 0,
     "isdecimal($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is a decimal string, False otherwise.\n"
     "\n"
     "A string is a decimal string if all characters in the string are decimal and\n"
     "there is at least one character in the string."},
    {"isdigit", str_method_isdigit, 0, 0, 0,
     "isdigit($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is a digit string, False otherwise.\n"
     "\n"
     "A string is a digit string if all characters in the string are digits and there\n"
     "is at least one character in the string."},
    {"isidentifier", str_method_isidentifier, 0, 0, 0,
     "isidentifier($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is a valid Python identifier, False otherwise.\n"
     "\n"
     "Call keyword.iskeyword(s) to test whether string s is a reserved identifier,\n"
     "such as \"def\" or \"class\"."},
    {"islower", str_method_islower, 0, 0, 0,
     "islower($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is a lowercase string, False otherwise.\n"
     "\n"
     "A string is lowercase if all cased characters in the string are lowercase and\n"
     "there is at least one cased character in the string."},
    {"isnumeric", str_method_isnumeric, 0, 0, 0,
     "isnumeric($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is a numeric string, False otherwise.\n"
     "\n"
     "A string is numeric if all characters in the string are numeric and there is at\n"
     "least one character in the string."},
    {"isprintable", str_method_isprintable, 0, 0, 0,
     "isprintable($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is printable, False otherwise.\n"
     "\n"
     "A string is printable if all of its characters are considered printable in\n"
     "repr() or if it is empty."},
    {"isspace", str_method_isspace, 0, 0, 0,
     "isspace($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is a whitespace string, False otherwise.\n"
     "\n"
     "A string is whitespace if all characters in the string are whitespace and there\n"
     "is at least one character in the string."},
    {"istitle", str_method_istitle, 0, 0, 0,
     "istitle($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is a title-cased string, False otherwise.\n"
     "\n"
     "In a title-cased string, upper- and title-case characters may only\n"
     "follow uncased characters and lowercase characters only cased ones."},
    {"isupper", str_method_isupper, 0, 0, 0,
     "isupper($self, /)\n"
     "--\n"
     "\n"
     "Return True if the string is an uppercase string, False otherwise.\n"
     "\n"
     "A string is uppercase if all cased characters in the string are uppercase and\n"
     "there is at least one cased character in the string."},
    {"join", method_join, 1, 1, 0,
     "join($self, iterable, /)\n"
     "--\n"
     "\n"
     "Concatenate any number of strings.\n"
     "\n"
     "The string whose method is called is inserted in between each given string.\n"
     "The result is returned as a new string.\n"
     "\n"
     "Example: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'"},
    {"ljust", method_ljust, 1, 2, 0,
     "ljust($self, width, fillchar=' ', /)\n"
     "--\n"
     "\n"
     "Return a left-justified string of length width.\n"
     "\n"
     "Padding is done using the specified fill character (default is a space)."},
    {"lower", str_method_lower, 0, 0, 0,
     "lower($self, /)\n"
     "--\n"
     "\n"
     "Return a copy of the string converted to lowercase."},
    {"lstrip", str_method_lstrip, 0, 1, 0,
     "lstrip($self, chars=None, /)\n"
     "--\n"
     "\n"
     "Return a copy of the string with leading whitespace removed.\n"
     "\n"
     "If chars is given and not None, remove characters in chars instead."},
    {"maketrans", str_method_maketrans, 1, 3, NATIVE_STATIC,
     "maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)\n"
     "--\n"
     "\n"
     "Return a translation table usable for str.translate().\n"
     "\n"
     "If there is only one argument, it must be a dictionary mapping Unicode\n"
     "ordinals (integers) or characters to Unicode ordinals, strings or None.\n"
     "Character keys will be then converted to ordinals.\n"
     "If there are two arguments, they must be strings of equal length, and\n"
     "in the resulting dictionary, each character in x will be mapped to the\n"
     "character at the same position in y. If there is a third argument, it\n"
     "must be a string, whose characters will be mapped to None in the result."},
    {"partition", str_method_partition, 1, 1, 0,
     "partition($self, sep, /)\n"
     "--\n"
     "\n"
     "Partition the string into three parts using the given separator.\n"
     "\n"
     "This will search for the separator in the string.  If the separator is found,\n"
     "returns a 3-tuple containing the part before the separator, the separator\n"
     "itself, and the part after it.\n"
     "\n"
     "If the separator is not found, returns a 3-tuple containing the original string\n"
     "and two empty strings."},
    {"removeprefix", method_removeprefix, 1, 1, 0,
     "removeprefix($self, prefix, /)\n"
     "--\n"
     "\n"
     "Return a str with the given prefix string removed if present.\n"
     "\n"
     "If the string starts with the prefix string, return string[len(prefix):].\n"
     "Otherwise, return a copy of the original string."},
    {"removesuffix", method_removesuffix, 1, 1, 0,
     "removesuffix($self, suffix, /)\n"
     "--\n"
     "\n"
     "Return a str with the given suffix string removed if present.\n"
     "\n"
     "If the string ends with the suffix string and that suffix is not empty,\n"
     "return string[:-len(suffix)]. Otherwise, return a copy of the original\n"
     "string."},
    {"replace", method_replace, 2, 3, 0,
     "replace($self, old, new, count=-1, /)\n"
     "--\n"
     "\n"
     "Return a copy with all occurrences of substring old replaced by new.\n"
     "\n"
     "  count\n"
     "    Maximum number of occurrences to replace.\n"
     "    -1 (the default value) means replace all occurrences.\n"
     "\n"
     "If the optional argument count is given, only the first count occurrences are\n"
     "replaced."},
    {"rfind", method_rfind, 0, -1, 0,
     "S.rfind(sub[, start[, end]]) -> int\n"
     "\n"
     "Return the highest index in S where substring sub is found,\n"
     "such that sub is contained within S[start:end].  Optional\n"
     "arguments start and end are interpreted as in slice notation.\n"
     "\n"
     "Return -1 on failure."},
    {"rindex", method_rindex, 0, -1, 0,
     "S.rindex(sub[, start[, end]]) -> int\n"
     "\n"
     "Return the highest index in S where substring sub is found,\n"
     "such that sub is contained within S[start:end].  Optional\n"
     "arguments start and end are interpreted as in slice notation.\n"
     "\n"
     "Raises ValueError when the substring is not found."},
    {"rjust", method_rjust, 1, 2, 0,
     "rjust($self, width, fillchar=' ', /)\n"
     "--\n"
     "\n"
     "Return a right-justified string of length width.\n"
     "\n"
     "Padding is done using the specified fill character (default is a space)."},
    {"rpartition", str_method_rpartition, 1, 1, 0,
     "rpartition($self, sep, /)\n"
     "--\n"
     "\n"
     "Partition the string into three parts using the given separator.\n"
     "\n"
     "This will search for the separator in the string, starting at the end. If\n"
     "the separator is found, returns a 3-tuple containing the part before the\n"
     "separator, the separator itself, and the part after it.\n"
     "\n"
     "If the separator is not found, returns a 3-tuple containing two empty strings\n"
     "and the original string."},
    {"rsplit", str_method_rsplit, 0, -1, NATIVE_KEYWORDS,
     "rsplit($self, /, sep=None, maxsplit=-1)\n"
     "--\n"
     "\n"
     "Return a list of the substrings in the string, using sep as the separator string.\n"
     "\n"
     "  sep\n"
     "    The separator used to split the string.\n"
     "\n"
     "    When set to None (the default value), will split on any whitespace\n"
     "    character (including \\n \\r \\t \\f and spaces) and will discard\n"
     "    empty strings from the result.\n"
     "  maxsplit\n"
     "    Maximum number of splits (starting from the left).\n"
     "    -1 (the default value) means no limit.\n"
     "\n"
     "Splitting starts at the end of the string and works to the front."},
    {"rstrip", str_method_rstrip, 0, 1, 0,
     "rstrip($self, chars=None, /)\n"
     "--\n"
     "\n"
     "Return a copy of the string with trailing whitespace removed.\n"
     "\n"
     "If chars is given and not None, remove characters in chars instead."},
    {"split", str_method_split, 0, -1, NATIVE_KEYWORDS,
     "split($self, /, sep=None, maxsplit=-1)\n"
     "--\n"
     "\n"
     "Return a list of the substrings in the string, using sep as the separator string.\n"
     "\n"
     "  sep\n"
     "    The separator used to split the string.\n"
     "\n"
     "    When set to None (the default value), will split on any whitespace\n"
     "    character (including \\n \\r \\t \\f and spaces) and will discard\n"
     "    empty strings from the result.\n"
     "  maxsplit\n"
     "    Maximum number of splits (starting from the left).\n"
     "    -1 (the default value) means no limit.\n"
     "\n"
     "Note, str.split() is mainly useful for data that has been intentionally\n"
     "delimited.  With natural text that includes punctuation, consider using\n"
     "the regular expression module."},
    {"splitlines", str_method_splitlines, 0, -1, NATIVE_KEYWORDS,
     "splitlines($self, /, keepends=False)\n"
     "--\n"
     "\n"
     "Return a list of the lines in the string, breaking at line boundaries.\n"
     "\n"
     "Line breaks are not included in the resulting list unless keepends is given and\n"
     "true."},
    {"startswith", method_startswith, 0, -1, 0,
     "S.startswith(prefix[, start[, end]]) -> bool\n"
     "\n"
     "Return True if S starts with the specified prefix, False otherwise.\n"
     "With optional start, test S beginning at that position.\n"
     "With optional end, stop comparing S at that position.\n"
     "prefix can also be a tuple of strings to try."},
    {"strip", str_method_strip, 0, 1, 0,
     "strip($self, chars=None, /)\n"
     "--\n"
     "\n"
     "Return a copy of the string with leading and trailing whitespace removed.\n"
     "\n"
     "If chars is given and not None, remove characters in chars instead."},
    {"swapcase", str_method_swapcase, 0, 0, 0,
     "swapcase($self, /)\n"
     "--\n"
     "\n"
     "Convert uppercase characters to lowercase and lowercase characters to uppercase."},
    {"title", str_method_title, 0, 0, 0,
     "title($self, /)\n"
     "--\n"
     "\n"
     "Return a version of the string where each word is titlecased.\n"
     "\n"
     "More specifically, words start with uppercased characters and all remaining\n"
     "cased characters have lower case."},
    {"translate", str_method_translate, 1, 1, 0,
     "translate($self, table, /)\n"
     "--\n"
     "\n"
     "Replace each character in the string using the given translation table.\n"
     "\n"
     "  table\n"
     "    Translation table, which must be a mapping of Unicode ordinals to\n"
     "    Unicode ordinals, strings, or None.\n"
     "\n"
     "The table must implement lookup/indexing via __getitem__, for instance a\n"
     "dictionary or list.  If this operation raises LookupError, the character is\n"
     "left untouched.  Characters mapped to None are deleted."},
    {"upper", str_method_upper, 0, 0, 0,
     "upper($self, /)\n"
     "--\n"
     "\n"
     "Return a copy of the string converted to uppercase."},
    {"zfill", method_zfill, 1, 1, 0,
     "zfill($self, width, /)\n"
     "--\n"
     "\n"
     "Pad a numeric string with zeros on the left, to fill a field of the given width.\n"
     "\n"
     "The string is never truncated."},
    {"__format__", method_dunder_format, 1, 1, 0,
     "__format__($self, format_spec, /)\n"
     "--\n"
     "\n"
     "Return a formatted version of the string as described by format_spec."},
    {"__getnewargs__", method_getnewargs, 0, 0, 0, NULL},
    {"__sizeof__", method_sizeof, 0, 0, 0,
     "__sizeof__($self, /)\n"
     "--\n"
     "\n"
     "Return the size of the string in memory, in bytes."},
    {NULL}};

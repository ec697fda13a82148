/* str_split: taking strings apart: split, splitlines, partition, strip. */
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/search.h"
#include "objects/str_parts.h"
#include "objects/tuple.h"
#include "objects/unicode.h"

static int append_slice(Value list, Value s, ssize_t low, ssize_t high)
{
    Value piece = str_slice(s, low, high);
    return value_is_null(piece) ? -1 : list_append_steal(list, piece);
}

static Value finish(Value list, int status)
{
    if (status == 0) return list;
    value_decref(list);
    return VALUE_NULL;
}

/* --- at whitespace --- */

/* The loop for the usual case: ASCII, all words. */
static Value split_ascii(Value self)
{
    const Str *s = as_str(self);
    const uint8_t *text = s->data;
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    int status = 0;
    for (ssize_t i = 0; status == 0;) {
        while (i < s->length && unicode_is_space(text[i])) i++;
        if (i == s->length) break;
        ssize_t start = i;
        while (i < s->length && (text[i] > ' ' || !unicode_is_space(text[i]))) i++;
        status = append_slice(list, self, start, i);
    }
    return finish(list, status);
}

static bool is_space_at(const Str *s, ssize_t i)
{
    return unicode_is_space(str_char(s, i));
}

static Value split_whitespace(Value self, ssize_t max_split)
{
    const Str *s = as_str(self);
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    int status = 0;
    for (ssize_t i = 0; status == 0;) {
        while (i < s->length && is_space_at(s, i)) i++;
        if (i == s->length) break;
        ssize_t start = i;
        if (max_split-- == 0) {
            status = append_slice(list, self, start, s->length);
            break;
        }
        while (i < s->length && !is_space_at(s, i)) i++;
        status = append_slice(list, self, start, i);
    }
    return finish(list, status);
}

static Value rsplit_whitespace(Value self, ssize_t max_split)
{
    const Str *s = as_str(self);
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    int status = 0;
    for (ssize_t i = s->length; status == 0;) {
        while (i > 0 && is_space_at(s, i - 1)) i--;
        if (i == 0) break;
        ssize_t end = i;
        if (max_split-- == 0) {
            status = append_slice(list, self, 0, end);
            break;
        }
        while (i > 0 && !is_space_at(s, i - 1)) i--;
        status = append_slice(list, self, i, end);
    }
    if (status == 0) status = list_reverse(list);
    return finish(list, status);
}

/* --- at a separator --- */

static Value split_separator(Value self, const Str *separator, ssize_t max_split)
{
    const Str *s = as_str(self);
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    int status = 0;
    ssize_t start = 0;
    while (status == 0 && max_split-- > 0) {
        ssize_t at = search_find(str_at(s, start), s->kind, s->length - start, separator->data, separator->kind,
                                 separator->length, 1);
        if (at < 0) break;
        status = append_slice(list, self, start, start + at);
        start += at + separator->length;
    }
    if (status == 0) status = append_slice(list, self, start, s->length);
    return finish(list, status);
}

static Value rsplit_separator(Value self, const Str *separator, ssize_t max_split)
{
    const Str *s = as_str(self);
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    int status = 0;
    ssize_t end = s->length;
    while (status == 0 && max_split-- > 0) {
        ssize_t at = search_find(s->data, s->kind, end, separator->data, separator->kind, separator->length, -1);
        if (at < 0) break;
        status = append_slice(list, self, at + separator->length, end);
        end = at;
    }
    if (status == 0) status = append_slice(list, self, 0, end);
    if (status == 0) status = list_reverse(list);
    return finish(list, status);
}

static Value split_by(Value self, Value separator, ssize_t max_split, bool from_right)
{
    if (max_split < 0) max_split = SSIZE_MAX;
    bool at_space = value_is_null(separator) || value_is_none(separator);
    if (at_space && as_str(self)->is_ascii && max_split == SSIZE_MAX) return split_ascii(self);
    if (at_space) return from_right ? rsplit_whitespace(self, max_split) : split_whitespace(self, max_split);
    if (!is_str(separator))
        return error_format(&type_TypeError, "must be str or None, not %.100s", type_of(separator)->name);
    if (str_length(separator) == 0) return error_set(&type_ValueError, "empty separator");
    const Str *sep = as_str(separator);
    return from_right ? rsplit_separator(self, sep, max_split) : split_separator(self, sep, max_split);
}

Value str_split(Value v, Value separator, ssize_t max_split)
{
    return split_by(v, separator, max_split, false);
}

static Value split_method(const ArgSpec *spec, Value self, const Value *args, ssize_t nargs, Value kwnames, bool right)
{
    Value given[2] = {VALUE_NULL, VALUE_NULL};
    ssize_t max_split = -1;
    if (value_is_null(kwnames) && nargs <= 1) {
        if (nargs) given[0] = args[0];
    } else if (!args_parse(spec, args, nargs, kwnames, given)) {
        return VALUE_NULL;
    }
    if (!value_is_null(given[1]) && !arg_as_ssize(given[1], &max_split)) return VALUE_NULL;
    return split_by(self, given[0], max_split, right);
}

static const char *const split_names[] = {"sep", "maxsplit", NULL};

Value str_method_split(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"split", split_names, 0, 2, 0};
    return split_method(&spec, self, args, nargs, kwnames, false);
}

Value str_method_rsplit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"rsplit", split_names, 0, 2, 0};
    return split_method(&spec, self, args, nargs, kwnames, true);
}

static ssize_t find_line_break(const Str *s, ssize_t i)
{
    if (s->is_ascii) {
        const uint8_t *text = s->data;
        while (i < s->length && (text[i] >= ' ' || !unicode_is_linebreak(text[i]))) i++;
        return i;
    }
    while (i < s->length && !unicode_is_linebreak(str_char(s, i))) i++;
    return i;
}

Value str_splitlines(Value self, bool keep_ends)
{
    const Str *s = as_str(self);
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    int status = 0;
    for (ssize_t i = 0; i < s->length && status == 0;) {
        ssize_t start = i;
        i = find_line_break(s, i);
        ssize_t end = i;
        if (i < s->length) {
            i += str_char(s, i) == '\r' && i + 1 < s->length && str_char(s, i + 1) == '\n' ? 2 : 1;
            if (keep_ends) end = i;
        }
        status = append_slice(list, self, start, end);
    }
    return finish(list, status);
}

Value str_method_splitlines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"keepends", NULL};
    static const ArgSpec spec = {"splitlines", names, 0, 1, 0};
    Value given[1];
    bool keep_ends = false;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[0]) && !arg_as_bool(given[0], &keep_ends)) return VALUE_NULL;
    return str_splitlines(self, keep_ends);
}

/* --- partition --- */

static Value three(STEALS Value a, STEALS Value b, STEALS Value c)
{
    Value items[3] = {a, b, c};
    if (!value_is_null(a) && !value_is_null(b) && !value_is_null(c)) return tuple_from_array_steal(items, 3);
    for (int i = 0; i < 3; i++) value_xdecref(items[i]);
    return VALUE_NULL;
}

static Value partition(Value self, Value separator, int direction)
{
    if (!is_str(separator)) return error_format(&type_TypeError, "must be str, not %.100s", type_of(separator)->name);
    const Str *s = as_str(self), *sep = as_str(separator);
    if (sep->length == 0) return error_set(&type_ValueError, "empty separator");
    ssize_t at = search_find(s->data, s->kind, s->length, sep->data, sep->kind, sep->length, direction);
    if (at < 0) {
        if (direction > 0) return three(str_exact(self), str_empty(), str_empty());
        return three(str_empty(), str_empty(), str_exact(self));
    }
    return three(str_slice(self, 0, at), value_incref(separator), str_slice(self, at + sep->length, s->length));
}

Value str_method_partition(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return partition(self, args[0], 1);
}

Value str_method_rpartition(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return partition(self, args[0], -1);
}

/* --- strip --- */

enum { STRIP_LEFT = 1, STRIP_RIGHT = 2 };

static bool is_stripped(const Str *set, uint32_t c)
{
    return set ? search_char(set->data, set->kind, set->length, c, 1) >= 0 : unicode_is_space(c);
}

static Value strip(Value self, const Value *args, ssize_t nargs, int sides, const char *name)
{
    const Str *s = as_str(self), *set = NULL;
    if (nargs && !value_is_none(args[0])) {
        if (!is_str(args[0])) return error_format(&type_TypeError, "%s arg must be None or str", name);
        set = as_str(args[0]);
    }
    ssize_t low = 0, high = s->length;
    if (sides & STRIP_LEFT)
        while (low < high && is_stripped(set, str_char(s, low))) low++;
    if (sides & STRIP_RIGHT)
        while (high > low && is_stripped(set, str_char(s, high - 1))) high--;
    return str_slice(self, low, high);
}

Value str_method_strip(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return strip(self, args, nargs, STRIP_LEFT | STRIP_RIGHT, "strip");
}

Value str_method_lstrip(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return strip(self, args, nargs, STRIP_LEFT, "lstrip");
}

Value str_method_rstrip(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return strip(self, args, nargs, STRIP_RIGHT, "rstrip");
}

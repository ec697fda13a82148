/* match.c: match objects. */
#include "modules/sre/sre.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Match *as_match(Value v)
{
    return (Match *)value_as_object(v);
}

static const Pattern *pattern_of(const Match *match)
{
    return (const Pattern *)value_as_object(match->pattern);
}

static ssize_t group_count(const Match *match)
{
    return match->mark_count / 2;
}

Value sre_match_new(Value pattern, const SreState *state)
{
    ssize_t groups = ((const Pattern *)value_as_object(pattern))->groups + 1;
    Match *match = object_alloc(&type_sre_match, var_object_size(&type_sre_match, 2 * groups));
    if (!match) return VALUE_NULL;
    match->mark_count = 2 * groups;
    match->string = value_incref(state->string);
    match->regs = VALUE_NULL;
    match->pattern = value_incref(pattern);
    match->pos = state->beginning;
    match->endpos = state->end;
    match->last_index = state->last_index;
    match->marks[0] = state->start;
    match->marks[1] = state->at;
    for (ssize_t i = 0; i < state->mark_count; i += 2) {
        ssize_t low = state->marks[i], high = state->marks[i + 1];
        bool is_set = low >= 0 && high >= low;
        match->marks[i + 2] = is_set ? low : -1;
        match->marks[i + 3] = is_set ? high : -1;
    }
    return value_from_object(match);
}

static void match_destroy(Object *self)
{
    Match *match = (Match *)self;
    value_decref(match->string);
    value_xdecref(match->regs);
    value_decref(match->pattern);
    object_free(self, var_object_size(&type_sre_match, match->mark_count));
}

/* --- groups --- */

static Value slice_of_group(const Match *match, ssize_t group, Value fallback)
{
    ssize_t low = match->marks[2 * group], high = match->marks[2 * group + 1];
    if (low < 0) return value_incref(fallback);
    return sre_slice(match->string, !is_str(match->string), NULL, low, high);
}

/* The number of a group given by number or name; -1: IndexError is set. */
static ssize_t group_index(const Match *match, Value key)
{
    ssize_t index = -1;
    if (has_index(key)) {
        index = number_as_ssize(key, NULL);
        if (index == -1 && error_occurred()) return -1;
    } else {
        Value number = dict_get_borrow(pattern_of(match)->groupindex, key);
        if (!value_is_null(number) && value_is_small_int(number)) index = value_as_small_int(number);
        error_clear();
    }
    if (index >= 0 && index < group_count(match)) return index;
    error_set(&type_IndexError, "no such group");
    return -1;
}

static Value group_by_key(const Match *match, Value key)
{
    ssize_t index = group_index(match, key);
    return index < 0 ? VALUE_NULL : slice_of_group(match, index, VALUE_NONE);
}

static Value match_group(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Match *match = as_match(self);
    if (nargs == 0) return slice_of_group(match, 0, VALUE_NONE);
    if (nargs == 1) return group_by_key(match, args[0]);
    Value result = tuple_new(nargs);
    for (ssize_t i = 0; i < nargs && !value_is_null(result); i++) {
        Value item = group_by_key(match, args[i]);
        if (value_is_null(item))
            value_clear(&result);
        else
            as_tuple(result)->items[i] = item;
    }
    return result;
}

static Value match_subscript(Value self, Value key)
{
    return group_by_key(as_match(self), key);
}

static bool default_argument(const char *function, const Value *args, ssize_t nargs, Value kwnames, Value *fallback)
{
    static const char *const names[] = {"default", NULL};
    ArgSpec spec = {function, names, 0, 1, 0};
    if (!args_parse(&spec, args, nargs, kwnames, fallback)) return false;
    if (value_is_null(*fallback)) *fallback = VALUE_NONE;
    return true;
}

static Value match_groups(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Match *match = as_match(self);
    Value fallback;
    if (!default_argument("groups", args, nargs, kwnames, &fallback)) return VALUE_NULL;
    Value result = tuple_new(group_count(match) - 1);
    for (ssize_t i = 1; i < group_count(match) && !value_is_null(result); i++) {
        Value item = slice_of_group(match, i, fallback);
        if (value_is_null(item))
            value_clear(&result);
        else
            as_tuple(result)->items[i - 1] = item;
    }
    return result;
}

static Value match_groupdict(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Match *match = as_match(self);
    Value fallback, result, key, number;
    if (!default_argument("groupdict", args, nargs, kwnames, &fallback)) return VALUE_NULL;
    result = dict_new();
    for (ssize_t position = 0;
         !value_is_null(result) && dict_next(pattern_of(match)->groupindex, &position, &key, &number);) {
        Value item = slice_of_group(match, value_as_small_int(number), fallback);
        if (value_is_null(item) || dict_set(result, key, item) < 0) value_clear(&result);
        value_xdecref(item);
    }
    return result;
}

/* --- positions --- */

static ssize_t optional_group(const Match *match, const Value *args, ssize_t nargs)
{
    return nargs ? group_index(match, args[0]) : 0;
}

static Value match_start(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t index = optional_group(as_match(self), args, nargs);
    return index < 0 ? VALUE_NULL : value_from_small_int(as_match(self)->marks[2 * index]);
}

static Value match_end(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t index = optional_group(as_match(self), args, nargs);
    return index < 0 ? VALUE_NULL : value_from_small_int(as_match(self)->marks[2 * index + 1]);
}

static Value span_of(const Match *match, ssize_t index)
{
    return tuple_pack(2, value_from_small_int(match->marks[2 * index]),
                      value_from_small_int(match->marks[2 * index + 1]));
}

static Value match_span(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t index = optional_group(as_match(self), args, nargs);
    return index < 0 ? VALUE_NULL : span_of(as_match(self), index);
}

static Value get_regs(Value self, void *closure)
{
    Match *match = as_match(self);
    if (!value_is_null(match->regs)) return value_incref(match->regs);
    Value regs = tuple_new(group_count(match));
    for (ssize_t i = 0; i < group_count(match) && !value_is_null(regs); i++) {
        Value span = span_of(match, i);
        if (value_is_null(span))
            value_clear(&regs);
        else
            as_tuple(regs)->items[i] = span;
    }
    match->regs = value_xincref(regs);
    return regs;
}

static Value get_lastindex(Value self, void *closure)
{
    ssize_t index = as_match(self)->last_index;
    return index < 0 ? VALUE_NONE : value_from_small_int(index);
}

static Value get_lastgroup(Value self, void *closure)
{
    const Match *match = as_match(self);
    Value names = pattern_of(match)->indexgroup;
    bool has_name = match->last_index >= 0 && match->last_index < tuple_length(names);
    return has_name ? value_incref(tuple_item_borrow(names, match->last_index)) : VALUE_NONE;
}

static Value match_expand(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"template", NULL};
    static const ArgSpec spec = {"expand", names, 1, 1, 0};
    Value template_text;
    if (!args_parse(&spec, args, nargs, kwnames, &template_text)) return VALUE_NULL;
    return sre_import_call("_expand", as_match(self)->pattern, self, template_text);
}

static Value match_copy(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_incref(self);
}

static Value match_repr(Value self)
{
    const Match *match = as_match(self);
    Value text = slice_of_group(match, 0, VALUE_NONE);
    if (value_is_null(text)) return VALUE_NULL;
    Value result = str_format("<%s object; span=(%zd, %zd), match=%.50R>", type_sre_match.name, match->marks[0],
                              match->marks[1], text);
    value_decref(text);
    return result;
}

static const NativeMethod methods[] = {
    {"group", match_group, 0, -1, 0,
     "group([group1, ...]) -> str or tuple.\n    Return subgroup(s) of the match by indices or names.\n    For 0 "
     "returns the "
     "entire match."},
    {"start", match_start, 0, 1, 0,
     "start($self, group=0, /)\n--\n\nReturn index of the start of the substring matched by group."},
    {"end", match_end, 0, 1, 0,
     "end($self, group=0, /)\n--\n\nReturn index of the end of the substring matched by group."},
    {"span", match_span, 0, 1, 0,
     "span($self, group=0, /)\n--\n\nFor match object m, return the 2-tuple (m.start(group), m.end(group))."},
    {"groups", match_groups, 0, 0, NATIVE_KEYWORDS,
     "groups($self, /, default=None)\n--\n\nReturn a tuple containing all the subgroups of the match, from 1.\n\n  "
     "default\n    "
     "Is used for groups that did not participate in the match."},
    {"groupdict", match_groupdict, 0, 0, NATIVE_KEYWORDS,
     "groupdict($self, /, default=None)\n--\n\nReturn a dictionary containing all the named subgroups of the match, "
     "keyed by the "
     "subgroup name.\n\n  default\n    Is used for groups that did not participate in the match."},
    {"expand", match_expand, 0, 0, NATIVE_KEYWORDS,
     "expand($self, /, template)\n--\n\nReturn the string obtained by doing backslash substitution on the string "
     "template, as done "
     "by the sub() method."},
    {"__copy__", match_copy, 0, 0, 0, "__copy__($self, /)\n--\n\n"},
    {"__deepcopy__", match_copy, 1, 1, 0, "__deepcopy__($self, memo, /)\n--\n\n"},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL}};

static const NativeMember members[] = {
    {"string", MEMBER_VALUE, offsetof(Match, string), true, "The string passed to match() or search()."},
    {"re", MEMBER_VALUE, offsetof(Match, pattern), true, "The regular expression object."},
    {"pos", MEMBER_SSIZE, offsetof(Match, pos), true,
     "The index into the string at which the RE engine started looking for a match."},
    {"endpos", MEMBER_SSIZE, offsetof(Match, endpos), true,
     "The index into the string beyond which the RE engine will not go."},
    {NULL}};

static const NativeGetSet getsets[] = {
    {"lastindex", get_lastindex, NULL, "The integer index of the last matched capturing group."},
    {"lastgroup", get_lastgroup, NULL, "The name of the last matched capturing group."},
    {"regs", get_regs, NULL, NULL},
    {NULL}};

Type type_sre_match = {
    .head = TYPE_HEAD,
    .name = "re.Match",
    .doc = "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    .instance_size = sizeof(Match),
    .item_size = sizeof(ssize_t),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = match_destroy,
    .repr = match_repr,
    .mapping = {.subscript = match_subscript},
    .methods = methods,
    .members = members,
    .getsets = getsets,
};

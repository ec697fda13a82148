/* sre_object: match objects and scanners. */
#include "gc/gc.h"
#include "modules/sre/sre.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

/* --- making --- */

Value sre_match_new(const SreState *s, int status)
{
    if (status <= 0) return status == 0 ? VALUE_NONE : VALUE_NULL;
    ssize_t count = 2 * (s->pattern->groups + 1);
    Match *m = object_alloc(&type_sre_match, var_object_size(&type_sre_match, count));
    if (!m) return VALUE_NULL;
    m->length = count;
    m->string = value_incref(s->string);
    m->regs = VALUE_NULL;
    m->pattern = (Pattern *)s->pattern;
    object_incref(&m->pattern->head);
    m->start = s->pos;
    m->end = s->end;
    m->last_index = s->last_index;
    m->marks[0] = s->start;
    m->marks[1] = s->at;
    for (ssize_t i = 2; i < count; i += 2) {
        ssize_t low = s->marks[i - 2], high = s->marks[i - 1];
        bool took_part = low >= 0 && high >= low;
        m->marks[i] = took_part ? low : -1;
        m->marks[i + 1] = took_part ? high : -1;
    }
    gc_track(m);
    return value_from_object(m);
}

static void match_destroy(Object *object)
{
    Match *m = (Match *)object;
    gc_untrack(object);
    value_decref(m->string);
    value_xdecref(m->regs);
    object_decref(&m->pattern->head);
    object_free(object, var_object_size(&type_sre_match, m->length));
}

static int match_traverse(Object *object, GcVisit visit, void *argument)
{
    Match *m = (Match *)object;
    GC_VISIT(m->string);
    GC_VISIT(m->regs);
    GC_VISIT(value_from_object(m->pattern));
    return 0;
}

/* --- groups --- */

static Value slice_of(Value string, ssize_t low, ssize_t high)
{
    if (is_str(string)) return str_slice(string, low, high);
    Buffer view;
    if (buffer_get(string, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    /* a string that can change may be shorter now */
    high = MIN(high, view.length);
    low = MIN(low, high);
    Value result;
    if (object_has_type(string, &type_bytes) && low == 0 && high == view.length)
        result = value_incref(string);
    else
        result = bytes_new((const char *)view.data + low, high - low);
    buffer_release(&view);
    return result;
}

static Value group_text(const Match *m, ssize_t group, Value fallback)
{
    ssize_t low = m->marks[2 * group], high = m->marks[2 * group + 1];
    return low < 0 ? value_incref(fallback) : slice_of(m->string, low, high);
}

/* The number of a group named by number or name: -1 with IndexError. */
static ssize_t find_group(const Match *m, Value key)
{
    ssize_t group = -1;
    if (has_index(key)) {
        group = number_as_ssize(key, NULL);
        if (group == -1 && error_occurred()) error_clear();
    } else {
        Value number = dict_get_borrow(m->pattern->group_index, key);
        if (!value_is_null(number) && value_is_small_int(number))
            group = value_as_small_int(number);
        else
            error_clear();
    }
    if (group >= 0 && group <= m->pattern->groups) return group;
    error_set(&type_IndexError, "no such group");
    return -1;
}

static Value method_group(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Match *m = as_match(self);
    if (nargs == 0) return group_text(m, 0, VALUE_NONE);
    if (nargs == 1) {
        ssize_t group = find_group(m, args[0]);
        return group < 0 ? VALUE_NULL : group_text(m, group, VALUE_NONE);
    }
    Value result = tuple_new(nargs);
    for (ssize_t i = 0; !value_is_null(result) && i < nargs; i++) {
        ssize_t group = find_group(m, args[i]);
        Value text = group < 0 ? VALUE_NULL : group_text(m, group, VALUE_NONE);
        if (value_is_null(text))
            value_clear(&result);
        else
            as_tuple(result)->items[i] = text;
    }
    return result;
}

static Value match_subscript(Value self, Value key)
{
    ssize_t group = find_group(as_match(self), key);
    return group < 0 ? VALUE_NULL : group_text(as_match(self), group, VALUE_NONE);
}

static bool default_argument(const char *function, const Value *args, ssize_t nargs, Value kwnames, Value *fallback)
{
    static const char *const names[] = {"default", NULL};
    ArgSpec spec = {function, names, 0, 1, 0};
    if (!args_parse(&spec, args, nargs, kwnames, fallback)) return false;
    if (value_is_null(*fallback)) *fallback = VALUE_NONE;
    return true;
}

static Value method_groups(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Match *m = as_match(self);
    Value fallback;
    if (!default_argument("groups", args, nargs, kwnames, &fallback)) return VALUE_NULL;
    Value result = tuple_new(m->pattern->groups);
    for (ssize_t i = 0; !value_is_null(result) && i < m->pattern->groups; i++) {
        Value text = group_text(m, i + 1, fallback);
        if (value_is_null(text))
            value_clear(&result);
        else
            as_tuple(result)->items[i] = text;
    }
    return result;
}

static Value method_groupdict(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Match *m = as_match(self);
    Value fallback, result = VALUE_NULL, key, number;
    if (!default_argument("groupdict", args, nargs, kwnames, &fallback)) return VALUE_NULL;
    result = dict_new();
    ssize_t position = 0;
    while (!value_is_null(result) && dict_next(m->pattern->group_index, &position, &key, &number)) {
        Value text = group_text(m, value_as_small_int(number), fallback);
        if (value_is_null(text) || dict_set(result, key, text) < 0) value_clear(&result);
        value_xdecref(text);
    }
    return result;
}

static bool group_argument(const Match *m, const Value *args, ssize_t nargs, ssize_t *group)
{
    *group = nargs ? find_group(m, args[0]) : 0;
    return *group >= 0;
}

static Value method_start(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t group;
    if (!group_argument(as_match(self), args, nargs, &group)) return VALUE_NULL;
    return value_from_small_int(as_match(self)->marks[2 * group]);
}

static Value method_end(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t group;
    if (!group_argument(as_match(self), args, nargs, &group)) return VALUE_NULL;
    return value_from_small_int(as_match(self)->marks[2 * group + 1]);
}

static Value span(const Match *m, ssize_t group)
{
    return tuple_pack(2, value_from_small_int(m->marks[2 * group]), value_from_small_int(m->marks[2 * group + 1]));
}

static Value method_span(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t group;
    return group_argument(as_match(self), args, nargs, &group) ? span(as_match(self), group) : VALUE_NULL;
}

static Value method_expand(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value expand = import_attr("re", "_expand");
    if (value_is_null(expand)) return expand;
    Value result = call_3(expand, value_from_object(as_match(self)->pattern), self, args[0]);
    value_decref(expand);
    return result;
}

static Value method_self(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_incref(self);
}

/* --- attributes --- */

static Value get_lastindex(Value self, void *closure)
{
    const Match *m = as_match(self);
    return m->last_index < 0 ? VALUE_NONE : value_from_small_int(m->last_index);
}

static Value get_lastgroup(Value self, void *closure)
{
    const Match *m = as_match(self);
    if (m->last_index < 0 || m->last_index >= tuple_length(m->pattern->index_group)) return VALUE_NONE;
    return value_incref(tuple_item_borrow(m->pattern->index_group, m->last_index));
}

static Value get_regs(Value self, void *closure)
{
    Match *m = as_match(self);
    if (!value_is_null(m->regs)) return value_incref(m->regs);
    Value regs = tuple_new(m->pattern->groups + 1);
    for (ssize_t i = 0; !value_is_null(regs) && i <= m->pattern->groups; i++) {
        Value item = span(m, i);
        if (value_is_null(item))
            value_clear(&regs);
        else
            as_tuple(regs)->items[i] = item;
    }
    m->regs = value_xincref(regs);
    return regs;
}

static Value get_re(Value self, void *closure)
{
    return value_incref(value_from_object(as_match(self)->pattern));
}

static Value match_repr(Value self)
{
    const Match *m = as_match(self);
    Value text = group_text(m, 0, VALUE_NONE);
    if (value_is_null(text)) return text;
    Value result =
        str_format("<%s object; span=(%zd, %zd), match=%R>", type_of(self)->name, m->marks[0], m->marks[1], text);
    value_decref(text);
    return result;
}

static const NativeMethod match_methods[] = {
    {"group", method_group, 0, -1, 0,
     "group([group1, ...]) -> str or tuple.\n"
     "Return subgroup(s) of the match by indices or names.\n"
     "For 0 returns the entire match."},
    {"start", method_start, 0, 1, 0,
     "start($self, group=0, /)\n--\n\nReturn index of the start of the substring matched by group."},
    {"end", method_end, 0, 1, 0,
     "end($self, group=0, /)\n--\n\nReturn index of the end of the substring matched by group."},
    {"span", method_span, 0, 1, 0,
     "span($self, group=0, /)\n--\n\nFor match object m, return the 2-tuple (m.start(group), m.end(group))."},
    {"groups", method_groups, 0, -1, NATIVE_KEYWORDS,
     "groups($self, /, default=None)\n--\n\nReturn a tuple containing all the subgroups of the match, from 1.\n\n"
     "  default\n    Is used for groups that did not participate in the match."},
    {"groupdict", method_groupdict, 0, -1, NATIVE_KEYWORDS,
     "groupdict($self, /, default=None)\n--\n\n"
     "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.\n\n"
     "  default\n    Is used for groups that did not participate in the match."},
    {"expand", method_expand, 1, 1, 0,
     "expand($self, /, template)\n--\n\n"
     "Return the string obtained by doing backslash substitution on the string template, as done by the sub() "
     "method."},
    {"__copy__", method_self, 0, 0, 0, "__copy__($self, /)\n--\n\n"},
    {"__deepcopy__", method_self, 1, 1, 0, "__deepcopy__($self, memo, /)\n--\n\n"},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL}};

static const NativeGetSet match_getsets[] = {
    {"lastindex", get_lastindex, NULL, "The integer index of the last matched capturing group.", NULL},
    {"lastgroup", get_lastgroup, NULL, "The name of the last matched capturing group.", NULL},
    {"regs", get_regs, NULL, NULL, NULL},
    {"re", get_re, NULL, "The regular expression object.", NULL},
    {NULL}};

static const NativeMember match_members[] = {
    {"string", MEMBER_VALUE, offsetof(Match, string), true, "The string passed to match() or search()."},
    {"pos", MEMBER_SSIZE, offsetof(Match, start), true,
     "The index into the string at which the RE engine started looking for a match."},
    {"endpos", MEMBER_SSIZE, offsetof(Match, end), true,
     "The index into the string beyond which the RE engine will not go."},
    {NULL}};

Type type_sre_match = {
    TYPE_HEAD,
    .name = "re.Match",
    .doc = "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    .instance_size = sizeof(Match),
    .item_size = sizeof(ssize_t),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW | TYPE_IMMUTABLE,
    .destroy = match_destroy,
    .traverse = match_traverse,
    .repr = match_repr,
    .mapping.subscript = match_subscript,
    .methods = match_methods,
    .getsets = match_getsets,
    .members = match_members,
};

/* --- scanners --- */

typedef struct Scanner {
    Object head;
    Pattern *pattern; /* owned */
    SreState state;
} Scanner;

static Scanner *as_scanner(Value v)
{
    return (Scanner *)value_as_object(v);
}

Value sre_scanner_new(Value pattern, Value string, ssize_t start, ssize_t end)
{
    Scanner *scanner = object_alloc_zeroed(&type_sre_scanner, sizeof *scanner);
    if (!scanner) return VALUE_NULL;
    if (!sre_state_init(&scanner->state, as_pattern(pattern), string, start, end)) {
        object_free(&scanner->head, sizeof *scanner);
        return VALUE_NULL;
    }
    scanner->pattern = as_pattern(value_incref(pattern));
    gc_track(scanner);
    return value_from_object(scanner);
}

static Value scan(Value self, int (*step)(SreState *))
{
    Scanner *scanner = as_scanner(self);
    SreState *s = &scanner->state;
    if (s->start < 0) return VALUE_NONE; /* exhausted */
    s->at = s->start;
    int status = step(s);
    Value match = sre_match_new(s, status);
    if (status == 0) {
        s->start = -1;
    } else {
        s->must_advance = s->at == s->start;
        s->start = s->at;
    }
    return match;
}

static Value scanner_match(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return scan(self, sre_state_match);
}

static Value scanner_search(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return scan(self, sre_state_search);
}

static Value scanner_get_pattern(Value self, void *closure)
{
    return value_incref(value_from_object(as_scanner(self)->pattern));
}

static void scanner_destroy(Object *object)
{
    Scanner *scanner = (Scanner *)object;
    gc_untrack(object);
    sre_state_release(&scanner->state);
    object_decref(&scanner->pattern->head);
    object_free(object, sizeof *scanner);
}

static int scanner_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Scanner *)object)->state.string);
    GC_VISIT(value_from_object(((Scanner *)object)->pattern));
    return 0;
}

static const NativeMethod scanner_methods[] = {{"match", scanner_match, 0, 0, 0, "match($self, /)\n--\n\n"},
                                               {"search", scanner_search, 0, 0, 0, "search($self, /)\n--\n\n"},
                                               {NULL}};

static const NativeGetSet scanner_getsets[] = {{"pattern", scanner_get_pattern, NULL, NULL, NULL}, {NULL}};

Type type_sre_scanner = {
    TYPE_HEAD,
    .name = "_sre.SRE_Scanner",
    .instance_size = sizeof(Scanner),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW | TYPE_IMMUTABLE,
    .destroy = scanner_destroy,
    .traverse = scanner_traverse,
    .methods = scanner_methods,
    .getsets = scanner_getsets,
};

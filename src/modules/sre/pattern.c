/* pattern.c: pattern objects and their scanners. */
#include "modules/sre/substitute.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

static Pattern *as_pattern(Value v)
{
    return (Pattern *)value_as_object(v);
}

static void pattern_destroy(Object *self)
{
    Pattern *pattern = (Pattern *)self;
    if (!value_is_null(pattern->weaklist)) weakref_clear_all(self);
    value_xdecref(pattern->groupindex);
    value_xdecref(pattern->indexgroup);
    value_xdecref(pattern->pattern);
    mem_free(pattern->code, (size_t)pattern->code_size * sizeof(SreCode));
    object_free(self, sizeof *pattern);
}

/* --- arguments string, pos, endpos --- */

typedef struct Range3 {
    Value string;
    ssize_t pos, endpos;
} Range3;

static bool parse_range(const char *function, const Value *args, ssize_t nargs, Value kwnames, Range3 *range)
{
    static const char *const names[] = {"string", "pos", "endpos", NULL};
    ArgSpec spec = {function, names, 1, 3, 0};
    Value given[3];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return false;
    *range = (Range3){given[0], 0, SSIZE_MAX};
    return (value_is_null(given[1]) || arg_as_ssize(given[1], &range->pos)) &&
           (value_is_null(given[2]) || arg_as_ssize(given[2], &range->endpos));
}

static Value finish(Value self, SreState *state, int found)
{
    Value result = found < 0 ? VALUE_NULL : found ? sre_match_new(self, state) : VALUE_NONE;
    sre_state_free(state);
    return result;
}

static Value match_in(Value self, const Range3 *range, bool match_all)
{
    SreState state;
    if (!sre_state_init(&state, as_pattern(self), range->string, range->pos, range->endpos)) return VALUE_NULL;
    state.match_all = match_all;
    return finish(self, &state, sre_match(&state, as_pattern(self)));
}

static Value pattern_match(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Range3 range;
    return parse_range("match", args, nargs, kwnames, &range) ? match_in(self, &range, false) : VALUE_NULL;
}

static Value pattern_fullmatch(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Range3 range;
    return parse_range("fullmatch", args, nargs, kwnames, &range) ? match_in(self, &range, true) : VALUE_NULL;
}

static Value pattern_search(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Range3 range;
    SreState state;
    if (!parse_range("search", args, nargs, kwnames, &range)) return VALUE_NULL;
    if (!sre_state_init(&state, as_pattern(self), range.string, range.pos, range.endpos)) return VALUE_NULL;
    return finish(self, &state, sre_search(&state, as_pattern(self)));
}

static Value pattern_findall(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Range3 range;
    if (!parse_range("findall", args, nargs, kwnames, &range)) return VALUE_NULL;
    return sre_findall(as_pattern(self), range.string, range.pos, range.endpos);
}

static Value substitute(const char *function, Value self, const Value *args, ssize_t nargs, Value kwnames,
                        bool with_number)
{
    static const char *const names[] = {"repl", "string", "count", NULL};
    ArgSpec spec = {function, names, 2, 3, 0};
    Value given[3];
    ssize_t count = 0;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[2]) && !arg_as_ssize(given[2], &count)) return VALUE_NULL;
    return sre_substitute(self, given[0], given[1], count, with_number);
}

static Value pattern_sub(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return substitute("sub", self, args, nargs, kwnames, false);
}

static Value pattern_subn(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return substitute("subn", self, args, nargs, kwnames, true);
}

static Value pattern_split(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"string", "maxsplit", NULL};
    static const ArgSpec spec = {"split", names, 1, 2, 0};
    Value given[2];
    ssize_t most = 0;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !arg_as_ssize(given[1], &most)) return VALUE_NULL;
    return sre_split(as_pattern(self), given[0], most);
}

/* --- scanners: an iteration over matches --- */

typedef struct Scanner {
    Object head;
    Value pattern;
    SreState state;
    bool is_done, is_busy;
} Scanner;

static Value scanner_new(Value pattern, const Range3 *range)
{
    Scanner *scanner = object_alloc_zeroed(&type_sre_scanner, sizeof *scanner);
    if (!scanner) return VALUE_NULL;
    if (!sre_state_init(&scanner->state, as_pattern(pattern), range->string, range->pos, range->endpos)) {
        object_free(&scanner->head, sizeof *scanner);
        return VALUE_NULL;
    }
    scanner->pattern = value_incref(pattern);
    return value_from_object(scanner);
}

static void scanner_destroy(Object *self)
{
    Scanner *scanner = (Scanner *)self;
    sre_state_free(&scanner->state);
    value_decref(scanner->pattern);
    object_free(self, sizeof *scanner);
}

static Value scanner_next(Value self, int (*find)(SreState *, const Pattern *))
{
    Scanner *scanner = (Scanner *)value_as_object(self);
    SreState *state = &scanner->state;
    if (scanner->is_busy) return error_set(&type_ValueError, "regular expression scanner already executing");
    if (scanner->is_done) return VALUE_NONE;
    scanner->is_busy = true; /* a signal handler that runs meanwhile may not use it */
    int found = find(state, as_pattern(scanner->pattern));
    scanner->is_busy = false;
    if (found < 0) return VALUE_NULL;
    scanner->is_done = !found;
    if (!found) return VALUE_NONE;
    Value match = sre_match_new(scanner->pattern, state);
    state->must_advance = state->at == state->start ? state->at : -1;
    state->start = state->at;
    return match;
}

static Value scanner_match(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return scanner_next(self, sre_match);
}

static Value scanner_search(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return scanner_next(self, sre_search);
}

static const NativeMethod scanner_methods[] = {{"match", scanner_match, 0, 0, 0, "match($self, /)\n--\n\n"},
                                               {"search", scanner_search, 0, 0, 0, "search($self, /)\n--\n\n"},
                                               {NULL}};

static const NativeMember scanner_members[] = {{"pattern", MEMBER_VALUE, offsetof(Scanner, pattern), true}, {NULL}};

Type type_sre_scanner = {
    .head = TYPE_HEAD,
    .name = "_sre.SRE_Scanner",
    .instance_size = sizeof(Scanner),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = scanner_destroy,
    .methods = scanner_methods,
    .members = scanner_members,
};

static Value pattern_scanner(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Range3 range;
    return parse_range("scanner", args, nargs, kwnames, &range) ? scanner_new(self, &range) : VALUE_NULL;
}

/* iter(scanner.search, None) */
static Value pattern_finditer(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Range3 range;
    if (!parse_range("finditer", args, nargs, kwnames, &range)) return VALUE_NULL;
    Value scanner = scanner_new(self, &range);
    if (value_is_null(scanner)) return VALUE_NULL;
    Value search = get_attr(scanner, ID(search));
    value_decref(scanner);
    Value iter = value_is_null(search) ? VALUE_NULL : import_attr("builtins", "iter");
    Value result = value_is_null(iter) ? VALUE_NULL : call_2(iter, search, VALUE_NONE);
    value_xdecref(iter);
    value_xdecref(search);
    return result;
}

/* --- text, comparison --- */

static const struct {
    const char *name;
    int flag;
} flag_names[] = {
    {"re.TEMPLATE", SRE_FLAG_TEMPLATE},   {"re.IGNORECASE", SRE_FLAG_IGNORECASE}, {"re.LOCALE", SRE_FLAG_LOCALE},
    {"re.MULTILINE", SRE_FLAG_MULTILINE}, {"re.DOTALL", SRE_FLAG_DOTALL},         {"re.UNICODE", SRE_FLAG_UNICODE},
    {"re.VERBOSE", SRE_FLAG_VERBOSE},     {"re.DEBUG", SRE_FLAG_DEBUG},           {"re.ASCII", SRE_FLAG_ASCII}};

static void add_flags(StrBuilder *out, int flags)
{
    bool is_first = true;
    for (size_t i = 0; i < COUNT_OF(flag_names); i++) {
        if (!(flags & flag_names[i].flag)) continue;
        str_builder_add_ascii(out, is_first ? ", " : "|", -1);
        str_builder_add_ascii(out, flag_names[i].name, -1);
        flags &= ~flag_names[i].flag;
        is_first = false;
    }
    if (!flags) return;
    Value rest = str_format("%s0x%x", is_first ? ", " : "|", (unsigned)flags);
    if (!value_is_null(rest)) str_builder_add_str(out, rest);
    value_xdecref(rest);
}

static Value pattern_repr(Value self)
{
    const Pattern *pattern = as_pattern(self);
    int flags = pattern->flags, type_flags = SRE_FLAG_LOCALE | SRE_FLAG_UNICODE | SRE_FLAG_ASCII;
    if (pattern->is_bytes == 0 && (flags & type_flags) == SRE_FLAG_UNICODE) flags &= ~SRE_FLAG_UNICODE;
    Value head = str_format("re.compile(%.200R", pattern->pattern);
    if (value_is_null(head)) return VALUE_NULL;
    StrBuilder out;
    str_builder_init(&out);
    str_builder_add_str(&out, head);
    value_decref(head);
    add_flags(&out, flags);
    str_builder_add_char(&out, ')');
    return str_builder_finish(&out);
}

static int64_t pattern_hash(Value self)
{
    const Pattern *pattern = as_pattern(self);
    int64_t hash = value_hash(pattern->pattern);
    if (hash == -1) return -1;
    hash ^= (int64_t)pattern->flags << 8 ^ pattern->is_bytes ^ (int64_t)pattern->code_size << 20;
    return hash == -1 ? -2 : hash;
}

static Value pattern_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || type_of(left) != type_of(right)) return VALUE_NOT_IMPLEMENTED;
    const Pattern *a = as_pattern(left), *b = as_pattern(right);
    int equal = a == b;
    if (!equal && a->flags == b->flags && a->is_bytes == b->is_bytes && a->code_size == b->code_size &&
        memcmp(a->code, b->code, (size_t)a->code_size * sizeof(SreCode)) == 0)
        equal = rich_compare_bool(a->pattern, b->pattern, CMP_EQ);
    return equal < 0 ? VALUE_NULL : value_from_bool(equal == (op == CMP_EQ));
}

static Value pattern_copy(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_incref(self);
}

static Value get_groupindex(Value self, void *closure)
{
    return mapping_proxy_new(as_pattern(self)->groupindex);
}

#define RANGE_SIGNATURE "($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\n"
static const NativeMethod methods[] = {
    {"match", pattern_match, 0, 0, NATIVE_KEYWORDS,
     "match" RANGE_SIGNATURE "Matches zero or more characters at the beginning of the string."},
    {"fullmatch", pattern_fullmatch, 0, 0, NATIVE_KEYWORDS,
     "fullmatch" RANGE_SIGNATURE "Matches against all of the string."},
    {"search", pattern_search, 0, 0, NATIVE_KEYWORDS,
     "search" RANGE_SIGNATURE
     "Scan through string looking for a match, and return a corresponding match object instance.\n\n"
     "Return None if no position in the string matches."},
    {"sub", pattern_sub, 0, 0, NATIVE_KEYWORDS,
     "sub($self, /, repl, string, count=0)\n--\n\nReturn the string obtained by replacing the leftmost non-overlapping "
     "occurrences of "
     "pattern in string by the replacement repl."},
    {"subn", pattern_subn, 0, 0, NATIVE_KEYWORDS,
     "subn($self, /, repl, string, count=0)\n--\n\nReturn the tuple (new_string, number_of_subs_made) found by "
     "replacing the leftmost "
     "non-overlapping occurrences of pattern with the replacement repl."},
    {"findall", pattern_findall, 0, 0, NATIVE_KEYWORDS,
     "findall" RANGE_SIGNATURE "Return a list of all non-overlapping matches of pattern in string."},
    {"split", pattern_split, 0, 0, NATIVE_KEYWORDS,
     "split($self, /, string, maxsplit=0)\n--\n\nSplit string by the occurrences of pattern."},
    {"finditer", pattern_finditer, 0, 0, NATIVE_KEYWORDS,
     "finditer" RANGE_SIGNATURE "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\n"
     "For each match, the iterator returns a match object."},
    {"scanner", pattern_scanner, 0, 0, NATIVE_KEYWORDS, "scanner" RANGE_SIGNATURE},
    {"__copy__", pattern_copy, 0, 0, 0, "__copy__($self, /)\n--\n\n"},
    {"__deepcopy__", pattern_copy, 1, 1, 0, "__deepcopy__($self, memo, /)\n--\n\n"},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL}};

static const NativeMember members[] = {
    {"pattern", MEMBER_VALUE, offsetof(Pattern, pattern), true,
     "The pattern string from which the RE object was compiled."},
    {"flags", MEMBER_INT, offsetof(Pattern, flags), true, "The regex matching flags."},
    {"groups", MEMBER_SSIZE, offsetof(Pattern, groups), true, "The number of capturing groups in the pattern."},
    {NULL}};

static const NativeGetSet getsets[] = {
    {"groupindex", get_groupindex, NULL, "A dictionary mapping group names to group numbers."}, {NULL}};

Type type_sre_pattern = {
    .head = TYPE_HEAD,
    .name = "re.Pattern",
    .doc = "Compiled regular expression object.",
    .instance_size = sizeof(Pattern),
    .weaklist_offset = offsetof(Pattern, weaklist),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = pattern_destroy,
    .repr = pattern_repr,
    .hash = pattern_hash,
    .compare = pattern_compare,
    .methods = methods,
    .members = members,
    .getsets = getsets,
};

/* sre_module: the module _sre and pattern objects. */
#include "base/hash.h"
#include "gc/gc.h"
#include "modules/sre/sre.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "objects/unicode.h"
#include "objects/weakref.h"

/* --- matching --- */

static const char *const search_names[] = {"string", "pos", "endpos", NULL};

static bool parse_search(const char *function, const Value *args, ssize_t nargs, Value kwnames, Value *string,
                         ssize_t *start, ssize_t *end)
{
    ArgSpec spec = {function, search_names, 1, 3, 0};
    Value given[3];
    *start = 0;
    *end = SSIZE_MAX;
    if (nargs == 1 && value_is_null(kwnames)) {
        *string = args[0];
        return true;
    }
    if (!args_parse(&spec, args, nargs, kwnames, given)) return false;
    *string = given[0];
    return (value_is_null(given[1]) || arg_as_ssize(given[1], start)) &&
           (value_is_null(given[2]) || arg_as_ssize(given[2], end));
}

static Value find_one(Value self, const char *name, const Value *args, ssize_t nargs, Value kwnames,
                      int (*step)(SreState *), bool match_all)
{
    SreState s;
    Value string;
    ssize_t start, end;
    if (!parse_search(name, args, nargs, kwnames, &string, &start, &end)) return VALUE_NULL;
    if (!sre_state_init(&s, as_pattern(self), string, start, end)) return VALUE_NULL;
    s.match_all = match_all;
    Value match = sre_match_new(&s, step(&s));
    sre_state_release(&s);
    return match;
}

static Value pattern_match(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return find_one(self, "match", args, nargs, kwnames, sre_state_match, false);
}

static Value pattern_fullmatch(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return find_one(self, "fullmatch", args, nargs, kwnames, sre_state_match, true);
}

static Value pattern_search(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return find_one(self, "search", args, nargs, kwnames, sre_state_search, false);
}

/* The next match, after the last one: an empty match may not be where the last one ended. */
static int next_match(SreState *s)
{
    s->at = s->start;
    return sre_state_search(s);
}

static void step_over(SreState *s)
{
    s->must_advance = s->at == s->start;
    s->start = s->at;
}

/* What findall gives for one match. */
static Value found_item(SreState *s, Value empty)
{
    ssize_t groups = s->pattern->groups;
    if (groups == 0) return sre_state_slice(s, s->start, s->at);
    if (groups == 1) return sre_state_group(s, 1, empty);
    Value item = tuple_new(groups);
    for (ssize_t i = 0; !value_is_null(item) && i < groups; i++) {
        Value text = sre_state_group(s, i + 1, empty);
        if (value_is_null(text))
            value_clear(&item);
        else
            as_tuple(item)->items[i] = text;
    }
    return item;
}

static Value pattern_findall(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    SreState s;
    Value string;
    ssize_t start, end;
    if (!parse_search("findall", args, nargs, kwnames, &string, &start, &end)) return VALUE_NULL;
    if (!sre_state_init(&s, as_pattern(self), string, start, end)) return VALUE_NULL;
    Value list = list_new(0), empty = sre_state_slice(&s, 0, 0);
    int status = value_is_null(list) || value_is_null(empty) ? -1 : 1;
    while (status > 0 && s.start <= s.end && (status = next_match(&s)) > 0) {
        Value item = found_item(&s, empty);
        if (value_is_null(item) || list_append_steal(list, item) < 0) status = -1;
        step_over(&s);
    }
    if (status < 0) value_xdecref(list);
    value_xdecref(empty);
    sre_state_release(&s);
    return status < 0 ? VALUE_NULL : list;
}

static Value pattern_scanner(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value string;
    ssize_t start, end;
    if (!parse_search("scanner", args, nargs, kwnames, &string, &start, &end)) return VALUE_NULL;
    return sre_scanner_new(self, string, start, end);
}

static Value pattern_finditer(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value string;
    ssize_t start, end;
    if (!parse_search("finditer", args, nargs, kwnames, &string, &start, &end)) return VALUE_NULL;
    Value scanner = sre_scanner_new(self, string, start, end);
    if (value_is_null(scanner)) return scanner;
    Value search = get_attr(scanner, ID(search)), result = VALUE_NULL;
    value_decref(scanner);
    Value iter = value_is_null(search) ? search : import_attr("builtins", "iter");
    if (!value_is_null(iter)) result = call_2(iter, search, VALUE_NONE);
    value_xdecref(iter);
    value_xdecref(search);
    return result;
}

static int append_split(SreState *s, Value list, ssize_t low)
{
    Value piece = sre_state_slice(s, low, s->start);
    if (value_is_null(piece) || list_append_steal(list, piece) < 0) return -1;
    for (ssize_t i = 1; i <= s->pattern->groups; i++) {
        Value text = sre_state_group(s, i, VALUE_NONE);
        if (value_is_null(text) || list_append_steal(list, text) < 0) return -1;
    }
    return 1;
}

static Value pattern_split(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"string", "maxsplit", NULL};
    static const ArgSpec spec = {"split", names, 1, 2, 0};
    Value given[2];
    ssize_t max_split = 0, last = 0;
    SreState s;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !arg_as_ssize(given[1], &max_split)) return VALUE_NULL;
    if (!sre_state_init(&s, as_pattern(self), given[0], 0, SSIZE_MAX)) return VALUE_NULL;
    Value list = list_new(0);
    int status = value_is_null(list) ? -1 : 1;
    for (ssize_t n = 0; status > 0 && (max_split == 0 || n < max_split); n++) {
        status = next_match(&s);
        if (status <= 0) break;
        status = append_split(&s, list, last);
        step_over(&s);
        last = s.at;
    }
    if (status >= 0) {
        Value rest = sre_state_slice(&s, last, s.end);
        status = value_is_null(rest) ? -1 : list_append_steal(list, rest);
    }
    sre_state_release(&s);
    if (status >= 0) return list;
    value_xdecref(list);
    return VALUE_NULL;
}

/* --- substitution --- */

/* True when the template has no backslash. */
static bool is_literal(Value template)
{
    if (is_str(template)) {
        const Str *s = as_str(template);
        for (ssize_t i = 0; i < s->length; i++)
            if (str_char(s, i) == '\\') return false;
        return true;
    }
    Buffer view;
    if (!supports_buffer(template)) return false;
    if (buffer_get(template, &view, BUFFER_SIMPLE) < 0) {
        error_clear();
        return false;
    }
    bool found = memchr(view.data, '\\', (size_t)view.length) != NULL;
    buffer_release(&view);
    return !found;
}

/* A function of the match, or the text itself. */
static Value make_filter(Value self, Value template)
{
    if (is_callable(template) || is_literal(template)) return value_incref(template);
    Value subx = import_attr("re", "_subx");
    if (value_is_null(subx)) return subx;
    Value filter = call_2(subx, self, template);
    value_decref(subx);
    return filter;
}

/* The text for one match: owned; None leaves nothing. */
static Value replacement(SreState *s, Value filter, bool is_function)
{
    if (!is_function) return value_incref(filter);
    Value match = sre_match_new(s, 1);
    if (value_is_null(match)) return match;
    Value text = call_1(filter, match);
    value_decref(match);
    return text;
}

/* Pieces of str are put together at once; everything else is collected in a list for join. */
typedef struct Pieces {
    bool is_text;
    StrBuilder text;
    Value list;
    ssize_t count;
} Pieces;

static int add_slice(Pieces *p, SreState *s, ssize_t low, ssize_t high)
{
    p->count++;
    if (p->is_text) return str_builder_add_slice(&p->text, s->string, low, high);
    Value piece = sre_state_slice(s, low, high);
    return value_is_null(piece) ? -1 : list_append_steal(p->list, piece);
}

static int add_piece(Pieces *p, STEALS Value piece)
{
    if (value_is_none(piece)) return 0;
    if (!p->is_text) return list_append_steal(p->list, piece);
    int status = -1;
    if (is_str(piece))
        status = str_builder_add_str(&p->text, piece);
    else
        error_format(&type_TypeError, "sequence item %zd: expected str instance, %.80s found", p->count,
                     type_of(piece)->name);
    value_decref(piece);
    p->count++;
    return status;
}

static Value join_pieces(Pieces *p, SreState *s)
{
    if (p->is_text) return str_builder_finish(&p->text);
    Value empty = sre_state_slice(s, 0, 0);
    if (value_is_null(empty)) return empty;
    Value result = list_length(p->list) == 0 ? value_incref(empty) : call_method_1(empty, ID(join), p->list);
    value_decref(empty);
    return result;
}

static Value substitute(Value self, Value template, Value string, ssize_t max_count, ssize_t *count)
{
    SreState s;
    *count = 0;
    Value filter = make_filter(self, template);
    if (value_is_null(filter)) return filter;
    bool is_function = is_callable(filter);
    if (!sre_state_init(&s, as_pattern(self), string, 0, SSIZE_MAX)) {
        value_decref(filter);
        return VALUE_NULL;
    }
    Pieces p = {.is_text = is_str(string)};
    str_builder_init(&p.text);
    if (!p.is_text) p.list = list_new(0);
    int status = !p.is_text && value_is_null(p.list) ? -1 : 0;
    ssize_t last = 0;
    while (status == 0 && (max_count == 0 || *count < max_count)) {
        int found = next_match(&s);
        if (found <= 0) {
            status = found;
            break;
        }
        if (last < s.start) status = add_slice(&p, &s, last, s.start);
        Value text = status < 0 ? VALUE_NULL : replacement(&s, filter, is_function);
        status = value_is_null(text) ? -1 : add_piece(&p, text);
        last = s.at;
        (*count)++;
        step_over(&s);
    }
    Value result = VALUE_NULL;
    if (status == 0 && *count == 0 && (is_str(string) ? is_exact_str(string) : object_has_type(string, &type_bytes))) {
        result = value_incref(string);
        str_builder_discard(&p.text);
    } else if (status == 0) {
        if (last < s.end) status = add_slice(&p, &s, last, s.end);
        if (status == 0) result = join_pieces(&p, &s);
    }
    if (status < 0) str_builder_discard(&p.text);
    value_xdecref(p.list);
    value_decref(filter);
    sre_state_release(&s);
    return result;
}

static const char *const sub_names[] = {"repl", "string", "count", NULL};

static Value pattern_sub(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"sub", sub_names, 2, 3, 0};
    Value given[3];
    ssize_t max_count = 0, count;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[2]) && !arg_as_ssize(given[2], &max_count)) return VALUE_NULL;
    return substitute(self, given[0], given[1], max_count, &count);
}

static Value pattern_subn(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"subn", sub_names, 2, 3, 0};
    Value given[3];
    ssize_t max_count = 0, count;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[2]) && !arg_as_ssize(given[2], &max_count)) return VALUE_NULL;
    Value text = substitute(self, given[0], given[1], max_count, &count);
    if (value_is_null(text)) return text;
    Value result = tuple_pack(2, text, value_from_small_int(count));
    value_decref(text);
    return result;
}

/* --- pattern objects --- */

static void pattern_destroy(Object *object)
{
    Pattern *p = (Pattern *)object;
    gc_untrack(object);
    if (!value_is_null(p->weaklist)) weakref_clear_all(object);
    value_xdecref(p->group_index);
    value_xdecref(p->index_group);
    value_xdecref(p->source);
    object_free(object, var_object_size(&type_sre_pattern, p->length));
}

static int pattern_traverse(Object *object, GcVisit visit, void *argument)
{
    Pattern *p = (Pattern *)object;
    GC_VISIT(p->group_index);
    GC_VISIT(p->index_group);
    GC_VISIT(p->source);
    return 0;
}

static Value pattern_repr(Value self)
{
    static const struct {
        int flag;
        const char *name;
    } names[] = {{FLAG_TEMPLATE, "re.TEMPLATE"},   {FLAG_IGNORECASE, "re.IGNORECASE"}, {FLAG_LOCALE, "re.LOCALE"},
                 {FLAG_MULTILINE, "re.MULTILINE"}, {FLAG_DOTALL, "re.DOTALL"},         {FLAG_UNICODE, "re.UNICODE"},
                 {FLAG_VERBOSE, "re.VERBOSE"},     {FLAG_DEBUG, "re.DEBUG"},           {FLAG_ASCII, "re.ASCII"}};
    const Pattern *p = as_pattern(self);
    int flags = p->flags;
    if (p->is_bytes == 0 && (flags & (FLAG_LOCALE | FLAG_UNICODE | FLAG_ASCII)) == FLAG_UNICODE) flags &= ~FLAG_UNICODE;
    StrBuilder out;
    str_builder_init(&out);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!(flags & names[i].flag)) continue;
        if (out.length) str_builder_add_char(&out, '|');
        str_builder_add_ascii(&out, names[i].name, -1);
        flags &= ~names[i].flag;
    }
    if (flags) {
        Value rest = str_format(out.length ? "|0x%x" : "0x%x", flags);
        if (!value_is_null(rest)) str_builder_add_str(&out, rest);
        value_xdecref(rest);
    }
    Value text = str_builder_finish(&out);
    if (value_is_null(text)) return text;
    Value result = str_length(text) ? str_format("re.compile(%.200R, %U)", p->source, text)
                                    : str_format("re.compile(%.200R)", p->source);
    value_decref(text);
    return result;
}

static int64_t pattern_hash(Value self)
{
    const Pattern *p = as_pattern(self);
    int64_t hash = value_hash(p->source);
    if (hash == -1) return -1;
    hash ^= hash_bytes(p->code, (size_t)p->length * sizeof(SreCode));
    hash ^= p->flags ^ p->is_bytes ^ p->groups;
    return hash == -1 ? -2 : hash;
}

static Value pattern_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !object_has_type(right, &type_sre_pattern)) return VALUE_NOT_IMPLEMENTED;
    const Pattern *a = as_pattern(left), *b = as_pattern(right);
    int equal = a == b;
    if (!equal && a->flags == b->flags && a->is_bytes == b->is_bytes && a->length == b->length &&
        memcmp(a->code, b->code, (size_t)a->length * sizeof(SreCode)) == 0)
        equal = rich_compare_bool(a->source, b->source, CMP_EQ);
    return equal < 0 ? VALUE_NULL : value_from_bool(equal == (op == CMP_EQ));
}

static Value pattern_self(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_incref(self);
}

static Value get_group_index(Value self, void *closure)
{
    return mapping_proxy_new(as_pattern(self)->group_index);
}

#define SEARCH_SIGNATURE "($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\n"
static const NativeMethod pattern_methods[] = {
    {"match", pattern_match, 0, -1, NATIVE_KEYWORDS,
     "match" SEARCH_SIGNATURE "Matches zero or more characters at the beginning of the string."},
    {"fullmatch", pattern_fullmatch, 0, -1, NATIVE_KEYWORDS,
     "fullmatch" SEARCH_SIGNATURE "Matches against all of the string."},
    {"search", pattern_search, 0, -1, NATIVE_KEYWORDS,
     "search" SEARCH_SIGNATURE "Scan through string looking for a match, and return a corresponding match object "
     "instance.\n\nReturn None if no position in the string matches."},
    {"sub", pattern_sub, 0, -1, NATIVE_KEYWORDS,
     "sub($self, /, repl, string, count=0)\n--\n\n"
     "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the "
     "replacement repl."},
    {"subn", pattern_subn, 0, -1, NATIVE_KEYWORDS,
     "subn($self, /, repl, string, count=0)\n--\n\n"
     "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences "
     "of pattern with the replacement repl."},
    {"findall", pattern_findall, 0, -1, NATIVE_KEYWORDS,
     "findall" SEARCH_SIGNATURE "Return a list of all non-overlapping matches of pattern in string."},
    {"split", pattern_split, 0, -1, NATIVE_KEYWORDS,
     "split($self, /, string, maxsplit=0)\n--\n\nSplit string by the occurrences of pattern."},
    {"finditer", pattern_finditer, 0, -1, NATIVE_KEYWORDS,
     "finditer" SEARCH_SIGNATURE "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\n"
     "For each match, the iterator returns a match object."},
    {"scanner", pattern_scanner, 0, -1, NATIVE_KEYWORDS, "scanner" SEARCH_SIGNATURE},
    {"__copy__", pattern_self, 0, 0, 0, "__copy__($self, /)\n--\n\n"},
    {"__deepcopy__", pattern_self, 1, 1, 0, "__deepcopy__($self, memo, /)\n--\n\n"},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL}};

static const NativeGetSet pattern_getsets[] = {
    {"groupindex", get_group_index, NULL, "A dictionary mapping group names to group numbers.", NULL}, {NULL}};

static const NativeMember pattern_members[] = {
    {"pattern", MEMBER_VALUE, offsetof(Pattern, source), true,
     "The pattern string from which the RE object was compiled."},
    {"flags", MEMBER_INT, offsetof(Pattern, flags), true, "The regex matching flags."},
    {"groups", MEMBER_SSIZE, offsetof(Pattern, groups), true, "The number of capturing groups in the pattern."},
    {NULL}};

Type type_sre_pattern = {
    TYPE_HEAD,
    .name = "re.Pattern",
    .doc = "Compiled regular expression object.",
    .instance_size = sizeof(Pattern),
    .item_size = sizeof(SreCode),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW | TYPE_IMMUTABLE,
    .weaklist_offset = offsetof(Pattern, weaklist),
    .destroy = pattern_destroy,
    .traverse = pattern_traverse,
    .repr = pattern_repr,
    .hash = pattern_hash,
    .compare = pattern_compare,
    .methods = pattern_methods,
    .getsets = pattern_getsets,
    .members = pattern_members,
};

/* --- the module's functions --- */

static bool read_code(Pattern *p, Value list)
{
    for (ssize_t i = 0; i < p->length; i++) {
        Value item = list_item_borrow(list, i);
        uint64_t word;
        if (!is_int(item)) {
            error_set(&type_TypeError, "an integer is required");
            return false;
        }
        if (!int_fits_uint64(item, &word) || word > UINT32_MAX) {
            error_set(&type_OverflowError, "regular expression code size limit exceeded");
            return false;
        }
        p->code[i] = (SreCode)word;
    }
    return true;
}

static Value sre_compile(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"pattern", "flags", "code", "groups", "groupindex", "indexgroup", NULL};
    static const ArgSpec spec = {"compile", names, 6, 6, 0};
    Value given[6];
    int flags;
    ssize_t groups;
    if (!args_parse(&spec, args, nargs, kwnames, given) || !arg_as_int(given[1], &flags)) return VALUE_NULL;
    if (!is_list(given[2]))
        return error_format(&type_TypeError, "compile() argument 'code' must be list, not %.50s",
                            value_is_none(given[2]) ? "None" : type_of(given[2])->name);
    if (!arg_as_ssize(given[3], &groups)) return VALUE_NULL;
    if (!is_dict(given[4]))
        return error_format(&type_TypeError, "compile() argument 'groupindex' must be dict, not %.50s",
                            value_is_none(given[4]) ? "None" : type_of(given[4])->name);
    if (!is_tuple(given[5]))
        return error_format(&type_TypeError, "compile() argument 'indexgroup' must be tuple, not %.50s",
                            value_is_none(given[5]) ? "None" : type_of(given[5])->name);
    Value source = given[0];
    if (!value_is_none(source) && !is_str(source) && !supports_buffer(source))
        return error_format(&type_TypeError, "expected string or bytes-like object, got '%.200s'",
                            type_of(source)->name);
    ssize_t length = list_length(given[2]);
    Pattern *p = object_alloc_zeroed(&type_sre_pattern, var_object_size(&type_sre_pattern, length));
    if (!p) return VALUE_NULL;
    p->length = length;
    Value self = value_from_object(p);
    if (!read_code(p, given[2])) {
        value_decref(self);
        return VALUE_NULL;
    }
    p->flags = flags;
    p->groups = groups;
    p->is_bytes = value_is_none(source) ? -1 : !is_str(source);
    p->group_index = value_incref(given[4]);
    p->index_group = value_incref(given[5]);
    p->source = value_incref(source);
    gc_track(p);
    if (!sre_code_is_valid(p->code, length, groups)) {
        value_decref(self);
        return error_occurred() ? VALUE_NULL : error_set(&type_RuntimeError, "invalid SRE code");
    }
    return self;
}

static Value sre_getcodesize(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(sizeof(SreCode));
}

static bool character_argument(const Value *args, uint32_t *c)
{
    int n;
    if (!arg_as_int(args[0], &n)) return false;
    *c = (uint32_t)n;
    return true;
}

static Value sre_ascii_iscased(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    if (!character_argument(args, &c)) return VALUE_NULL;
    return value_from_bool((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

static Value sre_ascii_tolower(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    return character_argument(args, &c) ? value_from_small_int(sre_lower_ascii(c)) : VALUE_NULL;
}

static Value sre_unicode_iscased(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    if (!character_argument(args, &c)) return VALUE_NULL;
    return value_from_bool(unicode_to_lower(c) != c || unicode_to_upper(c) != c);
}

static Value sre_unicode_tolower(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    uint32_t c;
    return character_argument(args, &c) ? value_from_small_int(unicode_to_lower(c)) : VALUE_NULL;
}

static const NativeMethod methods[] = {
    {"compile", sre_compile, 0, -1, NATIVE_KEYWORDS,
     "compile($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)\n--\n\n"},
    {"getcodesize", sre_getcodesize, 0, 0, 0, "getcodesize($module, /)\n--\n\n"},
    {"ascii_iscased", sre_ascii_iscased, 1, 1, 0, "ascii_iscased($module, character, /)\n--\n\n"},
    {"ascii_tolower", sre_ascii_tolower, 1, 1, 0, "ascii_tolower($module, character, /)\n--\n\n"},
    {"unicode_iscased", sre_unicode_iscased, 1, 1, 0, "unicode_iscased($module, character, /)\n--\n\n"},
    {"unicode_tolower", sre_unicode_tolower, 1, 1, 0, "unicode_tolower($module, character, /)\n--\n\n"},
    {NULL}};

static int exec(Value module)
{
    if (type_ready(&type_sre_pattern) < 0 || type_ready(&type_sre_match) < 0 || type_ready(&type_sre_scanner) < 0)
        return -1;
    if (module_add_int(module, "MAGIC", SRE_MAGIC) < 0 || module_add_int(module, "CODESIZE", sizeof(SreCode)) < 0)
        return -1;
    if (module_add_int(module, "MAXREPEAT", SRE_MAXREPEAT) < 0) return -1;
    return module_add_int(module, "MAXGROUPS", SRE_MAXGROUPS);
}

NATIVE_MODULE(_sre) = {.name = "_sre", .methods = methods, .exec = exec};

/* warnings.c: the module _warnings. */
#include "objects/warning.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"

static Value warnings_warn(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"message", "category", "stacklevel", "source", NULL};
    static const ArgSpec spec = {"warn", names, 1, 4, 0};
    Value given[4];
    ssize_t stack_level = 1;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[2]) && !arg_as_ssize(given[2], &stack_level)) return VALUE_NULL;
    return warning_issue(given[0], given[1], stack_level, given[3]) < 0 ? VALUE_NULL : VALUE_NONE;
}

/* The source line through the module's loader, so that linecache can show code from archives; None when there is none.
 */
static Value source_line(Value globals, Value filename, int line)
{
    Value loader = dict_get_borrow(globals, ID(__loader__)), name = dict_get_borrow(globals, ID(__name__));
    if (value_is_null(loader) || value_is_null(name)) return error_occurred() ? VALUE_NULL : VALUE_NONE;
    bool failed;
    Value get_source = get_attr_optional(loader, ID(get_source), &failed);
    if (value_is_null(get_source)) return failed ? VALUE_NULL : VALUE_NONE;
    Value source = call_1(get_source, name);
    value_decref(get_source);
    if (value_is_null(source) || value_is_none(source)) return source;
    /* str's own method, whatever a subclass has put in its place */
    Value lines = is_str(source) ? call_1(type_lookup_borrow(&type_str, ID(splitlines)), source) : VALUE_NONE;
    value_decref(source);
    if (value_is_null(lines) || value_is_none(lines)) return lines;
    Value text = get_item(lines, value_from_small_int(line - 1));
    value_decref(lines);
    return text;
}

static Value warnings_warn_explicit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"message",  "category",       "filename", "lineno", "module",
                                        "registry", "module_globals", "source",   NULL};
    static const ArgSpec spec = {"warn_explicit", names, 4, 8, 0};
    Value given[8];
    int line;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!is_str(given[2])) return error_bad_argument("warn_explicit", 3, "str", given[2]);
    if (!arg_as_int(given[3], &line)) return VALUE_NULL;
    WarningPlace place = {
        .filename = given[2], .line = line, .module = given[4], .registry = given[5], .source = given[7]};
    Value text = VALUE_NULL;
    if (!value_is_null(given[6]) && !value_is_none(given[6])) {
        if (!is_dict(given[6]))
            return error_format(&type_TypeError, "module_globals must be a dict, not '%T'", given[6]);
        text = source_line(given[6], given[2], line);
        if (value_is_null(text)) return VALUE_NULL;
        place.source_line = text;
    }
    int result = warning_issue_at(given[1], given[0], &place);
    value_xdecref(text);
    return result < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value warnings_filters_mutated(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    warning_state.filters_version++;
    return VALUE_NONE;
}

static const NativeMethod methods[] = {
    {"warn", warnings_warn, 0, -1, NATIVE_KEYWORDS,
     "warn($module, /, message, category=None, stacklevel=1, source=None)\n--\n\nIssue a warning, or maybe ignore it "
     "or "
     "raise an exception."},
    {"warn_explicit", warnings_warn_explicit, 0, -1, NATIVE_KEYWORDS,
     "warn_explicit($module, /, message, category, filename, lineno,\n              module=<unrepresentable>, "
     "registry=None,\n "
     "             module_globals=None, source=None)\n--\n\nIssue a warning, or maybe ignore it or raise an "
     "exception."},
    {"_filters_mutated", warnings_filters_mutated, 0, 0, 0, "_filters_mutated($module, /)\n--\n\n"},
    {NULL}};

static int exec(Value module)
{
    if (warning_state_init() < 0) return -1;
    if (module_add(module, "filters", value_incref(warning_state.filters)) < 0 ||
        module_add(module, "_onceregistry", value_incref(warning_state.once_registry)) < 0)
        return -1;
    return module_add(module, "_defaultaction", value_incref(warning_state.default_action));
}

NATIVE_MODULE(_warnings) = {
    .name = "_warnings",
    .doc =
        "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    .methods = methods,
    .exec = exec,
};

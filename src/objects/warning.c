/* warning.c: issuing warnings: filters, registries of what was shown already, and where a warning comes from.
 *
 * As long as the module `warnings` is not imported, the filters here are used and warnings are printed from here; later
 * the module's own `filters`, `onceregistry`, `defaultaction` and `_showwarnmsg` are asked, so that programs may
 * replace them. */
#include <stdio.h>
#include <stdlib.h>

#include "objects/warning.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

WarningState warning_state;

/* --- state --- */

static int add_filter(Value filters, Type *category, Value action, NULLABLE Value module)
{
    Value filter = tuple_pack(5, action, VALUE_NONE, value_from_type(category),
                              value_is_null(module) ? VALUE_NONE : module, value_from_small_int(0));
    return value_is_null(filter) ? -1 : list_append_steal(filters, filter);
}

int warning_state_init(void)
{
    if (!value_is_null(warning_state.filters)) return 0;
    Value filters = list_new(0), once = dict_new();
    if (value_is_null(filters) || value_is_null(once)) return -1;
    if (add_filter(filters, &type_DeprecationWarning, ID(default), ID(__main__)) < 0 ||
        add_filter(filters, &type_DeprecationWarning, ID(ignore), VALUE_NULL) < 0 ||
        add_filter(filters, &type_PendingDeprecationWarning, ID(ignore), VALUE_NULL) < 0 ||
        add_filter(filters, &type_ImportWarning, ID(ignore), VALUE_NULL) < 0 ||
        add_filter(filters, &type_ResourceWarning, ID(ignore), VALUE_NULL) < 0)
        return -1;
    warning_state = (WarningState){filters, once, ID(default), 0};
    return 0;
}

/* warnings.name, imported only when told so; no value without an error when there is none. */
static Value module_attr(Value name, bool import)
{
    Value modules = import_attr("sys", "modules");
    if (value_is_null(modules)) {
        error_clear();
        return VALUE_NULL;
    }
    Value module = is_dict(modules) ? value_xincref(dict_get_borrow(modules, ID(warnings))) : VALUE_NULL;
    value_decref(modules);
    if (value_is_null(module)) {
        if (!import || error_occurred()) return VALUE_NULL;
        module = import_module("warnings");
        if (value_is_null(module)) {
            error_clear();
            return VALUE_NULL;
        }
    }
    bool failed;
    Value attr = get_attr_optional(module, name, &failed);
    value_decref(module);
    return attr;
}

/* The module's object, replacing `*fallback` for the time that the module cannot be asked. Borrowed from *fallback. */
static Value refreshed(Value name, Value *fallback)
{
    Value current = module_attr(name, false);
    if (!value_is_null(current)) value_replace(fallback, current);
    return error_occurred() ? VALUE_NULL : *fallback;
}

/* --- filters --- */

/* A filter's message or module pattern: None, an exact str, or a compiled regular expression. */
static int pattern_matches(Value pattern, Value text)
{
    if (value_is_none(pattern)) return 1;
    if (is_exact_str(pattern)) return str_equal(pattern, text);
    Value match = call_method_1(pattern, ID(match), text);
    if (value_is_null(match)) return -1;
    int truth = is_true(match);
    value_decref(match);
    return truth;
}

static int filter_matches(Value filter, Value category, Value text, int64_t line, Value module)
{
    int result = pattern_matches(tuple_item_borrow(filter, 1), text);
    if (result > 0) result = is_subclass(category, tuple_item_borrow(filter, 2));
    if (result > 0) result = pattern_matches(tuple_item_borrow(filter, 3), module);
    if (result <= 0) return result;
    ssize_t wanted = number_as_ssize(tuple_item_borrow(filter, 4), &type_OverflowError);
    if (wanted == -1 && error_occurred()) return -1;
    return wanted == 0 || wanted == line;
}

/* The action of the first filter that matches; owned. *filter: that filter, owned. */
static Value find_action(Value category, Value text, int64_t line, Value module, Value *filter)
{
    *filter = VALUE_NULL;
    Value filters = refreshed(ID(filters), &warning_state.filters);
    if (value_is_null(filters)) return VALUE_NULL;
    if (!is_list(filters)) return error_set(&type_ValueError, "_warnings.filters must be a list");
    for (ssize_t i = 0; i < list_length(filters); i++) {
        Value item = list_item_borrow(filters, i);
        if (!is_tuple(item) || tuple_length(item) != 5)
            return error_format(&type_ValueError, "_warnings.filters item %zd isn't a 5-tuple", i);
        Value action = tuple_item_borrow(item, 0);
        if (!is_str(action)) return error_format(&type_TypeError, "action must be a string, not '%T'", action);
        value_incref(item);
        int matches = filter_matches(item, category, text, line, module);
        if (matches > 0) {
            *filter = item;
            return value_incref(action);
        }
        value_decref(item);
        if (matches < 0) return VALUE_NULL;
    }
    Value action = refreshed(ID(defaultaction), &warning_state.default_action);
    if (value_is_null(action)) return VALUE_NULL;
    *filter = VALUE_NONE;
    return value_incref(action);
}

/* --- registries --- */

/* Has it been shown? Empties a registry that is older than the filters. 1, 0, -1 */
static int already_warned(Value registry, Value key, bool remember)
{
    if (!is_dict(registry)) return 0;
    Value version = dict_get_borrow(registry, ID(version));
    if (value_is_null(version) || !value_is(version, value_from_small_int(warning_state.filters_version))) {
        if (error_occurred()) return -1;
        dict_clear(registry);
        if (dict_set(registry, ID(version), value_from_small_int(warning_state.filters_version)) < 0) return -1;
    } else {
        Value seen = dict_get_borrow(registry, key);
        if (!value_is_null(seen)) {
            int truth = is_true(seen);
            if (truth != 0) return truth;
        } else if (error_occurred()) {
            return -1;
        }
    }
    return remember && dict_set(registry, key, VALUE_TRUE) < 0 ? -1 : 0;
}

static int already_warned_anywhere(Value registry, Value text, Value category)
{
    Value key = tuple_pack(2, text, category);
    if (value_is_null(key)) return -1;
    int result = already_warned(registry, key, true);
    value_decref(key);
    return result;
}

/* --- showing --- */

/* The line of the program that the warning is about; VALUE_NULL without an exception when it cannot be read. */
static Value read_source_line(const WarningPlace *place)
{
    if (!value_is_null(place->source_line)) return value_incref(place->source_line);
    const char *path = is_str(place->filename) ? str_as_utf8(place->filename, NULL) : NULL;
    FILE *file = path ? fopen(path, "r") : NULL;
    Value text = VALUE_NULL;
    if (file) {
        char *line = NULL;
        size_t capacity = 0;
        ssize_t length = -1;
        for (long i = 0; i < (long)place->line; i++)
            if ((length = getline(&line, &capacity, file)) < 0) break;
        if (length > 0) text = str_decode(line, length, "utf-8", "replace");
        free(line);
        fclose(file);
    }
    if (value_is_null(text)) error_clear();
    return text;
}

static void show_source_line(Value stream, const WarningPlace *place)
{
    Value line = read_source_line(place);
    Value bare = value_is_null(line) ? VALUE_NULL : call_method_0(line, ID(strip));
    Value shown = value_is_null(bare) ? VALUE_NULL : str_format("  %U\n", bare);
    Value written = value_is_null(shown) ? VALUE_NULL : call_method_1(stream, ID(write), shown);
    if (value_is_null(written)) error_clear();
    value_xdecref(written);
    value_xdecref(shown);
    value_xdecref(bare);
    value_xdecref(line);
}

/* Before `warnings` is there: "file:line: Category: text" and the source line, to sys.stderr. */
static void show_plainly(const WarningPlace *place, Value text, Value category)
{
    Value stream = import_attr("sys", "stderr");
    if (value_is_null(stream) || value_is_none(stream)) {
        error_clear();
        value_xdecref(stream);
        return;
    }
    Value name = get_attr(category, ID(__name__));
    Value line = value_is_null(name) ? VALUE_NULL
                                     : str_format("%S:%ld: %U: %S\n", place->filename, (long)place->line, name, text);
    Value written = value_is_null(line) ? VALUE_NULL : call_method_1(stream, ID(write), line);
    if (value_is_null(written))
        error_clear();
    else
        show_source_line(stream, place);
    value_xdecref(written);
    value_xdecref(line);
    value_xdecref(name);
    value_decref(stream);
}

static int show(Value category, Value text, Value message, const WarningPlace *place)
{
    Value function = module_attr(ID(_showwarnmsg), !value_is_null(place->source) && !value_is_none(place->source));
    if (value_is_null(function)) {
        if (error_occurred()) return -1;
        show_plainly(place, text, category);
        return 0;
    }
    Value class_ = is_callable(function) ? module_attr(ID(WarningMessage), false) : VALUE_NULL, result = VALUE_NULL;
    if (!is_callable(function)) {
        error_set(&type_TypeError, "warnings._showwarnmsg() must be set to a callable");
    } else if (value_is_null(class_)) {
        if (!error_occurred()) error_set(&type_RuntimeError, "unable to get warnings.WarningMessage");
    } else {
        Value line = int_from_int64(place->line);
        Value args[] = {message,
                        category,
                        place->filename,
                        line,
                        VALUE_NONE,
                        VALUE_NONE,
                        value_is_null(place->source) ? VALUE_NONE : place->source};
        Value record = call_vector(class_, args, COUNT_OF(args), VALUE_NULL);
        if (!value_is_null(record)) result = call_1(function, record);
        value_xdecref(record);
        value_decref(line);
    }
    value_xdecref(class_);
    value_decref(function);
    value_xdecref(result);
    return value_is_null(result) ? -1 : 0;
}

/* --- deciding --- */

/* "dir/mod.py" -> "dir/mod" */
static Value module_from_filename(Value filename)
{
    ssize_t length = str_length(filename);
    if (length == 0) return str_from_cstr("<unknown>");
    Value end = length >= 3 ? str_slice(filename, length - 3, length) : VALUE_NULL;
    bool is_source = !value_is_null(end) && str_equal_cstr(end, ".py");
    value_xdecref(end);
    return is_source ? str_slice(filename, 0, length - 3) : value_incref(filename);
}

/* After the action is known: 1 to be shown, 0 not, -1 error. */
static int consult_registries(Value action, Value filter, Value key, Value text, Value category, Value registry)
{
    bool has_registry = !value_is_null(registry) && !value_is_none(registry);
    if (str_equal_cstr(action, "always") || str_equal_cstr(action, "all")) return 1;
    if (has_registry && set_item(registry, key, VALUE_TRUE) < 0) return -1;
    int seen = 0;
    if (str_equal_cstr(action, "once")) {
        Value once = has_registry ? registry : refreshed(ID(onceregistry), &warning_state.once_registry);
        if (value_is_null(once)) return -1;
        seen = already_warned_anywhere(once, text, category);
    } else if (str_equal_cstr(action, "module")) {
        if (has_registry) seen = already_warned_anywhere(registry, text, category);
    } else if (!str_equal_cstr(action, "default")) {
        error_format(&type_RuntimeError, "Unrecognized action (%R) in warnings.filters:\n %R", action, filter);
        return -1;
    }
    return seen < 0 ? -1 : !seen;
}

static int decide_and_show(Value category, Value text, Value message, Value module, const WarningPlace *place)
{
    Value line = int_from_int64(place->line), filter = VALUE_NULL, action = VALUE_NULL;
    Value key = tuple_pack(3, text, category, line);
    int result = value_is_null(key) ? -1 : 0;
    if (result == 0 && !value_is_null(place->registry)) {
        result = already_warned(place->registry, key, false);
        if (result > 0) goto done;
    }
    if (result == 0) action = find_action(category, text, place->line, module, &filter);
    if (value_is_null(action)) {
        result = -1;
        goto done;
    }
    if (str_equal_cstr(action, "error")) {
        error_set_value(as_type(category), message);
        result = -1;
    } else if (!str_equal_cstr(action, "ignore")) {
        result = consult_registries(action, filter, key, text, category, place->registry);
        if (result > 0) result = show(category, text, message, place);
    }
done:
    value_xdecref(action);
    value_xdecref(filter);
    value_xdecref(key);
    value_decref(line);
    return result < 0 ? -1 : 0;
}

int warning_issue_at(Value category, Value message, const WarningPlace *place)
{
    if (warning_state_init() < 0) return -1;
    if (!value_is_null(place->registry) && !value_is_none(place->registry) && !is_dict(place->registry)) {
        error_set(&type_TypeError, "'registry' must be a dict or None");
        return -1;
    }
    Value module = value_is_null(place->module) ? module_from_filename(place->filename) : value_incref(place->module);
    if (value_is_null(module)) return -1;
    Value text = VALUE_NULL, instance = VALUE_NULL;
    if (value_is_none(module)) {
        value_decref(module);
        return 0;
    }
    int is_warning = is_instance(message, value_from_type(&type_Warning));
    if (is_warning > 0) {
        text = value_str(message);
        instance = value_incref(message);
        category = value_from_type(type_of(message));
    } else if (is_warning == 0) {
        text = value_incref(message);
        instance = call_1(category, message);
    }
    int result = -1;
    if (!value_is_null(text) && !value_is_null(instance))
        result = decide_and_show(category, text, instance, module, place);
    value_xdecref(text);
    value_xdecref(instance);
    value_decref(module);
    return result;
}

/* --- where --- */

static bool is_import_machinery(Value frame)
{
    Value code = get_attr(frame, ID(f_code));
    Value filename = value_is_null(code) ? VALUE_NULL : get_attr(code, ID(co_filename));
    bool result = false;
    const char *text = !value_is_null(filename) && is_str(filename) ? str_as_utf8(filename, NULL) : NULL;
    if (text)
        result = strstr(text, "importlib") && strstr(text, "_bootstrap");
    else
        error_clear();
    value_xdecref(filename);
    value_xdecref(code);
    return result;
}

static Value outer_frame(STEALS Value frame)
{
    Value back = get_attr(frame, ID(f_back));
    value_decref(frame);
    return back;
}

/* The frame `stack_level` levels up (1: the innermost one), None when the stack is not that deep. The import
 * machinery's frames do not count, unless the warning comes from there. */
static Value find_frame(ssize_t stack_level)
{
    Value get_frame = import_attr("sys", "_getframe");
    if (value_is_null(get_frame)) return VALUE_NULL;
    Value frame = current_thread->frame ? call_0(get_frame) : VALUE_NONE;
    value_decref(get_frame);
    bool count_all = stack_level <= 0 || value_is_null(frame) || value_is_none(frame) || is_import_machinery(frame);
    while (--stack_level > 0 && !value_is_null(frame) && !value_is_none(frame)) {
        frame = outer_frame(frame);
        while (!count_all && !value_is_null(frame) && !value_is_none(frame) && is_import_machinery(frame))
            frame = outer_frame(frame);
    }
    return frame;
}

typedef struct Origin {
    Value filename, globals, line;
} Origin;

static int origin_of_frame(Value frame, Origin *origin)
{
    *origin = (Origin){0};
    if (value_is_none(frame)) {
        origin->globals = import_attr("sys", "__dict__");
        origin->filename = str_from_cstr("sys");
        origin->line = value_from_small_int(1);
    } else {
        Value code = get_attr(frame, ID(f_code));
        if (!value_is_null(code)) origin->filename = get_attr(code, ID(co_filename));
        value_xdecref(code);
        if (!value_is_null(origin->filename)) origin->globals = get_attr(frame, ID(f_globals));
        if (!value_is_null(origin->globals)) origin->line = get_attr(frame, ID(f_lineno));
    }
    return value_is_null(origin->filename) || value_is_null(origin->globals) || value_is_null(origin->line) ? -1 : 0;
}

/* globals["__warningregistry__"], made when missing; borrowed from globals. */
static Value registry_of(Value globals)
{
    Value registry = dict_get_borrow(globals, ID(__warningregistry__));
    if (!value_is_null(registry) || error_occurred()) return registry;
    registry = dict_new();
    int result = value_is_null(registry) ? -1 : dict_set(globals, ID(__warningregistry__), registry);
    value_xdecref(registry);
    return result < 0 ? VALUE_NULL : registry;
}

static int issue_from_origin(Value category, Value message, const Origin *origin, Value source)
{
    if (!is_dict(origin->globals)) {
        error_set(&type_TypeError, "globals must be a dict");
        return -1;
    }
    Value registry = registry_of(origin->globals);
    if (value_is_null(registry)) return -1;
    Value module = dict_get_borrow(origin->globals, ID(__name__));
    if (value_is_null(module) && error_occurred()) return -1;
    bool named = !value_is_null(module) && (value_is_none(module) || is_str(module));
    module = named ? value_incref(module) : str_from_cstr("<string>");
    if (value_is_null(module)) return -1;
    WarningPlace place = {
        .filename = origin->filename, .module = module, .registry = value_incref(registry), .source = source};
    place.line = value_is_small_int(origin->line) ? value_as_small_int(origin->line) : 0;
    int result = warning_issue_at(category, message, &place);
    value_decref(registry);
    value_decref(module);
    return result;
}

static Value checked_category(Value message, NULLABLE Value category)
{
    int is_warning = is_instance(message, value_from_type(&type_Warning));
    if (is_warning < 0) return VALUE_NULL;
    if (is_warning)
        category = value_from_type(type_of(message));
    else if (value_is_null(category) || value_is_none(category))
        category = value_from_type(&type_UserWarning);
    int is_sub = is_type(category) ? is_subclass(category, value_from_type(&type_Warning)) : 0;
    if (is_sub > 0) return category;
    if (is_sub == 0) error_format(&type_TypeError, "category must be a Warning subclass, not '%T'", category);
    return VALUE_NULL;
}

int warning_issue(Value message, NULLABLE Value category, ssize_t stack_level, NULLABLE Value source)
{
    category = checked_category(message, category);
    if (value_is_null(category)) return -1;
    Value frame = find_frame(stack_level);
    if (value_is_null(frame)) return -1;
    Origin origin;
    int result = origin_of_frame(frame, &origin);
    if (result == 0) result = issue_from_origin(category, message, &origin, source);
    value_xdecref(origin.filename);
    value_xdecref(origin.globals);
    value_xdecref(origin.line);
    value_decref(frame);
    return result;
}

/* --- for C code --- */

int warn_format(Type *category, int stack_level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    Value message = str_format_va(format, arguments);
    va_end(arguments);
    if (value_is_null(message)) return -1;
    int result = warning_issue(message, value_from_type(category), stack_level, VALUE_NULL);
    value_decref(message);
    return result;
}

int warn_explicit(Type *category, Value message, Value filename, int line, NULLABLE Value module)
{
    WarningPlace place = {.filename = filename, .line = line, .module = module};
    return warning_issue_at(value_from_type(category), message, &place);
}

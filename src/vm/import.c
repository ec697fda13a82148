/* import.c: the import statement and C's imports. Finding and loading is the standard library's importlib; here is the
 * short way for modules that are loaded already, relative names, and built-in modules. */
#include "vm/import.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/frame.h"
#include "vm/runtime.h"
#include "vm/traceback.h"

NULLABLE Value import_original;

Value import_modules_borrow(void)
{
    Value modules = value_is_null(runtime.sys_dict) ? VALUE_NULL : dict_get_borrow(runtime.sys_dict, ID(modules));
    return value_is_null(modules) ? runtime.modules : modules;
}

NULLABLE Value import_get_module(Value name)
{
    Value modules = import_modules_borrow();
    if (is_exact_dict(modules)) return value_xincref(dict_get_borrow(modules, name));
    Value module = get_item(modules, name);
    if (value_is_null(module)) error_catch(&type_KeyError);
    return module;
}

NULLABLE Value import_add_module_borrow(const char *name)
{
    Value text = str_intern_cstr(name), module = VALUE_NULL;
    if (value_is_null(text)) return text;
    module = import_get_module(text);
    if (value_is_null(module) && !error_occurred()) {
        module = module_new(text);
        if (!value_is_null(module) && set_item(import_modules_borrow(), text, module) < 0) value_clear(&module);
    }
    value_decref(text);
    if (!value_is_null(module)) value_decref(module); /* sys.modules keeps it */
    return module;
}

Value import_builtin(const char *name, NULLABLE Value spec)
{
    if (strcmp(name, "sys") == 0) return value_incref(runtime.sys_module);
    if (strcmp(name, "builtins") == 0) return value_incref(runtime.builtins_module);
    const NativeModule *definition = native_module_find(name);
    if (!definition) return error_format(&type_ImportError, "no built-in module named %s", name);
    return module_from_native(definition);
}

Value import_error(Type *type, Value message, NULLABLE Value name, NULLABLE Value path)
{
    Value exception = call_1(value_from_object(type), message);
    if (value_is_null(exception)) return exception;
    if (type_is_subtype(type_of(exception), &type_ImportError)) {
        ImportErrorObject *error = (ImportErrorObject *)value_as_object(exception);
        value_replace(&error->name, value_xincref(name));
        value_replace(&error->path, value_xincref(path));
    }
    return error_raise(exception);
}

static Value module_not_found(Value name, const char *format)
{
    Value message = str_format(format, name);
    if (value_is_null(message)) return message;
    import_error(&type_ModuleNotFoundError, message, name, VALUE_NULL);
    value_decref(message);
    return VALUE_NULL;
}

bool module_is_initializing(Value spec)
{
    bool failed = false;
    Value v = get_attr_optional(spec, ID(_initializing), &failed);
    if (value_is_null(v)) {
        error_clear();
        return false;
    }
    int truth = is_true(v);
    value_decref(v);
    if (truth < 0) error_clear();
    return truth > 0;
}

/* Waits until another thread that imports the module has done so. */
static int ensure_initialized(Value module, Value name)
{
    bool failed = false;
    Value spec = get_attr_optional(module, ID(__spec__), &failed);
    if (value_is_null(spec)) return failed ? -1 : 0;
    bool is_busy = module_is_initializing(spec);
    value_decref(spec);
    if (!is_busy || value_is_null(runtime.importlib)) return 0;
    Value result = call_method_1(runtime.importlib, ID(_lock_unlock_module), name);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

/* --- relative names --- */

/* The package that `globals` belongs to. */
static Value package_of(Value globals)
{
    Value package = dict_get_borrow(globals, ID(__package__)), spec = dict_get_borrow(globals, ID(__spec__));
    if (error_occurred()) return VALUE_NULL;
    if (!value_is_null(spec) && value_is_none(spec)) spec = VALUE_NULL;
    if (!value_is_null(package) && !value_is_none(package)) {
        if (!is_str(package)) return error_set(&type_TypeError, "package must be a string");
        if (!value_is_null(spec)) {
            Value parent = get_attr(spec, ID(parent));
            if (value_is_null(parent)) return parent;
            int equal = rich_compare_bool(package, parent, CMP_EQ);
            value_decref(parent);
            if (equal < 0 || (equal == 0 && warn_format(&type_ImportWarning, 1, "__package__ != __spec__.parent") < 0))
                return VALUE_NULL;
        }
        return value_incref(package);
    }
    if (!value_is_null(spec)) {
        Value parent = get_attr(spec, ID(parent));
        if (!value_is_null(parent) && !is_str(parent)) {
            value_decref(parent);
            return error_set(&type_TypeError, "__spec__.parent must be a string");
        }
        return parent;
    }
    if (warn_format(&type_ImportWarning, 1,
                    "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__") < 0)
        return VALUE_NULL;
    Value name = dict_get_borrow(globals, ID(__name__));
    if (value_is_null(name))
        return error_occurred() ? VALUE_NULL : error_set(&type_KeyError, "'__name__' not in globals");
    if (!is_str(name)) return error_set(&type_TypeError, "__name__ must be a string");
    if (!value_is_null(dict_get_borrow(globals, ID(__path__)))) return value_incref(name);
    Value dot = str_from_char('.');
    ssize_t at = str_find(name, dot, 0, str_length(name), -1);
    value_decref(dot);
    if (at == -2) return VALUE_NULL;
    if (at == -1) return error_set(&type_ImportError, "attempted relative import with no known parent package");
    return str_slice(name, 0, at);
}

static Value resolve_name(Value name, NULLABLE Value globals, int level)
{
    if (value_is_null(globals) || value_is_none(globals)) return error_set(&type_KeyError, "'__name__' not in globals");
    if (!is_dict(globals)) return error_set(&type_TypeError, "globals must be a dict");
    Value package = package_of(globals);
    if (value_is_null(package)) return package;
    if (str_length(package) == 0) {
        value_decref(package);
        return error_set(&type_ImportError, "attempted relative import with no known parent package");
    }
    ssize_t end = str_length(package);
    for (int up = 1; up < level; up++) {
        while (end > 0 && str_char(as_str(package), end - 1) != '.') end--;
        if (end == 0) {
            value_decref(package);
            return error_set(&type_ImportError, "attempted relative import beyond top-level package");
        }
        end--;
    }
    Value base = str_slice(package, 0, end);
    value_decref(package);
    if (value_is_null(base) || str_length(name) == 0) return base;
    Value full = str_format("%U.%U", base, name);
    value_decref(base);
    return full;
}

/* --- importing --- */

static Value find_and_load(Value full)
{
    Value module = import_get_module(full);
    if (error_occurred()) return VALUE_NULL;
    if (!value_is_null(module)) {
        if (value_is_none(module)) return module_not_found(full, "import of %U halted; None in sys.modules");
        if (ensure_initialized(module, full) < 0) value_clear(&module);
        return module;
    }
    if (value_is_null(runtime.importlib)) {
        const char *text = str_as_utf8(full, NULL);
        return text ? import_builtin(text, VALUE_NULL) : VALUE_NULL;
    }
    Value function = get_attr(runtime.importlib, ID(_find_and_load));
    if (value_is_null(function)) return function;
    Value import = dict_get_borrow(runtime.builtins_dict, ID(__import__));
    module = call_2(function, full, value_is_null(import) ? VALUE_NONE : import);
    value_decref(function);
    return module;
}

/* `import a.b.c` binds a: the first module of the name. */
static Value first_module(Value name, Value full, Value module, int level)
{
    Value dot = str_from_char('.');
    ssize_t at = str_find(name, dot, 0, str_length(name), 1);
    value_decref(dot);
    if (at < 0) return at == -1 ? value_incref(module) : VALUE_NULL;
    Value front = str_slice(name, 0, at);
    if (value_is_null(front)) return front;
    Value result;
    if (level == 0) {
        result = import_level(front, VALUE_NULL, VALUE_NULL, 0);
    } else {
        Value cut = str_slice(full, 0, str_length(full) - (str_length(name) - at));
        result = value_is_null(cut) ? cut : import_get_module(cut);
        if (value_is_null(result) && !error_occurred())
            error_format(&type_KeyError, "%R not in sys.modules as expected", cut);
        value_xdecref(cut);
    }
    value_decref(front);
    return result;
}

/* Takes importlib's own frames out of the traceback of a failed import: all of them for an ImportError, otherwise those
 * above a _call_with_frames_removed. */
static void remove_importlib_frames(void)
{
    if (!error_occurred() || options.verbose) return;
    Value exception = error_fetch();
    bool always = type_is_subtype(type_of(exception), &type_ImportError), inside = false;
    Value *link = &as_exception(exception)->traceback, *outer = link;
    while (!value_is_null(*link)) {
        Traceback *entry = (Traceback *)value_as_object(*link);
        const Frame *frame = ((FrameObject *)value_as_object(entry->frame))->frame;
        bool now_inside = frame && (str_equal_cstr(frame->code->filename, "<frozen importlib._bootstrap>") ||
                                    str_equal_cstr(frame->code->filename, "<frozen importlib._bootstrap_external>"));
        if (now_inside && !inside) outer = link;
        inside = now_inside;
        if (inside && (always || str_equal_cstr(frame->code->name, "_call_with_frames_removed"))) {
            value_replace(outer, value_xincref(entry->next));
            link = outer;
        } else {
            link = &entry->next;
        }
    }
    error_restore(exception);
}

Value import_level(Value name, NULLABLE Value globals, NULLABLE Value names, int level)
{
    if (value_is_null(name)) return error_set(&type_ValueError, "Empty module name");
    if (!is_str(name)) return error_set(&type_TypeError, "module name must be a string");
    if (level < 0) return error_set(&type_ValueError, "level must be >= 0");
    if (level == 0 && str_length(name) == 0) return error_set(&type_ValueError, "Empty module name");
    Value full = level > 0 ? resolve_name(name, globals, level) : value_incref(name);
    if (value_is_null(full)) return full;
    Value module = find_and_load(full), result = VALUE_NULL;
    if (value_is_null(module)) goto done;
    int has_names = 0;
    if (!value_is_null(names) && !value_is_none(names)) has_names = is_true(names);
    if (has_names < 0) goto done;
    if (!has_names) {
        result = level == 0 || str_length(name) ? first_module(name, full, module, level) : value_incref(module);
        goto done;
    }
    bool failed = false;
    Value path = get_attr_optional(module, ID(__path__), &failed);
    if (failed) goto done;
    if (value_is_null(path)) {
        result = value_incref(module);
        goto done;
    }
    value_decref(path);
    Value import = dict_get_borrow(runtime.builtins_dict, ID(__import__));
    Value args[] = {module, names, value_is_null(import) ? VALUE_NONE : import};
    result = call_method(runtime.importlib, ID(_handle_fromlist), args, 3, VALUE_NULL);
done:
    value_xdecref(module);
    value_decref(full);
    if (value_is_null(result)) remove_importlib_frames();
    return result;
}

Value import_module(const char *name)
{
    Value text = str_intern_cstr(name);
    if (value_is_null(text)) return text;
    Value module = find_and_load(text);
    if (!value_is_null(module) && value_is_null(runtime.importlib) &&
        set_item(import_modules_borrow(), text, module) < 0)
        value_clear(&module);
    value_decref(text);
    return module;
}

Value import_attr(const char *module_name, const char *attribute)
{
    /* sys can be asked to the very end, when the import system is gone already. */
    bool is_sys = strcmp(module_name, "sys") == 0;
    Value module = is_sys ? value_incref(runtime.sys_module) : import_module(module_name);
    if (value_is_null(module)) return module;
    Value v = get_attr_cstr(module, attribute);
    value_decref(module);
    return v;
}

/* runtime.c: start-up and shut-down of the process. */
#include "vm/runtime.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "compiler/marshal.h"
#include "gc/gc.h"
#include "jit/jit.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/shape.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"
#include "vm/frame.h"
#include "vm/frozen.h"
#include "vm/import.h"
#include "vm/lock.h"
#include "vm/traceback.h"

Options options = {.int_max_str_digits = -1};
Runtime runtime;

extern int ids_init(void);

/* --- start --- */

static bool start_hashing(void)
{
    if (options.hash_seed && strcmp(options.hash_seed, "random") != 0) {
        unsigned long seed = strtoul(options.hash_seed, NULL, 10);
        hash_seed_fixed((uint32_t)seed);
        options.hash_randomization = seed != 0;
        return true;
    }
    options.hash_randomization = 1;
    return hash_seed_random();
}

static bool start_builtins(void)
{
    extern const NativeModule native_module_builtins;
    runtime.modules = dict_new();
    if (value_is_null(runtime.modules)) return false;
    runtime.builtins_module = module_from_native(&native_module_builtins);
    if (value_is_null(runtime.builtins_module)) return false;
    runtime.builtins_dict = value_incref(as_module(runtime.builtins_module)->dict);
    import_original = value_xincref(dict_get_cstr_borrow(runtime.builtins_dict, "__import__"));
    return dict_set_cstr(runtime.modules, "builtins", runtime.builtins_module) == 0;
}

static bool start_sys(void)
{
    if (sys_init_module() < 0) return false;
    Value plain = plain_stderr_new();
    if (value_is_null(plain) || sys_set("stderr", plain) < 0 || sys_set("__stderr__", plain) < 0) return false;
    value_decref(plain);
    return sys_init_arguments() == 0 && dict_set_cstr(runtime.modules, "sys", runtime.sys_module) == 0;
}

Value run_frozen(const char *name)
{
    Value code = frozen_code(name), module = VALUE_NULL;
    if (value_is_null(code)) return code;
    Value borrowed = import_add_module_borrow(name);
    if (!value_is_null(borrowed)) {
        Value dict = as_module(borrowed)->dict, original = str_from_cstr(frozen_find(name)->original_name);
        Value result = VALUE_NULL;
        if (!value_is_null(original) && dict_set_cstr(dict, "__origname__", original) == 0 &&
            dict_set_cstr(dict, "__builtins__", runtime.builtins_module) == 0)
            result = code_run(code, dict, dict, VALUE_NULL);
        if (!value_is_null(result)) module = value_incref(borrowed);
        value_xdecref(original);
        value_xdecref(result);
    }
    value_decref(code);
    return module;
}

static bool call_ignoring_result(Value result)
{
    value_xdecref(result);
    return !value_is_null(result);
}

static bool start_importlib(void)
{
    Value importlib = run_frozen("_frozen_importlib");
    if (value_is_null(importlib)) return false;
    Value imp = import_builtin("_imp", VALUE_NULL);
    if (value_is_null(imp) || dict_set_cstr(runtime.modules, "_imp", imp) < 0) return false;
    Value result = call_method_2(importlib, ID(_install), runtime.sys_module, imp);
    value_decref(imp);
    if (!call_ignoring_result(result)) return false;
    runtime.importlib = importlib;
    if (!call_ignoring_result(call_method_0(importlib, ID(_install_external_importers)))) return false;
    /* programs in zip files */
    Value zipimporter = import_attr("zipimport", "zipimporter");
    if (value_is_null(zipimporter)) {
        error_clear();
        return true;
    }
    Value hooks = sys_get_borrow("path_hooks");
    int failed = list_insert(hooks, 0, zipimporter);
    value_decref(zipimporter);
    return !failed;
}

/* --- standard streams --- */

static Value open_stream(int fd, const char *name, bool is_writing, const char *encoding, const char *errors)
{
    Value io = import_module("io"), raw = VALUE_NULL, buffer = VALUE_NULL, stream = VALUE_NULL;
    if (value_is_null(io)) return io;
    Value open = get_attr(io, ID(open));
    bool unbuffered = options.unbuffered && is_writing;
    if (!value_is_null(open)) {
        static const char *const names[] = {"buffering", "closefd"};
        Value kwnames = tuple_pack(2, str_intern_cstr(names[0]), str_intern_cstr(names[1]));
        Value mode = str_from_cstr(is_writing ? "wb" : "rb");
        Value args[] = {value_from_small_int(fd), mode, value_from_small_int(unbuffered ? 0 : -1), VALUE_FALSE};
        buffer = call_vector(open, args, 2, kwnames);
        value_decref(kwnames);
        value_decref(mode);
        value_decref(open);
    }
    if (value_is_null(buffer)) goto done;
    raw = unbuffered ? value_incref(buffer) : get_attr(buffer, ID(raw));
    if (value_is_null(raw)) goto done;
    Value text = str_from_cstr(name);
    if (set_attr(raw, ID(name), text) < 0) error_clear();
    value_decref(text);
    bool is_interactive = isatty(fd) || options.interactive;
    {
        Value wrapper = get_attr(io, ID(TextIOWrapper));
        if (value_is_null(wrapper)) goto done;
        Value kwnames =
            tuple_pack(5, str_intern_cstr("encoding"), str_intern_cstr("errors"), str_intern_cstr("newline"),
                       str_intern_cstr("line_buffering"), str_intern_cstr("write_through"));
        bool line_buffering = is_writing && (is_interactive || strcmp(name, "<stderr>") == 0) && !unbuffered;
        Value encoding_text = str_from_cstr(encoding), errors_text = str_from_cstr(errors);
        Value newline = is_writing ? str_from_cstr("\n") : VALUE_NONE;
        Value args[] = {
            buffer, encoding_text, errors_text, newline, value_from_bool(line_buffering), value_from_bool(unbuffered)};
        stream = call_vector(wrapper, args, 1, kwnames);
        value_decref(kwnames);
        value_decref(encoding_text);
        value_decref(errors_text);
        value_decref(newline);
        value_decref(wrapper);
    }
    if (!value_is_null(stream)) {
        Value mode = str_from_cstr(is_writing ? "w" : "r");
        if (set_attr(stream, ID(mode), mode) < 0) error_clear();
        value_decref(mode);
    }
done:
    value_xdecref(raw);
    value_xdecref(buffer);
    value_decref(io);
    return stream;
}

static bool fd_is_open(int fd)
{
    int copy = dup(fd);
    if (copy >= 0) close(copy);
    return copy >= 0;
}

static bool set_stream(int fd, const char *name, bool is_writing, const char *encoding, const char *errors)
{
    char shown[32], saved[32];
    snprintf(shown, sizeof shown, "<%s>", name);
    snprintf(saved, sizeof saved, "__%s__", name);
    Value stream = fd_is_open(fd) ? open_stream(fd, shown, is_writing, encoding, errors) : VALUE_NONE;
    bool ok = !value_is_null(stream) && sys_set(name, stream) == 0 && sys_set(saved, stream) == 0;
    value_xdecref(stream);
    return ok;
}

/* PYTHONIOENCODING=encoding:errors */
static bool start_streams(void)
{
    char encoding[64] = "utf-8", errors[64] = "strict";
    const char *wanted = options.ignore_environment ? NULL : getenv("PYTHONIOENCODING");
    const char *locale = getenv("LC_ALL") && *getenv("LC_ALL")       ? getenv("LC_ALL")
                         : getenv("LC_CTYPE") && *getenv("LC_CTYPE") ? getenv("LC_CTYPE")
                                                                     : getenv("LANG");
    if (options.utf8_mode || !locale || !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
        strcpy(errors, "surrogateescape");
    if (wanted && *wanted) {
        const char *colon = strchr(wanted, ':');
        size_t length = colon ? (size_t)(colon - wanted) : strlen(wanted);
        if (length) {
            snprintf(encoding, sizeof encoding, "%.*s", (int)length, wanted);
            strcpy(errors, "strict");
        }
        if (colon && colon[1]) snprintf(errors, sizeof errors, "%s", colon + 1);
    }
    Value open = import_attr("io", "open");
    if (value_is_null(open) || dict_set_cstr(runtime.builtins_dict, "open", open) < 0) return false;
    value_decref(open);
    return set_stream(0, "stdin", false, encoding, errors) && set_stream(1, "stdout", true, encoding, errors) &&
           set_stream(2, "stderr", true, encoding, "backslashreplace");
}

static bool start_main_module(void)
{
    Value module = import_add_module_borrow("__main__");
    if (value_is_null(module)) return false;
    Value dict = as_module(module)->dict, annotations = dict_new();
    Value loader = import_attr("_frozen_importlib", "BuiltinImporter");
    bool ok = !value_is_null(annotations) && !value_is_null(loader) &&
              dict_set_cstr(dict, "__annotations__", annotations) == 0 &&
              dict_set_cstr(dict, "__builtins__", runtime.builtins_module) == 0 &&
              dict_set_cstr(dict, "__loader__", loader) == 0;
    value_xdecref(annotations);
    value_xdecref(loader);
    return ok;
}

/* From here on an interrupt is KeyboardInterrupt, and a closed pipe an error of the write. */
static bool start_signals(void)
{
    Value module = import_module("_signal");
    value_xdecref(module);
    return !value_is_null(module);
}

/* Everything before `import site`. */
static bool start_all(void)
{
    extern int int_max_str_digits;
    if (options.int_max_str_digits >= 0) int_max_str_digits = options.int_max_str_digits;
    bytes_warning_enabled = options.bytes_warning > 0;
    codecs_check_names = options.dev_mode;
    threads_init();
    shape_caches_hook = quick_visit_caches;
    if (!start_hashing()) {
        fprintf(stderr, "Fatal Python error: failed to get random numbers to initialize Python\n");
        exit(1);
    }
    if (types_init() < 0 || ids_init() < 0) return false;
    frozen_modules_are_used = !options.no_frozen_modules;
    jit_startup();
    if (!start_builtins() || !start_sys() || !start_importlib() || !start_signals()) return false;
    if (!start_streams()) return false;
    if (!start_main_module()) return false;
    runtime.is_initialized = true;
    if (options.warning_count || options.dev_mode) {
        Value warnings = import_module("warnings");
        if (value_is_null(warnings)) error_clear();
        value_xdecref(warnings);
    }
    return true;
}

bool runtime_start(void)
{
    if (!start_all()) return false;
    Value site = options.no_site ? VALUE_NONE : import_module("site");
    value_xdecref(site);
    gc_start();
    return !value_is_null(site);
}

/* --- the end --- */

static int flush_one(const char *name, bool is_reported)
{
    Value file = sys_get_borrow(name);
    if (value_is_null(file) || value_is_none(file)) return 0;
    value_incref(file);
    bool failed = false;
    Value closed = get_attr_optional(file, ID(closed), &failed);
    bool is_closed = !value_is_null(closed) && is_true(closed) > 0;
    value_xdecref(closed);
    error_clear();
    int status = 0;
    if (!is_closed) {
        Value result = call_method_0(file, ID(flush));
        if (value_is_null(result)) {
            if (is_reported) error_write_unraisable(file, NULL);
            error_clear();
            status = -1;
        }
        value_xdecref(result);
    }
    value_decref(file);
    return status;
}

int flush_std_files(void)
{
    int status = flush_one("stdout", true);
    return flush_one("stderr", false) < 0 ? status : status;
}

static void join_threads(void)
{
    Value threading = dict_get_cstr_borrow(runtime.modules, "threading");
    if (value_is_null(threading)) return;
    value_incref(threading);
    Value result = call_method_0(threading, ID(_shutdown));
    if (value_is_null(result)) error_write_unraisable(threading, NULL);
    value_xdecref(result);
    value_decref(threading);
}

static void run_exit_functions(void)
{
    extern void atexit_run(void) __attribute__((weak));
    if (atexit_run) atexit_run();
}

/* Sets every name of a module to None, those that begin with one underscore first; __builtins__ stays. */
static void clear_module_dict(Value dict)
{
    for (int pass = 0; pass < 2; pass++) {
        ssize_t position = 0;
        Value key, value;
        while (dict_next(dict, &position, &key, &value)) {
            if (!is_str(key) || value_is_none(value)) continue;
            const Str *text = as_str(key);
            bool is_private = text->length > 1 && str_char(text, 0) == '_' && str_char(text, 1) != '_';
            if (pass == 0 ? !is_private : str_equal_cstr(key, "__builtins__")) continue;
            value_incref(key);
            if (dict_set(dict, key, VALUE_NONE) < 0) error_clear();
            value_decref(key);
        }
    }
}

/* Weak references to all modules but sys and builtins: a list. */
static Value module_references(void)
{
    Value references = list_new(0), modules = dict_values_list(runtime.modules);
    if (value_is_null(references) || value_is_null(modules)) {
        value_xdecref(references);
        value_xdecref(modules);
        return VALUE_NULL;
    }
    for (ssize_t i = 0; i < list_length(modules); i++) {
        Value module = list_item_borrow(modules, i);
        if (!is_module(module) || value_is(module, runtime.sys_module) || value_is(module, runtime.builtins_module))
            continue;
        Value reference = weakref_new(module, VALUE_NULL);
        if (value_is_null(reference) || list_append_steal(references, reference) < 0) error_clear();
    }
    value_decref(modules);
    return references;
}

/* Drops every module as CPython does: __main__ and the others vanish from sys.modules first, so that what only they
 * hold dies with them; what is left alive is emptied by hand, the newest first; sys and builtins are the last. */
static void finalize_modules(void)
{
    static const char *const sys_names[] = {"path",
                                            "argv",
                                            "ps1",
                                            "ps2",
                                            "last_type",
                                            "last_value",
                                            "last_traceback",
                                            "path_hooks",
                                            "path_importer_cache",
                                            "meta_path"};
    if (dict_set_cstr(runtime.builtins_dict, "_", VALUE_NONE) < 0) error_clear();
    for (size_t i = 0; i < COUNT_OF(sys_names); i++)
        if (sys_set(sys_names[i], VALUE_NONE) < 0) error_clear();
    static const char *const streams[][2] = {
        {"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"}};
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        Value original = sys_get_borrow(streams[i][1]);
        if (sys_set(streams[i][0], value_is_null(original) ? VALUE_NONE : original) < 0) error_clear();
    }
    Value references = module_references();
    if (value_is_null(references)) {
        error_clear();
        return;
    }
    dict_clear(runtime.modules);
    gc_collect(GC_OLDEST);
    error_clear();
    for (ssize_t i = list_length(references); i-- > 0;) {
        Value module = weakref_get(list_item_borrow(references, i));
        if (is_module(module)) clear_module_dict(as_module(module)->dict);
        value_decref(module);
    }
    value_decref(references);
    gc_collect(GC_OLDEST);
    error_clear();
}

int runtime_stop(int status)
{
    join_threads();
    run_exit_functions();
    runtime.is_finalizing = true;
    if (flush_std_files() < 0) status = status ? status : 120;
    jit_shutdown();
    finalize_modules();
    if (flush_std_files() < 0) status = status ? status : 120;
#if defined(COACHWHIP_SANITIZE)
    /* A leak checker takes for used what is linked anywhere, in the collector's lists too: without them it reports a
     * container whose count is too high. */
    gc_forget_all();
#endif
    return status;
}

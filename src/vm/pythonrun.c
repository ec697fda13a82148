/* pythonrun.c: running what the command line names: a command, a module, a file, a folder or zip file, standard input.
 */
#define _GNU_SOURCE // memmem
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/marshal.h"
#include "memory/memory.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/frame.h"
#include "vm/import.h"
#include "vm/prompt.h"
#include "vm/runtime.h"
#include "vm/traceback.h"

bool (*profile_start_hook)(void);
void (*profile_finish_hook)(const char *file);
static bool interrupted; /* KeyboardInterrupt ended the program: the process dies by SIGINT */

/* --- how an exception ends the process --- */

/* The status of SystemExit(code); a text goes to stderr. */
static int exit_status(Value exception)
{
    Value code = ((SystemExitObject *)value_as_object(exception))->code;
    if (value_is_null(code) || value_is_none(code)) return 0;
    int64_t n;
    if (is_int(code)) return int_fits_int64(code, &n) ? (int)n : -1;
    Value file = sys_get_borrow("stderr");
    flush_std_files();
    if (!value_is_null(file) && !value_is_none(file)) {
        Value text = value_str(code), line = value_is_null(text) ? text : str_format("%U\n", text);
        Value result = value_is_null(line) ? line : call_method_1(file, ID(write), line);
        value_xdecref(text);
        value_xdecref(line);
        value_xdecref(result);
        error_clear();
    }
    return 1;
}

static int set_last(const char *name, Value v)
{
    return sys_set(name, v);
}

/* sys.excepthook, or the plain printer when there is none or it fails. */
static void call_excepthook(Value exception)
{
    Value type = value_from_object(type_of(exception)), traceback = as_exception(exception)->traceback;
    if (value_is_null(traceback)) traceback = VALUE_NONE;
    if (set_last("last_type", type) < 0 || set_last("last_value", exception) < 0 ||
        set_last("last_traceback", traceback) < 0)
        error_clear();
    Value hook = sys_get_borrow("excepthook");
    if (value_is_null(hook) || value_is_none(hook)) {
        fputs("sys.excepthook is missing\n", stderr);
        exception_print_stderr(exception);
        return;
    }
    value_incref(hook);
    value_incref(traceback);
    Value result = call_3(hook, type, exception, traceback);
    value_decref(traceback);
    if (value_is_null(result)) {
        Value second = error_fetch();
        if (type_is_subtype(type_of(second), &type_SystemExit)) {
            value_decref(hook);
            error_restore(second);
            return;
        }
        flush_std_files();
        fputs("Error in sys.excepthook:\n", stderr);
        exception_print_stderr(second);
        fputs("\nOriginal exception was:\n", stderr);
        exception_print_stderr(exception);
        value_decref(second);
    }
    value_xdecref(result);
    value_decref(hook);
}

/* Ends the program that the current exception has ended: its status. */
static int report_exception(void)
{
    Value exception = error_fetch();
    int status = 1;
    if (type_is_subtype(type_of(exception), &type_SystemExit)) {
        status = exit_status(exception);
    } else {
        if (type_is_subtype(type_of(exception), &type_KeyboardInterrupt)) interrupted = true;
        call_excepthook(exception);
        if (error_occurred()) { /* the hook raised SystemExit */
            value_decref(exception);
            exception = error_fetch();
            status = exit_status(exception);
        }
    }
    value_decref(exception);
    return status;
}

bool runtime_handle_exit(int *status)
{
    if (!error_matches(&type_SystemExit)) return false;
    *status = report_exception();
    return true;
}

static int finish(NULLABLE Value result)
{
    if (value_is_null(result)) return report_exception();
    value_decref(result);
    return 0;
}

/* --- sys.path[0] and sys.argv --- */

static int prepend_path(STEALS Value text)
{
    Value path = sys_get_borrow("path");
    int failed = value_is_null(text) || value_is_null(path) ? -1 : list_insert(path, 0, text);
    value_xdecref(text);
    return failed;
}

/* The folder of a script, symbolic links followed. */
static int prepend_script_folder(const char *file)
{
    char *real = NULL;
    char target[4096];
    ssize_t n = readlink(file, target, sizeof target - 1);
    if (n > 0) real = realpath(file, NULL);
    const char *path = real ? real : file;
    const char *slash = strrchr(path, '/');
    char *full = NULL;
    if (!slash)
        full = realpath(".", NULL);
    else if (slash == path)
        full = strdup("/");
    else {
        char *folder = strndup(path, (size_t)(slash - path));
        full = folder && folder[0] != '/' ? realpath(folder, NULL) : NULL;
        if (!full)
            full = folder;
        else
            free(folder);
    }
    int failed = prepend_path(full ? str_decode_fs(full, (ssize_t)strlen(full)) : str_from_cstr(""));
    free(full);
    free(real);
    return failed;
}

static Value main_dict(void)
{
    Value module = import_add_module_borrow("__main__");
    return value_is_null(module) ? module : as_module(module)->dict;
}

/* --- the kinds of program --- */

static Value run_code_in_main(STEALS Value code)
{
    if (value_is_null(code)) return code;
    Value dict = main_dict();
    Value result = value_is_null(dict) ? dict : code_run(code, dict, dict, VALUE_NULL);
    value_decref(code);
    return result;
}

static int run_command(const char *command)
{
    Value bytes_text = str_decode_fs(command, (ssize_t)strlen(command)), filename = str_from_cstr("<string>");
    if (value_is_null(bytes_text) || value_is_null(filename)) return report_exception();
    ssize_t size;
    Value line = str_format("%U\n", bytes_text);
    value_decref(bytes_text);
    const char *text = value_is_null(line) ? NULL : str_as_utf8(line, &size);
    if (!text) {
        error_clear();
        fputs("Unable to decode the command from the command line:\n", stderr);
        return 1;
    }
    Value result = run_code_in_main(compile_text(text, size, filename, PARSE_FILE, PARSE_IGNORE_COOKIE));
    value_decref(line);
    value_decref(filename);
    return finish(result);
}

/* runpy._run_module_as_main(name) */
static int run_module(const char *name, bool sets_argv)
{
    Value function = import_attr("runpy", "_run_module_as_main");
    if (value_is_null(function)) {
        fputs("Could not import runpy module\n", stderr);
        return report_exception();
    }
    Value args[] = {str_decode_fs(name, (ssize_t)strlen(name)), value_from_bool(sets_argv)};
    Value result = value_is_null(args[0]) ? args[0] : call_vector(function, args, 2, VALUE_NULL);
    value_xdecref(args[0]);
    value_decref(function);
    return finish(result);
}

/* The whole of a stream; NULL: no memory. The caller frees. */
static char *read_all(FILE *file, size_t *size)
{
    size_t capacity = 1 << 14, length = 0;
    char *text = malloc(capacity + 1);
    while (text) {
        size_t got = fread(text + length, 1, capacity - length, file);
        length += got;
        if (got == 0) break;
        if (length == capacity) {
            capacity *= 2;
            char *grown = realloc(text, capacity + 1);
            if (!grown) free(text);
            text = grown;
        }
    }
    if (text) text[length] = 0;
    *size = length;
    return text;
}

/* A .pyc file: magic number 3495, 12 more bytes, code. */
static bool is_pyc(const char *text, size_t size)
{
    return size >= 16 && memcmp(text, "\xa7\x0d\x0d\x0a", 4) == 0;
}

static int set_main(const char *name, STEALS NULLABLE Value v)
{
    Value dict = main_dict();
    int failed = value_is_null(dict) || value_is_null(v) ? -1 : dict_set_cstr(dict, name, v);
    value_xdecref(v);
    return failed;
}

static Value loader_for(const char *class_name, Value filename)
{
    Value class = import_attr("_frozen_importlib_external", class_name), name = str_from_cstr("__main__");
    Value loader = value_is_null(class) || value_is_null(name) ? VALUE_NULL : call_2(class, name, filename);
    value_xdecref(class);
    value_xdecref(name);
    return loader;
}

static Value compile_file(char *text, size_t size, Value filename)
{
    if (is_pyc(text, size)) {
        if (set_main("__loader__", loader_for("SourcelessFileLoader", filename)) < 0) return VALUE_NULL;
        return marshal_loads(text + 16, size - 16);
    }
    if (options.skip_first_line) { /* -x: the line becomes empty, so that numbers stay right */
        char *end = memchr(text, '\n', size);
        size_t skip = end ? (size_t)(end - text) : size;
        text += skip;
        size -= skip;
    }
    return compile_text(text, (ssize_t)size, filename, PARSE_FILE, PARSE_FROM_FILE);
}

/* Closes the file, unless it is stdin, before the program runs: it shall not see the descriptor. */
static int run_file(FILE *file, const char *name, bool is_stdin)
{
    size_t size;
    char *text = read_all(file, &size);
    if (!is_stdin) fclose(file);
    Value filename = str_decode_fs(name, (ssize_t)strlen(name));
    if (!text || value_is_null(filename)) {
        if (!text) error_no_memory();
        free(text);
        return report_exception();
    }
    Value result = VALUE_NULL;
    if (set_main("__file__", value_incref(filename)) == 0 && set_main("__cached__", VALUE_NONE) == 0 &&
        (is_stdin || is_pyc(text, size) || set_main("__loader__", loader_for("SourceFileLoader", filename)) == 0)) {
        Value code = compile_file(text, size, filename);
        free(text);
        text = NULL;
        result = run_code_in_main(code);
    }
    free(text);
    value_decref(filename);
    Value dict = main_dict();
    if (is_stdin && !value_is_null(dict)) {
        Value saved = error_fetch();
        if (dict_delete_if_present(dict, ID(__file__)) < 0) error_clear();
        error_restore(saved);
    }
    return finish(result);
}

/* A folder or a file that an import hook takes (zip): its __main__ is run. */
static bool is_importable(const char *path)
{
    Value text = str_decode_fs(path, (ssize_t)strlen(path));
    if (value_is_null(text)) return error_clear(), false;
    Value function = import_attr("pkgutil", "get_importer");
    struct stat info;
    bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    bool result = is_folder;
    if (!is_folder && !value_is_null(function)) {
        Value importer = call_1(function, text);
        if (value_is_null(importer))
            error_clear();
        else
            result = !value_is_none(importer);
        value_xdecref(importer);
    }
    if (value_is_null(function)) error_clear();
    value_xdecref(function);
    value_decref(text);
    return result;
}

/* Only what begins like a zip file is worth asking the import hooks. */
static bool may_be_archive(const char *path)
{
    struct stat info;
    if (stat(path, &info) < 0) return false;
    if (S_ISDIR(info.st_mode)) return true;
    if (!S_ISREG(info.st_mode)) return false;
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    char tail[64 << 10];
    fseek(file, -(long)MIN((size_t)info.st_size, sizeof tail), SEEK_END);
    size_t n = fread(tail, 1, sizeof tail, file);
    fclose(file);
    return n >= 22 && memmem(tail, n, "PK\005\006", 4) != NULL;
}

/* name as it is when absolute, else behind the working directory (from malloc); NULL: out of memory. */
static char *absolute_path(const char *name)
{
    char *folder = name[0] == '/' ? NULL : getcwd(NULL, 0), *path;
    if (!folder) return strdup(name);
    if (asprintf(&path, "%s/%s", folder, name) < 0) path = NULL;
    free(folder);
    return path;
}

static int run_script(const char *name)
{
    if (may_be_archive(name) && is_importable(name)) {
        if (prepend_path(str_decode_fs(name, (ssize_t)strlen(name))) < 0) return report_exception();
        return run_module("__main__", false);
    }
    FILE *file = fopen(name, "rb");
    if (!file) {
        int number = errno;
        char *path = absolute_path(name);
        fprintf(stderr, "%s: can't open file '%s': [Errno %d] %s\n", options.orig_argv[0], path ? path : name, number,
                strerror(number));
        free(path);
        return 2;
    }
    struct stat info;
    if (fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode)) {
        fprintf(stderr, "%s: '%s' is a directory, cannot continue\n", options.orig_argv[0], name);
        fclose(file);
        return 1;
    }
    if (!options.safe_path && prepend_script_folder(name) < 0) return report_exception();
    char *path = absolute_path(name);
    if (!path) error_no_memory();
    if (!path) fclose(file);
    int status = path ? run_file(file, path, false) : report_exception();
    free(path);
    return status;
}

/* --- main --- */

static void run_startup_file(void)
{
    const char *name = options.ignore_environment ? NULL : getenv("PYTHONSTARTUP");
    if (!name || !*name) return;
    FILE *file = fopen(name, "rb");
    if (!file) {
        fprintf(stderr, "Could not open PYTHONSTARTUP\n");
        return;
    }
    run_file(file, name, false);
}

static int run_standard_input(void)
{
    bool is_interactive = isatty(0) || options.interactive;
    if (!is_interactive) return run_file(stdin, "<stdin>", true);
    options.inspect = 0;
    if (!options.quiet) {
        Value version = sys_get_borrow("version");
        fprintf(stderr,
                "Python %s on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n",
                value_is_null(version) ? "" : str_as_utf8(version, NULL));
    }
    Value readline = import_module("readline");
    if (value_is_null(readline)) error_clear();
    value_xdecref(readline);
    run_startup_file();
    Value hook = sys_get_borrow("__interactivehook__");
    if (!value_is_null(hook)) {
        Value result = call_0(hook);
        if (value_is_null(result)) report_exception();
        value_xdecref(result);
    }
    return prompt_run(report_exception);
}

static int set_first_arguments(void)
{
    if (options.command) return sys_set_argv("-c", options.argc, options.argv);
    if (options.module) return sys_set_argv("-m", options.argc, options.argv);
    if (options.file) return sys_set_argv(options.file, options.argc, options.argv);
    return sys_set_argv(options.has_dash ? "-" : "", options.argc, options.argv);
}

/* The current folder in front of sys.path: "" for -c and stdin, its name for -m. */
static int prepend_current_folder(void)
{
    if (options.safe_path || options.file) return 0;
    if (!options.module) return prepend_path(str_empty());
    char *folder = getcwd(NULL, 0);
    int failed = folder ? prepend_path(str_decode_fs(folder, (ssize_t)strlen(folder))) : 0;
    free(folder);
    return failed;
}

static int run_program(void)
{
    if (set_first_arguments() < 0 || prepend_current_folder() < 0) return report_exception();
    if (options.command) return run_command(options.command);
    if (options.module) return run_module(options.module, true);
    if (options.file) return run_script(options.file);
    return run_standard_input();
}

static void die_by_interrupt(void)
{
    signal(SIGINT, SIG_DFL);
    kill(getpid(), SIGINT);
}

/* -X faulthandler, PYTHONFAULTHANDLER */
static void enable_faulthandler(void)
{
    Value enable = import_attr("faulthandler", "enable");
    Value result = value_is_null(enable) ? VALUE_NULL : call_0(enable);
    if (value_is_null(result)) error_write_unraisable(VALUE_NULL, NULL);
    value_xdecref(enable);
    value_xdecref(result);
}

int run_main(void)
{
    if (!runtime_start()) {
        if (runtime.is_initialized) return runtime_stop(report_exception());
        fputs("Fatal Python error: init: the interpreter could not be started\n", stderr);
        Value exception = error_fetch();
        if (!value_is_null(exception)) {
            Value text = value_str(exception);
            const char *utf8 = value_is_null(text) ? NULL : str_as_utf8(text, NULL);
            fprintf(stderr, "%s: %s\n", type_of(exception)->name, utf8 ? utf8 : "?");
        }
        return 1;
    }
    if (options.faulthandler) enable_faulthandler();
    bool is_profiled = options.profile && profile_start_hook && profile_start_hook();
    int status = run_program();
    if (options.inspect && (options.command || options.module || options.file || !isatty(0))) {
        options.interactive = 1;
        if (!interrupted || isatty(0)) prompt_run(report_exception);
    }
    if (is_profiled) {
        flush_std_files();
        profile_finish_hook(options.profile_file);
    }
    status = runtime_stop(status);
    if (options.memory_stats) mem_print_statistics(stderr);
    if (interrupted) die_by_interrupt();
    return status;
}

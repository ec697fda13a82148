/* open_code.c: io.open_code: importlib opens sources and caches with it.
 *
 * Where no cache may be written (the system's library, for everybody but root, and with -B) each process would compile
 * all it imports. CPython's package has put its own caches there; their format, magic number and code objects are ours
 * too, so those are read instead. importlib checks them against the source as it checks our own. */
#include <unistd.h>

#include "modules/io/io.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/import.h"
#include "vm/runtime.h"

/* Whether nothing can be written beside the file. */
static bool is_read_only(Value path)
{
    Value flag = sys_get_borrow("dont_write_bytecode");
    if (!value_is_null(flag) && is_true(flag) > 0) return true;
    char folder[4096];
    const char *text = str_as_utf8(path, NULL), *slash = text ? strrchr(text, '/') : NULL;
    if (!slash || (size_t)(slash - text) >= sizeof folder) return false;
    memcpy(folder, text, (size_t)(slash - text));
    folder[slash - text] = 0;
    return access(folder, W_OK) != 0;
}

/* The path of CPython's cache for the path of ours; no value, without an exception, when there is none to be read. */
static NULLABLE Value cache_of_cpython(Value path)
{
    Value ours = str_from_cstr(CACHE_TAG), theirs = str_from_cstr("cpython-311"), result = VALUE_NULL;
    if (!value_is_null(ours) && !value_is_null(theirs) && str_find(path, ours, 0, str_length(path), 1) >= 0 &&
        is_read_only(path))
        result = str_replace_all(path, ours, theirs, -1);
    value_xdecref(ours);
    value_xdecref(theirs);
    error_clear();
    return result;
}

static Value open_binary(Value module, Value path)
{
    Value mode = str_from_cstr("rb");
    if (value_is_null(mode)) return mode;
    Value arguments[2] = {path, mode};
    Value result = io_open(module, arguments, 2, VALUE_NULL);
    value_decref(mode);
    return result;
}

Value io_open_code(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"path", NULL};
    static const ArgSpec spec = {"open_code", names, 1, 1, 0};
    Value given[1];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!is_str(given[0]))
        return error_format(&type_TypeError, "open_code() argument 'path' must be str, not %.50s",
                            value_is_none(given[0]) ? "None" : type_of(given[0])->name);
    Value result = open_binary(module, given[0]);
    if (!value_is_null(result) || !error_matches(&type_FileNotFoundError)) return result;
    Value failure = error_fetch(), path = cache_of_cpython(given[0]);
    if (!value_is_null(path)) {
        result = open_binary(module, path);
        value_decref(path);
    }
    if (!value_is_null(result)) {
        value_decref(failure);
        return result;
    }
    error_clear();
    error_restore(failure);
    return VALUE_NULL;
}

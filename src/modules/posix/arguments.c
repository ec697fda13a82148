/* arguments.c: how posix reads the arguments of its functions, and how it reports failures. */
#include "modules/posix/posix.h"

#include <limits.h>

/* --- paths --- */

static bool wrong_type(const Path *path, Value v)
{
    const char *wanted = path->allows_fd && path->allows_none ? "string, bytes, os.PathLike, integer or None"
                         : path->allows_fd                    ? "string, bytes, os.PathLike or integer"
                         : path->allows_none                  ? "string, bytes, os.PathLike or None"
                                                              : "string, bytes or os.PathLike";
    error_format(&type_TypeError, "%s: %s should be %s, not %.200T", path->function, path->argument, wanted, v);
    return false;
}

/* The result of __fspath__, or no value without an error when there is no such method. */
static Value call_fspath(Value v)
{
    Value result = call_special(v, ID(__fspath__), NULL, 0);
    if (value_is_null(result) || is_str(result) || is_bytes(result)) return result;
    error_format(&type_TypeError, "expected %.200T.__fspath__() to return str or bytes, not %.200T", v, result);
    value_decref(result);
    return VALUE_NULL;
}

static bool take_bytes(Path *path, STEALS Value bytes)
{
    if (value_is_null(bytes)) return false;
    path->gives_bytes = true;
    if (memchr(as_bytes(bytes)->data, 0, (size_t)as_bytes(bytes)->length)) {
        error_format(&type_ValueError, "%s: embedded null character in %s", path->function, path->argument);
        value_decref(bytes);
        return false;
    }
    path->bytes = bytes;
    path->text = as_bytes(bytes)->data;
    return true;
}

static bool take_str(Path *path, Value text)
{
    bool done = take_bytes(path, str_encode_fs(text));
    path->gives_bytes = false;
    return done;
}

static bool take_buffer(Path *path, Value v)
{
    if (warn_format(&type_DeprecationWarning, 1, "%s: %s should be %s, not %.200T", path->function, path->argument,
                    path->allows_fd ? "string, bytes, os.PathLike or integer" : "string, bytes or os.PathLike", v) < 0)
        return false;
    return take_bytes(path, value_bytes(v));
}

static bool take_fd(Path *path, Value v)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    int64_t fd;
    bool fits = int_fits_int64(index, &fd);
    bool is_high = !fits ? int_sign(index) > 0 : fd > INT_MAX;
    value_decref(index);
    if (!fits || fd > INT_MAX || fd < INT_MIN) {
        error_set(&type_OverflowError, is_high ? "fd is greater than maximum" : "fd is less than minimum");
        return false;
    }
    path->fd = (int)fd;
    return true;
}

bool path_convert(Value v, Path *path)
{
    path->object = v;
    path->bytes = VALUE_NULL;
    path->text = NULL;
    path->fd = -1;
    path->gives_bytes = false;
    if (value_is_null(v) || value_is_none(v)) {
        path->object = VALUE_NULL;
        return path->allows_none || wrong_type(path, VALUE_NONE);
    }
    if (is_str(v)) return take_str(path, v);
    if (is_bytes(v)) return take_bytes(path, value_incref(v));
    if (path->allows_fd && has_index(v)) return take_fd(path, v);
    Value name = call_fspath(v);
    if (value_is_null(name)) {
        if (error_occurred()) return false;
        return supports_buffer(v) ? take_buffer(path, v) : wrong_type(path, v);
    }
    bool done = is_str(name) ? take_str(path, name) : take_bytes(path, value_incref(name));
    value_decref(name);
    return done;
}

void path_release(Path *path)
{
    value_xdecref(path->bytes);
    path->bytes = VALUE_NULL;
}

Value path_result(const Path *path, const char *name, ssize_t length)
{
    return path->gives_bytes ? bytes_new(name, length) : str_decode_fs(name, length);
}

/* --- numbers --- */

bool arg_as_dir_fd(Value v, int *fd)
{
    *fd = AT_FDCWD;
    if (value_is_null(v) || value_is_none(v)) return true;
    if (!has_index(v)) {
        error_format(&type_TypeError, "argument should be integer or None, not %.200T", v);
        return false;
    }
    Path path = PATH_OR_FD("", "");
    if (!take_fd(&path, v)) return false;
    *fd = path.fd;
    return true;
}

static Value fileno_of(Value v)
{
    if (is_int(v)) return value_incref(v);
    bool failed;
    Value method = get_attr_optional(v, ID(fileno), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(method)) return error_set(&type_TypeError, "argument must be an int, or have a fileno() method.");
    Value result = call_0(method);
    value_decref(method);
    if (!value_is_null(result) && !is_int(result)) {
        value_decref(result);
        return error_set(&type_TypeError, "fileno() returned a non-integer");
    }
    return result;
}

bool arg_as_fd(Value v, int *fd)
{
    Value number = fileno_of(v);
    if (value_is_null(number)) return false;
    bool done = arg_as_int(number, fd);
    value_decref(number);
    if (done && *fd < 0) {
        error_format(&type_ValueError, "file descriptor cannot be a negative integer (%i)", *fd);
        return false;
    }
    return done;
}

/* User and group numbers: -1, or 32 bits without a sign. */
static bool arg_as_id(Value v, const char *what, uint32_t *id)
{
    if (!has_index(v)) {
        error_format(&type_TypeError, "%s should be integer, not %.200T", what, v);
        return false;
    }
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    int64_t n;
    bool fits = int_fits_int64(index, &n), is_high = fits ? n > 0 : int_sign(index) > 0;
    value_decref(index);
    if (fits && n >= -1 && n <= (int64_t)UINT32_MAX) {
        *id = (uint32_t)n;
        return true;
    }
    error_format(&type_OverflowError, is_high ? "%s is greater than maximum" : "%s is less than minimum", what);
    return false;
}

bool arg_as_uid(Value v, uid_t *id)
{
    return arg_as_id(v, "uid", id);
}

bool arg_as_gid(Value v, gid_t *id)
{
    return arg_as_id(v, "gid", id);
}

bool arg_as_pid(Value v, pid_t *pid)
{
    return arg_as_int(v, pid);
}

bool arg_as_offset(Value v, off_t *offset)
{
    return arg_as_int64(v, offset);
}

Value uid_value(uid_t id)
{
    return value_from_small_int(id == (uid_t)-1 ? -1 : (int64_t)id);
}

/* --- results --- */

Value posix_error(void)
{
    return error_os(&type_OSError, errno, VALUE_NULL);
}

Value path_error(const Path *path)
{
    return error_os(&type_OSError, errno, path->object);
}

Value path_error2(const Path *a, const Path *b)
{
    return error_os2(&type_OSError, errno, a->object, b->object);
}

Value posix_none(int status)
{
    return status < 0 ? posix_error() : VALUE_NONE;
}

Value path_none(int status, Path *path)
{
    Value result = status < 0 ? path_error(path) : VALUE_NONE;
    path_release(path);
    return result;
}

int posix_add_functions(Value module, const NativeMethod *methods)
{
    for (const NativeMethod *method = methods; method->name; method++) {
        Value function = native_function_new(method, module, ID(posix));
        if (module_add(module, method->name, function) < 0) return -1;
    }
    return 0;
}

/* --- os.fspath, which is about paths alone --- */

FUNCTION(os_fspath)
{
    ARGUMENTS("fspath", 1, 1, "path");
    if (is_str(out[0]) || is_bytes(out[0])) return value_incref(out[0]);
    Value result = call_fspath(out[0]);
    if (value_is_null(result) && !error_occurred())
        error_format(&type_TypeError, "expected str, bytes or os.PathLike object, not %.200T", out[0]);
    return result;
}

/* The text without "//", "." and "..", as os.path.normpath wants it. */
static Value normalise_path(const Str *path)
{
    Value parts = list_new(0), result = VALUE_NULL;
    if (value_is_null(parts)) return VALUE_NULL;
    ssize_t slashes = 0, length = path->length;
    while (slashes < length && str_char(path, slashes) == '/') slashes++;
    ssize_t kept = slashes == 2 ? 2 : slashes > 0;
    Value whole = value_from_object(path);
    for (ssize_t start = slashes, end; start < length; start = end + 1) {
        for (end = start; end < length && str_char(path, end) != '/'; end++) continue;
        Value part = str_slice(whole, start, end);
        if (value_is_null(part)) goto done;
        bool is_up = str_equal_cstr(part, ".."), is_skipped = end == start || str_equal_cstr(part, ".");
        ssize_t count = list_length(parts);
        bool pops = is_up && count > 0 && !str_equal_cstr(list_item_borrow(parts, count - 1), "..");
        int status = 0;
        if (pops)
            status = list_assign_slice(parts, count - 1, count, VALUE_NULL);
        else if (!is_skipped && !(is_up && kept && count == 0))
            status = list_append(parts, part);
        value_decref(part);
        if (status < 0) goto done;
    }
    Value slash = str_from_char('/'), joined = value_is_null(slash) ? VALUE_NULL : str_join(slash, parts);
    value_xdecref(slash);
    if (value_is_null(joined)) goto done;
    if (kept)
        result = str_format("%s%U", kept == 2 ? "//" : "/", joined);
    else
        result = str_length(joined) ? value_incref(joined) : str_from_char('.');
    value_decref(joined);
done:
    value_decref(parts);
    return result;
}

FUNCTION(os_path_normpath)
{
    ARGUMENTS("_path_normpath", 1, 1, "path");
    if (!is_str(out[0])) return error_bad_argument("_path_normpath", 1, "str", out[0]);
    return normalise_path(as_str(out[0]));
}

static const NativeMethod methods[] = {
    {"fspath", os_fspath, 0, -1, NATIVE_KEYWORDS,
     "fspath($module, /, path)\n--\n\nThe file system representation of the path: a str or bytes."},
    {"_path_normpath", os_path_normpath, 0, -1, NATIVE_KEYWORDS,
     "_path_normpath($module, /, path)\n--\n\nBasic path normalization."},
    {NULL},
};

static int exec(Value module)
{
    int (*const parts[])(Value) = {posix_io_exec,      posix_stat_exec,  posix_files_exec,    posix_directory_exec,
                                   posix_process_exec, posix_spawn_exec, posix_ids_exec,      posix_sched_exec,
                                   posix_system_exec,  posix_names_exec, posix_constants_exec};
    if (posix_add_functions(module, methods) < 0) return -1;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i](module) < 0) return -1;
    return module_add(module, "error", value_incref(value_from_object(&type_OSError)));
}

NATIVE_MODULE(posix) = {
    .name = "posix",
    .doc = "This module provides access to operating system functionality that is\n"
           "standardized by the C Standard and the POSIX standard (a thinly\n"
           "disguised Unix interface).  Refer to the library manual and\n"
           "corresponding Unix manual entries for more information on calls.",
    .exec = exec,
};

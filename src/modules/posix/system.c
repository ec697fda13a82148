/* system.c: the environment, the machine, random bytes, terminals. */
#include "modules/posix/posix.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/utsname.h>

static Type *uname_type, *terminal_size_type;

/* --- environment --- */

static Value environment_dict(void)
{
    Value result = dict_new();
    for (char **at = environ; !value_is_null(result) && at && *at; at++) {
        const char *equals = strchr(*at, '=');
        if (!equals) continue;
        Value key = bytes_new(*at, equals - *at), text = bytes_from_cstr(equals + 1);
        if (value_is_null(key) || value_is_null(text)) {
            value_clear(&result);
        } else {
            int found = dict_contains(result, key); // the first one counts
            if (found < 0 || (!found && dict_set(result, key, text) < 0)) value_clear(&result);
        }
        value_xdecref(key);
        value_xdecref(text);
    }
    return result;
}

FUNCTION(os_putenv)
{
    Value name = str_encode_fs(args[0]), text = VALUE_NULL, result = VALUE_NULL;
    if (!value_is_null(name)) text = str_encode_fs(args[1]);
    if (!value_is_null(text)) {
        if (strchr(as_bytes(name)->data, '='))
            error_set(&type_ValueError, "illegal environment variable name");
        else
            result = posix_none(setenv(as_bytes(name)->data, as_bytes(text)->data, 1));
    }
    value_xdecref(name);
    value_xdecref(text);
    return result;
}

FUNCTION(os_unsetenv)
{
    Value name = str_encode_fs(args[0]);
    if (value_is_null(name)) return VALUE_NULL;
    int status = unsetenv(as_bytes(name)->data);
    int error = errno;
    value_decref(name);
    errno = error;
    return posix_none(status);
}

/* --- the machine --- */

FUNCTION(os_uname)
{
    struct utsname name;
    if (uname(&name) < 0) return posix_error();
    const char *const texts[] = {name.sysname, name.nodename, name.release, name.version, name.machine};
    Value fields[5];
    for (int i = 0; i < 5; i++) {
        fields[i] = str_decode_fs(texts[i], (ssize_t)strlen(texts[i]));
        if (!value_is_null(fields[i])) continue;
        while (i-- > 0) value_decref(fields[i]);
        return VALUE_NULL;
    }
    return structseq_new(uname_type, fields);
}

FUNCTION(os_cpu_count)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? value_from_small_int(count) : VALUE_NONE;
}

FUNCTION(os_getloadavg)
{
    double loads[3];
    if (getloadavg(loads, 3) != 3) return error_set(&type_OSError, "Load averages are unobtainable");
    Value fields[3];
    for (int i = 0; i < 3; i++) fields[i] = value_from_double(loads[i]);
    return tuple_from_array_steal(fields, 3);
}

FUNCTION(os_strerror)
{
    int code;
    if (!arg_as_int(args[0], &code)) return VALUE_NULL;
    const char *text = strerror(code);
    return str_decode(text, (ssize_t)strlen(text), "utf-8", "surrogateescape");
}

/* --- random bytes --- */

static Value random_bytes(ssize_t size, unsigned flags)
{
    Value result = bytes_new(NULL, size);
    if (value_is_null(result)) return VALUE_NULL;
    ssize_t have = 0;
    while (have < size) {
        ssize_t got;
        char *place = as_bytes(result)->data + have;
        bool raised = RETRY(got, getrandom(place, (size_t)(size - have), flags));
        if (raised || got < 0) {
            if (!raised) posix_error();
            value_decref(result);
            return VALUE_NULL;
        }
        have += got;
        if (flags) break; // os.getrandom may give less
    }
    if (have < size && bytes_resize(&result, have) < 0) return VALUE_NULL;
    return result;
}

FUNCTION(os_urandom)
{
    ssize_t size;
    if (!arg_as_ssize(args[0], &size)) return VALUE_NULL;
    if (size < 0) return error_set(&type_ValueError, "negative argument not allowed");
    return random_bytes(size, 0);
}

FUNCTION(os_getrandom)
{
    ARGUMENTS("getrandom", 1, 2, "size", "flags");
    ssize_t size;
    int flags = 0;
    if (!arg_as_ssize(out[0], &size) || !optional_int(out[1], &flags)) return VALUE_NULL;
    if (size < 0) {
        errno = EINVAL;
        return posix_error();
    }
    return random_bytes(size, (unsigned)flags);
}

/* --- terminals --- */

FUNCTION(os_get_terminal_size)
{
    int fd = STDOUT_FILENO;
    struct winsize size;
    if (nargs && !arg_as_int(args[0], &fd)) return VALUE_NULL;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return posix_error();
    return structseq_new(terminal_size_type,
                         (Value[]){value_from_small_int(size.ws_col), value_from_small_int(size.ws_row)});
}

FUNCTION(os_ttyname)
{
    int fd;
    char name[256];
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    int error = ttyname_r(fd, name, sizeof name);
    errno = error;
    return error ? posix_error() : str_decode_fs(name, (ssize_t)strlen(name));
}

FUNCTION(os_ctermid)
{
    char name[L_ctermid];
    const char *text = ctermid(name);
    return str_decode_fs(text, (ssize_t)strlen(text));
}

static const StructSeqField uname_fields[] = {
    {"sysname", "operating system name"},    {"nodename", "name of machine on network (implementation-defined)"},
    {"release", "operating system release"}, {"version", "operating system version"},
    {"machine", "hardware identifier"},      {NULL, NULL},
};
static const StructSeqDef uname_definition = {
    "posix.uname_result",
    "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n"
    "  (sysname, nodename, release, version, machine),\n"
    "or via the attributes sysname, nodename, release, version, and machine.\n\nSee os.uname for more information.",
    uname_fields, 5};
static const StructSeqField terminal_size_fields[] = {
    {"columns", "width of the terminal window in characters"},
    {"lines", "height of the terminal window in characters"},
    {NULL, NULL},
};
static const StructSeqDef terminal_size_definition = {
    "os.terminal_size", "A tuple of (columns, lines) for holding terminal window size", terminal_size_fields, 2};

static const NativeMethod methods[] = {
    {"putenv", os_putenv, 2, 2, 0, "putenv($module, name, value, /)\n--\n\nChange or add an environment variable."},
    {"unsetenv", os_unsetenv, 1, 1, 0, "unsetenv($module, name, /)\n--\n\nDelete an environment variable."},
    {"uname", os_uname, 0, 0, 0, "uname($module, /)\n--\n\nReturn an object identifying the current operating system."},
    {"cpu_count", os_cpu_count, 0, 0, 0,
     "cpu_count($module, /)\n--\n\nReturn the number of CPUs in the system; return None if indeterminable."},
    {"getloadavg", os_getloadavg, 0, 0, 0,
     "getloadavg($module, /)\n--\n\nReturn average recent system load information."},
    {"strerror", os_strerror, 1, 1, 0,
     "strerror($module, code, /)\n--\n\nTranslate an error code to a message string."},
    {"urandom", os_urandom, 1, 1, 0,
     "urandom($module, size, /)\n--\n\nReturn a bytes object containing random bytes suitable for cryptographic use."},
    {"getrandom", os_getrandom, 0, -1, NATIVE_KEYWORDS,
     "getrandom($module, /, size, flags=0)\n--\n\nObtain a series of random bytes."},
    {"get_terminal_size", os_get_terminal_size, 0, 1, 0,
     "get_terminal_size($module, fd=<unrepresentable>, /)\n--\n\n"
     "Return the size of the terminal window as (columns, lines)."},
    {"ttyname", os_ttyname, 1, 1, 0,
     "ttyname($module, fd, /)\n--\n\nReturn the name of the terminal device connected to 'fd'."},
    {"ctermid", os_ctermid, 0, 0, 0,
     "ctermid($module, /)\n--\n\nReturn the name of the controlling terminal for this process."},
    {NULL},
};

int posix_system_exec(Value module)
{
    if (!uname_type) uname_type = structseq_type_new(&uname_definition);
    if (!terminal_size_type) terminal_size_type = structseq_type_new(&terminal_size_definition);
    if (!uname_type || !terminal_size_type) return -1;
    if (module_add(module, "uname_result", value_incref(value_from_object(uname_type))) < 0 ||
        module_add(module, "terminal_size", value_incref(value_from_object(terminal_size_type))) < 0 ||
        module_add(module, "environ", environment_dict()) < 0)
        return -1;
    return posix_add_functions(module, methods);
}

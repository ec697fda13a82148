/* builtins_io.c: print and input. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/builtins.h"
#include "vm/import.h"
#include "vm/runtime.h"

/* file.write(str(v)). */
static int write_value(Value file, Value v)
{
    Value text = is_exact_str(v) ? value_incref(v) : value_str(v);
    if (value_is_null(text)) return -1;
    Value result = call_method_1(file, ID(write), text);
    value_decref(text);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static bool separator_is_valid(NULLABLE Value *v, const char *name)
{
    if (value_is_null(*v)) return true;
    if (value_is_none(*v))
        *v = VALUE_NULL;
    else if (!is_str(*v)) {
        error_format(&type_TypeError, "%s must be None or a string, not %T", name, *v);
        return false;
    }
    return true;
}

static int print_values(Value file, const Value *args, ssize_t nargs, NULLABLE Value sep, NULLABLE Value end)
{
    Value space = value_is_null(sep) ? str_from_char(' ') : value_incref(sep);
    Value newline = value_is_null(end) ? str_from_char('\n') : value_incref(end);
    int failed = 0;
    for (ssize_t i = 0; i < nargs && !failed; i++) {
        if (i > 0) failed = write_value(file, space);
        if (!failed) failed = write_value(file, args[i]);
    }
    if (!failed) failed = write_value(file, newline);
    value_decref(space);
    value_decref(newline);
    return failed;
}

Value builtin_print(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"sep", "end", "file", "flush", NULL};
    static const ArgSpec spec = {"print", names, 0, 0, 0};
    Value out[4] = {VALUE_NULL, VALUE_NULL, VALUE_NULL, VALUE_NULL};
    if (!value_is_null(kwnames) && !args_parse(&spec, args + nargs, 0, kwnames, out)) return VALUE_NULL;
    Value file = out[2];
    if (value_is_null(file) || value_is_none(file)) {
        file = sys_get_borrow("stdout");
        if (value_is_null(file)) return error_set(&type_RuntimeError, "lost sys.stdout");
        if (value_is_none(file)) return VALUE_NONE;
    }
    if (!separator_is_valid(&out[0], "sep") || !separator_is_valid(&out[1], "end")) return VALUE_NULL;
    value_incref(file);
    int failed = print_values(file, args, nargs, out[0], out[1]);
    int flush = failed || value_is_null(out[3]) ? 0 : is_true(out[3]);
    if (flush > 0) {
        Value result = call_method_0(file, ID(flush));
        if (value_is_null(result))
            failed = -1;
        else
            value_decref(result);
    }
    value_decref(file);
    return failed || flush < 0 ? VALUE_NULL : VALUE_NONE;
}

/* --- input --- */

Value (*terminal_read_line_hook)(Value in, Value out, Value prompt);

static int flush_file(Value file)
{
    Value result = call_method_0(file, ID(flush));
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static bool is_terminal(Value file, int expected)
{
    Value number = call_method_0(file, ID(fileno));
    int64_t fd = -1;
    if (value_is_null(number)) {
        error_clear();
        return false;
    }
    bool ok = is_int(number) && int_fits_int64(number, &fd);
    value_decref(number);
    return ok && fd == expected && isatty((int)fd);
}

/* One line from the file's readline(), without its newline. */
static Value read_line(Value file)
{
    Value line = call_method_0(file, ID(readline));
    if (value_is_null(line)) return line;
    if (!is_str(line)) {
        value_decref(line);
        return error_set(&type_TypeError, "object.readline() returned non-string");
    }
    ssize_t length = str_length(line);
    if (length == 0) {
        value_decref(line);
        return error_set(&type_EOFError, "EOF when reading a line");
    }
    if (str_char(as_str(line), length - 1) == '\n') value_replace(&line, str_slice(line, 0, length - 1));
    return line;
}

static Value standard_file(const char *name)
{
    Value file = sys_get_borrow(name);
    if (value_is_null(file) || value_is_none(file))
        return error_format(&type_RuntimeError, "input(): lost sys.%s", name);
    return value_incref(file);
}

Value builtin_input(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value in = standard_file("stdin"), out = VALUE_NULL, err = VALUE_NULL, line = VALUE_NULL;
    if (value_is_null(in)) return in;
    out = standard_file("stdout");
    err = value_is_null(out) ? out : standard_file("stderr");
    if (value_is_null(err)) goto done;
    if (flush_file(err) < 0) error_clear();
    if (nargs && is_terminal(in, 0) && is_terminal(out, 1) && terminal_read_line_hook) {
        line = terminal_read_line_hook(in, out, args[0]);
        goto done;
    }
    if (nargs && write_value(out, args[0]) < 0) goto done;
    if (flush_file(out) < 0) error_clear();
    line = read_line(in);
done:
    value_xdecref(in);
    value_xdecref(out);
    value_xdecref(err);
    return line;
}

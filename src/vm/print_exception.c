/* print_exception.c: exceptions that nobody caught, printed as CPython's interpreter prints them. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/import.h"
#include "vm/traceback.h"

int traceback_print(Value traceback, Value file, const char *margin, ssize_t limit)
{
    return 0;
}

int exception_print(Value exception, Value file)
{
    Value name = exception_type_text(exception), text = value_str(exception);
    Value line = value_is_null(name) || value_is_null(text) ? VALUE_NULL : str_format("%U: %U\n", name, text);
    int failed = -1;
    if (!value_is_null(line)) {
        Value result = call_method_1(file, ID(write), line);
        failed = value_is_null(result) ? -1 : 0;
        value_xdecref(result);
    }
    value_xdecref(name);
    value_xdecref(text);
    value_xdecref(line);
    return failed;
}

void exception_print_stderr(Value exception)
{
    Value file = sys_get_borrow("stderr");
    if (value_is_null(file) || value_is_none(file)) return;
    value_incref(file);
    if (exception_print(exception, file) < 0) error_clear();
    value_decref(file);
}

/* exception_text.c: the name of an exception's class as tracebacks show it. */
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/str.h"
#include "objects/type.h"
#include "vm/traceback.h"

Value exception_type_text(Value exception)
{
    Type *type = type_of(exception);
    Value module = type_module_name(type), qualname = type_qualname(type), text;
    if (value_is_null(module)) error_clear();
    if (value_is_null(qualname)) {
        value_xdecref(module);
        return qualname;
    }
    if (value_is_null(module) || !is_str(module))
        text = str_format("<unknown>.%U", qualname);
    else if (str_equal_cstr(module, "builtins") || str_equal_cstr(module, "__main__"))
        text = value_incref(qualname);
    else
        text = str_format("%U.%U", module, qualname);
    value_xdecref(module);
    value_decref(qualname);
    return text;
}

/* exception_class.c: see exception_class.h. */
#include "modules/exception_class.h"

#include "objects/call.h"
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

Value exception_class_new(const char *qualified_name, Type *base)
{
    const char *dot = strrchr(qualified_name, '.');
    Value module = str_from_latin1(qualified_name, dot - qualified_name), name = str_intern_cstr(dot + 1);
    Value bases = tuple_pack(1, value_from_object(base)), namespace = dict_new(), result = VALUE_NULL;
    if (!value_is_null(module) && !value_is_null(name) && !value_is_null(bases) && !value_is_null(namespace) &&
        dict_set(namespace, ID(__module__), module) == 0)
        result = call_3(value_from_object(&type_type), name, bases, namespace);
    value_xdecref(module);
    value_xdecref(name);
    value_xdecref(bases);
    value_xdecref(namespace);
    return result;
}

/* singletons.c: None, NotImplemented and Ellipsis, which are immediates; their types. */
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

Type *const singleton_types[8] = {&type_none,     &type_bool, &type_bool, &type_not_implemented,
                                  &type_ellipsis, &type_none, &type_none, &type_none};

static bool takes_no_arguments(const char *name, ssize_t nargs, Value kwnames)
{
    if (nargs == 0 && (value_is_null(kwnames) || tuple_length(kwnames) == 0)) return true;
    error_format(&type_TypeError, "%s takes no arguments", name);
    return false;
}

static Value none_repr(Value self)
{
    return value_incref(ID(None));
}

static int none_truth(Value self)
{
    return 0;
}

static int64_t singleton_hash(Value self)
{
    return (int64_t)(self.bits * UINT64_C(0x9E3779B97F4A7C15) >> 8);
}

static Value none_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return takes_no_arguments("NoneType", nargs, kwnames) ? VALUE_NONE : VALUE_NULL;
}

Type type_none = {
    .head = TYPE_HEAD,
    .name = "NoneType",
    .instance_size = sizeof(Object),
    .flags = TYPE_QUIET_DESTROY,
    .new_instance = none_new,
    .repr = none_repr,
    .hash = singleton_hash,
    .number.truth = none_truth,
};

static Value not_implemented_repr(Value self)
{
    return value_incref(ID(NotImplemented));
}

static Value singleton_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_repr(self);
}

static int not_implemented_truth(Value self)
{
    if (warn_format(&type_DeprecationWarning, 1, "NotImplemented should not be used in a boolean context") < 0)
        return -1;
    return 1;
}

static Value not_implemented_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return takes_no_arguments("NotImplementedType", nargs, kwnames) ? VALUE_NOT_IMPLEMENTED : VALUE_NULL;
}

static const NativeMethod singleton_methods[] = {{"__reduce__", singleton_reduce, 0, 0, 0, NULL}, {NULL}};

Type type_not_implemented = {
    .head = TYPE_HEAD,
    .name = "NotImplementedType",
    .instance_size = sizeof(Object),
    .flags = TYPE_QUIET_DESTROY,
    .new_instance = not_implemented_new,
    .repr = not_implemented_repr,
    .hash = singleton_hash,
    .number.truth = not_implemented_truth,
    .methods = singleton_methods,
};

static Value ellipsis_repr(Value self)
{
    return value_incref(ID(Ellipsis));
}

static Value ellipsis_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return takes_no_arguments("EllipsisType", nargs, kwnames) ? VALUE_ELLIPSIS : VALUE_NULL;
}

Type type_ellipsis = {
    .head = TYPE_HEAD,
    .name = "ellipsis",
    .instance_size = sizeof(Object),
    .flags = TYPE_QUIET_DESTROY,
    .new_instance = ellipsis_new,
    .repr = ellipsis_repr,
    .hash = singleton_hash,
    .methods = singleton_methods,
};

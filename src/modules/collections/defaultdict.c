/* defaultdict.c: collections.defaultdict: a dict whose missing keys are made by calling default_factory. */
#include "modules/collections/collections.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/repr_guard.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct DefaultDict {
    Dict dict;
    NULLABLE Value factory; /* None or no value: missing keys raise KeyError */
} DefaultDict;

static DefaultDict *as_default_dict(Value v)
{
    return (DefaultDict *)value_as_object(v);
}

static Value factory_of(Value v)
{
    Value factory = as_default_dict(v)->factory;
    return value_is_null(factory) ? VALUE_NONE : factory;
}

static int init_default_dict(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value factory = VALUE_NULL;
    if (nargs > 0) {
        factory = args[0];
        if (!value_is_none(factory) && !is_callable(factory)) {
            error_set(&type_TypeError, "first argument must be callable or None");
            return -1;
        }
        args++;
        nargs--;
    }
    value_replace(&as_default_dict(self)->factory, value_is_none(factory) ? VALUE_NULL : value_xincref(factory));
    return dict_update_from_args(self, "dict", args, nargs, kwnames);
}

static void destroy_default_dict(Object *self)
{
    gc_untrack_inline(self);
    value_clear(&((DefaultDict *)self)->factory);
    dict_destroy(self);
}

static int traverse_default_dict(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((DefaultDict *)self)->factory);
    return dict_traverse(self, visit, argument);
}

static void clear_default_dict(Object *self)
{
    value_clear(&((DefaultDict *)self)->factory);
    dict_clear(value_from_object(self));
}

static NATIVE(default_dict_missing)
{
    Value factory = factory_of(self);
    if (value_is_none(factory)) return error_key(args[0]);
    Value value = call_0(factory);
    if (value_is_null(value)) return VALUE_NULL;
    int status =
        object_has_type(self, &type_default_dict) ? dict_set(self, args[0], value) : set_item(self, args[0], value);
    if (status < 0) value_clear(&value);
    return value;
}

/* type(self)(factory, mapping) */
static Value copy_of(Value self, Value mapping)
{
    return call_2(value_from_object(type_of(self)), factory_of(self), mapping);
}

static NATIVE(default_dict_copy)
{
    return copy_of(self, self);
}

static Value union_of(Value left, Value right)
{
    bool left_is_default = type_is_subtype(type_of(left), &type_default_dict);
    Value self = left_is_default ? left : right, other = left_is_default ? right : left;
    if (!is_dict(other)) return VALUE_NOT_IMPLEMENTED;
    Value result = copy_of(self, left);
    if (!value_is_null(result) && dict_update(result, right) < 0) value_clear(&result);
    return result;
}

static NATIVE(default_dict_reduce)
{
    Value factory = factory_of(self);
    Value arguments = value_is_none(factory) ? tuple_empty() : tuple_from_array(&factory, 1);
    Value items = value_is_null(arguments) ? VALUE_NULL : call_method_0(self, ID(items));
    Value iterator = value_is_null(items) ? VALUE_NULL : get_iter(items), result = VALUE_NULL;
    if (!value_is_null(iterator))
        result = tuple_pack(5, value_from_object(type_of(self)), arguments, VALUE_NONE, VALUE_NONE, iterator);
    value_xdecref(arguments);
    value_xdecref(items);
    value_xdecref(iterator);
    return result;
}

static Value repr_of_factory(Value factory)
{
    if (value_is_none(factory) || !value_is_object(factory)) return value_repr(factory);
    int entered = repr_enter(factory);
    if (entered) return entered > 0 ? str_from_cstr("...") : VALUE_NULL;
    Value text = value_repr(factory);
    repr_leave(factory);
    return text;
}

static Value repr_default_dict(Value self)
{
    Value base = type_dict.repr(self);
    if (value_is_null(base)) return VALUE_NULL;
    Value factory = repr_of_factory(factory_of(self)), result = VALUE_NULL;
    const char *name = strrchr(type_of(self)->name, '.');
    if (!value_is_null(factory))
        result = str_format("%s(%U, %U)", name ? name + 1 : type_of(self)->name, factory, base);
    value_decref(base);
    value_xdecref(factory);
    return result;
}

static const NativeMethod default_dict_methods[] = {
    {"__missing__", default_dict_missing, 1, 1, 0,
     "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n"
     "  if self.default_factory is None: raise KeyError((key,))\n"
     "  self[key] = value = self.default_factory()\n  return value\n"},
    {"copy", default_dict_copy, 0, 0, 0, "D.copy() -> a shallow copy of D."},
    {"__copy__", default_dict_copy, 0, 0, 0, "D.copy() -> a shallow copy of D."},
    {"__reduce__", default_dict_reduce, 0, 0, 0, "Return state information for pickling."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

static const NativeMember default_dict_members[] = {
    {"default_factory", MEMBER_VALUE, offsetof(DefaultDict, factory), false,
     "Factory for default value called by __missing__()."},
    {NULL},
};

Type type_default_dict = {
    .head = TYPE_HEAD,
    .name = "collections.defaultdict",
    .doc = "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\n"
           "The default factory is called without arguments to produce\n"
           "a new value when a key is not present, in __getitem__ only.\n"
           "A defaultdict compares equal to a dict with the same items.\n"
           "All remaining arguments are treated the same as if they were\n"
           "passed to the dict constructor, including keyword arguments.",
    .base = &type_dict,
    .instance_size = sizeof(DefaultDict),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_MAPPING,
    .destroy = destroy_default_dict,
    .traverse = traverse_default_dict,
    .clear = clear_default_dict,
    .init = init_default_dict,
    .repr = repr_default_dict,
    .number = {.or_ = union_of},
    .methods = default_dict_methods,
    .members = default_dict_members,
};

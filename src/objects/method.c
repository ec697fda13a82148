/* method.c: bound methods, staticmethod and classmethod. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

/* --- bound methods --- */

ALWAYS_INLINE BoundMethod *as_method(Value v)
{
    return (BoundMethod *)value_as_object(v);
}

Value bound_method_new(Value function, Value self)
{
    BoundMethod *method = object_alloc(&type_method, sizeof *method);
    if (!method) return VALUE_NULL;
    method->function = value_incref(function);
    method->self = value_incref(self);
    method->weaklist = VALUE_NULL;
    gc_track(method);
    return value_from_object(method);
}

static Value method_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!args_no_keywords("method", kwnames) || !args_count("method", nargs, 2, 2)) return VALUE_NULL;
    if (!is_callable(args[0])) return error_set(&type_TypeError, "first argument must be callable");
    if (value_is_none(args[1])) return error_set(&type_TypeError, "instance must not be None");
    return bound_method_new(args[0], args[1]);
}

static void method_destroy(Object *self)
{
    BoundMethod *method = (BoundMethod *)self;
    gc_untrack(self);
    if (!value_is_null(method->weaklist)) weakref_clear_all(self);
    value_decref(method->function);
    value_xdecref(method->self);
    object_free(self, sizeof *method);
}

static int method_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((BoundMethod *)self)->function);
    GC_VISIT(((BoundMethod *)self)->self);
    return 0;
}

static Value method_call(Value v, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return call_with_self(as_method(v)->function, as_method(v)->self, args, nargs, kwnames);
}

static Value method_repr(Value v)
{
    bool failed;
    Value name = get_attr_optional(as_method(v)->function, ID(__qualname__), &failed);
    if (!failed && value_is_null(name)) name = get_attr_optional(as_method(v)->function, ID(__name__), &failed);
    if (failed) return VALUE_NULL;
    Value text = !value_is_null(name) && is_str(name) ? str_format("<bound method %U of %R>", name, as_method(v)->self)
                                                      : str_format("<bound method ? of %R>", as_method(v)->self);
    value_xdecref(name);
    return text;
}

static int64_t method_hash(Value v)
{
    int64_t function_hash = value_hash(as_method(v)->function);
    if (function_hash == -1) return -1;
    int64_t hash = (int64_t)((as_method(v)->self.bits >> 4) ^ (as_method(v)->self.bits << 60)) ^ function_hash;
    return hash == -1 ? -2 : hash;
}

static Value method_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !object_has_type(left, &type_method) || !object_has_type(right, &type_method))
        return VALUE_NOT_IMPLEMENTED;
    int equal = rich_compare_bool(as_method(left)->function, as_method(right)->function, CMP_EQ);
    if (equal < 0) return VALUE_NULL;
    if (equal) equal = value_is(as_method(left)->self, as_method(right)->self);
    return value_from_bool(equal == (op == CMP_EQ));
}

/* Attributes of the function show through, except for those of the method type. */
static Value method_getattr(Value v, Value name)
{
    Value attribute = type_lookup_borrow(&type_method, name);
    if (value_is_null(attribute)) return get_attr(as_method(v)->function, name);
    DescrGetSlot get = type_of(attribute)->descr_get;
    return get ? get(attribute, v, value_from_type(&type_method)) : value_incref(attribute);
}

static Value method_get_doc(Value v, void *closure)
{
    return get_attr(as_method(v)->function, ID(__doc__));
}

static Value method_reduce(Value v, const Value *args, ssize_t nargs, Value kwnames)
{
    Value getattr = import_attr("builtins", "getattr");
    Value name = value_is_null(getattr) ? VALUE_NULL : get_attr(as_method(v)->function, ID(__name__));
    Value pair = value_is_null(name) ? VALUE_NULL : tuple_pack(2, as_method(v)->self, name);
    Value result = value_is_null(pair) ? VALUE_NULL : tuple_pack(2, getattr, pair);
    value_xdecref(pair);
    value_xdecref(name);
    value_xdecref(getattr);
    return result;
}

static const NativeMethod method_methods[] = {{"__reduce__", method_reduce, 0, 0, 0, NULL}, {NULL}};
static const NativeMember method_members[] = {
    {"__func__", MEMBER_VALUE, offsetof(BoundMethod, function), true,
     "the function (or other callable) implementing a method"},
    {"__self__", MEMBER_VALUE, offsetof(BoundMethod, self), true, "the instance to which a method is bound"},
    {NULL}};
static const NativeGetSet method_getsets[] = {{"__doc__", method_get_doc, NULL, NULL, NULL}, {NULL}};

Type type_method = {
    .head = TYPE_HEAD,
    .name = "method",
    .doc = "method(function, instance)\n\nCreate a bound instance method object.",
    .instance_size = sizeof(BoundMethod),
    .flags = TYPE_HAS_GC,
    .weaklist_offset = offsetof(BoundMethod, weaklist),
    .destroy = method_destroy,
    .traverse = method_traverse,
    .new_instance = method_new,
    .repr = method_repr,
    .hash = method_hash,
    .call = method_call,
    .getattr = method_getattr,
    .setattr = generic_setattr,
    .compare = method_compare,
    .methods = method_methods,
    .members = method_members,
    .getsets = method_getsets,
};

/* --- staticmethod, classmethod: one layout --- */

typedef struct MethodHolder {
    Object head;
    NULLABLE Value callable, dict;
} MethodHolder;

ALWAYS_INLINE MethodHolder *as_holder(Value v)
{
    return (MethodHolder *)value_as_object(v);
}

static Value holder_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    MethodHolder *holder = object_alloc_zeroed(type, sizeof *holder);
    if (!holder) return VALUE_NULL;
    if (!gc_is_tracked(holder)) gc_track(holder);
    return value_from_object(holder);
}

/* functools.update_wrapper's attributes, where the callable has them. */
static int copy_wrapped_attributes(Value holder, Value callable)
{
    Value names[] = {ID(__module__), ID(__name__), ID(__qualname__), ID(__doc__), ID(__annotations__)};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        bool failed;
        Value value = get_attr_optional(callable, names[i], &failed);
        if (failed) return -1;
        if (value_is_null(value)) continue;
        int result = set_attr(holder, names[i], value);
        value_decref(value);
        if (result < 0) return -1;
    }
    return 0;
}

static int holder_init(Value self, const char *name, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!args_no_keywords(name, kwnames) || !args_count(name, nargs, 1, 1)) return -1;
    value_replace(&as_holder(self)->callable, value_incref(args[0]));
    return copy_wrapped_attributes(self, args[0]);
}

static int static_method_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return holder_init(self, "staticmethod", args, nargs, kwnames);
}

static int class_method_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return holder_init(self, "classmethod", args, nargs, kwnames);
}

/* Made by C: without the callable's attributes, as CPython's PyStaticMethod_New. */
static Value holder_from(Type *type, Value callable)
{
    Value holder = holder_new(type, NULL, 0, VALUE_NULL);
    if (value_is_null(holder)) return VALUE_NULL;
    as_holder(holder)->callable = value_incref(callable);
    return holder;
}

Value static_method_new(Value callable)
{
    return holder_from(&type_staticmethod, callable);
}

NULLABLE Value method_holder_callable_borrow(Value method)
{
    return as_holder(method)->callable;
}

Value class_method_new(Value callable)
{
    return holder_from(&type_classmethod, callable);
}

static void holder_destroy(Object *self)
{
    gc_untrack(self);
    value_xdecref(((MethodHolder *)self)->callable);
    value_xdecref(((MethodHolder *)self)->dict);
    object_free(self, sizeof(MethodHolder));
}

static int holder_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((MethodHolder *)self)->callable);
    GC_VISIT(((MethodHolder *)self)->dict);
    return 0;
}

static void holder_clear(Object *self)
{
    value_clear(&((MethodHolder *)self)->callable);
    value_clear(&((MethodHolder *)self)->dict);
}

static Value uninitialized(const char *what)
{
    return error_format(&type_RuntimeError, "uninitialized %s object", what);
}

static Value static_method_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    Value callable = as_holder(self)->callable;
    return value_is_null(callable) ? uninitialized("staticmethod") : value_incref(callable);
}

static Value static_method_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value callable = as_holder(self)->callable;
    if (value_is_null(callable)) return uninitialized("staticmethod");
    return call_vector(callable, args, nargs, kwnames);
}

static Value class_method_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    Value callable = as_holder(self)->callable;
    if (value_is_null(callable)) return uninitialized("classmethod");
    if (value_is_null(type)) type = value_from_type(type_of(object));
    DescrGetSlot get = type_of(callable)->descr_get;
    if (get) return get(callable, type, type);
    return bound_method_new(callable, type);
}

static Value static_method_repr(Value self)
{
    return str_format("<staticmethod(%R)>", as_holder(self)->callable);
}

static Value class_method_repr(Value self)
{
    return str_format("<classmethod(%R)>", as_holder(self)->callable);
}

static Value holder_is_abstract(Value self, void *closure)
{
    if (value_is_null(as_holder(self)->callable)) return VALUE_FALSE;
    bool failed;
    Value flag = get_attr_optional(as_holder(self)->callable, ID(__isabstractmethod__), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(flag)) return VALUE_FALSE;
    int truth = is_true(flag);
    value_decref(flag);
    return truth < 0 ? VALUE_NULL : value_from_bool(truth);
}

static const NativeMember holder_members[] = {
    {"__func__", MEMBER_VALUE, offsetof(MethodHolder, callable), true, NULL},
    {"__wrapped__", MEMBER_VALUE, offsetof(MethodHolder, callable), true, NULL},
    {NULL}};
static const NativeGetSet holder_getsets[] = {{"__isabstractmethod__", holder_is_abstract, NULL, NULL, NULL},
                                              {"__dict__", generic_get_dict, generic_set_dict, NULL, NULL},
                                              {NULL}};

Type type_staticmethod = {
    .head = TYPE_HEAD,
    .name = "staticmethod",
    .doc =
        "staticmethod(function) -> method\n\nConvert a function to be a static method.\n\nA static method does not "
        "receive an implicit first argument.\nTo declare a static method, use this idiom:\n\n     class C:\n         "
        "@staticmethod\n         def f(arg1, arg2, ...):\n             ...\n\nIt can be called either on the class "
        "(e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are ignored, and\nneither is "
        "passed implicitly as the first argument to the method.\n\nStatic methods in Python are similar to those found "
        "in Java or C++.\nFor a more advanced concept, see the classmethod builtin.",
    .instance_size = sizeof(MethodHolder),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .dict_offset = offsetof(MethodHolder, dict),
    .destroy = holder_destroy,
    .traverse = holder_traverse,
    .clear = holder_clear,
    .new_instance = holder_new,
    .init = static_method_init,
    .repr = static_method_repr,
    .call = static_method_call,
    .descr_get = static_method_get,
    .members = holder_members,
    .getsets = holder_getsets,
};

Type type_classmethod = {
    .head = TYPE_HEAD,
    .name = "classmethod",
    .doc =
        "classmethod(function) -> method\n\nConvert a function to be a class method.\n\nA class method receives the "
        "class as implicit first argument,\njust like an instance method receives the instance.\nTo declare a class "
        "method, use this idiom:\n\n  class C:\n      @classmethod\n      def f(cls, arg1, arg2, ...):\n          "
        "...\n\n"
        "It can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()).  The instance is ignored "
        "except for its class.\nIf a class method is called for a derived class, the derived class\nobject is passed "
        "as the implied first argument.\n\nClass methods are different than C++ or Java static methods.\nIf you want "
        "those, see the staticmethod builtin.",
    .instance_size = sizeof(MethodHolder),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .dict_offset = offsetof(MethodHolder, dict),
    .destroy = holder_destroy,
    .traverse = holder_traverse,
    .clear = holder_clear,
    .new_instance = holder_new,
    .init = class_method_init,
    .repr = class_method_repr,
    .descr_get = class_method_get,
    .members = holder_members,
    .getsets = holder_getsets,
};

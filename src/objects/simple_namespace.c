/* simple_namespace.c: types.SimpleNamespace: attributes and a repr. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/repr_guard.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

typedef struct Namespace {
    Object head;
    Value dict;
} Namespace;

ALWAYS_INLINE Namespace *as_namespace(Value v)
{
    return (Namespace *)value_as_object(v);
}

static Value namespace_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Namespace *namespace = object_alloc_zeroed(type, sizeof *namespace);
    if (!namespace) return VALUE_NULL;
    namespace->dict = dict_new();
    if (!gc_is_tracked(namespace)) gc_track(namespace);
    Value v = value_from_object(namespace);
    if (value_is_null(namespace->dict)) value_clear(&v);
    return v;
}

Value simple_namespace_new(NULLABLE Value dict)
{
    Value namespace = namespace_new(&type_simple_namespace, NULL, 0, VALUE_NULL);
    if (!value_is_null(namespace) && !value_is_null(dict) && dict_update(as_namespace(namespace)->dict, dict) < 0)
        value_clear(&namespace);
    return namespace;
}

static int namespace_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs > 0) {
        error_set(&type_TypeError, "no positional arguments expected");
        return -1;
    }
    if (value_is_null(kwnames)) return 0;
    for (ssize_t i = 0; i < tuple_length(kwnames); i++)
        if (dict_set(as_namespace(self)->dict, tuple_item_borrow(kwnames, i), args[i]) < 0) return -1;
    return 0;
}

static void namespace_destroy(Object *self)
{
    gc_untrack(self);
    value_xdecref(((Namespace *)self)->dict);
    object_free(self, sizeof(Namespace));
}

static int namespace_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Namespace *)self)->dict);
    return 0;
}

static void namespace_clear(Object *self)
{
    value_clear(&((Namespace *)self)->dict);
}

static Value repr_of_items(Value self)
{
    Value parts = list_new(0), keys = dict_keys_list(as_namespace(self)->dict), text = VALUE_NULL;
    if (value_is_null(parts) || value_is_null(keys)) goto done;
    for (ssize_t i = 0; i < list_length(keys); i++) {
        Value key = list_item_borrow(keys, i);
        if (!is_str(key) || str_length(key) == 0) continue;
        Value value = dict_get_borrow(as_namespace(self)->dict, key);
        if (value_is_null(value)) {
            if (error_occurred()) goto done;
            continue;
        }
        value_incref(value);
        Value part = str_format("%S=%R", key, value);
        value_decref(value);
        if (value_is_null(part) || list_append_steal(parts, part) < 0) goto done;
    }
    Value comma = str_from_cstr(", ");
    if (!value_is_null(comma)) text = str_join(comma, parts);
    value_xdecref(comma);
done:
    value_xdecref(parts);
    value_xdecref(keys);
    return text;
}

static Value namespace_repr(Value self)
{
    const char *name = type_of(self) == &type_simple_namespace ? "namespace" : type_of(self)->name;
    int entered = repr_enter(self);
    if (entered != 0) return entered < 0 ? VALUE_NULL : str_format("%s(...)", name);
    Value items = repr_of_items(self);
    repr_leave(self);
    if (value_is_null(items)) return VALUE_NULL;
    Value text = str_format("%s(%U)", name, items);
    value_decref(items);
    return text;
}

static Value namespace_compare(Value left, Value right, CompareOp op)
{
    if (!type_is_subtype(type_of(left), &type_simple_namespace) ||
        !type_is_subtype(type_of(right), &type_simple_namespace))
        return VALUE_NOT_IMPLEMENTED;
    return rich_compare(as_namespace(left)->dict, as_namespace(right)->dict, op);
}

static Value namespace_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value empty = tuple_empty();
    if (value_is_null(empty)) return VALUE_NULL;
    Value result = tuple_pack(3, value_from_type(type_of(self)), empty, as_namespace(self)->dict);
    value_decref(empty);
    return result;
}

static const NativeMethod namespace_methods[] = {
    {"__reduce__", namespace_reduce, 0, 0, 0, "Return state information for pickling"}, {NULL}};
static const NativeMember namespace_members[] = {{"__dict__", MEMBER_VALUE, offsetof(Namespace, dict), true, NULL},
                                                 {NULL}};

Type type_simple_namespace = {
    .head = TYPE_HEAD,
    .name = "types.SimpleNamespace",
    .doc = "A simple attribute-based namespace.\n\nSimpleNamespace(**kwargs)",
    .instance_size = sizeof(Namespace),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .dict_offset = offsetof(Namespace, dict),
    .destroy = namespace_destroy,
    .traverse = namespace_traverse,
    .clear = namespace_clear,
    .new_instance = namespace_new,
    .init = namespace_init,
    .repr = namespace_repr,
    .compare = namespace_compare,
    .methods = namespace_methods,
    .members = namespace_members,
};

/* union.c: types.UnionType, what int | str gives (PEP 604). */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

typedef struct Union {
    Object head;
    Value args;
    NULLABLE Value parameters; /* made when asked for */
} Union;

ALWAYS_INLINE Union *as_union(Value v)
{
    return (Union *)value_as_object(v);
}
static bool is_union(Value v)
{
    return object_has_type(v, &type_union);
}

static bool is_alias(Value v)
{
    return value_is_object(v) && type_is_subtype(type_of(v), &type_generic_alias);
}

static bool is_unionable(Value v)
{
    return value_is_none(v) || is_type(v) || is_alias(v) || is_union(v);
}

/* --- making --- */

static Value union_make(Value args)
{
    Union *u = object_alloc_zeroed(&type_union, sizeof *u);
    if (!u) return VALUE_NULL;
    u->args = value_incref(args);
    gc_track(u);
    return value_from_object(u);
}

/* Adds v, or what it is a union of, to the list, unless it is there: generic aliases compare by value. */
static int add_member(Value list, Value v)
{
    if (is_union(v)) {
        Value args = as_union(v)->args;
        for (ssize_t i = 0; i < tuple_length(args); i++)
            if (add_member(list, tuple_item_borrow(args, i)) < 0) return -1;
        return 0;
    }
    Value member = value_is_none(v) ? value_from_type(&type_none) : v;
    for (ssize_t i = 0; i < list_length(list); i++) {
        Value old = list_item_borrow(list, i);
        int same = value_is(old, member);
        if (!same && is_alias(old) && is_alias(member)) same = rich_compare_bool(old, member, CMP_EQ);
        if (same) return same < 0 ? -1 : 0;
    }
    return list_append(list, member);
}

Value union_or(Value left, Value right)
{
    if (!is_unionable(left) || !is_unionable(right)) return VALUE_NOT_IMPLEMENTED;
    Value list = list_new(0), result = VALUE_NULL, args;
    if (value_is_null(list)) return VALUE_NULL;
    if (add_member(list, left) == 0 && add_member(list, right) == 0) {
        if (list_length(list) == 1) {
            result = value_incref(list_item_borrow(list, 0));
        } else if (!value_is_null(args = list_to_tuple(list))) {
            result = union_make(args);
            value_decref(args);
        }
    }
    value_decref(list);
    return result;
}

/* --- the object --- */

static void union_destroy(Object *self)
{
    gc_untrack(self);
    value_decref(((Union *)self)->args);
    value_xdecref(((Union *)self)->parameters);
    object_free(self, sizeof(Union));
}

static int union_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Union *)self)->args);
    GC_VISIT(((Union *)self)->parameters);
    return 0;
}

static int64_t union_hash(Value self)
{
    Value set = frozenset_new(as_union(self)->args);
    if (value_is_null(set)) return -1;
    int64_t hash = value_hash(set);
    value_decref(set);
    return hash;
}

static Value union_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !is_union(left) || !is_union(right)) return VALUE_NOT_IMPLEMENTED;
    Value a = set_new(as_union(left)->args), b = value_is_null(a) ? VALUE_NULL : set_new(as_union(right)->args);
    Value result = value_is_null(b) ? VALUE_NULL : rich_compare(a, b, op);
    value_xdecref(a);
    value_xdecref(b);
    return result;
}

static Value union_repr(Value self)
{
    Value args = as_union(self)->args, parts = list_new(0), text = VALUE_NULL;
    if (value_is_null(parts)) return VALUE_NULL;
    for (ssize_t i = 0; i < tuple_length(args); i++) {
        Value arg = tuple_item_borrow(args, i);
        Value part = value_is(arg, value_from_type(&type_none)) ? str_from_cstr("None") : generic_repr_item(arg);
        if (value_is_null(part) || list_append_steal(parts, part) < 0) goto done;
    }
    Value bar = str_from_cstr(" | ");
    if (!value_is_null(bar)) text = str_join(bar, parts);
    value_xdecref(bar);
done:
    value_decref(parts);
    return text;
}

static bool has_parameterized_generic(Value args)
{
    for (ssize_t i = 0; i < tuple_length(args); i++)
        if (is_alias(tuple_item_borrow(args, i))) return true;
    return false;
}

static Value union_check(Value self, Value v, const char *function, int (*test)(Value, Value))
{
    Value args = as_union(self)->args;
    if (has_parameterized_generic(args))
        return error_format(&type_TypeError, "%s() argument 2 cannot be a parameterized generic", function);
    for (ssize_t i = 0; i < tuple_length(args); i++) {
        Value arg = tuple_item_borrow(args, i);
        if (!is_type(arg)) continue;
        int result = test(v, arg);
        if (result) return result < 0 ? VALUE_NULL : VALUE_TRUE;
    }
    return VALUE_FALSE;
}

static Value union_instancecheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return union_check(self, args[0], "isinstance", is_instance);
}

static Value union_subclasscheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_type(args[0])) return error_set(&type_TypeError, "issubclass() arg 1 must be a class");
    return union_check(self, args[0], "issubclass", is_subclass);
}

static Value union_parameters(Union *u)
{
    if (value_is_null(u->parameters)) u->parameters = generic_parameters(u->args);
    return u->parameters;
}

static Value union_get_parameters(Value self, void *closure)
{
    return value_xincref(union_parameters(as_union(self)));
}

static Value union_subscript(Value self, Value item)
{
    Union *u = as_union(self);
    if (value_is_null(union_parameters(u))) return VALUE_NULL;
    Value args = generic_substitute(self, u->args, u->parameters, item);
    if (value_is_null(args)) return VALUE_NULL;
    Value result = value_incref(tuple_item_borrow(args, 0));
    for (ssize_t i = 1; i < tuple_length(args) && !value_is_null(result); i++)
        value_replace(&result, number_binary(NB_OR, result, tuple_item_borrow(args, i)));
    value_decref(args);
    return result;
}

/* __module__ is typing's business: the class says "types". */
static Value union_getattr(Value self, Value name)
{
    if (is_str(name) && str_equal_cstr(name, "__module__")) return str_intern_cstr("types");
    return generic_getattr(self, name);
}

static const NativeMethod union_methods[] = {{"__instancecheck__", union_instancecheck, 1, 1, 0, NULL},
                                             {"__subclasscheck__", union_subclasscheck, 1, 1, 0, NULL},
                                             {NULL}};
static const NativeMember union_members[] = {{"__args__", MEMBER_VALUE, offsetof(Union, args), true, NULL}, {NULL}};
static const NativeGetSet union_getsets[] = {
    {"__parameters__", union_get_parameters, NULL, "Type variables in the types.UnionType.", NULL}, {NULL}};

Type type_union = {
    .head = TYPE_HEAD,
    .name = "types.UnionType",
    .doc = "Represent a PEP 604 union type\n\nE.g. for int | str",
    .instance_size = sizeof(Union),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = union_destroy,
    .traverse = union_traverse,
    .repr = union_repr,
    .hash = union_hash,
    .getattr = union_getattr,
    .compare = union_compare,
    .number.or_ = union_or,
    .mapping.subscript = union_subscript,
    .methods = union_methods,
    .members = union_members,
    .getsets = union_getsets,
};

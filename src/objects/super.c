/* super.c: super(): attribute look-up that starts behind a class in the MRO of an object's class. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

typedef struct Super {
    Object head;
    NULLABLE Value type;        /* the class given */
    NULLABLE Value object;      /* the instance or class bound to */
    NULLABLE Value object_type; /* the class whose MRO is searched */
} Super;

ALWAYS_INLINE Super *as_super(Value v)
{
    return (Super *)value_as_object(v);
}

/* A class need not be in its own MRO, when its metaclass makes that. */
static bool has_in_mro(const Type *type, Value base)
{
    if (value_is_null(type->mro)) return type_is_subtype(type, as_type(base));
    for (ssize_t i = 0; i < tuple_length(type->mro); i++)
        if (value_is(tuple_item_borrow(type->mro, i), base)) return true;
    return false;
}

/* The class whose MRO super(type, object) searches; owned. */
static Value check_object(Value type, Value object)
{
    if (is_type(object) && has_in_mro(as_type(object), type)) return value_incref(object);
    if (type_is_subtype(type_of(object), as_type(type))) return value_incref(value_from_type(type_of(object)));
    bool failed;
    Value claimed = get_attr_optional(object, ID(__class__), &failed);
    if (failed) return VALUE_NULL;
    if (!value_is_null(claimed) && is_type(claimed) && as_type(claimed) != type_of(object) &&
        type_is_subtype(as_type(claimed), as_type(type)))
        return claimed;
    value_xdecref(claimed);
    return error_set(&type_TypeError, "super(type, obj): obj must be an instance or subtype of type");
}

static Value super_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Super *super = object_alloc_zeroed(type, sizeof *super);
    if (!super) return VALUE_NULL;
    if (!gc_is_tracked(super)) gc_track(super);
    return value_from_object(super);
}

static int super_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!args_no_keywords("super", kwnames) || !args_count("super", nargs, 0, 2)) return -1;
    Value type = nargs > 0 ? value_incref(args[0]) : VALUE_NULL;
    Value object = nargs > 1 ? value_xincref(args[1]) : VALUE_NULL, object_type = VALUE_NULL;
    if (nargs == 0 && super_find_context(&type, &object) < 0) return -1;
    if (!is_type(type)) {
        error_format(&type_TypeError, "super() argument 1 must be a type, not %T", type);
        goto fail;
    }
    if (value_is_none(object)) value_clear(&object);
    if (!value_is_null(object)) {
        object_type = check_object(type, object);
        if (value_is_null(object_type)) goto fail;
    }
    value_replace(&as_super(self)->type, type);
    value_replace(&as_super(self)->object, object);
    value_replace(&as_super(self)->object_type, object_type);
    return 0;
fail:
    value_decref(type);
    value_xdecref(object);
    return -1;
}

static void super_destroy(Object *self)
{
    Super *super = (Super *)self;
    gc_untrack(self);
    value_xdecref(super->type);
    value_xdecref(super->object);
    value_xdecref(super->object_type);
    object_free(self, sizeof *super);
}

static int super_traverse(Object *self, GcVisit visit, void *argument)
{
    Super *super = (Super *)self;
    GC_VISIT(super->type);
    GC_VISIT(super->object);
    GC_VISIT(super->object_type);
    return 0;
}

/* The attribute behind `type` in the MRO of `start`, bound to object (not bound when object is the class `start`
 * itself). No value without an error: missing. */
Value super_lookup(Type *type, Value object, Type *start, Value name)
{
    Value mro = start->mro;
    if (value_is_null(mro)) return VALUE_NULL;
    ssize_t count = tuple_length(mro), i = 0;
    while (i < count && !value_is(tuple_item_borrow(mro, i), value_from_type(type))) i++;
    value_incref(mro);
    Value found = VALUE_NULL;
    for (i++; i < count && value_is_null(found); i++) {
        found = value_xincref(dict_get_borrow(as_type(tuple_item_borrow(mro, i))->dict, name));
        if (value_is_null(found) && error_occurred()) break;
    }
    value_decref(mro);
    DescrGetSlot get = value_is_null(found) ? NULL : type_of(found)->descr_get;
    if (!get) return found;
    Value receiver = value_is(object, value_from_type(start)) ? VALUE_NULL : object;
    Value bound = get(found, receiver, value_from_type(start));
    value_decref(found);
    return bound;
}

static Value super_getattr(Value self, Value name)
{
    Super *super = as_super(self);
    /* __class__ is super's own, so that isinstance(super(), …) does not look at the object's. */
    if (!value_is_null(super->object_type) && !(is_str(name) && str_equal_cstr(name, "__class__"))) {
        Value found = super_lookup(as_type(super->type), super->object, as_type(super->object_type), name);
        if (!value_is_null(found) || error_occurred()) return found;
    }
    return generic_getattr(self, name);
}

static Value super_descr_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    Super *super = as_super(self);
    if (value_is_null(object) || value_is_none(object) || !value_is_null(super->object)) return value_incref(self);
    if (type_of(self) != &type_super) return call_2(value_from_type(type_of(self)), super->type, object);
    Value object_type = check_object(super->type, object);
    if (value_is_null(object_type)) return VALUE_NULL;
    Value bound = super_new(&type_super, NULL, 0, VALUE_NULL);
    if (value_is_null(bound)) {
        value_decref(object_type);
        return VALUE_NULL;
    }
    as_super(bound)->type = value_incref(super->type);
    as_super(bound)->object = value_incref(object);
    as_super(bound)->object_type = object_type;
    return bound;
}

static Value super_repr(Value self)
{
    Super *super = as_super(self);
    const char *type = value_is_null(super->type) ? "NULL" : as_type(super->type)->name;
    if (!value_is_null(super->object_type))
        return str_format("<super: <class '%s'>, <%s object>>", type, as_type(super->object_type)->name);
    return str_format("<super: <class '%s'>, NULL>", type);
}

static const NativeMember super_members[] = {
    {"__thisclass__", MEMBER_VALUE, offsetof(Super, type), true, "the class invoking super()"},
    {"__self__", MEMBER_VALUE, offsetof(Super, object), true, "the instance invoking super(); may be None"},
    {"__self_class__", MEMBER_VALUE, offsetof(Super, object_type), true,
     "the type of the instance invoking super(); may be None"},
    {NULL}};

Type type_super = {
    .head = TYPE_HEAD,
    .name = "super",
    .doc =
        "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) "
        "-> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires "
        "issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def "
        "meth(self, "
        "arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def "
        "cmeth(cls, arg):\n        super().cmeth(arg)\n",
    .instance_size = sizeof(Super),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .destroy = super_destroy,
    .traverse = super_traverse,
    .new_instance = super_new,
    .init = super_init,
    .repr = super_repr,
    .getattr = super_getattr,
    .descr_get = super_descr_get,
    .members = super_members,
};

/* property.c: the property descriptor. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

typedef struct Property {
    Object head;
    NULLABLE Value getter, setter, deleter, doc;
    NULLABLE Value name; /* from __set_name__, for messages */
    bool doc_from_getter;
} Property;

ALWAYS_INLINE Property *as_property(Value v)
{
    return (Property *)value_as_object(v);
}

NULLABLE Value property_getter_borrow(Value property)
{
    return object_has_type(property, &type_property) ? as_property(property)->getter : VALUE_NULL;
}

NULLABLE Value property_setter_borrow(Value property)
{
    return object_has_type(property, &type_property) ? as_property(property)->setter : VALUE_NULL;
}

static Value property_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Property *property = object_alloc_zeroed(type, sizeof *property);
    if (!property) return VALUE_NULL;
    if (!gc_is_tracked(property)) gc_track(property);
    return value_from_object(property);
}

static Value none_as_null(Value v)
{
    return value_is_null(v) || value_is_none(v) ? VALUE_NULL : value_incref(v);
}

/* The getter's __doc__ becomes the property's: in the field, or in the instance dict of a subclass, whose class __doc__
 * would hide the field. */
static int take_getter_doc(Value self)
{
    Property *property = as_property(self);
    bool failed;
    Value doc = get_attr_optional(property->getter, ID(__doc__), &failed);
    if (failed) return -1;
    if (value_is_null(doc)) return 0;
    property->doc_from_getter = true;
    if (type_of(self) == &type_property) {
        value_replace(&property->doc, doc);
        return 0;
    }
    int result = set_attr(self, ID(__doc__), doc);
    value_decref(doc);
    return result;
}

static int property_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"fget", "fset", "fdel", "doc", NULL};
    static const ArgSpec spec = {"property", names, 0, 4, 0};
    Value given[4];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return -1;
    Property *property = as_property(self);
    value_replace(&property->getter, none_as_null(given[0]));
    value_replace(&property->setter, none_as_null(given[1]));
    value_replace(&property->deleter, none_as_null(given[2]));
    value_replace(&property->doc, value_xincref(given[3]));
    value_clear(&property->name);
    property->doc_from_getter = false;
    bool no_doc = value_is_null(given[3]) || value_is_none(given[3]);
    if (no_doc && !value_is_null(property->getter)) return take_getter_doc(self);
    return 0;
}

static void property_destroy(Object *self)
{
    Property *property = (Property *)self;
    gc_untrack(self);
    value_xdecref(property->getter);
    value_xdecref(property->setter);
    value_xdecref(property->deleter);
    value_xdecref(property->doc);
    value_xdecref(property->name);
    object_free(self, sizeof *property);
}

static int property_traverse(Object *self, GcVisit visit, void *argument)
{
    Property *property = (Property *)self;
    GC_VISIT(property->getter);
    GC_VISIT(property->setter);
    GC_VISIT(property->deleter);
    GC_VISIT(property->doc);
    GC_VISIT(property->name);
    return 0;
}

static void property_clear(Object *self)
{
    value_clear(&((Property *)self)->doc);
}

static COLD Value no_accessor(Value self, Value object, const char *what)
{
    const Property *property = as_property(self);
    Value qualname = type_qualname(type_of(object));
    if (value_is_null(qualname)) return VALUE_NULL;
    if (!value_is_null(property->name))
        error_format(&type_AttributeError, "property %R of %R object has no %s", property->name, qualname, what);
    else
        error_format(&type_AttributeError, "property of %R object has no %s", qualname, what);
    value_decref(qualname);
    return VALUE_NULL;
}

static Value property_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    if (value_is_null(object) || value_is_none(object)) return value_incref(self);
    Value getter = as_property(self)->getter;
    if (value_is_null(getter)) return no_accessor(self, object, "getter");
    return call_1(getter, object);
}

static int property_set(Value self, Value object, NULLABLE Value value)
{
    bool deletes = value_is_null(value);
    Value accessor = deletes ? as_property(self)->deleter : as_property(self)->setter;
    if (value_is_null(accessor)) {
        (void)!no_accessor(self, object, deletes ? "deleter" : "setter").bits;
        return -1;
    }
    Value result = deletes ? call_1(accessor, object) : call_2(accessor, object, value);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

/* A copy with some accessors replaced (no value: as it is). */
static Value property_copy(Value self, NULLABLE Value getter, NULLABLE Value setter, NULLABLE Value deleter)
{
    const Property *old = as_property(self);
    Value none = VALUE_NONE;
    Value args[4] = {value_is_null(getter) ? (value_is_null(old->getter) ? none : old->getter) : getter,
                     value_is_null(setter) ? (value_is_null(old->setter) ? none : old->setter) : setter,
                     value_is_null(deleter) ? (value_is_null(old->deleter) ? none : old->deleter) : deleter,
                     old->doc_from_getter && !value_is_none(args[0]) ? none
                     : value_is_null(old->doc)                       ? none
                                                                     : old->doc};
    Value copy = call_vector(value_from_type(type_of(self)), args, 4, VALUE_NULL);
    if (!value_is_null(copy) && type_is_subtype(type_of(copy), &type_property))
        value_replace(&as_property(copy)->name, value_xincref(old->name));
    return copy;
}

static Value property_getter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return property_copy(self, args[0], VALUE_NULL, VALUE_NULL);
}

static Value property_setter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return property_copy(self, VALUE_NULL, args[0], VALUE_NULL);
}

static Value property_deleter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return property_copy(self, VALUE_NULL, VALUE_NULL, args[0]);
}

static Value property_set_name(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs != 2)
        return error_format(&type_TypeError, "__set_name__() takes 2 positional arguments but %zd were given", nargs);
    value_replace(&as_property(self)->name, value_incref(args[1]));
    return VALUE_NONE;
}

static Value property_is_abstract(Value self, void *closure)
{
    const Property *property = as_property(self);
    Value accessors[3] = {property->getter, property->setter, property->deleter};
    for (int i = 0; i < 3; i++) {
        if (value_is_null(accessors[i])) continue;
        bool failed;
        Value flag = get_attr_optional(accessors[i], ID(__isabstractmethod__), &failed);
        if (failed) return VALUE_NULL;
        if (value_is_null(flag)) continue;
        int truth = is_true(flag);
        value_decref(flag);
        if (truth) return truth < 0 ? VALUE_NULL : VALUE_TRUE;
    }
    return VALUE_FALSE;
}

static const NativeMethod property_methods[] = {
    {"getter", property_getter, 1, 1, 0, "Descriptor to obtain a copy of the property with a different getter."},
    {"setter", property_setter, 1, 1, 0, "Descriptor to obtain a copy of the property with a different setter."},
    {"deleter", property_deleter, 1, 1, 0, "Descriptor to obtain a copy of the property with a different deleter."},
    {"__set_name__", property_set_name, 0, -1, 0, "Method to set name of a property."},
    {NULL}};
static const NativeMember property_members[] = {{"fget", MEMBER_VALUE, offsetof(Property, getter), true, NULL},
                                                {"fset", MEMBER_VALUE, offsetof(Property, setter), true, NULL},
                                                {"fdel", MEMBER_VALUE, offsetof(Property, deleter), true, NULL},
                                                {"__doc__", MEMBER_VALUE, offsetof(Property, doc), false, NULL},
                                                {NULL}};
static const NativeGetSet property_getsets[] = {{"__isabstractmethod__", property_is_abstract, NULL, NULL, NULL},
                                                {NULL}};

Type type_property = {
    .head = TYPE_HEAD,
    .name = "property",
    .doc =
        "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nProperty attribute.\n\n  fget\n    function to be "
        "used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n "
        " "
        "  function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical use is to define a managed "
        "attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = "
        "value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\n"
        "Decorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n "
        " "
        "  def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, "
        "value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
    .instance_size = sizeof(Property),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .destroy = property_destroy,
    .traverse = property_traverse,
    .clear = property_clear,
    .new_instance = property_new,
    .init = property_init,
    .descr_get = property_get,
    .descr_set = property_set,
    .methods = property_methods,
    .members = property_members,
    .getsets = property_getsets,
};

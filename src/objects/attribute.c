/* attribute.c: attribute access on any value: descriptors, instance storage, hooks. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

Value error_attribute(Value object, Value name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    Value message = str_format_va(format, arguments);
    va_end(arguments);
    if (value_is_null(message)) return VALUE_NULL;
    error_set_value(&type_AttributeError, message);
    value_decref(message);
    Value raised = current_thread->exception;
    if (error_matches(&type_AttributeError)) {
        AttributeErrorObject *error = (AttributeErrorObject *)value_as_object(raised);
        value_replace(&error->object, value_incref(object));
        value_replace(&error->name, value_incref(name));
    }
    return VALUE_NULL;
}

/* --- reading --- */

static Value name_not_str(Value name)
{
    return error_format(&type_TypeError, "attribute name must be string, not '%T'", name);
}

Value generic_getattr(Value self, Value name)
{
    Type *type = type_of(self);
    if (UNLIKELY(!is_str(name))) return name_not_str(name);
    Value attribute = type_lookup_borrow(type, name);
    DescrGetSlot get = NULL;
    if (!value_is_null(attribute)) {
        Type *attribute_type = type_of(attribute);
        get = attribute_type->descr_get;
        if (get && attribute_type->descr_set) {
            value_incref(attribute);
            Value result = get(attribute, self, value_from_type(type));
            value_decref(attribute);
            return result;
        }
        value_incref(attribute);
    }
    Value found = instance_get_borrow(self, name);
    if (!value_is_null(found)) {
        value_incref(found);
        value_xdecref(attribute);
        return found;
    }
    if (UNLIKELY(error_occurred())) {
        value_xdecref(attribute);
        return VALUE_NULL;
    }
    if (get) {
        Value result = get(attribute, self, value_from_type(type));
        value_decref(attribute);
        return result;
    }
    if (!value_is_null(attribute)) return attribute;
    return error_attribute(self, name, "'%s' object has no attribute '%U'", type->name, name);
}

Value get_attr(Value object, Value name)
{
    Type *type = type_of(object);
    if (LIKELY(type->getattr == generic_getattr)) return generic_getattr(object, name);
    if (UNLIKELY(!is_str(name))) return name_not_str(name);
    Value result = type->getattr(object, name);
    /* A Python-level __getattribute__ may raise AttributeError without telling what was looked for. */
    if (UNLIKELY(value_is_null(result)) && error_matches(&type_AttributeError)) {
        AttributeErrorObject *error = (AttributeErrorObject *)value_as_object(current_thread->exception);
        if (value_is_null(error->name) && value_is_null(error->object)) {
            error->name = value_incref(name);
            error->object = value_incref(object);
        }
    }
    return result;
}

/* What generic_getattr gives, with no exception made for a missing attribute. */
static Value generic_getattr_optional(Value object, Value name)
{
    Type *type = type_of(object);
    Value attribute = type_lookup_borrow(type, name);
    if (value_is_null(attribute)) return value_xincref(instance_get_borrow(object, name));
    return generic_getattr(object, name);
}

Value get_attr_optional(Value object, Value name, bool *failed)
{
    Value result;
    *failed = false;
    if (LIKELY(type_of(object)->getattr == generic_getattr) && is_str(name))
        result = generic_getattr_optional(object, name);
    else
        result = get_attr(object, name);
    if (value_is_null(result) && error_occurred() && !error_catch(&type_AttributeError)) *failed = true;
    return result;
}

int has_attr(Value object, Value name)
{
    bool failed;
    Value result = get_attr_optional(object, name, &failed);
    if (value_is_null(result)) return failed ? -1 : 0;
    value_decref(result);
    return 1;
}

Value get_attr_cstr(Value object, const char *name)
{
    Value key = str_intern_cstr(name);
    if (value_is_null(key)) return VALUE_NULL;
    Value result = get_attr(object, key);
    value_decref(key);
    return result;
}

NULLABLE Value lookup_special(Value object, Value name)
{
    Type *type = type_of(object);
    Value attribute = type_lookup_borrow(type, name);
    if (value_is_null(attribute)) return VALUE_NULL;
    DescrGetSlot get = type_of(attribute)->descr_get;
    value_incref(attribute);
    if (!get) return attribute;
    Value bound = get(attribute, object, value_from_type(type));
    value_decref(attribute);
    return bound;
}

/* --- writing --- */

int generic_setattr(Value self, Value name, NULLABLE Value value)
{
    Type *type = type_of(self);
    if (UNLIKELY(!is_str(name))) {
        name_not_str(name);
        return -1;
    }
    Value attribute = type_lookup_borrow(type, name);
    if (!value_is_null(attribute)) {
        DescrSetSlot set = type_of(attribute)->descr_set;
        if (set) {
            value_incref(attribute);
            int result = set(attribute, self, value);
            value_decref(attribute);
            return result;
        }
    }
    if (LIKELY(type->attrs_offset || type->dict_offset)) return instance_set(self, name, value);
    if (value_is_null(attribute))
        (void)!error_attribute(self, name, "'%s' object has no attribute '%U'", type->name, name).bits;
    else
        (void)!error_attribute(self, name, "'%s' object attribute '%U' is read-only", type->name, name).bits;
    return -1;
}

int set_attr(Value object, Value name, NULLABLE Value value)
{
    Type *type = type_of(object);
    if (LIKELY(type->setattr == generic_setattr)) return generic_setattr(object, name, value);
    if (!is_str(name)) {
        name_not_str(name);
        return -1;
    }
    if (type->setattr) return type->setattr(object, name, value);
    error_format(&type_TypeError, "'%s' object has no attributes (%s .%U)", type->name,
                 value_is_null(value) ? "del" : "assign to", name);
    return -1;
}

/* --- methods, unbound where possible --- */

int method_lookup_generic(Value object, Value name, Value *method)
{
    Type *type = type_of(object);
    Value attribute = type_lookup_borrow(type, name);
    if (value_is_null(attribute)) {
        *method = value_xincref(instance_get_borrow(object, name));
        if (!value_is_null(*method)) return 0;
        if (!error_occurred())
            (void)!error_attribute(object, name, "'%s' object has no attribute '%U'", type->name, name).bits;
        return -1;
    }
    Type *attribute_type = type_of(attribute);
    if (attribute_type->flags & TYPE_METHOD_DESCRIPTOR) {
        Value shadow = type->attrs_offset || type->dict_offset ? instance_get_borrow(object, name) : VALUE_NULL;
        *method = value_incref(value_is_null(shadow) ? attribute : shadow);
        return value_is_null(shadow);
    }
    *method = generic_getattr(object, name);
    return value_is_null(*method) ? -1 : 0;
}

int method_lookup(Value object, Value name, Value *method)
{
    if (LIKELY(type_of(object)->getattr == generic_getattr)) return method_lookup_generic(object, name, method);
    *method = get_attr(object, name);
    return value_is_null(*method) ? -1 : 0;
}

/* --- __dict__ --- */

/* The __dict__ descriptor of the native base, when that base brings its own kind of __dict__ (classes, modules): it
 * decides, also when the descriptor of another base is used. Borrowed. */
static Value native_dict_descriptor(Type *type)
{
    if (!type->dict_offset) return VALUE_NULL;
    while (type->base && (type->flags & TYPE_HEAP)) type = type->base;
    Value descriptor = type_lookup_borrow(type, ID(__dict__));
    return value_is_null(descriptor) || descr_is_generic_dict(descriptor) ? VALUE_NULL : descriptor;
}

Value generic_get_dict(Value self, void *closure)
{
    Value native = native_dict_descriptor(type_of(self));
    if (!value_is_null(native)) return type_of(native)->descr_get(native, self, value_from_type(type_of(self)));
    if (instance_has_dict(self)) return instance_dict(self);
    return error_attribute(self, ID(__dict__), "'%T' object has no attribute '__dict__'", self);
}

int generic_set_dict(Value self, NULLABLE Value value, void *closure)
{
    Value native = native_dict_descriptor(type_of(self));
    if (!value_is_null(native)) return type_of(native)->descr_set(native, self, value);
    if (value_is_null(value)) {
        if (type_of(self)->attrs_offset == 0) {
            error_set(&type_TypeError, "cannot delete __dict__");
            return -1;
        }
        value = dict_new();
        int result = value_is_null(value) ? -1 : instance_set_dict(self, value);
        value_xdecref(value);
        return result;
    }
    if (!is_dict(value)) {
        error_format(&type_TypeError, "__dict__ must be set to a dictionary, not a '%T'", value);
        return -1;
    }
    return instance_set_dict(self, value);
}

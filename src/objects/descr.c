/* descr.c: the descriptors that stand in the namespaces of native types: methods, class methods, members, getsets, and
 * the wrappers of slots. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

typedef struct MemberDescriptor {
    DescriptorHead base;
    const NativeMember *member;
} MemberDescriptor;

typedef struct GetSetDescriptor {
    DescriptorHead base;
    const NativeGetSet *getset;
} GetSetDescriptor;

/* wrapper descriptor bound to an instance */
typedef struct MethodWrapper {
    Object head;
    Value descriptor, self;
} MethodWrapper;

ALWAYS_INLINE DescriptorHead *as_descriptor(Value v)
{
    return (DescriptorHead *)value_as_object(v);
}

bool descr_is_data(Value v)
{
    return type_of(v)->descr_set != NULL;
}

/* --- common parts --- */

static Value descriptor_new(Type *descriptor_type, size_t size, Type *type, const char *name)
{
    Value interned = str_intern_cstr(name);
    if (value_is_null(interned)) return VALUE_NULL;
    DescriptorHead *descriptor = object_alloc_zeroed(descriptor_type, size);
    if (!descriptor) {
        value_decref(interned);
        return VALUE_NULL;
    }
    descriptor->type = type;
    object_incref(&type->head);
    descriptor->name = interned;
    gc_track(descriptor);
    return value_from_object(descriptor);
}

static void descriptor_destroy(Object *self)
{
    DescriptorHead *descriptor = (DescriptorHead *)self;
    gc_untrack(self);
    object_decref(&descriptor->type->head);
    value_xdecref(descriptor->name);
    value_xdecref(descriptor->qualname);
    object_free(self, self->type->instance_size);
}

static int descriptor_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(value_from_type(((DescriptorHead *)self)->type));
    return 0;
}

static Value descriptor_get_qualname(Value self, void *closure)
{
    DescriptorHead *descriptor = as_descriptor(self);
    if (value_is_null(descriptor->qualname)) {
        Value type_part = get_attr(value_from_type(descriptor->type), ID(__qualname__));
        if (value_is_null(type_part)) return VALUE_NULL;
        if (is_str(type_part))
            descriptor->qualname = str_format("%U.%U", type_part, descriptor->name);
        else
            error_set(&type_TypeError, "<descriptor>.__objclass__.__qualname__ is not a unicode object");
        value_decref(type_part);
    }
    return value_xincref(descriptor->qualname);
}

static Value descriptor_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    DescriptorHead *descriptor = as_descriptor(self);
    Value getattr = import_attr("builtins", "getattr");
    if (value_is_null(getattr)) return VALUE_NULL;
    Value pair = tuple_pack(2, value_from_type(descriptor->type), descriptor->name);
    Value result = value_is_null(pair) ? VALUE_NULL : tuple_pack(2, getattr, pair);
    value_xdecref(pair);
    value_decref(getattr);
    return result;
}

static Value descriptor_get_name(Value self, void *closure)
{
    return value_incref(as_descriptor(self)->name);
}

static Value descriptor_get_objclass(Value self, void *closure)
{
    return value_incref(value_from_type(as_descriptor(self)->type));
}

static const NativeMethod descriptor_methods[] = {{"__reduce__", descriptor_reduce, 0, 0, 0, NULL}, {NULL}};

/* The rows of every descriptor's getsets. */
#define DESCRIPTOR_GETSETS                                                                                             \
    {"__objclass__", descriptor_get_objclass, NULL, NULL, NULL}, {"__name__", descriptor_get_name, NULL, NULL, NULL},  \
    {                                                                                                                  \
        "__qualname__", descriptor_get_qualname, NULL, NULL, NULL                                                      \
    }

/* object must be an instance of the descriptor's class. */
static bool check_receiver(Value self, Value object)
{
    DescriptorHead *descriptor = as_descriptor(self);
    if (LIKELY(type_is_subtype(type_of(object), descriptor->type))) return true;
    error_format(&type_TypeError, "descriptor '%U' for '%s' objects doesn't apply to a '%T' object", descriptor->name,
                 descriptor->type->name, object);
    return false;
}

static Value descriptor_repr(Value self, const char *kind)
{
    return str_format("<%s '%U' of '%s' objects>", kind, as_descriptor(self)->name, as_descriptor(self)->type->name);
}

/* --- methods --- */

Value descr_new_method(Type *type, const NativeMethod *method)
{
    Value v = descriptor_new(&type_method_descriptor, sizeof(MethodDescriptor), type, method->name);
    if (!value_is_null(v)) ((MethodDescriptor *)value_as_object(v))->method = method;
    return v;
}

Value descr_new_class_method(Type *type, const NativeMethod *method)
{
    Value v = descriptor_new(&type_classmethod_descriptor, sizeof(MethodDescriptor), type, method->name);
    if (!value_is_null(v)) ((MethodDescriptor *)value_as_object(v))->method = method;
    return v;
}

static Value method_repr(Value self)
{
    return descriptor_repr(self, "method");
}

static Value method_descr_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    if (value_is_null(object)) return value_incref(self);
    if (!check_receiver(self, object)) return VALUE_NULL;
    return native_function_new(((MethodDescriptor *)value_as_object(self))->method, object, VALUE_NULL);
}

static Value method_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    const MethodDescriptor *descriptor = (const MethodDescriptor *)value_as_object(self);
    const NativeMethod *method = descriptor->method;
    if (UNLIKELY(nargs < 1))
        return error_format(&type_TypeError, "unbound method %s.%U() needs an argument",
                            type_short_name(descriptor->type), descriptor->name);
    if (UNLIKELY(!type_is_subtype(type_of(args[0]), descriptor->type)))
        return error_format(&type_TypeError, "descriptor '%U' for '%s' objects doesn't apply to a '%T' object",
                            descriptor->name, descriptor->type->name, args[0]);
    if (!native_check_arity(method, descriptor->type, nargs - 1, kwnames)) return VALUE_NULL;
    return method->function(args[0], args + 1, nargs - 1, kwnames);
}

static Value method_get_doc(Value self, void *closure)
{
    const NativeMethod *method = ((MethodDescriptor *)value_as_object(self))->method;
    return doc_text(method->name, method->doc);
}

static Value method_get_signature(Value self, void *closure)
{
    const NativeMethod *method = ((MethodDescriptor *)value_as_object(self))->method;
    return doc_signature(method->name, method->doc);
}

static const NativeGetSet method_getsets[] = {DESCRIPTOR_GETSETS,
                                              {"__doc__", method_get_doc, NULL, NULL, NULL},
                                              {"__text_signature__", method_get_signature, NULL, NULL, NULL},
                                              {NULL}};

Type type_method_descriptor = {
    .head = TYPE_HEAD,
    .name = "method_descriptor",
    .instance_size = sizeof(MethodDescriptor),
    .flags = TYPE_HAS_GC | TYPE_METHOD_DESCRIPTOR | TYPE_NO_NEW,
    .destroy = descriptor_destroy,
    .traverse = descriptor_traverse,
    .repr = method_repr,
    .call = method_call,
    .descr_get = method_descr_get,
    .methods = descriptor_methods,
    .getsets = method_getsets,
};

/* --- class methods --- */

static Value class_method_descr_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    const MethodDescriptor *descriptor = (const MethodDescriptor *)value_as_object(self);
    if (value_is_null(type)) {
        if (value_is_null(object))
            return error_format(&type_TypeError, "descriptor '%U' for type '%s' needs either an object or a type",
                                descriptor->name, descriptor->type->name);
        type = value_from_type(type_of(object));
    }
    if (!is_type(type))
        return error_format(&type_TypeError, "descriptor '%U' for type '%s' needs a type, not a '%T' as arg 2",
                            descriptor->name, descriptor->type->name, type);
    if (!type_is_subtype(as_type(type), descriptor->type))
        return error_format(&type_TypeError, "descriptor '%U' requires a subtype of '%s' but received '%s'",
                            descriptor->name, descriptor->type->name, as_type(type)->name);
    return native_function_new(descriptor->method, type, VALUE_NULL);
}

static Value class_method_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    const MethodDescriptor *descriptor = (const MethodDescriptor *)value_as_object(self);
    if (nargs < 1)
        return error_format(&type_TypeError, "descriptor '%U' of '%s' object needs an argument", descriptor->name,
                            descriptor->type->name);
    Value bound = class_method_descr_get(self, VALUE_NULL, args[0]);
    if (value_is_null(bound)) return VALUE_NULL;
    Value result = call_vector(bound, args + 1, nargs - 1, kwnames);
    value_decref(bound);
    return result;
}

Type type_classmethod_descriptor = {
    .head = TYPE_HEAD,
    .name = "classmethod_descriptor",
    .instance_size = sizeof(MethodDescriptor),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = descriptor_destroy,
    .traverse = descriptor_traverse,
    .repr = method_repr,
    .call = class_method_call,
    .descr_get = class_method_descr_get,
    .getsets = method_getsets,
};

/* --- members --- */

Value descr_new_member(Type *type, const NativeMember *member)
{
    Value v = descriptor_new(&type_member_descriptor, sizeof(MemberDescriptor), type, member->name);
    if (!value_is_null(v)) ((MemberDescriptor *)value_as_object(v))->member = member;
    return v;
}

Value member_get(const char *object, const NativeMember *member, Value owner)
{
    const char *place = object + member->offset;
    switch (member->kind) {
    case MEMBER_VALUE: {
        Value v = *(const Value *)place;
        return value_is_null(v) ? VALUE_NONE : value_incref(v);
    }
    case MEMBER_VALUE_EX: {
        Value v = *(const Value *)place;
        if (!value_is_null(v)) return value_incref(v);
        Value name = str_intern_cstr(member->name);
        if (value_is_null(name)) return VALUE_NULL;
        (void)!error_attribute(owner, name, "'%T' object has no attribute '%s'", owner, member->name).bits;
        value_decref(name);
        return VALUE_NULL;
    }
    case MEMBER_INT: return value_from_small_int(*(const int *)place);
    case MEMBER_UINT: return value_from_small_int(*(const unsigned *)place);
    case MEMBER_SSIZE: return int_from_int64(*(const ssize_t *)place);
    case MEMBER_INT64: return int_from_int64(*(const int64_t *)place);
    case MEMBER_UINT64: return int_from_uint64(*(const uint64_t *)place);
    case MEMBER_SHORT: return value_from_small_int(*(const short *)place);
    case MEMBER_UBYTE: return value_from_small_int(*(const uint8_t *)place);
    case MEMBER_BOOL: return value_from_bool(*(const bool *)place);
    case MEMBER_CHAR: return str_from_char(*(const uint8_t *)place);
    case MEMBER_DOUBLE: return value_from_double(*(const double *)place);
    case MEMBER_FLOAT: return value_from_double((double)*(const float *)place);
    case MEMBER_CSTR: {
        const char *text = *(const char *const *)place;
        return text ? str_from_cstr(text) : VALUE_NONE;
    }
    }
    return error_system("bad memberdescr type");
}

static int set_number_member(char *place, const NativeMember *member, Value value)
{
    int64_t n;
    switch (member->kind) {
    case MEMBER_BOOL:
        if (!value_is_bool(value)) {
            error_set(&type_TypeError, "attribute value type must be bool");
            return -1;
        }
        *(bool *)place = value_is(value, VALUE_TRUE);
        return 0;
    case MEMBER_DOUBLE: return arg_as_double(value, (double *)place) ? 0 : -1;
    case MEMBER_FLOAT: {
        double d;
        if (!arg_as_double(value, &d)) return -1;
        *(float *)place = (float)d;
        return 0;
    }
    case MEMBER_UINT64: return arg_as_uint64(value, (uint64_t *)place) ? 0 : -1;
    case MEMBER_CHAR:
        if (!is_str(value) || str_length(value) != 1 || str_char(as_str(value), 0) > 255) {
            error_set(&type_TypeError, "bad argument type for built-in operation");
            return -1;
        }
        *(uint8_t *)place = (uint8_t)str_char(as_str(value), 0);
        return 0;
    default: break;
    }
    if (!arg_as_int64(value, &n)) return -1;
    switch (member->kind) {
    case MEMBER_INT: *(int *)place = (int)n; break;
    case MEMBER_UINT: *(unsigned *)place = (unsigned)n; break;
    case MEMBER_SHORT: *(short *)place = (short)n; break;
    case MEMBER_UBYTE: *(uint8_t *)place = (uint8_t)n; break;
    default: *(int64_t *)place = n; break;
    }
    return 0;
}

int member_set(char *object, const NativeMember *member, NULLABLE Value value, Value owner)
{
    char *place = object + member->offset;
    if (member->is_readonly || member->kind == MEMBER_CSTR) {
        error_set(member->is_readonly ? &type_AttributeError : &type_TypeError, "readonly attribute");
        return -1;
    }
    if (member->kind == MEMBER_VALUE || member->kind == MEMBER_VALUE_EX) {
        if (value_is_null(value) && value_is_null(*(Value *)place) && member->kind == MEMBER_VALUE_EX) {
            Value name = str_intern_cstr(member->name);
            if (value_is_null(name)) return -1;
            (void)!error_attribute(owner, name, "%U", name).bits;
            value_decref(name);
            return -1;
        }
        value_replace((Value *)place, value_xincref(value));
        return 0;
    }
    if (value_is_null(value)) {
        error_set(&type_TypeError, "can't delete numeric/char attribute");
        return -1;
    }
    return set_number_member(place, member, value);
}

static Value member_repr(Value self)
{
    return descriptor_repr(self, "member");
}

static Value member_descr_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    if (value_is_null(object)) return value_incref(self);
    if (!check_receiver(self, object)) return VALUE_NULL;
    return member_get((const char *)value_as_object(object), ((MemberDescriptor *)value_as_object(self))->member,
                      object);
}

static int member_descr_set(Value self, Value object, NULLABLE Value value)
{
    if (!check_receiver(self, object)) return -1;
    return member_set((char *)value_as_object(object), ((MemberDescriptor *)value_as_object(self))->member, value,
                      object);
}

static Value member_get_doc(Value self, void *closure)
{
    const char *doc = ((MemberDescriptor *)value_as_object(self))->member->doc;
    return doc ? str_from_cstr(doc) : VALUE_NONE;
}

static const NativeGetSet member_getsets[] = {
    DESCRIPTOR_GETSETS, {"__doc__", member_get_doc, NULL, NULL, NULL}, {NULL}};

Type type_member_descriptor = {
    .head = TYPE_HEAD,
    .name = "member_descriptor",
    .instance_size = sizeof(MemberDescriptor),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = descriptor_destroy,
    .traverse = descriptor_traverse,
    .repr = member_repr,
    .descr_get = member_descr_get,
    .descr_set = member_descr_set,
    .methods = descriptor_methods,
    .getsets = member_getsets,
};

/* --- getsets --- */

Value descr_new_getset(Type *type, const NativeGetSet *getset)
{
    Value v = descriptor_new(&type_getset_descriptor, sizeof(GetSetDescriptor), type, getset->name);
    if (!value_is_null(v)) ((GetSetDescriptor *)value_as_object(v))->getset = getset;
    return v;
}

static Value getset_repr(Value self)
{
    return descriptor_repr(self, "attribute");
}

static Value getset_descr_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    if (value_is_null(object)) return value_incref(self);
    if (!check_receiver(self, object)) return VALUE_NULL;
    const NativeGetSet *getset = ((GetSetDescriptor *)value_as_object(self))->getset;
    if (getset->get) return getset->get(object, getset->closure);
    return error_format(&type_AttributeError, "attribute '%U' of '%s' objects is not readable",
                        as_descriptor(self)->name, as_descriptor(self)->type->name);
}

static int getset_descr_set(Value self, Value object, NULLABLE Value value)
{
    if (!check_receiver(self, object)) return -1;
    const NativeGetSet *getset = ((GetSetDescriptor *)value_as_object(self))->getset;
    if (getset->set) return getset->set(object, value, getset->closure);
    error_format(&type_AttributeError, "attribute '%U' of '%s' objects is not writable", as_descriptor(self)->name,
                 as_descriptor(self)->type->name);
    return -1;
}

bool descr_is_generic_dict(Value v)
{
    return object_has_type(v, &type_getset_descriptor) &&
           ((GetSetDescriptor *)value_as_object(v))->getset->get == generic_get_dict;
}

static Value getset_get_doc(Value self, void *closure)
{
    const char *doc = ((GetSetDescriptor *)value_as_object(self))->getset->doc;
    return doc ? str_from_cstr(doc) : VALUE_NONE;
}

static const NativeGetSet getset_getsets[] = {
    DESCRIPTOR_GETSETS, {"__doc__", getset_get_doc, NULL, NULL, NULL}, {NULL}};

Type type_getset_descriptor = {
    .head = TYPE_HEAD,
    .name = "getset_descriptor",
    .instance_size = sizeof(GetSetDescriptor),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = descriptor_destroy,
    .traverse = descriptor_traverse,
    .repr = getset_repr,
    .descr_get = getset_descr_get,
    .descr_set = getset_descr_set,
    .methods = descriptor_methods,
    .getsets = getset_getsets,
};

/* --- wrappers of slots --- */

Value descr_new_wrapper(Type *type, const SlotDef *definition, void *slot)
{
    Value v = descriptor_new(&type_wrapper_descriptor, sizeof(WrapperDescriptor), type, definition->name);
    if (value_is_null(v)) return v;
    WrapperDescriptor *wrapper = (WrapperDescriptor *)value_as_object(v);
    wrapper->definition = definition;
    wrapper->slot = slot;
    return v;
}

static Value call_slot(const WrapperDescriptor *wrapper, Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const SlotDef *definition = wrapper->definition;
    if (definition->max < 0) {
        if (definition->offset == offsetof(Type, call))
            return ((NativeFunction)wrapper->slot)(self, args, nargs, kwnames);
        return ((InitSlot)wrapper->slot)(self, args, nargs, kwnames) < 0 ? VALUE_NULL : VALUE_NONE;
    }
    if (UNLIKELY(!value_is_null(kwnames) && tuple_length(kwnames) > 0))
        return error_format(&type_TypeError, "wrapper %s() takes no keyword arguments", definition->name);
    if (UNLIKELY(nargs < definition->min || nargs > definition->max)) {
        int bound = nargs < definition->min ? definition->min : definition->max;
        if (definition->min != definition->max)
            return error_format(&type_TypeError, "expected at %s %d argument%s, got %zd",
                                nargs < definition->min ? "least" : "most", bound, bound == 1 ? "" : "s", nargs);
        return error_format(&type_TypeError, "expected %d argument%s, got %zd", definition->min,
                            definition->min == 1 ? "" : "s", nargs);
    }
    return definition->wrapper(self, args, nargs, wrapper->slot);
}

static Value wrapper_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    const WrapperDescriptor *wrapper = (const WrapperDescriptor *)value_as_object(self);
    const Type *type = wrapper->base.type;
    if (nargs < 1)
        return error_format(&type_TypeError, "descriptor '%U' of '%s' object needs an argument", wrapper->base.name,
                            type->name);
    if (!type_is_subtype(type_of(args[0]), type))
        return error_format(&type_TypeError, "descriptor '%U' requires a '%s' object but received a '%T'",
                            wrapper->base.name, type->name, args[0]);
    return call_slot(wrapper, args[0], args + 1, nargs - 1, kwnames);
}

static Value wrapper_repr(Value self)
{
    return descriptor_repr(self, "slot wrapper");
}

static Value wrapper_descr_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    if (value_is_null(object)) return value_incref(self);
    if (!check_receiver(self, object)) return VALUE_NULL;
    MethodWrapper *bound = object_alloc(&type_method_wrapper, sizeof *bound);
    if (!bound) return VALUE_NULL;
    bound->descriptor = value_incref(self);
    bound->self = value_incref(object);
    gc_track(bound);
    return value_from_object(bound);
}

static Value wrapper_get_doc(Value self, void *closure)
{
    const SlotDef *definition = ((WrapperDescriptor *)value_as_object(self))->definition;
    return doc_text(definition->name, definition->doc);
}

static Value wrapper_get_signature(Value self, void *closure)
{
    const SlotDef *definition = ((WrapperDescriptor *)value_as_object(self))->definition;
    return doc_signature(definition->name, definition->doc);
}

static const NativeGetSet wrapper_getsets[] = {DESCRIPTOR_GETSETS,
                                               {"__doc__", wrapper_get_doc, NULL, NULL, NULL},
                                               {"__text_signature__", wrapper_get_signature, NULL, NULL, NULL},
                                               {NULL}};

Type type_wrapper_descriptor = {
    .head = TYPE_HEAD,
    .name = "wrapper_descriptor",
    .instance_size = sizeof(WrapperDescriptor),
    .flags = TYPE_HAS_GC | TYPE_METHOD_DESCRIPTOR | TYPE_NO_NEW,
    .destroy = descriptor_destroy,
    .traverse = descriptor_traverse,
    .repr = wrapper_repr,
    .call = wrapper_call,
    .descr_get = wrapper_descr_get,
    .methods = descriptor_methods,
    .getsets = wrapper_getsets,
};

/* --- bound wrappers --- */

ALWAYS_INLINE MethodWrapper *as_method_wrapper(Value v)
{
    return (MethodWrapper *)value_as_object(v);
}

static void method_wrapper_destroy(Object *self)
{
    MethodWrapper *bound = (MethodWrapper *)self;
    gc_untrack(self);
    value_decref(bound->descriptor);
    value_decref(bound->self);
    object_free(self, sizeof *bound);
}

static int method_wrapper_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((MethodWrapper *)self)->descriptor);
    GC_VISIT(((MethodWrapper *)self)->self);
    return 0;
}

static Value method_wrapper_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    const MethodWrapper *bound = as_method_wrapper(self);
    return call_slot((const WrapperDescriptor *)value_as_object(bound->descriptor), bound->self, args, nargs, kwnames);
}

static Value method_wrapper_repr(Value self)
{
    const MethodWrapper *bound = as_method_wrapper(self);
    return str_format("<method-wrapper '%U' of %T object at %p>", as_descriptor(bound->descriptor)->name, bound->self,
                      (void *)bound->self.bits);
}

static int64_t method_wrapper_hash(Value self)
{
    const MethodWrapper *bound = as_method_wrapper(self);
    int64_t hash = (int64_t)((bound->self.bits >> 4) ^ (bound->descriptor.bits >> 3));
    return hash == -1 ? -2 : hash;
}

static Value method_wrapper_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !object_has_type(left, &type_method_wrapper) ||
        !object_has_type(right, &type_method_wrapper))
        return VALUE_NOT_IMPLEMENTED;
    const MethodWrapper *a = as_method_wrapper(left), *b = as_method_wrapper(right);
    bool equal = value_is(a->descriptor, b->descriptor) && value_is(a->self, b->self);
    return value_from_bool(equal == (op == CMP_EQ));
}

static Value method_wrapper_get_self(Value self, void *closure)
{
    return value_incref(as_method_wrapper(self)->self);
}

static Value method_wrapper_forward(Value self, void *closure)
{
    return get_attr_cstr(as_method_wrapper(self)->descriptor, closure);
}

static Value method_wrapper_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value getattr = import_attr("builtins", "getattr");
    if (value_is_null(getattr)) return VALUE_NULL;
    const MethodWrapper *bound = as_method_wrapper(self);
    Value pair = tuple_pack(2, bound->self, as_descriptor(bound->descriptor)->name);
    Value result = value_is_null(pair) ? VALUE_NULL : tuple_pack(2, getattr, pair);
    value_xdecref(pair);
    value_decref(getattr);
    return result;
}

static const NativeMethod method_wrapper_methods[] = {{"__reduce__", method_wrapper_reduce, 0, 0, 0, NULL}, {NULL}};

static const NativeGetSet method_wrapper_getsets[] = {
    {"__self__", method_wrapper_get_self, NULL, NULL, NULL},
    {"__objclass__", method_wrapper_forward, NULL, NULL, "__objclass__"},
    {"__name__", method_wrapper_forward, NULL, NULL, "__name__"},
    {"__qualname__", method_wrapper_forward, NULL, NULL, "__qualname__"},
    {"__doc__", method_wrapper_forward, NULL, NULL, "__doc__"},
    {"__text_signature__", method_wrapper_forward, NULL, NULL, "__text_signature__"},
    {NULL}};

Type type_method_wrapper = {
    .head = TYPE_HEAD,
    .name = "method-wrapper",
    .instance_size = sizeof(MethodWrapper),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = method_wrapper_destroy,
    .traverse = method_wrapper_traverse,
    .repr = method_wrapper_repr,
    .hash = method_wrapper_hash,
    .call = method_wrapper_call,
    .compare = method_wrapper_compare,
    .methods = method_wrapper_methods,
    .getsets = method_wrapper_getsets,
};

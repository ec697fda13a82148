/* object.c: the life of heap objects, and the type `object`.
 *
 * Destroying: object_destroy runs type->destroy. A chain (a long linked list dropped at its head) would recurse once a
 * link; beyond MAX_DESTROY_DEPTH nested destructions the object is put on a queue instead, linked through its count,
 * and the outermost destruction works the queue off. The link is stored negated: a waiting object's count is below
 * zero, which is how weakref_get knows that it is as good as dead. */
#include "objects/object.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/plain.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

enum { MAX_DESTROY_DEPTH = 50 };

static int destroy_depth;
static Object *destroy_queue;

/* --- allocation --- */

/* What object_alloc really takes for an object that its native type measures as `size` bytes. */
static size_t class_instance_size(const Type *type, const Shape *shape, size_t size)
{
    if (type->attrs_offset < 0) return align_up(size, 8) + instance_attrs_size(shape);
    if (type->attrs_offset > 0) return (size_t)type->attrs_offset + instance_attrs_size(shape);
    return MAX(size, type->instance_size);
}

static InstanceAttrs *attrs_place(const Type *type, Object *object, size_t size)
{
    if (type->attrs_offset > 0) return (InstanceAttrs *)((char *)object + type->attrs_offset);
    return (InstanceAttrs *)((char *)object + align_up(size, 8));
}

static void *alloc_block(Type *type, size_t size)
{
    if (!type_has_flag(type, TYPE_HAS_GC)) {
        Object *object = mem_alloc(size);
        return object;
    }
    GcHead *head = mem_alloc(size + sizeof(GcHead));
    if (UNLIKELY(!head)) return NULL;
    head->next = head->previous = 0;
    gc_note_allocation();
    return gc_object(head);
}

static NOINLINE void *alloc_class_instance(Type *type, size_t size)
{
    Shape *shape = type->attrs_offset ? shape_root_for_new(type) : NULL;
    if (type->attrs_offset && !shape) return NULL;
    size_t full = class_instance_size(type, shape, size);
    Object *object = alloc_block(type, full);
    if (UNLIKELY(!object)) {
        error_no_memory();
        return NULL;
    }
    memset(object, 0, full);
    object->refcount = 1;
    object->type = type;
    if (type->flags & TYPE_HEAP) object_incref(&type->head);
    if (shape) attrs_place(type, object, size)->shape = shape;
    if (type->flags & TYPE_TRACKED_AT_ALLOC) gc_track(object);
    return object;
}

/* The usual instance of a class statement's class. */
NULLABLE void *object_alloc_shaped(Type *type, Shape *shape)
{
    size_t size = (size_t)type->attrs_offset + instance_attrs_size(shape);
    GcHead *head = mem_alloc(size + sizeof(GcHead));
    if (UNLIKELY(!head)) {
        error_no_memory();
        return NULL;
    }
    head->next = head->previous = 0;
    gc_note_allocation();
    Object *object = gc_object(head);
    object->refcount = 1;
    object->type = type;
    object_incref(&type->head);
    for (uint64_t *word = (uint64_t *)(object + 1), *end = (uint64_t *)((char *)object + size); word < end; word++)
        *word = 0;
    ((InstanceAttrs *)((char *)object + type->attrs_offset))->shape = shape;
    gc_track_inline(object);
    return object;
}

static void *alloc_plain_instance(Type *type)
{
    Shape *shape = shape_root_for_new(type);
    return LIKELY(shape != NULL) ? object_alloc_shaped(type, shape) : NULL;
}

NULLABLE void *object_alloc(Type *type, size_t size)
{
    if (type->flags & TYPE_OBJECT_LAYOUT) return alloc_plain_instance(type);
    if (type->attrs_offset || (type->flags & TYPE_HEAP)) return alloc_class_instance(type, size);
    Object *object = alloc_block(type, size);
    if (UNLIKELY(!object)) {
        error_no_memory();
        return NULL;
    }
    object->refcount = 1;
    object->type = type;
    return object;
}

NULLABLE void *object_alloc_zeroed(Type *type, size_t size)
{
    Object *object = object_alloc(type, size);
    if (object && !type->attrs_offset && !(type->flags & TYPE_HEAP)) memset(object + 1, 0, size - sizeof(Object));
    return object;
}

void object_free(Object *object, size_t size)
{
    Type *type = object->type;
    if (type->attrs_offset || (type->flags & TYPE_HEAP)) {
        const Shape *shape = type->attrs_offset ? attrs_place(type, object, size)->shape : NULL;
        size = class_instance_size(type, shape, size);
    }
    if (type_has_flag(type, TYPE_HAS_GC)) {
        gc_note_free();
        mem_free(gc_head(object), size + sizeof(GcHead));
    } else {
        mem_free(object, size);
    }
    if (type->flags & TYPE_HEAP) object_decref(&type->head);
}

/* --- destruction --- */

static void destroy_now(Object *object)
{
    destroy_depth++;
    object->type->destroy(object);
    destroy_depth--;
}

static NOINLINE void destroy_later(Object *object)
{
    if (type_has_flag(object->type, TYPE_HAS_GC)) gc_untrack(object);
    object->refcount = -(intptr_t)destroy_queue - 1;
    destroy_queue = object;
}

void object_destroy(Object *object)
{
    if (object->type->flags & TYPE_QUIET_DESTROY) {
        object->type->destroy(object);
        return;
    }
    if (UNLIKELY(destroy_depth >= MAX_DESTROY_DEPTH)) {
        destroy_later(object);
        return;
    }
    destroy_now(object);
    if (UNLIKELY(destroy_queue && destroy_depth == 0)) {
        while (destroy_queue) {
            Object *next = destroy_queue;
            destroy_queue = (Object *)-(next->refcount + 1);
            next->refcount = 0;
            destroy_now(next);
        }
    }
}

/* --- object.__new__, __init__ --- */

static bool has_arguments(ssize_t nargs, Value kwnames)
{
    return nargs > 0 || (!value_is_null(kwnames) && tuple_length(kwnames) > 0);
}

static Value abstract_error(Type *type)
{
    Value methods = dict_get_borrow(type->dict, ID(__abstractmethods__));
    if (value_is_null(methods))
        return error_attribute(value_from_type(type), ID(__abstractmethods__), "__abstractmethods__");
    Value sorted = list_from_iterable(methods);
    if (value_is_null(sorted)) return VALUE_NULL;
    Value comma = VALUE_NULL, joined = VALUE_NULL;
    if (list_sort(sorted, VALUE_NULL, false) == 0 && !value_is_null(comma = str_from_cstr(", ")))
        joined = str_join(comma, sorted);
    if (!value_is_null(joined)) {
        const char *plural = list_length(sorted) > 1 ? "s" : "";
        error_format(&type_TypeError, "Can't instantiate abstract class %s with abstract method%s %U", type->name,
                     plural, joined);
    }
    value_xdecref(joined);
    value_xdecref(comma);
    value_decref(sorted);
    return VALUE_NULL;
}

Value object_new(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (has_arguments(nargs, kwnames)) {
        if (type->new_instance != object_new)
            return error_set(&type_TypeError, "object.__new__() takes exactly one argument (the type to instantiate)");
        if (type->init == object_init) return error_format(&type_TypeError, "%s() takes no arguments", type->name);
    }
    if (type_has_flag(type, TYPE_ABSTRACT)) return abstract_error(type);
    return value_from_object(object_alloc(type, type->instance_size));
}

int object_init(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!has_arguments(nargs, kwnames)) return 0;
    Type *type = type_of(self);
    if (type->init != object_init) {
        error_set(&type_TypeError, "object.__init__() takes exactly one argument (the instance to initialize)");
        return -1;
    }
    if (type->new_instance == object_new) {
        error_format(&type_TypeError, "%s.__init__() takes exactly one argument (the instance to initialize)",
                     type->name);
        return -1;
    }
    return 0;
}

static void plain_object_destroy(Object *self)
{
    object_free(self, self->type->instance_size);
}

/* --- its other slots --- */

static Value object_repr(Value self)
{
    Type *type = type_of(self);
    Value module = type_module_name(type);
    if (value_is_null(module)) error_clear();
    Value qualname = type_qualname(type);
    Value text = VALUE_NULL;
    if (value_is_null(qualname)) {
        value_xdecref(module);
        return VALUE_NULL;
    }
    if (!value_is_null(module) && is_str(module) && !str_equal_cstr(module, "builtins"))
        text = str_format("<%U.%U object at %p>", module, qualname, (void *)self.bits);
    else
        text = str_format("<%s object at %p>", type->name, (void *)self.bits);
    value_xdecref(module);
    value_decref(qualname);
    return text;
}

static Value object_str(Value self)
{
    return type_of(self)->repr(self); /* value_str checks what comes back */
}

static int64_t object_hash(Value self)
{
    /* Allocated blocks are 16-byte aligned: rotate the low bits away, as CPython does. */
    uint64_t bits = self.bits;
    int64_t hash = (int64_t)((bits >> 4) | (bits << 60));
    return hash == -1 ? -2 : hash;
}

static Value object_compare(Value left, Value right, CompareOp op)
{
    switch (op) {
    case CMP_EQ: return value_is(left, right) ? VALUE_TRUE : VALUE_NOT_IMPLEMENTED;
    case CMP_NE: {
        CompareSlot compare = type_of(left)->compare;
        if (!compare) return VALUE_NOT_IMPLEMENTED;
        Value equal = compare(left, right, CMP_EQ);
        if (value_is_null(equal) || value_is(equal, VALUE_NOT_IMPLEMENTED)) return equal;
        int truth = is_true(equal);
        value_decref(equal);
        return truth < 0 ? VALUE_NULL : value_from_bool(!truth);
    }
    default: return VALUE_NOT_IMPLEMENTED;
    }
}

bool type_is_by_identity(const Type *type)
{
    return type->hash == object_hash && type->compare == object_compare;
}

/* --- methods --- */

static Value object_format(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_bad_argument("__format__", 0, "str", args[0]);
    if (str_length(args[0]) > 0)
        return error_format(&type_TypeError, "unsupported format string passed to %T.__format__", self);
    return value_str(self);
}

static Value object_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!value_is_object(self)) return value_from_small_int(sizeof(Object) + sizeof(Value));
    Type *type = type_of(self);
    size_t size = type->instance_size;
    if (type->item_size > 0) size = var_object_size(type, ((VarObject *)value_as_object(self))->length);
    InstanceAttrs *attrs = instance_attrs(self);
    if (attrs) size = class_instance_size(type, attrs->shape, size);
    return value_from_small_int((int64_t)size);
}

/* Adds the names of a class's namespace and of its bases' to `names` (a dict). */
static int merge_class_names(Value names, Value type)
{
    bool failed;
    Value dict = get_attr_optional(type, ID(__dict__), &failed);
    if (failed) return -1;
    if (!value_is_null(dict)) {
        int result = dict_update(names, dict);
        value_decref(dict);
        if (result < 0) return -1;
    }
    Value bases = get_attr_optional(type, ID(__bases__), &failed);
    if (failed) return -1;
    if (value_is_null(bases)) return 0;
    int result = 0;
    for (ssize_t i = 0; is_tuple(bases) && i < tuple_length(bases) && result == 0; i++)
        result = merge_class_names(names, tuple_item_borrow(bases, i));
    value_decref(bases);
    return result;
}

Value type_dir(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value names = dict_new();
    if (value_is_null(names)) return VALUE_NULL;
    Value list = merge_class_names(names, self) < 0 ? VALUE_NULL : dict_keys_list(names);
    value_decref(names);
    return list;
}

static Value object_dir(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    bool failed;
    Value names = VALUE_NULL, result = VALUE_NULL;
    Value dict = get_attr_optional(self, ID(__dict__), &failed);
    if (failed) return VALUE_NULL;
    names = !value_is_null(dict) && is_dict(dict) ? dict_copy(dict) : dict_new();
    value_xdecref(dict);
    if (value_is_null(names)) return VALUE_NULL;
    Value class = get_attr_optional(self, ID(__class__), &failed);
    if (!failed && (value_is_null(class) || merge_class_names(names, class) == 0)) result = dict_keys_list(names);
    value_xdecref(class);
    value_decref(names);
    return result;
}

static Value none_of_class(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return VALUE_NONE;
}

static Value not_implemented_of_class(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return VALUE_NOT_IMPLEMENTED;
}

/* --- pickling (PEP 307) --- */

/* Attribute names that are slots, in a list, from copyreg; or no value (none). */
static Value copyreg_slot_names(Type *type)
{
    Value cached = dict_get_borrow(type->dict, ID(__slotnames__));
    if (!value_is_null(cached)) {
        if (value_is_none(cached) || is_list(cached)) return value_incref(cached);
        return error_format(&type_TypeError, "%s.__slotnames__ should be a list or None, not %T", type->name, cached);
    }
    if (error_occurred()) return VALUE_NULL;
    Value function = import_attr("copyreg", "_slotnames");
    if (value_is_null(function)) return VALUE_NULL;
    Value names = call_1(function, value_from_type(type));
    value_decref(function);
    if (!value_is_null(names) && !value_is_none(names) && !is_list(names)) {
        value_decref(names);
        return error_set(&type_TypeError, "copyreg._slotnames didn't return a list or None");
    }
    return names;
}

/* True when an instance holds more than its dict and slots can tell. */
static bool has_hidden_state(Type *type, Value slot_names)
{
    if (type->item_size > 0) return true;
    size_t plain = type_object.instance_size;
    if (type->weaklist_offset > 0) plain += sizeof(Value);
    if (type->dict_offset > 0) plain += sizeof(Value);
    if (!value_is_null(slot_names) && is_list(slot_names)) plain += (size_t)list_length(slot_names) * sizeof(Value);
    return (size_t)type_fixed_size(type) > plain;
}

static Value object_getstate_default(Value self, bool required)
{
    Type *type = type_of(self);
    if (required && type->item_size > 0) return error_format(&type_TypeError, "cannot pickle %s objects", type->name);
    Value state = instance_dict_copy(self);
    if (value_is_null(state) && error_occurred()) return VALUE_NULL;
    if (value_is_null(state) || dict_length(state) == 0) value_replace(&state, VALUE_NONE);
    Value slot_names = copyreg_slot_names(type);
    if (value_is_null(slot_names)) goto fail;
    if (required && has_hidden_state(type, slot_names)) {
        error_format(&type_TypeError, "cannot pickle '%s' object", type->name);
        goto fail_names;
    }
    if (is_list(slot_names) && list_length(slot_names) > 0) {
        Value slots = dict_new();
        if (value_is_null(slots)) goto fail_names;
        for (ssize_t i = 0; i < list_length(slot_names); i++) {
            Value name = value_incref(list_item_borrow(slot_names, i)); /* a __getattr__ may change the list */
            bool failed;
            Value value = get_attr_optional(self, name, &failed);
            if (!value_is_null(value)) failed = dict_set(slots, name, value) < 0;
            value_xdecref(value);
            value_decref(name);
            if (failed) {
                value_decref(slots);
                goto fail_names;
            }
        }
        if (dict_length(slots) > 0) {
            Value pair = tuple_pack(2, state, slots);
            value_decref(state);
            state = pair;
        }
        value_decref(slots);
    }
    value_decref(slot_names);
    return state;
fail_names:
    value_decref(slot_names);
fail:
    value_decref(state);
    return VALUE_NULL;
}

static Value object_getstate_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return object_getstate_default(self, false);
}

static Value object_getstate(Value self, bool required)
{
    Value method = get_attr(self, ID(__getstate__));
    if (value_is_null(method)) return VALUE_NULL;
    Value state;
    if (object_has_type(method, &type_native_function) &&
        ((NativeFunctionObject *)value_as_object(method))->method->function == object_getstate_method &&
        value_is(((NativeFunctionObject *)value_as_object(method))->self, self))
        state = object_getstate_default(self, required);
    else
        state = call_0(method);
    value_decref(method);
    return state;
}

/* Arguments for __new__: *args a tuple, *kwargs a dict or no value; 1 when there are any, 0, -1. */
static int get_new_arguments(Value self, Value *args, Value *kwargs)
{
    *args = *kwargs = VALUE_NULL;
    Value method = lookup_special(self, ID(__getnewargs_ex__));
    if (!value_is_null(method)) {
        Value pair = call_0(method);
        value_decref(method);
        if (value_is_null(pair)) return -1;
        if (!is_tuple(pair)) {
            error_format(&type_TypeError, "__getnewargs_ex__ should return a tuple, not '%T'", pair);
        } else if (tuple_length(pair) != 2) {
            error_format(&type_ValueError, "__getnewargs_ex__ should return a tuple of length 2, not %zd",
                         tuple_length(pair));
        } else {
            *args = value_incref(tuple_item_borrow(pair, 0));
            *kwargs = value_incref(tuple_item_borrow(pair, 1));
            if (!is_tuple(*args))
                error_format(&type_TypeError,
                             "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '%T'", *args);
            else if (!is_dict(*kwargs))
                error_format(&type_TypeError,
                             "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '%T'",
                             *kwargs);
            if (error_occurred()) {
                value_clear(args);
                value_clear(kwargs);
            }
        }
        value_decref(pair);
        return error_occurred() ? -1 : 1;
    }
    if (error_occurred()) return -1;
    method = lookup_special(self, ID(__getnewargs__));
    if (value_is_null(method)) return error_occurred() ? -1 : 0;
    *args = call_0(method);
    value_decref(method);
    if (value_is_null(*args)) return -1;
    if (!is_tuple(*args)) {
        error_format(&type_TypeError, "__getnewargs__ should return a tuple, not '%T'", *args);
        value_clear(args);
        return -1;
    }
    return 1;
}

static Value iterator_or_none(Value self, bool wanted, Value (*make)(Value))
{
    if (!wanted) return VALUE_NONE;
    Value items = make(self);
    if (value_is_null(items)) return VALUE_NULL;
    Value iterator = get_iter(items);
    value_decref(items);
    return iterator;
}

static Value dict_items_view(Value self)
{
    return call_method_0(self, ID(items));
}

static Value list_itself(Value self)
{
    return value_incref(self);
}

/* (copyreg.__newobj__, (cls, *args)) or (copyreg.__newobj_ex__, (cls, args, kwargs)). */
static int reduce_constructor(Value self, Value args, Value kwargs, Value *function, Value *arguments)
{
    Value class = value_from_type(type_of(self));
    bool with_keywords = !value_is_null(kwargs) && dict_length(kwargs) > 0;
    *function = import_attr("copyreg", with_keywords ? "__newobj_ex__" : "__newobj__");
    if (value_is_null(*function)) return -1;
    if (with_keywords) {
        *arguments = tuple_pack(3, class, args, kwargs);
    } else {
        ssize_t count = value_is_null(args) ? 0 : tuple_length(args);
        *arguments = tuple_new(count + 1);
        if (!value_is_null(*arguments)) {
            as_tuple(*arguments)->items[0] = value_incref(class);
            for (ssize_t i = 0; i < count; i++)
                as_tuple(*arguments)->items[i + 1] = value_incref(tuple_item_borrow(args, i));
        }
    }
    if (!value_is_null(*arguments)) return 0;
    value_decref(*function);
    return -1;
}

static Value reduce_2(Value self)
{
    Type *type = type_of(self);
    if (!type->new_instance) return error_format(&type_TypeError, "cannot pickle '%s' object", type->name);
    Value args, kwargs, function, arguments, result = VALUE_NULL;
    int has_args = get_new_arguments(self, &args, &kwargs);
    if (has_args < 0) return VALUE_NULL;
    int made = reduce_constructor(self, args, kwargs, &function, &arguments);
    value_xdecref(args);
    value_xdecref(kwargs);
    if (made < 0) return VALUE_NULL;
    Value state = object_getstate(self, !(has_args || is_list(self) || is_dict(self)));
    if (value_is_null(state)) goto done;
    Value list_items = iterator_or_none(self, is_list(self), list_itself);
    Value dict_items = value_is_null(list_items) ? VALUE_NULL : iterator_or_none(self, is_dict(self), dict_items_view);
    if (!value_is_null(dict_items)) result = tuple_pack(5, function, arguments, state, list_items, dict_items);
    value_xdecref(list_items);
    value_xdecref(dict_items);
    value_decref(state);
done:
    value_decref(function);
    value_decref(arguments);
    return result;
}

static Value object_common_reduce(Value self, int protocol)
{
    if (protocol >= 2) return reduce_2(self);
    Value function = import_attr("copyreg", "_reduce_ex");
    if (value_is_null(function)) return VALUE_NULL;
    Value result = call_2(function, self, value_from_small_int(protocol));
    value_decref(function);
    return result;
}

static Value object_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return object_common_reduce(self, 0);
}

static Value object_reduce_ex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int protocol;
    if (!arg_as_int(args[0], &protocol)) return VALUE_NULL;
    /* A class that overrides __reduce__ is asked through it. */
    Value reduce = type_lookup_borrow(type_of(self), ID(__reduce__));
    if (!value_is_null(reduce) && !value_is(reduce, dict_get_borrow(type_object.dict, ID(__reduce__)))) {
        Value method = get_attr(self, ID(__reduce__));
        if (value_is_null(method)) return VALUE_NULL;
        Value result = call_0(method);
        value_decref(method);
        return result;
    }
    return object_common_reduce(self, protocol);
}

/* --- __class__ --- */

static Value object_get_class(Value self, void *closure)
{
    return value_incref(value_from_type(type_of(self)));
}

static bool has_same_layout(const Type *a, const Type *b)
{
    return type_fixed_size(a) == type_fixed_size(b) && a->item_size == b->item_size &&
           a->weaklist_offset == b->weaklist_offset && (a->attrs_offset != 0) == (b->attrs_offset != 0) &&
           a->dict_offset == b->dict_offset && type_has_flag(a, TYPE_HAS_GC) == type_has_flag(b, TYPE_HAS_GC);
}

/* The base-most class with the same layout. */
static const Type *layout_root(const Type *type)
{
    while (type->base && has_same_layout(type, type->base)) type = type->base;
    return type;
}

static bool same_slots(const Type *a, const Type *b)
{
    ssize_t a_count = a->heap ? a->heap->slot_count : 0, b_count = b->heap ? b->heap->slot_count : 0;
    if (a_count == 0 && b_count == 0) return a->heap && b->heap;
    if (a_count != b_count) return false;
    return rich_compare_bool(a->heap->slots, b->heap->slots, CMP_EQ) > 0;
}

bool type_layouts_agree(const Type *old, const Type *new, const char *attribute)
{
    if (type_has_flag(old, TYPE_HAS_GC) != type_has_flag(new, TYPE_HAS_GC)) {
        error_format(&type_TypeError, "%s assignment: '%s' deallocator differs from '%s'", attribute, new->name,
                     old->name);
        return false;
    }
    const Type *old_root = layout_root(old), *new_root = layout_root(new);
    if (old_root == new_root) return true;
    if (has_same_layout(old_root, new_root) && old_root->base == new_root->base && same_slots(old_root, new_root))
        return true;
    error_format(&type_TypeError, "%s assignment: '%s' object layout differs from '%s'", attribute, new->name,
                 old->name);
    return false;
}

static int object_set_class(Value self, NULLABLE Value value, void *closure)
{
    if (value_is_null(value)) {
        error_set(&type_TypeError, "can't delete __class__ attribute");
        return -1;
    }
    if (!is_type(value)) {
        error_format(&type_TypeError, "__class__ must be set to a class, not '%T' object", value);
        return -1;
    }
    Type *new = as_type(value), *old = type_of(self);
    bool both_modules = type_is_subtype(old, &type_module) && type_is_subtype(new, &type_module);
    if (!both_modules && (!type_has_flag(new, TYPE_HEAP) || !type_has_flag(old, TYPE_HEAP) ||
                          type_has_flag(new, TYPE_IMMUTABLE) || type_has_flag(old, TYPE_IMMUTABLE))) {
        error_set(&type_TypeError, "__class__ assignment only supported for mutable types or ModuleType subclasses");
        return -1;
    }
    if (!type_layouts_agree(old, new, "__class__")) return -1;
    if (old->attrs_offset && instance_attrs_move(self, new) < 0) return -1;
    if (both_modules) dict_means_otherwise(as_module(self)->dict);
    if (type_has_flag(new, TYPE_HEAP)) object_incref(&new->head);
    value_as_object(self)->type = new;
    if (type_has_flag(old, TYPE_HEAP)) object_decref(&old->head);
    return 0;
}

static const NativeMethod object_methods[] = {
    {"__reduce_ex__", object_reduce_ex, 1, 1, 0, "__reduce_ex__($self, protocol, /)\n--\n\nHelper for pickle."},
    {"__reduce__", object_reduce, 0, 0, 0, "__reduce__($self, /)\n--\n\nHelper for pickle."},
    {"__getstate__", object_getstate_method, 0, 0, 0, "__getstate__($self, /)\n--\n\nHelper for pickle."},
    {"__subclasshook__", not_implemented_of_class, 0, -1, NATIVE_CLASS | NATIVE_KEYWORDS,
     "Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by "
     "abc.ABCMeta.__subclasscheck__().\nIt should return True, False or NotImplemented.  If it returns\n"
     "NotImplemented, the normal algorithm is used.  Otherwise, it\noverrides the normal algorithm (and the outcome is "
     "cached).\n"},
    {"__init_subclass__", none_of_class, 0, 0, NATIVE_CLASS,
     "This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may be\n"
     "overridden to extend subclasses.\n"},
    {"__format__", object_format, 1, 1, 0, "__format__($self, format_spec, /)\n--\n\nDefault object formatter."},
    {"__sizeof__", object_sizeof, 0, 0, 0, "__sizeof__($self, /)\n--\n\nSize of object in memory, in bytes."},
    {"__dir__", object_dir, 0, 0, 0, "__dir__($self, /)\n--\n\nDefault dir() implementation."},
    {NULL}};

static const NativeGetSet object_getsets[] = {
    {"__class__", object_get_class, object_set_class, "the object's class", NULL}, {NULL}};

Type type_object = {
    .head = TYPE_HEAD,
    .name = "object",
    .doc =
        "object()\n--\n\nThe base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a "
        "new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    .instance_size = sizeof(Object),
    .flags = TYPE_BASE,
    .destroy = plain_object_destroy,
    .new_instance = object_new,
    .init = object_init,
    .repr = object_repr,
    .str = object_str,
    .hash = object_hash,
    .getattr = generic_getattr,
    .setattr = generic_setattr,
    .compare = object_compare,
    .methods = object_methods,
    .getsets = object_getsets,
};

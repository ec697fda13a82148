/* collections.c: the module `_collections`: deque, defaultdict, OrderedDict, the getters of named tuples, and the
 * counting loop of Counter. */
#include "modules/collections/collections.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/iter.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- _tuplegetter: a property that reads one item of a tuple subclass --- */

typedef struct TupleGetter {
    Object head;
    ssize_t index;
    Value doc;
} TupleGetter;

static TupleGetter *as_getter(Value v)
{
    return (TupleGetter *)value_as_object(v);
}

static Value new_getter(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    ssize_t index;
    if (!args_no_keywords("_tuplegetter", kwnames) || !args_count("_tuplegetter", nargs, 2, 2)) return VALUE_NULL;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    TupleGetter *getter = object_alloc_zeroed(type, type->instance_size);
    if (!getter) return VALUE_NULL;
    getter->index = index;
    getter->doc = value_incref(args[1]);
    gc_track_inline(getter);
    return value_from_object(getter);
}

static void destroy_getter(Object *self)
{
    gc_untrack_inline(self);
    value_xdecref(((TupleGetter *)self)->doc);
    object_free(self, self->type->instance_size);
}

static int traverse_getter(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((TupleGetter *)self)->doc);
    return 0;
}

static Value get_tuple_item(Value self, NULLABLE Value object, NULLABLE Value type)
{
    ssize_t index = as_getter(self)->index;
    if (value_is_null(object)) return value_incref(self);
    if (!is_tuple(object)) {
        if (value_is_none(object)) return value_incref(self);
        return error_format(&type_TypeError,
                            "descriptor for index '%zd' for tuple subclasses doesn't apply to '%s' object", index,
                            type_of(object)->name);
    }
    if (index < 0 || index >= tuple_length(object)) return error_set(&type_IndexError, "tuple index out of range");
    return value_incref(tuple_item_borrow(object, index));
}

static int refuse_to_set(Value self, Value object, NULLABLE Value value)
{
    error_set(&type_AttributeError, value_is_null(value) ? "can't delete attribute" : "can't set attribute");
    return -1;
}

static NATIVE(getter_reduce)
{
    const TupleGetter *getter = as_getter(self);
    Value parts[2] = {VALUE_NULL, tuple_pack(2, value_from_small_int(getter->index), getter->doc)};
    if (value_is_null(parts[1])) return VALUE_NULL;
    parts[0] = value_incref(value_from_object(type_of(self)));
    return tuple_from_array_steal(parts, 2);
}

static Value repr_getter(Value self)
{
    return str_format("%s(%zd, %R)", "_tuplegetter", as_getter(self)->index, as_getter(self)->doc);
}

static const NativeMember getter_members[] = {
    {"__doc__", MEMBER_VALUE, offsetof(TupleGetter, doc), false, NULL},
    {NULL},
};

static const NativeMethod getter_methods[] = {{"__reduce__", getter_reduce, 0, 0, 0, NULL}, {NULL}};

Type type_tuple_getter = {
    .head = TYPE_HEAD,
    .name = "_collections._tuplegetter",
    .instance_size = sizeof(TupleGetter),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_getter,
    .traverse = traverse_getter,
    .new_instance = new_getter,
    .repr = repr_getter,
    .descr_get = get_tuple_item,
    .descr_set = refuse_to_set,
    .methods = getter_methods,
    .members = getter_members,
};

/* --- _count_elements --- */

static int count_in_dict(Value mapping, Value key)
{
    int64_t hash = dict_hash_key(key);
    if (hash == -1) return -1;
    Value old = dict_get_hashed_borrow(mapping, key, hash);
    if (value_is_null(old)) {
        if (error_occurred()) return -1;
        return dict_set_hashed(mapping, key, hash, value_from_small_int(1));
    }
    if (value_is_small_int(old) && value_as_small_int(old) < SMALL_INT_MAX)
        return dict_set_hashed(mapping, key, hash, value_from_small_int(value_as_small_int(old) + 1));
    value_incref(old);
    Value sum = number_add(old, value_from_small_int(1));
    value_decref(old);
    int status = value_is_null(sum) ? -1 : dict_set_hashed(mapping, key, hash, sum);
    value_xdecref(sum);
    return status;
}

static int count_in_mapping(Value mapping, Value get, Value key)
{
    Value old = call_2(get, key, value_from_small_int(0));
    Value sum = value_is_null(old) ? VALUE_NULL : number_add(old, value_from_small_int(1));
    int status = value_is_null(sum) ? -1 : set_item(mapping, key, sum);
    value_xdecref(old);
    value_xdecref(sum);
    return status;
}

/* The class of `mapping` has dict's own get and __setitem__. */
static bool counts_like_dict(Value mapping)
{
    if (!is_dict(mapping)) return false;
    Value get = type_lookup_borrow(type_of(mapping), ID(get));
    Value set = type_lookup_borrow(type_of(mapping), ID(__setitem__));
    return value_is(get, type_lookup_borrow(&type_dict, ID(get))) &&
           value_is(set, type_lookup_borrow(&type_dict, ID(__setitem__)));
}

static NATIVE(count_elements)
{
    Value mapping = args[0], get = VALUE_NULL, iterator = get_iter(args[1]);
    if (value_is_null(iterator)) return VALUE_NULL;
    bool is_fast = counts_like_dict(mapping);
    int status = 0;
    if (!is_fast) {
        get = get_attr(mapping, ID(get));
        if (value_is_null(get)) status = -1;
    }
    UnarySlot next = type_of(iterator)->iternext;
    while (status == 0) {
        Value key = next(iterator);
        if (value_is_null(key)) {
            status = iter_finish();
            break;
        }
        status = is_fast ? count_in_dict(mapping, key) : count_in_mapping(mapping, get, key);
        value_decref(key);
    }
    value_xdecref(get);
    value_decref(iterator);
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod collections_methods[] = {
    {"_count_elements", count_elements, 2, 2, 0,
     "_count_elements($module, mapping, iterable, /)\n--\n\n"
     "Count elements in the iterable, updating the mapping"},
    {NULL},
};

static int exec_collections(Value module)
{
    static Type *const exported[] = {
        &type_deque,          &type_default_dict,           &type_ordered_dict,
        &type_deque_iterator, &type_deque_reverse_iterator, &type_tuple_getter,
    };
    static Type *const internal[] = {
        &type_ordered_dict_iterator,
        &type_ordered_dict_keys,
        &type_ordered_dict_values,
        &type_ordered_dict_items,
    };
    for (size_t i = 0; i < COUNT_OF(exported); i++)
        if (module_add_type(module, exported[i]) < 0) return -1;
    for (size_t i = 0; i < COUNT_OF(internal); i++)
        if (type_ready(internal[i]) < 0) return -1;
    return 0;
}

NATIVE_MODULE(_collections) = {
    .name = "_collections",
    .doc = "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n"
           "- defaultdict:  dict subclass with a default value factory",
    .methods = collections_methods,
    .exec = exec_collections,
};

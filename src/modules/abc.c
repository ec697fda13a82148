/* abc.c: the module _abc: what makes abc.ABCMeta fast: registered subclasses, and caches of answers that hold until
 * some class is registered anywhere (the cache token). Classes are held weakly, in sets of weak references. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

static uint64_t invalidation_counter;

/* --- _abc_data: what hangs at class._abc_impl --- */

typedef struct AbcData {
    Object head;
    NULLABLE Value registry, cache, negative_cache; /* sets of weak references to classes */
    uint64_t negative_cache_version;
} AbcData;

static Type type_abc_data;

static void data_destroy(Object *self)
{
    AbcData *data = (AbcData *)self;
    gc_untrack(self);
    value_xdecref(data->registry);
    value_xdecref(data->cache);
    value_xdecref(data->negative_cache);
    object_free(self, sizeof *data);
}

static int data_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((AbcData *)self)->registry);
    GC_VISIT(((AbcData *)self)->cache);
    GC_VISIT(((AbcData *)self)->negative_cache);
    return 0;
}

static void data_clear(Object *self)
{
    value_clear(&((AbcData *)self)->registry);
    value_clear(&((AbcData *)self)->cache);
    value_clear(&((AbcData *)self)->negative_cache);
}

static Value data_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    AbcData *data = object_alloc_zeroed(type, sizeof *data);
    if (!data) return VALUE_NULL;
    data->negative_cache_version = invalidation_counter;
    gc_track(data);
    return value_from_object(data);
}

static Type type_abc_data = {
    .head = TYPE_HEAD,
    .name = "_abc._abc_data",
    .doc = "Internal state held by ABC machinery.",
    .instance_size = sizeof(AbcData),
    .flags = TYPE_HAS_GC,
    .destroy = data_destroy,
    .traverse = data_traverse,
    .clear = data_clear,
    .new_instance = data_new,
};

/* The data of an abstract base class; owned. */
static AbcData *get_data(Value class_)
{
    Value data = get_attr(class_, ID(_abc_impl));
    if (value_is_null(data)) return NULL;
    if (object_has_type(data, &type_abc_data)) return (AbcData *)value_as_object(data);
    value_decref(data);
    error_set(&type_TypeError, "_abc_impl is set to a wrong type");
    return NULL;
}

/* --- weak sets --- */

static int weak_set_contains(NULLABLE Value set, Value class_)
{
    if (value_is_null(set) || set_length(set) == 0) return 0;
    Value ref = weakref_new(class_, VALUE_NULL);
    if (value_is_null(ref)) return error_catch(&type_TypeError) ? 0 : -1;
    int result = set_contains(set, ref);
    value_decref(ref);
    return result;
}

/* The callback of the weak references: takes the dead one out of the set it is in (the callback's self is a weak
 * reference to that set). */
static Value discard_dead(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value set = weakref_get(self);
    if (value_is_null(set) || value_is_none(set)) return VALUE_NONE;
    int result = set_discard(set, args[0]);
    value_decref(set);
    return result < 0 ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod discard_method = {"_destroy", discard_dead, 1, 1, 0, NULL};

static int weak_set_add(Value *set, Value class_)
{
    if (value_is_null(*set) && value_is_null(*set = set_new(VALUE_NULL))) return -1;
    Value set_ref = weakref_new(*set, VALUE_NULL);
    Value callback = value_is_null(set_ref) ? VALUE_NULL : native_function_new(&discard_method, set_ref, VALUE_NULL);
    Value ref = value_is_null(callback) ? VALUE_NULL : weakref_new(class_, callback);
    int result = value_is_null(ref) ? -1 : set_add(*set, ref);
    value_xdecref(ref);
    value_xdecref(callback);
    value_xdecref(set_ref);
    return result;
}

/* --- abstract methods --- */

/* Adds the names of {name: value} pairs whose value is abstract. */
static int collect_own(Value names, Value class_)
{
    Value dict = get_attr(class_, ID(__dict__));
    if (value_is_null(dict)) return -1;
    Value items = mapping_items(dict);
    value_decref(dict);
    if (value_is_null(items)) return -1;
    int result = 0;
    for (ssize_t i = 0; i < list_length(items) && result >= 0; i++) {
        Value pair = list_item_borrow(items, i);
        bool failed;
        Value flag = get_attr_optional(tuple_item_borrow(pair, 1), ID(__isabstractmethod__), &failed);
        result = failed ? -1 : value_is_null(flag) ? 0 : is_true(flag);
        value_xdecref(flag);
        if (result > 0) result = set_add(names, tuple_item_borrow(pair, 0));
    }
    value_decref(items);
    return result < 0 ? -1 : 0;
}

/* Adds the abstract names of a base that are still abstract in the class. */
static int collect_inherited(Value names, Value class_, Value base)
{
    bool failed;
    Value inherited = get_attr_optional(base, ID(__abstractmethods__), &failed);
    if (value_is_null(inherited)) return failed ? -1 : 0;
    Value list = list_from_iterable(inherited);
    value_decref(inherited);
    if (value_is_null(list)) return -1;
    int result = 0;
    for (ssize_t i = 0; i < list_length(list) && result >= 0; i++) {
        Value name = list_item_borrow(list, i);
        Value value = get_attr_optional(class_, name, &failed);
        if (failed) result = -1;
        if (value_is_null(value)) continue;
        Value flag = get_attr_optional(value, ID(__isabstractmethod__), &failed);
        value_decref(value);
        result = failed ? -1 : value_is_null(flag) ? 0 : is_true(flag);
        value_xdecref(flag);
        if (result > 0) result = set_add(names, name);
    }
    value_decref(list);
    return result < 0 ? -1 : 0;
}

static int compute_abstract_methods(Value class_)
{
    Value names = set_new(VALUE_NULL);
    if (value_is_null(names)) return -1;
    int result = collect_own(names, class_);
    Value bases = result < 0 ? VALUE_NULL : get_attr(class_, ID(__bases__));
    if (value_is_null(bases)) result = -1;
    for (ssize_t i = 0; result == 0 && is_tuple(bases) && i < tuple_length(bases); i++)
        result = collect_inherited(names, class_, tuple_item_borrow(bases, i));
    value_xdecref(bases);
    if (result == 0) {
        Value frozen = frozenset_new(names);
        result = value_is_null(frozen) ? -1 : set_attr(class_, ID(__abstractmethods__), frozen);
        value_xdecref(frozen);
    }
    value_decref(names);
    return result;
}

/* collections.abc.Sequence and Mapping mark their classes for pattern matching through __abc_tpflags__. */
static int take_collection_flags(Value class_)
{
    enum { TPFLAGS_SEQUENCE = 1 << 5, TPFLAGS_MAPPING = 1 << 6 };
    if (!is_type(class_)) return 0;
    Type *type = as_type(class_);
    Value flags = dict_get_borrow(type->dict, ID(__abc_tpflags__));
    if (value_is_null(flags)) return error_occurred() ? -1 : 0;
    if (!value_is_small_int(flags)) return 0;
    int64_t bits = value_as_small_int(flags) & (TPFLAGS_SEQUENCE | TPFLAGS_MAPPING);
    if (bits == (TPFLAGS_SEQUENCE | TPFLAGS_MAPPING)) {
        error_set(&type_TypeError, "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
        return -1;
    }
    if (bits & TPFLAGS_SEQUENCE) type->flags |= TYPE_SEQUENCE;
    if (bits & TPFLAGS_MAPPING) type->flags |= TYPE_MAPPING;
    type_modified(type);
    return dict_delete(type->dict, ID(__abc_tpflags__));
}

static Value abc_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (compute_abstract_methods(args[0]) < 0) return VALUE_NULL;
    Value data = data_new(&type_abc_data, NULL, 0, VALUE_NULL);
    if (value_is_null(data)) return VALUE_NULL;
    int result = set_attr(args[0], ID(_abc_impl), data);
    value_decref(data);
    if (result < 0 || take_collection_flags(args[0]) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

/* --- registering --- */

/* A registered class, and its subclasses that do not choose for themselves, match patterns like the base. */
static void spread_collection_flags(Type *type, uint32_t flags)
{
    enum { COLLECTION = TYPE_SEQUENCE | TYPE_MAPPING };
    if ((type->flags & COLLECTION) == flags || !(type->flags & TYPE_HEAP)) return;
    type->flags = (type->flags & ~(uint32_t)COLLECTION) | flags;
    type_modified(type);
    Value subclasses = type_subclasses(type);
    if (value_is_null(subclasses)) {
        error_clear();
        return;
    }
    for (ssize_t i = 0; i < list_length(subclasses); i++)
        spread_collection_flags(as_type(list_item_borrow(subclasses, i)), flags);
    value_decref(subclasses);
}

static Value abc_register(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value class_ = args[0], subclass = args[1];
    if (!is_type(subclass)) return error_set(&type_TypeError, "Can only register classes");
    int result = is_subclass(subclass, class_);
    if (result > 0) return value_incref(subclass); /* already a subclass */
    if (result == 0) result = is_subclass(class_, subclass);
    if (result > 0) return error_set(&type_RuntimeError, "Refusing to create an inheritance cycle");
    AbcData *data = result < 0 ? NULL : get_data(class_);
    if (!data) return VALUE_NULL;
    result = weak_set_add(&data->registry, subclass);
    object_decref(&data->head);
    if (result < 0) return VALUE_NULL;
    invalidation_counter++;
    if (is_type(class_)) {
        uint32_t flags = as_type(class_)->flags & (TYPE_SEQUENCE | TYPE_MAPPING);
        if (flags) spread_collection_flags(as_type(subclass), flags);
    }
    return value_incref(subclass);
}

/* --- checking --- */

static void refresh_negative_cache(AbcData *data)
{
    if (data->negative_cache_version == invalidation_counter) return;
    value_clear(&data->negative_cache);
    data->negative_cache_version = invalidation_counter;
}

static Value check_subclass(Value class_, Value subclass)
{
    return call_method_1(class_, ID(__subclasscheck__), subclass);
}

/* Both type(instance) and instance.__class__ count. */
static Value check_instance(Value class_, Value instance, Value claimed)
{
    Value real = value_from_type(type_of(instance));
    Value result = check_subclass(class_, claimed);
    if (value_is_null(result) || value_is(claimed, real)) return result;
    int truth = is_true(result);
    if (truth != 0) {
        if (truth < 0) value_clear(&result);
        return result;
    }
    value_decref(result);
    return check_subclass(class_, real);
}

static Value abc_instancecheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    AbcData *data = get_data(args[0]);
    if (!data) return VALUE_NULL;
    Value claimed = get_attr(args[1], ID(__class__)), result = VALUE_NULL;
    if (value_is_null(claimed)) goto done;
    int cached = weak_set_contains(data->cache, claimed);
    if (cached != 0) {
        result = cached < 0 ? VALUE_NULL : VALUE_TRUE;
        goto done;
    }
    if (value_is(claimed, value_from_type(type_of(args[1]))) && data->negative_cache_version == invalidation_counter) {
        cached = weak_set_contains(data->negative_cache, claimed);
        if (cached != 0) {
            result = cached < 0 ? VALUE_NULL : VALUE_FALSE;
            goto done;
        }
    }
    result = check_instance(args[0], args[1], claimed);
done:
    value_xdecref(claimed);
    object_decref(&data->head);
    return result;
}

/* 1 yes, 0 no, -1 error, 2 undecided; a copy of the registry is walked, since it may change meanwhile. */
static int check_registry(AbcData *data, Value subclass)
{
    int found = weak_set_contains(data->registry, subclass);
    if (found) return found;
    if (value_is_null(data->registry)) return 2;
    Value refs = list_from_iterable(data->registry);
    if (value_is_null(refs)) return -1;
    int result = 2;
    for (ssize_t i = 0; i < list_length(refs) && result == 2; i++) {
        Value registered = weakref_get(list_item_borrow(refs, i));
        if (value_is_none(registered)) continue;
        int is_sub = is_subclass(subclass, registered);
        value_decref(registered);
        if (is_sub) result = is_sub;
    }
    value_decref(refs);
    return result;
}

static int check_subclasses_of(Value class_, Value subclass)
{
    Value subclasses = call_method_0(class_, ID(__subclasses__));
    if (value_is_null(subclasses)) return -1;
    int result = 2;
    if (!is_list(subclasses)) {
        error_set(&type_TypeError, "__subclasses__() must return a list");
        result = -1;
    }
    for (ssize_t i = 0; result == 2 && i < list_length(subclasses); i++) {
        int is_sub = is_subclass(subclass, list_item_borrow(subclasses, i));
        if (is_sub) result = is_sub;
    }
    value_decref(subclasses);
    return result;
}

/* The answer of __subclasshook__, or 2. */
static int ask_hook(Value class_, Value subclass)
{
    Value answer = call_method_1(class_, ID(__subclasshook__), subclass);
    if (value_is_null(answer)) return -1;
    int result = 2;
    if (value_is_bool(answer)) {
        result = value_is(answer, VALUE_TRUE);
    } else if (!value_is(answer, VALUE_NOT_IMPLEMENTED)) {
        error_set(&type_AssertionError, "__subclasshook__ must return either False, True, or NotImplemented");
        result = -1;
    }
    value_decref(answer);
    return result;
}

static int decide(AbcData *data, Value class_, Value subclass)
{
    int result = ask_hook(class_, subclass);
    if (result != 2) return result;
    if (is_type(class_) && type_is_subtype(as_type(subclass), as_type(class_))) return 1;
    result = check_registry(data, subclass);
    return result != 2 ? result : check_subclasses_of(class_, subclass);
}

static Value abc_subclasscheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value class_ = args[0], subclass = args[1];
    if (!is_type(subclass)) return error_set(&type_TypeError, "issubclass() arg 1 must be a class");
    AbcData *data = get_data(class_);
    if (!data) return VALUE_NULL;
    int answer = weak_set_contains(data->cache, subclass);
    if (answer == 0) {
        refresh_negative_cache(data);
        int negative = weak_set_contains(data->negative_cache, subclass);
        if (negative == 0) {
            answer = decide(data, class_, subclass);
            if (answer == 2) answer = 0;
            Value *cache = answer ? &data->cache : &data->negative_cache;
            if (answer >= 0 && weak_set_add(cache, subclass) < 0) answer = -1;
        } else if (negative < 0) {
            answer = -1;
        }
    }
    object_decref(&data->head);
    return answer < 0 ? VALUE_NULL : value_from_bool(answer);
}

/* --- inspection --- */

static Value abc_get_cache_token(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_uint64(invalidation_counter);
}

static Value abc_reset_registry(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    AbcData *data = get_data(args[0]);
    if (!data) return VALUE_NULL;
    value_clear(&data->registry);
    object_decref(&data->head);
    return VALUE_NONE;
}

static Value abc_reset_caches(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    AbcData *data = get_data(args[0]);
    if (!data) return VALUE_NULL;
    value_clear(&data->cache);
    value_clear(&data->negative_cache);
    object_decref(&data->head);
    return VALUE_NONE;
}

static Value copy_of_set(NULLABLE Value set)
{
    return set_new(set);
}

static Value abc_get_dump(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    AbcData *data = get_data(args[0]);
    if (!data) return VALUE_NULL;
    Value parts[4] = {copy_of_set(data->registry), copy_of_set(data->cache), copy_of_set(data->negative_cache),
                      int_from_uint64(data->negative_cache_version)};
    object_decref(&data->head);
    return tuple_from_array_steal(parts, 4);
}

static const NativeMethod methods[] = {
    {"get_cache_token", abc_get_cache_token, 0, 0, 0,
     "get_cache_token($module, /)\n--\n\nReturns the current ABC cache token.\n\nThe token is an opaque object "
     "(supporting "
     "equality testing) identifying the\ncurrent version of the ABC cache for virtual subclasses. The token "
     "changes\nwith "
     "every call to register() on any ABC."},
    {"_abc_init", abc_init, 1, 1, 0,
     "_abc_init($module, self, /)\n--\n\nInternal ABC helper for class set-up. Should be "
     "never used outside abc module."},
    {"_reset_registry", abc_reset_registry, 1, 1, 0,
     "_reset_registry($module, self, /)\n--\n\nInternal ABC helper to "
     "reset registry of a given class.\n\nShould be only used by refleak.py"},
    {"_reset_caches", abc_reset_caches, 1, 1, 0,
     "_reset_caches($module, self, /)\n--\n\nInternal ABC helper to reset both "
     "caches of a given class.\n\nShould be only used by refleak.py"},
    {"_get_dump", abc_get_dump, 1, 1, 0,
     "_get_dump($module, self, /)\n--\n\nInternal ABC helper for cache and registry "
     "debugging.\n\nReturn shallow copies of registry, of both caches, and\nnegative cache version. Don't call this "
     "function directly,\ninstead use ABC._dump_registry() for a nice repr."},
    {"_abc_register", abc_register, 2, 2, 0,
     "_abc_register($module, self, subclass, /)\n--\n\nInternal ABC helper for "
     "subclasss registration. Should be never used outside abc module."},
    {"_abc_instancecheck", abc_instancecheck, 2, 2, 0,
     "_abc_instancecheck($module, self, instance, /)\n--\n\nInternal ABC "
     "helper for instance checks. Should be never used outside abc module."},
    {"_abc_subclasscheck", abc_subclasscheck, 2, 2, 0,
     "_abc_subclasscheck($module, self, subclass, /)\n--\n\nInternal ABC "
     "helper for subclasss checks. Should be never used outside abc module."},
    {NULL}};

static int exec(Value module)
{
    return type_ready(&type_abc_data);
}

NATIVE_MODULE(_abc) = {
    .name = "_abc",
    .doc = "Module contains faster implementation of abc.ABCMeta.",
    .methods = methods,
    .exec = exec,
};

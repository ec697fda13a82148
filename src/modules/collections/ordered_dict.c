/* ordered_dict.c: collections.OrderedDict.
 *
 * dict keeps insertion order already, so an OrderedDict is a dict with a few more operations: moving an entry to either
 * end (dict_move_to_end, dict_move_to_front), popping from the front, comparing in order, iterating backwards. Its
 * iterators notice every change of keys or order by the dict's keys_version. */
#include "modules/collections/collections.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/repr_guard.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

typedef struct OrderedDict {
    Dict dict;
    NULLABLE Value attributes; /* __dict__ */
    NULLABLE Value weaklist;
} OrderedDict;

static bool is_exact(Value v)
{
    return object_has_type(v, &type_ordered_dict);
}

static bool is_ordered_dict(Value v)
{
    return value_is_object(v) && type_is_subtype(type_of(v), &type_ordered_dict);
}

static void destroy_ordered_dict(Object *self)
{
    OrderedDict *ordered = (OrderedDict *)self;
    gc_untrack_inline(self);
    if (!value_is_null(ordered->weaklist)) weakref_clear_all(self);
    value_clear(&ordered->attributes);
    dict_destroy(self);
}

static int traverse_ordered_dict(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((OrderedDict *)self)->attributes);
    return dict_traverse(self, visit, argument);
}

static void clear_ordered_dict(Object *self)
{
    value_clear(&((OrderedDict *)self)->attributes);
    dict_clear(value_from_object(self));
}

/* --- update: MutableMapping.update, through __setitem__ --- */

/* Calls set_item(self, key, mapping[key]) for each of `keys`. */
static int update_from_keys(Value self, Value mapping, Value keys)
{
    Value iterator = get_iter(keys);
    if (value_is_null(iterator)) return -1;
    int status = 0;
    while (status == 0) {
        Value key = iter_next(iterator);
        if (value_is_null(key)) {
            status = error_occurred() ? -1 : 0;
            break;
        }
        Value value = get_item(mapping, key);
        status = value_is_null(value) ? -1 : set_item(self, key, value);
        value_decref(key);
        value_xdecref(value);
    }
    value_decref(iterator);
    return status;
}

static int update_pair(Value self, Value pair)
{
    Value iterator = get_iter(pair);
    if (value_is_null(iterator)) return -1;
    Value key = iter_next(iterator), value = VALUE_NULL, extra = VALUE_NULL;
    if (!value_is_null(key)) value = iter_next(iterator);
    if (!value_is_null(value)) extra = iter_next(iterator);
    int status = -1;
    if (error_occurred()) {
        status = -1;
    } else if (value_is_null(value)) {
        bool has_key = !value_is_null(key);
        error_format(&type_ValueError, "need more than %d value%s to unpack", has_key, has_key ? "" : "s");
    } else if (!value_is_null(extra)) {
        error_set(&type_ValueError, "too many values to unpack (expected 2)");
    } else {
        status = set_item(self, key, value);
    }
    value_xdecref(key);
    value_xdecref(value);
    value_xdecref(extra);
    value_decref(iterator);
    return status;
}

static int update_from_pairs(Value self, Value pairs)
{
    Value iterator = get_iter(pairs);
    if (value_is_null(iterator)) return -1;
    int status = 0;
    while (status == 0) {
        Value pair = iter_next(iterator);
        if (value_is_null(pair)) {
            status = error_occurred() ? -1 : 0;
            break;
        }
        status = update_pair(self, pair);
        value_decref(pair);
    }
    value_decref(iterator);
    return status;
}

/* Applies `use` to the result of other.name(); 1 when other has no such method. */
static int update_through_method(Value self, Value other, Value name, bool are_keys)
{
    bool failed = false;
    Value method = get_attr_optional(other, name, &failed);
    if (value_is_null(method)) return failed ? -1 : 1;
    Value result = call_0(method);
    value_decref(method);
    if (value_is_null(result)) return -1;
    int status = are_keys ? update_from_keys(self, other, result) : update_from_pairs(self, result);
    value_decref(result);
    return status;
}

static int update_from(Value self, Value other)
{
    if (is_exact_dict(other)) {
        Value items = dict_items_list(other);
        int status = value_is_null(items) ? -1 : update_from_pairs(self, items);
        value_xdecref(items);
        return status;
    }
    int status = update_through_method(self, other, ID(keys), true);
    if (status == 1) status = update_through_method(self, other, ID(items), false);
    return status == 1 ? update_from_pairs(self, other) : status;
}

static int update_from_args(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (nargs > 0 && update_from(self, args[0]) < 0) return -1;
    if (value_is_null(kwnames)) return 0;
    for (ssize_t i = 0; i < tuple_length(kwnames); i++)
        if (set_item(self, tuple_item_borrow(kwnames, i), args[nargs + i]) < 0) return -1;
    return 0;
}

static NATIVE(ordered_dict_update)
{
    if (nargs > 1)
        return error_format(&type_TypeError, "update() takes at most 1 positional argument (%zd given)", nargs);
    return update_from_args(self, args, nargs, kwnames) < 0 ? VALUE_NULL : VALUE_NONE;
}

static int init_ordered_dict(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (nargs > 1) {
        error_format(&type_TypeError, "expected at most 1 arguments, got %zd", nargs);
        return -1;
    }
    return update_from_args(self, args, nargs, kwnames);
}

/* --- methods --- */

static NATIVE(ordered_dict_fromkeys)
{
    static const char *const names[] = {"iterable", "value", NULL};
    static const ArgSpec spec = {.function = "fromkeys", .names = names, .required = 1, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value value = value_is_null(out[1]) ? VALUE_NONE : out[1], result = call_0(self);
    Value iterator = value_is_null(result) ? VALUE_NULL : get_iter(out[0]);
    int status = value_is_null(iterator) ? -1 : 0;
    while (status == 0) {
        Value key = iter_next(iterator);
        if (value_is_null(key)) {
            status = error_occurred() ? -1 : 0;
            break;
        }
        status = set_item(result, key, value);
        value_decref(key);
    }
    value_xdecref(iterator);
    if (status < 0 && !value_is_null(result)) value_clear(&result);
    return result;
}

static NATIVE(ordered_dict_sizeof)
{
    return value_from_small_int(dict_sizeof(self));
}

static NATIVE(ordered_dict_reduce)
{
    Value state = call_method_0(self, ID(__getstate__));
    Value items = value_is_null(state) ? VALUE_NULL : call_method_0(self, ID(items));
    Value iterator = value_is_null(items) ? VALUE_NULL : get_iter(items), result = VALUE_NULL;
    Value empty = tuple_empty();
    if (!value_is_null(iterator))
        result = tuple_pack(5, value_from_object(type_of(self)), empty, state, VALUE_NONE, iterator);
    value_decref(empty);
    value_xdecref(state);
    value_xdecref(items);
    value_xdecref(iterator);
    return result;
}

static NATIVE(ordered_dict_setdefault)
{
    static const char *const names[] = {"key", "default", NULL};
    static const ArgSpec spec = {.function = "setdefault", .names = names, .required = 1, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value fallback = value_is_null(out[1]) ? VALUE_NONE : out[1];
    if (is_exact(self)) return dict_set_default(self, out[0], fallback);
    int has = contains(self, out[0]);
    if (has < 0) return VALUE_NULL;
    if (has) return get_item(self, out[0]);
    return set_item(self, out[0], fallback) < 0 ? VALUE_NULL : value_incref(fallback);
}

static NATIVE(ordered_dict_pop)
{
    static const char *const names[] = {"key", "default", NULL};
    static const ArgSpec spec = {.function = "pop", .names = names, .required = 1, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    return dict_pop(self, out[0], out[1]);
}

static bool parse_last(const ArgSpec *spec, const Value *args, ssize_t nargs, NULLABLE Value kwnames, Value *out,
                       bool *is_last)
{
    int position = spec->positional - 1;
    *is_last = true;
    return args_parse(spec, args, nargs, kwnames, out) &&
           (value_is_null(out[position]) || arg_as_bool(out[position], is_last));
}

static ssize_t end_entry(Value self, bool is_last)
{
    const Dict *dict = as_dict(self);
    ssize_t i = is_last ? dict->entries_used - 1 : dict->first_live;
    while (value_is_null(dict->entries[i].value)) i += is_last ? -1 : 1;
    return i;
}

static NATIVE(ordered_dict_popitem)
{
    static const char *const names[] = {"last", NULL};
    static const ArgSpec spec = {.function = "popitem", .names = names, .positional = 1};
    Value out, pair[2];
    bool is_last;
    if (!parse_last(&spec, args, nargs, kwnames, &out, &is_last)) return VALUE_NULL;
    if (dict_length(self) == 0) return error_set(&type_KeyError, "dictionary is empty");
    dict_take_entry(self, end_entry(self, is_last), &pair[0], &pair[1]);
    return tuple_from_array_steal(pair, 2);
}

static NATIVE(ordered_dict_move_to_end)
{
    static const char *const names[] = {"key", "last", NULL};
    static const ArgSpec spec = {.function = "move_to_end", .names = names, .required = 1, .positional = 2};
    Value out[2];
    bool is_last;
    if (!parse_last(&spec, args, nargs, kwnames, out, &is_last)) return VALUE_NULL;
    ssize_t i = dict_find_entry(self, out[0]);
    if (i == -2) return VALUE_NULL;
    if (i < 0) return error_key(out[0]);
    if (i == end_entry(self, is_last)) return VALUE_NONE;
    int status = is_last ? dict_move_to_end(self, i) : dict_move_to_front(self, i);
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(ordered_dict_clear)
{
    dict_clear(self);
    return VALUE_NONE;
}

static NATIVE(ordered_dict_copy)
{
    Value copy = call_0(value_from_object(type_of(self)));
    if (value_is_null(copy)) return VALUE_NULL;
    int status;
    if (is_exact(self)) {
        status = dict_merge(copy, self, 1);
    } else {
        Value keys = dict_keys_list(self);
        status = value_is_null(keys) ? -1 : update_from_keys(copy, self, keys);
        value_xdecref(keys);
    }
    if (status < 0) value_clear(&copy);
    return copy;
}

/* --- repr, comparison, union --- */

static Value repr_ordered_dict(Value self)
{
    const char *name = strrchr(type_of(self)->name, '.');
    name = name ? name + 1 : type_of(self)->name;
    if (dict_length(self) == 0) return str_format("%s()", name);
    int entered = repr_enter(self);
    if (entered) return entered > 0 ? str_from_cstr("...") : VALUE_NULL;
    Value items = VALUE_NULL, result = VALUE_NULL;
    if (is_exact(self)) {
        items = dict_items_list(self);
    } else {
        Value view = call_method_0(self, ID(items));
        if (!value_is_null(view)) items = list_from_iterable(view);
        value_xdecref(view);
    }
    if (!value_is_null(items)) {
        result = str_format("%s(%R)", name, items);
        value_decref(items);
    }
    repr_leave(self);
    return result;
}

/* 1 when both have equal keys at equal places */
static int same_order(Value left, Value right)
{
    Value a = dict_keys_list(left), b = value_is_null(a) ? a : dict_keys_list(right);
    int equal = value_is_null(b) ? -1 : rich_compare_bool(a, b, CMP_EQ);
    value_xdecref(a);
    value_xdecref(b);
    return equal;
}

static Value compare_ordered_dicts(Value left, Value right, CompareOp op)
{
    if (!is_dict(right) || (op != CMP_EQ && op != CMP_NE)) return VALUE_NOT_IMPLEMENTED;
    Value same_items = dict_equal(left, right, CMP_EQ);
    if (!value_is_bool(same_items)) return same_items;
    int equal = value_is(same_items, VALUE_TRUE);
    if (equal && is_ordered_dict(right)) equal = same_order(left, right);
    return equal < 0 ? VALUE_NULL : value_from_bool(equal == (op == CMP_EQ));
}

static Value union_of(Value left, Value right)
{
    if (!is_dict(left) || !is_dict(right)) return VALUE_NOT_IMPLEMENTED;
    Type *type = is_ordered_dict(left) ? type_of(left) : type_of(right);
    Value result = call_1(value_from_object(type), left);
    if (!value_is_null(result) && update_from(result, right) < 0) value_clear(&result);
    return result;
}

static Value inplace_union(Value self, Value other)
{
    return update_from(self, other) < 0 ? VALUE_NULL : value_incref(self);
}

/* --- iterators and views --- */

enum { GIVES_KEYS = 1, GIVES_VALUES = 2 };

typedef struct OrderedIterator {
    Object head;
    NULLABLE Value dict;   /* owned; no value: exhausted */
    NULLABLE Value result; /* the pair given last, for items */
    ssize_t position;      /* entry to look at next */
    uint32_t keys_version; /* of the dict when the iterator was made */
    uint8_t gives;
    bool is_reverse;
} OrderedIterator;

static Value iterator_new(Value dict, uint8_t gives, bool is_reverse)
{
    OrderedIterator *iterator = object_alloc_zeroed(&type_ordered_dict_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->dict = value_incref(dict);
    iterator->position = is_reverse ? as_dict(dict)->entries_used - 1 : 0;
    iterator->keys_version = dict_keys_version(dict);
    iterator->gives = gives;
    iterator->is_reverse = is_reverse;
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

static void destroy_iterator(Object *self)
{
    OrderedIterator *iterator = (OrderedIterator *)self;
    gc_untrack_inline(self);
    value_xdecref(iterator->dict);
    value_xdecref(iterator->result);
    object_free(self, sizeof *iterator);
}

static int traverse_iterator(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((OrderedIterator *)self)->dict);
    GC_VISIT(((OrderedIterator *)self)->result);
    return 0;
}

static NULLABLE const DictEntry *next_entry(OrderedIterator *iterator)
{
    if (value_is_null(iterator->dict)) return NULL;
    const Dict *dict = as_dict(iterator->dict);
    if (dict->keys_version != iterator->keys_version) {
        error_set(&type_RuntimeError, "OrderedDict mutated during iteration");
        value_clear(&iterator->dict);
        return NULL;
    }
    ssize_t i = iterator->position, step = iterator->is_reverse ? -1 : 1;
    if (!iterator->is_reverse) i = MAX(i, dict->first_live);
    while (i >= dict->first_live && i < dict->entries_used && value_is_null(dict->entries[i].value)) i += step;
    if (i < dict->first_live || i >= dict->entries_used) {
        value_clear(&iterator->dict);
        return NULL;
    }
    iterator->position = i + step;
    return &dict->entries[i];
}

static Value next_of_iterator(Value self)
{
    OrderedIterator *iterator = (OrderedIterator *)value_as_object(self);
    const DictEntry *entry = next_entry(iterator);
    if (!entry) return VALUE_NULL;
    if (iterator->gives == GIVES_KEYS) return value_incref(entry->key);
    if (iterator->gives == GIVES_VALUES) return value_incref(entry->value);
    return iter_pair(&iterator->result, value_incref(entry->key), value_incref(entry->value));
}

static NATIVE(iterator_reduce)
{
    const OrderedIterator *source = (const OrderedIterator *)value_as_object(self);
    OrderedIterator *copy = object_alloc_zeroed(&type_ordered_dict_iterator, sizeof *copy);
    if (!copy) return VALUE_NULL;
    copy->dict = value_xincref(source->dict);
    copy->position = source->position;
    copy->keys_version = source->keys_version;
    copy->gives = source->gives;
    copy->is_reverse = source->is_reverse;
    gc_track_inline(copy);
    Value items = list_from_iterable(value_from_object(copy));
    object_decref(&copy->head);
    return value_is_null(items) ? items : iter_reduce_as(ID(iter), items);
}

static const NativeMethod iterator_methods[] = {
    {"__reduce__", iterator_reduce, 0, 0, 0, "Return state information for pickling"},
    {NULL},
};

Type type_ordered_dict_iterator = {
    .head = TYPE_HEAD,
    .name = "odict_iterator",
    .instance_size = sizeof(OrderedIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .iter = iter_self,
    .iternext = next_of_iterator,
    .methods = iterator_methods,
};

static Value iter_ordered_dict(Value self)
{
    return iterator_new(self, GIVES_KEYS, false);
}

static NATIVE(ordered_dict_reversed)
{
    return iterator_new(self, GIVES_KEYS, true);
}

#define VIEW(kind, gives)                                                                                              \
    static Value iter_##kind(Value view)                                                                               \
    {                                                                                                                  \
        return iterator_new(((DictView *)value_as_object(view))->dict, gives, false);                                  \
    }                                                                                                                  \
    static NATIVE(reversed_##kind)                                                                                     \
    {                                                                                                                  \
        return iterator_new(((DictView *)value_as_object(self))->dict, gives, true);                                   \
    }                                                                                                                  \
    static NATIVE(ordered_dict_##kind)                                                                                 \
    {                                                                                                                  \
        return dict_view_new(&type_ordered_dict_##kind, self);                                                         \
    }                                                                                                                  \
    static const NativeMethod kind##_methods[] = {{"__reversed__", reversed_##kind, 0, 0, 0, NULL}, {NULL}};           \
    Type type_ordered_dict_##kind = {                                                                                  \
        .head = TYPE_HEAD,                                                                                             \
        .name = "odict_" #kind,                                                                                        \
        .base = &type_dict_##kind,                                                                                     \
        .instance_size = sizeof(DictView),                                                                             \
        .flags = TYPE_HAS_GC | TYPE_NO_NEW,                                                                            \
        .iter = iter_##kind,                                                                                           \
        .methods = kind##_methods,                                                                                     \
    };

VIEW(keys, GIVES_KEYS)
VIEW(values, GIVES_VALUES)
VIEW(items, GIVES_KEYS | GIVES_VALUES)

static const NativeMethod ordered_dict_methods[] = {
    {"fromkeys", ordered_dict_fromkeys, 1, 2, NATIVE_KEYWORDS | NATIVE_CLASS,
     "fromkeys($type, /, iterable, value=None)\n--\n\n"
     "Create a new ordered dictionary with keys from iterable and values set to value."},
    {"__sizeof__", ordered_dict_sizeof, 0, 0, 0, ""},
    {"__reduce__", ordered_dict_reduce, 0, 0, 0, "Return state information for pickling"},
    {"setdefault", ordered_dict_setdefault, 1, 2, NATIVE_KEYWORDS,
     "setdefault($self, /, key, default=None)\n--\n\nInsert key with a value of default if key is not in the "
     "dictionary.\n\nReturn the value for key if key is in the dictionary, else default."},
    {"pop", ordered_dict_pop, 1, 2, NATIVE_KEYWORDS,
     "pop($self, /, key, default=<unrepresentable>)\n--\n\n"
     "od.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\n"
     "If the key is not found, return the default if given; otherwise,\nraise a KeyError."},
    {"popitem", ordered_dict_popitem, 0, 1, NATIVE_KEYWORDS,
     "popitem($self, /, last=True)\n--\n\nRemove and return a (key, value) pair from the dictionary.\n\n"
     "Pairs are returned in LIFO order if last is true or FIFO order if false."},
    {"keys", ordered_dict_keys, 0, 0, 0, ""},
    {"values", ordered_dict_values, 0, 0, 0, ""},
    {"items", ordered_dict_items, 0, 0, 0, ""},
    {"update", ordered_dict_update, 0, -1, NATIVE_KEYWORDS, ""},
    {"clear", ordered_dict_clear, 0, 0, 0, "od.clear() -> None.  Remove all items from od."},
    {"copy", ordered_dict_copy, 0, 0, 0, "od.copy() -> a shallow copy of od"},
    {"__reversed__", ordered_dict_reversed, 0, 0, 0, "od.__reversed__() <==> reversed(od)"},
    {"move_to_end", ordered_dict_move_to_end, 1, 2, NATIVE_KEYWORDS,
     "move_to_end($self, /, key, last=True)\n--\n\nMove an existing element to the end (or beginning if last is "
     "false).\n"
     "\nRaise KeyError if the element does not exist."},
    {NULL},
};

static const NativeGetSet ordered_dict_getsets[] = {
    {"__dict__", generic_get_dict, generic_set_dict, NULL, NULL},
    {NULL},
};

Type type_ordered_dict = {
    .head = TYPE_HEAD,
    .name = "collections.OrderedDict",
    .doc = "Dictionary that remembers insertion order",
    .base = &type_dict,
    .instance_size = sizeof(OrderedDict),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_MAPPING,
    .dict_offset = offsetof(OrderedDict, attributes),
    .weaklist_offset = offsetof(OrderedDict, weaklist),
    .destroy = destroy_ordered_dict,
    .traverse = traverse_ordered_dict,
    .clear = clear_ordered_dict,
    .init = init_ordered_dict,
    .repr = repr_ordered_dict,
    .compare = compare_ordered_dicts,
    .iter = iter_ordered_dict,
    .number = {.or_ = union_of, .inplace_or = inplace_union},
    .methods = ordered_dict_methods,
    .getsets = ordered_dict_getsets,
};

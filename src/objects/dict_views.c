/* dict_views.c: what looks at a dict: its iterators, the set-like views keys() and items(), values(), and mappingproxy.
 */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/repr_guard.h"
#include "objects/set_ops.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- iterators --- */

static Value iterator_new(Type *type, Value dict, bool is_reverse)
{
    DictIterator *iterator = object_alloc(type, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    const Dict *table = as_dict(dict);
    iterator->dict = value_incref(dict);
    iterator->length_before = iterator->remaining = table->length;
    iterator->position = is_reverse ? table->entries_used - 1 : 0;
    iterator->result = VALUE_NULL;
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

Value dict_iter_keys(Value dict)
{
    return iterator_new(&type_dict_key_iterator, dict, false);
}

Value dict_iter_reversed_keys(Value dict)
{
    return iterator_new(&type_dict_reverse_key_iterator, dict, true);
}

static void destroy_iterator(Object *self)
{
    DictIterator *iterator = (DictIterator *)self;
    gc_untrack_inline(iterator);
    value_xdecref(iterator->dict);
    value_xdecref(iterator->result);
    object_free(self, sizeof *iterator);
}

static int traverse_iterator(Object *self, GcVisit visit, void *argument)
{
    const DictIterator *iterator = (const DictIterator *)self;
    GC_VISIT(iterator->dict);
    GC_VISIT(iterator->result);
    return 0;
}

static NOINLINE NULLABLE const DictEntry *iterator_end(DictIterator *iterator)
{
    value_clear(&iterator->dict);
    return NULL;
}

/* The next live entry forwards; NULL at the end or with RuntimeError. */
ALWAYS_INLINE NULLABLE const DictEntry *next_entry(DictIterator *iterator)
{
    if (value_is_null(iterator->dict)) return NULL;
    const Dict *dict = as_dict(iterator->dict);
    if (UNLIKELY(iterator->length_before != dict->length)) {
        error_set(&type_RuntimeError, "dictionary changed size during iteration");
        iterator->length_before = -1; /* from now on every next fails */
        return NULL;
    }
    ssize_t i = MAX(iterator->position, dict->first_live);
    while (i < dict->entries_used && value_is_null(dict->entries[i].value)) i++;
    if (i >= dict->entries_used) return iterator_end(iterator);
    if (UNLIKELY(iterator->remaining == 0)) {
        error_set(&type_RuntimeError, "dictionary keys changed during iteration");
        return iterator_end(iterator);
    }
    iterator->position = i + 1;
    iterator->remaining--;
    return &dict->entries[i];
}

static NULLABLE const DictEntry *previous_entry(DictIterator *iterator)
{
    if (value_is_null(iterator->dict)) return NULL;
    const Dict *dict = as_dict(iterator->dict);
    if (iterator->length_before != dict->length) {
        error_set(&type_RuntimeError, "dictionary changed size during iteration");
        iterator->length_before = -1;
        return NULL;
    }
    ssize_t i = MIN(iterator->position, dict->entries_used - 1);
    while (i >= 0 && value_is_null(dict->entries[i].value)) i--;
    if (i < 0) return iterator_end(iterator);
    iterator->position = i - 1;
    iterator->remaining--;
    return &dict->entries[i];
}

static Value pair_of(DictIterator *iterator, const DictEntry *entry)
{
    return iter_pair(&iterator->result, value_incref(entry->key), value_incref(entry->value));
}

static Value next_key(Value self)
{
    const DictEntry *entry = next_entry((DictIterator *)value_as_object(self));
    return entry ? value_incref(entry->key) : VALUE_NULL;
}

static Value next_value(Value self)
{
    const DictEntry *entry = next_entry((DictIterator *)value_as_object(self));
    return entry ? value_incref(entry->value) : VALUE_NULL;
}

static Value next_item(Value self)
{
    DictIterator *iterator = (DictIterator *)value_as_object(self);
    const DictEntry *entry = next_entry(iterator);
    return entry ? pair_of(iterator, entry) : VALUE_NULL;
}

static Value previous_key(Value self)
{
    const DictEntry *entry = previous_entry((DictIterator *)value_as_object(self));
    return entry ? value_incref(entry->key) : VALUE_NULL;
}

static Value previous_value(Value self)
{
    const DictEntry *entry = previous_entry((DictIterator *)value_as_object(self));
    return entry ? value_incref(entry->value) : VALUE_NULL;
}

static Value previous_item(Value self)
{
    DictIterator *iterator = (DictIterator *)value_as_object(self);
    const DictEntry *entry = previous_entry(iterator);
    return entry ? pair_of(iterator, entry) : VALUE_NULL;
}

static NATIVE(iterator_length_hint)
{
    const DictIterator *iterator = (const DictIterator *)value_as_object(self);
    bool is_valid = !value_is_null(iterator->dict) && iterator->length_before == dict_length(iterator->dict);
    return value_from_small_int(is_valid ? iterator->remaining : 0);
}

/* The items to come as a list, taken from a copy of the iterator. */
static NATIVE(iterator_reduce)
{
    const DictIterator *source = (const DictIterator *)value_as_object(self);
    DictIterator *copy = object_alloc(type_of(self), sizeof *copy);
    if (!copy) return VALUE_NULL;
    copy->dict = value_xincref(source->dict);
    copy->position = source->position;
    copy->length_before = source->length_before;
    copy->remaining = source->remaining;
    copy->result = VALUE_NULL;
    gc_track_inline(copy);
    Value items = list_from_iterable(value_from_object(copy));
    object_decref(&copy->head);
    return value_is_null(items) ? VALUE_NULL : iter_reduce_as(ID(iter), items);
}

static const NativeMethod iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, 0, 0, 0, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", iterator_reduce, 0, 0, 0, "Return state information for pickling."},
    {NULL},
};

Type type_dict_key_iterator = {
    .head = TYPE_HEAD,
    .name = "dict_keyiterator",
    .instance_size = sizeof(DictIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .iter = iter_self,
    .iternext = next_key,
    .methods = iterator_methods,
};

Type type_dict_value_iterator = {
    .head = TYPE_HEAD,
    .name = "dict_valueiterator",
    .instance_size = sizeof(DictIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .iter = iter_self,
    .iternext = next_value,
    .methods = iterator_methods,
};

Type type_dict_item_iterator = {
    .head = TYPE_HEAD,
    .name = "dict_itemiterator",
    .instance_size = sizeof(DictIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .iter = iter_self,
    .iternext = next_item,
    .methods = iterator_methods,
};

Type type_dict_reverse_key_iterator = {
    .head = TYPE_HEAD,
    .name = "dict_reversekeyiterator",
    .instance_size = sizeof(DictIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .iter = iter_self,
    .iternext = previous_key,
    .methods = iterator_methods,
};

Type type_dict_reverse_value_iterator = {
    .head = TYPE_HEAD,
    .name = "dict_reversevalueiterator",
    .instance_size = sizeof(DictIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .iter = iter_self,
    .iternext = previous_value,
    .methods = iterator_methods,
};

Type type_dict_reverse_item_iterator = {
    .head = TYPE_HEAD,
    .name = "dict_reverseitemiterator",
    .instance_size = sizeof(DictIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .iter = iter_self,
    .iternext = previous_item,
    .methods = iterator_methods,
};

/* --- views --- */

static Value view_dict(Value view)
{
    return ((DictView *)value_as_object(view))->dict;
}

Value dict_view_new(Type *type, Value dict)
{
    DictView *view = object_alloc(type, sizeof *view);
    if (!view) return VALUE_NULL;
    view->dict = value_incref(dict);
    gc_track_inline(view);
    return value_from_object(view);
}

static void destroy_view(Object *self)
{
    gc_untrack_inline(self);
    value_decref(((DictView *)self)->dict);
    object_free(self, sizeof(DictView));
}

static int traverse_view(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((DictView *)self)->dict);
    return 0;
}

/* keys() or items(), which behave as sets. */
static bool is_set_view(Value v)
{
    return type_is_subtype(type_of(v), &type_dict_keys) || type_is_subtype(type_of(v), &type_dict_items);
}

static ssize_t view_length(Value self)
{
    return dict_length(view_dict(self));
}

static Value repr_view(Value self)
{
    int entered = repr_enter(self);
    if (entered) return entered > 0 ? str_from_cstr("...") : VALUE_NULL;
    Value items = list_from_iterable(self), result = VALUE_NULL;
    if (!value_is_null(items)) {
        result = str_format("%s(%R)", type_of(self)->name, items);
        value_decref(items);
    }
    repr_leave(self);
    return result;
}

static int keys_contain(Value self, Value key)
{
    return dict_contains(view_dict(self), key);
}

static int items_contain(Value self, Value item)
{
    if (!is_tuple(item) || tuple_length(item) != 2) return 0;
    Value found = dict_get_borrow(view_dict(self), tuple_item_borrow(item, 0));
    if (value_is_null(found)) return error_occurred() ? -1 : 0;
    value_incref(found);
    int equal = rich_compare_bool(found, tuple_item_borrow(item, 1), CMP_EQ);
    value_decref(found);
    return equal;
}

/* 1 when every item of self is in other */
static int all_contained(Value self, Value other)
{
    Value iterator = get_iter(self);
    if (value_is_null(iterator)) return -1;
    int result = 1;
    while (result > 0) {
        Value item = iter_next(iterator);
        if (value_is_null(item)) {
            result = error_occurred() ? -1 : 1;
            break;
        }
        result = contains(other, item);
        value_decref(item);
    }
    value_decref(iterator);
    return result;
}

static Value compare_views(Value self, Value other, CompareOp op)
{
    if (!is_any_set(other) && !is_set_view(other)) return VALUE_NOT_IMPLEMENTED;
    ssize_t mine = value_length(self), theirs = mine < 0 ? -1 : value_length(other);
    if (theirs < 0) return VALUE_NULL;
    int holds = 0;
    switch (op) {
    case CMP_NE:
    case CMP_EQ: holds = mine == theirs ? all_contained(self, other) : 0; break;
    case CMP_LT: holds = mine < theirs ? all_contained(self, other) : 0; break;
    case CMP_LE: holds = mine <= theirs ? all_contained(self, other) : 0; break;
    case CMP_GT: holds = mine > theirs ? all_contained(other, self) : 0; break;
    case CMP_GE: holds = mine >= theirs ? all_contained(other, self) : 0; break;
    }
    if (holds < 0) return VALUE_NULL;
    return value_from_bool(op == CMP_NE ? !holds : holds);
}

/* set(self), changed by its method with `other`. */
static Value set_changed_by(Value self, Value method, Value other)
{
    Value result = set_new(self);
    if (value_is_null(result)) return VALUE_NULL;
    Value none = call_method_1(result, method, other);
    if (value_is_null(none))
        value_clear(&result);
    else
        value_decref(none);
    return result;
}

static Value view_subtract(Value self, Value other)
{
    return set_changed_by(self, ID(difference_update), other);
}

static Value view_or(Value self, Value other)
{
    return set_changed_by(self, ID(update), other);
}

static Value view_xor(Value self, Value other)
{
    return set_changed_by(self, ID(symmetric_difference_update), other);
}

/* Adds the items of `other` that the view has to a new set. */
static Value collect_common(Value view, Value other)
{
    Value result = set_new(VALUE_NULL), iterator = get_iter(other);
    int status = value_is_null(result) || value_is_null(iterator) ? -1 : 0;
    while (status == 0) {
        Value item = iter_next(iterator);
        if (value_is_null(item)) {
            status = error_occurred() ? -1 : 1;
            break;
        }
        int has = type_of(view)->sequence.contains(view, item);
        status = has <= 0 ? has : set_add(result, item);
        value_decref(item);
    }
    value_xdecref(iterator);
    if (status < 0 && !value_is_null(result)) value_clear(&result);
    return result;
}

static Value view_and(Value self, Value other)
{
    Value view = is_set_view(self) ? self : other; /* `x & view` comes here too */
    if (!value_is(view, self)) other = self;
    /* look the smaller one's items up in the bigger one */
    if (is_set(other) && value_has_type(other, &type_set) && view_length(view) <= set_length(other))
        return call_method_1(other, ID(intersection), view);
    if (is_set_view(other) && view_length(other) > view_length(view)) {
        Value bigger = other;
        other = view;
        view = bigger;
    }
    return collect_common(view, other);
}

static NATIVE(view_isdisjoint)
{
    Value view = self, other = args[0];
    if (value_is(view, other)) return value_from_bool(view_length(view) == 0);
    if (is_any_set(other) || is_set_view(other)) {
        ssize_t theirs = value_length(other);
        if (theirs < 0) return VALUE_NULL;
        if (theirs > view_length(view)) {
            view = args[0];
            other = self;
        }
    }
    Value iterator = get_iter(other);
    if (value_is_null(iterator)) return VALUE_NULL;
    int has = 0;
    while (has == 0) {
        Value item = iter_next(iterator);
        if (value_is_null(item)) {
            has = error_occurred() ? -1 : 0;
            break;
        }
        has = contains(view, item);
        value_decref(item);
    }
    value_decref(iterator);
    return has < 0 ? VALUE_NULL : value_from_bool(!has);
}

static Value view_get_mapping(Value self, void *closure)
{
    return mapping_proxy_new(view_dict(self));
}

static Value iter_keys(Value self)
{
    return dict_iter_keys(view_dict(self));
}

static Value iter_values(Value self)
{
    return iterator_new(&type_dict_value_iterator, view_dict(self), false);
}

static Value iter_items(Value self)
{
    return iterator_new(&type_dict_item_iterator, view_dict(self), false);
}

static NATIVE(keys_reversed)
{
    return dict_iter_reversed_keys(view_dict(self));
}

static NATIVE(values_reversed)
{
    return iterator_new(&type_dict_reverse_value_iterator, view_dict(self), true);
}

static NATIVE(items_reversed)
{
    return iterator_new(&type_dict_reverse_item_iterator, view_dict(self), true);
}

static const char isdisjoint_doc[] = "Return True if the view and the given iterable have a null intersection.";

static const NativeMethod keys_methods[] = {
    {"isdisjoint", view_isdisjoint, 1, 1, 0, isdisjoint_doc},
    {"__reversed__", keys_reversed, 0, 0, 0, "Return a reverse iterator over the dict keys."},
    {NULL},
};

static const NativeMethod values_methods[] = {
    {"__reversed__", values_reversed, 0, 0, 0, "Return a reverse iterator over the dict values."},
    {NULL},
};

static const NativeMethod items_methods[] = {
    {"isdisjoint", view_isdisjoint, 1, 1, 0, isdisjoint_doc},
    {"__reversed__", items_reversed, 0, 0, 0, "Return a reverse iterator over the dict items."},
    {NULL},
};

static const NativeGetSet view_getsets[] = {
    {"mapping", view_get_mapping, NULL, "dictionary that this view refers to", NULL},
    {NULL},
};

Type type_dict_keys = {
    .head = TYPE_HEAD,
    .name = "dict_keys",
    .instance_size = sizeof(DictView),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_view,
    .traverse = traverse_view,
    .repr = repr_view,
    .compare = compare_views,
    .iter = iter_keys,
    .number = {.subtract = view_subtract, .and_ = view_and, .xor_ = view_xor, .or_ = view_or},
    .sequence = {.length = view_length, .contains = keys_contain},
    .methods = keys_methods,
    .getsets = view_getsets,
};

Type type_dict_items = {
    .head = TYPE_HEAD,
    .name = "dict_items",
    .instance_size = sizeof(DictView),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_view,
    .traverse = traverse_view,
    .repr = repr_view,
    .compare = compare_views,
    .iter = iter_items,
    .number = {.subtract = view_subtract, .and_ = view_and, .xor_ = view_xor, .or_ = view_or},
    .sequence = {.length = view_length, .contains = items_contain},
    .methods = items_methods,
    .getsets = view_getsets,
};

Type type_dict_values = {
    .head = TYPE_HEAD,
    .name = "dict_values",
    .instance_size = sizeof(DictView),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_view,
    .traverse = traverse_view,
    .repr = repr_view,
    .iter = iter_values,
    .sequence = {.length = view_length},
    .methods = values_methods,
    .getsets = view_getsets,
};

/* --- mappingproxy: a read-only view of any mapping --- */

typedef struct MappingProxy {
    Object head;
    Value mapping; /* owned */
} MappingProxy;

static Value proxied(Value proxy)
{
    return ((MappingProxy *)value_as_object(proxy))->mapping;
}

Value mapping_proxy_new(Value mapping)
{
    MappingProxy *proxy = object_alloc(&type_mapping_proxy, sizeof *proxy);
    if (!proxy) return VALUE_NULL;
    proxy->mapping = value_incref(mapping);
    gc_track_inline(proxy);
    return value_from_object(proxy);
}

static Value new_proxy(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"mapping", NULL};
    static const ArgSpec spec = {.function = "mappingproxy", .names = names, .required = 1, .positional = 1};
    Value mapping;
    if (!args_parse(&spec, args, nargs, kwnames, &mapping)) return VALUE_NULL;
    if (!is_mapping(mapping) || is_list(mapping) || is_tuple(mapping))
        return error_format(&type_TypeError, "mappingproxy() argument must be a mapping, not %s",
                            type_of(mapping)->name);
    return mapping_proxy_new(mapping);
}

static void destroy_proxy(Object *self)
{
    gc_untrack_inline(self);
    value_decref(((MappingProxy *)self)->mapping);
    object_free(self, sizeof(MappingProxy));
}

static int traverse_proxy(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((MappingProxy *)self)->mapping);
    return 0;
}

static ssize_t proxy_length(Value self)
{
    return value_length(proxied(self));
}

static Value proxy_subscript(Value self, Value key)
{
    return get_item(proxied(self), key);
}

static int proxy_contains(Value self, Value key)
{
    Value mapping = proxied(self);
    return is_exact_dict(mapping) ? dict_contains(mapping, key) : contains(mapping, key);
}

static Value proxy_iter(Value self)
{
    return get_iter(proxied(self));
}

static int64_t proxy_hash(Value self)
{
    return value_hash(proxied(self));
}

static Value proxy_repr(Value self)
{
    return str_format("%s(%R)", type_of(self)->name, proxied(self));
}

static Value proxy_str(Value self)
{
    return value_str(proxied(self));
}

static Value proxy_compare(Value self, Value other, CompareOp op)
{
    return rich_compare(proxied(self), other, op);
}

static Value proxy_or(Value left, Value right)
{
    if (object_has_type(left, &type_mapping_proxy)) left = proxied(left);
    if (object_has_type(right, &type_mapping_proxy)) right = proxied(right);
    return number_binary(NB_OR, left, right);
}

static Value proxy_inplace_or(Value self, Value other)
{
    return error_format(&type_TypeError, "'|=' is not supported by %s; use '|' instead", type_of(self)->name);
}

static NATIVE(proxy_get)
{
    Value arguments[2] = {args[0], nargs > 1 ? args[1] : VALUE_NONE};
    return call_method(proxied(self), ID(get), arguments, 2, VALUE_NULL);
}

static NATIVE(proxy_keys)
{
    return call_method_0(proxied(self), ID(keys));
}

static NATIVE(proxy_values)
{
    return call_method_0(proxied(self), ID(values));
}

static NATIVE(proxy_items)
{
    return call_method_0(proxied(self), ID(items));
}

static NATIVE(proxy_copy)
{
    return call_method_0(proxied(self), ID(copy));
}

static NATIVE(proxy_reversed)
{
    return call_method_0(proxied(self), ID(__reversed__));
}

static const NativeMethod proxy_methods[] = {
    {"get", proxy_get, 1, 2, 0,
     "D.get(k[,d]) -> D[k] if k in D, else d.  d defaults to None.  Return the value for key if key is in the mapping, "
     "else default."},
    {"keys", proxy_keys, 0, 0, 0, "D.keys() -> a set-like object providing a view on D's keys"},
    {"values", proxy_values, 0, 0, 0, "D.values() -> an object providing a view on D's values"},
    {"items", proxy_items, 0, 0, 0, "D.items() -> a set-like object providing a view on D's items"},
    {"copy", proxy_copy, 0, 0, 0, "D.copy() -> a shallow copy of D"},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {"__reversed__", proxy_reversed, 0, 0, 0, "D.__reversed__() -> reverse iterator"},
    {NULL},
};

Type type_mapping_proxy = {
    .head = TYPE_HEAD,
    .name = "mappingproxy",
    .instance_size = sizeof(MappingProxy),
    .flags = TYPE_HAS_GC | TYPE_MAPPING,
    .destroy = destroy_proxy,
    .traverse = traverse_proxy,
    .new_instance = new_proxy,
    .repr = proxy_repr,
    .str = proxy_str,
    .hash = proxy_hash,
    .compare = proxy_compare,
    .iter = proxy_iter,
    .number = {.or_ = proxy_or, .inplace_or = proxy_inplace_or},
    .sequence = {.contains = proxy_contains},
    .mapping = {.length = proxy_length, .subscript = proxy_subscript},
    .methods = proxy_methods,
};

/* set.c: set and frozenset.
 *
 * An open hash table of (key, hash). A search looks at LINEAR_PROBES neighbours of a place before it jumps on. The
 * order in which a set shows its items follows from the table, so its sizes, its probes and the order in which
 * operations insert are CPython's: a program that prints a set of ints prints the same.
 *
 * Invariants
 *   S1  An unused entry has key VALUE_NULL and hash 0; a deleted one has key SET_DELETED and hash -1 (no key has it).
 *   S2  fill counts the entries that are not unused; fill * 5 < mask * 3 after each insertion, so that a search ends.
 *   S3  A comparison may run Python code that changes the set: the search holds the key and then checks that table and
 *       entry are as before, else it starts again.
 * The operations between sets are in set_ops.c. */
#include "objects/set.h"

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
#include "objects/plain.h"
#include "objects/repr_guard.h"
#include "objects/set_ops.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

enum { LINEAR_PROBES = 9, PERTURB_SHIFT = 5 };

#define SET_DELETED VALUE_MARKER(64)

static bool is_live(const SetEntry *entry)
{
    return !value_is_null(entry->key) && !value_is(entry->key, SET_DELETED);
}

/* --- the table --- */

static void set_empty_table(Set *set)
{
    memset(set->small, 0, sizeof set->small);
    set->table = set->small;
    set->mask = SET_SMALL - 1;
    set->length = set->fill = 0;
    set->hash = -1;
}

static void free_table(Set *set, SetEntry *table, ssize_t mask)
{
    if (table != set->small) mem_free(table, (size_t)(mask + 1) * sizeof *table);
}

/* Puts a key that is not in the table into a table without deleted entries. */
static void insert_clean(SetEntry *table, size_t mask, Value key, int64_t hash)
{
    size_t perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        SetEntry *entry = &table[i];
        for (int left = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0; left >= 0; left--, entry++) {
            if (!value_is_null(entry->key)) continue;
            *entry = (SetEntry){key, hash};
            return;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

static void insert_all_clean(Set *set, const SetEntry *table, ssize_t mask)
{
    for (ssize_t i = 0; i <= mask; i++)
        if (is_live(&table[i])) insert_clean(set->table, (size_t)set->mask, table[i].key, table[i].hash);
}

/* A new table for more than `wanted` entries; the live ones move there. */
static int resize(Set *set, ssize_t wanted)
{
    size_t size = SET_SMALL;
    while (size <= (size_t)wanted) size <<= 1;
    SetEntry *old = set->table, copy[SET_SMALL];
    ssize_t old_mask = set->mask;
    if (size == SET_SMALL) {
        if (old == set->small) {
            if (set->fill == set->length) return 0;
            memcpy(copy, old, sizeof copy);
            old = copy;
        }
        set->table = set->small;
    } else {
        SetEntry *table = size <= PTRDIFF_MAX / sizeof *table ? mem_alloc(size * sizeof *table) : NULL;
        if (!table) {
            error_no_memory();
            return -1;
        }
        set->table = table;
    }
    memset(set->table, 0, size * sizeof *set->table);
    set->mask = (ssize_t)size - 1;
    insert_all_clean(set, old, old_mask);
    set->fill = set->length;
    if (old != copy) free_table(set, old, old_mask);
    return 0;
}

static int resize_after_growth(Set *set)
{
    return resize(set, set->length > 50000 ? set->length * 2 : set->length * 4);
}

/* 1 equal, 0 not, -1 error, -2: the table has changed */
static NOINLINE int compare_with_entry(Set *set, SetEntry *entry, Value key)
{
    const SetEntry *table = set->table;
    ssize_t mask = set->mask;
    Value mine = value_incref(entry->key);
    int equal = rich_compare_bool(mine, key, CMP_EQ);
    bool has_changed = set->table != table || set->mask != mask || !value_is(entry->key, mine);
    value_decref(mine);
    return equal < 0 ? -1 : has_changed ? -2 : equal;
}

/* Same result for an entry whose hash is the key's; settles the usual cases without Python code. */
ALWAYS_INLINE int matches(Set *set, SetEntry *entry, Value key)
{
    int equal = plain_equal(entry->key, key);
    return equal == PLAIN_UNKNOWN ? compare_with_entry(set, entry, key) : equal;
}

/* The key's entry, or the unused one where the search ends; NULL on error. *deleted: the last deleted entry on the
 * way, or NULL; that is where CPython puts a new key. */
ALWAYS_INLINE NULLABLE SetEntry *search(Set *set, Value key, int64_t hash, SetEntry **deleted)
{
restart:;
    *deleted = NULL;
    size_t mask = (size_t)set->mask, perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        SetEntry *entry = &set->table[i];
        for (int left = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0; left >= 0; left--, entry++) {
            if (value_is_null(entry->key)) return entry;
            if (entry->hash == -1) *deleted = entry;
            if (entry->hash != hash) continue;
            int match = matches(set, entry, key);
            if (match == 1) return entry;
            if (match == -1) return NULL;
            if (match == -2) goto restart;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

static NULLABLE SetEntry *find(Set *set, Value key, int64_t hash)
{
    SetEntry *unused;
    return search(set, key, hash, &unused);
}

int set_contains_plain(Value v, Value key)
{
    const Set *set = as_set(v);
    int64_t hash;
    if (!plain_hash(key, &hash)) return PLAIN_UNKNOWN;
    size_t mask = (size_t)set->mask, perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        const SetEntry *entry = &set->table[i];
        for (int left = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0; left >= 0; left--, entry++) {
            if (value_is_null(entry->key)) return 0;
            if (entry->hash != hash) continue;
            int match = plain_equal(entry->key, key);
            if (match) return match;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

int set_add_hashed(Value v, Value key, int64_t hash)
{
    Set *set = as_set(v);
    value_incref(key); /* a comparison may drop the caller's last reference */
    SetEntry *deleted, *entry = search(set, key, hash, &deleted);
    if (!entry || !value_is_null(entry->key)) {
        value_decref(key);
        return entry ? 0 : -1;
    }
    set->length++;
    if (deleted) {
        *deleted = (SetEntry){key, hash};
        return 0;
    }
    *entry = (SetEntry){key, hash};
    set->fill++;
    if ((size_t)set->fill * 5 < (size_t)set->mask * 3) return 0;
    return resize_after_growth(set);
}

int set_contains_hashed(Value v, Value key, int64_t hash)
{
    const SetEntry *entry = find(as_set(v), key, hash);
    return entry ? !value_is_null(entry->key) : -1;
}

int set_discard_hashed(Value v, Value key, int64_t hash)
{
    Set *set = as_set(v);
    SetEntry *entry = find(set, key, hash);
    if (!entry) return -1;
    if (value_is_null(entry->key)) return 0;
    Value old = entry->key;
    *entry = (SetEntry){SET_DELETED, -1};
    set->length--;
    value_decref(old);
    return 1;
}

int set_add(Value v, Value item)
{
    int64_t hash = dict_hash_key(item);
    return hash == -1 ? -1 : set_add_hashed(v, item, hash);
}

static int contains_hashable(Value v, Value item)
{
    int64_t hash = dict_hash_key(item);
    return hash == -1 ? -1 : set_contains_hashed(v, item, hash);
}

static int discard_hashable(Value v, Value item)
{
    int64_t hash = dict_hash_key(item);
    return hash == -1 ? -1 : set_discard_hashed(v, item, hash);
}

/* `{1} in a_set_of_frozensets`: a set, which has no hash, is looked up as the frozenset of its items. */
static int retry_as_frozenset(int (*operation)(Value, Value), Value v, Value item)
{
    if (!is_set(item) || !error_catch(&type_TypeError)) return -1;
    Value frozen = frozenset_new(item);
    if (value_is_null(frozen)) return -1;
    int status = operation(v, frozen);
    value_decref(frozen);
    return status;
}

int set_contains(Value v, Value item)
{
    int status = contains_hashable(v, item);
    return LIKELY(status >= 0) ? status : retry_as_frozenset(contains_hashable, v, item);
}

int set_discard(Value v, Value item)
{
    int status = discard_hashable(v, item);
    return LIKELY(status >= 0) ? status : retry_as_frozenset(discard_hashable, v, item);
}

ssize_t set_length(Value v)
{
    return as_set(v)->length;
}

bool set_next(Value v, ssize_t *position, Value *item, int64_t *hash)
{
    const Set *set = as_set(v);
    ssize_t i = *position;
    while (i <= set->mask && !is_live(&set->table[i])) i++;
    *position = i + 1;
    if (i > set->mask) return false;
    *item = set->table[i].key;
    if (hash) *hash = set->table[i].hash;
    return true;
}

void set_clear(Value v)
{
    Set *set = as_set(v);
    if (set->fill == 0 && set->table == set->small) return;
    SetEntry *table = set->table, copy[SET_SMALL];
    ssize_t mask = set->mask;
    if (table == set->small) table = memcpy(copy, table, sizeof copy);
    set_empty_table(set);
    for (ssize_t i = 0; i <= mask; i++)
        if (is_live(&table[i])) value_decref(table[i].key);
    if (table != copy) free_table(set, table, mask);
}

/* All of `other`, a set or frozenset, into `v`. */
static int merge(Value v, Value other)
{
    Set *set = as_set(v), *source = as_set(other);
    if (set == source || source->length == 0) return 0;
    if ((size_t)(set->fill + source->length) * 5 >= (size_t)set->mask * 3 &&
        resize(set, (set->length + source->length) * 2) < 0)
        return -1;
    if (set->fill == 0) {
        bool is_same_shape = set->mask == source->mask && source->fill == source->length;
        for (ssize_t i = 0; i <= source->mask; i++)
            if (is_live(&source->table[i])) value_incref(source->table[i].key);
        if (is_same_shape)
            memcpy(set->table, source->table, (size_t)(source->mask + 1) * sizeof *set->table);
        else
            insert_all_clean(set, source->table, source->mask);
        set->length = set->fill = source->length;
        return 0;
    }
    for (ssize_t i = 0; i <= source->mask; i++)
        if (is_live(&source->table[i]) && set_add_hashed(v, source->table[i].key, source->table[i].hash) < 0) return -1;
    return 0;
}

static int update_from_dict(Value v, Value dict)
{
    Set *set = as_set(v);
    ssize_t count = dict_length(dict);
    if ((size_t)(set->fill + count) * 5 >= (size_t)set->mask * 3 && resize(set, (set->length + count) * 2) < 0)
        return -1;
    for (ssize_t i = 0; i < as_dict(dict)->entries_used; i++) {
        const DictEntry *entry = &as_dict(dict)->entries[i];
        if (!value_is_null(entry->value) && set_add_hashed(v, entry->key, entry->hash) < 0) return -1;
    }
    return 0;
}

int set_update(Value v, Value iterable)
{
    if (is_any_set(iterable)) return merge(v, iterable);
    if (is_exact_dict(iterable)) return update_from_dict(v, iterable);
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return -1;
    UnarySlot next = type_of(iterator)->iternext;
    int status = 0;
    while (status == 0) {
        Value item = next(iterator);
        if (value_is_null(item)) {
            status = iter_finish();
            break;
        }
        status = set_add(v, item);
        value_decref(item);
    }
    value_decref(iterator);
    return status;
}

void set_swap(Value v, Value w)
{
    Set *a = as_set(v), *b = as_set(w), old = *a;
    a->length = b->length;
    a->fill = b->fill;
    a->mask = b->mask;
    a->table = b->table == b->small ? a->small : b->table;
    memcpy(a->small, b->small, sizeof a->small);
    b->length = old.length;
    b->fill = old.fill;
    b->mask = old.mask;
    b->table = old.table == a->small ? b->small : old.table;
    memcpy(b->small, old.small, sizeof b->small);
    a->hash = b->hash = -1;
}

int set_shed_deleted(Value v)
{
    Set *set = as_set(v);
    if (set->fill - set->length <= set->mask / 4) return 0;
    return resize_after_growth(set);
}

/* --- making and freeing --- */

static Value new_of_type(Type *type, NULLABLE Value iterable)
{
    Set *set = type == &type_set || type == &type_frozenset ? object_alloc(type, sizeof *set)
                                                            : object_alloc_zeroed(type, type->instance_size);
    if (!set) return VALUE_NULL;
    set_empty_table(set);
    set->finger = 0;
    set->weaklist = VALUE_NULL;
    gc_track_inline(set);
    Value v = value_from_object(set);
    if (!value_is_null(iterable) && set_update(v, iterable) < 0) value_clear(&v);
    return v;
}

Value set_new(NULLABLE Value iterable)
{
    return new_of_type(&type_set, iterable);
}

Value frozenset_new(NULLABLE Value iterable)
{
    if (!value_is_null(iterable) && object_has_type(iterable, &type_frozenset)) return value_incref(iterable);
    return new_of_type(&type_frozenset, iterable);
}

Value set_new_like(Value model, NULLABLE Value iterable)
{
    return new_of_type(is_frozenset(model) ? &type_frozenset : &type_set, iterable);
}

static void destroy_set(Object *self)
{
    Set *set = (Set *)self;
    gc_untrack_inline(set);
    if (!value_is_null(set->weaklist)) weakref_clear_all(self);
    for (ssize_t i = 0, left = set->length; left > 0; i++) {
        if (!is_live(&set->table[i])) continue;
        value_decref(set->table[i].key);
        left--;
    }
    free_table(set, set->table, set->mask);
    object_free(self, self->type->instance_size);
}

static int traverse_set(Object *self, GcVisit visit, void *argument)
{
    const Set *set = (const Set *)self;
    for (ssize_t i = 0; i <= set->mask; i++) GC_VISIT(set->table[i].key);
    return 0;
}

static void clear_slot(Object *self)
{
    set_clear(value_from_object(self));
}

/* --- slots that both types share --- */

static ssize_t length_of_set(Value self)
{
    return set_length(self);
}

static Value repr_set(Value self)
{
    int entered = repr_enter(self);
    const char *name = type_of(self)->name;
    if (entered) return entered > 0 ? str_format("%s(...)", name) : VALUE_NULL;
    Value result = VALUE_NULL;
    if (set_length(self) == 0) {
        result = str_format("%s()", name);
    } else {
        Value items = list_from_iterable(self), text = value_is_null(items) ? VALUE_NULL : value_repr(items);
        value_xdecref(items);
        if (!value_is_null(text)) {
            Value inside = str_slice(text, 1, str_length(text) - 1);
            value_decref(text);
            if (!value_is_null(inside)) {
                result = type_of(self) == &type_set ? str_format("{%U}", inside) : str_format("%s({%U})", name, inside);
                value_decref(inside);
            }
        }
    }
    repr_leave(self);
    return result;
}

static uint64_t scatter(uint64_t hash)
{
    return ((hash ^ 89869747u) ^ (hash << 16)) * 3644798167u;
}

/* Independent of the order of the items; the numbers are CPython's. */
static int64_t hash_frozenset(Value self)
{
    Set *set = as_set(self);
    if (set->hash != -1) return set->hash;
    uint64_t hash = 0;
    for (ssize_t i = 0; i <= set->mask; i++)
        if (is_live(&set->table[i])) hash ^= scatter((uint64_t)set->table[i].hash);
    hash ^= ((uint64_t)set->length + 1) * 1927868237u;
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash * 69069u + 907133923u;
    set->hash = hash == (uint64_t)-1 ? 590923713 : (int64_t)hash;
    return set->hash;
}

/* --- iterator --- */

static Value iter_of_set(Value self)
{
    SetIterator *iterator = object_alloc(&type_set_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->set = value_incref(self);
    iterator->position = 0;
    iterator->length_before = iterator->remaining = set_length(self);
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

static Value next_of_set(Value self)
{
    SetIterator *iterator = (SetIterator *)value_as_object(self);
    if (value_is_null(iterator->set)) return VALUE_NULL;
    const Set *set = as_set(iterator->set);
    if (iterator->length_before != set->length) {
        error_set(&type_RuntimeError, "Set changed size during iteration");
        iterator->length_before = -1;
        return VALUE_NULL;
    }
    Value item;
    if (!set_next(iterator->set, &iterator->position, &item, NULL)) {
        value_clear(&iterator->set);
        return VALUE_NULL;
    }
    iterator->remaining--;
    return value_incref(item);
}

static void destroy_set_iterator(Object *self)
{
    gc_untrack_inline(self);
    value_xdecref(((SetIterator *)self)->set);
    object_free(self, sizeof(SetIterator));
}

static int traverse_set_iterator(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((SetIterator *)self)->set);
    return 0;
}

static NATIVE(set_iterator_length_hint)
{
    const SetIterator *iterator = (const SetIterator *)value_as_object(self);
    bool is_valid = !value_is_null(iterator->set) && iterator->length_before == set_length(iterator->set);
    return value_from_small_int(is_valid ? iterator->remaining : 0);
}

static NATIVE(set_iterator_reduce)
{
    const SetIterator *source = (const SetIterator *)value_as_object(self);
    SetIterator *copy = object_alloc(&type_set_iterator, sizeof *copy);
    if (!copy) return VALUE_NULL;
    copy->set = value_xincref(source->set);
    copy->position = source->position;
    copy->length_before = source->length_before;
    copy->remaining = source->remaining;
    gc_track_inline(copy);
    Value items = list_from_iterable(value_from_object(copy));
    object_decref(&copy->head);
    if (value_is_null(items)) return VALUE_NULL;
    return iter_reduce_as(ID(iter), items);
}

static const NativeMethod set_iterator_methods[] = {
    {"__length_hint__", set_iterator_length_hint, 0, 0, 0, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", set_iterator_reduce, 0, 0, 0, "Return state information for pickling."},
    {NULL},
};

Type type_set_iterator = {
    .head = TYPE_HEAD,
    .name = "set_iterator",
    .instance_size = sizeof(SetIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_set_iterator,
    .traverse = traverse_set_iterator,
    .iter = iter_self,
    .iternext = next_of_set,
    .methods = set_iterator_methods,
};

/* --- methods --- */

static NATIVE(set_add_method)
{
    return set_add(self, args[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(set_contains_method)
{
    int found = set_contains(self, args[0]);
    return found < 0 ? VALUE_NULL : value_from_bool(found);
}

static NATIVE(set_discard_method)
{
    return set_discard(self, args[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(set_remove)
{
    int found = set_discard(self, args[0]);
    if (found == 0) return error_key(args[0]);
    return found < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(set_pop)
{
    Set *set = as_set(self);
    if (set->length == 0) return error_set(&type_KeyError, "pop from an empty set");
    ssize_t i = set->finger & set->mask;
    while (!is_live(&set->table[i])) i = i == set->mask ? 0 : i + 1;
    Value key = set->table[i].key;
    set->table[i] = (SetEntry){SET_DELETED, -1};
    set->length--;
    set->finger = i + 1;
    return key;
}

static NATIVE(set_clear_method)
{
    set_clear(self);
    return VALUE_NONE;
}

static NATIVE(set_copy_method)
{
    return set_new_like(self, self);
}

static NATIVE(frozenset_copy)
{
    return object_has_type(self, &type_frozenset) ? value_incref(self) : set_new_like(self, self);
}

static NATIVE(set_update_method)
{
    for (ssize_t i = 0; i < nargs; i++)
        if (set_update(self, args[i]) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

static NATIVE(set_sizeof)
{
    const Set *set = as_set(self);
    int64_t size = (int64_t)type_of(self)->instance_size;
    if (set->table != set->small) size += (set->mask + 1) * (int64_t)sizeof(SetEntry);
    return value_from_small_int(size);
}

static NATIVE(set_reduce)
{
    Value parts[3] = {VALUE_NULL, list_from_iterable(self), VALUE_NULL};
    if (value_is_null(parts[1])) return VALUE_NULL;
    parts[1] = tuple_from_array_steal(&parts[1], 1);
    if (value_is_null(parts[1])) return VALUE_NULL;
    parts[2] = call_method_0(self, ID(__getstate__));
    if (value_is_null(parts[2])) {
        value_decref(parts[1]);
        return VALUE_NULL;
    }
    parts[0] = value_incref(value_from_object(type_of(self)));
    return tuple_from_array_steal(parts, 3);
}

/* --- construction from Python --- */

static Value new_set(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return new_of_type(type, VALUE_NULL);
}

static int init_set(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("set", kwnames) || !args_count("set", nargs, 0, 1)) return -1;
    set_clear(self);
    return nargs > 0 ? set_update(self, args[0]) : 0;
}

static Value new_frozenset(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if ((type == &type_frozenset || type->init == type_frozenset.init) && !args_no_keywords("frozenset", kwnames))
        return VALUE_NULL;
    if (!args_count(type->name, nargs, 0, 1)) return VALUE_NULL;
    Value iterable = nargs > 0 ? args[0] : VALUE_NULL;
    return type == &type_frozenset ? frozenset_new(iterable) : new_of_type(type, iterable);
}

#define DOC_CONTAINS "x.__contains__(y) <==> y in x."
#define DOC_UNION "Return the union of sets as a new set.\n\n(i.e. all elements that are in either set.)"
#define DOC_INTERSECTION                                                                                               \
    "Return the intersection of two sets as a new set.\n\n(i.e. all elements that are in both sets.)"
#define DOC_DIFFERENCE                                                                                                 \
    "Return the difference of two or more sets as a new set.\n\n(i.e. all elements that are in this set but not the "  \
    "others.)"
#define DOC_SYMMETRIC                                                                                                  \
    "Return the symmetric difference of two sets as a new set.\n\n(i.e. all elements that are in exactly one of the "  \
    "sets.)"
#define SHARED_METHODS                                                                                                 \
    {"__contains__", set_contains_method, 1, 1, NATIVE_COEXIST, DOC_CONTAINS},                                         \
        {"difference", set_difference, 0, -1, 0, DOC_DIFFERENCE},                                                      \
        {"intersection", set_intersection, 0, -1, 0, DOC_INTERSECTION},                                                \
        {"isdisjoint", set_isdisjoint, 1, 1, 0, "Return True if two sets have a null intersection."},                  \
        {"issubset", set_issubset, 1, 1, 0, "Report whether another set contains this set."},                          \
        {"issuperset", set_issuperset, 1, 1, 0, "Report whether this set contains another set."},                      \
        {"__reduce__", set_reduce, 0, 0, 0, "Return state information for pickling."},                                 \
        {"__sizeof__", set_sizeof, 0, 0, 0, "S.__sizeof__() -> size of S in memory, in bytes"},                        \
        {"symmetric_difference", set_symmetric_difference, 1, 1, 0, DOC_SYMMETRIC},                                    \
        {"union", set_union, 0, -1, 0, DOC_UNION},                                                                     \
    {                                                                                                                  \
        "__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"                                   \
    }

static const NativeMethod set_methods[] = {
    SHARED_METHODS,
    {"add", set_add_method, 1, 1, 0,
     "Add an element to a set.\n\nThis has no effect if the element is already present."},
    {"clear", set_clear_method, 0, 0, 0, "Remove all elements from this set."},
    {"copy", set_copy_method, 0, 0, 0, "Return a shallow copy of a set."},
    {"discard", set_discard_method, 1, 1, 0,
     "Remove an element from a set if it is a member.\n\n"
     "Unlike set.remove(), the discard() method does not raise\nan exception when an element is missing from the set."},
    {"difference_update", set_difference_update, 0, -1, 0, "Remove all elements of another set from this set."},
    {"intersection_update", set_intersection_update, 0, -1, 0,
     "Update a set with the intersection of itself and another."},
    {"pop", set_pop, 0, 0, 0, "Remove and return an arbitrary set element.\nRaises KeyError if the set is empty."},
    {"remove", set_remove, 1, 1, 0,
     "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError."},
    {"symmetric_difference_update", set_symmetric_difference_update, 1, 1, 0,
     "Update a set with the symmetric difference of itself and another."},
    {"update", set_update_method, 0, -1, 0, "Update a set with the union of itself and others."},
    {NULL},
};

static const NativeMethod frozenset_methods[] = {
    SHARED_METHODS,
    {"copy", frozenset_copy, 0, 0, 0, "Return a shallow copy of a set."},
    {NULL},
};

Type type_set = {
    .head = TYPE_HEAD,
    .name = "set",
    .doc = "set() -> new empty set object\nset(iterable) -> new set object\n\n"
           "Build an unordered collection of unique elements.",
    .instance_size = sizeof(Set),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IS_SET | TYPE_MATCH_SELF,
    .weaklist_offset = offsetof(Set, weaklist),
    .destroy = destroy_set,
    .traverse = traverse_set,
    .clear = clear_slot,
    .new_instance = new_set,
    .init = init_set,
    .repr = repr_set,
    .compare = set_compare,
    .iter = iter_of_set,
    .number = {.subtract = set_operator_subtract,
               .and_ = set_operator_and,
               .xor_ = set_operator_xor,
               .or_ = set_operator_or,
               .inplace_subtract = set_inplace_subtract,
               .inplace_and = set_inplace_and,
               .inplace_xor = set_inplace_xor,
               .inplace_or = set_inplace_or},
    .sequence = {.length = length_of_set, .contains = set_contains},
    .methods = set_methods,
};

Type type_frozenset = {
    .head = TYPE_HEAD,
    .name = "frozenset",
    .doc = "frozenset() -> empty frozenset object\nfrozenset(iterable) -> frozenset object\n\n"
           "Build an immutable unordered collection of unique elements.",
    .instance_size = sizeof(Set),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IS_FROZENSET | TYPE_MATCH_SELF,
    .weaklist_offset = offsetof(Set, weaklist),
    .destroy = destroy_set,
    .traverse = traverse_set,
    .clear = clear_slot,
    .new_instance = new_frozenset,
    .repr = repr_set,
    .hash = hash_frozenset,
    .compare = set_compare,
    .iter = iter_of_set,
    .number = {.subtract = set_operator_subtract,
               .and_ = set_operator_and,
               .xor_ = set_operator_xor,
               .or_ = set_operator_or},
    .sequence = {.length = length_of_set, .contains = set_contains},
    .methods = frozenset_methods,
};

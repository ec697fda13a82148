/* dict.c: dicts.
 *
 * One block holds both tables: first the sparse index table (2^log2_size cells of 1, 2, 4 or 8 bytes), then the dense
 * array of entries in order of insertion, with room for two thirds of the cells. A cell holds an entry number, EMPTY,
 * or DELETED. The probe sequence is CPython's.
 *
 * Invariants
 *   D1  entries[0 .. entries_used) are in insertion order; a deleted one has no key and no value.
 *   D2  Exactly the live entries are in the index table, each once. entries_used never exceeds entries_capacity.
 *   D3  While has_only_str_keys holds, every key is an exact str, and a look-up of a str runs no Python code.
 *   D4  A look-up that compares keys by __eq__ may find the dict changed afterwards: it holds the key it compares, and
 *       starts again when the table or the entry is not the same as before (`find_generic`).
 *   D5  keys_version is 0, or the number of exactly this assignment of keys to entries.
 *   D6  An empty table is `empty_indices`, a single EMPTY cell: a look-up needs no test for it. */
#include "objects/dict.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/plain.h"
#include "objects/repr_guard.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { EMPTY = -1, DELETED = -2, MISSING = -1, FAILED = -2, FREE_MAX = 80, MIN_LOG2_SIZE = 3, PERTURB_SHIFT = 5 };

void (*dict_watch_hook)(Value dict, Value key, NULLABLE Value new_value);

static int8_t empty_indices[1] = {EMPTY};
static Dict *free_dicts[FREE_MAX];
static int free_dict_count;

/* --- the index table --- */

ALWAYS_INLINE ssize_t read_cell(const void *indices, size_t cell, int width)
{
    switch (width) {
    case 1: return ((const int8_t *)indices)[cell];
    case 2: return ((const int16_t *)indices)[cell];
    case 4: return ((const int32_t *)indices)[cell];
    default: return ((const int64_t *)indices)[cell];
    }
}

ALWAYS_INLINE void write_cell(void *indices, size_t cell, int width, ssize_t entry)
{
    switch (width) {
    case 1: ((int8_t *)indices)[cell] = (int8_t)entry; break;
    case 2: ((int16_t *)indices)[cell] = (int16_t)entry; break;
    case 4: ((int32_t *)indices)[cell] = (int32_t)entry; break;
    default: ((int64_t *)indices)[cell] = entry; break;
    }
}

ALWAYS_INLINE size_t cell_mask(const Dict *dict)
{
    return ((size_t)1 << dict->log2_size) - 1;
}

static ssize_t capacity_of(int log2_size)
{
    return (ssize_t)(((size_t)2 << log2_size) / 3);
}

static int width_of(int log2_size)
{
    return log2_size < 8 ? 1 : log2_size < 16 ? 2 : log2_size < 32 ? 4 : 8;
}

static size_t indices_bytes(int log2_size)
{
    return align_up((size_t)width_of(log2_size) << log2_size, 8);
}

static size_t table_bytes(int log2_size)
{
    return indices_bytes(log2_size) + (size_t)capacity_of(log2_size) * sizeof(DictEntry);
}

/* The least table whose entries hold `count` keys. */
static int log2_size_for(ssize_t count)
{
    int log2_size = MIN_LOG2_SIZE;
    while (capacity_of(log2_size) < count) log2_size++;
    return log2_size;
}

static void free_table(void *indices, int log2_size)
{
    if (indices != empty_indices) mem_free(indices, table_bytes(log2_size));
}

static void set_empty_table(Dict *dict)
{
    dict->length = dict->entries_used = dict->entries_capacity = dict->first_live = 0;
    dict->entries = NULL;
    dict->indices = empty_indices;
    dict->log2_size = 0;
    dict->index_width = 1;
    dict->has_only_str_keys = true;
    dict->keys_version = 0;
}

/* A fresh table, all cells EMPTY, entries not initialised. */
static int alloc_table(Dict *dict, int log2_size)
{
    char *block = log2_size < 56 ? mem_alloc(table_bytes(log2_size)) : NULL;
    if (!block) {
        error_no_memory();
        return -1;
    }
    size_t index_bytes = indices_bytes(log2_size);
    memset(block, 0xff, index_bytes);
    dict->indices = block;
    dict->entries = (DictEntry *)(block + index_bytes);
    dict->log2_size = (uint8_t)log2_size;
    dict->index_width = (uint8_t)width_of(log2_size);
    dict->entries_capacity = capacity_of(log2_size);
    return 0;
}

/* The first free cell on the probe sequence of hash. */
ALWAYS_INLINE size_t find_free_cell(const Dict *dict, int64_t hash)
{
    size_t mask = cell_mask(dict), perturb = (size_t)hash, cell = (size_t)hash & mask;
    while (read_cell(dict->indices, cell, dict->index_width) >= 0) {
        perturb >>= PERTURB_SHIFT;
        cell = (cell * 5 + perturb + 1) & mask;
    }
    return cell;
}

/* Moves the live entries to a new table, behind `gap` deleted ones; their order stays. */
static int resize_with_gap(Dict *dict, int log2_size, ssize_t gap)
{
    DictEntry *old_entries = dict->entries;
    void *old_indices = dict->indices;
    int old_log2_size = dict->log2_size;
    ssize_t used = dict->entries_used, kept = dict->length;
    if (alloc_table(dict, log2_size) < 0) return -1;
    if (kept == used && gap == 0) {
        if (used) memcpy(dict->entries, old_entries, (size_t)used * sizeof(DictEntry));
    } else {
        dict->keys_version = 0;
        memset(dict->entries, 0, (size_t)gap * sizeof(DictEntry));
        DictEntry *to = dict->entries + gap;
        for (ssize_t i = 0; i < used; i++)
            if (!value_is_null(old_entries[i].value)) *to++ = old_entries[i];
    }
    dict->first_live = gap;
    dict->entries_used = gap + kept;
    for (ssize_t i = gap; i < gap + kept; i++)
        write_cell(dict->indices, find_free_cell(dict, dict->entries[i].hash), dict->index_width, i);
    free_table(old_indices, old_log2_size);
    return 0;
}

static int resize(Dict *dict, int log2_size)
{
    return resize_with_gap(dict, log2_size, 0);
}

/* The array of entries is full: room for one more, and as many again. */
static NOINLINE int grow(Dict *dict)
{
    int log2_size = MIN_LOG2_SIZE;
    while (((ssize_t)1 << log2_size) < dict->length * 3) log2_size++;
    return resize(dict, log2_size);
}

int dict_reserve(Value v, ssize_t extra)
{
    Dict *dict = as_dict(v);
    if (dict->entries_capacity - dict->entries_used >= extra) return 0;
    return resize(dict, log2_size_for(dict->length + extra));
}

/* --- look-up: the number of the key's entry, MISSING or FAILED --- */

/* The cell that points to this entry. */
static size_t cell_of_entry(const Dict *dict, ssize_t entry)
{
    int64_t hash = dict->entries[entry].hash;
    size_t mask = cell_mask(dict), perturb = (size_t)hash, cell = (size_t)hash & mask;
    while (read_cell(dict->indices, cell, dict->index_width) != entry) {
        perturb >>= PERTURB_SHIFT;
        cell = (cell * 5 + perturb + 1) & mask;
    }
    return cell;
}

ALWAYS_INLINE ssize_t find_str_in_width(const Dict *dict, Value key, int64_t hash, int width)
{
    const DictEntry *entries = dict->entries;
    size_t mask = cell_mask(dict), perturb = (size_t)hash, cell = (size_t)hash & mask;
    for (;;) {
        ssize_t i = read_cell(dict->indices, cell, width);
        if (i >= 0) {
            if (LIKELY(value_is(entries[i].key, key))) return i;
            if (entries[i].hash == hash && str_equal(entries[i].key, key)) return i;
        } else if (i == EMPTY) {
            return MISSING;
        }
        perturb >>= PERTURB_SHIFT;
        cell = (cell * 5 + perturb + 1) & mask;
    }
}

/* All keys are exact strs, and so is `key`. */
static ssize_t find_str(const Dict *dict, Value key, int64_t hash)
{
    switch (dict->index_width) {
    case 1: return find_str_in_width(dict, key, hash, 1);
    case 2: return find_str_in_width(dict, key, hash, 2);
    case 4: return find_str_in_width(dict, key, hash, 4);
    default: return find_str_in_width(dict, key, hash, 8);
    }
}

/* 1 equal, 0 not, -1 error, -2: the dict has changed meanwhile. */
static int compare_with_entry(Dict *dict, ssize_t i, Value key)
{
    const DictEntry *entries = dict->entries;
    int log2_size = dict->log2_size;
    Value mine = value_incref(entries[i].key);
    int equal = rich_compare_bool(mine, key, CMP_EQ);
    bool has_changed = dict->entries != entries || dict->log2_size != log2_size || !value_is(entries[i].key, mine);
    value_decref(mine);
    return equal < 0 ? -1 : has_changed ? -2 : equal;
}

static NOINLINE ssize_t find_generic(Dict *dict, Value key, int64_t hash)
{
    bool key_is_immediate = !value_is_object(key);
restart:;
    size_t mask = cell_mask(dict), perturb = (size_t)hash, cell = (size_t)hash & mask;
    for (;;) {
        ssize_t i = read_cell(dict->indices, cell, dict->index_width);
        if (i >= 0) {
            const DictEntry *entry = &dict->entries[i];
            if (value_is(entry->key, key)) return i;
            /* two different immediate ints are never equal */
            if (entry->hash == hash && !(key_is_immediate && values_are_small_ints(key, entry->key))) {
                int equal = plain_equal(entry->key, key);
                if (equal == PLAIN_UNKNOWN) equal = compare_with_entry(dict, i, key);
                if (equal == -1) return FAILED;
                if (equal == -2) goto restart;
                if (equal) return i;
            }
        } else if (i == EMPTY) {
            return MISSING;
        }
        perturb >>= PERTURB_SHIFT;
        cell = (cell * 5 + perturb + 1) & mask;
    }
}

ALWAYS_INLINE ssize_t find(Dict *dict, Value key, int64_t hash)
{
    if (LIKELY(dict->has_only_str_keys) && LIKELY(object_has_type(key, &type_str))) return find_str(dict, key, hash);
    return find_generic(dict, key, hash);
}

ssize_t dict_find_plain(Value v, Value key)
{
    const Dict *dict = as_dict(v);
    if (LIKELY(dict->has_only_str_keys) && LIKELY(object_has_type(key, &type_str)))
        return find_str(dict, key, dict_hash_key(key));
    int64_t hash;
    if (!plain_hash(key, &hash)) return PLAIN_UNKNOWN;
    size_t mask = cell_mask(dict), perturb = (size_t)hash, cell = (size_t)hash & mask;
    for (;;) {
        ssize_t i = read_cell(dict->indices, cell, dict->index_width);
        if (i >= 0) {
            const DictEntry *entry = &dict->entries[i];
            if (value_is(entry->key, key)) return i;
            if (entry->hash == hash) {
                int equal = plain_equal(entry->key, key);
                if (equal) return equal == 1 ? i : PLAIN_UNKNOWN;
            }
        } else if (i == EMPTY) {
            return PLAIN_MISSING;
        }
        perturb >>= PERTURB_SHIFT;
        cell = (cell * 5 + perturb + 1) & mask;
    }
}

ssize_t dict_find_entry_hashed(Value v, Value key, int64_t hash)
{
    return find(as_dict(v), key, hash);
}

ssize_t dict_find_entry(Value v, Value key)
{
    int64_t hash = dict_hash_key(key);
    return hash == -1 ? FAILED : find(as_dict(v), key, hash);
}

NULLABLE Value dict_get_hashed_borrow(Value v, Value key, int64_t hash)
{
    ssize_t i = find(as_dict(v), key, hash);
    return i < 0 ? VALUE_NULL : as_dict(v)->entries[i].value;
}

NULLABLE Value dict_get_borrow(Value v, Value key)
{
    int64_t hash = dict_hash_key(key);
    if (UNLIKELY(hash == -1)) return VALUE_NULL;
    return dict_get_hashed_borrow(v, key, hash);
}

NULLABLE Value dict_get_cstr_borrow(Value v, const char *key)
{
    Value name = str_from_cstr(key);
    if (value_is_null(name)) {
        error_clear();
        return VALUE_NULL;
    }
    Value result = dict_get_borrow(v, name);
    value_decref(name);
    if (value_is_null(result)) error_clear();
    return result;
}

int dict_contains(Value v, Value key)
{
    ssize_t i = dict_find_entry(v, key);
    return i >= 0 ? 1 : i == MISSING ? 0 : -1;
}

static uint32_t last_keys_version;

uint32_t dict_keys_version(Value v)
{
    Dict *dict = as_dict(v);
    if (dict->keys_version == 0 && last_keys_version != UINT32_MAX) dict->keys_version = ++last_keys_version;
    return dict->keys_version;
}

/* --- changing --- */

ALWAYS_INLINE void announce(Dict *dict, Value key, NULLABLE Value value)
{
    if (UNLIKELY(dict->is_watched) && dict_watch_hook) dict_watch_hook(value_from_object(dict), key, value);
}

void dict_means_otherwise(Value dict)
{
    announce(as_dict(dict), VALUE_NULL, VALUE_NULL);
}

/* A dict of values that cannot be in a cycle is not tracked; it is from the first value on that may be. */
ALWAYS_INLINE void track_for(Dict *dict, Value key, Value value)
{
    if (!gc_is_tracked_inline(dict) && (gc_may_be_tracked(value) || gc_may_be_tracked(key))) gc_track_inline(dict);
}

/* Adds a key that is known to be missing. Steals value, not key. */
static inline int insert_new(Dict *dict, Value key, int64_t hash, STEALS Value value)
{
    announce(dict, key, value);
    if (UNLIKELY(dict->entries_used == dict->entries_capacity) && grow(dict) < 0) {
        value_decref(value);
        return -1;
    }
    if (dict->has_only_str_keys && !object_has_type(key, &type_str)) dict->has_only_str_keys = false;
    track_for(dict, key, value);
    ssize_t i = dict->entries_used++;
    dict->entries[i] = (DictEntry){hash, value_incref(key), value};
    write_cell(dict->indices, find_free_cell(dict, hash), dict->index_width, i);
    dict->length++;
    dict->keys_version = 0;
    return 0;
}

ALWAYS_INLINE void replace_value(Dict *dict, ssize_t i, STEALS Value value)
{
    announce(dict, dict->entries[i].key, value);
    track_for(dict, dict->entries[i].key, value);
    value_replace(&dict->entries[i].value, value);
}

/* dict[key] = value; steals value. */
static inline int store(Dict *dict, Value key, int64_t hash, STEALS Value value)
{
    ssize_t i = find(dict, key, hash);
    if (i >= 0) {
        replace_value(dict, i, value);
        return 0;
    }
    if (UNLIKELY(i == FAILED)) {
        value_decref(value);
        return -1;
    }
    return insert_new(dict, key, hash, value);
}

int dict_set_hashed(Value v, Value key, int64_t hash, Value value)
{
    return store(as_dict(v), key, hash, value_incref(value));
}

int dict_set(Value v, Value key, Value value)
{
    int64_t hash = dict_hash_key(key);
    if (UNLIKELY(hash == -1)) return -1;
    return store(as_dict(v), key, hash, value_incref(value));
}

int dict_set_cstr(Value v, const char *key, Value value)
{
    Value name = str_intern_cstr(key);
    if (value_is_null(name)) return -1;
    int status = dict_set(v, name, value);
    value_decref(name);
    return status;
}

void dict_take_entry(Value v, ssize_t i, Value *key, Value *value)
{
    Dict *dict = as_dict(v);
    DictEntry *entry = &dict->entries[i];
    announce(dict, entry->key, VALUE_NULL);
    write_cell(dict->indices, cell_of_entry(dict, i), dict->index_width, DELETED);
    *key = entry->key;
    *value = entry->value;
    entry->key = entry->value = VALUE_NULL;
    if (i == dict->first_live) dict->first_live = i + 1;
    dict->length--;
    dict->keys_version = 0;
}

/* Makes place `to`, which holds no live entry, the place of entry `from`. */
static void move_entry(Dict *dict, ssize_t from, ssize_t to)
{
    write_cell(dict->indices, cell_of_entry(dict, from), dict->index_width, to);
    dict->entries[to] = dict->entries[from];
    dict->entries[from].key = dict->entries[from].value = VALUE_NULL;
    dict->keys_version = 0;
}

int dict_move_to_end(Value v, ssize_t i)
{
    Dict *dict = as_dict(v);
    announce(dict, VALUE_NULL, VALUE_NULL);
    if (i == dict->entries_used - 1) return 0;
    if (dict->entries_used == dict->entries_capacity) {
        ssize_t live_before = 0;
        for (ssize_t j = dict->first_live; j < i; j++) live_before += !value_is_null(dict->entries[j].value);
        if (grow(dict) < 0) return -1;
        i = live_before;
    }
    move_entry(dict, i, dict->entries_used++);
    if (i == dict->first_live) dict->first_live = i + 1;
    return 0;
}

int dict_move_to_front(Value v, ssize_t i)
{
    Dict *dict = as_dict(v);
    announce(dict, VALUE_NULL, VALUE_NULL);
    if (i == dict->first_live) return 0;
    if (dict->first_live == 0) {
        ssize_t gap = dict->length + 1, live_before = 0;
        for (ssize_t j = 0; j < i; j++) live_before += !value_is_null(dict->entries[j].value);
        if (resize_with_gap(dict, log2_size_for(dict->length * 2 + gap), gap) < 0) return -1;
        i = gap + live_before;
    }
    move_entry(dict, i, --dict->first_live);
    return 0;
}

static void delete_entry(Value v, ssize_t i)
{
    Value key, value;
    dict_take_entry(v, i, &key, &value);
    value_decref(value);
    value_decref(key);
}

int dict_delete_if_present(Value v, Value key)
{
    ssize_t i = dict_find_entry(v, key);
    if (i == FAILED) return -1;
    if (i == MISSING) return 0;
    delete_entry(v, i);
    return 1;
}

int dict_delete(Value v, Value key)
{
    int status = dict_delete_if_present(v, key);
    if (status > 0) return 0;
    if (status == 0) error_key(key);
    return -1;
}

Value dict_pop(Value v, Value key, NULLABLE Value fallback)
{
    ssize_t i = as_dict(v)->length == 0 ? MISSING : dict_find_entry(v, key);
    if (i == FAILED) return VALUE_NULL;
    if (i == MISSING) return value_is_null(fallback) ? error_key(key) : value_incref(fallback);
    Value old_key, value;
    dict_take_entry(v, i, &old_key, &value);
    value_decref(old_key);
    return value;
}

int dict_insert_missing(Value v, Value key, Value value)
{
    int64_t hash = dict_hash_key(key);
    return hash == -1 ? -1 : insert_new(as_dict(v), key, hash, value_incref(value));
}

Value dict_exchange(Value v, ssize_t i, Value value)
{
    Dict *dict = as_dict(v);
    Value old = dict->entries[i].value;
    announce(dict, dict->entries[i].key, value);
    track_for(dict, dict->entries[i].key, value);
    dict->entries[i].value = value_incref(value);
    return old;
}

Value dict_set_default(Value v, Value key, Value fallback)
{
    int64_t hash = dict_hash_key(key);
    if (hash == -1) return VALUE_NULL;
    Dict *dict = as_dict(v);
    ssize_t i = find(dict, key, hash);
    if (i >= 0) return value_incref(dict->entries[i].value);
    if (i == FAILED) return VALUE_NULL;
    value_incref(fallback); /* the result */
    if (insert_new(dict, key, hash, value_incref(fallback)) < 0) {
        value_decref(fallback);
        return VALUE_NULL;
    }
    return fallback;
}

/* Takes the table away first: finalisers of the values may look at the dict. */
void dict_clear(Value v)
{
    Dict *dict = as_dict(v);
    if (!dict->entries) return;
    announce(dict, VALUE_NULL, VALUE_NULL);
    DictEntry *entries = dict->entries;
    void *indices = dict->indices;
    int log2_size = dict->log2_size;
    ssize_t used = dict->entries_used;
    set_empty_table(dict);
    for (ssize_t i = 0; i < used; i++) {
        value_xdecref(entries[i].key);
        value_xdecref(entries[i].value);
    }
    free_table(indices, log2_size);
}

/* --- making and freeing --- */

static inline NULLABLE Dict *alloc_dict(void)
{
    Dict *dict;
    if (LIKELY(free_dict_count > 0 && mem_may_recycle)) {
        dict = free_dicts[--free_dict_count];
        dict->head.refcount = 1;
    } else {
        dict = object_alloc(&type_dict, sizeof *dict);
        if (!dict) return NULL;
    }
    dict->is_watched = false;
    set_empty_table(dict);
    return dict;
}

Value dict_new(void)
{
    return value_from_object(alloc_dict());
}

Value dict_new_sized(ssize_t expected)
{
    Dict *dict = alloc_dict();
    if (dict && expected > 0 && alloc_table(dict, log2_size_for(expected)) < 0) {
        set_empty_table(dict);
        object_decref(&dict->head);
        return VALUE_NULL;
    }
    return value_from_object(dict);
}

/* `dict` is empty: gives it the same keys and values as `source`, entry for entry. */
static int clone_table(Dict *dict, const Dict *source)
{
    if (alloc_table(dict, source->log2_size) < 0) {
        set_empty_table(dict);
        return -1;
    }
    memcpy(dict->indices, source->indices, indices_bytes(source->log2_size));
    for (ssize_t i = 0; i < source->entries_used; i++) {
        dict->entries[i] = source->entries[i];
        value_xincref(dict->entries[i].key);
        value_xincref(dict->entries[i].value);
    }
    dict->entries_used = source->entries_used;
    dict->entries_capacity = source->entries_capacity;
    dict->first_live = source->first_live;
    dict->length = source->length;
    dict->has_only_str_keys = source->has_only_str_keys;
    dict->keys_version = source->keys_version;
    if (gc_is_tracked_inline(source) && !gc_is_tracked_inline(dict)) gc_track_inline(dict);
    return 0;
}

static int merge_dict(Dict *dict, Value other, int override);

Value dict_copy(Value v)
{
    Value copy = dict_new();
    const Dict *source = as_dict(v);
    if (value_is_null(copy) || source->length == 0) return copy;
    /* many holes, or much unused room: better build a tight table */
    bool is_tight = source->length >= source->entries_used * 2 / 3;
    int status = is_tight ? clone_table(as_dict(copy), source) : merge_dict(as_dict(copy), v, 1);
    if (status < 0) value_clear(&copy);
    return copy;
}

void dict_destroy(Object *self)
{
    Dict *dict = (Dict *)self;
    gc_untrack_inline(dict);
    if (UNLIKELY(dict->is_watched)) announce(dict, VALUE_NULL, VALUE_NULL);
    if (dict->entries) {
        for (ssize_t i = 0; i < dict->entries_used; i++) {
            value_xdecref(dict->entries[i].key);
            value_xdecref(dict->entries[i].value);
        }
        free_table(dict->indices, dict->log2_size);
    }
    if (LIKELY(self->type == &type_dict) && free_dict_count < FREE_MAX && mem_may_recycle)
        free_dicts[free_dict_count++] = dict;
    else
        object_free(self, self->type->instance_size);
}

void dict_clear_free_list(void)
{
    while (free_dict_count > 0) object_free(&free_dicts[--free_dict_count]->head, sizeof(Dict));
}

int dict_traverse(Object *self, GcVisit visit, void *argument)
{
    const Dict *dict = (const Dict *)self;
    for (ssize_t i = 0; i < dict->entries_used; i++) {
        GC_VISIT(dict->entries[i].value);
        if (!dict->has_only_str_keys) GC_VISIT(dict->entries[i].key);
    }
    return 0;
}

static void clear_dict_slot(Object *self)
{
    dict_clear(value_from_object(self));
}

/* --- reading all --- */

bool dict_next(Value v, ssize_t *position, Value *key, Value *value)
{
    const Dict *dict = as_dict(v);
    ssize_t i = MAX(*position, dict->first_live);
    while (i < dict->entries_used && value_is_null(dict->entries[i].value)) i++;
    if (i >= dict->entries_used) return false;
    *position = i + 1;
    if (key) *key = dict->entries[i].key;
    if (value) *value = dict->entries[i].value;
    return true;
}

static Value list_of(Value v, bool of_values)
{
    Value list = list_new(as_dict(v)->length);
    if (value_is_null(list)) return VALUE_NULL;
    ssize_t position = 0, n = 0;
    Value key, value;
    while (dict_next(v, &position, &key, &value)) as_list(list)->items[n++] = value_incref(of_values ? value : key);
    return list;
}

Value dict_keys_list(Value v)
{
    return list_of(v, false);
}

Value dict_values_list(Value v)
{
    return list_of(v, true);
}

Value dict_items_list(Value v)
{
    Value list = list_new(as_dict(v)->length);
    if (value_is_null(list)) return VALUE_NULL;
    ssize_t position = 0, n = 0;
    Value pair[2];
    while (dict_next(v, &position, &pair[0], &pair[1])) {
        Value item = tuple_from_array(pair, 2);
        if (value_is_null(item)) {
            value_decref(list);
            return VALUE_NULL;
        }
        as_list(list)->items[n++] = item;
    }
    return list;
}

/* --- merging --- */

/* `override` as in dict_merge. Steals nothing. */
static int merge_entry(Dict *dict, Value key, int64_t hash, Value value, int override)
{
    if (override == 1) return store(dict, key, hash, value_incref(value));
    ssize_t i = find(dict, key, hash);
    if (i == FAILED) return -1;
    if (i == MISSING) return insert_new(dict, key, hash, value_incref(value));
    if (override == 0) return 0;
    error_key(key);
    return -1;
}

static int merge_dict(Dict *dict, Value other, int override)
{
    Dict *source = as_dict(other);
    if (dict == source || source->length == 0) return 0;
    if (dict->length == 0 && !dict->is_watched && source->length == source->entries_used &&
        source->log2_size <= log2_size_for(source->length) + 1) {
        dict_clear(value_from_object(dict));
        return clone_table(dict, source);
    }
    if ((dict->entries_capacity - dict->entries_used) * 3 < source->length * 2 &&
        dict_reserve(value_from_object(dict), source->length) < 0)
        return -1;
    /* Comparisons may change either dict: positions are checked against the table each time. */
    ssize_t length_before = source->length;
    for (ssize_t i = 0; i < source->entries_used; i++) {
        if (value_is_null(source->entries[i].value)) continue;
        Value key = value_incref(source->entries[i].key), value = value_incref(source->entries[i].value);
        int status = merge_entry(dict, key, source->entries[i].hash, value, override);
        value_decref(key);
        value_decref(value);
        if (status < 0) return -1;
        if (source->length != length_before) {
            error_set(&type_RuntimeError, "dict mutated during update");
            return -1;
        }
    }
    return 0;
}

static int merge_mapping(Dict *dict, Value mapping, int override)
{
    Value keys = call_method_0(mapping, ID(keys));
    if (value_is_null(keys)) return -1;
    Value iterator = get_iter(keys);
    value_decref(keys);
    if (value_is_null(iterator)) return -1;
    int status = -1;
    for (;;) {
        Value key = iter_next(iterator);
        if (value_is_null(key)) {
            status = error_occurred() ? -1 : 0;
            break;
        }
        int64_t hash = dict_hash_key(key);
        Value value = VALUE_NULL;
        int done = -1;
        if (hash != -1) {
            ssize_t i = override == 1 ? MISSING : find(dict, key, hash);
            if (i >= 0 && override == 2)
                error_key(key);
            else if (i >= 0)
                done = 0;
            else if (i == MISSING)
                value = get_item(mapping, key);
        }
        if (!value_is_null(value)) {
            done = store(dict, key, hash, value);
        }
        value_decref(key);
        if (done < 0) break;
    }
    value_decref(iterator);
    return status;
}

static Value iter_of_dict(Value self);

int dict_merge(Value v, Value mapping, int override)
{
    if (is_dict(mapping) && type_of(mapping)->iter == iter_of_dict) return merge_dict(as_dict(v), mapping, override);
    return merge_mapping(as_dict(v), mapping, override);
}

static int merge_pair(Value v, Value item, ssize_t number)
{
    Value pair = sequence_fast(item, "");
    if (value_is_null(pair)) {
        if (error_matches(&type_TypeError))
            error_format(&type_TypeError, "cannot convert dictionary update sequence element #%zd to a sequence",
                         number);
        return -1;
    }
    int status = -1;
    ssize_t length = sequence_fast_length(pair);
    if (length != 2) {
        error_format(&type_ValueError, "dictionary update sequence element #%zd has length %zd; 2 is required", number,
                     length);
    } else {
        Value key = value_incref(sequence_fast_items(pair)[0]), value = value_incref(sequence_fast_items(pair)[1]);
        status = dict_set(v, key, value);
        value_decref(key);
        value_decref(value);
    }
    value_decref(pair);
    return status;
}

static int merge_pairs(Value v, Value pairs)
{
    Value iterator = get_iter(pairs);
    if (value_is_null(iterator)) return -1;
    int status = 0;
    for (ssize_t number = 0; status == 0; number++) {
        Value item = iter_next(iterator);
        if (value_is_null(item)) {
            status = error_occurred() ? -1 : 0;
            break;
        }
        status = merge_pair(v, item, number);
        value_decref(item);
    }
    value_decref(iterator);
    return status;
}

int dict_update(Value v, Value mapping_or_pairs)
{
    if (is_exact_dict(mapping_or_pairs)) return dict_merge(v, mapping_or_pairs, 1);
    int has_keys = has_attr(mapping_or_pairs, ID(keys));
    if (has_keys < 0) return -1;
    return has_keys ? dict_merge(v, mapping_or_pairs, 1) : merge_pairs(v, mapping_or_pairs);
}

int dict_update_from_args(Value v, const char *function, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_count(function, nargs, 0, 1)) return -1;
    if (nargs == 1 && dict_update(v, args[0]) < 0) return -1;
    if (value_is_null(kwnames)) return 0;
    for (ssize_t i = 0; i < tuple_length(kwnames); i++)
        if (dict_set(v, tuple_item_borrow(kwnames, i), args[nargs + i]) < 0) return -1;
    return 0;
}

/* --- slots --- */

static ssize_t length_of_dict(Value self)
{
    return dict_length(self);
}

static NOINLINE Value missing_key(Value self, Value key)
{
    if (!is_exact_dict(self)) {
        Value result = call_special(self, ID(__missing__), &key, 1);
        if (!value_is_null(result) || error_occurred()) return result;
    }
    return error_key(key);
}

Value dict_subscript(Value self, Value key)
{
    ssize_t i = dict_find_entry(self, key);
    if (LIKELY(i >= 0)) return value_incref(as_dict(self)->entries[i].value);
    return i == FAILED ? VALUE_NULL : missing_key(self, key);
}

static int set_subscript_dict(Value self, Value key, NULLABLE Value value)
{
    return value_is_null(value) ? dict_delete(self, key) : dict_set(self, key, value);
}

static int repr_item(StrBuilder *builder, Value key, Value value)
{
    Value text = value_repr(key);
    if (value_is_null(text)) return -1;
    str_builder_add_str(builder, text);
    value_decref(text);
    str_builder_add_ascii(builder, ": ", 2);
    text = value_repr(value);
    if (value_is_null(text)) return -1;
    str_builder_add_str(builder, text);
    value_decref(text);
    return 0;
}

static Value repr_dict(Value self)
{
    if (dict_length(self) == 0) return str_from_cstr("{}");
    int entered = repr_enter(self);
    if (entered) return entered > 0 ? str_from_cstr("{...}") : VALUE_NULL;
    StrBuilder builder;
    str_builder_init(&builder);
    str_builder_add_char(&builder, '{');
    ssize_t position = 0;
    bool is_first = true;
    Value key, value;
    while (dict_next(self, &position, &key, &value)) {
        if (!is_first) str_builder_add_ascii(&builder, ", ", 2);
        is_first = false;
        value_incref(key);
        value_incref(value);
        int status = repr_item(&builder, key, value);
        value_decref(key);
        value_decref(value);
        if (status < 0) {
            str_builder_discard(&builder);
            repr_leave(self);
            return VALUE_NULL;
        }
    }
    str_builder_add_char(&builder, '}');
    repr_leave(self);
    return str_builder_finish(&builder);
}

/* 1 equal, 0 not, -1 error */
static int dicts_are_equal(Value left, Value right)
{
    Dict *a = as_dict(left), *b = as_dict(right);
    if (a->length != b->length) return 0;
    for (ssize_t i = 0; i < a->entries_used; i++) {
        if (value_is_null(a->entries[i].value)) continue;
        Value key = value_incref(a->entries[i].key), mine = value_incref(a->entries[i].value);
        ssize_t j = find(b, key, a->entries[i].hash);
        int equal = j == FAILED ? -1 : 0;
        if (j >= 0) {
            Value other = value_incref(b->entries[j].value);
            equal = rich_compare_bool(mine, other, CMP_EQ);
            value_decref(other);
        }
        value_decref(key);
        value_decref(mine);
        if (equal <= 0) return equal;
    }
    return 1;
}

Value dict_equal(Value left, Value right, CompareOp op)
{
    if (!is_dict(left) || !is_dict(right) || (op != CMP_EQ && op != CMP_NE)) return VALUE_NOT_IMPLEMENTED;
    int equal = dicts_are_equal(left, right);
    return equal < 0 ? VALUE_NULL : value_from_bool(equal == (op == CMP_EQ));
}

static Value union_of_dicts(Value left, Value right)
{
    if (!is_dict(left) || !is_dict(right)) return VALUE_NOT_IMPLEMENTED;
    Value result = dict_copy(left);
    if (!value_is_null(result) && dict_update(result, right) < 0) value_clear(&result);
    return result;
}

static Value inplace_union(Value self, Value other)
{
    return dict_update(self, other) < 0 ? VALUE_NULL : value_incref(self);
}

static Value iter_of_dict(Value self)
{
    return dict_iter_keys(self);
}

/* --- methods --- */

static NATIVE(dict_contains_method)
{
    int found = dict_contains(self, args[0]);
    return found < 0 ? VALUE_NULL : value_from_bool(found);
}

static NATIVE(dict_getitem_method)
{
    return dict_subscript(self, args[0]);
}

ssize_t dict_sizeof(Value v)
{
    const Dict *dict = as_dict(v);
    return (ssize_t)type_of(v)->instance_size + (dict->entries ? (ssize_t)table_bytes(dict->log2_size) : 0);
}

static NATIVE(dict_sizeof_method)
{
    return value_from_small_int(dict_sizeof(self));
}

static NATIVE(dict_get_method)
{
    Value value = dict_get_borrow(self, args[0]);
    if (!value_is_null(value)) return value_incref(value);
    if (error_occurred()) return VALUE_NULL;
    return nargs > 1 ? value_incref(args[1]) : VALUE_NONE;
}

static NATIVE(dict_setdefault_method)
{
    return dict_set_default(self, args[0], nargs > 1 ? args[1] : VALUE_NONE);
}

static NATIVE(dict_pop_method)
{
    return dict_pop(self, args[0], nargs > 1 ? args[1] : VALUE_NULL);
}

static NATIVE(dict_popitem)
{
    Dict *dict = as_dict(self);
    if (dict->length == 0) return error_set(&type_KeyError, "popitem(): dictionary is empty");
    ssize_t i = dict->entries_used - 1;
    while (value_is_null(dict->entries[i].value)) i--;
    Value pair[2];
    dict_take_entry(self, i, &pair[0], &pair[1]);
    /* Entries behind i are free again, but their cells stay DELETED: the room for further keys must not grow, or the
     * table could fill up with DELETED cells until no EMPTY one ends a search. */
    dict->entries_capacity -= dict->entries_used - i;
    dict->entries_used = i;
    dict->first_live = MIN(dict->first_live, i);
    return tuple_from_array_steal(pair, 2);
}

static NATIVE(dict_keys_method)
{
    return dict_view_new(&type_dict_keys, self);
}

static NATIVE(dict_values_method)
{
    return dict_view_new(&type_dict_values, self);
}

static NATIVE(dict_items_method)
{
    return dict_view_new(&type_dict_items, self);
}

static NATIVE(dict_update_method)
{
    return dict_update_from_args(self, "update", args, nargs, kwnames) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(dict_clear_method)
{
    dict_clear(self);
    return VALUE_NONE;
}

static NATIVE(dict_copy_method)
{
    return dict_copy(self);
}

static NATIVE(dict_reversed_method)
{
    return dict_iter_reversed_keys(self);
}

/* The hashes of the keys of a dict or set are known: they are not computed again. */
static int fill_from_hashed_keys(Value result, Value keys, Value value)
{
    ssize_t position = 0, length = is_exact_dict(keys) ? dict_length(keys) : set_length(keys);
    if (dict_reserve(result, length) < 0) return -1;
    for (;;) {
        Value key;
        int64_t hash;
        if (is_exact_dict(keys)) {
            if (!dict_next(keys, &position, &key, NULL)) return 0;
            hash = as_dict(keys)->entries[position - 1].hash;
        } else if (!set_next(keys, &position, &key, &hash)) {
            return 0;
        }
        value_incref(key);
        int status = dict_set_hashed(result, key, hash, value);
        value_decref(key);
        if (status < 0) return -1;
    }
}

static int fill_from_keys(Value result, Value iterable, Value value)
{
    bool has_hashes =
        is_exact_dict(iterable) || object_has_type(iterable, &type_set) || object_has_type(iterable, &type_frozenset);
    if (has_hashes && is_exact_dict(result) && dict_length(result) == 0)
        return fill_from_hashed_keys(result, iterable, value);
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return -1;
    int status = 0;
    while (status == 0) {
        Value key = iter_next(iterator);
        if (value_is_null(key)) {
            status = error_occurred() ? -1 : 0;
            break;
        }
        status = is_exact_dict(result) ? dict_set(result, key, value) : set_item(result, key, value);
        value_decref(key);
    }
    value_decref(iterator);
    return status;
}

static NATIVE(dict_fromkeys)
{
    Value result = call_0(self);
    if (value_is_null(result)) return VALUE_NULL;
    if (fill_from_keys(result, args[0], nargs > 1 ? args[1] : VALUE_NONE) < 0) value_clear(&result);
    return result;
}

/* --- construction from Python --- */

static Value new_dict(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (type == &type_dict) return dict_new();
    Dict *dict = object_alloc_zeroed(type, type->instance_size);
    if (!dict) return VALUE_NULL;
    set_empty_table(dict);
    gc_track_inline(dict); /* a subclass instance has attributes: it may be in a cycle from the start */
    return value_from_object(dict);
}

static int init_dict(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return dict_update_from_args(self, "dict", args, nargs, kwnames);
}

static const NativeMethod dict_methods[] = {
    {"__contains__", dict_contains_method, 1, 1, NATIVE_COEXIST,
     "__contains__($self, key, /)\n--\n\nTrue if the dictionary has the specified key, else False."},
    {"__getitem__", dict_getitem_method, 1, 1, NATIVE_COEXIST, "x.__getitem__(y) <==> x[y]"},
    {"__sizeof__", dict_sizeof_method, 0, 0, 0, "D.__sizeof__() -> size of D in memory, in bytes"},
    {"get", dict_get_method, 1, 2, 0,
     "get($self, key, default=None, /)\n--\n\nReturn the value for key if key is in the dictionary, else default."},
    {"setdefault", dict_setdefault_method, 1, 2, 0,
     "setdefault($self, key, default=None, /)\n--\n\nInsert key with a value of default if key is not in the "
     "dictionary.\n\nReturn the value for key if key is in the dictionary, else default."},
    {"pop", dict_pop_method, 1, 2, 0,
     "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\n"
     "If the key is not found, return the default if given; otherwise,\nraise a KeyError."},
    {"popitem", dict_popitem, 0, 0, 0,
     "popitem($self, /)\n--\n\nRemove and return a (key, value) pair as a 2-tuple.\n\n"
     "Pairs are returned in LIFO (last-in, first-out) order.\nRaises KeyError if the dict is empty."},
    {"keys", dict_keys_method, 0, 0, 0, "D.keys() -> a set-like object providing a view on D's keys"},
    {"items", dict_items_method, 0, 0, 0, "D.items() -> a set-like object providing a view on D's items"},
    {"values", dict_values_method, 0, 0, 0, "D.values() -> an object providing a view on D's values"},
    {"update", dict_update_method, 0, -1, NATIVE_KEYWORDS,
     "D.update([E, ]**F) -> None.  Update D from dict/iterable E and F.\n"
     "If E is present and has a .keys() method, then does:  for k in E: D[k] = E[k]\n"
     "If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v\n"
     "In either case, this is followed by: for k in F:  D[k] = F[k]"},
    {"fromkeys", dict_fromkeys, 1, 2, NATIVE_CLASS,
     "fromkeys($type, iterable, value=None, /)\n--\n\nCreate a new dictionary with keys from iterable and values set "
     "to "
     "value."},
    {"clear", dict_clear_method, 0, 0, 0, "D.clear() -> None.  Remove all items from D."},
    {"copy", dict_copy_method, 0, 0, 0, "D.copy() -> a shallow copy of D"},
    {"__reversed__", dict_reversed_method, 0, 0, 0,
     "__reversed__($self, /)\n--\n\nReturn a reverse iterator over the dict keys."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

Type type_dict = {
    .head = TYPE_HEAD,
    .name = "dict",
    .doc = "dict() -> new empty dictionary\n"
           "dict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\n"
           "dict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n"
           "        d[k] = v\n"
           "dict(**kwargs) -> new dictionary initialized with the name=value pairs\n"
           "    in the keyword argument list.  For example:  dict(one=1, two=2)",
    .instance_size = sizeof(Dict),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IS_DICT | TYPE_MAPPING | TYPE_MATCH_SELF,
    .destroy = dict_destroy,
    .traverse = dict_traverse,
    .clear = clear_dict_slot,
    .new_instance = new_dict,
    .init = init_dict,
    .repr = repr_dict,
    .compare = dict_equal,
    .iter = iter_of_dict,
    .number = {.or_ = union_of_dicts, .inplace_or = inplace_union},
    .sequence = {.contains = dict_contains},
    .mapping = {.length = length_of_dict, .subscript = dict_subscript, .set_subscript = set_subscript_dict},
    .methods = dict_methods,
};

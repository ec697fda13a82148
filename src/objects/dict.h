/* dict.h: compact, insertion-ordered hash tables: a sparse index table over a dense array of entries. Tables whose keys
 * are all str are probed by identity first.
 *
 * Namespaces: `keys_version` identifies the set and order of keys (which entry a key is at); it is 0 until someone asks
 * (dict_keys_version) and is reset whenever a key is added, removed or moved. Inline caches hold (version, entry index).
 * A dict with `is_watched` calls dict_watch_hook before each change of a value, so that folded globals can be revoked. */
#ifndef OBJECTS_DICT_H
#define OBJECTS_DICT_H

#include "objects/abstract.h"
#include "objects/object.h"
#include "objects/str.h"

typedef struct DictEntry {
    int64_t hash;
    Value key;   /* owned; VALUE_NULL: deleted */
    Value value; /* owned; VALUE_NULL: deleted */
} DictEntry;

typedef struct Dict {
    Object head;
    ssize_t length;          /* live entries */
    ssize_t entries_used;    /* entries of `entries` in use, deleted ones included */
    ssize_t entries_capacity; /* how far entries_used may go before the table is built anew */
    ssize_t first_live;      /* no entry before this one is live: taking items from the front stays cheap */
    DictEntry *entries;      /* NULL while empty */
    void *indices;           /* 2^log2_size cells of index_width bytes: entry number, -1 empty, -2 deleted */
    uint8_t log2_size;
    uint8_t index_width;     /* 1, 2, 4 or 8 */
    bool has_only_str_keys;  /* all keys are exact strs */
    bool is_watched;
    uint32_t keys_version;
} Dict;

extern Type type_dict, type_dict_keys, type_dict_values, type_dict_items;

ALWAYS_INLINE bool is_dict(Value v) { return object_has_flag(v, TYPE_IS_DICT); }
ALWAYS_INLINE bool is_exact_dict(Value v) { return object_has_type(v, &type_dict); }
ALWAYS_INLINE Dict *as_dict(Value v) { return (Dict *)value_as_object(v); }
ALWAYS_INLINE ssize_t dict_length(Value v) { return as_dict(v)->length; }

Value dict_new(void) NODISCARD;
Value dict_new_sized(ssize_t expected) NODISCARD;
Value dict_copy(Value v) NODISCARD;
/* Borrowed; VALUE_NULL when missing, or on error: then error_occurred(). */
NULLABLE Value dict_get_borrow(Value dict, Value key);
NULLABLE Value dict_get_hashed_borrow(Value dict, Value key, int64_t hash);
NULLABLE Value dict_get_cstr_borrow(Value dict, const char *key); /* no error */
int dict_set(Value dict, Value key, Value value) NODISCARD;       /* increfs both */
int dict_set_hashed(Value dict, Value key, int64_t hash, Value value) NODISCARD;
int dict_set_cstr(Value dict, const char *key, Value value) NODISCARD;
int dict_delete(Value dict, Value key) NODISCARD;                 /* KeyError */
int dict_delete_if_present(Value dict, Value key) NODISCARD;      /* 1 deleted, 0 missing, -1 */
int dict_contains(Value dict, Value key) NODISCARD;
Value dict_pop(Value dict, Value key, NULLABLE Value fallback) NODISCARD; /* KeyError without a fallback */
Value dict_set_default(Value dict, Value key, Value fallback) NODISCARD;  /* owned */
int dict_update(Value dict, Value mapping_or_pairs) NODISCARD;
int dict_merge(Value dict, Value mapping, int override) NODISCARD; /* override 2: KeyError on duplicates (**kwargs) */
void dict_clear(Value dict);
/* Iteration: *position starts at 0; false at the end. Key and value are borrowed. */
bool dict_next(Value dict, ssize_t *position, Value *key, Value *value);
Value dict_keys_list(Value dict) NODISCARD;
Value dict_values_list(Value dict) NODISCARD;
Value dict_items_list(Value dict) NODISCARD;

/* Where the key's entry is: >= 0, -1 missing, -2 error. Stays valid while dict_keys_version gives the same number. */
ssize_t dict_find_entry(Value dict, Value key);
ssize_t dict_find_entry_hashed(Value dict, Value key, int64_t hash);
uint32_t dict_keys_version(Value dict); /* nonzero; 0 only when the numbers ran out */
extern void (*dict_watch_hook)(Value dict, Value key, NULLABLE Value new_value); /* no key: everything changes */
void dict_means_otherwise(Value dict); /* whoever watches it for its owner's attributes knows nothing any more */

/* --- for dict_views.c and the modules that know dicts well --- */
/* Removes the entry `index`, which must be live; *key and *value are owned by the caller. */
void dict_take_entry(Value dict, ssize_t index, Value *key, Value *value);
/* Adds a key that is certainly missing. */
int dict_insert_missing(Value dict, Value key, Value value) NODISCARD;
/* Another value for the live entry `index`: gives the old one, owned. */
Value dict_exchange(Value dict, ssize_t index, Value value) NODISCARD;
/* Moves the live entry `index` behind all others or before all others. */
int dict_move_to_end(Value dict, ssize_t index) NODISCARD;
int dict_move_to_front(Value dict, ssize_t index) NODISCARD;
/* Makes room for `extra` further keys at once. */
int dict_reserve(Value dict, ssize_t extra) NODISCARD;
/* The `init` slot and update() of dict, for subclasses in C. */
int dict_update_from_args(Value dict, const char *function, const Value *args, ssize_t nargs,
                          NULLABLE Value kwnames) NODISCARD;
int dict_traverse(Object *self, GcVisit visit, void *argument);
void dict_destroy(Object *self); /* the `destroy` slot */
Value dict_subscript(Value self, Value key) NODISCARD;
ssize_t dict_sizeof(Value dict);
Value dict_equal(Value left, Value right, CompareOp op) NODISCARD; /* the `compare` slot */
Value dict_iter_keys(Value dict) NODISCARD;   /* a dict_keyiterator */
Value dict_iter_reversed_keys(Value dict) NODISCARD;

typedef struct DictView { /* dict_keys, dict_values, dict_items, and OrderedDict's */
    Object head;
    Value dict; /* owned */
} DictView;
Value dict_view_new(Type *type, Value dict) NODISCARD;
extern Type type_mapping_proxy;
Value mapping_proxy_new(Value mapping) NODISCARD;

/* hash(key) with the usual kinds of keys first: -1 on error. An int's hash is the int itself but at the ends of the
 * range of small ints (modulo 2^61 - 1) and for -1, which means an error. */
ALWAYS_INLINE int64_t dict_hash_key(Value key)
{
    if (LIKELY(object_has_type(key, &type_str))) {
        int64_t hash = as_str(key)->hash;
        return LIKELY(hash != -1) ? hash : str_hash(key);
    }
    if (value_is_small_int(key)) {
        int64_t n = value_as_small_int(key);
        if (LIKELY(n > SMALL_INT_MIN + 1 && n < SMALL_INT_MAX)) return n == -1 ? -2 : n;
    }
    return value_hash(key);
}

#endif

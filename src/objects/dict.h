/* dict.h: compact, insertion-ordered hash tables: a sparse index table over a dense array of entries. Tables whose keys
 * are all str are probed by identity first.
 *
 * Namespaces: `keys_version` identifies the set and order of keys (which entry a key is at); it is 0 until someone asks
 * (dict_keys_version) and is reset whenever a key is added, removed or moved. Inline caches hold (version, entry index).
 * A dict with `is_watched` calls dict_watch_hook before each change of a value, so that folded globals can be revoked. */
#ifndef OBJECTS_DICT_H
#define OBJECTS_DICT_H

#include "objects/object.h"

typedef struct DictEntry {
    int64_t hash;
    Value key;   /* owned; VALUE_NULL: deleted */
    Value value; /* owned; VALUE_NULL: deleted */
} DictEntry;

typedef struct Dict {
    Object head;
    ssize_t length;          /* live entries */
    ssize_t entries_used;    /* entries of `entries` in use, deleted ones included */
    ssize_t entries_capacity;
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
uint32_t dict_keys_version(Value dict); /* nonzero; 0 only when the numbers ran out */
extern void (*dict_watch_hook)(Value dict, Value key, NULLABLE Value new_value); /* no key: everything changes */

Value mapping_proxy_new(Value mapping) NODISCARD;

#endif

/* invalidate.c: what traces assume about globals and builtins, and how it is revoked.
 *
 * A trace that folded dict[key] to a constant is listed under the key. The dict tells dict_watch_hook before each
 * change of a value; then the trees listed become invalid: their `valid` word is cleared (native code tests it after
 * everything that may have run Python code) and their places are unpatched. A key that revoked traces twice is not
 * folded again.
 *
 * Watches do not keep their dict alive: it tells its death too, which revokes all trees that are listed under any key
 * of it, and under none (watch_death). A class tells that it changes. */
#include "jit/runtime.h"
#include "objects/dict.h"
#include "objects/type.h"

typedef struct Watch {
    struct Watch *next; /* of the bucket */
    Value dict;         /* borrowed; or a class */
    NULLABLE Value key; /* owned; none: the dict or class itself */
    JitTree **trees;
    int count, capacity;
    uint16_t changes;
    bool is_never; /* native code stores to it without telling */
} Watch;

enum { BUCKETS = 256, CHANGES_MAX = 2 };
static Watch *buckets[BUCKETS];

static Watch **bucket_of(Value dict, Value key)
{
    return &buckets[((key.bits >> 4) ^ (dict.bits >> 9)) % BUCKETS];
}

static NULLABLE Watch *find(Value dict, Value key)
{
    for (Watch *w = *bucket_of(dict, key); w; w = w->next) {
        if (value_is(w->dict, dict) && value_is(w->key, key)) return w;
    }
    return NULL;
}

static NULLABLE Watch *find_or_make(Value dict, Value key)
{
    Watch *w = find(dict, key);
    if (w) return w;
    w = raw_calloc(1, sizeof *w);
    if (!w) return NULL;
    w->dict = dict;
    w->key = value_xincref(key);
    Watch **bucket = bucket_of(dict, key);
    w->next = *bucket;
    *bucket = w;
    if (is_type(dict))
        as_type(dict)->is_watched = true;
    else
        as_dict(dict)->is_watched = true;
    return w;
}

static bool add_tree(Watch *w, JitTree *tree)
{
    for (int i = 0; i < w->count; i++) {
        if (w->trees[i] == tree) return true;
    }
    if (w->count == w->capacity) {
        int wanted = w->capacity ? w->capacity * 2 : 4;
        JitTree **grown = raw_realloc(w->trees, (size_t)wanted * sizeof *grown);
        if (!grown) return false;
        w->trees = grown;
        w->capacity = wanted;
    }
    w->trees[w->count++] = tree;
    return true;
}

bool watch_global(JitTree *tree, Value dict, Value key)
{
    Watch *w = find_or_make(dict, key);
    return w && !w->is_never && w->changes < CHANGES_MAX && add_tree(w, tree);
}

bool watch_death(JitTree *tree, Value dict)
{
    Watch *w = find_or_make(dict, VALUE_NULL);
    return w && add_tree(w, tree);
}

bool watch_never(Value dict, Value key)
{
    Watch *w = find_or_make(dict, key);
    if (!w || w->count > 0) return false;
    w->is_never = true;
    return true;
}

static void watch_free(Watch *w)
{
    value_xdecref(w->key);
    raw_free(w->trees);
    raw_free(w);
}

/* What is known of a key's past stays; other watches are for their trees only. */
static bool is_needed(const Watch *w)
{
    return w->count > 0 || (!value_is_null(w->key) && (w->changes || w->is_never));
}

void watch_forget_tree(JitTree *tree)
{
    for (int b = 0; b < BUCKETS; b++) {
        for (Watch **link = &buckets[b], *w; (w = *link);) {
            for (int i = 0; i < w->count; i++) {
                if (w->trees[i] == tree) w->trees[i--] = w->trees[--w->count];
            }
            if (is_needed(w)) {
                link = &w->next;
                continue;
            }
            *link = w->next;
            watch_free(w);
        }
    }
}

static void revoke(Watch *w)
{
    if (!w->count) return;
    w->changes++;
    while (w->count > 0) tree_invalidate(w->trees[--w->count]);
}

/* All keys of the dict have changed, or it is gone. */
static void whole_dict_changes(Value dict, bool is_dead)
{
    for (int b = 0; b < BUCKETS; b++) {
        for (Watch **link = &buckets[b], *w; (w = *link);) {
            bool is_meant = value_is(w->dict, dict);
            if (is_meant && (is_dead || !value_is_null(w->key))) revoke(w);
            if (!is_meant || !is_dead) {
                link = &w->next;
                continue;
            }
            *link = w->next;
            watch_free(w);
        }
    }
}

static void dict_changes(Value dict, Value key, NULLABLE Value new_value)
{
    if (value_is_null(key)) {
        whole_dict_changes(dict, value_as_object(dict)->refcount <= 0);
        return;
    }
    Watch *w = find(dict, key);
    if (w) revoke(w);
}

static void type_changes(Type *type)
{
    Watch *w = find(value_from_object(type), VALUE_NULL);
    if (w) revoke(w);
}

void watch_startup(void)
{
    dict_watch_hook = dict_changes;
    type_watch_hook = type_changes;
}

void watch_shutdown(void)
{
    dict_watch_hook = NULL;
    type_watch_hook = NULL;
    for (int b = 0; b < BUCKETS; b++) {
        while (buckets[b]) {
            Watch *w = buckets[b];
            buckets[b] = w->next;
            watch_free(w);
        }
    }
}

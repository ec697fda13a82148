/* invalidate.c: what traces assume about globals and builtins, and how it is revoked.
 *
 * A trace that folded dict[key] to a constant is listed under the key. The dict tells dict_watch_hook before each
 * change of a value; then the trees listed become invalid: their `valid` word is cleared (native code tests it after
 * everything that may have run Python code) and their places are unpatched. A key that revoked traces twice is not
 * folded again. */
#include "jit/runtime.h"
#include "objects/dict.h"

typedef struct Watch {
    struct Watch *next; /* of the bucket */
    Value dict, key;    /* owned */
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
    w->dict = value_incref(dict);
    w->key = value_incref(key);
    Watch **bucket = bucket_of(dict, key);
    w->next = *bucket;
    *bucket = w;
    as_dict(dict)->is_watched = true;
    return w;
}

bool watch_global(JitTree *tree, Value dict, Value key)
{
    Watch *w = find_or_make(dict, key);
    if (!w || w->is_never || w->changes >= CHANGES_MAX) return false;
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

bool watch_never(Value dict, Value key)
{
    Watch *w = find_or_make(dict, key);
    if (!w || w->count > 0) return false;
    w->is_never = true;
    return true;
}

void watch_forget_tree(JitTree *tree)
{
    for (int b = 0; b < BUCKETS; b++) {
        for (Watch *w = buckets[b]; w; w = w->next) {
            for (int i = 0; i < w->count; i++) {
                if (w->trees[i] == tree) w->trees[i--] = w->trees[--w->count];
            }
        }
    }
}

static void revoke(Watch *w)
{
    if (!w->count) return;
    w->changes++;
    while (w->count > 0) tree_invalidate(w->trees[--w->count]);
}

static void dict_changes(Value dict, Value key, NULLABLE Value new_value)
{
    if (!value_is_null(key)) {
        Watch *w = find(dict, key);
        if (w) revoke(w);
        return;
    }
    for (int b = 0; b < BUCKETS; b++) {
        for (Watch *w = buckets[b]; w; w = w->next) {
            if (value_is(w->dict, dict)) revoke(w);
        }
    }
}

void watch_startup(void)
{
    dict_watch_hook = dict_changes;
}

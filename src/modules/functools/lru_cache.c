/* lru_cache.c: functools.lru_cache's wrapper: a function with a dict from arguments to results.
 *
 * With a bound, the results are in Entry objects on a circular list, the least recently used behind the root; a hit
 * moves its entry to the other end. Three callers: uncached (maxsize 0), unbounded, bounded.
 *
 * Invariants
 *   L1  Every Entry on the list is a value of the dict, held by it once more; an entry off the list is in no cache.
 *   L2  Calling the function may re-enter the cache: after the call nothing is assumed about the dict or the list. */
#include "modules/functools/functools.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

/* One cached result. The list owns its entries by the dict's reference. */
typedef struct Entry {
    Object head;
    struct Entry *previous, *next;
    int64_t hash;
    Value key, result;
} Entry;

typedef struct LruCache LruCache;
typedef Value (*CachedCall)(LruCache *self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);

struct LruCache {
    Object head;
    Value function;
    Value cache;               /* dict: key -> result, or -> Entry when bounded */
    Value info_type;           /* the named tuple of cache_info() */
    NULLABLE Value attributes; /* __dict__ */
    NULLABLE Value weaklist;
    CachedCall call;
    ssize_t max_size; /* -1: unbounded */
    ssize_t hits, misses;
    bool is_typed;
    Entry root; /* never an object of the program: only its links are used */
};

static LruCache *as_cache(Value v)
{
    return (LruCache *)value_as_object(v);
}

/* Stands between positional and keyword arguments in a key. */
static Value keyword_mark;

/* --- entries --- */

static void destroy_entry(Object *object)
{
    Entry *entry = (Entry *)object;
    value_decref(entry->key);
    value_decref(entry->result);
    object_free(object, sizeof *entry);
}

Type type_lru_list_elem = {
    .head = TYPE_HEAD,
    .name = "functools._lru_list_elem",
    .instance_size = sizeof(Entry),
    .flags = TYPE_NO_NEW,
    .destroy = destroy_entry,
};

static void unlink_entry(Entry *entry)
{
    entry->previous->next = entry->next;
    entry->next->previous = entry->previous;
}

static void link_newest(LruCache *self, Entry *entry)
{
    Entry *root = &self->root, *newest = root->previous;
    newest->next = entry;
    entry->previous = newest;
    entry->next = root;
    root->previous = entry;
}

/* --- keys --- */

static bool needs_no_tuple(Value v)
{
    return is_exact_str(v) || value_has_type(v, &type_int);
}

/* The arguments as one hashable value: a lone str or int itself, else a tuple of all, with a mark before keywords and
 * the types behind when is_typed. */
static Value make_key(const LruCache *self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    ssize_t keywords = value_is_null(kwnames) ? 0 : tuple_length(kwnames);
    if (!self->is_typed && keywords == 0) {
        if (nargs == 1 && needs_no_tuple(args[0])) return value_incref(args[0]);
        return tuple_from_array(args, nargs);
    }
    ssize_t size = nargs + (keywords ? keywords * 2 + 1 : 0) + (self->is_typed ? nargs + keywords : 0);
    Value key = tuple_new(size);
    if (value_is_null(key)) return VALUE_NULL;
    Value *out = as_tuple(key)->items;
    for (ssize_t i = 0; i < nargs; i++) *out++ = value_incref(args[i]);
    if (keywords) *out++ = value_incref(keyword_mark);
    for (ssize_t i = 0; i < keywords; i++) {
        *out++ = value_incref(tuple_item_borrow(kwnames, i));
        *out++ = value_incref(args[nargs + i]);
    }
    if (self->is_typed)
        for (ssize_t i = 0; i < nargs + keywords; i++) *out++ = value_incref(value_from_object(type_of(args[i])));
    return key;
}

/* --- the three ways to call --- */

static Value call_uncached(LruCache *self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    self->misses++;
    return call_vector(self->function, args, nargs, kwnames);
}

static Value call_unbounded(LruCache *self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value key = make_key(self, args, nargs, kwnames), result = VALUE_NULL;
    if (value_is_null(key)) return VALUE_NULL;
    int64_t hash = dict_hash_key(key);
    if (hash == -1) goto done;
    result = dict_get_hashed_borrow(self->cache, key, hash);
    if (!value_is_null(result)) {
        self->hits++;
        value_incref(result);
        goto done;
    }
    if (error_occurred()) goto done;
    self->misses++;
    result = call_vector(self->function, args, nargs, kwnames);
    if (!value_is_null(result) && dict_set_hashed(self->cache, key, hash, result) < 0) value_clear(&result);
done:
    value_decref(key);
    return result;
}

/* Puts a new entry for key and result at the newest end; steals the key. */
static int add_entry(LruCache *self, STEALS Value key, int64_t hash, Value result)
{
    Entry *entry = object_alloc(&type_lru_list_elem, sizeof *entry);
    if (!entry) {
        value_decref(key);
        return -1;
    }
    entry->hash = hash;
    entry->key = key;
    entry->result = value_incref(result);
    int status = dict_set_hashed(self->cache, key, hash, value_from_object(entry));
    if (status == 0) link_newest(self, entry);
    object_decref(&entry->head);
    return status;
}

/* The cache is full: the oldest entry makes place for the new one. Steals the key. */
static int replace_oldest(LruCache *self, STEALS Value key, int64_t hash, Value result)
{
    Entry *oldest = self->root.next;
    unlink_entry(oldest);
    object_incref(&oldest->head);
    Value old_key = value_incref(oldest->key);
    ssize_t i = dict_find_entry_hashed(self->cache, old_key, oldest->hash);
    int status = -1;
    if (i == -2) {
        link_newest(self, oldest); /* a comparison failed: the entry stays */
        value_decref(key);
    } else {
        if (i >= 0) {
            Value dropped_key, dropped;
            dict_take_entry(self->cache, i, &dropped_key, &dropped);
            value_decref(dropped_key);
            value_decref(dropped);
        }
        status = add_entry(self, key, hash, result);
    }
    value_decref(old_key);
    object_decref(&oldest->head);
    return status;
}

static Value call_bounded(LruCache *self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value key = make_key(self, args, nargs, kwnames), result = VALUE_NULL;
    if (value_is_null(key)) return VALUE_NULL;
    int64_t hash = dict_hash_key(key);
    if (hash == -1) goto fail;
    Value found = dict_get_hashed_borrow(self->cache, key, hash);
    if (!value_is_null(found)) {
        Entry *entry = (Entry *)value_as_object(found);
        if (self->root.previous != entry) {
            unlink_entry(entry);
            link_newest(self, entry);
        }
        self->hits++;
        value_incref(entry->result);
        value_decref(key);
        return entry->result;
    }
    if (error_occurred()) goto fail;
    self->misses++;
    result = call_vector(self->function, args, nargs, kwnames);
    if (value_is_null(result)) goto fail;
    /* the call may have cached this very key */
    found = dict_get_hashed_borrow(self->cache, key, hash);
    if (!value_is_null(found)) {
        value_decref(key);
        return result;
    }
    if (error_occurred()) goto fail;
    bool is_full = dict_length(self->cache) >= self->max_size && self->root.next != &self->root;
    int status = is_full ? replace_oldest(self, key, hash, result) : add_entry(self, key, hash, result);
    if (status < 0) value_clear(&result);
    return result;
fail:
    value_xdecref(result);
    value_decref(key);
    return VALUE_NULL;
}

/* --- the wrapper --- */

static Value new_lru_cache(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"user_function", "maxsize", "typed", "cache_info_type", NULL};
    static const ArgSpec spec = {.function = "lru_cache", .names = names, .required = 4, .positional = 4};
    Value out[4];
    bool is_typed;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!is_callable(out[0])) return error_set(&type_TypeError, "the first argument must be callable");
    ssize_t max_size = -1;
    if (!value_is_none(out[1])) {
        if (!has_index(out[1])) return error_set(&type_TypeError, "maxsize should be integer or None");
        max_size = number_as_ssize(out[1], &type_OverflowError);
        if (max_size == -1 && error_occurred()) return VALUE_NULL;
        max_size = MAX(max_size, 0);
    }
    if (!arg_as_bool(out[2], &is_typed)) return VALUE_NULL;
    Value cache = dict_new();
    LruCache *self = value_is_null(cache) ? NULL : object_alloc_zeroed(type, type->instance_size);
    if (!self) {
        value_xdecref(cache);
        return VALUE_NULL;
    }
    self->function = value_incref(out[0]);
    self->cache = cache;
    self->info_type = value_incref(out[3]);
    self->call = max_size < 0 ? call_unbounded : max_size == 0 ? call_uncached : call_bounded;
    self->max_size = max_size;
    self->is_typed = is_typed;
    self->root.previous = self->root.next = &self->root;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value call_lru_cache(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return as_cache(self)->call(as_cache(self), args, nargs, kwnames);
}

static void empty_list(LruCache *self)
{
    self->root.previous = self->root.next = &self->root;
}

static void destroy_lru_cache(Object *object)
{
    LruCache *self = (LruCache *)object;
    gc_untrack_inline(self);
    if (!value_is_null(self->weaklist)) weakref_clear_all(object);
    empty_list(self);
    value_xdecref(self->cache);
    value_xdecref(self->function);
    value_xdecref(self->info_type);
    value_xdecref(self->attributes);
    object_free(object, object->type->instance_size);
}

static int traverse_lru_cache(Object *object, GcVisit visit, void *argument)
{
    const LruCache *self = (const LruCache *)object;
    /* entries are no GC objects: what they hold is visited on their behalf */
    for (const Entry *entry = self->root.next; entry && entry != &self->root; entry = entry->next) {
        GC_VISIT(entry->key);
        GC_VISIT(entry->result);
    }
    GC_VISIT(self->cache);
    GC_VISIT(self->function);
    GC_VISIT(self->info_type);
    GC_VISIT(self->attributes);
    return 0;
}

static void clear_lru_cache(Object *object)
{
    LruCache *self = (LruCache *)object;
    empty_list(self);
    dict_clear(self->cache);
    value_clear(&self->attributes);
}

static Value bind_lru_cache(Value self, NULLABLE Value object, NULLABLE Value type)
{
    if (value_is_null(object) || value_is_none(object)) return value_incref(self);
    return bound_method_new(self, object);
}

static NATIVE(lru_cache_info)
{
    const LruCache *cache = as_cache(self);
    Value max_size = cache->max_size == -1 ? VALUE_NONE : value_from_small_int(cache->max_size);
    Value fields[4] = {value_from_small_int(cache->hits), value_from_small_int(cache->misses), max_size,
                       value_from_small_int(dict_length(cache->cache))};
    return call_vector(cache->info_type, fields, 4, VALUE_NULL);
}

static NATIVE(lru_cache_clear)
{
    LruCache *cache = as_cache(self);
    cache->hits = cache->misses = 0;
    empty_list(cache);
    dict_clear(cache->cache);
    return VALUE_NONE;
}

static NATIVE(lru_cache_reduce)
{
    return get_attr(self, ID(__qualname__));
}

static NATIVE(lru_cache_same)
{
    return value_incref(self);
}

static const NativeMethod lru_cache_methods[] = {
    {"cache_info", lru_cache_info, 0, 0, 0, "cache_info($self, /)\n--\n\nReport cache statistics"},
    {"cache_clear", lru_cache_clear, 0, 0, 0, "cache_clear($self, /)\n--\n\nClear the cache and cache statistics"},
    {"__reduce__", lru_cache_reduce, 0, 0, 0, NULL},
    {"__copy__", lru_cache_same, 0, 0, 0, NULL},
    {"__deepcopy__", lru_cache_same, 1, 1, 0, NULL},
    {NULL},
};

static const NativeGetSet lru_cache_getsets[] = {
    {"__dict__", generic_get_dict, generic_set_dict, NULL, NULL},
    {NULL},
};

Type type_lru_cache = {
    .head = TYPE_HEAD,
    .name = "functools._lru_cache_wrapper",
    .doc =
        "Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\n"
        "maxsize:  0         for no caching\n          None      for unlimited cache size\n"
        "          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n"
        "          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the "
        "fields:\n                        hits misses currsize maxsize\n",
    .instance_size = sizeof(LruCache),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_METHOD_DESCRIPTOR,
    .dict_offset = offsetof(LruCache, attributes),
    .weaklist_offset = offsetof(LruCache, weaklist),
    .destroy = destroy_lru_cache,
    .traverse = traverse_lru_cache,
    .clear = clear_lru_cache,
    .new_instance = new_lru_cache,
    .call = call_lru_cache,
    .descr_get = bind_lru_cache,
    .methods = lru_cache_methods,
    .getsets = lru_cache_getsets,
};

int lru_cache_init(void)
{
    if (!value_is_null(keyword_mark)) return 0;
    keyword_mark = call_0(value_from_object(&type_object));
    return value_is_null(keyword_mark) ? -1 : 0;
}

/* itertools.c: the module `itertools`, with groupby and tee, whose parts are objects that share a source.
 *
 * groupby: one Groupby walks the iterable; each group is a Grouper, which is good only while the Groupby has not gone
 * on (current_grouper is it). tee: a chain of cells (TeeCell) holds what was read; each tee object is a place in it. */
#include "modules/itertools/itertools.h"
#include "objects/function.h"
#include "objects/list.h"
#include "objects/weakref.h"

/* --- groupby --- */

typedef struct Groupby {
    Object head;
    Value iterator;
    Value function;            /* None: the item itself is its key */
    NULLABLE Value target_key; /* of the group given last */
    NULLABLE Value current_key;
    NULLABLE Value current_value;  /* read, not yet given */
    const Object *current_grouper; /* borrowed: only compared */
} Groupby;

typedef struct Grouper {
    Object head;
    Value parent; /* Groupby */
    Value key;
} Grouper;

ITERATOR_LIFE(groupby, 5)
ITERATOR_LIFE(grouper, 2)

static Groupby *as_groupby(Value v)
{
    return (Groupby *)value_as_object(v);
}

static Value new_groupby(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"iterable", "key", NULL};
    static const ArgSpec spec = {.function = "groupby", .names = names, .required = 1, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value iterator = get_iter(out[0]);
    Groupby *self = value_is_null(iterator) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(iterator);
        return VALUE_NULL;
    }
    self->iterator = iterator;
    self->function = value_is_null(out[1]) ? VALUE_NONE : value_incref(out[1]);
    gc_track_inline(self);
    return value_from_object(self);
}

/* Reads the next item and its key; -1 at the end or on error. */
static int groupby_step(Groupby *self)
{
    Value item = next_raw(self->iterator);
    if (value_is_null(item)) return -1;
    Value key = value_is_none(self->function) ? value_incref(item) : call_1(self->function, item);
    if (value_is_null(key)) {
        value_decref(item);
        return -1;
    }
    value_replace(&self->current_value, item);
    value_replace(&self->current_key, key);
    return 0;
}

static Value grouper_new(Value parent, Value key)
{
    Grouper *grouper = itertools_alloc(&type_grouper);
    if (!grouper) return VALUE_NULL;
    grouper->parent = value_incref(parent);
    grouper->key = value_incref(key);
    as_groupby(parent)->current_grouper = &grouper->head;
    gc_track_inline(grouper);
    return value_from_object(grouper);
}

static int keys_are_equal(Value a, Value b)
{
    value_incref(a); /* the comparison may advance the groupby */
    value_incref(b);
    int equal = rich_compare_bool(a, b, CMP_EQ);
    value_decref(a);
    value_decref(b);
    return equal;
}

static Value next_groupby(Value v)
{
    Groupby *self = as_groupby(v);
    self->current_grouper = NULL;
    for (;;) { /* skip what is left of the group before */
        if (!value_is_null(self->current_key)) {
            if (value_is_null(self->target_key)) break;
            int equal = keys_are_equal(self->target_key, self->current_key);
            if (equal < 0) return VALUE_NULL;
            if (!equal) break;
        }
        if (groupby_step(self) < 0) return VALUE_NULL;
    }
    value_replace(&self->target_key, value_incref(self->current_key));
    Value grouper = grouper_new(v, self->target_key);
    if (value_is_null(grouper)) return VALUE_NULL;
    Value pair[2] = {value_incref(self->current_key), grouper};
    return tuple_from_array_steal(pair, 2);
}

static NATIVE(groupby_reduce)
{
    const Groupby *it = as_groupby(self);
    bool has_state =
        !value_is_null(it->target_key) && !value_is_null(it->current_key) && !value_is_null(it->current_value);
    Value state = has_state ? tuple_pack(3, it->current_value, it->target_key, it->current_key) : VALUE_NULL;
    return reduce_pack(type_of(self), tuple_pack(2, it->iterator, it->function), state);
}

static NATIVE(groupby_setstate)
{
    Groupby *it = as_groupby(self);
    if (!require_tuple(args[0]) || !require_length(args[0], 3, 3)) return VALUE_NULL;
    value_replace(&it->current_value, value_incref(tuple_item_borrow(args[0], 0)));
    value_replace(&it->target_key, value_incref(tuple_item_borrow(args[0], 1)));
    value_replace(&it->current_key, value_incref(tuple_item_borrow(args[0], 2)));
    return VALUE_NONE;
}

static const NativeMethod groupby_methods[] = {
    {"__reduce__", groupby_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", groupby_setstate, 1, 1, 0, SETSTATE_DOC},
    {NULL},
};

Type type_groupby = {
    ITERATOR_SLOTS("groupby", Groupby, groupby),
    .doc = "groupby(iterable, key=None)\n--\n\nmake an iterator that returns consecutive keys and groups from the "
           "iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n"
           "    A function for computing the group category for each element.\n"
           "    If the key function is not specified or is None, the element itself\n    is used for grouping.",
    .new_instance = new_groupby,
    .iternext = next_groupby,
    .methods = groupby_methods,
};

static Value new_grouper(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("_grouper", kwnames) || !args_count("_grouper", nargs, 2, 2)) return VALUE_NULL;
    if (!type_is_subtype(type_of(args[0]), &type_groupby))
        return error_format(&type_TypeError, "_grouper() argument 1 must be itertools.groupby, not %.50s",
                            type_of(args[0])->name);
    return grouper_new(args[0], args[1]);
}

static Value next_grouper(Value v)
{
    const Grouper *self = (const Grouper *)value_as_object(v);
    Groupby *parent = as_groupby(self->parent);
    if (parent->current_grouper != &self->head) return VALUE_NULL;
    if (value_is_null(parent->current_value) && groupby_step(parent) < 0) return VALUE_NULL;
    int equal = keys_are_equal(self->key, parent->current_key);
    if (equal <= 0) return VALUE_NULL;
    Value item = parent->current_value;
    parent->current_value = VALUE_NULL;
    value_clear(&parent->current_key);
    return item;
}

static NATIVE(grouper_reduce)
{
    const Grouper *it = (const Grouper *)value_as_object(self);
    if (as_groupby(it->parent)->current_grouper != &it->head) {
        Value empty = tuple_empty();
        return value_is_null(empty) ? empty : iter_reduce_as(ID(iter), empty);
    }
    return reduce_pack(type_of(self), tuple_pack(2, it->parent, it->key), VALUE_NULL);
}

static const NativeMethod grouper_methods[] = {{"__reduce__", grouper_reduce, 0, 0, 0, REDUCE_DOC}, {NULL}};

Type type_grouper = {
    .head = TYPE_HEAD,
    .name = "itertools._grouper",
    .instance_size = sizeof(Grouper),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_grouper,
    .traverse = traverse_grouper,
    .new_instance = new_grouper,
    .iter = iter_self,
    .iternext = next_grouper,
    .methods = grouper_methods,
};

/* --- tee --- */

enum { CELL_ITEMS = 57 };

typedef struct TeeCell {
    Object head;
    Value iterator;
    NULLABLE Value next; /* the TeeCell behind; made when someone goes there */
    int count;           /* items read into this cell */
    bool is_reading;
    Value items[CELL_ITEMS];
} TeeCell;

typedef struct Tee {
    Object head;
    Value cell;
    int index; /* in the cell, of the next item */
    NULLABLE Value weaklist;
} Tee;

static TeeCell *as_cell_of_tee(Value v)
{
    return (TeeCell *)value_as_object(v);
}

/* A long chain of cells that nobody else holds is freed in a loop, not by recursion. */
static void drop_following(STEALS NULLABLE Value next)
{
    while (object_has_type(next, &type_tee_dataobject) && value_as_object(next)->refcount == 1) {
        Value behind = as_cell_of_tee(next)->next;
        as_cell_of_tee(next)->next = VALUE_NULL;
        value_decref(next);
        next = behind;
    }
    value_xdecref(next);
}

static void clear_cell(Object *object)
{
    TeeCell *cell = (TeeCell *)object;
    value_clear(&cell->iterator);
    for (int i = 0; i < cell->count; i++) value_clear(&cell->items[i]);
    Value next = cell->next;
    cell->next = VALUE_NULL;
    drop_following(next);
}

static void destroy_cell(Object *object)
{
    gc_untrack_inline(object);
    clear_cell(object);
    object_free(object, sizeof(TeeCell));
}

static int traverse_cell(Object *object, GcVisit visit, void *argument)
{
    const TeeCell *cell = (const TeeCell *)object;
    GC_VISIT(cell->iterator);
    for (int i = 0; i < cell->count; i++) GC_VISIT(cell->items[i]);
    GC_VISIT(cell->next);
    return 0;
}

static Value cell_new_for(Value iterator)
{
    TeeCell *cell = itertools_alloc(&type_tee_dataobject);
    if (!cell) return VALUE_NULL;
    cell->iterator = value_incref(iterator);
    gc_track_inline(cell);
    return value_from_object(cell);
}

/* The item at `index`, read from the iterator when nobody was there yet. */
static Value cell_item(TeeCell *cell, int index)
{
    if (index < cell->count) return value_incref(cell->items[index]);
    if (cell->is_reading) return error_set(&type_RuntimeError, "cannot re-enter the tee iterator");
    cell->is_reading = true;
    Value item = next_raw(cell->iterator);
    cell->is_reading = false;
    if (value_is_null(item)) return VALUE_NULL;
    cell->items[cell->count++] = value_incref(item);
    return item;
}

static NATIVE(cell_reduce)
{
    const TeeCell *cell = as_cell_of_tee(self);
    Value items = list_from_array(cell->items, cell->count);
    if (value_is_null(items)) return VALUE_NULL;
    Value next = value_is_null(cell->next) ? VALUE_NONE : cell->next;
    Value arguments = tuple_pack(3, cell->iterator, items, next);
    value_decref(items);
    return reduce_pack(type_of(self), arguments, VALUE_NULL);
}

static Value new_cell(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("teedataobject", kwnames) || !args_count("teedataobject", nargs, 3, 3)) return VALUE_NULL;
    Value items = args[1], next = args[2];
    if (!is_list(items))
        return error_format(&type_TypeError, "teedataobject() argument 2 must be list, not %.50s",
                            type_of(items)->name);
    ssize_t count = list_length(items);
    bool is_full = count == CELL_ITEMS;
    if (count > CELL_ITEMS || (!value_is_none(next) && (!is_full || !object_has_type(next, &type_tee_dataobject))))
        return error_set(&type_ValueError, "Invalid arguments");
    Value v = cell_new_for(args[0]);
    if (value_is_null(v)) return VALUE_NULL;
    TeeCell *cell = as_cell_of_tee(v);
    for (; cell->count < count; cell->count++)
        cell->items[cell->count] = value_incref(list_item_borrow(items, cell->count));
    if (!value_is_none(next)) cell->next = value_incref(next);
    return v;
}

static const NativeMethod cell_methods[] = {{"__reduce__", cell_reduce, 0, 0, 0, REDUCE_DOC}, {NULL}};

Type type_tee_dataobject = {
    .head = TYPE_HEAD,
    .name = "itertools._tee_dataobject",
    .doc = "teedataobject(iterable, values, next, /)\n--\n\nData container common to multiple tee objects.",
    .instance_size = sizeof(TeeCell),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_cell,
    .traverse = traverse_cell,
    .clear = clear_cell,
    .new_instance = new_cell,
    .methods = cell_methods,
};

static Tee *as_tee(Value v)
{
    return (Tee *)value_as_object(v);
}

static void destroy_tee(Object *object)
{
    Tee *tee = (Tee *)object;
    gc_untrack_inline(object);
    if (!value_is_null(tee->weaklist)) weakref_clear_all(object);
    value_xdecref(tee->cell);
    object_free(object, sizeof(Tee));
}

static int traverse_tee(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Tee *)object)->cell);
    return 0;
}

static Value tee_at(STEALS NULLABLE Value cell, int index)
{
    Tee *tee = value_is_null(cell) ? NULL : itertools_alloc(&type_tee);
    if (!tee) {
        value_xdecref(cell);
        return VALUE_NULL;
    }
    tee->cell = cell;
    tee->index = index;
    gc_track_inline(tee);
    return value_from_object(tee);
}

static NATIVE(tee_copy)
{
    return tee_at(value_incref(as_tee(self)->cell), as_tee(self)->index);
}

/* A tee over any iterable; of a tee itself, a copy. */
static Value tee_from_iterable(Value iterable)
{
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return VALUE_NULL;
    Value tee = object_has_type(iterator, &type_tee) ? tee_copy(iterator, NULL, 0, VALUE_NULL)
                                                     : tee_at(cell_new_for(iterator), 0);
    value_decref(iterator);
    return tee;
}

static Value new_tee(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("_tee", kwnames) || !args_count("_tee", nargs, 1, 1)) return VALUE_NULL;
    return tee_from_iterable(args[0]);
}

static Value next_tee(Value v)
{
    Tee *tee = as_tee(v);
    if (tee->index >= CELL_ITEMS) {
        TeeCell *cell = as_cell_of_tee(tee->cell);
        if (value_is_null(cell->next)) cell->next = cell_new_for(cell->iterator);
        if (value_is_null(cell->next)) return VALUE_NULL;
        value_replace(&tee->cell, value_incref(cell->next));
        tee->index = 0;
    }
    Value item = cell_item(as_cell_of_tee(tee->cell), tee->index);
    if (!value_is_null(item)) tee->index++;
    return item;
}

static NATIVE(tee_reduce)
{
    const Tee *tee = as_tee(self);
    return reduce_pack(type_of(self), arguments_of_empty(), tuple_pack(2, tee->cell, value_from_small_int(tee->index)));
}

static NATIVE(tee_setstate)
{
    int index;
    if (!require_tuple(args[0]) || !require_length(args[0], 2, 2)) return VALUE_NULL;
    Value cell = tuple_item_borrow(args[0], 0);
    if (!object_has_type(cell, &type_tee_dataobject))
        return error_format(&type_TypeError, "argument 1 must be itertools._tee_dataobject, not %.50s",
                            type_of(cell)->name);
    if (!arg_as_int(tuple_item_borrow(args[0], 1), &index)) return VALUE_NULL;
    if (index < 0 || index > CELL_ITEMS) return error_set(&type_ValueError, "Index out of range");
    value_replace(&as_tee(self)->cell, value_incref(cell));
    as_tee(self)->index = index;
    return VALUE_NONE;
}

static const NativeMethod tee_methods[] = {
    {"__copy__", tee_copy, 0, 0, 0, "Returns an independent iterator."},
    {"__reduce__", tee_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", tee_setstate, 1, 1, 0, SETSTATE_DOC},
    {NULL},
};

Type type_tee = {
    .head = TYPE_HEAD,
    .name = "itertools._tee",
    .doc = "Iterator wrapped to make it copyable.",
    .instance_size = sizeof(Tee),
    .flags = TYPE_HAS_GC,
    .weaklist_offset = offsetof(Tee, weaklist),
    .destroy = destroy_tee,
    .traverse = traverse_tee,
    .new_instance = new_tee,
    .iter = iter_self,
    .iternext = next_tee,
    .methods = tee_methods,
};

/* n iterators from one iterable: whatever knows __copy__ is copied, anything else becomes a tee object first. */
NATIVE(itertools_tee)
{
    ssize_t n = 2;
    if (nargs > 1 && !arg_as_ssize(args[1], &n)) return VALUE_NULL;
    if (n < 0) return error_set(&type_ValueError, "n must be >= 0");
    Value result = tuple_new(n);
    if (n == 0 || value_is_null(result)) return result;
    Value first = get_iter(args[0]);
    if (value_is_null(first)) goto fail;
    bool failed = false;
    Value copy = get_attr_optional(first, ID(__copy__), &failed);
    if (value_is_null(copy) && !failed) {
        value_replace(&first, tee_from_iterable(first));
        if (!value_is_null(first)) copy = get_attr(first, ID(__copy__));
    }
    if (value_is_null(copy)) {
        value_xdecref(first);
        goto fail;
    }
    as_tuple(result)->items[0] = first;
    for (ssize_t i = 1; i < n; i++) {
        as_tuple(result)->items[i] = call_0(copy);
        if (value_is_null(as_tuple(result)->items[i])) {
            value_decref(copy);
            goto fail;
        }
    }
    value_decref(copy);
    return result;
fail:
    value_decref(result);
    return VALUE_NULL;
}

/* --- module --- */

static const NativeMethod itertools_methods[] = {
    {"tee", itertools_tee, 1, 2, 0,
     "tee($module, iterable, n=2, /)\n--\n\nReturns a tuple of n independent iterators."},
    {NULL},
};

static int exec_itertools(Value module)
{
    static Type *const types[] = {
        &type_accumulate,  &type_combinations, &type_combinations_with_replacement,
        &type_cycle,       &type_dropwhile,    &type_takewhile,
        &type_islice,      &type_starmap,      &type_chain,
        &type_compress,    &type_filterfalse,  &type_count,
        &type_zip_longest, &type_pairwise,     &type_permutations,
        &type_product,     &type_repeat,       &type_groupby,
        &type_grouper,     &type_tee,          &type_tee_dataobject,
    };
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (module_add_type(module, types[i]) < 0) return -1;
    return 0;
}

NATIVE_MODULE(itertools) = {
    .name = "itertools",
    .doc = "Functional tools for creating and using iterators.\n\nInfinite iterators:\n"
           "count(start=0, step=1) --> start, start+step, start+2*step, ...\n"
           "cycle(p) --> p0, p1, ... plast, p0, p1, ...\n"
           "repeat(elem [,n]) --> elem, elem, elem, ... endlessly or up to n times\n\n"
           "Iterators terminating on the shortest input sequence:\n"
           "accumulate(p[, func]) --> p0, p0+p1, p0+p1+p2\n"
           "chain(p, q, ...) --> p0, p1, ... plast, q0, q1, ...\n"
           "chain.from_iterable([p, q, ...]) --> p0, p1, ... plast, q0, q1, ...\n"
           "compress(data, selectors) --> (d[0] if s[0]), (d[1] if s[1]), ...\n"
           "dropwhile(pred, seq) --> seq[n], seq[n+1], starting when pred fails\n"
           "groupby(iterable[, keyfunc]) --> sub-iterators grouped by value of keyfunc(v)\n"
           "filterfalse(pred, seq) --> elements of seq where pred(elem) is False\n"
           "islice(seq, [start,] stop [, step]) --> elements from\n       seq[start:stop:step]\n"
           "pairwise(s) --> (s[0],s[1]), (s[1],s[2]), (s[2], s[3]), ...\n"
           "starmap(fun, seq) --> fun(*seq[0]), fun(*seq[1]), ...\n"
           "tee(it, n=2) --> (it1, it2 , ... itn) splits one iterator into n\n"
           "takewhile(pred, seq) --> seq[0], seq[1], until pred fails\n"
           "zip_longest(p, q, ...) --> (p[0], q[0]), (p[1], q[1]), ...\n\n"
           "Combinatoric generators:\nproduct(p, q, ... [repeat=1]) --> cartesian product\n"
           "permutations(p[, r])\ncombinations(p, r)\ncombinations_with_replacement(p, r)\n",
    .methods = itertools_methods,
    .exec = exec_itertools,
};

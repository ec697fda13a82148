/* select.c: the itertools that let some items of an iterable through, or change them one by one: accumulate, compress,
 * dropwhile, takewhile, filterfalse, starmap, islice, pairwise. */
#include "modules/itertools/itertools.h"
#include "objects/int.h"
#include "objects/list.h"

/* --- accumulate --- */

typedef struct Accumulate {
    Object head;
    Value iterator;
    Value function;         /* None: add */
    NULLABLE Value total;   /* no value: nothing given yet */
    NULLABLE Value initial; /* no value: none, or given already */
} Accumulate;

ITERATOR_LIFE(accumulate, 4)

static Value new_accumulate(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"iterable", "func", "initial", NULL};
    static const ArgSpec spec = {.function = "accumulate", .names = names, .required = 1, .positional = 2};
    Value out[3];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value iterator = get_iter(out[0]);
    Accumulate *self = value_is_null(iterator) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(iterator);
        return VALUE_NULL;
    }
    self->iterator = iterator;
    self->function = value_is_null(out[1]) ? VALUE_NONE : value_incref(out[1]);
    if (!value_is_null(out[2]) && !value_is_none(out[2])) self->initial = value_incref(out[2]);
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_accumulate(Value v)
{
    Accumulate *self = (Accumulate *)value_as_object(v);
    if (!value_is_null(self->initial)) {
        Value first = self->initial;
        self->initial = VALUE_NULL;
        value_replace(&self->total, value_incref(first));
        return first;
    }
    Value item = next_raw(self->iterator);
    if (value_is_null(item)) return VALUE_NULL;
    if (value_is_null(self->total)) {
        self->total = value_incref(item);
        return item;
    }
    Value sum =
        value_is_none(self->function) ? number_add(self->total, item) : call_2(self->function, self->total, item);
    value_decref(item);
    if (value_is_null(sum)) return VALUE_NULL;
    value_replace(&self->total, value_incref(sum));
    return sum;
}

/* chain((first,), iterator): an iterator with `first` put back in front */
static Value put_back(Value first, Value iterator)
{
    Value front = tuple_from_array(&first, 1);
    if (value_is_null(front)) return VALUE_NULL;
    Value result = call_2(value_from_object(&type_chain), front, iterator);
    value_decref(front);
    return result;
}

static NATIVE(accumulate_reduce)
{
    const Accumulate *it = (const Accumulate *)value_as_object(self);
    if (!value_is_null(it->initial)) {
        Value chained = put_back(it->initial, it->iterator);
        if (value_is_null(chained)) return VALUE_NULL;
        Value arguments = tuple_pack(2, chained, it->function);
        value_decref(chained);
        return reduce_pack(type_of(self), arguments, VALUE_NONE);
    }
    if (value_is_none(it->total)) { /* a state of None would not be restored: replay the total instead */
        Value chained = put_back(it->total, it->iterator);
        if (value_is_null(chained)) return VALUE_NULL;
        Value sums = call_2(value_from_object(type_of(self)), chained, it->function);
        value_decref(chained);
        if (value_is_null(sums)) return VALUE_NULL;
        Value arguments = tuple_pack(3, sums, value_from_small_int(1), VALUE_NONE);
        value_decref(sums);
        return reduce_pack(&type_islice, arguments, VALUE_NULL);
    }
    Value state = value_is_null(it->total) ? VALUE_NONE : value_incref(it->total);
    return reduce_pack(type_of(self), tuple_pack(2, it->iterator, it->function), state);
}

static NATIVE(accumulate_setstate)
{
    value_replace(&((Accumulate *)value_as_object(self))->total, value_incref(args[0]));
    return VALUE_NONE;
}

static const NativeMethod accumulate_methods[] = {
    {"__reduce__", accumulate_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", accumulate_setstate, 1, 1, 0, SETSTATE_DOC},
    {NULL},
};

Type type_accumulate = {
    ITERATOR_SLOTS("accumulate", Accumulate, accumulate),
    .doc = "accumulate(iterable, func=None, *, initial=None)\n--\n\n"
           "Return series of accumulated sums (or other binary function results).",
    .new_instance = new_accumulate,
    .iternext = next_accumulate,
    .methods = accumulate_methods,
};

/* --- compress --- */

typedef struct Compress {
    Object head;
    Value data, selectors; /* iterators */
} Compress;

ITERATOR_LIFE(compress, 2)

static Value new_compress(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"data", "selectors", NULL};
    static const ArgSpec spec = {.function = "compress", .names = names, .required = 2, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Compress *self = itertools_alloc(type);
    if (!self) return VALUE_NULL;
    gc_track_inline(self);
    self->data = get_iter(out[0]);
    if (!value_is_null(self->data)) self->selectors = get_iter(out[1]);
    if (!value_is_null(self->selectors)) return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

static Value next_compress(Value v)
{
    const Compress *self = (const Compress *)value_as_object(v);
    for (;;) {
        Value item = next_raw(self->data);
        if (value_is_null(item)) return VALUE_NULL;
        Value selector = next_raw(self->selectors);
        int keep = value_is_null(selector) ? -1 : is_true(selector);
        value_xdecref(selector);
        if (keep > 0) return item;
        value_decref(item);
        if (keep < 0) return VALUE_NULL;
    }
}

static NATIVE(compress_reduce)
{
    const Compress *it = (const Compress *)value_as_object(self);
    return reduce_pack(type_of(self), tuple_pack(2, it->data, it->selectors), VALUE_NULL);
}

static const NativeMethod compress_methods[] = {{"__reduce__", compress_reduce, 0, 0, 0, REDUCE_DOC}, {NULL}};

Type type_compress = {
    ITERATOR_SLOTS("compress", Compress, compress),
    .doc = "compress(data, selectors)\n--\n\nReturn data elements corresponding to true selector elements.\n\n"
           "Forms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.",
    .new_instance = new_compress,
    .iternext = next_compress,
    .methods = compress_methods,
};

/* --- dropwhile, takewhile, filterfalse, starmap: a function and an iterator --- */

typedef struct FunctionIterator {
    Object head;
    Value function, iterator;
    bool has_switched; /* dropwhile: dropping is over; takewhile: taking is over */
} FunctionIterator;

ITERATOR_LIFE(function_iterator, 2)

static Value new_function_iterator(Type *type, Type *base, const char *name, const Value *args, ssize_t nargs,
                                   NULLABLE Value kwnames)
{
    if (!itertools_no_keywords(type, base, name, kwnames) || !args_count(name, nargs, 2, 2)) return VALUE_NULL;
    Value iterator = get_iter(args[1]);
    FunctionIterator *self = value_is_null(iterator) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(iterator);
        return VALUE_NULL;
    }
    self->function = value_incref(args[0]);
    self->iterator = iterator;
    gc_track_inline(self);
    return value_from_object(self);
}

static int verdict_of(Value function, Value item)
{
    Value verdict = call_1(function, item);
    int truth = value_is_null(verdict) ? -1 : is_true(verdict);
    value_xdecref(verdict);
    return truth;
}

static NATIVE(function_iterator_reduce)
{
    const FunctionIterator *it = (const FunctionIterator *)value_as_object(self);
    return reduce_pack(type_of(self), tuple_pack(2, it->function, it->iterator), VALUE_NULL);
}

static NATIVE(while_reduce)
{
    const FunctionIterator *it = (const FunctionIterator *)value_as_object(self);
    return reduce_pack(type_of(self), tuple_pack(2, it->function, it->iterator),
                       value_from_small_int(it->has_switched));
}

static NATIVE(while_setstate)
{
    return arg_as_bool(args[0], &((FunctionIterator *)value_as_object(self))->has_switched) ? VALUE_NONE : VALUE_NULL;
}

static const NativeMethod while_methods[] = {
    {"__reduce__", while_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", while_setstate, 1, 1, 0, SETSTATE_DOC},
    {NULL},
};

static const NativeMethod function_iterator_methods[] = {
    {"__reduce__", function_iterator_reduce, 0, 0, 0, REDUCE_DOC},
    {NULL},
};

static Value new_dropwhile(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return new_function_iterator(type, &type_dropwhile, "dropwhile", args, nargs, kwnames);
}

static Value next_dropwhile(Value v)
{
    FunctionIterator *self = (FunctionIterator *)value_as_object(v);
    for (;;) {
        Value item = next_raw(self->iterator);
        if (value_is_null(item) || self->has_switched) return item;
        int drop = verdict_of(self->function, item);
        if (drop == 0) {
            self->has_switched = true;
            return item;
        }
        value_decref(item);
        if (drop < 0) return VALUE_NULL;
    }
}

Type type_dropwhile = {
    ITERATOR_SLOTS("dropwhile", FunctionIterator, function_iterator),
    .doc = "dropwhile(predicate, iterable, /)\n--\n\nDrop items from the iterable while predicate(item) is true.\n\n"
           "Afterwards, return every element until the iterable is exhausted.",
    .new_instance = new_dropwhile,
    .iternext = next_dropwhile,
    .methods = while_methods,
};

static Value new_takewhile(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return new_function_iterator(type, &type_takewhile, "takewhile", args, nargs, kwnames);
}

static Value next_takewhile(Value v)
{
    FunctionIterator *self = (FunctionIterator *)value_as_object(v);
    if (self->has_switched) return VALUE_NULL;
    Value item = next_raw(self->iterator);
    if (value_is_null(item)) return VALUE_NULL;
    int take = verdict_of(self->function, item);
    if (take > 0) return item;
    value_decref(item);
    if (take == 0) self->has_switched = true;
    return VALUE_NULL;
}

Type type_takewhile = {
    ITERATOR_SLOTS("takewhile", FunctionIterator, function_iterator),
    .doc = "takewhile(predicate, iterable, /)\n--\n\n"
           "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.",
    .new_instance = new_takewhile,
    .iternext = next_takewhile,
    .methods = while_methods,
};

static Value new_filterfalse(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return new_function_iterator(type, &type_filterfalse, "filterfalse", args, nargs, kwnames);
}

static Value next_filterfalse(Value v)
{
    FunctionIterator *self = (FunctionIterator *)value_as_object(v);
    bool by_truth = value_is_none(self->function) || value_is(self->function, value_from_object(&type_bool));
    for (;;) {
        Value item = next_raw(self->iterator);
        if (value_is_null(item)) return VALUE_NULL;
        int reject = by_truth ? is_true(item) : verdict_of(self->function, item);
        if (reject == 0) return item;
        value_decref(item);
        if (reject < 0) return VALUE_NULL;
    }
}

Type type_filterfalse = {
    ITERATOR_SLOTS("filterfalse", FunctionIterator, function_iterator),
    .doc = "filterfalse(function, iterable, /)\n--\n\n"
           "Return those items of iterable for which function(item) is false.\n\n"
           "If function is None, return the items that are false.",
    .new_instance = new_filterfalse,
    .iternext = next_filterfalse,
    .methods = function_iterator_methods,
};

static Value new_starmap(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return new_function_iterator(type, &type_starmap, "starmap", args, nargs, kwnames);
}

static Value next_starmap(Value v)
{
    FunctionIterator *self = (FunctionIterator *)value_as_object(v);
    Value item = next_raw(self->iterator);
    if (value_is_null(item)) return VALUE_NULL;
    if (!is_exact_tuple(item)) {
        value_replace(&item, tuple_from_iterable(item));
        if (value_is_null(item)) return VALUE_NULL;
    }
    Value result = call_vector(self->function, as_tuple(item)->items, tuple_length(item), VALUE_NULL);
    value_decref(item);
    return result;
}

Type type_starmap = {
    ITERATOR_SLOTS("starmap", FunctionIterator, function_iterator),
    .doc = "starmap(function, iterable, /)\n--\n\n"
           "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from "
           "the given sequence.",
    .new_instance = new_starmap,
    .iternext = next_starmap,
    .methods = function_iterator_methods,
};

/* --- islice --- */

typedef struct Islice {
    Object head;
    NULLABLE Value iterator; /* no value: exhausted */
    ssize_t next;            /* number of the next item to give */
    ssize_t stop;            /* -1: none */
    ssize_t step;
    ssize_t count; /* items taken from the iterator */
} Islice;

ITERATOR_LIFE(islice, 1)

static bool islice_bound(Value v, ssize_t *bound, const char *message)
{
    if (value_is_none(v)) return true;
    *bound = -1;
    if (has_index(v)) *bound = number_as_ssize(v, &type_OverflowError);
    if (*bound >= 0) return true;
    error_clear();
    error_set(&type_ValueError, message);
    return false;
}

static Value new_islice(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char stop_message[] = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    static const char index_message[] = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    static const char step_message[] = "Step for islice() must be a positive integer or None.";
    if (!itertools_no_keywords(type, &type_islice, "islice", kwnames) || !args_count("islice", nargs, 2, 4))
        return VALUE_NULL;
    ssize_t start = 0, stop = -1, step = 1;
    if (nargs == 2) {
        if (!islice_bound(args[1], &stop, stop_message)) return VALUE_NULL;
    } else {
        if (!islice_bound(args[2], &stop, stop_message)) return VALUE_NULL;
        if (!islice_bound(args[1], &start, index_message)) return VALUE_NULL;
        if (nargs > 3 && !islice_bound(args[3], &step, step_message)) return VALUE_NULL;
        if (step < 1) return error_set(&type_ValueError, step_message);
    }
    Value iterator = get_iter(args[0]);
    Islice *self = value_is_null(iterator) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(iterator);
        return VALUE_NULL;
    }
    self->iterator = iterator;
    self->next = start;
    self->stop = stop;
    self->step = step;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value islice_end(Islice *self)
{
    value_clear(&self->iterator);
    return VALUE_NULL;
}

static Value next_islice(Value v)
{
    Islice *self = (Islice *)value_as_object(v);
    if (value_is_null(self->iterator)) return VALUE_NULL;
    for (; self->count < self->next; self->count++) {
        Value skipped = next_raw(self->iterator);
        if (value_is_null(skipped)) return islice_end(self);
        value_decref(skipped);
    }
    if (self->stop != -1 && self->count >= self->stop) return islice_end(self);
    Value item = next_raw(self->iterator);
    if (value_is_null(item)) return islice_end(self);
    self->count++;
    ssize_t next;
    if (__builtin_add_overflow(self->next, self->step, &next) || (self->stop != -1 && next > self->stop))
        next = self->stop;
    self->next = next;
    return item;
}

static NATIVE(islice_reduce)
{
    const Islice *it = (const Islice *)value_as_object(self);
    if (value_is_null(it->iterator)) {
        Value empty = list_new(0), iterator = value_is_null(empty) ? empty : get_iter(empty);
        value_xdecref(empty);
        if (value_is_null(iterator)) return VALUE_NULL;
        Value arguments = tuple_pack(2, iterator, value_from_small_int(0));
        value_decref(iterator);
        return reduce_pack(type_of(self), arguments, value_from_small_int(0));
    }
    Value parts[4] = {value_incref(it->iterator), int_from_int64(it->next),
                      it->stop == -1 ? VALUE_NONE : int_from_int64(it->stop), int_from_int64(it->step)};
    return reduce_pack(type_of(self), tuple_from_array_steal(parts, 4), int_from_int64(it->count));
}

static NATIVE(islice_setstate)
{
    return arg_as_ssize(args[0], &((Islice *)value_as_object(self))->count) ? VALUE_NONE : VALUE_NULL;
}

static const NativeMethod islice_methods[] = {
    {"__reduce__", islice_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", islice_setstate, 1, 1, 0, SETSTATE_DOC},
    {NULL},
};

Type type_islice = {
    ITERATOR_SLOTS("islice", Islice, islice),
    .doc = "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\n"
           "Return an iterator whose next() method returns selected values from an\n"
           "iterable.  If start is specified, will skip all preceding elements;\n"
           "otherwise, start defaults to zero.  Step defaults to one.  If\n"
           "specified as another value, step determines how many values are\n"
           "skipped between successive calls.  Works like a slice() on a list\nbut returns an iterator.",
    .new_instance = new_islice,
    .iternext = next_islice,
    .methods = islice_methods,
};

/* --- pairwise --- */

typedef struct Pairwise {
    Object head;
    NULLABLE Value iterator, previous;
} Pairwise;

ITERATOR_LIFE(pairwise, 2)

static Value new_pairwise(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!itertools_no_keywords(type, &type_pairwise, "pairwise", kwnames) || !args_count("pairwise", nargs, 1, 1))
        return VALUE_NULL;
    Value iterator = get_iter(args[0]);
    Pairwise *self = value_is_null(iterator) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(iterator);
        return VALUE_NULL;
    }
    self->iterator = iterator;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value pairwise_end(Pairwise *self)
{
    value_clear(&self->iterator);
    value_clear(&self->previous);
    return VALUE_NULL;
}

static Value next_pairwise(Value v)
{
    Pairwise *self = (Pairwise *)value_as_object(v);
    if (value_is_null(self->iterator)) return VALUE_NULL;
    if (value_is_null(self->previous)) {
        Value first = next_raw(self->iterator);
        value_replace(&self->previous, first);
        /* the iterator may have called next() on this very object and ended it */
        if (value_is_null(first) || value_is_null(self->iterator)) return pairwise_end(self);
    }
    Value previous = value_incref(self->previous), item = next_raw(self->iterator);
    if (value_is_null(item)) {
        value_decref(previous);
        return pairwise_end(self);
    }
    value_replace(&self->previous, value_incref(item));
    Value pair[2] = {previous, item};
    return tuple_from_array_steal(pair, 2);
}

Type type_pairwise = {
    ITERATOR_SLOTS("pairwise", Pairwise, pairwise),
    .doc = "pairwise(iterable, /)\n--\n\nReturn an iterator of overlapping pairs taken from the input iterator.\n\n"
           "    s -> (s0,s1), (s1,s2), (s2, s3), ...",
    .new_instance = new_pairwise,
    .iternext = next_pairwise,
};

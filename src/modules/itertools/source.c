/* source.c: the itertools that make or join streams: chain, count, cycle, repeat, zip_longest. */
#include "modules/itertools/itertools.h"
#include "objects/float.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"

/* --- chain --- */

typedef struct Chain {
    Object head;
    NULLABLE Value source; /* iterator over the iterables; no value: exhausted */
    NULLABLE Value active; /* the iterator that gives items now */
} Chain;

ITERATOR_LIFE(chain, 2)

static Value chain_from_iterator(Type *type, STEALS NULLABLE Value source)
{
    Chain *self = value_is_null(source) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(source);
        return VALUE_NULL;
    }
    self->source = source;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value new_chain(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!itertools_no_keywords(type, &type_chain, "chain", kwnames)) return VALUE_NULL;
    Value iterables = tuple_from_array(args, nargs);
    if (value_is_null(iterables)) return VALUE_NULL;
    Value source = get_iter(iterables);
    value_decref(iterables);
    return chain_from_iterator(type, source);
}

static NATIVE(chain_from_iterable)
{
    return chain_from_iterator((Type *)value_as_object(self), get_iter(args[0]));
}

static Value next_chain(Value v)
{
    Chain *self = (Chain *)value_as_object(v);
    while (!value_is_null(self->source)) {
        if (value_is_null(self->active)) {
            Value iterable = next_raw(self->source);
            if (value_is_null(iterable)) {
                value_clear(&self->source);
                return VALUE_NULL;
            }
            Value iterator = get_iter(iterable);
            value_decref(iterable);
            if (value_is_null(iterator)) {
                value_clear(&self->source);
                return VALUE_NULL;
            }
            value_replace(&self->active, iterator);
        }
        Value item = next_raw(self->active);
        if (!value_is_null(item)) return item;
        if (iter_finish() < 0) return VALUE_NULL;
        value_clear(&self->active);
    }
    return VALUE_NULL;
}

static NATIVE(chain_reduce)
{
    const Chain *it = (const Chain *)value_as_object(self);
    Value state = VALUE_NULL;
    if (!value_is_null(it->source)) {
        state = value_is_null(it->active) ? tuple_pack(1, it->source) : tuple_pack(2, it->source, it->active);
        if (value_is_null(state)) return VALUE_NULL;
    }
    return reduce_pack(type_of(self), tuple_empty(), state);
}

static NATIVE(chain_setstate)
{
    Chain *it = (Chain *)value_as_object(self);
    if (!require_tuple(args[0]) || !require_length(args[0], 1, 2)) return VALUE_NULL;
    Value source = tuple_item_borrow(args[0], 0);
    Value active = tuple_length(args[0]) > 1 ? tuple_item_borrow(args[0], 1) : VALUE_NULL;
    if (!is_iterator(source) || (!value_is_null(active) && !is_iterator(active)))
        return error_set(&type_TypeError, "Arguments must be iterators.");
    value_replace(&it->source, value_incref(source));
    value_replace(&it->active, value_xincref(active));
    return VALUE_NONE;
}

static const NativeMethod chain_methods[] = {
    {"from_iterable", chain_from_iterable, 1, 1, NATIVE_CLASS,
     "from_iterable($type, iterable, /)\n--\n\n"
     "Alternative chain() constructor taking a single iterable argument that evaluates lazily."},
    {"__reduce__", chain_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", chain_setstate, 1, 1, 0, SETSTATE_DOC},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

Type type_chain = {
    ITERATOR_SLOTS("chain", Chain, chain),
    .doc =
        "chain(*iterables) --> chain object\n\nReturn a chain object whose .__next__() method returns elements from "
        "the\n"
        "first iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are "
        "exhausted.",
    .new_instance = new_chain,
    .iternext = next_chain,
    .methods = chain_methods,
};

/* --- count --- */

typedef struct Count {
    Object head;
    Value next, step; /* next: the number to give */
} Count;

ITERATOR_LIFE(count, 2)

static bool is_number(Value v)
{
    const Type *type = type_of(v);
    return type->number.index || type->number.to_int || type->number.to_float || is_float(v) || type == &type_complex;
}

static Value new_count(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"start", "step", NULL};
    static const ArgSpec spec = {.function = "count", .names = names, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    for (int i = 0; i < 2; i++) {
        if (value_is_null(out[i]))
            out[i] = value_from_small_int(i);
        else if (!is_number(out[i]))
            return error_set(&type_TypeError, "a number is required");
    }
    Count *self = itertools_alloc(type);
    if (!self) return VALUE_NULL;
    self->next = value_incref(out[0]);
    self->step = value_incref(out[1]);
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_count(Value v)
{
    Count *self = (Count *)value_as_object(v);
    Value number = self->next;
    if (values_are_small_ints(number, self->step)) {
        int64_t sum = value_as_small_int(number) + value_as_small_int(self->step);
        if (LIKELY(small_int_fits(sum))) {
            self->next = value_from_small_int(sum);
            return number;
        }
    }
    Value next = number_add(number, self->step);
    if (value_is_null(next)) return VALUE_NULL;
    self->next = next;
    return number;
}

static bool step_is_one(Value step)
{
    int64_t n;
    return is_int(step) && int_fits_int64(step, &n) && n == 1;
}

static Value repr_count(Value self)
{
    const Count *it = (const Count *)value_as_object(self);
    if (step_is_one(it->step)) return str_format("%s(%R)", "count", it->next);
    return str_format("%s(%R, %R)", "count", it->next, it->step);
}

static NATIVE(count_reduce)
{
    const Count *it = (const Count *)value_as_object(self);
    bool is_simple = is_int(it->next) && value_is(it->step, value_from_small_int(1));
    Value arguments = is_simple ? tuple_pack(1, it->next) : tuple_pack(2, it->next, it->step);
    return reduce_pack(type_of(self), arguments, VALUE_NULL);
}

static const NativeMethod count_methods[] = {{"__reduce__", count_reduce, 0, 0, 0, REDUCE_DOC}, {NULL}};

Type type_count = {
    ITERATOR_SLOTS("count", Count, count),
    .doc =
        "count(start=0, step=1)\n--\n\nReturn a count object whose .__next__() method returns consecutive values.\n\n"
        "Equivalent to:\n    def count(firstval=0, step=1):\n        x = firstval\n        while 1:\n"
        "            yield x\n            x += step",
    .new_instance = new_count,
    .repr = repr_count,
    .iternext = next_count,
    .methods = count_methods,
};

/* --- cycle --- */

typedef struct Cycle {
    Object head;
    NULLABLE Value iterator; /* of the first round; no value when that is over */
    Value saved;             /* list of what the first round gave */
    ssize_t index;           /* in saved, of the next item */
    bool is_complete;        /* saved has all items already (restored from a state) */
} Cycle;

ITERATOR_LIFE(cycle, 2)

static Value new_cycle(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!itertools_no_keywords(type, &type_cycle, "cycle", kwnames) || !args_count("cycle", nargs, 1, 1))
        return VALUE_NULL;
    Value iterator = get_iter(args[0]), saved = value_is_null(iterator) ? VALUE_NULL : list_new(0);
    Cycle *self = value_is_null(saved) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(iterator);
        value_xdecref(saved);
        return VALUE_NULL;
    }
    self->iterator = iterator;
    self->saved = saved;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_cycle(Value v)
{
    Cycle *self = (Cycle *)value_as_object(v);
    if (!value_is_null(self->iterator)) {
        Value item = next_raw(self->iterator);
        if (!value_is_null(item)) {
            if (self->is_complete || list_append(self->saved, item) == 0) return item;
            value_decref(item);
            return VALUE_NULL;
        }
        if (iter_finish() < 0) return VALUE_NULL;
        value_clear(&self->iterator);
    }
    ssize_t length = list_length(self->saved);
    if (length == 0) return VALUE_NULL;
    Value item = value_incref(list_item_borrow(self->saved, self->index));
    if (++self->index >= length) self->index = 0;
    return item;
}

static NATIVE(cycle_reduce)
{
    const Cycle *it = (const Cycle *)value_as_object(self);
    if (!value_is_null(it->iterator))
        return reduce_pack(type_of(self), tuple_pack(1, it->iterator),
                           tuple_pack(2, it->saved, value_from_bool(it->is_complete)));
    Value iterator = get_iter(it->saved);
    if (value_is_null(iterator)) return VALUE_NULL;
    if (it->index != 0) {
        Value none = call_method_1(iterator, ID(__setstate__), value_from_small_int(it->index));
        if (value_is_null(none)) {
            value_decref(iterator);
            return VALUE_NULL;
        }
        value_decref(none);
    }
    Value arguments = tuple_from_array_steal(&iterator, 1);
    return reduce_pack(type_of(self), arguments, tuple_pack(2, it->saved, VALUE_TRUE));
}

static NATIVE(cycle_setstate)
{
    Cycle *it = (Cycle *)value_as_object(self);
    if (!require_tuple(args[0]) || !require_length(args[0], 2, 2)) return VALUE_NULL;
    Value saved = tuple_item_borrow(args[0], 0);
    int is_complete;
    if (!is_list(saved))
        return error_format(&type_TypeError, "argument 1 must be list, not %.50s", type_of(saved)->name);
    if (!arg_as_int(tuple_item_borrow(args[0], 1), &is_complete)) return VALUE_NULL;
    value_replace(&it->saved, value_incref(saved));
    it->is_complete = is_complete != 0;
    it->index = 0;
    return VALUE_NONE;
}

static const NativeMethod cycle_methods[] = {
    {"__reduce__", cycle_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", cycle_setstate, 1, 1, 0, SETSTATE_DOC},
    {NULL},
};

Type type_cycle = {
    ITERATOR_SLOTS("cycle", Cycle, cycle),
    .doc = "cycle(iterable, /)\n--\n\n"
           "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    .new_instance = new_cycle,
    .iternext = next_cycle,
    .methods = cycle_methods,
};

/* --- repeat --- */

typedef struct Repeat {
    Object head;
    Value element;
    ssize_t remaining; /* -1: for ever */
} Repeat;

ITERATOR_LIFE(repeat, 1)

static Value new_repeat(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"object", "times", NULL};
    static const ArgSpec spec = {.function = "repeat", .names = names, .required = 1, .positional = 2};
    Value out[2];
    ssize_t times = -1;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!value_is_null(out[1])) {
        if (!arg_as_ssize(out[1], &times)) return VALUE_NULL;
        times = MAX(times, 0);
    }
    Repeat *self = itertools_alloc(type);
    if (!self) return VALUE_NULL;
    self->element = value_incref(out[0]);
    self->remaining = times;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_repeat(Value v)
{
    Repeat *self = (Repeat *)value_as_object(v);
    if (self->remaining == 0) return VALUE_NULL;
    if (self->remaining > 0) self->remaining--;
    return value_incref(self->element);
}

static Value repr_repeat(Value self)
{
    const Repeat *it = (const Repeat *)value_as_object(self);
    if (it->remaining == -1) return str_format("%s(%R)", "repeat", it->element);
    return str_format("%s(%R, %zd)", "repeat", it->element, it->remaining);
}

static NATIVE(repeat_length_hint)
{
    const Repeat *it = (const Repeat *)value_as_object(self);
    if (it->remaining == -1) return error_set(&type_TypeError, "len() of unsized object");
    return int_from_int64(it->remaining);
}

static NATIVE(repeat_reduce)
{
    const Repeat *it = (const Repeat *)value_as_object(self);
    Value parts[2] = {value_incref(it->element), VALUE_NULL};
    if (it->remaining >= 0) parts[1] = int_from_int64(it->remaining);
    Value arguments = tuple_from_array_steal(parts, it->remaining >= 0 ? 2 : 1);
    return reduce_pack(type_of(self), arguments, VALUE_NULL);
}

static const NativeMethod repeat_methods[] = {
    {"__length_hint__", repeat_length_hint, 0, 0, 0, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", repeat_reduce, 0, 0, 0, REDUCE_DOC},
    {NULL},
};

Type type_repeat = {
    ITERATOR_SLOTS("repeat", Repeat, repeat),
    .doc = "repeat(object [,times]) -> create an iterator which returns the object\n"
           "for the specified number of times.  If not specified, returns the object\nendlessly.",
    .new_instance = new_repeat,
    .repr = repr_repeat,
    .iternext = next_repeat,
    .methods = repeat_methods,
};

/* --- zip_longest --- */

typedef struct ZipLongest {
    Object head;
    Value iterators; /* tuple; an exhausted one is no value */
    Value fill;
    ssize_t active; /* iterators that are not exhausted */
} ZipLongest;

ITERATOR_LIFE(zip_longest, 2)

static Value new_zip_longest(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value fill = VALUE_NONE;
    if (!value_is_null(kwnames) && tuple_length(kwnames) > 0) {
        if (tuple_length(kwnames) > 1 || !str_equal_cstr(tuple_item_borrow(kwnames, 0), "fillvalue"))
            return error_set(&type_TypeError, "zip_longest() got an unexpected keyword argument");
        fill = args[nargs];
    }
    Value iterators = tuple_new(nargs);
    for (ssize_t i = 0; i < nargs && !value_is_null(iterators); i++) {
        Value iterator = get_iter(args[i]);
        if (value_is_null(iterator))
            value_clear(&iterators);
        else
            as_tuple(iterators)->items[i] = iterator;
    }
    ZipLongest *self = value_is_null(iterators) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(iterators);
        return VALUE_NULL;
    }
    self->iterators = iterators;
    self->fill = value_incref(fill);
    self->active = nargs;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_zip_longest(Value v)
{
    ZipLongest *self = (ZipLongest *)value_as_object(v);
    ssize_t count = tuple_length(self->iterators);
    if (count == 0 || self->active == 0) return VALUE_NULL;
    Value result = tuple_new(count);
    if (value_is_null(result)) return VALUE_NULL;
    for (ssize_t i = 0; i < count; i++) {
        Value *iterator = &as_tuple(self->iterators)->items[i], item = VALUE_NULL;
        if (!value_is_null(*iterator)) {
            item = next_raw(*iterator);
            if (value_is_null(item)) {
                bool failed = iter_finish() < 0;
                if (failed)
                    self->active = 0;
                else
                    self->active--;
                if (failed || self->active == 0) {
                    value_decref(result);
                    return VALUE_NULL;
                }
                value_clear(iterator);
            }
        }
        as_tuple(result)->items[i] = value_is_null(item) ? value_incref(self->fill) : item;
    }
    return result;
}

static NATIVE(zip_longest_reduce)
{
    const ZipLongest *it = (const ZipLongest *)value_as_object(self);
    ssize_t count = tuple_length(it->iterators);
    Value arguments = tuple_new(count);
    for (ssize_t i = 0; i < count && !value_is_null(arguments); i++) {
        Value iterator = tuple_item_borrow(it->iterators, i);
        as_tuple(arguments)->items[i] = value_is_null(iterator) ? tuple_empty() : value_incref(iterator);
    }
    return reduce_pack(type_of(self), arguments, value_incref(it->fill));
}

static NATIVE(zip_longest_setstate)
{
    value_replace(&((ZipLongest *)value_as_object(self))->fill, value_incref(args[0]));
    return VALUE_NONE;
}

static const NativeMethod zip_longest_methods[] = {
    {"__reduce__", zip_longest_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", zip_longest_setstate, 1, 1, 0, SETSTATE_DOC},
    {NULL},
};

Type type_zip_longest = {
    ITERATOR_SLOTS("zip_longest", ZipLongest, zip_longest),
    .doc = "zip_longest(iter1 [,iter2 [...]], [fillvalue=None]) --> zip_longest object\n\n"
           "Return a zip_longest object whose .__next__() method returns a tuple where\n"
           "the i-th element comes from the i-th iterable argument.  The .__next__()\n"
           "method continues until the longest iterable in the argument sequence\n"
           "is exhausted and then it raises StopIteration.  When the shorter iterables\n"
           "are exhausted, the fillvalue is substituted in their place.  The fillvalue\n"
           "defaults to None or can be specified by a keyword argument.",
    .new_instance = new_zip_longest,
    .iternext = next_zip_longest,
    .methods = zip_longest_methods,
};

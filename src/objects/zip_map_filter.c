/* zip_map_filter.c: zip, map and filter. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/iter.h"
#include "objects/native.h"
#include "objects/tuple.h"

/* A tuple of iter(x) for each argument. */
static Value iterators_of(const Value *args, ssize_t count)
{
    Value iterators = tuple_new(count);
    if (value_is_null(iterators)) return VALUE_NULL;
    for (ssize_t i = 0; i < count; i++) {
        as_tuple(iterators)->items[i] = get_iter(args[i]);
        if (value_is_null(as_tuple(iterators)->items[i])) {
            value_decref(iterators);
            return VALUE_NULL;
        }
    }
    return iterators;
}

/* (type, arguments) or, with a state, (type, arguments, state); steals arguments */
static Value reduce_type(Value self, STEALS NULLABLE Value arguments, NULLABLE Value state)
{
    if (value_is_null(arguments)) return VALUE_NULL;
    Value type = value_from_object(type_of(self));
    Value result = value_is_null(state) ? tuple_pack(2, type, arguments) : tuple_pack(3, type, arguments, state);
    value_decref(arguments);
    return result;
}

/* --- zip --- */

static bool parse_strict(const Value *args, ssize_t nargs, NULLABLE Value kwnames, bool *is_strict)
{
    static const char *const names[] = {"strict", NULL};
    static const ArgSpec spec = {.function = "zip", .names = names};
    Value out = VALUE_NULL;
    *is_strict = false;
    if (value_is_null(kwnames)) return true;
    if (!args_parse(&spec, args + nargs, 0, kwnames, &out)) return false;
    return value_is_null(out) || arg_as_bool(out, is_strict);
}

static Value new_zip(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    bool is_strict;
    if (!parse_strict(args, nargs, kwnames, &is_strict)) return VALUE_NULL;
    Value iterators = iterators_of(args, nargs);
    Zip *self = value_is_null(iterators) ? NULL : object_alloc_zeroed(type, type->instance_size);
    if (!self) {
        value_xdecref(iterators);
        return VALUE_NULL;
    }
    self->iterators = iterators;
    self->result = VALUE_NULL;
    self->is_strict = is_strict;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value length_error(ssize_t number, const char *what)
{
    return error_format(&type_ValueError, "zip() argument %zd is %s than argument%s%zd", number, what,
                        number == 2 ? " " : "s 1-", number - 1);
}

/* Argument `i` has ended and strict is set: all others must end too. */
static Value check_lengths(Zip *self, ssize_t i)
{
    if (error_occurred() && !error_catch(&type_StopIteration)) return VALUE_NULL;
    if (i > 0) return length_error(i + 1, "shorter");
    for (i = 1; i < tuple_length(self->iterators); i++) {
        Value item = iter_next(tuple_item_borrow(self->iterators, i));
        if (!value_is_null(item)) {
            value_decref(item);
            return length_error(i + 1, "longer");
        }
        if (error_occurred()) return VALUE_NULL;
    }
    return VALUE_NULL;
}

static Value next_of_zip(Value v)
{
    Zip *self = (Zip *)value_as_object(v);
    ssize_t count = tuple_length(self->iterators);
    if (count == 0) return VALUE_NULL;
    const Value *iterators = as_tuple(self->iterators)->items;
    if (count == 2) {
        Value first = type_of(iterators[0])->iternext(iterators[0]);
        if (value_is_null(first)) return self->is_strict ? check_lengths(self, 0) : VALUE_NULL;
        Value second = type_of(iterators[1])->iternext(iterators[1]);
        if (LIKELY(!value_is_null(second))) return iter_pair(&self->result, first, second);
        value_decref(first);
        return self->is_strict ? check_lengths(self, 1) : VALUE_NULL;
    }
    Value result = tuple_new(count);
    if (value_is_null(result)) return VALUE_NULL;
    for (ssize_t i = 0; i < count; i++) {
        Value item = type_of(iterators[i])->iternext(iterators[i]);
        if (value_is_null(item)) {
            value_decref(result);
            return self->is_strict ? check_lengths(self, i) : VALUE_NULL;
        }
        as_tuple(result)->items[i] = item;
    }
    return result;
}

static void destroy_zip(Object *object)
{
    Zip *self = (Zip *)object;
    gc_untrack_inline(self);
    value_decref(self->iterators);
    value_xdecref(self->result);
    object_free(object, object->type->instance_size);
}

static int traverse_zip(Object *object, GcVisit visit, void *argument)
{
    const Zip *self = (const Zip *)object;
    GC_VISIT(self->iterators);
    GC_VISIT(self->result);
    return 0;
}

static NATIVE(zip_reduce)
{
    const Zip *it = (const Zip *)value_as_object(self);
    return reduce_type(self, value_incref(it->iterators), it->is_strict ? VALUE_TRUE : VALUE_NULL);
}

static NATIVE(zip_setstate)
{
    bool is_strict;
    if (!arg_as_bool(args[0], &is_strict)) return VALUE_NULL;
    ((Zip *)value_as_object(self))->is_strict = is_strict;
    return VALUE_NONE;
}

static const NativeMethod zip_methods[] = {
    {"__reduce__", zip_reduce, 0, 0, 0, "Return state information for pickling."},
    {"__setstate__", zip_setstate, 1, 1, 0, "Set state information for unpickling."},
    {NULL},
};

Type type_zip = {
    .head = TYPE_HEAD,
    .name = "zip",
    .doc = "zip(*iterables, strict=False) --> Yield tuples until an input is exhausted.\n\n"
           "   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]\n\n"
           "The zip object yields n-length tuples, where n is the number of iterables\n"
           "passed as positional arguments to zip().  The i-th element in every tuple\n"
           "comes from the i-th iterable argument to zip().  This continues until the\n"
           "shortest argument is exhausted.\n\n"
           "If strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.",
    .instance_size = sizeof(Zip),
    .flags = TYPE_BASE | TYPE_HAS_GC,
    .destroy = destroy_zip,
    .traverse = traverse_zip,
    .new_instance = new_zip,
    .iter = iter_self,
    .iternext = next_of_zip,
    .methods = zip_methods,
};

/* --- map --- */

typedef struct Map {
    Object head;
    Value function;
    Value iterators; /* tuple */
} Map;

static Value new_map(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if ((type == &type_map || type->init == type_map.init) && !args_no_keywords("map", kwnames)) return VALUE_NULL;
    if (nargs < 2) return error_set(&type_TypeError, "map() must have at least two arguments.");
    Value iterators = iterators_of(args + 1, nargs - 1);
    Map *self = value_is_null(iterators) ? NULL : object_alloc_zeroed(type, type->instance_size);
    if (!self) {
        value_xdecref(iterators);
        return VALUE_NULL;
    }
    self->function = value_incref(args[0]);
    self->iterators = iterators;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_of_map_many(Map *self, ssize_t count)
{
    Value few[8], *items = few;
    if (count > (ssize_t)COUNT_OF(few)) {
        items = raw_alloc((size_t)count * sizeof(Value));
        if (!items) return error_no_memory();
    }
    Value result = VALUE_NULL;
    ssize_t got = 0;
    for (; got < count; got++) {
        Value iterator = tuple_item_borrow(self->iterators, got);
        items[got] = type_of(iterator)->iternext(iterator);
        if (value_is_null(items[got])) break;
    }
    if (got == count) result = call_vector(self->function, items, count, VALUE_NULL);
    for (ssize_t i = 0; i < got; i++) value_decref(items[i]);
    if (items != few) raw_free(items);
    return result;
}

static Value next_of_map(Value v)
{
    Map *self = (Map *)value_as_object(v);
    ssize_t count = tuple_length(self->iterators);
    if (count != 1) return next_of_map_many(self, count);
    Value iterator = tuple_item_borrow(self->iterators, 0);
    Value item = type_of(iterator)->iternext(iterator);
    if (value_is_null(item)) return VALUE_NULL;
    Value result = call_1(self->function, item);
    value_decref(item);
    return result;
}

static void destroy_map(Object *object)
{
    Map *self = (Map *)object;
    gc_untrack_inline(self);
    value_decref(self->function);
    value_decref(self->iterators);
    object_free(object, object->type->instance_size);
}

static int traverse_map(Object *object, GcVisit visit, void *argument)
{
    const Map *self = (const Map *)object;
    GC_VISIT(self->function);
    GC_VISIT(self->iterators);
    return 0;
}

static NATIVE(map_reduce)
{
    const Map *it = (const Map *)value_as_object(self);
    ssize_t count = tuple_length(it->iterators);
    Value arguments = tuple_new(count + 1);
    if (value_is_null(arguments)) return VALUE_NULL;
    as_tuple(arguments)->items[0] = value_incref(it->function);
    for (ssize_t i = 0; i < count; i++)
        as_tuple(arguments)->items[i + 1] = value_incref(tuple_item_borrow(it->iterators, i));
    return reduce_type(self, arguments, VALUE_NULL);
}

static const NativeMethod map_methods[] = {
    {"__reduce__", map_reduce, 0, 0, 0, "Return state information for pickling."},
    {NULL},
};

Type type_map = {
    .head = TYPE_HEAD,
    .name = "map",
    .doc = "map(func, *iterables) --> map object\n\n"
           "Make an iterator that computes the function using arguments from\n"
           "each of the iterables.  Stops when the shortest iterable is exhausted.",
    .instance_size = sizeof(Map),
    .flags = TYPE_BASE | TYPE_HAS_GC,
    .destroy = destroy_map,
    .traverse = traverse_map,
    .new_instance = new_map,
    .iter = iter_self,
    .iternext = next_of_map,
    .methods = map_methods,
};

/* --- filter --- */

typedef struct Filter {
    Object head;
    Value function; /* None: the item's own truth */
    Value iterator;
} Filter;

static Value new_filter(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if ((type == &type_filter || type->init == type_filter.init) && !args_no_keywords("filter", kwnames))
        return VALUE_NULL;
    if (!args_count("filter", nargs, 2, 2)) return VALUE_NULL;
    Value iterator = get_iter(args[1]);
    Filter *self = value_is_null(iterator) ? NULL : object_alloc_zeroed(type, type->instance_size);
    if (!self) {
        value_xdecref(iterator);
        return VALUE_NULL;
    }
    self->function = value_incref(args[0]);
    self->iterator = iterator;
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_of_filter(Value v)
{
    Filter *self = (Filter *)value_as_object(v);
    bool by_truth = value_is_none(self->function) || value_is(self->function, value_from_object(&type_bool));
    UnarySlot next = type_of(self->iterator)->iternext;
    for (;;) {
        Value item = next(self->iterator);
        if (value_is_null(item)) return VALUE_NULL;
        int keep;
        if (by_truth) {
            keep = is_true(item);
        } else {
            Value verdict = call_1(self->function, item);
            keep = value_is_null(verdict) ? -1 : is_true(verdict);
            value_xdecref(verdict);
        }
        if (keep > 0) return item;
        value_decref(item);
        if (keep < 0) return VALUE_NULL;
    }
}

static void destroy_filter(Object *object)
{
    Filter *self = (Filter *)object;
    gc_untrack_inline(self);
    value_decref(self->function);
    value_decref(self->iterator);
    object_free(object, object->type->instance_size);
}

static int traverse_filter(Object *object, GcVisit visit, void *argument)
{
    const Filter *self = (const Filter *)object;
    GC_VISIT(self->function);
    GC_VISIT(self->iterator);
    return 0;
}

static NATIVE(filter_reduce)
{
    const Filter *it = (const Filter *)value_as_object(self);
    return reduce_type(self, tuple_pack(2, it->function, it->iterator), VALUE_NULL);
}

static const NativeMethod filter_methods[] = {
    {"__reduce__", filter_reduce, 0, 0, 0, "Return state information for pickling."},
    {NULL},
};

Type type_filter = {
    .head = TYPE_HEAD,
    .name = "filter",
    .doc = "filter(function or None, iterable) --> filter object\n\n"
           "Return an iterator yielding those items of iterable for which function(item)\n"
           "is true. If function is None, return the items that are true.",
    .instance_size = sizeof(Filter),
    .flags = TYPE_BASE | TYPE_HAS_GC,
    .destroy = destroy_filter,
    .traverse = traverse_filter,
    .new_instance = new_filter,
    .iter = iter_self,
    .iternext = next_of_filter,
    .methods = filter_methods,
};

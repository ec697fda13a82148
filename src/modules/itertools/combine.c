/* combine.c: the combinatoric itertools: product, permutations, combinations, combinations_with_replacement.
 *
 * All keep their items in a pool (a tuple) and the places of the current answer in a C array of indices. `has_started`
 * is false before the first answer; `is_done` is true after the last. */
#include "modules/itertools/itertools.h"

typedef struct Combiner {
    Object head;
    Value pool;       /* tuple; product: a tuple of tuples */
    ssize_t *indices; /* permutations: as many as the pool has; else `length` */
    ssize_t *cycles;  /* permutations: `length` of them; else NULL */
    ssize_t index_count, length;
    bool has_started, is_done;
} Combiner;

static void destroy_combiner(Object *object)
{
    Combiner *self = (Combiner *)object;
    destroy_value_fields(object, 1);
    raw_free(self->indices);
    raw_free(self->cycles);
    object_free(object, object->type->instance_size);
}

static int traverse_combiner(Object *self, GcVisit visit, void *argument)
{
    return traverse_value_fields(self, 1, visit, argument);
}

static bool alloc_numbers(ssize_t **numbers, ssize_t count)
{
    *numbers =
        (size_t)count < PTRDIFF_MAX / sizeof **numbers ? raw_alloc((size_t)MAX(count, 1) * sizeof **numbers) : NULL;
    if (!*numbers) error_no_memory();
    return *numbers != NULL;
}

static NULLABLE Combiner *new_combiner(Type *type, STEALS NULLABLE Value pool, ssize_t index_count, ssize_t length)
{
    Combiner *self = value_is_null(pool) ? NULL : itertools_alloc(type);
    if (!self) {
        value_xdecref(pool);
        return NULL;
    }
    self->pool = pool;
    self->index_count = index_count;
    self->length = length;
    gc_track_inline(self);
    if (alloc_numbers(&self->indices, index_count)) return self;
    object_decref(&self->head);
    return NULL;
}

static Combiner *as_combiner(Value v)
{
    return (Combiner *)value_as_object(v);
}

static Value tuple_of_numbers(const ssize_t *numbers, ssize_t count)
{
    Value tuple = tuple_new(count);
    for (ssize_t i = 0; i < count && !value_is_null(tuple); i++)
        as_tuple(tuple)->items[i] = value_from_small_int(numbers[i]);
    return tuple;
}

/* The pool's items at the current indices. */
static Value current_answer(const Combiner *self)
{
    Value answer = tuple_new(self->length);
    if (value_is_null(answer)) return VALUE_NULL;
    const Value *pool = as_tuple(self->pool)->items;
    for (ssize_t i = 0; i < self->length; i++) as_tuple(answer)->items[i] = value_incref(pool[self->indices[i]]);
    return answer;
}

/* Reads state[i] clipped to [0, most]. */
static bool read_index(Value state, ssize_t i, ssize_t most, ssize_t *index)
{
    if (!arg_as_ssize(tuple_item_borrow(state, i), index)) return false;
    *index = *index < 0 ? 0 : MIN(*index, most);
    return true;
}

static bool parse_pool_and_length(const char *function, const Value *args, ssize_t nargs, NULLABLE Value kwnames,
                                  Value *pool, ssize_t *length)
{
    static const char *const names[] = {"iterable", "r", NULL};
    const ArgSpec spec = {.function = function, .names = names, .required = 2, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out) || !arg_as_ssize(out[1], length)) return false;
    *pool = tuple_from_iterable(out[0]);
    if (value_is_null(*pool)) return false;
    if (*length >= 0) return true;
    error_set(&type_ValueError, "r must be non-negative");
    value_clear(pool);
    return false;
}

/* (type, (pool, r)), (type, ((), r)) or (type, (pool, r), state), state from the indices unless given */
static Value reduce_combiner(const Combiner *self, STEALS NULLABLE Value state)
{
    Type *type = self->head.type;
    Value length = value_from_small_int(self->length);
    if (self->has_started && !self->is_done) return reduce_pack(type, tuple_pack(2, self->pool, length), state);
    value_xdecref(state);
    if (!self->is_done) return reduce_pack(type, tuple_pack(2, self->pool, length), VALUE_NULL);
    Value empty = tuple_empty(), arguments = tuple_pack(2, empty, length);
    value_decref(empty);
    return reduce_pack(type, arguments, VALUE_NULL);
}

static NATIVE(combiner_reduce)
{
    const Combiner *it = as_combiner(self);
    Value state = tuple_of_numbers(it->indices, it->index_count);
    return value_is_null(state) ? state : reduce_combiner(it, state);
}

static bool require_state(Value state, ssize_t length)
{
    if (is_tuple(state) && tuple_length(state) == length) return true;
    error_set(&type_ValueError, "invalid arguments");
    return false;
}

static Value finish(Combiner *self)
{
    self->is_done = true;
    return VALUE_NULL;
}

/* --- product --- */

static bool parse_repeat(const Value *args, ssize_t nargs, NULLABLE Value kwnames, ssize_t *repeat)
{
    static const char *const names[] = {"repeat", NULL};
    static const ArgSpec spec = {.function = "product", .names = names};
    Value out;
    *repeat = 1;
    if (value_is_null(kwnames)) return true;
    if (!args_parse(&spec, args + nargs, 0, kwnames, &out)) return false;
    if (!value_is_null(out) && !arg_as_ssize(out, repeat)) return false;
    if (*repeat >= 0) return true;
    error_set(&type_ValueError, "repeat argument cannot be negative");
    return false;
}

static Value new_product(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    ssize_t repeat;
    if (!parse_repeat(args, nargs, kwnames, &repeat)) return VALUE_NULL;
    ssize_t count = repeat == 0 ? 0 : nargs, total;
    if (__builtin_mul_overflow(count, repeat, &total) || total > PTRDIFF_MAX / 64)
        return error_set(&type_OverflowError, "repeat argument too large");
    Value pools = tuple_new(total);
    for (ssize_t i = 0; i < count && !value_is_null(pools); i++) {
        Value pool = tuple_from_iterable(args[i]);
        if (value_is_null(pool))
            value_clear(&pools);
        else
            as_tuple(pools)->items[i] = pool;
    }
    for (ssize_t i = count; i < total && !value_is_null(pools); i++)
        as_tuple(pools)->items[i] = value_incref(tuple_item_borrow(pools, i - count));
    Combiner *self = new_combiner(type, pools, total, total);
    if (!self) return VALUE_NULL;
    for (ssize_t i = 0; i < total; i++) self->indices[i] = 0;
    return value_from_object(self);
}

static ssize_t pool_length(const Combiner *self, ssize_t i)
{
    return tuple_length(tuple_item_borrow(self->pool, i));
}

static Value product_answer(const Combiner *self)
{
    Value answer = tuple_new(self->length);
    if (value_is_null(answer)) return VALUE_NULL;
    for (ssize_t i = 0; i < self->length; i++)
        as_tuple(answer)->items[i] =
            value_incref(tuple_item_borrow(tuple_item_borrow(self->pool, i), self->indices[i]));
    return answer;
}

static Value next_product(Value v)
{
    Combiner *self = as_combiner(v);
    if (self->is_done) return VALUE_NULL;
    if (!self->has_started) {
        self->has_started = true;
        for (ssize_t i = 0; i < self->length; i++)
            if (pool_length(self, i) == 0) return finish(self);
        return product_answer(self);
    }
    ssize_t i = self->length - 1;
    for (; i >= 0; i--) { /* like an odometer, the last place first */
        if (++self->indices[i] < pool_length(self, i)) break;
        self->indices[i] = 0;
    }
    return i < 0 ? finish(self) : product_answer(self);
}

static NATIVE(product_reduce)
{
    const Combiner *it = as_combiner(self);
    if (it->is_done) return reduce_pack(type_of(self), arguments_of_empty(), VALUE_NULL);
    Value state = it->has_started ? tuple_of_numbers(it->indices, it->length) : VALUE_NULL;
    return reduce_pack(type_of(self), value_incref(it->pool), state);
}

static NATIVE(product_setstate)
{
    Combiner *it = as_combiner(self);
    if (!require_state(args[0], it->length)) return VALUE_NULL;
    for (ssize_t i = 0; i < it->length; i++) {
        if (pool_length(it, i) == 0) {
            it->is_done = true;
            return VALUE_NONE;
        }
        if (!read_index(args[0], i, pool_length(it, i) - 1, &it->indices[i])) return VALUE_NULL;
    }
    it->has_started = true;
    return VALUE_NONE;
}

static NATIVE(product_sizeof)
{
    return value_from_small_int((int64_t)type_of(self)->instance_size + as_combiner(self)->index_count * 8);
}

static const NativeMethod product_methods[] = {
    {"__reduce__", product_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", product_setstate, 1, 1, 0, SETSTATE_DOC},
    {"__sizeof__", product_sizeof, 0, 0, 0, "Returns size in memory, in bytes."},
    {NULL},
};

Type type_product = {
    ITERATOR_SLOTS("product", Combiner, combiner),
    .doc = "product(*iterables, repeat=1) --> product object\n\n"
           "Cartesian product of input iterables.  Equivalent to nested for-loops.\n\n"
           "For example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\n"
           "The leftmost iterators are in the outermost for-loop, so the output tuples\n"
           "cycle in a manner similar to an odometer (with the rightmost element changing\non every iteration).\n\n"
           "To compute the product of an iterable with itself, specify the number\n"
           "of repetitions with the optional repeat keyword argument. For example,\n"
           "product(A, repeat=4) means the same as product(A, A, A, A).\n\n"
           "product('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)\n"
           "product((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...",
    .new_instance = new_product,
    .iternext = next_product,
    .methods = product_methods,
};

/* --- combinations --- */

static Value new_combinations(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value pool;
    ssize_t length;
    if (!parse_pool_and_length("combinations", args, nargs, kwnames, &pool, &length)) return VALUE_NULL;
    Combiner *self = new_combiner(type, pool, length, length);
    if (!self) return VALUE_NULL;
    for (ssize_t i = 0; i < length; i++) self->indices[i] = i;
    self->is_done = length > tuple_length(pool);
    return value_from_object(self);
}

static Value next_combinations(Value v)
{
    Combiner *self = as_combiner(v);
    ssize_t r = self->length, n = tuple_length(self->pool), i;
    if (self->is_done) return VALUE_NULL;
    if (!self->has_started) {
        self->has_started = true;
        return current_answer(self);
    }
    for (i = r - 1; i >= 0 && self->indices[i] == i + n - r; i--) {}
    if (i < 0) return finish(self);
    self->indices[i]++;
    for (i++; i < r; i++) self->indices[i] = self->indices[i - 1] + 1;
    return current_answer(self);
}

static NATIVE(combinations_setstate)
{
    Combiner *it = as_combiner(self);
    if (!require_state(args[0], it->length)) return VALUE_NULL;
    for (ssize_t i = 0; i < it->length; i++) {
        ssize_t most = i + tuple_length(it->pool) - it->length;
        if (!read_index(args[0], i, MAX(most, 0), &it->indices[i])) return VALUE_NULL;
    }
    it->has_started = true;
    return VALUE_NONE;
}

static const NativeMethod combinations_methods[] = {
    {"__reduce__", combiner_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", combinations_setstate, 1, 1, 0, SETSTATE_DOC},
    {"__sizeof__", product_sizeof, 0, 0, 0, "Returns size in memory, in bytes."},
    {NULL},
};

Type type_combinations = {
    ITERATOR_SLOTS("combinations", Combiner, combiner),
    .doc = "combinations(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable.\n\n"
           "combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)",
    .new_instance = new_combinations,
    .iternext = next_combinations,
    .methods = combinations_methods,
};

/* --- combinations_with_replacement --- */

static Value new_with_replacement(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value pool;
    ssize_t length;
    if (!parse_pool_and_length("combinations_with_replacement", args, nargs, kwnames, &pool, &length))
        return VALUE_NULL;
    Combiner *self = new_combiner(type, pool, length, length);
    if (!self) return VALUE_NULL;
    for (ssize_t i = 0; i < length; i++) self->indices[i] = 0;
    self->is_done = tuple_length(pool) == 0 && length > 0;
    return value_from_object(self);
}

static Value next_with_replacement(Value v)
{
    Combiner *self = as_combiner(v);
    ssize_t r = self->length, n = tuple_length(self->pool), i;
    if (self->is_done) return VALUE_NULL;
    if (!self->has_started) {
        self->has_started = true;
        return current_answer(self);
    }
    for (i = r - 1; i >= 0 && self->indices[i] == n - 1; i--) {}
    if (i < 0) return finish(self);
    ssize_t index = self->indices[i] + 1;
    for (; i < r; i++) self->indices[i] = index;
    return current_answer(self);
}

static NATIVE(with_replacement_setstate)
{
    Combiner *it = as_combiner(self);
    if (!require_state(args[0], it->length)) return VALUE_NULL;
    for (ssize_t i = 0; i < it->length; i++)
        if (!read_index(args[0], i, MAX(tuple_length(it->pool) - 1, 0), &it->indices[i])) return VALUE_NULL;
    it->has_started = true;
    return VALUE_NONE;
}

static const NativeMethod with_replacement_methods[] = {
    {"__reduce__", combiner_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", with_replacement_setstate, 1, 1, 0, SETSTATE_DOC},
    {"__sizeof__", product_sizeof, 0, 0, 0, "Returns size in memory, in bytes."},
    {NULL},
};

Type type_combinations_with_replacement = {
    ITERATOR_SLOTS("combinations_with_replacement", Combiner, combiner),
    .doc = "combinations_with_replacement(iterable, r)\n--\n\n"
           "Return successive r-length combinations of elements in the iterable allowing individual elements to have "
           "successive repeats.\n\n"
           "combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), "
           "('C','C')",
    .new_instance = new_with_replacement,
    .iternext = next_with_replacement,
    .methods = with_replacement_methods,
};

/* --- permutations --- */

static Value new_permutations(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"iterable", "r", NULL};
    static const ArgSpec spec = {.function = "permutations", .names = names, .required = 1, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value pool = tuple_from_iterable(out[0]);
    if (value_is_null(pool)) return VALUE_NULL;
    ssize_t n = tuple_length(pool), r = n;
    if (!value_is_null(out[1]) && !value_is_none(out[1])) {
        bool is_number = value_is_small_int(out[1]) || value_is_bool(out[1]) || object_has_flag(out[1], TYPE_IS_INT);
        if (!is_number)
            error_set(&type_TypeError, "Expected int as r");
        else if (arg_as_ssize(out[1], &r) && r < 0)
            error_set(&type_ValueError, "r must be non-negative");
        if (error_occurred()) {
            value_decref(pool);
            return VALUE_NULL;
        }
    }
    Combiner *self = new_combiner(type, pool, n, r);
    if (!self) return VALUE_NULL;
    if (!alloc_numbers(&self->cycles, r)) {
        object_decref(&self->head);
        return VALUE_NULL;
    }
    for (ssize_t i = 0; i < n; i++) self->indices[i] = i;
    for (ssize_t i = 0; i < r; i++) self->cycles[i] = n - i;
    self->is_done = r > n;
    return value_from_object(self);
}

static Value next_permutations(Value v)
{
    Combiner *self = as_combiner(v);
    if (self->is_done) return VALUE_NULL;
    if (!self->has_started) {
        self->has_started = true;
        return current_answer(self);
    }
    ssize_t n = self->index_count, *indices = self->indices;
    if (n == 0) return finish(self);
    for (ssize_t i = self->length - 1; i >= 0; i--) {
        if (--self->cycles[i] > 0) {
            ssize_t j = n - self->cycles[i], index = indices[i];
            indices[i] = indices[j];
            indices[j] = index;
            return current_answer(self);
        }
        /* all choices for place i are used up: rotate it to the end */
        ssize_t first = indices[i];
        memmove(&indices[i], &indices[i + 1], (size_t)(n - 1 - i) * sizeof *indices);
        indices[n - 1] = first;
        self->cycles[i] = n - i;
    }
    return finish(self);
}

static NATIVE(permutations_reduce)
{
    const Combiner *it = as_combiner(self);
    Value indices = tuple_of_numbers(it->indices, it->index_count), cycles = tuple_of_numbers(it->cycles, it->length);
    Value state = value_is_null(indices) || value_is_null(cycles) ? VALUE_NULL : tuple_pack(2, indices, cycles);
    value_xdecref(indices);
    value_xdecref(cycles);
    return value_is_null(state) ? state : reduce_combiner(it, state);
}

static NATIVE(permutations_setstate)
{
    Combiner *it = as_combiner(self);
    if (!require_tuple(args[0]) || !require_length(args[0], 2, 2)) return VALUE_NULL;
    Value indices = tuple_item_borrow(args[0], 0), cycles = tuple_item_borrow(args[0], 1);
    if (!require_state(indices, it->index_count) || !require_state(cycles, it->length)) return VALUE_NULL;
    for (ssize_t i = 0; i < it->index_count; i++)
        if (!read_index(indices, i, it->index_count - 1, &it->indices[i])) return VALUE_NULL;
    for (ssize_t i = 0; i < it->length; i++) {
        if (!read_index(cycles, i, it->index_count - i, &it->cycles[i])) return VALUE_NULL;
        it->cycles[i] = MAX(it->cycles[i], 1);
    }
    it->has_started = true;
    return VALUE_NONE;
}

static NATIVE(permutations_sizeof)
{
    const Combiner *it = as_combiner(self);
    return value_from_small_int((int64_t)type_of(self)->instance_size + (it->index_count + it->length) * 8);
}

static const NativeMethod permutations_methods[] = {
    {"__reduce__", permutations_reduce, 0, 0, 0, REDUCE_DOC},
    {"__setstate__", permutations_setstate, 1, 1, 0, SETSTATE_DOC},
    {"__sizeof__", permutations_sizeof, 0, 0, 0, "Returns size in memory, in bytes."},
    {NULL},
};

Type type_permutations = {
    ITERATOR_SLOTS("permutations", Combiner, combiner),
    .doc = "permutations(iterable, r=None)\n--\n\n"
           "Return successive r-length permutations of elements in the iterable.\n\n"
           "permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)",
    .new_instance = new_permutations,
    .iternext = next_permutations,
    .methods = permutations_methods,
};

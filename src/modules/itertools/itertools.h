/* itertools.h: what the files of the itertools module share.
 *
 * Every iterator here begins with its head and then `count` Values (owned, possibly no value), so one pair of functions
 * destroys and traverses them all: ITERATOR_LIFE(name, count). */
#ifndef MODULES_ITERTOOLS_H
#define MODULES_ITERTOOLS_H

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/iter.h"
#include "objects/native.h"
#include "objects/tuple.h"

extern Type type_accumulate, type_chain, type_combinations, type_combinations_with_replacement, type_compress,
    type_count, type_cycle, type_dropwhile, type_filterfalse, type_groupby, type_grouper, type_islice, type_pairwise,
    type_permutations, type_product, type_repeat, type_starmap, type_takewhile, type_tee, type_tee_dataobject,
    type_zip_longest;

NATIVE(itertools_tee);

static inline void destroy_value_fields(Object *self, int count)
{
    gc_untrack_inline(self);
    Value *fields = (Value *)(self + 1);
    for (int i = 0; i < count; i++) value_xdecref(fields[i]);
}

static inline int traverse_value_fields(Object *self, int count, GcVisit visit, void *argument)
{
    const Value *fields = (const Value *)(self + 1);
    for (int i = 0; i < count; i++) GC_VISIT(fields[i]);
    return 0;
}

#define ITERATOR_LIFE(name, count)                                                                                     \
    static void destroy_##name(Object *self)                                                                           \
    {                                                                                                                  \
        destroy_value_fields(self, count);                                                                             \
        object_free(self, self->type->instance_size);                                                                  \
    }                                                                                                                  \
    static int traverse_##name(Object *self, GcVisit visit, void *argument)                                            \
    {                                                                                                                  \
        return traverse_value_fields(self, count, visit, argument);                                                    \
    }

/* The slots that all these types have in common. */
#define ITERATOR_SLOTS(python_name, struct_type, short_name)                                                           \
    .head = TYPE_HEAD, .name = "itertools." python_name, .instance_size = sizeof(struct_type),                         \
    .flags = TYPE_BASE | TYPE_HAS_GC, .destroy = destroy_##short_name, .traverse = traverse_##short_name,              \
    .iter = iter_self

static inline bool itertools_no_keywords(Type *type, Type *base, const char *name, NULLABLE Value kwnames)
{
    return (type != base && type->init != base->init) || args_no_keywords(name, kwnames);
}

/* A zeroed instance with all fields no value; track it when they are set. */
static inline NULLABLE void *itertools_alloc(Type *type)
{
    return object_alloc_zeroed(type, type->instance_size);
}

/* The next item straight from the iterator's slot; StopIteration may be set at the end, which callers that are
 * iterators themselves just pass on. */
ALWAYS_INLINE Value next_raw(Value iterator)
{
    return type_of(iterator)->iternext(iterator);
}

/* tuple_pack for __reduce__: (type, arguments) and (type, arguments, state); steals arguments and state. */
static inline Value reduce_pack(Type *type, STEALS NULLABLE Value arguments, STEALS NULLABLE Value state)
{
    Value result = VALUE_NULL;
    if (!value_is_null(arguments) && !error_occurred()) {
        Value t = value_from_object(type);
        result = value_is_null(state) ? tuple_pack(2, t, arguments) : tuple_pack(3, t, arguments, state);
    }
    value_xdecref(arguments);
    value_xdecref(state);
    return result;
}

/* ((),) : the arguments of an exhausted iterator */
static inline Value arguments_of_empty(void)
{
    Value empty = tuple_empty();
    return value_is_null(empty) ? empty : tuple_from_array_steal(&empty, 1);
}

static inline bool require_tuple(Value state)
{
    if (is_tuple(state)) return true;
    error_set(&type_TypeError, "state is not a tuple");
    return false;
}

/* For PyArg_ParseTuple on a state tuple: "function takes exactly 2 arguments (1 given)". */
static inline bool require_length(Value state, ssize_t least, ssize_t most)
{
    ssize_t length = tuple_length(state);
    if (length >= least && length <= most) return true;
    const char *how = least == most ? "exactly" : length < least ? "at least" : "at most";
    ssize_t bound = length < least ? least : most;
    error_format(&type_TypeError, "function takes %s %zd argument%s (%zd given)", how, bound, bound == 1 ? "" : "s",
                 length);
    return false;
}

#define REDUCE_DOC "Return state information for pickling."
#define SETSTATE_DOC "Set state information for unpickling."

#endif

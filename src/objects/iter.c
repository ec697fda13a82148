/* iter.c: the iterators of lists and tuples, of anything with __getitem__, and iter(callable, sentinel); and what all
 * built-in iterators share. An exhausted iterator drops what it walked, and stays exhausted. */
#include "objects/iter.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- shared --- */

Value iter_self(Value self)
{
    return value_incref(self);
}

Value builtin_by_name(Value name)
{
    const char *text = str_as_utf8(name, NULL);
    return text ? import_attr("builtins", text) : VALUE_NULL;
}

Value iter_reduce_as(Value name, STEALS Value argument)
{
    Value parts[2] = {builtin_by_name(name), VALUE_NULL};
    if (value_is_null(parts[0])) {
        value_decref(argument);
        return VALUE_NULL;
    }
    parts[1] = tuple_from_array_steal(&argument, 1);
    if (value_is_null(parts[1])) {
        value_decref(parts[0]);
        return VALUE_NULL;
    }
    return tuple_from_array_steal(parts, 2);
}

void iter_forget_pair(Value v)
{
    if (!value_is_object(v)) return;
    const Type *type = type_of(v);
    if (type == &type_dict_item_iterator) {
        value_clear(&((DictIterator *)value_as_object(v))->result);
    } else if (type == &type_enumerate) {
        value_clear(&((Enumerate *)value_as_object(v))->result);
        iter_forget_pair(((Enumerate *)value_as_object(v))->iterator);
    } else if (type == &type_zip) {
        Zip *zip = (Zip *)value_as_object(v);
        value_clear(&zip->result);
        for (ssize_t i = 0; i < tuple_length(zip->iterators); i++)
            iter_forget_pair(tuple_item_borrow(zip->iterators, i));
    }
}

Value iter_pair(Value *place, STEALS Value first, STEALS Value second)
{
    Value pair = *place;
    if (!value_is_null(pair) && value_as_object(pair)->refcount == 1) {
        Tuple *tuple = as_tuple(pair);
        Value old_first = tuple->items[0], old_second = tuple->items[1];
        tuple->items[0] = first;
        tuple->items[1] = second;
        /* a collection may have untracked it when its items could not be in a cycle */
        if (!gc_is_tracked_inline(tuple)) gc_track_inline(tuple);
        value_incref(pair);
        value_decref(old_first);
        value_decref(old_second);
        return pair;
    }
    Value items[2] = {first, second};
    Value fresh = tuple_from_array_steal(items, 2);
    if (!value_is_null(fresh)) value_replace(place, value_incref(fresh));
    return fresh;
}

/* (builtin `name`, (sequence,), index), or (builtin iter, (`empty`,)) for an exhausted iterator */
static Value reduce_walk(Value name, NULLABLE Value sequence, ssize_t index, bool empty_is_list)
{
    if (value_is_null(sequence)) {
        Value empty = empty_is_list ? list_new(0) : tuple_empty();
        return value_is_null(empty) ? empty : iter_reduce_as(ID(iter), empty);
    }
    /* the builtin is looked up first: that may run Python code which exhausts the iterator */
    Value start = iter_reduce_as(name, value_incref(sequence));
    if (value_is_null(start)) return VALUE_NULL;
    Value state = int_from_int64(index);
    Value result = value_is_null(state)
                       ? VALUE_NULL
                       : tuple_pack(3, tuple_item_borrow(start, 0), tuple_item_borrow(start, 1), state);
    value_xdecref(state);
    value_decref(start);
    return result;
}

static const char hint_doc[] = "Private method returning an estimate of len(list(it)).";
static const char reduce_doc[] = "Return state information for pickling.";
static const char setstate_doc[] = "Set state information for unpickling.";

/* All iterators here with a head, an index and a sequence have one layout. */
static void destroy_walk(Object *self)
{
    gc_untrack_inline(self);
    value_xdecref(((SequenceIterator *)self)->sequence);
    object_free(self, sizeof(SequenceIterator));
}

static int traverse_walk(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((SequenceIterator *)self)->sequence);
    return 0;
}

/* --- list_iterator --- */

static Value next_of_list(Value self)
{
    ListIterator *iterator = (ListIterator *)value_as_object(self);
    if (value_is_null(iterator->sequence)) return VALUE_NULL;
    const List *list = as_list(iterator->sequence);
    if (LIKELY(iterator->index < list->length)) return value_incref(list->items[iterator->index++]);
    value_clear(&iterator->sequence);
    return VALUE_NULL;
}

static NATIVE(list_iterator_hint)
{
    const ListIterator *iterator = (const ListIterator *)value_as_object(self);
    if (value_is_null(iterator->sequence)) return value_from_small_int(0);
    return value_from_small_int(MAX(list_length(iterator->sequence) - iterator->index, 0));
}

static NATIVE(list_iterator_reduce)
{
    const ListIterator *iterator = (const ListIterator *)value_as_object(self);
    return reduce_walk(ID(iter), iterator->sequence, iterator->index, true);
}

static NATIVE(list_iterator_setstate)
{
    ListIterator *iterator = (ListIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (!value_is_null(iterator->sequence))
        iterator->index = index < 0 ? 0 : MIN(index, list_length(iterator->sequence));
    return VALUE_NONE;
}

static const NativeMethod list_iterator_methods[] = {
    {"__length_hint__", list_iterator_hint, 0, 0, 0, hint_doc},
    {"__reduce__", list_iterator_reduce, 0, 0, 0, reduce_doc},
    {"__setstate__", list_iterator_setstate, 1, 1, 0, setstate_doc},
    {NULL},
};

Type type_list_iterator = {
    .head = TYPE_HEAD,
    .name = "list_iterator",
    .instance_size = sizeof(ListIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_walk,
    .traverse = traverse_walk,
    .iter = iter_self,
    .iternext = next_of_list,
    .methods = list_iterator_methods,
};

/* --- list_reverseiterator: index counts down to -1 --- */

static Value previous_of_list(Value self)
{
    ListIterator *iterator = (ListIterator *)value_as_object(self);
    if (value_is_null(iterator->sequence)) return VALUE_NULL;
    const List *list = as_list(iterator->sequence);
    if (iterator->index >= 0 && iterator->index < list->length) return value_incref(list->items[iterator->index--]);
    iterator->index = -1;
    value_clear(&iterator->sequence);
    return VALUE_NULL;
}

static NATIVE(list_reverse_hint)
{
    const ListIterator *iterator = (const ListIterator *)value_as_object(self);
    ssize_t left = iterator->index + 1;
    if (value_is_null(iterator->sequence) || list_length(iterator->sequence) < left) left = 0;
    return value_from_small_int(left);
}

static NATIVE(list_reverse_reduce)
{
    const ListIterator *iterator = (const ListIterator *)value_as_object(self);
    return reduce_walk(ID(reversed), iterator->sequence, iterator->index, true);
}

static NATIVE(list_reverse_setstate)
{
    ListIterator *iterator = (ListIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (!value_is_null(iterator->sequence))
        iterator->index = index < -1 ? -1 : MIN(index, list_length(iterator->sequence) - 1);
    return VALUE_NONE;
}

static const NativeMethod list_reverse_methods[] = {
    {"__length_hint__", list_reverse_hint, 0, 0, 0, hint_doc},
    {"__reduce__", list_reverse_reduce, 0, 0, 0, reduce_doc},
    {"__setstate__", list_reverse_setstate, 1, 1, 0, setstate_doc},
    {NULL},
};

Type type_list_reverse_iterator = {
    .head = TYPE_HEAD,
    .name = "list_reverseiterator",
    .instance_size = sizeof(ListIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_walk,
    .traverse = traverse_walk,
    .iter = iter_self,
    .iternext = previous_of_list,
    .methods = list_reverse_methods,
};

/* --- tuple_iterator --- */

static Value next_of_tuple(Value self)
{
    TupleIterator *iterator = (TupleIterator *)value_as_object(self);
    if (value_is_null(iterator->sequence)) return VALUE_NULL;
    const Tuple *tuple = as_tuple(iterator->sequence);
    if (LIKELY(iterator->index < tuple->length)) return value_incref(tuple->items[iterator->index++]);
    value_clear(&iterator->sequence);
    return VALUE_NULL;
}

static NATIVE(tuple_iterator_hint)
{
    const TupleIterator *iterator = (const TupleIterator *)value_as_object(self);
    if (value_is_null(iterator->sequence)) return value_from_small_int(0);
    return value_from_small_int(tuple_length(iterator->sequence) - iterator->index);
}

static NATIVE(tuple_iterator_reduce)
{
    const TupleIterator *iterator = (const TupleIterator *)value_as_object(self);
    return reduce_walk(ID(iter), iterator->sequence, iterator->index, false);
}

static NATIVE(tuple_iterator_setstate)
{
    TupleIterator *iterator = (TupleIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (!value_is_null(iterator->sequence))
        iterator->index = index < 0 ? 0 : MIN(index, tuple_length(iterator->sequence));
    return VALUE_NONE;
}

static const NativeMethod tuple_iterator_methods[] = {
    {"__length_hint__", tuple_iterator_hint, 0, 0, 0, hint_doc},
    {"__reduce__", tuple_iterator_reduce, 0, 0, 0, reduce_doc},
    {"__setstate__", tuple_iterator_setstate, 1, 1, 0, setstate_doc},
    {NULL},
};

Type type_tuple_iterator = {
    .head = TYPE_HEAD,
    .name = "tuple_iterator",
    .instance_size = sizeof(TupleIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_walk,
    .traverse = traverse_walk,
    .iter = iter_self,
    .iternext = next_of_tuple,
    .methods = tuple_iterator_methods,
};

/* --- iterator: anything with __getitem__ --- */

Value sequence_iterator_new(Value sequence)
{
    SequenceIterator *iterator = object_alloc(&type_sequence_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->index = 0;
    iterator->sequence = value_incref(sequence);
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

static Value next_of_sequence(Value self)
{
    SequenceIterator *iterator = (SequenceIterator *)value_as_object(self);
    if (value_is_null(iterator->sequence)) return VALUE_NULL;
    if (iterator->index == PTRDIFF_MAX) return error_set(&type_OverflowError, "iter index too large");
    Value item = sequence_item(iterator->sequence, iterator->index);
    if (!value_is_null(item)) {
        iterator->index++;
    } else if (error_catch(&type_IndexError) || error_catch(&type_StopIteration)) {
        value_clear(&iterator->sequence);
    }
    return item;
}

static NATIVE(sequence_iterator_hint)
{
    const SequenceIterator *iterator = (const SequenceIterator *)value_as_object(self);
    if (value_is_null(iterator->sequence)) return value_from_small_int(0);
    const Type *type = type_of(iterator->sequence);
    if (!type->sequence.length && !type->mapping.length) return VALUE_NOT_IMPLEMENTED;
    ssize_t length = value_length(iterator->sequence);
    return length < 0 ? VALUE_NULL : int_from_int64(MAX(length - iterator->index, 0));
}

static NATIVE(sequence_iterator_reduce)
{
    const SequenceIterator *iterator = (const SequenceIterator *)value_as_object(self);
    return reduce_walk(ID(iter), iterator->sequence, iterator->index, false);
}

static NATIVE(sequence_iterator_setstate)
{
    SequenceIterator *iterator = (SequenceIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (!value_is_null(iterator->sequence)) iterator->index = MAX(index, 0);
    return VALUE_NONE;
}

static const NativeMethod sequence_iterator_methods[] = {
    {"__length_hint__", sequence_iterator_hint, 0, 0, 0, hint_doc},
    {"__reduce__", sequence_iterator_reduce, 0, 0, 0, reduce_doc},
    {"__setstate__", sequence_iterator_setstate, 1, 1, 0, setstate_doc},
    {NULL},
};

Type type_sequence_iterator = {
    .head = TYPE_HEAD,
    .name = "iterator",
    .instance_size = sizeof(SequenceIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_walk,
    .traverse = traverse_walk,
    .iter = iter_self,
    .iternext = next_of_sequence,
    .methods = sequence_iterator_methods,
};

/* --- callable_iterator --- */

typedef struct CallableIterator {
    Object head;
    NULLABLE Value callable; /* owned; no value: exhausted */
    NULLABLE Value sentinel;
} CallableIterator;

Value callable_iterator_new(Value callable, Value sentinel)
{
    CallableIterator *iterator = object_alloc(&type_callable_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->callable = value_incref(callable);
    iterator->sentinel = value_incref(sentinel);
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

static Value callable_exhausted(CallableIterator *iterator)
{
    value_clear(&iterator->callable);
    value_clear(&iterator->sentinel);
    return VALUE_NULL;
}

static Value next_of_callable(Value self)
{
    CallableIterator *iterator = (CallableIterator *)value_as_object(self);
    if (value_is_null(iterator->callable)) return VALUE_NULL;
    Value result = call_0(iterator->callable);
    if (value_is_null(result)) return error_catch(&type_StopIteration) ? callable_exhausted(iterator) : VALUE_NULL;
    if (value_is_null(iterator->sentinel)) { /* the call has exhausted this very iterator */
        value_decref(result);
        return VALUE_NULL;
    }
    int equal = rich_compare_bool(iterator->sentinel, result, CMP_EQ);
    if (equal == 0) return result;
    value_decref(result);
    return equal > 0 ? callable_exhausted(iterator) : VALUE_NULL;
}

static NATIVE(callable_iterator_reduce)
{
    const CallableIterator *iterator = (const CallableIterator *)value_as_object(self);
    Value function = builtin_by_name(ID(iter));
    if (value_is_null(function)) return VALUE_NULL;
    Value arguments =
        value_is_null(iterator->callable) ? VALUE_NULL : tuple_pack(2, iterator->callable, iterator->sentinel);
    if (value_is_null(arguments) && !error_occurred()) {
        Value empty = tuple_empty();
        arguments = tuple_from_array_steal(&empty, 1);
    }
    if (value_is_null(arguments)) {
        value_decref(function);
        return VALUE_NULL;
    }
    Value parts[2] = {function, arguments};
    return tuple_from_array_steal(parts, 2);
}

static void destroy_callable_iterator(Object *self)
{
    CallableIterator *iterator = (CallableIterator *)self;
    gc_untrack_inline(iterator);
    value_xdecref(iterator->callable);
    value_xdecref(iterator->sentinel);
    object_free(self, sizeof *iterator);
}

static int traverse_callable_iterator(Object *self, GcVisit visit, void *argument)
{
    const CallableIterator *iterator = (const CallableIterator *)self;
    GC_VISIT(iterator->callable);
    GC_VISIT(iterator->sentinel);
    return 0;
}

static const NativeMethod callable_iterator_methods[] = {
    {"__reduce__", callable_iterator_reduce, 0, 0, 0, reduce_doc},
    {NULL},
};

Type type_callable_iterator = {
    .head = TYPE_HEAD,
    .name = "callable_iterator",
    .instance_size = sizeof(CallableIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_callable_iterator,
    .traverse = traverse_callable_iterator,
    .iter = iter_self,
    .iternext = next_of_callable,
    .methods = callable_iterator_methods,
};

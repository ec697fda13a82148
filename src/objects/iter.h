/* iter.h: the layouts of the built-in iterators that both tiers read inline, and the inner loop of "for each item". */
#ifndef OBJECTS_ITER_H
#define OBJECTS_ITER_H

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/object.h"

typedef struct ListIterator {
    Object head;
    ssize_t index;           /* of the next item */
    NULLABLE Value sequence; /* owned list; no value: exhausted */
} ListIterator;

typedef struct TupleIterator {
    Object head;
    ssize_t index;
    NULLABLE Value sequence; /* owned tuple; no value: exhausted */
} TupleIterator;

/* Over anything with __getitem__ and ints from 0. */
typedef struct SequenceIterator {
    Object head;
    ssize_t index;
    NULLABLE Value sequence;
} SequenceIterator;

/* dict_keyiterator, dict_valueiterator, dict_itemiterator and the three reverse ones. */
typedef struct DictIterator {
    Object head;
    NULLABLE Value dict;   /* owned; no value: exhausted */
    ssize_t position;      /* entry index to look at next */
    ssize_t length_before; /* dict->length at the start; -1: the dict has changed, every next raises */
    ssize_t remaining;     /* items still to come */
    NULLABLE Value result; /* item iterators: the pair given last, used again when nobody kept it */
} DictIterator;

typedef struct SetIterator {
    Object head;
    NULLABLE Value set;    /* owned; no value: exhausted */
    ssize_t position;      /* in the table */
    ssize_t length_before; /* -1: the set has changed, every next raises */
    ssize_t remaining;
} SetIterator;

typedef struct Enumerate {
    Object head;
    int64_t index;            /* next number while it fits a small int */
    NULLABLE Value big_index; /* owned: the next number once it does not */
    Value iterator;           /* owned */
    Value result;             /* the pair given last, used again when nobody kept it */
} Enumerate;

typedef struct Zip {
    Object head;
    Value iterators; /* owned tuple */
    Value result;    /* the tuple given last, used again when nobody kept it */
    bool is_strict;
} Zip;

/* Drops the pair or tuple that an iterator of items(), enumerate or zip has kept for its next turn (and those inside of
 * enumerate and zip): native code takes the next turn without it. */
void iter_forget_pair(Value iterator);

extern Type type_list_iterator, type_list_reverse_iterator, type_tuple_iterator, type_sequence_iterator,
    type_callable_iterator, type_dict_key_iterator, type_dict_value_iterator, type_dict_item_iterator,
    type_dict_reverse_key_iterator, type_dict_reverse_value_iterator, type_dict_reverse_item_iterator,
    type_set_iterator, type_enumerate, type_reversed, type_zip, type_map, type_filter;

Value sequence_iterator_new(Value sequence) NODISCARD;                 /* iter(x) for x with __getitem__ */
Value callable_iterator_new(Value callable, Value sentinel) NODISCARD; /* iter(callable, sentinel) */
Value iter_self(Value self);                                           /* the `iter` slot of every iterator */

/* getattr(builtins, name): what __reduce__ of iterators names as the callable. Owned. */
Value builtin_by_name(Value name) NODISCARD;

/* (builtin `name`, (argument,)): what __reduce__ of iterators gives. */
Value iter_reduce_as(Value name, STEALS Value argument) NODISCARD;

/* The end of a loop over iternext directly: 0 when the iterator is exhausted (StopIteration is cleared), -1 on error.
 */
static inline int iter_finish(void)
{
    return !error_occurred() || error_catch(&type_StopIteration) ? 0 : -1;
}

/* A pair for an iterator that gives one after the other: `*place` is used again when only the iterator holds it. Steals
 * both items. VALUE_NULL on error. */
Value iter_pair(Value *place, STEALS Value first, STEALS Value second) NODISCARD;

/* What is done with each item of a generator, run as a loop in Python when the generator is hot (vm/consume.c). A SUM
 * begins with `start`, MIN and MAX of nothing are that; LIST gives a new list. False: nothing has been done; else
 * *result is what the loop gives, no value when an exception is set. */
#define CONSUMED_NONE VALUE_MARKER(2)
typedef enum Consumer { CONSUME_SUM, CONSUME_ANY, CONSUME_ALL, CONSUME_MIN, CONSUME_MAX, CONSUME_LIST } Consumer;
bool consume_by_loop(Consumer consumer, Value iterable, NULLABLE Value start, Value *result);

#endif

/* enumerate.c: enumerate and reversed. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/iter.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- enumerate --- */

/* The number after SMALL_INT_MAX is kept in big_index; index then stays at INT64_MAX. */
static void set_start(Enumerate *self, STEALS Value start)
{
    self->big_index = VALUE_NULL;
    if (value_is_small_int(start)) {
        self->index = value_as_small_int(start);
    } else {
        self->index = INT64_MAX;
        self->big_index = start;
    }
}

/* The messages are those of CPython's own argument check here, not args_parse's. */
static bool parse_enumerate(const Value *args, ssize_t nargs, NULLABLE Value kwnames, Value out[2])
{
    static const char *const names[] = {"iterable", "start"};
    ssize_t keywords = value_is_null(kwnames) ? 0 : tuple_length(kwnames);
    out[0] = out[1] = VALUE_NULL;
    if (nargs + keywords > 2) {
        error_format(&type_TypeError, "enumerate() takes at most 2 arguments (%zd given)", nargs + keywords);
        return false;
    }
    if (nargs + keywords == 0) {
        error_set(&type_TypeError, "enumerate() missing required argument 'iterable'");
        return false;
    }
    for (ssize_t i = 0; i < nargs; i++) out[i] = args[i];
    for (ssize_t i = 0; i < keywords; i++) {
        Value name = tuple_item_borrow(kwnames, i);
        int place = str_equal_cstr(name, names[0]) ? 0 : 1;
        bool is_known = str_equal_cstr(name, names[place]);
        if (!is_known || !value_is_null(out[place]) || (place == 1 && nargs + keywords == 1)) {
            error_format(&type_TypeError, "'%U' is an invalid keyword argument for enumerate()", name);
            return false;
        }
        out[place] = args[nargs + i];
    }
    return true;
}

static Value new_enumerate(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value out[2];
    if (!parse_enumerate(args, nargs, kwnames, out)) return VALUE_NULL;
    Value start = value_is_null(out[1]) ? value_from_small_int(0) : number_index(out[1]);
    if (value_is_null(start)) return VALUE_NULL;
    if (!is_exact_int(start)) value_replace(&start, int_exact(start));
    Value iterator = get_iter(out[0]);
    Enumerate *self = value_is_null(iterator) ? NULL : object_alloc_zeroed(type, type->instance_size);
    if (!self) {
        value_xdecref(iterator);
        value_decref(start);
        return VALUE_NULL;
    }
    set_start(self, start);
    self->iterator = iterator;
    self->result = VALUE_NULL;
    gc_track_inline(self);
    return value_from_object(self);
}

static NOINLINE Value next_big_index(Enumerate *self)
{
    if (value_is_null(self->big_index)) { /* just grown out of the small ints */
        self->big_index = int_from_int64(self->index);
        self->index = INT64_MAX;
        if (value_is_null(self->big_index)) return VALUE_NULL;
    }
    Value after = int_add(self->big_index, value_from_small_int(1));
    if (value_is_null(after)) return VALUE_NULL;
    Value index = self->big_index;
    self->big_index = after;
    return index;
}

static Value next_of_enumerate(Value v)
{
    Enumerate *self = (Enumerate *)value_as_object(v);
    Value item = type_of(self->iterator)->iternext(self->iterator);
    if (value_is_null(item)) return VALUE_NULL;
    Value index;
    if (LIKELY(self->index <= SMALL_INT_MAX)) {
        index = value_from_small_int(self->index++);
    } else {
        index = next_big_index(self);
        if (value_is_null(index)) {
            value_decref(item);
            return VALUE_NULL;
        }
    }
    return iter_pair(&self->result, index, item);
}

static void destroy_enumerate(Object *object)
{
    Enumerate *self = (Enumerate *)object;
    gc_untrack_inline(self);
    value_xdecref(self->big_index);
    value_decref(self->iterator);
    value_xdecref(self->result);
    object_free(object, object->type->instance_size);
}

static int traverse_enumerate(Object *object, GcVisit visit, void *argument)
{
    const Enumerate *self = (const Enumerate *)object;
    GC_VISIT(self->iterator);
    GC_VISIT(self->result);
    return 0;
}

static NATIVE(enumerate_reduce)
{
    const Enumerate *it = (const Enumerate *)value_as_object(self);
    Value index = value_is_null(it->big_index) ? int_from_int64(it->index) : value_incref(it->big_index);
    if (value_is_null(index)) return VALUE_NULL;
    Value parts[2] = {VALUE_NULL, tuple_pack(2, it->iterator, index)};
    value_decref(index);
    if (value_is_null(parts[1])) return VALUE_NULL;
    parts[0] = value_incref(value_from_object(type_of(self)));
    return tuple_from_array_steal(parts, 2);
}

static const NativeMethod enumerate_methods[] = {
    {"__reduce__", enumerate_reduce, 0, 0, 0, "Return state information for pickling."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

Type type_enumerate = {
    .head = TYPE_HEAD,
    .name = "enumerate",
    .doc = "enumerate(iterable, start=0)\n--\n\nReturn an enumerate object.\n\n  iterable\n"
           "    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, "
           "which\n"
           "defaults to zero) and a value yielded by the iterable argument.\n\n"
           "enumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    .instance_size = sizeof(Enumerate),
    .flags = TYPE_BASE | TYPE_HAS_GC,
    .destroy = destroy_enumerate,
    .traverse = traverse_enumerate,
    .new_instance = new_enumerate,
    .iter = iter_self,
    .iternext = next_of_enumerate,
    .methods = enumerate_methods,
};

/* --- reversed --- */

typedef struct Reversed {
    Object head;
    ssize_t index;           /* of the next item; < 0: exhausted */
    NULLABLE Value sequence; /* owned; no value: exhausted */
} Reversed;

static Value new_reversed(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if ((type == &type_reversed || type->init == type_reversed.init) && !args_no_keywords("reversed", kwnames))
        return VALUE_NULL;
    if (!args_count("reversed", nargs, 1, 1)) return VALUE_NULL;
    Value sequence = args[0];
    Value method = lookup_special(sequence, ID(__reversed__));
    if (value_is_none(method))
        return error_format(&type_TypeError, "'%.200s' object is not reversible", type_of(sequence)->name);
    if (!value_is_null(method)) {
        Value result = call_0(method);
        value_decref(method);
        return result;
    }
    if (error_occurred()) return VALUE_NULL;
    if (!is_sequence(sequence))
        return error_format(&type_TypeError, "'%.200s' object is not reversible", type_of(sequence)->name);
    ssize_t length = value_length(sequence);
    if (length < 0) return VALUE_NULL;
    Reversed *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    self->index = length - 1;
    self->sequence = value_incref(sequence);
    gc_track_inline(self);
    return value_from_object(self);
}

static Value next_of_reversed(Value v)
{
    Reversed *self = (Reversed *)value_as_object(v);
    if (self->index >= 0 && !value_is_null(self->sequence)) {
        Value sequence = self->sequence;
        if (is_exact_str(sequence) && self->index < str_length(sequence))
            return str_from_char(str_char(as_str(sequence), self->index--));
        Value item = sequence_item(sequence, self->index);
        if (!value_is_null(item)) {
            self->index--;
            return item;
        }
        if (!error_catch(&type_IndexError) && !error_catch(&type_StopIteration)) return VALUE_NULL;
    }
    self->index = -1;
    value_clear(&self->sequence);
    return VALUE_NULL;
}

static NATIVE(reversed_length_hint)
{
    const Reversed *it = (const Reversed *)value_as_object(self);
    if (value_is_null(it->sequence)) return value_from_small_int(0);
    ssize_t length = value_length(it->sequence);
    if (length < 0) return VALUE_NULL;
    return int_from_int64(length < it->index + 1 ? 0 : it->index + 1);
}

static NATIVE(reversed_reduce)
{
    const Reversed *it = (const Reversed *)value_as_object(self);
    Value type = value_from_object(type_of(self));
    bool is_exhausted = value_is_null(it->sequence);
    Value argument = is_exhausted ? tuple_empty() : value_incref(it->sequence);
    Value arguments = tuple_from_array_steal(&argument, 1);
    if (value_is_null(arguments)) return VALUE_NULL;
    Value result =
        is_exhausted ? tuple_pack(2, type, arguments) : tuple_pack(3, type, arguments, value_from_small_int(it->index));
    value_decref(arguments);
    return result;
}

static NATIVE(reversed_setstate)
{
    Reversed *it = (Reversed *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (value_is_null(it->sequence)) return VALUE_NONE;
    ssize_t length = value_length(it->sequence);
    if (length < 0) return VALUE_NULL;
    it->index = index < -1 ? -1 : MIN(index, length - 1);
    return VALUE_NONE;
}

static void destroy_reversed(Object *object)
{
    gc_untrack_inline(object);
    value_xdecref(((Reversed *)object)->sequence);
    object_free(object, object->type->instance_size);
}

static int traverse_reversed(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Reversed *)object)->sequence);
    return 0;
}

static const NativeMethod reversed_methods[] = {
    {"__length_hint__", reversed_length_hint, 0, 0, 0, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", reversed_reduce, 0, 0, 0, "Return state information for pickling."},
    {"__setstate__", reversed_setstate, 1, 1, 0, "Set state information for unpickling."},
    {NULL},
};

Type type_reversed = {
    .head = TYPE_HEAD,
    .name = "reversed",
    .doc = "reversed(sequence, /)\n--\n\nReturn a reverse iterator over the values of the given sequence.",
    .instance_size = sizeof(Reversed),
    .flags = TYPE_BASE | TYPE_HAS_GC,
    .destroy = destroy_reversed,
    .traverse = traverse_reversed,
    .new_instance = new_reversed,
    .iter = iter_self,
    .iternext = next_of_reversed,
    .methods = reversed_methods,
};

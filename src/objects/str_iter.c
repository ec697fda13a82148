/* str_iter: iterators over the characters of a string. Two types, as in CPython, so that the ASCII one needs no look at
 * the kind. */
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

Value str_iter(Value v)
{
    Type *type = as_str(v)->is_ascii ? &type_str_ascii_iterator : &type_str_iterator;
    StrIterator *it = object_alloc(type, sizeof *it);
    if (!it) return VALUE_NULL;
    it->str = value_incref(v);
    it->index = 0;
    return value_from_object(it);
}

static void iterator_destroy(Object *object)
{
    value_xdecref(((StrIterator *)object)->str);
    object_free(object, sizeof(StrIterator));
}

static Value iterator_next(Value self)
{
    StrIterator *it = (StrIterator *)value_as_object(self);
    if (value_is_null(it->str)) return VALUE_NULL;
    const Str *s = as_str(it->str);
    if (it->index < s->length) return str_from_char(str_char(s, it->index++));
    value_clear(&it->str);
    return VALUE_NULL;
}

static Value iterator_self(Value self)
{
    return value_incref(self);
}

static Value iterator_length_hint(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StrIterator *it = (StrIterator *)value_as_object(self);
    return int_from_int64(value_is_null(it->str) ? 0 : str_length(it->str) - it->index);
}

static Value iterator_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StrIterator *it = (StrIterator *)value_as_object(self);
    Value iter = import_attr("builtins", "iter");
    if (value_is_null(iter)) return VALUE_NULL;
    bool is_done = value_is_null(it->str);
    Value subject = is_done ? str_empty() : value_incref(it->str);
    Value arguments = tuple_pack(1, subject);
    value_decref(subject);
    Value result = VALUE_NULL;
    if (!value_is_null(arguments))
        result =
            is_done ? tuple_pack(2, iter, arguments) : tuple_pack(3, iter, arguments, value_from_small_int(it->index));
    value_xdecref(arguments);
    value_decref(iter);
    return result;
}

static Value iterator_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    StrIterator *it = (StrIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (!value_is_null(it->str)) it->index = MAX(0, MIN(index, str_length(it->str)));
    return VALUE_NONE;
}

static const NativeMethod iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, 0, 0, 0, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", iterator_reduce, 0, 0, 0, "Return state information for pickling."},
    {"__setstate__", iterator_setstate, 1, 1, 0, "Set state information for unpickling."},
    {NULL}};

Type type_str_iterator = {
    TYPE_HEAD,
    .name = "str_iterator",
    .instance_size = sizeof(StrIterator),
    .destroy = iterator_destroy,
    .iter = iterator_self,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

Type type_str_ascii_iterator = {
    TYPE_HEAD,
    .name = "str_ascii_iterator",
    .instance_size = sizeof(StrIterator),
    .destroy = iterator_destroy,
    .iter = iterator_self,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

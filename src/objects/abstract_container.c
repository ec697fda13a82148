/* abstract_container.c: len, [], in, iteration, over any values. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

ssize_t value_length(Value v)
{
    Type *type = type_of(v);
    LengthSlot length = type->sequence.length ? type->sequence.length : type->mapping.length;
    if (length) return length(v);
    error_format(&type_TypeError, "object of type '%T' has no len()", v);
    return -1;
}

ssize_t length_hint(Value v, ssize_t fallback)
{
    Type *type = type_of(v);
    if (type->sequence.length || type->mapping.length) {
        ssize_t length = value_length(v);
        if (length >= 0) return length;
        if (!error_catch(&type_TypeError)) return -1;
    }
    Value hint = call_special(v, ID(__length_hint__), NULL, 0);
    if (value_is_null(hint)) {
        if (!error_occurred() || error_catch(&type_TypeError)) return fallback;
        return -1;
    }
    if (value_is(hint, VALUE_NOT_IMPLEMENTED)) return fallback;
    if (!is_int(hint)) {
        error_format(&type_TypeError, "__length_hint__ must be an integer, not %T", hint);
        value_decref(hint);
        return -1;
    }
    ssize_t length = number_as_ssize(hint, &type_OverflowError);
    value_decref(hint);
    if (length < 0 && !error_occurred()) error_set(&type_ValueError, "__length_hint__() should return >= 0");
    return error_occurred() ? -1 : length;
}

/* --- [] --- */

Value get_item(Value container, Value key)
{
    Type *type = type_of(container);
    if (type->mapping.subscript) return type->mapping.subscript(container, key);
    if (type->sequence.item) {
        if (!has_index(key)) return error_format(&type_TypeError, "sequence index must be integer, not '%T'", key);
        ssize_t index = number_as_ssize(key, &type_IndexError);
        if (index == -1 && error_occurred()) return VALUE_NULL;
        return sequence_item(container, index);
    }
    if (is_type(container)) {
        if (as_type(container) == &type_type) return generic_alias_new(container, key);
        bool failed;
        Value method = get_attr_optional(container, ID(__class_getitem__), &failed);
        if (failed) return VALUE_NULL;
        if (!value_is_null(method) && !value_is_none(method)) {
            Value result = call_1(method, key);
            value_decref(method);
            return result;
        }
        return error_format(&type_TypeError, "type '%s' is not subscriptable", as_type(container)->name);
    }
    return error_format(&type_TypeError, "'%T' object is not subscriptable", container);
}

/* A negative index counts from the end where a length is known. */
static bool adjust_index(Value v, ssize_t *index)
{
    LengthSlot length = type_of(v)->sequence.length;
    if (*index >= 0 || !length) return true;
    ssize_t n = length(v);
    if (n < 0) return false;
    *index += n;
    return true;
}

static int set_sequence_item(Value container, Value key, NULLABLE Value value)
{
    if (!has_index(key)) {
        error_format(&type_TypeError, "sequence index must be integer, not '%T'", key);
        return -1;
    }
    ssize_t index = number_as_ssize(key, &type_IndexError);
    if (index == -1 && error_occurred()) return -1;
    if (!adjust_index(container, &index)) return -1;
    return type_of(container)->sequence.set_item(container, index, value);
}

int set_item(Value container, Value key, NULLABLE Value value)
{
    Type *type = type_of(container);
    if (type->mapping.set_subscript) return type->mapping.set_subscript(container, key, value);
    if (type->sequence.set_item) return set_sequence_item(container, key, value);
    bool is_sequence = type_has_flag(type, TYPE_HEAP) || type->sequence.item || type->sequence.contains;
    if (is_sequence && has_index(key)) { /* an index that does not fit is told first */
        ssize_t index = number_as_ssize(key, &type_IndexError);
        if (index == -1 && error_occurred()) return -1;
    }
    const char *what = !value_is_null(value)           ? "does not support item assignment"
                       : is_sequence && has_index(key) ? "doesn't support item deletion"
                                                       : "does not support item deletion";
    error_format(&type_TypeError, "'%T' object %s", container, what);
    return -1;
}

Value sequence_item(Value v, ssize_t index)
{
    Type *type = type_of(v);
    if (type->sequence.item) return adjust_index(v, &index) ? type->sequence.item(v, index) : VALUE_NULL;
    if (type->mapping.subscript) return error_format(&type_TypeError, "%T is not a sequence", v);
    return error_format(&type_TypeError, "'%T' object does not support indexing", v);
}

Value sequence_slice(Value v, ssize_t low, ssize_t high)
{
    if (!type_of(v)->mapping.subscript) return error_format(&type_TypeError, "'%T' object is unsliceable", v);
    Value start = int_from_int64(low), stop = int_from_int64(high);
    Value slice = slice_new(start, stop, VALUE_NONE);
    value_xdecref(start);
    value_xdecref(stop);
    if (value_is_null(slice)) return VALUE_NULL;
    Value result = type_of(v)->mapping.subscript(v, slice);
    value_decref(slice);
    return result;
}

Value sequence_concat(Value left, Value right)
{
    BinarySlot concat = type_of(left)->sequence.concat;
    if (concat) return concat(left, right);
    if (is_sequence(left) && is_sequence(right)) return number_add(left, right);
    return error_format(&type_TypeError, "'%T' object can't be concatenated", left);
}

Value sequence_repeat(Value v, ssize_t count)
{
    IndexSlot repeat = type_of(v)->sequence.repeat;
    if (repeat) return repeat(v, count);
    if (is_sequence(v)) return number_multiply(v, value_from_small_int(count));
    return error_format(&type_TypeError, "'%T' object can't be repeated", v);
}

/* --- in --- */

static int contains_by_iteration(Value container, Value item)
{
    Value iterator = get_iter(container);
    if (value_is_null(iterator)) {
        if (error_catch(&type_TypeError))
            error_format(&type_TypeError, "argument of type '%T' is not iterable", container);
        return -1;
    }
    int found = 0;
    while (found == 0) {
        Value candidate = iter_next(iterator);
        if (value_is_null(candidate)) {
            if (error_occurred()) found = -1;
            break;
        }
        found = rich_compare_bool(candidate, item, CMP_EQ);
        value_decref(candidate);
    }
    value_decref(iterator);
    return found;
}

int contains(Value container, Value item)
{
    ContainsSlot slot = type_of(container)->sequence.contains;
    return slot ? slot(container, item) : contains_by_iteration(container, item);
}

/* --- protocols --- */

bool is_sequence(Value v)
{
    return !is_dict(v) && type_of(v)->sequence.item != NULL;
}

bool is_mapping(Value v)
{
    return type_of(v)->mapping.subscript != NULL;
}

/* v.name() as a list. */
static Value method_output_as_list(Value v, Value name)
{
    Value output = call_method_0(v, name);
    if (value_is_null(output)) return VALUE_NULL;
    Value iterator = get_iter(output);
    if (value_is_null(iterator) && error_catch(&type_TypeError))
        error_format(&type_TypeError, "%T.%U() returned a non-iterable (type %T)", v, name, output);
    value_decref(output);
    if (value_is_null(iterator)) return VALUE_NULL;
    Value list = list_from_iterable(iterator);
    value_decref(iterator);
    return list;
}

Value mapping_keys(Value v)
{
    return is_exact_dict(v) ? dict_keys_list(v) : method_output_as_list(v, ID(keys));
}

Value mapping_items(Value v)
{
    return is_exact_dict(v) ? dict_items_list(v) : method_output_as_list(v, ID(items));
}

Value mapping_values(Value v)
{
    return is_exact_dict(v) ? dict_values_list(v) : method_output_as_list(v, ID(values));
}

/* --- iteration --- */

bool is_iterator(Value v)
{
    UnarySlot next = type_of(v)->iternext;
    return next && next != next_not_implemented;
}

Value get_iter(Value v)
{
    UnarySlot iter = type_of(v)->iter;
    if (!iter) {
        if (is_sequence(v)) return sequence_iterator_new(v);
        return error_format(&type_TypeError, "'%T' object is not iterable", v);
    }
    Value iterator = iter(v);
    if (value_is_null(iterator) || is_iterator(iterator)) return iterator;
    error_format(&type_TypeError, "iter() returned non-iterator of type '%T'", iterator);
    value_decref(iterator);
    return VALUE_NULL;
}

Value iter_next(Value iterator)
{
    Value item = type_of(iterator)->iternext(iterator);
    if (value_is_null(item) && UNLIKELY(error_occurred())) error_catch(&type_StopIteration);
    return item;
}

Value get_aiter(Value v)
{
    UnarySlot aiter = type_of(v)->async.aiter;
    if (!aiter) return error_format(&type_TypeError, "'%T' object is not an async iterable", v);
    Value iterator = aiter(v);
    if (value_is_null(iterator) || type_of(iterator)->async.anext) return iterator;
    error_format(&type_TypeError, "aiter() returned not an async iterator of type '%T'", iterator);
    value_decref(iterator);
    return VALUE_NULL;
}

Value sequence_fast(Value v, const char *message)
{
    if (is_exact_list(v) || is_exact_tuple(v)) return value_incref(v);
    Value iterator = get_iter(v);
    if (value_is_null(iterator)) {
        if (error_catch(&type_TypeError)) error_set(&type_TypeError, message);
        return VALUE_NULL;
    }
    Value list = list_from_iterable(iterator);
    value_decref(iterator);
    return list;
}

ssize_t sequence_fast_length(Value v)
{
    return is_list(v) ? list_length(v) : tuple_length(v);
}

const Value *sequence_fast_items(Value v)
{
    return is_list(v) ? as_list(v)->items : as_tuple(v)->items;
}

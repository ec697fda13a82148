/* type_slots.c: the two-way street between C slots and special methods.
 *
 *   slot -> method: a native type that fills number.add gets a wrapper descriptor `__add__` (and `__radd__`).
 *   method -> slot: a class that defines `__add__` gets slot_add, which looks the method up and calls it.
 *
 * The table slot_defs ties them. Several rows may share one slot (`__add__` and `__radd__`), and one name may have rows
 * for several slots (`__len__` of mappings and of sequences). When the method found is a wrapper of the very slot, the
 * C function is taken over instead of the detour through the method. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* --- slot -> method: what a wrapper descriptor does with its arguments --- */

#define WRAPPER(name) static Value name(Value self, const Value *args, ssize_t nargs, void *slot)

WRAPPER(wrap_unary)
{
    return ((UnarySlot)slot)(self);
}
WRAPPER(wrap_binary_left)
{
    return ((BinarySlot)slot)(self, args[0]);
}
WRAPPER(wrap_binary_right)
{
    return ((BinarySlot)slot)(args[0], self);
}

WRAPPER(wrap_power)
{
    return ((TernarySlot)slot)(self, args[0], nargs > 1 ? args[1] : VALUE_NONE);
}
WRAPPER(wrap_power_right)
{
    return ((TernarySlot)slot)(args[0], self, nargs > 1 ? args[1] : VALUE_NONE);
}

WRAPPER(wrap_inquiry)
{
    int result = ((InquirySlot)slot)(self);
    return result < 0 ? VALUE_NULL : value_from_bool(result);
}

WRAPPER(wrap_length)
{
    ssize_t result = ((LengthSlot)slot)(self);
    return result < 0 ? VALUE_NULL : int_from_int64(result);
}

WRAPPER(wrap_hash)
{
    int64_t hash = ((HashSlot)slot)(self);
    if (hash == -1 && error_occurred()) return VALUE_NULL;
    return int_from_int64(hash);
}

WRAPPER(wrap_repeat)
{
    ssize_t count;
    if (!arg_as_ssize(args[0], &count)) return VALUE_NULL;
    return ((IndexSlot)slot)(self, count);
}

/* A negative index counts from the end when the sequence has a length. */
static bool sequence_index(Value self, Value v, ssize_t *index)
{
    if (!arg_as_ssize(v, index)) return false;
    LengthSlot length = type_of(self)->sequence.length;
    if (*index >= 0 || !length) return true;
    ssize_t n = length(self);
    if (n < 0) return false;
    *index += n;
    return true;
}

WRAPPER(wrap_item)
{
    ssize_t index;
    return sequence_index(self, args[0], &index) ? ((IndexSlot)slot)(self, index) : VALUE_NULL;
}

WRAPPER(wrap_set_item)
{
    ssize_t index;
    if (!sequence_index(self, args[0], &index)) return VALUE_NULL;
    return ((SetIndexSlot)slot)(self, index, args[1]) < 0 ? VALUE_NULL : VALUE_NONE;
}

WRAPPER(wrap_delete_item)
{
    ssize_t index;
    if (!sequence_index(self, args[0], &index)) return VALUE_NULL;
    return ((SetIndexSlot)slot)(self, index, VALUE_NULL) < 0 ? VALUE_NULL : VALUE_NONE;
}

WRAPPER(wrap_set_subscript)
{
    return ((SetItemSlot)slot)(self, args[0], args[1]) < 0 ? VALUE_NULL : VALUE_NONE;
}

WRAPPER(wrap_delete_subscript)
{
    return ((SetItemSlot)slot)(self, args[0], VALUE_NULL) < 0 ? VALUE_NULL : VALUE_NONE;
}

WRAPPER(wrap_contains)
{
    int result = ((ContainsSlot)slot)(self, args[0]);
    return result < 0 ? VALUE_NULL : value_from_bool(result);
}

/* object.__setattr__(SomeClass, …) must not get around the class's own __setattr__ (Carlo Verre's hack). */
static bool may_set_attributes(Value self, void *slot, const char *what)
{
    Type *type = type_of(self);
    while (type && (type->flags & TYPE_HEAP)) type = type->base;
    if (!type || (void *)type->setattr == slot || !is_type(self)) return true;
    error_format(&type_TypeError, "can't apply this %s to %T object", what, self);
    return false;
}

WRAPPER(wrap_setattr)
{
    if (!may_set_attributes(self, slot, "__setattr__")) return VALUE_NULL;
    return ((SetAttrSlot)slot)(self, args[0], args[1]) < 0 ? VALUE_NULL : VALUE_NONE;
}

WRAPPER(wrap_delattr)
{
    if (!may_set_attributes(self, slot, "__delattr__")) return VALUE_NULL;
    return ((SetAttrSlot)slot)(self, args[0], VALUE_NULL) < 0 ? VALUE_NULL : VALUE_NONE;
}

#define COMPARE_WRAPPER(name, op)                                                                                      \
    WRAPPER(name)                                                                                                      \
    {                                                                                                                  \
        return ((CompareSlot)slot)(self, args[0], op);                                                                 \
    }
COMPARE_WRAPPER(wrap_lt, CMP_LT)
COMPARE_WRAPPER(wrap_le, CMP_LE)
COMPARE_WRAPPER(wrap_eq, CMP_EQ)
COMPARE_WRAPPER(wrap_ne, CMP_NE)
COMPARE_WRAPPER(wrap_gt, CMP_GT)
COMPARE_WRAPPER(wrap_ge, CMP_GE)

WRAPPER(wrap_next)
{
    Value item = ((UnarySlot)slot)(self);
    if (value_is_null(item) && !error_occurred()) return error_set_none(&type_StopIteration);
    return item;
}

WRAPPER(wrap_descr_get)
{
    Value object = value_is_none(args[0]) ? VALUE_NULL : args[0];
    Value type = nargs < 2 || value_is_none(args[1]) ? VALUE_NULL : args[1];
    if (value_is_null(object) && value_is_null(type))
        return error_set(&type_TypeError, "__get__(None, None) is invalid");
    return ((DescrGetSlot)slot)(self, object, type);
}

WRAPPER(wrap_descr_set)
{
    return ((DescrSetSlot)slot)(self, args[0], args[1]) < 0 ? VALUE_NULL : VALUE_NONE;
}

WRAPPER(wrap_descr_delete)
{
    return ((DescrSetSlot)slot)(self, args[0], VALUE_NULL) < 0 ? VALUE_NULL : VALUE_NONE;
}

WRAPPER(wrap_finalize)
{
    ((void (*)(Value))slot)(self);
    return VALUE_NONE;
}

/* With keywords these two are called by wrapper_call in descr.c, past the wrapper. */
static Value wrap_call(Value self, const Value *args, ssize_t nargs, void *slot)
{
    return ((NativeFunction)slot)(self, args, nargs, VALUE_NULL);
}

static Value wrap_init(Value self, const Value *args, ssize_t nargs, void *slot)
{
    return ((InitSlot)slot)(self, args, nargs, VALUE_NULL) < 0 ? VALUE_NULL : VALUE_NONE;
}

/* --- method -> slot --- */

/* As call_special, but a missing method is an AttributeError. */
static Value call_required(Value self, Value name, const Value *args, ssize_t nargs)
{
    Value result = call_special(self, name, args, nargs);
    if (value_is_null(result) && !error_occurred()) return error_set_value(&type_AttributeError, name);
    return result;
}

static Value call_or_not_implemented(Value self, Value name, const Value *args, ssize_t nargs)
{
    Value result = call_special(self, name, args, nargs);
    return value_is_null(result) && !error_occurred() ? VALUE_NOT_IMPLEMENTED : result;
}

/* The right operand's class overrides what the left one's class would run (1), or not (0). */
static int overrides(Value left, Value right, Value name)
{
    Value of_right = type_lookup_borrow(type_of(right), name);
    if (value_is_null(of_right)) return 0;
    Value of_left = type_lookup_borrow(type_of(left), name);
    if (value_is_null(of_left)) return 1;
    return !value_is(of_left, of_right) && rich_compare_bool(of_left, of_right, CMP_NE) > 0;
}

#define SLOT_OF(type, offset) (*(void **)((char *)(type) + (offset)))

static Value slot_binary(Value self, Value other, Value name, Value reflected, size_t offset, void *function)
{
    Type *self_type = type_of(self), *other_type = type_of(other);
    bool try_other = self_type != other_type && SLOT_OF(other_type, offset) == function;
    if (SLOT_OF(self_type, offset) == function) {
        if (try_other && type_is_subtype(other_type, self_type)) {
            int overridden = overrides(self, other, reflected);
            if (overridden) {
                Value result = call_or_not_implemented(other, reflected, &self, 1);
                if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
                try_other = false;
            }
        }
        Value result = call_or_not_implemented(self, name, &other, 1);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED) || other_type == self_type) return result;
    }
    return try_other ? call_or_not_implemented(other, reflected, &self, 1) : VALUE_NOT_IMPLEMENTED;
}

#define SLOT_BINARY(slot, name, reflected)                                                                             \
    static Value slot_##slot(Value self, Value other)                                                                  \
    {                                                                                                                  \
        return slot_binary(self, other, name, reflected, offsetof(Type, number.slot), (void *)slot_##slot);            \
    }
SLOT_BINARY(add, ID(__add__), ID(__radd__))
SLOT_BINARY(subtract, ID(__sub__), ID(__rsub__))
SLOT_BINARY(multiply, ID(__mul__), ID(__rmul__))
SLOT_BINARY(remainder, ID(__mod__), ID(__rmod__))
SLOT_BINARY(divmod, ID(__divmod__), ID(__rdivmod__))
SLOT_BINARY(lshift, ID(__lshift__), ID(__rlshift__))
SLOT_BINARY(rshift, ID(__rshift__), ID(__rrshift__))
SLOT_BINARY(and_, ID(__and__), ID(__rand__))
SLOT_BINARY(xor_, ID(__xor__), ID(__rxor__))
SLOT_BINARY(or_, ID(__or__), ID(__ror__))
SLOT_BINARY(floor_divide, ID(__floordiv__), ID(__rfloordiv__))
SLOT_BINARY(true_divide, ID(__truediv__), ID(__rtruediv__))
SLOT_BINARY(matrix_multiply, ID(__matmul__), ID(__rmatmul__))

static Value slot_power(Value self, Value other, Value modulus)
{
    if (value_is_none(modulus) || value_is_null(modulus))
        return slot_binary(self, other, ID(__pow__), ID(__rpow__), offsetof(Type, number.power), (void *)slot_power);
    if (type_of(self)->number.power == slot_power) {
        Value args[2] = {other, modulus};
        return call_required(self, ID(__pow__), args, 2);
    }
    return VALUE_NOT_IMPLEMENTED;
}

static Value slot_inplace_power(Value self, Value other, Value modulus)
{
    return call_required(self, ID(__ipow__), &other, 1);
}

#define SLOT_UNARY(slot, name)                                                                                         \
    static Value slot_##slot(Value self)                                                                               \
    {                                                                                                                  \
        return call_required(self, name, NULL, 0);                                                                     \
    }
SLOT_UNARY(negative, ID(__neg__))
SLOT_UNARY(positive, ID(__pos__))
SLOT_UNARY(absolute, ID(__abs__))
SLOT_UNARY(invert, ID(__invert__))
SLOT_UNARY(to_int, ID(__int__))
SLOT_UNARY(to_float, ID(__float__))
SLOT_UNARY(index, ID(__index__))
SLOT_UNARY(str, ID(__str__))

#define SLOT_INPLACE(slot, name)                                                                                       \
    static Value slot_##slot(Value self, Value other)                                                                  \
    {                                                                                                                  \
        return call_required(self, name, &other, 1);                                                                   \
    }
SLOT_INPLACE(inplace_add, ID(__iadd__))
SLOT_INPLACE(inplace_subtract, ID(__isub__))
SLOT_INPLACE(inplace_multiply, ID(__imul__))
SLOT_INPLACE(inplace_remainder, ID(__imod__))
SLOT_INPLACE(inplace_lshift, ID(__ilshift__))
SLOT_INPLACE(inplace_rshift, ID(__irshift__))
SLOT_INPLACE(inplace_and, ID(__iand__))
SLOT_INPLACE(inplace_xor, ID(__ixor__))
SLOT_INPLACE(inplace_or, ID(__ior__))
SLOT_INPLACE(inplace_floor_divide, ID(__ifloordiv__))
SLOT_INPLACE(inplace_true_divide, ID(__itruediv__))
SLOT_INPLACE(inplace_matrix_multiply, ID(__imatmul__))
SLOT_INPLACE(subscript, ID(__getitem__))

static Value slot_repr(Value self)
{
    Value result = call_special(self, ID(__repr__), NULL, 0);
    if (!value_is_null(result) || error_occurred()) return result;
    return str_format("<%T object at %p>", self, (void *)self.bits);
}

static ssize_t slot_length(Value self)
{
    Value result = call_required(self, ID(__len__), NULL, 0);
    if (value_is_null(result)) return -1;
    Value number = number_index(result);
    value_decref(result);
    if (value_is_null(number)) return -1;
    if (value_is_small_int(number) && value_as_small_int(number) >= 0) return value_as_small_int(number);
    if (rich_compare_bool(number, value_from_small_int(0), CMP_LT) > 0) {
        error_set(&type_ValueError, "__len__() should return >= 0");
        value_decref(number);
        return -1;
    }
    ssize_t length = number_as_ssize(number, &type_OverflowError);
    value_decref(number);
    return length;
}

static int slot_truth(Value self)
{
    bool uses_length = false;
    Value result = call_special(self, ID(__bool__), NULL, 0);
    if (value_is_null(result) && !error_occurred()) {
        if (value_is_null(type_lookup_borrow(type_of(self), ID(__len__)))) return 1;
        uses_length = true;
    }
    if (uses_length) {
        ssize_t length = slot_length(self);
        return length < 0 ? -1 : length > 0;
    }
    if (value_is_null(result)) return -1;
    if (value_is_bool(result)) return value_is(result, VALUE_TRUE);
    error_format(&type_TypeError, "__bool__ should return bool, returned %T", result);
    value_decref(result);
    return -1;
}

static Value slot_item(Value self, ssize_t index)
{
    Value number = int_from_int64(index);
    if (value_is_null(number)) return VALUE_NULL;
    Value item = call_required(self, ID(__getitem__), &number, 1);
    value_decref(number);
    return item;
}

static int call_set_item(Value self, Value key, NULLABLE Value value)
{
    Value args[2] = {key, value};
    Value result = value_is_null(value) ? call_required(self, ID(__delitem__), args, 1)
                                        : call_required(self, ID(__setitem__), args, 2);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static int slot_set_item(Value self, ssize_t index, NULLABLE Value value)
{
    return call_set_item(self, value_from_small_int(index), value);
}

static int slot_set_subscript(Value self, Value key, NULLABLE Value value)
{
    return call_set_item(self, key, value);
}

static int iterate_for_member(Value self, Value item)
{
    Value iterator = get_iter(self);
    if (value_is_null(iterator)) return -1;
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

static int slot_contains(Value self, Value item)
{
    Value method = type_lookup_borrow(type_of(self), ID(__contains__));
    if (value_is_none(method)) {
        error_format(&type_TypeError, "'%T' object is not a container", self);
        return -1;
    }
    if (value_is_null(method)) return iterate_for_member(self, item);
    Value result = call_required(self, ID(__contains__), &item, 1);
    if (value_is_null(result)) return -1;
    int truth = is_true(result);
    value_decref(result);
    return truth;
}

int64_t hash_not_implemented(Value v)
{
    error_format(&type_TypeError, "unhashable type: '%T'", v);
    return -1;
}

static int64_t slot_hash(Value self)
{
    Value method = type_lookup_borrow(type_of(self), ID(__hash__));
    if (value_is_null(method) || value_is_none(method)) return hash_not_implemented(self);
    Value result = call_required(self, ID(__hash__), NULL, 0);
    if (value_is_null(result)) return -1;
    if (!value_is_small_int(result)) {
        if (!value_is_bool(result) && !object_has_flag(result, TYPE_IS_INT)) {
            value_decref(result);
            error_set(&type_TypeError, "__hash__ method should return an integer");
            return -1;
        }
        int64_t hash; /* hash() of a str is any 64-bit number: passed on as it is */
        if (!int_fits_int64(result, &hash)) hash = type_int.hash(result);
        value_decref(result);
        return hash == -1 ? -2 : hash;
    }
    int64_t hash = value_as_small_int(result);
    return hash == -1 ? -2 : hash;
}

static Value slot_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value method = lookup_special(self, ID(__call__));
    if (value_is_null(method)) {
        if (error_occurred()) return VALUE_NULL;
        return error_set_value(&type_AttributeError, ID(__call__));
    }
    Value result = call_vector(method, args, nargs, kwnames);
    value_decref(method);
    return result;
}

static Value slot_getattribute(Value self, Value name)
{
    return call_required(self, ID(__getattribute__), &name, 1);
}

/* A class with __getattr__: the normal way first, then the hook on AttributeError. */
Value slot_getattr_hook(Value self, Value name)
{
    Type *type = type_of(self);
    Value hook = type_lookup_borrow(type, ID(__getattr__));
    if (value_is_null(hook)) return slot_getattribute(self, name);
    value_incref(hook);
    Value attribute = type_lookup_borrow(type, ID(__getattribute__));
    Value result;
    if (object_has_type(attribute, &type_wrapper_descriptor) &&
        ((WrapperDescriptor *)value_as_object(attribute))->slot == (void *)generic_getattr)
        result = generic_getattr(self, name);
    else
        result = slot_getattribute(self, name);
    if (value_is_null(result) && error_catch(&type_AttributeError)) {
        Type *hook_type = type_of(hook);
        if (hook_type->flags & TYPE_METHOD_DESCRIPTOR) {
            result = call_2(hook, self, name);
        } else {
            Value bound =
                hook_type->descr_get ? hook_type->descr_get(hook, self, value_from_type(type)) : value_incref(hook);
            result = value_is_null(bound) ? VALUE_NULL : call_1(bound, name);
            value_xdecref(bound);
        }
    }
    value_decref(hook);
    return result;
}

static int slot_setattr(Value self, Value name, NULLABLE Value value)
{
    Value args[2] = {name, value};
    Value result = value_is_null(value) ? call_required(self, ID(__delattr__), args, 1)
                                        : call_required(self, ID(__setattr__), args, 2);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static Value slot_compare(Value self, Value other, CompareOp op)
{
    Value names[6] = {ID(__lt__), ID(__le__), ID(__eq__), ID(__ne__), ID(__gt__), ID(__ge__)};
    Value method = type_lookup_borrow(type_of(self), names[op]);
    if (!value_is_null(method) && (type_of(method)->flags & TYPE_METHOD_DESCRIPTOR))
        return call_or_not_implemented(self, names[op], &other, 1);
    Value bound = lookup_special(self, names[op]);
    if (value_is_null(bound)) { /* a failing descriptor counts as no method */
        error_clear();
        return VALUE_NOT_IMPLEMENTED;
    }
    Value result = call_1(bound, other);
    value_decref(bound);
    return result;
}

static Value slot_iter(Value self)
{
    Value method = type_lookup_borrow(type_of(self), ID(__iter__));
    if (value_is_none(method)) return error_format(&type_TypeError, "'%T' object is not iterable", self);
    if (!value_is_null(method)) return call_required(self, ID(__iter__), NULL, 0);
    if (value_is_null(type_lookup_borrow(type_of(self), ID(__getitem__))))
        return error_format(&type_TypeError, "'%T' object is not iterable", self);
    return sequence_iterator_new(self);
}

Value next_not_implemented(Value self)
{
    return error_format(&type_TypeError, "'%T' object is not iterable", self);
}

static Value slot_iternext(Value self)
{
    return call_required(self, ID(__next__), NULL, 0);
}

static Value slot_descr_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    Value get = type_lookup_borrow(type_of(self), ID(__get__));
    if (value_is_null(get)) return value_incref(self);
    Value args[2] = {value_is_null(object) ? VALUE_NONE : object, value_is_null(type) ? VALUE_NONE : type};
    return call_required(self, ID(__get__), args, 2);
}

static int slot_descr_set(Value self, Value object, NULLABLE Value value)
{
    Value args[2] = {object, value};
    Value result =
        value_is_null(value) ? call_required(self, ID(__delete__), args, 1) : call_required(self, ID(__set__), args, 2);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

/* Looks on the type alone: a class is an instance, too, and its own __init__ is not its metaclass's. */
static int slot_init(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value method = type_lookup_borrow(type_of(self), ID(__init__)), result;
    if (!value_is_null(method) && (type_of(method)->flags & TYPE_METHOD_DESCRIPTOR)) {
        value_incref(method);
        result = call_with_self(method, self, args, nargs, kwnames);
    } else {
        method = lookup_special(self, ID(__init__));
        if (value_is_null(method)) return error_occurred() ? -1 : 0;
        result = call_vector(method, args, nargs, kwnames);
    }
    value_decref(method);
    if (value_is_null(result)) return -1;
    if (value_is_none(result)) return 0;
    error_format(&type_TypeError, "__init__() should return None, not '%T'", result);
    value_decref(result);
    return -1;
}

static Value slot_new(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value function = get_attr(value_from_type(type), ID(__new__));
    if (value_is_null(function)) return VALUE_NULL;
    Value result = call_with_self(function, value_from_type(type), args, nargs, kwnames);
    value_decref(function);
    return result;
}

static void slot_finalize(Value self)
{
    Value pending = error_fetch();
    Value method = value_xincref(type_lookup_borrow(type_of(self), ID(__del__)));
    Value result = call_special(self, ID(__del__), NULL, 0);
    if (value_is_null(result) && error_occurred()) error_write_unraisable(method, NULL);
    value_xdecref(result);
    value_xdecref(method);
    error_restore(pending);
}

static Value slot_async(Value self, Value name, const char *message)
{
    Value result = call_special(self, name, NULL, 0);
    if (value_is_null(result) && !error_occurred()) return error_format(&type_AttributeError, message, self);
    return result;
}

static Value slot_await(Value self)
{
    return slot_async(self, ID(__await__), "object %T does not have __await__ method");
}

static Value slot_aiter(Value self)
{
    return slot_async(self, ID(__aiter__), "object %T does not have __aiter__ method");
}

static Value slot_anext(Value self)
{
    return slot_async(self, ID(__anext__), "object %T does not have __anext__ method");
}

/* --- the table --- */

#define ROW(slot, function, name, wrapper, min, max, doc)                                                              \
    {                                                                                                                  \
        name, offsetof(Type, slot), (void *)(function), wrapper, min, max, name doc, VALUE_NULL                        \
    }
#define UNARY(slot, function, name, doc) ROW(slot, function, name, wrap_unary, 0, 0, "($self, /)\n--\n\n" doc)
#define BINARY(slot, function, name, doc)                                                                              \
    ROW(slot, function, name, wrap_binary_left, 1, 1, "($self, value, /)\n--\n\n" doc)
#define OPERATOR(slot, name, reflected, sign)                                                                          \
    ROW(number.slot, slot_##slot, name, wrap_binary_left, 1, 1, "($self, value, /)\n--\n\nReturn self" sign "value."), \
        ROW(number.slot, slot_##slot, reflected, wrap_binary_right, 1, 1,                                              \
            "($self, value, /)\n--\n\nReturn value" sign "self.")
#define INPLACE(slot, name, sign)                                                                                      \
    ROW(number.slot, slot_##slot, name, wrap_binary_left, 1, 1, "($self, value, /)\n--\n\nReturn self" sign "value.")
#define COMPARISON(name, wrapper, sign)                                                                                \
    ROW(compare, slot_compare, name, wrapper, 1, 1, "($self, value, /)\n--\n\nReturn self" sign "value.")

SlotDef slot_defs[] = {
    ROW(getattr, slot_getattr_hook, "__getattribute__", wrap_binary_left, 1, 1,
        "($self, name, /)\n--\n\nReturn getattr(self, name)."),
    {"__getattr__", offsetof(Type, getattr), (void *)slot_getattr_hook, NULL, 1, 1, NULL, VALUE_NULL},
    ROW(setattr, slot_setattr, "__setattr__", wrap_setattr, 2, 2,
        "($self, name, value, /)\n--\n\nImplement setattr(self, name, value)."),
    ROW(setattr, slot_setattr, "__delattr__", wrap_delattr, 1, 1,
        "($self, name, /)\n--\n\nImplement delattr(self, name)."),
    UNARY(repr, slot_repr, "__repr__", "Return repr(self)."),
    ROW(hash, slot_hash, "__hash__", wrap_hash, 0, 0, "($self, /)\n--\n\nReturn hash(self)."),
    ROW(call, slot_call, "__call__", wrap_call, 0, -1, "($self, /, *args, **kwargs)\n--\n\nCall self as a function."),
    UNARY(str, slot_str, "__str__", "Return str(self)."),
    COMPARISON("__lt__", wrap_lt, "<"),
    COMPARISON("__le__", wrap_le, "<="),
    COMPARISON("__eq__", wrap_eq, "=="),
    COMPARISON("__ne__", wrap_ne, "!="),
    COMPARISON("__gt__", wrap_gt, ">"),
    COMPARISON("__ge__", wrap_ge, ">="),
    UNARY(iter, slot_iter, "__iter__", "Implement iter(self)."),
    ROW(iternext, slot_iternext, "__next__", wrap_next, 0, 0, "($self, /)\n--\n\nImplement next(self)."),
    ROW(descr_get, slot_descr_get, "__get__", wrap_descr_get, 1, 2,
        "($self, instance, owner=None, /)\n--\n\nReturn an attribute of instance, which is of type owner."),
    ROW(descr_set, slot_descr_set, "__set__", wrap_descr_set, 2, 2,
        "($self, instance, value, /)\n--\n\nSet an attribute of instance to value."),
    ROW(descr_set, slot_descr_set, "__delete__", wrap_descr_delete, 1, 1,
        "($self, instance, /)\n--\n\nDelete an attribute of instance."),
    ROW(init, slot_init, "__init__", wrap_init, 0, -1,
        "($self, /, *args, **kwargs)\n--\n\nInitialize self.  See help(type(self)) for accurate signature."),
    {"__new__", offsetof(Type, new_instance), (void *)slot_new, NULL, 0, -1, NULL, VALUE_NULL},
    ROW(finalize, slot_finalize, "__del__", wrap_finalize, 0, 0, ""),
    UNARY(async.await, slot_await, "__await__", "Return an iterator to be used in await expression."),
    UNARY(async.aiter, slot_aiter, "__aiter__", "Return an awaitable, that resolves in asynchronous iterator."),
    UNARY(async.anext, slot_anext, "__anext__", "Return a value or raise StopAsyncIteration."),
    OPERATOR(add, "__add__", "__radd__", "+"),
    OPERATOR(subtract, "__sub__", "__rsub__", "-"),
    OPERATOR(multiply, "__mul__", "__rmul__", "*"),
    OPERATOR(remainder, "__mod__", "__rmod__", "%"),
    ROW(number.divmod, slot_divmod, "__divmod__", wrap_binary_left, 1, 1,
        "($self, value, /)\n--\n\nReturn divmod(self, value)."),
    ROW(number.divmod, slot_divmod, "__rdivmod__", wrap_binary_right, 1, 1,
        "($self, value, /)\n--\n\nReturn divmod(value, self)."),
    ROW(number.power, slot_power, "__pow__", wrap_power, 1, 2,
        "($self, value, mod=None, /)\n--\n\nReturn pow(self, value, mod)."),
    ROW(number.power, slot_power, "__rpow__", wrap_power_right, 1, 2,
        "($self, value, mod=None, /)\n--\n\nReturn pow(value, self, mod)."),
    UNARY(number.negative, slot_negative, "__neg__", "-self"),
    UNARY(number.positive, slot_positive, "__pos__", "+self"),
    UNARY(number.absolute, slot_absolute, "__abs__", "abs(self)"),
    ROW(number.truth, slot_truth, "__bool__", wrap_inquiry, 0, 0, "($self, /)\n--\n\nTrue if self else False"),
    UNARY(number.invert, slot_invert, "__invert__", "~self"),
    OPERATOR(lshift, "__lshift__", "__rlshift__", "<<"),
    OPERATOR(rshift, "__rshift__", "__rrshift__", ">>"),
    OPERATOR(and_, "__and__", "__rand__", "&"),
    OPERATOR(xor_, "__xor__", "__rxor__", "^"),
    OPERATOR(or_, "__or__", "__ror__", "|"),
    UNARY(number.to_int, slot_to_int, "__int__", "int(self)"),
    UNARY(number.to_float, slot_to_float, "__float__", "float(self)"),
    INPLACE(inplace_add, "__iadd__", "+="),
    INPLACE(inplace_subtract, "__isub__", "-="),
    INPLACE(inplace_multiply, "__imul__", "*="),
    INPLACE(inplace_remainder, "__imod__", "%="),
    ROW(number.inplace_power, slot_inplace_power, "__ipow__", wrap_power, 1, 2,
        "($self, value, /)\n--\n\nReturn self**=value."),
    INPLACE(inplace_lshift, "__ilshift__", "<<="),
    INPLACE(inplace_rshift, "__irshift__", ">>="),
    INPLACE(inplace_and, "__iand__", "&="),
    INPLACE(inplace_xor, "__ixor__", "^="),
    INPLACE(inplace_or, "__ior__", "|="),
    OPERATOR(floor_divide, "__floordiv__", "__rfloordiv__", "//"),
    OPERATOR(true_divide, "__truediv__", "__rtruediv__", "/"),
    INPLACE(inplace_floor_divide, "__ifloordiv__", "//="),
    INPLACE(inplace_true_divide, "__itruediv__", "/="),
    UNARY(number.index, slot_index, "__index__",
          "Return self converted to an integer, if self is suitable for use as an index into a list."),
    OPERATOR(matrix_multiply, "__matmul__", "__rmatmul__", "@"),
    INPLACE(inplace_matrix_multiply, "__imatmul__", "@="),
    ROW(mapping.length, slot_length, "__len__", wrap_length, 0, 0, "($self, /)\n--\n\nReturn len(self)."),
    ROW(mapping.subscript, slot_subscript, "__getitem__", wrap_binary_left, 1, 1,
        "($self, key, /)\n--\n\nReturn self[key]."),
    ROW(mapping.set_subscript, slot_set_subscript, "__setitem__", wrap_set_subscript, 2, 2,
        "($self, key, value, /)\n--\n\nSet self[key] to value."),
    ROW(mapping.set_subscript, slot_set_subscript, "__delitem__", wrap_delete_subscript, 1, 1,
        "($self, key, /)\n--\n\nDelete self[key]."),
    ROW(sequence.length, slot_length, "__len__", wrap_length, 0, 0, "($self, /)\n--\n\nReturn len(self)."),
    ROW(sequence.concat, NULL, "__add__", wrap_binary_left, 1, 1, "($self, value, /)\n--\n\nReturn self+value."),
    ROW(sequence.repeat, NULL, "__mul__", wrap_repeat, 1, 1, "($self, value, /)\n--\n\nReturn self*value."),
    ROW(sequence.repeat, NULL, "__rmul__", wrap_repeat, 1, 1, "($self, value, /)\n--\n\nReturn value*self."),
    ROW(sequence.item, slot_item, "__getitem__", wrap_item, 1, 1, "($self, key, /)\n--\n\nReturn self[key]."),
    ROW(sequence.set_item, slot_set_item, "__setitem__", wrap_set_item, 2, 2,
        "($self, key, value, /)\n--\n\nSet self[key] to value."),
    ROW(sequence.set_item, slot_set_item, "__delitem__", wrap_delete_item, 1, 1,
        "($self, key, /)\n--\n\nDelete self[key]."),
    ROW(sequence.contains, slot_contains, "__contains__", wrap_contains, 1, 1,
        "($self, key, /)\n--\n\nReturn key in self."),
    ROW(sequence.inplace_concat, NULL, "__iadd__", wrap_binary_left, 1, 1,
        "($self, value, /)\n--\n\nImplement self+=value."),
    ROW(sequence.inplace_repeat, NULL, "__imul__", wrap_repeat, 1, 1,
        "($self, value, /)\n--\n\nImplement self*=value."),
    {NULL},
};

int slots_init(void)
{
    for (SlotDef *row = slot_defs; row->name; row++) {
        row->id = str_intern_cstr(row->name);
        if (value_is_null(row->id)) return -1;
        for (SlotDef *earlier = slot_defs; earlier < row; earlier++)
            if (value_is(earlier->id, row->id)) earlier->shares_name = row->shares_name = true;
    }
    return 0;
}

/* --- slot -> method --- */

int slots_add_wrappers(Type *type)
{
    if (type->flags & TYPE_HEAP) return 0;
    for (const SlotDef *row = slot_defs; row->name; row++) {
        void *slot = SLOT_OF(type, row->offset);
        if (!row->wrapper || !slot) continue;
        int present = dict_contains(type->dict, row->id);
        if (present < 0) return -1;
        if (present) continue;
        Value descriptor = VALUE_NONE;
        if (slot != (void *)hash_not_implemented) descriptor = descr_new_wrapper(type, row, slot);
        if (value_is_null(descriptor)) return -1;
        int result = dict_set(type->dict, row->id, descriptor);
        value_decref(descriptor);
        if (result < 0) return -1;
    }
    return 0;
}

/* --- inheritance --- */

/* Slots that are inherited one by one; compare and hash go together. */
void slots_inherit(Type *type, const Type *base)
{
    static const size_t first_slot = offsetof(Type, number), end_of_slots = offsetof(Type, methods);
    static const size_t plain[] = {offsetof(Type, init),      offsetof(Type, repr),      offsetof(Type, str),
                                   offsetof(Type, call),      offsetof(Type, iter),      offsetof(Type, iternext),
                                   offsetof(Type, descr_get), offsetof(Type, descr_set), offsetof(Type, getattr),
                                   offsetof(Type, setattr),   offsetof(Type, finalize)};
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        if (!SLOT_OF(type, plain[i])) SLOT_OF(type, plain[i]) = SLOT_OF(base, plain[i]);
    for (size_t offset = first_slot; offset < end_of_slots; offset += sizeof(void *))
        if (!SLOT_OF(type, offset)) SLOT_OF(type, offset) = SLOT_OF(base, offset);
    if (!type->compare && !type->hash && dict_contains(type->dict, ID(__eq__)) == 0 &&
        dict_contains(type->dict, ID(__hash__)) == 0) {
        type->compare = base->compare;
        type->hash = base->hash;
    }
    if ((type->flags & TYPE_HEAP) && type->heap && !type->compare) type->compare = base->compare;
    if (type->finalize) type->flags |= TYPE_HAS_FINALIZER;
}

/* --- method -> slot --- */

/* When exactly one of the slots that the row's name serves is filled, that one; else 0 (CPython's resolve_slotdups). */
static size_t only_slot_of_name(const Type *type, const SlotDef *of)
{
    if (!of->shares_name) return of->offset;
    size_t found = 0;
    for (const SlotDef *row = slot_defs; row->name; row++) {
        if (!value_is(row->id, of->id) || !SLOT_OF(type, row->offset) || row->offset == found) continue;
        if (found) return 0;
        found = row->offset;
    }
    return found;
}

/* Recomputes one slot from all rows that share it: they stand together, and `any` is one of them. */
static void update_slot(Type *type, const SlotDef *any)
{
    void *specific = NULL, *generic = NULL;
    bool use_generic = false;
    size_t offset = any->offset;
    while (any > slot_defs && any[-1].offset == offset) any--;
    for (const SlotDef *row = any; row->name && row->offset == offset; row++) {
        Value method = type_lookup_borrow(type, row->id);
        if (value_is_null(method)) continue;
        if (object_has_type(method, &type_wrapper_descriptor) &&
            ((WrapperDescriptor *)value_as_object(method))->definition->id.bits == row->id.bits) {
            const WrapperDescriptor *wrapper = (const WrapperDescriptor *)value_as_object(method);
            size_t only = only_slot_of_name(type, row);
            if (!only || only == offset) generic = row->function;
            if ((!specific || specific == wrapper->slot) && wrapper->definition->wrapper == row->wrapper &&
                type_is_subtype(type, wrapper->base.type))
                specific = wrapper->slot;
            else
                use_generic = true;
        } else if (offset == offsetof(Type, new_instance) && native_function_is_new(method)) {
            /* Inherited already. Somebody else's __new__ put into a class goes unnoticed: bpo-5322. */
            specific = (void *)type->new_instance;
        } else if (offset == offsetof(Type, hash) && value_is_none(method)) {
            specific = (void *)hash_not_implemented;
        } else {
            use_generic = true;
            generic = row->function;
        }
    }
    /* a __next__ that was deleted: callers in the middle of an iteration still call the slot */
    if (offset == offsetof(Type, iternext) && !specific && !generic && type->iternext)
        specific = (void *)next_not_implemented;
    SLOT_OF(type, offset) = specific && !use_generic ? specific : generic;
    if (offset == offsetof(Type, finalize)) {
        type->flags &= ~(uint32_t)TYPE_HAS_FINALIZER;
        if (type->finalize) type->flags |= TYPE_HAS_FINALIZER;
    }
}

void slots_update_all(Type *type)
{
    for (const SlotDef *row = slot_defs; row->name; row++) {
        if (row > slot_defs && row[-1].offset == row->offset) continue;
        update_slot(type, row);
    }
}

void slots_update_own(Type *type)
{
    for (const SlotDef *row = slot_defs; row->name; row++)
        if (dict_contains(type->dict, row->id)) update_slot(type, row);
}

int slots_update_name(Type *type, Value name)
{
    bool found = false;
    for (const SlotDef *row = slot_defs; row->name; row++) {
        if (!value_is(row->id, name)) continue;
        update_slot(type, row);
        found = true;
    }
    if (!found) return 0;
    Value subclasses = type_subclasses(type);
    if (value_is_null(subclasses)) return -1;
    int result = 0;
    for (ssize_t i = 0; i < list_length(subclasses) && result == 0; i++) {
        Type *subclass = as_type(list_item_borrow(subclasses, i));
        int overridden = dict_contains(subclass->dict, name);
        result = overridden < 0 ? -1 : overridden ? 0 : slots_update_name(subclass, name);
    }
    value_decref(subclasses);
    return result;
}

int slots_update_hierarchy(Type *type)
{
    slots_update_all(type);
    Value subclasses = type_subclasses(type);
    if (value_is_null(subclasses)) return -1;
    int result = 0;
    for (ssize_t i = 0; i < list_length(subclasses) && result == 0; i++)
        result = slots_update_hierarchy(as_type(list_item_borrow(subclasses, i)));
    value_decref(subclasses);
    return result;
}

/* abstract_number.c: binary, in-place and unary operators, and conversions to numbers.
 *
 * A binary operator asks the left operand's slot, then the right one's; the right one first when its class is a proper
 * subclass of the left one's and has a slot of its own. Small ints and immediate floats never come that far. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/type.h"

#define SLOT_AT(type, offset) (*(BinarySlot *)((char *)(type) + (offset)))

/* The result, or NotImplemented. */
static Value binary_by_slots(Value left, Value right, size_t offset)
{
    Type *left_type = type_of(left), *right_type = type_of(right);
    BinarySlot left_slot = SLOT_AT(left_type, offset), right_slot = NULL;
    if (left_type != right_type) {
        right_slot = SLOT_AT(right_type, offset);
        if (right_slot == left_slot) right_slot = NULL;
    }
    if (left_slot) {
        if (right_slot && type_is_subtype(right_type, left_type)) {
            Value result = right_slot(left, right);
            if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
            right_slot = NULL;
        }
        Value result = left_slot(left, right);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    }
    return right_slot ? right_slot(left, right) : VALUE_NOT_IMPLEMENTED;
}

static COLD Value unsupported(Value left, Value right, const char *sign)
{
    return error_format(&type_TypeError, "unsupported operand type(s) for %s: '%T' and '%T'", sign, left, right);
}

static Value binary_or_error(Value left, Value right, size_t offset, const char *sign)
{
    Value result = binary_by_slots(left, right, offset);
    return value_is(result, VALUE_NOT_IMPLEMENTED) ? unsupported(left, right, sign) : result;
}

#define NUMBER_OFFSET(slot) offsetof(Type, number.slot)

Value number_add(Value left, Value right)
{
    if (LIKELY(values_are_small_ints(left, right))) return int_add(left, right);
    if (values_are_immediate_floats(left, right))
        return value_from_double(value_as_immediate_float(left) + value_as_immediate_float(right));
    Value result = binary_by_slots(left, right, NUMBER_OFFSET(add));
    if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    BinarySlot concat = type_of(left)->sequence.concat;
    return concat ? concat(left, right) : unsupported(left, right, "+");
}

Value number_subtract(Value left, Value right)
{
    if (LIKELY(values_are_small_ints(left, right))) return int_subtract(left, right);
    if (values_are_immediate_floats(left, right))
        return value_from_double(value_as_immediate_float(left) - value_as_immediate_float(right));
    return binary_or_error(left, right, NUMBER_OFFSET(subtract), "-");
}

/* sequence * count, for either order and for *= */
static Value repeat_sequence(IndexSlot repeat, Value sequence, Value count)
{
    if (!has_index(count))
        return error_format(&type_TypeError, "can't multiply sequence by non-int of type '%T'", count);
    ssize_t n = number_as_ssize(count, &type_OverflowError);
    if (n == -1 && error_occurred()) return VALUE_NULL;
    return repeat(sequence, n);
}

Value number_multiply(Value left, Value right)
{
    if (LIKELY(values_are_small_ints(left, right))) return int_multiply(left, right);
    if (values_are_immediate_floats(left, right))
        return value_from_double(value_as_immediate_float(left) * value_as_immediate_float(right));
    Value result = binary_by_slots(left, right, NUMBER_OFFSET(multiply));
    if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    if (type_of(left)->sequence.repeat) return repeat_sequence(type_of(left)->sequence.repeat, left, right);
    if (type_of(right)->sequence.repeat) return repeat_sequence(type_of(right)->sequence.repeat, right, left);
    return unsupported(left, right, "*");
}

Value number_floor_divide(Value left, Value right)
{
    return binary_or_error(left, right, NUMBER_OFFSET(floor_divide), "//");
}

Value number_true_divide(Value left, Value right)
{
    return binary_or_error(left, right, NUMBER_OFFSET(true_divide), "/");
}

Value number_remainder(Value left, Value right)
{
    return binary_or_error(left, right, NUMBER_OFFSET(remainder), "%");
}

Value number_divmod(Value left, Value right)
{
    return binary_or_error(left, right, NUMBER_OFFSET(divmod), "divmod()");
}

/* The result of the three operands' slots, or NotImplemented. */
static Value power_by_slots(Value base, Value exponent, Value modulus)
{
    Type *base_type = type_of(base), *exponent_type = type_of(exponent);
    TernarySlot base_slot = base_type->number.power, exponent_slot = NULL;
    if (base_type != exponent_type) {
        exponent_slot = exponent_type->number.power;
        if (exponent_slot == base_slot) exponent_slot = NULL;
    }
    Value result = VALUE_NOT_IMPLEMENTED;
    if (base_slot && exponent_slot && type_is_subtype(exponent_type, base_type)) {
        result = exponent_slot(base, exponent, modulus);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
        exponent_slot = NULL;
    }
    if (base_slot) result = base_slot(base, exponent, modulus);
    if (value_is(result, VALUE_NOT_IMPLEMENTED) && exponent_slot) result = exponent_slot(base, exponent, modulus);
    if (!value_is(result, VALUE_NOT_IMPLEMENTED) || value_is_none(modulus)) return result;
    TernarySlot modulus_slot = type_of(modulus)->number.power;
    if (!modulus_slot || modulus_slot == base_slot || modulus_slot == exponent_slot) return result;
    return modulus_slot(base, exponent, modulus);
}

static Value power_with_sign(Value base, Value exponent, Value modulus, const char *sign)
{
    Value result = power_by_slots(base, exponent, modulus);
    if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    if (value_is_none(modulus)) return unsupported(base, exponent, sign);
    return error_format(&type_TypeError, "unsupported operand type(s) for ** or pow(): '%T', '%T', '%T'", base,
                        exponent, modulus);
}

Value number_power(Value base, Value exponent, Value modulus_or_none)
{
    Value modulus = value_is_null(modulus_or_none) ? VALUE_NONE : modulus_or_none;
    return power_with_sign(base, exponent, modulus, "** or pow()");
}

/* --- every operator by number --- */

typedef struct Operator {
    size_t offset, inplace;
    const char *sign, *inplace_sign;
} Operator;

#define OPERATOR_NAMED(slot, inplace, sign)                                                                            \
    {                                                                                                                  \
        NUMBER_OFFSET(slot), NUMBER_OFFSET(inplace_##inplace), sign, sign "="                                          \
    }
#define OPERATOR(slot, sign) OPERATOR_NAMED(slot, slot, sign)
static const Operator operators[] = {
    [NB_ADD] = OPERATOR(add, "+"),
    [NB_AND] = OPERATOR_NAMED(and_, and, "&"),
    [NB_FLOOR_DIVIDE] = OPERATOR(floor_divide, "//"),
    [NB_LSHIFT] = OPERATOR(lshift, "<<"),
    [NB_MATRIX_MULTIPLY] = OPERATOR(matrix_multiply, "@"),
    [NB_MULTIPLY] = OPERATOR(multiply, "*"),
    [NB_REMAINDER] = OPERATOR(remainder, "%"),
    [NB_OR] = OPERATOR_NAMED(or_, or, "|"),
    [NB_POWER] = OPERATOR(power, "** or pow()"),
    [NB_RSHIFT] = OPERATOR(rshift, ">>"),
    [NB_SUBTRACT] = OPERATOR(subtract, "-"),
    [NB_TRUE_DIVIDE] = OPERATOR(true_divide, "/"),
    [NB_XOR] = OPERATOR_NAMED(xor_, xor, "^"),
};

/* `print >> file` is a frequent slip of Python 2 users. */
static COLD Value rshift_unsupported(Value left, Value right)
{
    if (object_has_type(left, &type_native_function) &&
        strcmp(((NativeFunctionObject *)value_as_object(left))->method->name, "print") == 0)
        return error_format(&type_TypeError,
                            "unsupported operand type(s) for %s: '%T' and '%T'. Did you mean \"print(<message>, "
                            "file=<output_stream>)\"?",
                            ">>", left, right);
    return unsupported(left, right, ">>");
}

static Value inplace_power(Value left, Value right)
{
    TernarySlot slot = type_of(left)->number.inplace_power;
    if (slot) {
        Value result = slot(left, right, VALUE_NONE);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    }
    return power_with_sign(left, right, VALUE_NONE, "**=");
}

static Value inplace_add(Value left, Value right)
{
    Value result = binary_by_slots(left, right, NUMBER_OFFSET(add));
    if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    SequenceSlots *sequence = &type_of(left)->sequence;
    BinarySlot concat = sequence->inplace_concat ? sequence->inplace_concat : sequence->concat;
    return concat ? concat(left, right) : unsupported(left, right, "+=");
}

static Value inplace_multiply(Value left, Value right)
{
    Value result = binary_by_slots(left, right, NUMBER_OFFSET(multiply));
    if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    SequenceSlots *sequence = &type_of(left)->sequence;
    IndexSlot repeat = sequence->inplace_repeat ? sequence->inplace_repeat : sequence->repeat;
    if (repeat) return repeat_sequence(repeat, left, right);
    /* The right operand is not changed by *=: its plain repetition. */
    if (type_of(right)->sequence.repeat) return repeat_sequence(type_of(right)->sequence.repeat, right, left);
    return unsupported(left, right, "*=");
}

static Value number_inplace(enum BinaryOp base_op, Value left, Value right)
{
    const Operator *operator= & operators[base_op];
    if (base_op == NB_POWER) return inplace_power(left, right);
    BinarySlot slot = SLOT_AT(type_of(left), operator->inplace);
    if (slot) {
        Value result = slot(left, right);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    }
    return number_inplace_rest(base_op, left, right);
}

Value number_inplace_rest(enum BinaryOp base_op, Value left, Value right)
{
    const Operator *operator= & operators[base_op];
    if (base_op == NB_ADD) return inplace_add(left, right);
    if (base_op == NB_MULTIPLY) return inplace_multiply(left, right);
    return binary_or_error(left, right, operator->offset, operator->inplace_sign);
}

Value number_unsupported(enum BinaryOp op, Value left, Value right)
{
    if (op >= NB_INPLACE_ADD) return unsupported(left, right, operators[op - NB_INPLACE_ADD].inplace_sign);
    return op == NB_RSHIFT ? rshift_unsupported(left, right) : unsupported(left, right, operators[op].sign);
}

Value number_binary(enum BinaryOp op, Value left, Value right)
{
    switch (op) {
    case NB_ADD: return number_add(left, right);
    case NB_SUBTRACT: return number_subtract(left, right);
    case NB_MULTIPLY: return number_multiply(left, right);
    case NB_POWER: return number_power(left, right, VALUE_NONE);
    case NB_RSHIFT: {
        Value result = binary_by_slots(left, right, NUMBER_OFFSET(rshift));
        return value_is(result, VALUE_NOT_IMPLEMENTED) ? rshift_unsupported(left, right) : result;
    }
    case NB_INPLACE_ADD:
        if (values_are_small_ints(left, right)) return int_add(left, right);
        break;
    default: break;
    }
    if (op >= NB_INPLACE_ADD) return number_inplace(op - NB_INPLACE_ADD, left, right);
    return binary_or_error(left, right, operators[op].offset, operators[op].sign);
}

/* --- unary --- */

Value number_negative(Value v)
{
    UnarySlot slot = type_of(v)->number.negative;
    return slot ? slot(v) : error_format(&type_TypeError, "bad operand type for unary -: '%T'", v);
}

Value number_positive(Value v)
{
    UnarySlot slot = type_of(v)->number.positive;
    return slot ? slot(v) : error_format(&type_TypeError, "bad operand type for unary +: '%T'", v);
}

Value number_absolute(Value v)
{
    UnarySlot slot = type_of(v)->number.absolute;
    return slot ? slot(v) : error_format(&type_TypeError, "bad operand type for abs(): '%T'", v);
}

Value number_invert(Value v)
{
    UnarySlot slot = type_of(v)->number.invert;
    return slot ? slot(v) : error_format(&type_TypeError, "bad operand type for unary ~: '%T'", v);
}

/* --- conversions --- */

bool has_index(Value v)
{
    return type_of(v)->number.index != NULL;
}

/* A conversion method gave an instance of an int subclass: deprecated, but allowed. */
static Value check_int_result(STEALS Value result, const char *method)
{
    if (value_is_null(result) || is_exact_int(result)) return result;
    if (!is_int(result)) {
        error_format(&type_TypeError, "%s returned non-int (type %T)", method, result);
    } else if (warn_format(&type_DeprecationWarning, 1,
                           "%s returned non-int (type %T).  The ability to return an instance of a strict subclass of "
                           "int is deprecated, and may not be supported in a future version of Python.",
                           method, result) == 0) {
        return result;
    }
    value_decref(result);
    return VALUE_NULL;
}

Value number_index(Value v)
{
    if (value_is_small_int(v)) return v;
    if (is_int(v)) return int_exact(v);
    UnarySlot slot = type_of(v)->number.index;
    if (!slot) return error_format(&type_TypeError, "'%T' object cannot be interpreted as an integer", v);
    return check_int_result(slot(v), "__index__");
}

ssize_t number_as_ssize(Value v, NULLABLE Type *error_type)
{
    if (LIKELY(value_is_small_int(v))) return value_as_small_int(v);
    Value number = number_index(v);
    if (value_is_null(number)) return -1;
    int64_t n;
    if (int_fits_int64(number, &n)) {
        value_decref(number);
        return n;
    }
    n = int_sign(number) < 0 ? INT64_MIN : INT64_MAX;
    value_decref(number);
    if (!error_type) return n;
    error_format(error_type, "cannot fit '%T' into an index-sized integer", v);
    return -1;
}

static Value int_from_trunc(Value v)
{
    Value method = lookup_special(v, ID(__trunc__));
    if (value_is_null(method)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (warn_format(&type_DeprecationWarning, 1, "The delegation of int() to __trunc__ is deprecated.") == 0)
        result = call_0(method);
    value_decref(method);
    if (value_is_null(result) || is_exact_int(result)) return result;
    Value number = VALUE_NULL;
    if (is_int(result))
        number = int_exact(result);
    else if (has_index(result)) {
        number = number_index(result);
        if (!value_is_null(number)) value_replace(&number, int_exact(number));
    } else
        error_format(&type_TypeError, "__trunc__ returned non-Integral (type %T)", result);
    value_decref(result);
    return number;
}

/* Text or bytes in the place of a number. */
static Value int_from_buffer(Value v)
{
    Buffer view;
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = int_from_text(view.data, (size_t)view.length, 10);
    buffer_release(&view);
    if (value_is_null(result) && error_catch(&type_ValueError))
        return error_format(&type_ValueError, "invalid literal for int() with base 10: %R", v);
    return result;
}

Value number_to_int(Value v)
{
    if (value_is_small_int(v) || is_exact_int(v)) return value_incref(v);
    Type *type = type_of(v);
    UnarySlot slot = type->number.to_int ? type->number.to_int : type->number.index;
    if (slot) {
        Value result = check_int_result(slot(v), slot == type->number.to_int ? "__int__" : "__index__");
        if (!value_is_null(result) && !is_exact_int(result)) value_replace(&result, int_exact(result));
        return result;
    }
    Value truncated = int_from_trunc(v);
    if (!value_is_null(truncated) || error_occurred()) return truncated;
    if (is_str(v)) {
        extern Value int_from_str(Value text, int base);
        return int_from_str(v, 10);
    }
    if (supports_buffer(v)) return int_from_buffer(v);
    return error_format(&type_TypeError,
                        "int() argument must be a string, a bytes-like object or a real number, not '%T'", v);
}

Value number_to_float(Value v)
{
    if (is_exact_float(v)) return value_incref(v);
    Type *type = type_of(v);
    if (type->number.to_float) {
        Value result = type->number.to_float(v);
        if (value_is_null(result) || is_exact_float(result)) return result;
        if (!is_float(result)) {
            error_format(&type_TypeError, "%T.__float__ returned non-float (type %T)", v, result);
        } else if (warn_format(
                       &type_DeprecationWarning, 1,
                       "%T.__float__ returned non-float (type %T).  The ability to return an instance of a strict "
                       "subclass of float is deprecated, and may not be supported in a future version of Python.",
                       v, result) == 0) {
            Value exact = value_from_double(float_as_double(result));
            value_decref(result);
            return exact;
        }
        value_decref(result);
        return VALUE_NULL;
    }
    if (type->number.index) {
        Value number = number_index(v);
        if (value_is_null(number)) return VALUE_NULL;
        double d = int_as_double(number);
        value_decref(number);
        return d == -1.0 && error_occurred() ? VALUE_NULL : value_from_double(d);
    }
    if (is_float(v)) return value_from_double(float_as_double(v));
    if (is_str(v) || supports_buffer(v)) {
        Value arguments[1] = {v};
        return type_float.new_instance(&type_float, arguments, 1, VALUE_NULL);
    }
    return error_format(&type_TypeError, "float() argument must be a string or a real number, not '%T'", v);
}

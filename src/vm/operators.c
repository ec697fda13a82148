/* operators.c: operators of classes whose methods are Python functions, run as frames of the interpreter's own: which
 * function an operator calls first, and what is left to do when that gives NotImplemented.
 *
 * Only where the rules are short: both operands are numbers, None, or instances of classes with nothing but `object`
 * below them, so that neither has native slots of a sequence or a number to be asked in between. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/type.h"
#include "vm/operations.h"

typedef struct OperatorNames {
    Value name, reflected, inplace;
} OperatorNames;

static OperatorNames names_of(uint32_t op)
{
    switch (op >= NB_INPLACE_ADD ? op - NB_INPLACE_ADD : op) {
    case NB_ADD: return (OperatorNames){ID(__add__), ID(__radd__), ID(__iadd__)};
    case NB_SUBTRACT: return (OperatorNames){ID(__sub__), ID(__rsub__), ID(__isub__)};
    case NB_MULTIPLY: return (OperatorNames){ID(__mul__), ID(__rmul__), ID(__imul__)};
    case NB_TRUE_DIVIDE: return (OperatorNames){ID(__truediv__), ID(__rtruediv__), ID(__itruediv__)};
    case NB_FLOOR_DIVIDE: return (OperatorNames){ID(__floordiv__), ID(__rfloordiv__), ID(__ifloordiv__)};
    case NB_REMAINDER: return (OperatorNames){ID(__mod__), ID(__rmod__), ID(__imod__)};
    case NB_MATRIX_MULTIPLY: return (OperatorNames){ID(__matmul__), ID(__rmatmul__), ID(__imatmul__)};
    case NB_AND: return (OperatorNames){ID(__and__), ID(__rand__), ID(__iand__)};
    case NB_OR: return (OperatorNames){ID(__or__), ID(__ror__), ID(__ior__)};
    case NB_XOR: return (OperatorNames){ID(__xor__), ID(__rxor__), ID(__ixor__)};
    case NB_LSHIFT: return (OperatorNames){ID(__lshift__), ID(__rlshift__), ID(__ilshift__)};
    case NB_RSHIFT: return (OperatorNames){ID(__rshift__), ID(__rrshift__), ID(__irshift__)};
    default: return (OperatorNames){VALUE_NULL, VALUE_NULL, VALUE_NULL};
    }
}

static bool is_plain_class(const Type *type)
{
    while (type && type_has_flag(type, TYPE_HEAP)) type = type->base;
    return type == &type_object;
}

static bool is_number_type(const Type *type)
{
    return type == &type_int || type == &type_float || type == &type_bool;
}

static bool is_plain_operand(const Type *type)
{
    return is_number_type(type) || type == &type_none || is_plain_class(type);
}

static NULLABLE Value function_or_null(Type *type, Value name)
{
    Value found = type_lookup_borrow(type, name);
    return !value_is_null(found) && is_function(found) ? found : VALUE_NULL;
}

NULLABLE Value op_binary_function_borrow(uint32_t op, Value left, Value right, int *exit)
{
    OperatorNames names = names_of(op);
    Type *left_type = type_of(left), *right_type = type_of(right);
    if (value_is_null(names.name) || !is_plain_operand(left_type) || !is_plain_operand(right_type)) return VALUE_NULL;
    if (op >= NB_INPLACE_ADD && !value_is_null(type_lookup_borrow(left_type, names.inplace))) {
        *exit = FRAME_EXIT_INPLACE;
        return function_or_null(left_type, names.inplace);
    }
    if (is_number_type(left_type)) { /* it does not know the other */
        *exit = FRAME_EXIT_REFLECTED;
        return is_plain_class(right_type) ? function_or_null(right_type, names.reflected) : VALUE_NULL;
    }
    if (left_type != right_type && type_is_subtype(right_type, left_type)) return VALUE_NULL;
    *exit = FRAME_EXIT_OPERATOR;
    return is_plain_class(left_type) ? function_or_null(left_type, names.name) : VALUE_NULL;
}

NULLABLE Value op_compare_function_borrow(CompareOp op, Value left, Value right)
{
    const Value names[6] = {ID(__lt__), ID(__le__), ID(__eq__), ID(__ne__), ID(__gt__), ID(__ge__)};
    Type *left_type = type_of(left), *right_type = type_of(right);
    if (!is_plain_class(left_type)) return VALUE_NULL;
    if (left_type != right_type && type_is_subtype(right_type, left_type)) return VALUE_NULL;
    return function_or_null(left_type, names[op]);
}

static Value binary_rest(uint32_t op, int exit, Value left, Value right)
{
    if (exit == FRAME_EXIT_INPLACE) return number_inplace_rest((enum BinaryOp)(op - NB_INPLACE_ADD), left, right);
    Value reflected = names_of(op).reflected;
    bool asks_right = exit == FRAME_EXIT_OPERATOR && type_of(left) != type_of(right) && is_plain_class(type_of(right));
    if (asks_right && !value_is_null(type_lookup_borrow(type_of(right), reflected))) {
        Value result = call_special(right, reflected, &left, 1);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    }
    return number_unsupported((enum BinaryOp)op, left, right);
}

Value op_operator_rest(const Unit *ip, int exit, Value left, Value right)
{
    if (bc_base[ip->opcode] == BC_COMPARE_OP) return rich_compare_rest(left, right, (CompareOp)ip->oparg);
    return binary_rest(ip->oparg, exit, left, right);
}

bool op_bool_result_is_bool(STEALS Value result)
{
    bool ok = value_is_bool(result);
    if (!ok) error_format(&type_TypeError, "__bool__ should return bool, returned %T", result);
    value_decref(result);
    return ok;
}

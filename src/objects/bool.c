/* bool.c: bool, a subclass of int with two immediates as its only values. */
#include "objects/abstract.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"

static Value repr_slot(Value self)
{
    return value_incref(value_is(self, VALUE_TRUE) ? ID(True) : ID(False));
}

static Value new_instance(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!args_no_keywords("bool", kwnames) || !args_count("bool", nargs, 0, 1)) return VALUE_NULL;
    int truth = nargs ? is_true(args[0]) : 0;
    return truth < 0 ? VALUE_NULL : value_from_bool(truth);
}

static int truth_slot(Value self)
{
    return value_is(self, VALUE_TRUE);
}

#define LOGIC_SLOT(name, operator, operation)                                                                          \
    static Value name(Value left, Value right)                                                                         \
    {                                                                                                                  \
        if (value_is_bool(left) && value_is_bool(right))                                                               \
            return value_from_bool(value_is(left, VALUE_TRUE) operator value_is(right, VALUE_TRUE));                   \
        return is_int(left) && is_int(right) ? operation(left, right) : VALUE_NOT_IMPLEMENTED;                         \
    }

LOGIC_SLOT(and_slot, &, int_and)
LOGIC_SLOT(or_slot, |, int_or)
LOGIC_SLOT(xor_slot, ^, int_xor)

Type type_bool = {
    .head = TYPE_HEAD,
    .name = "bool",
    .doc = "bool(x) -> bool\n\nReturns True when the argument x is true, False otherwise.\n"
           "The builtins True and False are the only two instances of the class bool.\n"
           "The class bool cannot be subclassed, and has only two possible values.",
    .instance_size = sizeof(Int),
    .flags = TYPE_IS_INT | TYPE_IMMUTABLE | TYPE_MATCH_SELF | TYPE_QUIET_DESTROY,
    .base = &type_int,
    .new_instance = new_instance,
    .repr = repr_slot,
    .number = {.truth = truth_slot, .and_ = and_slot, .or_ = or_slot, .xor_ = xor_slot},
};

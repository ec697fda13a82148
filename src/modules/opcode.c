/* opcode.c: the module _opcode: stack effects, for dis and its tests. */
#include "modules/arguments.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"
#include "opcodes.h"

FUNCTION(opcode_stack_effect)
{
    ARGUMENTS("stack_effect", 1, 2, "", "", "jump");
    int opcode, oparg = 0;
    if (!arg_as_int(out[0], &opcode)) return VALUE_NULL;
    bool has_oparg = is_given(out[1]) && !value_is_none(out[1]), takes_oparg = opcode >= 90;
    if (takes_oparg && !has_oparg)
        return error_set(&type_ValueError, "stack_effect: opcode requires oparg but oparg was not specified");
    if (!takes_oparg && has_oparg)
        return error_set(&type_ValueError, "stack_effect: opcode does not permit oparg but oparg was specified");
    if (has_oparg && !arg_as_int(out[1], &oparg)) return VALUE_NULL;
    int jump = -1;
    if (is_given(out[2]) && !value_is_none(out[2])) {
        if (value_is(out[2], VALUE_TRUE))
            jump = 1;
        else if (value_is(out[2], VALUE_FALSE))
            jump = 0;
        else
            return error_set(&type_ValueError, "stack_effect: jump must be False, True or None");
    }
    int effect = bc_stack_effect(opcode, oparg, jump);
    if (effect == BC_INVALID_EFFECT) return error_set(&type_ValueError, "invalid opcode or oparg");
    return value_from_small_int(effect);
}

FUNCTION(opcode_get_specialization_stats)
{
    return VALUE_NONE;
}

static const NativeMethod methods[] = {
    {"stack_effect", opcode_stack_effect, 0, -1, NATIVE_KEYWORDS,
     "stack_effect($module, opcode, oparg=None, /, *, jump=None)\n--\n\nCompute the stack effect of the opcode."},
    {"get_specialization_stats", opcode_get_specialization_stats, 0, 0, 0,
     "get_specialization_stats($module, /)\n--\n\nReturn the specialization stats"},
    {NULL},
};

NATIVE_MODULE(_opcode) = {
    .name = "_opcode",
    .doc = "Opcode support module.",
    .methods = methods,
};

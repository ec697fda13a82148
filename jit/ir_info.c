/* ir_info.c: the table of IR operations (the worker has this file too). */
#include "jit/ir.h"

const IrOpInfo ir_op_info[IR_OP_COUNT] = {
#define OP(name, operands, kind, text) {#name, operands, KIND_##kind},
#include "jit/ir.def"
#undef OP
};

/* emit_list.c: list.append with room, in line. */
#include "jit/worker/emit_internal.h"
#include "objects/list.h"

static RV *field(Emitter *e, RV *list, size_t offset)
{
    return add(e, list, word(e, (int64_t)offset));
}

static void note_kind(Emitter *e, RV *list, Ref item)
{
    RV *kinds = field(e, list, offsetof(List, kinds));
    IrOp op = REF_IS_INS(item) ? e->r->ins[item].op : IR_NOP;
    RV *kind = op == IR_TAGI   ? word(e, KINDS_SMALL_INT)
               : op == IR_TAGF ? word(e, KINDS_FLOAT)
                               : kind_of(e, value(e, item));
    store(e, kinds, bit_or(e, load(e, kinds), kind));
}

void emit_append(Emitter *e, Ref ref, const Ins *ins)
{
    Ref item = e->r->args[ins->a + 1];
    RV *list = value(e, e->r->args[ins->a]);
    Block *room = new_block(e), *full = new_block(e), *next = new_block(e);
    LV *length = temporary(e, e->i64);
    assign(e, length, load(e, field(e, list, offsetof(List, length))));
    RV *capacity = load(e, field(e, list, offsetof(List, capacity)));
    gcc_jit_block_end_with_conditional(e->block, NULL, compare(e, GCC_JIT_COMPARISON_LT, rv(length), capacity), room,
                                       full);
    e->block = room;
    store(e, add(e, load(e, field(e, list, offsetof(List, items))), shl(e, rv(length), 3)), value(e, item));
    store(e, field(e, list, offsetof(List, length)), add(e, rv(length), word(e, 1)));
    note_kind(e, list, item);
    IrOp op = REF_IS_INS(item) ? e->r->ins[item].op : IR_NOP;
    if (op != IR_TAGI && op != IR_TAGF && op != IR_TAGB) emit_incref(e, value(e, item), false);
    define(e, ref, word(e, 0));
    gcc_jit_block_end_with_jump(e->block, NULL, next);
    e->block = full;
    emit_call(e, ref, ins);
    gcc_jit_block_end_with_jump(e->block, NULL, next);
    e->block = next;
}

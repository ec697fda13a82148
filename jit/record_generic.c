/* record_generic.c: instructions without a form of their own: native code calls the instruction itself, out of line
 * (opcode_helpers), on the real frame.
 *
 * The operands are written to the entry frame's stack in memory, and what the instruction leaves there is read back
 * when it is used. Inlined frames are not in memory, so a function that needs such an instruction is not inlined again.
 */
#include "jit/record.h"

/* Stack entries that the instruction reads (from the top), and how many of them it takes off. */
typedef struct Operands {
    int reads, takes;
} Operands;

static bool operands_of(int opcode, int oparg, Operands *o)
{
    int flags = __builtin_popcount((unsigned)oparg & 15);
    switch (opcode) {
    case BC_MAKE_FUNCTION: *o = (Operands){1 + flags, 1 + flags}; return true;
    case BC_CALL_FUNCTION_EX: *o = (Operands){3 + (oparg & 1), 3 + (oparg & 1)}; return true;
    case BC_DICT_MERGE: *o = (Operands){oparg + 4, 1}; return true;
    case BC_DICT_UPDATE:
    case BC_SET_UPDATE:
    case BC_LIST_EXTEND: *o = (Operands){oparg + 1, 1}; return true;
    case BC_BUILD_CONST_KEY_MAP: *o = (Operands){oparg + 1, oparg + 1}; return true;
    case BC_BUILD_TUPLE:
    case BC_BUILD_LIST:
    case BC_BUILD_SET:
    case BC_BUILD_STRING: *o = (Operands){oparg, oparg}; return true;
    case BC_BEFORE_WITH:
    case BC_UNPACK_EX:
    case BC_UNPACK_SEQUENCE:
    case BC_DELETE_ATTR:
    case BC_STORE_NAME:
    case BC_PRINT_EXPR: *o = (Operands){1, 1}; return true;
    case BC_GET_LEN:
    case BC_MATCH_MAPPING:
    case BC_MATCH_SEQUENCE:
    case BC_IMPORT_FROM: *o = (Operands){1, 0}; return true;
    case BC_MATCH_KEYS: *o = (Operands){2, 0}; return true;
    case BC_MATCH_CLASS: *o = (Operands){3, 3}; return true;
    case BC_IMPORT_NAME: *o = (Operands){2, 2}; return true;
    case BC_LOAD_NAME:
    case BC_LOAD_BUILD_CLASS:
    case BC_DELETE_GLOBAL: *o = (Operands){0, 0}; return true;
    default: return false;
    }
}

static const Code *not_inlined[256];
static int not_inlined_count;

bool code_is_not_inlined(const Code *code)
{
    for (int i = 0; i < not_inlined_count; i++) {
        if (not_inlined[i] == code) return true;
    }
    return false;
}

void do_not_inline(const Code *code)
{
    if (not_inlined_count < (int)COUNT_OF(not_inlined) && !code_is_not_inlined(code))
        not_inlined[not_inlined_count++] = code;
}

void record_generic(int opcode)
{
    Operands o;
    if (!operands_of(opcode, rec.oparg, &o) || rec.f->depth < o.reads) {
        bool is_side_path = opcode == BC_RAISE_VARARGS && rec.bridge_of >= 0; /* the usual path stays inlined */
        if (rec.frame_count > 1 && !is_side_path) do_not_inline(rec.f->code);
        record_abort(rec.frame_count > 1 ? REASON_NOT_INLINED : REASON_INSTRUCTION);
        return;
    }
    if (rec.frame_count > 1) {
        do_not_inline(rec.f->code);
        record_abort(REASON_NOT_INLINED);
        return;
    }
    for (int i = 1; i <= o.reads; i++) {
        Slot *slot = rec_stack(i);
        if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
        as_tagged(rec_stack(i)->ref); /* its guard, before anything is moved */
    }
    if (REC_FAILED()) return;
    record_barrier();
    for (int i = 1; i <= o.reads; i++) rec_own(rec_stack(i));
    record_snapshot();
    for (int i = 1; i <= o.reads; i++) {
        rec_flush(i);
        Slot *slot = rec_stack(i);
        slot->own = OWN_MEMORY;
        slot->modified = false;
    }
    record_set_ip();
    rec.raise_snapshot = -1;
    int raise = record_raise_snapshot();
    rec.ir->snapshots[raise].keeps_sp = true;
    const Unit *unit = rec.ip;
    Ref args[] = {ir_address(rec.ir, unit), ir_word(rec.ir, rec.f->depth)};
    Ref status = emit_call(HELPER_instruction, args, 2);
    rec.has_effects = true;
    emit(IR_GSTAT, IR_NIL, status, REF_NONE, raise, 0);
    record_escaped();
    rec.ran_in_memory = true;
    rec.memory_from = rec.f->depth - o.reads;
    jit_calls_out = true;
}

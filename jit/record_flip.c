/* record_flip.c: a helper has raised while its instruction was recorded.
 *
 * The recorder expected it to succeed. It goes back to where the call has just been made (the checkpoint), turns the
 * check of the call round, and records on at the handler. In the trace, a call that succeeds then leaves: its
 * instruction is finished by the exit (finish_instruction in exits.c), or by the bridge that grows there: the operands
 * go, the result stays. */
#include "jit/record.h"

typedef struct Checkpoint {
    Ref call;
    Slot slots[RECORD_SLOTS];
    RecordObject objects[RECORD_OBJECTS];
    RecordFrame frames[RECORD_FRAMES];
    int frame_count;
} Checkpoint;

static Checkpoint checkpoint; /* of the current instruction, when rec.has_checkpoint */

static int used_slots(void)
{
    return rec.f->base + frame_quick(rec.f->frame)->frame_words - FRAME_WORDS;
}

void record_checkpoint(Ref call)
{
    if (!rec.f->frame) return;
    rec.has_checkpoint = true;
    checkpoint.call = call;
    checkpoint.frame_count = rec.frame_count;
    memcpy(checkpoint.frames, rec.frames, sizeof rec.frames);
    memcpy(checkpoint.objects, rec.objects, sizeof rec.objects);
    memcpy(checkpoint.slots, rec.slots, (size_t)MIN(used_slots(), RECORD_SLOTS) * sizeof(Slot));
}

/* How the instruction ends when its call succeeds; FINISH_NONE: another form. */
static Finish finish_of(int opcode)
{
    const Slot *top = &rec.slots[rec.f->base + rec.f->code->nlocalsplus + rec.f->depth - 1];
    switch (opcode) {
    case BC_CALL:
    case BC_BINARY_OP:
    case BC_BINARY_SUBSCR:
    case BC_UNARY_NEGATIVE:
    case BC_UNARY_INVERT:
    case BC_UNARY_POSITIVE:
    case BC_LOAD_ATTR:
    case BC_COMPARE_OP:
    case BC_GET_ITER:
    case BC_FORMAT_VALUE: return top->ref == checkpoint.call && top->own == OWN_SELF ? FINISH_RESULT : FINISH_NONE;
    case BC_LOAD_METHOD: return top->ref == checkpoint.call && top->own == OWN_SELF ? FINISH_METHOD : FINISH_NONE;
    case BC_STORE_SUBSCR:
    case BC_STORE_ATTR:
    case BC_DELETE_SUBSCR: return FINISH_EMPTY;
    default: return FINISH_NONE;
    }
}

/* Takes the instructions from `first` on away, from the chains too. */
static void cut(Ref first)
{
    Tree *ir = rec.ir;
    for (Ref ref = ir->ins_count - 1; ref >= first; ref--) ir->chain_head[ir->ins[ref].op] = ir->chain[ref];
    ir->ins_count = first;
}

static void go_back(void)
{
    memcpy(rec.frames, checkpoint.frames, sizeof rec.frames);
    memcpy(rec.objects, checkpoint.objects, sizeof rec.objects);
    rec.frame_count = checkpoint.frame_count;
    rec.f = &rec.frames[rec.frame_count - 1];
    memcpy(rec.slots, checkpoint.slots, (size_t)MIN(used_slots(), RECORD_SLOTS) * sizeof(Slot));
    cut(checkpoint.call + 1);
    rec.snapshot = rec.raise_snapshot = -1;
    rec.has_effects = false;
}

/* The state in which the call has succeeded: operands, and the result above them. */
static int snapshot_of_success(Finish finish, int takes, int next)
{
    int unit = rec.f->unit;
    rec.f->unit = next;
    bool has_result = finish != FINISH_EMPTY;
    if (has_result) rec_push(checkpoint.call, OWN_SELF);
    int snapshot = record_snapshot();
    if (has_result) {
        rec.slots[rec.f->base + rec.f->code->nlocalsplus + rec.f->depth - 1].own = OWN_NONE;
        rec.f->depth--;
    }
    rec.f->unit = unit;
    rec.ir->snapshots[snapshot].finish = (uint8_t)finish;
    rec.ir->snapshots[snapshot].finish_takes = (uint8_t)takes;
    rec.snapshot = -1;
    return snapshot;
}

/* The exception that is set now has been raised by the instruction that was recorded last. */
bool record_flip(Frame *frame)
{
    if (REC_FAILED() || rec.is_done || rec.expects_frame || rec.handled_depth > 0 || rec.f->frame != frame)
        return false;
    if (!rec.has_checkpoint || rec.frame_count != checkpoint.frame_count) return false;
    int opcode = as_bytes(frame->code->code)->data[rec.f->unit * 2] & 0xff;
    int before = checkpoint.frames[rec.frame_count - 1].depth, after = rec.f->depth;
    Finish finish = finish_of(opcode);
    int leaves = finish == FINISH_EMPTY ? 0 : finish == FINISH_METHOD ? 2 : 1;
    int takes = before - (after - leaves);
    if (finish == FINISH_NONE || takes < 0 || takes > FINISH_TAKES_MAX || !record_handler_exists()) return false;
    go_back();
    int success = snapshot_of_success(finish, takes, rec.f->unit + 1 + bc_caches[opcode]);
    if (ir_type(rec.ir, checkpoint.call) == IR_VAL)
        emit(IR_GIS, IR_NIL, checkpoint.call, const_value(VALUE_NULL), success, 0);
    else
        emit(IR_GTRUE, IR_NIL, emit_pure(IR_WLT, IR_BOOL, checkpoint.call, ir_word(rec.ir, 0)), REF_NONE, success, 0);
    record_pending_exception();
    return !REC_FAILED();
}

/* A bridge begins where the call has succeeded after all. */
void record_finish_instruction(Finish finish, int takes)
{
    Slot result = {const_value(VALUE_NULL), OWN_NONE, true, 0}, operands[FINISH_TAKES_MAX];
    rec.needs_valid_check = true; /* the call may have run Python code */
    if (finish != FINISH_EMPTY) result = rec_take();
    for (int i = 0; i < takes; i++) operands[i] = rec_take();
    if (finish == FINISH_METHOD) rec_push(const_value(VALUE_NULL), OWN_NONE);
    if (finish != FINISH_EMPTY) rec_push_slot(result);
    for (int i = 0; i < takes; i++) rec_release(operands[i]);
}

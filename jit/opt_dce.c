/* opt_dce.c: removes what nobody uses, walking a finished segment backwards once.
 *
 * Needed are effects, stores, guards and ends; then whatever their operands and snapshots refer to. Other segments can
 * use values of this one through their snapshots only, and these are among ours (a bridge starts at a snapshot of its
 * parent), or through CSE, for which the unused instruction has become a NOP and is no longer found. */
#include "jit/ir.h"
#include "memory/memory.h"

typedef struct Marks {
    uint8_t *used;
    int count;
} Marks;

static void mark(void *context, Ref *ref)
{
    Marks *marks = context;
    if (REF_IS_INS(*ref) && *ref < marks->count) marks->used[*ref] = 1;
}

static bool has_snapshot(const Ins *ins)
{
    return strchr(ir_op_info[ins->op].operands, 's') != NULL && ins->c >= 0;
}

/* Its exit may be an exception that the program wants to see, whoever needs the value: a negative shift count, the int
 * of inf or nan. (The other guards with values leave for a bigger int or a float on the heap.) */
static bool may_raise(const Ins *ins)
{
    return ins->op == IR_SHLOV || ins->op == IR_F2I;
}

void opt_dce(Tree *tree, int segment_index)
{
    const Segment *segment = &tree->segments[segment_index];
    Marks marks = {raw_calloc((size_t)tree->ins_count, 1), tree->ins_count};
    if (!marks.used) return;
    Ref live[SNAP_LIVE_MAX];
    int last_snapshot = -1;
    for (Ref ref = segment->end - 1; ref >= segment->first; ref--) {
        Ins *ins = &tree->ins[ref];
        IrKind kind = ir_op_info[ins->op].kind;
        bool is_needed = kind == KIND_EFFECT || kind == KIND_STORE || kind == KIND_MARK ||
                         (kind == KIND_GUARD && ins->type == IR_NIL) || may_raise(ins);
        if (!is_needed && !marks.used[ref]) {
            ins->op = IR_NOP;
            ins->type = IR_NIL;
            continue;
        }
        ir_visit_refs(tree, ins, mark, &marks);
        if (has_snapshot(ins) && ins->c != last_snapshot) {
            last_snapshot = ins->c;
            int count = snapshot_live(tree, ins->c, live);
            for (int i = 0; i < count; i++) mark(&marks, &live[i]);
        }
    }
    raw_free(marks.used);
}

/* opt_loop.c: loop peeling by copy-substitution.
 *
 * The textbook moves invariant code out of loops. In a trace nearly everything is control dependent on some guard, so
 * almost nothing may be moved. Instead (after LuaJIT's lj_opt_loop.c) the recorded iteration is kept as it is, as the
 * first one, and is emitted a second time behind a LOOP mark, through the same fold and CSE, with the values at the end
 * of the first iteration in the place of the entry values. An invariant guard, load or sum finds its twin in the first
 * iteration and disappears from the body, without a word about invariance: the first iteration dominates the body.
 *
 *     first iteration (entries E, end values L)  |  LOOP  |  copy with E := L   ->  values R;  PHI(L, R) ...
 *
 * Which values need a PHI? A value L of the first iteration that the body (its snapshots included) refers to, and whose
 * own copy R is different: then in the second round of the body "L" has to mean what R was in the round before. That
 * covers the loop's variables and also whatever store-to-load forwarding and CSE carry over the back edge. The copy of
 * a referred L may itself refer to further such values only by being in the body, so one sweep finds all.
 *
 * Requirements:
 *  L1  PHI sides have one type; if not (an int became a float), there is no loop: the caller gives up this attempt.
 *  L2  Ownership in the body is that of the first iteration, for it depends on types and guards in the IR alone, and
 * the recorder makes all changed slots owned at the end (recorder.c, close_loop). L3  Snapshots of the body add the
 * slots that the first iteration changed: memory is stale for them.
 */
#include "jit/ir.h"
#include "memory/memory.h"

typedef struct Peel {
    Tree *tree;
    int end;           /* first instruction behind the first iteration */
    Ref *substitute;   /* for each instruction of the first iteration: its meaning in the body */
    int *snapshot_map; /* old snapshot -> its copy, -1: none yet */
    int *virtual_map;
    uint8_t *needs_phi;
    int old_snapshots, old_virtuals;
    int end_snapshot;
    bool failed;
} Peel;

static Peel
    current; /* not on the stack: its memory is to be given back when the tree cannot grow (ir_no_memory), too */

static Ref substituted(Peel *peel, Ref ref);

static Ref copy_virtual(Peel *peel, int index)
{
    Tree *tree = peel->tree;
    if (index >= peel->old_virtuals) return REF_VIRTUAL + index;
    if (peel->virtual_map[index] >= 0) return REF_VIRTUAL + peel->virtual_map[index];
    Virtual v = tree->virtuals[index];
    VirtualField fields[64];
    if (v.count > COUNT_OF(fields)) {
        peel->failed = true;
        return REF_VIRTUAL + index;
    }
    for (int i = 0; i < v.count; i++) {
        fields[i] = tree->fields[v.first + i];
        fields[i].ref = substituted(peel, fields[i].ref);
    }
    v.first = tree->fields_count;
    for (int i = 0; i < v.count; i++) *VECTOR_ADD(tree, fields) = fields[i];
    *VECTOR_ADD(tree, virtuals) = v;
    peel->virtual_map[index] = tree->virtuals_count - 1;
    return REF_VIRTUAL + tree->virtuals_count - 1;
}

static Ref substituted(Peel *peel, Ref ref)
{
    if (REF_IS_VIRTUAL(ref)) return copy_virtual(peel, ref - REF_VIRTUAL);
    if (!REF_IS_INS(ref) || ref >= peel->end) return ref;
    return peel->substitute[ref];
}

static bool has_entry(const Tree *tree, const Snapshot *snapshot, int slot)
{
    for (int i = 0; i < snapshot->entry_count; i++) {
        if (tree->entries[snapshot->first_entry + i].slot == slot) return true;
    }
    return false;
}

static int copy_snapshot(Peel *peel, int old)
{
    Tree *tree = peel->tree;
    if (peel->snapshot_map[old] >= 0) return peel->snapshot_map[old];
    Snapshot copy = tree->snapshots[old];
    const Snapshot *end = &tree->snapshots[peel->end_snapshot];
    int first = tree->entries_count, total = copy.entry_count;
    for (int i = 0; i < copy.entry_count; i++) {
        SnapEntry entry = tree->entries[copy.first_entry + i];
        entry.ref = substituted(peel, entry.ref);
        *VECTOR_ADD(tree, entries) = entry;
    }
    SnapFrame outer = tree->frames[copy.first_frame];
    int visible = outer.locals + outer.depth;
    for (int i = 0; i < end->entry_count; i++) { /* L3 */
        SnapEntry entry = tree->entries[end->first_entry + i];
        if (entry.slot >= visible || has_entry(tree, &copy, entry.slot)) continue;
        *VECTOR_ADD(tree, entries) = entry;
        total++;
    }
    int first_frame = tree->frames_count;
    for (int i = 0; i < copy.frame_count; i++) {
        SnapFrame frame = tree->frames[copy.first_frame + i];
        frame.function = substituted(peel, frame.function);
        *VECTOR_ADD(tree, frames) = frame;
    }
    copy.first_entry = first;
    copy.entry_count = total;
    copy.first_frame = first_frame;
    copy.at = tree->ins_count;
    copy.length += end->length;
    copy.bridge = -1;
    copy.fast = NULL;
    *VECTOR_ADD(tree, snapshots) = copy;
    peel->failed |= !snapshot_fits(tree, tree->snapshots_count - 1);
    peel->snapshot_map[old] = tree->snapshots_count - 1;
    return tree->snapshots_count - 1;
}

static void substitute_ref(void *context, Ref *ref)
{
    *ref = substituted(context, *ref);
}

static void copy_instruction(Peel *peel, Ref ref)
{
    Tree *tree = peel->tree;
    Ins ins = tree->ins[ref];
    const char *operands = ir_op_info[ins.op].operands;
    if (ins.op == IR_NOP || ins.op == IR_ENTRY) return;
    if (ins.op == IR_SLOTCLR && !ins.aux) return; /* clear already, since the first iteration */
    if (strpbrk(operands, "AV")) {
        Ref args[256];
        if (ins.aux > COUNT_OF(args)) {
            peel->failed = true;
            return;
        }
        for (int i = 0; i < ins.aux; i++) args[i] = substituted(peel, tree->args[ins.a + i]);
        ins.a = ir_args(tree, args, ins.aux);
    } else {
        ir_visit_refs(tree, &ins, substitute_ref, peel);
    }
    if (strchr(operands, 's') && ins.c >= 0) ins.c = copy_snapshot(peel, ins.c);
    Ref result = ir_emit(tree, ins);
    if (result == FOLD_FAILS) {
        peel->failed = true;
        tree->problem = ref;
        return;
    }
    if (ins.type != IR_NIL) {
        if (ir_type(tree, result) != (IrType)ins.type) {
            peel->failed = true;
            tree->problem = ref;
        }
        peel->substitute[ref] = result;
    }
}

static void note_use(void *context, Ref *ref)
{
    Peel *peel = context;
    if (REF_IS_INS(*ref) && *ref < peel->end && peel->substitute[*ref] != *ref) peel->needs_phi[*ref] = 1;
}

static bool add_phis(Peel *peel, int body_start)
{
    Tree *tree = peel->tree;
    uint8_t *needs_phi = peel->needs_phi;
    Ref live[SNAP_LIVE_MAX];
    int body_end = tree->ins_count, last = -1;
    for (Ref ref = body_start; ref < body_end; ref++) {
        Ins *ins = &tree->ins[ref];
        ir_visit_refs(tree, ins, note_use, peel);
        if (strchr(ir_op_info[ins->op].operands, 's') && ins->c >= 0 && ins->c != last) {
            last = ins->c;
            int count = snapshot_live(tree, last, live);
            for (int i = 0; i < count; i++) note_use(peel, &live[i]);
        }
    }
    /* a value carried over may itself come from a carried one */
    for (bool changed = true; changed;) {
        changed = false;
        for (Ref ref = 0; ref < peel->end; ref++) {
            Ref right = needs_phi[ref] ? peel->substitute[ref] : REF_NONE;
            if (REF_IS_INS(right) && right < peel->end && peel->substitute[right] != right && !needs_phi[right]) {
                needs_phi[right] = 1;
                changed = true;
            }
        }
    }
    int count = 0;
    for (Ref ref = 0; ref < peel->end; ref++) {
        if (!needs_phi[ref]) continue;
        Ref right = peel->substitute[ref];
        if (ir_type(tree, ref) != ir_type(tree, right) || ++count > CARRIED_MAX) return false; /* L1 */
        ir_append(tree, (Ins){IR_PHI, IR_NIL, 0, ref, right, 0});
    }
    return true;
}

/* False: no memory. */
static bool peel_begin(Peel *peel)
{
    size_t n = (size_t)peel->end + 1;
    peel->substitute = raw_calloc(n, sizeof(Ref));
    peel->snapshot_map = raw_calloc((size_t)peel->old_snapshots + 1, sizeof(int));
    peel->virtual_map = raw_calloc((size_t)peel->old_virtuals + 1, sizeof(int));
    peel->needs_phi = raw_calloc(n, 1);
    if (!peel->substitute || !peel->snapshot_map || !peel->virtual_map || !peel->needs_phi) return false;
    for (int i = 0; i < peel->end; i++) peel->substitute[i] = i;
    for (int i = 0; i < peel->old_snapshots; i++) peel->snapshot_map[i] = -1;
    for (int i = 0; i < peel->old_virtuals; i++) peel->virtual_map[i] = -1;
    return true;
}

void opt_loop_end(void)
{
    raw_free(current.substitute);
    raw_free(current.snapshot_map);
    raw_free(current.virtual_map);
    raw_free(current.needs_phi);
    current = (Peel){.tree = NULL};
}

static bool mark_stale(const Peel *peel)
{
    Tree *tree = peel->tree;
    tree->is_stale = raw_calloc((size_t)peel->end + 1, 1);
    for (int i = 0; tree->is_stale && i < peel->end; i++)
        tree->is_stale[i] = peel->substitute[i] != i && !peel->needs_phi[i];
    return tree->is_stale != NULL;
}

bool opt_loop(Tree *tree, const Ref *entries, const Ref *end_refs, int count, int end_snapshot)
{
    Peel *peel = &current;
    *peel = (Peel){.tree = tree,
                   .end = tree->ins_count,
                   .end_snapshot = end_snapshot,
                   .old_snapshots = tree->snapshots_count,
                   .old_virtuals = tree->virtuals_count};
    if (!peel_begin(peel)) return false;
    for (int i = 0; i < count; i++) {
        if (ir_type(tree, entries[i]) != ir_type(tree, end_refs[i])) return false;
        peel->substitute[entries[i]] = end_refs[i];
    }
    tree->loop_end = ir_append(tree, (Ins){IR_LOOP, IR_NIL, 0, 0, 0, 0});
    tree->segments[0].loop = tree->loop_end;
    for (Ref ref = 0; ref < peel->end && !peel->failed; ref++) copy_instruction(peel, ref);
    return !peel->failed && add_phis(peel, tree->loop_end) && mark_stale(peel);
}

/* ir.c: the containers of the IR: instructions, constants, argument pool, and the one way to append to a tree. */
#include "jit/ir.h"

#include "jit/helpers.h"
#include "memory/memory.h"

jmp_buf ir_no_memory;

void ir_grow(void **items, int *count, int *capacity, size_t size)
{
    if (*count == *capacity) {
        int wanted = *capacity ? *capacity + *capacity / 2 : 64;
        void *grown = raw_realloc(*items, (size_t)wanted * size);
        if (!grown) longjmp(ir_no_memory, 1);
        *items = grown;
        *capacity = wanted;
    }
    memset((char *)*items + (size_t)*count * size, 0, size);
    (*count)++;
}

void tree_init(Tree *tree)
{
    memset(tree, 0, sizeof *tree);
    for (int i = 0; i < IR_OP_COUNT; i++) tree->chain_head[i] = -1;
    for (int i = 0; i < ALIAS_COUNT; i++) tree->clobber[i] = -1;
}

void tree_free(Tree *tree)
{
    for (int i = 0; i < tree->snapshots_count; i++) raw_free(tree->snapshots[i].fast);
    raw_free(tree->ins);
    raw_free(tree->constants);
    raw_free(tree->args);
    raw_free(tree->snapshots);
    raw_free(tree->entries);
    raw_free(tree->frames);
    raw_free(tree->virtuals);
    raw_free(tree->fields);
    raw_free(tree->segments);
    raw_free(tree->codes);
    raw_free(tree->chain);
    raw_free(tree->is_stale);
    raw_free(tree->is_live);
    memset(tree, 0, sizeof *tree);
}

/* --- constants: at most a few hundred in a tree, found by a search from the newest --- */

Ref ir_const(Tree *tree, IrType type, ConstKind kind, uint64_t bits)
{
    for (int i = tree->constants_count - 1; i >= 0; i--) {
        const Const *c = &tree->constants[i];
        if (c->bits == bits && c->type == type && c->kind == kind) return ~i;
    }
    Const *c = VECTOR_ADD(tree, constants);
    *c = (Const){(uint8_t)type, (uint8_t)kind, bits};
    return ~(tree->constants_count - 1);
}

Ref ir_int(Tree *tree, int64_t n)
{
    return ir_const(tree, IR_INT, CONST_NUMBER, (uint64_t)n);
}
Ref ir_word(Tree *tree, int64_t n)
{
    return ir_const(tree, IR_WORD, CONST_NUMBER, (uint64_t)n);
}
Ref ir_bool(Tree *tree, bool b)
{
    return ir_const(tree, IR_BOOL, CONST_NUMBER, b);
}

Ref ir_float(Tree *tree, double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return ir_const(tree, IR_FLOAT, CONST_NUMBER, bits);
}

Ref ir_address(Tree *tree, const void *address)
{
    return ir_const(tree, IR_WORD, CONST_ADDRESS, (uint64_t)address);
}

const Const *ir_constant(const Tree *tree, Ref ref)
{
    assert(REF_IS_CONST(ref) && ~ref < tree->constants_count);
    return &tree->constants[~ref];
}

IrType ir_type(const Tree *tree, Ref ref)
{
    if (ref == REF_NONE || REF_IS_VIRTUAL(ref)) return IR_NIL;
    return ref < 0 ? ir_constant(tree, ref)->type : tree->ins[ref].type;
}

bool ir_is_number(const Tree *tree, Ref ref)
{
    return REF_IS_CONST(ref) && ir_constant(tree, ref)->kind == CONST_NUMBER;
}

bool ir_holds(const Tree *tree, Ref ref)
{
    return !tree->is_in_body || !tree->is_stale || !REF_IS_INS(ref) || ref >= tree->loop_end || !tree->is_stale[ref];
}

bool ir_is_visible(const Tree *tree, Ref ref)
{
    if (REF_IS_INS(ref) && ref < tree->bridge_first) return tree->is_live[ref];
    return ir_holds(tree, ref);
}

bool ir_sees_operands(const Tree *tree, Ref ref)
{
    const Ins *ins = &tree->ins[ref];
    for (const char *p = ir_op_info[ins->op].operands; *p; p++) {
        Ref operand = *p == 'a' ? ins->a : *p == 'b' ? ins->b : *p == 'c' ? ins->c : REF_NONE;
        if (!ir_is_visible(tree, operand)) return false;
    }
    return true;
}

int ir_args(Tree *tree, const Ref *refs, int count)
{
    int first = tree->args_count;
    for (int i = 0; i < count; i++) {
        Ref *place = VECTOR_ADD(tree, args);
        *place = refs[i];
    }
    return first;
}

/* --- effects --- */

uint32_t ir_effects(const Tree *tree, const Ins *ins)
{
    switch ((IrOp)ins->op) {
    case IR_CALL: return helper_info[ins->b].effects;
    case IR_FSTORE:
    case IR_ASTORE:
    case IR_BSTORE: return ALIAS_BIT(ins->aux);
    case IR_SLOTCLR:
    case IR_SLOTSET: return ALIAS_BIT(ALIAS_FRAME);
    case IR_DECREF: return (ins->aux & 6) ? 0 : ALIAS_ALL;
    default: return 0;
    }
}

bool ir_may_run_python(const Tree *tree, const Ins *ins)
{
    return ir_effects(tree, ins) == ALIAS_ALL;
}

void ir_visit_refs(Tree *tree, Ins *ins, RefVisitor visit, void *context)
{
    for (const char *p = ir_op_info[ins->op].operands; *p; p++) {
        switch (*p) {
        case 'a': visit(context, &ins->a); break;
        case 'b': visit(context, &ins->b); break;
        case 'c': visit(context, &ins->c); break;
        case 'A':
        case 'V':
            for (int i = 0; i < ins->aux; i++) visit(context, &tree->args[ins->a + i]);
            break;
        default: break;
        }
    }
}

/* --- appending --- */

static void note_clobber(Tree *tree, const Ins *ins, Ref ref)
{
    bool is_store = ir_op_info[ins->op].kind == KIND_STORE; /* opt_cse.c looks at stores one by one */
    uint32_t effects = is_store ? 0 : ir_effects(tree, ins);
    for (int class = 1; effects >> class; class ++) {
        if (effects & ALIAS_BIT(class)) tree->clobber[class] = ref;
    }
}

Ref ir_append(Tree *tree, Ins ins)
{
    Ref ref = tree->ins_count;
    Ins *place = VECTOR_ADD(tree, ins);
    *place = ins;
    if (tree->chain_capacity < tree->ins_capacity) {
        void *chain = raw_realloc(tree->chain, (size_t)tree->ins_capacity * sizeof *tree->chain);
        if (!chain) longjmp(ir_no_memory, 1);
        tree->chain = chain;
        tree->chain_capacity = tree->ins_capacity;
    }
    tree->chain[ref] = tree->chain_head[ins.op];
    tree->chain_head[ins.op] = ref;
    note_clobber(tree, &ins, ref);
    return ref;
}

Ref ir_emit(Tree *tree, Ins ins)
{
    Ref folded = ir_fold(tree, &ins);
    if (folded != FOLD_NONE) return folded;
    ir_drop_overflow(tree, &ins);
    IrKind kind = ir_op_info[ins.op].kind;
    if (kind == KIND_PURE || kind == KIND_LOAD || kind == KIND_GUARD) {
        Ref same = ir_cse(tree, &ins);
        if (same != FOLD_NONE) return same;
    }
    return ir_append(tree, ins);
}

static void mark_live(Tree *tree, int snapshot)
{
    Ref live[SNAP_LIVE_MAX];
    raw_free(tree->is_live);
    tree->is_live = raw_calloc((size_t)tree->ins_count + 1, 1);
    if (!tree->is_live) longjmp(ir_no_memory, 1);
    tree->bridge_first = tree->ins_count;
    for (int i = snapshot_live(tree, snapshot, live); i-- > 0;) tree->is_live[live[i]] = true;
}

void ir_rewind(Tree *tree, int snapshot)
{
    mark_live(tree, snapshot);
    /* the path, outermost segment last */
    struct {
        int segment, end;
    } path[256];
    int depth = 0;
    int segment = tree->snapshots[snapshot].segment, end = tree->snapshots[snapshot].at;
    while (depth < 256) {
        path[depth].segment = segment;
        path[depth++].end = end;
        int parent = tree->segments[segment].parent_snapshot;
        if (parent < 0) break;
        segment = tree->snapshots[parent].segment;
        end = tree->snapshots[parent].at;
    }
    for (int i = 0; i < IR_OP_COUNT; i++) tree->chain_head[i] = -1;
    for (int i = 0; i < ALIAS_COUNT; i++) tree->clobber[i] = -1;
    tree->is_in_body = false;
    while (depth-- > 0) {
        const Segment *s = &tree->segments[path[depth].segment];
        for (Ref ref = s->first; ref < path[depth].end; ref++) {
            tree->chain_head[tree->ins[ref].op] = ref;
            if (tree->ins[ref].op == IR_LOOP) tree->is_in_body = true;
            note_clobber(tree, &tree->ins[ref], ref);
        }
    }
}

/* --- snapshots --- */

typedef struct LiveSet {
    Ref *refs;
    int count;
} LiveSet;

static void live_add(LiveSet *set, Ref ref)
{
    if (!REF_IS_INS(ref) || set->count == SNAP_LIVE_MAX) return;
    for (int i = 0; i < set->count; i++) {
        if (set->refs[i] == ref) return;
    }
    set->refs[set->count++] = ref;
}

static void live_add_value(const Tree *tree, LiveSet *set, Ref ref)
{
    if (!REF_IS_VIRTUAL(ref)) {
        live_add(set, ref);
        return;
    }
    const Virtual *v = &tree->virtuals[ref - REF_VIRTUAL];
    for (int i = 0; i < v->count; i++) live_add_value(tree, set, tree->fields[v->first + i].ref);
}

int snapshot_live(const Tree *tree, int snapshot, Ref *refs)
{
    LiveSet set = {refs, 0};
    const Snapshot *s = &tree->snapshots[snapshot];
    for (int i = 0; i < s->entry_count; i++) live_add_value(tree, &set, tree->entries[s->first_entry + i].ref);
    for (int i = 0; i < s->frame_count; i++) live_add(&set, tree->frames[s->first_frame + i].function);
    return set.count;
}

bool snapshot_fits(const Tree *tree, int snapshot)
{
    Ref refs[SNAP_LIVE_MAX];
    return tree->ins_count < SNAP_LIVE_MAX || snapshot_live(tree, snapshot, refs) < SNAP_LIVE_MAX;
}

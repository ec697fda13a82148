/* opt_cse.c: finds an equal earlier instruction on the path: common subexpressions, guards that are already known to
 * hold, and values that memory is known to have (load-load and store-load forwarding).
 *
 * A load may be answered by an earlier load of the same place, or by a store to it, if nothing between them can have
 * written the place. What may write it: calls and releases (tree->clobber of the class), and stores of the same class
 * that may mean the same place: two field stores with different offsets never do; with different bases they may.
 *
 * Across LOOP this stays right: the body is a copy of the first iteration, so a store that stands anywhere in the loop
 * stands, in one of the two copies, between the first iteration's load and the body's (see opt_loop.c).
 */
#include "jit/helpers.h"

static bool is_equal(const Ins *a, const Ins *b)
{
    const char *operands = ir_op_info[a->op].operands;
    if (a->op != b->op || a->type != b->type) return false;
    for (const char *p = operands; *p; p++) {
        switch (*p) {
        case 'a':
        case 'k':
            if (a->a != b->a) return false;
            break;
        case 'b':
            if (a->b != b->b) return false;
            break;
        case 'c':
        case 'n':
            if (a->c != b->c) return false;
            break;
        case 'x':
            if (a->aux != b->aux) return false;
            break;
        default: break;
        }
    }
    return true;
}

static Ref find_equal(const Tree *tree, const Ins *ins, Ref limit)
{
    for (Ref ref = tree->chain_head[ins->op]; ref > limit; ref = tree->chain[ref]) {
        if (!is_equal(&tree->ins[ref], ins)) continue;
        if (ins->type == IR_NIL ? ir_holds(tree, ref) : ir_is_visible(tree, ref)) return ref;
    }
    return FOLD_NONE;
}

static Ref find_equal_call(const Tree *tree, const Ins *ins, Ref limit)
{
    for (Ref ref = tree->chain_head[ins->op]; ref > limit; ref = tree->chain[ref]) {
        const Ins *old = &tree->ins[ref];
        if (old->op != ins->op || old->b != ins->b || old->aux != ins->aux || !ir_is_visible(tree, ref)) continue;
        if (memcmp(&tree->args[old->a], &tree->args[ins->a], ins->aux * sizeof(Ref)) == 0) return ref;
    }
    return FOLD_NONE;
}

/* The last instruction that may have changed what the helper reads. (Nothing is stored inline into these classes, so
 * that `clobber` knows all.) */
static Ref last_write(const Tree *tree, const Ins *ins)
{
    uint32_t reads = helper_info[ins->b].effects;
    Ref last = -1;
    for (int class = 1; reads >> class; class ++) {
        if (reads & ALIAS_BIT(class)) last = MAX(last, tree->clobber[class]);
    }
    return last;
}

/* Two array indices that are certainly different. */
static bool indices_differ(const Tree *tree, Ref i, Ref j)
{
    return ir_is_number(tree, i) && ir_is_number(tree, j) && i != j;
}

/* The last store of the other form (field, element) into the class: it may mean any place. */
static Ref last_store(const Tree *tree, IrOp op, int class)
{
    for (Ref ref = tree->chain_head[op]; ref >= 0; ref = tree->chain[ref]) {
        if (tree->ins[ref].op == op && tree->ins[ref].aux == class) return ref;
    }
    return -1;
}

/* A value that the first iteration stored is what memory has in the body only if the loop carries it. */
static bool is_forwarded(const Tree *tree, Ref stored, const Ins *load)
{
    return ir_is_visible(tree, stored) && ir_type(tree, stored) == (IrType)load->type;
}

/* A guard says that they are different objects (generators: record_generator.c). */
static bool are_different(const Tree *tree, Ref a, Ref b)
{
    for (Ref ref = tree->chain_head[IR_GISNOT]; ref >= 0; ref = tree->chain[ref]) {
        const Ins *ins = &tree->ins[ref];
        if (ins->op == IR_GISNOT && ((ins->a == a && ins->b == b) || (ins->a == b && ins->b == a))) return true;
    }
    return false;
}

static Ref find_load(const Tree *tree, const Ins *load)
{
    Ref limit = load->aux == ALIAS_CONST ? -1 : tree->clobber[load->aux];
    bool is_array = load->op == IR_ALOAD || load->op == IR_BLOAD;
    IrOp store_op = load->op == IR_ALOAD ? IR_ASTORE : is_array ? IR_BSTORE : IR_FSTORE;
    if (load->aux != ALIAS_CONST) limit = MAX(limit, last_store(tree, is_array ? IR_FSTORE : IR_ASTORE, load->aux));
    for (Ref ref = tree->chain_head[store_op]; ref > limit; ref = tree->chain[ref]) {
        const Ins *store = &tree->ins[ref];
        if (store->op != store_op || store->aux != load->aux) continue;
        if (is_array) {
            if (store->a == load->a && indices_differ(tree, store->b, load->b)) continue;
            if (store->a == load->a && store->b == load->b && store_op == IR_ASTORE &&
                is_forwarded(tree, store->c, load)) {
                return store->c;
            }
        } else {
            if (store->c != load->c) continue;
            if (store->a == load->a && is_forwarded(tree, store->b, load)) {
                return store->b;
            }
            if (load->aux == ALIAS_GENERATOR && store->a != load->a && are_different(tree, store->a, load->a)) continue;
        }
        limit = ref; /* may be the same place: older knowledge is void */
        break;
    }
    return find_equal(tree, load, limit);
}

/* A guard on the value of the same instruction that excludes or implies this one. */
static Ref find_implied(const Tree *tree, const Ins *ins)
{
    IrOp opposite = ins->op == IR_GTRUE ? IR_GFALSE : IR_GTRUE;
    for (Ref ref = tree->chain_head[opposite]; ref >= 0; ref = tree->chain[ref]) {
        const Ins *old = &tree->ins[ref];
        if (old->op == opposite && old->a == ins->a && ir_holds(tree, ref)) return FOLD_FAILS;
    }
    return FOLD_NONE;
}

Ref ir_cse(Tree *tree, const Ins *ins)
{
    IrKind kind = ir_op_info[ins->op].kind;
    if (ins->op == IR_CALLP) return find_equal_call(tree, ins, -1);
    if (ins->op == IR_CALLR) return find_equal_call(tree, ins, last_write(tree, ins));
    if (kind == KIND_LOAD) return find_load(tree, ins);
    Ref same = find_equal(tree, ins, -1);
    if (same != FOLD_NONE) return ins->type == IR_NIL ? FOLD_DROP : same;
    if (ins->op == IR_GTRUE || ins->op == IR_GFALSE) return find_implied(tree, ins);
    return FOLD_NONE;
}

/* opt_range.c: sums and products that cannot overflow.
 *
 * The textbook propagates intervals over the control-flow graph. A path is straight, so what is known of a value is
 * what its instruction says and what the guards before have compared: `while i < n: i += 1` never leaves 62 bits, for
 * something is larger than i; neither does `(a * b) % m` once a and b are remainders.
 *
 * Loops: in the body, a value L of the first iteration means what its copy R was in the round before (opt_loop.c). An
 * interval holds for L then, too: it comes from L's operation and from guards on the path, and the body repeats both
 * for R. Of entries nothing is known but what was guarded. */
#include "jit/ir.h"
#include "objects/object.h"

typedef struct Range {
    int64_t low, high;
} Range;

enum { DEPTH_MAX = 2 }; /* operands of operands: a deep sum would look at every guard for each of its terms */

static const Range all_ints = {SMALL_INT_MIN, SMALL_INT_MAX};
static const int64_t LENGTH_LIMIT = INT64_C(1) << 57; /* of anything that has an index: addresses have 57 bits */

static bool constant(const Tree *tree, Ref ref, int64_t *n)
{
    if (!ir_is_number(tree, ref)) return false;
    *n = (int64_t)ir_constant(tree, ref)->bits;
    return true;
}

static void narrow(Range *range, int64_t low, int64_t high)
{
    range->low = MAX(range->low, low);
    range->high = MIN(range->high, high);
}

/* `smaller` < `larger` (or <= with `gap` 0), and one of them is the ref. */
static void compared(const Tree *tree, Ref smaller, Ref larger, int gap, Ref ref, Range *range)
{
    int64_t n;
    if (smaller == ref) narrow(range, SMALL_INT_MIN, (constant(tree, larger, &n) ? n : SMALL_INT_MAX) - gap);
    if (larger == ref) narrow(range, (constant(tree, smaller, &n) ? n : SMALL_INT_MIN) + gap, SMALL_INT_MAX);
}

/* What guards of the op, GTRUE or GFALSE, say about the ref: they stand behind it. */
static void apply_comparisons(const Tree *tree, IrOp op, Ref ref, Range *range)
{
    for (Ref at = tree->chain_head[op]; at > ref; at = tree->chain[at]) {
        const Ins *guard = &tree->ins[at];
        if (!REF_IS_INS(guard->a) || !ir_holds(tree, at)) continue;
        const Ins *test = &tree->ins[guard->a];
        if (test->op != IR_ILT && test->op != IR_ILE) continue;
        int gap = test->op == IR_ILT;
        if (op == IR_GTRUE)
            compared(tree, test->a, test->b, gap, ref, range);
        else
            compared(tree, test->b, test->a, !gap, ref, range);
    }
}

static void apply_guards(const Tree *tree, Ref ref, Range *range)
{
    for (Ref at = tree->chain_head[IR_ABC]; at > ref; at = tree->chain[at]) {
        int64_t limit = LENGTH_LIMIT;
        if (tree->ins[at].a != ref || !ir_holds(tree, at)) continue;
        constant(tree, tree->ins[at].b, &limit);
        narrow(range, 0, limit - 1);
    }
    apply_comparisons(tree, IR_GTRUE, ref, range);
    apply_comparisons(tree, IR_GFALSE, ref, range);
}

static int64_t clipped(__int128 n)
{
    return (int64_t)MAX(MIN(n, SMALL_INT_MAX), SMALL_INT_MIN);
}

/* Of op applied to operands in these ranges, before it is clipped. */
static bool combine(IrOp op, Range a, Range b, __int128 *low, __int128 *high)
{
    switch (op) {
    case IR_ADD:
    case IR_ADDOV:
        *low = (__int128)a.low + b.low;
        *high = (__int128)a.high + b.high;
        return true;
    case IR_SUB:
    case IR_SUBOV:
        *low = (__int128)a.low - b.high;
        *high = (__int128)a.high - b.low;
        return true;
    case IR_MUL:
    case IR_MULOV: {
        __int128 p = (__int128)a.low * b.low, q = (__int128)a.low * b.high;
        __int128 r = (__int128)a.high * b.low, s = (__int128)a.high * b.high;
        *low = MIN(MIN(p, q), MIN(r, s));
        *high = MAX(MAX(p, q), MAX(r, s));
        return true;
    }
    default: return false;
    }
}

static Range range_of(const Tree *tree, Ref ref, int depth);

/* What the operation alone says. */
static Range range_of_result(const Tree *tree, const Ins *ins, int depth)
{
    int64_t n;
    __int128 low, high;
    switch ((IrOp)ins->op) {
    case IR_B2I: return (Range){0, 1};
    case IR_BLOAD: return (Range){0, 255};
    case IR_AND: return constant(tree, ins->b, &n) && n >= 0 ? (Range){0, n} : all_ints;
    case IR_IMOD: return constant(tree, ins->b, &n) && n > 0 ? (Range){0, n - 1} : all_ints;
    case IR_SHR: {
        if (!constant(tree, ins->b, &n) || n < 0) return all_ints;
        Range a = range_of(tree, ins->a, depth + 1);
        n = MIN(n, 62);
        return (Range){a.low >> n, a.high >> n};
    }
    case IR_ADD:
    case IR_ADDOV:
    case IR_SUB:
    case IR_SUBOV:
    case IR_MUL:
    case IR_MULOV:
        if (!combine(ins->op, range_of(tree, ins->a, depth + 1), range_of(tree, ins->b, depth + 1), &low, &high)) break;
        return (Range){clipped(low), clipped(high)};
    default: break;
    }
    return all_ints;
}

static Range range_of(const Tree *tree, Ref ref, int depth)
{
    int64_t n;
    if (constant(tree, ref, &n)) return (Range){n, n};
    if (!REF_IS_INS(ref) || depth > DEPTH_MAX) return all_ints;
    Range range = range_of_result(tree, &tree->ins[ref], depth);
    apply_guards(tree, ref, &range);
    return range;
}

void ir_drop_overflow(const Tree *tree, Ins *ins)
{
    static const uint8_t plain[IR_OP_COUNT] = {[IR_ADDOV] = IR_ADD, [IR_SUBOV] = IR_SUB, [IR_MULOV] = IR_MUL};
    if (!plain[ins->op]) return;
    __int128 low, high;
    if (!combine(ins->op, range_of(tree, ins->a, 0), range_of(tree, ins->b, 0), &low, &high)) return;
    if (low < SMALL_INT_MIN || high > SMALL_INT_MAX) return;
    ins->op = plain[ins->op];
    ins->c = 0;
}

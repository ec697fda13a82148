/* irexec.c: a slow, plain executor of the IR: what --jit=exec runs instead of machine code, and the oracle for
 * recorder, passes and emitter. It follows the segments exactly as emit_gcc.c lays them out: JHEAD assigns the entries,
 * the end of the body assigns the PHIs, an exit with a bridge goes on in the bridge. INT values are plain int64_t here,
 * and n << 2 in the exit values, as native code has them. */
#include <math.h>
#include <stdlib.h>

#include "jit/helpers.h"
#include "jit/runtime.h"
#include "objects/slice.h"

typedef union Cell64 {
    int64_t i;
    uint64_t u;
    double f;
} Cell64;

typedef struct Machine {
    JitTree *tree;
    const Tree *ir;
    Value *slots;
    Cell64 *values;           /* of each instruction */
    Ref at;                   /* next instruction */
    int exit;                 /* >= 0: left */
    bool jumped;              /* the last instruction went into a bridge: one may begin right where the root ends */
    NULLABLE JitTree *linked; /* gone on in another tree */
    int known;                /* instructions when it began: a bridge that is newer is not followed */
} Machine;

static Cell64 get(const Machine *m, Ref ref)
{
    if (ref >= 0) return ref < m->known ? m->values[ref] : (Cell64){0}; /* a plain number in the field of a Ref */
    if (!REF_IS_CONST(ref)) return (Cell64){0};
    return (Cell64){.u = m->ir->constants[~ref].bits};
}

static int64_t geti(const Machine *m, Ref ref)
{
    return get(m, ref).i;
}
static double getf(const Machine *m, Ref ref)
{
    return get(m, ref).f;
}
static Value getv(const Machine *m, Ref ref)
{
    return (Value){get(m, ref).u};
}

static void leave(Machine *m, int snapshot)
{
    int bridge = m->ir->snapshots[snapshot].bridge;
    int end = bridge >= 0 ? m->ir->segments[bridge].end : 0;
    if (end > 0 && end <= m->known) {
        m->at = m->ir->segments[bridge].first;
        m->jumped = true;
    } else {
        m->exit = snapshot;
    }
}

static void require(Machine *m, bool holds, int snapshot)
{
    if (!holds) leave(m, snapshot);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

/* --- calls: words in integer registers and doubles in vector registers, whatever their order --- */

typedef uint64_t (*WordCall)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double, double);
typedef double (*FloatCall)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double, double);

static Cell64 call(const Machine *m, const Ins *ins)
{
    uint64_t words[6] = {0};
    double floats[2] = {0};
    int word_count = 0, float_count = 0;
    for (int i = 0; i < ins->aux; i++) {
        Ref arg = m->ir->args[ins->a + i];
        if (ir_type(m->ir, arg) == IR_FLOAT)
            floats[float_count++ & 1] = getf(m, arg);
        else
            words[word_count++ % 6] = get(m, arg).u;
    }
    void *function = helper_addresses[ins->b];
    Cell64 result = {0};
    if (helper_info[ins->b].type == IR_FLOAT) {
        result.f =
            ((FloatCall)function)(words[0], words[1], words[2], words[3], words[4], words[5], floats[0], floats[1]);
    } else {
        result.u =
            ((WordCall)function)(words[0], words[1], words[2], words[3], words[4], words[5], floats[0], floats[1]);
    }
    return result;
}

/* --- entries --- */

static bool unshared(Value v, uint64_t type)
{
    return value_is_object(v) && (uint64_t)value_as_object(v)->type == type && value_as_object(v)->refcount == 1;
}

static bool enter(Machine *m, Ref ref)
{
    const Ins *ins = &m->ir->ins[ref];
    Value v = m->slots[ins->a];
    Cell64 *out = &m->values[ref];
    switch ((EntryKind)ins->aux) {
    case ENTRY_VAL: out->u = v.bits; return true;
    case ENTRY_INT: out->i = value_as_small_int(v); return value_is_small_int(v);
    case ENTRY_FLT: out->f = value_as_immediate_float(v); return value_is_immediate_float(v);
    default: break;
    }
    if (!unshared(v, get(m, ins->b).u)) return false;
    out->i = *(int64_t *)((char *)value_as_object(v) + ins->c);
    if (ins->aux == ENTRY_RANGE_NEXT) return llabs(out->i) < INT64_C(1) << 60;
    if (ins->aux == ENTRY_RANGE_REMAINING) return llabs(out->i) < INT64_C(1) << 30;
    if (ins->aux == ENTRY_RANGE_STEP) return llabs(out->i) < INT64_C(1) << 29;
    return ins->aux != ENTRY_LIST_SEQUENCE || out->u != 0;
}

/* --- jumps: all sources are read before any target is written --- */

static void assign_all(Machine *m, IrOp target_op, const Ref *sources, int count)
{
    Cell64 taken[CARRIED_MAX];
    for (int i = 0; i < count; i++) taken[i] = get(m, sources[i]);
    const Segment *root = &m->ir->segments[0];
    int n = 0;
    for (Ref ref = root->first; ref < root->end && n < count; ref++) {
        const Ins *ins = &m->ir->ins[ref];
        if (ins->op != target_op) continue;
        m->values[target_op == IR_PHI ? ins->a : ref] = taken[n++];
    }
}

static void loop_back(Machine *m)
{
    Ref rights[CARRIED_MAX];
    int count = 0;
    const Segment *root = &m->ir->segments[0];
    for (Ref ref = root->first; ref < root->end; ref++) {
        if (m->ir->ins[ref].op == IR_PHI) rights[count++] = m->ir->ins[ref].b;
    }
    assign_all(m, IR_PHI, rights, count);
    m->at = root->loop + 1;
}

/* --- families --- */

static bool execute_guard(Machine *m, const Ins *ins)
{
    Value v = getv(m, ins->a);
    int64_t a = geti(m, ins->a);
    switch ((IrOp)ins->op) {
    case IR_GINT: require(m, value_is_small_int(v), ins->c); return true;
    case IR_GFLT: require(m, value_is_immediate_float(v), ins->c); return true;
    case IR_GBOOL: require(m, value_is_bool(v), ins->c); return true;
    case IR_GHEAP: require(m, value_is_object_or_null(v), ins->c); return true;
    case IR_GOBJ:
        require(m, value_is_object(v) && (uint64_t)value_as_object(v)->type == get(m, ins->b).u, ins->c);
        return true;
    case IR_GIS: require(m, get(m, ins->a).u == get(m, ins->b).u, ins->c); return true;
    case IR_GISNOT: require(m, get(m, ins->a).u != get(m, ins->b).u, ins->c); return true;
    case IR_GTRUE:
    case IR_GCALL: require(m, a != 0, ins->c); return true;
    case IR_GFALSE: require(m, a == 0, ins->c); return true;
    case IR_GSTAT: require(m, a >= 0, ins->c); return true;
    case IR_ABC: require(m, a >= 0 && a < geti(m, ins->b), ins->c); return true;
    case IR_GRANGE: require(m, small_int_fits(a), ins->c); return true;
    case IR_GSHARED: require(m, !value_is_object(v) || value_as_object(v)->refcount > 1, ins->c); return true;
    case IR_GREF1: require(m, value_as_object(v)->refcount == 1, ins->c); return true;
    case IR_SAFEPOINT: require(m, eval_breaker == 0, ins->c); return true;
    default: return false;
    }
}

static bool execute_int(Machine *m, const Ins *ins, Cell64 *out)
{
    int64_t a = geti(m, ins->a), b = geti(m, ins->b);
    __int128 wide;
    switch ((IrOp)ins->op) {
    case IR_ADDOV: wide = (__int128)a + b; break;
    case IR_SUBOV: wide = (__int128)a - b; break;
    case IR_MULOV: wide = (__int128)a * b; break;
    case IR_SHLOV: wide = b >= 0 && b <= 61 ? (__int128)a << b : (__int128)1 << 100; break;
    case IR_ADD:
    case IR_WADD: out->i = a + b; return true;
    case IR_SUB:
    case IR_WSUB: out->i = a - b; return true;
    case IR_MUL: out->i = a * b; return true;
    case IR_IDIV: out->i = floor_divide(a, b); return true;
    case IR_IMOD: out->i = b == -1 ? 0 : a - floor_divide(a, b) * b; return true;
    case IR_AND:
    case IR_WAND: out->i = a & b; return true;
    case IR_OR:
    case IR_WOR: out->i = a | b; return true;
    case IR_XOR: out->i = a ^ b; return true;
    case IR_SHR: out->i = a >> MIN(b, 62); return true;
    case IR_WSHR: out->i = a >> b; return true;
    case IR_IMIN: out->i = b < a ? b : a; return true;
    case IR_IMAX: out->i = b > a ? b : a; return true;
    case IR_ILT:
    case IR_WLT: out->i = a < b; return true;
    case IR_ILE: out->i = a <= b; return true;
    case IR_IEQ:
    case IR_WEQ: out->i = a == b; return true;
    case IR_INE:
    case IR_WNE: out->i = a != b; return true;
    default: return false;
    }
    require(m, wide >= SMALL_INT_MIN && wide <= SMALL_INT_MAX, ins->c);
    out->i = (int64_t)wide;
    return true;
}

static bool execute_float(Machine *m, const Ins *ins, Cell64 *out)
{
    double a = getf(m, ins->a), b = getf(m, ins->b);
    switch ((IrOp)ins->op) {
    case IR_FADD: out->f = a + b; return true;
    case IR_FSUB: out->f = a - b; return true;
    case IR_FMUL: out->f = a * b; return true;
    case IR_FDIV: out->f = a / b; return true;
    case IR_FMIN: out->f = b < a ? b : a; return true;
    case IR_FMAX: out->f = b > a ? b : a; return true;
    case IR_FLT: out->i = a < b; return true;
    case IR_FLE: out->i = a <= b; return true;
    case IR_FEQ: out->i = a == b; return true;
    case IR_FNE: out->i = a != b; return true;
    default: return false;
    }
}

static bool execute_unary(Machine *m, const Ins *ins, Cell64 *out)
{
    Cell64 a = get(m, ins->a);
    switch ((IrOp)ins->op) {
    case IR_UNTAGI: out->i = value_as_small_int((Value){a.u}); return true;
    case IR_TAGI: out->u = value_from_small_int(a.i).bits; return true;
    case IR_UNTAGF: out->f = value_as_immediate_float((Value){a.u}); return true;
    case IR_TAGF: {
        Value v = value_try_float(a.f);
        require(m, value_is_immediate_float(v), ins->c);
        out->u = v.bits;
        return true;
    }
    case IR_KIND: out->u = value_kind((Value){a.u}); return true;
    case IR_TAGB: out->u = value_from_bool(a.i).bits; return true;
    case IR_UNTAGB: out->i = a.u == VALUE_TRUE.bits; return true;
    case IR_I2F: out->f = (double)a.i; return true;
    case IR_W2I:
    case IR_I2W:
    case IR_B2I: out->i = a.i; return true;
    case IR_FNEG: out->f = -a.f; return true;
    case IR_FABS: out->f = fabs(a.f); return true;
    case IR_FSQRT: out->f = sqrt(a.f); return true;
    case IR_BNOT: out->i = !a.i; return true;
    case IR_F2I:
        require(m, a.f < 0x1p61 && a.f >= -0x1p61, ins->c);
        out->i = m->exit < 0 && a.f < 0x1p61 && a.f >= -0x1p61 ? (int64_t)a.f : 0;
        return true;
    default: return false;
    }
}

static bool execute_memory(Machine *m, const Ins *ins, Cell64 *out)
{
    /* In integers: what is no instruction of memory has anything in its first operand. */
    uintptr_t address = strchr(ir_op_info[ins->op].operands, 'a') ? get(m, ins->a).u : 0;
    void *base = (void *)address, *field = (void *)(address + (uintptr_t)ins->c);
    switch ((IrOp)ins->op) {
    case IR_FLOAD: out->u = *(uint64_t *)field; return true;
    case IR_FLOAD32: out->u = *(uint32_t *)field; return true;
    case IR_FLOAD8: out->u = *(uint8_t *)field; return true;
    case IR_ALOAD: out->u = ((uint64_t *)base)[geti(m, ins->b)]; return true;
    case IR_BLOAD: out->u = ((uint8_t *)base)[geti(m, ins->b)]; return true;
    case IR_FSTORE: *(uint64_t *)field = get(m, ins->b).u; return true;
    case IR_ASTORE: ((uint64_t *)base)[geti(m, ins->b)] = get(m, ins->c).u; return true;
    case IR_BSTORE: ((uint8_t *)base)[geti(m, ins->b)] = (uint8_t)geti(m, ins->c); return true;
    case IR_SLOAD: out->u = m->slots[ins->a].bits; return true;
    case IR_SLOTCLR: m->slots[ins->a] = VALUE_NULL; return true;
    case IR_SLOTSET: m->slots[ins->a] = getv(m, ins->b); return true;
    case IR_SETIP: CONTAINER_OF(m->slots, Frame, localsplus)->ip = (Unit *)(uintptr_t)get(m, ins->b).u; return true;
    default: return false;
    }
}

static void execute(Machine *m)
{
    Ref ref = m->at++;
    const Ins *ins = &m->ir->ins[ref];
    Cell64 out = {0};
    switch ((IrOp)ins->op) {
    case IR_NOP:
    case IR_ENTRY:
    case IR_LOOP: return;
    case IR_PHI: loop_back(m); return; /* the first PHI stands behind the body */
    case IR_JHEAD:
        assign_all(m, IR_ENTRY, m->ir->args + ins->a, ins->aux);
        m->at = 0;
        return;
    case IR_LINK:
        m->linked = ((Link *)(uintptr_t)get(m, ins->b).u)->tree;
        if (m->linked)
            CONTAINER_OF(m->slots, Frame, localsplus)->sp = m->slots + ins->a;
        else
            leave(m, ins->c);
        return;
    case IR_EXIT: leave(m, ins->c); return;
    case IR_INCREF: value_incref(getv(m, ins->a)); return;
    case IR_DECREF: value_decref(getv(m, ins->a)); return;
    case IR_CALL:
    case IR_CALLP:
    case IR_CALLR: m->values[ref] = call(m, ins); return;
    default: break;
    }
    const char *operands = ir_op_info[ins->op].operands;
    bool two = operands[0] == 'a' && operands[1] == 'b';
    bool floats = two && ir_type(m->ir, ins->a) == IR_FLOAT;
    if (execute_guard(m, ins)) return;
    bool done = execute_memory(m, ins, &out) || (floats && execute_float(m, ins, &out)) ||
                (two && !floats && execute_int(m, ins, &out)) || (!two && execute_unary(m, ins, &out));
    assert(done);
    (void)done;
    m->values[ref] = out;
}

int64_t ir_execute(JitTree *tree, void *slots, ExitBuffer *out)
{
    const Tree *ir = &tree->ir;
    /* The tree may grow (a bridge recorded further in) while this runs: its vectors are read through tree->ir always.
     */
    Machine m = {.tree = tree, .ir = ir, .slots = slots, .exit = -1, .known = ir->ins_count};
    m.values = raw_calloc((size_t)ir->ins_count + 1, sizeof *m.values);
    if (!m.values) return 0;
    const Segment *root = &ir->segments[0];
    for (Ref ref = root->first; ref < root->end && m.exit < 0; ref++) {
        if (ir->ins[ref].op == IR_ENTRY && !enter(&m, ref)) m.exit = 0;
    }
    bool has_phis = false;
    for (Ref ref = root->first; ref < root->end; ref++) has_phis |= ir->ins[ref].op == IR_PHI;
    while (m.exit < 0 && !m.linked) {
        m.jumped = false;
        execute(&m);
        if (!has_phis && !m.jumped && m.at == ir->segments[0].end && ir->segments[0].loop >= 0) loop_back(&m);
    }
    if (m.linked) {
        raw_free(m.values);
        out->tree = m.linked;
        return ir_execute(m.linked, slots, out);
    }
    int64_t exit = m.exit;
    Ref live[SNAP_LIVE_MAX];
    int count = snapshot_live(ir, (int)exit, live);
    for (int i = 0; i < count; i++) {
        Cell64 v = m.values[live[i]];
        out->values[i] = ir_type(ir, live[i]) == IR_INT ? (uint64_t)v.i << 2 : v.u;
    }
    raw_free(m.values);
    return exit;
}

/* emit_gcc.c: a tree of traces becomes one C-like function, which GCC compiles to assembler.
 *
 *   entry:     load and check the entries                     (a mismatch leaves through snapshot 0)
 *   head:      first iteration        <--- bridges that end in JHEAD assign the entries and come here
 *   body:      loop body              <--- its own end assigns the PHIs and comes here
 *   bridge k:  the code of segment k  <--- where the exit block of its snapshot would be
 *   exit s:    store the live values of snapshot s; return s       (emit_exits.c)
 *
 * A part (RequestHeader.first_segment) has no entry, head and body, only bridges:
 *
 *   entry:     to the segment of the exit that is continued, with its values loaded
 *   JHEAD      stores what the head's entries read, and returns
 *
 * Every IR value is one local variable of the function, assigned where the instruction stands; an ENTRY and the left
 * side of a PHI are assigned again on the jumps back. GCC makes SSA of that by itself, and, as bridges are part of the
 * same function, it sees the paths and their merges.
 *
 * INT values are kept as n << 2: then overflow of the machine word is overflow of the 62-bit int, tagging is "+ 1", an
 * index is half of an 8-byte offset, and comparisons, + - & | ^ work on them as they are.
 */
#include <stdio.h>
#include <stdlib.h>

#include "jit/worker/emit_internal.h"

/* --- values --- */

IrType type_of_ref(Emitter *e, Ref ref)
{
    return ref < 0 ? e->r->constants[~ref].type : e->r->ins[ref].type;
}

gcc_jit_type *gcc_type(Emitter *e, IrType type)
{
    return type == IR_FLOAT ? e->f64 : e->i64;
}

static RV *constant(Emitter *e, Ref ref)
{
    const RequestConst *c = &e->r->constants[~ref];
    if (c->kind != CONST_NUMBER) return table_entry(e, TABLE_CONSTANTS + ~ref);
    if (c->type == IR_FLOAT) {
        double d;
        memcpy(&d, &c->bits, sizeof d);
        if (d != d || d - d != 0 || (d == 0 && c->bits)) return bitcast(e, word(e, (int64_t)c->bits), e->f64);
        return gcc_jit_context_new_rvalue_from_double(e->ctx, e->f64, d);
    }
    int64_t n = (int64_t)c->bits;
    return word(e, c->type == IR_INT ? (int64_t)((uint64_t)n << 2) : n);
}

RV *value(Emitter *e, Ref ref)
{
    if (ref < 0) return constant(e, ref);
    if (!e->values[ref]) {
        static char text[64];
        snprintf(text, sizeof text, "use of value %d, which is not there", ref);
        e->problem = text;
        return word(e, 0);
    }
    return rv(e->values[ref]);
}

static LV *variable(Emitter *e, Ref ref)
{
    if (!e->values[ref]) {
        char name[16];
        snprintf(name, sizeof name, "v%d", ref);
        e->values[ref] = gcc_jit_function_new_local(e->fn, NULL, gcc_type(e, e->r->ins[ref].type), name);
    }
    return e->values[ref];
}

void define(Emitter *e, Ref ref, RV *v)
{
    assign(e, variable(e, ref), v);
}

static void define_bool(Emitter *e, Ref ref, RV *condition)
{
    define(e, ref, cast(e, condition, e->i64));
}

/* --- exits --- */

static Block *exit_block(Emitter *e, int snapshot)
{
    int bridge = e->r->snapshots[snapshot].bridge;
    if (bridge >= 0) return e->segments[bridge];
    if (!e->exits[snapshot]) {
        e->exits[snapshot] = new_block(e);
        e->exit_queue[e->exit_queue_count++] = snapshot;
    }
    return e->exits[snapshot];
}

/* Goes on when the condition holds, else leaves through the snapshot. */
void guard(Emitter *e, RV *condition, int snapshot)
{
    Block *next = new_block(e);
    gcc_jit_block_end_with_conditional(e->block, NULL, condition, next, exit_block(e, snapshot));
    e->block = next;
}

void guard_heap_type(Emitter *e, RV *v, RV *type, int snapshot)
{
    guard(e, is_zero(e, bit_and(e, v, word(e, 7))), snapshot);
    guard(e, compare(e, GCC_JIT_COMPARISON_EQ, load(e, add(e, v, word(e, 8))), type), snapshot);
}

/* --- families of instructions --- */

static void emit_overflow(Emitter *e, Ref ref, const Ins *ins, const char *builtin, RV *a, RV *b)
{
    gcc_jit_function *f = gcc_jit_context_get_builtin_function(e->ctx, builtin);
    LV *result = temporary(e, e->i64);
    RV *args[] = {a, b, gcc_jit_lvalue_get_address(result, NULL)};
    RV *overflow = gcc_jit_context_new_call(e->ctx, NULL, f, 3, args);
    Block *next = new_block(e); /* the call itself as the condition: a flag in between would be materialised */
    gcc_jit_block_end_with_conditional(e->block, NULL, overflow, exit_block(e, ins->c), next);
    e->block = next;
    define(e, ref, rv(result));
}

/* C's / and % round to zero, Python's down: correct when the remainder is not 0 and its sign is not the divisor's. */
static void emit_divide(Emitter *e, Ref ref, const Ins *ins)
{
    RV *a = value(e, ins->a), *b = value(e, ins->b);
    LV *remainder = temporary(e, e->i64), *result = variable(e, ref);
    assign(e, remainder, binary(e, GCC_JIT_BINARY_OP_MODULO, a, b));
    if (ins->op == IR_IMOD)
        assign(e, result, rv(remainder));
    else
        assign(e, result, shl(e, binary(e, GCC_JIT_BINARY_OP_DIVIDE, a, b), 2));
    Block *nonzero = new_block(e), *fix = new_block(e), *next = new_block(e);
    gcc_jit_block_end_with_conditional(e->block, NULL, not_zero(e, rv(remainder)), nonzero, next);
    RV *signs = compare(e, GCC_JIT_COMPARISON_LT, bit_xor(e, rv(remainder), b), word(e, 0));
    gcc_jit_block_end_with_conditional(nonzero, NULL, signs, fix, next);
    e->block = fix;
    if (ins->op == IR_IMOD)
        assign(e, result, add(e, rv(result), b));
    else
        assign(e, result, sub(e, rv(result), word(e, 4)));
    gcc_jit_block_end_with_jump(fix, NULL, next);
    e->block = next;
}

static void emit_select(Emitter *e, Ref ref, const Ins *ins)
{
    RV *a = value(e, ins->a), *b = value(e, ins->b);
    bool is_min = ins->op == IR_IMIN || ins->op == IR_FMIN;
    LV *result = variable(e, ref);
    assign(e, result, a);
    Block *take = new_block(e), *next = new_block(e);
    RV *condition = compare(e, is_min ? GCC_JIT_COMPARISON_LT : GCC_JIT_COMPARISON_GT, b, a);
    gcc_jit_block_end_with_conditional(e->block, NULL, condition, take, next);
    e->block = take;
    assign(e, result, b);
    gcc_jit_block_end_with_jump(take, NULL, next);
    e->block = next;
}

static RV *clamp_shift(Emitter *e, RV *count)
{
    LV *n = temporary(e, e->i64);
    assign(e, n, count);
    Block *large = new_block(e), *next = new_block(e);
    gcc_jit_block_end_with_conditional(e->block, NULL, compare(e, GCC_JIT_COMPARISON_GT, rv(n), word(e, 62)), large,
                                       next);
    e->block = large;
    assign(e, n, word(e, 62));
    gcc_jit_block_end_with_jump(large, NULL, next);
    e->block = next;
    return rv(n);
}

static bool is_number(Emitter *e, Ref ref)
{
    return ref < 0 && e->r->constants[~ref].kind == CONST_NUMBER;
}

static void emit_shift(Emitter *e, Ref ref, const Ins *ins)
{
    RV *a = value(e, ins->a), *count = sar(e, value(e, ins->b), 2);
    if (ins->op == IR_SHR) {
        if (!is_number(e, ins->b))
            count = clamp_shift(e, count);
        else if ((int64_t)e->r->constants[~ins->b].bits > 62)
            count = word(e, 62);
        RV *shifted = binary(e, GCC_JIT_BINARY_OP_RSHIFT, a, count);
        define(e, ref, bit_and(e, shifted, word(e, ~3L)));
        return;
    }
    if (!is_number(e, ins->b)) {
        RV *in_range = compare(e, GCC_JIT_COMPARISON_LE, cast(e, count, e->u64),
                               gcc_jit_context_new_rvalue_from_long(e->ctx, e->u64, 61));
        guard(e, in_range, ins->c);
    }
    LV *result = temporary(e, e->i64);
    assign(e, result, binary(e, GCC_JIT_BINARY_OP_LSHIFT, a, count));
    RV *back = binary(e, GCC_JIT_BINARY_OP_RSHIFT, rv(result), count);
    guard(e, compare(e, GCC_JIT_COMPARISON_EQ, back, a), ins->c);
    define(e, ref, rv(result));
}

static RV *float_bits(Emitter *e, RV *f)
{
    return bitcast(e, f, e->i64);
}

static RV *rotate_left(Emitter *e, RV *w, int n)
{
    RV *u = cast(e, w, e->u64);
    RV *left_count = gcc_jit_context_new_rvalue_from_long(e->ctx, e->u64, n);
    RV *right_count = gcc_jit_context_new_rvalue_from_long(e->ctx, e->u64, 64 - n);
    RV *left = gcc_jit_context_new_binary_op(e->ctx, NULL, GCC_JIT_BINARY_OP_LSHIFT, e->u64, u, left_count);
    RV *right = gcc_jit_context_new_binary_op(e->ctx, NULL, GCC_JIT_BINARY_OP_RSHIFT, e->u64, u, right_count);
    RV *both = gcc_jit_context_new_binary_op(e->ctx, NULL, GCC_JIT_BINARY_OP_BITWISE_OR, e->u64, left, right);
    return cast(e, both, e->i64);
}

RV *untag_float(Emitter *e, RV *v)
{
    return bitcast(e, rotate_left(e, sub(e, v, word(e, 3)), 60), e->f64);
}

static void emit_tag_float(Emitter *e, Ref ref, const Ins *ins)
{
    LV *w = temporary(e, e->i64);
    assign(e, w, add(e, rotate_left(e, float_bits(e, value(e, ins->a)), 4), word(e, 3)));
    guard(e, not_zero(e, bit_and(e, rv(w), word(e, 2))), ins->c);
    define(e, ref, rv(w));
}

static void emit_float_to_int(Emitter *e, Ref ref, const Ins *ins)
{
    RV *f = value(e, ins->a);
    RV *limit = gcc_jit_context_new_rvalue_from_double(e->ctx, e->f64, 2305843009213693952.0); /* 2^61 */
    RV *low = gcc_jit_context_new_rvalue_from_double(e->ctx, e->f64, -2305843009213693952.0);
    guard(e, compare(e, GCC_JIT_COMPARISON_LT, f, limit), ins->c);
    guard(e, compare(e, GCC_JIT_COMPARISON_GE, f, low), ins->c);
    define(e, ref, shl(e, cast(e, f, e->i64), 2));
}

static void emit_math(Emitter *e, Ref ref, const Ins *ins, const char *builtin)
{
    RV *args[] = {value(e, ins->a)};
    gcc_jit_function *f = gcc_jit_context_get_builtin_function(e->ctx, builtin);
    define(e, ref, gcc_jit_context_new_call(e->ctx, NULL, f, 1, args));
}

static void emit_float_binary(Emitter *e, Ref ref, const Ins *ins, enum gcc_jit_binary_op op)
{
    define(e, ref, gcc_jit_context_new_binary_op(e->ctx, NULL, op, e->f64, value(e, ins->a), value(e, ins->b)));
}

static RV *field_address(Emitter *e, const Ins *ins)
{
    return add(e, value(e, ins->a), word(e, ins->c));
}

static RV *element_address(Emitter *e, const Ins *ins, int size)
{
    RV *base = value(e, ins->a);
    if (is_number(e, ins->b)) return add(e, base, word(e, (int64_t)e->r->constants[~ins->b].bits * size));
    RV *index = value(e, ins->b); /* n << 2 */
    if (size == 8) return add(e, base, shl(e, index, 1));
    if (size == 4) return add(e, base, index);
    return add(e, base, sar(e, index, size == 2 ? 1 : 2));
}

static void emit_narrow_load(Emitter *e, Ref ref, RV *address, gcc_jit_type *pointer, bool as_int)
{
    RV *v = cast(e, rv(memory(e, address, pointer)), e->i64);
    define(e, ref, as_int ? shl(e, v, 2) : v);
}

void emit_call(Emitter *e, Ref ref, const Ins *ins)
{
    const HelperInfo *helper = &helper_info[ins->b];
    gcc_jit_type *types[256];
    RV *args[256];
    for (int i = 0; i < ins->aux; i++) {
        Ref arg = e->r->args[ins->a + i];
        IrType type = type_of_ref(e, arg);
        types[i] = gcc_type(e, type);
        args[i] = type == IR_INT ? sar(e, value(e, arg), 2) : value(e, arg);
    }
    gcc_jit_type *result =
        helper->type == IR_NIL ? gcc_jit_context_get_type(e->ctx, GCC_JIT_TYPE_VOID) : gcc_type(e, helper->type);
    gcc_jit_type *pointer = gcc_jit_context_new_function_ptr_type(e->ctx, NULL, result, ins->aux, types, 0);
    RV *function = bitcast(e, table_entry(e, ins->b), pointer);
    RV *call = gcc_jit_context_new_call_through_ptr(e->ctx, NULL, function, ins->aux, args);
    if (helper->type == IR_NIL)
        gcc_jit_block_add_eval(e->block, NULL, call);
    else if (helper->type == IR_INT)
        define(e, ref, shl(e, call, 2));
    else
        define(e, ref, call);
}

void emit_incref(Emitter *e, RV *v, bool is_object)
{
    Block *next = NULL;
    if (!is_object) {
        Block *heap = new_block(e);
        next = new_block(e);
        gcc_jit_block_end_with_conditional(e->block, NULL, is_zero(e, bit_and(e, v, word(e, 7))), heap, next);
        e->block = heap;
    }
    store(e, v, add(e, load(e, v), word(e, 1)));
    if (next) {
        gcc_jit_block_end_with_jump(e->block, NULL, next);
        e->block = next;
    }
}

static void emit_decref(Emitter *e, const Ins *ins)
{
    RV *v = value(e, ins->a);
    Block *next = new_block(e), *heap = new_block(e);
    if (ins->aux & 1)
        gcc_jit_block_end_with_jump(e->block, NULL, heap);
    else
        gcc_jit_block_end_with_conditional(e->block, NULL, is_zero(e, bit_and(e, v, word(e, 7))), heap, next);
    e->block = heap;
    LV *count = temporary(e, e->i64);
    assign(e, count, sub(e, load(e, v), word(e, 1)));
    store(e, v, rv(count));
    if (!(ins->aux & 2)) {
        Block *dead = new_block(e);
        gcc_jit_block_end_with_conditional(e->block, NULL, is_zero(e, rv(count)), dead, next);
        e->block = dead;
        gcc_jit_type *pointer = gcc_jit_context_new_function_ptr_type(
            e->ctx, NULL, gcc_jit_context_get_type(e->ctx, GCC_JIT_TYPE_VOID), 1, &e->i64, 0);
        RV *function = bitcast(e, table_entry(e, TABLE_DESTROY), pointer);
        gcc_jit_block_add_eval(e->block, NULL, gcc_jit_context_new_call_through_ptr(e->ctx, NULL, function, 1, &v));
    }
    gcc_jit_block_end_with_jump(e->block, NULL, next);
    e->block = next;
}

static void emit_shared(Emitter *e, const Ins *ins)
{
    RV *v = value(e, ins->a);
    Block *heap = new_block(e), *next = new_block(e);
    gcc_jit_block_end_with_conditional(e->block, NULL, is_zero(e, bit_and(e, v, word(e, 7))), heap, next);
    e->block = heap;
    gcc_jit_block_end_with_conditional(heap, NULL, compare(e, GCC_JIT_COMPARISON_GT, load(e, v), word(e, 1)), next,
                                       exit_block(e, ins->c));
    e->block = next;
}

static void emit_safepoint(Emitter *e, const Ins *ins)
{
    /* plain loads could be moved out of the loop, and libgccjit 12 drops "volatile" */
    gcc_jit_function *f = gcc_jit_context_get_builtin_function(e->ctx, "__atomic_load_4");
    gcc_jit_param *p0 = gcc_jit_function_get_param(f, 0);
    RV *address = bitcast(e, rv(e->breaker), gcc_jit_rvalue_get_type(gcc_jit_param_as_rvalue(p0)));
    RV *args[] = {address, gcc_jit_context_new_rvalue_from_int(e->ctx, e->i32, 0)};
    RV *flags = cast(e, gcc_jit_context_new_call(e->ctx, NULL, f, 2, args), e->i64);
    guard(e, is_zero(e, flags), ins->c);
}

/* Assigns args to variables all at once: a target may be the source of a later one. */
static void parallel_assign(Emitter *e, const Ref *targets, const Ref *sources, int count)
{
    LV **temporaries = calloc((size_t)count + 1, sizeof *temporaries);
    for (int i = 0; i < count; i++) {
        if (targets[i] == sources[i]) continue;
        temporaries[i] = temporary(e, gcc_type(e, e->r->ins[targets[i]].type));
        assign(e, temporaries[i], value(e, sources[i]));
    }
    for (int i = 0; i < count; i++) {
        if (temporaries[i]) assign(e, variable(e, targets[i]), rv(temporaries[i]));
    }
    free(temporaries);
}

void end_with_jump(Emitter *e, Block *target)
{
    gcc_jit_block_end_with_jump(e->block, NULL, target);
    e->block = NULL;
}

static void emit_jump(Emitter *e, const Ins *ins)
{
    if (ins->aux != e->entry_count) {
        e->problem = "a jump whose arguments do not fit its target";
        return;
    }
    for (int i = 0; i < e->entry_count; i++) {
        if (type_of_ref(e, e->entries[i]) != type_of_ref(e, e->r->args[ins->a + i])) {
            e->problem = "a jump with an argument of another type";
            return;
        }
    }
    if (is_part(e)) {
        emit_return_to_head(e, e->r->args + ins->a);
        return;
    }
    parallel_assign(e, e->entries, e->r->args + ins->a, e->entry_count);
    end_with_jump(e, e->head);
}

/* Everything is in memory: the other tree gets the same frame, and this function's place on the C stack. */
static void emit_link(Emitter *e, const Ins *ins)
{
    RV *link = value(e, ins->b);
    LV *code = temporary(e, e->i64);
    assign(e, code, load(e, add(e, link, word(e, LINK_CODE))));
    guard(e, not_zero(e, rv(code)), ins->c);
    RV *sp = add(e, rv(e->slots), word(e, ins->a * 8L));
    store(e, add(e, rv(e->slots), word(e, e->r->header.frame_sp_offset)), sp);
    store(e, add(e, rv(e->out), word(e, EXIT_WORD_TREE * 8L)), load(e, add(e, link, word(e, LINK_TREE))));
    gcc_jit_type *types[] = {e->i64, e->i64, e->i64};
    gcc_jit_type *pointer = gcc_jit_context_new_function_ptr_type(e->ctx, NULL, e->i64, 3, types, 0);
    RV *args[] = {rv(e->slots), rv(e->out), load(e, add(e, link, word(e, LINK_TABLE)))};
    RV *call = gcc_jit_context_new_call_through_ptr(e->ctx, NULL, bitcast(e, rv(code), pointer), 3, args);
    gcc_jit_rvalue_set_bool_require_tail_call(call, 1);
    gcc_jit_block_end_with_return(e->block, NULL, call);
    e->block = NULL;
}

/* --- one instruction --- */

/* The only guard of a snapshot tells its condition's value to the exit, so that the loop need not keep it. */
static void note_known(Emitter *e, const Ins *ins)
{
    if (e->guards[ins->c] != 1 || ins->a < 0 || e->r->ins[ins->a].type != IR_BOOL) return;
    e->known[ins->c] = ins->a;
    e->known_value[ins->c] = ins->op == IR_GFALSE;
}

static void emit_guard(Emitter *e, const Ins *ins)
{
    if (ins->op == IR_GTRUE || ins->op == IR_GFALSE) note_known(e, ins);
    RV *a = value(e, ins->a);
    switch ((IrOp)ins->op) {
    case IR_GINT: guard(e, compare(e, GCC_JIT_COMPARISON_EQ, bit_and(e, a, word(e, 3)), word(e, 1)), ins->c); return;
    case IR_GFLT: guard(e, not_zero(e, bit_and(e, a, word(e, 2))), ins->c); return;
    case IR_GOBJ: guard_heap_type(e, a, value(e, ins->b), ins->c); return;
    case IR_GHEAP: guard(e, is_zero(e, bit_and(e, a, word(e, 7))), ins->c); return;
    case IR_GIS: guard(e, compare(e, GCC_JIT_COMPARISON_EQ, a, value(e, ins->b)), ins->c); return;
    case IR_GISNOT: guard(e, compare(e, GCC_JIT_COMPARISON_NE, a, value(e, ins->b)), ins->c); return;
    case IR_GTRUE: guard(e, not_zero(e, a), ins->c); return;
    case IR_GFALSE: guard(e, is_zero(e, a), ins->c); return;
    case IR_GCALL: guard(e, not_zero(e, a), ins->c); return;
    case IR_GSTAT: guard(e, compare(e, GCC_JIT_COMPARISON_GE, a, word(e, 0)), ins->c); return;
    case IR_GBOOL: { /* False and True: 12 and 20 */
        RV *is_false = compare(e, GCC_JIT_COMPARISON_EQ, a, word(e, (int64_t)0xc));
        RV *is_true = compare(e, GCC_JIT_COMPARISON_EQ, a, word(e, (int64_t)0x14));
        RV *either = bit_or(e, cast(e, is_false, e->i64), cast(e, is_true, e->i64));
        guard(e, not_zero(e, either), ins->c);
        return;
    }
    case IR_ABC: {
        RV *length = shl(e, value(e, ins->b), 2);
        guard(e, compare(e, GCC_JIT_COMPARISON_LT, cast(e, a, e->u64), cast(e, length, e->u64)), ins->c);
        return;
    }
    case IR_GRANGE: {
        LV *shifted = temporary(e, e->i64);
        assign(e, shifted, shl(e, a, 2));
        guard(e, compare(e, GCC_JIT_COMPARISON_EQ, sar(e, rv(shifted), 2), a), ins->c);
        return;
    }
    default: e->problem = "unknown guard"; return;
    }
}

static void emit_compare(Emitter *e, Ref ref, const Ins *ins, enum gcc_jit_comparison op)
{
    define_bool(e, ref, compare(e, op, value(e, ins->a), value(e, ins->b)));
}

static void emit_binary(Emitter *e, Ref ref, const Ins *ins, enum gcc_jit_binary_op op)
{
    define(e, ref, binary(e, op, value(e, ins->a), value(e, ins->b)));
}

static void emit_memory(Emitter *e, Ref ref, const Ins *ins)
{
    switch ((IrOp)ins->op) {
    case IR_FLOAD: define(e, ref, load(e, field_address(e, ins))); return;
    case IR_FLOAD32: emit_narrow_load(e, ref, field_address(e, ins), e->pointer_u32, false); return;
    case IR_FLOAD8: emit_narrow_load(e, ref, field_address(e, ins), e->pointer_u8, false); return;
    case IR_ALOAD: define(e, ref, load(e, element_address(e, ins, 8))); return;
    case IR_BLOAD: emit_narrow_load(e, ref, element_address(e, ins, 1), e->pointer_u8, true); return;
    case IR_FSTORE:
        if (type_of_ref(e, ins->b) == IR_FLOAT)
            assign(e, memory(e, field_address(e, ins), e->pointer_f64), value(e, ins->b));
        else
            store(e, field_address(e, ins), value(e, ins->b));
        return;
    case IR_ASTORE: store(e, element_address(e, ins, 8), value(e, ins->c)); return;
    case IR_BSTORE:
        assign(e, memory(e, element_address(e, ins, 1), e->pointer_u8), cast(e, sar(e, value(e, ins->c), 2), e->u8));
        return;
    case IR_SLOAD: define(e, ref, load(e, add(e, rv(e->slots), word(e, ins->a * 8L)))); return;
    case IR_SLOTCLR: store(e, add(e, rv(e->slots), word(e, ins->a * 8L)), word(e, 0)); return;
    case IR_SLOTSET: store(e, add(e, rv(e->slots), word(e, ins->a * 8L)), value(e, ins->b)); return;
    case IR_SETIP: store(e, add(e, rv(e->slots), word(e, e->r->header.frame_ip_offset)), value(e, ins->b)); return;
    default: e->problem = "unknown memory operation"; return;
    }
}

static void emit_conversion(Emitter *e, Ref ref, const Ins *ins)
{
    switch ((IrOp)ins->op) {
    case IR_UNTAGI: define(e, ref, sub(e, value(e, ins->a), word(e, 1))); return;
    case IR_TAGI: define(e, ref, add(e, value(e, ins->a), word(e, 1))); return;
    case IR_UNTAGF: define(e, ref, untag_float(e, value(e, ins->a))); return;
    case IR_TAGF: emit_tag_float(e, ref, ins); return;
    case IR_KIND: define(e, ref, kind_of(e, value(e, ins->a))); return;
    case IR_TAGB: define(e, ref, add(e, shl(e, value(e, ins->a), 3), word(e, 0xc))); return;
    case IR_UNTAGB: define_bool(e, ref, compare(e, GCC_JIT_COMPARISON_EQ, value(e, ins->a), word(e, 0x14))); return;
    case IR_I2F: define(e, ref, cast(e, sar(e, value(e, ins->a), 2), e->f64)); return;
    case IR_W2I:
    case IR_B2I: define(e, ref, shl(e, value(e, ins->a), 2)); return;
    case IR_I2W: define(e, ref, sar(e, value(e, ins->a), 2)); return;
    case IR_F2I: emit_float_to_int(e, ref, ins); return;
    case IR_BNOT: define(e, ref, bit_xor(e, value(e, ins->a), word(e, 1))); return;
    default: e->problem = "unknown instruction"; return;
    }
}

static void emit_comparison(Emitter *e, Ref ref, const Ins *ins)
{
    switch ((IrOp)ins->op) {
    case IR_IMIN:
    case IR_IMAX:
    case IR_FMIN:
    case IR_FMAX: emit_select(e, ref, ins); return;
    case IR_ILT:
    case IR_WLT:
    case IR_FLT: emit_compare(e, ref, ins, GCC_JIT_COMPARISON_LT); return;
    case IR_ILE:
    case IR_FLE: emit_compare(e, ref, ins, GCC_JIT_COMPARISON_LE); return;
    case IR_IEQ:
    case IR_WEQ:
    case IR_FEQ: emit_compare(e, ref, ins, GCC_JIT_COMPARISON_EQ); return;
    case IR_INE:
    case IR_WNE:
    case IR_FNE: emit_compare(e, ref, ins, GCC_JIT_COMPARISON_NE); return;
    default: emit_conversion(e, ref, ins); return;
    }
}

static void emit_arithmetic(Emitter *e, Ref ref, const Ins *ins)
{
    switch ((IrOp)ins->op) {
    case IR_ADDOV: emit_overflow(e, ref, ins, "__builtin_saddl_overflow", value(e, ins->a), value(e, ins->b)); return;
    case IR_SUBOV: emit_overflow(e, ref, ins, "__builtin_ssubl_overflow", value(e, ins->a), value(e, ins->b)); return;
    case IR_MULOV:
        emit_overflow(e, ref, ins, "__builtin_smull_overflow", value(e, ins->a), sar(e, value(e, ins->b), 2));
        return;
    case IR_SHLOV:
    case IR_SHR: emit_shift(e, ref, ins); return;
    case IR_ADD:
    case IR_WADD: emit_binary(e, ref, ins, GCC_JIT_BINARY_OP_PLUS); return;
    case IR_SUB:
    case IR_WSUB: emit_binary(e, ref, ins, GCC_JIT_BINARY_OP_MINUS); return;
    case IR_MUL:
        define(e, ref, binary(e, GCC_JIT_BINARY_OP_MULT, value(e, ins->a), sar(e, value(e, ins->b), 2)));
        return;
    case IR_IDIV:
    case IR_IMOD: emit_divide(e, ref, ins); return;
    case IR_AND:
    case IR_WAND: emit_binary(e, ref, ins, GCC_JIT_BINARY_OP_BITWISE_AND); return;
    case IR_OR:
    case IR_WOR: emit_binary(e, ref, ins, GCC_JIT_BINARY_OP_BITWISE_OR); return;
    case IR_XOR: emit_binary(e, ref, ins, GCC_JIT_BINARY_OP_BITWISE_XOR); return;
    case IR_WSHR: emit_binary(e, ref, ins, GCC_JIT_BINARY_OP_RSHIFT); return;
    case IR_FADD: emit_float_binary(e, ref, ins, GCC_JIT_BINARY_OP_PLUS); return;
    case IR_FSUB: emit_float_binary(e, ref, ins, GCC_JIT_BINARY_OP_MINUS); return;
    case IR_FMUL: emit_float_binary(e, ref, ins, GCC_JIT_BINARY_OP_MULT); return;
    case IR_FDIV: emit_float_binary(e, ref, ins, GCC_JIT_BINARY_OP_DIVIDE); return;
    case IR_FNEG:
        define(e, ref, gcc_jit_context_new_unary_op(e->ctx, NULL, GCC_JIT_UNARY_OP_MINUS, e->f64, value(e, ins->a)));
        return;
    case IR_FABS: emit_math(e, ref, ins, "__builtin_fabs"); return;
    case IR_FSQRT: emit_math(e, ref, ins, "__builtin_sqrt"); return;
    default: emit_comparison(e, ref, ins); return;
    }
}

static void emit_instruction(Emitter *e, Ref ref)
{
    const Ins *ins = &e->r->ins[ref];
    switch ((IrOp)ins->op) {
    case IR_NOP:
    case IR_ENTRY:
    case IR_OP_COUNT: return;
    case IR_PHI: return;
    case IR_LOOP:
        e->body = new_block(e);
        gcc_jit_block_end_with_jump(e->block, NULL, e->body);
        e->block = e->body;
        return;
    case IR_JHEAD: emit_jump(e, ins); return;
    case IR_LINK: emit_link(e, ins); return;
    case IR_EXIT: end_with_jump(e, exit_block(e, ins->c)); return;
    case IR_GINT:
    case IR_GFLT:
    case IR_GOBJ:
    case IR_GHEAP:
    case IR_GIS:
    case IR_GISNOT:
    case IR_GTRUE:
    case IR_GFALSE:
    case IR_GBOOL:
    case IR_ABC:
    case IR_GRANGE:
    case IR_GCALL:
    case IR_GSTAT: emit_guard(e, ins); return;
    case IR_GSHARED: emit_shared(e, ins); return;
    case IR_GREF1: guard(e, compare(e, GCC_JIT_COMPARISON_EQ, load(e, value(e, ins->a)), word(e, 1)), ins->c); return;
    case IR_SAFEPOINT: emit_safepoint(e, ins); return;
    case IR_FLOAD:
    case IR_FLOAD32:
    case IR_FLOAD8:
    case IR_ALOAD:
    case IR_BLOAD:
    case IR_FSTORE:
    case IR_ASTORE:
    case IR_BSTORE:
    case IR_SLOAD:
    case IR_SLOTCLR:
    case IR_SLOTSET:
    case IR_SETIP: emit_memory(e, ref, ins); return;
    case IR_INCREF: emit_incref(e, value(e, ins->a), ins->aux & 1); return;
    case IR_DECREF: emit_decref(e, ins); return;
    case IR_CALL:
    case IR_CALLP:
    case IR_CALLR:
        if (ins->b == HELPER_list_append && ins->aux == 2)
            emit_append(e, ref, ins);
        else
            emit_call(e, ref, ins);
        return;
    default: emit_arithmetic(e, ref, ins); return;
    }
}

/* --- the whole --- */

static void emit_segment(Emitter *e, int index)
{
    const RequestSegment *s = &e->r->segments[index];
    for (Ref ref = s->first; ref < s->end && e->block && !e->problem; ref++) emit_instruction(e, ref);
    if (!e->block || e->problem) return;
    if (index == 0 && e->body) {
        Ref *right = calloc((size_t)e->phi_count + 1, sizeof *right);
        for (int i = 0; i < e->phi_count; i++) right[i] = e->phis[i + e->phi_count];
        parallel_assign(e, e->phis, right, e->phi_count);
        free(right);
        end_with_jump(e, e->body);
        return;
    }
    e->problem = "a segment without an end";
}

static void collect_root(Emitter *e)
{
    const RequestSegment *root = &e->r->segments[0];
    int phis = 0;
    for (Ref ref = root->first; ref < root->end; ref++) {
        if (e->r->ins[ref].op == IR_PHI) phis++;
    }
    for (Ref ref = root->first; ref < root->end; ref++) {
        const Ins *ins = &e->r->ins[ref];
        if (ins->op == IR_ENTRY) e->entries[e->entry_count++] = ref;
        if (ins->op == IR_PHI && ins->a >= 0) {
            e->phis[e->phi_count] = ins->a;
            e->phis[e->phi_count + phis] = ins->b;
            e->phi_count++;
        }
    }
}

static void setup_types(Emitter *e)
{
    gcc_jit_context *c = e->ctx;
    e->i64 = gcc_jit_context_get_type(c, GCC_JIT_TYPE_LONG);
    e->u64 = gcc_jit_context_get_type(c, GCC_JIT_TYPE_UNSIGNED_LONG);
    e->i32 = gcc_jit_context_get_type(c, GCC_JIT_TYPE_INT);
    e->f64 = gcc_jit_context_get_type(c, GCC_JIT_TYPE_DOUBLE);
    e->boolean = gcc_jit_context_get_type(c, GCC_JIT_TYPE_BOOL);
    e->u8 = gcc_jit_context_get_type(c, GCC_JIT_TYPE_UNSIGNED_CHAR);
    e->u32 = gcc_jit_context_get_type(c, GCC_JIT_TYPE_UNSIGNED_INT);
    e->pointer_i64 = gcc_jit_type_get_pointer(e->i64);
    e->pointer_f64 = gcc_jit_type_get_pointer(e->f64);
    e->pointer_u8 = gcc_jit_type_get_pointer(e->u8);
    e->pointer_u32 = gcc_jit_type_get_pointer(e->u32);
}

static const char *const reduced_options[] = {"-fira-region=one",     "--param=max-combine-insns=2",
                                              "-fno-tree-pta",        "-fno-tree-dominator-opts",
                                              "-fno-tree-sink",       "-fno-tree-dse",
                                              "-fno-tree-slsr",       "-fno-tree-sra",
                                              "-fno-tree-phiprop",    "-fno-tree-reassoc",
                                              "-fno-tree-scev-cprop", "-fno-tree-loop-ivcanon",
                                              "-fno-ivopts",          "-fno-ssa-phiopt",
                                              "-fno-inline",          "-fno-thread-jumps",
                                              "-fno-ipa-modref",      "-fno-ipa-pure-const",
                                              "-fno-ipa-profile",     "-fno-ipa-reference",
                                              "-fno-cprop-registers", "-fno-dse",
                                              "-fno-compare-elim",    "-fno-branch-count-reg",
                                              "-fno-if-conversion2",  "-fno-split-wide-types",
                                              "-fno-shrink-wrap",     NULL};

static const char *const common_options[] = {"-fwrapv",
                                             "-ffp-contract=off",
                                             "-fno-strict-aliasing",
                                             "-fno-asynchronous-unwind-tables",
                                             "-fno-math-errno",
                                             "-fno-stack-protector",
                                             "-fcf-protection=none",
                                             "--param=ggc-min-heapsize=4096",
                                             "--param=ggc-min-expand=30",
                                             NULL};

static void setup_options(Emitter *e)
{
    gcc_jit_context *c = e->ctx;
    gcc_jit_context_set_int_option(c, GCC_JIT_INT_OPTION_OPTIMIZATION_LEVEL, e->r->header.level >= 2 ? 2 : 1);
    gcc_jit_context_set_bool_print_errors_to_stderr(c, 0);
    gcc_jit_context_set_bool_allow_unreachable_blocks(c, 1); /* a bridge whose guard was folded away */
    for (int i = 0; common_options[i]; i++) gcc_jit_context_add_command_line_option(c, common_options[i]);
    if (e->r->header.level >= 2) return;
    for (int i = 0; reduced_options[i]; i++) gcc_jit_context_add_command_line_option(c, reduced_options[i]);
}

static void emit_whole_entry(Emitter *e)
{
    e->head = new_block(e);
    for (int i = 0; i < e->entry_count; i++) emit_entry(e, e->entries[i], &e->r->ins[e->entries[i]]);
    gcc_jit_block_end_with_jump(e->block, NULL, e->head);
    e->block = e->head;
    emit_segment(e, 0);
}

static void find_guards(Emitter *e)
{
    for (uint32_t k = e->r->header.first_segment; k < e->r->header.segments_count; k++) {
        for (Ref ref = e->r->segments[k].first; ref < e->r->segments[k].end; ref++) {
            const Ins *ins = &e->r->ins[ref];
            if (!strchr(ir_op_info[ins->op].operands, 's')) continue;
            e->guards[ins->c]++;
            e->owners[ins->c] = k;
        }
    }
}

static void emit_function(Emitter *e)
{
    uint32_t first = MAX(e->r->header.first_segment, 1);
    gcc_jit_param *params[3];
    static const char *const names[] = {"slots", "out", "table"};
    for (int i = 0; i < 3; i++) params[i] = gcc_jit_context_new_param(e->ctx, NULL, e->i64, names[i]);
    e->fn = gcc_jit_context_new_function(e->ctx, NULL, GCC_JIT_FUNCTION_EXPORTED, e->i64, "trace", 3, params, 0);
    e->slots = gcc_jit_param_as_lvalue(params[0]);
    e->out = gcc_jit_param_as_lvalue(params[1]);
    e->table = gcc_jit_param_as_lvalue(params[2]);
    collect_root(e);
    find_guards(e);
    for (uint32_t i = 0; i < e->r->header.snapshots_count; i++) e->known[i] = REF_NONE;
    e->block = new_block(e);
    e->breaker = temporary(e, e->i64);
    assign(e, e->breaker, table_entry(e, TABLE_BREAKER));
    for (uint32_t i = first; i < e->r->header.segments_count; i++) e->segments[i] = new_block(e);
    if (is_part(e))
        emit_part_entry(e);
    else
        emit_whole_entry(e);
    for (uint32_t i = first; i < e->r->header.segments_count && !e->problem; i++) {
        e->block = e->segments[i];
        emit_segment(e, (int)i);
    }
    if (!e->problem) emit_exits(e);
}

bool emit_assembler(const Request *request, const char *path, char *error, size_t error_size)
{
    const RequestHeader *h = &request->header;
    Emitter e = {.r = request};
    e.values = calloc(h->ins_count + 1, sizeof *e.values);
    e.exits = calloc(h->snapshots_count + 1, sizeof *e.exits);
    e.exit_queue = calloc(h->snapshots_count + 1, sizeof *e.exit_queue);
    e.guards = calloc(h->snapshots_count + 1, sizeof *e.guards);
    e.owners = calloc(h->snapshots_count + 1, sizeof *e.owners);
    e.known = calloc(h->snapshots_count + 1, sizeof *e.known);
    e.known_value = calloc(h->snapshots_count + 1, sizeof *e.known_value);
    e.segments = calloc(h->segments_count + 1, sizeof *e.segments);
    e.entries = calloc(h->ins_count + 1, sizeof *e.entries);
    e.phis = calloc(2 * h->ins_count + 1, sizeof *e.phis);
    e.ctx = gcc_jit_context_acquire();
    setup_types(&e);
    setup_options(&e);
    emit_function(&e);
    const char *problem = e.problem;
    if (!problem) {
        gcc_jit_context_compile_to_file(e.ctx, GCC_JIT_OUTPUT_KIND_ASSEMBLER, path);
        problem = gcc_jit_context_get_first_error(e.ctx);
    }
    if (problem) snprintf(error, error_size, "%s", problem);
    gcc_jit_context_release(e.ctx);
    free(e.values);
    free(e.exits);
    free(e.exit_queue);
    free(e.guards);
    free(e.owners);
    free(e.known);
    free(e.known_value);
    free(e.segments);
    free(e.entries);
    free(e.phis);
    return problem == NULL;
}

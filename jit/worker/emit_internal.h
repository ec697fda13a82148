/* emit_internal.h: what the files that emit share: the emitter's state and the small words of its language. */
#ifndef JIT_WORKER_EMIT_INTERNAL_H
#define JIT_WORKER_EMIT_INTERNAL_H

#include <libgccjit.h>
#include <stdio.h>

#include "jit/worker/emit.h"

typedef gcc_jit_rvalue RV;
typedef gcc_jit_block Block;
typedef gcc_jit_lvalue LV;

typedef struct Emitter {
    const Request *r;
    gcc_jit_context *ctx;
    gcc_jit_type *i64, *u64, *f64, *i32, *boolean, *u8, *u32, *pointer_i64, *pointer_f64, *pointer_u8, *pointer_u32,
        *pointer_void;
    gcc_jit_function *fn;
    LV *slots, *out, *table;
    LV *breaker;      /* address of the flags that SAFEPOINT looks at */
    LV **values;      /* the variable of each instruction */
    Block **exits;    /* of each snapshot, made on demand */
    Block **segments; /* start of each bridge */
    Block *head, *body, *block;
    Ref *entries, *phis; /* ENTRY and PHI instructions of the root */
    int entry_count, phi_count;
    int *exit_queue, exit_queue_count;
    uint16_t *guards; /* how many guards use each snapshot … */
    uint32_t *owners; /* … and of which segment, among those that are emitted; 0: of none, or of the root */
    Ref *known;       /* with one guard on a bool: that bool, whose value is known in the exit … */
    uint8_t *known_value;
    const char *problem;
} Emitter;

static inline bool is_part(const Emitter *e)
{
    return e->r->header.first_segment > 0;
}

/* --- small words --- */

static inline RV *word(Emitter *e, int64_t n)
{
    return gcc_jit_context_new_rvalue_from_long(e->ctx, e->i64, n);
}
static inline RV *rv(LV *lvalue)
{
    return gcc_jit_lvalue_as_rvalue(lvalue);
}

static inline RV *binary(Emitter *e, enum gcc_jit_binary_op op, RV *a, RV *b)
{
    return gcc_jit_context_new_binary_op(e->ctx, NULL, op, e->i64, a, b);
}

static inline RV *add(Emitter *e, RV *a, RV *b)
{
    return binary(e, GCC_JIT_BINARY_OP_PLUS, a, b);
}
static inline RV *sub(Emitter *e, RV *a, RV *b)
{
    return binary(e, GCC_JIT_BINARY_OP_MINUS, a, b);
}
static inline RV *bit_and(Emitter *e, RV *a, RV *b)
{
    return binary(e, GCC_JIT_BINARY_OP_BITWISE_AND, a, b);
}
static inline RV *bit_or(Emitter *e, RV *a, RV *b)
{
    return binary(e, GCC_JIT_BINARY_OP_BITWISE_OR, a, b);
}
static inline RV *bit_xor(Emitter *e, RV *a, RV *b)
{
    return binary(e, GCC_JIT_BINARY_OP_BITWISE_XOR, a, b);
}

static inline RV *shl(Emitter *e, RV *a, int n)
{
    return binary(e, GCC_JIT_BINARY_OP_LSHIFT, a, word(e, n));
}
static inline RV *sar(Emitter *e, RV *a, int n)
{
    return binary(e, GCC_JIT_BINARY_OP_RSHIFT, a, word(e, n));
}
/* value_kind() */
static inline RV *kind_of(Emitter *e, RV *v)
{
    return binary(e, GCC_JIT_BINARY_OP_LSHIFT, word(e, 1), bit_and(e, v, word(e, 31)));
}
static inline RV *cast(Emitter *e, RV *a, gcc_jit_type *type)
{
    return gcc_jit_context_new_cast(e->ctx, NULL, a, type);
}
static inline RV *bitcast(Emitter *e, RV *a, gcc_jit_type *type)
{
    return gcc_jit_context_new_bitcast(e->ctx, NULL, a, type);
}

static inline RV *compare(Emitter *e, enum gcc_jit_comparison op, RV *a, RV *b)
{
    return gcc_jit_context_new_comparison(e->ctx, NULL, op, a, b);
}

static inline RV *is_zero(Emitter *e, RV *a)
{
    return compare(e, GCC_JIT_COMPARISON_EQ, a, word(e, 0));
}
static inline RV *not_zero(Emitter *e, RV *a)
{
    return compare(e, GCC_JIT_COMPARISON_NE, a, word(e, 0));
}

static inline LV *memory(Emitter *e, RV *address, gcc_jit_type *pointer)
{
    return gcc_jit_rvalue_dereference(bitcast(e, address, pointer), NULL);
}

static inline RV *load(Emitter *e, RV *address)
{
    return rv(memory(e, address, e->pointer_i64));
}

static inline void assign(Emitter *e, LV *target, RV *value)
{
    gcc_jit_block_add_assignment(e->block, NULL, target, value);
}

static inline void store(Emitter *e, RV *address, RV *value)
{
    assign(e, memory(e, address, e->pointer_i64), value);
}

static inline LV *temporary(Emitter *e, gcc_jit_type *type)
{
    static unsigned serial;
    char name[32];
    snprintf(name, sizeof name, "t%u", serial++);
    return gcc_jit_function_new_local(e->fn, NULL, type, name);
}

static inline Block *new_block(Emitter *e)
{
    return gcc_jit_function_new_block(e->fn, NULL);
}

static inline RV *table_entry(Emitter *e, int index)
{
    return load(e, add(e, rv(e->table), word(e, index * 8L)));
}

/* --- emit_gcc.c --- */
IrType type_of_ref(Emitter *e, Ref ref);
gcc_jit_type *gcc_type(Emitter *e, IrType type);
RV *value(Emitter *e, Ref ref);
void define(Emitter *e, Ref ref, RV *v); /* the variable of the instruction gets its value */
RV *untag_float(Emitter *e, RV *v);
/* Goes on when the condition holds, else leaves through the snapshot. */
void guard(Emitter *e, RV *condition, int snapshot);
void guard_heap_type(Emitter *e, RV *v, RV *type, int snapshot);
void end_with_jump(Emitter *e, Block *target);

void emit_call(Emitter *e, Ref ref, const Ins *ins);
void emit_incref(Emitter *e, RV *v, bool is_object);

/* --- emit_list.c --- */
void emit_append(Emitter *e, Ref ref, const Ins *ins); /* a CALL of the helper list_append */

/* --- emit_exits.c --- */
/* All that is in the queue. Invariant: nothing is emitted behind them, so that the queue does not grow. */
void emit_exits(Emitter *e);

/* --- emit_entry.c --- */
void emit_entry(Emitter *e, Ref ref, const Ins *ins);
/* Of a part: to the segment that goes on where older code has left. */
void emit_part_entry(Emitter *e);
/* The end of a bridge of a part: the tree's head shall find in memory what its entries read. */
void emit_return_to_head(Emitter *e, const Ref *args);

#endif

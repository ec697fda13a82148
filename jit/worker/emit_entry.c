/* emit_entry.c: how a function begins: the entries of a whole tree, and the ways into a part. */
#include <stdlib.h>

#include "jit/worker/emit_internal.h"

/* --- entries --- */

/* |w| < 2^bits */
static void guard_magnitude(Emitter *e, RV *w, int bits)
{
    RV *shifted = add(e, w, word(e, 1L << bits));
    RV *limit = gcc_jit_context_new_rvalue_from_long(e->ctx, e->u64, 1L << (bits + 1));
    guard(e, compare(e, GCC_JIT_COMPARISON_LT, cast(e, shifted, e->u64), limit), 0);
}

/* From the slot, or from the iterator's field. */
static void define_entry(Emitter *e, Ref ref, RV *w)
{
    const Ins *ins = &e->r->ins[ref];
    switch ((EntryKind)ins->aux) {
    case ENTRY_VAL: define(e, ref, w); return;
    case ENTRY_INT: define(e, ref, sub(e, w, word(e, 1))); return;
    case ENTRY_FLT: define(e, ref, untag_float(e, w)); return;
    default: define(e, ref, ins->type == IR_INT ? shl(e, w, 2) : w); return;
    }
}

static RV *load_slot(Emitter *e, const Ins *ins)
{
    return load(e, add(e, rv(e->slots), word(e, ins->a * 8L)));
}

static RV *load_iterator_field(Emitter *e, const Ins *ins, RV *iterator)
{
    return load(e, add(e, iterator, word(e, ins->c)));
}

static void emit_iterator_entry(Emitter *e, Ref ref, const Ins *ins, LV *v)
{
    if (ins->b == REF_NONE) {
        e->problem = "an iterator entry without a type";
        return;
    }
    guard(e, not_zero(e, rv(v)), 0);
    guard_heap_type(e, rv(v), value(e, ins->b), 0);
    guard(e, compare(e, GCC_JIT_COMPARISON_EQ, load(e, rv(v)), word(e, 1)), 0); /* nobody else has it */
    LV *w = temporary(e, e->i64);
    assign(e, w, load_iterator_field(e, ins, rv(v)));
    switch ((EntryKind)ins->aux) {
    /* so bounded, no number of the range can leave 62 bits */
    case ENTRY_RANGE_NEXT: guard_magnitude(e, rv(w), 60); break;
    case ENTRY_RANGE_REMAINING: guard_magnitude(e, rv(w), 30); break;
    case ENTRY_RANGE_STEP: guard_magnitude(e, rv(w), 29); break;
    case ENTRY_LIST_SEQUENCE: guard(e, not_zero(e, rv(w)), 0); break;
    default: break;
    }
    define_entry(e, ref, rv(w));
}

void emit_entry(Emitter *e, Ref ref, const Ins *ins)
{
    LV *v = temporary(e, e->i64);
    assign(e, v, load_slot(e, ins));
    if (ins->aux >= ENTRY_RANGE_NEXT) {
        emit_iterator_entry(e, ref, ins, v);
        return;
    }
    if (ins->aux == ENTRY_INT)
        guard(e, compare(e, GCC_JIT_COMPARISON_EQ, bit_and(e, rv(v), word(e, 3)), word(e, 1)), 0);
    else if (ins->aux == ENTRY_FLT)
        guard(e, not_zero(e, bit_and(e, rv(v), word(e, 2))), 0);
    define_entry(e, ref, rv(v));
}

/* --- parts --- */

static void use(Emitter *e, bool *used, Ref ref)
{
    if (ref >= 0 && e->r->ins[ref].op == IR_ENTRY) used[ref] = true;
}

static void note_uses(Emitter *e, bool *used, const Ins *ins)
{
    for (const char *p = ir_op_info[ins->op].operands; *p; p++) {
        if (*p == 'a') use(e, used, ins->a);
        if (*p == 'b') use(e, used, ins->b);
        if (*p == 'c') use(e, used, ins->c);
        if (*p == 'A' || *p == 'V')
            for (int i = 0; i < ins->aux; i++) use(e, used, e->r->args[ins->a + i]);
        if (*p == 's') {
            const RequestSnapshot *s = &e->r->snapshots[ins->c];
            for (int i = 0; i < s->live_count; i++) use(e, used, e->r->live[s->first_live + i]);
        }
    }
}

/* The bridge that `segment` grew on, among those of the part. */
static uint32_t root_of(const Emitter *e, uint32_t segment)
{
    for (;;) {
        uint32_t owner = e->owners[e->r->segments[segment].parent_snapshot];
        if (owner == 0 || owner >= segment) return segment;
        segment = owner;
    }
}

/* An entry's slot that no snapshot names has not changed: it is read again. */
static void load_entries(Emitter *e, uint32_t root)
{
    bool *used = calloc(e->r->header.ins_count, sizeof *used);
    for (uint32_t i = root; i < e->r->header.segments_count; i++) {
        if (root_of(e, i) != root) continue;
        for (Ref ref = e->r->segments[i].first; ref < e->r->segments[i].end; ref++) note_uses(e, used, &e->r->ins[ref]);
    }
    const RequestSnapshot *s = &e->r->snapshots[e->r->segments[root].parent_snapshot];
    for (int i = 0; i < s->live_count; i++) used[e->r->live[s->first_live + i]] = false;
    for (int i = 0; i < e->entry_count; i++) {
        const Ins *entry = &e->r->ins[e->entries[i]];
        if (!used[e->entries[i]]) continue;
        RV *slot = load_slot(e, entry);
        define_entry(e, e->entries[i], entry->aux < ENTRY_RANGE_NEXT ? slot : load_iterator_field(e, entry, slot));
    }
    free(used);
}

static void load_live(Emitter *e, int snapshot)
{
    const RequestSnapshot *s = &e->r->snapshots[snapshot];
    for (int i = 0; i < s->live_count; i++) {
        Ref ref = e->r->live[s->first_live + i];
        RV *address = add(e, rv(e->out), word(e, i * 8L));
        define(e, ref, rv(memory(e, address, type_of_ref(e, ref) == IR_FLOAT ? e->pointer_f64 : e->pointer_i64)));
    }
}

/* Into the segment that goes on at the exit by which older code has left. The others continue exits of the part. */
void emit_part_entry(Emitter *e)
{
    LV *continued = temporary(e, e->i64);
    assign(e, continued, load(e, add(e, rv(e->out), word(e, EXIT_WORD_CONTINUED * 8L))));
    for (uint32_t i = e->r->header.first_segment; i < e->r->header.segments_count; i++) {
        int snapshot = e->r->segments[i].parent_snapshot;
        if (e->owners[snapshot]) continue;
        Block *here = new_block(e), *next = new_block(e);
        RV *is_here = compare(e, GCC_JIT_COMPARISON_EQ, rv(continued), word(e, snapshot));
        gcc_jit_block_end_with_conditional(e->block, NULL, is_here, here, next);
        e->block = here;
        load_live(e, snapshot);
        load_entries(e, i);
        end_with_jump(e, e->segments[i]);
        e->block = next;
    }
    gcc_jit_block_end_with_jump(e->block, NULL, e->block); /* nobody asks for another */
}

/* The slots are in memory (flush_slots in record.c); what an iterator has come to is not. */
void emit_return_to_head(Emitter *e, const Ref *args)
{
    for (int i = 0; i < e->entry_count; i++) {
        const Ins *entry = &e->r->ins[e->entries[i]];
        if (entry->aux < ENTRY_RANGE_NEXT || entry->aux == ENTRY_LIST_SEQUENCE) continue;
        RV *v = value(e, args[i]);
        RV *iterator = load(e, add(e, rv(e->slots), word(e, entry->a * 8L)));
        store(e, add(e, iterator, word(e, entry->c)), entry->type == IR_INT ? sar(e, v, 2) : v);
    }
    gcc_jit_block_end_with_return(e->block, NULL, word(e, EXIT_TO_HEAD));
    e->block = NULL;
}

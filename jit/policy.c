/* policy.c: which places are worth a trace, when, and what happens to those that are not.
 *
 * A loop's back edge or a function's entry counts down; at zero the place is looked at (jit_hot_loop). Nothing is
 * recorded before compiling could be paid (budget.c), so a short script never starts the worker. An
 * attempt that fails makes the next one wait longer, with some randomness so that it does not always meet the same
 * iteration; after ABORTS_MAX attempts the place is blacklisted. An exit that is taken often gets a bridge. */
#include <stdio.h>
#include <stdlib.h>

#include "jit/runtime.h"
#include "objects/abstract.h"
#include "objects/activity.h"
#include "objects/bytes.h"
#include "objects/iter.h"
#include "objects/str.h"
#include "vm/tracing.h"

enum {
    LOOP_THRESHOLD = 1039,
    CALL_THRESHOLD = 1619,
    EXIT_THRESHOLD = 30, /* auto; primes: no program has their period */
    SYNC_LOOP_THRESHOLD = 2,
    SYNC_CALL_THRESHOLD = 2,
    SYNC_EXIT_THRESHOLD = 2,
    ABORTS_MAX = 6,
    BRIDGE_TRIES = 3,
    INSTRUCTION_CYCLES = 15, /* of an interpreted instruction, and of leaving native code and coming back: estimates */
    LEAVE_CYCLES = 1500,
    NATIVE_CALLS = 300,
    ENTRY_FAILS_MAX = 100
};

JitOptions jit_options = {.mode = JIT_AUTO};
int jit_loop_countdown, jit_call_countdown;
Place *all_places;

const char *const reason_texts[REASON_COUNT] = {
#define REASON(name, text) text,
#include "jit/reasons.def"
#undef REASON
};

/* --- places --- */

NULLABLE Place *place_find(const Code *code, int unit, bool is_function)
{
    for (Place *p = code->jit; p; p = p->next) {
        if (p->unit == unit && p->is_function == is_function) return p;
    }
    return NULL;
}

/* A prologue in front of RESUME makes cells: not for a native caller to skip. */
static bool takes_plain_arguments(const Code *code)
{
    enum { OTHER = CO_VARARGS | CO_VARKEYWORDS | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR };
    return !code->kwonlyargcount && !(code->flags & OTHER);
}

NULLABLE Place *place_get(Code *code, int unit, bool is_function)
{
    Place *place = place_find(code, unit, is_function);
    if (place) return place;
    place = raw_calloc(1, sizeof *place);
    if (!place) return NULL;
    place->code = code;
    place->unit = unit;
    place->is_function = is_function;
    place->is_callable = is_function && unit == 0 && takes_plain_arguments(code);
    place->next = code->jit;
    code->jit = place;
    place->all_next = all_places;
    all_places = place;
    return place;
}

static int opcode_at(const Code *code, int unit)
{
    return as_bytes(code->code)->data[unit * 2] & 0xff;
}

static Unit *unit_of(const Code *code, int unit)
{
    return &((Quick *)code->quick)->units[unit];
}

void set_countdown(Code *code, int unit, int countdown)
{
    unit_of(code, unit)->counter = (uint16_t)MIN(countdown, 65535);
}

void place_patch(Place *place, int unit)
{
    for (int i = 0; i < place->patched_count; i++) {
        if (place->patched[i] == unit) return;
    }
    if (place->patched_count == COUNT_OF(place->patched)) return;
    place->patched[place->patched_count++] = unit;
    unit_of(place->code, unit)->opcode = BC_ENTER_TRACE;
}

void place_link(Place *place)
{
    place->link = (Link){place->tree->code, place->tree->table, place->tree};
}

void place_unpatch(Place *place)
{
    for (int i = 0; i < place->patched_count; i++) {
        Unit *unit = unit_of(place->code, place->patched[i]);
        unit->opcode = (uint16_t)opcode_at(place->code, place->patched[i]);
        unit->counter = (uint16_t)jit_loop_countdown;
    }
    place->patched_count = 0;
}

void place_penalize(Place *place, Reason reason, Code *code, int unit)
{
    place->reason = reason;
    place->reason_code = code;
    place->reason_unit = unit;
    /* a matter of order: inner loops first, then this one; or of luck: an iteration in which nothing is raised */
    if ((reason == REASON_NOT_INLINED || reason == REASON_EXCEPTION) && ++place->retries < 20) {
        set_countdown(place->code, place->back_unit, 7);
        return;
    }
    int base = jit_options.mode == JIT_AUTO ? LOOP_THRESHOLD : SYNC_LOOP_THRESHOLD;
    int wait = base << MIN(reason == REASON_INNER_LOOP ? place->retries++ : ++place->aborts, 12);
    if (place->aborts >= ABORTS_MAX) {
        place->is_blacklisted = true;
        return;
    }
    wait += rand() % (base + 1);
    set_countdown(place->code, place->back_unit, MIN(wait, 60000));
}

int exit_threshold(const Snapshot *snapshot, int segments)
{
    int base = jit_options.exit_threshold     ? jit_options.exit_threshold
               : jit_options.mode == JIT_AUTO ? EXIT_THRESHOLD
                                              : SYNC_EXIT_THRESHOLD;
    /* a tree that has grown large already must gain more by growing */
    int growth = segments / (jit_options.mode == JIT_AUTO ? 6 : 2);
    return base << MIN(2 * snapshot->tries + growth, 16);
}

/* --- hot places --- */

static bool may_record(void)
{
    return !jit_is_recording && !compile_problem && jit_options.mode != JIT_OFF && !thread_is_traced(current_thread) &&
           budget_is_warm();
}

/* For hunting bugs: COACHWHIP_JIT_ONLY=function limits the JIT to one function. */
static bool is_wanted(const Code *code)
{
    static const char *only;
    static bool is_known;
    if (!is_known) only = getenv("COACHWHIP_JIT_ONLY");
    is_known = true;
    return !only || str_equal_cstr(code->name, only);
}

/* What a loop loses for want of code: half of what the interpreter needs for an iteration, of which the recorded
 * instructions tell little when there are loops inside, or functions that are not inlined. So the next iteration is
 * timed: `ip` is hot again at once. False: it has just begun. */
static bool time_iteration(Place *place, Unit *ip, const Frame *frame, int countdown)
{
    enum { LENGTHS_MAX = 64 /* of the recorded instructions: the rest is spent in C, or asleep */ };
    JitTree *tree = place->tree;
    uint64_t by_length = (uint64_t)tree->length * INSTRUCTION_CYCLES, now = __builtin_ia32_rdtsc();
    if (!place->timed_frame) {
        place->timed_frame = frame;
        place->timed_since = now - native_cycles;
        ip->counter = 1;
        return false;
    }
    uint64_t iteration = place->timed_frame == frame ? (now - native_cycles - place->timed_since) / 2 : 0;
    place->timed_frame = NULL;
    tree->lost_cycles += (uint64_t)countdown * MIN(MAX(iteration, by_length), by_length * LENGTHS_MAX);
    return true;
}

/* A place that has a tree is hot again: it waits for its code, or another of its jumps has become hot. */
static void meet_again(Place *place, Unit *ip, const Frame *frame, int unit, int countdown)
{
    JitTree *tree = place->tree;
    bool is_entered = tree->is_entered && !place->is_only_linked;
    if (tree->state == TREE_READY && !tree->is_suspended) {
        if (is_entered) place_patch(place, unit);
    } else if (place->is_function) {
        tree->lost_cycles += (uint64_t)countdown * (uint64_t)tree->length * INSTRUCTION_CYCLES;
    } else if (!time_iteration(place, ip, frame, countdown)) {
        return;
    }
    if (!is_entered) ip->counter = 65535; /* it is there for native callers */
}

void tree_installed(JitTree *tree)
{
    Place *place = tree->place;
    bool begins = tree->state != TREE_READY || tree->is_suspended;
    tree->state = TREE_READY;
    tree->is_suspended = false;
    place->timed_frame = NULL;
    place_link(place);
    tree_continue_later(tree);
    if (begins && tree->is_entered && !place->is_only_linked) place_patch(place, place->back_unit);
}

static bool hot(Frame *frame, Unit *ip, Value *sp, int head, bool is_function)
{
    Code *code = frame->code;
    int unit = (int)(ip - frame_quick(frame)->units);
    int countdown = is_function ? jit_call_countdown : jit_loop_countdown;
    ip->counter = (uint16_t)(countdown ? countdown : 65535);
    if (ip->opcode == BC_ENTER_TRACE) return false; /* its generic form ran: recording or tracing passed by */
    compile_poll(__builtin_ia32_rdtsc());
    if (!may_record()) return false;
    Place *place = is_wanted(code) ? place_get(code, head, is_function) : NULL;
    if (!place || place->is_blacklisted) {
        ip->counter = 65535;
        return false;
    }
    if (place->tree) {
        meet_again(place, ip, frame, unit, countdown);
        return false;
    }
    place->back_unit = unit;
    frame->ip = ip;
    frame->sp = sp;
    return record_start_root(place, frame);
}

static int jump_target(const Frame *frame, const Unit *ip)
{
    return (int)(ip - frame_quick(frame)->units) + 1 - (int)ip->oparg;
}

bool jit_hot_loop(Frame *frame, Unit *ip, Value *sp)
{
    return hot(frame, ip, sp, jump_target(frame, ip), false);
}

bool jit_hot_function(Frame *frame, Unit *ip, Value *sp)
{
    if ((frame->code->flags & CO_GENERATOR) || frame->owner != FRAME_OWNED_BY_THREAD) {
        ip->counter = 65535;
        return false;
    }
    return hot(frame, ip, sp, (int)(ip - frame_quick(frame)->units), true);
}

/* A small function is compiled only when native code really calls it: most are inlined by all who do. */
void note_native_call(JitTree *tree)
{
    tree->lost_cycles += (uint64_t)tree->length * INSTRUCTION_CYCLES + LEAVE_CYCLES;
    if (++tree->native_calls == NATIVE_CALLS && jit_options.mode == JIT_AUTO) tree_compile(tree);
}

/* --- entering native code --- */

bool entry_fits(const Tree *ir, const Ins *entry, Value v)
{
    switch ((EntryKind)entry->aux) {
    case ENTRY_VAL: return true;
    case ENTRY_INT: return value_is_small_int(v);
    case ENTRY_FLT: return value_is_immediate_float(v);
    default:
        return value_is_object(v) && (uint64_t)type_of(v) == ir_constant(ir, entry->b)->bits &&
               value_as_object(v)->refcount == 1;
    }
}

bool place_generalize(JitTree *tree, const Frame *frame)
{
    Place *place = tree->place;
    const Segment *root = &tree->ir.segments[0];
    bool found = false;
    for (Ref ref = root->first; ref < root->end; ref++) {
        const Ins *ins = &tree->ir.ins[ref];
        if (ins->op != IR_ENTRY || ins->a >= GENERIC_SLOTS_MAX) continue;
        if (entry_fits(&tree->ir, ins, frame->localsplus[ins->a])) continue;
        place->is_generic[ins->a] = true;
        found = true;
    }
    if (found) tree_invalidate(tree);
    return found;
}

void note_entry_failure(JitTree *tree, const Frame *frame)
{
    tree->entry_failures++;
    if (tree->entry_failures < ENTRY_FAILS_MAX || tree->entry_failures * 2 < tree->entries) return;
    Place *place = tree->place;
    if (place_generalize(tree, frame)) return;
    tree_invalidate(tree);
    place_penalize(place, REASON_TYPE_UNSTABLE, place->code, place->unit);
}

void note_exit(JitTree *tree, int exit, Frame *innermost, Frame *entry_frame)
{
    Snapshot *s = &tree->ir.snapshots[exit];
    tree->exits++;
    if (s->bridge >= 0) { /* it waits for the compiler */
        tree->lost_cycles += LEAVE_CYCLES;
        compile_poll(__builtin_ia32_rdtsc());
    }
    if (tree->state == TREE_DEAD || s->bridge >= 0 || s->kind == SNAP_FINAL || s->kind == SNAP_RETURN) return;
    s->hits++;
    if (s->hits < (uint32_t)exit_threshold(s, tree->ir.segments_count) || s->tries >= BRIDGE_TRIES || !may_record() ||
        eval_breaker)
        return;
    s->hits = 0;
    if (!record_start_bridge(tree, exit, innermost, entry_frame)) s->tries++;
}

int native_activations;

/* The tree's account. Going in and out costs a few hundred cycles; code that does no more than that between an entry
 * and the exit, and for which the interpreter would not need longer, is not entered from the interpreter any more
 * (native code that calls it or links to it still does), or, when it has grown a bridge that may lengthen the stay, not
 * until that is compiled. `exit` may be another tree's: then what came before the link to that is not counted. */
enum { ACCOUNT_ENTRIES = 1000, WORTHWHILE_CYCLES = 700 };

static void settle_account(JitTree *tree, uint64_t cycles, const Snapshot *exit)
{
    tree->window_cycles += cycles;
    tree->window_interpreted += (uint64_t)exit->length * INSTRUCTION_CYCLES;
    if (++tree->window_entries < ACCOUNT_ENTRIES) return;
    bool pays =
        tree->window_cycles / ACCOUNT_ENTRIES >= WORTHWHILE_CYCLES || tree->window_interpreted > tree->window_cycles;
    tree->window_cycles = tree->window_interpreted = tree->window_entries = 0;
    if (pays || jit_options.mode != JIT_AUTO || tree->state == TREE_DEAD) return;
    Place *place = tree->place;
    place_unpatch(place);
    bool is_waiting = tree->ir.segments_count > tree->compiled_segments;
    if (jit_options.log_level >= 1)
        fprintf(stderr, "jit: tree %u is not entered %s\n", tree->id, is_waiting ? "for a while" : "any more");
    if (is_waiting) {
        tree->is_suspended = true;
        return;
    }
    place->is_only_linked = true;
    place->reason = REASON_DOES_NOT_PAY;
    place->reason_code = NULL;
}

/* Runs the tree from its head, which the frame stands at. */
static bool run(JitTree *entered, Frame *frame, uint64_t start)
{
    ExitBuffer out;
    uint8_t activity = current_activity;
    current_activity = ACTIVITY_NATIVE;
    int64_t exit = tree_execute(entered, frame, &out);
    current_activity = activity;
    JitTree *tree = out.tree;
    Frame *innermost = exit_rebuild(tree, (int)exit, frame, out.values);
    uint64_t cycles = __builtin_ia32_rdtsc() - start;
    if (!native_activations) native_cycles += cycles;
    settle_account(entered, cycles, &tree->ir.snapshots[exit]);
    tree_spends(entered, cycles);
    if (tree != entered) tree_spends(tree, cycles);
    SnapKind kind = tree->ir.snapshots[exit].kind;
    if (kind == SNAP_ENTRY)
        note_entry_failure(tree, frame);
    else
        note_exit(tree, (int)exit, innermost, frame);
    jit_release_dead();
    return kind != SNAP_RAISE;
}

/* Whether the conditional backward jump at ip is taken; -1: an exception is set. */
static int jump_taken(int opcode, Value condition)
{
    switch (opcode) {
    case BC_POP_JUMP_BACKWARD_IF_NONE: return value_is_none(condition);
    case BC_POP_JUMP_BACKWARD_IF_NOT_NONE: return !value_is_none(condition);
    default: {
        int truth = is_true(condition);
        return truth < 0 ? -1 : truth == (opcode == BC_POP_JUMP_BACKWARD_IF_TRUE);
    }
    }
}

bool jit_enter(Frame *frame, Unit *ip, Value *sp)
{
    Unit *units = (Unit *)frame_quick(frame)->units;
    int unit = (int)(ip - units), opcode = opcode_at(frame->code, unit);
    bool is_function = opcode == BC_RESUME;
    int head = is_function ? unit : jump_target(frame, ip);
    frame->ip = ip;
    frame->sp = sp;
    if (is_function) {
        frame->is_complete = code_is_shown(frame->code);
    } else if (opcode != BC_JUMP_BACKWARD) {
        int taken = jump_taken(opcode, sp[-1]);
        if (taken < 0) return false;
        frame->sp = --sp;
        value_decref(*sp);
        if (!taken) {
            frame->ip = ip + 1;
            return true;
        }
    }
    if (UNLIKELY(eval_breaker) && safepoint_run() < 0) return false;
    for (Value *p = frame_stack_base(frame); p < sp; p++) iter_forget_pair(*p);
    Place *place = place_find(frame->code, head, is_function);
    JitTree *tree = place ? place->tree : NULL;
    frame->ip = units + (is_function ? unit + 1 : head);
    uint64_t now = __builtin_ia32_rdtsc();
    compile_poll(now);
    if (!tree || tree->state == TREE_DEAD || !tree->valid || thread_is_traced(current_thread) ||
        !(tree->code || jit_options.mode == JIT_EXEC) || eval_breaker || !mem_reserve_fill()) {
        return true;
    }
    return run(tree, frame, now);
}

int jit_original_opcode(const Unit *unit)
{
    for (const Place *p = all_places; p; p = p->all_next) {
        const Quick *quick = p->code->quick;
        if (quick && unit >= quick->units && unit < quick->units + quick->unit_count) {
            return opcode_at(p->code, (int)(unit - quick->units));
        }
    }
    return BC_JUMP_BACKWARD;
}

void jit_tracing_changed(bool is_traced)
{
    if (is_traced && jit_is_recording) jit_record_abandon();
    for (const Place *place = all_places; place; place = place->all_next) {
        if (place->tree) place->tree->valid = !is_traced; /* inlined calls would not be seen */
    }
}

/* --- start and end --- */

static bool set_mode(NULLABLE const char *value)
{
    static const struct {
        const char *name;
        JitMode mode;
    } modes[] = {{"auto", JIT_AUTO}, {"off", JIT_OFF}, {"sync", JIT_SYNC},
                 {"exec", JIT_EXEC}, {"1", JIT_AUTO},  {"0", JIT_OFF}};
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        if (!value || strcmp(value, modes[i].name) != 0) continue;
        jit_options.mode = modes[i].mode;
        return true;
    }
    return false;
}

static bool set_number(const char *value, int *place)
{
    char *end;
    long n = value ? strtol(value, &end, 10) : 0;
    if (!value || *end || n < 1 || n > 60000) return false;
    *place = (int)n;
    return true;
}

bool jit_option_set(const char *name, NULLABLE const char *value)
{
    if (strcmp(name, "jit") == 0) return set_mode(value);
    if (strcmp(name, "jit-stats") == 0) return jit_options.print_stats = true;
    if (strcmp(name, "jit-threshold") == 0) return set_number(value, &jit_options.loop_threshold);
    return false;
}

static void set_countdowns(void)
{
    bool is_auto = jit_options.mode == JIT_AUTO;
    jit_loop_countdown = jit_options.loop_threshold ? jit_options.loop_threshold
                         : is_auto                  ? LOOP_THRESHOLD
                                                    : SYNC_LOOP_THRESHOLD;
    jit_call_countdown = jit_options.call_threshold ? jit_options.call_threshold
                         : is_auto                  ? CALL_THRESHOLD
                                                    : SYNC_CALL_THRESHOLD;
}

void jit_startup(void)
{
    const char *log = getenv("COACHWHIP_JIT_LOG");
    if (log) jit_options.log_level = atoi(log);
    const char *mode = getenv("PYTHON_JIT");
    if (mode && jit_options.mode == JIT_AUTO) set_mode(mode);
    if (jit_options.mode == JIT_OFF) return;
    set_countdowns();
    watch_startup();
    lifetime_startup();
}

void jit_shutdown(void)
{
    if (jit_options.print_stats) jit_print_stats(stderr);
    jit_loop_countdown = jit_call_countdown = 0;
    if (jit_is_recording) jit_record_abandon();
    compile_shutdown();
    lifetime_shutdown();
}

void jit_after_fork_child(void)
{
    jit_is_recording = false;
    compile_after_fork();
}

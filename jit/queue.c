/* queue.c: which tree is compiled next.
 *
 * A tree waits here from the moment when it has something new until its request is sent; one is under way at a time. A
 * tree's account of what it loses for want of code (`lost_cycles`) says how urgent it is: a root that is not compiled
 * loses what its iterations cost in the interpreter, a bridge that is not compiled yet a way out and in again each
 * time. New bridges of a tree that has code are compiled as a part of their own, several at once if they are small:
 * they wait until the tree has lost a fair part of what that costs. A tree with parts loses a little at each step from
 * one to the other; when that comes to what compiling all of it as one costs, it is done: the time spent on it stays in
 * proportion to what it does (the same reasoning as for a vector that doubles). Very large trees keep their parts.
 *
 * A tree in which the program has spent far more time than compiling takes is compiled once more with all that GCC can
 * do: that gains from nothing to half of the time. A sixteenth is reckoned with. */
#include "jit/runtime.h"

enum {
    FAIR_PART = 4,
    GAIN_OF_REFINING = 16,
    REFINED_MAX = 800, /* instructions */
    WHOLE_MAX = 3000,  /* instructions of a tree with parts that is compiled as one */
    PART_MAX = 500,    /* instructions that are compiled at once, unless the first segment has more */
    SYNC_PARTS = 3     /* in sync mode, which has no account: so many segments make a new whole, refined */
};

static NULLABLE JitTree *first_waiting;

bool queue_is_waiting(void)
{
    return first_waiting != NULL;
}

/* Segments; the one that is being recorded has no end yet. */
static int finished_segments(const JitTree *tree)
{
    return tree->ir.segments_count - (jit_is_recording && recording_tree() == tree);
}

static Job some_segments(const JitTree *tree, int first)
{
    const Segment *segments = tree->ir.segments;
    int end = first + 1, most = segments[first].first + PART_MAX;
    while (end < finished_segments(tree) && segments[end].end <= most) end++;
    return (Job){first, end, 1};
}

static Job all_segments(const JitTree *tree, int level)
{
    return (Job){0, finished_segments(tree), level};
}

/* What the next request for the tree shall be. */
static Job next_job(const JitTree *tree)
{
    int new = tree->compiled_segments < finished_segments(tree) ? tree->compiled_segments : 0;
    if (!tree->code) return some_segments(tree, 0);
    bool is_due = jit_options.mode == JIT_SYNC && finished_segments(tree) - tree->whole_segments > SYNC_PARTS;
    if (is_due && tree->ir.ins_count <= WHOLE_MAX) new = 0;
    if (!new || tree->needs_whole || tree->wants_refining)
        return all_segments(tree, tree->level == 2 || tree->wants_refining || jit_options.mode == JIT_SYNC ? 2 : 1);
    return some_segments(tree, new);
}

static uint64_t lost_micros(const JitTree *tree)
{
    uint64_t lost = cycles_to_micros(tree->lost_cycles);
    return tree->wants_refining ? lost + cycles_to_micros(tree->native_cycles) / GAIN_OF_REFINING : lost;
}

/* What must be lost before the job is done. Where the worker's time is the program's, as much as the job costs: code
 * that spends its time in C (big integers, say) has little to gain. */
static uint64_t price(const JitTree *tree, Job job, uint64_t cost)
{
    if (budget_is_tight() || (tree->code && !job.first)) return cost;
    return tree->code ? cost / FAIR_PART : 0;
}

/* Lost per microsecond of compiling; 0: not yet worth it. */
static uint64_t urgency(const JitTree *tree)
{
    Job job = next_job(tree);
    uint64_t cost = compile_estimate(&tree->ir, job), lost = lost_micros(tree);
    return lost < price(tree, job, cost) ? 0 : lost * 1000 / cost + 1;
}

void tree_spends(JitTree *tree, uint64_t cycles)
{
    enum { LOOK_CYCLES = 1 << 24 };
    uint64_t before = tree->native_cycles;
    tree->native_cycles += cycles;
    if (before / LOOK_CYCLES == tree->native_cycles / LOOK_CYCLES || tree->level == 2 || !tree->code) return;
    if (tree->ir.ins_count > REFINED_MAX) return; /* what GCC takes then grows faster than the tree */
    uint64_t cost = compile_estimate(&tree->ir, all_segments(tree, 2));
    if (cycles_to_micros(tree->native_cycles) / GAIN_OF_REFINING < cost || jit_options.mode != JIT_AUTO) return;
    tree->wants_refining = true;
    tree_compile(tree);
}

static void drop_dead(void)
{
    for (JitTree **link = &first_waiting; *link;) {
        JitTree *tree = *link;
        if (tree->state != TREE_DEAD) {
            link = &tree->next_waiting;
            continue;
        }
        *link = tree->next_waiting;
        tree->is_waiting = false;
    }
}

static void take_out(const JitTree *tree)
{
    JitTree **link = &first_waiting;
    while (*link != tree) link = &(*link)->next_waiting;
    *link = tree->next_waiting;
}

void queue_forget(JitTree *tree)
{
    if (tree->is_waiting) take_out(tree);
    tree->is_waiting = false;
}

static NULLABLE JitTree *most_urgent(void)
{
    JitTree *best = NULL;
    uint64_t best_urgency = 0;
    for (JitTree *tree = first_waiting; tree; tree = tree->next_waiting) {
        uint64_t n = urgency(tree);
        if (n <= best_urgency) continue;
        best = tree;
        best_urgency = n;
    }
    return best;
}

void tree_continue_later(JitTree *tree)
{
    bool has_more = tree->compiled_segments < finished_segments(tree);
    bool has_parts = tree->compiled_segments > tree->whole_segments && tree->ir.ins_count <= WHOLE_MAX;
    if (jit_options.mode == JIT_AUTO && (has_more || has_parts)) tree_compile(tree);
}

/* What the tree has lost for want of the job's code is settled; the rest stays. */
static void settle(JitTree *tree, Job job)
{
    const Segment *segments = tree->ir.segments;
    int end = segments[finished_segments(tree) - 1].end;
    int waiting = end - segments[job.first].first, rest = end - segments[job.end - 1].end;
    tree->lost_cycles = tree->lost_cycles / (uint64_t)waiting * (uint64_t)rest;
}

void queue_next(void)
{
    if (compile_is_busy() || compile_problem) return;
    drop_dead();
    JitTree *tree = most_urgent();
    if (!tree) return;
    Job job = next_job(tree);
    if (!budget_allows(compile_estimate(&tree->ir, job))) return;
    take_out(tree);
    tree->is_waiting = false;
    settle(tree, job);
    compile_send(tree, job);
}

void tree_compile(JitTree *tree)
{
    if (jit_options.mode == JIT_EXEC) {
        tree->compiled_segments = tree->ir.segments_count;
        tree_installed(tree);
        return;
    }
    if (compile_problem) return;
    if (jit_options.mode == JIT_SYNC) {
        if (compile_send(tree, next_job(tree))) compile_wait();
        return;
    }
    if (!tree->is_waiting) {
        tree->is_waiting = true;
        tree->next_waiting = first_waiting;
        first_waiting = tree;
    }
    compile_next_poll = 0;
}

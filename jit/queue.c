/* queue.c: which tree is compiled next.
 *
 * A tree waits here from the moment when it has something new until its request is sent; one is under way at a time. A
 * tree's account of what it loses for want of code (`lost_cycles`) says how urgent it is: a root that is not compiled
 * loses what its iterations cost in the interpreter, a bridge that is not compiled yet a way out and in again each
 * time. New bridges of a tree that has code are compiled as a part of their own, several at once: they wait until the
 * tree has lost a fair part of what that costs. A tree with parts loses a little at each step from one to the other;
 * when that comes to what compiling all of it as one costs, it is done: the time spent on it stays in proportion to
 * what it does (the same reasoning as for a vector that doubles). */
#include "jit/runtime.h"

enum { FAIR_PART = 4, SYNC_PARTS = 3 /* in sync mode, which has no account: so many segments make a new whole */ };

static NULLABLE JitTree *first_waiting;

bool queue_is_waiting(void)
{
    return first_waiting != NULL;
}

/* The first segment of the next request for the tree; 0: all are meant. */
static int first_wanted(const JitTree *tree)
{
    if (!tree->code || tree->needs_whole) return 0;
    if (jit_options.mode == JIT_SYNC && tree->ir.segments_count - tree->whole_segments > SYNC_PARTS) return 0;
    return tree->compiled_segments < tree->ir.segments_count ? tree->compiled_segments : 0;
}

/* Lost per microsecond of compiling; 0: not yet worth it. */
static uint64_t urgency(const JitTree *tree)
{
    int first = first_wanted(tree);
    uint64_t cost = compile_estimate(&tree->ir, first);
    uint64_t lost = cycles_to_micros(tree->lost_cycles);
    if (tree->code && lost < (first ? cost / FAIR_PART : cost)) return 0;
    return lost * 1000 / cost + 1;
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

void queue_next(void)
{
    if (compile_is_busy() || compile_problem) return;
    drop_dead();
    JitTree *tree = most_urgent();
    if (!tree || !budget_allows(compile_estimate(&tree->ir, first_wanted(tree)))) return;
    take_out(tree);
    tree->is_waiting = false;
    tree->lost_cycles = 0;
    compile_send(tree, first_wanted(tree));
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
        if (compile_send(tree, first_wanted(tree))) compile_wait();
        return;
    }
    if (!tree->is_waiting) {
        tree->is_waiting = true;
        tree->next_waiting = first_waiting;
        first_waiting = tree;
    }
    compile_next_poll = 0;
}

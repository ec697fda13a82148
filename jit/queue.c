/* queue.c: which tree is compiled next.
 *
 * A tree waits here from the moment when it has something new until its request is sent; one is under way at a time. A
 * tree's account of what it loses for want of code (`lost_cycles`) says how urgent it is: a root that is not compiled
 * loses what its iterations cost in the interpreter, a bridge that is not compiled yet a way out and in again each
 * time. Every bridge makes the compiler go over the whole tree again, so a tree that has code must first have lost a
 * fair part of what compiling it costs: it then grows by several bridges at once, and the time spent on it stays in
 * proportion to what it does (the same reasoning as for a vector that doubles). */
#include "jit/runtime.h"

enum { FAIR_PART = 4 };

static NULLABLE JitTree *first_waiting;

bool queue_is_waiting(void)
{
    return first_waiting != NULL;
}

/* Lost per microsecond of compiling; 0: not yet worth it. */
static uint64_t urgency(const JitTree *tree)
{
    uint64_t cost = compile_estimate(&tree->ir);
    uint64_t lost = cycles_to_micros(tree->lost_cycles);
    if (tree->code && lost < cost / FAIR_PART) return 0;
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
    if (!tree || !budget_allows(compile_estimate(&tree->ir))) return;
    take_out(tree);
    tree->is_waiting = false;
    tree->lost_cycles = 0;
    compile_send(tree);
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
        if (compile_send(tree)) compile_wait();
        return;
    }
    if (!tree->is_waiting) {
        tree->is_waiting = true;
        tree->next_waiting = first_waiting;
        first_waiting = tree;
    }
    compile_next_poll = 0;
}

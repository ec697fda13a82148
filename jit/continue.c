/* continue.c: bridges with code of their own.
 *
 * The textbook patches the jump of an exit to go to the new bridge. Here code is never written to again, and to compile
 * the whole tree anew for each bridge makes large trees late: all of it goes through GCC each time. So a new bridge is
 * first compiled alone (a "part": all that the tree has grown since the last request, in one function). Code that
 * leaves through an exit with a continuation is entered there again, the exit's values being handed over in memory; at
 * its end the part goes back to the head of the tree the same way. That costs some dozens of cycles each time, which
 * the tree's account adds up; when they come to what compiling the whole would cost, that is done (queue.c).
 *
 *   C1  A bridge uses no values of its parents but the live ones of its exit (ir_is_visible).
 *   C2  Snapshots keep their numbers, and constants their places in the table: a part's code and older code both run
 *       with the newest table of the tree. */
#include "jit/runtime.h"

enum { CONTINUE_CYCLES = 60 };

int64_t tree_continue(Frame *frame, ExitBuffer *out, int64_t exit)
{
    while (exit_continues(out->tree, exit)) {
        JitTree *tree = out->tree;
        NativeCode code = exit == EXIT_TO_HEAD ? tree->code : tree->continuations[exit];
        out->continued = exit;
        tree->lost_cycles += CONTINUE_CYCLES;
        exit = code(frame->localsplus, out->values, tree->table);
    }
    return exit;
}

bool tree_take_part(JitTree *tree, NativeCode code, int first, int end)
{
    int count = tree->ir.snapshots_count;
    NativeCode *grown = raw_realloc(tree->continuations, (size_t)count * sizeof *grown);
    if (!grown) return false;
    for (int i = tree->continuations_count; i < count; i++) grown[i] = NULL;
    tree->continuations = grown;
    tree->continuations_count = count;
    for (int i = first; i < end; i++) {
        int parent = tree->ir.segments[i].parent_snapshot;
        if (tree->ir.snapshots[parent].segment < first) grown[parent] = code; /* the others are inside of it */
    }
    return true;
}

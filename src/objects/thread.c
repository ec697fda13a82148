/* thread.c: the running thread, and the guard of its C stack. vm/ makes further threads and switches between them. */
#include "objects/thread.h"

#include "objects/error.h"
#include "objects/exception.h"

/* What RecursionError itself may use beyond the limits while it is being made. */
enum { HEADROOM_CALLS = 50, HEADROOM_BYTES = 64 << 10, DEFAULT_RECURSION_LIMIT = 1000 };

static Thread main_thread = {
    .handled = &main_thread.handled_base,
    .recursion_remaining = DEFAULT_RECURSION_LIMIT,
};
Thread *current_thread = &main_thread;

static COLD bool recursion_beyond_limit(const char *where, const char *here)
{
    Thread *thread = current_thread;
    if (thread->recursion_headroom > 0 && thread->recursion_remaining > -HEADROOM_CALLS &&
        here > thread->c_stack_limit - HEADROOM_BYTES)
        return true;
    thread->recursion_headroom++;
    error_format(&type_RecursionError, "maximum recursion depth exceeded%s", where);
    thread->recursion_headroom--;
    thread->recursion_remaining++;
    return false;
}

bool recursion_enter(const char *where)
{
    Thread *thread = current_thread;
    const char *here = __builtin_frame_address(0);
    if (LIKELY(--thread->recursion_remaining >= 0 && here > thread->c_stack_limit)) return true;
    return recursion_beyond_limit(where, here);
}

void recursion_leave(void)
{
    current_thread->recursion_remaining++;
}

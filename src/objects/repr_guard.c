/* repr_guard.c: the containers whose repr is being made, as a stack of (thread, object). It is short nearly always, so
 * a search from its end is the fastest look-up. Repr runs Python code, and another thread may take the lock meanwhile:
 * therefore the thread is part of an entry, and leaving removes the youngest entry that matches. */
#include "objects/repr_guard.h"

#include "objects/error.h"

typedef struct Active {
    const Thread *thread;
    const Object *object;
} Active;

static Active *active;
static size_t active_count, active_capacity;

static ssize_t find_active(Value v)
{
    for (size_t i = active_count; i-- > 0;)
        if (active[i].object == value_as_object(v) && active[i].thread == current_thread) return (ssize_t)i;
    return -1;
}

int repr_enter(Value v)
{
    if (find_active(v) >= 0) return 1;
    if (active_count == active_capacity) {
        size_t capacity = active_capacity ? active_capacity * 2 : 32;
        Active *grown = raw_realloc(active, capacity * sizeof *grown);
        if (!grown) {
            error_no_memory();
            return -1;
        }
        active = grown;
        active_capacity = capacity;
    }
    active[active_count++] = (Active){current_thread, value_as_object(v)};
    return 0;
}

void repr_leave(Value v)
{
    ssize_t i = find_active(v);
    assert(i >= 0);
    active_count--;
    memmove(&active[i], &active[i + 1], (active_count - (size_t)i) * sizeof *active);
}

/* arena.c: where native code lives: one dense region of memory, mapped twice: written through one view, executed
 * through the other (W^X). Code is never moved or freed; when the arena is full, nothing more is compiled. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "jit/loader.h"

enum { ARENA_SIZE = 32 << 20 };

static char *writable, *executable;
static size_t used;

static bool arena_map(void)
{
    int fd = memfd_create("coachwhip-code", MFD_CLOEXEC);
    if (fd < 0) return false;
    if (ftruncate(fd, ARENA_SIZE) == 0) {
        void *w = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        void *x = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
        if (w != MAP_FAILED && x != MAP_FAILED) {
            writable = w;
            executable = x;
        }
    }
    close(fd);
    return writable != NULL;
}

bool arena_reserve(size_t size, char **write_view, char **execute_view)
{
    if (!writable && !arena_map()) return false;
    size_t start = align_up(used, 64);
    if (start + size > ARENA_SIZE) return false;
    *write_view = writable + start;
    *execute_view = executable + start;
    used = start + size;
    return true;
}

size_t arena_used(void)
{
    return used;
}

bool arena_contains(const void *address)
{
    const char *p = address;
    return executable && p >= executable && p < executable + used;
}

/* The code of a forked child is the parent's (shared); new code goes into an arena of its own. */
void arena_after_fork(void)
{
    writable = executable = NULL;
    used = 0;
}

/* blocking.h: what a module's C code needs around system calls that may wait, and how signals reach Python.
 *
 * The VM owns the interpreter lock and the safepoints and the module _signal owns the handlers; this header is where
 * they meet, as hooks that are NULL until their owner has started.
 *
 *     BLOCKING_BEGIN
 *     got = read(fd, data, size);
 *     BLOCKING_END
 *
 * Between the two no Python object may be touched. errno survives BLOCKING_END. */
#ifndef OBJECTS_BLOCKING_H
#define OBJECTS_BLOCKING_H

#include <errno.h>

#include "objects/object.h"

/* Set by the VM: gives the interpreter lock up, and takes it again. */
extern void (*lock_release_hook)(void);
extern void (*lock_acquire_hook)(void);
/* Set by _signal; called by the VM at a safepoint in the main thread when BREAK_SIGNALS is requested: runs the Python
 * handlers of the signals that have arrived. -1 with an exception. */
extern int (*signals_deliver_hook)(void);
/* Set by _signal; called in the child after a fork. */
extern void (*signals_after_fork_hook)(void);
/* Set by the VM: called in the child of a fork, in the thread that forked: the others are gone. */
extern void (*threads_after_fork_hook)(void);

#define BLOCKING_BEGIN                                                                                                 \
    {                                                                                                                  \
        if (lock_release_hook) lock_release_hook();
#define BLOCKING_END                                                                                                   \
    int blocking_errno_ = errno;                                                                                       \
    if (lock_acquire_hook) lock_acquire_hook();                                                                        \
    errno = blocking_errno_;                                                                                           \
    }

/* After a call that was interrupted (EINTR): runs the handlers now. 0: try again; -1: an exception is set. */
int signals_check(void) NODISCARD;

#endif

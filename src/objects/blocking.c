/* blocking.c: see blocking.h. */
#include "objects/blocking.h"

void (*lock_release_hook)(void);
void (*lock_acquire_hook)(void);
int (*signals_deliver_hook)(void);
void (*signals_after_fork_hook)(void);
void (*threads_after_fork_hook)(void);

int signals_check(void)
{
    return signals_deliver_hook ? signals_deliver_hook() : 0;
}

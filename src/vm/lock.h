/* lock.h: the interpreter lock and the threads that share it.
 *
 *  L1  Only the thread that holds the lock touches Python objects. current_thread is switched with it.
 *  L2  A thread that waits longer than the switch interval asks the holder to let go (BREAK_LOCK), at its next
 * safepoint. L3  A call that may wait for the world stands between thread_release() and thread_acquire(). */
#ifndef VM_LOCK_H
#define VM_LOCK_H

#include "objects/thread.h"

void thread_release(void); /* gives the lock up; the C thread remembers its Thread */
void thread_acquire(void); /* takes it back; a daemon thread of a process that ends waits for ever here */
/* Lets other threads run if one waits: at a safepoint. */
void thread_yield(void);
double thread_switch_interval(void);
void thread_set_switch_interval(double seconds);

void threads_init(void);             /* the main thread takes the lock */
void thread_prepare(Thread *thread); /* fields of a new Thread, C stack limit excepted */
void thread_set_c_stack(Thread *thread, char *top, size_t size);
/* Starts function(*args, **kwargs) in a new thread: its ident, or 0 with an exception. */
uint64_t thread_start(Value function, Value args, NULLABLE Value kwargs);
int threads_count(void); /* started with thread_start and still running */
size_t thread_stack_size(void);
void thread_set_stack_size(size_t size);
bool thread_is_main(void);
NULLABLE Thread *thread_find(uint64_t id);
/* Raises `exception` in the thread at its next safepoint (no value: takes a pending one back): number of threads found.
 */
int thread_set_async_exception(uint64_t id, NULLABLE Value exception);

#endif

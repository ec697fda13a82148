/* lock.c: the interpreter lock, threads and the safepoint (lock.h, frame.h). */
#define _GNU_SOURCE // pthread_getattr_np
#include "vm/lock.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "gc/gc.h"
#include "jit/jit.h"
#include "objects/blocking.h"
#include "objects/call.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "vm/frame.h"
#include "vm/import.h"
#include "vm/runtime.h"
#include "vm/tracing.h"

enum { DEFAULT_STACK = 16 << 20, C_STACK_RESERVE = 256 << 10 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t released, switched;
static bool is_locked;
static uint64_t switch_count;       /* times that the lock was taken */
static long switch_interval = 5000; /* microseconds */
static _Thread_local Thread *this_thread;
static int started_threads;
static size_t new_stack_size;
static bool signals_for_main; /* a signal waits until the main thread has the lock */

/* --- the flag word --- */

void safepoint_request(uint32_t reason)
{
    __atomic_fetch_or(&eval_breaker, reason, __ATOMIC_SEQ_CST);
}

static void breaker_clear(uint32_t reason)
{
    __atomic_fetch_and(&eval_breaker, ~reason, __ATOMIC_SEQ_CST);
}

/* What of the flag word depends on the thread that runs. */
static void breaker_for_thread(void)
{
    Thread *thread = current_thread;
    if (!value_is_null(thread->trace_function) || !value_is_null(thread->profile_function))
        safepoint_request(BREAK_TRACE);
    else
        breaker_clear(BREAK_TRACE);
    if (!value_is_null(thread->async_exception))
        safepoint_request(BREAK_ASYNC);
    else
        breaker_clear(BREAK_ASYNC);
    if (signals_for_main && thread == runtime.main_thread) {
        signals_for_main = false;
        safepoint_request(BREAK_SIGNALS);
    }
}

/* --- the lock --- */

static void deadline_after(struct timespec *deadline, long microseconds)
{
    clock_gettime(CLOCK_MONOTONIC, deadline);
    deadline->tv_sec += microseconds / 1000000;
    deadline->tv_nsec += microseconds % 1000000 * 1000;
    if (deadline->tv_nsec >= 1000000000) {
        deadline->tv_sec++;
        deadline->tv_nsec -= 1000000000;
    }
}

static void lock_take(void)
{
    pthread_mutex_lock(&mutex);
    while (is_locked) {
        uint64_t count = switch_count;
        struct timespec deadline;
        deadline_after(&deadline, switch_interval);
        int timed_out = pthread_cond_timedwait(&released, &mutex, &deadline);
        if (timed_out && is_locked && switch_count == count) safepoint_request(BREAK_LOCK);
    }
    is_locked = true;
    switch_count++;
    breaker_clear(BREAK_LOCK);
    pthread_cond_signal(&switched);
    pthread_mutex_unlock(&mutex);
}

static void lock_drop(void)
{
    pthread_mutex_lock(&mutex);
    is_locked = false;
    pthread_cond_signal(&released);
    pthread_mutex_unlock(&mutex);
}

/* A thread that comes back after the main thread has begun to end the process never runs again. */
static void stop_if_finalizing(Thread *thread)
{
    if (!runtime.is_finalizing || thread == runtime.main_thread) return;
    lock_drop();
    for (;;) pause();
}

void thread_release(void)
{
    this_thread = current_thread;
    lock_drop();
}

void thread_acquire(void)
{
    lock_take();
    stop_if_finalizing(this_thread);
    current_thread = this_thread;
    breaker_for_thread();
}

void thread_yield(void)
{
    Thread *thread = current_thread;
    pthread_mutex_lock(&mutex);
    uint64_t count = switch_count;
    is_locked = false;
    pthread_cond_signal(&released);
    /* Let the one that asked have it: otherwise this thread would most often take it again at once. */
    while (switch_count == count) {
        struct timespec deadline;
        deadline_after(&deadline, switch_interval);
        if (pthread_cond_timedwait(&switched, &mutex, &deadline)) break;
    }
    pthread_mutex_unlock(&mutex);
    lock_take();
    stop_if_finalizing(thread);
    current_thread = thread;
    breaker_for_thread();
}

double thread_switch_interval(void)
{
    return (double)switch_interval * 1e-6;
}

void thread_set_switch_interval(double seconds)
{
    switch_interval = MAX((long)(seconds * 1e6), 1L);
}

/* --- the safepoint --- */

static int raise_async(Thread *thread)
{
    Value type = thread->async_exception;
    thread->async_exception = VALUE_NULL;
    if (value_is_null(type)) return 0;
    if (is_exception(type)) {
        error_raise(type);
        return -1;
    }
    Value exception = call_0(type);
    value_decref(type);
    if (!value_is_null(exception)) error_raise(exception);
    return -1;
}

int safepoint_run(void)
{
    uint32_t reasons = eval_breaker;
    if (reasons & BREAK_SIGNALS) {
        breaker_clear(BREAK_SIGNALS);
        if (!thread_is_main())
            signals_for_main = true;
        else if (signals_deliver_hook && signals_deliver_hook() < 0)
            return -1;
    }
    if (reasons & BREAK_LOCK) {
        breaker_clear(BREAK_LOCK);
        thread_yield();
    }
    if (reasons & BREAK_GC) {
        breaker_clear(BREAK_GC);
        if (gc_is_due) gc_collect_due();
    }
    if (reasons & BREAK_PENDING) {
        breaker_clear(BREAK_PENDING);
        jit_release_dead();
    }
    if (reasons & BREAK_ASYNC) {
        breaker_clear(BREAK_ASYNC);
        if (raise_async(current_thread) < 0) return -1;
    }
    return 0;
}

static void request_collection(void)
{
    safepoint_request(BREAK_GC);
}

/* --- threads --- */

bool thread_is_main(void)
{
    return current_thread == runtime.main_thread;
}

NULLABLE Thread *thread_find(uint64_t id)
{
    for (Thread *thread = runtime.main_thread; thread; thread = thread->next)
        if (thread->id == id) return thread;
    return NULL;
}

int threads_count(void)
{
    return started_threads;
}

size_t thread_stack_size(void)
{
    return new_stack_size;
}

void thread_set_stack_size(size_t size)
{
    new_stack_size = size;
}

int thread_set_async_exception(uint64_t id, NULLABLE Value exception)
{
    Thread *thread = thread_find(id);
    if (!thread) return 0;
    value_replace(&thread->async_exception, value_xincref(exception));
    breaker_for_thread();
    return 1;
}

void thread_set_c_stack(Thread *thread, char *top, size_t size)
{
    thread->c_stack_limit = top - size + C_STACK_RESERVE;
}

void thread_prepare(Thread *thread)
{
    extern int recursion_limit;
    memset(thread, 0, sizeof *thread);
    thread->handled = &thread->handled_base;
    thread->recursion_remaining = recursion_limit;
}

static void lock_init(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&released, &attributes);
    pthread_cond_init(&switched, &attributes);
    pthread_condattr_destroy(&attributes);
    is_locked = true;
}

static void after_fork(void)
{
    pthread_mutex_init(&mutex, NULL);
    lock_init();
    Thread *self = current_thread;
    runtime.main_thread->next = NULL;
    /* The other threads do not exist here: what they own is leaked, as nobody can say in what state it is. */
    self->next = self->previous = NULL;
    runtime.main_thread = self;
    self->id = (uint64_t)pthread_self();
    started_threads = 0;
    this_thread = self;
}

void threads_init(void)
{
    Thread *thread = current_thread;
    struct rlimit limit;
    char here;
    size_t size = 8 << 20;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) size = limit.rlim_cur;
    thread_set_c_stack(thread, &here, MIN(size, (size_t)64 << 20));
    thread->id = (uint64_t)pthread_self();
    runtime.main_thread = this_thread = thread;
    lock_init();
    lock_release_hook = thread_release;
    lock_acquire_hook = thread_acquire;
    threads_after_fork_hook = after_fork;
    gc_due_hook = request_collection;
}

typedef struct ThreadStart {
    Thread *thread;
    Value function, args, kwargs;
} ThreadStart;

static void thread_link(Thread *thread)
{
    thread->next = runtime.main_thread->next;
    thread->previous = runtime.main_thread;
    if (thread->next) thread->next->previous = thread;
    runtime.main_thread->next = thread;
}

static void thread_unlink(Thread *thread)
{
    if (thread->previous) thread->previous->next = thread->next;
    if (thread->next) thread->next->previous = thread->previous;
}

static void report_thread_exception(Value function)
{
    if (error_catch(&type_SystemExit)) return;
    error_write_unraisable(function, "in thread started by");
}

static void thread_clear(Thread *thread)
{
    value_clear(&thread->dict);
    value_clear(&thread->context);
    value_clear(&thread->trace_function);
    value_clear(&thread->profile_function);
    value_clear(&thread->asyncgen_firstiter);
    value_clear(&thread->asyncgen_finalizer);
    value_clear(&thread->async_exception);
    value_clear(&thread->handled_base.exception);
}

static void *thread_body(void *argument)
{
    ThreadStart start = *(ThreadStart *)argument;
    raw_free(argument);
    Thread *thread = start.thread;
    pthread_attr_t attributes;
    void *stack;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &stack, &size);
        thread_set_c_stack(thread, (char *)stack + size, size);
        pthread_attr_destroy(&attributes);
    }
    thread->id = (uint64_t)pthread_self();
    this_thread = thread;
    thread_acquire();
    Value result = call_tuple_dict(start.function, start.args, start.kwargs);
    if (value_is_null(result))
        report_thread_exception(start.function);
    else
        value_decref(result);
    value_decref(start.function);
    value_decref(start.args);
    value_xdecref(start.kwargs);
    thread_clear(thread);
    value_clear(&thread->sentinel);
    started_threads--;
    thread_unlink(thread);
    frame_stack_free(thread);
    lock_drop();
    raw_free(thread);
    return NULL;
}

uint64_t thread_start(Value function, Value args, NULLABLE Value kwargs)
{
    Thread *thread = raw_alloc(sizeof(Thread));
    ThreadStart *start = raw_alloc(sizeof(ThreadStart));
    pthread_attr_t attributes;
    pthread_t id;
    if (!thread || !start || pthread_attr_init(&attributes) != 0) {
        raw_free(thread);
        raw_free(start);
        error_no_memory();
        return 0;
    }
    thread_prepare(thread);
    *start = (ThreadStart){thread, value_incref(function), value_incref(args), value_xincref(kwargs)};
    pthread_attr_setstacksize(&attributes, new_stack_size ? new_stack_size : (size_t)DEFAULT_STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    thread_link(thread);
    started_threads++;
    int failed = pthread_create(&id, &attributes, thread_body, start);
    pthread_attr_destroy(&attributes);
    if (!failed) {
        thread->id = (uint64_t)id;
        return (uint64_t)id;
    }
    started_threads--;
    thread_unlink(thread);
    value_decref(function);
    value_decref(args);
    value_xdecref(kwargs);
    raw_free(start);
    raw_free(thread);
    error_set(&type_RuntimeError, "can't start new thread");
    return 0;
}

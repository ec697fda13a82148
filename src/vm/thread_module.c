/* thread_module.c: `_thread`: starting threads, locks, thread-local data. */
#define _GNU_SOURCE // sem_clockwait
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/shape.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"
#include "vm/frame.h"
#include "vm/import.h"
#include "vm/lock.h"
#include "vm/runtime.h"
#include "vm/traceback.h"

/* --- locks --- */

typedef struct Lock {
    Object head;
    NULLABLE Value weaklist;
    sem_t semaphore;
    bool is_locked;
    /* RLock */
    uint64_t owner;
    int64_t count;
} Lock;

extern Type type_lock, type_rlock;

static Lock *as_lock(Value v)
{
    return (Lock *)value_as_object(v);
}

static Value lock_make(Type *type)
{
    Lock *lock = object_alloc_zeroed(type, sizeof(Lock));
    if (!lock) return VALUE_NULL;
    sem_init(&lock->semaphore, 0, 1);
    if (!gc_is_tracked(lock)) gc_track(lock);
    return value_from_object(lock);
}

static void lock_destroy(Object *self)
{
    Lock *lock = (Lock *)self;
    gc_untrack(self);
    if (!value_is_null(lock->weaklist)) weakref_clear_all(self);
    sem_destroy(&lock->semaphore);
    object_free(self, sizeof(Lock));
}

static int lock_traverse(Object *self, GcVisit visit, void *argument)
{
    return 0;
}

static void deadline_after(struct timespec *deadline, double seconds)
{
    clock_gettime(CLOCK_MONOTONIC, deadline);
    time_t whole = (time_t)seconds;
    deadline->tv_sec += whole;
    deadline->tv_nsec += (long)((seconds - (double)whole) * 1e9);
    if (deadline->tv_nsec >= 1000000000) {
        deadline->tv_sec++;
        deadline->tv_nsec -= 1000000000;
    }
}

/* 1 taken, 0 timed out, -1 a signal handler raised. timeout < 0: for ever. */
static int semaphore_take(sem_t *semaphore, double timeout)
{
    if (sem_trywait(semaphore) == 0) return 1;
    if (timeout == 0) return 0;
    struct timespec deadline;
    if (timeout > 0) deadline_after(&deadline, timeout);
    for (;;) {
        int status;
        BLOCKING_BEGIN
        status = timeout < 0 ? sem_wait(semaphore) : sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline);
        BLOCKING_END
        if (status == 0) return 1;
        if (errno == ETIMEDOUT) return 0;
        if (errno != EINTR) return 0;
        if (thread_is_main() && signals_check() < 0) return -1;
    }
}

#define TIMEOUT_MAX 9223372036.0

/* The arguments of acquire(): the time-out in seconds, < 0 for ever; false with an exception. */
static bool acquire_arguments(const Value *args, ssize_t nargs, Value kwnames, double *timeout)
{
    static const char *const names[] = {"blocking", "timeout", NULL};
    static const ArgSpec spec = {"acquire", names, 0, 2, 0};
    Value out[2];
    bool blocking = true;
    double seconds = -1;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return false;
    if (!value_is_null(out[0]) && !arg_as_bool(out[0], &blocking)) return false;
    if (!value_is_null(out[1])) {
        if (!arg_as_double(out[1], &seconds)) return false;
        if (!blocking && seconds != -1) {
            error_set(&type_ValueError, "can't specify a timeout for a non-blocking call");
            return false;
        }
        if (seconds < 0 && seconds != -1) {
            error_set(&type_ValueError, "timeout value must be a non-negative number");
            return false;
        }
        if (seconds > TIMEOUT_MAX) {
            error_set(&type_OverflowError, "timeout value is too large");
            return false;
        }
    }
    *timeout = blocking ? seconds : 0;
    return true;
}

static Value lock_acquire(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    double timeout;
    if (!acquire_arguments(args, nargs, kwnames, &timeout)) return VALUE_NULL;
    int taken = semaphore_take(&as_lock(self)->semaphore, timeout);
    if (taken < 0) return VALUE_NULL;
    if (taken) as_lock(self)->is_locked = true;
    return value_from_bool(taken);
}

static Value lock_release(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Lock *lock = as_lock(self);
    if (!lock->is_locked) return error_set(&type_RuntimeError, "release unlocked lock");
    lock->is_locked = false;
    sem_post(&lock->semaphore);
    return VALUE_NONE;
}

static Value lock_locked(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(as_lock(self)->is_locked);
}

static Value lock_enter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return lock_acquire(self, NULL, 0, VALUE_NULL);
}

static Value lock_exit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return lock_release(self, NULL, 0, VALUE_NULL);
}

static Value lock_after_fork(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Lock *lock = as_lock(self);
    sem_init(&lock->semaphore, 0, 1);
    lock->is_locked = false;
    lock->owner = 0;
    lock->count = 0;
    return VALUE_NONE;
}

static Value lock_repr(Value self)
{
    return str_format("<%s %T object at %p>", as_lock(self)->is_locked ? "locked" : "unlocked", self,
                      (void *)value_as_object(self));
}

#define ACQUIRE_DOC                                                                                                    \
    "acquire(blocking=True, timeout=-1) -> bool\n(acquire_lock() is an obsolete synonym)\n\n"                          \
    "Lock the lock.  Without argument, this blocks if the lock is already\n"                                           \
    "locked (even by the same thread), waiting for another thread to release\n"                                        \
    "the lock, and return True once the lock is acquired."
#define RELEASE_DOC                                                                                                    \
    "release()\n(release_lock() is an obsolete synonym)\n\n"                                                           \
    "Release the lock, allowing another thread that is blocked waiting for\n"                                          \
    "the lock to acquire the lock.  The lock must be in the locked state,\n"                                           \
    "but it needn't be locked by the same thread that unlocks it."
#define LOCKED_DOC                                                                                                     \
    "locked() -> bool\n(locked_lock() is an obsolete synonym)\n\nReturn whether the lock is in the locked state."

static const NativeMethod lock_methods[] = {
    {"acquire_lock", lock_acquire, 0, -1, NATIVE_KEYWORDS, ACQUIRE_DOC},
    {"acquire", lock_acquire, 0, -1, NATIVE_KEYWORDS, ACQUIRE_DOC},
    {"release_lock", lock_release, 0, 0, 0, RELEASE_DOC},
    {"release", lock_release, 0, 0, 0, RELEASE_DOC},
    {"locked_lock", lock_locked, 0, 0, 0, LOCKED_DOC},
    {"locked", lock_locked, 0, 0, 0, LOCKED_DOC},
    {"__enter__", lock_enter, 0, 0, 0, ACQUIRE_DOC},
    {"__exit__", lock_exit, 0, -1, 0, RELEASE_DOC},
    {"_at_fork_reinit", lock_after_fork, 0, 0},
    {NULL},
};

Type type_lock = {
    .head = TYPE_HEAD,
    .name = "_thread.lock",
    .doc = "A lock object is a synchronization primitive.  To create a lock,\ncall threading.Lock().",
    .instance_size = sizeof(Lock),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .weaklist_offset = offsetof(Lock, weaklist),
    .destroy = lock_destroy,
    .traverse = lock_traverse,
    .repr = lock_repr,
    .methods = lock_methods,
};

/* --- re-entrant locks --- */

static Value rlock_acquire(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    double timeout;
    Lock *lock = as_lock(self);
    if (!acquire_arguments(args, nargs, kwnames, &timeout)) return VALUE_NULL;
    if (lock->count > 0 && lock->owner == current_thread->id) {
        lock->count++;
        return VALUE_TRUE;
    }
    int taken = semaphore_take(&lock->semaphore, timeout);
    if (taken < 0) return VALUE_NULL;
    if (taken) {
        lock->owner = current_thread->id;
        lock->count = 1;
    }
    return value_from_bool(taken);
}

static Value rlock_release(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Lock *lock = as_lock(self);
    if (lock->count == 0 || lock->owner != current_thread->id)
        return error_set(&type_RuntimeError, "cannot release un-acquired lock");
    if (--lock->count == 0) {
        lock->owner = 0;
        sem_post(&lock->semaphore);
    }
    return VALUE_NONE;
}

static Value rlock_enter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return rlock_acquire(self, NULL, 0, VALUE_NULL);
}

static Value rlock_exit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return rlock_release(self, NULL, 0, VALUE_NULL);
}

static Value rlock_is_owned(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(as_lock(self)->count > 0 && as_lock(self)->owner == current_thread->id);
}

static Value rlock_recursion_count(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Lock *lock = as_lock(self);
    return value_from_small_int(lock->owner == current_thread->id ? lock->count : 0);
}

/* For threading.Condition: gives up all levels at once, and takes them back. */
static Value rlock_release_save(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Lock *lock = as_lock(self);
    if (lock->count == 0) return error_set(&type_RuntimeError, "cannot release un-acquired lock");
    Value owner = int_from_uint64(lock->owner), count = value_from_small_int(lock->count);
    Value state = value_is_null(owner) ? owner : tuple_pack(2, count, owner);
    value_xdecref(owner);
    if (value_is_null(state)) return state;
    lock->count = 0;
    lock->owner = 0;
    sem_post(&lock->semaphore);
    return state;
}

static Value rlock_acquire_restore(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Lock *lock = as_lock(self);
    uint64_t owner;
    if (!is_tuple(args[0]) || tuple_length(args[0]) != 2 || !arg_as_uint64(tuple_item_borrow(args[0], 1), &owner))
        return error_occurred() ? VALUE_NULL : error_set(&type_TypeError, "a state of _release_save() is needed");
    int64_t count = value_as_small_int(tuple_item_borrow(args[0], 0));
    if (semaphore_take(&lock->semaphore, -1) < 0) return VALUE_NULL;
    lock->owner = owner;
    lock->count = count;
    return VALUE_NONE;
}

static Value rlock_repr(Value self)
{
    const Lock *lock = as_lock(self);
    return str_format("<%s %T object owner=%lu count=%ld at %p>", lock->count ? "locked" : "unlocked", self,
                      (unsigned long)lock->owner, (long)lock->count, (void *)lock);
}

static Value rlock_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return lock_make(type);
}

static const NativeMethod rlock_methods[] = {
    {"acquire", rlock_acquire, 0, -1, NATIVE_KEYWORDS, "acquire(blocking=True) -> bool\n\nLock the lock."},
    {"release", rlock_release, 0, 0, 0, "release()\n\nRelease the lock."},
    {"_is_owned", rlock_is_owned, 0, 0, 0, "_is_owned() -> bool\n\nFor internal use by `threading.Condition`."},
    {"_recursion_count", rlock_recursion_count, 0, 0, 0,
     "_recursion_count() -> int\n\nFor internal use by reentrancy checks."},
    {"_acquire_restore", rlock_acquire_restore, 1, 1, 0,
     "_acquire_restore(state) -> None\n\nFor internal use by `threading.Condition`."},
    {"_release_save", rlock_release_save, 0, 0, 0,
     "_release_save() -> tuple\n\nFor internal use by `threading.Condition`."},
    {"__enter__", rlock_enter, 0, 0, 0, "Lock the lock."},
    {"__exit__", rlock_exit, 0, -1, 0, "Release the lock."},
    {"_at_fork_reinit", lock_after_fork, 0, 0},
    {NULL},
};

Type type_rlock = {
    .head = TYPE_HEAD,
    .name = "_thread.RLock",
    .instance_size = sizeof(Lock),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .weaklist_offset = offsetof(Lock, weaklist),
    .destroy = lock_destroy,
    .traverse = lock_traverse,
    .new_instance = rlock_new,
    .repr = rlock_repr,
    .methods = rlock_methods,
};

/* --- thread-local data: one namespace for each thread, in the thread's dict under the object's own key ---
 *
 * Between the thread's dict and the namespace stands a holder, which the collector does not look into: the namespaces
 * are visited as the local's own, so that a cycle through one is found although the thread lives on. */

typedef struct LocalHolder {
    Object head;
    Value dict;
} LocalHolder;

extern Type type_local_holder;

static void local_holder_destroy(Object *self)
{
    value_clear(&((LocalHolder *)self)->dict);
    object_free(self, sizeof(LocalHolder));
}

Type type_local_holder = {
    .head = TYPE_HEAD,
    .name = "_thread._localdummy",
    .doc = "Thread-local dummy",
    .instance_size = sizeof(LocalHolder),
    .flags = TYPE_NO_NEW,
    .destroy = local_holder_destroy,
};

typedef struct Local {
    Object head;
    NULLABLE Value weaklist;
    Value key;  /* a str: "thread.local.<address>" and a serial number */
    Value args; /* what __init__ is called with in each further thread */
    NULLABLE Value kwargs;
} Local;

extern Type type_local;

static Local *as_local(Value v)
{
    return (Local *)value_as_object(v);
}

static Value thread_dict(void)
{
    if (value_is_null(current_thread->dict)) current_thread->dict = dict_new();
    return current_thread->dict;
}

/* The namespace of a thread, borrowed; no value when there is none yet. */
static NULLABLE Value find_namespace(Value namespaces, const Local *local)
{
    Value holder = dict_get_borrow(namespaces, local->key);
    return value_is_null(holder) ? holder : ((LocalHolder *)value_as_object(holder))->dict;
}

/* Makes the namespace of this thread: borrowed. */
static Value add_namespace(Value namespaces, const Local *local)
{
    Value dict = dict_new();
    if (value_is_null(dict)) return dict;
    LocalHolder *holder = object_alloc(&type_local_holder, sizeof *holder);
    if (!holder) {
        value_decref(dict);
        return VALUE_NULL;
    }
    holder->dict = dict;
    int failed = dict_set(namespaces, local->key, value_from_object(holder));
    object_decref(&holder->head);
    return failed ? VALUE_NULL : dict;
}

/* The namespace of this thread: borrowed. Made, and __init__ run, at the first use. */
static Value local_dict(Value self)
{
    Local *local = as_local(self);
    Value namespaces = thread_dict();
    if (value_is_null(namespaces)) return namespaces;
    Value dict = find_namespace(namespaces, local);
    if (!value_is_null(dict) || error_occurred()) return dict;
    dict = add_namespace(namespaces, local);
    if (value_is_null(dict)) return dict;
    Type *type = type_of(self);
    if (type->init && type->init != type_object.init) {
        Value args[tuple_length(local->args) + 1 + (value_is_null(local->kwargs) ? 0 : dict_length(local->kwargs))];
        ssize_t n = tuple_length(local->args);
        memcpy(args, as_tuple(local->args)->items, (size_t)n * sizeof(Value));
        Value kwnames = VALUE_NULL;
        if (!value_is_null(local->kwargs) && dict_length(local->kwargs)) {
            kwnames = tuple_new(dict_length(local->kwargs));
            if (value_is_null(kwnames)) return kwnames;
            ssize_t position = 0, i = 0;
            Value key, value;
            while (dict_next(local->kwargs, &position, &key, &value)) {
                as_tuple(kwnames)->items[i] = value_incref(key);
                args[n + i++] = value;
            }
        }
        int failed = type->init(self, args, n, kwnames);
        value_xdecref(kwnames);
        if (failed < 0) {
            if (dict_delete_if_present(namespaces, local->key) < 0) error_clear();
            return VALUE_NULL;
        }
    }
    return dict;
}

static Value local_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static uint64_t serial;
    if (type->init == type_object.init && (nargs || !value_is_null(kwnames)))
        return error_set(&type_TypeError, "Initialization arguments are not supported");
    Local *local = object_alloc_zeroed(type, sizeof(Local));
    if (!local) return VALUE_NULL;
    if (!gc_is_tracked(local)) gc_track(local);
    Value self = value_from_object(local);
    local->key = str_format("thread.local.%p.%lu", (void *)local, (unsigned long)serial++);
    local->args = tuple_from_array(args, nargs);
    if (!value_is_null(kwnames)) local->kwargs = kwargs_to_dict(args + nargs, kwnames);
    if (value_is_null(local->key) || value_is_null(local->args) ||
        (!value_is_null(kwnames) && value_is_null(local->kwargs))) {
        value_decref(self);
        return VALUE_NULL;
    }
    /* The making thread's namespace exists from the start; its __init__ is called by type.__call__. */
    Value namespaces = thread_dict();
    if (value_is_null(namespaces) || value_is_null(add_namespace(namespaces, local))) value_clear(&self);
    return self;
}

/* Data descriptors of the class, the namespace, the rest of the class: generic_getattr with another dict. */
static Value local_getattr(Value self, Value name)
{
    Value dict = local_dict(self);
    if (value_is_null(dict)) return dict;
    if (is_str(name) && str_equal_cstr(name, "__dict__")) return value_incref(dict);
    Value in_class = type_lookup_borrow(type_of(self), name);
    if (!value_is_null(in_class) && type_of(in_class)->descr_set) return generic_getattr(self, name);
    Value v = dict_get_borrow(dict, name);
    if (!value_is_null(v)) return value_incref(v);
    return error_occurred() ? VALUE_NULL : generic_getattr(self, name);
}

static int local_setattr(Value self, Value name, NULLABLE Value value)
{
    Value dict = local_dict(self);
    if (value_is_null(dict)) return -1;
    if (is_str(name) && str_equal_cstr(name, "__dict__")) {
        error_format(&type_AttributeError, "'%T' object attribute '__dict__' is read-only", self);
        return -1;
    }
    Value in_class = type_lookup_borrow(type_of(self), name);
    if (!value_is_null(in_class) && type_of(in_class)->descr_set) return generic_setattr(self, name, value);
    if (!value_is_null(value)) return dict_set(dict, name, value);
    int deleted = dict_delete_if_present(dict, name);
    if (deleted == 0) error_format(&type_AttributeError, "'%T' object has no attribute '%U'", self, name);
    return deleted == 1 ? 0 : -1;
}

static int local_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Local *)self)->args);
    GC_VISIT(((Local *)self)->kwargs);
    if (value_is_null(((Local *)self)->key)) return 0;
    for (const Thread *thread = runtime.main_thread; thread; thread = thread->next) {
        if (value_is_null(thread->dict)) continue;
        Value dict = find_namespace(thread->dict, (Local *)self);
        GC_VISIT(dict);
    }
    return 0;
}

static void local_clear(Object *self)
{
    Local *local = (Local *)self;
    if (value_is_null(local->key)) return;
    Value saved = error_fetch();
    for (Thread *thread = runtime.main_thread; thread; thread = thread->next)
        if (!value_is_null(thread->dict) && dict_delete_if_present(thread->dict, local->key) < 0) error_clear();
    error_restore(saved);
}

static void local_destroy(Object *self)
{
    Local *local = (Local *)self;
    gc_untrack(self);
    if (!value_is_null(local->weaklist)) weakref_clear_all(self);
    local_clear(self);
    value_clear(&local->key);
    value_clear(&local->args);
    value_clear(&local->kwargs);
    object_free(self, sizeof(Local));
}

Type type_local = {
    .head = TYPE_HEAD,
    .name = "_thread._local",
    .doc = "Thread-local data",
    .instance_size = sizeof(Local),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .weaklist_offset = offsetof(Local, weaklist),
    .destroy = local_destroy,
    .traverse = local_traverse,
    .clear = local_clear,
    .new_instance = local_new,
    .getattr = local_getattr,
    .setattr = local_setattr,
};

/* --- functions --- */

static Value thread_start_new(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_callable(args[0])) return error_set(&type_TypeError, "first arg must be callable");
    if (!is_tuple(args[1])) return error_set(&type_TypeError, "2nd arg must be a tuple");
    if (nargs > 2 && !is_dict(args[2])) return error_set(&type_TypeError, "optional 3rd arg must be a dictionary");
    uint64_t id = thread_start(args[0], args[1], nargs > 2 ? args[2] : VALUE_NULL);
    return id ? int_from_uint64(id) : VALUE_NULL;
}

static Value thread_allocate_lock(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return lock_make(&type_lock);
}

static Value thread_get_ident(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_uint64(current_thread->id);
}

static Value thread_get_native_id(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(syscall(SYS_gettid));
}

static Value thread_count(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(threads_count());
}

static Value thread_exit_function(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_set_none(&type_SystemExit);
}

static Value thread_interrupt_main(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    extern int signal_simulate(int number) __attribute__((weak));
    int number = 2; /* SIGINT */
    if (nargs && !arg_as_int(args[0], &number)) return VALUE_NULL;
    if (number < 1 || number > 64) return error_set(&type_ValueError, "signal number out of range");
    if (!signal_simulate) return error_set(&type_NotImplementedError, "_thread.interrupt_main");
    return signal_simulate(number) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value thread_set_size(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t size = 0;
    if (nargs && !arg_as_ssize(args[0], &size)) return VALUE_NULL;
    if (size < 0) return error_set(&type_ValueError, "size must be 0 or a positive value");
    if (size > 0 && size < 32768) return error_format(&type_ValueError, "size not valid: %zd bytes", size);
    size_t old = thread_stack_size();
    if (nargs) thread_set_stack_size((size_t)size);
    return value_from_small_int((int64_t)old);
}

/* A lock that is released when the thread has ended: for Thread.join(). The thread's dict owns a guard that does it. */
typedef struct Sentinel {
    Object head;
    Value lock;
} Sentinel;

extern Type type_thread_sentinel;

static void sentinel_destroy(Object *self)
{
    gc_untrack(self);
    Value lock = ((Sentinel *)self)->lock;
    if (as_lock(lock)->is_locked) {
        as_lock(lock)->is_locked = false;
        sem_post(&as_lock(lock)->semaphore);
    }
    value_decref(lock);
    object_free(self, sizeof(Sentinel));
}

static int sentinel_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Sentinel *)self)->lock);
    return 0;
}

Type type_thread_sentinel = {
    .head = TYPE_HEAD,
    .name = "_thread._sentinel",
    .instance_size = sizeof(Sentinel),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = sentinel_destroy,
    .traverse = sentinel_traverse,
};

static Value thread_set_sentinel(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value lock = lock_make(&type_lock);
    if (value_is_null(lock)) return lock;
    Sentinel *sentinel = object_alloc(&type_thread_sentinel, sizeof(Sentinel));
    if (!sentinel) {
        value_decref(lock);
        return VALUE_NULL;
    }
    sentinel->lock = value_incref(lock);
    gc_track(sentinel);
    value_replace(&current_thread->sentinel, value_from_object(sentinel));
    return lock;
}

static const StructSeqField hook_fields[] = {{"exc_type", "Exception type"},
                                             {"exc_value", "Exception value"},
                                             {"exc_traceback", "Exception traceback"},
                                             {"thread", "Thread"},
                                             {NULL, NULL}};
static const StructSeqDef hook_definition = {"_thread._ExceptHookArgs",
                                             "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
                                             hook_fields, 4};

static int write_to(Value file, STEALS Value text)
{
    Value result = value_is_null(text) ? text : call_method_1(file, ID(write), text);
    value_xdecref(text);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static Value thread_excepthook(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_tuple(args[0]) || tuple_length(args[0]) < 4)
        return error_set(&type_TypeError, "_thread.excepthook argument type must be ExceptHookArgs");
    const Value *fields = as_tuple(args[0])->items;
    if (value_is(fields[0], value_from_object(&type_SystemExit))) return VALUE_NONE;
    Value file = sys_get_borrow("stderr"), thread = fields[3], name = VALUE_NULL;
    if (value_is_null(file) || value_is_none(file)) {
        if (value_is_none(thread)) return VALUE_NONE;
        file = get_attr_cstr(thread, "_stderr");
        if (value_is_null(file) || value_is_none(file)) {
            error_clear();
            return VALUE_NONE;
        }
        value_decref(file);
    }
    value_incref(file);
    bool failed = false;
    if (!value_is_none(thread)) name = get_attr_optional(thread, ID(name), &failed);
    if (failed) error_clear();
    int status = !value_is_null(name)
                     ? write_to(file, str_format("Exception in thread %S:\n", name))
                     : write_to(file, str_format("Exception in thread %lu:\n", (unsigned long)current_thread->id));
    value_xdecref(name);
    if (status == 0) {
        Value exception = value_incref(fields[1]);
        if (is_exception(exception)) {
            if (!value_is_none(fields[2]) && value_is_null(as_exception(exception)->traceback))
                as_exception(exception)->traceback = value_incref(fields[2]);
            status = exception_print(exception, file);
        }
        value_decref(exception);
    }
    if (status == 0) {
        Value result = call_method_0(file, ID(flush));
        value_xdecref(result);
    }
    value_decref(file);
    return error_occurred() ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod thread_methods[] = {
    {"start_new_thread", thread_start_new, 2, 3, 0,
     "start_new_thread(function, args[, kwargs])\n(start_new() is an obsolete synonym)\n\n"
     "Start a new thread and return its identifier."},
    {"start_new", thread_start_new, 2, 3, 0, "start_new_thread(function, args[, kwargs])"},
    {"allocate_lock", thread_allocate_lock, 0, 0, 0,
     "allocate_lock() -> lock object\n(allocate() is an obsolete synonym)\n\nCreate a new lock object."},
    {"allocate", thread_allocate_lock, 0, 0, 0, "allocate_lock() -> lock object"},
    {"exit_thread", thread_exit_function, 0, 0, 0, "exit()\n(exit_thread() is an obsolete synonym)"},
    {"exit", thread_exit_function, 0, 0, 0,
     "exit()\n(exit_thread() is an obsolete synonym)\n\n"
     "This is synonymous to ``raise SystemExit''.  It will cause the current\nthread to exit silently unless the "
     "exception is caught."},
    {"interrupt_main", thread_interrupt_main, 0, 1, 0,
     "interrupt_main(signum=signal.SIGINT, /)\n\nSimulate the arrival of the given signal in the main thread."},
    {"get_ident", thread_get_ident, 0, 0, 0,
     "get_ident() -> integer\n\nReturn a non-zero integer that uniquely identifies the current thread\n"
     "amongst other threads that exist simultaneously."},
    {"get_native_id", thread_get_native_id, 0, 0, 0,
     "get_native_id() -> integer\n\nReturn a non-negative integer identifying the thread as reported\nby the OS "
     "(kernel)."},
    {"_count", thread_count, 0, 0, 0,
     "_count() -> integer\n\nReturn the number of currently running Python threads, excluding\nthe main thread."},
    {"stack_size", thread_set_size, 0, 1, 0,
     "stack_size([size]) -> size\n\nReturn the thread stack size used when creating new threads."},
    {"_set_sentinel", thread_set_sentinel, 0, 0, 0,
     "_set_sentinel() -> lock\n\nSet a sentinel lock that will be released when the current thread\nstate is "
     "finalized."},
    {"_excepthook", thread_excepthook, 1, 1, 0,
     "excepthook(exc_type, exc_value, exc_traceback, thread)\n\nHandle uncaught Thread.run() exception."},
    {NULL},
};

static int thread_exec(Value module)
{
    Type *arguments = structseq_type_new(&hook_definition);
    if (!arguments || module_add_type(module, &type_lock) < 0 || module_add_type(module, &type_rlock) < 0 ||
        module_add_type(module, &type_local) < 0)
        return -1;
    return module_add(module, "LockType", value_incref(value_from_object(&type_lock))) < 0 ||
                   module_add(module, "error", value_incref(value_from_object(&type_RuntimeError))) < 0 ||
                   module_add(module, "TIMEOUT_MAX", value_from_double(TIMEOUT_MAX)) < 0 ||
                   module_add(module, "_ExceptHookArgs", value_from_object(arguments)) < 0
               ? -1
               : 0;
}

NATIVE_MODULE(_thread) = {
    "_thread",
    "This module provides primitive operations to write multi-threaded programs.\n"
    "The 'threading' module provides a more convenient interface.",
    thread_methods,
    thread_exec,
    NULL,
};

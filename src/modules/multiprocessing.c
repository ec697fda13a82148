/* multiprocessing.c: the modules _multiprocessing (semaphores between processes) and _posixshmem (shared memory). */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "modules/duration.h"
#include "modules/posix/posix.h"

enum Kind { RECURSIVE_MUTEX, SEMAPHORE };

typedef struct SemLock {
    Object head;
    sem_t *semaphore;
    pthread_t owner; /* of the last acquire, while count > 0 */
    int count, maximum;
    enum Kind kind;
    NULLABLE Value name; /* owned str; no value for None */
} SemLock;

static Type semlock_type;

static SemLock *as_lock(Value v)
{
    return (SemLock *)value_as_object(v);
}

static void semlock_destroy(Object *object)
{
    SemLock *self = (SemLock *)object;
    if (self->semaphore) sem_close(self->semaphore);
    value_xdecref(self->name);
    object_free(object, object->type->instance_size);
}

static Value make(Type *type, sem_t *semaphore, int kind, int maximum, NULLABLE Value name)
{
    SemLock *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) {
        sem_close(semaphore);
        return VALUE_NULL;
    }
    self->semaphore = semaphore;
    self->kind = (enum Kind)kind;
    self->maximum = maximum;
    self->name = value_xincref(name);
    return value_from_object(self);
}

static Value semlock_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("SemLock", 5, 5, "kind", "value", "maxvalue", "name", "unlink");
    int kind, initial, maximum;
    bool unlinks;
    if (!arg_as_int(out[0], &kind) || !arg_as_int(out[1], &initial) || !arg_as_int(out[2], &maximum) ||
        !arg_as_bool(out[4], &unlinks))
        return VALUE_NULL;
    if (!is_str(out[3])) return error_format(&type_TypeError, "SemLock() argument 'name' must be str, not %T", out[3]);
    if (kind != RECURSIVE_MUTEX && kind != SEMAPHORE) return error_set(&type_ValueError, "unrecognized kind");
    const char *name = str_as_utf8(out[3], NULL);
    if (!name) return VALUE_NULL;
    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, (unsigned)initial);
    if (semaphore == SEM_FAILED) return posix_error();
    if (unlinks && sem_unlink(name) < 0) {
        posix_error();
        sem_close(semaphore);
        return VALUE_NULL;
    }
    return make(type, semaphore, kind, maximum, unlinks ? VALUE_NULL : out[3]);
}

/* The lock of another process, by name or (after a fork) by address. */
FUNCTION(semlock_rebuild)
{
    int64_t handle;
    int kind, maximum;
    if (!arg_as_int64(args[0], &handle) || !arg_as_int(args[1], &kind) || !arg_as_int(args[2], &maximum))
        return VALUE_NULL;
    sem_t *semaphore = (sem_t *)handle; // NOLINT(performance-no-int-to-ptr)
    if (is_str(args[3])) {
        const char *name = str_as_utf8(args[3], NULL);
        if (!name) return VALUE_NULL;
        semaphore = sem_open(name, 0);
        if (semaphore == SEM_FAILED) return posix_error();
    }
    return make((Type *)value_as_object(self), semaphore, kind, maximum, is_str(args[3]) ? args[3] : VALUE_NULL);
}

static bool is_mine(const SemLock *self)
{
    return self->count > 0 && pthread_equal(self->owner, pthread_self());
}

/* 0 acquired, else errno; -1 with an exception from a signal handler. */
static int wait_for(SemLock *self, bool blocks, bool has_timeout, int64_t timeout)
{
    struct timespec deadline = {0};
    if (has_timeout) {
        clock_gettime(CLOCK_REALTIME, &deadline);
        int64_t at = deadline.tv_sec * INT64_C(1000000000) + deadline.tv_nsec + timeout;
        deadline = duration_as_timespec(at);
    }
    while (sem_trywait(self->semaphore) < 0) {
        int status;
        if (errno != EAGAIN && errno != EINTR) return errno;
        if (errno == EAGAIN && !blocks) return EAGAIN;
        BLOCKING_BEGIN
        status = has_timeout ? sem_timedwait(self->semaphore, &deadline) : sem_wait(self->semaphore);
        BLOCKING_END
        if (status == 0) return 0;
        if (errno != EINTR) return errno;
        if (signals_check() < 0) return -1;
    }
    return 0;
}

FUNCTION(semlock_acquire)
{
    ARGUMENTS("acquire", 0, 2, "block", "timeout");
    SemLock *lock = as_lock(self);
    bool blocks = true, has_timeout = is_given(out[1]) && !value_is_none(out[1]);
    int64_t timeout = 0;
    if (!optional_bool(out[0], &blocks)) return VALUE_NULL;
    if (lock->kind == RECURSIVE_MUTEX && is_mine(lock)) {
        lock->count++;
        return VALUE_TRUE;
    }
    if (has_timeout && !duration_from_seconds(out[1], ROUND_UP, &timeout)) return VALUE_NULL;
    int error = wait_for(lock, blocks, blocks && has_timeout, MAX(timeout, 0));
    if (error == EAGAIN || error == ETIMEDOUT) return VALUE_FALSE;
    if (error) {
        errno = error;
        return error < 0 ? VALUE_NULL : posix_error();
    }
    lock->count++;
    lock->owner = pthread_self();
    return VALUE_TRUE;
}

FUNCTION(semlock_release)
{
    SemLock *lock = as_lock(self);
    int value;
    if (lock->kind == RECURSIVE_MUTEX) {
        if (!is_mine(lock))
            return error_set(&type_AssertionError, "attempt to release recursive lock not owned by thread");
        if (lock->count > 1) {
            lock->count--;
            return VALUE_NONE;
        }
    } else {
        if (sem_getvalue(lock->semaphore, &value) < 0) return posix_error();
        if (value >= lock->maximum) return error_set(&type_ValueError, "semaphore or lock released too many times");
    }
    if (sem_post(lock->semaphore) < 0) return posix_error();
    lock->count--;
    return VALUE_NONE;
}

FUNCTION(semlock_enter)
{
    return semlock_acquire(self, NULL, 0, VALUE_NULL);
}

FUNCTION(semlock_exit)
{
    return semlock_release(self, NULL, 0, VALUE_NULL);
}

FUNCTION(semlock_count)
{
    return value_from_small_int(as_lock(self)->count);
}

FUNCTION(semlock_is_mine)
{
    return value_from_bool(is_mine(as_lock(self)));
}

FUNCTION(semlock_get_value)
{
    int value;
    if (sem_getvalue(as_lock(self)->semaphore, &value) < 0) return posix_error();
    return value_from_small_int(MAX(value, 0));
}

FUNCTION(semlock_is_zero)
{
    int value;
    if (sem_getvalue(as_lock(self)->semaphore, &value) < 0) return posix_error();
    return value_from_bool(value == 0);
}

FUNCTION(semlock_after_fork)
{
    as_lock(self)->count = 0;
    return VALUE_NONE;
}

static Value get_handle(Value self, void *closure)
{
    return int_from_uint64((uint64_t)as_lock(self)->semaphore);
}

static Value get_kind(Value self, void *closure)
{
    return value_from_small_int(as_lock(self)->kind);
}

static const NativeGetSet semlock_getsets[] = {
    {"handle", get_handle, NULL, NULL, NULL},
    {"kind", get_kind, NULL, NULL, NULL},
    {NULL},
};

static const NativeMember semlock_members[] = {
    {"maxvalue", MEMBER_INT, offsetof(SemLock, maximum), true, NULL},
    {"name", MEMBER_VALUE, offsetof(SemLock, name), true, NULL},
    {NULL},
};

static const NativeMethod semlock_methods[] = {
    {"acquire", semlock_acquire, 0, -1, NATIVE_KEYWORDS,
     "acquire($self, /, block=True, timeout=None)\n--\n\nAcquire the semaphore/lock."},
    {"release", semlock_release, 0, 0, 0, "release($self, /)\n--\n\nRelease the semaphore/lock."},
    {"_count", semlock_count, 0, 0, 0, "_count($self, /)\n--\n\nNum of `acquire()`s minus num of `release()`s."},
    {"_is_mine", semlock_is_mine, 0, 0, 0, "_is_mine($self, /)\n--\n\nWhether the lock is owned by this thread."},
    {"_get_value", semlock_get_value, 0, 0, 0, "_get_value($self, /)\n--\n\nGet the value of the semaphore."},
    {"_is_zero", semlock_is_zero, 0, 0, 0, "_is_zero($self, /)\n--\n\nReturn whether semaphore has value zero."},
    {"_rebuild", semlock_rebuild, 4, 4, NATIVE_CLASS, "_rebuild($type, handle, kind, maxvalue, name, /)\n--\n\n"},
    {"_after_fork", semlock_after_fork, 0, 0, 0, "_after_fork($self, /)\n--\n\nRezero the net acquisition count."},
    {"__enter__", semlock_enter, 0, 0, 0, "__enter__($self, /)\n--\n\nEnter the semaphore/lock."},
    {"__exit__", semlock_exit, 0, 3, 0,
     "__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)\n--\n\nExit the semaphore/lock."},
    {NULL},
};

static Type semlock_type = {
    .head = TYPE_HEAD,
    .name = "_multiprocessing.SemLock",
    .doc = "SemLock(kind, value, maxvalue, name, unlink)\n--\n\nSemaphore/Mutex type",
    .instance_size = sizeof(SemLock),
    .flags = TYPE_BASE | TYPE_IMMUTABLE,
    .destroy = semlock_destroy,
    .new_instance = semlock_new,
    .methods = semlock_methods,
    .members = semlock_members,
    .getsets = semlock_getsets,
};

FUNCTION(multiprocessing_sem_unlink)
{
    if (!is_str(args[0])) return error_format(&type_TypeError, "sem_unlink() argument must be str, not %T", args[0]);
    const char *name = str_as_utf8(args[0], NULL);
    return name ? posix_none(sem_unlink(name)) : VALUE_NULL;
}

static const NativeMethod multiprocessing_methods[] = {
    {"sem_unlink", multiprocessing_sem_unlink, 1, 1, 0, "sem_unlink($module, name, /)\n--\n\n"},
    {NULL},
};

static int multiprocessing_exec(Value module)
{
    static const char *const flags[] = {"HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"};
    if (module_add_type(module, &semlock_type) < 0) return -1;
    if (dict_set_cstr(semlock_type.dict, "SEM_VALUE_MAX", value_from_small_int(SEM_VALUE_MAX)) < 0) return -1;
    Value dict = dict_new();
    for (size_t i = 0; i < COUNT_OF(flags) && !value_is_null(dict); i++)
        if (dict_set_cstr(dict, flags[i], value_from_small_int(1)) < 0) value_clear(&dict);
    return module_add(module, "flags", dict);
}

NATIVE_MODULE(_multiprocessing) = {
    .name = "_multiprocessing",
    .methods = multiprocessing_methods,
    .exec = multiprocessing_exec,
};

/* --- _posixshmem --- */

FUNCTION(shmem_shm_open)
{
    ARGUMENTS("shm_open", 2, 3, "path", "flags", "mode");
    int flags, mode = 0777, fd;
    if (!is_str(out[0])) return error_format(&type_TypeError, "shm_open() argument 'path' must be str, not %T", out[0]);
    if (!arg_as_int(out[1], &flags) || !optional_int(out[2], &mode)) return VALUE_NULL;
    const char *name = str_as_utf8(out[0], NULL);
    if (!name) return VALUE_NULL;
    if (RETRY(fd, shm_open(name, flags, (mode_t)mode))) return VALUE_NULL;
    return fd < 0 ? error_os(&type_OSError, errno, out[0]) : value_from_small_int(fd);
}

FUNCTION(shmem_shm_unlink)
{
    ARGUMENTS("shm_unlink", 1, 1, "path");
    int status;
    if (!is_str(out[0]))
        return error_format(&type_TypeError, "shm_unlink() argument 'path' must be str, not %T", out[0]);
    const char *name = str_as_utf8(out[0], NULL);
    if (!name) return VALUE_NULL;
    if (RETRY(status, shm_unlink(name))) return VALUE_NULL;
    return status < 0 ? error_os(&type_OSError, errno, out[0]) : VALUE_NONE;
}

static const NativeMethod shmem_methods[] = {
    {"shm_open", shmem_shm_open, 0, -1, NATIVE_KEYWORDS,
     "shm_open($module, /, path, flags, mode=511)\n--\n\nOpen a shared memory object.  Returns a file descriptor."},
    {"shm_unlink", shmem_shm_unlink, 0, -1, NATIVE_KEYWORDS,
     "shm_unlink($module, /, path)\n--\n\nRemove a shared memory object (similar to unlink())."},
    {NULL},
};

NATIVE_MODULE(_posixshmem) = {
    .name = "_posixshmem",
    .doc = "POSIX shared memory module",
    .methods = shmem_methods,
};

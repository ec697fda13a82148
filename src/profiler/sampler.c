/* sampler.c: the timer signal and the sample buffer.
 *
 * The handler may interrupt anything, so it only reads: current_thread, the chain of frames (each frame is filled in
 * before it is linked), and their code pointers, and writes to a buffer that was mapped beforehand. It dereferences no
 * code object. Invariant P1: while samples exist no code object is freed (code_keep takes over the type's destroy), so
 * that the pointers can be read when the report is made. */
#include "profiler/sampler.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include "vm/frame.h"

enum { BUFFER_BYTES = 1 << 28 }; /* address space only: pages come as samples do */

static char *buffer;
static size_t used;
static uint64_t lost, last_ns;
static timer_t timer;
static volatile bool is_running;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void code_keep(Object *self)
{
    self->refcount = 1; /* P1 */
}

static void take_sample(int signal_number)
{
    int saved_errno = errno;
    size_t most = sizeof(Sample) + SAMPLE_DEPTH_MAX * sizeof(Code *);
    if (!is_running) return;
    if (used + most > BUFFER_BYTES) {
        lost++;
        return;
    }
    Sample *sample = (Sample *)(buffer + used);
    uint32_t depth = 0;
    const Thread *thread = current_thread;
    for (const Frame *frame = thread ? thread->frame : NULL; frame && depth < SAMPLE_DEPTH_MAX; frame = frame->previous)
        sample->stack[depth++] = frame->code;
    uint64_t now = now_ns();
    sample->depth = depth;
    sample->activity = current_activity;
    sample->weight_ns = now - last_ns;
    last_ns = now;
    used += sizeof(Sample) + depth * sizeof(Code *);
    errno = saved_errno;
}

bool sampler_start(void)
{
    buffer = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (buffer == MAP_FAILED) return false;
    type_code.destroy = code_keep;
    struct sigaction action = {.sa_handler = take_sample, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF};
    struct itimerspec interval = {{0, SAMPLE_INTERVAL_NS}, {0, SAMPLE_INTERVAL_NS}};
    last_ns = now_ns();
    is_running = true;
    return sigaction(SIGPROF, &action, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
           timer_settime(timer, 0, &interval, NULL) == 0;
}

void sampler_stop(void)
{
    if (!is_running) return;
    is_running = false;
    timer_delete(timer);
}

void sampler_each(void (*visit)(const Sample *sample, void *argument), void *argument)
{
    for (size_t at = 0; at < used;) {
        const Sample *sample = (const Sample *)(buffer + at);
        visit(sample, argument);
        at += sizeof(Sample) + sample->depth * sizeof(Code *);
    }
}

uint64_t sampler_lost(void)
{
    return lost;
}

/* budget.c: how much compiling the program can afford.
 *
 * The rule is that a program must not become slower by being compiled, whenever it ends. On a machine with many cores
 * the worker disturbs nobody: it may use as much processor time as the program has. Where both share one core, every
 * millisecond of the worker is taken from the program; there the worker gets a fixed small share of the program's time,
 * and a part of what native code has saved already, so a program that gains pays for more. Two or three processors are
 * in between: they may be the two threads of one core, which a virtual machine does not tell, and of which each runs at
 * two thirds of its speed while the other runs.
 *
 * The worker tells with each answer what it has used, and how long that took: when it took much longer than it used,
 * the cores are busy with something else, and it may be the program that waits: then the share is a little larger, for
 * the worker has the lower priority. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "jit/runtime.h"

enum {
    WARM_UP_MICROS = 50000,   /* a program that ends within 50 ms never starts the worker */
    START_MICROS = 25000,     /* of the worker: the libraries, GCC's first context */
    COMPILE_MICROS = 10000,   /* of every compilation */
    INSTRUCTION_MICROS = 157, /* of the IR; what exits store is shared, and costs little */
    REFINED_PERCENT = 250,    /* what -O2 takes, of that */
    MANY_CORES = 4,           /* from here on one is left for the worker */
    SHARE_OF_ONE_CORE = 40,   /* 1/40 of the program's time */
    SHARE_OF_FEW_CORES = 6,
    SHARE_OF_BUSY_CORES = 3, /* whoever wants a core too gets most of it: the worker has the lower priority */
    SAVED_PART = 2,          /* the time spent in native code, divided by this, is taken for saved */
    ASK_INTERVAL_CYCLES = 1000000
};

uint64_t native_cycles;
static uint64_t used_micros;
static bool is_started, is_contended;

uint64_t program_micros(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t wall_micros(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* The rate of the cycle counter, from two looks at it that are far enough apart. */
uint64_t cycles_to_micros(uint64_t cycles)
{
    static uint64_t first_cycles, first_micros, per_micro;
    uint64_t micros = wall_micros(), now = __builtin_ia32_rdtsc();
    if (!first_cycles) {
        first_cycles = now;
        first_micros = micros;
    } else if (micros - first_micros > 1000) {
        per_micro = MAX((now - first_cycles) / (micros - first_micros), 1);
    }
    return cycles / (per_micro ? per_micro : 3000);
}

/* What a container may use at most: "quota period" in microseconds, or "max period". */
static int quota_of_container(void)
{
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    long quota = 0, period = 0;
    if (!file) return MANY_CORES;
    if (fscanf(file, "%ld %ld", &quota, &period) != 2) quota = 0;
    fclose(file);
    return quota > 0 && period > 0 ? (int)MAX(quota / period, 1) : MANY_CORES;
}

static int available_cores(void)
{
    static int cores;
    cpu_set_t set;
    if (cores) return cores;
    cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return cores = MIN(cores, quota_of_container());
}

/* Fitted to 650 compilations of the benchmark programs. */
uint32_t compile_estimate(const Tree *ir, Job job)
{
    uint32_t instructions = (uint32_t)(ir->segments[job.end - 1].end - ir->segments[job.first].first);
    uint32_t micros = COMPILE_MICROS + instructions * INSTRUCTION_MICROS;
    return job.level == 2 ? micros * REFINED_PERCENT / 100 : micros;
}

bool budget_is_tight(void)
{
    return available_cores() < MANY_CORES || is_contended;
}

bool budget_allows(uint32_t micros)
{
    if (jit_options.mode != JIT_AUTO) return true;
    uint64_t wanted = used_micros + micros + (is_started ? 0 : START_MICROS), program = program_micros();
    if (!budget_is_tight()) return wanted <= program;
    uint64_t share = available_cores() == 1           ? SHARE_OF_ONE_CORE
                     : available_cores() < MANY_CORES ? SHARE_OF_FEW_CORES
                                                      : SHARE_OF_BUSY_CORES;
    return wanted <= program / share + cycles_to_micros(native_cycles) / SAVED_PART;
}

void budget_charge(uint32_t cpu_micros, uint32_t wall_micros_taken)
{
    is_started = true;
    used_micros += cpu_micros;
    is_contended = wall_micros_taken > 2 * cpu_micros + 5000;
}

/* The child's clock begins at 0, and it has no worker. */
void budget_after_fork(void)
{
    used_micros = native_cycles = 0;
    is_started = false;
}

/* Nothing is recorded before a short script is over, nor before the first compilation could be paid. */
bool budget_is_warm(void)
{
    static bool is_warm;
    static uint64_t last_asked;
    if (is_warm || jit_options.mode != JIT_AUTO) return true;
    uint64_t now = __builtin_ia32_rdtsc();
    if (now - last_asked < ASK_INTERVAL_CYCLES) return false;
    last_asked = now;
    cycles_to_micros(0);
    return is_warm = program_micros() >= WARM_UP_MICROS && budget_allows(COMPILE_MICROS);
}

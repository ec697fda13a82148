/* sampler.h: where the time goes: a timer signal notes, each millisecond, the stack of code objects and the activity.
 */
#ifndef PROFILER_SAMPLER_H
#define PROFILER_SAMPLER_H

#include "objects/activity.h"
#include "objects/code.h"

enum { SAMPLE_DEPTH_MAX = 200, SAMPLE_INTERVAL_NS = 1000000 };

/* One sample, in a buffer of words: the head, then `depth` code objects, innermost first. */
typedef struct Sample {
    uint32_t depth;
    uint32_t activity;
    uint64_t weight_ns; /* time since the sample before */
    const Code *stack[];
} Sample;

bool sampler_start(void);
void sampler_stop(void);
/* Calls visit for every sample in order. */
void sampler_each(void (*visit)(const Sample *sample, void *argument), void *argument);
uint64_t sampler_lost(void); /* samples for which there was no room */

#endif

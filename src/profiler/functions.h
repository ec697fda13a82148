/* functions.h: samples summed up by function. */
#ifndef PROFILER_FUNCTIONS_H
#define PROFILER_FUNCTIONS_H

#include "profiler/sampler.h"

typedef struct FunctionTime {
    const Code *code;
    uint64_t own_ns, cumulative_ns;
    uint64_t activity_ns[ACTIVITY_COUNT]; /* of own_ns */
    uint64_t last_sample;                 /* number of the sample that last added to cumulative_ns */
} FunctionTime;

typedef struct FunctionTable {
    FunctionTime *items; /* in order of first sight */
    size_t count;
    uint32_t *index;   /* open addressing: item number + 1, 0 empty */
    size_t index_size; /* a power of two */
    uint64_t total_ns, samples;
} FunctionTable;

/* Sums up all samples; an empty table when memory runs out. */
FunctionTable functions_collect(void);
/* The number of the code in the table (it must be there). */
size_t functions_find(const FunctionTable *table, const Code *code);
void functions_free(FunctionTable *table);

#endif

/* profiler.h: --profile: which functions are hot, in which tier they ran, and why not in native code. */
#ifndef PROFILER_PROFILER_H
#define PROFILER_PROFILER_H

#include "base/common.h"

/* Begins to sample. False (with a message on stderr) when the system has no timer for it. */
bool profiler_start(void);
/* Ends sampling; prints the table to stderr, or, when `json_path` is not NULL, writes the speedscope format there. */
void profiler_finish(NULLABLE const char *json_path);

#endif

/* speedscope.h */
#ifndef PROFILER_SPEEDSCOPE_H
#define PROFILER_SPEEDSCOPE_H

#include <stdio.h>

#include "profiler/functions.h"

void speedscope_write(FILE *out, const FunctionTable *table);

#endif

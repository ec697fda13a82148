/* activity.h: what the process is doing at this moment, for the sampling profiler: one word, written by the tiers. */
#ifndef OBJECTS_ACTIVITY_H
#define OBJECTS_ACTIVITY_H

#include "base/common.h"

enum Activity { ACTIVITY_INTERPRETED, ACTIVITY_NATIVE, ACTIVITY_COMPILING, ACTIVITY_COLLECTING, ACTIVITY_COUNT };

/* Read by a signal handler. Who sets it puts the old value back afterwards:
 *   collector: COLLECTING while it runs; JIT: NATIVE in compiled code, COMPILING while it records, optimises or waits. */
extern volatile uint8_t current_activity;

#endif

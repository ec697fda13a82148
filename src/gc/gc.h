/* gc.h: the generational cycle collector (three generations, thresholds 700/10/10) over reference counts. */
#ifndef GC_GC_H
#define GC_GC_H

#include "objects/object.h"

/* Stands in front of every object whose type has TYPE_HAS_GC. Layout of CPython 3.11's PyGC_Head: two words. */
typedef struct GcHead {
    uintptr_t next;     /* 0: not tracked; low bit: flags of a running collection */
    uintptr_t previous; /* low bits: FINALIZED, COLLECTING; during a collection: the copy of the count */
} GcHead;

ALWAYS_INLINE GcHead *gc_head(const void *object) { return (GcHead *)((char *)object - sizeof(GcHead)); }
ALWAYS_INLINE Object *gc_object(const GcHead *head) { return (Object *)((char *)head + sizeof(GcHead)); }

bool gc_is_finalized(const void *object);
void gc_set_finalized(void *object);
/* A collection is due: set by allocation, cleared by gc_collect_due, which runs only at safepoints. */
extern bool gc_is_due;
void gc_collect_due(void);
ssize_t gc_collect(int generation); /* unreachable objects found */
void gc_freeze_for_exit(void);      /* the last collection of the process */

#endif

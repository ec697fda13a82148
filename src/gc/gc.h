/* gc.h: the generational cycle collector (three generations, thresholds 700/10/10) over reference counts.
 *
 * Allocation only counts (gc_note_allocation) and says that a collection is due; the collection itself runs at a
 * safepoint (gc_collect_due) or when the program asks (gc.collect()). So no native function ever sees a collection
 * between two of its statements, unless it calls back into Python. */
#ifndef GC_GC_H
#define GC_GC_H

#include "objects/object.h"

/* Stands in front of every object whose type has TYPE_HAS_GC. Layout of CPython 3.11's PyGC_Head: two words. */
typedef struct GcHead {
    uintptr_t next;     /* 0: not tracked; low bit: flags of a running collection */
    uintptr_t previous; /* low bits: FINALIZED, COLLECTING; during a collection: the copy of the count */
} GcHead;

enum { GC_FINALIZED = 1, GC_COLLECTING = 2, GC_FLAG_BITS = 2, GC_FLAGS = 3 };
enum { GC_GENERATIONS = 3, GC_OLDEST = GC_GENERATIONS - 1 };

typedef struct GcGeneration {
    GcHead head;   /* of the circular list of the generation's objects */
    int threshold; /* 0: no automatic collection (generation 0) */
    int count;     /* generation 0: allocations minus frees; the others: collections of the next younger one */
} GcGeneration;

typedef struct GcStats {
    ssize_t collections, collected, uncollectable;
} GcStats;

extern GcGeneration gc_generations[GC_GENERATIONS];

ALWAYS_INLINE GcHead *gc_head(const void *object)
{
    return (GcHead *)((char *)object - sizeof(GcHead));
}
ALWAYS_INLINE Object *gc_object(const GcHead *head)
{
    return (Object *)((char *)head + sizeof(GcHead));
}

/* The object has a GcHead: not so for the static types, although their metatype has TYPE_HAS_GC. */
ALWAYS_INLINE bool object_is_gc(const Object *object)
{
    uint32_t flags = object->type->flags;
    if (!(flags & TYPE_HAS_GC)) return false;
    return LIKELY(!(flags & TYPE_IS_TYPE)) || (((const Type *)object)->flags & TYPE_HEAP) != 0;
}

/* Counting, called for each block with a GcHead that is made or freed. */
void gc_allocation_passed_limit(void);
extern int gc_allocation_limit; /* the youngest generation's threshold, or -1: every allocation passes it */

ALWAYS_INLINE void gc_note_allocation(void)
{
    if (UNLIKELY(++gc_generations[0].count > gc_allocation_limit)) gc_allocation_passed_limit();
}

ALWAYS_INLINE void gc_note_free(void)
{
    if (gc_generations[0].count > 0) gc_generations[0].count--;
}

/* gc_track, gc_untrack and gc_is_tracked of object.h for hot paths. The object has a GcHead; tracking twice is an
 * error, untracking twice is not. */
ALWAYS_INLINE bool gc_is_tracked_inline(const void *object)
{
    return gc_head(object)->next != 0;
}

ALWAYS_INLINE void gc_track_inline(void *object)
{
    GcHead *head = gc_head(object), *young = &gc_generations[0].head, *last = (GcHead *)young->previous;
    assert(head->next == 0);
    last->next = (uintptr_t)head;
    head->previous = (head->previous & GC_FINALIZED) | (uintptr_t)last;
    head->next = (uintptr_t)young;
    young->previous = (uintptr_t)head;
}

ALWAYS_INLINE void gc_untrack_inline(void *object)
{
    GcHead *head = gc_head(object);
    if (head->next == 0) return;
    GcHead *previous = (GcHead *)(head->previous & ~(uintptr_t)GC_FLAGS), *next = (GcHead *)head->next;
    previous->next = (uintptr_t)next;
    next->previous = (next->previous & GC_FLAGS) | (uintptr_t)previous;
    head->next = 0;
    head->previous &= GC_FINALIZED;
}

/* The value may become part of a cycle: a container of it has to be tracked. (An untracked tuple never may.) */
ALWAYS_INLINE bool gc_may_be_tracked(Value v)
{
    if (!value_is_object(v)) return false;
    const Object *object = value_as_object(v);
    if (!object_is_gc(object)) return false;
    return !(object->type->flags & TYPE_IS_TUPLE) || gc_is_tracked_inline(object);
}

bool gc_is_finalized(const void *object);
void gc_set_finalized(void *object);

/* A collection is due: set by allocation, cleared by gc_collect_due, which runs only at safepoints. */
extern bool gc_is_due;
extern bool gc_is_collecting;
/* Called when gc_is_due becomes true: the VM sets the flag word that its safepoints look at. May be NULL. */
extern void (*gc_due_hook)(void);
void gc_collect_due(void);
/* Before the program begins: what the start made lives as long as the process and goes to the oldest generation without
 * having been looked at. Until then no collection comes due. */
void gc_start(void);
ssize_t gc_collect(int generation); /* unreachable objects found */
void gc_threshold_set(int generation, int threshold);
/* -X gc-stress: every allocation of a container makes a collection of this generation due, at the next safepoint. */
void gc_stress(int generation);
void gc_forget_all(void); /* untracks everything: no collection after this one finds anything */

/* --- what the gc module shows --- */
enum GcDebug {
    GC_DEBUG_STATS = 1,
    GC_DEBUG_COLLECTABLE = 2,
    GC_DEBUG_UNCOLLECTABLE = 4,
    GC_DEBUG_SAVEALL = 32,
    GC_DEBUG_LEAK = GC_DEBUG_COLLECTABLE | GC_DEBUG_UNCOLLECTABLE | GC_DEBUG_SAVEALL
};

extern bool gc_is_enabled;
extern int gc_debug_flags;
extern Value gc_garbage, gc_callbacks; /* lists of the gc module, or no value before it is imported */
extern GcStats gc_stats[GC_GENERATIONS];

void gc_freeze(void); /* moves every tracked object to the permanent generation */
void gc_unfreeze(void);
ssize_t gc_freeze_count(void);
/* Calls visit for every tracked object of one generation (-1: all); stops at a nonzero result and gives it. */
int gc_for_each(int generation, GcVisit visit, void *argument);
/* object's own references through its traverse slot */
int gc_traverse(Object *object, GcVisit visit, void *argument);

/* References that keep nothing alive: a full collection counts them out, and has them given up before what only they
 * reach is broken up. */
typedef struct GcBorrower {
    void (*visit)(GcVisit visit, void *argument);              /* calls visit with the object of each */
    void (*give_up)(bool (*is_garbage)(const Object *object)); /* those on garbage */
} GcBorrower;
extern NULLABLE const GcBorrower *gc_borrower;

/* What a full collection gives back besides: the free lists of the types, shapes of classes that are gone. */
void tuple_clear_free_list(void);
void list_clear_free_list(void);
void dict_clear_free_list(void);
void shape_free_dead(void);

#endif

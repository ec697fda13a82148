/* gc.c: finds and frees cycles that reference counts alone keep alive.
 *
 * The method is CPython 3.11's, generation by generation, so that programs that watch it (gc.get_count, gc.callbacks,
 * __del__, weakref callbacks) see the same:
 *   1. copy each candidate's count into its head, and subtract the references that candidates hold on each other;
 *   2. whatever keeps a positive rest is referenced from outside: it and all that it reaches is alive;
 *   3. the others are unreachable: clear weak references to them and run those callbacks, run their finalisers, see
 *      what came back to life, and break the cycles of the rest with the `clear` slots.
 *
 * Invariants
 *   G1  Outside of a collection every tracked object is on exactly one generation's circular list, with no flag but
 *       GC_FINALIZED in `previous` and none in `next`.
 *   G2  In steps 1 and 2 `previous` of a candidate holds (rest of the count << 2 | flags) instead of a link; the lists
 *       are singly linked meanwhile. `next` of an object on the list of the perhaps unreachable has UNREACHABLE set.
 *   G3  No Python code runs in steps 1 and 2. In step 3 it may run at any call, so lists are consumed from the front.
 *   G4  GC_COLLECTING is set in exactly the objects that the running collection has found unreachable and not yet
 *       given up. */
#include "gc/gc.h"

#include "objects/activity.h"

#include <stdio.h>
#include <time.h>

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

enum { UNREACHABLE = 1 };

#define EMPTY_LIST(head)                                                                                               \
    {                                                                                                                  \
        (uintptr_t) & (head), (uintptr_t) & (head)                                                                     \
    }

GcGeneration gc_generations[GC_GENERATIONS] = {
    {EMPTY_LIST(gc_generations[0].head), 700, 0},
    {EMPTY_LIST(gc_generations[1].head), 10, 0},
    {EMPTY_LIST(gc_generations[2].head), 10, 0},
};
static GcHead permanent = EMPTY_LIST(permanent);

int gc_allocation_limit = 700;
bool gc_is_due;
bool gc_is_enabled = true;
int gc_debug_flags;
Value gc_garbage, gc_callbacks;
GcStats gc_stats[GC_GENERATIONS];
NULLABLE const GcBorrower *gc_borrower;
void (*gc_due_hook)(void);

bool gc_is_collecting;
static int stress_generation = -1; /* -X gc-stress: what each allocation makes due; -1: off */
/* A full collection is worth while only when enough new objects have reached the oldest generation. */
static ssize_t long_lived_total, long_lived_pending;
static bool is_starting = true; /* the machine makes its own objects */

/* --- heads and lists --- */

static GcHead *head_next(const GcHead *head)
{
    return (GcHead *)head->next;
}

static GcHead *head_previous(const GcHead *head)
{
    return (GcHead *)(head->previous & ~(uintptr_t)GC_FLAGS);
}

static void set_previous(GcHead *head, const GcHead *previous)
{
    head->previous = (head->previous & GC_FLAGS) | (uintptr_t)previous;
}

static ssize_t rest_of_count(const GcHead *head)
{
    return (ssize_t)(head->previous >> GC_FLAG_BITS);
}

static void set_rest_of_count(GcHead *head, ssize_t rest)
{
    head->previous = (head->previous & GC_FLAGS) | ((uintptr_t)rest << GC_FLAG_BITS);
}

static bool is_candidate(const GcHead *head)
{
    return (head->previous & GC_COLLECTING) != 0;
}

static void list_init(GcHead *list)
{
    list->next = list->previous = (uintptr_t)list;
}

static bool list_is_empty(const GcHead *list)
{
    return head_next(list) == list;
}

static void list_append_head(GcHead *head, GcHead *list)
{
    GcHead *last = (GcHead *)list->previous;
    set_previous(head, last);
    last->next = (uintptr_t)head;
    head->next = (uintptr_t)list;
    list->previous = (uintptr_t)head;
}

static void list_move(GcHead *head, GcHead *list)
{
    GcHead *previous = head_previous(head), *next = head_next(head);
    previous->next = (uintptr_t)next;
    set_previous(next, previous);
    list_append_head(head, list);
}

/* Appends all of `from` to `to`; `from` is empty afterwards. */
static void list_merge(GcHead *from, GcHead *to)
{
    if (!list_is_empty(from)) {
        GcHead *last = (GcHead *)to->previous, *first = head_next(from), *from_last = (GcHead *)from->previous;
        last->next = (uintptr_t)first;
        set_previous(first, last);
        from_last->next = (uintptr_t)to;
        to->previous = (uintptr_t)from_last;
    }
    list_init(from);
}

static ssize_t list_size(const GcHead *list)
{
    ssize_t size = 0;
    for (const GcHead *head = head_next(list); head != list; head = head_next(head)) size++;
    return size;
}

static GcHead *generation_head(int generation)
{
    return &gc_generations[generation].head;
}

/* --- what the rest of the machine calls --- */

void gc_track(void *object)
{
    if (!gc_is_tracked_inline(object)) gc_track_inline(object);
}

void gc_untrack(void *object)
{
    gc_untrack_inline(object);
}

bool gc_is_tracked(const void *object)
{
    return object_is_gc(object) && gc_is_tracked_inline(object);
}

bool gc_is_finalized(const void *object)
{
    return (gc_head(object)->previous & GC_FINALIZED) != 0;
}

void gc_set_finalized(void *object)
{
    gc_head(object)->previous |= GC_FINALIZED;
}

void gc_threshold_set(int generation, int threshold)
{
    gc_generations[generation].threshold = threshold;
    if (generation == 0 && stress_generation < 0) gc_allocation_limit = threshold;
}

void gc_stress(int generation)
{
    stress_generation = generation;
    gc_allocation_limit = -1;
    mem_never_recycle();
}

COLD void gc_allocation_passed_limit(void)
{
    if (!gc_is_enabled || gc_generations[0].threshold == 0 || gc_is_collecting || gc_is_due || is_starting) return;
    gc_is_due = true;
    if (gc_due_hook) gc_due_hook();
}

int gc_traverse(Object *object, GcVisit visit, void *argument)
{
    TraverseSlot traverse = object->type->traverse;
    return traverse ? traverse(object, visit, argument) : 0;
}

/* --- steps 1 and 2: what is unreachable --- */

static void copy_counts(GcHead *list)
{
    for (GcHead *head = head_next(list); head != list; head = head_next(head)) {
        ssize_t count = gc_object(head)->refcount;
        assert(count > 0);
        head->previous = (head->previous & GC_FINALIZED) | GC_COLLECTING | ((uintptr_t)count << GC_FLAG_BITS);
    }
}

static int visit_subtract(Object *object, void *argument)
{
    if (object_is_gc(object)) {
        GcHead *head = gc_head(object);
        if (is_candidate(head)) {
            assert(rest_of_count(head) > 0);
            head->previous -= (uintptr_t)1 << GC_FLAG_BITS;
        }
    }
    return 0;
}

static void subtract_inner_references(GcHead *list)
{
    for (GcHead *head = head_next(list); head != list; head = head_next(head))
        gc_traverse(gc_object(head), visit_subtract, NULL);
}

/* Something reachable refers to object: it is reachable too. `argument` is the list being scanned. */
static int visit_reachable(Object *object, void *argument)
{
    GcHead *young = argument;
    if (!object_is_gc(object)) return 0;
    GcHead *head = gc_head(object);
    if (!is_candidate(head)) return 0;
    if (head->next & UNREACHABLE) {
        /* given up too early: put it back at the end of the scan */
        GcHead *previous = head_previous(head), *next = (GcHead *)(head->next & ~(uintptr_t)UNREACHABLE);
        previous->next = head->next; /* flag kept: its neighbours are on the unreachable list */
        set_previous(next, previous);
        list_append_head(head, young);
        set_rest_of_count(head, 1);
    } else if (rest_of_count(head) == 0) {
        set_rest_of_count(head, 1); /* not scanned yet: the scan will find it alive */
    }
    return 0;
}

/* Splits `young`: what is not reachable from outside goes to `unreachable`, the rest becomes doubly linked again. */
static void move_unreachable(GcHead *young, GcHead *unreachable)
{
    GcHead *previous = young;
    GcHead *head = head_next(young);
    while (head != young) {
        if (rest_of_count(head)) {
            gc_traverse(gc_object(head), visit_reachable, young);
            set_previous(head, previous);
            head->previous &= ~(uintptr_t)GC_COLLECTING;
            previous = head;
        } else {
            previous->next = head->next;
            GcHead *last = (GcHead *)unreachable->previous;
            last->next = (uintptr_t)head | UNREACHABLE;
            set_previous(head, last);
            head->next = (uintptr_t)unreachable | UNREACHABLE;
            unreachable->previous = (uintptr_t)head;
        }
        head = head_next(previous);
    }
    young->previous = (uintptr_t)previous;
    unreachable->next &= ~(uintptr_t)UNREACHABLE; /* the list's own head carries no flag */
}

/* `list` keeps the reachable ones; `unreachable` is initialised here and keeps UNREACHABLE in its links. */
static void deduce_unreachable(GcHead *list, GcHead *unreachable, int generation)
{
    copy_counts(list);
    subtract_inner_references(list);
    if (generation == GC_OLDEST && gc_borrower) gc_borrower->visit(visit_subtract, NULL);
    list_init(unreachable);
    move_unreachable(list, unreachable);
}

static void clear_unreachable_flags(GcHead *list)
{
    for (GcHead *head = head_next(list); head != list; head = head_next(head)) head->next &= ~(uintptr_t)UNREACHABLE;
}

static void clear_candidate_flags(GcHead *list)
{
    for (GcHead *head = head_next(list); head != list; head = head_next(head))
        head->previous &= ~(uintptr_t)GC_COLLECTING;
}

/* --- taking what cannot be in a cycle out of the lists --- */

static void untrack_tuples(GcHead *list)
{
    for (GcHead *head = head_next(list), *next; head != list; head = next) {
        next = head_next(head);
        Object *object = gc_object(head);
        if (object->type != &type_tuple) continue;
        const Tuple *tuple = (const Tuple *)object;
        ssize_t i = 0;
        while (i < tuple->length && !value_is_null(tuple->items[i]) && !gc_may_be_tracked(tuple->items[i])) i++;
        if (i == tuple->length) gc_untrack_inline(object);
    }
}

static void untrack_dicts(GcHead *list)
{
    for (GcHead *head = head_next(list), *next; head != list; head = next) {
        next = head_next(head);
        Object *object = gc_object(head);
        if (object->type != &type_dict) continue;
        ssize_t position = 0;
        Value key, value;
        bool may_be_in_cycle = false;
        while (!may_be_in_cycle && dict_next(value_from_object(object), &position, &key, &value))
            may_be_in_cycle = gc_may_be_tracked(value) || gc_may_be_tracked(key);
        if (!may_be_in_cycle) gc_untrack_inline(object);
    }
}

/* --- step 3 --- */

static void call_weakref_callbacks(GcHead *to_call, GcHead *old)
{
    while (!list_is_empty(to_call)) {
        GcHead *head = head_next(to_call);
        Value ref = value_from_object(gc_object(head));
        Value callback = ((WeakRef *)gc_object(head))->callback;
        Value result = call_1(callback, ref);
        if (value_is_null(result))
            error_write_unraisable(callback, NULL);
        else
            value_decref(result);
        value_decref(ref);
        /* it lives on, and is an old object now */
        if (head_next(to_call) == head) list_move(head, old);
    }
}

/* Clears every weak reference to the unreachable objects, before any of them can be seen half dead; then runs the
 * callbacks of those references that are themselves alive. */
static void handle_weakrefs(GcHead *unreachable, GcHead *old)
{
    GcHead to_call;
    list_init(&to_call);
    for (GcHead *head = head_next(unreachable); head != unreachable; head = head_next(head)) {
        Object *object = gc_object(head);
        if (is_weakref_object(object)) weakref_forget((WeakRef *)object);
        WeakRef **list = weakref_list(object);
        if (!list) continue;
        for (WeakRef *ref = *list; ref; ref = *list) {
            weakref_forget(ref);
            GcHead *ref_head = gc_head(ref);
            if (value_is_null(ref->callback) || is_candidate(ref_head)) continue;
            object_incref(&ref->head);
            list_move(ref_head, &to_call);
        }
    }
    call_weakref_callbacks(&to_call, old);
}

static void finalize_garbage(GcHead *collectable)
{
    GcHead seen;
    list_init(&seen);
    while (!list_is_empty(collectable)) {
        GcHead *head = head_next(collectable);
        Object *object = gc_object(head);
        list_move(head, &seen);
        if ((head->previous & GC_FINALIZED) || !object->type->finalize) continue;
        head->previous |= GC_FINALIZED;
        object_incref(object);
        object->type->finalize(value_from_object(object));
        object_decref(object);
    }
    list_merge(&seen, collectable);
}

/* Finalisers may have made objects reachable again: they and what they reach move to `old`. */
static void keep_resurrected(GcHead *unreachable, GcHead *still_unreachable, GcHead *old, int generation)
{
    clear_candidate_flags(unreachable);
    deduce_unreachable(unreachable, still_unreachable, generation);
    clear_unreachable_flags(still_unreachable);
    list_merge(unreachable, old);
}

/* G4: nothing else is a candidate then. */
static bool is_garbage(const Object *object)
{
    return object_is_gc(object) && is_candidate(gc_head(object));
}

static void save_as_garbage(Object *object)
{
    if (value_is_null(gc_garbage)) gc_garbage = list_new(0);
    if (value_is_null(gc_garbage) || list_append(gc_garbage, value_from_object(object)) < 0) error_clear();
}

static void break_cycles(GcHead *garbage, GcHead *old)
{
    while (!list_is_empty(garbage)) {
        GcHead *head = head_next(garbage);
        Object *object = gc_object(head);
        if (gc_debug_flags & GC_DEBUG_SAVEALL) {
            save_as_garbage(object);
        } else if (object->type->clear) {
            object_incref(object);
            object->type->clear(object);
            if (error_occurred()) error_write_unraisable(value_from_object(&object->type->head), "in gc clear");
            object_decref(object);
        }
        if (head_next(garbage) == head) {
            head->previous &= ~(uintptr_t)GC_COLLECTING;
            list_move(head, old); /* still alive; more clearing may free it */
        }
    }
}

/* --- one collection --- */

static void print_debug_start(int generation)
{
    fprintf(stderr, "gc: collecting generation %d...\ngc: objects in each generation:", generation);
    for (int i = 0; i < GC_GENERATIONS; i++) fprintf(stderr, " %zd", list_size(generation_head(i)));
    fprintf(stderr, "\ngc: objects in permanent generation: %zd\n", list_size(&permanent));
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void print_collectable(GcHead *list)
{
    for (GcHead *head = head_next(list); head != list; head = head_next(head)) {
        Object *object = gc_object(head);
        fprintf(stderr, "gc: collectable <%s %p>\n", object->type->name, (void *)object);
    }
}

static void merge_younger(int generation)
{
    if (generation < GC_OLDEST) gc_generations[generation + 1].count++;
    for (int i = 0; i <= generation; i++) gc_generations[i].count = 0;
    for (int i = 0; i < generation; i++) list_merge(generation_head(i), generation_head(generation));
}

/* The survivors grow older; tuples and dicts that cannot be in a cycle leave the lists. */
static GcHead *promote_survivors(int generation)
{
    GcHead *young = generation_head(generation);
    untrack_tuples(young);
    if (generation == GC_OLDEST) {
        untrack_dicts(young);
        long_lived_pending = 0;
        long_lived_total = list_size(young);
        return young;
    }
    if (generation == GC_OLDEST - 1) long_lived_pending += list_size(young);
    GcHead *old = generation_head(generation + 1);
    list_merge(young, old);
    return old;
}

static void clear_free_lists(void)
{
    tuple_clear_free_list();
    list_clear_free_list();
    dict_clear_free_list();
}

static ssize_t collect(int generation)
{
    uint8_t activity = current_activity;
    current_activity = ACTIVITY_COLLECTING;
    double start = 0;
    if (gc_debug_flags & GC_DEBUG_STATS) {
        print_debug_start(generation);
        start = seconds_now();
    }
    merge_younger(generation);
    GcHead unreachable, garbage;
    deduce_unreachable(generation_head(generation), &unreachable, generation);
    GcHead *old = promote_survivors(generation);
    clear_unreachable_flags(&unreachable);
    if (gc_debug_flags & GC_DEBUG_COLLECTABLE) print_collectable(&unreachable);
    handle_weakrefs(&unreachable, old);
    finalize_garbage(&unreachable);
    keep_resurrected(&unreachable, &garbage, old, generation);
    ssize_t found = list_size(&garbage);
    if (found && generation == GC_OLDEST && gc_borrower) gc_borrower->give_up(is_garbage);
    break_cycles(&garbage, old);
    if (gc_debug_flags & GC_DEBUG_STATS)
        fprintf(stderr, "gc: done, %zd unreachable, %d uncollectable, %.4fs elapsed\n", found, 0,
                seconds_now() - start);
    if (generation == GC_OLDEST) {
        clear_free_lists();
        shape_free_dead();
    }
    if (error_occurred()) error_write_unraisable(VALUE_NULL, "in garbage collection");
    gc_stats[generation].collections++;
    gc_stats[generation].collected += found;
    current_activity = activity;
    return found;
}

static void call_callbacks(const char *phase, int generation, ssize_t collected)
{
    if (value_is_null(gc_callbacks) || list_length(gc_callbacks) == 0) return;
    Value info = dict_new(), phase_value = str_from_cstr(phase);
    if (value_is_null(info) || value_is_null(phase_value) ||
        dict_set_cstr(info, "generation", value_from_small_int(generation)) < 0 ||
        dict_set_cstr(info, "collected", value_from_small_int(collected)) < 0 ||
        dict_set_cstr(info, "uncollectable", value_from_small_int(0)) < 0) {
        error_write_unraisable(VALUE_NULL, NULL);
        goto done;
    }
    for (ssize_t i = 0; i < list_length(gc_callbacks); i++) {
        Value callback = value_incref(list_item_borrow(gc_callbacks, i));
        Value result = call_2(callback, phase_value, info);
        if (value_is_null(result))
            error_write_unraisable(callback, NULL);
        else
            value_decref(result);
        value_decref(callback);
    }
done:
    value_xdecref(info);
    value_xdecref(phase_value);
}

static ssize_t collect_with_callbacks(int generation)
{
    call_callbacks("start", generation, 0);
    ssize_t found = collect(generation);
    call_callbacks("stop", generation, found);
    return found;
}

ssize_t gc_collect(int generation)
{
    if (gc_is_collecting) return 0;
    gc_is_collecting = true;
    Value pending = error_fetch(); /* a collection inside an error path must not lose the error */
    ssize_t found = collect_with_callbacks(generation);
    error_restore(pending);
    gc_is_collecting = false;
    return found;
}

void gc_start(void)
{
    is_starting = false;
    long_lived_total += gc_generations[0].count;
    gc_generations[0].count = 0;
    list_merge(generation_head(0), generation_head(GC_OLDEST));
}

void gc_collect_due(void)
{
    gc_is_due = false;
    if (!gc_is_enabled || gc_is_collecting) return;
    if (stress_generation >= 0) {
        gc_collect(stress_generation);
        return;
    }
    for (int i = GC_OLDEST; i >= 0; i--) {
        if (gc_generations[i].count <= gc_generations[i].threshold) continue;
        if (i == GC_OLDEST && long_lived_pending < long_lived_total / 4) continue;
        gc_collect(i);
        return;
    }
}

void gc_forget_all(void)
{
    for (int i = 0; i <= GC_GENERATIONS; i++) {
        GcHead *list = i < GC_GENERATIONS ? generation_head(i) : &permanent;
        for (GcHead *head = head_next(list), *next; head != list; head = next) {
            next = head_next(head);
            head->next = 0;
            head->previous &= GC_FINALIZED;
        }
        list_init(list);
    }
}

/* --- gc.freeze and looking around --- */

void gc_freeze(void)
{
    for (int i = 0; i < GC_GENERATIONS; i++) {
        list_merge(generation_head(i), &permanent);
        gc_generations[i].count = 0;
    }
}

void gc_unfreeze(void)
{
    list_merge(&permanent, generation_head(GC_OLDEST));
}

ssize_t gc_freeze_count(void)
{
    return list_size(&permanent);
}

int gc_for_each(int generation, GcVisit visit, void *argument)
{
    for (int i = 0; i < GC_GENERATIONS; i++) {
        if (generation >= 0 && i != generation) continue;
        GcHead *list = generation_head(i);
        for (GcHead *head = head_next(list); head != list; head = head_next(head)) {
            int result = visit(gc_object(head), argument);
            if (result) return result;
        }
    }
    return 0;
}

/* gc_module.c: the module `gc`: what a program may know and decide about the collector (gc/gc.c). */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/tuple.h"

static NATIVE(gc_enable)
{
    gc_is_enabled = true;
    return VALUE_NONE;
}

static NATIVE(gc_disable)
{
    gc_is_enabled = false;
    return VALUE_NONE;
}

static NATIVE(gc_isenabled)
{
    return value_from_bool(gc_is_enabled);
}

static NATIVE(gc_collect_function)
{
    static const char *const names[] = {"generation", NULL};
    static const ArgSpec spec = {.function = "collect", .names = names, .positional = 1};
    Value out;
    int generation = GC_OLDEST;
    if (!args_parse(&spec, args, nargs, kwnames, &out)) return VALUE_NULL;
    if (!value_is_null(out) && !arg_as_int(out, &generation)) return VALUE_NULL;
    if (generation < 0 || generation > GC_OLDEST) return error_set(&type_ValueError, "invalid generation");
    return value_from_small_int(gc_collect(generation));
}

static NATIVE(gc_set_debug)
{
    int flags;
    if (!arg_as_int(args[0], &flags)) return VALUE_NULL;
    gc_debug_flags = flags;
    return VALUE_NONE;
}

static NATIVE(gc_get_debug)
{
    return value_from_small_int(gc_debug_flags);
}

static NATIVE(gc_set_threshold)
{
    if (nargs == 0) return error_set(&type_TypeError, "set_threshold() takes at least 1 argument (0 given)");
    for (ssize_t i = 0; i < nargs; i++) {
        int threshold;
        if (!arg_as_int(args[i], &threshold)) return VALUE_NULL;
        gc_threshold_set((int)i, threshold);
    }
    return VALUE_NONE;
}

static NATIVE(gc_get_threshold)
{
    Value parts[GC_GENERATIONS];
    for (int i = 0; i < GC_GENERATIONS; i++) parts[i] = value_from_small_int(gc_generations[i].threshold);
    return tuple_from_array(parts, GC_GENERATIONS);
}

static NATIVE(gc_get_count)
{
    Value parts[GC_GENERATIONS];
    for (int i = 0; i < GC_GENERATIONS; i++) parts[i] = value_from_small_int(gc_generations[i].count);
    return tuple_from_array(parts, GC_GENERATIONS);
}

/* --- looking around --- */

typedef struct Search {
    Value result;        /* list */
    const Value *wanted; /* get_referrers: objects to be referred to */
    ssize_t wanted_count;
} Search;

static int is_wanted(Object *object, void *argument)
{
    const Search *search = argument;
    for (ssize_t i = 0; i < search->wanted_count; i++)
        if (value_as_object(search->wanted[i]) == object) return 1;
    return 0;
}

static int collect_referrer(Object *object, void *argument)
{
    Search *search = argument;
    if (object == value_as_object(search->result)) return 0;
    if (!gc_traverse(object, is_wanted, search)) return 0;
    return list_append(search->result, value_from_object(object));
}

static NATIVE(gc_get_referrers)
{
    Search search = {list_new(0), args, nargs};
    if (value_is_null(search.result)) return VALUE_NULL;
    if (gc_for_each(-1, collect_referrer, &search) < 0) value_clear(&search.result);
    return search.result;
}

static int append_object(Object *object, void *argument)
{
    return list_append(*(Value *)argument, value_from_object(object)) < 0;
}

/* Traverse functions see heap objects only; the numbers and singletons that a container holds are added here. */
static int append_immediate(Value result, Value v)
{
    return value_is_object_or_null(v) ? 0 : list_append(result, v);
}

static int append_immediates(Value result, Value container)
{
    int status = 0;
    ssize_t position = 0;
    Value key, value;
    if (is_list(container) || is_tuple(container)) {
        for (ssize_t i = 0; i < sequence_fast_length(container) && status == 0; i++)
            status = append_immediate(result, sequence_fast_items(container)[i]);
    } else if (is_dict(container)) {
        while (status == 0 && dict_next(container, &position, &key, &value)) {
            status = append_immediate(result, key);
            if (status == 0) status = append_immediate(result, value);
        }
    } else if (is_set(container) || is_frozenset(container)) {
        while (status == 0 && set_next(container, &position, &key, NULL)) status = append_immediate(result, key);
    }
    return status;
}

static NATIVE(gc_get_referents)
{
    Value result = list_new(0);
    for (ssize_t i = 0; i < nargs && !value_is_null(result); i++) {
        if (!value_is_object(args[i]) || !object_is_gc(value_as_object(args[i]))) continue;
        if (gc_traverse(value_as_object(args[i]), append_object, &result) || append_immediates(result, args[i]) < 0)
            value_clear(&result);
    }
    return result;
}

static int append_unless_result(Object *object, void *argument)
{
    Value result = *(Value *)argument;
    if (object == value_as_object(result)) return 0;
    return list_append(result, value_from_object(object));
}

static NATIVE(gc_get_objects)
{
    static const char *const names[] = {"generation", NULL};
    static const ArgSpec spec = {.function = "get_objects", .names = names, .positional = 1};
    Value out;
    ssize_t generation = -1;
    if (!args_parse(&spec, args, nargs, kwnames, &out)) return VALUE_NULL;
    if (!value_is_null(out) && !value_is_none(out)) {
        if (!has_index(out))
            return error_format(&type_TypeError, "argument should be integer or None, not '%.200s'",
                                type_of(out)->name);
        if (!arg_as_ssize(out, &generation)) return VALUE_NULL;
        if (generation >= GC_GENERATIONS)
            return error_format(&type_ValueError,
                                "generation parameter must be less than the number of "
                                "available generations (%i)",
                                GC_GENERATIONS);
        if (generation < -1) return error_set(&type_ValueError, "generation parameter cannot be negative");
    }
    Value result = list_new(0);
    if (!value_is_null(result) && gc_for_each((int)generation, append_unless_result, &result) < 0) value_clear(&result);
    return result;
}

static NATIVE(gc_get_stats)
{
    Value result = list_new(0);
    for (int i = 0; i < GC_GENERATIONS && !value_is_null(result); i++) {
        Value entry = dict_new();
        if (value_is_null(entry) ||
            dict_set_cstr(entry, "collections", value_from_small_int(gc_stats[i].collections)) < 0 ||
            dict_set_cstr(entry, "collected", value_from_small_int(gc_stats[i].collected)) < 0 ||
            dict_set_cstr(entry, "uncollectable", value_from_small_int(gc_stats[i].uncollectable)) < 0 ||
            list_append(result, entry) < 0)
            value_clear(&result);
        value_xdecref(entry);
    }
    return result;
}

static NATIVE(gc_is_tracked_function)
{
    return value_from_bool(value_is_object(args[0]) && gc_is_tracked(value_as_object(args[0])));
}

static NATIVE(gc_is_finalized_function)
{
    bool has_head = value_is_object(args[0]) && object_is_gc(value_as_object(args[0]));
    return value_from_bool(has_head && gc_is_finalized(value_as_object(args[0])));
}

static NATIVE(gc_freeze_function)
{
    gc_freeze();
    return VALUE_NONE;
}

static NATIVE(gc_unfreeze_function)
{
    gc_unfreeze();
    return VALUE_NONE;
}

static NATIVE(gc_get_freeze_count)
{
    return value_from_small_int(gc_freeze_count());
}

static const NativeMethod gc_methods[] = {
    {"enable", gc_enable, 0, 0, 0, "enable($module, /)\n--\n\nEnable automatic garbage collection."},
    {"disable", gc_disable, 0, 0, 0, "disable($module, /)\n--\n\nDisable automatic garbage collection."},
    {"isenabled", gc_isenabled, 0, 0, 0,
     "isenabled($module, /)\n--\n\nReturns true if automatic garbage collection is enabled."},
    {"set_debug", gc_set_debug, 1, 1, 0,
     "set_debug($module, flags, /)\n--\n\nSet the garbage collection debugging flags.\n\n  flags\n"
     "    An integer that can have the following bits turned on:\n"
     "      DEBUG_STATS - Print statistics during collection.\n"
     "      DEBUG_COLLECTABLE - Print collectable objects found.\n"
     "      DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects\n        found.\n"
     "      DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.\n"
     "      DEBUG_LEAK - Debug leaking programs (everything but STATS).\n\n"
     "Debugging information is written to sys.stderr."},
    {"get_debug", gc_get_debug, 0, 0, 0, "get_debug($module, /)\n--\n\nGet the garbage collection debugging flags."},
    {"set_threshold", gc_set_threshold, 0, 3, 0,
     "set_threshold(threshold0, [threshold1, threshold2]) -> None\n\n"
     "Sets the collection thresholds.  Setting threshold0 to zero disables\ncollection."},
    {"get_threshold", gc_get_threshold, 0, 0, 0,
     "get_threshold($module, /)\n--\n\nReturn the current collection thresholds."},
    {"get_count", gc_get_count, 0, 0, 0,
     "get_count($module, /)\n--\n\nReturn a three-tuple of the current collection counts."},
    {"collect", gc_collect_function, 0, 1, NATIVE_KEYWORDS,
     "collect($module, /, generation=2)\n--\n\nRun the garbage collector.\n\n"
     "With no arguments, run a full collection.  The optional argument\n"
     "may be an integer specifying which generation to collect.  A ValueError\nis raised if the generation number is "
     "invalid.\n\nThe number of unreachable objects is returned."},
    {"get_objects", gc_get_objects, 0, 1, NATIVE_KEYWORDS,
     "get_objects($module, /, generation=None)\n--\n\nReturn a list of objects tracked by the collector (excluding the "
     "list returned).\n\n  generation\n    Generation to extract the objects from.\n\n"
     "If generation is not None, return only the objects tracked by the collector\nthat are in that generation."},
    {"get_stats", gc_get_stats, 0, 0, 0,
     "get_stats($module, /)\n--\n\nReturn a list of dictionaries containing per-generation statistics."},
    {"is_tracked", gc_is_tracked_function, 1, 1, 0,
     "is_tracked($module, obj, /)\n--\n\nReturns true if the object is tracked by the garbage collector.\n\n"
     "Simple atomic objects will return false."},
    {"is_finalized", gc_is_finalized_function, 1, 1, 0,
     "is_finalized($module, obj, /)\n--\n\nReturns true if the object has been already finalized by the GC."},
    {"get_referrers", gc_get_referrers, 0, -1, 0,
     "get_referrers(*objs) -> list\nReturn the list of objects that directly refer to any of objs."},
    {"get_referents", gc_get_referents, 0, -1, 0,
     "get_referents(*objs) -> list\nReturn the list of objects that are directly referred to by objs."},
    {"freeze", gc_freeze_function, 0, 0, 0,
     "freeze($module, /)\n--\n\nFreeze all current tracked objects and ignore them for future collections.\n\n"
     "This can be used before a POSIX fork() call to make the gc copy-on-write friendly.\n"
     "Note: collection before a POSIX fork() call may free pages for future allocation\nwhich can cause "
     "copy-on-write."},
    {"unfreeze", gc_unfreeze_function, 0, 0, 0,
     "unfreeze($module, /)\n--\n\nUnfreeze all objects in the permanent generation.\n\n"
     "Put all objects in the permanent generation back into oldest generation."},
    {"get_freeze_count", gc_get_freeze_count, 0, 0, 0,
     "get_freeze_count($module, /)\n--\n\nReturn the number of objects in the permanent generation."},
    {NULL},
};

static int add_list(Value module, const char *name, Value *list)
{
    if (value_is_null(*list)) *list = list_new(0);
    return module_add(module, name, value_xincref(*list));
}

static int exec_gc(Value module)
{
    if (add_list(module, "garbage", &gc_garbage) < 0 || add_list(module, "callbacks", &gc_callbacks) < 0) return -1;
    if (module_add_int(module, "DEBUG_STATS", GC_DEBUG_STATS) < 0) return -1;
    if (module_add_int(module, "DEBUG_COLLECTABLE", GC_DEBUG_COLLECTABLE) < 0) return -1;
    if (module_add_int(module, "DEBUG_UNCOLLECTABLE", GC_DEBUG_UNCOLLECTABLE) < 0) return -1;
    if (module_add_int(module, "DEBUG_SAVEALL", GC_DEBUG_SAVEALL) < 0) return -1;
    return module_add_int(module, "DEBUG_LEAK", GC_DEBUG_LEAK);
}

NATIVE_MODULE(gc) = {
    .name = "gc",
    .doc = "This module provides access to the garbage collector for reference cycles.\n\n"
           "enable() -- Enable automatic garbage collection.\n"
           "disable() -- Disable automatic garbage collection.\n"
           "isenabled() -- Returns true if automatic collection is enabled.\n"
           "collect() -- Do a full collection right now.\n"
           "get_count() -- Return the current collection counts.\n"
           "get_stats() -- Return list of dictionaries containing per-generation stats.\n"
           "set_debug() -- Set debugging flags.\n"
           "get_debug() -- Get debugging flags.\n"
           "set_threshold() -- Set the collection thresholds.\n"
           "get_threshold() -- Return the current collection thresholds.\n"
           "get_objects() -- Return a list of all objects tracked by the collector.\n"
           "is_tracked() -- Returns true if a given object is tracked.\n"
           "is_finalized() -- Returns true if a given object has been already finalized.\n"
           "get_referrers() -- Return the list of objects that refer to an object.\n"
           "get_referents() -- Return the list of objects that an object refers to.\n"
           "freeze() -- Freeze all tracked objects and ignore them for future collections.\n"
           "unfreeze() -- Unfreeze all objects in the permanent generation.\n"
           "get_freeze_count() -- Return the number of objects in the permanent generation.",
    .methods = gc_methods,
    .exec = exec_gc,
};

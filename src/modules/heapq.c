/* heapq.c: the module `_heapq`: binary heaps in lists, smallest item first, and the three functions on heaps with the
 * largest first that heapq.merge and nsmallest use. A comparison may run Python code that changes the list: every
 * compared item is held, and a change of length ends the operation. */
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/native.h"

/* a before b in the heap: 1, 0, -1 on error or when the list's length has changed */
static int goes_before(const List *heap, Value a, Value b, bool is_max_heap)
{
    if (values_are_small_ints(a, b)) {
        int64_t x = value_as_small_int(a), y = value_as_small_int(b);
        return is_max_heap ? y < x : x < y;
    }
    ssize_t length = heap->length;
    value_incref(a);
    value_incref(b);
    int result = is_max_heap ? rich_compare_bool(b, a, CMP_LT) : rich_compare_bool(a, b, CMP_LT);
    value_decref(a);
    value_decref(b);
    if (result >= 0 && heap->length != length) {
        error_set(&type_RuntimeError, "list changed size during iteration");
        return -1;
    }
    return result;
}

static void swap(List *heap, ssize_t i, ssize_t j)
{
    Value item = heap->items[i];
    heap->items[i] = heap->items[j];
    heap->items[j] = item;
}

/* The item at `place` may be smaller than its parents: moves it towards `start`. */
static int move_towards_root(List *heap, ssize_t start, ssize_t place, bool is_max_heap)
{
    while (place > start) {
        ssize_t parent = (place - 1) >> 1;
        int before = goes_before(heap, heap->items[place], heap->items[parent], is_max_heap);
        if (before < 0) return -1;
        if (!before) break;
        swap(heap, place, parent);
        place = parent;
    }
    return 0;
}

/* The item at `place` may be larger than its children: the smaller child of each level comes up until a leaf is
 * reached, and then the item moves back to where it belongs (fewer comparisons than stopping early). */
static int settle(List *heap, ssize_t place, bool is_max_heap)
{
    ssize_t start = place, end = heap->length, limit = end >> 1;
    while (place < limit) {
        ssize_t child = 2 * place + 1;
        if (child + 1 < end) {
            int before = goes_before(heap, heap->items[child], heap->items[child + 1], is_max_heap);
            if (before < 0) return -1;
            child += !before;
        }
        swap(heap, child, place);
        place = child;
    }
    return move_towards_root(heap, start, place, is_max_heap);
}

static bool require_list(Value v, const char *function, bool has_more)
{
    if (is_list(v)) return true;
    error_format(&type_TypeError, "%s() argument%s must be list, not %.50s", function, has_more ? " 1" : "",
                 value_is_none(v) ? "None" : type_of(v)->name);
    return false;
}

static Value pop_root(Value v, bool is_max_heap)
{
    List *heap = as_list(v);
    ssize_t length = heap->length;
    if (length == 0) return error_set(&type_IndexError, "index out of range");
    Value last = value_incref(heap->items[length - 1]);
    if (list_assign_slice(v, length - 1, length, VALUE_NULL) < 0) {
        value_decref(last);
        return VALUE_NULL;
    }
    if (length == 1) return last;
    Value root = heap->items[0];
    heap->items[0] = last;
    if (settle(heap, 0, is_max_heap) == 0) return root;
    value_decref(root);
    return VALUE_NULL;
}

static Value replace_root(Value v, Value item, bool is_max_heap)
{
    List *heap = as_list(v);
    if (heap->length == 0) return error_set(&type_IndexError, "index out of range");
    Value root = heap->items[0];
    heap->items[0] = value_incref(item);
    list_note(heap, item);
    if (settle(heap, 0, is_max_heap) == 0) return root;
    value_decref(root);
    return VALUE_NULL;
}

static Value make_heap(Value v, bool is_max_heap)
{
    for (ssize_t i = list_length(v) / 2 - 1; i >= 0; i--)
        if (settle(as_list(v), i, is_max_heap) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

static NATIVE(heappush)
{
    if (!require_list(args[0], "heappush", true) || list_append(args[0], args[1]) < 0) return VALUE_NULL;
    return move_towards_root(as_list(args[0]), 0, list_length(args[0]) - 1, false) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(heappop)
{
    return require_list(args[0], "heappop", false) ? pop_root(args[0], false) : VALUE_NULL;
}

static NATIVE(heapreplace)
{
    return require_list(args[0], "heapreplace", true) ? replace_root(args[0], args[1], false) : VALUE_NULL;
}

static NATIVE(heappushpop)
{
    if (!require_list(args[0], "heappushpop", true)) return VALUE_NULL;
    List *heap = as_list(args[0]);
    if (heap->length == 0) return value_incref(args[1]);
    Value root = value_incref(heap->items[0]);
    int less = rich_compare_bool(root, args[1], CMP_LT);
    value_decref(root);
    if (less < 0) return VALUE_NULL;
    return less ? replace_root(args[0], args[1], false) : value_incref(args[1]);
}

static NATIVE(heapify)
{
    return require_list(args[0], "heapify", false) ? make_heap(args[0], false) : VALUE_NULL;
}

static NATIVE(heappop_max)
{
    return require_list(args[0], "_heappop_max", false) ? pop_root(args[0], true) : VALUE_NULL;
}

static NATIVE(heapreplace_max)
{
    return require_list(args[0], "_heapreplace_max", true) ? replace_root(args[0], args[1], true) : VALUE_NULL;
}

static NATIVE(heapify_max)
{
    return require_list(args[0], "_heapify_max", false) ? make_heap(args[0], true) : VALUE_NULL;
}

static const NativeMethod heapq_methods[] = {
    {"heappush", heappush, 2, 2, 0,
     "heappush($module, heap, item, /)\n--\n\nPush item onto heap, maintaining the heap invariant."},
    {"heappushpop", heappushpop, 2, 2, 0,
     "heappushpop($module, heap, item, /)\n--\n\nPush item on the heap, then pop and return the smallest item from the "
     "heap.\n\nThe combined action runs more efficiently than heappush() followed by\na separate call to heappop()."},
    {"heappop", heappop, 1, 1, 0,
     "heappop($module, heap, /)\n--\n\nPop the smallest item off the heap, maintaining the heap invariant."},
    {"heapreplace", heapreplace, 2, 2, 0,
     "heapreplace($module, heap, item, /)\n--\n\nPop and return the current smallest value, and add the new item.\n\n"
     "This is more efficient than heappop() followed by heappush(), and can be\n"
     "more appropriate when using a fixed-size heap.  Note that the value\n"
     "returned may be larger than item!  That constrains reasonable uses of\n"
     "this routine unless written as part of a conditional replacement:\n\n    if item > heap[0]:\n"
     "        item = heapreplace(heap, item)"},
    {"heapify", heapify, 1, 1, 0,
     "heapify($module, heap, /)\n--\n\nTransform list into a heap, in-place, in O(len(heap)) time."},
    {"_heappop_max", heappop_max, 1, 1, 0, "_heappop_max($module, heap, /)\n--\n\nMaxheap variant of heappop."},
    {"_heapify_max", heapify_max, 1, 1, 0, "_heapify_max($module, heap, /)\n--\n\nMaxheap variant of heapify."},
    {"_heapreplace_max", heapreplace_max, 2, 2, 0,
     "_heapreplace_max($module, heap, item, /)\n--\n\nMaxheap variant of heapreplace."},
    {NULL},
};

NATIVE_MODULE(_heapq) = {
    .name = "_heapq",
    .doc = "Heap queue algorithm (a.k.a. priority queue): the functions of the module heapq that matter for speed.",
    .methods = heapq_methods,
};

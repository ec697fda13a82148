/* bisect.c: the module `_bisect`: binary search in sorted sequences. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"

typedef struct Arguments {
    Value sequence, item;
    NULLABLE Value key; /* function */
    ssize_t low, high;  /* high -1: the length */
} Arguments;

static bool parse(const char *function, const Value *args, ssize_t nargs, NULLABLE Value kwnames, Arguments *out)
{
    static const char *const names[] = {"a", "x", "lo", "hi", "key", NULL};
    const ArgSpec spec = {.function = function, .names = names, .required = 2, .positional = 4};
    Value values[5];
    if (!args_parse(&spec, args, nargs, kwnames, values)) return false;
    *out = (Arguments){values[0], values[1], VALUE_NULL, 0, -1};
    if (!value_is_null(values[2]) && !arg_as_ssize(values[2], &out->low)) return false;
    if (!value_is_null(values[3]) && !value_is_none(values[3]) && !arg_as_ssize(values[3], &out->high)) return false;
    if (!value_is_null(values[4]) && !value_is_none(values[4])) out->key = values[4];
    return true;
}

/* The item at `place`, or what the key function makes of it. */
static Value key_at(const Arguments *arguments, ssize_t place)
{
    Value item = sequence_item(arguments->sequence, place);
    if (value_is_null(item) || value_is_null(arguments->key)) return item;
    Value key = call_1(arguments->key, item);
    value_decref(item);
    return key;
}

/* Where `wanted` goes: behind equal items (to_right) or before them; -1 on error. */
static ssize_t search(const Arguments *arguments, Value wanted, bool to_right)
{
    ssize_t low = arguments->low, high = arguments->high;
    if (low < 0) {
        error_set(&type_ValueError, "lo must be non-negative");
        return -1;
    }
    if (high == -1) high = value_length(arguments->sequence);
    if (high < 0) return error_occurred() ? -1 : low;
    while (low < high) {
        ssize_t middle = (ssize_t)(((size_t)low + (size_t)high) / 2);
        Value key = key_at(arguments, middle);
        if (value_is_null(key)) return -1;
        int less = to_right ? rich_compare_bool(wanted, key, CMP_LT) : rich_compare_bool(key, wanted, CMP_LT);
        value_decref(key);
        if (less < 0) return -1;
        if (less == to_right)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static Value bisect(const char *function, bool to_right, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Arguments arguments;
    if (!parse(function, args, nargs, kwnames, &arguments)) return VALUE_NULL;
    ssize_t place = search(&arguments, arguments.item, to_right);
    return place < 0 ? VALUE_NULL : int_from_int64(place);
}

static Value insort(const char *function, bool to_right, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Arguments arguments;
    if (!parse(function, args, nargs, kwnames, &arguments)) return VALUE_NULL;
    Value wanted = value_is_null(arguments.key) ? value_incref(arguments.item) : call_1(arguments.key, arguments.item);
    if (value_is_null(wanted)) return VALUE_NULL;
    ssize_t place = search(&arguments, wanted, to_right);
    value_decref(wanted);
    if (place < 0) return VALUE_NULL;
    if (is_exact_list(arguments.sequence))
        return list_insert(arguments.sequence, place, arguments.item) < 0 ? VALUE_NULL : VALUE_NONE;
    Value index = int_from_int64(place);
    if (value_is_null(index)) return VALUE_NULL;
    Value result = call_method_2(arguments.sequence, ID(insert), index, arguments.item);
    value_decref(index);
    if (value_is_null(result)) return VALUE_NULL;
    value_decref(result);
    return VALUE_NONE;
}

static NATIVE(bisect_right)
{
    return bisect("bisect_right", true, args, nargs, kwnames);
}

static NATIVE(bisect_left)
{
    return bisect("bisect_left", false, args, nargs, kwnames);
}

static NATIVE(insort_right)
{
    return insort("insort_right", true, args, nargs, kwnames);
}

static NATIVE(insort_left)
{
    return insort("insort_left", false, args, nargs, kwnames);
}

#define SIGNATURE "($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\n"
#define BOUNDS "\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched."

static const NativeMethod bisect_methods[] = {
    {"bisect_right", bisect_right, 2, 4, NATIVE_KEYWORDS,
     "bisect_right" SIGNATURE "Return the index where to insert item x in list a, assuming a is sorted.\n\n"
     "The return value i is such that all e in a[:i] have e <= x, and all e in\n"
     "a[i:] have e > x.  So if x already appears in the list, a.insert(i, x) will\n"
     "insert just after the rightmost x already there." BOUNDS},
    {"insort_right", insort_right, 2, 4, NATIVE_KEYWORDS,
     "insort_right" SIGNATURE "Insert item x in list a, and keep it sorted assuming a is sorted.\n\n"
     "If x is already in a, insert it to the right of the rightmost x." BOUNDS},
    {"bisect_left", bisect_left, 2, 4, NATIVE_KEYWORDS,
     "bisect_left" SIGNATURE "Return the index where to insert item x in list a, assuming a is sorted.\n\n"
     "The return value i is such that all e in a[:i] have e < x, and all e in\n"
     "a[i:] have e >= x.  So if x already appears in the list, a.insert(i, x) will\n"
     "insert just before the leftmost x already there." BOUNDS},
    {"insort_left", insort_left, 2, 4, NATIVE_KEYWORDS,
     "insort_left" SIGNATURE "Insert item x in list a, and keep it sorted assuming a is sorted.\n\n"
     "If x is already in a, insert it to the left of the leftmost x." BOUNDS},
    {NULL},
};

NATIVE_MODULE(_bisect) = {
    .name = "_bisect",
    .doc = "Bisection algorithms.\n\n"
           "This module provides support for maintaining a list in sorted order without\n"
           "having to sort the list after each insertion. For long lists of items with\n"
           "expensive comparison operations, this can be an improvement over the more\ncommon approach.\n",
    .methods = bisect_methods,
};

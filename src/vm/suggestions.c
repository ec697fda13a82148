/* suggestions.c: "Did you mean: …?" for NameError and AttributeError: the nearest known name by edit distance. */
#include <ctype.h>

#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/frame.h"
#include "vm/text_out.h"
#include "vm/traceback.h"

enum { MAX_CANDIDATES = 750, MAX_LENGTH = 40, MOVE_COST = 2, CASE_COST = 1 };

static int substitution_cost(char a, char b)
{
    if ((a & 31) != (b & 31)) return MOVE_COST;
    if (a == b) return 0;
    return tolower((unsigned char)a) == tolower((unsigned char)b) ? CASE_COST : MOVE_COST;
}

/* The edit distance, or something larger than `limit`. */
static ssize_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size, ssize_t limit)
{
    size_t row[MAX_LENGTH];
    if (a == b) return 0;
    while (a_size && b_size && *a == *b) a++, b++, a_size--, b_size--;
    while (a_size && b_size && a[a_size - 1] == b[b_size - 1]) a_size--, b_size--;
    if (a_size == 0 || b_size == 0) return (ssize_t)(a_size + b_size) * MOVE_COST;
    if (a_size > MAX_LENGTH || b_size > MAX_LENGTH) return limit + 1;
    if (b_size < a_size) {
        const char *t = a;
        size_t n = a_size;
        a = b, a_size = b_size;
        b = t, b_size = n;
    }
    if ((ssize_t)(b_size - a_size) * MOVE_COST > limit) return limit + 1;
    for (size_t i = 0; i < a_size; i++) row[i] = (i + 1) * MOVE_COST;
    size_t result = 0;
    for (size_t j = 0; j < b_size; j++) {
        size_t distance = result = j * MOVE_COST, minimum = SIZE_MAX;
        for (size_t i = 0; i < a_size; i++) {
            size_t substitute = distance + (size_t)substitution_cost(b[j], a[i]);
            distance = row[i];
            size_t change = MIN(result, distance) + MOVE_COST;
            result = MIN(change, substitute);
            row[i] = result;
            minimum = MIN(minimum, result);
        }
        if ((ssize_t)minimum > limit) return limit + 1;
    }
    return (ssize_t)result;
}

/* The nearest of the names in a list: owned; no value when none is near. */
static Value nearest(Value names, Value name)
{
    ssize_t count = list_length(names), name_size, best_distance = SSIZE_MAX;
    Value best = VALUE_NULL;
    if (count >= MAX_CANDIDATES || !is_str(name)) return VALUE_NULL;
    const char *text = str_as_utf8(name, &name_size);
    if (!text) return VALUE_NULL;
    for (ssize_t i = 0; i < count; i++) {
        Value item = list_item_borrow(names, i);
        ssize_t size;
        if (!is_str(item) || str_equal(item, name)) continue;
        const char *candidate = str_as_utf8(item, &size);
        if (!candidate) return VALUE_NULL;
        ssize_t limit = MIN((name_size + size + 3) * MOVE_COST / 6, best_distance - 1);
        ssize_t distance = edit_distance(text, (size_t)name_size, candidate, (size_t)size, limit);
        if (distance > limit || distance >= best_distance) continue;
        best = item;
        best_distance = distance;
    }
    return value_xincref(best);
}

static Value for_attribute(Value exception)
{
    const AttributeErrorObject *error = (AttributeErrorObject *)value_as_object(exception);
    if (value_is_null(error->name) || value_is_null(error->object)) return VALUE_NULL;
    Value names = value_dir(error->object);
    if (value_is_null(names)) return names;
    Value result = nearest(names, error->name);
    value_decref(names);
    return result;
}

static Value nearest_key(Value dict, Value name)
{
    if (!is_dict(dict)) return VALUE_NULL;
    Value names = dict_keys_list(dict);
    if (value_is_null(names)) return names;
    Value result = nearest(names, name);
    value_decref(names);
    return result;
}

static Value for_name(Value exception)
{
    const NameErrorObject *error = (NameErrorObject *)value_as_object(exception);
    Value traceback = error->traceback;
    if (value_is_null(error->name) || value_is_null(traceback) || !object_has_type(traceback, &type_traceback))
        return VALUE_NULL;
    Traceback *last = (Traceback *)value_as_object(traceback);
    while (!value_is_null(last->next)) last = (Traceback *)value_as_object(last->next);
    Frame *frame = ((FrameObject *)value_as_object(last->frame))->frame;
    if (!frame) return VALUE_NULL;
    Value names = list_new(0);
    for (int i = 0; i < frame->code->nlocalsplus && !value_is_null(names); i++)
        if (list_append(names, tuple_item_borrow(frame->code->localsplus_names, i)) < 0) value_clear(&names);
    if (value_is_null(names)) return names;
    Value result = nearest(names, error->name);
    value_decref(names);
    if (value_is_null(result) && !error_occurred()) result = nearest_key(frame->globals, error->name);
    if (value_is_null(result) && !error_occurred()) result = nearest_key(frame->builtins, error->name);
    return result;
}

NULLABLE Value exception_suggestion(Value exception)
{
    if (value_is(value_from_object(type_of(exception)), value_from_object(&type_AttributeError)))
        return for_attribute(exception);
    if (type_is_subtype(type_of(exception), &type_NameError)) return for_name(exception);
    return VALUE_NULL;
}

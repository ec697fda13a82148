/* list.c: lists: a growing block of values.
 *
 * The block grows by an eighth and some (CPython's steps, so that sys.getsizeof shows the same curve). Any call back
 * into Python may change the list: loops that call re-read `length` and `items` each time, and a value taken from the
 * block is increfed before it is handed to such a call. Sorting is in list_sort.c. */
#include "objects/list.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/native.h"
#include "objects/repr_guard.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <stdlib.h>

enum { FREE_MAX = 80 };

static List *free_lists[FREE_MAX];
static int free_list_count;

static const ssize_t LENGTH_MAX = PTRDIFF_MAX / (ssize_t)sizeof(Value);

/* --- storage --- */

static int set_capacity(List *list, ssize_t capacity)
{
    if (capacity > LENGTH_MAX) {
        error_no_memory();
        return -1;
    }
    size_t old_size = list->items ? (size_t)list->capacity * sizeof(Value) : 0;
    Value *items = mem_realloc(list->items, old_size, (size_t)capacity * sizeof(Value));
    if (!items) {
        error_no_memory();
        return -1;
    }
    list->items = items;
    list->capacity = capacity;
    return 0;
}

/* Makes room for `length` items, with slack for growth to come. Does not touch list->length. */
static NOINLINE int grow(List *list, ssize_t length)
{
    ssize_t capacity = (length + (length >> 3) + 6) & ~(ssize_t)3;
    if (length - list->length > capacity - length) capacity = (length + 3) & ~(ssize_t)3; /* a jump: exact is better */
    return set_capacity(list, capacity);
}

static void release_block(Value *items, ssize_t capacity)
{
    if (items) mem_free(items, (size_t)capacity * sizeof(Value));
}

/* After items went away: gives memory back when less than half is used. */
static void shrink(List *list)
{
    if (list->length >= list->capacity / 2) return;
    if (list->length == 0) {
        release_block(list->items, list->capacity);
        list->items = NULL;
        list->capacity = 0;
        return;
    }
    ssize_t capacity = (list->length + (list->length >> 3) + 6) & ~(ssize_t)3;
    if (capacity >= list->capacity) return;
    Value *items = mem_realloc(list->items, (size_t)list->capacity * sizeof(Value), (size_t)capacity * sizeof(Value));
    if (!items) return; /* the larger block stays */
    list->items = items;
    list->capacity = capacity;
}

static inline NULLABLE List *alloc_list(void)
{
    List *list;
    if (LIKELY(free_list_count > 0 && mem_may_recycle)) {
        list = free_lists[--free_list_count];
        list->head.refcount = 1;
    } else {
        list = object_alloc(&type_list, sizeof *list);
        if (!list) return NULL;
    }
    list->length = list->capacity = 0;
    list->items = NULL;
    list->kinds = 0;
    gc_track_inline(list);
    return list;
}

/* Copies items into the list's block, each with one more owner. `kinds` is what they may be; 0: nobody knows. */
static void copy_items(List *list, ssize_t at, const Value *items, ssize_t count, KindSet kinds)
{
    if (count == 0) return; /* there may be no block */
    Value *out = list->items + at;
    if (kinds && !(kinds & KINDS_OBJECT)) {
        memcpy(out, items, (size_t)count * sizeof(Value));
        list->kinds |= kinds;
        return;
    }
    kinds = 0;
    for (ssize_t i = 0; i < count; i++) {
        kinds |= value_kind(items[i]);
        out[i] = value_incref(items[i]);
    }
    list->kinds |= kinds;
}

static KindSet kinds_of(Value sequence)
{
    return is_list(sequence) ? as_list(sequence)->kinds : 0;
}

/* A list with room for so many, of which it has none yet. */
static NULLABLE List *alloc_with_room(ssize_t count)
{
    List *list = alloc_list();
    if (!list || count == 0) return list;
    Value *items = count <= LENGTH_MAX ? mem_alloc((size_t)count * sizeof(Value)) : NULL;
    if (!items) {
        object_decref(&list->head);
        error_no_memory();
        return NULL;
    }
    list->items = items;
    list->capacity = count;
    return list;
}

Value list_new(ssize_t length)
{
    List *list = alloc_with_room(length);
    if (!list || length == 0) return value_from_object(list);
    memset(list->items, 0, (size_t)length * sizeof(Value));
    list->length = length;
    list->kinds = KINDS_ANY; /* of what the caller fills in */
    return value_from_object(list);
}

static Value copy_of(const Value *items, ssize_t count, KindSet kinds)
{
    List *list = alloc_with_room(count);
    if (!list || count == 0) return value_from_object(list);
    copy_items(list, 0, items, count, kinds);
    list->length = count;
    return value_from_object(list);
}

Value list_from_array(const Value *items, ssize_t count)
{
    return copy_of(items, count, 0);
}

/* K1 (list.h). */
static void check_kinds(const List *list)
{
#if defined(COACHWHIP_CHECKS)
    for (ssize_t i = 0; i < list->length; i++) {
        if (!(list->kinds & value_whole_kind(list->items[i]))) abort();
    }
#endif
}

static void drop_items(const Value *items, ssize_t count, KindSet kinds)
{
    if (!(kinds & KINDS_OBJECT)) return;
    while (count > 0) value_xdecref(items[--count]); /* the last first */
}

static void destroy_list(Object *self)
{
    List *list = (List *)self;
    gc_untrack_inline(list);
    check_kinds(list);
    Value *items = list->items;
    drop_items(items, list->length, list->kinds);
    release_block(items, list->capacity);
    if (LIKELY(self->type == &type_list) && free_list_count < FREE_MAX && mem_may_recycle)
        free_lists[free_list_count++] = list;
    else
        object_free(self, self->type->instance_size);
}

void list_clear_free_list(void)
{
    while (free_list_count > 0) object_free(&free_lists[--free_list_count]->head, sizeof(List));
}

static int traverse_list(Object *self, GcVisit visit, void *argument)
{
    const List *list = (const List *)self;
    check_kinds(list);
    if (!(list->kinds & KINDS_OBJECT)) return 0;
    for (ssize_t i = list->length; i-- > 0;) GC_VISIT(list->items[i]);
    return 0;
}

/* Takes the block away before the items are dropped: their finalisers may look at the list. */
static void drop_all(List *list)
{
    Value *items = list->items;
    ssize_t length = list->length, capacity = list->capacity;
    KindSet kinds = list->kinds;
    list->items = NULL;
    list->length = list->capacity = 0;
    list->kinds = 0;
    drop_items(items, length, kinds);
    release_block(items, capacity);
}

static void clear_list(Object *self)
{
    drop_all((List *)self);
}

/* --- growing --- */

int list_append_steal(Value v, Value item)
{
    List *list = as_list(v);
    if (UNLIKELY(list->length >= list->capacity) && grow(list, list->length + 1) < 0) {
        value_decref(item);
        return -1;
    }
    list->items[list->length++] = item;
    list_note(list, item);
    return 0;
}

int list_append(Value v, Value item)
{
    return list_append_steal(v, value_incref(item));
}

int list_insert(Value v, ssize_t index, Value item)
{
    List *list = as_list(v);
    if (list->length >= list->capacity && grow(list, list->length + 1) < 0) return -1;
    if (index < 0) index = MAX(index + list->length, 0);
    if (index > list->length) index = list->length;
    memmove(&list->items[index + 1], &list->items[index], (size_t)(list->length - index) * sizeof(Value));
    list->items[index] = value_incref(item);
    list_note(list, item);
    list->length++;
    return 0;
}

static int extend_from_array(List *list, Value source, ssize_t count)
{
    if (count == 0) return 0;
    if (list->length > LENGTH_MAX - count) {
        error_no_memory();
        return -1;
    }
    if (list->length + count > list->capacity && grow(list, list->length + count) < 0) return -1;
    const Value *items = sequence_fast_items(source); /* after growing: source may be the list itself */
    copy_items(list, list->length, items, count, kinds_of(source));
    list->length += count;
    return 0;
}

static int extend_from_iterator(Value v, Value iterator)
{
    UnarySlot next = type_of(iterator)->iternext;
    for (;;) {
        Value item = next(iterator);
        if (value_is_null(item)) return iter_finish();
        if (list_append_steal(v, item) < 0) return -1;
    }
}

/* The empty list gets the items of another, which goes. */
static void take_items(List *list, STEALS Value other)
{
    List saved = *list;
    list->items = as_list(other)->items;
    list->length = as_list(other)->length;
    list->capacity = as_list(other)->capacity;
    as_list(other)->items = saved.items;
    as_list(other)->length = saved.length;
    as_list(other)->capacity = saved.capacity;
    list->kinds |= as_list(other)->kinds;
    value_decref(other);
    shrink(list);
}

int list_extend(Value v, Value iterable)
{
    List *list = as_list(v);
    Value items;
    if (list->length == 0 && list->head.refcount == 1 /* nobody looks at it in between */ &&
        consume_by_loop(CONSUME_LIST, iterable, VALUE_NULL, &items)) {
        if (value_is_null(items)) return -1;
        take_items(list, items);
        return 0;
    }
    if (is_exact_list(iterable) || is_exact_tuple(iterable))
        return extend_from_array(list, iterable, sequence_fast_length(iterable));
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return -1;
    ssize_t hint = length_hint(iterable, 8);
    int status = -1;
    if (hint < 0) goto done;
    /* an absurd hint must not fail: only the real items may run out of memory */
    if (hint <= LENGTH_MAX - list->length && list->length + hint > list->capacity &&
        set_capacity(list, list->length + hint) < 0)
        goto done;
    status = extend_from_iterator(v, iterator);
    shrink(list);
done:
    value_decref(iterator);
    return status;
}

Value list_from_iterable(Value v)
{
    if (is_exact_list(v)) return copy_of(as_list(v)->items, as_list(v)->length, as_list(v)->kinds);
    if (is_exact_tuple(v)) return list_from_array(sequence_fast_items(v), sequence_fast_length(v));
    Value list = list_new(0);
    if (!value_is_null(list) && list_extend(list, v) < 0) value_clear(&list);
    return list;
}

Value list_to_tuple(Value v)
{
    return tuple_from_array(as_list(v)->items, as_list(v)->length);
}

/* --- items --- */

int list_set_item(Value v, ssize_t index, Value item)
{
    List *list = as_list(v);
    if (index < 0 || index >= list->length) {
        value_decref(item);
        error_set(&type_IndexError, "list assignment index out of range");
        return -1;
    }
    list_note(list, item);
    value_replace(&list->items[index], item);
    return 0;
}

static ssize_t length_of_list(Value self)
{
    return list_length(self);
}

static Value item_of_list(Value self, ssize_t index)
{
    if (index < 0 || index >= list_length(self)) return error_set(&type_IndexError, "list index out of range");
    return value_incref(list_item_borrow(self, index));
}

static int set_item_of_list(Value self, ssize_t index, NULLABLE Value value)
{
    if (!value_is_null(value)) return list_set_item(self, index, value_incref(value));
    if (index < 0 || index >= list_length(self)) {
        error_set(&type_IndexError, "list assignment index out of range");
        return -1;
    }
    return list_assign_slice(self, index, index + 1, VALUE_NULL);
}

Value list_slice(Value v, ssize_t low, ssize_t high)
{
    ssize_t length = list_length(v);
    low = low < 0 ? 0 : MIN(low, length);
    high = high < low ? low : MIN(high, length);
    return copy_of(as_list(v)->items + low, high - low, as_list(v)->kinds);
}

/* Replaces items[low:high] by `count` values, which are increfed; `kinds` is what they may be, as in copy_items. */
static int replace_range(List *list, ssize_t low, ssize_t high, const Value *values, ssize_t count, KindSet kinds)
{
    ssize_t change = count - (high - low), tail = list->length - high;
    ssize_t dropped_count = list->kinds & KINDS_OBJECT ? high - low : 0;
    if (list->length + change == 0) {
        drop_all(list);
        return 0;
    }
    Value few[32], *dropped = few;
    if (dropped_count > (ssize_t)COUNT_OF(few)) {
        dropped = raw_alloc((size_t)dropped_count * sizeof(Value));
        if (!dropped) {
            error_no_memory();
            return -1;
        }
    }
    if (change > 0 && list->length + change > list->capacity && grow(list, list->length + change) < 0) {
        if (dropped != few) raw_free(dropped);
        return -1;
    }
    memcpy(dropped, list->items + low, (size_t)dropped_count * sizeof(Value));
    if (change) memmove(list->items + low + count, list->items + high, (size_t)tail * sizeof(Value));
    copy_items(list, low, values, count, kinds);
    list->length += change;
    if (change < 0) shrink(list);
    for (ssize_t i = dropped_count; i-- > 0;) value_xdecref(dropped[i]);
    if (dropped != few) raw_free(dropped);
    return 0;
}

int list_assign_slice(Value v, ssize_t low, ssize_t high, NULLABLE Value iterable)
{
    Value values = VALUE_NULL;
    if (!value_is_null(iterable)) {
        values = value_is(iterable, v) ? list_from_iterable(v) : sequence_fast(iterable, "can only assign an iterable");
        if (value_is_null(values)) return -1;
    }
    ssize_t length = list_length(v);
    low = low < 0 ? 0 : MIN(low, length);
    high = high < low ? low : MIN(high, length);
    if (value_is_null(values)) return replace_range(as_list(v), low, high, NULL, 0, 0);
    int status = replace_range(as_list(v), low, high, sequence_fast_items(values), sequence_fast_length(values),
                               kinds_of(values));
    value_decref(values);
    return status;
}

static int contains_in_list(Value self, Value item)
{
    for (ssize_t i = 0; i < list_length(self); i++) {
        Value mine = value_incref(list_item_borrow(self, i));
        int equal = rich_compare_bool(mine, item, CMP_EQ);
        value_decref(mine);
        if (equal) return equal;
    }
    return 0;
}

static Value concat_lists(Value left, Value right)
{
    if (!is_list(right))
        return error_format(&type_TypeError, "can only concatenate list (not \"%.200s\") to list",
                            type_of(right)->name);
    const List *a = as_list(left), *b = as_list(right);
    if (a->length > LENGTH_MAX - b->length) return error_no_memory();
    List *result = alloc_with_room(a->length + b->length);
    if (!result) return VALUE_NULL;
    copy_items(result, 0, a->items, a->length, a->kinds);
    copy_items(result, a->length, b->items, b->length, b->kinds);
    result->length = a->length + b->length;
    return value_from_object(result);
}

/* Fills items[period..total) with copies of the first `period`, the counts of which are right already. The source
 * doubles until it fills half of a first-level cache, and is read from there. */
static void copy_over(Value *items, ssize_t period, ssize_t total)
{
    enum { CACHED = 2048 };
    for (ssize_t done = period, source = period, part; done < total; done += part) {
        part = MIN(source, total - done);
        memcpy(items + done, items, (size_t)part * sizeof(Value));
        if (source < CACHED) source = done + part;
    }
}

static Value repeat_list(Value self, ssize_t count)
{
    const List *source = as_list(self);
    ssize_t length = source->length;
    if (length == 0 || count <= 0) return list_new(0);
    if (length > LENGTH_MAX / count) return error_no_memory();
    List *result = alloc_with_room(length * count);
    if (!result) return VALUE_NULL;
    Value *out = result->items;
    for (ssize_t i = 0; i < length; i++) {
        Value item = source->items[i];
        if (value_is_object(item)) value_as_object(item)->refcount += count;
        out[i] = item;
    }
    copy_over(out, length, length * count);
    result->length = length * count;
    result->kinds = source->kinds;
    return value_from_object(result);
}

static Value inplace_concat(Value self, Value other)
{
    if (list_extend(self, other) < 0) return VALUE_NULL;
    return value_incref(self);
}

static Value inplace_repeat(Value self, ssize_t count)
{
    List *list = as_list(self);
    ssize_t length = list->length;
    if (length == 0 || count == 1) return value_incref(self);
    if (count < 1) {
        drop_all(list);
        return value_incref(self);
    }
    if (length > LENGTH_MAX / count) return error_no_memory();
    if (length * count > list->capacity && grow(list, length * count) < 0) return VALUE_NULL;
    for (ssize_t i = length; i < length * count; i++) list->items[i] = value_incref(list->items[i - length]);
    list->length = length * count;
    return value_incref(self);
}

/* --- subscripts --- */

Value list_sliced(Value self, ssize_t start, ssize_t stop, ssize_t step)
{
    ssize_t count = slice_adjust(list_length(self), &start, &stop, step);
    if (count <= 0) return list_new(0);
    if (step == 1) return list_slice(self, start, start + count);
    List *result = alloc_with_room(count);
    if (!result) return VALUE_NULL;
    const Value *source = as_list(self)->items;
    bool has_objects = as_list(self)->kinds & KINDS_OBJECT;
    for (ssize_t i = 0, at = start; i < count; i++, at += step)
        result->items[i] = has_objects ? value_incref(source[at]) : source[at];
    result->length = count;
    result->kinds = as_list(self)->kinds;
    return value_from_object(result);
}

/* The index that key means for a list of this length, not yet checked; false with an error. */
static bool index_from_key(Value self, Value key, ssize_t *index)
{
    if (!has_index(key)) {
        error_format(&type_TypeError, "list indices must be integers or slices, not %.200s", type_of(key)->name);
        return false;
    }
    *index = number_as_ssize(key, &type_IndexError);
    if (*index == -1 && error_occurred()) return false;
    if (*index < 0) *index += list_length(self);
    return true;
}

static Value subscript_list(Value self, Value key)
{
    ssize_t index;
    if (LIKELY(value_is_small_int(key))) {
        const List *list = as_list(self);
        index = value_as_small_int(key);
        if (index < 0) index += list->length;
        if (LIKELY((size_t)index < (size_t)list->length)) return value_incref(list->items[index]);
        return error_set(&type_IndexError, "list index out of range");
    }
    if (is_slice(key)) {
        ssize_t start, stop, step;
        return slice_unpack(key, &start, &stop, &step) < 0 ? VALUE_NULL : list_sliced(self, start, stop, step);
    }
    if (!index_from_key(self, key, &index)) return VALUE_NULL;
    return item_of_list(self, index);
}

/* del list[start:stop:step], step != 1: the kept items close up. */
static int delete_stepped(List *list, ssize_t start, ssize_t step, ssize_t count)
{
    if (count <= 0) return 0;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    Value *dropped = raw_alloc((size_t)count * sizeof(Value));
    if (!dropped) {
        error_no_memory();
        return -1;
    }
    ssize_t to = start, next_gone = start, gone = 0;
    for (ssize_t from = start; from < list->length; from++) {
        if (gone < count && from == next_gone) {
            dropped[gone++] = list->items[from];
            next_gone += step;
        } else {
            list->items[to++] = list->items[from];
        }
    }
    list->length = to;
    shrink(list);
    for (ssize_t i = 0; i < count; i++) value_decref(dropped[i]);
    raw_free(dropped);
    return 0;
}

/* list[start:stop:step] = iterable, step != 1 */
static int assign_stepped(Value self, Value slice, Value iterable)
{
    Value values = value_is(iterable, self) ? list_from_iterable(self)
                                            : sequence_fast(iterable, "must assign iterable to extended slice");
    if (value_is_null(values)) return -1;
    int status = -1;
    ssize_t start, stop, step, length = sequence_fast_length(values);
    if (slice_unpack(slice, &start, &stop, &step) < 0) goto done; /* again: the iterable may have changed the list */
    ssize_t count = slice_adjust(list_length(self), &start, &stop, step);
    if (length != count) {
        error_format(&type_ValueError, "attempt to assign sequence of size %zd to extended slice of size %zd", length,
                     count);
        goto done;
    }
    status = 0;
    if (count == 0) goto done;
    Value *dropped = raw_alloc((size_t)count * sizeof(Value));
    if (!dropped) {
        error_no_memory();
        status = -1;
        goto done;
    }
    for (ssize_t i = 0, at = start; i < count; i++, at += step) {
        dropped[i] = as_list(self)->items[at];
        as_list(self)->items[at] = value_incref(sequence_fast_items(values)[i]);
        list_note(as_list(self), as_list(self)->items[at]);
    }
    for (ssize_t i = 0; i < count; i++) value_decref(dropped[i]);
    raw_free(dropped);
done:
    value_decref(values);
    return status;
}

static int set_slice(Value self, Value slice, NULLABLE Value value)
{
    ssize_t start, stop, step;
    if (slice_unpack(slice, &start, &stop, &step) < 0) return -1;
    ssize_t count = slice_adjust(list_length(self), &start, &stop, step);
    if (step == 1) return list_assign_slice(self, start, stop, value);
    if (value_is_null(value)) return delete_stepped(as_list(self), start, step, count);
    return assign_stepped(self, slice, value);
}

static int set_subscript_list(Value self, Value key, NULLABLE Value value)
{
    ssize_t index;
    if (LIKELY(value_is_small_int(key))) {
        index = value_as_small_int(key);
        if (index < 0) index += list_length(self);
        return set_item_of_list(self, index, value);
    }
    if (is_slice(key)) return set_slice(self, key, value);
    if (!index_from_key(self, key, &index)) return -1;
    return set_item_of_list(self, index, value);
}

/* --- repr and comparison --- */

static Value repr_list(Value self)
{
    if (list_length(self) == 0) return str_from_cstr("[]");
    int entered = repr_enter(self);
    if (entered) return entered > 0 ? str_from_cstr("[...]") : VALUE_NULL;
    StrBuilder builder;
    str_builder_init(&builder);
    str_builder_add_char(&builder, '[');
    for (ssize_t i = 0; i < list_length(self); i++) {
        if (i > 0) str_builder_add_ascii(&builder, ", ", 2);
        Value item = value_incref(list_item_borrow(self, i));
        Value text = value_repr(item);
        value_decref(item);
        if (value_is_null(text)) {
            str_builder_discard(&builder);
            repr_leave(self);
            return VALUE_NULL;
        }
        str_builder_add_str(&builder, text);
        value_decref(text);
    }
    str_builder_add_char(&builder, ']');
    repr_leave(self);
    return str_builder_finish(&builder);
}

static Value compare_lengths(ssize_t left, ssize_t right, CompareOp op)
{
    return rich_compare(value_from_small_int(left), value_from_small_int(right), op);
}

static Value compare_lists(Value left, Value right, CompareOp op)
{
    if (!is_list(left) || !is_list(right)) return VALUE_NOT_IMPLEMENTED;
    const List *a = as_list(left), *b = as_list(right);
    if (a->length != b->length && (op == CMP_EQ || op == CMP_NE)) return value_from_bool(op == CMP_NE);
    ssize_t i = 0;
    for (; i < a->length && i < b->length; i++) {
        Value x = a->items[i], y = b->items[i];
        if (value_is(x, y)) continue;
        value_incref(x);
        value_incref(y);
        int equal = rich_compare_bool(x, y, CMP_EQ);
        value_decref(x);
        value_decref(y);
        if (equal < 0) return VALUE_NULL;
        if (!equal) break;
    }
    if (i >= a->length || i >= b->length) return compare_lengths(a->length, b->length, op);
    if (op == CMP_EQ) return VALUE_FALSE;
    if (op == CMP_NE) return VALUE_TRUE;
    Value x = value_incref(a->items[i]), y = value_incref(b->items[i]);
    Value result = rich_compare(x, y, op);
    value_decref(x);
    value_decref(y);
    return result;
}

/* --- methods --- */

static NATIVE(list_append_method)
{
    if (list_append_steal(self, value_incref(args[0])) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

static NATIVE(list_insert_method)
{
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    return list_insert(self, index, args[1]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(list_extend_method)
{
    return list_extend(self, args[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(list_pop)
{
    ssize_t index = -1;
    if (nargs > 0 && !arg_as_ssize(args[0], &index)) return VALUE_NULL;
    List *list = as_list(self);
    if (list->length == 0) return error_set(&type_IndexError, "pop from empty list");
    if (index < 0) index += list->length;
    if (index < 0 || index >= list->length) return error_set(&type_IndexError, "pop index out of range");
    Value item = list->items[index];
    list->length--;
    if (index < list->length)
        memmove(&list->items[index], &list->items[index + 1], (size_t)(list->length - index) * sizeof(Value));
    shrink(list);
    return item;
}

static NATIVE(list_remove)
{
    for (ssize_t i = 0; i < list_length(self); i++) {
        Value mine = value_incref(list_item_borrow(self, i));
        int equal = rich_compare_bool(mine, args[0], CMP_EQ);
        value_decref(mine);
        if (equal < 0) return VALUE_NULL;
        if (equal) return list_assign_slice(self, i, i + 1, VALUE_NULL) < 0 ? VALUE_NULL : VALUE_NONE;
    }
    return error_set(&type_ValueError, "list.remove(x): x not in list");
}

static NATIVE(list_clear_method)
{
    drop_all(as_list(self));
    return VALUE_NONE;
}

static NATIVE(list_copy)
{
    return copy_of(as_list(self)->items, list_length(self), as_list(self)->kinds);
}

static NATIVE(list_count)
{
    ssize_t count = 0;
    for (ssize_t i = 0; i < list_length(self); i++) {
        Value mine = list_item_borrow(self, i);
        if (value_is(mine, args[0])) {
            count++;
            continue;
        }
        value_incref(mine);
        int equal = rich_compare_bool(mine, args[0], CMP_EQ);
        value_decref(mine);
        if (equal < 0) return VALUE_NULL;
        count += equal;
    }
    return value_from_small_int(count);
}

static NATIVE(list_index)
{
    ssize_t start = 0, stop = PTRDIFF_MAX, length = list_length(self);
    if (nargs > 1 && !arg_as_slice_index(args[1], &start)) return VALUE_NULL;
    if (nargs > 2 && !arg_as_slice_index(args[2], &stop)) return VALUE_NULL;
    if (start < 0) start = MAX(start + length, 0);
    if (stop < 0) stop = MAX(stop + length, 0);
    for (ssize_t i = start; i < stop && i < list_length(self); i++) {
        Value mine = value_incref(list_item_borrow(self, i));
        int equal = rich_compare_bool(mine, args[0], CMP_EQ);
        value_decref(mine);
        if (equal < 0) return VALUE_NULL;
        if (equal) return value_from_small_int(i);
    }
    return error_format(&type_ValueError, "%R is not in list", args[0]);
}

int list_reverse(Value v)
{
    List *list = as_list(v);
    for (ssize_t low = 0, high = list->length - 1; low < high; low++, high--) {
        Value item = list->items[low];
        list->items[low] = list->items[high];
        list->items[high] = item;
    }
    return 0;
}

static NATIVE(list_reverse_method)
{
    return list_reverse(self) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(list_sort_method)
{
    static const char *const names[] = {"key", "reverse", NULL};
    static const ArgSpec spec = {.function = "sort", .names = names};
    Value out[2];
    bool is_reverse = false;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!value_is_null(out[1])) {
        int reverse;
        if (!arg_as_int(out[1], &reverse)) return VALUE_NULL;
        is_reverse = reverse != 0;
    }
    Value key = value_is_none(out[0]) ? VALUE_NULL : out[0];
    return list_sort(self, key, is_reverse) < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(list_getitem)
{
    return subscript_list(self, args[0]);
}

static NATIVE(list_sizeof)
{
    size_t head = type_of(self)->instance_size - sizeof(KindSet); /* as CPython's, whose lists know no kinds */
    return value_from_small_int((int64_t)head + as_list(self)->capacity * 8);
}

static Value iter_of_list(Value self)
{
    ListIterator *iterator = object_alloc(&type_list_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->index = 0;
    iterator->sequence = value_incref(self);
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

static NATIVE(list_reversed)
{
    ListIterator *iterator = object_alloc(&type_list_reverse_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->index = list_length(self) - 1;
    iterator->sequence = value_incref(self);
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

/* --- construction from Python --- */

static Value new_list(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (type == &type_list) return list_new(0);
    List *list = object_alloc_zeroed(type, type->instance_size);
    if (list) gc_track_inline(list);
    return value_from_object(list);
}

static int init_list(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (type_of(self)->new_instance == new_list && !args_no_keywords("list", kwnames)) return -1;
    if (!args_count("list", nargs, 0, 1)) return -1;
    if (as_list(self)->items) drop_all(as_list(self));
    return nargs > 0 ? list_extend(self, args[0]) : 0;
}

static const NativeMethod list_methods[] = {
    {"__getitem__", list_getitem, 1, 1, NATIVE_COEXIST, "x.__getitem__(y) <==> x[y]"},
    {"__reversed__", list_reversed, 0, 0, 0, "__reversed__($self, /)\n--\n\nReturn a reverse iterator over the list."},
    {"__sizeof__", list_sizeof, 0, 0, 0,
     "__sizeof__($self, /)\n--\n\nReturn the size of the list in memory, in bytes."},
    {"clear", list_clear_method, 0, 0, 0, "clear($self, /)\n--\n\nRemove all items from list."},
    {"copy", list_copy, 0, 0, 0, "copy($self, /)\n--\n\nReturn a shallow copy of the list."},
    {"append", list_append_method, 1, 1, 0, "append($self, object, /)\n--\n\nAppend object to the end of the list."},
    {"insert", list_insert_method, 2, 2, 0, "insert($self, index, object, /)\n--\n\nInsert object before index."},
    {"extend", list_extend_method, 1, 1, 0,
     "extend($self, iterable, /)\n--\n\nExtend list by appending elements from the iterable."},
    {"pop", list_pop, 0, 1, 0,
     "pop($self, index=-1, /)\n--\n\nRemove and return item at index (default last).\n\n"
     "Raises IndexError if list is empty or index is out of range."},
    {"remove", list_remove, 1, 1, 0,
     "remove($self, value, /)\n--\n\nRemove first occurrence of value.\n\n"
     "Raises ValueError if the value is not present."},
    {"index", list_index, 1, 3, 0,
     "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nReturn first index of value.\n\n"
     "Raises ValueError if the value is not present."},
    {"count", list_count, 1, 1, 0, "count($self, value, /)\n--\n\nReturn number of occurrences of value."},
    {"reverse", list_reverse_method, 0, 0, 0, "reverse($self, /)\n--\n\nReverse *IN PLACE*."},
    {"sort", list_sort_method, 0, 0, NATIVE_KEYWORDS,
     "sort($self, /, *, key=None, reverse=False)\n--\n\nSort the list in ascending order and return None.\n\n"
     "The sort is in-place (i.e. the list itself is modified) and stable (i.e. the\n"
     "order of two equal elements is maintained).\n\n"
     "If a key function is given, apply it once to each list item and sort them,\n"
     "ascending or descending, according to their function values.\n\n"
     "The reverse flag can be set to sort in descending order."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

Type type_list = {
    .head = TYPE_HEAD,
    .name = "list",
    .doc = "list(iterable=(), /)\n--\n\nBuilt-in mutable sequence.\n\n"
           "If no argument is given, the constructor creates a new empty list.\n"
           "The argument must be an iterable if specified.",
    .instance_size = sizeof(List),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IS_LIST | TYPE_SEQUENCE | TYPE_MATCH_SELF,
    .destroy = destroy_list,
    .traverse = traverse_list,
    .clear = clear_list,
    .new_instance = new_list,
    .init = init_list,
    .repr = repr_list,
    .compare = compare_lists,
    .iter = iter_of_list,
    .sequence = {.length = length_of_list,
                 .concat = concat_lists,
                 .repeat = repeat_list,
                 .item = item_of_list,
                 .set_item = set_item_of_list,
                 .contains = contains_in_list,
                 .inplace_concat = inplace_concat,
                 .inplace_repeat = inplace_repeat},
    .mapping = {.length = length_of_list, .subscript = subscript_list, .set_subscript = set_subscript_list},
    .methods = list_methods,
};

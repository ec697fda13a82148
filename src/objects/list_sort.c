/* list_sort.c: list.sort: a stable, adaptive merge sort.
 *
 * Natural runs are found and, when short, extended by binary insertion; runs are merged in the order that powersort
 * (Munro and Wild, "Nearly-Optimal Mergesorts") gives, galloping while one run keeps winning (Tim Peters' timsort).
 * Both are what CPython 3.11 does, comparison for comparison: a `__lt__` that prints shows the same calls.
 *
 * With a key function, the keys are sorted and the items move along (`values` parallel to `keys`).
 * A comparison is chosen once for all keys: ints, floats and strs compare without a call through the type.
 *
 * Invariants
 *   T1  During the sort the list itself is empty (length 0, no block, capacity -1): what Python code does to it
 *       meanwhile cannot hurt, and is noticed at the end.
 *   T2  At any failure of a comparison both arrays hold each value exactly once. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { MAX_PENDING = 85, MIN_GALLOP = 7, SCRATCH_ITEMS = 256 };

/* A stretch of keys, with the values that move along (NULL without a key function). */
typedef struct Stretch {
    Value *keys;
    NULLABLE Value *values;
} Stretch;

typedef struct Run {
    Stretch base;
    ssize_t length;
    int power; /* of the boundary between this run and the next */
} Run;

typedef struct Sort Sort;
/* a < b: 1, 0, or -1 with an exception */
typedef int (*LessThan)(Sort *sort, Value a, Value b);

struct Sort {
    LessThan less, less_of_first; /* less_of_first: for the first items of tuples */
    CompareSlot compare;          /* less_by_slot: the common type's slot */
    ssize_t min_gallop;
    Value *base; /* of all keys */
    ssize_t length;
    Stretch scratch;
    ssize_t scratch_capacity;
    Value scratch_items[SCRATCH_ITEMS];
    int pending_count;
    Run pending[MAX_PENDING];
};

/* --- comparisons --- */

static int less_generic(Sort *sort, Value a, Value b)
{
    return rich_compare_bool(a, b, CMP_LT);
}

static int less_small_ints(Sort *sort, Value a, Value b)
{
    return value_as_small_int(a) < value_as_small_int(b);
}

static int less_floats(Sort *sort, Value a, Value b)
{
    return value_as_immediate_float(a) < value_as_immediate_float(b);
}

static int less_strs(Sort *sort, Value a, Value b)
{
    const Str *x = as_str(a), *y = as_str(b);
    if (UNLIKELY((x->kind | y->kind) != 1)) return str_compare(a, b) < 0;
    int order = memcmp(x->data, y->data, (size_t)MIN(x->length, y->length));
    return order ? order < 0 : x->length < y->length;
}

/* All keys are of one type with a compare slot: spares looking for reflected methods. */
static int less_by_slot(Sort *sort, Value a, Value b)
{
    /* a __class__ assignment during the sort changes the slot */
    if (UNLIKELY(type_of(a)->compare != sort->compare)) return less_generic(sort, a, b);
    Value result = sort->compare(a, b, CMP_LT);
    if (LIKELY(value_is_bool(result))) return value_is(result, VALUE_TRUE);
    if (value_is_null(result)) return -1;
    if (value_is(result, VALUE_NOT_IMPLEMENTED)) return less_generic(sort, a, b);
    int truth = is_true(result);
    value_decref(result);
    return truth;
}

/* a == b: 1, 0, -1; the usual kinds of items without a call through their type */
ALWAYS_INLINE int items_are_equal(Value a, Value b)
{
    if (value_is(a, b)) return 1;
    if (values_are_small_ints(a, b)) return 0;
    if (object_has_type(a, &type_str) && object_has_type(b, &type_str)) return str_equal(a, b);
    return rich_compare_bool(a, b, CMP_EQ);
}

static int less_items(Sort *sort, Value a, Value b)
{
    if (values_are_small_ints(a, b)) return less_small_ints(sort, a, b);
    if (object_has_type(a, &type_str) && object_has_type(b, &type_str)) return less_strs(sort, a, b);
    return less_generic(sort, a, b);
}

static int less_tuples(Sort *sort, Value a, Value b)
{
    const Tuple *x = as_tuple(a), *y = as_tuple(b);
    ssize_t shorter = MIN(x->length, y->length), i = 0;
    for (; i < shorter; i++) {
        int equal = items_are_equal(x->items[i], y->items[i]);
        if (equal < 0) return -1;
        if (!equal) break;
    }
    if (i == shorter) return x->length < y->length;
    if (i == 0) return sort->less_of_first(sort, x->items[0], y->items[0]);
    return less_items(sort, x->items[i], y->items[i]);
}

/* The comparison for keys [0, count) that `item_of` gives; never for tuples. */
static LessThan choose_for_items(Sort *sort, const Value *keys, ssize_t count, bool in_tuples)
{
    Value first = in_tuples ? tuple_item_borrow(keys[0], 0) : keys[0];
    Type *type = type_of(first);
    bool is_immediate = !value_is_object(first);
    for (ssize_t i = 1; i < count; i++) {
        Value key = in_tuples ? tuple_item_borrow(keys[i], 0) : keys[i];
        if (type_of(key) != type) return less_generic;
        is_immediate &= !value_is_object(key);
    }
    if (type == &type_str) return less_strs;
    if (type == &type_int && is_immediate) return less_small_ints;
    if (type == &type_float && is_immediate) return less_floats;
    if (!type->compare) return less_generic;
    sort->compare = type->compare;
    return less_by_slot;
}

static void choose_comparison(Sort *sort, const Value *keys, ssize_t count)
{
    bool are_tuples = true;
    for (ssize_t i = 0; i < count && are_tuples; i++) are_tuples = is_exact_tuple(keys[i]) && tuple_length(keys[i]) > 0;
    LessThan less = choose_for_items(sort, keys, count, are_tuples);
    sort->less = are_tuples ? less_tuples : less;
    /* tuples in tuples: only one level is worth the trouble */
    sort->less_of_first = less;
}

/* --- stretches --- */

ALWAYS_INLINE Stretch at(Stretch s, ssize_t offset)
{
    return (Stretch){s.keys + offset, s.values ? s.values + offset : NULL};
}

ALWAYS_INLINE void copy_one(Stretch to, ssize_t i, Stretch from, ssize_t j)
{
    to.keys[i] = from.keys[j];
    if (to.values) to.values[i] = from.values[j];
}

static void copy_many(Stretch to, ssize_t i, Stretch from, ssize_t j, ssize_t count)
{
    memcpy(to.keys + i, from.keys + j, (size_t)count * sizeof(Value));
    if (to.values) memcpy(to.values + i, from.values + j, (size_t)count * sizeof(Value));
}

static void move_many(Stretch to, ssize_t i, Stretch from, ssize_t j, ssize_t count)
{
    memmove(to.keys + i, from.keys + j, (size_t)count * sizeof(Value));
    if (to.values) memmove(to.values + i, from.values + j, (size_t)count * sizeof(Value));
}

static void reverse_values(Value *values, ssize_t count)
{
    for (ssize_t low = 0, high = count - 1; low < high; low++, high--) {
        Value v = values[low];
        values[low] = values[high];
        values[high] = v;
    }
}

static void reverse_stretch(Stretch s, ssize_t count)
{
    reverse_values(s.keys, count);
    if (s.values) reverse_values(s.values, count);
}

/* --- runs --- */

/* Length of the run at the start of s: ascending, or strictly descending (so that reversing it keeps stability). */
static ssize_t count_run(Sort *sort, Stretch s, ssize_t count, bool *is_descending)
{
    *is_descending = false;
    if (count < 2) return count;
    ssize_t n = 2;
    int less = sort->less(sort, s.keys[1], s.keys[0]);
    if (less < 0) return -1;
    *is_descending = less;
    for (; n < count; n++) {
        less = sort->less(sort, s.keys[n], s.keys[n - 1]);
        if (less < 0) return -1;
        if (less != *is_descending) break;
    }
    return n;
}

/* Sorts s[0, count), of which [0, sorted) is sorted already. */
static int insert_binary(Sort *sort, Stretch s, ssize_t count, ssize_t sorted)
{
    for (ssize_t i = sorted == 0 ? 1 : sorted; i < count; i++) {
        Value pivot = s.keys[i];
        ssize_t low = 0, high = i;
        while (low < high) {
            ssize_t middle = low + ((high - low) >> 1);
            int less = sort->less(sort, pivot, s.keys[middle]);
            if (less < 0) return -1;
            if (less)
                high = middle;
            else
                low = middle + 1;
        }
        memmove(s.keys + low + 1, s.keys + low, (size_t)(i - low) * sizeof(Value));
        s.keys[low] = pivot;
        if (!s.values) continue;
        Value value = s.values[i];
        memmove(s.values + low + 1, s.values + low, (size_t)(i - low) * sizeof(Value));
        s.values[low] = value;
    }
    return 0;
}

/* --- galloping: where `key` goes in the sorted keys [0, count), searching outwards from `hint` --- */

/* The place before any equal keys. */
static ssize_t gallop_left(Sort *sort, Value key, const Value *keys, ssize_t count, ssize_t hint)
{
    ssize_t last = 0, step = 1, limit;
    int less = sort->less(sort, keys[hint], key);
    if (less < 0) return -1;
    bool to_right = less;
    limit = to_right ? count - hint : hint + 1;
    while (step < limit) {
        less = sort->less(sort, keys[to_right ? hint + step : hint - step], key);
        if (less < 0) return -1;
        if (less != to_right) break;
        last = step;
        step = (step << 1) + 1;
    }
    if (step > limit) step = limit;
    ssize_t low = to_right ? hint + last + 1 : hint - step + 1, high = to_right ? hint + step : hint - last;
    while (low < high) {
        ssize_t middle = low + ((high - low) >> 1);
        less = sort->less(sort, keys[middle], key);
        if (less < 0) return -1;
        if (less)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

/* The place behind any equal keys. */
static ssize_t gallop_right(Sort *sort, Value key, const Value *keys, ssize_t count, ssize_t hint)
{
    ssize_t last = 0, step = 1, limit;
    int less = sort->less(sort, key, keys[hint]);
    if (less < 0) return -1;
    bool to_left = less;
    limit = to_left ? hint + 1 : count - hint;
    while (step < limit) {
        less = sort->less(sort, key, keys[to_left ? hint - step : hint + step]);
        if (less < 0) return -1;
        if (less != to_left) break;
        last = step;
        step = (step << 1) + 1;
    }
    if (step > limit) step = limit;
    ssize_t low = to_left ? hint - step + 1 : hint + last + 1, high = to_left ? hint - last : hint + step;
    while (low < high) {
        ssize_t middle = low + ((high - low) >> 1);
        less = sort->less(sort, key, keys[middle]);
        if (less < 0) return -1;
        if (less)
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

/* --- merging neighbours a (na keys) and b (nb keys) --- */

static void free_scratch(Sort *sort)
{
    if (sort->scratch.keys != sort->scratch_items) raw_free(sort->scratch.keys);
}

static int reserve_scratch(Sort *sort, ssize_t count, bool with_values)
{
    if (count <= sort->scratch_capacity) return 0;
    free_scratch(sort);
    size_t columns = with_values ? 2 : 1;
    Value *block = raw_alloc((size_t)count * columns * sizeof(Value));
    sort->scratch.keys = sort->scratch_items;
    sort->scratch_capacity = 0;
    if (!block) {
        error_no_memory();
        return -1;
    }
    sort->scratch = (Stretch){block, with_values ? block + count : NULL};
    sort->scratch_capacity = count;
    return 0;
}

/* na <= nb: a goes to the scratch, and the merge fills from the left. b's first key is less than a's first, and a's
 * last is greater than all of b. */
static int merge_low(Sort *sort, Stretch a, ssize_t na, Stretch b, ssize_t nb)
{
    if (reserve_scratch(sort, na, a.values != NULL) < 0) return -1;
    Stretch out = a, left = sort->scratch;
    copy_many(left, 0, a, 0, na);
    ssize_t to = 0, i = 0, j = 0, k; /* next place, next of left, next of b */
    int status = -1;
    copy_one(out, to++, b, j++);
    if (j == nb) goto succeed;
    if (na == 1) goto copy_b;
    ssize_t min_gallop = sort->min_gallop;
    for (;;) {
        ssize_t left_wins = 0, right_wins = 0;
        for (;;) { /* one by one, until one side seems to win consistently */
            int less = sort->less(sort, b.keys[j], left.keys[i]);
            if (less < 0) goto fail;
            if (less) {
                copy_one(out, to++, b, j++);
                right_wins++;
                left_wins = 0;
                if (j == nb) goto succeed;
                if (right_wins >= min_gallop) break;
            } else {
                copy_one(out, to++, left, i++);
                left_wins++;
                right_wins = 0;
                if (na - i == 1) goto copy_b;
                if (left_wins >= min_gallop) break;
            }
        }
        min_gallop++;
        do {
            min_gallop -= min_gallop > 1;
            sort->min_gallop = min_gallop;
            k = gallop_right(sort, b.keys[j], left.keys + i, na - i, 0);
            if (k < 0) goto fail;
            left_wins = k;
            if (k) {
                copy_many(out, to, left, i, k);
                to += k;
                i += k;
                if (na - i == 1) goto copy_b;
                if (i == na) goto succeed; /* only when the comparison is inconsistent */
            }
            copy_one(out, to++, b, j++);
            if (j == nb) goto succeed;
            k = gallop_left(sort, left.keys[i], b.keys + j, nb - j, 0);
            if (k < 0) goto fail;
            right_wins = k;
            if (k) {
                move_many(out, to, b, j, k);
                to += k;
                j += k;
                if (j == nb) goto succeed;
            }
            copy_one(out, to++, left, i++);
            if (na - i == 1) goto copy_b;
        } while (left_wins >= MIN_GALLOP || right_wins >= MIN_GALLOP);
        min_gallop++; /* leaving gallop mode costs */
        sort->min_gallop = min_gallop;
    }
succeed:
    status = 0;
fail:
    if (i < na) copy_many(out, to, left, i, na - i);
    return status;
copy_b: /* the last of left belongs behind all of b */
    move_many(out, to, b, j, nb - j);
    copy_one(out, to + nb - j, left, i);
    return 0;
}

/* na >= nb: b goes to the scratch, and the merge fills from the right. */
static int merge_high(Sort *sort, Stretch a, ssize_t na, Stretch b, ssize_t nb)
{
    if (reserve_scratch(sort, nb, a.values != NULL) < 0) return -1;
    Stretch out = a, right = sort->scratch;
    copy_many(right, 0, b, 0, nb);
    ssize_t to = na + nb - 1, i = na - 1, j = nb - 1, k; /* next place, last of a, last of right */
    int status = -1;
    copy_one(out, to--, a, i--);
    if (i < 0) goto succeed;
    if (nb == 1) goto copy_a;
    ssize_t min_gallop = sort->min_gallop;
    for (;;) {
        ssize_t left_wins = 0, right_wins = 0;
        for (;;) {
            int less = sort->less(sort, right.keys[j], a.keys[i]);
            if (less < 0) goto fail;
            if (less) {
                copy_one(out, to--, a, i--);
                left_wins++;
                right_wins = 0;
                if (i < 0) goto succeed;
                if (left_wins >= min_gallop) break;
            } else {
                copy_one(out, to--, right, j--);
                right_wins++;
                left_wins = 0;
                if (j == 0) goto copy_a;
                if (right_wins >= min_gallop) break;
            }
        }
        min_gallop++;
        do {
            min_gallop -= min_gallop > 1;
            sort->min_gallop = min_gallop;
            k = gallop_right(sort, right.keys[j], a.keys, i + 1, i);
            if (k < 0) goto fail;
            k = i + 1 - k;
            left_wins = k;
            if (k) {
                to -= k;
                i -= k;
                move_many(out, to + 1, a, i + 1, k);
                if (i < 0) goto succeed;
            }
            copy_one(out, to--, right, j--);
            if (j == 0) goto copy_a;
            k = gallop_left(sort, a.keys[i], right.keys, j + 1, j);
            if (k < 0) goto fail;
            k = j + 1 - k;
            right_wins = k;
            if (k) {
                to -= k;
                j -= k;
                copy_many(out, to + 1, right, j + 1, k);
                if (j == 0) goto copy_a;
                if (j < 0) goto succeed; /* only when the comparison is inconsistent */
            }
            copy_one(out, to--, a, i--);
            if (i < 0) goto succeed;
        } while (left_wins >= MIN_GALLOP || right_wins >= MIN_GALLOP);
        min_gallop++;
        sort->min_gallop = min_gallop;
    }
succeed:
    status = 0;
fail:
    if (j >= 0) copy_many(out, to - j, right, 0, j + 1);
    return status;
copy_a: /* the first of right belongs before all of a */
    move_many(out, to - i, a, 0, i + 1);
    copy_one(out, to - i - 1, right, j);
    return 0;
}

/* Merges pending runs i and i + 1. */
static int merge_at(Sort *sort, int i)
{
    Run *run = sort->pending;
    Stretch a = run[i].base, b = run[i + 1].base;
    ssize_t na = run[i].length, nb = run[i + 1].length;
    run[i].length = na + nb;
    if (i == sort->pending_count - 3) run[i + 1] = run[i + 2];
    sort->pending_count--;
    /* keys of a that are in place already, and keys of b that are */
    ssize_t k = gallop_right(sort, b.keys[0], a.keys, na, 0);
    if (k < 0) return -1;
    a = at(a, k);
    na -= k;
    if (na == 0) return 0;
    nb = gallop_left(sort, a.keys[na - 1], b.keys, nb, nb - 1);
    if (nb <= 0) return (int)nb;
    return na <= nb ? merge_low(sort, a, na, b, nb) : merge_high(sort, a, na, b, nb);
}

/* Powersort's depth of the node between two neighbouring runs [s1, s1+n1) and the next n2 of n keys: the first bit in
 * which the midpoints of the two, as fractions of n, differ. */
static int node_power(ssize_t s1, ssize_t n1, ssize_t n2, ssize_t n)
{
    int power = 0;
    ssize_t a = 2 * s1 + n1, b = a + n1 + n2;
    for (;;) {
        power++;
        if (a >= n) {
            a -= n;
            b -= n;
        } else if (b >= n) {
            return power;
        }
        a <<= 1;
        b <<= 1;
    }
}

static int push_run(Sort *sort, Stretch base, ssize_t length)
{
    if (sort->pending_count > 0) {
        Run *last = &sort->pending[sort->pending_count - 1];
        int power = node_power(last->base.keys - sort->base, last->length, length, sort->length);
        while (sort->pending_count > 1 && sort->pending[sort->pending_count - 2].power > power)
            if (merge_at(sort, sort->pending_count - 2) < 0) return -1;
        sort->pending[sort->pending_count - 1].power = power;
    }
    sort->pending[sort->pending_count++] = (Run){base, length, 0};
    return 0;
}

static int merge_all(Sort *sort)
{
    while (sort->pending_count > 1) {
        int n = sort->pending_count - 2;
        if (n > 0 && sort->pending[n - 1].length < sort->pending[n + 1].length) n--;
        if (merge_at(sort, n) < 0) return -1;
    }
    return 0;
}

/* 32 … 64, such that count / min_run is a power of two or a little less */
static ssize_t min_run_length(ssize_t count)
{
    ssize_t rest = 0;
    while (count >= 64) {
        rest |= count & 1;
        count >>= 1;
    }
    return count + rest;
}

static int sort_stretch(Sort *sort, Stretch all, ssize_t count)
{
    sort->min_gallop = MIN_GALLOP;
    sort->base = all.keys;
    sort->length = count;
    sort->pending_count = 0;
    sort->scratch = (Stretch){sort->scratch_items, all.values ? sort->scratch_items + SCRATCH_ITEMS / 2 : NULL};
    sort->scratch_capacity = all.values ? SCRATCH_ITEMS / 2 : SCRATCH_ITEMS;
    ssize_t min_run = min_run_length(count);
    int status = 0;
    for (ssize_t done = 0; status == 0 && done < count;) {
        Stretch rest = at(all, done);
        bool is_descending;
        ssize_t n = count_run(sort, rest, count - done, &is_descending);
        if (n < 0) {
            status = -1;
            break;
        }
        if (is_descending) reverse_stretch(rest, n);
        if (n < min_run) {
            ssize_t forced = MIN(count - done, min_run);
            status = insert_binary(sort, rest, forced, n);
            n = forced;
        }
        if (status == 0) status = push_run(sort, rest, n);
        done += n;
    }
    if (status == 0) status = merge_all(sort);
    free_scratch(sort);
    return status;
}

/* --- list.sort --- */

/* Calls the key function for each item, into keys[]. On error nothing stays in keys. */
static int make_keys(Value function, const Value *items, ssize_t count, Value *keys)
{
    for (ssize_t i = 0; i < count; i++) {
        keys[i] = call_1(function, items[i]);
        if (!value_is_null(keys[i])) continue;
        while (i-- > 0) value_decref(keys[i]);
        return -1;
    }
    return 0;
}

static int sort_items(Value *items, ssize_t count, Value *keys, bool is_reverse)
{
    Stretch all = keys ? (Stretch){keys, items} : (Stretch){items, NULL};
    /* reversed before and after: so equal items keep their order in a reverse sort */
    if (is_reverse) reverse_stretch(all, count);
    int status = 0;
    if (count > 1) {
        Sort *sort = raw_alloc(sizeof *sort);
        if (sort) {
            choose_comparison(sort, all.keys, count);
            status = sort_stretch(sort, all, count);
            raw_free(sort);
        } else {
            error_no_memory();
            status = -1;
        }
    }
    if (is_reverse) reverse_stretch(all, count);
    return status;
}

static int sort_with_key(Value *items, ssize_t count, NULLABLE Value key, bool is_reverse)
{
    if (value_is_null(key) || count == 0) return sort_items(items, count, NULL, is_reverse);
    Value *keys = raw_alloc((size_t)count * sizeof(Value));
    if (!keys) {
        error_no_memory();
        return -1;
    }
    int status = make_keys(key, items, count, keys);
    if (status == 0) {
        status = sort_items(items, count, keys, is_reverse);
        for (ssize_t i = 0; i < count; i++) value_decref(keys[i]);
    }
    raw_free(keys);
    return status;
}

int list_sort(Value v, NULLABLE Value key, bool is_reverse)
{
    List *list = as_list(v);
    Value *items = list->items;
    ssize_t count = list->length, capacity = list->capacity;
    list->items = NULL;
    list->length = 0;
    list->capacity = -1;
    int status = sort_with_key(items, count, key, is_reverse);
    if (list->capacity != -1 && status == 0) {
        error_set(&type_ValueError, "list modified during sort");
        status = -1;
    }
    Value *intruders = list->items;
    ssize_t intruder_count = list->length, intruder_capacity = list->capacity;
    list->items = items;
    list->length = count;
    list->capacity = capacity;
    for (ssize_t i = intruder_count; i-- > 0;) value_decref(intruders[i]);
    if (intruders) mem_free(intruders, (size_t)intruder_capacity * sizeof(Value));
    return status;
}

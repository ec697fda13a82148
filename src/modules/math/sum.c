/* sum.c: sums that lose nothing: fsum, hypot and dist; and prod. */
#include <float.h>
#include <math.h>

#include "modules/math/math_internal.h"

/* --- fsum: Shewchuk's nonoverlapping partial sums --- */

typedef struct Partials {
    double *items, inline_items[32];
    ssize_t count, capacity;
    double special, infinities; /* sums of what is not finite */
} Partials;

static bool partials_grow(Partials *partials)
{
    size_t size = (size_t)partials->capacity * sizeof(double);
    double *grown = raw_alloc(2 * size);
    if (!grown) {
        error_no_memory();
        return false;
    }
    memcpy(grown, partials->items, size);
    if (partials->items != partials->inline_items) raw_free(partials->items);
    partials->items = grown;
    partials->capacity *= 2;
    return true;
}

static bool partials_add(Partials *partials, double x)
{
    double given = x;
    ssize_t kept = 0;
    for (ssize_t i = 0; i < partials->count; i++) {
        double y = partials->items[i];
        if (fabs(x) < fabs(y)) {
            double larger = y;
            y = x;
            x = larger;
        }
        volatile double high = x + y; // volatile: no wider register may hold it
        volatile double low = y - (high - x);
        if (low != 0.0) partials->items[kept++] = low;
        x = high;
    }
    partials->count = kept;
    if (x == 0.0) return true;
    if (!isfinite(x)) {
        if (isfinite(given)) {
            error_set(&type_OverflowError, "intermediate overflow in fsum");
            return false;
        }
        if (isinf(given)) partials->infinities += given;
        partials->special += given;
        partials->count = 0;
        return true;
    }
    if (partials->count >= partials->capacity && !partials_grow(partials)) return false;
    partials->items[partials->count++] = x;
    return true;
}

static Value partials_total(const Partials *partials)
{
    if (partials->special != 0.0) {
        if (isnan(partials->infinities)) return error_set(&type_ValueError, "-inf + inf in fsum");
        return value_from_double(partials->special);
    }
    ssize_t n = partials->count;
    if (n == 0) return value_from_double(0.0);
    const double *items = partials->items;
    volatile double high = items[--n], low = 0.0;
    while (n > 0) {
        double x = high, y = items[--n];
        high = x + y;
        low = y - (high - x);
        if (low != 0.0) break;
    }
    // Half-way cases: what is left decides the direction, when it has the sign of the rounding error.
    if (n > 0 && ((low < 0.0 && items[n - 1] < 0.0) || (low > 0.0 && items[n - 1] > 0.0))) {
        double twice = low * 2.0;
        volatile double rounded = high + twice;
        if (twice == rounded - high) high = rounded;
    }
    return value_from_double(high);
}

FUNCTION(math_fsum)
{
    Partials partials = {.capacity = COUNT_OF(partials.inline_items)};
    partials.items = partials.inline_items;
    Value iterator = get_iter(args[0]), item, result = VALUE_NULL;
    if (value_is_null(iterator)) return VALUE_NULL;
    while (!value_is_null(item = iter_next(iterator))) {
        double x = number_as_double(item);
        value_decref(item);
        if ((x == -1.0 && error_occurred()) || !partials_add(&partials, x)) goto done;
    }
    if (!error_occurred()) result = partials_total(&partials);
done:
    if (partials.items != partials.inline_items) raw_free(partials.items);
    value_decref(iterator);
    return result;
}

/* --- hypot and dist --- */

/* The sum high + low with an error below low's last bit. */
static void add_exactly(double *high, double *low, double x)
{
    double sum = *high + x, part = sum - *high;
    *low += (*high - (sum - part)) + (x - part);
    *high = sum;
}

/* sqrt(sum of squares), scaled by a power of two, squares and sum kept in two doubles, and the root corrected once. */
static double vector_norm(double *items, ssize_t count, double largest, bool has_nan)
{
    if (isinf(largest)) return largest;
    if (has_nan) return NAN;
    if (largest == 0.0 || count <= 1) return largest;
    int exponent;
    frexp(largest, &exponent);
    double high = 0.0, low = 0.0;
    for (ssize_t i = 0; i < count; i++) {
        double x = ldexp(items[i], -exponent), square = x * x;
        add_exactly(&high, &low, square);
        low += fma(x, x, -square);
    }
    double root = sqrt(high + low), square = root * root;
    add_exactly(&high, &low, -square);
    low -= fma(root, root, -square);
    return ldexp(root + (high + low) / (2.0 * root), exponent);
}

enum { INLINE_COORDINATES = 20 };

static Value norm_of(double *items, ssize_t count)
{
    double largest = 0.0;
    bool has_nan = false;
    for (ssize_t i = 0; i < count; i++) {
        items[i] = fabs(items[i]);
        has_nan |= isnan(items[i]);
        if (items[i] > largest) largest = items[i];
    }
    return value_from_double(vector_norm(items, count, largest, has_nan));
}

FUNCTION(math_hypot)
{
    double inline_items[INLINE_COORDINATES], *items = inline_items;
    if (nargs > INLINE_COORDINATES && !(items = raw_alloc((size_t)nargs * sizeof(double)))) return error_no_memory();
    Value result = VALUE_NULL;
    for (ssize_t i = 0; i < nargs; i++) {
        items[i] = number_as_double(args[i]);
        if (items[i] == -1.0 && error_occurred()) goto done;
    }
    result = norm_of(items, nargs);
done:
    if (items != inline_items) raw_free(items);
    return result;
}

static Value as_point(Value v)
{
    return is_tuple(v) ? value_incref(v) : tuple_from_iterable(v);
}

FUNCTION(math_dist)
{
    double inline_items[INLINE_COORDINATES], *items = inline_items;
    Value result = VALUE_NULL, p = as_point(args[0]), q = VALUE_NULL;
    if (value_is_null(p)) return VALUE_NULL;
    q = as_point(args[1]);
    if (value_is_null(q)) goto done;
    ssize_t count = tuple_length(p);
    if (count != tuple_length(q)) {
        error_set(&type_ValueError, "both points must have the same number of dimensions");
        goto done;
    }
    if (count > INLINE_COORDINATES && !(items = raw_alloc((size_t)count * sizeof(double)))) {
        error_no_memory();
        goto done;
    }
    for (ssize_t i = 0; i < count; i++) {
        double a = number_as_double(tuple_item_borrow(p, i));
        if (a == -1.0 && error_occurred()) goto done;
        double b = number_as_double(tuple_item_borrow(q, i));
        if (b == -1.0 && error_occurred()) goto done;
        items[i] = a - b;
    }
    result = norm_of(items, count);
done:
    if (items != inline_items) raw_free(items);
    value_xdecref(q);
    value_decref(p);
    return result;
}

/* --- prod --- */

FUNCTION(math_prod)
{
    ARGUMENTS("prod", 1, 1, "", "start");
    Value iterator = get_iter(out[0]), item;
    if (value_is_null(iterator)) return VALUE_NULL;
    Value result = is_given(out[1]) ? value_incref(out[1]) : value_from_small_int(1);
    while (!value_is_null(item = iter_next(iterator))) {
        Value next;
        if (is_exact_float(result) && is_exact_float(item))
            next = value_from_double(float_as_double(result) * float_as_double(item));
        else
            next = number_multiply(result, item);
        value_decref(item);
        value_decref(result);
        result = next;
        if (value_is_null(result)) break;
    }
    value_decref(iterator);
    if (!error_occurred()) return result;
    value_xdecref(result);
    return VALUE_NULL;
}

static const NativeMethod methods[] = {
    {"fsum", math_fsum, 1, 1, 0,
     "fsum($module, seq, /)\n--\n\nReturn an accurate floating point sum of values in the iterable seq."},
    {"hypot", math_hypot, 0, -1, 0,
     "hypot(*coordinates) -> value\n\nMultidimensional Euclidean distance from the origin to a point."},
    {"dist", math_dist, 2, 2, 0,
     "dist($module, p, q, /)\n--\n\nReturn the Euclidean distance between two points p and q."},
    {"prod", math_prod, 0, -1, NATIVE_KEYWORDS,
     "prod($module, iterable, /, *, start=1)\n--\n\nCalculate the product of all the elements in the input iterable."},
    {NULL},
};

int math_sum_exec(Value module)
{
    return math_add_functions(module, methods);
}

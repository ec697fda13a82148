/* plain.c: hashes and equality without Python code. */
#include "objects/plain.h"

#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { DEPTH_MAX = 8 }; /* of nested tuples */

/* Numbers, strs and None: they compare with each other, and never by a method that a program wrote. */
static bool is_simple(Value v)
{
    if (!value_is_object(v))
        return value_is_small_int(v) || value_is_immediate_float(v) || value_is_bool(v) || value_is_none(v);
    const Type *type = value_as_object(v)->type;
    return type == &type_str || type == &type_int || type == &type_float;
}

static bool hash_at(Value v, int depth, int64_t *hash)
{
    if (is_simple(v) || object_has_type(v, &type_bytes)) {
        *hash = dict_hash_key(v);
        return true;
    }
    if (object_has_type(v, &type_tuple)) {
        if (depth == DEPTH_MAX) return false;
        const Tuple *tuple = as_tuple(v);
        TupleHash state = tuple_hash_start();
        for (ssize_t i = 0; i < tuple->length; i++) {
            if (!hash_at(tuple->items[i], depth + 1, hash)) return false;
            tuple_hash_add(&state, *hash);
        }
        *hash = tuple_hash_end(&state, tuple->length);
        return true;
    }
    if (!value_is_object(v) || !type_is_by_identity(value_as_object(v)->type)) return false;
    *hash = value_hash(v);
    return true;
}

bool plain_hash(Value v, int64_t *hash)
{
    return hash_at(v, 0, hash);
}

static int equal_at(Value a, Value b, int depth)
{
    if (value_is(a, b)) return 1;
    if (values_are_small_ints(a, b)) return 0;
    if (object_has_type(a, &type_str) && object_has_type(b, &type_str)) return str_equal(a, b);
    if (object_has_type(a, &type_tuple) && object_has_type(b, &type_tuple)) {
        const Tuple *x = as_tuple(a), *y = as_tuple(b);
        if (x->length != y->length) return 0;
        if (depth == DEPTH_MAX) return PLAIN_UNKNOWN;
        int equal = 1;
        for (ssize_t i = 0; i < x->length && equal == 1; i++) equal = equal_at(x->items[i], y->items[i], depth + 1);
        return equal;
    }
    bool by_identity_a = value_is_object(a) && type_is_by_identity(value_as_object(a)->type);
    bool by_identity_b = value_is_object(b) && type_is_by_identity(value_as_object(b)->type);
    if (by_identity_a && (by_identity_b || is_simple(b))) return 0;
    if (by_identity_b && is_simple(a)) return 0;
    bool both_bytes = object_has_type(a, &type_bytes) && object_has_type(b, &type_bytes);
    if (!both_bytes && !(is_simple(a) && is_simple(b))) return PLAIN_UNKNOWN;
    int equal = rich_compare_bool(a, b, CMP_EQ);
    if (LIKELY(equal >= 0)) return equal;
    error_clear(); /* no memory for a big int: whoever asks in the general way will be told */
    return PLAIN_UNKNOWN;
}

int plain_equal(Value a, Value b)
{
    return equal_at(a, b, 0);
}

int plain_contains(Value sequence, Value item)
{
    bool is_list = object_has_type(sequence, &type_list);
    ssize_t length = is_list ? list_length(sequence) : tuple_length(sequence);
    const Value *items = is_list ? as_list(sequence)->items : as_tuple(sequence)->items;
    for (ssize_t i = 0; i < length; i++) {
        int equal = plain_equal(items[i], item);
        if (equal) return equal;
    }
    return 0;
}

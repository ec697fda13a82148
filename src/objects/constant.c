/* constant.c: comparison and hash of constants, code objects included. */
#include "objects/constant.h"

#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

static bool doubles_are_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static bool is_in_frozenset(Value item, Value set)
{
    ssize_t position = 0;
    Value other;
    int64_t hash;
    while (set_next(set, &position, &other, &hash))
        if (constants_are_same(item, other)) return true;
    return false;
}

static bool frozensets_are_same(Value a, Value b)
{
    if (set_length(a) != set_length(b)) return false;
    ssize_t position = 0;
    Value item;
    int64_t hash;
    while (set_next(a, &position, &item, &hash))
        if (!is_in_frozenset(item, b)) return false;
    return true;
}

static bool tuples_are_same(Value a, Value b)
{
    if (tuple_length(a) != tuple_length(b)) return false;
    for (ssize_t i = 0; i < tuple_length(a); i++)
        if (!constants_are_same(tuple_item_borrow(a, i), tuple_item_borrow(b, i))) return false;
    return true;
}

static bool bytes_are_equal(Value a, Value b)
{
    return as_bytes(a)->length == as_bytes(b)->length &&
           memcmp(as_bytes(a)->data, as_bytes(b)->data, (size_t)as_bytes(a)->length) == 0;
}

/* What is cheap comes first: the constants may hold many more code objects. */
static bool codes_are_equal(const Code *a, const Code *b)
{
    return str_equal(a->name, b->name) && a->argcount == b->argcount && a->posonlyargcount == b->posonlyargcount &&
           a->kwonlyargcount == b->kwonlyargcount && a->flags == b->flags && a->first_line == b->first_line &&
           bytes_are_equal(a->code, b->code) && bytes_are_equal(a->linetable, b->linetable) &&
           bytes_are_equal(a->exceptiontable, b->exceptiontable) && bytes_are_equal(a->local_kinds, b->local_kinds) &&
           tuples_are_same(a->names, b->names) && tuples_are_same(a->localsplus_names, b->localsplus_names) &&
           tuples_are_same(a->constants, b->constants);
}

bool constants_are_same(Value a, Value b)
{
    if (value_is(a, b)) return true;
    Type *type = type_of(a);
    if (type != type_of(b)) return false;
    if (type == &type_int) return int_compare(a, b) == 0;
    if (type == &type_str) return str_equal(a, b);
    if (type == &type_bytes) return bytes_are_equal(a, b);
    if (type == &type_float) return doubles_are_same(float_as_double(a), float_as_double(b));
    if (type == &type_complex) {
        const Complex *x = (Complex *)value_as_object(a), *y = (Complex *)value_as_object(b);
        return doubles_are_same(x->real, y->real) && doubles_are_same(x->imag, y->imag);
    }
    if (type == &type_tuple) return tuples_are_same(a, b);
    if (type == &type_frozenset) return frozensets_are_same(a, b);
    if (type == &type_code) return codes_are_equal(as_code(a), as_code(b));
    return false;
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
    return (hash ^ more) * UINT64_C(0x9E3779B97F4A7C15) + (hash >> 29);
}

static uint64_t hash_bytes(const char *data, ssize_t length, uint64_t hash)
{
    for (; length >= 8; data += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        hash = mix(hash, word);
    }
    for (; length; length--) hash = mix(hash, (uint8_t)*data++);
    return hash;
}

static uint64_t double_bits(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

uint64_t constant_hash(Value v)
{
    if (!value_is_object(v)) return mix(1, v.bits);
    Type *type = type_of(v);
    uint64_t hash = mix(2, (uintptr_t)type);
    if (type == &type_str) return mix(hash, (uint64_t)str_hash(v));
    if (type == &type_int) return mix(hash, (uint64_t)int_hash(v));
    if (type == &type_bytes) return hash_bytes(as_bytes(v)->data, as_bytes(v)->length, hash);
    if (type == &type_float) return mix(hash, double_bits(float_as_double(v)));
    if (type == &type_complex) {
        const Complex *c = (Complex *)value_as_object(v);
        return mix(mix(hash, double_bits(c->real)), double_bits(c->imag));
    }
    if (type == &type_tuple) {
        for (ssize_t i = 0; i < tuple_length(v); i++) hash = mix(hash, constant_hash(tuple_item_borrow(v, i)));
        return hash;
    }
    if (type == &type_frozenset) {
        ssize_t position = 0;
        Value item;
        int64_t item_hash;
        uint64_t sum = 0;
        while (set_next(v, &position, &item, &item_hash)) sum += constant_hash(item);
        return mix(hash, sum);
    }
    if (type == &type_code) {
        const Code *code = as_code(v);
        hash = mix(mix(hash, (uint64_t)str_hash(code->name)), (uint64_t)code->first_line);
        hash = hash_bytes(as_bytes(code->linetable)->data, as_bytes(code->linetable)->length, hash);
        return hash_bytes(as_bytes(code->code)->data, as_bytes(code->code)->length, hash);
    }
    return mix(hash, v.bits);
}

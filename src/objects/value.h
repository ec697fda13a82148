/* value.h: the one-word representation of every Python value. Only this file knows the encoding.
 *
 *   low 3 bits   meaning
 *   000          pointer to a heap object (16-byte aligned); the word 0 is "no value"
 *   x01          small int: bits = (n << 2) | 1, 62-bit two's complement
 *   x1x          float, self-tagged: bits = rotate_left(double's bits, 4) + 3
 *   100          None, False, True, NotImplemented, Ellipsis, and the VM's own markers
 *
 * Self-tagging after Melançon, Serrano, Feeley (arXiv 2411.16544); with offset 3 "is a float" is one bit test.
 * Doubles of 2^-767 .. 2^-255 and 2^257 .. 2^769 in magnitude do not fit and are heap objects of type float.
 */
#ifndef OBJECTS_VALUE_H
#define OBJECTS_VALUE_H

#include "base/common.h"

typedef struct Object Object;
typedef struct Type Type;

typedef struct Value {
    uint64_t bits;
} Value;

#define VALUE_NULL ((Value){0})
#define VALUE_SINGLETON(k) ((Value){((uint64_t)(k) << 3) | 4})
#define VALUE_NONE VALUE_SINGLETON(0)
#define VALUE_FALSE VALUE_SINGLETON(1)
#define VALUE_TRUE VALUE_SINGLETON(2) /* FALSE and TRUE differ in bit 3 and 4 only; see value_from_bool */
#define VALUE_NOT_IMPLEMENTED VALUE_SINGLETON(3)
#define VALUE_ELLIPSIS VALUE_SINGLETON(4)
#define VALUE_MARKER(k) VALUE_SINGLETON(16 + (k)) /* never visible to a program */

#define SMALL_INT_MAX ((INT64_C(1) << 61) - 1)
#define SMALL_INT_MIN (-(INT64_C(1) << 61))

ALWAYS_INLINE bool value_is_null(Value v)
{
    return v.bits == 0;
}

/* Identity: Python's `is`. */
ALWAYS_INLINE bool value_is(Value a, Value b)
{
    return a.bits == b.bits;
}

/* --- heap objects --- */

/* True for a pointer and for VALUE_NULL. */
ALWAYS_INLINE bool value_is_object_or_null(Value v)
{
    return (v.bits & 7) == 0;
}

ALWAYS_INLINE bool value_is_object(Value v)
{
    return (v.bits & 7) == 0 && v.bits != 0;
}

ALWAYS_INLINE Object *value_as_object(Value v)
{
    return (Object *)v.bits; // NOLINT(performance-no-int-to-ptr)
}

/* The same word as a value: passes the reference on, counts nothing. */
ALWAYS_INLINE Value value_from_object(NULLABLE const void *object)
{
    return (Value){(uint64_t)object};
}

/* --- kinds --- */

/* Which kinds of values are among some, over-estimated: bit n stands for the words whose low five bits are n (a shift
 * looks at no more of them). A kind is there when any of its bits is. */
typedef uint64_t KindSet;
#define KINDS_OBJECT UINT64_C(0x01010101)
#define KINDS_SMALL_INT UINT64_C(0x22222222)
#define KINDS_FLOAT UINT64_C(0xcccccccc)
#define KINDS_SINGLETON UINT64_C(0x10101010)
#define KINDS_ANY UINT64_C(0xffffffff)

ALWAYS_INLINE KindSet value_kind(Value v)
{
    return UINT32_C(1) << (v.bits & 31);
}

/* All bits of its kind. */
ALWAYS_INLINE KindSet value_whole_kind(Value v)
{
    return (v.bits & 3) == 1 ? KINDS_SMALL_INT : (v.bits & 2) ? KINDS_FLOAT : (v.bits & 4) ? KINDS_SINGLETON : KINDS_OBJECT;
}

/* --- small ints --- */

ALWAYS_INLINE bool value_is_small_int(Value v)
{
    return (v.bits & 3) == 1;
}

ALWAYS_INLINE bool values_are_small_ints(Value a, Value b)
{
    return (((a.bits ^ 1) | (b.bits ^ 1)) & 3) == 0;
}

ALWAYS_INLINE int64_t value_as_small_int(Value v)
{
    return (int64_t)v.bits >> 2;
}

ALWAYS_INLINE bool small_int_fits(int64_t n)
{
    return n >= SMALL_INT_MIN && n <= SMALL_INT_MAX;
}

/* n must fit (small_int_fits). */
ALWAYS_INLINE Value value_from_small_int(int64_t n)
{
    return (Value){((uint64_t)n << 2) | 1};
}

/* --- immediate floats --- */

ALWAYS_INLINE bool value_is_immediate_float(Value v)
{
    return (v.bits & 2) != 0;
}

ALWAYS_INLINE bool values_are_immediate_floats(Value a, Value b)
{
    return (a.bits & b.bits & 2) != 0;
}

ALWAYS_INLINE double value_as_immediate_float(Value v)
{
    uint64_t w = v.bits - 3;
    w = (w >> 4) | (w << 60);
    double d;
    memcpy(&d, &w, sizeof d);
    return d;
}

/* The tagged word of d; it is a float only when bit 1 is set: else d needs a heap float. */
ALWAYS_INLINE Value value_try_float(double d)
{
    uint64_t b;
    memcpy(&b, &d, sizeof b);
    return (Value){((b << 4) | (b >> 60)) + 3};
}

/* --- singletons --- */

ALWAYS_INLINE bool value_is_singleton(Value v)
{
    return (v.bits & 7) == 4;
}

ALWAYS_INLINE bool value_is_none(Value v)
{
    return v.bits == VALUE_NONE.bits;
}

ALWAYS_INLINE bool value_is_bool(Value v)
{
    return v.bits == VALUE_FALSE.bits || v.bits == VALUE_TRUE.bits;
}

ALWAYS_INLINE Value value_from_bool(bool b)
{
    return b ? VALUE_TRUE : VALUE_FALSE;
}

#endif

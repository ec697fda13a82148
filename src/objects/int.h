/* int.h: ints. Those of 62 bits are immediates (value.h); larger ones and instances of int subclasses are heap objects
 * around a GMP integer. Invariant N1: an exact int that fits an immediate IS an immediate. */
#ifndef OBJECTS_INT_H
#define OBJECTS_INT_H

#include <gmp.h>

#include "objects/object.h"

typedef struct Int {
    Object head;
    mpz_t z; /* limbs come from the raw layer */
} Int;

/* v is an int, a bool or an instance of an int subclass. */
ALWAYS_INLINE bool is_int(Value v)
{
    return value_is_small_int(v) || value_is_bool(v) || object_has_flag(v, TYPE_IS_INT);
}

ALWAYS_INLINE bool is_exact_int(Value v)
{
    return value_is_small_int(v) || object_has_type(v, &type_int);
}

Value int_from_int64(int64_t n) NODISCARD;
Value int_from_uint64(uint64_t n) NODISCARD;
Value int_from_double(double d) NODISCARD;            /* truncates; OverflowError, ValueError for inf, nan */
Value int_from_mpz(const mpz_t z) NODISCARD;          /* copies; normalises */
Value int_from_text(const char *text, size_t length, int base) NODISCARD; /* CPython's int(str, base); ValueError */
Value int_from_bytes(const uint8_t *bytes, size_t length, bool little_endian, bool is_signed) NODISCARD;
int int_to_bytes(Value v, uint8_t *bytes, size_t length, bool little_endian, bool is_signed) NODISCARD;

/* The value as an mpz for reading: `scratch` (two limbs of room) backs immediates; never cleared by the caller. */
typedef struct IntScratch { mp_limb_t limb[1]; mpz_t z; } IntScratch;
mpz_srcptr int_as_mpz(Value v, IntScratch *scratch);

/* True when it fits; no error is set. v must be an int (is_int). */
bool int_fits_int64(Value v, int64_t *result);
bool int_fits_uint64(Value v, uint64_t *result);
uint64_t int_as_uint64_mask(Value v);                 /* low 64 bits, two's complement */
double int_as_double(Value v);                        /* -1.0 with OverflowError when too large: "int too large to convert to float" */
int int_sign(Value v);                                /* -1, 0, 1 */
size_t int_bit_length(Value v);
int64_t int_hash(Value v);
int int_compare(Value a, Value b);                    /* <0, 0, >0 */

Value int_add(Value a, Value b) NODISCARD;            /* all take ints (is_int) and give exact ints */
Value int_subtract(Value a, Value b) NODISCARD;
Value int_multiply(Value a, Value b) NODISCARD;
Value int_floor_divide(Value a, Value b) NODISCARD;
Value int_remainder(Value a, Value b) NODISCARD;
Value int_true_divide(Value a, Value b) NODISCARD;
Value int_power(Value a, Value b, Value modulus_or_none) NODISCARD;
Value int_lshift(Value a, Value b) NODISCARD;
Value int_rshift(Value a, Value b) NODISCARD;
Value int_to_str(Value v, int base) NODISCARD;        /* base 10: no prefix, honours sys.set_int_max_str_digits */
Value int_exact(Value v) NODISCARD;                   /* an exact int equal to v (drops the subclass) */

#endif

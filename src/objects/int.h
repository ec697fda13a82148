/* int.h: ints. Those of 62 bits are immediates (value.h); larger ones and instances of int subclasses are heap objects
 * around a GMP integer. Invariant N1: an exact int that fits an immediate IS an immediate. */
#ifndef OBJECTS_INT_H
#define OBJECTS_INT_H

#include <gmp.h>

#include "objects/object.h"

typedef struct Int {
    Object head;
    mpz_t z; /* limbs: int_memory.c */
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
Value int_from_double(double d) NODISCARD;   /* truncates; OverflowError, ValueError for inf, nan */
Value int_from_mpz(const mpz_t z) NODISCARD; /* copies; normalises */
Value int_from_text(const char *text, size_t length, int base) NODISCARD; /* CPython's int(str, base); ValueError */
Value int_from_bytes(const uint8_t *bytes, size_t length, bool little_endian, bool is_signed) NODISCARD;
int int_to_bytes(Value v, uint8_t *bytes, size_t length, bool little_endian, bool is_signed) NODISCARD;

/* The value as an mpz for reading: `scratch` (two limbs of room) backs immediates; never cleared by the caller. */
typedef struct IntScratch {
    mp_limb_t limb[1];
    mpz_t z;
} IntScratch;
mpz_srcptr int_as_mpz(Value v, IntScratch *scratch);

/* True when it fits; no error is set. v must be an int (is_int). */
bool int_fits_int64(Value v, int64_t *result);
bool int_fits_uint64(Value v, uint64_t *result);
uint64_t int_as_uint64_mask(Value v); /* low 64 bits, two's complement */
double int_as_double(Value v);        /* -1.0 with OverflowError when too large: "int too large to convert to float" */
int int_sign(Value v);                /* -1, 0, 1 */
size_t int_bit_length(Value v);
int64_t int_hash(Value v);
int int_compare(Value a, Value b); /* <0, 0, >0 */

Value int_add(Value a, Value b) NODISCARD; /* all take ints (is_int) and give exact ints */
Value int_subtract(Value a, Value b) NODISCARD;
Value int_multiply(Value a, Value b) NODISCARD;
Value int_floor_divide(Value a, Value b) NODISCARD;
Value int_remainder(Value a, Value b) NODISCARD;
Value int_true_divide(Value a, Value b) NODISCARD;
Value int_power(Value a, Value b, Value modulus_or_none) NODISCARD;
Value int_lshift(Value a, Value b) NODISCARD;
Value int_rshift(Value a, Value b) NODISCARD;
Value int_to_str(Value v, int base) NODISCARD; /* bases 2, 8, 16 with "0x"; base 10 honours int_max_str_digits */
Value int_exact(Value v) NODISCARD;            /* an exact int equal to v (drops the subclass) */
Value int_and(Value a, Value b) NODISCARD;
Value int_or(Value a, Value b) NODISCARD;
Value int_xor(Value a, Value b) NODISCARD;
Value int_negative(Value v) NODISCARD;
Value int_absolute(Value v) NODISCARD;
Value int_invert(Value v) NODISCARD;
Value int_divmod(Value a, Value b) NODISCARD; /* a tuple */
Value int_gcd(Value a, Value b) NODISCARD;
/* a / b rounded to the nearest int, ties to even; and what remains. b != 0. */
int int_divmod_near(Value a, Value b, Value *quotient, Value *remainder) NODISCARD;
/* |v| = *fraction * 2^*exponent with 0.5 <= fraction < 1, rounded half to even (0 for 0); the sign is in the fraction.
 */
double int_frexp(Value v, int64_t *exponent);
/* int(text, base) for a str with any Unicode digits and spaces. */
Value int_from_str(Value str, int base) NODISCARD;
/* The characters of a str with Unicode spaces and decimal digits replaced by their ASCII ones, others by '?': the str's
 * own data when it is ASCII, else a raw_alloc block; with a final 0. NULL with MemoryError. */
NULLABLE char *str_as_ascii_digits(Value str, ssize_t *length) NODISCARD;
/* Parses like int(text, base): 1 with *result, 0 when it is malformed (no error set), -1 with an error. */
int int_parse(const char *text, size_t length, int base, Value *result) NODISCARD;
/* Digits without prefix in `base` as ASCII in a raw_alloc block, sign first; NULL with an error. Honours the limit. */
NULLABLE char *int_to_text(Value v, int base, size_t *length) NODISCARD;
/* Digits that int <-> decimal text may have; 0: no limit (sys.set_int_max_str_digits). */
extern int int_max_str_digits;
enum { INT_MAX_STR_DIGITS_DEFAULT = 4300, INT_MAX_STR_DIGITS_THRESHOLD = 640 };

/* --- within int*.c --- */
/* A heap int with an initialised zero in z; int_finish gives its value (stolen), an immediate when that fits. */
NULLABLE Int *int_alloc(void) NODISCARD;
Value int_finish(STEALS Int *number) NODISCARD;
/* False with MemoryError: a result of that many bits cannot be represented or is not to be had. GMP itself would abort.
 */
bool int_reserve_bits(size_t bits) NODISCARD;
/* False, once, with MemoryError: since int_alloc or int_forget_shortage GMP had to use the reserve; its result must go.
 */
bool int_has_its_memory(void) NODISCARD;
void int_forget_shortage(void);
void int_init(void); /* before the first int beyond the immediates: gives GMP our allocator */

#endif

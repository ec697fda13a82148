/* hash.h: hashing of bytes (SipHash-1-3, keyed) and of numbers (modulo the Mersenne prime 2^61 - 1).
 *
 * Equal numbers of different types hash alike because every rational p/q hashes to p * inverse(q) modulo the prime.
 * A hash is never -1: that value means an error, so -2 stands in for it. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/common.h"

enum { HASH_BITS = 61, HASH_INFINITY = 314159, HASH_IMAGINARY = 1000003 };
#define HASH_MODULUS ((UINT64_C(1) << HASH_BITS) - 1)

/* Fixes the key: the same one as CPython's for that PYTHONHASHSEED (0: the key of all zeros). */
void hash_seed_fixed(uint32_t seed);
/* A random key from the operating system: false when it has none to give. */
bool hash_seed_random(void) NODISCARD;

int64_t hash_bytes(const void *data, size_t size); /* never -1; 0 for no bytes */
/* d must not be a nan. */
int64_t hash_double(double d);
/* Of a pointer: the low bits rotated away. */
int64_t hash_pointer(const void *pointer);

#endif

/* hash.c: see hash.h. The key is set once, at start-up, before the first string is made. */
#include "base/hash.h"

#include <errno.h>
#include <math.h>
#include <sys/random.h>

static uint64_t key[2];

void hash_seed_fixed(uint32_t seed)
{
    uint8_t bytes[sizeof key] = {0};
    uint32_t state = seed;
    for (size_t i = 0; seed != 0 && i < sizeof bytes; i++) {
        state = state * 214013 + 2531011; // the generator that CPython derives its key with
        bytes[i] = (uint8_t)(state >> 16);
    }
    memcpy(key, bytes, sizeof key);
}

bool hash_seed_random(void)
{
    size_t have = 0;
    while (have < sizeof key) {
        ssize_t got = getrandom((char *)key + have, sizeof key - have, 0);
        if (got < 0 && errno != EINTR) return false;
        if (got > 0) have += (size_t)got;
    }
    return true;
}

ALWAYS_INLINE uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

#define SIP_ROUND(a, b, c, d)                                                                                          \
    do {                                                                                                               \
        a += b;                                                                                                        \
        c += d;                                                                                                        \
        b = rotate(b, 13) ^ a;                                                                                         \
        d = rotate(d, 16) ^ c;                                                                                         \
        a = rotate(a, 32);                                                                                             \
        c += b;                                                                                                        \
        a += d;                                                                                                        \
        b = rotate(b, 17) ^ c;                                                                                         \
        d = rotate(d, 21) ^ a;                                                                                         \
        c = rotate(c, 32);                                                                                             \
    } while (0)

/* The last 0 to 7 bytes as a number. `size` is that of all the data: with 8 or more one load reads them, for what
 * stands before is shifted out. */
ALWAYS_INLINE uint64_t read_tail(const uint8_t *at, size_t left, size_t size)
{
    if (left == 0) return 0;
    uint64_t word = 0;
    if (size >= 8) {
        memcpy(&word, at + left - 8, 8);
        return word >> (64 - 8 * left);
    }
    for (size_t i = 0; i < left; i++) word |= (uint64_t)at[i] << (8 * i);
    return word;
}

int64_t hash_bytes(const void *data, size_t size)
{
    if (size == 0) return 0;
    const uint8_t *at = data;
    uint64_t a = key[0] ^ UINT64_C(0x736f6d6570736575), b = key[1] ^ UINT64_C(0x646f72616e646f6d);
    uint64_t c = key[0] ^ UINT64_C(0x6c7967656e657261), d = key[1] ^ UINT64_C(0x7465646279746573);
    uint64_t last = (uint64_t)size << 56;
    size_t left = size;
    for (; left >= 8; at += 8, left -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        d ^= word;
        SIP_ROUND(a, b, c, d);
        a ^= word;
    }
    last |= read_tail(at, left, size);
    d ^= last;
    SIP_ROUND(a, b, c, d);
    a ^= last;
    c ^= 0xff;
    SIP_ROUND(a, b, c, d);
    SIP_ROUND(a, b, c, d);
    SIP_ROUND(a, b, c, d);
    int64_t hash = (int64_t)(a ^ b ^ c ^ d);
    return hash == -1 ? -2 : hash;
}

/* Consumes 28 bits of the mantissa at a time; a multiplication by 2^28 is a rotation modulo 2^61 - 1. */
int64_t hash_double(double d)
{
    if (isinf(d)) return d > 0 ? HASH_INFINITY : -HASH_INFINITY;
    int exponent;
    double mantissa = frexp(d, &exponent);
    bool is_negative = mantissa < 0;
    if (is_negative) mantissa = -mantissa;
    uint64_t x = 0;
    while (mantissa != 0) {
        x = (x << 28 & HASH_MODULUS) | x >> (HASH_BITS - 28);
        mantissa *= 268435456.0;
        exponent -= 28;
        uint64_t digit = (uint64_t)mantissa;
        mantissa -= (double)digit;
        x += digit;
        if (x >= HASH_MODULUS) x -= HASH_MODULUS;
    }
    int shift = exponent >= 0 ? exponent % HASH_BITS : HASH_BITS - 1 - (-1 - exponent) % HASH_BITS;
    x = (x << shift & HASH_MODULUS) | x >> (HASH_BITS - shift);
    int64_t hash = is_negative ? -(int64_t)x : (int64_t)x;
    return hash == -1 ? -2 : hash;
}

int64_t hash_pointer(const void *pointer)
{
    uint64_t word = (uint64_t)pointer;
    int64_t hash = (int64_t)(word >> 4 | word << 60);
    return hash == -1 ? -2 : hash;
}

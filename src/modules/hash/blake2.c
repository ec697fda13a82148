/* blake2.c: see blake2.h. One set of functions works on 64- or 32-bit words; the rounds are written once for each. */
#include "modules/hash/blake2.h"

static const uint64_t iv_b[8] = {UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b),
                                 UINT64_C(0x3c6ef372fe94f82b), UINT64_C(0xa54ff53a5f1d36f1),
                                 UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
                                 UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179)};

static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

/* The first 32 bits of BLAKE2b's constants are BLAKE2s's. */
static uint64_t initial(bool is_small, int i)
{
    return is_small ? iv_b[i] >> 32 : iv_b[i];
}

#define MIX(word, bits, a, b, c, d, x, y, r1, r2, r3, r4)                                                              \
    do {                                                                                                               \
        v[a] += v[b] + (x);                                                                                            \
        v[d] = ROTATE(word, bits, v[d] ^ v[a], r1);                                                                    \
        v[c] += v[d];                                                                                                  \
        v[b] = ROTATE(word, bits, v[b] ^ v[c], r2);                                                                    \
        v[a] += v[b] + (y);                                                                                            \
        v[d] = ROTATE(word, bits, v[d] ^ v[a], r3);                                                                    \
        v[c] += v[d];                                                                                                  \
        v[b] = ROTATE(word, bits, v[b] ^ v[c], r4);                                                                    \
    } while (0)
#define ROTATE(word, bits, x, r) ((word)((word)(x) >> (r) | (word)(x) << ((bits) - (r))))

#define COMPRESS(name, word, bits, rounds, r1, r2, r3, r4)                                                             \
    static void name(Blake2 *state, uint64_t final)                                                                    \
    {                                                                                                                  \
        word m[16], v[16];                                                                                             \
        memcpy(m, state->block, sizeof m);                                                                             \
        for (int i = 0; i < 8; i++) {                                                                                  \
            v[i] = (word)state->h[i];                                                                                  \
            v[8 + i] = (word)initial(state->is_small, i);                                                              \
        }                                                                                                              \
        v[12] ^= (word)state->counted[0];                                                                              \
        v[13] ^= (word)(bits == 32 ? state->counted[0] >> 32 : state->counted[1]);                                     \
        v[14] ^= (word) final;                                                                                         \
        v[15] ^= (word)(final && state->is_last_node ? ~UINT64_C(0) : 0);                                              \
        for (int round = 0; round < rounds; round++) {                                                                 \
            const uint8_t *s = sigma[round % 10];                                                                      \
            for (int i = 0; i < 4; i++)                                                                                \
                MIX(word, bits, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]], r1, r2, r3, r4);                \
            for (int i = 0; i < 4; i++)                                                                                \
                MIX(word, bits, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]],                \
                    m[s[9 + 2 * i]], r1, r2, r3, r4);                                                                  \
        }                                                                                                              \
        for (int i = 0; i < 8; i++) state->h[i] ^= (word)(v[i] ^ v[8 + i]);                                            \
    }

COMPRESS(compress_b, uint64_t, 64, 12, 32, 24, 16, 63)
COMPRESS(compress_s, uint32_t, 32, 10, 16, 12, 8, 7)

static size_t block_size(const Blake2 *state)
{
    return state->is_small ? 64 : 128;
}

static void compress(Blake2 *state, size_t size, bool is_final)
{
    state->counted[0] += size;
    state->counted[1] += state->counted[0] < size;
    uint64_t final = is_final ? ~UINT64_C(0) : 0;
    if (state->is_small)
        compress_s(state, final);
    else
        compress_b(state, final);
}

static void write_little(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8) at[i] = (uint8_t)value;
}

void blake2_init(Blake2 *state, bool is_small, const Blake2Parameters *parameters)
{
    uint8_t block[64] = {parameters->digest_length, parameters->key_length, parameters->fanout, parameters->depth};
    write_little(block + 4, parameters->leaf_length, 4);
    if (is_small) {
        write_little(block + 8, parameters->node_offset, 6);
        block[14] = parameters->node_depth;
        block[15] = parameters->inner_length;
        memcpy(block + 16, parameters->salt, 8);
        memcpy(block + 24, parameters->person, 8);
    } else {
        write_little(block + 8, parameters->node_offset, 8);
        block[16] = parameters->node_depth;
        block[17] = parameters->inner_length;
        memcpy(block + 32, parameters->salt, 16);
        memcpy(block + 48, parameters->person, 16);
    }
    memset(state, 0, sizeof *state);
    state->is_small = is_small;
    state->is_last_node = parameters->is_last_node;
    state->digest_length = parameters->digest_length;
    for (int i = 0; i < 8; i++) {
        uint64_t word = 0;
        memcpy(&word, block + i * (is_small ? 4 : 8), is_small ? 4 : 8);
        state->h[i] = initial(is_small, i) ^ word;
    }
}

void blake2_update(Blake2 *state, const void *data, size_t size)
{
    const uint8_t *at = data;
    while (size > 0) {
        if (state->filled == block_size(state)) { // a full block waits, for it may be the last
            compress(state, state->filled, false);
            state->filled = 0;
        }
        size_t part = MIN(size, block_size(state) - state->filled);
        memcpy(state->block + state->filled, at, part);
        state->filled += part;
        at += part;
        size -= part;
    }
}

void blake2_finish(const Blake2 *state, uint8_t *digest)
{
    Blake2 copy = *state;
    memset(copy.block + copy.filled, 0, sizeof copy.block - copy.filled);
    compress(&copy, copy.filled, true);
    uint8_t bytes[64];
    for (int i = 0; i < 8; i++) memcpy(bytes + i * (copy.is_small ? 4 : 8), &copy.h[i], copy.is_small ? 4 : 8);
    memcpy(digest, bytes, copy.digest_length);
}

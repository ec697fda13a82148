/* blake2.h: BLAKE2b and BLAKE2s (RFC 7693) with salt, personalisation and tree parameters, which OpenSSL lacks. */
#ifndef MODULES_HASH_BLAKE2_H
#define MODULES_HASH_BLAKE2_H

#include "base/common.h"

/* The parameters in the units of RFC 7693; lengths in bytes. */
typedef struct Blake2Parameters {
    uint8_t digest_length, key_length, fanout, depth;
    uint32_t leaf_length;
    uint64_t node_offset; /* 48 bits for BLAKE2s */
    uint8_t node_depth, inner_length;
    uint8_t salt[16], person[16]; /* the first half of each for BLAKE2s */
    bool is_last_node;
} Blake2Parameters;

/* The state of either: words of 64 bits; BLAKE2s uses their lower halves. */
typedef struct Blake2 {
    bool is_small; /* BLAKE2s */
    bool is_last_node;
    uint8_t digest_length;
    uint64_t h[8];
    uint64_t counted[2]; /* bytes compressed so far; for BLAKE2s counted[0] alone */
    uint8_t block[128];
    size_t filled;
} Blake2;

void blake2_init(Blake2 *state, bool is_small, const Blake2Parameters *parameters);
void blake2_update(Blake2 *state, const void *data, size_t size);
void blake2_finish(const Blake2 *state, uint8_t *digest); /* the state is not changed */

#endif

/* random.c: the module _random: the Mersenne Twister MT19937 (Matsumoto and Nishimura), seeded as CPython seeds it, so
 * that the same seed gives the same numbers. */
#include <sys/random.h>

#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/tuple.h"

enum { WORDS = 624, SHIFT = 397 };

typedef struct Random {
    Object head;
    int index;
    uint32_t state[WORDS];
} Random;

static Random *as_random(Value v)
{
    return (Random *)value_as_object(v);
}

ALWAYS_INLINE uint32_t twist(uint32_t high, uint32_t low, uint32_t shifted)
{
    uint32_t mixed = (high & UINT32_C(0x80000000)) | (low & UINT32_C(0x7fffffff));
    return shifted ^ mixed >> 1 ^ (mixed & 1 ? UINT32_C(0x9908b0df) : 0);
}

static void refill(Random *self)
{
    uint32_t *mt = self->state;
    int i = 0;
    for (; i < WORDS - SHIFT; i++) mt[i] = twist(mt[i], mt[i + 1], mt[i + SHIFT]);
    for (; i < WORDS - 1; i++) mt[i] = twist(mt[i], mt[i + 1], mt[i + SHIFT - WORDS]);
    mt[WORDS - 1] = twist(mt[WORDS - 1], mt[0], mt[SHIFT - 1]);
    self->index = 0;
}

ALWAYS_INLINE uint32_t next_word(Random *self)
{
    if (UNLIKELY(self->index >= WORDS)) refill(self);
    uint32_t y = self->state[self->index++];
    y ^= y >> 11;
    y ^= y << 7 & UINT32_C(0x9d2c5680);
    y ^= y << 15 & UINT32_C(0xefc60000);
    return y ^ y >> 18;
}

/* --- seeding --- */

static void seed_with_number(Random *self, uint32_t seed)
{
    self->state[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++)
        self->state[i] = UINT32_C(1812433253) * (self->state[i - 1] ^ self->state[i - 1] >> 30) + i;
    self->index = WORDS;
}

static void seed_with_words(Random *self, const uint32_t *key, size_t length)
{
    uint32_t *mt = self->state;
    seed_with_number(self, 19650218);
    size_t i = 1, j = 0;
    for (size_t k = MAX((size_t)WORDS, length); k; k--) {
        mt[i] = (mt[i] ^ (mt[i - 1] ^ mt[i - 1] >> 30) * UINT32_C(1664525)) + key[j] + (uint32_t)j;
        if (++i >= WORDS) mt[0] = mt[WORDS - 1], i = 1;
        if (++j >= length) j = 0;
    }
    for (size_t k = WORDS - 1; k; k--) {
        mt[i] = (mt[i] ^ (mt[i - 1] ^ mt[i - 1] >> 30) * UINT32_C(1566083941)) - (uint32_t)i;
        if (++i >= WORDS) mt[0] = mt[WORDS - 1], i = 1;
    }
    mt[0] = UINT32_C(0x80000000);
}

static bool seed_from_system(Random *self)
{
    uint32_t key[WORDS];
    char *at = (char *)key, *end = at + sizeof key;
    while (at < end) {
        ssize_t got = getrandom(at, (size_t)(end - at), 0);
        if (got < 0) {
            error_set(&type_OSError, "the system has no random bytes to give");
            return false;
        }
        at += got;
    }
    seed_with_words(self, key, WORDS);
    return true;
}

/* The words of |n|, at least one. */
static bool seed_with_int(Random *self, Value n)
{
    IntScratch scratch;
    mpz_srcptr z = int_as_mpz(n, &scratch);
    size_t count = (int_bit_length(n) + 31) / 32;
    uint32_t *key = raw_calloc(MAX(count, 1), sizeof *key);
    if (!key) {
        error_no_memory();
        return false;
    }
    mpz_export(key, NULL, -1, sizeof *key, 0, 0, z);
    seed_with_words(self, key, MAX(count, 1));
    raw_free(key);
    return true;
}

static bool seed(Random *self, Value v)
{
    if (value_is_null(v) || value_is_none(v)) return seed_from_system(self);
    if (is_int(v)) return seed_with_int(self, v);
    int64_t hash = value_hash(v);
    if (hash == -1) return false;
    Value number = int_from_uint64((uint64_t)hash);
    if (value_is_null(number)) return false;
    bool done = seed_with_int(self, number);
    value_decref(number);
    return done;
}

FUNCTION(random_seed)
{
    return seed(as_random(self), nargs ? args[0] : VALUE_NULL) ? VALUE_NONE : VALUE_NULL;
}

/* --- numbers --- */

FUNCTION(random_random)
{
    uint32_t a = next_word(as_random(self)) >> 5, b = next_word(as_random(self)) >> 6;
    return value_from_double((a * 67108864.0 + b) * (1.0 / 9007199254740992.0));
}

static Value many_bits(Random *self, int64_t bits)
{
    size_t count = (size_t)(bits - 1) / 32 + 1;
    if (!int_reserve_bits((size_t)bits)) return VALUE_NULL;
    uint32_t *words = raw_alloc(count * sizeof *words);
    if (!words) return error_no_memory();
    for (size_t i = 0; i < count; i++, bits -= 32) {
        words[i] = next_word(self);
        if (bits < 32) words[i] >>= 32 - bits;
    }
    Int *number = int_alloc();
    if (number) mpz_import(number->z, count, -1, sizeof *words, 0, 0, words);
    raw_free(words);
    return int_finish(number);
}

FUNCTION(random_getrandbits)
{
    int bits;
    if (!arg_as_int(args[0], &bits)) return VALUE_NULL;
    if (bits < 0) return error_set(&type_ValueError, "number of bits must be non-negative");
    if (bits == 0) return value_from_small_int(0);
    if (bits <= 32) return value_from_small_int(next_word(as_random(self)) >> (32 - bits));
    return many_bits(as_random(self), bits);
}

/* --- state --- */

FUNCTION(random_getstate)
{
    const Random *random = as_random(self);
    Value state = tuple_new(WORDS + 1);
    if (value_is_null(state)) return VALUE_NULL;
    for (int i = 0; i < WORDS; i++) as_tuple(state)->items[i] = value_from_small_int(random->state[i]);
    as_tuple(state)->items[WORDS] = value_from_small_int(random->index);
    return state;
}

FUNCTION(random_setstate)
{
    uint32_t words[WORDS];
    Value state = args[0];
    if (!is_tuple(state)) return error_set(&type_TypeError, "state vector must be a tuple");
    if (tuple_length(state) != WORDS + 1) return error_set(&type_ValueError, "state vector is the wrong size");
    for (int i = 0; i < WORDS; i++) {
        uint64_t word;
        if (!arg_as_uint64(tuple_item_borrow(state, i), &word)) return VALUE_NULL;
        words[i] = (uint32_t)word;
    }
    int64_t index;
    if (!arg_as_int64(tuple_item_borrow(state, WORDS), &index)) return VALUE_NULL;
    if (index < 0 || index > WORDS) return error_set(&type_ValueError, "invalid state");
    Random *random = as_random(self);
    random->index = (int)index;
    memcpy(random->state, words, sizeof words);
    return VALUE_NONE;
}

/* --- the type --- */

static Type random_type;

static void random_destroy(Object *self)
{
    object_free(self, self->type->instance_size);
}

static Value random_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Random *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    return value_from_object(self);
}

static int random_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (type_of(self) == &random_type && !args_no_keywords("Random", kwnames)) return -1;
    if (!args_count("Random", nargs, 0, 1)) return -1;
    return seed(as_random(self), nargs ? args[0] : VALUE_NULL) ? 0 : -1;
}

static const NativeMethod random_methods[] = {
    {"random", random_random, 0, 0, 0, "random($self, /)\n--\n\nrandom() -> x in the interval [0, 1)."},
    {"seed", random_seed, 0, 1, 0,
     "seed($self, n=None, /)\n--\n\nseed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\n"
     "of the current time and the process identifier."},
    {"getstate", random_getstate, 0, 0, 0,
     "getstate($self, /)\n--\n\ngetstate() -> tuple containing the current state."},
    {"setstate", random_setstate, 1, 1, 0,
     "setstate($self, state, /)\n--\n\nsetstate(state) -> None.  Restores generator state."},
    {"getrandbits", random_getrandbits, 1, 1, 0,
     "getrandbits($self, k, /)\n--\n\ngetrandbits(k) -> x.  Generates an int with k random bits."},
    {NULL},
};

static Type random_type = {
    .head = TYPE_HEAD,
    .name = "_random.Random",
    .doc = "Random() -> create a random number generator with its own internal state.",
    .instance_size = sizeof(Random),
    .flags = TYPE_BASE | TYPE_IMMUTABLE,
    .destroy = random_destroy,
    .new_instance = random_new,
    .init = random_init,
    .methods = random_methods,
};

static int exec(Value module)
{
    return module_add_type(module, &random_type);
}

NATIVE_MODULE(_random) = {
    .name = "_random",
    .doc = "Module implements the Mersenne Twister random number generator.",
    .exec = exec,
};

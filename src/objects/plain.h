/* plain.h: hashes and equality that certainly run no Python code: what the JIT's look-ups use, so that a look-up is a
 * plain load that may be done once, early or not at all. Values are "plain" when they are exact numbers, strs, bytes,
 * None, instances that have neither __hash__ nor __eq__ of their own, or exact tuples of those. Of anything else the
 * answer is "unknown": then the general operation has to be asked. */
#ifndef OBJECTS_PLAIN_H
#define OBJECTS_PLAIN_H

#include "objects/object.h"

enum { PLAIN_UNKNOWN = -2, PLAIN_MISSING = -1 };

/* False: unknown. */
bool plain_hash(Value v, int64_t *hash) NODISCARD;
/* 1 equal (or the same object), 0 different, PLAIN_UNKNOWN. */
int plain_equal(Value a, Value b);
/* Is `item` in the exact list, tuple: 1, 0, PLAIN_UNKNOWN. */
int plain_contains(Value sequence, Value item);

/* The entry of the key in the exact dict (as dict_find_entry), PLAIN_MISSING or PLAIN_UNKNOWN. */
ssize_t dict_find_plain(Value dict, Value key);
/* Whether the set or frozenset has the item: 1, 0, PLAIN_UNKNOWN. */
int set_contains_plain(Value set, Value item);

/* Instances of the type hash and compare by identity (object.c). */
bool type_is_by_identity(const Type *type);

#endif

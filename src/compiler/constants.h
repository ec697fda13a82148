/* constants.h: the constants of one compilation: equal ones (of equal types, all the way down) become one object. */
#ifndef COMPILER_CONSTANTS_H
#define COMPILER_CONSTANTS_H

#include "objects/object.h"

typedef struct ConstantPool {
    Value *slots; /* hash table, open addressing; owned */
    uint32_t slot_count, count;
} ConstantPool;

/* The one object that stands for v (owned); items of tuples and frozensets are replaced by theirs. */
Value constant_merge(ConstantPool *pool, Value v) NODISCARD;
void constant_pool_free(ConstantPool *pool);

#endif

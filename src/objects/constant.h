/* constant.h: when two constants are one and the same to the compiler. */
#ifndef OBJECTS_CONSTANT_H
#define OBJECTS_CONSTANT_H

#include "objects/object.h"

/* Equal, of equal types all the way down, signs of zeros included: 1, 1.0 and True differ, and so do 0.0 and -0.0.
 * Cannot fail: only types that stand in code objects are compared by value, others by identity. */
bool constants_are_same(Value a, Value b);
uint64_t constant_hash(Value v);

#endif

/* int_internal.h: what int.c takes from int_methods.c. */
#ifndef OBJECTS_INT_INTERNAL_H
#define OBJECTS_INT_INTERNAL_H

#include "objects/int.h"
#include "objects/native.h"

extern const NativeMethod int_methods[];
extern const NativeGetSet int_getsets[];
Value int_new_instance(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;

#endif

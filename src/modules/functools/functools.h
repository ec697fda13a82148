/* functools.h: the types of the module _functools. */
#ifndef MODULES_FUNCTOOLS_H
#define MODULES_FUNCTOOLS_H

#include "objects/native.h"

extern Type type_partial, type_lru_cache, type_lru_list_elem, type_key_function;

NATIVE(functools_cmp_to_key);
NATIVE(functools_reduce);

#endif

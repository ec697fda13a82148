/* generic_alias.h: type parameters and their substitution, shared by list[int] and int | str. */
#ifndef OBJECTS_GENERIC_ALIAS_H
#define OBJECTS_GENERIC_ALIAS_H

#include "objects/object.h"

/* The type variables among args (and inside them), a tuple. */
Value generic_parameters(Value args) NODISCARD;
/* New args of `self` with item (one value or a tuple) put in the places of the parameters. */
Value generic_substitute(Value self, Value args, Value parameters, Value item) NODISCARD;
/* How args are shown: int, list[int], None, … */
Value generic_repr_item(Value v) NODISCARD;

#endif

/* future.h: `from __future__ import …`. */
#ifndef COMPILER_FUTURE_H
#define COMPILER_FUTURE_H

#include "compiler/ast.h"

typedef struct Future {
    int features;  /* CO_FUTURE_* */
    int last_line; /* of the last such statement; -1: none */
} Future;

/* Finds the future statements at the head of a module. False with SyntaxError. */
bool future_find(const Mod *mod, Value filename, Future *future) NODISCARD;

#endif

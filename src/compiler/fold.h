/* fold.h: constant folding in the tree, before the symbol table is built. */
#ifndef COMPILER_FOLD_H
#define COMPILER_FOLD_H

#include "compiler/ast.h"

/* Rewrites the tree in place. False with RecursionError or MemoryError; an operation on constants that fails (1/0) is
 * simply left to run time. */
bool fold_tree(Mod *mod, AstArena *arena, int optimize, int future_features) NODISCARD;

#endif

/* fold_format.h: "%s and %r" % (a, b) -> f"{a!s} and {b!r}". */
#ifndef COMPILER_FOLD_FORMAT_H
#define COMPILER_FOLD_FORMAT_H

#include "compiler/ast.h"

/* Replaces node when every conversion of `format` is a plain %s, %r or %a and there are as many as elements; else
 * leaves it. False only with MemoryError. */
bool fold_format(Expr *node, Value format, ExprSeq *elements, AstArena *arena) NODISCARD;

#endif

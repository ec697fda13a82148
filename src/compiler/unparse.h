/* unparse.h: an expression's text, as annotations kept by `from __future__ import annotations` show it. */
#ifndef COMPILER_UNPARSE_H
#define COMPILER_UNPARSE_H

#include "compiler/ast.h"

Value unparse_expr(const Expr *e) NODISCARD;

#endif

/* ast_object.h: the tree as Python sees it: the classes of the module _ast, and conversions both ways. */
#ifndef COMPILER_AST_OBJECT_H
#define COMPILER_AST_OBJECT_H

#include "compiler/parse.h"

/* --- for compile() --- */
int ast_is_node(Value v) NODISCARD;           /* an instance of ast.AST: 1, 0, -1 */
Value ast_to_object(const Mod *mod) NODISCARD;
/* The tree of an ast.Module, ast.Expression or ast.Interactive, as the mode demands; TypeError or ValueError. */
NULLABLE Mod *ast_from_object(Value v, enum ParseMode mode, AstArena *arena) NODISCARD;
/* Is the tree one that the parser could have made? ValueError or TypeError when not: -1. */
int ast_validate(const Mod *mod) NODISCARD;

/* --- the classes (ast_module.c) --- */
int ast_classes_init(void) NODISCARD;                       /* makes them at the first call */
Value ast_class_borrow(enum AstTypeId type);                /* of a sum or product: ast.expr, ast.arguments … */
Value ast_constructor_class_borrow(enum AstTypeId type, int kind); /* ast.Name …; a product's is its own */
Value ast_field_name_borrow(enum AstTypeId type, int kind, int field); /* interned */
Value ast_enum_instance_borrow(enum AstTypeId type, int kind);     /* the one ast.Load() … that trees contain */

#endif

/* compile_error.h: SyntaxErrors and SyntaxWarnings of the passes behind the parser. */
#ifndef COMPILER_COMPILE_ERROR_H
#define COMPILER_COMPILE_ERROR_H

#include "compiler/ast.h"

/* SyntaxError(message, (filename, line, column, text of the line, end line, end column)): columns of the location are
 * 0-based bytes and become 1-based, as CPython does behind its parser. */
void compile_error_at(Value filename, AstLocation location, const char *format, ...);
/* The same for the symbol table and future statements: args is (message,), and the position stands in the attributes
 * alone. An end_col_offset of NO_END_COLUMN leaves end_offset None. */
enum { NO_END_COLUMN = -2 };
void compile_error_outside_args(Value filename, AstLocation location, const char *format, ...);
/* A SyntaxWarning at the line. False when the filters make an error of it: then a SyntaxError is set. */
bool compile_warn_at(Value filename, AstLocation location, const char *format, ...) NODISCARD;

#endif

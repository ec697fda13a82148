/* builtins.h: the functions of the module builtins that have files of their own. */
#ifndef VM_BUILTINS_H
#define VM_BUILTINS_H

#include "objects/native.h"

Value builtin_build_class(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
Value builtin_compile(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
Value builtin_eval(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
Value builtin_exec(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
Value builtin_print(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
Value builtin_input(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
/* anext(iterator, default): an awaitable that gives `fallback` at the end. */
Value anext_awaitable_new(Value awaitable, Value fallback) NODISCARD;

/* Reading a line from the terminal with line editing (prompt.c); NULL: there is none. */
extern Value (*terminal_read_line_hook)(Value in, Value out, Value prompt);

#endif

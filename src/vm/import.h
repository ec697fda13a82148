/* import.h: the import statement's C part; the rest is importlib (import.c). */
#ifndef VM_IMPORT_H
#define VM_IMPORT_H

#include "objects/object.h"

extern NULLABLE Value import_original; /* the builtins.__import__ of the start: what IMPORT_NAME may shortcut */

Value import_level(Value name, NULLABLE Value globals, NULLABLE Value names, int level) NODISCARD;
/* sys.modules[name]: owned; no value when missing (or with an exception). */
NULLABLE Value import_get_module(Value name);
bool module_is_initializing(Value spec);
Value import_error(Type *type, Value message, NULLABLE Value name, NULLABLE Value path);
/* sys.modules. */
Value import_modules_borrow(void);
/* A module of sys.modules, made when it is not there: borrowed. */
NULLABLE Value import_add_module_borrow(const char *name);
/* Makes a built-in module, or gives the one made before. */
Value import_builtin(const char *name, NULLABLE Value spec) NODISCARD;

/* sys.name: borrowed; no value without an exception when it is missing. */
NULLABLE Value sys_get_borrow(const char *name);
int sys_set(const char *name, NULLABLE Value value) NODISCARD;

/* The import lock, recursive: also held around a fork, so that the child sees no half-made module. */
void import_lock_acquire(void);
void import_lock_release(void);

#endif

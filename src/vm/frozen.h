/* frozen.h: modules whose code is part of the executable. */
#ifndef VM_FROZEN_H
#define VM_FROZEN_H

#include "objects/object.h"

typedef struct FrozenModule {
    const char *name, *original_name;
    const unsigned char *data; /* marshalled code */
    size_t size;
    bool is_package;
} FrozenModule;

extern const FrozenModule frozen_modules[]; /* ends with a NULL name */
NULLABLE const FrozenModule *frozen_find(const char *name);
/* The module's code; ImportError when it is not frozen. */
Value frozen_code(const char *name) NODISCARD;

/* Replaces the file name in a code object and in those among its constants that have the same (imp_module.c). */
struct Code;
int code_fix_filename(struct Code *code, Value old, Value path);

#endif

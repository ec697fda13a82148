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

/* Ends with a NULL name. The first FROZEN_ESSENTIAL are there also when frozen modules are switched off. */
extern const FrozenModule frozen_modules[];
enum { FROZEN_ESSENTIAL = 3 };
extern bool frozen_modules_are_used;

NULLABLE const FrozenModule *frozen_find(const char *name);
/* The module's code; ImportError when it is not frozen. */
Value frozen_code(const char *name) NODISCARD;
/* The code in such data, said to be that of the module `name`. */
Value frozen_code_from(const char *name, const void *data, size_t size) NODISCARD;

/* Replaces the file name in a code object and in those among its constants that have the same (imp_module.c). */
struct Code;
int code_fix_filename(struct Code *code, Value old, Value path);

#endif

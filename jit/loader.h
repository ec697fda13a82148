/* loader.h: object files become executable code. */
#ifndef JIT_LOADER_H
#define JIT_LOADER_H

#include "base/common.h"

typedef int64_t (*NativeCode)(void *slots, uint64_t *exit_values, const uint64_t *table);

/* Places the sections of the relocatable ELF file into the arena and relocates them; the entry of the function "trace".
 * NULL with *problem set when the file is not exactly of the kind that we ask for. */
NULLABLE NativeCode loader_load(const void *object, size_t size, const char **problem, size_t *code_size);

bool arena_reserve(size_t size, char **write_view, char **execute_view);
bool arena_contains(const void *address);
size_t arena_used(void);
void arena_after_fork(void);

#endif

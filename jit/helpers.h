/* helpers.h: the table of C functions that native code calls (helpers.def). */
#ifndef JIT_HELPERS_H
#define JIT_HELPERS_H

#include "jit/ir.h"

typedef enum HelperId {
#define HELPER(name, function, type, effects) HELPER_##name,
#include "jit/helpers.def"
#undef HELPER
    HELPER_COUNT
} HelperId;

typedef struct HelperInfo {
    const char *name;
    IrType type;
    uint32_t effects;
} HelperInfo;
extern const HelperInfo helper_info[HELPER_COUNT]; /* helper_info.c: also part of the worker */
extern void *const helper_addresses[HELPER_COUNT]; /* helpers.c */

#endif

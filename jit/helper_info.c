/* helper_info.c: what the IR must know of each helper (no addresses: the worker has this file too). */
#include "jit/helpers.h"

const HelperInfo helper_info[HELPER_COUNT] = {
#define HELPER(name, function, type, effects) {#name, IR_##type, effects},
#include "jit/helpers.def"
#undef HELPER
};

/* coachwhip_module.c: the module _coachwhip: what tests and tools ask of the machine itself. Nothing of the standard
 * library uses it. */
#include "memory/memory.h"
#include "objects/abstract.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/tuple.h"

static Value module_fail_at(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    uint64_t k, count = 1;
    if (!arg_as_uint64(args[0], &k) || (nargs > 1 && !arg_as_uint64(args[1], &count))) return VALUE_NULL;
    mem_fail_at(k, count);
    return VALUE_NONE;
}

static Value module_fault_is_armed(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(mem_fault_is_armed());
}

static Value module_blocks_in_use(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_uint64(mem_blocks_in_use());
}

static Value module_memory_check(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(mem_check());
}

static Value module_arenas(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return tuple_pack(3, value_from_small_int((int64_t)arena_counters.current),
                      value_from_small_int((int64_t)arena_counters.mapped_total),
                      value_from_small_int((int64_t)arena_counters.unmapped_total));
}

static const NativeMethod methods[] = {
    {"fail_at", module_fail_at, 1, 2, 0,
     "fail_at($module, k, count=1, /)\n--\n\nThe k-th request for memory from now on fails, and so do the "
     "next count - 1; k = 0 switches the fault off."},
    {"fault_is_armed", module_fault_is_armed, 0, 0, 0,
     "fault_is_armed($module, /)\n--\n\nTrue until the request chosen by fail_at has failed."},
    {"blocks_in_use", module_blocks_in_use, 0, 0, 0,
     "blocks_in_use($module, /)\n--\n\nNumber of memory blocks that are allocated now."},
    {"memory_check", module_memory_check, 0, 0, 0,
     "memory_check($module, /)\n--\n\nChecks every arena, pool and block list; ends the process when one is "
     "inconsistent."},
    {"arenas", module_arenas, 0, 0, 0, "arenas($module, /)\n--\n\n(held now, mapped in all, given back in all)"},
    {NULL}};

NATIVE_MODULE(_coachwhip) = {"_coachwhip", "What tests and tools ask of the machine itself.", methods, NULL};

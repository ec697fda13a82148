/* jit_absent.c: a machine built without the tracing compiler: everything stays interpreted. */
#include "jit/jit.h"
#include "vm/frame.h"

__attribute__((weak)) int jit_loop_countdown, jit_call_countdown;
__attribute__((weak)) JitOptions jit_options;
__attribute__((weak)) void jit_startup(void) {}
__attribute__((weak)) void jit_shutdown(void) {}
__attribute__((weak)) void jit_code_destroyed(Code *code) {}
__attribute__((weak)) void jit_release_dead(void) {}
__attribute__((weak)) void jit_visit_constants(void (*visit)(uint64_t word)) {}
__attribute__((weak)) Value jit_call_function(Function *function, STEALS Value *args, ssize_t nargs)
{
    return function_call_steal(value_from_object(function), args, nargs, VALUE_NULL);
}
__attribute__((weak)) void jit_tracing_changed(bool is_traced) {}
__attribute__((weak)) bool jit_option_set(const char *name, NULLABLE const char *value)
{
    return true;
}

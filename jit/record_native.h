/* record_native.h: what the files of native calls share. */
#ifndef JIT_RECORD_NATIVE_H
#define JIT_RECORD_NATIVE_H

#include "jit/record.h"
#include "objects/native.h"

/* A call of a C function being recorded: [below, callable, args…] or [method, self, args…] on the stack. */
typedef struct NativeCall {
    Value callable;
    int nargs; /* without a method's self */
    const NativeMethod *method;
    Value self;
    Ref self_ref; /* of methods: real; the stack keeps it alive */
} NativeCall;

/* Replaces the operands by the result. Always true. */
bool native_finish(const NativeCall *c, Ref result, Own own);

/* record_method.c. True: recorded or aborted. */
bool record_method(NativeCall *c); /* methods with an own form */

/* record_direct.c */
bool record_direct(NativeCall *c); /* any function: its C function called directly */
bool record_make(NativeCall *c);   /* a built-in type called */

#endif

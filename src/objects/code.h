/* code.h: code objects: CPython 3.11's, field for field. The public instructions never change; the VM keeps its own
 * quickened form behind `quick`. */
#ifndef OBJECTS_CODE_H
#define OBJECTS_CODE_H

#include "objects/object.h"

enum CodeFlags {
    CO_OPTIMIZED = 0x1, CO_NEWLOCALS = 0x2, CO_VARARGS = 0x4, CO_VARKEYWORDS = 0x8, CO_NESTED = 0x10,
    CO_GENERATOR = 0x20, CO_COROUTINE = 0x80, CO_ITERABLE_COROUTINE = 0x100, CO_ASYNC_GENERATOR = 0x200,
    CO_FUTURE_DIVISION = 0x20000, CO_FUTURE_ABSOLUTE_IMPORT = 0x40000, CO_FUTURE_WITH_STATEMENT = 0x80000,
    CO_FUTURE_PRINT_FUNCTION = 0x100000, CO_FUTURE_UNICODE_LITERALS = 0x200000, CO_FUTURE_BARRY_AS_BDFL = 0x400000,
    CO_FUTURE_GENERATOR_STOP = 0x800000, CO_FUTURE_ANNOTATIONS = 0x1000000,
    CO_HIDDEN = 0x40000000 /* ours: frames that nobody sees (vm/consume.c) */
};

enum LocalKind { LOCAL_FAST = 0x20, LOCAL_CELL = 0x40, LOCAL_FREE = 0x80 }; /* bits of local_kinds, as CPython's */

typedef struct Code {
    Object head;
    int flags;
    int argcount, posonlyargcount, kwonlyargcount;
    int stack_size;
    int first_line;
    int nlocals;          /* LOCAL_FAST names */
    int nlocalsplus;      /* locals, then cells that are not arguments, then free variables */
    int ncells;           /* names that are cells (arguments that are cells included) */
    int nfree;
    int code_units;       /* length of the code in 16-bit units */
    Value code;           /* bytes: co_code, never quickened */
    Value constants;      /* tuple */
    Value names;          /* tuple of interned strs */
    Value localsplus_names; /* tuple of interned strs */
    Value local_kinds;    /* bytes, one LocalKind mask for each */
    Value filename, name, qualname; /* strs */
    Value linetable, exceptiontable; /* bytes */
    NULLABLE Value weaklist;
    /* --- the VM's own --- */
    NULLABLE void *quick; /* vm/quicken.h: made at the first execution */
    uint64_t calls;       /* invocations counted */
    NULLABLE void *jit;   /* the JIT's record of this code */
    NULLABLE void *loops; /* vm/consume.c */
} Code;

extern Type type_code;
ALWAYS_INLINE bool is_code(Value v) { return object_has_type(v, &type_code); }
ALWAYS_INLINE Code *as_code(Value v) { return (Code *)value_as_object(v); }

/* All fields at once, as code.__new__ and marshal see them. */
typedef struct CodeFields {
    int argcount, posonlyargcount, kwonlyargcount, stack_size, flags, first_line;
    Value code, constants, names, localsplus_names, local_kinds, filename, name, qualname, linetable, exceptiontable;
} CodeFields;

/* Frees the quickened form and tells the JIT: called when the code object dies; implemented by vm/quicken.c. */
void code_free_quick(Code *code);
void code_free_loops(Code *code); /* vm/consume.c */

/* Set by -X no_debug_ranges and PYTHONNODEBUGRANGES: code objects are made without column positions. */
extern bool code_drops_columns;
/* Increfs what it keeps; interns names as CPython does. */
Value code_new(const CodeFields *fields) NODISCARD;
/* Line of the instruction at byte offset `offset`; -1: none. */
int code_line_at(const Code *code, int offset);
typedef struct CodePosition { int line, end_line, column, end_column; } CodePosition; /* -1: unknown */
CodePosition code_position_at(const Code *code, int offset);
/* The handler for the instruction at unit index `unit`: false when there is none. Offsets in units. */
bool code_find_handler(const Code *code, int unit, int *target, int *depth, bool *push_lasti);
Value code_varnames(const Code *code) NODISCARD;
Value code_cellvars(const Code *code) NODISCARD;
Value code_freevars(const Code *code) NODISCARD;

#endif

/* native.h: how C code declares functions, methods, members, properties and modules.
 *
 * Documentation strings begin with a signature as CPython's do ("name($self, x, /)\n--\n\nText"), from which
 * __text_signature__ and __doc__ are cut.
 *
 * Two scans at build time (src/gen/collect.c) spare every table by hand:
 *   ID(name)             an interned str constant for an identifier, usable in any function;
 *   NATIVE_MODULE(name)  at file level: `NativeModule native_module_name` becomes importable;
 *   `Type type_name = {` at column 0 in src/objects, src/gc, src/vm: readied at start-up.
 */
#ifndef OBJECTS_NATIVE_H
#define OBJECTS_NATIVE_H

#include "objects/object.h"

/* The interned string `name`; borrowed, immortal. */
#define ID(name)                                                                                                       \
    ({                                                                                                                 \
        extern Value id_##name;                                                                                        \
        id_##name;                                                                                                     \
    })

enum NativeMethodFlags {
    NATIVE_KEYWORDS = 1, /* the function takes kwnames and checks its arguments itself (args_parse) */
    NATIVE_CLASS = 2,    /* class method: self is the type */
    NATIVE_STATIC = 4,   /* static method: self is no value */
    NATIVE_COEXIST = 8,  /* wins over the wrapper made for a slot (list.__getitem__ …) */
};

/* The head of a native function's definition: `static NATIVE(list_pop) { … }`. */
#define NATIVE(function) Value function(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)

/* Without NATIVE_KEYWORDS the caller has already checked that there are no keywords and min <= nargs <= max, with
 * CPython's messages ("f() takes no arguments (1 given)", "f() takes exactly one argument (2 given)",
 * "f expected at least 1 argument, got 0"). For module functions `self` is the module. */
typedef struct NativeMethod {
    const char *name;
    NativeFunction function;
    int8_t min, max; /* positional arguments; max -1: no limit */
    uint8_t flags;
    const char *doc;
} NativeMethod;

enum NativeMemberKind {
    MEMBER_VALUE,        /* Value; no value reads as None (T_OBJECT) */
    MEMBER_VALUE_EX,     /* Value; no value raises AttributeError (T_OBJECT_EX; __slots__) */
    MEMBER_INT, MEMBER_UINT, MEMBER_SSIZE, MEMBER_INT64, MEMBER_BOOL, MEMBER_CHAR, MEMBER_DOUBLE, MEMBER_CSTR,
    MEMBER_SHORT, MEMBER_UBYTE, MEMBER_FLOAT, MEMBER_UINT64
};

typedef struct NativeMember {
    const char *name;
    enum NativeMemberKind kind;
    ssize_t offset;
    bool is_readonly;
    const char *doc;
} NativeMember;

typedef struct NativeGetSet {
    const char *name;
    Value (*get)(Value self, void *closure);
    int (*set)(Value self, NULLABLE Value value, void *closure); /* NULL: read only; no value: delete */
    const char *doc;
    void *closure;
} NativeGetSet;

typedef struct NativeModule {
    const char *name;
    const char *doc;
    const NativeMethod *methods;
    int (*exec)(Value module); /* fills the namespace; -1 on error; may be NULL */
    void *state;
} NativeModule;

#define NATIVE_MODULE(name) extern const NativeModule native_module_##name; const NativeModule native_module_##name

/* --- arguments of functions with NATIVE_KEYWORDS, of new_instance and init --- */

typedef struct ArgSpec {
    const char *function;         /* for messages; "name" without parentheses */
    const char *const *names;     /* NULL-terminated; "" for positional-only ones, which come first */
    uint8_t required;             /* how many of the first names must be given (keyword-only ones follow `positional`) */
    uint8_t positional;           /* how many may be given by position */
    uint8_t required_keyword_only;
} ArgSpec;

/* Sorts the arguments into out[] (borrowed; VALUE_NULL where not given). False with TypeError, worded as CPython's
 * Argument Clinic words it. */
bool args_parse(const ArgSpec *spec, const Value *args, ssize_t nargs, NULLABLE Value kwnames, Value *out) NODISCARD;
/* For types and functions without keywords: "X() takes no keyword arguments", "X expected at most 1 argument, got 2". */
bool args_no_keywords(const char *function, NULLABLE Value kwnames) NODISCARD;
bool args_count(const char *function, ssize_t nargs, ssize_t min, ssize_t max) NODISCARD;

/* Converters: false with the exception set. */
bool arg_as_ssize(Value v, ssize_t *result) NODISCARD;   /* __index__; OverflowError "Python int too large to convert to C ssize_t" */
bool arg_as_int(Value v, int *result) NODISCARD;         /* C int with CPython's overflow messages */
bool arg_as_int64(Value v, int64_t *result) NODISCARD;
bool arg_as_uint64(Value v, uint64_t *result) NODISCARD;
bool arg_as_double(Value v, double *result) NODISCARD;   /* __float__ or __index__ */
bool arg_as_bool(Value v, bool *result) NODISCARD;       /* truth value */
bool arg_as_slice_index(Value v, ssize_t *result) NODISCARD; /* None leaves *result; clips */

/* --- functions and modules made from tables --- */
Value native_function_new(const NativeMethod *method, NULLABLE Value self, NULLABLE Value module_name) NODISCARD;
Value module_from_native(const NativeModule *definition) NODISCARD;
int module_add(Value module, const char *name, STEALS NULLABLE Value value) NODISCARD; /* no value: error is passed on */
int module_add_int(Value module, const char *name, int64_t value) NODISCARD;
int module_add_cstr(Value module, const char *name, const char *text) NODISCARD;
int module_add_type(Value module, Type *type) NODISCARD; /* readies it and adds it under its last name */
NULLABLE const NativeModule *native_module_find(const char *name);
int type_ready(Type *type) NODISCARD;

/* A struct sequence type such as os.stat_result: a tuple subclass with named fields (objects/structseq.c). */
typedef struct StructSeqField { const char *name; const char *doc; } StructSeqField;
typedef struct StructSeqDef {
    const char *name; const char *doc;
    const StructSeqField *fields; /* ends with a NULL name; a field named "" is visible by index only */
    int visible;                  /* how many fields the sequence shows; the rest are attributes only */
} StructSeqDef;
NULLABLE Type *structseq_type_new(const StructSeqDef *definition) NODISCARD;
Value structseq_new(Type *type, STEALS const Value *fields) NODISCARD; /* as many values as fields */

#endif

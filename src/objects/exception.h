/* exception.h: the exception classes and their instances' layout. */
#ifndef OBJECTS_EXCEPTION_H
#define OBJECTS_EXCEPTION_H

#include "objects/shape.h"

#define EXCEPTION_FIELDS                                                                                               \
    Object head;                                                                                                       \
    NULLABLE Value args;      /* tuple */                                                                              \
    NULLABLE Value notes, traceback, context, cause;                                                                   \
    bool suppress_context;

typedef struct Exception { EXCEPTION_FIELDS } Exception;
/* StopIteration(value), SystemExit(code), … keep their extra fields behind (exception.c). */
typedef struct StopIterationObject { EXCEPTION_FIELDS NULLABLE Value value; } StopIterationObject;
typedef struct SystemExitObject { EXCEPTION_FIELDS NULLABLE Value code; } SystemExitObject;
typedef struct SyntaxErrorObject {
    EXCEPTION_FIELDS
    NULLABLE Value msg, filename, lineno, offset, end_lineno, end_offset, text, print_file_and_line;
} SyntaxErrorObject;
typedef struct ImportErrorObject { EXCEPTION_FIELDS NULLABLE Value msg, name, path; } ImportErrorObject;
typedef struct NameErrorObject { EXCEPTION_FIELDS NULLABLE Value name; } NameErrorObject;
typedef struct AttributeErrorObject { EXCEPTION_FIELDS NULLABLE Value object, name; } AttributeErrorObject;
typedef struct OSErrorObject {
    EXCEPTION_FIELDS
    NULLABLE Value errno_value, strerror, filename, filename2;
    ssize_t written;
} OSErrorObject;
typedef struct UnicodeErrorObject {
    EXCEPTION_FIELDS
    NULLABLE Value encoding, object, reason;
    ssize_t start, end;
} UnicodeErrorObject;
typedef struct ExceptionGroupObject { EXCEPTION_FIELDS NULLABLE Value msg, exceptions; } ExceptionGroupObject;

ALWAYS_INLINE bool is_exception(Value v) { return object_has_flag(v, TYPE_IS_EXCEPTION); }
ALWAYS_INLINE Exception *as_exception(Value v) { return (Exception *)value_as_object(v); }
bool is_exception_class(Value v);

#define EXCEPTION_CLASSES(X)                                                                                           \
    X(BaseException) X(BaseExceptionGroup) X(ExceptionGroup) X(GeneratorExit) X(KeyboardInterrupt) X(SystemExit)       \
    X(Exception) X(ArithmeticError) X(FloatingPointError) X(OverflowError) X(ZeroDivisionError) X(AssertionError)      \
    X(AttributeError) X(BufferError) X(EOFError) X(ImportError) X(ModuleNotFoundError) X(LookupError) X(IndexError)    \
    X(KeyError) X(MemoryError) X(NameError) X(UnboundLocalError) X(OSError) X(BlockingIOError) X(ChildProcessError)    \
    X(ConnectionError) X(BrokenPipeError) X(ConnectionAbortedError) X(ConnectionRefusedError) X(ConnectionResetError)  \
    X(FileExistsError) X(FileNotFoundError) X(InterruptedError) X(IsADirectoryError) X(NotADirectoryError)             \
    X(PermissionError) X(ProcessLookupError) X(TimeoutError) X(ReferenceError) X(RuntimeError) X(NotImplementedError)  \
    X(RecursionError) X(StopIteration) X(StopAsyncIteration) X(SyntaxError) X(IndentationError) X(TabError)            \
    X(SystemError) X(TypeError) X(ValueError) X(UnicodeError) X(UnicodeDecodeError) X(UnicodeEncodeError)              \
    X(UnicodeTranslateError) X(Warning) X(BytesWarning) X(DeprecationWarning) X(EncodingWarning) X(FutureWarning)      \
    X(ImportWarning) X(PendingDeprecationWarning) X(ResourceWarning) X(RuntimeWarning) X(SyntaxWarning)                \
    X(UnicodeWarning) X(UserWarning)
#define DECLARE_EXCEPTION(name) extern Type type_##name;
EXCEPTION_CLASSES(DECLARE_EXCEPTION)
#undef DECLARE_EXCEPTION

/* A new instance of `type` with args (a tuple, borrowed; no value: none), as type(*args) makes it. */
Value exception_new(Type *type, Value args) NODISCARD;
/* MemoryErrors without an allocation; of the kept ones there may be none left. */
NULLABLE Value exception_kept_memory_error(void) NODISCARD;
NULLABLE Value exception_shared_memory_error(void) NODISCARD;
/* Pushes the current frame onto the exception's traceback (vm/traceback.c). */
extern Type type_traceback; /* vm/traceback.c */
struct Frame;
int traceback_here(struct Frame *frame);
Value unicode_decode_error_new(const char *encoding, const char *object, ssize_t length, ssize_t start, ssize_t end,
                               const char *reason) NODISCARD;

/* The subgroup of `group` whose leaves' words, shifted right by 3, are in the set; None when empty (`except*`). */
Value exception_group_project(Value group, Value leaf_ids) NODISCARD;

#endif

/* error.h: raising, testing and catching exceptions from C. One rule: a function that fails returns VALUE_NULL, NULL,
 * -1 or false, and the exception instance is in current_thread->exception. */
#ifndef OBJECTS_ERROR_H
#define OBJECTS_ERROR_H

#include "objects/thread.h"

/* All return VALUE_NULL so that `return error_format(…)` reads well. The formats are str_format's (objects/str.h). */
Value error_format(Type *type, const char *format, ...);
Value error_set(Type *type, const char *message);          /* message as it is */
Value error_set_value(Type *type, Value argument);         /* type(argument); a tuple is spread as arguments */
Value error_set_none(Type *type);                          /* type() */
Value error_raise(STEALS Value exception);                 /* an instance; chains __context__ as `raise` does */
Value error_no_memory(void);
Value error_key(Value key);                                /* KeyError(key) */
Value error_stop_iteration(Value result);                  /* StopIteration(result), also when result is a tuple */
Value error_system(const char *message);                   /* SystemError: "bad internal call" */
Value error_bad_argument(const char *function, int index, const char *expected, Value got);
Value error_os(Type *type, int error_number, NULLABLE Value filename);          /* OSError family by errno */
Value error_os2(Type *type, int error_number, NULLABLE Value name1, NULLABLE Value name2);

static inline bool error_occurred(void)
{
    return !value_is_null(current_thread->exception);
}

NULLABLE Value error_fetch(void);              /* takes it away, owned */
void error_restore(STEALS NULLABLE Value exception); /* puts it back as it was, without chaining */
void error_clear(void);
bool error_matches(Type *type);                /* the current one is an instance of type */
bool exception_matches(Value exception, Value type_or_tuple); /* as `except X:` compares; no error */
/* If the current exception is a `type`, clears it and returns true. */
bool error_catch(Type *type);
/* If StopIteration is set: clears it, gives its value in *result (owned) and returns true. */
bool error_catch_stop_iteration(Value *result);
/* Sets __cause__ (stolen, may be no value) on the current exception / chains `context` to it. */
void error_set_context(STEALS NULLABLE Value context);
/* Replaces the current exception by type(format…), with the old one as __cause__ and __context__. */
Value error_format_from_cause(Type *type, const char *format, ...);

/* Reports an exception that nobody can receive (__del__, callbacks): sys.unraisablehook; clears it. */
void error_write_unraisable(NULLABLE Value object, NULLABLE const char *message);

/* Warnings (PyErr_WarnFormat): -1 when the filter turned it into an exception. */
int warn_format(Type *category, int stack_level, const char *format, ...) NODISCARD;
int warn_explicit(Type *category, Value message, Value filename, int line, NULLABLE Value module) NODISCARD;

#endif

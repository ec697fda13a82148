/* traceback.h: traceback objects and the printing of exceptions that nobody caught. */
#ifndef VM_TRACEBACK_H
#define VM_TRACEBACK_H

#include "objects/object.h"

typedef struct Traceback {
    Object head;
    NULLABLE Value next; /* owned Traceback: one frame further in */
    Value frame;         /* owned FrameObject */
    int lasti;           /* byte offset */
    int line;            /* 0: not computed yet; -1: none */
} Traceback;

extern Type type_traceback;

Value exception_type_text(
    Value exception) NODISCARD; /* "module.Qualname", the module left out for builtins and __main__ */
int traceback_line(Traceback *traceback);
/* One entry more for the exception, further out than those that it has. Without memory it goes without. */
void traceback_add(Value exception, Value frame, int unit);
/* Prints exception with its traceback, causes, notes … to a Python file object as CPython's interpreter does. -1: the
 * file failed. */
int exception_print(Value exception, Value file);
/* The same to sys.stderr; nothing when there is none. */
void exception_print_stderr(Value exception);
/* Prints the traceback as traceback.print_tb's C sibling does; `limit` frames at most. */
int traceback_print(Value traceback, Value file, const char *margin, ssize_t limit);

#endif

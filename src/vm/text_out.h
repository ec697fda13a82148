/* text_out.h: writing text to a Python file object, the first failure remembered: then nothing more is written. */
#ifndef VM_TEXT_OUT_H
#define VM_TEXT_OUT_H

#include "objects/object.h"

typedef struct TextOut {
    Value file;
    bool failed; /* an exception is set */
    int depth;   /* of exception groups: indents and margins */
} TextOut;

void out_text(TextOut *out, Value text);
void out_steal(TextOut *out, STEALS NULLABLE Value text); /* no value: the exception that is set is the failure */
void out_cstr(TextOut *out, const char *text);
void out_repeat(TextOut *out, char c, ssize_t count);
void out_indent(TextOut *out); /* two spaces for each level */
void out_margin(TextOut *out); /* the indent, and "| " inside a group */
/* The traceback with its header line. */
void out_traceback(TextOut *out, Value traceback, const char *header);
void out_frames(TextOut *out, Value traceback, ssize_t limit);
/* "name", "other name": what the user may have meant; no value without an error when nothing is near. */
NULLABLE Value exception_suggestion(Value exception);

#endif

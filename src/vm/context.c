/* context.c: what native functions ask about the Python code that called them. */
#include "objects/call.h"
#include "objects/exception.h"
#include "objects/type.h"
#include "vm/frame.h"
#include "vm/traceback.h"

NULLABLE Value current_globals_borrow(void)
{
    Frame *frame = frame_visible(current_thread->frame);
    return frame ? frame->globals : VALUE_NULL;
}

static int no_context(const char *message)
{
    error_set(&type_RuntimeError, message);
    return -1;
}

/* super() without arguments: __class__ is a free variable of the caller, the object its first argument. */
int super_find_context(Value *type, Value *object)
{
    Frame *frame = frame_visible(current_thread->frame);
    if (!frame) return no_context("super(): no current frame");
    const Code *code = frame->code;
    if (code->argcount == 0) return no_context("super(): no arguments");
    Value first = frame->localsplus[0];
    if (object_has_type(first, &type_cell) && as_bytes(code->local_kinds)->data[0] & LOCAL_CELL)
        first = as_cell(first)->content;
    if (value_is_null(first)) return no_context("super(): arg[0] deleted");
    for (int i = code->nlocalsplus - code->nfree; i < code->nlocalsplus; i++) {
        if (!str_equal_cstr(tuple_item_borrow(code->localsplus_names, i), "__class__")) continue;
        Value cell = frame->localsplus[i];
        if (!object_has_type(cell, &type_cell)) return no_context("super(): bad __class__ cell");
        Value class = as_cell(cell)->content;
        if (value_is_null(class)) return no_context("super(): empty __class__ cell");
        if (!is_type(class)) {
            error_format(&type_RuntimeError, "super(): __class__ is not a type (%T)", class);
            return -1;
        }
        *type = value_incref(class);
        *object = value_incref(first);
        return 0;
    }
    return no_context("super(): __class__ cell not found");
}

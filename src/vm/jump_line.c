/* jump_line.c: a debugger's jump: assigning to f_lineno. */
#include "vm/jump_line.h"

#include "objects/exception.h"

int frame_jump_to_line(FrameObject *object, NULLABLE Value line)
{
    if (value_is_null(line)) {
        error_set(&type_AttributeError, "cannot delete attribute");
        return -1;
    }
    error_set(&type_NotImplementedError, "setting f_lineno");
    return -1;
}

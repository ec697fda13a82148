/* jump_line.h: assigning to a frame's f_lineno (jump_line.c). */
#ifndef VM_JUMP_LINE_H
#define VM_JUMP_LINE_H

#include "vm/frame.h"

int frame_jump_to_line(FrameObject *object, NULLABLE Value line) NODISCARD;

#endif

/* frame_object.h: what frame.c needs from frame_object.c. */
#ifndef VM_FRAME_OBJECT_H
#define VM_FRAME_OBJECT_H

#include "vm/frame.h"

/* The frame ends but its object lives on: moves everything that the frame owns into the object. */
void frame_object_take(Frame *frame);
/* The frame ends and nobody else has its object: frees it. */
void frame_object_orphan(FrameObject *object);

#endif

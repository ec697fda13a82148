/* codec_handlers.h: the error handlers that every registry begins with: "strict_errors", "ignore_errors", … */
#ifndef OBJECTS_CODEC_HANDLERS_H
#define OBJECTS_CODEC_HANDLERS_H

#include "objects/native.h"

extern const NativeMethod codec_handlers[];

#endif

/* marshal.h: the format of .pyc files and of the marshal module (version 4, code objects as CPython 3.11 writes them).
 */
#ifndef COMPILER_MARSHAL_H
#define COMPILER_MARSHAL_H

#include "objects/object.h"

enum { MARSHAL_VERSION = 4, MARSHAL_MAX_DEPTH = 2000 };

/* bytes; ValueError "unmarshallable object" */
Value marshal_dumps(Value v, int version) NODISCARD;
/* The first object in the data; bytes behind it are ignored. Hostile data raises EOFError, ValueError or TypeError. */
Value marshal_loads(const void *data, size_t size) NODISCARD;
/* Reads from an object with a readinto() method just as many bytes as the object takes. */
Value marshal_load_file(Value file) NODISCARD;

#endif

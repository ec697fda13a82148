/* exception_class.h: the exception classes of modules (struct.error, zlib.error …). */
#ifndef MODULES_EXCEPTION_CLASS_H
#define MODULES_EXCEPTION_CLASS_H

#include "objects/object.h"

/* A class "module.name" derived from base. */
Value exception_class_new(const char *qualified_name, Type *base) NODISCARD;

#endif

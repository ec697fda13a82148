/* format_spec.h: the format mini-language: format(x, spec) for int, float, complex and str. */
#ifndef OBJECTS_FORMAT_SPEC_H
#define OBJECTS_FORMAT_SPEC_H

#include "objects/object.h"

/* `spec` is a str. Each gives an owned str, or raises as CPython does. */
Value format_int(Value v, Value spec) NODISCARD;     /* int or a subclass instance */
Value format_float(Value v, Value spec) NODISCARD;
Value format_complex(Value v, Value spec) NODISCARD;
Value format_str(Value v, Value spec) NODISCARD;

#endif

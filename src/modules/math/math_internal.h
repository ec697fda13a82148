/* math_internal.h: the parts of the module math. */
#ifndef MODULES_MATH_MATH_INTERNAL_H
#define MODULES_MATH_MATH_INTERNAL_H

#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* They set errno to EDOM or ERANGE as the C library does. */
double math_gamma(double x);
double math_lgamma(double x);

int math_add_functions(Value module, const NativeMethod *methods);
int math_integer_exec(Value module);
int math_sum_exec(Value module);

#endif

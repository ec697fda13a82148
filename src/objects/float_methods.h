/* float_methods.h: what float.c and float_methods.c share. */
#ifndef OBJECTS_FLOAT_METHODS_H
#define OBJECTS_FLOAT_METHODS_H

#include "objects/float.h"
#include "objects/native.h"

extern const NativeMethod float_methods[];
extern const NativeGetSet float_getsets[];
Value float_new_instance(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
/* What v.__float__() gave (stolen) as a double; -1.0 with an error when it is no float. */
double checked_float(Value v, STEALS Value result);
Value float_exact(Value self) NODISCARD; /* drops the subclass */
/* (real + imag j) ** (exponent_real + exponent_imag j), a complex (complex.c) */
Value complex_power(double real, double imag, double exponent_real, double exponent_imag) NODISCARD;

#endif

/* call.h: calling things from C. Arguments are borrowed, results owned. */
#ifndef OBJECTS_CALL_H
#define OBJECTS_CALL_H

#include "objects/object.h"

Value call_vector(Value callable, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
Value call_0(Value callable) NODISCARD;
Value call_1(Value callable, Value a) NODISCARD;
Value call_2(Value callable, Value a, Value b) NODISCARD;
Value call_3(Value callable, Value a, Value b, Value c) NODISCARD;
/* callable(self, args…) */
Value call_with_self(Value callable, Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
/* callable(*args, **kwargs); args is a tuple, kwargs a dict or no value */
Value call_tuple_dict(Value callable, Value args, NULLABLE Value kwargs) NODISCARD;

/* object.name(args…): looks the method up without binding it where possible. */
Value call_method(Value object, Value name, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
Value call_method_0(Value object, Value name) NODISCARD;
Value call_method_1(Value object, Value name, Value a) NODISCARD;
Value call_method_2(Value object, Value name, Value a, Value b) NODISCARD;

/* A special method looked up on the type, not on the instance (type(object).name). With no such attribute:
 * VALUE_NULL and NO exception set. */
Value call_special(Value object, Value name, const Value *args, ssize_t nargs) NODISCARD;

/* Splits object.name for a call: *method is owned; returns 1 when *method must be called with object as first argument,
 * 0 when it is already bound, -1 on error. (LOAD_METHOD) */
int method_lookup(Value object, Value name, Value *method) NODISCARD;

bool is_callable(Value v);

/* A kwnames tuple and values packed into a dict, and back. */
Value kwargs_to_dict(const Value *values, Value kwnames) NODISCARD;

/* The globals of the innermost Python frame, borrowed; no value when there is no frame. Implemented by vm/. */
NULLABLE Value current_globals_borrow(void);

#endif

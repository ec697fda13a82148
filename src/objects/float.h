/* float.h: floats: immediates nearly always, heap objects for extreme exponents and float subclasses. */
#ifndef OBJECTS_FLOAT_H
#define OBJECTS_FLOAT_H

#include "objects/object.h"

typedef struct Float {
    Object head;
    double value;
} Float;

ALWAYS_INLINE bool is_float(Value v)
{
    return value_is_immediate_float(v) || object_has_flag(v, TYPE_IS_FLOAT);
}

ALWAYS_INLINE bool is_exact_float(Value v)
{
    return value_is_immediate_float(v) || object_has_type(v, &type_float);
}

Value float_new_heap(double d) NODISCARD;

ALWAYS_INLINE Value value_from_double(double d)
{
    Value v = value_try_float(d);
    return LIKELY(v.bits & 2) ? v : float_new_heap(d);
}

/* v must be a float (is_float). */
ALWAYS_INLINE double float_as_double(Value v)
{
    return value_is_immediate_float(v) ? value_as_immediate_float(v) : ((Float *)value_as_object(v))->value;
}

double number_as_double(Value v);      /* float, int, __float__, __index__; -1.0 with error_occurred() */
int64_t double_hash(double d, Value self);
Value float_from_text(const char *text, size_t length) NODISCARD;
/* float(str): any Unicode digits and spaces; ValueError "could not convert string to float: …". */
Value float_from_str(Value str) NODISCARD;
Value float_from_value(Value v) NODISCARD; /* float(v) */
/* float()'s reading of text, spaces and underscores included: false without an error when it is malformed. */
bool double_from_text(const char *text, size_t length, double *result);
Value float_power(double x, double y) NODISCARD; /* x ** y: a complex for a negative x and a fractional y */
Value float_divmod(double x, double y) NODISCARD;
double float_modulo(double x, double y);         /* Python's %: the sign of y; y != 0 */
double float_floor_quotient(double x, double y); /* Python's //; y != 0 */
Value float_repr(double d) NODISCARD;
/* d rounded to `digits` decimal places, half to even on the exact value. */
Value float_round(double d, ssize_t digits) NODISCARD;

/* --- text by a format code (float_text.c) --- */

enum DoubleFormatFlags {
    DOUBLE_SIGN = 1,         /* a '+' before positive numbers */
    DOUBLE_ADD_DOT_0 = 2,    /* "1.0", not "1", when nothing tells it from an int */
    DOUBLE_ALTERNATE = 4,    /* keep the point and trailing zeros ('#') */
    DOUBLE_NO_NEG_0 = 8,     /* "0.00" for what rounds to -0.00 ('z') */
};

/* Text of d by the format code 'e' 'E' 'f' 'F' 'g' 'G' or 'r' (repr; precision 0), as CPython's
 * PyOS_double_to_string. A raw_alloc block with a final 0, to be given to raw_free; NULL: no memory. */
NULLABLE char *double_format(double d, char code, int precision, int flags, size_t *length) NODISCARD;

/* --- complex numbers (complex.c) --- */

extern Type type_complex;
bool type_is_complex(const Type *type); /* complex or a subclass */
typedef struct Complex { Object head; double real, imag; } Complex;
Value complex_new(double real, double imag) NODISCARD;
ALWAYS_INLINE bool is_complex(Value v) { return value_is_object(v) && type_is_complex(value_as_object(v)->type); }
/* complex, __complex__, or anything number_as_double takes: false with an error. */
bool number_as_complex(Value v, double *real, double *imag) NODISCARD;

#endif

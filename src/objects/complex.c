/* complex.c: complex numbers. Division and powers are CPython's algorithms, so that results agree to the last bit. */
#include <errno.h>
#include <math.h>

#include "base/dtoa.h"
#include "base/hash.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float_methods.h"
#include "objects/format_spec.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct Parts {
    double real, imag;
} Parts;

Value complex_new(double real, double imag)
{
    Complex *self = object_alloc(&type_complex, sizeof(Complex));
    if (!self) return VALUE_NULL;
    self->real = real;
    self->imag = imag;
    return value_from_object(self);
}

static void complex_destroy(Object *self)
{
    object_free(self, self->type->instance_size);
}

bool type_is_complex(const Type *type)
{
    return type == &type_complex || type_is_subtype(type, &type_complex);
}

static Parts parts_of(Value v)
{
    const Complex *c = (const Complex *)value_as_object(v);
    return (Parts){c->real, c->imag};
}

/* 1: a number; 0: not one that an operator takes; -1: error. */
static int operand(Value v, Parts *parts)
{
    if (is_complex(v)) {
        *parts = parts_of(v);
        return 1;
    }
    if (!is_float(v) && !is_int(v)) return 0;
    *parts = (Parts){number_as_double(v), 0.0};
    return parts->real == -1.0 && error_occurred() ? -1 : 1;
}

static bool operands(Value left, Value right, Parts *a, Parts *b, Value *result)
{
    int status = operand(left, a);
    if (status > 0) status = operand(right, b);
    *result = status == 0 ? VALUE_NOT_IMPLEMENTED : VALUE_NULL;
    return status > 0;
}

/* --- arithmetic --- */

static Parts multiply(Parts a, Parts b)
{
    return (Parts){a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real};
}

/* Smith's method: scales by the larger part of b. b is not zero. */
static Parts divide(Parts a, Parts b)
{
    double abs_real = fabs(b.real), abs_imag = fabs(b.imag);
    if (abs_real >= abs_imag) {
        double ratio = b.imag / b.real, denominator = b.real + b.imag * ratio;
        return (Parts){(a.real + a.imag * ratio) / denominator, (a.imag - a.real * ratio) / denominator};
    }
    if (abs_imag >= abs_real) {
        double ratio = b.real / b.imag, denominator = b.real * ratio + b.imag;
        return (Parts){(a.real * ratio + a.imag) / denominator, (a.imag * ratio - a.real) / denominator};
    }
    return (Parts){NAN, NAN}; // a part of b is a nan
}

static Parts power_of_natural(Parts base, long n)
{
    Parts result = {1.0, 0.0};
    for (long mask = 1; mask > 0 && n >= mask; mask <<= 1) {
        if (n & mask) result = multiply(result, base);
        base = multiply(base, base);
    }
    return result;
}

/* By polar coordinates; errno becomes EDOM for a zero base, and where a function of an infinity has no value. */
static Parts general_power(Parts a, Parts b)
{
    if (b.real == 0 && b.imag == 0) return (Parts){1.0, 0.0};
    if (a.real == 0 && a.imag == 0) {
        if (b.imag != 0 || b.real < 0) errno = EDOM;
        return (Parts){0.0, 0.0};
    }
    double magnitude = hypot(a.real, a.imag), length = pow(magnitude, b.real);
    double angle = atan2(a.imag, a.real), phase = angle * b.real;
    if (b.imag != 0) {
        length /= exp(angle * b.imag);
        phase += b.imag * log(magnitude);
    }
    return (Parts){length * cos(phase), length * sin(phase)};
}

static Parts integer_power(Parts a, long n)
{
    if (n >= 0) return power_of_natural(a, n);
    Parts whole = power_of_natural(a, -n);
    if (whole.real == 0 && whole.imag == 0) {
        errno = EDOM;
        return whole;
    }
    return divide((Parts){1.0, 0.0}, whole);
}

static Value power(Parts a, Parts b)
{
    errno = 0;
    bool is_integer = b.imag == 0.0 && b.real == floor(b.real) && fabs(b.real) <= 100.0;
    Parts result = is_integer ? integer_power(a, (long)b.real) : general_power(a, b);
    if (isinf(result.real) || isinf(result.imag))
        errno = errno ? errno : ERANGE;
    else if (errno == ERANGE)
        errno = 0; // an underflow
    if (errno == EDOM) return error_set(&type_ZeroDivisionError, "0.0 to a negative or complex power");
    if (errno == ERANGE) return error_set(&type_OverflowError, "complex exponentiation");
    return complex_new(result.real, result.imag);
}

Value complex_power(double real, double imag, double exponent_real, double exponent_imag)
{
    return power((Parts){real, imag}, (Parts){exponent_real, exponent_imag});
}

#define BINARY_SLOT(name, expression)                                                                                  \
    static Value name(Value left, Value right)                                                                         \
    {                                                                                                                  \
        Parts a, b;                                                                                                    \
        Value result;                                                                                                  \
        if (!operands(left, right, &a, &b, &result)) return result;                                                    \
        Parts c = expression;                                                                                          \
        return complex_new(c.real, c.imag);                                                                            \
    }

BINARY_SLOT(add_slot, ((Parts){a.real + b.real, a.imag + b.imag}))
BINARY_SLOT(subtract_slot, ((Parts){a.real - b.real, a.imag - b.imag}))
BINARY_SLOT(multiply_slot, multiply(a, b))

static Value true_divide_slot(Value left, Value right)
{
    Parts a, b;
    Value result;
    if (!operands(left, right, &a, &b, &result)) return result;
    if (b.real == 0 && b.imag == 0) return error_set(&type_ZeroDivisionError, "complex division by zero");
    Parts quotient = divide(a, b);
    return complex_new(quotient.real, quotient.imag);
}

static Value power_slot(Value base, Value exponent, Value modulus)
{
    Parts a, b;
    Value result;
    if (!operands(base, exponent, &a, &b, &result)) return result;
    if (!value_is_none(modulus)) return error_set(&type_ValueError, "complex modulo");
    return power(a, b);
}

static Value negative_slot(Value self)
{
    Parts a = parts_of(self);
    return complex_new(-a.real, -a.imag);
}

static Value positive_slot(Value self)
{
    if (object_has_type(self, &type_complex)) return value_incref(self);
    Parts a = parts_of(self);
    return complex_new(a.real, a.imag);
}

static Value absolute_slot(Value self)
{
    Parts a = parts_of(self);
    double length = hypot(a.real, a.imag);
    if (isinf(length) && isfinite(a.real) && isfinite(a.imag))
        return error_set(&type_OverflowError, "absolute value too large");
    return value_from_double(length);
}

static int truth_slot(Value self)
{
    Parts a = parts_of(self);
    return a.real != 0 || a.imag != 0;
}

static int64_t hash_slot(Value self)
{
    Parts a = parts_of(self);
    uint64_t hash = (uint64_t)double_hash(a.real, self) + HASH_IMAGINARY * (uint64_t)double_hash(a.imag, self);
    return hash == UINT64_MAX ? -2 : (int64_t)hash;
}

static Value compare_slot(Value left, Value right, CompareOp op)
{
    if (op != CMP_EQ && op != CMP_NE) return VALUE_NOT_IMPLEMENTED;
    Parts a = parts_of(left);
    bool equal;
    if (is_complex(right)) {
        Parts b = parts_of(right);
        equal = a.real == b.real && a.imag == b.imag;
    } else if (is_float(right)) {
        equal = a.real == float_as_double(right) && a.imag == 0.0;
    } else if (is_int(right)) {
        equal = false;
        if (a.imag == 0.0) {
            Value real = value_from_double(a.real);
            if (value_is_null(real)) return VALUE_NULL;
            int same = rich_compare_bool(real, right, CMP_EQ);
            value_decref(real);
            if (same < 0) return VALUE_NULL;
            equal = same;
        }
    } else {
        return VALUE_NOT_IMPLEMENTED;
    }
    return value_from_bool(equal == (op == CMP_EQ));
}

/* --- text --- */

static Value repr_slot(Value self)
{
    Parts a = parts_of(self);
    bool is_pure = a.real == 0.0 && !signbit(a.real);
    size_t length;
    char *real = NULL, *imag = double_format(a.imag, 'r', 0, is_pure ? 0 : DOUBLE_SIGN, &length);
    Value result = VALUE_NULL;
    if (imag && is_pure) {
        result = str_format("%sj", imag);
    } else if (imag && (real = double_format(a.real, 'r', 0, 0, &length))) {
        result = str_format("(%s%sj)", real, imag);
    } else {
        error_no_memory();
    }
    raw_free(real);
    raw_free(imag);
    return result;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The grammar of complex(): [(] float | floatj | float±floatj, where an imaginary part may be a lone sign [)]. */
static bool parse_complex(const char *text, Parts *result)
{
    const char *at = text, *end;
    *result = (Parts){0.0, 0.0};
    while (is_blank(*at)) at++;
    bool has_bracket = *at == '(';
    if (has_bracket) at++;
    while (is_blank(*at)) at++;
    double first = double_parse(at, &end);
    if (end != at) {
        at = end;
        if (*at == '+' || *at == '-') { // float±floatj, the imaginary part's digits optional
            result->real = first;
            result->imag = double_parse(at, &end);
            if (end == at) {
                result->imag = *at == '+' ? 1.0 : -1.0;
                end++;
            }
            at = end;
            if (*at != 'j' && *at != 'J') return false;
            at++;
        } else if (*at == 'j' || *at == 'J') {
            result->imag = first;
            at++;
        } else {
            result->real = first;
        }
    } else {
        result->imag = *at == '-' ? -1.0 : 1.0;
        if (*at == '+' || *at == '-') at++;
        if (*at != 'j' && *at != 'J') return false;
        at++;
    }
    while (is_blank(*at)) at++;
    if (has_bracket) {
        if (*at != ')') return false;
        at++;
        while (is_blank(*at)) at++;
    }
    return *at == 0;
}

/* Takes out underscores between digits, in place. False when one stands elsewhere. */
static bool drop_underscores(char *text)
{
    char *out = text, previous = 0;
    for (char *at = text; *at; previous = *at++) {
        if (*at != '_')
            *out++ = *at;
        else if (previous < '0' || previous > '9' || at[1] < '0' || at[1] > '9')
            return false;
    }
    *out = 0;
    return true;
}

static bool parts_from_str(Value str, Parts *parts)
{
    ssize_t length;
    char *text = str_as_ascii_digits(str, &length), *copy;
    if (!text) return false;
    bool is_valid = false;
    copy = raw_alloc((size_t)length + 1);
    if (copy) {
        memcpy(copy, text, (size_t)length + 1);
        bool is_whole = strlen(copy) == (size_t)length, is_clean = drop_underscores(copy);
        is_valid = is_clean && is_whole && parse_complex(copy, parts);
        raw_free(copy);
        if (!is_clean)
            error_format(&type_ValueError, "could not convert string to complex: %R", str);
        else if (!is_valid)
            error_set(&type_ValueError, "complex() arg is a malformed string");
    } else {
        error_no_memory();
    }
    if (text != as_str(str)->data) raw_free(text);
    return is_valid;
}

/* --- complex(…) --- */

/* v.__complex__(): 1 with *parts, 0 when there is no such method, -1 with an error. */
static int parts_from_method(Value v, Parts *parts)
{
    Value result = call_special(v, ID(__complex__), NULL, 0);
    if (value_is_null(result)) return error_occurred() ? -1 : 0;
    int status = -1;
    if (!is_complex(result)) {
        error_format(&type_TypeError, "%.200T.__complex__() returned non-complex (type %.200T)", v, result);
    } else if (object_has_type(result, &type_complex) ||
               warn_format(&type_DeprecationWarning, 1,
                           "%.200T.__complex__() returned non-complex (type %.200T).  The ability to return an "
                           "instance of a strict subclass of complex is deprecated, and may not be supported in a "
                           "future version of Python.",
                           v, result) == 0) {
        *parts = parts_of(result);
        status = 1;
    }
    value_decref(result);
    return status;
}

bool number_as_complex(Value v, double *real, double *imag)
{
    Parts parts = {0.0, 0.0};
    if (object_has_type(v, &type_complex)) {
        parts = parts_of(v);
    } else if (is_float(v) && is_exact_float(v)) {
        parts.real = float_as_double(v);
    } else {
        int status = parts_from_method(v, &parts);
        if (status < 0) return false;
        if (status == 0 && is_complex(v)) {
            parts = parts_of(v);
        } else if (status == 0) {
            parts.real = number_as_double(v);
            if (parts.real == -1.0 && error_occurred()) return false;
        }
    }
    *real = parts.real;
    *imag = parts.imag;
    return true;
}

static bool is_real_number(Value v)
{
    return is_float(v) || is_int(v) || type_of(v)->number.to_float || has_index(v);
}

/* One argument of complex(): a complex (then *was_complex) or a real number. */
static bool argument_parts(Value v, const char *complaint, Parts *parts, bool *was_complex)
{
    *was_complex = is_complex(v);
    if (*was_complex) {
        *parts = parts_of(v);
        return true;
    }
    if (!is_real_number(v)) {
        error_format(&type_TypeError, complaint, v);
        return false;
    }
    *parts = (Parts){number_as_double(v), 0.0};
    return parts->real != -1.0 || !error_occurred();
}

static Value instance(Type *type, Parts parts)
{
    Complex *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    self->real = parts.real;
    self->imag = parts.imag;
    return value_from_object(self);
}

/* real + imag * 1j, without disturbing signs of zeros where a part was not given or is real. */
static bool combine(Value real, Value imag, Parts *result)
{
    Parts first = {0.0, 0.0}, second = {0.0, 0.0};
    bool first_is_complex = false, second_is_complex = false;
    int status = is_complex(real) && object_has_type(real, &type_complex) ? 0 : parts_from_method(real, &first);
    if (status < 0) return false;
    if (status > 0)
        first_is_complex = true;
    else if (!argument_parts(real, "complex() first argument must be a string or a number, not '%.200T'", &first,
                             &first_is_complex))
        return false;
    if (!value_is_null(imag) &&
        !argument_parts(imag, "complex() second argument must be a number, not '%.200T'", &second, &second_is_complex))
        return false;
    *result = first;
    if (value_is_null(imag)) return true;
    if (second_is_complex) result->real -= second.imag;
    result->imag = first_is_complex ? first.imag + second.real : second.real;
    return true;
}

static Value new_instance(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"real", "imag", NULL};
    static const ArgSpec spec = {"complex", names, 0, 2, 0};
    Value out[2];
    Parts parts = {0.0, 0.0};
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value real = out[0], imag = out[1];
    if (!value_is_null(real) && value_is_null(imag) && type == &type_complex && object_has_type(real, &type_complex))
        return value_incref(real);
    if (!value_is_null(real) && is_str(real)) {
        if (!value_is_null(imag))
            return error_set(&type_TypeError, "complex() can't take second arg if first is a string");
        if (!parts_from_str(real, &parts)) return VALUE_NULL;
        return instance(type, parts);
    }
    if (!value_is_null(imag) && is_str(imag))
        return error_set(&type_TypeError, "complex() second arg can't be a string");
    if (value_is_null(real)) real = value_is_null(imag) ? value_from_double(0.0) : value_from_small_int(0);
    if (!combine(real, imag, &parts)) return VALUE_NULL;
    return instance(type, parts);
}

/* --- methods --- */

static Value conjugate_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Parts a = parts_of(self);
    return complex_new(a.real, -a.imag);
}

static Value complex_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return positive_slot(self);
}

static Value getnewargs_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Parts a = parts_of(self);
    Value real = value_from_double(a.real);
    if (value_is_null(real)) return VALUE_NULL;
    Value imag = value_from_double(a.imag);
    if (value_is_null(imag)) {
        value_decref(real);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){real, imag}, 2);
}

static Value format_method(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_bad_argument("__format__", 0, "str", args[0]);
    return format_complex(self, args[0]);
}

static const NativeMethod methods[] = {
    {"conjugate", conjugate_method, 0, 0, 0,
     "conjugate($self, /)\n--\n\nReturn the complex conjugate of its argument. (3-4j).conjugate() == 3+4j."},
    {"__complex__", complex_method, 0, 0, 0, "__complex__($self, /)\n--\n\nConvert this value to exact type complex."},
    {"__getnewargs__", getnewargs_method, 0, 0, 0, "__getnewargs__($self, /)\n--\n\n"},
    {"__format__", format_method, 1, 1, 0,
     "__format__($self, format_spec, /)\n--\n\nConvert to a string according to format_spec."},
    {NULL},
};

static const NativeMember members[] = {
    {"real", MEMBER_DOUBLE, offsetof(Complex, real), true, "the real part of a complex number"},
    {"imag", MEMBER_DOUBLE, offsetof(Complex, imag), true, "the imaginary part of a complex number"},
    {NULL},
};

Type type_complex = {
    .head = TYPE_HEAD,
    .name = "complex",
    .doc = "complex(real=0, imag=0)\n--\n\nCreate a complex number from a real part and an optional imaginary part.\n\n"
           "This is equivalent to (real + imag*1j) where imag defaults to 0.",
    .instance_size = sizeof(Complex),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_QUIET_DESTROY,
    .base = &type_object,
    .destroy = complex_destroy,
    .new_instance = new_instance,
    .repr = repr_slot,
    .hash = hash_slot,
    .compare = compare_slot,
    .number =
        {
            .add = add_slot,
            .subtract = subtract_slot,
            .multiply = multiply_slot,
            .power = power_slot,
            .negative = negative_slot,
            .positive = positive_slot,
            .absolute = absolute_slot,
            .truth = truth_slot,
            .true_divide = true_divide_slot,
        },
    .methods = methods,
    .members = members,
};

/* struct.c: the module _struct: Python values to packed bytes and back.
 *
 * A format is compiled once into fields: code, offset, size, how often. Integers of every size and order go through one
 * pair of functions; what differs between codes is the range and its message (table `codes`). */
#define _GNU_SOURCE
#include <float.h>
#include <math.h>

#include "modules/arguments.h"
#include "modules/exception_class.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

static Value struct_error; /* owned: struct.error */

static Value fail(const char *message)
{
    return error_set((Type *)value_as_object(struct_error), message);
}

#define FAIL(...) error_format((Type *)value_as_object(struct_error), __VA_ARGS__)

/* --- formats --- */

typedef struct Code {
    char code;
    uint8_t native_size, native_alignment, standard_size; /* standard size 0: native only */
} Code;

#define LAYOUT(type) sizeof(type), _Alignof(type)
static const Code codes[] = {
    {'x', 1, 1, 1},
    {'c', 1, 1, 1},
    {'s', 1, 1, 1},
    {'p', 1, 1, 1},
    {'b', 1, 1, 1},
    {'B', 1, 1, 1},
    {'?', LAYOUT(_Bool), 1},
    {'h', LAYOUT(short), 2},
    {'H', LAYOUT(short), 2},
    {'i', LAYOUT(int), 4},
    {'I', LAYOUT(int), 4},
    {'l', LAYOUT(long), 4},
    {'L', LAYOUT(long), 4},
    {'q', LAYOUT(long long), 8},
    {'Q', LAYOUT(long long), 8},
    {'n', LAYOUT(ssize_t), 0},
    {'N', LAYOUT(size_t), 0},
    {'P', LAYOUT(void *), 0},
    {'e', 2, 2, 2},
    {'f', LAYOUT(float), 4},
    {'d', LAYOUT(double), 8},
};

typedef struct Field {
    char code;
    ssize_t offset, size, repeat;
} Field;

typedef struct Struct {
    Object head;
    NULLABLE Value format; /* owned str */
    ssize_t size, item_count;
    NULLABLE Field *fields; /* raw block */
    ssize_t field_count;
    bool is_native, is_little;
    NULLABLE Value weaklist;
} Struct;

static Type struct_type;

static Struct *as_struct(Value v)
{
    return (Struct *)value_as_object(v);
}

static const Code *find_code(char c, bool is_native)
{
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (codes[i].code == c && (is_native || codes[i].standard_size)) return &codes[i];
    return NULL;
}

typedef struct Mode {
    bool is_native_size, is_aligned, is_little;
} Mode;

static const char *read_mode(const char *at, Mode *mode)
{
    *mode = (Mode){true, true, true};
    switch (*at) {
    case '@': return at + 1;
    case '=': *mode = (Mode){false, false, true}; return at + 1;
    case '<': *mode = (Mode){false, false, true}; return at + 1;
    case '>':
    case '!': *mode = (Mode){false, false, false}; return at + 1;
    default: return at;
    }
}

static bool too_long(void)
{
    fail("total struct size too long");
    return false;
}

/* One "count code" of the format at *at; *field.code is 0 at the end. False with an error. */
static bool read_field(const char **at, const Mode *mode, ssize_t *offset, Field *field)
{
    while (**at == ' ' || (**at >= '\t' && **at <= '\r')) ++*at;
    field->code = 0;
    if (**at == 0) return true;
    ssize_t count = 1;
    if (**at >= '0' && **at <= '9') {
        for (count = 0; **at >= '0' && **at <= '9'; ++*at)
            if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, **at - '0', &count))
                return too_long();
        if (**at == 0) {
            fail("repeat count given without format specifier");
            return false;
        }
    }
    const Code *code = find_code(*(*at)++, mode->is_native_size);
    if (!code) {
        fail("bad char in struct format");
        return false;
    }
    ssize_t size = mode->is_native_size ? code->native_size : code->standard_size, total;
    if (mode->is_aligned && *offset > 0) {
        ssize_t mask = code->native_alignment - 1;
        if (*offset > PTRDIFF_MAX - mask) return too_long();
        *offset = (*offset + mask) & ~mask;
    }
    *field = (Field){code->code, *offset, size, count};
    if (code->code == 's' || code->code == 'p') *field = (Field){code->code, *offset, count, 1};
    if (__builtin_mul_overflow(count, size, &total) || __builtin_add_overflow(*offset, total, offset))
        return too_long();
    return true;
}

static bool compile_fields(Struct *self, const char *format)
{
    Mode mode;
    Field field;
    const char *start = read_mode(format, &mode);
    ssize_t capacity = 0, offset = 0;
    self->is_native = mode.is_aligned;
    self->is_little = mode.is_little;
    for (const char *at = start;;) {
        if (!read_field(&at, &mode, &offset, &field)) return false;
        if (!field.code) break;
        if (field.code == 'x' || field.repeat == 0) continue;
        if (self->field_count == capacity) {
            capacity = capacity ? 2 * capacity : 4;
            Field *grown = raw_realloc(self->fields, (size_t)capacity * sizeof *grown);
            if (!grown) {
                error_no_memory();
                return false;
            }
            self->fields = grown;
        }
        self->fields[self->field_count++] = field;
        self->item_count += field.repeat;
    }
    self->size = offset;
    return true;
}

static bool set_format(Struct *self, Value format)
{
    Value bytes, text;
    if (is_str(format)) {
        bytes = str_encode(format, "ascii", "strict");
    } else if (is_bytes(format)) {
        bytes = value_incref(format);
    } else {
        error_format(&type_TypeError, "Struct() argument 1 must be a str or bytes object, not %.200T", format);
        return false;
    }
    if (value_is_null(bytes)) return false;
    raw_free(self->fields);
    self->fields = NULL;
    self->field_count = self->item_count = 0;
    bool done = false;
    if (strlen(as_bytes(bytes)->data) != (size_t)as_bytes(bytes)->length)
        fail("embedded null character");
    else
        done = compile_fields(self, as_bytes(bytes)->data);
    if (done) {
        text = is_str(format) ? value_incref(format)
                              : str_decode(as_bytes(bytes)->data, as_bytes(bytes)->length, "ascii", "strict");
        done = !value_is_null(text);
        if (done) value_replace(&self->format, text);
    }
    value_decref(bytes);
    return done;
}

/* --- integers --- */

static void store(uint8_t *at, uint64_t bits, ssize_t size, bool is_little)
{
    for (ssize_t i = 0; i < size; i++, bits >>= 8) at[is_little ? i : size - 1 - i] = (uint8_t)bits;
}

static uint64_t load(const uint8_t *at, ssize_t size, bool is_little)
{
    uint64_t bits = 0;
    if (size == 8 && is_little)
        memcpy(&bits, at, 8);
    else
        for (ssize_t i = 0; i < size; i++) bits = bits << 8 | at[is_little ? size - 1 - i : i];
    return bits;
}

static bool is_unsigned(char code)
{
    return strchr("BHILQNP", code) != NULL;
}

static bool out_of_range(char code, ssize_t size, bool is_little)
{
    int64_t low = -((int64_t)1 << (8 * size - 1)), high = ~low;
    if (is_unsigned(code)) {
        high = 2 * high + 1;
        low = 0;
    }
    const char *name = code == 'b'                ? "byte"
                       : code == 'B'              ? "ubyte"
                       : code == 'h' && is_little ? "short"
                       : code == 'H' && is_little ? "ushort"
                                                  : NULL;
    if (name)
        FAIL("%s format requires %ld <= number <= %ld", name, (long)low, (long)high);
    else
        FAIL("'%c' format requires %ld <= number <= %ld", code, (long)low, (long)high);
    return false;
}

/* The int of an argument, owned. */
static Value integer_argument(Value v)
{
    if (LIKELY(is_int(v))) return value_incref(v);
    if (has_index(v)) {
        Value index = number_index(v);
        if (!value_is_null(index) || !error_catch(&type_TypeError)) return index;
    }
    return fail("required argument is not an integer");
}

/* The bits of an int that fits. What does not fit the C type that CPython goes through is "argument out of range",
 * what only does not fit the field has a message of its own: unsigned fields of 4 bytes, and those of 2 in big-endian
 * order, go through unsigned long, smaller ones through long. */
static bool integer_bits(char code, ssize_t size, bool is_little, Value number, uint64_t *bits)
{
    bool is_wide = is_unsigned(code) && (size >= 4 || (code == 'H' && !is_little));
    int64_t n;
    if (is_wide && code != 'P') {
        if (int_fits_uint64(number, bits)) {
            if (size == 8 || *bits < UINT64_C(1) << (8 * size)) return true;
            return out_of_range(code, size, is_little);
        }
    } else if (int_fits_int64(number, &n)) {
        *bits = (uint64_t)n;
        if (size == 8) return true;
        int64_t low = is_unsigned(code) ? 0 : -((int64_t)1 << (8 * size - 1));
        if (n >= low && n < low + ((int64_t)1 << (8 * size))) return true;
        return out_of_range(code, size, is_little);
    } else if (code == 'P' && int_fits_uint64(number, bits)) {
        return true;
    }
    if (code == 'P')
        FAIL("int too large to convert");
    else
        fail("argument out of range");
    return false;
}

static bool pack_integer(const Field *field, uint8_t *at, Value v, bool is_little)
{
    uint64_t bits;
    Value number = integer_argument(v);
    if (value_is_null(number)) return false;
    bool fits = integer_bits(field->code, field->size, is_little, number, &bits);
    value_decref(number);
    if (fits) store(at, bits, field->size, is_little);
    return fits;
}

static Value unpack_integer(const Field *field, const uint8_t *at, bool is_little)
{
    uint64_t bits = load(at, field->size, is_little);
    if (is_unsigned(field->code)) return int_from_uint64(bits);
    int shift = 64 - 8 * (int)field->size;
    return int_from_int64((int64_t)(bits << shift) >> shift);
}

/* --- floats --- */

/* IEEE 754 half precision, rounded half to even. False when it is too large. */
static bool half_from_double(double d, uint16_t *half)
{
    uint16_t sign = signbit(d) ? 0x8000 : 0;
    double magnitude = fabs(d);
    if (isnan(d)) {
        *half = sign | 0x7e00;
    } else if (isinf(d)) {
        *half = sign | 0x7c00;
    } else {
        int exponent;
        frexp(magnitude, &exponent);
        exponent = MAX(exponent - 1, -14); // of the leading bit; below it the numbers are evenly spaced
        double scaled = nearbyint(ldexp(magnitude, 10 - exponent)); // 11 bits, 2048 when rounded up
        unsigned bits = (unsigned)scaled;
        if (magnitude != 0 && bits >= 1024) bits += (unsigned)(exponent + 14) << 10; // the hidden bit carries one
        if (bits >= 0x7c00) return false;
        *half = (uint16_t)(sign | bits);
    }
    return true;
}

static double double_from_half(uint16_t half)
{
    int exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
    double d;
    if (exponent == 0x1f)
        d = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        d = ldexp(fraction, -24);
    else
        d = ldexp(fraction + 1024, exponent - 25);
    return half & 0x8000 ? -d : d;
}

static bool float_too_large(Value v, const char *message)
{
    if (is_int(v))
        fail("int too large to convert");
    else
        error_set(&type_OverflowError, message);
    return false;
}

static bool pack_float(const Field *field, uint8_t *at, Value v, const Struct *self)
{
    double d = number_as_double(v);
    if (d == -1.0 && error_occurred()) {
        error_clear();
        fail("required argument is not a float");
        return false;
    }
    uint64_t bits = 0;
    if (field->code == 'd') {
        memcpy(&bits, &d, 8);
    } else if (field->code == 'f') {
        float f = (float)d;
        if (isinf(f) && !isinf(d) && !self->is_native)
            return float_too_large(v, "float too large to pack with f format");
        memcpy(&bits, &f, 4);
    } else {
        uint16_t half = 0;
        if (!half_from_double(d, &half)) return float_too_large(v, "float too large to pack with e format");
        bits = half;
    }
    store(at, bits, field->size, self->is_little);
    return true;
}

static Value unpack_float(const Field *field, const uint8_t *at, bool is_little)
{
    uint64_t bits = load(at, field->size, is_little);
    double d;
    float f;
    if (field->code == 'd') {
        memcpy(&d, &bits, 8);
    } else if (field->code == 'f') {
        memcpy(&f, &bits, 4);
        d = (double)f;
    } else {
        d = double_from_half((uint16_t)bits);
    }
    return value_from_double(d);
}

/* --- texts --- */

static bool bytes_argument(Value v, char code, const char **data, ssize_t *length)
{
    if (is_bytes(v)) {
        *data = as_bytes(v)->data;
        *length = as_bytes(v)->length;
        return true;
    }
    if (is_bytearray(v)) {
        *data = as_bytearray(v)->start;
        *length = as_bytearray(v)->length;
        return true;
    }
    FAIL("argument for '%c' must be a bytes object", code);
    return false;
}

static bool pack_text(const Field *field, uint8_t *at, Value v)
{
    const char *data;
    ssize_t length;
    if (!bytes_argument(v, field->code, &data, &length)) return false;
    if (field->code == 'p') {
        length = MIN(length, field->size - 1);
        if (field->size == 0) return true;
        *at++ = (uint8_t)MIN(MAX(length, 0), 255);
    } else {
        length = MIN(length, field->size);
    }
    if (length > 0) memcpy(at, data, (size_t)length);
    return true;
}

static Value unpack_text(const Field *field, const uint8_t *at)
{
    if (field->code == 's') return bytes_new((const char *)at, field->size);
    if (field->size == 0) return bytes_new("", 0);
    return bytes_new((const char *)at + 1, MIN((ssize_t)*at, field->size - 1));
}

static bool pack_char(uint8_t *at, Value v)
{
    if (!is_bytes(v) || as_bytes(v)->length != 1) {
        fail("char format requires a bytes object of length 1");
        return false;
    }
    *at = (uint8_t)as_bytes(v)->data[0];
    return true;
}

static bool pack_bool(const Field *field, uint8_t *at, Value v)
{
    int truth = is_true(v);
    if (truth < 0) return false;
    memset(at, 0, (size_t)field->size);
    *at = (uint8_t)truth;
    return true;
}

/* --- whole structs --- */

static bool pack_one(const Struct *self, const Field *field, uint8_t *at, Value v)
{
    switch (field->code) {
    case 's':
    case 'p': return pack_text(field, at, v);
    case 'c': return pack_char(at, v);
    case '?': return pack_bool(field, at, v);
    case 'e':
    case 'f':
    case 'd': return pack_float(field, at, v, self);
    default: return pack_integer(field, at, v, self->is_little);
    }
}

static bool pack_all(const Struct *self, uint8_t *data, const Value *args)
{
    memset(data, 0, (size_t)self->size);
    for (ssize_t i = 0; i < self->field_count; i++) {
        const Field *field = &self->fields[i];
        uint8_t *at = data + field->offset;
        for (ssize_t k = 0; k < field->repeat; k++, at += field->size)
            if (!pack_one(self, field, at, *args++)) return false;
    }
    return true;
}

static Value unpack_one(const Struct *self, const Field *field, const uint8_t *at)
{
    switch (field->code) {
    case 's':
    case 'p': return unpack_text(field, at);
    case 'c': return bytes_new((const char *)at, 1);
    case '?': return value_from_bool(*at != 0);
    case 'e':
    case 'f':
    case 'd': return unpack_float(field, at, self->is_little);
    default: return unpack_integer(field, at, self->is_little);
    }
}

static Value unpack_all(const Struct *self, const uint8_t *data)
{
    Value result = tuple_new(self->item_count);
    if (value_is_null(result)) return VALUE_NULL;
    Value *place = as_tuple(result)->items;
    for (ssize_t i = 0; i < self->field_count; i++) {
        const Field *field = &self->fields[i];
        const uint8_t *at = data + field->offset;
        for (ssize_t k = 0; k < field->repeat; k++, at += field->size) {
            *place = unpack_one(self, field, at);
            if (!value_is_null(*place++)) continue;
            value_decref(result);
            return VALUE_NULL;
        }
    }
    return result;
}

/* --- the methods, shared by Struct and the module's functions --- */

static Value pack(const Struct *self, const Value *args, ssize_t nargs)
{
    if (nargs != self->item_count)
        return FAIL("pack expected %zd items for packing (got %zd)", self->item_count, nargs);
    Value result = bytes_new(NULL, MAX(self->size, 0));
    if (!value_is_null(result) && !pack_all(self, (uint8_t *)as_bytes(result)->data, args)) value_clear(&result);
    return result;
}

/* An offset that may count from the end, checked against a buffer. */
static bool check_offset(const char *function, const Struct *self, ssize_t *offset, ssize_t length, bool packs)
{
    if (*offset < 0) {
        if (*offset + self->size > 0) {
            FAIL(packs ? "no space to pack %zd bytes at offset %zd"
                       : "not enough data to unpack %zd bytes at offset %zd",
                 self->size, *offset);
            return false;
        }
        if (*offset + length < 0) {
            FAIL("offset %zd out of range for %zd-byte buffer", *offset, length);
            return false;
        }
        *offset += length;
    }
    if (length - *offset >= self->size) return true;
    FAIL("%s requires a buffer of at least %zu bytes for %s %zd bytes at offset %zd (actual buffer size is %zd)",
         function, (size_t)self->size + (size_t)*offset, packs ? "packing" : "unpacking", self->size, *offset, length);
    return false;
}

static Value pack_into(const Struct *self, const Value *args, ssize_t nargs)
{
    Buffer view;
    if (nargs != self->item_count + 2) {
        if (nargs == 0) return fail("pack_into expected buffer argument");
        if (nargs == 1) return fail("pack_into expected offset argument");
        return FAIL("pack_into expected %zd items for packing (got %zd)", self->item_count, nargs - 2);
    }
    if (buffer_get(args[0], &view, BUFFER_WRITABLE) < 0) {
        error_clear();
        return error_format(&type_TypeError, "argument must be read-write bytes-like object, not %.50T", args[0]);
    }
    ssize_t offset = number_as_ssize(args[1], &type_IndexError);
    bool done = (offset != -1 || !error_occurred()) && check_offset("pack_into", self, &offset, view.length, true) &&
                pack_all(self, (uint8_t *)view.data + offset, args + 2);
    buffer_release(&view);
    return done ? VALUE_NONE : VALUE_NULL;
}

static Value unpack(const Struct *self, Value buffer)
{
    Buffer view;
    if (buffer_get(buffer, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result;
    if (view.length != self->size)
        result = FAIL("unpack requires a buffer of %zd bytes", self->size);
    else
        result = unpack_all(self, view.data);
    buffer_release(&view);
    return result;
}

static Value unpack_from(const Struct *self, Value buffer, NULLABLE Value offset_value)
{
    Buffer view;
    ssize_t offset = 0;
    if (is_given(offset_value) && !arg_as_ssize(offset_value, &offset)) return VALUE_NULL;
    if (buffer_get(buffer, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (check_offset("unpack_from", self, &offset, view.length, false))
        result = unpack_all(self, (const uint8_t *)view.data + offset);
    buffer_release(&view);
    return result;
}

/* --- iter_unpack --- */

typedef struct UnpackIterator {
    Object head;
    NULLABLE Value format; /* owned Struct; no value when exhausted */
    Buffer view;
    ssize_t index;
} UnpackIterator;

static Type iterator_type;

static void iterator_finish(UnpackIterator *self)
{
    if (value_is_null(self->format)) return;
    buffer_release(&self->view);
    value_clear(&self->format);
}

static void iterator_destroy(Object *self)
{
    gc_untrack(self);
    iterator_finish((UnpackIterator *)self);
    object_free(self, sizeof(UnpackIterator));
}

static int iterator_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((UnpackIterator *)self)->format);
    GC_VISIT(((UnpackIterator *)self)->view.owner);
    return 0;
}

static Value iterator_next(Value v)
{
    UnpackIterator *self = (UnpackIterator *)value_as_object(v);
    if (value_is_null(self->format)) return VALUE_NULL;
    const Struct *format = as_struct(self->format);
    if (self->index >= self->view.length) {
        iterator_finish(self);
        return VALUE_NULL;
    }
    Value result = unpack_all(format, (const uint8_t *)self->view.data + self->index);
    self->index += format->size;
    return result;
}

static Value iterator_self(Value v)
{
    return value_incref(v);
}

FUNCTION(iterator_length_hint)
{
    const UnpackIterator *iterator = (const UnpackIterator *)value_as_object(self);
    if (value_is_null(iterator->format)) return value_from_small_int(0);
    return value_from_small_int((iterator->view.length - iterator->index) / as_struct(iterator->format)->size);
}

static const NativeMethod iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, 0, 0, 0, NULL},
    {NULL},
};

static Type iterator_type = {
    .head = TYPE_HEAD,
    .name = "_struct.unpack_iterator",
    .instance_size = sizeof(UnpackIterator),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = iterator_destroy,
    .traverse = iterator_traverse,
    .iter = iterator_self,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

static Value iter_unpack(Value format, Value buffer)
{
    const Struct *self = as_struct(format);
    if (self->size == 0) return fail("cannot iteratively unpack with a struct of length 0");
    UnpackIterator *iterator = object_alloc_zeroed(&iterator_type, sizeof(UnpackIterator));
    if (!iterator) return VALUE_NULL;
    if (buffer_get(buffer, &iterator->view, BUFFER_SIMPLE) < 0) {
        object_decref(&iterator->head);
        return VALUE_NULL;
    }
    iterator->format = value_incref(format);
    if (iterator->view.length % self->size != 0) {
        FAIL("iterative unpacking requires a buffer of a multiple of %zd bytes", self->size);
        object_decref(&iterator->head);
        return VALUE_NULL;
    }
    gc_track(iterator);
    return value_from_object(iterator);
}

/* --- the type --- */

static void struct_destroy(Object *object)
{
    Struct *self = (Struct *)object;
    if (!value_is_null(self->weaklist)) weakref_clear_all(object);
    raw_free(self->fields);
    value_xdecref(self->format);
    object_free(object, object->type->instance_size);
}

static Value struct_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Struct *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    self->size = self->item_count = -1;
    return value_from_object(self);
}

static int struct_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"format", NULL};
    static const ArgSpec spec = {"Struct", names, 1, 1, 0};
    Value out[1];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return -1;
    return set_format(as_struct(self), out[0]) ? 0 : -1;
}

FUNCTION(struct_pack)
{
    return pack(as_struct(self), args, nargs);
}

FUNCTION(struct_pack_into)
{
    return pack_into(as_struct(self), args, nargs);
}

FUNCTION(struct_unpack)
{
    return unpack(as_struct(self), args[0]);
}

FUNCTION(struct_unpack_from)
{
    ARGUMENTS("unpack_from", 1, 2, "buffer", "offset");
    return unpack_from(as_struct(self), out[0], out[1]);
}

FUNCTION(struct_iter_unpack)
{
    return iter_unpack(self, args[0]);
}

FUNCTION(struct_sizeof)
{
    return value_from_small_int((int64_t)sizeof(Struct) + as_struct(self)->field_count * (int64_t)sizeof(Field));
}

static Value get_format(Value self, void *closure)
{
    Value format = as_struct(self)->format;
    return value_is_null(format) ? VALUE_NONE : value_incref(format);
}

static Value get_size(Value self, void *closure)
{
    return value_from_small_int(as_struct(self)->size);
}

static const NativeGetSet struct_getsets[] = {
    {"format", get_format, NULL, "struct format string", NULL},
    {"size", get_size, NULL, "struct size in bytes", NULL},
    {NULL},
};

static const NativeMethod struct_methods[] = {
    {"iter_unpack", struct_iter_unpack, 1, 1, 0,
     "iter_unpack($self, buffer, /)\n--\n\nReturn an iterator yielding tuples unpacked from the buffer."},
    {"pack", struct_pack, 0, -1, 0, "S.pack(v1, v2, ...) -> bytes\n\nReturn a bytes object containing the values."},
    {"pack_into", struct_pack_into, 0, -1, 0,
     "S.pack_into(buffer, offset, v1, v2, ...)\n\nPack the values into the writable buffer starting at offset."},
    {"unpack", struct_unpack, 1, 1, 0, "unpack($self, buffer, /)\n--\n\nReturn a tuple containing unpacked values."},
    {"unpack_from", struct_unpack_from, 0, -1, NATIVE_KEYWORDS,
     "unpack_from($self, /, buffer, offset=0)\n--\n\nReturn a tuple containing values unpacked at an offset."},
    {"__sizeof__", struct_sizeof, 0, 0, 0, "S.__sizeof__() -> size of S in memory, in bytes"},
    {NULL},
};

static Type struct_type = {
    .head = TYPE_HEAD,
    .name = "_struct.Struct",
    .doc = "Struct(fmt) --> compiled struct object",
    .instance_size = sizeof(Struct),
    .flags = TYPE_BASE | TYPE_IMMUTABLE,
    .weaklist_offset = offsetof(Struct, weaklist),
    .destroy = struct_destroy,
    .new_instance = struct_new,
    .init = struct_init,
    .methods = struct_methods,
    .getsets = struct_getsets,
};

/* --- the module's functions: the same with a format, which is compiled once --- */

static Value cache; /* owned dict: format -> Struct */
enum { CACHE_MAX = 100 };

static Value compiled(Value format)
{
    bool can_cache = is_exact_str(format) || object_has_type(format, &type_bytes);
    if (can_cache) {
        Value found = dict_get_borrow(cache, format);
        if (!value_is_null(found)) return value_incref(found);
        if (error_occurred()) return VALUE_NULL;
    }
    Value result = struct_new(&struct_type, NULL, 0, VALUE_NULL);
    if (value_is_null(result)) return VALUE_NULL;
    if (!set_format(as_struct(result), format)) {
        value_decref(result);
        return VALUE_NULL;
    }
    if (can_cache) {
        if (dict_length(cache) >= CACHE_MAX) dict_clear(cache);
        if (dict_set(cache, format, result) < 0) error_clear();
    }
    return result;
}

#define WITH_FORMAT(expression)                                                                                        \
    Value format = compiled(format_argument);                                                                          \
    if (value_is_null(format)) return VALUE_NULL;                                                                      \
    Value result = expression;                                                                                         \
    value_decref(format);                                                                                              \
    return result

FUNCTION(module_calcsize)
{
    Value format_argument = args[0];
    WITH_FORMAT(value_from_small_int(as_struct(format)->size));
}

FUNCTION(module_pack)
{
    if (nargs == 0) return error_set(&type_TypeError, "missing format argument");
    Value format_argument = args[0];
    WITH_FORMAT(pack(as_struct(format), args + 1, nargs - 1));
}

FUNCTION(module_pack_into)
{
    if (nargs == 0) return error_set(&type_TypeError, "missing format argument");
    Value format_argument = args[0];
    WITH_FORMAT(pack_into(as_struct(format), args + 1, nargs - 1));
}

FUNCTION(module_unpack)
{
    Value format_argument = args[0];
    WITH_FORMAT(unpack(as_struct(format), args[1]));
}

FUNCTION(module_unpack_from)
{
    ARGUMENTS("unpack_from", 2, 3, "", "buffer", "offset");
    Value format_argument = out[0];
    WITH_FORMAT(unpack_from(as_struct(format), out[1], out[2]));
}

FUNCTION(module_iter_unpack)
{
    Value format_argument = args[0];
    WITH_FORMAT(iter_unpack(format, args[1]));
}

FUNCTION(module_clearcache)
{
    dict_clear(cache);
    return VALUE_NONE;
}

static const NativeMethod methods[] = {
    {"_clearcache", module_clearcache, 0, 0, 0, "_clearcache($module, /)\n--\n\nClear the internal cache."},
    {"calcsize", module_calcsize, 1, 1, 0,
     "calcsize($module, format, /)\n--\n\nReturn size in bytes of the struct described by the format string."},
    {"pack", module_pack, 0, -1, 0,
     "pack(format, v1, v2, ...) -> bytes\n\nReturn a bytes object containing the values packed by the format."},
    {"pack_into", module_pack_into, 0, -1, 0,
     "pack_into(format, buffer, offset, v1, v2, ...)\n\nPack the values into the writable buffer starting at offset."},
    {"unpack", module_unpack, 2, 2, 0,
     "unpack($module, format, buffer, /)\n--\n\nReturn a tuple containing values unpacked by the format string."},
    {"unpack_from", module_unpack_from, 0, -1, NATIVE_KEYWORDS,
     "unpack_from($module, format, /, buffer, offset=0)\n--\n\nReturn a tuple of values unpacked at an offset."},
    {"iter_unpack", module_iter_unpack, 2, 2, 0,
     "iter_unpack($module, format, buffer, /)\n--\n\nReturn an iterator yielding tuples unpacked from the buffer."},
    {NULL},
};

static int exec(Value module)
{
    if (value_is_null(cache)) cache = dict_new(); // kept when the module is imported afresh
    if (value_is_null(cache) || type_ready(&iterator_type) < 0 || module_add_type(module, &struct_type) < 0) return -1;
    if (value_is_null(struct_error)) struct_error = exception_class_new("struct.error", &type_Exception);
    return value_is_null(struct_error) ? -1 : module_add(module, "error", value_incref(struct_error));
}

NATIVE_MODULE(_struct) = {
    .name = "_struct",
    .doc = "Functions to convert between Python values and C structs.\n"
           "Python bytes objects are used to hold the data representing the C struct\n"
           "and also as format strings (explained below) to describe the layout of data\n"
           "in the C struct.",
    .methods = methods,
    .exec = exec,
};

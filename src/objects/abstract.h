/* abstract.h: the operations of the language over any values. Each does what the operator or builtin of that name does
 * in CPython, error messages included. Fast paths for ints, floats and exact types come first in each. */
#ifndef OBJECTS_ABSTRACT_H
#define OBJECTS_ABSTRACT_H

#include "objects/object.h"

/* --- attributes --- */
Value get_attr(Value object, Value name) NODISCARD;
/* VALUE_NULL without an exception when the attribute does not exist (AttributeError swallowed). */
Value get_attr_optional(Value object, Value name, bool *failed) NODISCARD; /* *failed: some other exception is set */
int set_attr(Value object, Value name, NULLABLE Value value) NODISCARD; /* no value: delete */
int has_attr(Value object, Value name) NODISCARD;                       /* 1, 0, -1 */
Value get_attr_cstr(Value object, const char *name) NODISCARD;
/* type(object).__dict__-style lookup through the MRO; borrowed, no binding, no error when missing. */
NULLABLE Value type_lookup_borrow(Type *type, Value name);
/* The special method bound to object, or VALUE_NULL without an exception. */
NULLABLE Value lookup_special(Value object, Value name) NODISCARD;
/* object.__getattribute__ / __setattr__: what most types use. */
Value generic_getattr(Value self, Value name) NODISCARD;
int generic_setattr(Value self, Value name, NULLABLE Value value) NODISCARD;

/* --- numbers: binary, in-place and unary operators --- */
/* BinaryOp numbers are CPython's oparg of BINARY_OP (NB_ADD = 0 … NB_INPLACE_XOR = 25). */
enum BinaryOp {
    NB_ADD, NB_AND, NB_FLOOR_DIVIDE, NB_LSHIFT, NB_MATRIX_MULTIPLY, NB_MULTIPLY, NB_REMAINDER, NB_OR, NB_POWER,
    NB_RSHIFT, NB_SUBTRACT, NB_TRUE_DIVIDE, NB_XOR, NB_INPLACE_ADD, NB_INPLACE_AND, NB_INPLACE_FLOOR_DIVIDE,
    NB_INPLACE_LSHIFT, NB_INPLACE_MATRIX_MULTIPLY, NB_INPLACE_MULTIPLY, NB_INPLACE_REMAINDER, NB_INPLACE_OR,
    NB_INPLACE_POWER, NB_INPLACE_RSHIFT, NB_INPLACE_SUBTRACT, NB_INPLACE_TRUE_DIVIDE, NB_INPLACE_XOR
};
Value number_binary(enum BinaryOp op, Value left, Value right) NODISCARD;
/* Of an in-place operator: what follows when the left operand's in-place method has given NotImplemented. */
Value number_inplace_rest(enum BinaryOp base_op, Value left, Value right) NODISCARD;
Value number_unsupported(enum BinaryOp op, Value left, Value right); /* raises the operator's TypeError */
Value number_add(Value left, Value right) NODISCARD;
Value number_subtract(Value left, Value right) NODISCARD;
Value number_multiply(Value left, Value right) NODISCARD;
Value number_floor_divide(Value left, Value right) NODISCARD;
Value number_true_divide(Value left, Value right) NODISCARD;
Value number_remainder(Value left, Value right) NODISCARD;
Value number_divmod(Value left, Value right) NODISCARD;
Value number_power(Value base, Value exponent, Value modulus_or_none) NODISCARD;
Value number_negative(Value v) NODISCARD;
Value number_positive(Value v) NODISCARD;
Value number_absolute(Value v) NODISCARD;
Value number_invert(Value v) NODISCARD;
Value number_index(Value v) NODISCARD; /* operator.index: an int (an exact one unless v is an int subclass instance) */
Value number_to_int(Value v) NODISCARD; /* int(v) without a base */
Value number_to_float(Value v) NODISCARD;
bool has_index(Value v);
/* v.__index__() as a C number. On overflow: error_type is raised, or the value is clipped when error_type is NULL. */
ssize_t number_as_ssize(Value v, NULLABLE Type *error_type); /* -1 with error_occurred() on error */

/* --- truth, comparison, hash, text --- */
int is_true(Value v) NODISCARD;     /* 1, 0, -1 */
Value rich_compare(Value left, Value right, CompareOp op) NODISCARD;
/* What follows when the left operand's method has given NotImplemented. */
Value rich_compare_rest(Value left, Value right, CompareOp op) NODISCARD;
int rich_compare_bool(Value left, Value right, CompareOp op) NODISCARD; /* identity counts as equal */
int64_t value_hash(Value v);        /* -1 on error */
Value value_repr(Value v) NODISCARD;
Value value_str(Value v) NODISCARD;
Value value_ascii(Value v) NODISCARD;
Value value_format(Value v, NULLABLE Value spec) NODISCARD; /* format(v, spec) */
Value value_bytes(Value v) NODISCARD;                       /* bytes(v) */
Value value_dir(NULLABLE Value v) NODISCARD;

/* --- containers --- */
ssize_t value_length(Value v);      /* -1 on error */
ssize_t length_hint(Value v, ssize_t fallback); /* -1 on error */
Value get_item(Value container, Value key) NODISCARD;
int set_item(Value container, Value key, NULLABLE Value value) NODISCARD; /* no value: delete */
int contains(Value container, Value item) NODISCARD;
Value sequence_concat(Value left, Value right) NODISCARD;
Value sequence_repeat(Value v, ssize_t count) NODISCARD;
Value sequence_item(Value v, ssize_t index) NODISCARD; /* negative counts from the end */
Value sequence_slice(Value v, ssize_t low, ssize_t high) NODISCARD;
bool is_sequence(Value v);
bool is_mapping(Value v);
Value mapping_keys(Value v) NODISCARD; /* a list */
Value mapping_items(Value v) NODISCARD;
Value mapping_values(Value v) NODISCARD;

/* --- iteration --- */
Value get_iter(Value v) NODISCARD;
/* The next item, or VALUE_NULL: exhausted (StopIteration is swallowed) when no exception is set. */
Value iter_next(Value iterator) NODISCARD;
bool is_iterator(Value v);
Value next_not_implemented(Value self); /* the slot of a class whose __next__ was deleted: TypeError */
Value sequence_iterator_new(Value sequence) NODISCARD; /* the iterator over __getitem__(0), (1) … (containers' iterators) */
Value get_aiter(Value v) NODISCARD;
/* A tuple or list with all items; the error for a non-iterable is TypeError with `message`. Exact lists and tuples are
 * given back as they are. */
Value sequence_fast(Value v, const char *message) NODISCARD;
ssize_t sequence_fast_length(Value v);
const Value *sequence_fast_items(Value v);

/* --- classes --- */
int is_instance(Value v, Value class_or_tuple) NODISCARD;  /* 1, 0, -1; honours __instancecheck__ */
int is_subclass(Value type, Value class_or_tuple) NODISCARD;
bool type_is_subtype(const Type *type, const Type *base);  /* by the MRO alone */

/* --- buffers --- */
int buffer_get(Value v, Buffer *view, int flags) NODISCARD;
void buffer_release(Buffer *view);
bool supports_buffer(Value v);
bool buffer_is_contiguous(const Buffer *view, char order);
int buffer_copy_out(void *target, const Buffer *view, ssize_t length, char order) NODISCARD;

/* Binary arguments of native functions. */
Value import_module(const char *name) NODISCARD;                         /* implemented by vm/import.c */
Value import_attr(const char *module, const char *attribute) NODISCARD;  /* implemented by vm/import.c */

#endif

/* bytes.h: bytes and bytearray. */
#ifndef OBJECTS_BYTES_H
#define OBJECTS_BYTES_H

#include <limits.h>

#include "objects/object.h"

typedef struct Bytes {
    Object head;
    ssize_t length;
    int64_t hash;  /* -1: not computed yet */
    char data[];   /* and a final 0 */
} Bytes;

typedef struct ByteArray {
    Object head;
    ssize_t length;
    ssize_t capacity;
    ssize_t exports; /* buffers lent out: > 0 forbids resizing */
    char *start;     /* first valid byte (deletions at the front move it) */
    char *block;     /* the raw block */
} ByteArray;

extern Type type_bytes, type_bytearray, type_memoryview, type_managed_buffer, type_memory_iterator;

ALWAYS_INLINE bool is_bytes(Value v) { return object_has_flag(v, TYPE_IS_BYTES); }
ALWAYS_INLINE Bytes *as_bytes(Value v) { return (Bytes *)value_as_object(v); }
extern Type type_bytes_iterator, type_bytearray_iterator;
extern bool bytes_warning_enabled; /* -b: set by the command line */
bool is_bytearray(Value v);
ALWAYS_INLINE ByteArray *as_bytearray(Value v) { return (ByteArray *)value_as_object(v); }

Value bytes_new(NULLABLE const char *data, ssize_t length) NODISCARD; /* data NULL: uninitialised */
Value bytes_from_cstr(const char *text) NODISCARD;
int bytes_resize(Value *place, ssize_t length) NODISCARD; /* *place must be unshared; on error *place is cleared */
Value bytearray_new(NULLABLE const char *data, ssize_t length) NODISCARD;
int bytearray_resize(Value v, ssize_t length) NODISCARD;
Value bytes_from_object(Value v) NODISCARD; /* from a buffer or an iterable of ints; no __bytes__, no int */
Value bytes_repr(Value v, bool smart_quotes) NODISCARD;
/* value as an int of 0..255: false with ValueError "byte must be in range(0, 256)" or TypeError */
bool byte_from_value(Value v, int *byte) NODISCARD;
/* bytes.hex: no separator: VALUE_NULL. */
Value bytes_to_hex(const char *data, ssize_t length, NULLABLE Value separator, int bytes_per_separator) NODISCARD;
Value bytes_join_array(Value separator, const Value *items, ssize_t count) NODISCARD;

/* --- building: a bytes object that grows at its end --- */
typedef struct BytesBuilder {
    Bytes *block; /* NULL: nothing yet */
    ssize_t length, capacity;
    bool failed;
} BytesBuilder;
void bytes_builder_init(BytesBuilder *builder);
NULLABLE char *bytes_builder_reserve(BytesBuilder *builder, ssize_t added); /* where to write; then add to `length` */
int bytes_builder_add(BytesBuilder *builder, const void *data, ssize_t size);
int bytes_builder_add_byte(BytesBuilder *builder, int byte);
Value bytes_builder_finish(BytesBuilder *builder) NODISCARD;
void bytes_builder_discard(BytesBuilder *builder);

/* What a `get` slot does for plain memory; keeps a reference to owner. -1 with BufferError. */
int buffer_fill(Buffer *view, Value owner, void *data, ssize_t length, bool is_readonly, int flags) NODISCARD;
Value memoryview_from_value(Value v) NODISCARD;
Value memoryview_from_memory(char *data, ssize_t length, bool is_readonly) NODISCARD;

#endif

/* bytes.h: bytes and bytearray. */
#ifndef OBJECTS_BYTES_H
#define OBJECTS_BYTES_H

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

extern Type type_bytes, type_bytearray, type_memoryview;

ALWAYS_INLINE bool is_bytes(Value v) { return object_has_flag(v, TYPE_IS_BYTES); }
ALWAYS_INLINE Bytes *as_bytes(Value v) { return (Bytes *)value_as_object(v); }
bool is_bytearray(Value v);
ALWAYS_INLINE ByteArray *as_bytearray(Value v) { return (ByteArray *)value_as_object(v); }

Value bytes_new(NULLABLE const char *data, ssize_t length) NODISCARD; /* data NULL: uninitialised */
Value bytes_from_cstr(const char *text) NODISCARD;
int bytes_resize(Value *place, ssize_t length) NODISCARD; /* *place must be unshared; on error *place is cleared */
Value bytearray_new(NULLABLE const char *data, ssize_t length) NODISCARD;
int bytearray_resize(Value v, ssize_t length) NODISCARD;
Value bytes_repr(Value v, bool smart_quotes) NODISCARD;
Value memoryview_from_value(Value v) NODISCARD;
Value memoryview_from_memory(char *data, ssize_t length, bool is_readonly) NODISCARD;

#endif

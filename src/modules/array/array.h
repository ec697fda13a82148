/* array.h: what the files of the module array share. */
#ifndef MODULES_ARRAY_ARRAY_H
#define MODULES_ARRAY_ARRAY_H

#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"

/* What an array holds: one of these for each type code. */
typedef struct ItemKind {
    char code;
    uint8_t size;
    bool is_integer, is_signed;
    const char *buffer_format;
    Value (*get)(const void *at);
    bool (*set)(void *at, Value v); /* false with an error; `at` NULL only checks */
    int machine_format;             /* of a signed or unsigned integer, a float …, for pickles (format.c) */
} ItemKind;

typedef struct Array {
    Object head;
    ssize_t length, capacity; /* items */
    NULLABLE char *items;     /* raw block */
    const ItemKind *kind;
    ssize_t exports; /* > 0: must not be resized */
    NULLABLE Value weaklist;
} Array;

extern Type array_type;

ALWAYS_INLINE Array *as_array(Value v)
{
    return (Array *)value_as_object(v);
}

bool is_array(Value v); /* or a subclass */
NULLABLE const ItemKind *item_kind_find(uint32_t code);
Value array_new(Type *type, const ItemKind *kind, ssize_t length) NODISCARD; /* items are not initialised */
bool array_resize(Array *self, ssize_t length) NODISCARD;
Value array_item(const Array *self, ssize_t index) NODISCARD;
Value array_frombytes(Value self, Value data) NODISCARD;
Value array_extend_values(Value self, Value iterable) NODISCARD;

/* array_methods.c */
extern const NativeMethod array_methods[];
/* format.c */
Value array_reconstructor(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);

#endif

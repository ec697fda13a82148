/* str_internal.h: what the files that make up str share and nobody else needs. */
#ifndef OBJECTS_STR_INTERNAL_H
#define OBJECTS_STR_INTERNAL_H

#include "objects/native.h"
#include "objects/str.h"

extern const NativeMethod str_methods[]; /* str_methods.c */

/* The class of code points that c belongs to: 0x7f, 0xff, 0xffff or 0x10ffff. */
ALWAYS_INLINE uint32_t char_class(uint32_t c)
{
    return c < 0x80 ? 0x7f : c < 0x100 ? 0xff : c < 0x10000 ? 0xffff : 0x10ffff;
}

ALWAYS_INLINE int kind_for(uint32_t max_char)
{
    return max_char < 0x100 ? 1 : max_char < 0x10000 ? 2 : 4;
}

/* The class of the largest of `length` characters. */
uint32_t str_max_class(int kind, const void *characters, ssize_t length);
/* The class of the whole string, from its header alone. */
ALWAYS_INLINE uint32_t str_class(const Str *s)
{
    return s->is_ascii ? 0x7f : s->kind == 1 ? 0xff : s->kind == 2 ? 0xffff : 0x10ffff;
}

/* Copies characters, widening or (when they all fit) narrowing. */
void str_copy_chars(void *to, int to_kind, const void *from, int from_kind, ssize_t length);

ALWAYS_INLINE void str_put(Str *s, ssize_t index, uint32_t c)
{
    if (s->kind == 1) ((uint8_t *)s->data)[index] = (uint8_t)c;
    else if (s->kind == 2) ((uint16_t *)s->data)[index] = (uint16_t)c;
    else ((uint32_t *)s->data)[index] = c;
}

ALWAYS_INLINE const void *str_at(const Str *s, ssize_t index)
{
    return (const char *)s->data + index * s->kind;
}

ALWAYS_INLINE uint32_t char_at(const void *data, int kind, ssize_t index)
{
    if (kind == 1) return ((const uint8_t *)data)[index];
    if (kind == 2) return ((const uint16_t *)data)[index];
    return ((const uint32_t *)data)[index];
}

/* The count of the arguments of find() and its like, which CPython words in the old way: false with TypeError. */
bool check_find_count(const char *function, ssize_t nargs) NODISCARD;

/* v itself when it is an exact str, else an exact copy. */
Value str_exact(Value v) NODISCARD;
Value str_repeat(Value v, ssize_t count) NODISCARD;
Value str_repr(Value v) NODISCARD;
Value str_iter(Value v) NODISCARD;

#endif

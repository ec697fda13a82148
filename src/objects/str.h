/* str.h: str: 1, 2 or 4 bytes a character, hash cached, identifiers interned. Immutable once it is shared. */
#ifndef OBJECTS_STR_H
#define OBJECTS_STR_H

#include <limits.h>
#include <stdarg.h>

#include "objects/object.h"

/* What str_as_utf8 keeps of a string that is not ASCII. */
typedef struct Utf8Text {
    ssize_t length;
    char text[]; /* and a final 0 */
} Utf8Text;

/* 48 bytes, so that a short string takes a block of 64. */
typedef struct Str {
    Object head;
    ssize_t length;       /* characters */
    int64_t hash;         /* -1: not computed yet */
    uint8_t kind;         /* bytes a character: 1, 2 or 4, the least that holds the largest character */
    uint8_t interned : 2; /* 0 no, 1 interned (the table does not own it), 2 immortal */
    bool is_ascii : 1;
    uint64_t utf8_address : 48; /* of an owned Utf8Text, or 0: user addresses have no more bits */
    void *data;           /* characters and a final 0: behind the struct, or an own block for subclass instances */
} Str;

extern Type type_str;

ALWAYS_INLINE bool is_str(Value v) { return object_has_flag(v, TYPE_IS_STR); }
ALWAYS_INLINE bool is_exact_str(Value v) { return object_has_type(v, &type_str); }
ALWAYS_INLINE Str *as_str(Value v) { return (Str *)value_as_object(v); }
ALWAYS_INLINE NULLABLE Utf8Text *str_cached_utf8(const Str *s) { return (Utf8Text *)(uintptr_t)s->utf8_address; }
ALWAYS_INLINE ssize_t str_length(Value v) { return as_str(v)->length; }

ALWAYS_INLINE uint32_t str_char(const Str *s, ssize_t index)
{
    if (s->kind == 1) return ((const uint8_t *)s->data)[index];
    if (s->kind == 2) return ((const uint16_t *)s->data)[index];
    return ((const uint32_t *)s->data)[index];
}

/* --- making --- */
Value str_new(ssize_t length, uint32_t max_char) NODISCARD;              /* uninitialised characters */
Value str_from_utf8(const char *text, ssize_t size) NODISCARD;           /* UnicodeDecodeError when invalid */
Value str_from_cstr(const char *text) NODISCARD;
Value str_from_latin1(const void *text, ssize_t length) NODISCARD;
Value str_from_kind(int kind, const void *characters, ssize_t length) NODISCARD; /* narrows */
Value str_from_char(uint32_t character) NODISCARD;                       /* cached for Latin-1 */
/* The 256 strings of one Latin-1 character, which live for ever; NULL: no memory. */
NULLABLE const Value *str_latin1_characters(void);
Value str_intern_cstr(const char *text) NODISCARD;
void str_intern(Value *place);                                           /* replaces *place by the interned one */
Value str_empty(void);
/* printf-like: %s (UTF-8), %c, %d %i %u %x with l, ll, z; %p; %%; for Values: %S str(), %R repr(), %A ascii(), %U (a
 * str), %T (the name of type_of(value)), %N (const Type *: its name); widths and precisions as CPython's
 * PyUnicode_FromFormat. */
Value str_format(const char *format, ...) NODISCARD;
Value str_format_va(const char *format, va_list args) NODISCARD;

/* --- reading --- */
/* UTF-8 with a final 0, owned by the string; NULL with UnicodeEncodeError for lone surrogates. */
NULLABLE const char *str_as_utf8(Value v, NULLABLE ssize_t *size);
bool str_equal(Value a, Value b);
bool str_equal_cstr(Value v, const char *ascii);
int str_compare(Value a, Value b); /* <0, 0, >0 by code points */
int64_t str_hash(Value v);

/* --- operations --- */
Value str_concat(Value a, Value b) NODISCARD;
/* *left += right; grows in place when *left is not shared. On error *left is cleared. */
void str_append(Value *left, Value right);
Value str_sliced(Value v, ssize_t start, ssize_t stop, ssize_t step) NODISCARD; /* as slice_unpack gives them */
Value str_slice(Value v, ssize_t low, ssize_t high) NODISCARD;
Value str_join(Value separator, Value iterable) NODISCARD;
Value str_join_array(Value separator, const Value *items, ssize_t count) NODISCARD;
ssize_t str_find(Value v, Value sub, ssize_t low, ssize_t high, int direction); /* -1 not found, -2 error */
Value str_replace_all(Value v, Value old, Value new_text, ssize_t max_count) NODISCARD;
Value str_split(Value v, NULLABLE Value separator, ssize_t max_split) NODISCARD;
Value str_percent_format(Value format, Value args) NODISCARD;
bool str_is_identifier(Value v);
Value str_encode(Value v, const char *encoding, const char *errors) NODISCARD; /* bytes */
Value str_decode(const char *bytes, ssize_t size, const char *encoding, const char *errors) NODISCARD;
/* File names: the file system encoding (UTF-8, surrogateescape). */
Value str_decode_fs(const char *bytes, ssize_t size) NODISCARD;
Value str_encode_fs(Value str_bytes_or_path) NODISCARD; /* bytes; accepts str, bytes, os.PathLike; refuses embedded 0 */

/* --- iterating: both tiers read it --- */
typedef struct StrIterator {
    Object head;
    NULLABLE Value str; /* owned; no value when exhausted */
    ssize_t index;
} StrIterator;
extern Type type_str_iterator, type_str_ascii_iterator;

/* --- building: appends pieces, widens as needed --- */
typedef struct StrBuilder {
    void *data; ssize_t length, capacity; uint32_t max_char; uint8_t kind; bool failed;
} StrBuilder;
void str_builder_init(StrBuilder *builder);
int str_builder_add_char(StrBuilder *builder, uint32_t character);
int str_builder_add_str(StrBuilder *builder, Value str);
int str_builder_add_slice(StrBuilder *builder, Value str, ssize_t low, ssize_t high);
int str_builder_add_ascii(StrBuilder *builder, const char *text, ssize_t length); /* -1: strlen */
int str_builder_add_kind(StrBuilder *builder, int kind, const void *characters, ssize_t length);
int str_builder_add_fill(StrBuilder *builder, uint32_t character, ssize_t count);
int str_builder_reserve(StrBuilder *builder, ssize_t added, uint32_t max_char); /* room for that many more */
Value str_builder_finish(StrBuilder *builder) NODISCARD; /* the string (or error); the builder is empty afterwards */
void str_builder_discard(StrBuilder *builder);

#endif

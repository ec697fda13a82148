/* memoryview.h: the layout of memoryview objects, shared by memoryview.c and memoryview_item.c. */
#ifndef OBJECTS_MEMORYVIEW_H
#define OBJECTS_MEMORYVIEW_H

#include "objects/bytes.h"

/* The one buffer that a family of views shares: acquired once, released when the last view lets go. */
typedef struct ManagedBuffer {
    Object head;
    ssize_t exports; /* views that use it */
    bool is_released;
    Buffer master;
} ManagedBuffer;

typedef struct MemoryView {
    Object head;
    ManagedBuffer *managed; /* owned */
    int64_t hash;           /* -1: not computed yet */
    bool is_released, is_c_contiguous, is_f_contiguous;
    ssize_t exports; /* buffers lent out by this view */
    Buffer view;     /* view.owner: borrowed from managed->master, for `obj` */
    ssize_t few[3];  /* shape, strides, suboffsets of a view with one dimension */
    ssize_t *many;   /* owned block for more dimensions */
    NULLABLE Value weaklist;
} MemoryView;

ALWAYS_INLINE MemoryView *as_memoryview(Value v) { return (MemoryView *)value_as_object(v); }

/* --- single items (memoryview_item.c) --- */

/* The native format character of `format`, or 0 when it is not a single native one. */
char memoryview_format_char(const char *format);
ssize_t memoryview_format_size(char format); /* 0: unknown */
Value memoryview_unpack(const char *place, const char *format) NODISCARD;
int memoryview_pack(char *place, const char *format, Value item) NODISCARD;

/* Compares items of two formats: a pair of unpackers, by way of the module struct where a format is not native. */
typedef struct ItemComparer {
    char a, b; /* native format characters, or 0 */
    ssize_t a_size, b_size;
    NULLABLE Value a_unpack, b_unpack; /* bound struct.Struct.unpack_from */
} ItemComparer;
int item_comparer_init(ItemComparer *c, const Buffer *a, const Buffer *b) NODISCARD; /* 1 ready, 0 unknown format, -1 */
void item_comparer_release(ItemComparer *c);
int item_comparer_equal(const ItemComparer *c, const char *a, const char *b); /* 1, 0, -1 */

#endif

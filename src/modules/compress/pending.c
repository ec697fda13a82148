/* pending.c: see pending.h. */
#include "modules/compress/pending.h"

#include <unistd.h>

#include "objects/blocking.h"
#include "objects/bytes.h"
#include "objects/error.h"

enum { FIRST_SIZE = 32 * 1024 };

void stream_enter(bool *is_busy)
{
    while (*is_busy) {
        BLOCKING_BEGIN
        usleep(200);
        BLOCKING_END
    }
    *is_busy = true;
}

bool growing_start(Growing *growing, ssize_t limit)
{
    growing->length = 0;
    growing->limit = limit;
    growing->bytes = bytes_new(NULL, limit >= 0 ? MIN(limit, FIRST_SIZE) : FIRST_SIZE);
    return !value_is_null(growing->bytes);
}

ssize_t growing_room(Growing *growing)
{
    ssize_t size = as_bytes(growing->bytes)->length;
    if (growing->length < size) return size - growing->length;
    if (growing->limit >= 0 && size >= growing->limit) return 0;
    ssize_t larger = size < PTRDIFF_MAX / 4 ? MAX(2 * size, 64) : size;
    if (growing->limit >= 0) larger = MIN(larger, growing->limit);
    if (bytes_resize(&growing->bytes, larger) < 0) {
        growing->bytes = VALUE_NULL;
        return -1;
    }
    return larger - growing->length;
}

char *growing_end(const Growing *growing)
{
    return as_bytes(growing->bytes)->data + growing->length;
}

Value growing_finish(Growing *growing)
{
    if (as_bytes(growing->bytes)->length != growing->length && bytes_resize(&growing->bytes, growing->length) < 0)
        return VALUE_NULL;
    return growing->bytes;
}

void growing_discard(Growing *growing)
{
    value_xdecref(growing->bytes);
    growing->bytes = VALUE_NULL;
}

bool pending_add(Pending *pending, const void *data, size_t length)
{
    if (length == 0) return true;
    uint8_t *grown = raw_realloc(pending->data, pending->length + length);
    if (!grown) {
        error_no_memory();
        return false;
    }
    memcpy(grown + pending->length, data, length);
    pending->data = grown;
    pending->length += length;
    return true;
}

void pending_keep(Pending *pending, const uint8_t *rest, size_t length)
{
    if (length == 0) {
        pending_clear(pending);
        return;
    }
    memmove(pending->data, rest, length);
    pending->length = length;
}

void pending_clear(Pending *pending)
{
    raw_free(pending->data);
    *pending = (Pending){NULL, 0};
}

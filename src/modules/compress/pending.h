/* pending.h: what the decompressors of _bz2 and _lzma share: output that grows, and input that waits. */
#ifndef MODULES_COMPRESS_PENDING_H
#define MODULES_COMPRESS_PENDING_H

#include "objects/object.h"

/* A stream object lets other threads run while the library works; a second thread that comes with the same object waits
 * here until the first has left (by *is_busy = false). */
void stream_enter(bool *is_busy);

/* Output of unknown length. */
typedef struct Growing {
    NULLABLE Value bytes; /* owned */
    ssize_t length;       /* bytes in use */
    ssize_t limit;        /* no more than that; -1: no limit */
} Growing;

bool growing_start(Growing *growing, ssize_t limit) NODISCARD;
/* Room behind `length`: the number of bytes, 0 when the limit is reached, -1 with MemoryError. */
ssize_t growing_room(Growing *growing);
char *growing_end(const Growing *growing);
Value growing_finish(Growing *growing) NODISCARD; /* the bytes, cut to length */
void growing_discard(Growing *growing);

/* Input that a decompressor has not consumed yet. */
typedef struct Pending {
    uint8_t *data; /* raw block */
    size_t length;
} Pending;

/* pending becomes pending + data. */
bool pending_add(Pending *pending, const void *data, size_t length) NODISCARD;
void pending_keep(Pending *pending, const uint8_t *rest, size_t length); /* `rest` lies within pending */
void pending_clear(Pending *pending);

#endif

/* buffered.h: BufferedReader, BufferedWriter and BufferedRandom: one structure, one buffer.
 *
 *     0 <= position <= buffer_size            where the program stands in the buffer
 *     read_end: valid bytes for reading are buffer[0 .. read_end); -1: the buffer holds none
 *     [write_start, write_end): bytes written but not yet passed on; write_end -1: none
 *     raw_position: where the raw stream stands, relative to the start of the buffer
 *     absolute: the raw stream's position, -1 when it is not known
 *
 * The buffer belongs to one thread at a time (buffered_enter): the raw stream's calls let other threads run. */
#ifndef MODULES_IO_BUFFERED_H
#define MODULES_IO_BUFFERED_H

#include "modules/io/io.h"
#include "objects/thread.h"

typedef struct Buffered {
    IO_FIELDS
    NULLABLE Value raw;
    bool is_ready, is_detached, is_readable, is_writable, is_finalizing;
    bool is_direct; /* an exact class over an exact FileIO: no method look-ups needed */
    int64_t absolute;
    char *buffer;
    ssize_t buffer_size, position, raw_position, read_end, write_start, write_end;
    NULLABLE Thread *owner; /* who is inside */
} Buffered;

ALWAYS_INLINE Buffered *as_buffered(Value v)
{
    return (Buffered *)value_as_object(v);
}

/* False with the error of a stream that is not initialised or detached. */
bool buffered_check(Buffered *b);
/* The same for closed streams ("… of closed file"). */
bool buffered_check_open(Buffered *b, const char *message);
/* The truth of stream.closed for any stream, without a look-up for a usual one over a file. */
int buffered_is_closed(Value stream);
bool buffered_enter(Buffered *b);
void buffered_leave(Buffered *b);
int buffered_flush_writes(Buffered *b); /* -1 with an error, BlockingIOError included */
int buffered_flush_and_rewind(Buffered *b);
int64_t buffered_raw_seek(Buffered *b, int64_t target, int whence);
int64_t buffered_raw_tell(Buffered *b);

ALWAYS_INLINE bool buffered_has_reads(const Buffered *b)
{
    return b->is_readable && b->read_end != -1;
}
ALWAYS_INLINE bool buffered_has_writes(const Buffered *b)
{
    return b->is_writable && b->write_end != -1;
}
ALWAYS_INLINE ssize_t buffered_available(const Buffered *b)
{
    return buffered_has_reads(b) ? b->read_end - b->position : 0;
}
/* How far the raw stream is ahead of the program's position. */
ALWAYS_INLINE int64_t buffered_raw_offset(const Buffered *b)
{
    return (buffered_has_reads(b) || buffered_has_writes(b)) && b->raw_position >= 0 ? b->raw_position - b->position
                                                                                     : 0;
}

#define BUFFERED_METHOD(name) Value buffered_##name(Value self, const Value *args, ssize_t nargs, Value kwnames)
/* reading (buffered_read.c) */
BUFFERED_METHOD(read);
BUFFERED_METHOD(read1);
BUFFERED_METHOD(readinto);
BUFFERED_METHOD(readinto1);
BUFFERED_METHOD(readline);
BUFFERED_METHOD(peek);
Value buffered_next(Value self);
void buffered_reset_reads(Buffered *b);
/* writing (buffered_write.c) */
BUFFERED_METHOD(write);
void buffered_reset_writes(Buffered *b);

#endif

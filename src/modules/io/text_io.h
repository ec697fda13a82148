/* text_io.h: the structure of TextIOWrapper, shared by text_io.c (life, reading, writing) and text_seek.c (tell, seek).
 */
#ifndef MODULES_IO_TEXT_IO_H
#define MODULES_IO_TEXT_IO_H

#include "modules/io/io.h"
#include "objects/codecs.h"

typedef struct TextIO {
    IO_FIELDS
    bool is_ready, is_detached, is_finalizing;
    bool line_buffering, write_through, has_read1;
    bool is_seekable, is_telling; /* telling: the decoder's state is recorded before each piece that is read */
    bool is_start_of_stream;      /* nothing encoded yet: a byte order mark may be due */
    NULLABLE Value buffer, encoding, errors;
    NULLABLE Value encoder; /* an incremental encoder; no value for the fast codecs */
    NULLABLE Value decoder;
    enum FastCodec fast; /* the codec that writes without an encoder object */
    bool can_write;
    LineRule rule;                /* for reading */
    NULLABLE Value write_newline; /* what "\n" becomes; no value: itself */
    ssize_t chunk_size;
    BytesBuilder pending;   /* encoded, not yet passed to the buffer */
    NULLABLE Value decoded; /* str: read and decoded, used up to `used` */
    ssize_t used;
    NULLABLE Value snapshot_flags,
        snapshot_input; /* the decoder's state before `decoded`, and the bytes it came from */
    double bytes_per_char;
} TextIO;

ALWAYS_INLINE TextIO *as_text(Value v)
{
    return (TextIO *)value_as_object(v);
}

bool text_check(TextIO *t);      /* ready and attached */
bool text_check_open(TextIO *t); /* and not closed */
int text_flush_pending(TextIO *t);
void text_set_decoded(TextIO *t, STEALS NULLABLE Value decoded);
void text_clear_snapshot(TextIO *t);
/* decoder.getstate(), checked: the buffered bytes and the flags, owned. */
int text_decoder_state(TextIO *t, Value *bytes, Value *flags);
int text_reset_encoder(TextIO *t, bool is_start);

Value text_tell(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value text_seek(Value self, const Value *args, ssize_t nargs, Value kwnames);

#endif

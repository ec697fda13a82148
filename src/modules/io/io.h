/* io.h: what the files of the module _io share.
 *
 * Every stream begins with IO_FIELDS, so one layout serves the whole hierarchy and its Python subclasses:
 *     _IOBase -> _RawIOBase -> FileIO
 *             -> _BufferedIOBase -> BytesIO, BufferedReader, BufferedWriter, BufferedRandom, BufferedRWPair
 *             -> _TextIOBase -> TextIOWrapper, StringIO
 * Life: a stream's `finalize` closes it (and warns of a forgotten file); destroy functions begin with io_finalize. */
#ifndef MODULES_IO_IO_H
#define MODULES_IO_IO_H

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"

#define IO_FIELDS                                                                                                      \
    Object head;                                                                                                       \
    NULLABLE Value dict, weaklist;

typedef struct IoBase {
    IO_FIELDS
} IoBase;

enum { IO_BUFFER_SIZE = 8192 };

extern Type type_io_base, type_io_raw_base, type_io_buffered_base, type_io_text_base;
extern Type type_io_file, type_io_bytes, type_io_string, type_io_reader, type_io_writer, type_io_random, type_io_pair,
    type_io_text, type_io_newline_decoder, type_io_bytes_buffer, type_io_fast_decoder;

/* --- common (io_base.c) --- */
/* Raises io.UnsupportedOperation(message). */
Value io_unsupported(const char *message);
extern Value io_unsupported_class; /* io.UnsupportedOperation, made by the module's exec */
extern const NativeGetSet io_dict_getsets[];
/* The truth of stream.closed: 1, 0, -1. */
int io_is_closed(Value stream);
/* True with ValueError when the stream is closed (by its attribute). */
bool io_check_closed(Value stream);
/* Truth of stream.name(): 1, 0, -1. */
int io_ask(Value stream, Value method_name);
/* _checkReadable, _checkWritable, _checkSeekable: false with UnsupportedOperation. */
bool io_check_readable(Value stream);
bool io_check_writable(Value stream);
bool io_check_seekable(Value stream);
/* Called first by destroy functions: runs finalize once; true when the object lives on. */
bool io_finalize(Object *object);
void io_destroy_fields(Object *object, size_t size);
int io_traverse_fields(Object *object, GcVisit visit, void *argument);
/* Optional size argument: None or missing gives -1. */
bool io_size_argument(Value v, ssize_t *size) NODISCARD;
/* Calls stream.method() and then raises the pending error again, the new one chained: for close(). */
int io_close_after(Value stream, Value method_name);

#define IO_DICT_GETSET                                                                                                 \
    {                                                                                                                  \
        "__dict__", io_get_dict, io_set_dict, NULL, NULL                                                               \
    }
Value io_get_dict(Value self, void *closure);
int io_set_dict(Value self, Value value, void *closure);

/* --- FileIO, called directly by the buffered streams (file_io.c) --- */
enum { IO_WOULD_BLOCK = -2 };
bool io_file_is_exact(Value stream);
bool io_file_is_closed(Value stream);
/* Bytes moved; -1 with an error; IO_WOULD_BLOCK. */
ssize_t io_file_read(Value stream, void *data, ssize_t size);
ssize_t io_file_write(Value stream, const void *data, ssize_t size);

/* --- the module's functions --- */
Value io_locale_encoding(void) NODISCARD; /* a str */
Value io_open(Value module, const Value *args, ssize_t nargs, Value kwnames);
Value io_open_code(Value module, const Value *args, ssize_t nargs, Value kwnames);
Value io_text_encoding(Value module, const Value *args, ssize_t nargs, Value kwnames);

/* --- newlines (newline_decoder.c) --- */
/* Where the line that begins at `at` ends (behind its line end), or -1 when there is none before `end`. */
typedef struct LineRule {
    bool is_universal, is_translated; /* newline="" / newline=None */
    Value newline;                    /* else: a str, "\n", "\r" or "\r\n" */
} LineRule;
ssize_t io_find_line_end(const LineRule *rule, Value text, ssize_t at, ssize_t end, ssize_t *consumed);
Value io_newline_decode(Value decoder, Value text, bool is_final) NODISCARD; /* text: a str, or no value: "" */
Value io_newline_decoder_new(NULLABLE Value inner, bool translate) NODISCARD;

/* --- decoders of the usual encodings, without the package encodings (fast_decoder.c) --- */
Value io_fast_decoder_new(const char *encoding, Value errors) NODISCARD; /* None when the encoding is not one of them */
Value io_decode(Value decoder, Value bytes, bool is_final) NODISCARD;    /* decoder.decode(bytes, final) */

#endif

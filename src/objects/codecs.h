/* codecs.h: encoding and decoding text. The codecs written in C are called directly; all others are found through the
 * registry, which the package `encodings` fills. */
#ifndef OBJECTS_CODECS_H
#define OBJECTS_CODECS_H

#include "objects/bytes.h"
#include "objects/str.h"

/* --- error handling, shared by the codecs (codec_error.c) --- */

enum ErrorPolicy {
    ERRORS_STRICT, ERRORS_IGNORE, ERRORS_REPLACE, ERRORS_BACKSLASHREPLACE, ERRORS_XMLCHARREFREPLACE,
    ERRORS_SURROGATEESCAPE, ERRORS_CALLBACK
};

enum ErrorPolicy codec_error_policy(NULLABLE const char *errors);

/* A decoder at work: input from `data` to `data + size`, output into `out`. A handler may replace the input. */
typedef struct Decoder {
    const char *encoding;
    NULLABLE const char *errors;
    enum ErrorPolicy policy;
    const char *data;
    ssize_t size;
    StrBuilder out;
    NULLABLE Value handler, exception, input; /* owned; made at the first error that needs them */
} Decoder;

void decoder_init(Decoder *d, const char *encoding, NULLABLE const char *errors, const char *data, ssize_t size);
/* The bytes from start to end cannot be decoded. Gives the place to go on at, or -1 with an error. */
ssize_t decoder_error(Decoder *d, ssize_t start, ssize_t end, const char *reason);
Value decoder_finish(Decoder *d) NODISCARD;
Value decoder_abort(Decoder *d); /* gives VALUE_NULL */

typedef struct Encoder {
    const char *encoding;
    NULLABLE const char *errors;
    enum ErrorPolicy policy;
    Value text; /* borrowed */
    BytesBuilder out;
    NULLABLE Value handler, exception;
} Encoder;

void encoder_init(Encoder *e, const char *encoding, NULLABLE const char *errors, Value text);
/* The characters from start to end cannot be encoded. The replacement, when it is ASCII text, or bytes, is written at
 * once; else it is given in *replacement (an owned str) for the codec to encode. Gives the place to go on at, or -1. */
ssize_t encoder_error(Encoder *e, ssize_t start, ssize_t end, const char *reason, Value *replacement);
/* Raises UnicodeEncodeError, whatever the policy. */
Value encoder_raise(Encoder *e, ssize_t start, ssize_t end, const char *reason);
Value encoder_finish(Encoder *e) NODISCARD;
Value encoder_abort(Encoder *e);

Value unicode_encode_error_new(const char *encoding, Value text, ssize_t start, ssize_t end, const char *reason) NODISCARD;

/* --- the codecs in C. `consumed` NULL: the input is complete; else a truncated end is left and the number of bytes
 * used is given. `errors` NULL means strict. --- */

Value codec_utf8_decode(const char *data, ssize_t size, NULLABLE const char *errors, NULLABLE ssize_t *consumed) NODISCARD;
Value codec_utf8_encode(Value text, NULLABLE const char *errors) NODISCARD;
Value codec_ascii_decode(const char *data, ssize_t size, NULLABLE const char *errors) NODISCARD;
Value codec_ascii_encode(Value text, NULLABLE const char *errors) NODISCARD;
Value codec_latin1_encode(Value text, NULLABLE const char *errors) NODISCARD;
/* byte_order: -1 little, 1 big, 0 native with a byte order mark; updated by the decoders. */
Value codec_utf16_decode(const char *data, ssize_t size, NULLABLE const char *errors, int *byte_order,
                         NULLABLE ssize_t *consumed) NODISCARD;
Value codec_utf16_encode(Value text, NULLABLE const char *errors, int byte_order) NODISCARD;
Value codec_utf32_decode(const char *data, ssize_t size, NULLABLE const char *errors, int *byte_order,
                         NULLABLE ssize_t *consumed) NODISCARD;
Value codec_utf32_encode(Value text, NULLABLE const char *errors, int byte_order) NODISCARD;
Value codec_utf7_decode(const char *data, ssize_t size, NULLABLE const char *errors, NULLABLE ssize_t *consumed) NODISCARD;
Value codec_utf7_encode(Value text, NULLABLE const char *errors) NODISCARD;
/* The first unknown escape, without its backslash: one character, or the three digits of an octal number above \377;
 * "" when all are known. */
typedef struct InvalidEscape {
    char text[4];
} InvalidEscape;
Value codec_unicode_escape_decode(const char *data, ssize_t size, NULLABLE const char *errors, NULLABLE ssize_t *consumed,
                                  InvalidEscape *invalid) NODISCARD;
Value codec_unicode_escape_encode(Value text) NODISCARD;
Value codec_raw_unicode_escape_decode(const char *data, ssize_t size, NULLABLE const char *errors,
                                      NULLABLE ssize_t *consumed) NODISCARD;
Value codec_raw_unicode_escape_encode(Value text) NODISCARD;
Value codec_escape_decode(const char *data, ssize_t size, NULLABLE const char *errors, InvalidEscape *invalid)
    NODISCARD;
Value codec_charmap_decode(const char *data, ssize_t size, NULLABLE Value mapping, NULLABLE const char *errors) NODISCARD;
Value codec_charmap_encode(Value text, NULLABLE Value mapping, NULLABLE const char *errors) NODISCARD;
Value codec_charmap_build(Value text) NODISCARD; /* EncodingMap for charmap_encode */

/* --- the registry (codecs.c) --- */

int codecs_register(Value search_function) NODISCARD;
int codecs_unregister(Value search_function) NODISCARD;
Value codecs_lookup(const char *encoding) NODISCARD; /* a CodecInfo */
int codecs_register_error(const char *name, Value handler) NODISCARD;
Value codecs_lookup_error(NULLABLE const char *name) NODISCARD;
/* codecs.encode and codecs.decode: any object. */
Value codecs_encode(Value object, NULLABLE const char *encoding, NULLABLE const char *errors) NODISCARD;
Value codecs_decode(Value object, NULLABLE const char *encoding, NULLABLE const char *errors) NODISCARD;
/* str.encode, bytes.decode: text encodings only; fast for utf-8, ascii and latin-1. NULL means utf-8. */
Value codecs_encode_text(Value text, NULLABLE const char *encoding, NULLABLE const char *errors) NODISCARD;
Value codecs_decode_text(Value object, NULLABLE const char *encoding, NULLABLE const char *errors) NODISCARD;

/* In development mode (-X dev) the names of encodings and handlers are checked even where they are not needed. */
extern bool codecs_check_names;

/* The C codec that `encoding` names, by any spelling that needs no look-up. */
enum FastCodec { CODEC_OTHER, CODEC_UTF8, CODEC_ASCII, CODEC_LATIN1, CODEC_UTF16, CODEC_UTF32 };
enum FastCodec codec_by_name(const char *encoding);

#endif

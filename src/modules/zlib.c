/* zlib.c: the module zlib.
 *
 * Output goes to a block that doubles (Output); input of any length is fed in pieces of what zlib's counters hold. The
 * interpreter lock is given up while zlib works; a stream object's own flag keeps a second thread out meanwhile. */
#include <limits.h>
#include <zlib.h>

#include "modules/arguments.h"
#include "modules/compress/pending.h"
#include "modules/exception_class.h"
#include "modules/library.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"

enum { DEFAULT_BUFFER = 16 * 1024, DEFAULT_LEVEL = Z_DEFAULT_COMPRESSION, DEFAULT_MEMORY = 8 };

#define ZLIB_FUNCTIONS(F)                                                                                              \
    F(deflate)                                                                                                         \
    F(deflateInit2_) F(deflateEnd) F(deflateCopy) F(deflateSetDictionary) F(inflate) F(inflateInit2_) F(inflateEnd)    \
        F(inflateCopy) F(inflateSetDictionary) F(adler32_z) F(crc32_z) F(zlibVersion)
LIBRARY(zlib, "libz.so.1", ZLIB_FUNCTIONS);

static Value zlib_error; /* owned: zlib.error */

static Value stream_error(const z_stream *stream, int code, const char *doing)
{
    const char *text = code == Z_VERSION_ERROR ? "library version mismatch" : stream->msg;
    if (!text) {
        text = code == Z_BUF_ERROR      ? "incomplete or truncated stream"
               : code == Z_STREAM_ERROR ? "inconsistent stream state"
               : code == Z_DATA_ERROR   ? "invalid input data"
                                        : NULL;
    }
    Type *type = (Type *)value_as_object(zlib_error);
    if (!text) return error_format(type, "Error %d %s", code, doing);
    return error_format(type, "Error %d %s: %.200s", code, doing, text);
}

static void *allocate(void *opaque, unsigned count, unsigned size)
{
    return raw_calloc(count, size);
}

static void release(void *opaque, void *block)
{
    raw_free(block);
}

/* --- output --- */

typedef struct Output {
    Value bytes;   /* owned; no value after a failure */
    ssize_t limit; /* most bytes that may come; -1: no limit */
} Output;

static bool output_start(Output *output, z_stream *stream, ssize_t size, ssize_t limit)
{
    if (limit >= 0) size = MIN(size, limit);
    output->limit = limit;
    output->bytes = bytes_new(NULL, size);
    if (value_is_null(output->bytes)) return false;
    stream->next_out = (Bytef *)as_bytes(output->bytes)->data;
    stream->avail_out = (uInt)size;
    return true;
}

static ssize_t output_length(const Output *output, const z_stream *stream)
{
    return (char *)stream->next_out - as_bytes(output->bytes)->data;
}

/* More room; 1: there is, 0: the limit is reached, -1: no memory. */
static int output_grow(Output *output, z_stream *stream)
{
    ssize_t length = output_length(output, stream), size = as_bytes(output->bytes)->length;
    if (output->limit >= 0 && size >= output->limit) return 0;
    ssize_t larger = size < PTRDIFF_MAX / 4 ? MAX(size * 2, 64) : size;
    if (output->limit >= 0) larger = MIN(larger, output->limit);
    if (bytes_resize(&output->bytes, larger) < 0) {
        output->bytes = VALUE_NULL;
        return -1;
    }
    stream->next_out = (Bytef *)as_bytes(output->bytes)->data + length;
    stream->avail_out = (uInt)MIN(larger - length, (ssize_t)UINT_MAX);
    return 1;
}

static Value output_finish(Output *output, const z_stream *stream)
{
    ssize_t length = output_length(output, stream);
    if (length != as_bytes(output->bytes)->length && bytes_resize(&output->bytes, length) < 0) return VALUE_NULL;
    return output->bytes;
}

/* --- running a stream --- */

typedef int (*Step)(z_stream *stream, int flush);

/* Feeds `data` (and what follows it, in pieces) until it is used up, the stream ends, or the output's limit is reached.
 * The code of the last step, or Z_MEM_ERROR with a Python exception. *data and *left are advanced. */
static int run(Step step, z_stream *stream, const uint8_t **data, size_t *left, int flush, int last_flush,
               Output *output)
{
    int code = Z_OK;
    do {
        stream->next_in = (Bytef *)*data;
        stream->avail_in = (uInt)MIN(*left, (size_t)UINT_MAX);
        size_t piece = stream->avail_in;
        int mode = piece == *left ? last_flush : flush;
        for (;;) {
            if (stream->avail_out == 0) {
                int grown = output_grow(output, stream);
                if (grown < 0) return Z_MEM_ERROR;
                if (grown == 0) break;
            }
            BLOCKING_BEGIN
            code = step(stream, mode);
            BLOCKING_END
            if ((code != Z_OK && code != Z_BUF_ERROR) || stream->avail_out != 0) break;
        }
        *data += piece - stream->avail_in;
        *left -= piece - stream->avail_in;
        if (code != Z_OK && code != Z_BUF_ERROR) break;
        if (stream->avail_out == 0 && output->limit >= 0) break;
    } while (*left > 0);
    return code;
}

/* --- the functions --- */

static bool int_argument(Value v, int fallback, int *result)
{
    *result = fallback;
    return optional_int(v, result);
}

FUNCTION(zlib_compress)
{
    ARGUMENTS("compress", 1, 3, "", "level", "wbits");
    int level, window;
    Buffer view;
    if (!int_argument(out[1], DEFAULT_LEVEL, &level) || !int_argument(out[2], MAX_WBITS, &window) ||
        buffer_get(out[0], &view, BUFFER_SIMPLE) < 0)
        return VALUE_NULL;
    z_stream stream = {.zalloc = allocate, .zfree = release};
    Output output = {VALUE_NULL, -1};
    Value result = VALUE_NULL;
    int code = zlib.deflateInit2_(&stream, level, Z_DEFLATED, window, DEFAULT_MEMORY, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                                  (int)sizeof(z_stream));
    if (code == Z_OK) {
        const uint8_t *data = view.data;
        size_t left = (size_t)view.length;
        if (output_start(&output, &stream, DEFAULT_BUFFER, -1)) {
            code = run(zlib.deflate, &stream, &data, &left, Z_NO_FLUSH, Z_FINISH, &output);
            if (code == Z_STREAM_END)
                result = output_finish(&output, &stream);
            else if (!error_occurred())
                stream_error(&stream, code, "while compressing data");
        }
        if (value_is_null(result)) value_xdecref(output.bytes);
        zlib.deflateEnd(&stream);
    } else if (code == Z_MEM_ERROR) {
        error_set(&type_MemoryError, "Out of memory while compressing data");
    } else if (code == Z_STREAM_ERROR) {
        error_set((Type *)value_as_object(zlib_error), "Bad compression level");
    } else {
        stream_error(&stream, code, "while compressing data");
    }
    buffer_release(&view);
    return result;
}

FUNCTION(zlib_decompress)
{
    ARGUMENTS("decompress", 1, 3, "", "wbits", "bufsize");
    int window;
    ssize_t size = DEFAULT_BUFFER;
    Buffer view;
    if (!int_argument(out[1], MAX_WBITS, &window) || (is_given(out[2]) && !arg_as_ssize(out[2], &size)))
        return VALUE_NULL;
    if (size < 0) return error_set(&type_ValueError, "bufsize must be non-negative");
    if (buffer_get(out[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    z_stream stream = {.zalloc = allocate, .zfree = release};
    Output output = {VALUE_NULL, -1};
    Value result = VALUE_NULL;
    int code = zlib.inflateInit2_(&stream, window, ZLIB_VERSION, (int)sizeof(z_stream));
    if (code == Z_OK) {
        const uint8_t *data = view.data;
        size_t left = (size_t)view.length;
        if (output_start(&output, &stream, MAX(size, 1), -1)) {
            code = run(zlib.inflate, &stream, &data, &left, Z_SYNC_FLUSH, Z_SYNC_FLUSH, &output);
            if (code == Z_STREAM_END)
                result = output_finish(&output, &stream);
            else if (!error_occurred())
                stream_error(&stream, code == Z_OK ? Z_BUF_ERROR : code, "while decompressing data");
        }
        if (value_is_null(result)) value_xdecref(output.bytes);
        zlib.inflateEnd(&stream);
    } else if (code == Z_MEM_ERROR) {
        error_set(&type_MemoryError, "Out of memory while decompressing data");
    } else {
        stream_error(&stream, code, "while preparing to decompress data");
    }
    buffer_release(&view);
    return result;
}

static bool arg_as_checksum(Value v, unsigned long *sum)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    *sum = int_as_uint64_mask(index) & 0xffffffff;
    value_decref(index);
    return true;
}

static Value checksum(uLong (*function)(uLong, const Bytef *, z_size_t), unsigned long sum, const Value *args,
                      ssize_t nargs)
{
    Buffer view;
    if (nargs > 1 && !arg_as_checksum(args[1], &sum)) return VALUE_NULL;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    sum = function(sum, view.data, (size_t)view.length);
    buffer_release(&view);
    return value_from_small_int((int64_t)(sum & 0xffffffff));
}

FUNCTION(zlib_adler32)
{
    return checksum(zlib.adler32_z, 1, args, nargs);
}

FUNCTION(zlib_crc32)
{
    return checksum(zlib.crc32_z, 0, args, nargs);
}

/* --- stream objects --- */

typedef struct Stream {
    Object head;
    z_stream z;
    Value unused_data, unconsumed_tail; /* owned bytes */
    NULLABLE Value dictionary;          /* owned: the argument zdict */
    bool is_open, at_end, is_busy;
} Stream;

static Type compress_type, decompress_type;

static Stream *as_stream(Value v)
{
    return (Stream *)value_as_object(v);
}

static NULLABLE Stream *stream_alloc(Type *type)
{
    Stream *self = object_alloc_zeroed(type, sizeof(Stream));
    if (!self) return NULL;
    self->z.zalloc = allocate;
    self->z.zfree = release;
    self->unused_data = bytes_new("", 0);
    self->unconsumed_tail = bytes_new("", 0);
    if (!value_is_null(self->unused_data) && !value_is_null(self->unconsumed_tail)) return self;
    object_decref(&self->head);
    return NULL;
}

static void stream_destroy(Object *object)
{
    Stream *self = (Stream *)object;
    if (self->is_open && object->type == &compress_type)
        zlib.deflateEnd(&self->z);
    else if (self->is_open)
        zlib.inflateEnd(&self->z);
    value_xdecref(self->unused_data);
    value_xdecref(self->unconsumed_tail);
    value_xdecref(self->dictionary);
    object_free(object, sizeof(Stream));
}

static bool set_dictionary(int (*function)(z_streamp, const Bytef *, uInt), Stream *self, const char *doing)
{
    Buffer view;
    if (buffer_get(self->dictionary, &view, BUFFER_SIMPLE) < 0) return false;
    int code = view.length > UINT_MAX ? Z_MEM_ERROR : function(&self->z, view.data, (uInt)view.length);
    buffer_release(&view);
    if (code == Z_OK) return true;
    if (code == Z_MEM_ERROR)
        error_set(&type_OverflowError, "zdict length does not fit in an unsigned int");
    else
        stream_error(&self->z, code, doing);
    return false;
}

/* The result of deflateInit2 or inflateInit2 as an exception; the object is dropped. */
static Value init_failed(Stream *self, int code, const char *memory_text, const char *doing)
{
    if (code == Z_MEM_ERROR)
        error_set(&type_MemoryError, memory_text);
    else if (code == Z_STREAM_ERROR)
        error_set(&type_ValueError, "Invalid initialization option");
    else
        stream_error(&self->z, code, doing);
    object_decref(&self->head);
    return VALUE_NULL;
}

FUNCTION(zlib_compressobj)
{
    ARGUMENTS("compressobj", 0, 6, "level", "method", "wbits", "memLevel", "strategy", "zdict");
    int level, method, window, memory, strategy;
    if (!int_argument(out[0], DEFAULT_LEVEL, &level) || !int_argument(out[1], Z_DEFLATED, &method) ||
        !int_argument(out[2], MAX_WBITS, &window) || !int_argument(out[3], DEFAULT_MEMORY, &memory) ||
        !int_argument(out[4], Z_DEFAULT_STRATEGY, &strategy))
        return VALUE_NULL;
    bool has_dictionary = is_given(out[5]) && !value_is_none(out[5]);
    if (has_dictionary && !supports_buffer(out[5]))
        return error_format(&type_TypeError, "a bytes-like object is required, not '%.100T'", out[5]);
    Stream *stream = stream_alloc(&compress_type);
    if (!stream) return VALUE_NULL;
    int code =
        zlib.deflateInit2_(&stream->z, level, method, window, memory, strategy, ZLIB_VERSION, (int)sizeof(z_stream));
    if (code != Z_OK)
        return init_failed(stream, code, "Can't allocate memory for compression object",
                           "while creating compression object");
    stream->is_open = true;
    if (has_dictionary) stream->dictionary = value_incref(out[5]);
    if (!has_dictionary || set_dictionary(zlib.deflateSetDictionary, stream, "while setting zdict"))
        return value_from_object(stream);
    object_decref(&stream->head);
    return VALUE_NULL;
}

FUNCTION(zlib_decompressobj)
{
    ARGUMENTS("decompressobj", 0, 2, "wbits", "zdict");
    int window;
    if (!int_argument(out[0], MAX_WBITS, &window)) return VALUE_NULL;
    if (is_given(out[1]) && !supports_buffer(out[1]))
        return error_set(&type_TypeError, "zdict argument must support the buffer protocol");
    Stream *stream = stream_alloc(&decompress_type);
    if (!stream) return VALUE_NULL;
    int code = zlib.inflateInit2_(&stream->z, window, ZLIB_VERSION, (int)sizeof(z_stream));
    if (code != Z_OK)
        return init_failed(stream, code, "Can't allocate memory for decompression object",
                           "while creating decompression object");
    stream->is_open = true;
    if (is_given(out[1])) {
        stream->dictionary = value_incref(out[1]);
        // raw streams have no header that asks for the dictionary
        if (window < 0 && !set_dictionary(zlib.inflateSetDictionary, stream, "while setting zdict")) {
            object_decref(&stream->head);
            return VALUE_NULL;
        }
    }
    return value_from_object(stream);
}

/* --- Compress --- */

static Value compress_data(Stream *self, Value v)
{
    Buffer view;
    Output output;
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    const uint8_t *data = view.data;
    size_t left = (size_t)view.length;
    Value result = VALUE_NULL;
    if (output_start(&output, &self->z, DEFAULT_BUFFER, -1)) {
        int code = run(zlib.deflate, &self->z, &data, &left, Z_NO_FLUSH, Z_NO_FLUSH, &output);
        if (code == Z_STREAM_ERROR)
            stream_error(&self->z, code, "while compressing data");
        else if (!error_occurred())
            result = output_finish(&output, &self->z);
        if (value_is_null(result)) value_xdecref(output.bytes);
    }
    buffer_release(&view);
    return result;
}

FUNCTION(compress_compress)
{
    Stream *stream = as_stream(self);
    stream_enter(&stream->is_busy);
    Value result = compress_data(stream, args[0]);
    stream->is_busy = false;
    return result;
}

static Value compress_flush_with(Stream *self, int mode)
{
    Output output;
    const uint8_t *data = (const uint8_t *)"";
    size_t left = 0;
    Value result = VALUE_NULL;
    if (!output_start(&output, &self->z, DEFAULT_BUFFER, -1)) return VALUE_NULL;
    int code = run(zlib.deflate, &self->z, &data, &left, mode, mode, &output);
    if (code == Z_STREAM_END && mode == Z_FINISH) {
        code = zlib.deflateEnd(&self->z);
        self->is_open = false;
        if (code == Z_OK)
            result = output_finish(&output, &self->z);
        else
            stream_error(&self->z, code, "while finishing compression");
    } else if (!error_occurred()) {
        if (code == Z_OK || code == Z_BUF_ERROR)
            result = output_finish(&output, &self->z);
        else
            stream_error(&self->z, code, "while flushing");
    }
    if (value_is_null(result)) value_xdecref(output.bytes);
    return result;
}

FUNCTION(compress_flush)
{
    Stream *stream = as_stream(self);
    int mode = Z_FINISH;
    if (nargs && !arg_as_int(args[0], &mode)) return VALUE_NULL;
    if (mode == Z_NO_FLUSH) return bytes_new("", 0);
    stream_enter(&stream->is_busy);
    Value result = compress_flush_with(stream, mode);
    stream->is_busy = false;
    return result;
}

static Value copy_stream(Value v, int (*copy)(z_streamp, z_streamp))
{
    Stream *self = as_stream(v), *result = stream_alloc(type_of(v));
    if (!result) return VALUE_NULL;
    int code = copy(&result->z, &self->z);
    if (code != Z_OK) {
        if (code == Z_STREAM_ERROR)
            error_set(&type_ValueError, "Inconsistent stream state");
        else if (code == Z_MEM_ERROR)
            error_set(&type_MemoryError, "Can't allocate memory for compression object");
        else
            stream_error(&self->z, code, "while copying compression object");
        object_decref(&result->head);
        return VALUE_NULL;
    }
    result->is_open = true;
    result->at_end = self->at_end;
    value_replace(&result->unused_data, value_incref(self->unused_data));
    value_replace(&result->unconsumed_tail, value_incref(self->unconsumed_tail));
    result->dictionary = value_xincref(self->dictionary);
    return value_from_object(result);
}

FUNCTION(compress_copy)
{
    return copy_stream(self, zlib.deflateCopy);
}

FUNCTION(decompress_copy)
{
    return copy_stream(self, zlib.inflateCopy);
}

/* --- Decompress --- */

/* Bytes behind the end of the stream go to unused_data, those behind the output's limit to unconsumed_tail. */
static bool keep_rest(Stream *self, const uint8_t *data, size_t left, int code)
{
    if (code == Z_STREAM_END && left > 0) {
        Value all = bytes_new(NULL, as_bytes(self->unused_data)->length + (ssize_t)left);
        if (value_is_null(all)) return false;
        size_t old = (size_t)as_bytes(self->unused_data)->length;
        memcpy(as_bytes(all)->data, as_bytes(self->unused_data)->data, old);
        memcpy(as_bytes(all)->data + old, data, left);
        value_replace(&self->unused_data, all);
        left = 0;
    }
    if (left == 0 && as_bytes(self->unconsumed_tail)->length == 0) return true;
    Value tail = bytes_new((const char *)data, (ssize_t)left);
    if (value_is_null(tail)) return false;
    value_replace(&self->unconsumed_tail, tail);
    return true;
}

/* run(), and when the stream asks for its dictionary, gives it and runs on. */
static int inflate_all(Stream *self, const uint8_t **data, size_t *left, int last_flush, Output *output)
{
    int code = run(zlib.inflate, &self->z, data, left, Z_SYNC_FLUSH, last_flush, output);
    if (code != Z_NEED_DICT || value_is_null(self->dictionary)) return code;
    if (!set_dictionary(zlib.inflateSetDictionary, self, "while setting zdict")) return Z_MEM_ERROR;
    return run(zlib.inflate, &self->z, data, left, Z_SYNC_FLUSH, last_flush, output);
}

static Value decompress_data(Stream *self, Value v, ssize_t limit)
{
    Buffer view;
    Output output;
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    const uint8_t *data = view.data;
    size_t left = (size_t)view.length;
    Value result = VALUE_NULL;
    if (output_start(&output, &self->z, DEFAULT_BUFFER, limit ? limit : -1)) {
        int code = inflate_all(self, &data, &left, Z_SYNC_FLUSH, &output);
        if (!error_occurred() && keep_rest(self, data, left, code)) {
            if (code == Z_STREAM_END) self->at_end = true;
            if (code == Z_STREAM_END || code == Z_OK || code == Z_BUF_ERROR)
                result = output_finish(&output, &self->z);
            else
                stream_error(&self->z, code, "while decompressing data");
        }
        if (value_is_null(result)) value_xdecref(output.bytes);
    }
    buffer_release(&view);
    return result;
}

FUNCTION(decompress_decompress)
{
    ARGUMENTS("decompress", 1, 2, "", "max_length");
    Stream *stream = as_stream(self);
    ssize_t limit = 0;
    if (is_given(out[1]) && !arg_as_ssize(out[1], &limit)) return VALUE_NULL;
    if (limit < 0) return error_set(&type_ValueError, "max_length must be non-negative");
    stream_enter(&stream->is_busy);
    Value result = decompress_data(stream, out[0], limit);
    stream->is_busy = false;
    return result;
}

static Value decompress_flush_with(Stream *self, ssize_t size)
{
    Output output;
    Value tail = value_incref(self->unconsumed_tail), result = VALUE_NULL;
    const uint8_t *data = (const uint8_t *)as_bytes(tail)->data;
    size_t left = (size_t)as_bytes(tail)->length;
    if (output_start(&output, &self->z, size, -1)) {
        int code = inflate_all(self, &data, &left, Z_FINISH, &output);
        if (!error_occurred() && keep_rest(self, data, left, code)) {
            result = output_finish(&output, &self->z);
            if (code == Z_STREAM_END) {
                self->at_end = true;
                self->is_open = false;
                zlib.inflateEnd(&self->z);
            }
        }
        if (value_is_null(result)) value_xdecref(output.bytes);
    }
    value_decref(tail);
    return result;
}

FUNCTION(decompress_flush)
{
    Stream *stream = as_stream(self);
    ssize_t size = DEFAULT_BUFFER;
    if (nargs && !arg_as_ssize(args[0], &size)) return VALUE_NULL;
    if (size <= 0) return error_set(&type_ValueError, "length must be greater than zero");
    stream_enter(&stream->is_busy);
    Value result = decompress_flush_with(stream, size);
    stream->is_busy = false;
    return result;
}

/* --- types --- */

static const NativeMethod compress_methods[] = {
    {"compress", compress_compress, 1, 1, 0,
     "compress($self, data, /)\n--\n\nReturns a bytes object containing compressed data."},
    {"flush", compress_flush, 0, 1, 0,
     "flush($self, mode=zlib.Z_FINISH, /)\n--\n\nReturn a bytes object containing any remaining compressed data."},
    {"copy", compress_copy, 0, 0, 0, "copy($self, /)\n--\n\nReturn a copy of the compression object."},
    {"__copy__", compress_copy, 0, 0, 0, "__copy__($self, /)\n--\n\n"},
    {"__deepcopy__", compress_copy, 1, 1, 0, "__deepcopy__($self, memo, /)\n--\n\n"},
    {NULL},
};

static const NativeMethod decompress_methods[] = {
    {"decompress", decompress_decompress, 0, -1, NATIVE_KEYWORDS,
     "decompress($self, data, /, max_length=0)\n--\n\nReturn a bytes object containing the decompressed version of the "
     "data."},
    {"flush", decompress_flush, 0, 1, 0,
     "flush($self, length=zlib.DEF_BUF_SIZE, /)\n--\n\nReturn a bytes object containing any remaining decompressed "
     "data."},
    {"copy", decompress_copy, 0, 0, 0, "copy($self, /)\n--\n\nReturn a copy of the decompression object."},
    {"__copy__", decompress_copy, 0, 0, 0, "__copy__($self, /)\n--\n\n"},
    {"__deepcopy__", decompress_copy, 1, 1, 0, "__deepcopy__($self, memo, /)\n--\n\n"},
    {NULL},
};

static const NativeMember decompress_members[] = {
    {"unused_data", MEMBER_VALUE, offsetof(Stream, unused_data), true, NULL},
    {"unconsumed_tail", MEMBER_VALUE, offsetof(Stream, unconsumed_tail), true, NULL},
    {"eof", MEMBER_BOOL, offsetof(Stream, at_end), true, NULL},
    {NULL},
};

static Type compress_type = {
    .head = TYPE_HEAD,
    .name = "zlib.Compress",
    .instance_size = sizeof(Stream),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = stream_destroy,
    .methods = compress_methods,
};

static Type decompress_type = {
    .head = TYPE_HEAD,
    .name = "zlib.Decompress",
    .instance_size = sizeof(Stream),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = stream_destroy,
    .methods = decompress_methods,
    .members = decompress_members,
};

/* --- the module --- */

static const NativeMethod methods[] = {
    {"adler32", zlib_adler32, 1, 2, 0,
     "adler32($module, data, value=1, /)\n--\n\nCompute an Adler-32 checksum of data."},
    {"crc32", zlib_crc32, 1, 2, 0, "crc32($module, data, value=0, /)\n--\n\nCompute a CRC-32 checksum of data."},
    {"compress", zlib_compress, 0, -1, NATIVE_KEYWORDS,
     "compress($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)\n--\n\n"
     "Returns a bytes object containing compressed data."},
    {"decompress", zlib_decompress, 0, -1, NATIVE_KEYWORDS,
     "decompress($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)\n--\n\n"
     "Returns a bytes object containing the uncompressed data."},
    {"compressobj", zlib_compressobj, 0, -1, NATIVE_KEYWORDS,
     "compressobj($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n"
     "            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, "
     "zdict=None)\n--\n\n"
     "Return a compressor object."},
    {"decompressobj", zlib_decompressobj, 0, -1, NATIVE_KEYWORDS,
     "decompressobj($module, /, wbits=MAX_WBITS, zdict=b\'\')\n--\n\nReturn a decompressor object."},
    {NULL},
};

#define CONSTANTS(X)                                                                                                   \
    X(MAX_WBITS)                                                                                                       \
    X(Z_NO_FLUSH)                                                                                                      \
    X(Z_PARTIAL_FLUSH) X(Z_SYNC_FLUSH) X(Z_FULL_FLUSH) X(Z_FINISH) X(Z_BLOCK) X(Z_TREES) X(Z_NO_COMPRESSION)           \
        X(Z_BEST_SPEED) X(Z_BEST_COMPRESSION) X(Z_DEFAULT_COMPRESSION) X(Z_FILTERED) X(Z_HUFFMAN_ONLY) X(Z_RLE)        \
            X(Z_FIXED) X(Z_DEFAULT_STRATEGY)

static int exec(Value module)
{
#define ADD(name)                                                                                                      \
    if (module_add_int(module, #name, name) < 0) return -1;
    CONSTANTS(ADD)
#undef ADD
    if (!library_load(&zlib_library)) return -1;
    if (module_add_int(module, "DEFLATED", Z_DEFLATED) < 0 ||
        module_add_int(module, "DEF_MEM_LEVEL", DEFAULT_MEMORY) < 0 ||
        module_add_int(module, "DEF_BUF_SIZE", DEFAULT_BUFFER) < 0 ||
        module_add_cstr(module, "ZLIB_VERSION", ZLIB_VERSION) < 0 ||
        module_add_cstr(module, "ZLIB_RUNTIME_VERSION", zlib.zlibVersion()) < 0 ||
        module_add_cstr(module, "__version__", "1.0") < 0 || type_ready(&compress_type) < 0 ||
        type_ready(&decompress_type) < 0)
        return -1;
    if (value_is_null(zlib_error)) zlib_error = exception_class_new("zlib.error", &type_Exception);
    return value_is_null(zlib_error) ? -1 : module_add(module, "error", value_incref(zlib_error));
}

NATIVE_MODULE(zlib) = {
    .name = "zlib",
    .doc = "The functions in this module allow compression and decompression using the\n"
           "zlib library, which is based on GNU zip.",
    .methods = methods,
    .exec = exec,
};

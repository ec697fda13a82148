/* bz2.c: the module _bz2: compressor and decompressor objects over libbzip2. */
#include <bzlib.h>
#include <limits.h>

#include "modules/arguments.h"
#include "modules/compress/pending.h"
#include "modules/library.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"

#define BZ2_FUNCTIONS(F)                                                                                               \
    F(BZ2_bzCompressInit)                                                                                              \
    F(BZ2_bzCompress) F(BZ2_bzCompressEnd) F(BZ2_bzDecompressInit) F(BZ2_bzDecompress) F(BZ2_bzDecompressEnd)
LIBRARY(bz2, "libbz2.so.1.0", BZ2_FUNCTIONS);

/* True when code is an error; then it is raised. */
static bool is_failure(int code)
{
    switch (code) {
    case BZ_OK:
    case BZ_RUN_OK:
    case BZ_FLUSH_OK:
    case BZ_FINISH_OK:
    case BZ_STREAM_END: return false;
    case BZ_PARAM_ERROR:
        error_set(&type_ValueError, "Internal error - invalid parameters passed to libbzip2");
        return true;
    case BZ_MEM_ERROR: error_no_memory(); return true;
    case BZ_DATA_ERROR:
    case BZ_DATA_ERROR_MAGIC: error_set(&type_OSError, "Invalid data stream"); return true;
    case BZ_IO_ERROR: error_set(&type_OSError, "Unknown I/O error"); return true;
    case BZ_UNEXPECTED_EOF:
        error_set(&type_EOFError, "Compressed file ended before the logical end-of-stream was detected");
        return true;
    case BZ_SEQUENCE_ERROR:
        error_set(&type_RuntimeError, "Internal error - Invalid sequence of commands sent to libbzip2");
        return true;
    default: error_format(&type_OSError, "Unrecognized error from libbzip2: %d", code); return true;
    }
}

static void *allocate(void *opaque, int count, int size)
{
    return count >= 0 && size >= 0 ? raw_calloc((size_t)count, (size_t)size) : NULL;
}

static void release(void *opaque, void *block)
{
    raw_free(block);
}

/* --- BZ2Compressor --- */

typedef struct Compressor {
    Object head;
    bz_stream stream;
    bool is_open, is_flushed, is_busy;
} Compressor;

static void compressor_destroy(Object *object)
{
    Compressor *self = (Compressor *)object;
    if (self->is_open) bz2.BZ2_bzCompressEnd(&self->stream);
    object_free(object, sizeof(Compressor));
}

static Value compressor_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    int level = 9;
    if (!args_no_keywords("BZ2Compressor", kwnames) || !args_count("BZ2Compressor", nargs, 0, 1)) return VALUE_NULL;
    if (nargs && !arg_as_int(args[0], &level)) return VALUE_NULL;
    if (level < 1 || level > 9) return error_set(&type_ValueError, "compresslevel must be between 1 and 9");
    if (!library_load(&bz2_library)) return VALUE_NULL;
    Compressor *self = object_alloc_zeroed(type, sizeof(Compressor));
    if (!self) return VALUE_NULL;
    self->stream.bzalloc = allocate;
    self->stream.bzfree = release;
    self->is_open = !is_failure(bz2.BZ2_bzCompressInit(&self->stream, level, 0, 0));
    if (self->is_open) return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

/* Feeds data and collects what comes out; action BZ_RUN until it is used up, or BZ_FINISH until the end. */
static Value compress(Compressor *self, const char *data, size_t length, int action)
{
    Growing out;
    if (!growing_start(&out, -1)) return VALUE_NULL;
    bz_stream *stream = &self->stream;
    for (;;) {
        unsigned piece = (unsigned)MIN(length, (size_t)UINT_MAX);
        if (action == BZ_RUN && piece == 0) break;
        ssize_t room = growing_room(&out);
        if (room < 0) return VALUE_NULL;
        unsigned space = (unsigned)MIN(room, (ssize_t)UINT_MAX);
        stream->next_in = (char *)data;
        stream->avail_in = piece;
        stream->next_out = growing_end(&out);
        stream->avail_out = space;
        int code;
        BLOCKING_BEGIN
        code = bz2.BZ2_bzCompress(stream, action);
        BLOCKING_END
        out.length += space - stream->avail_out;
        data += piece - stream->avail_in;
        length -= piece - stream->avail_in;
        if (is_failure(code)) {
            growing_discard(&out);
            return VALUE_NULL;
        }
        if (code == BZ_STREAM_END) break;
    }
    return growing_finish(&out);
}

FUNCTION(compressor_compress)
{
    Compressor *compressor = (Compressor *)value_as_object(self);
    Buffer view;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result;
    stream_enter(&compressor->is_busy);
    if (compressor->is_flushed)
        result = error_set(&type_ValueError, "Compressor has been flushed");
    else
        result = compress(compressor, view.data, (size_t)view.length, BZ_RUN);
    compressor->is_busy = false;
    buffer_release(&view);
    return result;
}

FUNCTION(compressor_flush)
{
    Compressor *compressor = (Compressor *)value_as_object(self);
    Value result;
    stream_enter(&compressor->is_busy);
    if (compressor->is_flushed) {
        result = error_set(&type_ValueError, "Repeated call to flush()");
    } else {
        compressor->is_flushed = true;
        result = compress(compressor, NULL, 0, BZ_FINISH);
    }
    compressor->is_busy = false;
    return result;
}

static const NativeMethod compressor_methods[] = {
    {"compress", compressor_compress, 1, 1, 0,
     "compress($self, data, /)\n--\n\nProvide data to the compressor object."},
    {"flush", compressor_flush, 0, 0, 0, "flush($self, /)\n--\n\nFinish the compression process."},
    {NULL},
};

static Type compressor_type = {
    .head = TYPE_HEAD,
    .name = "_bz2.BZ2Compressor",
    .doc = "BZ2Compressor(compresslevel=9, /)\n--\n\nCreate a compressor object for compressing data incrementally.",
    .instance_size = sizeof(Compressor),
    .flags = TYPE_IMMUTABLE,
    .destroy = compressor_destroy,
    .new_instance = compressor_new,
    .methods = compressor_methods,
};

/* --- BZ2Decompressor --- */

typedef struct Decompressor {
    Object head;
    bz_stream stream;
    Pending pending;
    Value unused_data; /* owned bytes */
    bool is_open, at_end, needs_input, is_busy, has_failed;
} Decompressor;

static void decompressor_destroy(Object *object)
{
    Decompressor *self = (Decompressor *)object;
    if (self->is_open) bz2.BZ2_bzDecompressEnd(&self->stream);
    pending_clear(&self->pending);
    value_xdecref(self->unused_data);
    object_free(object, sizeof(Decompressor));
}

static Value decompressor_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!args_no_keywords("BZ2Decompressor", kwnames) || !args_count("BZ2Decompressor", nargs, 0, 0)) return VALUE_NULL;
    if (!library_load(&bz2_library)) return VALUE_NULL;
    Decompressor *self = object_alloc_zeroed(type, sizeof(Decompressor));
    if (!self) return VALUE_NULL;
    self->needs_input = true;
    self->unused_data = bytes_new("", 0);
    self->is_open = !value_is_null(self->unused_data) && !is_failure(bz2.BZ2_bzDecompressInit(&self->stream, 0, 0));
    if (self->is_open) return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

/* Works the pending input off, up to the limit of the output. */
static bool decompress(Decompressor *self, Growing *out)
{
    bz_stream *stream = &self->stream;
    const uint8_t *data = self->pending.data;
    size_t length = self->pending.length;
    for (;;) {
        ssize_t room = growing_room(out);
        if (room < 0) return false;
        if (room == 0) break;
        unsigned piece = (unsigned)MIN(length, (size_t)UINT_MAX), space = (unsigned)MIN(room, (ssize_t)UINT_MAX);
        stream->next_in = (char *)data;
        stream->avail_in = piece;
        stream->next_out = growing_end(out);
        stream->avail_out = space;
        int code;
        BLOCKING_BEGIN
        code = bz2.BZ2_bzDecompress(stream);
        BLOCKING_END
        out->length += space - stream->avail_out;
        data += piece - stream->avail_in;
        length -= piece - stream->avail_in;
        if (is_failure(code)) return false;
        self->at_end = code == BZ_STREAM_END;
        if (self->at_end || (length == 0 && stream->avail_out > 0)) break;
    }
    if (self->at_end) {
        Value rest = bytes_new((const char *)data, (ssize_t)length);
        if (value_is_null(rest)) return false;
        value_replace(&self->unused_data, rest);
        pending_clear(&self->pending);
    } else {
        pending_keep(&self->pending, data, length);
    }
    self->needs_input = !self->at_end && length == 0 && (out->limit < 0 || out->length < out->limit);
    return true;
}

FUNCTION(decompressor_decompress)
{
    ARGUMENTS("decompress", 1, 2, "data", "max_length");
    Decompressor *decompressor = (Decompressor *)value_as_object(self);
    ssize_t limit = -1;
    Buffer view;
    Growing out_bytes;
    if (is_given(out[1]) && !arg_as_ssize(out[1], &limit)) return VALUE_NULL;
    if (buffer_get(out[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = VALUE_NULL;
    stream_enter(&decompressor->is_busy);
    if (decompressor->has_failed) {
        error_set(&type_ValueError, "Decompressor is unusable after a previous error");
    } else if (decompressor->at_end) {
        error_set(&type_EOFError, "End of stream already reached");
    } else if (pending_add(&decompressor->pending, view.data, (size_t)view.length) &&
               growing_start(&out_bytes, limit < 0 ? -1 : limit)) {
        if (decompress(decompressor, &out_bytes)) {
            result = growing_finish(&out_bytes);
        } else {
            growing_discard(&out_bytes);
            pending_clear(&decompressor->pending);
            decompressor->has_failed = true;
            decompressor->needs_input = false;
        }
    }
    decompressor->is_busy = false;
    buffer_release(&view);
    return result;
}

static const NativeMethod decompressor_methods[] = {
    {"decompress", decompressor_decompress, 0, -1, NATIVE_KEYWORDS,
     "decompress($self, /, data, max_length=-1)\n--\n\nDecompress *data*, returning uncompressed data as bytes."},
    {NULL},
};

static const NativeMember decompressor_members[] = {
    {"eof", MEMBER_BOOL, offsetof(Decompressor, at_end), true, "True if the end-of-stream marker has been reached."},
    {"unused_data", MEMBER_VALUE_EX, offsetof(Decompressor, unused_data), true,
     "Data found after the end of the compressed stream."},
    {"needs_input", MEMBER_BOOL, offsetof(Decompressor, needs_input), true,
     "True if more input is needed before more decompressed data can be produced."},
    {NULL},
};

static Type decompressor_type = {
    .head = TYPE_HEAD,
    .name = "_bz2.BZ2Decompressor",
    .doc = "BZ2Decompressor()\n--\n\nCreate a decompressor object for decompressing data incrementally.",
    .instance_size = sizeof(Decompressor),
    .flags = TYPE_IMMUTABLE,
    .destroy = decompressor_destroy,
    .new_instance = decompressor_new,
    .methods = decompressor_methods,
    .members = decompressor_members,
};

static int exec(Value module)
{
    return module_add_type(module, &compressor_type) < 0 ? -1 : module_add_type(module, &decompressor_type);
}

NATIVE_MODULE(_bz2) = {.name = "_bz2", .exec = exec};

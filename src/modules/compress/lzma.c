/* lzma.c: the module _lzma: compressor and decompressor objects over liblzma, and filter chains as dicts. */
#include <lzma.h>
#include <stdlib.h>

#include "modules/arguments.h"
#include "modules/compress/pending.h"
#include "modules/exception_class.h"
#include "modules/library.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"

enum { FORMAT_AUTO, FORMAT_XZ, FORMAT_ALONE, FORMAT_RAW, CHECK_UNKNOWN = LZMA_CHECK_ID_MAX + 1 };

#define XZ_FUNCTIONS(F)                                                                                                \
    F(lzma_lzma_preset)                                                                                                \
    F(lzma_properties_size) F(lzma_properties_encode) F(lzma_properties_decode) F(lzma_end) F(lzma_stream_encoder)     \
        F(lzma_raw_encoder) F(lzma_alone_encoder) F(lzma_easy_encoder) F(lzma_code) F(lzma_raw_decoder)                \
            F(lzma_auto_decoder) F(lzma_stream_decoder) F(lzma_alone_decoder) F(lzma_get_check)                        \
                F(lzma_check_is_supported)
LIBRARY(xz, "liblzma.so.5", XZ_FUNCTIONS);

static Value lzma_error; /* owned: lzma.LZMAError */

static bool is_failure(lzma_ret code)
{
    Type *type = (Type *)value_as_object(lzma_error);
    switch (code) {
    case LZMA_OK:
    case LZMA_GET_CHECK:
    case LZMA_NO_CHECK:
    case LZMA_STREAM_END: return false;
    case LZMA_UNSUPPORTED_CHECK: error_set(type, "Unsupported integrity check"); return true;
    case LZMA_MEM_ERROR: error_no_memory(); return true;
    case LZMA_MEMLIMIT_ERROR: error_set(type, "Memory usage limit exceeded"); return true;
    case LZMA_FORMAT_ERROR: error_set(type, "Input format not supported by decoder"); return true;
    case LZMA_OPTIONS_ERROR: error_set(type, "Invalid or unsupported options"); return true;
    case LZMA_DATA_ERROR: error_set(type, "Corrupt input data"); return true;
    case LZMA_BUF_ERROR: error_set(type, "Insufficient buffer space"); return true;
    case LZMA_PROG_ERROR: error_set(type, "Internal error"); return true;
    default: error_format(type, "Unrecognized error from liblzma: %d", (int)code); return true;
    }
}

/* --- filters: {"id": …, option: number} --- */

/* The number under `name`, or `fallback`: false with an error. */
static bool option(Value spec, const char *name, uint64_t fallback, uint64_t *result)
{
    Value key = str_from_cstr(name);
    if (value_is_null(key)) return false;
    Value number = get_item(spec, key);
    value_decref(key);
    *result = fallback;
    if (value_is_null(number)) return error_catch(&type_KeyError);
    bool done = arg_as_uint64(number, result);
    value_decref(number);
    return done;
}

static bool option32(Value spec, const char *name, uint32_t *field)
{
    uint64_t number;
    if (!option(spec, name, *field, &number)) return false;
    if (number > UINT32_MAX) {
        error_set(&type_OverflowError, "Value too large for uint32_t type");
        return false;
    }
    *field = (uint32_t)number;
    return true;
}

/* Every key of the spec is one of `names`. */
static bool known_options(Value spec, const char *const *names, const char *complaint)
{
    Value keys = mapping_keys(spec);
    if (value_is_null(keys)) return false;
    bool all_known = true;
    for (ssize_t i = 0; all_known && i < sequence_fast_length(keys); i++) {
        Value key = sequence_fast_items(keys)[i];
        all_known = false;
        for (const char *const *name = names; *name && is_str(key); name++) all_known |= str_equal_cstr(key, *name);
    }
    value_decref(keys);
    if (!all_known) error_set(&type_ValueError, complaint);
    return all_known;
}

static void *lzma_options(Value spec)
{
    static const char *const names[] = {"id",   "preset",   "dict_size", "lc",    "lp", "pb",
                                        "mode", "nice_len", "mf",        "depth", NULL};
    uint64_t preset;
    uint32_t mode, finder;
    if (!option(spec, "preset", LZMA_PRESET_DEFAULT, &preset)) return NULL;
    lzma_options_lzma *options = raw_calloc(1, sizeof *options);
    if (!options) {
        error_no_memory();
        return NULL;
    }
    bool done = false;
    if (xz.lzma_lzma_preset(options, (uint32_t)preset)) {
        error_format((Type *)value_as_object(lzma_error), "Invalid compression preset: %u", (unsigned)preset);
    } else {
        mode = options->mode;
        finder = options->mf;
        done = known_options(spec, names, "Invalid filter specifier for LZMA filter") &&
               option32(spec, "dict_size", &options->dict_size) && option32(spec, "lc", &options->lc) &&
               option32(spec, "lp", &options->lp) && option32(spec, "pb", &options->pb) &&
               option32(spec, "mode", &mode) && option32(spec, "nice_len", &options->nice_len) &&
               option32(spec, "mf", &finder) && option32(spec, "depth", &options->depth);
        options->mode = (lzma_mode)mode;
        options->mf = (lzma_match_finder)finder;
    }
    if (done) return options;
    raw_free(options);
    return NULL;
}

static void *delta_options(Value spec)
{
    static const char *const names[] = {"id", "dist", NULL};
    uint32_t distance = 1;
    if (!known_options(spec, names, "Invalid filter specifier for delta filter") || !option32(spec, "dist", &distance))
        return NULL;
    lzma_options_delta *options = raw_calloc(1, sizeof *options);
    if (!options)
        error_no_memory();
    else
        *options = (lzma_options_delta){.type = LZMA_DELTA_TYPE_BYTE, .dist = distance};
    return options;
}

static void *branch_options(Value spec)
{
    static const char *const names[] = {"id", "start_offset", NULL};
    uint32_t start = 0;
    if (!known_options(spec, names, "Invalid filter specifier for BCJ filter") ||
        !option32(spec, "start_offset", &start))
        return NULL;
    lzma_options_bcj *options = raw_calloc(1, sizeof *options);
    if (!options)
        error_no_memory();
    else
        options->start_offset = start;
    return options;
}

static bool parse_filter(Value spec, lzma_filter *filter)
{
    uint64_t id;
    if (!is_mapping(spec)) {
        error_set(&type_TypeError, "Filter specifier must be a dict or dict-like object");
        return false;
    }
    if (!option(spec, "id", LZMA_VLI_UNKNOWN, &id)) return false;
    if (id == LZMA_VLI_UNKNOWN) {
        error_set(&type_ValueError, "Filter specifier must have an \"id\" entry");
        return false;
    }
    filter->id = id;
    switch (id) {
    case LZMA_FILTER_LZMA1:
    case LZMA_FILTER_LZMA2: filter->options = lzma_options(spec); break;
    case LZMA_FILTER_DELTA: filter->options = delta_options(spec); break;
    case LZMA_FILTER_X86:
    case LZMA_FILTER_POWERPC:
    case LZMA_FILTER_IA64:
    case LZMA_FILTER_ARM:
    case LZMA_FILTER_ARMTHUMB:
    case LZMA_FILTER_SPARC: filter->options = branch_options(spec); break;
    default: error_format(&type_ValueError, "Invalid filter ID: %llu", (unsigned long long)id); return false;
    }
    return filter->options != NULL;
}

static void free_filters(lzma_filter *filters)
{
    for (; filters->id != LZMA_VLI_UNKNOWN; filters++) raw_free(filters->options);
}

static bool parse_filters(Value specs, lzma_filter filters[LZMA_FILTERS_MAX + 1])
{
    filters[0].id = LZMA_VLI_UNKNOWN;
    if (!is_sequence(specs)) {
        error_format(&type_TypeError, "%.200T is not a sequence", specs);
        return false;
    }
    ssize_t count = value_length(specs);
    if (count < 0) return false;
    if (count > LZMA_FILTERS_MAX) {
        error_format(&type_ValueError, "Too many filters - liblzma supports a maximum of %d", LZMA_FILTERS_MAX);
        return false;
    }
    for (ssize_t i = 0; i < count; i++) {
        Value spec = sequence_item(specs, i);
        bool done = !value_is_null(spec) && parse_filter(spec, &filters[i]);
        value_xdecref(spec);
        filters[i + (done ? 1 : 0)].id = LZMA_VLI_UNKNOWN;
        if (done) continue;
        free_filters(filters);
        return false;
    }
    return true;
}

static bool add_number(Value dict, const char *name, uint64_t number)
{
    Value value = int_from_uint64(number);
    if (value_is_null(value)) return false;
    bool done = dict_set_cstr(dict, name, value) == 0;
    value_decref(value);
    return done;
}

static Value filter_dict(const lzma_filter *filter)
{
    Value dict = dict_new();
    if (value_is_null(dict)) return VALUE_NULL;
    bool done = add_number(dict, "id", filter->id);
    if (filter->id == LZMA_FILTER_LZMA1) {
        const lzma_options_lzma *options = filter->options;
        done = done && add_number(dict, "lc", options->lc) && add_number(dict, "lp", options->lp) &&
               add_number(dict, "pb", options->pb) && add_number(dict, "dict_size", options->dict_size);
    } else if (filter->id == LZMA_FILTER_LZMA2) {
        done = done && add_number(dict, "dict_size", ((const lzma_options_lzma *)filter->options)->dict_size);
    } else if (filter->id == LZMA_FILTER_DELTA) {
        done = done && add_number(dict, "dist", ((const lzma_options_delta *)filter->options)->dist);
    } else if (filter->options) {
        done = done && add_number(dict, "start_offset", ((const lzma_options_bcj *)filter->options)->start_offset);
    }
    if (!done) value_clear(&dict);
    return dict;
}

FUNCTION(lzma_encode_properties)
{
    lzma_filter filter;
    uint32_t size;
    if (!library_load(&xz_library) || !parse_filter(args[0], &filter)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (!is_failure(xz.lzma_properties_size(&size, &filter))) {
        result = bytes_new(NULL, (ssize_t)size);
        if (!value_is_null(result) && is_failure(xz.lzma_properties_encode(&filter, (uint8_t *)as_bytes(result)->data)))
            value_clear(&result);
    }
    raw_free(filter.options);
    return result;
}

FUNCTION(lzma_decode_properties)
{
    uint64_t id;
    Buffer view;
    if (!library_load(&xz_library) || !arg_as_uint64(args[0], &id) || buffer_get(args[1], &view, BUFFER_SIMPLE) < 0)
        return VALUE_NULL;
    lzma_filter filter = {.id = id};
    lzma_ret code = xz.lzma_properties_decode(&filter, NULL, view.data, (size_t)view.length);
    buffer_release(&view);
    if (is_failure(code)) return VALUE_NULL;
    Value result = filter_dict(&filter);
    free(filter.options); // by the C library's allocator: it was asked for without one
    return result;
}

/* --- LZMACompressor --- */

typedef struct Compressor {
    Object head;
    lzma_stream stream;
    bool is_flushed, is_busy;
} Compressor;

static void compressor_destroy(Object *object)
{
    xz.lzma_end(&((Compressor *)object)->stream);
    object_free(object, sizeof(Compressor));
}

static bool with_filters(lzma_stream *stream, Value specs,
                         lzma_ret (*init)(lzma_stream *, const lzma_filter *, int check), int check)
{
    lzma_filter filters[LZMA_FILTERS_MAX + 1];
    if (!parse_filters(specs, filters)) return false;
    lzma_ret code = init(stream, filters, check);
    free_filters(filters);
    return !is_failure(code);
}

static lzma_ret init_xz(lzma_stream *stream, const lzma_filter *filters, int check)
{
    return xz.lzma_stream_encoder(stream, filters, (lzma_check)check);
}

static lzma_ret init_raw(lzma_stream *stream, const lzma_filter *filters, int check)
{
    return xz.lzma_raw_encoder(stream, filters);
}

static lzma_ret init_alone(lzma_stream *stream, const lzma_filter *filters, int check)
{
    if (filters[0].id != LZMA_FILTER_LZMA1 || filters[1].id != LZMA_VLI_UNKNOWN) return LZMA_GET_CHECK;
    return xz.lzma_alone_encoder(stream, filters[0].options);
}

static bool init_compressor(lzma_stream *stream, int format, int check, uint32_t preset, Value filters)
{
    bool has_filters = !value_is_none(filters);
    if (format == FORMAT_XZ) {
        if (check == -1) check = LZMA_CHECK_CRC64;
        if (has_filters) return with_filters(stream, filters, init_xz, check);
        return !is_failure(xz.lzma_easy_encoder(stream, preset, (lzma_check)check));
    }
    if (format == FORMAT_RAW) return with_filters(stream, filters, init_raw, 0);
    if (has_filters) {
        if (!with_filters(stream, filters, init_alone, 0)) return false;
        if (stream->internal) return true;
        error_set(&type_ValueError, "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter");
        return false;
    }
    lzma_options_lzma options;
    if (xz.lzma_lzma_preset(&options, preset)) {
        error_format((Type *)value_as_object(lzma_error), "Invalid compression preset: %u", preset);
        return false;
    }
    return !is_failure(xz.lzma_alone_encoder(stream, &options));
}

static Value compressor_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("LZMACompressor", 0, 4, "format", "check", "preset", "filters");
    int format = FORMAT_XZ, check = -1;
    uint64_t preset = LZMA_PRESET_DEFAULT;
    if (!optional_int(out[0], &format) || !optional_int(out[1], &check)) return VALUE_NULL;
    Value filters = is_given(out[3]) ? out[3] : VALUE_NONE;
    bool has_preset = is_given(out[2]) && !value_is_none(out[2]);
    if (has_preset && !value_is_none(filters))
        return error_set(&type_ValueError, "Cannot specify both preset and filter chain");
    if (has_preset && !arg_as_uint64(out[2], &preset)) return VALUE_NULL;
    if (preset > UINT32_MAX) return error_set(&type_OverflowError, "Value too large for uint32_t type");
    if (format != FORMAT_XZ && check != -1 && check != LZMA_CHECK_NONE)
        return error_set(&type_ValueError, "Integrity checks are only supported by FORMAT_XZ");
    if (format < FORMAT_XZ || format > FORMAT_RAW)
        return error_format(&type_ValueError, "Invalid container format: %d", format);
    if (format == FORMAT_RAW && value_is_none(filters))
        return error_set(&type_ValueError, "Must specify filters for FORMAT_RAW");
    if (!library_load(&xz_library)) return VALUE_NULL;
    Compressor *self = object_alloc_zeroed(type, sizeof(Compressor));
    if (!self) return VALUE_NULL;
    self->stream = (lzma_stream)LZMA_STREAM_INIT;
    if (init_compressor(&self->stream, format, check, (uint32_t)preset, filters)) return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

static Value compress(Compressor *self, const void *data, size_t length, lzma_action action)
{
    Growing out;
    lzma_stream *stream = &self->stream;
    if (!growing_start(&out, -1)) return VALUE_NULL;
    stream->next_in = data;
    stream->avail_in = length;
    for (;;) {
        ssize_t room = growing_room(&out);
        if (room < 0) return VALUE_NULL;
        stream->next_out = (uint8_t *)growing_end(&out);
        stream->avail_out = (size_t)room;
        lzma_ret code;
        BLOCKING_BEGIN
        code = xz.lzma_code(stream, action);
        BLOCKING_END
        out.length += room - (ssize_t)stream->avail_out;
        if (code == LZMA_BUF_ERROR && length == 0 && stream->avail_out > 0) code = LZMA_OK; // nothing to do
        if (is_failure(code)) {
            growing_discard(&out);
            return VALUE_NULL;
        }
        if (action == LZMA_FINISH ? code == LZMA_STREAM_END : stream->avail_in == 0) break;
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
        result = compress(compressor, view.data, (size_t)view.length, LZMA_RUN);
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
        result = compress(compressor, NULL, 0, LZMA_FINISH);
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
    .name = "_lzma.LZMACompressor",
    .doc = "LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)\n\n"
           "Create a compressor object for compressing data incrementally.",
    .instance_size = sizeof(Compressor),
    .flags = TYPE_IMMUTABLE,
    .destroy = compressor_destroy,
    .new_instance = compressor_new,
    .methods = compressor_methods,
};

/* --- LZMADecompressor --- */

typedef struct Decompressor {
    Object head;
    lzma_stream stream;
    Pending pending;
    Value unused_data; /* owned bytes */
    int check;
    bool at_end, needs_input, is_busy;
} Decompressor;

static void decompressor_destroy(Object *object)
{
    Decompressor *self = (Decompressor *)object;
    xz.lzma_end(&self->stream);
    pending_clear(&self->pending);
    value_xdecref(self->unused_data);
    object_free(object, sizeof(Decompressor));
}

static lzma_ret init_raw_decoder(lzma_stream *stream, const lzma_filter *filters, int check)
{
    return xz.lzma_raw_decoder(stream, filters);
}

static bool init_decompressor(Decompressor *self, int format, uint64_t limit, Value filters)
{
    enum { FLAGS = LZMA_TELL_ANY_CHECK | LZMA_TELL_NO_CHECK };
    lzma_stream *stream = &self->stream;
    switch (format) {
    case FORMAT_AUTO: return !is_failure(xz.lzma_auto_decoder(stream, limit, FLAGS));
    case FORMAT_XZ: return !is_failure(xz.lzma_stream_decoder(stream, limit, FLAGS));
    case FORMAT_ALONE: self->check = LZMA_CHECK_NONE; return !is_failure(xz.lzma_alone_decoder(stream, limit));
    default: self->check = LZMA_CHECK_NONE; return with_filters(stream, filters, init_raw_decoder, 0);
    }
}

static Value decompressor_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    ARGUMENTS("LZMADecompressor", 0, 3, "format", "memlimit", "filters");
    int format = FORMAT_AUTO;
    uint64_t limit = UINT64_MAX;
    if (!optional_int(out[0], &format)) return VALUE_NULL;
    bool has_limit = is_given(out[1]) && !value_is_none(out[1]);
    Value filters = is_given(out[2]) ? out[2] : VALUE_NONE;
    if (has_limit && format == FORMAT_RAW)
        return error_set(&type_ValueError, "Cannot specify memory limit with FORMAT_RAW");
    if (has_limit && !arg_as_uint64(out[1], &limit)) return VALUE_NULL;
    if (format == FORMAT_RAW && value_is_none(filters))
        return error_set(&type_ValueError, "Must specify filters for FORMAT_RAW");
    if (format != FORMAT_RAW && !value_is_none(filters))
        return error_set(&type_ValueError, "Cannot specify filters except with FORMAT_RAW");
    if (format < FORMAT_AUTO || format > FORMAT_RAW)
        return error_format(&type_ValueError, "Invalid container format: %d", format);
    if (!library_load(&xz_library)) return VALUE_NULL;
    Decompressor *self = object_alloc_zeroed(type, sizeof(Decompressor));
    if (!self) return VALUE_NULL;
    self->stream = (lzma_stream)LZMA_STREAM_INIT;
    self->check = CHECK_UNKNOWN;
    self->needs_input = true;
    self->unused_data = bytes_new("", 0);
    if (!value_is_null(self->unused_data) && init_decompressor(self, format, limit, filters))
        return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

static bool decompress(Decompressor *self, Growing *out)
{
    lzma_stream *stream = &self->stream;
    stream->next_in = self->pending.data;
    stream->avail_in = self->pending.length;
    for (;;) {
        ssize_t room = growing_room(out);
        if (room < 0) return false;
        if (room == 0) break;
        stream->next_out = (uint8_t *)growing_end(out);
        stream->avail_out = (size_t)room;
        lzma_ret code;
        BLOCKING_BEGIN
        code = xz.lzma_code(stream, LZMA_RUN);
        BLOCKING_END
        out->length += room - (ssize_t)stream->avail_out;
        if (code == LZMA_BUF_ERROR && stream->avail_in == 0 && stream->avail_out > 0) code = LZMA_OK;
        if (is_failure(code)) return false;
        if (code == LZMA_GET_CHECK || code == LZMA_NO_CHECK) self->check = (int)xz.lzma_get_check(stream);
        self->at_end = code == LZMA_STREAM_END;
        if (self->at_end || (stream->avail_in == 0 && stream->avail_out > 0)) break;
    }
    size_t rest = stream->avail_in;
    if (self->at_end) {
        Value unused = bytes_new((const char *)stream->next_in, (ssize_t)rest);
        if (value_is_null(unused)) return false;
        value_replace(&self->unused_data, unused);
        pending_clear(&self->pending);
    } else {
        pending_keep(&self->pending, stream->next_in, rest);
    }
    self->needs_input = !self->at_end && rest == 0 && (out->limit < 0 || out->length < out->limit);
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
    if (decompressor->at_end) {
        error_set(&type_EOFError, "Already at end of stream");
    } else if (pending_add(&decompressor->pending, view.data, (size_t)view.length) &&
               growing_start(&out_bytes, limit < 0 ? -1 : limit)) {
        if (decompress(decompressor, &out_bytes)) {
            result = growing_finish(&out_bytes);
        } else {
            growing_discard(&out_bytes);
            pending_clear(&decompressor->pending);
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
    {"check", MEMBER_INT, offsetof(Decompressor, check), true, "ID of the integrity check used by the input stream."},
    {"eof", MEMBER_BOOL, offsetof(Decompressor, at_end), true, "True if the end-of-stream marker has been reached."},
    {"needs_input", MEMBER_BOOL, offsetof(Decompressor, needs_input), true,
     "True if more input is needed before more decompressed data can be produced."},
    {"unused_data", MEMBER_VALUE_EX, offsetof(Decompressor, unused_data), true,
     "Data found after the end of the compressed stream."},
    {NULL},
};

static Type decompressor_type = {
    .head = TYPE_HEAD,
    .name = "_lzma.LZMADecompressor",
    .doc = "LZMADecompressor(format=FORMAT_AUTO, memlimit=None, filters=None)\n--\n\n"
           "Create a decompressor object for decompressing data incrementally.",
    .instance_size = sizeof(Decompressor),
    .flags = TYPE_IMMUTABLE,
    .destroy = decompressor_destroy,
    .new_instance = decompressor_new,
    .methods = decompressor_methods,
    .members = decompressor_members,
};

/* --- the module --- */

FUNCTION(lzma_is_check_supported_function)
{
    int check;
    if (!library_load(&xz_library)) return VALUE_NULL;
    return arg_as_int(args[0], &check) ? value_from_bool(xz.lzma_check_is_supported((lzma_check)check)) : VALUE_NULL;
}

static const NativeMethod methods[] = {
    {"is_check_supported", lzma_is_check_supported_function, 1, 1, 0,
     "is_check_supported($module, check_id, /)\n--\n\nTest whether the given integrity check is supported."},
    {"_encode_filter_properties", lzma_encode_properties, 1, 1, 0,
     "_encode_filter_properties($module, filter, /)\n--\n\nReturn the options of a filter as bytes."},
    {"_decode_filter_properties", lzma_decode_properties, 2, 2, 0,
     "_decode_filter_properties($module, filter_id, encoded_props, /)\n--\n\nReturn a dict of a filter's options."},
    {NULL},
};

static int exec(Value module)
{
    static const struct {
        const char *name;
        uint64_t value;
    } constants[] = {
        {"FORMAT_AUTO", FORMAT_AUTO},
        {"FORMAT_XZ", FORMAT_XZ},
        {"FORMAT_ALONE", FORMAT_ALONE},
        {"FORMAT_RAW", FORMAT_RAW},
        {"CHECK_NONE", LZMA_CHECK_NONE},
        {"CHECK_CRC32", LZMA_CHECK_CRC32},
        {"CHECK_CRC64", LZMA_CHECK_CRC64},
        {"CHECK_SHA256", LZMA_CHECK_SHA256},
        {"CHECK_ID_MAX", LZMA_CHECK_ID_MAX},
        {"CHECK_UNKNOWN", CHECK_UNKNOWN},
        {"FILTER_LZMA1", LZMA_FILTER_LZMA1},
        {"FILTER_LZMA2", LZMA_FILTER_LZMA2},
        {"FILTER_DELTA", LZMA_FILTER_DELTA},
        {"FILTER_X86", LZMA_FILTER_X86},
        {"FILTER_POWERPC", LZMA_FILTER_POWERPC},
        {"FILTER_IA64", LZMA_FILTER_IA64},
        {"FILTER_ARM", LZMA_FILTER_ARM},
        {"FILTER_ARMTHUMB", LZMA_FILTER_ARMTHUMB},
        {"FILTER_SPARC", LZMA_FILTER_SPARC},
        {"MF_HC3", LZMA_MF_HC3},
        {"MF_HC4", LZMA_MF_HC4},
        {"MF_BT2", LZMA_MF_BT2},
        {"MF_BT3", LZMA_MF_BT3},
        {"MF_BT4", LZMA_MF_BT4},
        {"MODE_FAST", LZMA_MODE_FAST},
        {"MODE_NORMAL", LZMA_MODE_NORMAL},
        {"PRESET_DEFAULT", LZMA_PRESET_DEFAULT},
        {"PRESET_EXTREME", LZMA_PRESET_EXTREME},
    };
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add(module, constants[i].name, int_from_uint64(constants[i].value)) < 0) return -1;
    if (value_is_null(lzma_error)) lzma_error = exception_class_new("_lzma.LZMAError", &type_Exception);
    if (value_is_null(lzma_error) || module_add(module, "LZMAError", value_incref(lzma_error)) < 0) return -1;
    return module_add_type(module, &compressor_type) < 0 ? -1 : module_add_type(module, &decompressor_type);
}

NATIVE_MODULE(_lzma) = {
    .name = "_lzma",
    .methods = methods,
    .exec = exec,
};

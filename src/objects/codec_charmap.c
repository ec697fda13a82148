/* codec_charmap: 8-bit encodings given by a mapping: a decoding string of 256 characters, an EncodingMap made from it,
 * or any mapping object. */
#include "objects/abstract.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/str_internal.h"

enum { UNMAPPED = 0xfffe };

/* --- decoding --- */

/* What the mapping says of a byte: 1 and its text is added, 0 it is not mapped, -1. */
static int decode_by_mapping(Decoder *d, Value mapping, uint8_t byte)
{
    Value found = get_item(mapping, value_from_small_int(byte));
    if (value_is_null(found)) return error_catch(&type_LookupError) ? 0 : -1;
    int result = 1;
    if (value_is_none(found)) {
        result = 0;
    } else if (is_int(found)) {
        int64_t c;
        if (!int_fits_int64(found, &c) || c < 0 || c > 0x10ffff) {
            error_format(&type_TypeError, "character mapping must be in range(0x%x)", 0x110000);
            result = -1;
        } else if (c == UNMAPPED) {
            result = 0;
        } else if (str_builder_add_char(&d->out, (uint32_t)c) < 0) {
            result = -1;
        }
    } else if (is_str(found)) {
        if (str_length(found) == 1 && str_char(as_str(found), 0) == UNMAPPED)
            result = 0;
        else if (str_builder_add_str(&d->out, found) < 0)
            result = -1;
    } else {
        error_set(&type_TypeError, "character mapping must return integer, None or str");
        result = -1;
    }
    value_decref(found);
    return result;
}

static int decode_by_string(Decoder *d, const Str *mapping, uint8_t byte)
{
    if (byte >= mapping->length) return 0;
    uint32_t c = str_char(mapping, byte);
    if (c == UNMAPPED) return 0;
    return str_builder_add_char(&d->out, c) < 0 ? -1 : 1;
}

Value codec_charmap_decode(const char *data, ssize_t size, Value mapping, const char *errors)
{
    if (value_is_null(mapping)) return str_from_latin1(data, size);
    Decoder d;
    decoder_init(&d, "charmap", errors, data, size);
    for (ssize_t at = 0; at < d.size;) {
        uint8_t byte = (uint8_t)d.data[at];
        int status =
            is_str(mapping) ? decode_by_string(&d, as_str(mapping), byte) : decode_by_mapping(&d, mapping, byte);
        if (status > 0) {
            at++;
            continue;
        }
        at = status < 0 ? -1 : decoder_error(&d, at, at + 1, "character maps to <undefined>");
        if (at < 0) return decoder_abort(&d);
    }
    return decoder_finish(&d);
}

/* --- the map for encoding: three stages of 5, 4 and 7 bits, for characters below 0x10000 --- */

typedef struct EncodingMap {
    Object head;
    uint8_t *table; /* level 1 (32 bytes), then blocks of level 2 (16 bytes each), then of level 3 (128 bytes each) */
    size_t size;
    int count2;
} EncodingMap;

enum { NO_BLOCK = 0xff };

static void map_destroy(Object *object)
{
    EncodingMap *m = (EncodingMap *)object;
    mem_free(m->table, m->size);
    object_free(object, sizeof *m);
}

static Value map_size(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_int64((int64_t)((EncodingMap *)value_as_object(self))->size + (int64_t)sizeof(EncodingMap));
}

static const NativeMethod map_methods[] = {
    {"size", map_size, 0, 0, 0, "size($self, /)\n--\n\nReturn the size (in bytes) of this object."}, {NULL}};

Type type_encoding_map = {
    TYPE_HEAD,
    .name = "EncodingMap",
    .instance_size = sizeof(EncodingMap),
    .flags = TYPE_NO_NEW,
    .destroy = map_destroy,
    .methods = map_methods,
};

static int map_look_up(const EncodingMap *m, uint32_t c)
{
    if (c > 0xffff) return -1;
    if (c == 0) return 0;
    unsigned block = m->table[c >> 11];
    if (block == NO_BLOCK) return -1;
    block = m->table[32 + 16 * block + (c >> 7 & 0xf)];
    if (block == NO_BLOCK) return -1;
    uint8_t byte = m->table[32 + 16 * m->count2 + 128 * (int)block + (int)(c & 0x7f)];
    return byte ? byte : -1;
}

/* When the string does not fit the compact form: a plain dict. */
static Value build_dict(const Str *s)
{
    Value dict = dict_new();
    for (ssize_t i = 0; !value_is_null(dict) && i < 256; i++)
        if (dict_set(dict, value_from_small_int(str_char(s, i)), value_from_small_int(i)) < 0) value_clear(&dict);
    return dict;
}

Value codec_charmap_build(Value text)
{
    const Str *s = as_str(text);
    if (s->length < 256) return error_set(&type_TypeError, "bad argument type for built-in operation");
    uint8_t level1[32], level2[512];
    int count2 = 0, count3 = 0;
    memset(level1, NO_BLOCK, sizeof level1);
    memset(level2, NO_BLOCK, sizeof level2);
    bool needs_dict = str_char(s, 0) != 0;
    for (ssize_t i = 1; i < 256 && !needs_dict; i++) {
        uint32_t c = str_char(s, i);
        needs_dict = c == 0 || c > 0xffff;
        if (needs_dict || c == UNMAPPED) continue;
        if (level1[c >> 11] == NO_BLOCK) level1[c >> 11] = (uint8_t)count2++;
        if (level2[c >> 7] == NO_BLOCK) level2[c >> 7] = (uint8_t)count3++;
    }
    if (needs_dict || count2 >= NO_BLOCK || count3 >= NO_BLOCK) return build_dict(s);
    EncodingMap *m = object_alloc(&type_encoding_map, sizeof *m);
    if (!m) return VALUE_NULL;
    m->size = (size_t)(32 + 16 * count2 + 128 * count3);
    m->count2 = count2;
    m->table = mem_alloc(m->size);
    if (!m->table) {
        object_free(&m->head, sizeof *m);
        return error_no_memory();
    }
    memcpy(m->table, level1, 32);
    memset(m->table + 32, NO_BLOCK, (size_t)(16 * count2));
    memset(m->table + 32 + 16 * count2, 0, (size_t)(128 * count3));
    for (ssize_t i = 1; i < 256; i++) {
        uint32_t c = str_char(s, i);
        if (c == UNMAPPED) continue;
        m->table[32 + 16 * level1[c >> 11] + (c >> 7 & 0xf)] = level2[c >> 7];
        m->table[32 + 16 * count2 + 128 * level2[c >> 7] + (int)(c & 0x7f)] = (uint8_t)i;
    }
    return value_from_object(m);
}

/* --- encoding --- */

/* Writes what the mapping gives for c: 1, 0 when it gives nothing, -1. */
static int encode_char(Encoder *e, Value mapping, uint32_t c)
{
    if (object_has_type(mapping, &type_encoding_map)) {
        int byte = map_look_up((EncodingMap *)value_as_object(mapping), c);
        if (byte < 0) return 0;
        return bytes_builder_add_byte(&e->out, byte) < 0 ? -1 : 1;
    }
    Value found = get_item(mapping, value_from_small_int(c));
    if (value_is_null(found)) return error_catch(&type_LookupError) ? 0 : -1;
    int result = 1;
    int64_t byte;
    if (value_is_none(found)) {
        result = 0;
    } else if (is_int(found)) {
        if (!int_fits_int64(found, &byte) || byte < 0 || byte > 255) {
            error_set(&type_TypeError, "character mapping must be in range(256)");
            result = -1;
        } else if (bytes_builder_add_byte(&e->out, (int)byte) < 0) {
            result = -1;
        }
    } else if (is_bytes(found)) {
        if (bytes_builder_add(&e->out, as_bytes(found)->data, as_bytes(found)->length) < 0) result = -1;
    } else {
        error_format(&type_TypeError, "character mapping must return integer, bytes or None, not %.400s",
                     type_of(found)->name);
        result = -1;
    }
    value_decref(found);
    return result;
}

static const char unmapped_reason[] = "character maps to <undefined>";

/* The replacement must go through the mapping itself. */
static int encode_text(Encoder *e, Value mapping, Value text, ssize_t start, ssize_t end)
{
    const Str *s = as_str(text);
    for (ssize_t i = 0; i < s->length; i++) {
        int status = encode_char(e, mapping, str_char(s, i));
        if (status == 0) encoder_raise(e, start, end, unmapped_reason);
        if (status <= 0) return -1;
    }
    return 0;
}

/* Escapes written as ASCII bytes are taken back and encoded by the mapping. */
static int remap_written(Encoder *e, Value mapping, ssize_t before, ssize_t start, ssize_t end)
{
    if (e->policy != ERRORS_REPLACE && e->policy != ERRORS_BACKSLASHREPLACE && e->policy != ERRORS_XMLCHARREFREPLACE)
        return 0;
    Value text = str_from_latin1(e->out.block->data + before, e->out.length - before);
    if (value_is_null(text)) return -1;
    e->out.length = before;
    int status = encode_text(e, mapping, text, start, end);
    value_decref(text);
    return status;
}

/* The run of unmapped characters from i on. */
static ssize_t run_end(Encoder *e, Value mapping, ssize_t i)
{
    const Str *s = as_str(e->text);
    ssize_t end = i + 1, length = e->out.length;
    while (end < s->length) {
        int status = encode_char(e, mapping, str_char(s, end));
        e->out.length = length; /* only a try */
        if (status < 0) return -1;
        if (status > 0) break;
        end++;
    }
    return end;
}

Value codec_charmap_encode(Value text, Value mapping, const char *errors)
{
    if (value_is_null(mapping)) return codec_latin1_encode(text, errors);
    const Str *s = as_str(text);
    Encoder e;
    encoder_init(&e, "charmap", errors, text);
    for (ssize_t i = 0; i < s->length;) {
        int status = encode_char(&e, mapping, str_char(s, i));
        if (status < 0) return encoder_abort(&e);
        if (status > 0) {
            i++;
            continue;
        }
        ssize_t end = run_end(&e, mapping, i), before = e.out.length;
        Value replacement = VALUE_NULL;
        ssize_t next = end < 0 ? -1 : encoder_error(&e, i, end, unmapped_reason, &replacement);
        if (next < 0) return encoder_abort(&e);
        status = value_is_null(replacement) ? remap_written(&e, mapping, before, i, end)
                                            : encode_text(&e, mapping, replacement, i, end);
        value_xdecref(replacement);
        if (status < 0) return encoder_abort(&e);
        i = next;
    }
    return encoder_finish(&e);
}

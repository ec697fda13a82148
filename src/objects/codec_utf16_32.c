/* codec_utf16_32: utf-16 and utf-32 in both byte orders. One decoder loop serves each: a unit is read by its byte
 * order, and what is not valid goes to the error machinery. */
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/str_internal.h"

static uint32_t get16(const char *data, bool is_big)
{
    const uint8_t *s = (const uint8_t *)data;
    return is_big ? (uint32_t)s[0] << 8 | s[1] : (uint32_t)s[1] << 8 | s[0];
}

static uint32_t get32(const char *data, bool is_big)
{
    const uint8_t *s = (const uint8_t *)data;
    return is_big ? (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3]
                  : (uint32_t)s[3] << 24 | (uint32_t)s[2] << 16 | (uint32_t)s[1] << 8 | s[0];
}

static void put16(char *out, uint32_t c, bool is_big)
{
    out[is_big ? 0 : 1] = (char)(c >> 8);
    out[is_big ? 1 : 0] = (char)c;
}

static void put32(char *out, uint32_t c, bool is_big)
{
    for (int i = 0; i < 4; i++) out[is_big ? i : 3 - i] = (char)(c >> (24 - 8 * i));
}

static bool is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

static bool is_low_surrogate(uint32_t c)
{
    return c >= 0xdc00 && c <= 0xdfff;
}

/* --- decoding --- */

/* Reads the byte order mark; gives where the text begins. */
static ssize_t read_mark(const char *data, ssize_t size, int width, int *byte_order)
{
    if (*byte_order != 0 || size < width) return 0;
    uint32_t little = width == 2 ? get16(data, false) : get32(data, false);
    uint32_t big = width == 2 ? get16(data, true) : get32(data, true);
    if (little == 0xfeff)
        *byte_order = -1;
    else if (big == 0xfeff)
        *byte_order = 1;
    else
        return 0;
    return width;
}

/* One character of utf-16 at `at`: its length, or 0 with the bad range and its reason (NULL: more input may complete
 * it). */
static int decode16(const Decoder *d, ssize_t at, bool is_big, uint32_t *c, ssize_t *bad, const char **reason)
{
    ssize_t left = d->size - at;
    *reason = NULL;
    if (left < 2) {
        *bad = left;
        return 0;
    }
    *c = get16(d->data + at, is_big);
    if (!is_surrogate(*c)) return 2;
    if (is_low_surrogate(*c)) {
        *bad = 2;
        *reason = "illegal encoding";
        return 0;
    }
    if (left < 4) {
        *bad = left;
        return 0;
    }
    uint32_t low = get16(d->data + at + 2, is_big);
    if (!is_low_surrogate(low)) {
        *bad = 2;
        *reason = "illegal UTF-16 surrogate";
        return 0;
    }
    *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
    return 4;
}

static int decode32(const Decoder *d, ssize_t at, bool is_big, uint32_t *c, ssize_t *bad, const char **reason)
{
    ssize_t left = d->size - at;
    *reason = NULL;
    if (left < 4) {
        *bad = left;
        return 0;
    }
    *c = get32(d->data + at, is_big);
    *bad = 4;
    if (is_surrogate(*c))
        *reason = "code point in surrogate code point range(0xd800, 0xe000)";
    else if (*c > 0x10ffff)
        *reason = "code point not in range(0x110000)";
    return *reason ? 0 : 4;
}

typedef int DecodeStep(const Decoder *d, ssize_t at, bool is_big, uint32_t *c, ssize_t *bad, const char **reason);

static Value decode_wide(Decoder *d, ssize_t at, bool is_big, DecodeStep *step, const char *truncated,
                         ssize_t *consumed)
{
    while (at < d->size) {
        uint32_t c;
        ssize_t bad;
        const char *reason;
        int n = step(d, at, is_big, &c, &bad, &reason);
        if (n > 0) {
            if (str_builder_add_char(&d->out, c) < 0) return decoder_abort(d);
            at += n;
            continue;
        }
        if (!reason) {
            if (consumed) break;
            reason = step == decode16 && bad >= 2 ? "unexpected end of data" : truncated;
        }
        at = decoder_error(d, at, at + bad, reason);
        if (at < 0) return decoder_abort(d);
    }
    if (consumed) *consumed = at;
    return decoder_finish(d);
}

Value codec_utf16_decode(const char *data, ssize_t size, const char *errors, int *byte_order, ssize_t *consumed)
{
    ssize_t start = read_mark(data, size, 2, byte_order);
    bool is_big = *byte_order > 0;
    Decoder d;
    decoder_init(&d, is_big ? "utf-16-be" : "utf-16-le", errors, data, size);
    return decode_wide(&d, start, is_big, decode16, "truncated data", consumed);
}

Value codec_utf32_decode(const char *data, ssize_t size, const char *errors, int *byte_order, ssize_t *consumed)
{
    ssize_t start = read_mark(data, size, 4, byte_order);
    bool is_big = *byte_order > 0;
    Decoder d;
    decoder_init(&d, is_big ? "utf-32-be" : "utf-32-le", errors, data, size);
    return decode_wide(&d, start, is_big, decode32, "truncated data", consumed);
}

/* --- encoding --- */

static int put_char(Encoder *e, uint32_t c, int width, bool is_big)
{
    char *out = bytes_builder_reserve(&e->out, 4);
    if (!out) return -1;
    if (width == 4) {
        put32(out, c, is_big);
        e->out.length += 4;
    } else if (c < 0x10000) {
        put16(out, c, is_big);
        e->out.length += 2;
    } else {
        put16(out, 0xd800 + ((c - 0x10000) >> 10), is_big);
        put16(out + 2, 0xdc00 + (c & 0x3ff), is_big);
        e->out.length += 4;
    }
    return 0;
}

/* What a handler gave: bytes must be whole units, text must be ASCII. */
static int put_replacement(Encoder *e, STEALS Value text, ssize_t before, int width, bool is_big, ssize_t start,
                           ssize_t end)
{
    static const char reason[] = "surrogates not allowed";
    int status = 0;
    if (value_is_null(text)) { /* bytes, written already; or an escape in ASCII, which must be widened */
        ssize_t added = e->out.length - before;
        if (e->policy == ERRORS_CALLBACK || e->policy == ERRORS_SURROGATEESCAPE) {
            if (added % width == 0) return 0;
            encoder_raise(e, start, end, reason);
            return -1;
        }
        char *out = bytes_builder_reserve(&e->out, added * (width - 1));
        if (!out) return -1;
        char *first = e->out.block->data + before;
        for (ssize_t i = added; i-- > 0;) {
            uint32_t c = (uint8_t)first[i];
            if (width == 2)
                put16(first + i * 2, c, is_big);
            else
                put32(first + i * 4, c, is_big);
        }
        e->out.length = before + added * width;
        return 0;
    }
    const Str *s = as_str(text);
    if (!s->is_ascii) {
        encoder_raise(e, start, end, reason);
        status = -1;
    }
    for (ssize_t i = 0; i < s->length && status == 0; i++) status = put_char(e, str_char(s, i), width, is_big);
    value_decref(text);
    return status;
}

static Value encode_wide(Value text, const char *encoding, const char *errors, int width, int byte_order)
{
    const Str *s = as_str(text);
    bool is_big = byte_order > 0;
    Encoder e;
    encoder_init(&e, encoding, errors, text);
    if (byte_order == 0 && put_char(&e, 0xfeff, width, false) < 0) return encoder_abort(&e);
    for (ssize_t i = 0; i < s->length;) {
        uint32_t c = str_char(s, i);
        if (!is_surrogate(c)) {
            if (put_char(&e, c, width, is_big) < 0) return encoder_abort(&e);
            i++;
            continue;
        }
        ssize_t before = e.out.length;
        Value replacement;
        ssize_t next = encoder_error(&e, i, i + 1, "surrogates not allowed", &replacement);
        if (next < 0 || put_replacement(&e, replacement, before, width, is_big, i, i + 1) < 0) return encoder_abort(&e);
        i = next;
    }
    return encoder_finish(&e);
}

Value codec_utf16_encode(Value text, const char *errors, int byte_order)
{
    const char *name = byte_order < 0 ? "utf-16-le" : byte_order > 0 ? "utf-16-be" : "utf-16";
    return encode_wide(text, name, errors, 2, byte_order);
}

Value codec_utf32_encode(Value text, const char *errors, int byte_order)
{
    const char *name = byte_order < 0 ? "utf-32-le" : byte_order > 0 ? "utf-32-be" : "utf-32";
    return encode_wide(text, name, errors, 4, byte_order);
}

/* codec_utf8: utf-8, ascii and latin-1: the codecs that everything passes through. Valid input goes through the fast
 * functions of base/utf8; only an invalid sequence enters the error machinery. */
#include "base/utf8.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/str_internal.h"

/* --- utf-8 --- */

static int add_valid(Decoder *d, const char *text, size_t size, size_t length, uint32_t max_char)
{
    if (size == 0) return 0;
    if (max_char < 0x80) return str_builder_add_ascii(&d->out, text, (ssize_t)size);
    if (str_builder_reserve(&d->out, (ssize_t)length, max_char) < 0) return -1;
    utf8_decode_valid(text, size, (char *)d->out.data + d->out.length * d->out.kind, d->out.kind);
    d->out.length += (ssize_t)length;
    return 0;
}

/* The first two bytes of a surrogate, and nothing behind them: a handler may accept the whole. */
static bool is_half_surrogate(const char *text, ssize_t size)
{
    return size == 2 && (uint8_t)text[0] == 0xed && (uint8_t)text[1] >= 0xa0 && (uint8_t)text[1] <= 0xbf;
}

static Value decode_with_errors(const char *data, ssize_t size, const char *errors, ssize_t *consumed)
{
    Decoder d;
    decoder_init(&d, "utf-8", errors, data, size);
    ssize_t at = 0;
    while (at < d.size) {
        size_t length;
        uint32_t max_char;
        size_t valid = utf8_measure(d.data + at, (size_t)(d.size - at), &length, &max_char);
        if (add_valid(&d, d.data + at, valid, length, max_char) < 0) return decoder_abort(&d);
        at += (ssize_t)valid;
        if (at == d.size) break;
        const char *reason;
        bool is_truncated;
        size_t bad = utf8_invalid_sequence(d.data + at, (size_t)(d.size - at), &reason, &is_truncated);
        if (consumed && (is_truncated || is_half_surrogate(d.data + at, d.size - at))) break;
        at = decoder_error(&d, at, at + (ssize_t)bad, reason);
        if (at < 0) return decoder_abort(&d);
    }
    if (consumed) *consumed = at;
    return decoder_finish(&d);
}

Value codec_utf8_decode(const char *data, ssize_t size, const char *errors, ssize_t *consumed)
{
    if (consumed) *consumed = size;
    size_t length;
    uint32_t max_char;
    if (utf8_measure(data, (size_t)size, &length, &max_char) < (size_t)size)
        return decode_with_errors(data, size, errors, consumed);
    if (max_char < 0x80 || length <= 1) {
        if (length == 1) return str_from_char(utf8_next(&data));
        Value v = str_new(size, 0x7f);
        if (!value_is_null(v) && size) memcpy(as_str(v)->data, data, (size_t)size);
        return v;
    }
    Value v = str_new((ssize_t)length, max_char);
    if (!value_is_null(v)) utf8_decode_valid(data, (size_t)size, as_str(v)->data, as_str(v)->kind);
    return v;
}

static bool is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

/* A handler's answer: ASCII only, as CPython's encoder demands for utf-8. */
static int add_ascii_replacement(Encoder *e, STEALS Value replacement, ssize_t start, ssize_t end, const char *reason)
{
    if (value_is_null(replacement)) return 0;
    int status = -1;
    if (as_str(replacement)->is_ascii)
        status = bytes_builder_add(&e->out, as_str(replacement)->data, str_length(replacement));
    else
        encoder_raise(e, start, end, reason);
    value_decref(replacement);
    return status;
}

static Value encode_utf8_with_errors(Value text, const char *errors)
{
    static const char reason[] = "surrogates not allowed";
    const Str *s = as_str(text);
    Encoder e;
    encoder_init(&e, "utf-8", errors, text);
    for (ssize_t i = 0; i < s->length;) {
        uint32_t c = str_char(s, i);
        if (!is_surrogate(c)) {
            char *out = bytes_builder_reserve(&e.out, 4);
            if (!out) return encoder_abort(&e);
            e.out.length += utf8_put(out, c);
            i++;
            continue;
        }
        ssize_t end = i + 1;
        while (end < s->length && is_surrogate(str_char(s, end))) end++;
        Value replacement;
        ssize_t next = encoder_error(&e, i, end, reason, &replacement);
        if (next < 0 || add_ascii_replacement(&e, replacement, i, end, reason) < 0) return encoder_abort(&e);
        i = next;
    }
    return encoder_finish(&e);
}

static ssize_t utf8_size(const Str *s)
{
    ssize_t size = s->length;
    if (s->kind == 1) {
        const uint8_t *c = s->data;
        for (ssize_t i = 0; i < s->length; i++) size += c[i] >> 7;
        return size;
    }
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        if (is_surrogate(c)) return -1;
        size += (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);
    }
    return size;
}

Value codec_utf8_encode(Value text, const char *errors)
{
    Str *s = as_str(text);
    if (s->is_ascii) return bytes_new(s->data, s->length);
    const Utf8Text *cached = str_cached_utf8(s);
    if (cached) return bytes_new(cached->text, cached->length);
    ssize_t size = utf8_size(s);
    if (size < 0) return encode_utf8_with_errors(text, errors);
    Value result = bytes_new(NULL, size);
    if (value_is_null(result)) return result;
    char *out = as_bytes(result)->data;
    for (ssize_t i = 0; i < s->length; i++) out += utf8_put(out, str_char(s, i));
    return result;
}

/* --- ascii and latin-1 --- */

Value codec_ascii_decode(const char *data, ssize_t size, const char *errors)
{
    ssize_t valid = (ssize_t)utf8_ascii_prefix(data, (size_t)size);
    if (valid == size) return codec_utf8_decode(data, size, NULL, NULL);
    Decoder d;
    decoder_init(&d, "ascii", errors, data, size);
    for (ssize_t at = 0; at < d.size;) {
        ssize_t run = (ssize_t)utf8_ascii_prefix(d.data + at, (size_t)(d.size - at));
        if (run && str_builder_add_ascii(&d.out, d.data + at, run) < 0) return decoder_abort(&d);
        at += run;
        if (at == d.size) break;
        at = decoder_error(&d, at, at + 1, "ordinal not in range(128)");
        if (at < 0) return decoder_abort(&d);
    }
    return decoder_finish(&d);
}

/* A replacement must itself be encodable: else the original error is raised. */
static int add_limited_replacement(Encoder *e, STEALS Value replacement, uint32_t limit, ssize_t start, ssize_t end,
                                   const char *reason)
{
    if (value_is_null(replacement)) return 0;
    const Str *s = as_str(replacement);
    int status = 0;
    for (ssize_t i = 0; i < s->length && status == 0; i++) {
        uint32_t c = str_char(s, i);
        if (c < limit) {
            status = bytes_builder_add_byte(&e->out, (int)c);
        } else {
            encoder_raise(e, start, end, reason);
            status = -1;
        }
    }
    value_decref(replacement);
    return status;
}

static Value encode_limited(Value text, const char *errors, uint32_t limit)
{
    const char *reason = limit == 0x80 ? "ordinal not in range(128)" : "ordinal not in range(256)";
    const Str *s = as_str(text);
    if (s->is_ascii || (limit == 0x100 && s->kind == 1)) return bytes_new(s->data, s->length);
    Encoder e;
    encoder_init(&e, limit == 0x80 ? "ascii" : "latin-1", errors, text);
    for (ssize_t i = 0; i < s->length;) {
        if (str_char(s, i) < limit) {
            if (bytes_builder_add_byte(&e.out, (int)str_char(s, i)) < 0) return encoder_abort(&e);
            i++;
            continue;
        }
        ssize_t end = i + 1;
        while (end < s->length && str_char(s, end) >= limit) end++;
        Value replacement;
        ssize_t next = encoder_error(&e, i, end, reason, &replacement);
        if (next < 0 || add_limited_replacement(&e, replacement, limit, i, end, reason) < 0) return encoder_abort(&e);
        i = next;
    }
    return encoder_finish(&e);
}

Value codec_ascii_encode(Value text, const char *errors)
{
    return encode_limited(text, errors, 0x80);
}

Value codec_latin1_encode(Value text, const char *errors)
{
    return encode_limited(text, errors, 0x100);
}

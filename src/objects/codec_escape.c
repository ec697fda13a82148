/* codec_escape: the escape sequences of string literals: unicode_escape, raw_unicode_escape, and escape (of bytes). */
#include <stdio.h>

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str_internal.h"
#include "objects/unicode_names.h"

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Copied, because an error handler may replace the input. */
static void note_invalid(InvalidEscape *invalid, const char *text, size_t length)
{
    if (!invalid->text[0]) memcpy(invalid->text, text, length);
}

/* --- unicode_escape: decoding --- */

/* Up to `count` hexadecimal digits; gives how many there are. */
static int read_hex(const Decoder *d, ssize_t at, int count, uint32_t *value)
{
    int n = 0;
    *value = 0;
    for (; n < count && at + n < d->size; n++) {
        int digit = hex_digit((uint8_t)d->data[at + n]);
        if (digit < 0) break;
        *value = *value << 4 | (uint32_t)digit;
    }
    return n;
}

typedef struct Escape {
    uint32_t c;
    ssize_t end;        /* behind it */
    const char *reason; /* why it is wrong, or NULL */
    bool is_incomplete; /* more input may complete it */
} Escape;

static void read_hex_escape(const Decoder *d, ssize_t at, int count, const char *reason, Escape *e)
{
    int n = read_hex(d, at, count, &e->c);
    e->end = at + n;
    if (n == count) return;
    e->reason = reason;
    e->is_incomplete = at + n == d->size;
}

/* "\N{name}", `at` behind the N. */
static void read_name_escape(const Decoder *d, ssize_t at, Escape *e)
{
    e->reason = "malformed \\N character escape";
    e->end = at;
    if (at >= d->size) {
        e->is_incomplete = true;
        return;
    }
    if (d->data[at] != '{') return;
    const char *start = d->data + at + 1, *close = memchr(start, '}', (size_t)(d->size - at - 1));
    if (!close) {
        e->end = d->size;
        e->is_incomplete = true;
        return;
    }
    if (close == start) {
        e->end = at + 2;
        return;
    }
    e->end = close - d->data + 1;
    if (unicode_from_name(start, close - start, &e->c))
        e->reason = NULL;
    else
        e->reason = "unknown Unicode character name";
}

/* The escape whose backslash stands at `at` (there is at least one more byte). False: not an escape that is known. */
static bool read_escape(const Decoder *d, ssize_t at, Escape *e)
{
    *e = (Escape){.end = at + 2};
    uint8_t kind = (uint8_t)d->data[at + 1];
    switch (kind) {
    case '\\':
    case '\'':
    case '"': e->c = kind; return true;
    case 'b': e->c = '\b'; return true;
    case 't': e->c = '\t'; return true;
    case 'n': e->c = '\n'; return true;
    case 'r': e->c = '\r'; return true;
    case 'f': e->c = '\f'; return true;
    case 'v': e->c = '\v'; return true;
    case 'a': e->c = '\a'; return true;
    case 'x': read_hex_escape(d, at + 2, 2, "truncated \\xXX escape", e); return true;
    case 'u': read_hex_escape(d, at + 2, 4, "truncated \\uXXXX escape", e); return true;
    case 'U':
        read_hex_escape(d, at + 2, 8, "truncated \\UXXXXXXXX escape", e);
        if (!e->reason && e->c > 0x10ffff) e->reason = "illegal Unicode character";
        return true;
    case 'N': read_name_escape(d, at + 2, e); return true;
    default: break;
    }
    if (kind < '0' || kind > '7') return false;
    e->end = at + 1;
    for (int i = 0; i < 3 && e->end < d->size && d->data[e->end] >= '0' && d->data[e->end] <= '7'; i++)
        e->c = e->c * 8 + (uint32_t)(d->data[e->end++] - '0');
    return true;
}

Value codec_unicode_escape_decode(const char *data, ssize_t size, const char *errors, ssize_t *consumed,
                                  InvalidEscape *invalid)
{
    *invalid = (InvalidEscape){""};
    Decoder d;
    decoder_init(&d, "unicodeescape", errors, data, size);
    ssize_t at = 0;
    while (at < d.size) {
        uint8_t byte = (uint8_t)d.data[at];
        if (byte != '\\') {
            if (str_builder_add_char(&d.out, byte) < 0) return decoder_abort(&d);
            at++;
            continue;
        }
        Escape e;
        if (at + 1 == d.size) {
            if (consumed) break;
            at = decoder_error(&d, at, at + 1, "\\ at end of string");
        } else if (d.data[at + 1] == '\n') {
            at += 2;
        } else if (!read_escape(&d, at, &e)) {
            note_invalid(invalid, d.data + at + 1, 1);
            str_builder_add_char(&d.out, '\\');
            str_builder_add_char(&d.out, (uint8_t)d.data[at + 1]);
            at += 2;
        } else if (!e.reason) {
            if (e.c > 0xff && d.data[at + 1] >= '0' && d.data[at + 1] <= '7') note_invalid(invalid, d.data + at + 1, 3);
            str_builder_add_char(&d.out, e.c);
            at = e.end;
        } else if (e.is_incomplete && consumed) {
            break;
        } else {
            at = decoder_error(&d, at, e.end, e.reason);
        }
        if (at < 0 || d.out.failed) return decoder_abort(&d);
    }
    if (consumed) *consumed = at;
    return decoder_finish(&d);
}

/* --- unicode_escape: encoding --- */

static void add_escape(BytesBuilder *out, uint32_t c, bool has_short)
{
    char text[16];
    const char *format = c < 0x100 && has_short ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
    bytes_builder_add(out, text, snprintf(text, sizeof text, format, c));
}

Value codec_unicode_escape_encode(Value v)
{
    const Str *s = as_str(v);
    BytesBuilder out;
    bytes_builder_init(&out);
    for (ssize_t i = 0; i < s->length && !out.failed; i++) {
        uint32_t c = str_char(s, i);
        switch (c) {
        case '\\': bytes_builder_add(&out, "\\\\", 2); break;
        case '\t': bytes_builder_add(&out, "\\t", 2); break;
        case '\n': bytes_builder_add(&out, "\\n", 2); break;
        case '\r': bytes_builder_add(&out, "\\r", 2); break;
        default:
            if (c >= ' ' && c < 127)
                bytes_builder_add_byte(&out, (int)c);
            else
                add_escape(&out, c, true);
        }
    }
    return bytes_builder_finish(&out);
}

/* --- raw_unicode_escape --- */

Value codec_raw_unicode_escape_decode(const char *data, ssize_t size, const char *errors, ssize_t *consumed)
{
    Decoder d;
    decoder_init(&d, "rawunicodeescape", errors, data, size);
    ssize_t at = 0;
    while (at < d.size) {
        uint8_t kind = at + 1 < d.size ? (uint8_t)d.data[at + 1] : 0;
        if (d.data[at] != '\\' || (kind != 'u' && kind != 'U')) {
            if (d.data[at] == '\\' && at + 1 == d.size && consumed) break;
            int count = d.data[at] == '\\' && at + 1 < d.size ? 2 : 1; /* a backslash hides the next one */
            for (int i = 0; i < count; i++)
                if (str_builder_add_char(&d.out, (uint8_t)d.data[at + i]) < 0) return decoder_abort(&d);
            at += count;
            continue;
        }
        Escape e = {0};
        read_hex_escape(&d, at + 2, kind == 'u' ? 4 : 8,
                        kind == 'u' ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape", &e);
        if (!e.reason && e.c > 0x10ffff) e.reason = "\\Uxxxxxxxx out of range";
        if (!e.reason) {
            str_builder_add_char(&d.out, e.c);
            at = e.end;
        } else if (e.is_incomplete && consumed) {
            break;
        } else {
            at = decoder_error(&d, at, e.end, e.reason);
        }
        if (at < 0 || d.out.failed) return decoder_abort(&d);
    }
    if (consumed) *consumed = at;
    return decoder_finish(&d);
}

Value codec_raw_unicode_escape_encode(Value v)
{
    const Str *s = as_str(v);
    if (s->kind == 1) return bytes_new(s->data, s->length);
    BytesBuilder out;
    bytes_builder_init(&out);
    for (ssize_t i = 0; i < s->length && !out.failed; i++) {
        uint32_t c = str_char(s, i);
        if (c < 0x100)
            bytes_builder_add_byte(&out, (int)c);
        else
            add_escape(&out, c, false);
    }
    return bytes_builder_finish(&out);
}

/* --- escape: bytes to bytes --- */

/* "\x" without two digits: what the policy says. -1 with an error, else bytes to skip. */
static ssize_t bad_hex(BytesBuilder *out, const char *errors, const char *data, ssize_t at, ssize_t size)
{
    if (!errors || strcmp(errors, "strict") == 0) {
        error_format(&type_ValueError, "invalid \\x escape at position %zd", at);
        return -1;
    }
    if (strcmp(errors, "replace") == 0) {
        bytes_builder_add_byte(out, '?');
    } else if (strcmp(errors, "ignore") != 0) {
        error_format(&type_ValueError, "decoding error; unknown error handling code: %.400s", errors);
        return -1;
    }
    return 2 + (at + 2 < size && hex_digit((uint8_t)data[at + 2]) >= 0);
}

Value codec_escape_decode(const char *data, ssize_t size, const char *errors, InvalidEscape *invalid)
{
    *invalid = (InvalidEscape){""};
    BytesBuilder out;
    bytes_builder_init(&out);
    for (ssize_t at = 0; at < size && !out.failed;) {
        if (data[at] != '\\') {
            const char *next = memchr(data + at, '\\', (size_t)(size - at));
            ssize_t run = next ? next - (data + at) : size - at;
            bytes_builder_add(&out, data + at, run);
            at += run;
            continue;
        }
        if (at + 1 == size) {
            bytes_builder_discard(&out);
            return error_set(&type_ValueError, "Trailing \\ in string");
        }
        uint8_t kind = (uint8_t)data[at + 1];
        static const char plain[] = "\\'\"btnrfva", values[] = "\\'\"\b\t\n\r\f\v\a";
        const char *found = kind ? strchr(plain, kind) : NULL;
        if (kind == '\n') {
            at += 2;
        } else if (found) {
            bytes_builder_add_byte(&out, values[found - plain]);
            at += 2;
        } else if (kind >= '0' && kind <= '7') {
            int c = 0, n = 0;
            for (; n < 3 && at + 1 + n < size && data[at + 1 + n] >= '0' && data[at + 1 + n] <= '7'; n++)
                c = c * 8 + (data[at + 1 + n] - '0');
            if (c > 0xff) note_invalid(invalid, data + at + 1, 3);
            bytes_builder_add_byte(&out, c & 0xff);
            at += 1 + n;
        } else if (kind == 'x') {
            int high = at + 2 < size ? hex_digit((uint8_t)data[at + 2]) : -1;
            int low = at + 3 < size ? hex_digit((uint8_t)data[at + 3]) : -1;
            if (high >= 0 && low >= 0) {
                bytes_builder_add_byte(&out, high << 4 | low);
                at += 4;
                continue;
            }
            ssize_t skip = bad_hex(&out, errors, data, at, size);
            if (skip < 0) {
                bytes_builder_discard(&out);
                return VALUE_NULL;
            }
            at += skip;
        } else {
            note_invalid(invalid, data + at + 1, 1);
            bytes_builder_add(&out, data + at, 2);
            at += 2;
        }
    }
    return bytes_builder_finish(&out);
}

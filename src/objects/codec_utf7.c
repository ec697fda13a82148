/* codec_utf7: RFC 2152: ASCII as it is, everything else as UTF-16 in base 64 between "+" and "-". */
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/str_internal.h"

static bool is_base64(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

static unsigned from_base64(uint32_t c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : 63;
}

static char to_base64(unsigned n)
{
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[n & 0x3f];
}

/* Characters that may stand as they are. The optional ones of the RFC are written directly too, as CPython does. */
static bool is_direct(uint32_t c)
{
    if (c >= 128) return false;
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return true;
    return c && strchr("'(),-./:? \t\n\r!\"#$%&*;<=>@[]^_`{|}", (int)c);
}

/* Characters that may appear outside of base 64 when decoding. */
static bool decodes_directly(uint32_t c)
{
    return c <= 127 && c != '+';
}

/* --- decoding --- */

typedef struct Utf7 {
    Decoder d;
    bool in_shift;
    ssize_t shift_start, shift_out; /* where the shift began: in the input, in the output */
    uint32_t buffer;
    int bits;
    uint32_t surrogate; /* a high one that waits for its partner */
} Utf7;

/* A full UTF-16 unit has come in. */
static int add_unit(Utf7 *u)
{
    uint32_t unit = u->buffer >> (u->bits - 16) & 0xffff;
    u->bits -= 16;
    u->buffer &= (UINT32_C(1) << u->bits) - 1;
    if (u->surrogate) {
        uint32_t high = u->surrogate;
        u->surrogate = 0;
        if (unit >= 0xdc00 && unit <= 0xdfff)
            return str_builder_add_char(&u->d.out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
        if (str_builder_add_char(&u->d.out, high) < 0) return -1;
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
        u->surrogate = unit;
        return 0;
    }
    return str_builder_add_char(&u->d.out, unit);
}

/* The base-64 run ends before c: NULL when all is well, else the reason. */
static const char *end_shift(Utf7 *u)
{
    const char *reason = NULL;
    if (u->bits >= 6)
        reason = "partial character in base64 sequence";
    else if (u->buffer)
        reason = "non-zero padding bits in base64 sequence";
    return reason;
}

/* Handles one input byte at `at`; gives the next place or -1. */
static ssize_t decode_byte(Utf7 *u, ssize_t at)
{
    Decoder *d = &u->d;
    uint32_t c = (uint8_t)d->data[at];
    if (u->in_shift) {
        if (is_base64(c)) {
            u->buffer = u->buffer << 6 | from_base64(c);
            u->bits += 6;
            if (u->bits >= 16 && add_unit(u) < 0) return -1;
            return at + 1;
        }
        u->in_shift = false;
        const char *reason = end_shift(u);
        if (reason) {
            ssize_t start = u->shift_start;
            u->bits = 0;
            u->buffer = 0;
            u->surrogate = 0;
            return decoder_error(d, start, at + 1, reason);
        }
        if (u->surrogate && decodes_directly(c)) {
            if (str_builder_add_char(&d->out, u->surrogate) < 0) return -1;
        }
        u->surrogate = 0;
        u->bits = 0;
        u->buffer = 0;
        if (c == '-') return at + 1;
        /* any other character ends the shift and stands for itself */
        if (!decodes_directly(c)) return decoder_error(d, u->shift_start, at + 1, "unexpected special character");
        return str_builder_add_char(&d->out, c) < 0 ? -1 : at + 1;
    }
    if (c == '+') {
        if (at + 1 < d->size && d->data[at + 1] == '-') return str_builder_add_char(&d->out, '+') < 0 ? -1 : at + 2;
        if (at + 1 < d->size && !is_base64((uint8_t)d->data[at + 1]))
            return decoder_error(d, at, at + 2, "ill-formed sequence");
        u->in_shift = true;
        u->surrogate = 0;
        u->shift_start = at;
        u->shift_out = d->out.length;
        u->bits = 0;
        u->buffer = 0;
        return at + 1;
    }
    if (!decodes_directly(c)) return decoder_error(d, at, at + 1, "unexpected special character");
    return str_builder_add_char(&d->out, c) < 0 ? -1 : at + 1;
}

Value codec_utf7_decode(const char *data, ssize_t size, const char *errors, ssize_t *consumed)
{
    Utf7 u = {0};
    decoder_init(&u.d, "utf7", errors, data, size);
    ssize_t at = 0;
    for (;;) {
        while (at < u.d.size) {
            at = decode_byte(&u, at);
            if (at < 0) return decoder_abort(&u.d);
        }
        if (!u.in_shift || consumed) break;
        /* the input ends inside a shift */
        u.in_shift = false;
        if (!u.surrogate && u.bits < 6 && u.buffer == 0) break;
        at = decoder_error(&u.d, u.shift_start, u.d.size, "unterminated shift sequence");
        if (at < 0) return decoder_abort(&u.d);
    }
    if (consumed) {
        *consumed = at;
        if (u.in_shift) { /* the whole shift is left for the next time */
            *consumed = u.shift_start;
            u.d.out.length = u.shift_out;
            if (u.shift_out) { /* the class of the largest character must fit what is left */
                Value kept = str_from_kind(u.d.out.kind, u.d.out.data, u.shift_out);
                decoder_abort(&u.d);
                return kept;
            }
        }
    }
    return decoder_finish(&u.d);
}

/* --- encoding --- */

typedef struct Utf7Out {
    BytesBuilder out;
    bool in_shift;
    uint32_t buffer;
    int bits;
} Utf7Out;

static void put_unit(Utf7Out *u, uint32_t unit)
{
    u->buffer = u->buffer << 16 | unit;
    u->bits += 16;
    while (u->bits >= 6) {
        u->bits -= 6;
        bytes_builder_add_byte(&u->out, to_base64(u->buffer >> u->bits));
        u->buffer &= (UINT32_C(1) << u->bits) - 1;
    }
}

static void leave_shift(Utf7Out *u, uint32_t next)
{
    if (u->bits) bytes_builder_add_byte(&u->out, to_base64(u->buffer << (6 - u->bits)));
    u->buffer = 0;
    u->bits = 0;
    u->in_shift = false;
    /* only a "-" tells the end of the run from a character that could belong to it */
    if (is_base64(next) || next == '-') bytes_builder_add_byte(&u->out, '-');
}

Value codec_utf7_encode(Value text, const char *errors)
{
    const Str *s = as_str(text);
    Utf7Out u = {0};
    bytes_builder_init(&u.out);
    for (ssize_t i = 0; i < s->length && !u.out.failed; i++) {
        uint32_t c = str_char(s, i);
        if (u.in_shift && is_direct(c)) leave_shift(&u, c);
        if (!u.in_shift) {
            if (c == '+') {
                bytes_builder_add(&u.out, "+-", 2);
                continue;
            }
            if (is_direct(c)) {
                bytes_builder_add_byte(&u.out, (int)c);
                continue;
            }
            bytes_builder_add_byte(&u.out, '+');
            u.in_shift = true;
        }
        if (c >= 0x10000) {
            put_unit(&u, 0xd800 + ((c - 0x10000) >> 10));
            put_unit(&u, 0xdc00 + (c & 0x3ff));
        } else {
            put_unit(&u, c);
        }
    }
    if (u.bits) bytes_builder_add_byte(&u.out, to_base64(u.buffer << (6 - u.bits)));
    if (u.in_shift) bytes_builder_add_byte(&u.out, '-');
    return bytes_builder_finish(&u.out);
}

/* utf8: a decoder in two passes: measure (which validates), then decode without checks. ASCII runs go eight bytes at a
 * time in both. */
#include "base/utf8.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

size_t utf8_ascii_prefix(const char *text, size_t size)
{
    size_t i = 0;
    for (; i + 32 <= size; i += 32) {
        uint64_t w[4];
        memcpy(w, text + i, 32);
        if ((w[0] | w[1] | w[2] | w[3]) & HIGH_BITS) break;
    }
    for (; i + 8 <= size; i += 8) {
        uint64_t w;
        memcpy(&w, text + i, 8);
        if (w & HIGH_BITS) return i + (size_t)__builtin_ctzll(w & HIGH_BITS) / 8;
    }
    while (i < size && !(text[i] & 0x80)) i++;
    return i;
}

/* The range of second bytes allowed after `lead`. */
static void second_byte_range(unsigned lead, unsigned *low, unsigned *high)
{
    *low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
}

static int sequence_length(unsigned lead)
{
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return 2;
    if (lead < 0xf0) return 3;
    return lead < 0xf5 ? 4 : 0;
}

static bool sequence_is_valid(const unsigned char *s, size_t size, int length)
{
    if (length == 0 || (size_t)length > size) return false;
    unsigned low, high;
    second_byte_range(s[0], &low, &high);
    if (s[1] < low || s[1] > high) return false;
    for (int i = 2; i < length; i++)
        if ((s[i] & 0xc0) != 0x80) return false;
    return true;
}

size_t utf8_measure(const char *text, size_t size, size_t *length, uint32_t *max_char)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t at = 0, count = 0;
    uint32_t max = 0x7f;
    while (at < size) {
        if (s[at] < 0x80) {
            size_t run = utf8_ascii_prefix(text + at, size - at);
            at += run;
            count += run;
            continue;
        }
        int n = sequence_length(s[at]);
        if (!sequence_is_valid(s + at, size - at, n)) break;
        uint32_t class = n == 2 ? (s[at] < 0xc4 ? 0xff : 0xffff) : n == 3 ? 0xffff : 0x10ffff;
        if (class > max) max = class;
        at += (size_t)n;
        count++;
    }
    *length = count;
    *max_char = max;
    return at;
}

uint32_t utf8_next(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    int n = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    *text += n;
    switch (n) {
    case 1: return s[0];
    case 2: return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
    case 3: return (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
    default:
        return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 | (uint32_t)(s[2] & 0x3f) << 6 |
               (s[3] & 0x3f);
    }
}

void utf8_decode_valid(const char *text, size_t size, void *target, int kind)
{
    const char *end = text + size;
    if (kind == 1) {
        uint8_t *out = target;
        while (text < end) {
            size_t run = utf8_ascii_prefix(text, (size_t)(end - text));
            memcpy(out, text, run);
            text += run;
            out += run;
            if (text < end) *out++ = (uint8_t)utf8_next(&text);
        }
    } else if (kind == 2) {
        uint16_t *out = target;
        while (text < end) *out++ = *text & 0x80 ? (uint16_t)utf8_next(&text) : (uint16_t)*text++;
    } else {
        uint32_t *out = target;
        while (text < end) *out++ = *text & 0x80 ? utf8_next(&text) : (uint32_t)*text++;
    }
}

size_t utf8_invalid_sequence(const char *text, size_t size, const char **reason, bool *is_truncated)
{
    const unsigned char *s = (const unsigned char *)text;
    int n = sequence_length(s[0]);
    *is_truncated = false;
    if (n <= 1) {
        *reason = "invalid start byte";
        return 1;
    }
    unsigned low, high;
    second_byte_range(s[0], &low, &high);
    for (int i = 1; i < n; i++) {
        if ((size_t)i == size) {
            *reason = "unexpected end of data";
            *is_truncated = true;
            return size;
        }
        bool is_good = i == 1 ? s[1] >= low && s[1] <= high : (s[i] & 0xc0) == 0x80;
        if (!is_good) {
            *reason = "invalid continuation byte";
            return (size_t)i;
        }
    }
    return (size_t)n; /* not reached for invalid input */
}

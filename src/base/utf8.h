/* utf8.h: measuring, decoding and encoding UTF-8. Surrogates are invalid, as in CPython's strict decoder. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/common.h"

/* How many bytes at the start of text are ASCII. */
size_t utf8_ascii_prefix(const char *text, size_t size);

/* Characters in the valid prefix of text and an upper bound of their code points, exact in its class (0x7f, 0xff,
 * 0xffff, 0x10ffff). Gives the number of bytes of the valid prefix: `size` when all is well. */
size_t utf8_measure(const char *text, size_t size, size_t *length, uint32_t *max_char);

/* Decodes `size` valid bytes into characters of `kind` bytes each (1, 2 or 4), which must be wide enough. */
void utf8_decode_valid(const char *text, size_t size, void *target, int kind);

/* The invalid sequence at the start of text (size > 0): how many bytes it spans and why it is wrong, as CPython words
 * it. *is_truncated: more bytes might complete it. */
size_t utf8_invalid_sequence(const char *text, size_t size, const char **reason, bool *is_truncated);

/* One character of valid UTF-8; advances *text. */
uint32_t utf8_next(const char **text);

/* Writes 1 to 4 bytes; surrogates are written as three bytes like any other. */
static inline int utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

#endif

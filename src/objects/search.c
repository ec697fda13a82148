/* search: substring search on top of the C library's memchr and memmem (which is two-way, so linear in the worst case).
 * Wide strings are searched as bytes: a match that does not begin at a character boundary is skipped. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "objects/search.h"

#include <wchar.h>

#include "memory/memory.h"

enum { WIDEN_STACK_CHARS = 64 };

static ssize_t find_char_1(const uint8_t *s, ssize_t n, uint32_t c, int direction)
{
    if (c > 0xff) return -1;
    const uint8_t *at = direction >= 0 ? memchr(s, (int)c, (size_t)n) : memrchr(s, (int)c, (size_t)n);
    return at ? at - s : -1;
}

static ssize_t find_char_2(const uint16_t *s, ssize_t n, uint32_t c, int direction)
{
    if (c > 0xffff) return -1;
    if (direction < 0) {
        while (n-- > 0)
            if (s[n] == c) return n;
        return -1;
    }
    for (ssize_t i = 0; i < n; i++)
        if (s[i] == c) return i;
    return -1;
}

static ssize_t find_char_4(const uint32_t *s, ssize_t n, uint32_t c, int direction)
{
    if (direction < 0) {
        while (n-- > 0)
            if (s[n] == c) return n;
        return -1;
    }
    const wchar_t *at = wmemchr((const wchar_t *)s, (wchar_t)c, (size_t)n);
    return at ? (const uint32_t *)at - s : -1;
}

ssize_t search_char(const void *hay, int hay_kind, ssize_t n, uint32_t c, int direction)
{
    if (hay_kind == 1) return find_char_1(hay, n, c, direction);
    return hay_kind == 2 ? find_char_2(hay, n, c, direction) : find_char_4(hay, n, c, direction);
}

static ssize_t find_forward(const char *hay, ssize_t n, const char *needle, ssize_t m, int kind)
{
    size_t size = (size_t)n * (size_t)kind, needle_size = (size_t)m * (size_t)kind, from = 0;
    while (from + needle_size <= size) {
        const char *at = memmem(hay + from, size - from, needle, needle_size);
        if (!at) return -1;
        size_t offset = (size_t)(at - hay);
        if (offset % (size_t)kind == 0) return (ssize_t)(offset / (size_t)kind);
        from = offset + 1;
    }
    return -1;
}

/* Horspool from the end with a bit set of the needle's characters: long skips for most texts. */
#define FIND_BACKWARD(NAME, CHAR)                                                                                      \
    static ssize_t NAME(const CHAR *hay, ssize_t n, const CHAR *needle, ssize_t m)                                     \
    {                                                                                                                  \
        uint64_t mask = 0;                                                                                             \
        ssize_t skip = m - 1;                                                                                          \
        for (ssize_t i = m - 1; i > 0; i--) {                                                                          \
            mask |= UINT64_C(1) << (needle[i] & 63);                                                                   \
            if (needle[i] == needle[0]) skip = i - 1;                                                                  \
        }                                                                                                              \
        mask |= UINT64_C(1) << (needle[0] & 63);                                                                       \
        for (ssize_t i = n - m; i >= 0; i--) {                                                                         \
            if (hay[i] == needle[0]) {                                                                                 \
                if (memcmp(hay + i, needle, (size_t)m * sizeof(CHAR)) == 0) return i;                                  \
                if (i > 0 && !(mask >> (hay[i - 1] & 63) & 1))                                                         \
                    i -= m;                                                                                            \
                else                                                                                                   \
                    i -= skip;                                                                                         \
            } else if (i > 0 && !(mask >> (hay[i - 1] & 63) & 1)) {                                                    \
                i -= m;                                                                                                \
            }                                                                                                          \
        }                                                                                                              \
        return -1;                                                                                                     \
    }
FIND_BACKWARD(find_backward_1, uint8_t)
FIND_BACKWARD(find_backward_2, uint16_t)
FIND_BACKWARD(find_backward_4, uint32_t)

static ssize_t find_same_kind(const void *hay, ssize_t n, const void *needle, ssize_t m, int kind, int direction)
{
    if (direction >= 0) return find_forward(hay, n, needle, m, kind);
    if (kind == 1) return find_backward_1(hay, n, needle, m);
    return kind == 2 ? find_backward_2(hay, n, needle, m) : find_backward_4(hay, n, needle, m);
}

static void widen(const void *from, int from_kind, ssize_t length, void *to, int to_kind)
{
    const uint8_t *from1 = from;
    const uint16_t *from2 = from;
    for (ssize_t i = 0; i < length; i++) {
        uint32_t c = from_kind == 1 ? from1[i] : from2[i];
        if (to_kind == 2)
            ((uint16_t *)to)[i] = (uint16_t)c;
        else
            ((uint32_t *)to)[i] = c;
    }
}

static uint32_t first_char(const void *s, int kind)
{
    return kind == 1 ? *(const uint8_t *)s : kind == 2 ? *(const uint16_t *)s : *(const uint32_t *)s;
}

/* The needle's first character leads to candidates that are compared one by one: only when there is no memory for a
 * widened needle. */
static ssize_t find_slowly(const void *hay, int hay_kind, ssize_t n, const void *needle, int needle_kind, ssize_t m,
                           int direction)
{
    ssize_t step = direction >= 0 ? 1 : -1;
    for (ssize_t i = direction >= 0 ? 0 : n - m; i >= 0 && i <= n - m; i += step) {
        ssize_t k = 0;
        while (k < m && first_char((const char *)hay + (i + k) * hay_kind, hay_kind) ==
                            first_char((const char *)needle + k * needle_kind, needle_kind))
            k++;
        if (k == m) return i;
    }
    return -1;
}

ssize_t search_find(const void *hay, int hay_kind, ssize_t n, const void *needle, int needle_kind, ssize_t m,
                    int direction)
{
    if (m > n || needle_kind > hay_kind) return m == 0 ? (direction >= 0 ? 0 : n) : -1;
    if (m == 0) return direction >= 0 ? 0 : n;
    if (m == 1) return search_char(hay, hay_kind, n, first_char(needle, needle_kind), direction);
    if (needle_kind == hay_kind) return find_same_kind(hay, n, needle, m, hay_kind, direction);

    uint32_t stack[WIDEN_STACK_CHARS] = {0};
    void *wide = stack;
    if (m > WIDEN_STACK_CHARS) {
        wide = raw_alloc((size_t)m * (size_t)hay_kind);
        if (!wide) return find_slowly(hay, hay_kind, n, needle, needle_kind, m, direction);
    }
    widen(needle, needle_kind, m, wide, hay_kind);
    ssize_t at = find_same_kind(hay, n, wide, m, hay_kind, direction);
    if (wide != stack) raw_free(wide);
    return at;
}

ssize_t search_count(const void *hay, int hay_kind, ssize_t n, const void *needle, int needle_kind, ssize_t m,
                     ssize_t max_count)
{
    if (m == 0) return MIN(n + 1, max_count);
    if (needle_kind > hay_kind) return 0;
    ssize_t count = 0;
    const char *at = hay;
    while (count < max_count && n >= m) {
        ssize_t found = search_find(at, hay_kind, n, needle, needle_kind, m, 1);
        if (found < 0) break;
        count++;
        at += (found + m) * hay_kind;
        n -= found + m;
    }
    return count;
}

/* unicode.h: what str, identifiers and the codecs ask of the Unicode character database (version 14.0). The tables are
 * made at build time by src/gen/unicodegen.c. */
#ifndef OBJECTS_UNICODE_H
#define OBJECTS_UNICODE_H

#include "base/common.h"

enum UnicodeFlags {
    UNICODE_ALPHA = 1 << 0,
    UNICODE_DECIMAL = 1 << 1,
    UNICODE_DIGIT = 1 << 2,
    UNICODE_NUMERIC = 1 << 3,
    UNICODE_SPACE = 1 << 4,
    UNICODE_LINEBREAK = 1 << 5,
    UNICODE_LOWER = 1 << 6,
    UNICODE_UPPER = 1 << 7,
    UNICODE_TITLE = 1 << 8,
    UNICODE_PRINTABLE = 1 << 9,
    UNICODE_XID_START = 1 << 10,
    UNICODE_XID_CONTINUE = 1 << 11,
    UNICODE_CASED = 1 << 12,
    UNICODE_CASE_IGNORABLE = 1 << 13,
    UNICODE_EXTENDED_CASE = 1 << 14, /* the case mappings are indices into the table of special ones */
};

/* One kind of character; characters of the same kind share a record. */
typedef struct UnicodeRecord {
    int32_t upper, lower, title; /* see unicode.c */
    uint8_t decimal, digit;
    uint16_t flags;
} UnicodeRecord;

enum { UNICODE_BLOCK_BITS = 7, UNICODE_LIMIT = 0x110000 };
extern const UnicodeRecord unicode_records[];
extern const uint16_t unicode_stage1[];
extern const uint16_t unicode_stage2[];

ALWAYS_INLINE const UnicodeRecord *unicode_record(uint32_t c)
{
    if (c >= UNICODE_LIMIT) c = 0xffff; /* unassigned */
    return &unicode_records[unicode_stage2[(size_t)unicode_stage1[c >> UNICODE_BLOCK_BITS] << UNICODE_BLOCK_BITS |
                                           (c & ((1 << UNICODE_BLOCK_BITS) - 1))]];
}

ALWAYS_INLINE bool unicode_has(uint32_t c, uint32_t flag)
{
    return (unicode_record(c)->flags & flag) != 0;
}

/* By str's meaning of the words; the ASCII answer comes without a table. */
ALWAYS_INLINE bool unicode_is_space(uint32_t c)
{
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f);
    return unicode_has(c, UNICODE_SPACE);
}

ALWAYS_INLINE bool unicode_is_linebreak(uint32_t c)
{
    if (c < 0x80) return (c >= 10 && c <= 13) || (c >= 0x1c && c <= 0x1e);
    return unicode_has(c, UNICODE_LINEBREAK);
}

ALWAYS_INLINE bool unicode_is_printable(uint32_t c)
{
    if (c < 0x80) return c >= 0x20 && c < 0x7f;
    return unicode_has(c, UNICODE_PRINTABLE);
}

ALWAYS_INLINE bool unicode_is_alnum(uint32_t c)
{
    return unicode_has(c, UNICODE_ALPHA | UNICODE_DECIMAL | UNICODE_DIGIT | UNICODE_NUMERIC);
}

int unicode_decimal(uint32_t c); /* -1: none */
int unicode_digit(uint32_t c);
double unicode_numeric(uint32_t c); /* -1.0: none */

/* Simple mappings: one character to one. */
uint32_t unicode_to_upper(uint32_t c);
uint32_t unicode_to_lower(uint32_t c);
uint32_t unicode_to_title(uint32_t c);
/* Full mappings: up to three characters; they give the number written. */
int unicode_full_upper(uint32_t c, uint32_t out[3]);
int unicode_full_lower(uint32_t c, uint32_t out[3]);
int unicode_full_title(uint32_t c, uint32_t out[3]);
int unicode_full_fold(uint32_t c, uint32_t out[3]);

#endif

/* unicode: look-ups in the generated tables.
 *
 * A record's mapping is a difference to the character. With UNICODE_EXTENDED_CASE it is a place in unicode_extra_case
 * (low 16 bits) and a number of characters (bits 24 and up); for `lower`, bits 20 to 22 give the number of characters
 * of the case folding, which follow those of the lower case, when it differs from it. */
#include "objects/unicode.h"

#include "objects/unicode_tables.h"

int unicode_decimal(uint32_t c)
{
    const UnicodeRecord *r = unicode_record(c);
    return r->flags & UNICODE_DECIMAL ? r->decimal : -1;
}

int unicode_digit(uint32_t c)
{
    const UnicodeRecord *r = unicode_record(c);
    return r->flags & UNICODE_DIGIT ? r->digit : -1;
}

double unicode_numeric(uint32_t c)
{
    if (!unicode_has(c, UNICODE_NUMERIC)) return -1.0;
    size_t low = 0, high = unicode_number_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unicode_numbers[middle].c < c)
            low = middle + 1;
        else
            high = middle;
    }
    return unicode_number_values[unicode_numbers[low].value];
}

static uint32_t simple(uint32_t c, const UnicodeRecord *r, int32_t mapping)
{
    if (r->flags & UNICODE_EXTENDED_CASE) return unicode_extra_case[mapping & 0xffff];
    return (uint32_t)((int32_t)c + mapping);
}

static int full(uint32_t c, const UnicodeRecord *r, int32_t mapping, uint32_t out[3])
{
    if (!(r->flags & UNICODE_EXTENDED_CASE)) {
        out[0] = (uint32_t)((int32_t)c + mapping);
        return 1;
    }
    int n = mapping >> 24;
    for (int i = 0; i < n; i++) out[i] = unicode_extra_case[(mapping & 0xffff) + i];
    return n;
}

uint32_t unicode_to_upper(uint32_t c)
{
    const UnicodeRecord *r = unicode_record(c);
    return simple(c, r, r->upper);
}

uint32_t unicode_to_lower(uint32_t c)
{
    const UnicodeRecord *r = unicode_record(c);
    return simple(c, r, r->lower);
}

uint32_t unicode_to_title(uint32_t c)
{
    const UnicodeRecord *r = unicode_record(c);
    return simple(c, r, r->title);
}

int unicode_full_upper(uint32_t c, uint32_t out[3])
{
    const UnicodeRecord *r = unicode_record(c);
    return full(c, r, r->upper, out);
}

int unicode_full_lower(uint32_t c, uint32_t out[3])
{
    const UnicodeRecord *r = unicode_record(c);
    return full(c, r, r->lower, out);
}

int unicode_full_title(uint32_t c, uint32_t out[3])
{
    const UnicodeRecord *r = unicode_record(c);
    return full(c, r, r->title, out);
}

int unicode_full_fold(uint32_t c, uint32_t out[3])
{
    const UnicodeRecord *r = unicode_record(c);
    int n = r->lower >> 20 & 7;
    if (!(r->flags & UNICODE_EXTENDED_CASE) || n == 0) return full(c, r, r->lower, out);
    int at = (r->lower & 0xffff) + (r->lower >> 24);
    for (int i = 0; i < n; i++) out[i] = unicode_extra_case[at + i];
    return n;
}

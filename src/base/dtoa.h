/* dtoa.h: doubles to decimal text and back, exactly: the shortest digits that read back, or correctly rounded ones. */
#ifndef BASE_DTOA_H
#define BASE_DTOA_H

#include "base/common.h"

enum { DOUBLE_REPR_MAX = 32 }; /* room for repr() of any double and a final 0 */

/* The value is 0.d1d2d3… * 10^point. Digits end with a 0 byte; no trailing zeros, "0" with point 1 for zero. */
typedef struct DecimalDigits {
    char digits[24];
    int count, point;
} DecimalDigits;

/* The fewest digits that read back as |d|, and among those the nearest; d is finite. */
void double_shortest(double d, DecimalDigits *result);

/* Python's repr(d): length without the final 0. */
size_t double_repr(double d, char buffer[DOUBLE_REPR_MAX]);

/* The longest prefix of `text` that is a decimal floating-point number, "inf", "infinity" or "nan" (any case, sign
 * allowed, no leading space), correctly rounded. `*end == text`: there is none. Too large gives an infinity. */
double double_parse(const char *text, const char **end);

/* --- laying digits out: for double_repr and for objects/float_text.c --- */

typedef struct DigitLayout {
    const char *digits;
    int count;
} DigitLayout;

/* The number with the point after `point_at` digits (zeros before and behind as needed) and `total` digits in all; the
 * point itself only when digits follow or `always_point`. Both give the end of what they wrote. */
char *decimal_write(char *out, const DigitLayout *layout, int point_at, int total, bool always_point);
char *decimal_write_exponent(char *out, char mark, int exponent);
size_t decimal_write_special(char *out, double d, bool upper, bool plus); /* inf and nan */

#endif

/* float_text.c: doubles laid out by a format code. Digits of a given number come from the C library's printf, which
 * rounds exactly; only its decimal point may differ by locale, and it is skipped. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/dtoa.h"
#include "objects/float.h"

/* Digits of |d| rounded by printf's %e or %f into a raw block: digits only, leading zeros gone; *point as in
 * DecimalDigits. NULL: no memory. */
static char *rounded_digits(double d, char code, int precision, int *count, int *point)
{
    char shape[] = {'%', '.', '*', code, 0};
    d = fabs(d);
    size_t room = (size_t)precision + (code == 'f' ? 330 : 20);
    char *text = raw_alloc(room);
    if (!text) return NULL;
    snprintf(text, room, shape, precision, d);
    char *out = text;
    const char *in = text;
    int before_point = 0;
    bool point_seen = false;
    for (; *in && *in != 'e'; in++) {
        if (isdigit((unsigned char)*in)) {
            *out++ = *in;
            before_point += !point_seen;
        } else {
            point_seen = true;
        }
    }
    *point = before_point + (*in == 'e' ? atoi(in + 1) : 0);
    *count = (int)(out - text);
    *out = 0;
    int zeros = 0;
    while (zeros < *count - 1 && text[zeros] == '0') zeros++;
    if (zeros) {
        memmove(text, text + zeros, (size_t)(*count - zeros) + 1);
        *count -= zeros;
        *point -= zeros;
    }
    if (text[0] == '0') *point = 1; // zero
    return text;
}

static bool is_all_zeros(const char *digits, int count)
{
    for (int i = 0; i < count; i++)
        if (digits[i] != '0') return false;
    return true;
}

/* Decides by the code how many digits are shown and where the point stands. */
typedef struct Plan {
    int shown, point_at;
    bool uses_exponent;
} Plan;

static Plan plan_layout(char code, int precision, int flags, int count, int point)
{
    Plan plan = {.shown = count, .point_at = point};
    switch (code) {
    case 'e': plan = (Plan){precision + 1, 1, true}; break;
    case 'f': plan.shown = point + precision; break;
    case 'g':
        if (point <= -4 || point > precision + ((flags & DOUBLE_ADD_DOT_0) ? -1 : 0)) plan.uses_exponent = true;
        if (flags & DOUBLE_ALTERNATE) plan.shown = precision;
        break;
    default: // 'r'
        if (point <= -4 || point > 16) plan.uses_exponent = true;
        break;
    }
    if (plan.uses_exponent) plan.point_at = 1;
    if ((flags & DOUBLE_ADD_DOT_0) && !plan.uses_exponent) plan.shown = MAX(plan.shown, plan.point_at + 1);
    return plan;
}

char *double_format(double d, char code, int precision, int flags, size_t *length)
{
    bool upper = code == 'E' || code == 'F' || code == 'G';
    code = (char)tolower((unsigned char)code);
    if (!isfinite(d)) {
        char *text = raw_alloc(8);
        if (text) *length = decimal_write_special(text, d, upper, (flags & DOUBLE_SIGN) != 0);
        return text;
    }
    DecimalDigits shortest;
    char *rounded = NULL;
    const char *digits;
    int count, point;
    if (code == 'r') {
        double_shortest(d, &shortest);
        digits = shortest.digits, count = shortest.count, point = shortest.point;
    } else {
        if (code == 'g' && precision == 0) precision = 1;
        rounded = rounded_digits(d, code == 'f' ? 'f' : 'e', code == 'g' ? precision - 1 : precision, &count, &point);
        if (!rounded) return NULL;
        if (code == 'g' && d == 0) point = 1;
        if (code == 'g')
            while (count > 1 && rounded[count - 1] == '0') count--;
        digits = rounded;
    }
    Plan plan = plan_layout(code, precision, flags, count, point);
    DigitLayout layout = {.digits = digits, .count = count};
    int integer_digits = MAX(plan.point_at, 1), behind = MAX(plan.shown - plan.point_at, 0);
    char *text = raw_alloc((size_t)integer_digits + (size_t)behind + 16);
    if (text) {
        char *out = text;
        bool is_negative = signbit(d) != 0;
        if (is_negative && (flags & DOUBLE_NO_NEG_0) && is_all_zeros(digits, count)) is_negative = false;
        if (is_negative)
            *out++ = '-';
        else if (flags & DOUBLE_SIGN)
            *out++ = '+';
        out = decimal_write(out, &layout, plan.point_at, plan.shown, (flags & DOUBLE_ALTERNATE) != 0);
        if (plan.uses_exponent) out = decimal_write_exponent(out, upper ? 'E' : 'e', point - 1);
        *out = 0;
        *length = (size_t)(out - text);
    }
    raw_free(rounded);
    return text;
}

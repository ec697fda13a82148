/* dtoa.c: see dtoa.h.
 *
 * Shortest digits: Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles"). It needs 10^k to 126 bits,
 * rounded up; the 617 entries are computed with GMP when first needed, so that there is no typed-in table to trust.
 * Reading: the C library's strtod in the C locale, after the syntax has been checked here. */
#define _GNU_SOURCE // strtod_l
#include "base/dtoa.h"

#include <ctype.h>
#include <gmp.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

enum { POWER_MIN = -292, POWER_MAX = 324 };

typedef struct Power128 {
    uint64_t high, low;
} Power128;

static Power128 powers[POWER_MAX - POWER_MIN + 1]; /* high == 0: not computed yet */

/* 10^k as a 128-bit number with its highest bit set, rounded up when it is not exact. */
static Power128 compute_power(int k)
{
    mpz_t power, quotient;
    mpz_init(power);
    mpz_init(quotient);
    mpz_ui_pow_ui(power, 10, (unsigned long)abs(k));
    mp_bitcnt_t bits = mpz_sizeinbase(power, 2);
    if (k < 0) {
        mpz_setbit(quotient, bits + 127);
        mpz_cdiv_q(quotient, quotient, power);
    } else if (bits <= 128) {
        mpz_mul_2exp(quotient, power, 128 - bits);
    } else {
        mpz_cdiv_q_2exp(quotient, power, bits - 128);
    }
    uint64_t words[2] = {0};
    mpz_export(words, NULL, -1, sizeof words[0], 0, 0, quotient);
    mpz_clear(power);
    mpz_clear(quotient);
    return (Power128){words[1], words[0]};
}

static Power128 power_of_ten(int k)
{
    Power128 *entry = &powers[k - POWER_MIN];
    if (entry->high == 0) *entry = compute_power(k);
    return *entry;
}

/* floor(g * factor / 2^128), with its lowest bit set when anything was cut off. */
ALWAYS_INLINE uint64_t round_to_odd(Power128 g, uint64_t factor)
{
    unsigned __int128 low = (unsigned __int128)g.low * factor;
    unsigned __int128 sum = (unsigned __int128)g.high * factor + (uint64_t)(low >> 64);
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

/* The shortest decimal s * 10^(*exponent) in the rounding interval of c * 2^q. */
static uint64_t schubfach(uint64_t c, int q, bool lower_is_closer, int *exponent)
{
    bool is_even = (c & 1) == 0;
    int k = (q * 1262611 - (lower_is_closer ? 524031 : 0)) >> 22; // floor(log10(2^q)), or of 3/4 * 2^q
    int h = q + ((-k * 1741647) >> 19) + 1;                       // q + floor(log2(10^-k)) + 1
    Power128 g = power_of_ten(-k);
    uint64_t lower = round_to_odd(g, (4 * c - 2 + lower_is_closer) << h) + !is_even;
    uint64_t value = round_to_odd(g, 4 * c << h);
    uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - !is_even;
    uint64_t s = value / 4;
    if (s >= 10) {
        uint64_t tenth = s / 10;
        bool down_fits = lower <= 40 * tenth, up_fits = 40 * tenth + 40 <= upper;
        if (down_fits != up_fits) {
            *exponent = k + 1;
            return tenth + up_fits;
        }
    }
    *exponent = k;
    bool down_fits = lower <= 4 * s, up_fits = 4 * s + 4 <= upper;
    if (down_fits != up_fits) return s + up_fits;
    uint64_t middle = 4 * s + 2;
    return s + (value > middle || (value == middle && (s & 1)));
}

static void digits_from_integer(uint64_t n, int exponent, DecimalDigits *result)
{
    while (n % 10 == 0) {
        n /= 10;
        exponent++;
    }
    char reversed[24];
    int count = 0;
    for (; n; n /= 10) reversed[count++] = (char)('0' + n % 10);
    for (int i = 0; i < count; i++) result->digits[i] = reversed[count - 1 - i];
    result->digits[count] = 0;
    result->count = count;
    result->point = count + exponent;
}

void double_shortest(double d, DecimalDigits *result)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int biased = (int)(bits >> 52 & 0x7ff);
    if (fraction == 0 && biased == 0) {
        *result = (DecimalDigits){.digits = "0", .count = 1, .point = 1};
        return;
    }
    uint64_t c = biased ? fraction | UINT64_C(1) << 52 : fraction;
    int q = (biased ? biased : 1) - 1075;
    if (biased && q <= 0 && q > -53 && (c & ((UINT64_C(1) << -q) - 1)) == 0) {
        digits_from_integer(c >> -q, 0, result); // an integer below 2^53: its own digits are the shortest
        return;
    }
    int exponent;
    uint64_t n = schubfach(c, q, fraction == 0 && biased > 1, &exponent);
    digits_from_integer(n, exponent, result);
}

/* --- laying digits out --- */

char *decimal_write_exponent(char *out, char mark, int exponent)
{
    *out++ = mark;
    *out++ = exponent < 0 ? '-' : '+';
    exponent = abs(exponent);
    if (exponent >= 100) *out++ = (char)('0' + exponent / 100);
    *out++ = (char)('0' + exponent / 10 % 10);
    *out++ = (char)('0' + exponent % 10);
    return out;
}

/* Digits first..last-1 of the infinite expansion; what the digits do not cover is '0'. */
static char *write_digits(char *out, const DigitLayout *layout, int first, int last)
{
    for (int i = first; i < last; i++) *out++ = i >= 0 && i < layout->count ? layout->digits[i] : '0';
    return out;
}

char *decimal_write(char *out, const DigitLayout *layout, int point_at, int total, bool always_point)
{
    if (point_at <= 0) {
        *out++ = '0';
    } else {
        out = write_digits(out, layout, 0, point_at);
    }
    if (total > point_at || always_point) *out++ = '.';
    if (total > point_at) out = write_digits(out, layout, point_at, total);
    return out;
}

size_t decimal_write_special(char *out, double d, bool upper, bool plus)
{
    char *start = out;
    if (isnan(d)) {
        if (plus) *out++ = '+';
        strcpy(out, upper ? "NAN" : "nan");
    } else {
        if (d < 0)
            *out++ = '-';
        else if (plus)
            *out++ = '+';
        strcpy(out, upper ? "INF" : "inf");
    }
    return (size_t)(out - start) + 3;
}

size_t double_repr(double d, char buffer[DOUBLE_REPR_MAX])
{
    if (!isfinite(d)) return decimal_write_special(buffer, d, false, false);
    DecimalDigits decimal;
    double_shortest(d, &decimal);
    DigitLayout layout = {.digits = decimal.digits, .count = decimal.count};
    char *out = buffer;
    if (signbit(d)) *out++ = '-';
    if (decimal.point > -4 && decimal.point <= 16) {
        out = decimal_write(out, &layout, decimal.point, MAX(decimal.count, decimal.point + 1), false);
    } else {
        out = decimal_write(out, &layout, 1, decimal.count, false);
        out = decimal_write_exponent(out, 'e', decimal.point - 1);
    }
    *out = 0;
    return (size_t)(out - buffer);
}

/* --- reading --- */

static const char *skip_digits(const char *at)
{
    while (isdigit((unsigned char)*at)) at++;
    return at;
}

/* Where the number at `text` ends by the grammar [sign](digits[.digits]|.digits)[e[sign]digits]; text if none. */
static const char *scan_number(const char *text)
{
    const char *at = text;
    if (*at == '+' || *at == '-') at++;
    const char *start = at;
    at = skip_digits(at);
    ssize_t digits = at - start;
    if (*at == '.') {
        const char *fraction = ++at;
        at = skip_digits(at);
        digits += at - fraction;
    }
    if (digits == 0) return text;
    if (*at == 'e' || *at == 'E') {
        const char *exponent = at + 1;
        if (*exponent == '+' || *exponent == '-') exponent++;
        const char *end = skip_digits(exponent);
        if (end > exponent) at = end;
    }
    return at;
}

double double_parse(const char *text, const char **end)
{
    static locale_t c_locale;
    if (!c_locale) c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const char *at = text;
    bool is_negative = *at == '-';
    if (*at == '+' || *at == '-') at++;
    if (strncasecmp(at, "inf", 3) == 0) {
        *end = at + (strncasecmp(at, "infinity", 8) == 0 ? 8 : 3);
        return is_negative ? -INFINITY : INFINITY;
    }
    if (strncasecmp(at, "nan", 3) == 0) {
        *end = at + 3;
        return is_negative ? -NAN : NAN;
    }
    *end = scan_number(text);
    return *end == text ? -1.0 : strtod_l(text, NULL, c_locale);
}

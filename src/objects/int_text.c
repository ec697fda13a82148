/* int_text.c: ints to text and back, in any base from 2 to 36.
 *
 * The number of decimal digits that may be converted is limited (int_max_str_digits), since CPython's algorithms are
 * quadratic and programs rely on the error; bases that are powers of two are not limited. */
#include <ctype.h>
#include <stdlib.h>

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/str.h"

int int_max_str_digits = INT_MAX_STR_DIGITS_DEFAULT;

#define LIMIT_ADVICE "use sys.set_int_max_str_digits() to increase the limit"

static bool is_limited(size_t digits)
{
    return digits > INT_MAX_STR_DIGITS_THRESHOLD && int_max_str_digits > 0 && digits > (size_t)int_max_str_digits;
}

/* --- to text --- */

static NULLABLE char *copy_text(const char *text, size_t length)
{
    char *copy = raw_alloc(length + 1);
    if (!copy) {
        error_no_memory();
        return NULL;
    }
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

/* Writes n backwards, ending before `end`; gives the start. */
static char *write_small(char *end, int64_t n, unsigned base)
{
    uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
    do {
        *--end = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base];
        rest /= base;
    } while (rest);
    if (n < 0) *--end = '-';
    return end;
}

static NULLABLE char *limit_exceeded(void)
{
    error_format(&type_ValueError, "Exceeds the limit (%d digits) for integer string conversion; " LIMIT_ADVICE,
                 int_max_str_digits);
    return NULL;
}

char *int_to_text(Value v, int base, size_t *length)
{
    char buffer[72], *end = buffer + sizeof buffer;
    if (value_is_small_int(v) || value_is_bool(v)) {
        char *start =
            write_small(end, value_is_bool(v) ? value_is(v, VALUE_TRUE) : value_as_small_int(v), (unsigned)base);
        *length = (size_t)(end - start);
        return copy_text(start, *length);
    }
    IntScratch scratch;
    mpz_srcptr z = int_as_mpz(v, &scratch);
    bool is_power_of_two = (base & (base - 1)) == 0;
    // log10(2) > 0.30102: so many digits at least. Asked first, because the exact count needs the conversion.
    if (!is_power_of_two && is_limited((size_t)((double)(mpz_sizeinbase(z, 2) - 1) * 0.30102))) return limit_exceeded();
    if (!int_reserve_bits(int_bit_length(v))) return NULL;
    size_t room = mpz_sizeinbase(z, base) + 2;
    char *text = raw_alloc(room);
    if (!text) {
        error_no_memory();
        return NULL;
    }
    mpz_get_str(text, base, z);
    *length = strlen(text);
    if (!is_power_of_two && is_limited(*length - (text[0] == '-'))) {
        raw_free(text);
        return limit_exceeded();
    }
    return text;
}

/* Puts "0x" (or the base's own letter) behind the sign. */
static char *write_prefix(char *start, int base)
{
    bool is_negative = *start == '-';
    char *at = start + is_negative;
    *--at = base == 16 ? 'x' : base == 8 ? 'o' : 'b';
    *--at = '0';
    if (is_negative) *--at = '-';
    return at;
}

Value int_to_str(Value v, int base)
{
    char buffer[80], *end = buffer + sizeof buffer;
    bool has_prefix = base != 10;
    if (value_is_small_int(v) || value_is_bool(v)) {
        int64_t n = value_is_bool(v) ? value_is(v, VALUE_TRUE) : value_as_small_int(v);
        if (!has_prefix && n >= 0 && n < 10) return str_from_char((uint32_t)('0' + n));
        char *start = write_small(end, n, (unsigned)base);
        if (has_prefix) start = write_prefix(start, base);
        return str_from_latin1(start, end - start);
    }
    size_t length;
    char *text = int_to_text(v, base, &length);
    if (!text) return VALUE_NULL;
    Value result;
    if (has_prefix) {
        bool is_negative = *text == '-';
        result = str_format("%s0%c%s", is_negative ? "-" : "",
                            base == 16  ? 'x'
                            : base == 8 ? 'o'
                                        : 'b',
                            text + is_negative);
    } else {
        result = str_from_latin1(text, (ssize_t)length);
    }
    raw_free(text);
    return result;
}

/* --- from text --- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'z') return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z') return (unsigned)(c - 'A') + 10;
    return 99;
}

typedef struct Literal {
    const char *at, *end; /* what is left to read */
    const char *digits;   /* digits and single underscores */
    size_t digit_count;
    unsigned base;
    bool is_negative;
} Literal;

static unsigned prefix_base(const char *at, const char *end)
{
    if (end - at < 2 || at[0] != '0') return 0;
    switch (at[1] | 0x20) {
    case 'x': return 16;
    case 'o': return 8;
    case 'b': return 2;
    default: return 0;
    }
}

/* Blanks, sign and prefix; sets the base. False when what follows cannot be digits. */
static bool read_start(Literal *literal, bool *must_be_zero)
{
    while (literal->at < literal->end && is_blank(*literal->at)) literal->at++;
    if (literal->at < literal->end && (*literal->at == '+' || *literal->at == '-'))
        literal->is_negative = *literal->at++ == '-';
    unsigned prefix = prefix_base(literal->at, literal->end);
    *must_be_zero = false;
    if (literal->base == 0) {
        literal->base = prefix ? prefix : 10;
        *must_be_zero = !prefix && literal->at < literal->end && *literal->at == '0'; // "010" is no literal
    }
    if (prefix && prefix == literal->base) {
        literal->at += 2;
        if (literal->at < literal->end && *literal->at == '_') literal->at++;
    }
    return literal->at < literal->end && *literal->at != '_';
}

/* The digits; false when there are none or an underscore is not between two digits. */
static bool read_digits(Literal *literal)
{
    literal->digits = literal->at;
    char previous = 0;
    for (; literal->at < literal->end; literal->at++) {
        char c = *literal->at;
        if (c == '_') {
            if (previous == '_') return false;
        } else if (digit_value(c) < literal->base) {
            literal->digit_count++;
        } else {
            break;
        }
        previous = c;
    }
    return previous != 0 && previous != '_';
}

static bool read_end(Literal *literal)
{
    while (literal->at < literal->end && is_blank(*literal->at)) literal->at++;
    return literal->at == literal->end;
}

static Value big_literal(const Literal *literal, const char *digits_end)
{
    if (!int_reserve_bits(literal->digit_count * 6)) return VALUE_NULL;
    char *digits = raw_alloc(literal->digit_count + 1);
    if (!digits) return error_no_memory();
    size_t count = 0;
    for (const char *at = literal->digits; at < digits_end; at++)
        if (*at != '_') digits[count++] = *at;
    digits[count] = 0;
    Int *number = int_alloc();
    if (number) {
        mpz_set_str(number->z, digits, (int)literal->base);
        if (literal->is_negative) mpz_neg(number->z, number->z);
    }
    raw_free(digits);
    return int_finish(number);
}

static Value literal_value(const Literal *literal, const char *digits_end)
{
    if (literal->digit_count > 11) { // 36^11 < 2^61
        if (literal->base != 10 || literal->digit_count > 18) return big_literal(literal, digits_end);
    }
    int64_t n = 0;
    for (const char *at = literal->digits; at < digits_end; at++)
        if (*at != '_') n = n * literal->base + digit_value(*at);
    return value_from_small_int(literal->is_negative ? -n : n);
}

int int_parse(const char *text, size_t length, int base, Value *result)
{
    Literal literal = {.at = text, .end = text + length, .base = (unsigned)base};
    bool must_be_zero;
    if (!read_start(&literal, &must_be_zero) || !read_digits(&literal)) return 0;
    const char *digits_end = literal.at;
    if ((literal.base & (literal.base - 1)) != 0 && is_limited(literal.digit_count)) {
        error_format(&type_ValueError,
                     "Exceeds the limit (%d digits) for integer string conversion: value has %zd digits; " LIMIT_ADVICE,
                     int_max_str_digits, (ssize_t)literal.digit_count);
        return -1;
    }
    if (!read_end(&literal)) return 0;
    *result = literal_value(&literal, digits_end);
    if (value_is_null(*result)) return -1;
    if (must_be_zero && int_sign(*result) != 0) {
        value_clear(result);
        return 0;
    }
    return 1;
}

Value int_from_text(const char *text, size_t length, int base)
{
    Value result;
    int status = int_parse(text, length, base, &result);
    if (status < 0) return VALUE_NULL;
    if (status > 0) return result;
    Value shown = str_decode(text, (ssize_t)length, "utf-8", "replace");
    if (value_is_null(shown)) return VALUE_NULL;
    error_format(&type_ValueError, "invalid literal for int() with base %d: %.200R", base, shown);
    value_decref(shown);
    return VALUE_NULL;
}

Value int_from_str(Value str, int base)
{
    Value result;
    ssize_t length;
    char *text = str_as_ascii_digits(str, &length);
    if (!text) return VALUE_NULL;
    int status = int_parse(text, (size_t)length, base, &result);
    if (text != as_str(str)->data) raw_free(text);
    if (status < 0) return VALUE_NULL;
    if (status > 0) return result;
    return error_format(&type_ValueError, "invalid literal for int() with base %d: %.200R", base, str);
}

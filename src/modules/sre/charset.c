/* charset.c: character categories and set programs. */
#include <ctype.h>

#include "modules/sre/sre.h"
#include "objects/unicode.h"

static bool is_ascii_word(uint32_t c)
{
    return c < 128 && (isalnum((int)c) || c == '_');
}

static bool in_positive_category(uint32_t category, uint32_t c)
{
    switch (category) {
    case SRE_DIGIT: return c >= '0' && c <= '9';
    case SRE_SPACE: return c == ' ' || (c >= 9 && c <= 13);
    case SRE_WORD: return is_ascii_word(c);
    case SRE_LINEBREAK:
    case SRE_UNI_LINEBREAK: return category == SRE_LINEBREAK ? c == '\n' : unicode_is_linebreak(c);
    case SRE_LOC_WORD: return c < 256 && (isalnum((int)c) || c == '_');
    case SRE_UNI_DIGIT: return c < 128 ? c >= '0' && c <= '9' : unicode_has(c, UNICODE_DECIMAL);
    case SRE_UNI_SPACE: return unicode_is_space(c);
    default: return c < 128 ? is_ascii_word(c) : unicode_is_alnum(c);
    }
}

bool sre_in_category(uint32_t category, uint32_t c)
{
    return in_positive_category(category & ~1u, c) != (category & 1);
}

uint32_t sre_lower_ascii(uint32_t c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

uint32_t sre_lower_locale(uint32_t c)
{
    return c < 256 ? (uint32_t)tolower((int)c) : c;
}

uint32_t sre_upper_locale(uint32_t c)
{
    return c < 256 ? (uint32_t)toupper((int)c) : c;
}

bool sre_in_charset(const SreCode *set, uint32_t c)
{
    bool found = true;
    for (;;) {
        switch (*set++) {
        case SRE_FAILURE: return !found;
        case SRE_LITERAL:
            if (c == set[0]) return found;
            set++;
            break;
        case SRE_CATEGORY:
            if (sre_in_category(set[0], c)) return found;
            set++;
            break;
        case SRE_CHARSET:
            if (c < 256 && set[c >> 5] >> (c & 31) & 1) return found;
            set += 8;
            break;
        case SRE_RANGE:
            if (set[0] <= c && c <= set[1]) return found;
            set += 2;
            break;
        case SRE_RANGE_UNI_IGNORE: {
            uint32_t upper = unicode_to_upper(c);
            if ((set[0] <= c && c <= set[1]) || (set[0] <= upper && upper <= set[1])) return found;
            set += 2;
            break;
        }
        case SRE_NEGATE: found = !found; break;
        case SRE_BIGCHARSET: {
            uint32_t count = *set++;
            const uint8_t *blocks = (const uint8_t *)set;
            set += 64;
            if (c < 65536 && set[blocks[c >> 8] * 8u + ((c & 255) >> 5)] >> (c & 31) & 1) return found;
            set += count * 8;
            break;
        }
        default: return false; /* refused by validate.c */
        }
    }
}

bool sre_in_charset_locale(const SreCode *set, uint32_t c)
{
    uint32_t lower = sre_lower_locale(c), upper = sre_upper_locale(c);
    return sre_in_charset(set, lower) || (upper != lower && sre_in_charset(set, upper));
}

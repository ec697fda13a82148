/* unicode_names: from a character to its name and back. Hangul syllables and unified ideographs have names by rule. */
#include "objects/unicode_names.h"

#include <stdio.h>

#include "objects/unicode.h"
#include "objects/unicode_db.h"

enum { HANGUL_FIRST = 0xac00, HANGUL_LAST = 0xd7a3, HANGUL_VOWELS = 21, HANGUL_FINALS = 28 };

static const char *const hangul_initial[] = {"G",  "GG", "N", "D",  "DD", "R", "M", "B", "BB", "S",
                                             "SS", "",   "J", "JJ", "C",  "K", "T", "P", "H"};
static const char *const hangul_vowel[] = {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
                                           "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
static const char *const hangul_final[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D", "L",  "LG",
                                           "LM", "LB", "LS", "LT", "LP", "LH", "M",  "B", "BS", "S",
                                           "SS", "NG", "J",  "C",  "K",  "T",  "P",  "H"};

static const struct {
    uint32_t first, last;
} ideographs[] = {{0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0x20000, 0x2a6df}, {0x2a700, 0x2b738},
                  {0x2b740, 0x2b81d}, {0x2b820, 0x2cea1}, {0x2ceb0, 0x2ebe0}, {0x30000, 0x3134a}};

static bool is_ideograph(uint32_t c)
{
    for (size_t i = 0; i < COUNT_OF(ideographs); i++)
        if (c >= ideographs[i].first && c <= ideographs[i].last) return true;
    return false;
}

/* Writes the name with this ordinal. */
static int expand(int ordinal, char out[UNICODE_NAME_MAX])
{
    const uint8_t *p = unicode_phrases + unicode_phrase_places[ordinal / UNICODE_PHRASE_STEP];
    for (int skip = ordinal % UNICODE_PHRASE_STEP; skip > 0; p++) {
        if (*p == 255)
            skip--;
        else if (*p >= UNICODE_SHORT_WORDS)
            p++;
    }
    int n = 0;
    while (*p != 255) {
        int code = *p++;
        if (code >= UNICODE_SHORT_WORDS) code = UNICODE_SHORT_WORDS + ((code - UNICODE_SHORT_WORDS) << 8 | *p++);
        if (n && out[n - 1] != '-') out[n++] = ' ';
        for (const char *word = unicode_words + unicode_word_places[code]; *word && n < UNICODE_NAME_MAX - 2;)
            out[n++] = *word++;
    }
    out[n] = 0;
    return n;
}

int unicode_name(uint32_t c, char out[UNICODE_NAME_MAX])
{
    if (c >= HANGUL_FIRST && c <= HANGUL_LAST) {
        uint32_t n = c - HANGUL_FIRST;
        return snprintf(out, UNICODE_NAME_MAX, "HANGUL SYLLABLE %s%s%s",
                        hangul_initial[n / (HANGUL_VOWELS * HANGUL_FINALS)],
                        hangul_vowel[n / HANGUL_FINALS % HANGUL_VOWELS], hangul_final[n % HANGUL_FINALS]);
    }
    if (is_ideograph(c)) return snprintf(out, UNICODE_NAME_MAX, "CJK UNIFIED IDEOGRAPH-%X", c);
    size_t low = 0, high = unicode_name_run_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unicode_name_runs[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == unicode_name_run_count || unicode_name_runs[low].first > c) return 0;
    return expand(unicode_name_runs[low].ordinal + (int32_t)(c - unicode_name_runs[low].first), out);
}

static bool equal_ignoring_case(const char *a, const char *upper, ssize_t size)
{
    for (ssize_t i = 0; i < size; i++) {
        char c = a[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 32);
        if (c != upper[i]) return false;
    }
    return true;
}

/* The names by rule are found in upper case only. */
static bool has_prefix(const char *name, ssize_t size, const char *prefix)
{
    size_t length = strlen(prefix);
    return (size_t)size >= length && memcmp(name, prefix, length) == 0;
}

/* The longest of the syllable's parts that the text begins with: its index, -1. */
static int longest_part(const char **text, const char *end, const char *const *parts, int count)
{
    int best = -1;
    ssize_t best_length = -1;
    for (int i = 0; i < count; i++) {
        ssize_t length = (ssize_t)strlen(parts[i]);
        if (length > best_length && has_prefix(*text, end - *text, parts[i])) {
            best = i;
            best_length = length;
        }
    }
    if (best >= 0) *text += best_length;
    return best;
}

static bool hangul_from_name(const char *text, const char *end, uint32_t *c)
{
    int initial = longest_part(&text, end, hangul_initial, COUNT_OF(hangul_initial));
    int vowel = longest_part(&text, end, hangul_vowel, COUNT_OF(hangul_vowel));
    int final = longest_part(&text, end, hangul_final, COUNT_OF(hangul_final));
    if (initial < 0 || vowel < 0 || final < 0 || text != end) return false;
    *c = (uint32_t)(HANGUL_FIRST + (initial * HANGUL_VOWELS + vowel) * HANGUL_FINALS + final);
    return true;
}

static bool ideograph_from_name(const char *text, const char *end, uint32_t *c)
{
    if (end - text != 4 && end - text != 5) return false;
    *c = 0;
    for (; text < end; text++) {
        char d = *text;
        if (d >= '0' && d <= '9')
            *c = *c << 4 | (uint32_t)(d - '0');
        else if (d >= 'A' && d <= 'F')
            *c = *c << 4 | (uint32_t)(d - 'A' + 10);
        else
            return false;
    }
    return is_ideograph(*c);
}

/* The ordinal of a name in the hash table, -1. */
static int find_ordinal(const char *name, ssize_t size)
{
    if (size <= 0 || size >= UNICODE_NAME_MAX) return -1;
    uint32_t h = unicode_name_hash(name, (size_t)size) % UNICODE_NAME_CELLS;
    for (; unicode_name_cells[h]; h = (h + 1) % UNICODE_NAME_CELLS) {
        char text[UNICODE_NAME_MAX];
        int ordinal = unicode_name_cells[h] - 1;
        if (expand(ordinal, text) == size && equal_ignoring_case(name, text, size)) return ordinal;
    }
    return -1;
}

static uint32_t char_of_ordinal(int ordinal)
{
    size_t low = 0, high = unicode_name_run_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (unicode_name_runs[middle].ordinal <= ordinal)
            low = middle;
        else
            high = middle;
    }
    return unicode_name_runs[low].first + (uint32_t)(ordinal - unicode_name_runs[low].ordinal);
}

bool unicode_from_name(const char *name, ssize_t size, uint32_t *c)
{
    static const char hangul[] = "HANGUL SYLLABLE ", ideograph[] = "CJK UNIFIED IDEOGRAPH-";
    if (has_prefix(name, size, hangul)) return hangul_from_name(name + sizeof hangul - 1, name + size, c);
    if (has_prefix(name, size, ideograph)) return ideograph_from_name(name + sizeof ideograph - 1, name + size, c);
    int ordinal = find_ordinal(name, size);
    if (ordinal < 0 || ordinal >= unicode_aliased_count) return false;
    *c = ordinal < unicode_named_count ? char_of_ordinal(ordinal) : unicode_alias_chars[ordinal - unicode_named_count];
    return true;
}

int unicode_sequence_from_name(const char *name, ssize_t size, uint32_t out[4])
{
    int ordinal = find_ordinal(name, size);
    if (ordinal < unicode_aliased_count) return 0;
    const uint32_t *sequence = unicode_sequences[ordinal - unicode_aliased_count];
    int n = 0;
    while (n < 4 && sequence[n]) {
        out[n] = sequence[n];
        n++;
    }
    return n;
}

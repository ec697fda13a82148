/* unicode_db.h: the generated tables behind unicodedata and the names of characters (src/gen/namegen.c). */
#ifndef OBJECTS_UNICODE_DB_H
#define OBJECTS_UNICODE_DB_H

#include "base/common.h"

#define UNICODE_CATEGORY_NAMES                                                                                         \
    {                                                                                                                  \
        "Cn", "Lu", "Ll", "Lt", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Lm",    \
            "Lo", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", NULL                               \
    }
#define UNICODE_BIDI_NAMES                                                                                             \
    {                                                                                                                  \
        "", "L", "LRE", "LRO", "R", "AL", "RLE", "RLO", "PDF", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S",    \
            "WS", "ON", "LRI", "RLI", "FSI", "PDI", NULL                                                               \
    }
#define UNICODE_WIDTH_NAMES                                                                                            \
    {                                                                                                                  \
        "F", "H", "W", "Na", "A", "N", NULL                                                                            \
    }
#define UNICODE_TAG_NAMES                                                                                              \
    {                                                                                                                  \
        "", "<font>", "<noBreak>", "<initial>", "<medial>", "<final>", "<isolated>", "<circle>", "<super>", "<sub>",   \
            "<vertical>", "<wide>", "<narrow>", "<small>", "<square>", "<fraction>", "<compat>", NULL                  \
    }

typedef struct UnicodeDbRecord {
    uint8_t category, combining, bidi, is_mirrored, width, is_in_3_2;
} UnicodeDbRecord;

enum { UNICODE_DB_BLOCK_BITS = 7 };
extern const UnicodeDbRecord unicode_db_records[];
extern const uint16_t unicode_db_stage1[], unicode_db_stage2[];

ALWAYS_INLINE const UnicodeDbRecord *unicode_db_record(uint32_t c)
{
    return &unicode_db_records[unicode_db_stage2[(size_t)unicode_db_stage1[c >> UNICODE_DB_BLOCK_BITS]
                                                     << UNICODE_DB_BLOCK_BITS |
                                                 (c & ((1 << UNICODE_DB_BLOCK_BITS) - 1))]];
}

typedef struct UnicodeDecomposition {
    uint32_t c;
    uint16_t place; /* in unicode_decomposition_data */
    uint8_t length, tag;
} UnicodeDecomposition;
extern const UnicodeDecomposition unicode_decompositions[];
extern const size_t unicode_decomposition_count;
extern const uint32_t unicode_decomposition_data[];

typedef struct UnicodePair {
    uint32_t first, second, composed;
} UnicodePair;
extern const UnicodePair unicode_pairs[]; /* ascending */
extern const size_t unicode_pair_count;
extern const UnicodePair unicode_corrections[]; /* (character, its decomposition in version 3.2) */
extern const size_t unicode_correction_count;

/* --- names --- */

enum { UNICODE_SHORT_WORDS = 160, UNICODE_PHRASE_STEP = 16, UNICODE_NAME_CELLS = 65536 };
extern const char unicode_words[];
extern const uint32_t unicode_word_places[];
extern const uint8_t unicode_phrases[];
extern const uint32_t unicode_phrase_places[];
typedef struct UnicodeNameRun {
    uint32_t first, last;
    int32_t ordinal;
} UnicodeNameRun;
extern const UnicodeNameRun unicode_name_runs[];
extern const size_t unicode_name_run_count;
extern const uint16_t unicode_name_cells[]; /* ordinal + 1, 0: empty */
extern const int unicode_named_count, unicode_aliased_count;
extern const uint32_t unicode_alias_chars[];
extern const uint32_t unicode_sequences[][4];

/* FNV-1a of the name in upper case. */
static inline uint32_t unicode_name_hash(const char *name, size_t length)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = (uint8_t)name[i];
        if (c >= 'a' && c <= 'z') c -= 32;
        h = (h ^ c) * 16777619u;
    }
    return h ^ h >> 15;
}

#endif

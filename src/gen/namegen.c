/* namegen: the tables of the module unicodedata: names, categories, decompositions. Reads what unicodegen reads and
 * leaves out the characters of age 15.0 as well.
 *
 * Names are sequences of words. Words are numbered by falling frequency; the first 160 take one byte, the others two;
 * 255 ends a name. Each 16th name's place is in a table, the others are found by walking. Names are found by an open
 * hash table of ordinals. Behind the characters' ordinals come those of aliases and of named sequences.
 *
 * usage: namegen DIRECTORY OUTPUT */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects/unicode_db.h"

enum { LIMIT = 0x110000, MAX_NAMES = 40000, MAX_WORDS = 30000, WORD_HASH = 65536 };

typedef struct Char {
    bool is_too_new, is_assigned, is_range;
    UnicodeDbRecord record;
    char *name, *decomposition;
} Char;

static Char *chars;
static const char *directory;

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "namegen: %s: %s\n", what, name);
    exit(1);
}

static FILE *open_table(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    if (!file) fail("cannot read", path);
    return file;
}

enum { MAX_FIELDS = 20 };
static int next_line(FILE *file, char *fields[MAX_FIELDS])
{
    static char line[4096];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\r\n")] = 0;
        int count = 0;
        for (char *at = line; at && count < MAX_FIELDS;) {
            char *next = strchr(at, ';');
            if (next) *next++ = 0;
            while (isspace((unsigned char)*at)) at++;
            size_t length = strlen(at);
            while (length && isspace((unsigned char)at[length - 1])) at[--length] = 0;
            fields[count++] = at;
            at = next;
        }
        if (count > 1) return count;
    }
    return 0;
}

static void parse_range(const char *text, uint32_t *first, uint32_t *last)
{
    char *end;
    *first = *last = (uint32_t)strtoul(text, &end, 16);
    if (strncmp(end, "..", 2) == 0) *last = (uint32_t)strtoul(end + 2, NULL, 16);
}

static int index_of(const char *word, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(word, names[i]) == 0) return i;
    fail("unknown property value", word);
    return 0;
}

/* --- reading --- */

static void read_ages(void)
{
    FILE *file = open_table("DerivedAge.txt");
    char *f[MAX_FIELDS];
    while (next_line(file, f)) {
        uint32_t first, last;
        parse_range(f[0], &first, &last);
        double age = strtod(f[1], NULL);
        for (uint32_t c = first; c <= last; c++) {
            chars[c].is_too_new = age > 14.5;
            chars[c].record.is_in_3_2 = age < 3.25;
        }
    }
    fclose(file);
}

static void read_characters(void)
{
    static const char *const categories[] = UNICODE_CATEGORY_NAMES;
    static const char *const bidi[] = UNICODE_BIDI_NAMES;
    FILE *file = open_table("UnicodeData.txt");
    char *f[MAX_FIELDS];
    uint32_t range_first = 0;
    while (next_line(file, f) >= 15) {
        uint32_t last = (uint32_t)strtoul(f[0], NULL, 16), first = last;
        bool is_range = strstr(f[1], ", Last>");
        if (strstr(f[1], ", First>")) {
            range_first = last;
            continue;
        }
        if (is_range) first = range_first;
        for (uint32_t c = first; c <= last; c++) {
            Char *ch = &chars[c];
            if (ch->is_too_new) continue;
            ch->is_assigned = true;
            ch->is_range = is_range;
            ch->record.category = (uint8_t)index_of(f[2], categories);
            ch->record.combining = (uint8_t)atoi(f[3]);
            ch->record.bidi = (uint8_t)index_of(f[4], bidi);
            ch->record.is_mirrored = f[9][0] == 'Y';
            if (f[1][0] != '<') ch->name = strdup(f[1]);
            if (*f[5]) ch->decomposition = strdup(f[5]);
        }
    }
    fclose(file);
}

static void read_widths(void)
{
    static const char *const widths[] = UNICODE_WIDTH_NAMES;
    FILE *file = open_table("EastAsianWidth.txt");
    char *f[MAX_FIELDS];
    while (next_line(file, f)) {
        uint32_t first, last;
        parse_range(f[0], &first, &last);
        for (uint32_t c = first; c <= last; c++) chars[c].record.width = (uint8_t)index_of(f[1], widths);
    }
    fclose(file);
}

/* --- records --- */

static UnicodeDbRecord records[4096];
static int record_count;
static uint16_t record_of[LIMIT];

static void write_records(FILE *out)
{
    for (uint32_t c = 0; c < LIMIT; c++) {
        UnicodeDbRecord r = chars[c].record;
        if (!chars[c].is_assigned) r = (UnicodeDbRecord){0}; /* width "F" too: as CPython has it */
        int k = c ? record_of[c - 1] : 0;
        if (k >= record_count || memcmp(&records[k], &r, sizeof r) != 0)
            for (k = 0; k < record_count && memcmp(&records[k], &r, sizeof r) != 0;) k++;
        if (k == record_count) records[record_count++] = r;
        record_of[c] = (uint16_t)k;
    }
    fprintf(out, "const UnicodeDbRecord unicode_db_records[] = {\n");
    for (int i = 0; i < record_count; i++)
        fprintf(out, "    {%d, %d, %d, %d, %d, %d},\n", records[i].category, records[i].combining, records[i].bidi,
                records[i].is_mirrored, records[i].width, records[i].is_in_3_2);
    fprintf(out, "};\n\n");
    enum { BLOCK = 1 << UNICODE_DB_BLOCK_BITS, BLOCKS = LIMIT / BLOCK };
    static uint32_t kept[BLOCKS];
    int kept_count = 0;
    fprintf(out, "const uint16_t unicode_db_stage1[] = {");
    for (int b = 0; b < BLOCKS; b++) {
        int k = 0;
        while (k < kept_count && memcmp(&record_of[kept[k]], &record_of[b * BLOCK], BLOCK * sizeof *record_of) != 0)
            k++;
        if (k == kept_count) kept[kept_count++] = (uint32_t)(b * BLOCK);
        fprintf(out, "%s%d,", b % 24 ? " " : "\n    ", k);
    }
    fprintf(out, "\n};\n\nconst uint16_t unicode_db_stage2[] = {");
    for (int k = 0; k < kept_count; k++)
        for (int i = 0; i < BLOCK; i++)
            fprintf(out, "%s%d,", i % 24 ? " " : "\n    ", record_of[kept[k] + (uint32_t)i]);
    fprintf(out, "\n};\n\n");
}

/* --- decompositions and compositions --- */

static bool exclusion[LIMIT];

typedef struct Pair {
    uint32_t first, second, composed;
} Pair;

static int compare_pairs(const void *a, const void *b)
{
    const Pair *x = a, *y = b;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return x->second < y->second ? -1 : x->second > y->second;
}

static void read_exclusions(void)
{
    FILE *file = open_table("DerivedNormalizationProps.txt");
    char *f[MAX_FIELDS];
    while (next_line(file, f)) {
        uint32_t first, last;
        parse_range(f[0], &first, &last);
        if (strcmp(f[1], "Full_Composition_Exclusion") == 0)
            for (uint32_t c = first; c <= last; c++) exclusion[c] = true;
    }
    fclose(file);
}

/* "<tag> 0041 0300": the tag's index (0: canonical) and the characters. */
static int parse_decomposition(const char *text, int *tag, uint32_t out[32])
{
    static const char *const tags[] = UNICODE_TAG_NAMES;
    *tag = 0;
    if (*text == '<') {
        char name[32] = {0};
        const char *end = strchr(text, '>');
        memcpy(name, text, (size_t)(end - text + 1));
        *tag = index_of(name, tags);
        text = end + 1;
    }
    int n = 0;
    for (char *end;; text = end) {
        uint32_t c = (uint32_t)strtoul(text, &end, 16);
        if (end == text) break;
        out[n++] = c;
    }
    return n;
}

static void write_decompositions(FILE *out)
{
    static Pair pairs[4096];
    static uint32_t data[65536];
    int pair_count = 0, data_count = 0, count = 0;
    fprintf(out, "const UnicodeDecomposition unicode_decompositions[] = {");
    for (uint32_t c = 0; c < LIMIT; c++) {
        if (!chars[c].decomposition) continue;
        uint32_t to[32];
        int tag, n = parse_decomposition(chars[c].decomposition, &tag, to);
        fprintf(out, "%s{0x%x, %d, %d, %d},", count++ % 6 ? " " : "\n    ", c, data_count, n, tag);
        for (int i = 0; i < n; i++) data[data_count++] = to[i];
        if (tag == 0 && n == 2 && !exclusion[c]) pairs[pair_count++] = (Pair){to[0], to[1], c};
    }
    fprintf(out,
            "\n};\nconst size_t unicode_decomposition_count = %d;\n\nconst uint32_t unicode_decomposition_data[] = {",
            count);
    for (int i = 0; i < data_count; i++) fprintf(out, "%s0x%x,", i % 12 ? " " : "\n    ", data[i]);
    qsort(pairs, (size_t)pair_count, sizeof *pairs, compare_pairs);
    fprintf(out, "\n};\n\nconst UnicodePair unicode_pairs[] = {");
    for (int i = 0; i < pair_count; i++)
        fprintf(out, "%s{0x%x, 0x%x, 0x%x},", i % 5 ? " " : "\n    ", pairs[i].first, pairs[i].second,
                pairs[i].composed);
    fprintf(out, "\n};\nconst size_t unicode_pair_count = %d;\n\n", pair_count);
}

/* What NormalizationCorrections.txt says was different in version 3.2. */
static void write_corrections(FILE *out)
{
    FILE *file = open_table("NormalizationCorrections.txt");
    char *f[MAX_FIELDS];
    int count = 0;
    fprintf(out, "const UnicodePair unicode_corrections[] = {");
    while (next_line(file, f)) {
        if (strtod(f[3], NULL) < 3.25) continue; /* corrected in 3.2 itself */
        fprintf(out, " {0x%s, 0x%s, 0},", f[0], f[1]);
        count++;
    }
    fprintf(out, "};\nconst size_t unicode_correction_count = %d;\n\n", count);
    fclose(file);
}

/* --- names --- */

typedef struct Word {
    char *text;
    int uses, code;
} Word;

static Word words[MAX_WORDS];
static int word_count, word_hash[WORD_HASH];

typedef struct Name {
    char *text;
    uint32_t c; /* for sequences: their number */
} Name;

static Name names[MAX_NAMES];
static int name_count;

static Word *find_word(const char *text, size_t length)
{
    uint32_t h = unicode_name_hash(text, length) % WORD_HASH;
    for (;; h = (h + 1) % WORD_HASH) {
        int i = word_hash[h];
        if (i == 0) {
            if (word_count == MAX_WORDS) fail("too many", "words");
            words[word_count] = (Word){strndup(text, length), 0, 0};
            word_hash[h] = ++word_count;
            return &words[word_count - 1];
        }
        Word *w = &words[i - 1];
        if (strlen(w->text) == length && memcmp(w->text, text, length) == 0) return w;
    }
}

/* The length of the token at *at, which is moved over a space before it. A token ends behind a hyphen or before a space;
 * the reader puts a space between two tokens unless the first ends with a hyphen: so after "BKA-" in "BKA- SHOG" the
 * space belongs to the next token. */
static size_t next_token(const char **at)
{
    if (**at == ' ' && (*at)[-1] != '-') (*at)++;
    size_t length = **at == ' ';
    while ((*at)[length] && (*at)[length] != ' ')
        if ((*at)[length++] == '-') break;
    return length;
}

static void add_name(const char *text, uint32_t c)
{
    if (name_count == MAX_NAMES) fail("too many", "names");
    names[name_count++] = (Name){strdup(text), c};
    for (const char *at = text; *at;) {
        size_t length = next_token(&at);
        find_word(at, length)->uses++;
        at += length;
    }
}

static int compare_uses(const void *a, const void *b)
{
    const Word *x = *(Word *const *)a, *y = *(Word *const *)b;
    return x->uses != y->uses ? y->uses - x->uses : strcmp(x->text, y->text);
}

static void write_words(FILE *out)
{
    static Word *sorted[MAX_WORDS];
    for (int i = 0; i < word_count; i++) sorted[i] = &words[i];
    qsort(sorted, (size_t)word_count, sizeof *sorted, compare_uses);
    if (word_count > UNICODE_SHORT_WORDS + (254 - UNICODE_SHORT_WORDS) * 256) fail("too many", "words");
    fprintf(out, "const char unicode_words[] =");
    for (int i = 0; i < word_count; i++) {
        sorted[i]->code = i;
        fprintf(out, "%s\"%s\\0\"", i % 8 ? " " : "\n    ", sorted[i]->text);
    }
    fprintf(out, ";\n\nconst uint32_t unicode_word_places[] = {");
    for (int i = 0, place = 0; i < word_count; i++) {
        fprintf(out, "%s%d,", i % 20 ? " " : "\n    ", place);
        place += (int)strlen(sorted[i]->text) + 1;
    }
    fprintf(out, "\n};\n\n");
}

static void write_phrases(FILE *out)
{
    static uint32_t places[MAX_NAMES];
    uint32_t place = 0;
    fprintf(out, "const uint8_t unicode_phrases[] = {");
    for (int i = 0; i < name_count; i++) {
        places[i] = place;
        fprintf(out, "\n    ");
        for (const char *at = names[i].text; *at;) {
            size_t length = next_token(&at);
            int code = find_word(at, length)->code;
            if (code < UNICODE_SHORT_WORDS) {
                fprintf(out, "%d, ", code);
                place++;
            } else {
                code -= UNICODE_SHORT_WORDS;
                fprintf(out, "%d, %d, ", UNICODE_SHORT_WORDS + (code >> 8), code & 255);
                place += 2;
            }
            at += length;
        }
        fprintf(out, "255,");
        place++;
    }
    fprintf(out, "\n};\n\nconst uint32_t unicode_phrase_places[] = {");
    for (int i = 0; i < name_count; i += UNICODE_PHRASE_STEP)
        fprintf(out, "%s%u,", i / UNICODE_PHRASE_STEP % 16 ? " " : "\n    ", places[i]);
    fprintf(out, "\n};\n\n");
}

/* Stretches of characters that all have names: (first, last, ordinal of the first). */
static void write_runs(FILE *out, int named)
{
    int count = 0;
    fprintf(out, "const UnicodeNameRun unicode_name_runs[] = {");
    for (int i = 0; i < named;) {
        int k = i;
        while (k + 1 < named && names[k + 1].c == names[k].c + 1) k++;
        fprintf(out, "%s{0x%x, 0x%x, %d},", count++ % 6 ? " " : "\n    ", names[i].c, names[k].c, i);
        i = k + 1;
    }
    fprintf(out, "\n};\nconst size_t unicode_name_run_count = %d;\n\n", count);
}

static void write_name_hash(FILE *out)
{
    static uint16_t cells[UNICODE_NAME_CELLS];
    for (int i = 0; i < name_count; i++) {
        uint32_t h = unicode_name_hash(names[i].text, strlen(names[i].text)) % UNICODE_NAME_CELLS;
        while (cells[h]) h = (h + 1) % UNICODE_NAME_CELLS;
        cells[h] = (uint16_t)(i + 1);
    }
    fprintf(out, "const uint16_t unicode_name_cells[] = {");
    for (int i = 0; i < UNICODE_NAME_CELLS; i++) fprintf(out, "%s%d,", i % 24 ? " " : "\n    ", cells[i]);
    fprintf(out, "\n};\n\n");
}

static void write_names(FILE *out)
{
    static uint32_t sequences[1024][4];
    char *f[MAX_FIELDS];
    for (uint32_t c = 0; c < LIMIT; c++)
        if (chars[c].name && !chars[c].is_range) add_name(chars[c].name, c);
    int named = name_count;
    FILE *file = open_table("NameAliases.txt");
    while (next_line(file, f)) {
        uint32_t c = (uint32_t)strtoul(f[0], NULL, 16);
        if (!chars[c].is_too_new) add_name(f[1], c);
    }
    fclose(file);
    int aliased = name_count, sequence_count = 0;
    file = open_table("NamedSequences.txt");
    while (next_line(file, f)) {
        char *at = f[1];
        for (int i = 0; i < 4; i++) sequences[sequence_count][i] = (uint32_t)strtoul(at, &at, 16);
        add_name(f[0], (uint32_t)sequence_count++);
    }
    fclose(file);
    write_words(out);
    write_phrases(out);
    write_runs(out, named);
    write_name_hash(out);
    fprintf(out, "const int unicode_named_count = %d, unicode_aliased_count = %d;\n", named, aliased);
    fprintf(out, "const uint32_t unicode_alias_chars[] = {");
    for (int i = named; i < aliased; i++) fprintf(out, "%s0x%x,", (i - named) % 12 ? " " : "\n    ", names[i].c);
    fprintf(out, "\n};\nconst uint32_t unicode_sequences[][4] = {\n");
    for (int i = 0; i < sequence_count; i++)
        fprintf(out, "    {0x%x, 0x%x, 0x%x, 0x%x},\n", sequences[i][0], sequences[i][1], sequences[i][2],
                sequences[i][3]);
    fprintf(out, "};\n");
}

int main(int argc, char **argv)
{
    if (argc != 3) fail("usage", "namegen DIRECTORY OUTPUT");
    directory = argv[1];
    chars = calloc(LIMIT, sizeof *chars);
    if (!chars) fail("out of memory", "characters");
    read_ages();
    read_characters();
    read_widths();
    read_exclusions();
    FILE *out = fopen(argv[2], "w");
    if (!out) fail("cannot write", argv[2]);
    fprintf(out, "/* Made by src/gen/namegen.c from unicode-data. */\n#include \"objects/unicode_db.h\"\n\n");
    write_records(out);
    write_decompositions(out);
    write_corrections(out);
    write_names(out);
    return fclose(out) == 0 ? 0 : 1;
}

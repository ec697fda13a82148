/* unicodegen: reads the Unicode character database as Debian's package unicode-data installs it and writes the tables
 * behind src/objects/unicode.h. The package is of version 15.0; characters of age 15.0 are left out, which gives
 * version 14.0, that of CPython 3.11.
 *
 * usage: unicodegen DIRECTORY OUTPUT */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects/unicode.h"

enum { LIMIT = UNICODE_LIMIT, MAX_RECORDS = 4096, MAX_EXTRA = 8192, BLOCK = 1 << UNICODE_BLOCK_BITS, MAX_MAPPING = 3 };

typedef struct Mapping {
    int length;
    uint32_t to[MAX_MAPPING];
} Mapping;

typedef struct Special {
    uint32_t from;
    Mapping lower, title, upper;
} Special;

typedef struct Char {
    bool is_too_new;
    uint16_t flags;
    uint8_t decimal, digit;
    double numeric;
    uint32_t upper, lower, title; /* simple mappings; the character itself when there is none */
    Mapping fold;
    const Special *special;
} Char;

static Char *chars;
static Special specials[512];
static int special_count;

static UnicodeRecord records[MAX_RECORDS];
static int record_count;
static uint32_t extra[MAX_EXTRA];
static int extra_count;
static uint16_t record_of[LIMIT];

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "unicodegen: %s: %s\n", what, name);
    exit(1);
}

/* --- reading --- */

static const char *directory;

static FILE *open_table(const char *name)
{
    char path[1024];
    size_t length = strlen(name);
    bool is_packed = length > 4 && strcmp(name + length - 4, ".bz2") == 0;
    snprintf(path, sizeof path, is_packed ? "bzip2 -dc '%s/%s'" : "%s/%s", directory, name);
    FILE *file = is_packed ? popen(path, "r") : fopen(path, "r");
    if (!file) fail("cannot read", path);
    return file;
}

/* The next line with content, comment cut off, cut at semicolons into fields without blanks around them. Gives their
 * number, 0 at the end. */
enum { MAX_FIELDS = 20 };
static int next_line(FILE *file, char separator, char *fields[MAX_FIELDS])
{
    static char line[4096];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\r\n")] = 0;
        int count = 0;
        for (char *at = line; at && count < MAX_FIELDS;) {
            char *next = strchr(at, separator);
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

/* "XXXX" or "XXXX..YYYY" */
static void parse_range(const char *text, uint32_t *first, uint32_t *last)
{
    char *end;
    *first = *last = (uint32_t)strtoul(text, &end, 16);
    if (strncmp(end, "..", 2) == 0) *last = (uint32_t)strtoul(end + 2, NULL, 16);
}

static Mapping parse_mapping(const char *text)
{
    Mapping m = {0};
    for (char *end; *text; text = end) {
        uint32_t c = (uint32_t)strtoul(text, &end, 16);
        if (end == text) break;
        if (m.length == MAX_MAPPING) fail("mapping too long", text);
        m.to[m.length++] = c;
    }
    return m;
}

static void read_ages(void)
{
    FILE *file = open_table("DerivedAge.txt");
    char *f[MAX_FIELDS];
    while (next_line(file, ';', f)) {
        uint32_t first, last;
        parse_range(f[0], &first, &last);
        bool is_too_new = strtod(f[1], NULL) > 14.5;
        for (uint32_t c = first; c <= last; c++) chars[c].is_too_new = is_too_new;
    }
    fclose(file);
}

static bool is_one_of(const char *word, const char *list)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == 0)) return true;
    return false;
}

static double parse_fraction(const char *text)
{
    const char *slash = strchr(text, '/');
    double numerator = strtod(text, NULL);
    return slash ? numerator / strtod(slash + 1, NULL) : numerator;
}

static uint16_t flags_of(uint32_t c, const char *category, const char *bidi)
{
    unsigned flags = 0;
    if (is_one_of(category, "Lm Lt Lu Ll Lo")) flags |= UNICODE_ALPHA;
    if (strcmp(category, "Lt") == 0) flags |= UNICODE_TITLE;
    if (strcmp(category, "Zl") == 0 || strcmp(bidi, "B") == 0) flags |= UNICODE_LINEBREAK;
    if (strcmp(category, "Zs") == 0 || is_one_of(bidi, "WS B S")) flags |= UNICODE_SPACE;
    if (c == ' ' || !strchr("CZ", category[0])) flags |= UNICODE_PRINTABLE;
    return (uint16_t)flags;
}

static void read_characters(void)
{
    FILE *file = open_table("UnicodeData.txt");
    char *f[MAX_FIELDS];
    uint32_t range_first = 0;
    while (next_line(file, ';', f) >= 15) {
        uint32_t last = (uint32_t)strtoul(f[0], NULL, 16), first = last;
        if (strstr(f[1], ", First>")) {
            range_first = last;
            continue;
        }
        if (strstr(f[1], ", Last>")) first = range_first;
        for (uint32_t c = first; c <= last; c++) {
            Char *ch = &chars[c];
            if (ch->is_too_new) continue;
            ch->flags = flags_of(c, f[2], f[4]);
            if (*f[6]) ch->flags |= UNICODE_DECIMAL, ch->decimal = (uint8_t)atoi(f[6]);
            if (*f[7]) ch->flags |= UNICODE_DIGIT, ch->digit = (uint8_t)atoi(f[7]);
            if (*f[8]) ch->flags |= UNICODE_NUMERIC, ch->numeric = parse_fraction(f[8]);
            if (*f[12]) ch->upper = (uint32_t)strtoul(f[12], NULL, 16);
            if (*f[13]) ch->lower = (uint32_t)strtoul(f[13], NULL, 16);
            ch->title = *f[14] ? (uint32_t)strtoul(f[14], NULL, 16) : ch->upper;
        }
    }
    fclose(file);
}

/* Characters that are older than version 15.0 but became Lowercase in it: the database keeps no dates of properties. */
static bool is_lowercase_since_15(uint32_t c)
{
    return c == 0x10fc || (c >= 0xa7f2 && c <= 0xa7f4) || c == 0xab69;
}

static void read_derived_properties(void)
{
    static const struct {
        const char *name;
        uint16_t flag;
    } properties[] = {{"Lowercase", UNICODE_LOWER},     {"Uppercase", UNICODE_UPPER},
                      {"XID_Start", UNICODE_XID_START}, {"XID_Continue", UNICODE_XID_CONTINUE},
                      {"Cased", UNICODE_CASED},         {"Case_Ignorable", UNICODE_CASE_IGNORABLE}};
    FILE *file = open_table("DerivedCoreProperties.txt");
    char *f[MAX_FIELDS];
    while (next_line(file, ';', f)) {
        uint32_t first, last;
        parse_range(f[0], &first, &last);
        for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
            if (strcmp(f[1], properties[i].name) == 0)
                for (uint32_t c = first; c <= last; c++)
                    if (!chars[c].is_too_new &&
                        !((properties[i].flag & (UNICODE_LOWER | UNICODE_CASED)) && is_lowercase_since_15(c)))
                        chars[c].flags |= properties[i].flag;
    }
    fclose(file);
}

static void read_case_tables(void)
{
    FILE *file = open_table("SpecialCasing.txt");
    char *f[MAX_FIELDS];
    for (int count; (count = next_line(file, ';', f));) {
        if (count > 4 && *f[4]) continue; /* a condition: Final_Sigma is in unicode.c, the others depend on language */
        Special *s = &specials[special_count++];
        *s =
            (Special){(uint32_t)strtoul(f[0], NULL, 16), parse_mapping(f[1]), parse_mapping(f[2]), parse_mapping(f[3])};
        chars[s->from].special = s;
    }
    fclose(file);
    file = open_table("CaseFolding.txt");
    while (next_line(file, ';', f))
        if (strcmp(f[1], "C") == 0 || strcmp(f[1], "F") == 0) chars[strtoul(f[0], NULL, 16)].fold = parse_mapping(f[2]);
    fclose(file);
}

/* "U+4E00<tab>kPrimaryNumeric<tab>1" */
static void read_han_numbers(void)
{
    FILE *file = open_table("Unihan_NumericValues.txt.bz2");
    char *f[MAX_FIELDS];
    while (next_line(file, '\t', f) >= 3) {
        Char *ch = &chars[strtoul(f[0] + 2, NULL, 16)];
        if (ch->is_too_new) continue;
        ch->flags |= UNICODE_NUMERIC;
        ch->numeric = strtod(f[2], NULL);
    }
    pclose(file);
}

/* --- making the records --- */

static int add_extra(const Mapping *m)
{
    int at = extra_count;
    for (int i = 0; i < m->length; i++) extra[extra_count++] = m->to[i];
    if (extra_count > MAX_EXTRA - 8) fail("too many", "special mappings");
    return at;
}

static bool same_mapping(const Mapping *a, const Mapping *b)
{
    return a->length == b->length && memcmp(a->to, b->to, (size_t)a->length * sizeof *a->to) == 0;
}

static Mapping single(uint32_t c)
{
    return (Mapping){1, {c}};
}

/* length << 24 | index into unicode_extra_case; for `lower` also the length of the case folding << 20, which follows.
 */
static void extended_case(const Char *ch, UnicodeRecord *r, const Mapping *fold)
{
    Special simple = {0, single(ch->lower), single(ch->title), single(ch->upper)};
    const Special *s = ch->special ? ch->special : &simple;
    r->flags |= UNICODE_EXTENDED_CASE;
    r->lower = s->lower.length << 24 | add_extra(&s->lower);
    if (!same_mapping(fold, &s->lower)) {
        r->lower |= fold->length << 20;
        add_extra(fold);
    }
    r->upper = s->upper.length << 24 | add_extra(&s->upper);
    r->title = s->title.length << 24 | add_extra(&s->title);
}

static int find_record(const UnicodeRecord *r)
{
    for (int i = 0; i < record_count; i++)
        if (memcmp(&records[i], r, sizeof *r) == 0) return i;
    if (record_count == MAX_RECORDS) fail("too many", "records");
    records[record_count] = *r;
    return record_count++;
}

static void make_records(void)
{
    UnicodeRecord last = {0};
    int last_index = find_record(&last);
    for (uint32_t c = 0; c < LIMIT; c++) {
        const Char *ch = &chars[c];
        UnicodeRecord r;
        memset(&r, 0, sizeof r);
        if (!ch->is_too_new) {
            r.flags = ch->flags;
            r.decimal = ch->decimal;
            r.digit = ch->digit;
            Mapping fold = ch->fold.length ? ch->fold : single(c), lower = single(ch->lower);
            if (ch->special || !same_mapping(&fold, &lower)) {
                extended_case(ch, &r, &fold);
            } else {
                r.upper = (int32_t)(ch->upper - c);
                r.lower = (int32_t)(ch->lower - c);
                r.title = (int32_t)(ch->title - c);
            }
        }
        if (memcmp(&r, &last, sizeof r) != 0) last_index = find_record(&r);
        last = r;
        record_of[c] = (uint16_t)last_index;
    }
}

/* --- writing --- */

static void write_records(FILE *out)
{
    fprintf(out, "const UnicodeRecord unicode_records[] = {\n");
    for (int i = 0; i < record_count; i++) {
        const UnicodeRecord *r = &records[i];
        fprintf(out, "    {%d, %d, %d, %d, %d, 0x%x},\n", r->upper, r->lower, r->title, r->decimal, r->digit, r->flags);
    }
    fprintf(out, "};\n\nconst uint32_t unicode_extra_case[] = {");
    for (int i = 0; i < extra_count; i++) fprintf(out, "%s0x%x,", i % 12 ? " " : "\n    ", extra[i]);
    fprintf(out, "\n};\n\n");
}

static void write_stages(FILE *out)
{
    enum { BLOCKS = LIMIT / BLOCK };
    static uint16_t stage1[BLOCKS];
    static uint32_t kept[BLOCKS];
    int kept_count = 0;
    for (int b = 0; b < BLOCKS; b++) {
        int k = 0;
        while (k < kept_count && memcmp(&record_of[kept[k]], &record_of[b * BLOCK], BLOCK * sizeof *record_of) != 0)
            k++;
        if (k == kept_count) kept[kept_count++] = (uint32_t)(b * BLOCK);
        stage1[b] = (uint16_t)k;
    }
    fprintf(out, "const uint16_t unicode_stage1[] = {");
    for (int b = 0; b < BLOCKS; b++) fprintf(out, "%s%d,", b % 24 ? " " : "\n    ", stage1[b]);
    fprintf(out, "\n};\n\nconst uint16_t unicode_stage2[] = {");
    for (int k = 0; k < kept_count; k++)
        for (int i = 0; i < BLOCK; i++)
            fprintf(out, "%s%d,", i % 24 ? " " : "\n    ", record_of[kept[k] + (uint32_t)i]);
    fprintf(out, "\n};\n\n");
}

/* Characters with a numeric value, ascending, and for each the place of its value in a table of distinct ones. */
static void write_numbers(FILE *out)
{
    static double values[1024];
    int value_count = 0, count = 0;
    fprintf(out, "const UnicodeNumber unicode_numbers[] = {");
    for (uint32_t c = 0; c < LIMIT; c++) {
        if (chars[c].is_too_new || !(chars[c].flags & UNICODE_NUMERIC)) continue;
        int k = 0;
        while (k < value_count && values[k] != chars[c].numeric) k++;
        if (k == value_count) values[value_count++] = chars[c].numeric;
        fprintf(out, "%s{0x%x, %d},", count++ % 8 ? " " : "\n    ", c, k);
    }
    fprintf(out, "\n};\nconst size_t unicode_number_count = %d;\n\nconst double unicode_number_values[] = {", count);
    for (int k = 0; k < value_count; k++) fprintf(out, "%s%.17g,", k % 8 ? " " : "\n    ", values[k]);
    fprintf(out, "\n};\n");
}

int main(int argc, char **argv)
{
    if (argc != 3) fail("usage", "unicodegen DIRECTORY OUTPUT");
    directory = argv[1];
    chars = calloc(LIMIT, sizeof *chars);
    if (!chars) fail("out of memory", "characters");
    for (uint32_t c = 0; c < LIMIT; c++) chars[c].upper = chars[c].lower = chars[c].title = c;
    read_ages();
    read_characters();
    read_derived_properties();
    read_case_tables();
    read_han_numbers();
    make_records();
    FILE *out = fopen(argv[2], "w");
    if (!out) fail("cannot write", argv[2]);
    fprintf(out, "/* Made by src/gen/unicodegen.c from unicode-data. */\n#include \"objects/unicode.h\"\n"
                 "#include \"objects/unicode_tables.h\"\n\n");
    write_records(out);
    write_stages(out);
    write_numbers(out);
    return fclose(out) == 0 ? 0 : 1;
}

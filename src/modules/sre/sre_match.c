/* sre_match: executes patterns. A backtracking machine without recursion: everything that may be tried again stands on
 * a stack of choices on the heap, so that no pattern and no subject can exhaust the C stack.
 *
 * A choice remembers where to go on (pc, at), the enclosing repeat, and how long the undo list was: setting a mark
 * notes its old value, and going back restores all marks set since. Rounds of repeats are immutable records in an array
 * that is used as a stack, so going back to an older round is setting an index.
 *
 * Assertions, atomic groups and possessive repeats run their body as a sub-match: a choice of their own kind is the
 * floor; SUCCESS throws away the choices above the innermost floor (`floor`), and failing down to it decides the other
 * way. sre_engine.inc holds the engine proper and is compiled for each width of character. */
#include "modules/sre/sre.h"

#include <ctype.h>
#include <wchar.h>

#include "objects/blocking.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/search.h"
#include "objects/str_internal.h"
#include "objects/unicode.h"

enum ChoiceKind {
    CHOICE_BRANCH,         /* pc: the next alternative's skip word */
    CHOICE_RESUME,         /* go on at pc */
    CHOICE_REPEAT_ONE,     /* give back one character: `count` more than the minimum are left */
    CHOICE_MIN_REPEAT_ONE, /* take one more: `count` are allowed */
    CHOICE_MIN_UNTIL,      /* try another round of repeat `round` */
    FLOOR_ASSERT,
    FLOOR_ASSERT_NOT,
    FLOOR_ATOMIC,
    FLOOR_POSSESSIVE
};

struct Choice {
    const SreCode *pc;
    ssize_t at, count;
    size_t undo_count, repeat_count;
    ssize_t last_index;
    int32_t repeat, round; /* round: for floors, the enclosing floor */
    uint8_t kind;
};

/* --- characters --- */

enum { IS_DIGIT = 1, IS_SPACE = 2, IS_WORD = 4 };

static const uint8_t ascii_class[128] = {
    [9] = IS_SPACE,
    [10] = IS_SPACE,
    [11] = IS_SPACE,
    [12] = IS_SPACE,
    [13] = IS_SPACE,
    [' '] = IS_SPACE,
    ['0' ... '9'] = IS_DIGIT | IS_WORD,
    ['A' ... 'Z'] = IS_WORD,
    ['a' ... 'z'] = IS_WORD,
    ['_'] = IS_WORD,
};

static inline bool is_ascii_class(uint32_t c, int class)
{
    return c < 128 && (ascii_class[c] & class);
}

static inline bool is_unicode_word(uint32_t c)
{
    return c < 128 ? ascii_class[c] & IS_WORD : unicode_is_alnum(c);
}

static inline bool is_locale_word(uint32_t c)
{
    return c < 256 && (isalnum((int)c) || c == '_');
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

static inline uint32_t lower_unicode(uint32_t c)
{
    return c < 128 ? sre_lower_ascii(c) : unicode_to_lower(c);
}

static bool in_category(enum Category category, uint32_t c)
{
    switch (category) {
    case CATEGORY_DIGIT: return is_ascii_class(c, IS_DIGIT);
    case CATEGORY_NOT_DIGIT: return !is_ascii_class(c, IS_DIGIT);
    case CATEGORY_SPACE: return is_ascii_class(c, IS_SPACE);
    case CATEGORY_NOT_SPACE: return !is_ascii_class(c, IS_SPACE);
    case CATEGORY_WORD: return is_ascii_class(c, IS_WORD);
    case CATEGORY_NOT_WORD: return !is_ascii_class(c, IS_WORD);
    case CATEGORY_LINEBREAK: return c == '\n';
    case CATEGORY_NOT_LINEBREAK: return c != '\n';
    case CATEGORY_LOC_WORD: return is_locale_word(c);
    case CATEGORY_LOC_NOT_WORD: return !is_locale_word(c);
    case CATEGORY_UNI_DIGIT: return c < 128 ? ascii_class[c] & IS_DIGIT : unicode_has(c, UNICODE_DECIMAL);
    case CATEGORY_UNI_NOT_DIGIT: return !(c < 128 ? ascii_class[c] & IS_DIGIT : unicode_has(c, UNICODE_DECIMAL));
    case CATEGORY_UNI_SPACE: return unicode_is_space(c);
    case CATEGORY_UNI_NOT_SPACE: return !unicode_is_space(c);
    case CATEGORY_UNI_WORD: return is_unicode_word(c);
    case CATEGORY_UNI_NOT_WORD: return !is_unicode_word(c);
    case CATEGORY_UNI_LINEBREAK: return unicode_is_linebreak(c);
    case CATEGORY_UNI_NOT_LINEBREAK: return !unicode_is_linebreak(c);
    }
    return false;
}

static bool in_big_charset(const SreCode *set, uint32_t c)
{
    if (c >= 65536) return false;
    unsigned block = ((const uint8_t *)set)[c >> 8];
    return set[64 + (block * 256 + (c & 255)) / 32] >> (c & 31) & 1;
}

static bool in_set(const SreCode *set, uint32_t c)
{
    bool is_in = true;
    for (;;) {
        switch (*set++) {
        case OP_FAILURE: return !is_in;
        case OP_LITERAL:
            if (c == set[0]) return is_in;
            set++;
            break;
        case OP_CATEGORY:
            if (in_category(set[0], c)) return is_in;
            set++;
            break;
        case OP_CHARSET:
            if (c < 256 && (set[c / 32] >> (c & 31) & 1)) return is_in;
            set += 8;
            break;
        case OP_RANGE:
            if (set[0] <= c && c <= set[1]) return is_in;
            set += 2;
            break;
        case OP_RANGE_UNI_IGNORE: {
            if (set[0] <= c && c <= set[1]) return is_in;
            uint32_t upper = unicode_to_upper(c);
            if (set[0] <= upper && upper <= set[1]) return is_in;
            set += 2;
            break;
        }
        case OP_NEGATE: is_in = !is_in; break;
        case OP_BIGCHARSET:
            if (in_big_charset(set + 1, c)) return is_in;
            set += 1 + 64 + set[0] * 8;
            break;
        default: return false;
        }
    }
}

static bool in_set_locale(const SreCode *set, uint32_t c)
{
    uint32_t lower = sre_lower_locale(c), upper = sre_upper_locale(c);
    return in_set(set, lower) || (upper != lower && in_set(set, upper));
}

static bool equals_locale(uint32_t wanted, uint32_t c)
{
    return c == wanted || sre_lower_locale(c) == wanted || sre_upper_locale(c) == wanted;
}

/* Whether the single-character instruction at pc accepts c. */
static inline bool unit_accepts(const SreCode *pc, uint32_t c)
{
    switch (*pc) {
    case OP_LITERAL: return c == pc[1];
    case OP_NOT_LITERAL: return c != pc[1];
    case OP_IN: return in_set(pc + 2, c);
    case OP_ANY: return c != '\n';
    case OP_ANY_ALL: return true;
    case OP_CATEGORY: return in_category(pc[1], c);
    case OP_LITERAL_IGNORE: return sre_lower_ascii(c) == pc[1];
    case OP_NOT_LITERAL_IGNORE: return sre_lower_ascii(c) != pc[1];
    case OP_LITERAL_UNI_IGNORE: return lower_unicode(c) == pc[1];
    case OP_NOT_LITERAL_UNI_IGNORE: return lower_unicode(c) != pc[1];
    case OP_LITERAL_LOC_IGNORE: return equals_locale(pc[1], c);
    case OP_NOT_LITERAL_LOC_IGNORE: return !equals_locale(pc[1], c);
    case OP_IN_IGNORE: return in_set(pc + 2, sre_lower_ascii(c));
    case OP_IN_UNI_IGNORE: return in_set(pc + 2, lower_unicode(c));
    case OP_IN_LOC_IGNORE: return in_set_locale(pc + 2, c);
    default: return false;
    }
}

/* The characters that the pattern's set admits at the beginning, tabulated once a pattern. */
static const bool *first_table(Pattern *p, const SreCode *set)
{
    if (!p->has_first) {
        for (uint32_t c = 0; c < 256; c++) p->first[c] = in_set(set, c);
        p->has_first = true;
    }
    return p->first;
}

/* Words of the single-character instruction at pc. */
static inline const SreCode *after_unit(const SreCode *pc)
{
    switch (*pc) {
    case OP_ANY:
    case OP_ANY_ALL: return pc + 1;
    case OP_IN:
    case OP_IN_IGNORE:
    case OP_IN_UNI_IGNORE:
    case OP_IN_LOC_IGNORE: return pc + 1 + pc[1];
    default: return pc + 2;
    }
}

/* --- the stacks --- */

static bool grow(void **block, size_t *capacity, size_t item_size)
{
    size_t wanted = *capacity ? *capacity * 2 : 32;
    void *grown = raw_realloc(*block, wanted * item_size);
    if (!grown) {
        error_no_memory();
        return false;
    }
    *block = grown;
    *capacity = wanted;
    return true;
}

static inline Choice *push_choice(SreState *s, enum ChoiceKind kind, const SreCode *pc, ssize_t at, int32_t repeat)
{
    if (UNLIKELY(s->choice_count == s->choice_capacity) &&
        !grow((void **)&s->choices, &s->choice_capacity, sizeof *s->choices))
        return NULL;
    Choice *c = &s->choices[s->choice_count++];
    c->pc = pc;
    c->at = at;
    c->undo_count = s->undo_count;
    c->repeat_count = s->repeat_count;
    c->last_index = s->last_index;
    c->repeat = repeat;
    c->kind = (uint8_t)kind;
    return c;
}

static inline bool set_mark(SreState *s, uint32_t mark, ssize_t at)
{
    if (UNLIKELY(s->undo_count == s->undo_capacity) && !grow((void **)&s->undo, &s->undo_capacity, sizeof *s->undo))
        return false;
    s->undo[s->undo_count++] = (Undo){(int32_t)mark, s->marks[mark]};
    s->marks[mark] = at;
    if (mark & 1) s->last_index = mark / 2 + 1;
    return true;
}

static inline void undo_marks(SreState *s, size_t to)
{
    while (s->undo_count > to) {
        Undo *u = &s->undo[--s->undo_count];
        s->marks[u->mark] = u->old;
    }
}

/* A new round: its index, or -1 with MemoryError. */
static inline int32_t push_round(SreState *s, const SreCode *code, int64_t count, ssize_t last, int32_t previous)
{
    if (UNLIKELY(s->repeat_count == s->repeat_capacity) &&
        !grow((void **)&s->repeats, &s->repeat_capacity, sizeof *s->repeats))
        return -1;
    s->repeats[s->repeat_count] = (Repeat){code, count, last, previous};
    return (int32_t)s->repeat_count++;
}

#define SRE_CHAR uint8_t
#define SRE_NAME(name) name##_1
#include "modules/sre/sre_engine.inc"
#undef SRE_CHAR
#undef SRE_NAME

#define SRE_CHAR uint16_t
#define SRE_NAME(name) name##_2
#include "modules/sre/sre_engine.inc"
#undef SRE_CHAR
#undef SRE_NAME

#define SRE_CHAR uint32_t
#define SRE_NAME(name) name##_4
#include "modules/sre/sre_engine.inc"
#undef SRE_CHAR
#undef SRE_NAME

/* --- the state --- */

static bool take_string(SreState *s, Value string)
{
    if (is_str(string)) {
        s->text = as_str(string)->data;
        s->kind = as_str(string)->kind;
        s->end = str_length(string);
    } else {
        if (!supports_buffer(string) || buffer_get(string, &s->view, BUFFER_SIMPLE) < 0) {
            error_format(&type_TypeError, "expected string or bytes-like object, got '%.200s'", type_of(string)->name);
            return false;
        }
        s->is_bytes = true;
        s->text = s->view.data;
        s->kind = 1;
        s->end = s->view.length;
    }
    int8_t wanted = s->pattern->is_bytes;
    if (wanted >= 0 && s->is_bytes != wanted) {
        error_set(&type_TypeError, wanted ? "cannot use a bytes pattern on a string-like object"
                                          : "cannot use a string pattern on a bytes-like object");
        return false;
    }
    return true;
}

bool sre_state_init(SreState *s, Pattern *pattern, Value string, ssize_t start, ssize_t end)
{
    *s = (SreState){.pattern = pattern, .last_index = -1};
    if (!take_string(s, string)) {
        sre_state_release(s);
        return false;
    }
    ssize_t length = s->end;
    s->start = MAX(0, MIN(start, length));
    s->end = MAX(0, MIN(end, length));
    s->at = s->pos = s->start;
    s->string = value_incref(string);
    if (pattern->groups) {
        s->marks = raw_alloc((size_t)pattern->groups * 2 * sizeof *s->marks);
        if (!s->marks) {
            sre_state_release(s);
            error_no_memory();
            return false;
        }
        for (ssize_t i = 0; i < pattern->groups * 2; i++) s->marks[i] = -1;
    }
    return true;
}

void sre_state_release(SreState *s)
{
    if (!value_is_null(s->view.owner)) buffer_release(&s->view);
    value_clear(&s->string);
    raw_free(s->marks);
    raw_free(s->choices);
    raw_free(s->repeats);
    raw_free(s->undo);
}

/* Nothing is left of an earlier match but the memory. */
static void reset(SreState *s)
{
    for (ssize_t i = 0; i < s->pattern->groups * 2; i++) s->marks[i] = -1;
    s->last_index = -1;
    s->choice_count = s->repeat_count = s->undo_count = 0;
}

int sre_state_match(SreState *s)
{
    reset(s);
    const SreCode *code = s->pattern->code;
    ssize_t at = s->at;
    if (s->start > s->end) return 0;
    return s->kind == 1 ? run_1(s, code, at) : s->kind == 2 ? run_2(s, code, at) : run_4(s, code, at);
}

int sre_state_search(SreState *s)
{
    reset(s);
    if (s->start > s->end) return 0;
    return s->kind == 1 ? search_1(s) : s->kind == 2 ? search_2(s) : search_4(s);
}

Value sre_state_slice(const SreState *s, ssize_t low, ssize_t high)
{
    if (is_str(s->string)) return str_slice(s->string, low, high);
    if (object_has_type(s->string, &type_bytes) && low == 0 && high == as_bytes(s->string)->length)
        return value_incref(s->string);
    return bytes_new((const char *)s->text + low, high - low);
}

Value sre_state_group(const SreState *s, ssize_t group, Value fallback)
{
    ssize_t low = s->marks[2 * (group - 1)], high = s->marks[2 * (group - 1) + 1];
    if (low < 0 || high < low) return value_incref(fallback);
    return sre_state_slice(s, low, high);
}

/* sre.h: the regular-expression engine behind the module re: it executes the 32-bit code words that re/_compiler.py
 * emits (MAGIC 20220615). Shared by the files of this folder. */
#ifndef MODULES_SRE_H
#define MODULES_SRE_H

#include "objects/object.h"

enum { SRE_MAGIC = 20220615, SRE_MAX_GROUPS = INT32_MAX / 2 };
#define SRE_MAX_REPEAT UINT32_MAX

typedef uint32_t SreCode;

/* The order of re/_constants.py. */
enum SreOp {
    SRE_FAILURE,
    SRE_SUCCESS,
    SRE_ANY,
    SRE_ANY_ALL,
    SRE_ASSERT,
    SRE_ASSERT_NOT,
    SRE_AT,
    SRE_BRANCH,
    SRE_CATEGORY,
    SRE_CHARSET,
    SRE_BIGCHARSET,
    SRE_GROUPREF,
    SRE_GROUPREF_EXISTS,
    SRE_IN,
    SRE_INFO,
    SRE_JUMP,
    SRE_LITERAL,
    SRE_MARK,
    SRE_MAX_UNTIL,
    SRE_MIN_UNTIL,
    SRE_NOT_LITERAL,
    SRE_NEGATE,
    SRE_RANGE,
    SRE_REPEAT,
    SRE_REPEAT_ONE,
    SRE_SUBPATTERN,
    SRE_MIN_REPEAT_ONE,
    SRE_ATOMIC_GROUP,
    SRE_POSSESSIVE_REPEAT,
    SRE_POSSESSIVE_REPEAT_ONE,
    SRE_GROUPREF_IGNORE,
    SRE_IN_IGNORE,
    SRE_LITERAL_IGNORE,
    SRE_NOT_LITERAL_IGNORE,
    SRE_GROUPREF_LOC_IGNORE,
    SRE_IN_LOC_IGNORE,
    SRE_LITERAL_LOC_IGNORE,
    SRE_NOT_LITERAL_LOC_IGNORE,
    SRE_GROUPREF_UNI_IGNORE,
    SRE_IN_UNI_IGNORE,
    SRE_LITERAL_UNI_IGNORE,
    SRE_NOT_LITERAL_UNI_IGNORE,
    SRE_RANGE_UNI_IGNORE,
    SRE_OP_COUNT
};
enum SreAt {
    SRE_AT_BEGINNING,
    SRE_AT_BEGINNING_LINE,
    SRE_AT_BEGINNING_STRING,
    SRE_AT_BOUNDARY,
    SRE_AT_NON_BOUNDARY,
    SRE_AT_END,
    SRE_AT_END_LINE,
    SRE_AT_END_STRING,
    SRE_AT_LOC_BOUNDARY,
    SRE_AT_LOC_NON_BOUNDARY,
    SRE_AT_UNI_BOUNDARY,
    SRE_AT_UNI_NON_BOUNDARY,
    SRE_AT_COUNT
};
enum SreCategory { /* each odd one is the negation of the even one before it */
                   SRE_DIGIT = 0,
                   SRE_SPACE = 2,
                   SRE_WORD = 4,
                   SRE_LINEBREAK = 6,
                   SRE_LOC_WORD = 8,
                   SRE_UNI_DIGIT = 10,
                   SRE_UNI_SPACE = 12,
                   SRE_UNI_WORD = 14,
                   SRE_UNI_LINEBREAK = 16,
                   SRE_CATEGORY_COUNT = 18
};
enum SreInfo { SRE_INFO_PREFIX = 1, SRE_INFO_LITERAL = 2, SRE_INFO_CHARSET = 4 };
enum SreFlag {
    SRE_FLAG_TEMPLATE = 1,
    SRE_FLAG_IGNORECASE = 2,
    SRE_FLAG_LOCALE = 4,
    SRE_FLAG_MULTILINE = 8,
    SRE_FLAG_DOTALL = 16,
    SRE_FLAG_UNICODE = 32,
    SRE_FLAG_VERBOSE = 64,
    SRE_FLAG_DEBUG = 128,
    SRE_FLAG_ASCII = 256
};

/* --- objects --- */

typedef struct Pattern {
    Object head;
    ssize_t groups;
    Value groupindex; /* dict name -> number */
    Value indexgroup; /* tuple number -> name or None */
    Value pattern;    /* str, bytes or None */
    int flags;
    int is_bytes;      /* 1 bytes, 0 str, -1 pattern None: anything */
    ssize_t code_size; /* words */
    SreCode *code;     /* owned block */
    NULLABLE Value weaklist;
} Pattern;

typedef struct Match {
    Object head;
    ssize_t mark_count; /* 2 * (groups + 1) */
    Value string;
    NULLABLE Value regs; /* cached tuple of spans */
    Value pattern;
    ssize_t pos, endpos, last_index;
    ssize_t marks[]; /* start, end of each group; -1: no part in the match */
} Match;

extern Type type_sre_pattern, type_sre_match, type_sre_scanner;

/* --- a search in progress --- */

typedef struct Repeat {  /* an active REPEAT … UNTIL */
    ssize_t previous;    /* index of the enclosing one, -1 */
    const SreCode *code; /* at skip, min, max, body */
    ssize_t count, last_at;
} Repeat;

typedef struct Backtrack Backtrack;

typedef struct SreState {
    Value string; /* owned */
    Buffer view;  /* of a bytes-like string */
    bool has_view;
    const void *text;
    int width; /* bytes a character */
    int is_bytes;
    ssize_t beginning, end; /* of the searchable part: indices into text; `beginning` is where ^ matches */
    ssize_t start, at;      /* of the last match */
    ssize_t must_advance;   /* an empty match at this index does not count; -1 */
    bool match_all;         /* only a match up to `end` counts */
    ssize_t last_index;
    ssize_t *marks; /* 2 * groups, -1: unset */
    ssize_t mark_count;
    Backtrack *stack;
    ssize_t stack_used, stack_size;
    Repeat *repeats;
    ssize_t repeats_used, repeats_size;
} SreState;

bool sre_state_init(SreState *state, const Pattern *pattern, Value string, ssize_t start, ssize_t end);
void sre_state_free(SreState *state);
/* 1 found (state->start, state->at, marks), 0 not, -1 error. From state->start on. */
int sre_match(SreState *state, const Pattern *pattern);
int sre_search(SreState *state, const Pattern *pattern);

/* --- characters (charset.c) --- */
bool sre_in_category(uint32_t category, uint32_t c);
/* c against the set program at `set`. */
bool sre_in_charset(const SreCode *set, uint32_t c);
bool sre_in_charset_locale(const SreCode *set, uint32_t c);
uint32_t sre_lower_ascii(uint32_t c);
uint32_t sre_lower_locale(uint32_t c);
uint32_t sre_upper_locale(uint32_t c);

/* validate.c: false: the words are no program that the engine could run safely. */
bool sre_validate(const SreCode *code, ssize_t size, ssize_t groups);

Value sre_match_new(Value pattern, const SreState *state);
Value sre_slice(Value string, int is_bytes, const SreState *state, ssize_t low, ssize_t high);
Value sre_import_call(const char *function, Value a, Value b, NULLABLE Value c);

#endif

/* sre.h: what the files of the module _sre share: the code words of re/_compiler.py, the state of a search, the
 * objects.
 *
 * A pattern is an array of 32-bit words; "skip" words count from their own place. Layouts (after the opcode):
 *     BRANCH            skip alternative… JUMP skip | skip alternative… JUMP skip | 0
 *     REPEAT            skip min max body… (the skip leads to) MAX_UNTIL or MIN_UNTIL tail…
 *     REPEAT_ONE        skip min max unit SUCCESS tail…          (also MIN_REPEAT_ONE, POSSESSIVE_REPEAT_ONE)
 *     POSSESSIVE_REPEAT skip min max body… (the skip leads to) SUCCESS tail…
 *     ATOMIC_GROUP      skip body… SUCCESS tail…
 *     ASSERT            skip back body… SUCCESS tail…            (also ASSERT_NOT)
 *     GROUPREF_EXISTS   group skip yes… [JUMP skip no…]
 *     IN                skip set… FAILURE
 *     INFO              skip flags min max [prefix-length prefix-skip prefix… overlap… | set…]  */
#ifndef MODULES_SRE_SRE_H
#define MODULES_SRE_SRE_H

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/str.h"

typedef uint32_t SreCode;

enum { SRE_MAGIC = 20220615 };
#define SRE_MAXREPEAT UINT32_MAX
#define SRE_MAXGROUPS ((int32_t)1073741823)

enum Opcode {
    OP_FAILURE,
    OP_SUCCESS,
    OP_ANY,
    OP_ANY_ALL,
    OP_ASSERT,
    OP_ASSERT_NOT,
    OP_AT,
    OP_BRANCH,
    OP_CATEGORY,
    OP_CHARSET,
    OP_BIGCHARSET,
    OP_GROUPREF,
    OP_GROUPREF_EXISTS,
    OP_IN,
    OP_INFO,
    OP_JUMP,
    OP_LITERAL,
    OP_MARK,
    OP_MAX_UNTIL,
    OP_MIN_UNTIL,
    OP_NOT_LITERAL,
    OP_NEGATE,
    OP_RANGE,
    OP_REPEAT,
    OP_REPEAT_ONE,
    OP_SUBPATTERN,
    OP_MIN_REPEAT_ONE,
    OP_ATOMIC_GROUP,
    OP_POSSESSIVE_REPEAT,
    OP_POSSESSIVE_REPEAT_ONE,
    OP_GROUPREF_IGNORE,
    OP_IN_IGNORE,
    OP_LITERAL_IGNORE,
    OP_NOT_LITERAL_IGNORE,
    OP_GROUPREF_LOC_IGNORE,
    OP_IN_LOC_IGNORE,
    OP_LITERAL_LOC_IGNORE,
    OP_NOT_LITERAL_LOC_IGNORE,
    OP_GROUPREF_UNI_IGNORE,
    OP_IN_UNI_IGNORE,
    OP_LITERAL_UNI_IGNORE,
    OP_NOT_LITERAL_UNI_IGNORE,
    OP_RANGE_UNI_IGNORE
};

enum At {
    AT_BEGINNING,
    AT_BEGINNING_LINE,
    AT_BEGINNING_STRING,
    AT_BOUNDARY,
    AT_NON_BOUNDARY,
    AT_END,
    AT_END_LINE,
    AT_END_STRING,
    AT_LOC_BOUNDARY,
    AT_LOC_NON_BOUNDARY,
    AT_UNI_BOUNDARY,
    AT_UNI_NON_BOUNDARY
};

enum Category {
    CATEGORY_DIGIT,
    CATEGORY_NOT_DIGIT,
    CATEGORY_SPACE,
    CATEGORY_NOT_SPACE,
    CATEGORY_WORD,
    CATEGORY_NOT_WORD,
    CATEGORY_LINEBREAK,
    CATEGORY_NOT_LINEBREAK,
    CATEGORY_LOC_WORD,
    CATEGORY_LOC_NOT_WORD,
    CATEGORY_UNI_DIGIT,
    CATEGORY_UNI_NOT_DIGIT,
    CATEGORY_UNI_SPACE,
    CATEGORY_UNI_NOT_SPACE,
    CATEGORY_UNI_WORD,
    CATEGORY_UNI_NOT_WORD,
    CATEGORY_UNI_LINEBREAK,
    CATEGORY_UNI_NOT_LINEBREAK
};

enum InfoFlags { INFO_PREFIX = 1, INFO_LITERAL = 2, INFO_CHARSET = 4 };
enum PatternFlags {
    FLAG_IGNORECASE = 2,
    FLAG_LOCALE = 4,
    FLAG_MULTILINE = 8,
    FLAG_DOTALL = 16,
    FLAG_UNICODE = 32,
    FLAG_VERBOSE = 64,
    FLAG_DEBUG = 128,
    FLAG_ASCII = 256,
    FLAG_TEMPLATE = 1
};

typedef struct Pattern {
    Object head;
    ssize_t length; /* words of code */
    ssize_t groups;
    Value group_index; /* dict: name -> number */
    Value index_group; /* tuple: number -> name or None */
    Value source;      /* str or bytes, or None */
    int flags;
    int8_t is_bytes; /* -1: works on both */
    NULLABLE Value weaklist;
    bool has_first;         /* `first` is filled: Latin-1 characters that a match can begin with */
    bool first[256];
    SreCode code[];
} Pattern;

typedef struct Match {
    Object head;
    ssize_t length;      /* positions: two for each group, the whole match being group 0 */
    Value string;        /* what was searched */
    NULLABLE Value regs; /* tuple of spans, made when asked for */
    Pattern *pattern;    /* owned */
    ssize_t start, end;  /* pos, endpos */
    ssize_t last_index;  /* of the last group closed, -1 */
    ssize_t marks[];     /* -1: did not take part */
} Match;

extern Type type_sre_pattern, type_sre_match, type_sre_scanner;
ALWAYS_INLINE Pattern *as_pattern(Value v)
{
    return (Pattern *)value_as_object(v);
}
ALWAYS_INLINE Match *as_match(Value v)
{
    return (Match *)value_as_object(v);
}

/* --- the state of a search (sre_match.c) --- */

typedef struct Repeat {  /* one round of a REPEAT: never changed once made, so backtracking only moves an index */
    const SreCode *code; /* the skip word */
    int64_t count;
    ssize_t last;     /* where the last round began, to notice rounds that match nothing */
    int32_t previous; /* enclosing repeat, -1 */
} Repeat;

typedef struct Choice Choice;
typedef struct Undo {
    int32_t mark;
    ssize_t old;
} Undo;

typedef struct SreState {
    Pattern *pattern;
    Value string; /* owned */
    Buffer view;  /* of a bytes-like string; view.owner no value for str */
    bool is_bytes;
    const void *text;
    int kind;                          /* bytes a character */
    ssize_t beginning, start, end, at; /* at: in: where to begin; out: where the match ended */
    ssize_t pos;                       /* where the whole search began */
    bool match_all, must_advance;
    ssize_t last_index;
    ssize_t *marks; /* 2 * groups, -1: unset */
    Choice *choices;
    size_t choice_count, choice_capacity;
    Repeat *repeats;
    size_t repeat_count, repeat_capacity;
    Undo *undo; /* old values of marks, for going back */
    size_t undo_count, undo_capacity;
    unsigned ticks; /* signals are looked at now and then */
} SreState;

bool sre_state_init(SreState *s, Pattern *pattern, Value string, ssize_t start, ssize_t end) NODISCARD;
void sre_state_release(SreState *s);
/* Both: 1 found, 0 not, -1 with an exception. */
int sre_state_match(SreState *s);
int sre_state_search(SreState *s);
/* The text between the marks of group n (1…), or `fallback` when it did not take part. Owned. */
Value sre_state_group(const SreState *s, ssize_t group, Value fallback) NODISCARD;
Value sre_state_slice(const SreState *s, ssize_t low, ssize_t high) NODISCARD;

bool sre_code_is_valid(const SreCode *code, ssize_t length, ssize_t groups);

/* --- characters (sre_match.c) --- */
uint32_t sre_lower_ascii(uint32_t c);
uint32_t sre_lower_locale(uint32_t c);
uint32_t sre_upper_locale(uint32_t c);

/* --- objects --- */
Value sre_match_new(const SreState *s, int status) NODISCARD; /* status of a search: None for 0 */
Value sre_scanner_new(Value pattern, Value string, ssize_t start, ssize_t end) NODISCARD;

#endif

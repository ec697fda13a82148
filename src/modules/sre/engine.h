/* engine.h: what the three instances of the matcher (1, 2 and 4 bytes a character) share. */
#ifndef MODULES_SRE_ENGINE_H
#define MODULES_SRE_ENGINE_H

#include "modules/sre/sre.h"

/* The kinds of entries on the backtrack stack. The UNDO ones restore something on the way back; the others are places
 * to go on from. */
enum BacktrackKind {
    BT_UNDO_MARK,       /* marks[number] = at, last_index = extra */
    BT_UNDO_REPEAT,     /* repeats[number].count = extra, .last_at = at */
    BT_UNDO_NEW_REPEAT, /* the repeat `number` never was */
    BT_ALTERNATIVE,     /* try the alternative at code */
    BT_ONE_LESS,        /* REPEAT_ONE: code = its words, at = where it began, extra = items taken */
    BT_ONE_MORE,        /* MIN_REPEAT_ONE: the same, at = where the next item would begin */
    BT_TAIL,            /* MAX_UNTIL of repeat `number`: stop repeating, go on behind it */
    BT_BODY,            /* MIN_UNTIL of repeat `number`: repeat once more */
    BT_BARRIER /* the body of ASSERT, ASSERT_NOT, ATOMIC_GROUP or POSSESSIVE_REPEAT began here; code = its op */
};

struct Backtrack {
    uint8_t kind;
    ssize_t number; /* see kind; for BARRIER: the repeats' count before */
    ssize_t at, extra;
    const SreCode *code;
    ssize_t repeat;  /* innermost active repeat to go on with */
    ssize_t barrier; /* innermost open barrier to go on with */
};

/* Room for one more entry / repeat; false: MemoryError. */
bool sre_grow_stack(SreState *state);
bool sre_grow_repeats(SreState *state);
/* After an atomic region matched: of the entries from `base` on, keeps only those that undo something. */
void sre_cut(SreState *state, ssize_t base);
/* Now and then from the matcher: signals. False: an exception is set. */
bool sre_breathe(void);

int sre_match_1(SreState *state, const SreCode *code);
int sre_match_2(SreState *state, const SreCode *code);
int sre_match_4(SreState *state, const SreCode *code);
int sre_search_1(SreState *state, const SreCode *code);
int sre_search_2(SreState *state, const SreCode *code);
int sre_search_4(SreState *state, const SreCode *code);

#endif

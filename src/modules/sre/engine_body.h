/* engine_body.h: the matcher, included once for each character width with CHARACTER and NAME(x) defined.
 *
 * The usual engine calls itself for each alternative and for each round of a repeat, so that a long subject overflows
 * the C stack or needs a machine stack of its own. Here a single loop runs the code words, and everything that may have
 * to be tried otherwise stands on one stack of entries on the heap. Failing means: pop entries, undoing what they say,
 * until one gives a place to go on from. Invariants: RE1 whatever is changed (a mark, a repeat's count) pushes its undo
 * entry BEFORE it changes. RE2 an entry that gives a place stores the innermost repeat and barrier that are valid
 * there. RE3 a look-around, an atomic group and a possessive repeat open a barrier; when its body has succeeded, the
 * places above it are cut (sre_cut) and only the undo entries stay. */

static inline ssize_t NAME(count_one)(const SreState *state, const SreCode *item, ssize_t at, ssize_t most)
{
    const CHARACTER *text = state->text;
    ssize_t begin = at, end = most < state->end - at ? at + most : state->end;
    uint32_t chr = item[0] == SRE_IN ? 0 : item[1];
    switch (item[0]) {
    case SRE_IN:
        while (at < end && sre_in_charset(item + 2, text[at])) at++;
        break;
    case SRE_ANY:
        while (at < end && text[at] != '\n') at++;
        break;
    case SRE_ANY_ALL: at = end; break;
    case SRE_LITERAL:
        while (at < end && text[at] == chr) at++;
        break;
    case SRE_NOT_LITERAL:
        while (at < end && text[at] != chr) at++;
        break;
    case SRE_CATEGORY:
        while (at < end && sre_in_category(chr, text[at])) at++;
        break;
    case SRE_LITERAL_IGNORE:
        while (at < end && sre_lower_ascii(text[at]) == chr) at++;
        break;
    case SRE_NOT_LITERAL_IGNORE:
        while (at < end && sre_lower_ascii(text[at]) != chr) at++;
        break;
    case SRE_LITERAL_UNI_IGNORE:
        while (at < end && unicode_to_lower(text[at]) == chr) at++;
        break;
    case SRE_NOT_LITERAL_UNI_IGNORE:
        while (at < end && unicode_to_lower(text[at]) != chr) at++;
        break;
    case SRE_LITERAL_LOC_IGNORE:
        while (at < end && equal_in_locale(chr, text[at])) at++;
        break;
    case SRE_NOT_LITERAL_LOC_IGNORE:
        while (at < end && !equal_in_locale(chr, text[at])) at++;
        break;
    case SRE_IN_IGNORE:
        while (at < end && sre_in_charset(item + 2, sre_lower_ascii(text[at]))) at++;
        break;
    case SRE_IN_UNI_IGNORE:
        while (at < end && sre_in_charset(item + 2, unicode_to_lower(text[at]))) at++;
        break;
    case SRE_IN_LOC_IGNORE:
        while (at < end && sre_in_charset_locale(item + 2, text[at])) at++;
        break;
    default: break; /* an item that is not one character wide never gets here (the compiler's _simple, validate.c) */
    }
    return at - begin;
}

static bool NAME(is_word_at)(const SreState *state, uint32_t category, ssize_t at)
{
    const CHARACTER *text = state->text;
    return at >= state->beginning && at < state->end && sre_in_category(category, text[at]);
}

static bool NAME(holds_at)(const SreState *state, uint32_t place, ssize_t at)
{
    const CHARACTER *text = state->text;
    uint32_t category;
    switch (place) {
    case SRE_AT_BEGINNING:
    case SRE_AT_BEGINNING_STRING: return at == state->beginning;
    case SRE_AT_BEGINNING_LINE: return at == state->beginning || text[at - 1] == '\n';
    case SRE_AT_END: return at == state->end || (at + 1 == state->end && text[at] == '\n');
    case SRE_AT_END_LINE: return at == state->end || text[at] == '\n';
    case SRE_AT_END_STRING: return at == state->end;
    case SRE_AT_BOUNDARY:
    case SRE_AT_NON_BOUNDARY: category = SRE_WORD; break;
    case SRE_AT_LOC_BOUNDARY:
    case SRE_AT_LOC_NON_BOUNDARY: category = SRE_LOC_WORD; break;
    default: category = SRE_UNI_WORD; break;
    }
    if (state->beginning == state->end) return false;
    bool differs = NAME(is_word_at)(state, category, at - 1) != NAME(is_word_at)(state, category, at);
    bool wants_boundary = place == SRE_AT_BOUNDARY || place == SRE_AT_LOC_BOUNDARY || place == SRE_AT_UNI_BOUNDARY;
    return differs == wants_boundary;
}

/* Can the code at `code` begin to match at `at`? Only cheap tests; true when in doubt. */
static inline bool NAME(may_begin)(const SreState *state, const SreCode *code, ssize_t at)
{
    const CHARACTER *text = state->text;
    if (code[0] == SRE_LITERAL) return at < state->end && text[at] == code[1];
    if (code[0] == SRE_IN) return at < state->end && sre_in_charset(code + 2, text[at]);
    return true;
}

/* Length of the group's text when it stands again at `at`, else -1. */
static ssize_t NAME(match_group)(const SreState *state, const SreCode *code, ssize_t at)
{
    const CHARACTER *text = state->text;
    ssize_t low = state->marks[2 * (ssize_t)code[1]], high = state->marks[2 * (ssize_t)code[1] + 1];
    if (low < 0 || high < low || state->end - at < high - low) return -1;
    for (ssize_t i = 0; i < high - low; i++) {
        uint32_t a = text[low + i], b = text[at + i];
        bool equal = code[0] == SRE_GROUPREF              ? a == b
                     : code[0] == SRE_GROUPREF_IGNORE     ? sre_lower_ascii(a) == sre_lower_ascii(b)
                     : code[0] == SRE_GROUPREF_UNI_IGNORE ? unicode_to_lower(a) == unicode_to_lower(b)
                                                          : sre_lower_locale(a) == sre_lower_locale(b);
        if (!equal) return -1;
    }
    return high - low;
}

/* Does the one-character instruction match the character? */
static inline bool NAME(matches_character)(const SreCode *code, uint32_t c)
{
    switch (code[0]) {
    case SRE_LITERAL: return c == code[1];
    case SRE_NOT_LITERAL: return c != code[1];
    case SRE_ANY: return c != '\n';
    case SRE_ANY_ALL: return true;
    case SRE_CATEGORY: return sre_in_category(code[1], c);
    case SRE_IN: return sre_in_charset(code + 2, c);
    case SRE_LITERAL_IGNORE: return sre_lower_ascii(c) == code[1];
    case SRE_NOT_LITERAL_IGNORE: return sre_lower_ascii(c) != code[1];
    case SRE_IN_IGNORE: return sre_in_charset(code + 2, sre_lower_ascii(c));
    case SRE_LITERAL_UNI_IGNORE: return unicode_to_lower(c) == code[1];
    case SRE_NOT_LITERAL_UNI_IGNORE: return unicode_to_lower(c) != code[1];
    case SRE_IN_UNI_IGNORE: return sre_in_charset(code + 2, unicode_to_lower(c));
    case SRE_LITERAL_LOC_IGNORE: return equal_in_locale(code[1], c);
    case SRE_NOT_LITERAL_LOC_IGNORE: return !equal_in_locale(code[1], c);
    default: return sre_in_charset_locale(code + 2, c); /* SRE_IN_LOC_IGNORE */
    }
}

#define PUSH(kind_, number_, at_, extra_, code_)                                                                       \
    do {                                                                                                               \
        if (state->stack_used == state->stack_size && !sre_grow_stack(state)) return -1;                               \
        state->stack[state->stack_used++] = (Backtrack){kind_, number_, at_, extra_, code_, repeat, barrier};          \
    } while (0)

/* Matches the code at state->at; 1, 0 or -1. */
static int NAME(run)(SreState *state, const SreCode *code)
{
    const CHARACTER *text = state->text;
    ssize_t at = state->at, repeat = -1, barrier = -1;
    uint32_t steps = 0;
    state->stack_used = state->repeats_used = 0;

next:
    switch (code[0]) {
    case SRE_LITERAL: /* the most frequent ones without a second switch */
        if (at >= state->end || text[at] != code[1]) goto fail;
        at++;
        code += 2;
        goto next;

    case SRE_IN:
        if (at >= state->end || !sre_in_charset(code + 2, text[at])) goto fail;
        at++;
        code += 1 + code[1];
        goto next;

    case SRE_ANY:
    case SRE_ANY_ALL:
        if (at >= state->end || !NAME(matches_character)(code, text[at])) goto fail;
        at++;
        code++;
        goto next;

    case SRE_NOT_LITERAL:
    case SRE_CATEGORY:
    case SRE_LITERAL_IGNORE:
    case SRE_NOT_LITERAL_IGNORE:
    case SRE_LITERAL_UNI_IGNORE:
    case SRE_NOT_LITERAL_UNI_IGNORE:
    case SRE_LITERAL_LOC_IGNORE:
    case SRE_NOT_LITERAL_LOC_IGNORE:
        if (at >= state->end || !NAME(matches_character)(code, text[at])) goto fail;
        at++;
        code += 2;
        goto next;

    case SRE_IN_IGNORE:
    case SRE_IN_UNI_IGNORE:
    case SRE_IN_LOC_IGNORE:
        if (at >= state->end || !NAME(matches_character)(code, text[at])) goto fail;
        at++;
        code += 1 + code[1];
        goto next;

    case SRE_AT:
        if (!NAME(holds_at)(state, code[1], at)) goto fail;
        code += 2;
        goto next;

    case SRE_MARK:
        PUSH(BT_UNDO_MARK, code[1], state->marks[code[1]], state->last_index, NULL);
        state->marks[code[1]] = at;
        if (code[1] & 1) state->last_index = (ssize_t)code[1] / 2 + 1;
        code += 2;
        goto next;

    case SRE_INFO:
    case SRE_JUMP: code += 1 + code[1]; goto next;

    case SRE_BRANCH: code++; goto branch;

    case SRE_GROUPREF:
    case SRE_GROUPREF_IGNORE:
    case SRE_GROUPREF_UNI_IGNORE:
    case SRE_GROUPREF_LOC_IGNORE: {
        ssize_t length = NAME(match_group)(state, code, at);
        if (length < 0) goto fail;
        at += length;
        code += 2;
        goto next;
    }

    case SRE_GROUPREF_EXISTS: {
        ssize_t low = state->marks[2 * (ssize_t)code[1]], high = state->marks[2 * (ssize_t)code[1] + 1];
        code += low < 0 || high < low ? 1 + code[2] : 3;
        goto next;
    }

    case SRE_REPEAT_ONE: { /* skip min max item SUCCESS tail */
        ssize_t least = code[2], most = code[3] == SRE_MAX_REPEAT ? SSIZE_MAX : (ssize_t)code[3];
        ssize_t count = NAME(count_one)(state, code + 4, at, most);
        if (count < least) goto fail;
        if (count > least) PUSH(BT_ONE_LESS, 0, at, count, code);
        at += count;
        code += 1 + code[1];
        if (!NAME(may_begin)(state, code, at)) goto fail;
        goto next;
    }

    case SRE_MIN_REPEAT_ONE: {
        ssize_t least = code[2], most = code[3] == SRE_MAX_REPEAT ? SSIZE_MAX : (ssize_t)code[3];
        if (NAME(count_one)(state, code + 4, at, least) < least) goto fail;
        at += least;
        if (most > least) PUSH(BT_ONE_MORE, 0, at, least, code);
        code += 1 + code[1];
        goto next;
    }

    case SRE_POSSESSIVE_REPEAT_ONE: {
        ssize_t most = code[3] == SRE_MAX_REPEAT ? SSIZE_MAX : (ssize_t)code[3];
        ssize_t count = NAME(count_one)(state, code + 4, at, most);
        if (count < (ssize_t)code[2]) goto fail;
        at += count;
        code += 1 + code[1];
        goto next;
    }

    case SRE_REPEAT:
        if (state->repeats_used == state->repeats_size && !sre_grow_repeats(state)) return -1;
        PUSH(BT_UNDO_NEW_REPEAT, 0, 0, 0, NULL);
        state->repeats[state->repeats_used] = (Repeat){repeat, code + 1, -1, -1};
        repeat = state->repeats_used++;
        code += 1 + code[1];
        goto next; /* at UNTIL */

    case SRE_MAX_UNTIL: {
        Repeat *r = &state->repeats[repeat];
        ssize_t count = r->count + 1;
        bool is_needed = count < (ssize_t)r->code[1];
        bool may_repeat = (count < (ssize_t)r->code[2] || r->code[2] == SRE_MAX_REPEAT) && at != r->last_at;
        if (!is_needed && !may_repeat) {
            repeat = r->previous;
            code++;
            goto next;
        }
        if (!is_needed) PUSH(BT_TAIL, repeat, at, 0, code + 1);
        PUSH(BT_UNDO_REPEAT, repeat, r->last_at, r->count, NULL);
        r->count = count;
        if (!is_needed) r->last_at = at;
        code = r->code + 3;
        goto next;
    }

    case SRE_MIN_UNTIL: {
        Repeat *r = &state->repeats[repeat];
        ssize_t count = r->count + 1;
        PUSH(BT_UNDO_REPEAT, repeat, r->last_at, r->count, NULL);
        r->count = count;
        if (count < (ssize_t)r->code[1]) {
            code = r->code + 3;
            goto next;
        }
        PUSH(BT_BODY, repeat, at, 0, NULL);
        repeat = r->previous;
        code++;
        goto next;
    }

    case SRE_ASSERT:
    case SRE_ASSERT_NOT: {
        ssize_t back = code[2];
        if (at - state->beginning < back) {
            if (code[0] == SRE_ASSERT) goto fail;
            code += 1 + code[1];
            goto next;
        }
        PUSH(BT_BARRIER, state->repeats_used, at, 0, code);
        barrier = state->stack_used - 1;
        at -= back;
        code += 3;
        goto next;
    }

    case SRE_ATOMIC_GROUP:
        PUSH(BT_BARRIER, state->repeats_used, at, 0, code);
        barrier = state->stack_used - 1;
        code += 2;
        goto next;

    case SRE_POSSESSIVE_REPEAT: /* skip min max body SUCCESS tail */
        PUSH(BT_BARRIER, state->repeats_used, at, 0, code);
        barrier = state->stack_used - 1;
        code += 4;
        if (code[-1] == 0) goto fail; /* at most no times: as if the first round failed */
        goto next;

    case SRE_SUCCESS:
        if (barrier < 0) {
            bool is_refused = (state->match_all && at != state->end) || at == state->must_advance;
            if (is_refused) goto fail;
            state->at = at;
            return 1;
        }
        goto leave_barrier;

    default: goto fail; /* SRE_FAILURE */
    }

branch: /* at the skip of an alternative; 0: no more */
    while (code[0] && !NAME(may_begin)(state, code + 1, at)) code += code[0];
    if (!code[0]) goto fail;
    if (code[code[0]]) PUSH(BT_ALTERNATIVE, 0, at, 0, code + code[0]);
    code++;
    goto next;

leave_barrier : {
    ssize_t base = barrier;
    Backtrack entry = state->stack[base];
    const SreCode *op = entry.code;
    if (op[0] == SRE_ASSERT_NOT) { /* the body matched: undo all of it, then fail */
        repeat = entry.repeat;
        while (state->stack_used > base + 1) {
            Backtrack *top = &state->stack[--state->stack_used];
            if (top->kind == BT_UNDO_MARK) {
                state->marks[top->number] = top->at;
                state->last_index = top->extra;
            } else if (top->kind == BT_UNDO_REPEAT) {
                state->repeats[top->number].count = top->extra;
                state->repeats[top->number].last_at = top->at;
            }
        }
        state->stack_used = base;
        state->repeats_used = entry.number;
        goto fail;
    }
    sre_cut(state, base);
    repeat = entry.repeat;
    barrier = entry.barrier;
    if (op[0] == SRE_POSSESSIVE_REPEAT) {
        ssize_t count = entry.extra + 1;
        bool may_repeat = count < (ssize_t)op[3] || op[3] == SRE_MAX_REPEAT;
        if (count < (ssize_t)op[2] || (may_repeat && at != entry.at)) {
            PUSH(BT_BARRIER, state->repeats_used, at, count, op);
            barrier = state->stack_used - 1;
            code = op + 4;
            goto next;
        }
        code = op + 2 + op[1];
        goto next;
    }
    if (op[0] == SRE_ASSERT) at = entry.at;
    code = op + 1 + op[1];
    goto next;
}

fail:
    if ((++steps & 0xffff) == 0 && !sre_breathe()) return -1;
    while (state->stack_used > 0) {
        Backtrack *top = &state->stack[state->stack_used - 1];
        const SreCode *op = top->code;
        switch (top->kind) {
        case BT_UNDO_MARK:
            state->marks[top->number] = top->at;
            state->last_index = top->extra;
            break;
        case BT_UNDO_REPEAT:
            state->repeats[top->number].count = top->extra;
            state->repeats[top->number].last_at = top->at;
            break;
        case BT_UNDO_NEW_REPEAT: state->repeats_used--; break;
        case BT_ALTERNATIVE:
            at = top->at;
            repeat = top->repeat;
            barrier = top->barrier;
            state->stack_used--;
            code = op;
            goto branch;
        case BT_ONE_LESS: {
            const SreCode *tail = op + 1 + op[1];
            ssize_t least = op[2], count = top->extra - 1;
            while (count >= least && !NAME(may_begin)(state, tail, top->at + count)) count--;
            repeat = top->repeat;
            barrier = top->barrier;
            if (count < least) break;
            at = top->at + count;
            if (count > least)
                top->extra = count;
            else
                state->stack_used--;
            code = tail;
            goto next;
        }
        case BT_ONE_MORE: {
            ssize_t most = op[3] == SRE_MAX_REPEAT ? SSIZE_MAX : (ssize_t)op[3];
            repeat = top->repeat;
            barrier = top->barrier;
            if (NAME(count_one)(state, op + 4, top->at, 1) == 0) break;
            at = ++top->at;
            if (++top->extra >= most) state->stack_used--;
            code = op + 1 + op[1];
            goto next;
        }
        case BT_TAIL:
            at = top->at;
            barrier = top->barrier;
            repeat = state->repeats[top->number].previous;
            state->stack_used--;
            code = op;
            goto next;
        case BT_BODY: {
            Repeat *r = &state->repeats[top->number];
            bool may_repeat = (r->count < (ssize_t)r->code[2] || r->code[2] == SRE_MAX_REPEAT) && top->at != r->last_at;
            at = top->at;
            barrier = top->barrier;
            repeat = top->number;
            if (!may_repeat) break;
            state->stack_used--;
            PUSH(BT_UNDO_REPEAT, repeat, r->last_at, r->count, NULL);
            r->last_at = at;
            code = r->code + 3;
            goto next;
        }
        default: { /* BT_BARRIER: its body failed */
            bool goes_on = op[0] == SRE_ASSERT_NOT || (op[0] == SRE_POSSESSIVE_REPEAT && top->extra >= (ssize_t)op[2]);
            at = top->at;
            repeat = top->repeat;
            barrier = top->barrier;
            if (!goes_on) break;
            state->stack_used--;
            code = op[0] == SRE_ASSERT_NOT ? op + 1 + op[1] : op + 2 + op[1];
            goto next;
        }
        }
        state->stack_used--;
    }
    return 0;
}

#undef PUSH

static int NAME(try_at)(SreState *state, const SreCode *code, ssize_t at)
{
    state->start = state->at = at;
    int result = NAME(run)(state, code);
    return result;
}

int NAME(sre_match)(SreState *state, const SreCode *code)
{
    return NAME(try_at)(state, code, state->start);
}

/* The next place from `at` on where the literal prefix stands; `last` + 1: none. */
static ssize_t NAME(find_prefix)(const SreState *state, const SreCode *prefix, ssize_t length, ssize_t at, ssize_t last)
{
    const CHARACTER *text = state->text;
    for (; at <= last; at++) {
        if (sizeof(CHARACTER) == 1) {
            if (prefix[0] > 255) return last + 1;
            const CHARACTER *found = memchr(text + at, (int)prefix[0], (size_t)(last - at + 1));
            if (!found) return last + 1;
            at = found - text;
        } else if (text[at] != prefix[0]) {
            continue;
        }
        ssize_t i = 1;
        while (i < length && text[at + i] == prefix[i]) i++;
        if (i == length) return at;
    }
    return at;
}

int NAME(sre_search)(SreState *state, const SreCode *code)
{
    const CHARACTER *text = state->text;
    const SreCode *charset = NULL, *prefix = NULL;
    ssize_t at = state->start, last = state->end, prefix_length = 0;
    if (code[0] == SRE_INFO) {
        last -= (ssize_t)code[3];
        if (code[2] & SRE_INFO_PREFIX) {
            prefix_length = code[5];
            prefix = code + 7;
            last = MIN(last, state->end - prefix_length);
        } else if (code[2] & SRE_INFO_CHARSET) {
            charset = code + 5;
            last = MIN(last, state->end - 1);
        }
        code += 1 + code[1];
    }
    for (; at <= last; at++) {
        if (prefix) at = NAME(find_prefix)(state, prefix, prefix_length, at, last);
        if (charset)
            while (at <= last && !sre_in_charset(charset, text[at])) at++;
        if (at > last) break;
        int result = NAME(try_at)(state, code, at);
        if (result) return result;
    }
    return 0;
}

/* codegen_match.c: code of match statements.
 *
 * A pattern consumes the subject on top of the stack. Captured values stay on the stack, below it, until the whole
 * pattern has matched; only then they are stored. When a pattern fails, what lies above the statement's subject must
 * be popped: fail_pop[n] is the block that pops n items; they fall through into each other. */
#include "compiler/codegen.h"

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct Captures {
    Value *names; /* borrowed; in the order in which they lie on the stack */
    ssize_t count, capacity;
} Captures;

typedef struct PatternState {
    Captures stores;
    bool allows_irrefutable;
    Block **fail_pop;
    ssize_t fail_pop_count, fail_pop_capacity;
    ssize_t on_top; /* items on the stack, above the captures, that must be popped on failure */
} PatternState;

static void gen_pattern(Compiler *c, const Pattern *pattern, PatternState *state);

static void out_of_memory(Compiler *c)
{
    if (!c->failed) error_no_memory();
    gen_failed(c);
}

/* --- captures --- */

static ssize_t find_capture(const Captures *captures, Value name)
{
    for (ssize_t i = 0; i < captures->count; i++)
        if (value_is(captures->names[i], name)) return i;
    return -1;
}

static void add_capture(Compiler *c, Captures *captures, Value name)
{
    if (c->failed) return;
    if (captures->count == captures->capacity) {
        ssize_t capacity = captures->capacity ? captures->capacity * 2 : 4;
        Value *grown = raw_realloc(captures->names, (size_t)capacity * sizeof *grown);
        if (!grown) {
            out_of_memory(c);
            return;
        }
        captures->names = grown;
        captures->capacity = capacity;
    }
    captures->names[captures->count++] = name;
}

/* Moves the top of the stack below the next count - 1 items. */
static void gen_rotate(Compiler *c, ssize_t count)
{
    while (count > 1) gen_op_arg(c, BC_SWAP, count--);
}

static void gen_capture(Compiler *c, NULLABLE Value name, PatternState *state)
{
    if (value_is_null(name)) {
        gen_op(c, BC_POP_TOP);
        return;
    }
    if (gen_is_forbidden(c, name, CTX_Store)) return;
    if (find_capture(&state->stores, name) >= 0) {
        gen_error(c, "multiple assignments to name %R in pattern", name);
        return;
    }
    gen_rotate(c, state->on_top + state->stores.count + 1);
    add_capture(c, &state->stores, name);
}

/* --- failure --- */

static void ensure_fail_pop(Compiler *c, PatternState *state, ssize_t pops)
{
    while (!c->failed && state->fail_pop_count <= pops) {
        if (state->fail_pop_count == state->fail_pop_capacity) {
            ssize_t capacity = state->fail_pop_capacity ? state->fail_pop_capacity * 2 : 4;
            Block **grown = raw_realloc(state->fail_pop, (size_t)capacity * sizeof *grown);
            if (!grown) {
                out_of_memory(c);
                return;
            }
            state->fail_pop = grown;
            state->fail_pop_capacity = capacity;
        }
        state->fail_pop[state->fail_pop_count++] = gen_new_block(c);
    }
}

static void gen_jump_to_fail(Compiler *c, PatternState *state, int jump)
{
    ssize_t pops = state->on_top + state->stores.count;
    ensure_fail_pop(c, state, pops);
    if (!c->failed) gen_jump(c, jump, state->fail_pop[pops]);
}

/* Emits the blocks that pop; goes on behind them, where the pattern has failed. */
static void gen_fail_pops(Compiler *c, PatternState *state)
{
    if (c->failed) return;
    if (state->fail_pop_count == 0) {
        gen_use_block(c, gen_new_block(c));
        return;
    }
    for (ssize_t i = state->fail_pop_count - 1; i > 0; i--) {
        gen_use_block(c, state->fail_pop[i]);
        gen_op(c, BC_POP_TOP);
    }
    gen_use_block(c, state->fail_pop[0]);
    state->fail_pop_count = 0;
}

static void state_free(PatternState *state)
{
    raw_free(state->stores.names);
    raw_free(state->fail_pop);
    *state = (PatternState){0};
}

/* --- kinds of patterns --- */

static bool is_wildcard(const Pattern *pattern)
{
    return pattern->kind == PATTERN_MatchAs && value_is_null(pattern->v.MatchAs.name) && !pattern->v.MatchAs.pattern;
}

static bool is_star_wildcard(const Pattern *pattern)
{
    return pattern->kind == PATTERN_MatchStar && value_is_null(pattern->v.MatchStar.name);
}

/* A pattern inside another one may be irrefutable. */
static void gen_subpattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    bool outer = state->allows_irrefutable;
    state->allows_irrefutable = true;
    gen_pattern(c, pattern, state);
    state->allows_irrefutable = outer;
}

static void gen_int(Compiler *c, ssize_t n)
{
    gen_const(c, value_from_small_int(n));
}

static void gen_as_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    Value name = pattern->v.MatchAs.name;
    if (!pattern->v.MatchAs.pattern) {
        if (!state->allows_irrefutable) {
            if (value_is_null(name))
                gen_error(c, "wildcard makes remaining patterns unreachable");
            else
                gen_error(c, "name capture %R makes remaining patterns unreachable", name);
            return;
        }
        gen_capture(c, name, state);
        return;
    }
    state->on_top++;
    gen_op_arg(c, BC_COPY, 1);
    gen_pattern(c, pattern->v.MatchAs.pattern, state);
    state->on_top--;
    gen_capture(c, name, state);
}

static void gen_value_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    const Expr *value = pattern->v.MatchValue.value;
    if (value->kind != EXPR_Constant && value->kind != EXPR_Attribute) {
        gen_error(c, "patterns may only match literals and attribute lookups");
        return;
    }
    gen_expr(c, value);
    gen_compare(c, CMPOP_Eq);
    gen_jump_to_fail(c, state, PSEUDO_POP_JUMP_IF_FALSE);
}

static void gen_singleton_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    gen_const(c, pattern->v.MatchSingleton.value);
    gen_compare(c, CMPOP_Is);
    gen_jump_to_fail(c, state, PSEUDO_POP_JUMP_IF_FALSE);
}

/* --- sequences --- */

static void gen_unpack_pattern(Compiler *c, const PatternSeq *patterns)
{
    ssize_t count = seq_count(patterns);
    for (ssize_t i = 0; i < count; i++) {
        if (patterns->items[i]->kind != PATTERN_MatchStar) continue;
        if (i >= 1 << 8 || count - i - 1 >= INT32_MAX >> 8)
            gen_error(c, "too many expressions in star-unpacking sequence pattern");
        gen_op_arg(c, BC_UNPACK_EX, i + ((count - i - 1) << 8));
        return;
    }
    gen_op_arg(c, BC_UNPACK_SEQUENCE, count);
}

static void gen_sequence_by_unpacking(Compiler *c, const PatternSeq *patterns, PatternState *state)
{
    ssize_t count = seq_count(patterns);
    gen_unpack_pattern(c, patterns);
    state->on_top += count;
    for (ssize_t i = 0; i < count; i++) {
        state->on_top--;
        gen_subpattern(c, patterns->items[i], state);
    }
}

/* With `*_`, the rest of the sequence need not be made: the items are fetched by index. */
static void gen_sequence_by_index(Compiler *c, const PatternSeq *patterns, ssize_t star, PatternState *state)
{
    ssize_t count = seq_count(patterns);
    state->on_top++;
    for (ssize_t i = 0; i < count; i++) {
        const Pattern *pattern = patterns->items[i];
        if (i == star || is_wildcard(pattern)) continue;
        gen_op_arg(c, BC_COPY, 1);
        if (i < star) {
            gen_int(c, i);
        } else { /* from the end, without a negative index */
            gen_op(c, BC_GET_LEN);
            gen_int(c, count - i);
            gen_binary(c, OP_Sub, false);
        }
        gen_op(c, BC_BINARY_SUBSCR);
        gen_subpattern(c, pattern, state);
    }
    state->on_top--;
    gen_op(c, BC_POP_TOP);
}

static void gen_length_check(Compiler *c, ssize_t length, int cmpop, PatternState *state)
{
    gen_op(c, BC_GET_LEN);
    gen_int(c, length);
    gen_compare(c, cmpop);
    gen_jump_to_fail(c, state, PSEUDO_POP_JUMP_IF_FALSE);
}

static void gen_sequence_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    const PatternSeq *patterns = pattern->v.MatchSequence.patterns;
    ssize_t count = seq_count(patterns), star = -1;
    bool only_wildcards = true, star_is_wildcard = false;
    for (ssize_t i = 0; i < count; i++) {
        const Pattern *item = patterns->items[i];
        if (item->kind != PATTERN_MatchStar) {
            only_wildcards &= is_wildcard(item);
            continue;
        }
        if (star >= 0) {
            gen_error(c, "multiple starred names in sequence pattern");
            return;
        }
        star_is_wildcard = is_star_wildcard(item);
        only_wildcards &= star_is_wildcard;
        star = i;
    }
    state->on_top++;
    gen_op(c, BC_MATCH_SEQUENCE);
    gen_jump_to_fail(c, state, PSEUDO_POP_JUMP_IF_FALSE);
    if (star < 0)
        gen_length_check(c, count, CMPOP_Eq, state);
    else if (count > 1)
        gen_length_check(c, count - 1, CMPOP_GtE, state);
    state->on_top--;
    if (only_wildcards)
        gen_op(c, BC_POP_TOP);
    else if (star_is_wildcard)
        gen_sequence_by_index(c, patterns, star, state);
    else
        gen_sequence_by_unpacking(c, patterns, state);
}

/* --- mappings --- */

static void gen_mapping_keys(Compiler *c, const ExprSeq *keys)
{
    Value seen = c->failed ? VALUE_NULL : set_new(VALUE_NULL);
    if (value_is_null(seen)) gen_failed(c);
    for (ssize_t i = 0; i < seq_count(keys) && !c->failed; i++) {
        const Expr *key = keys->items[i];
        if (key->kind == EXPR_Constant) {
            int is_seen = set_contains(seen, key->v.Constant.value);
            if (is_seen > 0) gen_error(c, "mapping pattern checks duplicate key (%R)", key->v.Constant.value);
            if (is_seen < 0 || (!c->failed && set_add(seen, key->v.Constant.value) < 0)) gen_failed(c);
        } else if (key->kind != EXPR_Attribute) {
            gen_error(c, "mapping pattern keys may only match literals and attribute lookups");
        }
        gen_expr(c, key);
    }
    value_xdecref(seen);
}

/* **rest: a dict without the keys that were matched. [subject, keys] */
static void gen_mapping_rest(Compiler *c, Value rest, ssize_t count, PatternState *state)
{
    gen_op_arg(c, BC_BUILD_MAP, 0);
    gen_op_arg(c, BC_SWAP, 3);
    gen_op_arg(c, BC_DICT_UPDATE, 2);
    gen_op_arg(c, BC_UNPACK_SEQUENCE, count);
    for (; count; count--) {
        gen_op_arg(c, BC_COPY, 1 + count);
        gen_op_arg(c, BC_SWAP, 2);
        gen_op(c, BC_DELETE_SUBSCR);
    }
    gen_capture(c, rest, state);
}

static void gen_none_check(Compiler *c, PatternState *state)
{
    gen_op_arg(c, BC_COPY, 1);
    gen_none(c);
    gen_op_arg(c, BC_IS_OP, 1);
    gen_jump_to_fail(c, state, PSEUDO_POP_JUMP_IF_FALSE);
}

static void gen_mapping_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    const ExprSeq *keys = pattern->v.MatchMapping.keys;
    const PatternSeq *patterns = pattern->v.MatchMapping.patterns;
    Value rest = pattern->v.MatchMapping.rest;
    ssize_t count = seq_count(keys);
    if (count != seq_count(patterns)) {
        gen_error(c, "keys (%d) / patterns (%d) length mismatch in mapping pattern", (int)count,
                  (int)seq_count(patterns));
        return;
    }
    state->on_top++;
    gen_op(c, BC_MATCH_MAPPING);
    gen_jump_to_fail(c, state, PSEUDO_POP_JUMP_IF_FALSE);
    if (count == 0 && value_is_null(rest)) {
        state->on_top--;
        gen_op(c, BC_POP_TOP);
        return;
    }
    if (count) gen_length_check(c, count, CMPOP_GtE, state);
    gen_mapping_keys(c, keys);
    gen_op_arg(c, BC_BUILD_TUPLE, count);
    gen_op(c, BC_MATCH_KEYS);
    state->on_top += 2;
    gen_none_check(c, state);
    gen_op_arg(c, BC_UNPACK_SEQUENCE, count);
    state->on_top += count - 1;
    for (ssize_t i = 0; i < count; i++) {
        state->on_top--;
        gen_subpattern(c, patterns->items[i], state);
    }
    state->on_top -= 2;
    if (!value_is_null(rest)) {
        gen_mapping_rest(c, rest, count, state);
    } else {
        gen_op(c, BC_POP_TOP);
        gen_op(c, BC_POP_TOP);
    }
}

/* --- classes --- */

static void check_attributes(Compiler *c, const IdentifierSeq *attributes, const PatternSeq *patterns)
{
    for (ssize_t i = 0; i < seq_count(attributes) && !c->failed; i++) {
        set_location(c, patterns->items[i]->location);
        gen_is_forbidden(c, attributes->items[i], CTX_Store);
        for (ssize_t j = i + 1; j < seq_count(attributes) && !c->failed; j++) {
            if (!value_is(attributes->items[i], attributes->items[j])) continue;
            set_location(c, patterns->items[j]->location);
            gen_error(c, "attribute name repeated in class pattern: %U", attributes->items[i]);
        }
    }
}

static void gen_class_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    const PatternSeq *patterns = pattern->v.MatchClass.patterns, *kwd_patterns = pattern->v.MatchClass.kwd_patterns;
    const IdentifierSeq *attributes = pattern->v.MatchClass.kwd_attrs;
    ssize_t nargs = seq_count(patterns), nattrs = seq_count(attributes);
    if (nattrs != seq_count(kwd_patterns)) {
        gen_error(c, "kwd_attrs (%d) / kwd_patterns (%d) length mismatch in class pattern", (int)nattrs,
                  (int)seq_count(kwd_patterns));
        return;
    }
    check_attributes(c, attributes, kwd_patterns);
    set_location(c, pattern->location);
    gen_expr(c, pattern->v.MatchClass.cls);
    if (!c->failed) gen_const_steal(c, tuple_from_array(attributes ? attributes->items : NULL, nattrs));
    gen_op_arg(c, BC_MATCH_CLASS, nargs);
    state->on_top++;
    gen_none_check(c, state);
    gen_op_arg(c, BC_UNPACK_SEQUENCE, nargs + nattrs);
    state->on_top += nargs + nattrs - 1;
    for (ssize_t i = 0; i < nargs + nattrs; i++) {
        state->on_top--;
        const Pattern *item = i < nargs ? patterns->items[i] : kwd_patterns->items[i - nargs];
        if (is_wildcard(item))
            gen_op(c, BC_POP_TOP);
        else
            gen_subpattern(c, item, state);
    }
}

/* --- alternatives --- */

/* Brings the captures of an alternative into the order of the first one's. */
static void reorder_captures(Compiler *c, Captures *stores, const Captures *control)
{
    for (ssize_t wanted = control->count - 1; wanted >= 0 && !c->failed; wanted--) {
        ssize_t found = find_capture(stores, control->names[wanted]);
        if (found < 0) {
            gen_error(c, "alternative patterns bind different names");
            return;
        }
        if (found == wanted) continue;
        for (ssize_t rotations = found + 1; rotations; rotations--) {
            Value first = stores->names[0];
            memmove(&stores->names[0], &stores->names[1], (size_t)wanted * sizeof(Value));
            stores->names[wanted] = first;
            gen_rotate(c, wanted + 1);
        }
    }
}

static void gen_alternative(Compiler *c, const Pattern *alternative, PatternState *state, Captures *control,
                            bool is_first, Block *end)
{
    set_location(c, alternative->location);
    gen_op_arg(c, BC_COPY, 1);
    gen_pattern(c, alternative, state);
    if (is_first) {
        *control = state->stores;
        state->stores = (Captures){0};
    } else if (state->stores.count != control->count) {
        gen_error(c, "alternative patterns bind different names");
    } else {
        reorder_captures(c, &state->stores, control);
    }
    gen_jump(c, PSEUDO_JUMP, end);
    gen_fail_pops(c, state);
}

static void gen_or_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    const PatternSeq *alternatives = pattern->v.MatchOr.patterns;
    ssize_t count = seq_count(alternatives);
    Block *end = gen_new_block(c);
    Captures control = {0};
    for (ssize_t i = 0; i < count && !c->failed; i++) {
        PatternState inner = {.allows_irrefutable = i == count - 1 && state->allows_irrefutable};
        gen_alternative(c, alternatives->items[i], &inner, &control, i == 0, end);
        state_free(&inner);
    }
    gen_op(c, BC_POP_TOP); /* no alternative matched: the remaining copy of the subject */
    gen_jump_to_fail(c, state, PSEUDO_JUMP);
    gen_use_block(c, end);
    ssize_t rotation = control.count + 1 + state->on_top + state->stores.count;
    for (ssize_t i = 0; i < control.count && !c->failed; i++) {
        gen_rotate(c, rotation);
        if (find_capture(&state->stores, control.names[i]) >= 0)
            gen_error(c, "multiple assignments to name %R in pattern", control.names[i]);
        add_capture(c, &state->stores, control.names[i]);
    }
    raw_free(control.names);
    gen_op(c, BC_POP_TOP);
}

static void gen_pattern(Compiler *c, const Pattern *pattern, PatternState *state)
{
    if (c->failed) return;
    if (!recursion_enter(" during compilation")) {
        gen_failed(c);
        return;
    }
    set_location(c, pattern->location);
    switch (pattern->kind) {
    case PATTERN_MatchValue: gen_value_pattern(c, pattern, state); break;
    case PATTERN_MatchSingleton: gen_singleton_pattern(c, pattern, state); break;
    case PATTERN_MatchSequence: gen_sequence_pattern(c, pattern, state); break;
    case PATTERN_MatchMapping: gen_mapping_pattern(c, pattern, state); break;
    case PATTERN_MatchClass: gen_class_pattern(c, pattern, state); break;
    case PATTERN_MatchStar: gen_capture(c, pattern->v.MatchStar.name, state); break;
    case PATTERN_MatchAs: gen_as_pattern(c, pattern, state); break;
    case PATTERN_MatchOr: gen_or_pattern(c, pattern, state); break;
    }
    recursion_leave();
}

/* --- the statement --- */

static void gen_case(Compiler *c, const MatchCase *match_case, bool is_last, bool allows_irrefutable, Block *end)
{
    PatternState state = {.allows_irrefutable = match_case->guard || allows_irrefutable};
    set_location(c, match_case->pattern->location);
    if (!is_last) gen_op_arg(c, BC_COPY, 1);
    gen_pattern(c, match_case->pattern, &state);
    for (ssize_t i = 0; i < state.stores.count; i++) gen_name(c, state.stores.names[i], CTX_Store);
    if (match_case->guard) {
        ensure_fail_pop(c, &state, 0);
        if (!c->failed) gen_jump_if(c, match_case->guard, state.fail_pop[0], false);
    }
    if (!is_last) gen_op(c, BC_POP_TOP);
    gen_stmts(c, match_case->body);
    gen_jump(c, PSEUDO_JUMP, end);
    if (!c->failed) set_location(c, match_case->pattern->location);
    gen_fail_pops(c, &state);
    state_free(&state);
}

/* `case _:` at the end: no subject to copy, nothing to test. */
static void gen_default_case(Compiler *c, const MatchCase *match_case, Block *end)
{
    set_location(c, match_case->pattern->location);
    gen_op(c, BC_NOP);
    if (match_case->guard) gen_jump_if(c, match_case->guard, end, false);
    gen_stmts(c, match_case->body);
}

void gen_match(Compiler *c, const Stmt *s)
{
    const MatchCaseSeq *cases = s->v.Match.cases;
    ssize_t count = seq_count(cases);
    gen_expr(c, s->v.Match.subject);
    Block *end = gen_new_block(c);
    bool has_default = count > 1 && is_wildcard(cases->items[count - 1]->pattern);
    ssize_t tested = count - has_default;
    for (ssize_t i = 0; i < tested && !c->failed; i++)
        gen_case(c, cases->items[i], i == tested - 1, i == count - 1, end);
    if (has_default && !c->failed) gen_default_case(c, cases->items[count - 1], end);
    gen_use_block(c, end);
}

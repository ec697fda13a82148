/* substitute.c: sub, subn, split, findall: the methods that walk over all matches. */
#include "modules/sre/substitute.h"

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* The next search begins where this match ended; an empty match there does not count again. */
static void step_over(SreState *state)
{
    state->must_advance = state->at == state->start ? state->at : -1;
    state->start = state->at;
}

static int append_slice(Value list, const SreState *state, ssize_t low, ssize_t high)
{
    Value slice = sre_slice(state->string, state->is_bytes, state, low, high);
    return value_is_null(slice) ? -1 : list_append_steal(list, slice);
}

/* The group's text, "" when it took no part. */
static Value group_text(const SreState *state, ssize_t group, bool none_when_unset)
{
    ssize_t low = state->marks[2 * (group - 1)], high = state->marks[2 * (group - 1) + 1];
    bool is_set = low >= 0 && high >= low;
    if (!is_set && none_when_unset) return VALUE_NONE;
    return sre_slice(state->string, state->is_bytes, state, is_set ? low : 0, is_set ? high : 0);
}

/* Has the template no escape? Then it stands for itself. */
static bool is_literal_template(Value template_text)
{
    if (is_str(template_text)) {
        const Str *s = as_str(template_text);
        for (ssize_t i = 0; i < s->length; i++)
            if (str_char(s, i) == '\\') return false;
        return true;
    }
    Buffer view;
    if (buffer_get(template_text, &view, BUFFER_SIMPLE) < 0) {
        error_clear();
        return false;
    }
    bool is_literal = view.length == 0 || !memchr(view.data, '\\', (size_t)view.length);
    buffer_release(&view);
    return is_literal;
}

/* What produces each replacement: a callable, or the text itself. Owned. */
static Value replacement_filter(Value pattern, Value template_text, bool *calls)
{
    *calls = is_callable(template_text);
    if (*calls || is_literal_template(template_text)) return value_incref(template_text);
    Value filter = sre_import_call("_subx", pattern, template_text, VALUE_NULL);
    *calls = !value_is_null(filter) && is_callable(filter);
    return filter;
}

static int append_replacement(Value list, Value pattern, Value filter, bool calls, const SreState *state)
{
    if (!calls) return value_is_none(filter) ? 0 : list_append(list, filter);
    Value match = sre_match_new(pattern, state);
    Value item = value_is_null(match) ? VALUE_NULL : call_1(filter, match);
    value_xdecref(match);
    if (value_is_null(item)) return -1;
    return value_is_none(item) ? 0 : list_append_steal(list, item);
}

static Value join_pieces(Value list, const SreState *state)
{
    Value empty = sre_slice(state->string, state->is_bytes, state, 0, 0);
    if (value_is_null(empty)) return VALUE_NULL;
    Value result;
    if (list_length(list) == 0)
        result = value_incref(empty);
    else
        result = state->is_bytes ? call_method_1(empty, ID(join), list)
                                 : str_join_array(empty, as_list(list)->items, list_length(list));
    value_decref(empty);
    return result;
}

/* Appends all pieces; gives the number of replacements, -1 on error. */
static ssize_t substitute_all(Value list, Value pattern, Value filter, bool calls, SreState *state, ssize_t count)
{
    ssize_t done = 0, copied = 0;
    while (!count || done < count) {
        int found = sre_search(state, (const Pattern *)value_as_object(pattern));
        if (found < 0) return -1;
        if (!found) break;
        if (copied < state->start && append_slice(list, state, copied, state->start) < 0) return -1;
        if (append_replacement(list, pattern, filter, calls, state) < 0) return -1;
        copied = state->at;
        done++;
        step_over(state);
    }
    if (copied < state->end && append_slice(list, state, copied, state->end) < 0) return -1;
    return done;
}

Value sre_substitute(Value pattern, Value template_text, Value string, ssize_t count, bool with_number)
{
    SreState state;
    bool calls;
    Value filter = replacement_filter(pattern, template_text, &calls), result = VALUE_NULL;
    if (value_is_null(filter)) return VALUE_NULL;
    if (sre_state_init(&state, (const Pattern *)value_as_object(pattern), string, 0, SSIZE_MAX)) {
        Value list = list_new(0);
        ssize_t done = value_is_null(list) ? -1 : substitute_all(list, pattern, filter, calls, &state, count);
        if (done >= 0) result = join_pieces(list, &state);
        if (!value_is_null(result) && with_number) {
            Value pair = tuple_pack(2, result, value_from_small_int(done));
            value_decref(result);
            result = pair;
        }
        value_xdecref(list);
        sre_state_free(&state);
    }
    value_decref(filter);
    return result;
}

static int split_all(Value list, const Pattern *pattern, SreState *state, ssize_t most)
{
    ssize_t last = state->start;
    for (ssize_t done = 0; !most || done < most; done++) {
        int found = sre_search(state, pattern);
        if (found < 0) return -1;
        if (!found) break;
        if (append_slice(list, state, last, state->start) < 0) return -1;
        for (ssize_t group = 1; group <= pattern->groups; group++) {
            Value text = group_text(state, group, true);
            if (value_is_null(text) || list_append_steal(list, text) < 0) return -1;
        }
        last = state->at;
        step_over(state);
    }
    return append_slice(list, state, last, state->end);
}

Value sre_split(const Pattern *pattern, Value string, ssize_t most)
{
    SreState state;
    if (!sre_state_init(&state, pattern, string, 0, SSIZE_MAX)) return VALUE_NULL;
    Value list = list_new(0);
    if (!value_is_null(list) && split_all(list, pattern, &state, most) < 0) value_clear(&list);
    sre_state_free(&state);
    return list;
}

static Value found_item(const Pattern *pattern, const SreState *state)
{
    if (pattern->groups == 0) return sre_slice(state->string, state->is_bytes, state, state->start, state->at);
    if (pattern->groups == 1) return group_text(state, 1, false);
    Value tuple = tuple_new(pattern->groups);
    for (ssize_t i = 0; i < pattern->groups && !value_is_null(tuple); i++) {
        Value text = group_text(state, i + 1, false);
        if (value_is_null(text))
            value_clear(&tuple);
        else
            as_tuple(tuple)->items[i] = text;
    }
    return tuple;
}

Value sre_findall(const Pattern *pattern, Value string, ssize_t pos, ssize_t endpos)
{
    SreState state;
    if (!sre_state_init(&state, pattern, string, pos, endpos)) return VALUE_NULL;
    Value list = list_new(0);
    while (!value_is_null(list) && state.start <= state.end) {
        int found = sre_search(&state, pattern);
        if (found == 0) break;
        Value item = found < 0 ? VALUE_NULL : found_item(pattern, &state);
        if (value_is_null(item) || list_append_steal(list, item) < 0) value_clear(&list);
        step_over(&state);
    }
    sre_state_free(&state);
    return list;
}

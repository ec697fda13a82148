/* state.c: the state of a search: which text, from where to where, and the slices taken from it. */
#include "modules/sre/engine.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

static bool take_text(SreState *state, Value string, ssize_t *length)
{
    if (is_str(string)) {
        const Str *s = as_str(string);
        state->text = s->data;
        state->width = s->kind;
        *length = s->length;
        return true;
    }
    if (buffer_get(string, &state->view, BUFFER_SIMPLE) < 0) {
        error_clear();
        error_format(&type_TypeError, "expected string or bytes-like object, got '%T'", string);
        return false;
    }
    state->has_view = true;
    state->is_bytes = 1;
    state->text = state->view.data ? state->view.data : "";
    state->width = 1;
    *length = state->view.length;
    return true;
}

static bool kinds_agree(const SreState *state, const Pattern *pattern)
{
    if (pattern->is_bytes < 0 || pattern->is_bytes == state->is_bytes) return true;
    error_set(&type_TypeError, state->is_bytes ? "cannot use a string pattern on a bytes-like object"
                                               : "cannot use a bytes pattern on a string-like object");
    return false;
}

bool sre_state_init(SreState *state, const Pattern *pattern, Value string, ssize_t start, ssize_t end)
{
    *state = (SreState){.must_advance = -1, .last_index = -1, .mark_count = 2 * pattern->groups};
    ssize_t length;
    if (!take_text(state, string, &length)) return false;
    state->string = value_incref(string);
    state->marks = raw_alloc(((size_t)state->mark_count + 1) * sizeof *state->marks);
    if (!state->marks) error_no_memory();
    if (!state->marks || !kinds_agree(state, pattern)) {
        sre_state_free(state);
        return false;
    }
    start = MAX(0, MIN(start, length));
    end = MAX(0, MIN(end, length));
    state->beginning = 0;
    state->end = end;
    state->start = state->at = start;
    return true;
}

void sre_state_free(SreState *state)
{
    if (state->has_view) buffer_release(&state->view);
    value_xdecref(state->string);
    raw_free(state->marks);
    raw_free(state->stack);
    raw_free(state->repeats);
}

static void reset(SreState *state)
{
    state->last_index = -1;
    for (ssize_t i = 0; i < state->mark_count; i++) state->marks[i] = -1;
}

int sre_match(SreState *state, const Pattern *pattern)
{
    if (state->start > state->end) return 0;
    reset(state);
    if (state->width == 1) return sre_match_1(state, pattern->code);
    return state->width == 2 ? sre_match_2(state, pattern->code) : sre_match_4(state, pattern->code);
}

int sre_search(SreState *state, const Pattern *pattern)
{
    if (state->start > state->end) return 0;
    reset(state);
    if (state->width == 1) return sre_search_1(state, pattern->code);
    return state->width == 2 ? sre_search_2(state, pattern->code) : sre_search_4(state, pattern->code);
}

/* string[low:high] as str or bytes. `state` may be NULL: then the string is asked for its buffer again. */
Value sre_slice(Value string, int is_bytes, const SreState *state, ssize_t low, ssize_t high)
{
    if (!is_bytes) return str_slice(string, low, high);
    if (state) {
        bool is_whole = object_has_type(string, &type_bytes) && low == 0 && high == as_bytes(string)->length;
        return is_whole ? value_incref(string) : bytes_new((const char *)state->text + low, high - low);
    }
    Buffer view;
    if (buffer_get(string, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    low = MIN(low, view.length);
    high = MIN(high, view.length);
    Value result = bytes_new((const char *)view.data + low, high - low);
    buffer_release(&view);
    return result;
}

Value sre_import_call(const char *function, Value a, Value b, NULLABLE Value c)
{
    Value callable = import_attr("re", function);
    if (value_is_null(callable)) return VALUE_NULL;
    Value args[] = {a, b, c};
    Value result = call_vector(callable, args, value_is_null(c) ? 2 : 3, VALUE_NULL);
    value_decref(callable);
    return result;
}

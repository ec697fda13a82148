/* newline_decoder: IncrementalNewlineDecoder: turns "\r\n" and "\r" into "\n" and remembers which it has met. A "\r" at
 * the end of a piece waits for what follows. Also the search for line ends, which both text streams use. */
#include "gc/gc.h"
#include "modules/io/io.h"
#include "objects/int.h"
#include "objects/search.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4, SEEN_ALL = 7 };

typedef struct NewlineDecoder {
    Object head;
    Value inner; /* a decoder, or None */
    Value errors;
    bool has_pending_cr, translates, is_ready;
    uint8_t seen;
} NewlineDecoder;

static NewlineDecoder *as_decoder(Value v)
{
    return (NewlineDecoder *)value_as_object(v);
}

Value io_newline_decoder_new(Value inner, bool translate)
{
    Value args[2] = {value_is_null(inner) ? VALUE_NONE : inner, value_from_bool(translate)};
    return call_vector(value_from_object(&type_io_newline_decoder), args, 2, VALUE_NULL);
}

static ssize_t find_char(const Str *s, ssize_t from, uint32_t c)
{
    ssize_t at = search_char(str_at(s, from), s->kind, s->length - from, c, 1);
    return at < 0 ? -1 : at + from;
}

/* --- decoding --- */

/* Notes the line ends of the text; true when some must be translated. */
static bool note_line_ends(NewlineDecoder *d, const Str *s)
{
    bool has_cr = find_char(s, 0, '\r') >= 0;
    if (!has_cr) {
        if (!(d->seen & SEEN_LF) && find_char(s, 0, '\n') >= 0) d->seen |= SEEN_LF;
        return false;
    }
    for (ssize_t i = 0; i < s->length && d->seen != SEEN_ALL; i++) {
        uint32_t c = str_char(s, i);
        if (c == '\n') {
            d->seen |= SEEN_LF;
        } else if (c == '\r') {
            bool is_pair = i + 1 < s->length && str_char(s, i + 1) == '\n';
            d->seen |= is_pair ? SEEN_CRLF : SEEN_CR;
            i += is_pair;
        }
    }
    return true;
}

static Value translate(Value text)
{
    const Str *s = as_str(text);
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length, 0x7f);
    for (ssize_t at = 0;;) {
        ssize_t cr = find_char(s, at, '\r');
        str_builder_add_slice(&out, text, at, cr < 0 ? s->length : cr);
        if (cr < 0) break;
        str_builder_add_char(&out, '\n');
        at = cr + 1;
        if (at < s->length && str_char(s, at) == '\n') at++;
    }
    return str_builder_finish(&out);
}

/* Puts a waiting "\r" in front and keeps back one at the end. Steals text. */
static Value handle_pending(NewlineDecoder *d, STEALS Value text, bool is_final)
{
    if (d->has_pending_cr && (is_final || str_length(text) > 0)) {
        Value cr = str_from_char('\r');
        Value joined = str_concat(cr, text);
        value_decref(cr);
        value_decref(text);
        if (value_is_null(joined)) return joined;
        text = joined;
        d->has_pending_cr = false;
    }
    ssize_t length = str_length(text);
    if (!is_final && length > 0 && str_char(as_str(text), length - 1) == '\r') {
        Value shorter = str_slice(text, 0, length - 1);
        value_decref(text);
        text = shorter;
        d->has_pending_cr = true;
    }
    return text;
}

Value io_newline_decode(Value decoder, Value input, bool is_final)
{
    NewlineDecoder *d = as_decoder(decoder);
    if (!d->is_ready) return error_set(&type_ValueError, "IncrementalNewlineDecoder.__init__() not called");
    Value text = value_is_none(d->inner) ? value_incref(input) : io_decode(d->inner, input, is_final);
    if (value_is_null(text)) return text;
    if (!is_str(text)) {
        error_format(&type_TypeError, "decoder should return a string result, not '%.200s'", type_of(text)->name);
        value_decref(text);
        return VALUE_NULL;
    }
    text = handle_pending(d, text, is_final);
    if (value_is_null(text) || !note_line_ends(d, as_str(text)) || !d->translates) return text;
    Value translated = translate(text);
    value_decref(text);
    return translated;
}

static Value method_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"input", "final", NULL};
    static const ArgSpec spec = {"decode", names, 1, 2, 0};
    Value given[2];
    bool is_final = false;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !arg_as_bool(given[1], &is_final)) return VALUE_NULL;
    return io_newline_decode(self, given[0], is_final);
}

/* --- state --- */

static Value method_getstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    NewlineDecoder *d = as_decoder(self);
    Value buffer, result = VALUE_NULL;
    uint64_t flag = 0;
    if (!d->is_ready) return error_set(&type_ValueError, "IncrementalNewlineDecoder.__init__() not called");
    if (value_is_none(d->inner)) {
        buffer = bytes_new(NULL, 0);
    } else {
        Value state = call_method_0(d->inner, ID(getstate));
        if (value_is_null(state)) return state;
        if (!is_tuple(state) || tuple_length(state) != 2 || !is_int(tuple_item_borrow(state, 1))) {
            value_decref(state);
            return error_set(&type_TypeError, "illegal decoder state");
        }
        flag = int_as_uint64_mask(tuple_item_borrow(state, 1)) << 1;
        buffer = value_incref(tuple_item_borrow(state, 0));
        value_decref(state);
    }
    Value number = int_from_uint64(flag | d->has_pending_cr);
    if (!value_is_null(buffer) && !value_is_null(number)) result = tuple_pack(2, buffer, number);
    value_xdecref(buffer);
    value_xdecref(number);
    return result;
}

static Value method_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    NewlineDecoder *d = as_decoder(self);
    if (!d->is_ready) return error_set(&type_ValueError, "IncrementalNewlineDecoder.__init__() not called");
    if (!is_tuple(args[0])) return error_set(&type_TypeError, "state argument must be a tuple");
    if (tuple_length(args[0]) != 2 || !is_int(tuple_item_borrow(args[0], 1)))
        return error_set(&type_TypeError, "setstate(): illegal state argument");
    uint64_t flag = int_as_uint64_mask(tuple_item_borrow(args[0], 1));
    d->has_pending_cr = flag & 1;
    if (value_is_none(d->inner)) return VALUE_NONE;
    Value number = int_from_uint64(flag >> 1), state = VALUE_NULL, result = VALUE_NULL;
    if (!value_is_null(number)) state = tuple_pack(2, tuple_item_borrow(args[0], 0), number);
    if (!value_is_null(state)) result = call_method_1(d->inner, ID(setstate), state);
    value_xdecref(number);
    value_xdecref(state);
    return result;
}

static Value method_reset(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    NewlineDecoder *d = as_decoder(self);
    if (!d->is_ready) return error_set(&type_ValueError, "IncrementalNewlineDecoder.__init__() not called");
    d->seen = 0;
    d->has_pending_cr = false;
    return value_is_none(d->inner) ? VALUE_NONE : call_method_0(d->inner, ID(reset));
}

static Value get_newlines(Value self, void *closure)
{
    static const char *const names[] = {"\r", "\n", "\r\n"};
    NewlineDecoder *d = as_decoder(self);
    if (!d->is_ready) return error_set(&type_ValueError, "IncrementalNewlineDecoder.__init__() not called");
    int count = __builtin_popcount(d->seen);
    if (count == 0) return VALUE_NONE;
    if (count == 1) return str_from_cstr(names[__builtin_ctz(d->seen)]);
    Value tuple = tuple_new(count);
    for (int i = 0, n = 0; !value_is_null(tuple) && i < 3; i++) {
        if (!(d->seen >> i & 1)) continue;
        Value name = str_from_cstr(names[i]);
        if (value_is_null(name))
            value_clear(&tuple);
        else
            as_tuple(tuple)->items[n++] = name;
    }
    return tuple;
}

/* --- life --- */

static Value decoder_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    NewlineDecoder *d = object_alloc_zeroed(type, type->instance_size);
    if (!d) return VALUE_NULL;
    d->inner = d->errors = VALUE_NONE;
    if (!gc_is_tracked(d)) gc_track(d);
    return value_from_object(d);
}

static int decoder_init_slot(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"decoder", "translate", "errors", NULL};
    static const ArgSpec spec = {"IncrementalNewlineDecoder", names, 2, 3, 0};
    Value given[3];
    NewlineDecoder *d = as_decoder(self);
    bool translates;
    if (!args_parse(&spec, args, nargs, kwnames, given) || !arg_as_bool(given[1], &translates)) return -1;
    d->translates = translates;
    value_replace(&d->inner, value_incref(given[0]));
    value_replace(&d->errors, value_is_null(given[2]) ? str_from_cstr("strict") : value_incref(given[2]));
    d->seen = 0;
    d->has_pending_cr = false;
    d->is_ready = true;
    return 0;
}

static void decoder_destroy(Object *object)
{
    NewlineDecoder *d = (NewlineDecoder *)object;
    gc_untrack(object);
    value_xdecref(d->inner);
    value_xdecref(d->errors);
    object_free(object, object->type->flags & TYPE_HEAP ? object->type->instance_size : sizeof *d);
}

static int decoder_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((NewlineDecoder *)object)->inner);
    return 0;
}

static const NativeMethod decoder_methods[] = {
    {"decode", method_decode, 0, -1, NATIVE_KEYWORDS, "decode($self, /, input, final=False)\n--\n\n"},
    {"getstate", method_getstate, 0, 0, 0, "getstate($self, /)\n--\n\n"},
    {"setstate", method_setstate, 1, 1, 0, "setstate($self, state, /)\n--\n\n"},
    {"reset", method_reset, 0, 0, 0, "reset($self, /)\n--\n\n"},
    {NULL}};

static const NativeGetSet decoder_getsets[] = {{"newlines", get_newlines, NULL, NULL, NULL}, {NULL}};

Type type_io_newline_decoder = {
    TYPE_HEAD,
    .name = "_io.IncrementalNewlineDecoder",
    .doc = "IncrementalNewlineDecoder(decoder, translate, errors='strict')\n--\n\n"
           "Codec used when reading a file in universal newlines mode.\n\n"
           "It wraps another incremental decoder, translating \\r\\n and \\r into \\n.\n"
           "It also records the types of newlines encountered.  When used with\n"
           "translate=False, it ensures that the newline sequence is returned in\n"
           "one piece. When used with decoder=None, it expects unicode strings as\n"
           "decode input and translates newlines without first invoking an external\ndecoder.",
    .instance_size = sizeof(NewlineDecoder),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_HAS_GC,
    .destroy = decoder_destroy,
    .traverse = decoder_traverse,
    .new_instance = decoder_new,
    .init = decoder_init_slot,
    .methods = decoder_methods,
    .getsets = decoder_getsets,
};

/* --- line ends --- */

/* *consumed, when nothing is found: up to where the next search need not look again. */
ssize_t io_find_line_end(const LineRule *rule, Value text, ssize_t at, ssize_t end, ssize_t *consumed)
{
    const Str *s = as_str(text);
    *consumed = end;
    if (rule->is_translated) {
        ssize_t found = search_char(str_at(s, at), s->kind, end - at, '\n', 1);
        return found < 0 ? -1 : at + found + 1;
    }
    if (rule->is_universal) {
        for (ssize_t i = at; i < end; i++) {
            uint32_t c = str_char(s, i);
            if (c == '\n') return i + 1;
            if (c == '\r') return i + 1 < end && str_char(s, i + 1) == '\n' ? i + 2 : i + 1;
        }
        return -1;
    }
    const Str *newline = as_str(rule->newline);
    ssize_t found = search_find(str_at(s, at), s->kind, end - at, newline->data, newline->kind, newline->length, 1);
    if (found >= 0) return at + found + newline->length;
    *consumed = MAX(at, end - (newline->length - 1));
    return -1;
}

/* record_direct.c: any C function called without the call protocol: no look-up, no tuple of arguments, no check of
 * their number, for the recorder has done all that. What is known to run no Python code with such arguments ("quiet")
 * keeps what the trace knows, and a known type of result spares the check of whoever uses it. */
#include "jit/record_native.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/set.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

typedef enum Result { RESULT_ANY, RESULT_STR, RESULT_LIST, RESULT_TUPLE, RESULT_BOOL, RESULT_INT, RESULT_NONE } Result;
typedef enum Reach { REACH_ANY, REACH_LIST, REACH_NOTHING } Reach; /* what a call may change */

static Value actual_arg(const NativeCall *c, int index)
{
    return actual(c->nargs - index);
}

/* --- which calls are quiet --- */

/* Exact values whose methods and conversions a program cannot change. */
static bool is_simple(Value v)
{
    const Type *type = type_of(v);
    return type == &type_str || type == &type_int || type == &type_float || type == &type_bool || type == &type_none ||
           type == &type_bytes;
}

static bool is_list_or_tuple(Value v)
{
    return object_has_type(v, &type_list) || object_has_type(v, &type_tuple);
}

/* Iterating over it runs no Python code. */
static bool is_quiet_iterable(Value v)
{
    const Type *type = type_of(v);
    return is_list_or_tuple(v) || type == &type_str || type == &type_bytes || type == &type_range ||
           type == &type_dict || type == &type_set || type == &type_frozenset || type == &type_dict_keys ||
           type == &type_dict_values || type == &type_dict_items;
}

typedef struct QuietMethods {
    const Type *type;
    bool (*takes)(Value argument);
    Reach reach;
    Result result;
    const char *names; /* each between spaces */
    int numbers;       /* so many first arguments are asked for __index__: simple ones, whatever `takes` says */
} QuietMethods;

static bool takes_anything(Value v)
{
    return true;
}

static bool takes_simple_or_tuple(Value v)
{
    return is_simple(v) || object_has_type(v, &type_tuple);
}

static const QuietMethods quiet_methods[] = {
    {&type_str, is_simple, REACH_NOTHING, RESULT_STR,
     " strip lstrip rstrip upper lower title capitalize swapcase casefold replace center ljust rjust zfill expandtabs "
     "removeprefix removesuffix "},
    {&type_str, is_list_or_tuple, REACH_NOTHING, RESULT_STR, " join "},
    {&type_str, is_simple, REACH_NOTHING, RESULT_INT, " find rfind index rindex count "},
    {&type_str, takes_simple_or_tuple, REACH_NOTHING, RESULT_BOOL, " startswith endswith "},
    {&type_str, is_simple, REACH_NOTHING, RESULT_BOOL,
     " isdigit isalpha isalnum isspace isupper islower isdecimal isnumeric istitle isascii isidentifier isprintable "},
    {&type_str, is_simple, REACH_NOTHING, RESULT_LIST, " split rsplit splitlines "},
    {&type_str, is_simple, REACH_NOTHING, RESULT_TUPLE, " partition rpartition "},
    {&type_bytes, is_simple, REACH_NOTHING, RESULT_INT, " find rfind index rindex count "},
    {&type_bytes, takes_simple_or_tuple, REACH_NOTHING, RESULT_BOOL, " startswith endswith "},
    {&type_bytes, is_simple, REACH_NOTHING, RESULT_ANY, " strip lstrip rstrip upper lower replace hex split "},
    {&type_int, is_simple, REACH_NOTHING, RESULT_INT, " bit_length bit_count "},
    {&type_float, is_simple, REACH_NOTHING, RESULT_BOOL, " is_integer "},
    {&type_list, takes_anything, REACH_LIST, RESULT_NONE, " reverse "},
    {&type_list, takes_anything, REACH_LIST, RESULT_NONE, " insert ", 1},
    {&type_list, is_list_or_tuple, REACH_LIST, RESULT_NONE, " extend "},
    {&type_list, is_simple, REACH_LIST, RESULT_ANY, " pop "},
    {&type_list, takes_anything, REACH_NOTHING, RESULT_LIST, " copy "},
    {&type_dict, takes_anything, REACH_NOTHING, RESULT_ANY, " keys values items copy "},
    {&type_set, takes_anything, REACH_NOTHING, RESULT_ANY, " copy "},
};

static const QuietMethods quiet_builtins[] = {
    {NULL, is_simple, REACH_NOTHING, RESULT_STR, " hex oct bin repr ascii "},
    {NULL, is_simple, REACH_NOTHING, RESULT_ANY, " abs min max round pow hash "},
    {NULL, is_simple, REACH_NOTHING, RESULT_TUPLE, " divmod "},
    {NULL, is_simple, REACH_NOTHING, RESULT_INT, " ord "},
    {NULL, is_simple, REACH_NOTHING, RESULT_STR, " chr "},
    {NULL, takes_anything, REACH_NOTHING, RESULT_BOOL, " callable "},
};

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *p = words; (p = strstr(p, word)) != NULL; p += length) {
        if (p[-1] == ' ' && p[length] == ' ') return true;
    }
    return false;
}

static bool takes_arguments(const QuietMethods *row, const NativeCall *c)
{
    for (int i = 0; i < c->nargs; i++) {
        Value v = actual_arg(c, i);
        if (!row->takes(v) || (i < row->numbers && !is_simple(v))) return false;
    }
    return true;
}

static bool is_of_builtins(Value self)
{
    return value_is_object(self) && is_module(self) && as_module(self)->definition &&
           strcmp(as_module(self)->definition->name, "builtins") == 0;
}

static NULLABLE const QuietMethods *find_quiet(const NativeCall *c)
{
    bool is_builtin = is_of_builtins(c->self);
    const QuietMethods *rows = is_builtin ? quiet_builtins : quiet_methods;
    size_t count = is_builtin ? COUNT_OF(quiet_builtins) : COUNT_OF(quiet_methods);
    for (size_t i = 0; i < count; i++) {
        if (!is_builtin && (value_is_null(c->self) || rows[i].type != type_of(c->self))) continue;
        if (has_word(rows[i].names, c->method->name) && takes_arguments(&rows[i], c)) return &rows[i];
    }
    return NULL;
}

/* --- the call --- */

static bool finish_result(const NativeCall *c, Ref ref, Result result)
{
    static const Type *const types[] = {
        [RESULT_STR] = &type_str, [RESULT_LIST] = &type_list, [RESULT_TUPLE] = &type_tuple};
    if (REC_FAILED()) return true;
    switch (result) {
    case RESULT_INT: return native_finish(c, emit_pure(IR_UNTAGI, IR_INT, ref, REF_NONE), OWN_NONE);
    case RESULT_BOOL: return native_finish(c, emit_pure(IR_UNTAGB, IR_BOOL, ref, REF_NONE), OWN_NONE);
    case RESULT_NONE: return native_finish(c, const_value(VALUE_NONE), OWN_NONE);
    case RESULT_ANY: return native_finish(c, ref, OWN_SELF);
    default: /* known to hold: for whoever asks for the type */
        emit(IR_GOBJ, IR_NIL, ref, const_type(types[result]), rec.raise_snapshot, 0);
        return native_finish(c, ref, OWN_SELF);
    }
}

enum { FEW = 3 };

static Ref call_function(const NativeCall *c, Ref function, Ref self, Reach reach)
{
    static const HelperId helpers[][FEW + 2] = {
        [REACH_ANY] = {HELPER_native_0, HELPER_native_1, HELPER_native_2, HELPER_native_3, HELPER_native_n},
        [REACH_LIST] = {HELPER_native_list_0, HELPER_native_list_1, HELPER_native_list_2, HELPER_native_list_3,
                        HELPER_native_list_n},
        [REACH_NOTHING] = {HELPER_native_quiet_0, HELPER_native_quiet_1, HELPER_native_quiet_2, HELPER_native_quiet_3,
                           HELPER_native_quiet_n},
    };
    Ref args[FEW + 2] = {function, self}, refs[64];
    for (int i = 0; i < c->nargs; i++) refs[i] = real_ref(c->nargs - i);
    if (REC_FAILED()) return REF_NONE;
    if (c->nargs <= FEW) {
        for (int i = 0; i < c->nargs; i++) args[i + 2] = refs[i];
        return emit_call_checked(helpers[reach][c->nargs], args, c->nargs + 2);
    }
    Ref buffer = ir_address(rec.ir, jit_call_arguments);
    for (int i = 0; i < c->nargs; i++) ir_append(rec.ir, (Ins){IR_FSTORE, IR_NIL, ALIAS_OTHER, buffer, refs[i], i * 8});
    args[2] = ir_word(rec.ir, c->nargs);
    return emit_call_checked(helpers[reach][FEW + 1], args, 3);
}

bool record_direct(NativeCall *c)
{
    const NativeMethod *method = c->method;
    if (!(method->flags & NATIVE_KEYWORDS) && (c->nargs < method->min || (method->max >= 0 && c->nargs > method->max)))
        return false;
    const QuietMethods *quiet = find_quiet(c);
    if (quiet) {
        if (quiet->type) guard_exact(c->self_ref, c->self);
        for (int i = 0; i < c->nargs; i++) {
            if (quiet->takes != takes_anything || i < quiet->numbers)
                guard_exact(real_ref(c->nargs - i), actual_arg(c, i));
        }
    } else if (!value_is_null(c->self) && !REF_IS_CONST(c->self_ref)) {
        if (value_is_object(c->self))
            record_guard_class(c->self_ref, c->self);
        else
            guard_exact(c->self_ref, c->self);
    }
    if (REC_FAILED()) return true;
    Ref self = method->flags & NATIVE_STATIC ? const_value(VALUE_NULL) : as_tagged(c->self_ref);
    Ref result = call_function(c, ir_address(rec.ir, method->function), self, quiet ? quiet->reach : REACH_ANY);
    return finish_result(c, result, quiet ? quiet->result : RESULT_ANY);
}

/* --- built-in types called --- */

static bool makes_quietly(const NativeCall *c)
{
    const void *type = value_as_object(c->callable);
    if (type == &type_str || type == &type_int || type == &type_float || type == &type_bool) {
        for (int i = 0; i < c->nargs; i++) {
            if (!is_simple(actual_arg(c, i))) return false;
        }
        return true;
    }
    if (type == &type_dict || type == &type_set) return c->nargs == 0;
    bool takes_iterables = type == &type_list || type == &type_tuple || type == &type_enumerate || type == &type_zip ||
                           (type == &type_reversed && c->nargs == 1 && is_list_or_tuple(actual_arg(c, 0)));
    for (int i = 0; i < c->nargs; i++) takes_iterables = takes_iterables && is_quiet_iterable(actual_arg(c, i));
    return takes_iterables;
}

static Result result_of_type(const NativeCall *c)
{
    const void *type = value_as_object(c->callable);
    if (type == &type_str && c->nargs == 1) return RESULT_STR;
    return type == &type_list ? RESULT_LIST : type == &type_bool ? RESULT_BOOL : RESULT_ANY;
}

bool record_make(NativeCall *c)
{
    const Type *type = as_type(c->callable);
    if (type == &type_type || !type->new_instance) return false;
    bool is_quiet = makes_quietly(c);
    for (int i = 0; i < c->nargs; i++) {
        Ref ref = real_ref(c->nargs - i);
        if (is_quiet && !REC_FAILED()) guard_exact(ref, actual_arg(c, i));
    }
    if (REC_FAILED()) return true;
    Ref function = ir_address(rec.ir, type->head.type->call);
    Ref result = call_function(c, function, const_value(c->callable), is_quiet ? REACH_NOTHING : REACH_ANY);
    return finish_result(c, result, is_quiet ? result_of_type(c) : RESULT_ANY);
}

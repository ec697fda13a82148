/* call.c: calls of Python functions: arguments into the callee's locals, with CPython's words for every mistake. */
#include <stdio.h>

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "vm/frame.h"

static ssize_t default_count(const Function *function)
{
    return value_is_null(function->defaults) ? 0 : tuple_length(function->defaults);
}

/* --- errors --- */

static void too_many_positional(const Function *function, const Code *code, ssize_t given, const Value *locals)
{
    ssize_t kwonly_given = 0, defaults = default_count(function);
    for (int i = code->argcount; i < code->argcount + code->kwonlyargcount; i++)
        kwonly_given += !value_is_null(locals[i]);
    char takes[64], also[96] = "";
    bool plural = true;
    if (defaults) {
        snprintf(takes, sizeof takes, "from %zd to %d", code->argcount - defaults, code->argcount);
    } else {
        plural = code->argcount != 1;
        snprintf(takes, sizeof takes, "%d", code->argcount);
    }
    if (kwonly_given)
        snprintf(also, sizeof also, " positional argument%s (and %zd keyword-only argument%s)", given != 1 ? "s" : "",
                 kwonly_given, kwonly_given != 1 ? "s" : "");
    error_format(&type_TypeError, "%U() takes %s positional argument%s but %zd%s %s given", function->qualname, takes,
                 plural ? "s" : "", given, also, given == 1 && !kwonly_given ? "was" : "were");
}

/* "'a'", "'a' and 'b'", "'a', 'b', and 'c'" of the names of missing arguments. */
static Value quoted_names(const Value *names, ssize_t count)
{
    Value text = str_format("%R", names[0]);
    for (ssize_t i = 1; i < count && !value_is_null(text); i++) {
        const char *joint = count == 2 ? " and " : i == count - 1 ? ", and " : ", ";
        value_replace(&text, str_format("%U%s%R", text, joint, names[i]));
    }
    return text;
}

static void missing_arguments(const Function *function, const Code *code, const Value *locals, int from, int to,
                              const char *kind)
{
    Value list = list_new(0);
    if (value_is_null(list)) return;
    for (int i = from; i < to; i++)
        if (value_is_null(locals[i]) && list_append(list, tuple_item_borrow(code->localsplus_names, i)) < 0) goto done;
    ssize_t count = list_length(list);
    Value names = quoted_names(as_list(list)->items, count);
    if (!value_is_null(names)) {
        error_format(&type_TypeError, "%U() missing %zd required %s argument%s: %U", function->qualname, count, kind,
                     count == 1 ? "" : "s", names);
        value_decref(names);
    }
done:
    value_decref(list);
}

/* True with an error when keywords name positional-only parameters. */
static bool positional_only_by_keyword(const Function *function, const Code *code, Value kwnames)
{
    Value list = list_new(0);
    bool found = false;
    if (value_is_null(list)) return true;
    for (int i = 0; i < code->posonlyargcount; i++) {
        Value name = tuple_item_borrow(code->localsplus_names, i);
        for (ssize_t k = 0; k < tuple_length(kwnames); k++) {
            int equal = rich_compare_bool(name, tuple_item_borrow(kwnames, k), CMP_EQ);
            if (equal < 0 || (equal && list_append(list, name) < 0)) found = true;
        }
    }
    if (list_length(list) > 0 && !error_occurred()) {
        Value comma = str_from_cstr(", "), names = value_is_null(comma) ? comma : str_join(comma, list);
        if (!value_is_null(names))
            error_format(&type_TypeError, "%U() got some positional-only arguments passed as keyword arguments: '%U'",
                         function->qualname, names);
        value_xdecref(names);
        value_xdecref(comma);
        found = true;
    }
    value_decref(list);
    return found;
}

/* --- binding --- */

static int find_parameter(const Code *code, Value name)
{
    const Value *names = as_tuple(code->localsplus_names)->items;
    int total = code->argcount + code->kwonlyargcount;
    for (int i = code->posonlyargcount; i < total; i++)
        if (value_is(names[i], name)) return i;
    for (int i = code->posonlyargcount; i < total; i++) {
        int equal = rich_compare_bool(name, names[i], CMP_EQ);
        if (equal) return equal < 0 ? -2 : i;
    }
    return -1;
}

static bool bind_keyword(const Function *function, const Code *code, Value *locals, Value kwnames, Value name,
                         Value value, Value kwdict)
{
    if (!is_str(name)) {
        error_format(&type_TypeError, "%U() keywords must be strings", function->qualname);
        return false;
    }
    int i = find_parameter(code, name);
    if (i == -2) return false;
    if (i >= 0) {
        if (!value_is_null(locals[i])) {
            error_format(&type_TypeError, "%U() got multiple values for argument '%S'", function->qualname, name);
            return false;
        }
        locals[i] = value_incref(value);
        return true;
    }
    if (!value_is_null(kwdict)) return dict_set(kwdict, name, value) == 0;
    if (code->posonlyargcount && positional_only_by_keyword(function, code, kwnames)) return false;
    error_format(&type_TypeError, "%U() got an unexpected keyword argument '%S'", function->qualname, name);
    return false;
}

static bool bind_defaults(const Function *function, const Code *code, Value *locals, ssize_t nargs)
{
    ssize_t defaults = default_count(function), required = code->argcount - defaults;
    for (ssize_t i = nargs; i < required; i++) {
        if (!value_is_null(locals[i])) continue;
        missing_arguments(function, code, locals, 0, (int)required, "positional");
        return false;
    }
    for (ssize_t i = MAX(required, 0); i < code->argcount; i++)
        if (value_is_null(locals[i])) locals[i] = value_incref(tuple_item_borrow(function->defaults, i - required));
    return true;
}

static bool bind_kwonly_defaults(const Function *function, const Code *code, Value *locals)
{
    int from = code->argcount, to = from + code->kwonlyargcount, missing = 0;
    for (int i = from; i < to; i++) {
        if (!value_is_null(locals[i])) continue;
        if (!value_is_null(function->kwdefaults)) {
            Value v = dict_get_borrow(function->kwdefaults, tuple_item_borrow(code->localsplus_names, i));
            if (value_is_null(v) && error_occurred()) return false;
            locals[i] = value_xincref(v);
        }
        missing += value_is_null(locals[i]);
    }
    if (missing) missing_arguments(function, code, locals, from, to, "keyword-only");
    return missing == 0;
}

/* All arguments into locals, which are empty; the arguments stay the caller's. */
static bool bind_arguments(const Function *function, Value *locals, const Value *args, ssize_t nargs, Value kwnames)
{
    const Code *code = as_code(function->code);
    int next = code->argcount + code->kwonlyargcount;
    Value kwdict = VALUE_NULL;
    ssize_t taken = MIN(nargs, (ssize_t)code->argcount);
    if (code->flags & CO_VARKEYWORDS) {
        kwdict = dict_new();
        if (value_is_null(kwdict)) return false;
        locals[next + !!(code->flags & CO_VARARGS)] = kwdict;
    }
    for (ssize_t i = 0; i < taken; i++) locals[i] = value_incref(args[i]);
    if (code->flags & CO_VARARGS) {
        Value rest = nargs > taken ? tuple_from_array(args + taken, nargs - taken) : tuple_empty();
        if (value_is_null(rest)) return false;
        locals[next] = rest;
    }
    if (!value_is_null(kwnames))
        for (ssize_t k = 0; k < tuple_length(kwnames); k++)
            if (!bind_keyword(function, code, locals, kwnames, tuple_item_borrow(kwnames, k), args[nargs + k], kwdict))
                return false;
    if (nargs > code->argcount && !(code->flags & CO_VARARGS)) {
        too_many_positional(function, code, nargs, locals);
        return false;
    }
    if (nargs < code->argcount && !bind_defaults(function, code, locals, nargs)) return false;
    return code->kwonlyargcount == 0 || bind_kwonly_defaults(function, code, locals);
}

static void clear_locals(Frame *frame)
{
    memset(frame->localsplus, 0, (size_t)frame->code->nlocalsplus * sizeof(Value));
}

/* A function made around the code of a module or class body runs in its globals. */
static void give_namespace(Frame *frame)
{
    if (UNLIKELY(!(frame->code->flags & CO_OPTIMIZED)) && value_is_null(frame->locals))
        frame->locals = value_incref(frame->globals);
}

NULLABLE Frame *frame_for_call(STEALS Function *function, NULLABLE Value locals, const Value *args, ssize_t nargs,
                               NULLABLE Value kwnames)
{
    Frame *frame = frame_push(function);
    if (!frame) return NULL;
    clear_locals(frame);
    if (!bind_arguments(function, frame->localsplus, args, nargs, kwnames)) {
        frame_pop(frame);
        return NULL;
    }
    frame->locals = value_xincref(locals);
    give_namespace(frame);
    return frame;
}

/* Positional arguments only, as many as the function has, or fewer and the rest from defaults: moved, not copied. */
static bool bind_simply(const Function *function, const Code *code, Frame *frame, const Value *args, ssize_t nargs)
{
    if (code->kwonlyargcount || code->flags & (CO_VARARGS | CO_VARKEYWORDS)) return false;
    ssize_t missing = code->argcount - nargs, defaults = default_count(function);
    if (missing < 0 || missing > defaults) return false;
    Value *locals = frame->localsplus;
    if (nargs) memcpy(locals, args, (size_t)nargs * sizeof(Value));
    for (ssize_t i = 0; i < missing; i++)
        locals[nargs + i] = value_incref(tuple_item_borrow(function->defaults, defaults - missing + i));
    memset(locals + code->argcount, 0, (size_t)(code->nlocalsplus - code->argcount) * sizeof(Value));
    return true;
}

NULLABLE Frame *frame_for_call_steal(STEALS Function *function, STEALS Value *args, ssize_t nargs,
                                     NULLABLE Value kwnames)
{
    ssize_t total = nargs + (value_is_null(kwnames) ? 0 : tuple_length(kwnames));
    Frame *frame = frame_push(function);
    if (frame && value_is_null(kwnames) && bind_simply(function, frame->code, frame, args, nargs)) {
        give_namespace(frame);
        return frame;
    }
    if (frame) {
        clear_locals(frame);
        if (!bind_arguments(function, frame->localsplus, args, nargs, kwnames)) {
            frame_pop(frame);
            frame = NULL;
        }
    }
    for (ssize_t i = 0; i < total; i++) value_decref(args[i]);
    if (frame) give_namespace(frame);
    return frame;
}

Value function_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    value_incref(self);
    Frame *frame = frame_for_call(as_function(self), VALUE_NULL, args, nargs, kwnames);
    return frame ? interpret(frame, false) : VALUE_NULL;
}

Value function_call_steal(Value self, STEALS Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Frame *frame = frame_for_call_steal(as_function(value_incref(self)), args, nargs, kwnames);
    return frame ? interpret(frame, false) : VALUE_NULL;
}

Value code_run(Value code, Value globals, NULLABLE Value locals, NULLABLE Value closure)
{
    Value function = function_new(code, globals, VALUE_NULL);
    if (value_is_null(function)) return function;
    as_function(function)->closure = value_xincref(closure);
    Value namespace = as_code(code)->flags & CO_OPTIMIZED ? VALUE_NULL : value_is_null(locals) ? globals : locals;
    Frame *frame = frame_for_call(as_function(function), namespace, NULL, 0, VALUE_NULL);
    return frame ? interpret(frame, false) : VALUE_NULL;
}

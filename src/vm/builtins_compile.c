/* builtins_compile.c: compile, eval, exec. */
#include "objects/abstract.h"
#include "objects/code.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/builtins.h"
#include "vm/frame.h"
#include "vm/runtime.h"

Value builtin_compile(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return error_set(&type_NotImplementedError, "compile");
}

/* __builtins__ into a namespace that has none. */
static int ensure_builtins(Value globals)
{
    Value name = ID(__builtins__);
    int has = dict_contains(globals, name);
    if (has) return has < 0 ? -1 : 0;
    return dict_set(globals, name, runtime.builtins_dict);
}

/* globals and locals as the arguments say, or the caller's; owned. */
static bool namespaces(const char *function, NULLABLE Value globals, NULLABLE Value locals, Value *out_globals,
                       Value *out_locals)
{
    if (!value_is_null(globals) && value_is_none(globals)) globals = VALUE_NULL;
    if (!value_is_null(locals) && value_is_none(locals)) locals = VALUE_NULL;
    bool is_eval = strcmp(function, "eval") == 0;
    if (is_eval && !value_is_null(locals) && !is_mapping(locals)) {
        error_set(&type_TypeError, "locals must be a mapping");
        return false;
    }
    if (!value_is_null(globals) && !is_dict(globals)) {
        if (is_eval)
            error_set(&type_TypeError, is_mapping(globals) ? "globals must be a real dict; try eval(code, {}, mapping)"
                                                           : "globals must be a dict");
        else error_format(&type_TypeError, "exec() globals must be a dict, not %T", globals);
        return false;
    }
    if (!value_is_null(locals) && !is_mapping(locals)) {
        error_format(&type_TypeError, "locals must be a mapping or None, not %T", locals);
        return false;
    }
    if (value_is_null(globals)) {
        Frame *frame = frame_visible(current_thread->frame);
        if (!frame) {
            error_format(&type_TypeError, "%s must be given globals and locals when called without a frame", function);
            return false;
        }
        globals = frame->globals;
        if (value_is_null(locals)) locals = frame_locals_borrow(frame);
        if (value_is_null(locals)) return false;
    } else if (value_is_null(locals)) {
        locals = globals;
    }
    *out_globals = value_incref(globals);
    *out_locals = value_incref(locals);
    if (ensure_builtins(globals) == 0) return true;
    value_decref(globals);
    value_decref(locals);
    return false;
}

Value builtin_eval(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value globals, locals, result = VALUE_NULL;
    if (!namespaces("eval", nargs > 1 ? args[1] : VALUE_NULL, nargs > 2 ? args[2] : VALUE_NULL, &globals, &locals))
        return VALUE_NULL;
    if (is_code(args[0])) {
        if (as_code(args[0])->nfree) error_set(&type_TypeError, "code object passed to eval() may not contain free variables");
        else result = code_run(args[0], globals, locals, VALUE_NULL);
    } else {
        error_set(&type_NotImplementedError, "eval of text");
    }
    value_decref(globals);
    value_decref(locals);
    return result;
}

static bool closure_fits(const Code *code, NULLABLE Value closure)
{
    if (code->nfree == 0) {
        if (value_is_null(closure)) return true;
        error_set(&type_TypeError, "cannot use a closure with this code object");
        return false;
    }
    if (value_is_null(closure)) {
        error_format(&type_TypeError, "code object requires a closure of exactly length %d", code->nfree);
        return false;
    }
    bool fits = is_exact_tuple(closure) && tuple_length(closure) == code->nfree;
    for (ssize_t i = 0; fits && i < code->nfree; i++) fits = object_has_type(tuple_item_borrow(closure, i), &type_cell);
    if (!fits) error_format(&type_TypeError, "code object requires a closure of exactly length %d", code->nfree);
    return fits;
}

Value builtin_exec(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"", "", "", "closure", NULL};
    static const ArgSpec spec = {"exec", names, 1, 3, 0};
    Value out[4], globals, locals, result = VALUE_NULL;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value closure = !value_is_null(out[3]) && value_is_none(out[3]) ? VALUE_NULL : out[3];
    if (!namespaces("exec", out[1], out[2], &globals, &locals)) return VALUE_NULL;
    if (is_code(out[0])) {
        if (closure_fits(as_code(out[0]), closure)) result = code_run(out[0], globals, locals, closure);
    } else if (!value_is_null(closure)) {
        error_set(&type_TypeError, "closure can only be used when source is a code object");
    } else {
        error_set(&type_NotImplementedError, "exec of text");
    }
    value_decref(globals);
    value_decref(locals);
    if (value_is_null(result)) return result;
    value_decref(result);
    return VALUE_NONE;
}

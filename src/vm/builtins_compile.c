/* builtins_compile.c: compile, eval, exec. */
#include "compiler/ast_object.h"
#include "compiler/compile.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
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

/* --- source text --- */

typedef struct Source {
    const char *text;
    ssize_t size;
    int flags; /* PARSE_IGNORE_COOKIE for a str */
    bool has_buffer;
    Buffer buffer;
} Source;

static void source_release(Source *source)
{
    if (source->has_buffer) buffer_release(&source->buffer);
}

/* The text of a str, bytes or buffer. */
static bool source_get(Value v, const char *function, const char *what, Source *source)
{
    *source = (Source){0};
    if (is_str(v)) {
        source->text = str_as_utf8(v, &source->size);
        source->flags = PARSE_IGNORE_COOKIE;
        if (!source->text) return false;
    } else if (supports_buffer(v)) {
        if (buffer_get(v, &source->buffer, BUFFER_SIMPLE) < 0) return false;
        source->has_buffer = true;
        source->text = source->buffer.data;
        source->size = source->buffer.length;
    } else {
        error_format(&type_TypeError, "%s() arg 1 must be a %s object", function, what);
        return false;
    }
    if (source->size && memchr(source->text, 0, (size_t)source->size)) {
        error_set(&type_ValueError, "source code string cannot contain null bytes");
        source_release(source);
        return false;
    }
    return true;
}

/* The CO_FUTURE_* flags of the code that calls. */
static int inherited_flags(void)
{
    const Frame *frame = frame_visible(current_thread->frame);
    return frame ? frame->code->flags & COMPILE_FUTURE_FLAGS : 0;
}

static Value compile_to_tree(Value source_value, Value filename, enum ParseMode mode, int flags, int minor_version)
{
    Source source;
    if (!source_get(source_value, "compile", "string, bytes or AST", &source)) return VALUE_NULL;
    AstArena *arena = arena_new();
    Mod *mod = arena ? parse_source_of_version(filename, source.text, source.size, mode, flags | source.flags,
                                               minor_version, arena)
                     : NULL;
    Value tree = mod ? ast_to_object(mod) : VALUE_NULL;
    arena_free(arena);
    source_release(&source);
    return tree;
}

static Value compile_tree(Value tree, Value filename, enum ParseMode mode, int flags, int optimize)
{
    AstArena *arena = arena_new();
    Mod *mod = arena ? ast_from_object(tree, mode, arena) : NULL;
    bool is_valid = mod && ast_validate(mod) == 0;
    Value code = is_valid ? compile_ast(mod, filename, flags, optimize, arena) : VALUE_NULL;
    arena_free(arena);
    return code;
}

static Value compile_value(Value source_value, const char *function, const char *what, Value filename,
                           enum ParseMode mode, int flags, int optimize)
{
    Source source;
    if (!source_get(source_value, function, what, &source)) return VALUE_NULL;
    const char *text = source.text;
    ssize_t size = source.size;
    if (strcmp(function, "eval") == 0)
        while (size && (*text == ' ' || *text == '\t')) text++, size--;
    Value code = compile_source(text, size, filename, mode, flags | source.flags, optimize);
    source_release(&source);
    return code;
}

static bool parse_mode(Value v, int flags, enum ParseMode *mode)
{
    static const char *const names[] = {"exec", "single", "eval", "func_type"};
    if (!is_str(v)) {
        error_format(&type_TypeError, "compile() argument 'mode' must be str, not %T", v);
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!str_equal_cstr(v, names[i])) continue;
        if (i == PARSE_FUNC_TYPE && !(flags & PARSE_ONLY_AST)) {
            error_set(&type_ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
            return false;
        }
        *mode = (enum ParseMode)i;
        return true;
    }
    error_set(&type_ValueError, flags & PARSE_ONLY_AST
                                    ? "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"
                                    : "compile() mode must be 'exec', 'eval' or 'single'");
    return false;
}

static Value filename_text(Value v)
{
    if (is_str(v)) return value_incref(v);
    if (!is_bytes(v) && supports_buffer(v)) {
        if (warn_format(&type_DeprecationWarning, 1, "path should be string, bytes, or os.PathLike, not %T", v) < 0)
            return VALUE_NULL;
        Buffer view;
        if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
        Value text = str_decode_fs(view.data, view.length);
        buffer_release(&view);
        return text;
    }
    Value bytes = str_encode_fs(v);
    if (value_is_null(bytes)) return bytes;
    Value text = str_decode_fs(as_bytes(bytes)->data, as_bytes(bytes)->length);
    value_decref(bytes);
    return text;
}

enum {
    ACCEPTED_FLAGS = PARSE_SOURCE_IS_UTF8 | PARSE_DONT_IMPLY_DEDENT | PARSE_ONLY_AST | PARSE_TYPE_COMMENTS |
                     PARSE_ALLOW_TOP_LEVEL_AWAIT | PARSE_ALLOW_INCOMPLETE_INPUT | COMPILE_FUTURE_FLAGS | CO_NESTED
};

Value builtin_compile(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"source",   "filename",         "mode", "flags", "dont_inherit",
                                        "optimize", "_feature_version", NULL};
    static const ArgSpec spec = {"compile", names, 3, 6, 0};
    Value out[7];
    int flags = 0, optimize = -1, feature_version = -1;
    bool dont_inherit = false;
    enum ParseMode mode;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value filename = filename_text(out[1]), result = VALUE_NULL;
    if (value_is_null(filename)) return filename;
    if ((!value_is_null(out[3]) && !arg_as_int(out[3], &flags)) ||
        (!value_is_null(out[4]) && !arg_as_bool(out[4], &dont_inherit)) ||
        (!value_is_null(out[5]) && !arg_as_int(out[5], &optimize)) ||
        (!value_is_null(out[6]) && !arg_as_int(out[6], &feature_version)))
        goto done;
    if (flags & ~ACCEPTED_FLAGS) {
        error_set(&type_ValueError, "compile(): unrecognised flags");
        goto done;
    }
    if (optimize < -1 || optimize > 2) {
        error_set(&type_ValueError, "compile(): invalid optimize value");
        goto done;
    }
    if (optimize < 0) optimize = options.optimize;
    if (!dont_inherit) flags |= inherited_flags();
    if (!parse_mode(out[2], flags, &mode)) goto done;
    int is_tree = ast_is_node(out[0]);
    if (is_tree < 0) goto done;
    if (is_tree)
        result = flags & PARSE_ONLY_AST ? value_incref(out[0]) : compile_tree(out[0], filename, mode, flags, optimize);
    else if (flags & PARSE_ONLY_AST)
        result = compile_to_tree(out[0], filename, mode, flags,
                                 feature_version < 0 ? PARSE_LATEST_VERSION : feature_version);
    else
        result = compile_value(out[0], "compile", "string, bytes or AST", filename, mode, flags, optimize);
done:
    value_decref(filename);
    return result;
}

Value compile_text(const char *source, ssize_t size, Value filename, enum ParseMode mode, int flags)
{
    return compile_source(source, size, filename, mode, flags, options.optimize);
}

/* --- running --- */

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
        else
            error_format(&type_TypeError, "exec() globals must be a dict, not %T", globals);
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

static Value run_text(Value source, const char *function, const char *what, enum ParseMode mode, Value globals,
                      Value locals)
{
    Value filename = str_from_cstr("<string>");
    if (value_is_null(filename)) return filename;
    Value code = compile_value(source, function, what, filename, mode, inherited_flags(), options.optimize);
    value_decref(filename);
    if (value_is_null(code)) return code;
    Value result = code_run(code, globals, locals, VALUE_NULL);
    value_decref(code);
    return result;
}

Value builtin_eval(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value globals, locals, result = VALUE_NULL;
    if (!namespaces("eval", nargs > 1 ? args[1] : VALUE_NULL, nargs > 2 ? args[2] : VALUE_NULL, &globals, &locals))
        return VALUE_NULL;
    if (is_code(args[0])) {
        if (as_code(args[0])->nfree)
            error_set(&type_TypeError, "code object passed to eval() may not contain free variables");
        else
            result = code_run(args[0], globals, locals, VALUE_NULL);
    } else {
        result = run_text(args[0], "eval", "string, bytes or code", PARSE_EVAL, globals, locals);
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
        result = run_text(out[0], "exec", "string, bytes or code", PARSE_FILE, globals, locals);
    }
    value_decref(globals);
    value_decref(locals);
    if (value_is_null(result)) return result;
    value_decref(result);
    return VALUE_NONE;
}

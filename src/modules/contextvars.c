/* contextvars: the module _contextvars (PEP 567).
 *
 * A context maps variables to values by a dict that contexts share until one of them is written to: copy() is O(1), and
 * the first set() after it copies the dict. The running thread's context is current_thread->context, made when a
 * variable is first set. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/thread.h"
#include "objects/weakref.h"

typedef struct Context {
    Object head;
    Value vars;              /* dict: ContextVar -> value; not changed while its count is above one */
    NULLABLE Value previous; /* while entered: the context to go back to, or None */
    bool is_entered;
    NULLABLE Value weaklist;
} Context;

typedef struct ContextVar {
    Object head;
    Value name;
    NULLABLE Value fallback;
} ContextVar;

typedef struct Token {
    Object head;
    Value context, var;
    NULLABLE Value old; /* no value: there was none */
    bool is_used;
} Token;

static Type type_context, type_context_var, type_token, type_token_missing;
static Value token_missing;

static Context *as_context(Value v)
{
    return (Context *)value_as_object(v);
}
static ContextVar *as_var(Value v)
{
    return (ContextVar *)value_as_object(v);
}
static Token *as_token(Value v)
{
    return (Token *)value_as_object(v);
}

/* --- contexts --- */

/* Shares vars (borrowed). */
static Value context_new_with(Value vars)
{
    Context *c = object_alloc_zeroed(&type_context, sizeof *c);
    if (!c) return VALUE_NULL;
    c->vars = value_incref(vars);
    gc_track(c);
    return value_from_object(c);
}

static Value context_new_empty(void)
{
    Value vars = dict_new();
    if (value_is_null(vars)) return vars;
    Value context = context_new_with(vars);
    value_decref(vars);
    return context;
}

/* Borrowed; VALUE_NULL with an error. */
static Value current_context(void)
{
    if (value_is_null(current_thread->context)) current_thread->context = context_new_empty();
    return current_thread->context;
}

/* Makes the context's dict its own before a change. */
static int own_vars(Context *c)
{
    if (value_as_object(c->vars)->refcount == 1) return 0;
    Value copy = dict_copy(c->vars);
    if (value_is_null(copy)) return -1;
    value_replace(&c->vars, copy);
    return 0;
}

static Value context_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs || !value_is_null(kwnames)) return error_set(&type_TypeError, "Context() does not accept any arguments");
    return context_new_empty();
}

static void context_destroy(Object *object)
{
    Context *c = (Context *)object;
    gc_untrack(object);
    if (!value_is_null(c->weaklist)) weakref_clear_all(object);
    value_xdecref(c->vars);
    value_xdecref(c->previous);
    object_free(object, sizeof *c);
}

static int context_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Context *)object)->vars);
    GC_VISIT(((Context *)object)->previous);
    return 0;
}

static void context_clear(Object *object)
{
    Context *c = (Context *)object;
    Value empty = dict_new();
    if (value_is_null(empty))
        error_clear();
    else
        value_replace(&c->vars, empty);
    value_clear(&c->previous);
}

static bool need_var(Value v)
{
    if (object_has_type(v, &type_context_var)) return true;
    error_format(&type_TypeError, "a ContextVar key was expected, got %R", v);
    return false;
}

static Value context_run(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Context *c = as_context(self);
    if (nargs < 1) return error_set(&type_TypeError, "run() missing 1 required positional argument");
    if (c->is_entered) return error_format(&type_RuntimeError, "cannot enter context: %R is already entered", self);
    Value previous = current_context();
    if (value_is_null(previous)) return VALUE_NULL;
    c->is_entered = true;
    c->previous = value_incref(previous);
    value_replace(&current_thread->context, value_incref(self));
    Value result = call_vector(args[0], args + 1, nargs - 1, kwnames);
    if (!value_is(current_thread->context, self)) {
        value_xdecref(result);
        return error_set(&type_RuntimeError, "cannot exit context: thread state references a different context object");
    }
    previous = c->previous;
    c->previous = VALUE_NULL;
    c->is_entered = false;
    value_replace(&current_thread->context, previous);
    return result;
}

static Value context_copy(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return context_new_with(as_context(self)->vars);
}

static Value context_get(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!need_var(args[0])) return VALUE_NULL;
    Value found = dict_get_borrow(as_context(self)->vars, args[0]);
    if (!value_is_null(found)) return value_incref(found);
    if (error_occurred()) return VALUE_NULL;
    return nargs > 1 ? value_incref(args[1]) : VALUE_NONE;
}

static Value context_subscript(Value self, Value key)
{
    if (!need_var(key)) return VALUE_NULL;
    Value found = dict_get_borrow(as_context(self)->vars, key);
    if (!value_is_null(found)) return value_incref(found);
    return error_occurred() ? VALUE_NULL : error_key(key);
}

static int context_contains(Value self, Value key)
{
    return need_var(key) ? dict_contains(as_context(self)->vars, key) : -1;
}

static ssize_t context_length(Value self)
{
    return dict_length(as_context(self)->vars);
}

static Value iterate(STEALS Value list)
{
    if (value_is_null(list)) return list;
    Value iterator = get_iter(list);
    value_decref(list);
    return iterator;
}

static Value context_iter(Value self)
{
    return iterate(dict_keys_list(as_context(self)->vars));
}

static Value context_keys(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return context_iter(self);
}

static Value context_values(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return iterate(dict_values_list(as_context(self)->vars));
}

static Value context_items(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return iterate(dict_items_list(as_context(self)->vars));
}

static Value context_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !object_has_type(left, &type_context) ||
        !object_has_type(right, &type_context))
        return VALUE_NOT_IMPLEMENTED;
    return rich_compare(as_context(left)->vars, as_context(right)->vars, op);
}

static const NativeMethod context_methods[] = {
    {"run", context_run, 0, -1, NATIVE_KEYWORDS, NULL},
    {"copy", context_copy, 0, 0, 0, "copy($self, /)\n--\n\nReturn a shallow copy of the context object."},
    {"get", context_get, 1, 2, 0,
     "get($self, key, default=None, /)\n--\n\n"
     "Return the value for `key` if `key` has the value in the context object.\n\n"
     "If `key` does not exist, return `default`. If `default` is not given,\nreturn None."},
    {"keys", context_keys, 0, 0, 0, "keys($self, /)\n--\n\nReturn a list of all variables in the context object."},
    {"values", context_values, 0, 0, 0,
     "values($self, /)\n--\n\nReturn a list of all variables' values in the context object."},
    {"items", context_items, 0, 0, 0,
     "items($self, /)\n--\n\nReturn all variables and their values in the context object.\n\n"
     "The result is returned as a list of 2-tuples (variable, value)."},
    {NULL}};

static Type type_context = {
    TYPE_HEAD,
    .name = "_contextvars.Context",
    .instance_size = sizeof(Context),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE | TYPE_MAPPING,
    .weaklist_offset = offsetof(Context, weaklist),
    .destroy = context_destroy,
    .traverse = context_traverse,
    .clear = context_clear,
    .new_instance = context_new,
    .compare = context_compare,
    .iter = context_iter,
    .sequence = {.contains = context_contains},
    .mapping = {.length = context_length, .subscript = context_subscript},
    .methods = context_methods,
};

/* --- tokens --- */

static Value token_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_set(&type_RuntimeError, "Tokens can only be created by ContextVars");
}

static void token_destroy(Object *object)
{
    Token *t = (Token *)object;
    gc_untrack(object);
    value_xdecref(t->context);
    value_xdecref(t->var);
    value_xdecref(t->old);
    object_free(object, sizeof *t);
}

static int token_traverse(Object *object, GcVisit visit, void *argument)
{
    Token *t = (Token *)object;
    GC_VISIT(t->context);
    GC_VISIT(t->var);
    GC_VISIT(t->old);
    return 0;
}

static Value token_repr(Value self)
{
    Token *t = as_token(self);
    return str_format("<Token%s var=%R at %p>", t->is_used ? " used" : "", t->var, t);
}

static Value token_get_old(Value self, void *closure)
{
    Value old = as_token(self)->old;
    return value_incref(value_is_null(old) ? token_missing : old);
}

static const NativeGetSet token_getsets[] = {{"old_value", token_get_old, NULL, NULL, NULL}, {NULL}};
static const NativeMember token_members[] = {{"var", MEMBER_VALUE, offsetof(Token, var), true, NULL}, {NULL}};
static const NativeMethod token_methods[] = {
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"}, {NULL}};

static int64_t token_hash(Value self)
{
    error_format(&type_TypeError, "unhashable type: '%T'", self);
    return -1;
}

static Type type_token = {
    TYPE_HEAD,
    .name = "_contextvars.Token",
    .instance_size = sizeof(Token),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE,
    .destroy = token_destroy,
    .traverse = token_traverse,
    .new_instance = token_new,
    .repr = token_repr,
    .hash = token_hash,
    .methods = token_methods,
    .getsets = token_getsets,
    .members = token_members,
};

static Value missing_repr(Value self)
{
    return str_from_cstr("<Token.MISSING>");
}

static void missing_destroy(Object *object)
{
    object_free(object, sizeof(Object));
}

static Type type_token_missing = {
    TYPE_HEAD,
    .name = "Token.MISSING",
    .instance_size = sizeof(Object),
    .flags = TYPE_NO_NEW | TYPE_IMMUTABLE,
    .destroy = missing_destroy,
    .repr = missing_repr,
};

/* --- variables --- */

static Value var_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"", "default", NULL};
    static const ArgSpec spec = {"ContextVar", names, 1, 1, 0};
    Value given[2];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!is_str(given[0])) return error_set(&type_TypeError, "context variable name must be a str");
    ContextVar *var = object_alloc_zeroed(&type_context_var, sizeof *var);
    if (!var) return VALUE_NULL;
    var->name = value_incref(given[0]);
    var->fallback = value_xincref(given[1]);
    gc_track(var);
    return value_from_object(var);
}

static void var_destroy(Object *object)
{
    ContextVar *var = (ContextVar *)object;
    gc_untrack(object);
    value_xdecref(var->name);
    value_xdecref(var->fallback);
    object_free(object, sizeof *var);
}

static int var_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((ContextVar *)object)->fallback);
    return 0;
}

static void var_clear(Object *object)
{
    value_clear(&((ContextVar *)object)->fallback);
}

static Value var_get(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ContextVar *var = as_var(self);
    if (!value_is_null(current_thread->context)) {
        Value found = dict_get_borrow(as_context(current_thread->context)->vars, self);
        if (!value_is_null(found)) return value_incref(found);
        if (error_occurred()) return VALUE_NULL;
    }
    if (nargs) return value_incref(args[0]);
    if (!value_is_null(var->fallback)) return value_incref(var->fallback);
    return error_set_value(&type_LookupError, self);
}

static Value var_set(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value context = current_context();
    if (value_is_null(context)) return VALUE_NULL;
    Token *t = object_alloc_zeroed(&type_token, sizeof *t);
    if (!t) return VALUE_NULL;
    t->context = value_incref(context);
    t->var = value_incref(self);
    t->old = value_xincref(dict_get_borrow(as_context(context)->vars, self));
    gc_track(t);
    if (error_occurred() || own_vars(as_context(context)) < 0 ||
        dict_set(as_context(context)->vars, self, args[0]) < 0) {
        value_decref(value_from_object(t));
        return VALUE_NULL;
    }
    return value_from_object(t);
}

static Value var_reset(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!object_has_type(args[0], &type_token))
        return error_format(&type_TypeError, "expected an instance of Token, got %R", args[0]);
    Token *t = as_token(args[0]);
    if (t->is_used) return error_format(&type_RuntimeError, "%R has already been used once", args[0]);
    if (!value_is(t->var, self))
        return error_format(&type_ValueError, "%R was created by a different ContextVar", args[0]);
    Value context = current_context();
    if (value_is_null(context)) return VALUE_NULL;
    if (!value_is(t->context, context))
        return error_format(&type_ValueError, "%R was created in a different Context", args[0]);
    t->is_used = true;
    if (own_vars(as_context(context)) < 0) return VALUE_NULL;
    int status = value_is_null(t->old) ? dict_delete(as_context(context)->vars, self)
                                       : dict_set(as_context(context)->vars, self, t->old);
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value var_repr(Value self)
{
    ContextVar *var = as_var(self);
    if (value_is_null(var->fallback)) return str_format("<ContextVar name=%R at %p>", var->name, var);
    return str_format("<ContextVar name=%R default=%R at %p>", var->name, var->fallback, var);
}

static const NativeMethod var_methods[] = {
    {"get", var_get, 0, 1, 0,
     "get($self, default=<unrepresentable>, /)\n--\n\n"
     "Return a value for the context variable for the current context.\n\n"
     "If there is no value for the variable in the current context, the method will:\n"
     " * return the value of the default argument of the method, if provided; or\n"
     " * return the default value for the context variable, if it was created\n   with one; or\n"
     " * raise a LookupError."},
    {"set", var_set, 1, 1, 0,
     "set($self, value, /)\n--\n\nCall to set a new value for the context variable in the current context.\n\n"
     "The required *value* argument is the new value for the context variable.\n\n"
     "Returns a Token object that can be used to restore the variable to its previous\n"
     "value via the `ContextVar.reset()` method."},
    {"reset", var_reset, 1, 1, 0,
     "reset($self, token, /)\n--\n\nReset the context variable.\n\n"
     "The variable is reset to the value it had before the `ContextVar.set()` that\ncreated the token was used."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL}};

static const NativeMember var_members[] = {{"name", MEMBER_VALUE, offsetof(ContextVar, name), true, NULL}, {NULL}};

static Type type_context_var = {
    TYPE_HEAD,
    .name = "_contextvars.ContextVar",
    .instance_size = sizeof(ContextVar),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE,
    .destroy = var_destroy,
    .traverse = var_traverse,
    .clear = var_clear,
    .new_instance = var_new,
    .repr = var_repr,
    .methods = var_methods,
    .members = var_members,
};

/* --- the module --- */

static Value copy_context(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value context = current_context();
    return value_is_null(context) ? context : context_new_with(as_context(context)->vars);
}

static const NativeMethod methods[] = {{"copy_context", copy_context, 0, 0, 0, "copy_context($module, /)\n--\n\n"},
                                       {NULL}};

static int exec(Value module)
{
    if (type_ready(&type_token_missing) < 0) return -1;
    if (value_is_null(token_missing)) {
        token_missing = value_from_object(object_alloc(&type_token_missing, sizeof(Object)));
        if (value_is_null(token_missing)) return -1;
    }
    if (module_add_type(module, &type_context) < 0 || module_add_type(module, &type_context_var) < 0 ||
        module_add_type(module, &type_token) < 0)
        return -1;
    return dict_set_cstr(type_token.dict, "MISSING", token_missing);
}

NATIVE_MODULE(_contextvars) = {.name = "_contextvars", .doc = "Context Variables", .methods = methods, .exec = exec};

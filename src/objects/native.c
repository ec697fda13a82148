/* native.c: functions written in C: the built-in function object, arity checks and argument parsing with CPython's
 * wording, and modules made from tables. */
#include "objects/native.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

/* --- documentation strings --- */

static const char *const signature_end = ")\n--\n\n";

/* The "(sig)" behind the name, or NULL when doc does not begin with a signature. */
static const char *find_signature(const char *name, const char *doc)
{
    if (!doc) return NULL;
    const char *dot = strrchr(name, '.');
    if (dot) name = dot + 1;
    size_t length = strlen(name);
    if (strncmp(doc, name, length) != 0 || doc[length] != '(') return NULL;
    return doc + length;
}

/* Where the signature's ")\n--\n\n" starts; NULL when a blank line comes first. */
static const char *find_signature_end(const char *signature)
{
    const char *end = signature ? strstr(signature, signature_end) : NULL;
    const char *blank = signature ? strstr(signature, "\n\n") : NULL;
    return end && blank && blank < end ? NULL : end;
}

Value doc_text(NULLABLE const char *name, NULLABLE const char *doc)
{
    if (!doc) return VALUE_NONE;
    const char *end = name ? find_signature_end(find_signature(name, doc)) : NULL;
    const char *text = end ? end + strlen(signature_end) : doc;
    return *text ? str_from_cstr(text) : VALUE_NONE;
}

Value doc_signature(const char *name, NULLABLE const char *doc)
{
    const char *start = find_signature(name, doc), *end = find_signature_end(start);
    if (!end) return VALUE_NONE;
    return str_from_utf8(start, end + 1 - start);
}

/* --- arity --- */

/* `name` as messages show it: "list.append", "math.sqrt", "len". Stolen. */
static COLD bool arity_error(const NativeMethod *method, STEALS Value name, ssize_t nargs, bool has_keywords)
{
    if (value_is_null(name)) return false;
    if (has_keywords) {
        error_format(&type_TypeError, "%U() takes no keyword arguments", name);
    } else if (method->max == 0) {
        error_format(&type_TypeError, "%U() takes no arguments (%zd given)", name, nargs);
    } else if (method->min == 1 && method->max == 1) {
        error_format(&type_TypeError, "%U() takes exactly one argument (%zd given)", name, nargs);
    } else {
        bool few = nargs < method->min;
        int bound = few ? method->min : method->max;
        const char *how = method->min == method->max ? "" : few ? "at least " : "at most ";
        error_format(&type_TypeError, "%s expected %s%d argument%s, got %zd", method->name, how, bound,
                     bound == 1 ? "" : "s", nargs);
    }
    value_decref(name);
    return false;
}

ALWAYS_INLINE bool arity_fits(const NativeMethod *method, ssize_t nargs, NULLABLE Value kwnames)
{
    if (method->flags & NATIVE_KEYWORDS) return true;
    return nargs >= method->min && (nargs <= method->max || method->max < 0) &&
           (value_is_null(kwnames) || tuple_length(kwnames) == 0);
}

static bool any_keywords(NULLABLE Value kwnames)
{
    return !value_is_null(kwnames) && tuple_length(kwnames) > 0;
}

bool native_check_arity(const NativeMethod *method, NULLABLE const Type *owner, ssize_t nargs, Value kwnames)
{
    if (LIKELY(arity_fits(method, nargs, kwnames))) return true;
    Value name = owner ? str_format("%s.%s", type_short_name(owner), method->name) : str_from_cstr(method->name);
    return arity_error(method, name, nargs, any_keywords(kwnames));
}

/* --- the function object --- */

ALWAYS_INLINE NativeFunctionObject *as_native(Value v)
{
    return (NativeFunctionObject *)value_as_object(v);
}

Value native_function_new(const NativeMethod *method, NULLABLE Value self, NULLABLE Value module_name)
{
    NativeFunctionObject *function = object_alloc(&type_native_function, sizeof *function);
    if (!function) return VALUE_NULL;
    function->method = method;
    function->self = value_xincref(self);
    function->module = value_xincref(module_name);
    function->weaklist = VALUE_NULL;
    gc_track(function);
    return value_from_object(function);
}

static void native_destroy(Object *self)
{
    NativeFunctionObject *function = (NativeFunctionObject *)self;
    gc_untrack(self);
    if (!value_is_null(function->weaklist)) weakref_clear_all(self);
    value_xdecref(function->self);
    value_xdecref(function->module);
    object_free(self, sizeof *function);
}

static int native_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((NativeFunctionObject *)self)->self);
    GC_VISIT(((NativeFunctionObject *)self)->module);
    return 0;
}

static void native_clear(Object *self)
{
    value_clear(&((NativeFunctionObject *)self)->self);
    value_clear(&((NativeFunctionObject *)self)->module);
}

/* "list.append" for a method, "math.sqrt" for a function of a module other than builtins. */
static Value native_full_name(const NativeFunctionObject *function)
{
    const char *name = function->method->name;
    Value self = function->self, module = function->module;
    if (value_is_null(self) || is_module(self)) {
        bool plain = value_is_null(module) || !is_str(module) || str_equal_cstr(module, "builtins");
        return plain ? str_from_cstr(name) : str_format("%U.%s", module, name);
    }
    return str_format("%s.%s", type_short_name(is_type(self) ? as_type(self) : type_of(self)), name);
}

static Value native_call(Value callable, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    const NativeFunctionObject *function = as_native(callable);
    const NativeMethod *method = function->method;
    if (UNLIKELY(!arity_fits(method, nargs, kwnames))) {
        arity_error(method, native_full_name(function), nargs, any_keywords(kwnames));
        return VALUE_NULL;
    }
    return method->function(method->flags & NATIVE_STATIC ? VALUE_NULL : function->self, args, nargs, kwnames);
}

static Value native_repr(Value v)
{
    const NativeFunctionObject *function = as_native(v);
    if (value_is_null(function->self) || is_module(function->self))
        return str_format("<built-in function %s>", function->method->name);
    return str_format("<built-in method %s of %T object at %p>", function->method->name, function->self,
                      (void *)function->self.bits);
}

static int64_t native_hash(Value v)
{
    const NativeFunctionObject *function = as_native(v);
    int64_t hash = (int64_t)((function->self.bits >> 4) ^ ((uint64_t)function->method >> 3));
    return hash == -1 ? -2 : hash;
}

static Value native_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !object_has_type(left, &type_native_function) ||
        !object_has_type(right, &type_native_function))
        return VALUE_NOT_IMPLEMENTED;
    bool equal =
        value_is(as_native(left)->self, as_native(right)->self) && as_native(left)->method == as_native(right)->method;
    return value_from_bool(equal == (op == CMP_EQ));
}

static Value native_get_doc(Value v, void *closure)
{
    return doc_text(as_native(v)->method->name, as_native(v)->method->doc);
}

static Value native_get_signature(Value v, void *closure)
{
    return doc_signature(as_native(v)->method->name, as_native(v)->method->doc);
}

static Value native_get_name(Value v, void *closure)
{
    return str_intern_cstr(as_native(v)->method->name);
}

static Value native_get_qualname(Value v, void *closure)
{
    const NativeFunctionObject *function = as_native(v);
    if (value_is_null(function->self) || is_module(function->self)) return str_intern_cstr(function->method->name);
    Value type = is_type(function->self) ? function->self : value_from_type(type_of(function->self));
    Value type_part = get_attr(type, ID(__qualname__));
    if (value_is_null(type_part)) return VALUE_NULL;
    Value qualname = is_str(type_part)
                         ? str_format("%U.%s", type_part, function->method->name)
                         : error_set(&type_TypeError, "<method>.__class__.__qualname__ is not a unicode object");
    value_decref(type_part);
    return qualname;
}

static Value native_get_self(Value v, void *closure)
{
    const NativeFunctionObject *function = as_native(v);
    if (function->method->flags & NATIVE_STATIC || value_is_null(function->self)) return VALUE_NONE;
    return value_incref(function->self);
}

static Value native_reduce(Value v, const Value *args, ssize_t nargs, Value kwnames)
{
    const NativeFunctionObject *function = as_native(v);
    if (value_is_null(function->self) || is_module(function->self)) return str_from_cstr(function->method->name);
    Value getattr = import_attr("builtins", "getattr"), name = str_intern_cstr(function->method->name);
    Value pair = VALUE_NULL, result = VALUE_NULL;
    if (!value_is_null(getattr) && !value_is_null(name)) pair = tuple_pack(2, function->self, name);
    if (!value_is_null(pair)) result = tuple_pack(2, getattr, pair);
    value_xdecref(pair);
    value_xdecref(name);
    value_xdecref(getattr);
    return result;
}

static const NativeMethod native_methods[] = {{"__reduce__", native_reduce, 0, 0, 0, NULL}, {NULL}};
static const NativeMember native_members[] = {
    {"__module__", MEMBER_VALUE, offsetof(NativeFunctionObject, module), false, NULL}, {NULL}};
static const NativeGetSet native_getsets[] = {{"__doc__", native_get_doc, NULL, NULL, NULL},
                                              {"__name__", native_get_name, NULL, NULL, NULL},
                                              {"__qualname__", native_get_qualname, NULL, NULL, NULL},
                                              {"__self__", native_get_self, NULL, NULL, NULL},
                                              {"__text_signature__", native_get_signature, NULL, NULL, NULL},
                                              {NULL}};

Type type_native_function = {
    .head = TYPE_HEAD,
    .name = "builtin_function_or_method",
    .instance_size = sizeof(NativeFunctionObject),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .weaklist_offset = offsetof(NativeFunctionObject, weaklist),
    .destroy = native_destroy,
    .traverse = native_traverse,
    .clear = native_clear,
    .repr = native_repr,
    .hash = native_hash,
    .call = native_call,
    .compare = native_compare,
    .methods = native_methods,
    .members = native_members,
    .getsets = native_getsets,
};

/* --- parsing arguments --- */

bool args_no_keywords(const char *function, NULLABLE Value kwnames)
{
    if (LIKELY(value_is_null(kwnames) || tuple_length(kwnames) == 0)) return true;
    error_format(&type_TypeError, "%s() takes no keyword arguments", function);
    return false;
}

bool args_count(const char *function, ssize_t nargs, ssize_t min, ssize_t max)
{
    if (nargs >= min && (nargs <= max || max < 0)) return true;
    bool few = nargs < min;
    ssize_t bound = few ? min : max;
    error_format(&type_TypeError, "%s expected %s%zd argument%s, got %zd", function,
                 min == max ? ""
                 : few      ? "at least "
                            : "at most ",
                 bound, bound == 1 ? "" : "s", nargs);
    return false;
}

static int count_names(const char *const *names)
{
    int count = 0;
    while (names[count]) count++;
    return count;
}

static COLD bool too_many(const ArgSpec *spec, ssize_t nargs, ssize_t nkw, int total)
{
    if (nargs + nkw > total) {
        error_format(&type_TypeError, "%s() takes at most %d %sargument%s (%zd given)", spec->function, total,
                     nargs == 0 ? "keyword " : "", total == 1 ? "" : "s", nargs + nkw);
    } else if (spec->positional == 0) {
        error_format(&type_TypeError, "%s() takes no positional arguments", spec->function);
    } else {
        error_format(&type_TypeError, "%s() takes %s %d positional argument%s (%zd given)", spec->function,
                     spec->required < spec->positional ? "at most" : "exactly", spec->positional,
                     spec->positional == 1 ? "" : "s", nargs);
    }
    return false;
}

static int find_name(const ArgSpec *spec, Value name)
{
    for (int i = 0; spec->names[i]; i++)
        if (spec->names[i][0] && str_equal_cstr(name, spec->names[i])) return i;
    return -1;
}

static COLD bool unknown_keyword(const ArgSpec *spec, Value name)
{
    error_format(&type_TypeError, "'%U' is an invalid keyword argument for %s()", name, spec->function);
    return false;
}

static COLD bool missing_argument(const ArgSpec *spec, int index, ssize_t nargs)
{
    int positional_only = 0;
    while (spec->names[positional_only] && !spec->names[positional_only][0]) positional_only++;
    if (index < positional_only) {
        int least = MIN(positional_only, spec->required);
        error_format(&type_TypeError, "%s() takes %s %d positional argument%s (%zd given)", spec->function,
                     least < spec->positional ? "at least" : "exactly", least, least == 1 ? "" : "s", nargs);
    } else {
        error_format(&type_TypeError, "%s() missing required argument '%s' (pos %d)", spec->function,
                     spec->names[index], index + 1);
    }
    return false;
}

static bool take_keywords(const ArgSpec *spec, const Value *values, ssize_t nargs, Value kwnames, Value *out)
{
    for (ssize_t i = 0; i < tuple_length(kwnames); i++) {
        Value name = tuple_item_borrow(kwnames, i);
        int index = find_name(spec, name);
        if (index < 0) return unknown_keyword(spec, name);
        if (!value_is_null(out[index])) {
            error_format(&type_TypeError, "argument for %s() given by name ('%U') and position (%d)", spec->function,
                         name, index + 1);
            return false;
        }
        out[index] = values[i];
    }
    return true;
}

bool args_parse(const ArgSpec *spec, const Value *args, ssize_t nargs, NULLABLE Value kwnames, Value *out)
{
    int total = count_names(spec->names);
    ssize_t nkw = value_is_null(kwnames) ? 0 : tuple_length(kwnames);
    if (UNLIKELY(nargs > spec->positional || nargs + nkw > total)) return too_many(spec, nargs, nkw, total);
    for (ssize_t i = 0; i < nargs; i++) out[i] = args[i];
    for (int i = (int)nargs; i < total; i++) out[i] = VALUE_NULL;
    if (nkw && !take_keywords(spec, args + nargs, nargs, kwnames, out)) return false;
    for (int i = (int)nargs; i < spec->required; i++)
        if (value_is_null(out[i])) return missing_argument(spec, i, nargs);
    for (int i = spec->positional; i < spec->positional + spec->required_keyword_only; i++)
        if (value_is_null(out[i])) return missing_argument(spec, i, nargs);
    return true;
}

/* --- converters --- */

/* v as an int64, from an int or through __index__: 1, 0 does not fit (no error), -1. */
static int as_int64(Value v, int64_t *result)
{
    if (LIKELY(value_is_small_int(v))) {
        *result = value_as_small_int(v);
        return 1;
    }
    Value number = number_index(v);
    if (value_is_null(number)) return -1;
    int fits = int_fits_int64(number, result);
    value_decref(number);
    return fits;
}

bool arg_as_ssize(Value v, ssize_t *result)
{
    int64_t n;
    int fits = as_int64(v, &n);
    if (fits == 0) error_set(&type_OverflowError, "Python int too large to convert to C ssize_t");
    if (fits <= 0) return false;
    *result = n;
    return true;
}

bool arg_as_int(Value v, int *result)
{
    int64_t n;
    int fits = as_int64(v, &n);
    if (fits < 0) return false;
    if (fits == 0) {
        error_set(&type_OverflowError, "Python int too large to convert to C int");
    } else if (n > INT32_MAX) {
        error_set(&type_OverflowError, "signed integer is greater than maximum");
    } else if (n < INT32_MIN) {
        error_set(&type_OverflowError, "signed integer is less than minimum");
    } else {
        *result = (int)n;
        return true;
    }
    return false;
}

bool arg_as_int64(Value v, int64_t *result)
{
    int fits = as_int64(v, result);
    if (fits == 0) error_set(&type_OverflowError, "Python int too large to convert to C long");
    return fits > 0;
}

bool arg_as_uint64(Value v, uint64_t *result)
{
    Value number = number_index(v);
    if (value_is_null(number)) return false;
    bool fits = int_fits_uint64(number, result);
    if (!fits) {
        bool is_negative = int_sign(number) < 0;
        error_set(&type_OverflowError, is_negative ? "can't convert negative int to unsigned"
                                                   : "Python int too large to convert to C unsigned long");
    }
    value_decref(number);
    return fits;
}

bool arg_as_double(Value v, double *result)
{
    if (LIKELY(value_is_immediate_float(v))) {
        *result = value_as_immediate_float(v);
        return true;
    }
    *result = number_as_double(v);
    return *result != -1.0 || !error_occurred();
}

bool arg_as_bool(Value v, bool *result)
{
    int truth = is_true(v);
    *result = truth > 0;
    return truth >= 0;
}

bool arg_as_slice_index(Value v, ssize_t *result)
{
    if (value_is_none(v)) return true;
    if (!has_index(v)) {
        error_set(&type_TypeError, "slice indices must be integers or None or have an __index__ method");
        return false;
    }
    *result = number_as_ssize(v, NULL);
    return *result != -1 || !error_occurred();
}

/* --- modules from tables --- */

static int add_functions(Value module, Value name, const NativeMethod *methods)
{
    for (const NativeMethod *method = methods; method && method->name; method++) {
        Value function = native_function_new(method, module, name);
        int result = value_is_null(function) ? -1 : dict_set_cstr(as_module(module)->dict, method->name, function);
        value_xdecref(function);
        if (result < 0) return -1;
    }
    return 0;
}

Value module_from_native(const NativeModule *definition)
{
    Value name = str_intern_cstr(definition->name);
    if (value_is_null(name)) return VALUE_NULL;
    Value module = module_new(name);
    if (!value_is_null(module)) {
        as_module(module)->definition = definition;
        Value doc = doc_text(NULL, definition->doc);
        if (value_is_null(doc) || dict_set(as_module(module)->dict, ID(__doc__), doc) < 0 ||
            add_functions(module, name, definition->methods) < 0 || (definition->exec && definition->exec(module) < 0))
            value_clear(&module);
        value_xdecref(doc);
    }
    value_decref(name);
    return module;
}

int module_add(Value module, const char *name, STEALS NULLABLE Value value)
{
    if (value_is_null(value)) return -1;
    int result = dict_set_cstr(as_module(module)->dict, name, value);
    value_decref(value);
    return result;
}

int module_add_int(Value module, const char *name, int64_t value)
{
    return module_add(module, name, int_from_int64(value));
}

int module_add_cstr(Value module, const char *name, const char *text)
{
    return module_add(module, name, str_from_cstr(text));
}

int module_add_type(Value module, Type *type)
{
    if (type_ready(type) < 0) return -1;
    return module_add(module, type_short_name(type), value_incref(value_from_type(type)));
}

/* functools.c: the module `_functools`: partial, reduce, cmp_to_key; lru_cache.c has the cache. */
#include "modules/functools/functools.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/repr_guard.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

int lru_cache_init(void);

/* --- partial --- */

typedef struct Partial {
    Object head;
    Value function;
    Value args;                /* tuple */
    Value keywords;            /* dict */
    NULLABLE Value attributes; /* __dict__ */
    NULLABLE Value weaklist;
} Partial;

static Partial *as_partial(Value v)
{
    return (Partial *)value_as_object(v);
}

/* A partial of a plain partial is flattened into one. */
static const Partial *inner_partial(Value function)
{
    if (!value_is_object(function) || type_of(function)->call != type_partial.call) return NULL;
    const Partial *inner = as_partial(function);
    return value_is_null(inner->attributes) ? inner : NULL;
}

static Value join_tuples(Value left, const Value *items, ssize_t count)
{
    ssize_t before = value_is_null(left) ? 0 : tuple_length(left);
    if (count == 0 && before > 0) return value_incref(left);
    Value result = tuple_new(before + count);
    if (value_is_null(result)) return VALUE_NULL;
    for (ssize_t i = 0; i < before; i++) as_tuple(result)->items[i] = value_incref(tuple_item_borrow(left, i));
    for (ssize_t i = 0; i < count; i++) as_tuple(result)->items[before + i] = value_incref(items[i]);
    return result;
}

static int add_keywords(Value dict, const Value *values, NULLABLE Value kwnames)
{
    for (ssize_t i = 0; !value_is_null(kwnames) && i < tuple_length(kwnames); i++)
        if (dict_set(dict, tuple_item_borrow(kwnames, i), values[i]) < 0) return -1;
    return 0;
}

static Value new_partial(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (nargs < 1) return error_set(&type_TypeError, "type 'partial' takes at least one argument");
    Value function = args[0];
    if (!is_callable(function)) return error_set(&type_TypeError, "the first argument must be callable");
    const Partial *inner = type == &type_partial ? inner_partial(function) : NULL;
    Value all_args = join_tuples(inner ? inner->args : VALUE_NULL, args + 1, nargs - 1);
    Value keywords = value_is_null(all_args) ? VALUE_NULL : inner ? dict_copy(inner->keywords) : dict_new();
    Partial *self = NULL;
    if (!value_is_null(keywords) && add_keywords(keywords, args + nargs, kwnames) == 0)
        self = object_alloc_zeroed(type, type->instance_size);
    if (!self) {
        value_xdecref(all_args);
        value_xdecref(keywords);
        return VALUE_NULL;
    }
    self->function = value_incref(inner ? inner->function : function);
    self->args = all_args;
    self->keywords = keywords;
    gc_track_inline(self);
    return value_from_object(self);
}

static void destroy_partial(Object *object)
{
    Partial *self = (Partial *)object;
    gc_untrack_inline(self);
    if (!value_is_null(self->weaklist)) weakref_clear_all(object);
    value_xdecref(self->function);
    value_xdecref(self->args);
    value_xdecref(self->keywords);
    value_xdecref(self->attributes);
    object_free(object, object->type->instance_size);
}

static int traverse_partial(Object *object, GcVisit visit, void *argument)
{
    const Partial *self = (const Partial *)object;
    GC_VISIT(self->function);
    GC_VISIT(self->args);
    GC_VISIT(self->keywords);
    GC_VISIT(self->attributes);
    return 0;
}

static void clear_partial(Object *object)
{
    value_clear(&((Partial *)object)->attributes);
}

static Value call_with_keywords(const Partial *self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value all_args = join_tuples(self->args, args, nargs);
    Value keywords = value_is_null(all_args) ? VALUE_NULL : dict_copy(self->keywords), result = VALUE_NULL;
    if (!value_is_null(keywords) && add_keywords(keywords, args + nargs, kwnames) == 0)
        result = call_tuple_dict(self->function, all_args, keywords);
    value_xdecref(all_args);
    value_xdecref(keywords);
    return result;
}

static Value call_partial(Value v, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    const Partial *self = as_partial(v);
    if (dict_length(self->keywords) > 0) return call_with_keywords(self, args, nargs, kwnames);
    ssize_t bound = tuple_length(self->args);
    if (bound == 0) return call_vector(self->function, args, nargs, kwnames);
    ssize_t given = nargs + (value_is_null(kwnames) ? 0 : tuple_length(kwnames));
    Value few[8], *all = few;
    if (bound + given > (ssize_t)COUNT_OF(few)) {
        all = raw_alloc((size_t)(bound + given) * sizeof *all);
        if (!all) return error_no_memory();
    }
    memcpy(all, as_tuple(self->args)->items, (size_t)bound * sizeof *all);
    memcpy(all + bound, args, (size_t)given * sizeof *all);
    Value result = call_vector(self->function, all, bound + nargs, kwnames);
    if (all != few) raw_free(all);
    return result;
}

static void add_separator_and(StrBuilder *builder, STEALS NULLABLE Value text, bool *failed)
{
    if (value_is_null(text)) {
        *failed = true;
        return;
    }
    str_builder_add_ascii(builder, ", ", 2);
    str_builder_add_str(builder, text);
    value_decref(text);
}

static Value repr_partial(Value v)
{
    const Partial *self = as_partial(v);
    int entered = repr_enter(v);
    if (entered) return entered > 0 ? str_from_cstr("...") : VALUE_NULL;
    StrBuilder builder;
    str_builder_init(&builder);
    bool failed = false;
    for (ssize_t i = 0; !failed && i < tuple_length(self->args); i++)
        add_separator_and(&builder, value_repr(tuple_item_borrow(self->args, i)), &failed);
    ssize_t position = 0;
    Value key, value;
    while (!failed && dict_next(self->keywords, &position, &key, &value)) {
        value_incref(key);
        value_incref(value);
        add_separator_and(&builder, str_format("%S=%R", key, value), &failed);
        value_decref(key);
        value_decref(value);
    }
    Value rest = VALUE_NULL, result = VALUE_NULL;
    if (failed)
        str_builder_discard(&builder);
    else
        rest = str_builder_finish(&builder);
    if (!value_is_null(rest)) {
        const char *name = type_of(v)->name;
        if (type_has_flag(type_of(v), TYPE_HEAP)) {
            const char *dot = strrchr(name, '.');
            name = dot ? dot + 1 : name;
        }
        result = str_format("%s(%R%U)", name, self->function, rest);
        value_decref(rest);
    }
    repr_leave(v);
    return result;
}

static NATIVE(partial_reduce)
{
    const Partial *it = as_partial(self);
    Value attributes = value_is_null(it->attributes) ? VALUE_NONE : it->attributes;
    Value arguments = tuple_pack(1, it->function);
    Value state =
        value_is_null(arguments) ? VALUE_NULL : tuple_pack(4, it->function, it->args, it->keywords, attributes);
    Value result =
        value_is_null(state) ? VALUE_NULL : tuple_pack(3, value_from_object(type_of(self)), arguments, state);
    value_xdecref(arguments);
    value_xdecref(state);
    return result;
}

static NATIVE(partial_setstate)
{
    Partial *it = as_partial(self);
    bool is_valid = is_tuple(args[0]) && tuple_length(args[0]) == 4;
    Value parts[4] = {VALUE_NULL};
    if (is_valid) {
        memcpy(parts, as_tuple(args[0])->items, sizeof parts);
        is_valid = is_callable(parts[0]) && is_tuple(parts[1]) && (value_is_none(parts[2]) || is_dict(parts[2]));
    }
    if (!is_valid) return error_set(&type_TypeError, "invalid partial state");
    Value all_args = tuple_from_iterable(parts[1]);
    Value keywords = value_is_null(all_args)   ? VALUE_NULL
                     : value_is_none(parts[2]) ? dict_new()
                     : is_exact_dict(parts[2]) ? value_incref(parts[2])
                                               : dict_copy(parts[2]);
    if (value_is_null(keywords)) {
        value_xdecref(all_args);
        return VALUE_NULL;
    }
    value_replace(&it->function, value_incref(parts[0]));
    value_replace(&it->args, all_args);
    value_replace(&it->keywords, keywords);
    value_replace(&it->attributes, value_is_none(parts[3]) ? VALUE_NULL : value_incref(parts[3]));
    return VALUE_NONE;
}

static const NativeMethod partial_methods[] = {
    {"__reduce__", partial_reduce, 0, 0, 0, NULL},
    {"__setstate__", partial_setstate, 1, 1, 0, NULL},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

static const NativeMember partial_members[] = {
    {"func", MEMBER_VALUE, offsetof(Partial, function), true, "function object to use in future partial calls"},
    {"args", MEMBER_VALUE, offsetof(Partial, args), true, "tuple of arguments to future partial calls"},
    {"keywords", MEMBER_VALUE, offsetof(Partial, keywords), true,
     "dictionary of keyword arguments to future partial calls"},
    {NULL},
};

static const NativeGetSet partial_getsets[] = {
    {"__dict__", generic_get_dict, generic_set_dict, NULL, NULL},
    {NULL},
};

Type type_partial = {
    .head = TYPE_HEAD,
    .name = "functools.partial",
    .doc = "partial(func, *args, **keywords) - new function with partial application\n"
           "    of the given arguments and keywords.\n",
    .instance_size = sizeof(Partial),
    .flags = TYPE_BASE | TYPE_HAS_GC,
    .dict_offset = offsetof(Partial, attributes),
    .weaklist_offset = offsetof(Partial, weaklist),
    .destroy = destroy_partial,
    .traverse = traverse_partial,
    .clear = clear_partial,
    .new_instance = new_partial,
    .call = call_partial,
    .repr = repr_partial,
    .methods = partial_methods,
    .getsets = partial_getsets,
    .members = partial_members,
};

/* --- cmp_to_key --- */

typedef struct KeyFunction {
    Object head;
    Value compare;         /* mycmp */
    NULLABLE Value object; /* no value: this is the function K itself */
} KeyFunction;

static void destroy_key(Object *object)
{
    KeyFunction *key = (KeyFunction *)object;
    gc_untrack_inline(key);
    value_decref(key->compare);
    value_xdecref(key->object);
    object_free(object, sizeof *key);
}

static int traverse_key(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((KeyFunction *)object)->compare);
    GC_VISIT(((KeyFunction *)object)->object);
    return 0;
}

static Value key_new(Value compare, NULLABLE Value object)
{
    KeyFunction *key = object_alloc(&type_key_function, sizeof *key);
    if (!key) return VALUE_NULL;
    key->compare = value_incref(compare);
    key->object = value_xincref(object);
    gc_track_inline(key);
    return value_from_object(key);
}

static Value call_key(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"obj", NULL};
    static const ArgSpec spec = {.function = "K", .names = names, .required = 1, .positional = 1};
    Value object;
    if (!args_parse(&spec, args, nargs, kwnames, &object)) return VALUE_NULL;
    return key_new(((KeyFunction *)value_as_object(self))->compare, object);
}

static Value compare_keys(Value left, Value right, CompareOp op)
{
    if (!object_has_type(right, &type_key_function))
        return error_set(&type_TypeError, "other argument must be K instance");
    Value a = ((KeyFunction *)value_as_object(left))->object, b = ((KeyFunction *)value_as_object(right))->object;
    if (value_is_null(a) || value_is_null(b)) return error_set(&type_AttributeError, "object");
    Value order = call_2(((KeyFunction *)value_as_object(left))->compare, a, b);
    if (value_is_null(order)) return VALUE_NULL;
    Value result = rich_compare(order, value_from_small_int(0), op);
    value_decref(order);
    return result;
}

static const NativeMember key_members[] = {
    {"obj", MEMBER_VALUE, offsetof(KeyFunction, object), false, "Value wrapped by a key function."},
    {NULL},
};

Type type_key_function = {
    .head = TYPE_HEAD,
    .name = "functools.KeyWrapper",
    .instance_size = sizeof(KeyFunction),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = destroy_key,
    .traverse = traverse_key,
    .call = call_key,
    .getattr = generic_getattr,
    .compare = compare_keys,
    .members = key_members,
};

NATIVE(functools_cmp_to_key)
{
    static const char *const names[] = {"mycmp", NULL};
    static const ArgSpec spec = {.function = "cmp_to_key", .names = names, .required = 1, .positional = 1};
    Value compare;
    return args_parse(&spec, args, nargs, kwnames, &compare) ? key_new(compare, VALUE_NULL) : VALUE_NULL;
}

/* --- reduce --- */

NATIVE(functools_reduce)
{
    Value iterator = get_iter(args[1]);
    if (value_is_null(iterator)) {
        if (error_matches(&type_TypeError)) error_set(&type_TypeError, "reduce() arg 2 must support iteration");
        return VALUE_NULL;
    }
    UnarySlot next = type_of(iterator)->iternext;
    Value result = nargs > 2 ? value_incref(args[2]) : VALUE_NULL;
    for (;;) {
        Value item = next(iterator);
        if (value_is_null(item)) {
            if (iter_finish() < 0)
                value_clear(&result);
            else if (value_is_null(result))
                error_set(&type_TypeError, "reduce() of empty iterable with no initial value");
            break;
        }
        if (value_is_null(result)) {
            result = item;
            continue;
        }
        value_replace(&result, call_2(args[0], result, item));
        value_decref(item);
        if (value_is_null(result)) break;
    }
    value_decref(iterator);
    return result;
}

static const NativeMethod functools_methods[] = {
    {"reduce", functools_reduce, 2, 3, 0,
     "reduce(function, iterable[, initial], /) -> value\n\n"
     "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.\n\n"
     "This effectively reduces the iterable to a single value.  If initial is present,\n"
     "it is placed before the items of the iterable in the calculation, and serves as\n"
     "a default when the iterable is empty.\n\n"
     "For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + 5)."},
    {"cmp_to_key", functools_cmp_to_key, 1, 1, NATIVE_KEYWORDS,
     "cmp_to_key($module, /, mycmp)\n--\n\nConvert a cmp= function into a key= function.\n\n  mycmp\n"
     "    Function that compares two objects."},
    {NULL},
};

static int exec_functools(Value module)
{
    if (type_ready(&type_key_function) < 0 || type_ready(&type_lru_list_elem) < 0 || lru_cache_init() < 0) return -1;
    if (module_add_type(module, &type_partial) < 0) return -1;
    return module_add_type(module, &type_lru_cache);
}

NATIVE_MODULE(_functools) = {
    .name = "_functools",
    .doc = "Tools that operate on functions.",
    .methods = functools_methods,
    .exec = exec_functools,
};

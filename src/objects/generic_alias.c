/* generic_alias.c: types.GenericAlias, what list[int] gives (PEP 585), and the substitution of type variables. */
#include "objects/generic_alias.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

typedef struct GenericAlias {
    Object head;
    Value origin, args;
    NULLABLE Value parameters; /* made when asked for */
    NULLABLE Value weaklist;
    bool is_starred; /* *tuple[int] */
} GenericAlias;

ALWAYS_INLINE GenericAlias *as_alias(Value v)
{
    return (GenericAlias *)value_as_object(v);
}

/* --- parameters --- */

static ssize_t tuple_index_of(Value tuple, Value item)
{
    for (ssize_t i = 0; i < tuple_length(tuple); i++)
        if (value_is(tuple_item_borrow(tuple, i), item)) return i;
    return -1;
}

static int append_new(Value list, Value item)
{
    for (ssize_t i = 0; i < list_length(list); i++)
        if (value_is(list_item_borrow(list, i), item)) return 0;
    return list_append(list, item);
}

static int add_parameters_of(Value list, Value arg)
{
    bool failed;
    if (is_type(arg)) return 0; /* a class with __parameters__ of its own does not count */
    Value substitute = get_attr_optional(arg, ID(__typing_subst__), &failed);
    if (failed) return -1;
    if (!value_is_null(substitute)) {
        value_decref(substitute);
        return append_new(list, arg);
    }
    Value inner = get_attr_optional(arg, ID(__parameters__), &failed);
    if (failed) return -1;
    int result = 0;
    if (!value_is_null(inner) && is_tuple(inner))
        for (ssize_t i = 0; i < tuple_length(inner) && result == 0; i++)
            result = append_new(list, tuple_item_borrow(inner, i));
    value_xdecref(inner);
    return result;
}

Value generic_parameters(Value args)
{
    Value list = list_new(0);
    if (value_is_null(list)) return VALUE_NULL;
    int result = 0;
    for (ssize_t i = 0; i < tuple_length(args) && result == 0; i++)
        result = add_parameters_of(list, tuple_item_borrow(args, i));
    Value tuple = result < 0 ? VALUE_NULL : list_to_tuple(list);
    value_decref(list);
    return tuple;
}

/* --- substitution --- */

/* A container alias such as list[T] inside the args: its own parameters are substituted. */
static Value substitute_inside(Value arg, Value parameters, const Value *given, ssize_t count)
{
    bool failed;
    Value inner = get_attr_optional(arg, ID(__parameters__), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(inner) || !is_tuple(inner) || tuple_length(inner) == 0) {
        value_xdecref(inner);
        return value_incref(arg);
    }
    Value list = list_new(0), result = VALUE_NULL;
    if (value_is_null(list)) goto done;
    for (ssize_t i = 0; i < tuple_length(inner); i++) {
        Value parameter = tuple_item_borrow(inner, i);
        ssize_t index = tuple_index_of(parameters, parameter);
        Value replacement = index >= 0 && index < count ? given[index] : parameter;
        bool is_variadic = index >= 0 && type_of(parameter)->iter && is_tuple(replacement);
        if ((is_variadic ? list_extend(list, replacement) : list_append(list, replacement)) < 0) goto done;
    }
    Value subscript = list_to_tuple(list);
    if (!value_is_null(subscript)) result = get_item(arg, subscript);
    value_xdecref(subscript);
done:
    value_xdecref(list);
    value_decref(inner);
    return result;
}

/* (int, *tuple[str, bytes]) -> (int, str, bytes) */
static Value unpack_given(Value item)
{
    Value list = list_new(0);
    if (value_is_null(list)) return VALUE_NULL;
    ssize_t count = is_tuple(item) ? tuple_length(item) : 1;
    for (ssize_t i = 0; i < count; i++) {
        Value each = is_tuple(item) ? tuple_item_borrow(item, i) : item;
        bool failed = false;
        Value unpacked =
            is_type(each) ? VALUE_NULL : get_attr_optional(each, ID(__typing_unpacked_tuple_args__), &failed);
        if (failed) goto fail;
        ssize_t length = !value_is_null(unpacked) && is_tuple(unpacked) ? tuple_length(unpacked) : -1;
        bool is_open = length > 0 && value_is(tuple_item_borrow(unpacked, length - 1), VALUE_ELLIPSIS);
        int result = length >= 0 && !is_open ? list_extend(list, unpacked) : list_append(list, each);
        value_xdecref(unpacked);
        if (result < 0) goto fail;
    }
    Value tuple = list_to_tuple(list);
    value_decref(list);
    return tuple;
fail:
    value_decref(list);
    return VALUE_NULL;
}

/* The parameters may rearrange what was given (ParamSpec, TypeVarTuple). *given is replaced. */
static int prepare_given(Value self, Value parameters, Value *given)
{
    for (ssize_t i = 0; i < tuple_length(parameters); i++) {
        bool failed;
        Value prepare = get_attr_optional(tuple_item_borrow(parameters, i), ID(__typing_prepare_subst__), &failed);
        if (failed) return -1;
        if (value_is_null(prepare) || value_is_none(prepare)) continue;
        Value wrapped = is_tuple(*given) ? value_incref(*given) : tuple_pack(1, *given);
        Value prepared = value_is_null(wrapped) ? VALUE_NULL : call_2(prepare, self, wrapped);
        value_xdecref(wrapped);
        value_decref(prepare);
        if (value_is_null(prepared)) return -1;
        value_replace(given, prepared);
    }
    return 0;
}

static Value substitute_one(Value arg, Value parameters, const Value *given, ssize_t count)
{
    bool failed;
    if (is_type(arg)) return value_incref(arg);
    Value substitute = get_attr_optional(arg, ID(__typing_subst__), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(substitute)) return substitute_inside(arg, parameters, given, count);
    ssize_t index = tuple_index_of(parameters, arg);
    Value result = call_1(substitute, given[index]);
    value_decref(substitute);
    return result;
}

static int is_unpacked_variadic(Value arg)
{
    if (is_type(arg)) return 0;
    bool failed;
    Value flag = get_attr_optional(arg, ID(__typing_is_unpacked_typevartuple__), &failed);
    if (failed) return -1;
    int truth = value_is_null(flag) ? 0 : is_true(flag);
    value_xdecref(flag);
    return truth;
}

Value generic_substitute(Value self, Value args, Value parameters, Value item)
{
    ssize_t wanted = tuple_length(parameters);
    if (wanted == 0) return error_format(&type_TypeError, "%R is not a generic class", self);
    Value given = unpack_given(item), list = VALUE_NULL, result = VALUE_NULL;
    if (value_is_null(given) || prepare_given(self, parameters, &given) < 0) goto done;
    ssize_t count = is_tuple(given) ? tuple_length(given) : 1;
    const Value *items = is_tuple(given) ? as_tuple(given)->items : &given;
    if (count != wanted) {
        error_format(&type_TypeError, "Too %s arguments for %R; actual %zd, expected %zd",
                     count > wanted ? "many" : "few", self, count, wanted);
        goto done;
    }
    list = list_new(0);
    if (value_is_null(list)) goto done;
    for (ssize_t i = 0; i < tuple_length(args); i++) {
        Value arg = tuple_item_borrow(args, i);
        int variadic = is_unpacked_variadic(arg);
        Value replaced = variadic < 0 ? VALUE_NULL : substitute_one(arg, parameters, items, count);
        if (value_is_null(replaced)) goto done;
        int added = variadic && is_tuple(replaced) ? list_extend(list, replaced) : list_append(list, replaced);
        value_decref(replaced);
        if (added < 0) goto done;
    }
    result = list_to_tuple(list);
done:
    value_xdecref(list);
    value_xdecref(given);
    return result;
}

/* --- text --- */

Value generic_repr_item(Value v)
{
    bool failed;
    if (value_is(v, VALUE_ELLIPSIS)) return str_from_cstr("...");
    Value origin = get_attr_optional(v, ID(__origin__), &failed);
    if (failed) return VALUE_NULL;
    if (!value_is_null(origin)) {
        value_decref(origin);
        Value args = get_attr_optional(v, ID(__args__), &failed);
        if (failed) return VALUE_NULL;
        if (!value_is_null(args)) {
            value_decref(args);
            return value_repr(v);
        }
    }
    Value qualname = get_attr_optional(v, ID(__qualname__), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(qualname)) return value_repr(v);
    Value module = get_attr_optional(v, ID(__module__), &failed);
    Value text = VALUE_NULL;
    if (!failed && (value_is_null(module) || value_is_none(module)))
        text = value_repr(v);
    else if (!failed && is_str(module) && str_equal_cstr(module, "builtins"))
        text = value_str(qualname);
    else if (!failed)
        text = str_format("%S.%S", module, qualname);
    value_xdecref(module);
    value_decref(qualname);
    return text;
}

static Value alias_repr(Value self)
{
    GenericAlias *alias = as_alias(self);
    Value parts = list_new(0), text = VALUE_NULL, origin = VALUE_NULL, comma = VALUE_NULL, joined = VALUE_NULL;
    if (value_is_null(parts)) return VALUE_NULL;
    for (ssize_t i = 0; i < tuple_length(alias->args); i++) {
        Value part = generic_repr_item(tuple_item_borrow(alias->args, i));
        if (value_is_null(part) || list_append_steal(parts, part) < 0) goto done;
    }
    origin = generic_repr_item(alias->origin);
    if (value_is_null(origin)) goto done;
    comma = str_from_cstr(", ");
    joined = value_is_null(comma) ? VALUE_NULL : str_join(comma, parts);
    if (value_is_null(joined)) goto done;
    text = str_format("%s%U[%s%U]", alias->is_starred ? "*" : "", origin, list_length(parts) ? "" : "()", joined);
done:
    value_xdecref(origin);
    value_xdecref(comma);
    value_xdecref(joined);
    value_decref(parts);
    return text;
}

/* --- the object --- */

static Value alias_make(Type *type, Value origin, Value args, bool is_starred)
{
    Value tuple = is_tuple(args) ? value_incref(args) : tuple_pack(1, args);
    if (value_is_null(tuple)) return VALUE_NULL;
    GenericAlias *alias = object_alloc_zeroed(type, sizeof *alias);
    if (!alias) {
        value_decref(tuple);
        return VALUE_NULL;
    }
    alias->origin = value_incref(origin);
    alias->args = tuple;
    alias->is_starred = is_starred;
    gc_track(alias);
    return value_from_object(alias);
}

Value generic_alias_new(Value origin, Value args)
{
    return alias_make(&type_generic_alias, origin, args, false);
}

Value native_class_getitem(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    return generic_alias_new(self, args[0]);
}

static Value alias_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!args_no_keywords("GenericAlias", kwnames) || !args_count("GenericAlias", nargs, 2, 2)) return VALUE_NULL;
    return alias_make(type, args[0], args[1], false);
}

static void alias_destroy(Object *self)
{
    GenericAlias *alias = (GenericAlias *)self;
    gc_untrack(self);
    if (!value_is_null(alias->weaklist)) weakref_clear_all(self);
    value_decref(alias->origin);
    value_decref(alias->args);
    value_xdecref(alias->parameters);
    object_free(self, sizeof *alias);
}

static int alias_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((GenericAlias *)self)->origin);
    GC_VISIT(((GenericAlias *)self)->args);
    GC_VISIT(((GenericAlias *)self)->parameters);
    return 0;
}

static Value alias_parameters(GenericAlias *alias)
{
    if (value_is_null(alias->parameters)) alias->parameters = generic_parameters(alias->args);
    return alias->parameters;
}

static Value alias_subscript(Value self, Value item)
{
    GenericAlias *alias = as_alias(self);
    if (value_is_null(alias_parameters(alias))) return VALUE_NULL;
    Value args = generic_substitute(self, alias->args, alias->parameters, item);
    if (value_is_null(args)) return VALUE_NULL;
    Value result = alias_make(&type_generic_alias, alias->origin, args, alias->is_starred);
    value_decref(args);
    return result;
}

static int64_t alias_hash(Value self)
{
    int64_t origin = value_hash(as_alias(self)->origin);
    if (origin == -1) return -1;
    int64_t args = value_hash(as_alias(self)->args);
    if (args == -1) return -1;
    int64_t hash = origin ^ args;
    return hash == -1 ? -2 : hash;
}

static Value alias_compare(Value left, Value right, CompareOp op)
{
    if (!type_is_subtype(type_of(left), &type_generic_alias) || !type_is_subtype(type_of(right), &type_generic_alias) ||
        (op != CMP_EQ && op != CMP_NE))
        return VALUE_NOT_IMPLEMENTED;
    GenericAlias *a = as_alias(left), *b = as_alias(right);
    int equal = a->is_starred == b->is_starred;
    if (equal) equal = rich_compare_bool(a->origin, b->origin, CMP_EQ);
    if (equal > 0) equal = rich_compare_bool(a->args, b->args, CMP_EQ);
    return equal < 0 ? VALUE_NULL : value_from_bool(equal == (op == CMP_EQ));
}

/* Calls the origin; the instance is told by which alias it was made, if it lets itself be told. */
static Value alias_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value object = call_vector(as_alias(self)->origin, args, nargs, kwnames);
    if (value_is_null(object)) return VALUE_NULL;
    if (set_attr(object, ID(__orig_class__), self) < 0 && !error_catch(&type_AttributeError) &&
        !error_catch(&type_TypeError))
        value_clear(&object);
    return object;
}

static bool is_own_attribute(Value name)
{
    static const char *const own[] = {"__class__",       "__origin__",     "__args__",
                                      "__unpacked__",    "__parameters__", "__typing_unpacked_tuple_args__",
                                      "__mro_entries__", "__reduce_ex__",  "__reduce__",
                                      "__copy__",        "__deepcopy__"};
    for (size_t i = 0; i < COUNT_OF(own); i++)
        if (str_equal_cstr(name, own[i])) return true;
    return false;
}

static Value alias_getattr(Value self, Value name)
{
    if (is_str(name) && !is_own_attribute(name)) return get_attr(as_alias(self)->origin, name);
    return generic_getattr(self, name);
}

/* --- iter(tuple[int]), which is what *tuple[int] unpacks: one starred alias --- */

typedef struct AliasIterator {
    Object head;
    NULLABLE Value alias; /* no value when used up */
} AliasIterator;

extern Type type_generic_alias_iterator;

static Value alias_iter(Value self)
{
    AliasIterator *iterator = object_alloc(&type_generic_alias_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->alias = value_incref(self);
    gc_track(iterator);
    return value_from_object(iterator);
}

static Value iterator_next(Value self)
{
    AliasIterator *iterator = (AliasIterator *)value_as_object(self);
    if (value_is_null(iterator->alias)) return VALUE_NULL;
    GenericAlias *alias = as_alias(iterator->alias);
    Value starred = alias_make(&type_generic_alias, alias->origin, alias->args, true);
    value_clear(&iterator->alias);
    return starred;
}

static Value iterator_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    AliasIterator *iterator = (AliasIterator *)value_as_object(self);
    Value iter = import_attr("builtins", "iter"), result = VALUE_NULL;
    if (value_is_null(iter)) return VALUE_NULL;
    Value subject = value_is_null(iterator->alias) ? tuple_empty() : value_incref(iterator->alias);
    Value arguments = value_is_null(subject) ? VALUE_NULL : tuple_pack(1, subject);
    if (!value_is_null(arguments)) result = tuple_pack(2, iter, arguments);
    value_xdecref(arguments);
    value_xdecref(subject);
    value_decref(iter);
    return result;
}

static void iterator_destroy(Object *self)
{
    gc_untrack(self);
    value_xdecref(((AliasIterator *)self)->alias);
    object_free(self, sizeof(AliasIterator));
}

static int iterator_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((AliasIterator *)self)->alias);
    return 0;
}

static Value iterator_iter(Value self)
{
    return value_incref(self);
}

static const NativeMethod iterator_methods[] = {{"__reduce__", iterator_reduce, 0, 0, 0, NULL}, {NULL}};

Type type_generic_alias_iterator = {
    .head = TYPE_HEAD,
    .name = "generic_alias_iterator",
    .instance_size = sizeof(AliasIterator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = iterator_destroy,
    .traverse = iterator_traverse,
    .iter = iterator_iter,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

/* --- methods --- */

static Value alias_mro_entries(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return tuple_pack(1, as_alias(self)->origin);
}

static Value alias_instancecheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_set(&type_TypeError, "isinstance() argument 2 cannot be a parameterized generic");
}

static Value alias_subclasscheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_set(&type_TypeError, "issubclass() argument 2 cannot be a parameterized generic");
}

static Value alias_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    GenericAlias *alias = as_alias(self);
    if (!alias->is_starred) {
        Value pair = tuple_pack(2, alias->origin, alias->args);
        Value result = value_is_null(pair) ? VALUE_NULL : tuple_pack(2, value_from_type(&type_generic_alias), pair);
        value_xdecref(pair);
        return result;
    }
    Value next = import_attr("builtins", "next"), plain = generic_alias_new(alias->origin, alias->args),
          result = VALUE_NULL;
    Value iterator = value_is_null(plain) ? VALUE_NULL : get_iter(plain);
    Value pair = value_is_null(iterator) ? VALUE_NULL : tuple_pack(1, iterator);
    if (!value_is_null(next) && !value_is_null(pair)) result = tuple_pack(2, next, pair);
    value_xdecref(pair);
    value_xdecref(iterator);
    value_xdecref(plain);
    value_xdecref(next);
    return result;
}

static Value alias_dir(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const own[] = {
        "__origin__", "__args__", "__parameters__", "__mro_entries__", "__reduce_ex__",
        "__reduce__", "__copy__", "__deepcopy__",   "__unpacked__",    "__typing_unpacked_tuple_args__",
        "__class__"};
    Value names = value_dir(as_alias(self)->origin);
    for (size_t i = 0; i < COUNT_OF(own) && !value_is_null(names); i++) {
        Value name = str_intern_cstr(own[i]);
        int present = value_is_null(name) ? -1 : contains(names, name);
        if (present == 0) present = list_append(names, name);
        if (present < 0) value_clear(&names);
        value_xdecref(name);
    }
    return names;
}

static Value alias_get_parameters(Value self, void *closure)
{
    return value_xincref(alias_parameters(as_alias(self)));
}

static Value alias_get_unpacked_args(Value self, void *closure)
{
    GenericAlias *alias = as_alias(self);
    bool is_tuple_alias = alias->is_starred && value_is(alias->origin, value_from_type(&type_tuple));
    return is_tuple_alias ? value_incref(alias->args) : VALUE_NONE;
}

static const NativeMethod alias_methods[] = {{"__mro_entries__", alias_mro_entries, 1, 1, 0, NULL},
                                             {"__instancecheck__", alias_instancecheck, 1, 1, 0, NULL},
                                             {"__subclasscheck__", alias_subclasscheck, 1, 1, 0, NULL},
                                             {"__reduce__", alias_reduce, 0, 0, 0, NULL},
                                             {"__dir__", alias_dir, 0, 0, 0, NULL},
                                             {NULL}};
static const NativeMember alias_members[] = {
    {"__origin__", MEMBER_VALUE, offsetof(GenericAlias, origin), true, NULL},
    {"__args__", MEMBER_VALUE, offsetof(GenericAlias, args), true, NULL},
    {"__unpacked__", MEMBER_BOOL, offsetof(GenericAlias, is_starred), true, NULL},
    {NULL}};
static const NativeGetSet alias_getsets[] = {
    {"__parameters__", alias_get_parameters, NULL, "Type variables in the GenericAlias.", NULL},
    {"__typing_unpacked_tuple_args__", alias_get_unpacked_args, NULL, NULL, NULL},
    {NULL}};

Type type_generic_alias = {
    .head = TYPE_HEAD,
    .name = "types.GenericAlias",
    .doc =
        "GenericAlias(origin, args, /)\n--\n\nRepresent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ "
        "is list and t.__args__ is (int,).",
    .instance_size = sizeof(GenericAlias),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .weaklist_offset = offsetof(GenericAlias, weaklist),
    .destroy = alias_destroy,
    .traverse = alias_traverse,
    .new_instance = alias_new,
    .repr = alias_repr,
    .hash = alias_hash,
    .call = alias_call,
    .getattr = alias_getattr,
    .compare = alias_compare,
    .iter = alias_iter,
    .number.or_ = union_or,
    .mapping.subscript = alias_subscript,
    .methods = alias_methods,
    .members = alias_members,
    .getsets = alias_getsets,
};

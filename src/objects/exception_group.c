/* exception_group.c: BaseExceptionGroup and ExceptionGroup (PEP 654): split, subgroup, derive. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception_internal.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

ALWAYS_INLINE ExceptionGroupObject *as_group(Value v)
{
    return (ExceptionGroupObject *)value_as_object(v);
}

static bool is_group(Value v)
{
    return value_is_object(v) && type_is_subtype(type_of(v), &type_BaseExceptionGroup);
}

/* --- making --- */

/* The exceptions as a tuple, checked; *nested_base: one of them is no Exception. */
static Value checked_exceptions(Value sequence, bool *nested_base)
{
    if (!is_sequence(sequence)) return error_set(&type_TypeError, "second argument (exceptions) must be a sequence");
    Value exceptions = tuple_from_iterable(sequence);
    if (value_is_null(exceptions)) return VALUE_NULL;
    if (tuple_length(exceptions) == 0) {
        value_decref(exceptions);
        return error_set(&type_ValueError, "second argument (exceptions) must be a non-empty sequence");
    }
    for (ssize_t i = 0; i < tuple_length(exceptions); i++) {
        Value e = tuple_item_borrow(exceptions, i);
        if (!is_exception(e)) {
            value_decref(exceptions);
            return error_format(&type_ValueError, "Item %zd of second argument (exceptions) is not an exception", i);
        }
        if (!type_is_subtype(type_of(e), &type_Exception)) *nested_base = true;
    }
    return exceptions;
}

static Value group_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs != 2)
        return error_format(&type_TypeError, "BaseExceptionGroup.__new__() takes exactly 2 arguments (%zd given)",
                            nargs);
    if (!is_str(args[0])) return error_bad_argument("BaseExceptionGroup.__new__", 1, "str", args[0]);
    bool nested_base = false;
    Value exceptions = checked_exceptions(args[1], &nested_base);
    if (value_is_null(exceptions)) return VALUE_NULL;
    if (type == &type_BaseExceptionGroup && !nested_base) {
        type = &type_ExceptionGroup; /* all are Exceptions */
    } else if (nested_base && type != &type_BaseExceptionGroup && type_is_subtype(type, &type_Exception)) {
        value_decref(exceptions);
        if (type == &type_ExceptionGroup)
            return error_set(&type_TypeError, "Cannot nest BaseExceptions in an ExceptionGroup");
        return error_format(&type_TypeError, "Cannot nest BaseExceptions in '%s'", type->name);
    }
    Value self = exception_new_instance(type, args, nargs, VALUE_NULL);
    if (value_is_null(self)) {
        value_decref(exceptions);
        return VALUE_NULL;
    }
    as_group(self)->msg = value_incref(args[0]);
    as_group(self)->exceptions = exceptions;
    return self;
}

static Value group_str(Value self)
{
    ssize_t count = tuple_length(as_group(self)->exceptions);
    return str_format("%S (%zd sub-exception%s)", as_group(self)->msg, count, count > 1 ? "s" : "");
}

static Value group_derive(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value pair[2] = {as_group(self)->msg, args[0]};
    return call_vector(value_from_type(&type_BaseExceptionGroup), pair, 2, VALUE_NULL);
}

/* A group like `original` with other exceptions: same traceback, context, cause and notes. */
static Value derive_with_metadata(Value original, Value exceptions)
{
    Value group = call_method_1(original, ID(derive), exceptions);
    if (value_is_null(group)) return VALUE_NULL;
    if (!is_group(group)) {
        value_decref(group);
        return error_set(&type_TypeError, "derive must return an instance of BaseExceptionGroup");
    }
    Exception *from = as_exception(original), *to = as_exception(group);
    if (!value_is_null(from->traceback)) value_replace(&to->traceback, value_incref(from->traceback));
    value_replace(&to->context, value_xincref(from->context));
    if (!value_is_null(from->cause)) value_replace(&to->cause, value_incref(from->cause));
    to->suppress_context = from->suppress_context;
    bool failed;
    Value notes = get_attr_optional(original, ID(__notes__), &failed);
    if (!value_is_null(notes) && is_sequence(notes)) {
        Value copy = list_from_iterable(notes);
        failed = value_is_null(copy) || set_attr(group, ID(__notes__), copy) < 0;
        value_xdecref(copy);
    }
    value_xdecref(notes);
    if (failed) value_clear(&group);
    return group;
}

/* --- what to look for --- */

typedef enum MatcherKind { BY_TYPE, BY_PREDICATE, BY_IDENTITY } MatcherKind;

typedef struct Matcher {
    MatcherKind kind;
    Value value; /* a class or tuple of classes; a callable; a set of ids */
} Matcher;

static bool is_tuple_of_exception_classes(Value v)
{
    if (!is_tuple(v)) return false;
    for (ssize_t i = 0; i < tuple_length(v); i++)
        if (!is_exception_class(tuple_item_borrow(v, i))) return false;
    return true;
}

static bool read_matcher(Value v, Matcher *matcher)
{
    matcher->value = v;
    matcher->kind = BY_PREDICATE;
    if (is_function(v)) return true;
    matcher->kind = BY_TYPE;
    if (is_exception_class(v) || is_tuple_of_exception_classes(v)) return true;
    error_set(&type_TypeError, "expected a function, exception type or tuple of exception types");
    return false;
}

static Value identity_key(Value v)
{
    return value_from_small_int((int64_t)(v.bits >> 3));
}

/* 1, 0, -1 */
static int matches(const Matcher *matcher, Value exception)
{
    switch (matcher->kind) {
    case BY_TYPE: return exception_matches(exception, matcher->value);
    case BY_IDENTITY: return is_group(exception) ? 0 : set_contains(matcher->value, identity_key(exception));
    case BY_PREDICATE: {
        Value answer = call_1(matcher->value, exception);
        if (value_is_null(answer)) return -1;
        int truth = is_true(answer);
        value_decref(answer);
        return truth;
    }
    }
    return 0;
}

/* --- splitting --- */

typedef struct Split {
    Value match, rest; /* owned; None where empty. rest: no value when it is not asked for */
} Split;

static int split_recursive(Value exception, const Matcher *matcher, bool want_rest, Split *out);

static int split_children(Value group, const Matcher *matcher, bool want_rest, Value match, Value rest)
{
    Value exceptions = as_group(group)->exceptions;
    for (ssize_t i = 0; i < tuple_length(exceptions); i++) {
        Split part;
        if (!recursion_enter(" in exceptiongroup_split_recursive")) return -1;
        int result = split_recursive(tuple_item_borrow(exceptions, i), matcher, want_rest, &part);
        recursion_leave();
        if (result < 0) return -1;
        if (!value_is_none(part.match)) result = list_append(match, part.match);
        if (result == 0 && want_rest && !value_is_none(part.rest)) result = list_append(rest, part.rest);
        value_decref(part.match);
        value_xdecref(part.rest);
        if (result < 0) return -1;
    }
    return 0;
}

/* A group of the exceptions in the list, or None when there are none. */
static Value derive_or_none(Value group, Value list)
{
    return list_length(list) ? derive_with_metadata(group, list) : VALUE_NONE;
}

static int split_recursive(Value exception, const Matcher *matcher, bool want_rest, Split *out)
{
    *out = (Split){VALUE_NONE, want_rest ? VALUE_NONE : VALUE_NULL};
    int matched = matches(matcher, exception);
    if (matched < 0) return -1;
    if (matched) {
        out->match = value_incref(exception);
        return 0;
    }
    if (!is_group(exception)) {
        if (want_rest) out->rest = value_incref(exception);
        return 0;
    }
    Value match = list_new(0), rest = want_rest ? list_new(0) : VALUE_NULL;
    int result = -1;
    if (!value_is_null(match) && (!want_rest || !value_is_null(rest)) &&
        split_children(exception, matcher, want_rest, match, rest) == 0) {
        out->match = derive_or_none(exception, match);
        if (want_rest && !value_is_null(out->match)) out->rest = derive_or_none(exception, rest);
        result = value_is_null(out->match) || (want_rest && value_is_null(out->rest)) ? -1 : 0;
    }
    value_xdecref(match);
    value_xdecref(rest);
    if (result < 0) {
        value_xdecref(out->match);
        value_xdecref(out->rest);
    }
    return result;
}

static Value group_split(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Matcher matcher;
    Split parts;
    if (!read_matcher(args[0], &matcher) || split_recursive(self, &matcher, true, &parts) < 0) return VALUE_NULL;
    Value pair[2] = {parts.match, parts.rest};
    return tuple_from_array_steal(pair, 2);
}

static Value group_subgroup(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Matcher matcher;
    Split parts;
    if (!read_matcher(args[0], &matcher) || split_recursive(self, &matcher, false, &parts) < 0) return VALUE_NULL;
    return parts.match;
}

Value exception_group_project(Value group, Value leaf_ids)
{
    Split parts;
    Matcher matcher = {BY_IDENTITY, leaf_ids};
    return split_recursive(group, &matcher, false, &parts) < 0 ? VALUE_NULL : parts.match;
}

static const NativeMember group_members[] = {
    {"message", MEMBER_VALUE, offsetof(ExceptionGroupObject, msg), true, "exception message"},
    {"exceptions", MEMBER_VALUE, offsetof(ExceptionGroupObject, exceptions), true, "nested exceptions"},
    {NULL}};
static const NativeMethod group_methods[] = {
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {"derive", group_derive, 1, 1, 0, NULL},
    {"split", group_split, 1, 1, 0, NULL},
    {"subgroup", group_subgroup, 1, 1, 0, NULL},
    {NULL}};

EXCEPTION_TYPE(BaseExceptionGroup, &type_BaseException, ExceptionGroupObject,
               "A combination of multiple unrelated exceptions.", .new_instance = group_new, .init = exception_init,
               .str = group_str, .members = group_members, .methods = group_methods);
EXCEPTION_TYPE(ExceptionGroup, &type_BaseExceptionGroup, ExceptionGroupObject, NULL, .new_instance = group_new);

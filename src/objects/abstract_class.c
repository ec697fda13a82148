/* abstract_class.c: isinstance and issubclass. Anything with a __bases__ tuple counts as a class. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* class_.__bases__ when it is a tuple, or no value. */
static Value abstract_bases(Value class_)
{
    bool failed;
    Value bases = get_attr_optional(class_, ID(__bases__), &failed);
    if (!value_is_null(bases) && !is_tuple(bases)) value_clear(&bases);
    return bases;
}

static bool check_class(Value class_, const char *message)
{
    Value bases = abstract_bases(class_);
    if (!value_is_null(bases)) {
        value_decref(bases);
        return true;
    }
    if (!error_occurred()) error_set(&type_TypeError, message);
    return false;
}

static int abstract_is_subclass(Value derived, Value class_)
{
    if (value_is(derived, class_)) return 1;
    if (!recursion_enter(" in __subclasscheck__")) return -1;
    Value bases = abstract_bases(derived);
    int result = value_is_null(bases) && error_occurred() ? -1 : 0;
    if (!value_is_null(bases)) {
        for (ssize_t i = 0; i < tuple_length(bases) && result == 0; i++)
            result = abstract_is_subclass(tuple_item_borrow(bases, i), class_);
        value_decref(bases);
    }
    recursion_leave();
    return result;
}

int type_recursive_is_instance(Value v, Value class_)
{
    bool failed;
    if (is_type(class_)) {
        Type *type = as_type(class_);
        if (type_is_subtype(type_of(v), type)) return 1;
        Value claimed = get_attr_optional(v, ID(__class__), &failed);
        if (failed) return -1;
        int result = !value_is_null(claimed) && is_type(claimed) && as_type(claimed) != type_of(v) &&
                     type_is_subtype(as_type(claimed), type);
        value_xdecref(claimed);
        return result;
    }
    if (!check_class(class_, "isinstance() arg 2 must be a type, a tuple of types, or a union")) return -1;
    Value claimed = get_attr_optional(v, ID(__class__), &failed);
    if (failed) return -1;
    int result = value_is_null(claimed) ? 0 : abstract_is_subclass(claimed, class_);
    value_xdecref(claimed);
    return result;
}

int type_recursive_is_subclass(Value type, Value class_)
{
    if (is_type(type) && is_type(class_)) return type_is_subtype(as_type(type), as_type(class_));
    if (!check_class(type, "issubclass() arg 1 must be a class")) return -1;
    if (!object_has_type(class_, &type_union) &&
        !check_class(class_, "issubclass() arg 2 must be a class, a tuple of classes, or a union"))
        return -1;
    return abstract_is_subclass(type, class_);
}

typedef int (*ClassTest)(Value v, Value class_);

static int test_tuple(Value v, Value classes, ClassTest test, const char *where)
{
    if (!recursion_enter(where)) return -1;
    int result = 0;
    for (ssize_t i = 0; i < tuple_length(classes) && result == 0; i++) result = test(v, tuple_item_borrow(classes, i));
    recursion_leave();
    return result;
}

/* The class's own __instancecheck__ or __subclasscheck__: 1, 0, -1, or -2: it has none. */
static int ask_class(Value v, Value class_, Value hook, const char *where)
{
    if (!recursion_enter(where)) return -1;
    Value answer = call_special(class_, hook, &v, 1);
    recursion_leave();
    if (value_is_null(answer)) return error_occurred() ? -1 : -2;
    int truth = is_true(answer);
    value_decref(answer);
    return truth;
}

int is_instance(Value v, Value class_or_tuple)
{
    if (value_is(value_from_type(type_of(v)), class_or_tuple)) return 1;
    if (is_type(class_or_tuple) && value_as_object(class_or_tuple)->type == &type_type)
        return type_recursive_is_instance(v, class_or_tuple);
    if (is_tuple(class_or_tuple)) return test_tuple(v, class_or_tuple, is_instance, " in __instancecheck__");
    int answer = ask_class(v, class_or_tuple, ID(__instancecheck__), " in __instancecheck__");
    return answer == -2 ? type_recursive_is_instance(v, class_or_tuple) : answer;
}

int is_subclass(Value type, Value class_or_tuple)
{
    if (is_type(class_or_tuple) && value_as_object(class_or_tuple)->type == &type_type)
        return value_is(type, class_or_tuple) ? 1 : type_recursive_is_subclass(type, class_or_tuple);
    if (is_tuple(class_or_tuple)) return test_tuple(type, class_or_tuple, is_subclass, " in __subclasscheck__");
    int answer = ask_class(type, class_or_tuple, ID(__subclasscheck__), " in __subclasscheck__");
    return answer == -2 ? type_recursive_is_subclass(type, class_or_tuple) : answer;
}

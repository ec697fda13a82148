/* call.c: calling things from C. */
#include "objects/call.h"

#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

enum { SMALL_ARGUMENTS = 8 }; /* up to this many argument vectors live on the C stack */

static COLD Value not_callable(Value callable)
{
    return error_format(&type_TypeError, "'%T' object is not callable", callable);
}

Value call_vector(Value callable, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    NativeFunction call = type_of(callable)->call;
    if (UNLIKELY(!call)) return not_callable(callable);
    /* A Python function's frame is counted by the VM; whatever else is called nests on the C stack. */
    if (is_function(callable)) return call(callable, args, nargs, kwnames);
    if (UNLIKELY(!recursion_enter(" while calling a Python object"))) return VALUE_NULL;
    Value result = call(callable, args, nargs, kwnames);
    recursion_leave();
    assert(value_is_null(result) == error_occurred());
    return result;
}

Value call_0(Value callable)
{
    return call_vector(callable, NULL, 0, VALUE_NULL);
}

Value call_1(Value callable, Value a)
{
    return call_vector(callable, &a, 1, VALUE_NULL);
}

Value call_2(Value callable, Value a, Value b)
{
    Value args[2] = {a, b};
    return call_vector(callable, args, 2, VALUE_NULL);
}

Value call_3(Value callable, Value a, Value b, Value c)
{
    Value args[3] = {a, b, c};
    return call_vector(callable, args, 3, VALUE_NULL);
}

Value call_with_self(Value callable, Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    ssize_t total = nargs + (value_is_null(kwnames) ? 0 : tuple_length(kwnames));
    Value small[SMALL_ARGUMENTS + 1];
    Value *all = small;
    if (total > SMALL_ARGUMENTS) {
        all = mem_alloc((size_t)(total + 1) * sizeof(Value));
        if (!all) return error_no_memory();
    }
    all[0] = self;
    if (total) memcpy(all + 1, args, (size_t)total * sizeof(Value));
    Value result = call_vector(callable, all, nargs + 1, kwnames);
    if (all != small) mem_free(all, (size_t)(total + 1) * sizeof(Value));
    return result;
}

/* --- packed arguments --- */

static bool keys_are_str(Value kwargs)
{
    ssize_t position = 0;
    Value key, value;
    while (dict_next(kwargs, &position, &key, &value))
        if (!is_str(key)) {
            error_set(&type_TypeError, "keywords must be strings");
            return false;
        }
    return true;
}

Value call_tuple_dict(Value callable, Value args, NULLABLE Value kwargs)
{
    ssize_t nargs = tuple_length(args), count = value_is_null(kwargs) ? 0 : dict_length(kwargs);
    if (count == 0) return call_vector(callable, as_tuple(args)->items, nargs, VALUE_NULL);
    if (!keys_are_str(kwargs)) return VALUE_NULL;
    Value kwnames = tuple_new(count);
    Value *all = mem_alloc((size_t)(nargs + count) * sizeof(Value));
    if (value_is_null(kwnames) || !all) {
        value_xdecref(kwnames);
        if (all) mem_free(all, (size_t)(nargs + count) * sizeof(Value));
        return error_no_memory();
    }
    memcpy(all, as_tuple(args)->items, (size_t)nargs * sizeof(Value));
    ssize_t position = 0, i = 0;
    Value key, value;
    while (dict_next(kwargs, &position, &key, &value)) {
        as_tuple(kwnames)->items[i] = value_incref(key);
        all[nargs + i++] = value_incref(value); /* the callee may change the dict */
    }
    Value result = call_vector(callable, all, nargs, kwnames);
    for (i = 0; i < count; i++) value_decref(all[nargs + i]);
    mem_free(all, (size_t)(nargs + count) * sizeof(Value));
    value_decref(kwnames);
    return result;
}

Value kwargs_to_dict(const Value *values, Value kwnames)
{
    ssize_t count = value_is_null(kwnames) ? 0 : tuple_length(kwnames);
    Value dict = dict_new_sized(count);
    for (ssize_t i = 0; i < count && !value_is_null(dict); i++)
        if (dict_set(dict, tuple_item_borrow(kwnames, i), values[i]) < 0) value_clear(&dict);
    return dict;
}

/* --- methods --- */

Value call_method(Value object, Value name, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value method;
    int unbound = method_lookup(object, name, &method);
    if (unbound < 0) return VALUE_NULL;
    Value result =
        unbound ? call_with_self(method, object, args, nargs, kwnames) : call_vector(method, args, nargs, kwnames);
    value_decref(method);
    return result;
}

Value call_method_0(Value object, Value name)
{
    return call_method(object, name, NULL, 0, VALUE_NULL);
}

Value call_method_1(Value object, Value name, Value a)
{
    return call_method(object, name, &a, 1, VALUE_NULL);
}

Value call_method_2(Value object, Value name, Value a, Value b)
{
    Value args[2] = {a, b};
    return call_method(object, name, args, 2, VALUE_NULL);
}

Value call_special(Value object, Value name, const Value *args, ssize_t nargs)
{
    Type *type = type_of(object);
    Value method = type_lookup_borrow(type, name);
    if (value_is_null(method)) return VALUE_NULL;
    value_incref(method);
    Value result;
    if (type_of(method)->flags & TYPE_METHOD_DESCRIPTOR) {
        result = call_with_self(method, object, args, nargs, VALUE_NULL);
    } else {
        DescrGetSlot get = type_of(method)->descr_get;
        Value bound = get ? get(method, object, value_from_type(type)) : value_incref(method);
        result = value_is_null(bound) ? VALUE_NULL : call_vector(bound, args, nargs, VALUE_NULL);
        value_xdecref(bound);
    }
    value_decref(method);
    return result;
}

bool is_callable(Value v)
{
    return type_of(v)->call != NULL;
}

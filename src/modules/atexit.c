/* atexit.c: the module atexit: functions to call when the program ends, the last one registered first. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* A list of (function, args, kwargs) tuples; no value before the first registration. */
static Value callbacks;

void atexit_run(void); /* called by vm/runtime.c, which does not see this layer */

static Value atexit_register(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs == 0) return error_set(&type_TypeError, "register() takes at least 1 argument (0 given)");
    if (!is_callable(args[0])) return error_set(&type_TypeError, "the first argument must be callable");
    if (value_is_null(callbacks) && value_is_null(callbacks = list_new(0))) return VALUE_NULL;
    Value rest = tuple_from_array(args + 1, nargs - 1), entry = VALUE_NULL;
    Value keywords = value_is_null(rest) ? VALUE_NULL : kwargs_to_dict(args + nargs, kwnames);
    if (!value_is_null(keywords)) entry = tuple_pack(3, args[0], rest, keywords);
    value_xdecref(rest);
    value_xdecref(keywords);
    if (value_is_null(entry) || list_append_steal(callbacks, entry) < 0) return VALUE_NULL;
    return value_incref(args[0]);
}

/* A callback that fails does not keep the others from running. */
static void call_one(Value entry)
{
    Value function = tuple_item_borrow(entry, 0);
    Value result = call_tuple_dict(function, tuple_item_borrow(entry, 1), tuple_item_borrow(entry, 2));
    if (value_is_null(result)) error_write_unraisable(function, "in atexit callback");
    value_xdecref(result);
}

void atexit_run(void)
{
    while (!value_is_null(callbacks) && list_length(callbacks) > 0) {
        ssize_t last = list_length(callbacks) - 1;
        Value entry = value_incref(list_item_borrow(callbacks, last));
        if (list_assign_slice(callbacks, last, last + 1, VALUE_NULL) < 0) error_clear();
        call_one(entry);
        value_decref(entry);
    }
}

static Value atexit_run_exitfuncs(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    atexit_run();
    return VALUE_NONE;
}

static Value atexit_clear(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    value_clear(&callbacks);
    return VALUE_NONE;
}

static Value atexit_unregister(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    for (ssize_t i = 0; !value_is_null(callbacks) && i < list_length(callbacks);) {
        Value entry = value_incref(list_item_borrow(callbacks, i));
        int equal = rich_compare_bool(tuple_item_borrow(entry, 0), args[0], CMP_EQ);
        /* The comparison may have changed the list. */
        bool still_there = i < list_length(callbacks) && value_is(list_item_borrow(callbacks, i), entry);
        if (equal > 0 && still_there)
            equal = list_assign_slice(callbacks, i, i + 1, VALUE_NULL);
        else
            i++;
        value_decref(entry);
        if (equal < 0) return VALUE_NULL;
    }
    return VALUE_NONE;
}

static Value atexit_count(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(value_is_null(callbacks) ? 0 : list_length(callbacks));
}

static const NativeMethod methods[] = {
    {"register", atexit_register, 0, -1, NATIVE_KEYWORDS,
     "register(func, *args, **kwargs) -> func\n\nRegister a function to be executed upon normal program termination\n\n"
     "    func - function to be called at exit\n    args - optional arguments to pass to func\n    kwargs - optional "
     "keyword arguments to pass to func\n\n    func is returned to facilitate usage as a decorator."},
    {"_clear", atexit_clear, 0, 0, 0, "_clear() -> None\n\nClear the list of previously registered exit functions."},
    {"unregister", atexit_unregister, 1, 1, 0,
     "unregister(func) -> None\n\nUnregister an exit function which was previously registered "
     "using\natexit.register\n\n"
     "    func - function to be unregistered"},
    {"_run_exitfuncs", atexit_run_exitfuncs, 0, 0, 0,
     "_run_exitfuncs() -> None\n\nRun all registered exit functions.\n\n"
     "If a callback raises an exception, it is logged with sys.unraisablehook."},
    {"_ncallbacks", atexit_count, 0, 0, 0, "_ncallbacks() -> int\n\nReturn the number of registered exit functions."},
    {NULL}};

NATIVE_MODULE(atexit) = {
    .name = "atexit",
    .doc = "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo "
           "public functions, register and unregister, are defined.\n",
    .methods = methods,
};

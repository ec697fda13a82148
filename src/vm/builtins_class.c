/* builtins_class.c: __build_class__, the class statement. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "vm/builtins.h"
#include "vm/frame.h"

/* Bases with __mro_entries__ replaced by what it gives (types.resolve_bases). Gives the same tuple when there are none.
 */
static Value resolve_bases(Value bases)
{
    Value list = VALUE_NULL;
    for (ssize_t i = 0; i < tuple_length(bases); i++) {
        Value base = tuple_item_borrow(bases, i);
        bool failed = false;
        Value method = is_type(base) ? VALUE_NULL : get_attr_optional(base, ID(__mro_entries__), &failed);
        if (failed) goto error;
        if (value_is_null(method)) {
            if (!value_is_null(list) && list_append(list, base) < 0) goto error;
            continue;
        }
        Value entries = call_1(method, bases);
        value_decref(method);
        if (value_is_null(entries)) goto error;
        if (!is_tuple(entries)) {
            value_decref(entries);
            error_set(&type_TypeError, "__mro_entries__ must return a tuple");
            goto error;
        }
        if (value_is_null(list)) list = list_from_array(as_tuple(bases)->items, i);
        int result = value_is_null(list) ? -1 : list_extend(list, entries);
        value_decref(entries);
        if (result < 0) goto error;
    }
    if (value_is_null(list)) return value_incref(bases);
    Value resolved = list_to_tuple(list);
    value_decref(list);
    return resolved;
error:
    value_xdecref(list);
    return VALUE_NULL;
}

/* The most derived metaclass of `metaclass` and those of the bases; owned. */
static Value final_metaclass(STEALS Value metaclass, Value bases)
{
    if (!is_type(metaclass)) return metaclass;
    Type *winner = type_calculate_metaclass(as_type(metaclass), bases);
    Value result = winner ? value_incref(value_from_type(winner)) : VALUE_NULL;
    value_decref(metaclass);
    return result;
}

static Value metaclass_of_bases(Value bases)
{
    if (tuple_length(bases) == 0) return value_incref(value_from_type(&type_type));
    return value_incref(value_from_type(type_of(tuple_item_borrow(bases, 0))));
}

static Value prepare_namespace(Value metaclass, Value name, Value bases, NULLABLE Value keywords)
{
    bool failed = false;
    Value prepare = get_attr_optional(metaclass, ID(__prepare__), &failed);
    if (value_is_null(prepare)) return failed ? VALUE_NULL : dict_new();
    Value args = tuple_pack(2, name, bases);
    Value namespace = value_is_null(args) ? args : call_tuple_dict(prepare, args, keywords);
    value_xdecref(args);
    value_decref(prepare);
    if (!value_is_null(namespace) && !is_mapping(namespace)) {
        const char *text = is_type(metaclass) ? as_type(metaclass)->name : "<metaclass>";
        error_format(&type_TypeError, "%s.__prepare__() must return a mapping, not %T", text, namespace);
        value_clear(&namespace);
    }
    return namespace;
}

/* The class body has returned its __class__ cell: it must have been filled by type.__new__. */
static bool check_class_cell(Value cell, Value class, Value name)
{
    if (value_is_null(class) || !is_type(class) || !object_has_type(cell, &type_cell)) return true;
    Value content = as_cell(cell)->content;
    if (value_is(content, class)) return true;
    if (value_is_null(content))
        error_format(&type_RuntimeError,
                     "__class__ not set defining %R as %R. Was __classcell__ propagated to type.__new__?", name, class);
    else
        error_format(&type_TypeError, "__class__ set to %R defining %R as %R", content, name, class);
    return false;
}

static Value run_class_body(Value function, Value namespace)
{
    value_incref(function);
    Frame *frame = frame_for_call(as_function(function), namespace, NULL, 0, VALUE_NULL);
    return frame ? interpret(frame, false) : VALUE_NULL;
}

static Value make_class(Value function, Value name, Value bases, Value original_bases, Value metaclass,
                        NULLABLE Value keywords)
{
    Value namespace = prepare_namespace(metaclass, name, bases, keywords);
    if (value_is_null(namespace)) return namespace;
    Value cell = run_class_body(function, namespace), class = VALUE_NULL;
    if (!value_is_null(cell) && !value_is(bases, original_bases) &&
        set_item(namespace, ID(__orig_bases__), original_bases) < 0)
        value_clear(&cell);
    if (!value_is_null(cell)) {
        Value args = tuple_pack(3, name, bases, namespace);
        class = value_is_null(args) ? args : call_tuple_dict(metaclass, args, keywords);
        value_xdecref(args);
        if (!check_class_cell(cell, class, name)) value_clear(&class);
        value_decref(cell);
    }
    value_decref(namespace);
    return class;
}

Value builtin_build_class(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (nargs < 2) return error_set(&type_TypeError, "__build_class__: not enough arguments");
    if (!is_function(args[0])) return error_set(&type_TypeError, "__build_class__: func must be a function");
    if (!is_str(args[1])) return error_set(&type_TypeError, "__build_class__: name is not a string");
    Value original = tuple_from_array(args + 2, nargs - 2), bases = VALUE_NULL, keywords = VALUE_NULL;
    Value metaclass = VALUE_NULL, class = VALUE_NULL;
    if (value_is_null(original)) return original;
    bases = resolve_bases(original);
    if (value_is_null(bases)) goto done;
    if (!value_is_null(kwnames)) {
        keywords = kwargs_to_dict(args + nargs, kwnames);
        if (value_is_null(keywords)) goto done;
        metaclass = dict_pop(keywords, ID(metaclass), VALUE_NONE);
        if (value_is_null(metaclass)) goto done;
        bool given = dict_length(keywords) != tuple_length(kwnames);
        if (!given) metaclass = VALUE_NULL;
    }
    if (value_is_null(metaclass)) metaclass = metaclass_of_bases(bases);
    metaclass = final_metaclass(metaclass, bases);
    if (!value_is_null(metaclass)) class = make_class(args[0], args[1], bases, original, metaclass, keywords);
done:
    value_xdecref(metaclass);
    value_xdecref(keywords);
    value_xdecref(bases);
    value_decref(original);
    return class;
}

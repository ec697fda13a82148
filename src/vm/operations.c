/* operations.c: the long parts of instructions that deal with names, building, unpacking, operators and calls. */
#include "vm/operations.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/exception_internal.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/set.h"
#include "objects/type.h"
#include "vm/tracing.h"

/* --- names --- */

static void error_name(Type *type, const char *format, Value name)
{
    error_format(type, format, name);
    if (!error_matches(&type_NameError)) return;
    NameErrorObject *error = (NameErrorObject *)value_as_object(current_thread->exception);
    if (value_is_null(error->name)) error->name = value_incref(name);
}

static void name_not_defined(Value name)
{
    error_name(&type_NameError, "name '%U' is not defined", name);
}

void op_unbound_local(Frame *frame, int index)
{
    Value name = tuple_item_borrow(frame->code->localsplus_names, index);
    error_format(&type_UnboundLocalError, "cannot access local variable '%U' where it is not associated with a value",
                 name);
}

void op_unbound_cell(Frame *frame, int index)
{
    if (error_occurred()) return;
    const Code *code = frame->code;
    if (index < code->nlocalsplus - code->nfree) {
        op_unbound_local(frame, index);
        return;
    }
    error_name(&type_NameError,
               "cannot access free variable '%U' where it is not associated with a value in enclosing scope",
               tuple_item_borrow(code->localsplus_names, index));
}

/* A name in a namespace that may be any mapping; no value and no exception: it is not there. */
static NULLABLE Value namespace_get(Value namespace, Value name)
{
    if (is_exact_dict(namespace)) return value_xincref(dict_get_borrow(namespace, name));
    Value v = get_item(namespace, name);
    if (value_is_null(v)) error_catch(&type_KeyError);
    return v;
}

Value op_load_global(Frame *frame, Value name)
{
    Value v = namespace_get(frame->globals, name);
    if (!value_is_null(v) || error_occurred()) return v;
    v = namespace_get(frame->builtins, name);
    if (value_is_null(v) && !error_occurred()) name_not_defined(name);
    return v;
}

Value op_load_name(Frame *frame, Value name)
{
    if (value_is_null(frame->locals)) return error_format(&type_SystemError, "no locals when loading %R", name);
    Value v = namespace_get(frame->locals, name);
    return !value_is_null(v) || error_occurred() ? v : op_load_global(frame, name);
}

Value op_load_classderef(Frame *frame, int index)
{
    Value v = namespace_get(frame->locals, tuple_item_borrow(frame->code->localsplus_names, index));
    if (!value_is_null(v) || error_occurred()) return v;
    v = as_cell(frame->localsplus[index])->content;
    if (value_is_null(v)) op_unbound_cell(frame, index);
    return value_xincref(v);
}

int op_store_name(Frame *frame, Value name, Value value)
{
    if (value_is_null(frame->locals)) {
        error_format(&type_SystemError, "no locals found when storing %R", name);
        return -1;
    }
    if (is_exact_dict(frame->locals)) return dict_set(frame->locals, name, value);
    return set_item(frame->locals, name, value);
}

int op_delete_name(Frame *frame, Value name)
{
    if (value_is_null(frame->locals)) {
        error_format(&type_SystemError, "no locals when deleting %R", name);
        return -1;
    }
    if (set_item(frame->locals, name, VALUE_NULL) == 0) return 0;
    if (error_catch(&type_KeyError)) name_not_defined(name);
    return -1;
}

int op_delete_global(Frame *frame, Value name)
{
    if (dict_delete(frame->globals, name) == 0) return 0;
    if (error_catch(&type_KeyError)) name_not_defined(name);
    return -1;
}

Value op_load_build_class(Frame *frame)
{
    Value name = ID(__build_class__);
    Value v = namespace_get(frame->builtins, name);
    if (value_is_null(v) && !error_occurred()) error_name(&type_NameError, "__build_class__ not found", name);
    return v;
}

int op_setup_annotations(Frame *frame)
{
    Value name = ID(__annotations__);
    if (value_is_null(frame->locals)) {
        error_set(&type_SystemError, "no locals found when setting up annotations");
        return -1;
    }
    Value old = namespace_get(frame->locals, name);
    if (!value_is_null(old)) {
        value_decref(old);
        return 0;
    }
    if (error_occurred()) return -1;
    Value dict = dict_new();
    if (value_is_null(dict)) return -1;
    int failed = set_item(frame->locals, name, dict);
    value_decref(dict);
    return failed;
}

/* --- iteration, unpacking --- */

Value op_not_an_iterator(Value v)
{
    return error_format(&type_TypeError, "'%T' object is not an iterator", v);
}

bool op_exhausted(Frame *frame)
{
    if (!error_matches(&type_StopIteration)) return false;
    if (thread_is_traced(current_thread)) trace_exception(frame);
    error_clear();
    return true;
}

/* Pushes copies of `items`, the last one first. */
static Value *push_reversed(const Value *items, ssize_t count, Value *sp)
{
    for (ssize_t i = count; i-- > 0;) *sp++ = value_incref(items[i]);
    return sp;
}

static Value *unpack_known(const Value *items, ssize_t length, int count, Value *sp)
{
    if (length == count) return push_reversed(items, count, sp);
    if (length > count)
        error_format(&type_ValueError, "too many values to unpack (expected %d)", count);
    else
        error_format(&type_ValueError, "not enough values to unpack (expected %d, got %d)", count, (int)length);
    return sp;
}

static Value unpack_iterator(Value sequence)
{
    Value iterator = get_iter(sequence);
    if (value_is_null(iterator) && error_matches(&type_TypeError) && type_of(sequence)->iter == NULL &&
        !is_sequence(sequence)) {
        error_clear();
        error_format(&type_TypeError, "cannot unpack non-iterable %T object", sequence);
    }
    return iterator;
}

static void drop_items(Value *from, Value *to)
{
    while (from < to) value_decref(*from++);
}

static void reverse_items(Value *items, ssize_t count)
{
    for (ssize_t i = 0, j = count - 1; i < j; i++, j--) {
        Value v = items[i];
        items[i] = items[j];
        items[j] = v;
    }
}

/* Takes `count` items into sp[0…] in order; false with an exception when there are fewer. */
static bool take_items(Value iterator, int count, int expected, bool at_least, Value *sp)
{
    for (int i = 0; i < count; i++) {
        sp[i] = iter_next(iterator);
        if (!value_is_null(sp[i])) continue;
        drop_items(sp, sp + i);
        if (!error_occurred())
            error_format(&type_ValueError, "not enough values to unpack (expected %s%d, got %d)",
                         at_least ? "at least " : "", expected, i);
        return false;
    }
    return true;
}

Value *op_unpack_sequence(Value sequence, int count, Value *sp)
{
    if (is_exact_tuple(sequence)) return unpack_known(as_tuple(sequence)->items, tuple_length(sequence), count, sp);
    if (is_exact_list(sequence)) return unpack_known(as_list(sequence)->items, list_length(sequence), count, sp);
    Value iterator = unpack_iterator(sequence);
    if (value_is_null(iterator)) return sp;
    Value *result = sp;
    if (take_items(iterator, count, count, false, sp)) {
        Value more = iter_next(iterator);
        if (value_is_null(more) && !error_occurred()) {
            reverse_items(sp, count);
            result = sp + count;
        } else {
            drop_items(sp, sp + count);
            if (!value_is_null(more)) {
                value_decref(more);
                error_format(&type_ValueError, "too many values to unpack (expected %d)", count);
            }
        }
    }
    value_decref(iterator);
    return result;
}

Value *op_unpack_ex(Value sequence, int before, int after, Value *sp)
{
    Value iterator = unpack_iterator(sequence);
    if (value_is_null(iterator)) return sp;
    bool ok = take_items(iterator, before, before + after, true, sp);
    Value rest = ok ? list_from_iterable(iterator) : VALUE_NULL;
    value_decref(iterator);
    if (!ok) return sp;
    if (value_is_null(rest)) {
        drop_items(sp, sp + before);
        return sp;
    }
    List *list = as_list(rest);
    if (list->length < after) {
        error_format(&type_ValueError, "not enough values to unpack (expected at least %d, got %zd)", before + after,
                     before + list->length);
        drop_items(sp, sp + before);
        value_decref(rest);
        return sp;
    }
    sp[before] = rest;
    for (int i = 0; i < after; i++) sp[before + 1 + i] = list->items[list->length - after + i];
    list->length -= after;
    reverse_items(sp, before + 1 + after);
    return sp + before + 1 + after;
}

/* --- building --- */

Value op_build_list(STEALS Value *items, ssize_t count)
{
    Value list = list_new(count);
    if (value_is_null(list)) {
        drop_items(items, items + count);
        return list;
    }
    KindSet kinds = 0;
    for (ssize_t i = 0; i < count; i++) {
        kinds |= value_kind(items[i]);
        as_list(list)->items[i] = items[i];
    }
    as_list(list)->kinds = kinds;
    return list;
}

Value op_build_set(STEALS Value *items, ssize_t count)
{
    Value set = set_new(VALUE_NULL);
    for (ssize_t i = 0; i < count && !value_is_null(set); i++)
        if (set_add(set, items[i]) < 0) value_clear(&set);
    drop_items(items, items + count);
    return set;
}

Value op_build_map(STEALS Value *items, ssize_t pairs)
{
    Value dict = dict_new_sized(pairs);
    for (ssize_t i = 0; i < pairs && !value_is_null(dict); i++)
        if (dict_set(dict, items[2 * i], items[2 * i + 1]) < 0) value_clear(&dict);
    drop_items(items, items + 2 * pairs);
    return dict;
}

Value op_build_const_key_map(STEALS Value *items, ssize_t count, Value keys)
{
    Value dict = VALUE_NULL;
    if (!is_exact_tuple(keys) || tuple_length(keys) != count)
        error_set(&type_SystemError, "bad BUILD_CONST_KEY_MAP keys argument");
    else
        dict = dict_new_sized(count);
    for (ssize_t i = 0; i < count && !value_is_null(dict); i++)
        if (dict_set(dict, tuple_item_borrow(keys, i), items[i]) < 0) value_clear(&dict);
    drop_items(items, items + count);
    return dict;
}

Value op_build_string(STEALS Value *pieces, ssize_t count)
{
    Value text = str_join_array(str_empty(), pieces, count);
    drop_items(pieces, pieces + count);
    return text;
}

Value op_format_value(Value value, int conversion, NULLABLE Value spec)
{
    Value converted;
    switch (conversion) {
    case 0: converted = value_incref(value); break;
    case 1: converted = value_str(value); break;
    case 2: converted = value_repr(value); break;
    default: converted = value_ascii(value); break;
    }
    if (value_is_null(converted)) return converted;
    if (is_exact_str(converted) && value_is_null(spec)) return converted;
    Value text = value_format(converted, spec);
    value_decref(converted);
    return text;
}

int op_list_extend(Value list, Value iterable)
{
    if (list_extend(list, iterable) == 0) return 0;
    if (error_matches(&type_TypeError) && type_of(iterable)->iter == NULL && !is_sequence(iterable)) {
        error_clear();
        error_format(&type_TypeError, "Value after * must be an iterable, not %T", iterable);
    }
    return -1;
}

int op_dict_update(Value dict, Value mapping)
{
    if (dict_merge(dict, mapping, 1) == 0) return 0;
    if (error_catch(&type_AttributeError)) error_format(&type_TypeError, "'%T' object is not a mapping", mapping);
    return -1;
}

/* "module.qualname()" of a callable, for messages. */
static Value callable_text(Value function)
{
    bool failed = false;
    Value qualname = get_attr_optional(function, ID(__qualname__), &failed);
    if (value_is_null(qualname)) return failed ? VALUE_NULL : value_str(function);
    Value module = get_attr_optional(function, ID(__module__), &failed), text;
    if (failed)
        text = VALUE_NULL;
    else if (value_is_null(module) || value_is_none(module) || (is_str(module) && str_equal_cstr(module, "builtins")))
        text = str_format("%S()", qualname);
    else
        text = str_format("%S.%S()", module, qualname);
    value_xdecref(module);
    value_decref(qualname);
    return text;
}

/* The error of f(**mapping) in the words of a call. */
static void kwargs_error(Value function, Value mapping)
{
    if (error_matches(&type_AttributeError)) {
        error_clear();
        Value text = callable_text(function);
        if (value_is_null(text)) return;
        error_format(&type_TypeError, "%U argument after ** must be a mapping, not %T", text, mapping);
        value_decref(text);
    } else if (error_matches(&type_KeyError)) {
        Value exception = error_fetch(), args = as_exception(exception)->args;
        if (value_is_null(args) || tuple_length(args) != 1) {
            error_restore(exception);
            return;
        }
        Value text = callable_text(function), key = tuple_item_borrow(args, 0);
        if (!value_is_null(text)) {
            error_format(&type_TypeError, "%U got multiple values for keyword argument '%S'", text, key);
            value_decref(text);
        }
        value_decref(exception);
    }
}

int op_dict_merge(Value dict, Value mapping, Value function)
{
    if (dict_merge(dict, mapping, 2) == 0) return 0;
    kwargs_error(function, mapping);
    return -1;
}

/* --- operators --- */

Value op_binary(uint32_t op, Value left, Value right)
{
    switch (op) {
    case NB_ADD: return number_add(left, right);
    case NB_SUBTRACT: return number_subtract(left, right);
    case NB_MULTIPLY: return number_multiply(left, right);
    default: return number_binary((enum BinaryOp)op, left, right);
    }
}

/* --- functions and calls --- */

Value op_make_function(Frame *frame, Value code, int flags, Value **sp)
{
    Value made = function_new(code, frame->globals, VALUE_NULL);
    if (value_is_null(made)) return made;
    Function *function = as_function(made);
    Value *top = *sp;
    if (flags & 8) function->closure = *--top;
    if (flags & 4) function->annotations = *--top;
    if (flags & 2) function->kwdefaults = *--top;
    if (flags & 1) function->defaults = *--top;
    *sp = top;
    return made;
}

bool op_init_result_is_none(STEALS Value result)
{
    bool ok = value_is_none(result);
    if (!ok) error_format(&type_TypeError, "__init__() should return None, not '%T'", result);
    value_decref(result);
    return ok;
}

NULLABLE Value op_plain_init_borrow(Value callable)
{
    if (!object_has_type(callable, &type_type)) return VALUE_NULL;
    Type *class = (Type *)value_as_object(callable);
    bool is_plain = class->new_instance == object_new || class->new_instance == exception_new_instance;
    if (!type_has_flag(class, TYPE_HEAP) || !is_plain || type_has_flag(class, TYPE_ABSTRACT)) return VALUE_NULL;
    Value init = type_lookup_borrow(class, ID(__init__));
    return !value_is_null(init) && is_function(init) ? init : VALUE_NULL;
}

Value op_plain_new(Type *class, const Value *args, ssize_t nargs)
{
    bool takes_args = class->new_instance == exception_new_instance;
    return takes_args ? exception_new_instance(class, args, nargs, VALUE_NULL) : object_new(class, NULL, 0, VALUE_NULL);
}

Value op_call(Value callable, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!value_is_null(kwnames)) nargs -= tuple_length(kwnames);
    if (UNLIKELY(thread_is_traced(current_thread))) return trace_native_call(callable, args, nargs, kwnames);
    return call_vector(callable, args, nargs, kwnames);
}

static Value call_args_as_tuple(Value callable, Value args)
{
    if (is_exact_tuple(args)) return value_incref(args);
    if (type_of(args)->iter == NULL && !is_sequence(args)) {
        Value text = callable_text(callable);
        if (value_is_null(text)) return text;
        error_format(&type_TypeError, "%U argument after * must be an iterable, not %T", text, args);
        value_decref(text);
        return VALUE_NULL;
    }
    return tuple_from_iterable(args);
}

/* The call with its events: positional and keyword values in one array. */
static Value call_traced(Value callable, Value args, NULLABLE Value kwargs)
{
    ssize_t nargs = tuple_length(args), count = value_is_null(kwargs) ? 0 : dict_length(kwargs);
    if (count == 0) return trace_native_call(callable, as_tuple(args)->items, nargs, VALUE_NULL);
    Value names = tuple_new(count), result = VALUE_NULL;
    Value *values = mem_alloc((size_t)(nargs + count) * sizeof(Value));
    if (!value_is_null(names) && values) {
        memcpy(values, as_tuple(args)->items, (size_t)nargs * sizeof(Value));
        ssize_t position = 0;
        for (ssize_t i = 0; i < count; i++) {
            Value key, value;
            dict_next(kwargs, &position, &key, &value);
            as_tuple(names)->items[i] = value_incref(key);
            values[nargs + i] = value;
        }
        result = trace_native_call(callable, values, nargs, names);
    } else if (!values) {
        error_no_memory();
    }
    if (values) mem_free(values, (size_t)(nargs + count) * sizeof(Value));
    value_xdecref(names);
    return result;
}

Value op_call_ex(Frame *frame, Value callable, Value args, NULLABLE Value kwargs)
{
    Value dict;
    if (value_is_null(kwargs) || is_exact_dict(kwargs)) {
        dict = value_xincref(kwargs);
    } else {
        dict = dict_new();
        if (value_is_null(dict)) return dict;
        if (dict_merge(dict, kwargs, 2) < 0) {
            kwargs_error(callable, kwargs);
            value_decref(dict);
            return VALUE_NULL;
        }
    }
    Value tuple = call_args_as_tuple(callable, args);
    Value result = VALUE_NULL;
    if (!value_is_null(tuple)) {
        if (UNLIKELY(thread_is_traced(current_thread)))
            result = call_traced(callable, tuple, dict);
        else
            result = call_tuple_dict(callable, tuple, dict);
        value_decref(tuple);
    }
    value_xdecref(dict);
    return result;
}

/* operator.c: the module `_operator`: the operators as functions, and itemgetter, attrgetter, methodcaller. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/repr_guard.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- operators --- */

#define UNARY(name, operation)                                                                                         \
    static NATIVE(operator_##name)                                                                                     \
    {                                                                                                                  \
        return operation(args[0]);                                                                                     \
    }
#define BINARY(name, op)                                                                                               \
    static NATIVE(operator_##name)                                                                                     \
    {                                                                                                                  \
        return number_binary(op, args[0], args[1]);                                                                    \
    }
#define COMPARISON(name, op)                                                                                           \
    static NATIVE(operator_##name)                                                                                     \
    {                                                                                                                  \
        return rich_compare(args[0], args[1], op);                                                                     \
    }

UNARY(abs, number_absolute)
UNARY(neg, number_negative)
UNARY(pos, number_positive)
UNARY(invert, number_invert)
UNARY(index, number_index)
BINARY(add, NB_ADD)
BINARY(sub, NB_SUBTRACT)
BINARY(mul, NB_MULTIPLY)
BINARY(matmul, NB_MATRIX_MULTIPLY)
BINARY(floordiv, NB_FLOOR_DIVIDE)
BINARY(truediv, NB_TRUE_DIVIDE)
BINARY(mod, NB_REMAINDER)
BINARY(lshift, NB_LSHIFT)
BINARY(rshift, NB_RSHIFT)
BINARY(and, NB_AND)
BINARY(or, NB_OR)
BINARY(xor, NB_XOR)
BINARY(pow, NB_POWER)
BINARY(iadd, NB_INPLACE_ADD)
BINARY(isub, NB_INPLACE_SUBTRACT)
BINARY(imul, NB_INPLACE_MULTIPLY)
BINARY(imatmul, NB_INPLACE_MATRIX_MULTIPLY)
BINARY(ifloordiv, NB_INPLACE_FLOOR_DIVIDE)
BINARY(itruediv, NB_INPLACE_TRUE_DIVIDE)
BINARY(imod, NB_INPLACE_REMAINDER)
BINARY(ilshift, NB_INPLACE_LSHIFT)
BINARY(irshift, NB_INPLACE_RSHIFT)
BINARY(iand, NB_INPLACE_AND)
BINARY(ior, NB_INPLACE_OR)
BINARY(ixor, NB_INPLACE_XOR)
BINARY(ipow, NB_INPLACE_POWER)
COMPARISON(lt, CMP_LT)
COMPARISON(le, CMP_LE)
COMPARISON(eq, CMP_EQ)
COMPARISON(ne, CMP_NE)
COMPARISON(gt, CMP_GT)
COMPARISON(ge, CMP_GE)

static Value bool_or_error(int truth)
{
    return truth < 0 ? VALUE_NULL : value_from_bool(truth);
}

static Value none_or_error(int status)
{
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(operator_truth)
{
    return bool_or_error(is_true(args[0]));
}

static NATIVE(operator_not)
{
    int truth = is_true(args[0]);
    return truth < 0 ? VALUE_NULL : value_from_bool(!truth);
}

static NATIVE(operator_is)
{
    return value_from_bool(value_is(args[0], args[1]));
}

static NATIVE(operator_is_not)
{
    return value_from_bool(!value_is(args[0], args[1]));
}

static NATIVE(operator_concat)
{
    return sequence_concat(args[0], args[1]);
}

static NATIVE(operator_iconcat)
{
    const Type *type = type_of(args[0]);
    if (type->sequence.inplace_concat) return type->sequence.inplace_concat(args[0], args[1]);
    if (type->sequence.concat) return type->sequence.concat(args[0], args[1]);
    if (is_sequence(args[0]) && is_sequence(args[1])) return number_binary(NB_INPLACE_ADD, args[0], args[1]);
    return error_format(&type_TypeError, "'%.200s' object can't be concatenated", type->name);
}

static NATIVE(operator_contains)
{
    return bool_or_error(contains(args[0], args[1]));
}

static NATIVE(operator_getitem)
{
    return get_item(args[0], args[1]);
}

static NATIVE(operator_setitem)
{
    return none_or_error(set_item(args[0], args[1], args[2]));
}

static NATIVE(operator_delitem)
{
    return none_or_error(set_item(args[0], args[1], VALUE_NULL));
}

/* Walks args[0]: the number of items equal to args[1], or with `stop_at_first` the place of the first, -1: none. */
static ssize_t count_equal(const Value *args, bool stop_at_first)
{
    Value iterator = get_iter(args[0]);
    if (value_is_null(iterator)) {
        if (error_matches(&type_TypeError))
            error_format(&type_TypeError, "argument of type '%.200s' is not iterable", type_of(args[0])->name);
        return -2;
    }
    ssize_t count = 0;
    for (ssize_t place = 0;; place++) {
        Value item = iter_next(iterator);
        if (value_is_null(item)) {
            if (error_occurred())
                count = -2;
            else if (stop_at_first)
                count = -1;
            break;
        }
        int equal = rich_compare_bool(item, args[1], CMP_EQ);
        value_decref(item);
        if (equal < 0) {
            count = -2;
            break;
        }
        if (equal && stop_at_first) {
            count = place;
            break;
        }
        count += equal;
    }
    value_decref(iterator);
    return count;
}

static NATIVE(operator_count_of)
{
    ssize_t count = count_equal(args, false);
    return count < 0 ? VALUE_NULL : value_from_small_int(count);
}

static NATIVE(operator_index_of)
{
    ssize_t place = count_equal(args, true);
    if (place == -1) return error_set(&type_ValueError, "sequence.index(x): x not in sequence");
    return place < 0 ? VALUE_NULL : value_from_small_int(place);
}

static NATIVE(operator_length_hint)
{
    ssize_t fallback = 0;
    if (nargs > 1 && !arg_as_ssize(args[1], &fallback)) return VALUE_NULL;
    ssize_t hint = length_hint(args[0], fallback);
    if (hint == -1 && error_occurred()) return VALUE_NULL;
    return int_from_int64(hint);
}

static NATIVE(operator_call)
{
    if (nargs < 1) return error_set(&type_TypeError, "call expected at least 1 argument, got 0");
    return call_vector(args[0], args + 1, nargs - 1, kwnames);
}

/* Takes a time that depends on the length of b alone. */
static bool equal_in_constant_time(const uint8_t *a, ssize_t a_length, const uint8_t *b, ssize_t b_length)
{
    volatile uint8_t difference = a_length != b_length;
    const uint8_t *volatile left = a_length == b_length ? a : b;
    for (ssize_t i = 0; i < b_length; i++) difference |= left[i] ^ b[i];
    return difference == 0;
}

static NATIVE(operator_compare_digest)
{
    Value a = args[0], b = args[1];
    if (is_str(a) && is_str(b)) {
        if (!as_str(a)->is_ascii || !as_str(b)->is_ascii)
            return error_set(&type_TypeError, "comparing strings with non-ASCII characters is not supported");
        return value_from_bool(equal_in_constant_time(as_str(a)->data, str_length(a), as_str(b)->data, str_length(b)));
    }
    if (!supports_buffer(a) && !supports_buffer(b))
        return error_format(&type_TypeError,
                            "unsupported operand types(s) or combination of types: '%.100s' and '%.100s'",
                            type_of(a)->name, type_of(b)->name);
    Buffer x, y;
    if (buffer_get(a, &x, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (x.dimensions > 1)
        error_set(&type_BufferError, "Buffer must be single dimension");
    else if (buffer_get(b, &y, BUFFER_SIMPLE) == 0) {
        if (y.dimensions > 1)
            error_set(&type_BufferError, "Buffer must be single dimension");
        else
            result = value_from_bool(equal_in_constant_time(x.data, x.length, y.data, y.length));
        buffer_release(&y);
    }
    buffer_release(&x);
    return result;
}

/* --- itemgetter --- */

/* itemgetter and attrgetter: what to get, one thing or several. */
typedef struct Getter {
    Object head;
    Value keys;         /* tuple; attrgetter: of interned strs, or tuples of them for dotted names */
    ssize_t only_index; /* itemgetter of one index >= 0: it; else -1 */
} Getter;

extern Type type_item_getter, type_attr_getter, type_method_caller;

static Getter *as_getter(Value v)
{
    return (Getter *)value_as_object(v);
}

static void destroy_getter(Object *self)
{
    gc_untrack_inline(self);
    value_xdecref(((Getter *)self)->keys);
    object_free(self, sizeof(Getter));
}

static int traverse_getter(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Getter *)self)->keys);
    return 0;
}

static Value getter_new(Type *type, STEALS NULLABLE Value keys)
{
    Getter *getter = value_is_null(keys) ? NULL : object_alloc(type, sizeof *getter);
    if (!getter) {
        value_xdecref(keys);
        return VALUE_NULL;
    }
    getter->keys = keys;
    getter->only_index = -1;
    gc_track_inline(getter);
    return value_from_object(getter);
}

static bool one_argument(const char *name, ssize_t nargs, NULLABLE Value kwnames)
{
    return args_no_keywords(name, kwnames) && args_count(name, nargs, 1, 1);
}

static Value new_item_getter(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("itemgetter", kwnames)) return VALUE_NULL;
    if (nargs == 0) return error_set(&type_TypeError, "itemgetter expected 1 argument, got 0");
    Value getter = getter_new(type, tuple_from_array(args, nargs));
    if (!value_is_null(getter) && nargs == 1 && value_is_small_int(args[0]) && value_as_small_int(args[0]) >= 0)
        as_getter(getter)->only_index = value_as_small_int(args[0]);
    return getter;
}

/* getter(object) with a tuple of results when there are several keys */
static Value get_all(Value keys, Value object, Value (*get)(Value, Value))
{
    ssize_t count = tuple_length(keys);
    if (count == 1) return get(object, tuple_item_borrow(keys, 0));
    Value result = tuple_new(count);
    for (ssize_t i = 0; i < count && !value_is_null(result); i++) {
        Value item = get(object, tuple_item_borrow(keys, i));
        if (value_is_null(item))
            value_clear(&result);
        else
            as_tuple(result)->items[i] = item;
    }
    return result;
}

static Value call_item_getter(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (UNLIKELY(nargs != 1 || !value_is_null(kwnames)) && !one_argument("itemgetter", nargs, kwnames))
        return VALUE_NULL;
    const Getter *getter = as_getter(self);
    if (getter->only_index >= 0 && is_exact_tuple(args[0]) && getter->only_index < tuple_length(args[0]))
        return value_incref(tuple_item_borrow(args[0], getter->only_index));
    return get_all(getter->keys, args[0], get_item);
}

static Value repr_getter_of(Value self, STEALS NULLABLE Value keys)
{
    if (value_is_null(keys)) return VALUE_NULL;
    Value result = VALUE_NULL;
    int entered = repr_enter(self);
    const char *name = type_of(self)->name;
    if (entered > 0) {
        result = str_format("%s(...)", name);
    } else if (entered == 0) {
        result = tuple_length(keys) == 1 ? str_format("%s(%R)", name, tuple_item_borrow(keys, 0))
                                         : str_format("%s%R", name, keys);
        repr_leave(self);
    }
    value_decref(keys);
    return result;
}

static Value repr_item_getter(Value self)
{
    return repr_getter_of(self, value_incref(as_getter(self)->keys));
}

static Value reduce_to(Value self, STEALS NULLABLE Value arguments)
{
    if (value_is_null(arguments)) return VALUE_NULL;
    Value parts[2] = {value_incref(value_from_object(type_of(self))), arguments};
    return tuple_from_array_steal(parts, 2);
}

static NATIVE(item_getter_reduce)
{
    return reduce_to(self, value_incref(as_getter(self)->keys));
}

static const NativeMethod item_getter_methods[] = {
    {"__reduce__", item_getter_reduce, 0, 0, 0, "Return state information for pickling"},
    {NULL},
};

Type type_item_getter = {
    .head = TYPE_HEAD,
    .name = "operator.itemgetter",
    .doc = "itemgetter(item, ...) --> itemgetter object\n\n"
           "Return a callable object that fetches the given item(s) from its operand.\n"
           "After f = itemgetter(2), the call f(r) returns r[2].\n"
           "After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])",
    .instance_size = sizeof(Getter),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_getter,
    .traverse = traverse_getter,
    .new_instance = new_item_getter,
    .call = call_item_getter,
    .repr = repr_item_getter,
    .methods = item_getter_methods,
};

/* --- attrgetter --- */

/* "a" as interned str, "a.b" as a tuple of them */
static Value split_name(Value name)
{
    if (!is_str(name)) return error_set(&type_TypeError, "attribute name must be a string");
    Value dot = str_from_char('.');
    if (value_is_null(dot)) return VALUE_NULL;
    Value parts = str_split(name, dot, -1);
    value_decref(dot);
    if (value_is_null(parts)) return VALUE_NULL;
    Value names = tuple_from_iterable(parts);
    value_decref(parts);
    if (value_is_null(names)) return VALUE_NULL;
    for (ssize_t i = 0; i < tuple_length(names); i++) str_intern(&as_tuple(names)->items[i]);
    if (tuple_length(names) > 1) return names;
    Value only = value_incref(tuple_item_borrow(names, 0));
    value_decref(names);
    return only;
}

static Value new_attr_getter(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("attrgetter", kwnames)) return VALUE_NULL;
    if (nargs == 0) return error_set(&type_TypeError, "attrgetter expected 1 argument, got 0");
    Value keys = tuple_new(nargs);
    for (ssize_t i = 0; i < nargs && !value_is_null(keys); i++) {
        Value key = split_name(args[i]);
        if (value_is_null(key))
            value_clear(&keys);
        else
            as_tuple(keys)->items[i] = key;
    }
    return getter_new(type, keys);
}

static Value get_dotted(Value object, Value key)
{
    if (is_str(key)) return get_attr(object, key);
    value_incref(object);
    for (ssize_t i = 0; i < tuple_length(key) && !value_is_null(object); i++)
        value_replace(&object, get_attr(object, tuple_item_borrow(key, i)));
    return object;
}

static Value call_attr_getter(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (UNLIKELY(nargs != 1 || !value_is_null(kwnames)) && !one_argument("attrgetter", nargs, kwnames))
        return VALUE_NULL;
    return get_all(as_getter(self)->keys, args[0], get_dotted);
}

/* The names as they were given. */
static Value dotted_names(Value self)
{
    Value keys = as_getter(self)->keys, names = tuple_new(tuple_length(keys)), dot = str_from_char('.');
    for (ssize_t i = 0; i < tuple_length(keys) && !value_is_null(names); i++) {
        Value key = tuple_item_borrow(keys, i);
        Value name = is_str(key) ? value_incref(key) : str_join(dot, key);
        if (value_is_null(name))
            value_clear(&names);
        else
            as_tuple(names)->items[i] = name;
    }
    value_xdecref(dot);
    return names;
}

static Value repr_attr_getter(Value self)
{
    return repr_getter_of(self, dotted_names(self));
}

static NATIVE(attr_getter_reduce)
{
    return reduce_to(self, dotted_names(self));
}

static const NativeMethod attr_getter_methods[] = {
    {"__reduce__", attr_getter_reduce, 0, 0, 0, "Return state information for pickling"},
    {NULL},
};

Type type_attr_getter = {
    .head = TYPE_HEAD,
    .name = "operator.attrgetter",
    .doc = "attrgetter(attr, ...) --> attrgetter object\n\n"
           "Return a callable object that fetches the given attribute(s) from its operand.\n"
           "After f = attrgetter('name'), the call f(r) returns r.name.\n"
           "After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\n"
           "After h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last).",
    .instance_size = sizeof(Getter),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_getter,
    .traverse = traverse_getter,
    .new_instance = new_attr_getter,
    .call = call_attr_getter,
    .repr = repr_attr_getter,
    .methods = attr_getter_methods,
};

/* --- methodcaller --- */

typedef struct MethodCaller {
    Object head;
    Value name;             /* interned str */
    Value args;             /* tuple: the positional arguments, then the keyword values */
    NULLABLE Value kwnames; /* tuple */
} MethodCaller;

static MethodCaller *as_caller(Value v)
{
    return (MethodCaller *)value_as_object(v);
}

static ssize_t keyword_count(const MethodCaller *caller)
{
    return value_is_null(caller->kwnames) ? 0 : tuple_length(caller->kwnames);
}

static Value new_method_caller(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (nargs < 1) return error_set(&type_TypeError, "methodcaller needs at least one argument, the method name");
    if (!is_str(args[0])) return error_set(&type_TypeError, "method name must be a string");
    ssize_t keywords = value_is_null(kwnames) ? 0 : tuple_length(kwnames);
    Value all = tuple_from_array(args + 1, nargs - 1 + keywords);
    MethodCaller *caller = value_is_null(all) ? NULL : object_alloc(type, sizeof *caller);
    if (!caller) {
        value_xdecref(all);
        return VALUE_NULL;
    }
    caller->name = value_incref(args[0]);
    str_intern(&caller->name);
    caller->args = all;
    caller->kwnames = keywords ? value_incref(kwnames) : VALUE_NULL;
    gc_track_inline(caller);
    return value_from_object(caller);
}

static void destroy_caller(Object *self)
{
    MethodCaller *caller = (MethodCaller *)self;
    gc_untrack_inline(self);
    value_decref(caller->name);
    value_decref(caller->args);
    value_xdecref(caller->kwnames);
    object_free(self, sizeof *caller);
}

static int traverse_caller(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((MethodCaller *)self)->args);
    GC_VISIT(((MethodCaller *)self)->kwnames);
    return 0;
}

static Value call_method_caller(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (UNLIKELY(nargs != 1 || !value_is_null(kwnames)) && !one_argument("methodcaller", nargs, kwnames))
        return VALUE_NULL;
    const MethodCaller *caller = as_caller(self);
    ssize_t positional = tuple_length(caller->args) - keyword_count(caller);
    return call_method(args[0], caller->name, as_tuple(caller->args)->items, positional, caller->kwnames);
}

static Value repr_items(const MethodCaller *caller)
{
    StrBuilder builder;
    str_builder_init(&builder);
    ssize_t positional = tuple_length(caller->args) - keyword_count(caller);
    for (ssize_t i = 0; i < tuple_length(caller->args); i++) {
        Value argument = tuple_item_borrow(caller->args, i);
        Value text = i < positional
                         ? str_format(", %R", argument)
                         : str_format(", %U=%R", tuple_item_borrow(caller->kwnames, i - positional), argument);
        if (value_is_null(text)) {
            str_builder_discard(&builder);
            return VALUE_NULL;
        }
        str_builder_add_str(&builder, text);
        value_decref(text);
    }
    return str_builder_finish(&builder);
}

static Value repr_method_caller(Value self)
{
    const char *name = type_of(self)->name;
    int entered = repr_enter(self);
    if (entered) return entered > 0 ? str_format("%s(...)", name) : VALUE_NULL;
    Value items = repr_items(as_caller(self)), result = VALUE_NULL;
    if (!value_is_null(items)) {
        result = str_format("%s(%R%U)", name, as_caller(self)->name, items);
        value_decref(items);
    }
    repr_leave(self);
    return result;
}

/* Without keywords: (type, (name, *args)); with: (partial(type, name, **keywords), args). */
static NATIVE(method_caller_reduce)
{
    const MethodCaller *caller = as_caller(self);
    ssize_t keywords = keyword_count(caller), positional = tuple_length(caller->args) - keywords;
    if (keywords == 0) {
        Value arguments = tuple_new(positional + 1);
        if (value_is_null(arguments)) return VALUE_NULL;
        as_tuple(arguments)->items[0] = value_incref(caller->name);
        for (ssize_t i = 0; i < positional; i++)
            as_tuple(arguments)->items[i + 1] = value_incref(tuple_item_borrow(caller->args, i));
        return reduce_to(self, arguments);
    }
    Value partial = import_attr("functools", "partial");
    if (value_is_null(partial)) return VALUE_NULL;
    Value dict = kwargs_to_dict(as_tuple(caller->args)->items + positional, caller->kwnames);
    Value arguments = tuple_pack(2, value_from_object(type_of(self)), caller->name);
    Value maker =
        value_is_null(dict) || value_is_null(arguments) ? VALUE_NULL : call_tuple_dict(partial, arguments, dict);
    value_decref(partial);
    value_xdecref(dict);
    value_xdecref(arguments);
    if (value_is_null(maker)) return VALUE_NULL;
    Value parts[2] = {maker, tuple_slice(caller->args, 0, positional)};
    return tuple_from_array_steal(parts, 2);
}

static const NativeMethod method_caller_methods[] = {
    {"__reduce__", method_caller_reduce, 0, 0, 0, "Return state information for pickling"},
    {NULL},
};

Type type_method_caller = {
    .head = TYPE_HEAD,
    .name = "operator.methodcaller",
    .doc = "methodcaller(name, ...) --> methodcaller object\n\n"
           "Return a callable object that calls the given method on its operand.\n"
           "After f = methodcaller('name'), the call f(r) returns r.name().\n"
           "After g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1).",
    .instance_size = sizeof(MethodCaller),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_caller,
    .traverse = traverse_caller,
    .new_instance = new_method_caller,
    .call = call_method_caller,
    .repr = repr_method_caller,
    .methods = method_caller_methods,
};

/* --- module --- */

#define ONE(name, function, doc)                                                                                       \
    {                                                                                                                  \
        name, operator_##function, 1, 1, 0, name "($module, a, /)\n--\n\n" doc                                         \
    }
#define TWO(name, function, doc)                                                                                       \
    {                                                                                                                  \
        name, operator_##function, 2, 2, 0, name "($module, a, b, /)\n--\n\n" doc                                      \
    }

static const NativeMethod operator_methods[] = {
    ONE("truth", truth, "Return True if a is true, False otherwise."),
    TWO("contains", contains, "Same as b in a (note reversed operands)."),
    TWO("indexOf", index_of, "Return the first index of b in a."),
    TWO("countOf", count_of, "Return the number of items in a which are, or which equal, b."),
    TWO("is_", is, "Same as a is b."),
    TWO("is_not", is_not, "Same as a is not b."),
    TWO("add", add, "Same as a + b."),
    TWO("sub", sub, "Same as a - b."),
    TWO("mul", mul, "Same as a * b."),
    TWO("matmul", matmul, "Same as a @ b."),
    TWO("floordiv", floordiv, "Same as a // b."),
    TWO("truediv", truediv, "Same as a / b."),
    TWO("mod", mod, "Same as a % b."),
    ONE("neg", neg, "Same as -a."),
    ONE("pos", pos, "Same as +a."),
    ONE("abs", abs, "Same as abs(a)."),
    ONE("inv", invert, "Same as ~a."),
    ONE("invert", invert, "Same as ~a."),
    TWO("lshift", lshift, "Same as a << b."),
    TWO("rshift", rshift, "Same as a >> b."),
    ONE("not_", not, "Same as not a."),
    TWO("and_", and, "Same as a & b."),
    TWO("xor", xor, "Same as a ^ b."),
    TWO("or_", or, "Same as a | b."),
    TWO("iadd", iadd, "Same as a += b."),
    TWO("isub", isub, "Same as a -= b."),
    TWO("imul", imul, "Same as a *= b."),
    TWO("imatmul", imatmul, "Same as a @= b."),
    TWO("ifloordiv", ifloordiv, "Same as a //= b."),
    TWO("itruediv", itruediv, "Same as a /= b."),
    TWO("imod", imod, "Same as a %= b."),
    TWO("ilshift", ilshift, "Same as a <<= b."),
    TWO("irshift", irshift, "Same as a >>= b."),
    TWO("iand", iand, "Same as a &= b."),
    TWO("ixor", ixor, "Same as a ^= b."),
    TWO("ior", ior, "Same as a |= b."),
    TWO("concat", concat, "Same as a + b, for a and b sequences."),
    TWO("iconcat", iconcat, "Same as a += b, for a and b sequences."),
    TWO("getitem", getitem, "Same as a[b]."),
    {"setitem", operator_setitem, 3, 3, 0, "setitem($module, a, b, c, /)\n--\n\nSame as a[b] = c."},
    TWO("delitem", delitem, "Same as del a[b]."),
    TWO("pow", pow, "Same as a ** b."),
    TWO("ipow", ipow, "Same as a **= b."),
    TWO("eq", eq, "Same as a == b."),
    TWO("ne", ne, "Same as a != b."),
    TWO("lt", lt, "Same as a < b."),
    TWO("le", le, "Same as a <= b."),
    TWO("gt", gt, "Same as a > b."),
    TWO("ge", ge, "Same as a >= b."),
    ONE("index", index, "Same as a.__index__()"),
    {"length_hint", operator_length_hint, 1, 2, 0,
     "length_hint($module, obj, default=0, /)\n--\n\nReturn an estimate of the number of items in obj.\n\n"
     "This is useful for presizing containers when building from an iterable.\n\n"
     "If the object supports len(), the result will be exact.\n"
     "Otherwise, it may over- or under-estimate by an arbitrary amount.\nThe result will be an integer >= 0."},
    {"call", operator_call, 0, -1, NATIVE_KEYWORDS,
     "call($module, obj, /, *args, **kwargs)\n--\n\nSame as obj(*args, **kwargs)."},
    {"_compare_digest", operator_compare_digest, 2, 2, 0,
     "_compare_digest($module, a, b, /)\n--\n\nReturn 'a == b'.\n\n"
     "This function uses an approach designed to prevent\ntiming analysis, making it appropriate for cryptography.\n\n"
     "a and b must both be of the same type: either str (ASCII only),\nor any bytes-like object.\n\n"
     "Note: If a and b are of different lengths, or if an error occurs,\n"
     "a timing attack could theoretically reveal information about the\n"
     "types and lengths of a and b--but not their values."},
    {NULL},
};

static int exec_operator(Value module)
{
    if (module_add_type(module, &type_item_getter) < 0) return -1;
    if (module_add_type(module, &type_attr_getter) < 0) return -1;
    return module_add_type(module, &type_method_caller);
}

NATIVE_MODULE(_operator) = {
    .name = "_operator",
    .doc = "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\n"
           "to the intrinsic operators of Python.  For example, operator.add(x, y)\n"
           "is equivalent to the expression x+y.",
    .methods = operator_methods,
    .exec = exec_operator,
};

/* builtins.c: the module `builtins`: the functions of one line each, and the namespace. Longer ones are in
 * builtins_class.c (__build_class__), builtins_compile.c (compile, eval, exec) and builtins_io.c (print, input). */
#include "vm/builtins.h"

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/set.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/frame.h"
#include "vm/generator.h"
#include "vm/import.h"
#include "vm/runtime.h"

Value builtins_dict_borrow(void)
{
    const Frame *frame = frame_visible(current_thread->frame);
    return frame ? frame->builtins : runtime.builtins_dict;
}

/* --- numbers --- */

static Value builtin_abs(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return number_absolute(args[0]);
}

static Value based(Value v, int base)
{
    Value index = number_index(v);
    if (value_is_null(index)) return index;
    Value text = int_to_str(index, base);
    value_decref(index);
    return text;
}

static Value builtin_bin(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return based(args[0], 2);
}
static Value builtin_oct(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return based(args[0], 8);
}
static Value builtin_hex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return based(args[0], 16);
}

static Value builtin_divmod(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return number_divmod(args[0], args[1]);
}

static Value builtin_pow(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"base", "exp", "mod", NULL};
    static const ArgSpec spec = {"pow", names, 2, 3, 0};
    Value out[3];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    return number_power(out[0], out[1], value_is_null(out[2]) ? VALUE_NONE : out[2]);
}

static Value builtin_round(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"number", "ndigits", NULL};
    static const ArgSpec spec = {"round", names, 1, 2, 0};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value method = lookup_special(out[0], ID(__round__));
    if (value_is_null(method)) {
        if (!error_occurred()) error_format(&type_TypeError, "type %T doesn't define __round__ method", out[0]);
        return method;
    }
    bool has_digits = !value_is_null(out[1]) && !value_is_none(out[1]);
    Value result = has_digits ? call_1(method, out[1]) : call_0(method);
    value_decref(method);
    return result;
}

/* --- truth of many --- */

static Value any_or_all(Value iterable, bool stop_at)
{
    Value looped;
    if (consume_by_loop(stop_at ? CONSUME_ANY : CONSUME_ALL, iterable, VALUE_NONE, &looped)) return looped;
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return iterator;
    Value item, result = value_from_bool(!stop_at);
    while (!value_is_null(item = iter_next(iterator))) {
        int truth = is_true(item);
        value_decref(item);
        if (truth < 0) break;
        if (truth == stop_at) {
            result = value_from_bool(stop_at);
            break;
        }
    }
    value_decref(iterator);
    return error_occurred() ? VALUE_NULL : result;
}

static Value builtin_all(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return any_or_all(args[0], false);
}
static Value builtin_any(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return any_or_all(args[0], true);
}

/* --- characters --- */

static Value builtin_chr(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value index = number_index(args[0]);
    int64_t code;
    if (value_is_null(index)) return index;
    bool fits = int_fits_int64(index, &code);
    int sign = int_sign(index);
    value_decref(index);
    if (!fits || code > INT32_MAX || code < INT32_MIN)
        return error_set(&type_OverflowError,
                         sign < 0 ? "signed integer is less than minimum" : "signed integer is greater than maximum");
    if (code < 0 || code > 0x10ffff) return error_set(&type_ValueError, "chr() arg not in range(0x110000)");
    return str_from_char((uint32_t)code);
}

static Value builtin_ord(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value v = args[0];
    ssize_t length;
    if (is_str(v)) {
        length = str_length(v);
        if (length == 1) return value_from_small_int(str_char(as_str(v), 0));
    } else if (is_bytes(v)) {
        length = as_bytes(v)->length;
        if (length == 1) return value_from_small_int((uint8_t)as_bytes(v)->data[0]);
    } else if (is_bytearray(v)) {
        length = as_bytearray(v)->length;
        if (length == 1) return value_from_small_int((uint8_t)as_bytearray(v)->start[0]);
    } else {
        return error_format(&type_TypeError, "ord() expected string of length 1, but %T found", v);
    }
    return error_format(&type_TypeError, "ord() expected a character, but string of length %zd found", length);
}

/* --- attributes --- */

static Value builtin_getattr(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[1])) return error_format(&type_TypeError, "attribute name must be string, not '%T'", args[1]);
    if (nargs == 2) return get_attr(args[0], args[1]);
    bool failed = false;
    Value v = get_attr_optional(args[0], args[1], &failed);
    return value_is_null(v) && !failed ? value_incref(args[2]) : v;
}

static Value builtin_hasattr(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[1])) return error_format(&type_TypeError, "attribute name must be string, not '%T'", args[1]);
    int has = has_attr(args[0], args[1]);
    return has < 0 ? VALUE_NULL : value_from_bool(has);
}

static Value builtin_setattr(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return set_attr(args[0], args[1], args[2]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value builtin_delattr(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return set_attr(args[0], args[1], VALUE_NULL) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value no_locals(void)
{
    return error_set(&type_SystemError, "frame does not exist");
}

static Value current_locals(void)
{
    Frame *frame = frame_visible(current_thread->frame);
    if (!frame) return no_locals();
    return value_xincref(frame_locals_borrow(frame));
}

static Value builtin_dir(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs) return value_dir(args[0]);
    Value locals = current_locals();
    if (value_is_null(locals)) return locals;
    Value keys = mapping_keys(locals);
    value_decref(locals);
    if (!value_is_null(keys) && list_sort(keys, VALUE_NULL, false) < 0) value_clear(&keys);
    return keys;
}

static Value builtin_vars(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs == 0) return current_locals();
    bool failed = false;
    Value dict = get_attr_optional(args[0], ID(__dict__), &failed);
    if (value_is_null(dict) && !failed)
        return error_set(&type_TypeError, "vars() argument must have __dict__ attribute");
    return dict;
}

static Value builtin_locals(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return current_locals();
}

static Value builtin_globals(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Frame *frame = frame_visible(current_thread->frame);
    return frame ? value_incref(frame->globals) : VALUE_NONE;
}

/* --- identity, classes, text --- */

static Value builtin_callable(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(is_callable(args[0]));
}

static Value builtin_id(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_uint64(args[0].bits);
}

static Value builtin_hash(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int64_t hash = value_hash(args[0]);
    return hash == -1 ? VALUE_NULL : int_from_int64(hash);
}

static Value builtin_len(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t length = value_length(args[0]);
    return length < 0 ? VALUE_NULL : int_from_int64(length);
}

static Value builtin_isinstance(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int is = is_instance(args[0], args[1]);
    return is < 0 ? VALUE_NULL : value_from_bool(is);
}

static Value builtin_issubclass(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int is = is_subclass(args[0], args[1]);
    return is < 0 ? VALUE_NULL : value_from_bool(is);
}

static Value builtin_repr(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_repr(args[0]);
}
static Value builtin_ascii(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_ascii(args[0]);
}

static Value builtin_format(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs > 1 && !is_str(args[1])) return error_bad_argument("format", 2, "str", args[1]);
    return value_format(args[0], nargs > 1 ? args[1] : VALUE_NULL);
}

/* --- iteration --- */

static Value builtin_iter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs == 1) return get_iter(args[0]);
    if (!is_callable(args[0])) return error_set(&type_TypeError, "iter(v, w): v must be callable");
    return callable_iterator_new(args[0], args[1]);
}

static Value builtin_next(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_iterator(args[0])) return error_format(&type_TypeError, "'%T' object is not an iterator", args[0]);
    Value item = type_of(args[0])->iternext(args[0]);
    if (!value_is_null(item)) return item;
    if (nargs > 1) {
        if (error_occurred() && !error_catch(&type_StopIteration)) return VALUE_NULL;
        return value_incref(args[1]);
    }
    return error_occurred() ? VALUE_NULL : error_set_none(&type_StopIteration);
}

static Value builtin_aiter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return get_aiter(args[0]);
}

static Value builtin_anext(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Type *type = type_of(args[0]);
    if (!type->async.anext) return error_format(&type_TypeError, "'%T' object is not an async iterator", args[0]);
    Value awaitable = type->async.anext(args[0]);
    if (value_is_null(awaitable) || nargs == 1) return awaitable;
    Value result = anext_awaitable_new(awaitable, args[1]);
    value_decref(awaitable);
    return result;
}

static Value builtin_sorted(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (nargs != 1) return error_format(&type_TypeError, "sorted expected 1 argument, got %zd", nargs);
    Value list = list_from_iterable(args[0]);
    if (value_is_null(list)) return list;
    Value result = call_method(list, ID(sort), args + 1, 0, kwnames);
    if (value_is_null(result))
        value_clear(&list);
    else
        value_decref(result);
    return list;
}

/* --- sum --- */

/* The start of a sum that cannot be one: text has join. */
static bool sum_start_is_text(Value start)
{
    const char *message = is_str(start)         ? "sum() can't sum strings [use ''.join(seq) instead]"
                          : is_bytes(start)     ? "sum() can't sum bytes [use b''.join(seq) instead]"
                          : is_bytearray(start) ? "sum() can't sum bytearray [use b''.join(seq) instead]"
                                                : NULL;
    if (message) error_set(&type_TypeError, message);
    return message != NULL;
}

/* Adds while everything is a small int or an immediate float; gives the first item that is not, or no value at the end.
 */
static Value sum_simple(Value iterator, Value *total)
{
    Value item;
    while (!value_is_null(item = iter_next(iterator))) {
        if (values_are_small_ints(item, *total)) {
            int64_t sum = value_as_small_int(item) + value_as_small_int(*total);
            *total = int_from_int64(sum);
        } else if (is_exact_float(*total) && (value_is_small_int(item) || value_is_immediate_float(item))) {
            double d = value_is_small_int(item) ? (double)value_as_small_int(item) : value_as_immediate_float(item);
            d += float_as_double(*total);
            value_replace(total, value_from_double(d));
        } else {
            return item;
        }
        if (value_is_null(*total)) return VALUE_NULL;
    }
    return VALUE_NULL;
}

static Value builtin_sum(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"", "start", NULL};
    static const ArgSpec spec = {"sum", names, 1, 2, 0};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!value_is_null(out[1]) && sum_start_is_text(out[1])) return VALUE_NULL;
    Value start = value_is_null(out[1]) ? value_from_small_int(0) : out[1], looped;
    if (consume_by_loop(CONSUME_SUM, out[0], start, &looped)) return looped;
    Value iterator = get_iter(out[0]);
    if (value_is_null(iterator)) return iterator;
    Value total = value_incref(start), item;
    while (!value_is_null(item = sum_simple(iterator, &total))) {
        value_replace(&total, number_add(total, item));
        value_decref(item);
        if (value_is_null(total)) break;
    }
    value_decref(iterator);
    if (error_occurred()) value_clear(&total);
    return total;
}

/* --- min, max --- */

static Value best_of_none(NULLABLE Value fallback, const char *name)
{
    if (!value_is_null(fallback)) return value_incref(fallback);
    return error_format(&type_ValueError, "%s() arg is an empty sequence", name);
}

static Value min_max_of(Value iterable, NULLABLE Value key, NULLABLE Value fallback, CompareOp op, const char *name)
{
    Value best = VALUE_NULL, best_key = VALUE_NULL, item;
    if (value_is_null(key) && consume_by_loop(op == CMP_LT ? CONSUME_MIN : CONSUME_MAX, iterable, CONSUMED_NONE, &best))
        return value_is(best, CONSUMED_NONE) ? best_of_none(fallback, name) : best;
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return iterator;
    while (!value_is_null(item = iter_next(iterator))) {
        Value item_key = value_is_null(key) ? value_incref(item) : call_1(key, item);
        int better = value_is_null(item_key) ? -1 : value_is_null(best) ? 1 : rich_compare_bool(item_key, best_key, op);
        if (better > 0) {
            value_replace(&best, item);
            value_replace(&best_key, item_key);
            continue;
        }
        value_decref(item);
        value_xdecref(item_key);
        if (better < 0) break;
    }
    value_decref(iterator);
    value_xdecref(best_key);
    if (error_occurred()) {
        value_clear(&best);
        return VALUE_NULL;
    }
    return value_is_null(best) ? best_of_none(fallback, name) : best;
}

static Value min_max(const Value *args, ssize_t nargs, Value kwnames, CompareOp op, const char *name)
{
    static const char *const names[] = {"key", "default", NULL};
    ArgSpec spec = {name, names, 0, 0, 0};
    Value out[2] = {VALUE_NULL, VALUE_NULL};
    if (nargs == 0) return error_format(&type_TypeError, "%s expected at least 1 argument, got 0", name);
    if (!value_is_null(kwnames) && !args_parse(&spec, args + nargs, 0, kwnames, out)) return VALUE_NULL;
    Value key = !value_is_null(out[0]) && value_is_none(out[0]) ? VALUE_NULL : out[0];
    if (nargs == 1) return min_max_of(args[0], key, out[1], op, name);
    if (!value_is_null(out[1]))
        return error_format(&type_TypeError, "Cannot specify a default for %s() with multiple positional arguments",
                            name);
    if (nargs == 2 && value_is_null(key)) {
        int better = rich_compare_bool(args[1], args[0], op);
        return better < 0 ? VALUE_NULL : value_incref(args[better ? 1 : 0]);
    }
    Value tuple = tuple_from_array(args, nargs);
    if (value_is_null(tuple)) return tuple;
    Value result = min_max_of(tuple, key, VALUE_NULL, op, name);
    value_decref(tuple);
    return result;
}

static Value builtin_min(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return min_max(args, nargs, kwnames, CMP_LT, "min");
}

static Value builtin_max(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return min_max(args, nargs, kwnames, CMP_GT, "max");
}

/* --- import, breakpoint --- */

static Value builtin_import(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"name", "globals", "locals", "fromlist", "level", NULL};
    static const ArgSpec spec = {"__import__", names, 1, 5, 0};
    Value out[5];
    int level = 0;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!value_is_null(out[4]) && !arg_as_int(out[4], &level)) return VALUE_NULL;
    return import_level(out[0], out[1], out[3], level);
}

static Value builtin_breakpoint(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value hook = sys_get_borrow("breakpointhook");
    if (value_is_null(hook)) return error_set(&type_RuntimeError, "lost sys.breakpointhook");
    value_incref(hook);
    Value result = call_vector(hook, args, nargs, kwnames);
    value_decref(hook);
    return result;
}

/* --- the module --- */

static const NativeMethod builtins_methods[] = {
    {"__build_class__", builtin_build_class, 0, -1, NATIVE_KEYWORDS,
     "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\n"
     "Internal helper function used by the class statement."},
    {"__import__", builtin_import, 0, -1, NATIVE_KEYWORDS,
     "__import__($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)\n--\n\nImport a "
     "module."},
    {"abs", builtin_abs, 1, 1, 0, "abs($module, x, /)\n--\n\nReturn the absolute value of the argument."},
    {"aiter", builtin_aiter, 1, 1, 0,
     "aiter($module, async_iterable, /)\n--\n\nReturn an AsyncIterator for an AsyncIterable object."},
    {"all", builtin_all, 1, 1, 0,
     "all($module, iterable, /)\n--\n\nReturn True if bool(x) is True for all values x in the iterable.\n\n"
     "If the iterable is empty, return True."},
    {"anext", builtin_anext, 1, 2, 0,
     "anext($module, aiterator, default=<unrepresentable>, /)\n--\n\nReturn the next item from the async iterator."},
    {"any", builtin_any, 1, 1, 0,
     "any($module, iterable, /)\n--\n\nReturn True if bool(x) is True for any x in the iterable.\n\n"
     "If the iterable is empty, return False."},
    {"ascii", builtin_ascii, 1, 1, 0,
     "ascii($module, obj, /)\n--\n\nReturn an ASCII-only representation of an object."},
    {"bin", builtin_bin, 1, 1, 0,
     "bin($module, number, /)\n--\n\nReturn the binary representation of an integer.\n\n"
     "   >>> bin(2796202)\n   '0b1010101010101010101010'"},
    {"breakpoint", builtin_breakpoint, 0, -1, NATIVE_KEYWORDS,
     "breakpoint(*args, **kws)\n\nCall sys.breakpointhook(*args, **kws)."},
    {"callable", builtin_callable, 1, 1, 0,
     "callable($module, obj, /)\n--\n\nReturn whether the object is callable (i.e., some kind of function).\n\n"
     "Note that classes are callable, as are instances of classes with a\n__call__() method."},
    {"chr", builtin_chr, 1, 1, 0,
     "chr($module, i, /)\n--\n\nReturn a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff."},
    {"compile", builtin_compile, 0, -1, NATIVE_KEYWORDS,
     "compile($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *,\n"
     "        _feature_version=-1)\n--\n\nCompile source into a code object that can be executed by exec() or eval()."},
    {"delattr", builtin_delattr, 2, 2, 0,
     "delattr($module, obj, name, /)\n--\n\nDeletes the named attribute from the given object.\n\n"
     "delattr(x, 'y') is equivalent to ``del x.y``"},
    {"dir", builtin_dir, 0, 1, 0,
     "dir([object]) -> list of strings\n\nReturn the names in the current scope or of an object."},
    {"divmod", builtin_divmod, 2, 2, 0,
     "divmod($module, x, y, /)\n--\n\nReturn the tuple (x//y, x%y).  Invariant: div*y + mod == x."},
    {"eval", builtin_eval, 1, 3, 0,
     "eval($module, source, globals=None, locals=None, /)\n--\n\n"
     "Evaluate the given source in the context of globals and locals."},
    {"exec", builtin_exec, 0, -1, NATIVE_KEYWORDS,
     "exec($module, source, globals=None, locals=None, /, *, closure=None)\n--\n\n"
     "Execute the given source in the context of globals and locals."},
    {"format", builtin_format, 1, 2, 0,
     "format($module, value, format_spec=\'\', /)\n--\n\nReturn value.__format__(format_spec)."},
    {"getattr", builtin_getattr, 2, 3, 0,
     "getattr(object, name[, default]) -> value\n\nGet a named attribute from an object; getattr(x, 'y') is equivalent "
     "to x.y."},
    {"globals", builtin_globals, 0, 0, 0,
     "globals($module, /)\n--\n\nReturn the dictionary containing the current scope\'s global variables."},
    {"hasattr", builtin_hasattr, 2, 2, 0,
     "hasattr($module, obj, name, /)\n--\n\nReturn whether the object has an attribute with the given name."},
    {"hash", builtin_hash, 1, 1, 0, "hash($module, obj, /)\n--\n\nReturn the hash value for the given object."},
    {"hex", builtin_hex, 1, 1, 0,
     "hex($module, number, /)\n--\n\nReturn the hexadecimal representation of an integer.\n\n"
     "   >>> hex(12648430)\n   '0xc0ffee'"},
    {"id", builtin_id, 1, 1, 0,
     "id($module, obj, /)\n--\n\nReturn the identity of an object.\n\n"
     "This is guaranteed to be unique among simultaneously existing objects."},
    {"input", builtin_input, 0, 1, 0,
     "input($module, prompt='', /)\n--\n\nRead a string from standard input.  The trailing newline is stripped."},
    {"isinstance", builtin_isinstance, 2, 2, 0,
     "isinstance($module, obj, class_or_tuple, /)\n--\n\n"
     "Return whether an object is an instance of a class or of a subclass thereof."},
    {"issubclass", builtin_issubclass, 2, 2, 0,
     "issubclass($module, cls, class_or_tuple, /)\n--\n\n"
     "Return whether \'cls\' is derived from another class or is the same class."},
    {"iter", builtin_iter, 1, 2, 0,
     "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object."},
    {"len", builtin_len, 1, 1, 0, "len($module, obj, /)\n--\n\nReturn the number of items in a container."},
    {"locals", builtin_locals, 0, 0, 0,
     "locals($module, /)\n--\n\nReturn a dictionary containing the current scope\'s local variables."},
    {"max", builtin_max, 0, -1, NATIVE_KEYWORDS,
     "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value"},
    {"min", builtin_min, 0, -1, NATIVE_KEYWORDS,
     "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value"},
    {"next", builtin_next, 1, 2, 0, "next(iterator[, default])\n\nReturn the next item from the iterator."},
    {"oct", builtin_oct, 1, 1, 0,
     "oct($module, number, /)\n--\n\nReturn the octal representation of an integer.\n\n"
     "   >>> oct(342391)\n   '0o1234567'"},
    {"ord", builtin_ord, 1, 1, 0,
     "ord($module, c, /)\n--\n\nReturn the Unicode code point for a one-character string."},
    {"pow", builtin_pow, 0, -1, NATIVE_KEYWORDS,
     "pow($module, /, base, exp, mod=None)\n--\n\nEquivalent to base**exp with 2 arguments or base**exp % mod with 3 "
     "arguments."},
    {"print", builtin_print, 0, -1, NATIVE_KEYWORDS,
     "print($module, /, *args, sep=\' \', end=\'\\n\', file=None, flush=False)\n--\n\n"
     "Prints the values to a stream, or to sys.stdout by default."},
    {"repr", builtin_repr, 1, 1, 0,
     "repr($module, obj, /)\n--\n\nReturn the canonical string representation of the object."},
    {"round", builtin_round, 0, -1, NATIVE_KEYWORDS,
     "round($module, /, number, ndigits=None)\n--\n\nRound a number to a given precision in decimal digits."},
    {"setattr", builtin_setattr, 3, 3, 0,
     "setattr($module, obj, name, value, /)\n--\n\nSets the named attribute on the given object to the specified "
     "value."},
    {"sorted", builtin_sorted, 0, -1, NATIVE_KEYWORDS,
     "sorted($module, iterable, /, *, key=None, reverse=False)\n--\n\n"
     "Return a new list containing all items from the iterable in ascending order."},
    {"sum", builtin_sum, 0, -1, NATIVE_KEYWORDS,
     "sum($module, iterable, /, start=0)\n--\n\nReturn the sum of a \'start\' value (default: 0) plus an iterable of "
     "numbers"},
    {"vars", builtin_vars, 0, 1, 0,
     "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\n"
     "With an argument, equivalent to object.__dict__."},
    {NULL},
};

static int add_types(Value module)
{
    Type *const types[] = {
        &type_bool, &type_memoryview, &type_bytearray,    &type_bytes,  &type_classmethod, &type_complex,
        &type_dict, &type_enumerate,  &type_filter,       &type_float,  &type_frozenset,   &type_property,
        &type_int,  &type_list,       &type_map,          &type_object, &type_range,       &type_reversed,
        &type_set,  &type_slice,      &type_staticmethod, &type_str,    &type_super,       &type_tuple,
        &type_type, &type_zip,
    };
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (module_add(module, types[i]->name, value_incref(value_from_object(types[i]))) < 0) return -1;
    Type *const exceptions[] = {
#define ADDRESS(name) &type_##name,
        EXCEPTION_CLASSES(ADDRESS)
#undef ADDRESS
    };
    for (size_t i = 0; i < COUNT_OF(exceptions); i++)
        if (module_add(module, exceptions[i]->name, value_incref(value_from_object(exceptions[i]))) < 0) return -1;
    Value os_error = value_from_object(&type_OSError);
    if (module_add(module, "EnvironmentError", value_incref(os_error)) < 0) return -1;
    return module_add(module, "IOError", value_incref(os_error));
}

static int builtins_exec(Value module)
{
    if (module_add(module, "None", VALUE_NONE) < 0 || module_add(module, "Ellipsis", VALUE_ELLIPSIS) < 0 ||
        module_add(module, "NotImplemented", VALUE_NOT_IMPLEMENTED) < 0 ||
        module_add(module, "False", VALUE_FALSE) < 0 || module_add(module, "True", VALUE_TRUE) < 0 ||
        module_add(module, "__debug__", value_from_bool(options.optimize == 0)) < 0)
        return -1;
    return add_types(module);
}

NATIVE_MODULE(builtins) = {
    "builtins",
    "Built-in functions, exceptions, and other objects.\n\n"
    "Noteworthy: None is the `nil' object; Ellipsis represents `...' in slices.",
    builtins_methods,
    builtins_exec,
    NULL,
};

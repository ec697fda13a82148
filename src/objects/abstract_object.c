/* abstract_object.c: truth, comparison, hash and text of any value. */
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/format_spec.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

int is_true(Value v)
{
    if (value_is_bool(v)) return value_is(v, VALUE_TRUE);
    if (value_is_none(v)) return 0;
    if (value_is_small_int(v)) return value_as_small_int(v) != 0;
    Type *type = type_of(v);
    if (type->number.truth) return type->number.truth(v);
    ssize_t length;
    if (type->mapping.length)
        length = type->mapping.length(v);
    else if (type->sequence.length)
        length = type->sequence.length(v);
    else
        return 1;
    return length < 0 ? -1 : length > 0;
}

/* --- comparison --- */

static const char *const compare_signs[] = {"<", "<=", "==", "!=", ">", ">="};
static const CompareOp swapped[] = {CMP_GT, CMP_GE, CMP_EQ, CMP_NE, CMP_LT, CMP_LE};

static Value compare_default(Value left, Value right, CompareOp op)
{
    if (op == CMP_EQ) return value_from_bool(value_is(left, right));
    if (op == CMP_NE) return value_from_bool(!value_is(left, right));
    return error_format(&type_TypeError, "'%s' not supported between instances of '%T' and '%T'", compare_signs[op],
                        left, right);
}

Value rich_compare_rest(Value left, Value right, CompareOp op)
{
    Type *right_type = type_of(right);
    if (right_type->compare) {
        Value result = right_type->compare(right, left, swapped[op]);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    }
    return compare_default(left, right, op);
}

static Value compare_by_slots(Value left, Value right, CompareOp op)
{
    Type *left_type = type_of(left), *right_type = type_of(right);
    bool reverse_tried = false;
    if (left_type != right_type && right_type->compare && type_is_subtype(right_type, left_type)) {
        reverse_tried = true;
        Value result = right_type->compare(right, left, swapped[op]);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    }
    if (left_type->compare) {
        Value result = left_type->compare(left, right, op);
        if (!value_is(result, VALUE_NOT_IMPLEMENTED)) return result;
    }
    return reverse_tried ? compare_default(left, right, op) : rich_compare_rest(left, right, op);
}

static bool compare_small(int64_t a, int64_t b, CompareOp op)
{
    switch (op) {
    case CMP_LT: return a < b;
    case CMP_LE: return a <= b;
    case CMP_EQ: return a == b;
    case CMP_NE: return a != b;
    case CMP_GT: return a > b;
    case CMP_GE: return a >= b;
    }
    return false;
}

Value rich_compare(Value left, Value right, CompareOp op)
{
    if (values_are_small_ints(left, right))
        return value_from_bool(compare_small((int64_t)left.bits, (int64_t)right.bits, op));
    if ((op == CMP_EQ || op == CMP_NE) && is_exact_str(left) && is_exact_str(right))
        return value_from_bool(str_equal(left, right) == (op == CMP_EQ));
    if (UNLIKELY(!recursion_enter(" in comparison"))) return VALUE_NULL;
    Value result = compare_by_slots(left, right, op);
    recursion_leave();
    return result;
}

int rich_compare_bool(Value left, Value right, CompareOp op)
{
    if (value_is(left, right)) {
        if (op == CMP_EQ) return 1;
        if (op == CMP_NE) return 0;
    }
    Value result = rich_compare(left, right, op);
    if (value_is_bool(result)) return value_is(result, VALUE_TRUE);
    if (value_is_null(result)) return -1;
    int truth = is_true(result);
    value_decref(result);
    return truth;
}

int64_t value_hash(Value v)
{
    if (is_exact_str(v)) return str_hash(v);
    HashSlot hash = type_of(v)->hash;
    return hash ? hash(v) : hash_not_implemented(v);
}

/* --- text --- */

Value value_repr(Value v)
{
    if (value_is_null(v)) return str_from_cstr("<NULL>");
    Type *type = type_of(v);
    if (!type->repr) return str_format("<%s object at %p>", type->name, (void *)v.bits);
    if (!recursion_enter(" while getting the repr of an object")) return VALUE_NULL;
    Value text = type->repr(v);
    recursion_leave();
    if (value_is_null(text) || is_str(text)) return text;
    error_format(&type_TypeError, "__repr__ returned non-string (type %T)", text);
    value_decref(text);
    return VALUE_NULL;
}

Value value_str(Value v)
{
    if (value_is_null(v)) return str_from_cstr("<NULL>");
    if (is_exact_str(v)) return value_incref(v);
    Type *type = type_of(v);
    if (!type->str) return value_repr(v);
    if (!recursion_enter(" while getting the str of an object")) return VALUE_NULL;
    Value text = type->str(v);
    recursion_leave();
    if (value_is_null(text) || is_str(text)) return text;
    error_format(&type_TypeError, "__str__ returned non-string (type %T)", text);
    value_decref(text);
    return VALUE_NULL;
}

Value value_ascii(Value v)
{
    Value text = value_repr(v);
    if (value_is_null(text) || as_str(text)->is_ascii) return text;
    Value bytes = str_encode(text, "ascii", "backslashreplace");
    value_decref(text);
    if (value_is_null(bytes)) return VALUE_NULL;
    Value ascii = str_from_latin1(as_bytes(bytes)->data, as_bytes(bytes)->length);
    value_decref(bytes);
    return ascii;
}

Value value_format(Value v, NULLABLE Value spec)
{
    if (!value_is_null(spec) && !is_str(spec))
        return error_format(&type_SystemError, "Format specifier must be a string, not %T", spec);
    bool is_plain = value_is_null(spec) || str_length(spec) == 0;
    if (is_plain && is_exact_str(v)) return value_incref(v);
    if (is_plain && is_exact_int(v)) return value_str(v);
    Value empty = value_is_null(spec) ? str_empty() : value_incref(spec);
    if (value_is_null(empty)) return VALUE_NULL;
    Value text = is_exact_str(v)             ? format_str(v, empty)
                 : is_exact_int(v)           ? format_int(v, empty)
                 : type_of(v) == &type_float ? format_float(v, empty)
                                             : call_special(v, ID(__format__), &empty, 1);
    value_decref(empty);
    if (value_is_null(text)) {
        if (!error_occurred()) error_format(&type_TypeError, "Type %T doesn't define __format__", v);
        return VALUE_NULL;
    }
    if (is_str(text)) return text;
    error_format(&type_TypeError, "__format__ must return a str, not %T", text);
    value_decref(text);
    return VALUE_NULL;
}

Value value_bytes(Value v)
{
    if (object_has_type(v, &type_bytes)) return value_incref(v);
    Value method = lookup_special(v, ID(__bytes__));
    if (!value_is_null(method)) {
        Value result = call_0(method);
        value_decref(method);
        if (value_is_null(result) || is_bytes(result)) return result;
        error_format(&type_TypeError, "__bytes__ returned non-bytes (type %T)", result);
        value_decref(result);
        return VALUE_NULL;
    }
    if (error_occurred()) return VALUE_NULL;
    return call_1(value_from_type(&type_bytes), v);
}

/* --- dir --- */

static Value sorted_list(STEALS Value names)
{
    if (value_is_null(names)) return VALUE_NULL;
    Value list = list_from_iterable(names);
    value_decref(names);
    if (!value_is_null(list) && list_sort(list, VALUE_NULL, false) < 0) value_clear(&list);
    return list;
}

static Value local_names(void)
{
    Value locals_function = import_attr("builtins", "locals");
    if (value_is_null(locals_function)) return VALUE_NULL;
    Value locals = call_0(locals_function);
    value_decref(locals_function);
    if (value_is_null(locals)) return VALUE_NULL;
    Value names = mapping_keys(locals);
    value_decref(locals);
    return sorted_list(names);
}

Value value_dir(NULLABLE Value v)
{
    if (value_is_null(v)) return local_names();
    Value names = call_special(v, ID(__dir__), NULL, 0);
    if (value_is_null(names) && !error_occurred()) return error_set(&type_TypeError, "object does not provide __dir__");
    return sorted_list(names);
}

/* record_native.c: builtin functions and methods of builtin types that the JIT knows. */
#include <math.h>
#include <stdlib.h>

#include "jit/record_native.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/set.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static Slot *arg(const NativeCall *c, int index)
{
    return rec_stack(c->nargs - index);
}
static Value actual_arg(const NativeCall *c, int index)
{
    return actual(c->nargs - index);
}

bool native_finish(const NativeCall *c, Ref result, Own own)
{
    if (REC_FAILED()) return true;
    Slot slots[64];
    int total = c->nargs + 2;
    for (int i = 0; i < total; i++) slots[i] = rec_take();
    rec_push(result, own);
    bool releases = false;
    for (int i = 0; i < total; i++) releases |= slots[i].own == OWN_SELF;
    if (releases) rec_own(rec_stack(1));
    for (int i = 0; i < total; i++) rec_release(slots[i]);
    return true;
}

static Ref real_arg(const NativeCall *c, int index)
{
    return real_ref(c->nargs - index);
}

/* --- len, abs, min, max, ord, chr, isinstance --- */

static bool native_len(const NativeCall *c)
{
    if (c->nargs != 1) return false;
    Value v = actual_arg(c, 0);
    Ref ref = arg(c, 0)->ref;
    const Type *type = type_of(v);
    if (is_virtual(ref, VIRTUAL_TUPLE)) return native_finish(c, ir_int(rec.ir, virtual_of(ref)->count), OWN_NONE);
    int offset;
    AliasClass class = ALIAS_CONST;
    if (type == &type_list) {
        offset = offsetof(List, length);
        class = ALIAS_LIST_LENGTH;
    } else if (type == &type_tuple)
        offset = offsetof(Tuple, length);
    else if (type == &type_str)
        offset = offsetof(Str, length);
    else if (type == &type_bytes)
        offset = offsetof(Bytes, length);
    else if (type == &type_bytearray) {
        offset = offsetof(ByteArray, length);
        class = ALIAS_BYTEARRAY_LENGTH;
    } else if (type == &type_dict) {
        offset = offsetof(Dict, length);
        class = ALIAS_DICT;
    } else if (type == &type_set || type == &type_frozenset) {
        offset = offsetof(Set, length);
        class = ALIAS_SET;
    } else
        return false;
    guard_type(ref, type);
    Ref length = emit_load(IR_FLOAD, IR_WORD, ref, offset, class);
    return native_finish(c, emit_pure(IR_W2I, IR_INT, length, REF_NONE), OWN_NONE);
}

static bool native_abs(const NativeCall *c)
{
    if (c->nargs != 1) return false;
    Value v = actual_arg(c, 0);
    Ref ref = arg(c, 0)->ref;
    if (value_is_immediate_float(v))
        return native_finish(c, emit_pure(IR_FABS, IR_FLOAT, as_float_ref(ref), REF_NONE), OWN_NONE);
    if (!value_is_small_int(v)) return false;
    Ref n = as_int_ref(ref);
    bool negative = value_as_small_int(v) < 0;
    emit_guard(negative ? IR_GTRUE : IR_GFALSE, emit_pure(IR_ILT, IR_BOOL, n, ir_int(rec.ir, 0)), REF_NONE);
    if (negative) n = emit(IR_SUBOV, IR_INT, ir_int(rec.ir, 0), n, record_snapshot(), 0);
    return native_finish(c, n, OWN_NONE);
}

static bool native_min_max(const NativeCall *c, bool is_min)
{
    if (c->nargs != 2) return false;
    Value a = actual_arg(c, 0), b = actual_arg(c, 1);
    if (value_is_small_int(a) && value_is_small_int(b)) {
        Ref result =
            emit_pure(is_min ? IR_IMIN : IR_IMAX, IR_INT, as_int_ref(arg(c, 0)->ref), as_int_ref(arg(c, 1)->ref));
        return native_finish(c, result, OWN_NONE);
    }
    if (value_is_immediate_float(a) && value_is_immediate_float(b)) {
        Ref result =
            emit_pure(is_min ? IR_FMIN : IR_FMAX, IR_FLOAT, as_float_ref(arg(c, 0)->ref), as_float_ref(arg(c, 1)->ref));
        return native_finish(c, result, OWN_NONE);
    }
    return false;
}

/* May the value's __class__ be another than its type? */
static bool claims_a_class(Value v)
{
    Type *type = type_of(v);
    if (!type_has_flag(type, TYPE_HEAP)) return false;
    return type->getattr != generic_getattr ||
           !value_is(type_lookup_borrow(type, ID(__class__)), type_lookup_borrow(&type_object, ID(__class__)));
}

static bool native_isinstance(const NativeCall *c)
{
    if (c->nargs != 2) return false;
    Value v = actual_arg(c, 0), class = actual_arg(c, 1);
    if (!value_is_object(class)) return false;
    /* one class, or a tuple of classes, with the plain metaclass */
    bool is_tuple = object_has_type(class, &type_tuple);
    ssize_t count = is_tuple ? tuple_length(class) : 1;
    bool result = false;
    for (ssize_t i = 0; i < count; i++) {
        Value one = is_tuple ? tuple_item_borrow(class, i) : class;
        if (!value_is_object(one) || type_of(one) != &type_type) return false;
        result = result || type_is_subtype(type_of(v), as_type(one));
    }
    Ref class_ref = arg(c, 1)->ref, ref = arg(c, 0)->ref;
    if (REF_IS_VIRTUAL(class_ref) || (REF_IS_VIRTUAL(ref) && !is_object(ref))) return false;
    if (is_tuple && !REF_IS_CONST(class_ref)) return false;
    guard_value(class_ref, class);
    if (value_is_object(v)) {
        if (claims_a_class(v)) return false;
        if (!record_guard_class(ref, v)) return true;
    } else {
        guard_exact(ref, v);
    }
    return native_finish(c, ir_bool(rec.ir, result), OWN_NONE);
}

static bool native_ord(const NativeCall *c)
{
    Value v = actual_arg(c, 0);
    if (c->nargs != 1 || !object_has_type(v, &type_str) || str_length(v) != 1) return false;
    Ref ref = real_arg(c, 0), code;
    guard_type(ref, &type_str);
    if (record_is_char(ref, &code)) return native_finish(c, code, OWN_NONE);
    Ref length = emit_load(IR_FLOAD, IR_WORD, ref, offsetof(Str, length), ALIAS_CONST);
    emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, length, ir_word(rec.ir, 1)), REF_NONE);
    Ref args[] = {ref};
    return native_finish(c, emit_call_pure(HELPER_str_ord, args, 1), OWN_NONE);
}

static bool native_chr(const NativeCall *c)
{
    Value v = actual_arg(c, 0);
    if (c->nargs != 1 || !value_is_small_int(v) || value_as_small_int(v) < 0 || value_as_small_int(v) > 0x10ffff)
        return false;
    Ref n = as_int_ref(arg(c, 0)->ref);
    bool is_kept = value_as_small_int(v) < 256;
    emit_guard(IR_ABC, n, ir_word(rec.ir, is_kept ? 256 : 0x110000));
    if (is_kept && str_latin1_characters()) return native_finish(c, record_str_char(n), OWN_NONE);
    if (REC_FAILED()) return true;
    Ref args[] = {n};
    return native_finish(c, emit_call_checked(HELPER_str_chr, args, 1), OWN_SELF);
}

/* --- types as functions: range, int, float, str, enumerate, zip, list, tuple --- */

/* range(…) whose only use is the loop: its iterator at once, without the range. Right only when GET_ITER follows. */
static bool native_range(const NativeCall *c)
{
    if (c->nargs < 1 || c->nargs > 3) return false;
    const Unit *next = rec.ip + 5; /* behind CALL and its caches */
    if (bc_base[next->opcode] != BC_GET_ITER) return false;
    for (int i = 0; i < c->nargs; i++) {
        Value v = actual_arg(c, i);
        if (!value_is_small_int(v) || llabs(value_as_small_int(v)) >= INT64_C(1) << 29) return false;
    }
    int64_t step_value = c->nargs == 3 ? value_as_small_int(actual_arg(c, 2)) : 1;
    if (step_value == 0) return false;
    Ref start = c->nargs == 1 ? ir_int(rec.ir, 0) : as_int_ref(arg(c, 0)->ref);
    Ref stop = as_int_ref(arg(c, c->nargs == 1 ? 0 : 1)->ref);
    Ref step = c->nargs == 3 ? as_int_ref(arg(c, 2)->ref) : ir_int(rec.ir, 1);
    Ref bound = ir_word(rec.ir, INT64_C(1) << 30), half = ir_int(rec.ir, INT64_C(1) << 29);
    if (!ir_is_number(rec.ir, start)) emit_guard(IR_ABC, emit_pure(IR_ADD, IR_INT, start, half), bound);
    if (!ir_is_number(rec.ir, stop)) emit_guard(IR_ABC, emit_pure(IR_ADD, IR_INT, stop, half), bound);
    if (!ir_is_number(rec.ir, step))
        emit_guard(IR_GTRUE, emit_pure(IR_IEQ, IR_BOOL, step, ir_int(rec.ir, step_value)), REF_NONE);
    if (REC_FAILED()) return true;
    /* number of items: ceil((stop - start) / step), not below 0 */
    Ref span = emit_pure(IR_SUB, IR_INT, stop, start);
    Ref count;
    if (step_value == 1) {
        count = span;
    } else {
        int64_t round = step_value > 0 ? step_value - 1 : step_value + 1;
        Ref padded = emit_pure(IR_ADD, IR_INT, span, ir_int(rec.ir, round));
        if (step_value == -1)
            count = emit_pure(IR_SUB, IR_INT, ir_int(rec.ir, 0), padded);
        else
            count = emit_pure(IR_IDIV, IR_INT, padded, ir_int(rec.ir, step_value));
    }
    count = emit_pure(IR_IMAX, IR_INT, count, ir_int(rec.ir, 0));
    Ref fields[4] = {const_value(VALUE_NULL), start, count, ir_int(rec.ir, step_value)};
    static const Own owns[4] = {OWN_NONE, OWN_NONE, OWN_NONE, OWN_NONE};
    rec_drop(c->nargs + 2);
    Ref iterator = virtual_new(VIRTUAL_RANGE_ITERATOR, fields, owns, 4);
    rec_push_slot((Slot){iterator, OWN_MEMORY, true, 0});
    rec.virtual_range = true;
    return true;
}

static bool native_int(const NativeCall *c)
{
    if (c->nargs != 1) return false;
    Value v = actual_arg(c, 0);
    if (value_is_small_int(v)) return native_finish(c, as_int_ref(arg(c, 0)->ref), OWN_NONE);
    if (!value_is_immediate_float(v)) return false;
    double d = value_as_immediate_float(v);
    if (!(d > -1e18 && d < 1e18)) return false;
    Ref f = as_float_ref(arg(c, 0)->ref);
    return native_finish(c, emit(IR_F2I, IR_INT, f, REF_NONE, record_snapshot(), 0), OWN_NONE);
}

static bool native_float(const NativeCall *c)
{
    if (c->nargs != 1) return false;
    Value v = actual_arg(c, 0);
    if (value_is_immediate_float(v)) return native_finish(c, as_float_ref(arg(c, 0)->ref), OWN_NONE);
    if (!value_is_small_int(v)) return false;
    return native_finish(c, emit_pure(IR_I2F, IR_FLOAT, as_int_ref(arg(c, 0)->ref), REF_NONE), OWN_NONE);
}

/* --- math --- */

static bool float_arg(const NativeCall *c, int index, Ref *ref)
{
    Value v = actual_arg(c, index);
    if (value_is_immediate_float(v))
        *ref = as_float_ref(arg(c, index)->ref);
    else if (value_is_small_int(v))
        *ref = emit_pure(IR_I2F, IR_FLOAT, as_int_ref(arg(c, index)->ref), REF_NONE);
    else
        return false;
    return true;
}

static double actual_double(const NativeCall *c, int index)
{
    Value v = actual_arg(c, index);
    return value_is_immediate_float(v) ? value_as_immediate_float(v) : (double)value_as_small_int(v);
}

static bool math_call(const NativeCall *c, HelperId helper)
{
    Ref args[2];
    for (int i = 0; i < c->nargs; i++) {
        if (!float_arg(c, i, &args[i])) return false;
    }
    int first = ir_args(rec.ir, args, c->nargs);
    Ref result = ir_emit(rec.ir, (Ins){IR_CALLP, IR_FLOAT, (uint16_t)c->nargs, first, (Ref)helper, 0});
    /* inf and nan are where math raises: leave those to it */
    Ref size = emit_pure(IR_FABS, IR_FLOAT, result, REF_NONE);
    emit_guard(IR_GTRUE, emit_pure(IR_FLT, IR_BOOL, size, ir_float(rec.ir, INFINITY)), REF_NONE);
    return native_finish(c, result, OWN_NONE);
}

static bool native_sqrt(const NativeCall *c)
{
    Ref x;
    if (c->nargs != 1 || !float_arg(c, 0, &x) || !(actual_double(c, 0) >= 0)) return false;
    emit_guard(IR_GTRUE, emit_pure(IR_FLE, IR_BOOL, ir_float(rec.ir, 0), x), REF_NONE);
    return native_finish(c, emit_pure(IR_FSQRT, IR_FLOAT, x, REF_NONE), OWN_NONE);
}

static bool native_floor(const NativeCall *c, HelperId helper)
{
    Value v = actual_arg(c, 0);
    if (c->nargs != 1) return false;
    if (value_is_small_int(v)) return native_finish(c, as_int_ref(arg(c, 0)->ref), OWN_NONE);
    if (!value_is_immediate_float(v) || !(fabs(value_as_immediate_float(v)) < 1e18)) return false;
    Ref args[] = {as_float_ref(arg(c, 0)->ref)};
    int first = ir_args(rec.ir, args, 1);
    Ref rounded = ir_emit(rec.ir, (Ins){IR_CALLP, IR_FLOAT, 1, first, (Ref)helper, 0});
    return native_finish(c, emit(IR_F2I, IR_INT, rounded, REF_NONE, record_snapshot(), 0), OWN_NONE);
}

/* --- which function it is --- */

static bool is_named(const NativeMethod *method, const char *name)
{
    return strcmp(method->name, name) == 0;
}

static bool is_module_named(Value module, const char *name)
{
    return value_is_object(module) && is_module(module) && as_module(module)->definition &&
           strcmp(as_module(module)->definition->name, name) == 0;
}

static bool call_math(const NativeCall *c, const NativeMethod *method)
{
    static const struct {
        const char *name;
        HelperId helper;
        int nargs;
    } functions[] = {
        {"sin", HELPER_sin, 1},   {"cos", HELPER_cos, 1},   {"tan", HELPER_tan, 1},     {"exp", HELPER_exp, 1},
        {"log", HELPER_log, 1},   {"atan", HELPER_atan, 1}, {"atan2", HELPER_atan2, 2}, {"fabs", HELPER_fabs, 1},
        {"asin", HELPER_asin, 1}, {"acos", HELPER_acos, 1},
    };
    if (is_named(method, "sqrt")) return native_sqrt(c);
    if (is_named(method, "floor")) return native_floor(c, HELPER_floor);
    if (is_named(method, "ceil")) return native_floor(c, HELPER_ceil);
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (!is_named(method, functions[i].name) || c->nargs != functions[i].nargs) continue;
        if (is_named(method, "log") && !(actual_double(c, 0) > 0)) return false;
        for (int k = 0; k < c->nargs; k++) {
            Value v = actual_arg(c, k);
            if (!value_is_immediate_float(v) && !value_is_small_int(v)) return false;
        }
        return math_call(c, functions[i].helper);
    }
    return false;
}

static bool call_builtin(const NativeCall *c, const NativeMethod *method)
{
    if (is_named(method, "len")) return native_len(c);
    if (is_named(method, "abs")) return native_abs(c);
    if (is_named(method, "min")) return native_min_max(c, true);
    if (is_named(method, "max")) return native_min_max(c, false);
    if (is_named(method, "isinstance")) return native_isinstance(c);
    if (is_named(method, "ord")) return native_ord(c);
    if (is_named(method, "chr")) return native_chr(c);
    return false;
}

/* Functions that look at the frame of their caller: its variables are not in memory. */
static bool looks_at_frames(const NativeMethod *method)
{
    static const char *const names[] = {"locals",     "vars",       "dir",         "eval",           "exec",
                                        "_getframe",  "super",      "globals",     "__import__",     "settrace",
                                        "setprofile", "breakpoint", "getrefcount", "_current_frames"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (is_named(method, names[i])) return true;
    }
    return rec.frame_count > 1 && is_named(method, "warn"); /* its positions only, which an inlined frame has not */
}

/* A module's function, or a method that is bound already (`append = items.append`). */
static bool call_native_function(NativeCall *c, const NativeFunctionObject *function, Slot *slot)
{
    c->method = function->method;
    c->self = function->self;
    bool is_of_module = value_is_null(function->self) || (value_is_object(function->self) && is_module(function->self));
    if (is_of_module || REF_IS_CONST(slot->ref)) {
        guard_value(slot->ref, c->callable);
        c->self_ref = const_value(function->self);
    } else {
        guard_type(slot->ref, &type_native_function);
        Ref method = emit_load(IR_FLOAD, IR_WORD, slot->ref, offsetof(NativeFunctionObject, method), ALIAS_CONST);
        emit_guard(IR_GIS, method, ir_address(rec.ir, function->method));
        c->self_ref = emit_load(IR_FLOAD, IR_VAL, slot->ref, offsetof(NativeFunctionObject, self), ALIAS_CONST);
    }
    if (REC_FAILED()) return true;
    if (is_module_named(function->self, "builtins") && call_builtin(c, function->method)) return true;
    if (is_module_named(function->self, "math") && call_math(c, function->method)) return true;
    return REC_FAILED() || (!is_of_module && record_method(c)) || record_direct(c);
}

static bool call_method_descriptor(NativeCall *c, const MethodDescriptor *descriptor, Slot *slot)
{
    c->method = descriptor->method;
    c->self = actual(c->nargs + 1);
    guard_value(slot->ref, c->callable);
    if (!type_is_subtype(type_of(c->self), descriptor->type)) return false; /* the error is the call's to raise */
    c->self_ref = real_ref(c->nargs + 1);
    return REC_FAILED() || record_method(c) || record_direct(c);
}

/* True: recorded (or aborted). False: not a function with a form; nothing has been emitted but harmless guards. */
bool record_native_call(Value callable, int nargs, int has_self, Value kwnames)
{
    NativeCall c = {.callable = callable, .nargs = nargs};
    if (nargs > 50 || !value_is_object(callable)) return false;
    Slot *slot = rec_stack(nargs + 1 + has_self);
    const Type *type = type_of(callable);
    if (REF_IS_VIRTUAL(slot->ref)) return false;
    if (type == &type_native_function) {
        const NativeFunctionObject *function = (const NativeFunctionObject *)value_as_object(callable);
        if (looks_at_frames(function->method)) {
            record_abort(REASON_CALL_KIND);
            return true;
        }
        return !has_self && value_is_null(kwnames) && call_native_function(&c, function, slot);
    }
    if (callable.bits == (uint64_t)&type_super) {
        if (record_super() || REC_FAILED()) return true;
        record_abort(REASON_CALL_KIND);
        return true;
    }
    if (!value_is_null(kwnames)) return false;
    if (type == &type_method_descriptor && has_self)
        return call_method_descriptor(&c, (const MethodDescriptor *)value_as_object(callable), slot);
    if (has_self || type != &type_type || type_has_flag(as_type(callable), TYPE_HEAP)) return false;
    guard_value(slot->ref, callable);
    if (REC_FAILED()) return true;
    if (callable.bits == (uint64_t)&type_range && native_range(&c)) return true;
    if (callable.bits == (uint64_t)&type_int && native_int(&c)) return true;
    if (callable.bits == (uint64_t)&type_float && native_float(&c)) return true;
    return REC_FAILED() || record_make(&c);
}

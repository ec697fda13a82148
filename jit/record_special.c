/* record_special.c: operators, subscripts, properties, iteration … whose meaning is a Python function of the class:
 * inlined like a call. The interpreter would run the function from C, out of the recorder's sight; so here its frame is
 * made at once (jit_callee), with the FrameExit that finishes the instruction when the frame is left. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/function.h"
#include "objects/type.h"
#include "vm/operations.h"

NULLABLE Frame *jit_callee;

typedef struct Special {
    Value function;
    int count;       /* arguments */
    int operands[3]; /* for each argument: which stack entry it is, from the top */
    int exit, units;
    bool keeps; /* the operands stay on the stack, the arguments are copies */
} Special;

static void push_arguments(const Special *s)
{
    Slot taken[4];
    for (int i = 0; i < s->count && s->keeps; i++) {
        const Slot *operand = rec_stack(s->operands[i] + i);
        rec_push_copy(operand, rec_absolute(operand));
    }
    for (int i = 1; i <= s->count && !s->keeps; i++) taken[i] = rec_take();
    for (int i = 0; i < s->count && !s->keeps; i++) rec_push_slot(taken[s->operands[i]]);
}

/* The frame that now runs in the place of the instruction. */
static void make_frame(const Special *s)
{
    Frame *caller = rec.frame, *callee = frame_push(as_function(value_incref(s->function)));
    if (!callee) {
        error_clear();
        record_abort(REASON_TOO_DEEP);
        return;
    }
    for (int i = 0; i < callee->code->nlocalsplus; i++) callee->localsplus[i] = VALUE_NULL;
    for (int i = 0; i < s->count; i++) {
        Value v = actual(s->operands[i]);
        callee->localsplus[i] = s->keeps ? value_incref(v) : v;
    }
    callee->exit = (uint8_t)s->exit;
    caller->ip = rec.ip;
    caller->sp = rec.sp - (s->keeps ? 0 : s->count);
    caller->return_units = (uint16_t)s->units;
    jit_callee = callee;
}

/* The guards on the operands' classes have been emitted. False: not a function to inline. */
static bool inline_special(const Special *s)
{
    const Code *code = as_code(as_function(s->function)->code);
    if (!record_can_inline(code) || simple_argcount(code) != s->count) return false;
    if (!record_guard_function(const_value(s->function), s->function)) return REC_FAILED();
    push_arguments(s);
    record_push_frame(s->function, s->count, s->exit, s->units);
    if (!REC_FAILED()) make_frame(s);
    return true;
}

static NULLABLE Value method_of(Value v, Value name)
{
    if (!value_is_object(v) || !type_has_flag(type_of(v), TYPE_HEAP)) return VALUE_NULL;
    Value found = type_lookup_borrow(type_of(v), name);
    return !value_is_null(found) && is_function(found) ? found : VALUE_NULL;
}

/* Whether inline_special would be worth its guards. */
static bool is_inlinable(NULLABLE Value function, int count)
{
    if (value_is_null(function)) return false;
    const Code *code = as_code(as_function(function)->code);
    return record_can_inline(code) && simple_argcount(code) == count;
}

static bool guard_operand(int from_top)
{
    Value v = actual(from_top);
    Ref ref = rec_stack(from_top)->ref;
    if (value_is_object(v)) return record_guard_class(ref, v);
    guard_exact(ref, v);
    return !REC_FAILED();
}

/* --- [left, right] --- */

static bool inline_operator(NULLABLE Value function, int exit, int units)
{
    if (!is_inlinable(function, 2)) return false;
    if (!guard_operand(2) || !guard_operand(1)) return true;
    bool is_reflected = exit == FRAME_EXIT_REFLECTED;
    return inline_special(&(Special){function, 2, {is_reflected ? 1 : 2, is_reflected ? 2 : 1}, exit, units, true});
}

bool record_special_binary(void)
{
    int exit;
    Value function = op_binary_function_borrow((uint32_t)rec.oparg, actual(2), actual(1), &exit);
    return inline_operator(function, exit, 2);
}

bool record_special_compare(void)
{
    Value function = op_compare_function_borrow((CompareOp)rec.oparg, actual(2), actual(1));
    return inline_operator(function, FRAME_EXIT_OPERATOR, 3);
}

/* --- one object's method --- */

static bool inline_method(Value v, Value name, Special s)
{
    s.function = method_of(v, name);
    if (!is_inlinable(s.function, s.count)) return false;
    if (!record_guard_class(rec_stack(s.operands[0])->ref, v)) return true;
    return inline_special(&s);
}

bool record_special_unary(Value name)
{
    return inline_method(actual(1), name, (Special){.count = 1, .operands = {1}, .exit = FRAME_EXIT_CALL, .units = 1});
}

/* The truth of what a jump or `not` asks: the instruction is recorded again, with a bool. */
bool record_special_truth(void)
{
    return inline_method(actual(1), ID(__bool__),
                         (Special){.count = 1, .operands = {1}, .exit = FRAME_EXIT_TRUTH, .keeps = true});
}

bool record_special_subscript(void)
{
    return inline_method(actual(2), ID(__getitem__),
                         (Special){.count = 2, .operands = {2, 1}, .exit = FRAME_EXIT_CALL, .units = 5});
}

bool record_special_store_subscript(void)
{
    return inline_method(actual(2), ID(__setitem__),
                         (Special){.count = 3, .operands = {2, 1, 3}, .exit = FRAME_EXIT_DISCARD, .units = 2});
}

bool record_special_contains(void)
{
    return inline_method(actual(1), ID(__contains__),
                         (Special){.count = 2, .operands = {1, 2}, .exit = FRAME_EXIT_CONTAINS, .units = 1});
}

bool record_special_next(void)
{
    return inline_method(actual(1), ID(__next__),
                         (Special){.count = 1, .operands = {1}, .exit = FRAME_EXIT_NEXT, .units = 1, .keeps = true});
}

/* --- properties --- */

bool record_property(Value property)
{
    Value getter = property_getter_borrow(property);
    if (value_is_null(getter) || !is_function(getter) || !is_inlinable(getter, 1)) return false;
    if (!record_guard_class(rec_stack(1)->ref, actual(1))) return true;
    return inline_special(&(Special){getter, 1, {1}, FRAME_EXIT_CALL, 5, false});
}

bool record_property_store(Value property)
{
    Value setter = property_setter_borrow(property);
    if (value_is_null(setter) || !is_function(setter) || !is_inlinable(setter, 2)) return false;
    if (!record_guard_class(rec_stack(1)->ref, actual(1))) return true;
    return inline_special(&(Special){setter, 2, {1, 2}, FRAME_EXIT_DISCARD, 5, false});
}

/* --- the result: RETURN_VALUE of such a frame --- */

/* Guards that it is what the instruction wants; else an exit lets the interpreter see to it. */
bool record_special_result(int exit)
{
    Slot *result = rec_stack(1);
    Value v = actual(1);
    switch (exit) {
    case FRAME_EXIT_INIT: guard_value(result->ref, VALUE_NONE); break;
    case FRAME_EXIT_OPERATOR:
    case FRAME_EXIT_REFLECTED:
    case FRAME_EXIT_INPLACE:
        if (value_is(v, VALUE_NOT_IMPLEMENTED))
            record_abort(REASON_CALL_KIND);
        else if (ir_type(rec.ir, result->ref) == IR_VAL)
            emit_guard(IR_GISNOT, result->ref, const_value(VALUE_NOT_IMPLEMENTED));
        break;
    case FRAME_EXIT_TRUTH:
    case FRAME_EXIT_CONTAINS:
        if (!value_is_bool(v)) {
            record_abort(REASON_CALL_KIND);
            break;
        }
        result->ref = as_bool_ref(result->ref);
        result->own = OWN_NONE;
        break;
    default: break;
    }
    return !REC_FAILED();
}

/* The frame is left: operands that stayed on the stack go (they are released by the caller of this: gives how many),
 * and what was borrowed from them is not. */
int record_special_operands(int exit, Slot *result, Slot *operands)
{
    int count = exit == FRAME_EXIT_TRUTH ? 1 : exit >= FRAME_EXIT_OPERATOR && exit <= FRAME_EXIT_INPLACE ? 2 : 0;
    if (exit == FRAME_EXIT_CONTAINS && frame_quick(rec.f->frame)->units[rec.f->unit].oparg)
        result->ref = emit_pure(IR_BNOT, IR_BOOL, result->ref, REF_NONE);
    if (count) {
        int base = rec_absolute(rec_stack(count));
        slot_leaves_frame(result, base);
        objects_leave_frame(base);
    }
    for (int i = 0; i < count; i++) operands[i] = rec_take();
    return count;
}

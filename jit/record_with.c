/* record_with.c: `with`, for managers whose __enter__ and __exit__ are Python functions.
 *
 * The bound __exit__ that waits on the stack is virtual. The two functions are called, not inlined: the interpreter
 * calls them from C. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/function.h"
#include "objects/type.h"

static Value python_method(Value manager, Value name)
{
    Value found = type_lookup_borrow(type_of(manager), name);
    return !value_is_null(found) && is_function(found) ? found : VALUE_NULL;
}

/* [manager] -> [bound __exit__, what __enter__ gave] */
void record_before_with(void)
{
    Value manager = actual(1);
    Value enter = python_method(manager, ID(__enter__)), exit = python_method(manager, ID(__exit__));
    bool has_form = value_is_object(manager) && !value_is_null(enter) && !value_is_null(exit);
    if (!has_form) {
        record_generic(BC_BEFORE_WITH);
        return;
    }
    if (REF_IS_VIRTUAL(rec_stack_ref(1))) materialize(rec_stack(1));
    if (REC_FAILED()) return;
    Ref ref = rec_stack_ref(1);
    if (!record_guard_class(ref, manager) || !record_guard_function(const_value(enter), enter) ||
        !record_guard_function(const_value(exit), exit)) {
        record_abort(REASON_CALL_KIND);
        return;
    }
    rec_detach(rec_stack(1));
    rec_own(rec_stack(1));
    Ref entered = record_call_refs(enter, &ref, 1);
    Slot owner = rec_take();
    Ref fields[] = {const_value(exit), owner.ref};
    Own owns[] = {OWN_NONE, owner.own == OWN_SELF ? OWN_SELF : OWN_NONE};
    rec_push_slot((Slot){virtual_new(VIRTUAL_METHOD, fields, owns, 2), OWN_NONE, true, 0});
    rec_push(entered, OWN_SELF);
}

/* [bound __exit__, args…] with three args, from the end of the block: a call in the form of a method's. */
bool record_call_exit(int nargs)
{
    const VirtualField *f = &rec.ir->fields[virtual_of(rec_stack_ref(nargs + 2))->first];
    Ref function = f[0].ref, self = f[1].ref;
    Value actual_function = {ir_constant(rec.ir, function)->bits};
    if (nargs != 2 || !is_function(actual_function) || !record_guard_function(function, actual_function)) return false;
    Ref args[] = {self, as_tagged(rec_stack_ref(3)), as_tagged(rec_stack_ref(2)), as_tagged(rec_stack_ref(1))};
    jit_calls_out = true;
    Ref result = record_call_refs(actual_function, args, 4);
    if (REC_FAILED()) return true;
    rec_drop(4);
    rec_push(result, OWN_SELF);
    return true;
}

/* [bound __exit__, lasti, exception handled before, exception] -> … and what __exit__ says. */
void record_with_except_start(void)
{
    record_flush_handled();
    if (is_virtual_exception(rec_stack_ref(1))) materialize_exception(rec_stack_ref(1));
    if (REC_FAILED()) return;
    Ref exit = rec_stack_ref(4), exception = as_tagged(rec_stack_ref(1));
    Ref result;
    if (is_virtual(exit, VIRTUAL_METHOD)) {
        const VirtualField *f = &rec.ir->fields[virtual_of(exit)->first];
        Ref args[] = {f[0].ref, f[1].ref, exception};
        result = emit_call_checked(HELPER_with_exit, args, 3);
    } else {
        Ref args[] = {as_tagged(exit), exception};
        result = emit_call_checked(HELPER_with_except_start, args, 2);
    }
    rec_push(result, OWN_SELF);
}

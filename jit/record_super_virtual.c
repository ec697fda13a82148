/* record_super_virtual.c: super() where the object is virtual, or what is found is not a Python function
 * (super().__init__ of exceptions above all).
 *
 * LOAD_METHOD makes a virtual method of a virtual super object, and the call takes it apart. What is found is a
 * constant as long as the object's class and its version stay. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/exception_internal.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* The free variable __class__ of the function; -1: it has none. */
static int class_variable(const Code *code)
{
    for (int i = code->nlocalsplus - code->nfree; i < code->nlocalsplus; i++) {
        if (str_equal_cstr(tuple_item_borrow(code->localsplus_names, i), "__class__")) return i;
    }
    return -1;
}

static bool is_in_mro(const Type *type, Value class)
{
    for (ssize_t i = 0; !value_is_null(type->mro) && i < tuple_length(type->mro); i++) {
        if (value_is(tuple_item_borrow(type->mro, i), class)) return true;
    }
    return false;
}

/* The class in the cell, guarded; no value: not one that we follow. */
static Value guarded_class(int variable)
{
    Value cell = actual_local(variable);
    if (!object_has_type(cell, &type_cell)) return VALUE_NULL;
    Value class = as_cell(cell)->content;
    if (value_is_null(class) || !is_type(class)) return VALUE_NULL;
    Ref ref = rec_local(variable)->ref;
    guard_type(ref, &type_cell);
    if (REC_FAILED()) return VALUE_NULL;
    guard_value(emit_load(IR_FLOAD, IR_VAL, ref, offsetof(Cell, content), ALIAS_CELL), class);
    return REC_FAILED() ? VALUE_NULL : class;
}

/* [NULL, super] -> [virtual super]; false: the call is left to others. */
bool record_virtual_super(void)
{
    const Code *code = rec.f->code;
    int variable = class_variable(code);
    bool is_cell = code->argcount > 0 && (as_bytes(code->local_kinds)->data[0] & LOCAL_CELL);
    if (variable < 0 || code->argcount == 0 || is_cell) return false;
    Value self = actual_local(0);
    if (!value_is_object(self) || is_type(self)) return false;
    Slot *slot = rec_local(0);
    if (REF_IS_VIRTUAL(slot->ref) && !is_virtual_exception(slot->ref)) materialize(slot);
    slot = rec_local(0);
    guard_value(rec_stack_ref(1), value_from_type(&type_super));
    Value class = guarded_class(variable);
    if (REC_FAILED() || value_is_null(class) || !is_in_mro(type_of(self), class)) return REC_FAILED();
    if (!is_virtual_exception(slot->ref) && !record_guard_class(slot->ref, self)) return true;
    rec_push_copy(slot, rec.f->base);
    rec_own(rec_stack(1));
    Slot object = rec_take();
    rec_drop(2);
    Ref fields[] = {const_value(class), object.ref};
    Own owns[] = {OWN_NONE, object.own};
    rec_push_slot((Slot){virtual_new(VIRTUAL_SUPER, fields, owns, 2), OWN_NONE, true, 0});
    return true;
}

/* What stands behind `class` in the order of the object's classes. */
static Value find_behind(const Type *type, Value class, Value name)
{
    ssize_t count = tuple_length(type->mro), i = 0;
    while (i < count && !value_is(tuple_item_borrow(type->mro, i), class)) i++;
    for (i++; i < count; i++) {
        Value found = dict_get_borrow(as_type(tuple_item_borrow(type->mro, i))->dict, name);
        if (!value_is_null(found)) return found;
    }
    return VALUE_NULL;
}

/* [super] -> [NULL, method], both virtual */
void record_virtual_super_method(Value name)
{
    const Virtual v = *virtual_of(rec_stack_ref(1));
    const VirtualField *f = &rec.ir->fields[v.first];
    Value class = {ir_constant(rec.ir, f[0].ref)->bits};
    Value found = find_behind(type_of(actual_local(0)), class, name);
    bool is_method = !value_is_null(found) && (is_function(found) || object_has_type(found, &type_wrapper_descriptor) ||
                                               object_has_type(found, &type_method_descriptor));
    if (!is_method || str_equal_cstr(name, "__class__")) {
        record_abort(REASON_CALL_KIND);
        return;
    }
    Ref fields[] = {const_value(found), f[1].ref};
    Own owns[] = {OWN_NONE, f[1].flags & SLOT_OWNED ? OWN_SELF : OWN_NONE};
    rec_take();
    rec_push(const_value(VALUE_NULL), OWN_NONE);
    rec_push_slot((Slot){virtual_new(VIRTUAL_METHOD, fields, owns, 2), OWN_NONE, true, 0});
}

/* [NULL, method, args…] -> [function, self, args…]; gives the function. */
Value record_unbind(int nargs)
{
    Slot *method = rec_stack(nargs + 1);
    const VirtualField *f = &rec.ir->fields[virtual_of(method->ref)->first];
    Ref function = f[0].ref;
    *rec_stack(nargs + 2) = (Slot){function, OWN_NONE, true, 0};
    *method = (Slot){f[1].ref, f[1].flags & SLOT_OWNED ? OWN_SELF : OWN_NONE, true, 0};
    rec.snapshot = rec.raise_snapshot = -1;
    return (Value){ir_constant(rec.ir, function)->bits};
}

/* [function, self, args…] of a native __init__ that does hardly anything. */
bool record_native_init(Value function, int nargs)
{
    Slot *self = rec_stack(nargs + 1);
    if (value_is(function, type_lookup_borrow(&type_BaseException, ID(__init__))) && is_virtual_exception(self->ref)) {
        record_exception_init(self->ref, nargs);
    } else if (nargs > 0 || !value_is(function, type_lookup_borrow(&type_object, ID(__init__)))) {
        return false;
    }
    if (REC_FAILED()) return true;
    rec_drop(nargs + 2);
    rec_push(const_value(VALUE_NONE), OWN_NONE);
    return true;
}

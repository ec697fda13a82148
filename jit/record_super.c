/* record_super.c: super().name(…) and class methods: the function and its first argument are known, so neither the
 * super object nor the bound method is needed. The interpreter has [NULL, bound method] on its stack then, the recorder
 * [function, first argument], which means the same to CALL (record_call looks at the recorder's stack). */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* What super(class, self) finds: the name in the classes behind `class`. */
static NULLABLE Value find_behind(const Type *type, Value class, Value name)
{
    bool is_behind = false;
    for (ssize_t i = 0; i < tuple_length(type->mro); i++) {
        Value one = tuple_item_borrow(type->mro, i);
        Value found = is_behind ? dict_get_borrow(as_type(one)->dict, name) : VALUE_NULL;
        if (!value_is_null(found)) return found;
        is_behind |= value_is(one, class);
    }
    return VALUE_NULL;
}

static int class_cell(const Code *code)
{
    const uint8_t *kinds = (const uint8_t *)as_bytes(code->local_kinds)->data;
    for (int i = code->nlocalsplus - 1; i >= 0 && (kinds[i] & LOCAL_FREE); i--) {
        if (value_is(tuple_item_borrow(code->localsplus_names, i), ID(__class__))) return i;
    }
    return -1;
}

/* CALL of super() right before LOAD_METHOD. Everything is found and guarded here: no snapshot is taken in between. */
bool record_super(void)
{
    const Code *code = rec.f->code;
    const Unit *next = rec.ip + 5;
    int cell = class_cell(code);
    if (rec.oparg != 0 || bc_base[next->opcode] != BC_LOAD_METHOD || cell < 0 || code->argcount == 0 ||
        (as_bytes(code->local_kinds)->data[0] & LOCAL_CELL))
        return false;
    Value self = actual_local(0), class = as_cell(actual_local(cell))->content;
    if (!value_is_object(self) || !value_is_object(class) || !is_type(class) ||
        !type_is_subtype(type_of(self), as_type(class)) || !type_has_flag(type_of(self), TYPE_HEAP))
        return false;
    Value found = find_behind(type_of(self), class, as_tuple(code->names)->items[next->oparg]);
    if (value_is_null(found) || !is_function(found)) return false;
    Slot *self_slot = rec_local(0), *cell_slot = rec_local(cell);
    if (REF_IS_VIRTUAL(self_slot->ref) && !is_object(self_slot->ref)) return false;
    guard_value(rec_stack(1)->ref, value_from_object(&type_super));
    guard_type(cell_slot->ref, &type_cell);
    if (REC_FAILED()) return true;
    guard_value(emit_load(IR_FLOAD, IR_VAL, cell_slot->ref, offsetof(Cell, content), ALIAS_CELL), class);
    if (REC_FAILED() || !record_guard_class(self_slot->ref, self)) return true;
    rec_drop(2);
    rec_push(const_value(VALUE_NULL), OWN_NONE);
    rec.super_method = found;
    return true;
}

/* LOAD_METHOD of that super(). */
bool record_super_method(void)
{
    if (value_is_null(rec.super_method)) return false;
    rec_drop(1);
    rec_push(const_value(rec.super_method), OWN_NONE);
    rec_push_copy(rec_local(0), rec.f->base);
    rec.super_method = VALUE_NULL;
    return true;
}

/* LOAD_METHOD of a class method, of a class or of an instance that has no attribute of that name. */
bool record_class_method(Value attribute, Value owner)
{
    if (value_is_null(attribute) || !object_has_type(attribute, &type_classmethod)) return false;
    Value function = method_holder_callable_borrow(attribute);
    if (value_is_null(function) || !is_function(function)) return false;
    Value class = owner;
    if (is_type(owner)) {
        guard_value(rec_stack(1)->ref, owner);
        if (REC_FAILED() || !record_guard_version(as_type(owner))) return true;
    } else {
        class = value_from_object(type_of(owner));
        if (!record_guard_class(rec_stack(1)->ref, owner)) return true;
    }
    Slot slot = rec_take();
    rec_push(const_value(function), OWN_NONE);
    rec_push(const_value(class), OWN_NONE);
    rec_release(slot);
    return true;
}

/* CALL: the recorder's stack has the function of the bound method that the interpreter's has. */
bool record_is_unbound(int nargs)
{
    Ref ref = rec_stack(nargs + 2)->ref;
    return REF_IS_CONST(ref) && ir_constant(rec.ir, ref)->kind == CONST_OBJECT;
}

/* record_build.c: making tuples, lists, dicts, strings; adding to what a comprehension builds. */
#include "jit/record.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/tuple.h"

static void build_tuple(int count)
{
    if (count > 60) {
        record_generic(BC_BUILD_TUPLE);
        return;
    }
    Ref refs[64];
    Own owns[64];
    for (int i = 1; i <= count; i++) {
        if (REF_IS_VIRTUAL(rec_stack(i)->ref)) materialize(rec_stack(i));
        if (!REC_FAILED() && ir_type(rec.ir, rec_stack(i)->ref) == IR_FLOAT && !REF_IS_CONST(rec_stack(i)->ref)) {
            /* a tuple that becomes real must be able to box its items without another exit */
            rec_stack(i)->ref = as_tagged(rec_stack(i)->ref);
        }
        rec_own(rec_stack(i));
    }
    if (REC_FAILED()) return;
    for (int i = count - 1; i >= 0; i--) {
        Slot slot = rec_take();
        refs[i] = slot.ref;
        owns[i] = slot.own == OWN_SELF ? OWN_SELF : OWN_NONE;
        if (REF_IS_CONST(refs[i]) && is_counted(refs[i])) owns[i] = OWN_SELF; /* rec_own has counted it */
    }
    Ref tuple = virtual_new(VIRTUAL_TUPLE, refs, owns, count);
    rec_push_slot((Slot){tuple, OWN_NONE, true, 0});
}

/* Items of the stack into the buffer, owned: the helper takes them over. */
static void build_by_helper(HelperId helper, int count, Ref extra)
{
    if (count > 60) {
        record_abort(REASON_INSTRUCTION);
        return;
    }
    Ref refs[64];
    for (int i = 1; i <= count; i++) {
        if (REF_IS_VIRTUAL(rec_stack(i)->ref)) materialize(rec_stack(i));
        refs[count - i] = as_tagged(rec_stack(i)->ref);
    }
    if (REC_FAILED()) return;
    Ref buffer = ir_address(rec.ir, jit_call_arguments);
    for (int i = 0; i < count; i++) ir_append(rec.ir, (Ins){IR_FSTORE, IR_NIL, ALIAS_OTHER, buffer, refs[i], i * 8});
    Ref args[] = {ir_word(rec.ir, count), extra};
    Ref result = emit_call_checked(helper, args, extra == REF_NONE ? 1 : 2);
    rec_drop(count + (extra == REF_NONE ? 0 : 0));
    rec_push(result, OWN_SELF);
}

static void record_list_append(void)
{
    /* [… list …, value]: the list is `oparg` below the value */
    Slot *list = rec_stack(rec.oparg + 1);
    Slot *value = rec_stack(1);
    if (REF_IS_VIRTUAL(value->ref)) materialize(value);
    Ref args[] = {as_tagged(list->ref), as_tagged(rec_stack(1)->ref)};
    guard_type(args[0], &type_list);
    if (REC_FAILED()) return;
    emit_call_checked(HELPER_list_append, args, 2);
    rec_drop(1);
}

static void add_by_helper(HelperId helper, int operands)
{
    for (int i = 1; i <= operands; i++) {
        if (REF_IS_VIRTUAL(rec_stack(i)->ref)) materialize(rec_stack(i));
    }
    Ref args[] = {as_tagged(rec_stack(operands + rec.oparg)->ref), as_tagged(rec_stack(operands)->ref),
                  as_tagged(rec_stack(1)->ref)};
    if (REC_FAILED()) return;
    emit_call_checked(helper, args, operands + 1);
    rec_drop(operands);
}

static void format_value(void)
{
    bool has_spec = (rec.oparg & 4) != 0;
    int operands = has_spec ? 2 : 1;
    for (int i = 1; i <= operands; i++) {
        if (REF_IS_VIRTUAL(rec_stack(i)->ref)) materialize(rec_stack(i));
    }
    Ref spec = has_spec ? as_tagged(rec_stack(1)->ref) : const_value(VALUE_NULL);
    Ref value = as_tagged(rec_stack(operands)->ref);
    Ref args[] = {value, ir_word(rec.ir, rec.oparg & 3), spec};
    if (REC_FAILED()) return;
    Ref result = emit_call_checked(HELPER_format_value, args, 3);
    rec_drop(operands);
    rec_push(result, OWN_SELF);
}

static void record_list_to_tuple(void)
{
    Ref args[] = {as_tagged(rec_stack(1)->ref)};
    if (REC_FAILED()) return;
    Ref result = emit_call_checked(HELPER_list_to_tuple, args, 1);
    rec_drop(1);
    rec_push(result, OWN_SELF);
}

void record_build(int opcode)
{
    switch (opcode) {
    case BC_BUILD_TUPLE: build_tuple(rec.oparg); return;
    case BC_BUILD_LIST: build_by_helper(HELPER_build_list, rec.oparg, REF_NONE); return;
    case BC_BUILD_MAP: build_by_helper(HELPER_build_map, 2 * rec.oparg, REF_NONE); return;
    case BC_BUILD_SET: build_by_helper(HELPER_build_set, rec.oparg, REF_NONE); return;
    case BC_BUILD_STRING: build_by_helper(HELPER_build_string, rec.oparg, REF_NONE); return;
    case BC_BUILD_SLICE: record_build_slice(); return;
    case BC_LIST_APPEND: record_list_append(); return;
    case BC_LIST_EXTEND: add_by_helper(HELPER_list_extend, 1); return;
    case BC_SET_ADD: add_by_helper(HELPER_set_add, 1); return;
    case BC_MAP_ADD: add_by_helper(HELPER_map_add, 2); return;
    case BC_FORMAT_VALUE: format_value(); return;
    case BC_LIST_TO_TUPLE: record_list_to_tuple(); return;
    default: record_generic(opcode); return;
    }
}

/* record_name.c: global names, builtins, closure variables.
 *
 * A global that nobody changes is a constant of the trace; changing it revokes the trace (invalidate.c). One that is
 * assigned by the code itself, or has revoked traces before, is read from its dict's entry, whose place is guarded by
 * the dict's keys version. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"

static bool is_assigned_here(const Code *code, int name_index)
{
    const Bytes *bytes = as_bytes(code->code);
    for (int i = 0; i < code->code_units; i++) {
        int opcode = bytes->data[i * 2] & 0xff, oparg = bytes->data[i * 2 + 1] & 0xff;
        if ((opcode == BC_STORE_NAME || opcode == BC_STORE_GLOBAL || opcode == BC_DELETE_NAME ||
             opcode == BC_DELETE_GLOBAL) &&
            oparg == (name_index & 0xff)) {
            return true;
        }
    }
    return false;
}

static Ref immediate_ref(Value v)
{
    if (value_is_small_int(v)) return ir_int(rec.ir, value_as_small_int(v));
    if (value_is_immediate_float(v)) return ir_float(rec.ir, value_as_immediate_float(v));
    if (value_is_bool(v)) return ir_bool(rec.ir, value_is(v, VALUE_TRUE));
    return const_value(v);
}

/* The address of the entries, with the guard that `index` is still the place of the key. */
static Ref guarded_entries(Value dict)
{
    Ref d = const_value(dict);
    uint32_t version = dict_keys_version(dict);
    if (!version) {
        record_abort(REASON_INSTRUCTION);
        return REF_NONE;
    }
    Ref now = emit_load(IR_FLOAD32, IR_WORD, d, offsetof(Dict, keys_version), ALIAS_DICT_KEYS);
    emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, now, ir_word(rec.ir, version)), REF_NONE);
    return emit_load(IR_FLOAD, IR_WORD, d, offsetof(Dict, entries), ALIAS_DICT_KEYS);
}

/* Only what a program defines once is folded: a trace must not keep alive what the program may want to die. */
bool record_is_lasting(Value v)
{
    if (!value_is_object(v)) return true;
    const Type *type = value_as_object(v)->type;
    return type == &type_function || type == &type_native_function || type == &type_module || type == &type_str ||
           type_has_flag(type, TYPE_IS_TYPE) || type == &type_int || type == &type_float;
}

/* The entry frame's code can run in other namespaces: exec, functions made anew. Those of an inlined frame belong to
 * its function, which is guarded. */
static void guard_namespace(size_t offset, Value now)
{
    if (rec.frame_count > 1 || REC_FAILED()) return;
    record_snapshot();
    Ins load = {IR_SLOAD, IR_VAL, ALIAS_CONST, (int)(offset / sizeof(Value)) - FRAME_WORDS, REF_NONE, 0};
    emit_guard(IR_GIS, ir_emit(rec.ir, load), const_value(now));
}

static Ref entry_value(Value dict, Value name)
{
    ssize_t index = dict_find_entry(dict, name);
    Ref entries = guarded_entries(dict);
    if (REC_FAILED()) return REF_NONE;
    int offset = (int)(index * (ssize_t)sizeof(DictEntry) + (ssize_t)offsetof(DictEntry, value));
    return emit_load(IR_FLOAD, IR_VAL, entries, offset, ALIAS_DICT_VALUE);
}

/* REF_NONE: unknown, or aborted. */
static Ref name_ref(int name_index, Own *own)
{
    Value name = as_tuple(rec.f->code->names)->items[name_index];
    Value globals = rec.frame->globals, builtins = rec.frame->builtins;
    *own = OWN_NONE;
    if (!is_exact_dict(globals) || !is_exact_dict(builtins)) return REF_NONE;
    guard_namespace(offsetof(Frame, globals), globals);
    Value found = dict_get_borrow(globals, name);
    if (!value_is_null(found)) {
        if (record_is_lasting(found) && !is_assigned_here(rec.f->code, name_index) &&
            watch_global(rec.tree, globals, name))
            return immediate_ref(found);
        *own = OWN_FRAGILE;
        return entry_value(globals, name);
    }
    guard_namespace(offsetof(Frame, builtins), builtins);
    found = dict_get_borrow(builtins, name);
    if (value_is_null(found)) return REF_NONE;
    if (!watch_global(rec.tree, globals, name) || !watch_global(rec.tree, builtins, name)) return REF_NONE;
    return immediate_ref(found);
}

static void load_name(int name_index, bool pushes_null)
{
    Own own;
    Ref ref = name_ref(name_index, &own);
    if (ref == REF_NONE) record_abort(REASON_UNBOUND);
    if (REC_FAILED()) return;
    if (pushes_null) rec_push(const_value(VALUE_NULL), OWN_NONE); /* after the guards */
    rec_push(ref, own);
}

void record_load_global(void)
{
    load_name(rec.oparg >> 1, rec.oparg & 1);
}

/* LOAD_NAME and STORE_NAME are about the globals. */
static bool is_module_level(void)
{
    if (!value_is(rec.frame->locals, rec.frame->globals)) return false;
    guard_namespace(offsetof(Frame, locals), rec.frame->globals);
    return true;
}

void record_load_name(int opcode)
{
    if (!is_module_level()) {
        record_generic(opcode);
        return;
    }
    load_name(rec.oparg, false);
}

void record_store_global(int opcode)
{
    Value globals = rec.frame->globals;
    Value name = as_tuple(rec.f->code->names)->items[rec.oparg];
    if ((opcode == BC_STORE_NAME && !is_module_level()) || !is_exact_dict(globals)) {
        record_generic(opcode);
        return;
    }
    guard_namespace(offsetof(Frame, globals), globals);
    ssize_t index = dict_find_entry(globals, name);
    if (index < 0 || !watch_never(globals, name)) {
        Slot *slot = rec_stack(1);
        if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
        Ref args[] = {const_value(globals), const_value(name), as_tagged(rec_stack(1)->ref)};
        if (REC_FAILED()) return;
        emit_call_checked(HELPER_dict_set, args, 3);
        rec_drop(1);
        return;
    }
    Ref entries = guarded_entries(globals);
    if (REC_FAILED()) return;
    Value now = as_dict(globals)->entries[index].value;
    int offset = (int)(index * (ssize_t)sizeof(DictEntry) + (ssize_t)offsetof(DictEntry, value));
    Ref old = record_old_value(entries, offset, ALIAS_DICT_VALUE, now);
    Slot *slot = rec_stack(1);
    if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
    Ref tagged = as_tagged(rec_stack(1)->ref);
    if (REC_FAILED()) return;
    rec_own(rec_stack(1));
    rec_take();
    emit_store(entries, offset, tagged, ALIAS_DICT_VALUE);
    record_drop_old(old);
}

/* --- cells --- */

void record_deref(int opcode)
{
    if (opcode == BC_COPY_FREE_VARS) {
        Value closure = rec.frame->function->closure;
        int count = rec.oparg, first = rec.f->code->nlocalsplus - count;
        if (rec.frame_count == 1) {
            record_abort(REASON_INSTRUCTION);
            return;
        }
        if (REF_IS_INS(rec.f->function)) { /* one of several closures of this code */
            Ref cells = emit_load(IR_FLOAD, IR_VAL, rec.f->function, offsetof(Function, closure), ALIAS_CONST);
            for (int i = 0; i < count; i++) {
                Ref cell = emit_load(IR_FLOAD, IR_VAL, cells, (int)offsetof(Tuple, items) + i * 8, ALIAS_CONST);
                rec.slots[rec.f->base + first + i] = (Slot){cell, OWN_FRAGILE, true, 0};
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            rec.slots[rec.f->base + first + i] = (Slot){const_value(as_tuple(closure)->items[i]), OWN_NONE, true, 0};
        }
        return;
    }
    if (opcode == BC_MAKE_CELL) {
        Slot *slot = rec_local(rec.oparg);
        if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
        Ref args[] = {as_tagged(rec_local(rec.oparg)->ref)};
        Ref cell = emit_call_checked(HELPER_cell_new, args, 1);
        if (REC_FAILED()) return;
        rec_assign(rec_local(rec.oparg), rec.f->base + rec.oparg, (Slot){cell, OWN_SELF, true, 0});
        return;
    }
    Slot *slot = rec_local(rec.oparg);
    Value cell = actual_local(rec.oparg);
    if (value_is_null(cell) || value_is_null(as_cell(cell)->content)) {
        record_abort(REASON_UNBOUND);
        return;
    }
    Value now = as_cell(cell)->content;
    guard_type(slot->ref, &type_cell);
    if (REC_FAILED()) return;
    if (opcode == BC_LOAD_DEREF) {
        Ref value = emit_load(IR_FLOAD, IR_VAL, slot->ref, offsetof(Cell, content), ALIAS_CELL);
        emit_guard(IR_GISNOT, value, const_value(VALUE_NULL));
        rec_push(value, OWN_FRAGILE);
        return;
    }
    record_guard_present(slot->ref, offsetof(Cell, content), ALIAS_CELL, now);
    Ref old = record_old_value(slot->ref, offsetof(Cell, content), ALIAS_CELL, now);
    Slot *top = rec_stack(1);
    if (REF_IS_VIRTUAL(top->ref)) materialize(top);
    Ref tagged = as_tagged(rec_stack(1)->ref);
    if (REC_FAILED()) return;
    rec_own(rec_stack(1));
    rec_take();
    emit_store(slot->ref, offsetof(Cell, content), tagged, ALIAS_CELL);
    record_drop_old(old);
}

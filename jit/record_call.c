/* record_call.c: calls and returns.
 *
 * A Python function is inlined: its frame exists only in the recorder's model, and is pushed for real by an exit inside
 * it. Not inlined: functions with loops of their own, generators, functions with *args or **kwargs, and calls nested
 * too deeply or recursively; these are called through the runtime, where their own native code is entered. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/exception_internal.h"
#include "objects/function.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/shape.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "vm/operations.h"

Value jit_call_arguments[64];
enum { RECURSION_MAX = 3 };

bool code_has_loop(const Code *code)
{
    const Bytes *bytes = as_bytes(code->code);
    for (int i = 0; i < code->code_units; i++) {
        int opcode = bytes->data[i * 2] & 0xff;
        if (opcode == BC_JUMP_BACKWARD ||
            (opcode >= BC_POP_JUMP_BACKWARD_IF_NOT_NONE && opcode <= BC_POP_JUMP_BACKWARD_IF_TRUE)) {
            return true;
        }
    }
    return false;
}

/* May the callee run inside the trace? */
bool record_can_inline(const Code *code)
{
    enum { PLAIN = CO_OPTIMIZED | CO_NEWLOCALS };
    if ((code->flags & PLAIN) != PLAIN) return false;
    if (code->flags & (CO_VARARGS | CO_VARKEYWORDS | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) return false;
    if (code_has_loop(code) || code_is_not_inlined(code) || rec.frame_count >= RECORD_FRAMES || code->quick == NULL)
        return false;
    int recursion = 0;
    for (int i = 0; i < rec.frame_count; i++) recursion += rec.frames[i].code == code;
    return recursion < RECURSION_MAX;
}

/* --- binding --- */

typedef struct Binding {
    int nargs; /* on the stack, `self` included */
    Value kwnames;
    int source[64]; /* for each parameter: stack entry (0 = first argument), or -1 - default, or NO_SOURCE */
} Binding;
enum { NO_SOURCE = -1000, KWDEFAULT = -2000 };

static bool bind(const Function *function, const Code *code, Binding *b)
{
    int total = code->argcount + code->kwonlyargcount;
    int keywords = value_is_null(b->kwnames) ? 0 : (int)tuple_length(b->kwnames);
    int positional = b->nargs - keywords;
    if (total > 60 || positional > code->argcount) return false;
    for (int i = 0; i < total; i++) b->source[i] = i < positional ? i : NO_SOURCE;
    for (int k = 0; k < keywords; k++) {
        Value name = tuple_item_borrow(b->kwnames, k);
        int found = -1;
        for (int i = code->posonlyargcount; i < total; i++) {
            if (value_is(tuple_item_borrow(code->localsplus_names, i), name)) found = i;
        }
        if (found < 0 || b->source[found] != NO_SOURCE) return false;
        b->source[found] = positional + k;
    }
    int defaults = value_is_null(function->defaults) ? 0 : (int)tuple_length(function->defaults);
    for (int i = 0; i < total; i++) {
        if (b->source[i] != NO_SOURCE) continue;
        if (i < code->argcount) {
            int index = i - (code->argcount - defaults);
            if (index < 0) return false;
            b->source[i] = -1 - index;
        } else {
            if (!object_has_type(function->kwdefaults, &type_dict)) return false;
            Value name = tuple_item_borrow(code->localsplus_names, i);
            if (value_is_null(dict_get_borrow(function->kwdefaults, name))) return false;
            if (!watch_global(rec.tree, function->kwdefaults, name)) return false; /* the value is folded */
            b->source[i] = KWDEFAULT;
        }
    }
    return true;
}

static Ref constant_ref(Value v)
{
    if (value_is_small_int(v)) return ir_int(rec.ir, value_as_small_int(v));
    if (value_is_immediate_float(v)) return ir_float(rec.ir, value_as_immediate_float(v));
    if (value_is_bool(v)) return ir_bool(rec.ir, value_is(v, VALUE_TRUE));
    return const_value(v);
}

/* As many default values as now; those that last are folded, the others are read (default_slot). */
static void guard_defaults(Ref function_ref, const Function *function)
{
    Value now = function->defaults;
    Ref defaults = emit_load(IR_FLOAD, IR_VAL, function_ref, offsetof(Function, defaults), ALIAS_FUNCTION);
    if (value_is_null(now)) {
        emit_guard(IR_GIS, defaults, const_value(now));
        return;
    }
    emit_guard(IR_GISNOT, defaults, const_value(VALUE_NULL));
    Ref length = emit_load(IR_FLOAD, IR_WORD, defaults, offsetof(Tuple, length), ALIAS_CONST);
    emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, length, ir_word(rec.ir, tuple_length(now))), REF_NONE);
    for (ssize_t i = 0; i < tuple_length(now) && !REC_FAILED(); i++) {
        Value v = tuple_item_borrow(now, i);
        if (!record_is_lasting(v)) continue;
        int offset = (int)offsetof(Tuple, items) + (int)i * 8;
        emit_guard(IR_GIS, emit_load(IR_FLOAD, IR_VAL, defaults, offset, ALIAS_CONST), const_value(v));
    }
}

/* Guards that the callable is a function of this code and this state. A constant: its version. Another one (made anew
 * by each run of a def or lambda): its code, namespaces and defaults. */
bool record_guard_function(Ref ref, Value callable)
{
    Function *function = as_function(callable);
    if (!REF_IS_CONST(ref) && value_is_null(function->kwdefaults)) {
        guard_type(ref, &type_function);
        static const int offsets[] = {offsetof(Function, code), offsetof(Function, globals),
                                      offsetof(Function, builtins)};
        for (size_t i = 0; i < COUNT_OF(offsets); i++) {
            Value now = *(Value *)((char *)function + offsets[i]);
            emit_guard(IR_GIS, emit_load(IR_FLOAD, IR_VAL, ref, offsets[i], ALIAS_FUNCTION), const_value(now));
        }
        guard_defaults(ref, function);
        return !REC_FAILED();
    }
    uint32_t version = function_version(function);
    if (!version) return false;
    guard_value(ref, callable);
    Ref now = emit_load(IR_FLOAD32, IR_WORD, const_value(callable), offsetof(Function, version), ALIAS_FUNCTION);
    return emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, now, ir_word(rec.ir, version)), REF_NONE);
}

/* The default value of a parameter. */
static Slot default_slot(Ref function_ref, Value v, int index)
{
    if (REF_IS_CONST(function_ref) || record_is_lasting(v)) return (Slot){constant_ref(v), OWN_NONE, true, 0};
    Ref defaults = emit_load(IR_FLOAD, IR_VAL, function_ref, offsetof(Function, defaults), ALIAS_FUNCTION);
    Ref item = emit_load(IR_FLOAD, IR_VAL, defaults, (int)offsetof(Tuple, items) + index * 8, ALIAS_CONST);
    return (Slot){item, OWN_FRAGILE, true, 0};
}

/* Pushes the model of the callee's frame; `count` arguments are on top of the stack, `below` entries under them go. */
static void push_frame_model(Value callable, Ref function_ref, const Binding *b, int below, int exit)
{
    const Function *function = as_function(callable);
    Code *code = as_code(function->code);
    RecordFrame *caller = rec.f;
    int base = caller->base + frame_quick(caller->frame)->frame_words - FRAME_WORDS;
    const Quick *quick = code->quick;
    int words = quick->frame_words - FRAME_WORDS;
    rec.is_recursive |= code == rec.place->code;
    if (base + words >= RECORD_SLOTS) {
        record_abort(REASON_TOO_DEEP);
        return;
    }
    Slot args[64];
    for (int i = b->nargs - 1; i >= 0; i--) args[i] = rec_take();
    Slot function_slot = {const_value(VALUE_NONE), OWN_NONE, true, 0};
    for (int i = 0; i < below; i++) {
        Slot slot = rec_take();
        if (!REF_IS_CONST(function_ref) && slot.ref == function_ref)
            function_slot = slot; /* the frame owns it now */
        else
            rec_release(slot);
    }
    for (int k = 0; k < words; k++) rec.slots[base + k] = (Slot){const_value(VALUE_NULL), OWN_NONE, true, 0};
    int total = code->argcount + code->kwonlyargcount;
    for (int i = 0; i < total; i++) {
        Slot *slot = &rec.slots[base + i];
        if (b->source[i] >= 0) {
            *slot = args[b->source[i]];
        } else {
            Value v = b->source[i] == KWDEFAULT
                          ? dict_get_borrow(function->kwdefaults, tuple_item_borrow(code->localsplus_names, i))
                          : tuple_item_borrow(function->defaults, -1 - b->source[i]);
            *slot = b->source[i] == KWDEFAULT ? (Slot){constant_ref(v), OWN_NONE, true, 0}
                                              : default_slot(function_ref, v, -1 - b->source[i]);
        }
        slot->modified = true;
    }
    caller->return_units = 5;
    RecordFrame *f = &rec.frames[rec.frame_count++];
    *f = (RecordFrame){
        .code = code, .function = function_ref, .base = base, .unit = -1, .exit = exit, .function_slot = function_slot};
    rec.f = f;
    rec.expects_frame = true;
}

/* The same for a function of as many parameters as there are arguments, for an instruction other than CALL. */
void record_push_frame(Value function, int count, int exit, int units)
{
    Binding b = {.nargs = count};
    for (int i = 0; i < count; i++) b.source[i] = i;
    RecordFrame *caller = rec.f;
    push_frame_model(function, const_value(function), &b, 0, exit);
    caller->return_units = units;
}

static bool record_inline(Value callable, Ref function_ref, Binding *b, int below)
{
    Code *code = as_code(as_function(callable)->code);
    if (!record_can_inline(code) || !bind(as_function(callable), code, b)) return false;
    push_frame_model(callable, function_ref, b, below, FRAME_EXIT_CALL);
    return true;
}

/* --- calls through the runtime --- */

static void materialize_arguments(int nargs)
{
    for (int i = 1; i <= nargs; i++) {
        if (REF_IS_VIRTUAL(rec_stack(i)->ref)) materialize(rec_stack(i));
    }
}

/* The arguments, owned and off the stack: the frame of a Python function takes them over. False: aborted. */
static bool give_arguments(int nargs, Ref *refs)
{
    for (int i = 1; i <= nargs; i++) {
        Slot *slot = rec_stack(i);
        slot->ref = refs[nargs - i] = as_tagged(slot->ref);
    }
    if (REC_FAILED()) return false;
    for (int i = 1; i <= nargs; i++) rec_own(rec_stack(i));
    for (int i = 1; i <= nargs; i++) rec_take();
    return true;
}

static bool lend_arguments(int nargs, Ref *refs)
{
    for (int i = 0; i < nargs; i++) refs[i] = as_tagged(rec_stack(nargs - i)->ref);
    return !REC_FAILED();
}

/* A call of any kind through the runtime: arguments in a buffer, result on the stack. */
static void call_by_helper(HelperId helper, Ref callable, int nargs, int below, Value kwnames)
{
    jit_calls_out = true;
    if (nargs > 60) {
        record_abort(REASON_CALL_KIND);
        return;
    }
    materialize_arguments(nargs);
    Ref refs[64];
    bool gives = helper == HELPER_call_function;
    if (!(gives ? give_arguments(nargs, refs) : lend_arguments(nargs, refs))) return;
    record_barrier();
    record_raise_snapshot();
    Ref buffer = ir_address(rec.ir, jit_call_arguments);
    for (int i = 0; i < nargs; i++) ir_append(rec.ir, (Ins){IR_FSTORE, IR_NIL, ALIAS_OTHER, buffer, refs[i], i * 8});
    int keywords = value_is_null(kwnames) ? 0 : (int)tuple_length(kwnames);
    Ref args[] = {callable, ir_word(rec.ir, nargs - keywords), const_value(kwnames), ir_word(rec.ir, nargs)};
    Ref result = emit_call_checked(helper, args, 4);
    rec_drop(gives ? below : nargs + below);
    rec_push(result, OWN_SELF);
}

/* A Python function of plain parameters is called by the place of its entry, native to native. Its code is known (the
 * caller has guarded it) and stays alive with the tree, and so does the place. False: not such a one. */
static bool call_by_place(Value callable, Ref function_ref, int nargs, int below, Value kwnames)
{
    static const HelperId helpers[] = {HELPER_call_place_0, HELPER_call_place_1, HELPER_call_place_2,
                                       HELPER_call_place_3, HELPER_call_place_4};
    Code *code = as_code(as_function(callable)->code);
    bool begins_with_resume = (as_bytes(code->code)->data[0] & 0xff) == BC_RESUME;
    if (nargs >= (int)COUNT_OF(helpers) || !value_is_null(kwnames) || nargs != code->argcount || !begins_with_resume)
        return false;
    Place *place = place_get(code, 0, true);
    if (!place || !place->is_callable) return false;
    jit_calls_out = true;
    materialize_arguments(nargs);
    const_value(value_from_object(code));
    Ref args[8] = {ir_address(rec.ir, place), function_ref};
    if (!give_arguments(nargs, args + 2)) return true;
    Ref result = emit_call_checked(helpers[nargs], args, nargs + 2);
    rec_drop(below);
    rec_push(result, OWN_SELF);
    return true;
}

Ref record_call_refs(Value function, const Ref *refs, int nargs)
{
    record_flush_handled();
    record_barrier();
    record_raise_snapshot();
    Ref buffer = ir_address(rec.ir, jit_call_arguments);
    for (int i = 0; i < nargs; i++) ir_append(rec.ir, (Ins){IR_FSTORE, IR_NIL, ALIAS_OTHER, buffer, refs[i], i * 8});
    Ref count = ir_word(rec.ir, nargs), args[] = {const_value(function), count, const_value(VALUE_NULL), count};
    return emit_call_checked(HELPER_call, args, 4);
}

/* --- classes --- */

/* [… class, args…] -> [instance], and for an __init__ in Python a frame for (instance, args…). */
static void exception_frame(Ref instance, Value init, int nargs, int below, const Binding *b)
{
    Slot moved[64];
    for (int i = 0; i < nargs; i++) moved[i] = rec_take();
    for (int i = 0; i < below; i++) rec_release(rec_take());
    rec_push_slot((Slot){instance, OWN_NONE, true, 0});
    if (value_is_null(init)) {
        for (int i = 0; i < nargs; i++) rec_release(moved[i]);
        return;
    }
    rec_push_slot((Slot){instance, OWN_NONE, true, 0});
    for (int i = nargs - 1; i >= 0; i--) rec_push_slot(moved[i]);
    push_frame_model(init, const_value(init), b, 0, FRAME_EXIT_INIT);
}

/* An exception is virtual at first (record_exception.c). */
static bool instantiate_exception(Value callable, Ref callable_ref, const Binding *b, int below)
{
    Type *class = as_type(callable);
    if (!has_plain_new(class) || !value_is_null(b->kwnames) || b->nargs > 16) return false;
    Value init = VALUE_NULL;
    Binding with_self = {.nargs = b->nargs + 1};
    if (class->init != exception_init) {
        init = below == 2 ? op_plain_init_borrow(callable) : VALUE_NULL;
        if (value_is_null(init) || !record_can_inline(as_code(as_function(init)->code)) ||
            !bind(as_function(init), as_code(as_function(init)->code), &with_self))
            return false;
    }
    guard_value(callable_ref, callable);
    if (REC_FAILED() || !record_guard_version(class)) return true;
    if (!value_is_null(init) && !record_guard_function(const_value(init), init)) return true;
    Ref instance = record_exception_new(class, b->nargs);
    if (!REC_FAILED()) exception_frame(instance, init, b->nargs, below, &with_self);
    return true;
}

/* The instance of C(…), virtual if possible. */
static bool make_instance(Type *class, Slot *slot)
{
    if (class_can_be_virtual(class) && object_new_virtual(class, slot)) return true;
    Ref args[] = {const_value(value_from_object(class))};
    Ref instance = emit_call_checked(HELPER_new_instance, args, 1);
    if (REC_FAILED()) return false;
    emit(IR_GOBJ, IR_NIL, instance, const_type(class), rec.raise_snapshot, 0); /* known to hold: for CSE */
    *slot = (Slot){instance, OWN_SELF, true, 0, false};
    return true;
}

/* C(…) of a class with a plain __new__: the instance is made here and __init__ inlined. */
static bool record_instantiate(Value callable, Ref callable_ref, Binding *b)
{
    Type *class = as_type(callable);
    if (type_of(callable) != &type_type || !type_has_flag(class, TYPE_HEAP) || class->new_instance != object_new ||
        type_has_flag(class, TYPE_ABSTRACT)) {
        return false;
    }
    Value init = type_lookup_borrow(class, ID(__init__));
    if (value_is_null(init) || !is_function(init)) return false;
    Code *code = as_code(as_function(init)->code);
    if (!record_can_inline(code)) return false;
    Binding with_self = {.nargs = b->nargs + 1, .kwnames = b->kwnames};
    if (!bind(as_function(init), code, &with_self)) return false;
    guard_value(callable_ref, callable);
    if (REC_FAILED() || !record_guard_version(class) || !record_guard_function(const_value(init), init)) return true;
    Slot instance;
    if (!make_instance(class, &instance)) return true;
    /* [NULL, class, args…] -> [instance] and a frame for (instance, args…) */
    Slot moved[64];
    for (int i = 0; i < b->nargs; i++) moved[i] = rec_take();
    rec_release(rec_take());
    rec_take();
    rec_push_slot(instance);
    rec_push_copy(rec_stack(1), rec_absolute(rec_stack(1)));
    for (int i = b->nargs - 1; i >= 0; i--) rec_push_slot(moved[i]);
    push_frame_model(init, const_value(init), &with_self, 0, FRAME_EXIT_INIT);
    return true;
}

/* --- CALL --- */

/* [NULL, virtual method, args…] */
static void call_super_method(int nargs, Value kwnames)
{
    Value function = record_unbind(nargs);
    if (value_is_null(kwnames) && record_native_init(function, nargs)) return;
    Binding b = {.nargs = nargs + 1, .kwnames = kwnames};
    if (is_function(function)) {
        if (!record_guard_function(const_value(function), function)) {
            record_abort(REASON_CALL_KIND);
            return;
        }
        if (record_inline(function, const_value(function), &b, 1) || REC_FAILED()) return;
    }
    if (is_virtual_exception(rec_stack_ref(nargs + 1))) materialize_exception(rec_stack_ref(nargs + 1));
    HelperId helper = is_function(function) ? HELPER_call_function : HELPER_call;
    if (!REC_FAILED()) call_by_helper(helper, const_value(function), b.nargs, 1, kwnames);
}

static Value call_kwnames_at(void)
{
    /* KW_NAMES stands before PRECALL */
    const Bytes *bytes = as_bytes(rec.f->code->code);
    int unit = rec.f->unit - 2; /* PRECALL: one unit and one cache */
    int before = unit - 1;
    if (before < 0 || (bytes->data[before * 2] & 0xff) != BC_KW_NAMES) return VALUE_NULL;
    uint32_t oparg = frame_quick(rec.frame)->units[before].oparg;
    return as_tuple(rec.f->code->constants)->items[oparg];
}

void record_call(void)
{
    int nargs = rec.oparg;
    Value kwnames = call_kwnames_at();
    Value below = actual(nargs + 2), callable = actual(nargs + 1);
    Slot *callable_slot = rec_stack(nargs + 1);
    Binding b = {.nargs = nargs, .kwnames = kwnames};
    int drop = 2;
    if (is_virtual(callable_slot->ref, VIRTUAL_METHOD)) {
        call_super_method(nargs, kwnames);
        return;
    }
    if (is_virtual(rec_stack_ref(nargs + 2), VIRTUAL_METHOD)) {
        if (!record_call_exit(nargs)) record_abort(REASON_CALL_KIND);
        return;
    }
    if (!value_is_null(below)) { /* [method, self, args] */
        callable = below;
        callable_slot = rec_stack(nargs + 2);
        b.nargs++;
        drop = 1;
    } else if (object_has_type(callable, &type_method) && record_is_unbound(nargs)) {
        callable = ((BoundMethod *)value_as_object(callable))->function;
        callable_slot = rec_stack(nargs + 2);
        b.nargs++;
        drop = 1;
    } else if (object_has_type(callable, &type_method)) {
        /* a bound method object: its function with its self in front */
        BoundMethod *method = (BoundMethod *)value_as_object(callable);
        Ref m = callable_slot->ref;
        guard_type(m, &type_method);
        if (REC_FAILED()) return;
        Binding unbound = {.nargs = nargs + 1, .kwnames = kwnames};
        bool inlines = is_function(method->function) &&
                       record_can_inline(as_code(as_function(method->function)->code)) &&
                       bind(as_function(method->function), as_code(as_function(method->function)->code), &unbound);
        if (!inlines) {
            call_by_helper(HELPER_call, m, nargs, 2, kwnames);
            return;
        }
        Ref function = emit_load(IR_FLOAD, IR_VAL, m, offsetof(BoundMethod, function), ALIAS_CONST);
        Ref self = emit_load(IR_FLOAD, IR_VAL, m, offsetof(BoundMethod, self), ALIAS_CONST);
        guard_value(function, method->function);
        if (REC_FAILED() || !record_guard_function(const_value(method->function), method->function)) return;
        /* [NULL, method] -> [function, self]; the method may be freed: own what was read from it */
        rec_detach(callable_slot);
        Slot *null = rec_stack(nargs + 2);
        Slot method_slot = *callable_slot;
        *null = (Slot){const_value(method->function), OWN_NONE, true, 0};
        *callable_slot = (Slot){self, OWN_FRAGILE, true, 0};
        rec_own(callable_slot);
        push_frame_model(method->function, const_value(method->function), &unbound, 1, FRAME_EXIT_CALL);
        rec_release(method_slot);
        return;
    }
    if (is_function(callable)) {
        Ref ref = callable_slot->ref;
        if (!record_guard_function(ref, callable)) {
            if (!REC_FAILED()) record_abort(REASON_CALL_KIND);
            return;
        }
        Ref function_ref =
            REF_IS_CONST(ref) || !value_is_null(as_function(callable)->kwdefaults) ? const_value(callable) : ref;
        if (record_inline(callable, function_ref, &b, drop) || REC_FAILED()) return;
        if (!call_by_place(callable, function_ref, b.nargs, drop, kwnames))
            call_by_helper(HELPER_call_function, function_ref, b.nargs, drop, kwnames);
        return;
    }
    if (value_is(callable, value_from_type(&type_super)) && drop == 2 && nargs == 0 &&
        (record_super() || (!REC_FAILED() && record_virtual_super())))
        return;
    if (REC_FAILED()) return;
    if (is_exception_class(callable) && instantiate_exception(callable, callable_slot->ref, &b, drop)) return;
    if (REC_FAILED()) return;
    if (record_native_call(callable, nargs, !value_is_null(below), kwnames)) return;
    if (REC_FAILED()) return;
    if (object_has_flag(callable, TYPE_IS_TYPE) && record_instantiate(callable, callable_slot->ref, &b)) return;
    if (REC_FAILED()) return;
    if (REF_IS_VIRTUAL(callable_slot->ref)) materialize(callable_slot);
    Ref ref = as_tagged(callable_slot->ref);
    call_by_helper(HELPER_call, ref, b.nargs, drop, kwnames);
}

/* --- RETURN_VALUE --- */

/* Of function frames: the result goes to whoever called, native code or the interpreter (run_function, run). */
static bool may_return(void)
{
    enum { PLAIN = CO_OPTIMIZED | CO_NEWLOCALS };
    int flags = rec.f->code->flags;
    return (flags & PLAIN) == PLAIN && !(flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) &&
           rec.f->depth == 1 && rec.f->frame->owner == FRAME_OWNED_BY_THREAD;
}

/* A frame object keeps the locals when the frame ends: guards that the entry frame has none. */
static bool guard_no_frame_object(void)
{
    enum { WORD = (int)(offsetof(Frame, object) / sizeof(Value)) - FRAME_WORDS };
    record_snapshot();
    Ref object = ir_append(rec.ir, (Ins){IR_SLOAD, IR_VAL, ALIAS_FRAME, WORD, REF_NONE, 0});
    return emit_guard(IR_GIS, object, const_value(VALUE_NULL));
}

/* A value goes with the last of the variables that have it. */
static void last_copy_owns(int base, int count)
{
    for (int i = count - 1; i > 0; i--) {
        Slot *copy = &rec.slots[base + i];
        if (copy->own != OWN_SLOT || copy->source < base || copy->source >= base + i) continue;
        Slot *source = &rec.slots[copy->source];
        if (source->ref != copy->ref || !slot_shows_end(source)) continue;
        if (source->own == OWN_SELF) {
            copy->own = OWN_SELF;
            source->own = OWN_NONE;
        } else {
            rec_own(copy);
        }
    }
}

/* May a local that stands in memory be seen to go, when the frame drops it? */
static bool memory_shows_end(int local)
{
    const Slot *slot = &rec.slots[local];
    const Code *code = rec.f->code;
    int parameters =
        code->argcount + code->kwonlyargcount + !!(code->flags & CO_VARARGS) + !!(code->flags & CO_VARKEYWORDS);
    if (slot->ref == REF_UNREAD) return slot->in_memory || !rec.place->is_function || local < parameters;
    return !slot->modified && slot->own == OWN_MEMORY && slot_shows_end(slot);
}

/* A frame drops its locals in their order. The trace drops what it owns of them before the frame goes; what comes
 * behind one that the frame drops has to go to memory, if it can be seen to go. */
static void in_order_of_frame(void (*visit)(int local, bool is_behind))
{
    bool is_behind = false;
    for (int i = 0; i < rec.f->code->nlocalsplus; i++) {
        if (rec.slots[i].modified && rec.slots[i].ref != REF_UNREAD)
            visit(i, is_behind);
        else
            is_behind = is_behind || memory_shows_end(i);
    }
}

static void make_real_for_memory(int local, bool is_behind)
{
    Slot *slot = &rec.slots[local];
    if (is_behind && REF_IS_VIRTUAL(slot->ref) && slot_shows_end(slot)) materialize(slot);
}

static void give_up_local(int local, bool is_behind)
{
    Slot slot = rec.slots[local];
    if (is_behind && slot_shows_end(&slot)) {
        ir_append(rec.ir, (Ins){IR_SLOTSET, IR_NIL, 0, local, slot.ref, 0});
        rec.slots[local] = (Slot){REF_UNREAD, OWN_MEMORY, false, 0, true};
        return;
    }
    rec.slots[local] = (Slot){const_value(VALUE_NULL), OWN_NONE, false, 0}; /* memory has no value, or an immediate */
    rec_release(slot);
}

/* The end of a function: what the trace owns of the locals is dropped here, the rest with the frame. */
static void record_function_return(void)
{
    if (!guard_no_frame_object()) return;
    Slot *result = rec_stack(1);
    if (REF_IS_VIRTUAL(result->ref)) materialize(result);
    last_copy_owns(0, rec.f->code->nlocalsplus);
    in_order_of_frame(make_real_for_memory);
    if (REC_FAILED()) return;
    if (rec_stack(1)->own == OWN_MEMORY || !rec_stack(1)->modified) rec_push_slot(rec_take()); /* out of memory */
    result = rec_stack(1);
    if (result->own == OWN_SLOT && rec.slots[result->source].own == OWN_SELF &&
        rec.slots[result->source].ref == result->ref) {
        Slot *source = &rec.slots[result->source];
        result->own = OWN_SELF;
        *source = (Slot){const_value(VALUE_NULL), OWN_NONE, true, 0};
    }
    rec_own(result);
    if (REC_FAILED()) return;
    in_order_of_frame(give_up_local);
    rec.snapshot = -1;
    rec.has_effects = false;
    int snapshot = record_snapshot();
    rec.ir->snapshots[snapshot].kind = SNAP_RETURN;
    emit(IR_EXIT, IR_NIL, REF_NONE, REF_NONE, snapshot, 0);
    rec.is_done = true;
}

/* One exception in several locals goes once. */
static void forget_copies(int base, int count)
{
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < i && is_virtual_exception(rec.slots[base + i].ref); k++) {
            if (rec.slots[base + k].ref == rec.slots[base + i].ref)
                rec.slots[base + i] = (Slot){const_value(VALUE_NONE), OWN_NONE, true, 0};
        }
    }
}

/* A traceback that lives on, or a frame object, shows the locals as they are now: that is left to the interpreter. */
static void return_of_shown_frame(void)
{
    if (rec.frame_count == 1) {
        record_finish_exit(rec.f->unit);
        return;
    }
    do_not_inline(rec.f->code);
    record_abort(REASON_NOT_INLINED);
}

void record_return(void)
{
    if (rec.f->is_generator) {
        record_generator_return();
        return;
    }
    if (record_frame_is_shown() || (rec.frame_count == 1 && rec.f->frame->object)) {
        return_of_shown_frame();
        return;
    }
    if (rec.frame_count == 1 && (rec.place->is_function || rec.bridge_of >= 0) && may_return()) {
        record_function_return();
        return;
    }
    if (rec.frame_count == 1) {
        if (rec.bridge_of >= 0) {
            record_finish_exit(rec.f->unit); /* the interpreter does the return itself */
            return;
        }
        record_abort(REASON_LEFT_FRAME);
        return;
    }
    RecordFrame callee = *rec.f;
    if (!record_special_result(callee.exit)) return;
    Slot result = rec_take();
    int locals = callee.code->nlocalsplus;
    /* A result that a dying local keeps alive takes over its reference. */
    if (result.own == OWN_SLOT && result.source >= callee.base) {
        Slot *source = &rec.slots[result.source];
        if (source->own == OWN_SELF && source->ref == result.ref) {
            result.own = OWN_SELF;
            source->own = OWN_NONE;
            source->ref = const_value(VALUE_NULL);
        } else {
            rec_own(&result);
        }
    }
    RecordFrame *caller = &rec.frames[rec.frame_count - 2];
    Slot saved[64];
    int count = MIN(locals, 64);
    if (locals > 64) {
        record_abort(REASON_TOO_DEEP);
        return;
    }
    objects_leave_frame(callee.base);
    forget_copies(callee.base, count);
    last_copy_owns(callee.base, count);
    memcpy(saved, &rec.slots[callee.base], (size_t)count * sizeof(Slot));
    /* the frame is left first: what is dropped below may run code, and the barrier must see the result */
    rec.frame_count--;
    rec.f = caller;
    bool is_discarded = callee.exit == FRAME_EXIT_INIT || callee.exit == FRAME_EXIT_DISCARD;
    Slot operands[2];
    int operand_count = record_special_operands(callee.exit, &result, operands);
    if (!is_discarded) {
        rec_push_slot(result);
        rec_stack(1)->modified = true;
    }
    for (int i = 0; i < count; i++) rec_release(saved[i]);
    rec_release(callee.function_slot);
    while (operand_count > 0) rec_release(operands[--operand_count]); /* the left one first */
    if (is_discarded) rec_release(result);
    rec.returned = true;
}

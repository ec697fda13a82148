/* record.h: the recorder's state, and the words in which the families of instructions (record_*.c) are written.
 *
 * The recorder runs beside the interpreter: jit_record sees each public instruction just before it is executed, with
 * all actual values in the frame, and writes what it will do into the IR. Its model of the frames is an array of Slots,
 * one for each local and stack entry of the entry frame and of all inlined frames behind it.
 *
 * Ownership. The interpreter's slots all own their values. In the trace most need not:
 *   OWN_NONE     nothing to count: int, float, bool, immediate constants; or an object that the tree itself keeps
 *   OWN_MEMORY   the entry frame's slot in memory still holds the reference (the value is the one from before)
 *   OWN_SELF     the trace holds a reference for this slot: it moves to the frame at exits, and is dropped at
 * overwriting OWN_SLOT     a copy of local `source`, which keeps it alive; before that local changes, copies become
 * OWN_SELF OWN_FRAGILE  read from the heap, where something else can drop it: before anything that may free objects
 *                (record_barrier) it becomes OWN_SELF
 * So `a[i] + b.x` counts nothing, and what is counted is counted exactly when it could matter.
 *
 * Rules for a recorder function of an instruction:
 *  R1  Guards come before effects: record_snapshot() describes the state before the instruction; operands stay on the
 *      stack (peek) until the last guard and call are emitted.
 *  R2  An effect that may free objects or run Python code: record_barrier() first, record_escaped() after.
 *  R3  What is known of a value comes from the IR (types, guards) only, never from the actual value alone: emit a
 * guard. R4  Return after record_abort().
 */
#ifndef JIT_RECORD_H
#define JIT_RECORD_H

#include "jit/helpers.h"
#include "jit/runtime.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/shape.h"
#include "objects/str.h"

typedef enum Own { OWN_NONE, OWN_MEMORY, OWN_SELF, OWN_SLOT, OWN_FRAGILE } Own;

enum { REF_UNREAD = REF_NONE + 6 }; /* a slot of the entry frame that the path has not looked at */

typedef struct Slot {
    Ref ref;
    uint8_t own;
    bool modified;  /* memory (of the entry frame) does not hold it */
    int16_t source; /* OWN_SLOT: absolute slot number of the local */
    bool in_memory; /* unread, and written by a helper: a load, not an entry of the tree */
} Slot;

typedef struct RecordFrame {
    Frame *frame; /* the real one, as the interpreter runs it */
    Code *code;
    Ref function;      /* REF_NONE for the entry frame */
    bool is_generator; /* the frame inside the generator `function` (record_generator.c) */
    bool is_linked;    /* … which is among the thread's frames */
    int suspended_at;  /* … whose position in memory is this unit; -1: not known */
    int base;          /* its first slot */
    int depth;         /* stack entries */
    int unit;          /* instruction being recorded; in callers: the CALL */
    int return_units;
    int exit;           /* FrameExit */
    int blame;          /* the unit that frame->ip says after an exception has passed */
    Slot function_slot; /* what keeps a function alive that is not a constant */
} RecordFrame;

enum { OBJECT_FIELDS = 16, RECORD_OBJECTS = RECORD_OBJECTS_MAX };

/* An instance that exists in the recorder only (record_object.c). */
typedef struct RecordObject {
    Type *type;
    NULLABLE Shape *shape;
    int holders; /* slots that have it; 0: this entry is free */
    int count;
    int written; /* the Virtual that shows its state at the last snapshot; -1: none */
    uint16_t offsets[OBJECT_FIELDS];
    Slot fields[OBJECT_FIELDS];
} RecordObject;

enum { RECORD_SLOTS = 1024, RECORD_FRAMES = 12, TRACE_INS_MAX = 1200, TREE_INS_MAX = 10000, TREE_SEGMENTS_MAX = 40 };
enum { TRACE_ENTRIES_MAX = 32768 }; /* of all snapshots: an exit's code grows with them (the ray tracer has 14,500) */

typedef struct Recorder {
    JitTree *tree;
    Tree *ir;
    Place *place;
    int bridge_of; /* snapshot that the bridge continues; -1: root */
    RecordFrame frames[RECORD_FRAMES];
    int frame_count;
    RecordFrame *f;              /* innermost */
    NULLABLE Value super_method; /* borrowed: super() was called, this is what the LOAD_METHOD behind it finds */
    Slot slots[RECORD_SLOTS];
    RecordObject objects[RECORD_OBJECTS];
    /* exceptions (record_exception.c) */
    Slot handled;                 /* being handled, with handled_depth > 0: memory still has the one from before */
    int handled_depth;            /* handlers that memory does not know of */
    Slot in_flight;               /* on its way to its handler */
    int tracked_count;            /* refs in hand that follow what becomes real */
    bool has_checkpoint;          /* the instruction has called a helper that may raise (record_flip.c) */
    bool is_unwinding;            /* the interpreter does the same now: the next instruction is the handler's first */
    Frame *started_in;            /* where recording begins */
    int snapshot, raise_snapshot; /* of the current instruction; -1: not taken yet */
    bool has_effects;             /* the current instruction has emitted some */
    bool needs_valid_check;
    bool is_done;       /* the end has been recorded */
    bool ran_in_memory; /* the instruction was run by its helper on the frame: the stack is as memory says */
    int memory_from;    /* … from this depth on */
    bool expects_frame; /* a call was inlined: the next instruction is the callee's first */
    bool virtual_range; /* the range on the stack is its iterator already: the next instruction is GET_ITER */
    int unrolled;       /* times that a bridge went on behind the tree's head */
    bool kinds_differ;  /* a bridge could not go back to the head: its variables are of other kinds */
    bool returned;      /* RETURN_VALUE was inlined: the next instruction is the caller's */
    bool has_called;    /* a CALL is on the path */
    bool is_recursive;  /* … of the place's own code */
    int instructions;
    int first_ins; /* where the IR of the current instruction begins */
    Reason reason; /* abort */
    int reason_unit, reason_opcode;
    Code *reason_code;
    /* the actual state for the current instruction */
    Frame *frame;
    Unit *ip;
    Value *sp;
    int oparg;
    /* backward jumps that were followed */
    struct {
        Code *code;
        int target, count;
    } followed[16];
    int followed_count;
    /* generators that the recording has resumed (record_generator.c) */
    struct {
        Ref ref;
        const void *actual;       /* to compare addresses only: it may be gone */
        const Unit *first, *last; /* where it was resumed first, and is suspended now; NULL: it runs or has ended */
    } generators[8];
    int generator_count;
    /* sizes of the tree's vectors at the start, for undoing */
    Tree saved;
} Recorder;

extern Recorder rec;

/* --- ending --- */
void record_abort(Reason reason);
#define REC_FAILED() (rec.reason != REASON_NONE)

/* --- the model of the frame --- */
Slot *rec_local(int index);    /* of the innermost frame, read if necessary */
Slot *rec_stack(int from_top); /* 1 = top */
Ref rec_stack_ref(int from_top);
Value actual(int from_top); /* the actual value of a stack entry */
Value actual_local(int index);
void rec_push(Ref ref, Own own);
void rec_push_slot(Slot slot);                   /* with the ownership that it has */
void rec_push_copy(const Slot *slot, int local); /* local: absolute number of the local it copies, or -1 */
Slot rec_take(void);                             /* pops; the caller has the slot's ownership */
void rec_release(Slot slot);                     /* gives it up: counts down when owned */
void rec_drop(int count);                        /* pops and releases */
void rec_flush(int from_top);                    /* an owned stack entry into the entry frame's memory */
void rec_clear_memory(int absolute);             /* of the slot: its reference has moved into the trace */
RecordFrame *rec_frame_of(int absolute);
bool rec_may_be_unbound(Ref ref);      /* it was read from a variable's memory */
bool slot_shows_end(const Slot *slot); /* could a program see that it is given up (a __del__)? */
void rec_own(Slot *slot);              /* makes it OWN_SELF (or OWN_NONE for what is not counted) */
void rec_assign(Slot *target, int absolute, Slot value);
int rec_absolute(const Slot *slot);
void for_all_slots(void (*visit)(Slot *slot, int argument), int argument);

/* --- effects --- */
int record_snapshot(void);
int record_raise_snapshot(void);
void record_barrier(void); /* R2: fragile values become owned */
void record_escaped(void); /* Python code may have run: assumptions are checked at the next instruction */
void record_set_ip(void);  /* the entry frame's position in memory, for whoever looks at it */

/* Will the object have more than one owner in native code too? The interpreter's slots all own, the trace's do not. */
bool has_other_owners(Value v);
bool is_known_shared(Ref ref); /* the current instruction has guarded it */

/* --- emitting --- */
Ref emit(IrOp op, IrType type, Ref a, Ref b, int c, int aux);
Ref emit_pure(IrOp op, IrType type, Ref a, Ref b);
bool emit_guard(IrOp op, Ref a, Ref b); /* with the current snapshot; false: aborted */
Ref emit_load(IrOp op, IrType type, Ref base, int offset, AliasClass class);
void emit_store(Ref base, int offset, Ref value, AliasClass class);
Ref emit_call(HelperId helper, const Ref *args, int count);
Ref emit_call_pure(HelperId helper, const Ref *args, int count); /* CALLP */
Ref emit_call_read(HelperId helper, const Ref *args, int count); /* CALLR */
/* A call that may raise and frees nothing: no barrier. */
Ref emit_call_keeping(HelperId helper, const Ref *args, int count);
/* A call that may raise: barrier and escape by the helper's effects, then the check of the result. The operands must
 * still be on the stack. */
Ref emit_call_checked(HelperId helper, const Ref *args, int count);
Ref const_value(Value v); /* kept alive by the tree */
Ref const_type(const Type *type);

/* --- types --- */
bool is_counted(Ref ref); /* can be a heap object */
/* The unboxed form, with a guard when the ref is a tagged value. The actual value must be of that kind. */
Ref as_int_ref(Ref ref);
Ref as_float_ref(Ref ref);
Ref as_bool_ref(Ref ref);
Ref as_tagged(Ref ref); /* VAL form of any typed ref; virtuals are made real */
/* The actual value decides: unboxes ints and floats; others stay. */
Ref specialize(Ref ref, Value actual_value);
void guard_type(Ref ref, const Type *type);  /* exact type of a heap object */
void guard_value(Ref ref, Value v);          /* is exactly this object */
void guard_exact(Ref ref, Value v);          /* is of the exact type that the actual value has */
bool known_type(Ref ref, const Type **type); /* from guards on the path */
/* Guards that the instance has the class (and layout) that it has now, and that the class is unchanged. */
bool record_guard_class(Ref ref, Value instance);
bool record_guard_version(Type *class);

/* --- virtual objects --- */
Ref virtual_new(VirtualKind kind, const Ref *fields, const Own *owns, int count);
Virtual *virtual_of(Ref ref);
bool is_virtual(Ref ref, VirtualKind kind);
bool is_iterator_ref(Ref ref);
Ref virtual_field(Ref ref, int index);
void materialize(Slot *slot);

/* --- virtual instances (record_object.c) --- */
bool is_object(Ref ref);
Type *object_class(Ref ref);
bool class_can_be_virtual(const Type *class);
bool object_new_virtual(Type *class, Slot *slot); /* false: there are too many */
Slot object_copy(Ref ref);                        /* one more holder */
void object_release(Ref ref);
bool object_shows_end(Ref ref);
bool object_load(Value name);
bool object_store(Value name);
void object_materialize(Ref ref);
Ref object_write(Ref ref);
bool object_read(int index, Slot *slot);
void slot_leaves_frame(Slot *slot, int base);
void objects_leave_frame(int base);
void for_all_object_fields(void (*visit)(Slot *slot, int argument), int argument);
void record_check_objects(void);
void record_check_exceptions(void);
/* --- exceptions: record_exception.c, record_raise.c --- */
bool is_virtual_exception(Ref ref);
/* An instance of a class of exceptions with the `nargs` values on top of the stack as its args; they stay there. */
Ref record_exception_new(Type *class, int nargs);
bool has_plain_new(const Type *class); /* exceptions that are no more than their args */
void materialize_exception(Ref ref);   /* … in all places that hold it */
void record_release_exception(Ref ref);
void record_flush_handled(void); /* Python code may run and ask: sys.exc_info() */
void record_settle_operands(int opcode);
bool record_exception_attr(Value name);     /* LOAD_ATTR of a virtual exception; false: it becomes real */
bool record_exception_set_attr(Value name); /* STORE_ATTR likewise */
void record_exception_init(Ref self, int nargs);
void record_raise(int opcode);
void record_raise_new(Type *class, int argument); /* the instruction raises class(stack entry) */
void record_pending_exception(void);              /* a bridge begins with the exception that a helper has raised */
bool record_handler_exists(void);
void record_push_exc_info(void);
void record_pop_except(void);
void record_check_exc_match(void);
/* … in record_exception.c, for raising and handling */
Ref record_exception_of(Type *class, Slot *argument); /* class(argument) */
Ref record_exception_around(const Type *class, Ref object);
bool record_exception_is_fresh(Ref exception);
void record_exception_chain(Ref exception, int field, Slot link, bool suppress);
void record_exception_passes(Ref exception);
void record_settle_locals(const RecordFrame *f);
void record_frame_ends(void);
bool record_frame_is_shown(void);
bool record_has_virtuals(const RecordFrame *f); /* among its locals */
bool record_is_owned(Ref ref);                  /* by a slot, or by a virtual object in one */
int record_keep_code(Code *code);
void rec_detach(Slot *slot); /* out of memory: its reference belongs to the trace then */
void record_release_ref(Ref ref, bool is_shared);
void do_not_inline(const Code *code);
extern Value jit_exception_arguments[VIRTUAL_FIELDS_MAX];

/* --- a helper has raised: record_flip.c --- */
void record_checkpoint(Ref call); /* the operands are on the stack still */
bool record_flip(Frame *frame);
void record_finish_instruction(Finish finish, int takes);

/* --- generators that the trace runs: record_generator.c --- */
/* The generator in the stack entry `from_top` goes on as an inlined frame, for FOR_ITER or SEND; what is sent to it is
 * above it on the stack, if anything. False: it cannot (nothing is emitted), or aborted. */
bool record_resume_generator(int from_top, int exit);
void record_yield(void);
void record_generator_return(void);
void record_send(void);
void record_get_yield_from_iter(void);
bool record_runs_generator(void);                            /* one of the frames is a generator's */
Slot record_generator_slot(const RecordFrame *f, int index); /* as it is in memory */
void record_clear_generator_slot(const RecordFrame *f, int index);
void record_generator_goes_on(int target);
bool record_generators_have_moved(void); /* one is suspended elsewhere than at the start of the path */
void record_link_generators(void);       /* somebody may look at the frames of the thread now */

/* --- with: record_with.c --- */
void record_before_with(void);
bool record_call_exit(int nargs);
void record_with_except_start(void);
/* A call of the Python function, a constant that is guarded: gives the result, checked. */
Ref record_call_refs(Value function, const Ref *refs, int nargs);

/* --- super() of virtual objects: record_super_virtual.c --- */
bool record_virtual_super(void);
void record_virtual_super_method(Value name);
Value record_unbind(int nargs);
bool record_native_init(Value function, int nargs);

/* --- families --- */
void record_instruction(int opcode);
void record_binary_op(void);
void record_unary(int opcode);
void record_compare(void);
void record_is(void);
/* The comparison of COMPARE_OP out of four operations. */
Ref record_ordered(IrOp less, IrOp less_equal, IrOp equal, IrOp unequal, Ref a, Ref b);
void record_contains(void);
void record_jump_if(int opcode);
void record_for_iter(void);
/* The iterator asked has no more: `item` is 0. The other outcome is an item, which must not be lost: the interpreter
 * goes on with it behind the instruction. */
void record_expect_end(Ref item);
void record_get_iter(void);
/* The next item of a real iterator, the stack entry `from_top`, whose fields are read and written in place
 * (record_iter.c): it takes the place of what is above the iterator. False: no form, or aborted. */
bool record_next_inline(Value iterator, int from_top);
bool record_is_quiet_iterator(Value v); /* its next() runs no Python code */
void record_load_global(void);
void record_load_name(int opcode);
void record_store_global(int opcode);
void record_load_attr(void);
void record_load_method(void);
void record_store_attr(void);
NULLABLE const NativeMember *member_of(Value descriptor); /* a __slots__ member, or NULL */
/* Inlined functions of classes (record_special.c): false: there is no such function, or it cannot be inlined. */
bool record_property(Value property);
bool record_property_store(Value property);
bool record_special_binary(void);
bool record_special_compare(void);
bool record_special_unary(Value name);
bool record_special_truth(void);
bool record_special_subscript(void);
bool record_special_store_subscript(void);
bool record_special_contains(void);
bool record_special_next(void);
bool record_special_result(int exit);
int record_special_operands(int exit, Slot *result, Slot *operands);
/* super() and class methods (record_super.c) */
bool record_super(void);
bool record_super_method(void);
bool record_class_method(Value attribute, Value owner);
bool record_is_unbound(int nargs);
bool record_can_inline(const Code *code);
bool record_is_lasting(Value v); /* may be a constant of the tree, which then keeps it alive */
bool record_guard_function(Ref ref, Value callable);
void record_push_frame(Value function, int count, int exit, int units);
/* A store over a value: learn what it is before (guards), drop it after. `now` is the actual one. */
Ref record_old_value(Ref base, int offset, AliasClass class, Value now);
void record_guard_droppable(Ref old, Value now);
/* Of a place that may be empty (an unset slot, the cell of a deleted variable): it is not, if it is not now. */
void record_guard_present(Ref base, int offset, AliasClass class, Value now);
void record_drop_old(Ref old);
void record_subscript(void);
void record_store_subscript(void);
void record_delete_subscript(void);

/* --- items of exact lists (record_list.c); the index is inside, now too --- */
bool record_list_guard(Ref list, const List *now); /* what record_list_item will ask; false: aborted */
/* Fragile; INT or FLOAT when all items are; REF_NONE: aborted. */
Ref record_list_item(Ref list, const List *now, Ref index);
/* list[index] = the stack entry `value`, after all guards. `old`, unless REF_NONE, is for record_drop_old(). */
bool record_list_store(Ref list, const List *now, Ref index, ssize_t index_now, int value, Ref *old);

/* --- strs (record_str.c) --- */
Ref record_str_char(Ref code);           /* str_latin1_characters() must be there */
bool record_is_char(Ref ref, Ref *code); /* one of the kept Latin-1 characters: its code, an INT */
Ref record_str_item(Ref str, Value actual, Ref index,
                    Own *own);        /* the index is inside; fragile or owned as *own says */
Ref record_str_compare(Ref a, Ref b); /* both are strs; the comparison of COMPARE_OP, a BOOL */
Ref record_str_contains(Ref str, Ref sub);

/* A look-up in an exact dict or set that runs no Python code (record_dict.c). */
typedef struct Lookup {
    Ref container, key; /* both real */
    Value actual;       /* the dict or set */
    Ref found;          /* INT: entry of a dict or PLAIN_MISSING; whether a set has it */
    int64_t actual_found;
} Lookup;
/* False: not such a look-up (nothing is emitted), or aborted. */
bool record_dict_lookup(Lookup *lookup, Ref dict, Value actual_dict, Ref key, Value actual_key);
bool record_set_lookup(Lookup *lookup, Ref set, Value actual_set, Ref item, Value actual_item);
/* Guards that the outcome is as now. False: aborted. */
bool record_guard_outcome(const Lookup *lookup);
bool record_guard_unwatched(const Lookup *lookup); /* the dict: for changes; false: it is watched, or aborted */
Ref record_dict_value(const Lookup *lookup);       /* of the key found: borrowed, fragile */
/* dict[key] = the stack entry `value`, after all guards: the caller drops the operands. False: no form, or aborted. */
bool record_dict_store(const Lookup *lookup, int value);
void record_set_insert(const Lookup *lookup); /* if it is missing */
Ref real_ref(int from_top);                   /* a stack entry as a real tagged value */
void record_unpack(void);
void record_build(int opcode);
void record_build_slice(void);
Ref slice_materialize(Ref slice); /* the call that makes it */
bool record_slice(void);          /* container[start:stop:step]; false: not such a one */
bool record_store_slice(void);    /* list[start:stop] = values */
void record_call(void);
void record_return(void);
void record_deref(int opcode);
void record_backward_jump(int target);
int record_times_followed(Code *code, int target);
void record_generic(int opcode);
/* Truth of the operand on top as a BOOL ref or constant; REF_NONE: aborted. */
Ref record_truth(int from_top);
/* An int helper: pushes a result that is VAL and owned. */
void push_result(Ref ref, int operands);
bool record_native_call(Value callable, int nargs, int has_self, Value kwnames);

/* --- ends --- */
void record_finish_exit(int unit); /* the trace leaves for the interpreter at `unit`, always */
bool record_close_at_head(void);
void record_link(Place *place); /* the trace goes on in the tree of that place, at whose head the frame stands */

/* Arguments of calls with many of them: filled by native code right before the call, read by the helper at once. */
extern Value jit_call_arguments[64];
enum { LIST_ITERATOR_INDEX = 16, LIST_ITERATOR_SEQUENCE = 24 }; /* checked in record_loop.c */

#endif

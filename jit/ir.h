/* ir.h: the intermediate representation of a tree of traces.
 *
 * A Tree is what is compiled together: one root trace (a loop or a function body) and the side traces ("bridges") that
 * grew out of its exits. Each is a Segment: a stretch of the tree's one instruction array. A path through the tree is
 * straight, so everything that stands earlier on the path dominates, and facts need no data-flow analysis: "is already
 * known" means "an equal instruction stands earlier on the path" (CSE over guards and values alike).
 *
 * Values are instructions (SSA, numbered by Ref >= 0) and constants (Ref < 0). Types:
 *   INT   a Python int of 62 bits       FLOAT a double        BOOL  0 or 1
 *   VAL   a tagged Value                WORD a machine word or address
 * The emitter may represent INT as it likes (it keeps n << 2, so that overflow of the word is overflow of the int).
 *
 * The root is:  entries and first iteration | LOOP | body, PHIs       (see opt_loop.c)
 * and ends in its own body; bridges end in JHEAD, LINK or EXIT.
 *
 * Snapshots tell how to rebuild the interpreter's frames (snapshot.h). Guards name theirs in field c.
 */
#ifndef JIT_IR_H
#define JIT_IR_H

#include <setjmp.h>

#include "base/common.h"

typedef int32_t Ref;
enum {
    REF_NONE = INT32_MIN,
    REF_VIRTUAL = 1 << 28, /* + k: virtual object k of the tree (snapshots only) */
    REF_OBJECT = 1 << 29   /* + k: object k of the recorder (record_object.c); a REF_VIRTUAL in snapshots */
};

typedef enum IrType { IR_NIL, IR_INT, IR_FLOAT, IR_BOOL, IR_VAL, IR_WORD } IrType;

typedef enum IrOp {
#define OP(name, operands, kind, text) IR_##name,
#include "jit/ir.def"
#undef OP
    IR_OP_COUNT
} IrOp;

typedef enum IrKind { KIND_MARK, KIND_PURE, KIND_LOAD, KIND_GUARD, KIND_STORE, KIND_EFFECT } IrKind;

typedef struct IrOpInfo {
    const char *name, *operands;
    IrKind kind;
} IrOpInfo;
extern const IrOpInfo ir_op_info[IR_OP_COUNT];

typedef struct Ins {
    uint8_t op, type;
    uint16_t aux;
    Ref a, b;
    int32_t c;
} Ins;

/* What memory a load or store touches. Different classes never overlap. */
typedef enum AliasClass {
    ALIAS_CONST, /* never changes: type of exact builtin objects, tuple items, lengths of immutable objects */
    ALIAS_LIST_LENGTH,
    ALIAS_LIST_ITEMS,
    ALIAS_LIST_ELEMENT,
    ALIAS_LIST_KINDS,
    ALIAS_SHAPE,
    ALIAS_ATTR,
    ALIAS_SPILL,
    ALIAS_SPILL_ELEMENT, /* instances */
    ALIAS_CELL,
    ALIAS_DICT,       /* length */
    ALIAS_DICT_KEYS,  /* which key is at which entry, where the entries are, whether the dict is watched */
    ALIAS_DICT_VALUE, /* values in entries */
    ALIAS_SET,
    ALIAS_TYPE_VERSION,
    ALIAS_VALID,
    ALIAS_FUNCTION,
    ALIAS_BYTEARRAY_LENGTH,
    ALIAS_BYTEARRAY_DATA,
    ALIAS_BYTEARRAY_ELEMENT,
    ALIAS_ITERATOR, /* fields of iterator objects */
    ALIAS_FRAME,
    ALIAS_GENERATOR, /* what changes in generators: locals, stack, position, state */
    ALIAS_EXCEPTION,
    ALIAS_OTHER,
    ALIAS_COUNT
} AliasClass;
#define ALIAS_BIT(class) (1u << (class))
#define ALIAS_ALL (((1u << ALIAS_COUNT) - 1) & ~1u)

/* How an ENTRY reads its slot; the check that goes with it is made at the tree's entry. */
typedef enum EntryKind {
    ENTRY_VAL, /* any value, borrowed from the slot (VALUE_NULL when unbound) */
    ENTRY_INT,
    ENTRY_FLT, /* a small int, an immediate float, unboxed */
    ENTRY_RANGE_NEXT,
    ENTRY_RANGE_REMAINING,
    ENTRY_RANGE_STEP, /* fields of an unshared range iterator in the slot */
    ENTRY_LIST_INDEX,
    ENTRY_LIST_SEQUENCE, /* of an unshared list iterator */
    ENTRY_KIND_COUNT
} EntryKind;

typedef enum ConstKind {
    CONST_NUMBER,   /* bits as they are, by type: INT, FLOAT, BOOL, WORD, or an immediate VAL: written into the code */
    CONST_OBJECT,   /* an object's address: through the table; the tree owns a reference when type is VAL */
    CONST_BORROWED, /* the same, not owned: what revokes the tree when it dies, a dict or the place's own code */
    CONST_ADDRESS   /* a runtime address: through the table */
} ConstKind;

typedef struct Const {
    uint8_t type, kind;
    uint64_t bits;
} Const;

/* --- snapshots --- */

enum SnapFlags {
    SLOT_OWNED = 1,         /* the trace's own reference moves to the frame; else the exit increfs */
    FRAME_OF_GENERATOR = 2, /* of frames: the one inside the generator `function` */
    FRAME_IS_LINKED = 4     /* … which is among the thread's frames already */
};

/* The slot of a snapshot entry that is no slot: the exception being handled, which memory does not know of yet. The
 * flags' upper byte: how many handlers deep the trace is. */
enum { SLOT_HANDLED = 0xffff, HANDLED_DEPTH_SHIFT = 8 };

typedef struct SnapEntry {
    uint16_t slot;
    uint16_t flags;
    Ref ref; /* instruction, constant or virtual */
} SnapEntry;

typedef struct SnapFrame {
    Ref function;    /* constant or value; REF_NONE for the entry frame; or a generator */
    int32_t unit;    /* instruction to execute next; for callers: the CALL that runs */
    uint16_t base;   /* first slot */
    uint16_t depth;  /* stack entries */
    uint16_t locals; /* nlocalsplus */
    uint8_t return_units;
    uint8_t exit;           /* FrameExit */
    uint8_t function_flags; /* SnapFlags */
    int32_t code;           /* index into tree->codes */
} SnapFrame;

typedef enum SnapKind { SNAP_RESUME, SNAP_RAISE, SNAP_FINAL, SNAP_RETURN, SNAP_ENTRY } SnapKind;

/* What an exit does after the frames are there: it finishes an instruction whose call the trace expected to raise
 * (record_flip.c). `finish_takes` operands go; the result stands above them. */
typedef enum Finish {
    FINISH_NONE,
    FINISH_RESULT, /* the result is pushed */
    FINISH_METHOD, /* NULL and the result are pushed */
    FINISH_EMPTY   /* there is no result */
} Finish;
enum { FINISH_TAKES_MAX = 64 };

typedef struct Snapshot {
    int32_t first_entry, entry_count;
    int32_t first_frame, frame_count; /* frame 0 is the entry frame */
    int32_t bridge;                   /* segment that continues here; -1: none */
    uint32_t hits;                    /* times the exit was taken (or since its bridge failed) */
    uint16_t tries;                   /* failed attempts to record a bridge */
    uint8_t kind;
    bool keeps_sp; /* the stack pointer in memory is right (a helper that ran on the frame itself has failed) */
    NULLABLE struct FastExit *fast; /* owned: how to leave here, worked out once (exits.c) */
    uint8_t finish, finish_takes;   /* Finish */
    int16_t result; /* SNAP_RETURN: 1 + index of the result in `fast`; 0: not looked up, -1: not there */
    int32_t at;     /* instruction count of the segment when it was taken */
    int32_t segment;
    int32_t length; /* instructions of the program from the tree's head to here, loops taken once, or twice inside of a
                       peeled one */
} Snapshot;

typedef enum VirtualKind {
    VIRTUAL_TUPLE,
    VIRTUAL_RANGE_ITERATOR,
    VIRTUAL_LIST_ITERATOR,
    VIRTUAL_INSTANCE,
    VIRTUAL_SLICE,
    VIRTUAL_METHOD,
    VIRTUAL_SUPER,
    VIRTUAL_EXCEPTION,
    VIRTUAL_FRAME
} VirtualKind;

/* Fields of VIRTUAL_RANGE_ITERATOR: object or 0, next, remaining, step (words); VIRTUAL_LIST_ITERATOR: object or 0,
 * list, index; VIRTUAL_INSTANCE: class, shape or 0, and the attributes that are set, whose flags tell their offset too;
 * VIRTUAL_TUPLE: its items. Field flags say who owns each, as in SnapEntry.
 *
 * VIRTUAL_METHOD: what super() found, the object. VIRTUAL_SUPER: class, object.
 * VIRTUAL_EXCEPTION (record_exception.c): the fixed fields, then `attrs` pairs of name and value, then a pair of frame
 * and unit for each traceback entry, the innermost first. With an object, the other fixed fields are not used: it
 * exists, and only its newest traceback entries do not. VIRTUAL_FRAME: a frame that has ended, as a traceback keeps it.
 * A frame that still runs is its index, a word. */
enum {
    EXCEPTION_CLASS,
    EXCEPTION_OBJECT,
    EXCEPTION_ARGS,
    EXCEPTION_CONTEXT,
    EXCEPTION_CAUSE,
    EXCEPTION_SUPPRESS,
    EXCEPTION_ATTRS,
    EXCEPTION_HEAD
};
enum { FRAME_FUNCTION, FRAME_CODE, FRAME_UNIT, FRAME_BACK, FRAME_LOCALS, VIRTUAL_FIELDS_MAX = 64 };

typedef struct Virtual {
    uint8_t kind;
    uint8_t is_owned; /* of the object field */
    uint16_t count;
    int32_t first; /* in `fields` */
} Virtual;

typedef struct VirtualField {
    Ref ref;
    uint32_t flags;
} VirtualField;
enum { FIELD_OFFSET_SHIFT = 8, RECORD_OBJECTS_MAX = 32 /* virtual instances at one point */ };

typedef struct Segment {
    int32_t first, end;      /* instructions [first, end) */
    int32_t parent_snapshot; /* -1: the root */
    int32_t loop;            /* the LOOP instruction; -1: none */
    uint32_t effects;        /* alias classes that it writes */
} Segment;

#define VECTOR(type, name)                                                                                             \
    type *name;                                                                                                        \
    int name##_count, name##_capacity

typedef struct Tree {
    VECTOR(Ins, ins);
    VECTOR(Const, constants);
    VECTOR(Ref, args);
    VECTOR(Snapshot, snapshots);
    VECTOR(SnapEntry, entries);
    VECTOR(SnapFrame, frames);
    VECTOR(Virtual, virtuals);
    VECTOR(VirtualField, fields);
    VECTOR(Segment, segments);
    VECTOR(void *, codes); /* Code *, owned references but for the first, the place's own */
    int32_t *chain;        /* per instruction: the one before with the same op on the path (capacity of ins) */
    int chain_capacity;
    Ref chain_head[IR_OP_COUNT];
    Ref clobber[ALIAS_COUNT]; /* the last instruction on the path that writes the class otherwise than by a STORE */
    uint8_t *is_stale; /* per instruction before LOOP: it changes from iteration to iteration, and no PHI carries it */
    int loop_end;      /* end of the first iteration: the LOOP; 0: none */
    bool is_in_body;   /* the path being recorded has passed LOOP */
    Ref bridge_first;  /* of the bridge being recorded; 0: the root is */
    uint8_t *is_live;  /* per instruction before it: its value is there at the exit that the bridge begins at */
    Ref problem;       /* where opt_loop gave up (for the log) */
} Tree;

#define REF_IS_CONST(ref) ((ref) < 0 && (ref) > REF_NONE + 8)
#define REF_IS_INS(ref) ((ref) >= 0 && (ref) < REF_VIRTUAL)
#define REF_IS_VIRTUAL(ref) ((ref) >= REF_VIRTUAL)

/* Grows a vector of the tree by one zeroed element and gives it. When there is no memory for that, it does not come
 * back: whoever builds a tree (the recorder) has set ir_no_memory, and holds nothing that this would lose. */
#define VECTOR_ADD(tree, name)                                                                                         \
    (ir_grow((void **)&(tree)->name, &(tree)->name##_count, &(tree)->name##_capacity, sizeof *(tree)->name),           \
     &(tree)->name[(tree)->name##_count - 1])
void ir_grow(void **items, int *count, int *capacity, size_t size);
extern jmp_buf ir_no_memory;

void tree_init(Tree *tree);
void tree_free(Tree *tree);

Ref ir_const(Tree *tree, IrType type, ConstKind kind, uint64_t bits);
Ref ir_int(Tree *tree, int64_t n);
Ref ir_word(Tree *tree, int64_t n);
Ref ir_float(Tree *tree, double d);
Ref ir_bool(Tree *tree, bool b);
Ref ir_address(Tree *tree, const void *address);
IrType ir_type(const Tree *tree, Ref ref);
const Const *ir_constant(const Tree *tree, Ref ref);
bool ir_is_number(const Tree *tree, Ref ref); /* a constant whose bits are known now and in the code */

/* Sets the CSE state to that of the path which ends at the snapshot: for recording a bridge. */
void ir_rewind(Tree *tree, int snapshot);

/* Appends as it is. */
Ref ir_append(Tree *tree, Ins ins);
/* Appends after folding and CSE (opt_fold.c, opt_cse.c): gives an equal older value, a constant, or the new one.
 * A guard that always holds gives FOLD_DROP; one that can never hold FOLD_FAILS: the trace is not worth having. */
Ref ir_emit(Tree *tree, Ins ins);
int ir_args(Tree *tree, const Ref *refs, int count); /* into the pool: index of the first */

/* Whether what `ref` said still holds on the path being recorded: behind LOOP, an instruction of the first iteration
 * may be stale. */
bool ir_holds(const Tree *tree, Ref ref);
/* Whether the path may use the value of `ref`. A bridge begins with the live values of its snapshot and no others, so
 * that it can be compiled without its parent; what else it wants to know it loads again. */
bool ir_is_visible(const Tree *tree, Ref ref);
/* Whether it may look at the operands of `ref`: a value that a PHI carries is there, what it was made of may not be. */
bool ir_sees_operands(const Tree *tree, Ref ref);

/* What the instruction writes besides its own result: bits of alias classes. */
uint32_t ir_effects(const Tree *tree, const Ins *ins);
bool ir_may_run_python(const Tree *tree, const Ins *ins);

/* Calls visit on each Ref field (instruction, constant or none) of the instruction, arguments included. */
typedef void (*RefVisitor)(void *context, Ref *ref);
void ir_visit_refs(Tree *tree, Ins *ins, RefVisitor visit, void *context);

/* The different instruction refs that a snapshot needs, in a fixed order: what native code stores at an exit and what
 * exits.c reads. Gives their number; refs has room for SNAP_LIVE_MAX. */
enum { SNAP_LIVE_MAX = 512 };
int snapshot_live(const Tree *tree, int snapshot, Ref *refs);
bool snapshot_fits(const Tree *tree, int snapshot); /* it needs no more than that */

/* Text form (ir_text.c). */
void ir_print(const Tree *tree, void *file);
void ir_print_snapshot(const Tree *tree, int snapshot, void *file);

/* --- passes: each in its own file --- */
Ref ir_fold(Tree *tree,
            Ins *ins); /* opt_fold.c: a Ref, FOLD_DROP, FOLD_FAILS, or FOLD_NONE (*ins, perhaps rewritten, stays) */
enum { FOLD_DROP = REF_NONE, FOLD_NONE = REF_NONE + 1, FOLD_FAILS = REF_NONE + 2 /* a guard that can never hold */ };
void ir_drop_overflow(const Tree *tree, Ins *ins); /* opt_range.c: ADDOV becomes ADD when the path says that it fits */
Ref ir_cse(Tree *tree, const Ins *ins);            /* opt_cse.c: an earlier equal one, or FOLD_NONE */
enum { CARRIED_MAX = 256 };                        /* entries, and PHIs, of a tree */
/* opt_loop.c: appends LOOP, body and PHIs to the root. end_refs: for each ENTRY, in order, the value that its slot has
 * at the end of the first iteration, in the entry's form. False: the types differ, or the body is impossible. */
bool opt_loop(Tree *tree, const Ref *entries, const Ref *end_refs, int count, int end_snapshot);
void opt_loop_end(void);               /* after it, even if it did not come back */
void opt_dce(Tree *tree, int segment); /* opt_dce.c */

#endif

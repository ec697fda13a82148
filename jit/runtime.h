/* runtime.h: the JIT's own view of hot places, trees of traces and their native code.
 *
 * A Place is a loop head or a function entry that has become hot. It owns at most one JitTree: the IR, the table of
 * constants, the native code and the account of what it did. Places hang on Code.jit, so a code object finds its trees
 * and takes them with it when it dies. */
#ifndef JIT_RUNTIME_H
#define JIT_RUNTIME_H

#include "jit/ir.h"
#include "jit/jit.h"
#include "jit/loader.h"
#include "jit/protocol.h"
#include "vm/frame.h"

typedef enum Reason {
#define REASON(name, text) REASON_##name,
#include "jit/reasons.def"
#undef REASON
    REASON_COUNT
} Reason;
extern const char *const reason_texts[REASON_COUNT];

typedef enum TreeState { TREE_RECORDED, TREE_READY /* it has code */, TREE_DEAD } TreeState;

struct Place;
enum { EXIT_VALUES = SNAP_LIVE_MAX };

/* What the compiler is asked to do with a tree. */
typedef struct Job {
    int first; /* segment: from this one on, as a part; 0: the tree from its root */
    int end;   /* segment: up to this one; exits to later ones stay exits */
    int level; /* of optimisation: 1, or 2 for code that has proved hot */
} Job;

typedef struct JitTree {
    Tree ir;
    struct Place *place;
    uint32_t id;
    TreeState state;
    bool is_waiting; /* in the queue (queue.c) */
    NULLABLE struct JitTree *next_waiting;
    bool is_entered;   /* by the interpreter; else only by native callers */
    bool is_suspended; /* not entered until its new bridge is compiled: the stay is too short without it */
    int64_t valid;     /* native code tests it after whatever may run Python code */
    NULLABLE NativeCode code;
    uint64_t *table; /* helpers, runtime addresses, constants (table_new) */
    int entry_depth; /* stack entries at the head */
    NULLABLE struct JitTree *next_dead;
    int compiled_segments; /* how many segments have native code */
    int whole_segments;    /* how many of them `code` has; the others were compiled later, as parts (continue.c) */
    bool needs_whole;      /* a part could not be compiled */
    bool wants_refining;   /* it is worth more of GCC's time */
    uint8_t level;         /* of `code` */
    NULLABLE NativeCode *continuations; /* by snapshot: the code that goes on there */
    int continuations_count;
    /* account */
    uint64_t entries, entry_failures, exits, bridges;
    uint64_t native_calls;       /* by native code, of a function without code */
    uint64_t lost_cycles;        /* for want of code, since the last request: an estimate */
    uint64_t native_cycles;      /* spent in it and in what it called or went on in */
    int length;                  /* instructions recorded for the root */
    uint64_t window_cycles;      /* spent in the last window_entries entries, exits included */
    uint64_t window_interpreted; /* what the interpreter would have spent instead: an estimate */
    uint32_t window_entries;
    size_t code_size;
    uint32_t micros; /* of compiling */
} JitTree;

/* How native code goes on in another tree: through here, for code cannot be patched. code is NULL while there is none.
 */
typedef struct Link {
    NULLABLE NativeCode code;
    const uint64_t *table;
    struct JitTree *tree;
} Link;
_Static_assert(offsetof(Link, table) == LINK_TABLE && offsetof(Link, tree) == LINK_TREE, "protocol.h");

/* Where native code leaves its live values, and in `tree` the tree that it left from: links go from one to another. */
typedef struct ExitBuffer {
    int64_t continued; /* the exit at which the code of a part begins */
    struct JitTree *tree;
    uint64_t values[EXIT_VALUES];
} ExitBuffer;
_Static_assert(offsetof(ExitBuffer, values) - offsetof(ExitBuffer, tree) == -EXIT_WORD_TREE * 8, "protocol.h");
_Static_assert(offsetof(ExitBuffer, values) - offsetof(ExitBuffer, continued) == -EXIT_WORD_CONTINUED * 8,
               "protocol.h");

enum { GENERIC_SLOTS_MAX = 64 };
typedef struct Place {
    struct Place *next;     /* of the same code object */
    struct Place *all_next; /* of all, for statistics */
    Code *code;
    int unit;      /* the loop's head; for functions the RESUME */
    int back_unit; /* the last jump that became hot */
    bool is_function;
    bool is_callable;    /* of functions: native callers can make the frame themselves */
    bool is_only_linked; /* entering it from the interpreter does not pay */
    NULLABLE JitTree *tree;
    Link link;
    uint8_t is_generic[GENERIC_SLOTS_MAX]; /* slots that are entered as values of any kind (place_generalize) */
    uint8_t patched_count;
    int patched[8]; /* units that carry BC_ENTER_TRACE for this place */
    /* policy */
    NULLABLE const Frame *timed_frame; /* only compared: the loop's iteration that began at timed_since is timed */
    uint64_t timed_since;              /* cycles, those in native code taken off */
    uint16_t aborts, retries;
    bool is_blacklisted;
    Reason reason; /* of the last abort */
    int reason_unit;
    NULLABLE Code *reason_code; /* borrowed; cleared when it dies */
    int reason_opcode;
    uint16_t invalidations, dead_trees;
} Place;

extern Place *all_places;

/* --- irexec.c --- */
int64_t ir_execute(JitTree *tree, void *slots, ExitBuffer *out);

/* --- policy.c --- */
NULLABLE Place *place_find(const Code *code, int unit, bool is_function);
NULLABLE Place *place_get(Code *code, int unit, bool is_function);
void place_link(Place *place); /* its tree has new code */
void place_patch(Place *place, int unit);
void place_unpatch(Place *place);
void place_penalize(Place *place, Reason reason, Code *code, int unit);
void set_countdown(Code *code, int unit, int countdown);
int exit_threshold(const Snapshot *snapshot, int segments);

void note_entry_failure(JitTree *tree, const Frame *frame);
void note_native_call(JitTree *tree); /* of a function whose tree has no code */
void note_exit(JitTree *tree, int exit, Frame *innermost, Frame *entry_frame);
/* Activations of native code, of all threads: links lead from tree to tree, so nobody can tell which are still inside
 * of one tree. */
extern int native_activations;

/* --- continue.c --- */
/* The exit has a bridge with code of its own. */
ALWAYS_INLINE bool exit_continues(const JitTree *tree, int64_t exit)
{
    return exit == EXIT_TO_HEAD || (exit < tree->continuations_count && tree->continuations[exit]);
}
/* Goes on from there until an exit that has none; gives that. */
int64_t tree_continue(Frame *frame, ExitBuffer *out, int64_t exit);
/* The code of the tree's bridges from `first` to `end`. False: no memory. */
bool tree_take_part(JitTree *tree, NativeCode code, int first, int end);

/* Runs the tree's code; gives the number of the exit, and in out->tree the tree that it left from. */
ALWAYS_INLINE int64_t tree_execute(JitTree *tree, Frame *frame, ExitBuffer *out)
{
    tree->entries++;
    native_activations++;
    out->tree = tree;
    int64_t exit = LIKELY(tree->code != NULL) ? tree->code(frame->localsplus, out->values, tree->table)
                                              : ir_execute(tree, frame->localsplus, out); /* --jit=exec */
    if (UNLIKELY(exit_continues(out->tree, exit))) exit = tree_continue(frame, out, exit);
    native_activations--;
    return exit;
}

/* --- call.c --- */
/* A call from native code. With the place of the function's entry, its own native code is entered directly. */
Value jit_call_place(Place *place, Function *function, STEALS Value *args, ssize_t nargs);

/* --- exits.c --- */
/* Rebuilds the frames of the snapshot of `tree` from the exit values. Gives the innermost frame, with ip = the next (or
 * raising) instruction and sp set; it is current_thread->frame. */
Frame *exit_rebuild(JitTree *tree, int snapshot, Frame *frame, const uint64_t *values);
/* The result at a SNAP_RETURN exit, owned. */
Value exit_result(JitTree *tree, int snapshot, const uint64_t *values);
bool code_has_loop(const Code *code);
bool code_is_not_inlined(const Code *code);

/* Would the entry take this value? */
bool entry_fits(const Tree *ir, const Ins *entry, Value v);
/* The slots of the frame whose values do not fit the tree's entries shall be entered as values of any kind: the tree is
 * given up, to be recorded anew. False: there are none. */
bool place_generalize(JitTree *tree, const Frame *frame);

/* --- record.c --- */
NULLABLE JitTree *recording_tree(void);
bool record_start_root(Place *place, Frame *frame);
bool record_start_bridge(JitTree *tree, int snapshot, Frame *innermost, Frame *entry_frame);

void tree_installed(JitTree *tree); /* it has new code: the place runs it from now on */

/* --- queue.c --- */
void tree_compile(JitTree *tree);        /* it has something new: queues it; in sync mode compiles at once */
void tree_continue_later(JitTree *tree); /* queues it if there is more to compile, or parts shall become one */
void queue_next(void);                   /* sends the most urgent tree that the program can afford */
bool queue_is_waiting(void);
void tree_spends(JitTree *tree, uint64_t cycles); /* the program did, inside of its code */
void queue_forget(JitTree *tree);

/* --- compile.c --- */
bool compile_send(JitTree *tree, Job job);
bool compile_is_busy(void); /* a request is under way */
void compile_wait(void);
void compile_forget(const JitTree *tree);  /* nobody wants the answer any more */
void table_free(NULLABLE uint64_t *table); /* with those that the tree had before */
/* Takes what has arrived and sends the next: cheap to call at every entry. */
extern uint64_t compile_next_poll; /* in cycles; UINT64_MAX: nothing to do */
void compile_poll_now(uint64_t now);
ALWAYS_INLINE void compile_poll(uint64_t now)
{
    if (UNLIKELY(now >= compile_next_poll)) compile_poll_now(now);
}
void compile_shutdown(void);
void compile_after_fork(void);
extern const char *compile_problem; /* why there is no compiler; NULL: there is, or nobody asked yet */
extern uint64_t compile_count, compile_micros_gcc, compile_micros_as;

/* --- budget.c --- */
extern uint64_t native_cycles; /* spent in native code */
uint64_t program_micros(void); /* processor time of this process */
uint64_t cycles_to_micros(uint64_t cycles);
uint32_t compile_estimate(const Tree *ir, Job job); /* microseconds */
bool budget_allows(uint32_t micros);
bool budget_is_tight(void); /* the worker takes its time from the program */
void budget_charge(uint32_t cpu_micros, uint32_t wall_micros_taken);
bool budget_is_warm(void);
void budget_after_fork(void);

/* --- invalidate.c --- */
/* Registers that the tree depends on dict[key] keeping its value. False: it changes too often to rely on. */
bool watch_global(JitTree *tree, Value dict, Value key);
/* The key is stored to without telling: never to be watched. False: it is watched already. */
bool watch_never(Value dict, Value key);
void watch_forget_tree(JitTree *tree);
void watch_startup(void);
/* Revokes the trees that know the dict when it dies, for they do not own it; or those that know values of the class,
 * when it gets others. */
bool watch_death(JitTree *tree, Value dict_or_class);
void watch_shutdown(void);

/* --- lifetime.c --- */
void tree_invalidate(JitTree *tree); /* it is never entered again, and gives back what it holds as soon as possible */
void tree_destroy(JitTree *tree);    /* at once: one whose code does not run */
/* Drops those from number `from` on. */
void tree_drop_constants(Tree *ir, int from);
void tree_drop_codes(Tree *ir, int from);
void lifetime_startup(void);
void lifetime_shutdown(void);

#endif

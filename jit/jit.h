/* jit.h: all that the interpreter knows of the JIT, and the only header of jit/ that src/ includes.
 *
 * THE CONTRACT between vm/ and jit/
 *
 * Positions are *unit numbers*: the index of a 16-bit code unit of the public code object, which is also the index of
 * the 64-bit unit of the quickened code. `sp` points at the first free stack entry (one past the top).
 *
 * 1. Counters. The quick units of JUMP_BACKWARD (loop) and RESUME (function entry, oparg 0 only) hold a countdown that
 *    starts at jit_loop_countdown / jit_call_countdown (0: the JIT is off, never call). When it reaches zero:
 *        if (jit_hot(frame, unit, target_unit, sp)) -> switch THIS activation of the interpreter to the recording
 *    dispatch table and go on at target_unit (for RESUME: at the instruction behind it). jit_hot sets the
 *    countdown anew through jit_vm_set_countdown.
 *
 * 2. Recording. Every entry of the recording dispatch table calls jit_record(frame, unit, sp) BEFORE the instruction
 *    at `unit` runs, with frame, locals and stack fully in memory, and then runs that instruction *in its public,
 *    unfused, one-instruction form* (the generic handler of the public opcode with its public oparg; specialised
 *    forms with the same meaning are fine, fused forms are not: the recorder must see each public instruction,
 *    CACHE, EXTENDED_ARG and the like aside. EXTENDED_ARG is not shown: `unit` is that of the instruction itself).
 *    While jit_record returns true the next dispatch goes through the recording table again; after false, the normal
 *    one. Calls, returns, yields and handlers stay in recording mode as long as they stay in the same C activation; an
 *    interpreter entered anew from C starts in normal mode. When that activation is left by an exception or a return
 *    to C while recording: call jit_record_abandon().
 *
 * 3. Native code. The JIT publishes code by patching the opcode of the quick unit, operands untouched:
 *        JUMP_BACKWARD -> BC_JUMP_BACKWARD_JIT,  RESUME -> BC_RESUME_JIT  (jit_vm_patch, below)
 *    whose handler is
 *        JitState s = {frame, unit, sp};  switch (jit_enter(&s)) {
 *          case JIT_DECLINED: do what the plain JUMP_BACKWARD / RESUME does (nothing has changed)
 *          case JIT_RESUME:   frame = s.frame, next instruction = s.unit, sp = s.sp: dispatch
 *          case JIT_RAISED:   the same, with the exception set: go to the error path, as if s.unit had just raised
 *        }
 *    s.frame may be a different, deeper frame of the same activation (inlined calls whose frames were rebuilt), which
 *    returns into its caller at the caller's saved position, as after an ordinary call.
 *    The frames' saved instruction positions are set by the JIT (lasti of a caller is its CALL instruction).
 *
 * 4. Frames live on the frame stack; a frame has `localsplus[]` = locals, cells, free variables and then the stack,
 *    contiguous owned Values; unset locals are VALUE_NULL. While native code runs, slots may be stale: they hold
 *    valid Values that the frame owns, or VALUE_NULL, so the collector may traverse them at any time.
 *    Before anyone looks at a frame from outside (frame objects, tracebacks, sys._getframe, locals()) of a frame below
 *    the running one: nothing to do in this version; see JIT notes in recorder.h.
 *
 * 5. jit_vm_* are implemented by vm/ (see the end).
 */
#ifndef JIT_JIT_H
#define JIT_JIT_H

#include "objects/code.h"
#include "objects/thread.h"

struct Frame;

typedef enum JitMode { JIT_OFF, JIT_AUTO, JIT_SYNC, JIT_EXEC } JitMode; /* EXEC: SYNC on the IR executor */

typedef struct JitOptions {
    JitMode mode;
    int loop_threshold, call_threshold, exit_threshold; /* 0: the mode's default; sync: lowest */
    bool print_stats;  /* --jit-stats: at shutdown, on stderr */
    int log_level;     /* COACHWHIP_JIT_LOG=1..3: traces, IR, machine code paths on stderr */
} JitOptions;

extern JitOptions jit_options;
/* Start values of the countdowns; 0 while the JIT is off. */
extern int jit_loop_countdown, jit_call_countdown;

/* "jit", "jit-stats", "jit-threshold" and their values; false: unknown or malformed. Call before jit_startup. */
bool jit_option_set(const char *name, NULLABLE const char *value);
void jit_startup(void);  /* after the types are ready, before the first Python code runs */
void jit_shutdown(void); /* after the last Python code; prints the statistics */
void jit_after_fork_child(void);

/* --- called by the interpreter (see the contract) --- */
bool jit_hot(struct Frame *frame, int unit, int target_unit, Value *sp);
bool jit_record(struct Frame *frame, int unit, Value *sp);
void jit_record_abandon(void);

typedef struct JitState { struct Frame *frame; int unit; Value *sp; } JitState;
typedef enum JitOutcome { JIT_DECLINED, JIT_RESUME, JIT_RAISED } JitOutcome;
JitOutcome jit_enter(JitState *state);

/* A code object dies: forget what is known of it. */
void jit_code_destroyed(Code *code);
/* sys.settrace / setprofile was switched on: native code leaves at its next safepoint (the breaker word is also set). */
void jit_tracing_changed(void);
void jit_print_stats(void *file);

/* --- implemented by vm/ for the JIT --- */

/* The one flag word that safepoints test: nonzero: something is to be done. Native loops test it at each back edge. */
const volatile uint32_t *jit_vm_breaker(void);
void jit_vm_set_countdown(Code *code, int unit, int countdown);
/* Switches the opcode of the unit (a JUMP_BACKWARD or RESUME) between its plain and its _JIT form. */
void jit_vm_patch(Code *code, int unit, bool native);
/* Pushes the frame of a Python function on the current thread's frame stack on top of `caller` (normal frame for
 * `function`, locals all VALUE_NULL, position before its first instruction, marked as called from bytecode: its
 * RETURN_VALUE goes on in `caller` in the same activation). NULL: RecursionError or MemoryError is set. */
NULLABLE struct Frame *jit_vm_push_frame(struct Frame *caller, Value function);
/* Undoes the push: drops what the frame owns (locals, function) and makes `caller` current. */
void jit_vm_pop_frame(struct Frame *frame);
/* Runs a frame made by jit_vm_push_frame, from its current position, in a new activation, to its return; pops it. Owned
 * result or VALUE_NULL with the exception set (traceback entries of that frame added). */
Value jit_vm_run_frame(struct Frame *frame);
Value *jit_vm_locals(struct Frame *frame);             /* &localsplus[0] */
Code *jit_vm_code(struct Frame *frame);
Value jit_vm_function_borrow(struct Frame *frame);
Value jit_vm_globals_borrow(struct Frame *frame);
Value jit_vm_builtins_borrow(struct Frame *frame);
/* Sets the saved position: `unit` is the instruction that runs now (a CALL in a caller); depth = stack entries. */
void jit_vm_set_position(struct Frame *frame, int unit, int depth);

#endif

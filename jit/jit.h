/* jit.h: all that the interpreter knows of the JIT, and the only header of jit/ that src/ includes.
 *
 * THE CONTRACT between vm/ and jit/ (frames, units, Q1, Q2, F1..F4: vm/frame.h)
 *
 * 1. Counters. unit.counter of JUMP_BACKWARD (loop) and of the function's RESUME counts down from jit_loop_countdown /
 *    jit_call_countdown; both are 0 while the JIT is off (then: do not count). When it reaches zero the VM calls
 *    jit_hot_loop / jit_hot_function, which set the counter anew. True: THIS activation of the interpreter switches to
 *    the recording dispatch table and goes on at the jump's target / behind RESUME.
 * 2. Recording. Every entry of the recording dispatch table calls jit_record(frame, ip, sp) BEFORE the instruction at
 *    `ip`, locals and stack fully in memory, and then runs the instruction's generic one-instruction form (Q2). True:
 * the next dispatch records too; false: normal again. Calls, returns, yields and exception handlers stay in recording
 *    mode as long as they stay in the same C activation; one that is entered anew from C starts in normal mode. When
 *    the recording activation is left (return to C), or an exception comes that the recorder does not follow
 *    (jit_records_unwinding): jit_record_abandon().
 * 3. Native code. The JIT patches unit.opcode to BC_ENTER_TRACE over JUMP_BACKWARD or RESUME, keeping a number in
 *    unit.counter. Its handler calls jit_enter(frame, ip, sp): true: current_thread->frame, its ip (the NEXT
 * instruction to execute) and sp are set: dispatch there, in this activation; false: an exception is set, ip is the
 * instruction that raised: go to the error path. The frame may be a deeper one (inlined calls whose frames were
 * rebuilt, with exit FRAME_EXIT_CALL); its callers' ip and return_units are set so that returning works as always. An
 * exit that became hot is recorded from: after true, the VM dispatches through the recording table when
 *    jit_is_recording, else through the normal one.
 *    jit_enter also handles "nothing to run": then it does what the patched instruction would have done.
 *    jit_original_opcode(unit) says what stands under a BC_ENTER_TRACE, for those who disassemble or de-quicken, and
 * for recording over one (its generic form is bc_base of that).
 * 4. While native code runs, slots of its frame may be stale: they hold Values that the frame owns, or VALUE_NULL, so
 *    that the collector may traverse them at any time; frame->sp is valid.
 * 5. For the profiler the JIT keeps current_activity (objects/activity.h): NATIVE in compiled code, COMPILING while it
 *    records, optimises or waits for the worker; and it answers jit_explain.
 */
#ifndef JIT_JIT_H
#define JIT_JIT_H

#include "objects/code.h"
#include "objects/function.h"
#include "objects/thread.h"

struct Frame;
union Unit;

typedef enum JitMode { JIT_OFF, JIT_AUTO, JIT_SYNC, JIT_EXEC } JitMode; /* EXEC: SYNC on the IR executor */

typedef struct JitOptions {
    JitMode mode;
    int loop_threshold, call_threshold, exit_threshold; /* 0: the mode's default; sync: lowest */
    bool print_stats;                                   /* --jit-stats: at shutdown, on stderr */
    int log_level; /* COACHWHIP_JIT_LOG=1..3: traces, IR, machine code paths on stderr */
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
bool jit_hot_loop(struct Frame *frame, union Unit *ip, Value *sp);
bool jit_hot_function(struct Frame *frame, union Unit *ip, Value *sp);
bool jit_record(struct Frame *frame, union Unit *ip, Value *sp);
extern bool jit_is_recording;
/* Set by jit_record: this frame runs now, in the place of the instruction, whose operands are taken off and whose
 * frame's ip, sp and return_units are set. */
extern NULLABLE struct Frame *jit_callee;
extern bool jit_calls_out;               /* set by jit_record: run this instruction by its helper (opcode_helpers) */
bool jit_starts_at(struct Frame *frame); /* recording has just been started, and at this frame */
void jit_record_abandon(void);
/* The recorder knows of the exception on its way up, which leaves `frame` or is caught in it, and of its handler. */
bool jit_records_unwinding(struct Frame *frame);
bool jit_enter(struct Frame *frame, union Unit *ip, Value *sp);
int jit_original_opcode(const union Unit *unit);

/* Calls the function with its positional arguments; into its native code directly, if it has some. */
Value jit_call_function(Function *function, STEALS Value *args, ssize_t nargs) NODISCARD;

/* A code object dies: forget what is known of it. */
void jit_code_destroyed(Code *code);
void jit_release_dead(void); /* at a safepoint, when BREAK_PENDING was requested; may run Python code */
/* Calls visit with every constant that native code or a recording may hold. */
void jit_visit_constants(void (*visit)(uint64_t word));
/* sys.settrace / setprofile was switched on or off: native code leaves behind the call that did it, and does not run
 * meanwhile (the breaker word is also set). */
void jit_tracing_changed(bool is_traced);
void jit_print_stats(void *file);
/* One indented line to the FILE for each place of `code` that was hot but has no native code: the reason and the source
 * line; nothing when there is none (profiler). */
void jit_explain(const Code *code, void *file);

#endif

/* opcode_helpers.c: every public instruction as a function, made from the same bodies as the interpreter's cases.
 * Native code calls them for what it has no form of its own. */
#include "vm/interpreter.h"

#define LOCAL(index) (frame->localsplus[index])
#define CONSTANT(index) (as_tuple(frame->code->constants)->items[index])
#define NAME(index) (as_tuple(frame->code->names)->items[index])
#define SAVE_IP() (frame->ip = ip)

#define HELPER(name) static Value *helper_##name(Frame *frame, Unit *ip, Value *sp)
#define JUMP(target)                                                                                                   \
    do {                                                                                                               \
        frame->ip = (target);                                                                                          \
        return sp;                                                                                                     \
    } while (0)
#define NEXT(units) JUMP(ip + (units))
#define ERROR()                                                                                                        \
    do {                                                                                                               \
        frame->ip = ip;                                                                                                \
        frame->sp = sp;                                                                                                \
        return NULL;                                                                                                   \
    } while (0)
/* Native code adds the traceback entry of every error that a helper reports. */
#define RERAISE() ERROR()
#define ERROR_IF(condition)                                                                                            \
    do {                                                                                                               \
        if (UNLIKELY(condition)) ERROR();                                                                              \
    } while (0)
#define FAIL_IF(condition)                                                                                             \
    do {                                                                                                               \
        if (UNLIKELY(condition)) goto consumed;                                                                        \
    } while (0)
#define DROP(value) drop(frame, ip, value)
#define DROP_NULLABLE(value) drop_nullable(frame, ip, value)
#define TRUTH(value) (value_is_bool(value) ? value_is(value, VALUE_TRUE) : is_true(value))
#define COUNT_AND_SPECIALIZE(call) ((void)0)
#define COUNT_LOOP() ((void)0)
#define COUNT_FUNCTION() ((void)0)
/* Native code has its own safepoints. */
#define CHECK_BREAKER(target) ((void)0)
#define ENTER(callee, units)                                                                                           \
    do {                                                                                                               \
        frame->return_units = (units);                                                                                 \
        frame->sp = sp;                                                                                                \
        bool is_init_ = callee->exit == FRAME_EXIT_INIT;                                                               \
        Value result_ = interpret(callee, false);                                                                      \
        ERROR_IF(value_is_null(result_));                                                                              \
        if (is_init_)                                                                                                  \
            ERROR_IF(!op_init_result_is_none(result_));                                                                \
        else                                                                                                           \
            *sp++ = result_;                                                                                           \
        NEXT(units);                                                                                                   \
    } while (0)

#include "opcode_helpers.h"

/* jump_line.c: a debugger's jump: assigning to f_lineno.
 *
 * A jump is allowed when the stack at the target is like the one here, or like its lower part: what lies above is
 * dropped. So the kinds of the stack's entries are worked out for every instruction, three bits each, the top in the
 * lowest bits. */
#include "vm/jump_line.h"

#include <limits.h>

#include "objects/bytes.h"
#include "objects/code_lines.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "vm/tracing.h"

enum Kind { KIND_ITERATOR = 1, KIND_EXCEPT, KIND_OBJECT, KIND_NULL };

enum { KIND_BITS = 3, MAX_ENTRIES = 63 / KIND_BITS };
#define STACK_UNKNOWN INT64_C(-2) /* not reached */
#define STACK_TOO_DEEP INT64_C(-1)

static int64_t push(int64_t stack, enum Kind kind)
{
    if (stack < 0 || stack >= INT64_C(1) << ((MAX_ENTRIES - 1) * KIND_BITS)) return STACK_TOO_DEEP;
    return stack << KIND_BITS | (int64_t)kind;
}

static int64_t pop(int64_t stack)
{
    return stack < 0 ? stack : stack >> KIND_BITS;
}

static enum Kind top(int64_t stack)
{
    return (enum Kind)(stack & 7);
}

static int stack_level(int64_t stack)
{
    int level = 0;
    for (; stack > 0; stack = pop(stack)) level++;
    return level;
}

static int64_t entry_at(int64_t stack, uint32_t depth)
{
    for (; depth > 1; depth--) stack = pop(stack);
    return stack;
}

static int64_t swap(int64_t stack, uint32_t depth)
{
    if (stack < 0) return stack;
    int shift = (int)(depth - 1) * KIND_BITS;
    int64_t upper = stack & 7, lower = stack >> shift & 7;
    return (stack & ~(INT64_C(7) | INT64_C(7) << shift)) | lower | upper << shift;
}

/* --- the stack at every instruction --- */

typedef struct Stacks {
    const Frame *frame;
    int64_t *at;
    int *lines;
    int count;
    bool again; /* something before the scan's place became known */
} Stacks;

static void reach(Stacks *stacks, int from, int target, int64_t stack)
{
    if (target < 0 || target > stacks->count) return;
    if (stacks->at[target] == STACK_UNKNOWN && target < from) stacks->again = true;
    stacks->at[target] = stack;
}

static int64_t apply_effect(int64_t stack, int opcode, uint32_t oparg)
{
    int effect = bc_stack_effect(opcode, (int)oparg, 0);
    for (; effect < 0; effect++) stack = pop(stack);
    for (; effect > 0; effect--) stack = push(stack, KIND_OBJECT);
    return stack;
}

/* What the instruction at `i` does to `stack`, its jump included. */
static void flow(Stacks *stacks, int i, int opcode, uint32_t oparg, int64_t stack)
{
    int next = i + 1 + bc_caches[opcode], forward = i + 1 + (int)oparg, backward = i + 1 - (int)oparg;
    switch (opcode) {
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP:
        reach(stacks, i, forward, stack);
        stack = pop(stack);
        break;
    case BC_POP_JUMP_FORWARD_IF_FALSE:
    case BC_POP_JUMP_FORWARD_IF_TRUE:
    case BC_POP_JUMP_FORWARD_IF_NONE:
    case BC_POP_JUMP_FORWARD_IF_NOT_NONE:
        stack = pop(stack);
        reach(stacks, i, forward, stack);
        break;
    case BC_POP_JUMP_BACKWARD_IF_FALSE:
    case BC_POP_JUMP_BACKWARD_IF_TRUE:
    case BC_POP_JUMP_BACKWARD_IF_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NOT_NONE:
        stack = pop(stack);
        reach(stacks, i, backward, stack);
        break;
    case BC_SEND: reach(stacks, i, forward, pop(stack)); break;
    case BC_JUMP_FORWARD: reach(stacks, i, forward, stack); return;
    case BC_JUMP_BACKWARD:
    case BC_JUMP_BACKWARD_NO_INTERRUPT: reach(stacks, i, backward, stack); return;
    case BC_GET_ITER:
    case BC_GET_AITER: stack = push(pop(stack), KIND_ITERATOR); break;
    case BC_FOR_ITER:
        reach(stacks, i, forward, pop(stack));
        stack = push(stack, KIND_OBJECT);
        break;
    case BC_END_ASYNC_FOR: stack = pop(pop(stack)); break;
    case BC_PUSH_EXC_INFO: stack = push(stack, KIND_EXCEPT); break;
    case BC_POP_EXCEPT: stack = pop(stack); break;
    case BC_RETURN_VALUE:
    case BC_RAISE_VARARGS:
    case BC_RERAISE: return;
    case BC_PUSH_NULL: stack = push(stack, KIND_NULL); break;
    case BC_LOAD_GLOBAL:
        if (oparg & 1) stack = push(stack, KIND_NULL);
        stack = push(stack, KIND_OBJECT);
        break;
    case BC_LOAD_METHOD: stack = push(push(pop(stack), KIND_NULL), KIND_OBJECT); break;
    case BC_SWAP: stack = swap(stack, oparg); break;
    case BC_COPY: stack = push(stack, top(entry_at(stack, oparg))); break;
    default: stack = apply_effect(stack, opcode, oparg); break;
    }
    reach(stacks, i, next, stack);
}

static void scan_instructions(Stacks *stacks)
{
    const uint8_t *code = (const uint8_t *)as_bytes(stacks->frame->code->code)->data;
    uint32_t extended = 0;
    for (int i = 0; i < stacks->count; i += 1 + bc_caches[code[i * 2]]) {
        int opcode = code[i * 2];
        uint32_t oparg = code[i * 2 + 1] | extended;
        extended = opcode == BC_EXTENDED_ARG ? oparg << 8 : 0;
        if (stacks->at[i] != STACK_UNKNOWN) flow(stacks, i, opcode, oparg, stacks->at[i]);
    }
}

static void scan_handlers(Stacks *stacks)
{
    for (int i = 0; i < stacks->count; i++) {
        int target, depth;
        bool push_lasti;
        if (stacks->at[i] == STACK_UNKNOWN || !code_find_handler(stacks->frame->code, i, &target, &depth, &push_lasti))
            continue;
        if (stacks->at[target] != STACK_UNKNOWN) continue;
        int64_t stack = stacks->at[i];
        while (stack_level(stack) > depth) stack = pop(stack);
        if (push_lasti) stack = push(stack, KIND_OBJECT);
        stacks->at[target] = push(stack, KIND_EXCEPT);
        stacks->again = true;
    }
}

static void work_out(Stacks *stacks)
{
    for (int i = 0; i <= stacks->count; i++) stacks->at[i] = STACK_UNKNOWN;
    bool is_generator = stacks->frame->code->flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR);
    stacks->at[0] = is_generator ? push(0, KIND_OBJECT) : 0;
    do {
        stacks->again = false;
        scan_instructions(stacks);
        scan_handlers(stacks);
    } while (stacks->again);
}

/* --- choosing the place --- */

static bool is_compatible_kind(enum Kind from, enum Kind to)
{
    if (to == 0) return false;
    if (to == KIND_OBJECT) return from != KIND_NULL;
    return to == KIND_NULL || from == to;
}

static bool is_compatible(int64_t from, int64_t to)
{
    if (from < 0 || to < 0) return false;
    while (stack_level(from) > stack_level(to)) from = pop(from);
    for (; from; from = pop(from), to = pop(to))
        if (!is_compatible_kind(top(from), top(to))) return false;
    return to == 0;
}

static const char *explain(int64_t stack)
{
    if (stack == STACK_TOO_DEEP) return "stack is too deep to analyze";
    if (stack == STACK_UNKNOWN) return "can't jump into an exception handler, or code may be unreachable";
    switch (top(stack)) {
    case KIND_EXCEPT: return "can't jump into an 'except' block as there's no exception";
    case KIND_ITERATOR: return "can't jump into the body of a for loop";
    default: return "incompatible stacks";
    }
}

/* lines[unit]: the line that starts there, or -1. */
static void mark_lines(const Code *code, int *lines)
{
    int last = -1;
    LocationReader reader = location_reader(code);
    for (int i = 0; i < code->code_units; i++) lines[i] = -1;
    while (location_next(&reader)) {
        int line = reader.position.line;
        if (line == -1 || line == last || reader.start >= code->code_units) continue;
        lines[reader.start] = last = line;
    }
}

/* The first line from `line` on that has code; -1: there is none. */
static int first_line_from(const Stacks *stacks, int line)
{
    int best = INT_MAX;
    for (int i = 0; i < stacks->count; i++)
        if (stacks->lines[i] >= line && stacks->lines[i] < best) best = stacks->lines[i];
    return best == INT_MAX ? -1 : best;
}

static int fail(const char *message)
{
    error_set(&type_ValueError, message);
    return -1;
}

/* The best unit of the line to go on at; -1 with ValueError. */
static int choose_unit(const Stacks *stacks, int line, int64_t here)
{
    const char *message = "cannot find bytecode for specified line";
    int best = -1;
    int64_t best_stack = STACK_TOO_DEEP;
    bool explained = false;
    for (int i = 0; i < stacks->count; i++) {
        if (stacks->lines[i] != line) continue;
        int64_t stack = stacks->at[i];
        if (is_compatible(here, stack)) {
            if (stack > best_stack) {
                best_stack = stack;
                best = i;
            }
        } else if (best < 0 && !explained) {
            if (here == STACK_TOO_DEEP)
                message = "stack to deep to analyze";
            else if (here == STACK_UNKNOWN)
                message = "can't jump from unreachable code";
            else {
                message = explain(stack);
                explained = true;
            }
        }
    }
    return best < 0 ? fail(message) : best;
}

/* Drops what the target does not have. */
static void unwind_to(Frame *frame, int64_t here, int64_t target)
{
    for (; stack_level(here) > stack_level(target); here = pop(here)) {
        Value v = *--frame->sp;
        if (top(here) == KIND_EXCEPT)
            value_replace(&current_thread->handled->exception, value_is_none(v) ? VALUE_NULL : v);
        else
            value_xdecref(v);
    }
}

static bool may_jump(const FrameObject *object)
{
    const char *event = trace_event;
    if (event && strcmp(event, "call") == 0) return fail("can't jump from the 'call' trace event of a new frame") == 0;
    bool after_yield =
        event && strcmp(event, "return") == 0 && object->frame->owner == FRAME_OWNED_BY_GENERATOR &&
        (uint8_t)as_bytes(object->frame->code->code)->data[frame_lasti(object->frame) * 2] == BC_YIELD_VALUE;
    if (event && strcmp(event, "line") != 0 && !after_yield)
        return fail("can only jump from a 'line' trace event") == 0;
    if (!event || value_is_null(object->trace)) return fail("f_lineno can only be set by a trace function") == 0;
    return true;
}

/* The unit that execution goes on at; -1 with ValueError. */
static int jump(FrameObject *object, Stacks *stacks, int wanted)
{
    Frame *frame = object->frame;
    mark_lines(frame->code, stacks->lines);
    int line = first_line_from(stacks, wanted);
    if (line < 0) {
        error_format(&type_ValueError, "line %d comes after the current code block", wanted);
        return -1;
    }
    work_out(stacks);
    int64_t here = stacks->at[frame_lasti(frame)];
    int unit = choose_unit(stacks, line, here);
    if (unit < 0) return -1;
    unwind_to(frame, here, stacks->at[unit]);
    object->line = 0;
    frame->ip = (Unit *)frame_quick(frame)->units + unit;
    return unit;
}

int frame_jump_to_line(FrameObject *object, NULLABLE Value value)
{
    Frame *frame = object->frame;
    int64_t wanted;
    if (value_is_null(value)) {
        error_set(&type_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (!is_int(value) || value_is_bool(value)) return fail("lineno must be an integer");
    if (!may_jump(object)) return -1;
    if (!int_fits_int64(value, &wanted) || wanted > INT_MAX || wanted < INT_MIN) return fail("lineno out of range");
    if (wanted < frame->code->first_line) {
        error_format(&type_ValueError, "line %d comes before the current code block", (int)wanted);
        return -1;
    }
    Stacks stacks = {.frame = frame, .count = frame->code->code_units};
    stacks.at = raw_alloc(((size_t)stacks.count + 1) * sizeof *stacks.at);
    stacks.lines = raw_alloc((size_t)stacks.count * sizeof *stacks.lines);
    int unit = -1;
    if (!stacks.at || !stacks.lines)
        error_no_memory();
    else
        unit = jump(object, &stacks, (int)wanted);
    raw_free(stacks.at);
    raw_free(stacks.lines);
    return unit < 0 ? -1 : 0;
}

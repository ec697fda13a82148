/* consume.c: what builtins do with each item of a generator, as Python code.
 *
 * sum(), any(), all(), min(), max() and all that make a list of their argument ask an iterator for its items from C,
 * where the JIT sees nothing. A generator that has become hot is consumed by a loop in Python instead, which does the
 * same to the letter: item by item, in the same order, each item dropped at the same moment. The JIT runs loop and
 * generator as one trace (jit/record_generator.c).
 *
 * Each place that calls has a loop of its own, made from the templates below: so a trace meets the generators of that
 * place only. The code object of the caller owns it. Its frame is hidden: nobody sees it in a traceback, by
 * sys._getframe or in a trace function (code_is_hidden). */
#include "compiler/parse.h"
#include "objects/code.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "vm/generator.h"
#include "vm/runtime.h"
#include "vm/tracing.h"

#include "jit/jit.h"

/* In the order of Consumer. */
static const char source[] = "def sum(items, total):\n"
                             "    for item in items:\n"
                             "        total = total + item\n"
                             "        del item\n"
                             "    return total\n"
                             "def any(items, start):\n"
                             "    for item in items:\n"
                             "        if item:\n"
                             "            del item\n"
                             "            return True\n"
                             "        del item\n"
                             "    return False\n"
                             "def all(items, start):\n"
                             "    for item in items:\n"
                             "        if not item:\n"
                             "            del item\n"
                             "            return False\n"
                             "        del item\n"
                             "    return True\n"
                             "def min(items, none):\n"
                             "    for best in items:\n"
                             "        for item in items:\n"
                             "            if item < best:\n"
                             "                best = item\n"
                             "            del item\n"
                             "        return best\n"
                             "    return none\n"
                             "def max(items, none):\n"
                             "    for best in items:\n"
                             "        for item in items:\n"
                             "            if item > best:\n"
                             "                best = item\n"
                             "            del item\n"
                             "        return best\n"
                             "    return none\n"
                             "def list(items, start):\n"
                             "    return [item for item in items]\n";

typedef struct Loop {
    struct Loop *next;
    int unit; /* of the caller's instruction */
    Consumer consumer;
    Value function;
    uint32_t visits; /* while the builtin consumes, and the generator's resumptions when they began */
    uint64_t calls_before;
    bool is_worthwhile;
} Loop;

void code_free_loops(Code *code)
{
    for (Loop *loop = code->loops, *next; loop; loop = next) {
        next = loop->next;
        value_decref(loop->function);
        raw_free(loop);
    }
    code->loops = NULL;
}

static NULLABLE const Code *code_in(const Code *code, int number)
{
    for (ssize_t i = 0; i < tuple_length(code->constants); i++) {
        Value v = tuple_item_borrow(code->constants, i);
        if (is_code(v) && number-- == 0) return as_code(v);
    }
    return NULL;
}

static NULLABLE const Code *template_of(Consumer consumer)
{
    static Value templates;
    if (value_is_null(templates)) {
        Value filename = str_from_cstr("<loop>");
        if (value_is_null(filename)) return NULL;
        templates = compile_text(source, sizeof source - 1, filename, PARSE_FILE, 0);
        value_decref(filename);
        if (value_is_null(templates)) return NULL;
    }
    const Code *code = code_in(as_code(templates), consumer);
    return consumer == CONSUME_LIST ? code_in(code, 0) : code;
}

static Value new_function(Consumer consumer)
{
    const Code *template = template_of(consumer);
    if (!template) return VALUE_NULL;
    CodeFields fields = {template->argcount,
                         0,
                         0,
                         template->stack_size,
                         template->flags | CO_HIDDEN,
                         template->first_line,
                         template->code,
                         template->constants,
                         template->names,
                         template->localsplus_names,
                         template->local_kinds,
                         template->filename,
                         template->name,
                         template->qualname,
                         template->linetable,
                         template->exceptiontable};
    Value code = code_new(&fields);
    if (value_is_null(code)) return code;
    Value function = function_new(code, builtins_dict_borrow(), VALUE_NULL);
    value_decref(code);
    return function;
}

static NULLABLE Loop *loop_at(Code *code, int unit, Consumer consumer)
{
    for (Loop *loop = code->loops; loop; loop = loop->next) {
        if (loop->unit == unit && loop->consumer == consumer) return loop;
    }
    Value function = new_function(consumer);
    Loop *loop = value_is_null(function) ? NULL : raw_alloc(sizeof *loop);
    if (!loop) {
        value_xdecref(function);
        error_clear();
        return NULL;
    }
    *loop = (Loop){.next = code->loops, .unit = unit, .consumer = consumer, .function = function};
    code->loops = loop;
    return loop;
}

/* Its code has run often: as often as makes a loop hot. */
static bool is_hot_generator(Value v)
{
    if (!is_generator(v) || !jit_loop_countdown || thread_is_traced(current_thread)) return false;
    const Generator *generator = as_generator(v);
    return generator->state <= GENERATOR_SUSPENDED && as_code(generator->code)->calls >= (uint64_t)jit_loop_countdown;
}

/* Native code must be entered and left for each: that pays from some items on. */
static bool is_worthwhile(Loop *loop, const Code *generator)
{
    enum { ITEMS = 8, SEEN = 128 };
    if (loop->is_worthwhile || jit_options.mode != JIT_AUTO) return true;
    if (loop->visits == 0) loop->calls_before = generator->calls;
    uint64_t seen = generator->calls - loop->calls_before;
    loop->is_worthwhile = seen >= SEEN && seen >= ITEMS * (uint64_t)loop->visits;
    loop->visits++;
    return loop->is_worthwhile;
}

bool consume_by_loop(Consumer consumer, Value iterable, NULLABLE Value start, Value *result)
{
    const Frame *caller = current_thread->frame;
    if (!is_hot_generator(iterable) || !caller || caller->code->flags & CO_HIDDEN) return false;
    Loop *loop = loop_at(caller->code, frame_lasti(caller), consumer);
    if (!loop || !is_worthwhile(loop, as_code(as_generator(iterable)->code))) return false;
    Value args[] = {value_incref(iterable), value_xincref(start)};
    Value function = value_incref(loop->function);
    *result = jit_call_function(as_function(function), args, consumer == CONSUME_LIST ? 1 : 2);
    value_decref(function);
    return true;
}

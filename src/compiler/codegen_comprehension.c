/* codegen_comprehension.c: code of comprehensions and generator expressions: each is a function of one argument, the
 * iterator of its outermost iterable, which is evaluated outside. */
#include "compiler/codegen.h"

#include "objects/str.h"

typedef struct ComprehensionParts {
    const char *name;
    int kind;
    const ComprehensionSeq *generators;
    const Expr *element;
    NULLABLE const Expr *value; /* of a dict comprehension, whose element is the key */
    int build;                  /* BUILD_*; 0 for generator expressions */
} ComprehensionParts;

static void gen_generators(Compiler *c, const ComprehensionParts *parts, ssize_t index, int depth);

static ComprehensionParts parts_of(const Expr *e)
{
    switch (e->kind) {
    case EXPR_ListComp:
        return (ComprehensionParts){"<listcomp>",      e->kind, e->v.ListComp.generators,
                                    e->v.ListComp.elt, NULL,    BC_BUILD_LIST};
    case EXPR_SetComp:
        return (ComprehensionParts){"<setcomp>",      e->kind, e->v.SetComp.generators,
                                    e->v.SetComp.elt, NULL,    BC_BUILD_SET};
    case EXPR_DictComp:
        return (ComprehensionParts){"<dictcomp>",        e->kind,     e->v.DictComp.generators, e->v.DictComp.key,
                                    e->v.DictComp.value, BC_BUILD_MAP};
    default:
        return (ComprehensionParts){"<genexpr>", e->kind, e->v.GeneratorExp.generators, e->v.GeneratorExp.elt, NULL, 0};
    }
}

/* What is done with each element; the collection is `depth` below it. */
static void gen_element(Compiler *c, const ComprehensionParts *parts, int depth)
{
    gen_expr(c, parts->element);
    switch (parts->kind) {
    case EXPR_ListComp: gen_op_arg(c, BC_LIST_APPEND, depth + 1); break;
    case EXPR_SetComp: gen_op_arg(c, BC_SET_ADD, depth + 1); break;
    case EXPR_DictComp:
        gen_expr(c, parts->value);
        gen_op_arg(c, BC_MAP_ADD, depth + 1);
        break;
    default:
        gen_yield(c);
        gen_op(c, BC_POP_TOP);
        break;
    }
}

static void gen_rest(Compiler *c, const ComprehensionParts *parts, ssize_t index, int depth)
{
    if (index + 1 < seq_count(parts->generators))
        gen_generators(c, parts, index + 1, depth);
    else
        gen_element(c, parts, depth);
}

static void gen_conditions(Compiler *c, const Comprehension *generator, Block *otherwise)
{
    for (ssize_t i = 0; i < seq_count(generator->ifs); i++) gen_jump_if(c, generator->ifs->items[i], otherwise, false);
}

/* `for y in [f(x)]` is an assignment: the one element, or NULL. */
static NULLABLE const Expr *single_element(const Expr *iterable)
{
    const ExprSeq *elements = iterable->kind == EXPR_List    ? iterable->v.List.elts
                              : iterable->kind == EXPR_Tuple ? iterable->v.Tuple.elts
                                                             : NULL;
    if (seq_count(elements) != 1 || elements->items[0]->kind == EXPR_Starred) return NULL;
    return elements->items[0];
}

static void load_outermost_iterator(Compiler *c)
{
    if (c->failed) return;
    c->unit->argcount = 1;
    gen_op_arg(c, BC_LOAD_FAST, 0);
}

static void gen_sync_generator(Compiler *c, const ComprehensionParts *parts, ssize_t index, int depth)
{
    const Comprehension *generator = parts->generators->items[index];
    Block *start = gen_new_block(c), *next = gen_new_block(c), *anchor = gen_new_block(c);
    const Expr *single = index ? single_element(generator->iter) : NULL;
    if (index == 0) {
        load_outermost_iterator(c);
    } else if (single) {
        gen_expr(c, single);
    } else {
        gen_expr(c, generator->iter);
        gen_op(c, BC_GET_ITER);
    }
    if (!single) {
        depth++;
        gen_use_block(c, start);
        gen_jump(c, BC_FOR_ITER, anchor);
    }
    gen_expr(c, generator->target);
    gen_conditions(c, generator, next);
    gen_rest(c, parts, index, depth);
    gen_use_block(c, next);
    if (single) return;
    gen_jump(c, PSEUDO_JUMP, start);
    gen_use_block(c, anchor);
}

static void gen_async_generator(Compiler *c, const ComprehensionParts *parts, ssize_t index, int depth)
{
    const Comprehension *generator = parts->generators->items[index];
    Block *start = gen_new_block(c), *except = gen_new_block(c), *next = gen_new_block(c);
    if (index == 0) {
        load_outermost_iterator(c);
    } else {
        gen_expr(c, generator->iter);
        gen_op(c, BC_GET_AITER);
    }
    gen_use_block(c, start);
    frame_block_push(c, (FrameBlock){.kind = BLOCK_ASYNC_COMPREHENSION, .start = start});
    gen_jump(c, PSEUDO_SETUP_FINALLY, except);
    gen_op(c, BC_GET_ANEXT);
    gen_none(c);
    gen_yield_from(c, true);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_expr(c, generator->target);
    gen_conditions(c, generator, next);
    gen_rest(c, parts, index, depth + 1);
    gen_use_block(c, next);
    gen_jump(c, PSEUDO_JUMP, start);
    frame_block_pop(c, BLOCK_ASYNC_COMPREHENSION);
    gen_use_block(c, except);
    gen_op(c, BC_END_ASYNC_FOR);
}

/* The loops from number `index` on, and what they do; `depth` iterators are on the stack. */
static void gen_generators(Compiler *c, const ComprehensionParts *parts, ssize_t index, int depth)
{
    if (parts->generators->items[index]->is_async)
        gen_async_generator(c, parts, index, depth);
    else
        gen_sync_generator(c, parts, index, depth);
}

static Value comprehension_code(Compiler *c, const ComprehensionParts *parts)
{
    if (parts->build) gen_op_arg(c, parts->build, 0);
    gen_generators(c, parts, 0, 0);
    if (parts->build) gen_op(c, BC_RETURN_VALUE);
    return unit_finish(c, true);
}

void gen_comprehension(Compiler *c, const Expr *e)
{
    ComprehensionParts parts = parts_of(e);
    bool at_top_level = allows_top_level_await(c);
    unit_enter_nameless(c, parts.name, UNIT_COMPREHENSION, e, e->lineno);
    if (c->failed) return;
    set_location(c, e->location);
    bool is_async = c->unit->scope->is_coroutine;
    enum UnitKind outer = c->unit->parent->kind;
    if (is_async && parts.build && outer != UNIT_ASYNC_FUNCTION && outer != UNIT_COMPREHENSION && !at_top_level)
        gen_error(c, "asynchronous comprehension outside of an asynchronous function");
    Value code = comprehension_code(c, &parts);
    if (at_top_level && is_async) c->unit->scope->is_coroutine = true;
    gen_closure(c, code, 0);
    const Comprehension *outermost = parts.generators->items[0];
    gen_expr(c, outermost->iter);
    gen_op(c, outermost->is_async ? BC_GET_AITER : BC_GET_ITER);
    gen_call(c, 0);
    if (is_async && parts.build) gen_await(c, 0);
}

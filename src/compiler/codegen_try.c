/* codegen_try.c: code of try and with, and of leaving blocks by break, continue and return.
 *
 * A handler is entered with the exception (and lasti, after SETUP_CLEANUP and SETUP_WITH) on the stack. `finally`
 * bodies are compiled once for each way out. What the compiler adds around a handler is artificial: it has no line. */
#include "compiler/codegen.h"

/* --- leaving blocks --- */

/* SWAP that keeps a value on top while something below it is popped. */
static void swap_if(Compiler *c, bool keep_top)
{
    if (keep_top) gen_op_arg(c, BC_SWAP, 2);
}

static void gen_exit_with_nones(Compiler *c)
{
    for (int i = 0; i < 3; i++) gen_none(c);
    gen_call(c, 2);
}

/* name = None; del name: the exception must not live on in `except … as name`. */
static void gen_unbind(Compiler *c, Value name)
{
    gen_none(c);
    gen_name(c, name, CTX_Store);
    gen_name(c, name, CTX_Del);
}

static void unwind_finally_try(Compiler *c, const FrameBlock *block, bool keep_top)
{
    gen_op(c, PSEUDO_POP_BLOCK);
    if (keep_top) frame_block_push(c, (FrameBlock){.kind = BLOCK_POP_VALUE});
    gen_stmts(c, block->finalbody);
    if (keep_top) frame_block_pop(c, BLOCK_POP_VALUE);
    no_location(c);
}

static void unwind_with(Compiler *c, const FrameBlock *block, bool keep_top)
{
    set_location(c, block->statement->location);
    gen_op(c, PSEUDO_POP_BLOCK);
    swap_if(c, keep_top);
    gen_exit_with_nones(c);
    if (block->kind == BLOCK_ASYNC_WITH) gen_await(c, 2);
    gen_op(c, BC_POP_TOP);
    no_location(c);
}

static void unwind_handler(Compiler *c, const FrameBlock *block, bool keep_top)
{
    bool has_name = !value_is_null(block->name);
    if (has_name) gen_op(c, PSEUDO_POP_BLOCK);
    swap_if(c, keep_top);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_op(c, BC_POP_EXCEPT);
    if (has_name) gen_unbind(c, block->name);
}

void gen_unwind(Compiler *c, const FrameBlock *block, bool keep_top)
{
    if (c->failed) return;
    switch (block->kind) {
    case BLOCK_WHILE:
    case BLOCK_EXCEPTION_HANDLER:
    case BLOCK_EXCEPTION_GROUP_HANDLER:
    case BLOCK_ASYNC_COMPREHENSION: break;
    case BLOCK_FOR:
    case BLOCK_POP_VALUE:
        swap_if(c, keep_top);
        gen_op(c, BC_POP_TOP);
        break;
    case BLOCK_TRY_EXCEPT: gen_op(c, PSEUDO_POP_BLOCK); break;
    case BLOCK_FINALLY_TRY: unwind_finally_try(c, block, keep_top); break;
    case BLOCK_FINALLY_END:
        swap_if(c, keep_top);
        gen_op(c, BC_POP_TOP);
        swap_if(c, keep_top);
        gen_op(c, PSEUDO_POP_BLOCK);
        gen_op(c, BC_POP_EXCEPT);
        break;
    case BLOCK_WITH:
    case BLOCK_ASYNC_WITH: unwind_with(c, block, keep_top); break;
    case BLOCK_HANDLER_CLEANUP: unwind_handler(c, block, keep_top); break;
    }
}

void gen_unwind_all(Compiler *c, bool keep_top, NULLABLE FrameBlock *loop, NULLABLE bool *found_loop)
{
    if (c->failed || c->unit->frame_block_count == 0) return;
    FrameBlock top = c->unit->frame_blocks[c->unit->frame_block_count - 1];
    if (top.kind == BLOCK_EXCEPTION_GROUP_HANDLER) {
        gen_error(c, "'break', 'continue' and 'return' cannot appear in an except* block");
        return;
    }
    if (loop && (top.kind == BLOCK_WHILE || top.kind == BLOCK_FOR)) {
        *loop = top;
        *found_loop = true;
        return;
    }
    c->unit->frame_block_count--; /* a finally body must not see its own block */
    gen_unwind(c, &top, keep_top);
    gen_unwind_all(c, keep_top, loop, found_loop);
    if (c->failed) return;
    c->unit->frame_blocks[c->unit->frame_block_count++] = top;
}

/* --- try --- */

typedef struct TryParts {
    const StmtSeq *body, *orelse, *finalbody;
    const HandlerSeq *handlers;
    bool is_star;
} TryParts;

static TryParts parts_of(const Stmt *s)
{
    if (s->kind == STMT_TryStar)
        return (TryParts){s->v.TryStar.body, s->v.TryStar.orelse, s->v.TryStar.finalbody, s->v.TryStar.handlers, true};
    return (TryParts){s->v.Try.body, s->v.Try.orelse, s->v.Try.finalbody, s->v.Try.handlers, false};
}

/* [previous exception, lasti, exception]: restore the previous one and raise again. */
static void gen_restore_and_reraise(Compiler *c)
{
    gen_op_arg(c, BC_COPY, 3);
    gen_op(c, BC_POP_EXCEPT);
    gen_op_arg(c, BC_RERAISE, 1);
}

/* The body of a handler with `as name`: the name is unbound on every way out. */
static void gen_named_handler(Compiler *c, const ExceptHandler *handler, Block *end)
{
    Value name = handler->v.ExceptHandler.name;
    Block *cleanup_end = gen_new_block(c), *cleanup_body = gen_new_block(c);
    gen_name(c, name, CTX_Store);
    gen_jump(c, PSEUDO_SETUP_CLEANUP, cleanup_end);
    gen_use_block(c, cleanup_body);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_HANDLER_CLEANUP, .start = cleanup_body, .name = name})) return;
    gen_stmts(c, handler->v.ExceptHandler.body);
    frame_block_pop(c, BLOCK_HANDLER_CLEANUP);
    no_location(c);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_op(c, BC_POP_EXCEPT);
    gen_unbind(c, name);
    gen_jump(c, PSEUDO_JUMP, end);
    gen_use_block(c, cleanup_end);
    no_location(c);
    gen_unbind(c, name);
    gen_op_arg(c, BC_RERAISE, 1);
}

static void gen_unnamed_handler(Compiler *c, const ExceptHandler *handler, Block *end)
{
    Block *cleanup_body = gen_new_block(c);
    gen_op(c, BC_POP_TOP);
    gen_use_block(c, cleanup_body);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_HANDLER_CLEANUP, .start = cleanup_body})) return;
    gen_stmts(c, handler->v.ExceptHandler.body);
    frame_block_pop(c, BLOCK_HANDLER_CLEANUP);
    no_location(c);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_op(c, BC_POP_EXCEPT);
    gen_jump(c, PSEUDO_JUMP, end);
}

static void gen_handler(Compiler *c, const ExceptHandler *handler, bool is_last, Block *end)
{
    if (c->failed) return;
    set_location(c, handler->location);
    if (!handler->v.ExceptHandler.type && !is_last) {
        gen_error(c, "default 'except:' must be last");
        return;
    }
    Block *next = gen_new_block(c);
    if (handler->v.ExceptHandler.type) {
        gen_expr(c, handler->v.ExceptHandler.type);
        gen_op(c, BC_CHECK_EXC_MATCH);
        gen_jump(c, PSEUDO_POP_JUMP_IF_FALSE, next);
    }
    if (value_is_null(handler->v.ExceptHandler.name))
        gen_unnamed_handler(c, handler, end);
    else
        gen_named_handler(c, handler, end);
    gen_use_block(c, next);
}

static void gen_try_except(Compiler *c, const TryParts *parts)
{
    Block *body = gen_new_block(c), *except = gen_new_block(c), *end = gen_new_block(c), *cleanup = gen_new_block(c);
    gen_jump(c, PSEUDO_SETUP_FINALLY, except);
    gen_use_block(c, body);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_TRY_EXCEPT, .start = body})) return;
    gen_stmts(c, parts->body);
    frame_block_pop(c, BLOCK_TRY_EXCEPT);
    gen_op_no_line(c, PSEUDO_POP_BLOCK, 0);
    gen_stmts(c, parts->orelse);
    gen_jump_no_line(c, PSEUDO_JUMP, end);
    gen_use_block(c, except);
    no_location(c);
    gen_jump(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, BC_PUSH_EXC_INFO);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_EXCEPTION_HANDLER})) return;
    ssize_t count = seq_count(parts->handlers);
    for (ssize_t i = 0; i < count; i++) gen_handler(c, parts->handlers->items[i], i == count - 1, end);
    no_location(c);
    frame_block_pop(c, BLOCK_EXCEPTION_HANDLER);
    gen_op_arg(c, BC_RERAISE, 0);
    gen_use_block(c, cleanup);
    gen_restore_and_reraise(c);
    gen_use_block(c, end);
}

/* The test of an `except*`: [group] becomes [rest, match]; without a match, goes on at `next` with [rest]. */
static void gen_star_test(Compiler *c, const Expr *type, Block *next)
{
    Block *matched = gen_new_block(c);
    gen_expr(c, type);
    gen_op(c, BC_CHECK_EG_MATCH);
    gen_op_arg(c, BC_COPY, 1);
    gen_jump(c, PSEUDO_POP_JUMP_IF_NOT_NONE, matched);
    gen_op(c, BC_POP_TOP);
    gen_jump(c, PSEUDO_JUMP, next);
    gen_use_block(c, matched);
}

/* The body of an `except*`; an exception that it raises goes to the list. */
static void gen_star_body(Compiler *c, const ExceptHandler *handler, Block *next)
{
    Value name = handler->v.ExceptHandler.name;
    bool has_name = !value_is_null(name);
    Block *cleanup_end = gen_new_block(c), *cleanup_body = gen_new_block(c);
    if (has_name)
        gen_name(c, name, CTX_Store);
    else
        gen_op(c, BC_POP_TOP);
    gen_jump(c, PSEUDO_SETUP_CLEANUP, cleanup_end);
    gen_use_block(c, cleanup_body);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_HANDLER_CLEANUP, .start = cleanup_body, .name = name})) return;
    gen_stmts(c, handler->v.ExceptHandler.body);
    frame_block_pop(c, BLOCK_HANDLER_CLEANUP);
    no_location(c);
    gen_op(c, PSEUDO_POP_BLOCK);
    if (has_name) gen_unbind(c, name);
    gen_jump(c, PSEUDO_JUMP, next);
    gen_use_block(c, cleanup_end);
    no_location(c);
    if (has_name) gen_unbind(c, name);
    gen_op_arg(c, BC_LIST_APPEND, 3);
    gen_op(c, BC_POP_TOP);
    gen_jump(c, PSEUDO_JUMP, next);
}

/* One `except*`: [original group, list of raised ones, rest of the group] before and after. */
static void gen_star_handler(Compiler *c, const ExceptHandler *handler, bool is_first, NULLABLE Block *reraise_star)
{
    if (c->failed) return;
    set_location(c, handler->location);
    Block *next = gen_new_block(c);
    if (is_first) {
        gen_op_arg(c, BC_COPY, 1);
        gen_op_arg(c, BC_BUILD_LIST, 0);
        gen_op_arg(c, BC_SWAP, 2);
    }
    if (handler->v.ExceptHandler.type) gen_star_test(c, handler->v.ExceptHandler.type, next);
    gen_star_body(c, handler, next);
    gen_use_block(c, next);
    if (!reraise_star) return;
    gen_op_arg(c, BC_LIST_APPEND, 1); /* what no handler took */
    gen_jump(c, PSEUDO_JUMP, reraise_star);
}

static void gen_try_star_except(Compiler *c, const TryParts *parts)
{
    Block *body = gen_new_block(c), *except = gen_new_block(c), *orelse = gen_new_block(c), *end = gen_new_block(c);
    Block *cleanup = gen_new_block(c), *reraise_star = gen_new_block(c);
    gen_jump(c, PSEUDO_SETUP_FINALLY, except);
    gen_use_block(c, body);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_TRY_EXCEPT, .start = body})) return;
    gen_stmts(c, parts->body);
    frame_block_pop(c, BLOCK_TRY_EXCEPT);
    gen_op_no_line(c, PSEUDO_POP_BLOCK, 0);
    gen_jump_no_line(c, PSEUDO_JUMP, orelse);
    gen_use_block(c, except);
    no_location(c);
    gen_jump(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, BC_PUSH_EXC_INFO);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_EXCEPTION_GROUP_HANDLER})) return;
    ssize_t count = seq_count(parts->handlers);
    for (ssize_t i = 0; i < count; i++)
        gen_star_handler(c, parts->handlers->items[i], i == 0, i == count - 1 ? reraise_star : NULL);
    no_location(c);
    frame_block_pop(c, BLOCK_EXCEPTION_GROUP_HANDLER);
    Block *reraise = gen_new_block(c);
    gen_use_block(c, reraise_star);
    gen_op(c, BC_PREP_RERAISE_STAR);
    gen_op_arg(c, BC_COPY, 1);
    gen_jump(c, PSEUDO_POP_JUMP_IF_NOT_NONE, reraise);
    gen_op(c, BC_POP_TOP);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_op(c, BC_POP_EXCEPT);
    gen_jump(c, PSEUDO_JUMP, end);
    gen_use_block(c, reraise);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_op_arg(c, BC_SWAP, 2);
    gen_op(c, BC_POP_EXCEPT);
    gen_op_arg(c, BC_RERAISE, 0);
    gen_use_block(c, cleanup);
    gen_restore_and_reraise(c);
    gen_use_block(c, orelse);
    gen_stmts(c, parts->orelse);
    gen_use_block(c, end);
}

static void gen_handled_body(Compiler *c, const TryParts *parts)
{
    if (!seq_count(parts->handlers))
        gen_stmts(c, parts->body);
    else if (parts->is_star)
        gen_try_star_except(c, parts);
    else
        gen_try_except(c, parts);
}

static void gen_try_finally(Compiler *c, const TryParts *parts)
{
    Block *body = gen_new_block(c), *end = gen_new_block(c), *exit = gen_new_block(c), *cleanup = gen_new_block(c);
    gen_jump(c, PSEUDO_SETUP_FINALLY, end);
    gen_use_block(c, body);
    FrameBlock block = {.kind = BLOCK_FINALLY_TRY, .start = body, .exit = end, .finalbody = parts->finalbody};
    if (!frame_block_push(c, block)) return;
    gen_handled_body(c, parts);
    gen_op_no_line(c, PSEUDO_POP_BLOCK, 0);
    frame_block_pop(c, BLOCK_FINALLY_TRY);
    gen_stmts(c, parts->finalbody);
    gen_jump_no_line(c, PSEUDO_JUMP, exit);
    gen_use_block(c, end);
    no_location(c);
    gen_jump(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, BC_PUSH_EXC_INFO);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_FINALLY_END, .start = end})) return;
    gen_stmts(c, parts->finalbody);
    frame_block_pop(c, BLOCK_FINALLY_END);
    gen_op_arg(c, BC_RERAISE, 0);
    gen_use_block(c, cleanup);
    gen_restore_and_reraise(c);
    gen_use_block(c, exit);
}

void gen_try(Compiler *c, const Stmt *s)
{
    TryParts parts = parts_of(s);
    if (seq_count(parts.finalbody))
        gen_try_finally(c, &parts);
    else
        gen_handled_body(c, &parts);
}

/* --- with --- */

/* __exit__'s result decides: swallow the exception, or raise it again. */
static void gen_with_handler_end(Compiler *c, Block *cleanup)
{
    Block *suppress = gen_new_block(c);
    gen_jump(c, PSEUDO_POP_JUMP_IF_TRUE, suppress);
    gen_op_arg(c, BC_RERAISE, 2);
    gen_use_block(c, cleanup);
    no_location(c);
    gen_restore_and_reraise(c);
    gen_use_block(c, suppress);
    gen_op(c, BC_POP_TOP);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_op(c, BC_POP_EXCEPT);
    gen_op(c, BC_POP_TOP);
    gen_op(c, BC_POP_TOP);
}

/* The items from number `index` on, and the body. */
static void gen_with_item(Compiler *c, const Stmt *s, const WithItemSeq *items, const StmtSeq *body, ssize_t index)
{
    bool is_async = s->kind == STMT_AsyncWith;
    const WithItem *item = items->items[index];
    Block *block = gen_new_block(c), *final = gen_new_block(c), *exit = gen_new_block(c), *cleanup = gen_new_block(c);
    gen_expr(c, item->context_expr);
    gen_op(c, is_async ? BC_BEFORE_ASYNC_WITH : BC_BEFORE_WITH);
    if (is_async) gen_await(c, 1);
    gen_jump(c, PSEUDO_SETUP_WITH, final);
    gen_use_block(c, block);
    enum FrameBlockKind kind = is_async ? BLOCK_ASYNC_WITH : BLOCK_WITH;
    if (!frame_block_push(c, (FrameBlock){.kind = kind, .start = block, .exit = final, .statement = s})) return;
    if (item->optional_vars)
        gen_expr(c, item->optional_vars);
    else
        gen_op(c, BC_POP_TOP);
    if (index + 1 == seq_count(items))
        gen_stmts(c, body);
    else
        gen_with_item(c, s, items, body, index + 1);
    frame_block_pop(c, kind);
    if (c->failed) return;
    if (!is_async) no_location(c);
    gen_op(c, PSEUDO_POP_BLOCK);
    set_location(c, s->location);
    gen_exit_with_nones(c);
    if (is_async) gen_await(c, 2);
    gen_op(c, BC_POP_TOP);
    gen_jump(c, PSEUDO_JUMP, exit);
    gen_use_block(c, final);
    gen_jump(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, BC_PUSH_EXC_INFO);
    gen_op(c, BC_WITH_EXCEPT_START);
    if (is_async) gen_await(c, 2);
    gen_with_handler_end(c, cleanup);
    gen_use_block(c, exit);
}

void gen_with(Compiler *c, const Stmt *s)
{
    if (s->kind == STMT_AsyncWith)
        gen_with_item(c, s, s->v.AsyncWith.items, s->v.AsyncWith.body, 0);
    else
        gen_with_item(c, s, s->v.With.items, s->v.With.body, 0);
}

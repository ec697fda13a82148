/* codegen.h: what the parts of the code generator share: the unit (one code object in the making), and how to emit.
 *
 * Errors are sticky: after the first one `failed` is set, nothing more is emitted or visited, and no caller needs to
 * check; whoever finishes a code object looks. So the visitors read as a description of the code.
 *
 * Every instruction gets the unit's current location. Visiting an expression sets it and restores it; visiting a
 * statement sets it; no_location() makes what follows artificial (its line is chosen by the flow graph). */
#ifndef COMPILER_CODEGEN_H
#define COMPILER_CODEGEN_H

#include "compiler/flow.h"
#include "compiler/symtable.h"
#include "objects/native.h"

enum { MAX_FRAME_BLOCKS = 20, STACK_USE_GUIDELINE = 30 };

enum UnitKind { UNIT_MODULE, UNIT_CLASS, UNIT_FUNCTION, UNIT_ASYNC_FUNCTION, UNIT_LAMBDA, UNIT_COMPREHENSION };

/* What `break`, `continue` and `return` must undo on their way out. */
enum FrameBlockKind {
    BLOCK_WHILE,
    BLOCK_FOR,
    BLOCK_TRY_EXCEPT,
    BLOCK_FINALLY_TRY,
    BLOCK_FINALLY_END,
    BLOCK_WITH,
    BLOCK_ASYNC_WITH,
    BLOCK_HANDLER_CLEANUP,
    BLOCK_POP_VALUE,
    BLOCK_EXCEPTION_HANDLER,
    BLOCK_EXCEPTION_GROUP_HANDLER,
    BLOCK_ASYNC_COMPREHENSION
};

typedef struct FrameBlock {
    enum FrameBlockKind kind;
    NULLABLE Block *start, *exit;      /* loops: where continue and break go */
    NULLABLE const StmtSeq *finalbody; /* BLOCK_FINALLY_TRY */
    NULLABLE const Stmt *statement;    /* BLOCK_WITH, BLOCK_ASYNC_WITH */
    NULLABLE Value name;               /* BLOCK_HANDLER_CLEANUP: `as name`; borrowed */
} FrameBlock;

typedef struct Unit {
    NULLABLE struct Unit *parent;
    enum UnitKind kind;
    Scope *scope;
    Value name, qualname;      /* owned */
    NULLABLE Value class_name; /* for mangling; borrowed */
    ValueTable names, varnames, cellvars, freevars, constants;
    int argcount, posonlyargcount, kwonlyargcount;
    int first_line;
    AstLocation location; /* of what is emitted now */
    Flow flow;
    Block *block; /* the one that is being filled */
    FrameBlock frame_blocks[MAX_FRAME_BLOCKS];
    int frame_block_count;
} Unit;

typedef struct Compiler {
    Unit *unit;
    SymbolTable *symbols;
    Value filename;  /* borrowed */
    int flags;       /* PyCF_* and CO_FUTURE_*: those asked for and those that the module imports */
    int future_line; /* of the last __future__ import; -1: none */
    int optimize;
    bool is_interactive;
    int nesting; /* open units */
    ConstantPool constants;
    bool failed;
    Block scrap; /* what is emitted after a failure lands here */
} Compiler;

/* --- codegen.c: units --- */
void unit_enter(Compiler *c, Value name, enum UnitKind kind, const void *node, int first_line);
/* The same for "<module>", "<lambda>" … */
void unit_enter_nameless(Compiler *c, const char *name, enum UnitKind kind, const void *node, int first_line);
/* Ends the unit and gives its code object (no value: an error is set). */
Value unit_finish(Compiler *c, bool add_none) NODISCARD;
bool allows_top_level_await(const Compiler *c);

/* --- codegen_emit.c --- */
void gen_failed(Compiler *c);
void gen_error(Compiler *c, const char *format, ...); /* SyntaxError at the current location */
void gen_warn(Compiler *c, const char *format, ...);  /* SyntaxWarning there */
static inline void set_location(Compiler *c, AstLocation location)
{
    c->unit->location = location;
}
static inline void no_location(Compiler *c)
{
    c->unit->location = nowhere;
}
Block *gen_new_block(Compiler *c);
void gen_use_block(Compiler *c, Block *block); /* falls through to it and goes on there */
void gen_op(Compiler *c, int opcode);
void gen_op_arg(Compiler *c, int opcode, ssize_t oparg);
void gen_jump(Compiler *c, int opcode, Block *target); /* also for PSEUDO_SETUP_* */
void gen_op_no_line(Compiler *c, int opcode, ssize_t oparg);
void gen_jump_no_line(Compiler *c, int opcode, Block *target);
int gen_add_constant(Compiler *c, Value v);
void gen_const(Compiler *c, Value v);
void gen_const_steal(Compiler *c, STEALS NULLABLE Value v);
void gen_none(Compiler *c);
void gen_op_name(Compiler *c, int opcode, Value name); /* an attribute or import: mangled, in co_names */
void gen_name(Compiler *c, Value name, ExprContext context);
void gen_call(Compiler *c, ssize_t argument_count); /* PRECALL, CALL */
void gen_compare(Compiler *c, int cmpop);
void gen_binary(Compiler *c, Operator op, bool in_place);
void gen_yield(Compiler *c);
void gen_yield_from(Compiler *c, bool is_await);
void gen_await(Compiler *c, int awaitable_kind); /* GET_AWAITABLE … */
/* SyntaxError for __debug__; true when it is one. */
bool gen_is_forbidden(Compiler *c, Value name, ExprContext context);
bool frame_block_push(Compiler *c, FrameBlock block);
void frame_block_pop(Compiler *c, enum FrameBlockKind kind);

/* --- codegen_expr.c --- */
void gen_expr(Compiler *c, const Expr *e);
void gen_exprs(Compiler *c, const ExprSeq *expressions);
void gen_jump_if(Compiler *c, const Expr *test, Block *target, bool condition);
/* What an attribute access that spans lines shows: the line of the attribute's name. */
void gen_move_to_attribute(Compiler *c, const Expr *attribute);

/* --- codegen_display.c: tuples, lists, sets, dicts, f-strings --- */
typedef struct DisplayOps {
    int build, add, extend;
    bool is_tuple;
} DisplayOps;
extern const DisplayOps list_display, tuple_display, set_display;
void gen_elements(Compiler *c, const ExprSeq *elements, int pushed, DisplayOps ops);
void gen_sequence(Compiler *c, const Expr *e, const ExprSeq *elements, ExprContext context, DisplayOps ops);
void gen_dict(Compiler *c, const Expr *e);
void gen_joined_str(Compiler *c, const Expr *e);
void gen_formatted_value(Compiler *c, const Expr *e);

/* --- codegen_call.c --- */
void gen_call_expr(Compiler *c, const Expr *e);
/* Arguments and call; `pushed` arguments are on the stack already. */
void gen_call_with(Compiler *c, int pushed, const ExprSeq *args, const KeywordSeq *keywords);

/* --- codegen_check.c: warnings about expressions that cannot work --- */
void check_compare(Compiler *c, const Expr *e);
void check_caller(Compiler *c, const Expr *e);
void check_subscripter(Compiler *c, const Expr *e);
void check_index(Compiler *c, const Expr *value, const Expr *index);

/* --- codegen_function.c: functions, lambdas, classes --- */
void gen_function(Compiler *c, const Stmt *s);
void gen_lambda(Compiler *c, const Expr *e);
void gen_class(Compiler *c, const Stmt *s);
void gen_body(Compiler *c, const StmtSeq *body);
void gen_closure(Compiler *c, STEALS NULLABLE Value code, int flags);
void gen_annotation(Compiler *c, const Expr *annotation);

/* --- codegen_comprehension.c --- */
void gen_comprehension(Compiler *c, const Expr *e);

/* --- codegen_stmt.c --- */
void gen_stmt(Compiler *c, const Stmt *s);
void gen_stmts(Compiler *c, const StmtSeq *statements);
/* True when an annotation of a simple name stands anywhere in the statements. */
bool has_annotations(const StmtSeq *statements);

/* --- codegen_try.c: try, with, and leaving blocks --- */
void gen_try(Compiler *c, const Stmt *s);
void gen_with(Compiler *c, const Stmt *s);
/* Undoes all open blocks, innermost first; stops at a loop when `loop` is not NULL and gives it there. */
void gen_unwind_all(Compiler *c, bool keep_top, NULLABLE FrameBlock *loop, NULLABLE bool *found_loop);
void gen_unwind(Compiler *c, const FrameBlock *block, bool keep_top);

/* --- codegen_match.c --- */
void gen_match(Compiler *c, const Stmt *s);

#endif

/* compile.c: the order of the passes: future statements, constant folding, symbol table, code generation. */
#include "compiler/compile.h"

#include "compiler/codegen.h"
#include "compiler/fold.h"
#include "objects/error.h"
#include "objects/str.h"

static Value module_code(Compiler *c, const Mod *mod)
{
    unit_enter_nameless(c, "<module>", UNIT_MODULE, mod, 1);
    if (c->failed) return VALUE_NULL;
    bool is_expression = mod->kind == MOD_Expression;
    if (mod->kind == MOD_Module) {
        gen_body(c, mod->v.Module.body);
    } else if (mod->kind == MOD_Interactive) {
        c->is_interactive = true;
        if (has_annotations(mod->v.Interactive.body)) gen_op(c, BC_SETUP_ANNOTATIONS);
        gen_stmts(c, mod->v.Interactive.body);
    } else {
        gen_expr(c, mod->v.Expression.body);
    }
    return unit_finish(c, !is_expression);
}

static Value compile_with(Compiler *c, Mod *mod, AstArena *arena)
{
    Future future;
    if (!future_find(mod, c->filename, &future)) return VALUE_NULL;
    c->flags |= future.features;
    future.features = c->flags;
    c->future_line = future.last_line;
    if (!fold_tree(mod, arena, c->optimize, c->flags)) return VALUE_NULL;
    c->symbols = symtable_build(mod, c->filename, &future);
    if (!c->symbols) return VALUE_NULL;
    Value code = module_code(c, mod);
    while (c->unit) { /* after an error, units may be open */
        Value none = unit_finish(c, false);
        value_xdecref(none);
    }
    symtable_free(c->symbols);
    return code;
}

/* A level of the tree takes less of the C stack than a call does: as in CPython, three of them count as one. */
enum { LEVELS_PER_CALL = 3 };

Value compile_ast(Mod *mod, Value filename, int flags, int optimize, AstArena *arena)
{
    Compiler c = {.filename = filename, .flags = flags, .optimize = optimize};
    int remaining = current_thread->recursion_remaining;
    if (remaining > 0 && remaining < INT32_MAX / LEVELS_PER_CALL)
        current_thread->recursion_remaining = remaining * LEVELS_PER_CALL;
    Value code = compile_with(&c, mod, arena);
    current_thread->recursion_remaining = remaining;
    constant_pool_free(&c.constants);
    raw_free(c.scrap.instrs);
    return code;
}

Value compile_source(const char *source, ssize_t size, Value filename, enum ParseMode mode, int flags, int optimize)
{
    AstArena *arena = arena_new();
    if (!arena) return VALUE_NULL;
    Mod *mod = parse_source(filename, source, size, mode, flags, arena);
    Value code = mod ? compile_ast(mod, filename, flags, optimize, arena) : VALUE_NULL;
    arena_free(arena);
    return code;
}

/* future.c: finds the `from __future__ import …` statements: only a docstring and other such statements (and whatever
 * shares their line) may stand before them. */
#include "compiler/future.h"

#include "compiler/compile_error.h"
#include "objects/code.h"
#include "objects/str.h"

static void future_error(Value filename, const Stmt *statement, const char *format, Value name)
{
    AstLocation location = {statement->lineno, statement->col_offset, statement->lineno, NO_END_COLUMN};
    compile_error_outside_args(filename, location, format, name);
}

static bool add_feature(const Stmt *statement, Value name, Value filename, Future *future)
{
    static const struct {
        const char *name;
        int flag;
    } features[] = {
        {"nested_scopes", 0},    {"generators", 0},
        {"division", 0},         {"absolute_import", 0},
        {"with_statement", 0},   {"print_function", 0},
        {"unicode_literals", 0}, {"barry_as_FLUFL", CO_FUTURE_BARRY_AS_BDFL},
        {"generator_stop", 0},   {"annotations", CO_FUTURE_ANNOTATIONS},
    };
    for (size_t i = 0; i < COUNT_OF(features); i++) {
        if (!str_equal_cstr(name, features[i].name)) continue;
        future->features |= features[i].flag;
        return true;
    }
    if (str_equal_cstr(name, "braces"))
        future_error(filename, statement, "not a chance", VALUE_NULL);
    else
        future_error(filename, statement, "future feature %U is not defined", name);
    return false;
}

static bool is_future_import(const Stmt *statement)
{
    return statement->kind == STMT_ImportFrom && !value_is_null(statement->v.ImportFrom.module) &&
           str_equal_cstr(statement->v.ImportFrom.module, "__future__");
}

static bool is_string_statement(const Stmt *statement)
{
    return statement->kind == STMT_Expr && statement->v.Expr.value->kind == EXPR_Constant &&
           is_exact_str(statement->v.Expr.value->v.Constant.value);
}

bool future_find(const Mod *mod, Value filename, Future *future)
{
    *future = (Future){0, -1};
    if (mod->kind != MOD_Module && mod->kind != MOD_Interactive) return true;
    const StmtSeq *body = mod->kind == MOD_Module ? mod->v.Module.body : mod->v.Interactive.body;
    bool is_done = false;
    int previous_line = 0;
    for (ssize_t i = 0; i < seq_count(body); i++) {
        const Stmt *statement = body->items[i];
        if (is_done && statement->lineno > previous_line) return true;
        previous_line = statement->lineno;
        if (!is_future_import(statement)) {
            is_done = is_done || i > 0 || !is_string_statement(statement); /* a docstring */
            continue;
        }
        if (is_done) {
            AstLocation location = {statement->lineno, statement->col_offset - 1, statement->lineno, NO_END_COLUMN};
            compile_error_outside_args(filename, location,
                                       "from __future__ imports must occur at the beginning of the file");
            return false;
        }
        const AliasSeq *names = statement->v.ImportFrom.names;
        for (ssize_t k = 0; k < seq_count(names); k++)
            if (!add_feature(statement, names->items[k]->name, filename, future)) return false;
        future->last_line = statement->lineno;
    }
    return true;
}

/* codegen.c: units: the beginning and the end of a code object. */
#include "compiler/codegen.h"

#include "compiler/parse.h"
#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum {
    INHERITED_FLAGS = CO_FUTURE_DIVISION | CO_FUTURE_ABSOLUTE_IMPORT | CO_FUTURE_WITH_STATEMENT |
                      CO_FUTURE_PRINT_FUNCTION | CO_FUTURE_UNICODE_LITERALS | CO_FUTURE_BARRY_AS_BDFL |
                      CO_FUTURE_GENERATOR_STOP | CO_FUTURE_ANNOTATIONS
};

bool allows_top_level_await(const Compiler *c)
{
    return c->flags & PARSE_ALLOW_TOP_LEVEL_AWAIT && c->unit->scope->type == SCOPE_MODULE;
}

/* --- beginning --- */

static bool unit_is_function(const Unit *unit)
{
    return unit->kind == UNIT_FUNCTION || unit->kind == UNIT_ASYNC_FUNCTION || unit->kind == UNIT_LAMBDA;
}

/* Does the enclosing scope declare the function's or class's name global? Then that is all of its qualified name. */
static bool is_declared_global(const Unit *unit)
{
    if (unit->kind != UNIT_FUNCTION && unit->kind != UNIT_ASYNC_FUNCTION && unit->kind != UNIT_CLASS) return false;
    Value mangled = mangle_name(unit->parent->class_name, unit->name);
    if (value_is_null(mangled)) return false;
    bool is_global = scope_reach(unit->parent->scope, mangled) == REACH_GLOBAL_EXPLICIT;
    value_decref(mangled);
    return is_global;
}

static Value qualified_name(const Unit *unit)
{
    const Unit *parent = unit->parent;
    if (!parent || !parent->parent || is_declared_global(unit)) return value_incref(unit->name);
    const char *format = unit_is_function(parent) ? "%U.<locals>.%U" : "%U.%U";
    return str_format(format, parent->qualname, unit->name);
}

/* The names of the scope that are cells (or free), sorted, into the table. */
static bool collect_names(const Scope *scope, enum SymbolReach reach, int flag, ValueTable *table)
{
    ValueTable found = {0};
    bool done = true;
    for (int i = 0; done && i < scope->symbols.count; i++) {
        int flags = scope->symbol_flags[i];
        if ((flags >> SYMBOL_REACH_SHIFT & SYMBOL_REACH_MASK) == (int)reach || flags & flag)
            done = value_table_add(&found, scope->symbols.items[i]) >= 0;
    }
    Value *sorted = done ? value_table_sorted_names(&found) : NULL;
    done = sorted != NULL;
    for (int i = 0; done && i < found.count; i++) done = value_table_add(table, sorted[i]) >= 0;
    raw_free(sorted);
    value_table_free(&found);
    return done;
}

static bool collect_variables(Unit *unit)
{
    const Scope *scope = unit->scope;
    for (int i = 0; i < scope->parameters.count; i++)
        if (value_table_add(&unit->varnames, scope->parameters.items[i]) < 0) return false;
    if (!collect_names(scope, REACH_CELL, 0, &unit->cellvars)) return false;
    if (scope->needs_class_closure && value_table_add(&unit->cellvars, ID(__class__)) < 0) return false;
    return collect_names(scope, REACH_FREE, DEF_FREE_CLASS, &unit->freevars);
}

void unit_enter(Compiler *c, Value name, enum UnitKind kind, const void *node, int first_line)
{
    if (c->failed) return;
    Unit *unit = raw_calloc(1, sizeof *unit);
    if (!unit) {
        error_no_memory();
        c->failed = true;
        return;
    }
    unit->kind = kind;
    unit->scope = symtable_scope_of(c->symbols, node);
    unit->name = value_incref(name);
    unit->class_name = c->unit ? c->unit->class_name : VALUE_NULL;
    unit->first_line = first_line;
    unit->location = (AstLocation){kind == UNIT_MODULE ? 0 : first_line, 0, first_line, 0};
    unit->parent = c->unit;
    c->unit = unit;
    c->nesting++;
    unit->flow.entry = unit->block = gen_new_block(c);
    unit->qualname = qualified_name(unit);
    if (value_is_null(unit->qualname) || !collect_variables(unit)) c->failed = true;
    gen_op_arg(c, BC_RESUME, 0);
    if (kind == UNIT_MODULE) unit->location.lineno = 1;
}

void unit_enter_nameless(Compiler *c, const char *name, enum UnitKind kind, const void *node, int first_line)
{
    if (c->failed) return;
    Value interned = str_intern_cstr(name);
    if (value_is_null(interned))
        c->failed = true;
    else
        unit_enter(c, interned, kind, node, first_line);
    value_xdecref(interned);
}

static void unit_leave(Compiler *c)
{
    Unit *unit = c->unit;
    c->unit = unit->parent;
    c->nesting--;
    value_xdecref(unit->name);
    value_xdecref(unit->qualname);
    value_table_free(&unit->names);
    value_table_free(&unit->varnames);
    value_table_free(&unit->cellvars);
    value_table_free(&unit->freevars);
    value_table_free(&unit->constants);
    flow_free(&unit->flow);
    raw_free(unit);
}

/* --- the end: variables --- */

static int code_flags(const Compiler *c)
{
    const Scope *scope = c->unit->scope;
    int flags = c->flags & INHERITED_FLAGS;
    if (scope->type == SCOPE_FUNCTION) {
        flags |= CO_NEWLOCALS | CO_OPTIMIZED;
        if (scope->is_nested) flags |= CO_NESTED;
        if (scope->is_generator) flags |= scope->is_coroutine ? CO_ASYNC_GENERATOR : CO_GENERATOR;
        if (!scope->is_generator && scope->is_coroutine) flags |= CO_COROUTINE;
        if (scope->has_varargs) flags |= CO_VARARGS;
        if (scope->has_varkeywords) flags |= CO_VARKEYWORDS;
    }
    if (allows_top_level_await(c) && scope->is_coroutine && !scope->is_generator) flags |= CO_COROUTINE;
    return flags;
}

/* The place of each cell, then each free variable, among all local variables: cells that are arguments share the
 * argument's. `places` has room for all of them. Gives the number of local variables in all. */
static int place_cells(const Unit *unit, int *places)
{
    int next = unit->varnames.count;
    for (int i = 0; i < unit->cellvars.count; i++) {
        int argument = value_table_find(&unit->varnames, unit->cellvars.items[i]);
        places[i] = argument >= 0 ? argument : next++;
    }
    for (int i = 0; i < unit->freevars.count; i++) places[unit->cellvars.count + i] = next++;
    return next;
}

static void fix_cell_places(Flow *flow, const int *places)
{
    for (Block *block = flow->entry; block; block = block->next) {
        for (int i = 0; i < block->count; i++) {
            Instr *instr = &block->instrs[i];
            switch (instr->opcode) {
            case BC_MAKE_CELL:
            case BC_LOAD_CLOSURE:
            case BC_LOAD_DEREF:
            case BC_STORE_DEREF:
            case BC_DELETE_DEREF:
            case BC_LOAD_CLASSDEREF: instr->oparg = places[instr->oparg]; break;
            default: break;
            }
        }
    }
}

/* COPY_FREE_VARS, MAKE_CELLs in the order of the variables, RETURN_GENERATOR: what stands before RESUME. */
static bool insert_prefix(Unit *unit, int flags, const int *places, int variable_count)
{
    Block *entry = unit->flow.entry;
    int at = 0;
    if (unit->freevars.count) {
        Instr copy = {.opcode = BC_COPY_FREE_VARS, .oparg = unit->freevars.count, .location = nowhere};
        if (!block_insert(entry, at++, copy)) return false;
    }
    for (int place = 0; unit->cellvars.count && place < variable_count; place++) {
        for (int i = 0; i < unit->cellvars.count; i++) {
            if (places[i] != place) continue;
            Instr make = {.opcode = BC_MAKE_CELL, .oparg = i, .location = nowhere};
            if (!block_insert(entry, at++, make)) return false;
        }
    }
    if (!(flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR))) return true;
    AstLocation location = {unit->first_line, -1, unit->first_line, -1};
    Instr make = {.opcode = BC_RETURN_GENERATOR, .location = location};
    Instr pop = {.opcode = BC_POP_TOP, .location = location};
    return block_insert(entry, at, make) && block_insert(entry, at + 1, pop);
}

static bool name_variables(const Unit *unit, const int *places, int count, CodeFields *fields)
{
    Value names = tuple_new(count), kinds = bytes_new(NULL, count);
    fields->localsplus_names = names;
    fields->local_kinds = kinds;
    if (value_is_null(names) || value_is_null(kinds)) return false;
    char *kind = as_bytes(kinds)->data;
    memset(kind, 0, (size_t)count);
    int nlocals = unit->varnames.count, ncells = unit->cellvars.count;
    for (int i = 0; i < nlocals; i++) {
        as_tuple(names)->items[i] = value_incref(unit->varnames.items[i]);
        kind[i] = LOCAL_FAST;
    }
    for (int i = 0; i < ncells; i++) {
        if (places[i] >= nlocals) as_tuple(names)->items[places[i]] = value_incref(unit->cellvars.items[i]);
        kind[places[i]] |= LOCAL_CELL;
    }
    for (int i = 0; i < unit->freevars.count; i++) {
        as_tuple(names)->items[places[ncells + i]] = value_incref(unit->freevars.items[i]);
        kind[places[ncells + i]] = (char)LOCAL_FREE;
    }
    return true;
}

/* --- the end: constants and the code object --- */

/* Constants that optimisation made useless are dropped, from the end only: numbers must not change. The first one
 * may be the docstring and stays. */
static int count_used_constants(const Unit *unit)
{
    int last = 0;
    for (const Block *block = unit->flow.entry; block; block = block->next)
        for (int i = 0; i < block->count; i++)
            if (block->instrs[i].opcode == BC_LOAD_CONST || block->instrs[i].opcode == BC_KW_NAMES)
                last = MAX(last, block->instrs[i].oparg);
    return MIN(last + 1, unit->constants.count);
}

static bool end_with_return(Compiler *c, bool add_none)
{
    const Instr *last = block_last(c->unit->block);
    if (!last || last->opcode != BC_RETURN_VALUE) {
        no_location(c);
        if (add_none) gen_none(c);
        gen_op(c, BC_RETURN_VALUE);
    }
    return !c->failed;
}

static int entry_line(const Flow *flow)
{
    return flow->entry->count && flow->entry->instrs[0].location.lineno ? flow->entry->instrs[0].location.lineno : 1;
}

/* Runs the passes over the flow graph; fills the parts of `fields` that come from them (owned). */
static bool finish_flow(Compiler *c, const int *places, int variable_count, CodeFields *fields)
{
    Unit *unit = c->unit;
    Flow *flow = &unit->flow;
    FlowConstants constants = {&unit->constants, &c->constants};
    bool is_generator = unit->scope->is_generator || unit->scope->is_coroutine;
    if (!flow_normalize(flow) || !insert_prefix(unit, fields->flags, places, variable_count)) return false;
    if (!unit->first_line) unit->first_line = entry_line(flow);
    fields->first_line = unit->first_line;
    fix_cell_places(flow, places);
    if (!flow_optimize(flow, &constants) || !flow_duplicate_exits(flow)) return false;
    int constant_count = count_used_constants(unit);
    flow_spread_lines(flow, unit->first_line);
    fields->stack_size = flow_stack_depth(flow, is_generator);
    if (fields->stack_size < 0 || !flow_find_handlers(flow)) return false;
    flow_remove_redundant_jumps(flow);
    flow_direct_jumps(flow);
    Assembled assembled;
    bool done = flow_assemble(flow, unit->first_line, &assembled);
    fields->code = assembled.code;
    fields->linetable = assembled.linetable;
    fields->exceptiontable = assembled.exceptiontable;
    fields->constants = tuple_from_array(unit->constants.items, constant_count);
    fields->names = value_table_to_tuple(&unit->names);
    return done && !value_is_null(fields->constants) && !value_is_null(fields->names);
}

/* Equal tables of bytes and tuples of constants are shared by the code objects of one compilation. */
static bool share(Compiler *c, Value *field)
{
    Value shared = constant_merge(&c->constants, *field);
    if (value_is_null(shared)) return false;
    value_replace(field, shared);
    return true;
}

static Value make_code(Compiler *c)
{
    Unit *unit = c->unit;
    int cell_count = unit->cellvars.count + unit->freevars.count;
    int *places = raw_alloc((size_t)MAX(cell_count, 1) * sizeof *places);
    if (!places) return error_no_memory();
    int variable_count = place_cells(unit, places);
    CodeFields fields = {.argcount = unit->posonlyargcount + unit->argcount,
                         .posonlyargcount = unit->posonlyargcount,
                         .kwonlyargcount = unit->kwonlyargcount,
                         .flags = code_flags(c),
                         .filename = c->filename,
                         .name = unit->name,
                         .qualname = unit->qualname};
    bool done =
        finish_flow(c, places, variable_count, &fields) && name_variables(unit, places, variable_count, &fields);
    Value *const owned[] = {&fields.exceptiontable, &fields.linetable,        &fields.code,       &fields.constants,
                            &fields.names,          &fields.localsplus_names, &fields.local_kinds};
    for (size_t i = 0; done && i < COUNT_OF(owned); i++) done = share(c, owned[i]);
    Value code = done ? code_new(&fields) : VALUE_NULL;
    for (size_t i = 0; i < COUNT_OF(owned); i++) value_xdecref(*owned[i]);
    raw_free(places);
    return code;
}

Value unit_finish(Compiler *c, bool add_none)
{
    if (!c->unit) return VALUE_NULL;
    Value code = !c->failed && end_with_return(c, add_none) ? make_code(c) : VALUE_NULL;
    if (value_is_null(code)) c->failed = true;
    unit_leave(c);
    return code;
}

/* symtable.h: who binds which name: for each scope (module, class, function, lambda, comprehension) its symbols and
 * whether each is local, global, a cell or free. */
#ifndef COMPILER_SYMTABLE_H
#define COMPILER_SYMTABLE_H

#include "compiler/ast.h"
#include "compiler/future.h"
#include "compiler/value_table.h"

/* Flags of a symbol: CPython's numbers, which the module _symtable shows. */
enum SymbolFlags {
    DEF_GLOBAL = 1,
    DEF_LOCAL = 2,
    DEF_PARAM = 4,
    DEF_NONLOCAL = 8,
    SYMBOL_USE = 16,
    DEF_FREE = 32,
    DEF_FREE_CLASS = 64, /* free in a method, and bound in the class */
    DEF_IMPORT = 128,
    DEF_ANNOT = 256,
    DEF_COMP_ITER = 512,
    DEF_BOUND = DEF_LOCAL | DEF_PARAM | DEF_IMPORT,
    SYMBOL_REACH_SHIFT = 11,
    SYMBOL_REACH_MASK = 15 /* enum SymbolReach, in the bits above */
};

enum SymbolReach { REACH_NONE, REACH_LOCAL, REACH_GLOBAL_EXPLICIT, REACH_GLOBAL_IMPLICIT, REACH_FREE, REACH_CELL };

enum ScopeType { SCOPE_FUNCTION, SCOPE_CLASS, SCOPE_MODULE, SCOPE_ANNOTATION };
enum ComprehensionKind {
    NO_COMPREHENSION,
    LIST_COMPREHENSION,
    DICT_COMPREHENSION,
    SET_COMPREHENSION,
    GENERATOR_EXPRESSION
};

/* A global or nonlocal statement's name, for the position of errors found later. */
typedef struct ScopeDirective {
    Value name; /* borrowed from the scope's symbols */
    AstLocation location;
} ScopeDirective;

typedef struct Scope {
    Value name;       /* owned */
    const void *node; /* the AST node that makes the scope */
    enum ScopeType type;
    enum ComprehensionKind comprehension;
    AstLocation location;
    struct Scope *parent;
    struct Scope **children; /* in source order; owned */
    int child_count, child_capacity;
    ValueTable symbols; /* mangled names */
    int *symbol_flags;  /* of each symbol */
    int symbol_capacity;
    ValueTable parameters;
    ScopeDirective *directives;
    int directive_count, directive_capacity;
    bool is_nested, has_free, child_has_free;
    bool is_generator, is_coroutine;
    bool has_varargs, has_varkeywords, returns_value;
    bool needs_class_closure; /* a method uses __class__ or super() */
    bool is_iteration_target; /* we are visiting the target of a comprehension's `for` */
    int iterable_depth;       /* > 0: we are visiting the iterable of a comprehension */
} Scope;

typedef struct SymbolTable {
    Value filename;  /* borrowed */
    Scope *top;      /* owned */
    Scope **by_node; /* hash table over Scope.node, open addressing */
    size_t node_slots, scope_count;
} SymbolTable;

/* NULL with SyntaxError (or RecursionError, MemoryError). */
NULLABLE SymbolTable *symtable_build(const Mod *mod, Value filename, const Future *future) NODISCARD;
void symtable_free(NULLABLE SymbolTable *table);
/* The scope that the node makes. */
NULLABLE Scope *symtable_scope_of(const SymbolTable *table, const void *node);

/* 0 when the scope has no such symbol. `name` is mangled and interned. */
int scope_symbol_flags(const Scope *scope, Value name);
enum SymbolReach scope_reach(const Scope *scope, Value name);
/* Adds the flags to the symbol, which is made when it is missing. */
bool scope_set_flags(Scope *scope, Value name, int flags) NODISCARD;

/* symtable_analyze.c: the second pass: decides the reach of every symbol. False with SyntaxError. */
bool symtable_analyze(SymbolTable *table) NODISCARD;

/* __name inside class C is _C__name. Gives an owned, interned str. */
Value mangle_name(NULLABLE Value class_name, Value name) NODISCARD;

#endif

/* parser.h: what the parser's files share.
 *
 * The parser is recursive descent with backtracking where the grammar needs it. A function parse_x() starts at p->mark;
 * when x stands there it returns the node and p->mark is behind it. Otherwise it returns NULL and p->mark is anywhere:
 * who goes on after a NULL resets it. When an exception is set (p->failed) everything returns NULL.
 *
 * A correct file is read in one pass, which knows no error messages. When that fails, a second pass over the same tokens
 * starts with p->is_diagnosing set: the same functions then take the alternatives one after the other, as CPython's
 * grammar does, and also try the invalid_x() rules (invalid.c), which recognise common mistakes and raise for them. If none does, the error is
 * "invalid syntax" at the furthest token that the first pass had asked for. */
#ifndef COMPILER_PARSER_H
#define COMPILER_PARSER_H

#include "compiler/ast.h"
#include "compiler/lexer.h"
#include "compiler/parse.h"

/* What the second pass remembers; without it nested mistakes would cost exponential time. */
enum Rule {
    RULE_SIMPLE_STMT, RULE_BLOCK, RULE_STAR_EXPRESSION, RULE_EXPRESSION, RULE_DISJUNCTION, RULE_INVERSION,
    RULE_BITWISE_OR, RULE_PRIMARY, RULE_ATOM, RULE_STRINGS, RULE_ARGUMENTS, RULE_STAR_TARGET,
    RULE_TARGET_WITH_STAR_ATOM, RULE_DEL_TARGET, RULE_CLOSED_PATTERN, RULE_INVALID_NAMED_EXPRESSION,
};

typedef struct Memo {
    struct Memo *next;
    void *node;
    int mark;
    enum Rule rule;
} Memo;

typedef struct IdentifierEntry {
    uint32_t hash, length;
    const char *text;
    Value name; /* owned by the arena */
} IdentifierEntry;

/* Open hash table: each name becomes a str once. The parsers of f-string expressions share their parent's. */
typedef struct Identifiers {
    IdentifierEntry *entries;
    uint32_t count, mask;
} Identifiers;

typedef struct Parser {
    Lexer lexer;
    Token *tokens;
    int fill, capacity; /* tokens read so far */
    int mark;           /* the next one */
    int depth;
    AstArena *arena;
    Value filename;
    enum ParseMode mode;
    int flags;
    const char *encoding; /* of the source, when it says one; else NULL */
    int minor_version;    /* of the Python whose programs are accepted */
    bool is_fstring;      /* parses an expression inside an f-string */
    bool failed;          /* an exception is set */
    bool is_diagnosing;   /* second pass: alternatives one by one, remembering results */
    bool tries_invalid;   /* … and invalid_x() rules apply */
    bool parsing_started;
    int starting_lineno, starting_col_offset; /* where an f-string's expression stands; 0, 0 */
    Identifiers *identifiers, own_identifiers;
    struct IgnoredLine { int lineno; const char *text, *end; } *type_ignores;
    int type_ignore_count, type_ignore_capacity;
} Parser;

bool parser_init(Parser *p, const char *text, const char *text_end, Value filename, enum ParseMode mode, int flags,
                 AstArena *arena, NULLABLE Parser *parent);
void parser_finish(Parser *p);
/* Both passes: `start` reads the whole input. NULL with the exception set. */
void *parser_run(Parser *p, void *(*start)(Parser *p));

/* --- tokens --- */
bool parser_fill(Parser *p); /* reads one more token */

/* The next token; NULL only when it could not be read (p->failed). */
static inline Token *peek(Parser *p)
{
    if (UNLIKELY(p->mark == p->fill) && !parser_fill(p)) return NULL;
    return &p->tokens[p->mark];
}

/* Type of the next token; TOKEN_ERROR when it could not be read. */
static inline enum TokenType next_type(Parser *p)
{
    Token *token = peek(p);
    return token ? (enum TokenType)token->type : TOKEN_ERROR;
}

static inline bool next_is(Parser *p, enum TokenType type)
{
    return next_type(p) == type;
}

/* Takes the next token if it has this type. Valid until the next token is read. */
static inline Token *accept(Parser *p, enum TokenType type)
{
    Token *token = peek(p);
    if (!token || token->type != type) return NULL;
    p->mark++;
    return token;
}

static inline bool accept_is(Parser *p, enum TokenType type)
{
    return accept(p, type) != NULL;
}

bool next_is_word(Parser *p, const char *word); /* a soft keyword */
/* The token before p->mark. */
static inline Token *last_token(Parser *p) { return &p->tokens[p->mark - 1]; }

/* The last token taken that has a text: a statement does not reach over the end of its line or block. */
static inline Token *last_visible_token(Parser *p)
{
    Token *token = last_token(p);
    while (token->type == TOKEN_NEWLINE || token->type == TOKEN_INDENT || token->type == TOKEN_DEDENT ||
           token->type == TOKEN_END)
        token--;
    return token;
}

/* A node from token number `start` to the last token taken. */
static inline AstLocation location_from(Parser *p, int start)
{
    Token *first = &p->tokens[start], *last = last_visible_token(p);
    return (AstLocation){first->lineno, first->col_offset, last->end_lineno, last->end_col_offset};
}

/* A node that begins with another one and ends with the last token taken. */
static inline AstLocation location_since(Parser *p, const Expr *first)
{
    Token *last = last_token(p);
    return (AstLocation){first->lineno, first->col_offset, last->end_lineno, last->end_col_offset};
}

/* --- depth: deep nesting ends in MemoryError --- */
bool parser_enter(Parser *p) NODISCARD;
static inline void parser_leave(Parser *p) { p->depth--; }

/* --- memory of the second pass --- */
bool memo_find(Parser *p, enum Rule rule, void *node_place); /* sets *(T **)node_place and p->mark */
void memo_store(Parser *p, enum Rule rule, int start, void *node);

/* --- names and sequences --- */
Value identifier_new(Parser *p, const char *text, size_t length); /* borrowed from the arena; VALUE_NULL: failed */
/* Keeps an owned value in the arena: gives it back borrowed. */
Value parser_keep(Parser *p, STEALS NULLABLE Value v);

/* Collects nodes whose number is not known: on the stack, in the arena beyond 16. */
typedef struct NodeList {
    void **items;
    int count, capacity;
    void *inline_items[16];
} NodeList;

static inline void nodes_init(NodeList *list)
{
    list->items = list->inline_items;
    list->count = 0;
    list->capacity = (int)COUNT_OF(list->inline_items);
}

bool nodes_add(Parser *p, NodeList *list, void *node);
void *nodes_finish(Parser *p, const NodeList *list); /* a sequence; NULL: failed. An empty list gives an empty one */

/* --- expressions (parse_expr.c, parse_atom.c, parse_call.c, parse_target.c) --- */
Expr *parse_expression(Parser *p);
Expr *parse_expression_without_invalid(Parser *p);
Expr *parse_disjunction(Parser *p);
Expr *parse_bitwise_or(Parser *p);
Expr *parse_primary(Parser *p);
Expr *parse_atom(Parser *p);
Expr *parse_name(Parser *p); /* NAME, in Load context */
Expr *parse_strings(Parser *p);
Expr *parse_number(Parser *p);
Expr *parse_list(Parser *p);
Expr *parse_tuple(Parser *p);
Expr *parse_genexp(Parser *p);
Expr *parse_star_expression(Parser *p);
Expr *parse_star_expressions(Parser *p);
Expr *parse_expressions(Parser *p);
Expr *parse_star_named_expression(Parser *p);
ExprSeq *parse_star_named_expressions(Parser *p);
Expr *parse_named_expression(Parser *p);
Expr *parse_assignment_expression(Parser *p);
bool is_assignment_expression(Parser *p); /* NAME := is next */
Expr *parse_named_or_plain(Parser *p); /* NAME := …, or an expression without := behind it; no invalid_ rules */
Expr *parse_yield_expr(Parser *p);
Expr *parse_yield_or_star_expressions(Parser *p);
Expr *parse_starred_expression(Parser *p);
ComprehensionSeq *parse_for_if_clauses(Parser *p);
Expr *parse_arguments(Parser *p); /* a Call with the arguments; without ( and ) */
Expr *parse_args(Parser *p);
Expr *parse_slices(Parser *p);
bool parse_dict_item(Parser *p, Expr **key, Expr **value); /* **x: *key is NULL */

Expr *parse_star_targets(Parser *p);
Expr *parse_star_target(Parser *p);
Expr *parse_single_target(Parser *p);
Expr *parse_single_subscript_attribute_target(Parser *p);
ExprSeq *parse_del_targets(Parser *p);
bool set_context(Parser *p, Expr *expr, ExprContext context); /* names, tuples, lists, … all the way down */
bool is_star_target(const Expr *expr); /* could parse_star_targets have read it? */

/* --- parameters (parse_params.c): of def (ends before ')') and lambda (ends before ':') --- */
typedef struct Parameter {
    Arg *arg;
    NULLABLE Expr *default_value;
} Parameter;

enum ParameterDefault { WITHOUT_DEFAULT, WITH_DEFAULT, MAYBE_DEFAULT };

Arguments *parse_parameters(Parser *p, bool is_lambda); /* NULL without failed: none */
Arguments *empty_arguments(Parser *p);
Arg *parse_plain_parameter(Parser *p, bool is_lambda); /* NAME [annotation] */
/* One parameter with the comma behind it, or in front of the end. */
bool parse_parameter(Parser *p, bool is_lambda, enum ParameterDefault sort, NULLABLE Parameter *parameter);

/* --- statements (parse_stmt.c, parse_compound.c, parse_pattern.c) --- */
StmtSeq *parse_block(Parser *p);
StmtSeq *parse_statements(Parser *p);
StmtSeq *parse_simple_stmts(Parser *p);
Stmt *parse_compound_stmt(Parser *p);
bool parse_statement(Parser *p, NodeList *statements);
Stmt *parse_match_stmt(Parser *p);
Pattern *parse_patterns(Parser *p);
Pattern *parse_pattern(Parser *p);
Pattern *parse_or_pattern(Parser *p);
Expr *parse_guard(Parser *p);
Expr *parse_subject_expr(Parser *p);
Expr *parse_name_or_attr(Parser *p);
AliasSeq *parse_import_from_as_names(Parser *p);
ExceptHandler *parse_except_block(Parser *p, bool is_star);
WithItem *parse_with_item(Parser *p);
Value type_comment(Parser *p, NULLABLE const Token *token);

/* --- literals (string_literal.c, fstring.c) --- */
Expr *strings_concatenate(Parser *p, int first_token, int count);
/* The text of a str literal or of a piece of one, escapes decoded; owned. */
Value literal_decode(Parser *p, const char *start, const char *end, bool is_raw, int token);
/* DeprecationWarning for a backslash in front of `escape`; -1: raised. */
int warn_invalid_escape(Parser *p, const char *escape, int token);

/* Literals side by side grow into one constant, or into one f-string. */
typedef struct StringJoiner {
    Parser *p;
    NodeList values;           /* constants and FormattedValues; empty unless is_fstring */
    NULLABLE Value text;       /* owned: the literal text that is not among the values yet */
    NULLABLE Value kind;       /* "u" */
    bool is_fstring;
    AstLocation location;      /* first to last of the literals */
} StringJoiner;

bool joiner_add_text(StringJoiner *joiner, STEALS NULLABLE Value text);
/* One f-string without prefix and quotes; level counts format specs that this one is nested in. */
bool fstring_parse(StringJoiner *joiner, const char **at, const char *end, bool is_raw, int level, int token);
Expr *joiner_finish(StringJoiner *joiner);

/* --- errors (syntax_error.c). All return NULL, raise nothing when something is already set, and set p->failed. --- */
enum { CURRENT_POSITION = -5 }; /* as an end: where the lexer is */
void *raise_at_last_token(Parser *p, Type *type, const char *format, ...);
void *raise_at(Parser *p, Type *type, int lineno, int col_offset, int end_lineno, int end_col_offset, const char *format,
               ...);
void *raise_at_node(Parser *p, AstLocation location, const char *format, ...);
void *raise_at_token(Parser *p, const Token *token, const char *format, ...);
void *raise_from_lexer(Parser *p); /* the lexer gave TOKEN_ERROR */
void *raise_from_token(Parser *p, const Token *token, const char *format, ...); /* from there to where the lexer is */
AstLocation location_of_token(const Token *token);
AstLocation location_between(AstLocation first, AstLocation last);
void raise_at_furthest(Parser *p, const Token *token); /* nothing else was said: "invalid syntax" and relatives */
void *raise_unclosed_bracket(Parser *p);
void *raise_literal_problem(Parser *p); /* UnicodeError, ValueError of a literal -> SyntaxError */
const char *expr_name(const Expr *expr); /* "function call", "literal", … */
enum TargetsKind { STAR_TARGETS, DEL_TARGETS, FOR_TARGETS };
void *raise_invalid_target(Parser *p, enum TargetsKind kind, Expr *expr); /* silent when all of it is valid */

/* False, and raised, when the Python that is asked for has not got `what` yet. */
bool check_version(Parser *p, int minor_version, const char *what);

/* --- known mistakes (invalid.c). Each raises or does nothing; p->mark is as before. --- */
void invalid_expression(Parser *p);
void invalid_legacy_expression(Parser *p);
void invalid_named_expression(Parser *p);
void invalid_assignment(Parser *p);
void invalid_del_stmt(Parser *p);
void invalid_block(Parser *p);
void invalid_comprehension(Parser *p);
void invalid_dict_comprehension(Parser *p);
void invalid_double_starred_kvpairs(Parser *p);
void invalid_group(Parser *p);
void invalid_arguments(Parser *p);
void invalid_kwarg(Parser *p);
void invalid_parameters(Parser *p, bool is_lambda);
void invalid_star_etc(Parser *p, bool is_lambda);
void invalid_kwds(Parser *p, bool is_lambda);
void invalid_default(Parser *p);
void invalid_double_type_comments(Parser *p);
void invalid_import_from_targets(Parser *p);
void invalid_for_target(Parser *p);
void invalid_for_stmt(Parser *p);
void invalid_with_item(Parser *p);
void invalid_with_stmt(Parser *p);
void invalid_with_stmt_indent(Parser *p);
void invalid_try_stmt(Parser *p);
void invalid_except_stmt(Parser *p);
void invalid_except_stmt_indent(Parser *p, bool is_star);
void invalid_finally_stmt(Parser *p);
void invalid_if_stmt(Parser *p, enum TokenType keyword, const char *name); /* if, elif, while */
void invalid_else_stmt(Parser *p);
void invalid_def_raw(Parser *p);
void invalid_class_def_raw(Parser *p);
void invalid_match_stmt(Parser *p);
void invalid_case_block(Parser *p);
void invalid_as_pattern(Parser *p);
void invalid_class_pattern(Parser *p);

/* Tries a rule in the second pass only; true: it raised. */
#define DIAGNOSE(p, call) (UNLIKELY((p)->tries_invalid) && ((call), (p)->failed))

#endif

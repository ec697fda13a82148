/* parser.c: the parser's engine: tokens on demand, the two passes, memory of the second one, names, sequences. */
#include "compiler/parser.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

enum { MAX_DEPTH = 6000, STACK_RESERVE = 64 * 1024 };

bool parser_init(Parser *p, const char *text, const char *text_end, Value filename, enum ParseMode mode, int flags,
                 AstArena *arena, NULLABLE Parser *parent)
{
    memset(p, 0, offsetof(Parser, lexer));
    memset(&p->tokens, 0, sizeof *p - offsetof(Parser, tokens));
    lexer_init(&p->lexer, text, text_end, filename);
    p->lexer.has_type_comments = flags & PARSE_TYPE_COMMENTS;
    p->filename = filename;
    p->mode = mode;
    p->flags = flags;
    p->arena = arena;
    p->minor_version = parent ? parent->minor_version : PARSE_LATEST_VERSION;
    /* about one token for four bytes: mostly no resizing */
    size_t size = (size_t)(text_end - text);
    p->capacity = (int)MIN(size / 4 + 16, (size_t)1 << 20);
    p->tokens = raw_alloc((size_t)p->capacity * sizeof *p->tokens);
    p->identifiers = parent ? parent->identifiers : &p->own_identifiers;
    if (parent) {
        p->depth = parent->depth;
    } else {
        p->own_identifiers.mask = 255;
        p->own_identifiers.entries = raw_calloc(p->own_identifiers.mask + 1, sizeof *p->own_identifiers.entries);
    }
    if (p->tokens && p->identifiers->entries) return true;
    error_no_memory();
    parser_finish(p);
    return false;
}

void parser_finish(Parser *p)
{
    raw_free(p->tokens);
    raw_free(p->own_identifiers.entries);
    raw_free(p->type_ignores);
}

static void *fail_no_memory(Parser *p)
{
    p->failed = true;
    error_no_memory();
    return NULL;
}

/* --- tokens --- */

static bool grow_tokens(Parser *p)
{
    int capacity = p->capacity * 2;
    Token *tokens = raw_realloc(p->tokens, (size_t)capacity * sizeof *tokens);
    if (!tokens) return fail_no_memory(p), false;
    p->tokens = tokens;
    p->capacity = capacity;
    return true;
}

static void locate_token(Parser *p, Token *token)
{
    const Lexer *lexer = &p->lexer;
    bool is_string = token->type == TOKEN_STRING;
    const char *line_start = is_string ? lexer->multi_line_start : lexer->line_start;
    int lineno = is_string ? lexer->first_lineno : lexer->lineno;
    int end_lineno = lexer->lineno;
    int column = token->start && token->start >= line_start ? (int)(token->start - line_start) : -1;
    int end_column = token->end && token->end >= lexer->line_start ? (int)(token->end - lexer->line_start) : -1;
    token->lineno = lineno;
    token->end_lineno = end_lineno;
    /* The first line of an f-string's expression begins in the middle of a line of the program. (A literal that ends on
     * a later line is not moved: CPython asks for the line on which the token ends.) */
    int shift = end_lineno == p->starting_lineno ? p->starting_col_offset : 0;
    token->col_offset = column + shift;
    token->end_col_offset = end_column + shift;
}

static bool remember_type_ignore(Parser *p, const Token *token)
{
    if (p->type_ignore_count == p->type_ignore_capacity) {
        int capacity = p->type_ignore_capacity ? p->type_ignore_capacity * 2 : 8;
        void *grown = raw_realloc(p->type_ignores, (size_t)capacity * sizeof *p->type_ignores);
        if (!grown) return fail_no_memory(p), false;
        p->type_ignores = grown;
        p->type_ignore_capacity = capacity;
    }
    struct IgnoredLine *line = &p->type_ignores[p->type_ignore_count++];
    line->lineno = p->lexer.lineno;
    line->text = token->start;
    line->end = token->end;
    return true;
}

bool parser_fill(Parser *p)
{
    if (p->failed) return false;
    if (p->fill == p->capacity && !grow_tokens(p)) return false;
    Token *token = &p->tokens[p->fill];
    for (;;) {
        lexer_next(&p->lexer, token);
        if (LIKELY(token->type != TOKEN_TYPE_IGNORE)) break;
        if (!remember_type_ignore(p, token)) return false;
    }
    token->memo = NULL;
    if (p->mode == PARSE_SINGLE && token->type == TOKEN_END && p->parsing_started) {
        /* The end of an interactive statement is also the end of its line, and of its blocks unless more may come. */
        token->type = TOKEN_NEWLINE;
        p->parsing_started = false;
        if (p->lexer.indent && !(p->flags & PARSE_DONT_IMPLY_DEDENT)) {
            p->lexer.pending_indents = -p->lexer.indent;
            p->lexer.indent = 0;
        }
    } else {
        p->parsing_started = true;
    }
    locate_token(p, token);
    p->fill++;
    if (UNLIKELY(token->type == TOKEN_ERROR)) {
        raise_from_lexer(p);
        return false;
    }
    return true;
}

bool next_is_word(Parser *p, const char *word)
{
    Token *token = peek(p);
    size_t length = strlen(word);
    return token && token->type == TOKEN_NAME && (size_t)(token->end - token->start) == length &&
           memcmp(token->start, word, length) == 0;
}

/* --- depth --- */

bool parser_enter(Parser *p)
{
    char here;
    if (LIKELY(++p->depth <= MAX_DEPTH && &here > current_thread->c_stack_limit + STACK_RESERVE)) return true;
    p->depth--;
    if (!p->failed) {
        p->failed = true;
        error_set(&type_MemoryError, "Parser stack overflowed - Python source too complex to parse");
    }
    return false;
}

/* --- memory of the second pass --- */

bool memo_find(Parser *p, enum Rule rule, void *node_place)
{
    if (LIKELY(!p->is_diagnosing) || p->failed) return false;
    if (!peek(p)) return false;
    for (Memo *memo = p->tokens[p->mark].memo; memo; memo = memo->next) {
        if (memo->rule != rule) continue;
        p->mark = memo->mark;
        *(void **)node_place = memo->node;
        return true;
    }
    return false;
}

void memo_store(Parser *p, enum Rule rule, int start, void *node)
{
    if (LIKELY(!p->is_diagnosing) || p->failed) return;
    Memo *memo = arena_alloc(p->arena, sizeof *memo);
    if (!memo) {
        p->failed = true;
        return;
    }
    *memo = (Memo){p->tokens[start].memo, node, p->mark, rule};
    p->tokens[start].memo = memo;
}

/* --- names --- */

Value parser_keep(Parser *p, STEALS NULLABLE Value v)
{
    if (value_is_null(v) || arena_own_value(p->arena, v) < 0) {
        p->failed = true;
        return VALUE_NULL;
    }
    return v;
}

static bool grow_identifiers(Parser *p)
{
    Identifiers *table = p->identifiers;
    uint32_t mask = table->mask * 2 + 1;
    IdentifierEntry *entries = raw_calloc(mask + 1, sizeof *entries);
    if (!entries) return fail_no_memory(p), false;
    for (uint32_t i = 0; i <= table->mask; i++) {
        IdentifierEntry *old = &table->entries[i];
        if (!old->text) continue;
        uint32_t k = old->hash & mask;
        while (entries[k].text) k = (k + 1) & mask;
        entries[k] = *old;
    }
    raw_free(table->entries);
    table->entries = entries;
    table->mask = mask;
    return true;
}

/* Identifiers beyond ASCII are compared in normal form NFKC; without unicodedata they stay as they are written. */
static Value normalize_identifier(STEALS Value name)
{
    if (value_is_null(name) || as_str(name)->is_ascii) return name;
    Value normalize = import_attr("unicodedata", "normalize");
    if (value_is_null(normalize)) {
        if (error_catch(&type_ImportError)) return name;
        value_decref(name);
        return VALUE_NULL;
    }
    Value form = str_from_cstr("NFKC");
    Value normalized = value_is_null(form) ? VALUE_NULL : call_2(normalize, form, name);
    value_xdecref(form);
    value_decref(normalize);
    value_decref(name);
    return normalized;
}

static Value make_identifier(Parser *p, const char *text, size_t length)
{
    Value name = normalize_identifier(str_from_utf8(text, (ssize_t)length));
    if (!value_is_null(name)) str_intern(&name);
    return parser_keep(p, name);
}

Value identifier_new(Parser *p, const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    Identifiers *table = p->identifiers;
    uint32_t k = hash & table->mask;
    for (; table->entries[k].text; k = (k + 1) & table->mask) {
        IdentifierEntry *entry = &table->entries[k];
        if (entry->hash == hash && entry->length == length && memcmp(entry->text, text, length) == 0)
            return entry->name;
    }
    Value name = make_identifier(p, text, length);
    if (value_is_null(name)) return name;
    table->entries[k] = (IdentifierEntry){hash, (uint32_t)length, text, name};
    if (++table->count > table->mask / 2 && !grow_identifiers(p)) return VALUE_NULL;
    return name;
}

/* --- sequences --- */

bool nodes_add(Parser *p, NodeList *list, void *node)
{
    if (UNLIKELY(list->count == list->capacity)) {
        void **items = arena_alloc(p->arena, (size_t)list->capacity * 2 * sizeof *items);
        if (!items) {
            p->failed = true;
            return false;
        }
        memcpy(items, list->items, (size_t)list->count * sizeof *items);
        list->items = items;
        list->capacity *= 2;
    }
    list->items[list->count++] = node;
    return true;
}

void *nodes_finish(Parser *p, const NodeList *list)
{
    AnySeq *seq = arena_seq(p->arena, list->count);
    if (!seq)
        p->failed = true;
    else
        memcpy(seq->items, list->items, (size_t)list->count * sizeof *list->items);
    return seq;
}

/* --- the two passes --- */

/* One pass. A failure to allocate a node shows only in the exception: whatever was read then does not count. */
static void *run_pass(Parser *p, void *(*start)(Parser *p))
{
    void *result = start(p);
    if (LIKELY(!error_occurred())) return result;
    p->failed = true;
    return NULL;
}

static bool is_end_of_source(const Parser *p)
{
    enum LexerState state = p->lexer.state;
    return state == LEXER_EOF || state == LEXER_EOF_IN_STRING || state == LEXER_EOL_IN_STRING;
}

/* Behind a single statement there may only be blank lines and comments. */
static bool has_second_statement(const Parser *p)
{
    const char *at = p->lexer.at;
    while (at < p->lexer.text_end) {
        if (*at == '#')
            while (at < p->lexer.text_end && *at != '\n') at++;
        else if (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\f')
            at++;
        else
            return true;
    }
    return false;
}

void *parser_run(Parser *p, void *(*start)(Parser *p))
{
    void *result = run_pass(p, start);
    if (result) {
        if (p->mode == PARSE_SINGLE && !p->is_fstring && has_second_statement(p))
            return raise_at_last_token(p, &type_SyntaxError,
                                       "multiple statements found while compiling a single statement");
        return result;
    }
    if ((p->flags & PARSE_ALLOW_INCOMPLETE_INPUT) && is_end_of_source(p)) {
        error_clear();
        p->failed = false;
        return raise_at_last_token(p, &type_SyntaxError, "incomplete input");
    }
    if (p->failed && !error_matches(&type_SyntaxError)) return NULL;
    int furthest = p->fill - 1;
    if (!p->failed) {
        for (int i = 0; i < p->fill; i++) p->tokens[i].memo = NULL;
        p->mark = 0;
        p->is_diagnosing = p->tries_invalid = true;
        run_pass(p, start);
    }
    if (p->failed && !error_matches(&type_SyntaxError)) return NULL;
    raise_at_furthest(p, &p->tokens[furthest]);
    return NULL;
}

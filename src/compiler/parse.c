/* parse.c: from raw bytes to a tree: decodes the source (byte order mark, coding line), unifies line ends, and runs the
 * parser from the rule that the mode asks for. */
#include "compiler/parser.h"

#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- the encoding --- */

static bool is_encoding_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

/* The name after "coding:" or "coding=" in a line that is only a comment. False: there is none. */
static bool find_coding(const char *line, const char *end, char *name, size_t capacity)
{
    while (line < end && (*line == ' ' || *line == '\t' || *line == '\f')) line++;
    if (line == end || *line != '#') return false;
    for (; end - line > 6; line++) {
        if (memcmp(line, "coding", 6) != 0 || (line[6] != ':' && line[6] != '=')) continue;
        const char *at = line + 7;
        while (at < end && (*at == ' ' || *at == '\t')) at++;
        size_t n = 0;
        while (at + n < end && is_encoding_char(at[n])) n++;
        if (n == 0 || n >= capacity) continue;
        memcpy(name, at, n);
        name[n] = 0;
        return true;
    }
    return false;
}

static bool is_blank_or_comment(const char *line, const char *end)
{
    while (line < end && (*line == ' ' || *line == '\t' || *line == '\f')) line++;
    return line == end || *line == '#' || *line == '\n' || *line == '\r';
}

/* Looks at the first line, and at the second one if the first is blank or a comment. A line counts when it has an end
 * (ends_line: the last one gets one). */
static bool find_encoding(const char *source, const char *end, bool ends_line, char *name, size_t capacity)
{
    for (int i = 0; i < 2 && source < end; i++) {
        const char *line_end = source;
        while (line_end < end && *line_end != '\n' && *line_end != '\r') line_end++;
        if (line_end == end && !ends_line) return false;
        if (find_coding(source, line_end, name, capacity)) return true;
        if (!is_blank_or_comment(source, line_end)) return false;
        if (line_end < end && *line_end == '\r') line_end++;
        if (line_end < end && *line_end == '\n') line_end++;
        source = line_end;
    }
    return false;
}

/* The names that the lexer knows by heart come in several spellings: "UTF_8", "latin-1-unix". */
static const char *normal_name(const char *name)
{
    static const struct {
        const char *spelling, *normal;
    } names[] = {
        {"utf-8", "utf-8"}, {"latin-1", "iso-8859-1"}, {"iso-8859-1", "iso-8859-1"}, {"iso-latin-1", "iso-8859-1"}};
    char start[13] = {0};
    for (int i = 0; i < 12 && name[i]; i++) {
        char c = name[i];
        start[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        size_t length = strlen(names[i].spelling);
        if (strncmp(start, names[i].spelling, length) == 0 && (start[length] == 0 || start[length] == '-'))
            return names[i].normal;
    }
    return name;
}

static bool is_utf8_name(const char *name)
{
    return strcmp(normal_name(name), "utf-8") == 0;
}

/* The exception that says why the source cannot be read becomes a SyntaxError without a place. */
static void raise_decoding_problem(Value filename)
{
    if (!error_matches(&type_LookupError) && !error_matches(&type_SyntaxError) &&
        !error_matches(&type_UnicodeDecodeError))
        return;
    Value exception = error_fetch();
    Value text = value_str(exception);
    value_decref(exception);
    if (value_is_null(text)) return;
    Value details = tuple_pack(4, filename, value_from_small_int(0), value_from_small_int(-1), VALUE_NONE);
    Value args = value_is_null(details) ? VALUE_NULL : tuple_pack(2, text, details);
    if (!value_is_null(args)) error_set_value(&type_SyntaxError, args);
    value_xdecref(args);
    value_xdecref(details);
    value_decref(text);
}

/* A program's file without a coding line must be UTF-8 throughout. */
static bool check_utf8_file(Value filename, const char *source, ssize_t size)
{
    Value text = str_from_utf8(source, size);
    if (!value_is_null(text)) {
        value_decref(text);
        return true;
    }
    if (!error_matches(&type_UnicodeDecodeError)) return false;
    Value exception = error_fetch();
    ssize_t position = ((UnicodeErrorObject *)value_as_object(exception))->start;
    value_decref(exception);
    int line = 1;
    for (ssize_t i = 0; i < position; i++)
        if (source[i] == '\n') line++;
    error_format(&type_SyntaxError,
                 "Non-UTF-8 code starting with '\\x%.2x' in file %U on line %i, but no encoding declared; see "
                 "https://peps.python.org/pep-0263/ for details",
                 (unsigned)(unsigned char)source[position], filename, line);
    return false;
}

/* A source text and what is known of its encoding. */
typedef struct Source {
    const char *text;
    ssize_t size;
    NULLABLE Value decoded; /* owned: holds the text when it was not UTF-8 */
    bool has_encoding;      /* a byte order mark, a coding line or the caller said which it is */
    char encoding[64];      /* from the coding line, or "" */
} Source;

/* Skips a byte order mark and decodes what is not UTF-8. ends_line: a last line without an end will get one. */
static bool decode_source(Source *source, Value filename, int flags, bool ends_line)
{
    source->has_encoding = true;
    source->encoding[0] = 0;
    source->decoded = VALUE_NULL;
    if (flags & PARSE_IGNORE_COOKIE) return true;
    bool has_mark = source->size >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0;
    if (has_mark) {
        source->text += 3;
        source->size -= 3;
    }
    const char *end = source->text + source->size;
    if (!find_encoding(source->text, end, ends_line, source->encoding, sizeof source->encoding)) {
        source->has_encoding = has_mark;
        return !(flags & PARSE_FROM_FILE) || check_utf8_file(filename, source->text, source->size);
    }
    if (is_utf8_name(source->encoding)) return true;
    if (has_mark) {
        error_format(&type_SyntaxError, "encoding problem: %s with BOM", normal_name(source->encoding));
        raise_decoding_problem(filename);
        return false;
    }
    source->decoded = str_decode(source->text, source->size, source->encoding, "strict");
    if (!value_is_null(source->decoded)) source->text = str_as_utf8(source->decoded, &source->size);
    if (!value_is_null(source->decoded) && source->text) return true;
    raise_decoding_problem(filename);
    value_xdecref(source->decoded);
    return false;
}

/* --- line ends --- */

/* A copy in the arena with \n as the only line end and a 0 behind; with `ends_line`, a last \n too. */
static char *copy_source(AstArena *arena, const char *source, ssize_t size, bool ends_line, const char **end)
{
    char *text = arena_alloc(arena, (size_t)size + 2);
    if (!text) return NULL;
    char *out = text;
    for (const char *in = source, *stop = source + size; in < stop;) {
        const char *cr = memchr(in, '\r', (size_t)(stop - in));
        size_t run = (size_t)((cr ? cr : stop) - in);
        memcpy(out, in, run);
        out += run;
        in += run;
        if (!cr) break;
        *out++ = '\n';
        in += in + 1 < stop && in[1] == '\n' ? 2 : 1;
    }
    if (ends_line && out > text && out[-1] != '\n') *out++ = '\n';
    *out = 0;
    *end = out;
    return text;
}

/* --- start rules --- */

static TypeIgnoreSeq *make_type_ignores(Parser *p)
{
    TypeIgnoreSeq *seq = arena_seq(p->arena, p->type_ignore_count);
    for (int i = 0; seq && i < p->type_ignore_count; i++) {
        struct IgnoredLine *line = &p->type_ignores[i];
        Value tag = parser_keep(p, str_from_utf8(line->text, line->end - line->text));
        if (value_is_null(tag)) return NULL;
        seq->items[i] = ast_TypeIgnore(p->arena, line->lineno, tag);
        if (!seq->items[i]) return NULL;
    }
    return seq;
}

static void *parse_file(Parser *p)
{
    int start = p->mark;
    StmtSeq *body = parse_statements(p);
    if (!body) p->mark = start;
    if (p->failed || !accept(p, TOKEN_END)) return NULL;
    TypeIgnoreSeq *ignores = p->type_ignore_count ? make_type_ignores(p) : NULL;
    return p->failed ? NULL : ast_Module(p->arena, body, ignores);
}

static void *parse_interactive(Parser *p)
{
    int start = p->mark;
    NodeList statements;
    nodes_init(&statements);
    Stmt *compound = parse_compound_stmt(p);
    StmtSeq *body = NULL;
    if (compound && accept(p, TOKEN_NEWLINE)) {
        nodes_add(p, &statements, compound);
        body = nodes_finish(p, &statements);
    }
    if (!body && !p->failed) {
        p->mark = start;
        body = parse_simple_stmts(p);
    }
    if (!body && !p->failed) {
        p->mark = start;
        if (!accept(p, TOKEN_NEWLINE)) return NULL;
        Stmt *pass = ast_Pass(p->arena, location_of_token(&p->tokens[start]));
        if (!pass || !nodes_add(p, &statements, pass)) return NULL;
        body = nodes_finish(p, &statements);
    }
    return body && !p->failed ? ast_Interactive(p->arena, body) : NULL;
}

static void skip_newlines(Parser *p)
{
    while (accept(p, TOKEN_NEWLINE)) {}
}

static void *parse_eval(Parser *p)
{
    Expr *body = parse_expressions(p);
    if (!body) return NULL;
    skip_newlines(p);
    return accept(p, TOKEN_END) ? ast_Expression(p->arena, body) : NULL;
}

/* expression (',' expression)* [',' '*' expression] [',' '**' expression]: the stars are dropped */
static bool parse_type_expressions(Parser *p, NodeList *types)
{
    bool saw_star = false, saw_double_star = false;
    do {
        if (!saw_star && accept(p, TOKEN_STAR))
            saw_star = true;
        else if (accept(p, TOKEN_DOUBLE_STAR))
            saw_double_star = true;
        else if (saw_star)
            return false;
        Expr *type = parse_expression(p);
        if (!type || !nodes_add(p, types, type)) return false;
    } while (!saw_double_star && accept(p, TOKEN_COMMA));
    return !p->failed;
}

static void *parse_func_type(Parser *p)
{
    NodeList types;
    nodes_init(&types);
    if (!accept(p, TOKEN_LPAREN)) return NULL;
    if (!next_is(p, TOKEN_RPAREN) && (p->failed || !parse_type_expressions(p, &types))) return NULL;
    if (!accept(p, TOKEN_RPAREN) || !accept(p, TOKEN_ARROW)) return NULL;
    Expr *returns = parse_expression(p);
    if (!returns) return NULL;
    skip_newlines(p);
    if (!accept(p, TOKEN_END)) return NULL;
    ExprSeq *argtypes = types.count ? nodes_finish(p, &types) : NULL;
    return p->failed ? NULL : ast_FunctionType(p->arena, argtypes, returns);
}

/* --- entry --- */

NULLABLE Mod *parse_source(Value filename, const char *source, ssize_t size, enum ParseMode mode, int flags,
                           AstArena *arena)
{
    return parse_source_of_version(filename, source, size, mode, flags, PARSE_LATEST_VERSION, arena);
}

NULLABLE Mod *parse_source_of_version(Value filename, const char *source, ssize_t size, enum ParseMode mode, int flags,
                                      int minor_version, AstArena *arena)
{
    static void *(*const starts[])(Parser *) = {
        [PARSE_FILE] = parse_file,
        [PARSE_SINGLE] = parse_interactive,
        [PARSE_EVAL] = parse_eval,
        [PARSE_FUNC_TYPE] = parse_func_type,
    };
    if (memchr(source, 0, (size_t)size)) {
        error_set(&type_ValueError, "source code string cannot contain null bytes");
        return NULL;
    }
    Source input = {.text = source, .size = size};
    if (!decode_source(&input, filename, flags, mode == PARSE_FILE)) return NULL;
    const char *end;
    const char *text = copy_source(arena, input.text, input.size, mode == PARSE_FILE, &end);
    value_xdecref(input.decoded);
    Parser p;
    if (!text || !parser_init(&p, text, end, filename, mode, flags, arena, NULL)) return NULL;
    p.lexer.has_encoding = input.has_encoding;
    p.encoding = input.encoding[0] ? input.encoding : NULL;
    p.minor_version = minor_version;
    Mod *result = parser_run(&p, starts[mode]);
    parser_finish(&p);
    assert(result || error_occurred());
    return result;
}

/* Is the current exception the SyntaxError "incomplete input"? */
static bool is_incomplete_error(void)
{
    if (!error_matches(&type_SyntaxError)) return false;
    Value message = ((SyntaxErrorObject *)value_as_object(current_thread->exception))->msg;
    return is_str(message) && str_equal_cstr(message, "incomplete input");
}

int parse_is_complete(Value filename, const char *source, ssize_t size, int flags)
{
    AstArena *arena = arena_new();
    if (!arena) return -1;
    flags |= PARSE_ALLOW_INCOMPLETE_INPUT | PARSE_DONT_IMPLY_DEDENT;
    Mod *tree = parse_source(filename, source, size, PARSE_SINGLE, flags, arena);
    int result = 1;
    if (!tree) {
        if (is_incomplete_error())
            result = 0;
        else if (!error_matches(&type_SyntaxError))
            result = -1;
        if (result >= 0) error_clear();
    }
    arena_free(arena);
    return result;
}

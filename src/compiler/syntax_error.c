/* syntax_error.c: SyntaxErrors with CPython's texts and positions.
 *
 * Lines and columns come from tokens or nodes (columns 0-based, in bytes); the exception holds 1-based columns in
 * characters. Which line the text shows follows CPython, too: the program's file if there is one of that name, else the
 * source; the line fetched last is shown with its line end, earlier ones without. */
#include "compiler/parser.h"

#include <stdio.h>
#include <stdlib.h>

#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- the text of a line --- */

static Value decode_lossy(const char *text, ssize_t size)
{
    return str_decode(text, size, "utf-8", "replace");
}

/* Line `lineno` of the file of this name; VALUE_NULL without an exception when there is none. */
static Value line_of_file(const Parser *p, int lineno)
{
    const char *path = is_str(p->filename) ? str_as_utf8(p->filename, NULL) : NULL;
    if (!path) {
        error_clear();
        return VALUE_NULL;
    }
    FILE *file = fopen(path, "r");
    if (!file) return VALUE_NULL;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length = -1;
    for (int i = 0; i < lineno; i++) {
        length = getline(&line, &capacity, file);
        if (length < 0) break;
    }
    fclose(file);
    if (length >= 2 && line[length - 2] == '\r') line[--length - 1] = '\n'; /* universal newlines */
    Value text = length < 0 ? VALUE_NULL : str_decode(line, length, p->encoding ? p->encoding : "utf-8", "replace");
    free(line);
    if (length >= 0 && value_is_null(text)) error_clear();
    return text;
}

static Value line_of_source(const Parser *p, int lineno)
{
    const char *line = p->lexer.text;
    int count = p->starting_lineno ? lineno - p->starting_lineno + 1 : lineno;
    for (int i = 1; i < count; i++) {
        const char *newline = strchr(line, '\n');
        if (!newline || newline + 1 > p->lexer.line_end) break;
        line = newline + 1;
    }
    return decode_lossy(line, (ssize_t)strcspn(line, "\n"));
}

static Value error_line(const Parser *p, int lineno)
{
    const Lexer *lexer = &p->lexer;
    Value line = p->mode == PARSE_FILE && !p->is_fstring ? line_of_file(p, lineno) : VALUE_NULL;
    if (!value_is_null(line)) return line;
    if (lexer->lineno <= lineno && lexer->line_end > lexer->piece)
        return decode_lossy(lexer->piece, lexer->line_end - lexer->piece);
    return line_of_source(p, lineno);
}

/* Characters in the first `offset` bytes of line; -1 on error. */
static int64_t character_offset(Value line, int64_t offset)
{
    ssize_t size;
    const char *text = str_as_utf8(line, &size);
    if (!text) return -1;
    size = (ssize_t)strlen(text);
    Value before = decode_lossy(text, MIN((ssize_t)offset, size + 1));
    if (value_is_null(before)) return -1;
    ssize_t length = str_length(before);
    value_decref(before);
    return length;
}

/* --- raising --- */

/* Columns are 1-based here; 0 and below are passed on as they are. */
static void raise_at_columns(Parser *p, Type *type, int lineno, int64_t column, int end_lineno, int64_t end_column,
                             const char *format, va_list args)
{
    Value message = VALUE_NULL, line = VALUE_NULL, details = VALUE_NULL, arguments = VALUE_NULL;
    if (error_occurred()) { /* out of memory before */
        p->failed = true;
        return;
    }
    if (end_lineno == CURRENT_POSITION) end_lineno = p->lexer.lineno;
    if (end_column == CURRENT_POSITION) end_column = p->lexer.at - p->lexer.line_start;
    message = str_format_va(format, args);
    if (value_is_null(message)) goto finish;
    if (p->is_fstring) {
        Value prefixed = str_format("f-string: %U", message);
        value_decref(message);
        message = prefixed;
        if (value_is_null(message)) goto finish;
    }
    line = error_line(p, lineno);
    if (value_is_null(line)) goto finish;
    if (p->is_fstring) {
        column -= p->starting_col_offset;
        end_column -= p->starting_col_offset;
    }
    if (p->lexer.has_encoding) {
        if (column > 0) column = character_offset(line, column);
        if (end_column > 0) end_column = character_offset(line, end_column);
        if (error_occurred()) goto finish;
    }
    details = tuple_pack(6, p->filename, value_from_small_int(lineno), value_from_small_int(column), line,
                         value_from_small_int(end_lineno), value_from_small_int(end_column));
    if (value_is_null(details)) goto finish;
    arguments = tuple_pack(2, message, details);
    if (!value_is_null(arguments)) error_set_value(type, arguments);
finish:
    p->failed = true;
    value_xdecref(message);
    value_xdecref(line);
    value_xdecref(details);
    value_xdecref(arguments);
}

static int64_t one_based(int column)
{
    return column == CURRENT_POSITION ? CURRENT_POSITION : column + 1;
}

void *raise_at(Parser *p, Type *type, int lineno, int col_offset, int end_lineno, int end_col_offset,
               const char *format, ...)
{
    if (p->failed) return NULL;
    va_list args;
    va_start(args, format);
    raise_at_columns(p, type, lineno, one_based(col_offset), end_lineno, one_based(end_col_offset), format, args);
    va_end(args);
    return NULL;
}

/* At the last token that was read, wherever the parser is. */
void *raise_at_last_token(Parser *p, Type *type, const char *format, ...)
{
    if (p->failed) return NULL;
    va_list args;
    va_start(args, format);
    if (p->fill == 0) {
        raise_at_columns(p, type, 0, 0, 0, -1, format, args);
    } else {
        const Token *token = &p->tokens[p->fill - 1];
        int64_t column = token->col_offset + 1;
        if (token->col_offset == -1) column = p->lexer.at == p->lexer.piece ? 0 : p->lexer.at - p->lexer.line_start;
        int64_t end_column = token->end_col_offset == -1 ? -1 : token->end_col_offset + 1;
        raise_at_columns(p, type, token->lineno, column, token->end_lineno, end_column, format, args);
    }
    va_end(args);
    return NULL;
}

void *raise_at_node(Parser *p, AstLocation location, const char *format, ...)
{
    if (p->failed) return NULL;
    va_list args;
    va_start(args, format);
    raise_at_columns(p, &type_SyntaxError, location.lineno, location.col_offset + 1, location.end_lineno,
                     one_based(location.end_col_offset), format, args);
    va_end(args);
    return NULL;
}

AstLocation location_of_token(const Token *token)
{
    return (AstLocation){token->lineno, token->col_offset, token->end_lineno, token->end_col_offset};
}

AstLocation location_between(AstLocation first, AstLocation last)
{
    return (AstLocation){first.lineno, first.col_offset, last.end_lineno, last.end_col_offset};
}

void *raise_at_token(Parser *p, const Token *token, const char *format, ...)
{
    if (p->failed) return NULL;
    va_list args;
    va_start(args, format);
    raise_at_columns(p, &type_SyntaxError, token->lineno, token->col_offset + 1, token->end_lineno,
                     token->end_col_offset + 1, format, args);
    va_end(args);
    return NULL;
}

void *raise_from_token(Parser *p, const Token *token, const char *format, ...)
{
    if (p->failed) return NULL;
    va_list args;
    va_start(args, format);
    raise_at_columns(p, &type_SyntaxError, token->lineno, token->col_offset + 1, CURRENT_POSITION, CURRENT_POSITION,
                     format, args);
    va_end(args);
    return NULL;
}

void *raise_unclosed_bracket(Parser *p)
{
    int top = p->lexer.level - 1;
    int line = p->lexer.bracket_lines[top];
    return raise_at(p, &type_SyntaxError, line, p->lexer.bracket_columns[top], line, -1, "'%c' was never closed",
                    p->lexer.brackets[top]);
}

void *raise_from_lexer(Parser *p)
{
    const Lexer *lexer = &p->lexer;
    int line = lexer->lineno;
    if (error_matches(&type_UnicodeDecodeError)) return raise_literal_problem(p);
    if (error_occurred()) {
        p->failed = true;
        return NULL;
    }
    switch (lexer->state) {
    case LEXER_EOF:
        if (lexer->level) return raise_unclosed_bracket(p);
        return raise_at_last_token(p, &type_SyntaxError, "unexpected EOF while parsing");
    case LEXER_DEDENT:
        return raise_at_last_token(p, &type_IndentationError, "unindent does not match any outer indentation level");
    case LEXER_TABSPACE:
        return raise_at(p, &type_TabError, line, 0, line, -1, "inconsistent use of tabs and spaces in indentation");
    case LEXER_TOO_DEEP:
        return raise_at(p, &type_IndentationError, line, 0, line, -1, "too many levels of indentation");
    case LEXER_LINE_CONTINUATION: {
        int column = (int)(lexer->at - lexer->piece - 1);
        return raise_at(p, &type_SyntaxError, line, MAX(column, 0), line, -1,
                        "unexpected character after line continuation character");
    }
    default: return raise_at(p, &type_SyntaxError, line, 0, line, -1, "unknown parsing error");
    }
}

/* A literal could not be decoded: its UnicodeError or ValueError becomes a SyntaxError. */
void *raise_literal_problem(Parser *p)
{
    p->failed = true;
    const char *kind = error_matches(&type_UnicodeError) ? "unicode error"
                       : error_matches(&type_ValueError) ? "value error"
                                                         : NULL;
    if (!kind) return NULL;
    Value exception = error_fetch();
    Value text = value_str(exception);
    value_decref(exception);
    if (value_is_null(text)) return NULL;
    p->failed = false;
    raise_at_last_token(p, &type_SyntaxError, "(%s) %U", kind, text);
    value_decref(text);
    return NULL;
}

bool check_version(Parser *p, int minor_version, const char *what)
{
    if (LIKELY(p->minor_version >= minor_version)) return true;
    raise_at_last_token(p, &type_SyntaxError, "%s only supported in Python 3.%i and greater", what, minor_version);
    return false;
}

/* --- when no rule said more --- */

/* Reads the rest of the source: an error of the lexer there says more than the parser's. */
static void check_rest_of_source(Parser *p)
{
    Value exception = error_fetch();
    p->failed = false;
    int error_line = p->tokens[p->fill - 1].lineno;
    Token token;
    do lexer_next(&p->lexer, &token);
    while (token.type != TOKEN_ERROR && token.type != TOKEN_END);
    if (token.type == TOKEN_ERROR && !error_occurred() && p->lexer.level) {
        if (error_line > p->lexer.bracket_lines[p->lexer.level - 1]) raise_unclosed_bracket(p);
    }
    p->failed = true;
    if (error_occurred())
        value_xdecref(exception);
    else
        error_restore(exception);
}

void raise_at_furthest(Parser *p, const Token *token)
{
    if (p->failed) {
        if (p->lexer.state == LEXER_OK && error_matches(&type_SyntaxError)) check_rest_of_source(p);
        return;
    }
    if (p->fill == 0) {
        raise_at_last_token(p, &type_SyntaxError, "error at start before reading any input");
    } else if (token->type == TOKEN_ERROR && p->lexer.state == LEXER_EOF) {
        if (p->lexer.level)
            raise_unclosed_bracket(p);
        else
            raise_at_last_token(p, &type_SyntaxError, "unexpected EOF while parsing");
    } else if (token->type == TOKEN_INDENT || token->type == TOKEN_DEDENT) {
        raise_at_last_token(p, &type_IndentationError,
                            token->type == TOKEN_INDENT ? "unexpected indent" : "unexpected unindent");
    } else {
        raise_at_node(p, location_of_token(token), "invalid syntax");
        check_rest_of_source(p);
    }
}

/* --- what an expression is called --- */

static const char *constant_name(const Expr *expr)
{
    Value v = expr->v.Constant.value;
    if (value_is_none(v)) return "None";
    if (value_is(v, VALUE_FALSE)) return "False";
    if (value_is(v, VALUE_TRUE)) return "True";
    if (value_is(v, VALUE_ELLIPSIS)) return "ellipsis";
    return "literal";
}

const char *expr_name(const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_Attribute: return "attribute";
    case EXPR_Subscript: return "subscript";
    case EXPR_Starred: return "starred";
    case EXPR_Name: return "name";
    case EXPR_List: return "list";
    case EXPR_Tuple: return "tuple";
    case EXPR_Lambda: return "lambda";
    case EXPR_Call: return "function call";
    case EXPR_BoolOp:
    case EXPR_BinOp:
    case EXPR_UnaryOp: return "expression";
    case EXPR_GeneratorExp: return "generator expression";
    case EXPR_Yield:
    case EXPR_YieldFrom: return "yield expression";
    case EXPR_Await: return "await expression";
    case EXPR_ListComp: return "list comprehension";
    case EXPR_SetComp: return "set comprehension";
    case EXPR_DictComp: return "dict comprehension";
    case EXPR_Dict: return "dict literal";
    case EXPR_Set: return "set display";
    case EXPR_JoinedStr:
    case EXPR_FormattedValue: return "f-string expression";
    case EXPR_Constant: return constant_name(expr);
    case EXPR_Compare: return "comparison";
    case EXPR_IfExp: return "conditional expression";
    case EXPR_NamedExpr: return "named expression";
    case EXPR_Slice: return "slice";
    }
    return "expression";
}

/* The first part of expr that cannot be a target; NULL: all can. */
static Expr *find_invalid_target(Expr *expr, enum TargetsKind kind)
{
    if (!expr) return NULL;
    switch (expr->kind) {
    case EXPR_List:
    case EXPR_Tuple: {
        ExprSeq *items = expr->kind == EXPR_List ? expr->v.List.elts : expr->v.Tuple.elts;
        for (ssize_t i = 0; i < seq_count(items); i++) {
            Expr *invalid = find_invalid_target(items->items[i], kind);
            if (invalid) return invalid;
        }
        return NULL;
    }
    case EXPR_Starred: return kind == DEL_TARGETS ? expr : find_invalid_target(expr->v.Starred.value, kind);
    case EXPR_Compare:
        /* "for f() in x" was read as a comparison: the target is what stands left of the `in` */
        if (kind == FOR_TARGETS && expr->v.Compare.ops->items[0] == CMPOP_In)
            return find_invalid_target(expr->v.Compare.left, kind);
        return kind == FOR_TARGETS ? NULL : expr;
    case EXPR_Name:
    case EXPR_Subscript:
    case EXPR_Attribute: return NULL;
    default: return expr;
    }
}

void *raise_invalid_target(Parser *p, enum TargetsKind kind, Expr *expr)
{
    Expr *invalid = find_invalid_target(expr, kind);
    if (!invalid) return NULL;
    const char *verb = kind == DEL_TARGETS ? "delete" : "assign to";
    return raise_at_node(p, invalid->location, "cannot %s %s", verb, expr_name(invalid));
}

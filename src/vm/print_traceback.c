/* print_traceback.c: a traceback as text: files, lines, and the carets under what failed. */
#define _GNU_SOURCE // memmem
#include <ctype.h>

#include "compiler/parse.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/frame.h"
#include "vm/import.h"
#include "vm/text_out.h"
#include "vm/traceback.h"

enum { DEFAULT_LIMIT = 1000, REPEATED_CUTOFF = 3, SOURCE_INDENT = 4 };

/* --- writing --- */

void out_text(TextOut *out, Value text)
{
    if (out->failed) return;
    Value result = call_method_1(out->file, ID(write), text);
    if (value_is_null(result))
        out->failed = true;
    else
        value_decref(result);
}

void out_steal(TextOut *out, STEALS NULLABLE Value text)
{
    if (value_is_null(text))
        out->failed = true;
    else
        out_text(out, text);
    value_xdecref(text);
}

void out_cstr(TextOut *out, const char *text)
{
    if (!out->failed) out_steal(out, str_from_cstr(text));
}

void out_repeat(TextOut *out, char c, ssize_t count)
{
    char text[128];
    while (count > 0 && !out->failed) {
        ssize_t n = MIN(count, (ssize_t)sizeof text - 1);
        memset(text, c, (size_t)n);
        text[n] = 0;
        out_cstr(out, text);
        count -= n;
    }
}

void out_indent(TextOut *out)
{
    out_repeat(out, ' ', 2 * out->depth);
}

void out_margin(TextOut *out)
{
    out_indent(out);
    if (out->depth) out_cstr(out, "| ");
}

/* --- source lines --- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

/* The name behind "coding:" or "coding=" in a comment of one of the first two lines, into `name`. */
static bool find_coding(const char *text, ssize_t size, char *name, size_t room)
{
    const char *end = text + size;
    for (int line = 0; line < 2 && text < end; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (!stop) stop = end;
        const char *at = text;
        while (at < stop && is_space(*at)) at++;
        const char *coding = at < stop && *at == '#' ? memmem(at, (size_t)(stop - at), "coding", 6) : NULL;
        if (coding && coding + 6 < stop && (coding[6] == ':' || coding[6] == '=')) {
            size_t n = 0;
            for (at = coding + 7; at < stop && is_space(*at);) at++;
            while (at < stop && n + 1 < room && (isalnum((unsigned char)*at) || strchr("-_.", *at))) name[n++] = *at++;
            name[n] = 0;
            return n > 0;
        }
        if (at < stop && *at != '#') return false; /* code: a second line's comment is no coding line */
        text = stop + 1;
    }
    return false;
}

static Value source_decode(Value bytes)
{
    const char *text = as_bytes(bytes)->data;
    ssize_t size = as_bytes(bytes)->length;
    char name[64];
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) return str_decode(text + 3, size - 3, "utf-8", "replace");
    return str_decode(text, size, find_coding(text, size, name, sizeof name) ? name : "utf-8", "replace");
}

/* The file's name, or where sys.path has a file of the same last part. */
static Value open_source(Value filename)
{
    Value open = import_attr("io", "open"), mode = str_from_cstr("rb"), file = VALUE_NULL;
    if (!value_is_null(open) && !value_is_null(mode)) file = call_2(open, filename, mode);
    if (value_is_null(file) && error_catch(&type_OSError)) {
        Value path = sys_get_borrow("path"), slash = str_from_char('/');
        ssize_t at = str_find(filename, slash, 0, str_length(filename), -1);
        Value tail = str_slice(filename, at + 1, str_length(filename));
        for (ssize_t i = 0; !value_is_null(path) && is_list(path) && i < list_length(path) && value_is_null(file);
             i++) {
            Value folder = list_item_borrow(path, i);
            if (!is_str(folder)) continue;
            Value full = str_length(folder) ? str_format("%U/%U", folder, tail) : value_incref(tail);
            if (!value_is_null(full)) file = call_2(open, full, mode);
            if (value_is_null(file)) error_clear();
            value_xdecref(full);
        }
        value_decref(slash);
        value_xdecref(tail);
    }
    value_xdecref(open);
    value_xdecref(mode);
    return file;
}

/* Line `number` of the file, as tokenize.open() decodes it, without its newline; no value without an error when there
 * is none. */
static Value source_line(Value filename, int number)
{
    ssize_t length = str_length(filename);
    if (length > 1 && str_char(as_str(filename), 0) == '<' && str_char(as_str(filename), length - 1) == '>')
        return VALUE_NULL;
    Value file = open_source(filename), line = VALUE_NULL;
    if (value_is_null(file)) {
        error_clear();
        return VALUE_NULL;
    }
    Value content = call_method_0(file, ID(read)), closed = call_method_0(file, ID(close));
    value_xdecref(closed);
    value_decref(file);
    Value text = value_is_null(content) || !is_bytes(content) ? VALUE_NULL : source_decode(content);
    value_xdecref(content);
    if (!value_is_null(text)) {
        const Str *s = as_str(text);
        ssize_t start = 0, at = 1;
        while (at < number && start < s->length) at += str_char(s, start++) == '\n';
        ssize_t end = start;
        while (end < s->length && str_char(s, end) != '\n') end++;
        if (end > start && str_char(s, end - 1) == '\r') end--;
        if (at == number && start < s->length) line = str_slice(text, start, end);
        value_decref(text);
    }
    error_clear();
    return line;
}

static ssize_t leading_space(Value line)
{
    ssize_t n = 0;
    const Str *s = as_str(line);
    while (n < s->length && strchr(" \t\f", (int)MIN(str_char(s, n), 127u)) && str_char(s, n) < 128) n++;
    return n;
}

/* --- carets --- */

static ssize_t byte_to_char(Value line, ssize_t offset)
{
    ssize_t size;
    const char *utf8 = str_as_utf8(line, &size);
    if (!utf8) {
        error_clear();
        return -1;
    }
    ssize_t n = 0;
    for (ssize_t i = 0; i < MIN(offset, size); i++) n += (utf8[i] & 0xc0) != 0x80;
    return n;
}

/* The operator of a binary operation, or the brackets of a subscript: byte offsets in the segment. */
static bool anchors_of_expression(const char *text, const Expr *expression, ssize_t *left, ssize_t *right)
{
    if (expression->kind == EXPR_BinOp) {
        ssize_t end = expression->v.BinOp.right->col_offset;
        for (ssize_t i = expression->v.BinOp.left->end_col_offset; i < end; i++) {
            if (is_space(text[i])) continue;
            *left = i;
            *right = i + 1;
            if (i + 1 < end && !is_space(text[i + 1])) ++*right;
            break;
        }
        return true;
    }
    if (expression->kind != EXPR_Subscript) return false;
    ssize_t length = (ssize_t)strlen(text);
    *left = expression->v.Subscript.value->end_col_offset;
    *right = expression->v.Subscript.slice->end_col_offset + 1;
    while (*left < length && (is_space(text[*left]) || text[*left] != '[')) ++*left;
    while (*right < length && (is_space(text[*right]) || text[*right] != ']')) ++*right;
    if (*right < length) ++*right;
    return true;
}

static bool find_anchors(Value filename, Value line, ssize_t start, ssize_t end, ssize_t *left, ssize_t *right)
{
    Value segment = str_slice(line, start, end);
    ssize_t size;
    const char *text = value_is_null(segment) ? NULL : str_as_utf8(segment, &size);
    AstArena *arena = text ? arena_new() : NULL;
    bool found = false;
    if (arena) {
        Mod *mod = parse_source(filename, text, size, PARSE_FILE, PARSE_IGNORE_COOKIE, arena);
        if (mod && mod->v.Module.body && mod->v.Module.body->count == 1 &&
            mod->v.Module.body->items[0]->kind == STMT_Expr)
            found = anchors_of_expression(text, mod->v.Module.body->items[0]->v.Expr.value, left, right) && *left >= 0;
    }
    error_clear();
    if (found) {
        *left = byte_to_char(segment, *left) + start;
        *right = byte_to_char(segment, *right) + start;
    }
    arena_free(arena);
    value_xdecref(segment);
    return found;
}

static void out_carets(TextOut *out, const Traceback *traceback, Value filename, Value line)
{
    const Frame *frame = ((FrameObject *)value_as_object(traceback->frame))->frame;
    if (!frame || traceback->lasti < 0) return;
    CodePosition position = code_position_at(frame->code, traceback->lasti);
    if (position.line < 0 || position.end_line < 0 || position.column < 0 || position.end_column < 0) return;
    ssize_t space = leading_space(line), length = str_length(line);
    ssize_t start = byte_to_char(line, position.column), end = byte_to_char(line, position.end_column);
    ssize_t left = -1, right = -1;
    if (start < 0 || end < 0) return;
    if (position.line == position.end_line) {
        if (!find_anchors(filename, line, start, end, &left, &right)) left = right = -1;
    } else {
        end = length;
        while (end > 0 && is_space((char)MIN(str_char(as_str(line), end - 1), 127u))) end--;
    }
    bool has_anchors = left != -1 || right != -1;
    if (end - start == length - space && !has_anchors) return;
    out_margin(out);
    for (ssize_t offset = space - SOURCE_INDENT + 1; offset <= end; offset++) {
        bool is_anchor = has_anchors && left < offset && offset <= right;
        out_cstr(out, offset <= start ? " " : is_anchor || !has_anchors ? "^" : "~");
    }
    out_cstr(out, "\n");
}

/* --- frames --- */

static void out_frame(TextOut *out, Traceback *traceback, const Code *code)
{
    int line_number = traceback_line(traceback);
    out_margin(out);
    if (out->failed) return;
    out_steal(out, str_format("  File \"%U\", line %d, in %U\n", code->filename, line_number, code->name));
    if (out->failed) return;
    Value line = source_line(code->filename, line_number);
    if (value_is_null(line)) return;
    ssize_t space = leading_space(line);
    Value shown = str_slice(line, space, str_length(line));
    out_margin(out);
    if (!out->failed) out_steal(out, value_is_null(shown) ? shown : str_format("    %U\n", shown));
    value_xdecref(shown);
    if (!out->failed) out_carets(out, traceback, code->filename, line);
    value_decref(line);
}

static void out_repeated(TextOut *out, ssize_t count)
{
    count -= REPEATED_CUTOFF;
    if (!out->failed)
        out_steal(out, str_format("  [Previous line repeated %zd more time%s]\n", count, count > 1 ? "s" : ""));
}

void out_frames(TextOut *out, Value traceback, ssize_t limit)
{
    ssize_t depth = 0, count = 0;
    Value last_file = VALUE_NULL, last_name = VALUE_NULL;
    int last_line = -1;
    for (Value v = traceback; !value_is_null(v); v = ((Traceback *)value_as_object(v))->next) depth++;
    for (Value v = traceback; !value_is_null(v) && !out->failed; v = ((Traceback *)value_as_object(v))->next) {
        if (depth-- > limit) continue;
        Traceback *entry = (Traceback *)value_as_object(v);
        const Frame *frame = ((FrameObject *)value_as_object(entry->frame))->frame;
        if (!frame) continue;
        const Code *code = frame->code;
        int line = traceback_line(entry);
        if (value_is_null(last_file) || !value_is(code->filename, last_file) || last_line == -1 || line != last_line ||
            !value_is(code->name, last_name)) {
            if (count > REPEATED_CUTOFF) out_repeated(out, count);
            last_file = code->filename;
            last_line = line;
            last_name = code->name;
            count = 0;
        }
        if (++count <= REPEATED_CUTOFF) out_frame(out, entry, code);
    }
    if (count > REPEATED_CUTOFF) out_repeated(out, count);
}

void out_traceback(TextOut *out, Value traceback, const char *header)
{
    ssize_t limit = DEFAULT_LIMIT;
    Value wanted = sys_get_borrow("tracebacklimit");
    int64_t n;
    if (!value_is_null(wanted) && is_int(wanted)) {
        limit = int_fits_int64(wanted, &n) ? (ssize_t)n : int_sign(wanted) > 0 ? SSIZE_MAX : 0;
        if (limit <= 0) return;
    }
    if (out->depth == 1 && strncmp(header, "Exception Group", 15) == 0) {
        out_indent(out);
        out_cstr(out, "+ ");
    } else {
        out_margin(out);
    }
    out_cstr(out, header);
    out_frames(out, traceback, limit);
}

int traceback_print(Value traceback, Value file, const char *margin, ssize_t limit)
{
    TextOut out = {.file = file};
    out_traceback(&out, traceback, "Traceback (most recent call last):\n");
    return out.failed ? -1 : 0;
}

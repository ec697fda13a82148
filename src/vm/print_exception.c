/* print_exception.c: exceptions that nobody caught, printed as CPython's interpreter prints them: causes and contexts
 * first, groups as trees, syntax errors with the place in the source. */
#include <stdio.h>

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/import.h"
#include "vm/text_out.h"
#include "vm/traceback.h"

enum { MAX_GROUP_WIDTH = 15, MAX_GROUP_DEPTH = 10 };

typedef struct Printer {
    TextOut out;
    Value seen;      /* set of the addresses printed */
    bool need_close; /* the group's last line is still to come */
} Printer;

static void print_chain(Printer *printer, Value exception);

static bool is_group(Value v)
{
    return type_is_subtype(type_of(v), &type_BaseExceptionGroup);
}

/* --- syntax errors --- */

typedef struct SyntaxPlace {
    Value message, filename, text;
    int64_t line, offset, end_line, end_offset;
} SyntaxPlace;

static void place_clear(SyntaxPlace *place)
{
    value_xdecref(place->message);
    value_xdecref(place->filename);
    value_xdecref(place->text);
}

/* An attribute that is an int or None (-1). */
static bool int_attribute(Value exception, const char *name, int64_t *result)
{
    Value v = get_attr_cstr(exception, name);
    if (value_is_null(v)) return false;
    *result = -1;
    bool ok = value_is_none(v) || (is_int(v) && int_fits_int64(v, result));
    value_decref(v);
    return ok;
}

static bool syntax_place(Value exception, SyntaxPlace *place)
{
    *place = (SyntaxPlace){0};
    place->message = get_attr_cstr(exception, "msg");
    place->filename = get_attr_cstr(exception, "filename");
    if (!value_is_null(place->filename) && value_is_none(place->filename)) place->filename = str_from_cstr("<string>");
    place->text = get_attr_cstr(exception, "text");
    if (value_is_null(place->message) || value_is_null(place->filename) || value_is_null(place->text)) return false;
    Value line = get_attr_cstr(exception, "lineno");
    bool ok = !value_is_null(line) && is_int(line) && int_fits_int64(line, &place->line);
    value_xdecref(line);
    return ok && int_attribute(exception, "offset", &place->offset) &&
           int_attribute(exception, "end_lineno", &place->end_line) &&
           int_attribute(exception, "end_offset", &place->end_offset);
}

/* The line of a syntax error and the carets below it. */
static void print_error_text(TextOut *out, ssize_t offset, ssize_t end_offset, const char *text)
{
    ssize_t carets = end_offset > 0 && end_offset > offset ? end_offset - offset : 1;
    offset--;
    while (*text == ' ' || *text == '\t' || *text == '\f') text++, offset--;
    ssize_t length = (ssize_t)strlen(text);
    if (length > 0 && text[length - 1] == '\n') length--;
    if (offset > length) offset = length;
    for (const char *newline; (newline = strchr(text, '\n')) != NULL;) {
        ssize_t skip = newline - text;
        if (skip >= offset) break;
        text += skip + 1;
        length -= skip + 1;
        offset -= skip + 1;
    }
    out_cstr(out, "    ");
    if (!out->failed) out_steal(out, str_from_utf8(text, length));
    out_cstr(out, "\n");
    if (offset < 0) return;
    out_margin(out);
    out_cstr(out, "    ");
    out_repeat(out, ' ', offset);
    out_repeat(out, '^', carets);
    out_cstr(out, "\n");
}

/* Prints the place; what is left to say is the message alone: owned. */
static Value print_syntax_place(Printer *printer, Value exception)
{
    SyntaxPlace place;
    TextOut *out = &printer->out;
    if (!syntax_place(exception, &place)) {
        error_clear();
        place_clear(&place);
        return value_incref(exception);
    }
    out_margin(out);
    if (!out->failed) out_steal(out, str_format("  File \"%S\", line %lld\n", place.filename, (long long)place.line));
    if (is_str(place.text) && !out->failed) {
        ssize_t size;
        const char *text = str_as_utf8(place.text, &size);
        if (text) {
            if (place.end_line > place.line) place.end_offset = size;
            place.end_offset = MIN(place.end_offset, size + 1);
            bool is_indentation = type_is_subtype(type_of(exception), &type_IndentationError);
            if (is_indentation) place.end_offset = 0; /* CPython marks the place, not the token */
            out_margin(out);
            print_error_text(out, place.offset, place.end_offset, text);
        } else {
            error_clear();
        }
    }
    Value message = value_incref(place.message);
    place_clear(&place);
    return message;
}

/* --- one exception --- */

static void print_message(Printer *printer, Value exception, Value shown)
{
    TextOut *out = &printer->out;
    out_margin(out);
    Value name = exception_type_text(exception);
    if (value_is_null(name)) {
        error_clear();
        out_cstr(out, "<unknown>");
    } else {
        out_steal(out, name);
    }
    if (value_is_none(shown)) return;
    Value text = value_str(shown);
    if (value_is_null(text)) {
        error_clear();
        out_cstr(out, ": <exception str() failed>");
    } else if (str_length(text)) {
        out_cstr(out, ": ");
        out_text(out, text);
    }
    value_xdecref(text);
}

static void print_suggestion(Printer *printer, Value exception)
{
    Value text = exception_suggestion(exception);
    if (value_is_null(text)) {
        error_clear();
        return;
    }
    if (!printer->out.failed) out_steal(&printer->out, str_format(". Did you mean: '%U'?", text));
    value_decref(text);
}

static void print_note(TextOut *out, Value note)
{
    Value text = value_str(note);
    if (value_is_null(text)) {
        error_clear();
        out_margin(out);
        out_cstr(out, "<note str() failed>\n");
        return;
    }
    Value lines = call_method_0(text, ID(splitlines));
    value_decref(text);
    if (value_is_null(lines)) {
        out->failed = true;
        return;
    }
    for (ssize_t i = 0; i < list_length(lines); i++) {
        out_margin(out);
        out_text(out, list_item_borrow(lines, i));
        out_cstr(out, "\n");
    }
    if (list_length(lines) == 0) out_cstr(out, "\n");
    value_decref(lines);
}

static void print_notes(Printer *printer, Value exception)
{
    TextOut *out = &printer->out;
    bool failed = false;
    Value notes = get_attr_optional(exception, ID(__notes__), &failed);
    if (value_is_null(notes)) {
        error_clear();
        return;
    }
    if (!is_sequence(notes) || is_str(notes) || is_bytes(notes)) {
        Value text = value_repr(notes);
        out_margin(out);
        if (value_is_null(text)) {
            error_clear();
            out_cstr(out, "<__notes__ repr() failed>");
        } else {
            out_steal(out, text);
        }
        out_cstr(out, "\n");
    } else {
        ssize_t count = value_length(notes);
        for (ssize_t i = 0; i < count && !out->failed; i++) {
            Value note = sequence_item(notes, i);
            if (value_is_null(note))
                out->failed = true;
            else
                print_note(out, note);
            value_xdecref(note);
        }
    }
    value_decref(notes);
}

static void print_one(Printer *printer, Value exception)
{
    TextOut *out = &printer->out;
    Value traceback = as_exception(exception)->traceback;
    if (!value_is_null(traceback) && object_has_type(traceback, &type_traceback))
        out_traceback(out, traceback,
                      is_group(exception) ? "Exception Group Traceback (most recent call last):\n"
                                          : "Traceback (most recent call last):\n");
    if (out->failed) return;
    bool failed = false;
    Value mark = get_attr_optional(exception, ID(print_file_and_line), &failed), shown;
    if (failed) error_clear();
    shown = value_is_null(mark) ? value_incref(exception) : print_syntax_place(printer, exception);
    value_xdecref(mark);
    print_message(printer, exception, shown);
    value_decref(shown);
    print_suggestion(printer, exception);
    out_cstr(out, "\n");
    if (!out->failed) print_notes(printer, exception);
}

/* --- groups --- */

static void print_group(Printer *printer, Value exception)
{
    TextOut *out = &printer->out;
    if (out->depth > MAX_GROUP_DEPTH) {
        out_margin(out);
        if (!out->failed) out_steal(out, str_format("... (max_group_depth is %d)\n", MAX_GROUP_DEPTH));
        return;
    }
    if (out->depth == 0) out->depth++;
    print_one(printer, exception);
    Value items = ((ExceptionGroupObject *)value_as_object(exception))->exceptions;
    ssize_t count = tuple_length(items), shown = count <= MAX_GROUP_WIDTH ? count : MAX_GROUP_WIDTH + 1;
    printer->need_close = false;
    for (ssize_t i = 0; i < shown && !out->failed; i++) {
        bool is_last = i == shown - 1, is_cut = i >= MAX_GROUP_WIDTH;
        if (is_last) printer->need_close = true;
        out_indent(out);
        if (out->failed) break;
        const char *start = i == 0 ? "+-" : "  ";
        if (is_cut)
            out_steal(out, str_format("%s+---------------- ... ----------------\n", start));
        else
            out_steal(out, str_format("%s+---------------- %zd ----------------\n", start, i + 1));
        out->depth++;
        if (!is_cut) {
            print_chain(printer, tuple_item_borrow(items, i));
        } else {
            ssize_t more = count - MAX_GROUP_WIDTH;
            out_margin(out);
            if (!out->failed) out_steal(out, str_format("and %zd more exception%s\n", more, more > 1 ? "s" : ""));
        }
        if (is_last && printer->need_close) {
            out_indent(out);
            out_cstr(out, "+------------------------------------\n");
            printer->need_close = false;
        }
        out->depth--;
    }
    if (out->depth == 1) out->depth--;
}

/* --- causes and contexts --- */

static bool is_seen(const Printer *printer, Value exception)
{
    Value id = int_from_uint64(exception.bits);
    int found = value_is_null(id) ? -1 : set_contains(printer->seen, id);
    value_xdecref(id);
    if (found < 0) error_clear();
    return found != 0;
}

static void print_linked(Printer *printer, Value exception, const char *message)
{
    TextOut *out = &printer->out;
    bool need_close = printer->need_close;
    printer->need_close = false;
    print_chain(printer, exception);
    printer->need_close |= need_close;
    out_margin(out);
    out_cstr(out, "\n");
    out_margin(out);
    out_cstr(out, message);
    out_margin(out);
    out_cstr(out, "\n");
}

static void print_chain(Printer *printer, Value exception)
{
    if (!recursion_enter(" in print_exception_recursive")) {
        printer->out.failed = true;
        return;
    }
    Value id = int_from_uint64(exception.bits);
    if (value_is_null(id) || set_add(printer->seen, id) < 0) error_clear();
    value_xdecref(id);
    const Exception *e = as_exception(exception);
    if (!value_is_null(e->cause)) {
        if (!is_seen(printer, e->cause))
            print_linked(printer, e->cause, "The above exception was the direct cause of the following exception:\n");
    } else if (!value_is_null(e->context) && !e->suppress_context && !is_seen(printer, e->context)) {
        print_linked(printer, e->context, "During handling of the above exception, another exception occurred:\n");
    }
    if (is_group(exception))
        print_group(printer, exception);
    else
        print_one(printer, exception);
    recursion_leave();
}

int exception_print(Value exception, Value file)
{
    Printer printer = {.out.file = file, .seen = set_new(VALUE_NULL)};
    if (value_is_null(printer.seen)) return -1;
    print_chain(&printer, exception);
    value_decref(printer.seen);
    if (!printer.out.failed) {
        Value result = call_method_0(file, ID(flush));
        if (value_is_null(result)) error_clear();
        value_xdecref(result);
    }
    return printer.out.failed ? -1 : 0;
}

void exception_print_stderr(Value exception)
{
    Value file = sys_get_borrow("stderr");
    if (value_is_null(file)) {
        fprintf(stderr, "lost sys.stderr\n");
        return;
    }
    if (value_is_none(file)) return;
    value_incref(file);
    if (exception_print(exception, file) < 0) error_clear();
    value_decref(file);
}

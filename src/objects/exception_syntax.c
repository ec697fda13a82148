/* exception_syntax.c: SyntaxError and its two subclasses. */
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception_internal.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

ALWAYS_INLINE SyntaxErrorObject *as_syntax_error(Value v)
{
    return (SyntaxErrorObject *)value_as_object(v);
}

/* The second argument: (filename, lineno, offset, text[, end_lineno, end_offset]). */
static int take_location(SyntaxErrorObject *e, Value location)
{
    Value info = tuple_from_iterable(location);
    if (value_is_null(info)) return -1;
    ssize_t count = tuple_length(info);
    int result = -1;
    if (count < 4 || count > 6) {
        error_format(&type_TypeError, "function takes %s %d arguments (%zd given)", count < 4 ? "at least" : "at most",
                     count < 4 ? 4 : 6, count);
    } else if (count == 5) {
        error_set(&type_TypeError, "end_offset must be provided when end_lineno is provided");
    } else {
        Value *places[6] = {&e->filename, &e->lineno, &e->offset, &e->text, &e->end_lineno, &e->end_offset};
        for (ssize_t i = 0; i < 6; i++)
            value_replace(places[i], i < count ? value_incref(tuple_item_borrow(info, i)) : VALUE_NULL);
        result = 0;
    }
    value_decref(info);
    return result;
}

static int syntax_error_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (exception_init(self, args, nargs, kwnames) < 0) return -1;
    SyntaxErrorObject *e = as_syntax_error(self);
    if (nargs >= 1) value_replace(&e->msg, value_incref(args[0]));
    return nargs == 2 ? take_location(e, args[1]) : 0;
}

/* The file name without its folder, or no value. */
static Value base_name(Value filename)
{
    if (value_is_null(filename) || !is_str(filename)) return VALUE_NULL;
    ssize_t length = str_length(filename), start = length;
    while (start > 0 && str_char(as_str(filename), start - 1) != '/') start--;
    return str_slice(filename, start, length);
}

static Value syntax_error_str(Value self)
{
    SyntaxErrorObject *e = as_syntax_error(self);
    Value msg = value_is_null(e->msg) ? VALUE_NONE : e->msg;
    Value filename = base_name(e->filename);
    if (value_is_null(filename) && error_occurred()) return VALUE_NULL;
    int64_t line = 0;
    bool has_line = !value_is_null(e->lineno) && is_exact_int(e->lineno);
    if (has_line && !int_fits_int64(e->lineno, &line)) line = -1;
    Value text;
    if (!value_is_null(filename) && has_line)
        text = str_format("%S (%U, line %ld)", msg, filename, (long)line);
    else if (!value_is_null(filename))
        text = str_format("%S (%U)", msg, filename);
    else if (has_line)
        text = str_format("%S (line %ld)", msg, (long)line);
    else
        text = value_str(msg);
    value_xdecref(filename);
    return text;
}

#define MEMBER(name, field, doc)                                                                                       \
    {                                                                                                                  \
        name, MEMBER_VALUE, offsetof(SyntaxErrorObject, field), false, doc                                             \
    }
static const NativeMember syntax_error_members[] = {
    MEMBER("msg", msg, "exception msg"),
    MEMBER("filename", filename, "exception filename"),
    MEMBER("lineno", lineno, "exception lineno"),
    MEMBER("offset", offset, "exception offset"),
    MEMBER("text", text, "exception text"),
    MEMBER("end_lineno", end_lineno, "exception end lineno"),
    MEMBER("end_offset", end_offset, "exception end offset"),
    MEMBER("print_file_and_line", print_file_and_line, "exception print_file_and_line"),
    {NULL}};

EXCEPTION_TYPE(SyntaxError, &type_Exception, SyntaxErrorObject, "Invalid syntax.",
               .new_instance = exception_new_instance, .init = syntax_error_init, .str = syntax_error_str,
               .members = syntax_error_members);
EXCEPTION_TYPE(IndentationError, &type_SyntaxError, SyntaxErrorObject, "Improper indentation.",
               .new_instance = exception_new_instance);
EXCEPTION_TYPE(TabError, &type_IndentationError, SyntaxErrorObject, "Improper mixture of spaces and tabs.",
               .new_instance = exception_new_instance);

/* compile_error.c: SyntaxErrors and SyntaxWarnings of the passes behind the parser. The line's text is read from the
 * file of the program's name, if there is one: these passes no longer have the source. */
#include "compiler/compile_error.h"

#include <stdio.h>
#include <stdlib.h>

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* Line `number` (from 1) of the file, with its line end; None when it cannot be had. Never fails. */
static Value program_line(Value filename, int number)
{
    const char *path = is_str(filename) && number > 0 ? str_as_utf8(filename, NULL) : NULL;
    FILE *file = path ? fopen(path, "rb") : NULL;
    if (!file) {
        error_clear();
        return VALUE_NONE;
    }
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length = -1;
    for (int i = 0; i < number; i++) {
        length = getline(&line, &capacity, file);
        if (length < 0) break;
    }
    if (length >= 2 && line[length - 2] == '\r') line[--length - 1] = '\n'; /* universal newlines */
    Value text = length < 0 ? VALUE_NONE : str_from_utf8(line, length);
    free(line);
    fclose(file);
    if (!value_is_null(text)) return text;
    error_clear();
    return VALUE_NONE;
}

static Value one_based(int column)
{
    return column == NO_END_COLUMN ? VALUE_NONE : value_from_small_int(column + 1);
}

static void raise_message(Value filename, AstLocation location, Value message)
{
    Value line = program_line(filename, location.lineno);
    Value details = tuple_pack(6, filename, value_from_small_int(location.lineno), one_based(location.col_offset), line,
                               value_from_small_int(location.end_lineno), one_based(location.end_col_offset));
    value_decref(line);
    if (value_is_null(details)) return;
    Value arguments = tuple_pack(2, message, details);
    value_decref(details);
    if (value_is_null(arguments)) return;
    error_set_value(&type_SyntaxError, arguments);
    value_decref(arguments);
}

void compile_error_at(Value filename, AstLocation location, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Value message = str_format_va(format, args);
    va_end(args);
    if (value_is_null(message)) return;
    raise_message(filename, location, message);
    value_decref(message);
}

void compile_error_outside_args(Value filename, AstLocation location, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Value message = str_format_va(format, args);
    va_end(args);
    if (value_is_null(message)) return;
    error_set_value(&type_SyntaxError, message);
    value_decref(message);
    Value exception = error_fetch();
    if (value_has_type(exception, &type_SyntaxError)) {
        SyntaxErrorObject *error = (SyntaxErrorObject *)value_as_object(exception);
        value_replace(&error->filename, value_incref(filename));
        value_replace(&error->lineno, value_from_small_int(location.lineno));
        value_replace(&error->offset, one_based(location.col_offset));
        value_replace(&error->end_lineno, value_from_small_int(location.end_lineno));
        value_replace(&error->end_offset, one_based(location.end_col_offset));
        value_replace(&error->text, program_line(filename, location.lineno));
    }
    error_restore(exception);
}

bool compile_warn_at(Value filename, AstLocation location, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Value message = str_format_va(format, args);
    va_end(args);
    if (value_is_null(message)) return false;
    int result = warn_explicit(&type_SyntaxWarning, message, filename, location.lineno, VALUE_NULL);
    if (result < 0 && error_catch(&type_SyntaxWarning)) raise_message(filename, location, message);
    value_decref(message);
    return result == 0;
}

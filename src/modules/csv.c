/* csv.c: the module _csv: dialects, readers (a state machine over characters) and writers. */
#include "modules/arguments.h"
#include "modules/exception_class.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum Quoting { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTING_COUNT };
enum { NO_CHAR = -1, END_OF_LINE = -2 };

static Value csv_error; /* owned: _csv.Error */
static Value dialects;  /* owned dict: name -> Dialect */
static ssize_t field_limit = 128 * 1024;

#define FAIL(...) error_format((Type *)value_as_object(csv_error), __VA_ARGS__)

/* --- Dialect --- */

typedef struct Dialect {
    Object head;
    int32_t delimiter, quotechar, escapechar; /* NO_CHAR: none */
    enum Quoting quoting;
    bool doublequote, skipinitialspace, strict;
    NULLABLE Value lineterminator; /* owned str */
} Dialect;

static Type dialect_type;

static Dialect *as_dialect(Value v)
{
    return (Dialect *)value_as_object(v);
}

static void dialect_destroy(Object *self)
{
    value_xdecref(((Dialect *)self)->lineterminator);
    object_free(self, self->type->instance_size);
}

static bool set_char(const char *name, Value v, bool allows_none, int32_t fallback, int32_t *c)
{
    *c = fallback;
    if (value_is_null(v)) return true;
    if (allows_none && value_is_none(v)) {
        *c = NO_CHAR;
        return true;
    }
    if (!is_str(v)) {
        error_format(&type_TypeError,
                     allows_none ? "\"%s\" must be string or None, not %.200T" : "\"%s\" must be string, not %.200T",
                     name, v);
        return false;
    }
    if (str_length(v) != 1) {
        error_format(&type_TypeError, "\"%s\" must be a 1-character string", name);
        return false;
    }
    *c = (int32_t)str_char(as_str(v), 0);
    return true;
}

static bool set_flag(Value v, bool fallback, bool *flag)
{
    *flag = fallback;
    if (value_is_null(v)) return true;
    int truth = is_true(v);
    *flag = truth > 0;
    return truth >= 0;
}

static bool set_quoting(Value v, enum Quoting *quoting)
{
    *quoting = QUOTE_MINIMAL;
    if (value_is_null(v)) return true;
    if (!is_exact_int(v)) {
        error_set(&type_TypeError, "\"quoting\" must be an integer");
        return false;
    }
    int64_t n;
    if (!int_fits_int64(v, &n) || n < 0 || n >= QUOTING_COUNT) {
        error_set(&type_TypeError, "bad \"quoting\" value");
        return false;
    }
    *quoting = (enum Quoting)n;
    return true;
}

static bool set_terminator(Value v, Value *terminator)
{
    if (value_is_null(v)) {
        *terminator = str_from_cstr("\r\n");
        return !value_is_null(*terminator);
    }
    if (value_is_none(v))
        error_set(&type_TypeError, "lineterminator must be set");
    else if (!is_str(v))
        error_set(&type_TypeError, "\"lineterminator\" must be a string");
    else
        *terminator = value_incref(v);
    return !value_is_null(*terminator);
}

enum { DIALECT, DELIMITER, DOUBLEQUOTE, ESCAPECHAR, LINETERMINATOR, QUOTECHAR, QUOTING, SKIP, STRICT, PARAMETERS };
static const char *const parameter_names[] = {"dialect",        "delimiter", "doublequote", "escapechar",
                                              "lineterminator", "quotechar", "quoting",     "skipinitialspace",
                                              "strict",         NULL};

static bool fill_dialect(Dialect *self, const Value *out)
{
    if (!set_char("delimiter", out[DELIMITER], false, ',', &self->delimiter) ||
        !set_flag(out[DOUBLEQUOTE], true, &self->doublequote) ||
        !set_char("escapechar", out[ESCAPECHAR], true, NO_CHAR, &self->escapechar) ||
        !set_terminator(out[LINETERMINATOR], &self->lineterminator) ||
        !set_char("quotechar", out[QUOTECHAR], true, '"', &self->quotechar) ||
        !set_quoting(out[QUOTING], &self->quoting) || !set_flag(out[SKIP], false, &self->skipinitialspace) ||
        !set_flag(out[STRICT], false, &self->strict))
        return false;
    if (is_given(out[QUOTECHAR]) && value_is_none(out[QUOTECHAR]) && value_is_null(out[QUOTING]))
        self->quoting = QUOTE_NONE;
    if (self->quoting == QUOTE_NONE || self->quotechar != NO_CHAR) return true;
    error_set(&type_TypeError, "quotechar must be set if quoting enabled");
    return false;
}

static Value find_dialect(Value name)
{
    Value found = dict_get_borrow(dialects, name);
    if (!value_is_null(found)) return value_incref(found);
    return error_occurred() ? VALUE_NULL : FAIL("unknown dialect");
}

/* Parameters not given come from the attributes of the object `dialect`. */
static Value dialect_from(Type *type, Value *out)
{
    Value base = value_is_null(out[DIALECT]) || value_is_none(out[DIALECT]) ? VALUE_NULL : value_incref(out[DIALECT]);
    if (!value_is_null(base) && is_str(base)) {
        value_decref(base);
        base = find_dialect(out[DIALECT]);
        if (value_is_null(base)) return VALUE_NULL;
    }
    bool is_plain = true;
    for (int i = 1; i < PARAMETERS; i++) is_plain &= value_is_null(out[i]);
    if (!value_is_null(base) && is_plain && object_has_type(base, &dialect_type)) return base;
    Value owned[PARAMETERS] = {{0}};
    for (int i = 1; i < PARAMETERS; i++) {
        if (value_is_null(base) || !value_is_null(out[i])) continue;
        owned[i] = get_attr_cstr(base, parameter_names[i]);
        if (value_is_null(owned[i])) error_clear();
        out[i] = owned[i];
    }
    Dialect *self = object_alloc_zeroed(type, type->instance_size);
    Value result = value_from_object(self);
    if (self && !fill_dialect(self, out)) value_clear(&result);
    for (int i = 1; i < PARAMETERS; i++) value_xdecref(owned[i]);
    value_xdecref(base);
    return result;
}

/* Only the dialect may be given by position. */
static Value dialect_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"", parameter_names, 0, PARAMETERS, 0};
    Value out[PARAMETERS];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    return dialect_from(type, out);
}

static Value char_value(int32_t c)
{
    return c == NO_CHAR ? VALUE_NONE : str_from_char((uint32_t)c);
}

static Value get_delimiter(Value self, void *closure)
{
    return char_value(as_dialect(self)->delimiter);
}

static Value get_quotechar(Value self, void *closure)
{
    return char_value(as_dialect(self)->quotechar);
}

static Value get_escapechar(Value self, void *closure)
{
    return char_value(as_dialect(self)->escapechar);
}

static Value get_quoting(Value self, void *closure)
{
    return value_from_small_int(as_dialect(self)->quoting);
}

static const NativeGetSet dialect_getsets[] = {
    {"delimiter", get_delimiter, NULL, NULL, NULL},
    {"quotechar", get_quotechar, NULL, NULL, NULL},
    {"escapechar", get_escapechar, NULL, NULL, NULL},
    {"quoting", get_quoting, NULL, NULL, NULL},
    {NULL},
};

static const NativeMember dialect_members[] = {
    {"doublequote", MEMBER_BOOL, offsetof(Dialect, doublequote), true, NULL},
    {"skipinitialspace", MEMBER_BOOL, offsetof(Dialect, skipinitialspace), true, NULL},
    {"strict", MEMBER_BOOL, offsetof(Dialect, strict), true, NULL},
    {"lineterminator", MEMBER_VALUE, offsetof(Dialect, lineterminator), true, NULL},
    {NULL},
};

static Type dialect_type = {
    .head = TYPE_HEAD,
    .name = "_csv.Dialect",
    .doc = "CSV dialect\n\nThe Dialect type records CSV dialect options.",
    .instance_size = sizeof(Dialect),
    .flags = TYPE_BASE | TYPE_IMMUTABLE,
    .destroy = dialect_destroy,
    .new_instance = dialect_new,
    .getsets = dialect_getsets,
    .members = dialect_members,
};

/* reader(source, dialect, **parameters): the source and the dialect. */
static Value dialect_argument(const Value *args, ssize_t nargs, Value kwnames)
{
    Value out[PARAMETERS];
    static const ArgSpec spec = {"", parameter_names, 0, 1, 0};
    if (nargs < 1) return error_set(&type_TypeError, " expected at least 1 argument, got 0");
    if (nargs > 2) return error_format(&type_TypeError, " expected at most 2 arguments, got %zd", nargs);
    if (!args_parse(&spec, args + 1, nargs - 1, kwnames, out)) return VALUE_NULL;
    return dialect_from(&dialect_type, out);
}

/* --- Reader --- */

enum State {
    START_RECORD,
    START_FIELD,
    ESCAPED_CHAR,
    IN_FIELD,
    IN_QUOTED_FIELD,
    ESCAPE_IN_QUOTED_FIELD,
    QUOTE_IN_QUOTED_FIELD,
    EAT_LINE_END,
    AFTER_ESCAPED_LINE_END
};

typedef struct Reader {
    Object head;
    Value iterator, dialect; /* owned */
    NULLABLE Value fields;   /* owned list: the row so far */
    uint32_t *field;         /* raw block: characters of the field so far */
    ssize_t length, capacity;
    enum State state;
    bool is_numeric; /* the field stood without quotes under QUOTE_NONNUMERIC */
    int64_t line_number;
} Reader;

static Reader *as_reader(Value v)
{
    return (Reader *)value_as_object(v);
}

static void reader_destroy(Object *object)
{
    Reader *self = (Reader *)object;
    gc_untrack(object);
    value_xdecref(self->iterator);
    value_xdecref(self->dialect);
    value_xdecref(self->fields);
    raw_free(self->field);
    object_free(object, sizeof(Reader));
}

static int reader_traverse(Object *object, GcVisit visit, void *argument)
{
    Reader *self = (Reader *)object;
    GC_VISIT(self->iterator);
    GC_VISIT(self->dialect);
    GC_VISIT(self->fields);
    return 0;
}

static void reader_clear(Object *object)
{
    Reader *self = (Reader *)object;
    value_clear(&self->iterator);
    value_clear(&self->fields);
}

static bool add_char(Reader *self, int32_t c)
{
    if (self->length >= field_limit) {
        FAIL("field larger than field limit (%ld)", (long)field_limit);
        return false;
    }
    if (self->length == self->capacity) {
        ssize_t capacity = self->capacity ? 2 * self->capacity : 64;
        uint32_t *grown = raw_realloc(self->field, (size_t)capacity * sizeof *grown);
        if (!grown) {
            error_no_memory();
            return false;
        }
        self->field = grown;
        self->capacity = capacity;
    }
    self->field[self->length++] = (uint32_t)c;
    return true;
}

static bool save_field(Reader *self)
{
    Value field = str_from_kind(4, self->field ? self->field : (uint32_t[]){0}, self->length);
    self->length = 0;
    if (!value_is_null(field) && self->is_numeric) {
        self->is_numeric = false;
        Value number = float_from_str(field);
        value_decref(field);
        field = number;
    }
    return !value_is_null(field) && list_append_steal(self->fields, field) == 0;
}

static bool is_line_end(int32_t c)
{
    return c == '\n' || c == '\r' || c == END_OF_LINE;
}

/* The field ends with c, which ends the line too. */
static bool end_line(Reader *self, int32_t c)
{
    self->state = c == END_OF_LINE ? START_RECORD : EAT_LINE_END;
    return save_field(self);
}

static bool start_field(Reader *self, const Dialect *dialect, int32_t c)
{
    if (is_line_end(c)) return end_line(self, c);
    if (c == dialect->quotechar && dialect->quoting != QUOTE_NONE) {
        self->state = IN_QUOTED_FIELD;
        return true;
    }
    if (c == dialect->escapechar) {
        self->state = ESCAPED_CHAR;
        return true;
    }
    if (c == ' ' && dialect->skipinitialspace) return true;
    if (c == dialect->delimiter) return save_field(self);
    self->is_numeric = dialect->quoting == QUOTE_NONNUMERIC;
    self->state = IN_FIELD;
    return add_char(self, c);
}

static bool in_field(Reader *self, const Dialect *dialect, int32_t c)
{
    if (is_line_end(c)) return end_line(self, c);
    if (c == dialect->escapechar) {
        self->state = ESCAPED_CHAR;
        return true;
    }
    if (c != dialect->delimiter) return add_char(self, c);
    self->state = START_FIELD;
    return save_field(self);
}

static bool in_quoted_field(Reader *self, const Dialect *dialect, int32_t c)
{
    if (c == END_OF_LINE) return true;
    if (c == dialect->escapechar)
        self->state = ESCAPE_IN_QUOTED_FIELD;
    else if (c == dialect->quotechar && dialect->quoting != QUOTE_NONE)
        self->state = dialect->doublequote ? QUOTE_IN_QUOTED_FIELD : IN_FIELD;
    else
        return add_char(self, c);
    return true;
}

/* Behind a quote within a quoted field: doubled, or the end of the quoted part. */
static bool behind_quote(Reader *self, const Dialect *dialect, int32_t c)
{
    if (dialect->quoting != QUOTE_NONE && c == dialect->quotechar) {
        self->state = IN_QUOTED_FIELD;
        return add_char(self, c);
    }
    if (c == dialect->delimiter) {
        self->state = START_FIELD;
        return save_field(self);
    }
    if (is_line_end(c)) return end_line(self, c);
    if (!dialect->strict) {
        self->state = IN_FIELD;
        return add_char(self, c);
    }
    Value delimiter = char_value(dialect->delimiter), quote = char_value(dialect->quotechar);
    if (!value_is_null(delimiter) && !value_is_null(quote)) FAIL("'%U' expected after '%U'", delimiter, quote);
    value_xdecref(delimiter);
    value_xdecref(quote);
    return false;
}

static bool take_char(Reader *self, const Dialect *dialect, int32_t c)
{
    switch (self->state) {
    case START_RECORD:
        if (c == END_OF_LINE) return true; // an empty line
        if (c == '\n' || c == '\r') {
            self->state = EAT_LINE_END;
            return true;
        }
        self->state = START_FIELD;
        return start_field(self, dialect, c);
    case START_FIELD: return start_field(self, dialect, c);
    case ESCAPED_CHAR:
        if (c == '\n' || c == '\r') {
            self->state = AFTER_ESCAPED_LINE_END;
            return add_char(self, c);
        }
        self->state = IN_FIELD;
        return add_char(self, c == END_OF_LINE ? '\n' : c);
    case AFTER_ESCAPED_LINE_END: return c == END_OF_LINE || in_field(self, dialect, c);
    case IN_FIELD: return in_field(self, dialect, c);
    case IN_QUOTED_FIELD: return in_quoted_field(self, dialect, c);
    case ESCAPE_IN_QUOTED_FIELD: self->state = IN_QUOTED_FIELD; return add_char(self, c == END_OF_LINE ? '\n' : c);
    case QUOTE_IN_QUOTED_FIELD: return behind_quote(self, dialect, c);
    default:
        if (c == END_OF_LINE) self->state = START_RECORD;
        if (is_line_end(c)) return true;
        FAIL("new-line character seen in unquoted field - do you need to open the file in universal-newline mode?");
        return false;
    }
}

static bool take_line(Reader *self, Value line)
{
    if (!is_str(line)) {
        FAIL("iterator should return strings, not %.200T (the file should be opened in text mode)", line);
        return false;
    }
    const Dialect *dialect = as_dialect(self->dialect);
    self->line_number++;
    for (ssize_t i = 0; i < str_length(line); i++)
        if (!take_char(self, dialect, (int32_t)str_char(as_str(line), i))) return false;
    return take_char(self, dialect, END_OF_LINE);
}

/* The lines end within a field: that is an error if the dialect is strict. True: the row is complete. */
static bool end_of_lines(Reader *self)
{
    if (error_occurred() || (self->length == 0 && self->state != IN_QUOTED_FIELD)) return false;
    if (!as_dialect(self->dialect)->strict) return save_field(self);
    FAIL("unexpected end of data");
    return false;
}

static Value reader_next(Value v)
{
    Reader *self = as_reader(v);
    Value row = list_new(0);
    if (value_is_null(row)) return VALUE_NULL;
    value_replace(&self->fields, row);
    self->length = 0;
    self->state = START_RECORD;
    self->is_numeric = false;
    do {
        Value line = iter_next(self->iterator);
        if (value_is_null(line)) {
            if (end_of_lines(self)) break;
            return VALUE_NULL;
        }
        bool done = take_line(self, line);
        value_decref(line);
        if (!done) return VALUE_NULL;
    } while (self->state != START_RECORD);
    row = self->fields;
    self->fields = VALUE_NULL;
    return row;
}

static Value iterate_self(Value v)
{
    return value_incref(v);
}

static const NativeMember reader_members[] = {
    {"dialect", MEMBER_VALUE, offsetof(Reader, dialect), true, NULL},
    {"line_num", MEMBER_INT64, offsetof(Reader, line_number), true, NULL},
    {NULL},
};

static Type reader_type = {
    .head = TYPE_HEAD,
    .name = "_csv.reader",
    .doc = "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.",
    .instance_size = sizeof(Reader),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = reader_destroy,
    .traverse = reader_traverse,
    .clear = reader_clear,
    .iter = iterate_self,
    .iternext = reader_next,
    .members = reader_members,
};

FUNCTION(csv_reader)
{
    if (nargs < 1) return error_set(&type_TypeError, " expected at least 1 argument, got 0");
    Value iterator = get_iter(args[0]);
    if (value_is_null(iterator)) return VALUE_NULL;
    Value dialect = dialect_argument(args, nargs, kwnames);
    Reader *reader = value_is_null(dialect) ? NULL : object_alloc_zeroed(&reader_type, sizeof(Reader));
    if (!reader) {
        value_decref(iterator);
        value_xdecref(dialect);
        return VALUE_NULL;
    }
    reader->iterator = iterator;
    reader->dialect = dialect;
    gc_track(reader);
    return value_from_object(reader);
}

/* --- Writer --- */

typedef struct Writer {
    Object head;
    Value write, dialect; /* owned */
} Writer;

static void writer_destroy(Object *object)
{
    Writer *self = (Writer *)object;
    gc_untrack(object);
    value_xdecref(self->write);
    value_xdecref(self->dialect);
    object_free(object, sizeof(Writer));
}

static int writer_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((Writer *)object)->write);
    GC_VISIT(((Writer *)object)->dialect);
    return 0;
}

static bool in_terminator(const Dialect *dialect, int32_t c)
{
    Value text = dialect->lineterminator;
    for (ssize_t i = 0; i < str_length(text); i++)
        if ((int32_t)str_char(as_str(text), i) == c) return true;
    return false;
}

/* Appends one character of a field to `piece`, escaped or its quote doubled; *quoted is set when it needs quotes. */
static bool write_char(const Dialect *dialect, StrBuilder *piece, int32_t c, bool *quoted)
{
    bool is_special =
        c == dialect->delimiter || c == dialect->escapechar || c == dialect->quotechar || in_terminator(dialect, c);
    bool escapes = false;
    if (is_special && dialect->quoting == QUOTE_NONE) {
        escapes = true;
    } else if (is_special) {
        if (c == dialect->quotechar) {
            escapes = !dialect->doublequote;
            if (dialect->doublequote) str_builder_add_char(piece, (uint32_t)c);
        } else {
            escapes = c == dialect->escapechar;
        }
        if (!escapes) *quoted = true;
    }
    if (escapes) {
        if (dialect->escapechar == NO_CHAR) {
            FAIL("need to escape, but no escapechar set");
            return false;
        }
        str_builder_add_char(piece, (uint32_t)dialect->escapechar);
    }
    return str_builder_add_char(piece, (uint32_t)c) == 0;
}

static bool write_field(const Dialect *dialect, StrBuilder *line, NULLABLE Value text, bool quoted)
{
    StrBuilder piece;
    str_builder_init(&piece);
    for (ssize_t i = 0; !value_is_null(text) && i < str_length(text); i++) {
        if (write_char(dialect, &piece, (int32_t)str_char(as_str(text), i), &quoted)) continue;
        str_builder_discard(&piece);
        return false;
    }
    Value content = str_builder_finish(&piece);
    if (value_is_null(content)) return false;
    if (quoted) str_builder_add_char(line, (uint32_t)dialect->quotechar);
    str_builder_add_str(line, content);
    if (quoted) str_builder_add_char(line, (uint32_t)dialect->quotechar);
    value_decref(content);
    return true;
}

static bool is_number(Value v)
{
    const NumberSlots *slots = &type_of(v)->number;
    return slots->index || slots->to_int || slots->to_float || is_complex(v);
}

static bool write_value(const Dialect *dialect, StrBuilder *line, Value field)
{
    bool quoted = dialect->quoting == QUOTE_ALL || (dialect->quoting == QUOTE_NONNUMERIC && !is_number(field));
    if (value_is_none(field)) return write_field(dialect, line, VALUE_NULL, quoted);
    Value text = is_str(field) ? value_incref(field) : value_str(field);
    if (value_is_null(text)) return false;
    bool done = write_field(dialect, line, text, quoted);
    value_decref(text);
    return done;
}

/* The row's text without its end: false with an error. */
static bool write_fields(const Dialect *dialect, StrBuilder *line, Value iterator)
{
    Value field;
    ssize_t count = 0;
    while (!value_is_null(field = iter_next(iterator))) {
        if (count++) str_builder_add_char(line, (uint32_t)dialect->delimiter);
        bool done = write_value(dialect, line, field);
        value_decref(field);
        if (!done) return false;
    }
    if (error_occurred()) return false;
    if (count == 0 || line->length > 0) return true;
    if (dialect->quoting == QUOTE_NONE) {
        FAIL("single empty field record must be quoted");
        return false;
    }
    return write_field(dialect, line, VALUE_NULL, true);
}

static Value write_row(Writer *self, Value row)
{
    const Dialect *dialect = as_dialect(self->dialect);
    Value iterator = get_iter(row);
    if (value_is_null(iterator)) {
        if (!error_catch(&type_TypeError)) return VALUE_NULL;
        return FAIL("iterable expected, not %.200T", row);
    }
    StrBuilder line;
    str_builder_init(&line);
    bool done = write_fields(dialect, &line, iterator);
    value_decref(iterator);
    if (!done) {
        str_builder_discard(&line);
        return VALUE_NULL;
    }
    str_builder_add_str(&line, dialect->lineterminator);
    Value text = str_builder_finish(&line);
    if (value_is_null(text)) return VALUE_NULL;
    Value result = call_1(self->write, text);
    value_decref(text);
    return result;
}

FUNCTION(writer_writerow)
{
    return write_row((Writer *)value_as_object(self), args[0]);
}

FUNCTION(writer_writerows)
{
    Value iterator = get_iter(args[0]), row;
    if (value_is_null(iterator)) return VALUE_NULL;
    while (!value_is_null(row = iter_next(iterator))) {
        Value result = write_row((Writer *)value_as_object(self), row);
        value_decref(row);
        if (value_is_null(result)) break;
        value_decref(result);
    }
    value_decref(iterator);
    return error_occurred() ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod writer_methods[] = {
    {"writerow", writer_writerow, 1, 1, 0,
     "writerow(iterable)\n\nConstruct and write a CSV record from an iterable of fields."},
    {"writerows", writer_writerows, 1, 1, 0,
     "writerows(iterable of iterables)\n\nConstruct and write a series of iterables to a csv file."},
    {NULL},
};

static const NativeMember writer_members[] = {
    {"dialect", MEMBER_VALUE, offsetof(Writer, dialect), true, NULL},
    {NULL},
};

static Type writer_type = {
    .head = TYPE_HEAD,
    .name = "_csv.writer",
    .doc =
        "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.",
    .instance_size = sizeof(Writer),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = writer_destroy,
    .traverse = writer_traverse,
    .methods = writer_methods,
    .members = writer_members,
};

FUNCTION(csv_writer)
{
    if (nargs < 1) return error_set(&type_TypeError, " expected at least 1 argument, got 0");
    bool failed;
    Value write = get_attr_optional(args[0], ID(write), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(write) || !is_callable(write)) {
        value_xdecref(write);
        return error_set(&type_TypeError, "argument 1 must have a \"write\" method");
    }
    Value dialect = dialect_argument(args, nargs, kwnames);
    Writer *writer = value_is_null(dialect) ? NULL : object_alloc_zeroed(&writer_type, sizeof(Writer));
    if (!writer) {
        value_decref(write);
        value_xdecref(dialect);
        return VALUE_NULL;
    }
    writer->write = write;
    writer->dialect = dialect;
    gc_track(writer);
    return value_from_object(writer);
}

/* --- the module --- */

FUNCTION(csv_list_dialects)
{
    return dict_keys_list(dialects);
}

FUNCTION(csv_register_dialect)
{
    Value out[PARAMETERS];
    static const ArgSpec spec = {"", parameter_names, 0, 1, 0};
    if (nargs < 1) return error_set(&type_TypeError, "register_dialect expected at least 1 argument, got 0");
    if (nargs > 2)
        return error_format(&type_TypeError, "register_dialect expected at most 2 arguments, got %zd", nargs);
    if (!is_str(args[0])) return error_set(&type_TypeError, "dialect name must be a string");
    if (!args_parse(&spec, args + 1, nargs - 1, kwnames, out)) return VALUE_NULL;
    Value dialect = dialect_from(&dialect_type, out);
    if (value_is_null(dialect)) return VALUE_NULL;
    int status = dict_set(dialects, args[0], dialect);
    value_decref(dialect);
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

FUNCTION(csv_unregister_dialect)
{
    ARGUMENTS("unregister_dialect", 1, 1, "name");
    int status = dict_delete_if_present(dialects, out[0]);
    return status > 0 ? VALUE_NONE : status < 0 ? VALUE_NULL : FAIL("unknown dialect");
}

FUNCTION(csv_get_dialect)
{
    ARGUMENTS("get_dialect", 1, 1, "name");
    return find_dialect(out[0]);
}

FUNCTION(csv_field_size_limit)
{
    ARGUMENTS("field_size_limit", 0, 1, "new_limit");
    ssize_t old = field_limit;
    int64_t limit;
    if (is_given(out[0])) {
        if (!is_exact_int(out[0])) return error_set(&type_TypeError, "limit must be an integer");
        if (!arg_as_int64(out[0], &limit)) return VALUE_NULL;
        field_limit = limit;
    }
    return value_from_small_int(old);
}

static const NativeMethod methods[] = {
    {"reader", csv_reader, 0, -1, NATIVE_KEYWORDS,
     "csv_reader = reader(iterable [, dialect='excel'] [optional keyword args])\n\nA reader of rows from lines."},
    {"writer", csv_writer, 0, -1, NATIVE_KEYWORDS,
     "csv_writer = csv.writer(fileobj [, dialect='excel'] [optional keyword args])\n\nA writer of rows to a file."},
    {"list_dialects", csv_list_dialects, 0, 0, 0,
     "list_dialects($module, /)\n--\n\nReturn a list of all known dialect names."},
    {"register_dialect", csv_register_dialect, 0, -1, NATIVE_KEYWORDS,
     "Create a mapping from a string name to a dialect class.\n"
     "dialect = csv.register_dialect(name[, dialect[, **fmtparams]])"},
    {"unregister_dialect", csv_unregister_dialect, 0, -1, NATIVE_KEYWORDS,
     "unregister_dialect($module, /, name)\n--\n\nDelete the name/dialect mapping associated with a string name."},
    {"get_dialect", csv_get_dialect, 0, -1, NATIVE_KEYWORDS,
     "get_dialect($module, /, name)\n--\n\nReturn the dialect instance associated with name."},
    {"field_size_limit", csv_field_size_limit, 0, -1, NATIVE_KEYWORDS,
     "field_size_limit($module, /, new_limit=<unrepresentable>)\n--\n\nSets an upper limit on parsed fields."},
    {NULL},
};

static int exec(Value module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {{"QUOTE_MINIMAL", QUOTE_MINIMAL},
                     {"QUOTE_ALL", QUOTE_ALL},
                     {"QUOTE_NONNUMERIC", QUOTE_NONNUMERIC},
                     {"QUOTE_NONE", QUOTE_NONE}};
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add_int(module, constants[i].name, constants[i].value) < 0) return -1;
    if (value_is_null(dialects)) dialects = dict_new();
    if (value_is_null(csv_error)) csv_error = exception_class_new("_csv.Error", &type_Exception);
    if (value_is_null(dialects) || value_is_null(csv_error) ||
        module_add(module, "_dialects", value_incref(dialects)) < 0 ||
        module_add(module, "Error", value_incref(csv_error)) < 0 || module_add_cstr(module, "__version__", "1.0") < 0 ||
        module_add_type(module, &dialect_type) < 0 || type_ready(&reader_type) < 0 || type_ready(&writer_type) < 0)
        return -1;
    if (module_add(module, "Reader", value_incref(value_from_object(&reader_type))) < 0) return -1;
    return module_add(module, "Writer", value_incref(value_from_object(&writer_type)));
}

NATIVE_MODULE(_csv) = {
    .name = "_csv",
    .doc = "CSV parsing and writing: readers, writers and dialects of comma-separated values.",
    .methods = methods,
    .exec = exec,
};

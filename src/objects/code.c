/* code.c: code objects as programs see them. The fields are CPython 3.11's; see code.h. */
#include "objects/code.h"

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/code_lines.h"
#include "objects/constant.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

/* --- making --- */

static bool is_name_like(Value str)
{
    const Str *s = as_str(str);
    if (!s->is_ascii) return false;
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_word) return false;
    }
    return true;
}

static void intern_all(Value tuple)
{
    for (ssize_t i = 0; i < tuple_length(tuple); i++) str_intern(&as_tuple(tuple)->items[i]);
}

/* Strings that look like names are interned, in nested tuples too (as CPython's intern_string_constants). */
static void intern_constants(Value tuple)
{
    for (ssize_t i = 0; i < tuple_length(tuple); i++) {
        Value *item = &as_tuple(tuple)->items[i];
        if (is_exact_str(*item) && is_name_like(*item)) str_intern(item);
        if (is_exact_tuple(*item)) intern_constants(*item);
    }
}

static bool all_are_strs(Value tuple)
{
    if (!is_tuple(tuple)) return false;
    for (ssize_t i = 0; i < tuple_length(tuple); i++)
        if (!is_str(tuple_item_borrow(tuple, i))) return false;
    return true;
}

static bool fields_are_valid(const CodeFields *f)
{
    return f->argcount >= f->posonlyargcount && f->posonlyargcount >= 0 && f->kwonlyargcount >= 0 &&
           f->stack_size >= 0 && f->flags >= 0 && is_bytes(f->code) && as_bytes(f->code)->length % 2 == 0 &&
           as_bytes(f->code)->length > 0 && is_tuple(f->constants) && all_are_strs(f->names) &&
           all_are_strs(f->localsplus_names) && is_bytes(f->local_kinds) &&
           as_bytes(f->local_kinds)->length == tuple_length(f->localsplus_names) && is_str(f->filename) &&
           is_str(f->name) && is_str(f->qualname) && is_bytes(f->linetable) && is_bytes(f->exceptiontable);
}

static void count_locals(Code *code)
{
    const Bytes *kinds = as_bytes(code->local_kinds);
    code->nlocalsplus = (int)kinds->length;
    for (ssize_t i = 0; i < kinds->length; i++) {
        if (kinds->data[i] & LOCAL_FAST) code->nlocals++;
        if (kinds->data[i] & LOCAL_CELL) code->ncells++;
        if ((uint8_t)kinds->data[i] & LOCAL_FREE) code->nfree++;
    }
}

/* --- -X no_debug_ranges --- */

bool code_drops_columns;

static void put_signed_varint(BytesBuilder *table, int value)
{
    unsigned rest = value < 0 ? (unsigned)-value << 1 | 1 : (unsigned)value << 1;
    for (; rest >= 64; rest >>= 6) bytes_builder_add_byte(table, (int)(64 | (rest & 63)));
    bytes_builder_add_byte(table, (int)rest);
}

/* The line table with lines only; owned. */
static Value table_without_columns(const Code *code)
{
    enum { NO_COLUMNS = 13, NO_LOCATION = 15 };
    BytesBuilder table;
    bytes_builder_init(&table);
    LocationReader reader = location_reader(code);
    int line = code->first_line;
    while (location_next(&reader)) {
        bool has_line = reader.position.line >= 0;
        int head = 0x80 | (has_line ? NO_COLUMNS : NO_LOCATION) << 3 | (reader.stop - reader.start - 1);
        bytes_builder_add_byte(&table, head); /* a failure shows at the end */
        if (!has_line) continue;
        put_signed_varint(&table, reader.position.line - line);
        line = reader.position.line;
    }
    return bytes_builder_finish(&table);
}

Value code_new(const CodeFields *f)
{
    if (!fields_are_valid(f)) return error_system("bad code object fields");
    intern_all(f->names);
    intern_all(f->localsplus_names);
    intern_constants(f->constants);
    Code *code = object_alloc_zeroed(&type_code, sizeof *code);
    if (!code) return VALUE_NULL;
    code->flags = f->flags;
    code->argcount = f->argcount;
    code->posonlyargcount = f->posonlyargcount;
    code->kwonlyargcount = f->kwonlyargcount;
    code->stack_size = f->stack_size;
    code->first_line = f->first_line;
    code->code = value_incref(f->code);
    code->constants = value_incref(f->constants);
    code->names = value_incref(f->names);
    code->localsplus_names = value_incref(f->localsplus_names);
    code->local_kinds = value_incref(f->local_kinds);
    code->filename = value_incref(f->filename);
    code->name = value_incref(f->name);
    code->qualname = value_incref(f->qualname);
    code->linetable = value_incref(f->linetable);
    code->exceptiontable = value_incref(f->exceptiontable);
    code->code_units = (int)(as_bytes(f->code)->length / 2);
    count_locals(code);
    int total_args =
        code->argcount + code->kwonlyargcount + !!(code->flags & CO_VARARGS) + !!(code->flags & CO_VARKEYWORDS);
    Value result = value_from_object(code);
    if (total_args > code->nlocals) {
        value_decref(result);
        return error_set(&type_ValueError, "code: varnames is too small");
    }
    if (code_drops_columns) {
        Value linetable = table_without_columns(code);
        if (value_is_null(linetable)) {
            value_decref(result);
            return linetable;
        }
        value_replace(&code->linetable, linetable);
    }
    return result;
}

static void code_destroy(Object *self)
{
    Code *code = (Code *)self;
    if (!value_is_null(code->weaklist)) weakref_clear_all(self);
    code_free_loops(code);
    code_free_quick(code);
    Value *owned[] = {&code->code,        &code->constants,     &code->names, &code->localsplus_names,
                      &code->local_kinds, &code->filename,      &code->name,  &code->qualname,
                      &code->linetable,   &code->exceptiontable};
    for (size_t i = 0; i < COUNT_OF(owned); i++) value_xdecref(*owned[i]);
    object_free(self, sizeof *code);
}

/* --- names by kind --- */

static Value names_of_kind(const Code *code, int kind)
{
    Value list = list_new(0);
    if (value_is_null(list)) return VALUE_NULL;
    for (int i = 0; i < code->nlocalsplus; i++) {
        if (!((uint8_t)as_bytes(code->local_kinds)->data[i] & kind)) continue;
        if (list_append(list, tuple_item_borrow(code->localsplus_names, i)) < 0) {
            value_decref(list);
            return VALUE_NULL;
        }
    }
    Value tuple = list_to_tuple(list);
    value_decref(list);
    return tuple;
}

Value code_varnames(const Code *code)
{
    return names_of_kind(code, LOCAL_FAST);
}

Value code_cellvars(const Code *code)
{
    return names_of_kind(code, LOCAL_CELL);
}

Value code_freevars(const Code *code)
{
    return names_of_kind(code, LOCAL_FREE);
}

/* --- equality and hash --- */

static Value code_compare(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !is_code(left) || !is_code(right)) return VALUE_NOT_IMPLEMENTED;
    return value_from_bool(constants_are_same(left, right) == (op == CMP_EQ));
}

static int64_t code_hash(Value self)
{
    const Code *code = as_code(self);
    const Value parts[] = {code->name, code->code, code->names, code->localsplus_names, code->linetable};
    uint64_t hash = (uint64_t)code->argcount ^ (uint64_t)code->first_line << 8 ^ (uint64_t)code->flags << 24;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        int64_t part = value_hash(parts[i]);
        if (part == -1) return -1;
        hash = (hash ^ (uint64_t)part) * 1000003u;
    }
    return (int64_t)hash == -1 ? -2 : (int64_t)hash;
}

static Value code_repr(Value self)
{
    const Code *code = as_code(self);
    return str_format("<code object %U at %p, file \"%U\", line %d>", code->name, code, code->filename,
                      code->first_line ? code->first_line : -1);
}

/* --- attributes --- */

static Value get_varnames(Value self, void *closure)
{
    return code_varnames(as_code(self));
}

static Value get_cellvars(Value self, void *closure)
{
    return code_cellvars(as_code(self));
}

static Value get_freevars(Value self, void *closure)
{
    return code_freevars(as_code(self));
}

static Value get_code(Value self, void *closure)
{
    return value_incref(as_code(self)->code);
}

static void lnotab_add(StrBuilder *out, int units, int line_delta)
{
    int bytes = units * 2;
    for (; bytes > 255; bytes -= 255) {
        str_builder_add_char(out, 255);
        str_builder_add_char(out, 0);
    }
    for (; line_delta < -128 || line_delta > 127; bytes = 0) {
        int step = line_delta < 0 ? -128 : 127;
        str_builder_add_char(out, (uint8_t)bytes);
        str_builder_add_char(out, (uint8_t)step);
        line_delta -= step;
    }
    str_builder_add_char(out, (uint8_t)bytes);
    str_builder_add_char(out, (uint8_t)line_delta);
}

/* The line table of Python before 3.10, made from the new one: pairs of byte increment and line increment. */
static Value get_lnotab(Value self, void *closure)
{
    const Code *code = as_code(self);
    LocationReader reader = location_reader(code);
    StrBuilder out;
    str_builder_init(&out);
    int line = code->first_line, unit = 0;
    while (location_next(&reader)) {
        if (reader.position.line < 0 || reader.position.line == line) continue;
        lnotab_add(&out, reader.start - unit, reader.position.line - line);
        line = reader.position.line;
        unit = reader.start;
    }
    Value text = str_builder_finish(&out);
    if (value_is_null(text)) return VALUE_NULL;
    Value result = bytes_new(as_str(text)->data, str_length(text));
    value_decref(text);
    return result;
}

static const NativeGetSet getsets[] = {{"co_code", get_code},
                                       {"_co_code_adaptive", get_code},
                                       {"co_varnames", get_varnames},
                                       {"co_cellvars", get_cellvars},
                                       {"co_freevars", get_freevars},
                                       {"co_lnotab", get_lnotab},
                                       {NULL}};

static const NativeMember members[] = {{"co_argcount", MEMBER_INT, offsetof(Code, argcount), true},
                                       {"co_posonlyargcount", MEMBER_INT, offsetof(Code, posonlyargcount), true},
                                       {"co_kwonlyargcount", MEMBER_INT, offsetof(Code, kwonlyargcount), true},
                                       {"co_stacksize", MEMBER_INT, offsetof(Code, stack_size), true},
                                       {"co_flags", MEMBER_INT, offsetof(Code, flags), true},
                                       {"co_names", MEMBER_VALUE, offsetof(Code, names), true},
                                       {"co_filename", MEMBER_VALUE, offsetof(Code, filename), true},
                                       {"co_name", MEMBER_VALUE, offsetof(Code, name), true},
                                       {"co_qualname", MEMBER_VALUE, offsetof(Code, qualname), true},
                                       {"co_firstlineno", MEMBER_INT, offsetof(Code, first_line), true},
                                       {"co_linetable", MEMBER_VALUE, offsetof(Code, linetable), true},
                                       {"co_exceptiontable", MEMBER_VALUE, offsetof(Code, exceptiontable), true},
                                       {"co_consts", MEMBER_VALUE, offsetof(Code, constants), true},
                                       {"co_nlocals", MEMBER_INT, offsetof(Code, nlocals), true},
                                       {NULL}};

/* --- co_lines() and co_positions() --- */

typedef struct CodeIterator {
    Object head;
    Value code; /* owned */
    LocationReader reader;
    bool has_entry; /* reader stands on an entry that is not used up */
    int unit;       /* positions: the next unit */
} CodeIterator;

extern Type type_line_iterator, type_positions_iterator;

static Value code_iterator_new(Type *type, Value code)
{
    CodeIterator *it = object_alloc_zeroed(type, sizeof *it);
    if (!it) return VALUE_NULL;
    it->code = value_incref(code);
    it->reader = location_reader(as_code(code));
    it->has_entry = location_next(&it->reader);
    return value_from_object(it);
}

static void code_iterator_destroy(Object *self)
{
    value_decref(((CodeIterator *)self)->code);
    object_free(self, sizeof(CodeIterator));
}

static Value int_or_none(int n)
{
    return n < 0 ? VALUE_NONE : value_from_small_int(n);
}

/* Each entry is a row, also when the one before is of the same line: so does CPython 3.11.2. */
static Value line_iterator_next(Value self)
{
    CodeIterator *it = (CodeIterator *)value_as_object(self);
    if (!it->has_entry) return VALUE_NULL;
    int start = it->reader.start, stop = it->reader.stop, line = it->reader.position.line;
    it->has_entry = location_next(&it->reader);
    return tuple_pack(3, value_from_small_int(start * 2), value_from_small_int(stop * 2), int_or_none(line));
}

static Value positions_iterator_next(Value self)
{
    CodeIterator *it = (CodeIterator *)value_as_object(self);
    while (it->has_entry && it->unit >= it->reader.stop) it->has_entry = location_next(&it->reader);
    if (!it->has_entry) return VALUE_NULL;
    it->unit++;
    CodePosition p = it->reader.position;
    return tuple_pack(4, int_or_none(p.line), int_or_none(p.end_line), int_or_none(p.column),
                      int_or_none(p.end_column));
}

static Value return_self(Value self)
{
    return value_incref(self);
}

Type type_line_iterator = {
    .head = TYPE_HEAD,
    .name = "line_iterator",
    .instance_size = sizeof(CodeIterator),
    .destroy = code_iterator_destroy,
    .iter = return_self,
    .iternext = line_iterator_next,
};

Type type_positions_iterator = {
    .head = TYPE_HEAD,
    .name = "positions_iterator",
    .instance_size = sizeof(CodeIterator),
    .destroy = code_iterator_destroy,
    .iter = return_self,
    .iternext = positions_iterator_next,
};

static Value code_co_lines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return code_iterator_new(&type_line_iterator, self);
}

static Value code_co_positions(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return code_iterator_new(&type_positions_iterator, self);
}

/* --- __new__ and replace --- */

static ssize_t index_in(Value tuple, Value name)
{
    for (ssize_t i = 0; i < tuple_length(tuple); i++)
        if (str_equal(tuple_item_borrow(tuple, i), name)) return i;
    return -1;
}

/* Variables, then cells that are no variables, then free variables. */
static bool join_locals(CodeFields *f, Value varnames, Value cellvars, Value freevars)
{
    Value names = list_from_array(as_tuple(varnames)->items, tuple_length(varnames));
    ssize_t most = tuple_length(varnames) + tuple_length(cellvars) + tuple_length(freevars), count = 0;
    f->local_kinds = bytes_new(NULL, most);
    if (value_is_null(names) || value_is_null(f->local_kinds)) goto fail;
    char *kinds = as_bytes(f->local_kinds)->data;
    for (; count < tuple_length(varnames); count++) {
        bool is_cell = index_in(cellvars, tuple_item_borrow(varnames, count)) >= 0;
        kinds[count] = (char)(LOCAL_FAST | (is_cell ? LOCAL_CELL : 0));
    }
    for (ssize_t i = 0; i < tuple_length(cellvars); i++) {
        Value name = tuple_item_borrow(cellvars, i);
        if (index_in(varnames, name) >= 0) continue;
        if (list_append(names, name) < 0) goto fail;
        kinds[count++] = LOCAL_CELL;
    }
    for (ssize_t i = 0; i < tuple_length(freevars); i++) {
        if (list_append(names, tuple_item_borrow(freevars, i)) < 0) goto fail;
        kinds[count++] = (char)LOCAL_FREE;
    }
    if (bytes_resize(&f->local_kinds, count) < 0) goto fail;
    f->localsplus_names = list_to_tuple(names);
    value_decref(names);
    return !value_is_null(f->localsplus_names);
fail:
    value_xdecref(names);
    return false;
}

/* code_new over varnames, cellvars and freevars instead of localsplus. */
static Value code_from_parts(CodeFields *f, int nlocals, Value varnames, Value cellvars, Value freevars)
{
    if (!all_are_strs(varnames) || !all_are_strs(cellvars) || !all_are_strs(freevars) || !all_are_strs(f->names))
        return error_set(&type_TypeError, "name tuples must contain only strings");
    if (f->argcount < 0 || f->posonlyargcount < 0 || f->kwonlyargcount < 0 || f->stack_size < 0 || f->flags < 0)
        return error_set(&type_ValueError, "code: argument counts, stacksize and flags must not be negative");
    if (nlocals != tuple_length(varnames)) return error_set(&type_ValueError, "code: co_nlocals != len(co_varnames)");
    f->localsplus_names = f->local_kinds = VALUE_NULL;
    Value result = join_locals(f, varnames, cellvars, freevars) ? code_new(f) : VALUE_NULL;
    value_xdecref(f->localsplus_names);
    value_xdecref(f->local_kinds);
    return result;
}

enum { REPLACE_INTS = 7 };
static const char *const replace_names[] = {"co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_stacksize",
                                            "co_flags",    "co_firstlineno",     "co_nlocals", /* ints */
                                            "co_code",     "co_consts",          "co_names",          "co_varnames",
                                            "co_freevars", "co_cellvars",        "co_filename",       "co_name",
                                            "co_qualname", "co_linetable",       "co_exceptiontable", NULL};
enum {
    R_CODE = REPLACE_INTS,
    R_CONSTS,
    R_NAMES,
    R_VARNAMES,
    R_FREEVARS,
    R_CELLVARS,
    R_FILENAME,
    R_NAME,
    R_QUALNAME,
    R_LINETABLE,
    R_EXCEPTIONTABLE,
    R_COUNT
};

static bool check_type(Value v, Type *type, const char *name)
{
    if (type_is_subtype(type_of(v), type)) return true;
    error_format(&type_TypeError, "replace() argument '%s' must be %s, not %T", name, type->name, v);
    return false;
}

static bool replace_types_are_right(const Value *given)
{
    for (int i = R_CODE; i < R_COUNT; i++) {
        bool is_tuple_field = i >= R_CONSTS && i <= R_CELLVARS, is_str_field = i >= R_FILENAME && i <= R_QUALNAME;
        Type *type = is_tuple_field ? &type_tuple : is_str_field ? &type_str : &type_bytes;
        if (!value_is_null(given[i]) && !check_type(given[i], type, replace_names[i])) return false;
    }
    return true;
}

static Value replaced(const Code *code, const Value *given)
{
    CodeFields f = {.argcount = code->argcount,
                    .posonlyargcount = code->posonlyargcount,
                    .kwonlyargcount = code->kwonlyargcount,
                    .stack_size = code->stack_size,
                    .flags = code->flags,
                    .first_line = code->first_line};
    int nlocals = code->nlocals;
    int *ints[] = {&f.argcount, &f.posonlyargcount, &f.kwonlyargcount, &f.stack_size,
                   &f.flags,    &f.first_line,      &nlocals};
    for (int i = 0; i < REPLACE_INTS; i++) {
        if (!value_is_null(given[i]) && !arg_as_int(given[i], ints[i])) return VALUE_NULL;
        if (*ints[i] < 0) return error_format(&type_ValueError, "%s must be a positive integer", replace_names[i]);
    }
#define GIVEN(index, old) (value_is_null(given[index]) ? (old) : given[index])
    f.code = GIVEN(R_CODE, code->code);
    f.constants = GIVEN(R_CONSTS, code->constants);
    f.names = GIVEN(R_NAMES, code->names);
    f.filename = GIVEN(R_FILENAME, code->filename);
    f.name = GIVEN(R_NAME, code->name);
    f.qualname = GIVEN(R_QUALNAME, code->qualname);
    f.linetable = GIVEN(R_LINETABLE, code->linetable);
    f.exceptiontable = GIVEN(R_EXCEPTIONTABLE, code->exceptiontable);
    Value old[] = {code_varnames(code), code_cellvars(code), code_freevars(code)};
    Value result = VALUE_NULL;
    if (!value_is_null(old[0]) && !value_is_null(old[1]) && !value_is_null(old[2]))
        result = code_from_parts(&f, nlocals, GIVEN(R_VARNAMES, old[0]), GIVEN(R_CELLVARS, old[1]),
                                 GIVEN(R_FREEVARS, old[2]));
#undef GIVEN
    for (int i = 0; i < 3; i++) value_xdecref(old[i]);
    return result;
}

static Value code_replace(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"replace", replace_names, 0, 0, 0};
    Value given[R_COUNT];
    if (!args_parse(&spec, args, nargs, kwnames, given) || !replace_types_are_right(given)) return VALUE_NULL;
    return replaced(as_code(self), given);
}

static Value code_make(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!args_no_keywords("code", kwnames) || !args_count("code", nargs, 16, 18)) return VALUE_NULL;
    CodeFields f = {0};
    int nlocals;
    int *ints[] = {&f.argcount, &f.posonlyargcount, &f.kwonlyargcount, &nlocals, &f.stack_size, &f.flags};
    for (int i = 0; i < 6; i++)
        if (!arg_as_int(args[i], ints[i])) return VALUE_NULL;
    static Type *const types[] = {&type_bytes, &type_tuple, &type_tuple, &type_tuple, &type_str,   &type_str,
                                  &type_str,   &type_int,   &type_bytes, &type_bytes, &type_tuple, &type_tuple};
    for (ssize_t i = 6; i < nargs; i++)
        if (!type_is_subtype(type_of(args[i]), types[i - 6]))
            return error_format(&type_TypeError, "code() argument %zd must be %s, not %T", i + 1, types[i - 6]->name,
                                args[i]);
    f.code = args[6];
    f.constants = args[7];
    f.names = args[8];
    f.filename = args[10];
    f.name = args[11];
    f.qualname = args[12];
    if (!arg_as_int(args[13], &f.first_line)) return VALUE_NULL;
    f.linetable = args[14];
    f.exceptiontable = args[15];
    Value empty = tuple_empty();
    Value result = code_from_parts(&f, nlocals, args[9], nargs > 17 ? args[17] : empty, nargs > 16 ? args[16] : empty);
    value_decref(empty);
    return result;
}

static Value code_varname_from_oparg(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    const Code *code = as_code(self);
    if (index < 0 || index >= code->nlocalsplus) return error_set(&type_IndexError, "tuple index out of range");
    return value_incref(tuple_item_borrow(code->localsplus_names, index));
}

static Value code_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int((int64_t)sizeof(Code));
}

static const NativeMethod methods[] = {
    {"__sizeof__", code_sizeof, 0, 0, 0, NULL},
    {"co_lines", code_co_lines, 0, 0, 0, NULL},
    {"co_positions", code_co_positions, 0, 0, 0, NULL},
    {"replace", code_replace, 0, 0, NATIVE_KEYWORDS,
     "replace($self, /, *, co_argcount=-1, co_posonlyargcount=-1,\n        co_kwonlyargcount=-1, co_nlocals=-1, "
     "co_stacksize=-1,\n"
     "        co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None,\n        co_names=None, co_varnames=None, "
     "co_freevars=None,\n        co_cellvars=None, co_filename=None, co_name=None,\n        co_qualname=None, "
     "co_linetable=None,\n"
     "        co_exceptiontable=None)\n--\n\nReturn a copy of the code object with new values for the specified "
     "fields."},
    {"_varname_from_oparg", code_varname_from_oparg, 1, 1, 0,
     "_varname_from_oparg($self, /, oparg)\n--\n\n(internal-only) Return the local variable name for the given oparg."},
    {NULL}};

Type type_code = {
    .head = TYPE_HEAD,
    .name = "code",
    .doc = "code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n      flags, codestring, constants, "
           "names, "
           "varnames, filename, name,\n      qualname, firstlineno, linetable, exceptiontable, freevars=(), "
           "cellvars=(), /)\n--\n\n"
           "Create a code object.  Not for mere mortals.",
    .instance_size = sizeof(Code),
    .weaklist_offset = offsetof(Code, weaklist),
    .destroy = code_destroy,
    .new_instance = code_make,
    .repr = code_repr,
    .hash = code_hash,
    .compare = code_compare,
    .methods = methods,
    .members = members,
    .getsets = getsets,
};

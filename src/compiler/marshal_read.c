/* marshal_read.c: bytes -> objects. Nothing in the data is trusted: sizes are checked against what is there before
 * anything is allocated for them, nesting is limited, references must point to finished objects. */
#include "compiler/marshal.h"
#include "compiler/marshal_format.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/code.h"
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

typedef struct Reader {
    const uint8_t *at, *end; /* memory */
    NULLABLE Value file;     /* or an object with readinto() */
    uint8_t *chunk;          /* the last bytes taken from the file */
    size_t chunk_size;
    Value refs; /* list; None where an object is not finished */
    int depth;
} Reader;

static Value get_value(Reader *r);

static NULLABLE const uint8_t *fail_eof(void)
{
    error_set(&type_EOFError, "marshal data too short");
    return NULL;
}

static Value fail_bad(const char *what)
{
    return error_format(&type_ValueError, "bad marshal data (%s)", what);
}

static NULLABLE const uint8_t *take_from_file(Reader *r, size_t count)
{
    if (count > r->chunk_size) {
        uint8_t *chunk = raw_realloc(r->chunk, count);
        if (!chunk) {
            error_no_memory();
            return NULL;
        }
        r->chunk = chunk;
        r->chunk_size = count;
    }
    Value view = memoryview_from_memory((char *)r->chunk, (ssize_t)count, false);
    if (value_is_null(view)) return NULL;
    Value got = call_method_1(r->file, ID(readinto), view);
    value_decref(view);
    if (value_is_null(got)) return NULL;
    ssize_t number = number_as_ssize(got, &type_OverflowError);
    value_decref(got);
    if (number == -1 && error_occurred()) return NULL;
    if (number == (ssize_t)count) return r->chunk;
    if (number > (ssize_t)count) {
        error_format(&type_ValueError, "read() returned too much data: %zd bytes requested, %zd returned",
                     (ssize_t)count, number);
        return NULL;
    }
    return fail_eof();
}

static NULLABLE const uint8_t *take(Reader *r, size_t count)
{
    if (!value_is_null(r->file)) return take_from_file(r, count);
    if ((size_t)(r->end - r->at) < count) return fail_eof();
    r->at += count;
    return r->at - count;
}

static bool get_byte(Reader *r, int *byte)
{
    const uint8_t *p = take(r, 1);
    if (p) *byte = *p;
    return p != NULL;
}

static bool get_long(Reader *r, int32_t *n)
{
    const uint8_t *p = take(r, 4);
    if (p) memcpy(n, p, 4);
    return p != NULL;
}

static bool get_size(Reader *r, bool is_short, ssize_t *size, const char *error)
{
    int byte;
    int32_t n;
    if (is_short) {
        if (!get_byte(r, &byte)) return false;
        *size = byte;
        return true;
    }
    if (!get_long(r, &n)) return false;
    if (n < 0) {
        fail_bad(error);
        return false;
    }
    *size = n;
    return true;
}

/* --- scalars --- */

static Value get_big_int(Reader *r)
{
    int32_t n;
    if (!get_long(r, &n)) return VALUE_NULL;
    if (n == INT32_MIN) return fail_bad("long size out of range");
    size_t digits = (size_t)(n < 0 ? -n : n);
    const uint8_t *p = take(r, digits * 2);
    if (!p) return VALUE_NULL;
    mpz_t z;
    mpz_init2(z, digits * M_LONG_SHIFT + 1);
    for (size_t i = digits; i-- > 0;) {
        unsigned digit = p[2 * i] | (unsigned)p[2 * i + 1] << 8;
        if (digit >> M_LONG_SHIFT || (digit == 0 && i == digits - 1)) {
            mpz_clear(z);
            return fail_bad(digit ? "digit out of range in long" : "unnormalized long data");
        }
        mpz_mul_2exp(z, z, M_LONG_SHIFT);
        mpz_add_ui(z, z, digit);
    }
    if (n < 0) mpz_neg(z, z);
    Value result = int_from_mpz(z);
    mpz_clear(z);
    return result;
}

static bool get_binary_double(Reader *r, double *d)
{
    const uint8_t *p = take(r, 8);
    if (p) memcpy(d, p, 8);
    return p != NULL;
}

static bool get_text_double(Reader *r, double *d)
{
    int size;
    const uint8_t *p = get_byte(r, &size) ? take(r, (size_t)size) : NULL;
    if (!p) return false;
    Value v = float_from_text((const char *)p, (size_t)size);
    if (value_is_null(v)) return false;
    *d = float_as_double(v);
    value_decref(v);
    return true;
}

static Value get_number(Reader *r, int type)
{
    double real, imag;
    const uint8_t *p;
    int32_t small;
    int64_t wide;
    switch (type) {
    case M_INT: return get_long(r, &small) ? value_from_small_int(small) : VALUE_NULL;
    case M_INT64:
        p = take(r, 8);
        if (!p) return VALUE_NULL;
        memcpy(&wide, p, 8);
        return int_from_int64(wide);
    case M_LONG: return get_big_int(r);
    case M_FLOAT: return get_text_double(r, &real) ? value_from_double(real) : VALUE_NULL;
    case M_BINARY_FLOAT: return get_binary_double(r, &real) ? value_from_double(real) : VALUE_NULL;
    case M_COMPLEX:
        return get_text_double(r, &real) && get_text_double(r, &imag) ? complex_new(real, imag) : VALUE_NULL;
    default: return get_binary_double(r, &real) && get_binary_double(r, &imag) ? complex_new(real, imag) : VALUE_NULL;
    }
}

static Value get_bytes(Reader *r)
{
    ssize_t size;
    if (!get_size(r, false, &size, "bytes object size out of range")) return VALUE_NULL;
    const uint8_t *p = take(r, (size_t)size);
    return p ? bytes_new((const char *)p, size) : VALUE_NULL;
}

static Value get_str(Reader *r, int type)
{
    ssize_t size;
    bool is_short = type == M_SHORT_ASCII || type == M_SHORT_ASCII_INTERNED;
    bool is_ascii = is_short || type == M_ASCII || type == M_ASCII_INTERNED;
    if (!get_size(r, is_short, &size, "string size out of range")) return VALUE_NULL;
    const uint8_t *p = take(r, (size_t)size);
    if (!p) return VALUE_NULL;
    Value text = is_ascii ? str_from_latin1(p, size) : str_decode((const char *)p, size, "utf-8", "surrogatepass");
    if (!value_is_null(text) && (type == M_INTERNED || type == M_ASCII_INTERNED || type == M_SHORT_ASCII_INTERNED))
        str_intern(&text);
    return text;
}

/* --- references: a place is reserved before the parts are read, because references count in that order --- */

static ssize_t ref_reserve(Reader *r, int flag)
{
    if (!flag) return -1;
    return list_append(r->refs, VALUE_NONE) < 0 ? -2 : list_length(r->refs) - 1;
}

static Value ref_fill(Reader *r, ssize_t place, Value v)
{
    if (place >= 0 && !value_is_null(v) && list_set_item(r->refs, place, value_incref(v)) < 0) value_clear(&v);
    return v;
}

static Value get_ref(Reader *r)
{
    int32_t n;
    if (!get_long(r, &n)) return VALUE_NULL;
    if (n < 0 || n >= list_length(r->refs)) return fail_bad("invalid reference");
    Value v = list_item_borrow(r->refs, n);
    if (value_is_none(v)) return fail_bad("invalid reference");
    return value_incref(v);
}

/* --- containers --- */

/* An element: VALUE_NULL is an error here, "NULL object in marshal data for %s". */
static Value get_element(Reader *r, const char *what)
{
    Value v = get_value(r);
    if (value_is_null(v) && !error_occurred())
        error_format(&type_TypeError, "NULL object in marshal data for %s", what);
    return v;
}

static Value get_tuple(Reader *r, bool is_small, int flag)
{
    ssize_t count;
    if (!get_size(r, is_small, &count, "tuple size out of range")) return VALUE_NULL;
    if (value_is_null(r->file) && count > r->end - r->at) return fail_eof(), VALUE_NULL;
    ssize_t place = ref_reserve(r, flag);
    Value tuple = place == -2 ? VALUE_NULL : tuple_new(count);
    if (value_is_null(tuple)) return VALUE_NULL;
    for (ssize_t i = 0; i < count; i++) {
        Value item = get_element(r, "tuple");
        if (value_is_null(item)) {
            value_decref(tuple);
            return VALUE_NULL;
        }
        as_tuple(tuple)->items[i] = item;
    }
    return ref_fill(r, place, tuple);
}

static Value get_list(Reader *r, int flag)
{
    ssize_t count;
    if (!get_size(r, false, &count, "list size out of range")) return VALUE_NULL;
    Value list = list_new(0);
    ssize_t place = value_is_null(list) ? -2 : ref_reserve(r, flag);
    ref_fill(r, place, list);
    for (ssize_t i = 0; place != -2 && i < count; i++) {
        Value item = get_element(r, "list");
        if (value_is_null(item) || list_append_steal(list, item) < 0) place = -2;
    }
    if (place == -2) value_xdecref(list), list = VALUE_NULL;
    return list;
}

static Value get_dict(Reader *r, int flag)
{
    Value dict = dict_new();
    ssize_t place = value_is_null(dict) ? -2 : ref_reserve(r, flag);
    ref_fill(r, place, dict);
    while (place != -2) {
        Value key = get_value(r);
        if (value_is_null(key)) break;
        Value value = get_value(r);
        bool is_set = !value_is_null(value) && dict_set(dict, key, value) == 0;
        value_decref(key);
        value_xdecref(value);
        if (!is_set) break;
    }
    if (place == -2 || error_occurred()) value_xdecref(dict), dict = VALUE_NULL;
    return dict;
}

static Value get_set(Reader *r, bool is_frozen, int flag)
{
    ssize_t count;
    if (!get_size(r, false, &count, "set size out of range")) return VALUE_NULL;
    ssize_t place = ref_reserve(r, flag);
    Value set = place == -2 ? VALUE_NULL : is_frozen ? frozenset_new(VALUE_NULL) : set_new(VALUE_NULL);
    if (value_is_null(set)) return VALUE_NULL;
    if (is_frozen && count == 0) return ref_fill(r, place, set);
    if (!is_frozen) ref_fill(r, place, set);
    for (ssize_t i = 0; i < count; i++) {
        Value item = get_element(r, "set");
        bool is_added = !value_is_null(item) && set_add(set, item) == 0;
        value_xdecref(item);
        if (!is_added) {
            value_decref(set);
            return VALUE_NULL;
        }
    }
    return is_frozen ? ref_fill(r, place, set) : set;
}

/* --- code --- */

static bool get_ints(Reader *r, int **places, int count)
{
    int32_t n;
    for (int i = 0; i < count; i++) {
        if (!get_long(r, &n)) return false;
        *places[i] = n;
    }
    return true;
}

static bool get_objects(Reader *r, Value **places, int count)
{
    for (int i = 0; i < count; i++) {
        *places[i] = get_element(r, "code object");
        if (value_is_null(*places[i])) return false;
    }
    return true;
}

static Value get_code(Reader *r, int flag)
{
    ssize_t place = ref_reserve(r, flag);
    if (place == -2) return VALUE_NULL;
    CodeFields f = {0};
    int *ints[] = {&f.argcount, &f.posonlyargcount, &f.kwonlyargcount, &f.stack_size, &f.flags},
        *first_line[] = {&f.first_line};
    Value *before[] = {&f.code,        &f.constants, &f.names, &f.localsplus_names,
                       &f.local_kinds, &f.filename,  &f.name,  &f.qualname};
    Value *behind[] = {&f.linetable, &f.exceptiontable};
    Value code = VALUE_NULL;
    if (get_ints(r, ints, COUNT_OF(ints)) && get_objects(r, before, COUNT_OF(before)) && get_ints(r, first_line, 1) &&
        get_objects(r, behind, COUNT_OF(behind)))
        code = code_new(&f);
    if (value_is_null(code) && error_catch(&type_SystemError))
        error_set(&type_ValueError, "bad marshal data (invalid code object)");
    for (size_t i = 0; i < COUNT_OF(before); i++) value_xdecref(*before[i]);
    for (size_t i = 0; i < COUNT_OF(behind); i++) value_xdecref(*behind[i]);
    return ref_fill(r, place, code);
}

/* --- dispatch --- */

static Value get_scalar(Reader *r, int type, int flag)
{
    ssize_t place = ref_reserve(r, flag);
    if (place == -2) return VALUE_NULL;
    switch (type) {
    case M_INT:
    case M_INT64:
    case M_LONG:
    case M_FLOAT:
    case M_BINARY_FLOAT:
    case M_COMPLEX:
    case M_BINARY_COMPLEX: return ref_fill(r, place, get_number(r, type));
    case M_STRING: return ref_fill(r, place, get_bytes(r));
    case M_ASCII:
    case M_ASCII_INTERNED:
    case M_SHORT_ASCII:
    case M_SHORT_ASCII_INTERNED:
    case M_UNICODE:
    case M_INTERNED: return ref_fill(r, place, get_str(r, type));
    default: return fail_bad("unknown type code");
    }
}

static Value get_typed(Reader *r, int type, int flag)
{
    switch (type) {
    case M_NULL: return VALUE_NULL;
    case M_NONE: return VALUE_NONE;
    case M_FALSE: return VALUE_FALSE;
    case M_TRUE: return VALUE_TRUE;
    case M_ELLIPSIS: return VALUE_ELLIPSIS;
    case M_STOPITER: return value_incref(value_from_object(&type_StopIteration));
    case M_REF: return get_ref(r);
    case M_SMALL_TUPLE: return get_tuple(r, true, flag);
    case M_TUPLE: return get_tuple(r, false, flag);
    case M_LIST: return get_list(r, flag);
    case M_DICT: return get_dict(r, flag);
    case M_SET: return get_set(r, false, flag);
    case M_FROZENSET: return get_set(r, true, flag);
    case M_CODE: return get_code(r, flag);
    default: return get_scalar(r, type, flag);
    }
}

/* VALUE_NULL without an exception: the NULL object that ends a dict. */
static Value get_value(Reader *r)
{
    int byte;
    const uint8_t *p = take(r, 1);
    if (!p) {
        if (error_catch(&type_EOFError)) error_set(&type_EOFError, "EOF read where object expected");
        return VALUE_NULL;
    }
    byte = *p;
    if (!marshal_may_nest(r->depth)) return error_set(&type_ValueError, "recursion limit exceeded");
    r->depth++;
    Value v = get_typed(r, byte & ~M_FLAG_REF, byte & M_FLAG_REF);
    r->depth--;
    return v;
}

static Value read_one(Reader *r)
{
    r->refs = list_new(0);
    if (value_is_null(r->refs)) return VALUE_NULL;
    Value v = get_value(r);
    if (value_is_null(v) && !error_occurred()) error_set(&type_TypeError, "NULL object in marshal data for object");
    value_decref(r->refs);
    raw_free(r->chunk);
    return v;
}

Value marshal_loads(const void *data, size_t size)
{
    Reader r = {.at = data, .end = (const uint8_t *)data + size};
    return read_one(&r);
}

Value marshal_load_file(Value file)
{
    Reader r = {.file = file};
    return read_one(&r);
}

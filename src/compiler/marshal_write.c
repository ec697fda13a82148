/* marshal_write.c: objects -> bytes. */
#include "compiler/marshal.h"
#include "compiler/marshal_format.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* Objects already written, by identity, in an open-addressing table: number in the reference list + 1. */
typedef struct RefTable {
    struct {
        Value key;
        uint32_t number;
    } * cells;
    size_t size, count;
} RefTable;

typedef struct Writer {
    char *data;
    size_t length, capacity;
    int version, depth;
    RefTable refs;
} Writer;

static bool fail_no_memory(void)
{
    error_no_memory();
    return false;
}

static bool put(Writer *w, const void *bytes, size_t count)
{
    if (w->length + count > w->capacity) {
        size_t capacity = MAX(w->capacity * 2, w->length + count + 64);
        char *data = raw_realloc(w->data, capacity);
        if (!data) return fail_no_memory();
        w->data = data;
        w->capacity = capacity;
    }
    memcpy(w->data + w->length, bytes, count);
    w->length += count;
    return true;
}

static bool put_byte(Writer *w, int byte)
{
    char c = (char)byte;
    return put(w, &c, 1);
}

static bool put_long(Writer *w, int64_t n)
{
    uint32_t word = (uint32_t)n;
    return put(w, &word, 4);
}

static bool put_sized(Writer *w, const void *bytes, ssize_t count)
{
    if (count > INT32_MAX) {
        error_set(&type_ValueError, "unmarshallable object");
        return false;
    }
    return put_long(w, count) && put(w, bytes, (size_t)count);
}

static size_t ref_probe(const RefTable *refs, Value v)
{
    size_t at = (v.bits >> 4) * 0x9E3779B97F4A7C15u >> 24 & (refs->size - 1);
    while (refs->cells[at].number && !value_is(refs->cells[at].key, v)) at = (at + 1) & (refs->size - 1);
    return at;
}

static bool refs_grow(RefTable *refs)
{
    RefTable bigger = {.size = refs->size ? refs->size * 2 : 64, .count = refs->count};
    bigger.cells = raw_calloc(bigger.size, sizeof *bigger.cells);
    if (!bigger.cells) return fail_no_memory();
    for (size_t i = 0; i < refs->size; i++)
        if (refs->cells[i].number) bigger.cells[ref_probe(&bigger, refs->cells[i].key)] = refs->cells[i];
    raw_free(refs->cells);
    *refs = bigger;
    return true;
}

/* 1: written as a reference. 0: to be written now, with *flag. -1: error. */
static int put_ref(Writer *w, Value v, int *flag)
{
    *flag = 0;
    if (w->version < 3 || !value_is_object(v) || value_as_object(v)->refcount == 1) return 0;
    if (w->refs.count * 2 >= w->refs.size && !refs_grow(&w->refs)) return -1;
    size_t at = ref_probe(&w->refs, v);
    if (w->refs.cells[at].number) return put_byte(w, M_REF) && put_long(w, w->refs.cells[at].number - 1) ? 1 : -1;
    w->refs.cells[at].key = v;
    w->refs.cells[at].number = (uint32_t)++w->refs.count;
    *flag = M_FLAG_REF;
    return 0;
}

static bool put_value(Writer *w, NULLABLE Value v);

static bool put_int(Writer *w, Value v, int flag)
{
    int64_t small;
    if (int_fits_int64(v, &small) && small >= INT32_MIN && small <= INT32_MAX)
        return put_byte(w, M_INT | flag) && put_long(w, small);
    IntScratch scratch;
    mpz_srcptr z = int_as_mpz(v, &scratch);
    size_t digits = (mpz_sizeinbase(z, 2) + M_LONG_SHIFT - 1) / M_LONG_SHIFT;
    if (!put_byte(w, M_LONG | flag) || !put_long(w, mpz_sgn(z) < 0 ? -(int64_t)digits : (int64_t)digits)) return false;
    for (size_t i = 0; i < digits; i++) {
        uint16_t digit = 0;
        for (unsigned bit = 0; bit < M_LONG_SHIFT; bit++) {
            size_t at = i * M_LONG_SHIFT + bit;
            mp_limb_t limb = mpz_getlimbn(z, (mp_size_t)(at / GMP_NUMB_BITS));
            digit |= (uint16_t)((limb >> at % GMP_NUMB_BITS & 1) << bit);
        }
        if (!put(w, &digit, 2)) return false;
    }
    return true;
}

static bool put_text_double(Writer *w, double d)
{
    Value text = value_repr(value_from_double(d));
    if (value_is_null(text)) return false;
    ssize_t size;
    const char *utf8 = str_as_utf8(text, &size);
    bool done = utf8 && put_byte(w, (int)size) && put(w, utf8, (size_t)size);
    value_decref(text);
    return done;
}

static bool put_float(Writer *w, Value v, int flag)
{
    double d = float_as_double(v);
    if (w->version > 1) return put_byte(w, M_BINARY_FLOAT | flag) && put(w, &d, 8);
    return put_byte(w, M_FLOAT | flag) && put_text_double(w, d);
}

static bool put_complex(Writer *w, Value v, int flag)
{
    const Complex *c = (const Complex *)value_as_object(v);
    if (w->version > 1) return put_byte(w, M_BINARY_COMPLEX | flag) && put(w, &c->real, 8) && put(w, &c->imag, 8);
    return put_byte(w, M_COMPLEX | flag) && put_text_double(w, c->real) && put_text_double(w, c->imag);
}

static bool put_str(Writer *w, Value v, int flag)
{
    const Str *s = as_str(v);
    if (w->version >= 4 && s->is_ascii) {
        bool is_short = s->length < 256;
        int type = is_short ? (s->interned ? M_SHORT_ASCII_INTERNED : M_SHORT_ASCII)
                            : (s->interned ? M_ASCII_INTERNED : M_ASCII);
        if (!put_byte(w, type | flag)) return false;
        return is_short ? put_byte(w, (int)s->length) && put(w, s->data, (size_t)s->length)
                        : put_sized(w, s->data, s->length);
    }
    Value utf8 = str_encode(v, "utf-8", "surrogatepass");
    if (value_is_null(utf8)) return false;
    bool done = put_byte(w, (w->version >= 3 && s->interned ? M_INTERNED : M_UNICODE) | flag) &&
                put_sized(w, as_bytes(utf8)->data, as_bytes(utf8)->length);
    value_decref(utf8);
    return done;
}

static bool put_items(Writer *w, const Value *items, ssize_t count)
{
    for (ssize_t i = 0; i < count; i++)
        if (!put_value(w, items[i])) return false;
    return true;
}

static bool put_tuple(Writer *w, Value v, int flag)
{
    ssize_t count = tuple_length(v);
    if (w->version >= 4 && count < 256) {
        if (!put_byte(w, M_SMALL_TUPLE | flag) || !put_byte(w, (int)count)) return false;
    } else if (!put_byte(w, M_TUPLE | flag) || !put_long(w, count)) {
        return false;
    }
    return put_items(w, as_tuple(v)->items, count);
}

static bool put_dict(Writer *w, Value v, int flag)
{
    if (!put_byte(w, M_DICT | flag)) return false;
    Value key, value;
    for (ssize_t position = 0; dict_next(v, &position, &key, &value);)
        if (!put_value(w, key) || !put_value(w, value)) return false;
    return put_byte(w, M_NULL);
}

/* Pairs of (marshalled form, element), sorted, so that the result does not depend on the hash seed. */
static Value sorted_elements(Value set, int version)
{
    Value pairs = list_new(0), item;
    int64_t hash;
    if (value_is_null(pairs)) return VALUE_NULL;
    for (ssize_t position = 0; set_next(set, &position, &item, &hash);) {
        Value dumped = marshal_dumps(item, version);
        Value pair = value_is_null(dumped) ? VALUE_NULL : tuple_pack(2, dumped, item);
        value_xdecref(dumped);
        if (value_is_null(pair) || list_append_steal(pairs, pair) < 0) {
            value_decref(pairs);
            return VALUE_NULL;
        }
    }
    if (list_sort(pairs, VALUE_NULL, false) < 0) value_clear(&pairs);
    return pairs;
}

static bool put_set(Writer *w, Value v, int flag)
{
    if (!put_byte(w, (is_frozenset(v) ? M_FROZENSET : M_SET) | flag) || !put_long(w, set_length(v))) return false;
    Value pairs = sorted_elements(v, w->version);
    if (value_is_null(pairs)) return false;
    bool done = true;
    for (ssize_t i = 0; done && i < list_length(pairs); i++)
        done = put_value(w, tuple_item_borrow(list_item_borrow(pairs, i), 1));
    value_decref(pairs);
    return done;
}

static bool put_code(Writer *w, const Code *c, int flag)
{
    return put_byte(w, M_CODE | flag) && put_long(w, c->argcount) && put_long(w, c->posonlyargcount) &&
           put_long(w, c->kwonlyargcount) && put_long(w, c->stack_size) && put_long(w, c->flags) &&
           put_value(w, c->code) && put_value(w, c->constants) && put_value(w, c->names) &&
           put_value(w, c->localsplus_names) && put_value(w, c->local_kinds) && put_value(w, c->filename) &&
           put_value(w, c->name) && put_value(w, c->qualname) && put_long(w, c->first_line) &&
           put_value(w, c->linetable) && put_value(w, c->exceptiontable);
}

static bool put_buffer(Writer *w, Value v, int flag)
{
    Buffer view;
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) {
        error_clear();
        error_set(&type_ValueError, "unmarshallable object");
        return false;
    }
    bool done = put_byte(w, M_STRING | flag) && put_sized(w, view.data, view.length);
    buffer_release(&view);
    return done;
}

static bool put_object(Writer *w, Value v)
{
    int flag, is_done = put_ref(w, v, &flag);
    if (is_done) return is_done > 0;
    if (is_exact_int(v)) return put_int(w, v, flag);
    if (is_exact_float(v)) return put_float(w, v, flag);
    if (object_has_type(v, &type_complex)) return put_complex(w, v, flag);
    if (object_has_type(v, &type_bytes)) {
        return put_byte(w, M_STRING | flag) && put_sized(w, as_bytes(v)->data, as_bytes(v)->length);
    }
    if (is_exact_str(v)) return put_str(w, v, flag);
    if (is_exact_tuple(v)) return put_tuple(w, v, flag);
    if (is_exact_list(v))
        return put_byte(w, M_LIST | flag) && put_long(w, list_length(v)) &&
               put_items(w, as_list(v)->items, list_length(v));
    if (is_exact_dict(v)) return put_dict(w, v, flag);
    if (object_has_type(v, &type_set) || object_has_type(v, &type_frozenset)) return put_set(w, v, flag);
    if (is_code(v)) return put_code(w, as_code(v), flag);
    return put_buffer(w, v, flag);
}

static int singleton_type(Value v)
{
    if (value_is_null(v)) return M_NULL;
    if (value_is_none(v)) return M_NONE;
    if (value_is(v, VALUE_FALSE)) return M_FALSE;
    if (value_is(v, VALUE_TRUE)) return M_TRUE;
    if (value_is(v, VALUE_ELLIPSIS)) return M_ELLIPSIS;
    if (value_is(v, value_from_object(&type_StopIteration))) return M_STOPITER;
    return 0;
}

static bool put_value(Writer *w, NULLABLE Value v)
{
    int type = singleton_type(v);
    if (type) return put_byte(w, type);
    if (!marshal_may_nest(w->depth)) {
        error_set(&type_ValueError, "object too deeply nested to marshal");
        return false;
    }
    w->depth++;
    bool done = put_object(w, v);
    w->depth--;
    return done;
}

Value marshal_dumps(Value v, int version)
{
    Writer w = {.version = version};
    Value result = put_value(&w, v) ? bytes_new(w.data, (ssize_t)w.length) : VALUE_NULL;
    raw_free(w.data);
    raw_free(w.refs.cells);
    return result;
}

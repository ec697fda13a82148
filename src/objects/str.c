/* str: making, interning, comparing and joining strings, and the type itself. The methods are in str_methods.c,
 * formatting in str_format.c, str_percent.c and str_template.c.
 *
 * Invariants:
 *  S1  `kind` and `is_ascii` are the least that hold the characters: so equal strings have equal kinds, and comparing
 *      for equality is one memcmp.
 *  S2  An exact str is one block: the struct, then the characters and a final 0. An instance of a subclass has its
 *      characters in a block of its own, because its struct is followed by its attributes.
 *  S3  There is one empty string and one string for each Latin-1 character; nobody changes a string in place unless its
 *      count is 1 and it is not interned (str_append).
 *  S4  The table of interned strings owns nothing: a string that dies takes itself out. ID(x) strings are held by their
 *      variables. */
#include "objects/str.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "objects/abstract.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/search.h"
#include "objects/slice.h"
#include "objects/str_internal.h"

#if defined(COACHWHIP_SANITIZE)
#include <sanitizer/lsan_interface.h>
#endif

static Str *empty_string;
static Str *latin1_strings[256];

/* --- making --- */

static size_t exact_size(ssize_t length, int kind)
{
    return sizeof(Str) + (size_t)(length + 1) * (size_t)kind;
}

static void set_terminator(Str *s)
{
    if (s->kind == 1)
        ((uint8_t *)s->data)[s->length] = 0;
    else if (s->kind == 2)
        ((uint16_t *)s->data)[s->length] = 0;
    else
        ((uint32_t *)s->data)[s->length] = 0;
}

static void init_fields(Str *s, ssize_t length, uint32_t max_char)
{
    s->length = length;
    s->hash = -1;
    s->kind = (uint8_t)kind_for(max_char);
    s->is_ascii = max_char < 0x80;
    s->interned = 0;
    s->utf8_address = 0;
}

/* An exact str with uninitialised characters; also for length 0. */
static Str *alloc_exact(ssize_t length, uint32_t max_char)
{
    int kind = kind_for(max_char);
    if (length > (SSIZE_MAX - (ssize_t)sizeof(Str)) / kind - 1) {
        error_no_memory();
        return NULL;
    }
    Str *s = mem_alloc(exact_size(length, kind));
    if (UNLIKELY(!s)) {
        error_no_memory();
        return NULL;
    }
    s->head.refcount = 1;
    s->head.type = &type_str;
    init_fields(s, length, max_char);
    s->data = s + 1;
    set_terminator(s);
    return s;
}

Value str_empty(void)
{
    if (UNLIKELY(!empty_string)) {
        empty_string = alloc_exact(0, 0);
        if (!empty_string) return VALUE_NULL;
    }
    empty_string->head.refcount++;
    return value_from_object(empty_string);
}

Value str_new(ssize_t length, uint32_t max_char)
{
    if (length == 0) return str_empty();
    return value_from_object(alloc_exact(length, max_char));
}

Value str_from_char(uint32_t c)
{
    if (c < 256) {
        Str *s = latin1_strings[c];
        if (UNLIKELY(!s)) {
            s = alloc_exact(1, c);
            if (!s) return VALUE_NULL;
            ((uint8_t *)s->data)[0] = (uint8_t)c;
            latin1_strings[c] = s;
        }
        s->head.refcount++;
        return value_from_object(s);
    }
    Str *s = alloc_exact(1, c);
    if (s) str_put(s, 0, c);
    return value_from_object(s);
}

NULLABLE const Value *str_latin1_characters(void)
{
    for (uint32_t c = 0; c < 256; c++) {
        Value v = latin1_strings[c] ? VALUE_NULL : str_from_char(c);
        if (!latin1_strings[c]) {
            error_clear();
            return NULL;
        }
        value_xdecref(v);
    }
    return (const Value *)latin1_strings;
}

/* Characters of kind 1, whose class is known. */
static Value from_bytes(const void *text, ssize_t length, uint32_t max_char)
{
    if (length <= 1) return length == 0 ? str_empty() : str_from_char(*(const uint8_t *)text);
    Str *s = alloc_exact(length, max_char);
    if (s) memcpy(s->data, text, (size_t)length);
    return value_from_object(s);
}

Value str_from_latin1(const void *text, ssize_t length)
{
    bool is_ascii = utf8_ascii_prefix(text, (size_t)length) == (size_t)length;
    return from_bytes(text, length, is_ascii ? 0x7f : 0xff);
}

Value str_from_utf8(const char *text, ssize_t size)
{
    size_t length;
    uint32_t max_char;
    size_t valid = utf8_measure(text, (size_t)size, &length, &max_char);
    if (valid < (size_t)size) {
        const char *reason;
        bool is_truncated;
        size_t bad = utf8_invalid_sequence(text + valid, (size_t)size - valid, &reason, &is_truncated);
        Value error = unicode_decode_error_new("utf-8", text, size, (ssize_t)valid, (ssize_t)(valid + bad), reason);
        return value_is_null(error) ? error : error_raise(error);
    }
    if (max_char < 0x80) return from_bytes(text, size, 0x7f);
    if (length == 1) return str_from_char(utf8_next(&text));
    Str *s = alloc_exact((ssize_t)length, max_char);
    if (s) utf8_decode_valid(text, (size_t)size, s->data, s->kind);
    return value_from_object(s);
}

Value str_from_cstr(const char *text)
{
    return str_from_utf8(text, (ssize_t)strlen(text));
}

/* The bits of all characters together: the largest class has the highest bit. */
uint32_t str_max_class(int kind, const void *characters, ssize_t length)
{
    if (kind == 1) return utf8_ascii_prefix(characters, (size_t)length) == (size_t)length ? 0x7f : 0xff;
    uint32_t all = 0;
    if (kind == 2) {
        const uint16_t *s = characters;
        for (ssize_t i = 0; i < length; i++) all |= s[i];
    } else {
        const uint32_t *s = characters;
        for (ssize_t i = 0; i < length; i++) all |= s[i];
    }
    return char_class(all);
}

#define COPY_LOOP(TO, FROM)                                                                                            \
    do {                                                                                                               \
        TO *target = to;                                                                                               \
        const FROM *source = from;                                                                                     \
        for (ssize_t i = 0; i < length; i++) target[i] = (TO)source[i];                                                \
    } while (0)

void str_copy_chars(void *to, int to_kind, const void *from, int from_kind, ssize_t length)
{
    if (to_kind == from_kind)
        memcpy(to, from, (size_t)length * (size_t)to_kind);
    else if (to_kind == 1 && from_kind == 2)
        COPY_LOOP(uint8_t, uint16_t);
    else if (to_kind == 1)
        COPY_LOOP(uint8_t, uint32_t);
    else if (to_kind == 2 && from_kind == 1)
        COPY_LOOP(uint16_t, uint8_t);
    else if (to_kind == 2)
        COPY_LOOP(uint16_t, uint32_t);
    else if (from_kind == 1)
        COPY_LOOP(uint32_t, uint8_t);
    else
        COPY_LOOP(uint32_t, uint16_t);
}

Value str_from_kind(int kind, const void *characters, ssize_t length)
{
    if (length == 0) return str_empty();
    if (length == 1) return str_from_char(char_at(characters, kind, 0));
    Str *s = alloc_exact(length, str_max_class(kind, characters, length));
    if (s) str_copy_chars(s->data, s->kind, characters, kind, length);
    return value_from_object(s);
}

Value str_exact(Value v)
{
    if (is_exact_str(v)) return value_incref(v);
    const Str *s = as_str(v);
    return str_from_kind(s->kind, s->data, s->length);
}

/* --- interning: open addressing, linear probing, deletion by shifting back (no tombstones) --- */

static Str **intern_cells;
static size_t intern_mask, intern_count;

static bool grow_intern_table(void)
{
    size_t old_size = intern_cells ? intern_mask + 1 : 0, new_size = old_size ? old_size * 2 : 4096;
    Str **cells = raw_calloc(new_size, sizeof *cells);
    if (!cells) return false;
    Str **old = intern_cells;
    intern_cells = cells;
    intern_mask = new_size - 1;
    for (size_t i = 0; i < old_size; i++) {
        if (!old[i]) continue;
        size_t cell = (size_t)old[i]->hash & intern_mask;
        while (cells[cell]) cell = (cell + 1) & intern_mask;
        cells[cell] = old[i];
    }
    raw_free(old);
    return true;
}

/* The cell that holds an equal string, or the empty cell where it belongs. */
static Str **find_interned(const Str *s, int64_t hash)
{
    size_t cell = (size_t)hash & intern_mask;
    while (intern_cells[cell]) {
        const Str *other = intern_cells[cell];
        if (other->hash == hash && other->length == s->length && other->kind == s->kind &&
            memcmp(other->data, s->data, (size_t)s->length * s->kind) == 0)
            break;
        cell = (cell + 1) & intern_mask;
    }
    return &intern_cells[cell];
}

static void forget_interned(Str *s)
{
    size_t hole = (size_t)(find_interned(s, s->hash) - intern_cells);
    if (intern_cells[hole] != s) return;
    intern_count--;
    for (size_t next = hole;;) {
        intern_cells[hole] = NULL;
        do {
            next = (next + 1) & intern_mask;
            if (!intern_cells[next]) return;
        } while (((next - (size_t)intern_cells[next]->hash) & intern_mask) < ((next - hole) & intern_mask));
        intern_cells[hole] = intern_cells[next];
        hole = next;
    }
}

void str_intern(Value *place)
{
    if (!is_exact_str(*place) || as_str(*place)->interned) return;
    if (intern_count * 3 >= intern_mask * 2 && !grow_intern_table() && !intern_cells) return; /* works unshared too */
    Str *s = as_str(*place);
    Str **cell = find_interned(s, str_hash(*place));
    if (*cell) {
        Value old = *place;
        *place = value_incref(value_from_object(*cell));
        value_decref(old);
        return;
    }
    *cell = s;
    s->interned = 1;
    intern_count++;
}

Value str_intern_cstr(const char *text)
{
    Value v = str_from_cstr(text);
    if (!value_is_null(v)) str_intern(&v);
    return v;
}

/* --- the end --- */

static void str_destroy(Object *object)
{
    Str *s = (Str *)object;
    if (UNLIKELY(s->interned)) forget_interned(s);
    if (UNLIKELY(s->utf8_address != 0)) raw_free(str_cached_utf8(s));
    if (LIKELY(object->type == &type_str)) {
        mem_free(s, exact_size(s->length, s->kind));
        return;
    }
    if (s->data) mem_free(s->data, (size_t)(s->length + 1) * s->kind);
    object_free(object, object->type->instance_size);
}

/* --- reading --- */

/* NULL without an exception: a surrogate. */
static NULLABLE Utf8Text *encode_utf8(const Str *s)
{
    size_t bound = (size_t)s->length * (s->kind == 1 ? 2 : s->kind == 2 ? 3 : 4) + 1;
    Utf8Text *result = raw_alloc(sizeof(Utf8Text) + bound);
    if (!result) {
        error_no_memory();
        return NULL;
    }
    char *out = result->text;
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        if (c >= 0xd800 && c <= 0xdfff) {
            raw_free(result);
            return NULL;
        }
        out += utf8_put(out, c);
    }
    *out = 0;
    result->length = out - result->text;
    Utf8Text *shrunk = raw_realloc(result, sizeof(Utf8Text) + (size_t)result->length + 1);
    return shrunk ? shrunk : result;
}

const char *str_as_utf8(Value v, ssize_t *size)
{
    Str *s = as_str(v);
    if (s->is_ascii) {
        if (size) *size = s->length;
        return s->data;
    }
    Utf8Text *text = str_cached_utf8(s);
    if (!text) {
        text = encode_utf8(s);
        if (!text) {
            /* The encoder of codecs finds and words the error. */
            if (!error_occurred()) value_xdecref(str_encode(v, "utf-8", NULL));
            return NULL;
        }
        s->utf8_address = (uintptr_t)text;
#if defined(COACHWHIP_SANITIZE)
        __lsan_ignore_object(text); /* the address is not a word of its own: a leak checker does not find it */
#endif
        assert(str_cached_utf8(s) == text);
    }
    if (size) *size = text->length;
    return text->text;
}

int64_t str_hash(Value v)
{
    Str *s = as_str(v);
    if (s->hash == -1) s->hash = hash_bytes(s->data, (size_t)s->length * s->kind);
    return s->hash;
}

/* memcmp() == 0; most strings are short enough for two loads that may overlap. */
ALWAYS_INLINE bool is_same_memory(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size > 16) return memcmp(a, b, size) == 0;
    if (size >= 8) {
        uint64_t x, y, u, v;
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        memcpy(&u, a + size - 8, 8);
        memcpy(&v, b + size - 8, 8);
        return ((x ^ y) | (u ^ v)) == 0;
    }
    if (size >= 4) {
        uint32_t x, y, u, v;
        memcpy(&x, a, 4);
        memcpy(&y, b, 4);
        memcpy(&u, a + size - 4, 4);
        memcpy(&v, b + size - 4, 4);
        return ((x ^ y) | (u ^ v)) == 0;
    }
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) return false;
    }
    return true;
}

bool str_equal(Value a, Value b)
{
    if (value_is(a, b)) return true;
    const Str *x = as_str(a), *y = as_str(b);
    if (x->length != y->length || x->kind != y->kind) return false;
    if (x->hash != y->hash && x->hash != -1 && y->hash != -1) return false;
    return is_same_memory(x->data, y->data, (size_t)x->length * x->kind);
}

bool str_equal_cstr(Value v, const char *ascii)
{
    const Str *s = as_str(v);
    return s->is_ascii && (size_t)s->length == strlen(ascii) && memcmp(s->data, ascii, (size_t)s->length) == 0;
}

int str_compare(Value a, Value b)
{
    const Str *x = as_str(a), *y = as_str(b);
    ssize_t common = MIN(x->length, y->length);
    if (x->kind == 1 && y->kind == 1) {
        int order = memcmp(x->data, y->data, (size_t)common);
        if (order) return order;
    } else {
        for (ssize_t i = 0; i < common; i++) {
            uint32_t c = str_char(x, i), d = str_char(y, i);
            if (c != d) return c < d ? -1 : 1;
        }
    }
    return x->length < y->length ? -1 : x->length > y->length;
}

/* --- joining --- */

static Value length_overflow(void)
{
    return error_set(&type_OverflowError, "strings are too large to concat");
}

Value str_concat(Value a, Value b)
{
    const Str *x = as_str(a), *y = as_str(b);
    if (x->length == 0) return str_exact(b);
    if (y->length == 0) return str_exact(a);
    if (x->length > SSIZE_MAX - y->length) return length_overflow();
    Str *s = alloc_exact(x->length + y->length, MAX(str_class(x), str_class(y)));
    if (!s) return VALUE_NULL;
    str_copy_chars(s->data, s->kind, x->data, x->kind, x->length);
    str_copy_chars((char *)s->data + x->length * s->kind, s->kind, y->data, y->kind, y->length);
    return value_from_object(s);
}

static bool can_grow_in_place(const Str *s, const Str *added)
{
    return s->head.refcount == 1 && s->head.type == &type_str && !s->interned && s->length > 0 &&
           s->kind >= added->kind && added->length > 0;
}

void str_append(Value *left, Value right)
{
    Str *s = as_str(*left);
    const Str *added = as_str(right);
    if (!can_grow_in_place(s, added) || s == added) {
        value_replace(left, str_concat(*left, right));
        return;
    }
    ssize_t length = s->length + added->length;
    if (s->length > SSIZE_MAX / 8 - added->length) {
        length_overflow();
        value_clear(left);
        return;
    }
    Str *grown = mem_realloc(s, exact_size(s->length, s->kind), exact_size(length, s->kind));
    if (!grown) {
        error_no_memory();
        value_clear(left);
        return;
    }
    if (grown->utf8_address) raw_free(str_cached_utf8(grown));
    grown->utf8_address = 0;
    grown->hash = -1;
    grown->data = grown + 1;
    str_copy_chars((char *)grown->data + grown->length * grown->kind, grown->kind, added->data, added->kind,
                   added->length);
    grown->length = length;
    grown->is_ascii &= added->is_ascii;
    set_terminator(grown);
    *left = value_from_object(grown);
}

Value str_slice(Value v, ssize_t low, ssize_t high)
{
    const Str *s = as_str(v);
    if (high > s->length) high = s->length;
    if (low < 0) low = 0;
    if (low >= high) return str_empty();
    if (low == 0 && high == s->length && s->head.type == &type_str) return value_incref(v);
    if (s->is_ascii) return from_bytes(str_at(s, low), high - low, 0x7f);
    return str_from_kind(s->kind, str_at(s, low), high - low);
}

Value str_repeat(Value v, ssize_t count)
{
    const Str *s = as_str(v);
    if (count <= 0 || s->length == 0) return str_empty();
    if (count == 1) return str_exact(v);
    if (s->length > SSIZE_MAX / count) return error_set(&type_OverflowError, "repeated string is too long");
    Str *result = alloc_exact(s->length * count, str_class(s));
    if (!result) return VALUE_NULL;
    size_t unit = (size_t)s->length * s->kind, total = unit * (size_t)count;
    char *out = result->data;
    if (unit == 1) {
        memset(out, *(const uint8_t *)s->data, total);
        return value_from_object(result);
    }
    memcpy(out, s->data, unit);
    for (size_t done = unit; done < total;) { /* doubles what is there */
        size_t chunk = MIN(done, total - done);
        memcpy(out + done, out, chunk);
        done += chunk;
    }
    return value_from_object(result);
}

/* Total length and class of the joined string; false with an error. */
static bool measure_join(const Str *separator, const Value *items, ssize_t count, ssize_t *length, uint32_t *class)
{
    *length = 0;
    *class = count > 1 ? str_class(separator) : 0x7f;
    for (ssize_t i = 0; i < count; i++) {
        if (UNLIKELY(!is_str(items[i]))) {
            error_format(&type_TypeError, "sequence item %zd: expected str instance, %.80s found", i,
                         type_of(items[i])->name);
            return false;
        }
        const Str *item = as_str(items[i]);
        ssize_t added = item->length + (i ? separator->length : 0);
        if (*length > SSIZE_MAX - added) {
            error_set(&type_OverflowError, "join() result is too long for a Python string");
            return false;
        }
        *length += added;
        if (str_class(item) > *class) *class = str_class(item);
    }
    return true;
}

Value str_join_array(Value separator, const Value *items, ssize_t count)
{
    if (count == 0) return str_empty();
    if (count == 1 && is_exact_str(items[0])) return value_incref(items[0]);
    const Str *between = as_str(separator);
    ssize_t length;
    uint32_t class;
    if (!measure_join(between, items, count, &length, &class)) return VALUE_NULL;
    if (length == 0) return str_empty();
    Str *result = alloc_exact(length, class);
    if (!result) return VALUE_NULL;
    char *out = result->data;
    int kind = result->kind;
    for (ssize_t i = 0; i < count; i++) {
        if (i && between->length == 1 && kind == 1) {
            *out++ = *(const char *)between->data;
        } else if (i && between->length) {
            str_copy_chars(out, kind, between->data, between->kind, between->length);
            out += between->length * kind;
        }
        const Str *item = as_str(items[i]);
        if (item->length == 1 && kind == 1)
            *out = *(const char *)item->data;
        else
            str_copy_chars(out, kind, item->data, item->kind, item->length);
        out += item->length * kind;
    }
    return value_from_object(result);
}

Value str_join(Value separator, Value iterable)
{
    Value items = sequence_fast(iterable, "can only join an iterable");
    if (value_is_null(items)) return VALUE_NULL;
    Value result = str_join_array(separator, sequence_fast_items(items), sequence_fast_length(items));
    value_decref(items);
    return result;
}

ssize_t str_find(Value v, Value sub, ssize_t low, ssize_t high, int direction)
{
    const Str *s = as_str(v), *t = as_str(sub);
    if (high > s->length) high = s->length;
    if (low < 0) low = 0;
    if (high - low < t->length) return -1;
    ssize_t at = search_find(str_at(s, low), s->kind, high - low, t->data, t->kind, t->length, direction);
    return at < 0 ? -1 : at + low;
}

/* --- the type --- */

static Value str_compare_slot(Value left, Value right, CompareOp op)
{
    if (!is_str(left) || !is_str(right)) return value_incref(VALUE_NOT_IMPLEMENTED);
    if (op == CMP_EQ || op == CMP_NE) return value_from_bool(str_equal(left, right) == (op == CMP_EQ));
    int order = value_is(left, right) ? 0 : str_compare(left, right);
    switch (op) {
    case CMP_LT: return value_from_bool(order < 0);
    case CMP_LE: return value_from_bool(order <= 0);
    case CMP_GT: return value_from_bool(order > 0);
    default: return value_from_bool(order >= 0);
    }
}

static ssize_t str_length_slot(Value self)
{
    return str_length(self);
}

static Value str_concat_slot(Value left, Value right)
{
    if (!is_str(right))
        return error_format(&type_TypeError, "can only concatenate str (not \"%.200s\") to str", type_of(right)->name);
    return str_concat(left, right);
}

static Value str_item_slot(Value self, ssize_t index)
{
    const Str *s = as_str(self);
    if (index < 0 || index >= s->length) return error_set(&type_IndexError, "string index out of range");
    return str_from_char(str_char(s, index));
}

static int str_contains_slot(Value self, Value item)
{
    if (!is_str(item)) {
        error_format(&type_TypeError, "'in <string>' requires string as left operand, not %.100s", type_of(item)->name);
        return -1;
    }
    return str_find(self, item, 0, str_length(self), 1) >= 0;
}

static Value take_steps(const Str *s, ssize_t start, ssize_t step, ssize_t count)
{
    uint32_t class = 0x7f;
    for (ssize_t i = 0, at = start; i < count && !s->is_ascii; i++, at += step) {
        uint32_t c = char_class(str_char(s, at));
        if (c > class) class = c;
    }
    if (count == 1) return str_from_char(str_char(s, start));
    Str *result = alloc_exact(count, class);
    if (!result) return VALUE_NULL;
    for (ssize_t i = 0, at = start; i < count; i++, at += step) str_put(result, i, str_char(s, at));
    return value_from_object(result);
}

Value str_sliced(Value v, ssize_t start, ssize_t stop, ssize_t step)
{
    const Str *s = as_str(v);
    ssize_t count = slice_adjust(s->length, &start, &stop, step);
    if (count <= 0) return str_empty();
    if (step == 1) return str_slice(v, start, start + count);
    return take_steps(s, start, step, count);
}

static Value str_subscript_slot(Value self, Value key)
{
    const Str *s = as_str(self);
    if (value_is_small_int(key) || has_index(key)) {
        ssize_t index = value_is_small_int(key) ? value_as_small_int(key) : number_as_ssize(key, &type_IndexError);
        if (index == -1 && error_occurred()) return VALUE_NULL;
        if (index < 0) index += s->length;
        return str_item_slot(self, index);
    }
    if (!is_slice(key))
        return error_format(&type_TypeError, "string indices must be integers, not '%.200s'", type_of(key)->name);
    ssize_t start, stop, step;
    return slice_unpack(key, &start, &stop, &step) < 0 ? VALUE_NULL : str_sliced(self, start, stop, step);
}

static Value str_remainder_slot(Value left, Value right)
{
    if (!is_str(left)) return VALUE_NOT_IMPLEMENTED;
    return str_percent_format(left, right);
}

static Value str_str_slot(Value self)
{
    return str_exact(self);
}

/* str(object, encoding, errors) for anything with a buffer. */
static Value decode_object(Value object, const char *encoding, const char *errors)
{
    if (is_str(object)) return error_set(&type_TypeError, "decoding str is not supported");
    Buffer view;
    if (!supports_buffer(object))
        return error_format(&type_TypeError, "decoding to str: need a bytes-like object, %.80s found",
                            type_of(object)->name);
    if (buffer_get(object, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = view.length || codecs_check_names ? VALUE_NULL : str_empty();
    buffer_release(&view);
    return value_is_null(result) && !error_occurred() ? codecs_decode_text(object, encoding, errors) : result;
}

static bool optional_text(Value v, const char *function, int index, const char **text)
{
    *text = NULL;
    if (value_is_null(v)) return true;
    if (!is_str(v)) {
        error_format(&type_TypeError, "%s() argument '%s' must be str, not %.50s", function,
                     index == 2 ? "encoding" : "errors", value_is_none(v) ? "None" : type_of(v)->name);
        return false;
    }
    *text = str_as_utf8(v, NULL);
    return *text != NULL;
}

/* A copy of the exact string in an instance of a subclass. */
static Value subclass_from_exact(Type *type, Value exact)
{
    const Str *from = as_str(exact);
    Str *s = object_alloc_zeroed(type, type->instance_size);
    if (!s) return VALUE_NULL;
    init_fields(s, from->length, str_class(from));
    s->hash = from->hash;
    size_t size = (size_t)(from->length + 1) * from->kind;
    s->data = mem_alloc(size);
    if (!s->data) {
        value_decref(value_from_object(s));
        return error_no_memory();
    }
    memcpy(s->data, from->data, size);
    return value_from_object(s);
}

static Value str_new_slot(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"object", "encoding", "errors", NULL};
    static const ArgSpec spec = {"str", names, 0, 3, 0};
    Value given[3], text;
    if (type == &type_str && nargs == 1 && value_is_null(kwnames)) return value_str(args[0]);
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    const char *encoding, *errors;
    if (!optional_text(given[1], "str", 2, &encoding) || !optional_text(given[2], "str", 3, &errors)) return VALUE_NULL;
    if (value_is_null(given[0]))
        text = str_empty();
    else if (!encoding && !errors)
        text = value_str(given[0]);
    else
        text = decode_object(given[0], encoding ? encoding : "utf-8", errors);
    if (value_is_null(text) || type == &type_str) return text;
    Value exact = str_exact(text);
    value_decref(text);
    if (value_is_null(exact)) return VALUE_NULL;
    Value result = subclass_from_exact(type, exact);
    value_decref(exact);
    return result;
}

static int64_t str_hash_slot(Value self)
{
    return str_hash(self);
}

Type type_str = {
    TYPE_HEAD,
    .name = "str",
    .doc = "str(object='') -> str\n"
           "str(bytes_or_buffer[, encoding[, errors]]) -> str\n\n"
           "Create a new string object from the given object. If encoding or\n"
           "errors is specified, then the object must expose a data buffer\n"
           "that will be decoded using the given encoding and error handler.\n"
           "Otherwise, returns the result of object.__str__() (if defined)\n"
           "or repr(object).\n"
           "encoding defaults to sys.getdefaultencoding().\n"
           "errors defaults to 'strict'.",
    .instance_size = sizeof(Str),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_IS_STR | TYPE_MATCH_SELF | TYPE_QUIET_DESTROY,
    .destroy = str_destroy,
    .new_instance = str_new_slot,
    .repr = str_repr,
    .str = str_str_slot,
    .hash = str_hash_slot,
    .compare = str_compare_slot,
    .iter = str_iter,
    .number.remainder = str_remainder_slot,
    .sequence = {.length = str_length_slot,
                 .concat = str_concat_slot,
                 .repeat = str_repeat,
                 .item = str_item_slot,
                 .contains = str_contains_slot},
    .mapping = {.length = str_length_slot, .subscript = str_subscript_slot},
    .methods = str_methods,
};

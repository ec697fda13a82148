/* str_builder: a string that grows at its end. `data` points at the characters of a Str that is not finished: so
 * finishing is a shrink of the block, not a copy. max_char is always one of the four classes and exact. */
#include "objects/error.h"
#include "objects/str_internal.h"

enum { FIRST_CAPACITY = 32 };

static size_t block_size(ssize_t capacity, int kind)
{
    return sizeof(Str) + (size_t)(capacity + 1) * (size_t)kind;
}

static Str *block_of(const StrBuilder *b)
{
    return (Str *)b->data - 1;
}

void str_builder_init(StrBuilder *b)
{
    *b = (StrBuilder){.data = NULL, .max_char = 0x7f, .kind = 1};
}

void str_builder_discard(StrBuilder *b)
{
    if (b->data) mem_free(block_of(b), block_size(b->capacity, b->kind));
    str_builder_init(b);
}

static int fail(StrBuilder *b)
{
    str_builder_discard(b);
    b->failed = true;
    error_no_memory();
    return -1;
}

/* Makes room for `added` more characters of class max_char. */
static int reserve(StrBuilder *b, ssize_t added, uint32_t max_char)
{
    if (b->failed) return -1;
    uint32_t class = MAX(b->max_char, max_char);
    int kind = kind_for(class);
    if (LIKELY(kind == b->kind && b->data && added <= b->capacity - b->length)) {
        b->max_char = class;
        return 0;
    }
    if (added > SSIZE_MAX / 16 - b->length) return fail(b);
    ssize_t needed = b->length + added, capacity = b->capacity;
    if (needed > capacity || !b->data) capacity = MAX(needed + needed / 4, FIRST_CAPACITY);
    if (kind == b->kind && b->data) {
        Str *grown = mem_realloc(block_of(b), block_size(b->capacity, kind), block_size(capacity, kind));
        if (!grown) return fail(b);
        b->data = grown + 1;
    } else {
        Str *block = mem_alloc(block_size(capacity, kind));
        if (!block) return fail(b);
        if (b->data) {
            str_copy_chars(block + 1, kind, b->data, b->kind, b->length);
            mem_free(block_of(b), block_size(b->capacity, b->kind));
        }
        b->data = block + 1;
    }
    b->capacity = capacity;
    b->kind = (uint8_t)kind;
    b->max_char = class;
    return 0;
}

int str_builder_reserve(StrBuilder *b, ssize_t added, uint32_t max_char)
{
    return reserve(b, added, char_class(max_char));
}

int str_builder_add_char(StrBuilder *b, uint32_t c)
{
    if (UNLIKELY(reserve(b, 1, char_class(c)) < 0)) return -1;
    if (b->kind == 1)
        ((uint8_t *)b->data)[b->length++] = (uint8_t)c;
    else if (b->kind == 2)
        ((uint16_t *)b->data)[b->length++] = (uint16_t)c;
    else
        ((uint32_t *)b->data)[b->length++] = c;
    return 0;
}

static int add_chars(StrBuilder *b, const void *characters, int kind, ssize_t length, uint32_t class)
{
    if (reserve(b, length, class) < 0) return -1;
    str_copy_chars((char *)b->data + b->length * b->kind, b->kind, characters, kind, length);
    b->length += length;
    return 0;
}

int str_builder_add_str(StrBuilder *b, Value v)
{
    const Str *s = as_str(v);
    return add_chars(b, s->data, s->kind, s->length, str_class(s));
}

int str_builder_add_slice(StrBuilder *b, Value v, ssize_t low, ssize_t high)
{
    const Str *s = as_str(v);
    if (high > s->length) high = s->length;
    if (low >= high) return b->failed ? -1 : 0;
    uint32_t class = s->is_ascii ? 0x7f : str_max_class(s->kind, str_at(s, low), high - low);
    return add_chars(b, str_at(s, low), s->kind, high - low, class);
}

int str_builder_add_kind(StrBuilder *b, int kind, const void *characters, ssize_t length)
{
    return add_chars(b, characters, kind, length, str_max_class(kind, characters, length));
}

int str_builder_add_ascii(StrBuilder *b, const char *text, ssize_t length)
{
    if (length < 0) length = (ssize_t)strlen(text);
    return add_chars(b, text, 1, length, 0x7f);
}

int str_builder_add_fill(StrBuilder *b, uint32_t c, ssize_t count)
{
    if (count <= 0) return b->failed ? -1 : 0;
    if (reserve(b, count, char_class(c)) < 0) return -1;
    if (b->kind == 1)
        memset((char *)b->data + b->length, (int)c, (size_t)count);
    else
        for (ssize_t i = 0; i < count; i++) {
            if (b->kind == 2)
                ((uint16_t *)b->data)[b->length + i] = (uint16_t)c;
            else
                ((uint32_t *)b->data)[b->length + i] = c;
        }
    b->length += count;
    return 0;
}

Value str_builder_finish(StrBuilder *b)
{
    if (b->failed) {
        str_builder_discard(b);
        return VALUE_NULL;
    }
    if (b->length <= 1) {
        Value v = b->length == 0 ? str_empty() : str_from_char(char_at(b->data, b->kind, 0));
        str_builder_discard(b);
        return v;
    }
    ssize_t length = b->length;
    Str *s = block_of(b);
    if (length != b->capacity) {
        Str *shrunk = mem_realloc(s, block_size(b->capacity, b->kind), block_size(length, b->kind));
        if (!shrunk) { /* the size must be known when it is freed: copy */
            Value v = str_from_kind(b->kind, b->data, length);
            str_builder_discard(b);
            return v;
        }
        s = shrunk;
    }
    s->head = (Object){1, &type_str};
    s->length = length;
    s->hash = -1;
    s->kind = b->kind;
    s->is_ascii = b->max_char < 0x80;
    s->interned = 0;
    s->utf8_address = 0;
    s->data = s + 1;
    if (s->kind == 1)
        ((uint8_t *)s->data)[length] = 0;
    else if (s->kind == 2)
        ((uint16_t *)s->data)[length] = 0;
    else
        ((uint32_t *)s->data)[length] = 0;
    str_builder_init(b);
    return value_from_object(s);
}

/* memoryview_item: reading, writing and comparing single items of a buffer by their format. */
#include <stdbool.h>

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/memoryview.h"
#include "objects/str.h"
#include "objects/tuple.h"

char memoryview_format_char(const char *format)
{
    if (!format) return 'B';
    if (*format == '@') format++;
    return format[0] && !format[1] && memoryview_format_size(*format) ? *format : 0;
}

ssize_t memoryview_format_size(char format)
{
    switch (format) {
    case 'c':
    case 'b':
    case 'B': return sizeof(char);
    case 'h':
    case 'H': return sizeof(short);
    case 'i':
    case 'I': return sizeof(int);
    case 'l':
    case 'L': return sizeof(long);
    case 'q':
    case 'Q': return sizeof(long long);
    case 'n':
    case 'N': return sizeof(size_t);
    case 'f': return sizeof(float);
    case 'd': return sizeof(double);
    case '?': return sizeof(bool);
    case 'P': return sizeof(void *);
    default: return 0;
    }
}

#define READ(TYPE)                                                                                                     \
    ({                                                                                                                 \
        TYPE read_;                                                                                                    \
        memcpy(&read_, place, sizeof read_);                                                                           \
        read_;                                                                                                         \
    })

Value memoryview_unpack(const char *place, const char *format)
{
    switch (memoryview_format_char(format)) {
    case 'B': return value_from_small_int(*(const uint8_t *)place);
    case 'b': return value_from_small_int(*(const int8_t *)place);
    case 'c': return bytes_new(place, 1);
    case 'h': return value_from_small_int(READ(short));
    case 'H': return value_from_small_int(READ(unsigned short));
    case 'i': return value_from_small_int(READ(int));
    case 'I': return value_from_small_int(READ(unsigned));
    case 'l': return int_from_int64(READ(long));
    case 'q': return int_from_int64(READ(long long));
    case 'n': return int_from_int64(READ(ssize_t));
    case 'L': return int_from_uint64(READ(unsigned long));
    case 'Q': return int_from_uint64(READ(unsigned long long));
    case 'N':
    case 'P': return int_from_uint64(READ(size_t));
    case '?': return value_from_bool(READ(char) != 0);
    case 'f': return value_from_double(READ(float));
    case 'd': return value_from_double(READ(double));
    default: return error_format(&type_NotImplementedError, "memoryview: format %s not supported", format);
    }
}

/* --- packing --- */

static int invalid_value(const char *format)
{
    error_format(&type_ValueError, "memoryview: invalid value for format '%s'", format);
    return -1;
}

/* TypeError and OverflowError of the conversion get the words of memoryview. */
static int reword_error(const char *format)
{
    if (error_catch(&type_TypeError)) {
        error_format(&type_TypeError, "memoryview: invalid type for format '%s'", format);
        return -1;
    }
    if (error_catch(&type_OverflowError) || error_catch(&type_ValueError)) return invalid_value(format);
    return -1;
}

static int pack_signed(char *place, const char *format, char c, Value item)
{
    Value n = number_index(item);
    if (value_is_null(n)) return reword_error(format);
    int64_t wide;
    bool fits = int_fits_int64(n, &wide);
    value_decref(n);
    ssize_t size = memoryview_format_size(c);
    if (fits && size < 8) {
        int64_t limit = INT64_C(1) << (size * 8 - 1);
        fits = wide >= -limit && wide < limit;
    }
    if (!fits) return invalid_value(format);
    memcpy(place, &wide, (size_t)size); /* little-endian: the low bytes come first */
    return 0;
}

static int pack_unsigned(char *place, const char *format, char c, Value item)
{
    Value n = number_index(item);
    if (value_is_null(n)) return reword_error(format);
    uint64_t wide;
    bool fits = int_fits_uint64(n, &wide);
    value_decref(n);
    ssize_t size = memoryview_format_size(c);
    if (fits && size < 8) fits = wide >> (size * 8) == 0;
    if (!fits) return invalid_value(format);
    memcpy(place, &wide, (size_t)size);
    return 0;
}

static int pack_float(char *place, const char *format, char c, Value item)
{
    double d = number_as_double(item);
    if (d == -1.0 && error_occurred()) return reword_error(format);
    if (c == 'd') {
        memcpy(place, &d, sizeof d);
    } else {
        float f = (float)d;
        memcpy(place, &f, sizeof f);
    }
    return 0;
}

int memoryview_pack(char *place, const char *format, Value item)
{
    char c = memoryview_format_char(format);
    if (!format) format = "B";
    switch (c) {
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
    case 'n': return pack_signed(place, format, c, item);
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
    case 'N':
    case 'P': return pack_unsigned(place, format, c, item);
    case 'f':
    case 'd': return pack_float(place, format, c, item);
    case '?': {
        int truth = is_true(item);
        if (truth < 0) return -1;
        *place = (char)truth;
        return 0;
    }
    case 'c':
        if (!is_bytes(item)) {
            error_format(&type_TypeError, "memoryview: invalid type for format '%s'", format);
            return -1;
        }
        if (as_bytes(item)->length != 1) return invalid_value(format);
        *place = as_bytes(item)->data[0];
        return 0;
    default: error_format(&type_NotImplementedError, "memoryview: format %s not supported", format); return -1;
    }
}

/* --- comparing --- */

/* struct.Struct(format).unpack_from; *unknown when struct does not know the format. */
static Value struct_unpacker(const char *format, bool *unknown)
{
    *unknown = false;
    Value class = import_attr("struct", "Struct");
    if (value_is_null(class)) return class;
    Value text = str_from_cstr(format), layout = VALUE_NULL, unpack = VALUE_NULL;
    if (!value_is_null(text)) layout = call_1(class, text);
    value_xdecref(text);
    value_decref(class);
    if (value_is_null(layout)) {
        Value error_class = import_attr("struct", "error");
        Value error = error_fetch();
        *unknown = !value_is_null(error) && !value_is_null(error_class) && exception_matches(error, error_class);
        value_xdecref(error_class);
        if (*unknown)
            value_decref(error);
        else
            error_restore(error);
        return VALUE_NULL;
    }
    unpack = get_attr_cstr(layout, "unpack");
    value_decref(layout);
    return unpack;
}

int item_comparer_init(ItemComparer *c, const Buffer *a, const Buffer *b)
{
    const char *a_format = a->format ? a->format : "B", *b_format = b->format ? b->format : "B";
    *c = (ItemComparer){memoryview_format_char(a_format),
                        memoryview_format_char(b_format),
                        a->item_size,
                        b->item_size,
                        VALUE_NULL,
                        VALUE_NULL};
    if (c->a && c->b) return 1;
    bool unknown;
    c->a_unpack = struct_unpacker(a_format, &unknown);
    if (value_is_null(c->a_unpack)) return unknown ? 0 : -1;
    c->b_unpack = struct_unpacker(b_format, &unknown);
    if (value_is_null(c->b_unpack)) return unknown ? 0 : -1;
    return 1;
}

void item_comparer_release(ItemComparer *c)
{
    value_xdecref(c->a_unpack);
    value_xdecref(c->b_unpack);
}

/* What struct makes of the bytes: the item, or a tuple when the format has several. */
static Value unpack_by_struct(Value unpack, const char *place, ssize_t size)
{
    Value bytes = bytes_new(place, size);
    if (value_is_null(bytes)) return bytes;
    Value items = call_1(unpack, bytes);
    value_decref(bytes);
    if (value_is_null(items) || tuple_length(items) != 1) return items;
    Value item = value_incref(tuple_item_borrow(items, 0));
    value_decref(items);
    return item;
}

int item_comparer_equal(const ItemComparer *c, const char *a, const char *b)
{
    bool is_native = value_is_null(c->a_unpack);
    if (is_native && c->a == c->b && c->a != 'f' && c->a != 'd') {
        if (c->a == '?') return (*a != 0) == (*b != 0);
        return memcmp(a, b, (size_t)c->a_size) == 0;
    }
    char a_format[2] = {c->a, 0}, b_format[2] = {c->b, 0};
    Value x = is_native ? memoryview_unpack(a, a_format) : unpack_by_struct(c->a_unpack, a, c->a_size);
    if (value_is_null(x)) return -1;
    Value y = is_native ? memoryview_unpack(b, b_format) : unpack_by_struct(c->b_unpack, b, c->b_size);
    int result = -1;
    if (!value_is_null(y)) {
        Value equal = rich_compare(x, y, CMP_EQ); /* not by identity: a nan differs from itself */
        if (!value_is_null(equal)) result = is_true(equal);
        value_xdecref(equal);
    }
    value_decref(x);
    value_xdecref(y);
    return result;
}

/* items.c: reading and writing the items of each kind of array, with CPython's checks and messages. */
#include <limits.h>

#include "modules/array/array.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"

/* The argument as a C long within bounds, or an OverflowError that names the type. */
static bool checked_integer(Value v, int64_t low, int64_t high, const char *below, const char *above, int64_t *n)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    bool fits = int_fits_int64(index, n);
    value_decref(index);
    if (!fits)
        error_set(&type_OverflowError, "Python int too large to convert to C long");
    else if (*n < low)
        error_set(&type_OverflowError, below);
    else if (*n > high)
        error_set(&type_OverflowError, above);
    else
        return true;
    return false;
}

#define SMALL_INTEGER(name, type, low, high, title)                                                                    \
    static Value get_##name(const void *at)                                                                            \
    {                                                                                                                  \
        type item;                                                                                                     \
        memcpy(&item, at, sizeof item);                                                                                \
        return value_from_small_int(item);                                                                             \
    }                                                                                                                  \
    static bool set_##name(void *at, Value v)                                                                          \
    {                                                                                                                  \
        int64_t n;                                                                                                     \
        if (!checked_integer(v, low, high, title " is less than minimum", title " is greater than maximum", &n))       \
            return false;                                                                                              \
        type item = (type)n;                                                                                           \
        if (at) memcpy(at, &item, sizeof item);                                                                        \
        return true;                                                                                                   \
    }

SMALL_INTEGER(schar, signed char, SCHAR_MIN, SCHAR_MAX, "signed char")
SMALL_INTEGER(uchar, unsigned char, 0, UCHAR_MAX, "unsigned byte integer")
SMALL_INTEGER(short, short, SHRT_MIN, SHRT_MAX, "signed short integer")
SMALL_INTEGER(ushort, unsigned short, 0, USHRT_MAX, "unsigned short")
SMALL_INTEGER(int, int, INT_MIN, INT_MAX, "signed integer")

static Value get_uint(const void *at)
{
    unsigned item;
    memcpy(&item, at, sizeof item);
    return value_from_small_int(item);
}

static bool set_uint(void *at, Value v)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    uint64_t n;
    bool fits = int_fits_uint64(index, &n);
    int sign = int_sign(index);
    value_decref(index);
    if (sign < 0)
        error_set(&type_OverflowError, "can't convert negative value to unsigned int");
    else if (!fits)
        error_set(&type_OverflowError, "Python int too large to convert to C unsigned long");
    else if (n > UINT_MAX)
        error_set(&type_OverflowError, "unsigned int is greater than maximum");
    else {
        unsigned item = (unsigned)n;
        if (at) memcpy(at, &item, sizeof item);
        return true;
    }
    return false;
}

static Value get_int64(const void *at)
{
    int64_t item;
    memcpy(&item, at, sizeof item);
    return int_from_int64(item);
}

static bool set_int64(void *at, Value v, const char *too_large)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    int64_t n;
    bool fits = int_fits_int64(index, &n);
    value_decref(index);
    if (!fits)
        error_set(&type_OverflowError, too_large);
    else if (at)
        memcpy(at, &n, sizeof n);
    return fits;
}

static bool set_long(void *at, Value v)
{
    return set_int64(at, v, "Python int too large to convert to C long");
}

static bool set_longlong(void *at, Value v)
{
    return set_int64(at, v, "int too big to convert");
}

static Value get_uint64(const void *at)
{
    uint64_t item;
    memcpy(&item, at, sizeof item);
    return int_from_uint64(item);
}

static bool set_uint64(void *at, Value v, const char *negative, const char *too_large)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    uint64_t n;
    bool fits = int_fits_uint64(index, &n);
    int sign = int_sign(index);
    value_decref(index);
    if (!fits)
        error_set(&type_OverflowError, sign < 0 ? negative : too_large);
    else if (at)
        memcpy(at, &n, sizeof n);
    return fits;
}

static bool set_ulong(void *at, Value v)
{
    return set_uint64(at, v, "can't convert negative value to unsigned int",
                      "Python int too large to convert to C unsigned long");
}

static bool set_ulonglong(void *at, Value v)
{
    return set_uint64(at, v, "can't convert negative int to unsigned", "int too big to convert");
}

static Value get_float(const void *at)
{
    float item;
    memcpy(&item, at, sizeof item);
    return value_from_double((double)item);
}

static bool set_float(void *at, Value v)
{
    double d = number_as_double(v);
    if (d == -1.0 && error_occurred()) return false;
    float item = (float)d;
    if (at) memcpy(at, &item, sizeof item);
    return true;
}

static Value get_double(const void *at)
{
    double item;
    memcpy(&item, at, sizeof item);
    return value_from_double(item);
}

static bool set_double(void *at, Value v)
{
    double d = number_as_double(v);
    if (d == -1.0 && error_occurred()) return false;
    if (at) memcpy(at, &d, sizeof d);
    return true;
}

static Value get_character(const void *at)
{
    uint32_t item;
    memcpy(&item, at, sizeof item);
    if (item > 0x10ffff)
        return error_format(&type_ValueError, "character U+%x is not in range [U+0000; U+10ffff]", item);
    return str_from_char(item);
}

static bool set_character(void *at, Value v)
{
    if (!is_str(v) || str_length(v) != 1) {
        error_set(&type_TypeError, "array item must be unicode character");
        return false;
    }
    uint32_t item = str_char(as_str(v), 0);
    if (at) memcpy(at, &item, sizeof item);
    return true;
}

static const ItemKind kinds[] = {
    {'b', 1, true, true, "b", get_schar, set_schar, 1},
    {'B', 1, true, false, "B", get_uchar, set_uchar, 0},
    {'u', 4, false, false, "w", get_character, set_character, 20},
    {'h', 2, true, true, "h", get_short, set_short, 4},
    {'H', 2, true, false, "H", get_ushort, set_ushort, 2},
    {'i', 4, true, true, "i", get_int, set_int, 8},
    {'I', 4, true, false, "I", get_uint, set_uint, 6},
    {'l', 8, true, true, "l", get_int64, set_long, 12},
    {'L', 8, true, false, "L", get_uint64, set_ulong, 10},
    {'q', 8, true, true, "q", get_int64, set_longlong, 12},
    {'Q', 8, true, false, "Q", get_uint64, set_ulonglong, 10},
    {'f', 4, false, true, "f", get_float, set_float, 14},
    {'d', 8, false, true, "d", get_double, set_double, 16},
};

const ItemKind *item_kind_find(uint32_t code)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if ((uint32_t)kinds[i].code == code) return &kinds[i];
    return NULL;
}

/* str_translate: str.translate and str.maketrans. */
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/str_parts.h"

enum { NOT_CACHED = 0xff, REMOVED = 0xfe };

/* What the table says of c: a str, an int, None (remove), or VALUE_NULL with no error: c stays as it is. */
static Value look_up(Value table, uint32_t c)
{
    Value result = get_item(table, value_from_small_int(c));
    if (value_is_null(result)) error_catch(&type_LookupError);
    return result;
}

static int add_translated(StrBuilder *out, Value table, uint32_t c, uint8_t *cache)
{
    Value mapped = look_up(table, c);
    int status = 0;
    if (value_is_null(mapped)) {
        if (error_occurred()) return -1;
        if (c < 128) cache[c] = (uint8_t)c;
        return str_builder_add_char(out, c);
    }
    if (value_is_none(mapped)) {
        if (c < 128) cache[c] = REMOVED;
    } else if (is_str(mapped)) {
        if (c < 128 && str_length(mapped) == 1 && as_str(mapped)->is_ascii)
            cache[c] = (uint8_t)str_char(as_str(mapped), 0);
        status = str_builder_add_str(out, mapped);
    } else if (is_int(mapped)) {
        int64_t to;
        if (!int_fits_int64(mapped, &to) || to < 0 || to > 0x10ffff) {
            error_set(&type_ValueError, "character mapping must be in range(0x110000)");
            status = -1;
        } else {
            if (c < 128 && to < 128) cache[c] = (uint8_t)to;
            status = str_builder_add_char(out, (uint32_t)to);
        }
    } else {
        error_set(&type_TypeError, "character mapping must return integer, None or str");
        status = -1;
    }
    value_decref(mapped);
    return status;
}

Value str_method_translate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Str *s = as_str(self);
    uint8_t cache[128]; /* ASCII characters whose translation is known and ASCII */
    memset(cache, NOT_CACHED, sizeof cache);
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length, 0x7f);
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        if (c < 128 && cache[c] != NOT_CACHED) {
            if (cache[c] != REMOVED) str_builder_add_char(&out, cache[c]);
        } else if (add_translated(&out, args[0], c, cache) < 0) {
            str_builder_discard(&out);
            return VALUE_NULL;
        }
    }
    return str_builder_finish(&out);
}

/* maketrans(x, y): characters of equal length; z: those to be removed. */
static int map_characters(Value table, Value from, Value to, Value removed)
{
    if (!is_str(from)) {
        error_set(&type_TypeError, "first maketrans argument must be a string if there is a second argument");
        return -1;
    }
    if (str_length(from) != str_length(to)) {
        error_set(&type_ValueError, "the first two maketrans arguments must have equal length");
        return -1;
    }
    for (ssize_t i = 0; i < str_length(from); i++)
        if (dict_set(table, value_from_small_int(str_char(as_str(from), i)),
                     value_from_small_int(str_char(as_str(to), i))) < 0)
            return -1;
    for (ssize_t i = 0; !value_is_null(removed) && i < str_length(removed); i++)
        if (dict_set(table, value_from_small_int(str_char(as_str(removed), i)), VALUE_NONE) < 0) return -1;
    return 0;
}

/* maketrans(dict): one-character strings become their code points. */
static int map_dict(Value table, Value source)
{
    if (!is_exact_dict(source)) {
        error_set(&type_TypeError, "if you give only one argument to maketrans it must be a dict");
        return -1;
    }
    ssize_t position = 0;
    Value key, value;
    while (dict_next(source, &position, &key, &value)) {
        if (is_str(key)) {
            if (str_length(key) != 1) {
                error_set(&type_ValueError, "string keys in translate table must be of length 1");
                return -1;
            }
            key = value_from_small_int(str_char(as_str(key), 0));
        } else if (!is_int(key)) {
            error_set(&type_TypeError, "keys in translate table must be strings or integers");
            return -1;
        }
        if (dict_set(table, key, value) < 0) return -1;
    }
    return 0;
}

Value str_method_maketrans(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    for (ssize_t i = 1; i < nargs; i++)
        if (!is_str(args[i]))
            return error_format(&type_TypeError, "maketrans() argument %zd must be str, not %.50s", i + 1,
                                value_is_none(args[i]) ? "None" : type_of(args[i])->name);
    Value table = dict_new();
    if (value_is_null(table)) return table;
    int status = nargs > 1 ? map_characters(table, args[0], args[1], nargs > 2 ? args[2] : VALUE_NULL)
                           : map_dict(table, args[0]);
    if (status == 0) return table;
    value_decref(table);
    return VALUE_NULL;
}

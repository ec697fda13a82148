/* reconstruct.c: arrays from pickles, which say how the machine that wrote them laid the items out. */
#include "modules/array/array.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"

/* Machine formats, numbered as CPython numbers them: 0, 1 bytes; 2…13 integers of 16, 32 and 64 bits, unsigned then
 * signed, little then big endian; 14…17 floats and doubles; 18…21 UTF-16 and UTF-32. */
enum { FORMAT_COUNT = 22 };

typedef struct MachineFormat {
    int size;
    bool is_signed, is_big, is_float, is_text;
} MachineFormat;

static MachineFormat describe(int number)
{
    if (number < 2) return (MachineFormat){1, number == 1, false, false, false};
    MachineFormat format = {.is_big = number % 2};
    if (number < 14) {
        format.size = 2 << (number - 2) / 4;
        format.is_signed = (number - 2) / 2 % 2;
    } else if (number < 18) {
        format.size = number < 16 ? 4 : 8;
        format.is_float = true;
    } else {
        format.size = number < 20 ? 2 : 4;
        format.is_text = true;
    }
    return format;
}

static Value float_item(const uint8_t *at, const MachineFormat *format)
{
    uint8_t bytes[8];
    for (int i = 0; i < format->size; i++) bytes[i] = at[format->is_big ? format->size - 1 - i : i];
    double d;
    float f;
    if (format->size == 8)
        memcpy(&d, bytes, 8);
    else {
        memcpy(&f, bytes, 4);
        d = (double)f;
    }
    return value_from_double(d);
}

static Value list_of_items(const uint8_t *data, ssize_t length, const MachineFormat *format)
{
    Value list = list_new(0);
    for (ssize_t at = 0; !value_is_null(list) && at < length; at += format->size) {
        Value item = format->is_float
                         ? float_item(data + at, format)
                         : int_from_bytes(data + at, (size_t)format->size, !format->is_big, format->is_signed);
        if (value_is_null(item) || list_append_steal(list, item) < 0) value_clear(&list);
    }
    return list;
}

static Value decode_text(Value items, const MachineFormat *format)
{
    const char *encoding =
        format->size == 2 ? (format->is_big ? "utf-16-be" : "utf-16-le") : (format->is_big ? "utf-32-be" : "utf-32-le");
    return str_decode(as_bytes(items)->data, as_bytes(items)->length, encoding, "strict");
}

/* The kind that fits the format: the one asked for when it has the same size, else another integer type. */
static const ItemKind *suitable_kind(const ItemKind *wanted, const MachineFormat *format)
{
    if (format->is_float || format->is_text || wanted->size == format->size) return wanted;
    static const char codes[] = "bBhHiIlLqQ";
    for (const char *code = codes; *code; code++) {
        const ItemKind *kind = item_kind_find((uint8_t)*code);
        if (kind->size == format->size && kind->is_signed == format->is_signed) return kind;
    }
    return wanted;
}

static Value make(Value type, const ItemKind *kind, Value content)
{
    Value code = str_from_char((uint8_t)kind->code);
    if (value_is_null(code)) return VALUE_NULL;
    Value result = call_2(type, code, content);
    value_decref(code);
    return result;
}

Value array_reconstructor(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int number;
    if (!is_exception_class(args[0]) && !object_has_flag(args[0], TYPE_IS_TYPE))
        return error_format(&type_TypeError, "first argument must be a type object, not %.200T", args[0]);
    if (!type_is_subtype((Type *)value_as_object(args[0]), &array_type))
        return error_format(&type_TypeError, "%.200N is not a subtype of %.200N", (Type *)value_as_object(args[0]),
                            &array_type);
    if (!is_str(args[1]) || str_length(args[1]) != 1)
        return error_format(&type_TypeError, "_array_reconstructor() argument 2 must be a unicode character, not %T",
                            args[1]);
    const ItemKind *kind = item_kind_find(str_char(as_str(args[1]), 0));
    if (!kind) return error_set(&type_ValueError, "second argument must be a valid type code");
    if (!arg_as_int(args[2], &number)) return VALUE_NULL;
    if (number < 0 || number >= FORMAT_COUNT)
        return error_set(&type_ValueError, "third argument must be a valid machine format code.");
    if (!is_bytes(args[3]))
        return error_format(&type_TypeError, "fourth argument should be bytes, not %.200T", args[3]);
    MachineFormat format = describe(number);
    const Bytes *items = as_bytes(args[3]);
    if (number == kind->machine_format) {
        Value empty = array_new((Type *)value_as_object(args[0]), kind, 0);
        if (value_is_null(empty)) return VALUE_NULL;
        Value done = array_frombytes(empty, args[3]);
        if (value_is_null(done)) value_clear(&empty);
        value_xdecref(done);
        return empty;
    }
    if (items->length % format.size) return error_set(&type_ValueError, "string length not a multiple of item size");
    Value content = format.is_text ? decode_text(args[3], &format)
                                   : list_of_items((const uint8_t *)items->data, items->length, &format);
    if (value_is_null(content)) return VALUE_NULL;
    Value result = make(args[0], suitable_kind(kind, &format), content);
    value_decref(content);
    return result;
}

/* _string: the parser of str.format for string.Formatter. */
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str_template.h"
#include "objects/tuple.h"

/* Iterates over a template's parts or over a field name's accessors. */
typedef struct TemplateIterator {
    Object head;
    Value text;
    ssize_t at, end;
} TemplateIterator;

static void iterator_destroy(Object *object)
{
    value_decref(((TemplateIterator *)object)->text);
    object_free(object, sizeof(TemplateIterator));
}

static Value iterator_self(Value self)
{
    return value_incref(self);
}

static Value pack_steal(Value *items, int count)
{
    for (int i = 0; i < count; i++) {
        if (!value_is_null(items[i])) continue;
        for (int k = 0; k < count; k++) value_xdecref(items[k]);
        return VALUE_NULL;
    }
    return tuple_from_array_steal(items, count);
}

static Value formatter_next(Value self)
{
    TemplateIterator *it = (TemplateIterator *)value_as_object(self);
    TemplatePart part;
    if (template_next_part(as_str(it->text), &it->at, it->end, &part) <= 0) return VALUE_NULL;
    Value items[4] = {str_slice(it->text, part.literal.low, part.literal.high), VALUE_NONE, VALUE_NONE, VALUE_NONE};
    if (part.has_field) {
        items[1] = str_slice(it->text, part.name.low, part.name.high);
        items[2] = str_slice(it->text, part.spec.low, part.spec.high);
        if (part.conversion) items[3] = str_from_char(part.conversion);
    }
    return pack_steal(items, 4);
}

static Value field_name_next(Value self)
{
    TemplateIterator *it = (TemplateIterator *)value_as_object(self);
    bool is_attribute;
    Span word;
    ssize_t index;
    if (template_next_accessor(as_str(it->text), &it->at, it->end, &is_attribute, &word, &index) <= 0)
        return VALUE_NULL;
    Value items[2] = {value_from_bool(is_attribute),
                      index >= 0 ? value_from_small_int(index) : str_slice(it->text, word.low, word.high)};
    return pack_steal(items, 2);
}

static Type type_formatter_iterator = {
    TYPE_HEAD,
    .name = "formatteriterator",
    .instance_size = sizeof(TemplateIterator),
    .destroy = iterator_destroy,
    .iter = iterator_self,
    .iternext = formatter_next,
};

static Type type_field_name_iterator = {
    TYPE_HEAD,
    .name = "fieldnameiterator",
    .instance_size = sizeof(TemplateIterator),
    .destroy = iterator_destroy,
    .iter = iterator_self,
    .iternext = field_name_next,
};

static Value new_iterator(Type *type, Value text, ssize_t at)
{
    TemplateIterator *it = object_alloc(type, sizeof *it);
    if (!it) return VALUE_NULL;
    it->text = value_incref(text);
    it->at = at;
    it->end = str_length(text);
    return value_from_object(it);
}

static bool need_str(Value v)
{
    if (is_str(v)) return true;
    error_format(&type_TypeError, "expected str, got %s", type_of(v)->name);
    return false;
}

static Value formatter_parser(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!need_str(args[0])) return VALUE_NULL;
    return new_iterator(&type_formatter_iterator, args[0], 0);
}

static Value formatter_field_name_split(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!need_str(args[0])) return VALUE_NULL;
    ssize_t index, at = template_first_word(as_str(args[0]), (Span){0, str_length(args[0])}, &index);
    if (index == -2) return VALUE_NULL;
    Value items[2] = {index >= 0 ? value_from_small_int(index) : str_slice(args[0], 0, at),
                      new_iterator(&type_field_name_iterator, args[0], at)};
    return pack_steal(items, 2);
}

static const NativeMethod methods[] = {
    {"formatter_field_name_split", formatter_field_name_split, 1, 1, 0, "split the argument as a field name"},
    {"formatter_parser", formatter_parser, 1, 1, 0, "parse the argument as a format string"},
    {NULL}};

static int exec(Value module)
{
    return type_ready(&type_formatter_iterator) < 0 || type_ready(&type_field_name_iterator) < 0 ? -1 : 0;
}

NATIVE_MODULE(_string) = {.name = "_string", .doc = "string helper module", .methods = methods, .exec = exec};

/* ast_to_object.c: the C tree -> ast.Module and what is below it. Driven by the tables of ast.def. */
#include "compiler/ast_object.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/thread.h"

static Value node_to_object(enum AstTypeId type, NULLABLE const void *node);

/* One value of this type at `place`. */
static Value item_to_object(enum AstTypeId type, const void *place)
{
    if (type == AST_int) return int_from_int64(*(const int *)place);
    if (type < AST_int) {
        Value v = *(const Value *)place;
        return value_is_null(v) ? VALUE_NONE : value_incref(v);
    }
    if (ast_types[type].sort == AST_ENUM) return value_incref(ast_enum_instance_borrow(type, *(const int *)place));
    return node_to_object(type, *(void *const *)place);
}

static Value sequence_to_object(enum AstTypeId type, NULLABLE const void *sequence)
{
    const AnySeq *seq = sequence;
    ssize_t count = seq_count(seq);
    bool has_ints = type > AST_int && ast_types[type].sort == AST_ENUM;
    Value list = list_new(count);
    for (ssize_t i = 0; i < count && !value_is_null(list); i++) {
        const void *place = has_ints ? (const void *)&((const IntSeq *)seq)->items[i] : &seq->items[i];
        Value item = item_to_object(type, place);
        if (value_is_null(item))
            value_clear(&list);
        else
            as_list(list)->items[i] = item;
    }
    return list;
}

static int set_field(Value object, Value name, STEALS NULLABLE Value value)
{
    if (value_is_null(value)) return -1;
    int result = set_attr(object, name, value);
    value_decref(value);
    return result;
}

static int set_location(Value object, const AstLocation *location)
{
    const struct {
        Value name;
        int number;
    } parts[] = {{ID(lineno), location->lineno},
                 {ID(col_offset), location->col_offset},
                 {ID(end_lineno), location->end_lineno},
                 {ID(end_col_offset), location->end_col_offset}};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (set_attr(object, parts[i].name, value_from_small_int(parts[i].number)) < 0) return -1;
    return 0;
}

static int fill_object(Value object, enum AstTypeId type, int kind, const void *node)
{
    const AstTypeInfo *info = &ast_types[type];
    const AstConstructor *constructor = &info->constructors[kind - 1];
    for (int i = 0; i < constructor->field_count; i++) {
        const AstField *field = &constructor->fields[i];
        const char *place = (const char *)node + field->offset;
        Value value = field->quantifier == '*' ? sequence_to_object(field->type, *(void *const *)place)
                                               : item_to_object(field->type, place);
        if (set_field(object, ast_field_name_borrow(type, kind, i), value) < 0) return -1;
    }
    if (!info->has_location) return 0;
    return set_location(object, (const AstLocation *)((const char *)node + info->location_offset));
}

static Value node_to_object(enum AstTypeId type, NULLABLE const void *node)
{
    if (!node) return VALUE_NONE;
    if (!recursion_enter(" during  ast construction")) return VALUE_NULL;
    const AstTypeInfo *info = &ast_types[type];
    int kind = info->sort == AST_PRODUCT ? 1 : *(const int *)node;
    Value object = call_0(ast_constructor_class_borrow(type, kind));
    if (!value_is_null(object) && fill_object(object, type, kind, node) < 0) value_clear(&object);
    recursion_leave();
    return object;
}

Value ast_to_object(const Mod *mod)
{
    if (ast_classes_init() < 0) return VALUE_NULL;
    return node_to_object(AST_mod, mod);
}

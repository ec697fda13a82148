/* ast_from_object.c: ast.Module and what is below it -> the C tree, with CPython's complaints about what does not fit.
 * Driven by the tables of ast.def. */
#include "compiler/ast_object.h"

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/thread.h"
#include "objects/type.h"

static bool node_from_object(AstArena *arena, enum AstTypeId type, Value object, void **node);

/* object.name: owned; VALUE_NULL without *failed when there is none. */
static Value look_up(Value object, const char *name, bool *failed)
{
    Value key = str_intern_cstr(name), result = VALUE_NULL;
    *failed = value_is_null(key);
    if (!*failed) result = get_attr_optional(object, key, failed);
    value_xdecref(key);
    return result;
}

static bool fail_missing(const char *name, const char *owner)
{
    error_format(&type_TypeError, "required field \"%s\" missing from %s", name, owner);
    return false;
}

/* --- single values --- */

static bool int_from_object(Value object, int *result)
{
    int64_t number;
    if (!is_int(object)) {
        error_format(&type_ValueError, "invalid integer value: %R", object);
        return false;
    }
    if (!int_fits_int64(object, &number) || number != (int)number) {
        error_set(&type_OverflowError, "Python int too large to convert to C int");
        return false;
    }
    *result = (int)number;
    return true;
}

/* identifier, string, constant: None stays no value for the first two. */
static bool value_from_object_field(AstArena *arena, enum AstTypeId type, Value object, Value *result)
{
    if (type != AST_constant) {
        bool is_text = is_exact_str(object) || (type == AST_string && object_has_type(object, &type_bytes));
        if (!is_text && !value_is_none(object)) {
            error_format(&type_TypeError, type == AST_identifier ? "AST identifier must be of type str"
                                                                 : "AST string must be of type str");
            return false;
        }
        if (value_is_none(object)) {
            *result = VALUE_NULL;
            return true;
        }
    }
    *result = object;
    return arena_own_value(arena, value_incref(object)) == 0;
}

static bool item_from_object(AstArena *arena, enum AstTypeId type, Value object, void *place)
{
    if (type == AST_int) return int_from_object(object, place);
    if (type < AST_int) return value_from_object_field(arena, type, object, place);
    if (ast_types[type].sort != AST_ENUM) return node_from_object(arena, type, object, place);
    const AstTypeInfo *info = &ast_types[type];
    for (int kind = 1; kind <= info->constructor_count; kind++) {
        int found = is_instance(object, ast_constructor_class_borrow(type, kind));
        if (found < 0) return false;
        if (found) {
            *(int *)place = kind;
            return true;
        }
    }
    error_format(&type_TypeError, "expected some sort of %s, but got %R", info->name, object);
    return false;
}

/* --- sequences --- */

static bool sequence_from_object(AstArena *arena, const AstField *field, const char *owner, Value list, void **place)
{
    if (!is_list(list)) {
        error_format(&type_TypeError, "%s field \"%s\" must be a list, not a %T", owner, field->name, list);
        return false;
    }
    ssize_t count = list_length(list);
    bool has_ints = field->type > AST_int && ast_types[field->type].sort == AST_ENUM;
    AnySeq *seq = has_ints ? (AnySeq *)arena_int_seq(arena, count) : arena_seq(arena, count);
    if (!seq) return false;
    *place = seq;
    for (ssize_t i = 0; i < count; i++) {
        Value item = value_incref(list_item_borrow(list, i));
        void *item_place = has_ints ? (void *)&((IntSeq *)seq)->items[i] : &seq->items[i];
        bool good = item_from_object(arena, field->type, item, item_place);
        value_decref(item);
        if (!good) return false;
        if (list_length(list) != count) {
            error_format(&type_RuntimeError, "%s field \"%s\" changed size during iteration", owner, field->name);
            return false;
        }
    }
    return true;
}

/* --- fields --- */

static bool is_absent_node(const AstField *field, const void *place)
{
    if (field->type == AST_int || field->type == AST_constant) return false;
    if (field->type < AST_int) return value_is_null(*(const Value *)place);
    return ast_types[field->type].sort != AST_ENUM && !*(void *const *)place;
}

static bool read_field(AstArena *arena, const AstField *field, const char *owner, Value object, void *place)
{
    bool failed;
    Value value = look_up(object, field->name, &failed);
    if (value_is_null(value)) {
        if (failed) return false;
        return field->quantifier == '?' || fail_missing(field->name, owner);
    }
    bool good = true;
    if (field->quantifier == '*')
        good = sequence_from_object(arena, field, owner, value, place);
    else if (field->quantifier == ' ' || !value_is_none(value))
        good = item_from_object(arena, field->type, value, place);
    value_decref(value);
    return good;
}

/* After all fields: those that must not be None. */
static bool check_required(const AstConstructor *constructor, const void *node)
{
    for (int i = 0; i < constructor->field_count; i++) {
        const AstField *field = &constructor->fields[i];
        if (field->quantifier != ' ' || !is_absent_node(field, (const char *)node + field->offset)) continue;
        error_format(&type_ValueError, "field '%s' is required for %s", field->name, constructor->name);
        return false;
    }
    return true;
}

static bool read_fields(AstArena *arena, const AstConstructor *constructor, Value object, void *node)
{
    for (int i = 0; i < constructor->field_count; i++) {
        const AstField *field = &constructor->fields[i];
        if (!read_field(arena, field, constructor->name, object, (char *)node + field->offset)) return false;
    }
    return true;
}

/* One number of a location. An end that is absent is where the start is. */
static bool read_position(Value object, const char *name, const char *owner, bool is_optional, int *place)
{
    bool failed;
    Value value = look_up(object, name, &failed);
    if (value_is_null(value) && failed) return false;
    if (value_is_null(value) || (is_optional && value_is_none(value))) {
        value_xdecref(value);
        return is_optional || fail_missing(name, owner);
    }
    bool good = int_from_object(value, place);
    value_decref(value);
    return good;
}

static bool read_location(const AstTypeInfo *info, Value object, AstLocation *location)
{
    if (!read_position(object, "lineno", info->name, false, &location->lineno)) return false;
    if (!read_position(object, "col_offset", info->name, false, &location->col_offset)) return false;
    location->end_lineno = location->lineno;
    location->end_col_offset = location->col_offset;
    if (!read_position(object, "end_lineno", info->name, info->end_is_optional, &location->end_lineno)) return false;
    return read_position(object, "end_col_offset", info->name, info->end_is_optional, &location->end_col_offset);
}

/* --- nodes --- */

/* Which constructor's class object is of; 0 and an exception: none. */
static int find_kind(enum AstTypeId type, Value object)
{
    const AstTypeInfo *info = &ast_types[type];
    for (int kind = 1; kind <= info->constructor_count; kind++) {
        int found = is_instance(object, ast_constructor_class_borrow(type, kind));
        if (found) return found < 0 ? 0 : kind;
    }
    error_format(&type_TypeError, "expected some sort of %s, but got %R", info->name, object);
    return 0;
}

static bool fill_node(AstArena *arena, enum AstTypeId type, Value object, void *node)
{
    const AstTypeInfo *info = &ast_types[type];
    AstLocation *location = (AstLocation *)((char *)node + info->location_offset);
    if (info->sort == AST_PRODUCT) {
        if (!read_fields(arena, &info->constructors[0], object, node)) return false;
        if (info->has_location && !read_location(info, object, location)) return false;
        return check_required(&info->constructors[0], node);
    }
    if (info->has_location && !read_location(info, object, location)) return false;
    int kind = find_kind(type, object);
    if (!kind) return false;
    *(int *)node = kind;
    const AstConstructor *constructor = &info->constructors[kind - 1];
    return read_fields(arena, constructor, object, node) && check_required(constructor, node);
}

static bool node_from_object(AstArena *arena, enum AstTypeId type, Value object, void **node)
{
    *node = NULL;
    const AstTypeInfo *info = &ast_types[type];
    if (value_is_none(object) && info->sort == AST_SUM) return true;
    if (!recursion_enter(" while traversing the AST")) return false;
    void *result = arena_alloc(arena, info->size);
    bool good = result && fill_node(arena, type, object, result);
    recursion_leave();
    if (good) *node = result;
    return good;
}

NULLABLE Mod *ast_from_object(Value v, enum ParseMode mode, AstArena *arena)
{
    static const int kinds[] = {[PARSE_FILE] = MOD_Module,
                                [PARSE_SINGLE] = MOD_Interactive,
                                [PARSE_EVAL] = MOD_Expression,
                                [PARSE_FUNC_TYPE] = MOD_FunctionType};
    if (ast_classes_init() < 0) return NULL;
    int fits = is_instance(v, ast_constructor_class_borrow(AST_mod, kinds[mode]));
    if (fits < 0) return NULL;
    if (!fits) {
        const char *dot = strrchr(type_of(v)->name, '.');
        error_format(&type_TypeError, "expected %s node, got %s", ast_types[AST_mod].constructors[kinds[mode] - 1].name,
                     dot ? dot + 1 : type_of(v)->name);
        return NULL;
    }
    void *mod;
    return node_from_object(arena, AST_mod, v, &mod) ? mod : NULL;
}

/* ast_module.c: ast.AST and its subclasses, made from the tables of ast.def, and the module _ast. */
#include "compiler/ast_object.h"
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* --- ast.AST --- */

typedef struct AstObject {
    Object head;
    NULLABLE Value dict;
} AstObject;

static Value ast_new(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    AstObject *node = object_alloc_zeroed(type, type->instance_size);
    if (!node) return VALUE_NULL;
    if (!gc_is_tracked(node)) gc_track(node);
    return value_from_object(node);
}

static void ast_destroy(Object *self)
{
    gc_untrack(self);
    value_xdecref(((AstObject *)self)->dict);
    object_free(self, sizeof(AstObject));
}

static int ast_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((AstObject *)self)->dict);
    return 0;
}

static void ast_clear(Object *self)
{
    value_clear(&((AstObject *)self)->dict);
}

static const char *short_name(const Type *type)
{
    const char *dot = strrchr(type->name, '.');
    return dot ? dot + 1 : type->name;
}

static int set_positional(Value self, Value fields, const Value *args, ssize_t nargs)
{
    for (ssize_t i = 0; i < nargs; i++) {
        Value name = sequence_item(fields, i);
        int result = value_is_null(name) ? -1 : set_attr(self, name, args[i]);
        value_xdecref(name);
        if (result < 0) return -1;
    }
    return 0;
}

/* True when one of the first `count` fields is `name`; *failed on error. */
static bool is_among_fields(Value fields, ssize_t count, Value name, bool *failed)
{
    for (ssize_t i = 0; i < count; i++) {
        Value field = sequence_item(fields, i);
        int equal = value_is_null(field) ? -1 : rich_compare_bool(field, name, CMP_EQ);
        value_xdecref(field);
        *failed = equal < 0;
        if (equal) return equal > 0;
    }
    return false;
}

static int set_keywords(Value self, NULLABLE Value fields, ssize_t nargs, const Value *values, Value kwnames)
{
    for (ssize_t i = 0; i < tuple_length(kwnames); i++) {
        Value name = tuple_item_borrow(kwnames, i);
        bool failed = false;
        if (!value_is_null(fields) && is_among_fields(fields, nargs, name, &failed)) {
            error_format(&type_TypeError, "%s got multiple values for argument '%U'", short_name(type_of(self)), name);
            return -1;
        }
        if (failed || set_attr(self, name, values[i]) < 0) return -1;
    }
    return 0;
}

static int ast_init(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    bool failed;
    Value fields = get_attr_optional(value_from_type(type_of(self)), ID(_fields), &failed);
    if (value_is_null(fields) && failed) return -1;
    ssize_t count = value_is_null(fields) ? 0 : value_length(fields);
    int result = -1;
    if (count < 0) goto done;
    if (nargs > count) {
        error_format(&type_TypeError, "%s constructor takes at most %zd positional argument%s",
                     short_name(type_of(self)), count, count == 1 ? "" : "s");
        goto done;
    }
    if (set_positional(self, fields, args, nargs) < 0) goto done;
    result = value_is_null(kwnames) ? 0 : set_keywords(self, fields, nargs, args + nargs, kwnames);
done:
    value_xdecref(fields);
    return result;
}

static Value ast_reduce(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    bool failed;
    Value dict = get_attr_optional(self, ID(__dict__), &failed);
    if (value_is_null(dict) && failed) return VALUE_NULL;
    Value type = value_from_type(type_of(self)), empty = tuple_empty();
    Value result = VALUE_NULL;
    if (!value_is_null(empty))
        result = value_is_null(dict) ? tuple_pack(2, type, empty) : tuple_pack(3, type, empty, dict);
    value_xdecref(empty);
    value_xdecref(dict);
    return result;
}

static const NativeMethod ast_methods[] = {{"__reduce__", ast_reduce, 0, 0, 0, NULL}, {NULL}};
static const NativeGetSet ast_getsets[] = {{"__dict__", generic_get_dict, generic_set_dict, NULL, NULL}, {NULL}};

Type type_ast = {
    .head = TYPE_HEAD,
    .name = "ast.AST",
    .instance_size = sizeof(AstObject),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .dict_offset = offsetof(AstObject, dict),
    .destroy = ast_destroy,
    .traverse = ast_traverse,
    .clear = ast_clear,
    .new_instance = ast_new,
    .init = ast_init,
    .methods = ast_methods,
    .getsets = ast_getsets,
};

/* --- the subclasses --- */

typedef struct AstClasses {
    NULLABLE Value base;    /* ast.expr …; owned */
    Value constructors[32]; /* ast.Name …; owned */
    Value instances[32];    /* of an enumeration; owned */
    Value fields[32][8];    /* names, interned; owned */
} AstClasses;

static AstClasses classes[AST_TYPE_COUNT];
static bool are_classes_made;

static int set_names(Value dict, const char *name, const char *const *names, int count)
{
    Value tuple = tuple_new(count);
    if (value_is_null(tuple)) return -1;
    for (int i = 0; i < count; i++) {
        as_tuple(tuple)->items[i] = str_intern_cstr(names[i]);
        if (value_is_null(as_tuple(tuple)->items[i])) {
            value_decref(tuple);
            return -1;
        }
    }
    int result = dict_set_cstr(dict, name, tuple);
    value_decref(tuple);
    return result;
}

static int set_doc(Value dict, const char *doc)
{
    Value text = str_from_cstr(doc);
    if (value_is_null(text)) return -1;
    int result = dict_set_cstr(dict, "__doc__", text);
    value_decref(text);
    return result;
}

/* _fields, __match_args__, and None for the fields that may be absent. */
static int set_fields(Value dict, const AstConstructor *constructor)
{
    const char *names[8];
    for (int i = 0; i < constructor->field_count; i++) {
        const AstField *field = &constructor->fields[i];
        names[i] = field->name;
        if (field->quantifier == '?' && dict_set_cstr(dict, field->name, VALUE_NONE) < 0) return -1;
    }
    if (set_names(dict, "_fields", names, constructor->field_count) < 0) return -1;
    return set_names(dict, "__match_args__", names, constructor->field_count);
}

static int set_attributes(Value dict, const AstTypeInfo *info)
{
    static const char *const names[] = {"lineno", "col_offset", "end_lineno", "end_col_offset"};
    if (set_names(dict, "_attributes", names, info->has_location ? 4 : 0) < 0) return -1;
    if (!info->has_location || !info->end_is_optional) return 0;
    if (dict_set_cstr(dict, "end_lineno", VALUE_NONE) < 0) return -1;
    return dict_set_cstr(dict, "end_col_offset", VALUE_NONE);
}

/* The namespace's last entries are __module__ and __doc__. */
static Value make_class(const char *name, const char *doc, Value base, STEALS NULLABLE Value namespace)
{
    if (value_is_null(namespace)) return VALUE_NULL;
    Value module = ID(ast);
    if (dict_set_cstr(namespace, "__module__", module) < 0 || set_doc(namespace, doc) < 0) {
        value_decref(namespace);
        return VALUE_NULL;
    }
    char full_name[64] = "ast.";
    strncat(full_name, name, sizeof full_name - sizeof "ast.");
    Type *type = type_new_native(full_name, as_type(base), VALUE_NULL, namespace);
    value_decref(namespace);
    return type ? value_from_type(type) : VALUE_NULL;
}

static Value type_namespace(const AstTypeInfo *info)
{
    static const AstConstructor none = {0};
    Value dict = dict_new();
    if (value_is_null(dict)) return dict;
    if (set_fields(dict, info->sort == AST_PRODUCT ? &info->constructors[0] : &none) < 0 ||
        set_attributes(dict, info) < 0)
        value_clear(&dict);
    return dict;
}

static Value constructor_namespace(const AstConstructor *constructor)
{
    Value dict = dict_new();
    if (!value_is_null(dict) && set_fields(dict, constructor) < 0) value_clear(&dict);
    return dict;
}

static int make_field_names(const AstTypeInfo *info, AstClasses *made)
{
    for (int i = 0; i < info->constructor_count; i++)
        for (int k = 0; k < info->constructors[i].field_count; k++) {
            made->fields[i][k] = str_intern_cstr(info->constructors[i].fields[k].name);
            if (value_is_null(made->fields[i][k])) return -1;
        }
    return 0;
}

static int make_classes_of(const AstTypeInfo *info, AstClasses *made)
{
    if (make_field_names(info, made) < 0) return -1;
    made->base = make_class(info->name, info->doc, value_from_type(&type_ast), type_namespace(info));
    if (value_is_null(made->base)) return -1;
    if (info->sort == AST_PRODUCT) return 0;
    for (int i = 0; i < info->constructor_count; i++) {
        const AstConstructor *constructor = &info->constructors[i];
        made->constructors[i] =
            make_class(constructor->name, constructor->doc, made->base, constructor_namespace(constructor));
        if (value_is_null(made->constructors[i])) return -1;
        if (info->sort != AST_ENUM) continue;
        made->instances[i] = call_0(made->constructors[i]);
        if (value_is_null(made->instances[i])) return -1;
    }
    return 0;
}

int ast_classes_init(void)
{
    if (are_classes_made) return 0;
    static const AstConstructor none = {0};
    static const AstTypeInfo no_info = {0};
    if (type_ready(&type_ast) < 0 || set_fields(type_ast.dict, &none) < 0 ||
        set_attributes(type_ast.dict, &no_info) < 0)
        return -1;
    for (int i = AST_int + 1; i < AST_TYPE_COUNT; i++)
        if (make_classes_of(&ast_types[i], &classes[i]) < 0) return -1;
    are_classes_made = true;
    return 0;
}

Value ast_class_borrow(enum AstTypeId type)
{
    return classes[type].base;
}

Value ast_constructor_class_borrow(enum AstTypeId type, int kind)
{
    return ast_types[type].sort == AST_PRODUCT ? classes[type].base : classes[type].constructors[kind - 1];
}

Value ast_field_name_borrow(enum AstTypeId type, int kind, int field)
{
    return classes[type].fields[kind - 1][field];
}

Value ast_enum_instance_borrow(enum AstTypeId type, int kind)
{
    return classes[type].instances[kind - 1];
}

int ast_is_node(Value v)
{
    return is_instance(v, value_from_type(&type_ast));
}

/* --- the module --- */

static int ast_exec(Value module)
{
    if (ast_classes_init() < 0) return -1;
    if (module_add(module, "AST", value_incref(value_from_type(&type_ast))) < 0 ||
        module_add_int(module, "PyCF_ALLOW_TOP_LEVEL_AWAIT", PARSE_ALLOW_TOP_LEVEL_AWAIT) < 0 ||
        module_add_int(module, "PyCF_ONLY_AST", PARSE_ONLY_AST) < 0 ||
        module_add_int(module, "PyCF_TYPE_COMMENTS", PARSE_TYPE_COMMENTS) < 0)
        return -1;
    for (int i = AST_int + 1; i < AST_TYPE_COUNT; i++) {
        const AstTypeInfo *info = &ast_types[i];
        if (module_add(module, info->name, value_incref(classes[i].base)) < 0) return -1;
        for (int k = 0; info->sort != AST_PRODUCT && k < info->constructor_count; k++)
            if (module_add(module, info->constructors[k].name, value_incref(classes[i].constructors[k])) < 0) return -1;
    }
    return 0;
}

NATIVE_MODULE(_ast) = {"_ast", NULL, NULL, ast_exec, NULL};

/* structseq.c: struct sequences such as os.stat_result: tuples with named fields.
 *
 * An instance is a tuple of the visible fields only; the hidden ones (reachable by name alone) stand behind the items
 * in the same block: the tuple's length says how many the sequence shows, the type knows how many there are in all. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static ssize_t type_number(const Type *type, Value key)
{
    Value v = dict_get_borrow(type->dict, key);
    return value_is_null(v) ? 0 : value_as_small_int(v);
}

/* The struct sequence type behind a subclass. */
static Type *sequence_type(Type *type)
{
    while (type->heap && !type->heap->is_native) type = type->base;
    return type;
}

static ssize_t total_fields(Type *type)
{
    return type_number(sequence_type(type), ID(n_fields));
}

static ssize_t visible_fields(Type *type)
{
    return type_number(sequence_type(type), ID(n_sequence_fields));
}

/* --- life: a tuple whose block is longer than its length says --- */

static Tuple *sequence_alloc(Type *type, ssize_t total, ssize_t visible)
{
    Tuple *tuple = object_alloc_zeroed(type, sizeof(Tuple) + (size_t)total * sizeof(Value));
    if (tuple) tuple->length = visible;
    return tuple;
}

static void sequence_destroy(Object *self)
{
    Tuple *tuple = (Tuple *)self;
    ssize_t total = total_fields(self->type);
    gc_untrack(self);
    for (ssize_t i = 0; i < total; i++) value_xdecref(tuple->items[i]);
    object_free(self, sizeof(Tuple) + (size_t)total * sizeof(Value));
}

static int sequence_traverse(Object *self, GcVisit visit, void *argument)
{
    ssize_t total = total_fields(self->type);
    for (ssize_t i = 0; i < total; i++) GC_VISIT(((Tuple *)self)->items[i]);
    GC_VISIT(value_from_type(self->type));
    return 0;
}

Value structseq_new(Type *type, STEALS const Value *fields)
{
    ssize_t total = total_fields(type);
    Tuple *tuple = NULL;
    bool complete = true;
    for (ssize_t i = 0; i < total; i++)
        if (value_is_null(fields[i])) complete = false;
    if (complete) tuple = sequence_alloc(type, total, visible_fields(type));
    for (ssize_t i = 0; i < total; i++) {
        if (tuple)
            tuple->items[i] = fields[i];
        else
            value_xdecref(fields[i]);
    }
    if (tuple) gc_track(tuple);
    return value_from_object(tuple);
}

/* --- construction from Python: T(sequence, dict={}) --- */

static bool check_length(Type *type, ssize_t length)
{
    ssize_t min = visible_fields(type), max = total_fields(type);
    if (length >= min && length <= max) return true;
    if (min != max)
        error_format(&type_TypeError, "%s() takes an %s %zd-sequence (%zd-sequence given)", type->name,
                     length < min ? "at least" : "at most", length < min ? min : max, length);
    else
        error_format(&type_TypeError, "%s() takes a %zd-sequence (%zd-sequence given)", type->name, min, length);
    return false;
}

static Value field_from_dict(Type *type, ssize_t index, NULLABLE Value dict)
{
    if (value_is_null(dict)) return VALUE_NONE;
    Value found = dict_get_borrow(dict, tuple_item_borrow(sequence_type(type)->heap->fields, index));
    if (value_is_null(found) && error_occurred()) return VALUE_NULL;
    return value_is_null(found) ? VALUE_NONE : value_incref(found);
}

static Value sequence_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"sequence", "dict", NULL};
    ArgSpec spec = {type->name, names, 1, 2, 0};
    Value given[2];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !is_dict(given[1]))
        return error_format(&type_TypeError, "%s() takes a dict as second arg, if any", type->name);
    Value items = sequence_fast(given[0], "constructor requires a sequence");
    if (value_is_null(items)) return VALUE_NULL;
    ssize_t length = sequence_fast_length(items), total = total_fields(type);
    Tuple *tuple = check_length(type, length) ? sequence_alloc(type, total, visible_fields(type)) : NULL;
    Value result = value_from_object(tuple);
    for (ssize_t i = 0; i < total && !value_is_null(result); i++) {
        tuple->items[i] = i < length ? value_incref(sequence_fast_items(items)[i]) : field_from_dict(type, i, given[1]);
        if (value_is_null(tuple->items[i])) value_clear(&result);
    }
    value_decref(items);
    if (!value_is_null(result) && !gc_is_tracked(tuple)) gc_track(tuple);
    return result;
}

/* --- text and pickling --- */

static Value field_name(Type *type, ssize_t index)
{
    return tuple_item_borrow(sequence_type(type)->heap->fields, index);
}

static Value sequence_repr(Value self)
{
    Type *type = type_of(self);
    StrBuilder builder;
    str_builder_init(&builder);
    Value module = type_module_name(sequence_type(type));
    if (value_is_null(module)) return VALUE_NULL;
    const char *module_text = str_as_utf8(module, NULL);
    if (strcmp(module_text, "builtins") != 0) {
        str_builder_add_str(&builder, module);
        str_builder_add_char(&builder, '.');
    }
    value_decref(module);
    str_builder_add_ascii(&builder, type->name, -1);
    str_builder_add_char(&builder, '(');
    for (ssize_t i = 0; i < tuple_length(self); i++) {
        Value text = value_repr(tuple_item_borrow(self, i));
        if (value_is_null(text)) {
            str_builder_discard(&builder);
            return VALUE_NULL;
        }
        if (i > 0) str_builder_add_ascii(&builder, ", ", 2);
        str_builder_add_str(&builder, field_name(type, i));
        str_builder_add_char(&builder, '=');
        str_builder_add_str(&builder, text);
        value_decref(text);
    }
    str_builder_add_char(&builder, ')');
    return str_builder_finish(&builder);
}

static Value sequence_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Type *type = type_of(self);
    ssize_t visible = tuple_length(self), total = total_fields(type);
    Value tuple = tuple_from_array(as_tuple(self)->items, visible), dict = dict_new(), result = VALUE_NULL;
    if (value_is_null(tuple) || value_is_null(dict)) goto done;
    for (ssize_t i = visible; i < total; i++)
        if (dict_set(dict, field_name(type, i), as_tuple(self)->items[i]) < 0) goto done;
    Value pair = tuple_pack(2, tuple, dict);
    if (!value_is_null(pair)) result = tuple_pack(2, value_from_type(type), pair);
    value_xdecref(pair);
done:
    value_xdecref(tuple);
    value_xdecref(dict);
    return result;
}

/* --- making a type --- */

static const NativeMethod reduce_method = {"__reduce__", sequence_reduce, 0, 0, 0, NULL};

static int count_fields(const StructSeqDef *definition)
{
    int count = 0;
    while (definition->fields[count].name) count++;
    return count;
}

static int add_owned(Value dict, const char *name, STEALS Value value)
{
    int result = value_is_null(value) ? -1 : dict_set_cstr(dict, name, value);
    value_xdecref(value);
    return result;
}

/* "unnamed field" entries are visible by index only. */
static Value names_tuple(const StructSeqDef *definition, int count, bool only_named)
{
    Value names[64];
    ssize_t used = 0;
    assert(count <= 64);
    for (int i = 0; i < count; i++) {
        bool is_named = definition->fields[i].name[0] != 0;
        if (only_named && !is_named) continue;
        names[used] = str_intern_cstr(is_named ? definition->fields[i].name : "unnamed field");
        if (value_is_null(names[used++])) return VALUE_NULL;
    }
    return tuple_from_array_steal(names, used);
}

static Value make_namespace(const StructSeqDef *definition, int count)
{
    int unnamed = 0;
    for (int i = 0; i < count; i++) unnamed += definition->fields[i].name[0] == 0;
    Value dict = dict_new();
    if (value_is_null(dict)) return VALUE_NULL;
    if (add_owned(dict, "n_sequence_fields", value_from_small_int(definition->visible)) < 0 ||
        add_owned(dict, "n_fields", value_from_small_int(count)) < 0 ||
        add_owned(dict, "n_unnamed_fields", value_from_small_int(unnamed)) < 0 ||
        add_owned(dict, "__match_args__", names_tuple(definition, definition->visible, true)) < 0 ||
        add_owned(dict, "__slots__", tuple_empty()) < 0 ||
        add_owned(dict, "__doc__", definition->doc ? str_from_cstr(definition->doc) : VALUE_NONE) < 0)
        value_clear(&dict);
    return dict;
}

/* The descriptors own the type, and the type the table that they refer to. */
static int add_members(Type *type, const StructSeqDef *definition, int count)
{
    NativeMember *members = raw_calloc((size_t)count, sizeof *members);
    if (!members) {
        error_no_memory();
        return -1;
    }
    type->heap->field_members = members;
    for (int i = 0; i < count; i++) {
        if (!definition->fields[i].name[0]) continue;
        members[i] = (NativeMember){definition->fields[i].name, MEMBER_VALUE,
                                    (ssize_t)(offsetof(Tuple, items) + (size_t)i * sizeof(Value)), true,
                                    definition->fields[i].doc};
        if (type_set_attr_cstr(type, members[i].name, descr_new_member(type, &members[i])) < 0) return -1;
    }
    return type_set_attr_cstr(type, "__reduce__", descr_new_method(type, &reduce_method));
}

NULLABLE Type *structseq_type_new(const StructSeqDef *definition)
{
    int count = count_fields(definition);
    Value namespace = make_namespace(definition, count);
    if (value_is_null(namespace)) return NULL;
    Type *type = type_new_native(definition->name, &type_tuple, VALUE_NULL, namespace);
    value_decref(namespace);
    if (!type) return NULL;
    type->heap->fields = names_tuple(definition, count, false);
    if (value_is_null(type->heap->fields) || dict_delete_if_present(type->dict, ID(__slots__)) < 0 ||
        add_members(type, definition, count) < 0) {
        object_decref(&type->head);
        return NULL;
    }
    type->heap->is_native = true;
    type->destroy = sequence_destroy;
    type->traverse = sequence_traverse;
    type->clear = NULL; /* as a tuple */
    type->new_instance = sequence_new;
    type->repr = sequence_repr;
    type->flags = (type->flags | TYPE_IMMUTABLE) & ~(uint32_t)TYPE_BASE;
    Value function = type_new_function(type);
    if (type_set_attr_cstr(type, "__new__", function) < 0) {
        object_decref(&type->head);
        return NULL;
    }
    return type;
}

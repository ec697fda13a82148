/* type_new.c: making classes at run time (type.__new__, the class statement's last step) and the life of their
 * instances.
 *
 * Layout of an instance: the fixed part of the base's instance, one Value for each of the class's own __slots__, the
 * list of weak references when the class adds it, and last the InstanceAttrs (whose size depends on the shape). A
 * base's InstanceAttrs therefore move in a subclass that adds slots: type->attrs_offset is each class's own. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

/* --- instances --- */

static Type *native_base(Type *type)
{
    while ((type->flags & TYPE_HEAP) && type->destroy == subtype_destroy) type = type->base;
    return type;
}

/* Calls __del__ if it has not run yet; true when the object came back to life. */
static bool finalize_revives(Object *self)
{
    Type *type = self->type;
    bool is_gc = type_has_flag(type, TYPE_HAS_GC);
    if (is_gc && gc_is_finalized(self)) return false;
    self->refcount = 1;
    if (is_gc) gc_track(self);
    type->finalize(value_from_object(self));
    if (is_gc) gc_set_finalized(self);
    if (--self->refcount > 0) return true;
    if (is_gc) gc_untrack(self);
    return false;
}

static void clear_own_slots(Object *self, const Type *type)
{
    for (const NativeMember *member = type->heap->slot_members; member && member->name; member++)
        value_clear((Value *)((char *)self + member->offset));
}

static void clear_weakrefs(Object *self, ssize_t weaklist_offset)
{
    if (!value_is_null(*(Value *)((char *)self + weaklist_offset))) weakref_clear_all(self);
}

/* The usual instance: no native part, attributes at the end. */
static void destroy_plain(Object *self, Type *type)
{
    if (type->weaklist_offset) clear_weakrefs(self, type->weaklist_offset);
    for (Type *t = type; t->heap; t = t->base)
        if (t->heap->slot_count) clear_own_slots(self, t);
    InstanceAttrs *attrs = (InstanceAttrs *)((char *)self + type->attrs_offset);
    if (attrs->shape->slot_count || attrs->shape->is_dict) instance_attrs_clear(value_from_object(self));
    gc_note_free();
    mem_free(gc_head(self), sizeof(GcHead) + (size_t)type->attrs_offset + instance_attrs_size(attrs->shape));
    object_decref(&type->head);
}

void subtype_destroy(Object *self)
{
    Type *type = self->type;
    if (type_has_flag(type, TYPE_HAS_GC)) gc_untrack(self);
    if (type->finalize && finalize_revives(self)) return;
    type = self->type; /* the finaliser may have changed __class__ */
    if (LIKELY(type->flags & TYPE_OBJECT_LAYOUT)) {
        destroy_plain(self, type);
        return;
    }
    Type *base = native_base(type);
    if (type->weaklist_offset && !base->weaklist_offset) clear_weakrefs(self, type->weaklist_offset);
    for (Type *t = type; t != base; t = t->base)
        if (t->heap->slot_count) clear_own_slots(self, t);
    if (type->attrs_offset && !base->attrs_offset) instance_attrs_clear(value_from_object(self));
    base->destroy(self);
}

int subtype_traverse(Object *self, GcVisit visit, void *argument)
{
    Type *type = self->type, *base = native_base(type);
    for (Type *t = type; t != base; t = t->base)
        for (const NativeMember *member = t->heap->slot_members; member && member->name; member++)
            GC_VISIT(*(Value *)((char *)self + member->offset));
    if (type->attrs_offset && !base->attrs_offset) {
        int result = instance_attrs_traverse(value_from_object(self), visit, argument);
        if (result) return result;
    }
    GC_VISIT(value_from_type(type));
    return base->traverse ? base->traverse(self, visit, argument) : 0;
}

void subtype_clear(Object *self)
{
    Type *type = self->type, *base = native_base(type);
    for (Type *t = type; t != base; t = t->base)
        if (t->heap->slot_count) clear_own_slots(self, t);
    if (type->attrs_offset && !base->attrs_offset) instance_attrs_clear(value_from_object(self));
    if (base->clear) base->clear(self);
}

/* --- __dict__ and __weakref__ of instances --- */

static Value get_weakref(Value self, void *closure)
{
    const Type *type = type_of(self);
    if (!type->weaklist_offset) return error_set(&type_AttributeError, "This object has no __weakref__");
    Value first = *(Value *)((char *)value_as_object(self) + type->weaklist_offset);
    return value_is_null(first) ? VALUE_NONE : value_incref(first);
}

const NativeGetSet type_dict_getset = {"__dict__", generic_get_dict, generic_set_dict,
                                       "dictionary for instance variables (if defined)", NULL};
static const NativeGetSet weakref_getset = {"__weakref__", get_weakref, NULL,
                                            "list of weak references to the object (if defined)", NULL};

/* --- the metaclass --- */

Type *type_calculate_metaclass(Type *metatype, Value bases)
{
    Type *winner = metatype;
    for (ssize_t i = 0; i < tuple_length(bases); i++) {
        Type *candidate = type_of(tuple_item_borrow(bases, i));
        if (type_is_subtype(winner, candidate)) continue;
        if (type_is_subtype(candidate, winner)) {
            winner = candidate;
            continue;
        }
        error_set(&type_TypeError,
                  "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass "
                  "of the metaclasses of all its bases");
        return NULL;
    }
    return winner;
}

/* --- __slots__ --- */

/* What is known while a class is being made. */
typedef struct ClassPlan {
    Type *metatype, *base;
    Value name, bases, dict; /* dict: the new class's own namespace */
    NULLABLE Value slots;    /* sorted tuple of mangled names that become members */
    bool add_attrs, add_weaklist, may_add_attrs, may_add_weaklist;
} ClassPlan;

/* Instances of these are variable-sized in CPython, which keeps weak references and slots off them. */
static bool is_variable_sized(const Type *base)
{
    return base->item_size > 0 || (base->flags & (TYPE_IS_INT | TYPE_IS_BYTES | TYPE_IS_TUPLE));
}

static Value mangle(Value class_name, Value name)
{
    ssize_t length = str_length(name);
    if (length < 2 || str_char(as_str(name), 0) != '_' || str_char(as_str(name), 1) != '_') return value_incref(name);
    bool ends_dunder = str_char(as_str(name), length - 1) == '_' && str_char(as_str(name), length - 2) == '_';
    if (ends_dunder) return value_incref(name);
    ssize_t skip = 0;
    while (skip < str_length(class_name) && str_char(as_str(class_name), skip) == '_') skip++;
    if (skip == str_length(class_name)) return value_incref(name);
    Value stripped = str_slice(class_name, skip, str_length(class_name));
    if (value_is_null(stripped)) return VALUE_NULL;
    Value mangled = str_format("_%U%U", stripped, name);
    value_decref(stripped);
    return mangled;
}

static bool valid_slot_name(Value name)
{
    if (!is_str(name)) {
        error_format(&type_TypeError, "__slots__ items must be strings, not '%T'", name);
        return false;
    }
    if (!str_is_identifier(name)) {
        error_set(&type_TypeError, "__slots__ must be identifiers");
        return false;
    }
    return true;
}

/* __dict__ and __weakref__ among the slots: 1 handled, 0 an ordinary name, -1. */
static int special_slot(ClassPlan *plan, Value name)
{
    if (str_equal_cstr(name, "__dict__")) {
        if (!plan->may_add_attrs || plan->add_attrs) {
            error_set(&type_TypeError, "__dict__ slot disallowed: we already got one");
            return -1;
        }
        plan->add_attrs = true;
        return 1;
    }
    if (str_equal_cstr(name, "__weakref__")) {
        if (!plan->may_add_weaklist || plan->add_weaklist) {
            error_set(&type_TypeError, "__weakref__ slot disallowed: either we already got one, or __itemsize__ != 0");
            return -1;
        }
        plan->add_weaklist = true;
        return 1;
    }
    return 0;
}

static int add_slot_name(ClassPlan *plan, Value list, Value name)
{
    Value mangled = mangle(plan->name, name);
    if (value_is_null(mangled)) return -1;
    str_intern(&mangled);
    int result = list_append(list, mangled);
    int present = result < 0 ? -1 : dict_contains(plan->dict, mangled);
    /* CPython inserts __qualname__ and __classcell__ into the namespace itself: these may be slots. */
    if (present > 0 && !str_equal_cstr(mangled, "__qualname__") && !str_equal_cstr(mangled, "__classcell__")) {
        error_format(&type_ValueError, "%R in __slots__ conflicts with class variable", mangled);
        present = -1;
    }
    value_decref(mangled);
    return present < 0 ? -1 : 0;
}

/* A base other than the best one that has a __dict__ or weak references gives them to the class too. */
static void secondary_bases(ClassPlan *plan)
{
    for (ssize_t i = 0; i < tuple_length(plan->bases); i++) {
        Type *base = as_type(tuple_item_borrow(plan->bases, i));
        if (base == plan->base) continue;
        if (plan->may_add_attrs && (base->attrs_offset || base->dict_offset)) plan->add_attrs = true;
        if (plan->may_add_weaklist && base->weaklist_offset) plan->add_weaklist = true;
    }
}

static int plan_declared_slots(ClassPlan *plan, Value declared)
{
    Value names = is_str(declared) ? tuple_pack(1, declared) : tuple_from_iterable(declared);
    if (value_is_null(names)) return -1;
    Value list = list_new(0);
    int result = value_is_null(list) ? -1 : 0;
    ssize_t count = tuple_length(names);
    if (result == 0 && count > 0 && is_variable_sized(plan->base)) {
        error_format(&type_TypeError, "nonempty __slots__ not supported for subtype of '%s'", plan->base->name);
        result = -1;
    }
    for (ssize_t i = 0; i < count && result == 0; i++)
        if (!valid_slot_name(tuple_item_borrow(names, i))) result = -1;
    for (ssize_t i = 0; i < count && result == 0; i++) {
        Value name = tuple_item_borrow(names, i);
        int special = special_slot(plan, name);
        result = special < 0 ? -1 : special == 0 ? add_slot_name(plan, list, name) : 0;
    }
    if (result == 0) result = list_sort(list, VALUE_NULL, false);
    if (result == 0) {
        plan->slots = list_to_tuple(list);
        result = value_is_null(plan->slots) ? -1 : 0;
    }
    if (result == 0) secondary_bases(plan);
    value_xdecref(list);
    value_decref(names);
    return result;
}

static int plan_slots(ClassPlan *plan)
{
    Type *base = plan->base;
    plan->may_add_attrs = !base->attrs_offset && !base->dict_offset;
    plan->may_add_weaklist = !base->weaklist_offset && !is_variable_sized(base);
    Value declared = dict_get_borrow(plan->dict, ID(__slots__));
    if (!value_is_null(declared)) {
        value_incref(declared);
        int result = plan_declared_slots(plan, declared);
        value_decref(declared);
        return result;
    }
    if (error_occurred()) return -1;
    plan->add_attrs = plan->may_add_attrs;
    plan->add_weaklist = plan->may_add_weaklist;
    return 0;
}

/* --- the new type object --- */

static Type *alloc_type(const ClassPlan *plan)
{
    ssize_t slot_count = value_is_null(plan->slots) ? 0 : tuple_length(plan->slots);
    HeapTypeExtra *heap = mem_alloc(sizeof *heap);
    if (!heap) {
        error_no_memory();
        return NULL;
    }
    memset(heap, 0, sizeof *heap);
    if (slot_count) {
        heap->slot_members = mem_alloc((size_t)(slot_count + 1) * sizeof(NativeMember));
        if (!heap->slot_members) {
            mem_free(heap, sizeof *heap);
            error_no_memory();
            return NULL;
        }
        memset(heap->slot_members, 0, (size_t)(slot_count + 1) * sizeof(NativeMember));
    }
    Type *type = object_alloc_zeroed(plan->metatype, plan->metatype->instance_size);
    if (!type) {
        if (slot_count) mem_free(heap->slot_members, (size_t)(slot_count + 1) * sizeof(NativeMember));
        mem_free(heap, sizeof *heap);
        return NULL;
    }
    heap->slot_count = slot_count;
    heap->name = value_incref(plan->name);
    heap->qualname = value_incref(plan->name);
    heap->slots = value_xincref(plan->slots);
    type->heap = heap;
    type->name = str_as_utf8(plan->name, NULL);
    type->flags = TYPE_HEAP | TYPE_BASE;
    type->base = plan->base;
    object_incref(&plan->base->head);
    type->bases = value_incref(plan->bases);
    type->dict = value_incref(plan->dict);
    return type;
}

/* Offsets of slots, weak references and attributes; collected or not; the life-cycle functions. */
static void lay_out(Type *type, const ClassPlan *plan)
{
    const Type *base = plan->base;
    size_t size = base->attrs_offset > 0 ? (size_t)base->attrs_offset : base->instance_size;
    if (type->heap->slot_count || plan->add_weaklist || (plan->add_attrs && !base->item_size)) size = align_up(size, 8);
    for (ssize_t i = 0; i < type->heap->slot_count; i++) {
        NativeMember *member = &type->heap->slot_members[i];
        member->name = str_as_utf8(tuple_item_borrow(plan->slots, i), NULL);
        member->kind = MEMBER_VALUE_EX;
        member->offset = (ssize_t)size;
        size += sizeof(Value);
    }
    type->weaklist_offset = base->weaklist_offset;
    if (plan->add_weaklist) {
        type->weaklist_offset = (ssize_t)size;
        type->heap->owns_weaklist = true;
        size += sizeof(Value);
    }
    type->item_size = base->item_size;
    type->dict_offset = base->dict_offset;
    type->instance_size = size;
    if (base->attrs_offset || plan->add_attrs) {
        type->attrs_offset = base->item_size ? -1 : (ssize_t)size;
        if (!base->item_size) type->instance_size = size + sizeof(InstanceAttrs);
    }
    type->flags |= TYPE_HAS_GC; /* every instance refers to its class */
    type->destroy = subtype_destroy;
    while (base->flags & TYPE_HEAP) base = base->base;
    if (type_has_flag(type, TYPE_HAS_GC) && !type_has_flag(base, TYPE_HAS_GC)) type->flags |= TYPE_TRACKED_AT_ALLOC;
    if (base == &type_object && type->attrs_offset > 0) type->flags |= TYPE_OBJECT_LAYOUT;
    if (type_has_flag(type, TYPE_HAS_GC)) {
        type->traverse = subtype_traverse;
        type->clear = subtype_clear;
    }
}

/* --- the namespace --- */

static int set_module_name(Type *type)
{
    if (dict_contains(type->dict, ID(__module__))) return 0;
    Value globals = current_globals_borrow();
    if (value_is_null(globals)) return 0;
    Value module = dict_get_borrow(globals, ID(__name__));
    if (value_is_null(module)) return error_occurred() ? -1 : 0;
    return dict_set(type->dict, ID(__module__), module);
}

static int take_qualname(Type *type)
{
    Value qualname = dict_get_borrow(type->dict, ID(__qualname__));
    if (value_is_null(qualname)) return error_occurred() ? -1 : 0;
    if (!is_str(qualname)) {
        error_format(&type_TypeError, "type __qualname__ must be a str, not %T", qualname);
        return -1;
    }
    value_replace(&type->heap->qualname, value_incref(qualname));
    return dict_delete(type->dict, ID(__qualname__));
}

static int wrap_function(Type *type, Value name, Value (*wrap)(Value))
{
    Value function = dict_get_borrow(type->dict, name);
    if (value_is_null(function)) return error_occurred() ? -1 : 0;
    if (!is_function(function)) return 0;
    Value wrapped = wrap(function);
    if (value_is_null(wrapped)) return -1;
    int result = dict_set(type->dict, name, wrapped);
    value_decref(wrapped);
    return result;
}

static int add_descriptors(Type *type, const ClassPlan *plan)
{
    for (const NativeMember *member = type->heap->slot_members; member && member->name; member++) {
        Value name = tuple_item_borrow(plan->slots, member - type->heap->slot_members);
        Value descriptor = descr_new_member(type, member);
        int result = value_is_null(descriptor) ? -1 : dict_set(type->dict, name, descriptor);
        value_xdecref(descriptor);
        if (result < 0) return -1;
    }
    if (plan->add_attrs && !dict_contains(type->dict, ID(__dict__))) {
        Value descriptor = descr_new_getset(type, &type_dict_getset);
        int result = value_is_null(descriptor) ? -1 : dict_set(type->dict, ID(__dict__), descriptor);
        value_xdecref(descriptor);
        if (result < 0) return -1;
    }
    if (plan->add_weaklist && !dict_contains(type->dict, ID(__weakref__))) {
        Value descriptor = descr_new_getset(type, &weakref_getset);
        int result = value_is_null(descriptor) ? -1 : dict_set(type->dict, ID(__weakref__), descriptor);
        value_xdecref(descriptor);
        if (result < 0) return -1;
    }
    return 0;
}

static int fill_class_cell(Type *type)
{
    Value cell = dict_get_borrow(type->dict, ID(__classcell__));
    if (value_is_null(cell)) return error_occurred() ? -1 : 0;
    if (!object_has_type(cell, &type_cell)) {
        error_format(&type_TypeError, "__classcell__ must be a nonlocal cell, not %R", value_from_type(type_of(cell)));
        return -1;
    }
    value_replace(&as_cell(cell)->content, value_incref(value_from_type(type)));
    return dict_delete(type->dict, ID(__classcell__));
}

/* CPython keeps the documentation as UTF-8: what cannot be encoded is refused here, too. */
static bool check_doc(const Type *type)
{
    Value doc = dict_get_borrow(type->dict, ID(__doc__));
    return value_is_null(doc) || !is_str(doc) || str_as_utf8(doc, NULL);
}

static int fill_namespace(Type *type, const ClassPlan *plan)
{
    if (set_module_name(type) < 0 || take_qualname(type) < 0 || !check_doc(type)) return -1;
    if (wrap_function(type, ID(__new__), static_method_new) < 0 ||
        wrap_function(type, ID(__init_subclass__), class_method_new) < 0 ||
        wrap_function(type, ID(__class_getitem__), class_method_new) < 0)
        return -1;
    if (fill_class_cell(type) < 0) return -1; /* first: a slot may have the name __classcell__ */
    return add_descriptors(type, plan);
}

/* --- hooks after the class exists --- */

static int set_name_of(Type *type, Value key, Value value)
{
    Value method = lookup_special(value, ID(__set_name__));
    if (value_is_null(method)) return error_occurred() ? -1 : 0;
    Value result = call_2(method, value_from_type(type), key);
    value_decref(method);
    if (value_is_null(result)) {
        error_format_from_cause(&type_RuntimeError, "Error calling __set_name__ on '%T' instance %R in '%s'", value,
                                key, type->name);
        return -1;
    }
    value_decref(result);
    return 0;
}

static int call_set_names(Type *type)
{
    Value names = dict_copy(type->dict);
    if (value_is_null(names)) return -1;
    ssize_t position = 0;
    Value key, value;
    int result = 0;
    while (result == 0 && dict_next(names, &position, &key, &value))
        if (!is_function(value)) result = set_name_of(type, key, value);
    value_decref(names);
    return result;
}

static int call_init_subclass(Type *type, const Value *keyword_values, Value kwnames)
{
    bool has_keywords = !value_is_null(kwnames) && tuple_length(kwnames) > 0;
    Value arguments[2] = {value_from_type(type), value_from_type(type)};
    Value super = call_vector(value_from_type(&type_super), arguments, 2, VALUE_NULL);
    if (value_is_null(super)) return -1;
    Value method = get_attr(super, ID(__init_subclass__));
    value_decref(super);
    if (value_is_null(method)) return -1;
    Value result = call_vector(method, keyword_values, 0, has_keywords ? kwnames : VALUE_NULL);
    value_decref(method);
    value_xdecref(result);
    return value_is_null(result) ? -1 : 0;
}

/* --- type.__new__ --- */

static bool parse_type_arguments(const Value *args, ssize_t nargs)
{
    if (nargs != 3) {
        error_format(&type_TypeError, "type.__new__() takes exactly 3 arguments (%zd given)", nargs);
        return false;
    }
    static const struct {
        Type *type;
        const char *name;
    } expected[3] = {{&type_str, "str"}, {&type_tuple, "tuple"}, {&type_dict, "dict"}};
    for (int i = 0; i < 3; i++)
        if (!type_is_subtype(type_of(args[i]), expected[i].type)) {
            error_format(&type_TypeError, "type.__new__() argument %d must be %s, not %T", i + 1, expected[i].name,
                         args[i]);
            return false;
        }
    return true;
}

static bool check_mro_entries(Value bases)
{
    for (ssize_t i = 0; i < tuple_length(bases); i++) {
        Value base = tuple_item_borrow(bases, i);
        if (is_type(base)) continue;
        bool failed;
        Value method = get_attr_optional(base, ID(__mro_entries__), &failed);
        if (failed) return false;
        if (!value_is_null(method)) {
            value_decref(method);
            error_set(&type_TypeError, "type() doesn't support MRO entry resolution; use types.new_class()");
            return false;
        }
    }
    return true;
}

static bool check_type_name(Value name)
{
    ssize_t size;
    const char *text = str_as_utf8(name, &size);
    if (!text) return false;
    if (strlen(text) == (size_t)size) return true;
    error_set(&type_ValueError, "type name must not contain null characters");
    return false;
}

/* The class without the hooks, from a complete plan except for the slots. */
static Type *make_class(ClassPlan *plan)
{
    if (plan_slots(plan) < 0 || !check_type_name(plan->name)) return NULL;
    Type *type = alloc_type(plan);
    if (!type) return NULL;
    lay_out(type, plan);
    gc_track(type);
    if (fill_namespace(type, plan) < 0 || type_ready(type) < 0) {
        object_decref(&type->head);
        return NULL;
    }
    /* With one line of bases all slots but those of the class's own methods are inherited ones. */
    bool is_linear = tuple_length(type->mro) == tuple_length(type->base->mro) + 1 && tuple_length(plan->bases) == 1;
    if (is_linear)
        slots_update_own(type);
    else
        slots_update_all(type);
    return type;
}

Value type_new_instance(Type *metatype, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!parse_type_arguments(args, nargs)) return VALUE_NULL;
    ClassPlan plan = {.metatype = metatype, .name = args[0], .bases = args[1]};
    if (!check_mro_entries(plan.bases)) return VALUE_NULL;
    plan.metatype = type_calculate_metaclass(metatype, plan.bases);
    if (!plan.metatype) return VALUE_NULL;
    if (plan.metatype != metatype && plan.metatype->new_instance != type_new_instance)
        return plan.metatype->new_instance(plan.metatype, args, nargs, kwnames);
    plan.bases = tuple_length(plan.bases) ? value_incref(plan.bases) : tuple_pack(1, value_from_type(&type_object));
    if (value_is_null(plan.bases)) return VALUE_NULL;
    Type *type = NULL;
    plan.base = type_best_base(plan.bases);
    plan.dict = plan.base ? dict_new() : VALUE_NULL;
    if (!value_is_null(plan.dict) && dict_merge(plan.dict, args[2], 1) == 0) type = make_class(&plan);
    value_decref(plan.bases);
    value_xdecref(plan.dict);
    value_xdecref(plan.slots);
    if (!type) return VALUE_NULL;
    if (call_set_names(type) < 0 || call_init_subclass(type, args + 3, kwnames) < 0) {
        object_decref(&type->head);
        return VALUE_NULL;
    }
    return value_from_type(type);
}

NULLABLE Type *type_new_native(const char *full_name, Type *base, NULLABLE Value bases, NULLABLE Value namespace)
{
    const char *dot = strrchr(full_name, '.');
    ClassPlan plan = {.metatype = &type_type, .base = base};
    Type *type = NULL;
    plan.name = str_intern_cstr(dot ? dot + 1 : full_name);
    plan.bases = value_is_null(bases) ? tuple_pack(1, value_from_type(base)) : value_incref(bases);
    plan.dict = value_is_null(namespace) ? dict_new() : dict_copy(namespace);
    Value module = dot ? str_from_utf8(full_name, dot - full_name) : value_incref(ID(builtins));
    if (!value_is_null(plan.name) && !value_is_null(plan.bases) && !value_is_null(plan.dict) &&
        !value_is_null(module) &&
        (dict_contains(plan.dict, ID(__module__)) == 1 || dict_set(plan.dict, ID(__module__), module) == 0))
        type = make_class(&plan);
    value_xdecref(plan.name);
    value_xdecref(plan.bases);
    value_xdecref(plan.dict);
    value_xdecref(plan.slots);
    value_xdecref(module);
    return type;
}

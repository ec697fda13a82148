/* shape.c: hidden classes and the attribute storage of instances.
 *
 * A type's first root shape heads the list of all its shapes (Shape.next), so that they go when the type goes. Inline
 * caches and native code compare shape addresses without owning the shape, and an address that came back as another
 * shape would make them lie. So a dead shape only gives up its names; its struct waits in `dead_shapes` until a full
 * collection finds that no cache holds its address.
 *
 * Names in shapes are interned exact strs: identity is equality. An attribute whose name is a str subclass instance,
 * and an instance with very many attributes, change to dict mode.
 *
 * Removing an attribute: the last one added steps back to the parent shape; another one rebuilds the path without it.
 *
 * Look-up: a small table of (shape id, name) -> slot stands before the walk along the parents. */
#include "objects/shape.h"

#include <stdlib.h>

#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/function.h"
#include "opcodes.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/type.h"

enum {
    INLINE_CAPACITY_FIRST = 4, /* inline slots of a class of which nothing is known yet */
    INLINE_CAPACITY_MAX = 32,
    SLOTS_MAX = 200, /* more attributes: dict mode */
    TABLE_MIN = 12,  /* from this many slots on a shape has a look-up table */
    LOOKUP_CACHE_SIZE = 1024
};

static uint32_t last_shape_id;
static Shape *dead_shapes;  /* linked by `next` */
static bool has_newly_dead; /* since caches were searched last */
void (*shape_caches_hook)(void (*visit)(uint64_t word));

/* --- making shapes --- */

static Shape *shape_new(Type *type, NULLABLE Shape *parent, NULLABLE Value name)
{
    Shape *shape = raw_calloc(1, sizeof *shape);
    if (!shape) {
        error_no_memory();
        return NULL;
    }
    shape->parent = parent;
    shape->type = type;
    shape->name = value_xincref(name);
    shape->id = ++last_shape_id;
    if (parent) {
        shape->slot_count = parent->slot_count + 1;
        shape->inline_capacity = parent->inline_capacity;
        shape->root = parent->root;
    }
    return shape;
}

static Shape *shape_new_root(Type *type, uint32_t inline_capacity)
{
    Shape *root = shape_new(type, NULL, VALUE_NULL);
    if (!root) return NULL;
    root->root = root;
    root->inline_capacity = (uint16_t)inline_capacity;
    return root;
}

static void chain_shape(Type *type, Shape *shape)
{
    shape->next = type->root_shape ? type->root_shape->next : NULL;
    if (type->root_shape) type->root_shape->next = shape;
}

/* The new root becomes the head of the type's list. */
static void install_root(Type *type, Shape *root)
{
    root->next = type->root_shape;
    type->root_shape = root;
}

/* How many attributes the class's own __init__ gives to its first argument: distinct names of `self.name = …`. */
static uint32_t attributes_of_init(const Type *type)
{
    Value init = value_is_null(type->dict) ? VALUE_NULL : dict_get_borrow(type->dict, ID(__init__));
    if (value_is_null(init) || !is_function(init)) return 0;
    const Code *code = as_code(as_function(init)->code);
    const uint8_t *bytes = (const uint8_t *)as_bytes(code->code)->data;
    uint64_t seen = 0; /* bit i: name i of the code; names beyond are not counted */
    for (int i = 1; i < code->code_units; i++)
        if (bytes[i * 2] == BC_STORE_ATTR && bytes[i * 2 - 2] == BC_LOAD_FAST && bytes[i * 2 - 1] == 0 &&
            bytes[i * 2 + 1] < 64)
            seen |= UINT64_C(1) << bytes[i * 2 + 1];
    return (uint32_t)__builtin_popcountll(seen);
}

int shape_init_type(Type *type)
{
    uint32_t capacity = 0;
    if (type->flags & TYPE_HEAP) {
        Type *base = type->base;
        bool base_is_class = base->root_shape && (base->flags & TYPE_HEAP);
        capacity = base_is_class ? base->root_shape->inline_capacity : INLINE_CAPACITY_FIRST;
        uint32_t wanted = (base_is_class ? base->slots_wanted : 0) + attributes_of_init(type);
        type->slots_wanted = MIN(wanted, INLINE_CAPACITY_MAX);
        capacity = MAX(capacity, type->slots_wanted);
    }
    Shape *root = shape_new_root(type, capacity);
    if (!root) return -1;
    install_root(type, root);
    return 0;
}

Shape *shape_grow_root(Type *type)
{
    uint32_t wanted = (uint32_t)align_up(type->slots_wanted, 4);
    Shape *root = shape_new_root(type, MIN(wanted, INLINE_CAPACITY_MAX));
    if (root) install_root(type, root);
    return root;
}

uint32_t shape_inline_capacity(const Type *type)
{
    return type->root_shape ? type->root_shape->inline_capacity : 0;
}

static Shape *dict_shape_of(Shape *shape)
{
    Shape *root = shape->root;
    if (root->dict_shape) return root->dict_shape;
    Shape *dict_shape = shape_new_root(root->type, root->inline_capacity);
    if (!dict_shape) return NULL;
    dict_shape->root = root;
    dict_shape->is_dict = true;
    chain_shape(root->type, dict_shape);
    return root->dict_shape = dict_shape;
}

void shape_free_all(Type *type)
{
    Shape *shape = type->root_shape;
    type->root_shape = NULL;
    while (shape) {
        Shape *next = shape->next;
        shape->type = NULL;
        value_clear(&shape->name);
        value_clear(&shape->table);
        value_clear(&shape->transitions);
        value_clear(&shape->only_name);
        shape->next = dead_shapes;
        dead_shapes = shape;
        has_newly_dead = true;
        shape = next;
    }
}

/* --- dead shapes --- */

static Shape **searched; /* while caches are searched: the dead shapes by address */
static size_t searched_count;

static int compare_addresses(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (Shape *const *)a, y = (uintptr_t) * (Shape *const *)b;
    return (x > y) - (x < y);
}

/* A word in a cache: if it is the address of a dead shape, that one stays. */
static void keep_if_shape(uint64_t word)
{
    Shape *wanted = (Shape *)(uintptr_t)word; // NOLINT
    if (wanted < searched[0] || wanted > searched[searched_count - 1]) return;
    Shape **found = bsearch(&wanted, searched, searched_count, sizeof(Shape *), compare_addresses);
    if (found) (*found)->is_cached = true;
}

void shape_free_dead(void)
{
    if (!has_newly_dead) return;
    size_t count = 0;
    for (Shape *shape = dead_shapes; shape; shape = shape->next) count++;
    searched = raw_alloc(count * sizeof(Shape *));
    if (!searched) return;
    searched_count = 0;
    for (Shape *shape = dead_shapes; shape; shape = shape->next) {
        shape->is_cached = false;
        searched[searched_count++] = shape;
    }
    qsort(searched, count, sizeof(Shape *), compare_addresses);
    if (shape_caches_hook) shape_caches_hook(keep_if_shape);
    dead_shapes = NULL;
    for (size_t i = 0; i < count; i++) {
        Shape *shape = searched[i];
        if (!shape->is_cached) {
            raw_free(shape);
            continue;
        }
        shape->next = dead_shapes;
        dead_shapes = shape;
    }
    has_newly_dead = false;
    raw_free(searched);
}

/* --- finding names --- */

typedef struct LookupEntry {
    uint32_t shape_id;
    int slot;
    NULLABLE Value name; /* owned: its address cannot come to mean another name */
} LookupEntry;
static LookupEntry lookup_cache[LOOKUP_CACHE_SIZE];

static int build_table(Shape *shape)
{
    Value table = dict_new_sized(shape->slot_count);
    if (value_is_null(table)) return -1;
    for (Shape *s = shape; s->parent; s = s->parent)
        if (dict_set(table, s->name, value_from_small_int(s->slot_count - 1)) < 0) {
            value_decref(table);
            return -1;
        }
    shape->table = table;
    return 0;
}

static int find_uncached(Shape *shape, Value name)
{
    if (shape->slot_count >= TABLE_MIN) {
        if (value_is_null(shape->table) && build_table(shape) < 0) error_clear();
        if (!value_is_null(shape->table)) {
            Value slot = dict_get_borrow(shape->table, name);
            return value_is_null(slot) ? -1 : (int)value_as_small_int(slot);
        }
    }
    for (Shape *s = shape; s->parent; s = s->parent)
        if (value_is(s->name, name)) return (int)s->slot_count - 1;
    return -1;
}

int shape_find(const Shape *shape, Value name)
{
    uint64_t hash = (name.bits >> 5) ^ ((uint64_t)shape->id * 0x9E3779B1u);
    LookupEntry *entry = &lookup_cache[hash % LOOKUP_CACHE_SIZE];
    if (LIKELY(entry->shape_id == shape->id && value_is(entry->name, name))) return entry->slot;
    int slot = find_uncached((Shape *)shape, name);
    entry->shape_id = shape->id;
    entry->slot = slot;
    value_replace(&entry->name, value_incref(name));
    return slot;
}

/* --- transitions --- */

static Shape *find_transition(Shape *shape, Value name)
{
    if (value_is(shape->only_name, name)) return shape->only_child;
    if (value_is_null(shape->transitions)) return NULL;
    Value child = dict_get_borrow(shape->transitions, name);
    return value_is_null(child) ? NULL : (Shape *)(intptr_t)value_as_small_int(child); // NOLINT
}

static int add_transition(Shape *shape, Shape *child)
{
    if (value_is_null(shape->only_name)) {
        shape->only_name = value_incref(child->name);
        shape->only_child = child;
        return 0;
    }
    if (value_is_null(shape->transitions)) {
        shape->transitions = dict_new();
        if (value_is_null(shape->transitions)) return -1;
    }
    return dict_set(shape->transitions, child->name, value_from_small_int((int64_t)child));
}

NULLABLE Shape *shape_add(Shape *shape, Value name)
{
    Shape *child = find_transition(shape, name);
    if (LIKELY(child != NULL)) return child;
    child = shape_new(shape->type, shape, name);
    if (!child) return NULL;
    chain_shape(shape->type, child);
    if (add_transition(shape, child) < 0) return NULL;
    Type *type = shape->type;
    if (type->heap && child->slot_count > child->inline_capacity && type->slots_wanted < child->slot_count)
        type->slots_wanted = MIN(child->slot_count, INLINE_CAPACITY_MAX);
    return child;
}

/* --- storage --- */

uint32_t shape_spill_capacity(uint32_t slots_beyond)
{
    if (slots_beyond == 0) return 0;
    uint32_t capacity = 4;
    while (capacity < slots_beyond) capacity *= 2;
    return capacity;
}

static uint32_t slots_beyond_inline(const Shape *shape)
{
    return shape->slot_count > shape->inline_capacity ? shape->slot_count - shape->inline_capacity : 0;
}

ALWAYS_INLINE Value *slot_place(InstanceAttrs *attrs, uint32_t slot)
{
    uint32_t capacity = attrs->shape->inline_capacity;
    return slot < capacity ? &attrs->slots[slot] : (Value *)attrs->spill + (slot - capacity);
}

NULLABLE InstanceAttrs *instance_attrs(Value v)
{
    if (!value_is_object(v)) return NULL;
    Object *object = value_as_object(v);
    Type *type = object->type;
    if (type->attrs_offset > 0) return (InstanceAttrs *)((char *)object + type->attrs_offset);
    if (type->attrs_offset == 0) return NULL;
    return (InstanceAttrs *)((char *)object + var_object_size(type, ((VarObject *)object)->length));
}

/* Drops all attributes; the shape becomes the empty one of the same root. */
static void attrs_clear(InstanceAttrs *attrs)
{
    Shape *shape = attrs->shape;
    if (shape->is_dict) {
        Value dict = value_from_object(attrs->spill);
        attrs->spill = NULL;
        attrs->shape = shape->root;
        value_xdecref(dict);
        return;
    }
    uint32_t count = shape->slot_count, capacity = shape->inline_capacity;
    if (count == 0) return;
    uint32_t inline_count = MIN(count, capacity);
    Value *spill = attrs->spill;
    attrs->shape = shape->root;
    attrs->spill = NULL;
    for (uint32_t i = 0; i < inline_count; i++) {
        Value old = attrs->slots[i];
        attrs->slots[i] = VALUE_NULL;
        value_xdecref(old);
    }
    if (count > capacity) {
        for (uint32_t i = 0; i < count - capacity; i++) value_xdecref(spill[i]);
        mem_free(spill, shape_spill_capacity(count - capacity) * sizeof(Value));
    }
}

void instance_attrs_clear(Value instance)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    if (attrs) attrs_clear(attrs);
}

int instance_attrs_traverse(Value instance, GcVisit visit, void *argument)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    if (!attrs || !attrs->shape) return 0;
    if (attrs->shape->is_dict) {
        GC_VISIT(value_from_object(attrs->spill));
        return 0;
    }
    for (uint32_t i = 0; i < attrs->shape->slot_count; i++) GC_VISIT(*slot_place(attrs, i));
    return 0;
}

/* Appends the value of a new last slot for `child`, a transition of the current shape. */
static int attrs_append(InstanceAttrs *attrs, Shape *child, STEALS Value value)
{
    uint32_t slot = child->slot_count - 1, capacity = child->inline_capacity;
    if (slot >= capacity) {
        uint32_t old_room = shape_spill_capacity(slot - capacity), room = shape_spill_capacity(slot - capacity + 1);
        if (room != old_room) {
            void *grown = mem_realloc(attrs->spill, old_room * sizeof(Value), room * sizeof(Value));
            if (!grown) {
                value_decref(value);
                error_no_memory();
                return -1;
            }
            attrs->spill = grown;
        }
    }
    attrs->shape = child;
    *slot_place(attrs, slot) = value;
    return 0;
}

/* --- dict mode --- */

/* The names of the shape in order of addition. */
static void shape_names(const Shape *shape, Value *names)
{
    for (const Shape *s = shape; s->parent; s = s->parent) names[s->slot_count - 1] = s->name;
}

static Value attrs_copy_to_dict(InstanceAttrs *attrs)
{
    Shape *shape = attrs->shape;
    Value names[SLOTS_MAX];
    Value dict = dict_new_sized(shape->slot_count);
    if (value_is_null(dict)) return VALUE_NULL;
    shape_names(shape, names);
    for (uint32_t i = 0; i < shape->slot_count; i++)
        if (dict_set(dict, names[i], *slot_place(attrs, i)) < 0) {
            value_decref(dict);
            return VALUE_NULL;
        }
    return dict;
}

static int attrs_to_dict_mode(InstanceAttrs *attrs)
{
    if (attrs->shape->is_dict) return 0;
    Shape *dict_shape = dict_shape_of(attrs->shape);
    Value dict = dict_shape ? attrs_copy_to_dict(attrs) : VALUE_NULL;
    if (value_is_null(dict)) return -1;
    attrs_clear(attrs);
    attrs->shape = dict_shape;
    attrs->spill = value_as_object(dict);
    return 0;
}

static Value attrs_dict(InstanceAttrs *attrs)
{
    if (!attrs->spill) {
        Value dict = dict_new();
        if (value_is_null(dict)) return VALUE_NULL;
        attrs->spill = value_as_object(dict);
    }
    return value_from_object(attrs->spill);
}

/* --- reading and writing attributes --- */

static NULLABLE Value *plain_dict_place(Value instance)
{
    if (!value_is_object(instance)) return NULL;
    Type *type = value_as_object(instance)->type;
    return type->dict_offset ? (Value *)((char *)value_as_object(instance) + type->dict_offset) : NULL;
}

/* An interned exact str equal to name, borrowed from the intern table's owner (`name` itself or *hold); false: cannot
 * be the name of a slot. */
static bool slot_name(Value *name, Value *hold)
{
    if (LIKELY(is_exact_str(*name) && as_str(*name)->interned)) return true;
    if (!is_exact_str(*name)) return false;
    *hold = value_incref(*name);
    str_intern(hold);
    *name = *hold;
    return true;
}

NULLABLE Value instance_get_borrow(Value instance, Value name)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    if (!attrs) {
        Value *place = plain_dict_place(instance);
        return place && !value_is_null(*place) ? dict_get_borrow(*place, name) : VALUE_NULL;
    }
    if (attrs->shape->is_dict)
        return attrs->spill ? dict_get_borrow(value_from_object(attrs->spill), name) : VALUE_NULL;
    Value hold = VALUE_NULL, found = VALUE_NULL;
    if (!slot_name(&name, &hold)) {
        if (attrs_to_dict_mode(attrs) < 0) return VALUE_NULL;
        return dict_get_borrow(attrs_dict(attrs), name);
    }
    int slot = shape_find(attrs->shape, name);
    if (slot >= 0) found = *slot_place(attrs, (uint32_t)slot);
    value_xdecref(hold);
    return found;
}

static int dict_set_or_delete(Value dict, Value instance, Value name, NULLABLE Value value)
{
    if (!value_is_null(value)) return dict_set(dict, name, value);
    int deleted = dict_delete_if_present(dict, name);
    if (deleted == 0) (void)!error_attribute(instance, name, "'%T' object has no attribute '%U'", instance, name).bits;
    return deleted == 1 ? 0 : -1;
}

/* Removes slot number `slot`: the later ones move down by one. */
static int attrs_remove(InstanceAttrs *attrs, uint32_t slot)
{
    Shape *old = attrs->shape;
    uint32_t count = old->slot_count;
    Shape *shape = old->parent;
    if (slot != count - 1) {
        Value names[SLOTS_MAX];
        shape_names(old, names);
        shape = old->root;
        for (uint32_t i = 0; i < count && shape; i++)
            if (i != slot) shape = shape_add(shape, names[i]);
        if (!shape) return -1;
    }
    Value removed = *slot_place(attrs, slot);
    for (uint32_t i = slot; i + 1 < count; i++) *slot_place(attrs, i) = *slot_place(attrs, i + 1);
    *slot_place(attrs, count - 1) = VALUE_NULL;
    uint32_t old_room = shape_spill_capacity(slots_beyond_inline(old));
    uint32_t room = shape_spill_capacity(slots_beyond_inline(shape));
    if (room != old_room) {
        if (room == 0) {
            mem_free(attrs->spill, old_room * sizeof(Value));
            attrs->spill = NULL;
        } else {
            void *shrunk = mem_realloc(attrs->spill, old_room * sizeof(Value), room * sizeof(Value));
            if (!shrunk) {
                error_no_memory();
                return -1;
            }
            attrs->spill = shrunk;
        }
    }
    attrs->shape = shape;
    value_decref(removed);
    return 0;
}

static int attrs_set(Value instance, InstanceAttrs *attrs, Value name, NULLABLE Value value)
{
    int slot = shape_find(attrs->shape, name);
    if (slot >= 0 && !value_is_null(value)) {
        value_replace(slot_place(attrs, (uint32_t)slot), value_incref(value));
        return 0;
    }
    if (slot >= 0) return attrs_remove(attrs, (uint32_t)slot);
    if (value_is_null(value)) {
        (void)!error_attribute(instance, name, "'%T' object has no attribute '%U'", instance, name).bits;
        return -1;
    }
    if (attrs->shape->slot_count >= SLOTS_MAX) {
        if (attrs_to_dict_mode(attrs) < 0) return -1;
        return dict_set(attrs_dict(attrs), name, value);
    }
    Shape *child = shape_add(attrs->shape, name);
    return child ? attrs_append(attrs, child, value_incref(value)) : -1;
}

int instance_set(Value instance, Value name, NULLABLE Value value)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    if (!attrs) {
        Value *place = plain_dict_place(instance);
        if (!place) {
            (void)!error_attribute(instance, name, "'%T' object has no attribute '%U'", instance, name).bits;
            return -1;
        }
        if (value_is_null(*place)) *place = dict_new();
        if (value_is_null(*place)) return -1;
        return dict_set_or_delete(*place, instance, name, value);
    }
    Value hold = VALUE_NULL;
    if (!attrs->shape->is_dict && slot_name(&name, &hold)) {
        int result = attrs_set(instance, attrs, name, value);
        value_xdecref(hold);
        return result;
    }
    if (attrs_to_dict_mode(attrs) < 0) return -1;
    Value dict = attrs_dict(attrs);
    return value_is_null(dict) ? -1 : dict_set_or_delete(dict, instance, name, value);
}

bool instance_has_dict(Value instance)
{
    return instance_attrs(instance) || plain_dict_place(instance);
}

Value instance_dict(Value instance)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    if (attrs) {
        if (attrs_to_dict_mode(attrs) < 0) return VALUE_NULL;
        return value_xincref(attrs_dict(attrs));
    }
    Value *place = plain_dict_place(instance);
    if (!place) return error_set(&type_AttributeError, "This object has no __dict__");
    if (value_is_null(*place)) *place = dict_new();
    return value_xincref(*place);
}

int instance_set_dict(Value instance, Value dict)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    if (!attrs) {
        Value *place = plain_dict_place(instance);
        if (place)
            value_replace(place, value_incref(dict));
        else
            error_set(&type_AttributeError, "This object has no __dict__");
        return place ? 0 : -1;
    }
    Shape *dict_shape = dict_shape_of(attrs->shape);
    if (!dict_shape) return -1;
    value_incref(dict);
    attrs_clear(attrs);
    attrs->shape = dict_shape;
    attrs->spill = value_as_object(dict);
    return 0;
}

NULLABLE Value instance_dict_copy(Value instance)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    if (!attrs) {
        Value *place = plain_dict_place(instance);
        if (!place) return VALUE_NULL;
        return value_is_null(*place) ? dict_new() : dict_copy(*place);
    }
    if (!attrs->shape->is_dict) return attrs_copy_to_dict(attrs);
    return attrs->spill ? dict_copy(value_from_object(attrs->spill)) : dict_new();
}

/* --- when the class changes --- */

/* A root of `type` whose instances are as large as those of `old_root`. */
static Shape *root_with_capacity(Type *type, uint32_t capacity)
{
    for (Shape *shape = type->root_shape; shape; shape = shape->next)
        if (!shape->parent && !shape->is_dict && shape->inline_capacity == capacity) return shape;
    Shape *root = shape_new_root(type, capacity);
    if (root) chain_shape(type, root);
    return root;
}

/* The shape of `root`'s tree with the same names as `shape`. */
static Shape *same_path(const Shape *shape, Shape *root)
{
    if (shape->is_dict) return dict_shape_of(root);
    Value names[SLOTS_MAX];
    shape_names(shape, names);
    Shape *result = root;
    for (uint32_t i = 0; i < shape->slot_count && result; i++) result = shape_add(result, names[i]);
    return result;
}

int instance_attrs_move(Value instance, Type *type)
{
    InstanceAttrs *attrs = instance_attrs(instance);
    Shape *root = root_with_capacity(type, attrs->shape->inline_capacity);
    Shape *shape = root ? same_path(attrs->shape, root) : NULL;
    if (!shape) return -1;
    attrs->shape = shape;
    return 0;
}

static bool has_instances(const Type *type)
{
    const Shape *root = type->root_shape;
    return root && (root->next || root->only_child || root->dict_shape);
}

/* Visitor of all tracked objects: instances of the type get the same shape in the new tree. */
static int rehome_instance(Object *object, void *argument)
{
    Type *type = argument;
    if (object->type != type) return 0;
    InstanceAttrs *attrs = instance_attrs(value_from_object(object));
    Shape *old = attrs->shape;
    if (old->root == type->root_shape) return 0;
    Shape *root = type->root_shape;
    if (root->inline_capacity != old->inline_capacity) {
        root = shape_new_root(type, old->inline_capacity);
        if (!root) return -1;
        chain_shape(type, root);
    }
    Shape *shape = same_path(old, root);
    if (!shape) return -1;
    attrs->shape = shape;
    return 0;
}

int shape_renew_root(Type *type)
{
    if (!type->root_shape || !has_instances(type)) return 0;
    Shape *root = shape_new_root(type, type->root_shape->inline_capacity);
    if (!root) return -1;
    install_root(type, root);
    return gc_for_each(-1, rehome_instance, type);
}

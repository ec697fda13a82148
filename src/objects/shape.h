/* shape.h: hidden classes: where an instance keeps its attributes.
 *
 * An instance whose type has attrs_offset != 0 contains an InstanceAttrs there. Its shape belongs to one class and maps
 * names to slot numbers, so that one load and one compare (shape) prove class and layout. Slots 0 … inline_capacity-1
 * stand in `slots` inside the instance; the others in the `spill` block.
 *
 * Invariants: SH1 a shape never changes what it says; it only gets new transitions. SH2 instance->shape->type is the
 * instance's type. SH3 type->root_shape is replaced when the type's attributes change such that a data descriptor may
 * shadow a slot. SH4 in dict mode (shape->is_dict) `spill` is the Dict that __dict__ gives, and it holds everything. */
#ifndef OBJECTS_SHAPE_H
#define OBJECTS_SHAPE_H

#include "objects/object.h"

typedef struct Shape {
    struct Shape *parent; /* without the last name; NULL for a root */
    Type *type;           /* borrowed: the class owns its shapes */
    NULLABLE Value name;  /* owned: the last name added */
    uint32_t slot_count;
    uint32_t id;              /* unique, for cache keys and debugging */
    uint16_t inline_capacity; /* slots inside the instance, for all shapes of one root */
    bool is_dict;
    bool is_cached;                    /* of a dead shape: a cache still holds its address */
    struct Shape *root;                /* the empty shape that this one grew from (itself for a root) */
    NULLABLE struct Shape *dict_shape; /* of a root: its dict mode */
    NULLABLE struct Shape *next;       /* all shapes of a type, the newest first: chained from its first root */
    NULLABLE Value table;              /* dict name -> small int slot, built for large shapes */
    NULLABLE Value transitions;        /* dict name -> shape (as an opaque small int), or one inline transition */
    NULLABLE Value only_name;
    NULLABLE struct Shape *only_child; /* the usual single transition */
} Shape;

typedef struct InstanceAttrs {
    Shape *shape;  /* borrowed; the class keeps it */
    void *spill;   /* Value *block of slots beyond the inline ones, or the Dict in dict mode; NULL */
    Value slots[]; /* inline_capacity of them (type->heap) */
} InstanceAttrs;

NULLABLE InstanceAttrs *instance_attrs(Value v); /* NULL when its type has none */
/* The block of slots beyond the inline ones has room for this many Values (a function of the number in use). */
uint32_t shape_spill_capacity(uint32_t slots_beyond);
/* Slot number of name, or -1. The name is an interned str. */
int shape_find(const Shape *shape, Value name);
/* The shape after adding name; NULL with an error. */
NULLABLE Shape *shape_add(Shape *shape, Value name);
uint32_t shape_inline_capacity(const Type *type);

/* Attribute storage alone, no descriptors: what generic_getattr falls back on. */
NULLABLE Value instance_get_borrow(Value instance, Value name); /* VALUE_NULL: missing (no error) */
int instance_set(Value instance, Value name,
                 NULLABLE Value value) NODISCARD; /* deleting a missing one: AttributeError */
Value instance_dict(Value instance) NODISCARD;    /* makes and gives __dict__ */
int instance_set_dict(Value instance, Value dict) NODISCARD;
int instance_attrs_traverse(Value instance, GcVisit visit, void *argument);
void instance_attrs_clear(Value instance);

/* The bytes of InstanceAttrs with its inline slots, for instances with this shape. */
ALWAYS_INLINE size_t instance_attrs_size(const Shape *shape)
{
    return sizeof(InstanceAttrs) + shape->inline_capacity * sizeof(Value);
}
/* Gives the type a root shape (type_ready). */
int shape_init_type(Type *type) NODISCARD;
Shape *shape_grow_root(Type *type);
/* The type's empty shape for new instances, after looking at how many slots past instances needed. */
ALWAYS_INLINE Shape *shape_root_for_new(Type *type)
{
    return LIKELY(type->slots_wanted <= type->root_shape->inline_capacity) ? type->root_shape : shape_grow_root(type);
}
/* A data descriptor or attribute hook of the type changed: shapes that caches may know no longer prove anything. */
int shape_renew_root(Type *type) NODISCARD;
void shape_free_all(Type *type);
/* Calls visit with every word that an inline cache or native code may take for a shape's address; set by the VM. */
extern void (*shape_caches_hook)(void (*visit)(uint64_t word));
/* Re-homes the attributes of an instance whose __class__ becomes `type`. */
int instance_attrs_move(Value instance, Type *type) NODISCARD;
/* A new dict with the attributes; does not change to dict mode. VALUE_NULL without an error: has no attributes at all.
 */
NULLABLE Value instance_dict_copy(Value instance);
bool instance_has_dict(Value instance); /* its type gives it a __dict__ */

#endif

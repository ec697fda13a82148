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
    struct Shape *parent;   /* without the last name; NULL for a root */
    Type *type;             /* borrowed: the class owns its shapes */
    NULLABLE Value name;    /* owned: the last name added */
    uint32_t slot_count;
    uint32_t id;            /* unique, for cache keys and debugging */
    bool is_dict;
    NULLABLE Value table;   /* dict name -> small int slot, built for large shapes */
    NULLABLE Value transitions; /* dict name -> shape (as an opaque small int), or one inline transition */
    NULLABLE Value only_name; NULLABLE struct Shape *only_child; /* the usual single transition */
} Shape;

typedef struct InstanceAttrs {
    Shape *shape;           /* borrowed; the class keeps it */
    void *spill;            /* Value *block of slots beyond the inline ones, or the Dict in dict mode; NULL */
    Value slots[];          /* inline_capacity of them (type->heap) */
} InstanceAttrs;

NULLABLE InstanceAttrs *instance_attrs(Value v); /* NULL when its type has none */
/* Slot number of name, or -1. */
int shape_find(const Shape *shape, Value name);
/* The shape after adding name; NULL with an error. */
NULLABLE Shape *shape_add(Shape *shape, Value name);
uint32_t shape_inline_capacity(const Type *type);

/* Attribute storage alone, no descriptors: what generic_getattr falls back on. */
NULLABLE Value instance_get_borrow(Value instance, Value name); /* VALUE_NULL: missing (no error) */
int instance_set(Value instance, Value name, NULLABLE Value value) NODISCARD; /* deleting a missing one: AttributeError */
Value instance_dict(Value instance) NODISCARD;                  /* makes and gives __dict__ */
int instance_set_dict(Value instance, Value dict) NODISCARD;
int instance_attrs_traverse(Value instance, GcVisit visit, void *argument);
void instance_attrs_clear(Value instance);

#endif

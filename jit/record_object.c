/* record_object.c: instances that need not exist.
 *
 * C(…) in a trace makes no object but an entry of rec.objects: its class, its shape and a Slot for each attribute that
 * is set. Slots of the frames hold it as REF_OBJECT + index; attributes are loaded and stored in the recorder alone.
 * It becomes a real object (object_materialize) when something gets hold of it that the recorder does not follow: a
 * store into the heap, a call that is not inlined, the end of the loop. Exits make it from the snapshot.
 *
 *  V1  Every Slot with an object's ref owns it (OWN_SELF) and is one of its `holders`: copies cost nothing, so there
 *      are no borrowed ones. With the last holder the object goes, and what its attributes own.
 *  V2  Attributes obey the rules of ownership of locals: they may be borrowed from a local, or fragile.
 *  V3  Objects form no cycles.
 *  V4  The class is as it was when the object was made: checked after whatever may run Python code, for all objects
 *      that live then (record_check_objects): a __del__ or a descriptor that comes later is seen.
 */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/type.h"

static RecordObject *object_of(Ref ref)
{
    return &rec.objects[ref - REF_OBJECT];
}

bool is_object(Ref ref)
{
    return ref >= REF_OBJECT;
}

Type *object_class(Ref ref)
{
    return object_of(ref)->type;
}

/* --- making one --- */

/* Only `object` itself below: nothing else is in an instance but InstanceAttrs and the members of __slots__. */
bool class_can_be_virtual(const Type *class)
{
    if (type_has_flag(class, TYPE_HAS_FINALIZER) || class->getattr != generic_getattr ||
        class->setattr != generic_setattr || class->dict_offset ||
        (class->attrs_offset && !type_has_flag(class, TYPE_OBJECT_LAYOUT)))
        return false;
    const Type *base = class;
    while (base && type_has_flag(base, TYPE_HEAP)) base = base->base;
    return base == &type_object;
}

static RecordObject *object_take(Type *type, Shape *shape)
{
    for (int i = 0; i < RECORD_OBJECTS; i++) {
        RecordObject *object = &rec.objects[i];
        if (object->holders) continue;
        *object = (RecordObject){.type = type, .shape = shape, .written = -1};
        return object;
    }
    return NULL;
}

static Slot object_hold(RecordObject *object)
{
    object->holders++;
    return (Slot){REF_OBJECT + (Ref)(object - rec.objects), OWN_SELF, true, 0, false};
}

bool object_new_virtual(Type *class, Slot *slot)
{
    Shape *shape = class->attrs_offset ? shape_root_for_new(class) : NULL;
    if (class->attrs_offset && !shape) {
        error_clear();
        return false;
    }
    RecordObject *object = object_take(class, shape);
    if (!object) return false;
    *slot = object_hold(object);
    return true;
}

/* --- ownership --- */

Slot object_copy(Ref ref)
{
    return object_hold(object_of(ref));
}

/* The attribute with the next higher offset; -1: there is none. */
static int next_field(const RecordObject *object, int after)
{
    int found = -1;
    for (int i = 0; i < object->count; i++) {
        int offset = object->offsets[i];
        if (offset > after && (found < 0 || offset < object->offsets[found])) found = i;
    }
    return found;
}

/* In the order in which a real instance gives its attributes up. */
void object_release(Ref ref)
{
    RecordObject *object = object_of(ref);
    if (--object->holders) return;
    for (int i = next_field(object, 0); i >= 0; i = next_field(object, object->offsets[i]))
        rec_release(object->fields[i]);
}

bool object_shows_end(Ref ref)
{
    const RecordObject *object = object_of(ref);
    for (int i = 0; i < object->count; i++) {
        if (slot_shows_end(&object->fields[i])) return true;
    }
    return false;
}

void for_all_object_fields(void (*visit)(Slot *slot, int argument), int argument)
{
    for (int i = 0; i < RECORD_OBJECTS; i++) {
        RecordObject *object = &rec.objects[i];
        for (int k = 0; object->holders && k < object->count; k++) visit(&object->fields[k], argument);
    }
}

static bool is_local(int absolute)
{
    for (int i = rec.frame_count - 1; i >= 0; i--) {
        const RecordFrame *f = &rec.frames[i];
        if (absolute >= f->base) return absolute < f->base + f->code->nlocalsplus;
    }
    return false;
}

/* The frame whose slots begin at `base` is about to go: what the slot has borrowed from its locals becomes its own. */
void slot_leaves_frame(Slot *slot, int base)
{
    if (slot->own != OWN_SLOT || slot->source < base) return;
    Slot *source = &rec.slots[slot->source];
    if (source->own == OWN_SELF && source->ref == slot->ref) {
        slot->own = OWN_SELF;
        *source = (Slot){const_value(VALUE_NULL), OWN_NONE, true, 0, false};
    } else {
        rec_own(slot);
    }
}

void objects_leave_frame(int base)
{
    for_all_object_fields(slot_leaves_frame, base);
}

/* --- attributes --- */

static int attribute_offset(const RecordObject *object, int slot)
{
    return (int)(object->type->attrs_offset + offsetof(InstanceAttrs, slots)) + slot * 8;
}

/* The byte offset at which the attribute stands, or would stand after a first store (then *shape is the next shape).
 * -1: not an attribute of this kind. */
static int find_offset(const RecordObject *object, Value name, Shape **shape)
{
    *shape = object->shape;
    Value attribute = type_lookup_borrow(object->type, name);
    if (!value_is_null(attribute) && type_of(attribute)->descr_set) {
        const NativeMember *member = member_of(attribute);
        return member && member->kind == MEMBER_VALUE_EX && !member->is_readonly ? (int)member->offset : -1;
    }
    if (!object->shape || object->shape->is_dict) return -1;
    int slot = shape_find(object->shape, name);
    if (slot < 0) {
        slot = (int)object->shape->slot_count;
        if (slot >= object->shape->inline_capacity) return -1;
        *shape = shape_add(object->shape, name);
        if (!*shape) {
            error_clear();
            return -1;
        }
    }
    return slot < object->shape->inline_capacity ? attribute_offset(object, slot) : -1;
}

static Slot *field_at(RecordObject *object, int offset)
{
    for (int i = 0; i < object->count; i++) {
        if (object->offsets[i] == offset) return &object->fields[i];
    }
    return NULL;
}

/* A field that is read: what the field owns, a copy borrows; the last holder takes it along. */
static Slot read_field(RecordObject *object, Slot *field)
{
    if (is_object(field->ref)) return object_copy(field->ref);
    Slot copy = *field;
    if (object->holders == 1)
        field->own = OWN_NONE;
    else if (copy.own == OWN_SELF)
        copy.own = OWN_FRAGILE;
    return copy;
}

/* LOAD_ATTR of an object on top of the stack that has the attribute itself. */
bool object_load(Value name)
{
    RecordObject *object = object_of(rec_stack(1)->ref);
    Shape *shape;
    int offset = find_offset(object, name, &shape);
    Slot *field = offset < 0 ? NULL : field_at(object, offset);
    if (!field || !record_guard_version(object->type)) return false;
    Slot value = read_field(object, field);
    Slot owner = rec_take();
    rec_push_slot(value);
    rec_release(owner);
    return true;
}

static bool holds_object(const RecordObject *object, const RecordObject *inner)
{
    if (object == inner) return true;
    for (int i = 0; i < object->count; i++) {
        if (is_object(object->fields[i].ref) && holds_object(object_of(object->fields[i].ref), inner)) return true;
    }
    return false;
}

/* STORE_ATTR: [value, object]. False: it has to become real first. */
bool object_store(Value name)
{
    RecordObject *object = object_of(rec_stack(1)->ref);
    Ref ref = rec_stack(2)->ref;
    Shape *shape;
    int offset = find_offset(object, name, &shape);
    if (offset < 0 || (is_object(ref) && holds_object(object_of(ref), object))) return false;
    Slot *field = field_at(object, offset);
    if (!field && object->count == OBJECT_FIELDS) return false;
    if (!record_guard_version(object->type)) return false;
    if (REF_IS_VIRTUAL(ref) && !is_object(ref)) materialize(rec_stack(2));
    if (REC_FAILED()) return true;
    Slot owner = rec_take(), value = rec_take();
    if (value.own == OWN_SLOT && !is_local(value.source)) rec_own(&value);
    Slot old = {const_value(VALUE_NULL), OWN_NONE, true, 0, false};
    if (field) {
        old = *field;
    } else {
        object->offsets[object->count] = (uint16_t)offset;
        field = &object->fields[object->count++];
    }
    *field = value;
    object->shape = shape;
    rec_release(old);
    rec_release(owner);
    return true;
}

/* --- becoming real --- */

typedef struct Renaming {
    Ref from;
    Slot to;
} Renaming;
static Renaming renaming;

/* The first slot gets the new object's reference, the others borrow from it. */
static void rename_slot(Slot *slot, int unused)
{
    if (slot->ref != renaming.from) return;
    *slot = renaming.to;
    renaming.to.own = OWN_FRAGILE;
}

static Ref allocate(const RecordObject *object)
{
    Ref shape = object->shape ? ir_address(rec.ir, object->shape) : ir_word(rec.ir, 0);
    Ref args[] = {const_type(object->type), shape};
    int raise = record_raise_snapshot();
    Ref result = emit_call(HELPER_instance_new, args, 2);
    emit(IR_GCALL, IR_NIL, result, REF_NONE, raise, 0);
    if (object->shape)
        emit(IR_FSTORE, IR_NIL, result, shape, (int)(object->type->attrs_offset + offsetof(InstanceAttrs, shape)),
             ALIAS_SHAPE);
    return result;
}

void object_materialize(Ref ref)
{
    RecordObject *object = object_of(ref);
    for (int i = 0; i < object->count; i++) {
        if (is_object(object->fields[i].ref)) object_materialize(object->fields[i].ref);
        object->fields[i].ref = as_tagged(object->fields[i].ref); /* guards: before the allocation */
    }
    Ref result = allocate(object);
    for (int i = 0; i < object->count; i++) {
        Slot *field = &object->fields[i];
        rec_own(field);
        emit(IR_FSTORE, IR_NIL, result, field->ref, object->offsets[i], ALIAS_ATTR);
    }
    object->holders = 0;
    renaming = (Renaming){ref, {result, OWN_SELF, true, 0, false}};
    for_all_slots(rename_slot, 0);
    rec.snapshot = rec.raise_snapshot = -1;
}

/* --- snapshots: the state of an object now, as a Virtual --- */

static bool is_written(const Virtual *v, const VirtualField *fields)
{
    return memcmp(&rec.ir->fields[v->first], fields, v->count * sizeof *fields) == 0;
}

Ref object_write(Ref ref)
{
    RecordObject *object = object_of(ref);
    VirtualField fields[OBJECT_FIELDS + 2];
    fields[0] = (VirtualField){const_type(object->type), 0};
    fields[1] = (VirtualField){object->shape ? ir_address(rec.ir, object->shape) : ir_word(rec.ir, 0), 0};
    for (int i = 0; i < object->count; i++) {
        const Slot *field = &object->fields[i];
        Ref value = is_object(field->ref) ? object_write(field->ref) : field->ref;
        uint32_t flags = field->own == OWN_SELF ? SLOT_OWNED : 0;
        fields[i + 2] = (VirtualField){value, flags | (uint32_t)object->offsets[i] << FIELD_OFFSET_SHIFT};
    }
    int count = object->count + 2;
    if (object->written >= 0 && rec.ir->virtuals[object->written].count == count &&
        is_written(&rec.ir->virtuals[object->written], fields))
        return REF_VIRTUAL + object->written;
    Virtual v = {.kind = VIRTUAL_INSTANCE, .count = (uint16_t)count, .first = rec.ir->fields_count};
    for (int i = 0; i < count; i++) *VECTOR_ADD(rec.ir, fields) = fields[i];
    *VECTOR_ADD(rec.ir, virtuals) = v;
    object->written = rec.ir->virtuals_count - 1;
    return REF_VIRTUAL + object->written;
}

/* A bridge begins: the object that the snapshot describes, held by one more slot. */
bool object_read(int index, Slot *slot)
{
    for (int i = 0; i < RECORD_OBJECTS; i++) {
        if (!rec.objects[i].holders || rec.objects[i].written != index) continue;
        *slot = object_hold(&rec.objects[i]);
        return true;
    }
    const Virtual v = rec.ir->virtuals[index];
    const VirtualField *f = &rec.ir->fields[v.first];
    Type *type = (Type *)ir_constant(rec.ir, f[0].ref)->bits;
    RecordObject *object = object_take(type, (Shape *)ir_constant(rec.ir, f[1].ref)->bits);
    if (!object) return false;
    object->written = index;
    *slot = object_hold(object);
    for (int i = 2; i < v.count; i++) {
        object->offsets[object->count] = (uint16_t)(f[i].flags >> FIELD_OFFSET_SHIFT);
        Slot *field = &object->fields[object->count++];
        if (REF_IS_VIRTUAL(f[i].ref)) {
            if (!object_read(f[i].ref - REF_VIRTUAL, field)) return false;
            continue;
        }
        bool is_borrowed = is_counted(f[i].ref) && !REF_IS_CONST(f[i].ref);
        uint8_t own = f[i].flags & SLOT_OWNED ? OWN_SELF : is_borrowed ? OWN_FRAGILE : OWN_NONE;
        *field = (Slot){f[i].ref, own, true, 0, false};
    }
    return true;
}

/* --- V4 --- */

void record_check_objects(void)
{
    for (int i = 0; i < RECORD_OBJECTS && !REC_FAILED(); i++) {
        if (rec.objects[i].holders) record_guard_version(rec.objects[i].type);
    }
}

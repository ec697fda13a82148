/* record_attr.c: attributes, methods and their stores, through shapes.
 *
 * An instance's class and layout are proved by its type and shape word; that the class (and its bases) still say what
 * they said is proved by the type's version. All three are loads that CSE removes until something escapes. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/shape.h"
#include "objects/type.h"

typedef struct MemberDescriptorView {
    DescriptorHead head;
    const NativeMember *member;
} MemberDescriptorView;

const NativeMember *member_of(Value descriptor)
{
    if (!object_has_type(descriptor, &type_member_descriptor)) return NULL;
    return ((MemberDescriptorView *)value_as_object(descriptor))->member;
}

static Value name_at(int index)
{
    return as_tuple(rec.f->code->names)->items[index];
}

bool record_guard_version(Type *type)
{
    if (!type_has_flag(type, TYPE_HEAP)) return true; /* it cannot change */
    uint32_t version = type_version(type);
    if (!version) {
        record_abort(REASON_INSTRUCTION);
        return false;
    }
    Ref now = emit_load(IR_FLOAD32, IR_WORD, const_type(type), offsetof(Type, version), ALIAS_TYPE_VERSION);
    return emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, now, ir_word(rec.ir, version)), REF_NONE);
}

static bool has_shape(Value v)
{
    return value_is_object(v) && value_as_object(v)->type->attrs_offset > 0 && instance_attrs(v)->shape;
}

bool record_guard_class(Ref ref, Value v)
{
    Type *type = type_of(v);
    if (is_object(ref)) return record_guard_version(object_class(ref));
    guard_type(ref, type);
    if (REC_FAILED()) return false;
    if (!type_has_flag(type, TYPE_HEAP)) return true;
    if (has_shape(v)) {
        const Shape *shape = instance_attrs(v)->shape;
        Ref now =
            emit_load(IR_FLOAD, IR_WORD, ref, (int)(type->attrs_offset + offsetof(InstanceAttrs, shape)), ALIAS_SHAPE);
        emit_guard(IR_GIS, now, ir_address(rec.ir, shape));
    } else { /* __class__ may be assigned, and no shape would tell */
        Ref now = emit_load(IR_FLOAD, IR_WORD, ref, offsetof(Object, type), ALIAS_SHAPE);
        emit_guard(IR_GIS, now, const_type(type));
    }
    return !REC_FAILED() && record_guard_version(type);
}

/* Where an attribute of an instance is; slot < 0: not in the instance. */
typedef struct AttrPlace {
    Ref base;
    int offset;
    AliasClass class;
} AttrPlace;

static AttrPlace place_of(Ref owner, Value v, int slot)
{
    const Type *type = type_of(v);
    const Shape *shape = instance_attrs(v)->shape;
    if (slot < shape->inline_capacity) {
        int offset = (int)(type->attrs_offset + offsetof(InstanceAttrs, slots)) + slot * 8;
        return (AttrPlace){owner, offset, ALIAS_ATTR};
    }
    Ref spill =
        emit_load(IR_FLOAD, IR_WORD, owner, (int)(type->attrs_offset + offsetof(InstanceAttrs, spill)), ALIAS_SPILL);
    return (AttrPlace){spill, (slot - shape->inline_capacity) * 8, ALIAS_SPILL_ELEMENT};
}

static bool is_data_descriptor(Value v)
{
    return type_of(v)->descr_set != NULL;
}

static int slot_of(Value v, Value name)
{
    if (!has_shape(v) || instance_attrs(v)->shape->is_dict) return -1;
    return shape_find(instance_attrs(v)->shape, name);
}

static bool may_have_instance_dict(Value v)
{
    return has_shape(v) && instance_attrs(v)->shape->is_dict;
}

static void replace_top(Ref result, Own own)
{
    if (REC_FAILED()) return;
    Slot old = rec_take();
    rec_push(result, own);
    if (old.own != OWN_SELF) return;
    /* the owner may go now, and the value with it: own the value first */
    if (own != OWN_NONE) rec_own(rec_stack(1));
    rec_release(old);
}

static void get_attr_by_helper(Value name)
{
    Slot *slot = rec_stack(1);
    if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
    Ref args[] = {as_tagged(rec_stack(1)->ref), const_value(name)};
    if (REC_FAILED()) return;
    Ref result = emit_call_checked(HELPER_get_attr, args, 2);
    rec_drop(1);
    rec_push(result, OWN_SELF);
}

/* A name of a module, or of a class: a constant as long as it is watched, or the class does not change. */
static bool fold_module_attr(Value v, Value name, Ref *result)
{
    Value dict = as_module(v)->dict;
    Value found = dict_get_borrow(dict, name);
    if (value_is_null(found) || !value_is_null(type_lookup_borrow(&type_module, name))) return false;
    if (!watch_global(rec.tree, dict, name)) return false;
    guard_value(rec_stack(1)->ref, v);
    *result = const_value(found);
    return !REC_FAILED();
}

/* A value found in the class or a base: a constant. A class that gets another value there, or dies, revokes the tree at
 * once if somebody could see that the old one is still alive. */
static Ref class_value(Type *class, Value found)
{
    if (!record_is_lasting(found) && !watch_death(rec.tree, value_from_object(class))) record_abort(REASON_NO_MEMORY);
    return const_value(found);
}

static bool fold_class_attr(Value v, Value name, Ref *result)
{
    Type *class = as_type(v);
    if (type_of(v) != &type_type || !value_is_null(type_lookup_borrow(&type_type, name))) return false;
    Value found = type_lookup_borrow(class, name);
    if (value_is_null(found)) return false;
    if (object_has_type(found, &type_staticmethod)) found = method_holder_callable_borrow(found);
    if (value_is_null(found) || (type_of(found)->descr_get && !is_function(found))) return false;
    guard_value(rec_stack(1)->ref, v);
    if (!record_guard_version(class)) return false;
    *result = class_value(class, found);
    return !REC_FAILED();
}

/* An attribute of the class, the same for all instances. */
static bool is_plain_class_attr(Value attribute)
{
    return !value_is_null(attribute) && !type_of(attribute)->descr_get && !is_data_descriptor(attribute);
}

/* LOAD_ATTR of an object that exists in the recorder only. */
static bool load_from_object(Value v, Value name)
{
    if (object_load(name) || REC_FAILED()) return true;
    Value attribute = type_lookup_borrow(type_of(v), name);
    if (!value_is_null(attribute) && is_data_descriptor(attribute) && record_property(attribute)) return true;
    if (REC_FAILED() || slot_of(v, name) >= 0 || !is_plain_class_attr(attribute)) return REC_FAILED();
    if (record_guard_version(type_of(v))) replace_top(class_value(type_of(v), attribute), OWN_NONE);
    return true;
}

void record_load_attr(void)
{
    Value v = actual(1), name = name_at(rec.oparg);
    if (is_object(rec_stack(1)->ref)) {
        if (load_from_object(v, name)) return;
        materialize(rec_stack(1));
    }
    Ref owner = rec_stack(1)->ref, result;
    if (is_virtual_exception(owner) && (record_exception_attr(name) || REC_FAILED())) return;
    if (value_is_object(v) && type_of(v) == &type_module && fold_module_attr(v, name, &result)) {
        replace_top(result, OWN_NONE);
        return;
    }
    if (value_is_object(v) && is_type(v) && fold_class_attr(v, name, &result)) {
        replace_top(result, OWN_NONE);
        return;
    }
    Type *type = type_of(v);
    if (REC_FAILED()) return;
    if (!value_is_object(v) || type->getattr != generic_getattr || REF_IS_VIRTUAL(owner)) {
        get_attr_by_helper(name);
        return;
    }
    Value attribute = type_lookup_borrow(type, name);
    if (!value_is_null(attribute) && member_of(attribute)) {
        const NativeMember *member = member_of(attribute);
        bool is_slot = member->kind == MEMBER_VALUE_EX && type_has_flag(type, TYPE_HEAP);
        if (is_slot && !value_is_null(*(Value *)((char *)value_as_object(v) + member->offset))) {
            if (!record_guard_class(owner, v)) return;
            result = emit_load(IR_FLOAD, IR_VAL, owner, (int)member->offset, ALIAS_ATTR);
            emit_guard(IR_GISNOT, result, const_value(VALUE_NULL));
            replace_top(result, OWN_FRAGILE);
            return;
        }
    }
    if (!value_is_null(attribute) && is_data_descriptor(attribute)) {
        if (record_property(attribute) || REC_FAILED()) return;
        get_attr_by_helper(name);
        return;
    }
    int slot = slot_of(v, name);
    if (slot >= 0) {
        if (!record_guard_class(owner, v)) return;
        AttrPlace place = place_of(owner, v, slot);
        result = emit_load(IR_FLOAD, IR_VAL, place.base, place.offset, place.class);
        replace_top(result, OWN_FRAGILE);
        return;
    }
    if (!value_is_null(attribute) && !may_have_instance_dict(v) && !type_of(attribute)->descr_get && has_shape(v)) {
        if (!record_guard_class(owner, v)) return;
        replace_top(class_value(type, attribute), OWN_NONE);
        return;
    }
    get_attr_by_helper(name);
}

/* --- methods: [owner] -> [method, owner] or [NULL, attribute] --- */

static void push_bound(Ref attribute, Own own)
{
    if (REC_FAILED()) return;
    replace_top(attribute, own);
    Slot value = rec_take();
    rec_push(const_value(VALUE_NULL), OWN_NONE);
    rec_push_slot(value);
}

static bool load_class_method(Value v, Value name, Value attribute)
{
    if (!value_is_object(v)) return false;
    if (type_of(v) == &type_type)
        return value_is_null(type_lookup_borrow(&type_type, name)) &&
               record_class_method(type_lookup_borrow(as_type(v), name), v);
    return has_shape(v) && !may_have_instance_dict(v) && slot_of(v, name) < 0 && record_class_method(attribute, v);
}

void record_load_method(void)
{
    Value v = actual(1), name = name_at(rec.oparg);
    if (record_super_method()) return;
    Value attribute = type_of(v)->getattr == generic_getattr ? type_lookup_borrow(type_of(v), name) : VALUE_NULL;
    bool is_method = !value_is_null(attribute) && type_has_flag(type_of(attribute), TYPE_METHOD_DESCRIPTOR) &&
                     !may_have_instance_dict(v) && slot_of(v, name) < 0 && type_of(v)->attrs_offset >= 0;
    Slot *slot = rec_stack(1);
    if (is_virtual(slot->ref, VIRTUAL_SUPER)) {
        record_virtual_super_method(name);
        return;
    }
    if (REF_IS_VIRTUAL(slot->ref) && !(is_method && is_object(slot->ref))) materialize(slot);
    Ref owner = rec_stack(1)->ref, result;
    if (value_is_object(v) && type_of(v) == &type_module && fold_module_attr(v, name, &result)) {
        push_bound(result, OWN_NONE);
        return;
    }
    if (value_is_object(v) && is_type(v) && fold_class_attr(v, name, &result)) {
        push_bound(result, OWN_NONE);
        return;
    }
    Type *type = type_of(v);
    if (REC_FAILED() || load_class_method(v, name, attribute) || REC_FAILED()) return;
    if (!value_is_null(attribute) && object_has_type(attribute, &type_staticmethod) && value_is_object(v) &&
        !may_have_instance_dict(v) && slot_of(v, name) < 0 && !is_object(owner)) {
        Value callable = method_holder_callable_borrow(attribute);
        if (!value_is_null(callable) && record_guard_class(owner, v)) push_bound(const_value(callable), OWN_NONE);
        if (!value_is_null(callable)) return;
    }
    if (!is_method) {
        int attr_slot = type->getattr == generic_getattr && value_is_object(v) &&
                                (value_is_null(attribute) || !is_data_descriptor(attribute))
                            ? slot_of(v, name)
                            : -1;
        if (attr_slot >= 0 && record_guard_class(owner, v)) {
            AttrPlace place = place_of(owner, v, attr_slot);
            push_bound(emit_load(IR_FLOAD, IR_VAL, place.base, place.offset, place.class), OWN_FRAGILE);
            return;
        }
        if (REC_FAILED()) return;
        Ref args[] = {as_tagged(owner), const_value(name)};
        Ref bound = emit_call_checked(HELPER_get_attr, args, 2);
        push_bound(bound, OWN_SELF);
        return;
    }
    if (value_is_object(v)) {
        if (!record_guard_class(owner, v)) return;
    } else {
        guard_exact(owner, v);
    }
    if (REC_FAILED()) return;
    /* [owner] -> [method, owner] */
    Slot self = rec_take();
    rec_push(const_value(attribute), OWN_NONE);
    rec_push_slot(self);
}

/* --- stores: [value, owner] --- */

/* What is known now of the value that a store overwrites, so that it need not be dropped blindly. */
Ref record_old_value(Ref base, int offset, AliasClass class, Value now)
{
    Ref old = emit_load(IR_FLOAD, IR_VAL, base, offset, class);
    record_guard_droppable(old, now);
    return old;
}

void record_guard_present(Ref base, int offset, AliasClass class, Value now)
{
    if (value_is_object(now))
        emit_guard(IR_GISNOT, emit_load(IR_FLOAD, IR_VAL, base, offset, class), const_value(VALUE_NULL));
}

void record_guard_droppable(Ref old, Value now)
{
    if (!is_counted(old) || REC_FAILED()) return;
    if (value_is_small_int(now))
        emit_guard(IR_GINT, old, REF_NONE);
    else if (value_is_immediate_float(now))
        emit_guard(IR_GFLT, old, REF_NONE);
    else if (!value_is_object(now))
        emit_guard(IR_GIS, old, const_value(now));
    else if (has_other_owners(now))
        emit(IR_GSHARED, IR_NIL, old, REF_NONE, record_snapshot(), 0);
}

void record_drop_old(Ref old)
{
    if (!is_counted(old)) return;
    if (is_known_shared(old)) {
        emit(IR_DECREF, IR_NIL, old, REF_NONE, 0, 2);
        return;
    }
    record_barrier();
    record_set_ip();
    emit(IR_DECREF, IR_NIL, old, REF_NONE, 0, 0);
    record_escaped();
}

static void set_attr_by_helper(Value name)
{
    for (int i = 1; i <= 2; i++) {
        if (REF_IS_VIRTUAL(rec_stack(i)->ref)) materialize(rec_stack(i));
    }
    Ref args[] = {as_tagged(rec_stack(1)->ref), const_value(name), as_tagged(rec_stack(2)->ref)};
    if (REC_FAILED()) return;
    emit_call_checked(HELPER_set_attr, args, 3);
    rec_drop(2);
}

static void store_existing(AttrPlace place, Value now)
{
    Ref old = record_old_value(place.base, place.offset, place.class, now);
    Slot *value = rec_stack(2);
    if (REF_IS_VIRTUAL(value->ref)) materialize(value);
    Ref tagged = as_tagged(rec_stack(2)->ref);
    if (REC_FAILED()) return;
    rec_own(rec_stack(2));
    Slot owner = rec_take();
    rec_take(); /* its reference goes into the attribute */
    emit_store(place.base, place.offset, tagged, place.class);
    record_drop_old(old);
    rec_release(owner);
}

/* A first assignment: the value, then the next shape. */
static bool store_new(Ref owner, Value v, Value name)
{
    Shape *shape = instance_attrs(v)->shape;
    Type *type = type_of(v);
    if (shape->slot_count >= shape->inline_capacity || shape->is_dict) return false;
    Shape *child = shape_add(shape, name);
    if (!child) {
        error_clear();
        return false;
    }
    if (!record_guard_class(owner, v)) return true;
    Slot *value = rec_stack(2);
    if (REF_IS_VIRTUAL(value->ref)) materialize(value);
    Ref tagged = as_tagged(rec_stack(2)->ref);
    if (REC_FAILED()) return true;
    rec_own(rec_stack(2));
    Slot owner_slot = rec_take();
    rec_take();
    int attrs = (int)type->attrs_offset;
    emit_store(owner, attrs + (int)offsetof(InstanceAttrs, slots) + (int)shape->slot_count * 8, tagged, ALIAS_ATTR);
    emit_store(owner, attrs + (int)offsetof(InstanceAttrs, shape), ir_address(rec.ir, child), ALIAS_SHAPE);
    rec_release(owner_slot);
    return true;
}

void record_store_attr(void)
{
    Value v = actual(1), name = name_at(rec.oparg);
    if (is_object(rec_stack(1)->ref)) {
        Value attribute = type_lookup_borrow(type_of(v), name);
        if (object_store(name) || REC_FAILED()) return;
        if (!value_is_null(attribute) && (record_property_store(attribute) || REC_FAILED())) return;
        materialize(rec_stack(1));
    }
    Ref owner = rec_stack(1)->ref;
    Type *type = type_of(v);
    if (is_virtual_exception(owner) && (record_exception_set_attr(name) || REC_FAILED())) return;
    if (!value_is_object(v) || type->setattr != generic_setattr || REF_IS_VIRTUAL(owner)) {
        set_attr_by_helper(name);
        return;
    }
    Value attribute = type_lookup_borrow(type, name);
    if (!value_is_null(attribute) && member_of(attribute)) {
        const NativeMember *member = member_of(attribute);
        if (member->kind == MEMBER_VALUE_EX && !member->is_readonly && type_has_flag(type, TYPE_HEAP)) {
            if (!record_guard_class(owner, v)) return;
            Value now = *(Value *)((char *)value_as_object(v) + member->offset);
            record_guard_present(owner, (int)member->offset, ALIAS_ATTR, now);
            store_existing((AttrPlace){owner, (int)member->offset, ALIAS_ATTR}, now);
            return;
        }
    }
    if (!value_is_null(attribute) && (record_property_store(attribute) || REC_FAILED())) return;
    bool is_plain = (value_is_null(attribute) || !is_data_descriptor(attribute)) && has_shape(v) &&
                    !instance_attrs(v)->shape->is_dict && type_has_flag(type, TYPE_HEAP);
    if (is_plain) {
        int slot = slot_of(v, name);
        if (slot >= 0) {
            if (!record_guard_class(owner, v)) return;
            AttrPlace place = place_of(owner, v, slot);
            store_existing(place, instance_get_borrow(v, name));
            return;
        }
        if (store_new(owner, v, name) || REC_FAILED()) return;
    }
    set_attr_by_helper(name);
}

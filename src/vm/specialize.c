/* specialize.c: chooses specialised and fused forms for what the generic instructions see.
 *
 * A fused form stands in the first unit of its group (Q1, frame.h), so fusing looks back from the instruction that is
 * being executed: at the public code, where cache units cannot be mistaken for instructions. The form is used from the
 * next execution on. A form that misses too often makes way (DEOPTIMIZE), and another attempt follows. */
#include "vm/specialize.h"

#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/shape.h"
#include "objects/slice.h"
#include "objects/type.h"
#include "vm/generator.h"
#include "vm/runtime.h"

/* --- putting forms in place --- */

static int public_opcode_at(const Frame *frame, const Unit *ip)
{
    ssize_t index = ip - frame_quick(frame)->units;
    if (index < 0 || index >= frame->code->code_units) return -1;
    return (uint8_t)as_bytes(frame->code->code)->data[index * 2];
}

/* The generic form for now. Attempts begin with it: between misses the generic form runs while the unit still carries
 * the old quick one, which must not see half of the new caches. */
static void give_up(Unit *ip)
{
    if (ip->opcode != BC_ENTER_TRACE) ip->opcode = bc_base[ip->opcode];
    ip->counter = COUNTER_RETRY;
}

static void put(Unit *ip, int opcode)
{
    if (ip->opcode == BC_ENTER_TRACE) return;
    ip->opcode = (uint16_t)opcode;
    ip->counter = COUNTER_MISSES;
}

/* The form at an earlier unit than the instruction itself. A pair in front that covers this unit is split. */
static void put_fused(const Frame *frame, Unit *first, Unit *own, int opcode)
{
    if (public_opcode_at(frame, first - 1) >= 0 && (first - 1)->opcode >= BC_FIRST_QUICK &&
        (first - 1)->opcode != BC_ENTER_TRACE && bc_units[(first - 1)->opcode] == 2) {
        int previous = public_opcode_at(frame, first - 1);
        if (previous == BC_LOAD_FAST || previous == BC_STORE_FAST) (first - 1)->opcode = (uint16_t)previous;
    }
    put(first, opcode);
    give_up(own);
}

/* The caches at ip are about to change: a fused form in front that reads them must not survive. */
static void split_front(const Frame *frame, Unit *ip)
{
    Unit *front = ip - 1;
    if (public_opcode_at(frame, front) == BC_LOAD_FAST && front->opcode >= BC_FIRST_QUICK &&
        front->opcode != BC_ENTER_TRACE && bc_units[front->opcode] > 1)
        front->opcode = BC_LOAD_FAST;
}

/* Where the two operands on the stack came from. */
enum Operands { OPERANDS_SS, OPERANDS_SF, OPERANDS_SK, OPERANDS_FF, OPERANDS_FK };

static enum Operands operands_before(const Frame *frame, const Unit *ip)
{
    int last = public_opcode_at(frame, ip - 1), first = public_opcode_at(frame, ip - 2);
    if (last == BC_LOAD_FAST) return first == BC_LOAD_FAST ? OPERANDS_FF : OPERANDS_SF;
    if (last == BC_LOAD_CONST) return first == BC_LOAD_FAST ? OPERANDS_FK : OPERANDS_SK;
    return OPERANDS_SS;
}

static int operand_units(enum Operands operands)
{
    return operands == OPERANDS_SS ? 0 : operands <= OPERANDS_SK ? 1 : 2;
}

/* --- operators --- */

/* The family of an operator: BC_BINARY_ADD_SS …, in the order of ARITHMETIC_FAMILY; 0: none. */
static int arithmetic_family(uint32_t op)
{
    if (op >= NB_INPLACE_ADD) op -= NB_INPLACE_ADD;
    switch (op) {
    case NB_ADD: return BC_BINARY_ADD_SS;
    case NB_SUBTRACT: return BC_BINARY_SUB_SS;
    case NB_MULTIPLY: return BC_BINARY_MUL_SS;
    case NB_TRUE_DIVIDE: return BC_BINARY_DIV_SS;
    case NB_FLOOR_DIVIDE: return BC_BINARY_FLOORDIV_SS;
    case NB_REMAINDER: return BC_BINARY_MOD_SS;
    case NB_AND: return BC_BINARY_AND_SS;
    case NB_OR: return BC_BINARY_OR_SS;
    case NB_XOR: return BC_BINARY_XOR_SS;
    case NB_LSHIFT: return BC_BINARY_LSHIFT_SS;
    case NB_RSHIFT: return BC_BINARY_RSHIFT_SS;
    default: return 0;
    }
}

static bool is_immediate_number(Value v)
{
    return value_is_small_int(v) || value_is_immediate_float(v);
}

static bool operation_suits(int family, Value left, Value right)
{
    if (!is_immediate_number(left) || !is_immediate_number(right)) return false;
    bool is_float_operation = family == BC_BINARY_ADD_SS || family == BC_BINARY_SUB_SS || family == BC_BINARY_MUL_SS ||
                              family == BC_BINARY_DIV_SS;
    return is_float_operation || values_are_small_ints(left, right);
}

void specialize_binary_op(Frame *frame, Unit *ip, Value left, Value right)
{
    uint32_t op = ip->oparg >= NB_INPLACE_ADD ? ip->oparg - NB_INPLACE_ADD : ip->oparg;
    bool stores = public_opcode_at(frame, ip + 2) == BC_STORE_FAST;
    if (op == NB_ADD && object_has_type(left, &type_str) && object_has_type(right, &type_str)) {
        bool same = stores && value_is(frame->localsplus[ip[2].oparg], left);
        put(ip, same ? BC_BINARY_ADD_STR_STORE : BC_BINARY_ADD_STR);
        return;
    }
    int family = arithmetic_family(ip->oparg);
    if (!family || !operation_suits(family, left, right)) {
        give_up(ip);
        return;
    }
    enum Operands operands = operands_before(frame, ip);
    int form = family + (int)operands + (stores ? BC_BINARY_ADD_SS_STORE - BC_BINARY_ADD_SS : 0);
    if (operands == OPERANDS_SS)
        put(ip, form);
    else
        put_fused(frame, ip - operand_units(operands), ip, form);
    if (operands != OPERANDS_SS) put(ip, family); /* for who jumps behind the operands */
}

/* The first form of each comparison, in the order of COMPARE_FAMILY. */
static const uint16_t compare_values[6][5] = {
#define COMPARE_ROW(OP)                                                                                                \
    {                                                                                                                  \
        BC_COMPARE_##OP##_SS, BC_COMPARE_##OP##_SF, BC_COMPARE_##OP##_SK, BC_COMPARE_##OP##_FF, BC_COMPARE_##OP##_FK   \
    }
    COMPARE_ROW(LT), COMPARE_ROW(LE), COMPARE_ROW(EQ), COMPARE_ROW(NE), COMPARE_ROW(GT), COMPARE_ROW(GE)};

static const uint16_t compare_jumps[6][5] = {
#define JUMP_ROW(OP)                                                                                                   \
    {                                                                                                                  \
        BC_COMPARE_##OP##_SS_JUMP_FALSE, BC_COMPARE_##OP##_SF_JUMP_FALSE, BC_COMPARE_##OP##_SK_JUMP_FALSE,             \
            BC_COMPARE_##OP##_FF_JUMP_FALSE, BC_COMPARE_##OP##_FK_JUMP_FALSE                                           \
    }
    JUMP_ROW(LT), JUMP_ROW(LE), JUMP_ROW(EQ), JUMP_ROW(NE), JUMP_ROW(GT), JUMP_ROW(GE)};

/* JUMP_FALSE, JUMP_TRUE and LOOP_TRUE follow one another; -1: the comparison is not followed by such a jump. */
static int jump_kind(const Frame *frame, const Unit *ip)
{
    switch (public_opcode_at(frame, ip + 3)) {
    case BC_POP_JUMP_FORWARD_IF_FALSE: return 0;
    case BC_POP_JUMP_FORWARD_IF_TRUE: return 1;
    case BC_POP_JUMP_BACKWARD_IF_TRUE: return ip[3].opcode == BC_POP_JUMP_BACKWARD_IF_TRUE ? 2 : -1;
    default: return -1;
    }
}

void specialize_compare(Frame *frame, Unit *ip, Value left, Value right)
{
    bool are_numbers = values_are_small_ints(left, right) || values_are_immediate_floats(left, right);
    if (!are_numbers) {
        bool are_texts = object_has_type(left, &type_str) && object_has_type(right, &type_str);
        if (are_texts && (ip->oparg == CMP_EQ || ip->oparg == CMP_NE))
            put(ip, BC_COMPARE_EQ_STR);
        else
            give_up(ip);
        return;
    }
    enum Operands operands = operands_before(frame, ip);
    int kind = jump_kind(frame, ip);
    int form = kind < 0 ? compare_values[ip->oparg][operands] : compare_jumps[ip->oparg][operands] + kind;
    if (operands == OPERANDS_SS) {
        put(ip, form);
        return;
    }
    put_fused(frame, ip - operand_units(operands), ip, form);
    put(ip, compare_values[ip->oparg][OPERANDS_SS]);
}

/* --- subscripts --- */

void specialize_subscript(Frame *frame, Unit *ip, Value container, Value key)
{
    bool is_list_item = object_has_type(container, &type_list) && value_is_small_int(key);
    bool is_tuple_item = object_has_type(container, &type_tuple) && value_is_small_int(key);
    if (is_list_item || is_tuple_item) {
        int by_list[] = {BC_BINARY_SUBSCR_LIST_SS, BC_BINARY_SUBSCR_LIST_SF, BC_BINARY_SUBSCR_LIST_SS,
                         BC_BINARY_SUBSCR_LIST_FF, BC_BINARY_SUBSCR_LIST_FK};
        int by_tuple[] = {BC_BINARY_SUBSCR_TUPLE_SS, BC_BINARY_SUBSCR_TUPLE_SF, BC_BINARY_SUBSCR_TUPLE_SS,
                          BC_BINARY_SUBSCR_TUPLE_FF, BC_BINARY_SUBSCR_TUPLE_FK};
        const int *forms = is_list_item ? by_list : by_tuple;
        enum Operands operands = operands_before(frame, ip);
        if (operands != OPERANDS_SS && operands != OPERANDS_SK)
            put_fused(frame, ip - operand_units(operands), ip, forms[operands]);
        put(ip, forms[OPERANDS_SS]);
    } else if (object_has_type(container, &type_dict)) {
        put(ip, BC_BINARY_SUBSCR_DICT);
    } else if (object_has_type(container, &type_str) && value_is_small_int(key)) {
        put(ip, BC_BINARY_SUBSCR_STR);
    } else {
        give_up(ip);
    }
}

void specialize_store_subscript(Frame *frame, Unit *ip, Value container, Value key)
{
    if (object_has_type(container, &type_list) && value_is_small_int(key)) {
        if (operands_before(frame, ip) == OPERANDS_FF) put_fused(frame, ip - 2, ip, BC_STORE_SUBSCR_LIST_FF);
        put(ip, BC_STORE_SUBSCR_LIST);
    } else if (object_has_type(container, &type_dict)) {
        put(ip, BC_STORE_SUBSCR_DICT);
    } else {
        give_up(ip);
    }
}

/* --- globals --- */

void specialize_load_global(Frame *frame, Unit *ip)
{
    Value name = tuple_item_borrow(frame->code->names, ip->oparg >> 1);
    give_up(ip);
    if (!is_exact_dict(frame->globals) || !is_exact_dict(frame->builtins)) return;
    ssize_t entry = dict_find_entry(frame->globals, name);
    uint32_t version = dict_keys_version(frame->globals);
    if (entry < -1) error_clear();
    if (entry < -1 || !version) return;
    if (entry >= 0) {
        ip[1].low = version;
        ip[1].high = (uint32_t)entry;
        put(ip, BC_LOAD_GLOBAL_MODULE);
        return;
    }
    entry = dict_find_entry(frame->builtins, name);
    uint32_t builtins_version = dict_keys_version(frame->builtins);
    if (entry < -1) error_clear();
    if (entry < 0 || !builtins_version) return;
    ip[1].low = version;
    ip[2].low = builtins_version;
    ip[2].high = (uint32_t)entry;
    put(ip, BC_LOAD_GLOBAL_BUILTIN);
}

/* --- attributes --- */

/* What MemberDescriptor (objects/descr.c) begins with. */
typedef struct MemberOfSlot {
    Object head;
    Type *type;
    Value name;
    NULLABLE Value qualname;
    const NativeMember *member;
} MemberOfSlot;

/* What Property (objects/property.c) begins with. */
typedef struct PropertyHead {
    Object head;
    NULLABLE Value getter, setter, deleter;
} PropertyHead;

static NULLABLE InstanceAttrs *attrs_of(Value v)
{
    if (!value_is_object(v)) return NULL;
    const Type *type = value_as_object(v)->type;
    if (type->attrs_offset <= 0) return NULL;
    return (InstanceAttrs *)((char *)value_as_object(v) + type->attrs_offset);
}

/* Byte offset of an inline slot from the object's start; 0: it is not inline. */
static uint32_t slot_offset(Value v, int slot)
{
    const InstanceAttrs *attrs = attrs_of(v);
    if (slot < 0 || slot >= attrs->shape->inline_capacity) return 0;
    return (uint32_t)((const char *)&attrs->slots[slot] - (const char *)value_as_object(v));
}

static bool is_data_descriptor(Value v)
{
    return type_of(v)->descr_set != NULL;
}

/* The offset of a __slots__ member; 0 when v is none. */
static uint32_t member_offset(Value v, const Type *type)
{
    if (!object_has_type(v, &type_member_descriptor)) return 0;
    const MemberOfSlot *descriptor = (const MemberOfSlot *)value_as_object(v);
    const NativeMember *member = descriptor->member;
    if (member->kind != MEMBER_VALUE_EX || member->is_readonly || !type_is_subtype(type, descriptor->type)) return 0;
    return (uint32_t)member->offset;
}

/* An attribute form at the instruction, or with the LOAD_FAST of the owner in front. */
static void put_attribute(Frame *frame, Unit *ip, int on_stack, int on_local)
{
    if (public_opcode_at(frame, ip - 1) == BC_LOAD_FAST) put_fused(frame, ip - 1, ip, on_local);
    put(ip, on_stack);
}

/* Module attribute: the entry in its dict. */
static bool cache_module_entry(Unit *ip, Value module, Value name)
{
    ssize_t entry = dict_find_entry(as_module(module)->dict, name);
    uint32_t version = dict_keys_version(as_module(module)->dict);
    if (entry < -1) error_clear();
    if (entry < 0 || !version) return false;
    ip[1].low = version;
    ip[1].high = (uint32_t)entry;
    return true;
}

/* Attribute of a class whose metaclass is type: the value as it is given, when nothing is bound. */
static bool cache_type_value(Unit *ip, Value owner, Value name)
{
    Type *type = as_type(owner);
    if (type->head.type != &type_type || !value_is_null(type_lookup_borrow(&type_type, name))) return false;
    Value found = type_lookup_borrow(type, name);
    if (value_is_null(found) || !type_version(type)) return false;
    if (type_of(found)->descr_get && !is_function(found)) return false;
    ip[1].low = type->version;
    ip[3].word = found.bits;
    return true;
}

static void specialize_instance_attr(Frame *frame, Unit *ip, Value owner, Value name)
{
    Type *type = type_of(owner);
    if (type->getattr != generic_getattr || !value_is_object(owner) || !type_version(type)) return;
    Value in_class = type_lookup_borrow(type, name);
    uint32_t offset = value_is_null(in_class) ? 0 : member_offset(in_class, type);
    ip[1].low = type->version;
    if (offset) {
        ip[1].high = offset;
        put_attribute(frame, ip, BC_LOAD_ATTR_MEMBER_S, BC_LOAD_ATTR_MEMBER_F);
        return;
    }
    if (object_has_type(in_class, &type_property)) {
        Value getter = ((const PropertyHead *)value_as_object(in_class))->getter;
        if (value_is_null(getter) || !is_function(getter) || simple_argcount(as_code(as_function(getter)->code)) != 1)
            return;
        ip[3].word = getter.bits;
        put(ip, BC_LOAD_ATTR_PROPERTY);
        return;
    }
    const InstanceAttrs *attrs = attrs_of(owner);
    if (!attrs || attrs->shape->is_dict || (!value_is_null(in_class) && is_data_descriptor(in_class))) return;
    ip[2].pointer = attrs->shape;
    int slot = shape_find(attrs->shape, name);
    if (slot >= 0) {
        ip[1].high = slot_offset(owner, slot);
        if (ip[1].high) put_attribute(frame, ip, BC_LOAD_ATTR_SLOT_S, BC_LOAD_ATTR_SLOT_F);
    } else if (!value_is_null(in_class) && !type_of(in_class)->descr_get) {
        ip[3].word = in_class.bits;
        put(ip, BC_LOAD_ATTR_CLASS_VALUE);
    }
}

void specialize_load_attr(Frame *frame, Unit *ip, Value owner)
{
    Value name = tuple_item_borrow(frame->code->names, ip->oparg);
    give_up(ip);
    split_front(frame, ip);
    if (object_has_type(owner, &type_module)) {
        if (cache_module_entry(ip, owner, name)) put(ip, BC_LOAD_ATTR_MODULE);
    } else if (is_type(owner)) {
        if (cache_type_value(ip, owner, name)) put(ip, BC_LOAD_ATTR_TYPE);
    } else {
        specialize_instance_attr(frame, ip, owner, name);
    }
}

void specialize_store_attr(Frame *frame, Unit *ip, Value owner)
{
    Value name = tuple_item_borrow(frame->code->names, ip->oparg);
    Type *type = type_of(owner);
    give_up(ip);
    split_front(frame, ip);
    if (type->setattr != generic_setattr || !value_is_object(owner) || !type_version(type)) return;
    Value in_class = type_lookup_borrow(type, name);
    ip[1].low = type->version;
    if (!value_is_null(in_class)) {
        ip[1].high = member_offset(in_class, type);
        if (ip[1].high) put_attribute(frame, ip, BC_STORE_ATTR_MEMBER_S, BC_STORE_ATTR_MEMBER_F);
        if (ip[1].high || is_data_descriptor(in_class)) return;
    }
    InstanceAttrs *attrs = attrs_of(owner);
    if (!attrs || attrs->shape->is_dict) return;
    int slot = shape_find(attrs->shape, name);
    ip[2].pointer = attrs->shape;
    if (slot >= 0) {
        ip[1].high = slot_offset(owner, slot);
        if (ip[1].high) put_attribute(frame, ip, BC_STORE_ATTR_SLOT_S, BC_STORE_ATTR_SLOT_F);
        return;
    }
    Shape *child = attrs->shape->slot_count < attrs->shape->inline_capacity ? shape_add(attrs->shape, name) : NULL;
    if (!child) {
        error_clear();
        return;
    }
    ip[1].high = slot_offset(owner, (int)attrs->shape->slot_count);
    ip[3].pointer = child;
    if (ip[1].high) put_attribute(frame, ip, BC_STORE_ATTR_NEW_S, BC_STORE_ATTR_NEW_F);
}

void specialize_load_method(Frame *frame, Unit *ip, Value owner)
{
    Value name = tuple_item_borrow(frame->code->names, ip->oparg);
    give_up(ip);
    split_front(frame, ip);
    if (object_has_type(owner, &type_module)) {
        if (cache_module_entry(ip, owner, name)) put(ip, BC_LOAD_METHOD_MODULE);
        return;
    }
    if (is_type(owner)) {
        if (cache_type_value(ip, owner, name)) put(ip, BC_LOAD_METHOD_TYPE);
        return;
    }
    Type *type = type_of(owner);
    if (type->getattr != generic_getattr || !type_version(type)) return;
    Value method = type_lookup_borrow(type, name);
    if (value_is_null(method) || !type_has_flag(type_of(method), TYPE_METHOD_DESCRIPTOR)) return;
    ip[1].low = type->version;
    ip[3].word = method.bits;
    if (type->attrs_offset == 0 && type->dict_offset == 0) {
        put_attribute(frame, ip, BC_LOAD_METHOD_PLAIN_S, BC_LOAD_METHOD_PLAIN_F);
        return;
    }
    const InstanceAttrs *attrs = attrs_of(owner);
    if (!attrs || attrs->shape->is_dict || shape_find(attrs->shape, name) >= 0) return;
    ip[2].pointer = attrs->shape;
    put_attribute(frame, ip, BC_LOAD_METHOD_SHAPE_S, BC_LOAD_METHOD_SHAPE_F);
}

/* --- calls --- */

/* The method of the builtin function `name`, as it was at the start; NULL when a program has replaced it before. */
static const NativeMethod *builtin_method(const char *name)
{
    Value v = dict_get_cstr_borrow(runtime.builtins_dict, name);
    return object_has_type(v, &type_native_function) ? ((NativeFunctionObject *)value_as_object(v))->method : NULL;
}

static void specialize_native(Unit *ip, const NativeMethod *method, bool is_method, int nargs)
{
    ip[3].pointer = (void *)method;
    if (is_method)
        put(ip, BC_PRECALL_NATIVE_METHOD);
    else if (nargs == 1 && method == builtin_method("len"))
        put(ip, BC_PRECALL_LEN);
    else if (nargs == 2 && method == builtin_method("isinstance"))
        put(ip, BC_PRECALL_ISINSTANCE);
    else
        put(ip, BC_PRECALL_NATIVE);
}

static void specialize_class(Unit *ip, Type *type, int nargs)
{
    extern Value object_new(Type *, const Value *, ssize_t, Value);
    if (type == &type_type && nargs == 1) {
        put(ip, BC_PRECALL_TYPE);
        return;
    }
    if (type->head.type != &type_type || !type_has_flag(type, TYPE_HEAP) || type_has_flag(type, TYPE_ABSTRACT) ||
        type->new_instance != object_new || !type_version(type))
        return;
    Value init = type_lookup_borrow(type, ID(__init__));
    if (value_is_null(init) || !is_function(init) || simple_argcount(as_code(as_function(init)->code)) != nargs + 1)
        return;
    ip[3].low = type->version;
    ip[5].word = init.bits;
    put(ip, BC_PRECALL_CLASS);
}

void specialize_call(Frame *frame, Unit *ip, Value *sp, int nargs)
{
    Value method = sp[-nargs - 2], callable = value_is_null(method) ? sp[-nargs - 1] : method;
    give_up(ip);
    if (ip[1].low) return; /* keywords */
    if (is_function(callable)) {
        int given = nargs + !value_is_null(method);
        put(ip, simple_argcount(as_code(as_function(callable)->code)) == given ? BC_PRECALL_PY : BC_PRECALL_PY_GENERAL);
    } else if (value_is_null(method) && object_has_type(callable, &type_native_function)) {
        specialize_native(ip, ((NativeFunctionObject *)value_as_object(callable))->method, false, nargs);
    } else if (!value_is_null(method) && object_has_type(callable, &type_method_descriptor)) {
        const MethodDescriptor *descriptor = (const MethodDescriptor *)value_as_object(callable);
        if (descriptor->type == &type_list && strcmp(descriptor->method->name, "append") == 0 && nargs == 1) {
            ip[3].pointer = (void *)descriptor->method;
            put(ip, BC_PRECALL_LIST_APPEND);
        } else {
            specialize_native(ip, descriptor->method, true, nargs);
        }
    } else if (value_is_null(method) && is_type(callable)) {
        specialize_class(ip, as_type(callable), nargs);
    }
}

/* --- iteration --- */

void specialize_for_iter(Frame *frame, Unit *ip, Value iterator)
{
    bool stores = public_opcode_at(frame, ip + 1) == BC_STORE_FAST;
    if (object_has_type(iterator, &type_range_iterator))
        put(ip, stores ? BC_FOR_ITER_RANGE_STORE : BC_FOR_ITER_RANGE_PUSH);
    else if (object_has_type(iterator, &type_list_iterator))
        put(ip, stores ? BC_FOR_ITER_LIST_STORE : BC_FOR_ITER_LIST_PUSH);
    else if (object_has_type(iterator, &type_tuple_iterator))
        put(ip, stores ? BC_FOR_ITER_TUPLE_STORE : BC_FOR_ITER_TUPLE_PUSH);
    else if (object_has_type(iterator, &type_generator))
        put(ip, BC_FOR_ITER_GENERATOR);
    else
        give_up(ip);
}

void specialize_unpack(Frame *frame, Unit *ip, Value sequence)
{
    if (object_has_type(sequence, &type_tuple))
        put(ip, BC_UNPACK_SEQUENCE_TUPLE);
    else if (object_has_type(sequence, &type_list))
        put(ip, BC_UNPACK_SEQUENCE_LIST);
    else
        give_up(ip);
}

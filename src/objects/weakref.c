/* weakref.c: weak references and proxies.
 *
 * An object that can be referenced weakly holds the head of a doubly linked list of its references (at
 * type->weaklist_offset). Order in the list: the plain ref without callback, if any, then the plain proxy, then the
 * others, the youngest first. Those two without a callback are shared: asking again gives the same object.
 *
 * Invariants
 *   W1  A reference with a referent is on that referent's list, once; a dead one is on none.
 *   W2  Callbacks run after all references to the dead object are cleared, in list order, and only for references
 *       that are still alive themselves. They keep the current exception as it was. */
#include "objects/weakref.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static WeakRef *as_weakref(Value v)
{
    return (WeakRef *)value_as_object(v);
}

static bool is_proxy_object(const Object *object)
{
    return object->type == &type_weakproxy || object->type == &type_weakcallableproxy;
}

bool is_weakref_object(const Object *object)
{
    return object->type == &type_weakref || is_proxy_object(object) || type_is_subtype(object->type, &type_weakref);
}

static bool is_ref(Value v)
{
    return value_is_object(v) && type_is_subtype(type_of(v), &type_weakref);
}

/* --- the list --- */

WeakRef **weakref_list(Object *object)
{
    ssize_t offset = object->type->weaklist_offset;
    if (offset <= 0) return NULL;
    /* static types have a list as well, and are objects of a type that says where */
    return (WeakRef **)((char *)object + offset);
}

static void unlink_ref(WeakRef *ref)
{
    if (value_is_null(ref->referent)) return;
    WeakRef **list = weakref_list(value_as_object(ref->referent));
    if (*list == ref) *list = ref->next;
    if (ref->previous) ref->previous->next = ref->next;
    if (ref->next) ref->next->previous = ref->previous;
    ref->previous = ref->next = NULL;
    ref->referent = VALUE_NULL;
}

void weakref_forget(WeakRef *ref)
{
    unlink_ref(ref);
}

/* `after` NULL: to the front */
static void link_ref(WeakRef *ref, WeakRef **list, NULLABLE WeakRef *after)
{
    ref->previous = after;
    ref->next = after ? after->next : *list;
    if (ref->next) ref->next->previous = ref;
    if (after)
        after->next = ref;
    else
        *list = ref;
}

/* The shared plain ref and the shared plain proxy of a list, where they exist. */
static void find_shared(WeakRef *first, WeakRef **ref, WeakRef **proxy)
{
    *ref = *proxy = NULL;
    if (!first || !value_is_null(first->callback)) return;
    if (first->head.type == &type_weakref) {
        *ref = first;
        first = first->next;
        if (!first || !value_is_null(first->callback)) return;
    }
    if (is_proxy_object(&first->head)) *proxy = first;
}

/* --- making --- */

static NULLABLE WeakRef *make_ref(Type *type, Value referent, NULLABLE Value callback)
{
    WeakRef *ref = type == &type_weakref || type == &type_weakproxy || type == &type_weakcallableproxy
                       ? object_alloc(type, sizeof *ref)
                       : object_alloc_zeroed(type, type->instance_size);
    if (!ref) return NULL;
    ref->hash = -1;
    ref->referent = referent;
    ref->callback = value_xincref(callback);
    ref->previous = ref->next = NULL;
    gc_track_inline(ref);
    return ref;
}

static NULLABLE WeakRef **list_for(Value referent)
{
    WeakRef **list = value_is_object(referent) ? weakref_list(value_as_object(referent)) : NULL;
    if (!list) error_format(&type_TypeError, "cannot create weak reference to '%s' object", type_of(referent)->name);
    return list;
}

static Value new_reference(Type *type, Value referent, NULLABLE Value callback)
{
    if (value_is_none(callback)) callback = VALUE_NULL;
    WeakRef **list = list_for(referent);
    if (!list) return VALUE_NULL;
    WeakRef *shared_ref, *shared_proxy;
    find_shared(*list, &shared_ref, &shared_proxy);
    bool is_plain_ref = type == &type_weakref, is_plain = value_is_null(callback);
    bool is_proxy = type == &type_weakproxy || type == &type_weakcallableproxy;
    if (is_plain && is_plain_ref && shared_ref) return value_incref(value_from_object(shared_ref));
    if (is_plain && is_proxy && shared_proxy) return value_incref(value_from_object(shared_proxy));
    WeakRef *ref = make_ref(type, referent, callback);
    if (!ref) return VALUE_NULL;
    WeakRef *after;
    if (is_plain && is_plain_ref)
        after = NULL;
    else if (is_plain && is_proxy)
        after = shared_ref;
    else
        after = shared_proxy ? shared_proxy : shared_ref;
    link_ref(ref, list, after);
    return value_from_object(ref);
}

Value weakref_new(Value referent, NULLABLE Value callback)
{
    return new_reference(&type_weakref, referent, callback);
}

Value weakproxy_new(Value referent, NULLABLE Value callback)
{
    return new_reference(is_callable(referent) ? &type_weakcallableproxy : &type_weakproxy, referent, callback);
}

/* The referent; no value when it is dead or being destroyed. Borrowed. */
static NULLABLE Value live_referent_borrow(Value v)
{
    Value referent = as_weakref(v)->referent;
    return value_is_null(referent) || value_as_object(referent)->refcount <= 0 ? VALUE_NULL : referent;
}

Value weakref_get(Value v)
{
    Value referent = live_referent_borrow(v);
    return value_is_null(referent) ? VALUE_NONE : value_incref(referent);
}

ssize_t weakref_count(Value object)
{
    WeakRef **list = value_is_object(object) ? weakref_list(value_as_object(object)) : NULL;
    ssize_t count = 0;
    for (const WeakRef *ref = list ? *list : NULL; ref; ref = ref->next) count++;
    return count;
}

/* --- the referent dies --- */

static void call_callback(WeakRef *ref, Value callback)
{
    Value result = call_1(callback, value_from_object(ref));
    if (value_is_null(result))
        error_write_unraisable(callback, NULL);
    else
        value_decref(result);
}

/* Clears ref and hands its callback over. */
static Value take_callback(WeakRef *ref)
{
    Value callback = ref->callback;
    ref->callback = VALUE_NULL;
    unlink_ref(ref);
    return callback;
}

static void clear_many(WeakRef **list)
{
    Value pending = error_fetch();
    Value dying = list_new(0); /* ref, callback, ref, callback … */
    bool is_complete = !value_is_null(dying);
    while (*list) {
        WeakRef *ref = *list;
        bool may_call = ref->head.refcount > 0;
        Value callback = take_callback(ref);
        if (may_call && is_complete && !value_is_null(callback))
            is_complete = list_append(dying, value_from_object(ref)) == 0 && list_append(dying, callback) == 0;
        value_xdecref(callback);
    }
    if (!is_complete) error_write_unraisable(VALUE_NULL, NULL);
    for (ssize_t i = 0; !value_is_null(dying) && i + 1 < list_length(dying); i += 2)
        call_callback(as_weakref(list_item_borrow(dying, i)), list_item_borrow(dying, i + 1));
    value_xdecref(dying);
    error_restore(pending);
}

void weakref_clear_all(Object *object)
{
    WeakRef **list = weakref_list(object);
    if (!list || !*list) return;
    while (*list && value_is_null((*list)->callback)) unlink_ref(*list);
    if (*list && !(*list)->next && (*list)->head.refcount > 0) {
        WeakRef *only = *list;
        Value pending = error_fetch(), callback = take_callback(only);
        object_incref(&only->head);
        call_callback(only, callback);
        object_decref(&only->head);
        value_decref(callback);
        error_restore(pending);
    } else if (*list) {
        clear_many(list);
    }
}

/* --- ref objects --- */

static void destroy_ref(Object *self)
{
    WeakRef *ref = (WeakRef *)self;
    gc_untrack_inline(ref);
    unlink_ref(ref);
    value_xdecref(ref->callback);
    object_free(self, self->type->instance_size);
}

static int traverse_ref(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((WeakRef *)self)->callback);
    return 0;
}

static void clear_ref(Object *self)
{
    unlink_ref((WeakRef *)self);
    value_clear(&((WeakRef *)self)->callback);
}

static Value new_ref(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_count("__new__", nargs, 1, 2)) return VALUE_NULL;
    return new_reference(type, args[0], nargs > 1 ? args[1] : VALUE_NULL);
}

static int init_ref(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("ref", kwnames) || !args_count("__init__", nargs, 1, 2)) return -1;
    return 0;
}

static Value call_ref(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {NULL};
    static const ArgSpec spec = {.function = "__call__", .names = names};
    Value out[1];
    if ((nargs > 0 || !value_is_null(kwnames)) && !args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    return weakref_get(self);
}

static int64_t hash_ref(Value self)
{
    WeakRef *ref = as_weakref(self);
    if (ref->hash != -1) return ref->hash;
    Value referent = weakref_get(self);
    if (value_is_none(referent)) {
        error_set(&type_TypeError, "weak object has gone away");
        return -1;
    }
    ref->hash = value_hash(referent);
    value_decref(referent);
    return ref->hash;
}

static Value repr_ref(Value self)
{
    Value referent = weakref_get(self);
    if (value_is_none(referent)) return str_format("<weakref at %p; dead>", (void *)self.bits);
    bool failed = false;
    Value name = get_attr_optional(referent, ID(__name__), &failed), result = VALUE_NULL;
    if (!failed) {
        const char *type_name = type_of(referent)->name;
        if (value_is_null(name) || !is_str(name))
            result = str_format("<weakref at %p; to '%s' at %p>", (void *)self.bits, type_name, (void *)referent.bits);
        else
            result = str_format("<weakref at %p; to '%s' at %p (%U)>", (void *)self.bits, type_name,
                                (void *)referent.bits, name);
    }
    value_xdecref(name);
    value_decref(referent);
    return result;
}

/* Equal when the living referents are; dead ones are compared by identity. */
static Value compare_refs(Value left, Value right, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !is_ref(left) || !is_ref(right)) return VALUE_NOT_IMPLEMENTED;
    Value a = weakref_get(left), b = weakref_get(right), result;
    if (value_is_none(a) || value_is_none(b))
        result = value_from_bool(value_is(left, right) == (op == CMP_EQ));
    else
        result = rich_compare(a, b, op);
    value_decref(a);
    value_decref(b);
    return result;
}

static Value ref_get_callback(Value self, void *closure)
{
    Value callback = as_weakref(self)->callback;
    return value_is_null(callback) ? VALUE_NONE : value_incref(callback);
}

static const NativeGetSet ref_getsets[] = {
    {"__callback__", ref_get_callback, NULL, NULL, NULL},
    {NULL},
};

static const NativeMethod ref_methods[] = {
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

Type type_weakref = {
    .head = TYPE_HEAD,
    .name = "weakref.ReferenceType",
    .instance_size = sizeof(WeakRef),
    .flags = TYPE_BASE | TYPE_HAS_GC,
    .destroy = destroy_ref,
    .traverse = traverse_ref,
    .clear = clear_ref,
    .new_instance = new_ref,
    .init = init_ref,
    .repr = repr_ref,
    .hash = hash_ref,
    .call = call_ref,
    .compare = compare_refs,
    .getsets = ref_getsets,
    .methods = ref_methods,
};

/* --- proxies: every operation goes to the referent, held meanwhile --- */

static bool is_proxy(Value v)
{
    return value_is_object(v) && is_proxy_object(value_as_object(v));
}

/* The operand itself, or the referent of a proxy; owned. VALUE_NULL with ReferenceError for a dead one. */
static Value unwrap(Value v)
{
    if (!is_proxy(v)) return value_incref(v);
    Value referent = live_referent_borrow(v);
    if (value_is_null(referent)) return error_set(&type_ReferenceError, "weakly-referenced object no longer exists");
    return value_incref(referent);
}

static Value apply_unary(Value self, Value (*operation)(Value))
{
    Value object = unwrap(self);
    if (value_is_null(object)) return VALUE_NULL;
    Value result = operation(object);
    value_decref(object);
    return result;
}

static Value apply_binary(Value left, Value right, enum BinaryOp op)
{
    Value a = unwrap(left), b = value_is_null(a) ? VALUE_NULL : unwrap(right);
    Value result = value_is_null(b) ? VALUE_NULL : number_binary(op, a, b);
    value_xdecref(a);
    value_xdecref(b);
    return result;
}

#define PROXY_UNARY(function, operation)                                                                               \
    static Value function(Value self)                                                                                  \
    {                                                                                                                  \
        return apply_unary(self, operation);                                                                           \
    }
#define PROXY_BINARY(function, op)                                                                                     \
    static Value function(Value left, Value right)                                                                     \
    {                                                                                                                  \
        return apply_binary(left, right, op);                                                                          \
    }

PROXY_UNARY(proxy_str, value_str)
PROXY_UNARY(proxy_negative, number_negative)
PROXY_UNARY(proxy_positive, number_positive)
PROXY_UNARY(proxy_absolute, number_absolute)
PROXY_UNARY(proxy_invert, number_invert)
PROXY_UNARY(proxy_to_int, number_to_int)
PROXY_UNARY(proxy_to_float, number_to_float)
PROXY_UNARY(proxy_index, number_index)
PROXY_UNARY(proxy_iter, get_iter)
PROXY_UNARY(proxy_to_bytes, value_bytes)
PROXY_BINARY(proxy_add, NB_ADD)
PROXY_BINARY(proxy_subtract, NB_SUBTRACT)
PROXY_BINARY(proxy_multiply, NB_MULTIPLY)
PROXY_BINARY(proxy_remainder, NB_REMAINDER)
PROXY_BINARY(proxy_floor_divide, NB_FLOOR_DIVIDE)
PROXY_BINARY(proxy_true_divide, NB_TRUE_DIVIDE)
PROXY_BINARY(proxy_matrix_multiply, NB_MATRIX_MULTIPLY)
PROXY_BINARY(proxy_lshift, NB_LSHIFT)
PROXY_BINARY(proxy_rshift, NB_RSHIFT)
PROXY_BINARY(proxy_and, NB_AND)
PROXY_BINARY(proxy_or, NB_OR)
PROXY_BINARY(proxy_xor, NB_XOR)
PROXY_BINARY(proxy_inplace_add, NB_INPLACE_ADD)
PROXY_BINARY(proxy_inplace_subtract, NB_INPLACE_SUBTRACT)
PROXY_BINARY(proxy_inplace_multiply, NB_INPLACE_MULTIPLY)
PROXY_BINARY(proxy_inplace_remainder, NB_INPLACE_REMAINDER)
PROXY_BINARY(proxy_inplace_floor_divide, NB_INPLACE_FLOOR_DIVIDE)
PROXY_BINARY(proxy_inplace_true_divide, NB_INPLACE_TRUE_DIVIDE)
PROXY_BINARY(proxy_inplace_matrix_multiply, NB_INPLACE_MATRIX_MULTIPLY)
PROXY_BINARY(proxy_inplace_lshift, NB_INPLACE_LSHIFT)
PROXY_BINARY(proxy_inplace_rshift, NB_INPLACE_RSHIFT)
PROXY_BINARY(proxy_inplace_and, NB_INPLACE_AND)
PROXY_BINARY(proxy_inplace_or, NB_INPLACE_OR)
PROXY_BINARY(proxy_inplace_xor, NB_INPLACE_XOR)

static Value proxy_divmod(Value left, Value right)
{
    Value a = unwrap(left), b = value_is_null(a) ? VALUE_NULL : unwrap(right);
    Value result = value_is_null(b) ? VALUE_NULL : number_divmod(a, b);
    value_xdecref(a);
    value_xdecref(b);
    return result;
}

static Value proxy_power(Value base, Value exponent, Value modulus)
{
    Value a = unwrap(base), b = VALUE_NULL, m = VALUE_NULL, result = VALUE_NULL;
    if (!value_is_null(a)) b = unwrap(exponent);
    if (!value_is_null(b)) m = value_is_null(modulus) ? VALUE_NONE : unwrap(modulus);
    if (!value_is_null(m)) result = number_power(a, b, m);
    value_xdecref(a);
    value_xdecref(b);
    value_xdecref(m);
    return result;
}

static Value proxy_inplace_power(Value base, Value exponent, Value modulus)
{
    return apply_binary(base, exponent, NB_INPLACE_POWER);
}

static int proxy_truth(Value self)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return -1;
    int result = is_true(object);
    value_decref(object);
    return result;
}

static ssize_t proxy_length(Value self)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return -1;
    ssize_t result = value_length(object);
    value_decref(object);
    return result;
}

static int proxy_contains(Value self, Value item)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return -1;
    int result = contains(object, item);
    value_decref(object);
    return result;
}

static Value proxy_subscript(Value self, Value key)
{
    Value object = unwrap(self), k = value_is_null(object) ? VALUE_NULL : unwrap(key);
    Value result = value_is_null(k) ? VALUE_NULL : get_item(object, k);
    value_xdecref(object);
    value_xdecref(k);
    return result;
}

static int proxy_set_subscript(Value self, Value key, NULLABLE Value value)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return -1;
    int result = set_item(object, key, value);
    value_decref(object);
    return result;
}

static Value proxy_getattr(Value self, Value name)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return VALUE_NULL;
    Value result = get_attr(object, name);
    value_decref(object);
    return result;
}

static int proxy_setattr(Value self, Value name, NULLABLE Value value)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return -1;
    int result = set_attr(object, name, value);
    value_decref(object);
    return result;
}

static Value proxy_compare(Value left, Value right, CompareOp op)
{
    Value a = unwrap(left), b = value_is_null(a) ? VALUE_NULL : unwrap(right);
    Value result = value_is_null(b) ? VALUE_NULL : rich_compare(a, b, op);
    value_xdecref(a);
    value_xdecref(b);
    return result;
}

static Value proxy_repr(Value self)
{
    Value referent = as_weakref(self)->referent;
    const char *type_name = value_is_null(referent) ? "NoneType" : type_of(referent)->name;
    return str_format("<weakproxy at %p to %s at %p>", (void *)self.bits, type_name, (void *)referent.bits);
}

static Value proxy_iternext(Value self)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (is_iterator(object))
        result = iter_next(object);
    else
        error_format(&type_TypeError, "Weakref proxy referenced a non-iterator '%.200s' object", type_of(object)->name);
    value_decref(object);
    return result;
}

static Value proxy_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return VALUE_NULL;
    Value result = call_vector(object, args, nargs, kwnames);
    value_decref(object);
    return result;
}

static NATIVE(proxy_bytes_method)
{
    return proxy_to_bytes(self);
}

static NATIVE(proxy_reversed_method)
{
    Value object = unwrap(self);
    if (value_is_null(object)) return VALUE_NULL;
    Value result = call_method_0(object, ID(__reversed__));
    value_decref(object);
    return result;
}

static const NativeMethod proxy_methods[] = {
    {"__bytes__", proxy_bytes_method, 0, 0, 0, NULL},
    {"__reversed__", proxy_reversed_method, 0, 0, 0, NULL},
    {NULL},
};

#define PROXY_SLOTS                                                                                                    \
    .instance_size = sizeof(WeakRef), .flags = TYPE_HAS_GC | TYPE_NO_NEW, .destroy = destroy_ref,                      \
    .traverse = traverse_ref, .clear = clear_ref, .repr = proxy_repr, .str = proxy_str, .getattr = proxy_getattr,      \
    .setattr = proxy_setattr, .compare = proxy_compare, .iter = proxy_iter, .iternext = proxy_iternext,                \
    .number = {.add = proxy_add,                                                                                       \
               .subtract = proxy_subtract,                                                                             \
               .multiply = proxy_multiply,                                                                             \
               .remainder = proxy_remainder,                                                                           \
               .divmod = proxy_divmod,                                                                                 \
               .power = proxy_power,                                                                                   \
               .negative = proxy_negative,                                                                             \
               .positive = proxy_positive,                                                                             \
               .absolute = proxy_absolute,                                                                             \
               .truth = proxy_truth,                                                                                   \
               .invert = proxy_invert,                                                                                 \
               .lshift = proxy_lshift,                                                                                 \
               .rshift = proxy_rshift,                                                                                 \
               .and_ = proxy_and,                                                                                      \
               .xor_ = proxy_xor,                                                                                      \
               .or_ = proxy_or,                                                                                        \
               .to_int = proxy_to_int,                                                                                 \
               .to_float = proxy_to_float,                                                                             \
               .inplace_add = proxy_inplace_add,                                                                       \
               .inplace_subtract = proxy_inplace_subtract,                                                             \
               .inplace_multiply = proxy_inplace_multiply,                                                             \
               .inplace_remainder = proxy_inplace_remainder,                                                           \
               .inplace_power = proxy_inplace_power,                                                                   \
               .inplace_lshift = proxy_inplace_lshift,                                                                 \
               .inplace_rshift = proxy_inplace_rshift,                                                                 \
               .inplace_and = proxy_inplace_and,                                                                       \
               .inplace_xor = proxy_inplace_xor,                                                                       \
               .inplace_or = proxy_inplace_or,                                                                         \
               .floor_divide = proxy_floor_divide,                                                                     \
               .true_divide = proxy_true_divide,                                                                       \
               .inplace_floor_divide = proxy_inplace_floor_divide,                                                     \
               .inplace_true_divide = proxy_inplace_true_divide,                                                       \
               .index = proxy_index,                                                                                   \
               .matrix_multiply = proxy_matrix_multiply,                                                               \
               .inplace_matrix_multiply = proxy_inplace_matrix_multiply},                                              \
    .sequence = {.length = proxy_length, .contains = proxy_contains},                                                  \
    .mapping = {.length = proxy_length, .subscript = proxy_subscript, .set_subscript = proxy_set_subscript},           \
    .methods = proxy_methods

Type type_weakproxy = {
    .head = TYPE_HEAD,
    .name = "weakref.ProxyType",
    PROXY_SLOTS,
};

Type type_weakcallableproxy = {
    .head = TYPE_HEAD,
    .name = "weakref.CallableProxyType",
    .call = proxy_call,
    PROXY_SLOTS,
};

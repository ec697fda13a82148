/* object.h: heap objects, types with their slots, reference counts, and the life of an object.
 *
 * Invariants (numbered in ARCHITECTURE.md as O1..):
 *  O1  An object's count is the number of owners. At zero, object_destroy runs type->destroy exactly once.
 *  O2  `destroy` first untracks (gc_untrack), then drops every reference, then frees the memory with the size it
 *      was allocated with. It is entered with no count held and must keep the current exception as it was.
 *  O3  An object whose type has TYPE_HAS_GC is allocated with a GcHead in front of it. It is tracked (gc_track) when
 *      all fields that `traverse` visits are valid.
 *  O4  Immediates (ints, floats, singletons) have no header: always ask type_of(value), never read a header unseen.
 */
#ifndef OBJECTS_OBJECT_H
#define OBJECTS_OBJECT_H

#include "memory/memory.h"
#include "objects/value.h"

struct Object {
    intptr_t refcount;
    Type *type; /* owned for heap types (TYPE_HEAP), borrowed for static ones */
};

typedef struct VarObject {
    Object head;
    ssize_t length; /* number of items that follow */
} VarObject;

typedef enum CompareOp { CMP_LT, CMP_LE, CMP_EQ, CMP_NE, CMP_GT, CMP_GE } CompareOp;

/* --- slots: what a type can do. A NULL slot means "not supported". ---
 * Functions that return Value give an owned value, or VALUE_NULL with an exception set; int functions give -1 on
 * error. An `iternext` may give VALUE_NULL with no exception set: the iterator is exhausted. */
typedef Value (*UnarySlot)(Value self);
typedef Value (*BinarySlot)(Value left, Value right); /* either operand may be of the slot's type */
typedef Value (*TernarySlot)(Value a, Value b, Value modulus);
typedef int (*InquirySlot)(Value self);
typedef ssize_t (*LengthSlot)(Value self);
typedef int64_t (*HashSlot)(Value self); /* -1 only on error */
typedef Value (*CompareSlot)(Value left, Value right, CompareOp op);
typedef Value (*GetAttrSlot)(Value self, Value name);
typedef int (*SetAttrSlot)(Value self, Value name, NULLABLE Value value); /* no value: delete */
typedef Value (*DescrGetSlot)(Value self, NULLABLE Value object, NULLABLE Value type);
typedef int (*DescrSetSlot)(Value self, Value object, NULLABLE Value value);
typedef Value (*IndexSlot)(Value self, ssize_t index);
typedef int (*SetIndexSlot)(Value self, ssize_t index, NULLABLE Value value);
typedef int (*SetItemSlot)(Value self, Value key, NULLABLE Value value);
typedef int (*ContainsSlot)(Value self, Value item);

/* The one calling convention for everything callable: `args` holds `nargs` positional arguments followed by one value
 * for each name of the tuple `kwnames` (VALUE_NULL when there are none). All are borrowed. args[-1] may be used as
 * scratch by the callee only when the caller says so (call_vector_with_scratch); otherwise it is not touched. */
typedef Value (*NativeFunction)(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
typedef Value (*NewSlot)(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
typedef int (*InitSlot)(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);

/* Visits every object that self owns a reference to and that may be part of a cycle. A nonzero result of `visit` is
 * passed on at once. */
typedef int (*GcVisit)(Object *object, void *argument);
typedef int (*TraverseSlot)(Object *self, GcVisit visit, void *argument);
typedef void (*ClearSlot)(Object *self); /* breaks cycles: drops references, leaves the object valid */
typedef void (*DestroySlot)(Object *self);

#define GC_VISIT(value)                                                                                                \
    do {                                                                                                               \
        if (value_is_object(value)) {                                                                                  \
            int visited_ = visit(value_as_object(value), argument);                                                    \
            if (visited_) return visited_;                                                                             \
        }                                                                                                              \
    } while (0)

typedef struct NumberSlots {
    BinarySlot add, subtract, multiply, remainder, divmod;
    TernarySlot power;
    UnarySlot negative, positive, absolute;
    InquirySlot truth;
    UnarySlot invert;
    BinarySlot lshift, rshift, and_, xor_, or_;
    UnarySlot to_int, to_float;
    BinarySlot inplace_add, inplace_subtract, inplace_multiply, inplace_remainder;
    TernarySlot inplace_power;
    BinarySlot inplace_lshift, inplace_rshift, inplace_and, inplace_xor, inplace_or;
    BinarySlot floor_divide, true_divide, inplace_floor_divide, inplace_true_divide;
    UnarySlot index;
    BinarySlot matrix_multiply, inplace_matrix_multiply;
} NumberSlots;

typedef struct SequenceSlots {
    LengthSlot length;
    BinarySlot concat;
    IndexSlot repeat, item;
    SetIndexSlot set_item;
    ContainsSlot contains;
    BinarySlot inplace_concat;
    IndexSlot inplace_repeat;
} SequenceSlots;

typedef struct MappingSlots {
    LengthSlot length;
    BinarySlot subscript;
    SetItemSlot set_subscript;
} MappingSlots;

typedef struct AsyncSlots {
    UnarySlot await, aiter, anext;
    /* result: 0 return (*result is the value), 1 next (yielded), -1 error (CPython's am_send) */
    int (*send)(Value self, Value argument, Value *result);
} AsyncSlots;

/* A view on memory that an exporter lends (the buffer protocol, PEP 3118). Same meaning as CPython's Py_buffer. */
typedef struct Buffer {
    void *data;
    Value owner; /* owned; VALUE_NULL when released */
    ssize_t length, item_size;
    bool is_readonly;
    int dimensions;
    const char *format; /* NULL means "B" */
    ssize_t *shape, *strides, *suboffsets;
    void *internal;
} Buffer;

enum BufferFlags { /* values of CPython's PyBUF_* */
    BUFFER_SIMPLE = 0, BUFFER_WRITABLE = 1, BUFFER_FORMAT = 4, BUFFER_ND = 8, BUFFER_STRIDES = 0x18,
    BUFFER_C_CONTIGUOUS = 0x38, BUFFER_F_CONTIGUOUS = 0x58, BUFFER_ANY_CONTIGUOUS = 0x98, BUFFER_INDIRECT = 0x118,
    BUFFER_FULL_RO = 0x11c, BUFFER_FULL = 0x11d, BUFFER_CONTIG = 9, BUFFER_CONTIG_RO = 8
};

typedef struct BufferSlots {
    int (*get)(Value self, Buffer *view, int flags);
    void (*release)(Value self, Buffer *view);
} BufferSlots;

enum TypeFlags {
    TYPE_HEAP = 1 << 0,       /* made at run time by a class statement */
    TYPE_BASE = 1 << 1,       /* may be subclassed */
    TYPE_HAS_GC = 1 << 2,     /* instances have a GcHead in front and are traversed */
    TYPE_READY = 1 << 3,      /* type_ready has run */
    TYPE_ABSTRACT = 1 << 4,   /* has abstract methods: cannot be instantiated */
    TYPE_IMMUTABLE = 1 << 5,  /* attributes cannot be set */
    TYPE_NO_NEW = 1 << 6,     /* "cannot create 'x' instances" */
    TYPE_METHOD_DESCRIPTOR = 1 << 7, /* a function-like descriptor: obj.f(x) may call f(obj, x) without binding */
    TYPE_SEQUENCE = 1 << 8,   /* matches a sequence pattern */
    TYPE_MAPPING = 1 << 9,    /* matches a mapping pattern */
    TYPE_MATCH_SELF = 1 << 10, /* `case int(x)` binds the subject itself */
    TYPE_QUIET_DESTROY = 1 << 11, /* freeing an instance can run no Python code: int float str bytes range slice … */
    TYPE_HAS_FINALIZER = 1 << 12,
    TYPE_OBJECT_LAYOUT = 1 << 14, /* a GC class whose native base is `object` itself, attributes in InstanceAttrs */
    TYPE_TRACKED_AT_ALLOC = 1 << 13, /* a GC class whose native base is none: object_alloc tracks its instances */
    /* the type is or derives from …: one bit test for is_list(v) and friends */
    TYPE_IS_INT = 1 << 20, TYPE_IS_FLOAT = 1 << 21, TYPE_IS_STR = 1 << 22, TYPE_IS_BYTES = 1 << 23,
    TYPE_IS_TUPLE = 1 << 24, TYPE_IS_LIST = 1 << 25, TYPE_IS_DICT = 1 << 26, TYPE_IS_SET = 1 << 27,
    TYPE_IS_FROZENSET = 1 << 28, TYPE_IS_EXCEPTION = 1 << 29, TYPE_IS_TYPE = 1 << 30,
    TYPE_SUBCLASS_FLAGS = 0x7ff << 20, /* inherited */
};

struct NativeMethod;
struct NativeMember;
struct NativeGetSet;
struct Shape;
struct HeapTypeExtra;

/* A type object. Static types are C variables named `type_x` (`Type type_list = {…}`), completed by type_ready(). */
struct Type {
    Object head;
    const char *name;      /* static: "module.Name" or "Name" of builtins; heap: owned UTF-8 */
    const char *doc;
    size_t instance_size;  /* bytes of the fixed part of an instance, header included */
    size_t item_size;      /* bytes an item adds, for types with VarObject layout */
    uint32_t flags;
    uint32_t version;      /* unique number of this state of the type; 0 = none; changes when any attribute of the type
                              or of a base changes. Guards of both tiers compare it. */
    ssize_t attrs_offset;  /* offset of the InstanceAttrs; 0 = instances have no attributes; < 0: behind the items */
    ssize_t dict_offset;   /* offset of a plain `NULLABLE Value dict` (functions, modules, partial …); 0 = none. A type
                              has this or attrs_offset, not both. */
    ssize_t weaklist_offset; /* offset of the list of weak references; 0 = none */

    DestroySlot destroy;
    TraverseSlot traverse;
    ClearSlot clear;
    void (*finalize)(Value self); /* PEP 442: __del__ */
    NewSlot new_instance;
    InitSlot init;

    UnarySlot repr, str;
    HashSlot hash;
    NativeFunction call;
    GetAttrSlot getattr;
    SetAttrSlot setattr;
    CompareSlot compare;
    UnarySlot iter, iternext;
    DescrGetSlot descr_get;
    DescrSetSlot descr_set;
    NumberSlots number;
    SequenceSlots sequence;
    MappingSlots mapping;
    AsyncSlots async;
    BufferSlots buffer;

    const struct NativeMethod *methods; /* each table ends with an entry whose name is NULL */
    const struct NativeMember *members;
    const struct NativeGetSet *getsets;

    Type *base;            /* owned for heap types */
    Value bases, mro;      /* tuples */
    Value dict;            /* the type's namespace, a dict */
    Value subclasses;      /* dict of weak references, or no value */
    struct Shape *root_shape; /* the empty shape of this class's instances */
    bool is_watched;       /* type_watch_hook wants to know of changes */
    uint32_t slots_wanted; /* inline slots that past instances would have used */
    struct HeapTypeExtra *heap; /* what only classes made at run time have (qualname, slots, …); NULL for static */
    Value weaklist;        /* weak references to the type itself */
};

extern Type type_type, type_object;
extern Type type_int, type_float, type_bool, type_none, type_not_implemented, type_ellipsis;

#define OBJECT_HEAD_STATIC(metatype) {(intptr_t)1 << 40, &(metatype)}
#define TYPE_HEAD OBJECT_HEAD_STATIC(type_type)

/* The type of the immediate v. */
extern Type *const singleton_types[8];

ALWAYS_INLINE Type *type_of(Value v)
{
    if (value_is_object_or_null(v)) return value_as_object(v)->type;
    if (value_is_immediate_float(v)) return &type_float;
    if (v.bits & 1) return &type_int;
    return singleton_types[v.bits >> 3 & 7];
}

ALWAYS_INLINE bool value_has_type(Value v, const Type *exact_type)
{
    return type_of(v) == exact_type;
}

/* v is a heap object of exactly this type: the cheap test where no immediate can be of the type. */
ALWAYS_INLINE bool object_has_type(Value v, const Type *exact_type)
{
    return value_is_object(v) && value_as_object(v)->type == exact_type;
}

ALWAYS_INLINE bool type_has_flag(const Type *type, uint32_t flag)
{
    return (type->flags & flag) != 0;
}

/* v is a heap object whose type has the flag (TYPE_IS_LIST …). Ints, floats and bools have their own tests. */
ALWAYS_INLINE bool object_has_flag(Value v, uint32_t flag)
{
    return value_is_object(v) && (value_as_object(v)->type->flags & flag) != 0;
}

/* --- reference counts --- */

/* Runs at count zero. Long chains are unwound by a queue, not by C recursion. */
void object_destroy(Object *object);

ALWAYS_INLINE void object_incref(Object *object)
{
    object->refcount++;
}

ALWAYS_INLINE void object_decref(Object *object)
{
    if (--object->refcount == 0) object_destroy(object);
}

/* Accepts every value, VALUE_NULL excluded. Gives it back owned. */
ALWAYS_INLINE Value value_incref(Value v)
{
    if (value_is_object_or_null(v)) value_as_object(v)->refcount++;
    return v;
}

ALWAYS_INLINE void value_decref(Value v)
{
    if (value_is_object_or_null(v)) object_decref(value_as_object(v));
}

ALWAYS_INLINE Value value_xincref(NULLABLE Value v)
{
    if (value_is_object(v)) value_as_object(v)->refcount++;
    return v;
}

ALWAYS_INLINE void value_xdecref(NULLABLE Value v)
{
    if (value_is_object(v)) object_decref(value_as_object(v));
}

/* *place = value (stolen), then drops what was there: in this order, because a finaliser may look at *place. */
ALWAYS_INLINE void value_replace(Value *place, STEALS NULLABLE Value value)
{
    Value old = *place;
    *place = value;
    value_xdecref(old);
}

ALWAYS_INLINE void value_clear(Value *place)
{
    value_replace(place, VALUE_NULL);
}

/* --- making and freeing objects (used by the types themselves) --- */

/* A block for an instance of `type` of `size` bytes (a GcHead in front when the type has one), with count 1 and type
 * set (heap types are increfed), the rest of it NOT initialised. NULL with MemoryError set. Not yet tracked.
 * For a class made at run time, or with attrs_offset, the block is larger than `size` where the class needs it (its
 * slots, its InstanceAttrs), all of it zeroed, the attributes empty, and it is tracked already when the native type that
 * it derives from is no GC type: so a native type's new_instance serves its subclasses by passing `type` on. `size` is
 * type->instance_size, or var_object_size(type, length). object_free is told the same `size`. */
NULLABLE void *object_alloc(Type *type, size_t size) NODISCARD;
/* The same for a class with TYPE_OBJECT_LAYOUT, with a shape that new instances have or once had. */
struct Shape;
NULLABLE void *object_alloc_shaped(Type *type, struct Shape *shape) NODISCARD;
/* The same, the rest zeroed. */
NULLABLE void *object_alloc_zeroed(Type *type, size_t size) NODISCARD;
/* Gives the block back; `size` as it was allocated; a heap type is decrefed. The object must be untracked. */
void object_free(Object *object, size_t size);

/* type->instance_size rounded up + length * item_size: the size of a VarObject instance. */
static inline size_t var_object_size(const Type *type, ssize_t length)
{
    return align_up(type->instance_size + (size_t)length * type->item_size, 8);
}

/* --- the collector's view (gc/gc.h has the rest) --- */
void gc_track(void *object);   /* harmless when it is tracked: by object_alloc, for classes (above) */
void gc_untrack(void *object); /* harmless when it is not tracked */
bool gc_is_tracked(const void *object);

#endif

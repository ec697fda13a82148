/* type.h: what the parts of the type system share: classes made at run time, slot tables, descriptors. */
#ifndef OBJECTS_TYPE_H
#define OBJECTS_TYPE_H

#include "objects/function.h"
#include "objects/native.h"
#include "objects/shape.h"

/* What only a class made at run time has. */
typedef struct HeapTypeExtra {
    Value name, qualname;       /* strs; type->name is the UTF-8 of `name` */
    NULLABLE Value slots;       /* tuple of the mangled names of __slots__, or no value */
    NativeMember *slot_members; /* owned: one for each slot, then one with name NULL */
    ssize_t slot_count;
    NULLABLE Value fields;                /* of a struct sequence type: the names of all fields */
    NULLABLE NativeMember *field_members; /* and the members behind them: owned, raw */
    bool owns_weaklist;                   /* weaklist_offset was added by this class, not by a base */
    bool is_native;                       /* made by C code (struct sequences): reads as an immutable built-in type */
} HeapTypeExtra;

typedef Value (*SlotWrapper)(Value self, const Value *args, ssize_t nargs, void *slot);

/* One special method and the C slot behind it. */
typedef struct SlotDef {
    const char *name;
    size_t offset;  /* of the slot in Type */
    void *function; /* the slot function that calls the special method */
    NULLABLE SlotWrapper wrapper;
    int8_t min, max; /* arguments of the wrapper without self; max < 0: any, keywords too (it gets a kwnames) */
    const char *doc;
    Value id;         /* interned name */
    bool shares_name; /* another row, for another slot, has the same name */
} SlotDef;

typedef struct DescriptorHead {
    Object head;
    Type *type; /* owned: the class it belongs to */
    Value name;
    NULLABLE Value qualname;
} DescriptorHead;

/* --- type.c --- */
void type_modified(Type *type);             /* forgets cached look-ups of the type and its subclasses */
extern void (*type_watch_hook)(Type *type); /* called then for those with is_watched */
uint32_t type_version(Type *type);          /* gives the type a version when it has none; 0: numbers ran out */
int type_add_subclass(Type *base, Type *type);
void type_remove_subclass(Type *base, Type *type);
/* Live subclasses as a new list. */
Value type_subclasses(Type *type) NODISCARD;
Value type_module_name(Type *type) NODISCARD; /* __module__ */
Value type_name(const Type *type) NODISCARD;  /* __name__ */
Value type_qualname(const Type *type) NODISCARD;
const char *type_short_name(const Type *type); /* the part behind the last dot */
ssize_t type_fixed_size(const Type *type);     /* of an instance without its InstanceAttrs */
int type_setattr(Value self, Value name, NULLABLE Value value) NODISCARD;
Value type_getattr(Value self, Value name) NODISCARD;
int type_set_attr_cstr(Type *type, const char *name, STEALS NULLABLE Value value) NODISCARD;
ALWAYS_INLINE bool is_type(Value v)
{
    return object_has_flag(v, TYPE_IS_TYPE);
}
ALWAYS_INLINE Type *as_type(Value v)
{
    return (Type *)value_as_object(v);
}
ALWAYS_INLINE Value value_from_type(const Type *type)
{
    return value_from_object(type);
}

Value type_new_function(Type *type) NODISCARD; /* the __new__ of a native type */
bool native_function_is_new(Value function);

/* --- type_mro.c --- */
Value mro_compute(Type *type) NODISCARD; /* C3 over type->bases: a tuple */
/* Sets type->mro, honouring the metaclass's mro(): 1; 0 when that has set it by itself; -1. */
int mro_update(Type *type) NODISCARD;
/* The same for the type and its subclasses, after a change of __bases__; notes (type, new, old) in the list. */
int mro_update_hierarchy(Type *type, Value changes) NODISCARD;
Type *type_best_base(Value bases); /* whose layout a class with these bases extends; NULL with an error */
Type *type_solid_base(Type *type);

/* --- type_new.c --- */
Type *type_calculate_metaclass(Type *metatype, Value bases); /* borrowed */
Value type_new_instance(Type *metatype, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
extern const NativeGetSet type_dict_getset; /* __dict__ of instances */
void subtype_destroy(Object *self);
int subtype_traverse(Object *self, GcVisit visit, void *argument);
void subtype_clear(Object *self);
/* A class made by C: name "module.Name", single base, no statements. */
NULLABLE Type *type_new_native(const char *full_name, Type *base, NULLABLE Value bases,
                               NULLABLE Value namespace) NODISCARD;

/* --- type_slots.c --- */
extern SlotDef slot_defs[];
int slots_init(void) NODISCARD;
int slots_add_wrappers(Type *type) NODISCARD; /* __add__ … into type->dict for the C slots that are set */
void slots_inherit(Type *type, const Type *base);
void slots_update_all(Type *type);                       /* from the dunders that the MRO holds */
void slots_update_own(Type *type);                       /* from the dunders of the type's own dict (single base) */
int slots_update_hierarchy(Type *type) NODISCARD;        /* all slots of the type and of its subclasses */
int slots_update_name(Type *type, Value name) NODISCARD; /* after type.name = …, subclasses included */
Value slot_getattr_hook(Value self, Value name);
int64_t hash_not_implemented(Value v);

/* --- object.c --- */
Value object_new(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
int object_init(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);

Value type_dir(Value self, const Value *args, ssize_t nargs, Value kwnames); /* type.__dir__ */
/* An instance of one could become an instance of the other (assignment to __class__, __bases__); false with TypeError.
 */
bool type_layouts_agree(const Type *old, const Type *new, const char *attribute);

/* --- abstract_class.c --- */
int type_recursive_is_instance(Value v, Value class_); /* without __instancecheck__ */
int type_recursive_is_subclass(Value type, Value class_);

/* --- union.c --- */
Value union_or(Value left, Value right); /* X | Y of types */

/* --- super.c --- */
/* What super(type, object).name is, start being the class whose MRO is searched. Missing: no value and no error. */
NULLABLE Value super_lookup(Type *type, Value object, Type *start, Value name);
/* super() without arguments: *type is __class__ and *object the first argument of the running function, both owned; -1
 * with RuntimeError. Implemented by vm/. */
int super_find_context(Value *type, Value *object);

/* --- descr.c --- */
Value descr_new_method(Type *type, const NativeMethod *method) NODISCARD;
Value descr_new_member(Type *type, const NativeMember *member) NODISCARD;
Value descr_new_getset(Type *type, const NativeGetSet *getset) NODISCARD;
Value descr_new_wrapper(Type *type, const SlotDef *definition, void *slot) NODISCARD;
Value descr_new_class_method(Type *type, const NativeMethod *method) NODISCARD;
bool descr_is_data(Value v);
bool descr_is_generic_dict(Value v); /* a getset that gives generic_get_dict */
Value member_get(const char *object, const NativeMember *member, Value owner) NODISCARD;
int member_set(char *object, const NativeMember *member, NULLABLE Value value, Value owner) NODISCARD;
typedef struct WrapperDescriptor {
    DescriptorHead base;
    const SlotDef *definition;
    void *slot;
} WrapperDescriptor;

/* --- native.c --- */
/* Cuts "name(sig)\n--\n\n" off a documentation string. */
Value doc_text(NULLABLE const char *name, NULLABLE const char *doc) NODISCARD;
Value doc_signature(const char *name, NULLABLE const char *doc) NODISCARD;
bool native_check_arity(const NativeMethod *method, NULLABLE const Type *owner, ssize_t nargs, Value kwnames) NODISCARD;

/* --- attribute.c --- */
Value error_attribute(Value object, Value name, const char *format,
                      ...) NODISCARD; /* AttributeError with name and obj */
int method_lookup_generic(Value object, Value name, Value *method);
Value generic_get_dict(Value self, void *closure); /* for getset tables: __dict__ */
int generic_set_dict(Value self, Value value, void *closure);

/* --- exception*.c --- */
int exceptions_init(void) NODISCARD;

int types_init(void) NODISCARD; /* also ids_init and slots_init */

#endif

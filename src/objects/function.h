/* function.h: Python functions, cells, bound methods, static and class methods, native functions. */
#ifndef OBJECTS_FUNCTION_H
#define OBJECTS_FUNCTION_H

#include "objects/code.h"
#include "objects/native.h"

typedef struct Function {
    Object head;
    Value code;              /* Code */
    Value globals, builtins; /* dicts */
    Value name, qualname;    /* strs */
    NULLABLE Value defaults; /* tuple */
    NULLABLE Value kwdefaults; /* dict */
    NULLABLE Value closure;  /* tuple of cells */
    NULLABLE Value doc, module, annotations;
    NULLABLE Value dict;
    NULLABLE Value weaklist;
    NULLABLE Value old_codes; /* codes that __code__ had before: frames may still run them */
    uint32_t version;        /* unique number of this state of code and defaults; 0: ask function_version */
} Function;

typedef struct Cell { Object head; NULLABLE Value content; } Cell;
typedef struct BoundMethod { Object head; Value function, self; NULLABLE Value weaklist; } BoundMethod;
typedef struct NativeFunctionObject {
    Object head;
    const NativeMethod *method;
    NULLABLE Value self, module;
    NULLABLE Value weaklist;
} NativeFunctionObject;

extern Type type_function, type_cell, type_method, type_native_function /* builtin_function_or_method */,
    type_method_descriptor, type_wrapper_descriptor, type_method_wrapper, type_classmethod_descriptor,
    type_getset_descriptor, type_member_descriptor, type_staticmethod, type_classmethod, type_property, type_super;

ALWAYS_INLINE bool is_function(Value v) { return object_has_type(v, &type_function); }
ALWAYS_INLINE Function *as_function(Value v) { return (Function *)value_as_object(v); }
ALWAYS_INLINE Cell *as_cell(Value v) { return (Cell *)value_as_object(v); }

Value function_new(Value code, Value globals, NULLABLE Value qualname) NODISCARD;
uint32_t function_version(Function *function);
Value cell_new(NULLABLE Value content) NODISCARD;
Value bound_method_new(Value function, Value self) NODISCARD;
Value static_method_new(Value callable) NODISCARD;
Value class_method_new(Value callable) NODISCARD;
NULLABLE Value method_holder_callable_borrow(Value method); /* of a staticmethod or classmethod */
NULLABLE Value property_getter_borrow(Value property); /* VALUE_NULL: has none, or is not exactly a property */
NULLABLE Value property_setter_borrow(Value property);

typedef struct MethodDescriptor {  /* method of a native type */
    Object head;
    Type *type;             /* owned: the class it belongs to */
    Value name;
    NULLABLE Value qualname;
    const NativeMethod *method;
} MethodDescriptor;

/* generic alias: list[int] (types.GenericAlias), int | str (types.UnionType) */
extern Type type_generic_alias, type_union;
Value generic_alias_new(Value origin, Value args) NODISCARD;
Value native_class_getitem(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames); /* for method tables:
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"} */

#endif

/* module.h */
#ifndef OBJECTS_MODULE_H
#define OBJECTS_MODULE_H

#include "objects/native.h"

typedef struct Module {
    Object head;
    Value dict; /* owned */
    const NativeModule *definition; /* NULL for modules from Python source */
    NULLABLE Value weaklist;
} Module;

extern Type type_module;
ALWAYS_INLINE bool is_module(Value v) { return object_has_type(v, &type_module); }
ALWAYS_INLINE Module *as_module(Value v) { return (Module *)value_as_object(v); }
Value module_new(Value name) NODISCARD;

/* types.SimpleNamespace */
extern Type type_simple_namespace;
Value simple_namespace_new(NULLABLE Value dict) NODISCARD;

#endif

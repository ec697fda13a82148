/* exception_internal.h: what the files that define the exception classes share. */
#ifndef OBJECTS_EXCEPTION_INTERNAL_H
#define OBJECTS_EXCEPTION_INTERNAL_H

#include "objects/exception.h"
#include "objects/native.h"

Value exception_new_instance(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
int exception_init(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
/* Sets args from the positional arguments. */
int exception_set_args(Value self, const Value *args, ssize_t nargs) NODISCARD;
Value exception_str(Value self);
Value exception_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames);

/* destroy, traverse and clear of every exception class: the Value fields from `args` to just before attrs_offset are
 * owned, but for those of other kinds, which each class's value_count leaves out. */
void exception_destroy(Object *self);
int exception_traverse(Object *self, GcVisit visit, void *argument);
void exception_clear(Object *self);

/* An exception class with the layout `Struct`; more slots may follow in designated form. Its own Value fields stand
 * directly behind EXCEPTION_FIELDS. */
#define EXCEPTION_TYPE(class_name, Base, Struct, documentation, ...)                                                   \
    Type type_##class_name = {.head = TYPE_HEAD,                                                                       \
                              .name = #class_name,                                                                     \
                              .doc = documentation,                                                                    \
                              .instance_size = sizeof(Struct) + sizeof(InstanceAttrs),                                 \
                              .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IS_EXCEPTION,                                    \
                              .attrs_offset = sizeof(Struct),                                                          \
                              .destroy = exception_destroy,                                                            \
                              .traverse = exception_traverse,                                                          \
                              .clear = exception_clear,                                                                \
                              .base = Base,                                                                            \
                              __VA_ARGS__}

#endif

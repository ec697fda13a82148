/* weakref.h: weak references and proxies. An object's list hangs at type->weaklist_offset. */
#ifndef OBJECTS_WEAKREF_H
#define OBJECTS_WEAKREF_H

#include "objects/object.h"

typedef struct WeakRef {
    Object head;
    NULLABLE Value referent;      /* borrowed; no value when dead */
    NULLABLE Value callback;      /* owned */
    int64_t hash;
    struct WeakRef *previous, *next; /* the referent's list */
} WeakRef;

extern Type type_weakref, type_weakproxy, type_weakcallableproxy;

Value weakref_new(Value referent, NULLABLE Value callback) NODISCARD;
Value weakref_get(Value ref);              /* owned; None when dead */
void weakref_clear_all(Object *object);    /* called by destroy functions: clears the refs, then runs the callbacks */
ssize_t weakref_count(Value object);

#endif

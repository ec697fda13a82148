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

/* --- for the collector and the _weakref module --- */
bool is_weakref_object(const Object *object);          /* a ref, a proxy, or an instance of a subclass of ref */
WeakRef **weakref_list(Object *object);                /* the head of object's list; NULL: cannot be referenced weakly */
void weakref_forget(WeakRef *ref);                     /* makes it dead without running its callback */
Value weakproxy_new(Value referent, NULLABLE Value callback) NODISCARD;

#endif

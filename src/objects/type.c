/* type.c: type objects: making them ready, looking attributes up through the MRO, and `type` itself.
 *
 * A global cache answers (type version, name) -> attribute. A version is given to a type when its first look-up is
 * cached and taken away (set to 0) whenever an attribute of the type or of a base changes; a type with a version has
 * bases with versions, so that invalidation stops at a type without one.
 *
 * Slots and special methods are kept in step by type_slots.c; the class statement's work is in type_new.c. */
#include "objects/type.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

/* --- versions and the attribute cache --- */

enum { CACHE_BITS = 12 };

typedef struct CacheEntry {
    uint32_t version;
    Value name;           /* owned */
    NULLABLE Value value; /* borrowed: the type's version changes before it goes */
} CacheEntry;

static CacheEntry cache[1 << CACHE_BITS];
static uint32_t last_version;

uint32_t type_version(Type *type)
{
    if (type->version) return type->version;
    if (!type_has_flag(type, TYPE_READY) || last_version == UINT32_MAX) return 0;
    for (ssize_t i = 0; i < tuple_length(type->bases); i++)
        if (!type_version(as_type(tuple_item_borrow(type->bases, i)))) return 0;
    return type->version = ++last_version;
}

void (*type_watch_hook)(Type *type);

void type_modified(Type *type)
{
    if (type->version == 0) return;
    type->version = 0;
    if (UNLIKELY(type->is_watched) && type_watch_hook) type_watch_hook(type);
    if (value_is_null(type->subclasses)) return;
    ssize_t position = 0;
    Value key, ref;
    while (dict_next(type->subclasses, &position, &key, &ref)) {
        Value subclass = ((WeakRef *)value_as_object(ref))->referent;
        if (is_type(subclass)) type_modified(as_type(subclass));
    }
}

static Value lookup_uncached(Type *type, Value name)
{
    int64_t hash = is_exact_str(name) ? str_hash(name) : value_hash(name);
    if (hash == -1) {
        error_clear();
        return VALUE_NULL;
    }
    Value mro = type->mro;
    if (value_is_null(mro)) {
        if (value_is_null(type->dict)) return VALUE_NULL;
        return dict_get_hashed_borrow(type->dict, name, hash);
    }
    value_incref(mro); /* a str subclass with its own __eq__ may change the type */
    Value found = VALUE_NULL;
    for (ssize_t i = 0; i < tuple_length(mro) && value_is_null(found); i++) {
        Value dict = as_type(tuple_item_borrow(mro, i))->dict;
        if (value_is_null(dict)) continue;
        found = dict_get_hashed_borrow(dict, name, hash);
        if (value_is_null(found) && error_occurred()) error_clear();
    }
    value_decref(mro);
    return found;
}

NULLABLE Value type_lookup_borrow(Type *type, Value name)
{
    uint32_t version = type->version;
    CacheEntry *entry = &cache[((uint32_t)(name.bits >> 5) ^ version) & ((1u << CACHE_BITS) - 1)];
    if (LIKELY(version && entry->version == version && value_is(entry->name, name))) return entry->value;
    /* An exception may be on its way (a finaliser runs during unwinding): look-ups keep it. */
    Value pending = error_fetch();
    version = type_version(type);
    Value found = lookup_uncached(type, name);
    if (!value_is_null(pending)) error_restore(pending);
    if (!is_exact_str(name) || !as_str(name)->interned) return found;
    if (version && version == type->version) { /* a key's __eq__ may have changed the type meanwhile */
        entry = &cache[((uint32_t)(name.bits >> 5) ^ version) & ((1u << CACHE_BITS) - 1)];
        entry->version = version;
        entry->value = found;
        value_replace(&entry->name, value_incref(name));
    }
    return found;
}

bool type_is_subtype(const Type *type, const Type *base)
{
    if (type == base) return true;
    Value mro = type->mro;
    if (!value_is_null(mro)) {
        Value wanted = value_from_type(base);
        for (ssize_t i = 0; i < tuple_length(mro); i++)
            if (value_is(tuple_item_borrow(mro, i), wanted)) return true;
        return false;
    }
    for (const Type *t = type->base; t; t = t->base)
        if (t == base) return true;
    return base == &type_object;
}

/* --- subclasses --- */

static Value subclass_key(const Type *type)
{
    return value_from_small_int((int64_t)type >> 3);
}

int type_add_subclass(Type *base, Type *type)
{
    if (value_is_null(base->subclasses)) {
        base->subclasses = dict_new();
        if (value_is_null(base->subclasses)) return -1;
    }
    Value ref = weakref_new(value_from_type(type), VALUE_NULL);
    if (value_is_null(ref)) return -1;
    int result = dict_set(base->subclasses, subclass_key(type), ref);
    value_decref(ref);
    return result;
}

void type_remove_subclass(Type *base, Type *type)
{
    if (value_is_null(base->subclasses)) return;
    if (dict_delete_if_present(base->subclasses, subclass_key(type)) < 0) error_clear();
    if (dict_length(base->subclasses) == 0) value_clear(&base->subclasses);
}

Value type_subclasses(Type *type)
{
    Value list = list_new(0);
    if (value_is_null(list) || value_is_null(type->subclasses)) return list;
    ssize_t position = 0;
    Value key, ref;
    while (dict_next(type->subclasses, &position, &key, &ref)) {
        Value subclass = weakref_get(ref);
        if (!value_is_none(subclass) && list_append_steal(list, subclass) < 0) {
            value_decref(list);
            return VALUE_NULL;
        }
    }
    return list;
}

/* --- making ready --- */

static int dict_add_once(Value dict, const char *name, STEALS Value value, bool override)
{
    if (value_is_null(value)) return -1;
    Value key = str_intern_cstr(name);
    int result = value_is_null(key) ? -1 : 0;
    if (result == 0) {
        int present = override ? 0 : dict_contains(dict, key);
        result = present != 0 ? MIN(present, 0) : dict_set(dict, key, value);
    }
    value_xdecref(key);
    value_decref(value);
    return result;
}

static Value make_method(Type *type, const NativeMethod *method)
{
    if (method->flags & NATIVE_CLASS) return descr_new_class_method(type, method);
    if (!(method->flags & NATIVE_STATIC)) return descr_new_method(type, method);
    Value function = native_function_new(method, value_from_type(type), VALUE_NULL);
    if (value_is_null(function)) return VALUE_NULL;
    Value result = static_method_new(function);
    value_decref(function);
    return result;
}

static Value new_wrapper(Value self, const Value *args, ssize_t nargs, Value kwnames);
static const NativeMethod new_method = {
    "__new__",
    new_wrapper,
    0,
    -1,
    NATIVE_KEYWORDS,
    "__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature."};

static int fill_dict(Type *type)
{
    if (slots_add_wrappers(type) < 0) return -1;
    if (type->new_instance && !(type->flags & TYPE_HEAP)) {
        if (dict_add_once(type->dict, "__new__", type_new_function(type), false) < 0) return -1;
    }
    for (const NativeMethod *m = type->methods; m && m->name; m++)
        if (dict_add_once(type->dict, m->name, make_method(type, m), m->flags & NATIVE_COEXIST) < 0) return -1;
    for (const NativeMember *m = type->members; m && m->name; m++)
        if (dict_add_once(type->dict, m->name, descr_new_member(type, m), false) < 0) return -1;
    for (const NativeGetSet *g = type->getsets; g && g->name; g++)
        if (dict_add_once(type->dict, g->name, descr_new_getset(type, g), false) < 0) return -1;
    bool adds_dict = !(type->flags & TYPE_HEAP) && (type->attrs_offset || type->dict_offset) &&
                     !(type->base->attrs_offset || type->base->dict_offset);
    if (adds_dict && dict_add_once(type->dict, "__dict__", descr_new_getset(type, &type_dict_getset), false) < 0)
        return -1;
    return dict_add_once(type->dict, "__doc__", doc_text(type->name, type->doc), false);
}

/* What is not a slot with a special method: sizes, flags, the life-cycle functions. */
static void inherit_special(Type *type, const Type *base)
{
    type->flags |= base->flags & TYPE_SUBCLASS_FLAGS;
    if (!(type->flags & TYPE_HAS_GC) && (base->flags & TYPE_HAS_GC) && !type->traverse && !type->clear)
        type->flags |= TYPE_HAS_GC;
    type->flags |= base->flags & TYPE_MATCH_SELF;
    if (!type->traverse) type->traverse = base->traverse;
    if (!type->clear) type->clear = base->clear;
    if (!type->destroy) type->destroy = base->destroy;
    if (!type->instance_size) type->instance_size = base->instance_size;
    if (!type->item_size) type->item_size = base->item_size;
    if (!type->attrs_offset && !type->dict_offset) {
        type->attrs_offset = base->attrs_offset;
        type->dict_offset = base->dict_offset;
    }
    if (!type->weaklist_offset) type->weaklist_offset = base->weaklist_offset;
    if (type->finalize) type->flags |= TYPE_HAS_FINALIZER;
}

static void inherit_new(Type *type)
{
    if (type->flags & TYPE_NO_NEW) {
        type->new_instance = NULL;
        return;
    }
    if (type->new_instance || type == &type_object) return;
    if (type->base == &type_object && !(type->flags & TYPE_HEAP))
        type->flags |= TYPE_NO_NEW;
    else
        type->new_instance = type->base->new_instance;
}

static int ready_bases(Type *type)
{
    if (!type->base && type != &type_object) type->base = &type_object;
    if (type->base && value_is_null(type->base->dict) && type_ready(type->base) < 0) return -1;
    if (!type->head.type) type->head.type = &type_type;
    if (value_is_null(type->bases))
        type->bases = type->base ? tuple_pack(1, value_from_type(type->base)) : tuple_empty();
    if (value_is_null(type->bases)) return -1;
    for (ssize_t i = 0; i < tuple_length(type->bases); i++) {
        Type *base = as_type(tuple_item_borrow(type->bases, i));
        if (value_is_null(base->dict) && type_ready(base) < 0) return -1;
    }
    if (value_is_null(type->dict)) type->dict = dict_new();
    return value_is_null(type->dict) ? -1 : 0;
}

/* A type that compares by value and has no hash is not hashable. */
static int settle_hash(Type *type)
{
    if (dict_contains(type->dict, ID(__hash__))) return 0;
    if (type->hash) return 0;
    type->hash = hash_not_implemented;
    return dict_set(type->dict, ID(__hash__), VALUE_NONE);
}

static void inherit_all(Type *type)
{
    if (type->base) inherit_special(type, type->base);
    for (ssize_t i = 1; i < tuple_length(type->mro); i++) {
        const Type *base = as_type(tuple_item_borrow(type->mro, i));
        slots_inherit(type, base);
        /* for `match`, a class is what the first of its bases is that is either */
        uint32_t kinds = TYPE_SEQUENCE | TYPE_MAPPING;
        if (!(type->flags & kinds)) type->flags |= base->flags & kinds;
    }
    inherit_new(type);
}

int type_ready(Type *type)
{
    if (type->flags & TYPE_READY) return 0;
    if (ready_bases(type) < 0) return -1;
    if (fill_dict(type) < 0) return -1;
    if ((type->flags & TYPE_HEAP) ? mro_update(type) < 0 : value_is_null(type->mro = mro_compute(type))) return -1;
    inherit_all(type);
    if (settle_hash(type) < 0) return -1;
    if (type->attrs_offset && shape_init_type(type) < 0) return -1;
    type->flags |= TYPE_READY;
    for (ssize_t i = 0; i < tuple_length(type->bases); i++)
        if (type_add_subclass(as_type(tuple_item_borrow(type->bases, i)), type) < 0) return -1;
    return 0;
}

/* --- calling a class --- */

/* T.__new__(S, …) of a native T: S must be made as its nearest native base makes itself. */
static Value new_wrapper(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Type *type = as_type(self);
    if (nargs < 1) return error_format(&type_TypeError, "%s.__new__(): not enough arguments", type->name);
    if (!is_type(args[0]))
        return error_format(&type_TypeError, "%s.__new__(X): X is not a type object (%T)", type->name, args[0]);
    Type *subtype = as_type(args[0]);
    if (!type_is_subtype(subtype, type))
        return error_format(&type_TypeError, "%s.__new__(%s): %s is not a subtype of %s", type->name, subtype->name,
                            subtype->name, type->name);
    Type *native = subtype;
    while (native && (native->flags & TYPE_HEAP) && native->destroy == subtype_destroy) native = native->base;
    if (native && native->new_instance != type->new_instance)
        return error_format(&type_TypeError, "%s.__new__(%s) is not safe, use %s.__new__()", type->name, subtype->name,
                            native->name);
    return type->new_instance(subtype, args + 1, nargs - 1, kwnames);
}

Value type_new_function(Type *type)
{
    return native_function_new(&new_method, value_from_type(type), VALUE_NULL);
}

bool native_function_is_new(Value function)
{
    return object_has_type(function, &type_native_function) &&
           ((NativeFunctionObject *)value_as_object(function))->method == &new_method;
}

static Value type_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Type *type = as_type(self);
    if (type == &type_type) {
        if (nargs == 1) {
            if (!args_no_keywords("type", kwnames)) return VALUE_NULL;
            return value_incref(value_from_type(type_of(args[0])));
        }
        if (nargs != 3) return error_set(&type_TypeError, "type() takes 1 or 3 arguments");
    }
    if (!type->new_instance) return error_format(&type_TypeError, "cannot create '%s' instances", type->name);
    Value object = type->new_instance(type, args, nargs, kwnames);
    if (value_is_null(object)) return VALUE_NULL;
    Type *made = type_of(object);
    if (made != type && !type_is_subtype(made, type)) return object;
    if (made->init == object_init && nargs == 0 && value_is_null(kwnames)) return object;
    if (made->init && made->init(object, args, nargs, kwnames) < 0) {
        value_decref(object);
        return VALUE_NULL;
    }
    return object;
}

static int type_init(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!value_is_null(kwnames) && tuple_length(kwnames) > 0 && nargs == 1) {
        error_set(&type_TypeError, "type.__init__() takes no keyword arguments");
        return -1;
    }
    if (nargs != 1 && nargs != 3) {
        error_set(&type_TypeError, "type.__init__() takes 1 or 3 arguments");
        return -1;
    }
    return 0;
}

/* --- attribute access on classes --- */

Value type_getattr(Value self, Value name)
{
    Type *type = as_type(self), *metatype = type->head.type;
    if (!is_str(name)) return error_format(&type_TypeError, "attribute name must be string, not '%T'", name);
    Value meta_attribute = type_lookup_borrow(metatype, name);
    DescrGetSlot meta_get = NULL;
    if (!value_is_null(meta_attribute)) {
        value_incref(meta_attribute);
        meta_get = type_of(meta_attribute)->descr_get;
        if (meta_get && descr_is_data(meta_attribute)) {
            Value result = meta_get(meta_attribute, self, value_from_type(metatype));
            value_decref(meta_attribute);
            return result;
        }
    }
    Value attribute = type_lookup_borrow(type, name);
    if (!value_is_null(attribute)) {
        value_incref(attribute);
        value_xdecref(meta_attribute);
        DescrGetSlot get = type_of(attribute)->descr_get;
        if (!get) return attribute;
        Value result = get(attribute, VALUE_NULL, self);
        value_decref(attribute);
        return result;
    }
    if (meta_get) {
        Value result = meta_get(meta_attribute, self, value_from_type(metatype));
        value_decref(meta_attribute);
        return result;
    }
    if (!value_is_null(meta_attribute)) return meta_attribute;
    return error_attribute(self, name, "type object '%s' has no attribute '%U'", type->name, name);
}

static bool is_dunder(Value name)
{
    const Str *s = as_str(name);
    return s->length > 4 && str_char(s, 0) == '_' && str_char(s, 1) == '_' && str_char(s, s->length - 1) == '_' &&
           str_char(s, s->length - 2) == '_';
}

/* May caches that know instances' shapes be wrong after an attribute changed from `old` to `new`? */
static bool may_shadow_slots(Value name, NULLABLE Value old, NULLABLE Value new)
{
    if (!value_is_null(old) && descr_is_data(old)) return true;
    if (!value_is_null(new) && descr_is_data(new)) return true;
    return value_is(name, ID(__getattribute__)) || value_is(name, ID(__getattr__)) || value_is(name, ID(__setattr__)) ||
           value_is(name, ID(__delattr__));
}

static int renew_shapes(Type *type)
{
    if (shape_renew_root(type) < 0) return -1;
    Value subclasses = type_subclasses(type);
    if (value_is_null(subclasses)) return -1;
    int result = 0;
    for (ssize_t i = 0; i < list_length(subclasses) && result == 0; i++)
        result = renew_shapes(as_type(list_item_borrow(subclasses, i)));
    value_decref(subclasses);
    return result;
}

/* Instances of the class may stand in any class: they become descriptors, or are none any more. */
static bool makes_descriptors(Value name)
{
    return value_is(name, ID(__get__)) || value_is(name, ID(__set__)) || value_is(name, ID(__delete__));
}

/* Nothing that caches know of attributes holds any more. */
static int all_attributes_changed(void)
{
    type_modified(&type_object);
    return renew_shapes(&type_object);
}

int type_setattr(Value self, Value name, NULLABLE Value value)
{
    Type *type = as_type(self);
    if (!(type->flags & TYPE_HEAP) || (type->flags & TYPE_IMMUTABLE)) {
        error_format(&type_TypeError, "cannot set %R attribute of immutable type '%s'", name, type->name);
        return -1;
    }
    if (!is_str(name)) {
        error_format(&type_TypeError, "attribute name must be string, not '%T'", name);
        return -1;
    }
    Value key = value_incref(name);
    if (is_exact_str(key)) str_intern(&key);
    Value meta_attribute = type_lookup_borrow(type->head.type, key);
    if (!value_is_null(meta_attribute) && type_of(meta_attribute)->descr_set) {
        value_incref(meta_attribute);
        int result = type_of(meta_attribute)->descr_set(meta_attribute, self, value);
        value_decref(meta_attribute);
        if (result == 0) type_modified(type);
        value_decref(key);
        return result;
    }
    Value old = value_xincref(dict_get_borrow(type->dict, key));
    int result = 0;
    type_modified(type);
    if (!value_is_null(value)) {
        result = dict_set(type->dict, key, value);
    } else if (value_is_null(old)) {
        if (!error_occurred())
            (void)!error_attribute(self, key, "type object '%s' has no attribute '%U'", type->name, key).bits;
        result = -1;
    } else {
        result = dict_delete(type->dict, key);
    }
    type_modified(type);
    if (result == 0 && is_dunder(key)) result = slots_update_name(type, key);
    if (result == 0 && makes_descriptors(key))
        result = all_attributes_changed();
    else if (result == 0 && may_shadow_slots(key, old, value))
        result = renew_shapes(type);
    value_xdecref(old);
    value_decref(key);
    return result;
}

int type_set_attr_cstr(Type *type, const char *name, STEALS NULLABLE Value value)
{
    if (value_is_null(value)) return -1;
    type_modified(type);
    return dict_add_once(type->dict, name, value, true);
}

/* --- names --- */

const char *type_short_name(const Type *type)
{
    const char *dot = strrchr(type->name, '.');
    return dot && !(type->flags & TYPE_HEAP) ? dot + 1 : type->name;
}

Value type_name(const Type *type)
{
    return type->heap ? value_incref(type->heap->name) : str_intern_cstr(type_short_name(type));
}

Value type_qualname(const Type *type)
{
    return type->heap ? value_incref(type->heap->qualname) : str_intern_cstr(type_short_name(type));
}

Value type_module_name(Type *type)
{
    if (type->flags & TYPE_HEAP) {
        Value module = dict_get_borrow(type->dict, ID(__module__));
        if (!value_is_null(module)) return value_incref(module);
        return error_set(&type_AttributeError, "__module__");
    }
    const char *dot = strrchr(type->name, '.');
    if (!dot) return value_incref(ID(builtins));
    Value module = str_from_utf8(type->name, dot - type->name);
    if (!value_is_null(module)) str_intern(&module);
    return module;
}

static Value get_name(Value self, void *closure)
{
    return type_name(as_type(self));
}
static Value get_qualname(Value self, void *closure)
{
    return type_qualname(as_type(self));
}
static Value get_module(Value self, void *closure)
{
    return type_module_name(as_type(self));
}

/* Common checks of the setters. */
static bool can_set(Type *type, NULLABLE Value value, const char *name)
{
    if (!(type->flags & TYPE_HEAP) || (type->flags & TYPE_IMMUTABLE)) {
        error_format(&type_TypeError, "cannot set '%s' attribute of immutable type '%s'", name, type->name);
        return false;
    }
    if (value_is_null(value)) {
        error_format(&type_TypeError, "cannot delete '%s' attribute of immutable type '%s'", name, type->name);
        return false;
    }
    return true;
}

static int set_name(Value self, NULLABLE Value value, void *closure)
{
    Type *type = as_type(self);
    if (!can_set(type, value, "__name__")) return -1;
    if (!is_str(value)) {
        error_format(&type_TypeError, "can only assign string to %s.__name__, not '%T'", type->name, value);
        return -1;
    }
    ssize_t size;
    const char *text = str_as_utf8(value, &size);
    if (!text) return -1;
    if (strlen(text) != (size_t)size) {
        error_set(&type_ValueError, "type name must not contain null characters");
        return -1;
    }
    type->name = text;
    value_replace(&type->heap->name, value_incref(value));
    return 0;
}

static int set_qualname(Value self, NULLABLE Value value, void *closure)
{
    Type *type = as_type(self);
    if (!can_set(type, value, "__qualname__")) return -1;
    if (!is_str(value)) {
        error_format(&type_TypeError, "can only assign string to %s.__qualname__, not '%T'", type->name, value);
        return -1;
    }
    value_replace(&type->heap->qualname, value_incref(value));
    return 0;
}

static int set_module(Value self, NULLABLE Value value, void *closure)
{
    Type *type = as_type(self);
    if (!can_set(type, value, "__module__")) return -1;
    type_modified(type);
    return dict_set(type->dict, ID(__module__), value);
}

static Value get_bases(Value self, void *closure)
{
    return value_incref(as_type(self)->bases);
}

static bool is_on_base_chain(const Type *type, const Type *wanted)
{
    while (type && type != wanted) type = type->base;
    return type != NULL;
}

/* Checks new bases; gives the new best base or NULL. */
static Type *check_new_bases(Type *type, Value bases)
{
    if (!is_tuple(bases)) {
        error_format(&type_TypeError, "can only assign tuple to %s.__bases__, not %T", type->name, bases);
        return NULL;
    }
    if (tuple_length(bases) == 0) {
        error_format(&type_TypeError, "can only assign non-empty tuple to %s.__bases__, not ()", type->name);
        return NULL;
    }
    for (ssize_t i = 0; i < tuple_length(bases); i++) {
        Value base = tuple_item_borrow(bases, i);
        if (!is_type(base)) {
            error_format(&type_TypeError, "%s.__bases__ must be tuple of classes, not '%T'", type->name, base);
            return NULL;
        }
        /* During a custom mro() the MRO may be out of date: the chain of bases tells, too. */
        if (type_is_subtype(as_type(base), type) || is_on_base_chain(as_type(base), type)) {
            error_set(&type_TypeError, "a __bases__ item causes an inheritance cycle");
            return NULL;
        }
    }
    Type *best = type_best_base(bases);
    if (!best) return NULL;
    return type_layouts_agree(type->base, best, "__bases__") ? best : NULL;
}

/* The types whose MRO a change of bases has recomputed, to be put back when it fails: [(type, new mro, old mro), …]. */
static void restore_mros(Value changes)
{
    for (ssize_t i = list_length(changes) - 1; i >= 0; i--) {
        Value change = list_item_borrow(changes, i);
        Type *type = as_type(tuple_item_borrow(change, 0));
        if (!value_is(type->mro, tuple_item_borrow(change, 1))) continue; /* it has a newer one */
        type_modified(type);
        value_replace(&type->mro, value_incref(tuple_item_borrow(change, 2)));
    }
}

static int register_with_new_bases(Type *type, Value old_bases, Value bases)
{
    for (ssize_t i = 0; i < tuple_length(old_bases); i++)
        type_remove_subclass(as_type(tuple_item_borrow(old_bases, i)), type);
    for (ssize_t i = 0; i < tuple_length(bases); i++)
        if (type_add_subclass(as_type(tuple_item_borrow(bases, i)), type) < 0) return -1;
    if (slots_update_hierarchy(type) < 0) return -1;
    return renew_shapes(type);
}

static int set_bases(Value self, NULLABLE Value bases, void *closure)
{
    Type *type = as_type(self);
    if (!can_set(type, bases, "__bases__")) return -1;
    Type *best = check_new_bases(type, bases);
    Value changes = best ? list_new(0) : VALUE_NULL;
    if (value_is_null(changes)) return -1;
    Value old_bases = type->bases;
    Type *old_base = type->base;
    object_incref(&best->head);
    type->base = best;
    type->bases = value_incref(bases);
    int result = mro_update_hierarchy(type, changes);
    /* A custom mro() may have assigned __bases__ itself: then that assignment stands. */
    bool is_current = value_is(type->bases, bases);
    if (result < 0) {
        Value error = error_fetch();
        restore_mros(changes);
        error_restore(error);
        if (is_current) {
            type->bases = old_bases;
            type->base = old_base;
            old_bases = bases;
            old_base = best;
        }
    } else if (is_current) {
        result = register_with_new_bases(type, old_bases, bases);
    }
    value_decref(old_bases);
    object_decref(&old_base->head);
    value_decref(changes);
    return result;
}

static Value get_dict(Value self, void *closure)
{
    return mapping_proxy_new(as_type(self)->dict);
}

static Value get_doc(Value self, void *closure)
{
    Type *type = as_type(self);
    if (!(type->flags & TYPE_HEAP)) return doc_text(type->name, type->doc);
    Value doc = dict_get_borrow(type->dict, ID(__doc__));
    if (value_is_null(doc)) return VALUE_NONE;
    DescrGetSlot get = type_of(doc)->descr_get;
    return get ? get(doc, VALUE_NULL, self) : value_incref(doc);
}

static int set_doc(Value self, NULLABLE Value value, void *closure)
{
    Type *type = as_type(self);
    if (!can_set(type, value, "__doc__")) return -1;
    type_modified(type);
    return dict_set(type->dict, ID(__doc__), value);
}

static Value get_text_signature(Value self, void *closure)
{
    Type *type = as_type(self);
    return doc_signature(type->name, type->doc);
}

static Value get_abstract_methods(Value self, void *closure)
{
    Type *type = as_type(self);
    Value methods = type == &type_type ? VALUE_NULL : dict_get_borrow(type->dict, ID(__abstractmethods__));
    if (!value_is_null(methods)) return value_incref(methods);
    return error_attribute(self, ID(__abstractmethods__), "__abstractmethods__");
}

static int set_abstract_methods(Value self, NULLABLE Value value, void *closure)
{
    Type *type = as_type(self);
    int is_abstract = 0;
    if (!value_is_null(value)) {
        is_abstract = is_true(value);
        if (is_abstract < 0 || dict_set(type->dict, ID(__abstractmethods__), value) < 0) return -1;
    } else {
        int deleted = dict_delete_if_present(type->dict, ID(__abstractmethods__));
        if (deleted == 0) (void)!error_attribute(self, ID(__abstractmethods__), "__abstractmethods__").bits;
        if (deleted <= 0) return -1;
    }
    type_modified(type);
    type->flags = is_abstract ? type->flags | TYPE_ABSTRACT : type->flags & ~(uint32_t)TYPE_ABSTRACT;
    return 0;
}

static Value get_annotations(Value self, void *closure)
{
    Type *type = as_type(self);
    if (!(type->flags & TYPE_HEAP))
        return error_attribute(self, ID(__annotations__), "type object '%s' has no attribute '__annotations__'",
                               type->name);
    Value annotations = dict_get_borrow(type->dict, ID(__annotations__));
    if (!value_is_null(annotations)) {
        DescrGetSlot get = type_of(annotations)->descr_get;
        return get ? get(annotations, VALUE_NULL, self) : value_incref(annotations);
    }
    annotations = dict_new();
    if (value_is_null(annotations)) return VALUE_NULL;
    if (dict_set(type->dict, ID(__annotations__), annotations) < 0) value_clear(&annotations);
    type_modified(type);
    return annotations;
}

static int set_annotations(Value self, NULLABLE Value value, void *closure)
{
    Type *type = as_type(self);
    if (!(type->flags & TYPE_HEAP) || (type->flags & TYPE_IMMUTABLE)) {
        error_format(&type_TypeError, "cannot set '__annotations__' attribute of immutable type '%s'", type->name);
        return -1;
    }
    int result;
    if (!value_is_null(value)) {
        result = dict_set(type->dict, ID(__annotations__), value);
    } else {
        result = dict_delete_if_present(type->dict, ID(__annotations__));
        if (result == 0) {
            (void)!error_attribute(self, ID(__annotations__), "__annotations__").bits;
            result = -1;
        }
        result = MIN(result, 0);
    }
    type_modified(type);
    return result;
}

static Value get_flags(Value self, void *closure)
{
    /* The bits of CPython's tp_flags that programs look at. */
    static const struct {
        uint32_t flag;
        int bit;
    } bits[] = {{TYPE_HEAP, 9},
                {TYPE_BASE, 10},
                {TYPE_READY, 12},
                {TYPE_HAS_GC, 14},
                {TYPE_IMMUTABLE, 8},
                {TYPE_NO_NEW, 7},
                {TYPE_METHOD_DESCRIPTOR, 17},
                {TYPE_ABSTRACT, 20},
                {TYPE_SEQUENCE, 5},
                {TYPE_MAPPING, 6},
                {TYPE_MATCH_SELF, 22},
                {TYPE_IS_INT, 24},
                {TYPE_IS_LIST, 25},
                {TYPE_IS_TUPLE, 26},
                {TYPE_IS_BYTES, 27},
                {TYPE_IS_STR, 28},
                {TYPE_IS_DICT, 29},
                {TYPE_IS_EXCEPTION, 30},
                {TYPE_IS_TYPE, 31}};
    const Type *type = as_type(self);
    int64_t flags = 0;
    for (size_t i = 0; i < COUNT_OF(bits); i++)
        if (type->flags & bits[i].flag) flags |= INT64_C(1) << bits[i].bit;
    if (!(type->flags & TYPE_HEAP)) flags |= 1 << 8;
    return value_from_small_int(flags);
}

static Value get_dictoffset(Value self, void *closure)
{
    const Type *type = as_type(self);
    return value_from_small_int(type->attrs_offset ? type->attrs_offset : type->dict_offset);
}

ssize_t type_fixed_size(const Type *type)
{
    return type->attrs_offset > 0 ? type->attrs_offset : (ssize_t)type->instance_size;
}

/* --- methods of type --- */

static Value method_mro(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value mro = mro_compute(as_type(self));
    if (value_is_null(mro)) return VALUE_NULL;
    Value list = list_from_iterable(mro);
    value_decref(mro);
    return list;
}

static Value method_subclasses(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return type_subclasses(as_type(self));
}

static Value method_prepare(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return dict_new();
}

static Value method_instancecheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int result = type_recursive_is_instance(args[0], self);
    return result < 0 ? VALUE_NULL : value_from_bool(result);
}

static Value method_subclasscheck(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int result = type_recursive_is_subclass(args[0], self);
    return result < 0 ? VALUE_NULL : value_from_bool(result);
}

static Value method_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Type *type = as_type(self);
    return value_from_small_int((int64_t)(sizeof(Type) + (type->heap ? sizeof(HeapTypeExtra) : 0)));
}

static Value type_repr(Value self)
{
    Type *type = as_type(self);
    Value module = type_module_name(type);
    if (value_is_null(module)) error_clear();
    Value qualname = type_qualname(type), text = VALUE_NULL;
    if (value_is_null(qualname)) {
        value_xdecref(module);
        return VALUE_NULL;
    }
    if (!value_is_null(module) && is_str(module) && !str_equal_cstr(module, "builtins"))
        text = str_format("<class '%U.%U'>", module, qualname);
    else
        text = str_format("<class '%U'>", qualname);
    value_xdecref(module);
    value_decref(qualname);
    return text;
}

/* --- the life of classes made at run time --- */

static void type_destroy(Object *self)
{
    Type *type = (Type *)self;
    assert(type->flags & TYPE_HEAP);
    gc_untrack(self);
    Value pending = error_fetch();
    if (!value_is_null(type->bases))
        for (ssize_t i = 0; i < tuple_length(type->bases); i++)
            type_remove_subclass(as_type(tuple_item_borrow(type->bases, i)), type);
    weakref_clear_all(self);
    type_modified(type);
    if (type->base) object_decref(&type->base->head);
    value_xdecref(type->bases);
    value_xdecref(type->mro);
    value_xdecref(type->dict);
    value_xdecref(type->subclasses);
    shape_free_all(type);
    HeapTypeExtra *heap = type->heap;
    value_xdecref(heap->name);
    value_xdecref(heap->qualname);
    value_xdecref(heap->slots);
    if (heap->slot_members) mem_free(heap->slot_members, (size_t)(heap->slot_count + 1) * sizeof(NativeMember));
    value_xdecref(heap->fields);
    raw_free(heap->field_members);
    mem_free(heap, sizeof *heap);
    error_restore(pending);
    object_free(self, sizeof(Type));
}

static int type_traverse(Object *self, GcVisit visit, void *argument)
{
    Type *type = (Type *)self;
    GC_VISIT(type->dict);
    GC_VISIT(type->mro);
    GC_VISIT(type->bases);
    GC_VISIT(value_from_type(type->base));
    return 0;
}

static void type_clear(Object *self)
{
    Type *type = (Type *)self;
    type_modified(type);
    if (!value_is_null(type->dict)) dict_clear(type->dict);
    value_clear(&type->mro);
}

static const NativeMethod type_methods[] = {
    {"mro", method_mro, 0, 0, 0, "mro($self, /)\n--\n\nReturn a type's method resolution order."},
    {"__subclasses__", method_subclasses, 0, 0, 0,
     "__subclasses__($self, /)\n--\n\nReturn a list of immediate subclasses."},
    {"__prepare__", method_prepare, 0, -1, NATIVE_CLASS | NATIVE_KEYWORDS,
     "__prepare__() -> dict\nused to create the namespace for the class statement"},
    {"__instancecheck__", method_instancecheck, 1, 1, 0,
     "__instancecheck__($self, instance, /)\n--\n\nCheck if an object is an instance."},
    {"__subclasscheck__", method_subclasscheck, 1, 1, 0,
     "__subclasscheck__($self, subclass, /)\n--\n\nCheck if a class is a subclass."},
    {"__dir__", type_dir, 0, 0, 0, "__dir__($self, /)\n--\n\nSpecialized __dir__ implementation for types."},
    {"__sizeof__", method_sizeof, 0, 0, 0, "__sizeof__($self, /)\n--\n\nReturn memory consumption of the type object."},
    {NULL}};

/* A Type * reads as the Value of the same word, NULL as None. */
static const NativeMember type_members[] = {
    {"__basicsize__", MEMBER_SSIZE, offsetof(Type, instance_size), true, NULL},
    {"__itemsize__", MEMBER_SSIZE, offsetof(Type, item_size), true, NULL},
    {"__weakrefoffset__", MEMBER_SSIZE, offsetof(Type, weaklist_offset), true, NULL},
    {"__base__", MEMBER_VALUE, offsetof(Type, base), true, NULL},
    {"__mro__", MEMBER_VALUE, offsetof(Type, mro), true, NULL},
    {NULL}};

static const NativeGetSet type_getsets[] = {
    {"__name__", get_name, set_name, NULL, NULL},
    {"__qualname__", get_qualname, set_qualname, NULL, NULL},
    {"__bases__", get_bases, set_bases, NULL, NULL},
    {"__module__", get_module, set_module, NULL, NULL},
    {"__abstractmethods__", get_abstract_methods, set_abstract_methods, NULL, NULL},
    {"__dict__", get_dict, NULL, NULL, NULL},
    {"__doc__", get_doc, set_doc, NULL, NULL},
    {"__text_signature__", get_text_signature, NULL, NULL, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL, NULL},
    {"__flags__", get_flags, NULL, NULL, NULL},
    {"__dictoffset__", get_dictoffset, NULL, NULL, NULL},
    {NULL}};

Type type_type = {
    .head = TYPE_HEAD,
    .name = "type",
    .doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    .instance_size = sizeof(Type),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IS_TYPE,
    .dict_offset = offsetof(Type, dict), /* so that metaclasses' instances get no other __dict__ */
    .weaklist_offset = offsetof(Type, weaklist),
    .destroy = type_destroy,
    .traverse = type_traverse,
    .clear = type_clear,
    .new_instance = type_new_instance,
    .init = type_init,
    .repr = type_repr,
    .call = type_call,
    .getattr = type_getattr,
    .setattr = type_setattr,
    .number.or_ = union_or,
    .methods = type_methods,
    .members = type_members,
    .getsets = type_getsets,
};

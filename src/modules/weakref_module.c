/* weakref_module.c: the module _weakref. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/weakref.h"

static Value getweakrefcount(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(weakref_count(args[0]));
}

static Value getweakrefs(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value list = list_new(0);
    WeakRef **first = value_is_object(args[0]) ? weakref_list(value_as_object(args[0])) : NULL;
    for (WeakRef *ref = first ? *first : NULL; ref && !value_is_null(list); ref = ref->next)
        if (ref->head.refcount > 0 && list_append(list, value_from_object(ref)) < 0) value_clear(&list);
    return list;
}

static Value proxy(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return weakproxy_new(args[0], nargs > 1 && !value_is_none(args[1]) ? args[1] : VALUE_NULL);
}

/* What the callbacks of WeakValueDictionary use: the entry goes only if it still holds a dead reference. */
static Value remove_dead_weakref(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_dict(args[0])) return error_bad_argument("_remove_dead_weakref", 1, "dict", args[0]);
    Value ref = dict_get_borrow(args[0], args[1]);
    if (value_is_null(ref)) return error_occurred() ? VALUE_NULL : VALUE_NONE;
    if (!is_weakref_object(value_as_object(ref))) return error_set(&type_TypeError, "not a weakref");
    Value referent = weakref_get(ref);
    bool is_dead = value_is_none(referent);
    value_decref(referent);
    if (is_dead && dict_delete_if_present(args[0], args[1]) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

static const NativeMethod methods[] = {
    {"getweakrefcount", getweakrefcount, 1, 1, 0,
     "getweakrefcount($module, object, /)\n--\n\nReturn the number of weak references to 'object'."},
    {"getweakrefs", getweakrefs, 1, 1, 0,
     "getweakrefs($module, object, /)\n--\n\nReturn a list of all weak reference objects pointing to 'object'."},
    {"proxy", proxy, 1, 2, 0,
     "proxy($module, object, callback=None, /)\n--\n\nCreate a proxy object that weakly references "
     "'object'.\n\n'callback', "
     "if given, is called with a reference to the\nproxy when 'object' is about to be finalized."},
    {"_remove_dead_weakref", remove_dead_weakref, 2, 2, 0,
     "_remove_dead_weakref($module, dct, key, /)\n--\n\nAtomically remove key from dict if it points to a dead "
     "weakref."},
    {NULL}};

static int add_type(Value module, const char *name, Type *type)
{
    return module_add(module, name, value_incref(value_from_object(type)));
}

static int exec(Value module)
{
    if (add_type(module, "ref", &type_weakref) < 0 || add_type(module, "ReferenceType", &type_weakref) < 0) return -1;
    if (add_type(module, "ProxyType", &type_weakproxy) < 0) return -1;
    return add_type(module, "CallableProxyType", &type_weakcallableproxy);
}

NATIVE_MODULE(_weakref) = {
    .name = "_weakref", .doc = "Weak-reference support module.", .methods = methods, .exec = exec};

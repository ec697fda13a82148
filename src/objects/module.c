/* module.c: module objects: a namespace dict, __getattr__ (PEP 562), repr
 * through importlib. */
#include "objects/module.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

ALWAYS_INLINE Module *module_of(Value v)
{
    return (Module *)value_as_object(v);
}

static int init_namespace(Value dict, Value name, Value doc)
{
    if (dict_set(dict, ID(__name__), name) < 0 || dict_set(dict, ID(__doc__), doc) < 0) return -1;
    if (dict_set(dict, ID(__package__), VALUE_NONE) < 0 || dict_set(dict, ID(__loader__), VALUE_NONE) < 0) return -1;
    return dict_set(dict, ID(__spec__), VALUE_NONE);
}

static Value module_new_instance(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    Module *module = object_alloc_zeroed(type, sizeof *module);
    if (!module) return VALUE_NULL;
    module->dict = dict_new();
    if (!gc_is_tracked(module)) gc_track(module);
    Value v = value_from_object(module);
    if (value_is_null(module->dict)) value_clear(&v);
    return v;
}

Value module_new(Value name)
{
    Value module = module_new_instance(&type_module, NULL, 0, VALUE_NULL);
    if (!value_is_null(module) && init_namespace(module_of(module)->dict, name, VALUE_NONE) < 0) value_clear(&module);
    return module;
}

static int module_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"name", "doc", NULL};
    static const ArgSpec spec = {"module", names, 1, 2, 0};
    Value given[2];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return -1;
    if (!is_str(given[0])) {
        error_bad_argument("module", 1, "str", given[0]);
        return -1;
    }
    return init_namespace(module_of(self)->dict, given[0], value_is_null(given[1]) ? VALUE_NONE : given[1]);
}

static void module_destroy(Object *self)
{
    Module *module = (Module *)self;
    gc_untrack(self);
    if (!value_is_null(module->weaklist)) weakref_clear_all(self);
    value_xdecref(module->dict);
    object_free(self, sizeof *module);
}

static int module_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Module *)self)->dict);
    return 0;
}

static void module_clear(Object *self)
{
    value_clear(&((Module *)self)->dict);
}

/* --- attributes --- */

static bool spec_is_initializing(Value dict)
{
    Value spec = dict_get_borrow(dict, ID(__spec__));
    if (value_is_null(spec) || value_is_none(spec)) return false;
    bool failed;
    Value flag = get_attr_optional(spec, ID(_initializing), &failed);
    int truth = value_is_null(flag) ? 0 : is_true(flag);
    value_xdecref(flag);
    if (error_occurred()) error_clear();
    return truth > 0;
}

static Value missing_attribute(Value self, Value name)
{
    Value dict = module_of(self)->dict;
    Value module_name = value_is_null(dict) ? VALUE_NULL : dict_get_borrow(dict, ID(__name__));
    if (value_is_null(module_name) || !is_str(module_name))
        return error_attribute(self, name, "module has no attribute '%U'", name);
    const char *format = "module '%U' has no attribute '%U'";
    value_incref(module_name);
    if (spec_is_initializing(dict))
        format = "partially initialized module '%U' has no attribute '%U' (most likely due to a circular import)";
    Value result = error_attribute(self, name, format, module_name, name);
    value_decref(module_name);
    return result;
}

static Value module_getattr(Value self, Value name)
{
    Value dict = module_of(self)->dict;
    /* Most look-ups find a name of the namespace that no descriptor of the type shadows. */
    if (LIKELY(is_exact_str(name) && !value_is_null(dict)) && value_is_null(type_lookup_borrow(type_of(self), name))) {
        Value found = dict_get_borrow(dict, name);
        if (!value_is_null(found)) return value_incref(found);
    }
    Value result = generic_getattr(self, name);
    if (!value_is_null(result) || !error_matches(&type_AttributeError)) return result;
    error_clear();
    if (!value_is_null(dict)) {
        Value hook = dict_get_borrow(dict, ID(__getattr__));
        if (!value_is_null(hook)) {
            value_incref(hook);
            result = call_1(hook, name);
            value_decref(hook);
            return result;
        }
    }
    return missing_attribute(self, name);
}

/* <module 'x' from '…'>: importlib knows how. */
static Value module_repr(Value self)
{
    Value bootstrap = import_attr("_frozen_importlib", "_module_repr");
    if (value_is_null(bootstrap)) {
        if (!error_catch(&type_ImportError) && !error_catch(&type_AttributeError)) return VALUE_NULL;
        Value name = dict_get_borrow(module_of(self)->dict, ID(__name__));
        return value_is_null(name) ? str_from_cstr("<module '?'>") : str_format("<module %R>", name);
    }
    Value text = call_1(bootstrap, self);
    value_decref(bootstrap);
    return text;
}

static Value module_dir(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value dict = get_attr(self, ID(__dict__));
    if (value_is_null(dict)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (!is_dict(dict)) {
        error_set(&type_TypeError, "<module>.__dict__ is not a dictionary");
    } else {
        Value hook = dict_get_borrow(dict, ID(__dir__));
        result = value_is_null(hook) ? dict_keys_list(dict) : call_0(hook);
    }
    value_decref(dict);
    return result;
}

static Value module_get_annotations(Value self, void *closure)
{
    Value dict = module_of(self)->dict;
    Value annotations = dict_get_borrow(dict, ID(__annotations__));
    if (!value_is_null(annotations)) return value_incref(annotations);
    annotations = dict_new();
    if (!value_is_null(annotations) && dict_set(dict, ID(__annotations__), annotations) < 0) value_clear(&annotations);
    return annotations;
}

static int module_set_annotations(Value self, NULLABLE Value value, void *closure)
{
    Value dict = module_of(self)->dict;
    if (!value_is_null(value)) return dict_set(dict, ID(__annotations__), value);
    int deleted = dict_delete_if_present(dict, ID(__annotations__));
    if (deleted == 0) (void)!error_attribute(self, ID(__annotations__), "__annotations__").bits;
    return deleted == 1 ? 0 : -1;
}

static const NativeMethod module_methods[] = {
    {"__dir__", module_dir, 0, 0, 0, "__dir__() -> list\nspecialized dir() implementation"}, {NULL}};
static const NativeMember module_members[] = {{"__dict__", MEMBER_VALUE, offsetof(Module, dict), true, NULL}, {NULL}};
static const NativeGetSet module_getsets[] = {
    {"__annotations__", module_get_annotations, module_set_annotations, NULL, NULL}, {NULL}};

Type type_module = {
    .head = TYPE_HEAD,
    .name = "module",
    .doc =
        "module(name, doc=None)\n--\n\nCreate a module object.\n\nThe name must be a string; the optional doc argument "
        "can have any type.",
    .instance_size = sizeof(Module),
    .flags = TYPE_HAS_GC | TYPE_BASE,
    .dict_offset = offsetof(Module, dict),
    .weaklist_offset = offsetof(Module, weaklist),
    .destroy = module_destroy,
    .traverse = module_traverse,
    .clear = module_clear,
    .new_instance = module_new_instance,
    .init = module_init,
    .repr = module_repr,
    .getattr = module_getattr,
    .methods = module_methods,
    .members = module_members,
    .getsets = module_getsets,
};

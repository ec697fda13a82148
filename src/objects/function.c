/* function.c: Python functions and cells. */
#include "objects/function.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"

/* --- making --- */

/* The builtins that code with these globals sees: borrowed. */
static Value builtins_of_globals(Value globals)
{
    extern Value builtins_dict_borrow(void);
    Value builtins = dict_get_borrow(globals, ID(__builtins__));
    if (value_is_null(builtins)) return error_occurred() ? VALUE_NULL : builtins_dict_borrow();
    return is_module(builtins) ? as_module(builtins)->dict : builtins;
}

Value function_new(Value code_value, Value globals, NULLABLE Value qualname)
{
    const Code *code = as_code(code_value);
    Value builtins = builtins_of_globals(globals);
    if (value_is_null(builtins) && error_occurred()) return VALUE_NULL;
    Function *function = object_alloc_zeroed(&type_function, sizeof(Function));
    if (!function) return VALUE_NULL;
    function->code = value_incref(code_value);
    function->globals = value_incref(globals);
    function->builtins = value_xincref(builtins);
    function->name = value_incref(code->name);
    function->qualname = value_incref(value_is_null(qualname) ? code->qualname : qualname);
    Value doc = tuple_length(code->constants) ? tuple_item_borrow(code->constants, 0) : VALUE_NONE;
    function->doc = is_str(doc) ? value_incref(doc) : VALUE_NONE;
    Value module = dict_get_borrow(globals, ID(__name__));
    function->module = value_xincref(module);
    gc_track(function);
    return value_from_object(function);
}

uint32_t function_version(Function *function)
{
    static uint32_t next = 1;
    if (function->version == 0 && next != 0) function->version = next++;
    return function->version;
}

static Value new_function(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"code", "globals", "name", "argdefs", "closure", NULL};
    static const ArgSpec spec = {"function", names, 2, 5, 0};
    Value out[5];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value name = out[2], defaults = out[3], closure = out[4];
    if (!is_code(out[0]))
        return error_format(&type_TypeError, "function() argument 'code' must be code, not %T", out[0]);
    if (!is_dict(out[1]))
        return error_format(&type_TypeError, "function() argument 'globals' must be dict, not %T", out[1]);
    if (!value_is_null(name) && !value_is_none(name) && !is_str(name))
        return error_set(&type_TypeError, "arg 3 (name) must be None or string");
    if (!value_is_null(defaults) && !value_is_none(defaults) && !is_tuple(defaults))
        return error_set(&type_TypeError, "arg 4 (defaults) must be None or tuple");
    const Code *code = as_code(out[0]);
    if (value_is_null(closure)) closure = VALUE_NONE;
    if (!is_tuple(closure)) {
        if (code->nfree && value_is_none(closure)) return error_set(&type_TypeError, "arg 5 (closure) must be tuple");
        if (!value_is_none(closure)) return error_set(&type_TypeError, "arg 5 (closure) must be None or tuple");
    }
    ssize_t cells = value_is_none(closure) ? 0 : tuple_length(closure);
    if (cells != code->nfree)
        return error_format(&type_ValueError, "%U requires closure of length %d, not %zd", code->name, code->nfree,
                            cells);
    for (ssize_t i = 0; i < cells; i++)
        if (!object_has_type(tuple_item_borrow(closure, i), &type_cell))
            return error_format(&type_TypeError, "arg 5 (closure) expected cell, found %T",
                                tuple_item_borrow(closure, i));
    Value made = function_new(out[0], out[1], VALUE_NULL);
    if (value_is_null(made)) return made;
    Function *function = as_function(made);
    if (!value_is_null(name) && !value_is_none(name)) value_replace(&function->name, value_incref(name));
    if (!value_is_null(defaults) && !value_is_none(defaults)) function->defaults = value_incref(defaults);
    if (cells) function->closure = value_incref(closure);
    return made;
}

/* --- attributes --- */

static Value or_none(NULLABLE Value v)
{
    return value_is_null(v) ? VALUE_NONE : value_incref(v);
}

static Value get_code(Value self, void *closure)
{
    return value_incref(as_function(self)->code);
}

static int set_code(Value self, NULLABLE Value value, void *closure)
{
    Function *function = as_function(self);
    if (value_is_null(value) || !is_code(value)) {
        error_set(&type_TypeError, "__code__ must be set to a code object");
        return -1;
    }
    ssize_t cells = value_is_null(function->closure) ? 0 : tuple_length(function->closure);
    if (as_code(value)->nfree != cells) {
        error_format(&type_ValueError, "%U() requires a code object with %zd free vars, not %d", function->name, cells,
                     as_code(value)->nfree);
        return -1;
    }
    function->version = 0;
    /* A frame may be running the old code and holds the function only: keep it as long as the function. */
    Value kept = value_is_null(function->old_codes) ? tuple_pack(1, function->code)
                                                    : tuple_pack(2, function->old_codes, function->code);
    if (value_is_null(kept)) return -1;
    value_replace(&function->old_codes, kept);
    value_replace(&function->code, value_incref(value));
    return 0;
}

static Value get_name(Value self, void *closure)
{
    return value_incref(as_function(self)->name);
}
static Value get_qualname(Value self, void *closure)
{
    return value_incref(as_function(self)->qualname);
}

static int set_str(Value *place, NULLABLE Value value, const char *what)
{
    if (value_is_null(value) || !is_str(value)) {
        error_format(&type_TypeError, "%s must be set to a string object", what);
        return -1;
    }
    value_replace(place, value_incref(value));
    return 0;
}

static int set_name(Value self, NULLABLE Value value, void *closure)
{
    return set_str(&as_function(self)->name, value, "__name__");
}

static int set_qualname(Value self, NULLABLE Value value, void *closure)
{
    return set_str(&as_function(self)->qualname, value, "__qualname__");
}

static Value get_defaults(Value self, void *closure)
{
    return or_none(as_function(self)->defaults);
}

static int set_defaults(Value self, NULLABLE Value value, void *closure)
{
    Function *function = as_function(self);
    if (!value_is_null(value) && value_is_none(value)) value = VALUE_NULL;
    if (!value_is_null(value) && !is_tuple(value)) {
        error_set(&type_TypeError, "__defaults__ must be set to a tuple object");
        return -1;
    }
    function->version = 0;
    value_replace(&function->defaults, value_xincref(value));
    return 0;
}

static Value get_kwdefaults(Value self, void *closure)
{
    return or_none(as_function(self)->kwdefaults);
}

static int set_kwdefaults(Value self, NULLABLE Value value, void *closure)
{
    Function *function = as_function(self);
    if (!value_is_null(value) && value_is_none(value)) value = VALUE_NULL;
    if (!value_is_null(value) && !is_dict(value)) {
        error_set(&type_TypeError, "__kwdefaults__ must be set to a dict object");
        return -1;
    }
    function->version = 0;
    value_replace(&function->kwdefaults, value_xincref(value));
    return 0;
}

/* The compiler leaves annotations as a tuple name, value, name, value …; they become a dict when somebody asks. */
static Value get_annotations(Value self, void *closure)
{
    Function *function = as_function(self);
    if (value_is_null(function->annotations)) {
        function->annotations = dict_new();
    } else if (is_exact_tuple(function->annotations)) {
        Value dict = dict_new(), pairs = function->annotations;
        for (ssize_t i = 0; i + 1 < tuple_length(pairs) && !value_is_null(dict); i += 2)
            if (dict_set(dict, tuple_item_borrow(pairs, i), tuple_item_borrow(pairs, i + 1)) < 0) value_clear(&dict);
        if (value_is_null(dict)) return dict;
        value_replace(&function->annotations, dict);
    }
    return value_xincref(function->annotations);
}

static int set_annotations(Value self, NULLABLE Value value, void *closure)
{
    if (!value_is_null(value) && value_is_none(value)) value = VALUE_NULL;
    if (!value_is_null(value) && !is_dict(value)) {
        error_set(&type_TypeError, "__annotations__ must be set to a dict object");
        return -1;
    }
    value_replace(&as_function(self)->annotations, value_xincref(value));
    return 0;
}

static const NativeGetSet function_getsets[] = {
    {"__code__", get_code, set_code},
    {"__defaults__", get_defaults, set_defaults},
    {"__kwdefaults__", get_kwdefaults, set_kwdefaults},
    {"__annotations__", get_annotations, set_annotations},
    {"__dict__", generic_get_dict, generic_set_dict},
    {"__name__", get_name, set_name},
    {"__qualname__", get_qualname, set_qualname},
    {NULL},
};

static const NativeMember function_members[] = {
    {"__closure__", MEMBER_VALUE, offsetof(Function, closure), true},
    {"__doc__", MEMBER_VALUE, offsetof(Function, doc), false},
    {"__globals__", MEMBER_VALUE, offsetof(Function, globals), true},
    {"__module__", MEMBER_VALUE, offsetof(Function, module), false},
    {"__builtins__", MEMBER_VALUE, offsetof(Function, builtins), true},
    {NULL},
};

/* --- the type --- */

static Value function_repr(Value self)
{
    return str_format("<function %U at %p>", as_function(self)->qualname, (void *)value_as_object(self));
}

static Value function_get(Value self, NULLABLE Value object, NULLABLE Value type)
{
    return value_is_null(object) || value_is_none(object) ? value_incref(self) : bound_method_new(self, object);
}

static int function_traverse(Object *self, GcVisit visit, void *argument)
{
    Function *f = (Function *)self;
    Value fields[] = {f->code,    f->globals, f->builtins, f->name,        f->qualname, f->defaults, f->kwdefaults,
                      f->closure, f->doc,     f->module,   f->annotations, f->dict,     f->old_codes};
    for (size_t i = 0; i < COUNT_OF(fields); i++) GC_VISIT(fields[i]);
    return 0;
}

static void drop_fields(Object *self)
{
    Function *f = (Function *)self;
    f->version = 0;
    Value *fields[] = {&f->defaults, &f->kwdefaults, &f->closure, &f->doc, &f->module, &f->annotations, &f->dict};
    for (size_t i = 0; i < COUNT_OF(fields); i++) value_clear(fields[i]);
}

/* A function must be callable and have a name at any time: the code stays, the names become empty. */
static void function_clear(Object *self)
{
    Function *f = (Function *)self;
    drop_fields(self);
    value_replace(&f->name, str_empty());
    value_replace(&f->qualname, str_empty());
}

static void function_destroy(Object *self)
{
    Function *f = (Function *)self;
    gc_untrack(f);
    if (!value_is_null(f->weaklist)) weakref_clear_all(self);
    drop_fields(self);
    value_clear(&f->globals);
    value_clear(&f->builtins);
    value_clear(&f->code);
    value_clear(&f->old_codes);
    value_clear(&f->name);
    value_clear(&f->qualname);
    object_free(self, sizeof(Function));
}

extern Value function_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames); /* vm/call.c */

Type type_function = {
    .head = TYPE_HEAD,
    .name = "function",
    .doc = "function(code, globals, name=None, argdefs=None, closure=None)\n--\n\n"
           "Create a function object.\n\n"
           "  code\n    a code object\n"
           "  globals\n    the globals dictionary\n"
           "  name\n    a string that overrides the name from the code object\n"
           "  argdefs\n    a tuple that specifies the default argument values\n"
           "  closure\n    a tuple that supplies the bindings for free variables",
    .instance_size = sizeof(Function),
    .flags = TYPE_HAS_GC | TYPE_METHOD_DESCRIPTOR,
    .dict_offset = offsetof(Function, dict),
    .weaklist_offset = offsetof(Function, weaklist),
    .destroy = function_destroy,
    .traverse = function_traverse,
    .clear = function_clear,
    .new_instance = new_function,
    .repr = function_repr,
    .call = function_call,
    .descr_get = function_get,
    .getsets = function_getsets,
    .members = function_members,
};

/* --- cells --- */

Value cell_new(NULLABLE Value content)
{
    Cell *cell = object_alloc(&type_cell, sizeof(Cell));
    if (!cell) return VALUE_NULL;
    cell->content = value_xincref(content);
    gc_track(cell);
    return value_from_object(cell);
}

static Value new_cell(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("cell", kwnames) || !args_count("cell", nargs, 0, 1)) return VALUE_NULL;
    return cell_new(nargs ? args[0] : VALUE_NULL);
}

static Value get_contents(Value self, void *closure)
{
    Value content = as_cell(self)->content;
    return value_is_null(content) ? error_set(&type_ValueError, "Cell is empty") : value_incref(content);
}

static int set_contents(Value self, NULLABLE Value value, void *closure)
{
    value_replace(&as_cell(self)->content, value_xincref(value));
    return 0;
}

static Value cell_repr(Value self)
{
    Value content = as_cell(self)->content;
    if (value_is_null(content)) return str_format("<cell at %p: empty>", (void *)value_as_object(self));
    return str_format("<cell at %p: %T object at %p>", (void *)value_as_object(self), content, (void *)content.bits);
}

static Value cell_compare(Value left, Value right, CompareOp op)
{
    if (!object_has_type(left, &type_cell) || !object_has_type(right, &type_cell)) return VALUE_NOT_IMPLEMENTED;
    Value a = as_cell(left)->content, b = as_cell(right)->content;
    if (!value_is_null(a) && !value_is_null(b)) return rich_compare(a, b, op);
    int x = !value_is_null(a), y = !value_is_null(b); /* an empty cell is less than any other */
    bool results[] = {x<y, x <= y, x == y, x != y, x> y, x >= y};
    return value_from_bool(results[op]);
}

static int cell_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Cell *)self)->content);
    return 0;
}

static void cell_clear(Object *self)
{
    value_clear(&((Cell *)self)->content);
}

static void cell_destroy(Object *self)
{
    gc_untrack(self);
    cell_clear(self);
    object_free(self, sizeof(Cell));
}

static const NativeGetSet cell_getsets[] = {{"cell_contents", get_contents, set_contents}, {NULL}};

Type type_cell = {
    .head = TYPE_HEAD,
    .name = "cell",
    .doc = "cell([contents])\n--\n\n"
           "Create a new cell object.\n\n"
           "  contents\n    the contents of the cell. If not specified, the cell will be empty,\n"
           "    and \nfurther attempts to access its cell_contents attribute will\n    raise a ValueError.",
    .instance_size = sizeof(Cell),
    .flags = TYPE_HAS_GC,
    .destroy = cell_destroy,
    .traverse = cell_traverse,
    .clear = cell_clear,
    .new_instance = new_cell,
    .repr = cell_repr,
    .compare = cell_compare,
    .hash = hash_not_implemented,
    .getsets = cell_getsets,
};

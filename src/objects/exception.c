/* exception.c: BaseException and the classes that add little to it. The larger families have files of their own:
 * exception_os.c, exception_unicode.c, exception_group.c, exception_syntax.c. */
#include "objects/exception.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception_internal.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* --- life --- */

/* How many own Value fields an instance of the class's native layout has; they start at OWN_FIELDS. */
#define OWN_FIELDS offsetof(NameErrorObject, name)

static int own_value_count(const Type *type)
{
    static const struct {
        Type *type;
        int count;
    } counts[] = {{&type_StopIteration, 1}, {&type_SystemExit, 1},   {&type_SyntaxError, 8},
                  {&type_ImportError, 3},   {&type_NameError, 1},    {&type_AttributeError, 2},
                  {&type_OSError, 4},       {&type_UnicodeError, 0}, {&type_BaseExceptionGroup, 2}};
    while (type->flags & TYPE_HEAP) type = type->base;
    if (type->base == &type_UnicodeError) return 3;
    for (const Type *t = type; t && t != &type_Exception && t != &type_BaseException; t = t->base)
        for (size_t i = 0; i < COUNT_OF(counts); i++)
            if (counts[i].type == t) return counts[i].count;
    return 0;
}

ALWAYS_INLINE Value *own_values(Object *self)
{
    return (Value *)((char *)self + OWN_FIELDS);
}

void exception_clear(Object *self)
{
    Exception *e = (Exception *)self;
    value_clear(&e->args);
    value_clear(&e->traceback);
    value_clear(&e->context);
    value_clear(&e->cause);
    int count = own_value_count(self->type);
    for (int i = 0; i < count; i++) value_clear(&own_values(self)[i]);
    instance_attrs_clear(value_from_object(self));
}

/* MemoryError must not need memory: a few instances are made at the start, and come back when they are dropped. When
 * all are in use there is one for everybody. */
enum { KEPT_MAX = 8 };
static Exception *kept_memory_errors[KEPT_MAX];
static int kept_count;
static Value shared_memory_error;

void exception_destroy(Object *self)
{
    const Type *type = self->type;
    gc_untrack(self);
    exception_clear(self);
    if (type == &type_MemoryError && kept_count < KEPT_MAX)
        kept_memory_errors[kept_count++] = (Exception *)self;
    else
        object_free(self, (size_t)type->instance_size);
}

NULLABLE Value exception_kept_memory_error(void)
{
    if (kept_count == 0) return VALUE_NULL;
    Exception *e = kept_memory_errors[--kept_count];
    e->head.refcount = 1;
    e->args = tuple_empty();
    e->suppress_context = false;
    gc_track(e);
    return value_from_object(e);
}

Value exception_shared_memory_error(void)
{
    if (value_is_object(shared_memory_error) && value_as_object(shared_memory_error)->refcount == 1)
        exception_clear(value_as_object(shared_memory_error));
    return value_xincref(shared_memory_error);
}

/* All are made before the first is dropped: each goes into kept_memory_errors. */
static int keep_memory_errors(void)
{
    Value made[KEPT_MAX];
    int count = 0;
    while (count < KEPT_MAX && !value_is_null(made[count] = exception_new(&type_MemoryError, VALUE_NULL))) count++;
    shared_memory_error = exception_new(&type_MemoryError, VALUE_NULL);
    for (int i = 0; i < count; i++) value_decref(made[i]);
    return count == KEPT_MAX && !value_is_null(shared_memory_error) ? 0 : -1;
}

int exception_traverse(Object *self, GcVisit visit, void *argument)
{
    Exception *e = (Exception *)self;
    GC_VISIT(e->args);
    GC_VISIT(e->traceback);
    GC_VISIT(e->context);
    GC_VISIT(e->cause);
    int count = own_value_count(self->type);
    for (int i = 0; i < count; i++) GC_VISIT(own_values(self)[i]);
    return instance_attrs_traverse(value_from_object(self), visit, argument);
}

int exception_set_args(Value self, const Value *args, ssize_t nargs)
{
    Value tuple = tuple_from_array(args, nargs);
    if (value_is_null(tuple)) return -1;
    value_replace(&as_exception(self)->args, tuple);
    return 0;
}

Value exception_new_instance(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Exception *e = object_alloc_zeroed(type, type->instance_size);
    if (!e) return VALUE_NULL;
    gc_track(e);
    Value self = value_from_object(e);
    if (exception_set_args(self, args, nargs) < 0) value_clear(&self);
    return self;
}

int exception_init(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords(type_of(self)->name, kwnames)) return -1;
    return exception_set_args(self, args, nargs);
}

Value exception_new(Type *type, NULLABLE Value args)
{
    const Value *items = value_is_null(args) ? NULL : as_tuple(args)->items;
    ssize_t count = value_is_null(args) ? 0 : tuple_length(args);
    if (type->new_instance != exception_new_instance || type->init != exception_init) {
        Value instance = call_vector(value_from_type(type), items, count, VALUE_NULL);
        if (value_is_null(instance) || is_exception(instance)) return instance;
        error_format(&type_TypeError, "calling %R should have returned an instance of BaseException, not %R",
                     value_from_type(type), value_from_type(type_of(instance)));
        value_decref(instance);
        return VALUE_NULL;
    }
    Exception *e = object_alloc_zeroed(type, type->instance_size);
    if (!e) return VALUE_NULL;
    e->args = value_is_null(args) ? tuple_empty() : value_incref(args);
    gc_track(e);
    return value_from_object(e);
}

bool is_exception_class(Value v)
{
    return is_type(v) && type_has_flag(as_type(v), TYPE_IS_EXCEPTION);
}

/* --- text --- */

Value exception_str(Value self)
{
    Value args = as_exception(self)->args;
    ssize_t count = value_is_null(args) ? 0 : tuple_length(args);
    if (count == 0) return str_empty();
    return count == 1 ? value_str(tuple_item_borrow(args, 0)) : value_str(args);
}

static Value exception_repr(Value self)
{
    const char *name = type_short_name(type_of(self));
    Value args = as_exception(self)->args;
    if (value_is_null(args)) return str_format("%s()", name);
    if (tuple_length(args) == 1) return str_format("%s(%R)", name, tuple_item_borrow(args, 0));
    return str_format("%s%R", name, args);
}

/* --- methods --- */

Value exception_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    InstanceAttrs *attrs = instance_attrs(self);
    bool has_state = attrs->shape->is_dict ? attrs->spill != NULL : attrs->shape->slot_count > 0;
    Value type = value_from_type(type_of(self)), exception_args = as_exception(self)->args;
    if (!has_state) return tuple_pack(2, type, exception_args);
    Value state = instance_dict_copy(self);
    if (value_is_null(state)) return VALUE_NULL;
    Value result = tuple_pack(3, type, exception_args, state);
    value_decref(state);
    return result;
}

static Value exception_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (value_is_none(args[0])) return VALUE_NONE;
    if (!is_dict(args[0])) return error_set(&type_TypeError, "state is not a dictionary");
    ssize_t position = 0;
    Value key, value;
    while (dict_next(args[0], &position, &key, &value)) {
        value_incref(key);
        value_incref(value);
        int result = set_attr(self, key, value);
        value_decref(key);
        value_decref(value);
        if (result < 0) return VALUE_NULL;
    }
    return VALUE_NONE;
}

static int set_traceback(Value self, NULLABLE Value value, void *closure);

static Value exception_with_traceback(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return set_traceback(self, args[0], NULL) < 0 ? VALUE_NULL : value_incref(self);
}

static Value exception_add_note(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_format(&type_TypeError, "note must be a str, not '%T'", args[0]);
    bool failed;
    Value notes = get_attr_optional(self, ID(__notes__), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(notes)) {
        notes = list_new(0);
        if (value_is_null(notes)) return VALUE_NULL;
        if (set_attr(self, ID(__notes__), notes) < 0) {
            value_decref(notes);
            return VALUE_NULL;
        }
    }
    int result = -1;
    if (is_list(notes))
        result = list_append(notes, args[0]);
    else
        error_set(&type_TypeError, "Cannot add note: __notes__ is not a list");
    value_decref(notes);
    return result < 0 ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod base_methods[] = {
    {"__reduce__", exception_reduce, 0, 0, 0, NULL},
    {"__setstate__", exception_setstate, 1, 1, 0, NULL},
    {"with_traceback", exception_with_traceback, 1, 1, 0,
     "Exception.with_traceback(tb) --\n    set self.__traceback__ to tb and return self."},
    {"add_note", exception_add_note, 1, 1, 0, "Exception.add_note(note) --\n    add a note to the exception"},
    {NULL}};

/* --- attributes --- */

static Value get_args(Value self, void *closure)
{
    Value args = as_exception(self)->args;
    return value_is_null(args) ? VALUE_NONE : value_incref(args);
}

static int set_args(Value self, NULLABLE Value value, void *closure)
{
    if (value_is_null(value)) {
        error_set(&type_TypeError, "args may not be deleted");
        return -1;
    }
    Value tuple = tuple_from_iterable(value);
    if (value_is_null(tuple)) return -1;
    value_replace(&as_exception(self)->args, tuple);
    return 0;
}

static Value get_traceback(Value self, void *closure)
{
    Value traceback = as_exception(self)->traceback;
    return value_is_null(traceback) ? VALUE_NONE : value_incref(traceback);
}

static int set_traceback(Value self, NULLABLE Value value, void *closure)
{
    if (value_is_null(value)) {
        error_set(&type_TypeError, "__traceback__ may not be deleted");
        return -1;
    }
    if (!value_is_none(value) && !object_has_type(value, &type_traceback)) {
        error_set(&type_TypeError, "__traceback__ must be a traceback or None");
        return -1;
    }
    value_replace(&as_exception(self)->traceback, value_is_none(value) ? VALUE_NULL : value_incref(value));
    return 0;
}

/* Common to __context__ and __cause__: false with TypeError. */
static bool check_link(NULLABLE Value value, const char *deleted, const char *wrong)
{
    if (value_is_null(value)) {
        error_set(&type_TypeError, deleted);
        return false;
    }
    if (value_is_none(value) || is_exception(value)) return true;
    error_set(&type_TypeError, wrong);
    return false;
}

static Value get_context(Value self, void *closure)
{
    Value context = as_exception(self)->context;
    return value_is_null(context) ? VALUE_NONE : value_incref(context);
}

static int set_context(Value self, NULLABLE Value value, void *closure)
{
    if (!check_link(value, "__context__ may not be deleted",
                    "exception context must be None or derive from BaseException"))
        return -1;
    value_replace(&as_exception(self)->context, value_is_none(value) ? VALUE_NULL : value_incref(value));
    return 0;
}

static Value get_cause(Value self, void *closure)
{
    Value cause = as_exception(self)->cause;
    return value_is_null(cause) ? VALUE_NONE : value_incref(cause);
}

static int set_cause(Value self, NULLABLE Value value, void *closure)
{
    if (!check_link(value, "__cause__ may not be deleted", "exception cause must be None or derive from BaseException"))
        return -1;
    value_replace(&as_exception(self)->cause, value_is_none(value) ? VALUE_NULL : value_incref(value));
    as_exception(self)->suppress_context = true;
    return 0;
}

static const NativeMember base_members[] = {
    {"__suppress_context__", MEMBER_BOOL, offsetof(Exception, suppress_context), false, NULL}, {NULL}};
static const NativeGetSet base_getsets[] = {{"__dict__", generic_get_dict, generic_set_dict, NULL, NULL},
                                            {"args", get_args, set_args, NULL, NULL},
                                            {"__traceback__", get_traceback, set_traceback, NULL, NULL},
                                            {"__context__", get_context, set_context, "exception context", NULL},
                                            {"__cause__", get_cause, set_cause, "exception cause", NULL},
                                            {NULL}};

EXCEPTION_TYPE(BaseException, NULL, Exception, "Common base class for all exceptions",
               .new_instance = exception_new_instance, .init = exception_init, .repr = exception_repr,
               .str = exception_str, .methods = base_methods, .members = base_members, .getsets = base_getsets);

/* --- classes without anything of their own --- */

#define PLAIN(name, base, doc)                                                                                         \
    EXCEPTION_TYPE(name, &type_##base, Exception, doc, .new_instance = exception_new_instance)

PLAIN(Exception, BaseException, "Common base class for all non-exit exceptions.");
PLAIN(TypeError, Exception, "Inappropriate argument type.");
PLAIN(StopAsyncIteration, Exception, "Signal the end from iterator.__anext__().");
PLAIN(GeneratorExit, BaseException, "Request that a generator exit.");
PLAIN(KeyboardInterrupt, BaseException, "Program interrupted by user.");
PLAIN(EOFError, Exception, "Read beyond end of file.");
PLAIN(RuntimeError, Exception, "Unspecified run-time error.");
PLAIN(RecursionError, RuntimeError, "Recursion limit exceeded.");
PLAIN(NotImplementedError, RuntimeError, "Method or function hasn't been implemented yet.");
PLAIN(AssertionError, Exception, "Assertion failed.");
PLAIN(ArithmeticError, Exception, "Base class for arithmetic errors.");
PLAIN(FloatingPointError, ArithmeticError, "Floating point operation failed.");
PLAIN(OverflowError, ArithmeticError, "Result too large to be represented.");
PLAIN(ZeroDivisionError, ArithmeticError, "Second argument to a division or modulo operation was zero.");
PLAIN(SystemError, Exception,
      "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the "
      "traceback,\nthe Python version, and the hardware/OS platform and version.");
PLAIN(ReferenceError, Exception, "Weak ref proxy used after referent went away.");
PLAIN(MemoryError, Exception, "Out of memory.");
PLAIN(BufferError, Exception, "Buffer error.");
PLAIN(LookupError, Exception, "Base class for lookup errors.");
PLAIN(IndexError, LookupError, "Sequence index out of range.");
PLAIN(ValueError, Exception, "Inappropriate argument value (of correct type).");
PLAIN(Warning, Exception, "Base class for warning categories.");
PLAIN(UserWarning, Warning, "Base class for warnings generated by user code.");
PLAIN(DeprecationWarning, Warning, "Base class for warnings about deprecated features.");
PLAIN(PendingDeprecationWarning, Warning,
      "Base class for warnings about features which will be deprecated\nin the future.");
PLAIN(SyntaxWarning, Warning, "Base class for warnings about dubious syntax.");
PLAIN(RuntimeWarning, Warning, "Base class for warnings about dubious runtime behavior.");
PLAIN(FutureWarning, Warning, "Base class for warnings about constructs that will change semantically\nin the future.");
PLAIN(ImportWarning, Warning, "Base class for warnings about probable mistakes in module imports");
PLAIN(UnicodeWarning, Warning,
      "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.");
PLAIN(BytesWarning, Warning,
      "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or "
      "comparing to str.");
PLAIN(EncodingWarning, Warning, "Base class for warnings about encodings.");
PLAIN(ResourceWarning, Warning, "Base class for warnings about resource usage.");

/* --- KeyError, StopIteration, SystemExit --- */

/* The repr, so that KeyError('') shows something. */
static Value key_error_str(Value self)
{
    Value args = as_exception(self)->args;
    if (!value_is_null(args) && tuple_length(args) == 1) return value_repr(tuple_item_borrow(args, 0));
    return exception_str(self);
}

EXCEPTION_TYPE(KeyError, &type_LookupError, Exception, "Mapping key not found.", .new_instance = exception_new_instance,
               .str = key_error_str);

static int stop_iteration_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (exception_init(self, args, nargs, kwnames) < 0) return -1;
    value_replace(&((StopIterationObject *)value_as_object(self))->value, nargs ? value_incref(args[0]) : VALUE_NONE);
    return 0;
}

static const NativeMember stop_iteration_members[] = {
    {"value", MEMBER_VALUE, offsetof(StopIterationObject, value), false, "generator return value"}, {NULL}};
EXCEPTION_TYPE(StopIteration, &type_Exception, StopIterationObject, "Signal the end from iterator.__next__().",
               .new_instance = exception_new_instance, .init = stop_iteration_init, .members = stop_iteration_members);

static int system_exit_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (exception_init(self, args, nargs, kwnames) < 0) return -1;
    Value code = nargs == 0 ? VALUE_NONE : nargs == 1 ? value_incref(args[0]) : value_incref(as_exception(self)->args);
    value_replace(&((SystemExitObject *)value_as_object(self))->code, code);
    return 0;
}

static const NativeMember system_exit_members[] = {
    {"code", MEMBER_VALUE, offsetof(SystemExitObject, code), false, "exception code"}, {NULL}};
EXCEPTION_TYPE(SystemExit, &type_BaseException, SystemExitObject, "Request to exit from the interpreter.",
               .new_instance = exception_new_instance, .init = system_exit_init, .members = system_exit_members);

/* --- ImportError, NameError, AttributeError: keyword-only details --- */

/* Splits off the keyword-only details: BaseException gets the positional arguments alone. */
static int init_with_details(Value self, const ArgSpec *spec, const Value *args, ssize_t nargs, Value kwnames,
                             Value *out)
{
    if (exception_set_args(self, args, nargs) < 0) return -1;
    return args_parse(spec, args + nargs, 0, kwnames, out) ? 0 : -1;
}

static int import_error_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"name", "path", NULL};
    static const ArgSpec spec = {"ImportError", names, 0, 0, 0};
    Value given[2];
    if (init_with_details(self, &spec, args, nargs, kwnames, given) < 0) return -1;
    ImportErrorObject *e = (ImportErrorObject *)value_as_object(self);
    value_replace(&e->name, value_xincref(given[0]));
    value_replace(&e->path, value_xincref(given[1]));
    value_replace(&e->msg, nargs == 1 ? value_incref(args[0]) : VALUE_NULL);
    return 0;
}

static Value import_error_str(Value self)
{
    Value msg = ((ImportErrorObject *)value_as_object(self))->msg;
    return !value_is_null(msg) && is_exact_str(msg) ? value_incref(msg) : exception_str(self);
}

static Value import_error_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ImportErrorObject *e = (ImportErrorObject *)value_as_object(self);
    Value state = instance_dict_copy(self);
    if (value_is_null(state)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if ((value_is_null(e->name) || dict_set(state, ID(name), e->name) == 0) &&
        (value_is_null(e->path) || dict_set(state, ID(path), e->path) == 0)) {
        Value type = value_from_type(type_of(self));
        result = dict_length(state) ? tuple_pack(3, type, e->args, state) : tuple_pack(2, type, e->args);
    }
    value_decref(state);
    return result;
}

static const NativeMember import_error_members[] = {
    {"msg", MEMBER_VALUE, offsetof(ImportErrorObject, msg), false, "exception message"},
    {"name", MEMBER_VALUE, offsetof(ImportErrorObject, name), false, "module name"},
    {"path", MEMBER_VALUE, offsetof(ImportErrorObject, path), false, "module path"},
    {NULL}};
static const NativeMethod import_error_methods[] = {{"__reduce__", import_error_reduce, 0, 0, 0, NULL}, {NULL}};
EXCEPTION_TYPE(ImportError, &type_Exception, ImportErrorObject,
               "Import can't find module, or can't find name in module.", .new_instance = exception_new_instance,
               .init = import_error_init, .str = import_error_str, .members = import_error_members,
               .methods = import_error_methods);
EXCEPTION_TYPE(ModuleNotFoundError, &type_ImportError, ImportErrorObject, "Module not found.",
               .new_instance = exception_new_instance);

static int name_error_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"name", NULL};
    static const ArgSpec spec = {"NameError", names, 0, 0, 0};
    Value name;
    if (init_with_details(self, &spec, args, nargs, kwnames, &name) < 0) return -1;
    value_replace(&((NameErrorObject *)value_as_object(self))->name, value_xincref(name));
    return 0;
}

static const NativeMember name_error_members[] = {
    {"name", MEMBER_VALUE, offsetof(NameErrorObject, name), false, "name"}, {NULL}};
EXCEPTION_TYPE(NameError, &type_Exception, NameErrorObject, "Name not found globally.",
               .new_instance = exception_new_instance, .init = name_error_init, .members = name_error_members);
EXCEPTION_TYPE(UnboundLocalError, &type_NameError, NameErrorObject, "Local name referenced but not bound to a value.",
               .new_instance = exception_new_instance);

static int attribute_error_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"name", "obj", NULL};
    static const ArgSpec spec = {"AttributeError", names, 0, 0, 0};
    Value given[2];
    if (init_with_details(self, &spec, args, nargs, kwnames, given) < 0) return -1;
    AttributeErrorObject *e = (AttributeErrorObject *)value_as_object(self);
    value_replace(&e->name, value_xincref(given[0]));
    value_replace(&e->object, value_xincref(given[1]));
    return 0;
}

static const NativeMember attribute_error_members[] = {
    {"name", MEMBER_VALUE, offsetof(AttributeErrorObject, name), false, "attribute name"},
    {"obj", MEMBER_VALUE, offsetof(AttributeErrorObject, object), false, "object"},
    {NULL}};
EXCEPTION_TYPE(AttributeError, &type_Exception, AttributeErrorObject, "Attribute not found.",
               .new_instance = exception_new_instance, .init = attribute_error_init,
               .members = attribute_error_members);

/* --- start-up --- */

int exceptions_init(void)
{
    type_ExceptionGroup.bases =
        tuple_pack(2, value_from_type(&type_BaseExceptionGroup), value_from_type(&type_Exception));
    if (value_is_null(type_ExceptionGroup.bases)) return -1;
#define READY(name)                                                                                                    \
    if (type_ready(&type_##name) < 0) return -1;
    EXCEPTION_CLASSES(READY)
#undef READY
    return keep_memory_errors();
}

/* sys.c: the module `sys`: its functions. What it tells about the build and the command line is in sys_info.c. */
#include <stdio.h>
#include <stdlib.h>

#include "memory/memory.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/frame.h"
#include "vm/import.h"
#include "vm/lock.h"
#include "vm/runtime.h"
#include "vm/sys_info.h"
#include "vm/traceback.h"
#include "vm/tracing.h"

int recursion_limit = 1000;
static Value audit_hooks; /* list, or no value */

/* --- the namespace from C --- */

NULLABLE Value sys_get_borrow(const char *name)
{
    if (value_is_null(runtime.sys_dict)) return VALUE_NULL;
    return dict_get_cstr_borrow(runtime.sys_dict, name);
}

int sys_set(const char *name, NULLABLE Value value)
{
    if (!value_is_null(value)) return dict_set_cstr(runtime.sys_dict, name, value);
    Value key = str_intern_cstr(name);
    int result = value_is_null(key) ? -1 : dict_delete_if_present(runtime.sys_dict, key);
    value_xdecref(key);
    return result < 0 ? -1 : 0;
}

static Value or_none(NULLABLE Value v)
{
    return value_is_null(v) ? VALUE_NONE : value_incref(v);
}

/* --- exceptions --- */

/* The exception being handled, or no value. */
static NULLABLE Value handled_exception(void)
{
    HandledException *handled = current_thread->handled;
    while ((value_is_null(handled->exception) || value_is_none(handled->exception)) && handled->previous)
        handled = handled->previous;
    return value_is_none(handled->exception) ? VALUE_NULL : handled->exception;
}

static Value sys_exc_info(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value exception = handled_exception();
    if (value_is_null(exception)) return tuple_pack(3, VALUE_NONE, VALUE_NONE, VALUE_NONE);
    Value traceback = as_exception(exception)->traceback;
    return tuple_pack(3, value_from_object(type_of(exception)), exception,
                      value_is_null(traceback) ? VALUE_NONE : traceback);
}

static Value sys_exception(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return or_none(handled_exception());
}

static Value sys_exit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_set_value(&type_SystemExit, nargs ? args[0] : VALUE_NONE);
}

static int write_text(Value file, Value text)
{
    Value result = call_method_1(file, ID(write), text);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

static int write_format(Value file, STEALS Value text)
{
    int failed = value_is_null(text) ? -1 : write_text(file, text);
    value_xdecref(text);
    return failed;
}

static Value sys_excepthook(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value exception = args[1];
    if (!is_exception(exception)) {
        if (is_exception_class(args[0])) {
            exception = value_is_none(exception) ? call_0(args[0]) : call_1(args[0], exception);
            if (value_is_null(exception)) return exception;
            exception_print_stderr(exception);
            value_decref(exception);
            return VALUE_NONE;
        }
        Value file = sys_get_borrow("stderr");
        if (!value_is_null(file) && !value_is_none(file)) {
            value_incref(file);
            write_format(
                file, str_format("TypeError: print_exception(): Exception expected for value, %T found\n", exception));
            value_decref(file);
        }
        return error_occurred() ? VALUE_NULL : VALUE_NONE;
    }
    value_incref(exception);
    if (!value_is_none(args[2]) && value_is_null(as_exception(exception)->traceback))
        as_exception(exception)->traceback = value_incref(args[2]);
    exception_print_stderr(exception);
    value_decref(exception);
    return VALUE_NONE;
}

static Value sys_unraisablehook(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value file = sys_get_borrow("stderr");
    if (value_is_null(file) || value_is_none(file)) return VALUE_NONE;
    Value exception = get_attr_cstr(args[0], "exc_value"), message = get_attr_cstr(args[0], "err_msg");
    Value object = get_attr_cstr(args[0], "object"), traceback = get_attr_cstr(args[0], "exc_traceback");
    if (value_is_null(exception) || value_is_null(message) || value_is_null(object) || value_is_null(traceback))
        goto done;
    value_incref(file);
    if (!value_is_none(object)) {
        Value text = value_repr(object);
        if (value_is_null(text)) {
            error_clear();
            text = str_from_cstr("<object repr() failed>");
        }
        if (value_is_none(message))
            write_format(file, str_format("Exception ignored in: %U\n", text));
        else
            write_format(file, str_format("%S: %U\n", message, text));
        value_xdecref(text);
    } else if (!value_is_none(message)) {
        write_format(file, str_format("%S:\n", message));
    }
    if (!value_is_none(traceback)) traceback_print(traceback, file, "", 1000);
    if (is_exception(exception)) {
        Value type_name = exception_type_text(exception), text = value_str(exception);
        if (value_is_null(text)) {
            error_clear();
            text = str_from_cstr("<exception str() failed>");
        }
        if (!value_is_null(type_name))
            write_format(file,
                         str_length(text) ? str_format("%U: %U\n", type_name, text) : str_format("%U\n", type_name));
        value_xdecref(type_name);
        value_xdecref(text);
    }
    value_decref(file);
    error_clear();
done:
    value_xdecref(exception);
    value_xdecref(message);
    value_xdecref(object);
    value_xdecref(traceback);
    return error_occurred() ? VALUE_NULL : VALUE_NONE;
}

/* --- hooks of the prompt --- */

static Value sys_displayhook(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value v = args[0];
    if (value_is_none(v)) return VALUE_NONE;
    if (dict_set(runtime.builtins_dict, ID(_), VALUE_NONE) < 0) return VALUE_NULL;
    Value file = sys_get_borrow("stdout");
    if (value_is_null(file) || value_is_none(file)) return error_set(&type_RuntimeError, "lost sys.stdout");
    value_incref(file);
    Value text = value_repr(v);
    int failed = value_is_null(text) ? -1 : write_text(file, text);
    if (failed && !value_is_null(text) && error_catch(&type_UnicodeEncodeError)) {
        Value encoding = get_attr(file, ID(encoding)), bytes = VALUE_NULL, again = VALUE_NULL;
        const char *name = value_is_null(encoding) || !is_str(encoding) ? NULL : str_as_utf8(encoding, NULL);
        if (name) bytes = str_encode(text, name, "backslashreplace");
        if (!value_is_null(bytes)) again = str_decode(as_bytes(bytes)->data, as_bytes(bytes)->length, name, "strict");
        failed = value_is_null(again) ? -1 : write_text(file, again);
        value_xdecref(encoding);
        value_xdecref(bytes);
        value_xdecref(again);
    }
    value_xdecref(text);
    if (!failed) failed = write_format(file, str_from_char('\n'));
    value_decref(file);
    if (failed || dict_set(runtime.builtins_dict, ID(_), v) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

static Value sys_breakpointhook(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *name = options.ignore_environment ? NULL : getenv("PYTHONBREAKPOINT");
    if (!name || !*name) name = "pdb.set_trace";
    if (strcmp(name, "0") == 0) return VALUE_NONE;
    const char *dot = strrchr(name, '.');
    char module[256] = "builtins";
    if (dot) snprintf(module, sizeof module, "%.*s", (int)(dot - name), name);
    Value hook = import_attr(module, dot ? dot + 1 : name);
    if (value_is_null(hook)) {
        if (!error_matches(&type_ImportError) && !error_matches(&type_AttributeError)) return hook;
        error_clear();
        if (warn_format(&type_RuntimeWarning, 1, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"", name) < 0)
            return hook;
        return VALUE_NONE;
    }
    Value result = call_vector(hook, args, nargs, kwnames);
    value_decref(hook);
    return result;
}

/* --- frames --- */

static Value sys_getframe(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int depth = 0;
    if (nargs && !arg_as_int(args[0], &depth)) return VALUE_NULL;
    Frame *frame = frame_visible(current_thread->frame);
    while (depth-- > 0 && frame) frame = frame_visible(frame->previous);
    if (!frame) return error_set(&type_ValueError, "call stack is not deep enough");
    FrameObject *object = frame_object(frame);
    return object ? value_incref(value_from_object(object)) : VALUE_NULL;
}

static Value by_thread(Value (*get)(Thread *))
{
    Value result = dict_new();
    for (Thread *thread = runtime.main_thread; thread && !value_is_null(result); thread = thread->next) {
        Value v = get(thread);
        if (value_is_null(v)) {
            if (error_occurred()) value_clear(&result);
            continue;
        }
        Value id = int_from_uint64(thread->id);
        if (value_is_null(id) || dict_set(result, id, v) < 0) value_clear(&result);
        value_xdecref(id);
        value_decref(v);
    }
    return result;
}

static Value thread_frame(Thread *thread)
{
    Frame *frame = frame_visible(thread->frame);
    FrameObject *object = frame ? frame_object(frame) : NULL;
    return object ? value_incref(value_from_object(object)) : VALUE_NULL;
}

static Value thread_exception(Thread *thread)
{
    Value exception = thread->handled->exception;
    if (value_is_null(exception) || value_is_none(exception)) return tuple_pack(3, VALUE_NONE, VALUE_NONE, VALUE_NONE);
    Value traceback = as_exception(exception)->traceback;
    return tuple_pack(3, value_from_object(type_of(exception)), exception,
                      value_is_null(traceback) ? VALUE_NONE : traceback);
}

static Value sys_current_frames(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return by_thread(thread_frame);
}

static Value sys_current_exceptions(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return by_thread(thread_exception);
}

/* --- tracing --- */

static Value set_tracing(Value function, bool profile)
{
    if (trace_set(profile, value_is_none(function) ? VALUE_NULL : function) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

static Value sys_settrace(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return set_tracing(args[0], false);
}

static Value sys_setprofile(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return set_tracing(args[0], true);
}

static Value sys_gettrace(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return or_none(current_thread->trace_function);
}

static Value sys_getprofile(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return or_none(current_thread->profile_function);
}

static Value sys_call_tracing(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_tuple(args[1])) return error_bad_argument("call_tracing", 2, "tuple", args[1]);
    int saved = current_thread->tracing;
    current_thread->tracing = 0;
    Value result = call_tuple_dict(args[0], args[1], VALUE_NULL);
    current_thread->tracing = saved;
    return result;
}

/* --- limits --- */

static Value sys_getrecursionlimit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(recursion_limit);
}

static Value sys_setrecursionlimit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int limit;
    if (!arg_as_int(args[0], &limit)) return VALUE_NULL;
    if (limit < 1) return error_set(&type_ValueError, "recursion limit must be greater or equal than 1");
    int depth = recursion_limit - current_thread->recursion_remaining;
    if (depth >= limit)
        return error_format(&type_RecursionError,
                            "cannot set the recursion limit to %i at the recursion depth %i: the limit is too low",
                            limit, depth);
    for (Thread *thread = runtime.main_thread; thread; thread = thread->next)
        thread->recursion_remaining += limit - recursion_limit;
    recursion_limit = limit;
    return VALUE_NONE;
}

static Value sys_getswitchinterval(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_double(thread_switch_interval());
}

static Value sys_setswitchinterval(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    double seconds;
    if (!arg_as_double(args[0], &seconds)) return VALUE_NULL;
    if (seconds <= 0) return error_set(&type_ValueError, "switch interval must be strictly positive");
    thread_set_switch_interval(seconds);
    return VALUE_NONE;
}

extern int int_max_str_digits; /* objects/int_text.c */

static Value sys_get_int_max_str_digits(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(int_max_str_digits);
}

static Value sys_set_int_max_str_digits(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"maxdigits", NULL};
    static const ArgSpec spec = {"set_int_max_str_digits", names, 1, 1, 0};
    Value out[1];
    int digits;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !arg_as_int(out[0], &digits)) return VALUE_NULL;
    if (digits != 0 && digits < 640) return error_set(&type_ValueError, "maxdigits must be 0 or larger than 640");
    int_max_str_digits = digits;
    return VALUE_NONE;
}

/* --- objects, memory --- */

static Value sys_intern(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_format(&type_TypeError, "intern() argument must be str, not %T", args[0]);
    if (!is_exact_str(args[0])) return error_format(&type_TypeError, "can't intern %T", args[0]);
    Value text = value_incref(args[0]);
    str_intern(&text);
    return text;
}

/* The argument and the local names count, as in CPython; an immediate has no count. */
static Value sys_getrefcount(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!value_is_object(args[0])) return value_from_small_int(1 << 30);
    return value_from_small_int(value_as_object(args[0])->refcount);
}

static Value sys_getsizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"object", "default", NULL};
    static const ArgSpec spec = {"getsizeof", names, 1, 2, 0};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value method = lookup_special(out[0], ID(__sizeof__));
    if (value_is_null(method)) {
        if (!error_occurred()) error_format(&type_TypeError, "Type %T doesn't define __sizeof__", out[0]);
    } else {
        Value size = call_0(method);
        value_decref(method);
        ssize_t n = value_is_null(size) ? -1 : number_as_ssize(size, &type_OverflowError);
        value_xdecref(size);
        if (n >= 0) {
            uint32_t flags = type_of(out[0])->flags;
            bool has_gc_head = flags & TYPE_HAS_GC &&
                               !(flags & TYPE_IS_TYPE && !(((Type *)value_as_object(out[0]))->flags & TYPE_HEAP));
            return value_from_small_int(n + (has_gc_head ? 16 : 0));
        }
        if (!error_occurred()) error_set(&type_ValueError, "__sizeof__() should return >= 0");
    }
    if (!value_is_null(out[1]) && error_catch(&type_TypeError)) return value_incref(out[1]);
    return VALUE_NULL;
}

static Value sys_getallocatedblocks(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int((int64_t)mem_blocks_in_use());
}

static Value sys_debugmallocstats(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    mem_print_statistics(stderr);
    return VALUE_NONE;
}

static Value sys_nothing(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return VALUE_NONE;
}

static Value sys_is_finalizing(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(runtime.is_finalizing);
}

/* --- encodings --- */

static Value sys_getdefaultencoding(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return str_intern_cstr("utf-8");
}

static Value sys_getfilesystemencodeerrors(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return str_intern_cstr("surrogateescape");
}

static int dlopen_flags = 2; /* RTLD_NOW */

static Value sys_getdlopenflags(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(dlopen_flags);
}

static Value sys_setdlopenflags(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return arg_as_int(args[0], &dlopen_flags) ? VALUE_NONE : VALUE_NULL;
}

/* --- coroutines --- */

static Value sys_get_origin_depth(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(current_thread->coroutine_origin_depth);
}

static Value sys_set_origin_depth(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"depth", NULL};
    static const ArgSpec spec = {"set_coroutine_origin_tracking_depth", names, 1, 1, 0};
    Value out[1];
    int depth;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !arg_as_int(out[0], &depth)) return VALUE_NULL;
    if (depth < 0) return error_set(&type_ValueError, "depth must be >= 0");
    current_thread->coroutine_origin_depth = depth;
    return VALUE_NONE;
}

static Value sys_get_asyncgen_hooks(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Type *type = sys_asyncgen_hooks_type();
    if (!type) return VALUE_NULL;
    Value fields[] = {or_none(current_thread->asyncgen_firstiter), or_none(current_thread->asyncgen_finalizer)};
    return structseq_new(type, fields);
}

static bool set_hook(Value *place, NULLABLE Value hook, const char *name)
{
    if (value_is_null(hook)) return true;
    if (!value_is_none(hook) && !is_callable(hook)) {
        error_format(&type_TypeError, "callable %s expected, got %T", name, hook);
        return false;
    }
    value_replace(place, value_is_none(hook) ? VALUE_NULL : value_incref(hook));
    return true;
}

static Value sys_set_asyncgen_hooks(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"firstiter", "finalizer", NULL};
    static const ArgSpec spec = {"set_asyncgen_hooks", names, 0, 2, 0};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (!set_hook(&current_thread->asyncgen_finalizer, out[1], "finalizer") ||
        !set_hook(&current_thread->asyncgen_firstiter, out[0], "firstiter"))
        return VALUE_NULL;
    return VALUE_NONE;
}

/* --- audit --- */

bool audit_is_on(void)
{
    return !value_is_null(audit_hooks);
}

static int run_audit_hooks(Value event, Value arguments)
{
    int failed = 0;
    for (ssize_t i = 0; i < list_length(audit_hooks) && !failed; i++) {
        Value result = call_2(list_item_borrow(audit_hooks, i), event, arguments);
        if (value_is_null(result))
            failed = -1;
        else
            value_decref(result);
    }
    return failed;
}

static Value sys_audit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!audit_is_on()) return VALUE_NONE;
    if (!is_str(args[0])) return error_format(&type_TypeError, "expected str for argument 'event', not %T", args[0]);
    Value arguments = tuple_from_array(args + 1, nargs - 1);
    if (value_is_null(arguments)) return arguments;
    int failed = run_audit_hooks(args[0], arguments);
    value_decref(arguments);
    return failed ? VALUE_NULL : VALUE_NONE;
}

static Value sys_addaudithook(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"hook", NULL};
    static const ArgSpec spec = {"addaudithook", names, 1, 1, 0};
    Value out[1];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    if (value_is_null(audit_hooks)) {
        audit_hooks = list_new(0);
        if (value_is_null(audit_hooks)) return VALUE_NULL;
    } else {
        Value event = str_from_cstr("sys.addaudithook"), none = tuple_empty();
        int failed = value_is_null(event) ? -1 : run_audit_hooks(event, none);
        value_xdecref(event);
        value_decref(none);
        if (failed) {
            if (!error_matches(&type_RuntimeError)) return VALUE_NULL;
            error_clear();
            return VALUE_NONE;
        }
    }
    return list_append(audit_hooks, out[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static const NativeMethod sys_methods[] = {
    {"addaudithook", sys_addaudithook, 0, -1, NATIVE_KEYWORDS,
     "addaudithook($module, /, hook)\n--\n\nAdds a new audit hook callback."},
    {"audit", sys_audit, 1, -1, 0, "audit(event, *args)\n\nPasses the event to any hooks that are attached."},
    {"breakpointhook", sys_breakpointhook, 0, -1, NATIVE_KEYWORDS,
     "breakpointhook(*args, **kws)\n\nThis hook function is called by built-in breakpoint()."},
    {"_clear_type_cache", sys_nothing, 0, 0, 0,
     "_clear_type_cache($module, /)\n--\n\nClear the internal type lookup cache."},
    {"_current_frames", sys_current_frames, 0, 0, 0,
     "_current_frames($module, /)\n--\n\nReturn a dict mapping each thread's thread id to its current stack frame."},
    {"_current_exceptions", sys_current_exceptions, 0, 0, 0,
     "_current_exceptions($module, /)\n--\n\nReturn a dict mapping each thread's identifier to its current raised "
     "exception."},
    {"displayhook", sys_displayhook, 1, 1, 0,
     "displayhook($module, object, /)\n--\n\nPrint an object to sys.stdout and also save it in builtins._"},
    {"exception", sys_exception, 0, 0, 0,
     "exception($module, /)\n--\n\nReturn the current exception.\n\n"
     "Return the most recent exception caught by an except clause\n"
     "in the current stack frame or in an older stack frame, or None\nif no such clause exists."},
    {"exc_info", sys_exc_info, 0, 0, 0,
     "exc_info($module, /)\n--\n\nReturn current exception information: (type, value, traceback).\n\n"
     "Return information about the most recent exception caught by an except\n"
     "clause in the current stack frame or in an older stack frame."},
    {"excepthook", sys_excepthook, 3, 3, 0,
     "excepthook($module, exctype, value, traceback, /)\n--\n\n"
     "Handle an exception by displaying it with a traceback on sys.stderr."},
    {"exit", sys_exit, 0, 1, 0,
     "exit($module, status=None, /)\n--\n\nExit the interpreter by raising SystemExit(status)."},
    {"getdefaultencoding", sys_getdefaultencoding, 0, 0, 0,
     "getdefaultencoding($module, /)\n--\n\nReturn the current default encoding used by the Unicode implementation."},
    {"getdlopenflags", sys_getdlopenflags, 0, 0, 0,
     "getdlopenflags($module, /)\n--\n\nReturn the current value of the flags that are used for dlopen calls."},
    {"getallocatedblocks", sys_getallocatedblocks, 0, 0, 0,
     "getallocatedblocks($module, /)\n--\n\nReturn the number of memory blocks currently allocated."},
    {"getfilesystemencoding", sys_getdefaultencoding, 0, 0, 0,
     "getfilesystemencoding($module, /)\n--\n\nReturn the encoding used to convert Unicode filenames to OS filenames."},
    {"getfilesystemencodeerrors", sys_getfilesystemencodeerrors, 0, 0, 0,
     "getfilesystemencodeerrors($module, /)\n--\n\nReturn the error mode used for Unicode to OS filename conversion."},
    {"_getframe", sys_getframe, 0, 1, 0,
     "_getframe($module, depth=0, /)\n--\n\nReturn a frame object from the call stack."},
    {"getprofile", sys_getprofile, 0, 0, 0,
     "getprofile($module, /)\n--\n\nReturn the profiling function set with sys.setprofile."},
    {"getrecursionlimit", sys_getrecursionlimit, 0, 0, 0,
     "getrecursionlimit($module, /)\n--\n\nReturn the current value of the recursion limit."},
    {"getrefcount", sys_getrefcount, 1, 1, 0,
     "getrefcount($module, object, /)\n--\n\nReturn the reference count of object."},
    {"getsizeof", sys_getsizeof, 0, -1, NATIVE_KEYWORDS,
     "getsizeof(object [, default]) -> int\n\nReturn the size of object in bytes."},
    {"getswitchinterval", sys_getswitchinterval, 0, 0, 0,
     "getswitchinterval($module, /)\n--\n\nReturn the current thread switch interval; see sys.setswitchinterval()."},
    {"gettrace", sys_gettrace, 0, 0, 0,
     "gettrace($module, /)\n--\n\nReturn the global debug tracing function set with sys.settrace."},
    {"get_asyncgen_hooks", sys_get_asyncgen_hooks, 0, 0, 0,
     "get_asyncgen_hooks($module, /)\n--\n\nReturn the installed asynchronous generators hooks."},
    {"get_coroutine_origin_tracking_depth", sys_get_origin_depth, 0, 0, 0,
     "get_coroutine_origin_tracking_depth($module, /)\n--\n\n"
     "Check status of origin tracking for coroutine objects in this thread."},
    {"get_int_max_str_digits", sys_get_int_max_str_digits, 0, 0, 0,
     "get_int_max_str_digits($module, /)\n--\n\nReturn the maximum string digits limit for non-binary int<->str "
     "conversions."},
    {"intern", sys_intern, 1, 1, 0, "intern($module, string, /)\n--\n\n``Intern'' the given string."},
    {"is_finalizing", sys_is_finalizing, 0, 0, 0, "is_finalizing($module, /)\n--\n\nReturn True if Python is exiting."},
    {"setdlopenflags", sys_setdlopenflags, 1, 1, 0,
     "setdlopenflags($module, flags, /)\n--\n\nSet the flags used by the interpreter for dlopen calls."},
    {"setprofile", sys_setprofile, 1, 1, 0,
     "setprofile(function)\n\nSet the profiling function.  It will be called on each function call\n"
     "and return.  See the profiler chapter in the library manual."},
    {"setrecursionlimit", sys_setrecursionlimit, 1, 1, 0,
     "setrecursionlimit($module, limit, /)\n--\n\nSet the maximum depth of the Python interpreter stack to n."},
    {"setswitchinterval", sys_setswitchinterval, 1, 1, 0,
     "setswitchinterval($module, interval, /)\n--\n\nSet the ideal thread switching delay inside the Python "
     "interpreter."},
    {"settrace", sys_settrace, 1, 1, 0,
     "settrace(function)\n\nSet the global debug tracing function.  It will be called on each\n"
     "function call.  See the debugger chapter in the library manual."},
    {"set_asyncgen_hooks", sys_set_asyncgen_hooks, 0, -1, NATIVE_KEYWORDS,
     "set_asyncgen_hooks(* [, firstiter] [, finalizer])\n\nSet a finalizer for async generators objects."},
    {"set_coroutine_origin_tracking_depth", sys_set_origin_depth, 0, -1, NATIVE_KEYWORDS,
     "set_coroutine_origin_tracking_depth($module, /, depth)\n--\n\n"
     "Enable or disable origin tracking for coroutine objects in this thread."},
    {"set_int_max_str_digits", sys_set_int_max_str_digits, 0, -1, NATIVE_KEYWORDS,
     "set_int_max_str_digits($module, /, maxdigits)\n--\n\n"
     "Set the maximum string digits limit for non-binary int<->str conversions."},
    {"call_tracing", sys_call_tracing, 2, 2, 0,
     "call_tracing($module, func, args, /)\n--\n\nCall func(*args), while tracing is enabled."},
    {"_debugmallocstats", sys_debugmallocstats, 0, 0, 0,
     "_debugmallocstats($module, /)\n--\n\nPrint debug info to stderr about the state of pymalloc and structures."},
    {"unraisablehook", sys_unraisablehook, 1, 1, 0,
     "unraisablehook($module, unraisable, /)\n--\n\nHandle an unraisable exception."},
    {NULL},
};

NATIVE_MODULE(sys) = {
    "sys",
    "This module provides access to some objects used or maintained by the\n"
    "interpreter and to functions that interact strongly with the interpreter.",
    sys_methods,
    NULL,
    NULL,
};

/* --- start --- */

int sys_init_module(void)
{
    runtime.sys_module = module_from_native(&native_module_sys);
    if (value_is_null(runtime.sys_module)) return -1;
    runtime.sys_dict = value_incref(as_module(runtime.sys_module)->dict);
    if (sys_set("modules", runtime.modules) < 0) return -1;
    static const char *const hooks[] = {"displayhook", "excepthook", "breakpointhook", "unraisablehook"};
    for (size_t i = 0; i < COUNT_OF(hooks); i++) {
        char saved[64];
        snprintf(saved, sizeof saved, "__%s__", hooks[i]);
        if (sys_set(saved, sys_get_borrow(hooks[i])) < 0) return -1;
    }
    return sys_init_info();
}

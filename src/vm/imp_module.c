/* imp_module.c: `_imp`: what importlib needs from the machine: built-in and frozen modules, the import lock. */
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/frame.h"
#include "vm/frozen.h"
#include "vm/import.h"
#include "vm/lock.h"
#include "vm/runtime.h"

/* --- the import lock: recursive, held by one thread --- */

static Thread *lock_owner;
static int lock_depth;

void import_lock_acquire(void)
{
    while (lock_owner && lock_owner != current_thread) thread_yield();
    lock_owner = current_thread;
    lock_depth++;
}

void import_lock_release(void)
{
    if (lock_owner == current_thread && --lock_depth == 0) lock_owner = NULL;
}

static Value imp_acquire_lock(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    import_lock_acquire();
    return VALUE_NONE;
}

static Value imp_release_lock(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (lock_owner != current_thread) return error_set(&type_RuntimeError, "not holding the import lock");
    if (--lock_depth == 0) lock_owner = NULL;
    return VALUE_NONE;
}

static Value imp_lock_held(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(lock_owner != NULL);
}

/* --- built-in modules --- */

static const char *module_name(Value v, const char *function)
{
    if (is_str(v)) return str_as_utf8(v, NULL);
    error_format(&type_TypeError, "%s() argument must be str, not %T", function, v);
    return NULL;
}

static Value imp_is_builtin(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *name = module_name(args[0], "is_builtin");
    if (!name) return VALUE_NULL;
    if (!native_module_find(name)) return value_from_small_int(0);
    bool once = strcmp(name, "sys") == 0 || strcmp(name, "builtins") == 0;
    return value_from_small_int(once ? -1 : 1);
}

static Value imp_create_builtin(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value name = get_attr(args[0], ID(name));
    if (value_is_null(name)) return name;
    const char *text = module_name(name, "create_builtin");
    Value module = VALUE_NULL;
    if (text) module = native_module_find(text) ? import_builtin(text, args[0]) : VALUE_NONE;
    value_decref(name);
    return module;
}

static Value imp_exec_builtin(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(0);
}

static Value imp_extension_suffixes(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return list_new(0);
}

static Value no_extensions(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return error_set(&type_ImportError, "extension modules of CPython cannot be loaded");
}

/* --- frozen modules --- */

static const FrozenModule *frozen_named(Value v, const char *function)
{
    const char *name = module_name(v, function);
    return name ? frozen_find(name) : NULL;
}

static Value imp_is_frozen(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const FrozenModule *module = frozen_named(args[0], "is_frozen");
    return error_occurred() ? VALUE_NULL : value_from_bool(module != NULL);
}

static Value imp_is_frozen_package(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const FrozenModule *module = frozen_named(args[0], "is_frozen_package");
    if (error_occurred()) return VALUE_NULL;
    if (!module) return error_format(&type_ImportError, "No such frozen object named %R", args[0]);
    return value_from_bool(module->is_package);
}

static Value imp_get_frozen_object(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0])) return error_bad_argument("get_frozen_object", 1, "str", args[0]);
    const char *name = str_as_utf8(args[0], NULL);
    if (!name) return VALUE_NULL;
    if (nargs < 2 || value_is_none(args[1])) return frozen_code(name);
    if (!supports_buffer(args[1])) return error_bad_argument("get_frozen_object", 2, "bytes", args[1]);
    Buffer view;
    if (buffer_get(args[1], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value code = frozen_code_from(name, view.data, (size_t)view.length);
    buffer_release(&view);
    return code;
}

/* (data, is_package, original name), or None; data only when asked for */
static Value imp_find_frozen(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"", "withdata", NULL};
    static const ArgSpec spec = {"find_frozen", names, 1, 1, 0};
    Value out[2];
    bool with_data = false;
    if (!args_parse(&spec, args, nargs, kwnames, out) || (!value_is_null(out[1]) && !arg_as_bool(out[1], &with_data)))
        return VALUE_NULL;
    if (!is_str(out[0])) return error_bad_argument("find_frozen", 1, "str", out[0]);
    const FrozenModule *module = frozen_named(out[0], "find_frozen");
    if (error_occurred()) return VALUE_NULL;
    if (!module) return VALUE_NONE;
    Value data = with_data ? memoryview_from_memory((char *)module->data, (ssize_t)module->size, true) : VALUE_NONE;
    Value original = str_from_cstr(module->original_name), result = VALUE_NULL;
    if (!value_is_null(data) && !value_is_null(original))
        result = tuple_pack(3, data, value_from_bool(module->is_package), original);
    value_xdecref(data);
    value_xdecref(original);
    return result;
}

static Value imp_init_frozen(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *name = module_name(args[0], "init_frozen");
    if (!name) return VALUE_NULL;
    return frozen_find(name) ? run_frozen(name) : VALUE_NONE;
}

static Value imp_frozen_module_names(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value list = list_new(0);
    for (const FrozenModule *module = frozen_modules; module->name && !value_is_null(list); module++) {
        Value name = str_from_cstr(module->name);
        if (value_is_null(name) || list_append_steal(list, name) < 0) value_clear(&list);
    }
    return list;
}

/* 1: frozen modules are used, -1: they are not, 0: as the command line said */
static Value imp_override(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int wanted;
    if (!arg_as_int(args[0], &wanted)) return VALUE_NULL;
    frozen_modules_are_used = wanted ? wanted > 0 : !options.no_frozen_modules;
    return VALUE_NONE;
}

/* --- code --- */

int code_fix_filename(Code *code, Value old, Value path)
{
    if (!str_equal(code->filename, old)) return 0;
    value_incref(old); /* it may be the one that is replaced now */
    value_replace(&code->filename, value_incref(path));
    for (ssize_t i = 0; i < tuple_length(code->constants); i++) {
        Value constant = tuple_item_borrow(code->constants, i);
        if (!is_code(constant)) continue;
        if (!recursion_enter(" while fixing file names")) {
            value_decref(old);
            return -1;
        }
        int failed = code_fix_filename(as_code(constant), old, path);
        recursion_leave();
        if (failed) {
            value_decref(old);
            return -1;
        }
    }
    value_decref(old);
    return 0;
}

static Value imp_fix_co_filename(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_code(args[0])) return error_bad_argument("_fix_co_filename", 1, "code", args[0]);
    if (!is_str(args[1])) return error_bad_argument("_fix_co_filename", 2, "str", args[1]);
    Value old = value_incref(as_code(args[0])->filename);
    int failed = str_equal(old, args[1]) ? 0 : code_fix_filename(as_code(args[0]), old, args[1]);
    value_decref(old);
    return failed ? VALUE_NULL : VALUE_NONE;
}

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1], v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 with the key (key, 0): the hash in hash-based .pyc files. */
static uint64_t keyed_hash(uint64_t key, const uint8_t *data, size_t size)
{
    uint64_t v[4] = {key ^ 0x736f6d6570736575, 0x646f72616e646f6d, key ^ 0x6c7967656e657261, 0x7465646279746573};
    uint64_t tail = (uint64_t)size << 56;
    for (; size >= 8; size -= 8, data += 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    for (size_t i = 0; i < size; i++) tail |= (uint64_t)data[i] << (8 * i);
    v[3] ^= tail;
    sip_round(v);
    v[0] ^= tail;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static Value imp_source_hash(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"key", "source", NULL};
    static const ArgSpec spec = {"source_hash", names, 2, 2, 0};
    Value out[2];
    int64_t key;
    Buffer view;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !arg_as_int64(out[0], &key)) return VALUE_NULL;
    if (buffer_get(out[1], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    uint64_t hash = keyed_hash((uint64_t)key, view.data, (size_t)view.length);
    buffer_release(&view);
    return bytes_new((const char *)&hash, sizeof hash);
}

static const NativeMethod imp_methods[] = {
    {"extension_suffixes", imp_extension_suffixes, 0, 0, 0,
     "extension_suffixes($module, /)\n--\n\nReturns the list of file suffixes used to identify extension modules."},
    {"lock_held", imp_lock_held, 0, 0, 0,
     "lock_held($module, /)\n--\n\nReturn True if the import lock is currently held, else False."},
    {"acquire_lock", imp_acquire_lock, 0, 0, 0,
     "acquire_lock($module, /)\n--\n\nAcquires the interpreter's import lock for the current thread."},
    {"release_lock", imp_release_lock, 0, 0, 0,
     "release_lock($module, /)\n--\n\nRelease the interpreter's import lock."},
    {"find_frozen", imp_find_frozen, 0, -1, NATIVE_KEYWORDS,
     "find_frozen($module, name, /, *, withdata=False)\n--\n\nReturn info about the corresponding frozen module (if "
     "there is one) or None."},
    {"get_frozen_object", imp_get_frozen_object, 1, 2, 0,
     "get_frozen_object($module, name, data=None, /)\n--\n\nCreate a code object for a frozen module."},
    {"is_frozen_package", imp_is_frozen_package, 1, 1, 0,
     "is_frozen_package($module, name, /)\n--\n\nReturns True if the module name is of a frozen package."},
    {"create_builtin", imp_create_builtin, 1, 1, 0,
     "create_builtin($module, spec, /)\n--\n\nCreate an extension module."},
    {"init_frozen", imp_init_frozen, 1, 1, 0, "init_frozen($module, name, /)\n--\n\nInitializes a frozen module."},
    {"is_builtin", imp_is_builtin, 1, 1, 0,
     "is_builtin($module, name, /)\n--\n\nReturns True if the module name corresponds to a built-in module."},
    {"is_frozen", imp_is_frozen, 1, 1, 0,
     "is_frozen($module, name, /)\n--\n\nReturns True if the module name corresponds to a frozen module."},
    {"_frozen_module_names", imp_frozen_module_names, 0, 0, 0,
     "_frozen_module_names($module, /)\n--\n\nReturns the list of available frozen modules."},
    {"_override_frozen_modules_for_tests", imp_override, 1, 1, 0,
     "_override_frozen_modules_for_tests($module, override, /)\n--\n\n(internal-only) Override "
     "PyConfig.use_frozen_modules."},
    {"create_dynamic", no_extensions, 1, 2, 0,
     "create_dynamic($module, spec, file=<unrepresentable>, /)\n--\n\nCreate an extension module."},
    {"exec_dynamic", no_extensions, 1, 1, 0, "exec_dynamic($module, mod, /)\n--\n\nInitialize an extension module."},
    {"exec_builtin", imp_exec_builtin, 1, 1, 0, "exec_builtin($module, mod, /)\n--\n\nInitialize a built-in module."},
    {"_fix_co_filename", imp_fix_co_filename, 2, 2, 0,
     "_fix_co_filename($module, code, path, /)\n--\n\nChanges code.co_filename to specify the passed-in file path."},
    {"source_hash", imp_source_hash, 0, -1, NATIVE_KEYWORDS, "source_hash($module, /, key, source)\n--\n"},
    {NULL},
};

static int imp_exec(Value module)
{
    return module_add_cstr(module, "check_hash_based_pycs",
                           options.check_hash_based_pycs ? options.check_hash_based_pycs : "default");
}

NATIVE_MODULE(_imp) = {
    "_imp", "(Extremely) low-level import machinery bits as used by importlib.", imp_methods, imp_exec, NULL,
};

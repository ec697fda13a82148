/* symtable_module.c: the module _symtable: the compiler's symbol table as objects, for the library's symtable. */
#include "compiler/compile_error.h"
#include "compiler/future.h"
#include "compiler/parse.h"
#include "compiler/symtable.h"
#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/code.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"

typedef struct Entry {
    Object head;
    Value id, name, symbols, varnames, children; /* owned */
    int type, nested, line;
} Entry;

static int entry_traverse(Object *self, GcVisit visit, void *argument)
{
    Entry *entry = (Entry *)self;
    GC_VISIT(entry->symbols);
    GC_VISIT(entry->varnames);
    GC_VISIT(entry->children);
    return 0;
}

static void entry_destroy(Object *self)
{
    Entry *entry = (Entry *)self;
    gc_untrack(self);
    Value *const fields[] = {&entry->id, &entry->name, &entry->symbols, &entry->varnames, &entry->children};
    for (size_t i = 0; i < COUNT_OF(fields); i++) value_xdecref(*fields[i]);
    object_free(self, sizeof(Entry));
}

static Value entry_repr(Value self)
{
    const Entry *entry = (Entry *)value_as_object(self);
    return str_format("<symtable entry %U(%S), line %d>", entry->name, entry->id, entry->line);
}

static const NativeMember entry_members[] = {
    {"id", MEMBER_VALUE, offsetof(Entry, id), true, NULL},
    {"name", MEMBER_VALUE, offsetof(Entry, name), true, NULL},
    {"symbols", MEMBER_VALUE, offsetof(Entry, symbols), true, NULL},
    {"varnames", MEMBER_VALUE, offsetof(Entry, varnames), true, NULL},
    {"children", MEMBER_VALUE, offsetof(Entry, children), true, NULL},
    {"nested", MEMBER_INT, offsetof(Entry, nested), true, NULL},
    {"type", MEMBER_INT, offsetof(Entry, type), true, NULL},
    {"lineno", MEMBER_INT, offsetof(Entry, line), true, NULL},
    {NULL, MEMBER_INT, 0, false, NULL},
};

static Type type_entry = {
    TYPE_HEAD,
    .name = "symtable entry",
    .instance_size = sizeof(Entry),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = entry_destroy,
    .traverse = entry_traverse,
    .repr = entry_repr,
    .members = entry_members,
};

/* --- from the compiler's scopes --- */

static Value symbols_dict(const Scope *scope)
{
    Value dict = dict_new();
    for (int i = 0; !value_is_null(dict) && i < scope->symbols.count; i++) {
        if (dict_set(dict, scope->symbols.items[i], value_from_small_int(scope->symbol_flags[i])) == 0) continue;
        value_decref(dict);
        return VALUE_NULL;
    }
    return dict;
}

static Value entry_from_scope(const Scope *scope);

static Value children_list(const Scope *scope)
{
    Value list = list_new(0);
    for (int i = 0; !value_is_null(list) && i < scope->child_count; i++) {
        Value child = entry_from_scope(scope->children[i]);
        if (!value_is_null(child) && list_append_steal(list, child) == 0) continue;
        value_decref(list);
        return VALUE_NULL;
    }
    return list;
}

static Value entry_from_scope(const Scope *scope)
{
    if (!recursion_enter(" while making a symbol table")) return VALUE_NULL;
    Entry *entry = object_alloc_zeroed(&type_entry, sizeof *entry);
    bool done = entry != NULL;
    if (done) {
        entry->id = int_from_uint64((uintptr_t)scope->node);
        entry->name = value_incref(scope->name);
        entry->symbols = symbols_dict(scope);
        entry->varnames = list_from_array(scope->parameters.items, scope->parameters.count);
        entry->children = children_list(scope);
        entry->type = (int)scope->type;
        entry->nested = scope->is_nested;
        entry->line = scope->location.lineno;
        done = !value_is_null(entry->id) && !value_is_null(entry->symbols) && !value_is_null(entry->varnames) &&
               !value_is_null(entry->children);
        if (done)
            gc_track(entry);
        else
            object_decref(&entry->head);
    }
    recursion_leave();
    return done ? value_from_object(entry) : VALUE_NULL;
}

/* --- the function --- */

static Value entry_from_source(const char *source, ssize_t size, Value filename, enum ParseMode mode, int flags)
{
    if (size && memchr(source, 0, (size_t)size))
        return error_set(&type_ValueError, "source code string cannot contain null bytes");
    AstArena *arena = arena_new();
    Mod *mod = arena ? parse_source(filename, source, size, mode, flags, arena) : NULL;
    Future future;
    SymbolTable *table = mod && future_find(mod, filename, &future) ? symtable_build(mod, filename, &future) : NULL;
    Value result = table ? entry_from_scope(table->top) : VALUE_NULL;
    symtable_free(table);
    arena_free(arena);
    return result;
}

static bool mode_from_name(Value name, enum ParseMode *mode)
{
    static const char *const names[] = {[PARSE_FILE] = "exec", [PARSE_SINGLE] = "single", [PARSE_EVAL] = "eval"};
    if (!is_str(name)) {
        error_format(&type_TypeError, "symtable() argument 3 must be str, not %T", name);
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!str_equal_cstr(name, names[i])) continue;
        *mode = (enum ParseMode)i;
        return true;
    }
    error_set(&type_ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
    return false;
}

static Value symtable_of_buffer(Value source, Value filename, enum ParseMode mode)
{
    Buffer buffer;
    if (!supports_buffer(source))
        return error_set(&type_TypeError, "symtable() arg 1 must be a string or bytes object");
    if (buffer_get(source, &buffer, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = entry_from_source(buffer.data, buffer.length, filename, mode, 0);
    buffer_release(&buffer);
    return result;
}

FUNCTION(symtable_symtable)
{
    enum ParseMode mode;
    if (!mode_from_name(args[2], &mode)) return VALUE_NULL;
    Value path = str_encode_fs(args[1]);
    if (value_is_null(path)) return path;
    value_decref(path);
    Value filename = is_str(args[1]) ? value_incref(args[1]) : value_str(args[1]);
    if (value_is_null(filename)) return filename;
    Value result;
    if (is_str(args[0])) {
        ssize_t size;
        const char *text = str_as_utf8(args[0], &size);
        result = text ? entry_from_source(text, size, filename, mode, PARSE_IGNORE_COOKIE) : VALUE_NULL;
    } else {
        result = symtable_of_buffer(args[0], filename, mode);
    }
    value_decref(filename);
    return result;
}

static const NativeMethod methods[] = {
    {"symtable", symtable_symtable, 3, 3, 0,
     "symtable($module, source, filename, startstr, /)\n--\n\nReturn symbol and scope dictionaries used internally by "
     "compiler."},
    {NULL, NULL, 0, 0, 0, NULL},
};

static int symtable_exec(Value module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
        {"USE", SYMBOL_USE},
        {"DEF_GLOBAL", DEF_GLOBAL},
        {"DEF_NONLOCAL", DEF_NONLOCAL},
        {"DEF_LOCAL", DEF_LOCAL},
        {"DEF_PARAM", DEF_PARAM},
        {"DEF_FREE", DEF_FREE},
        {"DEF_FREE_CLASS", DEF_FREE_CLASS},
        {"DEF_IMPORT", DEF_IMPORT},
        {"DEF_BOUND", DEF_BOUND},
        {"DEF_ANNOT", DEF_ANNOT},
        {"TYPE_FUNCTION", SCOPE_FUNCTION},
        {"TYPE_CLASS", SCOPE_CLASS},
        {"TYPE_MODULE", SCOPE_MODULE},
        {"LOCAL", REACH_LOCAL},
        {"GLOBAL_EXPLICIT", REACH_GLOBAL_EXPLICIT},
        {"GLOBAL_IMPLICIT", REACH_GLOBAL_IMPLICIT},
        {"FREE", REACH_FREE},
        {"CELL", REACH_CELL},
        {"SCOPE_OFF", SYMBOL_REACH_SHIFT},
        {"SCOPE_MASK", SYMBOL_REACH_MASK},
    };
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add_int(module, constants[i].name, constants[i].value) < 0) return -1;
    return type_ready(&type_entry);
}

NATIVE_MODULE(_symtable) = {
    .name = "_symtable",
    .methods = methods,
    .exec = symtable_exec,
};

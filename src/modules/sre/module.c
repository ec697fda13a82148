/* module.c: the module _sre. */
#include "modules/sre/sre.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/unicode.h"

static bool fill_code(SreCode *code, Value list, ssize_t size)
{
    for (ssize_t i = 0; i < size; i++) {
        uint64_t word;
        if (i >= list_length(list) || !arg_as_uint64(list_item_borrow(list, i), &word)) return false;
        if (word > UINT32_MAX) {
            error_set(&type_OverflowError, "regular expression code size limit exceeded");
            return false;
        }
        code[i] = (SreCode)word;
    }
    return true;
}

static int bytes_kind(Value pattern)
{
    if (value_is_none(pattern)) return -1;
    return is_str(pattern) ? 0 : 1;
}

/* Names must map to small ints within the groups: match.c relies on it. */
static bool groupindex_is_sound(Value groupindex, ssize_t groups)
{
    Value key, number;
    for (ssize_t position = 0; dict_next(groupindex, &position, &key, &number);)
        if (!value_is_small_int(number) || value_as_small_int(number) < 0 || value_as_small_int(number) > groups)
            return false;
    return true;
}

static Value compile_checked(Value source, int flags, Value list, ssize_t groups, Value groupindex, Value indexgroup)
{
    ssize_t size = list_length(list);
    Pattern *pattern = object_alloc_zeroed(&type_sre_pattern, sizeof *pattern);
    if (!pattern) return VALUE_NULL;
    Value result = value_from_object(pattern);
    pattern->groups = groups;
    pattern->flags = flags;
    pattern->is_bytes = bytes_kind(source);
    pattern->pattern = value_incref(source);
    pattern->groupindex = value_incref(groupindex);
    pattern->indexgroup = value_incref(indexgroup);
    pattern->code = mem_alloc((size_t)size * sizeof(SreCode));
    pattern->code_size = pattern->code ? size : 0;
    if (!pattern->code) error_no_memory();
    bool is_sound = pattern->code && fill_code(pattern->code, list, size);
    if (is_sound && (!groupindex_is_sound(groupindex, groups) || !sre_validate(pattern->code, size, groups))) {
        error_set(&type_RuntimeError, "invalid SRE code");
        is_sound = false;
    }
    if (!is_sound) value_clear(&result);
    return result;
}

static Value module_compile(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"pattern", "flags", "code", "groups", "groupindex", "indexgroup", NULL};
    static const ArgSpec spec = {"compile", names, 6, 6, 0};
    Value given[6];
    int flags;
    ssize_t groups;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!arg_as_int(given[1], &flags) || !arg_as_ssize(given[3], &groups)) return VALUE_NULL;
    if (!is_list(given[2]))
        return error_format(&type_TypeError, "compile() argument 'code' must be list, not %T", given[2]);
    if (!is_dict(given[4]))
        return error_format(&type_TypeError, "compile() argument 'groupindex' must be dict, not %T", given[4]);
    if (!is_tuple(given[5]))
        return error_format(&type_TypeError, "compile() argument 'indexgroup' must be tuple, not %T", given[5]);
    return compile_checked(given[0], flags, given[2], groups, given[4], given[5]);
}

static Value module_getcodesize(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(sizeof(SreCode));
}

static Value module_ascii_iscased(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int c;
    if (!arg_as_int(args[0], &c)) return VALUE_NULL;
    return value_from_bool((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

static Value module_ascii_tolower(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int c;
    return arg_as_int(args[0], &c) ? value_from_small_int((int)sre_lower_ascii((uint32_t)c)) : VALUE_NULL;
}

static Value module_unicode_iscased(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int c;
    if (!arg_as_int(args[0], &c)) return VALUE_NULL;
    uint32_t u = (uint32_t)c;
    return value_from_bool(unicode_to_lower(u) != u || unicode_to_upper(u) != u);
}

static Value module_unicode_tolower(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int c;
    return arg_as_int(args[0], &c) ? value_from_small_int((int)unicode_to_lower((uint32_t)c)) : VALUE_NULL;
}

static const NativeMethod methods[] = {
    {"compile", module_compile, 0, 0, NATIVE_KEYWORDS,
     "compile($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)\n--\n\n"},
    {"getcodesize", module_getcodesize, 0, 0, 0, "getcodesize($module, /)\n--\n\n"},
    {"ascii_iscased", module_ascii_iscased, 1, 1, 0, "ascii_iscased($module, character, /)\n--\n\n"},
    {"unicode_iscased", module_unicode_iscased, 1, 1, 0, "unicode_iscased($module, character, /)\n--\n\n"},
    {"ascii_tolower", module_ascii_tolower, 1, 1, 0, "ascii_tolower($module, character, /)\n--\n\n"},
    {"unicode_tolower", module_unicode_tolower, 1, 1, 0, "unicode_tolower($module, character, /)\n--\n\n"},
    {NULL}};

static int exec(Value module)
{
    if (type_ready(&type_sre_pattern) < 0 || type_ready(&type_sre_match) < 0 || type_ready(&type_sre_scanner) < 0)
        return -1;
    if (module_add_int(module, "MAGIC", SRE_MAGIC) < 0 || module_add_int(module, "CODESIZE", sizeof(SreCode)) < 0 ||
        module_add_int(module, "MAXREPEAT", SRE_MAX_REPEAT) < 0 ||
        module_add_int(module, "MAXGROUPS", SRE_MAX_GROUPS) < 0)
        return -1;
    return module_add_cstr(module, "copyright", " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ");
}

NATIVE_MODULE(_sre) = {"_sre", NULL, methods, exec};

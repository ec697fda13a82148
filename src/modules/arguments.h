/* arguments.h: short forms for the functions of modules.
 *
 *     FUNCTION(os_mkdir)
 *     {
 *         ARGUMENTS("mkdir", 1, 2, "path", "mode", "dir_fd");   // out[0] … out[2]; the third is keyword-only
 *         …
 */
#ifndef MODULES_ARGUMENTS_H
#define MODULES_ARGUMENTS_H

#include "objects/native.h"

#define FUNCTION(name) static Value name(Value self, const Value *args, ssize_t nargs, Value kwnames)

/* Names in order; the first `required_count` must be given, the first `positional_count` may be given by position. */
#define ARGUMENTS(function_name, required_count, positional_count, ...)                                                \
    static const char *const argument_names_[] = {__VA_ARGS__, NULL};                                                  \
    static const ArgSpec argument_spec_ = {function_name, argument_names_, required_count, positional_count, 0};       \
    Value out[COUNT_OF(argument_names_) - 1];                                                                          \
    if (!args_parse(&argument_spec_, args, nargs, kwnames, out)) return VALUE_NULL

ALWAYS_INLINE bool is_given(NULLABLE Value v)
{
    return !value_is_null(v);
}

/* Converters of optional arguments: *result keeps its default when v was not given. */
static inline bool optional_int(NULLABLE Value v, int *result)
{
    return !is_given(v) || arg_as_int(v, result);
}

static inline bool optional_bool(NULLABLE Value v, bool *result)
{
    return !is_given(v) || arg_as_bool(v, result);
}

#endif

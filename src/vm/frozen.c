/* frozen.c: see frozen.h. */
#include "vm/frozen.h"

#include <stdio.h>

#include "compiler/marshal.h"
#include "memory/memory.h"
#include "objects/code.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

NULLABLE const FrozenModule *frozen_find(const char *name)
{
    for (const FrozenModule *module = frozen_modules; module->name; module++)
        if (strcmp(module->name, name) == 0) return module;
    return NULL;
}

Value frozen_code(const char *name)
{
    const FrozenModule *module = frozen_find(name);
    if (!module) return error_format(&type_ImportError, "No such frozen object named %s", name);
    Value code = marshal_loads(module->data, module->size);
    if (value_is_null(code) || is_code(code)) return code;
    value_decref(code);
    return error_format(&type_TypeError, "frozen object %s is not a code object", name);
}

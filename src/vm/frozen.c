/* frozen.c: see frozen.h. */
#include "vm/frozen.h"

#include "compiler/marshal.h"
#include "memory/memory.h"
#include "objects/code.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

bool frozen_modules_are_used = true;

NULLABLE const FrozenModule *frozen_find(const char *name)
{
    for (const FrozenModule *module = frozen_modules; module->name; module++) {
        if (module == frozen_modules + FROZEN_ESSENTIAL && !frozen_modules_are_used) break;
        if (strcmp(module->name, name) == 0) return module;
    }
    return NULL;
}

Value frozen_code_from(const char *name, const void *data, size_t size)
{
    Value code = marshal_loads(data, size);
    if (value_is_null(code)) return error_format(&type_ImportError, "Frozen object named '%s' is invalid", name);
    if (is_code(code)) return code;
    value_decref(code);
    return error_format(&type_TypeError, "frozen object '%s' is not a code object", name);
}

Value frozen_code(const char *name)
{
    const FrozenModule *module = frozen_find(name);
    if (!module) return error_format(&type_ImportError, "No such frozen object named '%s'", name);
    return frozen_code_from(name, module->data, module->size);
}

/* library.c: see library.h. */
#include "modules/library.h"

#include <dlfcn.h>

#include "objects/error.h"
#include "objects/exception.h"

bool library_load_now(Library *library)
{
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
    bool complete = handle != NULL;
    for (size_t i = 0; complete && library->names[i]; i++) {
        library->functions[i] = dlsym(handle, library->names[i]);
        complete = library->functions[i] != NULL;
    }
    if (!complete) {
        error_format(&type_ImportError, "%s", dlerror());
        if (handle) dlclose(handle);
    }
    library->is_loaded = complete;
    return complete;
}

/* library.h: a shared library of the system that is loaded when a program first needs it.
 *
 * Linked the usual way, libcrypto, liblzma, libbz2 and libz cost every program, also `-c pass`, 1.6 MiB of memory and
 * a tenth of its start. A module names the functions it uses once:
 *
 *     #define BZ2_FUNCTIONS(F) F(BZ2_bzCompress) F(BZ2_bzCompressEnd)
 *     LIBRARY(bz2, "libbz2.so.1.0", BZ2_FUNCTIONS);
 *
 * and calls bz2.BZ2_bzCompress(…), of the type in the library's header, after library_load(&bz2_library) was true. */
#ifndef MODULES_LIBRARY_H
#define MODULES_LIBRARY_H

#include "base/common.h"

typedef struct Library {
    const char *file;
    const char *const *names; /* of the functions, then NULL */
    void **functions;         /* in the order of names */
    bool is_loaded;
} Library;

#define LIBRARY_FIELD(function) __typeof__(function) *function;
#define LIBRARY_NAME(function) #function,
#define LIBRARY(id, file_name, FUNCTIONS)                                                                              \
    static struct {                                                                                                    \
        FUNCTIONS(LIBRARY_FIELD)                                                                                       \
    } id;                                                                                                              \
    static const char *const id##_names[] = {FUNCTIONS(LIBRARY_NAME) NULL};                                            \
    static Library id##_library = {file_name, id##_names, (void **)&id, false}

/* False with an ImportError when the system does not have the library, or not all of its functions. */
bool library_load_now(Library *library);

ALWAYS_INLINE bool library_load(Library *library)
{
    return LIKELY(library->is_loaded) || library_load_now(library);
}

#endif

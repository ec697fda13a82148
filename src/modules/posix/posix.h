/* posix.h: what the files of the module posix share: arguments that name files, errors, and the parts of the module. */
#ifndef MODULES_POSIX_POSIX_H
#define MODULES_POSIX_POSIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/blocking.h"
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

/* A file named by str, bytes, os.PathLike or (where allowed) a descriptor. */
typedef struct Path {
    const char *function, *argument; /* for messages */
    bool allows_none, allows_fd;
    NULLABLE Value object;           /* borrowed: the argument as given, for OSError.filename */
    NULLABLE Value bytes;            /* owned: the encoded name */
    NULLABLE const char *text;       /* NULL: it is a descriptor, or None */
    int fd;                          /* -1: it is a name */
    bool gives_bytes;                /* it was bytes, or a PathLike that gave bytes: so are names that come back */
} Path;

#define PATH(function_name, argument_name) ((Path){.function = function_name, .argument = argument_name, .fd = -1})
#define PATH_OR_FD(function_name, argument_name)                                                                       \
    ((Path){.function = function_name, .argument = argument_name, .allows_fd = true, .fd = -1})

/* False with an error. An argument not given counts as None. */
bool path_convert(NULLABLE Value v, Path *path) NODISCARD;
void path_release(Path *path);
/* A name as the caller would like it back: bytes if it gave bytes, else str. */
Value path_result(const Path *path, const char *name, ssize_t length) NODISCARD;

bool arg_as_dir_fd(NULLABLE Value v, int *fd) NODISCARD; /* None: AT_FDCWD */
bool arg_as_fd(Value v, int *fd) NODISCARD;              /* an int or something with fileno() */
bool arg_as_uid(Value v, uid_t *id) NODISCARD;
bool arg_as_gid(Value v, gid_t *id) NODISCARD;
bool arg_as_pid(Value v, pid_t *pid) NODISCARD;
bool arg_as_offset(Value v, off_t *offset) NODISCARD;
Value uid_value(uid_t id);

Value posix_error(void);                  /* OSError of errno */
Value path_error(const Path *path);       /* … with the file's name */
Value path_error2(const Path *a, const Path *b);
/* None, or an error if status < 0. */
Value posix_none(int status);
/* The same, and gives the path back. */
Value path_none(int status, Path *path);

/* Repeats `call` while it is interrupted; true when a signal's handler raised. The lock is released meanwhile. */
#define RETRY(result, call)                                                                                            \
    ({                                                                                                                 \
        bool raised_ = false;                                                                                          \
        do {                                                                                                           \
            BLOCKING_BEGIN(result) = (call);                                                                           \
            BLOCKING_END                                                                                               \
        } while ((result) < 0 && errno == EINTR && !(raised_ = signals_check() < 0));                                  \
        raised_;                                                                                                       \
    })

/* The parts: each adds its functions, types and constants. */
int posix_add_functions(Value module, const NativeMethod *methods);
int posix_io_exec(Value module);
int posix_stat_exec(Value module);
int posix_files_exec(Value module);
int posix_directory_exec(Value module);
int posix_process_exec(Value module);
int posix_spawn_exec(Value module);
int posix_ids_exec(Value module);
int posix_sched_exec(Value module);
int posix_system_exec(Value module);
int posix_names_exec(Value module);
int posix_constants_exec(Value module);

#endif

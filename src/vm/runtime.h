/* runtime.h: the state of the process, its options, start-up and shut-down. */
#ifndef VM_RUNTIME_H
#define VM_RUNTIME_H

#include <stdio.h>

#include "compiler/parse.h"
#include "objects/thread.h"

/* What the command line and the environment say (CPython's names for sys.flags). */
typedef struct Options {
    int inspect, interactive, optimize, verbose, quiet, bytes_warning;
    bool dont_write_bytecode, ignore_environment, isolated, no_site, no_user_site, safe_path, utf8_mode, dev_mode,
        unbuffered, no_frozen_modules, skip_first_line, warn_default_encoding, import_time, profile, memory_stats,
        faulthandler;
    int hash_randomization; /* 1: random */
    int int_max_str_digits; /* -1: the default */
    int tracemalloc;
    NULLABLE const char *hash_seed;
    NULLABLE const char *check_hash_based_pycs;
    NULLABLE const char *profile_file;
    NULLABLE const char *pycache_prefix;
    NULLABLE const char *command; /* -c */
    NULLABLE const char *module;  /* -m */
    NULLABLE const char *file;    /* script; NULL: stdin */
    const char **warnings;        /* -W and PYTHONWARNINGS, in order of increasing weight */
    int warning_count;
    const char **x_options; /* -X */
    int x_count;
    bool random_hashes; /* -R: whatever PYTHONHASHSEED says */
    bool has_pycache_prefix;
    bool has_dash; /* the program is "-" */
    int argc;      /* sys.argv before it is known what argv[0] is */
    char **argv;
    int orig_argc;
    char **orig_argv;
} Options;

typedef struct Runtime {
    Value modules; /* sys.modules, as made at the start */
    Value sys_dict, builtins_dict;
    Value sys_module, builtins_module;
    NULLABLE Value importlib; /* importlib._bootstrap */
    bool is_initialized, is_finalizing;
    Thread *main_thread;
} Runtime;

/* In the names of the .pyc files that are written. */
#define CACHE_TAG "coachwhip-311"

extern Options options;
extern Runtime runtime;

/* Everything up to `import site`, in this order: memory, types, builtins, sys, importlib, codecs, standard streams,
 * __main__. False: an exception is set (and cannot be printed when there is no sys yet). */
bool runtime_start(void) NODISCARD;
/* threading._shutdown, atexit, flush, modules, the last collection. Gives the exit status, `status` unless flushing
 * failed. */
int runtime_stop(int status);
/* Prints the current exception; for SystemExit: the process's status in *status and true. */
bool runtime_handle_exit(int *status);
int flush_std_files(void);
Value builtins_dict_borrow(void);

/* --- sys.c --- */
int sys_init_module(void) NODISCARD;    /* before importlib */
int sys_init_arguments(void) NODISCARD; /* argv, path, flags … */
int sys_set_argv(const char *first, int argc, char **argv) NODISCARD;
int sys_print_to(const char *file, const char *format, ...); /* "stdout", "stderr" */
/* sys.audit, without arguments to build when nobody listens. */
bool audit_is_on(void);

/* --- runtime.c --- */
/* A frozen module run in a module object of its own, registered in sys.modules. */
Value run_frozen(const char *name) NODISCARD;

/* --- plain_stderr.c --- */
Value plain_stderr_new(void) NODISCARD;

/* --- builtins_compile.c --- */
/* compile_source with the optimisation level of the command line. */
Value compile_text(const char *source, ssize_t size, Value filename, enum ParseMode mode, int flags) NODISCARD;

/* --- pythonrun.c --- */
int run_main(void); /* what the options say: the exit status */
/* --profile: set by main, since the profiler's layer is above this one. */
extern bool (*profile_start_hook)(void);
extern void (*profile_finish_hook)(NULLABLE const char *file);

#endif

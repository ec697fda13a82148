/* options.c: the command line, as CPython 3.11 reads it, and what is our own: --jit, --jit-stats, --profile,
 * --memory-stats, each also as -X NAME[=VALUE]. */
#define _GNU_SOURCE // strsep
#include "vm/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gc/gc.h"
#include "jit/jit.h"
#include "objects/code.h"
#include "vm/runtime.h"
#include "vm/sys_info.h"

static const char usage_line[] = "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

static const char usage_options[] =
    "Options (and corresponding environment variables):\n"
    "-b     : issue warnings about str(bytes_instance), str(bytearray_instance)\n"
    "         and comparing bytes/bytearray with str. (-bb: issue errors)\n"
    "-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x\n"
    "-c cmd : program passed in as string (terminates option list)\n"
    "-E     : ignore PYTHON* environment variables (such as PYTHONPATH)\n"
    "-h     : print this help message and exit (also -? or --help)\n"
    "-i     : inspect interactively after running script; forces a prompt even\n"
    "         if stdin does not appear to be a terminal; also PYTHONINSPECT=x\n"
    "-I     : isolate Python from the user's environment (implies -E and -s)\n"
    "-m mod : run library module as a script (terminates option list)\n"
    "-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x\n"
    "-OO    : do -O changes and also discard docstrings\n"
    "-P     : don't prepend a potentially unsafe path to sys.path; also PYTHONSAFEPATH\n"
    "-q     : don't print version and copyright messages on interactive startup\n"
    "-s     : don't add user site directory to sys.path; also PYTHONNOUSERSITE\n"
    "-S     : don't imply 'import site' on initialization\n"
    "-u     : force the stdout and stderr streams to be unbuffered;\n"
    "         this option has no effect on stdin; also PYTHONUNBUFFERED=x\n"
    "-v     : verbose (trace import statements); also PYTHONVERBOSE=x\n"
    "-V     : print the Python version number and exit (also --version)\n"
    "         when given twice, print more information about the build\n"
    "-W arg : warning control; arg is action:message:category:module:lineno\n"
    "         also PYTHONWARNINGS=arg\n"
    "-x     : skip first line of source, allowing use of non-Unix forms of #!cmd\n"
    "-X opt : set implementation-specific option\n"
    "--check-hash-based-pycs always|default|never:\n"
    "         control how Python invalidates hash-based .pyc files\n"
    "--jit=auto|off|sync : compile hot code in the background (the default), not at all,\n"
    "         or waiting for each compilation; also PYTHON_JIT=0|1\n"
    "--jit-stats : print at the end what was compiled, and what was not, and why\n"
    "--profile[=FILE.json] : print at the end which functions took the time, or write it\n"
    "         in speedscope's format\n"
    "--memory-stats : print the allocator's counters at the end\n"
    "file   : program read from script file\n"
    "-      : program read from stdin (default; interactive mode if a tty)\n"
    "arg ...: arguments passed to program in sys.argv[1:]\n";

static const char *env(const char *name)
{
    const char *value = options.ignore_environment ? NULL : getenv(name);
    return value && *value ? value : NULL;
}

static void append(const char ***list, int *count, const char *text)
{
    const char **grown = realloc(*list, ((size_t)*count + 1) * sizeof **list);
    if (!grown) {
        fputs("Fatal Python error: out of memory\n", stderr);
        exit(1);
    }
    grown[(*count)++] = text;
    *list = grown;
}

static int fail(const char *program, const char *format, const char *detail)
{
    fprintf(stderr, format, detail);
    fprintf(stderr, usage_line, program);
    fprintf(stderr, "Try `python -h' for more information.\n");
    return 2;
}

/* --- our own options --- */

static bool set_own(const char *name, const char *value)
{
    if (strcmp(name, "profile") == 0) {
        options.profile = true;
        options.profile_file = value;
        return true;
    }
    if (strcmp(name, "memory-stats") == 0) {
        options.memory_stats = true;
        return true;
    }
    if (strncmp(name, "jit", 3) == 0) return jit_option_set(name, value);
    return false;
}

/* "--name" or "--name=value" */
static bool read_own(const char *text)
{
    char name[64];
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    if (length >= sizeof name) return false;
    memcpy(name, text, length);
    name[length] = 0;
    return set_own(name, equals ? equals + 1 : NULL);
}

static bool read_gc_stress(const char *generation)
{
    if (generation[0] < '0' || generation[0] >= '0' + GC_GENERATIONS || generation[1]) {
        fprintf(stderr, "Unknown value in -X gc-stress=%s\n", generation);
        return false;
    }
    gc_stress(generation[0] - '0');
    return true;
}

/* A wrong value ends the process before there is anything that could be stopped. */
static NORETURN void fatal(const char *problem)
{
    fprintf(stderr, "Fatal Python error: %s\nPython runtime state: preinitialized\n\n", problem);
    exit(1);
}

static bool read_x(const char *text)
{
    append(&options.x_options, &options.x_count, text);
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    const char *value = equals ? equals + 1 : "";
#define IS(word) (length == sizeof word - 1 && memcmp(text, word, length) == 0)
    if (IS("utf8"))
        options.utf8_mode = strcmp(value, "0") != 0;
    else if (IS("dev"))
        options.dev_mode = true;
    else if (IS("faulthandler"))
        options.faulthandler = true;
    else if (IS("no_debug_ranges"))
        code_drops_columns = true;
    else if (IS("importtime"))
        options.import_time = true;
    else if (IS("warn_default_encoding"))
        options.warn_default_encoding = true;
    else if (IS("pycache_prefix")) {
        options.pycache_prefix = *value ? value : NULL;
        options.has_pycache_prefix = true;
    } else if (IS("frozen_modules")) {
        options.no_frozen_modules = strcmp(value, "off") == 0;
        if (*value && strcmp(value, "on") != 0 && !options.no_frozen_modules)
            fatal("bad value for option -X frozen_modules (expected \"on\" or \"off\")");
    } else if (IS("gc-stress")) {
        if (!read_gc_stress(equals ? value : "2")) return false;
    } else if (IS("int_max_str_digits")) {
        char *end;
        long digits = strtol(value, &end, 10);
        if (!equals || *end || digits < 0 || (digits > 0 && digits < 640))
            fatal("config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for "
                  "unlimited.");
        options.int_max_str_digits = (int)digits;
    } else if (IS("profile") || IS("memory-stats") || (length >= 3 && memcmp(text, "jit", 3) == 0)) {
        if (!read_own(text)) {
            fprintf(stderr, "Unknown value in -X %s\n", text);
            return false;
        }
    }
#undef IS
    return true;
}

/* --- the command line --- */

typedef struct Reader {
    int argc, index; /* of the argument being read */
    char **argv;
    const char *at; /* inside a cluster of letters; NULL: at the next argument */
    int versions;
    bool wants_help;
    const char **warnings;
    int warning_count;
} Reader;

/* The value of the option letter just read: the rest of this argument, or the next one. */
static const char *option_value(Reader *reader)
{
    const char *value = *reader->at ? reader->at : NULL;
    reader->at = NULL;
    reader->index++;
    if (value) return value;
    return reader->index < reader->argc ? reader->argv[reader->index++] : NULL;
}

/* 0: go on; 1: options are over; 2: wrong. */
static int read_letter(Reader *reader, char letter)
{
    const char *program = reader->argv[0], *value;
    char shown[2] = {letter, 0};
    switch (letter) {
    case 'b': options.bytes_warning++; return 0;
    case 'B': options.dont_write_bytecode = true; return 0;
    case 'd': return 0;
    case 'E': options.ignore_environment = true; return 0;
    case 'h':
    case '?': reader->wants_help = true; return 0;
    case 'i':
        options.inspect++;
        options.interactive++;
        return 0;
    case 'I': options.isolated = options.ignore_environment = options.no_user_site = options.safe_path = true; return 0;
    case 'J': return fail(program, "-J is reserved for Jython\n%s", "");
    case 'O': options.optimize++; return 0;
    case 'P': options.safe_path = true; return 0;
    case 'q': options.quiet++; return 0;
    case 'R': options.random_hashes = true; return 0;
    case 's': options.no_user_site = true; return 0;
    case 'S': options.no_site = true; return 0;
    case 't': return 0;
    case 'u': options.unbuffered = true; return 0;
    case 'v': options.verbose++; return 0;
    case 'V': reader->versions++; return 0;
    case 'x': options.skip_first_line = true; return 0;
    case 'c':
    case 'm':
    case 'W':
    case 'X':
        value = option_value(reader);
        if (!value) return fail(program, "Argument expected for the -%s option\n", shown);
        if (letter == 'W')
            append(&reader->warnings, &reader->warning_count, value);
        else if (letter == 'X')
            return read_x(value) ? 0 : 2;
        else if (letter == 'c')
            return options.command = value, 1;
        else
            return options.module = value, 1;
        return 0;
    default: return fail(program, "Unknown option: -%s\n", shown);
    }
}

static const char usage_environment[] =
    "Environment variables that change behavior:\n"
    "PYTHONSTARTUP    : file executed on interactive startup (no default)\n"
    "PYTHONPATH       : ':'-separated list of directories prefixed to the\n"
    "                   default module search path.  The result is sys.path.\n"
    "PYTHONSAFEPATH   : don't prepend a potentially unsafe path to sys.path.\n"
    "PYTHONHASHSEED   : if this variable is set to 'random', a random value is used\n"
    "                   to seed the hashes of str and bytes objects.  It can also be\n"
    "                   set to an integer in the range [0,4294967295] to get hash\n"
    "                   values with a predictable seed.\n"
    "PYTHONINTMAXSTRDIGITS: limits the maximum digit characters in an int value\n"
    "                   when converting from a string and when converting an int\n"
    "                   back to a str.  A value of 0 disables the limit.\n"
    "PYTHONIOENCODING : encoding[:errors] used for stdin/stdout/stderr.\n"
    "PYTHONBREAKPOINT : if this variable is set to 0, it disables the default\n"
    "                   debugger.  It can be set to the callable of your debugger of\n"
    "                   choice.\n"
    "PYTHONDEVMODE    : enable the development mode.\n"
    "PYTHONPYCACHEPREFIX: root directory for bytecode cache (pyc) files.\n"
    "PYTHONWARNDEFAULTENCODING: enable opt-in EncodingWarning for 'encoding=None'.\n"
    "PYTHON_JIT       : 0: everything is interpreted; 1: hot code is compiled (the default)\n"
    "These variables have equivalent command-line options (see --help for details):\n"
    "PYTHONDONTWRITEBYTECODE, PYTHONINSPECT, PYTHONNOUSERSITE, PYTHONOPTIMIZE,\n"
    "PYTHONUNBUFFERED, PYTHONVERBOSE, PYTHONWARNINGS\n";

static const char usage_x[] =
    "The following implementation-specific options are available:\n"
    "-X faulthandler: enable faulthandler\n"
    "-X frozen_modules=[on|off]: whether the modules inside the program itself are used (the default) or their files\n"
    "-X importtime: show how long each import takes; also PYTHONPROFILEIMPORTTIME\n"
    "-X dev: enable Python's development mode; also PYTHONDEVMODE\n"
    "-X utf8: enable UTF-8 mode; -X utf8=0: disable it; also PYTHONUTF8\n"
    "-X pycache_prefix=PATH: write .pyc files to a parallel tree rooted at the given\n"
    "         directory; also PYTHONPYCACHEPREFIX\n"
    "-X warn_default_encoding: enable opt-in EncodingWarning for 'encoding=None';\n"
    "         also PYTHONWARNDEFAULTENCODING\n"
    "-X int_max_str_digits=number: limit the size of int<->str conversions\n"
    "-X jit=auto|off|sync, -X jit-stats, -X profile[=FILE], -X memory-stats: as the long options\n"
    "-X gc-stress[=GENERATION]: collect garbage (all of it, or that generation) after every\n"
    "         allocation of a container: for testing\n";

/* --help-env, --help-xoptions, --help-all */
static bool print_more_help(const char *program, const char *what)
{
    bool all = strcmp(what, "all") == 0;
    if (!all && strcmp(what, "env") != 0 && strcmp(what, "xoptions") != 0) return false;
    if (all) {
        printf(usage_line, program);
        fputs(usage_options, stdout);
    }
    if (all || what[0] == 'e') fputs(usage_environment, stdout);
    if (all || what[0] == 'x') fputs(usage_x, stdout);
    return true;
}

static int read_long(Reader *reader, const char *text)
{
    if (strcmp(text, "help") == 0)
        reader->wants_help = true;
    else if (strncmp(text, "help-", 5) == 0 && print_more_help(reader->argv[0], text + 5))
        exit(0);
    else if (strcmp(text, "version") == 0)
        reader->versions++;
    else if (strcmp(text, "check-hash-based-pycs") == 0) {
        if (++reader->index >= reader->argc)
            return fail(reader->argv[0], "Argument expected for the --%s option\n", text);
        const char *value = reader->argv[reader->index];
        if (strcmp(value, "always") != 0 && strcmp(value, "never") != 0 && strcmp(value, "default") != 0)
            return fail(reader->argv[0], "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n%s",
                        "");
        options.check_hash_based_pycs = value;
    } else if (!read_own(text)) {
        return fail(reader->argv[0], "unknown option --%s\n", text);
    }
    reader->index++;
    return 0;
}

static int read_arguments(Reader *reader)
{
    reader->index = 1;
    while (reader->index < reader->argc) {
        if (!reader->at) {
            const char *text = reader->argv[reader->index];
            if (text[0] != '-' || !text[1]) return 0;
            if (text[1] == '-') {
                if (!text[2]) {
                    reader->index++;
                    return 0;
                }
                int status = read_long(reader, text + 2);
                if (status) return status;
                continue;
            }
            reader->at = text + 1;
        }
        char letter = *reader->at++;
        int status = read_letter(reader, letter);
        if (status == 1) return 0;
        if (status) return status;
        if (reader->at && !*reader->at) {
            reader->at = NULL;
            reader->index++;
        }
    }
    return 0;
}

/* --- the environment --- */

static void env_flag(const char *name, int *flag)
{
    const char *value = env(name);
    if (!value) return;
    int level = (int)strtol(value, NULL, 10);
    if (level < 1) level = 1;
    if (*flag < level) *flag = level;
}

static void env_bool(const char *name, bool *flag)
{
    if (env(name)) *flag = true;
}

/* PYTHONWARNINGS=a,b,c */
static void env_warnings(void)
{
    const char *text = env("PYTHONWARNINGS");
    if (!text) return;
    char *copy = strdup(text), *rest = copy;
    for (char *item; copy && (item = strsep(&rest, ",")) != NULL;)
        if (*item) append(&options.warnings, &options.warning_count, item);
}

static bool env_hash_seed(void)
{
    const char *seed = options.random_hashes ? NULL : env("PYTHONHASHSEED");
    if (!seed || strcmp(seed, "random") == 0) return true;
    char *end;
    unsigned long n = strtoul(seed, &end, 10);
    if (*end || n > 4294967295UL) {
        fputs("Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range "
              "[0; 4294967295]\nPython runtime state: preinitialized\n\n",
              stderr);
        return false;
    }
    options.hash_seed = seed;
    return true;
}

static bool read_environment(void)
{
    env_flag("PYTHONOPTIMIZE", &options.optimize);
    env_flag("PYTHONVERBOSE", &options.verbose);
    int inspect = 0;
    env_flag("PYTHONINSPECT", &inspect);
    if (inspect) options.inspect = MAX(options.inspect, 1);
    env_bool("PYTHONDONTWRITEBYTECODE", &options.dont_write_bytecode);
    env_bool("PYTHONNOUSERSITE", &options.no_user_site);
    env_bool("PYTHONSAFEPATH", &options.safe_path);
    env_bool("PYTHONUNBUFFERED", &options.unbuffered);
    env_bool("PYTHONDEVMODE", &options.dev_mode);
    env_bool("PYTHONFAULTHANDLER", &options.faulthandler);
    env_bool("PYTHONPROFILEIMPORTTIME", &options.import_time);
    env_bool("PYTHONWARNDEFAULTENCODING", &options.warn_default_encoding);
    env_bool("PYTHONNODEBUGRANGES", &code_drops_columns);
    const char *utf8 = env("PYTHONUTF8"), *jit = env("PYTHON_JIT"), *digits = env("PYTHONINTMAXSTRDIGITS");
    if (utf8) options.utf8_mode = strcmp(utf8, "0") != 0;
    if (jit) jit_option_set("jit", strcmp(jit, "0") == 0 ? "off" : "auto");
    if (digits && options.int_max_str_digits < 0) {
        char *end;
        long n = strtol(digits, &end, 10);
        if (*end || n < 0 || (n > 0 && n < 640)) {
            fputs("Fatal Python error: config_init_int_max_str_digits: PYTHONINTMAXSTRDIGITS: invalid limit; must be "
                  ">= 640 "
                  "or 0 for unlimited.\nPython runtime state: preinitialized\n\n",
                  stderr);
            return false;
        }
        options.int_max_str_digits = (int)n;
    }
    if (!options.has_pycache_prefix) options.pycache_prefix = env("PYTHONPYCACHEPREFIX");
    env_warnings();
    return env_hash_seed();
}

/* The warning options in order of increasing weight: -X dev, the environment, -W, -b. */
static void order_warnings(const Reader *reader)
{
    for (int i = 0; i < reader->warning_count; i++)
        append(&options.warnings, &options.warning_count, reader->warnings[i]);
    if (options.bytes_warning)
        append(&options.warnings, &options.warning_count,
               options.bytes_warning > 1 ? "error::BytesWarning" : "default::BytesWarning");
}

static enum OptionsResult print_and_exit(const Reader *reader, int *status)
{
    *status = 0;
    if (reader->wants_help) {
        printf(usage_line, reader->argv[0]);
        fputs(usage_options, stdout);
    } else {
        printf("Python %s (Coachwhip %s)\n", PYTHON_VERSION, COACHWHIP_VERSION);
        if (reader->versions > 1) printf("[GCC %d.%d.%d]\n", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
    }
    return OPTIONS_EXIT;
}

static enum OptionsResult read_all(Reader *reader, int *status)
{
    int argc = reader->argc;
    char **argv = reader->argv;
    *status = read_arguments(reader);
    if (*status) return OPTIONS_EXIT;
    if (reader->wants_help || reader->versions) return print_and_exit(reader, status);
    if (!options.command && !options.module && reader->index < argc) {
        if (strcmp(argv[reader->index], "-") != 0) options.file = argv[reader->index];
        options.argc = argc - reader->index - 1;
        options.argv = argv + reader->index + 1;
    } else {
        options.argc = argc - reader->index;
        options.argv = argv + reader->index;
    }
    options.has_dash = !options.command && !options.module && !options.file && reader->index < argc;
    if (options.optimize > 2) options.optimize = 2;
    int given = options.int_max_str_digits;
    if (!read_environment()) {
        *status = 1;
        return OPTIONS_EXIT;
    }
    if (given >= 0) options.int_max_str_digits = given;
    if (options.dev_mode) {
        options.faulthandler = true;
        const char **first = NULL;
        int count = 0;
        append(&first, &count, "default");
        for (int i = 0; i < options.warning_count; i++) append(&first, &count, options.warnings[i]);
        free(options.warnings);
        options.warnings = first;
        options.warning_count = count;
    }
    order_warnings(reader);
    return OPTIONS_RUN;
}

enum OptionsResult options_read(int argc, char **argv, int *status)
{
    Reader reader = {.argc = argc, .argv = argv};
    options.orig_argc = argc;
    options.orig_argv = argv;
    enum OptionsResult result = read_all(&reader, status);
    free(reader.warnings);
    return result;
}

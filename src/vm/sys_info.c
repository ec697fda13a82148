/* sys_info.c: what `sys` tells about the build, the machine and the command line. */
#define _GNU_SOURCE // strchrnul
#include "vm/sys_info.h"

#include <float.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "objects/dict.h"
#include "objects/error.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/import.h"
#include "vm/runtime.h"

#define HEX_VERSION 0x030b02f0
#define PREFIX "/usr"
#define STANDARD_LIBRARY PREFIX "/lib/python3.11"

static const char copyright[] =
    "Copyright (c) 2026 Coachwhip contributors.\nAll Rights Reserved.\n\n"
    "Copyright (c) 2001-2023 Python Software Foundation.\nAll Rights Reserved.\n\n"
    "Copyright (c) 2000 BeOpen.com.\nAll Rights Reserved.\n\n"
    "Copyright (c) 1995-2001 Corporation for National Research Initiatives.\nAll Rights Reserved.\n\n"
    "Copyright (c) 1991-1995 Stichting Mathematisch Centrum, Amsterdam.\nAll Rights Reserved.";

/* sys.stdlib_module_names of 3.11 */
static const char *const library_names[] = {"__future__",
                                            "_abc",
                                            "_aix_support",
                                            "_ast",
                                            "_asyncio",
                                            "_bisect",
                                            "_blake2",
                                            "_bootsubprocess",
                                            "_bz2",
                                            "_codecs",
                                            "_codecs_cn",
                                            "_codecs_hk",
                                            "_codecs_iso2022",
                                            "_codecs_jp",
                                            "_codecs_kr",
                                            "_codecs_tw",
                                            "_collections",
                                            "_collections_abc",
                                            "_compat_pickle",
                                            "_compression",
                                            "_contextvars",
                                            "_crypt",
                                            "_csv",
                                            "_ctypes",
                                            "_curses",
                                            "_curses_panel",
                                            "_datetime",
                                            "_dbm",
                                            "_decimal",
                                            "_elementtree",
                                            "_frozen_importlib",
                                            "_frozen_importlib_external",
                                            "_functools",
                                            "_gdbm",
                                            "_hashlib",
                                            "_heapq",
                                            "_imp",
                                            "_io",
                                            "_json",
                                            "_locale",
                                            "_lsprof",
                                            "_lzma",
                                            "_markupbase",
                                            "_md5",
                                            "_msi",
                                            "_multibytecodec",
                                            "_multiprocessing",
                                            "_opcode",
                                            "_operator",
                                            "_osx_support",
                                            "_overlapped",
                                            "_pickle",
                                            "_posixshmem",
                                            "_posixsubprocess",
                                            "_py_abc",
                                            "_pydecimal",
                                            "_pyio",
                                            "_queue",
                                            "_random",
                                            "_scproxy",
                                            "_sha1",
                                            "_sha256",
                                            "_sha3",
                                            "_sha512",
                                            "_signal",
                                            "_sitebuiltins",
                                            "_socket",
                                            "_sqlite3",
                                            "_sre",
                                            "_ssl",
                                            "_stat",
                                            "_statistics",
                                            "_string",
                                            "_strptime",
                                            "_struct",
                                            "_symtable",
                                            "_thread",
                                            "_threading_local",
                                            "_tkinter",
                                            "_tokenize",
                                            "_tracemalloc",
                                            "_typing",
                                            "_uuid",
                                            "_warnings",
                                            "_weakref",
                                            "_weakrefset",
                                            "_winapi",
                                            "_zoneinfo",
                                            "abc",
                                            "aifc",
                                            "antigravity",
                                            "argparse",
                                            "array",
                                            "ast",
                                            "asynchat",
                                            "asyncio",
                                            "asyncore",
                                            "atexit",
                                            "audioop",
                                            "base64",
                                            "bdb",
                                            "binascii",
                                            "bisect",
                                            "builtins",
                                            "bz2",
                                            "cProfile",
                                            "calendar",
                                            "cgi",
                                            "cgitb",
                                            "chunk",
                                            "cmath",
                                            "cmd",
                                            "code",
                                            "codecs",
                                            "codeop",
                                            "collections",
                                            "colorsys",
                                            "compileall",
                                            "concurrent",
                                            "configparser",
                                            "contextlib",
                                            "contextvars",
                                            "copy",
                                            "copyreg",
                                            "crypt",
                                            "csv",
                                            "ctypes",
                                            "curses",
                                            "dataclasses",
                                            "datetime",
                                            "dbm",
                                            "decimal",
                                            "difflib",
                                            "dis",
                                            "distutils",
                                            "doctest",
                                            "email",
                                            "encodings",
                                            "ensurepip",
                                            "enum",
                                            "errno",
                                            "faulthandler",
                                            "fcntl",
                                            "filecmp",
                                            "fileinput",
                                            "fnmatch",
                                            "fractions",
                                            "ftplib",
                                            "functools",
                                            "gc",
                                            "genericpath",
                                            "getopt",
                                            "getpass",
                                            "gettext",
                                            "glob",
                                            "graphlib",
                                            "grp",
                                            "gzip",
                                            "hashlib",
                                            "heapq",
                                            "hmac",
                                            "html",
                                            "http",
                                            "idlelib",
                                            "imaplib",
                                            "imghdr",
                                            "imp",
                                            "importlib",
                                            "inspect",
                                            "io",
                                            "ipaddress",
                                            "itertools",
                                            "json",
                                            "keyword",
                                            "lib2to3",
                                            "linecache",
                                            "locale",
                                            "logging",
                                            "lzma",
                                            "mailbox",
                                            "mailcap",
                                            "marshal",
                                            "math",
                                            "mimetypes",
                                            "mmap",
                                            "modulefinder",
                                            "msilib",
                                            "msvcrt",
                                            "multiprocessing",
                                            "netrc",
                                            "nis",
                                            "nntplib",
                                            "nt",
                                            "ntpath",
                                            "nturl2path",
                                            "numbers",
                                            "opcode",
                                            "operator",
                                            "optparse",
                                            "os",
                                            "ossaudiodev",
                                            "pathlib",
                                            "pdb",
                                            "pickle",
                                            "pickletools",
                                            "pipes",
                                            "pkgutil",
                                            "platform",
                                            "plistlib",
                                            "poplib",
                                            "posix",
                                            "posixpath",
                                            "pprint",
                                            "profile",
                                            "pstats",
                                            "pty",
                                            "pwd",
                                            "py_compile",
                                            "pyclbr",
                                            "pydoc",
                                            "pydoc_data",
                                            "pyexpat",
                                            "queue",
                                            "quopri",
                                            "random",
                                            "re",
                                            "readline",
                                            "reprlib",
                                            "resource",
                                            "rlcompleter",
                                            "runpy",
                                            "sched",
                                            "secrets",
                                            "select",
                                            "selectors",
                                            "shelve",
                                            "shlex",
                                            "shutil",
                                            "signal",
                                            "site",
                                            "smtpd",
                                            "smtplib",
                                            "sndhdr",
                                            "socket",
                                            "socketserver",
                                            "spwd",
                                            "sqlite3",
                                            "sre_compile",
                                            "sre_constants",
                                            "sre_parse",
                                            "ssl",
                                            "stat",
                                            "statistics",
                                            "string",
                                            "stringprep",
                                            "struct",
                                            "subprocess",
                                            "sunau",
                                            "symtable",
                                            "sys",
                                            "sysconfig",
                                            "syslog",
                                            "tabnanny",
                                            "tarfile",
                                            "telnetlib",
                                            "tempfile",
                                            "termios",
                                            "textwrap",
                                            "this",
                                            "threading",
                                            "time",
                                            "timeit",
                                            "tkinter",
                                            "token",
                                            "tokenize",
                                            "tomllib",
                                            "trace",
                                            "traceback",
                                            "tracemalloc",
                                            "tty",
                                            "turtle",
                                            "turtledemo",
                                            "types",
                                            "typing",
                                            "unicodedata",
                                            "unittest",
                                            "urllib",
                                            "uu",
                                            "uuid",
                                            "venv",
                                            "warnings",
                                            "wave",
                                            "weakref",
                                            "webbrowser",
                                            "winreg",
                                            "winsound",
                                            "wsgiref",
                                            "xdrlib",
                                            "xml",
                                            "xmlrpc",
                                            "zipapp",
                                            "zipfile",
                                            "zipimport",
                                            "zlib",
                                            "zoneinfo",
                                            NULL};

/* --- small helpers --- */

static int set_text(const char *name, const char *text)
{
    Value v = str_from_cstr(text);
    int failed = value_is_null(v) ? -1 : sys_set(name, v);
    value_xdecref(v);
    return failed;
}

static int set_stolen(const char *name, STEALS NULLABLE Value v)
{
    int failed = value_is_null(v) ? -1 : sys_set(name, v);
    value_xdecref(v);
    return failed;
}

static int set_number(const char *name, int64_t n)
{
    return set_stolen(name, int_from_int64(n));
}

static Value structure(const StructSeqDef *definition, const Value *fields)
{
    Type *type = structseq_type_new(definition);
    return type ? structseq_new(type, fields) : VALUE_NULL;
}

/* A type that programs cannot make instances of. */
static Type *single_type(const StructSeqDef *definition)
{
    Type *type = structseq_type_new(definition);
    if (!type) return NULL;
    type->flags |= TYPE_NO_NEW;
    type->new_instance = NULL;
    if (dict_delete_if_present(type->dict, ID(__new__)) < 0) error_clear();
    return type;
}

static Value small(int64_t n)
{
    return value_from_small_int(n);
}

/* --- struct sequences --- */

static const StructSeqField version_fields[] = {
    {"major", "Major release number"},   {"minor", "Minor release number"},
    {"micro", "Patch release number"},   {"releaselevel", "'alpha', 'beta', 'candidate', or 'final'"},
    {"serial", "Serial release number"}, {NULL, NULL}};
static const StructSeqDef version_definition = {
    "sys.version_info", "sys.version_info\n\nVersion information as a named tuple.", version_fields, 5};

static Value version_info(void)
{
    static Type *type;
    if (!type && !(type = single_type(&version_definition))) return VALUE_NULL;
    Value fields[] = {small(3), small(11), small(2), str_from_cstr("final"), small(0)};
    return structseq_new(type, fields);
}

static const StructSeqField flag_fields[] = {{"debug", "-d"},
                                             {"inspect", "-i"},
                                             {"interactive", "-i"},
                                             {"optimize", "-O or -OO"},
                                             {"dont_write_bytecode", "-B"},
                                             {"no_user_site", "-s"},
                                             {"no_site", "-S"},
                                             {"ignore_environment", "-E"},
                                             {"verbose", "-v"},
                                             {"bytes_warning", "-b"},
                                             {"quiet", "-q"},
                                             {"hash_randomization", "-R"},
                                             {"isolated", "-I"},
                                             {"dev_mode", "-X dev"},
                                             {"utf8_mode", "-X utf8"},
                                             {"warn_default_encoding", "-X warn_default_encoding"},
                                             {"safe_path", "-P"},
                                             {"int_max_str_digits", "-X int_max_str_digits"},
                                             {NULL, NULL}};
static const StructSeqDef flags_definition = {
    "sys.flags", "sys.flags\n\nFlags provided through command line arguments or environment vars.", flag_fields, 18};

static Value flags_value(void)
{
    const Options *o = &options;
    Value fields[] = {small(0),
                      small(o->inspect),
                      small(o->interactive),
                      small(o->optimize),
                      small(o->dont_write_bytecode),
                      small(o->no_user_site),
                      small(o->no_site),
                      small(o->ignore_environment),
                      small(o->verbose),
                      small(o->bytes_warning),
                      small(o->quiet),
                      small(o->hash_randomization),
                      small(o->isolated),
                      value_from_bool(o->dev_mode),
                      small(o->utf8_mode),
                      small(o->warn_default_encoding),
                      value_from_bool(o->safe_path),
                      small(o->int_max_str_digits)};
    Type *type = single_type(&flags_definition);
    return type ? structseq_new(type, fields) : VALUE_NULL;
}

static const StructSeqField float_fields[] = {
    {"max", "DBL_MAX -- maximum representable finite float"},
    {"max_exp", "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable"},
    {"max_10_exp", "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable"},
    {"min", "DBL_MIN -- Minimum positive normalized float"},
    {"min_exp", "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float"},
    {"min_10_exp", "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float"},
    {"dig", "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float"},
    {"mant_dig", "DBL_MANT_DIG -- mantissa digits"},
    {"epsilon", "DBL_EPSILON -- Difference between 1 and the next representable float"},
    {"radix", "FLT_RADIX -- radix of exponent"},
    {"rounds", "FLT_ROUNDS -- rounding mode used for arithmetic operations"},
    {NULL, NULL}};
static const StructSeqDef float_definition = {
    "sys.float_info",
    "sys.float_info\n\nA named tuple holding information about the float type. It contains low level\n"
    "information about the precision and internal representation. Please study\n"
    "your system's :file:`float.h` for more information.",
    float_fields, 11};

static Value float_info(void)
{
    Value fields[] = {value_from_double(DBL_MAX),
                      small(DBL_MAX_EXP),
                      small(DBL_MAX_10_EXP),
                      value_from_double(DBL_MIN),
                      small(DBL_MIN_EXP),
                      small(DBL_MIN_10_EXP),
                      small(DBL_DIG),
                      small(DBL_MANT_DIG),
                      value_from_double(DBL_EPSILON),
                      small(FLT_RADIX),
                      small(1)};
    return structure(&float_definition, fields);
}

static const StructSeqField int_fields[] = {
    {"bits_per_digit", "size of a digit in bits"},
    {"sizeof_digit", "size in bytes of the C type used to represent a digit"},
    {"default_max_str_digits", "maximum string conversion digits limitation"},
    {"str_digits_check_threshold", "minimum positive value for int_max_str_digits"},
    {NULL, NULL}};
static const StructSeqDef int_definition = {
    "sys.int_info",
    "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.  The "
    "attributes are read only.",
    int_fields, 4};

static const StructSeqField hash_fields[] = {
    {"width", "width of the type used for hashing, in bits"},
    {"modulus", "prime number giving the modulus on which the hash function is based"},
    {"inf", "value to be used for hash of a positive infinity"},
    {"nan", "value to be used for hash of a nan"},
    {"imag", "multiplier used for the imaginary part of a complex number"},
    {"algorithm", "name of the algorithm for hashing of str, bytes and memoryviews"},
    {"hash_bits", "internal output size of hash algorithm"},
    {"seed_bits", "seed size of hash algorithm"},
    {"cutoff", "small string optimization cutoff"},
    {NULL, NULL}};
static const StructSeqDef hash_definition = {
    "sys.hash_info", "hash_info\n\nA named tuple providing parameters used for computing hashes.", hash_fields, 9};

static Value hash_info(void)
{
    Value fields[] = {small(64),      small((INT64_C(1) << 61) - 1), small(314159), small(0),
                      small(1000003), str_from_cstr("siphash13"),    small(64),     small(128),
                      small(0)};
    return structure(&hash_definition, fields);
}

static const StructSeqField thread_fields[] = {{"name", "name of the thread implementation"},
                                               {"lock", "name of the lock implementation"},
                                               {"version", "name and version of the thread library"},
                                               {NULL, NULL}};
static const StructSeqDef thread_definition = {
    "sys.thread_info", "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    thread_fields, 3};

static Value thread_info(void)
{
    char version[64] = "";
    confstr(_CS_GNU_LIBPTHREAD_VERSION, version, sizeof version);
    Value fields[] = {str_from_cstr("pthread"), str_from_cstr("semaphore"), str_from_cstr(version)};
    return structure(&thread_definition, fields);
}

static const StructSeqField hooks_fields[] = {{"firstiter", NULL}, {"finalizer", NULL}, {NULL, NULL}};
static const StructSeqDef hooks_definition = {"asyncgen_hooks", NULL, hooks_fields, 2};

NULLABLE Type *sys_asyncgen_hooks_type(void)
{
    static Type *type;
    if (!type) type = structseq_type_new(&hooks_definition);
    return type;
}

static Value implementation(void)
{
    Value dict = dict_new();
    if (value_is_null(dict)) return dict;
    Value version = version_info(), name = str_from_cstr("coachwhip"), tag = str_from_cstr(CACHE_TAG);
    Value multiarch = str_from_cstr("x86_64-linux-gnu"), result = VALUE_NULL;
    if (!value_is_null(version) && !value_is_null(name) && !value_is_null(tag) && !value_is_null(multiarch) &&
        dict_set_cstr(dict, "name", name) == 0 && dict_set_cstr(dict, "cache_tag", tag) == 0 &&
        dict_set_cstr(dict, "version", version) == 0 && dict_set_cstr(dict, "hexversion", small(HEX_VERSION)) == 0 &&
        dict_set_cstr(dict, "_multiarch", multiarch) == 0)
        result = simple_namespace_new(dict);
    value_xdecref(version);
    value_xdecref(name);
    value_xdecref(tag);
    value_xdecref(multiarch);
    value_decref(dict);
    return result;
}

/* --- names of modules --- */

static Value library_module_names(void)
{
    Value set = frozenset_new(VALUE_NULL);
    for (size_t i = 0; library_names[i] && !value_is_null(set); i++) {
        Value name = str_intern_cstr(library_names[i]);
        if (value_is_null(name) || set_add(set, name) < 0) value_clear(&set);
        value_xdecref(name);
    }
    return set;
}

static Value builtin_module_names(void)
{
    extern const NativeModule *const native_modules[];
    Value list = list_new(0);
    for (size_t i = 0; native_modules[i] && !value_is_null(list); i++) {
        Value name = str_intern_cstr(native_modules[i]->name);
        if (value_is_null(name) || list_append_steal(list, name) < 0) value_clear(&list);
    }
    if (value_is_null(list)) return list;
    Value tuple = list_sort(list, VALUE_NULL, false) < 0 ? VALUE_NULL : list_to_tuple(list);
    value_decref(list);
    return tuple;
}

/* --- what the build says --- */

static int set_version(void)
{
    char text[256];
    snprintf(text, sizeof text, "%s (main, %s, %s) [GCC %d.%d.%d]", PYTHON_VERSION, __DATE__, __TIME__, __GNUC__,
             __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
    return set_text("version", text);
}

int sys_init_info(void)
{
    Value int_values[] = {small(30), small(4), small(4300), small(640)};
    Value git = tuple_pack(3, str_intern_cstr("Coachwhip"), str_empty(), str_empty());
    if (set_version() < 0 || set_number("hexversion", HEX_VERSION) < 0 ||
        set_stolen("version_info", version_info()) < 0 || set_stolen("_git", git) < 0 ||
        set_text("_framework", "") < 0 || set_number("api_version", 1013) < 0 || set_text("copyright", copyright) < 0 ||
        set_text("platform", "linux") < 0 || set_text("byteorder", "little") < 0 ||
        set_number("maxsize", INT64_MAX) < 0 || set_number("maxunicode", 0x10ffff) < 0 ||
        set_text("abiflags", "") < 0 || set_stolen("float_info", float_info()) < 0 ||
        set_text("float_repr_style", "short") < 0 ||
        set_stolen("int_info", structure(&int_definition, int_values)) < 0 ||
        set_stolen("hash_info", hash_info()) < 0 || set_stolen("thread_info", thread_info()) < 0 ||
        set_stolen("implementation", implementation()) < 0 ||
        set_stolen("stdlib_module_names", library_module_names()) < 0 ||
        set_stolen("builtin_module_names", builtin_module_names()) < 0)
        return -1;
    return set_stolen("meta_path", list_new(0)) < 0 || set_stolen("path_hooks", list_new(0)) < 0 ||
                   set_stolen("path_importer_cache", dict_new()) < 0 || set_stolen("warnoptions", list_new(0)) < 0
               ? -1
               : 0;
}

/* --- what the command line and the environment say --- */

static int list_add_fs(Value list, const char *text, size_t length)
{
    Value v = str_decode_fs(text, (ssize_t)length);
    return value_is_null(v) ? -1 : list_append_steal(list, v);
}

int sys_set_argv(const char *first, int argc, char **argv)
{
    Value list = list_new(0);
    int failed = value_is_null(list) ? -1 : list_add_fs(list, first, strlen(first));
    for (int i = 0; i < argc && !failed; i++) failed = list_add_fs(list, argv[i], strlen(argv[i]));
    if (!failed) failed = sys_set("argv", list);
    value_xdecref(list);
    return failed;
}

static Value original_arguments(void)
{
    Value list = list_new(0);
    for (int i = 0; i < options.orig_argc && !value_is_null(list); i++)
        if (list_add_fs(list, options.orig_argv[i], strlen(options.orig_argv[i])) < 0) value_clear(&list);
    return list;
}

/* PYTHONPATH, then the zip that may hold the library, then the library. Extension modules of CPython cannot be loaded:
 * its lib-dynload is left out. */
static Value search_path(void)
{
    Value list = list_new(0);
    const char *path = options.ignore_environment ? NULL : getenv("PYTHONPATH");
    int failed = value_is_null(list) ? -1 : 0;
    while (path && *path && !failed) {
        const char *end = strchrnul(path, ':');
        failed = list_add_fs(list, path, (size_t)(end - path));
        if (!*end) break;
        path = end + 1;
    }
    static const char zip[] = PREFIX "/lib/python311.zip";
    if (!failed) failed = list_add_fs(list, zip, sizeof zip - 1);
    if (!failed) failed = list_add_fs(list, STANDARD_LIBRARY, sizeof STANDARD_LIBRARY - 1);
    if (failed) value_clear(&list);
    return list;
}

static Value x_options(void)
{
    Value dict = dict_new();
    for (int i = 0; i < options.x_count && !value_is_null(dict); i++) {
        const char *text = options.x_options[i], *equals = strchr(text, '=');
        Value name = str_decode_fs(text, equals ? equals - text : (ssize_t)strlen(text));
        Value v = equals ? str_decode_fs(equals + 1, (ssize_t)strlen(equals + 1)) : VALUE_TRUE;
        if (value_is_null(name) || value_is_null(v) || dict_set(dict, name, v) < 0) value_clear(&dict);
        value_xdecref(name);
        value_xdecref(v);
    }
    return dict;
}

static Value warn_options(void)
{
    Value list = list_new(0);
    for (int i = 0; i < options.warning_count && !value_is_null(list); i++)
        if (list_add_fs(list, options.warnings[i], strlen(options.warnings[i])) < 0) value_clear(&list);
    return list;
}

static int set_executable(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    Value v = str_decode_fs(path, n > 0 ? n : 0);
    int failed = value_is_null(v) || sys_set("executable", v) < 0 || sys_set("_base_executable", v) < 0;
    value_xdecref(v);
    return failed ? -1 : 0;
}

int sys_init_arguments(void)
{
    static const char *const prefixes[] = {"prefix", "exec_prefix", "base_prefix", "base_exec_prefix"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (set_text(prefixes[i], PREFIX) < 0) return -1;
    if (set_executable() < 0 || set_text("platlibdir", "lib") < 0 || set_text("_stdlib_dir", STANDARD_LIBRARY) < 0 ||
        set_stolen("orig_argv", original_arguments()) < 0 || set_stolen("path", search_path()) < 0 ||
        set_stolen("_xoptions", x_options()) < 0 || set_stolen("warnoptions", warn_options()) < 0 ||
        set_stolen("flags", flags_value()) < 0 ||
        sys_set("dont_write_bytecode", value_from_bool(options.dont_write_bytecode)) < 0)
        return -1;
    if (options.pycache_prefix) return set_text("pycache_prefix", options.pycache_prefix);
    return sys_set("pycache_prefix", VALUE_NONE);
}

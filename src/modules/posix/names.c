/* names.c: sysconf, confstr, pathconf and the tables of their names. */
#include "modules/posix/posix.h"

#define SYSCONF_NAMES(X)                                                                                               \
    X(2_CHAR_TERM)                                                                                                     \
    X(2_C_BIND) X(2_C_DEV) X(2_C_VERSION) X(2_FORT_DEV) X(2_FORT_RUN) X(2_LOCALEDEF) X(2_SW_DEV) X(2_UPE) X(           \
        2_VERSION) X(AIO_LISTIO_MAX) X(AIO_MAX) X(AIO_PRIO_DELTA_MAX) X(ARG_MAX) X(ASYNCHRONOUS_IO) X(ATEXIT_MAX)      \
        X(AVPHYS_PAGES) X(BC_BASE_MAX) X(BC_DIM_MAX) X(BC_SCALE_MAX) X(BC_STRING_MAX) X(CHARCLASS_NAME_MAX) X(         \
            CHAR_BIT) X(CHAR_MAX) X(CHAR_MIN) X(CHILD_MAX) X(CLK_TCK) X(COLL_WEIGHTS_MAX) X(DELAYTIMER_MAX)            \
            X(EQUIV_CLASS_MAX) X(EXPR_NEST_MAX) X(FSYNC) X(GETGR_R_SIZE_MAX) X(GETPW_R_SIZE_MAX) X(INT_MAX) X(INT_MIN) \
                X(IOV_MAX) X(JOB_CONTROL) X(LINE_MAX) X(LOGIN_NAME_MAX) X(LONG_BIT) X(MAPPED_FILES) X(MB_LEN_MAX) X(   \
                    MEMLOCK) X(MEMLOCK_RANGE) X(MEMORY_PROTECTION) X(MESSAGE_PASSING) X(MINSIGSTKSZ) X(MQ_OPEN_MAX)    \
                    X(MQ_PRIO_MAX) X(NGROUPS_MAX) X(NL_ARGMAX) X(NL_LANGMAX) X(NL_MSGMAX) X(NL_NMAX) X(NL_SETMAX) X(   \
                        NL_TEXTMAX) X(NPROCESSORS_CONF) X(NPROCESSORS_ONLN) X(NZERO) X(OPEN_MAX) X(PAGESIZE)           \
                        X(PAGE_SIZE) X(PASS_MAX) X(PHYS_PAGES) X(PII) X(PII_INTERNET) X(PII_INTERNET_DGRAM) X(         \
                            PII_INTERNET_STREAM) X(PII_OSI) X(PII_OSI_CLTS) X(PII_OSI_COTS) X(PII_OSI_M) X(PII_SOCKET) \
                            X(PII_XTI) X(POLL) X(PRIORITIZED_IO) X(                                                    \
                                PRIORITY_SCHEDULING) X(REALTIME_SIGNALS) X(RE_DUP_MAX) X(RTSIG_MAX)                    \
                                X(SAVED_IDS) X(SCHAR_MAX) X(SCHAR_MIN) X(SELECT) X(SEMAPHORES) X(SEM_NSEMS_MAX) X(     \
                                    SEM_VALUE_MAX) X(SHARED_MEMORY_OBJECTS) X(SHRT_MAX) X(SHRT_MIN) X(SIGQUEUE_MAX)    \
                                    X(SSIZE_MAX) X(STREAM_MAX) X(SYNCHRONIZED_IO) X(THREADS) X(THREAD_ATTR_STACKADDR)  \
                                        X(THREAD_ATTR_STACKSIZE) X(THREAD_DESTRUCTOR_ITERATIONS) X(THREAD_KEYS_MAX) X( \
                                            THREAD_PRIORITY_SCHEDULING) X(THREAD_PRIO_INHERIT) X(THREAD_PRIO_PROTECT)  \
                                            X(THREAD_PROCESS_SHARED) X(THREAD_SAFE_FUNCTIONS) X(THREAD_STACK_MIN) X(   \
                                                THREAD_THREADS_MAX)                                                    \
                                                X(TIMERS) X(TIMER_MAX) X(TTY_NAME_MAX) X(TZNAME_MAX) X(T_IOV_MAX) X(   \
                                                    UCHAR_MAX) X(UINT_MAX) X(UIO_MAXIOV) X(ULONG_MAX) X(USHRT_MAX)     \
                                                    X(VERSION) X(WORD_BIT) X(XBS5_ILP32_OFF32) X(XBS5_ILP32_OFFBIG)    \
                                                        X(XBS5_LP64_OFF64) X(XBS5_LPBIG_OFFBIG) X(XOPEN_CRYPT)         \
                                                            X(XOPEN_ENH_I18N) X(XOPEN_LEGACY) X(XOPEN_REALTIME)        \
                                                                X(XOPEN_REALTIME_THREADS) X(XOPEN_SHM) X(XOPEN_UNIX)   \
                                                                    X(XOPEN_VERSION) X(XOPEN_XCU_VERSION)              \
                                                                        X(XOPEN_XPG2) X(XOPEN_XPG3) X(XOPEN_XPG4)
#define CONFSTR_NAMES(X)                                                                                               \
    X(GNU_LIBC_VERSION)                                                                                                \
    X(GNU_LIBPTHREAD_VERSION) X(LFS64_CFLAGS) X(LFS64_LDFLAGS) X(LFS64_LIBS) X(LFS64_LINTFLAGS) X(LFS_CFLAGS)          \
        X(LFS_LDFLAGS) X(LFS_LIBS) X(LFS_LINTFLAGS) X(PATH) X(XBS5_ILP32_OFF32_CFLAGS) X(XBS5_ILP32_OFF32_LDFLAGS)     \
            X(XBS5_ILP32_OFF32_LIBS) X(XBS5_ILP32_OFF32_LINTFLAGS) X(XBS5_ILP32_OFFBIG_CFLAGS)                         \
                X(XBS5_ILP32_OFFBIG_LDFLAGS) X(XBS5_ILP32_OFFBIG_LIBS) X(XBS5_ILP32_OFFBIG_LINTFLAGS)                  \
                    X(XBS5_LP64_OFF64_CFLAGS) X(XBS5_LP64_OFF64_LDFLAGS) X(XBS5_LP64_OFF64_LIBS)                       \
                        X(XBS5_LP64_OFF64_LINTFLAGS) X(XBS5_LPBIG_OFFBIG_CFLAGS) X(XBS5_LPBIG_OFFBIG_LDFLAGS)          \
                            X(XBS5_LPBIG_OFFBIG_LIBS) X(XBS5_LPBIG_OFFBIG_LINTFLAGS)
#define PATHCONF_NAMES(X)                                                                                              \
    X(ALLOC_SIZE_MIN)                                                                                                  \
    X(ASYNC_IO) X(CHOWN_RESTRICTED) X(FILESIZEBITS) X(LINK_MAX) X(MAX_CANON) X(MAX_INPUT) X(NAME_MAX) X(NO_TRUNC)      \
        X(PATH_MAX) X(PIPE_BUF) X(PRIO_IO) X(REC_INCR_XFER_SIZE) X(REC_MAX_XFER_SIZE) X(REC_MIN_XFER_SIZE)             \
            X(REC_XFER_ALIGN) X(SOCK_MAXBUF) X(SYMLINK_MAX) X(SYNC_IO) X(VDISABLE)

typedef struct ConfigName {
    const char *name;
    int number;
} ConfigName;

static const ConfigName sysconf_names[] = {
#define ROW(name) {"SC_" #name, _SC_##name},
    SYSCONF_NAMES(ROW)
#undef ROW
        {NULL, 0}};

static const ConfigName confstr_names[] = {
#define ROW(name) {"CS_" #name, _CS_##name},
    CONFSTR_NAMES(ROW)
#undef ROW
        {NULL, 0}};

static const ConfigName pathconf_names[] = {
#define ROW(name) {"PC_" #name, _PC_##name},
    PATHCONF_NAMES(ROW)
#undef ROW
        {NULL, 0}};

static bool arg_as_name(Value v, const ConfigName *names, int *number)
{
    if (is_int(v)) return arg_as_int(v, number);
    if (!is_str(v)) {
        error_set(&type_TypeError, "configuration names must be strings or integers");
        return false;
    }
    for (const ConfigName *name = names; name->name; name++) {
        if (!str_equal_cstr(v, name->name)) continue;
        *number = name->number;
        return true;
    }
    error_set(&type_ValueError, "unrecognized configuration name");
    return false;
}

FUNCTION(os_sysconf)
{
    int name;
    if (!arg_as_name(args[0], sysconf_names, &name)) return VALUE_NULL;
    errno = 0;
    long value = sysconf(name);
    return value == -1 && errno ? posix_error() : int_from_int64(value);
}

FUNCTION(os_confstr)
{
    int name;
    char buffer[1024];
    if (!arg_as_name(args[0], confstr_names, &name)) return VALUE_NULL;
    errno = 0;
    size_t size = confstr(name, buffer, sizeof buffer);
    if (size == 0) return errno ? posix_error() : VALUE_NONE;
    if (size <= sizeof buffer) return str_decode_fs(buffer, (ssize_t)size - 1);
    char *large = raw_alloc(size);
    if (!large) return error_no_memory();
    confstr(name, large, size);
    Value result = str_decode_fs(large, (ssize_t)size - 1);
    raw_free(large);
    return result;
}

FUNCTION(os_pathconf)
{
    ARGUMENTS("pathconf", 2, 2, "path", "name");
    Path path = PATH_OR_FD("pathconf", "path");
    int name;
    if (!arg_as_name(out[1], pathconf_names, &name) || !path_convert(out[0], &path)) return VALUE_NULL;
    errno = 0;
    long limit = path.text ? pathconf(path.text, name) : fpathconf(path.fd, name);
    Value result;
    if (limit != -1 || errno == 0)
        result = int_from_int64(limit);
    else
        result = errno == EINVAL ? posix_error() : path_error(&path); // EINVAL is about the name
    path_release(&path);
    return result;
}

FUNCTION(os_fpathconf)
{
    int fd, name;
    if (!arg_as_int(args[0], &fd) || !arg_as_name(args[1], pathconf_names, &name)) return VALUE_NULL;
    errno = 0;
    long limit = fpathconf(fd, name);
    return limit == -1 && errno ? posix_error() : int_from_int64(limit);
}

static const NativeMethod methods[] = {
    {"sysconf", os_sysconf, 1, 1, 0, "sysconf($module, name, /)\n--\n\nReturn an integer-valued system variable."},
    {"confstr", os_confstr, 1, 1, 0, "confstr($module, name, /)\n--\n\nReturn a string-valued configuration variable."},
    {"pathconf", os_pathconf, 0, -1, NATIVE_KEYWORDS,
     "pathconf($module, /, path, name)\n--\n\nReturn the configuration limit name for the file or directory path."},
    {"fpathconf", os_fpathconf, 2, 2, 0,
     "fpathconf($module, fd, name, /)\n--\n\nReturn the configuration limit name for the file descriptor fd."},
    {NULL},
};

static int add_names(Value module, const char *attribute, const ConfigName *names)
{
    Value dict = dict_new();
    for (; !value_is_null(dict) && names->name; names++)
        if (dict_set_cstr(dict, names->name, value_from_small_int(names->number)) < 0) value_clear(&dict);
    return module_add(module, attribute, dict);
}

int posix_names_exec(Value module)
{
    if (add_names(module, "sysconf_names", sysconf_names) < 0 ||
        add_names(module, "confstr_names", confstr_names) < 0 ||
        add_names(module, "pathconf_names", pathconf_names) < 0)
        return -1;
    return posix_add_functions(module, methods);
}

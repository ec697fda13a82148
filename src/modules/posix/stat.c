/* stat.c: stat and its relatives, access, and the times and permissions of files. */
#include "modules/posix/posix.h"

#include <math.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "modules/posix/stat_result.h"

static Type *stat_result_type, *statvfs_result_type;

static const StructSeqField stat_fields[] = {
    {"st_mode", "protection bits"},
    {"st_ino", "inode"},
    {"st_dev", "device"},
    {"st_nlink", "number of hard links"},
    {"st_uid", "user ID of owner"},
    {"st_gid", "group ID of owner"},
    {"st_size", "total size, in bytes"},
    {"", "integer time of last access"},
    {"", "integer time of last modification"},
    {"", "integer time of last change"},
    {"st_atime", "time of last access"},
    {"st_mtime", "time of last modification"},
    {"st_ctime", "time of last change"},
    {"st_atime_ns", "time of last access in nanoseconds"},
    {"st_mtime_ns", "time of last modification in nanoseconds"},
    {"st_ctime_ns", "time of last change in nanoseconds"},
    {"st_blksize", "blocksize for filesystem I/O"},
    {"st_blocks", "number of blocks allocated"},
    {"st_rdev", "device type (if inode device)"},
    {NULL, NULL},
};

static const StructSeqDef stat_definition = {
    "os.stat_result",
    "stat_result: Result from stat, fstat, or lstat.\n\n"
    "This object may be accessed either as a tuple of\n"
    "  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\n"
    "or via the attributes st_mode, st_ino, st_dev, st_nlink, st_uid, and so on.\n\n"
    "Posix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\n"
    "or st_flags, they are available as attributes only.\n\nSee os.stat for more information.",
    stat_fields, 10};

static const StructSeqField statvfs_fields[] = {
    {"f_bsize", ""}, {"f_frsize", ""}, {"f_blocks", ""}, {"f_bfree", ""},   {"f_bavail", ""}, {"f_files", ""},
    {"f_ffree", ""}, {"f_favail", ""}, {"f_flag", ""},   {"f_namemax", ""}, {"f_fsid", ""},   {NULL, NULL},
};

static const StructSeqDef statvfs_definition = {
    "os.statvfs_result",
    "statvfs_result: Result from statvfs or fstatvfs.\n\n"
    "This object may be accessed either as a tuple of\n"
    "  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\n"
    "or via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\nSee os.statvfs for more information.",
    statvfs_fields, 10};

static Value nanoseconds(const struct timespec *time)
{
    int64_t total;
    if (!__builtin_mul_overflow((int64_t)time->tv_sec, 1000000000, &total) &&
        !__builtin_add_overflow(total, time->tv_nsec, &total))
        return int_from_int64(total);
    Value seconds = int_multiply(value_from_small_int(time->tv_sec), value_from_small_int(1000000000));
    if (value_is_null(seconds)) return VALUE_NULL;
    Value result = int_add(seconds, value_from_small_int(time->tv_nsec));
    value_decref(seconds);
    return result;
}

/* Makes the struct sequence; any of the fields may be an error already. Steals them. */
static Value finish_fields(Type *type, Value *fields, size_t count)
{
    bool is_complete = true;
    for (size_t i = 0; i < count; i++) is_complete &= !value_is_null(fields[i]);
    if (is_complete) return structseq_new(type, fields);
    for (size_t i = 0; i < count; i++) value_xdecref(fields[i]);
    return VALUE_NULL;
}

Value stat_result_new(const struct stat *st)
{
    const struct timespec *times[3] = {&st->st_atim, &st->st_mtim, &st->st_ctim};
    Value fields[19] = {
        value_from_small_int(st->st_mode), int_from_uint64(st->st_ino), int_from_uint64(st->st_dev),
        int_from_uint64(st->st_nlink),     uid_value(st->st_uid),       uid_value(st->st_gid),
        int_from_int64(st->st_size),
    };
    for (int i = 0; i < 3; i++) {
        fields[7 + i] = int_from_int64(times[i]->tv_sec);
        fields[10 + i] = value_from_double((double)times[i]->tv_sec + 1e-9 * (double)times[i]->tv_nsec);
        fields[13 + i] = nanoseconds(times[i]);
    }
    fields[16] = int_from_int64(st->st_blksize);
    fields[17] = int_from_int64(st->st_blocks);
    fields[18] = int_from_uint64(st->st_rdev);
    return finish_fields(stat_result_type, fields, COUNT_OF(fields));
}

static bool check_follow(const char *function, const Path *path, int dir_fd, bool follows)
{
    if (path->fd >= 0 && dir_fd != AT_FDCWD) {
        error_format(&type_ValueError, "%s: can't specify dir_fd without matching path", function);
        return false;
    }
    if (path->fd >= 0 && !follows) {
        error_format(&type_ValueError, "%s: cannot use fd and follow_symlinks together", function);
        return false;
    }
    return true;
}

static Value stat_path(const char *function, Value v, Value dir_fd_value, bool follows)
{
    Path path = PATH_OR_FD(function, "path");
    path.allows_fd = strcmp(function, "lstat") != 0;
    int dir_fd, status;
    struct stat st;
    if (!arg_as_dir_fd(dir_fd_value, &dir_fd) || !path_convert(v, &path)) return VALUE_NULL;
    if (path.text == NULL && dir_fd != AT_FDCWD) {
        return error_format(&type_ValueError, "%s: can't specify dir_fd without matching path", function);
    }
    if (path.text == NULL && !follows)
        return error_format(&type_ValueError, "%s: cannot use fd and follow_symlinks together", function);
    BLOCKING_BEGIN
    status = path.text ? fstatat(dir_fd, path.text, &st, follows ? 0 : AT_SYMLINK_NOFOLLOW) : fstat(path.fd, &st);
    BLOCKING_END
    Value result = status < 0 ? path_error(&path) : stat_result_new(&st);
    path_release(&path);
    return result;
}

FUNCTION(os_stat)
{
    ARGUMENTS("stat", 1, 1, "path", "dir_fd", "follow_symlinks");
    bool follows = true;
    if (!optional_bool(out[2], &follows)) return VALUE_NULL;
    return stat_path("stat", out[0], out[1], follows);
}

FUNCTION(os_lstat)
{
    ARGUMENTS("lstat", 1, 1, "path", "dir_fd");
    return stat_path("lstat", out[0], out[1], false);
}

FUNCTION(os_fstat)
{
    ARGUMENTS("fstat", 1, 1, "fd");
    int fd, status;
    struct stat st;
    if (!arg_as_int(out[0], &fd)) return VALUE_NULL;
    if (RETRY(status, fstat(fd, &st))) return VALUE_NULL;
    return status < 0 ? posix_error() : stat_result_new(&st);
}

static Value statvfs_result(const struct statvfs *st)
{
    Value fields[11] = {
        int_from_uint64(st->f_bsize),   int_from_uint64(st->f_frsize), int_from_uint64(st->f_blocks),
        int_from_uint64(st->f_bfree),   int_from_uint64(st->f_bavail), int_from_uint64(st->f_files),
        int_from_uint64(st->f_ffree),   int_from_uint64(st->f_favail), int_from_uint64(st->f_flag),
        int_from_uint64(st->f_namemax), int_from_uint64(st->f_fsid),
    };
    return finish_fields(statvfs_result_type, fields, COUNT_OF(fields));
}

FUNCTION(os_statvfs)
{
    ARGUMENTS("statvfs", 1, 1, "path");
    Path path = PATH_OR_FD("statvfs", "path");
    int status;
    struct statvfs st;
    if (!path_convert(out[0], &path)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = path.text ? statvfs(path.text, &st) : fstatvfs(path.fd, &st);
    BLOCKING_END
    Value result = status < 0 ? path_error(&path) : statvfs_result(&st);
    path_release(&path);
    return result;
}

FUNCTION(os_fstatvfs)
{
    int fd, status;
    struct statvfs st;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    if (RETRY(status, fstatvfs(fd, &st))) return VALUE_NULL;
    return status < 0 ? posix_error() : statvfs_result(&st);
}

FUNCTION(os_access)
{
    ARGUMENTS("access", 2, 2, "path", "mode", "dir_fd", "effective_ids", "follow_symlinks");
    Path path = PATH("access", "path");
    int mode, dir_fd, status;
    bool is_effective = false, follows = true;
    if (!arg_as_int(out[1], &mode) || !arg_as_dir_fd(out[2], &dir_fd) || !optional_bool(out[3], &is_effective) ||
        !optional_bool(out[4], &follows) || !path_convert(out[0], &path))
        return VALUE_NULL;
    int flags = (follows ? 0 : AT_SYMLINK_NOFOLLOW) | (is_effective ? AT_EACCESS : 0);
    BLOCKING_BEGIN
    status = faccessat(dir_fd, path.text, mode, flags);
    BLOCKING_END
    path_release(&path);
    return value_from_bool(status == 0);
}

/* --- permissions and owners --- */

FUNCTION(os_chmod)
{
    ARGUMENTS("chmod", 2, 2, "path", "mode", "dir_fd", "follow_symlinks");
    Path path = PATH_OR_FD("chmod", "path");
    int mode, dir_fd, status;
    bool follows = true;
    if (!arg_as_int(out[1], &mode) || !arg_as_dir_fd(out[2], &dir_fd) || !optional_bool(out[3], &follows) ||
        !path_convert(out[0], &path))
        return VALUE_NULL;
    BLOCKING_BEGIN
    if (!path.text)
        status = fchmod(path.fd, (mode_t)mode);
    else
        status = fchmodat(dir_fd, path.text, (mode_t)mode, follows ? 0 : AT_SYMLINK_NOFOLLOW);
    BLOCKING_END
    if (status < 0 && !follows && errno == ENOTSUP) {
        path_release(&path);
        return error_set(&type_NotImplementedError, dir_fd == AT_FDCWD
                                                        ? "chmod: follow_symlinks unavailable on this platform"
                                                        : "chmod: cannot use dir_fd and follow_symlinks together");
    }
    return path_none(status, &path);
}

FUNCTION(os_fchmod)
{
    ARGUMENTS("fchmod", 2, 2, "fd", "mode");
    int fd, mode, status;
    if (!arg_as_int(out[0], &fd) || !arg_as_int(out[1], &mode)) return VALUE_NULL;
    return RETRY(status, fchmod(fd, (mode_t)mode)) ? VALUE_NULL : posix_none(status);
}

FUNCTION(os_chown)
{
    ARGUMENTS("chown", 3, 3, "path", "uid", "gid", "dir_fd", "follow_symlinks");
    Path path = PATH_OR_FD("chown", "path");
    uid_t uid;
    gid_t gid;
    int dir_fd, status;
    bool follows = true;
    if (!arg_as_uid(out[1], &uid) || !arg_as_gid(out[2], &gid) || !arg_as_dir_fd(out[3], &dir_fd) ||
        !optional_bool(out[4], &follows) || !path_convert(out[0], &path))
        return VALUE_NULL;
    if (!path.text && !check_follow("chown", &path, dir_fd, follows)) return VALUE_NULL;
    BLOCKING_BEGIN
    if (!path.text)
        status = fchown(path.fd, uid, gid);
    else
        status = fchownat(dir_fd, path.text, uid, gid, follows ? 0 : AT_SYMLINK_NOFOLLOW);
    BLOCKING_END
    return path_none(status, &path);
}

FUNCTION(os_fchown)
{
    ARGUMENTS("fchown", 3, 3, "fd", "uid", "gid");
    int fd, status;
    uid_t uid;
    gid_t gid;
    if (!arg_as_int(out[0], &fd) || !arg_as_uid(out[1], &uid) || !arg_as_gid(out[2], &gid)) return VALUE_NULL;
    return RETRY(status, fchown(fd, uid, gid)) ? VALUE_NULL : posix_none(status);
}

FUNCTION(os_lchown)
{
    ARGUMENTS("lchown", 3, 3, "path", "uid", "gid");
    Path path = PATH("lchown", "path");
    uid_t uid;
    gid_t gid;
    int status;
    if (!arg_as_uid(out[1], &uid) || !arg_as_gid(out[2], &gid) || !path_convert(out[0], &path)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = lchown(path.text, uid, gid);
    BLOCKING_END
    return path_none(status, &path);
}

/* --- times --- */

/* A number of seconds, rounded down to nanoseconds. */
static bool seconds_to_timespec(Value v, struct timespec *time)
{
    if (!is_float(v)) {
        int64_t seconds;
        if (!arg_as_int64(v, &seconds)) {
            if (error_matches(&type_OverflowError)) {
                error_clear();
                error_set(&type_OverflowError, "timestamp out of range for platform time_t");
            }
            return false;
        }
        *time = (struct timespec){seconds, 0};
        return true;
    }
    double whole, fraction = modf(float_as_double(v), &whole);
    if (isnan(whole)) {
        error_set(&type_ValueError, "Invalid value NaN (not a number)");
        return false;
    }
    double nanoseconds = floor(fraction * 1e9);
    if (nanoseconds < 0) nanoseconds += 1e9, whole -= 1;
    if (nanoseconds >= 1e9) nanoseconds -= 1e9, whole += 1;
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) {
        error_set(&type_OverflowError, "timestamp out of range for platform time_t");
        return false;
    }
    *time = (struct timespec){(time_t)whole, (long)nanoseconds};
    return true;
}

static bool nanoseconds_to_timespec(Value v, struct timespec *time)
{
    Value pair = number_divmod(v, value_from_small_int(1000000000));
    if (value_is_null(pair)) return false;
    int64_t seconds, rest;
    bool done = arg_as_int64(tuple_item_borrow(pair, 0), &seconds) && arg_as_int64(tuple_item_borrow(pair, 1), &rest);
    value_decref(pair);
    if (done) *time = (struct timespec){seconds, rest};
    return done;
}

static bool utime_arguments(Value times, Value ns, struct timespec result[2])
{
    if (is_given(times) && !value_is_none(times) && is_given(ns)) {
        error_set(&type_ValueError, "utime: you may specify either 'times' or 'ns' but not both");
        return false;
    }
    if (is_given(times) && !value_is_none(times)) {
        if (!is_tuple(times) || tuple_length(times) != 2) {
            error_set(&type_TypeError, "utime: 'times' must be either a tuple of two ints or None");
            return false;
        }
        return seconds_to_timespec(tuple_item_borrow(times, 0), &result[0]) &&
               seconds_to_timespec(tuple_item_borrow(times, 1), &result[1]);
    }
    if (is_given(ns)) {
        if (!is_tuple(ns) || tuple_length(ns) != 2) {
            error_set(&type_TypeError, "utime: 'ns' must be a tuple of two ints");
            return false;
        }
        return nanoseconds_to_timespec(tuple_item_borrow(ns, 0), &result[0]) &&
               nanoseconds_to_timespec(tuple_item_borrow(ns, 1), &result[1]);
    }
    result[0] = result[1] = (struct timespec){0, UTIME_NOW};
    return true;
}

FUNCTION(os_utime)
{
    ARGUMENTS("utime", 1, 2, "path", "times", "ns", "dir_fd", "follow_symlinks");
    Path path = PATH_OR_FD("utime", "path");
    struct timespec times[2];
    int dir_fd, status;
    bool follows = true;
    if (!arg_as_dir_fd(out[3], &dir_fd) || !optional_bool(out[4], &follows) || !path_convert(out[0], &path))
        return VALUE_NULL;
    if (!utime_arguments(out[1], out[2], times) || (!path.text && !check_follow("utime", &path, dir_fd, follows))) {
        path_release(&path);
        return VALUE_NULL;
    }
    BLOCKING_BEGIN
    if (!path.text)
        status = futimens(path.fd, times);
    else
        status = utimensat(dir_fd, path.text, times, follows ? 0 : AT_SYMLINK_NOFOLLOW);
    BLOCKING_END
    return path_none(status, &path);
}

/* --- device numbers --- */

FUNCTION(os_major)
{
    uint64_t device;
    return arg_as_uint64(args[0], &device) ? value_from_small_int(major(device)) : VALUE_NULL;
}

FUNCTION(os_minor)
{
    uint64_t device;
    return arg_as_uint64(args[0], &device) ? value_from_small_int(minor(device)) : VALUE_NULL;
}

FUNCTION(os_makedev)
{
    int major_number, minor_number;
    if (!arg_as_int(args[0], &major_number) || !arg_as_int(args[1], &minor_number)) return VALUE_NULL;
    return int_from_uint64(makedev((unsigned)major_number, (unsigned)minor_number));
}

static const NativeMethod methods[] = {
    {"stat", os_stat, 0, -1, NATIVE_KEYWORDS,
     "stat($module, /, path, *, dir_fd=None, follow_symlinks=True)\n--\n\nPerform a stat system call on the given "
     "path."},
    {"lstat", os_lstat, 0, -1, NATIVE_KEYWORDS,
     "lstat($module, /, path, *, dir_fd=None)\n--\n\nPerform a stat call without following symbolic links."},
    {"fstat", os_fstat, 0, -1, NATIVE_KEYWORDS, "fstat($module, /, fd)\n--\n\nStat call on a file descriptor."},
    {"statvfs", os_statvfs, 0, -1, NATIVE_KEYWORDS,
     "statvfs($module, /, path)\n--\n\nPerform a statvfs system call on the given path."},
    {"fstatvfs", os_fstatvfs, 1, 1, 0, "fstatvfs($module, fd, /)\n--\n\nPerform an fstatvfs call on the given fd."},
    {"access", os_access, 0, -1, NATIVE_KEYWORDS,
     "access($module, /, path, mode, *, dir_fd=None, effective_ids=False,\n       follow_symlinks=True)\n--\n\n"
     "Use the real uid/gid to test for access to a path."},
    {"chmod", os_chmod, 0, -1, NATIVE_KEYWORDS,
     "chmod($module, /, path, mode, *, dir_fd=None, follow_symlinks=True)\n--\n\nChange the permissions of a file."},
    {"fchmod", os_fchmod, 0, -1, NATIVE_KEYWORDS,
     "fchmod($module, /, fd, mode)\n--\n\nChange the permissions of the file given by file descriptor fd."},
    {"chown", os_chown, 0, -1, NATIVE_KEYWORDS,
     "chown($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)\n--\n\n"
     "Change the owner and group id of path to the numeric uid and gid."},
    {"fchown", os_fchown, 0, -1, NATIVE_KEYWORDS,
     "fchown($module, /, fd, uid, gid)\n--\n\nChange the owner and group id of a file descriptor."},
    {"lchown", os_lchown, 0, -1, NATIVE_KEYWORDS,
     "lchown($module, /, path, uid, gid)\n--\n\nChange the owner and group id of path without following links."},
    {"utime", os_utime, 0, -1, NATIVE_KEYWORDS,
     "utime($module, /, path, times=None, *, ns=<unrepresentable>,\n      dir_fd=None, follow_symlinks=True)\n--\n\n"
     "Set the access and modified time of path."},
    {"major", os_major, 1, 1, 0, "major($module, device, /)\n--\n\nExtracts a device major number."},
    {"minor", os_minor, 1, 1, 0, "minor($module, device, /)\n--\n\nExtracts a device minor number."},
    {"makedev", os_makedev, 2, 2, 0,
     "makedev($module, major, minor, /)\n--\n\nComposes a raw device number from its parts."},
    {NULL},
};

static int add_type(Value module, const char *name, const StructSeqDef *definition, Type **type)
{
    if (!*type) *type = structseq_type_new(definition);
    if (!*type) return -1;
    return module_add(module, name, value_incref(value_from_object(*type)));
}

int posix_stat_exec(Value module)
{
    if (add_type(module, "stat_result", &stat_definition, &stat_result_type) < 0 ||
        add_type(module, "statvfs_result", &statvfs_definition, &statvfs_result_type) < 0)
        return -1;
    return posix_add_functions(module, methods);
}

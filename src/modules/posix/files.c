/* files.c: making, naming and removing files and directories; the current directory; extended attributes. */
#include "modules/posix/posix.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { XATTR_SIZE_MAX_ = 65536 };

FUNCTION(os_mkdir)
{
    ARGUMENTS("mkdir", 1, 2, "path", "mode", "dir_fd");
    Path path = PATH("mkdir", "path");
    int mode = 0777, dir_fd, status;
    if (!optional_int(out[1], &mode) || !arg_as_dir_fd(out[2], &dir_fd) || !path_convert(out[0], &path))
        return VALUE_NULL;
    BLOCKING_BEGIN
    status = mkdirat(dir_fd, path.text, (mode_t)mode);
    BLOCKING_END
    return path_none(status, &path);
}

static Value remove_path(const char *function, const Value *out, int flags)
{
    Path path = PATH(function, "path");
    int dir_fd, status;
    if (!arg_as_dir_fd(out[1], &dir_fd) || !path_convert(out[0], &path)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = unlinkat(dir_fd, path.text, flags);
    BLOCKING_END
    return path_none(status, &path);
}

FUNCTION(os_rmdir)
{
    ARGUMENTS("rmdir", 1, 1, "path", "dir_fd");
    return remove_path("rmdir", out, AT_REMOVEDIR);
}

FUNCTION(os_unlink)
{
    ARGUMENTS("unlink", 1, 1, "path", "dir_fd");
    return remove_path("unlink", out, 0);
}

FUNCTION(os_remove)
{
    ARGUMENTS("remove", 1, 1, "path", "dir_fd");
    return remove_path("remove", out, 0);
}

/* --- two names --- */

static Value none_or_error2(int status, Path *source, Path *target)
{
    Value result = status < 0 ? path_error2(source, target) : VALUE_NONE;
    path_release(source);
    path_release(target);
    return result;
}

static bool convert_pair(Value a, Value b, Path *source, Path *target)
{
    if (!path_convert(a, source)) return false;
    if (path_convert(b, target)) return true;
    path_release(source);
    return false;
}

static Value rename_paths(const char *function, const Value *out)
{
    Path source = PATH(function, "src"), target = PATH(function, "dst");
    int source_dir, target_dir, status;
    if (!arg_as_dir_fd(out[2], &source_dir) || !arg_as_dir_fd(out[3], &target_dir) ||
        !convert_pair(out[0], out[1], &source, &target))
        return VALUE_NULL;
    BLOCKING_BEGIN
    status = renameat(source_dir, source.text, target_dir, target.text);
    BLOCKING_END
    return none_or_error2(status, &source, &target);
}

FUNCTION(os_rename)
{
    ARGUMENTS("rename", 2, 2, "src", "dst", "src_dir_fd", "dst_dir_fd");
    return rename_paths("rename", out);
}

FUNCTION(os_replace)
{
    ARGUMENTS("replace", 2, 2, "src", "dst", "src_dir_fd", "dst_dir_fd");
    return rename_paths("replace", out);
}

FUNCTION(os_link)
{
    ARGUMENTS("link", 2, 2, "src", "dst", "src_dir_fd", "dst_dir_fd", "follow_symlinks");
    Path source = PATH("link", "src"), target = PATH("link", "dst");
    int source_dir, target_dir, status;
    bool follows = true;
    if (!arg_as_dir_fd(out[2], &source_dir) || !arg_as_dir_fd(out[3], &target_dir) ||
        !optional_bool(out[4], &follows) || !convert_pair(out[0], out[1], &source, &target))
        return VALUE_NULL;
    // As CPython: plain link(), which on Linux does not follow, unless an argument asks for linkat().
    bool is_plain = source_dir == AT_FDCWD && target_dir == AT_FDCWD && follows;
    BLOCKING_BEGIN
    status = linkat(source_dir, source.text, target_dir, target.text, follows && !is_plain ? AT_SYMLINK_FOLLOW : 0);
    BLOCKING_END
    return none_or_error2(status, &source, &target);
}

FUNCTION(os_symlink)
{
    ARGUMENTS("symlink", 2, 3, "src", "dst", "target_is_directory", "dir_fd");
    Path source = PATH("symlink", "src"), target = PATH("symlink", "dst");
    int dir_fd, status;
    bool ignored;
    if (!optional_bool(out[2], &ignored) || !arg_as_dir_fd(out[3], &dir_fd) ||
        !convert_pair(out[0], out[1], &source, &target))
        return VALUE_NULL;
    BLOCKING_BEGIN
    status = symlinkat(source.text, dir_fd, target.text);
    BLOCKING_END
    return none_or_error2(status, &source, &target);
}

FUNCTION(os_readlink)
{
    ARGUMENTS("readlink", 1, 1, "path", "dir_fd");
    Path path = PATH("readlink", "path");
    char buffer[PATH_MAX + 1];
    int dir_fd;
    ssize_t length;
    if (!arg_as_dir_fd(out[1], &dir_fd) || !path_convert(out[0], &path)) return VALUE_NULL;
    BLOCKING_BEGIN
    length = readlinkat(dir_fd, path.text, buffer, sizeof buffer - 1);
    BLOCKING_END
    Value result = length < 0 ? path_error(&path) : path_result(&path, buffer, length);
    path_release(&path);
    return result;
}

/* --- special files --- */

FUNCTION(os_mkfifo)
{
    ARGUMENTS("mkfifo", 1, 2, "path", "mode", "dir_fd");
    Path path = PATH("mkfifo", "path");
    int mode = 0666, dir_fd, status;
    if (!optional_int(out[1], &mode) || !arg_as_dir_fd(out[2], &dir_fd) || !path_convert(out[0], &path))
        return VALUE_NULL;
    bool raised = RETRY(status, mkfifoat(dir_fd, path.text, (mode_t)mode));
    if (!raised) return path_none(status, &path);
    path_release(&path);
    return VALUE_NULL;
}

FUNCTION(os_mknod)
{
    ARGUMENTS("mknod", 1, 3, "path", "mode", "device", "dir_fd");
    Path path = PATH("mknod", "path");
    int mode = 0600, dir_fd, status;
    uint64_t device = 0;
    if (!optional_int(out[1], &mode) || (is_given(out[2]) && !arg_as_uint64(out[2], &device)) ||
        !arg_as_dir_fd(out[3], &dir_fd) || !path_convert(out[0], &path))
        return VALUE_NULL;
    bool raised = RETRY(status, mknodat(dir_fd, path.text, (mode_t)mode, device));
    if (!raised) return path_none(status, &path);
    path_release(&path);
    return VALUE_NULL;
}

FUNCTION(os_umask)
{
    int mask;
    if (!arg_as_int(args[0], &mask)) return VALUE_NULL;
    return value_from_small_int(umask((mode_t)mask));
}

/* --- the current directory --- */

FUNCTION(os_chdir)
{
    ARGUMENTS("chdir", 1, 1, "path");
    Path path = PATH_OR_FD("chdir", "path");
    int status;
    if (!path_convert(out[0], &path)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = path.text ? chdir(path.text) : fchdir(path.fd);
    BLOCKING_END
    return path_none(status, &path);
}

FUNCTION(os_fchdir)
{
    ARGUMENTS("fchdir", 1, 1, "fd");
    int fd, status;
    if (!arg_as_fd(out[0], &fd)) return VALUE_NULL;
    return RETRY(status, fchdir(fd)) ? VALUE_NULL : posix_none(status);
}

FUNCTION(os_chroot)
{
    ARGUMENTS("chroot", 1, 1, "path");
    Path path = PATH("chroot", "path");
    int status;
    if (!path_convert(out[0], &path)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = chroot(path.text);
    BLOCKING_END
    return path_none(status, &path);
}

static Value current_directory(bool as_bytes)
{
    char *name;
    BLOCKING_BEGIN
    name = getcwd(NULL, 0);
    BLOCKING_END
    if (!name) return posix_error();
    ssize_t length = (ssize_t)strlen(name);
    Value result = as_bytes ? bytes_new(name, length) : str_decode_fs(name, length);
    free(name);
    return result;
}

FUNCTION(os_getcwd)
{
    return current_directory(false);
}

FUNCTION(os_getcwdb)
{
    return current_directory(true);
}

/* --- extended attributes --- */

static bool xattr_paths(const char *function, Value file, Value name, Value follows_value, Path *path, Path *attribute,
                        bool *follows)
{
    *path = PATH_OR_FD(function, "path");
    *attribute = PATH(function, "attribute");
    *follows = true;
    if (!optional_bool(follows_value, follows) || !path_convert(file, path)) return false;
    if (!path->text && !*follows) {
        error_format(&type_ValueError, "%s: cannot use fd and follow_symlinks together", function);
        return false;
    }
    if (path_convert(name, attribute)) return true;
    path_release(path);
    return false;
}

FUNCTION(os_getxattr)
{
    ARGUMENTS("getxattr", 2, 2, "path", "attribute", "follow_symlinks");
    Path path, attribute;
    bool follows;
    if (!xattr_paths("getxattr", out[0], out[1], out[2], &path, &attribute, &follows)) return VALUE_NULL;
    static const ssize_t sizes[] = {128, XATTR_SIZE_MAX_};
    Value result = VALUE_NULL;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        ssize_t got;
        result = bytes_new(NULL, sizes[i]);
        if (value_is_null(result)) break;
        char *data = as_bytes(result)->data;
        size_t room = (size_t)sizes[i];
        BLOCKING_BEGIN
        if (!path.text)
            got = fgetxattr(path.fd, attribute.text, data, room);
        else if (follows)
            got = getxattr(path.text, attribute.text, data, room);
        else
            got = lgetxattr(path.text, attribute.text, data, room);
        BLOCKING_END
        if (got >= 0) {
            if (bytes_resize(&result, got) < 0) result = VALUE_NULL;
            break;
        }
        int error = errno;
        value_clear(&result);
        errno = error;
        if (error == ERANGE && i == 0) continue;
        path_error(&path);
        break;
    }
    path_release(&path);
    path_release(&attribute);
    return result;
}

FUNCTION(os_setxattr)
{
    ARGUMENTS("setxattr", 3, 4, "path", "attribute", "value", "flags", "follow_symlinks");
    Path path, attribute;
    Buffer view;
    bool follows;
    int flags = 0, status;
    if (!optional_int(out[3], &flags) || !xattr_paths("setxattr", out[0], out[1], out[4], &path, &attribute, &follows))
        return VALUE_NULL;
    Value result = VALUE_NULL;
    if (buffer_get(out[2], &view, BUFFER_SIMPLE) == 0) {
        BLOCKING_BEGIN
        size_t size = (size_t)view.length;
        if (!path.text)
            status = fsetxattr(path.fd, attribute.text, view.data, size, flags);
        else if (follows)
            status = setxattr(path.text, attribute.text, view.data, size, flags);
        else
            status = lsetxattr(path.text, attribute.text, view.data, size, flags);
        BLOCKING_END
        result = status < 0 ? path_error(&path) : VALUE_NONE;
        buffer_release(&view);
    }
    path_release(&path);
    path_release(&attribute);
    return result;
}

FUNCTION(os_removexattr)
{
    ARGUMENTS("removexattr", 2, 2, "path", "attribute", "follow_symlinks");
    Path path, attribute;
    bool follows;
    int status;
    if (!xattr_paths("removexattr", out[0], out[1], out[2], &path, &attribute, &follows)) return VALUE_NULL;
    BLOCKING_BEGIN
    if (!path.text)
        status = fremovexattr(path.fd, attribute.text);
    else if (follows)
        status = removexattr(path.text, attribute.text);
    else
        status = lremovexattr(path.text, attribute.text);
    BLOCKING_END
    path_release(&attribute);
    return path_none(status, &path);
}

/* The names between the zero bytes. */
static Value split_names(const char *data, ssize_t length)
{
    Value names = list_new(0);
    for (const char *at = data, *end = data + length; !value_is_null(names) && at < end; at += strlen(at) + 1) {
        Value name = str_decode_fs(at, (ssize_t)strlen(at));
        if (value_is_null(name) || list_append_steal(names, name) < 0) value_clear(&names);
    }
    return names;
}

FUNCTION(os_listxattr)
{
    ARGUMENTS("listxattr", 0, 1, "path", "follow_symlinks");
    Path path = PATH_OR_FD("listxattr", "path");
    bool follows = true;
    ssize_t got;
    path.allows_none = true;
    if (!optional_bool(out[1], &follows) || !path_convert(out[0], &path)) return VALUE_NULL;
    const char *name = path.text ? path.text : ".";
    bool is_fd = !path.text && is_given(path.object);
    if (is_fd && !follows) return error_set(&type_ValueError, "listxattr: cannot use fd and follow_symlinks together");
    char *data = raw_alloc(XATTR_SIZE_MAX_);
    if (!data) {
        path_release(&path);
        return error_no_memory();
    }
    BLOCKING_BEGIN
    if (is_fd)
        got = flistxattr(path.fd, data, XATTR_SIZE_MAX_);
    else if (follows)
        got = listxattr(name, data, XATTR_SIZE_MAX_);
    else
        got = llistxattr(name, data, XATTR_SIZE_MAX_);
    BLOCKING_END
    Value result = got < 0 ? path_error(&path) : split_names(data, got);
    raw_free(data);
    path_release(&path);
    return result;
}

static const NativeMethod methods[] = {
    {"mkdir", os_mkdir, 0, -1, NATIVE_KEYWORDS,
     "mkdir($module, /, path, mode=511, *, dir_fd=None)\n--\n\nCreate a directory."},
    {"rmdir", os_rmdir, 0, -1, NATIVE_KEYWORDS, "rmdir($module, /, path, *, dir_fd=None)\n--\n\nRemove a directory."},
    {"unlink", os_unlink, 0, -1, NATIVE_KEYWORDS,
     "unlink($module, /, path, *, dir_fd=None)\n--\n\nRemove a file (same as remove())."},
    {"remove", os_remove, 0, -1, NATIVE_KEYWORDS,
     "remove($module, /, path, *, dir_fd=None)\n--\n\nRemove a file (same as unlink())."},
    {"rename", os_rename, 0, -1, NATIVE_KEYWORDS,
     "rename($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\nRename a file or directory."},
    {"replace", os_replace, 0, -1, NATIVE_KEYWORDS,
     "replace($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\n"
     "Rename a file or directory, overwriting the destination."},
    {"link", os_link, 0, -1, NATIVE_KEYWORDS,
     "link($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,\n     follow_symlinks=True)\n--\n\n"
     "Create a hard link to a file."},
    {"symlink", os_symlink, 0, -1, NATIVE_KEYWORDS,
     "symlink($module, /, src, dst, target_is_directory=False, *, dir_fd=None)\n--\n\n"
     "Create a symbolic link pointing to src named dst."},
    {"readlink", os_readlink, 0, -1, NATIVE_KEYWORDS,
     "readlink($module, /, path, *, dir_fd=None)\n--\n\nReturn the path to which the symbolic link points."},
    {"mkfifo", os_mkfifo, 0, -1, NATIVE_KEYWORDS,
     "mkfifo($module, /, path, mode=438, *, dir_fd=None)\n--\n\nCreate a \"fifo\" (a POSIX named pipe)."},
    {"mknod", os_mknod, 0, -1, NATIVE_KEYWORDS,
     "mknod($module, /, path, mode=384, device=0, *, dir_fd=None)\n--\n\nCreate a node in the file system."},
    {"umask", os_umask, 1, 1, 0,
     "umask($module, mask, /)\n--\n\nSet the current numeric umask and return the previous umask."},
    {"chdir", os_chdir, 0, -1, NATIVE_KEYWORDS,
     "chdir($module, /, path)\n--\n\nChange the current working directory to the specified path."},
    {"fchdir", os_fchdir, 0, -1, NATIVE_KEYWORDS,
     "fchdir($module, /, fd)\n--\n\nChange to the directory of the given file descriptor."},
    {"chroot", os_chroot, 0, -1, NATIVE_KEYWORDS, "chroot($module, /, path)\n--\n\nChange root directory to path."},
    {"getcwd", os_getcwd, 0, 0, 0,
     "getcwd($module, /)\n--\n\nReturn a unicode string representing the current working directory."},
    {"getcwdb", os_getcwdb, 0, 0, 0,
     "getcwdb($module, /)\n--\n\nReturn a bytes string representing the current working directory."},
    {"getxattr", os_getxattr, 0, -1, NATIVE_KEYWORDS,
     "getxattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nThe value of an extended attribute."},
    {"setxattr", os_setxattr, 0, -1, NATIVE_KEYWORDS,
     "setxattr($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)\n--\n\n"
     "Set an extended attribute."},
    {"removexattr", os_removexattr, 0, -1, NATIVE_KEYWORDS,
     "removexattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nRemove an extended attribute."},
    {"listxattr", os_listxattr, 0, -1, NATIVE_KEYWORDS,
     "listxattr($module, /, path=None, *, follow_symlinks=True)\n--\n\nThe names of a file's extended attributes."},
    {NULL},
};

int posix_files_exec(Value module)
{
    return posix_add_functions(module, methods);
}

/* directory.c: listdir, scandir and its DirEntry objects.
 *
 * A DirEntry keeps the kind of file that readdir told and asks the system for more only when it must; what stat and
 * lstat gave is kept. */
#include "modules/posix/posix.h"

#include <dirent.h>
#include <sys/stat.h>

#include "modules/posix/stat_result.h"
#include "objects/function.h"

static bool is_dot_name(const char *name)
{
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

static DIR *open_directory(const Path *path)
{
    DIR *dir;
    BLOCKING_BEGIN
    if (path->text || !is_given(path->object)) {
        dir = opendir(path->text ? path->text : ".");
    } else {
        int fd = fcntl(path->fd, F_DUPFD_CLOEXEC, 0);
        dir = fd < 0 ? NULL : fdopendir(fd);
        if (!dir && fd >= 0) close(fd);
    }
    BLOCKING_END
    return dir;
}

static void close_directory(DIR *dir, bool is_fd)
{
    BLOCKING_BEGIN
    if (is_fd) rewinddir(dir); // the caller's descriptor shares the position
    closedir(dir);
    BLOCKING_END
}

/* The next entry but "." and ".."; NULL with errno 0 at the end. */
static struct dirent *next_entry(DIR *dir)
{
    struct dirent *entry;
    BLOCKING_BEGIN
    do {
        errno = 0;
        entry = readdir(dir);
    } while (entry && is_dot_name(entry->d_name));
    BLOCKING_END
    return entry;
}

FUNCTION(os_listdir)
{
    ARGUMENTS("listdir", 0, 1, "path");
    Path path = PATH_OR_FD("listdir", "path");
    path.allows_none = true;
    if (!path_convert(out[0], &path)) return VALUE_NULL;
    DIR *dir = open_directory(&path);
    if (!dir) {
        path_error(&path);
        path_release(&path);
        return VALUE_NULL;
    }
    Value names = list_new(0);
    while (!value_is_null(names)) {
        struct dirent *entry = next_entry(dir);
        if (!entry) {
            if (errno) {
                path_error(&path);
                value_clear(&names);
            }
            break;
        }
        Value name = path_result(&path, entry->d_name, (ssize_t)strlen(entry->d_name));
        if (value_is_null(name) || list_append_steal(names, name) < 0) value_clear(&names);
    }
    close_directory(dir, !path.text && is_given(path.object));
    path_release(&path);
    return names;
}

/* --- DirEntry --- */

typedef struct DirEntry {
    Object head;
    Value name, path;           /* owned: as the caller sees them */
    NULLABLE Value stat, lstat; /* owned: kept results */
    int dir_fd;                 /* -1: path is to be used; else name relative to it */
    unsigned char kind;         /* d_type */
    ino_t inode;
} DirEntry;

static Type entry_type;

static DirEntry *as_entry(Value v)
{
    return (DirEntry *)value_as_object(v);
}

static void entry_destroy(Object *self)
{
    DirEntry *entry = (DirEntry *)self;
    value_xdecref(entry->name);
    value_xdecref(entry->path);
    value_xdecref(entry->stat);
    value_xdecref(entry->lstat);
    object_free(self, sizeof(DirEntry));
}

static int raw_stat(const DirEntry *entry, bool follows, struct stat *st)
{
    int status;
    Value name = str_encode_fs(entry->dir_fd >= 0 ? entry->name : entry->path);
    if (value_is_null(name)) return -2;
    const char *text = as_bytes(name)->data;
    BLOCKING_BEGIN
    status = fstatat(entry->dir_fd >= 0 ? entry->dir_fd : AT_FDCWD, text, st, follows ? 0 : AT_SYMLINK_NOFOLLOW);
    BLOCKING_END
    int error = errno;
    value_decref(name);
    errno = error;
    return status;
}

static Value fetch_stat(const DirEntry *entry, bool follows)
{
    struct stat st;
    int status = raw_stat(entry, follows, &st);
    if (status == 0) return stat_result_new(&st);
    return status == -2 ? VALUE_NULL : error_os(&type_OSError, errno, entry->path);
}

static bool is_symlink(const DirEntry *entry, bool *failed);

/* The stat result, kept for the next time; borrowed. */
static Value cached_stat_borrow(DirEntry *entry, bool follows)
{
    bool failed = false;
    bool via_link = follows && is_symlink(entry, &failed);
    if (failed) return VALUE_NULL;
    Value *place = via_link ? &entry->stat : &entry->lstat;
    if (value_is_null(*place)) *place = fetch_stat(entry, via_link);
    return *place;
}

static bool mode_of(DirEntry *entry, bool follows, mode_t *mode)
{
    Value st = cached_stat_borrow(entry, follows);
    if (value_is_null(st)) return false;
    *mode = (mode_t)value_as_small_int(tuple_item_borrow(st, 0));
    return true;
}

static bool is_symlink(const DirEntry *entry, bool *failed)
{
    if (entry->kind != DT_UNKNOWN) return entry->kind == DT_LNK;
    mode_t mode;
    *failed = !mode_of((DirEntry *)entry, false, &mode);
    return !*failed && S_ISLNK(mode);
}

/* Is it of the kind? A file that is not there is not an error. */
static Value test_kind(DirEntry *entry, bool follows, unsigned char kind, mode_t format)
{
    bool failed = false;
    bool needs_stat = entry->kind == DT_UNKNOWN || (follows && is_symlink(entry, &failed));
    if (failed) goto failure;
    if (!needs_stat) return value_from_bool(entry->kind == kind);
    mode_t mode;
    if (mode_of(entry, follows, &mode)) return value_from_bool((mode & S_IFMT) == format);
failure:
    return error_catch(&type_FileNotFoundError) ? VALUE_FALSE : VALUE_NULL;
}

static bool parse_follows(const char *function, const Value *args, ssize_t nargs, Value kwnames, bool *follows)
{
    static const char *const names[] = {"follow_symlinks", NULL};
    const ArgSpec spec = {function, names, 0, 0, 0};
    Value out[1];
    *follows = true;
    return args_parse(&spec, args, nargs, kwnames, out) && optional_bool(out[0], follows);
}

FUNCTION(entry_is_dir)
{
    bool follows;
    if (!parse_follows("is_dir", args, nargs, kwnames, &follows)) return VALUE_NULL;
    return test_kind(as_entry(self), follows, DT_DIR, S_IFDIR);
}

FUNCTION(entry_is_file)
{
    bool follows;
    if (!parse_follows("is_file", args, nargs, kwnames, &follows)) return VALUE_NULL;
    return test_kind(as_entry(self), follows, DT_REG, S_IFREG);
}

FUNCTION(entry_is_symlink)
{
    return test_kind(as_entry(self), false, DT_LNK, S_IFLNK);
}

FUNCTION(entry_stat)
{
    bool follows;
    if (!parse_follows("stat", args, nargs, kwnames, &follows)) return VALUE_NULL;
    Value st = cached_stat_borrow(as_entry(self), follows);
    return value_is_null(st) ? VALUE_NULL : value_incref(st);
}

FUNCTION(entry_inode)
{
    return int_from_uint64(as_entry(self)->inode);
}

FUNCTION(entry_fspath)
{
    return value_incref(as_entry(self)->path);
}

static Value entry_repr(Value self)
{
    return str_format("<DirEntry %R>", as_entry(self)->name);
}

static const NativeMethod entry_methods[] = {
    {"is_dir", entry_is_dir, 0, -1, NATIVE_KEYWORDS,
     "is_dir($self, /, *, follow_symlinks=True)\n--\n\nReturn True if the entry is a directory; cached per entry."},
    {"is_file", entry_is_file, 0, -1, NATIVE_KEYWORDS,
     "is_file($self, /, *, follow_symlinks=True)\n--\n\nReturn True if the entry is a file; cached per entry."},
    {"is_symlink", entry_is_symlink, 0, 0, 0,
     "is_symlink($self, /)\n--\n\nReturn True if the entry is a symbolic link; cached per entry."},
    {"stat", entry_stat, 0, -1, NATIVE_KEYWORDS,
     "stat($self, /, *, follow_symlinks=True)\n--\n\nReturn stat_result object for the entry; cached per entry."},
    {"inode", entry_inode, 0, 0, 0, "inode($self, /)\n--\n\nReturn inode of the entry; cached per entry."},
    {"__fspath__", entry_fspath, 0, 0, 0, "__fspath__($self, /)\n--\n\nReturns the path for the entry."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

static const NativeMember entry_members[] = {
    {"name", MEMBER_VALUE_EX, offsetof(DirEntry, name), true,
     "the entry's base filename, relative to scandir() \"path\" argument"},
    {"path", MEMBER_VALUE_EX, offsetof(DirEntry, path), true,
     "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)"},
    {NULL},
};

static Type entry_type = {
    .head = TYPE_HEAD,
    .name = "posix.DirEntry",
    .instance_size = sizeof(DirEntry),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = entry_destroy,
    .repr = entry_repr,
    .methods = entry_methods,
    .members = entry_members,
};

/* --- scandir --- */

typedef struct ScandirIterator {
    Object head;
    NULLABLE DIR *dir; /* NULL: closed */
    Path path;         /* `object` owned here */
} ScandirIterator;

static Type iterator_type;

static ScandirIterator *as_iterator(Value v)
{
    return (ScandirIterator *)value_as_object(v);
}

static void iterator_close(ScandirIterator *iterator)
{
    DIR *dir = iterator->dir;
    iterator->dir = NULL;
    if (dir) close_directory(dir, !iterator->path.text && is_given(iterator->path.object));
}

static void iterator_finalize(Value self)
{
    ScandirIterator *iterator = as_iterator(self);
    if (!iterator->dir) return;
    Value saved = error_fetch();
    if (warn_format(&type_ResourceWarning, 1, "unclosed scandir iterator %R", self) < 0)
        error_write_unraisable(self, NULL);
    error_restore(saved);
    iterator_close(iterator);
}

static void iterator_destroy(Object *self)
{
    ScandirIterator *iterator = (ScandirIterator *)self;
    self->refcount++; // alive for the warning's sake
    iterator_finalize(value_from_object(self));
    if (--self->refcount > 0) return;
    value_xdecref(iterator->path.object);
    path_release(&iterator->path);
    object_free(self, sizeof(ScandirIterator));
}

/* The directory's name joined with the entry's. */
static Value joined_path(const Path *path, const char *name)
{
    size_t name_length = strlen(name);
    const char *directory = path->text ? path->text : is_given(path->object) ? NULL : ".";
    if (!directory) return path_result(path, name, (ssize_t)name_length);
    size_t length = strlen(directory);
    bool adds_slash = length > 0 && directory[length - 1] != '/';
    char *joined = raw_alloc(length + name_length + 2);
    if (!joined) return error_no_memory();
    memcpy(joined, directory, length);
    if (adds_slash) joined[length++] = '/';
    memcpy(joined + length, name, name_length + 1);
    Value result = path_result(path, joined, (ssize_t)(length + name_length));
    raw_free(joined);
    return result;
}

static Value make_entry(const ScandirIterator *iterator, const struct dirent *source)
{
    DirEntry *entry = object_alloc_zeroed(&entry_type, sizeof(DirEntry));
    if (!entry) return VALUE_NULL;
    const Path *path = &iterator->path;
    entry->dir_fd = !path->text && is_given(path->object) ? path->fd : -1;
    entry->kind = source->d_type;
    entry->inode = source->d_ino;
    entry->name = path_result(path, source->d_name, (ssize_t)strlen(source->d_name));
    if (!value_is_null(entry->name)) entry->path = joined_path(path, source->d_name);
    if (!value_is_null(entry->name) && !value_is_null(entry->path)) return value_from_object(entry);
    object_decref(&entry->head);
    return VALUE_NULL;
}

static Value iterator_next(Value self)
{
    ScandirIterator *iterator = as_iterator(self);
    if (!iterator->dir) return VALUE_NULL;
    struct dirent *source = next_entry(iterator->dir);
    Value result = VALUE_NULL;
    if (source) {
        result = make_entry(iterator, source);
        if (!value_is_null(result)) return result;
    } else if (errno) {
        path_error(&iterator->path);
    }
    iterator_close(iterator); // at the end, and after an error
    return VALUE_NULL;
}

FUNCTION(iterator_close_method)
{
    iterator_close(as_iterator(self));
    return VALUE_NONE;
}

FUNCTION(iterator_enter)
{
    return value_incref(self);
}

static Value iterator_iter(Value self)
{
    return value_incref(self);
}

static const NativeMethod iterator_methods[] = {
    {"close", iterator_close_method, 0, 0, 0, NULL},
    {"__enter__", iterator_enter, 0, 0, 0, NULL},
    {"__exit__", iterator_close_method, 0, -1, 0, NULL},
    {NULL},
};

static Type iterator_type = {
    .head = TYPE_HEAD,
    .name = "posix.ScandirIterator",
    .instance_size = sizeof(ScandirIterator),
    .flags = TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = iterator_destroy,
    .finalize = iterator_finalize,
    .iter = iterator_iter,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

FUNCTION(os_scandir)
{
    ARGUMENTS("scandir", 0, 1, "path");
    Path path = PATH_OR_FD("scandir", "path");
    path.allows_none = true;
    if (!path_convert(out[0], &path)) return VALUE_NULL;
    DIR *dir = open_directory(&path);
    if (!dir) {
        path_error(&path);
        path_release(&path);
        return VALUE_NULL;
    }
    ScandirIterator *iterator = object_alloc_zeroed(&iterator_type, sizeof(ScandirIterator));
    if (!iterator) {
        close_directory(dir, false);
        path_release(&path);
        return VALUE_NULL;
    }
    iterator->dir = dir;
    iterator->path = path;
    value_xincref(path.object);
    return value_from_object(iterator);
}

static const NativeMethod methods[] = {
    {"listdir", os_listdir, 0, -1, NATIVE_KEYWORDS,
     "listdir($module, /, path=None)\n--\n\nReturn a list containing the names of the files in the directory."},
    {"scandir", os_scandir, 0, -1, NATIVE_KEYWORDS,
     "scandir($module, /, path=None)\n--\n\nReturn an iterator of DirEntry objects for given path."},
    {NULL},
};

int posix_directory_exec(Value module)
{
    if (type_ready(&iterator_type) < 0 || module_add_type(module, &entry_type) < 0) return -1;
    return posix_add_functions(module, methods);
}

/* stat.c: the module _stat: file modes: their bits by name, tests and text. */
#include <sys/stat.h>

#include "modules/arguments.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"

static bool arg_as_mode(Value v, unsigned *mode)
{
    uint64_t bits;
    if (!arg_as_uint64(v, &bits)) return false;
    if (bits > UINT32_MAX) {
        error_set(&type_OverflowError, "mode out of range");
        return false;
    }
    *mode = (unsigned)bits;
    return true;
}

#define TEST(name, expression)                                                                                         \
    FUNCTION(stat_##name)                                                                                              \
    {                                                                                                                  \
        unsigned mode;                                                                                                 \
        return arg_as_mode(args[0], &mode) ? value_from_bool(expression) : VALUE_NULL;                                 \
    }

TEST(S_ISDIR, S_ISDIR(mode))
TEST(S_ISCHR, S_ISCHR(mode))
TEST(S_ISBLK, S_ISBLK(mode))
TEST(S_ISREG, S_ISREG(mode))
TEST(S_ISFIFO, S_ISFIFO(mode))
TEST(S_ISLNK, S_ISLNK(mode))
TEST(S_ISSOCK, S_ISSOCK(mode))
TEST(S_ISDOOR, false && mode)
TEST(S_ISPORT, false && mode)
TEST(S_ISWHT, false && mode)

FUNCTION(stat_S_IMODE)
{
    unsigned mode;
    return arg_as_mode(args[0], &mode) ? value_from_small_int(mode & 07777) : VALUE_NULL;
}

FUNCTION(stat_S_IFMT)
{
    unsigned mode;
    return arg_as_mode(args[0], &mode) ? value_from_small_int(mode & S_IFMT) : VALUE_NULL;
}

static char kind_letter(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return '-';
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFBLK: return 'b';
    case S_IFCHR: return 'c';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    default: return '?';
    }
}

FUNCTION(stat_filemode)
{
    unsigned mode;
    if (!arg_as_mode(args[0], &mode)) return VALUE_NULL;
    char text[10] = {kind_letter(mode)};
    for (int i = 0; i < 9; i++) text[1 + i] = mode & (0400u >> i) ? "rwx"[i % 3] : '-';
    if (mode & S_ISUID) text[3] = mode & S_IXUSR ? 's' : 'S';
    if (mode & S_ISGID) text[6] = mode & S_IXGRP ? 's' : 'S';
    if (mode & S_ISVTX) text[9] = mode & S_IXOTH ? 't' : 'T';
    return str_from_latin1(text, sizeof text);
}

#define METHOD(name, text)                                                                                             \
    {                                                                                                                  \
#name, stat_##name, 1, 1, 0, text                                                                              \
    }

static const NativeMethod methods[] = {
    METHOD(S_ISDIR, "S_ISDIR(mode) -> bool\n\nReturn True if mode is from a directory."),
    METHOD(S_ISCHR, "S_ISCHR(mode) -> bool\n\nReturn True if mode is from a character special device file."),
    METHOD(S_ISBLK, "S_ISBLK(mode) -> bool\n\nReturn True if mode is from a block special device file."),
    METHOD(S_ISREG, "S_ISREG(mode) -> bool\n\nReturn True if mode is from a regular file."),
    METHOD(S_ISFIFO, "S_ISFIFO(mode) -> bool\n\nReturn True if mode is from a FIFO (named pipe)."),
    METHOD(S_ISLNK, "S_ISLNK(mode) -> bool\n\nReturn True if mode is from a symbolic link."),
    METHOD(S_ISSOCK, "S_ISSOCK(mode) -> bool\n\nReturn True if mode is from a socket."),
    METHOD(S_ISDOOR, "S_ISDOOR(mode) -> bool\n\nReturn True if mode is from a door."),
    METHOD(S_ISPORT, "S_ISPORT(mode) -> bool\n\nReturn True if mode is from an event port."),
    METHOD(S_ISWHT, "S_ISWHT(mode) -> bool\n\nReturn True if mode is from a whiteout."),
    METHOD(S_IMODE, "Return the portion of the file's mode that can be set by os.chmod()."),
    METHOD(S_IFMT, "Return the portion of the file's mode that describes the file type."),
    METHOD(filemode, "Convert a file's mode to a string of the form '-rwxrwxrwx'"),
    {NULL},
};

static const struct {
    const char *name;
    int64_t value;
} constants[] = {
    {"S_IFDIR", S_IFDIR},
    {"S_IFCHR", S_IFCHR},
    {"S_IFBLK", S_IFBLK},
    {"S_IFREG", S_IFREG},
    {"S_IFIFO", S_IFIFO},
    {"S_IFLNK", S_IFLNK},
    {"S_IFSOCK", S_IFSOCK},
    {"S_IFDOOR", 0},
    {"S_IFPORT", 0},
    {"S_IFWHT", 0},
    {"S_ISUID", S_ISUID},
    {"S_ISGID", S_ISGID},
    {"S_ISVTX", S_ISVTX},
    {"S_ENFMT", S_ISGID},
    {"S_IREAD", S_IRUSR},
    {"S_IWRITE", S_IWUSR},
    {"S_IEXEC", S_IXUSR},
    {"S_IRWXU", S_IRWXU},
    {"S_IRUSR", S_IRUSR},
    {"S_IWUSR", S_IWUSR},
    {"S_IXUSR", S_IXUSR},
    {"S_IRWXG", S_IRWXG},
    {"S_IRGRP", S_IRGRP},
    {"S_IWGRP", S_IWGRP},
    {"S_IXGRP", S_IXGRP},
    {"S_IRWXO", S_IRWXO},
    {"S_IROTH", S_IROTH},
    {"S_IWOTH", S_IWOTH},
    {"S_IXOTH", S_IXOTH},
    {"UF_NODUMP", 1},
    {"UF_IMMUTABLE", 2},
    {"UF_APPEND", 4},
    {"UF_OPAQUE", 8},
    {"UF_NOUNLINK", 16},
    {"UF_COMPRESSED", 32},
    {"UF_HIDDEN", 0x8000},
    {"SF_ARCHIVED", 1 << 16},
    {"SF_IMMUTABLE", 1 << 17},
    {"SF_APPEND", 1 << 18},
    {"SF_NOUNLINK", 1 << 20},
    {"SF_SNAPSHOT", 1 << 21},
    {"ST_MODE", 0},
    {"ST_INO", 1},
    {"ST_DEV", 2},
    {"ST_NLINK", 3},
    {"ST_UID", 4},
    {"ST_GID", 5},
    {"ST_SIZE", 6},
    {"ST_ATIME", 7},
    {"ST_MTIME", 8},
    {"ST_CTIME", 9},
};

static int exec(Value module)
{
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add_int(module, constants[i].name, constants[i].value) < 0) return -1;
    return 0;
}

NATIVE_MODULE(_stat) = {
    .name = "_stat",
    .doc = "S_IFMT_: file type bits; S_I: permission bits; ST_: indices of os.stat_result; UF_, SF_: flags of BSD.",
    .methods = methods,
    .exec = exec,
};

/* accounts.c: the modules pwd and grp: the databases of users and groups. */
#define _GNU_SOURCE
#include <grp.h>
#include <pwd.h>

#include "modules/posix/posix.h"

static Type *passwd_type, *group_type;

static Value text_or_none(const char *text)
{
    return text ? str_decode_fs(text, (ssize_t)strlen(text)) : VALUE_NONE;
}

/* Any of the fields may be an error. Steals them. */
static Value finish(Type *type, Value *fields, size_t count)
{
    bool is_complete = true;
    for (size_t i = 0; i < count; i++) is_complete &= !value_is_null(fields[i]);
    if (is_complete) return structseq_new(type, fields);
    for (size_t i = 0; i < count; i++) value_xdecref(fields[i]);
    return VALUE_NULL;
}

/* Reads an entry with a buffer that grows: `call` is getpwuid_r or one of its relatives. `found` stays NULL if none. */
#define LOOK_UP(found, error, buffer, call)                                                                            \
    do {                                                                                                               \
        (error) = ERANGE;                                                                                              \
        for (size_t room = 1024; (error) == ERANGE && room < (1u << 28); room *= 2) {                                  \
            raw_free(buffer);                                                                                          \
            if (!((buffer) = raw_alloc(room))) return error_no_memory();                                               \
            BLOCKING_BEGIN(error) = (call);                                                                            \
            BLOCKING_END                                                                                               \
        }                                                                                                              \
        if ((error) == ENOENT || (error) == ESRCH || (error) == EBADF || (error) == EPERM) (error) = 0;                \
    } while (0)

/* --- pwd --- */

static const StructSeqField passwd_fields[] = {
    {"pw_name", "user name"},  {"pw_passwd", "password"},    {"pw_uid", "user id"},         {"pw_gid", "group id"},
    {"pw_gecos", "real name"}, {"pw_dir", "home directory"}, {"pw_shell", "shell program"}, {NULL, NULL},
};
static const StructSeqDef passwd_definition = {
    "pwd.struct_passwd",
    "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n"
    "  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\n"
    "or via the object attributes as named in the above tuple.",
    passwd_fields, 7};

static Value passwd_value(const struct passwd *entry)
{
    Value fields[7] = {text_or_none(entry->pw_name), text_or_none(entry->pw_passwd), uid_value(entry->pw_uid),
                       uid_value(entry->pw_gid),     text_or_none(entry->pw_gecos),  text_or_none(entry->pw_dir),
                       text_or_none(entry->pw_shell)};
    return finish(passwd_type, fields, COUNT_OF(fields));
}

FUNCTION(pwd_getpwuid)
{
    uid_t uid;
    if (!arg_as_uid(args[0], &uid)) {
        if (error_catch(&type_OverflowError)) return error_format(&type_KeyError, "getpwuid(): uid not found");
        return VALUE_NULL;
    }
    struct passwd entry, *found = NULL;
    char *buffer = NULL;
    int error;
    LOOK_UP(found, error, buffer, getpwuid_r(uid, &entry, buffer, room, &found));
    Value result;
    errno = error;
    if (found)
        result = passwd_value(found);
    else if (error)
        result = posix_error();
    else
        result = error_format(&type_KeyError, "getpwuid(): uid not found: %S", args[0]);
    raw_free(buffer);
    return result;
}

FUNCTION(pwd_getpwnam)
{
    if (!is_str(args[0])) return error_bad_argument("getpwnam", 0, "str", args[0]);
    Value name = str_encode_fs(args[0]);
    if (value_is_null(name)) return VALUE_NULL;
    const char *text = as_bytes(name)->data;
    struct passwd entry, *found = NULL;
    char *buffer = NULL;
    int error;
    LOOK_UP(found, error, buffer, getpwnam_r(text, &entry, buffer, room, &found));
    Value result;
    errno = error;
    if (found)
        result = passwd_value(found);
    else if (error)
        result = posix_error();
    else
        result = error_format(&type_KeyError, "getpwnam(): name not found: %R", args[0]);
    raw_free(buffer);
    value_decref(name);
    return result;
}

FUNCTION(pwd_getpwall)
{
    Value list = list_new(0);
    setpwent();
    for (struct passwd *entry; !value_is_null(list) && (entry = getpwent());) {
        Value value = passwd_value(entry);
        if (value_is_null(value) || list_append_steal(list, value) < 0) value_clear(&list);
    }
    endpwent();
    return list;
}

static const NativeMethod pwd_methods[] = {
    {"getpwuid", pwd_getpwuid, 1, 1, 0,
     "getpwuid($module, uidobj, /)\n--\n\nReturn the password database entry for the given numeric user ID."},
    {"getpwnam", pwd_getpwnam, 1, 1, 0,
     "getpwnam($module, name, /)\n--\n\nReturn the password database entry for the given user name."},
    {"getpwall", pwd_getpwall, 0, 0, 0,
     "getpwall($module, /)\n--\n\nReturn a list of all available password database entries, in arbitrary order."},
    {NULL},
};

static int pwd_exec(Value module)
{
    if (!passwd_type) passwd_type = structseq_type_new(&passwd_definition);
    return passwd_type ? module_add(module, "struct_passwd", value_incref(value_from_object(passwd_type))) : -1;
}

NATIVE_MODULE(pwd) = {
    .name = "pwd",
    .doc = "This module provides access to the Unix password database.",
    .methods = pwd_methods,
    .exec = pwd_exec,
};

/* --- grp --- */

static const StructSeqField group_fields[] = {
    {"gr_name", "group name"},
    {"gr_passwd", "password"},
    {"gr_gid", "group id"},
    {"gr_mem", "group members"},
    {NULL, NULL},
};
static const StructSeqDef group_definition = {
    "grp.struct_group",
    "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n"
    "  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.",
    group_fields, 4};

static Value members_list(char **members)
{
    Value list = list_new(0);
    for (char **member = members; !value_is_null(list) && *member; member++) {
        Value name = text_or_none(*member);
        if (value_is_null(name) || list_append_steal(list, name) < 0) value_clear(&list);
    }
    return list;
}

static Value group_value(const struct group *entry)
{
    Value fields[4] = {text_or_none(entry->gr_name), text_or_none(entry->gr_passwd), uid_value(entry->gr_gid),
                       members_list(entry->gr_mem)};
    return finish(group_type, fields, COUNT_OF(fields));
}

FUNCTION(grp_getgrgid)
{
    ARGUMENTS("getgrgid", 1, 1, "id");
    gid_t gid;
    if (!arg_as_gid(out[0], &gid)) {
        if (error_catch(&type_OverflowError))
            return error_format(&type_KeyError, "getgrgid(): gid not found: %S", out[0]);
        return VALUE_NULL;
    }
    struct group entry, *found = NULL;
    char *buffer = NULL;
    int error;
    LOOK_UP(found, error, buffer, getgrgid_r(gid, &entry, buffer, room, &found));
    Value result;
    errno = error;
    if (found)
        result = group_value(found);
    else if (error)
        result = posix_error();
    else
        result = error_format(&type_KeyError, "getgrgid(): gid not found: %S", out[0]);
    raw_free(buffer);
    return result;
}

FUNCTION(grp_getgrnam)
{
    ARGUMENTS("getgrnam", 1, 1, "name");
    if (!is_str(out[0])) return error_bad_argument("getgrnam", 0, "str", out[0]);
    Value name = str_encode_fs(out[0]);
    if (value_is_null(name)) return VALUE_NULL;
    const char *text = as_bytes(name)->data;
    struct group entry, *found = NULL;
    char *buffer = NULL;
    int error;
    LOOK_UP(found, error, buffer, getgrnam_r(text, &entry, buffer, room, &found));
    Value result;
    errno = error;
    if (found)
        result = group_value(found);
    else if (error)
        result = posix_error();
    else
        result = error_format(&type_KeyError, "getgrnam(): name not found: %R", out[0]);
    raw_free(buffer);
    value_decref(name);
    return result;
}

FUNCTION(grp_getgrall)
{
    Value list = list_new(0);
    setgrent();
    for (struct group *entry; !value_is_null(list) && (entry = getgrent());) {
        Value value = group_value(entry);
        if (value_is_null(value) || list_append_steal(list, value) < 0) value_clear(&list);
    }
    endgrent();
    return list;
}

static const NativeMethod grp_methods[] = {
    {"getgrgid", grp_getgrgid, 0, -1, NATIVE_KEYWORDS,
     "getgrgid($module, /, id)\n--\n\nReturn the group database entry for the given numeric group ID."},
    {"getgrnam", grp_getgrnam, 0, -1, NATIVE_KEYWORDS,
     "getgrnam($module, /, name)\n--\n\nReturn the group database entry for the given group name."},
    {"getgrall", grp_getgrall, 0, 0, 0,
     "getgrall($module, /)\n--\n\nReturn a list of all available group entries, in arbitrary order."},
    {NULL},
};

static int grp_exec(Value module)
{
    if (!group_type) group_type = structseq_type_new(&group_definition);
    return group_type ? module_add(module, "struct_group", value_incref(value_from_object(group_type))) : -1;
}

NATIVE_MODULE(grp) = {
    .name = "grp",
    .doc = "Access to the Unix group database.",
    .methods = grp_methods,
    .exec = grp_exec,
};

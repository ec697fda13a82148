/* ids.c: users, groups, sessions, process groups, priorities. */
#include "modules/posix/posix.h"

#include <grp.h>
#include <sys/resource.h>

#define GETTER(name, expression)                                                                                       \
    FUNCTION(os_##name)                                                                                                \
    {                                                                                                                  \
        return expression;                                                                                             \
    }

GETTER(getpid, value_from_small_int(getpid()))
GETTER(getppid, value_from_small_int(getppid()))
GETTER(getpgrp, value_from_small_int(getpgrp()))
GETTER(getuid, uid_value(getuid()))
GETTER(geteuid, uid_value(geteuid()))
GETTER(getgid, uid_value(getgid()))
GETTER(getegid, uid_value(getegid()))
GETTER(setpgrp, posix_none(setpgid(0, 0)))
GETTER(setsid, posix_none(setsid()))

#define SETTER(name, id_type, convert)                                                                                 \
    FUNCTION(os_##name)                                                                                                \
    {                                                                                                                  \
        id_type id;                                                                                                    \
        return convert(args[0], &id) ? posix_none(name(id)) : VALUE_NULL;                                              \
    }

SETTER(setuid, uid_t, arg_as_uid)
SETTER(seteuid, uid_t, arg_as_uid)
SETTER(setgid, gid_t, arg_as_gid)
SETTER(setegid, gid_t, arg_as_gid)

#define SETTER_2(name, id_type, convert)                                                                               \
    FUNCTION(os_##name)                                                                                                \
    {                                                                                                                  \
        id_type real, effective;                                                                                       \
        if (!convert(args[0], &real) || !convert(args[1], &effective)) return VALUE_NULL;                              \
        return posix_none(name(real, effective));                                                                      \
    }

SETTER_2(setreuid, uid_t, arg_as_uid)
SETTER_2(setregid, gid_t, arg_as_gid)
SETTER_2(setpgid, pid_t, arg_as_pid)

#define SETTER_3(name, id_type, convert)                                                                               \
    FUNCTION(os_##name)                                                                                                \
    {                                                                                                                  \
        id_type real, effective, saved;                                                                                \
        if (!convert(args[0], &real) || !convert(args[1], &effective) || !convert(args[2], &saved)) return VALUE_NULL; \
        return posix_none(name(real, effective, saved));                                                               \
    }

SETTER_3(setresuid, uid_t, arg_as_uid)
SETTER_3(setresgid, gid_t, arg_as_gid)

#define GETTER_3(name)                                                                                                 \
    FUNCTION(os_##name)                                                                                                \
    {                                                                                                                  \
        uid_t ids[3];                                                                                                  \
        if (name(&ids[0], &ids[1], &ids[2]) < 0) return posix_error();                                                 \
        return tuple_from_array_steal((Value[]){uid_value(ids[0]), uid_value(ids[1]), uid_value(ids[2])}, 3);          \
    }

GETTER_3(getresuid)
GETTER_3(getresgid)

FUNCTION(os_getpgid)
{
    ARGUMENTS("getpgid", 1, 1, "pid");
    pid_t pid;
    if (!arg_as_pid(out[0], &pid)) return VALUE_NULL;
    pid = getpgid(pid);
    return pid < 0 ? posix_error() : value_from_small_int(pid);
}

FUNCTION(os_getsid)
{
    pid_t pid;
    if (!arg_as_pid(args[0], &pid)) return VALUE_NULL;
    pid = getsid(pid);
    return pid < 0 ? posix_error() : value_from_small_int(pid);
}

/* --- groups --- */

static Value groups_list(const gid_t *groups, int count)
{
    Value list = list_new(count);
    if (value_is_null(list)) return VALUE_NULL;
    for (int i = 0; i < count; i++) as_list(list)->items[i] = uid_value(groups[i]);
    return list;
}

FUNCTION(os_getgroups)
{
    int count = getgroups(0, NULL);
    if (count < 0) return posix_error();
    gid_t *groups = raw_alloc(sizeof(gid_t) * (size_t)(count + 1));
    if (!groups) return error_no_memory();
    count = getgroups(count, groups);
    Value result = count < 0 ? posix_error() : groups_list(groups, count);
    raw_free(groups);
    return result;
}

FUNCTION(os_setgroups)
{
    if (!is_sequence(args[0])) return error_set(&type_TypeError, "setgroups argument must be a sequence");
    ssize_t count = value_length(args[0]);
    if (count < 0) return VALUE_NULL;
    gid_t *groups = raw_alloc(sizeof(gid_t) * (size_t)(count + 1));
    if (!groups) return error_no_memory();
    bool failed = false;
    for (ssize_t i = 0; i < count && !failed; i++) {
        Value item = sequence_item(args[0], i);
        if (value_is_null(item)) {
            failed = true;
        } else if (!is_int(item)) {
            error_set(&type_TypeError, "groups must be integers");
            failed = true;
        } else {
            failed = !arg_as_gid(item, &groups[i]);
        }
        value_xdecref(item);
    }
    Value result = failed ? VALUE_NULL : posix_none(setgroups((size_t)count, groups));
    raw_free(groups);
    return result;
}

FUNCTION(os_initgroups)
{
    gid_t gid;
    if (!arg_as_gid(args[1], &gid)) return VALUE_NULL;
    Value user = str_encode_fs(args[0]);
    if (value_is_null(user)) return VALUE_NULL;
    int status = initgroups(as_bytes(user)->data, gid);
    value_decref(user);
    return posix_none(status);
}

FUNCTION(os_getgrouplist)
{
    gid_t group;
    if (!is_str(args[0])) return error_bad_argument("getgrouplist", 1, "str", args[0]);
    const char *user = str_as_utf8(args[0], NULL);
    if (!user || !arg_as_gid(args[1], &group)) return VALUE_NULL;
    for (int room = 64;; room *= 2) {
        int count = room;
        gid_t *groups = raw_alloc(sizeof(gid_t) * (size_t)room);
        if (!groups) return error_no_memory();
        bool fits = getgrouplist(user, group, groups, &count) >= 0;
        Value result = fits ? groups_list(groups, count) : VALUE_NULL;
        raw_free(groups);
        if (fits) return result;
    }
}

/* --- priorities --- */

FUNCTION(os_nice)
{
    int increment;
    if (!arg_as_int(args[0], &increment)) return VALUE_NULL;
    errno = 0;
    int value = nice(increment);
    return value == -1 && errno ? posix_error() : value_from_small_int(value);
}

FUNCTION(os_getpriority)
{
    ARGUMENTS("getpriority", 2, 2, "which", "who");
    int which, who;
    if (!arg_as_int(out[0], &which) || !arg_as_int(out[1], &who)) return VALUE_NULL;
    errno = 0;
    int value = getpriority((__priority_which_t)which, (id_t)who);
    return errno ? posix_error() : value_from_small_int(value);
}

FUNCTION(os_setpriority)
{
    ARGUMENTS("setpriority", 3, 3, "which", "who", "priority");
    int which, who, priority;
    if (!arg_as_int(out[0], &which) || !arg_as_int(out[1], &who) || !arg_as_int(out[2], &priority)) return VALUE_NULL;
    return posix_none(setpriority((__priority_which_t)which, (id_t)who, priority));
}

FUNCTION(os_tcgetpgrp)
{
    int fd;
    if (!arg_as_int(args[0], &fd)) return VALUE_NULL;
    pid_t group = tcgetpgrp(fd);
    return group < 0 ? posix_error() : value_from_small_int(group);
}

FUNCTION(os_tcsetpgrp)
{
    int fd;
    pid_t group;
    if (!arg_as_int(args[0], &fd) || !arg_as_pid(args[1], &group)) return VALUE_NULL;
    return posix_none(tcsetpgrp(fd, group));
}

FUNCTION(os_getlogin)
{
    errno = 0;
    const char *name = getlogin();
    if (name) return str_decode_fs(name, (ssize_t)strlen(name));
    return errno ? posix_error() : error_set(&type_OSError, "unable to determine login name");
}

static const NativeMethod methods[] = {
    {"getpid", os_getpid, 0, 0, 0, "getpid($module, /)\n--\n\nReturn the current process id."},
    {"getppid", os_getppid, 0, 0, 0, "getppid($module, /)\n--\n\nReturn the parent's process id."},
    {"getpgrp", os_getpgrp, 0, 0, 0, "getpgrp($module, /)\n--\n\nReturn the current process group id."},
    {"getuid", os_getuid, 0, 0, 0, "getuid($module, /)\n--\n\nReturn the current process's user id."},
    {"geteuid", os_geteuid, 0, 0, 0, "geteuid($module, /)\n--\n\nReturn the current process's effective user id."},
    {"getgid", os_getgid, 0, 0, 0, "getgid($module, /)\n--\n\nReturn the current process's group id."},
    {"getegid", os_getegid, 0, 0, 0, "getegid($module, /)\n--\n\nReturn the current process's effective group id."},
    {"setpgrp", os_setpgrp, 0, 0, 0, "setpgrp($module, /)\n--\n\nMake the current process the leader of its group."},
    {"setsid", os_setsid, 0, 0, 0, "setsid($module, /)\n--\n\nCall the system call setsid()."},
    {"setuid", os_setuid, 1, 1, 0, "setuid($module, uid, /)\n--\n\nSet the current process's user id."},
    {"seteuid", os_seteuid, 1, 1, 0, "seteuid($module, euid, /)\n--\n\nSet the effective user id."},
    {"setgid", os_setgid, 1, 1, 0, "setgid($module, gid, /)\n--\n\nSet the current process's group id."},
    {"setegid", os_setegid, 1, 1, 0, "setegid($module, egid, /)\n--\n\nSet the effective group id."},
    {"setreuid", os_setreuid, 2, 2, 0, "setreuid($module, ruid, euid, /)\n--\n\nSet the real and effective user ids."},
    {"setregid", os_setregid, 2, 2, 0, "setregid($module, rgid, egid, /)\n--\n\nSet the real and effective group ids."},
    {"setpgid", os_setpgid, 2, 2, 0, "setpgid($module, pid, pgrp, /)\n--\n\nCall the system call setpgid(pid, pgrp)."},
    {"setresuid", os_setresuid, 3, 3, 0,
     "setresuid($module, ruid, euid, suid, /)\n--\n\nSet the real, effective, and saved user ids."},
    {"setresgid", os_setresgid, 3, 3, 0,
     "setresgid($module, rgid, egid, sgid, /)\n--\n\nSet the real, effective, and saved group ids."},
    {"getresuid", os_getresuid, 0, 0, 0, "getresuid($module, /)\n--\n\nThe real, effective, and saved user ids."},
    {"getresgid", os_getresgid, 0, 0, 0, "getresgid($module, /)\n--\n\nThe real, effective, and saved group ids."},
    {"getpgid", os_getpgid, 0, -1, NATIVE_KEYWORDS,
     "getpgid($module, /, pid)\n--\n\nCall the system call getpgid(), and return the result."},
    {"getsid", os_getsid, 1, 1, 0,
     "getsid($module, pid, /)\n--\n\nCall the system call getsid(pid) and return the result."},
    {"getgroups", os_getgroups, 0, 0, 0, "getgroups($module, /)\n--\n\nReturn the list of supplemental group IDs."},
    {"setgroups", os_setgroups, 1, 1, 0, "setgroups($module, groups, /)\n--\n\nSet the groups of the current process."},
    {"initgroups", os_initgroups, 2, 2, 0,
     "initgroups($module, username, gid, /)\n--\n\nInitialize the group access list."},
    {"getgrouplist", os_getgrouplist, 2, 2, 0,
     "getgrouplist($module, user, group, /)\n--\n\nReturns a list of groups to which a user belongs."},
    {"nice", os_nice, 1, 1, 0, "nice($module, increment, /)\n--\n\nAdd increment to the priority of process."},
    {"getpriority", os_getpriority, 0, -1, NATIVE_KEYWORDS,
     "getpriority($module, /, which, who)\n--\n\nReturn program scheduling priority."},
    {"setpriority", os_setpriority, 0, -1, NATIVE_KEYWORDS,
     "setpriority($module, /, which, who, priority)\n--\n\nSet program scheduling priority."},
    {"tcgetpgrp", os_tcgetpgrp, 1, 1, 0, "tcgetpgrp($module, fd, /)\n--\n\nThe process group of the terminal."},
    {"tcsetpgrp", os_tcsetpgrp, 2, 2, 0, "tcsetpgrp($module, fd, pgid, /)\n--\n\nSet the terminal's process group."},
    {"getlogin", os_getlogin, 0, 0, 0, "getlogin($module, /)\n--\n\nReturn the actual login name."},
    {NULL},
};

int posix_ids_exec(Value module)
{
    return posix_add_functions(module, methods);
}

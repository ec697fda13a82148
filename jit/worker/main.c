/* main.c: coachwhip-jit-worker, the process that compiles. libgccjit would replace signal handlers, change the locale
 * and take its caller down with it when it fails; so it lives here and the program talks to it over a socket (fd 3).
 *
 * It forks once at the start and lets the parent exit, so that it is not a child of the Python program (os.wait must
 * not see it). One assembler always waits on a pipe: its start-up is off the path. It ends when the socket closes.
 * Nothing it does or prints can reach the program but the answers. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jit/worker/emit.h"

enum { SOCKET = 3 };
extern char **environ;

static char directory[] = "/tmp/coachwhip-jit-XXXXXX";
static char assembler_path[64], object_path[64];
static pid_t as_pid;
static int as_pipe = -1;

static void remove_directory(void)
{
    unlink(assembler_path);
    unlink(object_path);
    rmdir(directory);
}

static bool read_all(int fd, void *buffer, size_t size)
{
    for (char *p = buffer; size;) {
        ssize_t n = read(fd, p, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}

static bool write_all(int fd, const void *buffer, size_t size)
{
    for (const char *p = buffer; size;) {
        ssize_t n = write(fd, p, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}

static bool spawn_assembler(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return false;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    char *const argv[] = {"as", "--64", "-o", object_path, "-", NULL};
    int failed = posix_spawnp(&as_pid, "as", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (failed) {
        close(ends[1]);
        return false;
    }
    as_pipe = ends[1];
    return true;
}

static bool copy_file(const char *path, int target)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    char buffer[65536];
    ssize_t n;
    bool ok = true;
    while (ok && (n = read(fd, buffer, sizeof buffer)) > 0) ok = write_all(target, buffer, (size_t)n);
    close(fd);
    return ok;
}

static bool assemble(void)
{
    bool ok = copy_file(assembler_path, as_pipe);
    close(as_pipe);
    int status;
    while (waitpid(as_pid, &status, 0) < 0 && errno == EINTR) {}
    return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static uint32_t micros_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((now.tv_sec - start->tv_sec) * 1000000 + (now.tv_nsec - start->tv_nsec) / 1000);
}

static NULLABLE char *read_object(uint32_t *size)
{
    int fd = open(object_path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0) return NULL;
    char *data = NULL;
    if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size < REQUEST_SIZE_MAX) {
        data = malloc((size_t)st.st_size);
        if (data && !read_all(fd, data, (size_t)st.st_size)) {
            free(data);
            data = NULL;
        }
        *size = (uint32_t)st.st_size;
    }
    close(fd);
    return data;
}

static void keep_a_copy(uint32_t id)
{
    const char *keep = getenv("COACHWHIP_JIT_KEEP");
    if (!keep) return;
    char path[256];
    snprintf(path, sizeof path, "%s/trace%u.s", keep, id);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0) {
        copy_file(assembler_path, fd);
        close(fd);
    }
}

static bool serve(const void *data, size_t size)
{
    Answer answer = {.magic = PROTOCOL_MAGIC, .status = -1};
    Request request;
    char *object = NULL;
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    answer.id = ((const RequestHeader *)data)->id;
    if (!request_parse(&request, data, size)) {
        snprintf(answer.error, sizeof answer.error, "malformed request");
    } else if (as_pipe < 0 && !spawn_assembler()) {
        snprintf(answer.error, sizeof answer.error, "no assembler (as)");
    } else if (emit_assembler(&request, assembler_path, answer.error, sizeof answer.error)) {
        answer.micros_gcc = micros_since(&start);
        keep_a_copy(request.header.id);
        bool ok = assemble();
        as_pipe = -1;
        answer.micros_as = micros_since(&start) - answer.micros_gcc;
        if (ok) object = read_object(&answer.object_size);
        if (object)
            answer.status = 0;
        else
            snprintf(answer.error, sizeof answer.error, "the assembler failed");
    }
    if (answer.status) answer.object_size = 0;
    bool ok = write_all(SOCKET, &answer, sizeof answer) && (!object || write_all(SOCKET, object, answer.object_size));
    free(object);
    if (as_pipe < 0) spawn_assembler(); /* the next one starts up while nobody waits */
    return ok;
}

static bool serve_next(void)
{
    RequestHeader header;
    if (!read_all(SOCKET, &header, sizeof header)) return false;
    if (header.magic != PROTOCOL_MAGIC || header.size < sizeof header || header.size > REQUEST_SIZE_MAX) return false;
    char *data = malloc(header.size);
    if (!data) return false;
    memcpy(data, &header, sizeof header);
    bool ok = read_all(SOCKET, data + sizeof header, header.size - sizeof header) && serve(data, header.size);
    free(data);
    return ok;
}

int main(void)
{
    pid_t pid = fork();
    if (pid) _exit(pid < 0);
    setsid();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    if (nice(5) == -1) {}
    umask(077);
    if (!mkdtemp(directory)) return 1;
    snprintf(assembler_path, sizeof assembler_path, "%s/trace.s", directory);
    snprintf(object_path, sizeof object_path, "%s/trace.o", directory);
    spawn_assembler();
    while (serve_next()) {}
    if (as_pipe >= 0) {
        close(as_pipe);
        waitpid(as_pid, NULL, 0);
    }
    remove_directory();
    return 0;
}

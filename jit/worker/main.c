/* main.c: coachwhip-jit-worker, the process that compiles. libgccjit would replace signal handlers, change the locale
 * and take its caller down with it when it fails; so it lives here and the program talks to it over a socket (fd 3).
 *
 * One assembler always waits on a pipe: its start-up is off the path. It ends when the socket closes, also in the
 * middle of a compilation. Nothing it does or prints can reach the program but the answers. It runs at a lower
 * priority: on a core that it shares with the program, it gets a tenth. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jit/worker/emit.h"

enum { SOCKET = 3, PRIORITY = 10 };
extern char **environ;

#if defined(COACHWHIP_SANITIZE)
/* Memory errors of the worker are looked for, leaks are not: libgccjit keeps a few blocks of every context. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

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

static uint32_t micros_of(const struct timeval *t)
{
    return (uint32_t)(t->tv_sec * 1000000 + t->tv_usec);
}

static uint32_t clock_micros(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint32_t)(now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

static bool assemble(uint32_t *micros)
{
    bool ok = copy_file(assembler_path, as_pipe);
    close(as_pipe);
    int status;
    struct rusage used;
    while (wait4(as_pid, &status, 0, &used) < 0 && errno == EINTR) {}
    *micros = micros_of(&used.ru_utime) + micros_of(&used.ru_stime);
    return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
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
    static uint32_t told_cpu; /* what the answers before have counted */
    uint32_t start_wall = clock_micros(CLOCK_MONOTONIC), start_cpu = clock_micros(CLOCK_PROCESS_CPUTIME_ID);
    answer.id = ((const RequestHeader *)data)->id;
    if (!request_parse(&request, data, size)) {
        snprintf(answer.error, sizeof answer.error, "malformed request");
    } else if (as_pipe < 0 && !spawn_assembler()) {
        snprintf(answer.error, sizeof answer.error, "no assembler (as)");
    } else if (emit_assembler(&request, assembler_path, answer.error, sizeof answer.error)) {
        answer.micros_gcc = clock_micros(CLOCK_PROCESS_CPUTIME_ID) - start_cpu;
        keep_a_copy(request.header.id);
        bool ok = assemble(&answer.micros_as);
        as_pipe = -1;
        if (ok) object = read_object(&answer.object_size);
        if (object)
            answer.status = 0;
        else
            snprintf(answer.error, sizeof answer.error, "the assembler failed");
    }
    if (answer.status) answer.object_size = 0;
    uint32_t cpu = clock_micros(CLOCK_PROCESS_CPUTIME_ID);
    answer.micros_cpu = cpu - told_cpu + answer.micros_as;
    answer.micros_wall = clock_micros(CLOCK_MONOTONIC) - start_wall;
    told_cpu = cpu;
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

/* The program has ended: so does what is being compiled for it. Nothing but system calls: this may interrupt malloc. */
static void look_at_socket(int signal_number)
{
    struct pollfd p = {.fd = SOCKET, .events = POLLIN};
    if (poll(&p, 1, 0) <= 0 || !(p.revents & (POLLHUP | POLLERR))) return;
    if (as_pipe >= 0 && kill(as_pid, SIGKILL) == 0) waitpid(as_pid, NULL, 0); /* it writes into our folder */
    if (vfork() == 0) {
        execl("/bin/rm", "rm", "-rf", directory, (char *)NULL);
        _exit(1);
    }
    _exit(0);
}

static void watch_socket(void)
{
    struct sigaction action = {.sa_handler = look_at_socket, .sa_flags = SA_RESTART};
    sigaction(SIGIO, &action, NULL);
    if (fcntl(SOCKET, F_SETOWN, getpid()) == 0) fcntl(SOCKET, F_SETFL, fcntl(SOCKET, F_GETFL) | O_ASYNC);
    look_at_socket(SIGIO); /* it may have ended already */
}

static void lower_priority(void)
{
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, 0, PRIORITY);
}

int main(int argc, char **argv)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* the program may ignore its children: then wait4 tells nothing */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (argc == 1) lower_priority(); /* "--urgent": the program waits for every answer */
    umask(077);
    if (!mkdtemp(directory)) return 1;
    setenv("TMPDIR", directory, 1); /* libgccjit makes a folder of its own */
    snprintf(assembler_path, sizeof assembler_path, "%s/trace.s", directory);
    snprintf(object_path, sizeof object_path, "%s/trace.o", directory);
    watch_socket();
    spawn_assembler();
    while (serve_next()) {}
    if (as_pipe >= 0) {
        close(as_pipe);
        waitpid(as_pid, NULL, 0);
    }
    remove_directory();
    return 0;
}

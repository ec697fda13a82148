/* compile.c: the program's side of the compile worker: start it, send trees, take code.
 *
 * Compiling does not stop the program: a request is written to a socket, and the answer is taken when something polls
 * (a hot place, an entry, an exit). --jit=sync waits. One request is under way at a time; trees that want to be
 * compiled meanwhile wait in a queue of the program (queue.c), so that what grows goes once, with all that it has
 * grown. The worker is started by the first request. When anything about it fails, compile_problem says why and nothing
 * more is compiled: the program goes on interpreted. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jit/protocol.h"
#include "jit/runtime.h"

extern char **environ;

uint64_t compile_next_poll = UINT64_MAX;
const char *compile_problem;
uint64_t compile_count, compile_micros_gcc, compile_micros_as;

static int worker = -1;
static char problem_text[160];

static struct {
    NULLABLE JitTree *tree;
    uint32_t id;
    Job job;
    uint64_t *table;
} under_way;
static uint32_t last_request;

/* --- tables: the word in front of one is the tree's table before, with which old code may still run --- */

static NULLABLE uint64_t *table_new(const Tree *ir)
{
    uint64_t *block = raw_calloc((size_t)(1 + TABLE_CONSTANTS + ir->constants_count), sizeof *block);
    if (!block) return NULL;
    uint64_t *table = block + 1;
    for (int i = 0; i < HELPER_COUNT; i++) table[i] = (uint64_t)helper_addresses[i];
    table[TABLE_BREAKER] = (uint64_t)&eval_breaker;
    table[TABLE_DESTROY] = (uint64_t)object_destroy;
    for (int i = 0; i < ir->constants_count; i++) table[TABLE_CONSTANTS + i] = ir->constants[i].bits;
    return table;
}

void table_free(NULLABLE uint64_t *table)
{
    while (table) {
        uint64_t *block = table - 1;
        table = (uint64_t *)*block;
        raw_free(block);
    }
}

/* --- the request under way --- */

static void forget_request(void)
{
    if (!under_way.tree) return;
    table_free(under_way.table);
    under_way.tree = NULL;
}

void compile_forget(const JitTree *tree)
{
    static JitTree nobody = {.state = TREE_DEAD};
    if (under_way.tree == tree) under_way.tree = &nobody; /* the answer will come all the same */
}

static void give_up(const char *problem)
{
    snprintf(problem_text, sizeof problem_text, "%s", problem);
    compile_problem = problem_text;
    if (worker >= 0) close(worker);
    worker = -1;
    forget_request();
    compile_next_poll = UINT64_MAX;
    jit_loop_countdown = jit_call_countdown = 0;
}

/* --- the process --- */

static bool worker_path(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 32);
    if (n <= 0) return false;
    path[n] = 0;
    char *slash = strrchr(path, '/');
    if (!slash) return false;
    strcpy(slash + 1, "coachwhip-jit-worker");
    if (access(path, X_OK) == 0) return true;
    snprintf(path, size, "/usr/lib/coachwhip/coachwhip-jit-worker");
    return access(path, X_OK) == 0;
}

/* Starting a process takes milliseconds, mostly in the kernel. A thread waits for them, so that the program does not.
 * It owns this, a mapping of its own: it must not use our allocator. */
enum { STACK_BYTES = 16384 };
typedef struct Start {
    size_t size;
    int socket;
    char path[PATH_MAX];
    char stack[2][STACK_BYTES]; /* of the processes that share our memory until they end or become the worker */
    char *environment[];        /* as it is now: the program may change it before the worker has it */
} Start;

/* Its socket is descriptor 3, and nothing else of the program's is open: a reader of ours sees its end with us. It has
 * a process group of its own, so that Ctrl-C does not reach it, but stays in the session: its low priority counts only
 * among the processes of a session. Signals are blocked, for our handlers must not run here; the worker admits them. */
static int become_worker(void *argument)
{
    Start *start = argument;
    char *const argv[] = {start->path, jit_options.mode == JIT_SYNC ? "--urgent" : NULL, NULL};
    setpgid(0, 0);
    bool is_there = start->socket == 3; /* dup2 to itself would leave it close-on-exec */
    if (is_there ? fcntl(3, F_SETFD, 0) < 0 : dup2(start->socket, 3) < 0) return 1;
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(null, fd);
    close_range(4, ~0U, 0);
    execve(start->path, argv, start->environment);
    return 1;
}

/* The worker is nobody's child: os.wait must not see it. A process in between starts it and ends; that one tells nobody
 * of its end, and only a wait with __WCLONE sees it. */
static int start_and_end(void *argument)
{
    Start *start = argument;
    return clone(become_worker, start->stack[1] + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, start) < 0;
}

/* When it fails, the socket has no other end, and the program finds that out. */
static void *start_thread(void *argument)
{
    Start *start = argument;
    pid_t between = clone(start_and_end, start->stack[0] + STACK_BYTES, CLONE_VM | CLONE_VFORK, start);
    while (between > 0 && waitpid(between, NULL, __WCLONE) < 0 && errno == EINTR) {}
    close(start->socket);
    munmap(start, start->size);
    return NULL;
}

static NULLABLE Start *start_new(int socket)
{
    size_t count = 0;
    while (environ && environ[count]) count++;
    size_t size = sizeof(Start) + (count + 1) * sizeof(char *);
    Start *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    if (count) memcpy(start->environment, environ, count * sizeof(char *));
    start->size = size;
    start->socket = socket;
    return start;
}

/* No handler of the program runs in the thread or the processes that it starts. */
static void start_in_thread(Start *start)
{
    sigset_t all, before;
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN + STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, &attributes, start_thread, start)) start_thread(start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

static bool start_worker(void)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        give_up("no socket for the compile worker");
        return false;
    }
    Start *start = start_new(ends[1]);
    if (!start || !worker_path(start->path, sizeof start->path)) {
        give_up(start ? "the compile worker is not installed" : "no memory for the compile worker");
        if (start) munmap(start, start->size);
        close(ends[0]);
        close(ends[1]);
        return false;
    }
    start_in_thread(start);
    worker = ends[0];
    return true;
}

/* --- sockets --- */

static bool send_all(const void *data, size_t size)
{
    for (const char *p = data; size;) {
        ssize_t n = send(worker, p, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}

static bool receive_all(void *data, size_t size)
{
    for (char *p = data; size;) {
        ssize_t n = recv(worker, p, size, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}

/* --- the request --- */

typedef struct Buffer8 {
    char *data;
    size_t size, capacity;
    bool failed;
} Buffer8;

static void append(Buffer8 *b, const void *data, size_t size)
{
    if (b->size + size > b->capacity) {
        size_t wanted = align_up((b->size + size) + (b->size + size) / 2, 8);
        char *grown = raw_realloc(b->data, wanted);
        if (!grown) {
            b->failed = true;
            return;
        }
        b->data = grown;
        b->capacity = wanted;
    }
    if (size) memcpy(b->data + b->size, data, size);
    b->size += size;
}

/* An array of the request: what follows is aligned. */
static void put(Buffer8 *b, const void *data, size_t size)
{
    static const char zeros[8];
    append(b, data, size);
    append(b, zeros, align_up(b->size, 8) - b->size);
}

static void put_constants(Buffer8 *b, const Tree *ir)
{
    for (int i = 0; i < ir->constants_count; i++) {
        const Const *c = &ir->constants[i];
        RequestConst out = {c->kind == CONST_NUMBER ? c->bits : 0, c->type, c->kind};
        put(b, &out, sizeof out);
    }
}

/* How many snapshots the segments before `end` have. */
static int snapshots_before(const Tree *ir, int end)
{
    int count = ir->snapshots_count;
    while (count > 0 && ir->snapshots[count - 1].segment >= end) count--;
    return count;
}

static void put_snapshots(Buffer8 *b, const Tree *ir, int end, Buffer8 *live, uint32_t *live_count)
{
    Ref refs[SNAP_LIVE_MAX];
    Buffer8 packed = {0};
    int snapshots = snapshots_before(ir, end);
    for (int i = 0; i < snapshots; i++) {
        int count = snapshot_live(ir, i, refs), bridge = ir->snapshots[i].bridge;
        RequestSnapshot out = {(int32_t)*live_count, count, bridge < end ? bridge : -1};
        append(&packed, &out, sizeof out);
        append(live, refs, (size_t)count * sizeof *refs);
        *live_count += (uint32_t)count;
    }
    put(b, packed.data, packed.size);
    b->failed |= packed.failed || live->failed;
    raw_free(packed.data);
}

static void put_segments(Buffer8 *b, const Tree *ir, int end)
{
    for (int i = 0; i < end; i++) {
        const Segment *s = &ir->segments[i];
        RequestSegment out = {s->first, s->end, s->parent_snapshot};
        append(b, &out, sizeof out);
    }
    put(b, NULL, 0);
}

static Buffer8 make_request(const JitTree *tree, Job job, uint32_t id)
{
    const Tree *ir = &tree->ir;
    Buffer8 b = {0}, live = {0};
    RequestHeader h = {.magic = PROTOCOL_MAGIC,
                       .id = id,
                       .level = (uint16_t)job.level,
                       .first_segment = (uint16_t)job.first,
                       .ins_count = (uint32_t)ir->segments[job.end - 1].end,
                       .args_count = (uint32_t)ir->args_count,
                       .constants_count = (uint32_t)ir->constants_count,
                       .snapshots_count = (uint32_t)snapshots_before(ir, job.end),
                       .segments_count = (uint32_t)job.end,
                       .frame_ip_offset = (int32_t)offsetof(Frame, ip) - (int32_t)offsetof(Frame, localsplus),
                       .frame_sp_offset = (int32_t)offsetof(Frame, sp) - (int32_t)offsetof(Frame, localsplus)};
    put(&b, &h, sizeof h);
    put(&b, ir->ins, (size_t)h.ins_count * sizeof(Ins));
    put(&b, ir->args, (size_t)ir->args_count * sizeof(Ref));
    put_constants(&b, ir);
    put_snapshots(&b, ir, job.end, &live, &h.live_count);
    put(&b, live.data, live.size);
    raw_free(live.data); /* its failure is b's already */
    put_segments(&b, ir, job.end);
    h.size = (uint32_t)b.size;
    if (!b.failed) memcpy(b.data, &h, sizeof h);
    return b;
}

bool compile_send(JitTree *tree, Job job)
{
    if (compile_problem || (worker < 0 && !start_worker())) return false;
    uint64_t *table = table_new(&tree->ir);
    Buffer8 request = make_request(tree, job, ++last_request);
    bool ok = table && !request.failed;
    if (ok && !send_all(request.data, request.size)) {
        give_up("the compile worker has died");
        ok = false;
    }
    raw_free(request.data);
    if (!ok) {
        table_free(table);
        return false;
    }
    under_way.tree = tree;
    under_way.id = last_request;
    under_way.job = job;
    under_way.table = table;
    return true;
}

bool compile_is_busy(void)
{
    return under_way.tree != NULL;
}

/* --- the answer --- */

/* Old code stays where it is. */
static bool take_code(JitTree *tree, NativeCode code, size_t code_size)
{
    bool is_part = under_way.job.first > 0;
    if (is_part && !tree_take_part(tree, code, under_way.job.first, under_way.job.end)) return false;
    if (!is_part) {
        tree->code = code;
        tree->whole_segments = under_way.job.end;
        tree->level = (uint8_t)under_way.job.level;
        tree->wants_refining = false;
    }
    under_way.table[-1] = (uint64_t)tree->table;
    tree->table = under_way.table;
    tree->code_size = is_part ? tree->code_size + code_size : code_size;
    tree->compiled_segments = under_way.job.end;
    tree_installed(tree);
    return true;
}

static void install(const Answer *answer, const void *object)
{
    JitTree *tree = under_way.tree;
    const char *problem = answer->status || object ? answer->error : "no memory for the code";
    size_t code_size = 0;
    NativeCode code =
        answer->status == 0 && object ? loader_load(object, answer->object_size, &problem, &code_size) : NULL;
    compile_count++;
    compile_micros_gcc += answer->micros_gcc;
    compile_micros_as += answer->micros_as;
    tree->micros += answer->micros_gcc + answer->micros_as;
    budget_charge(answer->micros_cpu, answer->micros_wall);
    if (jit_options.log_level >= 1) {
        fprintf(stderr, "jit: tree %u compiled, segments %d to %d: %s, %zu bytes, gcc %u us, as %u us\n", tree->id,
                under_way.job.first, under_way.job.end - 1, code ? "ok" : problem, code_size, answer->micros_gcc,
                answer->micros_as);
    }
    if (tree->state == TREE_DEAD || !code || !take_code(tree, code, code_size)) {
        table_free(under_way.table);
        if (tree->state != TREE_DEAD && !tree->code) place_penalize(tree->place, REASON_COMPILER, NULL, 0);
        tree->needs_whole |= under_way.job.first > 0;
        tree->level = (uint8_t)MAX(tree->level, under_way.job.level); /* not again */
        tree->wants_refining = false;
    }
    under_way.tree = NULL;
}

/* Without memory for the object the tree stays without code; the answer has to be read all the same. */
static bool skip(size_t size)
{
    char part[4096];
    for (size_t n; size; size -= n) {
        n = MIN(size, sizeof part);
        if (!receive_all(part, n)) return false;
    }
    return true;
}

static bool take_answer(void)
{
    Answer answer;
    if (!receive_all(&answer, sizeof answer) || answer.magic != PROTOCOL_MAGIC ||
        answer.object_size > REQUEST_SIZE_MAX) {
        give_up("the compile worker has died");
        return false;
    }
    answer.error[sizeof answer.error - 1] = 0;
    void *object = answer.object_size ? raw_alloc(answer.object_size) : NULL;
    if (!(object ? receive_all(object, answer.object_size) : skip(answer.object_size))) {
        raw_free(object);
        give_up("the compile worker has died");
        return false;
    }
    if (!under_way.tree || under_way.id != answer.id)
        give_up("the compile worker answers what nobody asked");
    else
        install(&answer, object);
    raw_free(object);
    return !compile_problem;
}

/* A system call at every entry of native code would cost more than a short stay there: asks only so often. */
enum { POLL_INTERVAL_CYCLES = 300000 };

void compile_poll_now(uint64_t now)
{
    if (worker >= 0 && under_way.tree) {
        struct pollfd p = {.fd = worker, .events = POLLIN};
        if (poll(&p, 1, 0) > 0 && !take_answer()) return;
    }
    queue_next();
    compile_next_poll = under_way.tree || queue_is_waiting() ? now + POLL_INTERVAL_CYCLES : UINT64_MAX;
}

void compile_wait(void)
{
    while (under_way.tree && worker >= 0 && take_answer()) {}
}

void compile_shutdown(void)
{
    if (worker >= 0) close(worker);
    worker = -1;
}

void compile_after_fork(void)
{
    if (worker >= 0) close(worker);
    worker = -1;
    forget_request();
    budget_after_fork();
    arena_after_fork();
}

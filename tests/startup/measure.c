/* measure: measure COUNT COMMAND… [-- COMMAND…]…: runs the commands in turn, COUNT times each, and prints a line for each run:
 * number of the command, wall time in µs, processor time in µs, peak of the resident set in KiB, exit status.
 *
 * In C, because a process's peak includes what its parent held when it was forked: the parent must be small. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 8 };

static long microseconds(struct timeval t)
{
    return t.tv_sec * 1000000L + t.tv_usec;
}

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static void become(char **command)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    execv(command[0], command);
    perror(command[0]);
    _exit(127);
}

static int run(int number, char **command)
{
    struct rusage usage;
    int status;
    long start = now();
    pid_t child = fork();
    if (child == 0) become(command);
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror("measure");
        return 1;
    }
    long processor = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    printf("%d %ld %ld %ld %d\n", number, now() - start, processor, usage.ru_maxrss, status);
    return 0;
}

int main(int argc, char **argv)
{
    char **commands[MAX_COMMANDS];
    int count = 0;
    for (int i = 2; i < argc && count < MAX_COMMANDS; i++) {
        commands[count++] = argv + i;
        while (i < argc && strcmp(argv[i], "--") != 0) i++;
        argv[i] = NULL;
    }
    for (int round = 0; count && round < atoi(argv[1]); round++)
        for (int i = 0; i < count; i++)
            if (run(i, commands[i])) return 1;
    return count ? 0 : 2;
}

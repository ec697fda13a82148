/* main.c: the process's entry. */
#include "profiler/profiler.h"
#include "vm/options.h"
#include "vm/runtime.h"

int main(int argc, char **argv)
{
    int status;
    if (options_read(argc, argv, &status) == OPTIONS_EXIT) return status;
    profile_start_hook = profiler_start;
    profile_finish_hook = profiler_finish;
    return run_main();
}

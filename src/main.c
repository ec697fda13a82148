/* main.c: the process's entry. */
#include "vm/options.h"
#include "vm/runtime.h"

int main(int argc, char **argv)
{
    int status;
    if (options_read(argc, argv, &status) == OPTIONS_EXIT) return status;
    return run_main();
}

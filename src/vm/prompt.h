/* prompt.h: the interactive prompt. */
#ifndef VM_PROMPT_H
#define VM_PROMPT_H

/* Reads and runs statements until the end of input. `report` prints the current exception and gives the status that it
 * asks for; SystemExit ends the prompt. Gives the process's status. */
int prompt_run(int (*report)(void));

#endif

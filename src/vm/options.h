/* options.h: the command line and the environment, read into `options` (runtime.h). */
#ifndef VM_OPTIONS_H
#define VM_OPTIONS_H

/* What to do after reading: go on, or end at once with *status. */
enum OptionsResult { OPTIONS_RUN, OPTIONS_EXIT };

enum OptionsResult options_read(int argc, char **argv, int *status);

#endif

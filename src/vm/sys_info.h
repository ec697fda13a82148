/* sys_info.h: what `sys` tells about the build, the machine and the command line. */
#ifndef VM_SYS_INFO_H
#define VM_SYS_INFO_H

#include "objects/object.h"

int sys_init_info(void) NODISCARD;
NULLABLE Type *sys_asyncgen_hooks_type(void);

#define COACHWHIP_VERSION "0.1.0"
#define PYTHON_VERSION "3.11.2"

#endif

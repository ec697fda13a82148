/* environment.h: C vectors of encoded strings for exec and spawn, and the steps around fork. */
#ifndef MODULES_POSIX_ENVIRONMENT_H
#define MODULES_POSIX_ENVIRONMENT_H

#include "objects/object.h"

/* A NULL-terminated vector of the file-system encoded items of a list or tuple. NULL with an error. */
NULLABLE char **encoded_vector(Value sequence) NODISCARD;
/* "KEY=value" for each item of a mapping. */
NULLABLE char **environment_vector(Value mapping) NODISCARD;
/* encoded_vector with the checks and messages of exec and spawn. */
NULLABLE char **argument_vector(const char *function, Value argv) NODISCARD;
void vector_free(NULLABLE char **vector);

/* What is to be done before a fork, and after it in either process (also by _posixsubprocess). */
void fork_before(void);
void fork_after_parent(void);
void fork_after_child(void);

#endif

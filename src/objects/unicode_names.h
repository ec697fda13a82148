/* unicode_names.h: names of characters. The tables are made by src/gen/namegen.c. */
#ifndef OBJECTS_UNICODE_NAMES_H
#define OBJECTS_UNICODE_NAMES_H

#include "base/common.h"

enum { UNICODE_NAME_MAX = 256 };

/* The character of this name, any case, aliases included (as in "\N{…}"): false when there is none. */
bool unicode_from_name(const char *name, ssize_t size, uint32_t *c);
/* The same for named sequences: the number of characters written, 0 when there is none. */
int unicode_sequence_from_name(const char *name, ssize_t size, uint32_t out[4]);
/* Writes the name of c and a final 0: its length, 0 when it has none. */
int unicode_name(uint32_t c, char out[UNICODE_NAME_MAX]);

#endif

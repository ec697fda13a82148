/* search.h: finding a run of characters in another, for str of all kinds and for bytes (kind 1). */
#ifndef OBJECTS_SEARCH_H
#define OBJECTS_SEARCH_H

#include "base/common.h"

/* Where `needle` (m characters of needle_kind bytes) stands in `hay` (n characters of hay_kind bytes): the first place
 * for direction >= 0, the last for direction < 0; -1 when nowhere. An empty needle is found at the near end. */
ssize_t search_find(const void *hay, int hay_kind, ssize_t n, const void *needle, int needle_kind, ssize_t m,
                    int direction);
ssize_t search_char(const void *hay, int hay_kind, ssize_t n, uint32_t c, int direction);
/* Non-overlapping occurrences, at most max_count. */
ssize_t search_count(const void *hay, int hay_kind, ssize_t n, const void *needle, int needle_kind, ssize_t m,
                     ssize_t max_count);

#endif

/* stat_result.h: os.stat_result, for DirEntry. */
#ifndef MODULES_POSIX_STAT_RESULT_H
#define MODULES_POSIX_STAT_RESULT_H

#include <sys/stat.h>

#include "objects/object.h"

Value stat_result_new(const struct stat *st) NODISCARD;

#endif

/* substitute.h */
#ifndef MODULES_SRE_SUBSTITUTE_H
#define MODULES_SRE_SUBSTITUTE_H

#include "modules/sre/sre.h"

/* count 0: all. with_number: (text, number of replacements). */
Value sre_substitute(Value pattern, Value template_text, Value string, ssize_t count, bool with_number);
Value sre_split(const Pattern *pattern, Value string, ssize_t most);
Value sre_findall(const Pattern *pattern, Value string, ssize_t pos, ssize_t endpos);

#endif

/* str_parts.h: the methods of str that live outside str_methods.c: case (str_case.c), splitting and
 * stripping (str_split.c), translate (str_translate.c), format (str_template.c). */
#ifndef OBJECTS_STR_PARTS_H
#define OBJECTS_STR_PARTS_H

#include "objects/str_internal.h"

#define STR_METHOD(name) Value str_method_##name(Value self, const Value *args, ssize_t nargs, Value kwnames)
STR_METHOD(lower);
STR_METHOD(upper);
STR_METHOD(casefold);
STR_METHOD(swapcase);
STR_METHOD(capitalize);
STR_METHOD(title);
STR_METHOD(isalpha);
STR_METHOD(isalnum);
STR_METHOD(isdecimal);
STR_METHOD(isdigit);
STR_METHOD(isnumeric);
STR_METHOD(isspace);
STR_METHOD(isprintable);
STR_METHOD(isascii);
STR_METHOD(islower);
STR_METHOD(isupper);
STR_METHOD(istitle);
STR_METHOD(isidentifier);
STR_METHOD(split);
STR_METHOD(rsplit);
STR_METHOD(splitlines);
STR_METHOD(partition);
STR_METHOD(rpartition);
STR_METHOD(strip);
STR_METHOD(lstrip);
STR_METHOD(rstrip);
STR_METHOD(format);
STR_METHOD(format_map);
STR_METHOD(translate);
STR_METHOD(maketrans);
#undef STR_METHOD

#endif

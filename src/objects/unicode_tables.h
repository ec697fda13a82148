/* unicode_tables.h: the generated tables that only unicode.c reads. */
#ifndef OBJECTS_UNICODE_TABLES_H
#define OBJECTS_UNICODE_TABLES_H

#include "base/common.h"

typedef struct UnicodeNumber {
    uint32_t c;
    uint16_t value; /* place in unicode_number_values */
} UnicodeNumber;

extern const uint32_t unicode_extra_case[];
extern const UnicodeNumber unicode_numbers[];
extern const size_t unicode_number_count;
extern const double unicode_number_values[];

#endif

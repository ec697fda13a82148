/* code_lines.h: a reader of co_linetable. */
#ifndef OBJECTS_CODE_LINES_H
#define OBJECTS_CODE_LINES_H

#include "objects/code.h"

typedef struct LocationReader {
    const uint8_t *at, *end;
    int computed_line;
    int start, stop;       /* units [start, stop) that the current entry covers */
    CodePosition position; /* of the current entry */
} LocationReader;

LocationReader location_reader(const Code *code);
/* Steps to the next entry; false at the end. */
bool location_next(LocationReader *reader);

#endif

/* warning.h: the warnings machinery below the module _warnings. */
#ifndef OBJECTS_WARNING_H
#define OBJECTS_WARNING_H

#include "objects/object.h"

typedef struct WarningState {
    NULLABLE Value filters;        /* list, in the module as _warnings.filters */
    NULLABLE Value once_registry;  /* dict */
    NULLABLE Value default_action; /* str */
    int64_t filters_version;       /* changes with _filters_mutated(): registries of an older version are emptied */
} WarningState;

extern WarningState warning_state;
int warning_state_init(void) NODISCARD; /* harmless when done already */

/* warnings.warn: finds out where, then warns. category: a class, None or no value. */
int warning_issue(Value message, NULLABLE Value category, ssize_t stack_level, NULLABLE Value source) NODISCARD;

typedef struct WarningPlace {
    Value filename;
    int64_t line;
    NULLABLE Value module, registry; /* registry: dict, None or no value */
    NULLABLE Value source_line, source;
} WarningPlace;
int warning_issue_at(Value category, Value message, const WarningPlace *place) NODISCARD;

#endif

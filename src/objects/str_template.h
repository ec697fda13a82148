/* str_template.h: the syntax of str.format templates, for str.format and the module _string. */
#ifndef OBJECTS_STR_TEMPLATE_H
#define OBJECTS_STR_TEMPLATE_H

#include "objects/str_internal.h"

/* A stretch of a template. */
typedef struct Span {
    ssize_t low, high;
} Span;

/* A literal text and the replacement field behind it. */
typedef struct TemplatePart {
    Span literal, name, spec;
    bool has_field, spec_has_fields;
    uint32_t conversion; /* 0: none */
} TemplatePart;

/* Parses on from *at, up to `end`: 1 a part, 0 the end, -1 ValueError. */
int template_next_part(const Str *text, ssize_t *at, ssize_t end, TemplatePart *part);

/* A field name's first word: its end. The value as a number, -1 when it is none, -2 with an error. */
ssize_t template_first_word(const Str *text, Span name, ssize_t *index);

/* The next ".attribute" or "[item]" from *at: 1, 0 at the end, -1 with an error. *index: the item as a number or -1. */
int template_next_accessor(const Str *text, ssize_t *at, ssize_t end, bool *is_attribute, Span *word, ssize_t *index);

#endif

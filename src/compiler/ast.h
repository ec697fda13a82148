/* ast.h: the abstract syntax tree and the arena that owns it.
 *
 * Nodes are plain structs made from ast.def: of a sum type, `kind` says which member of the union `v` is valid. A tree
 * is never freed node by node: nodes and sequences are pieces of an AstArena, which also owns the identifiers and
 * constants (Values). A NULL sequence is an empty one. Columns count UTF-8 bytes, as CPython's. */
#ifndef COMPILER_AST_H
#define COMPILER_AST_H

#include "objects/object.h"

typedef struct AstArena AstArena;

NULLABLE AstArena *arena_new(void) NODISCARD;                           /* NULL with MemoryError */
NULLABLE void *arena_alloc(AstArena *arena, size_t size) NODISCARD;     /* zeroed; NULL with MemoryError */
int arena_own_value(AstArena *arena, STEALS NULLABLE Value v) NODISCARD; /* -1: out of memory; v is dropped */
void arena_free(NULLABLE AstArena *arena);

typedef struct AstLocation {
    int lineno, col_offset, end_lineno, end_col_offset;
} AstLocation;

/* node->lineno … and node->location are the same words. */
#define AST_LOCATION_FIELDS                                                                                            \
    union {                                                                                                            \
        AstLocation location;                                                                                          \
        struct {                                                                                                       \
            int lineno, col_offset, end_lineno, end_col_offset;                                                        \
        };                                                                                                             \
    }

typedef struct IdentifierSeq { ssize_t count; Value items[]; } IdentifierSeq;
typedef struct IntSeq { ssize_t count; int items[]; } IntSeq; /* of CmpOp */

#include "ast_nodes.h"

/* Number of items of any sequence; NULL counts as empty. */
#define seq_count(seq) ((seq) ? (seq)->count : 0)

/* A sequence of `count` items, zeroed. All sequence structs but IntSeq (whose items are smaller) have this layout. */
typedef struct AnySeq { ssize_t count; void *items[]; } AnySeq;
NULLABLE void *arena_seq(AstArena *arena, ssize_t count) NODISCARD;
NULLABLE IntSeq *arena_int_seq(AstArena *arena, ssize_t count) NODISCARD;

/* --- what ast.def says, as tables --- */
typedef struct AstField {
    const char *name;
    uint8_t type;    /* enum AstTypeId */
    char quantifier; /* ' ', '?' or '*' */
    uint16_t offset; /* in the node */
} AstField;

typedef struct AstConstructor {
    const char *name, *doc;
    NULLABLE const AstField *fields;
    int field_count;
} AstConstructor;

enum AstTypeSort { AST_SUM, AST_ENUM, AST_PRODUCT };

typedef struct AstTypeInfo {
    const char *name, *doc;
    const AstConstructor *constructors; /* index = kind - 1; a product has one, of its own name */
    int constructor_count;
    enum AstTypeSort sort;
    bool has_location, end_is_optional;
    size_t size, location_offset;
} AstTypeInfo;

extern const AstTypeInfo ast_types[AST_TYPE_COUNT]; /* identifier, string, constant and int have no name */

#endif

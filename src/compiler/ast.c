/* ast.c: the arena: a bump allocator for nodes, and the list of the values that the tree owns. */
#include "compiler/ast.h"

#include "objects/error.h"

enum { CHUNK_SIZE = 32 * 1024 };

typedef struct ArenaChunk {
    struct ArenaChunk *previous;
    size_t size, used; /* of data */
    _Alignas(16) char data[];
} ArenaChunk;

struct AstArena {
    ArenaChunk *chunk; /* the one that is being filled */
    Value *values;     /* owned */
    size_t value_count, value_capacity;
};

static ArenaChunk *chunk_new(size_t data_size, ArenaChunk *previous)
{
    ArenaChunk *chunk = raw_calloc(1, sizeof *chunk + data_size);
    if (!chunk) {
        error_no_memory();
        return NULL;
    }
    chunk->previous = previous;
    chunk->size = data_size;
    return chunk;
}

NULLABLE AstArena *arena_new(void)
{
    AstArena *arena = raw_calloc(1, sizeof *arena);
    if (!arena) {
        error_no_memory();
        return NULL;
    }
    arena->chunk = chunk_new(CHUNK_SIZE - sizeof(ArenaChunk), NULL);
    if (!arena->chunk) {
        raw_free(arena);
        return NULL;
    }
    return arena;
}

NULLABLE void *arena_alloc(AstArena *arena, size_t size)
{
    size = align_up(size, 8);
    ArenaChunk *chunk = arena->chunk;
    if (UNLIKELY(chunk->size - chunk->used < size)) {
        chunk = chunk_new(MAX(size, CHUNK_SIZE - sizeof *chunk), chunk);
        if (!chunk) return NULL;
        arena->chunk = chunk;
    }
    void *block = chunk->data + chunk->used;
    chunk->used += size;
    return block;
}

int arena_own_value(AstArena *arena, STEALS NULLABLE Value v)
{
    if (!value_is_object(v)) return 0;
    if (arena->value_count == arena->value_capacity) {
        size_t capacity = arena->value_capacity ? arena->value_capacity * 2 : 256;
        Value *values = raw_realloc(arena->values, capacity * sizeof *values);
        if (!values) {
            value_decref(v);
            error_no_memory();
            return -1;
        }
        arena->values = values;
        arena->value_capacity = capacity;
    }
    arena->values[arena->value_count++] = v;
    return 0;
}

void arena_free(NULLABLE AstArena *arena)
{
    if (!arena) return;
    for (ArenaChunk *chunk = arena->chunk; chunk;) {
        ArenaChunk *previous = chunk->previous;
        raw_free(chunk);
        chunk = previous;
    }
    for (size_t i = 0; i < arena->value_count; i++) value_decref(arena->values[i]);
    raw_free(arena->values);
    raw_free(arena);
}

NULLABLE void *arena_seq(AstArena *arena, ssize_t count)
{
    AnySeq *seq = arena_alloc(arena, sizeof *seq + (size_t)count * sizeof seq->items[0]);
    if (seq) seq->count = count;
    return seq;
}

NULLABLE IntSeq *arena_int_seq(AstArena *arena, ssize_t count)
{
    IntSeq *seq = arena_alloc(arena, sizeof *seq + (size_t)count * sizeof seq->items[0]);
    if (seq) seq->count = count;
    return seq;
}

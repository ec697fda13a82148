/* bytes_builder: a bytes object that grows at its end. The block is an unfinished Bytes of `capacity` bytes. */
#include "objects/bytes.h"
#include "objects/error.h"

enum { FIRST_CAPACITY = 48 };

static size_t block_size(ssize_t capacity)
{
    return var_object_size(&type_bytes, capacity);
}

void bytes_builder_init(BytesBuilder *b)
{
    *b = (BytesBuilder){NULL};
}

void bytes_builder_discard(BytesBuilder *b)
{
    if (b->block) mem_free(b->block, block_size(b->capacity));
    bytes_builder_init(b);
}

char *bytes_builder_reserve(BytesBuilder *b, ssize_t added)
{
    if (b->failed) return NULL;
    if (LIKELY(b->block && added <= b->capacity - b->length)) return b->block->data + b->length;
    Bytes *block = NULL;
    ssize_t capacity = 0;
    if (added <= SSIZE_MAX / 4 - b->length) {
        ssize_t needed = b->length + added;
        capacity = MAX(needed + needed / 4, FIRST_CAPACITY);
        block = b->block ? mem_realloc(b->block, block_size(b->capacity), block_size(capacity))
                         : mem_alloc(block_size(capacity));
    }
    if (!block) {
        bytes_builder_discard(b);
        b->failed = true;
        error_no_memory();
        return NULL;
    }
    b->block = block;
    b->capacity = capacity;
    return block->data + b->length;
}

int bytes_builder_add(BytesBuilder *b, const void *data, ssize_t size)
{
    char *out = bytes_builder_reserve(b, size);
    if (!out) return -1;
    if (size) memcpy(out, data, (size_t)size);
    b->length += size;
    return 0;
}

int bytes_builder_add_byte(BytesBuilder *b, int byte)
{
    char *out = bytes_builder_reserve(b, 1);
    if (!out) return -1;
    *out = (char)byte;
    b->length++;
    return 0;
}

Value bytes_builder_finish(BytesBuilder *b)
{
    if (b->failed) {
        bytes_builder_init(b);
        return VALUE_NULL;
    }
    ssize_t length = b->length;
    Bytes *bytes = NULL;
    if (length > 1) bytes = mem_realloc(b->block, block_size(b->capacity), block_size(length));
    if (!bytes) { /* short ones are shared; and without memory to shrink, there may be some for a copy */
        Value copy = bytes_new(b->block ? b->block->data : "", length);
        bytes_builder_discard(b);
        return copy;
    }
    bytes->head = (Object){1, &type_bytes};
    bytes->length = length;
    bytes->hash = -1;
    bytes->data[length] = 0;
    bytes_builder_init(b);
    return value_from_object(bytes);
}

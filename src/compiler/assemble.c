/* assemble.c: the laid-out flow graph becomes bytes: instructions with their inline caches, the location table
 * (co_linetable) and the exception table. The formats are CPython 3.11's (read back by objects/code.c). */
#include "compiler/flow.h"
#include "objects/bytes.h"
#include "objects/error.h"

typedef struct ByteBuffer {
    uint8_t *data;
    size_t length, capacity;
    bool failed;
} ByteBuffer;

static void put_byte(ByteBuffer *buffer, int byte)
{
    if (buffer->length == buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity * 2 : 128;
        uint8_t *grown = buffer->failed ? NULL : raw_realloc(buffer->data, capacity);
        if (!grown) {
            buffer->failed = true;
            return;
        }
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    buffer->data[buffer->length++] = (uint8_t)byte;
}

static Value finish_bytes(ByteBuffer *buffer)
{
    Value result = buffer->failed ? error_no_memory() : bytes_new((char *)buffer->data, (ssize_t)buffer->length);
    raw_free(buffer->data);
    return result;
}

/* --- sizes and jumps --- */

static int extended_args(int oparg)
{
    return (oparg > 0xff) + (oparg > 0xffff) + (oparg > 0xffffff);
}

/* In code units, EXTENDED_ARGs and caches included. */
static int instr_size(const Instr *instr)
{
    return extended_args(instr->oparg) + 1 + bc_caches[instr->opcode];
}

static void place_blocks(Flow *flow)
{
    int offset = 0;
    for (Block *block = flow->entry; block; block = block->next) {
        block->offset = offset;
        for (int i = 0; i < block->count; i++) offset += instr_size(&block->instrs[i]);
    }
}

/* Sets the distances of all jumps; false when one of them thereby changed its size. */
static bool place_jumps(Flow *flow)
{
    bool is_stable = true;
    for (Block *block = flow->entry; block; block = block->next) {
        int offset = block->offset;
        for (int i = 0; i < block->count; i++) {
            Instr *instr = &block->instrs[i];
            int size = instr_size(instr);
            offset += size;
            if (!opcode_is_jump(instr->opcode)) continue;
            int distance = instr->target->offset - offset;
            instr->oparg = distance < 0 ? -distance : distance;
            if (instr_size(instr) != size) is_stable = false;
        }
    }
    return is_stable;
}

static void put_instr(ByteBuffer *code, const Instr *instr)
{
    for (int extra = extended_args(instr->oparg); extra; extra--) {
        put_byte(code, BC_EXTENDED_ARG);
        put_byte(code, instr->oparg >> (8 * extra) & 0xff);
    }
    put_byte(code, instr->opcode);
    put_byte(code, instr->oparg & 0xff);
    for (int i = bc_caches[instr->opcode] * 2; i; i--) put_byte(code, BC_CACHE);
}

static Value assemble_code(Flow *flow)
{
    do {
        place_blocks(flow);
    } while (!place_jumps(flow));
    ByteBuffer code = {0};
    for (const Block *block = flow->entry; block; block = block->next)
        for (int i = 0; i < block->count; i++) put_instr(&code, &block->instrs[i]);
    return finish_bytes(&code);
}

/* --- location table --- */

enum { FORM_ONE_LINE = 10, FORM_NO_COLUMNS = 13, FORM_LONG = 14, FORM_NONE = 15 };

static void put_head(ByteBuffer *table, int form, int units)
{
    put_byte(table, 0x80 | form << 3 | (units - 1));
}

static void put_varint(ByteBuffer *table, unsigned value)
{
    for (; value >= 64; value >>= 6) put_byte(table, (int)(64 | (value & 63)));
    put_byte(table, (int)value);
}

static void put_signed_varint(ByteBuffer *table, int value)
{
    put_varint(table, value < 0 ? (unsigned)-value << 1 | 1 : (unsigned)value << 1);
}

/* One entry, for up to eight units; `line` is that of the entry before. */
static void put_location(ByteBuffer *table, const AstLocation *at, int units, int *line)
{
    if (at->lineno < 0) {
        put_head(table, FORM_NONE, units);
        return;
    }
    int step = at->lineno - *line, column = at->col_offset, end_column = at->end_col_offset;
    bool has_columns = column >= 0 && end_column >= 0, is_one_line = at->end_lineno == at->lineno;
    *line = at->lineno;
    if (!has_columns && (is_one_line || at->end_lineno == -1)) {
        put_head(table, FORM_NO_COLUMNS, units);
        put_signed_varint(table, step);
        return;
    }
    if (has_columns && is_one_line && step == 0 && column < 80 && end_column - column < 16 && end_column >= column) {
        put_head(table, column >> 3, units);
        put_byte(table, (column & 7) << 4 | (end_column - column));
        return;
    }
    if (has_columns && is_one_line && step >= 0 && step < 3 && column < 128 && end_column < 128) {
        put_head(table, FORM_ONE_LINE + step, units);
        put_byte(table, column);
        put_byte(table, end_column);
        return;
    }
    put_head(table, FORM_LONG, units);
    put_signed_varint(table, step);
    put_varint(table, (unsigned)(at->end_lineno - at->lineno));
    put_varint(table, (unsigned)(column + 1));
    put_varint(table, (unsigned)(end_column + 1));
}

static Value assemble_locations(Flow *flow, int first_line)
{
    ByteBuffer table = {0};
    int line = first_line;
    for (const Block *block = flow->entry; block; block = block->next) {
        for (int i = 0; i < block->count; i++) {
            const Instr *instr = &block->instrs[i];
            int units = instr_size(instr);
            for (; units > 8; units -= 8) put_location(&table, &instr->location, 8, &line);
            put_location(&table, &instr->location, units, &line);
        }
    }
    return finish_bytes(&table);
}

/* --- exception table --- */

/* Big-endian groups of six bits; bit 6: more follow; bit 7: the first byte of an entry. */
static void put_table_number(ByteBuffer *table, int value, bool starts_entry)
{
    int first = starts_entry ? 0x80 : 0;
    for (int shift = 24; shift; shift -= 6) {
        if (value < 1 << shift) continue;
        put_byte(table, (value >> shift & 0x3f) | 0x40 | first);
        first = 0;
    }
    put_byte(table, (value & 0x3f) | first);
}

static void put_entry(ByteBuffer *table, int start, int end, const Block *handler)
{
    int depth = handler->start_depth - 1 - handler->wants_lasti; /* the exception, and lasti, are pushed on top */
    put_table_number(table, start, true);
    put_table_number(table, end - start, false);
    put_table_number(table, handler->offset, false);
    put_table_number(table, depth << 1 | handler->wants_lasti, false);
}

static Value assemble_exception_table(Flow *flow)
{
    ByteBuffer table = {0};
    const Block *handler = NULL;
    int offset = 0, start = 0;
    for (const Block *block = flow->entry; block; block = block->next) {
        for (int i = 0; i < block->count; i++) {
            const Instr *instr = &block->instrs[i];
            if (instr->handler != handler) {
                if (handler) put_entry(&table, start, offset, handler);
                start = offset;
                handler = instr->handler;
            }
            offset += instr_size(instr);
        }
    }
    if (handler) put_entry(&table, start, offset, handler);
    return finish_bytes(&table);
}

bool flow_assemble(Flow *flow, int first_line, Assembled *result)
{
    result->code = assemble_code(flow);
    result->linetable = assemble_locations(flow, first_line);
    result->exceptiontable = assemble_exception_table(flow);
    return !value_is_null(result->code) && !value_is_null(result->linetable) && !value_is_null(result->exceptiontable);
}

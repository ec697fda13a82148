/* code_lines.c: reading the location table (co_linetable) and the exception table, in the formats of CPython 3.11
 * (Objects/locations.md and Objects/exception_handling_notes.txt there).
 *
 * A location entry covers 1 to 8 code units. Its first byte is 1 kkkk lll: kind k, length l + 1:
 *   0-9   short: one more byte; column = k * 8 + high nibble, end column = column + low nibble, same line
 *   10-12 one line: line delta k - 10, then column and end column as bytes
 *   13    no column: line delta as signed varint
 *   14    long: line delta (signed), end line delta, column + 1, end column + 1 as varints
 *   15    no location
 * Varints have 6 bits a byte, least significant first, bit 6 set when more follow. */
#include "objects/code_lines.h"

#include "objects/bytes.h"

LocationReader location_reader(const Code *code)
{
    const Bytes *table = as_bytes(code->linetable);
    return (LocationReader){.at = (const uint8_t *)table->data,
                            .end = (const uint8_t *)table->data + table->length,
                            .computed_line = code->first_line};
}

static uint32_t read_byte(LocationReader *reader)
{
    return reader->at < reader->end ? *reader->at++ : 0;
}

static uint32_t read_varint(LocationReader *reader)
{
    uint32_t byte = read_byte(reader), value = byte & 63;
    for (unsigned shift = 6; byte & 64 && shift < 32; shift += 6) {
        byte = read_byte(reader);
        value |= (byte & 63) << shift;
    }
    return value;
}

static int read_signed_varint(LocationReader *reader)
{
    uint32_t value = read_varint(reader);
    return value & 1 ? -(int)(value >> 1) : (int)(value >> 1);
}

bool location_next(LocationReader *reader)
{
    if (reader->at >= reader->end) return false;
    uint32_t first = read_byte(reader), kind = first >> 3 & 15;
    reader->start = reader->stop;
    reader->stop = reader->start + (int)(first & 7) + 1;
    CodePosition *position = &reader->position;
    *position = (CodePosition){-1, -1, -1, -1};
    if (kind == 15) return true;
    if (kind >= 13)
        reader->computed_line += read_signed_varint(reader);
    else if (kind >= 10)
        reader->computed_line += (int)kind - 10;
    position->line = position->end_line = reader->computed_line;
    if (kind == 14) {
        position->end_line += (int)read_varint(reader);
        position->column = (int)read_varint(reader) - 1;
        position->end_column = (int)read_varint(reader) - 1;
    } else if (kind <= 9) {
        uint32_t second = read_byte(reader);
        position->column = (int)(kind * 8 + (second >> 4));
        position->end_column = position->column + (int)(second & 15);
    } else if (kind <= 12) {
        position->column = (int)read_byte(reader);
        position->end_column = (int)read_byte(reader);
    }
    return true;
}

CodePosition code_position_at(const Code *code, int offset)
{
    LocationReader reader = location_reader(code);
    while (location_next(&reader))
        if (offset / 2 < reader.stop) return reader.position;
    return (CodePosition){-1, -1, -1, -1};
}

int code_line_at(const Code *code, int offset)
{
    return offset < 0 ? code->first_line : code_position_at(code, offset).line;
}

/* --- the exception table: entries of four varints, most significant bits first; the first byte of an entry has bit 7
 * --- */

static int read_big_varint(const uint8_t **at, const uint8_t *end)
{
    int value = 0;
    while (*at < end) {
        uint8_t byte = *(*at)++;
        value = value << 6 | (byte & 63);
        if (!(byte & 64)) break;
    }
    return value;
}

bool code_find_handler(const Code *code, int unit, int *target, int *depth, bool *push_lasti)
{
    const Bytes *table = as_bytes(code->exceptiontable);
    const uint8_t *at = (const uint8_t *)table->data, *end = at + table->length;
    while (at < end) {
        int start = read_big_varint(&at, end), length = read_big_varint(&at, end);
        int handler = read_big_varint(&at, end), depth_lasti = read_big_varint(&at, end);
        if (start > unit) return false;
        if (unit >= start + length) continue;
        *target = handler;
        *depth = depth_lasti >> 1;
        *push_lasti = depth_lasti & 1;
        return true;
    }
    return false;
}

/* functions.c: samples summed up by function. Own time goes to the innermost function of a sample, cumulative time once
 * to each function on its stack, however often it stands there (recursion). */
#include "profiler/functions.h"

static size_t probe(const FunctionTable *table, const Code *code)
{
    size_t mask = table->index_size - 1;
    size_t at = ((uintptr_t)code >> 4) * 0x9E3779B97F4A7C15u >> 20 & mask;
    while (table->index[at] && table->items[table->index[at] - 1].code != code) at = (at + 1) & mask;
    return at;
}

static bool grow(FunctionTable *table)
{
    size_t size = table->index_size ? table->index_size * 2 : 256;
    FunctionTime *items = raw_realloc(table->items, size / 2 * sizeof *items);
    if (items) table->items = items;
    uint32_t *index = raw_calloc(size, sizeof *index);
    if (!items || !index) {
        raw_free(index);
        return false;
    }
    raw_free(table->index);
    table->index = index;
    table->index_size = size;
    for (size_t i = 0; i < table->count; i++) index[probe(table, table->items[i].code)] = (uint32_t)i + 1;
    return true;
}

static NULLABLE FunctionTime *function_of(FunctionTable *table, const Code *code)
{
    if (table->count * 2 >= table->index_size && !grow(table)) return NULL;
    size_t at = probe(table, code);
    if (!table->index[at]) {
        table->items[table->count] = (FunctionTime){.code = code};
        table->index[at] = (uint32_t)++table->count;
    }
    return &table->items[table->index[at] - 1];
}

static void add_sample(const Sample *sample, void *argument)
{
    FunctionTable *table = argument;
    table->samples++;
    table->total_ns += sample->weight_ns;
    for (uint32_t i = 0; i < sample->depth; i++) {
        FunctionTime *function = function_of(table, sample->stack[i]);
        if (!function) return;
        if (i == 0) {
            function->own_ns += sample->weight_ns;
            function->activity_ns[sample->activity] += sample->weight_ns;
        }
        if (function->last_sample != table->samples) function->cumulative_ns += sample->weight_ns;
        function->last_sample = table->samples;
    }
}

FunctionTable functions_collect(void)
{
    FunctionTable table = {0};
    sampler_each(add_sample, &table);
    return table;
}

size_t functions_find(const FunctionTable *table, const Code *code)
{
    return table->index[probe(table, code)] - 1;
}

void functions_free(FunctionTable *table)
{
    raw_free(table->items);
    raw_free(table->index);
}

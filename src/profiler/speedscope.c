/* speedscope.c: the samples as a file for https://www.speedscope.app (its "sampled" profile type). */
#include "profiler/speedscope.h"

#include "objects/str.h"
#include "profiler/functions.h"

typedef struct Writer {
    FILE *out;
    const FunctionTable *table;
    bool is_first;
} Writer;

static void write_string(FILE *out, Value text)
{
    const char *utf8 = str_as_utf8(text, NULL);
    fputc('"', out);
    for (const char *c = utf8 ? utf8 : "?"; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            fprintf(out, "\\u%04x", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

static void write_stack(const Sample *sample, void *argument)
{
    Writer *writer = argument;
    fputs(writer->is_first ? "\n[" : ",\n[", writer->out);
    writer->is_first = false;
    for (uint32_t i = sample->depth; i-- > 0;)
        fprintf(writer->out, "%zu%s", functions_find(writer->table, sample->stack[i]), i ? "," : "");
    fputc(']', writer->out);
}

static void write_weight(const Sample *sample, void *argument)
{
    Writer *writer = argument;
    fprintf(writer->out, "%s%llu", writer->is_first ? "" : ",", (unsigned long long)sample->weight_ns);
    writer->is_first = false;
}

void speedscope_write(FILE *out, const FunctionTable *table)
{
    Writer writer = {out, table, true};
    fputs("{\"$schema\":\"https://www.speedscope.app/"
          "file-format-schema.json\",\"exporter\":\"coachwhip\",\"shared\":{\"frames\":[",
          out);
    for (size_t i = 0; i < table->count; i++) {
        const Code *code = table->items[i].code;
        fputs(i ? ",\n{\"name\":" : "\n{\"name\":", out);
        write_string(out, code->qualname);
        fputs(",\"file\":", out);
        write_string(out, code->filename);
        fprintf(out, ",\"line\":%d}", code->first_line);
    }
    fprintf(out,
            "]},\"profiles\":[{\"type\":\"sampled\",\"name\":\"coachwhip\",\"unit\":\"nanoseconds\",\"startValue\":0,"
            "\"endValue\":%llu,\"samples\":[",
            (unsigned long long)table->total_ns);
    sampler_each(write_stack, &writer);
    fputs("],\"weights\":[", out);
    writer.is_first = true;
    sampler_each(write_weight, &writer);
    fputs("]}]}\n", out);
}

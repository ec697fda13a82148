/* profiler.c: the table that --profile prints. */
#include "profiler/profiler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "jit/jit.h"
#include "objects/str.h"
#include "profiler/functions.h"
#include "profiler/speedscope.h"

enum { ROWS_MAX = 40, REASON_PERCENT = 2 };

bool profiler_start(void)
{
    if (sampler_start()) return true;
    fprintf(stderr, "coachwhip: --profile: no timer: %s\n", strerror(errno));
    return false;
}

static int by_own_time(const void *a, const void *b)
{
    const FunctionTime *left = *(const FunctionTime *const *)a, *right = *(const FunctionTime *const *)b;
    if (left->own_ns != right->own_ns) return left->own_ns < right->own_ns ? 1 : -1;
    return left->cumulative_ns < right->cumulative_ns ? 1 : left->cumulative_ns > right->cumulative_ns ? -1 : 0;
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static const char *text_of(Value str)
{
    const char *utf8 = str_as_utf8(str, NULL);
    return utf8 ? utf8 : "?";
}

static void print_row(FILE *out, const FunctionTime *f, uint64_t total)
{
    fprintf(out, "%6.1f %% %9.3f %9.3f %10llu %6.0f %6.0f %6.0f %6.0f  %s (%s:%d)\n", share(f->own_ns, total),
            (double)f->own_ns / 1e9, (double)f->cumulative_ns / 1e9, (unsigned long long)f->code->calls,
            share(f->activity_ns[ACTIVITY_NATIVE], f->own_ns), share(f->activity_ns[ACTIVITY_INTERPRETED], f->own_ns),
            share(f->activity_ns[ACTIVITY_COMPILING], f->own_ns), share(f->activity_ns[ACTIVITY_COLLECTING], f->own_ns),
            text_of(f->code->qualname), text_of(f->code->filename), f->code->first_line);
    bool is_hot = share(f->own_ns, total) >= REASON_PERCENT;
    if (is_hot && f->activity_ns[ACTIVITY_INTERPRETED] * 2 > f->own_ns) jit_explain(f->code, out);
}

static void print_table(FILE *out, const FunctionTable *table)
{
    const FunctionTime **rows = malloc((table->count + 1) * sizeof *rows);
    if (!rows) return;
    for (size_t i = 0; i < table->count; i++) rows[i] = &table->items[i];
    qsort(rows, table->count, sizeof *rows, by_own_time);
    fprintf(out, "\n%llu samples in %.3f s of time; shares of own time in percent\n",
            (unsigned long long)table->samples, (double)table->total_ns / 1e9);
    fprintf(out, "%8s %9s %9s %10s %6s %6s %6s %6s  %s\n", "share", "own s", "cumul. s", "calls", "native", "interp",
            "compil", "collec", "function");
    for (size_t i = 0; i < table->count && i < ROWS_MAX; i++) print_row(out, rows[i], table->total_ns);
    if (sampler_lost())
        fprintf(out, "%llu samples were lost: the buffer was full\n", (unsigned long long)sampler_lost());
    free(rows);
}

void profiler_finish(NULLABLE const char *json_path)
{
    sampler_stop();
    FunctionTable table = functions_collect();
    if (!json_path) {
        print_table(stderr, &table);
    } else {
        FILE *out = fopen(json_path, "w");
        if (out) speedscope_write(out, &table);
        if (!out || fclose(out) != 0) fprintf(stderr, "coachwhip: --profile: %s: %s\n", json_path, strerror(errno));
    }
    functions_free(&table);
}

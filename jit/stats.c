/* stats.c: --jit-stats: what was compiled, what it did, and for each hot place without native code the reason and line.
 */
#include <stdio.h>

#include "jit/runtime.h"
#include "objects/str.h"

static void print_place(const Place *p, FILE *out)
{
    const char *file = str_as_utf8(p->code->filename, NULL), *name = str_as_utf8(p->code->qualname, NULL);
    fprintf(out, "  %s:%d %s %s", file ? file : "?", code_line_at(p->code, p->unit * 2),
            p->is_function ? "function" : "loop", name ? name : "?");
    if (p->tree) {
        const JitTree *t = p->tree;
        fprintf(out, ": %s, %d traces, %zu bytes, %lu entries, %lu refused, %lu exits, compiled in %.1f ms",
                t->code ? "native" : "recorded", t->ir.segments_count, t->code_size, (unsigned long)t->entries,
                (unsigned long)t->entry_failures, (unsigned long)t->exits, t->micros / 1000.0);
    } else {
        fprintf(out, ": not native%s", p->is_blacklisted ? " (given up)" : "");
    }
    fputc('\n', out);
    if (p->reason != REASON_NONE) {
        fprintf(out, "      last failure: %s", reason_texts[p->reason]);
        if (p->reason_code) {
            const char *where = str_as_utf8(p->reason_code->qualname, NULL);
            fprintf(out, ", line %d in %s", code_line_at(p->reason_code, p->reason_unit * 2), where ? where : "?");
            if (p->reason == REASON_INSTRUCTION)
                fprintf(out, " (%s)", bc_names[p->reason_opcode] ? bc_names[p->reason_opcode] : "?");
        }
        fputc('\n', out);
    }
}

static void print_hot_exits(const JitTree *t, FILE *out)
{
    for (int i = 1; i < t->ir.snapshots_count; i++) {
        const Snapshot *s = &t->ir.snapshots[i];
        if (s->bridge >= 0 || s->hits < 100) continue;
        const SnapFrame *f = &t->ir.frames[s->first_frame + s->frame_count - 1];
        Code *code = t->ir.codes[f->code];
        fprintf(out, "      exit !%d taken %u times, line %d\n", i, s->hits, code_line_at(code, f->unit * 2));
    }
}

void jit_explain(const Code *code, void *file)
{
    for (const Place *p = code->jit; p; p = p->next) {
        if (p->tree || p->reason == REASON_NONE) continue;
        int line = p->reason_code ? code_line_at(p->reason_code, p->reason_unit * 2) : code_line_at(code, p->unit * 2);
        fprintf(file, "    line %d: %s\n", line, reason_texts[p->reason]);
    }
}

void jit_print_stats(void *file)
{
    FILE *out = file;
    fprintf(out, "jit: %lu compilations, %.1f ms in gcc, %.1f ms in as, %zu bytes of code\n",
            (unsigned long)compile_count, compile_micros_gcc / 1000.0, compile_micros_as / 1000.0, arena_used());
    if (compile_problem) fprintf(out, "jit: no native code: %s\n", compile_problem);
    for (const Place *p = all_places; p; p = p->all_next) {
        print_place(p, out);
        if (p->tree) print_hot_exits(p->tree, out);
    }
}

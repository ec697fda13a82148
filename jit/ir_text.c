/* ir_text.c: the text form of the IR, out and in. One instruction a line:
 *     0012 ADDOV  int  0008 +1  !3
 * operands as ir.def says: a number is an instruction, +n an int, f… a float, #… a word or value, $… an address; !n is
 * a snapshot. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "jit/helpers.h"

static const char *const type_names[] = {"nil", "int", "flt", "bool", "val", "word"};

static void print_ref(const Tree *tree, Ref ref, FILE *out)
{
    if (ref == REF_NONE) {
        fprintf(out, " -");
    } else if (REF_IS_VIRTUAL(ref)) {
        const Virtual *v = &tree->virtuals[ref - REF_VIRTUAL];
        fprintf(out, " virtual%d(", v->kind);
        for (int i = 0; i < v->count; i++) print_ref(tree, tree->fields[v->first + i].ref, out);
        fprintf(out, " )");
    } else if (ref >= 0) {
        fprintf(out, " %04d", ref);
    } else {
        const Const *c = ir_constant(tree, ref);
        double d;
        memcpy(&d, &c->bits, sizeof d);
        if (c->kind != CONST_NUMBER)
            fprintf(out, " $%" PRIx64, c->bits);
        else if (c->type == IR_INT)
            fprintf(out, " +%" PRId64, (int64_t)c->bits);
        else if (c->type == IR_FLOAT)
            fprintf(out, " f%.17g", d);
        else
            fprintf(out, " #%" PRIx64, c->bits);
    }
}

void ir_print_snapshot(const Tree *tree, int snapshot, void *file)
{
    FILE *out = file;
    const Snapshot *s = &tree->snapshots[snapshot];
    fprintf(out, "    !%d kind %d", snapshot, s->kind);
    for (int i = 0; i < s->frame_count; i++) {
        const SnapFrame *f = &tree->frames[s->first_frame + i];
        fprintf(out, " [base %d unit %d depth %d]", f->base, f->unit, f->depth);
    }
    for (int i = 0; i < s->entry_count; i++) {
        const SnapEntry *e = &tree->entries[s->first_entry + i];
        fprintf(out, " %d%s=", e->slot, e->flags & SLOT_OWNED ? "*" : "");
        print_ref(tree, e->ref, out);
    }
    fprintf(out, s->bridge >= 0 ? " -> segment %d\n" : "\n", s->bridge);
}

static void print_ins(const Tree *tree, Ref ref, FILE *out)
{
    const Ins *ins = &tree->ins[ref];
    const IrOpInfo *info = &ir_op_info[ins->op];
    fprintf(out, "%04d %-9s %-4s", ref, info->name, type_names[ins->type]);
    for (const char *p = info->operands; *p; p++) {
        switch (*p) {
        case 'a': print_ref(tree, ins->a, out); break;
        case 'b': print_ref(tree, ins->b, out); break;
        case 'c': print_ref(tree, ins->c, out); break;
        case 'k': fprintf(out, " slot%d", ins->a); break;
        case 'n': fprintf(out, " [%d]", ins->c); break;
        case 'x': fprintf(out, " /%d", ins->aux); break;
        case 's': fprintf(out, " !%d", ins->c); break;
        case 'A': fprintf(out, " %s", helper_info[ins->b].name); /* fall through */
        case 'V':
            for (int i = 0; i < ins->aux; i++) print_ref(tree, tree->args[ins->a + i], out);
            break;
        default: break;
        }
    }
    fputc('\n', out);
}

void ir_print(const Tree *tree, void *file)
{
    int last = -1;
    for (Ref ref = 0; ref < tree->ins_count; ref++) {
        const Ins *ins = &tree->ins[ref];
        for (int i = 0; i < tree->segments_count; i++) {
            if (tree->segments[i].first == ref)
                fprintf(file, "--- segment %d of !%d\n", i, tree->segments[i].parent_snapshot);
        }
        if (ins->op == IR_NOP) continue;
        if (strchr(ir_op_info[ins->op].operands, 's') && ins->c >= 0 && ins->c != last) {
            last = ins->c;
            ir_print_snapshot(tree, last, file);
        }
        print_ins(tree, ref, file);
    }
}

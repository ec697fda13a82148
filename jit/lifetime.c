/* lifetime.c: what trees keep alive, and their end.
 *
 * Addresses of objects stand in native code and in snapshots, so a tree holds references on its constants. They must
 * not keep alive what the program lets go:
 *   - A namespace is borrowed: its death revokes the trees that know it (invalidate.c).
 *   - The code of the tree's own place (codes[0]) is borrowed: the code owns the place, and the place the tree.
 *   - To the collector the others count for nothing (gc_borrower): what only trees reach is garbage, and those trees go
 *     before it does. Not while native code runs: nobody can tell what it has still to touch.
 * A tree that is invalidated drops at once what others hold too. The rest, whose end may run Python code, and its
 * memory wait for the next safepoint at which no native code runs. */
#include <stdio.h>

#include "gc/gc.h"
#include "jit/runtime.h"

static JitTree *dead_trees; /* linked by next_dead */

static bool owns_constant(const Const *c)
{
    return c->kind == CONST_OBJECT && c->type == IR_VAL;
}

static bool is_in_use(const JitTree *tree)
{
    return native_activations || (jit_is_recording && recording_tree() == tree);
}

/* --- the end --- */

void tree_drop_constants(Tree *ir, int from)
{
    while (ir->constants_count > from) {
        Const c = ir->constants[--ir->constants_count];
        if (owns_constant(&c)) value_decref((Value){c.bits});
    }
}

void tree_drop_codes(Tree *ir, int from)
{
    while (ir->codes_count > from) {
        Code *code = ir->codes[--ir->codes_count];
        if (ir->codes_count > 0) value_decref(value_from_object(code));
    }
}

void tree_destroy(JitTree *tree)
{
    watch_forget_tree(tree);
    queue_forget(tree);
    compile_forget(tree);
    tree_drop_codes(&tree->ir, 0);
    tree_drop_constants(&tree->ir, 0);
    table_free(tree->table);
    raw_free(tree->continuations);
    tree_free(&tree->ir);
    raw_free(tree);
}

void jit_release_dead(void)
{
    for (JitTree **link = &dead_trees; *link;) {
        JitTree *tree = *link;
        if (is_in_use(tree)) {
            link = &tree->next_dead;
            continue;
        }
        *link = tree->next_dead;
        tree_destroy(tree); /* may run Python code, and so release others */
        link = &dead_trees;
    }
}

/* What somebody else holds too. */
static void drop_shared_constants(JitTree *tree)
{
    for (int i = 0; i < tree->ir.constants_count; i++) {
        Const *c = &tree->ir.constants[i];
        if (!owns_constant(c) || value_as_object((Value){c->bits})->refcount == 1) continue;
        Value v = {c->bits};
        *c = (Const){IR_WORD, CONST_NUMBER, 0};
        value_decref(v);
    }
}

static void bury(JitTree *tree)
{
    tree->valid = 0;
    tree->state = TREE_DEAD;
    tree->next_dead = dead_trees;
    dead_trees = tree;
    if (!is_in_use(tree)) drop_shared_constants(tree);
    safepoint_request(BREAK_PENDING);
}

void tree_invalidate(JitTree *tree)
{
    if (tree->state == TREE_DEAD) return;
    Place *place = tree->place;
    if (place->tree == tree) {
        place_unpatch(place);
        place->link = (Link){NULL, NULL, NULL};
        place->tree = NULL;
        place->reason = REASON_INVALIDATED;
        if (++place->invalidations > 8) place->is_blacklisted = true;
        place->dead_trees++;
    }
    if (jit_options.log_level >= 1) fprintf(stderr, "jit: tree %u invalidated\n", tree->id);
    bury(tree);
}

void jit_code_destroyed(Code *code)
{
    Place **link = &all_places;
    while (*link) {
        Place *place = *link;
        if (place->reason_code == code) place->reason_code = NULL;
        if (place->code != code) {
            link = &place->all_next;
            continue;
        }
        *link = place->all_next;
        if (place->tree) bury(place->tree);
        raw_free(place);
    }
    code->jit = NULL;
}

/* The last of all: no Python code enters native code any more. */
void lifetime_shutdown(void)
{
    native_activations = 0; /* threads that are stopped for good inside of it */
    for (Place *place = all_places; place; place = place->all_next)
        if (place->tree) tree_invalidate(place->tree);
    jit_release_dead();
    watch_shutdown();
}

/* --- constants, for others --- */

static void visit_words(const JitTree *tree, void (*visit)(uint64_t word))
{
    for (int i = 0; i < tree->ir.constants_count; i++) visit(tree->ir.constants[i].bits);
}

void jit_visit_constants(void (*visit)(uint64_t word))
{
    for (const Place *p = all_places; p; p = p->all_next)
        if (p->tree) visit_words(p->tree, visit);
    for (const JitTree *tree = dead_trees; tree; tree = tree->next_dead) visit_words(tree, visit);
    if (jit_is_recording) visit_words(recording_tree(), visit);
}

/* --- the collector --- */

static void visit_objects(const JitTree *tree, GcVisit visit, void *argument)
{
    if (is_in_use(tree)) return;
    for (int i = 0; i < tree->ir.constants_count; i++)
        if (owns_constant(&tree->ir.constants[i])) visit((Object *)tree->ir.constants[i].bits, argument);
}

static void borrower_visit(GcVisit visit, void *argument)
{
    for (const Place *p = all_places; p; p = p->all_next)
        if (p->tree) visit_objects(p->tree, visit, argument);
    for (const JitTree *tree = dead_trees; tree; tree = tree->next_dead) visit_objects(tree, visit, argument);
}

static bool has_garbage(const JitTree *tree, bool (*is_garbage)(const Object *object))
{
    for (int i = 0; i < tree->ir.constants_count; i++) {
        const Const *c = &tree->ir.constants[i];
        if (owns_constant(c) && is_garbage((Object *)c->bits)) return true;
    }
    return false;
}

/* The place is not to blame for what its trees had seen. */
static void borrower_give_up(bool (*is_garbage)(const Object *object))
{
    for (Place *place = all_places; place; place = place->all_next) {
        JitTree *tree = place->tree;
        if (!tree || is_in_use(tree) || !has_garbage(tree, is_garbage)) continue;
        tree_invalidate(tree);
        place->invalidations--;
        place->is_blacklisted = place->invalidations > 8;
    }
    jit_release_dead();
}

void lifetime_startup(void)
{
    static const GcBorrower borrower = {borrower_visit, borrower_give_up};
    gc_borrower = &borrower;
}

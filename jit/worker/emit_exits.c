/* emit_exits.c: an exit stores the live values of its snapshot, in the snapshot's order, and returns its number.
 *
 * Written one by one, the exits are most of what GCC gets to compile: a tree of 400 instructions may have a hundred,
 * with seven values each. But the frames further out stay the same from one snapshot to the next, so that their lists
 * begin alike. The lists make a trie, and every node of it is one store: an exit sets its number, goes to the node of
 * its last value, and from there towards the root, which returns the number.
 */
#include <stdlib.h>

#include "jit/worker/emit_internal.h"

enum { ROOT, NOT_KNOWN = -1 };

typedef struct StoreNode {
    Ref ref;
    int known; /* the exit knows the value, a bool; or NOT_KNOWN */
    int position;
    int parent, first_child, next_sibling; /* nodes; 0: none, for the root is nobody's child */
    int users;                             /* how many exits and children go on here */
    Block *block;                          /* with several users: where they go on */
} StoreNode;

typedef struct Trie {
    StoreNode *nodes;
    int count;
} Trie;

static int child(Trie *trie, int parent, Ref ref, int known)
{
    StoreNode *nodes = trie->nodes;
    for (int n = nodes[parent].first_child; n; n = nodes[n].next_sibling) {
        if (nodes[n].ref == ref && nodes[n].known == known) return n;
    }
    int made = trie->count++;
    nodes[made] = (StoreNode){.ref = ref,
                              .known = known,
                              .position = parent == ROOT ? 0 : nodes[parent].position + 1,
                              .parent = parent,
                              .next_sibling = nodes[parent].first_child};
    nodes[parent].first_child = made;
    nodes[parent].users++;
    return made;
}

/* The node of the snapshot's last value. */
static int add_snapshot(Emitter *e, Trie *trie, int index)
{
    const RequestSnapshot *s = &e->r->snapshots[index];
    int node = ROOT;
    for (int i = 0; i < s->live_count; i++) {
        Ref ref = e->r->live[s->first_live + i];
        node = child(trie, node, ref, ref == e->known[index] ? e->known_value[index] : NOT_KNOWN);
    }
    trie->nodes[node].users++;
    return node;
}

static void emit_store(Emitter *e, const StoreNode *node)
{
    RV *v = node->known == NOT_KNOWN ? value(e, node->ref) : word(e, node->known);
    RV *address = add(e, rv(e->out), word(e, node->position * 8L));
    if (type_of_ref(e, node->ref) == IR_FLOAT)
        assign(e, memory(e, address, e->pointer_f64), v);
    else
        store(e, address, v);
}

/* From the node on, as far as no other exit has been emitted. */
static void emit_stores(Emitter *e, Trie *trie, int node, LV *number)
{
    for (;; node = trie->nodes[node].parent) {
        StoreNode *n = &trie->nodes[node];
        if (n->users > 1) {
            bool is_emitted = n->block != NULL;
            if (!is_emitted) n->block = new_block(e);
            gcc_jit_block_end_with_jump(e->block, NULL, n->block);
            if (is_emitted) return;
            e->block = n->block;
        }
        if (node == ROOT) break;
        emit_store(e, n);
    }
    gcc_jit_block_end_with_return(e->block, NULL, rv(number));
}

void emit_exits(Emitter *e)
{
    size_t nodes = 1;
    for (int q = 0; q < e->exit_queue_count; q++) nodes += e->r->snapshots[e->exit_queue[q]].live_count;
    Trie trie = {.nodes = calloc(nodes, sizeof *trie.nodes), .count = 1};
    int *last = calloc((size_t)e->exit_queue_count + 1, sizeof *last);
    LV *number = temporary(e, e->i64);
    for (int q = 0; q < e->exit_queue_count; q++) last[q] = add_snapshot(e, &trie, e->exit_queue[q]);
    for (int q = 0; q < e->exit_queue_count; q++) {
        e->block = e->exits[e->exit_queue[q]];
        assign(e, number, word(e, e->exit_queue[q]));
        emit_stores(e, &trie, last[q], number);
    }
    free(last);
    free(trie.nodes);
}

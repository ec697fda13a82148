/* frame.c: the chunked stack of frames, and the end of a frame.
 *
 * A thread's frames stand one behind the other in chunks. A frame that does not fit opens a new chunk; leaving the
 * first frame of a chunk goes back to the one before. One emptied chunk is kept, so that a call at a chunk's edge in a
 * loop does not allocate every time. */
#include "vm/frame.h"

#include "vm/frame_object.h"

enum { CHUNK_WORDS = 16 << 10 };

typedef struct FrameChunk {
    struct FrameChunk *previous;
    struct FrameChunk *spare; /* an emptied chunk behind this one, or NULL */
    Value *previous_top;      /* stack_top in the previous chunk */
    size_t words;
    Value data[];
} FrameChunk;

static NULLABLE FrameChunk *chunk_new(size_t words)
{
    FrameChunk *chunk = raw_alloc(sizeof(FrameChunk) + words * sizeof(Value));
    if (!chunk) return NULL;
    chunk->spare = NULL;
    chunk->words = words;
    return chunk;
}

static void chunk_enter(Thread *thread, FrameChunk *chunk)
{
    chunk->previous = thread->chunk;
    chunk->previous_top = thread->stack_top;
    thread->chunk = chunk;
    thread->stack_start = thread->stack_top = chunk->data;
    thread->stack_limit = chunk->data + chunk->words;
}

/* Room for `words` more; false: no memory. */
static bool stack_grow(Thread *thread, size_t words)
{
    FrameChunk *chunk = thread->chunk ? thread->chunk->spare : NULL;
    if (chunk && chunk->words >= words) {
        thread->chunk->spare = NULL;
    } else {
        chunk = chunk_new(MAX(words, (size_t)CHUNK_WORDS));
        if (!chunk) return false;
    }
    chunk_enter(thread, chunk);
    return true;
}

void frame_chunk_leave(Thread *thread)
{
    FrameChunk *chunk = thread->chunk, *previous = chunk->previous;
    if (!previous) return;
    thread->chunk = previous;
    thread->stack_start = previous->data;
    thread->stack_limit = previous->data + previous->words;
    thread->stack_top = chunk->previous_top;
    raw_free(chunk->spare);
    chunk->spare = NULL;
    raw_free(previous->spare);
    previous->spare = chunk;
}

void frame_stack_free(Thread *thread)
{
    for (FrameChunk *chunk = thread->chunk; chunk;) {
        FrameChunk *previous = chunk->previous;
        raw_free(chunk->spare);
        raw_free(chunk);
        chunk = previous;
    }
    thread->chunk = NULL;
    thread->stack_top = thread->stack_limit = thread->stack_start = NULL;
}

NULLABLE Frame *frame_alloc_slow(STEALS Function *function, const Quick *quick)
{
    Thread *thread = current_thread;
    if (!quick) quick = code_quicken(as_code(function->code));
    if (!quick) goto failed;
    if (thread->recursion_remaining <= 0) {
        if (!recursion_enter("")) goto failed;
        recursion_leave();
    }
    if (thread->stack_limit - thread->stack_top < quick->frame_words &&
        !stack_grow(thread, (size_t)quick->frame_words)) {
        error_no_memory();
        goto failed;
    }
    /* Now the fast path has all that it needs, but for a count below zero while RecursionError is handled. */
    int remaining = thread->recursion_remaining;
    thread->recursion_remaining = MAX(remaining, 1);
    Frame *frame = frame_push(function);
    thread->recursion_remaining = remaining - 1;
    return frame;
failed:
    value_decref(value_from_object(function));
    return NULL;
}

void frame_clear(Frame *frame)
{
    if (frame->object) {
        if (frame->object->head.refcount > 1) {
            frame_object_take(frame);
            return;
        }
        FrameObject *object = frame->object;
        frame->object = NULL;
        frame_object_orphan(object);
    }
    Value *sp = frame->sp;
    frame->sp = frame->localsplus;                                  /* nothing is left for the collector to see */
    for (Value *p = frame->localsplus; p < sp; p++) value_clear(p); /* in this order: __del__ shows it */
    value_clear(&frame->locals);
    value_decref(value_from_object(frame->function));
}

void frame_pop(Frame *frame)
{
    frame_clear(frame);
    frame_release(frame);
}

int frame_lasti(const Frame *frame)
{
    const Quick *quick = frame_quick(frame);
    int index = quick ? (int)(frame->ip - quick->units) : -1;
    if (index < 0) return index;
    /* PRECALL and the call behind it are one for us: what runs is the call. */
    uint8_t opcode = (uint8_t)as_bytes(frame->code->code)->data[index * 2];
    return opcode == BC_PRECALL && frame->ip->opcode != BC_PRECALL ? index + 2 : index;
}

int frame_line(const Frame *frame)
{
    if (frame->object && frame->object->line) return frame->object->line;
    int lasti = frame_lasti(frame);
    return lasti < 0 ? frame->code->first_line : code_line_at(frame->code, lasti * 2);
}

NULLABLE Frame *frame_visible(NULLABLE Frame *frame)
{
    while (frame && !frame->is_complete) frame = frame->previous;
    return frame;
}

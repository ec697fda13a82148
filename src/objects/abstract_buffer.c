/* abstract_buffer.c: the buffer protocol (PEP 3118) from the consumer's side. */
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"

bool supports_buffer(Value v)
{
    return type_of(v)->buffer.get != NULL;
}

int buffer_get(Value v, Buffer *view, int flags)
{
    BufferSlots *slots = &type_of(v)->buffer;
    if (slots->get) return slots->get(v, view, flags);
    error_format(&type_TypeError, "a bytes-like object is required, not '%T'", v);
    return -1;
}

void buffer_release(Buffer *view)
{
    Value owner = view->owner;
    if (value_is_null(owner)) return;
    BufferSlots *slots = &type_of(owner)->buffer;
    if (slots->release) slots->release(owner, view);
    view->owner = VALUE_NULL;
    value_decref(owner);
}

/* Items lie next to each other, the last index varying fastest (or the first one, for Fortran order). */
static bool is_contiguous(const Buffer *view, bool fortran)
{
    if (view->length == 0) return true;
    if (!view->strides) return !fortran || view->dimensions <= 1;
    ssize_t expected = view->item_size;
    for (int k = 0; k < view->dimensions; k++) {
        int i = fortran ? k : view->dimensions - 1 - k;
        ssize_t dimension = view->shape ? view->shape[i] : view->length / view->item_size;
        if (dimension > 1 && view->strides[i] != expected) return false;
        expected *= dimension;
    }
    return true;
}

bool buffer_is_contiguous(const Buffer *view, char order)
{
    if (view->suboffsets) return false;
    if (order == 'C') return is_contiguous(view, false);
    if (order == 'F') return is_contiguous(view, true);
    return is_contiguous(view, false) || is_contiguous(view, true);
}

static const char *item_at(const Buffer *view, const ssize_t *indices)
{
    const char *place = view->data;
    for (int i = 0; i < view->dimensions; i++) {
        place += view->strides[i] * indices[i];
        if (view->suboffsets && view->suboffsets[i] >= 0) place = *(const char *const *)place + view->suboffsets[i];
    }
    return place;
}

/* The next index vector in the given order. */
static void advance(const Buffer *view, ssize_t *indices, bool fortran)
{
    for (int k = 0; k < view->dimensions; k++) {
        int i = fortran ? k : view->dimensions - 1 - k;
        if (++indices[i] < view->shape[i]) return;
        indices[i] = 0;
    }
}

int buffer_copy_out(void *target, const Buffer *view, ssize_t length, char order)
{
    enum { MAX_DIMENSIONS = 64 };
    length = MIN(length, view->length);
    if (buffer_is_contiguous(view, order)) {
        memcpy(target, view->data, (size_t)length);
        return 0;
    }
    if (view->dimensions > MAX_DIMENSIONS || !view->shape || !view->strides) {
        error_set(&type_BufferError, "unsupported buffer layout");
        return -1;
    }
    ssize_t indices[MAX_DIMENSIONS] = {0};
    char *out = target;
    for (ssize_t done = 0; done + view->item_size <= length; done += view->item_size) {
        memcpy(out + done, item_at(view, indices), (size_t)view->item_size);
        advance(view, indices, order == 'F');
    }
    return 0;
}

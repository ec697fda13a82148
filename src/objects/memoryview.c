/* memoryview: a Python object around a Buffer. Views that are made from one another (slices, casts) share one
 * ManagedBuffer, so that the exporter is asked once. */
#include "objects/memoryview.h"

#include "base/hash.h"
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

enum { MAX_DIMENSIONS = 64 };

int buffer_fill(Buffer *view, Value owner, void *data, ssize_t length, bool is_readonly, int flags)
{
    if ((flags & BUFFER_WRITABLE) && is_readonly) {
        view->owner = VALUE_NULL;
        error_set(&type_BufferError, "Object is not writable.");
        return -1;
    }
    *view = (Buffer){.data = data,
                     .owner = value_xincref(owner),
                     .length = length,
                     .item_size = 1,
                     .is_readonly = is_readonly,
                     .dimensions = 1};
    if (flags & BUFFER_FORMAT) view->format = "B";
    if (flags & BUFFER_ND) view->shape = &view->length;
    if ((flags & BUFFER_STRIDES) == BUFFER_STRIDES) view->strides = &view->item_size;
    return 0;
}

/* --- the shared buffer --- */

static void managed_release(ManagedBuffer *m)
{
    if (m->is_released) return;
    m->is_released = true;
    if (!value_is_null(m->master.owner)) buffer_release(&m->master);
}

static void managed_destroy(Object *object)
{
    gc_untrack(object);
    managed_release((ManagedBuffer *)object);
    object_free(object, sizeof(ManagedBuffer));
}

static int managed_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((ManagedBuffer *)object)->master.owner);
    return 0;
}

static void managed_clear(Object *object)
{
    managed_release((ManagedBuffer *)object);
}

Type type_managed_buffer = {
    TYPE_HEAD,
    .name = "managedbuffer",
    .instance_size = sizeof(ManagedBuffer),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = managed_destroy,
    .traverse = managed_traverse,
    .clear = managed_clear,
};

static ManagedBuffer *managed_new(void)
{
    ManagedBuffer *m = object_alloc_zeroed(&type_managed_buffer, sizeof *m);
    if (m) gc_track(m);
    return m;
}

/* --- making views --- */

static void set_contiguity(MemoryView *m)
{
    m->is_c_contiguous = buffer_is_contiguous(&m->view, 'C');
    m->is_f_contiguous = buffer_is_contiguous(&m->view, 'F');
}

static bool set_arrays(MemoryView *m, int dimensions)
{
    ssize_t *block = m->few;
    if (dimensions > 1) {
        block = m->many = raw_alloc((size_t)dimensions * 3 * sizeof *block);
        if (!block) {
            error_no_memory();
            return false;
        }
    }
    m->view.dimensions = dimensions;
    m->view.shape = block;
    m->view.strides = block + dimensions;
    m->view.suboffsets = NULL;
    return true;
}

static void copy_layout(MemoryView *m, const Buffer *from)
{
    Buffer *to = &m->view;
    if (from->dimensions == 1) {
        to->shape[0] = from->shape ? from->shape[0] : from->length / from->item_size;
        to->strides[0] = from->strides ? from->strides[0] : from->item_size;
    }
    for (int i = from->dimensions - 1; from->dimensions > 1 && i >= 0; i--) {
        to->shape[i] = from->shape[i];
        to->strides[i] = from->strides               ? from->strides[i]
                         : i == from->dimensions - 1 ? from->item_size
                                                     : to->strides[i + 1] * to->shape[i + 1];
    }
    if (from->suboffsets && from->dimensions > 0) {
        to->suboffsets = to->shape + 2 * from->dimensions;
        memcpy(to->suboffsets, from->suboffsets, (size_t)from->dimensions * sizeof(ssize_t));
    }
}

/* A view of the managed buffer, laid out as `from` says. */
static Value new_view(ManagedBuffer *managed, const Buffer *from)
{
    if (from->dimensions > MAX_DIMENSIONS)
        return error_format(&type_ValueError, "memoryview: number of dimensions must not exceed %d", MAX_DIMENSIONS);
    MemoryView *m = object_alloc_zeroed(&type_memoryview, sizeof *m);
    if (!m) return VALUE_NULL;
    m->hash = -1;
    m->view = *from;
    m->view.owner = managed->master.owner;
    if (!set_arrays(m, from->dimensions)) {
        m->is_released = true;
        value_decref(value_from_object(m));
        return VALUE_NULL;
    }
    copy_layout(m, from);
    set_contiguity(m);
    object_incref(&managed->head);
    managed->exports++;
    m->managed = managed;
    gc_track(m);
    return value_from_object(m);
}

static Value released(void)
{
    return error_set(&type_ValueError, "operation forbidden on released memoryview object");
}

static bool is_alive(const MemoryView *m)
{
    if (!m->is_released && !m->managed->is_released) return true;
    released();
    return false;
}

Value memoryview_from_value(Value v)
{
    if (object_has_type(v, &type_memoryview)) {
        MemoryView *m = as_memoryview(v);
        return is_alive(m) ? new_view(m->managed, &m->view) : VALUE_NULL;
    }
    if (!supports_buffer(v))
        return error_format(&type_TypeError, "memoryview: a bytes-like object is required, not '%.200s'",
                            type_of(v)->name);
    ManagedBuffer *managed = managed_new();
    if (!managed) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (buffer_get(v, &managed->master, BUFFER_FULL_RO) < 0)
        managed->master.owner = VALUE_NULL;
    else
        result = new_view(managed, &managed->master);
    object_decref(&managed->head);
    return result;
}

Value memoryview_from_memory(char *data, ssize_t length, bool is_readonly)
{
    ManagedBuffer *managed = managed_new();
    if (!managed) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (buffer_fill(&managed->master, VALUE_NULL, data, length, is_readonly, BUFFER_FULL_RO) == 0)
        result = new_view(managed, &managed->master);
    object_decref(&managed->head);
    return result;
}

static Value memoryview_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"object", NULL};
    static const ArgSpec spec = {"memoryview", names, 1, 1, 0};
    Value given[1];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    return memoryview_from_value(given[0]);
}

/* --- the end --- */

static void let_go(MemoryView *m)
{
    if (m->is_released) return;
    m->is_released = true;
    if (--m->managed->exports == 0) managed_release(m->managed);
}

static int try_release(MemoryView *m)
{
    if (m->is_released) return 0;
    if (m->exports > 0) {
        error_format(&type_BufferError, "memoryview has %zd exported buffer%s", m->exports, m->exports == 1 ? "" : "s");
        return -1;
    }
    let_go(m);
    return 0;
}

static void memoryview_destroy(Object *object)
{
    MemoryView *m = (MemoryView *)object;
    gc_untrack(object);
    let_go(m);
    if (m->managed) object_decref(&m->managed->head);
    if (!value_is_null(m->weaklist)) weakref_clear_all(object);
    raw_free(m->many);
    object_free(object, sizeof *m);
}

static int memoryview_traverse(Object *object, GcVisit visit, void *argument)
{
    MemoryView *m = (MemoryView *)object;
    if (m->managed) GC_VISIT(value_from_object(m->managed));
    return 0;
}

static void memoryview_clear(Object *object)
{
    MemoryView *m = (MemoryView *)object;
    if (m->exports == 0) let_go(m);
}

/* --- lending the buffer on --- */

static int buffer_error(const char *message)
{
    error_set(&type_BufferError, message);
    return -1;
}

static int memoryview_get_buffer(Value self, Buffer *view, int flags)
{
    MemoryView *m = as_memoryview(self);
    view->owner = VALUE_NULL;
    if (!is_alive(m)) return -1;
    if ((flags & BUFFER_WRITABLE) && m->view.is_readonly)
        return buffer_error("memoryview: underlying buffer is not writable");
    if ((flags & BUFFER_C_CONTIGUOUS) == BUFFER_C_CONTIGUOUS && !m->is_c_contiguous)
        return buffer_error("memoryview: underlying buffer is not C-contiguous");
    if ((flags & BUFFER_F_CONTIGUOUS) == BUFFER_F_CONTIGUOUS && !m->is_f_contiguous)
        return buffer_error("memoryview: underlying buffer is not Fortran contiguous");
    if ((flags & BUFFER_ANY_CONTIGUOUS) == BUFFER_ANY_CONTIGUOUS && !m->is_c_contiguous && !m->is_f_contiguous)
        return buffer_error("memoryview: underlying buffer is not contiguous");
    if ((flags & BUFFER_INDIRECT) != BUFFER_INDIRECT && m->view.suboffsets)
        return buffer_error("memoryview: underlying buffer requires suboffsets");
    if ((flags & BUFFER_STRIDES) != BUFFER_STRIDES && !m->is_c_contiguous)
        return buffer_error("memoryview: underlying buffer is not C-contiguous");
    if ((flags & BUFFER_ND) != BUFFER_ND && (flags & BUFFER_FORMAT))
        return buffer_error("memoryview: cannot cast to unsigned bytes if the format flag is present");
    *view = m->view;
    view->internal = NULL;
    if (!(flags & BUFFER_FORMAT)) view->format = NULL;
    if ((flags & BUFFER_STRIDES) != BUFFER_STRIDES) view->strides = NULL;
    if ((flags & BUFFER_ND) != BUFFER_ND) {
        view->dimensions = 1;
        view->shape = NULL;
    }
    view->owner = value_incref(self);
    m->exports++;
    return 0;
}

static void memoryview_release_buffer(Value self, Buffer *view)
{
    as_memoryview(self)->exports--;
}

/* --- reading --- */

static const char *format_of(const MemoryView *m)
{
    return m->view.format ? m->view.format : "B";
}

static char *follow(const Buffer *view, char *place, int dimension)
{
    if (view->suboffsets && view->suboffsets[dimension] >= 0) place = *(char **)place + view->suboffsets[dimension];
    return place;
}

/* The place of item `index` of the given dimension behind `place`, or NULL with IndexError. */
static char *at_index(const Buffer *view, char *place, int dimension, ssize_t index)
{
    ssize_t count = view->shape[dimension];
    if (index < 0) index += count;
    if (index < 0 || index >= count) {
        error_format(&type_IndexError, "index out of bounds on dimension %d", dimension + 1);
        return NULL;
    }
    return follow(view, place + view->strides[dimension] * index, dimension);
}

static char *at_tuple(const Buffer *view, Value key)
{
    ssize_t count = tuple_length(key);
    if (count > view->dimensions) {
        error_format(&type_TypeError, "cannot index %d-dimension view with %zd-element tuple", view->dimensions, count);
        return NULL;
    }
    char *place = view->data;
    for (ssize_t i = 0; i < count; i++) {
        ssize_t index = number_as_ssize(tuple_item_borrow(key, i), &type_IndexError);
        if (index == -1 && error_occurred()) return NULL;
        place = at_index(view, place, (int)i, index);
        if (!place) return NULL;
    }
    return place;
}

static bool all_have_index(Value tuple)
{
    for (ssize_t i = 0; i < tuple_length(tuple); i++)
        if (!has_index(tuple_item_borrow(tuple, i))) return false;
    return true;
}

static bool all_are_slices(Value tuple)
{
    for (ssize_t i = 0; i < tuple_length(tuple); i++)
        if (!is_slice(tuple_item_borrow(tuple, i))) return false;
    return tuple_length(tuple) > 0;
}

static Value memoryview_item(Value self, ssize_t index)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return VALUE_NULL;
    const char *format = format_of(m);
    if (!memoryview_format_char(format))
        return error_format(&type_NotImplementedError, "memoryview: format %s not supported", format);
    if (m->view.dimensions == 0) return error_set(&type_TypeError, "invalid indexing of 0-dim memory");
    if (m->view.dimensions > 1)
        return error_set(&type_NotImplementedError, "multi-dimensional sub-views are not implemented");
    char *place = at_index(&m->view, m->view.data, 0, index);
    return place ? memoryview_unpack(place, format) : VALUE_NULL;
}

/* Narrows dimension 0 of the buffer to a slice. */
static int slice_layout(Buffer *view, Value key)
{
    ssize_t start, stop, step;
    if (slice_unpack(key, &start, &stop, &step) < 0) return -1;
    ssize_t count = slice_adjust(view->shape[0], &start, &stop, step);
    char *place = (char *)view->data + view->strides[0] * start;
    if (view->suboffsets && view->suboffsets[0] >= 0)
        view->suboffsets[0] += view->strides[0] * start;
    else
        view->data = place;
    view->shape[0] = count;
    view->strides[0] *= step;
    return 0;
}

static void set_length(Buffer *view)
{
    ssize_t length = view->item_size;
    for (int i = 0; i < view->dimensions; i++) length *= view->shape[i];
    view->length = length;
}

static Value get_slice(MemoryView *m, Value key)
{
    Value result = new_view(m->managed, &m->view);
    if (value_is_null(result)) return result;
    MemoryView *part = as_memoryview(result);
    if (slice_layout(&part->view, key) < 0) {
        value_decref(result);
        return VALUE_NULL;
    }
    set_length(&part->view);
    set_contiguity(part);
    return result;
}

static Value memoryview_subscript(Value self, Value key)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return VALUE_NULL;
    if (m->view.dimensions == 0) {
        if (is_tuple(key) && tuple_length(key) == 0) return memoryview_unpack(m->view.data, format_of(m));
        if (value_is(key, VALUE_ELLIPSIS)) return value_incref(self);
        return error_set(&type_TypeError, "invalid indexing of 0-dim memory");
    }
    if (has_index(key)) {
        ssize_t index = number_as_ssize(key, &type_IndexError);
        if (index == -1 && error_occurred()) return VALUE_NULL;
        return memoryview_item(self, index);
    }
    if (is_slice(key)) return get_slice(m, key);
    if (is_tuple(key) && all_have_index(key)) {
        if (tuple_length(key) < m->view.dimensions)
            return error_set(&type_NotImplementedError, "sub-views are not implemented");
        const char *format = format_of(m);
        char *place = at_tuple(&m->view, key);
        return place && is_alive(m) ? memoryview_unpack(place, format) : VALUE_NULL;
    }
    if (is_tuple(key) && all_are_slices(key))
        return error_set(&type_NotImplementedError, "multi-dimensional slicing is not implemented");
    return error_set(&type_TypeError, "memoryview: invalid slice key");
}

/* --- writing --- */

static bool same_format(const Buffer *a, const Buffer *b)
{
    char x = memoryview_format_char(a->format), y = memoryview_format_char(b->format);
    if (x || y) return x == y && a->item_size == b->item_size;
    return strcmp(a->format, b->format) == 0 && a->item_size == b->item_size;
}

static int copy_slice(const Buffer *to, const Buffer *from)
{
    if (!same_format(to, from) || from->dimensions != 1 || to->shape[0] != from->shape[0]) {
        error_set(&type_ValueError, "memoryview assignment: lvalue and rvalue have different structures");
        return -1;
    }
    ssize_t count = to->shape[0], size = to->item_size;
    if (to->strides[0] == size && from->strides[0] == size && !to->suboffsets && !from->suboffsets) {
        memmove(to->data, from->data, (size_t)(count * size));
        return 0;
    }
    char *copy = raw_alloc((size_t)MAX(count * size, 1)); /* the two may overlap */
    if (!copy) {
        error_no_memory();
        return -1;
    }
    for (ssize_t i = 0; i < count; i++)
        memcpy(copy + i * size, follow(from, (char *)from->data + i * from->strides[0], 0), (size_t)size);
    for (ssize_t i = 0; i < count; i++)
        memcpy(follow(to, (char *)to->data + i * to->strides[0], 0), copy + i * size, (size_t)size);
    raw_free(copy);
    return 0;
}

static int assign_slice(MemoryView *m, Value key, Value value)
{
    Value part = get_slice(m, key);
    if (value_is_null(part)) return -1;
    Buffer source;
    int status = -1;
    if (is_alive(m) && buffer_get(value, &source, BUFFER_FULL_RO) == 0) {
        ssize_t shape = source.length / MAX(source.item_size, 1), stride = source.item_size;
        Buffer from = source;
        if (!from.shape) from.shape = &shape;
        if (!from.strides) from.strides = &stride;
        status = copy_slice(&as_memoryview(part)->view, &from);
        buffer_release(&source);
    }
    value_decref(part);
    return status;
}

/* Converts the item before anything is written: that may run code which releases the memory. */
static int store(MemoryView *m, char *place, const char *format, Value item)
{
    char packed[16];
    ssize_t size = memoryview_format_size(memoryview_format_char(format));
    if (memoryview_pack(packed, format, item) < 0 || !is_alive(m)) return -1;
    memcpy(place, packed, (size_t)size);
    return 0;
}

static int type_failure(Type *type, const char *message)
{
    error_set(type, message);
    return -1;
}

static int memoryview_set_subscript(Value self, Value key, Value value)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return -1;
    if (m->view.is_readonly) return type_failure(&type_TypeError, "cannot modify read-only memory");
    if (value_is_null(value)) return type_failure(&type_TypeError, "cannot delete memory");
    const char *format = format_of(m);
    if (m->view.dimensions == 0) {
        if (value_is(key, VALUE_ELLIPSIS) || (is_tuple(key) && tuple_length(key) == 0))
            return store(m, m->view.data, format, value);
        return type_failure(&type_TypeError, "invalid indexing of 0-dim memory");
    }
    if (has_index(key)) {
        if (m->view.dimensions > 1) return type_failure(&type_NotImplementedError, "sub-views are not implemented");
        ssize_t index = number_as_ssize(key, &type_IndexError);
        if ((index == -1 && error_occurred()) || !is_alive(m)) return -1;
        char *place = at_index(&m->view, m->view.data, 0, index);
        return place ? store(m, place, format, value) : -1;
    }
    if (is_slice(key) && m->view.dimensions == 1) return assign_slice(m, key, value);
    if (is_tuple(key) && all_have_index(key)) {
        if (tuple_length(key) < m->view.dimensions)
            return type_failure(&type_NotImplementedError, "sub-views are not implemented");
        char *place = at_tuple(&m->view, key);
        return place && is_alive(m) ? store(m, place, format, value) : -1;
    }
    if (is_slice(key) || (is_tuple(key) && all_are_slices(key)))
        return type_failure(&type_NotImplementedError,
                            "memoryview slice assignments are currently restricted to ndim = 1");
    return type_failure(&type_TypeError, "memoryview: invalid slice key");
}

static ssize_t memoryview_length(Value self)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return -1;
    return m->view.dimensions == 0 ? 1 : m->view.shape[0];
}

/* --- comparison and hash --- */

static int equal_items(const Buffer *a, const Buffer *b, char *x, char *y, int dimension, ItemComparer *c)
{
    if (dimension == a->dimensions) return item_comparer_equal(c, x, y);
    for (ssize_t i = 0; i < a->shape[dimension]; i++) {
        int equal = equal_items(a, b, follow(a, x, dimension), follow(b, y, dimension), dimension + 1, c);
        if (equal <= 0) return equal;
        x += a->strides[dimension];
        y += b->strides[dimension];
    }
    return 1;
}

static bool same_shape(const Buffer *a, const Buffer *b)
{
    if (a->dimensions != b->dimensions) return false;
    for (int i = 0; i < a->dimensions; i++) {
        if (a->shape[i] != b->shape[i]) return false;
        if (a->shape[i] == 0) break;
    }
    return true;
}

static int equal_buffers(const Buffer *a, const Buffer *b)
{
    if (!same_shape(a, b)) return 0;
    ItemComparer comparer;
    int equal = item_comparer_init(&comparer, a, b);
    if (equal > 0) equal = equal_items(a, b, a->data, b->data, 0, &comparer);
    item_comparer_release(&comparer);
    return equal;
}

static Value memoryview_compare(Value left, Value right, CompareOp op)
{
    if (op != CMP_EQ && op != CMP_NE) return VALUE_NOT_IMPLEMENTED;
    MemoryView *m = as_memoryview(left);
    int equal;
    if (m->is_released) {
        equal = value_is(left, right);
    } else if (object_has_type(right, &type_memoryview)) {
        MemoryView *other = as_memoryview(right);
        equal = other->is_released ? value_is(left, right) : equal_buffers(&m->view, &other->view);
    } else {
        Value other = supports_buffer(right) ? memoryview_from_value(right) : VALUE_NULL;
        if (value_is_null(other)) {
            error_clear();
            return VALUE_NOT_IMPLEMENTED;
        }
        equal = equal_buffers(&m->view, &as_memoryview(other)->view);
        value_decref(other);
    }
    return equal < 0 ? VALUE_NULL : value_from_bool(equal == (op == CMP_EQ));
}

static Value contiguous_bytes(MemoryView *m, char order)
{
    Value bytes = bytes_new(NULL, m->view.length);
    if (value_is_null(bytes)) return bytes;
    if (m->view.length && buffer_copy_out(as_bytes(bytes)->data, &m->view, m->view.length, order) < 0)
        value_clear(&bytes);
    return bytes;
}

static int64_t memoryview_hash(Value self)
{
    MemoryView *m = as_memoryview(self);
    if (m->hash != -1) return m->hash;
    if (!is_alive(m)) return -1;
    if (!m->view.is_readonly) {
        error_set(&type_ValueError, "cannot hash writable memoryview object");
        return -1;
    }
    char format = memoryview_format_char(m->view.format);
    if (format != 'B' && format != 'b' && format != 'c') {
        error_set(&type_ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        return -1;
    }
    if (!value_is_null(m->managed->master.owner) && value_hash(m->managed->master.owner) == -1) return -1;
    Value bytes = contiguous_bytes(m, 'C');
    if (value_is_null(bytes)) return -1;
    m->hash = hash_bytes(as_bytes(bytes)->data, (size_t)as_bytes(bytes)->length);
    value_decref(bytes);
    return m->hash;
}

static Value memoryview_repr(Value self)
{
    return str_format(as_memoryview(self)->is_released ? "<released memory at %p>" : "<memory at %p>",
                      value_as_object(self));
}

/* --- cast --- */

static int cast_to_1d(MemoryView *m, const char *format)
{
    char from = memoryview_format_char(m->view.format), to = memoryview_format_char(format);
    if (!from || !to) {
        error_set(&type_ValueError, from ? "memoryview: destination format must be a native single character format "
                                           "prefixed with an optional '@'"
                                         : "memoryview: source format must be a native single character format "
                                           "prefixed with an optional '@'");
        return -1;
    }
    bool from_byte = strchr("bBc", from), to_byte = strchr("bBc", to);
    if (!from_byte && !to_byte)
        return type_failure(&type_TypeError, "memoryview: cannot cast between two non-byte formats");
    ssize_t size = memoryview_format_size(to);
    if (m->view.length % size) return type_failure(&type_TypeError, "memoryview: length is not a multiple of itemsize");
    static const char *const names[] = {"c", "b", "B", "h", "H", "i", "I", "l", "L",
                                        "q", "Q", "n", "N", "f", "d", "?", "P"};
    static const char *const prefixed[] = {"@c", "@b", "@B", "@h", "@H", "@i", "@I", "@l", "@L",
                                           "@q", "@Q", "@n", "@N", "@f", "@d", "@?", "@P"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (*names[i] == to) m->view.format = *format == '@' ? prefixed[i] : names[i];
    m->view.item_size = size;
    m->view.shape[0] = m->view.length / size;
    m->view.strides[0] = size;
    return 0;
}

/* The shape as C numbers whose product fits the length. */
static int read_shape(Value shape, ssize_t *dimensions, ssize_t item_size, ssize_t length)
{
    ssize_t product = 1;
    for (ssize_t i = 0; i < sequence_fast_length(shape); i++) {
        Value item = sequence_fast_items(shape)[i];
        if (!is_int(item))
            return type_failure(&type_TypeError, "memoryview.cast(): elements of shape must be integers");
        ssize_t n = number_as_ssize(item, &type_OverflowError);
        if (n == -1 && error_occurred()) return -1;
        if (n <= 0) return type_failure(&type_ValueError, "memoryview.cast(): elements of shape must be integers > 0");
        if (n > SSIZE_MAX / product)
            return type_failure(&type_ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX");
        product *= n;
        dimensions[i] = n;
    }
    if (product > SSIZE_MAX / item_size || product * item_size != length)
        return type_failure(&type_TypeError, "memoryview: product(shape) * itemsize != buffer size");
    return 0;
}

static int cast_to_shape(MemoryView *m, Value shape)
{
    ssize_t dimensions[MAX_DIMENSIONS], count = sequence_fast_length(shape);
    if (read_shape(shape, dimensions, m->view.item_size, m->view.length) < 0) return -1;
    if (!set_arrays(m, (int)count)) return -1;
    ssize_t stride = m->view.item_size;
    for (ssize_t i = count - 1; i >= 0; i--) {
        m->view.shape[i] = dimensions[i];
        m->view.strides[i] = stride;
        stride *= dimensions[i];
    }
    return 0;
}

static Value method_cast(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"format", "shape", NULL};
    static const ArgSpec spec = {"cast", names, 1, 2, 0};
    Value given[2];
    MemoryView *m = as_memoryview(self);
    if (!args_parse(&spec, args, nargs, kwnames, given) || !is_alive(m)) return VALUE_NULL;
    if (!is_str(given[0]))
        return error_format(&type_TypeError, "cast() argument 'format' must be str, not %.50s",
                            value_is_none(given[0]) ? "None" : type_of(given[0])->name);
    if (!as_str(given[0])->is_ascii) return error_set(&type_ValueError, "memoryview: format argument must be a string");
    if (!m->is_c_contiguous)
        return error_set(&type_TypeError, "memoryview: casts are restricted to C-contiguous views");
    ssize_t dimensions = 1;
    Value shape = given[1];
    if (!value_is_null(shape)) {
        if (!is_list(shape) && !is_tuple(shape)) return error_set(&type_TypeError, "shape must be a list or a tuple");
        dimensions = sequence_fast_length(shape);
        if (dimensions > MAX_DIMENSIONS)
            return error_format(&type_ValueError, "memoryview: number of dimensions must not exceed %d",
                                MAX_DIMENSIONS);
        if (m->view.dimensions != 1 && dimensions != 1)
            return error_set(&type_TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D");
    }
    for (int i = 0; (!value_is_null(shape) || m->view.dimensions > 1) && i < m->view.dimensions; i++)
        if (m->view.shape[i] == 0)
            return error_set(&type_TypeError, "memoryview: cannot cast view with zeros in shape or strides");
    ssize_t flat_shape = m->view.length, flat_stride = 1;
    Buffer flat = m->view;
    flat.dimensions = 1;
    flat.shape = &flat_shape;
    flat.strides = &flat_stride;
    flat.suboffsets = NULL;
    Value result = new_view(m->managed, &flat);
    if (value_is_null(result)) return result;
    MemoryView *cast = as_memoryview(result);
    if (cast_to_1d(cast, as_str(given[0])->data) < 0 || (!value_is_null(shape) && cast_to_shape(cast, shape) < 0)) {
        value_decref(result);
        return VALUE_NULL;
    }
    set_contiguity(cast);
    return result;
}

/* --- methods --- */

static Value list_of_items(const Buffer *view, char *place, int dimension, const char *format)
{
    if (dimension == view->dimensions) return memoryview_unpack(place, format);
    ssize_t count = view->shape[dimension];
    Value list = list_new(count);
    for (ssize_t i = 0; !value_is_null(list) && i < count; i++) {
        Value item = list_of_items(view, follow(view, place, dimension), dimension + 1, format);
        if (value_is_null(item))
            value_clear(&list);
        else
            as_list(list)->items[i] = item;
        place += view->strides[dimension];
    }
    return list;
}

static Value method_tolist(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return VALUE_NULL;
    const char *format = format_of(m);
    if (!memoryview_format_char(format))
        return error_format(&type_NotImplementedError, "memoryview: format %s not supported", format);
    return list_of_items(&m->view, m->view.data, 0, format);
}

static Value method_tobytes(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"order", NULL};
    static const ArgSpec spec = {"tobytes", names, 0, 1, 0};
    Value given[1];
    MemoryView *m = as_memoryview(self);
    char order = 'C';
    if (!args_parse(&spec, args, nargs, kwnames, given) || !is_alive(m)) return VALUE_NULL;
    if (!value_is_null(given[0]) && !value_is_none(given[0])) {
        if (!is_str(given[0]))
            return error_format(&type_TypeError, "tobytes() argument 'order' must be str or None, not %.50s",
                                type_of(given[0])->name);
        if (str_equal_cstr(given[0], "F"))
            order = 'F';
        else if (str_equal_cstr(given[0], "A"))
            order = m->is_f_contiguous && !m->is_c_contiguous ? 'F' : 'C';
        else if (!str_equal_cstr(given[0], "C"))
            return error_set(&type_ValueError, "order must be 'C', 'F' or 'A'");
    }
    return contiguous_bytes(m, order);
}

static Value method_hex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"sep", "bytes_per_sep", NULL};
    static const ArgSpec spec = {"hex", names, 0, 2, 0};
    Value given[2];
    int group = 1;
    MemoryView *m = as_memoryview(self);
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !arg_as_int(given[1], &group)) return VALUE_NULL;
    if (!is_alive(m)) return VALUE_NULL;
    Value bytes = contiguous_bytes(m, 'C');
    if (value_is_null(bytes)) return bytes;
    Value result = bytes_to_hex(as_bytes(bytes)->data, as_bytes(bytes)->length, given[0], group);
    value_decref(bytes);
    return result;
}

static Value method_toreadonly(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return VALUE_NULL;
    Value result = new_view(m->managed, &m->view);
    if (!value_is_null(result)) as_memoryview(result)->view.is_readonly = true;
    return result;
}

static Value method_release(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return try_release(as_memoryview(self)) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value method_enter(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return is_alive(as_memoryview(self)) ? value_incref(self) : VALUE_NULL;
}

static const NativeMethod memoryview_methods[] = {
    {"release", method_release, 0, 0, 0,
     "release($self, /)\n--\n\nRelease the underlying buffer exposed by the memoryview object."},
    {"tobytes", method_tobytes, 0, -1, NATIVE_KEYWORDS,
     "tobytes($self, /, order='C')\n--\n\nReturn the data in the buffer as a byte string.\n\n"
     "Order can be {'C', 'F', 'A'}. When order is 'C' or 'F', the data of the\n"
     "original array is converted to C or Fortran order. For contiguous views,\n"
     "'A' returns an exact copy of the physical memory. In particular, in-memory\n"
     "Fortran order is preserved. For non-contiguous views, the data is converted\n"
     "to C first. order=None is the same as order='C'."},
    {"hex", method_hex, 0, -1, NATIVE_KEYWORDS,
     "hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\n"
     "Return the data in the buffer as a str of hexadecimal numbers."},
    {"tolist", method_tolist, 0, 0, 0, "tolist($self, /)\n--\n\nReturn the data in the buffer as a list of elements."},
    {"cast", method_cast, 0, -1, NATIVE_KEYWORDS,
     "cast($self, /, format, shape=<unrepresentable>)\n--\n\nCast a memoryview to a new format or shape."},
    {"toreadonly", method_toreadonly, 0, 0, 0,
     "toreadonly($self, /)\n--\n\nReturn a readonly version of the memoryview."},
    {"__enter__", method_enter, 0, 0, 0, NULL},
    {"__exit__", method_release, 0, -1, 0, NULL},
    {NULL}};

/* --- attributes --- */

static Value tuple_of(const ssize_t *numbers, int count)
{
    Value tuple = tuple_new(numbers ? count : 0);
    for (int i = 0; numbers && !value_is_null(tuple) && i < count; i++)
        as_tuple(tuple)->items[i] = value_from_small_int(numbers[i]);
    return tuple;
}

enum Attribute {
    ATTR_OBJ,
    ATTR_NBYTES,
    ATTR_READONLY,
    ATTR_ITEMSIZE,
    ATTR_FORMAT,
    ATTR_NDIM,
    ATTR_SHAPE,
    ATTR_STRIDES,
    ATTR_SUBOFFSETS,
    ATTR_C_CONTIGUOUS,
    ATTR_F_CONTIGUOUS,
    ATTR_CONTIGUOUS
};

static Value get_attribute(Value self, void *which)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return VALUE_NULL;
    const Buffer *view = &m->view;
    switch ((enum Attribute)(intptr_t)which) {
    case ATTR_OBJ: {
        Value owner = m->managed->master.owner;
        return value_is_null(owner) ? VALUE_NONE : value_incref(owner);
    }
    case ATTR_NBYTES: return value_from_small_int(view->length);
    case ATTR_READONLY: return value_from_bool(view->is_readonly);
    case ATTR_ITEMSIZE: return value_from_small_int(view->item_size);
    case ATTR_FORMAT: return str_from_cstr(format_of(m));
    case ATTR_NDIM: return value_from_small_int(view->dimensions);
    case ATTR_SHAPE: return tuple_of(view->shape, view->dimensions);
    case ATTR_STRIDES: return tuple_of(view->strides, view->dimensions);
    case ATTR_SUBOFFSETS: return tuple_of(view->suboffsets, view->dimensions);
    case ATTR_C_CONTIGUOUS: return value_from_bool(m->is_c_contiguous);
    case ATTR_F_CONTIGUOUS: return value_from_bool(m->is_f_contiguous);
    default: return value_from_bool(m->is_c_contiguous || m->is_f_contiguous);
    }
}

#define ATTRIBUTE(name, which, doc)                                                                                    \
    {                                                                                                                  \
        name, get_attribute, NULL, doc, (void *)(intptr_t)(which)                                                      \
    }
static const NativeGetSet memoryview_getsets[] = {
    ATTRIBUTE("obj", ATTR_OBJ, "The underlying object of the memoryview."),
    ATTRIBUTE("nbytes", ATTR_NBYTES,
              "The amount of space in bytes that the array would use in\n a contiguous representation."),
    ATTRIBUTE("readonly", ATTR_READONLY, "A bool indicating whether the memory is read only."),
    ATTRIBUTE("itemsize", ATTR_ITEMSIZE, "The size in bytes of each element of the memoryview."),
    ATTRIBUTE("format", ATTR_FORMAT,
              "A string containing the format (in struct module style)\n for each element in the view."),
    ATTRIBUTE("ndim", ATTR_NDIM,
              "An integer indicating how many dimensions of a multi-dimensional\n array the memory represents."),
    ATTRIBUTE("shape", ATTR_SHAPE,
              "A tuple of ndim integers giving the shape of the memory\n as an N-dimensional array."),
    ATTRIBUTE("strides", ATTR_STRIDES,
              "A tuple of ndim integers giving the size in bytes to access\n each element for each dimension of the "
              "array."),
    ATTRIBUTE("suboffsets", ATTR_SUBOFFSETS, "A tuple of integers used internally for PIL-style arrays."),
    ATTRIBUTE("c_contiguous", ATTR_C_CONTIGUOUS, "A bool indicating whether the memory is C contiguous."),
    ATTRIBUTE("f_contiguous", ATTR_F_CONTIGUOUS, "A bool indicating whether the memory is Fortran contiguous."),
    ATTRIBUTE("contiguous", ATTR_CONTIGUOUS, "A bool indicating whether the memory is contiguous."),
    {NULL}};

/* --- iterator --- */

typedef struct MemoryIterator {
    Object head;
    NULLABLE Value view;
    ssize_t index, length;
} MemoryIterator;

static Value memoryview_iter(Value self)
{
    MemoryView *m = as_memoryview(self);
    if (!is_alive(m)) return VALUE_NULL;
    if (m->view.dimensions == 0) return error_set(&type_TypeError, "invalid indexing of 0-dim memory");
    if (m->view.dimensions > 1)
        return error_set(&type_NotImplementedError, "multi-dimensional sub-views are not implemented");
    const char *format = format_of(m);
    if (!memoryview_format_char(format))
        return error_format(&type_NotImplementedError, "memoryview: format %s not supported", format);
    MemoryIterator *it = object_alloc(&type_memory_iterator, sizeof *it);
    if (!it) return VALUE_NULL;
    it->view = value_incref(self);
    it->index = 0;
    it->length = m->view.shape[0];
    gc_track(it);
    return value_from_object(it);
}

static void iterator_destroy(Object *object)
{
    gc_untrack(object);
    value_xdecref(((MemoryIterator *)object)->view);
    object_free(object, sizeof(MemoryIterator));
}

static int iterator_traverse(Object *object, GcVisit visit, void *argument)
{
    GC_VISIT(((MemoryIterator *)object)->view);
    return 0;
}

static Value iterator_self(Value self)
{
    return value_incref(self);
}

static Value iterator_next(Value self)
{
    MemoryIterator *it = (MemoryIterator *)value_as_object(self);
    if (value_is_null(it->view)) return VALUE_NULL;
    MemoryView *m = as_memoryview(it->view);
    if (it->index < it->length) {
        if (!is_alive(m)) return VALUE_NULL;
        char *place = (char *)m->view.data + m->view.strides[0] * it->index++;
        return memoryview_unpack(follow(&m->view, place, 0), format_of(m));
    }
    value_clear(&it->view);
    return VALUE_NULL;
}

Type type_memory_iterator = {
    TYPE_HEAD,
    .name = "memory_iterator",
    .instance_size = sizeof(MemoryIterator),
    .flags = TYPE_HAS_GC,
    .destroy = iterator_destroy,
    .traverse = iterator_traverse,
    .iter = iterator_self,
    .iternext = iterator_next,
};

Type type_memoryview = {
    TYPE_HEAD,
    .name = "memoryview",
    .doc = "memoryview(object)\n--\n\nCreate a new memoryview object which references the given object.",
    .instance_size = sizeof(MemoryView),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE | TYPE_SEQUENCE,
    .weaklist_offset = offsetof(MemoryView, weaklist),
    .destroy = memoryview_destroy,
    .traverse = memoryview_traverse,
    .clear = memoryview_clear,
    .new_instance = memoryview_new,
    .repr = memoryview_repr,
    .hash = memoryview_hash,
    .compare = memoryview_compare,
    .iter = memoryview_iter,
    .sequence = {.length = memoryview_length, .item = memoryview_item},
    .mapping = {.length = memoryview_length,
                .subscript = memoryview_subscript,
                .set_subscript = memoryview_set_subscript},
    .buffer = {.get = memoryview_get_buffer, .release = memoryview_release_buffer},
    .methods = memoryview_methods,
    .getsets = memoryview_getsets,
};

/* frame_object.c: frames as Python sees them. Made on demand; while the frame runs, the object points to it; when the
 * frame ends and somebody still holds the object, it takes the frame's contents over. */
#include "vm/frame_object.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/exception.h"
#include "objects/type.h"
#include "vm/generator.h"
#include "vm/jump_line.h"

/* With room for a frame of that size behind it: when the frame ends, nothing may fail any more. */
static NULLABLE FrameObject *frame_object_alloc(size_t frame_size)
{
    size_t size = sizeof(FrameObject) + frame_size;
    FrameObject *object = object_alloc(&type_frame, size);
    if (!object) return NULL;
    memset(&object->head + 1, 0, sizeof(FrameObject) - sizeof(Object));
    object->size = size;
    object->trace_lines = true;
    return object;
}

static Frame *room_of(FrameObject *object)
{
    return (Frame *)(object + 1);
}

NULLABLE FrameObject *frame_object(Frame *frame)
{
    if (frame->object) return frame->object;
    FrameObject *object = frame_object_alloc((size_t)frame_quick(frame)->frame_words * sizeof(Value));
    if (!object) return NULL;
    object->frame = frame;
    frame->object = object;
    gc_track(object);
    return object;
}

void frame_object_orphan(FrameObject *object)
{
    object->frame = NULL;
    value_decref(value_from_object(object));
}

void frame_object_take(Frame *frame)
{
    FrameObject *object = frame->object;
    Frame *own = room_of(object);
    memcpy(own, frame, (size_t)((char *)frame->sp - (char *)frame));
    own->sp = own->localsplus + (frame->sp - frame->localsplus);
    own->owner = FRAME_OWNED_BY_OBJECT;
    own->object = NULL;
    own->previous = NULL;
    object->own = own;
    Frame *back = frame_visible(frame->previous);
    object->frame = own;
    if (back && value_is_null(object->back)) {
        Value pending = error_fetch(); /* most often the frame ends by an exception */
        FrameObject *back_object = frame_object(back);
        if (back_object) object->back = value_incref(value_from_object(back_object));
        error_restore(pending);
    }
    frame->object = NULL;
    value_decref(value_from_object(object));
}

static void fill_ended(Frame *frame, STEALS Function *function, Code *code, Unit *ip, STEALS const Value *locals)
{
    memset(frame, 0, sizeof *frame);
    frame->code = code;
    frame->function = function;
    frame->globals = function->globals;
    frame->builtins = function->builtins;
    frame->ip = ip;
    frame->sp = frame->localsplus + code->nlocalsplus;
    frame->owner = FRAME_OWNED_BY_OBJECT;
    frame->is_complete = true;
    memcpy(frame->localsplus, locals, (size_t)code->nlocalsplus * sizeof(Value));
}

NULLABLE FrameObject *frame_object_of_ended(STEALS Function *function, Code *code, Unit *ip, STEALS const Value *locals,
                                            NULLABLE FrameObject *back)
{
    FrameObject *object = frame_object_alloc(sizeof(Frame) + (size_t)code->nlocalsplus * sizeof(Value));
    if (!object) {
        for (int i = 0; i < code->nlocalsplus; i++) value_xdecref(locals[i]);
        value_decref(value_from_object(function));
        return NULL;
    }
    object->frame = object->own = room_of(object);
    fill_ended(object->own, function, code, ip, locals);
    if (back) object->back = value_incref(value_from_object(back));
    gc_track(object);
    return object;
}

/* --- locals --- */

static Value variable_value(Frame *frame, int index)
{
    const Code *code = frame->code;
    uint8_t kind = (uint8_t)as_bytes(code->local_kinds)->data[index];
    Value v = frame->localsplus[index];
    if (!frame->is_complete) { /* the prologue has not made the cells yet */
        if (!(kind & LOCAL_FREE)) return v;
        return as_cell(tuple_item_borrow(frame->function->closure, index - (code->nlocalsplus - code->nfree)))->content;
    }
    if (kind & (LOCAL_CELL | LOCAL_FREE) && object_has_type(v, &type_cell)) return as_cell(v)->content;
    return v;
}

int frame_fast_to_locals(Frame *frame)
{
    const Code *code = frame->code;
    if (value_is_null(frame->locals)) {
        frame->locals = dict_new();
        if (value_is_null(frame->locals)) return -1;
    }
    for (int i = 0; i < code->nlocalsplus; i++) {
        uint8_t kind = (uint8_t)as_bytes(code->local_kinds)->data[i];
        if (kind & LOCAL_FREE && !(code->flags & CO_OPTIMIZED)) continue;
        Value name = tuple_item_borrow(code->localsplus_names, i), v = variable_value(frame, i);
        if (!value_is_null(v)) {
            value_incref(v);
            int failed = set_item(frame->locals, name, v);
            value_decref(v);
            if (failed) return -1;
        } else if (set_item(frame->locals, name, VALUE_NULL) < 0 && !error_catch(&type_KeyError)) {
            return -1;
        }
    }
    return 0;
}

NULLABLE Value frame_locals_borrow(Frame *frame)
{
    return frame_fast_to_locals(frame) < 0 ? VALUE_NULL : frame->locals;
}

void frame_locals_to_fast(Frame *frame, bool clear)
{
    const Code *code = frame->code;
    if (value_is_null(frame->locals)) return;
    Value saved = error_fetch();
    for (int i = 0; i < code->nlocalsplus; i++) {
        uint8_t kind = (uint8_t)as_bytes(code->local_kinds)->data[i];
        if (kind & LOCAL_FREE && !(code->flags & CO_OPTIMIZED)) continue;
        Value v = get_item(frame->locals, tuple_item_borrow(code->localsplus_names, i));
        if (value_is_null(v)) {
            error_clear();
            if (!clear) continue;
        }
        Value *place = &frame->localsplus[i];
        if (kind & (LOCAL_CELL | LOCAL_FREE) && object_has_type(*place, &type_cell)) place = &as_cell(*place)->content;
        value_replace(place, v);
    }
    error_restore(saved);
}

/* --- attributes --- */

static FrameObject *as_frame_object(Value v)
{
    return (FrameObject *)value_as_object(v);
}

/* The frame, or NULL with an error: a frame object can outlive its frame when memory ran out. */
static Frame *frame_of(Value self)
{
    Frame *frame = as_frame_object(self)->frame;
    if (!frame) error_set(&type_RuntimeError, "frame has been destroyed");
    return frame;
}

static Value get_back(Value self, void *closure)
{
    FrameObject *object = as_frame_object(self);
    if (!value_is_null(object->back)) return value_incref(object->back);
    Frame *back = object->frame ? frame_visible(object->frame->previous) : NULL;
    if (!back) return VALUE_NONE;
    FrameObject *result = frame_object(back);
    return result ? value_incref(value_from_object(result)) : VALUE_NULL;
}

static Value get_locals(Value self, void *closure)
{
    Frame *frame = frame_of(self);
    if (!frame) return VALUE_NULL;
    Value locals = frame_locals_borrow(frame);
    if (frame->code->flags & CO_OPTIMIZED) as_frame_object(self)->locals_are_fast = true;
    return value_xincref(locals);
}

static Value get_line(Value self, void *closure)
{
    Frame *frame = frame_of(self);
    if (!frame) return VALUE_NULL;
    int line = as_frame_object(self)->line ? as_frame_object(self)->line : frame_line(frame);
    return line < 0 ? VALUE_NONE : value_from_small_int(line);
}

static int set_line(Value self, NULLABLE Value value, void *closure)
{
    Frame *frame = frame_of(self);
    return frame ? frame_jump_to_line(as_frame_object(self), value) : -1;
}

static Value get_lasti(Value self, void *closure)
{
    Frame *frame = frame_of(self);
    if (!frame) return VALUE_NULL;
    int lasti = frame_lasti(frame);
    return value_from_small_int(lasti < 0 ? -1 : lasti * 2);
}

static Value get_globals(Value self, void *closure)
{
    Frame *frame = frame_of(self);
    return frame ? value_incref(frame->globals) : VALUE_NULL;
}

static Value get_builtins(Value self, void *closure)
{
    Frame *frame = frame_of(self);
    return frame ? value_incref(frame->builtins) : VALUE_NULL;
}

static Value get_code(Value self, void *closure)
{
    Frame *frame = frame_of(self);
    return frame ? value_incref(value_from_object(frame->code)) : VALUE_NULL;
}

static Value get_trace(Value self, void *closure)
{
    Value trace = as_frame_object(self)->trace;
    return value_is_null(trace) ? VALUE_NONE : value_incref(trace);
}

static int set_trace(Value self, NULLABLE Value value, void *closure)
{
    if (!value_is_null(value) && value_is_none(value)) value = VALUE_NULL;
    value_replace(&as_frame_object(self)->trace, value_xincref(value));
    return 0;
}

static Value get_trace_opcodes(Value self, void *closure)
{
    return value_from_bool(as_frame_object(self)->trace_opcodes);
}

static int set_trace_opcodes(Value self, NULLABLE Value value, void *closure)
{
    if (value_is_null(value) || !value_is_bool(value)) {
        error_set(&type_TypeError, "attribute value type must be bool");
        return -1;
    }
    as_frame_object(self)->trace_opcodes = value_is(value, VALUE_TRUE);
    return 0;
}

static Value method_clear(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Frame *frame = frame_of(self);
    if (!frame) return VALUE_NULL;
    if (frame->owner == FRAME_OWNED_BY_GENERATOR) {
        Generator *generator = generator_of_frame(frame);
        if (generator->state == GENERATOR_EXECUTING)
            return error_set(&type_RuntimeError, "cannot clear an executing frame");
        if (generator->state != GENERATOR_COMPLETED) generator_finalize(value_from_object(generator));
    } else if (frame->owner == FRAME_OWNED_BY_THREAD) {
        return error_set(&type_RuntimeError, "cannot clear an executing frame");
    } else {
        for (Value *p = frame->localsplus; p < frame->sp; p++) value_clear(p);
    }
    return VALUE_NONE;
}

static Value method_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const Frame *frame = as_frame_object(self)->frame;
    size_t words = frame ? FRAME_WORDS + (size_t)frame->code->nlocalsplus + (size_t)frame->code->stack_size : 0;
    return value_from_small_int((int64_t)(sizeof(FrameObject) + words * sizeof(Value)));
}

static const NativeMethod frame_methods[] = {
    {"clear", method_clear, 0, 0, 0, "F.clear(): clear most references held by the frame"},
    {"__sizeof__", method_sizeof, 0, 0, 0, "F.__sizeof__() -> size of F in memory, in bytes"},
    {NULL},
};

static const NativeMember frame_members[] = {
    {"f_trace_lines", MEMBER_BOOL, offsetof(FrameObject, trace_lines), false},
    {NULL},
};

static const NativeGetSet frame_getsets[] = {
    {"f_back", get_back},
    {"f_locals", get_locals},
    {"f_lineno", get_line, set_line},
    {"f_trace", get_trace, set_trace},
    {"f_lasti", get_lasti},
    {"f_globals", get_globals},
    {"f_builtins", get_builtins},
    {"f_code", get_code},
    {"f_trace_opcodes", get_trace_opcodes, set_trace_opcodes},
    {NULL},
};

/* --- the type --- */

static Value frame_repr(Value self)
{
    Frame *frame = frame_of(self);
    if (!frame) return VALUE_NULL;
    return str_format("<frame at %p, file %R, line %d, code %S>", (void *)value_as_object(self), frame->code->filename,
                      frame_line(frame), frame->code->name);
}

static int frame_object_traverse(Object *self, GcVisit visit, void *argument)
{
    FrameObject *object = (FrameObject *)self;
    GC_VISIT(object->back);
    GC_VISIT(object->trace);
    if (!object->own) return 0;
    GC_VISIT(value_from_object(object->own->function));
    GC_VISIT(object->own->locals);
    for (Value *p = object->own->localsplus; p < object->own->sp; p++) GC_VISIT(*p);
    return 0;
}

static void frame_object_clear(Object *self)
{
    FrameObject *object = (FrameObject *)self;
    value_clear(&object->trace);
    if (!object->own) return;
    for (Value *p = object->own->localsplus; p < object->own->sp; p++) value_clear(p);
}

static void frame_object_destroy(Object *self)
{
    FrameObject *object = (FrameObject *)self;
    gc_untrack(object);
    frame_object_clear(self);
    value_clear(&object->back);
    if (object->own) {
        value_clear(&object->own->locals);
        value_decref(value_from_object(object->own->function));
    }
    object_free(self, object->size);
}

Type type_frame = {
    .head = TYPE_HEAD,
    .name = "frame",
    .instance_size = sizeof(FrameObject),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = frame_object_destroy,
    .traverse = frame_object_traverse,
    .clear = frame_object_clear,
    .repr = frame_repr,
    .methods = frame_methods,
    .members = frame_members,
    .getsets = frame_getsets,
};

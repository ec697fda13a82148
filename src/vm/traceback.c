/* traceback.c: traceback objects: one for each frame that an exception has passed. */
#include "vm/traceback.h"

#include "gc/gc.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/native.h"
#include "vm/frame.h"

static Value traceback_new(NULLABLE Value next, Value frame, int lasti, int line)
{
    Traceback *traceback = object_alloc(&type_traceback, sizeof(Traceback));
    if (!traceback) return VALUE_NULL;
    traceback->next = value_xincref(next);
    traceback->frame = value_incref(frame);
    traceback->lasti = lasti;
    traceback->line = line;
    gc_track(traceback);
    return value_from_object(traceback);
}

int traceback_here(Frame *frame)
{
    frame = frame_shown(frame);
    Value exception = error_fetch();
    FrameObject *object = frame_object(frame);
    Value made = VALUE_NULL;
    if (object) {
        int lasti = frame_lasti(frame);
        made = traceback_new(as_exception(exception)->traceback, value_from_object(object), lasti < 0 ? -1 : lasti * 2,
                             object->line);
    }
    if (!value_is_null(made)) value_replace(&as_exception(exception)->traceback, made);
    error_restore(exception);
    return value_is_null(made) ? -1 : 0;
}

void traceback_add(Value exception, Value frame, int unit)
{
    Value made = traceback_new(as_exception(exception)->traceback, frame, unit * 2, 0);
    if (value_is_null(made))
        error_clear();
    else
        value_replace(&as_exception(exception)->traceback, made);
}

int traceback_line(Traceback *traceback)
{
    if (traceback->line == 0) {
        const Frame *frame = ((FrameObject *)value_as_object(traceback->frame))->frame;
        if (!frame) return -1;
        traceback->line = traceback->lasti < 0 ? frame->code->first_line : code_line_at(frame->code, traceback->lasti);
    }
    return traceback->line;
}

static Traceback *as_traceback(Value v)
{
    return (Traceback *)value_as_object(v);
}

static Value get_next(Value self, void *closure)
{
    Value next = as_traceback(self)->next;
    return value_is_null(next) ? VALUE_NONE : value_incref(next);
}

static int set_next(Value self, NULLABLE Value value, void *closure)
{
    if (value_is_null(value)) {
        error_set(&type_TypeError, "can't delete tb_next attribute");
        return -1;
    }
    if (value_is_none(value))
        value = VALUE_NULL;
    else if (!object_has_type(value, &type_traceback)) {
        error_format(&type_TypeError, "expected traceback object, got '%T'", value);
        return -1;
    }
    for (Value v = value; !value_is_null(v); v = as_traceback(v)->next) {
        if (!value_is(v, self)) continue;
        error_set(&type_ValueError, "traceback loop detected");
        return -1;
    }
    value_replace(&as_traceback(self)->next, value_xincref(value));
    return 0;
}

static Value get_line(Value self, void *closure)
{
    int line = traceback_line(as_traceback(self));
    return line < 0 ? VALUE_NONE : value_from_small_int(line);
}

static Value new_traceback(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"tb_next", "tb_frame", "tb_lasti", "tb_lineno", NULL};
    static const ArgSpec spec = {"TracebackType", names, 4, 4, 0};
    Value out[4];
    int lasti, line;
    if (!args_parse(&spec, args, nargs, kwnames, out)) return VALUE_NULL;
    Value next = value_is_none(out[0]) ? VALUE_NULL : out[0];
    if (!value_is_null(next) && !object_has_type(next, &type_traceback))
        return error_format(&type_TypeError, "expected traceback object or None, got '%T'", next);
    if (!object_has_type(out[1], &type_frame))
        return error_format(&type_TypeError, "TracebackType() argument 'tb_frame' must be frame, not %T", out[1]);
    if (!arg_as_int(out[2], &lasti) || !arg_as_int(out[3], &line)) return VALUE_NULL;
    return traceback_new(next, out[1], lasti, line);
}

static Value method_dir(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"};
    Value list = list_new(0);
    for (size_t i = 0; i < COUNT_OF(names) && !value_is_null(list); i++) {
        Value name = str_from_cstr(names[i]);
        if (value_is_null(name) || list_append_steal(list, name) < 0) value_clear(&list);
    }
    return list;
}

static int traceback_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Traceback *)self)->next);
    GC_VISIT(((Traceback *)self)->frame);
    return 0;
}

static void traceback_clear(Object *self)
{
    value_clear(&((Traceback *)self)->next);
    value_clear(&((Traceback *)self)->frame);
}

static void traceback_destroy(Object *self)
{
    gc_untrack(self);
    traceback_clear(self);
    object_free(self, sizeof(Traceback));
}

static const NativeMethod traceback_methods[] = {{"__dir__", method_dir, 0, 0, 0, NULL}, {NULL}};
static const NativeMember traceback_members[] = {
    {"tb_frame", MEMBER_VALUE, offsetof(Traceback, frame), true},
    {"tb_lasti", MEMBER_INT, offsetof(Traceback, lasti), true},
    {NULL},
};
static const NativeGetSet traceback_getsets[] = {
    {"tb_next", get_next, set_next},
    {"tb_lineno", get_line},
    {NULL},
};

Type type_traceback = {
    .head = TYPE_HEAD,
    .name = "traceback",
    .doc = "TracebackType(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nCreate a new traceback object.",
    .instance_size = sizeof(Traceback),
    .flags = TYPE_HAS_GC,
    .destroy = traceback_destroy,
    .traverse = traceback_traverse,
    .clear = traceback_clear,
    .new_instance = new_traceback,
    .methods = traceback_methods,
    .members = traceback_members,
    .getsets = traceback_getsets,
};

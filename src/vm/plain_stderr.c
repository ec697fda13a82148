/* plain_stderr.c: sys.stderr of the first moments, before the module io can be imported. */
#include <unistd.h>

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/runtime.h"

typedef struct PlainStderr {
    Object head;
} PlainStderr;

extern Type type_plain_stderr;

Value plain_stderr_new(void)
{
    return value_from_object(object_alloc(&type_plain_stderr, sizeof(PlainStderr)));
}

static Value plain_write(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t size;
    if (!is_str(args[0])) return error_bad_argument("write", 1, "str", args[0]);
    const char *text = str_as_utf8(args[0], &size);
    if (!text) return VALUE_NULL;
    ssize_t written = write(2, text, (size_t)size);
    return value_from_small_int(written < 0 ? 0 : written);
}

static Value plain_nothing(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return VALUE_NONE;
}
static Value plain_fileno(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_small_int(2);
}

static Value plain_isatty(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_bool(isatty(2));
}

static void plain_destroy(Object *self)
{
    object_free(self, sizeof(PlainStderr));
}

static const NativeMethod plain_methods[] = {
    {"write", plain_write, 1, 1},   {"flush", plain_nothing, 0, 0}, {"close", plain_nothing, 0, 0},
    {"fileno", plain_fileno, 0, 0}, {"isatty", plain_isatty, 0, 0}, {NULL},
};

Type type_plain_stderr = {
    .head = TYPE_HEAD,
    .name = "stderrprinter",
    .instance_size = sizeof(PlainStderr),
    .flags = TYPE_NO_NEW,
    .destroy = plain_destroy,
    .methods = plain_methods,
};

/* marshal_module.c: the module marshal over compiler/marshal.h. */
#include "compiler/marshal.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"

static bool version_of(const Value *args, ssize_t nargs, ssize_t index, int *version)
{
    *version = MARSHAL_VERSION;
    return nargs <= index || arg_as_int(args[index], version);
}

static Value module_dumps(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int version;
    return version_of(args, nargs, 1, &version) ? marshal_dumps(args[0], version) : VALUE_NULL;
}

static Value module_dump(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int version;
    if (!version_of(args, nargs, 2, &version)) return VALUE_NULL;
    Value bytes = marshal_dumps(args[0], version);
    if (value_is_null(bytes)) return VALUE_NULL;
    Value result = call_method_1(args[1], ID(write), bytes);
    value_decref(bytes);
    return result;
}

static Value module_loads(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffer view;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = marshal_loads(view.data, (size_t)view.length);
    buffer_release(&view);
    return result;
}

/* A first read(0) tells a file of bytes from one of text. */
static Value module_load(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value nothing = call_method_1(args[0], ID(read), value_from_small_int(0));
    if (value_is_null(nothing)) return VALUE_NULL;
    bool is_binary = is_bytes(nothing);
    Value result = is_binary ? marshal_load_file(args[0])
                             : error_format(&type_TypeError, "file.read() returned not bytes but %T", nothing);
    value_decref(nothing);
    return result;
}

static const NativeMethod methods[] = {
    {"dump", module_dump, 2, 3, 0,
     "dump($module, value, file, version=version, /)\n--\n\nWrite the value on the open file."},
    {"load", module_load, 1, 1, 0, "load($module, file, /)\n--\n\nRead one value from the open file and return it."},
    {"dumps", module_dumps, 1, 2, 0,
     "dumps($module, value, version=version, /)\n--\n\nReturn the bytes object that would be written to a file by "
     "dump(value, file)."},
    {"loads", module_loads, 1, 1, 0, "loads($module, bytes, /)\n--\n\nConvert the bytes-like object to a value."},
    {NULL}};

static int exec(Value module)
{
    return module_add_int(module, "version", MARSHAL_VERSION);
}

NATIVE_MODULE(marshal) = {"marshal",
                          "This module contains functions that can read and write Python values in\na binary format.",
                          methods, exec};

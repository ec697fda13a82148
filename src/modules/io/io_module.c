/* io_module: the module _io: its types and open(). */
#include "modules/io/io.h"

#include <locale.h>

#include "objects/dict.h"
#include "objects/int.h"
#include "objects/tuple.h"
#include "vm/runtime.h"

/* --- open --- */

typedef struct Mode {
    bool creating, reading, writing, appending, updating, text, binary;
    char raw[8]; /* for FileIO */
} Mode;

static bool fail_value(const char *message)
{
    error_set(&type_ValueError, message);
    return false;
}

static bool parse_mode(const char *text, Mode *m)
{
    *m = (Mode){0};
    for (const char *c = text; *c; c++) {
        bool *flag = *c == 'x'   ? &m->creating
                     : *c == 'r' ? &m->reading
                     : *c == 'w' ? &m->writing
                     : *c == 'a' ? &m->appending
                     : *c == '+' ? &m->updating
                     : *c == 't' ? &m->text
                     : *c == 'b' ? &m->binary
                                 : NULL;
        if (!flag || *flag) {
            error_format(&type_ValueError, "invalid mode: '%s'", text);
            return false;
        }
        *flag = true;
    }
    char *out = m->raw;
    if (m->creating) *out++ = 'x';
    if (m->reading) *out++ = 'r';
    if (m->writing) *out++ = 'w';
    if (m->appending) *out++ = 'a';
    if (m->updating) *out++ = '+';
    if (m->text && m->binary) return fail_value("can't have text and binary mode at once");
    if (m->creating + m->reading + m->writing + m->appending != 1)
        return fail_value("must have exactly one of create/read/write/append mode");
    return true;
}

typedef struct OpenOptions {
    Value file, encoding, errors, newline, closefd, opener;
    const char *mode_text;
    Mode mode;
    int buffering;
} OpenOptions;

static bool check_options(const OpenOptions *o)
{
    if (!o->mode.binary) return true;
    if (!value_is_none(o->encoding)) return fail_value("binary mode doesn't take an encoding argument");
    if (!value_is_none(o->errors)) return fail_value("binary mode doesn't take an errors argument");
    if (!value_is_none(o->newline)) return fail_value("binary mode doesn't take a newline argument");
    if (o->buffering == 1)
        return warn_format(&type_RuntimeWarning, 1,
                           "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will "
                           "be used") == 0;
    return true;
}

static bool parse_options(const Value *args, ssize_t nargs, Value kwnames, OpenOptions *o)
{
    static const char *const names[] = {"file",    "mode",    "buffering", "encoding", "errors",
                                        "newline", "closefd", "opener",    NULL};
    static const ArgSpec spec = {"open", names, 1, 8, 0};
    Value given[8];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return false;
    o->file = given[0];
    o->mode_text = "r";
    if (!value_is_null(given[1])) {
        if (!is_str(given[1])) {
            error_format(&type_TypeError, "open() argument 'mode' must be str, not %.50s",
                         value_is_none(given[1]) ? "None" : type_of(given[1])->name);
            return false;
        }
        o->mode_text = str_as_utf8(given[1], NULL);
        if (!o->mode_text) return false;
    }
    o->buffering = -1;
    if (!value_is_null(given[2]) && !arg_as_int(given[2], &o->buffering)) return false;
    Value *places[] = {&o->encoding, &o->errors, &o->newline};
    for (int i = 0; i < 3; i++) {
        Value v = value_is_null(given[3 + i]) ? VALUE_NONE : given[3 + i];
        if (!value_is_none(v) && !is_str(v)) {
            error_format(&type_TypeError, "open() argument '%s' must be str or None, not %.50s", names[3 + i],
                         type_of(v)->name);
            return false;
        }
        *places[i] = v;
    }
    o->closefd = value_is_null(given[6]) ? VALUE_TRUE : given[6];
    o->opener = value_is_null(given[7]) ? VALUE_NONE : given[7];
    return parse_mode(o->mode_text, &o->mode) && check_options(o);
}

static Value open_raw(const OpenOptions *o)
{
    Value mode = str_from_cstr(o->mode.raw);
    if (value_is_null(mode)) return mode;
    bool closes = true;
    Value raw = VALUE_NULL;
    if (arg_as_bool(o->closefd, &closes)) {
        Value args[4] = {o->file, mode, value_from_bool(closes), o->opener};
        raw = call_vector(value_from_object(&type_io_file), args, 4, VALUE_NULL);
    }
    value_decref(mode);
    return raw;
}

/* The number of bytes to buffer, and whether lines are flushed. */
static int choose_buffering(const OpenOptions *o, Value raw, ssize_t *size, bool *by_line)
{
    int is_terminal = o->buffering < 0 ? io_ask(raw, ID(isatty)) : 0;
    if (is_terminal < 0) return -1;
    *by_line = !o->mode.binary && (o->buffering == 1 || is_terminal);
    *size = o->buffering == 1 || is_terminal ? -1 : o->buffering;
    if (*size >= 0) return 0;
    Value block_size = get_attr(raw, ID(_blksize));
    if (value_is_null(block_size)) return -1;
    *size = number_as_ssize(block_size, &type_OverflowError);
    value_decref(block_size);
    return *size == -1 && error_occurred() ? -1 : 0;
}

static Value wrap_text(const OpenOptions *o, Value buffer, bool by_line)
{
    Value args[5] = {buffer, o->encoding, o->errors, o->newline, value_from_bool(by_line)};
    Value text = call_vector(value_from_object(&type_io_text), args, 5, VALUE_NULL);
    if (value_is_null(text)) return text;
    Value mode = str_from_cstr(o->mode_text);
    int status = value_is_null(mode) ? -1 : set_attr(text, ID(mode), mode);
    value_xdecref(mode);
    if (status == 0) return text;
    value_decref(text);
    return VALUE_NULL;
}

/* Closes what has been opened so far and keeps the error. */
static Value give_up(STEALS Value stream)
{
    io_close_after(stream, ID(close));
    value_decref(stream);
    return VALUE_NULL;
}

Value io_open(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    OpenOptions o;
    if (!parse_options(args, nargs, kwnames, &o)) return VALUE_NULL;
    bool is_descriptor = is_int(o.file);
    Value path = VALUE_NULL;
    if (!is_descriptor) {
        bool failed;
        Value fspath = get_attr_optional(value_from_object(type_of(o.file)), ID(__fspath__), &failed);
        if (value_is_null(fspath) && failed) return VALUE_NULL;
        if (!value_is_null(fspath) && !is_str(o.file) && !is_bytes(o.file)) {
            path = call_1(fspath, o.file);
            value_decref(fspath);
            if (value_is_null(path)) return VALUE_NULL;
            if (!is_str(path) && !is_bytes(path)) {
                error_format(&type_TypeError, "expected %.200s.__fspath__() to return str or bytes, not %.200s",
                             type_of(o.file)->name, type_of(path)->name);
                value_decref(path);
                return VALUE_NULL;
            }
            o.file = path;
        } else {
            value_xdecref(fspath);
        }
        if (!is_str(o.file) && !is_bytes(o.file) && !has_index(o.file)) {
            error_format(&type_TypeError, "expected str, bytes or os.PathLike object, not %.200s",
                         type_of(o.file)->name);
            value_xdecref(path);
            return VALUE_NULL;
        }
    }
    Value raw = open_raw(&o);
    value_xdecref(path);
    if (value_is_null(raw)) return raw;
    ssize_t size;
    bool by_line;
    if (choose_buffering(&o, raw, &size, &by_line) < 0) return give_up(raw);
    if (size < 0) {
        error_set(&type_ValueError, "invalid buffering size");
        return give_up(raw);
    }
    if (size == 0) {
        if (o.mode.binary) return raw;
        error_set(&type_ValueError, "can't have unbuffered text I/O");
        return give_up(raw);
    }
    Type *type = o.mode.updating ? &type_io_random : o.mode.reading ? &type_io_reader : &type_io_writer;
    Value buffer = call_2(value_from_object(type), raw, value_from_small_int(size));
    if (value_is_null(buffer)) return give_up(raw);
    value_decref(raw);
    if (o.mode.binary) return buffer;
    Value text = wrap_text(&o, buffer, by_line);
    if (value_is_null(text)) return give_up(buffer);
    value_decref(buffer);
    return text;
}

Value io_text_encoding(Value module, const Value *args, ssize_t nargs, Value kwnames)
{
    int stack_level = 2;
    if (nargs > 1 && !arg_as_int(args[1], &stack_level)) return VALUE_NULL;
    if (!value_is_none(args[0])) return value_incref(args[0]);
    if (options.warn_default_encoding &&
        warn_format(&type_EncodingWarning, stack_level, "'encoding' argument not specified") < 0)
        return VALUE_NULL;
    return str_intern_cstr(options.utf8_mode ? "utf-8" : "locale");
}

static const NativeMethod methods[] = {
    {"open", io_open, 0, -1, NATIVE_KEYWORDS,
     "open($module, /, file, mode='r', buffering=-1, encoding=None,\n"
     "     errors=None, newline=None, closefd=True, opener=None)\n--\n\n"
     "Open file and return a stream.  Raise OSError upon failure."},
    {"text_encoding", io_text_encoding, 1, 2, 0,
     "text_encoding($module, encoding, stacklevel=2, /)\n--\n\n"
     "A helper function to choose the text encoding.\n\n"
     "When encoding is not None, this function returns it.\n"
     "Otherwise, this function returns the default text encoding\n"
     "(i.e. \"locale\" or \"utf-8\" depends on UTF-8 mode).\n\n"
     "This function emits an EncodingWarning if encoding is None and\n"
     "sys.flags.warn_default_encoding is true.\n\n"
     "This can be used in APIs with an encoding=None parameter.\n"
     "However, please consider using encoding=\"utf-8\" for new APIs."},
    {"open_code", io_open_code, 0, -1, NATIVE_KEYWORDS,
     "open_code($module, /, path)\n--\n\nOpens the provided file with the intent to import the contents.\n\n"
     "This may perform extra validation beyond open(), but is otherwise interchangeable\nwith calling open(path, "
     "'rb')."},
    {NULL}};

/* class UnsupportedOperation(OSError, ValueError), of the module io */
static Value make_unsupported_class(void)
{
    Value bases = tuple_pack(2, value_from_object(&type_OSError), value_from_object(&type_ValueError));
    Value dict = dict_new(), name = str_from_cstr("UnsupportedOperation"), module = str_from_cstr("io");
    Value result = VALUE_NULL;
    if (!value_is_null(bases) && !value_is_null(dict) && !value_is_null(name) && !value_is_null(module) &&
        dict_set(dict, ID(__module__), module) == 0)
        result = call_3(value_from_object(&type_type), name, bases, dict);
    value_xdecref(bases);
    value_xdecref(dict);
    value_xdecref(name);
    value_xdecref(module);
    return result;
}

static int exec(Value module)
{
    Type *const types[] = {&type_io_base,   &type_io_raw_base, &type_io_buffered_base, &type_io_text_base,
                           &type_io_file,   &type_io_bytes,    &type_io_string,        &type_io_newline_decoder,
                           &type_io_reader, &type_io_writer,   &type_io_pair,          &type_io_random,
                           &type_io_text};
    setlocale(LC_CTYPE, ""); /* the encoding of files is the locale's, unless that is plain C */
    if (type_ready(&type_io_bytes_buffer) < 0 || type_ready(&type_io_fast_decoder) < 0) return -1;
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (module_add_type(module, types[i]) < 0) return -1;
    if (value_is_null(io_unsupported_class)) io_unsupported_class = make_unsupported_class();
    if (value_is_null(io_unsupported_class)) return -1;
    if (module_add(module, "UnsupportedOperation", value_incref(io_unsupported_class)) < 0) return -1;
    if (module_add(module, "BlockingIOError", value_from_object(&type_BlockingIOError)) < 0) return -1;
    return module_add_int(module, "DEFAULT_BUFFER_SIZE", IO_BUFFER_SIZE);
}

NATIVE_MODULE(_io) = {
    .name = "_io",
    .doc = "The io module provides the Python interfaces to stream handling. The\n"
           "builtin open function is defined in this module.",
    .methods = methods,
    .exec = exec,
};

/* freeze: compiles modules of the standard library with our own compiler and writes their code, marshalled, as a C
 * file: freeze OUTPUT ENTRY…  It is linked with everything but the result. An entry is
 *     NAME:ORIGINAL=FILE.py   a module; ORIGINAL is the name that its source file has in the library
 *     NAME:ORIGINAL           one more name for the code of the entry before
 * with a + in front when it is a package. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/compile.h"
#include "compiler/marshal.h"
#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/type.h"
#include "vm/frozen.h"
#include "vm/lock.h"

extern int ids_init(void);
const FrozenModule frozen_modules[] = {{0}};

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "freeze: %s: %s\n", what, name);
    exit(1);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot read", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*size + 1);
    if (!text || fread(text, 1, *size, file) != *size) fail("cannot read", path);
    text[*size] = 0;
    fclose(file);
    return text;
}

static void write_module(FILE *out, const char *original, const char *path, int number)
{
    size_t size;
    char *text = read_file(path, &size);
    Value filename = str_format("<frozen %s>", original);
    Value code = compile_source(text, (ssize_t)size, filename, PARSE_FILE, PARSE_FROM_FILE, 0);
    Value data = value_is_null(code) ? code : marshal_dumps(code, MARSHAL_VERSION);
    if (value_is_null(data)) fail("cannot compile", path);
    fprintf(out, "static const unsigned char code_%d[] = {", number);
    for (ssize_t i = 0; i < as_bytes(data)->length; i++)
        fprintf(out, "%s%d,", i % 32 == 0 ? "\n" : "", (unsigned char)as_bytes(data)->data[i]);
    fputs("\n};\n\n", out);
    value_decref(data);
    value_decref(code);
    value_decref(filename);
    free(text);
}

typedef struct Entry {
    const char *name, *original;
    NULLABLE const char *path;
    bool is_package;
} Entry;

static Entry read_entry(char *text)
{
    char *colon = strchr(text, ':'), *equals = strchr(text, '=');
    if (!colon) fail("no NAME:ORIGINAL", text);
    *colon = 0;
    if (equals) *equals = 0;
    bool is_package = *text == '+';
    return (Entry){text + is_package, colon + 1, equals ? equals + 1 : NULL, is_package};
}

int main(int argc, char **argv)
{
    if (argc < 3) fail("usage", "freeze OUTPUT ENTRY...");
    threads_init();
    if (types_init() < 0 || ids_init() < 0) fail("cannot start", argv[0]);
    FILE *out = fopen(argv[1], "w");
    if (!out) fail("cannot write", argv[1]);
    fputs("/* Made by src/gen/freeze.c. */\n#include \"vm/frozen.h\"\n\n", out);
    Entry entries[argc - 2];
    for (int i = 2; i < argc; i++) {
        entries[i - 2] = read_entry(argv[i]);
        if (entries[i - 2].path) write_module(out, entries[i - 2].original, entries[i - 2].path, i - 2);
    }
    fputs("const FrozenModule frozen_modules[] = {\n", out);
    for (int i = 0, code = 0; i < argc - 2; i++) {
        if (entries[i].path) code = i;
        fprintf(out, "    {\"%s\", \"%s\", code_%d, sizeof code_%d, %d},\n", entries[i].name, entries[i].original, code,
                code, entries[i].is_package);
    }
    fputs("    {0}};\n", out);
    return fclose(out) == 0 ? 0 : 1;
}

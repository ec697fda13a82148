/* freeze: turns marshalled code into a C file: freeze OUTPUT NAME=PYC… A PYC is a .pyc file: 16 bytes of head, then the code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "freeze: %s: %s\n", what, name);
    exit(1);
}

static void write_array(FILE *out, const char *path, int number)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 16, SEEK_SET) != 0) fail("cannot read", path);
    fprintf(out, "static const unsigned char code_%d[] = {", number);
    int c;
    for (long i = 0; (c = getc(file)) != EOF; i++) fprintf(out, "%s%d,", i % 32 == 0 ? "\n" : "", c);
    fputs("\n};\n\n", out);
    fclose(file);
}

int main(int argc, char **argv)
{
    if (argc < 3) fail("usage", "freeze OUTPUT NAME=PYC...");
    FILE *out = fopen(argv[1], "w");
    if (!out) fail("cannot write", argv[1]);
    fputs("/* Made by src/gen/freeze.c. */\n#include \"vm/frozen.h\"\n\n", out);
    for (int i = 2; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals) fail("no NAME=PYC", argv[i]);
        *equals = 0;
        write_array(out, equals + 1, i);
    }
    fputs("const FrozenModule frozen_modules[] = {\n", out);
    for (int i = 2; i < argc; i++) {
        char *colon = strchr(argv[i], ':'); /* NAME:ORIGINAL */
        if (colon) *colon = 0;
        fprintf(out, "    {\"%s\", \"%s\", code_%d, sizeof code_%d, false},\n", argv[i], colon ? colon + 1 : argv[i], i, i);
    }
    fputs("    {0}};\n", out);
    return fclose(out) == 0 ? 0 : 1;
}

/* collect: reads the sources named in a list file and writes one C file with
 *   - the interned strings of every ID(name) and ids_init(), which makes them;
 *   - the table behind native_module_find() from every NATIVE_MODULE(name);
 *   - static_types[]: every `Type type_x = {` of src/objects, src/gc, src/compiler and src/vm, readied at start-up.
 * So none of these needs a list by hand that two people would edit at once. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Names {
    char **items;
    size_t count, capacity;
} Names;

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "collect: %s: %s\n", what, name);
    exit(1);
}

static void names_add(Names *names, const char *start, size_t length)
{
    if (names->count == names->capacity) {
        names->capacity = names->capacity ? names->capacity * 2 : 256;
        names->items = realloc(names->items, names->capacity * sizeof *names->items);
        if (!names->items) fail("out of memory", "names");
    }
    names->items[names->count++] = strndup(start, length);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_sort_unique(Names *names)
{
    size_t kept = 0;
    if (names->count) qsort(names->items, names->count, sizeof *names->items, compare_names);
    for (size_t i = 0; i < names->count; i++) {
        if (kept == 0 || strcmp(names->items[i], names->items[kept - 1]) != 0)
            names->items[kept++] = names->items[i];
        else
            free(names->items[i]);
    }
    names->count = kept;
}

static void names_free(Names *names)
{
    for (size_t i = 0; i < names->count; i++) free(names->items[i]);
    free(names->items);
}

static size_t word_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

/* Adds every NAME of `marker(NAME)`. */
static void scan_marker(const char *text, const char *marker, Names *names)
{
    size_t length = strlen(marker);
    for (const char *at = text; (at = strstr(at, marker)); at += length) {
        if (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_')) continue;
        size_t word = word_length(at + length);
        if (word && at[length + word] == ')') names_add(names, at + length, word);
    }
}

static void scan_types(const char *text, Names *names)
{
    static const char marker[] = "\nType type_";
    for (const char *at = text; (at = strstr(at, marker)); at += sizeof marker - 1) {
        const char *name = at + strlen("\nType ");
        size_t word = word_length(name);
        if (strncmp(name + word, " = {", 4) == 0) names_add(names, name, word);
    }
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot read", path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    if (!text || fread(text, 1, size, file) != size) fail("cannot read", path);
    text[size] = 0;
    fclose(file);
    return text;
}

static bool is_core_layer(const char *path)
{
    return strstr(path, "/src/objects/") || strstr(path, "/src/gc/") || strstr(path, "/src/vm/") ||
           strstr(path, "/src/compiler/");
}

static void write_output(FILE *out, const Names *ids, const Names *modules, const Names *types)
{
    fputs("/* Made by src/gen/collect.c. */\n#include \"objects/native.h\"\n#include \"objects/str.h\"\n\n", out);
    for (size_t i = 0; i < ids->count; i++) fprintf(out, "Value id_%s;\n", ids->items[i]);
    fputs("\nstatic const struct { Value *place; const char *text; } ids[] = {\n", out);
    for (size_t i = 0; i < ids->count; i++) fprintf(out, "    {&id_%s, \"%s\"},\n", ids->items[i], ids->items[i]);
    fputs("    {NULL, NULL}};\n\nint ids_init(void);\nint ids_init(void)\n{\n    for (size_t i = 0; ids[i].place; i++) {\n"
          "        *ids[i].place = str_intern_cstr(ids[i].text);\n"
          "        if (value_is_null(*ids[i].place)) return -1;\n    }\n    return 0;\n}\n\n", out);
    for (size_t i = 0; i < modules->count; i++)
        fprintf(out, "extern const NativeModule native_module_%s;\n", modules->items[i]);
    fputs("extern const NativeModule *const native_modules[];\nconst NativeModule *const native_modules[] = {\n", out);
    for (size_t i = 0; i < modules->count; i++) fprintf(out, "    &native_module_%s,\n", modules->items[i]);
    fputs("    NULL};\n\nNULLABLE const NativeModule *native_module_find(const char *name)\n{\n"
          "    for (const NativeModule *const *m = native_modules; *m; m++)\n"
          "        if (strcmp((*m)->name, name) == 0) return *m;\n    return NULL;\n}\n\n", out);
    for (size_t i = 0; i < types->count; i++) fprintf(out, "extern Type %s;\n", types->items[i]);
    fputs("extern Type *const static_types[];\nType *const static_types[] = {\n", out);
    for (size_t i = 0; i < types->count; i++) fprintf(out, "    &%s,\n", types->items[i]);
    fputs("    NULL};\n", out);
}

int main(int argc, char **argv)
{
    if (argc != 3) fail("usage", "collect LIST OUTPUT");
    Names ids = {0}, modules = {0}, types = {0};
    char *list = read_file(argv[1]);
    for (char *path = strtok(list, "\n"); path; path = strtok(NULL, "\n")) {
        char *text = read_file(path);
        scan_marker(text, "ID(", &ids);
        scan_marker(text, "NATIVE_MODULE(", &modules);
        if (is_core_layer(path)) scan_types(text, &types);
        free(text);
    }
    free(list);
    names_sort_unique(&ids);
    names_sort_unique(&modules);
    names_sort_unique(&types);
    FILE *out = fopen(argv[2], "w");
    if (!out) fail("cannot write", argv[2]);
    write_output(out, &ids, &modules, &types);
    names_free(&ids);
    names_free(&modules);
    names_free(&types);
    return fclose(out) == 0 ? 0 : 1;
}

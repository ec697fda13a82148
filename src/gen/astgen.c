/* astgen: reads src/compiler/ast.def and writes
 *   ast_nodes.h  enumerations, node structs, sequence types, prototypes of the constructors;
 *   ast_nodes.c  the constructors, and ast_types[]: for each type its constructors and fields (name, type, quantifier,
 *                offset), from which the classes of _ast and both conversions work. */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELDS = 8, MAX_CONSTRUCTORS = 32, MAX_TYPES = 32, MAX_NAME = 32 };

typedef struct Field {
    char type[MAX_NAME], name[MAX_NAME];
    char quantifier; /* ' ', '?' or '*' */
} Field;

typedef struct Constructor {
    char name[MAX_NAME];
    Field fields[MAX_FIELDS];
    int field_count;
} Constructor;

typedef struct NodeType {
    char name[MAX_NAME], c_name[MAX_NAME], prefix[MAX_NAME];
    Constructor constructors[MAX_CONSTRUCTORS]; /* a product has one without a name */
    int constructor_count;
    bool is_product, is_enum, has_location, end_is_optional;
} NodeType;

static NodeType types[MAX_TYPES];
static int type_count;
static const char *at; /* the definition, where we read */
static FILE *out;

static void fail(const char *what)
{
    fprintf(stderr, "astgen: %s at: %.40s\n", what, at ? at : "");
    exit(1);
}

static void put(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
}

/* --- reading --- */

static void skip_space(void)
{
    for (;;) {
        while (isspace((unsigned char)*at)) at++;
        if (at[0] != '-' || at[1] != '-') return;
        while (*at && *at != '\n') at++;
    }
}

static bool accept(char c)
{
    skip_space();
    if (*at != c) return false;
    at++;
    return true;
}

static void expect(char c)
{
    if (!accept(c)) fail("unexpected character");
}

static void read_word(char *word)
{
    skip_space();
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_') n++;
    if (n == 0 || n >= MAX_NAME) fail("name expected");
    memcpy(word, at, n);
    word[n] = 0;
    at += n;
}

static void read_fields(Constructor *constructor)
{
    if (!accept('(')) return;
    do {
        if (constructor->field_count == MAX_FIELDS) fail("too many fields");
        Field *field = &constructor->fields[constructor->field_count++];
        read_word(field->type);
        field->quantifier = accept('?') ? '?' : accept('*') ? '*' : ' ';
        read_word(field->name);
    } while (accept(','));
    expect(')');
}

static void read_type(NodeType *type)
{
    read_word(type->name);
    expect('(');
    read_word(type->c_name);
    expect(',');
    read_word(type->prefix);
    expect(')');
    expect('=');
    skip_space();
    type->is_product = *at == '(';
    type->is_enum = !type->is_product;
    do {
        if (type->constructor_count == MAX_CONSTRUCTORS) fail("too many constructors");
        Constructor *constructor = &type->constructors[type->constructor_count++];
        if (!type->is_product) read_word(constructor->name);
        read_fields(constructor);
        if (constructor->field_count) type->is_enum = false;
    } while (accept('|'));
    skip_space();
    if (strncmp(at, "attributes", strlen("attributes")) == 0) {
        Constructor attributes = {0};
        at += strlen("attributes");
        read_fields(&attributes);
        type->has_location = true;
        type->end_is_optional = attributes.fields[2].quantifier == '?';
    }
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    if (!text || fread(text, 1, size, file) != size) fail(path);
    text[size] = 0;
    fclose(file);
    return text;
}

static const NodeType *find_type(const char *name)
{
    for (int i = 0; i < type_count; i++)
        if (strcmp(types[i].name, name) == 0) return &types[i];
    return NULL;
}

/* --- the C side of a field --- */

static void put_field_type(const Field *field)
{
    const NodeType *type = find_type(field->type);
    bool is_value = !type && strcmp(field->type, "int") != 0;
    if (field->quantifier == '*') {
        if (type && strcmp(type->name, "excepthandler") == 0) put("HandlerSeq *");
        else if (type && !type->is_enum) put("%sSeq *", type->c_name);
        else put(is_value ? "IdentifierSeq *" : "IntSeq *");
    } else if (is_value) {
        put(field->quantifier == '?' ? "NULLABLE Value " : "Value ");
    } else if (!type) {
        put("int ");
    } else if (type->is_enum) {
        put("%s ", type->c_name);
    } else {
        put(field->quantifier == '?' ? "NULLABLE %s *" : "%s *", type->c_name);
    }
}

static void put_prototype(const NodeType *type, const Constructor *constructor)
{
    put("%s *ast_%s(AstArena *arena", type->c_name, type->is_product ? type->name : constructor->name);
    for (int i = 0; i < constructor->field_count; i++) {
        put(", ");
        put_field_type(&constructor->fields[i]);
        put("%s", constructor->fields[i].name);
    }
    put(type->has_location ? ", AstLocation location)" : ")");
}

/* --- ast_nodes.h --- */

static void write_enum(const NodeType *type)
{
    put(type->is_enum ? "typedef enum %s {\n" : "enum %sKind {\n", type->c_name);
    for (int i = 0; i < type->constructor_count; i++)
        put("    %s_%s = %d,\n", type->prefix, type->constructors[i].name, i + 1);
    if (type->is_enum) put("} %s;\n\n", type->c_name);
    else put("};\n\n");
}

static void write_struct_fields(const Constructor *constructor, const char *indent)
{
    for (int i = 0; i < constructor->field_count; i++) {
        put("%s", indent);
        put_field_type(&constructor->fields[i]);
        put("%s;\n", constructor->fields[i].name);
    }
}

static void write_struct(const NodeType *type)
{
    put("struct %s {\n", type->c_name);
    if (type->is_product) {
        write_struct_fields(&type->constructors[0], "    ");
    } else {
        put("    enum %sKind kind;\n", type->c_name);
    }
    if (type->has_location) put("    AST_LOCATION_FIELDS;\n");
    if (!type->is_product) {
        put("    union {\n");
        for (int i = 0; i < type->constructor_count; i++) {
            const Constructor *constructor = &type->constructors[i];
            if (!constructor->field_count) continue;
            put("        struct {\n");
            write_struct_fields(constructor, "            ");
            put("        } %s;\n", constructor->name);
        }
        put("    } v;\n");
    }
    put("};\n\n");
}

static void write_header(void)
{
    put("/* Made by src/gen/astgen.c from src/compiler/ast.def. Included by compiler/ast.h. */\n"
        "#ifndef AST_NODES_H\n#define AST_NODES_H\n\n");
    for (int i = 0; i < type_count; i++)
        if (!types[i].is_product) write_enum(&types[i]);
    for (int i = 0; i < type_count; i++)
        if (!types[i].is_enum) put("typedef struct %s %s;\n", types[i].c_name, types[i].c_name);
    put("\n");
    for (int i = 0; i < type_count; i++) {
        const char *name = strcmp(types[i].name, "excepthandler") == 0 ? "Handler" : types[i].c_name;
        if (!types[i].is_enum)
            put("typedef struct %sSeq { ssize_t count; %s *items[]; } %sSeq;\n", name, types[i].c_name, name);
    }
    put("\n");
    for (int i = 0; i < type_count; i++)
        if (!types[i].is_enum) write_struct(&types[i]);
    put("/* NULL: out of memory, MemoryError is set. */\n");
    for (int i = 0; i < type_count; i++)
        for (int k = 0; !types[i].is_enum && k < types[i].constructor_count; k++) {
            put_prototype(&types[i], &types[i].constructors[k]);
            put(" NODISCARD;\n");
        }
    put("\nenum AstTypeId {\n    AST_identifier, AST_string, AST_constant, AST_int,\n");
    for (int i = 0; i < type_count; i++) put("    AST_%s,\n", types[i].name);
    put("    AST_TYPE_COUNT\n};\n\n#endif\n");
}

/* --- ast_nodes.c --- */

static void write_constructor(const NodeType *type, const Constructor *constructor)
{
    put_prototype(type, constructor);
    put("\n{\n    %s *node = arena_alloc(arena, sizeof *node);\n    if (!node) return NULL;\n", type->c_name);
    if (!type->is_product) put("    node->kind = %s_%s;\n", type->prefix, constructor->name);
    for (int i = 0; i < constructor->field_count; i++) {
        const char *name = constructor->fields[i].name;
        if (type->is_product) put("    node->%s = %s;\n", name, name);
        else put("    node->v.%s.%s = %s;\n", constructor->name, name, name);
    }
    if (type->has_location) put("    node->location = location;\n");
    put("    return node;\n}\n\n");
}

static void put_signature(const char *name, const Constructor *constructor)
{
    put("%s", name);
    for (int i = 0; i < constructor->field_count; i++) {
        const Field *field = &constructor->fields[i];
        put("%s%s", i ? ", " : "(", field->type);
        if (field->quantifier != ' ') put("%c", field->quantifier);
        put(" %s", field->name);
    }
    if (constructor->field_count) put(")");
}

static void put_type_doc(const NodeType *type)
{
    if (type->is_product) {
        put_signature(type->name, &type->constructors[0]);
        return;
    }
    put("%s = ", type->name);
    for (int i = 0; i < type->constructor_count; i++) {
        if (i && type->is_enum) put(" | ");
        else if (i) put("\\n%*s| ", (int)strlen(type->name) + 1, "");
        put_signature(type->constructors[i].name, &type->constructors[i]);
    }
}

static void write_field_table(const NodeType *type, const Constructor *constructor)
{
    if (!constructor->field_count) return;
    put("static const AstField fields_%s[] = {\n", type->is_product ? type->name : constructor->name);
    for (int i = 0; i < constructor->field_count; i++) {
        const Field *field = &constructor->fields[i];
        put("    {\"%s\", AST_%s, '%c', offsetof(%s, ", field->name, field->type, field->quantifier, type->c_name);
        if (type->is_product) put("%s)},\n", field->name);
        else put("v.%s.%s)},\n", constructor->name, field->name);
    }
    put("};\n");
}

static void write_constructor_table(const NodeType *type)
{
    for (int i = 0; i < type->constructor_count; i++) write_field_table(type, &type->constructors[i]);
    put("static const AstConstructor constructors_%s[] = {\n", type->name);
    for (int i = 0; i < type->constructor_count; i++) {
        const Constructor *constructor = &type->constructors[i];
        const char *name = type->is_product ? type->name : constructor->name;
        put("    {\"%s\", \"", name);
        put_signature(name, constructor);
        if (constructor->field_count) put("\", fields_%s, %d},\n", name, constructor->field_count);
        else put("\", NULL, 0},\n");
    }
    put("};\n\n");
}

static void write_type_table(void)
{
    for (int i = 0; i < type_count; i++) write_constructor_table(&types[i]);
    put("const AstTypeInfo ast_types[AST_TYPE_COUNT] = {\n");
    for (int i = 0; i < type_count; i++) {
        const NodeType *type = &types[i];
        put("    [AST_%s] = {\"%s\", \"", type->name, type->name);
        put_type_doc(type);
        put("\", constructors_%s, %d, %s, %s, %s, ", type->name, type->constructor_count,
            type->is_product ? "AST_PRODUCT" : type->is_enum ? "AST_ENUM" : "AST_SUM",
            type->has_location ? "true" : "false", type->end_is_optional ? "true" : "false");
        if (type->is_enum) put("0, 0},\n");
        else if (type->has_location) put("sizeof(%s), offsetof(%s, location)},\n", type->c_name, type->c_name);
        else put("sizeof(%s), 0},\n", type->c_name);
    }
    put("};\n");
}

static void write_source(void)
{
    put("/* Made by src/gen/astgen.c from src/compiler/ast.def. */\n#include \"compiler/ast.h\"\n\n");
    for (int i = 0; i < type_count; i++)
        for (int k = 0; !types[i].is_enum && k < types[i].constructor_count; k++)
            write_constructor(&types[i], &types[i].constructors[k]);
    write_type_table();
}

static void write_file(const char *path, void (*write)(void))
{
    out = fopen(path, "w");
    if (!out) fail(path);
    write();
    if (fclose(out) != 0) fail(path);
}

int main(int argc, char **argv)
{
    if (argc != 4) fail("usage: astgen DEFINITION HEADER SOURCE");
    char *text = read_file(argv[1]);
    at = text;
    for (skip_space(); *at; skip_space()) {
        if (type_count == MAX_TYPES) fail("too many types");
        read_type(&types[type_count++]);
    }
    write_file(argv[2], write_header);
    write_file(argv[3], write_source);
    free(text);
    return 0;
}

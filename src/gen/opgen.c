/* opgen: reads src/vm/bytecodes.def, the one definition of every instruction, and writes
 *   opcodes.h             enum of all instructions (BC_x), public ones under CPython's numbers, quick ones from 256 on
 *   opcode_tables.c       names, caches, stack effects, base and length of quick forms
 *   interpreter_labels.h  the dispatch table's entries
 *   interpreter_cases.h   one case for each instruction, included by vm/interpreter.c
 *   opcode_helpers.h      one out-of-line function for each instruction, with the same body, for the JIT
 *
 * A definition, on one line up to its `{`; the body ends with a line that is `}`:
 *
 *   inst NAME = NUMBER [cache N] [(inputs -- outputs)] [effect(E)] [jump(E)] [raw] [quiet] [inline_only] {
 *   quick NAME of BASE [units N] [(inputs -- outputs)] [raw] [quiet] [inline_only] {
 *
 *   inputs, outputs   names of stack entries, bottom first; the body reads inputs and assigns outputs, the generator
 * moves the stack pointer. `name[expression]` is an array (a pointer to its first entry); inputs only. effect, jump the
 * stack effect where it does not follow from inputs and outputs: falling through, jumping. raw               the body
 * moves `sp` itself. quiet             calls nothing that could look at the frame: `frame->ip` is not stored first.
 *   inline_only       leaves or enters a frame: there is no out-of-line helper.
 *   units             how many units the quick form covers (default: those of its base with its caches).
 *
 * Families of instructions are written once:
 *
 *   template NAME(PARAMETERS)      the lines up to `end template` are kept, with $PARAMETER or ${PARAMETER} in them
 *   expand NAME(ARGUMENTS)         and read with the arguments (separated by |) put in
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INSTRUCTIONS = 1024, MAX_NAMES = 8, FIRST_QUICK = 256 };

typedef struct Operand {
    char name[48];
    char count[64]; /* array length expression; empty: a single entry */
} Operand;

typedef struct Instruction {
    char name[64], base[64];
    int number, cache, units;
    bool is_quick, is_raw, is_quiet, is_inline_only, has_signature;
    Operand inputs[MAX_NAMES], outputs[MAX_NAMES];
    int input_count, output_count;
    char effect[128], jump[128];
    char *body;
    int line; /* of the body in the definition file */
} Instruction;

static Instruction instructions[MAX_INSTRUCTIONS];
static int instruction_count;
static const char *definition_path;
static int line_number;

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "%s:%d: %s: %s\n", definition_path, line_number, what, detail);
    exit(1);
}

static Instruction *find_instruction(const char *name)
{
    for (int i = 0; i < instruction_count; i++)
        if (strcmp(instructions[i].name, name) == 0) return &instructions[i];
    return NULL;
}

/* --- reading --- */

static const char *skip_space(const char *s)
{
    while (*s == ' ' || *s == '\t') s++;
    return s;
}

static const char *read_word(const char *s, char *word, size_t size)
{
    s = skip_space(s);
    size_t n = 0;
    while (isalnum((unsigned char)*s) || *s == '_') {
        if (n + 1 >= size) fail("word too long", s);
        word[n++] = *s++;
    }
    word[n] = 0;
    return s;
}

/* `s` is at an opening bracket; copies what stands inside and gives the place behind the closing one. */
static const char *read_bracketed(const char *s, char *text, size_t size)
{
    char open = *s, close = open == '(' ? ')' : ']';
    int depth = 0;
    size_t n = 0;
    for (;; s++) {
        if (!*s) fail("unclosed bracket", text);
        if (*s == open && depth++ == 0) continue;
        if (*s == close && --depth == 0) break;
        if (n + 1 >= size) fail("text too long", s);
        text[n++] = *s;
    }
    text[n] = 0;
    return s + 1;
}

static int read_operands(const char *s, Operand *operands)
{
    int count = 0;
    for (s = skip_space(s); *s; s = skip_space(s)) {
        if (count == MAX_NAMES) fail("too many operands", s);
        Operand *operand = &operands[count++];
        s = skip_space(read_word(s, operand->name, sizeof operand->name));
        if (!*operand->name) fail("operand expected", s);
        if (*s == '[') s = skip_space(read_bracketed(s, operand->count, sizeof operand->count));
        if (*s == ',') s++;
    }
    return count;
}

static void read_signature(Instruction *instruction, char *text)
{
    char *dashes = strstr(text, "--");
    if (!dashes) fail("no -- in signature", text);
    *dashes = 0;
    instruction->has_signature = true;
    instruction->input_count = read_operands(text, instruction->inputs);
    instruction->output_count = read_operands(dashes + 2, instruction->outputs);
}

static void read_clauses(Instruction *instruction, const char *s)
{
    char word[64], text[256];
    for (s = skip_space(s); *s && *s != '{' && *s != ';' && *s != '\n'; s = skip_space(s)) {
        if (*s == '(') {
            s = read_bracketed(s, text, sizeof text);
            read_signature(instruction, text);
            continue;
        }
        s = read_word(s, word, sizeof word);
        if (strcmp(word, "cache") == 0)
            instruction->cache = (int)strtol(s, (char **)&s, 10);
        else if (strcmp(word, "units") == 0)
            instruction->units = (int)strtol(s, (char **)&s, 10);
        else if (strcmp(word, "effect") == 0)
            s = read_bracketed(s, instruction->effect, sizeof instruction->effect);
        else if (strcmp(word, "jump") == 0)
            s = read_bracketed(s, instruction->jump, sizeof instruction->jump);
        else if (strcmp(word, "raw") == 0)
            instruction->is_raw = true;
        else if (strcmp(word, "quiet") == 0)
            instruction->is_quiet = true;
        else if (strcmp(word, "inline_only") == 0)
            instruction->is_inline_only = true;
        else
            fail("unknown clause", *word ? word : s);
    }
    if (*s != '{') fail("no body", instruction->name);
}

static void read_head(const char *line)
{
    static int next_quick = FIRST_QUICK;
    char word[64];
    if (instruction_count == MAX_INSTRUCTIONS) fail("too many instructions", line);
    Instruction *instruction = &instructions[instruction_count];
    const char *s = read_word(line, word, sizeof word);
    s = skip_space(read_word(s, instruction->name, sizeof instruction->name));
    if (find_instruction(instruction->name)) fail("defined twice", instruction->name);
    if (strcmp(word, "quick") == 0) {
        instruction->is_quick = true;
        instruction->number = next_quick++;
        s = read_word(s, word, sizeof word);
        if (strcmp(word, "of") != 0) fail("`of BASE` expected", s);
        s = read_word(s, instruction->base, sizeof instruction->base);
        Instruction *base = find_instruction(instruction->base);
        if (!base) fail("unknown base", instruction->base);
        instruction->units = base->units;
    } else {
        if (*s != '=') fail("number expected", s);
        instruction->number = (int)strtol(s + 1, (char **)&s, 10);
        memcpy(instruction->base, instruction->name, sizeof instruction->base);
    }
    instruction_count++;
    read_clauses(instruction, s);
    if (!instruction->is_quick) instruction->units = 1 + instruction->cache;
}

static void append_line(char **body, const char *line)
{
    size_t old = *body ? strlen(*body) : 0, more = strlen(line);
    *body = realloc(*body, old + more + 1);
    if (!*body) fail("out of memory", "");
    memcpy(*body + old, line, more + 1);
}

/* --- templates --- */

enum { MAX_TEMPLATES = 32, ARGUMENT_SIZE = 160 };

typedef struct Template {
    char name[64];
    char parameters[MAX_NAMES][ARGUMENT_SIZE];
    int parameter_count;
    char *text;
} Template;

static Template templates[MAX_TEMPLATES];
static int template_count;

static void process_line(const char *line);

/* Splits "a | b" into trimmed parts; gives their number. */
static int split_arguments(char *text, const char *separators, char parts[MAX_NAMES][ARGUMENT_SIZE])
{
    int count = 0;
    for (char *part = strtok(text, separators); part; part = strtok(NULL, separators)) {
        if (count == MAX_NAMES) fail("too many arguments", part);
        while (*part == ' ') part++;
        size_t length = strlen(part);
        while (length && part[length - 1] == ' ') length--;
        if (length >= sizeof parts[0]) fail("argument too long", part);
        memcpy(parts[count], part, length);
        parts[count++][length] = 0;
    }
    return count;
}

static Template *read_template_head(const char *s)
{
    char text[256];
    if (template_count == MAX_TEMPLATES) fail("too many templates", s);
    Template *template = &templates[template_count++];
    s = skip_space(read_word(s, template->name, sizeof template->name));
    if (*s != '(') fail("parameters expected", s);
    read_bracketed(s, text, sizeof text);
    template->parameter_count = split_arguments(text, ",", template->parameters);
    return template;
}

/* `text` with $NAME replaced by the arguments; the caller frees. */
static char *substitute(const Template *template, const char *text, char arguments[MAX_NAMES][ARGUMENT_SIZE])
{
    char *result = NULL;
    append_line(&result, "");
    while (*text) {
        const char *dollar = strchr(text, '$');
        char piece[8192];
        size_t length = dollar ? (size_t)(dollar - text) : strlen(text);
        if (length >= sizeof piece) fail("template too long", template->name);
        memcpy(piece, text, length);
        piece[length] = 0;
        append_line(&result, piece);
        if (!dollar) break;
        char word[64];
        int found = -1;
        text =
            dollar[1] == '{' ? read_word(dollar + 2, word, sizeof word) + 1 : read_word(dollar + 1, word, sizeof word);
        for (int i = 0; i < template->parameter_count; i++)
            if (strcmp(template->parameters[i], word) == 0) found = i;
        if (found < 0) fail("unknown parameter", word);
        append_line(&result, arguments[found]);
    }
    return result;
}

static void expand_template(const char *s)
{
    char name[64], text[1024], arguments[MAX_NAMES][ARGUMENT_SIZE];
    s = skip_space(read_word(s, name, sizeof name));
    if (*s != '(') fail("arguments expected", s);
    read_bracketed(s, text, sizeof text);
    int count = split_arguments(text, "|", arguments);
    for (int i = 0; i < template_count; i++) {
        if (strcmp(templates[i].name, name) != 0) continue;
        if (count != templates[i].parameter_count) fail("wrong number of arguments", name);
        char *lines = substitute(&templates[i], templates[i].text, arguments);
        for (char *line = lines; *line;) {
            char *end = strchr(line, '\n'), saved = end[1];
            end[1] = 0;
            process_line(line);
            end[1] = saved;
            line = end + 1;
        }
        free(lines);
        return;
    }
    fail("unknown template", name);
}

/* --- lines --- */

static Instruction *current; /* whose body is being read */
static Template *current_template;

static void process_line(const char *line)
{
    if (current_template) {
        if (strcmp(line, "end template\n") == 0)
            current_template = NULL;
        else
            append_line(&current_template->text, line);
    } else if (current) {
        if (strcmp(line, "}\n") == 0)
            current = NULL;
        else
            append_line(&current->body, line);
    } else if (strncmp(line, "inst ", 5) == 0 || strncmp(line, "quick ", 6) == 0) {
        read_head(line);
        current = &instructions[instruction_count - 1];
        current->line = line_number + 1;
        append_line(&current->body, "");
    } else if (strncmp(line, "template ", 9) == 0) {
        current_template = read_template_head(line + 9);
        append_line(&current_template->text, "");
    } else if (strncmp(line, "expand ", 7) == 0) {
        expand_template(line + 7);
    }
}

static void read_definitions(const char *path)
{
    FILE *file = fopen(path, "r");
    definition_path = path;
    if (!file) fail("cannot read", path);
    char line[4096];
    while (fgets(line, sizeof line, file)) {
        line_number++;
        process_line(line);
    }
    if (current || current_template) fail("body not closed", "");
    fclose(file);
}

/* --- writing --- */

static void write_count(FILE *out, const Operand *operands, int count)
{
    fputs("0", out);
    for (int i = 0; i < count; i++)
        fprintf(out, " + %s%s%s", *operands[i].count ? "(ssize_t)(" : "", *operands[i].count ? operands[i].count : "1",
                *operands[i].count ? ")" : "");
}

static FILE *open_output(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    if (!out) fail("cannot write", path);
    fputs("/* Made by src/gen/opgen.c from src/vm/bytecodes.def. */\n", out);
    return out;
}

static void write_header(FILE *out)
{
    fputs("#ifndef OPCODES_H\n#define OPCODES_H\n\n#include <stdbool.h>\n#include <stdint.h>\n\nenum Opcode {\n", out);
    int last = 0;
    for (int i = 0; i < instruction_count; i++) {
        fprintf(out, "    BC_%s = %d,\n", instructions[i].name, instructions[i].number);
        if (instructions[i].number > last) last = instructions[i].number;
    }
    fprintf(out, "    BC_FIRST_QUICK = %d,\n    BC_COUNT = %d,\n    BC_HAVE_ARGUMENT = 90\n};\n\n", FIRST_QUICK,
            last + 1);
    fputs(
        "extern const char *const bc_names[BC_COUNT];   /* NULL: no such instruction */\n"
        "extern const uint8_t bc_caches[256];            /* inline-cache units behind a public instruction */\n"
        "extern const uint8_t bc_units[BC_COUNT];        /* units covered, caches and fused instructions included */\n"
        "extern const uint16_t bc_base[BC_COUNT];        /* the public instruction whose unit a quick form replaces "
        "*/\n"
        "extern const bool bc_is_defined[256];\n\n"
        "/* Stack effect of a public instruction; jump: 1 when it jumps, 0 when it falls through, -1 the larger of "
        "both.\n"
        " * BC_INVALID_EFFECT for an unknown instruction. */\n"
        "enum { BC_INVALID_EFFECT = 0x7fffffff };\n"
        "int bc_stack_effect(int opcode, int oparg, int jump);\n\n#endif\n",
        out);
}

static void write_effect_case(FILE *out, const Instruction *instruction, const char *override)
{
    fprintf(out, "    case BC_%s: return ", instruction->name);
    if (*override) {
        fputs(override, out);
    } else {
        fputs("(", out);
        write_count(out, instruction->outputs, instruction->output_count);
        fputs(") - (", out);
        write_count(out, instruction->inputs, instruction->input_count);
        fputs(")", out);
    }
    fputs(";\n", out);
}

static void write_effects(FILE *out, const char *function, bool jumping)
{
    fprintf(out, "\nstatic int %s(int opcode, int oparg)\n{\n    switch (opcode) {\n", function);
    for (int i = 0; i < instruction_count; i++) {
        const Instruction *instruction = &instructions[i];
        if (instruction->is_quick) continue;
        const char *override = jumping && *instruction->jump ? instruction->jump : instruction->effect;
        write_effect_case(out, instruction, override);
    }
    fputs("    default: return BC_INVALID_EFFECT;\n    }\n}\n", out);
}

static void write_tables(FILE *out)
{
    fputs("#include <stddef.h>\n#include <sys/types.h>\n\n#include \"opcodes.h\"\n\nconst char *const "
          "bc_names[BC_COUNT] = {\n",
          out);
    for (int i = 0; i < instruction_count; i++)
        fprintf(out, "    [%d] = \"%s\",\n", instructions[i].number, instructions[i].name);
    fputs("};\n\nconst bool bc_is_defined[256] = {\n", out);
    for (int i = 0; i < instruction_count; i++)
        if (!instructions[i].is_quick) fprintf(out, "    [%d] = true,\n", instructions[i].number);
    fputs("};\n\nconst uint8_t bc_caches[256] = {\n", out);
    for (int i = 0; i < instruction_count; i++)
        if (!instructions[i].is_quick && instructions[i].cache)
            fprintf(out, "    [%d] = %d,\n", instructions[i].number, instructions[i].cache);
    fputs("};\n\nconst uint8_t bc_units[BC_COUNT] = {\n", out);
    for (int i = 0; i < instruction_count; i++)
        fprintf(out, "    [%d] = %d,\n", instructions[i].number, instructions[i].units);
    fputs("};\n\nconst uint16_t bc_base[BC_COUNT] = {\n", out);
    for (int i = 0; i < instruction_count; i++)
        fprintf(out, "    [%d] = BC_%s,\n", instructions[i].number, instructions[i].base);
    fputs("};\n", out);
    write_effects(out, "effect_next", false);
    write_effects(out, "effect_jump", true);
    fputs("\nint bc_stack_effect(int opcode, int oparg, int jump)\n{\n"
          "    int next = effect_next(opcode, oparg), jumped = effect_jump(opcode, oparg);\n"
          "    if (jump < 0) return next > jumped ? next : jumped;\n    return jump ? jumped : next;\n}\n",
          out);
}

static void write_operand_reads(FILE *out, const Instruction *instruction)
{
    for (int i = 0; i < instruction->input_count; i++) {
        const Operand *operand = &instruction->inputs[i];
        fprintf(out, "    Value %s%s = %ssp[-(0", *operand->count ? "*" : "", operand->name,
                *operand->count ? "&" : "");
        for (int j = i; j < instruction->input_count; j++) {
            const char *count = instruction->inputs[j].count;
            fprintf(out, " + (ssize_t)(%s)", *count ? count : "1");
        }
        fprintf(out, ")];\n    (void)%s;\n", operand->name);
    }
    for (int i = 0; i < instruction->output_count; i++) {
        bool is_input = false;
        for (int j = 0; j < instruction->input_count; j++)
            is_input |= strcmp(instruction->inputs[j].name, instruction->outputs[i].name) == 0;
        if (!is_input) fprintf(out, "    Value %s;\n", instruction->outputs[i].name);
    }
}

/* An instruction's code, between LABEL or function head and the end: the same text for interpreter and helper. */
static void write_body(FILE *out, const Instruction *instruction)
{
    bool can_fail = !instruction->is_raw && strstr(instruction->body, "FAIL_IF");
    if (can_fail) fputs("    __label__ consumed;\n", out);
    if (strstr(instruction->body, "oparg"))
        fputs("    const uint32_t oparg = ip->oparg;\n    (void)oparg;\n", out);
    else
        for (int i = 0; i < instruction->input_count; i++)
            if (strstr(instruction->inputs[i].count, "oparg")) {
                fputs("    const uint32_t oparg = ip->oparg;\n    (void)oparg;\n", out);
                break;
            }
    if (!instruction->is_quiet) fputs("    SAVE_IP();\n", out);
    if (!instruction->is_raw) write_operand_reads(out, instruction);
    fprintf(out, "    {\n#line %d \"%s\"\n%s    }\n", instruction->line, definition_path, instruction->body);
    if (!instruction->is_raw) {
        fputs("    sp += (", out);
        write_count(out, instruction->outputs, instruction->output_count);
        fputs(") - (", out);
        write_count(out, instruction->inputs, instruction->input_count);
        fputs(");\n", out);
        for (int i = 0; i < instruction->output_count; i++)
            fprintf(out, "    sp[-%d] = %s;\n", instruction->output_count - i, instruction->outputs[i].name);
    }
    fprintf(out, "    NEXT(%d);\n", instruction->units);
    if (can_fail) {
        fputs("consumed:\n    sp -= ", out);
        write_count(out, instruction->inputs, instruction->input_count);
        fputs(";\n    ERROR();\n", out);
    }
}

static void write_cases(FILE *out)
{
    for (int i = 0; i < instruction_count; i++) {
        fprintf(out, "\nCASE(%s)\n{\n", instructions[i].name);
        write_body(out, &instructions[i]);
        fputs("}\n", out);
    }
}

static void write_labels(FILE *out)
{
    for (int i = 0; i < instruction_count; i++)
        fprintf(out, "    [%d] = &&case_%s,\n", instructions[i].number, instructions[i].name);
}

static void write_helpers(FILE *out)
{
    for (int i = 0; i < instruction_count; i++) {
        if (instructions[i].is_inline_only || instructions[i].is_quick) continue;
        fprintf(out, "\nHELPER(%s)\n{\n", instructions[i].name);
        write_body(out, &instructions[i]);
        fputs("}\n", out);
    }
    fputs("\nconst OpcodeHelper opcode_helpers[256] = {\n", out);
    for (int i = 0; i < instruction_count; i++)
        if (!instructions[i].is_inline_only && !instructions[i].is_quick)
            fprintf(out, "    [%d] = helper_%s,\n", instructions[i].number, instructions[i].name);
    fputs("};\n", out);
}

static void write_file(const char *folder, const char *name, void (*write)(FILE *))
{
    FILE *out = open_output(folder, name);
    write(out);
    if (fclose(out) != 0) fail("cannot write", name);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: opgen BYTECODES.DEF FOLDER\n");
        return 1;
    }
    read_definitions(argv[1]);
    write_file(argv[2], "opcodes.h", write_header);
    write_file(argv[2], "opcode_tables.c", write_tables);
    write_file(argv[2], "interpreter_labels.h", write_labels);
    write_file(argv[2], "interpreter_cases.h", write_cases);
    write_file(argv[2], "opcode_helpers.h", write_helpers);
    return 0;
}

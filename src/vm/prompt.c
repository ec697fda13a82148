/* prompt.c: the interactive prompt. */
#include "vm/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/frame.h"
#include "vm/import.h"
#include "vm/runtime.h"

typedef struct Text {
    char *data;
    size_t length;
} Text;

static bool text_add(Text *text, const char *line, size_t length)
{
    char *grown = realloc(text->data, text->length + length + 1);
    if (!grown) return false;
    memcpy(grown + text->length, line, length);
    text->data = grown;
    text->length += length;
    grown[text->length] = 0;
    return true;
}

/* str(sys.ps1) */
static void print_prompt(const char *name)
{
    Value prompt = sys_get_borrow(name), text = value_is_null(prompt) ? VALUE_NULL : value_str(prompt);
    const char *utf8 = value_is_null(text) ? NULL : str_as_utf8(text, NULL);
    if (!utf8) error_clear();
    fputs(utf8 ? utf8 : "", stdout);
    fflush(stdout);
    value_xdecref(text);
}

/* The next line of input; NULL at its end. Freed by the caller. */
static char *read_line(const char *prompt_name, size_t *length)
{
    flush_std_files();
    print_prompt(prompt_name);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n = getline(&line, &capacity, stdin);
    if (n < 0) {
        free(line);
        return NULL;
    }
    *length = (size_t)n;
    return line;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n\f")] == 0;
}

/* Lines until a statement is complete: false at the end of input. */
static bool read_statement(Text *text, Value filename)
{
    const char *prompt_name = "ps1";
    for (;;) {
        size_t length;
        char *line = read_line(prompt_name, &length);
        if (!line) return text->length > 0;
        bool blank = is_blank(line);
        bool added = text_add(text, line, length);
        free(line);
        if (!added) return false;
        if (text->length == length && blank) return true;
        bool in_block = strcmp(prompt_name, "ps2") == 0;
        int complete = parse_is_complete(filename, text->data, (ssize_t)text->length, PARSE_IGNORE_COOKIE);
        if (complete < 0) error_clear();
        if (complete != 0 && (!in_block || blank || complete < 0)) return true;
        if (complete != 0 && in_block) {
            /* a compound statement goes on until an empty line; a bracketed one is over */
            const char *first = text->data;
            if (first[0] != '@' && text->data[0] != ' ' && !strchr(text->data, ':')) return true;
        }
        prompt_name = "ps2";
    }
}

static int set_default_prompts(void)
{
    static const char *const defaults[][2] = {{"ps1", ">>> "}, {"ps2", "... "}};
    for (int i = 0; i < 2; i++) {
        if (!value_is_null(sys_get_borrow(defaults[i][0]))) continue;
        Value text = str_from_cstr(defaults[i][1]);
        int failed = value_is_null(text) ? -1 : sys_set(defaults[i][0], text);
        value_xdecref(text);
        if (failed) return -1;
    }
    return 0;
}

static Value run_statement(const Text *text, Value filename)
{
    Value code = compile_text(text->data, (ssize_t)text->length, filename, PARSE_SINGLE, PARSE_IGNORE_COOKIE);
    if (value_is_null(code)) return code;
    Value dict = as_module(import_add_module_borrow("__main__"))->dict;
    Value result = code_run(code, dict, dict, VALUE_NULL);
    value_decref(code);
    return result;
}

int prompt_run(int (*report)(void))
{
    Value filename = str_from_cstr("<stdin>");
    if (value_is_null(filename) || set_default_prompts() < 0) return report();
    int status = 0;
    for (;;) {
        Text text = {0};
        if (!read_statement(&text, filename)) {
            free(text.data);
            putchar('\n');
            break;
        }
        Value result = is_blank(text.data) ? VALUE_NONE : run_statement(&text, filename);
        free(text.data);
        if (value_is_null(result)) {
            bool is_exit = error_matches(&type_SystemExit);
            int code = report();
            if (is_exit) {
                status = code;
                break;
            }
        }
        value_xdecref(result);
        flush_std_files();
    }
    value_decref(filename);
    return status;
}

/* prompt.c: the interactive prompt. */
#include "vm/prompt.h"

#include <dlfcn.h>
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
#include "vm/builtins.h"
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

/* --- line editing: libedit, or GNU readline, whichever is there when the prompt starts; neither is needed --- */

static struct {
    char *(*read)(const char *prompt);
    void (*add_history)(const char *line);
    int (*read_history)(const char *file);
    int (*write_history)(const char *file);
    char history[4096];
} editor;

static void load_editor(void)
{
    static const char *const libraries[] = {"libedit.so.2", "libreadline.so.8"};
    void *library = NULL;
    for (size_t i = 0; i < COUNT_OF(libraries) && !library; i++) library = dlopen(libraries[i], RTLD_NOW);
    if (!library) return;
    *(void **)&editor.read = dlsym(library, "readline");
    *(void **)&editor.add_history = dlsym(library, "add_history");
    *(void **)&editor.read_history = dlsym(library, "read_history");
    *(void **)&editor.write_history = dlsym(library, "write_history");
    const char *home = getenv("HOME");
    if (!home || options.isolated) return;
    snprintf(editor.history, sizeof editor.history, "%s/.python_history", home);
    if (editor.read_history) editor.read_history(editor.history);
}

static void save_history(void)
{
    if (editor.write_history && editor.history[0]) editor.write_history(editor.history);
}

/* A line from the terminal with its newline, or NULL. */
static char *edit_line(const char *prompt, size_t *length)
{
    char *line = editor.read(prompt);
    if (!line) return NULL;
    size_t n = strlen(line);
    if (n && editor.add_history) editor.add_history(line);
    char *grown = realloc(line, n + 2);
    if (!grown) {
        free(line);
        return NULL;
    }
    strcpy(grown + n, "\n");
    *length = n + 1;
    return grown;
}

/* input() at a terminal. */
static Value edit_input(Value in, Value out, Value prompt)
{
    Value text = value_str(prompt);
    const char *utf8 = value_is_null(text) ? NULL : str_as_utf8(text, NULL);
    size_t length;
    flush_std_files();
    char *line = utf8 ? edit_line(utf8, &length) : NULL;
    value_xdecref(text);
    if (!line) return error_occurred() ? VALUE_NULL : error_set(&type_EOFError, "EOF when reading a line");
    Value result = str_decode(line, (ssize_t)length - 1, "utf-8", "surrogateescape");
    free(line);
    return result;
}

/* str(sys.ps1), owned */
static Value prompt_text(const char *name)
{
    Value prompt = sys_get_borrow(name), text = value_is_null(prompt) ? str_empty() : value_str(prompt);
    if (value_is_null(text)) {
        error_clear();
        text = str_empty();
    }
    return text;
}

/* The next line of input; NULL at its end. Freed by the caller. */
static char *read_line(const char *prompt_name, size_t *length)
{
    flush_std_files();
    Value prompt = prompt_text(prompt_name);
    const char *utf8 = str_as_utf8(prompt, NULL);
    char *line = NULL;
    if (!utf8) error_clear();
    if (editor.read) {
        line = edit_line(utf8 ? utf8 : "", length);
    } else {
        size_t capacity = 0;
        fputs(utf8 ? utf8 : "", stderr);
        fflush(stderr);
        ssize_t n = getline(&line, &capacity, stdin);
        if (n < 0) {
            free(line);
            line = NULL;
        }
        *length = n < 0 ? 0 : (size_t)n;
    }
    value_decref(prompt);
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
    if (isatty(0) && isatty(1) && !editor.read) {
        load_editor();
        if (editor.read) terminal_read_line_hook = edit_input;
    }
    int status = 0;
    for (;;) {
        Text text = {0};
        if (!read_statement(&text, filename)) {
            free(text.data);
            fputc('\n', stderr);
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
    save_history();
    value_decref(filename);
    return status;
}

/* str_template: str.format and str.format_map: parsing templates and filling them in. A format specification may hold
 * fields itself, one level deep. */
#include "objects/str_template.h"

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str_parts.h"
#include "objects/unicode.h"

enum { MAX_DEPTH = 2 };

static int syntax_error(const char *message)
{
    error_set(&type_ValueError, message);
    return -1;
}

/* --- parsing --- */

/* The name ends at '}', ':' or '!'; brackets hide these. Gives the character that ended it, or 0 with an error. */
static uint32_t scan_field_name(const Str *text, ssize_t *at, ssize_t end)
{
    uint32_t c = 0;
    while (*at < end) {
        c = str_char(text, (*at)++);
        if (c == '{') {
            syntax_error("unexpected '{' in field name");
            return 0;
        }
        if (c == '[')
            while (*at < end && str_char(text, *at) != ']') (*at)++;
        else if (c == '}' || c == ':' || c == '!')
            return c;
    }
    syntax_error("expected '}' before end of string");
    return 0;
}

static int scan_spec(const Str *text, ssize_t *at, ssize_t end, TemplatePart *part)
{
    part->spec.low = *at;
    int open = 1;
    while (*at < end) {
        uint32_t c = str_char(text, (*at)++);
        if (c == '{') {
            part->spec_has_fields = true;
            open++;
        } else if (c == '}' && --open == 0) {
            part->spec.high = *at - 1;
            return 1;
        }
    }
    return syntax_error("unmatched '{' in format spec");
}

static int scan_field(const Str *text, ssize_t *at, ssize_t end, TemplatePart *part)
{
    part->name.low = *at;
    uint32_t c = scan_field_name(text, at, end);
    if (!c) return -1;
    part->name.high = *at - 1;
    if (c == '}') return 1;
    if (c == '!') {
        if (*at >= end) return syntax_error("end of string while looking for conversion specifier");
        part->conversion = str_char(text, (*at)++);
        if (*at < end) {
            c = str_char(text, (*at)++);
            if (c == '}') return 1;
            if (c != ':') return syntax_error("expected ':' after conversion specifier");
        }
    }
    return scan_spec(text, at, end, part);
}

int template_next_part(const Str *text, ssize_t *at, ssize_t end, TemplatePart *part)
{
    *part = (TemplatePart){.literal = {*at, *at}};
    if (*at >= end) return 0;
    uint32_t c = 0;
    while (*at < end) {
        c = str_char(text, (*at)++);
        if (c == '{' || c == '}') break;
    }
    if (c != '{' && c != '}') {
        part->literal.high = *at;
        return 1;
    }
    bool is_doubled = *at < end && str_char(text, *at) == c;
    if (is_doubled) { /* an escaped brace: the literal includes the first of the two */
        part->literal.high = *at;
        (*at)++;
        return 1;
    }
    if (c == '}') return syntax_error("Single '}' encountered in format string");
    if (*at >= end) return syntax_error("Single '{' encountered in format string");
    part->literal.high = *at - 1;
    part->has_field = true;
    return scan_field(text, at, end, part);
}

/* A decimal number: -1 when it is none, -2 with an error. */
static ssize_t parse_index(const Str *text, Span word)
{
    if (word.low >= word.high) return -1;
    ssize_t n = 0;
    for (ssize_t i = word.low; i < word.high; i++) {
        int digit = unicode_decimal(str_char(text, i));
        if (digit < 0) return -1;
        if (n > (SSIZE_MAX - digit) / 10) return syntax_error("Too many decimal digits in format string"), -2;
        n = n * 10 + digit;
    }
    return n;
}

ssize_t template_first_word(const Str *text, Span name, ssize_t *index)
{
    ssize_t i = name.low;
    while (i < name.high && str_char(text, i) != '.' && str_char(text, i) != '[') i++;
    *index = parse_index(text, (Span){name.low, i});
    return i;
}

int template_next_accessor(const Str *text, ssize_t *at, ssize_t end, bool *is_attribute, Span *word, ssize_t *index)
{
    if (*at >= end) return 0;
    uint32_t c = str_char(text, (*at)++);
    word->low = *at;
    *index = -1;
    if (c == '.') {
        *is_attribute = true;
        while (*at < end && str_char(text, *at) != '.' && str_char(text, *at) != '[') (*at)++;
        word->high = *at;
    } else if (c == '[') {
        *is_attribute = false;
        while (*at < end && str_char(text, *at) != ']') (*at)++;
        if (*at >= end) return syntax_error("Missing ']' in format string");
        word->high = (*at)++;
        *index = parse_index(text, *word);
        if (*index == -2) return -1;
    } else {
        return syntax_error("Only '.' or '[' may follow ']' in format field specifier");
    }
    return word->low == word->high ? syntax_error("Empty attribute in format string") : 1;
}

/* --- filling in --- */

enum Numbering { NUMBERING_UNKNOWN, NUMBERING_AUTOMATIC, NUMBERING_MANUAL };

typedef struct Filler {
    Value text;
    const Value *args; /* NULL: format_map */
    ssize_t nargs;
    NULLABLE Value mapping; /* format_map's, or the keyword arguments as a dict, made when asked for */
    NULLABLE Value kwnames;
    enum Numbering numbering;
    ssize_t next_number;
    StrBuilder *out;
} Filler;

static int build(Filler *f, Span span, int depth);

static bool number_field(Filler *f, Span word, ssize_t *index)
{
    bool is_empty = word.low == word.high;
    if (!is_empty && *index == -1) return true;
    enum Numbering wanted = is_empty ? NUMBERING_AUTOMATIC : NUMBERING_MANUAL;
    if (f->numbering == NUMBERING_UNKNOWN) f->numbering = wanted;
    if (f->numbering != wanted) {
        syntax_error(is_empty ? "cannot switch from manual field specification to automatic field numbering"
                              : "cannot switch from automatic field numbering to manual field specification");
        return false;
    }
    if (is_empty) *index = f->next_number++;
    return true;
}

static Value keyword_argument(Filler *f, Value key)
{
    if (!f->args) return get_item(f->mapping, key);
    if (!value_is_null(f->kwnames))
        for (ssize_t i = 0; i < sequence_fast_length(f->kwnames); i++)
            if (str_equal(sequence_fast_items(f->kwnames)[i], key)) return value_incref(f->args[f->nargs + i]);
    return error_key(key);
}

static Value first_object(Filler *f, Span word, ssize_t index)
{
    if (index == -1) {
        Value key = str_slice(f->text, word.low, word.high);
        if (value_is_null(key)) return key;
        Value object = keyword_argument(f, key);
        value_decref(key);
        return object;
    }
    if (!f->args) return error_set(&type_ValueError, "Format string contains positional fields");
    if (index >= f->nargs)
        return error_format(&type_IndexError, "Replacement index %zd out of range for positional args tuple", index);
    return value_incref(f->args[index]);
}

static Value apply_accessor(Filler *f, Value object, bool is_attribute, Span word, ssize_t index)
{
    if (!is_attribute && index >= 0) return get_item(object, value_from_small_int(index));
    Value name = str_slice(f->text, word.low, word.high);
    if (value_is_null(name)) return name;
    Value result = is_attribute ? get_attr(object, name) : get_item(object, name);
    value_decref(name);
    return result;
}

static Value field_object(Filler *f, Span name)
{
    const Str *text = as_str(f->text);
    ssize_t index, at = template_first_word(text, name, &index);
    Span word = {name.low, at};
    if (index == -2 || !number_field(f, word, &index)) return VALUE_NULL;
    Value object = first_object(f, word, index);
    bool is_attribute;
    while (!value_is_null(object)) {
        int status = template_next_accessor(text, &at, name.high, &is_attribute, &word, &index);
        if (status == 0) return object;
        Value next = status < 0 ? VALUE_NULL : apply_accessor(f, object, is_attribute, word, index);
        value_decref(object);
        object = next;
    }
    return VALUE_NULL;
}

static Value convert(STEALS Value object, uint32_t conversion)
{
    Value result;
    switch (conversion) {
    case 0: return object;
    case 'r': result = value_repr(object); break;
    case 's': result = value_str(object); break;
    case 'a': result = value_ascii(object); break;
    default:
        result = error_format(&type_ValueError,
                              conversion > 32 && conversion < 127 ? "Unknown conversion specifier %c"
                                                                  : "Unknown conversion specifier \\x%x",
                              (int)conversion);
    }
    value_decref(object);
    return result;
}

/* The text of the specification, its own fields filled in. */
static Value expand_spec(Filler *f, const TemplatePart *part, int depth)
{
    if (!part->spec_has_fields) return str_slice(f->text, part->spec.low, part->spec.high);
    StrBuilder spec, *outer = f->out;
    str_builder_init(&spec);
    f->out = &spec;
    int status = build(f, part->spec, depth - 1);
    f->out = outer;
    if (status == 0) return str_builder_finish(&spec);
    str_builder_discard(&spec);
    return VALUE_NULL;
}

static int add_field(Filler *f, const TemplatePart *part, int depth)
{
    Value object = field_object(f, part->name);
    if (value_is_null(object)) return -1;
    object = convert(object, part->conversion);
    if (value_is_null(object)) return -1;
    Value spec = expand_spec(f, part, depth), result = VALUE_NULL;
    if (!value_is_null(spec)) result = value_format(object, spec);
    value_xdecref(spec);
    value_decref(object);
    if (value_is_null(result)) return -1;
    int status = str_builder_add_str(f->out, result);
    value_decref(result);
    return status;
}

static int build(Filler *f, Span span, int depth)
{
    if (depth <= 0) return syntax_error("Max string recursion exceeded");
    ssize_t at = span.low;
    TemplatePart part;
    for (int status; (status = template_next_part(as_str(f->text), &at, span.high, &part)) != 0;) {
        if (status < 0) return -1;
        if (str_builder_add_slice(f->out, f->text, part.literal.low, part.literal.high) < 0) return -1;
        if (part.has_field && add_field(f, &part, depth) < 0) return -1;
    }
    return 0;
}

static Value fill(Filler *f)
{
    StrBuilder out;
    str_builder_init(&out);
    f->out = &out;
    if (build(f, (Span){0, str_length(f->text)}, MAX_DEPTH) == 0) return str_builder_finish(&out);
    str_builder_discard(&out);
    return VALUE_NULL;
}

Value str_method_format(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const Value none[1];
    Filler f = {.text = self, .args = args ? args : none, .nargs = nargs, .kwnames = kwnames};
    return fill(&f);
}

Value str_method_format_map(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Filler f = {.text = self, .mapping = args[0]};
    return fill(&f);
}

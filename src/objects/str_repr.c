/* str_repr: repr(s): the quotes that need no escaping, printable characters as they are. */
#include "objects/error.h"
#include "objects/str_internal.h"
#include "objects/unicode.h"

static const char hex_digits[] = "0123456789abcdef";

static void add_hex(StrBuilder *out, char letter, uint32_t c, int digits)
{
    char text[12] = {'\\', letter};
    for (int i = 0; i < digits; i++) text[2 + i] = hex_digits[c >> (4 * (digits - 1 - i)) & 15];
    str_builder_add_ascii(out, text, 2 + digits);
}

static void add_escaped(StrBuilder *out, uint32_t c)
{
    switch (c) {
    case '\t': str_builder_add_ascii(out, "\\t", 2); return;
    case '\n': str_builder_add_ascii(out, "\\n", 2); return;
    case '\r': str_builder_add_ascii(out, "\\r", 2); return;
    default:
        if (c < 0x100)
            add_hex(out, 'x', c, 2);
        else if (c < 0x10000)
            add_hex(out, 'u', c, 4);
        else
            add_hex(out, 'U', c, 8);
    }
}

Value str_repr(Value self)
{
    const Str *s = as_str(self);
    bool has_single = false, has_double = false;
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        has_single |= c == '\'';
        has_double |= c == '"';
    }
    uint32_t quote = has_single && !has_double ? '"' : '\'';
    StrBuilder out;
    str_builder_init(&out);
    str_builder_reserve(&out, s->length + 2, 0x7f);
    str_builder_add_char(&out, quote);
    ssize_t plain = 0; /* characters from here on are copied as they are */
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        bool is_quoted = c == quote || c == '\\';
        if (!is_quoted && unicode_is_printable(c)) continue;
        str_builder_add_slice(&out, self, plain, i);
        plain = i + 1;
        if (is_quoted) {
            str_builder_add_char(&out, '\\');
            str_builder_add_char(&out, c);
        } else {
            add_escaped(&out, c);
        }
    }
    str_builder_add_slice(&out, self, plain, s->length);
    str_builder_add_char(&out, quote);
    return str_builder_finish(&out);
}

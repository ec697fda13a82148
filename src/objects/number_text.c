/* number_text.c: what int(), float() and complex() do with a str before they read it. */
#include "objects/error.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/unicode.h"

char *str_as_ascii_digits(Value str, ssize_t *length)
{
    const Str *s = as_str(str);
    *length = s->length;
    if (s->is_ascii) return s->data;
    char *text = raw_alloc((size_t)s->length + 1);
    if (!text) {
        error_no_memory();
        return NULL;
    }
    for (ssize_t i = 0; i < s->length; i++) {
        uint32_t c = str_char(s, i);
        int digit;
        if (unicode_is_space(c))
            text[i] = ' ';
        else if (c < 0x80)
            text[i] = (char)c;
        else if ((digit = unicode_decimal(c)) >= 0)
            text[i] = (char)('0' + digit);
        else
            text[i] = '?';
    }
    text[s->length] = 0;
    return text;
}

/* locale: the module _locale: the C library's locale functions. */
#include <errno.h>
#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <wchar.h>

#include "modules/io/io.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/search.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

static Value locale_error; /* locale.Error */

/* Text of the C library, in the locale's encoding. */
static Value from_locale(const char *text)
{
    return str_decode(text, (ssize_t)strlen(text), "utf-8", "surrogateescape");
}

static bool text_argument(const char *function, Value v, bool may_be_none, const char **text)
{
    *text = NULL;
    if (may_be_none && value_is_none(v)) return true;
    if (!is_str(v)) {
        error_format(&type_TypeError, "%s() argument must be str%s, not %.50s", function, may_be_none ? " or None" : "",
                     value_is_none(v) ? "None" : type_of(v)->name);
        return false;
    }
    ssize_t size;
    *text = str_as_utf8(v, &size);
    if (*text && strlen(*text) != (size_t)size) {
        error_set(&type_ValueError, "embedded null character");
        return false;
    }
    return *text != NULL;
}

static Value method_setlocale(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int category;
    const char *name = NULL;
    if (!arg_as_int(args[0], &category)) return VALUE_NULL;
    if (nargs > 1 && !text_argument("setlocale", args[1], true, &name)) return VALUE_NULL;
    const char *result = setlocale(category, name);
    if (!result)
        return error_set((Type *)value_as_object(locale_error),
                         name ? "unsupported locale setting" : "locale query failed");
    return from_locale(result);
}

/* The numbers of a grouping rule: 0 repeats the last one for ever. */
static Value grouping_list(const char *rule)
{
    Value list = list_new(0);
    if (value_is_null(list) || !*rule) return list;
    const char *c = rule;
    for (; *c && *c != CHAR_MAX; c++)
        if (list_append(list, value_from_small_int(*c)) < 0) goto fail;
    if (list_append(list, value_from_small_int(*c)) < 0) goto fail;
    return list;
fail:
    value_decref(list);
    return VALUE_NULL;
}

static int add(Value dict, const char *name, STEALS Value value)
{
    if (value_is_null(value)) return -1;
    int status = dict_set_cstr(dict, name, value);
    value_decref(value);
    return status;
}

static Value method_localeconv(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value dict = dict_new();
    if (value_is_null(dict)) return dict;
    const struct lconv *l = localeconv();
    const struct {
        const char *name, *text;
    } texts[] = {{"decimal_point", l->decimal_point},         {"thousands_sep", l->thousands_sep},
                 {"int_curr_symbol", l->int_curr_symbol},     {"currency_symbol", l->currency_symbol},
                 {"mon_decimal_point", l->mon_decimal_point}, {"mon_thousands_sep", l->mon_thousands_sep},
                 {"positive_sign", l->positive_sign},         {"negative_sign", l->negative_sign}};
    const struct {
        const char *name;
        char number;
    } numbers[] = {{"int_frac_digits", l->int_frac_digits}, {"frac_digits", l->frac_digits},
                   {"p_cs_precedes", l->p_cs_precedes},     {"p_sep_by_space", l->p_sep_by_space},
                   {"n_cs_precedes", l->n_cs_precedes},     {"n_sep_by_space", l->n_sep_by_space},
                   {"p_sign_posn", l->p_sign_posn},         {"n_sign_posn", l->n_sign_posn}};
    int status = 0;
    for (size_t i = 0; i < COUNT_OF(texts) && status == 0; i++)
        status = add(dict, texts[i].name, from_locale(texts[i].text));
    for (size_t i = 0; i < COUNT_OF(numbers) && status == 0; i++)
        status = add(dict, numbers[i].name, value_from_small_int(numbers[i].number));
    if (status == 0) status = add(dict, "grouping", grouping_list(l->grouping));
    if (status == 0) status = add(dict, "mon_grouping", grouping_list(l->mon_grouping));
    if (status == 0) return dict;
    value_decref(dict);
    return VALUE_NULL;
}

/* The characters as wchar_t with a final 0; freed by the caller. */
static wchar_t *as_wide(const char *function, int index, Value v)
{
    if (!is_str(v)) {
        error_format(&type_TypeError, "%s() argument %d must be str, not %.50s", function, index,
                     value_is_none(v) ? "None" : type_of(v)->name);
        return NULL;
    }
    const Str *s = as_str(v);
    if (search_char(s->data, s->kind, s->length, 0, 1) >= 0) {
        error_set(&type_ValueError, "embedded null character");
        return NULL;
    }
    wchar_t *wide = raw_alloc((size_t)(s->length + 1) * sizeof *wide);
    if (!wide) {
        error_no_memory();
        return NULL;
    }
    str_copy_chars(wide, 4, s->data, s->kind, s->length);
    wide[s->length] = 0;
    return wide;
}

static Value method_strcoll(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    wchar_t *a = as_wide("strcoll", 1, args[0]), *b = a ? as_wide("strcoll", 2, args[1]) : NULL;
    Value result = a && b ? value_from_small_int(wcscoll(a, b)) : VALUE_NULL;
    raw_free(a);
    raw_free(b);
    return result;
}

static Value method_strxfrm(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    wchar_t *text = as_wide("strxfrm", 1, args[0]);
    if (!text) return VALUE_NULL;
    size_t size = wcsxfrm(NULL, text, 0) + 1;
    wchar_t *out = raw_alloc(size * sizeof *out);
    Value result = VALUE_NULL;
    if (!out)
        error_no_memory();
    else {
        wcsxfrm(out, text, size);
        result = str_from_kind(4, out, (ssize_t)size - 1);
    }
    raw_free(out);
    raw_free(text);
    return result;
}

static Value method_nl_langinfo(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int key;
    if (!arg_as_int(args[0], &key)) return VALUE_NULL;
    const char *text = nl_langinfo(key);
    return from_locale(text ? text : "");
}

static Value method_getencoding(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return io_locale_encoding();
}

/* --- gettext --- */

static Value method_gettext(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *message;
    return text_argument("gettext", args[0], false, &message) ? from_locale(gettext(message)) : VALUE_NULL;
}

static Value method_dgettext(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *domain, *message;
    if (!text_argument("dgettext", args[0], true, &domain) || !text_argument("dgettext", args[1], false, &message))
        return VALUE_NULL;
    return from_locale(dgettext(domain, message));
}

static Value method_dcgettext(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *domain, *message;
    int category;
    if (!text_argument("dcgettext", args[0], true, &domain) || !text_argument("dcgettext", args[1], false, &message) ||
        !arg_as_int(args[2], &category))
        return VALUE_NULL;
    return from_locale(dcgettext(domain, message, category));
}

static Value method_textdomain(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *domain;
    if (!text_argument("textdomain", args[0], true, &domain)) return VALUE_NULL;
    const char *result = textdomain(domain);
    return result ? from_locale(result) : error_os(&type_OSError, errno, VALUE_NULL);
}

static Value method_bindtextdomain(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *domain;
    if (!text_argument("bindtextdomain", args[0], false, &domain)) return VALUE_NULL;
    if (!*domain) return error_set((Type *)value_as_object(locale_error), "domain must be a non-empty string");
    Value directory = value_is_none(args[1]) ? VALUE_NULL : str_encode_fs(args[1]);
    if (value_is_null(directory) && error_occurred()) return VALUE_NULL;
    const char *result = bindtextdomain(domain, value_is_null(directory) ? NULL : as_bytes(directory)->data);
    value_xdecref(directory);
    return result ? from_locale(result) : error_os(&type_OSError, errno, VALUE_NULL);
}

static Value method_bind_textdomain_codeset(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    const char *domain, *codeset;
    if (!text_argument("bind_textdomain_codeset", args[0], false, &domain) ||
        !text_argument("bind_textdomain_codeset", args[1], true, &codeset))
        return VALUE_NULL;
    const char *result = bind_textdomain_codeset(domain, codeset);
    return result ? from_locale(result) : VALUE_NONE;
}

static const NativeMethod methods[] = {
    {"setlocale", method_setlocale, 1, 2, 0,
     "setlocale($module, category, locale=None, /)\n--\n\nActivates/queries locale processing."},
    {"localeconv", method_localeconv, 0, 0, 0,
     "localeconv($module, /)\n--\n\nReturns numeric and monetary locale-specific parameters."},
    {"strcoll", method_strcoll, 2, 2, 0,
     "strcoll($module, os1, os2, /)\n--\n\nCompares two strings according to the locale."},
    {"strxfrm", method_strxfrm, 1, 1, 0,
     "strxfrm($module, string, /)\n--\n\nReturn a string that can be used as a key for locale-aware comparisons."},
    {"nl_langinfo", method_nl_langinfo, 1, 1, 0,
     "nl_langinfo($module, key, /)\n--\n\nReturn the value for the locale information associated with key."},
    {"getencoding", method_getencoding, 0, 0, 0, "getencoding($module, /)\n--\n\nGet the current locale encoding."},
    {"gettext", method_gettext, 1, 1, 0, "gettext($module, msg, /)\n--\n\nReturn translation of msg."},
    {"dgettext", method_dgettext, 2, 2, 0,
     "dgettext($module, domain, msg, /)\n--\n\nReturn translation of msg in domain."},
    {"dcgettext", method_dcgettext, 3, 3, 0,
     "dcgettext($module, domain, msg, category, /)\n--\n\nReturn translation of msg in domain and category."},
    {"textdomain", method_textdomain, 1, 1, 0,
     "textdomain($module, domain, /)\n--\n\nSet the C library's textdmain to domain, returning the new domain."},
    {"bindtextdomain", method_bindtextdomain, 2, 2, 0,
     "bindtextdomain($module, domain, dir, /)\n--\n\nBind the C library's domain to dir."},
    {"bind_textdomain_codeset", method_bind_textdomain_codeset, 2, 2, 0,
     "bind_textdomain_codeset($module, domain, codeset, /)\n--\n\nBind the C library's domain to codeset."},
    {NULL}};

static const struct {
    const char *name;
    int value;
} constants[] = {
#define C(name)                                                                                                        \
    {                                                                                                                  \
#name, name                                                                                                    \
    }
    C(LC_CTYPE),   C(LC_TIME),    C(LC_COLLATE), C(LC_MONETARY), C(LC_MESSAGES), C(LC_NUMERIC),
    C(LC_ALL),     C(CHAR_MAX),   C(DAY_1),      C(DAY_2),       C(DAY_3),       C(DAY_4),
    C(DAY_5),      C(DAY_6),      C(DAY_7),      C(ABDAY_1),     C(ABDAY_2),     C(ABDAY_3),
    C(ABDAY_4),    C(ABDAY_5),    C(ABDAY_6),    C(ABDAY_7),     C(MON_1),       C(MON_2),
    C(MON_3),      C(MON_4),      C(MON_5),      C(MON_6),       C(MON_7),       C(MON_8),
    C(MON_9),      C(MON_10),     C(MON_11),     C(MON_12),      C(ABMON_1),     C(ABMON_2),
    C(ABMON_3),    C(ABMON_4),    C(ABMON_5),    C(ABMON_6),     C(ABMON_7),     C(ABMON_8),
    C(ABMON_9),    C(ABMON_10),   C(ABMON_11),   C(ABMON_12),    C(RADIXCHAR),   C(THOUSEP),
    C(CRNCYSTR),   C(D_FMT),      C(D_T_FMT),    C(T_FMT),       C(AM_STR),      C(PM_STR),
    C(CODESET),    C(T_FMT_AMPM), C(ERA),        C(ERA_D_FMT),   C(ERA_D_T_FMT), C(ERA_T_FMT),
    C(ALT_DIGITS), C(YESEXPR),    C(NOEXPR)
#undef C
};

static Value make_error_class(void)
{
    Value name = str_from_cstr("Error"), module = str_from_cstr("locale"), dict = dict_new();
    Value bases = VALUE_NULL, result = VALUE_NULL;
    Value exception = value_from_object(&type_Exception);
    if (!value_is_null(name) && !value_is_null(module) && !value_is_null(dict) &&
        dict_set(dict, ID(__module__), module) == 0)
        bases = tuple_pack(1, exception);
    if (!value_is_null(bases)) result = call_3(value_from_object(&type_type), name, bases, dict);
    value_xdecref(name);
    value_xdecref(module);
    value_xdecref(dict);
    value_xdecref(bases);
    return result;
}

static int exec(Value module)
{
    if (value_is_null(locale_error)) locale_error = make_error_class();
    if (value_is_null(locale_error) || module_add(module, "Error", value_incref(locale_error)) < 0) return -1;
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (module_add_int(module, constants[i].name, constants[i].value) < 0) return -1;
    return 0;
}

NATIVE_MODULE(_locale) = {.name = "_locale", .doc = "Support for POSIX locales.", .methods = methods, .exec = exec};

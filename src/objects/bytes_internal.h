/* bytes_internal.h: what bytes.c, bytearray.c and bytes_methods.c share. */
#ifndef OBJECTS_BYTES_INTERNAL_H
#define OBJECTS_BYTES_INTERNAL_H

#include "objects/bytes.h"
#include "objects/native.h"

/* The bytes of a bytes or a bytearray (or of an instance of a subclass). */
typedef struct ByteSpan {
    char *data;
    ssize_t length;
} ByteSpan;

ALWAYS_INLINE ByteSpan byte_span(Value v)
{
    if (is_bytes(v)) return (ByteSpan){as_bytes(v)->data, as_bytes(v)->length};
    return (ByteSpan){as_bytearray(v)->start, as_bytearray(v)->length};
}

/* A new object of the kind of `like`: an exact bytes or an exact bytearray. */
Value bytes_new_like(Value like, NULLABLE const char *data, ssize_t length) NODISCARD;

/* --- slots that both types use (bytes_methods.c) --- */
Value bytes_compare_slot(Value left, Value right, CompareOp op);
int bytes_contains_slot(Value self, Value item);
ssize_t bytes_length_slot(Value self);
Value bytes_item_slot(Value self, ssize_t index);
Value bytes_remainder_slot(Value left, Value right);
Value bytes_concat_slot(Value left, Value right);
Value bytes_iter(Value self);
Value bytes_repeat_slot(Value self, ssize_t count);
Value bytes_percent_format(Value format, Value args) NODISCARD;

/* Collects ints of an iterable; `what` names the target in messages. */
Value bytes_from_iterable(Value v, const char *what) NODISCARD;

/* --- methods that both types have; `self` decides what comes back --- */
Value bytes_method_capitalize(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_center(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_count(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_decode(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_endswith(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_expandtabs(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_find(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_fromhex(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_hex(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_index(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_isalnum(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_isalpha(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_isascii(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_isdigit(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_islower(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_isspace(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_istitle(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_isupper(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_join(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_ljust(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_lower(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_lstrip(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_maketrans(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_partition(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_removeprefix(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_removesuffix(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_replace(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_rfind(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_rindex(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_rjust(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_rpartition(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_rsplit(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_rstrip(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_split(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_splitlines(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_startswith(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_strip(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_swapcase(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_title(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_translate(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_upper(Value self, const Value *args, ssize_t nargs, Value kwnames);
Value bytes_method_zfill(Value self, const Value *args, ssize_t nargs, Value kwnames);

#define BYTES_SHARED_ENTRIES                                                                                           \
    {"capitalize",                                                                                                     \
     bytes_method_capitalize,                                                                                          \
     0,                                                                                                                \
     0,                                                                                                                \
     0,                                                                                                                \
     "B.capitalize() -> copy of B\n\nReturn a copy of B with only its first character capitalized (ASCII)\nand the "   \
     "rest lower-cased."},                                                                                             \
        {"center", bytes_method_center,                                                                                \
         1,        2,                                                                                                  \
         0,        "center($self, width, fillchar=b' ', /)\n--\n\nReturn a centered string of length width."},         \
        {"count",                                                                                                      \
         bytes_method_count,                                                                                           \
         0,                                                                                                            \
         -1,                                                                                                            \
         0,                                                                                                            \
         "B.count(sub[, start[, end]]) -> int\n\nReturn the number of non-overlapping occurrences of subsection sub "  \
         "in\nbytes B[start:end].  Optional arguments start and end are interpreted\nas in slice notation."},          \
        {"decode",                                                                                                     \
         bytes_method_decode,                                                                                          \
         0,                                                                                                            \
         -1,                                                                                                           \
         NATIVE_KEYWORDS,                                                                                              \
         "decode($self, /, encoding='utf-8', errors='strict')\n--\n\nDecode the bytes using the codec registered for " \
         "encoding."},                                                                                                 \
        {"endswith",                                                                                                   \
         bytes_method_endswith,                                                                                        \
         0,                                                                                                            \
         -1,                                                                                                            \
         0,                                                                                                            \
         "B.endswith(suffix[, start[, end]]) -> bool\n\nReturn True if B ends with the specified suffix, False "       \
         "otherwise.\nWith optional start, test B beginning at that position.\nWith optional end, stop comparing B "   \
         "at that position.\nsuffix can also be a tuple of bytes to try."},                                            \
        {"expandtabs",                                                                                                 \
         bytes_method_expandtabs,                                                                                      \
         0,                                                                                                            \
         -1,                                                                                                           \
         NATIVE_KEYWORDS,                                                                                              \
         "expandtabs($self, /, tabsize=8)\n--\n\nReturn a copy where all tab characters are expanded using spaces."},  \
        {"find",                                                                                                       \
         bytes_method_find,                                                                                            \
         0,                                                                                                            \
         -1,                                                                                                            \
         0,                                                                                                            \
         "B.find(sub[, start[, end]]) -> int\n\nReturn the lowest index in B where subsection sub is found,\nsuch "    \
         "that sub is contained within B[start,end].  Optional\narguments start and end are interpreted as in slice "  \
         "notation."},                                                                                                 \
        {"fromhex",                                                                                                    \
         bytes_method_fromhex,                                                                                         \
         1,                                                                                                            \
         1,                                                                                                            \
         NATIVE_CLASS,                                                                                                 \
         "fromhex($type, string, /)\n--\n\nCreate a bytes object from a string of hexadecimal numbers."},              \
        {"hex",                                                                                                        \
         bytes_method_hex,                                                                                             \
         0,                                                                                                            \
         -1,                                                                                                           \
         NATIVE_KEYWORDS,                                                                                              \
         "hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nCreate a string of hexadecimal numbers from a " \
         "bytes object."},                                                                                             \
        {"index",                                                                                                      \
         bytes_method_index,                                                                                           \
         0,                                                                                                            \
         -1,                                                                                                            \
         0,                                                                                                            \
         "B.index(sub[, start[, end]]) -> int\n\nReturn the lowest index in B where subsection sub is found,\nsuch "   \
         "that sub is contained within B[start,end].  Optional\narguments start and end are interpreted as in slice "  \
         "notation."},                                                                                                 \
        {"isalnum",                                                                                                    \
         bytes_method_isalnum,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.isalnum() -> bool\n\nReturn True if all characters in B are alphanumeric\nand there is at least one "      \
         "character in B, False otherwise."},                                                                          \
        {"isalpha",                                                                                                    \
         bytes_method_isalpha,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.isalpha() -> bool\n\nReturn True if all characters in B are alphabetic\nand there is at least one "        \
         "character in B, False otherwise."},                                                                          \
        {"isascii",                                                                                                    \
         bytes_method_isascii,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.isascii() -> bool\n\nReturn True if B is empty or all characters in B are ASCII,\nFalse otherwise."},      \
        {"isdigit",                                                                                                    \
         bytes_method_isdigit,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.isdigit() -> bool\n\nReturn True if all characters in B are digits\nand there is at least one character "  \
         "in B, False otherwise."},                                                                                    \
        {"islower",                                                                                                    \
         bytes_method_islower,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.islower() -> bool\n\nReturn True if all cased characters in B are lowercase and there is\nat least one "   \
         "cased character in B, False otherwise."},                                                                    \
        {"isspace",                                                                                                    \
         bytes_method_isspace,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.isspace() -> bool\n\nReturn True if all characters in B are whitespace\nand there is at least one "        \
         "character in B, False otherwise."},                                                                          \
        {"istitle",                                                                                                    \
         bytes_method_istitle,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.istitle() -> bool\n\nReturn True if B is a titlecased string and there is at least one\ncharacter in B, "  \
         "i.e. uppercase characters may only follow uncased\ncharacters and lowercase characters only cased ones. "    \
         "Return False\notherwise."},                                                                                  \
        {"isupper",                                                                                                    \
         bytes_method_isupper,                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.isupper() -> bool\n\nReturn True if all cased characters in B are uppercase and there is\nat least one "   \
         "cased character in B, False otherwise."},                                                                    \
        {"join", bytes_method_join,                                                                                    \
         1,      1,                                                                                                    \
         0,      "join($self, iterable_of_bytes, /)\n--\n\nConcatenate any number of bytes objects."},                 \
        {"ljust", bytes_method_ljust,                                                                                  \
         1,       2,                                                                                                   \
         0,       "ljust($self, width, fillchar=b' ', /)\n--\n\nReturn a left-justified string of length width."},     \
        {"lower", bytes_method_lower,                                                                                  \
         0,       0,                                                                                                   \
         0,       "B.lower() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to lowercase."},   \
        {"lstrip", bytes_method_lstrip,                                                                                \
         0,        1,                                                                                                  \
         0,        "lstrip($self, bytes=None, /)\n--\n\nStrip leading bytes contained in the argument."},              \
        {"maketrans",                                                                                                  \
         bytes_method_maketrans,                                                                                       \
         2,                                                                                                            \
         2,                                                                                                            \
         NATIVE_STATIC,                                                                                                \
         "maketrans(frm, to, /)\n--\n\nReturn a translation table useable for the bytes or bytearray translate "       \
         "method."},                                                                                                   \
        {"partition",                                                                                                  \
         bytes_method_partition,                                                                                       \
         1,                                                                                                            \
         1,                                                                                                            \
         0,                                                                                                            \
         "partition($self, sep, /)\n--\n\nPartition the bytes into three parts using the given separator."},           \
        {"removeprefix",                                                                                               \
         bytes_method_removeprefix,                                                                                    \
         1,                                                                                                            \
         1,                                                                                                            \
         0,                                                                                                            \
         "removeprefix($self, prefix, /)\n--\n\nReturn a bytes object with the given prefix string removed if "        \
         "present."},                                                                                                  \
        {"removesuffix",                                                                                               \
         bytes_method_removesuffix,                                                                                    \
         1,                                                                                                            \
         1,                                                                                                            \
         0,                                                                                                            \
         "removesuffix($self, suffix, /)\n--\n\nReturn a bytes object with the given suffix string removed if "        \
         "present."},                                                                                                  \
        {"replace",                                                                                                    \
         bytes_method_replace,                                                                                         \
         2,                                                                                                            \
         3,                                                                                                            \
         0,                                                                                                            \
         "replace($self, old, new, count=-1, /)\n--\n\nReturn a copy with all occurrences of substring old replaced "  \
         "by new."},                                                                                                   \
        {"rfind",                                                                                                      \
         bytes_method_rfind,                                                                                           \
         0,                                                                                                            \
         -1,                                                                                                            \
         0,                                                                                                            \
         "B.rfind(sub[, start[, end]]) -> int\n\nReturn the highest index in B where subsection sub is found,\nsuch "  \
         "that sub is contained within B[start,end].  Optional\narguments start and end are interpreted as in slice "  \
         "notation."},                                                                                                 \
        {"rindex",                                                                                                     \
         bytes_method_rindex,                                                                                          \
         0,                                                                                                            \
         -1,                                                                                                            \
         0,                                                                                                            \
         "B.rindex(sub[, start[, end]]) -> int\n\nReturn the highest index in B where subsection sub is found,\nsuch " \
         "that sub is contained within B[start,end].  Optional\narguments start and end are interpreted as in slice "  \
         "notation."},                                                                                                 \
        {"rjust", bytes_method_rjust,                                                                                  \
         1,       2,                                                                                                   \
         0,       "rjust($self, width, fillchar=b' ', /)\n--\n\nReturn a right-justified string of length width."},    \
        {"rpartition",                                                                                                 \
         bytes_method_rpartition,                                                                                      \
         1,                                                                                                            \
         1,                                                                                                            \
         0,                                                                                                            \
         "rpartition($self, sep, /)\n--\n\nPartition the bytes into three parts using the given separator."},          \
        {"rsplit",                                                                                                     \
         bytes_method_rsplit,                                                                                          \
         0,                                                                                                            \
         -1,                                                                                                           \
         NATIVE_KEYWORDS,                                                                                              \
         "rsplit($self, /, sep=None, maxsplit=-1)\n--\n\nReturn a list of the sections in the bytes, using sep as "    \
         "the delimiter."},                                                                                            \
        {"rstrip", bytes_method_rstrip,                                                                                \
         0,        1,                                                                                                  \
         0,        "rstrip($self, bytes=None, /)\n--\n\nStrip trailing bytes contained in the argument."},             \
        {"split",                                                                                                      \
         bytes_method_split,                                                                                           \
         0,                                                                                                            \
         -1,                                                                                                           \
         NATIVE_KEYWORDS,                                                                                              \
         "split($self, /, sep=None, maxsplit=-1)\n--\n\nReturn a list of the sections in the bytes, using sep as the " \
         "delimiter."},                                                                                                \
        {"splitlines",                                                                                                 \
         bytes_method_splitlines,                                                                                      \
         0,                                                                                                            \
         -1,                                                                                                           \
         NATIVE_KEYWORDS,                                                                                              \
         "splitlines($self, /, keepends=False)\n--\n\nReturn a list of the lines in the bytes, breaking at line "      \
         "boundaries."},                                                                                               \
        {"startswith",                                                                                                 \
         bytes_method_startswith,                                                                                      \
         0,                                                                                                            \
         -1,                                                                                                            \
         0,                                                                                                            \
         "B.startswith(prefix[, start[, end]]) -> bool\n\nReturn True if B starts with the specified prefix, False "   \
         "otherwise.\nWith optional start, test B beginning at that position.\nWith optional end, stop comparing B "   \
         "at that position.\nprefix can also be a tuple of bytes to try."},                                            \
        {"strip", bytes_method_strip,                                                                                  \
         0,       1,                                                                                                   \
         0,       "strip($self, bytes=None, /)\n--\n\nStrip leading and trailing bytes contained in the argument."},   \
        {"swapcase",                                                                                                   \
         bytes_method_swapcase,                                                                                        \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.swapcase() -> copy of B\n\nReturn a copy of B with uppercase ASCII characters converted\nto lowercase "    \
         "ASCII and vice versa."},                                                                                     \
        {"title",                                                                                                      \
         bytes_method_title,                                                                                           \
         0,                                                                                                            \
         0,                                                                                                            \
         0,                                                                                                            \
         "B.title() -> copy of B\n\nReturn a titlecased version of B, i.e. ASCII words start with "                    \
         "uppercase\ncharacters, all remaining cased characters have lowercase."},                                     \
        {"translate",                                                                                                  \
         bytes_method_translate,                                                                                       \
         0,                                                                                                            \
         -1,                                                                                                           \
         NATIVE_KEYWORDS,                                                                                              \
         "translate($self, table, /, delete=b'')\n--\n\nReturn a copy with each character mapped by the given "        \
         "translation table."},                                                                                        \
        {"upper", bytes_method_upper,                                                                                  \
         0,       0,                                                                                                   \
         0,       "B.upper() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to uppercase."},   \
    {                                                                                                                  \
        "zfill", bytes_method_zfill, 1, 1, 0,                                                                          \
            "zfill($self, width, /)\n--\n\nPad a numeric string with zeros on the left, to fill a field of the given " \
            "width."                                                                                                   \
    }

#endif

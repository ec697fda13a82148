/* marshal_format.h: the type bytes, for the writer and the reader. */
#ifndef COMPILER_MARSHAL_FORMAT_H
#define COMPILER_MARSHAL_FORMAT_H

#include "compiler/marshal.h"
#include "objects/thread.h"

/* Nesting has a limit of its own (CPython's), besides that of the C stack. */
static inline bool marshal_may_nest(int depth)
{
    return depth < MARSHAL_MAX_DEPTH && (char *)__builtin_frame_address(0) > current_thread->c_stack_limit;
}

enum MarshalType {
    M_NULL = '0',
    M_NONE = 'N',
    M_FALSE = 'F',
    M_TRUE = 'T',
    M_STOPITER = 'S',
    M_ELLIPSIS = '.',
    M_INT = 'i',
    M_INT64 = 'I',
    M_FLOAT = 'f',
    M_BINARY_FLOAT = 'g',
    M_COMPLEX = 'x',
    M_BINARY_COMPLEX = 'y',
    M_LONG = 'l',
    M_STRING = 's',
    M_INTERNED = 't',
    M_REF = 'r',
    M_TUPLE = '(',
    M_SMALL_TUPLE = ')',
    M_LIST = '[',
    M_DICT = '{',
    M_CODE = 'c',
    M_UNICODE = 'u',
    M_SET = '<',
    M_FROZENSET = '>',
    M_ASCII = 'a',
    M_ASCII_INTERNED = 'A',
    M_SHORT_ASCII = 'z',
    M_SHORT_ASCII_INTERNED = 'Z',
    M_FLAG_REF = 0x80
};

enum { M_LONG_SHIFT = 15 }; /* bits of a digit of M_LONG */

#endif

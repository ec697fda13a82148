/* hash_data.c: see hash_data.h. */
#include "modules/hash/hash_data.h"

#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

bool hash_data_get(Value v, Buffer *view)
{
    if (is_str(v)) {
        error_set(&type_TypeError, "Strings must be encoded before hashing");
        return false;
    }
    if (!supports_buffer(v)) {
        error_set(&type_TypeError, "object supporting the buffer API required");
        return false;
    }
    if (buffer_get(v, view, BUFFER_SIMPLE) < 0) return false;
    if (view->dimensions <= 1) return true;
    error_set(&type_BufferError, "Buffer must be single dimension");
    buffer_release(view);
    return false;
}

Value hash_hex(const uint8_t *digest, size_t length)
{
    Value text = str_new((ssize_t)length * 2, 127);
    if (value_is_null(text)) return VALUE_NULL;
    char *at = as_str(text)->data;
    for (size_t i = 0; i < length; i++) {
        *at++ = "0123456789abcdef"[digest[i] >> 4];
        *at++ = "0123456789abcdef"[digest[i] & 15];
    }
    return text;
}

/* hash_data.h: what hash objects take and give. */
#ifndef MODULES_HASH_HASH_DATA_H
#define MODULES_HASH_HASH_DATA_H

#include "objects/abstract.h"

/* A buffer of bytes to be hashed; str is refused with CPython's message. */
bool hash_data_get(Value v, Buffer *view) NODISCARD;
/* Lower-case hexadecimal digits. */
Value hash_hex(const uint8_t *digest, size_t length) NODISCARD;

#endif

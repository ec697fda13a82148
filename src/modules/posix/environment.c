/* environment.c: see environment.h. */
#include "modules/posix/posix.h"

#include <stdlib.h>

#include "modules/posix/environment.h"

void vector_free(char **vector)
{
    if (!vector) return;
    for (char **at = vector; *at; at++) raw_free(*at);
    raw_free(vector);
}

static NULLABLE char **vector_new(ssize_t count)
{
    char **vector = raw_calloc((size_t)count + 1, sizeof *vector);
    if (!vector) error_no_memory();
    return vector;
}

static NULLABLE char *copy_bytes(Value bytes)
{
    size_t size = (size_t)as_bytes(bytes)->length + 1;
    char *copy = raw_alloc(size);
    if (copy)
        memcpy(copy, as_bytes(bytes)->data, size);
    else
        error_no_memory();
    return copy;
}

char **encoded_vector(Value sequence)
{
    ssize_t count = value_length(sequence);
    char **vector = count < 0 ? NULL : vector_new(count);
    for (ssize_t i = 0; vector && i < count; i++) {
        Value item = sequence_item(sequence, i);
        Value bytes = value_is_null(item) ? VALUE_NULL : str_encode_fs(item);
        if (!value_is_null(bytes)) vector[i] = copy_bytes(bytes);
        value_xdecref(bytes);
        value_xdecref(item);
        if (!vector[i]) {
            vector_free(vector);
            return NULL;
        }
    }
    return vector;
}

static NULLABLE char *environment_entry(Value key, Value value)
{
    char *entry = NULL;
    Value key_bytes = str_encode_fs(key), value_bytes_ = VALUE_NULL;
    if (!value_is_null(key_bytes)) value_bytes_ = str_encode_fs(value);
    if (!value_is_null(value_bytes_)) {
        const Bytes *name = as_bytes(key_bytes), *text = as_bytes(value_bytes_);
        if (name->length == 0 || memchr(name->data + 1, '=', (size_t)name->length - 1)) {
            error_set(&type_ValueError, "illegal environment variable name");
        } else if (!(entry = raw_alloc((size_t)(name->length + text->length) + 2))) {
            error_no_memory();
        } else {
            char *at = mempcpy(entry, name->data, (size_t)name->length);
            *at++ = '=';
            memcpy(at, text->data, (size_t)text->length + 1);
        }
    }
    value_xdecref(key_bytes);
    value_xdecref(value_bytes_);
    return entry;
}

char **environment_vector(Value mapping)
{
    Value keys = mapping_keys(mapping), values = VALUE_NULL;
    if (!value_is_null(keys)) values = mapping_values(mapping);
    char **vector = NULL;
    if (!value_is_null(values)) {
        if (!is_list(keys) || !is_list(values))
            error_set(&type_TypeError, "env.keys() or env.values() is not a list");
        else
            vector = vector_new(list_length(keys));
        for (ssize_t i = 0; vector && i < list_length(keys) && i < list_length(values); i++) {
            vector[i] = environment_entry(list_item_borrow(keys, i), list_item_borrow(values, i));
            if (vector[i]) continue;
            vector_free(vector);
            vector = NULL;
        }
    }
    value_xdecref(keys);
    value_xdecref(values);
    return vector;
}

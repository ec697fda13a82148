/* blake2_module.c: the module _blake2: the types blake2b and blake2s. */
#include "modules/arguments.h"
#include "modules/hash/blake2.h"
#include "modules/hash/hash_data.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"

typedef struct Blake2Object {
    Object head;
    Blake2 state;
} Blake2Object;

static Blake2 *state_of(Value v)
{
    return &((Blake2Object *)value_as_object(v))->state;
}

static void blake2_destroy(Object *self)
{
    object_free(self, sizeof(Blake2Object));
}

/* --- parameters --- */

enum {
    DATA,
    DIGEST_SIZE,
    KEY,
    SALT,
    PERSON,
    FANOUT,
    DEPTH,
    LEAF_SIZE,
    NODE_OFFSET,
    NODE_DEPTH,
    INNER_SIZE,
    LAST_NODE,
    FOR_SECURITY,
    ARGUMENT_COUNT
};

static bool in_range(Value v, int64_t low, int64_t high, const char *complaint, int64_t *result)
{
    if (value_is_null(v)) return true;
    int n;
    if (!arg_as_int(v, &n)) return false;
    *result = n;
    if (n >= low && n <= high) return true;
    error_set(&type_ValueError, complaint);
    return false;
}

static bool copy_field(Value v, uint8_t *field, ssize_t room, const char *name, const char *article)
{
    if (value_is_null(v)) return true;
    Buffer view;
    if (buffer_get(v, &view, BUFFER_SIMPLE) < 0) return false;
    bool fits = view.length <= room;
    if (fits)
        memcpy(field, view.data, (size_t)view.length);
    else
        error_format(&type_ValueError, "maximum %s length is %zd bytes", name, room);
    buffer_release(&view);
    return fits;
}

static bool unsigned_argument(Value v, uint64_t *number)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    bool is_negative = int_sign(index) < 0;
    if (is_negative) error_set(&type_ValueError, "value must be positive");
    bool done = !is_negative && arg_as_uint64(index, number);
    value_decref(index);
    return done;
}

static bool large_numbers(const Value *out, bool is_small, Blake2Parameters *parameters)
{
    uint64_t number;
    if (is_given(out[LEAF_SIZE])) {
        if (!unsigned_argument(out[LEAF_SIZE], &number)) return false;
        if (number > UINT32_MAX) {
            error_set(&type_OverflowError, "leaf_size is too large");
            return false;
        }
        parameters->leaf_length = (uint32_t)number;
    }
    if (is_given(out[NODE_OFFSET])) {
        if (!unsigned_argument(out[NODE_OFFSET], &number)) return false;
        if (is_small && number > UINT64_C(0xffffffffffff)) {
            error_set(&type_OverflowError, "node_offset is too large");
            return false;
        }
        parameters->node_offset = number;
    }
    return true;
}

static bool read_parameters(const Value *out, bool is_small, Blake2Parameters *parameters)
{
    int size = is_small ? 32 : 64;
    int64_t digest = size, fanout = 1, depth = 1, node_depth = 0, inner = 0;
    char complaint[64];
    *parameters = (Blake2Parameters){0};
    if (is_given(out[DIGEST_SIZE])) {
        int n;
        if (!arg_as_int(out[DIGEST_SIZE], &n)) return false;
        if (n <= 0 || n > size) {
            error_format(&type_ValueError, "digest_size for %s must be between 1 and %d bytes, here it is %d",
                         is_small ? "Blake2s" : "Blake2b", size, n);
            return false;
        }
        digest = n;
    }
    strcpy(complaint, is_small ? "inner_size must be between 0 and is 32" : "inner_size must be between 0 and is 64");
    if (!copy_field(out[SALT], parameters->salt, size / 4, "salt", "") ||
        !copy_field(out[PERSON], parameters->person, size / 4, "person", "") ||
        !in_range(out[FANOUT], 0, 255, "fanout must be between 0 and 255", &fanout) ||
        !in_range(out[DEPTH], 1, 255, "depth must be between 1 and 255", &depth) ||
        !large_numbers(out, is_small, parameters) ||
        !in_range(out[NODE_DEPTH], 0, 255, "node_depth must be between 0 and 255", &node_depth) ||
        !in_range(out[INNER_SIZE], 0, size, complaint, &inner) ||
        !optional_bool(out[LAST_NODE], &parameters->is_last_node))
        return false;
    parameters->digest_length = (uint8_t)digest;
    parameters->fanout = (uint8_t)fanout;
    parameters->depth = (uint8_t)depth;
    parameters->node_depth = (uint8_t)node_depth;
    parameters->inner_length = (uint8_t)inner;
    return true;
}

/* A key is hashed first, padded to a block. */
static bool start(Blake2 *state, bool is_small, Blake2Parameters *parameters, Value key)
{
    uint8_t block[128] = {0};
    ssize_t room = is_small ? 32 : 64;
    Buffer view;
    if (is_given(key)) {
        if (buffer_get(key, &view, BUFFER_SIMPLE) < 0) return false;
        bool fits = view.length <= room;
        if (fits)
            memcpy(block, view.data, (size_t)view.length);
        else
            error_format(&type_ValueError, "maximum key length is %zd bytes", room);
        parameters->key_length = (uint8_t)MIN(view.length, room);
        buffer_release(&view);
        if (!fits) return false;
    }
    blake2_init(state, is_small, parameters);
    if (parameters->key_length) blake2_update(state, block, is_small ? 64 : 128);
    return true;
}

static Value make(Type *type, bool is_small, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {
        "",          "digest_size", "key",        "salt",       "person",    "fanout",          "depth",
        "leaf_size", "node_offset", "node_depth", "inner_size", "last_node", "usedforsecurity", NULL};
    const ArgSpec spec = {is_small ? "blake2s" : "blake2b", names, 0, 1, 0};
    Value out[ARGUMENT_COUNT];
    Blake2Parameters parameters;
    Buffer view;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !read_parameters(out, is_small, &parameters))
        return VALUE_NULL;
    Blake2Object *self = object_alloc_zeroed(type, sizeof(Blake2Object));
    if (!self) return VALUE_NULL;
    bool done = start(&self->state, is_small, &parameters, out[KEY]);
    if (done && is_given(out[DATA])) {
        done = hash_data_get(out[DATA], &view);
        if (done) {
            blake2_update(&self->state, view.data, (size_t)view.length);
            buffer_release(&view);
        }
    }
    if (done) return value_from_object(self);
    object_decref(&self->head);
    return VALUE_NULL;
}

static Value blake2b_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return make(type, false, args, nargs, kwnames);
}

static Value blake2s_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return make(type, true, args, nargs, kwnames);
}

/* --- methods --- */

FUNCTION(blake2_update_method)
{
    Buffer view;
    if (!hash_data_get(args[0], &view)) return VALUE_NULL;
    blake2_update(state_of(self), view.data, (size_t)view.length);
    buffer_release(&view);
    return VALUE_NONE;
}

FUNCTION(blake2_copy)
{
    Blake2Object *copy = object_alloc_zeroed(type_of(self), sizeof(Blake2Object));
    if (copy) copy->state = *state_of(self);
    return value_from_object(copy);
}

FUNCTION(blake2_digest)
{
    uint8_t digest[64];
    blake2_finish(state_of(self), digest);
    return bytes_new((const char *)digest, state_of(self)->digest_length);
}

FUNCTION(blake2_hexdigest)
{
    uint8_t digest[64];
    blake2_finish(state_of(self), digest);
    return hash_hex(digest, state_of(self)->digest_length);
}

static Value get_name(Value self, void *closure)
{
    return str_from_cstr(state_of(self)->is_small ? "blake2s" : "blake2b");
}

static Value get_block_size(Value self, void *closure)
{
    return value_from_small_int(state_of(self)->is_small ? 64 : 128);
}

static Value get_digest_size(Value self, void *closure)
{
    return value_from_small_int(state_of(self)->digest_length);
}

static const NativeMethod methods[] = {
    {"update", blake2_update_method, 1, 1, 0,
     "update($self, data, /)\n--\n\nUpdate this hash object's state with the provided bytes-like object."},
    {"copy", blake2_copy, 0, 0, 0, "copy($self, /)\n--\n\nReturn a copy of the hash object."},
    {"digest", blake2_digest, 0, 0, 0, "digest($self, /)\n--\n\nReturn the digest value as a bytes object."},
    {"hexdigest", blake2_hexdigest, 0, 0, 0,
     "hexdigest($self, /)\n--\n\nReturn the digest value as a string of hexadecimal digits."},
    {NULL},
};

static const NativeGetSet getsets[] = {
    {"name", get_name, NULL, NULL, NULL},
    {"block_size", get_block_size, NULL, NULL, NULL},
    {"digest_size", get_digest_size, NULL, NULL, NULL},
    {NULL},
};

#define BLAKE2_DOC(name)                                                                                               \
    name "(data=b\'\', /, *, digest_size=_blake2." name ".MAX_DIGEST_SIZE,\n        key=b\'\', salt=b\'\', "           \
         "person=b\'\', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, "          \
         "last_node=False,\n        usedforsecurity=True)\n--\n\nReturn a new BLAKE2 hash object."

#define BLAKE2_TYPE(id)                                                                                                \
    static Type id##_type = {                                                                                          \
        .head = TYPE_HEAD,                                                                                             \
        .name = "_blake2." #id,                                                                                        \
        .doc = BLAKE2_DOC(#id),                                                                                        \
        .instance_size = sizeof(Blake2Object),                                                                         \
        .flags = TYPE_IMMUTABLE,                                                                                       \
        .destroy = blake2_destroy,                                                                                     \
        .new_instance = id##_new,                                                                                      \
        .methods = methods,                                                                                            \
        .getsets = getsets,                                                                                            \
    }

BLAKE2_TYPE(blake2b);
BLAKE2_TYPE(blake2s);

static int add_sizes(Value module, Type *type, const char *prefix, int size)
{
    const struct {
        const char *name;
        int value;
    } sizes[] = {{"SALT_SIZE", size / 4}, {"PERSON_SIZE", size / 4}, {"MAX_KEY_SIZE", size}, {"MAX_DIGEST_SIZE", size}};
    char name[32];
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        strcpy(stpcpy(name, prefix), sizes[i].name);
        Value value = value_from_small_int(sizes[i].value);
        if (dict_set_cstr(type->dict, sizes[i].name, value) < 0 || module_add(module, name, value) < 0) return -1;
    }
    return 0;
}

static int exec(Value module)
{
    if (module_add_type(module, &blake2b_type) < 0 || module_add_type(module, &blake2s_type) < 0) return -1;
    if (add_sizes(module, &blake2b_type, "BLAKE2B_", 64) < 0) return -1;
    return add_sizes(module, &blake2s_type, "BLAKE2S_", 32);
}

NATIVE_MODULE(_blake2) = {
    .name = "_blake2",
    .doc = "_blake2b provides BLAKE2b for hashlib\n",
    .exec = exec,
};

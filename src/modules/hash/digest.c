/* digest.c: _md5, _sha1, _sha256, _sha512 and _sha3: hash objects over OpenSSL's libcrypto. One object layout serves
 * all types; an Algorithm says what differs. */
#include <openssl/evp.h>

#include "modules/arguments.h"
#include "modules/hash/hash_data.h"
#include "modules/library.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"

#define CRYPTO_FUNCTIONS(F)                                                                                            \
    F(EVP_MD_CTX_new)                                                                                                  \
    F(EVP_MD_CTX_free) F(EVP_MD_CTX_copy_ex) F(EVP_MD_fetch) F(EVP_MD_free) F(EVP_DigestInit_ex) F(EVP_DigestUpdate)   \
        F(EVP_DigestFinal_ex) F(EVP_DigestFinalXOF)
LIBRARY(crypto, "libcrypto.so.3", CRYPTO_FUNCTIONS);

typedef struct Algorithm {
    const char *name; /* what the attribute `name` gives */
    const char *evp;  /* OpenSSL's name */
    int block_size, digest_size;
    int capacity_bits, suffix; /* of the SHA-3 family, else 0 */
} Algorithm;

typedef struct Hash {
    Object head;
    const Algorithm *algorithm;
    EVP_MD_CTX *context;
} Hash;

static Hash *as_hash(Value v)
{
    return (Hash *)value_as_object(v);
}

static Value crypto_error(void)
{
    return error_set(&type_RuntimeError, "the hash function is not available in OpenSSL");
}

static void hash_destroy(Object *self)
{
    crypto.EVP_MD_CTX_free(((Hash *)self)->context);
    object_free(self, sizeof(Hash));
}

static NULLABLE Hash *hash_alloc(Type *type, const Algorithm *algorithm)
{
    Hash *self = object_alloc_zeroed(type, sizeof(Hash));
    if (!self) return NULL;
    self->algorithm = algorithm;
    self->context = crypto.EVP_MD_CTX_new();
    if (self->context) return self;
    object_decref(&self->head);
    error_no_memory();
    return NULL;
}

static Value hash_new(Type *type, const Algorithm *algorithm, NULLABLE Value data)
{
    if (!library_load(&crypto_library)) return VALUE_NULL;
    Hash *self = hash_alloc(type, algorithm);
    if (!self) return VALUE_NULL;
    Value result = value_from_object(self);
    EVP_MD *method = crypto.EVP_MD_fetch(NULL, algorithm->evp, NULL);
    bool done = method && crypto.EVP_DigestInit_ex(self->context, method, NULL);
    crypto.EVP_MD_free(method);
    if (!done) crypto_error();
    Buffer view;
    if (done && is_given(data)) {
        done = hash_data_get(data, &view);
        if (done) {
            crypto.EVP_DigestUpdate(self->context, view.data, (size_t)view.length);
            buffer_release(&view);
        }
    }
    if (!done) value_clear(&result);
    return result;
}

/* --- methods --- */

FUNCTION(hash_update)
{
    Buffer view;
    if (!hash_data_get(args[0], &view)) return VALUE_NULL;
    crypto.EVP_DigestUpdate(as_hash(self)->context, view.data, (size_t)view.length);
    buffer_release(&view);
    return VALUE_NONE;
}

FUNCTION(hash_copy)
{
    Hash *copy = hash_alloc(type_of(self), as_hash(self)->algorithm);
    if (!copy) return VALUE_NULL;
    Value result = value_from_object(copy);
    if (crypto.EVP_MD_CTX_copy_ex(copy->context, as_hash(self)->context)) return result;
    value_decref(result);
    return crypto_error();
}

/* The digest of what was hashed so far; the object goes on. */
static bool finish(const Hash *self, uint8_t *digest, size_t length)
{
    EVP_MD_CTX *context = crypto.EVP_MD_CTX_new();
    bool done = context && crypto.EVP_MD_CTX_copy_ex(context, self->context);
    if (done) {
        if (self->algorithm->digest_size)
            done = crypto.EVP_DigestFinal_ex(context, digest, NULL);
        else
            done = length == 0 || crypto.EVP_DigestFinalXOF(context, digest, length);
    }
    crypto.EVP_MD_CTX_free(context);
    if (!done) crypto_error();
    return done;
}

static Value digest_bytes(Value self, size_t length)
{
    Value result = bytes_new(NULL, (ssize_t)length);
    if (!value_is_null(result) && !finish(as_hash(self), (uint8_t *)as_bytes(result)->data, length))
        value_clear(&result);
    return result;
}

static Value digest_hex(Value self, size_t length)
{
    Value digest = digest_bytes(self, length);
    if (value_is_null(digest)) return VALUE_NULL;
    Value result = hash_hex((const uint8_t *)as_bytes(digest)->data, length);
    value_decref(digest);
    return result;
}

FUNCTION(hash_digest)
{
    return digest_bytes(self, (size_t)as_hash(self)->algorithm->digest_size);
}

FUNCTION(hash_hexdigest)
{
    return digest_hex(self, (size_t)as_hash(self)->algorithm->digest_size);
}

static bool shake_length(Value v, size_t *length)
{
    Value index = number_index(v);
    uint64_t n = 0;
    if (value_is_null(index)) return false;
    bool is_negative = int_sign(index) < 0;
    if (is_negative) error_set(&type_ValueError, "value must be positive");
    bool done = !is_negative && arg_as_uint64(index, &n);
    value_decref(index);
    if (!done) return false;
    if (n >= 1 << 29) {
        error_set(&type_ValueError, "length is too large");
        return false;
    }
    *length = n;
    return true;
}

FUNCTION(shake_digest)
{
    size_t length;
    return shake_length(args[0], &length) ? digest_bytes(self, length) : VALUE_NULL;
}

FUNCTION(shake_hexdigest)
{
    size_t length;
    return shake_length(args[0], &length) ? digest_hex(self, length) : VALUE_NULL;
}

/* --- attributes --- */

static Value get_name(Value self, void *closure)
{
    return str_from_cstr(as_hash(self)->algorithm->name);
}

static Value get_block_size(Value self, void *closure)
{
    return value_from_small_int(as_hash(self)->algorithm->block_size);
}

static Value get_digest_size(Value self, void *closure)
{
    return value_from_small_int(as_hash(self)->algorithm->digest_size);
}

static Value get_capacity_bits(Value self, void *closure)
{
    return value_from_small_int(as_hash(self)->algorithm->capacity_bits);
}

static Value get_rate_bits(Value self, void *closure)
{
    return value_from_small_int(1600 - as_hash(self)->algorithm->capacity_bits);
}

static Value get_suffix(Value self, void *closure)
{
    const char suffix = (char)as_hash(self)->algorithm->suffix;
    return bytes_new(&suffix, 1);
}

static const NativeGetSet getsets[] = {
    {"name", get_name, NULL, NULL, NULL},
    {"block_size", get_block_size, NULL, NULL, NULL},
    {"digest_size", get_digest_size, NULL, NULL, NULL},
    {NULL},
};

static const NativeGetSet sha3_getsets[] = {
    {"name", get_name, NULL, NULL, NULL},
    {"block_size", get_block_size, NULL, NULL, NULL},
    {"digest_size", get_digest_size, NULL, NULL, NULL},
    {"_capacity_bits", get_capacity_bits, NULL, NULL, NULL},
    {"_rate_bits", get_rate_bits, NULL, NULL, NULL},
    {"_suffix", get_suffix, NULL, NULL, NULL},
    {NULL},
};

#define COMMON_METHODS                                                                                                 \
    {"update", hash_update, 1,                                                                                         \
     1,        0,           "update($self, obj, /)\n--\n\nUpdate this hash object's state with the provided string."}, \
    {                                                                                                                  \
        "copy", hash_copy, 0, 0, 0, "copy($self, /)\n--\n\nReturn a copy of the hash object."                          \
    }

static const NativeMethod hash_methods[] = {
    COMMON_METHODS,
    {"digest", hash_digest, 0, 0, 0, "digest($self, /)\n--\n\nReturn the digest value as a bytes object."},
    {"hexdigest", hash_hexdigest, 0, 0, 0,
     "hexdigest($self, /)\n--\n\nReturn the digest value as a string of hexadecimal digits."},
    {NULL},
};

static const NativeMethod shake_methods[] = {
    COMMON_METHODS,
    {"digest", shake_digest, 1, 1, 0, "digest($self, length, /)\n--\n\nReturn the digest value as a bytes object."},
    {"hexdigest", shake_hexdigest, 1, 1, 0,
     "hexdigest($self, length, /)\n--\n\nReturn the digest value as a string of hexadecimal digits."},
    {NULL},
};

/* --- the types and modules --- */

static bool parse_arguments(const char *function, const char *first, const Value *args, ssize_t nargs, Value kwnames,
                            Value *data)
{
    const char *const names[] = {first, "usedforsecurity", NULL};
    const ArgSpec spec = {function, names, 0, 1, 0};
    Value out[2];
    bool ignored;
    if (!args_parse(&spec, args, nargs, kwnames, out) || !optional_bool(out[1], &ignored)) return false;
    *data = out[0];
    return true;
}

#define HASH_TYPE(id, module_name, type_flags, type_methods, type_getsets, new_function)                               \
    static Type id##_type = {                                                                                          \
        .head = TYPE_HEAD,                                                                                             \
        .name = module_name "." #id,                                                                                   \
        .instance_size = sizeof(Hash),                                                                                 \
        .flags = TYPE_IMMUTABLE | (type_flags),                                                                        \
        .destroy = hash_destroy,                                                                                       \
        .new_instance = new_function,                                                                                  \
        .methods = type_methods,                                                                                       \
        .getsets = type_getsets,                                                                                       \
    }

/* A type that a function of the same name makes instances of. */
#define FUNCTION_HASH(id, module_name, evp_name, block, size)                                                          \
    static const Algorithm id##_algorithm = {#id, evp_name, block, size, 0, 0};                                        \
    HASH_TYPE(id, module_name, TYPE_NO_NEW, hash_methods, getsets, NULL);                                              \
    FUNCTION(make_##id)                                                                                                \
    {                                                                                                                  \
        Value data;                                                                                                    \
        if (!parse_arguments(#id, "string", args, nargs, kwnames, &data)) return VALUE_NULL;                           \
        return hash_new(&id##_type, &id##_algorithm, data);                                                            \
    }

FUNCTION_HASH(md5, "_md5", "MD5", 64, 16)
FUNCTION_HASH(sha1, "_sha1", "SHA1", 64, 20)
FUNCTION_HASH(sha224, "_sha256", "SHA2-224", 64, 28)
FUNCTION_HASH(sha256, "_sha256", "SHA2-256", 64, 32)
FUNCTION_HASH(sha384, "_sha512", "SHA2-384", 128, 48)
FUNCTION_HASH(sha512, "_sha512", "SHA2-512", 128, 64)

#define HASH_FUNCTION(id)                                                                                              \
    {                                                                                                                  \
#id, make_##id, 0, -1, NATIVE_KEYWORDS,                                                                        \
            #id "($module, /, string=b\'\', *, usedforsecurity=True)\n--\n\nReturn a new " #id                         \
                " hash object; optionally "                                                                            \
                "initialized with a string."                                                                           \
    }

#define HASH_MODULE_2(module_id, first, first_name, second, second_name)                                               \
    static const NativeMethod module_id##_methods[] = {HASH_FUNCTION(first), HASH_FUNCTION(second), {NULL}};           \
    static int module_id##_exec(Value module)                                                                          \
    {                                                                                                                  \
        return add_type(module, first_name, &first##_type) < 0 ? -1 : add_type(module, second_name, &second##_type);   \
    }

static int add_type(Value module, const char *name, Type *type)
{
    if (type_ready(type) < 0) return -1;
    return module_add(module, name, value_incref(value_from_object(type)));
}

static const NativeMethod md5_methods[] = {HASH_FUNCTION(md5), {NULL}};
static const NativeMethod sha1_methods[] = {HASH_FUNCTION(sha1), {NULL}};
HASH_MODULE_2(sha256, sha224, "SHA224Type", sha256, "SHA256Type")
HASH_MODULE_2(sha512, sha384, "SHA384Type", sha512, "SHA512Type")

static int md5_exec(Value module)
{
    return add_type(module, "MD5Type", &md5_type);
}

static int sha1_exec(Value module)
{
    return add_type(module, "SHA1Type", &sha1_type);
}

NATIVE_MODULE(_md5) = {.name = "_md5", .methods = md5_methods, .exec = md5_exec};
NATIVE_MODULE(_sha1) = {.name = "_sha1", .methods = sha1_methods, .exec = sha1_exec};
NATIVE_MODULE(_sha256) = {.name = "_sha256", .methods = sha256_methods, .exec = sha256_exec};
NATIVE_MODULE(_sha512) = {.name = "_sha512", .methods = sha512_methods, .exec = sha512_exec};

/* --- SHA-3: the types are called themselves --- */

#define SHA3_HASH(id, evp_name, size, capacity, suffix, type_methods)                                                  \
    static const Algorithm id##_algorithm = {#id, evp_name, (1600 - (capacity)) / 8, size, capacity, suffix};          \
    static Value id##_new(Type *type, const Value *args, ssize_t nargs, Value kwnames)                                 \
    {                                                                                                                  \
        Value data;                                                                                                    \
        if (!parse_arguments(#id, "", args, nargs, kwnames, &data)) return VALUE_NULL;                                 \
        return hash_new(type, &id##_algorithm, data);                                                                  \
    }                                                                                                                  \
    HASH_TYPE(id, "_sha3", 0, type_methods, sha3_getsets, id##_new)

SHA3_HASH(sha3_224, "SHA3-224", 28, 448, 6, hash_methods);
SHA3_HASH(sha3_256, "SHA3-256", 32, 512, 6, hash_methods);
SHA3_HASH(sha3_384, "SHA3-384", 48, 768, 6, hash_methods);
SHA3_HASH(sha3_512, "SHA3-512", 64, 1024, 6, hash_methods);
SHA3_HASH(shake_128, "SHAKE-128", 0, 256, 0x1f, shake_methods);
SHA3_HASH(shake_256, "SHAKE-256", 0, 512, 0x1f, shake_methods);

static int sha3_exec(Value module)
{
    Type *const types[] = {&sha3_224_type, &sha3_256_type,  &sha3_384_type,
                           &sha3_512_type, &shake_128_type, &shake_256_type};
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (module_add_type(module, types[i]) < 0) return -1;
    if (module_add_int(module, "keccakopt", 64) < 0) return -1;
    return module_add_cstr(module, "implementation", "OpenSSL");
}

NATIVE_MODULE(_sha3) = {.name = "_sha3", .exec = sha3_exec};

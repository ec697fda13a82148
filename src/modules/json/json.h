/* json.h: the parts of the module _json. */
#ifndef MODULES_JSON_JSON_H
#define MODULES_JSON_JSON_H

#include "modules/arguments.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"

extern Type json_scanner_type, json_encoder_type;

/* json.decoder.JSONDecodeError(message, text, position) */
Value json_decode_error(const char *message, Value text, ssize_t position);
/* The string that begins at `start`, behind its quote; *end is behind the closing one. */
Value json_scan_string(Value text, ssize_t start, bool is_strict, ssize_t *end) NODISCARD;
Value json_scanstring(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);

/* Appends `text` in quotes, escaped; is_ascii: also everything beyond ASCII. */
int json_append_string(StrBuilder *builder, Value text, bool is_ascii);
Value json_encode_basestring(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);
Value json_encode_basestring_ascii(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames);

#endif

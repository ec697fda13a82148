/* emit.h: IR -> assembler text, through libgccjit. */
#ifndef JIT_WORKER_EMIT_H
#define JIT_WORKER_EMIT_H

#include "jit/protocol.h"

/* A request, checked: every index lies inside its array. */
typedef struct Request {
    RequestHeader header;
    const Ins *ins;
    const Ref *args;
    const RequestConst *constants;
    const RequestSnapshot *snapshots;
    const Ref *live;
    const RequestSegment *segments;
} Request;

/* Points `request` into `data`; false when anything in it is not as it must be. */
bool request_parse(Request *request, const void *data, size_t size);

/* Writes the function "trace" as assembler to `path`; false with a message. */
bool emit_assembler(const Request *request, const char *path, char *error, size_t error_size);

#endif

/* protocol.h: what the program and its compile worker say to each other over a socket pair.
 *
 * Requests and answers are plain data. The request carries the IR of a tree without one address of the process: object
 * and address constants are slots of the table that native code gets as its third parameter. The worker trusts nothing
 * in it (request.c checks every index), and the program trusts nothing in the answer (loader.c).
 *
 * Native code:   int64_t code(Value *slots, uint64_t *exit_values, const uint64_t *table)
 *   slots        localsplus of the entry frame
 *   exit_values  where the live values of the exit are stored, in the order of snapshot_live; the word in front of them
 *                is the tree that runs: LINK stores the one that it goes to. Code of a part of a tree begins with the
 *                values of the exit that it continues; the word in front of the tree's says which
 *   table        first the helpers, then the tree's constants, by number
 *   result       the number of the snapshot through which it left; EXIT_TO_HEAD: a part goes back to the tree's head
 */
#ifndef JIT_PROTOCOL_H
#define JIT_PROTOCOL_H

#include "jit/helpers.h"

/* PROTOCOL_MAGIC comes from CMakeLists.txt: a hash of the files that define the protocol. A program and a worker of
 * different builds do not understand each other, and say so instead of running the wrong helper. */
enum { REQUEST_SIZE_MAX = 1 << 24 };

/* Fixed entries of the table, behind the helpers. */
enum { TABLE_BREAKER = HELPER_COUNT, TABLE_DESTROY, TABLE_CONSTANTS };

enum { EXIT_TO_HEAD = -1 };
enum { EXIT_WORD_TREE = -1, EXIT_WORD_CONTINUED = -2 }; /* in front of exit_values */

/* Offsets in a Link (runtime.h), for LINK. */
enum { LINK_CODE = 0, LINK_TABLE = 8, LINK_TREE = 16 };

typedef struct RequestHeader {
    uint32_t magic, size; /* size of the whole request */
    uint32_t id;
    uint16_t level;         /* 1 or 2 (optimisation) */
    uint16_t first_segment; /* 0: the whole tree; else only the bridges from this one on, which code so far leaves to */
    uint32_t ins_count, args_count, constants_count, snapshots_count, live_count, segments_count;
    int32_t frame_ip_offset, frame_sp_offset; /* of the saved position and stack pointer, from localsplus */
} RequestHeader;
_Static_assert(sizeof(RequestHeader) % 8 == 0, "the arrays behind it are aligned");

/* Behind the header, in this order: Ins[], Ref args[], RequestConst[], RequestSnapshot[], Ref live[], RequestSegment[]
 */
typedef struct RequestConst {
    uint64_t bits;
    uint32_t type, kind;
} RequestConst;
typedef struct RequestSnapshot {
    int32_t first_live, live_count, bridge;
} RequestSnapshot;
typedef struct RequestSegment {
    int32_t first, end, parent_snapshot;
} RequestSegment;

/* The answer. status 0: the object file follows (object_size bytes), which the program loads into its own arena. */
typedef struct Answer {
    uint32_t magic, id;
    int32_t status;
    uint32_t object_size;
    uint32_t micros_gcc, micros_as;   /* processor time of the two */
    uint32_t micros_cpu, micros_wall; /* used, and passed, for this request; the first counts the start-up too */
    char error[128];
} Answer;

#endif

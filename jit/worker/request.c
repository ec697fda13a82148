/* request.c: the strict parser of compile requests. */
#include "jit/worker/emit.h"

enum { FRAME_HEAD_MAX = 32 }; /* words of a frame in front of its slots, at most */

static IrType const_type(const Request *r, Ref ref)
{
    return r->constants[~ref].type;
}

static bool ref_ok(const Request *r, Ref ref, Ref before)
{
    if (ref >= 0) return ref < before;
    return ref > REF_NONE + 8 && (uint32_t)~ref < r->header.constants_count && const_type(r, ref) <= IR_WORD;
}

static bool ins_ok(const Request *r, Ref index)
{
    const Ins *ins = &r->ins[index];
    if (ins->op >= IR_OP_COUNT || ins->type > IR_WORD) return false;
    Ref limit = ins->op == IR_PHI ? (Ref)r->header.ins_count : index;
    for (const char *p = ir_op_info[ins->op].operands; *p; p++) {
        switch (*p) {
        case 'a':
            if (!ref_ok(r, ins->a, limit)) return false;
            break;
        case 'b':
            if (ins->op == IR_ENTRY && ins->b == REF_NONE) break;
            if (!ref_ok(r, ins->b, limit)) return false;
            break;
        case 'c':
            if (!ref_ok(r, ins->c, limit)) return false;
            break;
        case 'k':
            if (ins->a < (ins->op == IR_SLOAD ? -FRAME_HEAD_MAX : 0) || ins->a > 0xffff) return false;
            break;
        case 's':
            if (ins->c < 0 || (uint32_t)ins->c >= r->header.snapshots_count) return false;
            break;
        case 'A':
        case 'V':
            if (ins->a < 0 || ins->aux > 255 || (uint32_t)ins->a + ins->aux > r->header.args_count) return false;
            for (int i = 0; i < ins->aux; i++) {
                if (!ref_ok(r, r->args[ins->a + i], index)) return false;
            }
            if (*p == 'A' && (ins->b < 0 || ins->b >= HELPER_COUNT)) return false;
            break;
        default: break;
        }
    }
    return true;
}

static bool parts_ok(const Request *r)
{
    const RequestHeader *h = &r->header;
    for (uint32_t i = 0; i < h->constants_count; i++) {
        if (r->constants[i].type > IR_WORD || r->constants[i].kind > CONST_ADDRESS) return false;
    }
    for (uint32_t i = 0; i < h->ins_count; i++) {
        if (!ins_ok(r, (Ref)i)) return false;
    }
    for (uint32_t i = 0; i < h->live_count; i++) {
        if (r->live[i] < 0 || (uint32_t)r->live[i] >= h->ins_count) return false;
    }
    for (uint32_t i = 0; i < h->snapshots_count; i++) {
        const RequestSnapshot *s = &r->snapshots[i];
        if (s->first_live < 0 || s->live_count < 0 || s->live_count > SNAP_LIVE_MAX) return false;
        if ((uint32_t)s->first_live + (uint32_t)s->live_count > h->live_count) return false;
        if (s->bridge < -1 || s->bridge >= (int)h->segments_count) return false;
    }
    int32_t end = 0;
    for (uint32_t i = 0; i < h->segments_count; i++) {
        const RequestSegment *s = &r->segments[i];
        if (s->first != end || s->end < s->first || (uint32_t)s->end > h->ins_count) return false;
        if (s->parent_snapshot < (i ? 0 : -1) || s->parent_snapshot >= (int)h->snapshots_count) return false;
        end = s->end;
    }
    return h->segments_count > h->first_segment && (uint32_t)end == h->ins_count;
}

bool request_parse(Request *request, const void *data, size_t size)
{
    if (size < sizeof request->header) return false;
    memcpy(&request->header, data, sizeof request->header);
    const RequestHeader *h = &request->header;
    enum { COUNT_MAX = 1 << 20 };
    if (h->magic != PROTOCOL_MAGIC || h->size != size || h->ins_count > COUNT_MAX || h->args_count > COUNT_MAX ||
        h->constants_count > COUNT_MAX || h->snapshots_count > COUNT_MAX || h->live_count > COUNT_MAX ||
        h->segments_count > COUNT_MAX) {
        return false;
    }
    const char *p = (const char *)data + sizeof *h, *end = (const char *)data + size;
#define TAKE(field, count)                                                                                             \
    do {                                                                                                               \
        size_t bytes = (size_t)(count) * sizeof *request->field;                                                       \
        if ((size_t)(end - p) < bytes) return false;                                                                   \
        request->field = (const void *)p;                                                                              \
        p += align_up(bytes, 8) <= (size_t)(end - p) ? align_up(bytes, 8) : bytes;                                     \
    } while (0)
    TAKE(ins, h->ins_count);
    TAKE(args, h->args_count);
    TAKE(constants, h->constants_count);
    TAKE(snapshots, h->snapshots_count);
    TAKE(live, h->live_count);
    TAKE(segments, h->segments_count);
#undef TAKE
    return p == end && parts_ok(request);
}

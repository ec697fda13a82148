/* sre_validate: refuses code words that the engine could not execute safely: jumps must stay inside and arrive at the
 * right instructions, groups must exist, sets must end. The code comes from re/_compiler.py, but _sre.compile is open
 * to everybody. */
#include "modules/sre/sre.h"

#include "objects/thread.h"

typedef struct Checker {
    ssize_t groups;
} Checker;

static bool check_body(const Checker *c, const SreCode *code, const SreCode *end);

static bool check_set(const SreCode *code, const SreCode *end)
{
    while (code < end) {
        ssize_t left = end - code;
        switch (*code++) {
        case OP_NEGATE: break;
        case OP_LITERAL:
            if (left < 2) return false;
            code++;
            break;
        case OP_RANGE:
        case OP_RANGE_UNI_IGNORE:
            if (left < 3) return false;
            code += 2;
            break;
        case OP_CHARSET:
            if (left < 9) return false;
            code += 8;
            break;
        case OP_BIGCHARSET: {
            if (left < 2 + 64) return false;
            uint32_t blocks = *code++;
            const uint8_t *indices = (const uint8_t *)code;
            for (int i = 0; i < 256; i++)
                if (indices[i] >= blocks) return false;
            code += 64;
            if ((ssize_t)blocks * 8 > end - code) return false;
            code += blocks * 8;
            break;
        }
        case OP_CATEGORY:
            if (left < 2 || *code++ > CATEGORY_UNI_NOT_LINEBREAK) return false;
            break;
        default: return false;
        }
    }
    return true;
}

/* The place the skip word leads to, or NULL when it is outside (start, end]. */
static const SreCode *skip_target(const SreCode *skip, const SreCode *end)
{
    return skip < end && *skip <= (size_t)(end - skip) && *skip > 0 ? skip + *skip : NULL;
}

static bool check_branch(const Checker *c, const SreCode **code, const SreCode *end)
{
    const SreCode *target = NULL, *at = *code;
    for (;;) {
        if (at >= end) return false;
        if (*at == 0) break;
        const SreCode *next = skip_target(at, end);
        if (!next || next - at < 3 || next[-2] != OP_JUMP) return false;
        if (!check_body(c, at + 1, next - 2)) return false;
        const SreCode *arrival = skip_target(next - 1, end);
        if (!arrival || (target && arrival != target)) return false;
        target = arrival;
        at = next;
    }
    *code = at + 1;
    return target == NULL || target == at + 1;
}

static bool check_repeat(const Checker *c, const SreCode **code, const SreCode *end, enum Opcode op)
{
    const SreCode *head = *code, *target = skip_target(head, end);
    if (!target || target - head < 3 || head[1] > head[2]) return false;
    if (op == OP_REPEAT || op == OP_POSSESSIVE_REPEAT) {
        if (target >= end || !check_body(c, head + 3, target)) return false;
        bool is_good = op == OP_REPEAT ? *target == OP_MAX_UNTIL || *target == OP_MIN_UNTIL : *target == OP_SUCCESS;
        *code = target + 1;
        return is_good;
    }
    *code = target;
    return target - head >= 5 && target[-1] == OP_SUCCESS && check_body(c, head + 3, target - 1);
}

static bool check_info(const SreCode *code, const SreCode *end)
{
    if (end - code < 4) return false;
    const SreCode *target = skip_target(code, end);
    if (!target || target - code < 4) return false;
    uint32_t flags = code[1];
    if (flags & ~(uint32_t)(INFO_PREFIX | INFO_LITERAL | INFO_CHARSET)) return false;
    if ((flags & INFO_PREFIX) && (flags & INFO_CHARSET)) return false;
    if ((flags & INFO_LITERAL) && !(flags & INFO_PREFIX)) return false;
    if (flags & INFO_PREFIX) {
        if (target - code < 6) return false;
        uint32_t length = code[4], skip = code[5];
        return length > 0 && skip <= length && (ssize_t)length * 2 == target - (code + 6);
    }
    if (flags & INFO_CHARSET) return target[-1] == OP_FAILURE && check_set(code + 4, target - 1);
    return target - code == 4;
}

static bool check_conditional(const Checker *c, const SreCode **code, const SreCode *end)
{
    const SreCode *head = *code;
    if (end - head < 2 || (ssize_t)head[0] >= c->groups) return false;
    if (head[1] < 2 || (ssize_t)head[1] - 1 > end - (head + 1)) return false;
    const SreCode *target = head + head[1];
    /* with an else branch, "yes" ends with a jump over it */
    if (target - head >= 4 && target[-2] == OP_JUMP) {
        const SreCode *after = skip_target(target - 1, end);
        if (after && after > target && check_body(c, head + 2, target - 2) && check_body(c, target, after)) {
            *code = after;
            return true;
        }
    }
    *code = target;
    return check_body(c, head + 2, target);
}

static bool check_sub(const Checker *c, const SreCode **code, const SreCode *end, ssize_t header)
{
    const SreCode *head = *code, *target = skip_target(head, end);
    if (!target || target - head < header + 1 || target[-1] != OP_SUCCESS) return false;
    *code = target;
    return check_body(c, head + header, target - 1);
}

static bool check_one(const Checker *c, const SreCode **code, const SreCode *end)
{
    enum Opcode op = *(*code)++;
    ssize_t left = end - *code;
    switch (op) {
    case OP_ANY:
    case OP_ANY_ALL:
    case OP_FAILURE:
    case OP_SUCCESS: return true;
    case OP_MARK: return left >= 1 && (ssize_t) * (*code)++ < 2 * c->groups;
    case OP_LITERAL:
    case OP_NOT_LITERAL:
    case OP_LITERAL_IGNORE:
    case OP_NOT_LITERAL_IGNORE:
    case OP_LITERAL_UNI_IGNORE:
    case OP_NOT_LITERAL_UNI_IGNORE:
    case OP_LITERAL_LOC_IGNORE:
    case OP_NOT_LITERAL_LOC_IGNORE: (*code)++; return left >= 1;
    case OP_AT: return left >= 1 && *(*code)++ <= AT_UNI_NON_BOUNDARY;
    case OP_CATEGORY: return left >= 1 && *(*code)++ <= CATEGORY_UNI_NOT_LINEBREAK;
    case OP_IN:
    case OP_IN_IGNORE:
    case OP_IN_UNI_IGNORE:
    case OP_IN_LOC_IGNORE: {
        const SreCode *set = *code + 1, *target = skip_target(*code, end);
        if (!target || target - set < 1 || target[-1] != OP_FAILURE) return false;
        *code = target;
        return check_set(set, target - 1);
    }
    case OP_INFO: {
        const SreCode *info = *code;
        if (!check_info(info, end)) return false;
        *code = info + *info;
        return true;
    }
    case OP_BRANCH: return check_branch(c, code, end);
    case OP_REPEAT:
    case OP_REPEAT_ONE:
    case OP_MIN_REPEAT_ONE:
    case OP_POSSESSIVE_REPEAT:
    case OP_POSSESSIVE_REPEAT_ONE: return left >= 3 && check_repeat(c, code, end, op);
    case OP_ATOMIC_GROUP: return left >= 1 && check_sub(c, code, end, 1);
    case OP_ASSERT:
    case OP_ASSERT_NOT: return left >= 2 && !(((*code)[1]) & 0x80000000) && check_sub(c, code, end, 2);
    case OP_GROUPREF:
    case OP_GROUPREF_IGNORE:
    case OP_GROUPREF_UNI_IGNORE:
    case OP_GROUPREF_LOC_IGNORE: return left >= 1 && (ssize_t) * (*code)++ < c->groups;
    case OP_GROUPREF_EXISTS: return check_conditional(c, code, end);
    default: return false;
    }
}

static bool check_body(const Checker *c, const SreCode *code, const SreCode *end)
{
    if (code > end || !recursion_enter(" in the pattern")) return false;
    bool is_good = true;
    while (is_good && code < end) is_good = check_one(c, &code, end) && code <= end;
    recursion_leave();
    return is_good;
}

bool sre_code_is_valid(const SreCode *code, ssize_t length, ssize_t groups)
{
    if (groups < 0 || groups > SRE_MAXGROUPS || length < 1 || code[length - 1] != OP_SUCCESS) return false;
    Checker c = {groups};
    return check_body(&c, code, code + length - 1);
}

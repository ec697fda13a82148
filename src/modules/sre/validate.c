/* validate.c: checks code words before the engine runs them: every jump lands inside, every group number exists, every
 * set ends. A program may call _sre.compile with any list of numbers; nothing it passes may crash. */
#include "modules/sre/sre.h"

typedef struct Checker {
    ssize_t groups;
    int depth;
} Checker;

enum { MAX_NESTING = 5000 };

static bool check_block(Checker *check, const SreCode *code, const SreCode *end);

static bool check_charset(const SreCode *code, const SreCode *end)
{
    while (code < end) {
        switch (*code++) {
        case SRE_NEGATE: break;
        case SRE_LITERAL: code++; break;
        case SRE_RANGE:
        case SRE_RANGE_UNI_IGNORE: code += 2; break;
        case SRE_CHARSET: code += 8; break;
        case SRE_BIGCHARSET: {
            if (code >= end || *code > 256) return false;
            uint32_t count = *code++;
            if (end - code < 64) return false;
            for (int i = 0; i < 256; i++)
                if (((const uint8_t *)code)[i] >= count) return false;
            code += 64 + count * 8;
            break;
        }
        case SRE_CATEGORY:
            if (code >= end || *code++ >= SRE_CATEGORY_COUNT) return false;
            break;
        case SRE_FAILURE: return code == end; /* the set's end, and nothing behind it */
        default: return false;
        }
        if (code > end) return false;
    }
    return false;
}

/* *skip at code: at least `least`, and inside. */
static bool check_skip(const SreCode *code, const SreCode *end, ssize_t least)
{
    return code < end && (ssize_t)*code >= least && (ssize_t)*code <= end - code;
}

static bool check_info(const SreCode *code, const SreCode *end)
{
    if (!check_skip(code, end, 4)) return false;
    const SreCode *next = code + code[0];
    uint32_t flags = code[1];
    code += 4;
    if (flags & ~(uint32_t)(SRE_INFO_PREFIX | SRE_INFO_LITERAL | SRE_INFO_CHARSET)) return false;
    if ((flags & SRE_INFO_PREFIX) && (flags & SRE_INFO_CHARSET)) return false;
    if ((flags & SRE_INFO_LITERAL) && !(flags & SRE_INFO_PREFIX)) return false;
    if (flags & SRE_INFO_PREFIX) {
        if (next - code < 2) return false;
        ssize_t length = code[0];
        if (length == 0 || next - code - 2 != 2 * length || code[1] > length) return false;
    }
    return !(flags & SRE_INFO_CHARSET) || check_charset(code, next);
}

static bool check_branch(Checker *check, const SreCode *code, const SreCode *end, const SreCode **next)
{
    const SreCode *target = NULL;
    while (check_skip(code, end, 3)) {
        const SreCode *alternative_end = code + code[0];
        if (!check_block(check, code + 1, alternative_end - 2) || alternative_end[-2] != SRE_JUMP) return false;
        if (!check_skip(alternative_end - 1, end, 1)) return false;
        const SreCode *jump = alternative_end - 1 + alternative_end[-1];
        if (target && jump != target) return false;
        target = jump;
        code = alternative_end;
    }
    if (!target || code >= end || *code != 0 || target != code + 1) return false;
    *next = target;
    return true;
}

/* REPEAT and its relatives: skip, min, max, body. */
static bool check_repeat(Checker *check, uint32_t op, const SreCode *code, const SreCode *end, const SreCode **next)
{
    if (!check_skip(code, end, 3) || code[1] > code[2]) return false;
    const SreCode *behind = code + code[0];
    *next = behind;
    if (op == SRE_REPEAT_ONE || op == SRE_MIN_REPEAT_ONE || op == SRE_POSSESSIVE_REPEAT_ONE)
        return check_block(check, code + 3, behind - 1) && behind - 1 >= code + 4 && behind[-1] == SRE_SUCCESS;
    if (!check_block(check, code + 3, behind) || behind >= end) return false;
    *next = behind + 1;
    if (op == SRE_POSSESSIVE_REPEAT) return *behind == SRE_SUCCESS;
    return *behind == SRE_MAX_UNTIL || *behind == SRE_MIN_UNTIL;
}

static bool check_assert(Checker *check, const SreCode *code, const SreCode *end, ssize_t head)
{
    if (!check_skip(code, end, head + 1)) return false;
    if (head == 2 && code[1] & 0x80000000u) return false;
    const SreCode *behind = code + code[0];
    return check_block(check, code + head, behind - 1) && behind[-1] == SRE_SUCCESS;
}

static bool check_conditional(Checker *check, const SreCode *code, const SreCode *end, const SreCode **next)
{
    if (code >= end || (ssize_t)*code++ >= check->groups || !check_skip(code, end, 2)) return false;
    const SreCode *no = code - 1 + code[0];
    *next = no;
    if (no - 3 >= code && no[-2] == SRE_JUMP && check_skip(no - 1, end, 1)) {
        const SreCode *behind = no - 1 + no[-1];
        if (behind >= no && check_block(check, code + 1, no - 2) && check_block(check, no, behind)) {
            *next = behind;
            return true;
        }
    }
    return check_block(check, code + 1, no);
}

/* One instruction; *next is the one behind it. */
static bool check_one(Checker *check, const SreCode *code, const SreCode *end, const SreCode **next)
{
    uint32_t op = *code++;
    *next = code;
    switch (op) {
    case SRE_ANY:
    case SRE_ANY_ALL: return true;
    case SRE_MARK: *next = code + 1; return code < end && (ssize_t)*code < 2 * check->groups;
    case SRE_LITERAL:
    case SRE_NOT_LITERAL:
    case SRE_LITERAL_IGNORE:
    case SRE_NOT_LITERAL_IGNORE:
    case SRE_LITERAL_UNI_IGNORE:
    case SRE_NOT_LITERAL_UNI_IGNORE:
    case SRE_LITERAL_LOC_IGNORE:
    case SRE_NOT_LITERAL_LOC_IGNORE: *next = code + 1; return code < end;
    case SRE_AT: *next = code + 1; return code < end && *code < SRE_AT_COUNT;
    case SRE_CATEGORY: *next = code + 1; return code < end && *code < SRE_CATEGORY_COUNT;
    case SRE_GROUPREF:
    case SRE_GROUPREF_IGNORE:
    case SRE_GROUPREF_LOC_IGNORE:
    case SRE_GROUPREF_UNI_IGNORE: *next = code + 1; return code < end && (ssize_t)*code < check->groups;
    case SRE_IN:
    case SRE_IN_IGNORE:
    case SRE_IN_LOC_IGNORE:
    case SRE_IN_UNI_IGNORE:
        if (!check_skip(code, end, 2)) return false;
        *next = code + code[0];
        return check_charset(code + 1, *next);
    case SRE_INFO:
        if (!check_info(code, end)) return false;
        *next = code + code[0];
        return true;
    case SRE_BRANCH: return check_branch(check, code, end, next);
    case SRE_REPEAT:
    case SRE_REPEAT_ONE:
    case SRE_MIN_REPEAT_ONE:
    case SRE_POSSESSIVE_REPEAT:
    case SRE_POSSESSIVE_REPEAT_ONE: return check_repeat(check, op, code, end, next);
    case SRE_ASSERT:
    case SRE_ASSERT_NOT:
    case SRE_ATOMIC_GROUP:
        if (!check_assert(check, code, end, op == SRE_ATOMIC_GROUP ? 1 : 2)) return false;
        *next = code + code[0];
        return true;
    case SRE_GROUPREF_EXISTS: return check_conditional(check, code, end, next);
    case SRE_FAILURE: return true;
    default: return false;
    }
}

static bool check_block(Checker *check, const SreCode *code, const SreCode *end)
{
    if (code > end || check->depth >= MAX_NESTING) return false;
    check->depth++;
    bool is_valid = true;
    while (is_valid && code < end) {
        const SreCode *next;
        is_valid = check_one(check, code, end, &next) && next <= end;
        code = next;
    }
    check->depth--;
    return is_valid;
}

bool sre_validate(const SreCode *code, ssize_t size, ssize_t groups)
{
    Checker check = {groups, 0};
    return groups >= 0 && groups <= SRE_MAX_GROUPS && size >= 1 && code[size - 1] == SRE_SUCCESS &&
           check_block(&check, code, code + size - 1);
}

/* record_dict.c: look-ups in dicts and sets.
 *
 * Where a key is in a dict is a load like any other (CALLR): it is done by a function that runs no Python code or says
 * that it cannot tell (objects/plain.h), so that `if k in d: d[k] += 1` hashes and searches once. The value is then an
 * element of the array of entries, and a store to a key that is there an element store. */
#include "jit/record.h"
#include "objects/dict.h"
#include "objects/plain.h"
#include "objects/set.h"

bool record_dict_lookup(Lookup *lookup, Ref dict, Value actual_dict, Ref key, Value actual_key)
{
    ssize_t entry = dict_find_plain(actual_dict, actual_key);
    if (entry == PLAIN_UNKNOWN || REF_IS_VIRTUAL(dict)) return false;
    guard_type(dict, &type_dict);
    if (REC_FAILED()) return false;
    Ref args[] = {dict, key};
    *lookup = (Lookup){dict, key, actual_dict, emit_call_read(HELPER_dict_find, args, 2), entry};
    return true;
}

bool record_set_lookup(Lookup *lookup, Ref set, Value actual_set, Ref item, Value actual_item)
{
    int found = set_contains_plain(actual_set, actual_item);
    if (found == PLAIN_UNKNOWN || REF_IS_VIRTUAL(set)) return false;
    guard_type(set, type_of(actual_set));
    if (REC_FAILED()) return false;
    Ref args[] = {set, item};
    *lookup = (Lookup){set, item, actual_set, emit_call_read(HELPER_set_find, args, 2), found};
    return true;
}

bool record_guard_outcome(const Lookup *lookup)
{
    bool is_entry = lookup->actual_found >= 0 && object_has_type(lookup->actual, &type_dict);
    Ref holds = is_entry ? emit_pure(IR_ILE, IR_BOOL, ir_int(rec.ir, 0), lookup->found)
                         : emit_pure(IR_IEQ, IR_BOOL, lookup->found, ir_int(rec.ir, lookup->actual_found));
    return emit_guard(IR_GTRUE, holds, REF_NONE);
}

bool record_guard_unwatched(const Lookup *lookup)
{
    if (as_dict(lookup->actual)->is_watched) return false;
    Ref watched = emit_load(IR_FLOAD8, IR_WORD, lookup->container, offsetof(Dict, is_watched), ALIAS_DICT_KEYS);
    return emit_guard(IR_GFALSE, watched, REF_NONE);
}

/* The array of entries, and the number of the entry's value in it, counted in words. */
static Ref value_index(const Lookup *lookup, Ref *entries)
{
    enum { WORDS = sizeof(DictEntry) / sizeof(Value), VALUE_WORD = offsetof(DictEntry, value) / sizeof(Value) };
    *entries = emit_load(IR_FLOAD, IR_WORD, lookup->container, offsetof(Dict, entries), ALIAS_DICT_KEYS);
    Ref first = emit_pure(IR_MUL, IR_INT, lookup->found, ir_int(rec.ir, WORDS));
    return emit_pure(IR_ADD, IR_INT, first, ir_int(rec.ir, VALUE_WORD));
}

Ref record_dict_value(const Lookup *lookup)
{
    Ref entries, index = value_index(lookup, &entries);
    return emit(IR_ALOAD, IR_VAL, entries, index, 0, ALIAS_DICT_VALUE);
}

/* Whether the collector need not know a dict for the sake of this value. */
static bool is_no_container(Ref value)
{
    const Type *type;
    return !is_counted(value) || (known_type(value, &type) && !type_has_flag(type, TYPE_HAS_GC));
}

static void replace_value(const Lookup *lookup, int value)
{
    Value now = as_dict(lookup->actual)->entries[lookup->actual_found].value;
    Ref entries, index = value_index(lookup, &entries);
    Ref old = emit(IR_ALOAD, IR_VAL, entries, index, 0, ALIAS_DICT_VALUE);
    record_guard_droppable(old, now);
    Ref tagged = real_ref(value);
    if (REC_FAILED()) return;
    if (is_no_container(tagged)) {
        if (is_counted(tagged)) emit(IR_INCREF, IR_NIL, tagged, REF_NONE, 0, 0);
        emit(IR_ASTORE, IR_NIL, entries, index, tagged, ALIAS_DICT_VALUE);
        rec.has_effects = true;
    } else {
        Ref args[] = {lookup->container, lookup->found, tagged};
        emit_call(HELPER_dict_exchange, args, 3);
        rec.has_effects = true;
    }
    record_drop_old(old);
}

bool record_dict_store(const Lookup *lookup, int value)
{
    if (!record_guard_outcome(lookup) || !record_guard_unwatched(lookup)) return false;
    if (lookup->actual_found >= 0) {
        replace_value(lookup, value);
    } else {
        Ref args[] = {lookup->container, lookup->key, real_ref(value)};
        if (!REC_FAILED()) emit_call_keeping(HELPER_dict_insert, args, 3);
    }
    return !REC_FAILED();
}

void record_set_insert(const Lookup *lookup)
{
    if (!record_guard_outcome(lookup) || lookup->actual_found) return;
    Ref args[] = {lookup->container, lookup->key};
    emit_call_keeping(HELPER_set_insert, args, 2);
}

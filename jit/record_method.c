/* record_method.c: methods of lists, dicts and sets with a form of their own. */
#include "jit/record_native.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/set.h"

static Value actual_arg(const NativeCall *c, int index)
{
    return actual(c->nargs - index);
}

static Ref real_arg(const NativeCall *c, int index)
{
    return real_ref(c->nargs - index);
}

static bool is_named(const NativeCall *c, const char *name)
{
    return strcmp(c->method->name, name) == 0;
}

static bool finish_none(const NativeCall *c)
{
    return native_finish(c, const_value(VALUE_NONE), OWN_NONE);
}

/* --- list --- */

static bool list_method(const NativeCall *c)
{
    Ref list = c->self_ref;
    if (is_named(c, "append") && c->nargs == 1) {
        guard_type(list, &type_list);
        Ref args[] = {list, real_arg(c, 0)};
        if (REC_FAILED()) return true;
        emit_call_keeping(HELPER_list_append, args, 2);
        return finish_none(c);
    }
    if (is_named(c, "pop") && c->nargs == 0 && list_length(c->self) > 0) {
        guard_type(list, &type_list);
        Ref length = emit_load(IR_FLOAD, IR_WORD, list, offsetof(List, length), ALIAS_LIST_LENGTH);
        emit_guard(IR_GTRUE, length, REF_NONE);
        Ref shorter = emit_pure(IR_WSUB, IR_WORD, length, ir_word(rec.ir, 1));
        Ref last = emit_pure(IR_W2I, IR_INT, shorter, REF_NONE);
        Ref item = REC_FAILED() ? REF_NONE : record_list_item(list, as_list(c->self), last);
        if (REC_FAILED()) return true;
        emit_store(list, offsetof(List, length), shorter, ALIAS_LIST_LENGTH);
        return native_finish(c, item, OWN_SELF);
    }
    return false;
}

/* --- dict --- */

static bool dict_lookup(const NativeCall *c, Lookup *lookup)
{
    Ref key = real_arg(c, 0);
    return !REC_FAILED() && record_dict_lookup(lookup, c->self_ref, c->self, key, actual_arg(c, 0));
}

static bool method_get(const NativeCall *c)
{
    Lookup lookup;
    if (!dict_lookup(c, &lookup)) return REC_FAILED();
    if (!record_guard_outcome(&lookup)) return true;
    if (lookup.actual_found >= 0) return native_finish(c, record_dict_value(&lookup), OWN_FRAGILE);
    return native_finish(c, c->nargs == 2 ? real_arg(c, 1) : const_value(VALUE_NONE), OWN_FRAGILE);
}

static bool method_setdefault(const NativeCall *c)
{
    Lookup lookup;
    if (!dict_lookup(c, &lookup)) return REC_FAILED();
    if (lookup.actual_found >= 0) {
        if (!record_guard_outcome(&lookup)) return true;
        return native_finish(c, record_dict_value(&lookup), OWN_FRAGILE);
    }
    Ref fallback = real_arg(c, 1);
    if (REC_FAILED() || !record_dict_store(&lookup, c->nargs - 1)) return REC_FAILED();
    return native_finish(c, fallback, OWN_FRAGILE);
}

static bool method_dict_pop(const NativeCall *c)
{
    Lookup lookup;
    if (!dict_lookup(c, &lookup)) return REC_FAILED();
    if (lookup.actual_found < 0) {
        if (c->nargs != 2 || !record_guard_outcome(&lookup)) return REC_FAILED();
        return native_finish(c, real_arg(c, 1), OWN_FRAGILE);
    }
    if (!record_guard_outcome(&lookup) || !record_guard_unwatched(&lookup)) return REC_FAILED();
    Ref args[] = {lookup.container, lookup.found};
    return native_finish(c, emit_call_checked(HELPER_dict_remove, args, 2), OWN_SELF);
}

static bool dict_method(const NativeCall *c)
{
    if (is_named(c, "get") && (c->nargs == 1 || c->nargs == 2)) return method_get(c);
    if (is_named(c, "setdefault") && c->nargs == 2) return method_setdefault(c);
    if (is_named(c, "pop") && (c->nargs == 1 || c->nargs == 2)) return method_dict_pop(c);
    return false;
}

/* --- set --- */

static bool set_method(const NativeCall *c)
{
    bool adds = is_named(c, "add"), discards = is_named(c, "discard"), removes = is_named(c, "remove");
    if (c->nargs != 1 || !(adds || discards || removes)) return false;
    Lookup lookup;
    Ref item = real_arg(c, 0);
    if (REC_FAILED()) return true;
    if (!record_set_lookup(&lookup, c->self_ref, c->self, item, actual_arg(c, 0))) return REC_FAILED();
    if (adds) {
        record_set_insert(&lookup);
    } else {
        if (removes && !lookup.actual_found) return false;
        if (!record_guard_outcome(&lookup)) return true;
        Ref args[] = {lookup.container, lookup.key};
        if (lookup.actual_found) emit_call_checked(HELPER_set_remove, args, 2);
    }
    return finish_none(c);
}

bool record_method(NativeCall *c)
{
    const Type *type = type_of(c->self);
    if (type == &type_list) return list_method(c);
    if (type == &type_dict) return dict_method(c);
    if (type == &type_set) return set_method(c);
    return false;
}

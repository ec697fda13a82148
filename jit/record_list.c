/* record_list.c: items of exact lists, read and written.
 *
 * The textbook way guards the type of every item that is read, and looks at every item that is overwritten: it may
 * have to die. A loop over a list of five million ints asks ten million times what never changes. Lists therefore know
 * which kinds of values they may hold (List.kinds), and one guard on that answers for all items; the list's loop
 * leaves it in front. A list that holds several kinds, or objects, is asked item by item.
 *
 * A store keeps K1 (objects/list.h): the kind is guarded to be among the list's, or is noted there. */
#include "jit/record.h"
#include "objects/list.h"

static Ref load_kinds(Ref list)
{
    return emit_load(IR_FLOAD, IR_WORD, list, offsetof(List, kinds), ALIAS_LIST_KINDS);
}

static Ref kinds_among(Ref list, KindSet some)
{
    return emit_pure(IR_WAND, IR_WORD, load_kinds(list), ir_word(rec.ir, (int64_t)some));
}

/* The one kind of all items; 0: there are several, or objects. */
static KindSet only_kind(const List *list)
{
    if (!(list->kinds & ~KINDS_SMALL_INT)) return KINDS_SMALL_INT;
    if (!(list->kinds & ~KINDS_FLOAT)) return KINDS_FLOAT;
    return 0;
}

static bool guard_only_kinds(Ref list, KindSet some)
{
    return emit_guard(IR_GFALSE, kinds_among(list, KINDS_ANY & ~some), REF_NONE);
}

static Ref load_items(Ref list)
{
    return emit_load(IR_FLOAD, IR_WORD, list, offsetof(List, items), ALIAS_LIST_ITEMS);
}

bool record_list_guard(Ref list, const List *now)
{
    KindSet kind = only_kind(now);
    return !kind || guard_only_kinds(list, kind);
}

Ref record_list_item(Ref list, const List *now, Ref index)
{
    if (!record_list_guard(list, now)) return REF_NONE;
    KindSet kind = only_kind(now);
    Ref item = emit(IR_ALOAD, IR_VAL, load_items(list), index, 0, ALIAS_LIST_ELEMENT);
    if (kind == KINDS_SMALL_INT) return emit_pure(IR_UNTAGI, IR_INT, item, REF_NONE);
    if (kind == KINDS_FLOAT) return emit_pure(IR_UNTAGF, IR_FLOAT, item, REF_NONE);
    return item;
}

/* 0: the path does not say. `v` is what the ref is now. */
static KindSet known_kind(Ref ref, Value v)
{
    const Type *type;
    return !is_counted(ref) || known_type(ref, &type) ? value_whole_kind(v) : 0;
}

/* Guards that the list has the item's kind already; false: it has not, or nobody knows. */
static bool guard_noted(Ref list, const List *now, KindSet kind)
{
    if (kind && kind == only_kind(now)) return true; /* guarded to be the only one, and there is an item */
    if (now->kinds == KINDS_ANY)
        return emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, load_kinds(list), ir_word(rec.ir, KINDS_ANY)), REF_NONE);
    return kind & now->kinds && emit_guard(IR_GTRUE, kinds_among(list, kind), REF_NONE);
}

static void note(Ref list, Ref item, KindSet kind)
{
    Ref bits = kind ? ir_word(rec.ir, (int64_t)kind) : emit_pure(IR_KIND, IR_WORD, item, REF_NONE);
    emit_store(list, offsetof(List, kinds), emit_pure(IR_WOR, IR_WORD, load_kinds(list), bits), ALIAS_LIST_KINDS);
}

bool record_list_store(Ref list, const List *now, Ref index, ssize_t index_now, int value, Ref *old)
{
    Ref items = load_items(list);
    KindSet only = only_kind(now);
    *old = REF_NONE;
    if (now->kinds & KINDS_OBJECT) {
        *old = emit(IR_ALOAD, IR_VAL, items, index, 0, ALIAS_LIST_ELEMENT);
        record_guard_droppable(*old, now->items[index_now]);
    } else {
        guard_only_kinds(list, only ? only : KINDS_ANY & ~KINDS_OBJECT);
    }
    Ref item = real_ref(value);
    if (REC_FAILED()) return false;
    KindSet kind = known_kind(item, actual(value));
    bool is_noted = guard_noted(list, now, kind);
    if (REC_FAILED()) return false;
    rec_own(rec_stack(value));
    if (!is_noted) note(list, item, kind);
    emit(IR_ASTORE, IR_NIL, items, index, item, ALIAS_LIST_ELEMENT);
    rec.has_effects = true;
    return true;
}

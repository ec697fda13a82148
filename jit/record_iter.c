/* record_iter.c: the next item of iterators that stay real objects: tuples, strs, dicts and their views, lists and
 * ranges inside of enumerate() and zip(). Their fields are loaded and stored in place, which store-to-load forwarding
 * turns into registers; a pair that enumerate, zip or items() would make is virtual, so that unpacking it costs
 * nothing.
 *
 * All guards of all the iterators involved come before the first store (R1): the stores wait in a Step. When an
 * iterator is exhausted or its container has changed, the interpreter's FOR_ITER finds everything as it was. */
#include "jit/record.h"
#include "objects/dict.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/tuple.h"

enum { STORES_MAX = 16, ZIPPED_MAX = 4 };

typedef struct Step {
    struct {
        Ref base, word;
        int offset;
    } stores[STORES_MAX];
    int count;
} Step;

typedef struct Item {
    Ref refs[ZIPPED_MAX]; /* more than one: a tuple of them */
    int count;
    bool is_tuple;
} Item;

static Ref field(Ref iterator, size_t offset)
{
    return emit_load(IR_FLOAD, IR_WORD, iterator, (int)offset, ALIAS_ITERATOR);
}

static void store_later(Step *step, Ref base, size_t offset, Ref word)
{
    assert(step->count < STORES_MAX);
    step->stores[step->count].base = base;
    step->stores[step->count].word = word;
    step->stores[step->count++].offset = (int)offset;
}

static Ref plus(Ref word, int64_t n)
{
    return emit_pure(IR_WADD, IR_WORD, word, ir_word(rec.ir, n));
}

/* The container of an iterator: there, and of the exact type. */
static Ref container_of(Ref iterator, size_t offset, const Type *type)
{
    Ref container = emit_load(IR_FLOAD, IR_VAL, iterator, (int)offset, ALIAS_ITERATOR);
    emit_guard(IR_GISNOT, container, const_value(VALUE_NULL));
    guard_type(container, type);
    return container;
}

/* 0 <= word < limit, and then an int. */
static Ref index_below(Ref word, Ref limit)
{
    emit_guard(IR_GTRUE, emit_pure(IR_WLT, IR_BOOL, word, limit), REF_NONE);
    emit_guard(IR_GFALSE, emit_pure(IR_WLT, IR_BOOL, word, ir_word(rec.ir, 0)), REF_NONE);
    return emit_pure(IR_W2I, IR_INT, word, REF_NONE);
}

static bool next_of_sequence(Ref ref, Value v, Step *step, Item *item)
{
    const ListIterator *it = (const ListIterator *)value_as_object(v); /* a TupleIterator has the same fields */
    _Static_assert(offsetof(TupleIterator, index) == offsetof(ListIterator, index), "");
    _Static_assert(offsetof(TupleIterator, sequence) == offsetof(ListIterator, sequence), "");
    bool is_tuple = type_of(v) == &type_tuple_iterator;
    const Type *type = is_tuple ? &type_tuple : &type_list;
    if (value_is_null(it->sequence) || !object_has_type(it->sequence, type)) return false;
    if (it->index >= (is_tuple ? tuple_length(it->sequence) : list_length(it->sequence))) return false;
    Ref sequence = container_of(ref, offsetof(ListIterator, sequence), type);
    Ref length = is_tuple ? emit_load(IR_FLOAD, IR_WORD, sequence, offsetof(Tuple, length), ALIAS_CONST)
                          : emit_load(IR_FLOAD, IR_WORD, sequence, offsetof(List, length), ALIAS_LIST_LENGTH);
    Ref word = field(ref, offsetof(ListIterator, index)), index = index_below(word, length);
    Ref next = is_tuple ? emit(IR_ALOAD, IR_VAL, plus(sequence, offsetof(Tuple, items)), index, 0, ALIAS_CONST)
                        : record_list_item(sequence, as_list(it->sequence), index);
    item->refs[item->count++] = next;
    store_later(step, ref, offsetof(ListIterator, index), plus(word, 1));
    return true;
}

static bool next_of_str(Ref ref, Value v, Step *step, Item *item)
{
    const StrIterator *it = (const StrIterator *)value_as_object(v);
    if (value_is_null(it->str) || !object_has_type(it->str, &type_str) || it->index >= str_length(it->str) ||
        as_str(it->str)->kind != 1 || !str_latin1_characters())
        return false;
    Ref str = container_of(ref, offsetof(StrIterator, str), &type_str);
    Ref length = emit_load(IR_FLOAD, IR_WORD, str, offsetof(Str, length), ALIAS_CONST);
    Ref word = field(ref, offsetof(StrIterator, index));
    Own own;
    item->refs[item->count++] = record_str_item(str, it->str, index_below(word, length), &own);
    store_later(step, ref, offsetof(StrIterator, index), plus(word, 1));
    return true;
}

static bool next_of_range(Ref ref, Value v, Step *step, Item *item)
{
    const RangeIterator *it = (const RangeIterator *)value_as_object(v);
    if (it->remaining <= 0 || !small_int_fits(it->next)) return false;
    Ref remaining = field(ref, offsetof(RangeIterator, remaining));
    emit_guard(IR_GTRUE, emit_pure(IR_WLT, IR_BOOL, ir_word(rec.ir, 0), remaining), REF_NONE);
    Ref next = field(ref, offsetof(RangeIterator, next));
    emit_guard(IR_GRANGE, next, REF_NONE);
    item->refs[item->count++] = emit_pure(IR_W2I, IR_INT, next, REF_NONE);
    Ref after = emit_pure(IR_WADD, IR_WORD, next, field(ref, offsetof(RangeIterator, step)));
    store_later(step, ref, offsetof(RangeIterator, next), after);
    store_later(step, ref, offsetof(RangeIterator, remaining), plus(remaining, -1));
    return true;
}

/* An entry of the dict: its key, value, or both. */
static bool next_of_dict(Ref ref, Value v, Step *step, Item *item)
{
    const DictIterator *it = (const DictIterator *)value_as_object(v);
    if (value_is_null(it->dict) || !object_has_type(it->dict, &type_dict)) return false;
    const Dict *dict = as_dict(it->dict);
    if (it->length_before != dict->length || it->remaining <= 0 || it->position >= dict->entries_used ||
        value_is_null(dict->entries[it->position].value))
        return false;
    enum { WORDS = sizeof(DictEntry) / sizeof(Value), KEY = offsetof(DictEntry, key) / sizeof(Value) };
    Ref d = container_of(ref, offsetof(DictIterator, dict), &type_dict);
    Ref length = emit_load(IR_FLOAD, IR_WORD, d, offsetof(Dict, length), ALIAS_DICT);
    Ref before = field(ref, offsetof(DictIterator, length_before));
    emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, length, before), REF_NONE);
    Ref remaining = field(ref, offsetof(DictIterator, remaining));
    emit_guard(IR_GTRUE, emit_pure(IR_WLT, IR_BOOL, ir_word(rec.ir, 0), remaining), REF_NONE);
    Ref used = emit_load(IR_FLOAD, IR_WORD, d, offsetof(Dict, entries_used), ALIAS_DICT_KEYS);
    Ref word = field(ref, offsetof(DictIterator, position)), position = index_below(word, used);
    Ref entries = emit_load(IR_FLOAD, IR_WORD, d, offsetof(Dict, entries), ALIAS_DICT_KEYS);
    Ref first = emit_pure(IR_MUL, IR_INT, position, ir_int(rec.ir, WORDS));
    Ref key_index = emit_pure(IR_ADD, IR_INT, first, ir_int(rec.ir, KEY));
    Ref key = emit(IR_ALOAD, IR_VAL, entries, key_index, 0, ALIAS_DICT_KEYS);
    emit_guard(IR_GISNOT, key, const_value(VALUE_NULL)); /* a deleted entry */
    if (type_of(v) != &type_dict_value_iterator) item->refs[item->count++] = key;
    if (type_of(v) != &type_dict_key_iterator) {
        Ref value_index = emit_pure(IR_ADD, IR_INT, first, ir_int(rec.ir, KEY + 1));
        item->refs[item->count++] = emit(IR_ALOAD, IR_VAL, entries, value_index, 0, ALIAS_DICT_VALUE);
    }
    _Static_assert(offsetof(DictEntry, value) == offsetof(DictEntry, key) + sizeof(Value), "");
    if (type_of(v) == &type_dict_item_iterator) item->is_tuple = true;
    store_later(step, ref, offsetof(DictIterator, position), plus(word, 1));
    store_later(step, ref, offsetof(DictIterator, remaining), plus(remaining, -1));
    return true;
}

/* An iterator that gives one item at a time: adds it. */
static bool next_of_simple(Ref ref, Value v, Step *step, Item *item)
{
    const Type *type = type_of(v);
    bool is_str = type == &type_str_iterator || type == &type_str_ascii_iterator;
    bool is_sequence = type == &type_list_iterator || type == &type_tuple_iterator;
    bool is_dict = type == &type_dict_key_iterator || type == &type_dict_value_iterator;
    if (!is_str && !is_sequence && !is_dict && type != &type_range_iterator) return false;
    guard_type(ref, type);
    if (REC_FAILED()) return false;
    bool done = is_str        ? next_of_str(ref, v, step, item)
                : is_sequence ? next_of_sequence(ref, v, step, item)
                : is_dict     ? next_of_dict(ref, v, step, item)
                              : next_of_range(ref, v, step, item);
    return done && !REC_FAILED();
}

static bool next_of_enumerate(Ref ref, Value v, Step *step, Item *item)
{
    const Enumerate *it = (const Enumerate *)value_as_object(v);
    if (!small_int_fits(it->index) || !value_is_null(it->big_index)) return false;
    guard_type(ref, &type_enumerate);
    Ref word = field(ref, offsetof(Enumerate, index));
    emit_guard(IR_GRANGE, word, REF_NONE);
    Ref inner = emit_load(IR_FLOAD, IR_VAL, ref, offsetof(Enumerate, iterator), ALIAS_CONST);
    if (REC_FAILED()) return false;
    item->refs[item->count++] = emit_pure(IR_W2I, IR_INT, word, REF_NONE);
    item->is_tuple = true;
    if (!next_of_simple(inner, it->iterator, step, item)) return false;
    store_later(step, ref, offsetof(Enumerate, index), plus(word, 1));
    return true;
}

static bool next_of_zip(Ref ref, Value v, Step *step, Item *item)
{
    Value iterators = ((const Zip *)value_as_object(v))->iterators;
    ssize_t count = tuple_length(iterators);
    if (count == 0 || count > ZIPPED_MAX) return false;
    guard_type(ref, &type_zip);
    Ref tuple = emit_load(IR_FLOAD, IR_VAL, ref, offsetof(Zip, iterators), ALIAS_CONST);
    Ref length = emit_load(IR_FLOAD, IR_WORD, tuple, offsetof(Tuple, length), ALIAS_CONST);
    emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, length, ir_word(rec.ir, count)), REF_NONE);
    item->is_tuple = true;
    for (ssize_t i = 0; i < count && !REC_FAILED(); i++) {
        Value one = tuple_item_borrow(iterators, i);
        for (ssize_t k = 0; k < i; k++) {
            if (value_is(one, tuple_item_borrow(iterators, k)))
                return false; /* zip(it, it): one step changes the next */
        }
        Ref inner =
            emit_load(IR_FLOAD, IR_VAL, tuple, (int)(offsetof(Tuple, items) + (size_t)i * sizeof(Value)), ALIAS_CONST);
        for (int k = 0; k < i; k++) {
            Ref other = emit_load(IR_FLOAD, IR_VAL, tuple, (int)(offsetof(Tuple, items) + (size_t)k * sizeof(Value)),
                                  ALIAS_CONST);
            emit_guard(IR_GISNOT, inner, other);
        }
        if (REC_FAILED() || !next_of_simple(inner, one, step, item)) return false;
    }
    return !REC_FAILED();
}

static void push_item(const Item *item)
{
    if (!item->is_tuple) {
        rec_push(item->refs[0], OWN_FRAGILE);
        return;
    }
    Own owns[ZIPPED_MAX];
    for (int i = 0; i < item->count; i++) {
        Slot slot = {item->refs[i], OWN_FRAGILE, true, 0};
        rec_own(&slot);
        owns[i] = slot.own;
    }
    Ref tuple = virtual_new(VIRTUAL_TUPLE, item->refs, owns, item->count);
    rec_push_slot((Slot){tuple, OWN_NONE, true, 0});
}

bool record_next_inline(Value v, int from_top)
{
    if (type_has_flag(type_of(v), TYPE_HEAP) || REF_IS_VIRTUAL(rec_stack(from_top)->ref)) return false;
    Ref ref = as_tagged(rec_stack(from_top)->ref);
    const Type *type = type_of(v);
    Step step = {.count = 0};
    Item item = {.count = 0};
    bool has_form;
    if (type == &type_enumerate) {
        has_form = next_of_enumerate(ref, v, &step, &item);
    } else if (type == &type_zip) {
        has_form = next_of_zip(ref, v, &step, &item);
    } else if (type == &type_dict_item_iterator) {
        guard_type(ref, type);
        has_form = !REC_FAILED() && next_of_dict(ref, v, &step, &item);
    } else {
        has_form = next_of_simple(ref, v, &step, &item);
    }
    if (!has_form || REC_FAILED()) return false;
    for (int i = 0; i < step.count; i++)
        emit_store(step.stores[i].base, step.stores[i].offset, step.stores[i].word, ALIAS_ITERATOR);
    rec_drop(from_top - 1);
    push_item(&item);
    return true;
}

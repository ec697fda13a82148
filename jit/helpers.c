/* helpers.c: the addresses behind helpers.def, and those helpers that are not functions of the runtime already.
 * Arguments are borrowed and results owned, as everywhere; ints come as int64_t. C bools and ints are widened here,
 * because native code reads whole words. */
#include "jit/helpers.h"

#include <math.h>

#include "jit/exit_exception.h"
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/plain.h"
#include "objects/set.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "vm/generator.h"
#include "vm/operations.h"

static double helper_float_remainder(double a, double b)
{
    double r = fmod(a, b);
    if (r != 0) return (b < 0) != (r < 0) ? r + b : r;
    return copysign(0.0, b);
}

static double helper_float_floor_divide(double a, double b)
{
    double r = fmod(a, b), q = (a - r) / b;
    if (r != 0 && (b < 0) != (r < 0)) q -= 1.0;
    if (q == 0) return copysign(0.0, a / b);
    double rounded = floor(q);
    return q - rounded > 0.5 ? rounded + 1.0 : rounded;
}

static Value helper_compare(Value a, Value b, int64_t op)
{
    return rich_compare(a, b, (CompareOp)op);
}
static int64_t helper_is_true(Value v)
{
    return is_true(v);
}
static int64_t helper_contains(Value container, Value item)
{
    return contains(container, item);
}
static int64_t helper_set_attr(Value v, Value name, Value value)
{
    return set_attr(v, name, value);
}
static int64_t helper_str_equal(Value a, Value b)
{
    return str_equal(a, b);
}
static int64_t helper_str_compare(Value a, Value b)
{
    return str_compare(a, b);
}
static int64_t helper_str_has(Value v, Value sub)
{
    return str_find(v, sub, 0, str_length(v), 1) >= 0;
}
static Value helper_str_item(Value v, int64_t index)
{
    return str_from_char(str_char(as_str(v), index));
}
static int64_t helper_str_ord(Value v)
{
    return str_char(as_str(v), 0);
}
static Value helper_str_chr(int64_t n)
{
    return str_from_char((uint32_t)n);
}
static Value helper_format_value(Value v, int64_t conversion, Value spec)
{
    return op_format_value(v, (int)conversion, spec);
}
static Value helper_binary(uint64_t op, Value left, Value right)
{
    return op_binary((uint32_t)op, left, right);
}

/* The arguments that native code left in the buffer, before anything can overwrite them. */
static void take_arguments(Value *values, int64_t count)
{
    memcpy(values, jit_call_arguments, (size_t)count * sizeof(Value));
}

static Value helper_build_string(int64_t count)
{
    Value values[64];
    take_arguments(values, count);
    for (int64_t i = 0; i < count; i++) value_incref(values[i]);
    return op_build_string(values, count);
}

static Value helper_build_list(int64_t count)
{
    return list_from_array(jit_call_arguments, count);
}

static Value helper_build_map(int64_t count)
{
    Value values[64];
    take_arguments(values, count);
    for (int64_t i = 0; i < count; i++) value_incref(values[i]);
    return op_build_map(values, count / 2);
}

static Value helper_build_set(int64_t count)
{
    Value values[64];
    take_arguments(values, count);
    for (int64_t i = 0; i < count; i++) value_incref(values[i]);
    return op_build_set(values, count);
}

static int64_t helper_set_item(Value container, Value key, Value value)
{
    return set_item(container, key, value);
}
static int64_t helper_delete_item(Value container, Value key)
{
    return set_item(container, key, VALUE_NULL);
}

static int64_t helper_dict_insert(Value dict, Value key, Value value)
{
    return dict_insert_missing(dict, key, value);
}

static Value helper_dict_remove(Value dict, int64_t entry)
{
    Value key, value;
    dict_take_entry(dict, entry, &key, &value);
    value_decref(key);
    return value;
}

static int64_t helper_dict_set(Value dict, Value key, Value value)
{
    return dict_set(dict, key, value);
}
static int64_t helper_list_append(Value list, Value item)
{
    return list_append(list, item);
}

static int64_t helper_list_assign_slice(Value list, int64_t start, int64_t stop, Value values)
{
    slice_adjust(list_length(list), &start, &stop, 1);
    return list_assign_slice(list, start, stop, values);
}

static int64_t helper_list_extend(Value list, Value iterable)
{
    return op_list_extend(list, iterable);
}
static int64_t helper_set_add(Value set, Value item)
{
    return set_add(set, item);
}
static int64_t helper_set_find(Value set, Value item)
{
    return set_contains_plain(set, item);
}
static int64_t helper_set_remove(Value set, Value item)
{
    return set_discard(set, item);
}
static int64_t helper_sequence_has(Value sequence, Value item)
{
    return plain_contains(sequence, item);
}
static int64_t helper_map_add(Value dict, Value key, Value value)
{
    return dict_set(dict, key, value);
}

/* Without memory the items stay the trace's, which leaves. */
static Value tuple_of(const Value *items, ssize_t count)
{
    return tuple_from_array_move(items, count);
}
static Value helper_tuple_0(void)
{
    return tuple_empty();
}
static Value helper_tuple_1(Value a)
{
    return tuple_of((Value[]){a}, 1);
}
static Value helper_tuple_2(Value a, Value b)
{
    return tuple_of((Value[]){a, b}, 2);
}
static Value helper_tuple_3(Value a, Value b, Value c)
{
    return tuple_of((Value[]){a, b, c}, 3);
}
static Value helper_tuple_4(Value a, Value b, Value c, Value d)
{
    return tuple_of((Value[]){a, b, c, d}, 4);
}

static Value helper_tuple_5(Value a, Value b, Value c, Value d, Value e)
{
    return tuple_of((Value[]){a, b, c, d, e}, 5);
}

static Value helper_tuple_6(Value a, Value b, Value c, Value d, Value e, Value f)
{
    return tuple_of((Value[]){a, b, c, d, e, f}, 6);
}

/* The generator, which nothing has linked, has returned; `count` slots of its frame are in use. */
static void helper_generator_finish(Value v, int64_t count)
{
    Generator *generator = as_generator(v);
    Frame *frame = &generator->frame;
    frame->sp = frame->localsplus + count;
    generator->state = GENERATOR_COMPLETED;
    value_clear(&generator->handled.exception);
    frame_clear(frame);
}

static Value helper_iter_next(Value iterator)
{
    Value item = type_of(iterator)->iternext(iterator);
    if (LIKELY(!value_is_null(item)) || !error_occurred()) return item;
    if (error_catch(&type_StopIteration)) return VALUE_NULL;
    return (Value){UINT64_MAX - 7};
}

static Value helper_range_iterator_new(int64_t next, int64_t remaining, int64_t step)
{
    RangeIterator *it = object_alloc(&type_range_iterator, sizeof *it);
    if (!it) return VALUE_NULL;
    it->next = next;
    it->remaining = it->length = remaining;
    it->step = step;
    return value_from_object(it);
}

/* The list's reference is taken over. */
static Value helper_list_iterator_new(Value list, int64_t index)
{
    ListIterator *it = object_alloc(&type_list_iterator, sizeof *it);
    if (!it) return VALUE_NULL;
    it->index = index;
    it->sequence = list;
    gc_track(it);
    return value_from_object(it);
}

static Value helper_call(Value callable, int64_t positional, Value kwnames, int64_t total)
{
    Value args[65];
    take_arguments(args + 1, total);
    if (is_function(callable)) return function_call(callable, args + 1, positional, kwnames);
    return call_vector(callable, args + 1, positional, kwnames);
}

static Value helper_call_function(Value function, int64_t positional, Value kwnames, int64_t total)
{
    Value args[64];
    take_arguments(args, total);
    return function_call_steal(function, args, positional, kwnames);
}

static Value helper_call_place_0(Place *place, Value f)
{
    return jit_call_place(place, as_function(f), NULL, 0);
}
static Value helper_call_place_1(Place *place, Value f, Value a)
{
    return jit_call_place(place, as_function(f), (Value[]){a}, 1);
}
static Value helper_call_place_2(Place *place, Value f, Value a, Value b)
{
    return jit_call_place(place, as_function(f), (Value[]){a, b}, 2);
}

static Value helper_call_place_3(Place *place, Value f, Value a, Value b, Value c)
{
    return jit_call_place(place, as_function(f), (Value[]){a, b, c}, 3);
}

static Value helper_call_place_4(Place *place, Value f, Value a, Value b, Value c, Value d)
{
    return jit_call_place(place, as_function(f), (Value[]){a, b, c, d}, 4);
}

static Value helper_native_0(NativeFunction f, Value self)
{
    return f(self, NULL, 0, VALUE_NULL);
}
static Value helper_native_1(NativeFunction f, Value self, Value a)
{
    return f(self, (Value[]){a}, 1, VALUE_NULL);
}
static Value helper_native_2(NativeFunction f, Value self, Value a, Value b)
{
    return f(self, (Value[]){a, b}, 2, VALUE_NULL);
}
static Value helper_native_3(NativeFunction f, Value self, Value a, Value b, Value c)
{
    return f(self, (Value[]){a, b, c}, 3, VALUE_NULL);
}
static Value helper_native_n(NativeFunction f, Value self, int64_t count)
{
    Value args[64];
    take_arguments(args, count);
    return f(self, args, count, VALUE_NULL);
}

/* __exit__ of a manager, a Python function, with the exception that leaves the block. */
static Value helper_with_exit(Value function, Value manager, Value exception)
{
    Value traceback = as_exception(exception)->traceback;
    if (value_is_null(traceback)) traceback = VALUE_NONE;
    Value args[] = {manager, value_from_type(type_of(exception)), exception, traceback};
    return function_call(function, args, 4, VALUE_NULL);
}

/* Runs one instruction out of line on the frame that native code runs in. */
static int64_t helper_instruction(Unit *ip, int64_t depth)
{
    Frame *frame = current_thread->frame;
    int opcode = bc_base[ip->opcode];
    frame->ip = ip;
    Value *after = opcode_helpers[opcode](frame, ip, frame_stack_base(frame) + depth);
    current_thread->frame = frame;
    return after ? 0 : -1;
}

static Value helper_new_instance(Value class)
{
    return object_new(as_type(class), NULL, 0, VALUE_NULL);
}

/* An instance whose attributes native code is going to fill in. */
static Value helper_instance_new(Type *class, Shape *shape)
{
    void *object = shape ? object_alloc_shaped(class, shape) : object_alloc(class, class->instance_size);
    return object ? value_from_object(object) : VALUE_NULL;
}

#define op_binary helper_binary
#define is_true helper_is_true
#define contains helper_contains
#define set_attr helper_set_attr
#define str_equal helper_str_equal

void *const helper_addresses[HELPER_COUNT] = {
#define HELPER(name, function, type, effects) (void *)(function),
#include "jit/helpers.def"
#undef HELPER
};

/* operations.h: the long parts of instructions: what bytecodes.def calls. */
#ifndef VM_OPERATIONS_H
#define VM_OPERATIONS_H

#include "vm/frame.h"

/* --- names and variables: raise NameError and UnboundLocalError --- */
void op_unbound_local(Frame *frame, int index);
void op_unbound_cell(Frame *frame, int index);
Value op_load_name(Frame *frame, Value name) NODISCARD;
Value op_load_global(Frame *frame, Value name) NODISCARD;
Value op_load_classderef(Frame *frame, int index) NODISCARD;
int op_store_name(Frame *frame, Value name, Value value) NODISCARD;
int op_delete_name(Frame *frame, Value name) NODISCARD;
int op_delete_global(Frame *frame, Value name) NODISCARD;
Value op_load_build_class(Frame *frame) NODISCARD;
int op_setup_annotations(Frame *frame) NODISCARD;

/* --- iteration, unpacking --- */
Value op_not_an_iterator(Value v); /* TypeError */
bool op_exhausted(Frame *frame);   /* the exception was StopIteration: now it is cleared */
/* Pushes the items, the last one first; the new sp. On error an exception is set and nothing pushed. */
Value *op_unpack_sequence(Value sequence, int count, Value *sp);
Value *op_unpack_ex(Value sequence, int before, int after, Value *sp);

/* --- building: items are stolen --- */
Value op_build_list(STEALS Value *items, ssize_t count) NODISCARD;
Value op_build_set(STEALS Value *items, ssize_t count) NODISCARD;
Value op_build_map(STEALS Value *items, ssize_t pairs) NODISCARD;
Value op_build_const_key_map(STEALS Value *items, ssize_t count, Value keys) NODISCARD;
Value op_build_string(STEALS Value *pieces, ssize_t count) NODISCARD;
Value op_format_value(Value value, int conversion, NULLABLE Value spec) NODISCARD;
int op_list_extend(Value list, Value iterable) NODISCARD;
int op_dict_update(Value dict, Value mapping) NODISCARD;
int op_dict_merge(Value dict, Value mapping, Value function) NODISCARD;

/* --- operators, calls --- */
Value op_binary(uint32_t op, Value left, Value right) NODISCARD;
/* The Python function that an operator calls first, if that and what follows is simple; *exit: its FrameExit. */
NULLABLE Value op_binary_function_borrow(uint32_t op, Value left, Value right, int *exit);
NULLABLE Value op_compare_function_borrow(CompareOp op, Value left, Value right);
/* That function, called for the BINARY_OP or COMPARE_OP at ip, has given NotImplemented. */
Value op_operator_rest(const Unit *ip, int exit, Value left, Value right) NODISCARD;
bool op_bool_result_is_bool(STEALS Value result); /* what __bool__ returned; false with TypeError */
Value op_make_function(Frame *frame, Value code, int flags, Value **sp) NODISCARD;
bool op_init_result_is_none(STEALS Value result); /* what __init__ returned; false with TypeError */
/* __init__ of a class whose calls mean no more than object.__new__, or that of exceptions, and this Python function;
 * else no value. */
NULLABLE Value op_plain_init_borrow(Value callable);
Value op_plain_new(Type *class, const Value *args, ssize_t nargs) NODISCARD; /* … that __new__ */
Value op_call(Value callable, const Value *args, ssize_t nargs,
              NULLABLE Value kwnames) NODISCARD; /* nargs: with keywords */
Value op_call_ex(Frame *frame, Value callable, Value args, NULLABLE Value kwargs) NODISCARD;

/* --- generators, with --- */
Value op_get_yield_from_iter(Frame *frame, Value iterable) NODISCARD;
int op_send(Frame *frame, Value receiver, Value argument, Value *result) NODISCARD; /* 1 yielded, 0 returned, -1 */
Value op_get_awaitable(Value value, int where) NODISCARD;
Value op_get_aiter(Value value) NODISCARD;
Value op_get_anext(Value iterator) NODISCARD;
Value op_before_with(Value manager, Value *exit) NODISCARD;
Value op_before_async_with(Value manager, Value *exit) NODISCARD;
Value op_with_except_start(Value exit, Value exception) NODISCARD;

/* --- exceptions --- */
int op_check_exc_match(Value exception, Value type) NODISCARD;
int op_check_eg_match(Value exception, Value type, Value *match, Value *rest) NODISCARD;
Value op_prep_reraise_star(Value original, Value exceptions) NODISCARD;
bool op_raise(STEALS NULLABLE Value exception,
              STEALS NULLABLE Value cause); /* true: re-raised, no new traceback entry */

/* --- imports --- */
Value op_import_name(Frame *frame, Value name, Value names, Value level) NODISCARD;
Value op_import_from(Value module, Value name) NODISCARD;
int op_import_star(Frame *frame, Value module) NODISCARD;
int op_print_expr(Value value) NODISCARD;

/* --- match --- */
Value op_match_keys(Value subject, Value keys) NODISCARD;
Value op_match_class(Value subject, Value class, ssize_t positional, Value names) NODISCARD; /* None: no match */

#endif

/* collections.h: the types of the module _collections. */
#ifndef MODULES_COLLECTIONS_H
#define MODULES_COLLECTIONS_H

#include "objects/dict.h"
#include "objects/native.h"

extern Type type_deque, type_deque_iterator, type_deque_reverse_iterator, type_default_dict, type_ordered_dict,
    type_ordered_dict_iterator, type_ordered_dict_keys, type_ordered_dict_values, type_ordered_dict_items,
    type_tuple_getter;

#endif

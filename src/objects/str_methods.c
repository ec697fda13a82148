#include "objects/str_internal.h"
const NativeMethod str_methods[] = {{NULL}};

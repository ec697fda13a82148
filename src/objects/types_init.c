/* types_init.c: readies all static types of the core at start-up. type_ready readies bases first, so the order of the
 * collected table does not matter, but for `object` and `type`, whose namespaces the others look into. */
#include "objects/type.h"

extern Type *const static_types[]; /* collected from the sources (src/gen/collect.c) */
int ids_init(void);

int types_init(void)
{
    if (ids_init() < 0 || slots_init() < 0) return -1;
    if (type_ready(&type_object) < 0 || type_ready(&type_type) < 0) return -1;
    for (Type *const *type = static_types; *type; type++)
        if (type_ready(*type) < 0) return -1;
    return exceptions_init();
}

/* main.c: the process's entry. */
#include "vm/runtime.h"
#include "vm/frame.h"
#include "vm/import.h"
#include "vm/traceback.h"
#include "compiler/marshal.h"
#include "objects/dict.h"
#include "objects/module.h"
#include "objects/abstract.h"
#include <stdlib.h>
#include "objects/exception.h"

static void show(const char *where)
{
    Value e = error_fetch();
    Value t = value_str(e);
    fprintf(stderr, "%s: %s: %s\n", where, type_of(e)->name, value_is_null(t) ? "?" : str_as_utf8(t, NULL));
    Value tb = as_exception(e)->traceback;
    while (!value_is_null(tb)) {
        Traceback *x = (Traceback *)value_as_object(tb);
        Frame *f = ((FrameObject *)value_as_object(x->frame))->frame;
        fprintf(stderr, "  %s:%d %s\n", str_as_utf8(f->code->filename, NULL), traceback_line(x), str_as_utf8(f->code->name, NULL));
        tb = x->next;
    }
}

int main(int argc, char **argv)
{
    options.no_site = argc > 2;
    if (!runtime_start()) { show("start"); return 1; }
    FILE *f = fopen(argv[1], "rb");
    static char buf[10000000];
    size_t n = fread(buf, 1, sizeof buf, f);
    Value code = marshal_loads(buf + 16, n - 16);
    if (value_is_null(code)) { show("load"); return 1; }
    Value m = import_add_module_borrow("__main__");
    Value r = code_run(code, as_module(m)->dict, as_module(m)->dict, VALUE_NULL);
    if (value_is_null(r)) { show("run"); return 1; }
    return runtime_stop(0);
}

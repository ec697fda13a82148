# Code objects and what dis prints of them are CPython 3.11's.
import dis
import io
import sys


def f(a): b = a * 3; return b


dis.dis(f)
print(f.__code__.co_varnames, f.__code__.co_consts, f.__code__.co_names, f.__code__.co_code.hex())
print(f.__code__.co_stacksize, f.__code__.co_nlocals, f.__code__.co_argcount, f.__code__.co_flags, f.__code__.co_firstlineno)
for n in range(100):
    f(n)
dis.dis(f)
print(f.__code__.co_code.hex(), f.__code__.co_linetable.hex(), list(f.__code__.co_positions()), list(f.__code__.co_lines()))
print([(i.opname, i.arg, i.argrepr, i.offset, i.starts_line, i.is_jump_target, i.positions) for i in dis.get_instructions(f)])
dis.show_code(f)


def loops(items, *rest, key=None, **more):
    total = 0
    for i, item in enumerate(items):
        if item is None or i in (1, 2, 3):
            continue
        try:
            total += key(item) if key else item
        except (TypeError, ValueError) as error:
            print(error)
        finally:
            total -= 1
    while total > 100:
        total //= 2
    else:
        total = -total
    with open("x") as file:
        del file
    return [x for x in rest if x], {k: v for k, v in more.items()}, f"{total!r:>{i}}"


def outer(x):
    y = x

    def inner(z=1, *, w: int = 2) -> int:
        nonlocal y
        y += z
        return y, x, w

    async def coroutine():
        async with x as c:
            async for d in c:
                yield await d

    match x:
        case {"a": [1, *rest]} | (1, rest):
            return rest
        case str(name) if name:
            return name
    return inner, lambda: (yield)


def text_of(code):
    out = io.StringIO()
    dis.dis(code, file=out, depth=0)
    return out.getvalue()


def show(code):
    print(code.co_qualname, code.co_varnames, code.co_cellvars, code.co_freevars, code.co_names)
    print([c if not hasattr(c, "co_code") else c.co_name for c in code.co_consts], code.co_stacksize, hex(code.co_flags))
    print(code.co_exceptiontable.hex(), code.co_linetable.hex())
    lines = text_of(code).splitlines()
    print("\n".join(line.partition("<code object")[0] for line in lines))
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            show(constant)


for function in (loops, outer):
    show(function.__code__)
    if function is loops:
        for _ in range(30):
            try:
                function([1, None, 3])
            except OSError:
                pass
    print(text_of(function) == text_of(function.__code__), dis.stack_effect(dis.opmap["BINARY_OP"], 5))
print(dis.code_info("x = 1"), sys.version_info[:2])
dis.dis("import a.b as c; from d import *; print(c[1:2], *[c], **{})")

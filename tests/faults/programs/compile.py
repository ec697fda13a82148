# The compiler: parser, symbol table, code objects, and the running of what it made.
source = """
def f(a, b=1, *c, d, **e):
    x = [a + b for _ in range(3)]
    match x:
        case [1, *rest] if rest: return rest
        case {'k': v} | [v, _]: return v
    return f'{a!r:>{b}}', (lambda: a)()
class C(object):
    x: int = 1
    async def m(self):
        async with self as y: return {**y}
try:
    import os.path as p
except (ImportError, ValueError) as e: raise
else: pass
"""
code = compile(source, "name", "exec")
ns = {}
exec(code, ns)
ns["f"](1, d=2)

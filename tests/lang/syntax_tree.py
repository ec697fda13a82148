# Trees: ast.dump with positions for every kind of node, and trees made by hand that are compiled and run.
# modes: off gcstress; nothing here gets hot
# gcstress: 0
import ast

SOURCES = [
    "a = b = c, *d = 1, 2",
    "x: int = 3; (y): str; z.w: float; v[0]: list = []",
    "a += 1; a.b -= 2; a[0] **= 3; a @= b; a //= c; a >>= d",
    "def f(a, b=1, /, c: int = 2, *args: *Ts, d, e=3, **kw) -> str:\n    'doc'\n    return a\n",
    "@deco\n@other(1)\nasync def g():\n    async for i in x:\n        await i\n    async with a as b, c: pass\n    yield 1\n",
    "@deco\nclass C(A, B, metaclass=M, **kw):\n    x = 1\n",
    "for a, (b, *c) in d: break\nelse: pass\n",
    "while a: continue\nelse: pass\n",
    "if a: pass\nelif b: pass\nelif c: pass\nelse: pass\n",
    "with (a as b, c as (d, e),): pass\nwith (a, b): pass\nwith (yield): pass\n",
    "try: pass\nexcept A as e: raise\nexcept (B, C): raise X from y\nexcept: pass\nelse: pass\nfinally: pass\n",
    "try: pass\nexcept* A as e: pass\nexcept* B: pass\n",
    "import a, b.c as d\nfrom . import e\nfrom ...f.g import (h as i, j,)\nfrom k import *\n",
    "global a, b\nnonlocal c\ndel a, (b, c), [d], e.f, g[0]\nassert a, b\npass\n",
    "lambda: 0\nlambda a, /, b=1, *c, d=2, **e: a\n",
    "a if b else c if d else e",
    "not a and b or c and not d",
    "a < b <= c == d != e is f is not g in h not in i > j >= k",
    "-a ** -b * ~c // d % e @ f + g - h << i >> j & k ^ l | m",
    "(a := 1, [b := 2], {c := 3}, f(d := 4), x[e := 5])",
    "{1: 2, **a, 3: 4}; {1, *b}; {}; (); []; (1,); [*a, *b]; {*()}",
    "[a for b in c if d if e for f in g]; {a for b in c}; {a: b for c, d in e}; (a async for b in c)",
    "f(a, *b, c=1, *d, **e, f=2, **g); f(a for a in b); f(); f(a,)",
    "a.b.c[d](e)[f:g, ::h, i:, *j].k; a[b, c]; a[:]; a[*b]",
    "'a' \"b\" '''c\nd'''; u'e'; b'f' rb'\\g'; r'\\n'; '\\x41\\u0042\\U00000043\\104\\\n'",
    "f'a{b}c{d!r}{e:>{f}}{g!s:x}{{}}'; f'{h=}'; f'{ i = !a}' 'j'; f'''{\n  k\n}'''; f'{(lambda: 1)}{ {1: 2}[1] }'",
    "1; 1_000; 0xFF; 0o17; 0b11; 1.5; .5; 1e10; 1_0.0_1e-1_0; 3j; 1.e5J; 00; 123456789012345678901234567890",
    "None, True, False, ...",
    "yield_ = [(yield), (yield a), (yield from b)]\n",
    "a if b else(lambda:c)\n",
    "match a, *b:\n  case 1 | -2 | 3+4j | 'x' 'y' | None | True: pass\n  case [a, *_] | (b, c) if d: pass\n"
    "  case {'k': v, x.y: 1, **rest}: pass\n  case C(a, D.E(), b=c) as d: pass\n  case _: pass\n  case x.y.z: pass\n"
    "  case *a, b: pass\n  case (x): pass\n  case []: pass\n  case {}: pass\n",
    "match = case = _ = 1; match(x); match[1]; match.a; print(match * case)\n",
    "if 1:\n\tx = 1\n\ty = (2,\n  3)\n\n# comment\n    \n\tz = \\\n 3\nw = 1;\n",
    "x = 'é' + y; ñ = 1\n",
]

for source in SOURCES:
    tree = ast.parse(source)
    print(ast.dump(tree, include_attributes=True))
    assert ast.dump(ast.parse(source.encode())) == ast.dump(tree)

print(ast.dump(ast.parse("a + 1", mode="eval"), include_attributes=True))
print(ast.dump(ast.parse("a = 1", mode="single"), include_attributes=True))
print(ast.dump(ast.parse("(int, *str, **Any) -> float", mode="func_type")))
print(ast.dump(ast.parse("x = 1 # type: int\nfor a in b: # type: str\n  pass # type: ignore[x]\n", type_comments=True)))

expression = ast.Expression(ast.BinOp(ast.Constant(20), ast.Add(), ast.Constant(22)))
print(eval(compile(ast.fix_missing_locations(expression), "<tree>", "eval")))


class Double(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)


tree = Double().visit(ast.parse("def f(a=4):\n    return [a + 1, 'ab']\nprint(f())\n"))
exec(compile(ast.fix_missing_locations(tree), "<tree>", "exec"))


def attempt(make):
    try:
        print(make())
    except Exception as error:
        print(type(error).__name__, error)


at = {"lineno": 1, "col_offset": 0}
attempt(lambda: ast.Name("a", ast.Load(), 3))
attempt(lambda: ast.Name("a", id="b"))
attempt(lambda: ast.Name().id)
attempt(lambda: ast.Name(1, 2, foo=3).foo)
for body in (3, [3], [None], [ast.Pass()], [ast.Pass(lineno="a", col_offset=0)], [ast.Expr(**at)],
             [ast.Assign([], ast.Constant(1, **at), **at)], [ast.Delete([ast.Name("a", ast.Load(), **at)], **at)],
             [ast.If(ast.Constant(1, **at), [], [], **at)], [ast.Try([ast.Pass(**at)], [], [], [], **at)]):
    attempt(lambda: compile(ast.Module(body, []), "<tree>", "exec"))
for value in (None, 3, ast.Name(3, ast.Load(), **at), ast.Name("a", ast.Store(), **at), ast.Name("None", ast.Load(), **at),
              ast.Constant([1], **at), ast.Compare(ast.Constant(1, **at), [], [], **at), ast.BoolOp(ast.And(), [], **at),
              ast.Name("a", ast.Load(), lineno=5, col_offset=0, end_lineno=3, end_col_offset=0),
              ast.Dict([None], [], **at), ast.ListComp(ast.Constant(1, **at), [], **at)):
    attempt(lambda: compile(ast.Expression(value), "<tree>", "eval"))
attempt(lambda: compile(ast.Pass(), "<tree>", "exec"))
print(ast.Name.__doc__, ast.expr.__doc__, ast.Name._fields, ast.Name._attributes, ast.Name.__match_args__, ast.Return.value)

# Broken programs: which exception, which words, which place. One case a line; "|" stands for a line end.
# modes: off gcstress; nothing here gets hot
CASES = r"""
x = 1 2
a b c
(a b)
[a, b c]
{a: 1, b 2}
{a: }
{a: *b}
{**a for a in b}
{1:2, 3:4, 5}
f(a b)
f(a=)
f(a, b for b in c)
f(a for a in b, c)
f(**k, *a)
f(x, *:)
f(a=1, b)
f(**a, b)
f(True=1)
f(a.b=1)
f(a for a in b=1)
print "a"
print a, b
exec "x"
if x = 3: pass
if x.y = 3: pass
while x = 3: pass
f() = 1
f() += 1
a + 1 = 2
(a, b()) = 1
[a, 1] = 2
None = 1
x = None = 1
x = yield = 1
(yield) = 1
"a" = 1
f"{a}" = 1
a if b else c = 1
lambda: 1 = 2
*a, *b = c = d()
a := 1
(a.b := 1)
(a := 1 := 2)
a, b: int
(a, b): int
[a]: int
f(): int
del f()
del (a, b + 1)
del *a
for f() in x: pass
for a, 1 in x: pass
for x in y
for x y in z: pass
with a as f(): pass
with a as 1, b: pass
with a
import a from b
from a import b,
from a import
from . import (a, b
import a.b as
def f(: pass
def f(a=1, b): pass
def f(*): pass
def f(*, **k): pass
def f(**k, a): pass
def f(**k=1): pass
def f(*a=1): pass
def f(a, (b, c)): pass
def f(/, a): pass
def f(a, /, b, /): pass
def f(a, *, b, /): pass
def f(*a, *b): pass
def f(a=): pass
def f(a) b
def f: pass
lambda *: 1
lambda a=1, b: 1
lambda (a, b): 1
lambda **a=1: 1
class C(a b): pass
class C
class C:
class C: pass pass
def f():
if 1:
if 1:|pass
if 1|  pass
while 1:|pass
for a in b:|pass
with a:|pass
try:|pass
try:|  pass
try:|  pass|x = 1
try:|  pass|except:|pass
try:|  pass|except a, b:|  pass
try:|  pass|except* :|  pass
try:|  pass|except a:|  pass|except* b:|  pass
try:|  pass|finally:|pass
else:|  pass
elif 1:|  pass
if 1:|  pass|else|  pass
match x:|pass
match x:|  case 1:|  pass
match x|  case 1: pass
match x:|  case a as _: pass
match x:|  case a as b.c: pass
match x:|  case C(a=1, b): pass
match x:|  case 1 + 1: pass
match x:|  case 1j + 1j: pass
a = 3 if 4
a = 3 if 4 else
[x for x in 1 if]
[*a for a in b]
[a, b for a, b in c]
(*a)
(**a)
(*a, b
print(*a b)
(a,|b
[a,|b)
{a: [b}
)
a)
((((
"abc
'abc
'''abc
"abc\
a = \
x\ y
1_
1__0
0777
0x
0xg
0o8
0b2
0b12
1e
1.5e+
1a
1.a
0_7
5j5
é€
€
a$b
a?
!a
a ! b
a <> b
async x
await x y
async with a
async def f(): await
return x y
yield x y
global a.b
nonlocal
assert x y
raise a from
pass x
break 1
@a
@a|x = 1
  x = 1
x = 1|  y = 2
if 1:|  x|    y
if 1:|    x|  y
if 1:|	x|        y
f'{a b}'
f'{a'
f'{}'
f'{a!x}'
f'{a!}'
f'{a:{b:{c}}}'
f'}'
f'{a $ b}'
f'{a\n}'
f'{#}'
f'{a[}'
f'{(a}'
f'{*a}'
f'{lambda x:1}'
f'{a = b}'
f'{!r}'
f'{:x}'
'a' b'b'
b'é'
'\x1'
'\u12'
'\U00110000'
b'\x1'
a.1
a..b
...a
a[1 2]
a[1:2 3]
a[]
not
a not b
a is is b
a < < b
+
a +
"""

for mode in ("exec", "eval", "single"):
    for case in CASES.strip("\n").split("\n"):
        source = case.replace("|", "\n")
        try:
            compile(source, "<test>", mode)
        except SyntaxError as error:
            print(mode, repr(source), type(error).__name__, error.args)
        else:
            print(mode, repr(source), "compiles")

for source in ("(" * 201, "\n".join(" " * i + "if 1:" for i in range(120)), "a\0b", b"\xff", b"# coding: nonsense\n",
               b"\xef\xbb\xbf# coding: latin-1\n", b"# coding: latin-1\nx = '\xe9' y", b"x = '\xc3\xa9' y"):
    try:
        compile(source, "<test>", "exec")
    except (SyntaxError, ValueError) as error:
        print(type(error).__name__, error.args)

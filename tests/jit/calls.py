import math
def add(a, b=3, *, c=4): return a + b * c
def var(*a, **k): return len(a) + len(k)
def rec(n): return n if n < 2 else rec(n - 1) + rec(n - 2)
def gen(n):
    for i in range(n):
        yield i * 2
def gen2(it):
    for x in it:
        if x % 3: yield x
def kinds(n):
    s = 0
    for i in range(n):
        s += add(i) + add(i, 2) + add(i, b=1) + add(i, c=2) + var(i, i, x=i) + add(*(1, 2))
    return s
def nested(n):
    def g(x): return x + 1
    def h(x): return g(g(x)) * 2
    s = 0
    for i in range(n):
        s += h(i)
    return s
def gens(n):
    s = 0
    for x in gen(n): s += x
    for x in gen2(gen(n)): s += x
    return s + sum(gen(n))
def maths(n):
    s = 0.0
    for i in range(1, n):
        s += math.sqrt(i) + math.sin(i) * math.cos(i) + abs(-i) + max(i, 5) + min(i, 5.5) + math.floor(i / 3)
        s += int(i / 2.5) + float(i) + math.pi
        s = max(s, 0.0)
    return s
def raising(n):
    c = 0
    for i in range(n):
        try:
            if i % 3 == 0: raise ValueError(i)
            if i % 5 == 0: [][i]
            c += 1
        except ValueError as e:
            c += e.args[0]
        except IndexError:
            c -= 1
        finally:
            c += 2
    return c
class M:
    def __enter__(self): return self
    def __exit__(self, *a): return True
def withs(n):
    c = 0
    for i in range(n):
        with M() as m:
            c += 1
            if i % 7 == 0: raise KeyError
            c += 1
    return c
def isinst(n):
    l = [1, "a", 2.5, None, (1,), [2], True]
    c = 0
    for i in range(n):
        x = l[i % len(l)]
        if isinstance(x, int): c += 1
        elif isinstance(x, (str, float)): c += 10
        elif x is None: c += 100
        elif isinstance(x, list): c += 1000
    return c
def tb(n):

    def inner(i):
        if i == n - 3: raise RuntimeError("x%d" % i)
        return i
    s = 0
    try:
        for i in range(n):
            s += inner(i)
    except RuntimeError as e:
        return s, lines(e.__traceback__)
def lines(t):
    r = []
    while t:
        r.append((t.tb_frame.f_code.co_name, t.tb_lineno))
        t = t.tb_next
    return r
def fmt(n):
    s = ""
    for i in range(n):
        s = f"{i}:{s[:5]}" + "%d" % i
    return s
def sort(n):
    l = [(i * 7919) % n for i in range(n)]
    l.sort(key=lambda x: -x)
    return l[:5], sorted(l)[:3]
def unpack(n):
    s = 0
    for a, (b, c) in [(1, (2, 3))] * n:
        s += a * b * c
    for i in range(n):
        x, *y = [i, i + 1, i + 2]
        s += x + sum(y)
    return s
def whileelse(n):
    i = 0
    while i < n:
        i += 1
    else:
        i += 1000
    for j in range(n):
        if j > n: break
    else:
        i += 5000
    return i
for k in (10, 200):
    print(kinds(k), nested(k), gens(k), maths(k), raising(k), withs(k), isinst(k), tb(k), fmt(k), sort(k), unpack(k), whileelse(k), rec(15))

# An iterator that has said that it is exhausted is not asked again.
class It:
    def __init__(s, k): s.n = 0; s.k = k; s.calls = 0
    def __iter__(s): return s
    def __next__(s):
        s.calls += 1
        s.n += 1
        if s.n > s.k: raise StopIteration
        return s.n
import itertools
def f(k, wrap):
    it = It(k); s = 0
    for x in wrap(it): s += int(x)
    return s, it.calls
for w in [lambda i: map(str, i), lambda i: filter(None, i), lambda i: itertools.islice(i, 1000), lambda i: itertools.chain(i, [1]), lambda i: itertools.takewhile(lambda v: v < 20, i), lambda i: itertools.starmap(int, ((str(x),) for x in i)), lambda i: (x[0] for x in zip(i, i)), lambda i: itertools.count(1) if 0 else i]:
    print(f(30, w))
def g(k):
    it = It(k); s = 0
    for i, x in enumerate(it): s += i + x
    return s, it.calls
def h(k):
    it = It(k); s = 0
    for a, b in zip(it, it): s += a + b
    return s, it.calls
def m(k):
    it = It(k); s = 0
    for a in map(str, it): s += len(a)
    return s, it.calls
def fl(k):
    it = It(k); s = 0
    for a in filter(None, it): s += a
    return s, it.calls
def z2(k):
    it = It(k); s = 0
    for a, b in zip(range(100), it): s += a + b
    return s, it.calls
def sl(k):
    it = It(k); s = 0
    for a in itertools.chain(it, [5]): s += a
    return s, it.calls
def own(k):
    it = It(k); s = 0
    for a in it: s += a
    return s, it.calls
class Flaky:
    def __init__(s): s.n = 0
    def __iter__(s): return s
    def __next__(s):
        s.n += 1
        if s.n % 7 == 0: raise StopIteration
        return s.n
def flaky(w):
    it = Flaky(); out = []
    for _ in range(10):
        s = 0
        for a in w(it): s += int(a)
        out.append(s)
    return out, it.n
for _ in range(3):
    print(g(30), h(30), m(30), fl(30), z2(30), sl(30), own(30))
def fm(it):
    out = []
    for _ in range(30):
        s = 0
        for a in map(str, it): s += int(a)
        out.append(s)
    return out, it.n
print(fm(Flaky()), flaky(lambda i: map(str, i)))

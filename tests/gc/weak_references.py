# Weak references, proxies and their callbacks.
import gc
import weakref


class C:
    def __init__(self, name="c"):
        self.name = name

    def __repr__(self):
        return "C(%s)" % self.name

    def method(self, x):
        return (self.name, x)

    def __call__(self, x):
        return x * 2

    def __add__(self, other):
        return "sum"

    def __len__(self):
        return 3

    def __getitem__(self, key):
        return key

    def __hash__(self):
        return 42

    def __eq__(self, other):
        return isinstance(other, C) and other.name == self.name

    def __iter__(self):
        return iter([1, 2])

    def __contains__(self, x):
        return x == 1


order = []
c = C()
first = weakref.ref(c, lambda r: order.append("first"))
second = weakref.ref(c, lambda r: order.append("second"))
plain = weakref.ref(c)
print(plain is weakref.ref(c), first is second, plain() is c, weakref.getweakrefcount(c))
print(hash(plain) == 42, first == second, plain == weakref.ref(C()), plain != weakref.ref(C("other")))
print([r is plain for r in weakref.getweakrefs(c)])
del c
print(order, first(), plain())
try:
    print(hash(first))
except TypeError as error:
    print(error)
print(hash(plain), first == second, first == first)

c = C()
p = weakref.proxy(c)
print(type(p).__name__, type(weakref.proxy(c)) is weakref.CallableProxyType, p is weakref.proxy(c))
print(p.name, p.method(1), p(4), p + 1, len(p), p["k"], list(p), 1 in p, 2 in p, bool(p), p == c, str(p))
p.name = "new"
print(c.name)
del p.name
print(hasattr(c, "name"))
c.name = "x"
try:
    hash(p)
except TypeError as error:
    print(error)
del c
for operation in (lambda: p.name, lambda: p + 1, lambda: len(p), lambda: p(1), lambda: bool(p), lambda: str(p)):
    try:
        operation()
    except ReferenceError as error:
        print(error)
for value in (1, 1.5, "s", None, (), [], {}, object()):
    try:
        weakref.ref(value)
    except TypeError as error:
        print(error)
weakref.ref(set()), weakref.ref(frozenset([1])), weakref.ref(C), weakref.ref(len), weakref.ref(lambda: 0)


class Ref(weakref.ref):
    __slots__ = ("key",)

    def __new__(cls, ob, callback=None, key=None):
        self = super().__new__(cls, ob, callback)
        self.key = key
        return self

    def __init__(self, ob, callback=None, key=None):
        super().__init__(ob, callback)


c = C()
r = Ref(c, key=5)
print(r.key, r() is c, r is Ref(c), weakref.getweakrefcount(c), r.__callback__)
d = weakref.WeakValueDictionary(a=c)
k = weakref.WeakKeyDictionary({c: 1})
s = weakref.WeakSet([c])
print(len(d), len(k), len(s), d["a"] is c, k[c], c in s)
del c
print(len(d), len(k), len(s), r())

f = weakref.finalize(C, print, "not yet")
print(f.alive, f.detach() is not None, f.alive)
m = C("m")
w = weakref.WeakMethod(m.method)
print(w()(7))
del m
print(w())


class Bad:
    pass


b = Bad()
seen = []


def callback(r):
    seen.append(r() is None)
    b2 = Bad()
    seen.append(weakref.ref(b2)() is b2)


refs = [weakref.ref(b, callback) for _ in range(3)]
refs.pop(1)
del b
print(seen)
cycle = Bad()
cycle.me = cycle
refs = [weakref.ref(cycle, lambda r: seen.append("cycle"))]
del cycle
gc.collect()
print(seen)

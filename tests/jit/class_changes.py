# Classes of instances, modules and attributes change while native code relies on them.
class A:
    __slots__ = ('v',)
    def f(self): return 1
    w = 'A'
class B:
    __slots__ = ('v',)
    def f(self): return 2
    w = 'B'
def flip(o, i):
    for _ in (): pass
    if i == 60: o.__class__ = B
    if i == 80: o.__class__ = A
def go(n):
    o = A(); o.v = 0
    s = 0
    for i in range(n):
        s += o.f()
        flip(o, i)
        s += 100 * o.f()
        if o.w == 'B': s += 1000000
        o.v = s
    return s
print(go(100))
class C:
    def f(self): return 1
class D:
    def f(self): return 2
    def __getattr__(self, n): return 5
def flip2(o, i):
    for _ in (): pass
    if i == 60: o.__class__ = D
    if i == 80: o.__class__ = C
def go2(n):
    o = C()
    s = 0
    for i in range(n):
        s += o.f()
        flip2(o, i)
        s += 100 * o.f()
        s += isinstance(o, D) * 1000000
    return s
print(go2(100))
def go3(n):
    o = A(); p = A()
    s = 0
    for i in range(n):
        s += o.f() + isinstance(o, B)
        o.__class__ = B if i % 7 == 0 else A
        s += 100 * o.f() + 1000 * isinstance(o, A)
    return s
print(go3(100))
class L1(list):
    __slots__ = ()
    def f(self): return 1
class L2(list):
    __slots__ = ()
    def f(self): return 2
    def __len__(self): return 77
def go4(n):
    o = L1([1, 2])
    s = 0
    for i in range(n):
        s += o.f() + len(o)
        flip4(o, i)
        s += 100 * o.f() + len(o)
        if not o: s += 1
    return s
def flip4(o, i):
    for _ in (): pass
    if i == 60: o.__class__ = L2
    if i == 80: o.__class__ = L1
print(go4(100))
class A1:
    __slots__ = ()
    def f(self): return 1
class B1:
    __slots__ = ()
    def f(self): return 2
def flip1(o, i):
    for _ in (): pass
    if i == 60: o.__class__ = B1
    if i == 80: o.__class__ = A1
def without_shape(n):
    o = A1()
    s = 0
    for i in range(n):
        s += o.f()
        flip1(o, i)
        s += 100 * o.f()
    return s
print(without_shape(100))
import types
m = types.ModuleType('m')
m.x = 1
class M(types.ModuleType):
    @property
    def x(self): return 2
    def __getattribute__(self, name):
        return super().__getattribute__(name)
class N(types.ModuleType):
    def __getattribute__(self, name):
        return 7
def f(n, cls):
    s = 0
    for i in range(n):
        s += m.x
        if i == 50: m.__class__ = cls
    return s
print(f(100, M)); m.__class__ = types.ModuleType; print(f(100, N)); 
def g(k):
    m.__class__ = types.ModuleType
    for _ in range(2):
        s = 0
        for i in range(40): s += m.x
        print(s)
        m.__class__ = k
g(M); g(N)
class Attr:
    def __init__(self, n): self.n = n
class C:
    a = Attr(3)
def f(n):
    c = C(); s = 0
    c.own = 5
    for i in range(n):
        s += 1 if isinstance(c.a, Attr) else 100
        if i == 50: Attr.__get__ = lambda self, obj, t: 42
    return s
print(f(100))
del Attr.__get__
def g(n):
    s = 0
    for i in range(n):
        s += 1 if isinstance(C.a, Attr) else 100
        if i == 50: Attr.__get__ = lambda self, obj, t: 42
    return s
print(g(100))
class E:
    pass
class K:
    z = E()
def h(n):
    k = K(); k.z = 1; s = 0
    for i in range(n):
        try: s += k.z
        except TypeError: s += 1000
        if i == 50:
            E.__get__ = lambda self, obj, t: 10
            E.__set__ = lambda self, obj, v: None
    return s
print(h(100))
class E2:
    pass
class K2:
    z = E2()
def h2(n):
    s = 0
    for i in range(n):
        k = K2(); k.z = 1
        s += k.z if isinstance(k.z, int) else 1000
        if i == 50:
            E2.__set__ = lambda self, obj, v: None
            E2.__get__ = lambda self, obj, t: 10
    return s
print(h2(100))
class A:
    @property
    def __class__(self): return int
class P:
    __class__ = str
def f(n):
    a = A(); p = P(); s = 0
    for i in range(n):
        s += isinstance(a, int) + 10 * isinstance(a, A) + 100 * isinstance(p, str) + 1000 * isinstance(p, (list, str)) + 10000 * isinstance(A(), int)
    return s
print(f(100))

# __init__, __new__, __setattr__, abstract methods that come and go.
import abc
class A(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
class B(A):
    def f(self): return 1
def go(n):
    s = 0
    for i in range(n):
        try: o = B(); s += o.f()
        except TypeError as e: s += 1000
        if i == 50: B.__abstractmethods__ = frozenset(['f'])
        if i == 70: B.__abstractmethods__ = frozenset()
        s += isinstance(5, A)
        if i == 80: A.register(int)
    return s
print(go(100))
class P:
    def __init__(self): self.a = 1
def go2(n):
    s = 0
    for i in range(n):
        p = P(); s += p.a
        if i == 40: P.__init__ = lambda self: setattr(self, 'a', 100)
        if i == 50: P.__new__ = lambda cls: Q()
        if i == 60: del P.__new__
        if i == 70: P.__setattr__ = lambda s, n, v: object.__setattr__(s, n, 7)
        if i == 80: P.__getattribute__ = lambda s, n: 3
    return s
class Q: a = 55
print(go2(60)); 
class P3:
    def __init__(self): self.a = 1
P = P3
def go3(n):
    s = 0
    for i in range(n):
        p = P3(); s += p.a
        if i == 40: P3.a = property(lambda s: 9, lambda s, v: None)
        if i == 60: del P3.a
        if i == 70: P3.__setattr__ = lambda s, n, v: object.__setattr__(s, n, 7)
        if i == 80: P3.__getattribute__ = lambda s, n: 3
        if i == 90: P3.__slots__ = ()
    return s
print(go3(100))

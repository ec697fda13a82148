# functools and operator: the parts that are in C.
import functools
import gc
import operator
import _operator
import weakref
from functools import *
from operator import *


def attempt(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


p = partial(print, 1, 2, sep="-")
p(3)
p(3, sep="+", end="!\n")
print(p.func is print, p.args, p.keywords, partial(partial(int, base=2), "101")(), partial(partial(max, 1), 5).args)
print(repr(partial(len)), repr(partial(len, 1, a=2)).replace(repr(len), "LEN"))
p.attribute = 1
print(p.__dict__, p.__reduce__()[2][1:3], weakref.ref(p)() is p)
attempt(partial); attempt(partial, 5); attempt(setattr, p, "func", 1); attempt(p.__setstate__, 1); attempt(partial(len, 1, 2))
r = partial(len); r.__setstate__((len, ("abc",), {}, {"x": 1})); print(r(), r.x)
print(reduce(add, [1, 2, 3]), reduce(add, [], 5), reduce(lambda a, b: a * b, range(1, 10)))
attempt(reduce, add, []); attempt(reduce, add, 5); attempt(reduce, add); attempt(reduce, lambda a: a, [1, 2])
K = cmp_to_key(lambda a, b: (a > b) - (a < b))
print(K(1) < K(2), K(2) == K(2), K(1) >= K(3), K(obj=5).obj)
attempt(lambda: K(1) < 1); attempt(K); attempt(K, 1, 2); attempt(hash, K(1)); attempt(cmp_to_key)


@lru_cache(maxsize=3)
def f(x, y=0):
    calls.append(x)
    return x + y


calls = []
print([f(i) for i in (1, 2, 3, 1, 4, 2, 1)], calls, f.cache_info(), f(1, y=2), f(y=2, x=1), f.cache_parameters())
f.cache_clear(); print(f.cache_info(), f.__wrapped__(5), f.__name__, f.__doc__)
@lru_cache(maxsize=None, typed=True)
def g(x):
    return type(x).__name__


print(g(1), g(1.0), g(True), g(1), g.cache_info())
@cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(90), fib.cache_info())
@lru_cache(0)
def nothing(x):
    return x


print(nothing(1), nothing(1), nothing.cache_info())
attempt(f, []); attempt(lru_cache, "a"); attempt(f); attempt(lambda: lru_cache(3)(5))
@lru_cache(2)
def recursive(n):
    return 1 if n == 0 else recursive(n - 1) + 1


print(recursive(20), recursive.cache_info())


class C:
    @lru_cache
    def method(self, x):
        return x * 2

    @cached_property
    def prop(self):
        calls.append("prop")
        return 7

    @functools.singledispatchmethod
    def kind(self, x):
        return "object"

    @kind.register
    def _(self, x: int):
        return "int"


c = C(); print(c.method(2), c.method(2), C.method.cache_info().hits, c.prop, c.prop, calls[-1], c.kind("a"), c.kind(1))
@total_ordering
class T:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __lt__(self, o): return self.n < o.n


print(T(1) <= T(2), T(3) > T(2), T(1) >= T(1))
@wraps(fib)
def wrapped(): pass


print(wrapped.__name__, wrapped.__wrapped__ is fib)

for name in ("add", "sub", "mul", "floordiv", "truediv", "mod", "pow", "lshift", "rshift", "and_", "or_", "xor", "eq", "lt", "ge"):
    print(name, getattr(operator, name)(13, 3), end=" ")
print(neg(5), pos(5), abs(-5), invert(5), not_(0), truth([]), is_(None, None), is_not(1, None), index(True), concat([1], [2]))
l = [1, 2, 3]
setitem(l, 0, 9); delitem(l, 1); print(l, getitem(l, 0), contains(l, 3), countOf([1, 1, 2], 1), indexOf("abc", "c"), length_hint(l), length_hint(5, 3))
l = iadd(l, [4]); l = imul(l, 2); print(l, iconcat([1], (2,)), ipow(2, 5), ior({1}, {2}), operator.call(max, 1, 2), matmul.__name__)
print(itemgetter(1)("abc"), itemgetter(0, -1)([1, 2, 3]), itemgetter("k")({"k": 1}), itemgetter(slice(1, 3))("abcd"), itemgetter(1), itemgetter(1, 2))
print(attrgetter("real")(5), attrgetter("__class__.__name__", "imag")(5), attrgetter("a.b"), methodcaller("upper")("a"), methodcaller("split", ",", maxsplit=1)("a,b,c"))
print(methodcaller("f", 1, b=2), methodcaller("f").__reduce__()[1], attrgetter("a.b", "c").__reduce__()[1], itemgetter(1).__reduce__()[1])
for f, a in ((itemgetter, ()), (itemgetter(1), ()), (itemgetter(9), ("abc",)), (attrgetter, ()), (attrgetter, (1,)), (attrgetter("x"), (5,)), (methodcaller, ()),
             (methodcaller, (1,)), (methodcaller("x"), (5,)), (add, (1,)), (add, (1, "a")), (concat, (1, 2)), (indexOf, ([1], 2)), (countOf, (1, 2)),
             (index, (1.5,)), (length_hint, (1, "a")), (operator.call, ()), (_operator._compare_digest, ("é", "a")), (_operator._compare_digest, (1, "a"))):
    attempt(f, *a)
print(_operator._compare_digest("abc", "abc"), _operator._compare_digest(b"abc", b"abd"), _operator._compare_digest(b"a", bytearray(b"a")))
import bisect, heapq
a = [1, 3, 3, 5]
print(bisect.bisect(a, 3), bisect.bisect_left(a, 3), bisect.bisect([5, 3, 1], 3, key=lambda x: -x), bisect.insort(a, 4), a, bisect.bisect_left(a, 3, 2, 3))
attempt(bisect.bisect, a, 1, -1); attempt(bisect.bisect, 5, 1); attempt(bisect.bisect); attempt(bisect.insort, (1, 2), 3)
h = [5, 2, 8, 1, 9, 3]
heapq.heapify(h); print(h, heapq.heappop(h), heapq.heappushpop(h, 0), heapq.heapreplace(h, 7), h, heapq.nlargest(2, h), heapq.nsmallest(2, h, key=lambda x: -x))
heapq.heappush(h, 4); print(h, list(heapq.merge([1, 4], [2, 3])), [heapq.heappop(h) for _ in range(len(h))])
attempt(heapq.heappop, []); attempt(heapq.heappop, 1); attempt(heapq.heappush, (), 1); attempt(heapq.heapify, ())

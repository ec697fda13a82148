# itertools and functools.
import itertools as t
from functools import cmp_to_key, lru_cache, partial, reduce, singledispatch

a = list(t.product("ab", range(3))), list(t.permutations(range(4))), list(t.combinations(range(6), 3))
b = list(t.chain("ab", [1])), [list(g) for k, g in t.groupby("aabbc")], list(t.islice(t.count(), 5))
c = list(t.zip_longest("ab", "c")), list(t.accumulate(range(9))), [list(x) for x in t.tee(range(70), 3)]
d = list(t.pairwise("abc")), list(t.starmap(pow, [(1, 2)] * 5)), list(t.cycle([1]).__reduce__())


@lru_cache(5)
def f(x, y=1):
    return [x + y]


for i in range(60):
    f(i % 9, y=i % 2)
p = partial(f, 1, y=2)
e = p(), repr(p), reduce(max, range(20)), sorted(range(40), key=cmp_to_key(lambda a, b: b - a)), f.cache_info()


@singledispatch
def g(x):
    return [x]


g.register(int, lambda x: x + 1)
h = g(1), g("a")

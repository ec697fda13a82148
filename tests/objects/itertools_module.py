# Every iterator of itertools: results, errors, copies in the middle, re-entrance.
import copy
from itertools import *


def attempt(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


def show(it, n=8):
    print(list(islice(it, n)))


show(count()); show(count(10)); show(count(2.5, -0.5)); show(count(2 ** 61 - 3)); show(count(step=3)); show(count(1, 2 ** 61))
print(count(3), count(3, 2), count(1.0), count(step=1.5), repeat(7), repeat("a", 3), repeat(1, -5))
show(cycle("abc")); show(cycle([])); show(repeat(1, 3)); show(repeat(object=2, times=2)); print(repeat(1, 4).__length_hint__())
show(accumulate([1, 2, 3])); show(accumulate([1, 2, 3], lambda a, b: a * b, initial=10)); show(accumulate([])); show(accumulate("abc"))
show(chain("ab", [1], ())); show(chain.from_iterable(["ab", "c"])); show(chain())
show(compress("abcdef", [1, 0, 1, 0, 1])); show(dropwhile(lambda x: x < 3, [1, 2, 3, 1])); show(takewhile(lambda x: x < 3, [1, 2, 3, 1]))
show(filterfalse(None, [0, 1, "", 2])); show(filterfalse(lambda x: x % 2, range(6))); show(starmap(pow, [(2, 3), [3, 2]]))
print([(k, list(g)) for k, g in groupby("aabbbca")], [(k, list(g)) for k, g in groupby(range(6), lambda x: x // 2)])
groups = groupby("aab")
k, g = next(groups)
next(groups)
print(k, list(g))
show(islice(range(10), 2, None, 3)); show(islice("abcdef", 4)); show(islice("abc", None)); show(islice(count(), 3, 8, 2)); show(islice([], 5))
show(pairwise("abcd")); show(pairwise("a")); show(pairwise(""))
show(zip_longest("ab", [1, 2, 3], fillvalue="-")); show(zip_longest()); show(zip_longest("", "a"))
show(product("ab", [1, 2]), 10); show(product("ab", repeat=2)); show(product()); show(product([], "a")); show(product("ab", repeat=0))
show(permutations("abc"), 10); show(permutations("abc", 2)); show(permutations("ab", 3)); show(permutations("", 0)); show(permutations(range(4)), 24)
show(combinations("abcd", 2)); show(combinations("ab", 3)); show(combinations("abc", 0)); show(combinations_with_replacement("abc", 2)); show(combinations_with_replacement("", 1))
a, b = tee([1, 2, 3])
print(next(a), next(a), list(b), list(a), tee([], 0), len(tee([], 5)))
x, y, z = tee(range(200), 3)
print(sum(x), sum(islice(y, 100)), sum(copy.copy(y)), sum(y), sum(z))

for make in (lambda: count(5), lambda: count(1.5, 2), lambda: cycle("ab"), lambda: repeat(1, 4), lambda: accumulate(range(5)),
             lambda: accumulate(range(3), initial=3), lambda: chain("ab", "cd"), lambda: compress("abc", [1, 1, 1]),
             lambda: dropwhile(bool, [1, 0, 2, 3]), lambda: takewhile(bool, [1, 2, 0]), lambda: filterfalse(None, [0, 0, 0]),
             lambda: starmap(pow, [(2, 2), (3, 2)]), lambda: islice("abcdef", 1, 5, 2), lambda: product("ab", "cd"),
             lambda: permutations("abc", 2), lambda: combinations("abcd", 2), lambda: zip_longest("ab", "c"),
             lambda: combinations_with_replacement("abc", 2), lambda: groupby("aabb"), lambda: tee("abcd")[0]):
    it = make()
    next(it)
    print(type(it).__name__, [len(part) if isinstance(part, tuple) else type(part).__name__ for part in it.__reduce__()],
          next(copy.copy(it), "end") if not isinstance(it, groupby) else "-")
    exhausted = make()
    for _ in islice(exhausted, 30):
        pass
    print(next(copy.copy(exhausted), "end") != next(copy.copy(make()), "end") or "same")

attempt(count, "a"); attempt(count, 1, "a"); attempt(count, 1, 2, 3); attempt(cycle); attempt(cycle, 1); attempt(repeat)
attempt(repeat, 1, "a"); attempt(repeat, 1, 2, 3); attempt(lambda: repeat(1).__length_hint__()); attempt(accumulate); attempt(accumulate, 5)
attempt(accumulate, [], None, 3); attempt(lambda: list(chain(1))); attempt(chain.from_iterable); attempt(chain, x=1)
attempt(compress, "a"); attempt(compress, 1, 2); attempt(dropwhile, 1); attempt(lambda: next(dropwhile(1, [1]))); attempt(takewhile, 1, 2)
attempt(filterfalse, 1); attempt(starmap, 1, 2); attempt(lambda: list(starmap(pow, [1]))); attempt(groupby); attempt(groupby, 1)
attempt(islice, "a"); attempt(islice, "a", -1); attempt(islice, "a", 1, -1); attempt(islice, "a", 1, 2, 0); attempt(islice, "a", "b")
attempt(islice, "a", -1, 2); attempt(islice, "a", 1, 2, 3, 4); attempt(islice, 1, 2); attempt(pairwise); attempt(pairwise, 1)
attempt(zip_longest, 1); attempt(zip_longest, x=1); attempt(product, 1); attempt(product, "a", repeat=-1); attempt(product, "a", foo=1)
attempt(permutations); attempt(permutations, 1); attempt(permutations, "a", -1); attempt(permutations, "a", "b"); attempt(combinations, "a")
attempt(combinations, "a", -1); attempt(combinations, "a", "b"); attempt(combinations_with_replacement, "a", -1); attempt(tee)
attempt(tee, 1); attempt(tee, [], -1); attempt(tee, [], "a"); attempt(product, range(10), repeat=2 ** 62)


class Reentrant:
    def __iter__(self):
        return self

    def __next__(self):
        return next(self.tee)


r = Reentrant()
r.tee = tee(r)[0]
attempt(next, r.tee)
big = tee(range(100000))[0]
for _ in big:
    pass


class Sub(chain):
    pass


s = Sub("ab")
s.attribute = 1
print(list(s), s.attribute, Sub.from_iterable(["a"]).__class__.__name__)

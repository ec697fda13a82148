# Sorting: stability, keys, the calls that a comparison sees, what happens when the list changes meanwhile.
# gcstress: 0
import functools
import random


def attempt(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


calls = []


class Logged:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        calls.append((self.value, other.value))
        return self.value < other.value


for size in (0, 1, 2, 3, 5, 17, 64, 70, 129, 200, 700):
    rng = random.Random(size)
    for values in ([rng.randrange(size + 1) for _ in range(size)], list(range(size)), list(range(size))[::-1],
                   [i % 7 for i in range(size)], [0] * size):
        calls.clear()
        result = sorted(map(Logged, values))
        assert [r.value for r in result] == sorted(values)
        print(size, len(calls), hash(tuple(calls)) & 0xffff)

rng = random.Random(5)
for make in (lambda: rng.randrange(1000), rng.random, lambda: str(rng.randrange(1000)),
             lambda: (rng.randrange(10), rng.random()), lambda: (str(rng.randrange(5)), rng.randrange(50)),
             lambda: rng.choice([1, 2.5, True, 10 ** 30]), lambda: [rng.randrange(4)] * rng.randrange(3),
             lambda: chr(rng.randrange(0x10ffff)).encode("utf-8", "surrogatepass")):
    values = [make() for _ in range(500)]
    result = sorted(values)
    print(all(not b < a for a, b in zip(result, result[1:])), sorted(values, reverse=True) == sorted(values)[::-1] or
          "stable reverse differs")

pairs = [(i % 5, i) for i in range(50)]
print(sorted(pairs, key=lambda p: p[0])[:12])
print(sorted(pairs, key=lambda p: p[0], reverse=True)[:12])
print(sorted("banana", key=str.upper), sorted(["b", "A", "c"], key=str.lower, reverse=True))
print(sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
attempt(sorted, [1, "a"])
attempt(sorted, [None, 1])
attempt(sorted, 5)
attempt(sorted, [1], None)
attempt([3, 1].sort, key=5)
attempt(sorted, [(1, "a"), (1, 2)])

items = [1, 2, 3]


def spoil(x):
    items.append(x)
    return x


attempt(items.sort, key=spoil)
print(items)


def look(x):
    print(items, len(items))
    return -x


items.sort(key=look)
print(items)


class Failing:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        if self.n == 7 or other.n == 7:
            raise ZeroDivisionError
        return self.n < other.n


things = [Failing(i * 37 % 100) for i in range(100)]
attempt(things.sort)
print(sorted(t.n for t in things) == sorted(range(100)))
print(sorted([float("nan"), 1.0, -1.0, 0.0][1:]), sorted({3, 1, 2}), sorted({"b": 1, "a": 2}), sorted(x for x in "hello"))

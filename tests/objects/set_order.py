"""The order in which a set shows its items is that of CPython's table, after any history of operations."""
import random


def other(r):
    items = [r.randrange(-60, 70) for _ in range(r.randrange(12))]
    return r.choice([list, set, frozenset, tuple, dict.fromkeys, lambda x: iter(x)])(items)


OPERATIONS = [
    lambda s, x, o: s.add(x),
    lambda s, x, o: s.discard(x),
    lambda s, x, o: s.add(x * 8),
    lambda s, x, o: s.discard(min(s, key=hash, default=0)),
    lambda s, x, o: s.pop() if s else None,
    lambda s, x, o: s.update(o),
    lambda s, x, o: s.difference_update(o),
    lambda s, x, o: s.intersection_update([*o, *list(s)[:20]]),
    lambda s, x, o: s.symmetric_difference_update(o),
    lambda s, x, o: s.add((x,) if x % 2 else x / 4),
]
RESULTS = [
    lambda s, x, o: s.union(o),
    lambda s, x, o: s.difference(o),
    lambda s, x, o: s.intersection(o),
    lambda s, x, o: s.symmetric_difference(o),
    lambda s, x, o: s.copy(),
    lambda s, x, o: set(s),
    lambda s, x, o: frozenset(s),
    lambda s, x, o: {y for y in s if y},
    lambda s, x, o: s - {x, 1, 9},
    lambda s, x, o: s ^ {x, 1, 9},
    lambda s, x, o: s & set(range(x)),
    lambda s, x, o: {*s, *range(abs(x) % 9)},
]


def history(seed):
    r, s, shown = random.Random(seed), set(), []
    for _ in range(r.randrange(70)):
        r.choice(OPERATIONS[: 5 if seed % 2 else None])(s, r.randrange(-60, 70), other(r))
        shown.append(list(s))
        shown.append(list(r.choice(RESULTS)({x for x in s if isinstance(x, int)}, r.randrange(-60, 70), other(r))))
    return shown


for seed in range(250):
    checksum = 0
    shown = history(seed)
    for items in shown:
        for item in items:
            checksum = (checksum * 31 + hash(item)) % 1000000007
    print(seed, checksum, shown[-1] if shown else None)
print({8, 16, 24, 1}, {8, 16, 24, 1} - {16}, {51, 1} ^ {-45, 1})

"""Iterators in hot loops: fields in place, virtual pairs, exhaustion in the middle, containers that change."""


def over(things, n):
    total = 0
    for _ in range(n):
        for thing in things:
            total = (total * 3 + hash(thing)) % 1000003
    return total


def pairs(n):
    d = {i: str(i) for i in range(7)}
    out = []
    for i in range(n):
        for k, v in d.items():
            out.append(k + len(v))
        for k in d:
            out.append(d[k])
        for v in d.values():
            out.append(v)
        if i % 4 == 0:
            del d[min(d)]
            d[i + 100] = "n"
    return len(out), out[-9:], list(d)


def enumerated(items, n):
    out = []
    for i in range(n):
        for k, item in enumerate(items, i):
            out.append((k, item))
        for pair in enumerate(items):
            out.append(pair)
    return out[-3:], len(out)


def zipped(n):
    out, total = [], 0
    for i in range(n):
        for a, b in zip(range(i % 5), "abcdef"):
            out.append(b * a)
        for a, b, c in zip([1, 2, 3], (4, 5), {6: 1, 7: 2}.values()):
            total += a * b * c
        it = iter(range(6))
        for a, b in zip(it, it):
            total += a * 10 + b
        for pair in zip([i], [i]):
            out.append(pair)
        for x in zip("q" * (i % 3)):
            out.append(x)
    return out[-5:], total


def strict(n):
    out = []
    for i in range(n):
        try:
            for a, b in zip([1, 2, 3], [1, 2] if i % 9 == 8 else [1, 2, 3], strict=True):
                out.append(a)
        except ValueError as e:
            out.append(str(e))
    return len(out), out[-4:]


def growing(n):
    items, seen = [1], []
    for k, x in enumerate(items):
        seen.append(k * x)
        if len(items) < n:
            items.append(x + 1)
        if k == n - 2:
            items.clear()
    d, errors = {0: 0}, []
    for i in range(n):
        try:
            for k, v in d.items():
                if i % 10 == 9:
                    d[i] = i
                elif i % 10 == 5:
                    d[k] = i
        except RuntimeError as e:
            errors.append(str(e))
    return sum(seen), len(seen), len(d), errors[:1], len(errors)


def kept(n):
    last = None
    pairs = []
    for i, pair in enumerate(zip("ab" * n, range(2 * n))):
        if i % 10 == 0:
            pairs.append(pair)
        last = pair
    it = enumerate("xyz")
    for pair in it:
        rest = list(it)
    return pairs[:3], last, rest


def interleaved(n):
    text, out = "abcdef", []
    for i in range(n):
        it = iter(text)
        for c in it:
            out.append(c + next(it, "-"))
        r = iter(range(5))
        for x in r:
            if x == 2:
                next(r)
            out.append(x)
        s = iter([1, 2, 3, 4])
        for x, y in zip(s, range(9)):
            out.append(x - y)
        out.append(s.__length_hint__())
        e = enumerate((5, 6, 7))
        for k, v in e:
            if v == 6:
                break
        out.append(next(e))
    return out[-20:], len(out)


def kinds(n):
    out = 0
    for i in range(n):
        things = [(1, 2, 3), "añb", "abc", {4: 5}, {6, 7}, [8, 9], "a€b", b"xy", range(3), reversed([1, 2])][i % 10]
        for x in things:
            out += ord(x) if isinstance(x, str) else x
        for k, x in enumerate(things):
            out += k
    return out


class Items(list):
    def __iter__(self):
        return iter([42])


def subclasses(n):
    out = []
    for i in range(n):
        things = Items([1, 2]) if i % 7 == 6 else [1, 2]
        for x in things:
            out.append(x)
        for k, x in enumerate(things):
            out.append(k + x)
        for x, y in zip(things, Items("ab")):
            out.append(x * y)
    return out[-14:], len(out)


def big_indices(n):
    out = []
    for i in range(n):
        for k, x in enumerate("ab", 2**61 - 2):
            out.append(k)
        for k in zip(range(2**61 - 1, 2**61 + 2)):
            out.append(k)
    return out[-5:]


class Dropped:
    log = []

    def __del__(self):
        Dropped.log.append(len(Dropped.log))


def finalised(n):
    for i in range(n):
        d = {k: Dropped() for k in range(3)}
        for k, v in d.items():
            d[k] = None
            Dropped.log.append((k, type(v) is Dropped))
            v = None
    return len(Dropped.log), "".join(str(e[0]) if isinstance(e, tuple) else "*" for e in Dropped.log)


for things in ((1, 2, 3), [4, 5], range(5), {7: 1, 8: 2}, {9, 10}):
    print(over(things, 200))
for items in ("abc", (1, 2), [3, 4], {5: 6}, range(2), "é", "", [(1, 2)]):
    print(enumerated(items, 100))
print(pairs(200))
print(zipped(200))
print(strict(100))
print(growing(100))
print(kept(100))
print(interleaved(150))
print(kinds(400))
print(subclasses(100))
print(big_indices(50))
print(finalised(100))

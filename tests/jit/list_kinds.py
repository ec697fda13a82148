"""Lists that hold one kind of values, come to hold another, and are read and written by the same loops."""
import gc
import weakref


class Thing:
    def __init__(self, name):
        self.name = name

    def __add__(self, other):
        return Thing(f"{self.name}+{other}")

    __radd__ = __add__

    def __repr__(self):
        return f"<{self.name}>"


def total(items):
    s = 0
    for x in items:
        s = s + x
    return s


def total_by_index(items):
    s = 0
    i = 0
    while i < len(items):
        s = s + items[i]
        i += 1
    return s


def fill(items, value):
    for i in range(len(items)):
        items[i] = value
    return items


def pairs(rows):
    out = 0
    for a, b in rows:
        out = out * 3 % 10007 + a - b
    return out


def swap_all(items):
    i, j = 0, len(items) - 1
    while i < j:
        items[i], items[j] = items[j], items[i]
        i += 1
        j -= 1
    return items


def zipped(a, b):
    out = []
    for n, (x, y) in enumerate(zip(a, b)):
        out.append((x + y) * n if n % 2 else x)
    return out


INTS, FLOATS, BIG = list(range(50)), [i / 4 for i in range(50)], [2**70 + i for i in range(50)]
HEAP_FLOATS = [1e-200 * (i + 1) for i in range(50)]
MIXED = [1, 2.5, True, 2**65] * 12

for rounds in range(30):
    for items in (INTS, FLOATS, BIG, HEAP_FLOATS, MIXED, [True, False] * 25, [1] * 20 + [0.5] * 20, [0.0] * 30, []):
        a, b = total(items), total_by_index(items)
    assert repr(a) == repr(b)
print(total(INTS), total(FLOATS), total(BIG), total(HEAP_FLOATS), total(MIXED), total([True] * 40))
print(total([Thing("a"), 1, Thing("b")] * 2), total_by_index([1, 2, Thing("c"), 2.5]))

# one list, overwritten with one kind after the other by one loop
items = [0] * 60
for value in (1, 2.5, None, "text", 7, Thing("t"), (1,), True, 1e-200, 3, 2**80, 0.25) * 4:
    fill(items, value)
    assert items == [value] * 60, items
print(items[:3], total(items))

# the values that are overwritten die, at once
log = []


class Mortal:
    def __del__(self):
        log.append("died")


def bury(items, with_what):
    for i in range(len(items)):
        items[i] = with_what


for value in (0, 1.5, None):
    for n in range(40):
        graves = [value] * 8
        bury(graves, value)
    graves = [value] * 8
    graves[3] = Mortal()
    bury(graves, value)
    log.append("buried")
    one = Mortal()
    bury(graves, one)
    del one
    log.append("still there")
    del graves
    log.append("gone")
print(log)

# the collector finds what a list of numbers has come to hold
for n in range(3):
    cell = [0] * 30
    for i in range(30):
        cell[i] = cell if i == 29 else i
    ref = weakref.ref(type("Key", (), {})())
    holder = Thing("holder")
    cell[3] = holder
    holder.cell = cell
    ref = weakref.ref(holder)
    del cell, holder
    gc.collect()
    assert ref() is None
print("collected")

# every way into a list notes what comes in
def ways():
    yield [1, 2] + ["x"]
    yield ["x", 3][1:] * 3 + ["y"][:0] + [None]
    a = [1, 2, 3]
    a[1:2] = ["in", 4]
    yield a
    a = [1, 2, 3, 4]
    a[::2] = [Thing("s"), 0.5]
    yield a
    a = [1.5]
    a.extend((2, "t"))
    a.extend([None])
    a.extend(x for x in "uv")
    a += [3]
    a.insert(1, "ins")
    a *= 2
    yield a
    a = [3, 1, 2]
    a.sort(key=lambda x: a.append("sneaked") if False else -x)
    yield a
    a = list({1: "one", 2: 2.0}.values()) + list((1, "t")) + sorted([3, 1]) + [*range(3), "star"]
    yield a
    first, *rest = [1, "r", 2.0]
    yield rest
    a = [1, 2]
    a.clear()
    a.append("only")
    yield a
    a.pop()
    a.append(5)
    a[0] = 6
    yield a
    yield [x if x % 2 else str(x) for x in range(5)]
    yield a.copy()
    yield [None] * 3
    yield "a b".split() + [1]
    a = [1, 2]
    a.__init__([0.5, "again"])
    yield a
    a.__setitem__(0, "set")
    yield a


def walk(items):
    out = []
    for x in items:
        out.append(x)
    for i in range(len(items)):
        if items[i] is not out[i]:
            return "different"
    return out


for n in range(25):
    results = [walk(way) for way in ways()]
print(*results, sep="\n")

import heapq
for n in range(60):
    heap = [5, 3, 8, 1]
    heapq.heapify(heap)
    heapq.heapreplace(heap, 2.5)
    heapq.heappushpop(heap, 2**70)
    heapq.heappush(heap, 4)
    walk(heap)
print(sorted(heap), walk(heap))

for n in range(40):
    x = pairs([[i, i * 2] for i in range(30)] + [[1.5, 2] if n > 30 else [1, 2]] * 3)
    y = zipped(INTS, FLOATS if n % 3 else BIG)
    z = swap_all(swap_all(INTS[:]) + FLOATS[:5] + (["s"] if n > 20 else []))
print(x, y[:6], z[:7])

# a loop that makes its list another kind while it reads it
def spoil(items, at, value):
    s = 0
    for i in range(len(items)):
        if i == at:
            items[(i + 3) % len(items)] = value
        s = s + items[i]
    return s


for n in range(40):
    spoil([1] * 50, 70, 0)
print(spoil([1] * 50, 20, 0.5), spoil([1] * 50, 30, Thing("spoilt")), spoil([0.5] * 50, 5, 2**70), spoil([1.5] * 50, 49, 3))


class MyList(list):
    pass


for n in range(40):
    mine = MyList([1, 2, 3])
    mine[1] = 2.5
    mine.append("x")
    walk(mine)
print(walk(mine), total(MyList([1, 2, 0.5])))


def emptied(n):
    a = list(range(n))
    while a:
        a.pop()
    return a


for n in range(30):
    a = emptied(n)
    print(a + [], [] + a, a + a, a * 3, a[:], a[::2], a[::-1], a.copy(), [*a, n]) if n % 10 == 0 else None

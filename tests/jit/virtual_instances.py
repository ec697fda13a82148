# Instances that a trace need not make, and every way in which they get out of it.
import sys


class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def plus(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def scale(self, k):
        return Vector(self.x * k, self.y * k)

    def dot(self, other):
        return self.x * other.x + self.y * other.y


class Pair:
    kind = "pair"

    def __init__(self, left, right=None):
        self.left = left
        self.right = right

    def swap(self):
        self.left, self.right = self.right, self.left
        return self


class Empty:
    pass


class Node(Pair):
    def __init__(self, left, right):
        super().__init__(left, right)
        self.extra = 1


def temporaries(n):
    total = 0
    a = Vector(1, 0.5)
    for i in range(n):
        total += a.plus(Vector(i, 2)).scale(3).dot(a)
    return total


def to_list(n):
    kept = []
    for i in range(n):
        v = Vector(i, i + 1)
        if i % 3 == 0:
            kept.append(v)
    return [(v.x, v.y) for v in kept], len({id(v) for v in kept})


last = None


def to_global(n):
    global last
    total = 0
    for i in range(n):
        p = Pair(i, i * 0.5)
        if i % 5 == 1:
            last = p
        p.left += 1
        total += p.left
    return total, last.left, last.right


def to_closure(n):
    calls = []
    for i in range(n):
        p = Pair(i)
        if i % 7 == 2:
            calls.append(lambda p=p: p.left)
    return [c() for c in calls]


def to_exception(n):
    seen = []
    for i in range(n):
        p = Pair(i, "text")
        try:
            if i % 11 == 4:
                raise ValueError(p)
        except ValueError as error:
            seen.append(error.args[0].left + p.left)
    return seen


def through_generator(n):
    for i in range(n):
        v = Vector(i, 1)
        yield v
        v.x += 100


def generators(n):
    return sum(v.x for v in through_generator(n))


def made(i):
    p = Pair(i, Vector(i, 2))
    p.right.x += 1
    return p


def returned(n):
    total = 0
    for i in range(n):
        total += made(i).right.x
    return total


def nested(n):
    total = 0
    for i in range(n):
        p = Pair(Vector(i, 1), Pair(Vector(2, i)))
        q = p.right
        q.left.y += 1
        p.left.x = q.left.y
        total += p.left.x + p.right.left.y
        if i % 50 == 49:
            total += len(repr([p.left, q]) and "ab")
            p.left.x = 1000
            total += p.left.x + q.left.y
    return total


def identity(n):
    same = other = kinds = 0
    for i in range(n):
        a = Pair(i)
        b = a
        c = Pair(i)
        same += a is b
        other += a is c
        other += a is not c
        kinds += isinstance(a, Pair) + isinstance(a, Empty) + (type(a) is Pair)
        b.left = 7
        if a.left != 7 or c.left != i:
            return "broken"
    return same, other, kinds


def cyclic(n):
    total = 0
    for i in range(n):
        a = Pair(i)
        b = Pair(a)
        a.right = b
        total += a.right.left.left
    return total


def itself(n):
    total = 0
    for i in range(n):
        a = Pair(i)
        a.right = a
        total += a.right.right.left
    return total


def swapped(n):
    text = "text%d" % n
    total = 0
    for i in range(n):
        p = Pair(text, [i]).swap()
        total += p.left[0] + len(p.right)
    return total, sys.getrefcount(text) < 6


def counted(n):
    value = [1]
    before = sys.getrefcount(value)
    for i in range(n):
        p = Pair(value, value)
        q = Pair(p.left, p)
        r = q.right
        q.left = None
    del p, q, r
    return sys.getrefcount(value) - before


def classvars(n):
    total = 0
    for i in range(n):
        p = Pair(i)
        total += len(p.kind)
        if i == n // 2:
            Pair.kind = "another"
    Pair.kind = "pair"
    return total


def changed_midway(n):
    class Local:
        def __init__(self, v):
            self.v = v

        def get(self):
            return self.v

    total = 0
    for i in range(n):
        p = Local(i)
        if i == n // 2:
            Local.get = lambda self: self.v * 100
        if i == n // 2 + 7:
            Local.v = property(lambda self: 5, lambda self, value: None)
        total += p.get()
    return total


def deleted_later(n):
    log = []

    class Late:
        def __init__(self, v):
            self.v = v

    def change(i):
        if i == n - 3:
            Late.__del__ = lambda self: log.append(self.v)

    total = 0
    for i in range(n):
        p = Late(i)
        change(i)
        total += p.v
        p = None
    return total, log


def half_made(n):
    class Partial:
        def __init__(self, v):
            self.v = v
            self.w = 10 // (v % 20 - 19)
            self.u = 3

    bad = 0
    for i in range(n):
        try:
            p = Partial(i)
            bad += p.w + p.u
        except ZeroDivisionError as error:
            self = error.__traceback__.tb_next.tb_frame.f_locals["self"]
            bad += 10000 + self.v + hasattr(self, "w") + hasattr(self, "u")
    return bad


def many_types(n):
    total = 0
    for i in range(n):
        p = Pair(i if i % 40 else "s", i if i % 60 else None)
        total += 1 if isinstance(p.left, str) or p.right is None else p.left + p.right
    return total


def missing(n):
    bad = 0
    for i in range(n):
        e = Empty()
        e.a = i
        if i % 9 == 0:
            e.b = 1
        try:
            bad += e.a + e.b
        except AttributeError as error:
            bad += len(str(error))
        if i % 13 == 0:
            del e.a
            bad += not hasattr(e, "a")
    return bad


def initialised_by_super(n):
    return sum(Node(i, 2).left + Node(i, 3).extra for i in range(n))


def carried(n):
    p = Pair(0)
    for i in range(n):
        q = Pair(p.left + 1, p)
        p = q
        if i % 30 == 29:
            p.right = None
    return p.left, p.right and p.right.left


class Finalized:
    log = []

    def __init__(self, v):
        self.v = v

    def __del__(self):
        self.log.append(self.v)


def finalizers(n):
    for i in range(n):
        f = Finalized(i)
        p = Pair(Finalized(-i))
        p = None
        Finalized.log.append("end")
    del f
    result = len(Finalized.log), Finalized.log[:8], Finalized.log[-6:]
    Finalized.log.clear()
    return result


class Hooked:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2)

    def __init__(self, v):
        self.v = v

    def __getattr__(self, name):
        return name


class Slotted:
    __slots__ = ("a", "b", "c")

    def __init__(self, i):
        self.c = Finalized("c%d" % i)
        self.a = Finalized("a%d" % i)
        self.b = 0


def order_of_death(n):
    for i in range(n):
        s = Slotted(i)
        p = Pair(Finalized("l%d" % i), Finalized("r%d" % i))
        s = p = None
    result = len(Finalized.log), Finalized.log[:8], Finalized.log[-6:]
    Finalized.log.clear()
    return result


def hooked(n):
    total = 0
    for i in range(n):
        h = Hooked(i)
        total += h.v + len(h.other)
    return total


def branches(n):
    total = 0
    for i in range(n):
        v = Vector(i, 1)
        if i % 2:
            w = v.scale(2)
        else:
            w = v
        if i % 3 == 0:
            w.y += 5
        total += w.x + w.y + v.y
    return total


def through_dict(n):
    shown = set()
    for i in range(n):
        p = Pair(i, 1)
        if i % 25 == 3:
            p.__dict__["left"] = -1
            shown.add(tuple(sorted(p.__dict__.items())))
        shown.add(p.left % 5)
    return sorted(map(str, shown))


for k in (10, 300):
    print(temporaries(k), to_list(k), to_global(k), to_closure(k)[:5], to_exception(k))
    print(generators(k), returned(k), nested(k), identity(k), cyclic(k), itself(k), swapped(k), counted(k))
    print(classvars(k), changed_midway(k), deleted_later(k), half_made(k), many_types(k), missing(k))
    print(initialised_by_super(k), carried(k), finalizers(k), order_of_death(k), hooked(k), branches(k), through_dict(k))

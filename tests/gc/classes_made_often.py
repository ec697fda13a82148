# Classes made in a loop and used by the same code: the caches of that code see each class's shape, and a class that is
# gone must leave nothing behind: not in the caches (an address that came back would make them lie), and no memory.
import gc


def use(cls, k):
    o = cls()
    o.a = k
    o.b = k + 1
    if k % 3 == 0:
        o.c = k + 2
    return o.b - o.a + getattr(o, "c", 0)


def other_layout(k):
    class B:
        def __init__(self):
            self.b = 10
            self.c = 20
            self.a = 30

    return use(B, k)


def make(k):
    class A:
        pass

    return use(A, k)


def total(n):
    s = 0
    for k in range(n):
        s += make(k) + other_layout(k)
        if k % 17 == 0:
            gc.collect()
    return s


print(total(100), total(100))
gc.collect()

try:
    from _coachwhip import blocks_in_use
except ImportError:

    def blocks_in_use():
        return 0  # CPython, the measure for what is printed


def growth():
    gc.collect()
    before = blocks_in_use()
    total(200)
    gc.collect()
    return blocks_in_use() - before


growth()
print("grows" if growth() > 20 else "does not grow")

# Cycles outlive their names and are found by gc.collect(), which returns their number.
import gc
import weakref

gc.collect()
gc.disable()


class Node(list):
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


a, b = Node("a"), Node("b")
a.append(b)
b.append(a)
del a
del b
print("names deleted")
print("collected", gc.collect())
print("nothing left", gc.collect())

self_containing = []
self_containing.append(self_containing)
del self_containing
print(gc.collect())

d = {}
d["self"] = d
del d
print(gc.collect())


class Plain:
    pass


p = Plain()
p.me = p
ref = weakref.ref(p, lambda r: print("callback", r() is None))
del p
print("alive before", ref() is not None)
print(gc.collect(), ref() is None)

p, q = Plain(), Plain()
p.other, q.other = q, p
p.ref = weakref.ref(q, lambda r: print("never called: the reference dies with its referent"))
del p, q
print(gc.collect() >= 2)


class Zombie:
    saved = []

    def __del__(self):
        print("zombie")
        Zombie.saved.append(self)


z = Zombie()
z.me = z
del z
print("unreachable but revived:", gc.collect())
print(len(Zombie.saved), Zombie.saved[0].me is Zombie.saved[0])
Zombie.saved.clear()
gc.collect()
print("dies without a second __del__", len(Zombie.saved))


def closure():
    def inner():
        return inner
    return weakref.ref(inner)


r = closure()
print(r() is not None, gc.collect() > 0, r() is None)


def frames():
    try:
        raise ValueError
    except ValueError as error:
        kept = error
    return weakref.ref(Plain())


frames()
print(gc.collect() > 0)
t = ([],)
t[0].append(t)
del t
print(gc.collect())
s = set()


class InSet:
    def __init__(self):
        self.s = {self}


InSet()
print(gc.collect() > 0)
g = (x for x in [1])


def gen():
    me = yield
    yield me


it = gen()
next(it)
it.send(it)
del it
print(gc.collect() > 0)
print(gc.garbage)

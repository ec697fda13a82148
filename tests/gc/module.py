# What the gc module shows and does.
# modes: off sync auto; it shows each collection
import gc
import weakref

gc.collect()
print(gc.isenabled(), gc.get_threshold(), gc.get_debug())
print(sorted(name for name in dir(gc) if not name.startswith("__")))
for value in (1, 1.5, "a", b"a", None, True, object(), (), (1, 2), {}, {"a": 1}):
    print(type(value).__name__, gc.is_tracked(value))
for value in ([], {"a": []}, set(), ([],), lambda: 0, type):
    print(type(value).__name__, gc.is_tracked(value))

literals = (1, ("a", (2.5, None)))
gc.collect()
print("atomic tuple", gc.is_tracked(literals))
d = {}
d["x"] = 1
d["y"] = ("a", 2)
print("atomic dict", gc.is_tracked(d))
d["z"] = []
print("dict with a list", gc.is_tracked(d))

target = []
holder = [target]
print([r is holder for r in gc.get_referrers(target) if type(r) is list])
print(sorted(map(repr, gc.get_referents([1, "a", 2.5, "b"], ("c",)))))
print(holder in gc.get_objects())

phases = []


def callback(phase, info):
    phases.append((phase, info["generation"], sorted(info)))


gc.callbacks.append(callback)
gc.collect(0)
gc.collect(1)
gc.collect()
gc.callbacks.remove(callback)
print(phases)
for bad in (-1, 3):
    try:
        gc.collect(bad)
    except ValueError as error:
        print(error)
for bad in (-1, 3):
    try:
        gc.get_objects(bad)
    except ValueError as error:
        print(error)
for call in (lambda: gc.get_objects("1"), lambda: gc.set_threshold(), lambda: gc.collect(1.5)):
    try:
        call()
    except TypeError as error:
        print(error)

print([sorted(s) for s in gc.get_stats()])
before = gc.get_freeze_count()
gc.freeze()
print(gc.get_freeze_count() > before)
gc.unfreeze()
print(gc.get_freeze_count())

gc.set_debug(gc.DEBUG_SAVEALL)


class Saved:
    pass


s = Saved()
s.s = s
del s
gc.collect()
print([type(x).__name__ for x in gc.garbage if isinstance(x, Saved)])
gc.set_debug(0)
gc.garbage.clear()


class Finalised:
    def __del__(self):
        pass


f = Finalised()
print(gc.is_finalized(f), gc.is_finalized(3))
f.me = f
r = weakref.ref(f)
del f
gc.collect()
print(r())


class Order:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        order.append(self.n)


order = []
chain = [Order(i) for i in range(5)]
for i, o in enumerate(chain):
    o.next = chain[(i + 1) % 5]
del chain, o
gc.collect()
print(order)

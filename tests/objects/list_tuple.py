# Lists and tuples: every method, slices, errors to the letter, containers that change while they are looked at.
def attempt(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


a = list(range(10))
print(a[2:5], a[::-1], a[-3:], a[8:2:-2], a[100:], a[:-100], a[::3])
a[2:5] = "xyz!"
print(a)
a[::2] = [0] * 6
print(a)
del a[1::3]
print(a)
a[1:1] = a
print(a)
del a[-2:]
a += (1, 2)
a *= 2
print(a, len(a))
attempt(a.__setitem__, slice(0, 6, 2), [1])
attempt(a.__setitem__, slice(0, 6, 2), 5)
attempt(a.__setitem__, slice(0, 6), 5)
attempt(a.__getitem__, 1000)
attempt(a.__setitem__, 1000, 1)
attempt(a.__delitem__, 1000)
attempt(a.__getitem__, "x")
attempt(a.__getitem__, 1.0)
attempt(a.__getitem__, slice(None, None, 0))
attempt(a.__getitem__, slice("a", None))
attempt(a.pop, 1000)
attempt([].pop)
attempt(a.remove, "absent")
attempt(a.index, "absent")
attempt(a.index, 2, 1, 3)
attempt(a.insert, "x", 1)
attempt(a.insert, 1)
attempt(a.append)
attempt(a.append, 1, 2)
attempt(a.sort, 1)
attempt(a.sort, foo=1)
attempt(list, 1)
attempt(list, 1, 2)
attempt(list, x=1)
attempt(a.__add__, 1)
attempt(lambda: [] + ())
attempt(lambda: () + [])
attempt(lambda: [1] * "a")
attempt(lambda: "a" * [1])
attempt(lambda: [1] < 2)
attempt(hash, [])
attempt(a.extend, 5)
print([1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [2] > [1, 9], [1] != [1], [] <= [], [[1], 2] == [[1], 2])
print([1, 2, 1].count(1), [3, 4].index(4), 3 in [1, 2, 3], None in [])
x = [1]
x.append(x)
print(x, repr(x))
t = ([],)
t[0].append(t)
print(t)
attempt(lambda: x == x)
y = [3, 1, 2]
print(y.sort(), y, sorted(y, reverse=True), y.reverse(), y, y.copy() is y, y.clear(), y)


class Changing:
    def __eq__(self, other):
        items.clear()
        return False


items = [Changing(), 1, 2]
print(3 in items, items)
items = [Changing(), 1, 2]
print(items.count(2), items)


class L(list):
    def __getitem__(self, key):
        return ("got", key)


l = L("abc")
print(l, l[0], l[1:2], list(l), type(l + l), type(l[:]), L.__name__, l == ["a", "b", "c"])
print(list(reversed(l)), list(reversed([1, 2, 3])))
grow = [1]
for value in grow:
    if len(grow) < 6:
        grow.append(value + 1)
print(grow)
it = iter([1, 2, 3])
print(it.__length_hint__(), next(it), it.__reduce__()[1:], it.__length_hint__())
it.__setstate__(1)
print(list(it), list(it), it.__reduce__()[1:])
r = reversed([1, 2, 3])
print(next(r), r.__length_hint__(), r.__reduce__()[1:], list(r), type(r), type(iter(())), type(iter([])))

t = (1, 2, 3, 1)
print(t[1:], t[::-1], t + (5,), t * 2, 0 * t, t.count(1), t.index(3), t < (2,), hash(t) == hash((1, 2, 3, 1)))
print((), (1,), ((),), tuple("ab"), tuple([1]) + tuple(), t[:] is t, tuple(t) is t, () is tuple([]))
attempt(t.index, 9)
attempt(t.__getitem__, 9)
attempt(t.__getitem__, "a")
attempt(lambda: t + [1])
attempt(tuple, 1)
attempt(tuple, 1, 2)
attempt(tuple, x=2)
attempt(hash, ([],))
attempt(lambda: t.__setitem__)
print(hash(()), hash((1,)), hash((1, 2)), hash((0, -1, 1.5)), hash(((1, 2), (3,))))


class T(tuple):
    pass


s = T((1, 2))
s.name = "x"
print(s, type(s + s), s.name, T() == (), s == (1, 2), hash(s) == hash((1, 2)), type(s[:]), s.__getnewargs__())
nan = float("nan")
print([nan] == [nan], nan in [nan], (nan,) == (nan,), [nan].index(nan))
for count in (0, 1, 2, 5):
    exec("*p, = range(count); print(p)")
first, *rest = (1, 2, 3)
print(first, rest, [*rest, *"ab"], (*rest, first))
big = [0] * 1000
del big[10:990]
print(len(big), sum(big))
print([[]] * 2, [i for i in range(3) if i], list({1: 2}), list("né"))
print(sorted([(2, "b"), (1, "z"), (2, "a")]), min([3, 1]), max((4, 9, 2)))

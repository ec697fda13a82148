# range, slice, enumerate, zip, map, filter, reversed, iter(callable): values, errors, and how they are pickled.
import copy


def attempt(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


for r in (range(0), range(5), range(2, 9, 3), range(9, 2, -3), range(-5, 5), range(10 ** 20, 10 ** 20 + 3), range(3, 3)):
    print(r, list(r), len(r), bool(r), list(reversed(r)), r[1:], r[::-1], hash(r) == hash(range(r.start, r.stop, r.step)))
print(range(0, 3, 2) == range(0, 4, 2), range(0) == range(2, 1), range(5) == [0], 3 in range(5), 5.0 in range(9), "a" in range(3))
print(10 ** 30 in range(10 ** 31), range(5).index(3), range(5).count(3), range(0, 10 ** 40, 10 ** 39)[3], range(5)[-1])
attempt(lambda: range(5)[5])
attempt(lambda: range(5)["a"])
attempt(lambda: range(5).index(7))
attempt(lambda: range(5).index("a"))
attempt(range)
attempt(range, 1, 2, 3, 4)
attempt(range, 1.0)
attempt(range, 1, 2, 0)
attempt(range, x=1)
attempt(len, range(10 ** 30))
attempt(lambda: range(3).start.__class__)
attempt(setattr, range(3), "start", 1)
attempt(hash, slice(1))
s = slice(1, None, 2)
print(s, s.start, s.stop, s.step, s.indices(10), slice(-1, -20, -3).indices(7), slice(None, 10 ** 30).indices(5))
print(slice(1, 2) == slice(1, 2, None), slice(1, 2) < slice(1, 3), s.__reduce__()[1], slice(5))
attempt(s.indices, -1)
attempt(s.indices, "a")
attempt(slice(1, 2, 0).indices, 5)
attempt(slice)
attempt(slice, 1, 2, 3, 4)

e = enumerate("abc", 5)
print(next(e), e.__reduce__()[1][1], list(e), list(enumerate([1, 2], start=-1)), list(enumerate("ab", 2 ** 61 - 1)))
attempt(enumerate)
attempt(enumerate, 5)
attempt(enumerate, [], "a")
attempt(enumerate, [], 1, 2)
attempt(enumerate, [], foo=1)
print(enumerate[int], list(enumerate(iterable="ab", start=True)))
z = zip([1, 2, 3], "ab")
print(next(z), list(z), list(zip()), list(zip("abc")), list(zip("ab", [1, 2], (3, 4))), next(zip(), "none"))
attempt(lambda: list(zip([1], [1, 2], strict=True)))
attempt(lambda: list(zip([1, 2], [1], strict=True)))
attempt(lambda: list(zip([1], [1], [], strict=True)))
attempt(lambda: list(zip([], [], [1], strict=True)))
attempt(zip, 1)
attempt(zip, [], foo=1)
kept = list(zip("ab", "cd"))
print(kept, kept[0] is not kept[1])
print(list(map(lambda *a: a, [1, 2], "abc")), list(map(str, [1, 2])), list(filter(None, [0, 1, "", "a"])),
      list(filter(lambda x: x > 1, [1, 2, 3])), list(filter(bool, [0, 2])))
attempt(map, 1)
attempt(lambda: list(map(1, [1])))
attempt(lambda: list(map(lambda: 0, [1])))
attempt(filter, 1)
attempt(filter, 1, 2, 3)
attempt(lambda: list(filter(1, [1])))
attempt(reversed, 5)
attempt(reversed, {1})
attempt(reversed)


class Old:
    def __getitem__(self, index):
        if index > 3:
            raise IndexError
        return index * 10

    def __len__(self):
        return 4


print(list(Old()), list(reversed(Old())), 20 in Old(), type(iter(Old())).__name__, type(reversed(Old())).__name__)
it = iter(Old())
next(it)
print(it.__length_hint__(), it.__reduce__()[2])
it.__setstate__(3)
print(list(it), list(it))
values = iter([1, 2, 3, 0, 4])
c = iter(lambda: next(values), 0)
print(list(c), list(c), c.__reduce__()[1], type(c).__name__)


class NotReversible:
    __reversed__ = None

    def __len__(self):
        return 0

    def __getitem__(self, i):
        return 0


attempt(reversed, NotReversible())
attempt(iter, 5)
attempt(iter, 5, 5)
attempt(next, 5)
attempt(next, iter([]))
print(next(iter([]), "default"))
for make in (lambda: iter([1, 2, 3]), lambda: iter((1, 2, 3)), lambda: reversed([1, 2, 3]), lambda: iter(range(4)),
             lambda: iter(range(2 ** 70, 2 ** 70 + 3)), lambda: enumerate("abc"), lambda: zip("ab", "cd"),
             lambda: map(str, [1, 2]), lambda: filter(None, [1, 0, 2]), lambda: iter("héllo"), lambda: iter({1: 2, 3: 4})):
    it = make()
    twin = copy.copy(make())
    next(it)
    print(type(it).__name__, list(twin), list(copy.copy(it)))

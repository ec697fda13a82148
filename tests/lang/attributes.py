# Attribute loads and stores: shapes that grow, change and mix; descriptors; __getattr__; slots; class attributes changed
# while a loop is hot.
class Point:
    scale = 1

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        return (self.x * self.x + self.y * self.y) * self.scale


class Other:
    def __init__(self, y, x):
        self.y = y
        self.x = x
        self.extra = 1

    def norm(self):
        return self.x - self.y


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        return self.x + self.y


class Dynamic:
    def __getattr__(self, name):
        if name == "missing":
            raise AttributeError("no " + name)
        return len(name)

    def norm(self):
        return self.anything


class Managed:
    def __init__(self):
        self._v = 0

    @property
    def v(self):
        return self._v

    @v.setter
    def v(self, value):
        self._v = value + 1

    def norm(self):
        self.v = self.v
        return self.v


def total(items, rounds):
    result = 0
    for _ in range(rounds):
        for item in items:
            result += item.norm()
    return result


print(total([Point(1, 2), Point(3, 4)], 400))
print(total([Point(1, 2), Other(3, 4), Slotted(5, 6), Dynamic(), Managed()], 200))


def change_class(n):
    p = Point(1, 1)
    out = []
    for i in range(n):
        if i == n // 2:
            Point.scale = 10
        if i == n // 2 + 5:
            p.scale = 100
        if i == n // 2 + 10:
            Point.norm = lambda self: -1
        if i > n - 3 or n // 2 - 2 < i < n // 2 + 12:
            out.append(p.norm())
        else:
            p.norm()
    return out


print(change_class(900))


def grow(n):
    objects = []
    for i in range(n):
        o = Other(1, 2)
        if i % 3 == 0:
            o.a = i
        if i % 5 == 0:
            o.b = i
            del o.extra
        objects.append(o)
    return sum(len(vars(o)) + getattr(o, "a", 0) - getattr(o, "b", 0) for o in objects)


print(grow(500))
o = Other(1, 2)
o.__dict__["late"] = 5
o.z = 6
print(o.late, sorted(vars(o).items()), o.__dict__ is o.__dict__)
o.__dict__ = {"only": 1}
print(vars(o), hasattr(o, "x"))
for code in ("Point(1, 2).nothing", "Slotted(1, 2).z", "del Point(1, 2).q", "Dynamic().missing", "None.x", "(1).real.y",
             "Slotted(1, 2).__dict__", "Managed().v.w"):
    try:
        exec(code)
    except AttributeError as error:
        print(code, "|", error)
try:
    s = Slotted(1, 2)
    s.z = 3
except AttributeError as error:
    print(error)

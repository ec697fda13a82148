# super().method(), class methods and static methods in hot loops.
class Base:
    made = 0

    def __init__(self, x):
        self.x = x

    def value(self, k=1):
        return self.x * k

    @classmethod
    def new(cls, x, *, y=0):
        cls.made += 1
        return cls(x + y)

    @staticmethod
    def twice(x):
        return x + x

    @classmethod
    def name(cls):
        return cls.__name__


class Middle(Base):
    def __init__(self, x):
        super().__init__(x + 1)
        self.y = 2

    def value(self, k=1):
        return super().value(k) + self.y


class Leaf(Middle):
    def __init__(self, x):
        super().__init__(x)
        self.z = 3

    def value(self, k=2):
        return super().value(k=k) + self.z

    @classmethod
    def new(cls, x, **rest):
        return super().new(x, **rest)


class Side(Base):
    def value(self, k=1):
        return -super().value(k)


class Both(Middle, Side):
    pass


def values(n):
    total = 0
    for i in range(n):
        total += Leaf(i).value() + Both(i).value(3) + Side(i).value()
    return total


def kinds(n):
    total = 0
    objects = [Middle(1), Leaf(2), Both(3), Side(4)]
    for i in range(n):
        total = total * 3 % 1000003 + objects[i % 4].value()
    return total


def class_methods(n):
    total = 0
    leaf = Leaf(0)
    for i in range(n):
        total += Base.new(i).x + Middle.new(i, y=2).x + leaf.new(i).z + len(leaf.name()) + len(Side.name())
        total += leaf.twice(i) + Base.twice(i) + Leaf(i).twice(1)
        total += len(Leaf(i).name())
    return total, Base.made, Middle.made


def shadowed(n):
    leaf = Leaf(0)
    total = 0
    for i in range(n):
        if i == n // 2:
            leaf.name = lambda: "a longer name"
        total += len(leaf.name())
    return total


def changed(n):
    class A:
        def f(self):
            return 1

    class B(A):
        def f(self):
            return super().f() + 10

    b = B()
    total = 0
    for i in range(n):
        if i == n // 2:
            A.f = lambda self: 1000
        if i == n // 2 + 8:
            del A.f
            A.f = lambda self: self.g()
            B.g = lambda self: 7
        total += b.f()
    return total


def failing(n):
    class A:
        def f(self, x):
            return 10 // x

    class B(A):
        def f(self, x):
            self.x = x
            return super().f(x)

    lines = set()
    total = 0
    for i in range(n):
        try:
            total += B().f(i % 12)
        except ZeroDivisionError as error:
            t = error.__traceback__
            while t:
                lines.add(t.tb_lineno - failing.__code__.co_firstlineno)
                t = t.tb_next
    return total, sorted(lines)


def other_forms(n):
    class C(Middle):
        def value(self, k=1):
            s = super()
            return s.value(k) + super(C, self).value(k) + Middle.value(self, k)

        def again(self):
            self = Leaf(5)
            try:
                return super().value()
            except TypeError as error:
                return len(str(error))

    total = 0
    for i in range(n):
        total += C(i).value() + C(i).again()
    return total


for k in (10, 300):
    print(values(k), kinds(k), class_methods(k), shadowed(k), changed(k), failing(k), other_forms(k))
    Base.made = 0
    del Middle.made

# Operators, subscripts, properties and iteration that Python functions of classes define, in hot loops.
import sys


class Vec:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        if not isinstance(other, Vec):
            return NotImplemented
        return Vec(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vec(self.x - other.x, self.y - other.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    def __rmul__(self, k):
        return Vec(k * self.x, k * self.y)

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def __eq__(self, other):
        if not isinstance(other, Vec):
            return NotImplemented
        return self.x == other.x and self.y == other.y

    def __lt__(self, other):
        return self.x < other.x

    def __bool__(self):
        return self.x != 0

    def __getitem__(self, index):
        if index == 0:
            return self.x
        if index == 1:
            return self.y
        raise IndexError(index)

    def __setitem__(self, index, value):
        if index:
            self.y = value
        else:
            self.x = value

    def __contains__(self, value):
        return value == self.x or value == self.y


def arithmetic(n):
    total = Vec(0, 0.5)
    for i in range(n):
        total += Vec(i, 1) + Vec(2, i) - Vec(1, 1) * 2 + 3 * Vec(i, 0.25)
        total = -(-total)
    return total.x, total.y


def comparisons(n):
    less = equal = true = member = 0
    for i in range(n):
        v, w = Vec(i % 7, i), Vec(3, i)
        if v < w:
            less += 1
        if v == w:
            equal += 1
        if v != w:
            equal += 100
        if v:
            true += 1
        if not v:
            true += 1000
        true += len((v and w) is w and "ab")if v else 0
        if 3 in v:
            member += 1
        if 3 not in w:
            member += 1000
        if v == "text" or v == None:
            equal += 100000
    return less, equal, true, member


def items(n):
    v = Vec(1, 2)
    total = 0
    for i in range(n):
        v[i % 2] = v[0] + v[1] + i & 1023
        total += v[i % 2]
        try:
            total += v[i % 50 and 1 or 3]
        except IndexError as error:
            total += error.args[0]
    return total


class Other:
    def __radd__(self, other):
        return 1000

    def __gt__(self, other):
        return True

    def __eq__(self, other):
        return 7


def not_implemented(n):
    total = 0
    values = [Vec(1, 2), Vec(3, 4), Other(), Vec(1, 2), 5]
    for i in range(n):
        v = values[i % 5]
        try:
            r = Vec(0, i) + v
            total += r if type(r) is int else r.x + r.y
        except TypeError as error:
            total += len(str(error))
        total += (Vec(0, 1) == v) is True
        total += (Vec(0, 1) == v) == 7
    return total


class Money:
    def __init__(self, n):
        self.n = n

    def __sub__(self, other):
        return NotImplemented

    def __isub__(self, other):
        return NotImplemented

    def __lt__(self, other):
        return NotImplemented

    def __and__(self, other):
        return [self, other]

    def __matmul__(self, other):
        return self


class More(Money):
    def __rand__(self, other):
        return "more"

    def __gt__(self, other):
        return "greater"


def refused(n):
    texts = set()
    for i in range(n):
        a, b = Money(i), (Money(1), More(2), i)[i % 3]
        for operation in (lambda: a - b, lambda: a < b, lambda: a @ b, lambda: a & b):
            try:
                texts.add(type(operation()).__name__)
            except TypeError as error:
                texts.add(str(error))
        try:
            a -= b
        except TypeError as error:
            texts.add(str(error))
    return sorted(texts)


class Temperature:
    scale = 2

    def __init__(self, c):
        self._c = c
        self.reads = 0

    @property
    def f(self):
        self.reads += 1
        return self._c * 9 / 5 + 32

    @f.setter
    def f(self, value):
        self._c = (value - 32) * 5 / 9

    @property
    def failing(self):
        if self._c > 40:
            raise ValueError(self._c)
        return self.scale

    @staticmethod
    def twice(x):
        return x * 2

    @classmethod
    def made(cls, x):
        return cls(x)

    def __call__(self, x, y=1):
        return self._c + x * y


def properties(n):
    t = Temperature(10.0)
    total = 0
    for i in range(n):
        t.f = t.f + 1
        total += t.f + t.twice(i) + Temperature.twice(i) + Temperature.made(i)._c + Temperature(i).f
        try:
            total += t.failing + Temperature(i).failing
        except ValueError as error:
            total += len(str(error.args[0])) and 1
        total += t(i) + t(i, 3) + t(x=2) + Temperature(i)(1)
    return round(total, 6), t.reads


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


def iteration(n):
    total = 0
    for i in Countdown(n):
        total += i
    for i in range(n // 10):
        for k in Countdown(5):
            total += k * i
    it = Countdown(3)
    for i in it:
        total += i
    for i in it:
        total += 10000
    return total


class Failing(Countdown):
    def __next__(self):
        if self.n == 4:
            raise KeyError("four")
        return super().__next__()


def failing_iteration(n):
    seen = []
    try:
        for i in Failing(n):
            seen.append(i)
    except KeyError as error:
        seen.append(error.args[0])
        seen.append(error.__traceback__.tb_next.tb_frame.f_code.co_name)
    return len(seen), seen[-3:]


class Keeper:
    kept = []

    def __add__(self, other):
        self.kept.append((self, other))
        return self

    def __radd__(self, other):
        return other

    def __mul__(self, other):
        return other

    def __eq__(self, other):
        return [other]


def owners(n):
    value = ["x"]
    before = sys.getrefcount(value)
    k = Keeper()
    for i in range(n):
        assert (k + k) is k
        assert k * value is value
        assert (Keeper() == value)[0] is value
        assert 5 + Keeper() == 5
        k.kept.clear()
        r = Keeper() * Vec(i, 2)
        r = r.x
    return sys.getrefcount(value) - before


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        self.log.append(self.n)

    def __add__(self, other):
        self.log.append("+")
        return self.n

    def __bool__(self):
        return self.n % 3 == 0


def dying_operands(n):
    total = 0
    for i in range(n):
        total += Loud(i) + Loud(-i)
        if Loud(i):
            total += 1
    result = total, Loud.log[:9], len(Loud.log)
    Loud.log.clear()
    return result


class Wrong:
    def __bool__(self):
        return 2 if Wrong.now else True


Wrong.now = False


def wrong_truth(n):
    total = 0
    w = Wrong()
    for i in range(n):
        Wrong.now = i % 20 == 19
        try:
            if w:
                total += 1
        except TypeError as error:
            total += len(str(error))
    return total


def changed(n):
    class Local:
        def __init__(self, v):
            self.v = v

        def __add__(self, other):
            return self.v + other.v

    total = 0
    a = Local(1)
    for i in range(n):
        if i == n // 2:
            Local.__add__ = lambda self, other: 50
        if i == n // 2 + 9:
            Local.__radd__ = lambda self, other: 60
        total += a + Local(i)
    return total


def traceback_depth(n):
    class Bad:
        def __init__(self, v):
            self.v = v

        def __add__(self, other):
            return self.v / other.v

    depths = []
    for i in range(n):
        try:
            Bad(i) + Bad(i % 10)
        except ZeroDivisionError as error:
            t, lines = error.__traceback__, []
            while t:
                lines.append(t.tb_lineno - traceback_depth.__code__.co_firstlineno)
                t = t.tb_next
            depths.append(tuple(lines))
    return depths[0], len(depths), len(set(depths))


for k in (10, 400):
    print(arithmetic(k), comparisons(k), items(k), not_implemented(k), refused(k))
    print(properties(k), iteration(k), failing_iteration(k), owners(k), dying_operands(k))
    print(wrong_truth(k), changed(k), traceback_depth(k))

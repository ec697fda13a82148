# Every way to call a function, in hot loops.
def plain(a, b):
    return a - b


def with_defaults(a, b=10, *rest, c=3, **more):
    return a + b + c + sum(rest) + sum(more.values())


def positional_only(a, /, b, *, c=1):
    return a * 100 + b * 10 + c


class Adder:
    base = 5

    def __init__(self, n):
        self.n = n

    def add(self, x, y=0):
        return self.n + x + y + self.base

    @classmethod
    def make(cls, n):
        return cls(n * 2)

    @staticmethod
    def twice(x):
        return x * 2

    def __call__(self, x):
        return self.n * x

    @property
    def doubled(self):
        return self.n * 2


def closure(n):
    count = 0

    def inc(by=1):
        nonlocal count
        count += by
        return count + n

    return inc


def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def main():
    total = 0
    adder = Adder(3)
    inc = closure(7)
    for i in range(600):
        total += plain(i, 2) + plain(b=i, a=1)
        total += with_defaults(i) + with_defaults(i, 1) + with_defaults(1, 2, 3, c=i, d=4)
        total += positional_only(1, b=i) + positional_only(i, 2, c=3)
        total += adder.add(i) + adder.add(i, y=2) + Adder.make(i).n + adder.twice(i) + adder(i) + adder.doubled
        total += inc() + inc(2) + inc(by=3)
        args, kwargs = (i, 1), {"c": 2}
        total += with_defaults(*args, **kwargs)
        method = adder.add
        total += method(1) + (lambda x, y=i: x + y)(3)
        total += len(str(i)) + max(i, 3) + min(i, 3, 2) + abs(-i) + isinstance(i, int) + ord(chr(65 + i % 26))
    return total


print(main(), fact(30), ackermann(2, 12))
for call in ("plain(1)", "plain(1, 2, 3)", "plain(1, c=2)", "plain(1, 2, a=3)", "positional_only(a=1, b=2)", "with_defaults()",
             "positional_only(1, 2, 3)", "Adder()", "Adder(1, 2)", "Adder(1).add()", "len()", "len(1, 2)", "len(x=1)", "(1)()",
             "plain(*1)", "plain(**1)", "plain(**{1: 2})", "Adder.add(3)", "positional_only(1, 2, d=3)", "plain(**{'a': 1}, a=2)"):
    try:
        print(call, eval(call))
    except Exception as error:
        print(call, type(error).__name__, error)

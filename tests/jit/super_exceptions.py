"""super() in traces: methods, __init__ chains, several bases, native bases, leaving between look-up and call."""


class A:
    def __init__(self, x):
        self.x = x

    def f(self, k, extra=1):
        return self.x + k + extra


class B(A):
    def __init__(self, x, y):
        super().__init__(x)
        self.y = y

    def f(self, k):
        return super().f(k, extra=2) * 2


class Left(A):
    def f(self, k):
        return super().f(k) + 1000


class Right(A):
    def f(self, k):
        return super().f(k) + 2000


class Both(Left, Right):
    pass


class Bare:
    def __init__(self):
        super().__init__()
        self.done = True


class Items(list):
    def append(self, item):
        super().append(item)
        super().append(-item)


class Error(ValueError):
    def __init__(self, code, text="text"):
        super().__init__(code, text)
        self.code = code

    def __str__(self):
        return "E:" + super().__str__()


class Other(Error):
    def __init__(self, code):
        super().__init__(code, text="other")


class Odd(A):
    def f(self, k):
        s = super()
        return s.f(k)

    @classmethod
    def make(cls, x):
        return super().__new__(cls)

    def g(self, k):
        return super().x_missing(k)

    def h(self, k, fails):
        return super().f(k, fails[k % 2])


def methods(n):
    b, both, left, odd = B(1, 2), Both(3), Left(4), Odd(5)
    return sum(b.f(i) + both.f(i) + left.f(i) + odd.f(i) for i in range(n)), [o.f(1) for o in (b, both, left, odd)]


def loop(n):
    total = 0
    for i in range(n):
        b = B(i, i + 1)
        total += b.f(i) + b.y + Bare().done
    return total


def polymorphic(n):
    total = 0
    objects = [B(1, 2), Both(3), Left(4), Right(5), Odd(6)]
    for i in range(n):
        total += objects[i % 5].f(i)
    return total


def lists(n):
    items = Items()
    for i in range(n):
        items.append(i)
    return len(items), items[-2:]


def errors(n):
    out = []
    for i in range(n):
        try:
            raise Other(i) if i & 1 else Error(i)
        except Other as e:
            out.append(e.code)
        except Error as e:
            out.append(e.args)
            if i > n - 3:
                out.append(str(e))
    return out[-4:], len(out)


def fails(n):
    odd, bad = Odd(1), 0
    for i in range(n):
        try:
            odd.g(i)
        except AttributeError as e:
            bad += len(str(e))
        try:
            odd.h(i, [1])
        except IndexError:
            bad += 1
        bad += isinstance(Odd.make(i), Odd)
    return bad


def changed(n):
    old, total = A.f, 0
    b = B(1, 2)
    for i in range(n):
        if i == n // 2:
            A.f = lambda self, k, extra: 5
        total += b.f(i)
    A.f = old
    return total


for run in range(3):
    for function in (methods, loop, polymorphic, lists, errors, fails, changed):
        print(function.__name__, function(60))

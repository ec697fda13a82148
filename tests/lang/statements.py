# Statements one by one: match, while/else, for/else, del, star targets, walrus, decorators, lambda defaults, chained
# comparison, conditional expressions, assert, nested functions and classes.
def match(x):
    match x:
        case 0 | 1:
            return "small"
        case int(n) if n < 0:
            return f"negative {n}"
        case [a, b, *rest]:
            return f"seq {a} {b} {rest}"
        case {"k": v, **others}:
            return f"map {v} {others}"
        case str() as s:
            return "str " + s
        case Point(x=0, y=y):
            return f"on axis {y}"
        case Point(a, b):
            return f"point {a} {b}"
        case None | True:
            return "none or true"
        case _:
            return "other"


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


subjects = [0, 1, 5, -3, [1, 2], (1, 2, 3), [1], {"k": 1, "z": 2}, {}, "s", Point(0, 2), Point(1, 2), None, False, 2.5]
for _ in range(120):
    results = [match(s) for s in subjects]
print(results)


def loops(n):
    found = []
    for i in range(n):
        for j in range(2, i):
            if i % j == 0:
                break
        else:
            found.append(i)
    k = n
    while k:
        k -= 1
        if k == 3:
            continue
    else:
        found.append("else")
    return found


print(loops(60))


def decorate(f):
    def wrapper(*args, **kwargs):
        return ("wrapped", f(*args, **kwargs))
    return wrapper


@decorate
def decorated(a, *, b=2):
    return a + b


print(decorated(1), decorated(1, b=5))
if (n := 10) > 5 and 1 < n < 20 <= n * 2 != 3:
    print("walrus", n)
print([y := 1, y ** 2], [last := i for i in range(5)], last)
a, (b, *c), d = 1, (2, 3, 4), 5
print(a, b, c, d)
*a, = "abc"
print(a)
x = y = [1, 2]
x += [3]
print(y, x is y)
del x[0], y[0]
print(x)
f = [lambda i=i: i * 10 for i in range(3)]
print([g() for g in f], (lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, z=4))
try:
    assert n < 5, f"n is {n}"
except AssertionError as error:
    print(error)


def outer():
    value = 1

    class Inner:
        v = value + 1

        def method(self):
            return value, __class__.__name__

    return Inner.v, Inner().method()


print(outer())
print(f"{3.14159:.2f} {'x':>5}|{'y':<3}|{1000000:,} {255:#x} {n=} {'a' 'b'!r} {[1, 2][0]} {{}} {'nested ' + f'{n:{5}d}'}")
print("%s %r %5.2f %-4d| %x %%" % ("a", "b", 2.5, 7, 255), "{0} {1!r:>4} {k[0]} {0.real}".format(1, "z", k=[9]))
print(1 if n else 2, not n, n or 3, n and 3, None or 0, -n ** 2, 2 ** -1, 7 // -2, 7 % -3, ~5, 1 << 3 | 1, 3 & 6 ^ 1)
global_names = sorted(k for k in globals() if not k.startswith("_"))
print(global_names)

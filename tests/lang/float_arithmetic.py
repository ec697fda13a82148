# Floats at the borders of the self-tagged representation, and the usual special values, in hot loops.
import math


def powers():
    x = 1.0
    out = []
    for i in range(1100):
        x *= 2.0
        if i % 64 == 0 or 250 < i < 260:
            out.append(x)
    x = 1.0
    for i in range(1100):
        x *= 0.5
        if i % 64 == 0 or 250 < i < 260 or 760 < i < 770:
            out.append(x)
    return out


def series(n):
    total = 0.0
    for i in range(1, n):
        total += 1.0 / i - i * 0.001
    return total


def mix(n):
    total = 0
    for i in range(n):
        if i % 3:
            total += i
        else:
            total += i * 0.5
    return total


def huge(n):
    x = 1e76
    y = 1e-76
    for i in range(n):
        x *= 1.1
        y *= 0.9
        if x > 1e240:
            x = 1e76
    return x, y


print(powers())
print(series(5000), mix(3000), huge(4000))
values = [0.0, -0.0, 1.5, -2.25, 1e77, 2.4e77, 1e-80, 1e300, 5e-324, math.inf, -math.inf, math.nan]
for a in values:
    for b in values:
        row = [a + b, a - b, a * b, a == b, a < b, a <= b, a != b]
        for op in ("/", "//", "%"):
            try:
                row.append(eval(f"a {op} b", {"a": a, "b": b}))
            except ZeroDivisionError as error:
                row.append(str(error))
        print(a, b, row)
print([round(x, 2) for x in (2.675, 1.005, -0.5, 1e20)], round(2.5), round(-1.5), int(1e19), float("1e400"))
print(1e16, 1e15, 123456789012345678.0, 0.1 + 0.2, 1e-5, 1e-4, 100.0)

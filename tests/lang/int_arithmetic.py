# Ints across the border of the immediate representation (62 bits) and of the machine word, in hot loops.
def grow(n):
    x = 1
    out = []
    for i in range(n):
        x = x * 3 + i
        if i % 10 == 0:
            out.append(x)
    return out


def around(border):
    out = []
    for delta in range(-3, 4):
        x = border + delta
        out.append((x + 1, x - 1, -x, x * 2, x * x, x // 7, x % 7, -x // 7, -x % 7, x >> 3, x << 5, x & 255, x | 1, x ^ 3, ~x))
    return out


def count(n):
    total = 0
    i = 0
    while i < n:
        total += i * i % 7 - i // 3
        i += 1
    return total


def overflow_in_loop():
    x = 2 ** 61 - 50
    seen = []
    for i in range(100):
        x += 1
        if i in (48, 49, 50, 51, 98):
            seen.append(x)
    return seen, type(x).__name__


def mixed(n):
    total = 0
    for i in range(n):
        if i & 1:
            total += i
        else:
            total -= i * True
        total ^= i << (i % 5)
    return total


print(grow(100))
for bits in (29, 30, 31, 32, 59, 60, 61, 62, 63, 64, 65, 127):
    print(bits, around(1 << bits))
    print(bits, around(-(1 << bits)))
print(count(5000), overflow_in_loop(), mixed(3000))
for a in (7, -7, 0, 2 ** 70, -2 ** 70):
    for b in (2, -2, 3, 2 ** 65):
        print(a, b, divmod(a, b), a ** 3, a / b, pow(a, 5, 13), a == b, a < b)
for bad in ("1 // 0", "1 % 0", "1 / 0", "divmod(3, 0)", "1 << -1", "0 ** -1", "2 ** 70 // 0"):
    try:
        eval(bad)
    except Exception as error:
        print(bad, type(error).__name__, error)

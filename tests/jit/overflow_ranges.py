"""Sums whose overflow guards the path makes needless, at the edges of 62-bit ints where they are not."""
MAX, MIN = 2**61 - 1, -(2**61)


def up(i, n):
    steps = 0
    while i < n:
        i += 1
        steps += 1
    return i, i + 1, steps


def up_to_and_with(i, n):
    steps = 0
    while i <= n:
        i += 1
        steps += 1
    return i, steps


def down(i, n):
    steps = 0
    while i > n:
        i -= 1
        steps += 1
    return i, i - 1, steps


def by_two(i, n):
    while i < n:
        i += 2
    return i


def up_to_constant(i):
    while i < 2305843009213693951:
        i += 1
    return i


def two_up_to_constant(i):
    while i < 2305843009213693951:
        i += 2
    return i


def three_up_to_small_constant(i):
    while i < 1000:
        i += 3
    return i


def not_at_least(i, n):
    while not i >= n:
        i = i + 1
    return i


def modular(a, m, n):
    x, s = a, 0
    for _ in range(n):
        x = (x * x + 7) % 1000003
        s = (s + x * 5) % m
        x = x * 3 % 2147483647
    return x, s


def big_modular(x, n):
    for _ in range(n):
        x = x * x % 4294967311
    return x


def masks(x, n):
    s = 0
    for i in range(n):
        x = (x & 0xFFFFFFFF) * 1664525 + 1013904223
        y = (x & 0x3FFFFFFFFFFFFFF) * 8
        s ^= (y & 255) + (x >> 40)
    return x, s


def indices(a, i):
    s = 0
    while True:
        try:
            s += a[i] + (i + 1) * 2 - (i - 1)
        except IndexError:
            return s, i
        i += 1


def text(data):
    h = 0
    for c in data:
        h = (h * 31 + c) & 0xFFFFFFFF
    for i in range(len(data)):
        h = (h + data[i] * data[-1 - i]) & 0xFFFFFFFFFFFF
    return h


def runs(i, n, step):
    seen = []
    while i < n:
        i = i + step
        if i % 7 == 0:
            seen.append(i)
    return i, len(seen), seen[-2:]


for near in (0, 10, 10**6, MAX - 300, MAX - 1, MAX, MAX + 1, MIN, MIN + 100, 2**62, -(2**62)):
    print(up(near - 200, near), up_to_and_with(near - 200, near), down(near + 200, near), by_two(near - 301, near))
    print(not_at_least(near - 150, near), runs(near - 500, near, 3))
for start in (MAX - 200, MAX - 3, MAX, MAX + 5):
    print(up_to_constant(start), two_up_to_constant(start - 1), two_up_to_constant(start))
print([three_up_to_small_constant(i) for i in (-1000, 0, 999, 1000, MAX)])
print(modular(3, 10**9 + 7, 400), modular(10**17, 2**61 - 1, 400), big_modular(12345, 300), masks(MAX, 300), masks(-5, 300))
print(indices(list(range(300)), 0), indices(list(range(300)), -300), indices([MAX] * 200, 0), text(bytes(range(256))))
print(text(bytearray(b"abc" * 100)))

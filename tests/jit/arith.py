# Ints, floats, bools: arithmetic, comparison, overflow into big ints.
def ints(n):
    s = 0
    for i in range(n):
        s = s + i * 3 - (i // 7) + (i % 5) - (i >> 1) + ((i & 6) | (i ^ 3))
    return s
def negatives(n):
    s = 0
    for i in range(-n, n, 3):
        s += i // 4 + i % 4 + (-i) // 3 + (-i) % 3 + ~i
        s -= i // -5 + i % -5
    return s
def floats(n):
    x = 0.0
    y = 1.5
    for i in range(n):
        x = x + i * 0.5 - y / 3
        y = y * 0.999 + x % 7.0
        if x > 1e6:
            x = x // 3.0
    return x, y
def overflow(n):
    x = 1
    for i in range(n):
        x = x * 3 + 1
    return x
def mixed(n):
    a = 1
    t = 0
    for i in range(n):
        if i % 3 == 0:
            t = t + True
        elif i % 3 == 1:
            t += 0.25
        else:
            t += 2
        a = -a
        t += a
    return t
def compare(n):
    c = 0
    for i in range(n):
        if i < 10: c += 1
        if i <= 10: c += 1
        if i == 500: c += 100
        if i != 500: c += 1
        if i > 20.5: c += 1
        if i >= 2.0: c += 1
        if 3 < i < 900: c += 1
        c += (i == 5) + (i > 7)
    return c
def bits(n):
    h = 17
    for i in range(n):
        h = ((h << 5) ^ (h >> 3) ^ i) & 0xffffffff
    return h
def power(n):
    s = 0
    f = 0.0
    for i in range(1, n):
        s += i ** 2
        f += (i * 0.5) ** 0.5 + i / (i + 1)
    return s, f
def whiles(n):
    i = j = 0
    while True:
        i += 1
        if i % 2: continue
        j += i
        if i > n: break
    return i, j
for k in (10, 1000):
    print(ints(k), negatives(k), floats(k), overflow(k) % 1000003, mixed(k), compare(k), bits(k), power(k), whiles(k))
def divzero(n):
    d = n - 5
    s = 0
    try:
        while True:
            s += 100 // d
            d -= 1
    except ZeroDivisionError as e:
        return s, str(e), d
print(divzero(200))
def big(n):
    s = 1 << 60
    for i in range(n):
        s += 1 << 58
    return s
print(big(100))

def lists(n):
    a = [0] * n
    for i in range(n):
        a[i] = i * 2
    s = 0
    for x in a:
        s += x
    for i in range(len(a)):
        s += a[i] + a[-1 - i]
    b = []
    for i in range(n):
        b.append(i * 0.5)
    t = 0.0
    for x in b:
        t += x
    return s, t, len(b)
def sieve(n):
    flags = [1] * (n + 1)
    count = 0
    i = 2
    while i <= n:
        if flags[i]:
            count += 1
            j = i * i
            while j <= n:
                flags[j] = 0
                j += i
        i += 1
    return count
def tuples(n):
    a, b = 0, 1
    for i in range(n):
        a, b = b, (a + b) % 1000007
    p = (1, 2.5, "x")
    s = 0
    for i in range(n):
        x, y, z = p
        s += x
        q = (i, i + 1)
        s += q[0] * q[1]
    return a, b, s
def dicts(n):
    d = {}
    for i in range(n):
        d[i % 10] = d.get(i % 10, 0) + i
    s = 0
    for k in d:
        s += k * d[k]
    for k, v in d.items():
        s += k - v
    for v in d.values():
        s += v
    w = {}
    for word in ("a b c a b a " * n).split():
        if word in w:
            w[word] += 1
        else:
            w[word] = 1
    return s, w
def strings(n):
    s = "hello world"
    c = 0
    out = []
    for i in range(n):
        ch = s[i % len(s)]
        if ch == "o":
            c += 1
        out.append(ch)
        c += ord(ch)
    for ch in s:
        c += 1
    return c, "".join(out)[:20]
def bytearrays(n):
    b = bytearray(n)
    for i in range(n):
        b[i] = i & 255
    s = 0
    for i in range(n):
        s += b[i]
    return s
def enum(n):
    l = list(range(n))
    s = 0
    for i, x in enumerate(l):
        s += i * x
    for x, y in zip(l, l):
        s += x + y
    for i, (x, y) in enumerate(zip(l, l)):
        s += i + x - y
    return s
def comp(n):
    a = [x * x for x in range(n)]
    b = [x for x in a if x % 2]
    c = {x: y for x, y in zip(a, b)}
    d = sum(x for x in a)
    return sum(a), len(b), len(c), d, sum([1 for r in [[1,2],[3]] * n for q in r])
def matrix(n):
    a = [[i + j for j in range(n)] for i in range(n)]
    b = [[i * j % 7 for j in range(n)] for i in range(n)]
    c = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            s = 0
            for k in range(n):
                s += a[i][k] * b[k][j]
            c[i][j] = s
    return sum(sum(r) for r in c)
def index_error(n):
    a = list(range(n))
    i = 0
    s = 0
    try:
        while True:
            s += a[i]
            i += 1
    except IndexError as e:
        return s, i, str(e)
def changing(n):
    a = [1]
    for x in a:
        if len(a) < n:
            a.append(x + 1)
    return sum(a)
def stack(n):
    st = [n]
    t = 0
    while st:
        x = st.pop()
        t += x
        if x > 1:
            st.append(x // 2)
            st.append(x - x // 2 - 1)
    return t
for k in (10, 300):
    print(lists(k), sieve(k), tuples(k), dicts(k), strings(k), bytearrays(k), enum(k), comp(k), matrix(k // 5), index_error(k), changing(k), stack(k))

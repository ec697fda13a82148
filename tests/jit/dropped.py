n = 0
class C:
    def __del__(self):
        global n
        n += 1
def f(k):
    for i in range(k):
        a = b = C()
        a = None
        b = None
f(4000); print(n)
n = 0
def g(k, l):
    for i in range(k):
        c = C()
        l.append(c)
        d = c
        l.pop()
        c = i
        d = c
g(4000, []); print(n)
def inner(d):
    n = 0
    for o in range(3000):
        m = 0
        for k in d[o % 2].items():
            m += k[1]
        n += m
    return n
d = [dict.fromkeys(range(2), 1), dict.fromkeys(range(3), 1)]
print(inner(d))
def g(o):
    if o % 5 == 0:
        yield 1
def h():
    n = 0
    for o in range(4000):
        for x in g(o): n += x
        for x in {1:2} if o % 7 == 0 else {}: n += 10
    return n
print(h())
def copies(lines):
    prev = cur = ''
    out = 0
    for i in range(5000):
        prev = cur
        cur = lines[i % 7] + str(i)
        if i % 3 == 0:
            cur = cur + 'x'
            z = cur
            cur = cur.upper()
            out += len(z)
        out += len(prev) + ord(prev[0]) if prev else 0
    return out
print(copies(['ab%d' % i for i in range(7)]))

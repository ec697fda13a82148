class P:
    z = 5
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def add(self, o):
        return P(self.x + o.x, self.y + o.y)
    def norm(self):
        return self.x * self.x + self.y * self.y
    def step(self, dx=1, *, dy=2):
        self.x += dx
        self.y += dy
class Q(P):
    def norm(self):
        return -P.norm(self)
def methods(n):
    p = P(0, 0.5)
    s = 0
    for i in range(n):
        p.step()
        p.step(2)
        p.step(dy=5)
        s += p.norm() + p.z
    return s, p.x, p.y
def objects(n):
    p = P(1, 2)
    for i in range(n):
        p = p.add(P(i, i * 0.5))
    return p.x, p.y
def poly(n):
    l = [P(1, 2), Q(3, 4), P(5, 6)]
    s = 0
    for i in range(n):
        s += l[i % 3].norm()
    return s
def linked(n):
    class Node:
        def __init__(self, v, next):
            self.v = v
            self.next = next
    head = None
    for i in range(n):
        head = Node(i, head)
    s = 0
    while head is not None:
        s += head.v
        head = head.next
    return s
def newattrs(n):
    class A: pass
    r = []
    for i in range(n):
        a = A()
        a.p = i
        a.q = i * 2
        r.append(a)
    return sum(a.p + a.q for a in r)
def changed(n):
    class A:
        v = 1
    a = A()
    s = 0
    for i in range(n):
        s += a.v
        if i == n // 2:
            A.v = 10
        if i == n // 2 + 5:
            a.v = 100
    return s
class S:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1; self.b = 2
def slots(n):
    s = S()
    for i in range(n):
        s.a = s.b + i
        s.b = s.a - i
    return s.a, s.b
class Prop:
    def __init__(self): self._v = 3
    @property
    def v(self): return self._v
    @v.setter
    def v(self, x): self._v = x
def props(n):
    p = Prop()
    for i in range(n):
        p.v = p.v + 1
    return p.v
def finalizers(n):
    log = []
    class D:
        def __init__(self, i): self.i = i
        def __del__(self): log.append(self.i)
    for i in range(n):
        d = D(i)
        log.append(-i)
    del d
    return log
def missing(n):
    p = P(1, 2)
    try:
        for i in range(n):
            if i == n - 2: del p.x
            p.x
    except AttributeError as e:
        return str(e), i
counter = 0
def globs(n):
    global counter
    for i in range(n):
        counter += 1
    return counter
def closures(n):
    x = 0
    def inc(d):
        nonlocal x
        x += d
        return x
    s = 0
    for i in range(n):
        s += inc(i)
    return s, x
for k in (10, 200):
    print(methods(k), objects(k), poly(k), linked(k), newattrs(k), changed(k), slots(k), props(k), finalizers(10)[:30], missing(k), globs(k), closures(k))

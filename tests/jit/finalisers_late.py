# Exceptions and instances of classes with __del__, which may come while some of them exist in the recorder only.
n = 0
class E(Exception):
    def __del__(self):
        global n
        n += 1
class F(Exception):
    def __init__(self, v):
        self.v = v
    def __del__(self):
        global n
        n += self.v
def f(k):
    s = 0
    for i in range(k):
        a = n
        try:
            raise E(i)
        except E as e:
            s += 1
        s += 100 * (n - a)
        a = n
        try:
            raise F(3)
        except F as e:
            s += 1
        s += 10000 * (n - a)
    return s
print(f(100))
class G(Exception): pass
def g(k):
    s = 0
    for i in range(k):
        a = n
        try:
            raise G(i)
        except G as e:
            s += 1
        s += 100 * (n - a)
        if i == 50:
            def d(self):
                global n
                n += 1
            G.__del__ = d
    return s
print(g(100))
class V:
    pass
def h(k):
    s = 0
    for i in range(k):
        a = n
        v = V()
        if i == 50:
            def d(self):
                global n
                n += 1
            V.__del__ = d
        v = None
        s += n - a
    return s
print(h(100))

# Keys that go with their entry, and say so.
log = 0
class K(int):
    def __del__(self):
        global log
        log += 1
class S(str):
    def __del__(self):
        global log
        log += 1
class T:
    n = 0
t = T(); t.n = 0
class K2(int):
    def __del__(self): t.n += 1
def f(n):
    s = 0
    for i in range(n):
        d = {K(5): 1, S('a'): 2}
        a = log
        d.pop(5)
        s += log - a
        del d['a']
        s += 100 * (log - a)
        e = {K(7)}
        a = log
        e.discard(7)
        s += 10000 * (log - a)
        d = {K2(5): 1}
        a = t.n
        d.pop(5)
        s += 1000000 * (t.n - a)
    return s
print(f(100))
d = {}
def g(n):
    s = 0
    for i in range(n):
        d[K2(3)] = i
        a = t.n
        d[3] = 5
        del d[3]
        s += t.n - a
    return s
print(g(100))

# Callbacks of weak references at their moments.
import weakref, gc
log = [0]
class C: pass
def f(n):
    s = 0
    for i in range(n):
        a = log[0]
        st = {1, 2, i}
        r = weakref.ref(st, lambda _: log.__setitem__(0, log[0] + 1))
        st = None
        s += log[0] - a + (r() is None)
        fs = frozenset([i]); r2 = weakref.ref(fs, lambda _: log.__setitem__(0, log[0] + 1)); fs = None
        s += 10 * (log[0] - a)
        def fn(): pass
        r3 = weakref.ref(fn, lambda _: log.__setitem__(0, log[0] + 1)); fn = None
        s += 100 * (log[0] - a)
        c = C(); r4 = weakref.ref(c); d = c; c = None
        s += r4() is d; d = None; s += r4() is None
        g = (x for x in range(3)); r5 = weakref.ref(g); g = None; s += r5() is None
        e = ValueError(i); 
    return s
print(f(60))
def p(n):
    s = 0
    o = C(); o.v = 0
    pr = weakref.proxy(o)
    for i in range(n):
        pr.v += i; s += pr.v + o.v
        if i == 50: o = C(); o.v = 5
        try: s += pr.v
        except ReferenceError: s += 1000; pr = weakref.proxy(o)
    return s
print(p(60))

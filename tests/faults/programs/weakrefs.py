# Weak references, finalisers, cycles, the collector run by the program.
import gc
import weakref


class C:
    pass


class D:
    def __del__(self):
        self.seen = [self]
        del self.seen


l = []
for i in range(40):
    c = C()
    c.me = c
    l.append(weakref.ref(c, lambda r: None))
    p = weakref.proxy(c)
    p.attribute = [i]
    d = D()
    d.me = [d]
    w = weakref.WeakSet([c])
del c, d
gc.collect()
values = weakref.WeakValueDictionary(a=C())
f = weakref.finalize(values, list)
f.detach()  # its registry would keep what a failing callback has not taken out

# What a trace knows it must not keep alive: objects die when the program lets them go, and cycles when they are collected.
import gc
import weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def in_cell():
    obj = Noisy("cell")

    def g(x):
        obj
        return x + 1

    s = 0
    for i in range(300):
        s = g(s)
    return s


def in_default():
    def g(x, y=Noisy("default")):
        return x + 1

    s = 0
    for i in range(300):
        s = g(s)
    return s


def in_bound_method():
    o = Noisy("bound")
    m = o.__init__
    for i in range(300):
        m("bound")


def in_list():
    o = Noisy("list")
    l = [o]
    append = l.append
    for i in range(300):
        l[0].name
        append(i)


for function in in_cell, in_default, in_bound_method, in_list:
    function()
    print("after", function.__name__)

source = """
def f():
    s = 0
    for i in range(300):
        s += len(x.name)
    return s
print(f())
"""


def namespaces():
    ns = {"x": Noisy("global")}
    exec(source, ns)
    del ns
    gc.collect()
    print("after collecting")
    ns = {"x": Noisy("namespace")}
    exec("s = 0\nfor i in range(300): s += len(x.name)", ns)
    print("dropping")
    del ns
    print("after dropping")


namespaces()


def hot(y=Noisy("default of a global function")):
    return 1


def call_hot():
    s = 0
    for i in range(300):
        s += hot()
    return s


print(call_hot())
print("replacing")


def hot():
    return 2


print("replaced", call_hot())


class K:
    attr = Noisy("class attribute")


class L(K):
    pass


def class_attributes():
    n = 0
    for i in range(300):
        n += len(K.attr.name) + len(L().attr.name)
    return n


print(class_attributes())
print("setting")
K.attr = Noisy("another")
print("set", class_attributes())
del K.attr
print("deleted")


def mutual():
    o = Noisy("mutual")

    def even(n):
        o
        return True if n == 0 else odd(n - 1)

    def odd(n):
        return False if n == 0 else even(n - 1)

    for i in range(300):
        even(5)
    return even(200)


print(mutual())
gc.collect()
print("after mutual")


def local_class():
    class A:
        def f(self):
            return 1

    a = A()
    s = 0
    for i in range(300):
        s += a.f()
    return weakref.ref(A), weakref.ref(A.f), s


for i in range(4):
    *refs, s = local_class()
    print(s, gc.collect() > 0, [r() for r in refs])


def resurrecting():
    kept = []

    class B:
        def __del__(self):
            kept.append(self.use)

        def use(self, n):
            s = 0
            for i in range(n):
                s += self.one()
            return s

        def one(self):
            return 1

    b = B()
    b.me = b
    b.use(300)
    del b
    gc.collect()
    print(kept.pop()(400), len(kept))


resurrecting()
gc.collect()

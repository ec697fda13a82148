# The order in which a function's variables go.
class D:
    def __init__(s, n): s.n = n
    def __del__(s): print('del', s.n)
def f(a):
    b = D(2)
    return len('x')
def go():
    for i in range(8): f(D(1))
go()
def g(a, b=None):
    b = D('b'); c = D('c')
    return None
def go2():
    for i in range(8): g(D('a'), D('x'))
go2()
def h(a):
    c = D('c')
    a = D('a2')
    return a
def go3():
    for i in range(8): h(D('a')); print(i)
go3()
def k(n):
    x = D('x')
    for i in range(n):
        y = D(i)
        x, z = y, x
    print('end')
k(8)
def e(a):
    b = D('b')
    raise ValueError
def go4():
    for i in range(8):
        try: e(D('a'))
        except ValueError: print('caught')
go4()


def copied(a, b, c=None):
    d = a
    e = d


def copies(n):
    for i in range(n):
        copied(D('a'), D('b'))
        copied(D('a'), D('b'), D('c'))


copies(8)

# a tuple's items, the last first, also those of tuples that native code never makes
def pair(n):
    a, b = D(n), D(n + 1)
    return (a, 1, b)
def ends_with_pair(n):
    a, b = D(n), D(n + 1)
    yield 1
    return (a, b)
def thrown_away(n):
    t = (D(n), D(n + 1), D(n + 2))
    return t[1].n
def go5():
    for i in range(0, 80, 10):
        pair(i)
        for _ in ends_with_pair(i): pass
        D(i), D(i + 5)
        thrown_away(i)
go5()

# What a call takes over goes with the callee's variables, not behind the call.
class D:
    def __init__(s, n): s.n = n
    def __del__(s): print('del', s.n)
def f(a):
    b = D(2)
    for _ in (1,): pass
def go():
    for i in range(5): f(D(1))
go()
def g(a):
    for _ in (1,): pass
    a = None
    print('in g')
def go2():
    for i in range(5): g(D('g'))
go2()
class K:
    def m(s, a):
        for _ in (1,): pass
        a = 5
        print('in m')
def go3():
    k = K()
    for i in range(5): k.m(D('m')); k.m(a=D('kw'))
go3()
def h(*a):
    a = None
    print('in h')
def go4():
    for i in range(5): h(D('h'), 5)
go4()
def r(a):
    for _ in (1,): pass
    a = None
    print('in r')
    raise ValueError
def go5():
    for i in range(5):
        try: r(D('r'))
        except ValueError: print('caught')
go5()
def go6():
    for i in range(5):
        l = [D('x')]
        g(l.pop())
        g(a=D('y'))
go6()

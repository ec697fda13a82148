# Default values that change.
def f(*, k=1): return k
def go(n):
    s = 0
    for i in range(n):
        s += f()
        if i == 50: f.__kwdefaults__['k'] = 1000
        if i == 80: f.__kwdefaults__ = {'k': 7}
        if i == 90: del f.__kwdefaults__['k']; f.__kwdefaults__['k'] = 3
    return s
print(go(100))
def mk():
    def f(a=1, *, k=2): return a + k
    return f
def go2(n):
    s = 0
    for i in range(n):
        g = mk()
        if i > 50: g.__kwdefaults__['k'] = 100
        if i > 70: g.__defaults__ = (1000,)
        s += g()
    return s
print(go2(100))
def h(a, b=2): return a + b
def go3(n):
    s = 0
    for i in range(n):
        s += h(1)
        if i == 40: h.__defaults__ = (50,)
        if i == 60: h.__code__ = (lambda a, b=2: a * b).__code__
        try:
            if i == 80: h.__defaults__ = None
            s += h(1)
        except TypeError: s += 10000
    return s
try: print(go3(100))
except TypeError as e: print(e)

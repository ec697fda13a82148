# Functions of one code with other default values each.
def mk():
    def f(a=[1], b=2): return len(a) + b
    return f
def go(gs):
    s = 0
    for g in gs:
        try: s += g()
        except TypeError as e: s += len(str(e))
    return s
gs = [mk() for _ in range(60)]
for g in gs[30:40]: g.__defaults__ = None
for g in gs[40:45]: g.__defaults__ = ()
for g in gs[45:50]: g.__defaults__ = (5, 6, 7)
print(go(gs), go(gs))
def mk():
    def f(a=[1], b=2): return len(a) + b
    return f
def go(n):
    s = 0
    for i in range(n):
        g = mk()
        if i > 50: g.__defaults__ = None
        if i > 60: g.__defaults__ = (5,)
        if i > 70: g.__defaults__ = ()
        if i > 80: g.__defaults__ = ([1, 2, 3], 4)
        try: s += g()
        except TypeError as e: s += len(str(e))
        try: s += g([7])
        except TypeError as e: s += len(str(e))
    return s
print(go(100))

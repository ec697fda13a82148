# Methods of values without a header: one of each type in turn.
def f(xs):
    out = []
    for x in xs:
        try: out.append(x.__repr__())
        except Exception as e: out.append(str(e))
    return out[-4:]
print(f([None]*30 + [1, 'a', None, ...]))
def g(xs):
    s = 0
    for x in xs:
        s += x.__bool__()
    return s
print(g([None]*30 + [1, 0, 5]))
def h(xs):
    out = []
    for x in xs:
        out.append(x.__eq__(None))
    return out[-4:]
print(h([None]*30 + [1, 'a', NotImplemented, None]))
def k(xs):
    out = []
    for x in xs:
        out.append(x.__class__.__name__); out.append(x.__hash__() is None)
    return out[-4:]
print(k([None]*30 + [1, True, 2.5]))
def m(xs):
    out = []
    for x in xs:
        out.append(x.__add__(1))
    return out[-4:]
print(m([True]*30 + [5, 2.5, True]))
print(m([5]*30 + [True, 2.5, 7]))

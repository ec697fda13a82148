# Attributes that are deleted and set again.
class C: pass
def f(n):
    c = C(); s = 0
    for i in range(n):
        c.x = i
        s += c.x
        if i % 7 == 3: del c.x
        try: s += c.x
        except AttributeError as e: s += 1000
    return s
print(f(100))
class S:
    __slots__ = ('x', 'y')
def g(n):
    c = S(); s = 0
    for i in range(n):
        c.x = i
        s += c.x
        if i % 7 == 3: del c.x
        try: s += c.x
        except AttributeError as e: s += 1000
        if i % 5 == 0: c.x = 1; c.y = 2; del c.y
        try: s += c.y
        except AttributeError as e: s += 7
    return s
print(g(100))
def h(n):
    c = C(); s = 0
    for i in range(n):
        c.x = i; c.y = 5
        delattr(c, 'x')
        s += getattr(c, 'x', 3) + c.y
        c.x = 4
        c.__dict__['x'] = 9
        s += c.x
    return s
print(h(100))


class Slotted:
    __slots__ = ('x',)


def clear(o, i):
    for _ in ():
        pass
    if i % 9 == 8:
        del o.x


def empty_slots(n):
    o = Slotted()
    o.x = []
    for i in range(n):
        clear(o, i)
        o.x = [i]
    return o.x


def empty_cells(n):
    v = []

    def forget(i):
        nonlocal v
        for _ in ():
            pass
        if i % 9 == 8:
            del v
    for i in range(n):
        forget(i)
        v = [i]
    return v


print(empty_slots(100), empty_cells(100))

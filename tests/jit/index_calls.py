# __index__ of an argument is Python code.
class I:
    n = 0
    def __init__(self): self.n = 0
    def __index__(self):
        self.n += 1
        return 0
def f(k):
    i = I(); l = []; s = 0
    for _ in range(k):
        a = i.n
        l.insert(i, a)
        s += i.n - a
        if len(l) > 5: del l[2:]
    return s, l
print(f(100))
G = 1
class J:
    def __index__(self):
        global G
        G += 1
        return 0
def g(k):
    j = J(); l = []; s = 0
    for _ in range(k):
        s += G
        l.insert(j, 1)
        s += G
        if len(l) > 5: del l[2:]
    return s
print(g(100))
def h(k):
    l = [1, 2, 3]; s = 0
    for i in range(k):
        try: l.insert('x' if i > 50 else 0, i)
        except TypeError as e: s += 1
        if len(l) > 5: del l[2:]
    return s, l
print(h(100))

# A call that has raised each time succeeds, and changes what the trace relies on.
G = 1
mode = [0]
def g(i):
    for _ in (): pass
    if i % 4: raise ValueError
    if mode[0]:
        globals()['G'] = i
    return i
def f(n, m):
    mode[0] = m
    s = 0
    for i in range(n):
        try: g(i)
        except ValueError: s += 1
        else: s += 2
        s += G * 1000
    return s
for m in [0, 0, 0, 1, 0, 1]:
    G = 1
    print(f(50, m))
class C:
    x = 1
def g2(i):
    for _ in (): pass
    if i % 4: raise ValueError
    if mode[0]:
        C.x = i
    return i
def f2(n, m):
    mode[0] = m
    s = 0
    c = C()
    for i in range(n):
        s += c.x
        try: g2(i)
        except ValueError: s += 1
        else: s += 2
        s += c.x * 1000
    return s
for m in [0, 0, 0, 1, 0, 1]:
    C.x = 1
    print(f2(50, m))

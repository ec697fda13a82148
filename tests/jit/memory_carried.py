# A variable that an inner loop changes, and that the way back to the head of the trace carries: once it was stale.
G = [0]; GV = 1
def clip(x): return (x + 5000) % 10007 - 5000 if -10**40 < x < 10**40 else 7
class A:
    def __init__(self, x): self.x = x; self.y = 1
    def add(self, n): self.x = clip(self.x + n); return self.x
class B(A):
    def __init__(self, x): super().__init__(x + 1); self.z = x
    def __next__(self):
        yield i * 2
def bump(n):
    global GV
    GV = clip(GV + n)
    return GV
def main0(a):
    i0, i1, i2, f0, f1 = a, 2, 3, 0.5, 1.5
    l0, l1 = [1, 2.5, 3], [4]
    d0, d1 = {1: 2}, {3: 4, 5: 6}
    o0, o1 = A(a), B(2)
    s0 = "x"; v = n0 = None; log = []
    for outer in range(25):
        i0 = clip(o1.add(o1.x))
        if i2 in l0:
            v = l0
        for i2 in range((o1.x >> 3) % 6):
            i2 = bump(max((len(l1) % 1), o1.add((i2 * i1))))
    return i0, i1, i2, round(f0, 6), round(f1, 6), repr(l0)[:300], repr(l1)[:300], d0, d1, o0.x, o1.x, type(o0).__name__, s0, type(v).__name__, log[-8:], G, GV
for a in range(4):
    for m in [main0]:
        try: print(m(a))
        except Exception as e: print(type(e).__name__, str(e)[:80], e.__traceback__.tb_next.tb_lineno)

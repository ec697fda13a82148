# A frame object keeps the locals of a frame that has ended, however the function was left.
import sys


class Loud:
    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return f"Loud({self.number})"

    def __del__(self):
        DEAD.append(self.number)


DEAD, FRAMES = [], []


def keep(wanted):
    if wanted:
        FRAMES.append(sys._getframe(1))


def work(i, wanted):
    a = Loud(i)
    b = [a, i]
    keep(wanted)
    if i & 1:
        return b
    c = (b,)
    return i


def run(wanted):
    for i in range(40):
        r = work(i, wanted(i))
        r = None


run(lambda i: False)
print(len(DEAD), DEAD[:5])
run(lambda i: i % 7 == 3)
print(len(DEAD))
run(lambda i: True)
print(len(DEAD))
for frame in FRAMES[::6]:
    print(frame.f_lineno, sorted(frame.f_locals.items(), key=lambda pair: pair[0]))
    frame.clear()
print(len(DEAD), DEAD[-5:])
frame = None
FRAMES.clear()
print(len(DEAD), DEAD[-5:])


# made in native code that calls, one that loops before it returns, and one in whose loop it is made
def total(n, wanted):
    owner = Loud(-n)
    t = 0
    for k in range(n):
        t += k
        if k == wanted:
            FRAMES.append(sys._getframe())
    return t


for n in range(30, 60):
    total(n, 20 if n > 45 else -1)
print(len(DEAD), [(f.f_locals["owner"], f.f_locals["t"]) for f in FRAMES])
FRAMES.clear()
print(len(DEAD))

# Values that nobody uses, whose making still raises.
import math
def shift(counts):
    n = 0
    for c in counts:
        try:
            1 << c
        except ValueError as e:
            n += 1
    return n
def shift2(counts):
    x = 0
    for c in counts:
        x = 5 << c
        x = 1
    return x
def conv(xs):
    n = 0
    for x in xs:
        try:
            int(x)
        except (OverflowError, ValueError) as e:
            n += 1
            if n < 3: print(type(e).__name__, e)
    return n
def fl(xs):
    n = 0
    for x in xs:
        try:
            math.floor(x); math.ceil(x)
        except (OverflowError, ValueError) as e:
            n += 1
    return n
def conv2(xs):
    for x in xs:
        y = int(x)
        y = 0
    return y
print(shift([1]*30+[-1]*3+[2]*10))
try: print(shift2([1]*30+[-1]*3))
except ValueError as e: print(e)
print(conv([1.5]*30+[float('inf'), float('nan'), 1e300]*3))
print(fl([1.5]*30+[float('inf'), float('nan'), 1e300]*3))
try: print(conv2([1.5]*30+[float('inf')]))
except OverflowError as e: print(e)
def rsh(counts):
    n = 0
    for c in counts:
        try: 100 >> c
        except ValueError: n += 1
    return n
print(rsh([1]*30+[-1]*3+[100]*2))
def mod(cs):
    n = 0
    for c in cs:
        try: 7 // c; 7 % c; 7 / c
        except ZeroDivisionError: n += 1
    return n
print(mod([1]*30+[0]*3+[-1]*9), mod([1.0]*30+[0.0]*3))

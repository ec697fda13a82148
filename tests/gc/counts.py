# gc.get_count() rises and falls by itself while objects are made; gc.disable() stops that; getrefcount follows names.
# modes: off auto ; the exact counts depend on where the compiled code allocates
import gc
import sys

gc.collect()
gc.set_threshold(5, 3, 2)
print(gc.get_threshold())


def make(n):
    seen = []
    for i in range(n):
        x = []
        x.append(x)
        seen.append(gc.get_count())
    return seen


counts = make(40)
firsts = [c[0] for c in counts]
print("rose", any(b > a for a, b in zip(firsts, firsts[1:])))
print("fell", any(b < a for a, b in zip(firsts, firsts[1:])))
print("second generation counted", any(c[1] > 0 for c in counts))
print("bounded", max(firsts) <= 8)

gc.disable()
print(gc.isenabled())
firsts = [c[0] for c in make(40)]
print("only rises now", all(b > a for a, b in zip(firsts, firsts[1:])), firsts[-1] > 30)
gc.enable()
gc.set_threshold(700, 10, 10)
print(gc.collect() > 0, gc.get_count()[1:])

items = []
base = sys.getrefcount(items)
again = items
print(sys.getrefcount(items) - base)
holder = [items, items]
print(sys.getrefcount(items) - base)
del again
holder.pop()
print(sys.getrefcount(items) - base)
holder.clear()
print(sys.getrefcount(items) - base, base)


def argument(x):
    return sys.getrefcount(x) - base


print(argument(items))

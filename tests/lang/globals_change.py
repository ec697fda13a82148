# Globals, builtins and functions that change while the code that uses them is hot.
STEP = 1


def step(n):
    total = 0
    for _ in range(n):
        total += STEP
    return total


def helper(x):
    return x + 1


def use_helper(n):
    total = 0
    for i in range(n):
        total += helper(i)
    return total


def change_inside(n):
    global STEP
    total = 0
    for i in range(n):
        if i == n // 2:
            STEP = 50
        total += STEP
    return total


print(step(1000), use_helper(1000))
STEP = 3
print(step(1000))


def helper(x):
    return x * 2


print(use_helper(1000))
STEP = 1.5
print(step(1000), change_inside(800), STEP)


def uses_len(n):
    total = 0
    for i in range(n):
        total += len("abc")
    return total


print(uses_len(500))
len = lambda x: 100
print(uses_len(500))
del len
print(uses_len(500))
import builtins
original = builtins.abs
builtins.abs = lambda x: -1


def uses_abs(n):
    return sum(abs(i) for i in range(n))


print(uses_abs(500))
builtins.abs = original
print(uses_abs(500))
del STEP
try:
    step(3)
except NameError as error:
    print(error)
helper.__defaults__ = (5,)
print(helper())
helper.__code__ = (lambda x=1: x - 1).__code__
print(use_helper(500), helper())
namespace = {}
exec("def f():\n    global counter\n    counter = counter + 1\n    return counter\ncounter = 0", namespace)
for _ in range(700):
    namespace["f"]()
print(namespace["counter"])

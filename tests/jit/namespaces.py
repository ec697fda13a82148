# One code object in several namespaces, and globals that change while native code calls them.
code = compile("""
def outer(n):
    return n + base
print([outer(i) for i in range(30)][7], [len(str(i)) for i in range(30)][12])
total = 0
for i in range(30):
    total += base
print(total)
""", "program", "exec")
for k in range(8):
    exec(code, {"__name__": "program", "base": k})


def other_len(x):
    return -1


for k in range(8):
    builtins = dict(vars(__import__("builtins")))
    if k % 2:
        builtins["len"] = other_len
    exec(code, {"__name__": "program", "base": k, "__builtins__": builtins})

# module level with locals of its own
loop = compile("""
for i in range(40):
    seen = x
    result.append(seen)
""", "loop", "exec")
names = {"x": 1, "result": []}
for k in range(6):
    exec(loop, names)
own = {"x": 2, "result": []}
for k in range(6):
    exec(loop, names, own)
print(len(names["result"]), set(names["result"]), len(own["result"]), set(own["result"]), "seen" in own)

# the same functions over other globals
import types


def count(n):
    total = 0
    for i in range(n):
        total += step
    return total


functions = [types.FunctionType(count.__code__, {"step": k, "range": range}) for k in range(5)]
for k in range(20):
    print(functions[k % 5](30), end=" ")
print()


# a called global that is assigned, while its dict's keys change: the call's empty slot is not on the stack twice
def f(x):
    return x + 1


def g(x):
    return x + 2


def h(x):
    return x + 3


def change(i):
    global f
    f = g if f is h else h
    globals()["new%d" % i] = 1
    if i % 3 == 0:
        del globals()["new%d" % i]


def run(n):
    total = 0
    for i in range(n):
        total += f(i)
        if i % 7 == 3:
            change(i)
    return total


for k in range(4):
    print(run(200))

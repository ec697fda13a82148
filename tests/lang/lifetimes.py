# Objects die at CPython's moments, in hot loops too.
import weakref


class Noisy:
    alive = 0

    def __init__(self, name, log):
        self.name = name
        self.log = log
        Noisy.alive += 1

    def __del__(self):
        Noisy.alive -= 1
        self.log.append(self.name)


def local(log):
    a = Noisy("local", log)
    log.append("in function")


def rebind(log, n):
    for i in range(n):
        x = Noisy(i, log)
    log.append("end")


def in_list(log, n):
    for i in range(n):
        items = [Noisy((i, j), log) for j in range(2)]
        items.pop(0)
        log.append("popped")


def in_exception(log):
    try:
        a = Noisy("raised", log)
        raise ValueError
    except ValueError:
        log.append("handler")
    log.append("after")


def temporary(log, n):
    total = 0
    for i in range(n):
        total += len(Noisy(i, log).name * [0])
        log.append("-")
    return total


log = []
a = Noisy("first", log)
b = a
del a
log.append("one name left")
del b
local(log)
local(log)
rebind(log, 5)
in_list(log, 3)
in_exception(log)
temporary(log, 4)
print(log)
log.clear()
for _ in range(300):
    local(log)
    rebind(log, 3)
    temporary(log, 2)
print(len(log), hash(tuple(map(str, log))) == hash(tuple(map(str, log))), log[-9:], Noisy.alive)
events = []
for i in range(300):
    o = Noisy(i, [])
    ref = weakref.ref(o, lambda r: events.append("dead"))
    assert ref() is o
    del o
    assert ref() is None
print(len(events), Noisy.alive)

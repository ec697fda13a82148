"""append and pop, which native code does in line: growth, the empty list, finalisers, lists that change while they are used."""
import sys


class Noisy:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Noisy.log.append(self.name)


def push_pop(n, items):
    stack, seen = [], 0
    for i in range(n):
        stack.append(items[i % len(items)])
        stack.append(i)
        if i % 3:
            seen += stack.pop()
        if i % 4 == 1:
            stack.pop()
    return len(stack), seen, stack[-3:]


def drain(stack):
    taken = []
    try:
        while True:
            taken.append(stack.pop())
    except IndexError as error:
        return taken[:3], len(taken), str(error)


def die_one_by_one(n):
    stack = []
    for i in range(n):
        stack.append(Noisy(i))
    while stack:
        stack.pop()
        if len(stack) == 3:
            Noisy.log.append("three")
    return len(Noisy.log)


def grow_and_count(n, value):
    sizes, a = [], []
    for i in range(n):
        a.append(value)
        sizes.append(sys.getsizeof(a))
    return [size for i, size in enumerate(sizes) if i == 0 or sizes[i - 1] != size], sys.getrefcount(value) > n


def many_small(n):
    rows = []
    for i in range(n):
        row = []
        row.append(i)
        row.append(i / 2)
        if i % 5 == 0:
            row.append(str(i))
        rows.append(row)
    return rows[-6:]


def while_sorting(n):
    a = list(range(n))

    def key(x):
        a.append(x)
        return -x

    try:
        a.sort(key=key)
    except ValueError as error:
        return str(error), a[:3]


def growing_while_read(n):
    a = [1]
    for x in a:
        if len(a) < n:
            a.append(x + 1)
    return a[-1], len(a)


def popped_while_read(n):
    a, total = list(range(n)), 0
    for x in a:
        total += x
        if a[-1] % 2:
            a.pop()
        a.pop()
    return total, a[-2:]


class Own(list):
    def append(self, item):
        super().append((item,))


def own(n):
    a = Own()
    for i in range(n):
        a.append(i)
    for i in range(n - 2):
        a.pop()
    return a


for again in range(3):
    print(push_pop(100, [1, 2.5, "s", None]), push_pop(90, [7]), push_pop(80, [0.5]))
    print(drain(list(range(50))), drain([0.25] * 40), drain(["x"] * 30), drain([1, None, 2.5, (3,)] * 8))
    print(die_one_by_one(30), Noisy.log[-5:])
    print(grow_and_count(100, 5), grow_and_count(100, object()), grow_and_count(60, 2**70))
    print(many_small(60))
    print(while_sorting(40), growing_while_read(70), popped_while_read(60), own(40))

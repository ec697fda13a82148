# What a loop stores, read behind the loop: the last iteration's value, not the first one's. And defaults of functions
# that are made in the loop: they live as long as their function.
def cell_behind_loop(n):
    a = 1
    c = 5
    for i in range(n):
        f = lambda q=False: (q, c)
        f()
        c, a = i, a
    return a, c


def attribute_behind_loop(n):
    class Box:
        pass

    box = Box()
    box.v = 0
    for i in range(n):
        box.v = i * 2
    return box.v


def item_behind_loop(n):
    items = [0, 0]
    for i in range(n):
        items[1] = i
        items[0] = items[1] + 1
    return items[1], items[0]


class Counted:
    alive = 0

    def __init__(self):
        Counted.alive += 1

    def __del__(self):
        Counted.alive -= 1


def defaults(n):
    for i in range(n):
        f = lambda q=Counted(), k=3, s="text": (q, k, s)
        f()
        if Counted.alive != 1 and i:
            return i, Counted.alive
        f = None
    return Counted.alive


for k in (5, 80, 80):
    print(cell_behind_loop(k), attribute_behind_loop(k), item_behind_loop(k), defaults(k))

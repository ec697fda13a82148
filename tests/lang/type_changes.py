# Loops whose types change on the way: int to float to big to object; None and bool mixed; polymorphic sites.
class Number:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        return Number(self.v + (other.v if isinstance(other, Number) else other))

    __radd__ = __add__

    def __lt__(self, other):
        return self.v < (other.v if isinstance(other, Number) else other)

    def __repr__(self):
        return f"Number({self.v})"

    def __bool__(self):
        return self.v % 2 == 0


def add_all(items, start=0):
    total = start
    for item in items:
        total = total + item
    return total


for items in ([1] * 400, [1] * 200 + [0.5] * 200, [0.5] * 300 + [2 ** 62] * 3, [1] * 300 + [Number(1)] + [2] * 50,
              [True] * 300 + [2 ** 61] * 4, [2 ** 64] * 300 + [-2 ** 64] * 299, [1.0] * 200 + [1j] * 3):
    print(add_all(items))
print(add_all(["a", "b"] * 200, "")[:10], add_all([(1,)] * 300, ())[:3], len(add_all([[1]] * 300, [])))


def truthy(items):
    count = 0
    for item in items:
        if item:
            count += 1
        elif not item is None:
            count += 100
        count += 1000 if item == 1 else 0
        count += 10000 if item is None else 0
    return count


print(truthy([0, 1, 2] * 100), truthy([None, True, False, "", "a", [], [0], 0.0, 1.0, Number(1), Number(2), {}, 2 ** 70] * 40))


def compare(items):
    best = items[0]
    for item in items:
        if item < best:
            best = item
    return best


print(compare([5, 3, 8] * 100), compare([5.5, 3, 8] * 100), compare(["b", "a"] * 100), compare([Number(3), Number(2)] * 60))


def shapes(n):
    out = []
    x = None
    for i in range(n):
        if i % 50 == 0:
            x = [1, 1.5, "s", None, (1,), 2 ** 65, Number(i)][i // 50 % 7]
        out.append(type(x).__name__ + str(x == x))
    return out[::50], len(out)


print(shapes(700))
flips = 0
value = 0
for i in range(900):
    value = float(value) if i & 16 else int(value)
    value += 1
    flips += isinstance(value, float)
print(value, flips)

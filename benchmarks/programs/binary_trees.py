"""Binary trees: allocation and recursion."""


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def check(self):
        if self.left is None:
            return 1
        return 1 + self.left.check() + self.right.check()


def make(depth):
    if depth == 0:
        return Node(None, None)
    return Node(make(depth - 1), make(depth - 1))


def run(depth=13):
    out = [make(depth + 1).check()]
    long_lived = make(depth)
    for d in range(4, depth + 1, 4):
        count = 1 << (depth - d + 4)
        out.append(sum(make(d).check() for _ in range(count)))
    out.append(long_lived.check())
    return out


if __name__ == "__main__":
    print(run())

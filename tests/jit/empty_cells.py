"""A cell, or a member of __slots__, that is overwritten: it had an object each time that was recorded, and has nothing now."""


class Member:
    __slots__ = ("first", "second")


def captured():
    for i in range(1, 200, 2):
        for j in range(2):
            pass
        for big in range(2 ** 61 - 1, 2 ** 61 + 1):
            pass
    return lambda: big


def members(n):
    total = 0
    for k in range(n):
        member = Member()
        if k % 10:
            member.first = [k]
        for j in range(3):
            member.first = [k, j]
            member.second = str(j)
        total += len(member.first) + len(member.second)
    return total


for times in range(4):
    print(captured()(), members(40))

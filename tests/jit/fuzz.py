"""What the fuzzer (tests/fuzz) has found, made small."""


class Manager:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self.name

    def __exit__(self, *details):
        return False


def with_behind_a_loop(rounds):
    """The bridge that leaves the inner loop puts __exit__ where the loop's iterator was; a bridge from within the with
    statement must not take the one for the other."""
    seen = []
    for x in range(rounds):
        for y in range(4):
            last = y
        with Manager(x) as name:
            if x % 3 == 1:
                seen.append(name)
            elif x % 5 == 2:
                seen.append(-name)
            last += 1
    return seen, last


print(with_behind_a_loop(30))
print(with_behind_a_loop(60))


class Named:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("lost", self.name)


class Empty:
    def __getitem__(self, index):
        raise IndexError


def order_of_death(first, second, fails):
    list(Empty())   # its exception makes an object of this frame
    third = Named("third")
    fourth = Named("fourth")
    try:
        if fails:
            raise ValueError
    finally:
        first = None


for i in range(6):
    try:
        order_of_death(Named("first"), Named("second"), i % 2)
    except ValueError:
        print("caught")


def cell_of_a_loop(adds):
    """What the first iteration stored into the cell is not what a bridge out of the body finds there."""
    total = 3

    def read():
        return total

    for i in range(3):
        count = 0
        while True:
            count += 1
            if count > 6:
                break
            total = read() % 1009
            total += 88
        for k in range(7):
            if adds:
                total += 6
    return total


print([cell_of_a_loop(5) for _ in range(5)])


class Account:
    def __init__(self):
        self.sum = 1


def attribute_of_a_loop(one, two, rounds):
    seen = []
    for i in range(rounds):
        one.sum = i
        two.sum = two.sum * 3 % 1000
        if two.sum % 7 == 3:
            seen.append((one.sum, two.sum))
        one.sum = two.sum + 1
    return seen, one.sum, two.sum


same = Account()
print(attribute_of_a_loop(Account(), Account(), 40))
print(attribute_of_a_loop(same, same, 40))

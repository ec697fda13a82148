"""An exceptions-heavy loop: raise, catch by class, finally, re-raise through calls."""


class TooBig(Exception):
    def __init__(self, value):
        super().__init__(value)
        self.value = value


def check(i):
    if i % 3 == 0:
        raise ValueError(i)
    if i % 5 == 0:
        raise TooBig(i)
    return i


def guarded(i, log):
    try:
        return check(i)
    except ValueError:
        return -1
    finally:
        log[0] += 1


def run(n=400_000):
    log = [0]
    caught = total = 0
    items = {"a": 1}
    for i in range(n):
        try:
            total += guarded(i, log)
        except TooBig as error:
            caught += error.value & 7
        try:
            total += items["b" if i & 1 else "a"]
        except KeyError:
            total -= 1
    return total, caught, log[0]


if __name__ == "__main__":
    print(run())

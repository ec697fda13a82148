"""A pipeline of generators."""


def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def squares(items):
    for item in items:
        yield item * item


def odd_only(items):
    for item in items:
        if item & 1:
            yield item


def pairs(items):
    iterator = iter(items)
    for first in iterator:
        for second in iterator:
            yield first, second
            break


def chained(n):
    yield from pairs(odd_only(squares(numbers(n))))


def run(n=1_500_000):
    total = 0
    for a, b in chained(n):
        total += b - a
    return total, sum(x for x in odd_only(numbers(n // 2)))


if __name__ == "__main__":
    print(run())

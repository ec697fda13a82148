# Generators, coroutines and their methods; generators in hot loops.
def count(n):
    i = 0
    while i < n:
        yield i
        i += 1


def chain(*iterables):
    for iterable in iterables:
        yield from iterable


def accumulate():
    total = 0
    while True:
        x = yield total
        if x is None:
            return total
        total += x


def delegating():
    result = yield from accumulate()
    yield ("result", result)


def cleanup(log):
    try:
        yield 1
        yield 2
    except GeneratorExit:
        log.append("exit")
        raise
    except ValueError as error:
        log.append(error)
        yield "caught"
    finally:
        log.append("finally")


print(sum(count(1000)), sum(x * 2 for x in count(500) if x % 3), list(chain("ab", [1], count(3))))
g = delegating()
next(g)
for i in range(500):
    g.send(i)
print(g.send(None))
log = []
g = cleanup(log)
print(next(g), g.throw(ValueError("v")), next(g, "done"), log)
g = cleanup(log)
next(g)
g.close()
print(log)
del g


def infinite():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


for index, value in enumerate(infinite()):
    if index == 120:
        print(value)
        break


def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)


print(sum(tree(9)), list(tree(3)))


async def sleep_like(n):
    class Awaitable:
        def __await__(self):
            got = yield n
            return got
    return await Awaitable()


async def main():
    total = 0
    for i in range(300):
        total += await sleep_like(i)
    return total


coroutine = main()
try:
    x = coroutine.send(None)
    while True:
        x = coroutine.send(x + 1)
except StopIteration as stop:
    print("coroutine", stop.value)


async def agen(n):
    for i in range(n):
        yield i


async def use():
    out = [i async for i in agen(5) if i % 2]
    async for i in agen(3):
        out.append(i * 10)
    return out

try:
    use().send(None)
except StopIteration as stop:
    print(stop.value)
for bad in (lambda: next(g), lambda: count(3).send(1), lambda: count()):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)


def stops():
    yield 1
    raise StopIteration


try:
    list(stops())
except RuntimeError as error:
    print(error, repr(error.__cause__))

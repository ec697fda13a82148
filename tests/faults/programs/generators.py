# Generators and coroutines: send, throw, close, yield from, async for.
def g(n):
    for i in range(n):
        yield [i]


def h():
    r = yield from g(10)
    try:
        r = yield r
    except ValueError as error:
        yield str(error)
    finally:
        r = []


s = [x for x in h() if x], list(g(30)), sum(len(x) for x in g(20))
for i in range(15):
    it = h()
    for _ in range(11):
        next(it)
    it.throw(ValueError("thrown"))
    it.close()
    it = h()
    next(it)
    del it


class Async:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        return [self.n]


async def agen(n):
    for i in range(n):
        yield i


async def main():
    a = [x async for x in Async(10)]
    b = [x async for x in agen(10)]
    return a + b


for i in range(10):
    try:
        main().send(None)
    except StopIteration as stop:
        r = stop.value

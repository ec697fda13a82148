# Deep calls: the frame stack grows by chunks.
def depth(n, *more):
    local = [n]
    return 0 if n == 0 else 1 + depth(n - 1, local)


for i in range(3):
    depth(700)


def fib(n):
    return [n] if n < 2 else fib(n - 1) + fib(n - 2)


fib(9)

"""Recursive Fibonacci."""


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def run(n=31):
    return fib(n)


if __name__ == "__main__":
    print(run())

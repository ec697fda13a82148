# Raising, chaining, finally, with, groups, tracebacks as text.
import traceback


def f(n):
    if n == 0:
        raise ValueError("deep")
    try:
        f(n - 1)
    finally:
        n = [n]


class Manager:
    def __enter__(self):
        return [self]

    def __exit__(self, kind, value, tb):
        return kind is ValueError


for i in range(12):
    try:
        f(i)
    except ValueError as e:
        s = repr(e)
    with Manager() as m:
        f(3)
    try:
        try:
            f(2)
        except ValueError as e:
            raise KeyError([i]) from e
    except KeyError as e:
        text = traceback.format_exception(e)
    try:
        raise ExceptionGroup("group", [ValueError(i), TypeError(i)])
    except* ValueError as group:
        g = group.exceptions
    except* TypeError:
        pass

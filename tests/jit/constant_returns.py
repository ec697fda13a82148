# A constant that native code returns, or leaves in a frame, is counted once.
import sys

TEXT = "a text that is long enough"


def give(n):
    if n > 3:
        return "a constant of the code"
    return "another"


def keep(n):
    text = "a constant of the code, kept"
    for i in range(n):
        if i % 13 == 5:
            text = "a constant of the code, kept"
    return len(text)


def text_of(n):
    return TEXT


constants = [c for f in (give, keep) for c in f.__code__.co_consts if isinstance(c, str)] + [TEXT]
# the JIT's own references come first
for function in (give, keep, text_of):
    for result in map(function, [0, 9] * 100):
        pass
before = [sys.getrefcount(c) for c in constants]
for function in (give, keep, text_of):
    for result in map(function, [0, 9] * 500):
        pass
print([sys.getrefcount(c) - n < 50 for c, n in zip(constants, before)])

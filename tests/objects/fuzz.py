"""What the fuzzer (tests/fuzz) has found in the objects, made small."""


class Plain:
    pass


class Index:
    def __index__(self):
        print("asked")
        return 2


print(bytearray(b"it's"), bytearray(b'"it\'s"'), b"it's", bytearray(b'say "x"'), str(bytearray(b"'")))
for container in (Plain(), (1, 2), "ab", range(3), 5, None, Plain, 1.5, b"ab", frozenset()):
    for key in (0, 10**30, -10**30, Index(), "k", 1.5, None):
        try:
            container[key] = 1
        except Exception as e:
            print(type(e).__name__, e)
        try:
            del container[key]
        except Exception as e:
            print(type(e).__name__, e)

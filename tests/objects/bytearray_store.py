"""bytearray[index] = value: the value is looked at before the index is checked."""


class Index:
    def __init__(self, n, before=None):
        self.n, self.before = n, before

    def __index__(self):
        print("index", self.n)
        if self.before:
            self.before()
        return self.n


def show(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


for again in range(3):
    b = bytearray(b"abc")
    for index in (1, -1, 3, -4, 2**70, "q", Index(7), Index(0)):
        for value in (65, 300, -1, "x", None, Index(66), Index(400)):
            show(lambda: b.__setitem__(index, value))
    show(lambda: b.__delitem__(9))
    show(lambda: b.__setitem__(slice(0, 2), 400))
    show(lambda: b.__setitem__(Index(1), Index(65, b.clear)))
    print(b)


def store(b, index, value):
    for i in range(20):
        b[index] = value


for index, value in ((0, 5), (5, 5), (0, 256), (5, 256), (5, 1.5)):
    show(lambda: store(bytearray(3), index, value))

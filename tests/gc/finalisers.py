# __del__ runs when the last name goes, and not before.
class C:
    def __init__(self, name="C"):
        self.name = name

    def __del__(self):
        print("del", self.name)


a = C()
b = a
del a
print("one name is gone")
del b
print("both are gone")


def scope():
    local = C("local")
    print("inside")


scope()
print("outside")

C("temporary")
print("after the temporary")

x = C("first")
x = C("second")
print("rebound")
x = None

items = [C("item 0"), C("item 1")]
del items[0]
print("one item deleted")
items.clear()
print("cleared")

d = {"k": C("value")}
d["k"] = 1
print("replaced in a dict")
t = (C("in a tuple"),)
t = None
print("tuple gone")


def generator():
    g = C("in a generator")
    yield 1
    yield 2


g = generator()
next(g)
del g
print("generator gone")


class Resurrected:
    saved = None

    def __del__(self):
        print("resurrecting")
        Resurrected.saved = self


r = Resurrected()
del r
print(Resurrected.saved is not None)
Resurrected.saved = None
print("no second __del__ for", Resurrected.saved)


class Broken:
    def __del__(self):
        try:
            raise ValueError("in __del__")
        except ValueError as error:
            print("caught", error)


try:
    keep = Broken()
    raise KeyError("outer")
except KeyError as error:
    del keep
    print("still handling", repr(error))


class Attributes:
    def __init__(self):
        self.child = C("child of an instance")

    def __del__(self):
        print("parent first, child still here:", self.child.name)


parent = Attributes()
del parent
print("end")

# Classes and instances: attributes, slots, properties, metaclasses, operators, special methods.
class Meta(type):
    def __new__(mcs, name, bases, namespace, **options):
        return super().__new__(mcs, name, bases, dict(namespace, options=options))


class A(metaclass=Meta, option=1):
    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return A(self.x + other.x)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return [name, self.x]

    def __eq__(self, other):
        return self.x == other.x

    __hash__ = None


class B(A):
    __slots__ = ("y",)

    @property
    def z(self):
        return [self.x]

    @classmethod
    def make(cls, *args, **kwargs):
        return cls(*args, **kwargs)


t = B(0)
for i in range(60):
    t = t + B.make(x=i)
    t.some, B(3).z, vars(t), getattr(t, "_no", None)
    setattr(t, "a%d" % i, i)
    b = B(i)
    b.y = [i]
    b == t
r = repr(t), dir(B), B.__mro__, B.__subclasses__()

# Closures, default values, keyword arguments, unpacking into calls.
def outer(n):
    def inner(k=3, *a, **kw):
        nonlocal n
        n += k
        return n, a, kw

    return inner


f = [outer(i) for i in range(40)]
for g in f:
    g()
    g(k=2)
    g(*[1, 2], **{"z": 1})
    (lambda x, /, y=[1], *, z: [x, y, z])(1, z=g)

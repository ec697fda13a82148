# Dicts, their views, sets and frozensets: order, methods, errors, changes during iteration and comparison.
def attempt(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


d = {"a": 1, "b": 2, 3: "c"}
d["z"] = None
del d["a"]
d["a"] = 5
print(d, len(d), list(d), d.get("b"), d.get("q"), d.get("q", 0), "b" in d, "q" in d)
print(d.pop("b"), d.pop("b", "gone"), d.popitem(), d.setdefault("new"), d.setdefault("z", 3), d)
attempt(d.pop, "b")
attempt({}.popitem)
attempt(d.__getitem__, "missing")
attempt(d.__getitem__, [])
attempt(d.__getitem__, (1, 2))
attempt(d.__delitem__, "missing")
attempt(d.update, 5)
attempt(d.update, [1])
attempt(d.update, ["abc"])
attempt(d.update, [(1, 2, 3)])
attempt(d.update, {}, {})
attempt(dict, 1, 2)
attempt(dict, [[1, 2]], x=1)
attempt(dict, x=1, y=2)
attempt(dict.fromkeys, "abc", 0)
attempt(dict.fromkeys, 5)
attempt(lambda: {} | [])
attempt(lambda: {} < {})
attempt(hash, {})
attempt(d.get)
attempt(d.keys, 1)
print({"a": 1} | {"b": 2, "a": 3}, {1: 2} == {1.0: 2.0}, {1: 2} != {1: 3}, {} == [])
e = {"x": 1}
e |= [("y", 2)]
e.update(z=3)
e.update({"x": 9}, w=4)
print(e, list(reversed(e)), e.copy() is e, e.copy() == e)
e.clear()
print(e, bool(e))
k = {"a": 1, "b": 2}.keys()
print(k, {"a": 1}.values(), {"a": 1}.items(), len(k), "a" in k, k & {"a", "c"}, sorted(k | {"c"}), k - {"a"}, k ^ {"a"})
print(k == {"a", "b"}, k <= {"a", "b", "c"}, k > {"a"}, k.isdisjoint(["c"]), k.isdisjoint(["a"]), sorted({"q"} | k))
i = {"a": 1, "b": []}.items()
print(("a", 1) in i, ("a", 2) in i, ("b", []) in i, "a" in i, ("a",) in i, i == {"a": 1, "b": []}.items())
attempt(lambda: i & {("a", 1)})
attempt(lambda: {"a": 1}.items() ^ {"a": 2}.items() == {("a", 1), ("a", 2)})
attempt(lambda: {"a": 1}.values() == {"a": 1}.values())
attempt(lambda: k + k)
attempt(lambda: k.mapping)
attempt(lambda: k.mapping.__setitem__)
attempt(type(k))
print(list(reversed({"a": 1, "b": 2}.items())), list(reversed({"a": 1, "b": 2}.values())), list(reversed(k)))
for change in ("d['new'] = 1", "del d[0]", "d.clear()", "d.popitem()", "d.pop(0); d['x'] = 1"):
    d = {n: n for n in range(3)}
    try:
        for n in d:
            exec(change)
        print("no error", d)
    except (RuntimeError, KeyError) as error:
        print(repr(error))
it = iter({"a": 1, "b": 2}.items())
print(it.__length_hint__(), next(it), it.__length_hint__(), it.__reduce__()[1], type(it), next(it, "end"), next(it, "end"))
print([type(iter(x)).__name__ for x in ({}, {}.values(), {}.items(), set())],
      [type(reversed(x)).__name__ for x in ({}, {}.values(), {}.items())])
x = {}
x["self"] = x
x["values"] = x.values()
print(x["self"] is x, {1: [x]}["absent" == 1 or 1][0] is x, repr({1: {2: 3}}))
y = {}
y[1] = y
print(y)


class K:
    def __init__(self, n, action=None):
        self.n = n
        self.action = action

    def __hash__(self):
        return 1

    def __eq__(self, other):
        if self.action:
            self.action()
        return self.n == getattr(other, "n", other)

    def __repr__(self):
        return "K%d" % self.n


d = {K(i): i for i in range(6)}
print(d, d[K(3)], K(9) in d, d.pop(K(0)), d)
d[K(1, lambda: d.clear())] = "cleared meanwhile"
print(len(d))


class D(dict):
    def __missing__(self, key):
        return ("missing", key)


m = D(a=1)
print(m["a"], m["b"], m.get("b"), "b" in m, m, type(m.copy()), type(m | {}), D.fromkeys([1]))
attempt(lambda: {**m, **{"a": 2}})
attempt(lambda: dict(**{"a": 1}, **{"a": 2}))
many = {}
for n in range(2000):
    many[n] = n
    if n % 3 == 0:
        del many[n // 2]
        many[n // 2] = -1
print(len(many), sum(many.values()), list(many)[:10], list(many)[-5:])
for n in range(1995):
    many.popitem()
many["x"] = 1
print(many)
fifo = dict.fromkeys(range(5000))
while len(fifo) > 3:
    del fifo[next(iter(fifo))]
print(fifo)

s = {3, 1, 2}
s.add(10)
s.discard(99)
s.remove(1)
print(s, len(s), 3 in s, s | {7}, s & {3, 10}, s - {3}, s ^ {3, 4}, s <= {2, 3, 10}, s < s, s >= {2}, s == {10, 3, 2})
attempt(s.remove, "absent")
attempt(set().pop)
attempt(s.add, [])
attempt(lambda: [] in s)
attempt(lambda: {1} in {frozenset([1])})
attempt(lambda: s | [1])
attempt(lambda: s < [1])
attempt(set, 5)
attempt(set, 1, 2)
attempt(set, x=1)
attempt(hash, s)
attempt(s.union, 5)
attempt(frozenset().add if hasattr(frozenset(), "add") else lambda: "no add")
print(s.union([1], "a") == {1, "a", 2, 3, 10}, s.intersection([3], [3, 4]), s.difference([3], {2}), s.issubset(range(20)))
print(s.issuperset([3]), s.isdisjoint([5]), s.symmetric_difference([3, 3, 4]) == {2, 4, 10}, set("abc") >= set("a"))
s.update([5], (6,))
s.difference_update([5])
s.intersection_update([2, 3, 6], range(10))
s.symmetric_difference_update({2, 99})
s |= {8}
s &= {8, 3, 6}
s -= {6}
s ^= {8, 1}
print(sorted(s), s.copy() == s, s.pop() in {1, 3})
f = frozenset([1, 2, 3])
print(f, hash(f), hash(frozenset()), hash(frozenset(range(100))), f == {1, 2, 3}, {f: 1}[frozenset([3, 2, 1])], f.copy() is f)
print(frozenset(f) is f, type(f | {4}), type({4} | f), frozenset({1}).union([2]), repr(frozenset()), repr(set()))
print({i * 7 % 50 for i in range(30)}, {-1, -2, 0, 1 << 70, 2.5}, set(range(1000, 1020)), {(1, 2), (3, 4), ()})
for change in ("s.add(n + 100)", "s.clear()"):
    s = {0, 1, 2}
    try:
        for n in s:
            exec(change)
        print("no error")
    except (RuntimeError, KeyError) as error:
        print(repr(error))


class S(set):
    pass


q = S([1])
q.tag = "t"
print(q, type(q | {2}), type(q.copy()), q.tag, q.__reduce__()[1:], q == {1})
it = iter({1, 2, 3})
next(it)
print(it.__length_hint__(), it.__reduce__()[1], len(list(it)))
order = set(range(20))
for n in range(0, 20, 3):
    order.discard(n)
order.update(range(40, 60))
print(list(order), [order.pop() for _ in range(5)], list(order)[:6])

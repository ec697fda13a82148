# deque, defaultdict, OrderedDict, Counter and named tuples.
import copy
from collections import *


def attempt(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


d = deque("abc", maxlen=5)
d.append("d"); d.appendleft("z"); d.append("e"); d.extend("fg"); d.extendleft("xy")
print(d, len(d), d.maxlen, d[0], d[-1], d.pop(), d.popleft(), list(d), "g" in d, d.count("x"), d.index("x"))
d.rotate(); print(d); d.rotate(-2); print(d); d.reverse(); print(d); d.insert(1, "i"); print(d); d.remove("i"); print(d)
d[0] = "first"; del d[-1]; print(d, list(reversed(d)), d.copy(), copy.copy(d), copy.deepcopy(d), bool(deque()))
print(deque([1]) + deque([2]), deque([1, 2]) * 2, deque([1, 2, 3], 3) * 2, deque([1, 2]) < deque([1, 3]), deque("ab") == deque("ab"),
      deque("a") != deque("b"), deque("ab") == list("ab"))
d = deque(range(300))
for i in range(1000):
    d.rotate(7)
    d.append(d.popleft() + 1)
print(sum(d), d[5], d[150], d[299], list(d)[::60])
q = deque()
for i in range(5000):
    q.append(i)
    if i % 3 == 0:
        q.popleft()
print(len(q), q[0], q[-1])
attempt(deque, 5); attempt(deque, [], -1); attempt(deque, [], "a"); attempt(deque, 1, 2, 3); attempt(deque, foo=1); attempt(deque().pop)
attempt(deque().popleft); attempt(deque([1]).remove, 2); attempt(deque([1]).index, 2); attempt(lambda: deque([1])[3])
attempt(deque([1], 1).insert, 0, 2); attempt(lambda: deque() + []); attempt(lambda: deque([1])[0:1]); attempt(hash, deque())
attempt(setattr, deque(), "maxlen", 3); attempt(lambda: [0 for x in d if d.append(1)]); attempt(deque().rotate, "a"); attempt(lambda: deque() < [])
r = deque([1]); r.append(r); print(r)
it = iter(deque("abc")); next(it)
print(it.__length_hint__(), it.__reduce__()[1][1], list(copy.copy(it)), type(it).__name__, type(reversed(deque())).__name__)
print(deque("ab", 3).__reduce__()[1:3], deque([1, 2], maxlen=0), deque(iterable="ab", maxlen=None))
m = deque([1, 2, 3]); m *= 2; m += m; print(m); m *= 0; print(m)

dd = defaultdict(list, {"a": [0]}, b=[1])
dd["c"].append(2); dd["a"].append(9)
print(dd, dd["c"], dd.get("q"), "q" in dd, dd.default_factory, dd.copy(), copy.copy(dd) == dd, dict(dd), len(dd))
print(defaultdict(), defaultdict(None), defaultdict(int) | {"x": 1}, {"y": 2} | defaultdict(int), defaultdict(int).__reduce__()[1])
attempt(defaultdict, 1); attempt(defaultdict, list, 1); attempt(lambda: defaultdict()["x"]); attempt(defaultdict(list).__missing__)
counts = defaultdict(int)
for c in "mississippi":
    counts[c] += 1
print(counts, sorted(counts.items()))
nested = defaultdict(lambda: defaultdict(int)); nested["a"]["b"] += 1; print(nested["a"])
dd.default_factory = None
attempt(lambda: dd["new"])

od = OrderedDict([("a", 1), ("b", 2)], c=3)
od["d"] = 4; od.move_to_end("a"); print(od, list(od), list(reversed(od)), od.popitem(), od.popitem(last=False), od)
od.move_to_end("d", last=False); print(od, od == {"d": 4, "c": 3}, od == OrderedDict(c=3, d=4), od != OrderedDict(d=4, c=3), OrderedDict())
print(od.keys(), od.values(), od.items(), od.pop("d"), od.pop("x", 0), od.setdefault("n", 5), od.copy(), od.keys() & {"n"}, type(od | {}))
print(list(reversed(od.keys())), list(reversed(od.items())), list(reversed(od.values())), OrderedDict.fromkeys("ab", 1), "n" in od)
attempt(od.move_to_end, "zz"); attempt(od.pop, "zz"); attempt(OrderedDict().popitem); attempt(OrderedDict, 1); attempt(OrderedDict, [], [])
attempt(OrderedDict, [(1,)]); attempt(OrderedDict, [(1, 2, 3)]); attempt(lambda: [od.update(z=1) for k in od]); attempt(od.update, 1, 2)
attempt(lambda: [od.move_to_end(k) for k in od])
lru = OrderedDict((i, i) for i in range(50))
for i in range(3000):
    lru.move_to_end(i * 7 % 50)
    if i % 11 == 0:
        lru.move_to_end(i % 50, last=False)
    if i % 13 == 0:
        k, v = lru.popitem(last=False)
        lru[k] = i
print(list(lru)[:12], sum(lru.values()))
o = OrderedDict(a=1); o.attribute = 2; o["self"] = o; print(o, o.__dict__, copy.copy(o).attribute, o.__reduce__()[1:4])


class Sub(OrderedDict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value * 2)


s = Sub(a=1); s.update(b=2); s["c"] = 3; print(s, s.copy(), Sub.fromkeys("x", 4))

P = namedtuple("P", "x y", defaults=[5])
p = P(1)
print(p, p.x, p[1], p._replace(x=3), P._fields, p._asdict(), p == (1, 5), P.x, P._make([7, 8]), P(**{"x": 1, "y": 2}), P.x.__doc__)
attempt(P); attempt(setattr, p, "x", 1); attempt(lambda: P.x.__get__(5)); attempt(delattr, p, "x")
c = Counter("abracadabra")
print(c, c.most_common(2), c["z"], c + Counter("abc"), c - Counter("aaaa"), sum(c.values()), Counter(a=1) | Counter(b=2))
c.update("zz"); c.subtract(a=2); print(c, sorted(c.elements())[:5])
class Odd(Counter):
    def __setitem__(self, k, v):
        super().__setitem__(k, v + 100)
print(Odd("aab"))
m = ChainMap({"a": 1}, {"b": 2}); m["c"] = 3; print(m, m["b"], list(m), len(m))
u = UserDict(a=1); u["b"] = 2; print(u, UserList([1, 2]) + [3], UserString("abc").upper())

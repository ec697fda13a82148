# collections: deque, defaultdict, OrderedDict, Counter, namedtuple.
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

for r in range(4):
    q = deque([[i] for i in range(100)], 50)
    q.rotate(3)
    q.extendleft("abc")
    s = q.copy(), q + q, repr(q), list(reversed(q))
    d = defaultdict(list)
    for i in range(50):
        d[i % 7].append([i])
    o = OrderedDict((i, [i]) for i in range(30))
    for i in range(60):
        o.move_to_end(i % 30, last=i % 2)
    o.popitem(False)
    t = repr(o), o.copy(), o == OrderedDict(o), Counter("abracadabra").most_common(2)
P = namedtuple("P", "x y", defaults=[0])
p = [P(i)._replace(y=i)._asdict() for i in range(10)]

# Sets: all operators, growth, hashing of frozensets.
for r in range(12):
    s = {i * 7 % 50 for i in range(60)}
    t = set("abc") | s
    u = t & s, t - s, t ^ s, frozenset(t), s.copy()
    s.update(range(100))
    s.intersection_update(range(30))
    v = repr(s), list(iter(s)), hash(u[3]), {u[3]: 1}
    s.symmetric_difference_update(range(20, 60))

# Dicts: growth, deletion, views, merging.
d = {}
for i in range(150):
    d[i] = d["k%d" % i] = (i,)
e = {**d}
for k in list(e):
    if isinstance(k, int):
        del e[k]
f = set(d) & set(range(9))
g = {k: [v] for k, v in e.items()}
k = d.keys() & {1, 2}
m = list(d.items()), list(reversed(d)), d.values(), repr(k), d | {1: 2}, d.copy()
d.popitem()
n = sorted(e.items(), key=lambda p: p[0]), [d.setdefault(i, []) for i in range(160)]
o = dict.fromkeys("abc", 1), dict(zip("abc", range(3)), x=1)

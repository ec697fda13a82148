# Lists and tuples: comprehensions, slices, sorting, growth and shrinking.
a = [[i] for i in range(300)]
a.sort(key=lambda x: -x[0])
b = a[::2] + a * 2
b.insert(3, [1])
b.extend(range(30))
c = sorted(map(str, b))
d = list(zip(a, c))
del b[5:20], a[::3]
e = tuple(d) + tuple(reversed(a))
f, *g, h = e
for i in range(100):
    g.append((i, [i]))
    g[3:5] = [i, i, i]
while g:
    g.pop()
